/* SPDX-License-Identifier: BSD-3-Clause */
/* What an evaluation can end with, points handed out again, points told from outside, and
 * checkpoints of the format before those. */
#include "support/failing_allocator.h"
#include "support/swarm_file.h"

static const char *const variants[] = {"paper", "swarm", "guided"};

/* ------------------------------------------------------------ outcomes */

/* By place, as a real objective does it: a third NaN, a third failed, timed out or infeasible. */
static double thirds(const double *x, int32_t *outcome)
{
    static const int32_t bad[] = {HPS_EVAL_FAILED, HPS_EVAL_TIMEOUT, HPS_EVAL_INFEASIBLE};
    double t = 101.0 * x[0] + 17.0 * log(x[1]);
    int k = (int)floor(9.0 * (t - floor(t)));
    if (k < 3) {
        return (double)NAN;
    }
    if (k < 6) {
        *outcome = bad[k - 3];
        return -1e9; /* not to be looked at */
    }
    return mixed_objective(x);
}

static int32_t thirds_evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)user;
    for (int32_t i = 0; i < b->n; i++) {
        f[i] = thirds(b->x + (int64_t)i * b->n_params, &outcome[i]);
    }
    return 0;
}

START_TEST(test_every_outcome_is_counted_and_the_best_is_right)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 900);
    CK_OK(hps_swarm_run(e, thirds_evaluate, NULL));
    trace *t = trace_of(e);
    int64_t count[4] = {0}, no_number = 0;
    double best = (double)INFINITY;
    for (int64_t i = 0; i < t->n; i++) {
        int32_t outcome = HPS_EVAL_OK;
        double f = thirds(t->x + i * MIXED_PARAMS, &outcome);
        no_number += isnan(f);
        outcome = isnan(f) ? HPS_EVAL_FAILED : outcome;
        ck_assert_int_eq(t->outcome[i], outcome);
        ck_assert(t->f[i] == (outcome == HPS_EVAL_OK ? f : (double)INFINITY));
        best = fmin(best, t->f[i]);
        count[outcome]++;
    }
    hps_progress p = {.struct_size = (int32_t)sizeof p};
    CK_OK(hps_swarm_get_progress(e, &p));
    for (int32_t k = 0; k < 4; k++) {
        ck_assert_int_gt(count[k], 0);
        ck_assert_int_eq(hps_swarm_count(e, k), count[k]);
    }
    ck_assert_int_eq(p.n_failed, 900 - count[HPS_EVAL_OK]);
    ck_assert_int_gt(no_number, 0);
    ck_assert_int_lt(no_number, count[HPS_EVAL_FAILED]);
    ck_assert_int_eq(hps_swarm_count(e, HPS_COUNT_NO_NUMBER), no_number);
    ck_assert(t->best_f == best);
    ck_assert_double_lt(best, 1.45); /* the minimum is near 1.15 */
    ck_assert_int_eq(hps_swarm_count(e, 4), 0);
    ck_assert_int_eq(hps_swarm_count(NULL, 0), 0);
    free(t);
    e = reborn(e);
    for (int32_t k = 0; k < 4; k++) {
        ck_assert_int_eq(hps_swarm_count(e, k), count[k]);
    }
    ck_assert_int_eq(hps_swarm_count(e, HPS_COUNT_NO_NUMBER), no_number);
    hps_swarm_destroy(e);
}
END_TEST

/* Every point fails or times out at its first tries. */
typedef struct flaky {
    int32_t tries[TRACE_MAX], needed;
    int64_t calls;
} flaky;

static int32_t flaky_evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    flaky *k = user;
    for (int32_t i = 0; i < b->n; i++) {
        k->calls++;
        f[i] = broken_objective(b->x + (int64_t)i * b->n_params, &outcome[i]);
        if (++k->tries[b->id[i]] <= k->needed) {
            f[i] = (double)NAN;
            outcome[i] = k->tries[b->id[i]] % 2 ? HPS_EVAL_TIMEOUT : HPS_EVAL_OK;
        }
    }
    return 0;
}

START_TEST(test_retries_give_the_run_without_failures)
{
    enum { EVALUATIONS = 150 };
    static flaky k;
    trace *expected = reference_trace(variants[_i], EVALUATIONS);
    hps_swarm *e = mixed_swarm(NULL, variants[_i], EVALUATIONS);
    memset(&k, 0, sizeof k);
    k.needed = 2;
    CK_OK(hps_swarm_set_int(e, "retry", 3)); /* broken_objective uses the third */
    CK_OK(hps_swarm_run(e, flaky_evaluate, &k));
    trace *t = trace_of(e);
    trace_assert_equal(expected, t);
    int64_t failed = hps_swarm_count(e, HPS_EVAL_FAILED), no_number = 0;
    ck_assert_int_gt(failed, 0);
    for (int64_t i = 0; i < t->n; i++) {
        int32_t outcome = HPS_EVAL_OK;
        no_number += isnan(broken_objective(t->x + i * MIXED_PARAMS, &outcome));
    }
    ck_assert_int_gt(no_number, 0);
    ck_assert_int_eq(hps_swarm_count(e, HPS_COUNT_NO_NUMBER), no_number);
    ck_assert_int_eq(hps_swarm_count(e, HPS_EVAL_TIMEOUT), 0);
    ck_assert_int_eq(hps_swarm_count(e, HPS_COUNT_RETRIED), 2 * EVALUATIONS + failed);
    ck_assert_int_eq(k.calls, 3 * EVALUATIONS + failed);
    e = reborn(e);
    ck_assert_int_eq(hps_swarm_count(e, HPS_COUNT_RETRIED), 2 * EVALUATIONS + failed);
    free(t);
    free(expected);
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_a_retried_point_comes_again_with_its_id)
{
    hps_swarm *e = mixed_swarm(NULL, "swarm", 30);
    int64_t id[12], again;
    double x[12 * MIXED_PARAMS], y[MIXED_PARAMS], f = 1.0;
    int32_t n, outcome = HPS_EVAL_TIMEOUT;
    CK_OK(hps_swarm_set_int(e, "retry", 1));
    CK_OK(hps_swarm_ask(e, 12, &n, id, x));
    CK_OK(hps_swarm_tell(e, 1, &id[7], &f, &outcome));
    e = reborn(e); /* the try is remembered, all twelve come again */
    CK_OK(hps_swarm_ask(e, 12, &n, id, x));
    ck_assert_int_eq(n, 12);
    CK_OK(hps_swarm_tell(e, 1, &id[7], &f, &outcome));
    CK_OK(hps_swarm_ask(e, 12, &n, &again, y));
    ck_assert_int_eq(n, 0); /* no third try */
    ck_assert_int_eq(hps_swarm_count(e, HPS_EVAL_TIMEOUT), 1);
    CK_OK(hps_swarm_tell(e, 1, &id[3], &f, &outcome));
    CK_OK(hps_swarm_ask(e, 12, &n, &again, y));
    ck_assert_int_eq(n, 1);
    ck_assert_int_eq(again, id[3]);
    ck_assert_mem_eq(y, x + 3 * MIXED_PARAMS, sizeof y);
    outcome = HPS_EVAL_INFEASIBLE; /* an answer, not an accident */
    CK_OK(hps_swarm_tell(e, 1, &id[4], &f, &outcome));
    CK_OK(hps_swarm_ask(e, 12, &n, &again, y));
    ck_assert_int_eq(n, 0);
    hps_swarm_destroy(e);
}
END_TEST

static int32_t only_timeouts(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    int64_t *calls = user;
    for (int32_t i = 0; i < b->n; i++) {
        f[i] = 1.0;
        outcome[i] = HPS_EVAL_TIMEOUT;
        (*calls)++;
    }
    return 0;
}

/* Only failures, told in one of the ways; of what came first the best speaks. */
static int32_t only_failures(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    const int *kind = user;
    for (int32_t i = 0; i < b->n; i++) {
        int32_t last = b->id[i] >= 5;
        f[i] = *kind == 0 && !last ? (double)NAN : *kind == 1 && !last ? (double)INFINITY : 1.0;
        outcome[i] = last ? HPS_EVAL_TIMEOUT : *kind == 2 ? HPS_EVAL_FAILED : HPS_EVAL_OK;
    }
    return 0;
}

START_TEST(test_the_first_reason_is_named)
{
    static const char *const reasons[] = {"id 0, gave no number", "id 0, gave no number",
                                          "id 0, failed"};
    for (int kind = 0; kind < 3; kind++) {
        hps_swarm *e = mixed_swarm(NULL, variants[_i], 100000);
        CK_OK(hps_swarm_run(e, only_failures, &kind));
        ck_assert_str_eq(hps_swarm_stop_reason(e), "all_failed");
        for (int again = 0; again < 2; again++) {
            FAILS(hps_swarm_best(e, NULL, NULL), HPS_E_STATE, reasons[kind]);
            ck_assert_int_eq(hps_swarm_count(e, HPS_EVAL_FAILED), 5);
            ck_assert_int_eq(hps_swarm_count(e, HPS_COUNT_NO_NUMBER), kind < 2 ? 5 : 0);
            e = reborn(e);
        }
        hps_swarm_destroy(e);
    }
}
END_TEST

/* Six designs, each point tried thrice; a value from outside does not hide it. */
START_TEST(test_all_timed_out)
{
    for (int known = 0; known < 2; known++) {
        hps_swarm *e = mixed_swarm(NULL, variants[_i], 100000);
        double x[MIXED_PARAMS] = {0.5, 1e-2, 3.0, 20.0, 1.0, 1.25}, f = 3.0;
        int64_t calls = 0, expected = 6 * (_i == 0 ? 16 : 12);
        CK_OK(hps_swarm_set_int(e, "retry", 2));
        CK_OK(hps_swarm_tell_external(e, known, x, &f, NULL));
        CK_OK(hps_swarm_run(e, only_timeouts, &calls));
        ck_assert_str_eq(hps_swarm_stop_reason(e), "all_failed");
        ck_assert_int_eq(hps_swarm_count(e, HPS_EVAL_TIMEOUT), expected);
        ck_assert_int_eq(calls, 3 * expected);
        if (known) {
            CK_OK(hps_swarm_best(e, NULL, &f));
        } else {
            FAILS(hps_swarm_best(e, NULL, &f), HPS_E_STATE, "id 0, timed out");
            ck_assert_ptr_nonnull(strstr(hps_last_error(), _i == 0 ? "none of 96" : "none of 72"));
        }
        hps_swarm_destroy(e);
    }
}
END_TEST

/* ------------------------------------------------------- from outside */

/* Values of n points of a run with another seed. */
static trace *earlier(int64_t n)
{
    hps_swarm *e = mixed_swarm(NULL, "swarm", n);
    CK_OK(hps_swarm_set_int(e, "seed", 99));
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    trace *t = trace_of(e);
    hps_swarm_destroy(e);
    return t;
}

static int agree(const double *x, const double *y)
{
    return memcmp(x, y, MIXED_PARAMS * sizeof *x) == 0;
}

START_TEST(test_points_from_outside_are_no_evaluations)
{
    trace *old = earlier(200);
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 300);
    double f;
    CK_OK(hps_swarm_tell_external(e, (int32_t)old->n, old->x, old->f, old->outcome));
    ck_assert_int_eq(hps_swarm_count(e, HPS_COUNT_EXTERNAL), 200);
    CK_OK(hps_swarm_best(e, NULL, &f));
    ck_assert(f == old->best_f);
    CK_OK(hps_swarm_tell_external(e, (int32_t)old->n, old->x, old->f, NULL)); /* known */
    ck_assert_int_eq(hps_swarm_count(e, HPS_COUNT_EXTERNAL), 200);
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    trace *t = trace_of(e);
    ck_assert_int_eq(t->n, 300);
    for (int64_t i = 0; i < t->n; i++) {
        ck_assert_int_eq(t->id[i], i);
        for (int64_t k = 0; k < old->n; k++) {
            ck_assert(!agree(t->x + i * MIXED_PARAMS, old->x + k * MIXED_PARAMS));
        }
    }
    ck_assert_double_le(t->best_f, old->best_f);
    ck_assert_double_lt(t->best_f, 1.3); /* the minimum is near 1.15 */
    free(t);
    free(old);
    hps_swarm_destroy(e);
}
END_TEST

/* The swarm begins where the earlier run ended: what it gains in a few iterations it does not
 * gain without. */
START_TEST(test_points_from_outside_help)
{
    trace *old = earlier(200);
    double best[2] = {0};
    for (int with = 0; with < 2; with++) {
        for (int seed = 1; seed <= 5; seed++) {
            double f;
            hps_swarm *e = mixed_swarm(NULL, variants[_i], 80);
            CK_OK(hps_swarm_set_int(e, "seed", seed));
            for (int64_t i = 0; with && i < old->n; i++) {
                double shifted = old->f[i] + 0.02; /* so that the run has to find its own best */
                CK_OK(hps_swarm_tell_external(e, 1, old->x + i * MIXED_PARAMS, &shifted, NULL));
            }
            CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
            CK_OK(hps_swarm_best(e, NULL, &f));
            best[with] += f / 5.0;
            hps_swarm_destroy(e);
        }
    }
    ck_assert_double_lt(best[1], best[0]);
    free(old);
}
END_TEST

START_TEST(test_points_from_outside_are_in_the_checkpoint)
{
    trace *old = earlier(40), *t[2];
    for (int saved = 0; saved < 2; saved++) {
        hps_swarm *e = mixed_swarm(NULL, variants[_i], 200);
        CK_OK(hps_swarm_tell_external(e, 20, old->x, old->f, old->outcome));
        e = saved ? reborn(e) : e;
        ck_assert_int_eq(hps_swarm_count(e, HPS_COUNT_EXTERNAL), 20);
        for (int round = 0; !hps_swarm_done(e); round++) {
            one_round(e, 7);
            if (round == 5) { /* inside a batch */
                CK_OK(hps_swarm_tell_external(e, 20, old->x + 20 * MIXED_PARAMS, old->f + 20,
                                              old->outcome + 20));
            }
            e = saved ? reborn(e) : e;
        }
        ck_assert_int_eq(hps_swarm_count(e, HPS_COUNT_EXTERNAL), 40);
        t[saved] = trace_of(e);
        hps_swarm_destroy(e);
    }
    trace_assert_equal(t[0], t[1]);
    free(t[0]);
    free(t[1]);
    free(old);
}
END_TEST

START_TEST(test_a_wrong_point_from_outside_takes_nothing)
{
    double x[] = {0.5, 1e-2, 3.0, 20.0, 1.0, 1.25, 0.6, 1e-2, 3.0, 20.0, 1.0, 1.25}, f[] = {1, 2};
    int32_t outcome[] = {0, 9};
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 100);
    FAILS(hps_swarm_tell_external(e, 2, x, f, outcome), HPS_E_ARGUMENT, "outcome = 9");
    FAILS(hps_swarm_tell_external(e, -1, x, f, NULL), HPS_E_ARGUMENT, "n = -1");
    FAILS(hps_swarm_tell_external(e, 1, NULL, f, NULL), HPS_E_ARGUMENT, "x NULL");
    FAILS(hps_swarm_tell_external(e, 1, x, NULL, NULL), HPS_E_ARGUMENT, "f NULL");
    FAILS(hps_swarm_tell_external(NULL, 1, x, f, NULL), HPS_E_ARGUMENT, "NULL");
    x[6] = 2.5;
    FAILS(hps_swarm_tell_external(e, 2, x, f, NULL), HPS_E_ARGUMENT, "point 1: length = 2.5");
    x[6] = 0.6;
    x[11] = 1.5;
    FAILS(hps_swarm_tell_external(e, 2, x, f, NULL), HPS_E_ARGUMENT, "fixed at 1.25");
    x[11] = 1.25;
    x[10] = (double)NAN;
    FAILS(hps_swarm_tell_external(e, 2, x, f, NULL), HPS_E_ARGUMENT, "colour = nan");
    ck_assert_int_eq(hps_swarm_count(e, HPS_COUNT_EXTERNAL), 0);
    x[10] = 1.0;
    f[1] = (double)NAN; /* known to fail */
    CK_OK(hps_swarm_tell_external(e, 2, x, f, NULL));
    ck_assert_int_eq(hps_swarm_count(e, HPS_COUNT_EXTERNAL), 2);
    ck_assert_int_eq(hps_swarm_count(e, HPS_EVAL_FAILED), 0);
    hps_swarm_destroy(e);
}
END_TEST

/* A value from outside may be the target, and ends a run between its iterations. */
START_TEST(test_a_point_from_outside_may_be_the_target)
{
    double x[] = {0.5, 1e-2, 3.0, 20.0, 1.0, 1.25}, f = -7.0, y[MIXED_PARAMS];
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 100);
    CK_OK(hps_swarm_set_real(e, "target", -5.0));
    one_round(e, 64);
    CK_OK(hps_swarm_tell_external(e, 1, x, &f, NULL));
    ck_assert_str_eq(hps_swarm_stop_reason(e), "target");
    CK_OK(hps_swarm_best(e, y, &f));
    ck_assert(f == -7.0 && agree(x, y)); /* the caller's own digits */
    hps_swarm_destroy(e);
}
END_TEST

static int32_t mixed_pair(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)user;
    (void)outcome;
    for (int32_t i = 0; i < b->n; i++) {
        f[2 * i] = mixed_objective(b->x + (int64_t)i * b->n_params);
        f[2 * i + 1] = -b->x[(int64_t)i * b->n_params];
    }
    return 0;
}

/* Two objectives: the front has it, the leaders follow it. */
START_TEST(test_a_point_from_outside_is_on_the_front)
{
    hps_space *s;
    hps_swarm *e;
    double x[] = {0.5, 1e-2, 3.0, 20.0, 1.0, 1.25}, f[] = {-7.0, -7.0}, y[MIXED_PARAMS], g[2];
    int64_t id = 5;
    int32_t n;
    CK_OK(mixed_space(&s, NULL));
    CK_OK(hps_swarm_create(&e, NULL, s, 2));
    hps_space_destroy(s);
    CK_OK(hps_swarm_set_text(e, "variant", _i == 0 ? "pareto" : "paper_mo"));
    CK_OK(hps_swarm_set_int(e, "max_evaluations", 100));
    CK_OK(hps_swarm_tell_external(e, 1, x, f, NULL));
    CK_OK(hps_swarm_run(e, mixed_pair, NULL));
    CK_OK(hps_swarm_front(e, 1, &n, &id, y, g));
    ck_assert(n == 1 && id == -1 && g[0] == -7.0 && g[1] == -7.0 && agree(x, y));
    hps_swarm_destroy(e);
}
END_TEST

static hps_status outside_scenario(hps_context *c, void *user)
{
    const trace *old = user;
    hps_space *s;
    hps_swarm *e = NULL;
    hps_status st = mixed_space(&s, c);
    st = st == HPS_OK ? hps_swarm_create(&e, c, s, 1) : st;
    st = st == HPS_OK ? hps_swarm_set_int(e, "max_evaluations", 40) : st;
    st = st == HPS_OK ? hps_swarm_set_text(e, "variant", "guided") : st;
    st = st == HPS_OK ? hps_swarm_tell_external(e, 20, old->x, old->f, NULL) : st;
    st = st == HPS_OK ? hps_swarm_run(e, mixed_evaluate, NULL) : st;
    st = st == HPS_OK ? hps_swarm_tell_external(e, 180, old->x + 20 * MIXED_PARAMS, old->f, NULL)
                      : st;
    hps_swarm_destroy(e);
    hps_space_destroy(s);
    return st;
}

START_TEST(test_failing_allocations_from_outside)
{
    trace *old = earlier(200);
    ck_assert_int_gt(fail_everywhere(outside_scenario, old), 20);
    free(old);
}
END_TEST

/* ---------------------------------------------------------- old format */

/* Written by the library when its format was 1: mixed_swarm(NULL, variant, 100) after 30
 * evaluations and a quarter of the next batch, three points in flight. */
START_TEST(test_a_checkpoint_of_format_1_goes_on)
{
    static const char *const names[] = {"swarm", "guided"};
    char old[512];
    hps_space *s;
    hps_swarm *e;
    snprintf(old, sizeof old, "%s/checkpoint_1_%s.hpsw", HPS_TEST_DATA, names[_i]);
    CK_OK(mixed_space(&s, NULL));
    CK_OK(hps_swarm_load(&e, NULL, s, old));
    hps_space_destroy(s);
    ck_assert_int_eq(hps_swarm_count(e, HPS_COUNT_EXTERNAL), 0);
    trace *before = trace_of(e);
    ck_assert_int_eq(before->n, 32);
    e = reborn(e); /* in today's format */
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    trace *t = trace_of(e);
    ck_assert_int_eq(t->n, 100);
    ck_assert_mem_eq(t->x, before->x, (size_t)before->n * MIXED_PARAMS * sizeof *t->x);
    if (_i == 0) { /* the rules of that variant have not changed since */
        trace *expected = reference_trace("swarm", 100);
        trace_assert_equal(expected, t);
        free(expected);
    }
    free(before);
    free(t);
    hps_swarm_destroy(e);
}
END_TEST

/* Written by the library when its format was 6 to 11: mixed_swarm(NULL, "guided", 150) after 60
 * evaluations, points in flight; the second of each with asynchronous 1 and workers 5. They go on
 * without a plan (before 10) and without seekers (before 11). */
START_TEST(test_checkpoints_of_older_formats_go_on)
{
    static const char *const names[] = {"6_guided",  "6_async",  "7_guided",  "7_async",
                                        "8_guided",  "8_async",  "9_guided",  "9_async",
                                        "10_guided", "10_async", "11_guided", "11_async"};
    static const int32_t good[] = {60, 60, 44, 38, 44, 38,
                                   44, 38, 44, 38, 44, 38}; /* the others of 60 failed */
    char old[512];
    hps_space *s;
    trace *t[2];
    snprintf(old, sizeof old, "%s/checkpoint_%s.hpsw", HPS_TEST_DATA, names[_i]);
    CK_OK(mixed_space(&s, NULL));
    for (int k = 0; k < 2; k++) { /* as it is, and written again in today's format */
        hps_swarm *e;
        CK_OK(hps_swarm_load(&e, NULL, s, old));
        ck_assert_int_eq(hps_swarm_count(e, HPS_EVAL_OK), good[_i]);
        e = k == 0 ? e : reborn(e);
        CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
        t[k] = trace_of(e);
        ck_assert_int_eq(t[k]->n, 150);
        hps_swarm_destroy(e);
    }
    trace_assert_equal(t[0], t[1]);
    hps_space_destroy(s);
    free(t[0]);
    free(t[1]);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_checked_fixture(t, make_path, drop_path);
    tcase_add_loop_test(t, test_every_outcome_is_counted_and_the_best_is_right, 0, 3);
    tcase_add_loop_test(t, test_retries_give_the_run_without_failures, 0, 3);
    tcase_add_test(t, test_a_retried_point_comes_again_with_its_id);
    tcase_add_loop_test(t, test_the_first_reason_is_named, 0, 3);
    tcase_add_loop_test(t, test_all_timed_out, 0, 3);
    tcase_add_loop_test(t, test_points_from_outside_are_no_evaluations, 0, 3);
    tcase_add_loop_test(t, test_points_from_outside_help, 0, 3);
    tcase_add_loop_test(t, test_points_from_outside_are_in_the_checkpoint, 0, 3);
    tcase_add_loop_test(t, test_a_wrong_point_from_outside_takes_nothing, 0, 3);
    tcase_add_loop_test(t, test_a_point_from_outside_may_be_the_target, 0, 3);
    tcase_add_loop_test(t, test_a_point_from_outside_is_on_the_front, 0, 2);
    tcase_add_test(t, test_failing_allocations_from_outside);
    tcase_add_loop_test(t, test_a_checkpoint_of_format_1_goes_on, 0, 2);
    tcase_add_loop_test(t, test_checkpoints_of_older_formats_go_on, 0, 12);
}

int main(void)
{
    return run_tests("swarm_outcomes", add);
}
