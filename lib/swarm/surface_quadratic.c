/* SPDX-License-Identifier: BSD-3-Clause */
/* Quadratic surfaces (swarm.md 4.3, 4.5): weighted least squares on the full or the separable
 * basis, and the quadratic of least norm where the points are too few. */
#include "swarm/surface.h"

#include <math.h>
#include <string.h>

#include "base/linalg.h"

#define RIDGE 1e-11      /* of the normal equations with columns of length 1 */
#define LEAST_NORM 100.0 /* weight of constant and slope in the least-norm kernel */
#define LEAST_NUGGET 1e-9

int64_t hpsi_quadratic_terms(int32_t n_dims, int32_t separable)
{
    int64_t n = n_dims;
    return separable ? 1 + 2 * n : 1 + n + n * (n + 1) / 2;
}

int hpsi_quadratic_enough(int32_t n_dims, int64_t n)
{
    return (double)n >= 1.05 * (double)hpsi_quadratic_terms(n_dims, 0) + 2.0;
}

int64_t hpsi_quadratic_points(int32_t n_dims)
{
    int64_t most = (int64_t)(1.5 * (double)hpsi_quadratic_terms(n_dims, 0)) + 4;
    most = most < 200 ? most : 200;
    if (!hpsi_quadratic_enough(n_dims, most)) {
        most = 2 * (int64_t)n_dims + 2 > 200 ? 2 * (int64_t)n_dims + 2 : 200;
    }
    return most;
}

void hpsi_quadratic_destroy(hpsi_quadratic *q)
{
    if (q == NULL) {
        return;
    }
    double *const arrays[] = {q->gradient, q->hessian,   q->design, q->normal,
                              q->solution, q->rhs,       q->norm,   q->residual,
                              q->vectors,  q->curvature, q->slope,  q->step};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        hpsi_free(arrays[i]);
    }
    hpsi_free(q);
}

static int allocate(hpsi_quadratic *q)
{
    hps_context *c = q->context;
    int64_t m = q->max_points;
    int64_t t = q->max_terms;
    int64_t d = q->n_dims;
    int64_t side =
        hpsi_padded(q->separable ? t : m); /* terms of a least squares are fewer than points */
    q->gradient = hpsi_new(c, d, sizeof *q->gradient);
    q->hessian = hpsi_new(c, q->separable ? d : hpsi_size_mul(d, d), sizeof *q->hessian);
    q->design = hpsi_new(c, hpsi_size_mul(m, t), sizeof *q->design);
    q->normal = hpsi_new(c, hpsi_size_mul(side, side), sizeof *q->normal);
    q->solution = hpsi_new(c, m > t ? m : t, sizeof *q->solution);
    q->rhs = hpsi_new(c, m > t ? m : t, sizeof *q->rhs);
    q->norm = hpsi_new(c, t, sizeof *q->norm);
    q->residual = hpsi_new(c, m, sizeof *q->residual);
    q->vectors = hpsi_new(c, q->separable ? 0 : hpsi_size_mul(d, d), sizeof *q->vectors);
    q->curvature = hpsi_new(c, d, sizeof *q->curvature);
    q->slope = hpsi_new(c, d, sizeof *q->slope);
    q->step = hpsi_new(c, d, sizeof *q->step);
    return q->gradient != NULL && q->hessian != NULL && q->design != NULL && q->normal != NULL &&
           q->solution != NULL && q->rhs != NULL && q->norm != NULL && q->residual != NULL &&
           q->vectors != NULL && q->curvature != NULL && q->slope != NULL && q->step != NULL;
}

hps_status hpsi_quadratic_create(hpsi_quadratic **out, hps_context *c, int32_t max_points,
                                 int32_t n_dims, int32_t separable)
{
    *out = NULL;
    hpsi_quadratic *q = hpsi_new(c, 1, sizeof *q);
    if (q == NULL) {
        return HPS_E_MEMORY;
    }
    q->context = c;
    q->n_dims = n_dims;
    q->separable = separable;
    q->max_points = max_points;
    int64_t terms = hpsi_quadratic_terms(n_dims, separable);
    int least_squares = separable || hpsi_quadratic_enough(n_dims, max_points);
    q->max_terms = least_squares ? (int32_t)terms : n_dims; /* least norm keeps a_i z_i in it */
    if (!allocate(q)) {
        hpsi_quadratic_destroy(q);
        return HPS_E_MEMORY;
    }
    *out = q;
    return HPS_OK;
}

/* ------------------------------------------------------- least squares */

static void fill_design(hpsi_quadratic *q, int32_t n, const double *z, const double *w)
{
    int32_t d = q->n_dims;
    int32_t t = q->max_terms;
    for (int32_t i = 0; i < n; i++) {
        const double *u = z + (int64_t)i * d;
        double *row = q->design + (int64_t)i * t;
        double s = sqrt(w[i]);
        *row++ = s;
        for (int32_t k = 0; k < d; k++) {
            row[k] = s * u[k];
            row[d + k] = 0.5 * s * u[k] * u[k];
        }
        row += 2 * (int64_t)d;
        for (int32_t k = 0; k < d && !q->separable; k++) {
            for (int32_t l = 0; l < k; l++) {
                *row++ = s * u[k] * u[l];
            }
        }
    }
}

static void normalise_columns(hpsi_quadratic *q, int32_t n)
{
    int32_t t = q->max_terms;
    memset(q->norm, 0, (size_t)t * sizeof *q->norm);
    for (int32_t i = 0; i < n; i++) {
        for (int32_t k = 0; k < t; k++) {
            double v = q->design[(int64_t)i * t + k];
            q->norm[k] += v * v;
        }
    }
    for (int32_t k = 0; k < t; k++) {
        q->norm[k] = q->norm[k] > 0.0 ? sqrt(q->norm[k]) : 1.0;
    }
    for (int32_t i = 0; i < n; i++) {
        for (int32_t k = 0; k < t; k++) {
            q->design[(int64_t)i * t + k] /= q->norm[k];
        }
    }
}

/* x := (A^T A + ridge)^-1 A^T r with the factor in normal. */
static void solve_normal(hpsi_quadratic *q, int32_t n, const double *r, double *x)
{
    int32_t t = q->max_terms;
    hpsi_gemv(1, n, t, 1.0, q->design, t, r, 0.0, x);
    hpsi_solve_vector(t, q->normal, hpsi_padded(t), 1, x);
    hpsi_solve_vector(t, q->normal, hpsi_padded(t), 0, x);
}

static void keep_coefficients(hpsi_quadratic *q)
{
    int32_t d = q->n_dims;
    const double *c = q->solution;
    q->constant = *c++;
    memcpy(q->gradient, c, (size_t)d * sizeof *c);
    if (q->separable) {
        memcpy(q->hessian, c + d, (size_t)d * sizeof *c);
        return;
    }
    const double *mixed = c + 2 * (int64_t)d;
    for (int32_t k = 0; k < d; k++) {
        q->hessian[(int64_t)k * d + k] = c[d + k];
        for (int32_t l = 0; l < k; l++) {
            q->hessian[(int64_t)k * d + l] = *mixed;
            q->hessian[(int64_t)l * d + k] = *mixed++;
        }
    }
}

static int least_squares(hpsi_quadratic *q, int32_t n, const double *z, const double *y,
                         const double *w)
{
    int32_t t = q->max_terms;
    int64_t ld = hpsi_padded(t);
    fill_design(q, n, z, w);
    normalise_columns(q, n);
    hpsi_squares(t, n, q->design, t, q->normal, ld);
    for (int32_t k = 0; k < t; k++) {
        q->normal[k * (ld + 1)] += RIDGE;
    }
    if (hpsi_surface_cholesky(t, q->normal) != 0) {
        return 0;
    }
    for (int32_t i = 0; i < n; i++) {
        q->residual[i] = y[i] * sqrt(w[i]);
    }
    solve_normal(q, n, q->residual, q->solution);
    hpsi_gemv(0, n, t, -1.0, q->design, t, q->solution, 1.0, q->residual);
    solve_normal(q, n, q->residual, q->rhs); /* one step of refinement */
    for (int32_t k = 0; k < t; k++) {
        q->solution[k] = (q->solution[k] + q->rhs[k]) / q->norm[k];
    }
    if (!isfinite(hpsi_dot(t, q->solution, q->solution))) {
        return 0;
    }
    keep_coefficients(q);
    return 1;
}

/* ---------------------------------------------------------- least norm */

static void fill_kernel(hpsi_quadratic *q, int32_t n, const double *z, const double *w)
{
    int32_t d = q->n_dims;
    int64_t ld = hpsi_padded(n);
    double *k = q->normal;
    hpsi_gemm(0, 1, n, n, d, 1.0, z, d, z, d, 0.0, k, ld);
    for (int64_t i = 0; i < n; i++) {
        for (double *v = k + i * ld; v < k + i * ld + n; v++) {
            *v = 0.5 * *v * *v + LEAST_NORM * (1.0 + *v);
        }
    }
    for (int32_t i = 0; i < n; i++) {
        double *diagonal = &k[i * (ld + 1)];
        *diagonal += LEAST_NUGGET * (1.0 + *diagonal) / w[i];
    }
}

static int least_norm(hpsi_quadratic *q, int32_t n, const double *z, const double *y,
                      const double *w)
{
    int32_t d = q->n_dims;
    double *a = q->solution;
    double mean = 0.0, sum = 0.0;
    fill_kernel(q, n, z, w);
    if (hpsi_surface_cholesky(n, q->normal) != 0) {
        return 0;
    }
    for (int32_t i = 0; i < n; i++) {
        mean += y[i] / n;
    }
    for (int32_t i = 0; i < n; i++) {
        a[i] = y[i] - mean;
    }
    hpsi_solve_vector(n, q->normal, hpsi_padded(n), 1, a);
    hpsi_solve_vector(n, q->normal, hpsi_padded(n), 0, a);
    if (!isfinite(hpsi_dot(n, a, a))) {
        return 0;
    }
    for (int32_t i = 0; i < n; i++) {
        sum += a[i];
        for (int32_t k = 0; k < d; k++) {
            q->design[(int64_t)i * d + k] = a[i] * z[(int64_t)i * d + k];
        }
    }
    q->constant = mean + LEAST_NORM * sum;
    hpsi_gemv(1, n, d, LEAST_NORM, z, d, a, 0.0, q->gradient);
    hpsi_gemm(1, 0, d, d, n, 1.0, q->design, d, z, d, 0.0, q->hessian, d);
    return 1;
}

int hpsi_quadratic_fit(hpsi_quadratic *q, int32_t n, const double *z, const double *y,
                       const double *w)
{
    if (n < 1 || n > q->max_points) {
        return 0;
    }
    if (q->separable || hpsi_quadratic_enough(q->n_dims, n)) {
        return least_squares(q, n, z, y, w);
    }
    return least_norm(q, n, z, y, w);
}

/* ----------------------------------------------------------------- use */

double hpsi_quadratic_value(const hpsi_quadratic *q, const double *z)
{
    int32_t d = q->n_dims;
    double v = q->constant;
    for (int32_t k = 0; k < d; k++) {
        v += q->gradient[k] * z[k];
        if (q->separable) {
            v += 0.5 * q->hessian[k] * z[k] * z[k];
            continue;
        }
        for (int32_t l = 0; l < d; l++) {
            v += 0.5 * q->hessian[(int64_t)k * d + l] * z[k] * z[l];
        }
    }
    return v;
}

hps_status hpsi_quadratic_step(hpsi_quadratic *q, double radius, double *s)
{
    int32_t d = q->n_dims;
    if (q->separable) {
        hpsi_secular_step(d, q->hessian, q->gradient, radius, s);
        return HPS_OK;
    }
    for (int32_t k = 0; k < d; k++) { /* symmetric to the last bit */
        for (int32_t l = 0; l < d; l++) {
            q->vectors[(int64_t)k * d + l] =
                0.5 * (q->hessian[(int64_t)k * d + l] + q->hessian[(int64_t)l * d + k]);
        }
    }
    hps_status st = hpsi_eigh(q->context, d, q->vectors, q->curvature);
    if (st != HPS_OK) {
        return st;
    }
    hpsi_gemv(0, d, d, 1.0, q->vectors, d, q->gradient, 0.0, q->slope);
    hpsi_secular_step(d, q->curvature, q->slope, radius, q->step);
    hpsi_gemv(1, d, d, 1.0, q->vectors, d, q->step, 0.0, s);
    return HPS_OK;
}
