/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine from its making to the first ask: options, start positions, memory. */
#include "swarm/internal.h"

#include <math.h>
#include <string.h>

static const hpsi_swarm_variant *const variants[] = {&hpsi_variant_paper, &hpsi_variant_swarm,
                                                     &hpsi_variant_guided, &hpsi_variant_pareto,
                                                     &hpsi_variant_paper_mo};
static const char *const names[] = {"paper", "swarm", "guided", "pareto", "paper_mo"};
enum { PARETO = 3 };

hpsi_uniform2 hpsi_swarm_draw(const hps_swarm *e, int32_t stream, int32_t particle,
                              uint32_t dimension)
{
    int64_t counter = e->asynchronous ? e->serial : e->iteration;
    return hpsi_uniform((int64_t)e->options[HPSI_SWARM_SEED], stream, (uint32_t)counter,
                        (uint32_t)particle, dimension);
}

int64_t hpsi_swarm_now(const hps_swarm *e)
{
    return e->asynchronous ? e->n_told : e->iteration;
}

int64_t hpsi_swarm_iterations(const hps_swarm *e, int64_t n)
{
    return e->asynchronous ? n * e->n_slots : n;
}

hps_status hpsi_swarm_not_busy(const hps_swarm *e, const char *what)
{
    if (e == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: %s: the engine is NULL", what);
    }
    if (e->busy) {
        return hpsi_fail(HPS_E_STATE, "swarm: %s inside a callback of the same engine", what);
    }
    return HPS_OK;
}

/* -------------------------------------------------------------- making */

static hps_status choose_dimensions(hps_swarm *e)
{
    int32_t n = e->space->n;
    e->dims = hpsi_new(e->context, n, sizeof *e->dims);
    e->point = hpsi_new(e->context, n, sizeof *e->point);
    e->snapped = hpsi_new(e->context, n, sizeof *e->snapped);
    if (e->dims == NULL || e->point == NULL || e->snapped == NULL) {
        return HPS_E_MEMORY;
    }
    e->space_size = 1.0;
    for (int32_t i = 0; i < n; i++) {
        if (!e->space->params[i].fixed) {
            int64_t levels = hpsi_param_levels(&e->space->params[i]);
            e->dims[e->n_dims++] = i;
            e->space_size *= levels > 0 ? (double)levels : (double)INFINITY;
        }
    }
    return HPS_OK;
}

hps_status hps_swarm_create(hps_swarm **out, hps_context *c, const hps_space *s,
                            int32_t n_objectives)
{
    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: out is NULL");
    }
    *out = NULL;
    if (s == NULL || s->n < 1) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: the space is %s",
                         s == NULL ? "NULL" : "empty, it needs a parameter");
    }
    if (n_objectives < 1 || n_objectives > HPSI_OBJECTIVES_MAX) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: n_objectives = %d must be 1..%d", n_objectives,
                         HPSI_OBJECTIVES_MAX);
    }
    hps_swarm *e = hpsi_new(c, 1, sizeof *e);
    if (e == NULL) {
        return HPS_E_MEMORY;
    }
    e->context = hpsi_context_retain(c);
    e->n_objectives = n_objectives;
    e->best = -1;
    e->fresh = 1;
    e->improved_f = (double)INFINITY;
    atomic_init(&e->cancel, 0);
    hpsi_option_defaults(&hpsi_swarm_options, e->options);
    hps_status st = hpsi_space_copy(&e->space, c, s);
    if (st == HPS_OK) {
        st = choose_dimensions(e);
    }
    if (st != HPS_OK) {
        hps_swarm_destroy(e);
        return st;
    }
    e->archive.context = e->context;
    e->archive.n_dims = e->n_dims;
    e->archive.n_params = e->space->n;
    e->archive.n_objectives = n_objectives;
    if (n_objectives > 1) {
        e->options[HPSI_SWARM_VARIANT] = PARETO;
    }
    *out = e;
    return HPS_OK;
}

static void release(hps_swarm *e)
{
    double **const reals[] = {&e->x, &e->v, &e->p, &e->p_f, &e->f, &e->g, &e->nudge};
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++) {
        hpsi_free(*reals[i]);
        *reals[i] = NULL;
    }
    hpsi_free(e->row);
    hpsi_free(e->phase);
    hpsi_free(e->permutation);
    hpsi_free(e->p_row);
    hpsi_guided_destroy(e->guided);
    hpsi_pareto_destroy(e->pareto);
    e->row = NULL;
    e->phase = NULL;
    e->p_row = NULL;
    e->pareto = NULL;
    e->permutation = NULL;
    e->guided = NULL;
}

void hps_swarm_destroy(hps_swarm *e)
{
    if (e == NULL) {
        return;
    }
    hps_context *c = e->context;
    release(e);
    hpsi_free(e->dims);
    hpsi_free(e->point);
    hpsi_free(e->snapped);
    hpsi_free(e->start);
    hpsi_free(e->autosave);
    hpsi_free(e->replay);
    hpsi_free(e->front);
    hpsi_archive_free(&e->archive);
    hps_space_destroy(e->space);
    hpsi_free(e);
    hpsi_context_release(c);
}

/* ------------------------------------------------------------- options */

/* Limits may be set at any time; the rest makes the trajectory and is settled by the first ask. */
static int is_limit(int32_t i)
{
    return i >= HPSI_SWARM_MAX_EVALUATIONS && i <= HPSI_SWARM_TIME_LIMIT;
}

static hps_status find_option(const hps_swarm *e, const char *name, int32_t *i)
{
    int32_t number;
    hps_status st = hpsi_swarm_not_busy(e, "setting an option");
    if (st == HPS_OK) {
        st = hpsi_option_find(&hpsi_swarm_options, name, i, &number);
    }
    if (st == HPS_OK && e->variant != NULL && !is_limit(*i)) {
        return hpsi_fail(HPS_E_STATE, "swarm: %s cannot be set after the first ask", name);
    }
    if (st == HPS_OK && e->n_objectives > 1 && *i == HPSI_SWARM_TARGET) {
        return hpsi_fail(HPS_E_STATE, "swarm: target is for one objective, the engine has %d",
                         e->n_objectives);
    }
    return st;
}

static void store(hps_swarm *e, int32_t i, double v)
{
    e->options[i] = v;
    if (is_limit(i)) {
        e->stop = HPSI_STOP_NONE;
        hpsi_swarm_update_stop(e);
    }
}

hps_status hps_swarm_set_real(hps_swarm *e, const char *name, double v)
{
    int32_t i = 0;
    double value = 0.0;
    hps_status st = find_option(e, name, &i);
    if (st == HPS_OK) {
        st = hpsi_option_real(&hpsi_swarm_options, i, v, &value);
    }
    if (st == HPS_OK) {
        store(e, i, value);
    }
    return st;
}

hps_status hps_swarm_set_int(hps_swarm *e, const char *name, int64_t v)
{
    int32_t i = 0;
    double value = 0.0;
    hps_status st = find_option(e, name, &i);
    if (st == HPS_OK) {
        st = hpsi_option_int(&hpsi_swarm_options, i, v, &value);
    }
    if (st == HPS_OK) {
        store(e, i, value);
    }
    return st;
}

hps_status hps_swarm_set_text(hps_swarm *e, const char *name, const char *v)
{
    int32_t i = 0;
    double value = 0.0;
    hps_status st = find_option(e, name, &i);
    if (st == HPS_OK && v == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: the text of %s is NULL", name);
    }
    if (st == HPS_OK) {
        st = hpsi_option_text(&hpsi_swarm_options, i, v, &value);
    }
    if (st == HPS_OK) {
        store(e, i, value);
    }
    return st;
}

/* --------------------------------------------------------------- start */

hps_status hpsi_swarm_check_point(const hps_swarm *e, const char *what, int32_t i, const double *x)
{
    for (int32_t k = 0; k < e->space->n; k++) {
        const hpsi_param *p = &e->space->params[k];
        if (!hpsi_param_accepts(p, x[k])) {
            return hpsi_fail(HPS_E_ARGUMENT, "swarm: %s %d: %s = %.17g must be %sin %g .. %g", what,
                             i, p->name, x[k], p->kind == HPS_PARAM_REAL ? "" : "a whole number ",
                             p->lo, p->hi);
        }
        if (p->fixed && x[k] != p->value) {
            return hpsi_fail(HPS_E_ARGUMENT, "swarm: %s %d: %s = %.17g, it is fixed at %.17g", what,
                             i, p->name, x[k], p->value);
        }
    }
    return HPS_OK;
}

hps_status hps_swarm_set_start(hps_swarm *e, int32_t n, const double *x)
{
    hps_status st = hpsi_swarm_not_busy(e, "set_start");
    if (st != HPS_OK) {
        return st;
    }
    if (e->variant != NULL) {
        return hpsi_fail(HPS_E_STATE, "swarm: start positions cannot be set after the first ask");
    }
    if (n < 0 || (n > 0 && x == NULL)) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: start: n = %d with %s positions", n,
                         x == NULL ? "NULL for" : "given");
    }
    for (int32_t i = 0; i < n; i++) {
        st = hpsi_swarm_check_point(e, "start", i, x + (int64_t)i * e->space->n);
        if (st != HPS_OK) {
            return st;
        }
    }
    double *copy = hpsi_new(e->context, hpsi_size_mul(n, e->space->n), sizeof *copy);
    if (copy == NULL) {
        return HPS_E_MEMORY;
    }
    if (n > 0) {
        memcpy(copy, x, (size_t)n * (size_t)e->space->n * sizeof *copy);
    }
    hpsi_free(e->start);
    e->start = copy;
    e->n_start = n;
    return HPS_OK;
}

hps_status hps_swarm_set_progress(hps_swarm *e, hps_progress_fn fn, void *user)
{
    hps_status st = hpsi_swarm_not_busy(e, "set_progress");
    if (st == HPS_OK) {
        e->progress = fn;
        e->progress_user = user;
    }
    return st;
}

hps_status hps_swarm_set_autosave(hps_swarm *e, const char *path, int32_t every)
{
    hps_status st = hpsi_swarm_not_busy(e, "set_autosave");
    if (st != HPS_OK) {
        return st;
    }
    if (every < 0) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: autosave every %d iterations, must be >= 0",
                         every);
    }
    char *copy = NULL;
    if (path != NULL) {
        copy = hpsi_strdup(e->context, path);
        if (copy == NULL) {
            return HPS_E_MEMORY;
        }
    }
    hpsi_free(e->autosave);
    e->autosave = copy;
    e->autosave_on_disk = 1;
    e->autosave_synced_at = 0.0;
    e->autosave_cost = 0.0;
    e->autosave_every = every;
    return HPS_OK;
}

/* ----------------------------------------------------------- first ask */

static hps_status check_limits(const hps_swarm *e)
{
    const double *o = e->options;
    int any = o[HPSI_SWARM_MAX_EVALUATIONS] > 0 || o[HPSI_SWARM_MAX_ITERATIONS] > 0 ||
              o[HPSI_SWARM_STAGNATION] > 0 || o[HPSI_SWARM_TIME_LIMIT] > 0 ||
              o[HPSI_SWARM_TARGET] > hpsi_swarm_options.rows[HPSI_SWARM_TARGET].minimum;
    if (!any) {
        return hpsi_fail(HPS_E_STATE, "swarm: no limit is set: one of max_evaluations, "
                                      "max_iterations, target, stagnation, time_limit is needed");
    }
    return HPS_OK;
}

hps_status hpsi_swarm_allocate(hps_swarm *e, const hpsi_swarm_variant *variant, int32_t slots)
{
    int64_t n = hpsi_size_mul(slots, e->n_dims);
    e->x = hpsi_new(e->context, n, sizeof *e->x);
    e->v = hpsi_new(e->context, n, sizeof *e->v);
    e->p = hpsi_new(e->context, n, sizeof *e->p);
    e->p_f = hpsi_new(e->context, slots, sizeof *e->p_f);
    e->f = hpsi_new(e->context, slots, sizeof *e->f);
    e->row = hpsi_new(e->context, slots, sizeof *e->row);
    e->phase = hpsi_new(e->context, slots, sizeof *e->phase);
    e->p_row = hpsi_new(e->context, slots, sizeof *e->p_row);
    e->permutation = hpsi_new(e->context, slots, sizeof *e->permutation);
    e->g = hpsi_new(e->context, e->n_dims, sizeof *e->g);
    e->nudge = hpsi_new(e->context, slots, sizeof *e->nudge);
    int whole = e->x != NULL && e->v != NULL && e->p != NULL && e->p_f != NULL && e->f != NULL &&
                e->row != NULL && e->phase != NULL && e->p_row != NULL && e->permutation != NULL &&
                e->g != NULL && e->nudge != NULL;
    hps_status st = whole ? HPS_OK : HPS_E_MEMORY;
    if (whole && variant->create != NULL) {
        st = variant->create(e, slots);
    }
    if (st != HPS_OK) {
        release(e);
    }
    return st;
}

/* Is option i one that only some variants read, and not this one? */
static int is_unread(int32_t i, const hpsi_swarm_variant *variant)
{
    if (i >= HPSI_SWARM_C1 && i <= HPSI_SWARM_GBEST) {
        return variant != &hpsi_variant_paper &&
               (variant != &hpsi_variant_paper_mo || i == HPSI_SWARM_GBEST);
    }
    return i >= HPSI_SWARM_DRAWS && i <= HPSI_SWARM_SEEKERS && variant != &hpsi_variant_guided;
}

/* Options that the chosen variant does not read are no error, but worth a word. */
static void warn_unused(const hps_swarm *e, const hpsi_swarm_variant *variant)
{
    for (int32_t i = 0; i < HPSI_SWARM_OPTIONS; i++) {
        if (is_unread(i, variant) && e->options[i] != hpsi_swarm_options.rows[i].value) {
            hpsi_log(e->context, HPS_LOG_WARN, "swarm: %s has no effect on variant %s",
                     hpsi_swarm_options.rows[i].name,
                     names[(int32_t)e->options[HPSI_SWARM_VARIANT]]);
        }
    }
}

int32_t hpsi_swarm_choose(const hps_swarm *e, const hpsi_swarm_variant **variant)
{
    int32_t n = (int32_t)e->options[HPSI_SWARM_PARTICLES];
    *variant = variants[(int32_t)e->options[HPSI_SWARM_VARIANT]];
    if (n > 0) {
        return n;
    }
    int32_t swarms = *variant == &hpsi_variant_paper_mo ? e->n_objectives : 1;
    return swarms * (*variant)->particles;
}

hps_status hpsi_swarm_check_objectives(const hps_swarm *e, const hpsi_swarm_variant *variant)
{
    if (variant->several != (e->n_objectives > 1)) {
        return hpsi_fail(HPS_E_STATE, "swarm: variant %s takes %s, the engine has %d; %s",
                         names[(int32_t)e->options[HPSI_SWARM_VARIANT]],
                         variant->several ? "two objectives or more" : "one objective",
                         e->n_objectives,
                         variant->several ? "paper, swarm and guided take one"
                                          : "pareto and paper_mo take several");
    }
    int32_t most = hpsi_swarm_choose(e, &variant);
    if (variant == &hpsi_variant_paper_mo && e->n_start > most) {
        return hpsi_fail(HPS_E_STATE, "swarm: paper_mo: %d start positions, it has %d particles",
                         e->n_start, most);
    }
    return HPS_OK;
}

hps_status hpsi_swarm_begin(hps_swarm *e)
{
    if (e->variant != NULL) {
        return HPS_OK;
    }
    hps_status st = check_limits(e);
    if (st != HPS_OK) {
        return st;
    }
    const hpsi_swarm_variant *variant;
    int32_t n = hpsi_swarm_choose(e, &variant);
    st = hpsi_swarm_check_objectives(e, variant);
    if (st == HPS_OK) {
        st = hpsi_async_begin(e, variant, n);
    }
    if (st == HPS_OK) {
        st = hpsi_noisy_begin(e);
    }
    if (st != HPS_OK) {
        return st;
    }
    int32_t slots = n > e->n_start ? n : e->n_start;
    st = hpsi_swarm_allocate(e, variant, slots);
    if (st != HPS_OK) {
        return st;
    }
    warn_unused(e, variant);
    e->n_particles = n;
    e->n_slots = slots;
    e->variant = variant;
    if (e->noisy) {
        hpsi_noisy_refresh(e); /* what was told before */
    }
    return HPS_OK;
}
