/* SPDX-License-Identifier: BSD-3-Clause */
/* Linear and quadratic surfaces: least squares of least norm by a singular value decomposition,
 * which also gives the values with one point left out. */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "surface/internal.h"

#define RANK 1e-10 /* singular values below this part of the largest are 0 */
#define ALONE 1e-9 /* a point that bears 1 - this of its own fit cannot be left out */

/* Ordered dimensions as -1..1, for each choice 0/1 for its levels but the first. */
static int32_t fill_features(const hps_surface *r, const double *u, double *z)
{
    int32_t n = 0;
    for (int32_t d = 0; d < r->n_dims; d++) {
        const hpsi_param *p = hpsi_surface_param(r, d);
        if (p->kind != HPS_PARAM_CHOICE) {
            z[n++] = 2.0 * u[d] - 1.0;
            continue;
        }
        int64_t level = hpsi_param_level(p, u[d]);
        for (int64_t k = 1; k < hpsi_param_levels(p); k++) {
            z[n++] = level == k;
        }
    }
    return n;
}

/* 1, the features, and of a quadratic their products and the squares of ordered ones. */
static void fill_terms(const hps_surface *r, const double *z, int32_t n, double *row)
{
    *row++ = 1.0;
    for (int32_t k = 0; k < n; k++) {
        *row++ = z[k];
    }
    for (int32_t k = 0; k < n && r->kind == HPS_SURFACE_QUADRATIC; k++) {
        for (int32_t l = 0; l < k; l++) {
            if (r->group[k] != r->group[l]) { /* levels of one choice never meet */
                *row++ = z[k] * z[l];
            }
        }
        if (r->group[k] >= 0) {
            *row++ = z[k] * z[k];
        }
    }
}

/* Which features belong together: ordered dimensions d, levels of the choice d as -1 - d. */
static void group_features(hps_surface *r)
{
    int32_t n = 0;
    for (int32_t d = 0; d < r->n_dims; d++) {
        const hpsi_param *p = hpsi_surface_param(r, d);
        if (p->kind != HPS_PARAM_CHOICE) {
            r->group[n++] = d;
            continue;
        }
        for (int64_t k = 1; k < hpsi_param_levels(p); k++) {
            r->group[n++] = -1 - d;
        }
    }
}

int64_t hpsi_polynomial_terms(const hps_surface *r)
{
    int64_t features = 0, ordered = 0, pairs = 0;
    for (int32_t d = 0; d < r->n_dims; d++) {
        const hpsi_param *p = hpsi_surface_param(r, d);
        int64_t own = p->kind == HPS_PARAM_CHOICE ? hpsi_param_levels(p) - 1 : 1;
        pairs += features * own;
        features += own;
        ordered += p->kind != HPS_PARAM_CHOICE;
    }
    return 1 + features + (r->kind == HPS_SURFACE_QUADRATIC ? pairs + ordered : 0);
}

/* Arrays of one decomposition A = U s V^T. */
typedef struct decomposition {
    int64_t n, t, k;
    double *a, *u, *s, *vt, *along, *z;
} decomposition;

static void decomposition_free(decomposition *d)
{
    hpsi_free(d->a);
    hpsi_free(d->u);
    hpsi_free(d->s);
    hpsi_free(d->vt);
    hpsi_free(d->along);
    hpsi_free(d->z);
}

static hps_status decompose(hps_surface *r, decomposition *d)
{
    hps_context *c = r->context;
    d->n = r->n;
    d->t = r->n_terms;
    d->k = d->n < d->t ? d->n : d->t;
    d->a = hpsi_new(c, hpsi_size_mul(d->n, d->t), sizeof *d->a);
    d->u = hpsi_new(c, hpsi_size_mul(d->n, d->k), sizeof *d->u);
    d->s = hpsi_new(c, d->k, sizeof *d->s);
    d->vt = hpsi_new(c, hpsi_size_mul(d->k, d->t), sizeof *d->vt);
    d->along = hpsi_new(c, d->k, sizeof *d->along);
    d->z = hpsi_new(c, r->n_features, sizeof *d->z);
    if (d->a == NULL || d->u == NULL || d->s == NULL || d->vt == NULL || d->along == NULL ||
        d->z == NULL) {
        return HPS_E_MEMORY;
    }
    for (int64_t i = 0; i < d->n; i++) {
        int32_t n = fill_features(r, r->u + i * r->n_dims, d->z);
        fill_terms(r, d->z, n, d->a + i * d->t);
    }
    return hpsi_svd(c, d->n, d->t, d->a, d->s, d->u, d->vt);
}

/* Coefficients V s^-1 U^T y, the fit U U^T y and the same with each point left out. */
static void solve(hps_surface *r, const decomposition *d)
{
    int64_t rank = 0;
    while (rank < d->k && d->s[rank] > RANK * d->s[0]) {
        rank++;
    }
    hpsi_gemv(1, d->n, d->k, 1.0, d->u, d->k, r->y, 0.0, d->along);
    for (int64_t i = 0; i < d->n; i++) {
        const double *u = d->u + i * d->k;
        double own = hpsi_dot(rank, u, u);
        r->fitted[i] = hpsi_dot(rank, u, d->along);
        r->left[i] =
            own < 1.0 - ALONE ? r->y[i] - (r->y[i] - r->fitted[i]) / (1.0 - own) : (double)NAN;
    }
    for (int64_t k = 0; k < d->k; k++) {
        d->along[k] = k < rank ? d->along[k] / d->s[k] : 0.0;
    }
    hpsi_gemv(1, d->k, d->t, 1.0, d->vt, d->t, d->along, 0.0, r->coefficient);
}

hps_status hpsi_polynomial_fit(hps_surface *r)
{
    r->n_terms = hpsi_polynomial_terms(r);
    r->coefficient = hpsi_new(r->context, r->n_terms, sizeof *r->coefficient);
    r->group = hpsi_new(r->context, r->n_features, sizeof *r->group);
    if (r->coefficient == NULL || r->group == NULL) {
        return HPS_E_MEMORY;
    }
    group_features(r);
    decomposition d = {0};
    hps_status st = decompose(r, &d);
    if (st == HPS_OK) {
        solve(r, &d);
    }
    decomposition_free(&d);
    return st;
}

double hpsi_polynomial_value(const hps_surface *r, const double *u, double *work)
{
    int32_t n = fill_features(r, u, work);
    fill_terms(r, work, n, work + r->n_features);
    return hpsi_dot(r->n_terms, r->coefficient, work + r->n_features);
}
