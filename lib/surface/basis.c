/* SPDX-License-Identifier: BSD-3-Clause */
/* The radial basis through all points, and what it says of a point that is left out. */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "surface/internal.h"

#define LEVEL 0.7071067811865476 /* two levels of a choice are at distance 1 */
#define LEAST_SPREAD 1e-13       /* rms distance from the mean, in the unit cube */

static void fill_features(const hps_surface *r, const double *u, double *z)
{
    int64_t n = 0;
    for (int32_t d = 0; d < r->n_dims; d++) {
        const hpsi_param *p = hpsi_surface_param(r, d);
        if (p->kind != HPS_PARAM_CHOICE) {
            z[n++] = u[d];
            continue;
        }
        int64_t levels = hpsi_param_levels(p);
        memset(z + n, 0, (size_t)levels * sizeof *z);
        z[n + hpsi_param_level(p, u[d])] = LEVEL;
        n += levels;
    }
}

void hpsi_inverse_diagonal(int64_t n, const double *r, int64_t ld, double *diagonal, double *column)
{
    for (int64_t i = 0; i < n; i++) { /* (R^T R)^-1_ii = |R^-T e_i|^2, which is 0 above i */
        memset(column, 0, (size_t)(n - i) * sizeof *column);
        column[0] = 1.0;
        hpsi_solve_vector(n - i, r + i * ld + i, ld, 1, column);
        diagonal[i] = hpsi_dot(n - i, column, column);
    }
}

static hps_status fit(hps_surface *r, double *z, double *diagonal, double *column)
{
    int64_t n = r->n;
    for (int64_t i = 0; i < n; i++) {
        fill_features(r, r->u + i * r->n_dims, z + i * r->n_features);
    }
    /* points that are all the same are apart by the rounding of their mean */
    if (!hpsi_rbf_fit(r->rbf, (int32_t)n, z, NULL, 0.0, 1, r->y) || r->rbf->scale < LEAST_SPREAD) {
        return hpsi_fail(HPS_E_NUMERIC,
                         "surface: %lld points do not determine a radial basis: are "
                         "all values or all points the same?",
                         (long long)n);
    }
    hpsi_inverse_diagonal(n, r->rbf->factor, r->rbf->ld, diagonal, column);
    for (int64_t i = 0; i < n; i++) {
        hpsi_rbf_predict(r->rbf, z + i * r->n_features, &r->fitted[i]);
        r->left[i] = r->y[i] - r->rbf->deviation[0] * r->rbf->weight[i] / diagonal[i];
    }
    return HPS_OK;
}

hps_status hpsi_basis_fit(hps_surface *r)
{
    int64_t n = r->n;
    hps_status st = hpsi_rbf_create(&r->rbf, r->context, (int32_t)n, r->n_features);
    if (st != HPS_OK) {
        return st;
    }
    double *z = hpsi_new(r->context, hpsi_size_mul(n, r->n_features), sizeof *z);
    double *diagonal = hpsi_new(r->context, n, sizeof *diagonal);
    double *column = hpsi_new(r->context, n, sizeof *column);
    int whole = z != NULL && diagonal != NULL && column != NULL;
    st = whole ? fit(r, z, diagonal, column) : HPS_E_MEMORY;
    hpsi_free(z);
    hpsi_free(diagonal);
    hpsi_free(column);
    return st;
}

double hpsi_basis_value(const hps_surface *r, const double *u, double *work)
{
    double value = 0.0;
    fill_features(r, u, work);
    hpsi_rbf_predict(r->rbf, work, &value);
    return value;
}
