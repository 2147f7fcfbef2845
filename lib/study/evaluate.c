/* SPDX-License-Identifier: BSD-3-Clause */
/* A batch of candidates: which run side by side, what each came to, and why. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study/internal.h"

/* ------------------------------------------------------------ outcomes */

/* Options that contradict each other are no failure: the point was not tried. */
static int32_t is_finite(const hpsi_point *p)
{
    for (int32_t k = 0; k < HPSI_STUDY_VALUES; k++) {
        if (!isfinite(p->f[k])) {
            return 0;
        }
    }
    return 1;
}

static void conclude(hpsi_point *p, hps_status st, int32_t setting_up)
{
    const int32_t infeasible = st == HPS_E_OPTION || (setting_up && st == HPS_E_ARGUMENT);

    p->status = st;
    p->outcome = HPS_EVAL_OK;
    p->reason[0] = '\0';
    if (st != HPS_OK) {
        p->outcome = infeasible ? HPS_EVAL_INFEASIBLE : HPS_EVAL_FAILED;
        snprintf(p->reason, sizeof p->reason, "%s", hps_last_error());
    } else if (!is_finite(p)) {
        p->outcome = HPS_EVAL_FAILED;
        snprintf(p->reason, sizeof p->reason,
                 "study: the objective is %g: the test set has no energies, or a prediction is "
                 "not finite",
                 isfinite(p->f[0]) ? p->f[1] : p->f[0]);
    }
    if (p->outcome != HPS_EVAL_OK) {
        p->f[0] = p->f[1] = (double)NAN;
    }
}

static void prepare(hps_study *t, hpsi_point *p)
{
    const double start = hpsi_seconds();

    p->f[0] = p->f[1] = 0;
    conclude(p, hpsi_study_settings(t, p->x, 0, &p->settings), 1);
    if (p->settings != NULL) {
        hpsi_study_freeze(t, p->x, p->settings);
    }
    p->seconds = hpsi_seconds() - start;
}

/* ---------------------------------------------------------- one candidate */

static void evaluate_alone(const hps_study *t, hpsi_point *p)
{
    const double start = hpsi_seconds();

    p->f[0] = p->f[1] = 0; /* it may have failed on a path */
    conclude(p, hpsi_study_objective(t, p->settings, p->f), 0);
    p->seconds += hpsi_seconds() - start;
}

/* ------------------------------------------- candidates that share a descriptor */

/* Kernel statistics of several exponents come from one pass over the products. */
static void link_points(hps_study *t)
{
    for (int32_t i = 0; i < t->n_points; i++) {
        t->point[i].next = -1;
        t->point[i].follows = 0;
    }
    for (int32_t i = 0; hpsi_study_is_kernel(t) && i < t->n_points; i++) {
        hpsi_point *last = &t->point[i];

        for (int32_t j = i + 1; last->settings != NULL && !t->point[i].follows && j < t->n_points;
             j++) {
            hpsi_point *p = &t->point[j];

            if (p->settings != NULL && !p->follows &&
                hpsi_soap_same(hps_gpr_soap(last->settings), hps_gpr_soap(p->settings))) {
                p->follows = 1;
                last->next = j;
                last = p;
            }
        }
    }
}

static int32_t count_linked(const hps_study *t, const hpsi_point *p)
{
    int32_t n = 1;

    for (; p->next >= 0; p = &t->point[p->next]) {
        n++;
    }
    return n;
}

static hps_status evaluate_kernels(const hps_study *t, const hpsi_point *first, int32_t n,
                                   const hps_gpr **g, double *f)
{
    const hpsi_point *p = first;

    for (int32_t i = 0; i < n; i++) {
        g[i] = p->settings;
        p = p->next >= 0 ? &t->point[p->next] : p;
    }
    return hpsi_study_kernels(t, n, g, f);
}

/* One pass for a point and those that follow it. */
static void evaluate_linked(const hps_study *t, hpsi_point *first)
{
    const double start = hpsi_seconds();
    const int32_t n = count_linked(t, first);
    const hps_gpr **g = hpsi_new(t->context, n, sizeof *g);
    double *f = hpsi_new(t->context, n, sizeof *f);
    hps_status st = g != NULL && f != NULL ? evaluate_kernels(t, first, n, g, f) : HPS_E_MEMORY;
    const double each = (hpsi_seconds() - start) / n;
    hpsi_point *p = first;

    for (int32_t i = 0; i < n; i++) {
        p->f[0] = st == HPS_OK ? f[i] : 0;
        conclude(p, st, 0);
        p->seconds += each;
        if (st == HPS_E_MEMORY) { /* it may do with less */
            evaluate_alone(t, p);
        }
        p = p->next >= 0 ? &t->point[p->next] : p;
    }
    hpsi_free(f);
    hpsi_free(g);
}

static hps_status evaluate_item(int64_t item, int32_t worker, void *arg)
{
    hps_study *t = arg;
    hpsi_point *p = &t->point[item];

    (void)worker;
    if (p->settings == NULL || p->follows) {
        return HPS_OK;
    }
    if (p->next >= 0) {
        evaluate_linked(t, p);
    } else {
        evaluate_alone(t, p);
    }
    return HPS_OK;
}

/* A path that does not fit into memory, or whose digits do not do for this point, is replaced
 * by fits. */
static int32_t needs_fit(hps_study *t, hps_status st)
{
    if (st == HPS_E_MEMORY && t->option[HPSI_STUDY_OBJECTIVE] != HPSI_OBJECTIVE_LOO) {
        hpsi_study_forget_path(t);
        t->no_room = 1;
        return 1;
    }
    return st == HPS_E_NUMERIC && hpsi_study_path_kind(t) == HPSI_PATH_NOISES;
}

static void evaluate_on_path(hps_study *t, hpsi_point *p)
{
    const double start = hpsi_seconds();
    hps_status st = HPS_E_MEMORY;

    if (t->path != NULL || hpsi_study_path_fits(t, p->settings)) {
        st = hpsi_study_path(t, p->x);
    }
    if (st == HPS_OK) {
        st = hpsi_study_path_objective(t->path, t, p->settings, p->f);
    }
    conclude(p, st, 0);
    p->seconds += hpsi_seconds() - start;
    if (needs_fit(t, st)) {
        evaluate_alone(t, p);
    }
}

/* --------------------------------------------------------------- the batch */

static void evaluate_in_turn(hps_study *t, int32_t first, int32_t end)
{
    for (int32_t i = first; i < end; i++) {
        if (t->point[i].settings != NULL && hpsi_study_path_kind(t) != HPSI_PATH_NONE) {
            evaluate_on_path(t, &t->point[i]);
        } else {
            evaluate_item(i, 0, t);
        }
    }
}

typedef struct side {
    hps_study *study;
    int32_t first;
} side;

static hps_status evaluate_side(int64_t item, int32_t worker, void *arg)
{
    const side *s = arg;

    return evaluate_item(s->first + item, worker, s->study);
}

/* Candidates that found no memory beside the others get a second chance alone, so that
 * what fits by itself never depends on the number of threads. */
static void evaluate_side_by_side(hps_study *t, int32_t first, int32_t end)
{
    side s = {.study = t, .first = first};

    hpsi_parallel_for(t->context, end - first, evaluate_side, &s);
    for (int32_t i = first; i < end; i++) {
        if (t->point[i].status == HPS_E_MEMORY && t->point[i].settings != NULL) {
            evaluate_alone(t, &t->point[i]);
        }
    }
}

static hps_status check_batch(const hps_study *t, const hps_batch *b)
{
    const int32_t objective = (int32_t)t->option[HPSI_STUDY_OBJECTIVE];
    const int32_t n_values = hpsi_study_n_values(t);

    if (b->n_params != t->n_params || b->n_objectives != n_values) {
        return hpsi_fail(HPS_E_ARGUMENT,
                         "study: a batch of %d parameters and %d objectives must have %d and %d",
                         b->n_params, b->n_objectives, t->n_params, n_values);
    }
    if (t->test == NULL && (objective == HPSI_OBJECTIVE_RMSE || objective == HPSI_OBJECTIVE_MAE)) {
        return hpsi_fail(HPS_E_STATE, "study: objective %s needs a test set",
                         objective == HPSI_OBJECTIVE_RMSE ? "rmse" : "mae");
    }
    if (objective == HPSI_OBJECTIVE_RMSE_PAIR && !t->test_forces) {
        return hpsi_fail(HPS_E_STATE, "study: objective rmse-pair needs a test set with forces");
    }
    return HPS_OK;
}

/* Not even the bookkeeping of a batch fits: every candidate failed, the run goes on. */
static void all_failed(hps_study *t, int32_t n, double *f, int32_t *outcome)
{
    const int32_t m = hpsi_study_n_values(t);

    t->starved = 1;
    for (int32_t i = 0; i < n; i++) {
        f[i * m] = f[i * m + m - 1] = (double)NAN;
        outcome[i] = HPS_EVAL_FAILED;
    }
}

/* Seconds of the slowest of some candidates that have come out well, 0 if none has. */
static double slowest(const hps_study *t, int32_t first, int32_t end)
{
    double most = 0;

    for (int32_t i = first; i < end; i++) {
        const hpsi_point *p = &t->point[i];

        if (p->outcome == HPS_EVAL_OK && p->next < 0 && !p->follows && p->seconds > most) {
            most = p->seconds;
        }
    }
    return most;
}

/* The first candidate shows what one costs with all threads, the next ones what each costs beside
 * others; from which one on the rest is to be evaluated. */
static int32_t measure(hps_study *t)
{
    const int32_t threads = hps_context_threads(t->context);
    const int32_t end = t->n_points - 1 < threads ? t->n_points : 1 + threads;

    if (!hpsi_study_wants_costs(t)) {
        return 0;
    }
    evaluate_in_turn(t, 0, 1);
    t->cost_all = slowest(t, 0, 1);
    evaluate_side_by_side(t, 1, end);
    t->cost_one = slowest(t, 1, end);
    return end;
}

static void evaluate_points(hps_study *t)
{
    const int32_t first = measure(t);

    if (hpsi_study_side_by_side(t, t->n_points - first)) {
        evaluate_side_by_side(t, first, t->n_points);
    } else {
        evaluate_in_turn(t, first, t->n_points);
    }
}

int32_t hps_study_evaluate(const hps_batch *b, double *f, int32_t *outcome, void *study)
{
    hps_study *t = study;

    if (t == NULL || b == NULL || f == NULL || outcome == NULL) {
        hpsi_fail(HPS_E_ARGUMENT, "study: evaluate needs a batch, f, outcome and a study");
        return 1;
    }
    t->n_points = t->starved = 0;
    if (check_batch(t, b) != HPS_OK) {
        return 1;
    }
    if (hpsi_grow(t->context, (void **)&t->point, &t->capacity, b->n, sizeof *t->point) != HPS_OK) {
        all_failed(t, b->n, f, outcome);
        return 0;
    }
    t->n_points = b->n;
    for (int32_t i = 0; i < b->n; i++) {
        t->point[i].x = b->x + (int64_t)i * b->n_params;
        prepare(t, &t->point[i]);
    }
    hpsi_study_share_lists(t, b->n);
    link_points(t);
    evaluate_points(t);
    for (int32_t i = 0; i < b->n; i++) {
        memcpy(f + (int64_t)i * b->n_objectives, t->point[i].f,
               (size_t)b->n_objectives * sizeof *f);
        outcome[i] = t->point[i].outcome;
        hps_gpr_destroy(t->point[i].settings);
        t->point[i].settings = NULL;
    }
    return 0;
}
