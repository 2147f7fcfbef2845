/* SPDX-License-Identifier: BSD-3-Clause */
/* The asynchronous mode (swarm.md 5): every value moves its own particle at once. Points are
 * made right after a value is applied, so that the trajectory is a function of the order of
 * completion alone, however the asks were split; a recorded order gives it again. */
#include "swarm/internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROUNDS = 100, /* rounds of the swarm without a new point: exhausted */
    PATIENCE = 12 /* and so many: a swarm that restarts begins anew, as its idle iterations would
                   * make it do in the synchronous mode */
};

static int replaying(const hps_swarm *e)
{
    return e->n_told < e->n_replay;
}

/* Points made and not applied. */
static int64_t in_flight(const hps_swarm *e)
{
    return e->archive.n_ids - e->n_told;
}

/* ------------------------------------------------------------ after a value */

/* The members whose points are under way keep their new position until those are told. */
static void redesign(hps_swarm *e)
{
    hpsi_swarm_new_design(e);
    e->n_settled = 0;
    for (int32_t i = 0; i < e->n_slots; i++) {
        int away = e->phase[i] == HPSI_PHASE_FLYING || e->phase[i] == HPSI_PHASE_LATE;
        e->phase[i] = away ? HPSI_PHASE_LATE : HPSI_PHASE_PLACED;
        e->f[i] = (double)INFINITY;
    }
    e->serial++;
}

/* A member's present point has the value of row r. */
static void settle_member(hps_swarm *e, int32_t slot, int64_t r)
{
    int64_t at = (int64_t)slot * e->n_dims;
    e->phase[slot] = HPSI_PHASE_IDLE;
    e->f[slot] = e->archive.rows[r].f;
    e->n_settled++;
    if (!e->variant->several && e->f[slot] < e->p_f[slot]) {
        e->p_f[slot] = e->f[slot];
        if (e->n_dims > 0) {
            memcpy(e->p + at, e->x + at, (size_t)e->n_dims * sizeof *e->p);
        }
    }
    e->variant->arrive(e, slot);
    if (hpsi_swarm_least(e, e->p_f) < 0 && e->n_settled >= e->n_slots) {
        e->fresh = 1; /* nobody has a value: start again */
        e->failed_designs++;
    }
    if (e->fresh) {
        redesign(e);
    }
}

/* Rows that wait for their turn, in order of id: the replay is over. */
static void end_replay(hps_swarm *e)
{
    const hpsi_archive *a = &e->archive;
    for (int64_t id = 0; id < a->n_ids; id++) {
        if (a->rows[a->row_of[id]].state == HPSI_ROW_HELD) {
            e->archive.order[e->n_arrived++] = id;
        }
    }
}

static void apply(hps_swarm *e, int64_t id)
{
    int64_t r = e->archive.row_of[id];
    hpsi_row *row = &e->archive.rows[r];
    double f[HPSI_OBJECTIVES_MAX];
    int32_t slot = row->particle;
    int by_replay = replaying(e);
    e->resting = 0;
    e->n_retried -= row->retries; /* counted when they happened */
    memcpy(f, hpsi_archive_values(&e->archive, r), (size_t)e->n_objectives * sizeof *f);
    hpsi_swarm_fill_row(e, r, f, row->outcome);
    if (by_replay) {
        e->n_arrived = e->n_told;
        if (!replaying(e)) {
            end_replay(e);
        }
    }
    while (e->batch < e->archive.n && e->archive.rows[e->batch].state == HPSI_ROW_TOLD) {
        e->batch++;
    }
    e->iteration = e->n_told / e->n_slots;
    if (e->phase[slot] == HPSI_PHASE_LATE) { /* of an earlier swarm: known, no more */
        e->phase[slot] = HPSI_PHASE_PLACED;
        if (e->variant->several && e->archive.rows[r].outcome == HPS_EVAL_OK) {
            e->variant->outside(e, r);
        }
    } else {
        settle_member(e, slot, r);
    }
    hpsi_swarm_update_stop(e);
}

/* ---------------------------------------------------------------- new points */

static int32_t next_free(hps_swarm *e)
{
    for (int32_t k = 0; k < e->n_slots; k++) {
        int32_t slot = (int32_t)((e->turn + k) % e->n_slots);
        if (e->phase[slot] == HPSI_PHASE_PLACED || e->phase[slot] == HPSI_PHASE_IDLE) {
            return slot;
        }
    }
    return -1;
}

static hps_status launch(hps_swarm *e, int32_t slot)
{
    hps_status st = hpsi_archive_reserve(&e->archive, 1);
    st = st == HPS_OK ? hpsi_front_reserve(e) : st;
    if (st == HPS_OK && e->variant->reserve != NULL) {
        st = e->variant->reserve(e, 2);
    }
    e->nudge[slot] = HPSI_NEAR;
    if (st == HPS_OK && e->phase[slot] == HPSI_PHASE_IDLE) {
        st = e->variant->advance(e, slot);
    }
    if (st != HPS_OK) {
        return st;
    }
    int64_t before = e->archive.n_ids;
    e->turn = (slot + 1) % e->n_slots;
    hpsi_swarm_plan_member(e, slot);
    e->serial++;
    int64_t r = e->row[slot];
    if (e->archive.n_ids > before) {
        e->phase[slot] = HPSI_PHASE_FLYING;
        if (e->variant->launched != NULL) {
            e->variant->launched(e, slot);
        }
    } else if (e->archive.rows[r].state == HPSI_ROW_TOLD) {
        settle_member(e, slot, r); /* a known value */
    } else {
        e->phase[slot] = HPSI_PHASE_IDLE; /* somebody else's point: another move */
    }
    return HPS_OK;
}

/* Make points until as many are under way as there are workers. */
static hps_status plan(hps_swarm *e)
{
    if (e->designs == 0) {
        redesign(e);
    }
    int64_t vain = 0;
    while (!e->resting && in_flight(e) < e->n_workers && (double)e->archive.n < e->space_size) {
        int64_t before = e->archive.n_ids;
        int32_t slot = next_free(e);
        hps_status st = slot < 0 ? HPS_OK : launch(e, slot);
        if (slot < 0 || st != HPS_OK) {
            return st;
        }
        vain = e->archive.n_ids > before ? 0 : vain + 1;
        if (vain >= e->n_slots && in_flight(e) > 0) {
            e->resting = 1; /* until a value changes something */
            return HPS_OK;
        }
        if (e->variant->repair && vain > 0 && vain % (PATIENCE * e->n_slots) == 0) {
            redesign(e);
        }
        e->stalled = (int32_t)(vain / e->n_slots);
        if (e->stalled >= ROUNDS) {
            return HPS_OK;
        }
    }
    return HPS_OK;
}

/* The id to apply next, -1 if it is not in. */
static int64_t next_arrived(const hps_swarm *e)
{
    const hpsi_archive *a = &e->archive;
    if (replaying(e)) {
        int64_t id = e->replay[e->n_told];
        int in = id < a->n_ids && a->rows[a->row_of[id]].state == HPSI_ROW_HELD;
        return in ? id : -1;
    }
    return e->n_arrived > e->n_told ? a->order[e->n_told] : -1;
}

hps_status hpsi_async_advance(hps_swarm *e)
{
    for (;;) {
        hps_status st = plan(e);
        int64_t id = st == HPS_OK ? next_arrived(e) : -1;
        if (id < 0) {
            return st;
        }
        apply(e, id);
    }
}

void hpsi_async_receive(hps_swarm *e, int64_t id, const double *f, int32_t outcome)
{
    hpsi_row *row = &e->archive.rows[e->archive.row_of[id]];
    row->state = HPSI_ROW_HELD;
    row->outcome = outcome;
    row->f = outcome == HPS_EVAL_OK ? f[0] : (double)INFINITY;
    if (e->n_objectives > 1 && outcome == HPS_EVAL_OK) {
        memcpy(e->archive.f + e->archive.row_of[id] * e->n_objectives, f,
               (size_t)e->n_objectives * sizeof *f);
    }
    if (!replaying(e)) {
        e->archive.order[e->n_arrived++] = id;
    }
}

hps_status hpsi_async_begin(hps_swarm *e, const hpsi_swarm_variant *variant, int32_t particles)
{
    int32_t workers = (int32_t)e->options[HPSI_SWARM_WORKERS];
    e->asynchronous = e->options[HPSI_SWARM_ASYNCHRONOUS] == 1.0;
    e->n_workers = workers > 0 && workers < particles ? workers : particles;
    if (!e->asynchronous) {
        return HPS_OK;
    }
    int paper = variant == &hpsi_variant_paper;
    if (variant->advance == NULL || (paper && e->options[HPSI_SWARM_GBEST] == 1.0)) {
        return hpsi_fail(HPS_E_UNSUPPORTED,
                         "swarm: asynchronous: not for %s, which is drawn to the best of an "
                         "iteration: swarm, guided, pareto and paper with gbest = alltime have it",
                         paper ? "gbest = iteration" : "paper_mo");
    }
    if (e->n_start > particles) {
        return hpsi_fail(HPS_E_UNSUPPORTED,
                         "swarm: %d start positions, the asynchronous mode takes one for each of "
                         "the %d particles",
                         e->n_start, particles);
    }
    return HPS_OK;
}

/* ------------------------------------------------------------------- replay */

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

hps_status hpsi_async_check_order(const hps_swarm *e, int64_t n, const int64_t *ids)
{
    int64_t *sorted = hpsi_new(e->context, n, sizeof *sorted);
    if (sorted == NULL) {
        return HPS_E_MEMORY;
    }
    hps_status st = HPS_OK;
    if (n > 0) {
        memcpy(sorted, ids, (size_t)n * sizeof *ids);
        qsort(sorted, (size_t)n, sizeof *sorted, compare_ids);
    }
    for (int64_t k = 0; k < n && st == HPS_OK; k++) {
        if (sorted[k] < 0 || (k > 0 && sorted[k] == sorted[k - 1])) {
            st = hpsi_fail(HPS_E_ARGUMENT, "swarm: replay: id %lld %s", (long long)sorted[k],
                           sorted[k] < 0 ? "is negative" : "comes twice");
        }
    }
    for (int64_t k = 0; k < n && k < e->n_told && st == HPS_OK; k++) {
        if (ids[k] != e->archive.order[k]) {
            st = hpsi_fail(HPS_E_ARGUMENT,
                           "swarm: replay: number %lld is id %lld, but id %lld was told then",
                           (long long)k, (long long)ids[k], (long long)e->archive.order[k]);
        }
    }
    hpsi_free(sorted);
    return st;
}

hps_status hpsi_async_check_replay(const hps_swarm *e)
{
    const hpsi_archive *a = &e->archive;
    int64_t id = replaying(e) ? e->replay[e->n_told] : 0;
    if (!replaying(e) || (id < a->n_ids && a->rows[a->row_of[id]].state != HPSI_ROW_TOLD)) {
        return HPS_OK;
    }
    return hpsi_fail(
        HPS_E_STATE,
        "swarm: replay: number %lld is id %lld, which this run does not have then: the "
        "order is of another run",
        (long long)e->n_told, (long long)id);
}

hps_status hps_swarm_set_replay(hps_swarm *e, int64_t n, const int64_t *id)
{
    hps_status st = hpsi_swarm_not_busy(e, "set_replay");
    if (st != HPS_OK) {
        return st;
    }
    if (n < 0 || (n > 0 && id == NULL)) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: replay: n = %lld with %s", (long long)n,
                         id == NULL ? "id NULL" : "ids");
    }
    if (e->options[HPSI_SWARM_ASYNCHRONOUS] != 1.0 || e->n_asked > 0) {
        return hpsi_fail(HPS_E_STATE, "swarm: replay: %s",
                         e->n_asked > 0 ? "points are under way, tell them first"
                                        : "the engine is not asynchronous");
    }
    st = hpsi_async_check_order(e, n, id);
    int64_t *copy = st == HPS_OK ? hpsi_new(e->context, n, sizeof *copy) : NULL;
    if (copy == NULL) {
        return st != HPS_OK ? st : HPS_E_MEMORY;
    }
    if (n > 0) {
        memcpy(copy, id, (size_t)n * sizeof *copy);
    }
    hpsi_free(e->replay);
    e->replay = copy;
    e->n_replay = n;
    return HPS_OK;
}

hps_status hps_swarm_order(const hps_swarm *e, int64_t capacity, int64_t *n, int64_t *id)
{
    if (e == NULL || n == NULL || capacity < 0) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: order: %s, capacity = %lld",
                         e == NULL   ? "the engine is NULL"
                         : n == NULL ? "n is NULL"
                                     : "n is given",
                         (long long)capacity);
    }
    *n = e->n_told;
    if (id != NULL && capacity < e->n_told) {
        return hpsi_fail(HPS_E_CAPACITY, "swarm: order: capacity = %lld, needs %lld",
                         (long long)capacity, (long long)e->n_told);
    }
    if (id != NULL && e->n_told > 0) {
        memcpy(id, e->archive.order, (size_t)e->n_told * sizeof *id);
    }
    return HPS_OK;
}

/* --------------------------------------------------------------- checkpoint */

void hpsi_async_pack(const hps_swarm *e, hpsi_pack *p)
{
    hpsi_pack_int(p, e->serial);
    hpsi_pack_int(p, e->turn);
    hpsi_pack_int(p, e->n_settled);
    hpsi_pack_int(p, e->resting);
    hpsi_pack_ints(p, e->n_slots, e->phase);
    hpsi_pack_int(p, e->n_arrived - e->n_told);
    hpsi_pack_ints(p, e->n_arrived - e->n_told, e->archive.order + e->n_told);
}

void hpsi_replay_pack(const hps_swarm *e, hpsi_pack *p)
{
    hpsi_pack_int(p, e->n_replay);
    hpsi_pack_ints(p, e->n_replay, e->replay);
}

/* Every row that waits for a value has one member, and the other way round. */
static int members_fit(const hps_swarm *e)
{
    int64_t away = 0;
    for (int32_t i = 0; i < e->n_slots; i++) {
        if (e->phase[i] < HPSI_PHASE_PLACED || e->phase[i] > HPSI_PHASE_LATE) {
            return 0;
        }
        int64_t r = e->row[i];
        if (e->phase[i] != HPSI_PHASE_PLACED && (r < 0 || r >= e->archive.n)) {
            return 0;
        }
        if (e->phase[i] == HPSI_PHASE_FLYING || e->phase[i] == HPSI_PHASE_LATE) {
            if (e->archive.rows[r].particle != i || e->archive.rows[r].state == HPSI_ROW_TOLD) {
                return 0;
            }
            away++;
        }
    }
    return away == in_flight(e) && (e->designs > 0 || away == 0);
}

/* Those that arrived and wait: each of them once. */
static int arrivals_fit(hps_swarm *e, int64_t n)
{
    hpsi_archive *a = &e->archive;
    int64_t held = 0;
    for (int64_t r = 0; r < a->n; r++) {
        held += a->rows[r].state == HPSI_ROW_HELD;
    }
    for (int64_t k = 0; k < n; k++) {
        int64_t id = a->order[e->n_told + k];
        int fits = id >= 0 && id < a->n_ids && a->rows[a->row_of[id]].state == HPSI_ROW_HELD;
        for (int64_t i = 0; fits && i < k; i++) {
            fits = a->order[e->n_told + i] != id;
        }
        if (!fits) {
            return 0;
        }
    }
    return replaying(e) ? n == 0 : n == held;
}

void hpsi_replay_unpack(hps_swarm *e, hpsi_pack *p)
{
    int64_t n = hpsi_unpack_int_in(p, 0, (p->size - p->position) / 8);
    if (p->status != HPS_OK || n == 0) {
        return;
    }
    e->replay = hpsi_new(e->context, n, sizeof *e->replay);
    if (e->replay == NULL) {
        p->status = HPS_E_MEMORY;
        return;
    }
    hpsi_unpack_ints(p, n, e->replay);
    e->n_replay = n;
    if (p->status == HPS_OK) {
        hps_status st = hpsi_async_check_order(e, n, e->replay);
        p->status = st == HPS_E_ARGUMENT ? HPS_E_FORMAT : st;
    }
}

void hpsi_async_unpack(hps_swarm *e, hpsi_pack *p)
{
    e->serial = hpsi_unpack_int_in(p, 0, INT64_C(4294967296));
    e->turn = hpsi_unpack_int_in(p, 0, e->n_slots - 1);
    e->n_settled = hpsi_unpack_int_in(p, 0, INT64_MAX - 1);
    e->resting = (int32_t)hpsi_unpack_int_in(p, 0, 1);
    hpsi_unpack_ints(p, e->n_slots, e->phase);
    int64_t n = hpsi_unpack_int_in(p, 0, in_flight(e));
    hpsi_unpack_ints(p, n, e->archive.order + e->n_told);
    e->n_arrived = e->n_told + n;
    int counted = e->iteration == e->n_told / e->n_slots && e->last_improvement <= e->n_told;
    if (p->status == HPS_OK && !(counted && members_fit(e) && arrivals_fit(e, n))) {
        p->status = hpsi_fail(HPS_E_FORMAT, "holds points under way that no particle has");
    }
}
