/* SPDX-License-Identifier: BSD-3-Clause */
/* The delta of the largest marginal likelihood for given noises (docs/gpr.md, section 13):
 * one singular-value decomposition of the triangle of a fit, then numbers only. */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "gpr/internal.h"

#define GRID 240    /* points over the logarithm of the range, then golden section */
#define WIDTH 1e-11 /* of ln s, at which it ends */
#define GOLDEN 0.6180339887498949

typedef struct profile {
    int64_t n;
    double *d2, *u2; /* [n] squares of singular values and of the projected targets */
    double rest, delta;
} profile;

/* -ln p but for constants, at s delta: the quadratic form and half the logarithm of the
 * determinant of I + s^2 C C^T. */
static double evidence_at(const profile *p, double log_s)
{
    double s2 = exp(2 * log_s);
    double square = p->rest;
    double log_det = 0;

    for (int64_t k = 0; k < p->n; k++) {
        square += p->u2[k] / (1 + s2 * p->d2[k]);
        log_det += log1p(s2 * p->d2[k]);
    }
    return 0.5 * (square / (p->delta * p->delta) + log_det);
}

static double least(const profile *p, double low, double high)
{
    double step = (high - low) / GRID;
    double best = low;
    double value = evidence_at(p, low);
    double a;
    double b;

    for (int i = 1; i <= GRID; i++) {
        double v = evidence_at(p, low + i * step);

        best = v < value ? low + i * step : best;
        value = v < value ? v : value;
    }
    a = best - step > low ? best - step : low;
    b = best + step < high ? best + step : high;
    while (b - a > WIDTH) {
        double left = b - GOLDEN * (b - a);
        double right = a + GOLDEN * (b - a);

        if (evidence_at(p, left) < evidence_at(p, right)) {
            b = right;
        } else {
            a = left;
        }
    }
    return (a + b) / 2;
}

/* p->d2 and p->u2 of the triangle t = U S V^T: S^2 and (U^T qty)^2. */
static hps_status decompose(hps_context *c, profile *p, double *t, const double *qty)
{
    int64_t n = p->n;
    double *u = hpsi_new(c, hpsi_size_mul(n, n), sizeof *u);
    double *vt = hpsi_new(c, hpsi_size_mul(n, n), sizeof *vt);
    hps_status status = HPS_E_MEMORY;

    if (u != NULL && vt != NULL) {
        status = hpsi_svd(c, n, n, t, p->d2, u, vt);
    }
    if (status == HPS_OK) {
        hpsi_blas_begin();
        hpsi_gemv(1, n, n, 1, u, n, qty, 0, p->u2);
        hpsi_blas_end();
        for (int64_t k = 0; k < n; k++) {
            p->d2[k] *= p->d2[k];
            p->u2[k] *= p->u2[k];
        }
    }
    hpsi_free(vt);
    hpsi_free(u);
    return status;
}

hps_status hpsi_gpr_best_scale(hps_context *c, int64_t n, const double *t, const double *qty,
                               double rest, double delta, double *scale)
{
    const hpsi_option *range = &hpsi_gpr_options.rows[HPSI_GPR_DELTA];
    profile p = {.n = n, .rest = rest, .delta = delta};
    double *copy = hpsi_new(c, hpsi_size_mul(n, n), sizeof *copy);
    hps_status status = HPS_E_MEMORY;

    p.d2 = hpsi_new(c, n, sizeof *p.d2);
    p.u2 = hpsi_new(c, n, sizeof *p.u2);
    if (copy != NULL && p.d2 != NULL && p.u2 != NULL) {
        memcpy(copy, t, (size_t)(n * n) * sizeof *t);
        status = decompose(c, &p, copy, qty);
    }
    if (status == HPS_OK) {
        *scale = exp(least(&p, log(range->minimum / delta), log(range->maximum / delta)));
    }
    hpsi_free(p.u2);
    hpsi_free(p.d2);
    hpsi_free(copy);
    return status;
}
