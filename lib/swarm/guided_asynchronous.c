/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant guided in the asynchronous mode (swarm.md 5): every third of a swarm a leader goes
 * out, the model that screens draws is fitted again after a quarter of a swarm of new values,
 * and the RBF leader takes points under way at the values that were foretold. The quadratic
 * leaders do not: near a minimum what is foretold is far less exact than what they fit
 * (ellipsoid, D = 8, 300 evaluations: log10 of the best -25 without, 0 with it). */
#include <math.h>
#include <string.h>

#include "swarm/guided.h"

#define COLLAPSED 1e-6
enum { KINDS = HPSI_ROLES - 1 };

static int64_t from_outside(const hps_swarm *e)
{
    return e->archive.n - e->archive.n_ids;
}

static void fit_global(hps_swarm *e, int64_t as_of)
{
    hpsi_guided *g = e->guided;
    g->as_of = as_of;
    g->avoids = g->global_avoids;
    hpsi_guided_global(e);
    g->as_of = -1;
    g->global_scale = g->scale;
    g->global_most = g->most;
    g->global_least = g->least;
}

static void refit(hps_swarm *e)
{
    hpsi_guided *g = e->guided;
    int64_t enough = e->n_slots / 4 > 1 ? e->n_slots / 4 : 1;
    int fresh =
        g->fitted >= 0 && g->fitted_outside == from_outside(e) && e->n_told - g->fitted < enough;
    if (!fresh) {
        g->global_avoids = hpsi_swarm_failures_meet(e, g->epoch);
        fit_global(e, -1);
        if (g->has_ard) {
            hpsi_ard_accept(g->ard);
        }
        g->fitted = e->n_told;
        g->fitted_outside = from_outside(e);
    }
}

/* Send a leader if it is time for one and its model has an answer. */
static hps_status lead(hps_swarm *e, int32_t slot, int *found)
{
    hpsi_guided *g = e->guided;
    int64_t every = e->n_slots / KINDS > 1 ? e->n_slots / KINDS : 1;
    if (g->flights + 1 < every) {
        return HPS_OK;
    }
    int32_t role = 1 + (int32_t)(g->leads % KINDS);
    int turn = (g->leads / KINDS) % 2 == 1;
    hps_status st = turn ? hpsi_guided_metric(e) : HPS_OK;
    if (st == HPS_OK) {
        g->avoids = hpsi_swarm_failures_meet(e, g->epoch);
        g->believes = role == HPSI_LEADER_RBF;
        st = hpsi_guided_propose(e, role, turn && g->has_metric, found);
        g->believes = 0;
    }
    if (st == HPS_OK) {
        g->leads++;
        g->role[slot] = *found ? role : HPSI_FLYER;
    }
    return st;
}

hps_status hpsi_guided_advance(hps_swarm *e, int32_t slot)
{
    hpsi_guided *g = e->guided;
    int found = 0;
    g->role[slot] = HPSI_FLYER;
    if (!(e->p_f[slot] < (double)INFINITY)) {
        hpsi_swarm_redraw(e, slot);
        return HPS_OK;
    }
    hpsi_blas_begin();
    refit(e);
    hps_status st = lead(e, slot, &found);
    if (st == HPS_OK) {
        g->flights = found ? 0 : g->flights + 1;
        if (found) {
            hpsi_guided_follow(e, slot, (int32_t)g->role[slot]);
        } else {
            hpsi_guided_fly(e, slot);
        }
    }
    hpsi_blas_end();
    return st;
}

/* What the model expects of the new point, in the objective's unit and inside what it knows. */
void hpsi_guided_launched(hps_swarm *e, int32_t slot)
{
    hpsi_guided *g = e->guided;
    double *out = g->prediction + (int64_t)slot * HPSI_FORECASTS;
    g->foretold[slot] = g->has_global;
    if (!g->has_global) {
        return;
    }
    hpsi_blas_begin();
    hpsi_guided_foretell(e, e->archive.u + e->row[slot] * e->n_dims, out);
    hpsi_blas_end();
    double f = out[HPSI_MAP_RAW] * g->global_scale;
    g->expected[slot] = fmin(fmax(f, g->global_least), g->global_most);
}

/* ------------------------------------------------------------ after a value */

/* As many predictions as an iteration has are judged together. */
static void judge(hps_swarm *e, int32_t slot)
{
    hpsi_guided *g = e->guided;
    if (!g->foretold[slot]) {
        return;
    }
    memcpy(g->judged + g->n_judged * HPSI_FORECASTS, g->prediction + (int64_t)slot * HPSI_FORECASTS,
           HPSI_FORECASTS * sizeof *g->judged);
    g->judged_f[g->n_judged++] = e->f[slot];
    g->foretold[slot] = 0;
    if (g->n_judged == e->n_slots) {
        hpsi_guided_judge_values(g, e->n_slots, g->judged, g->judged_f);
        g->n_judged = 0;
    }
}

/* The values of a later design have no reference yet, as in the synchronous mode. */
static void note_improvement(hps_swarm *e)
{
    hpsi_guided *g = e->guided;
    if (e->designs > 1 && e->n_settled <= e->n_slots) {
        e->last_improvement = e->n_told;
    } else if (e->g_f < g->reference && !(e->g_f >= g->reference - hpsi_guided_significant(e))) {
        g->reference = e->g_f;
        e->last_improvement = e->n_told;
    }
}

/* Values without a significant improvement; failures had no chance of one, but count at least a
 * quarter. */
static double idle_values(const hps_swarm *e)
{
    const hpsi_archive *a = &e->archive;
    double idle = (double)(e->n_told - e->last_improvement);
    double failures = 0.0;
    for (int64_t k = e->last_improvement; k < e->n_told; k++) {
        int64_t r = a->row_of[a->order[k]];
        failures += r >= e->guided->epoch && a->rows[r].f == (double)INFINITY;
    }
    return fmax(idle - failures, 0.25 * idle);
}

void hpsi_guided_arrive(hps_swarm *e, int32_t slot)
{
    judge(e, slot);
    hpsi_guided_adapt_radius(e, slot, e->g_f);
    if (e->f[slot] < e->g_f) {
        e->g_f = e->f[slot];
        memcpy(e->g, e->archive.u + e->row[slot] * e->n_dims, (size_t)e->n_dims * sizeof *e->g);
    }
    note_improvement(e);
    int collapsed = e->n_slots > 1 && hpsi_swarm_spread(e) < COLLAPSED;
    if (collapsed || idle_values(e) > hpsi_guided_patience(e) * e->n_slots) {
        hpsi_guided_end_epoch(e);
    }
    hpsi_guided_follow_plan(e);
}

/* --------------------------------------------------------------- checkpoint */

void hpsi_guided_pack_async(const hps_swarm *e, hpsi_pack *p)
{
    const hpsi_guided *g = e->guided;
    hpsi_pack_int(p, g->fitted);
    hpsi_pack_int(p, g->fitted_outside);
    hpsi_pack_int(p, g->global_avoids);
    hpsi_pack_int(p, g->leads);
    hpsi_pack_int(p, g->flights);
    hpsi_pack_int(p, g->n_judged);
    hpsi_pack_ints(p, e->n_slots, g->foretold);
    hpsi_pack_reals(p, e->n_slots, g->expected);
    hpsi_pack_reals(p, g->n_judged, g->judged_f);
    hpsi_pack_reals(p, g->n_judged * HPSI_FORECASTS, g->judged);
}

static int sound(const hps_swarm *e)
{
    const hpsi_guided *g = e->guided;
    int good = 1;
    for (int32_t i = 0; i < e->n_slots; i++) {
        good = good && (g->foretold[i] == 0 || g->foretold[i] == 1) && isfinite(g->expected[i]);
    }
    for (int64_t i = 0; i < g->n_judged * HPSI_FORECASTS; i++) {
        good = good && !isnan(g->judged[i]) && !isnan(g->judged_f[i / HPSI_FORECASTS]);
    }
    return good;
}

/* The model that screens draws is made again from what it was made of. */
void hpsi_guided_unpack_async(hps_swarm *e, hpsi_pack *p)
{
    hpsi_guided *g = e->guided;
    g->fitted = hpsi_unpack_int_in(p, -1, e->n_told);
    g->fitted_outside = hpsi_unpack_int_in(p, 0, from_outside(e));
    g->global_avoids = (int32_t)hpsi_unpack_int_in(p, 0, 1);
    g->leads = hpsi_unpack_int_in(p, 0, INT64_MAX - 1);
    g->flights = hpsi_unpack_int_in(p, 0, INT64_MAX - 1);
    g->n_judged = hpsi_unpack_int_in(p, 0, e->n_slots - 1);
    hpsi_unpack_ints(p, e->n_slots, g->foretold);
    hpsi_unpack_reals(p, e->n_slots, g->expected);
    hpsi_unpack_reals(p, g->n_judged, g->judged_f);
    hpsi_guided_unpack_forecasts(p, g->n_judged, g->judged);
    if (p->status == HPS_OK && !sound(e)) {
        p->status = hpsi_fail(HPS_E_FORMAT, "holds a prediction that is no number");
    }
    if (p->status == HPS_OK && g->fitted >= 0) {
        hpsi_blas_begin();
        fit_global(e, g->fitted);
        hpsi_blas_end();
    }
}
