/* SPDX-License-Identifier: BSD-3-Clause */
/* One iteration: from the swarm's positions to distinct points, and back from their values. */
#include "swarm/internal.h"

#include <math.h>
#include <string.h>

enum { TRIES = 20, NEAR_TRIES = 10 }; /* swarm.md 1.3 */
#define FAR 0.1

static const hpsi_param *dimension(const hps_swarm *e, int32_t d)
{
    return &e->space->params[e->dims[d]];
}

/* ------------------------------------------------ pieces for variants */

void hpsi_swarm_place_start(hps_swarm *e)
{
    if (e->designs > 0) {
        return;
    }
    for (int32_t i = 0; i < e->n_start && i < e->n_slots; i++) {
        const double *start = e->start + (int64_t)i * e->space->n;
        for (int32_t d = 0; d < e->n_dims; d++) {
            e->x[(int64_t)i * e->n_dims + d] = hpsi_param_unit(dimension(e, d), start[e->dims[d]]);
        }
    }
}

int32_t hpsi_swarm_least(const hps_swarm *e, const double *values)
{
    int32_t best = -1;
    double least = (double)INFINITY;
    for (int32_t i = 0; i < e->n_slots; i++) {
        if (values[i] < least) {
            least = values[i];
            best = i;
        }
    }
    return best;
}

int hpsi_swarm_improve(hps_swarm *e, int32_t slot)
{
    if (!(e->f[slot] < e->g_f)) {
        return 0;
    }
    e->g_f = e->f[slot];
    memcpy(e->g, e->x + (int64_t)slot * e->n_dims, (size_t)e->n_dims * sizeof *e->g);
    e->last_improvement = hpsi_swarm_now(e);
    return 1;
}

void hpsi_swarm_redraw(hps_swarm *e, int32_t slot)
{
    for (int32_t d = 0; d < e->n_dims; d++) {
        int64_t k = (int64_t)slot * e->n_dims + d;
        e->x[k] = hpsi_swarm_draw(e, HPSI_STREAM_INIT, slot, (uint32_t)d).u[0];
        e->v[k] = 0.0;
    }
}

double hpsi_swarm_move_choice(const hps_swarm *e, int32_t slot, int32_t dim, double c1, double c2)
{
    int64_t k = (int64_t)slot * e->n_dims + dim;
    hpsi_uniform2 r = hpsi_swarm_draw(e, HPSI_STREAM_VELOCITY, slot, (uint32_t)dim);
    if (r.u[0] * e->n_dims < 1.0) {
        return hpsi_swarm_draw(e, HPSI_STREAM_BOUNDARY, slot, (uint32_t)dim).u[0];
    }
    double t = r.u[1] * (c1 + c2 + 1.0);
    return t < c1 ? e->p[k] : t < c1 + c2 ? e->g[dim] : e->x[k];
}

static void attract(hps_swarm *e, int64_t r)
{
    int of_iteration = e->variant == &hpsi_variant_paper && e->options[HPSI_SWARM_GBEST] == 1.0;
    if (of_iteration || !(e->archive.rows[r].f < e->g_f)) {
        return;
    }
    e->g_f = e->archive.rows[r].f;
    e->last_improvement = hpsi_swarm_now(e);
    if (e->n_dims > 0) {
        memcpy(e->g, e->archive.u + r * e->n_dims, (size_t)e->n_dims * sizeof *e->g);
    }
}

void hpsi_swarm_attract(hps_swarm *e, int64_t first)
{
    for (int64_t r = first; e->designs > 0 && r < e->archive.n; r++) {
        if (e->archive.rows[r].id >= 0 || e->archive.rows[r].outcome != HPS_EVAL_OK) {
            continue;
        }
        if (e->variant->outside != NULL) {
            e->variant->outside(e, r);
        } else {
            attract(e, r);
        }
    }
}

/* ------------------------------------------------------------- points */

void hpsi_swarm_snap(const hps_swarm *e, const double *x, double *snapped)
{
    for (int32_t d = 0; d < e->n_dims; d++) {
        snapped[d] = hpsi_param_snap(dimension(e, d), x[d]);
    }
}

/* One level up or down, folded back at the ends. */
static double step_level(const hpsi_param *p, double u, int up)
{
    int64_t n = hpsi_param_levels(p);
    int64_t level = hpsi_param_level(p, u) + (up ? 1 : -1);
    level = level < 0 ? 1 : level >= n ? n - 2 : level;
    return hpsi_param_centre(p, n > 1 ? level : 0);
}

static double disturbed(const hps_swarm *e, int32_t slot, int32_t d, int32_t try)
{
    const hpsi_param *p = dimension(e, d);
    double u = e->x[(int64_t)slot * e->n_dims + d];
    uint32_t counter = (uint32_t)d + 65536u * (uint32_t)try;
    hpsi_uniform2 r = hpsi_swarm_draw(e, HPSI_STREAM_REPAIR, slot, counter);
    if (p->kind == HPS_PARAM_REAL) {
        return hpsi_reflect(u + (try < NEAR_TRIES ? e->nudge[slot] : FAR) * hpsi_gaussian(r));
    }
    if (r.u[0] * e->n_dims >= 1.5) {
        return u;
    }
    return p->kind == HPS_PARAM_CHOICE ? r.u[1] : step_level(p, u, r.u[1] < 0.5);
}

/* Look for a new point beside a known one; its row is the answer if there is none. */
static int64_t repair(hps_swarm *e, int32_t slot, int64_t known)
{
    double *x = e->x + (int64_t)slot * e->n_dims;
    double *trial = e->point; /* has room for all dimensions */
    for (int32_t try = 0; try < TRIES; try++) {
        for (int32_t d = 0; d < e->n_dims; d++) {
            trial[d] = disturbed(e, slot, d, try);
        }
        hpsi_swarm_snap(e, trial, e->snapped);
        if (hpsi_archive_find(&e->archive, e->snapped, e->batch, 0) < 0) {
            for (int32_t d = 0; d < e->n_dims; d++) {
                x[d] = trial[d];
            }
            return -1;
        }
    }
    return known;
}

/* Values of a new point: the caller's own digits for a start position, else from snapped. */
static void fill_point(hps_swarm *e, int32_t slot, int repaired)
{
    int32_t n = e->space->n;
    int designed = e->asynchronous ? e->designs == 1 && e->phase[slot] == HPSI_PHASE_PLACED
                                   : e->iteration == 0;
    if (designed && slot < e->n_start && !repaired) {
        memcpy(e->point, e->start + (int64_t)slot * n, (size_t)n * sizeof *e->point);
        return;
    }
    for (int32_t i = 0; i < n; i++) {
        e->point[i] = e->space->params[i].value;
    }
    for (int32_t d = 0; d < e->n_dims; d++) {
        e->point[e->dims[d]] = hpsi_param_value(dimension(e, d), e->snapped[d]);
    }
}

void hpsi_swarm_plan_member(hps_swarm *e, int32_t slot)
{
    hpsi_swarm_snap(e, e->x + (int64_t)slot * e->n_dims, e->snapped);
    int64_t r = hpsi_archive_find(&e->archive, e->snapped, e->batch, !e->variant->repair);
    int known = r >= 0;
    int64_t first = r;
    if (known && e->noisy) {
        first = hpsi_noisy_again(e, r);
        r = -1;
    } else if (known && e->variant->repair) {
        r = repair(e, slot, r);
    }
    if (r < 0) {
        if (!(known && e->noisy)) {
            fill_point(e, slot, known);
        }
        r = hpsi_archive_add(&e->archive, e->snapped, e->point);
        hpsi_archive_number(&e->archive, r);
        if (known && e->noisy) {
            e->archive.rows[r].first = first;
        }
        e->archive.rows[r].iteration = e->iteration;
        e->archive.rows[r].particle = slot;
    }
    e->row[slot] = r;
}

/* ---------------------------------------------------------- iteration */

void hpsi_swarm_new_design(hps_swarm *e)
{
    e->variant->design(e);
    e->designs++;
    e->fresh = 0;
    e->g_f = (double)INFINITY;
    for (int32_t i = 0; i < e->n_slots; i++) {
        e->p_f[i] = (double)INFINITY;
        e->p_row[i] = -1;
    }
    if (e->designs == 1) {
        hpsi_swarm_attract(e, 0); /* a later swarm knows nothing older than its design */
    }
}

static void new_positions(hps_swarm *e)
{
    for (int32_t i = 0; i < e->n_slots; i++) {
        e->nudge[i] = HPSI_NEAR;
    }
    if (e->fresh) {
        hpsi_swarm_new_design(e);
    } else {
        e->variant->move(e);
    }
}

hps_status hpsi_swarm_plan(hps_swarm *e)
{
    while (e->stop == HPSI_STOP_NONE && !e->open) {
        hps_status st = hpsi_archive_reserve(&e->archive, e->n_slots + hpsi_noisy_repeats(e));
        st = st == HPS_OK ? hpsi_front_reserve(e) : st;
        if (st == HPS_OK && e->variant->prepare != NULL) {
            st = e->variant->prepare(e);
        }
        if (st != HPS_OK) {
            return st;
        }
        e->batch = e->archive.n;
        new_positions(e);
        for (int32_t i = 0; i < e->n_slots; i++) {
            hpsi_swarm_plan_member(e, i);
        }
        if (e->noisy) {
            hpsi_noisy_plan(e);
        }
        if (e->variant->planned != NULL) {
            e->variant->planned(e);
        }
        e->open = 1;
        e->stalled = e->n_told < e->archive.n_ids ? 0 : e->stalled + 1;
        if (e->stalled > 0) { /* all values are known */
            hpsi_swarm_absorb(e);
            hpsi_swarm_update_stop(e);
        }
    }
    return HPS_OK;
}

/* More start positions than particles: the best of them become the swarm (swarm.md 6). */
static void keep_best(hps_swarm *e)
{
    size_t bytes = (size_t)e->n_dims * sizeof(double);
    while (e->n_slots > e->n_particles) {
        int32_t worst = e->n_slots - 1;
        for (int32_t i = e->n_slots - 1; i >= 0; i--) {
            worst = e->p_f[i] > e->p_f[worst] ? i : worst;
        }
        for (int32_t i = worst; i + 1 < e->n_slots; i++) {
            int64_t to = (int64_t)i * e->n_dims;
            memcpy(e->x + to, e->x + to + e->n_dims, bytes);
            memcpy(e->v + to, e->v + to + e->n_dims, bytes);
            memcpy(e->p + to, e->p + to + e->n_dims, bytes);
            e->p_f[i] = e->p_f[i + 1];
            e->p_row[i] = e->p_row[i + 1];
            e->f[i] = e->f[i + 1];
            e->row[i] = e->row[i + 1];
        }
        e->n_slots--;
    }
}

void hpsi_swarm_absorb(hps_swarm *e)
{
    size_t bytes = (size_t)e->n_dims * sizeof(double);
    if (e->noisy) {
        hpsi_noisy_absorb(e);
    }
    for (int32_t i = 0; i < e->n_slots; i++) {
        int64_t at = (int64_t)i * e->n_dims;
        e->f[i] = e->archive.rows[e->row[i]].f;
        int better = e->noisy ? hpsi_noisy_beats(e, e->row[i], e->p_row[i]) : e->f[i] < e->p_f[i];
        if (!e->variant->several && better) {
            e->p_f[i] = e->f[i];
            e->p_row[i] = e->row[i];
            memcpy(e->p + at, e->x + at, bytes);
        }
    }
    e->variant->after(e);
    if (e->noisy) {
        hpsi_noisy_choose(e);
    }
    keep_best(e);
    if (hpsi_swarm_least(e, e->p_f) < 0) { /* nobody has a value: start again */
        e->fresh = 1;
        e->failed_designs++;
    }
    e->iteration++;
    e->open = 0;
    e->batch = e->archive.n;
}
