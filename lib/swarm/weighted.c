/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant pareto: members that models of weighted objectives lead (swarm.md 11.2), each with a
 * weight of its own. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/linalg.h"
#include "swarm/pareto.h"

enum { RBF_LEADERS = 4, QUADRATIC_LEADERS = 2, RBF_POINTS = 240, QUADRATIC_POINTS = 200 };
#define LEAST_WEIGHT 0.02
#define SUM_SHARE 0.1 /* of the sum beside the maximum: keeps out what is only weakly good */
#define FIRST 0.3     /* radius, of quadratics times sqrt(n_dims) */
#define LARGEST 0.5   /* the same way */
#define SMALLEST 0.01

/* --------------------------------------------------------------- memory */

void hpsi_weighted_destroy(hpsi_weighted *w)
{
    if (w == NULL) {
        return;
    }
    hpsi_rbf_destroy(w->rbf);
    hpsi_quadratic_destroy(w->quadratic);
    hpsi_free(w->role);
    hpsi_free(w->ordered);
    hpsi_free(w->arena);
    hpsi_free(w->scalar);
    hpsi_free(w->near);
    hpsi_free(w);
}

static hps_status cut_arena(hps_swarm *e, hpsi_weighted *w, int64_t points)
{
    int64_t m = w->n_ordered;
    struct {
        double **array;
        int64_t size;
    } const cuts[] = {{&w->proposal, (int64_t)HPSI_LED_MOST * e->n_dims},
                      {&w->points, points * m},
                      {&w->values, points},
                      {&w->weights, points},
                      {&w->sorted, points},
                      {&w->lo, m},
                      {&w->hi, m},
                      {&w->start, m},
                      {&w->step, m},
                      {&w->work, 4 * m}};
    int64_t total = 0;
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        total += cuts[i].size;
    }
    w->arena = hpsi_new(e->context, total, sizeof *w->arena);
    if (w->arena == NULL) {
        return HPS_E_MEMORY;
    }
    double *at = w->arena;
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        *cuts[i].array = at;
        at += cuts[i].size;
    }
    return HPS_OK;
}

static double scale_of(const hps_swarm *e, int32_t role)
{
    return role == HPSI_LED_BY_QUADRATIC ? sqrt((double)e->n_dims) : 1.0;
}

hps_status hpsi_weighted_create(hps_swarm *e, int32_t slots)
{
    hpsi_weighted *w = hpsi_new(e->context, 1, sizeof *w);
    if (w == NULL) {
        return HPS_E_MEMORY;
    }
    e->pareto->weighted = w;
    w->role = hpsi_new(e->context, slots, sizeof *w->role);
    w->ordered = hpsi_new(e->context, e->n_dims, sizeof *w->ordered);
    if (w->role == NULL || w->ordered == NULL) {
        return HPS_E_MEMORY;
    }
    for (int32_t d = 0; d < e->n_dims; d++) {
        if (e->space->params[e->dims[d]].kind != HPS_PARAM_CHOICE) {
            w->ordered[w->n_ordered++] = d;
        }
    }
    for (int32_t role = 1; role < HPSI_LED; role++) {
        w->radius[role] = FIRST * scale_of(e, role);
    }
    int32_t m = w->n_ordered;
    int32_t most = 2 * m + 2 > QUADRATIC_POINTS ? 2 * m + 2 : QUADRATIC_POINTS;
    hps_status st = hpsi_rbf_create(&w->rbf, e->context, RBF_POINTS, m);
    if (st == HPS_OK) {
        st = hpsi_quadratic_create(&w->quadratic, e->context, most, m, 0);
    }
    return st != HPS_OK ? st : cut_arena(e, w, most > RBF_POINTS ? most : RBF_POINTS);
}

static hps_status reserve(hps_swarm *e)
{
    hpsi_weighted *w = e->pareto->weighted;
    void *p = w->scalar;
    hps_status st = hpsi_grow(e->context, &p, &w->scalar_capacity, e->archive.n, sizeof *w->scalar);
    w->scalar = p;
    if (st == HPS_OK) {
        p = w->near;
        st = hpsi_grow(e->context, &p, &w->near_capacity, e->archive.n, sizeof *w->near);
        w->near = p;
    }
    return st;
}

/* -------------------------------------------------------------- weights */

static int told(const hps_swarm *e, int64_t r)
{
    return e->archive.rows[r].state == HPSI_ROW_TOLD;
}

/* The range of each objective on the front; of all points where the front has none. */
static void ranges(const hps_swarm *e, double *least, double *range)
{
    for (int32_t k = 0; k < e->n_objectives; k++) {
        double most = -(double)INFINITY;
        least[k] = (double)INFINITY;
        for (int64_t i = 0; i < e->n_front; i++) {
            double f = hpsi_archive_values(&e->archive, e->front[i])[k];
            least[k] = fmin(least[k], f);
            most = fmax(most, f);
        }
        for (int64_t r = 0; r < e->archive.n && !(most > least[k]); r++) {
            double f = hpsi_archive_values(&e->archive, r)[k];
            most = f < (double)INFINITY && told(e, r) ? fmax(most, f) : most;
        }
        range[k] = most > least[k] ? most - least[k] : 1.0;
    }
}

/* Of two objectives: the leaders of an iteration share out the weights from 0 to 1 among them,
 * each draws from its part, and which part that is turns by chance. Independent draws as in
 * swarm.md are 2 points worse at 300 and 1000 evaluations. The ends, where one objective counts
 * nothing, are left out. */
static void draw_share(const hps_swarm *e, int32_t slot, int32_t at, double *weight)
{
    int32_t led = hpsi_weighted_count(e);
    hpsi_uniform2 r = hpsi_swarm_draw(e, HPSI_STREAM_WEIGHT, slot, 0);
    /* chance is the same for an iteration; asynchronously it would be another one for each of them
     */
    hpsi_uniform2 chance = hpsi_swarm_draw(e, HPSI_STREAM_WEIGHT, 0, 1);
    int64_t turn =
        e->asynchronous ? e->pareto->weighted->leads / led : (int64_t)(led * chance.u[0]);
    int32_t part = (int32_t)((at + turn) % led);
    weight[0] = fmin(fmax((part + r.u[0]) / led, LEAST_WEIGHT), 1.0 - LEAST_WEIGHT);
    weight[1] = 1.0 - weight[0];
}

/* Of more objectives: uniform on the simplex. */
static void draw_weights(const hps_swarm *e, int32_t slot, double *weight)
{
    double sum = 0.0;
    for (int32_t k = 0; k < e->n_objectives; k++) {
        double u = hpsi_swarm_draw(e, HPSI_STREAM_WEIGHT, slot, (uint32_t)k).u[0];
        weight[k] = 1e-12 - log(1.0 - u);
        sum += weight[k];
    }
    for (int32_t k = 0; k < e->n_objectives; k++) {
        weight[k] /= sum;
    }
}

/* max_k w_k a_k + 0.1 sum_k w_k a_k of every row, a the objectives between the least and the
 * largest of the front. The best row, the first of equals. */
static int64_t scalarise(hps_swarm *e, int32_t slot, int32_t at)
{
    double weight[HPSI_OBJECTIVES_MAX] = {0}, least[HPSI_OBJECTIVES_MAX] = {0};
    double range[HPSI_OBJECTIVES_MAX] = {0};
    double *scalar = e->pareto->weighted->scalar;
    int64_t best = -1;
    ranges(e, least, range);
    if (e->n_objectives == 2) {
        draw_share(e, slot, at, weight);
    } else {
        draw_weights(e, slot, weight);
    }
    for (int64_t r = 0; r < e->archive.n; r++) {
        const double *f = hpsi_archive_values(&e->archive, r);
        double largest = -(double)INFINITY, sum = 0.0;
        for (int32_t k = 0; k < e->n_objectives; k++) {
            double a = weight[k] * (f[k] - least[k]) / range[k];
            largest = fmax(largest, a);
            sum += a;
        }
        scalar[r] = told(e, r) ? largest + SUM_SHARE * sum : (double)INFINITY;
        if (scalar[r] < (best >= 0 ? scalar[best] : (double)INFINITY)) {
            best = r;
        }
    }
    return best;
}

/* --------------------------------------------------------------- points */

static int compare_near(const void *a, const void *b)
{
    const struct hpsi_near *x = a;
    const struct hpsi_near *y = b;
    if (x->square != y->square) {
        return x->square < y->square ? -1 : 1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

/* The squared distance from the centre; with `choices` infinite where a choice differs. */
static double distance(const hps_swarm *e, int64_t r, int choices)
{
    const double *u = e->archive.u + r * e->n_dims;
    const hpsi_weighted *w = e->pareto->weighted;
    double square = 0.0;
    int32_t next = 0;
    for (int32_t d = 0; d < e->n_dims; d++) {
        if (next < w->n_ordered && w->ordered[next] == d) {
            square += (u[d] - e->g[d]) * (u[d] - e->g[d]);
            next++;
        } else if (choices && u[d] != e->g[d]) { /* both are centres of a level */
            return (double)INFINITY;
        }
    }
    return square;
}

static int64_t collect(hps_swarm *e, int choices)
{
    hpsi_weighted *w = e->pareto->weighted;
    int64_t n = 0;
    for (int64_t r = 0; r < e->archive.n; r++) {
        int counts = w->scalar[r] < (double)INFINITY || (w->failures_meet && told(e, r));
        double square = counts ? distance(e, r, choices) : (double)INFINITY;
        if (square < (double)INFINITY) {
            w->near[n].square = square;
            w->near[n++].row = r;
        }
    }
    return n;
}

/* The nearest points to the centre into w->points, divided by their rms distance, and their
 * values, of failed ones the worst of the others. Their number; 0 if they are too few or all the
 * same. */
static int32_t gather(hps_swarm *e, int64_t needed, int64_t most, double *scale)
{
    hpsi_weighted *w = e->pareto->weighted;
    int32_t m = w->n_ordered;
    int64_t found = collect(e, 1);
    if (found < 2 * (int64_t)m + 2) {
        found = collect(e, 0);
    }
    if (found < needed) {
        return 0;
    }
    qsort(w->near, (size_t)found, sizeof *w->near, compare_near);
    int32_t n = (int32_t)(found < most ? found : most);
    double square = 0.0, worst = -(double)INFINITY, best = (double)INFINITY;
    for (int32_t i = 0; i < n; i++) {
        double v = w->scalar[w->near[i].row];
        square += w->near[i].square;
        worst = v < (double)INFINITY ? fmax(worst, v) : worst;
        best = fmin(best, v);
    }
    *scale = sqrt(square / n) + 1e-300;
    for (int32_t i = 0; i < n; i++) {
        const double *u = e->archive.u + w->near[i].row * e->n_dims;
        w->values[i] = fmin(w->scalar[w->near[i].row], worst);
        for (int32_t k = 0; k < m; k++) {
            int32_t d = w->ordered[k];
            w->points[(int64_t)i * m + k] = (u[d] - e->g[d]) / *scale;
        }
    }
    return best < worst ? n : 0;
}

/* -------------------------------------------------------------- leaders */

/* Where the radial basis is least in a box about the centre: w->step. */
static hps_status step_by_rbf(hps_swarm *e, int32_t slot, int *found)
{
    hpsi_weighted *w = e->pareto->weighted;
    int32_t m = w->n_ordered;
    int64_t most = 6 * (int64_t)m < 60 ? 60 : 6 * (int64_t)m > 240 ? 240 : 6 * (int64_t)m;
    double scale = 1.0;
    int32_t n = gather(e, m + 2, most, &scale);
    if (n == 0) {
        return HPS_OK;
    }
    hpsi_surface_map(HPSI_MAP_LOG, n, w->values, w->values, w->sorted);
    memset(w->start, 0, (size_t)m * sizeof *w->start);
    if (!hpsi_rbf_fit(w->rbf, n, w->points, w->start, 1.0, 1, w->values)) {
        return HPS_OK;
    }
    for (int32_t k = 0; k < m; k++) {
        double u = e->g[w->ordered[k]];
        w->lo[k] = fmax(-u, -w->radius[HPSI_LED_BY_RBF]) / scale;
        w->hi[k] = fmin(1.0 - u, w->radius[HPSI_LED_BY_RBF]) / scale;
        double r = hpsi_swarm_draw(e, HPSI_STREAM_LEADER, slot, (uint32_t)k).u[0];
        w->start[k] = w->lo[k] + (w->hi[k] - w->lo[k]) * r;
        w->step[k] = 0.0;
    }
    double at_centre = hpsi_rbf_minimise(w->rbf, w->lo, w->hi, w->step, w->work);
    double elsewhere = hpsi_rbf_minimise(w->rbf, w->lo, w->hi, w->start, w->work);
    const double *to = elsewhere < at_centre ? w->start : w->step;
    for (int32_t k = 0; k < m; k++) {
        w->step[k] = scale * to[k];
    }
    *found = 1;
    return HPS_OK;
}

/* Where a quadratic is least in a ball about the centre: w->step. */
static hps_status step_by_quadratic(hps_swarm *e, int *found)
{
    hpsi_weighted *w = e->pareto->weighted;
    int32_t m = w->n_ordered;
    double scale = 1.0;
    int32_t n = gather(e, 2 * (int64_t)m + 2, hpsi_quadratic_points(m), &scale);
    if (n == 0 || !hpsi_surface_weigh(n, w->values, w->weights, w->sorted) ||
        !hpsi_quadratic_fit(w->quadratic, n, w->points, w->values, w->weights)) {
        return HPS_OK;
    }
    hps_status st =
        hpsi_quadratic_step(w->quadratic, w->radius[HPSI_LED_BY_QUADRATIC] / scale, w->step);
    for (int32_t k = 0; k < m; k++) {
        w->step[k] *= scale;
    }
    *found = st == HPS_OK;
    return st;
}

/* Proposal number `at` for a member. */
static hps_status lead(hps_swarm *e, int32_t slot, int32_t at, int32_t role)
{
    hpsi_weighted *w = e->pareto->weighted;
    size_t bytes = (size_t)e->n_dims * sizeof *e->g;
    int found = 0;
    int64_t centre = scalarise(e, slot, at);
    memcpy(e->g, e->archive.u + centre * e->n_dims, bytes);
    hps_status st =
        role == HPSI_LED_BY_RBF ? step_by_rbf(e, slot, &found) : step_by_quadratic(e, &found);
    if (st != HPS_OK || !found) {
        return st;
    }
    double *to = w->proposal + (int64_t)at * e->n_dims;
    memcpy(to, e->g, bytes);
    for (int32_t k = 0; k < w->n_ordered; k++) {
        double *u = &to[w->ordered[k]];
        *u = fmin(fmax(*u + w->step[k], 0.0), 1.0);
    }
    hpsi_swarm_snap(e, to, e->snapped);
    if (hpsi_archive_find(&e->archive, e->snapped, e->archive.n, 0) < 0) {
        w->role[slot] = role; /* a known point, often a corner, teaches nothing: it flies */
    }
    return HPS_OK;
}

static int32_t least_of(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

int32_t hpsi_weighted_count(const hps_swarm *e)
{
    return least_of(e->n_particles / 3, RBF_LEADERS) +
           least_of(e->n_particles / 6, QUADRATIC_LEADERS);
}

hps_status hpsi_weighted_lead(hps_swarm *e)
{
    hpsi_weighted *w = e->pareto->weighted;
    memset(w->role, 0, (size_t)e->n_slots * sizeof *w->role);
    hps_status st = reserve(e);
    if (st != HPS_OK || e->fresh || w->n_ordered == 0) {
        return st;
    }
    int32_t by_rbf = least_of(e->n_particles / 3, RBF_LEADERS);
    int32_t led = hpsi_weighted_count(e);
    w->failures_meet = hpsi_swarm_failures_meet(e, 0);
    hpsi_blas_begin();
    for (int32_t i = 0; i < led && st == HPS_OK; i++) {
        st = lead(e, i, i, i < by_rbf ? HPSI_LED_BY_RBF : HPSI_LED_BY_QUADRATIC);
    }
    hpsi_blas_end();
    return st;
}

/* As many of the members that are sent as of an iteration. */
hps_status hpsi_weighted_lead_one(hps_swarm *e, int32_t slot, int32_t *at)
{
    hpsi_weighted *w = e->pareto->weighted;
    int32_t led = hpsi_weighted_count(e);
    w->role[slot] = HPSI_LED_BY_NONE;
    *at = led > 0 ? (int32_t)(w->leads % led) : 0;
    w->flights++;
    if (led == 0 || w->n_ordered == 0 || w->flights * led < e->n_slots) {
        return HPS_OK;
    }
    hps_status st = reserve(e);
    if (st != HPS_OK) {
        return st;
    }
    w->failures_meet = hpsi_swarm_failures_meet(e, 0);
    hpsi_blas_begin();
    st = lead(e, slot, *at,
              *at < least_of(e->n_particles / 3, RBF_LEADERS) ? HPSI_LED_BY_RBF
                                                              : HPSI_LED_BY_QUADRATIC);
    hpsi_blas_end();
    w->leads++;
    w->flights = w->role[slot] != HPSI_LED_BY_NONE ? 0 : w->flights;
    return st;
}

void hpsi_weighted_arrived(hps_swarm *e, int taken)
{
    hpsi_weighted *w = e->pareto->weighted;
    w->n_led++;
    w->n_taken += taken;
    if (w->n_led >= hpsi_weighted_count(e)) {
        hpsi_weighted_adapt(e, (int32_t)w->n_led, (int32_t)w->n_taken);
        w->n_led = w->n_taken = 0;
    }
}

void hpsi_weighted_adapt(hps_swarm *e, int32_t n_led, int32_t n_taken)
{
    hpsi_weighted *w = e->pareto->weighted;
    double factor = 2 * n_taken >= n_led ? 1.2 : n_taken == 0 ? 0.8 : 1.0;
    for (int32_t role = 1; role < HPSI_LED && n_led > 0; role++) {
        double most = LARGEST * scale_of(e, role);
        w->radius[role] = fmin(fmax(factor * w->radius[role], SMALLEST), most);
    }
}
