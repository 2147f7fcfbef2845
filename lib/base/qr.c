/* SPDX-License-Identifier: BSD-3-Clause */
/* Sequential QR of a tall matrix: blocks of rows are appended to a triangle with Householder
 * reflections. A reflection of column j is I - tau v v^T with v = (e_j ; p_j): 1 in row j of
 * the triangle and p_j in the new rows. A panel of them is I - V T V^T, V = (I ; P), so that
 * the columns right of the panel see products of matrices only; these go tile by tile. */
#include <math.h>
#include <string.h>

#include "base/linalg.h"

#define PANEL 32
#define COLS 128 /* columns of a tile right of the panel */
/* Additions and products of an update that are worth waking other threads for. */
#define WORTH_THREADS 3.0e7

typedef struct append {
    int64_t n, ldr, m, ldrows;
    double *r, *rows;
    int64_t first, width; /* the present panel: columns first..first+width-1 */
    int64_t ldp;          /* m and some: rows 4096 bytes apart would share one set of a cache */
    double *p;            /* [PANEL][ldp] P transposed */
    double t[PANEL * PANEL];
    double *w; /* [workers][2][PANEL][COLS] */
} append;

static void load_panel(append *a)
{
    for (int64_t i = 0; i < a->m; i++) {
        const double *row = a->rows + i * a->ldrows + a->first;

        for (int64_t j = 0; j < a->width; j++) {
            a->p[j * a->ldp + i] = row[j];
        }
    }
}

/* The reflection that makes column j of the panel zero below the triangle: writes the new
 * diagonal entry, leaves v's lower part in p_j. */
static double reflect(append *a, int64_t j)
{
    double *x = a->p + j * a->ldp;
    double *diagonal = a->r + (a->first + j) * a->ldr + a->first + j;
    double alpha = *diagonal;
    double below = hpsi_dot(a->m, x, x);
    double beta;

    if (below == 0) {
        return 0;
    }
    beta = alpha > 0 ? -sqrt(alpha * alpha + below) : sqrt(alpha * alpha + below);
    for (int64_t i = 0; i < a->m; i++) {
        x[i] /= alpha - beta;
    }
    *diagonal = beta;
    return (beta - alpha) / beta;
}

static void factor_panel(append *a)
{
    double *tau = a->w; /* of this panel, until the tiles are updated */
    double *w = a->w + PANEL;

    for (int64_t j = 0; j < a->width; j++) {
        int64_t right = a->width - j - 1;
        double *x = a->p + j * a->ldp;
        double *top = a->r + (a->first + j) * a->ldr + a->first + j + 1;

        tau[j] = reflect(a, j);
        if (right > 0 && tau[j] != 0) {
            memcpy(w, top, (size_t)right * sizeof *w);
            hpsi_gemv(0, right, a->m, 1.0, x + a->ldp, a->ldp, x, 1.0, w);
            for (int64_t k = 0; k < right; k++) {
                top[k] -= tau[j] * w[k];
            }
            hpsi_ger(right, a->m, -tau[j], w, x, x + a->ldp, a->ldp);
        }
    }
}

/* T of the compact form: T_jj = tau_j, T_ij = -tau_j (T_i,i..j-1 . G_i..j-1,j), with the
 * Gram matrix G = P^T P (the unit parts of different reflections are orthogonal). */
static void make_t(append *a)
{
    double gram[PANEL * PANEL];
    double tau[PANEL];

    memcpy(tau, a->w, sizeof tau);
    hpsi_gemm(0, 1, a->width, a->width, a->m, 1.0, a->p, a->ldp, a->p, a->ldp, 0.0, gram, PANEL);
    for (int64_t j = 0; j < a->width; j++) {
        for (int64_t i = 0; i < a->width; i++) {
            double sum = 0;

            for (int64_t k = i; k < j; k++) {
                sum += a->t[i * PANEL + k] * gram[k * PANEL + j];
            }
            a->t[i * PANEL + j] = i < j ? -tau[j] * sum : i == j ? tau[j] : 0;
        }
    }
}

/* [top; below] := (I - V T^T V^T) [top; below], of `cols` columns; w [2][PANEL][cols]. */
static void apply(const append *a, int64_t cols, double *top, int64_t ldtop, double *below,
                  int64_t ldbelow, double *w)
{
    double *u = w + PANEL * cols;

    for (int64_t i = 0; i < a->width; i++) {
        memcpy(w + i * cols, top + i * ldtop, (size_t)cols * sizeof *w);
    }
    hpsi_gemm(0, 0, a->width, cols, a->m, 1.0, a->p, a->ldp, below, ldbelow, 1.0, w, cols);
    hpsi_gemm(1, 0, a->width, cols, a->width, 1.0, a->t, PANEL, w, cols, 0.0, u, cols);
    for (int64_t i = 0; i < a->width; i++) {
        for (int64_t j = 0; j < cols; j++) {
            top[i * ldtop + j] -= u[i * cols + j];
        }
    }
    hpsi_gemm(1, 0, a->m, cols, a->width, -1.0, a->p, a->ldp, u, cols, 1.0, below, ldbelow);
}

static hps_status update_tile(int64_t item, int32_t worker, void *arg)
{
    const append *a = arg;
    int64_t j = a->first + a->width + item * COLS;
    int64_t cols = a->n - j < COLS ? a->n - j : COLS;

    apply(a, cols, a->r + a->first * a->ldr + j, a->ldr, a->rows + j, a->ldrows,
          a->w + (int64_t)worker * 2 * PANEL * COLS);
    return HPS_OK;
}

/* Columns right of the panel, tile by tile. */
static hps_status update_right(hps_context *c, append *a)
{
    int64_t right = a->n - a->first - a->width;
    int64_t n = (right + COLS - 1) / COLS;

    if (4.0 * PANEL * (double)a->m * (double)right > WORTH_THREADS) {
        return hpsi_parallel_for(c, n, update_tile, a);
    }
    for (int64_t i = 0; i < n; i++) {
        update_tile(i, 0, a);
    }
    return HPS_OK;
}

static hps_status append_panels(hps_context *c, append *a, double *qty, double *y)
{
    for (a->first = 0; a->first < a->n; a->first += PANEL) {
        hps_status s;

        a->width = a->n - a->first < PANEL ? a->n - a->first : PANEL;
        load_panel(a);
        factor_panel(a);
        make_t(a);
        apply(a, 1, qty + a->first, 1, y, 1, a->w);
        s = update_right(c, a);
        if (s != HPS_OK) {
            return s;
        }
    }
    return HPS_OK;
}

hps_status hpsi_qr_append(hps_context *c, int64_t n, double *r, int64_t ldr, double *qty,
                          double *rest, int64_t m, double *rows, int64_t ldrows, double *y)
{
    append a = {.n = n, .ldr = ldr, .m = m, .ldrows = ldrows, .r = r, .rows = rows};
    hps_status s = HPS_E_MEMORY;

    if (m == 0) {
        return HPS_OK;
    }
    a.ldp = (m + 15) / 16 * 16 + 8;
    a.p = hpsi_new(c, hpsi_size_mul(PANEL, a.ldp), sizeof *a.p);
    a.w = hpsi_new(c, (int64_t)hpsi_workers(c) * 2 * PANEL * COLS, sizeof *a.w);
    if (a.p != NULL && a.w != NULL) {
        hpsi_blas_begin();
        s = append_panels(c, &a, qty, y);
        *rest += hpsi_dot(m, y, y);
        hpsi_blas_end();
    }
    hpsi_free(a.w);
    hpsi_free(a.p);
    return s;
}
