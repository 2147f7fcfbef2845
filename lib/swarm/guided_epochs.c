/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant guided: what an epoch has to gain to last, and what comes after it. One that found a new
 * best point of the run is followed by a return: the swarm begins again at the best points of all
 * epochs, with models of all points, before there is another design. A return that gains nothing
 * ends soon: where there are many basins evaluations are better spent on new ones. How this is
 * different while the number of evaluations is known: guided_plan.c. */
#include <math.h>
#include <string.h>

#include "swarm/guided.h"

#define FINE (1.0 / 3.0)  /* gains count in a return, which is to polish, that are smaller */
#define HASTE (1.0 / 3.0) /* share of the patience that a return gets */
#define FIRST_RADIUS 0.3  /* of a return, in those of a new epoch */
#define START_SPEED 0.5   /* as the Latin design has it */

double hpsi_guided_significant(hps_swarm *e)
{
    double absolute = e->options[HPSI_SWARM_SIGNIFICANCE_ABSOLUTE];
    int64_t finite = hpsi_guided_by_value(e);
    if (absolute > 0.0 || finite == 0) {
        return absolute;
    }
    double range = e->guided->order[finite / 2].key - e->g_f;
    double share = e->guided->returned ? FINE : 1.0;
    double gain = range > 0.0 ? share * e->options[HPSI_SWARM_SIGNIFICANCE] * range : 0.0;
    int coarse = hpsi_guided_explores(e) && !e->guided->returned;
    return coarse ? fmax(gain, hpsi_guided_coarse(e, finite)) : gain;
}

double hpsi_guided_patience(const hps_swarm *e)
{
    int hasty = e->guided->returned && !hpsi_guided_planned(e);
    return e->options[HPSI_SWARM_STAGNATION_ITERATIONS] * (hasty ? HASTE : 1.0);
}

/* The best rows of the whole run into e->permutation, one for each member. 0: too few. */
static int choose_best(hps_swarm *e)
{
    int64_t finite = hpsi_guided_by_value(e);
    int32_t taken = 0;
    for (int64_t i = 0; i < finite && taken < e->n_slots; i++) {
        int64_t r = e->guided->order[i].row;
        if (e->archive.rows[r].first == r) { /* not the repeat of a noisy point */
            e->permutation[taken++] = r;
        }
    }
    return taken == e->n_slots;
}

/* A number without a common divisor with n: steps of it visit the whole ring. */
static int32_t stride(int32_t n)
{
    for (int32_t s = 5;; s++) {
        int32_t a = n, b = s;
        while (b != 0) {
            int32_t rest = a % b;
            a = b;
            b = rest;
        }
        if (a == 1) {
            return s;
        }
    }
}

/* A member begins at a known point, with a velocity towards others. One whose point is under way
 * keeps that, and takes the known one as its best. */
static void place(hps_swarm *e, int32_t slot, int64_t r)
{
    int32_t n = e->n_dims;
    const double *u = e->archive.u;
    int resting = !e->asynchronous || e->phase[slot] == HPSI_PHASE_IDLE;
    e->p_f[slot] = e->archive.rows[r].f;
    e->p_row[slot] = r;
    for (int32_t d = 0; d < n; d++) {
        int64_t k = (int64_t)slot * n + d;
        e->p[k] = u[r * n + d];
        if (resting) {
            double t = hpsi_swarm_draw(e, HPSI_STREAM_TOPOLOGY, slot, (uint32_t)d).u[0];
            int64_t other = e->permutation[(int32_t)(t * e->n_slots)];
            e->x[k] = e->p[k];
            e->v[k] = START_SPEED * (u[other * n + d] - e->x[k]);
        }
    }
}

int hpsi_guided_revisit(hps_swarm *e)
{
    hpsi_guided *g = e->guided;
    int64_t epoch = g->epoch;
    g->epoch = 0;
    if (e->archive.n > HPSI_RETURN_ROWS || !choose_best(e)) {
        g->epoch = epoch;
        return 0;
    }
    int32_t step = stride(e->n_slots);
    for (int32_t i = 0; i < e->n_slots; i++) {
        place(e, i, e->permutation[(int64_t)i * step % e->n_slots]);
    }
    int64_t best = e->permutation[0];
    e->g_f = e->archive.rows[best].f;
    if (e->n_dims > 0) {
        memcpy(e->g, e->archive.u + best * e->n_dims, (size_t)e->n_dims * sizeof *e->g);
    }
    hpsi_guided_first_radii(e, FIRST_RADIUS);
    g->reference = e->g_f;
    g->fitted = -1;
    e->last_improvement = hpsi_swarm_now(e);
    return 1;
}

/* Without a plan each new best point is worth a short return; with one only the point of a basin
 * that was found twice, since the last part of the plan is for the best of them: there a return
 * that found a better point is followed by the next. */
void hpsi_guided_end_epoch(hps_swarm *e)
{
    hpsi_guided *g = e->guided;
    int found = e->best >= 0 && e->best >= g->polished;
    int due = !hpsi_guided_planned(e) || hpsi_guided_met_again(e);
    int back = found && (g->ending || (!g->returned && due));
    if (g->returned) {
        g->polished = e->archive.n;
    }
    g->returned = back && hpsi_guided_revisit(e);
    e->fresh = !g->returned;
}
