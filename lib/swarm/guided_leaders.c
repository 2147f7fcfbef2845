/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant guided: who leads, and where the models send them (swarm.md 4.3-4.5). */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "swarm/guided.h"

/* ---------------------------------------------------------------- data */

/* Coordinates of the n chosen rows into g->points, divided by their rms distance; which it is. */
static double gather(hps_swarm *e, int32_t n)
{
    hpsi_guided *g = e->guided;
    int32_t m = g->n_ordered;
    double square = 0.0;
    for (int32_t i = 0; i < n; i++) {
        square += g->order[i].key;
    }
    double scale = sqrt(square / n) + 1e-300;
    for (int32_t i = 0; i < n; i++) {
        const double *z = g->image + (g->order[i].row - g->epoch) * m;
        for (int32_t k = 0; k < m; k++) {
            g->points[(int64_t)i * m + k] = z[k] / scale;
        }
    }
    return scale;
}

/* Values that a quadratic is fitted to, and their weights (swarm.md 4.3). 1 if they differ. */
static int weigh(hpsi_guided *g, int32_t n)
{
    int32_t map = g->map >= HPSI_MAP_LOG ? g->map : HPSI_MAP_RAW;
    hpsi_surface_map(map, n, g->values, g->mapped, g->sorted);
    return hpsi_surface_weigh(n, g->mapped, g->weights, g->sorted);
}

/* A step from the best point becomes a proposal; choices stay those of the best point. */
static void propose(hps_swarm *e, int32_t role, const double *step, int shaped)
{
    hpsi_guided *g = e->guided;
    double *to = g->proposal + (int64_t)role * e->n_dims;
    memcpy(to, e->g, (size_t)e->n_dims * sizeof *to);
    if (shaped) {
        hpsi_gemv(0, g->n_ordered, g->n_ordered, 1.0, g->inverse, g->n_ordered, step, 0.0,
                  g->start);
        step = g->start;
    }
    for (int32_t k = 0; k < g->n_ordered; k++) {
        int32_t d = g->ordered[k];
        to[d] = fmin(fmax(e->g[d] + step[k], 0.0), 1.0);
    }
}

/* ----------------------------------------------------- quadratic leaders */

static hps_status lead_quadratic(hps_swarm *e, int32_t role, int shaped, int *found)
{
    hpsi_guided *g = e->guided;
    int diagonal = role == HPSI_LEADER_DIAGONAL;
    int64_t terms = hpsi_quadratic_terms(g->n_ordered, 1);
    int64_t needed = diagonal ? terms + 2 : 2 * (int64_t)g->n_ordered + 2;
    int64_t most = diagonal ? 3 * terms : hpsi_quadratic_points(g->n_ordered);
    int64_t rows = hpsi_guided_by_distance(e, shaped, most);
    if (rows < needed) {
        return HPS_OK;
    }
    int32_t n = hpsi_guided_distinct(e, rows < most ? rows : most);
    if (n < g->n_ordered + 2 || !hpsi_guided_values(e, n) || !weigh(g, n)) {
        return HPS_OK;
    }
    hpsi_quadratic *q = diagonal ? g->separable : g->full;
    double scale = gather(e, n);
    if (!hpsi_quadratic_fit(q, n, g->points, g->mapped, g->weights)) {
        return HPS_OK;
    }
    hps_status st = hpsi_quadratic_step(q, g->radius[role] / scale, g->step);
    for (int32_t k = 0; k < g->n_ordered; k++) {
        g->step[k] *= scale;
    }
    if (st == HPS_OK) {
        propose(e, role, g->step, shaped);
        *found = 1;
    }
    return st;
}

/* ------------------------------------------------------------ RBF leader */

/* The box of the step, in the model's coordinates. */
static void box(hps_swarm *e, double scale, int shaped)
{
    hpsi_guided *g = e->guided;
    double radius = g->radius[HPSI_LEADER_RBF];
    for (int32_t k = 0; k < g->n_ordered; k++) {
        double u = e->g[g->ordered[k]];
        g->lo[k] = (shaped ? -radius : fmax(-u, -radius)) / scale;
        g->hi[k] = (shaped ? radius : fmin(1.0 - u, radius)) / scale;
    }
}

static void lead_rbf(hps_swarm *e, int shaped, int *found)
{
    hpsi_guided *g = e->guided;
    int32_t m = g->n_ordered;
    int64_t most = hpsi_guided_local_points(g);
    int64_t rows = hpsi_guided_by_distance(e, shaped, most);
    int32_t n = hpsi_guided_distinct(e, rows < most ? rows : most);
    if (n < m + 2 || !hpsi_guided_values(e, n)) {
        return;
    }
    hpsi_surface_map(g->map, n, g->values, g->mapped, g->sorted);
    double scale = gather(e, n);
    memset(g->start, 0, (size_t)m * sizeof *g->start);
    if (!hpsi_rbf_fit(g->local, n, g->points, g->start, 1.0, 1, g->mapped)) {
        return;
    }
    box(e, scale, shaped);
    memset(g->step, 0, (size_t)m * sizeof *g->step);
    for (int32_t k = 0; k < m; k++) {
        double u = hpsi_swarm_draw(e, HPSI_STREAM_LEADER, HPSI_LEADER_RBF, (uint32_t)k).u[0];
        g->start[k] = g->lo[k] + (g->hi[k] - g->lo[k]) * u;
    }
    double at_centre = hpsi_rbf_minimise(g->local, g->lo, g->hi, g->step, g->work);
    double elsewhere = hpsi_rbf_minimise(g->local, g->lo, g->hi, g->start, g->work);
    if (elsewhere < at_centre) {
        memcpy(g->step, g->start, (size_t)m * sizeof *g->step);
    }
    for (int32_t k = 0; k < m; k++) {
        g->step[k] *= scale;
    }
    propose(e, HPSI_LEADER_RBF, g->step, shaped);
    *found = 1;
}

/* ----------------------------------------------------------------- roles */

int32_t hpsi_guided_worst_flyer(const hps_swarm *e)
{
    int32_t worst = -1;
    for (int32_t i = 0; i < e->n_slots; i++) {
        int able = e->guided->role[i] == HPSI_FLYER && e->p_f[i] < (double)INFINITY;
        if (able && (worst < 0 || e->p_f[i] > e->p_f[worst])) {
            worst = i;
        }
    }
    return worst;
}

hps_status hpsi_guided_propose(hps_swarm *e, int32_t role, int shaped, int *found)
{
    if (e->guided->n_ordered < 1) {
        return HPS_OK;
    }
    if (role == HPSI_LEADER_RBF) {
        lead_rbf(e, shaped, found);
        return HPS_OK;
    }
    return lead_quadratic(e, role, shaped && role == HPSI_LEADER_QUADRATIC, found);
}

hps_status hpsi_guided_lead(hps_swarm *e)
{
    hpsi_guided *g = e->guided;
    int turn = e->iteration % 2 == 1;
    hps_status st = turn ? hpsi_guided_metric(e) : HPS_OK;
    int shaped = turn && g->has_metric;
    int32_t member[HPSI_ROLES] = {0};
    memset(g->role, 0, (size_t)e->n_slots * sizeof *g->role);
    int32_t valued = 0;
    for (int32_t i = 0; i < e->n_slots; i++) {
        valued += e->p_f[i] < (double)INFINITY;
    }
    for (int32_t role = 1; role < HPSI_ROLES && role < valued; role++) { /* one flies */
        member[role] = hpsi_guided_worst_flyer(e);
        g->role[member[role]] = role;
    }
    for (int32_t role = 1; role < HPSI_ROLES && role < valued && st == HPS_OK; role++) {
        int found = 0;
        st = hpsi_guided_propose(e, role, shaped, &found);
        if (st == HPS_OK && !found) { /* flies */
            g->role[member[role]] = HPSI_FLYER;
        }
    }
    return st;
}
