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
static int64_t cur_bytes(int64_t n, int64_t d, int64_t workers)
{
    int64_t k = n < d ? n : d;

    if (n <= d) {
        return REAL * (2 * n * d + n * k + 3 * k * k + 7 * k);
    }
    return REAL * ((hpsi_gpr_cur_segments(n, d) + 5) * d * d + workers * 576 * d + 7 * d);
}

/* ------------------------------------------------------------------ probe */

/* What the descriptor's tables and the buffers of one worker take is found by making them and
 * treating the first block of the largest frame. */
typedef struct probe {
    int64_t plan, work, n_pairs; /* bytes, bytes, most neighbours of a centre */
} probe;

static int64_t held_by(const hps_context *c)
{
    int64_t held;

    hps_context_memory(c, &held, NULL);
    return held;
}

static int64_t largest_frame(const hps_dataset *d)
{
    int64_t best = 0;
    int64_t most = 0;

    for (int64_t i = 0; i < hps_dataset_n_frames(d); i++) {
        int64_t n = hpsi_dataset_first_atom(d, i + 1) - hpsi_dataset_first_atom(d, i);

        best = n > most ? i : best;
        most = larger(n, most);
    }
    return best;
}

static hps_status probe_block(const hpsi_soap_plan *plan, hpsi_soap_work *w, const hps_frame *f,
                              hps_context *c, probe *p)
{
    int64_t size = hpsi_soap_plan_size(plan);
    int32_t count = f->n_atoms < HPSI_SOAP_BLOCK ? f->n_atoms : HPSI_SOAP_BLOCK;
    double *q = hpsi_new(c, hpsi_size_mul(HPSI_SOAP_BLOCK, size), sizeof *q);
    hps_status status = HPS_E_MEMORY;

    if (q != NULL) {
        status = hpsi_soap_block(plan, w, f, 0, count, q, size);
    }
    for (int32_t i = 0; status == HPS_OK && i < count; i++) {
        int64_t n;
        const int32_t *atom;
        const double *x;
        const double *y;
        const double *z;

        hpsi_soap_block_pairs(w, i, &n, &atom, &x, &y, &z);
        p->n_pairs = larger(p->n_pairs, n);
    }
    hpsi_free(q);
    return status;
}

static hps_status probe_soap(const hps_gpr *g, const hps_dataset *d, probe *p)
{
    hps_context *c = hpsi_soap_context(g->soap);
    hpsi_soap_plan *plan = NULL;
    hpsi_soap_work *work = NULL;
    int64_t before = held_by(c);
    hps_status status = hpsi_soap_plan_create(&plan, g->soap);

    p->plan = held_by(c) - before;
    before = held_by(c);
    status = status == HPS_OK ? hpsi_soap_work_create(&work, c, plan) : status;
    if (status == HPS_OK && hps_dataset_n_frames(d) > 0) {
        hps_frame f;

        hpsi_dataset_frame(d, largest_frame(d), &f);
        status = probe_block(plan, work, &f, c, p);
    }
    p->work = held_by(c) - before;
    hpsi_soap_work_destroy(work);
    hpsi_soap_plan_destroy(plan);
    return status;
}

hps_status hps_gpr_memory(const hps_gpr *g, const hps_dataset *train, int64_t *bytes)
{
    probe p = {0};
    int64_t source;
    int64_t kept;
    int64_t m;
    int64_t n;
    int64_t d;
    int64_t select;
    int64_t fit;
    int64_t workers;
    hps_status status;

    if (g == NULL || train == NULL || bytes == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: the model, the training set or bytes is NULL");
    }
    status = probe_soap(g, train, &p);
    if (status != HPS_OK) {
        return status;
    }
    d = hps_soap_size(g->soap);
    workers = hps_context_threads(hpsi_soap_context(g->soap));
    hpsi_source_memory(g->soap, train, &source, &kept);
    m = count_points(g, train, &n);
    select = 6 * REAL * hps_dataset_n_atoms(train) + 512 * d * REAL;
    if ((int32_t)g->option[HPSI_GPR_SPARSE_METHOD] == HPSI_SPARSE_CUR) {
        select += cur_bytes(n, d, workers);
    }
    fit = REAL * (2 * m * m + m * d + hpsi_stream_capacity((int32_t)m) * (m + 32 + 3));
    if (g->option[HPSI_GPR_FIT_FORCES] != 0 || g->option[HPSI_GPR_FIT_VIRIALS] != 0) {
        fit += workers * REAL * ((3 * p.n_pairs + 9) * (d + HPSI_ROW_TILE) + m);
    }
    *bytes = source + p.plan + workers * p.work + larger(select, fit);
    return HPS_OK;
}
