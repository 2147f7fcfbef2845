/* SPDX-License-Identifier: BSD-3-Clause */
/* Sparse points by CUR decomposition of the descriptors, with gap_fit's random draw
 * (docs/gpr.md, section 4): of X = U S V^T, one column a candidate, the leverage of
 * candidate j is sum_{k<=r} V_jk^2, r half the number of singular values that count. */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "gpr/internal.h"

#define COUNTS 1e-13  /* a singular value above it does, gap_fit's absolute threshold */
#define BATCH 512     /* candidates appended to a triangle at a time */
#define PROJECTED 256 /* candidates projected at a time; with their projections in one batch */

typedef struct leverages {
    hpsi_source *source;
    int64_t n;
    const int64_t *atom;
    double *leverage; /* [n] */
    int64_t half;     /* r */
    int64_t n_segments;
    double *triangle;    /* [n_segments][d][d] */
    double *batch;       /* [n_workers][BATCH][d] */
    double *zeros;       /* [n_workers][BATCH + d] */
    const double *basis; /* [half][d] */
} leverages;

int64_t hpsi_gpr_cur_segments(int64_t n, int64_t d)
{
    int64_t most = d > 512 ? 2 : 8;
    int64_t worth = n / (8 * d);

    return worth < 1 ? 1 : worth < most ? worth : most;
}

static int64_t half_rank(int64_t n, const double *s)
{
    int64_t count = 0;

    while (count < n && s[count] > COUNTS) {
        count++;
    }
    return count / 2 > 0 ? count / 2 : 1;
}

/* Up to as many candidates as components: U of the candidates' rows is our V. */
static hps_status from_rows(leverages *x)
{
    hpsi_source *s = x->source;
    int64_t d = s->size;
    int64_t rank = x->n < d ? x->n : d;
    double *q = hpsi_new(s->context, hpsi_size_mul(x->n, d), sizeof *q);
    double *u = hpsi_new(s->context, hpsi_size_mul(x->n, rank), sizeof *u);
    double *vt = hpsi_new(s->context, hpsi_size_mul(rank, d), sizeof *vt);
    double *value = hpsi_new(s->context, rank, sizeof *value);
    hps_status status = HPS_E_MEMORY;

    if (q != NULL && u != NULL && vt != NULL && value != NULL) {
        status = hpsi_source_gather(s, x->n, x->atom, q, d);
        status = status == HPS_OK ? hpsi_svd(s->context, x->n, d, q, value, u, vt) : status;
    }
    if (status == HPS_OK) {
        x->half = half_rank(rank, value);
        for (int64_t j = 0; j < x->n; j++) {
            x->leverage[j] = hpsi_dot(x->half, u + j * rank, u + j * rank);
        }
    }
    hpsi_free(value);
    hpsi_free(vt);
    hpsi_free(u);
    hpsi_free(q);
    return status;
}

/* One segment's triangle: its rows have the same S and V as the candidates' rows. */
static hps_status accumulate(int64_t item, int32_t worker, void *arg)
{
    const leverages *x = arg;
    hpsi_source *s = x->source;
    int64_t d = s->size;
    double *batch = x->batch + worker * BATCH * d;
    double *zeros = x->zeros + worker * (BATCH + d); /* right-hand sides: none */
    int64_t end = (item + 1) * x->n / x->n_segments;
    double rest = 0;
    hps_status status = HPS_OK;

    for (int64_t i = item * x->n / x->n_segments; status == HPS_OK && i < end; i += BATCH) {
        int64_t m = end - i < BATCH ? end - i : BATCH;

        status = hpsi_source_collect(s, m, x->atom + i, worker, batch, d);
        if (status == HPS_OK) {
            status = hpsi_qr_append(s->context, d, x->triangle + item * d * d, d, zeros + BATCH,
                                    &rest, m, batch, d, zeros);
        }
    }
    return status;
}

/* All triangles into the first, in order. */
static hps_status merge(const leverages *x)
{
    hps_context *c = x->source->context;
    int64_t d = x->source->size;
    double *zeros = hpsi_new(c, 2 * d, sizeof *zeros);
    double rest = 0;
    hps_status status = zeros != NULL ? HPS_OK : HPS_E_MEMORY;

    for (int64_t k = 1; status == HPS_OK && k < x->n_segments; k++) {
        status = hpsi_qr_append(c, d, x->triangle, d, zeros + d, &rest, d, x->triangle + k * d * d,
                                d, zeros);
    }
    hpsi_free(zeros);
    return status;
}

/* leverage_j = |S_r^-1 U_r^T q_j|^2; basis [half][d] has the rows S_r^-1 U_r^T. */
static hps_status project(int64_t item, int32_t worker, void *arg)
{
    const leverages *x = arg;
    hpsi_source *s = x->source;
    int64_t d = s->size;
    int64_t i = item * PROJECTED;
    int64_t m = x->n - i < PROJECTED ? x->n - i : PROJECTED;
    double *batch = x->batch + worker * BATCH * d;
    double *product = batch + PROJECTED * d;
    hps_status status = hpsi_source_collect(s, m, x->atom + i, worker, batch, d);

    if (status != HPS_OK) {
        return status;
    }
    hpsi_gemm(0, 1, m, x->half, d, 1.0, batch, d, x->basis, d, 0.0, product, x->half);
    for (int64_t j = 0; j < m; j++) {
        x->leverage[i + j] = hpsi_dot(x->half, product + j * x->half, product + j * x->half);
    }
    return HPS_OK;
}

static hps_status basis_of(leverages *x, double *r, double *u, double *vt, double *value)
{
    int64_t d = x->source->size;
    hps_status status = hpsi_svd(x->source->context, d, d, r, value, u, vt);

    if (status == HPS_OK) {
        x->half = half_rank(d, value);
        for (int64_t k = 0; k < x->half; k++) {
            for (int64_t i = 0; i < d; i++) {
                vt[k * d + i] /= value[k];
            }
        }
    }
    return status;
}

static hps_status decompose(leverages *x, double *u, double *vt, double *value)
{
    hps_context *c = x->source->context;
    hps_status status = hpsi_parallel_for(c, x->n_segments, accumulate, x);

    status = status == HPS_OK ? merge(x) : status;
    status = status == HPS_OK ? basis_of(x, x->triangle, u, vt, value) : status;
    x->basis = vt;
    return status == HPS_OK ? hpsi_parallel_for(c, (x->n + PROJECTED - 1) / PROJECTED, project, x)
                            : status;
}

static hps_status from_triangle(leverages *x)
{
    hps_context *c = x->source->context;
    int64_t d = x->source->size;
    int64_t workers = x->source->n_workers;
    double *u = hpsi_new(c, hpsi_size_mul(d, d), sizeof *u);
    double *vt = hpsi_new(c, hpsi_size_mul(d, d), sizeof *vt);
    double *value = hpsi_new(c, d, sizeof *value);
    hps_status status = HPS_E_MEMORY;

    x->n_segments = hpsi_gpr_cur_segments(x->n, d);
    x->triangle = hpsi_new(c, hpsi_size_mul(x->n_segments * d, d), sizeof *x->triangle);
    x->batch = hpsi_new(c, hpsi_size_mul(workers * BATCH, d), sizeof *x->batch);
    x->zeros = hpsi_new(c, workers * (BATCH + d), sizeof *x->zeros);
    if (u != NULL && vt != NULL && value != NULL && x->triangle != NULL && x->batch != NULL &&
        x->zeros != NULL) {
        status = decompose(x, u, vt, value);
    }
    hpsi_free(x->zeros);
    hpsi_free(x->batch);
    hpsi_free(x->triangle);
    hpsi_free(value);
    hpsi_free(vt);
    hpsi_free(u);
    return status;
}

/* ------------------------------------------------------------------- draw */

#define MODULUS 2147483647 /* 2^31 - 1 */

/* Minimal standard generator (Park and Miller 1988). */
static double next(int64_t *state)
{
    *state = 16807 * *state % MODULUS;
    return (double)*state / MODULUS;
}

/* The first 100 values are thrown away. */
int64_t hpsi_gpr_cur_seed(int64_t seed)
{
    int64_t state = seed % MODULUS > 0 ? seed % MODULUS : 1;

    for (int i = 0; i < 100; i++) {
        next(&state);
    }
    return state;
}

/* The n_sparse smallest of u_j - p_j, p_j = min(1, n_sparse/r leverage_j). */
static void draw(const leverages *x, int32_t n_sparse, int64_t *state, hpsi_keyed *keys,
                 int64_t *chosen)
{
    for (int64_t j = 0; j < x->n; j++) {
        double p = n_sparse / (double)x->half * x->leverage[j];

        keys[j].key = next(state) - (p < 1 ? p : 1);
        keys[j].position = j;
    }
    hpsi_sort_keyed(x->n, keys);
    for (int32_t i = 0; i < n_sparse; i++) {
        chosen[i] = keys[i].position;
    }
    hpsi_sort_positions(n_sparse, chosen);
}

hps_status hpsi_gpr_cur(hpsi_source *s, int64_t n, const int64_t *atom, int32_t n_sparse,
                        int64_t *state, int64_t *chosen)
{
    leverages x = {.source = s, .n = n, .atom = atom};
    hpsi_keyed *keys = hpsi_new(s->context, n, sizeof *keys);
    hps_status status = HPS_E_MEMORY;

    x.leverage = hpsi_new(s->context, n, sizeof *x.leverage);
    if (keys != NULL && x.leverage != NULL) {
        hpsi_blas_begin();
        status = n <= s->size ? from_rows(&x) : from_triangle(&x);
        hpsi_blas_end();
    }
    if (status == HPS_OK) {
        draw(&x, n_sparse, state, keys, chosen);
    }
    hpsi_free(x.leverage);
    hpsi_free(keys);
    return status;
}
