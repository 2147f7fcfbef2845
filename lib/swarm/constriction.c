/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant swarm: constriction swarm from a Latin hypercube, reflecting walls, restarts
 * (swarm.md 3). */
#include "swarm/internal.h"

#include <math.h>
#include <string.h>

#define INERTIA 0.7298 /* constriction of Clerc and Kennedy for c1 + c2 = 4.1 */
#define PULL 1.49618
#define FASTEST 0.5
#define START_SPEED 0.5
#define WALL_SPEED (-0.5)
#define COLLAPSED 1e-6
enum { PATIENCE = 12 }; /* iterations without any improvement */

void hpsi_swarm_latin_design(hps_swarm *e)
{
    int32_t n = e->n_slots;
    for (int32_t d = 0; d < e->n_dims; d++) {
        uint32_t id = (uint32_t)(e->designs * e->n_dims + d);
        hpsi_permutation((int64_t)e->options[HPSI_SWARM_SEED], HPSI_STREAM_PERMUTATION, id, n,
                         e->permutation);
        for (int32_t i = 0; i < n; i++) {
            double u = hpsi_swarm_draw(e, HPSI_STREAM_INIT, i, (uint32_t)d).u[0];
            e->x[(int64_t)i * e->n_dims + d] = ((double)e->permutation[i] + u) / n;
        }
    }
    hpsi_swarm_place_start(e);
    for (int32_t i = 0; i < n; i++) {
        for (int32_t d = 0; d < e->n_dims; d++) {
            int64_t k = (int64_t)i * e->n_dims + d;
            double r = hpsi_swarm_draw(e, HPSI_STREAM_INIT, i, (uint32_t)d).u[1];
            e->v[k] = START_SPEED * (r - e->x[k]);
        }
    }
}

static void move_member(hps_swarm *e, int32_t i)
{
    for (int32_t d = 0; d < e->n_dims; d++) {
        int64_t k = (int64_t)i * e->n_dims + d;
        if (e->space->params[e->dims[d]].kind == HPS_PARAM_CHOICE) {
            e->x[k] = hpsi_swarm_move_choice(e, i, d, PULL, PULL);
            continue;
        }
        hpsi_uniform2 r = hpsi_swarm_draw(e, HPSI_STREAM_VELOCITY, i, (uint32_t)d);
        double v = INERTIA * e->v[k] + PULL * r.u[0] * (e->p[k] - e->x[k]) +
                   PULL * r.u[1] * (e->g[d] - e->x[k]);
        v = fmin(fmax(v, -FASTEST), FASTEST);
        double y = e->x[k] + v; /* within half a box of it: one reflection is enough */
        if (y < 0.0 || y > 1.0) {
            y = hpsi_reflect(y);
            v *= WALL_SPEED;
        }
        e->x[k] = y;
        e->v[k] = v;
    }
}

static void move(hps_swarm *e)
{
    for (int32_t i = 0; i < e->n_slots; i++) {
        if (e->p_f[i] < (double)INFINITY) {
            move_member(e, i);
        } else {
            hpsi_swarm_redraw(e, i);
        }
    }
}

/* Largest distance of a personal best from the swarm's, 1 while somebody has none. */
double hpsi_swarm_spread(const hps_swarm *e)
{
    double s = 0.0;
    for (int32_t i = 0; i < e->n_slots; i++) {
        if (!(e->p_f[i] < (double)INFINITY)) {
            return 1.0;
        }
        for (int32_t d = 0; d < e->n_dims; d++) {
            s = fmax(s, fabs(e->p[(int64_t)i * e->n_dims + d] - e->g[d]));
        }
    }
    return s;
}

static void restart_if_idle(hps_swarm *e)
{
    /* a swarm of one is where its best is, that alone is no collapse */
    int collapsed = e->n_slots > 1 && hpsi_swarm_spread(e) < COLLAPSED;
    int64_t idle = hpsi_swarm_now(e) - e->last_improvement;
    if (collapsed || idle > hpsi_swarm_iterations(e, PATIENCE)) {
        e->fresh = 1;
    }
}

static void after(hps_swarm *e)
{
    int32_t i = hpsi_swarm_least(e, e->f);
    if (i >= 0) {
        (void)hpsi_swarm_improve(e, i);
    }
    restart_if_idle(e);
}

static hps_status advance(hps_swarm *e, int32_t slot)
{
    if (e->p_f[slot] < (double)INFINITY) {
        move_member(e, slot);
    } else {
        hpsi_swarm_redraw(e, slot);
    }
    return HPS_OK;
}

static void arrive(hps_swarm *e, int32_t slot)
{
    (void)hpsi_swarm_improve(e, slot);
    restart_if_idle(e);
}

const hpsi_swarm_variant hpsi_variant_swarm = {
    .particles = 12,
    .repair = 1,
    .design = hpsi_swarm_latin_design,
    .move = move,
    .after = after,
    .advance = advance,
    .arrive = arrive,
};
