/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel between two lists of environments. */
#include <string.h>

#include "base/linalg.h"
#include "kernel/internal.h"

#define ROWS 32 /* of one item of parallel work */

typedef struct matrix {
    hpsi_source source;
    hpsi_power power;
    int64_t n_rows, n_cols;
    const int64_t *rows, *cols;
    double *row_q, *col_q; /* [n_rows][ld], [n_cols][ld] */
    double *k;             /* [n_rows][n_cols] */
} matrix;

static hps_status fill_rows(int64_t item, int32_t worker, void *arg)
{
    const matrix *x = arg;
    const hpsi_source *s = &x->source;
    int64_t first = item * ROWS;
    int64_t n = x->n_rows - first < ROWS ? x->n_rows - first : ROWS;
    double *k = x->k + first * x->n_cols;

    (void)worker;
    hpsi_gemm(0, 1, n, x->n_cols, s->size, 1.0, x->row_q + first * s->ld, s->ld, x->col_q, s->ld,
              0.0, k, x->n_cols);
    hpsi_power_apply(&x->power, n * x->n_cols, k);
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < x->n_cols; j++) {
            if (s->species[x->rows[first + i]] != s->species[x->cols[j]]) {
                k[i * x->n_cols + j] = 0;
            }
        }
    }
    return HPS_OK;
}

static hps_status compute(matrix *x)
{
    hpsi_source *s = &x->source;
    hps_status status;

    x->row_q = hpsi_new(s->context, hpsi_size_mul(x->n_rows, s->ld), sizeof(double));
    x->col_q = hpsi_new(s->context, hpsi_size_mul(x->n_cols, s->ld), sizeof(double));
    if (x->row_q == NULL || x->col_q == NULL) {
        return HPS_E_MEMORY;
    }
    status = hpsi_source_gather(s, x->n_rows, x->rows, x->row_q, s->ld);
    if (status == HPS_OK) {
        status = hpsi_source_gather(s, x->n_cols, x->cols, x->col_q, s->ld);
    }
    if (status == HPS_OK) {
        status = hpsi_parallel_for(s->context, (x->n_rows + ROWS - 1) / ROWS, fill_rows, x);
    }
    return status;
}

static hps_status check_list(const char *name, int64_t n, const int64_t *list, int64_t n_atoms)
{
    if (n < 0 || (n > 0 && list == NULL)) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: n_%s = %lld must be >= 0, with a list if > 0",
                         name, (long long)n);
    }
    for (int64_t i = 0; i < n; i++) {
        if (list[i] < 0 || list[i] >= n_atoms) {
            return hpsi_fail(HPS_E_ARGUMENT, "kernel: %s[%lld] = %lld must be 0 to %lld", name,
                             (long long)i, (long long)list[i], (long long)n_atoms - 1);
        }
    }
    return HPS_OK;
}

hps_status hps_kernel_matrix(const hps_soap *s, const hps_dataset *d, double zeta, int64_t n_rows,
                             const int64_t *rows, int64_t n_cols, const int64_t *cols, double *k)
{
    matrix x = {.n_rows = n_rows, .n_cols = n_cols, .rows = rows, .cols = cols, .k = k};
    hps_status status;

    if (s == NULL || d == NULL || k == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: the descriptor, the data set or k is NULL");
    }
    if (!(zeta > 0) || zeta > 1000) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: zeta = %g must be above 0 and at most 1000",
                         zeta);
    }
    status = check_list("rows", n_rows, rows, hps_dataset_n_atoms(d));
    status = status == HPS_OK ? check_list("cols", n_cols, cols, hps_dataset_n_atoms(d)) : status;
    if (status != HPS_OK || n_rows == 0 || n_cols == 0) {
        return status;
    }
    hpsi_power_make(&x.power, zeta);
    status = hpsi_source_open(&x.source, s, d);
    if (status != HPS_OK) {
        return status;
    }
    status = compute(&x);
    hpsi_free(x.col_q);
    hpsi_free(x.row_q);
    hpsi_source_close(&x.source);
    return status;
}
