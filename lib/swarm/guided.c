/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant guided: a ring swarm whose draws a model screens, three members that go where local
 * models point, seekers that go where a process expects most, and epochs that start anew when
 * nothing significant is gained (swarm.md 4). */
#include "swarm/guided.h"

#include <math.h>
#include <string.h>

#define FASTEST 0.5
#define COLLAPSED 1e-6
#define GROWTH 1.5
#define DECAY 0.6
#define SMALLEST 1e-9
#define BESIDE_SOUGHT 1e-3 /* how far a repair moves a seeker whose point is known */

static double first_radius(const hps_swarm *e, int32_t role)
{
    return role == HPSI_LEADER_RBF ? 0.3 : 0.3 * sqrt((double)e->n_dims);
}

static double largest_radius(const hps_swarm *e, int32_t role)
{
    return role == HPSI_LEADER_RBF ? 0.5 : 0.5 * sqrt((double)e->n_dims);
}

void hpsi_guided_first_radii(hps_swarm *e, double share)
{
    for (int32_t role = 1; role < HPSI_ROLES; role++) {
        e->guided->radius[role] = share * first_radius(e, role);
    }
}

/* A new epoch: of the past only the archive and the credit of the maps remain. */
static void design(hps_swarm *e)
{
    hpsi_guided *g = e->guided;
    hpsi_swarm_latin_design(e);
    g->epoch = e->designs > 0 ? e->archive.n : 0; /* the first has what was told from outside */
    g->reference = (double)INFINITY;
    g->has_global = 0;
    g->fitted = -1;
    memset(g->role, 0, (size_t)e->n_slots * sizeof *g->role);
    g->returned = 0;
    hpsi_guided_first_radii(e, 1.0);
}

/* All that can fail: memory and models. Positions are as they were if it does. */
static hps_status prepare(hps_swarm *e)
{
    hps_status st = hpsi_guided_reserve(e, e->n_slots + hpsi_noisy_repeats(e));
    if (st != HPS_OK || e->fresh) {
        return st;
    }
    hpsi_blas_begin();
    e->guided->avoids = hpsi_swarm_failures_meet(e, e->guided->epoch);
    hpsi_guided_global(e);
    st = hpsi_guided_lead(e);
    if (st == HPS_OK) {
        hpsi_guided_seek(e);
    }
    hpsi_blas_end();
    return st;
}

void hpsi_guided_follow(hps_swarm *e, int32_t slot, int32_t role)
{
    hpsi_guided *g = e->guided;
    int seeks = role == HPSI_SEEKER;
    const double *to =
        seeks ? hpsi_seekers_proposal(e, slot) : g->proposal + (int64_t)role * e->n_dims;
    for (int32_t d = 0; d < e->n_dims; d++) {
        int64_t k = (int64_t)slot * e->n_dims + d;
        e->v[k] = fmin(fmax(to[d] - e->x[k], -FASTEST), FASTEST);
        e->x[k] = to[d];
    }
    e->nudge[slot] = seeks ? BESIDE_SOUGHT : 0.1 * g->radius[role] / sqrt((double)e->n_dims);
}

static void move(hps_swarm *e)
{
    if (e->guided->has_ard) {
        hpsi_ard_accept(e->guided->ard);
    }
    hpsi_seekers_accept(e->guided->sought);
    hpsi_blas_begin();
    for (int32_t i = 0; i < e->n_slots; i++) {
        int32_t role = (int32_t)e->guided->role[i];
        if (role != HPSI_FLYER) {
            hpsi_guided_follow(e, i, role);
        } else if (e->p_f[i] < (double)INFINITY) {
            hpsi_guided_fly(e, i);
        } else {
            hpsi_swarm_redraw(e, i);
        }
    }
    hpsi_blas_end();
}

/* ------------------------------------------------------ after a batch */

void hpsi_guided_adapt_radius(hps_swarm *e, int32_t slot, double before)
{
    hpsi_guided *g = e->guided;
    int32_t role = (int32_t)g->role[slot];
    if (role != HPSI_FLYER && role != HPSI_SEEKER) {
        double r = g->radius[role];
        g->radius[role] = e->f[slot] < before ? fmin(GROWTH * r, largest_radius(e, role))
                                              : fmax(DECAY * r, SMALLEST);
    }
}

/* The epoch's best becomes the centre of all models. */
static void keep_best(hps_swarm *e)
{
    int32_t i = hpsi_swarm_least(e, e->f);
    if (i >= 0 && e->f[i] < e->g_f) {
        e->g_f = e->f[i];
        memcpy(e->g, e->archive.u + e->row[i] * e->n_dims, (size_t)e->n_dims * sizeof *e->g);
    }
}

static double spread(const hps_swarm *e)
{
    double s = 0.0;
    for (int32_t i = 0; i < e->n_slots; i++) {
        for (int32_t d = 0; d < e->n_dims; d++) {
            s = fmax(s, fabs(e->p[(int64_t)i * e->n_dims + d] - e->g[d]));
        }
        s = e->p_f[i] < (double)INFINITY ? s : 1.0;
    }
    return s;
}

/* Note significant improvements. What comes after the design of a later epoch always is one:
 * as in the prototype that epoch then has one iteration more to begin with. */
static void note_improvement(hps_swarm *e)
{
    hpsi_guided *g = e->guided;
    double gain = hpsi_guided_significant(e);
    if (g->epoch == e->batch && g->epoch > 0) {
        e->last_improvement = e->iteration;
    } else if (e->g_f < (double)INFINITY && !(e->g_f >= g->reference - gain)) {
        g->reference = e->g_f;
        e->last_improvement = e->iteration;
    }
}

/* A member that was led and found no better point of its own stands at the best one that it had:
 * half of the swarm is led where there are seekers, always its worst members, and where the last of
 * them was sent to is no place to fly on from. Without seekers D = 16 loses by it. */
static void stand_back(hps_swarm *e)
{
    size_t bytes = (size_t)e->n_dims * sizeof *e->x;
    if (e->guided->n_seekers == 0) {
        return;
    }
    for (int32_t i = 0; i < e->n_slots; i++) {
        int64_t at = (int64_t)i * e->n_dims;
        int led = (int32_t)e->guided->role[i] != HPSI_FLYER;
        if (led && e->p_row[i] != e->row[i]) {
            memcpy(e->x + at, e->p + at, bytes);
            memset(e->v + at, 0, bytes);
        }
    }
}

/* Iterations without a significant improvement; failures had no chance of one, but count at
 * least a quarter. */
static double idle_iterations(const hps_swarm *e)
{
    int64_t idle = e->iteration - e->last_improvement;
    int64_t failures = 0;
    for (int64_t r = e->archive.n; r-- > e->guided->epoch;) {
        if (e->archive.rows[r].iteration <= e->last_improvement) {
            break;
        }
        failures += e->archive.rows[r].id >= 0 && e->archive.rows[r].f == (double)INFINITY;
    }
    return fmax((double)idle - (double)failures / e->n_slots, 0.25 * (double)idle);
}

static void after(hps_swarm *e)
{
    hpsi_guided_judge(e);
    for (int32_t i = 0; i < e->n_slots; i++) {
        hpsi_guided_adapt_radius(e, i, e->g_f);
    }
    keep_best(e);
    stand_back(e);
    note_improvement(e);
    int collapsed = e->n_slots > 1 && spread(e) < COLLAPSED;
    if (collapsed || idle_iterations(e) > hpsi_guided_patience(e)) {
        hpsi_guided_end_epoch(e);
    }
    hpsi_guided_follow_plan(e);
}

const hpsi_swarm_variant hpsi_variant_guided = {
    .particles = 12,
    .repair = 1,
    .design = design,
    .move = move,
    .after = after,
    .create = hpsi_guided_create,
    .prepare = prepare,
    .reserve = hpsi_guided_reserve,
    .planned = hpsi_guided_predict,
    .advance = hpsi_guided_advance,
    .launched = hpsi_guided_launched,
    .arrive = hpsi_guided_arrive,
    .pack = hpsi_guided_pack,
    .unpack = hpsi_guided_unpack,
};
