/* SPDX-License-Identifier: BSD-3-Clause */
/* How much memory a fit holds at its peak, from sizes alone. */
#include <string.h>

#include "gpr/internal.h"
#include "gpr/rows.h"

#define REAL ((int64_t)sizeof(double))

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Environments by element, and the number of sparse points that they could give. */
static int64_t count_points(const hps_gpr *g, const hps_dataset *d, int64_t *most_of_one)
{
    int64_t count[HPSI_ELEMENTS] = {0};
    int64_t total = 0;
    int64_t wanted = (int64_t)g->option[HPSI_GPR_N_SPARSE];
    int32_t method = (int32_t)g->option[HPSI_GPR_SPARSE_METHOD];

    *most_of_one = 0;
    for (int64_t i = 0; i < hps_dataset_n_frames(d); i++) {
        hps_frame f;

        hpsi_dataset_frame(d, i, &f);
        for (int32_t j = 0; j < f.n_atoms; j++) {
            count[f.numbers[j]]++;
        }
    }
    for (int32_t z = 1; z < HPSI_ELEMENTS; z++) {
        int64_t own = method == HPSI_SPARSE_FILE  ? g->n_chosen[z]
                      : method == HPSI_SPARSE_ALL ? count[z]
                                                  : g->n_sparse_own[z];

        *most_of_one = larger(*most_of_one, count[z]);
        total += own < count[z] ? own : count[z];
        wanted -= g->n_sparse_own[z] < wanted && count[z] > 0 ? g->n_sparse_own[z] : 0;
        count[z] = own > 0 ? 0 : count[z];
    }
    if (method == HPSI_SPARSE_CUR || method == HPSI_SPARSE_RANDOM) {
        int64_t others = 0;

        for (int32_t z = 1; z < HPSI_ELEMENTS; z++) {
            others += count[z];
        }
        total += wanted < others ? wanted : others;
    }
    return total;
}

/* cur.c: rows and their vectors, or triangle, vectors and batches, with LAPACK's work. */
static int64_t cur_bytes(int64_t n, int64_t d)
{
    int64_t k = n < d ? n : d;

    if (n <= d) {
        return REAL * (2 * n * d + n * k + 4 * k * k + 7 * k);
    }
    return REAL * (3 * d * d + 2 * 512 * d + 4 * d * d + 7 * d);
}

hps_status hps_gpr_memory(const hps_gpr *g, const hps_dataset *train, int64_t *bytes)
{
    int64_t source;
    int64_t kept;
    int64_t m;
    int64_t n;
    int64_t d;
    int64_t select;
    int64_t fit;

    if (g == NULL || train == NULL || bytes == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: the model, the training set or bytes is NULL");
    }
    if (hps_soap_check(g->soap) != HPS_OK) {
        return HPS_E_OPTION;
    }
    d = hps_soap_size(g->soap);
    hpsi_source_memory(g->soap, train, &source, &kept);
    m = count_points(g, train, &n);
    select = 6 * REAL * hps_dataset_n_atoms(train) + 512 * d * REAL;
    if ((int32_t)g->option[HPSI_GPR_SPARSE_METHOD] == HPSI_SPARSE_CUR) {
        select += cur_bytes(n, d);
    }
    fit = REAL * (2 * m * m + m * d + hpsi_stream_capacity((int32_t)m) * (m + 32 + 3));
    *bytes = source + larger(select, fit);
    return HPS_OK;
}
