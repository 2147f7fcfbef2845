/* SPDX-License-Identifier: BSD-3-Clause */
/* The ridge family of a fixed design: factorised once, cheap for every lambda. */
#include "gpr/path.h"

#include <math.h>
#include <string.h>

#include "base/linalg.h"

void hpsi_family_destroy(hpsi_family *f)
{
    if (f == NULL) {
        return;
    }
    hpsi_free(f->chol);
    hpsi_free(f->d);
    hpsi_free(f->u);
    hpsi_free(f->vt);
    hpsi_free(f->left);
    hpsi_free(f->w);
    hpsi_free(f->rest);
    hpsi_free(f->outside);
    hpsi_context_release(f->context);
    hpsi_free(f);
}

static hps_status allocate(hpsi_family *f)
{
    hps_context *c = f->context;

    f->d = hpsi_new(c, f->r, sizeof(double));
    f->u = hpsi_new(c, f->r, sizeof(double));
    f->vt = hpsi_new(c, hpsi_size_mul(f->r, f->m), sizeof(double));
    f->left = hpsi_new(c, hpsi_size_mul(f->s, f->r), sizeof(double));
    f->w = hpsi_new(c, f->s, sizeof(double));
    f->rest = hpsi_new(c, f->s, sizeof(double));
    f->outside = hpsi_new(c, f->s, sizeof(double));
    return f->d != NULL && f->u != NULL && f->vt != NULL && f->left != NULL && f->w != NULL &&
                   f->rest != NULL && f->outside != NULL
               ? HPS_OK
               : HPS_E_MEMORY;
}

/* Split b into U u and what no coefficients can reach. The second pass takes out what the
 * rounding of the first left inside the span of U. */
static hps_status project_targets(hpsi_family *f, const double *b)
{
    double *again = hpsi_new(f->context, f->r, sizeof(double));

    if (again == NULL) {
        return HPS_E_MEMORY;
    }
    hpsi_blas_begin();
    hpsi_gemv(1, f->s, f->r, 1, f->left, f->r, b, 0, f->u);
    if (f->s > f->r) {
        memcpy(f->rest, b, (size_t)f->s * sizeof *b);
        hpsi_gemv(0, f->s, f->r, -1, f->left, f->r, f->u, 1, f->rest);
        hpsi_gemv(1, f->s, f->r, 1, f->left, f->r, f->rest, 0, again);
        hpsi_gemv(0, f->s, f->r, -1, f->left, f->r, again, 1, f->rest);
    }
    f->rest2 = hpsi_dot(f->s, f->rest, f->rest);
    hpsi_blas_end();
    hpsi_free(again);
    return HPS_OK;
}

/* 1 - sum_k U_sk^2 of every structure: 0 if U is square (gpr.md section 9). Like the rest of
 * b it is uncertain by the rounding of U, some 1e-16; no structure suffers from that before
 * lambda/d^2 comes near it. */
static void find_leverages(hpsi_family *f)
{
    for (int64_t i = 0; f->s > f->r && i < f->s; i++) {
        const double *row = f->left + i * f->r;
        double sum = 1;
        for (int64_t k = 0; k < f->r; k++) {
            sum -= row[k] * row[k];
        }
        f->outside[i] = sum > 0 ? sum : 0;
    }
}

static hps_status factorise(hpsi_family *f, double *rows, const double *b)
{
    hps_status st = allocate(f);

    if (st == HPS_OK) {
        st = hpsi_solve_right(f->context, f->s, f->m, f->chol, f->m, rows, f->m);
    }
    if (st == HPS_OK) {
        st = hpsi_svd(f->context, f->s, f->m, rows, f->d, f->left, f->vt);
    }
    if (st == HPS_OK) {
        st = project_targets(f, b);
    }
    if (st == HPS_OK) {
        find_leverages(f);
    }
    return st;
}

hps_status hpsi_family_create(hpsi_family **out, hps_context *c, int64_t s, int64_t m, double *chol,
                              double *rows, const double *w, const double *b)
{
    hpsi_family *f = hpsi_new(c, 1, sizeof *f);
    hps_status st;

    *out = NULL;
    if (f == NULL) {
        hpsi_free(chol);
        hpsi_free(rows);
        return HPS_E_MEMORY;
    }
    f->context = hpsi_context_retain(c);
    f->s = s;
    f->m = m;
    f->r = s < m ? s : m;
    f->chol = chol;
    st = factorise(f, rows, b);
    hpsi_free(rows);
    if (st != HPS_OK) {
        hpsi_family_destroy(f);
        return st;
    }
    memcpy(f->w, w, (size_t)s * sizeof *w);
    for (int64_t i = 0; i < s; i++) {
        f->log_w_sum += log(w[i]);
    }
    *out = f;
    return HPS_OK;
}

/* In the whitened basis: first R^-1, then V, never their product, whose entries are
 * larger by 1/sqrt(eta) and cancel. */
hps_status hpsi_family_transform(const hpsi_family *f, int64_t n, double *rows, int64_t ld,
                                 double *out)
{
    hps_status st = hpsi_solve_right(f->context, n, f->m, f->chol, f->m, rows, ld);

    return st == HPS_OK
               ? hpsi_gemm_nt(f->context, n, f->r, f->m, rows, ld, f->vt, f->m, 0, out, f->r)
               : st;
}

void hpsi_family_coefficients(const hpsi_family *f, double lambda, double *g)
{
    for (int64_t k = 0; k < f->r; k++) {
        g[k] = f->d[k] * f->u[k] / (f->d[k] * f->d[k] + lambda);
    }
}

void hpsi_residuals(int64_t n, int64_t width, const double *rows, const double *y, const double *g,
                    double *out)
{
    memcpy(out, y, (size_t)n * sizeof *y);
    hpsi_blas_begin();
    hpsi_gemv(0, n, width, -1, rows, width, g, 1, out);
    hpsi_blas_end();
}

void hpsi_family_residuals(const hpsi_family *f, int64_t n, const double *rows, const double *y,
                           const double *g, double *out)
{
    hpsi_residuals(n, f->r, rows, y, g, out);
}

/* e_s/(1 - H_ss), both as sums of lambda/(d^2 + lambda) so that a small lambda costs no
 * digits (gpr.md section 9). */
void hpsi_family_leave_out(const hpsi_family *f, double lambda, double *out)
{
    for (int64_t i = 0; i < f->s; i++) {
        const double *row = f->left + i * f->r;
        double residual = f->rest[i], room = f->outside[i];
        for (int64_t k = 0; k < f->r; k++) {
            const double damped = row[k] * (lambda / (f->d[k] * f->d[k] + lambda));
            residual += damped * f->u[k];
            room += damped * row[k];
        }
        out[i] = residual / (room * sqrt(f->w[i]));
    }
}

/* Gaussian with covariance delta^2 W^-1/2 (C C^T + lambda) W^-1/2, end of gpr.md section 8;
 * the bracket of its delta^2 is written without the difference. */
void hpsi_family_evidence(const hpsi_family *f, double delta, double lambda, double *minus_log,
                          double *best_delta)
{
    const double s = (double)f->s;
    double square = f->rest2 / lambda;
    double log_det = (double)(f->s - f->r) * log(lambda) - f->log_w_sum;

    for (int64_t k = 0; k < f->r; k++) {
        const double v = f->d[k] * f->d[k] + lambda;
        square += f->u[k] * f->u[k] / v;
        log_det += log(v);
    }
    *best_delta = sqrt(square / s);
    *minus_log = 0.5 * (square / (delta * delta) + 2 * s * log(delta) + log_det +
                        s * log(2 * 3.14159265358979323846));
}
