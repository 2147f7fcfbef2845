/* SPDX-License-Identifier: BSD-3-Clause */
/* Where a surface is least inside the bounds: a swarm, then descents along one coordinate at a
 * time. */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "surface/internal.h"

#define FIRST_STEP 0.05
#define LAST_STEP 1e-10
enum { SEARCH_BASE = 1500, SEARCH_PER_DIM = 150, SWEEPS = 2000 };

typedef struct search {
    const hps_surface *r;
    double *u, *trial, *work;
} search;

static int32_t evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    search *s = user;
    for (int32_t i = 0; i < b->n; i++) {
        if (hpsi_surface_locate(s->r, i, b->x + (int64_t)i * b->n_params, s->trial) != HPS_OK) {
            outcome[i] = HPS_EVAL_FAILED;
            continue;
        }
        f[i] = hpsi_surface_value(s->r, s->trial, NULL, s->work);
    }
    return 0;
}

static void point_at(const hps_surface *r, const double *u, double *x)
{
    for (int32_t i = 0; i < r->space->n; i++) {
        x[i] = r->space->params[i].value;
    }
    for (int32_t d = 0; d < r->n_dims; d++) {
        x[r->dims[d]] = hpsi_param_value(hpsi_surface_param(r, d), u[d]);
    }
}

/* The swarm begins with the best of the points that the surface was fitted to. */
static hps_status search_by_swarm(search *s, double *x)
{
    const hps_surface *r = s->r;
    hps_swarm *e = NULL;
    int64_t best = 0;
    for (int64_t i = 1; i < r->n; i++) {
        best = r->y[i] < r->y[best] ? i : best;
    }
    point_at(r, r->u + best * r->n_dims, x);
    int64_t budget = SEARCH_BASE + SEARCH_PER_DIM * (int64_t)r->n_dims;
    hps_status st = hps_swarm_create(&e, r->context, r->space, 1);
    st = st == HPS_OK ? hps_swarm_set_text(e, "variant", "swarm") : st;
    st = st == HPS_OK ? hps_swarm_set_int(e, "seed", 1) : st;
    st = st == HPS_OK ? hps_swarm_set_int(e, "max_evaluations", budget) : st;
    st = st == HPS_OK ? hps_swarm_set_start(e, 1, x) : st;
    st = st == HPS_OK ? hps_swarm_run(e, evaluate, s) : st;
    st = st == HPS_OK ? hps_swarm_best(e, x, NULL) : st;
    hps_swarm_destroy(e);
    return st;
}

/* Take u[d] = v if the surface is lower there. */
static int take_if_lower(search *s, int32_t d, double v, double *f)
{
    double before = s->u[d];
    s->u[d] = v;
    double value = hpsi_surface_value(s->r, s->u, NULL, s->work);
    if (value < *f) {
        *f = value;
        return 1;
    }
    s->u[d] = before;
    return 0;
}

/* Lower a coordinate: reals by a step, integers by a level, choices to any other. */
static int improve(search *s, int32_t d, double step, double *f)
{
    const hpsi_param *p = hpsi_surface_param(s->r, d);
    double u = s->u[d];
    if (p->kind == HPS_PARAM_REAL) {
        return take_if_lower(s, d, fmin(u + step, 1.0), f) ||
               take_if_lower(s, d, fmax(u - step, 0.0), f);
    }
    int64_t levels = hpsi_param_levels(p);
    int64_t level = hpsi_param_level(p, u);
    int64_t first = p->kind == HPS_PARAM_CHOICE || level == 0 ? 0 : level - 1;
    int64_t last = p->kind == HPS_PARAM_CHOICE || level == levels - 1 ? levels - 1 : level + 1;
    int lower = 0;
    for (int64_t k = first; k <= last; k++) {
        lower |= k != level && take_if_lower(s, d, hpsi_param_centre(p, k), f);
    }
    return lower;
}

static void descend(search *s, double *f)
{
    double step = FIRST_STEP;
    for (int32_t sweep = 0; sweep < SWEEPS && step > LAST_STEP; sweep++) {
        int lower = 0;
        for (int32_t d = 0; d < s->r->n_dims; d++) {
            lower |= improve(s, d, step, f);
        }
        step *= lower ? 1.0 : 0.5;
    }
}

static hps_status find(search *s, double *x, double *f)
{
    hps_status st = search_by_swarm(s, x);
    if (st == HPS_OK) {
        st = hpsi_surface_locate(s->r, 0, x, s->u);
    }
    if (st == HPS_OK) {
        *f = hpsi_surface_value(s->r, s->u, NULL, s->work);
        descend(s, f);
        point_at(s->r, s->u, x);
    }
    return st;
}

hps_status hps_surface_minimum(const hps_surface *r, double *x, double *f)
{
    if (r == NULL || r->n == 0) {
        return hpsi_fail(r == NULL ? HPS_E_ARGUMENT : HPS_E_STATE, "surface: minimum %s",
                         r == NULL ? "of NULL" : "before a fit");
    }
    int64_t size = 2 * (int64_t)r->n_dims + hpsi_surface_work(r) + r->space->n;
    double *memory = hpsi_new(r->context, size, sizeof *memory);
    if (memory == NULL) {
        return HPS_E_MEMORY;
    }
    search s = {.r = r, .u = memory, .trial = memory + r->n_dims};
    double *point = memory + 2 * (int64_t)r->n_dims;
    double value = 0.0;
    s.work = point + r->space->n;
    hpsi_blas_begin();
    hps_status st = find(&s, point, &value);
    hpsi_blas_end();
    if (st == HPS_OK && x != NULL) {
        memcpy(x, point, (size_t)r->space->n * sizeof *x);
    }
    if (st == HPS_OK && f != NULL) {
        *f = value;
    }
    hpsi_free(memory);
    return st;
}
