/* SPDX-License-Identifier: BSD-3-Clause */
/* Products, triangular solves and the Cholesky factorisation over tiles of fixed size, one
 * single-threaded BLAS call each: the same bits for every number of threads. */
#include <string.h>

#include "base/linalg.h"

#define ROWS 64   /* rows of a tile of a product or of right-hand sides */
#define COLS 256  /* columns of a tile of a product */
#define BLOCK 128 /* order of a tile of the Cholesky factorisation */

static int64_t tiles(int64_t n, int64_t size)
{
    return (n + size - 1) / size;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* -------------------------------------------------------------- product */

typedef struct product {
    int64_t m, n, k, lda, ldb, ldc;
    const double *a, *b;
    double beta;
    double *c;
} product;

static hps_status product_tile(int64_t item, int32_t worker, void *arg)
{
    const product *p = arg;
    int64_t across = tiles(p->n, COLS);
    int64_t i = item / across * ROWS;
    int64_t j = item % across * COLS;

    (void)worker;
    hpsi_gemm(0, 1, least(ROWS, p->m - i), least(COLS, p->n - j), p->k, 1.0, p->a + i * p->lda,
              p->lda, p->b + j * p->ldb, p->ldb, p->beta, p->c + i * p->ldc + j, p->ldc);
    return HPS_OK;
}

hps_status hpsi_gemm_nt(hps_context *c, int64_t m, int64_t n, int64_t k, const double *a,
                        int64_t lda, const double *b, int64_t ldb, double beta, double *out,
                        int64_t ldc)
{
    product p = {m, n, k, lda, ldb, ldc, a, b, beta, out};

    return hpsi_parallel_for(c, tiles(m, ROWS) * tiles(n, COLS), product_tile, &p);
}

/* ----------------------------------------------------- triangular solve */

typedef struct triangle {
    int64_t m, n, ldr, ldb;
    const double *r;
    double *b;
} triangle;

static hps_status solve_tile(int64_t item, int32_t worker, void *arg)
{
    const triangle *t = arg;
    int64_t i = item * ROWS;

    (void)worker;
    hpsi_trsm_right(least(ROWS, t->m - i), t->n, t->r, t->ldr, t->b + i * t->ldb, t->ldb);
    return HPS_OK;
}

hps_status hpsi_solve_right(hps_context *c, int64_t m, int64_t n, const double *r, int64_t ldr,
                            double *b, int64_t ldb)
{
    triangle t = {m, n, ldr, ldb, r, b};

    return hpsi_parallel_for(c, tiles(m, ROWS), solve_tile, &t);
}

/* ------------------------------------------------------------- Cholesky */

/* Right-looking: after the block of rows k is done, the rest of the matrix loses
 * R_k^T R_k. */
typedef struct factor {
    int64_t n, lda, first; /* first row of block k */
    double *a;
} factor;

static hps_status panel_tile(int64_t item, int32_t worker, void *arg)
{
    const factor *f = arg;
    int64_t j = f->first + (item + 1) * BLOCK;

    (void)worker;
    hpsi_trsm_left_transposed(BLOCK, least(BLOCK, f->n - j), f->a + f->first * f->lda + f->first,
                              f->lda, f->a + f->first * f->lda + j, f->lda);
    return HPS_OK;
}

/* Item: one row of tiles, shortest last. */
static hps_status update_tiles(int64_t item, int32_t worker, void *arg)
{
    const factor *f = arg;
    int64_t i = f->first + (item + 1) * BLOCK;
    const double *row = f->a + f->first * f->lda;

    (void)worker;
    for (int64_t j = i; j < f->n; j += BLOCK) {
        hpsi_gemm(1, 0, least(BLOCK, f->n - i), least(BLOCK, f->n - j), BLOCK, -1.0, row + i,
                  f->lda, row + j, f->lda, 1.0, f->a + i * f->lda + j, f->lda);
    }
    return HPS_OK;
}

static hps_status factor_blocks(hps_context *c, factor *f)
{
    for (f->first = 0; f->first < f->n; f->first += BLOCK) {
        int64_t right = tiles(f->n - f->first, BLOCK) - 1;
        int64_t row;
        hps_status s;

        hpsi_blas_begin();
        row = hpsi_cholesky_block(least(BLOCK, f->n - f->first),
                                  f->a + f->first * f->lda + f->first, f->lda);
        hpsi_blas_end();
        if (row != 0) {
            return hpsi_fail(HPS_E_NUMERIC,
                             "cholesky: matrix of order %lld is not positive definite at row %lld",
                             (long long)f->n, (long long)f->first + row);
        }
        s = hpsi_parallel_for(c, right, panel_tile, f);
        s = s == HPS_OK ? hpsi_parallel_for(c, right, update_tiles, f) : s;
        if (s != HPS_OK) {
            return s;
        }
    }
    return HPS_OK;
}

hps_status hpsi_cholesky(hps_context *c, int64_t n, double *a, int64_t lda)
{
    factor f = {n, lda, 0, a};
    hps_status s = factor_blocks(c, &f);

    if (s != HPS_OK) {
        return s;
    }
    for (int64_t i = 1; i < n; i++) {
        memset(a + i * lda, 0, (size_t)i * sizeof(double));
    }
    return HPS_OK;
}
