/* SPDX-License-Identifier: BSD-3-Clause */
/* Fits by normal equations in the whitened basis, docs/gpr.md section 12: every noise and
 * every delta from one pass over the training rows. */
#include "gpr/path.h"

#include <float.h>
#include <math.h>

#include "base/linalg.h"

#define TILE 64 /* rows of the matrix that one worker adds up at a time */

/* R^-T R^-1 from the rows of R^-1, for which the room of the sum and zeros as targets do. */
static hps_status make_prior(hpsi_normal *n)
{
    double *zeros = hpsi_new(n->context, n->m, sizeof *zeros);
    hps_status st = zeros != NULL ? hpsi_gram_new(&n->prior, n->context, n->m) : HPS_E_MEMORY;

    for (int64_t i = 0; st == HPS_OK && i < n->m; i++) {
        n->sum[i * n->m + i] = 1;
    }
    if (st == HPS_OK) {
        st = hpsi_solve_right(n->context, n->m, n->m, n->chol, n->m, n->sum, n->m);
    }
    if (st == HPS_OK) {
        st = hpsi_gram_add(n->prior, n->context, n->m, n->m, n->sum, n->m, zeros);
    }
    hpsi_free(zeros);
    return st;
}

hps_status hpsi_normal_create(hpsi_normal **out, hps_context *c, int64_t m, double *chol)
{
    hpsi_normal *n = hpsi_new(c, 1, sizeof *n);
    hps_status st = HPS_E_MEMORY;

    *out = NULL;
    if (n == NULL) {
        hpsi_free(chol);
        return HPS_E_MEMORY;
    }
    n->context = hpsi_context_retain(c);
    n->m = m;
    n->chol = chol;
    n->sum = hpsi_new(c, hpsi_size_mul(m, m), sizeof(double));
    if (n->sum != NULL) {
        st = make_prior(n);
    }
    if (st != HPS_OK) {
        hpsi_normal_destroy(n);
        return st;
    }
    *out = n;
    return HPS_OK;
}

void hpsi_normal_destroy(hpsi_normal *n)
{
    if (n == NULL) {
        return;
    }
    for (int32_t k = 0; k < HPSI_PARTS; k++) {
        hpsi_gram_destroy(n->part[k]);
    }
    hpsi_gram_destroy(n->prior);
    hpsi_free(n->chol);
    hpsi_free(n->sum);
    hpsi_context_release(n->context);
    hpsi_free(n);
}

/* ------------------------------------------------------------ training rows */

static void swap(double *a, double *b, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const double v = a[i];
        a[i] = b[i];
        b[i] = v;
    }
}

/* Bring the rows of one part to the front of first..; the number of the first row that
 * follows them. */
static int64_t gather_part(const hpsi_rows *rows, int32_t part, int64_t first)
{
    for (int64_t i = first; i < rows->m; i++) {
        if (rows->part[i] != part) {
            continue;
        }
        if (i != first) {
            swap(rows->a + i * rows->ld, rows->a + first * rows->ld, rows->ld);
            swap(rows->y + i, rows->y + first, 1);
            rows->part[i] = rows->part[first];
            rows->part[first] = part;
        }
        first++;
    }
    return first;
}

hps_status hpsi_normal_append(hpsi_normal *n, const hpsi_rows *rows)
{
    hps_status st = hpsi_solve_right(n->context, rows->m, n->m, n->chol, n->m, rows->a, rows->ld);
    int64_t first = 0;

    for (int32_t k = 0; st == HPS_OK && k < HPSI_PARTS; k++) {
        const int64_t end = gather_part(rows, k, first);

        if (end > first && n->part[k] == NULL) {
            st = hpsi_gram_new(&n->part[k], n->context, n->m);
        }
        if (end > first && st == HPS_OK) {
            st = hpsi_gram_add(n->part[k], n->context, n->m, end - first,
                               rows->a + first * rows->ld, rows->ld, rows->y + first);
        }
        first = end;
    }
    return st;
}

/* ------------------------------------------------------------------ solution */

typedef struct addition {
    hpsi_normal *n;
    const double *factor;
    double eta; /* beyond that of R */
} addition;

/* Rows of I + eta R^-T R^-1 + sum_k factor_k G_k, right of the diagonal. */
static hps_status add_tile(int64_t item, int32_t worker, void *arg)
{
    const addition *a = arg;
    const int64_t m = a->n->m;
    const int64_t end = (item + 1) * TILE < m ? (item + 1) * TILE : m;

    (void)worker;
    for (int64_t i = item * TILE; i < end; i++) {
        double *row = a->n->sum + i * m;

        for (int64_t j = i; j < m; j++) {
            row[j] = a->eta * a->n->prior->gg[i * m + j];
        }
        for (int32_t k = 0; k < HPSI_PARTS; k++) {
            const double *from = a->n->part[k] != NULL ? a->n->part[k]->gg + i * m : NULL;

            for (int64_t j = i; from != NULL && j < m; j++) {
                row[j] += a->factor[k] * from[j];
            }
        }
        row[i] += 1;
    }
    return HPS_OK;
}

/* The smallest eigenvalue is that of the prior, 1; rounding adds some eps times the largest,
 * which is not above the trace. */
static hps_status check_accuracy(const hpsi_normal *n, const double factor[HPSI_PARTS])
{
    double trace = 0;

    for (int32_t k = 0; k < HPSI_PARTS; k++) {
        for (int64_t i = 0; n->part[k] != NULL && i < n->m; i++) {
            trace += factor[k] * n->part[k]->gg[i * n->m + i];
        }
    }
    if (DBL_EPSILON * trace <= HPSI_NORMAL_LIMIT) {
        return HPS_OK;
    }
    return hpsi_fail(HPS_E_NUMERIC,
                     "path: the noises are too small beside delta for normal equations: eps d^2 = "
                     "%g must not exceed %g; make a fit",
                     DBL_EPSILON * trace, HPSI_NORMAL_LIMIT);
}

hps_status hpsi_normal_solve(hpsi_normal *n, double delta, const double factor[HPSI_PARTS],
                             double *g)
{
    addition a = {n, factor, n->jitter / (delta * delta) - n->eta};
    hps_status st = check_accuracy(n, factor);

    if (st == HPS_OK) {
        st = hpsi_parallel_for(n->context, (n->m + TILE - 1) / TILE, add_tile, &a);
    }
    if (st == HPS_OK) {
        st = hpsi_cholesky(n->context, n->m, n->sum, n->m);
    }
    if (st != HPS_OK) {
        return st == HPS_E_NUMERIC ? hpsi_prefix(st, "path: make a fit") : st;
    }
    for (int64_t i = 0; i < n->m; i++) {
        g[i] = 0;
        for (int32_t k = 0; k < HPSI_PARTS; k++) {
            g[i] += n->part[k] != NULL ? factor[k] * n->part[k]->h[i] : 0;
        }
    }
    hpsi_blas_begin();
    hpsi_solve_vector(n->m, n->sum, n->m, 1, g);
    hpsi_solve_vector(n->m, n->sum, n->m, 0, g);
    hpsi_blas_end();
    return HPS_OK;
}
