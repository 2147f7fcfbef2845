/* SPDX-License-Identifier: BSD-3-Clause */
/* A small mixed problem and ways to run a swarm on it, for the tests of the swarm. */
#ifndef HPS_TESTS_SWARM_RUN_H
#define HPS_TESTS_SWARM_RUN_H

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hpswarm/swarm.h"
#include "support/suite.h"

#define CK_OK(call) ck_assert_msg((call) == HPS_OK, "%s: %s", #call, hps_last_error())
#define FAILS(call, status, part)                                                                  \
    do {                                                                                           \
        ck_assert_int_eq(call, status);                                                            \
        ck_assert_msg(strstr(hps_last_error(), part) != NULL, "message: %s", hps_last_error());    \
    } while (0)

enum { MIXED_PARAMS = 6, TRACE_MAX = 2000 };

static inline hps_status mixed_space(hps_space **out, hps_context *c)
{
    static const char *const labels[] = {"red", "green", "blue"};
    hps_space *s = NULL;
    hps_status st = hps_space_create(&s, c);
    st = st == HPS_OK ? hps_space_add_real(s, "length", -1.0, 2.0, HPS_SCALE_LINEAR) : st;
    st = st == HPS_OK ? hps_space_add_real(s, "noise", 1e-4, 10.0, HPS_SCALE_LOG) : st;
    st = st == HPS_OK ? hps_space_add_int(s, "order", -3, 8, HPS_SCALE_LINEAR) : st;
    st = st == HPS_OK ? hps_space_add_int(s, "points", 1, 500, HPS_SCALE_LOG) : st;
    st = st == HPS_OK ? hps_space_add_choice(s, "colour", 3, labels) : st;
    st = st == HPS_OK ? hps_space_add_real(s, "pinned", 0.0, 5.0, HPS_SCALE_LINEAR) : st;
    st = st == HPS_OK ? hps_space_fix(s, "pinned", 1.25) : st;
    if (st != HPS_OK) {
        hps_space_destroy(s);
        s = NULL;
    }
    *out = s;
    return st;
}

static inline double mixed_objective(const double *x)
{
    double a = x[0] - 0.7, b = log10(x[1]) + 1.5, c = (x[2] - 4.0) / 5.0;
    double d = log10(x[3] / 60.0);
    return a * a + 0.3 * b * b + c * c + 0.5 * d * d + 0.2 * (x[4] != 1.0) +
           0.1 * cos(8.0 * a) * cos(5.0 * b) + x[5];
}

/* Every ninth point or so has no value, told in one of three ways. */
static inline double broken_objective(const double *x, int32_t *outcome)
{
    double t = 37.0 * x[0] + 11.0 * log(x[1]) + x[2];
    int kind = (int)floor(9.0 * (t - floor(t)));
    if (kind == 0) {
        *outcome = HPS_EVAL_FAILED;
    } else if (kind == 1) {
        *outcome = HPS_EVAL_INFEASIBLE;
    }
    return kind == 2 ? (double)NAN : mixed_objective(x);
}

static inline int32_t mixed_evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)user;
    for (int32_t i = 0; i < b->n; i++) {
        f[i] = broken_objective(b->x + (int64_t)i * b->n_params, &outcome[i]);
    }
    return 0;
}

static inline hps_swarm *mixed_swarm(hps_context *c, const char *variant, int64_t evaluations)
{
    hps_space *s;
    hps_swarm *e;
    CK_OK(mixed_space(&s, c));
    CK_OK(hps_swarm_create(&e, c, s, 1));
    CK_OK(hps_swarm_set_text(e, "variant", variant));
    CK_OK(hps_swarm_set_int(e, "seed", 5));
    if (evaluations > 0) {
        CK_OK(hps_swarm_set_int(e, "max_evaluations", evaluations));
    }
    hps_space_destroy(s);
    return e;
}

/* All that a run did, in order of id. */
typedef struct trace {
    int64_t n;
    int64_t id[TRACE_MAX];
    double x[TRACE_MAX * MIXED_PARAMS], f[TRACE_MAX];
    int32_t outcome[TRACE_MAX];
    int64_t iteration;
    double best_x[MIXED_PARAMS], best_f, diversity;
    const char *reason;
} trace;

static inline trace *trace_of(const hps_swarm *e)
{
    trace *t = calloc(1, sizeof *t);
    hps_progress p = {.struct_size = (int32_t)sizeof p};
    CK_OK(hps_swarm_history(e, TRACE_MAX, &t->n, t->id, t->x, t->f, t->outcome));
    CK_OK(hps_swarm_best(e, t->best_x, &t->best_f));
    CK_OK(hps_swarm_get_progress(e, &p));
    t->iteration = p.iteration;
    t->diversity = p.diversity;
    t->reason = hps_swarm_stop_reason(e);
    ck_assert_int_eq(p.n_evaluated, t->n);
    return t;
}

static inline void trace_assert_equal(const trace *a, const trace *b)
{
    ck_assert_int_eq(a->n, b->n);
    ck_assert_mem_eq(a->id, b->id, sizeof a->id);
    ck_assert_mem_eq(a->x, b->x, sizeof a->x);
    ck_assert_mem_eq(a->f, b->f, sizeof a->f);
    ck_assert_mem_eq(a->outcome, b->outcome, sizeof a->outcome);
    ck_assert_int_eq(a->iteration, b->iteration);
    ck_assert_mem_eq(a->best_x, b->best_x, sizeof a->best_x);
    ck_assert_mem_eq(&a->best_f, &b->best_f, sizeof a->best_f);
    ck_assert_mem_eq(&a->diversity, &b->diversity, sizeof a->diversity);
    ck_assert_str_eq(a->reason, b->reason);
}

/* The uninterrupted run that others have to match; free it. */
static inline trace *reference_trace(const char *variant, int64_t evaluations)
{
    hps_swarm *e = mixed_swarm(NULL, variant, evaluations);
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    trace *t = trace_of(e);
    hps_swarm_destroy(e);
    return t;
}

/* Ask for up to `capacity` points and tell all of them. Returns how many. */
static inline int32_t one_round(hps_swarm *e, int32_t capacity)
{
    int64_t id[64];
    double x[64 * MIXED_PARAMS], f[64];
    int32_t outcome[64] = {0}, n = 0;
    CK_OK(hps_swarm_ask(e, capacity, &n, id, x));
    for (int32_t i = 0; i < n; i++) {
        f[i] = broken_objective(x + i * MIXED_PARAMS, &outcome[i]);
    }
    CK_OK(hps_swarm_tell(e, n, id, f, outcome));
    return n;
}

/* Run a suite of one case. */
static inline int run_tests(const char *name, void (*add)(TCase *))
{
    Suite *s = suite_create(name);
    TCase *t = tcase_create(name);
    tcase_set_timeout(t, 120);
    add(t);
    suite_add_tcase(s, t);
    return suite_end(s);
}

#endif
