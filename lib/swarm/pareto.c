/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant pareto: members follow an archive of points that no other beats, with mutation
 * (swarm.md 11.2; the flight of OMOPSO, Reyes Sierra and Coello Coello 2005). */
#include "swarm/pareto.h"

#include <math.h>
#include <string.h>

#define FASTEST 0.5
#define NUDGE 0.1              /* of a radius */
#define ETA 20.0               /* of the polynomial mutation */
enum { MUTANTS = 3 };          /* every third member mutates */
enum { PATIENCE = 12 };        /* iterations in a row without a new point: other positions */
enum { COEFFICIENTS = 65536 }; /* draws of a member, beside those of its dimensions */

static void design(hps_swarm *e)
{
    hpsi_swarm_latin_design(e);
    for (int64_t k = 0; k < (int64_t)e->n_slots * e->n_dims; k++) {
        e->v[k] = 0.0;
    }
}

/* ---------------------------------------------------------------- flight */

/* One of two leaders drawn by chance, the one that is more alone, into e->g. */
static void choose_leader(hps_swarm *e, int32_t slot)
{
    const hpsi_pareto *p = e->pareto;
    hpsi_uniform2 r = hpsi_swarm_draw(e, HPSI_STREAM_TOPOLOGY, slot, 0);
    int32_t a = (int32_t)(r.u[0] * p->n_leaders);
    int32_t b = (int32_t)(r.u[1] * p->n_leaders);
    int64_t row = p->leader[p->crowding[a] > p->crowding[b] ? a : b];
    memcpy(e->g, e->archive.u + row * e->n_dims, (size_t)e->n_dims * sizeof *e->g);
}

/* Polynomial mutation (Deb) of a coordinate, r uniform. */
static double mutated(double u, double r)
{
    double step;
    if (r < 0.5) {
        step = pow(2.0 * r + (1.0 - 2.0 * r) * pow(1.0 - u, ETA + 1.0), 1.0 / (ETA + 1.0)) - 1.0;
    } else {
        double q = 2.0 * (1.0 - r) + 2.0 * (r - 0.5) * pow(u, ETA + 1.0);
        step = 1.0 - pow(q, 1.0 / (ETA + 1.0));
    }
    return fmin(fmax(u + step, 0.0), 1.0);
}

static int is_choice(const hps_swarm *e, int32_t d)
{
    return e->space->params[e->dims[d]].kind == HPS_PARAM_CHOICE;
}

static void mutate(hps_swarm *e, int32_t slot)
{
    for (int32_t d = 0; d < e->n_dims; d++) {
        hpsi_uniform2 r = hpsi_swarm_draw(e, HPSI_STREAM_MUTATION, slot, (uint32_t)d);
        double *u = &e->x[(int64_t)slot * e->n_dims + d];
        if (r.u[0] * e->n_dims < 1.0 && !is_choice(e, d)) {
            *u = mutated(*u, r.u[1]);
        }
    }
}

/* One step; the random numbers are of the member, not of each dimension. */
static void fly(hps_swarm *e, int32_t slot)
{
    hpsi_uniform2 r = hpsi_swarm_draw(e, HPSI_STREAM_VELOCITY, slot, COEFFICIENTS);
    hpsi_uniform2 c = hpsi_swarm_draw(e, HPSI_STREAM_VELOCITY, slot, COEFFICIENTS + 1);
    double w = 0.1 + 0.4 * hpsi_swarm_draw(e, HPSI_STREAM_VELOCITY, slot, COEFFICIENTS + 2).u[0];
    double own = 1.5 + c.u[0], other = 1.5 + c.u[1];
    for (int32_t d = 0; d < e->n_dims; d++) {
        int64_t k = (int64_t)slot * e->n_dims + d;
        if (is_choice(e, d)) {
            e->x[k] = hpsi_swarm_move_choice(e, slot, d, own, other);
            continue;
        }
        double v =
            w * e->v[k] + own * r.u[0] * (e->p[k] - e->x[k]) + other * r.u[1] * (e->g[d] - e->x[k]);
        v = fmin(fmax(v, -FASTEST), FASTEST);
        double y = e->x[k] + v;
        e->v[k] = y < 0.0 || y > 1.0 ? -v : v;
        e->x[k] = fmin(fmax(y, 0.0), 1.0);
    }
}

/* Go where proposal number `at` points, and fly on from there. */
static void follow(hps_swarm *e, int32_t slot, int32_t at)
{
    const hpsi_weighted *w = e->pareto->weighted;
    const double *to = w->proposal + (int64_t)at * e->n_dims;
    for (int32_t d = 0; d < e->n_dims; d++) {
        int64_t k = (int64_t)slot * e->n_dims + d;
        e->v[k] = fmin(fmax(to[d] - e->x[k], -FASTEST), FASTEST);
        e->x[k] = to[d];
    }
    e->nudge[slot] = NUDGE * w->radius[HPSI_LED_BY_RBF];
}

/* The next position of a member; `at`: its proposal, if it has a role. */
static void move_member(hps_swarm *e, int32_t slot, int32_t at)
{
    if (!(e->p_f[slot] < (double)INFINITY)) {
        hpsi_swarm_redraw(e, slot);
        return;
    }
    if (e->pareto->weighted->role[slot] != HPSI_LED_BY_NONE) {
        follow(e, slot, at);
        return;
    }
    choose_leader(e, slot);
    fly(e, slot);
    if (slot % MUTANTS == 0) {
        mutate(e, slot);
    }
}

static void move(hps_swarm *e)
{
    hpsi_leaders_crowding(e);
    for (int32_t i = 0; i < e->n_slots; i++) {
        move_member(e, i, i);
    }
}

static hps_status advance(hps_swarm *e, int32_t slot)
{
    int32_t at = 0;
    e->pareto->weighted->role[slot] = HPSI_LED_BY_NONE;
    hps_status st = HPS_OK;
    if (e->p_f[slot] < (double)INFINITY) {
        hpsi_leaders_crowding(e);
        st = hpsi_weighted_lead_one(e, slot, &at);
    }
    if (st == HPS_OK) {
        move_member(e, slot, at);
    }
    return st;
}

/* ------------------------------------------------------- after a batch */

/* The new position becomes the personal best if it beats it, by chance if neither does. */
static void keep_personal(hps_swarm *e, int32_t slot)
{
    if (!(e->f[slot] < (double)INFINITY)) {
        return;
    }
    if (e->p_row[slot] >= 0) {
        int32_t better = hpsi_swarm_prefer(e, hpsi_archive_values(&e->archive, e->row[slot]),
                                           hpsi_archive_values(&e->archive, e->p_row[slot]));
        double toss = hpsi_swarm_draw(e, HPSI_STREAM_TOPOLOGY, slot, COEFFICIENTS).u[0];
        if (better > 0 || (better == 0 && toss >= 0.5)) {
            return;
        }
    }
    int64_t at = (int64_t)slot * e->n_dims;
    e->p_row[slot] = e->row[slot];
    memcpy(e->p + at, e->x + at, (size_t)e->n_dims * sizeof *e->p);
}

/* p_f: how many personal bests beat this one, which is what a start with more positions than
 * members is cut down by. */
static void rank_members(hps_swarm *e)
{
    for (int32_t i = 0; i < e->n_slots; i++) {
        e->p_f[i] = e->p_row[i] >= 0 ? 0.0 : (double)INFINITY;
        for (int32_t j = 0; j < e->n_slots && e->p_row[i] >= 0; j++) {
            e->p_f[i] += e->p_row[j] >= 0 &&
                         hpsi_swarm_prefer(e, hpsi_archive_values(&e->archive, e->p_row[j]),
                                           hpsi_archive_values(&e->archive, e->p_row[i])) < 0;
        }
    }
}

static void after(hps_swarm *e)
{
    int32_t n_led = 0, n_taken = 0;
    for (int32_t i = 0; i < e->n_slots; i++) {
        keep_personal(e, i);
        int taken = e->f[i] < (double)INFINITY && hpsi_leaders_add(e, e->row[i]);
        int led = e->pareto->weighted->role[i] != HPSI_LED_BY_NONE;
        n_led += led;
        n_taken += led && taken;
    }
    hpsi_weighted_adapt(e, n_led, n_taken);
    rank_members(e);
    if (e->stalled > 0 && e->stalled % PATIENCE == 0) {
        e->fresh = 1;
    }
}

static void arrive(hps_swarm *e, int32_t slot)
{
    keep_personal(e, slot);
    int taken = e->f[slot] < (double)INFINITY && hpsi_leaders_add(e, e->row[slot]);
    if (e->pareto->weighted->role[slot] != HPSI_LED_BY_NONE) {
        hpsi_weighted_arrived(e, taken);
        e->pareto->weighted->role[slot] = HPSI_LED_BY_NONE;
    }
    rank_members(e);
}

static void follow_outside(hps_swarm *e, int64_t r)
{
    (void)hpsi_leaders_add(e, r);
}

const hpsi_swarm_variant hpsi_variant_pareto = {
    .particles = 12,
    .repair = 1,
    .several = 1,
    .design = design,
    .move = move,
    .after = after,
    .advance = advance,
    .arrive = arrive,
    .outside = follow_outside,
    .create = hpsi_pareto_create,
    .prepare = hpsi_weighted_lead,
    .pack = hpsi_pareto_pack,
    .unpack = hpsi_pareto_unpack,
};
