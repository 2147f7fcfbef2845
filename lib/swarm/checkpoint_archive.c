/* SPDX-License-Identifier: BSD-3-Clause */
/* Checkpoints: every point with its values; what can be counted again is counted. */
#include <math.h>

#include "swarm/checkpoint.h"

void hpsi_checkpoint_pack_archive(hpsi_pack *p, const hps_swarm *e)
{
    const hpsi_archive *a = &e->archive;
    hpsi_pack_int(p, a->n);
    hpsi_pack_int(p, e->batch);
    for (int64_t r = 0; r < a->n; r++) {
        const hpsi_row *row = &a->rows[r];
        hpsi_pack_real(p, row->state == HPSI_ROW_TOLD ? row->observed : row->f);
        hpsi_pack_int(p, row->iteration);
        hpsi_pack_int(p, row->particle);
        hpsi_pack_int(p, row->outcome);
        hpsi_pack_int(p, row->state == HPSI_ROW_TOLD ? 1 : row->state == HPSI_ROW_HELD ? 2 : 0);
        hpsi_pack_int(p, row->rank);
        hpsi_pack_int(p, row->first);
        hpsi_pack_int(p, row->id < 0);
        hpsi_pack_int(p, row->retries);
        hpsi_pack_int(p, row->no_number);
    }
    if (a->n_objectives > 1) {
        hpsi_pack_reals(p, a->n * a->n_objectives, a->f);
    }
    hpsi_pack_reals(p, a->n * a->n_dims, a->u);
    hpsi_pack_reals(p, a->n * a->n_params, a->x);
}

/* ---------------------------------------------------------------- load */

static void unpack_row(hpsi_pack *p, hps_swarm *e, hpsi_row *row)
{
    row->f = row->observed = hpsi_unpack_real(p);
    row->iteration = hpsi_unpack_int_in(p, 0, e->iteration);
    row->particle = (int32_t)hpsi_unpack_int_in(p, e->noisy ? -1 : 0, INT32_MAX - 1);
    row->outcome = (int32_t)hpsi_unpack_int_in(p, HPS_EVAL_OK, HPSI_OUTCOMES - 1);
    static const int32_t states[] = {HPSI_ROW_PLANNED, HPSI_ROW_TOLD, HPSI_ROW_HELD};
    int told = (int)hpsi_unpack_int_in(p, 0, e->asynchronous ? 2 : 1);
    row->state = states[told];
    row->rank = p->version > 3 ? hpsi_unpack_int_in(p, -1, INT64_MAX) : -1;
    row->first = row - e->archive.rows;
    if (p->version > 4) {
        row->first = hpsi_unpack_int_in(p, 0, row->first);
    }
    if (p->version > 2) {
        row->id = hpsi_unpack_int_in(p, 0, told == 1) == 1 ? -1 : 0;
        row->retries = (int32_t)hpsi_unpack_int_in(p, 0, (int64_t)e->options[HPSI_SWARM_RETRY]);
    }
    int failed = row->outcome == HPS_EVAL_FAILED;
    row->no_number = p->version > 11 ? (int32_t)hpsi_unpack_int_in(p, 0, failed) : 0;
    int valued = told && row->outcome == HPS_EVAL_OK;
    if (valued ? isnan(row->f) || row->f == (double)INFINITY : row->f != (double)INFINITY) {
        hpsi_unpack_refuse(p, "holds a value that does not fit its outcome");
    }
}

static void unpack_points(hpsi_pack *p, hps_swarm *e, int64_t n)
{
    hpsi_archive *a = &e->archive;
    hpsi_unpack_reals(p, n * a->n_dims, a->u);
    hpsi_unpack_reals(p, n * a->n_params, a->x);
    int sound = hpsi_all_within(n * a->n_dims, a->u, 0.0, 1.0);
    for (int64_t k = 0; sound && k < n * a->n_params; k++) {
        const hpsi_param *q = &e->space->params[k % a->n_params];
        sound = hpsi_param_accepts(q, a->x[k]) && !(q->fixed && a->x[k] != q->value);
    }
    if (!sound) {
        hpsi_unpack_refuse(p, "holds a point outside the space");
    }
}

/* Several values of each point: all of them finite where the first one is. */
static void unpack_values(hpsi_pack *p, hps_swarm *e, int64_t n)
{
    hpsi_archive *a = &e->archive;
    int32_t m = a->n_objectives;
    int sound = 1;
    hpsi_unpack_reals(p, n * m, a->f);
    for (int64_t r = 0; r < n && p->status == HPS_OK; r++) {
        const double *f = a->f + r * m;
        sound = sound && f[0] == a->rows[r].f;
        for (int32_t k = 0; k < m; k++) {
            int failed = a->rows[r].f == (double)INFINITY;
            sound = sound && (failed ? f[k] == (double)INFINITY : isfinite(f[k]));
        }
    }
    if (!sound) {
        hpsi_unpack_refuse(p, "holds values that do not fit their outcome");
    }
}

/* Is every completed evaluation at its own place of the order? */
static int ranks_fit(const hps_swarm *e)
{
    const hpsi_archive *a = &e->archive;
    for (int64_t k = 0; k < e->n_told; k++) {
        if (a->order[k] < 0 || a->rows[a->row_of[a->order[k]]].rank != k) {
            return 0;
        }
    }
    return 1;
}

/* What can be counted again is counted, not read. */
static void recount(hpsi_pack *p, hps_swarm *e)
{
    hpsi_archive *a = &e->archive;
    for (int64_t k = 0; k < a->n_ids; k++) {
        a->order[k] = -1;
    }
    for (int64_t r = 0; r < a->n; r++) {
        hpsi_row *row = &a->rows[r];
        row->rank = p->version > 3 ? row->rank : e->n_told;
        if (row->state == HPSI_ROW_TOLD && row->id >= 0 &&
            (row->rank < 0 || row->rank >= a->n_ids)) {
            hpsi_unpack_refuse(p, "holds an order of completion that is none");
            return;
        }
        if (a->rows[row->first].first != row->first) {
            hpsi_unpack_refuse(p, "holds a repeat of a repeat");
            return;
        }
        hpsi_swarm_count_row(e, r);
        if (a->rows[r].state != HPSI_ROW_TOLD && r < e->batch) {
            hpsi_unpack_refuse(p, "misses the value of an earlier iteration");
        }
    }
    int in_batch = e->n_told < a->n_ids && !e->asynchronous;
    int whole = in_batch || e->asynchronous || e->batch == a->n;
    if (e->scanned > a->n_ids || e->open != in_batch || !whole || !ranks_fit(e)) {
        hpsi_unpack_refuse(p, "holds a batch that contradicts its points");
    }
    if (e->noisy) {
        hpsi_noisy_refresh(e);
    }
    for (int32_t i = 0; i < e->n_slots && e->noisy; i++) {
        int64_t r = e->p_row[i];
        int none = r == -1 && e->p_f[i] == (double)INFINITY;
        if (!none && (e->designs == 0 ? r != 0 : r < 0 || r >= a->n || !isfinite(a->rows[r].f))) {
            hpsi_unpack_refuse(p, "holds a particle whose best has no value");
        }
    }
    for (int32_t i = 0; e->designs > 0 && !e->asynchronous && i < e->n_slots; i++) {
        if (e->row[i] < 0 || e->row[i] >= a->n) {
            hpsi_unpack_refuse(p, "holds a particle without a point");
        }
    }
}

void hpsi_checkpoint_unpack_archive(hpsi_pack *p, hps_swarm *e)
{
    hpsi_archive *a = &e->archive;
    int64_t n = hpsi_unpack_int_in(p, 0, INT64_MAX);
    e->batch = hpsi_unpack_int_in(p, 0, n);
    int64_t several = a->n_objectives > 1 ? a->n_objectives : 0;
    int64_t items =
        5 + 2 * (p->version > 2) + (p->version > 3) + (p->version > 4) + (p->version > 11);
    if (!hpsi_unpack_has_room(p, hpsi_size_mul(n, items + several + a->n_dims + a->n_params))) {
        return;
    }
    hps_status st = hpsi_archive_reserve(a, n);
    if (st != HPS_OK) {
        p->status = st;
        return;
    }
    for (int64_t r = 0; r < n && p->status == HPS_OK; r++) {
        unpack_row(p, e, &a->rows[r]);
    }
    if (several > 0) {
        unpack_values(p, e, n);
    }
    unpack_points(p, e, n);
    if (p->status == HPS_OK) {
        hpsi_archive_adopt(a, n);
        p->status = hpsi_front_reserve(e);
    }
    if (p->status == HPS_OK) {
        hpsi_front_rebuild(e);
        recount(p, e);
    }
}
