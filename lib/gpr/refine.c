/* SPDX-License-Identifier: BSD-3-Clause */
/* Iterative refinement of a fit (Golub and Van Loan, section 5.3.8): the gradient
 *   g = A^T D^2 (y - A alpha') - (k_MM + eta I) alpha'/s^2        D = delta/sigma
 * in numbers of two doubles, k_MM anew from the descriptors, then
 * alpha' += R^-1 (T^T T)^-1 R^-T g. The rounding of k_MM is what a fit in double suffers from
 * where the jitter is small; in long double 1/2048 of that would be left (docs/gpr.md, 5). */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "base/twofold.h"
#include "gpr/refine.h"

#define ROWS 32 /* of one item: sparse points, or rows of the system */
#define COLS 64 /* sparse points of one item of the sum over rows */
#define MOST_STEPS 4
/* A step this small beside beta leaves less than the rounding of a prediction behind. */
#define SMALL 1e-8

typedef struct gradient {
    const hpsi_refined *x;
    const hpsi_rows *rows; /* the present block */
    double zeta;
    hpsi_two *residual; /* [capacity] D^2 (y - A alpha') of the block's rows */
    int64_t capacity;
    double *g;   /* [M] */
    double *low; /* [M] what g lacks */
} gradient;

/* ------------------------------------------------------------- the prior */

static int32_t element_of(const hpsi_sparse *p, int64_t i)
{
    int32_t e = 0;

    while (i >= p->first[p->number[e]] + p->count[p->number[e]]) {
        e++;
    }
    return p->number[e];
}

static hps_status prior_rows(int64_t item, int32_t worker, void *arg)
{
    const gradient *x = arg;
    const hpsi_sparse *p = x->x->fit.sparse;
    const double *alpha = x->x->alpha;
    const hpsi_two minus = {-1 / (x->x->scale * x->x->scale), 0};
    const hpsi_two eta = {x->x->eta, 0};
    int64_t end = (item + 1) * ROWS < p->total ? (item + 1) * ROWS : p->total;

    (void)worker;
    for (int64_t i = item * ROWS; i < end; i++) {
        const hpsi_two nothing = {0, 0};
        const int32_t z = element_of(p, i);
        hpsi_two sum = hpsi_two_add_product(nothing, eta, alpha[i]);

        for (int64_t j = p->first[z]; j < p->first[z] + p->count[z]; j++) {
            const hpsi_two k = hpsi_two_dot(p->size, p->q + i * p->ld, p->q + j * p->ld);

            sum = hpsi_two_add_product(sum, hpsi_two_power(k, x->zeta), alpha[j]);
        }
        sum = hpsi_two_multiply(sum, minus);
        x->g[i] = sum.high;
        x->low[i] = sum.low;
    }
    return HPS_OK;
}

/* -------------------------------------------------------------- the data */

static hps_status residuals(int64_t item, int32_t worker, void *arg)
{
    const gradient *x = arg;
    const hpsi_rows *r = x->rows;
    int64_t end = (item + 1) * ROWS < r->m ? (item + 1) * ROWS : r->m;

    (void)worker;
    for (int64_t i = item * ROWS; i < end; i++) {
        const double weight = x->x->fit.delta / r->sigma[i];
        const hpsi_two square = {weight * weight, 0};
        const hpsi_two y = {r->y[i], 0};
        hpsi_two sum = hpsi_two_dot(x->x->fit.sparse->total, r->a + i * r->ld, x->x->alpha);

        sum = hpsi_two_add_product(y, sum, -1);
        x->residual[i] = hpsi_two_multiply(sum, square);
    }
    return HPS_OK;
}

static hps_status add_columns(int64_t item, int32_t worker, void *arg)
{
    const gradient *x = arg;
    const hpsi_rows *r = x->rows;
    int64_t first = item * COLS;
    int64_t end = first + COLS < x->x->fit.sparse->total ? first + COLS : x->x->fit.sparse->total;

    (void)worker;
    for (int64_t i = 0; i < r->m; i++) {
        hpsi_two_add_multiple(end - first, x->residual[i], r->a + i * r->ld + first, x->g + first,
                              x->low + first);
    }
    return HPS_OK;
}

static hps_status add_rows(const hpsi_rows *rows, void *arg)
{
    gradient *x = arg;
    hps_context *c = x->x->fit.g->context;
    void *residual = x->residual;
    hps_status s = hpsi_grow(c, &residual, &x->capacity, rows->m, sizeof *x->residual);

    x->residual = residual;
    x->rows = rows;
    s = s == HPS_OK ? hpsi_parallel_for(c, (rows->m + ROWS - 1) / ROWS, residuals, x) : s;
    return s == HPS_OK
               ? hpsi_parallel_for(c, (x->x->fit.sparse->total + COLS - 1) / COLS, add_columns, x)
               : s;
}

/* ------------------------------------------------------------- the steps */

static hps_status find_gradient(gradient *x)
{
    const hpsi_fitted *f = &x->x->fit;
    hps_status s =
        hpsi_parallel_for(f->g->context, (f->sparse->total + ROWS - 1) / ROWS, prior_rows, x);

    return s == HPS_OK ? hpsi_gpr_stream(f->g, f->source, f->sparse, f->e0, f->kinds, add_rows, x)
                       : s;
}

/* alpha' += R^-1 (T^T T)^-1 R^-T g; *size: of the step in beta, beside beta's own. */
static void take_step(const gradient *x, double *d, double *size)
{
    const hpsi_fitted *f = &x->x->fit;
    const double *beta = x->x->beta;
    int64_t n = f->sparse->total;

    memcpy(d, x->g, (size_t)n * sizeof *d);
    hpsi_blas_begin();
    hpsi_solve_vector(n, f->r, n, 1, d);
    hpsi_solve_vector(n, f->t, n, 1, d);
    hpsi_solve_vector(n, f->t, n, 0, d);
    *size = sqrt(hpsi_dot(n, d, d) / hpsi_dot(n, beta, beta));
    hpsi_solve_vector(n, f->r, n, 0, d);
    hpsi_blas_end();
}

hps_status hpsi_gpr_refine(hpsi_refined *x)
{
    hps_context *c = x->fit.g->context;
    int64_t n = x->fit.sparse->total;
    gradient f = {.x = x, .zeta = x->fit.g->option[HPSI_GPR_ZETA]};
    double *d = hpsi_new(c, n, sizeof *d);
    double size = 1;
    hps_status s = HPS_E_MEMORY;

    f.g = hpsi_new(c, 2 * n, sizeof *f.g);
    if (d != NULL && f.g != NULL) {
        s = HPS_OK;
        f.low = f.g + n;
        for (int32_t step = 0; s == HPS_OK && step < MOST_STEPS && size > SMALL; step++) {
            s = find_gradient(&f);
            if (s == HPS_OK) {
                take_step(&f, d, &size);
                hpsi_log(c, HPS_LOG_DEBUG, "gpr: refinement %d moves the solution by %.1e",
                         step + 1, size);
                for (int64_t i = 0; i < n; i++) {
                    x->alpha[i] += d[i];
                }
            }
        }
    }
    hpsi_free(f.residual);
    hpsi_free(f.g);
    hpsi_free(d);
    return s;
}
