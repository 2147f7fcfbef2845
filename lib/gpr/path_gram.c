/* SPDX-License-Identifier: BSD-3-Clause */
/* Gram forms of rows: r x r numbers instead of all test forces, or of all training rows. */
#include <math.h>

#include "base/linalg.h"
#include "gpr/path.h"
#include "gpr/rows.h"

#define TILE 64 /* rows of the Gram matrix that one worker updates at a time */

hps_status hpsi_gram_create(hpsi_gram **out, const hpsi_family *f)
{
    return hpsi_gram_new(out, f->context, f->r);
}

hps_status hpsi_gram_new(hpsi_gram **out, hps_context *c, int64_t r)
{
    hpsi_gram *q = hpsi_new(c, 1, sizeof *q);

    *out = NULL;
    if (q == NULL) {
        return HPS_E_MEMORY;
    }
    q->gg = hpsi_new(c, hpsi_size_mul(r, r), sizeof(double));
    q->h = hpsi_new(c, r, sizeof(double));
    if (q->gg == NULL || q->h == NULL) {
        hpsi_gram_destroy(q);
        return HPS_E_MEMORY;
    }
    *out = q;
    return HPS_OK;
}

void hpsi_gram_destroy(hpsi_gram *q)
{
    if (q == NULL) {
        return;
    }
    hpsi_free(q->gg);
    hpsi_free(q->h);
    hpsi_free(q->block);
    hpsi_free(q);
}

typedef struct update {
    hpsi_gram *q;
    int64_t r, n, ld;
    const double *rows;
} update;

/* Rows first.. of T^T T; only the part right of the diagonal tile is kept up to date. */
static hps_status update_tile(int64_t item, int32_t worker, void *arg)
{
    const update *a = arg;
    const int64_t first = item * TILE;
    const int64_t rows = a->r - first < TILE ? a->r - first : TILE;

    (void)worker;
    hpsi_gemm(1, 0, rows, a->r - first, a->n, 1, a->rows + first, a->ld, a->rows + first, a->ld, 1,
              a->q->gg + first * a->r + first, a->r);
    return HPS_OK;
}

hps_status hpsi_gram_add(hpsi_gram *q, hps_context *c, int64_t r, int64_t n, const double *rows,
                         int64_t ld, const double *y)
{
    update a = {q, r, n, ld, rows};
    hps_status st = hpsi_parallel_for(c, (r + TILE - 1) / TILE, update_tile, &a);

    if (st != HPS_OK) {
        return st;
    }
    hpsi_blas_begin();
    hpsi_gemv(1, n, r, 1, rows, ld, y, 1, q->h);
    q->c += hpsi_dot(n, y, y);
    hpsi_blas_end();
    q->n += n;
    return HPS_OK;
}

hps_status hpsi_gram_append(hpsi_gram *q, const hpsi_family *f, int64_t n, double *rows, int64_t ld,
                            const double *y)
{
    /* at once as large as any block of a stream: growing holds three times as much */
    const int64_t most = hpsi_stream_capacity((int32_t)f->m);
    hps_status st = hpsi_grow(f->context, (void **)&q->block, &q->capacity,
                              hpsi_size_mul(n > most ? n : most, f->r), sizeof(double));

    if (st == HPS_OK) {
        st = hpsi_family_transform(f, n, rows, ld, q->block);
    }
    return st == HPS_OK ? hpsi_gram_add(q, f->context, f->r, n, q->block, f->r, y) : st;
}

/* c - 2 g.h + g.G g, from the upper triangle of G alone. */
double hpsi_gram_residual(const hpsi_gram *q, int64_t r, const double *g, double *scratch)
{
    double sum = q->c;

    for (int64_t i = 0; i < r; i++) {
        const double *row = q->gg + i * r;
        double right = 0;
        for (int64_t j = i + 1; j < r; j++) {
            right += row[j] * g[j];
        }
        scratch[i] = g[i] * (2 * (right - q->h[i]) + row[i] * g[i]);
    }
    for (int64_t i = 0; i < r; i++) {
        sum += scratch[i];
    }
    return sum > 0 ? sum : 0;
}
