/* SPDX-License-Identifier: BSD-3-Clause */
/* The expected improvement of a Gaussian process (Jones, Schonlau and Welch, J. Global Optim. 13
 * (1998) 455), in logarithms, since far from the best point it is less than the least double.
 * Eight points are looked at at once: the factor of the covariance, which does not fit into the
 * nearest cache, is read once for all of them. */
#include "swarm/surface.h"

#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "base/targets.h"

enum { LANES = HPSI_SEEK_POINTS, ROWS = 4 };
#define PRIOR (1.0 + HPSI_ARD_LEVEL) /* variance where nothing is known, without the noise */
#define NOTHING 1e-12                /* of it: rounding */
/* Down to there the difference of two numbers loses t^2 units of rounding only. */
#define FAR (-30.0)
typedef double lanes __attribute__((vector_size(8 * LANES), aligned(8), may_alias));

void hpsi_seek_destroy(hpsi_seek *s)
{
    if (s == NULL) {
        return;
    }
    hpsi_free(s->z);
    hpsi_free(s->factor);
    hpsi_free(s->kernel);
    hpsi_free(s->block);
    hpsi_free(s->at);
    hpsi_free(s);
}

hps_status hpsi_seek_create(hpsi_seek **out, hps_context *c, int32_t max_points, int32_t n_dims)
{
    *out = NULL;
    hpsi_seek *s = hpsi_new(c, 1, sizeof *s);
    if (s == NULL) {
        return HPS_E_MEMORY;
    }
    s->max_points = max_points;
    s->n_dims = n_dims;
    s->ld = hpsi_padded(max_points);
    s->z = hpsi_new(c, s->ld * n_dims, sizeof *s->z);
    s->factor = hpsi_new(c, s->ld * s->ld, sizeof *s->factor);
    s->kernel = hpsi_new(c, s->ld, sizeof *s->kernel);
    s->block = hpsi_new(c, s->ld * LANES, sizeof *s->block);
    s->at = hpsi_new(c, n_dims, sizeof *s->at);
    if (s->z == NULL || s->factor == NULL || s->kernel == NULL || s->block == NULL ||
        s->at == NULL) {
        hpsi_seek_destroy(s);
        return HPS_E_MEMORY;
    }
    *out = s;
    return HPS_OK;
}

void hpsi_seek_begin(hpsi_seek *s, const hpsi_ard *ard, const double *y, int32_t more)
{
    int32_t n = ard->n;
    s->ld = hpsi_padded(n + more < s->max_points ? n + more : s->max_points);
    s->ard = ard;
    s->n = n;
    s->least = (double)INFINITY;
    s->variance = 0.0;
    for (int32_t i = 0; i < n; i++) {
        double t = (y[i] - ard->mean[0]) / ard->deviation[0];
        s->least = fmin(s->least, t);
        s->variance += ard->weight[i] * t / n; /* the most likely one, as in the fit */
        memcpy(s->factor + i * s->ld + i, ard->factor + i * ard->ld + i,
               (size_t)(n - i) * sizeof *s->factor);
    }
    for (int32_t d = 0; d < s->n_dims; d++) {
        memcpy(s->z + d * s->ld, ard->z + d * ard->ld, (size_t)n * sizeof *s->z);
        memset(s->z + d * s->ld + n, 0, (size_t)(s->ld - n) * sizeof *s->z);
    }
}

/* Kernel of all points with u into column `lane` of block; the mean at u. */
static double kernels(hpsi_seek *s, const double *u, int32_t lane)
{
    for (int32_t d = 0; d < s->n_dims; d++) {
        s->at[d] = u[d] * s->ard->inverse_length[d];
    }
    hpsi_matern_at(s->ld, s->n_dims, s->z, s->at, HPSI_ARD_LEVEL, s->kernel);
    for (int32_t i = 0; i < s->n; i++) {
        s->block[(int64_t)i * LANES + lane] = s->kernel[i];
    }
    return hpsi_dot(s->ard->n, s->ard->weight, s->kernel);
}

/* Rows p .. end - 1 of R^-T block, once the rows above have been taken from them; their squares
 * are added to *sum. */
static inline __attribute__((always_inline)) void solve_rows(int64_t p, int64_t end, int64_t ld,
                                                             const double *r, lanes *b, lanes *sum)
{
    for (int64_t i = p; i < end; i++) {
        for (int64_t k = p; k < i; k++) {
            b[i] -= r[k * ld + i] * b[k];
        }
        b[i] /= r[i * ld + i];
        *sum += b[i] * b[i];
    }
}

/* block := R^-T block, square[LANES] its columns' squared lengths. */
HPSI_PER_TARGET static void solve(int64_t n, int64_t ld, const double *r, double *block,
                                  double *square)
{
    lanes *b = (lanes *)block;
    lanes sum = {0.0};
    int64_t p = 0;
    for (; p + ROWS <= n; p += ROWS) {
        const double *row = r + p * ld;
        solve_rows(p, p + ROWS, ld, r, b, &sum);
        for (int64_t j = p + ROWS; j < n; j++) {
            b[j] -= (row[j] * b[p] + row[ld + j] * b[p + 1]) +
                    (row[2 * ld + j] * b[p + 2] + row[3 * ld + j] * b[p + 3]);
        }
    }
    solve_rows(p, n, ld, r, b, &sum);
    *(lanes *)square = sum;
}

double hpsi_log_improvement(double t)
{
    if (t > FAR) {
        double density = 0.3989422804014327 * exp(-0.5 * t * t);
        return log(density + 0.5 * t * erfc(-0.7071067811865476 * t));
    }
    double a = 1.0 / (t * t); /* 1 + t Phi(t)/phi(t) by its asymptotic series */
    return -0.5 * t * t - 0.9189385332046727 +
           log(a * (1.0 - a * (3.0 - a * (15.0 - a * (105.0 - a * 945.0)))));
}

void hpsi_seek_predict(hpsi_seek *s, int32_t count, const double *u, double *mean,
                       double *deviation)
{
    double square[LANES];
    memset(s->block, 0, (size_t)s->n * LANES * sizeof *s->block);
    for (int32_t k = 0; k < count; k++) {
        mean[k] = kernels(s, u + (int64_t)k * s->n_dims, k);
    }
    solve(s->n, s->ld, s->factor, s->block, square);
    for (int32_t k = 0; k < count; k++) {
        deviation[k] = sqrt(s->variance * fmax(PRIOR - square[k], NOTHING));
    }
}

void hpsi_seek_gains(hpsi_seek *s, int32_t count, const double *u, double *gain)
{
    double mean[LANES], deviation[LANES];
    hpsi_seek_predict(s, count, u, mean, deviation);
    for (int32_t k = 0; k < count; k++) {
        gain[k] = hpsi_log_improvement((s->least - mean[k]) / deviation[k]) + log(deviation[k]);
    }
}

void hpsi_seek_believe(hpsi_seek *s, const double *u)
{
    int32_t n = s->n;
    double square[LANES];
    if (n >= s->ld) {
        return;
    }
    memset(s->block, 0, (size_t)n * LANES * sizeof *s->block);
    (void)kernels(s, u, 0);
    solve(n, s->ld, s->factor, s->block, square);
    double noise = exp(s->ard->found[s->n_dims]);
    for (int32_t i = 0; i < n; i++) {
        s->factor[i * s->ld + n] = s->block[(int64_t)i * LANES];
    }
    s->factor[n * s->ld + n] = sqrt(fmax(PRIOR - square[0], NOTHING) + noise);
    for (int32_t d = 0; d < s->n_dims; d++) {
        s->z[d * s->ld + n] = s->at[d];
    }
    s->n++;
}
