/* SPDX-License-Identifier: BSD-3-Clause */
/* Checkpoints: the whole state in one document, and back with every number checked
 * (swarm.md 8). No generator state is needed: random numbers are counters. */
#include "swarm/checkpoint.h"

#include <math.h>
#include <string.h>

static const char magic[8] = {'H', 'P', 'S', '_', 'S', 'W', 'R', 'M'};
/* 2: number of objectives; 3: rows from outside, retries; 4: order of completion; 5: repeats;
 * 6: how well guided's map in use did; 7: its two models; 8: the steps of the process's
 * lengths; 9: guided's returns; 10: its plan; 11: its seekers; 12: which values were no
 * numbers */
enum { FORMAT = 12 };
#define MOST 4294967296.0 /* iterations and designs: the counter has 32 bits */

/* ---------------------------------------------------------------- save */

static void pack_swarm(hpsi_pack *p, const hps_swarm *e)
{
    int64_t n = (int64_t)e->n_slots * e->n_dims;
    hpsi_pack_int(p, e->n_slots);
    hpsi_pack_int(p, e->iteration);
    hpsi_pack_int(p, e->designs);
    hpsi_pack_int(p, e->last_improvement);
    hpsi_pack_int(p, e->fresh);
    hpsi_pack_int(p, e->open);
    hpsi_pack_int(p, e->failed_designs);
    hpsi_pack_int(p, e->stalled);
    hpsi_pack_int(p, e->scanned);
    hpsi_pack_int(p, e->improved_row);
    hpsi_pack_real(p, e->improved_f);
    hpsi_pack_real(p, hpsi_swarm_seconds(e));
    hpsi_pack_real(p, e->g_f);
    hpsi_pack_reals(p, e->n_dims, e->g);
    hpsi_pack_reals(p, n, e->x);
    hpsi_pack_reals(p, n, e->v);
    hpsi_pack_reals(p, n, e->p);
    hpsi_pack_reals(p, e->n_slots, e->p_f);
    hpsi_pack_ints(p, e->n_slots, e->row);
    if (e->noisy) {
        hpsi_pack_ints(p, e->n_slots, e->p_row);
    }
}

hps_status hpsi_swarm_write(const hps_swarm *e, const char *path, int32_t sync)
{
    hpsi_pack p;
    hpsi_pack_begin(&p, e->context, magic, FORMAT);
    hpsi_pack_text(&p, hps_version_text());
    hpsi_pack_int(&p, e->n_objectives);
    hpsi_checkpoint_pack_space(&p, e->space);
    hpsi_checkpoint_pack_options(&p, e);
    hpsi_pack_int(&p, e->variant != NULL);
    if (e->variant != NULL) {
        pack_swarm(&p, e);
    }
    hpsi_checkpoint_pack_archive(&p, e);
    hpsi_replay_pack(e, &p);
    if (e->asynchronous) {
        hpsi_async_pack(e, &p);
    }
    if (e->variant != NULL && e->variant->pack != NULL) {
        e->variant->pack(e, &p);
    }
    return hpsi_pack_write(&p, path, sync);
}

hps_status hps_swarm_save(const hps_swarm *e, const char *path)
{
    if (e == NULL || path == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: save: %s is NULL",
                         e == NULL ? "the engine" : "the path");
    }
    return hpsi_swarm_write(e, path, 1);
}

/* ---------------------------------------------------------------- load */

void hpsi_unpack_refuse(hpsi_pack *p, const char *what)
{
    if (p->status == HPS_OK) {
        p->status = hpsi_fail(HPS_E_FORMAT, "%s", what);
    }
}

int hpsi_unpack_has_room(hpsi_pack *p, int64_t items)
{
    if (p->status == HPS_OK && (items < 0 || items > (p->size - p->position) / 8)) {
        hpsi_unpack_refuse(p, "document ends before its content does");
    }
    return p->status == HPS_OK;
}

int hpsi_all_within(int64_t n, const double *v, double lo, double hi)
{
    for (int64_t i = 0; i < n; i++) {
        if (!(v[i] >= lo && v[i] <= hi)) {
            return 0;
        }
    }
    return 1;
}

static void unpack_counters(hpsi_pack *p, hps_swarm *e)
{
    e->iteration = hpsi_unpack_int_in(p, 0, (int64_t)MOST);
    int64_t most = e->asynchronous ? (int64_t)MOST : e->iteration; /* looked at again later */
    e->designs = hpsi_unpack_int_in(p, 0, most + 1);
    e->last_improvement = hpsi_unpack_int_in(p, 0, most);
    e->fresh = (int32_t)hpsi_unpack_int_in(p, 0, 1);
    e->open = (int32_t)hpsi_unpack_int_in(p, 0, e->fresh ? 0 : 1);
    e->failed_designs = (int32_t)hpsi_unpack_int_in(p, 0, INT32_MAX - 1);
    e->stalled = (int32_t)hpsi_unpack_int_in(p, 0, INT32_MAX - 1);
    e->scanned = hpsi_unpack_int_in(p, 0, INT64_MAX);
    e->improved_row = hpsi_unpack_int_in(p, 0, e->scanned);
    e->improved_f = hpsi_unpack_real(p);
    e->seconds = hpsi_unpack_real(p);
    e->g_f = hpsi_unpack_real(p);
    if (isnan(e->improved_f) || isnan(e->g_f) || !(e->seconds >= 0.0 && isfinite(e->seconds))) {
        hpsi_unpack_refuse(p, "holds a counter that is not a number");
    }
    if (e->designs == 0 && !(e->fresh && e->iteration == 0)) {
        hpsi_unpack_refuse(p, "holds a swarm without a design");
    }
}

static void unpack_members(hpsi_pack *p, hps_swarm *e)
{
    int64_t n = (int64_t)e->n_slots * e->n_dims;
    double inf = (double)INFINITY;
    hpsi_unpack_reals(p, e->n_dims, e->g);
    hpsi_unpack_reals(p, n, e->x);
    hpsi_unpack_reals(p, n, e->v);
    hpsi_unpack_reals(p, n, e->p);
    hpsi_unpack_reals(p, e->n_slots, e->p_f);
    hpsi_unpack_ints(p, e->n_slots, e->row);
    if (e->noisy) {
        hpsi_unpack_ints(p, e->n_slots, e->p_row);
    }
    int sound = hpsi_all_within(e->n_dims, e->g, 0.0, 1.0) && hpsi_all_within(n, e->x, 0.0, 1.0) &&
                hpsi_all_within(n, e->p, 0.0, 1.0) &&
                hpsi_all_within(e->n_slots, e->p_f, -inf, inf);
    for (int64_t i = 0; i < n; i++) {
        sound = sound && isfinite(e->v[i]);
    }
    if (!sound) {
        hpsi_unpack_refuse(p, "holds a particle outside the space");
    }
}

static void unpack_swarm(hpsi_pack *p, hps_swarm *e)
{
    int32_t n = hpsi_swarm_choose(e, &e->variant);
    int32_t most = n > e->n_start ? n : e->n_start;
    if (p->status == HPS_OK && hpsi_swarm_check_objectives(e, e->variant) != HPS_OK) {
        hpsi_unpack_refuse(p, "holds a variant for another number of objectives");
        return;
    }
    if (p->status == HPS_OK &&
        (hpsi_async_begin(e, e->variant, n) != HPS_OK || hpsi_noisy_begin(e) != HPS_OK)) {
        hpsi_unpack_refuse(p, "holds a mode that this variant does not have");
        return;
    }
    e->n_particles = n;
    e->n_slots = (int32_t)hpsi_unpack_int_in(p, n, most);
    unpack_counters(p, e);
    if (p->status == HPS_OK && e->n_slots != (e->iteration > 0 ? n : most)) {
        hpsi_unpack_refuse(p, "holds a swarm of another size");
    }
    if (!hpsi_unpack_has_room(p,
                              hpsi_size_mul(e->n_slots, 3 * (int64_t)e->n_dims + 2 + e->noisy))) {
        return;
    }
    hps_status st = hpsi_swarm_allocate(e, e->variant, most);
    if (st != HPS_OK) {
        p->status = st;
        return;
    }
    unpack_members(p, e);
}

static void unpack_all(hpsi_pack *p, hps_swarm *e)
{
    hpsi_free(hpsi_unpack_text(p)); /* version of the writer, for people */
    if (p->version >= 2) {
        e->n_objectives = (int32_t)hpsi_unpack_int_in(p, 1, HPSI_OBJECTIVES_MAX);
        e->archive.n_objectives = e->n_objectives;
    }
    hpsi_checkpoint_check_space(p, e->space);
    hpsi_checkpoint_unpack_options(p, e);
    int begun = hpsi_unpack_int_in(p, 0, 1) == 1;
    if (begun && p->status == HPS_OK) {
        unpack_swarm(p, e);
    }
    if (p->status == HPS_OK && (begun || p->version > 2)) {
        hpsi_checkpoint_unpack_archive(p, e);
    }
    if (p->status == HPS_OK && p->version > 3) {
        hpsi_replay_unpack(e, p);
    }
    if (p->status == HPS_OK && e->asynchronous) {
        hpsi_async_unpack(e, p);
    }
    if (p->status == HPS_OK && begun && e->variant->unpack != NULL) {
        e->variant->unpack(e, p);
    }
}

hps_status hps_swarm_load(hps_swarm **out, hps_context *c, const hps_space *s, const char *path)
{
    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: load: out is NULL");
    }
    *out = NULL;
    if (path == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: load: the path is NULL");
    }
    hps_swarm *e;
    hps_status st = hps_swarm_create(&e, c, s, 1);
    if (st != HPS_OK) {
        return st;
    }
    hpsi_pack p;
    st = hpsi_pack_open(&p, c, path, magic, FORMAT);
    if (st == HPS_OK) {
        unpack_all(&p, e);
        st = hpsi_pack_close(&p);
        st = st == HPS_E_FORMAT ? hpsi_prefix(st, "%s", path) : st;
    }
    if (st != HPS_OK) {
        hps_swarm_destroy(e);
        return st;
    }
    hpsi_swarm_update_stop(e);
    *out = e;
    return HPS_OK;
}
