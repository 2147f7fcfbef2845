/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant guided: members that fly on a ring and pick the draw that the global model likes best
 * (swarm.md 4, step 5). While it orders the batches badly (kinks, jumps, many basins) half of them
 * take the first draw, so that a part of the swarm is not misled. */
#include <math.h>
#include <string.h>

#include "swarm/guided.h"

#define INERTIA 0.7298 /* as variant swarm */
#define PULL 1.49618
#define FASTEST 0.5
#define WALL_SPEED (-0.5)

/* Members that no model steers: none while the model orders the batches well, or to polish the
 * best point at the end. Else the first half: neighbours on the ring, so that most of them see
 * only each other. */
static int32_t unsteered(const hps_swarm *e)
{
    return hpsi_guided_trusted(e->guided) || e->guided->ending ? 0 : e->n_slots / 2;
}

/* The member with the best personal best among a member and its two neighbours. */
static int32_t guide_of(const hps_swarm *e, int32_t slot)
{
    int32_t n = e->n_slots;
    int32_t before = (slot + n - 1) % n;
    int32_t after = (slot + 1) % n;
    int32_t best = slot;
    best = e->p_f[before] < e->p_f[best] ? before : best;
    best = e->p_f[after] < e->p_f[best] ? after : best;
    return best;
}

/* A choice: the level of p, of the neighbourhood's best, the present one or a new one. */
static double draw_choice(const hps_swarm *e, int32_t slot, int32_t guide, int32_t d,
                          uint32_t counter)
{
    hpsi_uniform2 r = hpsi_swarm_draw(e, HPSI_STREAM_VELOCITY, slot, counter);
    if (r.u[0] * e->n_dims < 1.0) {
        return hpsi_swarm_draw(e, HPSI_STREAM_BOUNDARY, slot, counter).u[0];
    }
    double t = r.u[1] * (2.0 * PULL + 1.0);
    int64_t own = (int64_t)slot * e->n_dims + d;
    if (t < PULL) {
        return e->p[own];
    }
    return t < 2.0 * PULL ? e->p[(int64_t)guide * e->n_dims + d] : e->x[own];
}

static void draw(const hps_swarm *e, int32_t slot, int32_t guide, int32_t number)
{
    hpsi_guided *g = e->guided;
    for (int32_t d = 0; d < e->n_dims; d++) {
        int64_t k = (int64_t)slot * e->n_dims + d;
        uint32_t counter = (uint32_t)d + 65536u * (uint32_t)number;
        if (e->space->params[e->dims[d]].kind == HPS_PARAM_CHOICE) {
            g->trial[d] = draw_choice(e, slot, guide, d, counter);
            g->speed[d] = 0.0;
            continue;
        }
        hpsi_uniform2 r = hpsi_swarm_draw(e, HPSI_STREAM_VELOCITY, slot, counter);
        double best = e->p[(int64_t)guide * e->n_dims + d];
        double v = INERTIA * e->v[k] + PULL * r.u[0] * (e->p[k] - e->x[k]) +
                   PULL * r.u[1] * (best - e->x[k]);
        v = v > -FASTEST ? v : -FASTEST; /* fmin and fmax would be calls */
        v = v < FASTEST ? v : FASTEST;
        double y = e->x[k] + v;
        if (y < 0.0 || y > 1.0) {
            y = hpsi_guided_at_wall(e, y);
            v *= WALL_SPEED;
        }
        g->trial[d] = y;
        g->speed[d] = v;
    }
}

/* What the model expects of the present draw; a known point is worth nothing, which is looked up
 * only where it matters. */
static double score(hps_swarm *e, double best)
{
    hpsi_guided *g = e->guided;
    hpsi_swarm_snap(e, g->trial, e->snapped);
    hpsi_guided_features(e, e->snapped, g->feature);
    double s = g->model == HPSI_MODEL_ARD && g->has_ard
                   ? hpsi_ard_value(g->ard, g->feature, g->map)
                   : hpsi_rbf_value(g->global, g->feature, g->map);
    int known = s < best && hpsi_archive_find(&e->archive, e->snapped, e->batch, 0) >= 0;
    return known ? (double)INFINITY : s;
}

void hpsi_guided_fly(hps_swarm *e, int32_t slot)
{
    hpsi_guided *g = e->guided;
    size_t bytes = (size_t)e->n_dims * sizeof(double);
    int32_t guide = guide_of(e, slot);
    int steered = g->has_global && slot >= unsteered(e);
    int32_t draws = steered ? (int32_t)e->options[HPSI_SWARM_DRAWS] : 1;
    double best = (double)INFINITY;
    for (int32_t k = 0; k < draws; k++) {
        draw(e, slot, guide, k);
        double s = draws > 1 ? score(e, best) : 0.0;
        if (k == 0 || s < best) {
            best = s;
            memcpy(g->best_trial, g->trial, bytes);
            memcpy(g->best_speed, g->speed, bytes);
        }
    }
    memcpy(e->x + (int64_t)slot * e->n_dims, g->best_trial, bytes);
    memcpy(e->v + (int64_t)slot * e->n_dims, g->best_speed, bytes);
}
