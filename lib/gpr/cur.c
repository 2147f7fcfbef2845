/* SPDX-License-Identifier: BSD-3-Clause */
/* Sparse points by CUR decomposition of the descriptors, with gap_fit's random draw
 * (docs/gpr.md, section 4): of X = U S V^T, one column a candidate, the leverage of
 * candidate j is sum_{k<=r} V_jk^2, r half the number of singular values that count. */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "gpr/internal.h"

#define COUNTS 1e-13 /* a singular value above it does, gap_fit's absolute threshold */
#define BATCH 512    /* candidates treated at a time */

typedef struct leverages {
    hpsi_source *source;
    int64_t n;
    const int64_t *atom;
    double *leverage; /* [n] */
    int64_t half;     /* r */
} leverages;

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

/* Triangle of the candidates' rows, which has their S and, as V, the U of X. */
static hps_status accumulate(const leverages *x, double *r, double *batch, double *zeros)
{
    hpsi_source *s = x->source;
    double *qty = zeros + BATCH;
    double rest = 0;

    for (int64_t i = 0; i < x->n; i += BATCH) {
        int64_t m = x->n - i < BATCH ? x->n - i : BATCH;
        hps_status status = hpsi_source_gather(s, m, x->atom + i, batch, s->size);

        if (status == HPS_OK) {
            status = hpsi_qr_append(s->context, s->size, r, s->size, qty, &rest, m, batch, s->size,
                                    zeros);
        }
        if (status != HPS_OK) {
            return status;
        }
    }
    return HPS_OK;
}

/* leverage_j = |S_r^-1 U_r^T q_j|^2; basis [half][d] has the rows S_r^-1 U_r^T. */
static hps_status project(leverages *x, const double *basis, double *batch, double *product)
{
    hpsi_source *s = x->source;

    for (int64_t i = 0; i < x->n; i += BATCH) {
        int64_t m = x->n - i < BATCH ? x->n - i : BATCH;
        hps_status status = hpsi_source_gather(s, m, x->atom + i, batch, s->size);

        if (status == HPS_OK) {
            status = hpsi_gemm_nt(s->context, m, x->half, s->size, batch, s->size, basis, s->size,
                                  0.0, product, x->half);
        }
        if (status != HPS_OK) {
            return status;
        }
        for (int64_t j = 0; j < m; j++) {
            x->leverage[i + j] = hpsi_dot(x->half, product + j * x->half, product + j * x->half);
        }
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

static hps_status from_triangle(leverages *x)
{
    hps_context *c = x->source->context;
    int64_t d = x->source->size;
    double *r = hpsi_new(c, hpsi_size_mul(d, d), sizeof *r);
    double *vt = hpsi_new(c, hpsi_size_mul(d, d), sizeof *vt);
    double *batch = hpsi_new(c, hpsi_size_mul(BATCH, d), sizeof *batch);
    double *u = hpsi_new(c, hpsi_size_mul(d > BATCH ? d : BATCH, d), sizeof *u);
    double *value = hpsi_new(c, BATCH + 2 * d, sizeof *value);
    hps_status status = HPS_E_MEMORY;

    if (r != NULL && vt != NULL && batch != NULL && u != NULL && value != NULL) {
        status = accumulate(x, r, batch, value);
        status = status == HPS_OK ? basis_of(x, r, u, vt, value) : status;
        status = status == HPS_OK ? project(x, vt, batch, u) : status;
    }
    hpsi_free(value);
    hpsi_free(u);
    hpsi_free(batch);
    hpsi_free(vt);
    hpsi_free(r);
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
