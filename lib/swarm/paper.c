/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant paper: eqs 14-16 of the paper, no inertia, walls that redraw (swarm.md 2.1). A point
 * that is met again bit for bit takes its known value: the trajectory of a deterministic
 * objective is the published one, and no evaluation is spent twice. */
#include "swarm/internal.h"

#include <math.h>
#include <string.h>

static void design(hps_swarm *e)
{
    for (int32_t i = 0; i < e->n_slots; i++) {
        hpsi_swarm_redraw(e, i); /* eq. 14, v = 0 */
    }
    hpsi_swarm_place_start(e);
}

void hpsi_paper_move(hps_swarm *e, int32_t i)
{
    double c1 = e->options[HPSI_SWARM_C1], c2 = e->options[HPSI_SWARM_C2];
    double dt = e->options[HPSI_SWARM_DT];
    for (int32_t d = 0; d < e->n_dims; d++) {
        int64_t k = (int64_t)i * e->n_dims + d;
        if (e->space->params[e->dims[d]].kind == HPS_PARAM_CHOICE) {
            e->x[k] = hpsi_swarm_move_choice(e, i, d, c1, c2);
            continue;
        }
        hpsi_uniform2 r = hpsi_swarm_draw(e, HPSI_STREAM_VELOCITY, i, (uint32_t)d);
        e->v[k] = c1 * r.u[0] * (e->p[k] - e->x[k]) / dt + c2 * r.u[1] * (e->g[d] - e->x[k]) / dt;
        double y = e->x[k] + e->v[k]; /* eqs 15 and 16 */
        if (!(y > 0.0 && y < 1.0)) {
            y = hpsi_swarm_draw(e, HPSI_STREAM_BOUNDARY, i, (uint32_t)d).u[0];
        }
        e->x[k] = y;
    }
}

static void move(hps_swarm *e)
{
    for (int32_t i = 0; i < e->n_slots; i++) {
        if (e->p_f[i] < (double)INFINITY) {
            hpsi_paper_move(e, i);
        } else {
            hpsi_swarm_redraw(e, i);
        }
    }
}

/* The swarm's best: since the start, or of this iteration (the last one that has a value). */
static void after(hps_swarm *e)
{
    int32_t i = hpsi_swarm_least(e, e->f);
    int of_iteration = e->options[HPSI_SWARM_GBEST] == 1.0;
    if (i >= 0 && (of_iteration || e->f[i] < e->g_f)) {
        e->g_f = e->f[i];
        memcpy(e->g, e->x + (int64_t)i * e->n_dims, (size_t)e->n_dims * sizeof *e->g);
    }
}

static hps_status advance(hps_swarm *e, int32_t slot)
{
    if (e->p_f[slot] < (double)INFINITY) {
        hpsi_paper_move(e, slot);
    } else {
        hpsi_swarm_redraw(e, slot);
    }
    return HPS_OK;
}

static void arrive(hps_swarm *e, int32_t slot)
{
    (void)hpsi_swarm_improve(e, slot);
}

const hpsi_swarm_variant hpsi_variant_paper = {
    .particles = 16,
    .repair = 0,
    .design = design,
    .move = move,
    .after = after,
    .advance = advance,
    .arrive = arrive,
};
