/* SPDX-License-Identifier: BSD-3-Clause */
/* A response surface: its handle, data, predictions and quality. */
#include "surface/internal.h"

#include <math.h>
#include <string.h>

enum { KERNEL_MOST = 5000 };
#define LARGEST_VALUE 1e100 /* squares and their sums stay finite */

const hpsi_param *hpsi_surface_param(const hps_surface *r, int32_t d)
{
    return &r->space->params[r->dims[d]];
}

/* -------------------------------------------------------------- handle */

static void drop_fit(hps_surface *r)
{
    double **const arrays[] = {&r->u,      &r->y,      &r->fitted, &r->left,
                               &r->factor, &r->weight, &r->column, &r->coefficient};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        hpsi_free(*arrays[i]);
        *arrays[i] = NULL;
    }
    hpsi_rbf_destroy(r->rbf);
    hpsi_free(r->group);
    r->rbf = NULL;
    r->group = NULL;
    r->n = 0;
    r->n_left_out = 0;
}

static hps_status count_dimensions(hps_surface *r)
{
    int64_t features = 0;
    r->dims = hpsi_new(r->context, r->space->n, sizeof *r->dims);
    r->length = hpsi_new(r->context, r->space->n, sizeof *r->length);
    if (r->dims == NULL || r->length == NULL) {
        return HPS_E_MEMORY;
    }
    for (int32_t i = 0; i < r->space->n; i++) {
        const hpsi_param *p = &r->space->params[i];
        int choice = p->kind == HPS_PARAM_CHOICE;
        if (!p->fixed) {
            r->dims[r->n_dims++] = i;
            r->n_ordered += !choice;
            features += choice ? hpsi_param_levels(p) : 1;
        }
    }
    if (features > INT16_MAX) {
        return hpsi_fail(HPS_E_UNSUPPORTED, "surface: %lld levels of choices are too many",
                         (long long)features);
    }
    r->n_features = (int32_t)features;
    return HPS_OK;
}

hps_status hps_surface_create(hps_surface **out, hps_context *c, const hps_space *s, int32_t kind)
{
    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "surface: out is NULL");
    }
    *out = NULL;
    if (s == NULL || s->n < 1) {
        return hpsi_fail(HPS_E_ARGUMENT, "surface: the space is %s", s == NULL ? "NULL" : "empty");
    }
    if (kind < HPS_SURFACE_LINEAR || kind > HPS_SURFACE_GP) {
        return hpsi_fail(HPS_E_ARGUMENT, "surface: kind = %d must be 0..3", kind);
    }
    hps_surface *r = hpsi_new(c, 1, sizeof *r);
    if (r == NULL) {
        return HPS_E_MEMORY;
    }
    r->context = hpsi_context_retain(c);
    r->kind = kind;
    hps_status st = hpsi_space_copy(&r->space, c, s);
    if (st == HPS_OK) {
        st = count_dimensions(r);
    }
    if (st != HPS_OK) {
        hps_surface_destroy(r);
        return st;
    }
    *out = r;
    return HPS_OK;
}

void hps_surface_destroy(hps_surface *r)
{
    if (r == NULL) {
        return;
    }
    hps_context *c = r->context;
    drop_fit(r);
    hpsi_free(r->dims);
    hpsi_free(r->length);
    hps_space_destroy(r->space);
    hpsi_free(r);
    hpsi_context_release(c);
}

/* ----------------------------------------------------------------- fit */

hps_status hpsi_surface_locate(const hps_surface *r, int64_t row, const double *x, double *u)
{
    for (int32_t i = 0; i < r->space->n; i++) {
        const hpsi_param *p = &r->space->params[i];
        if (!p->fixed && !hpsi_param_accepts(p, x[i])) {
            return hpsi_fail(HPS_E_ARGUMENT,
                             "surface: point %lld: %s = %.17g must be %sin %g .. %g",
                             (long long)row, p->name, x[i],
                             p->kind == HPS_PARAM_REAL ? "" : "a whole number ", p->lo, p->hi);
        }
    }
    for (int32_t d = 0; d < r->n_dims; d++) {
        u[d] = hpsi_param_unit(hpsi_surface_param(r, d), x[r->dims[d]]);
    }
    return HPS_OK;
}

static hps_status take_data(hps_surface *r, int64_t n, const double *x, const double *f)
{
    r->u = hpsi_new(r->context, hpsi_size_mul(n, r->n_dims), sizeof *r->u);
    r->y = hpsi_new(r->context, n, sizeof *r->y);
    r->fitted = hpsi_new(r->context, n, sizeof *r->fitted);
    r->left = hpsi_new(r->context, n, sizeof *r->left);
    if (r->u == NULL || r->y == NULL || r->fitted == NULL || r->left == NULL) {
        return HPS_E_MEMORY;
    }
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(f[i])) {
            r->n_left_out++;
            continue;
        }
        if (fabs(f[i]) > LARGEST_VALUE) {
            return hpsi_fail(HPS_E_ARGUMENT, "surface: point %lld: value %g must be in %g .. %g",
                             (long long)i, f[i], -LARGEST_VALUE, LARGEST_VALUE);
        }
        hps_status st = hpsi_surface_locate(r, i, x + i * r->space->n, r->u + r->n * r->n_dims);
        if (st != HPS_OK) {
            return st;
        }
        r->y[r->n++] = f[i];
    }
    if (r->n < 2) {
        return hpsi_fail(HPS_E_ARGUMENT, "surface: %lld of %lld values are finite, it needs two",
                         (long long)r->n, (long long)n);
    }
    return HPS_OK;
}

static hps_status fit_kind(hps_surface *r)
{
    switch (r->kind) {
    case HPS_SURFACE_RBF:
        return hpsi_basis_fit(r);
    case HPS_SURFACE_GP:
        return hpsi_process_fit(r);
    default:
        return hpsi_polynomial_fit(r);
    }
}

hps_status hps_surface_fit(hps_surface *r, int64_t n, const double *x, const double *f)
{
    if (r == NULL || n < 1 || n > 100000 || x == NULL || f == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "surface: fit: %s, n = %lld must be 1..100000",
                         r == NULL                ? "the surface is NULL"
                         : x == NULL || f == NULL ? "points or values are NULL"
                                                  : "points are given",
                         (long long)n);
    }
    if (r->kind >= HPS_SURFACE_RBF && n > KERNEL_MOST) {
        return hpsi_fail(HPS_E_ARGUMENT,
                         "surface: fit: n = %lld, a radial basis or a Gaussian "
                         "process takes at most %d",
                         (long long)n, KERNEL_MOST);
    }
    drop_fit(r);
    hps_status st = take_data(r, n, x, f);
    if (st == HPS_OK) {
        hpsi_blas_begin();
        st = fit_kind(r);
        hpsi_blas_end();
    }
    if (st != HPS_OK) {
        drop_fit(r);
    }
    return st;
}

/* ------------------------------------------------------------- predict */

int64_t hpsi_surface_work(const hps_surface *r)
{
    int64_t terms = r->kind <= HPS_SURFACE_QUADRATIC ? r->n_terms : 2 * r->n;
    return terms + r->n_features;
}

double hpsi_surface_value(const hps_surface *r, const double *u, double *sd, double *work)
{
    switch (r->kind) {
    case HPS_SURFACE_RBF:
        return hpsi_basis_value(r, u, work);
    case HPS_SURFACE_GP:
        return hpsi_process_value(r, u, sd, work);
    default:
        return hpsi_polynomial_value(r, u, work);
    }
}

static hps_status check_fitted(const hps_surface *r, const char *what)
{
    if (r == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "surface: %s: the surface is NULL", what);
    }
    if (r->n == 0) {
        return hpsi_fail(HPS_E_STATE, "surface: %s before a fit", what);
    }
    return HPS_OK;
}

hps_status hps_surface_predict(const hps_surface *r, int64_t n, const double *x, double *mean,
                               double *sd)
{
    hps_status st = check_fitted(r, "predict");
    if (st != HPS_OK) {
        return st;
    }
    if (n < 0 || (n > 0 && (x == NULL || mean == NULL))) {
        return hpsi_fail(HPS_E_ARGUMENT, "surface: predict: n = %lld with %s NULL", (long long)n,
                         x == NULL ? "x" : "mean");
    }
    if (sd != NULL && r->kind != HPS_SURFACE_GP) {
        return hpsi_fail(HPS_E_UNSUPPORTED, "surface: only a GP has standard deviations");
    }
    double *u = hpsi_new(r->context, r->n_dims + hpsi_surface_work(r), sizeof *u);
    if (u == NULL) {
        return HPS_E_MEMORY;
    }
    for (int64_t i = 0; i < n && st == HPS_OK; i++) { /* no output from a bad call */
        st = hpsi_surface_locate(r, i, x + i * r->space->n, u);
    }
    hpsi_blas_begin();
    for (int64_t i = 0; i < n && st == HPS_OK; i++) {
        (void)hpsi_surface_locate(r, i, x + i * r->space->n, u);
        mean[i] = hpsi_surface_value(r, u, sd == NULL ? NULL : sd + i, u + r->n_dims);
    }
    hpsi_blas_end();
    hpsi_free(u);
    return st;
}

/* ------------------------------------------------------------- quality */

static double rms_difference(int64_t n, const double *a, const double *b)
{
    double square = 0.0;
    for (int64_t i = 0; i < n; i++) {
        square += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sqrt(square / (double)n);
}

hps_status hps_surface_get_quality(const hps_surface *r, hps_surface_quality *q)
{
    hps_status st = check_fitted(r, "quality");
    if (st != HPS_OK) {
        return st;
    }
    if (q == NULL || q->struct_size < (int32_t)sizeof *q) {
        return hpsi_fail(HPS_E_ARGUMENT,
                         "surface: struct_size = %d of hps_surface_quality, must be >= %d",
                         q == NULL ? 0 : q->struct_size, (int32_t)sizeof *q);
    }
    int polynomial = r->kind <= HPS_SURFACE_QUADRATIC;
    q->n_terms = (int32_t)(polynomial ? r->n_terms : r->n);
    q->n_points = r->n;
    q->n_left_out = r->n_left_out;
    q->r2 = hpsi_surface_r2((int32_t)r->n, r->y, r->fitted);
    q->r2_loo = hpsi_surface_r2((int32_t)r->n, r->y, r->left);
    q->rmse = rms_difference(r->n, r->y, r->fitted);
    q->rmse_loo = rms_difference(r->n, r->y, r->left);
    q->r2_loo = isnan(q->rmse_loo) ? (double)NAN : q->r2_loo;
    q->noise = r->kind == HPS_SURFACE_GP ? sqrt(r->noise_ratio * r->variance) : (double)NAN;
    return HPS_OK;
}

hps_status hps_surface_lengths(const hps_surface *r, double *length)
{
    hps_status st = check_fitted(r, "lengths");
    if (st != HPS_OK) {
        return st;
    }
    if (length == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "surface: length is NULL");
    }
    for (int32_t i = 0; i < r->space->n; i++) {
        length[i] = (double)NAN;
    }
    for (int32_t d = 0; d < r->n_dims && r->kind == HPS_SURFACE_GP; d++) {
        int none = r->length[d] > 0.999 * HPSI_SURFACE_LONGEST;
        length[r->dims[d]] = none ? (double)INFINITY : r->length[d];
    }
    return HPS_OK;
}
