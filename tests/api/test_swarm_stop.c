/* SPDX-License-Identifier: BSD-3-Clause */
/* Each way a run can end, and evaluations that fail. */
#include <pthread.h>
#include <time.h>

#include "support/swarm_run.h"

static const char *const variants[] = {"paper", "swarm", "guided"};

static void ends_with(hps_swarm *e, const char *reason)
{
    ck_assert_str_eq(hps_swarm_stop_reason(e), reason);
    ck_assert_int_eq(hps_swarm_done(e), 1);
    int64_t id[4];
    double x[4 * MIXED_PARAMS];
    int32_t n = 9;
    CK_OK(hps_swarm_ask(e, 4, &n, id, x));
    ck_assert_int_eq(n, 0);
    ck_assert_str_eq(hps_swarm_stop_reason(e), reason);
}

static hps_progress progress_of(const hps_swarm *e)
{
    hps_progress p = {.struct_size = (int32_t)sizeof p};
    CK_OK(hps_swarm_get_progress(e, &p));
    return p;
}

/* -------------------------------------------------------------- limits */

START_TEST(test_evaluations_cut_the_last_batch)
{
    static const int64_t limits[] = {1, 11, 12, 13, 16, 17, 50};
    for (size_t k = 0; k < sizeof limits / sizeof limits[0]; k++) {
        hps_swarm *e = mixed_swarm(NULL, variants[_i], limits[k]);
        CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
        ends_with(e, "evaluations");
        ck_assert_int_eq(progress_of(e).n_evaluated, limits[k]);
        hps_swarm_destroy(e);
    }
}
END_TEST

START_TEST(test_iterations)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 0);
    CK_OK(hps_swarm_set_int(e, "max_iterations", 1));
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    ends_with(e, "iterations");
    ck_assert_int_eq(progress_of(e).n_evaluated, _i == 0 ? 16 : 12);
    CK_OK(hps_swarm_set_int(e, "max_iterations", 7));
    ck_assert_int_eq(hps_swarm_done(e), 0);
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    ends_with(e, "iterations");
    ck_assert_int_eq(progress_of(e).iteration, 7);
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_target)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 5000);
    CK_OK(hps_swarm_set_real(e, "target", 1.4));
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    ends_with(e, "target");
    ck_assert(progress_of(e).best <= 1.4);
    int64_t before = progress_of(e).n_evaluated;
    ck_assert_int_lt(before, 5000);
    /* the value itself is reached, one below is not */
    CK_OK(hps_swarm_set_real(e, "target", progress_of(e).best));
    ends_with(e, "target");
    CK_OK(hps_swarm_set_real(e, "target", nextafter(progress_of(e).best, -1.0)));
    ck_assert_int_eq(hps_swarm_done(e), 0);
    hps_swarm_destroy(e);
}
END_TEST

static int32_t constant(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)outcome;
    for (int32_t i = 0; i < b->n; i++) {
        f[i] = *(double *)user;
    }
    return 0;
}

START_TEST(test_stagnation)
{
    double value = 2.0;
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 0);
    CK_OK(hps_swarm_set_int(e, "stagnation", 60));
    CK_OK(hps_swarm_run(e, constant, &value));
    ends_with(e, "stagnation");
    int64_t n = progress_of(e).n_evaluated;
    /* the first one improves; 60 more, rounded up to whole iterations */
    ck_assert_int_ge(n, 61);
    ck_assert_int_lt(n, 61 + 16);
    hps_swarm_destroy(e);
}
END_TEST

/* Every evaluation is a little better: only a tolerance calls that stagnation. */
static int32_t creeping(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)outcome;
    (void)user;
    for (int32_t i = 0; i < b->n; i++) {
        f[i] = -1.0 - 1e-6 * (double)b->id[i];
    }
    return 0;
}

START_TEST(test_stagnation_tolerance)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 400);
    CK_OK(hps_swarm_set_int(e, "stagnation", 60));
    CK_OK(hps_swarm_run(e, creeping, NULL));
    ends_with(e, "evaluations");
    hps_swarm_destroy(e);
    e = mixed_swarm(NULL, variants[_i], 400);
    CK_OK(hps_swarm_set_int(e, "stagnation", 60));
    CK_OK(hps_swarm_set_real(e, "stagnation_tolerance", 0.01));
    CK_OK(hps_swarm_run(e, creeping, NULL));
    ends_with(e, "stagnation");
    hps_swarm_destroy(e);
}
END_TEST

static int32_t slow(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    struct timespec t = {0, 20000000}; /* 20 ms */
    nanosleep(&t, NULL);
    return mixed_evaluate(b, f, outcome, user);
}

START_TEST(test_time)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 0);
    CK_OK(hps_swarm_set_real(e, "time_limit", 0.05));
    CK_OK(hps_swarm_run(e, slow, NULL));
    ends_with(e, "time");
    double seconds = progress_of(e).seconds;
    ck_assert(seconds >= 0.05);
    ck_assert_int_ge(progress_of(e).iteration, 1);
    struct timespec pause = {0, 30000000};
    nanosleep(&pause, NULL); /* a stopped run has a stopped clock */
    ck_assert(progress_of(e).seconds == seconds);
    CK_OK(hps_swarm_set_real(e, "time_limit", seconds + 0.05));
    CK_OK(hps_swarm_run(e, slow, NULL));
    ends_with(e, "time");
    ck_assert(progress_of(e).seconds >= seconds + 0.05);
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_time_runs_between_ask_and_ask)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 0);
    CK_OK(hps_swarm_set_real(e, "time_limit", 0.5));
    one_round(e, 64);
    ck_assert_str_eq(hps_swarm_stop_reason(e), "");
    struct timespec pause = {0, 550000000};
    nanosleep(&pause, NULL);
    ck_assert_int_eq(one_round(e, 64), 0); /* looked at by ask */
    ends_with(e, "time");
    hps_swarm_destroy(e);
}
END_TEST

static int32_t give_up(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)b;
    (void)f;
    (void)outcome;
    (void)user;
    return 1;
}

START_TEST(test_an_aborted_run_stops_its_clock)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 50);
    ck_assert_int_eq(hps_swarm_run(e, give_up, NULL), HPS_E_CALLBACK);
    double seconds = progress_of(e).seconds;
    struct timespec pause = {0, 5000000};
    nanosleep(&pause, NULL);
    ck_assert(progress_of(e).seconds == seconds);
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_a_lowered_limit_waits_for_what_was_asked)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 100);
    int64_t id[12];
    double x[12 * MIXED_PARAMS], f[12] = {0};
    int32_t n;
    CK_OK(hps_swarm_ask(e, 8, &n, id, x));
    CK_OK(hps_swarm_tell(e, 5, id, f, NULL));
    CK_OK(hps_swarm_set_int(e, "max_evaluations", 3));
    ck_assert_str_eq(hps_swarm_stop_reason(e), "");
    ck_assert_int_eq(hps_swarm_done(e), 0);
    CK_OK(hps_swarm_tell(e, 3, id + 5, f, NULL));
    ends_with(e, "evaluations");
    ck_assert_int_eq(progress_of(e).n_evaluated, 8);
    hps_swarm_destroy(e);
}
END_TEST

/* -------------------------------------------------------------- cancel */

static int32_t cancelling(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    if (b->iteration == 3) {
        hps_swarm_cancel(user);
    }
    return mixed_evaluate(b, f, outcome, NULL);
}

START_TEST(test_cancel_from_the_callback)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 200);
    CK_OK(hps_swarm_run(e, cancelling, e));
    ends_with(e, "cancelled");
    ck_assert_int_eq(progress_of(e).iteration, 4);
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    ends_with(e, "evaluations");
    trace *t = trace_of(e), *expected = reference_trace(variants[_i], 200);
    trace_assert_equal(expected, t);
    free(t);
    free(expected);
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_cancel_in_the_last_batch_does_not_linger)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 0);
    CK_OK(hps_swarm_set_int(e, "max_iterations", 4));
    CK_OK(hps_swarm_run(e, cancelling, e)); /* in iteration 3, the last */
    ends_with(e, "iterations");
    CK_OK(hps_swarm_set_int(e, "max_iterations", 9));
    ck_assert_str_eq(hps_swarm_stop_reason(e), "");
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    ends_with(e, "iterations");
    ck_assert_int_eq(progress_of(e).iteration, 9);
    hps_swarm_destroy(e);
}
END_TEST

static void *cancel_soon(void *e)
{
    struct timespec t = {0, 30000000};
    nanosleep(&t, NULL);
    hps_swarm_cancel(e);
    return NULL;
}

START_TEST(test_cancel_from_another_thread)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 0);
    pthread_t thread;
    CK_OK(hps_swarm_set_real(e, "time_limit", 60.0));
    ck_assert_int_eq(pthread_create(&thread, NULL, cancel_soon, e), 0);
    CK_OK(hps_swarm_run(e, slow, NULL));
    pthread_join(thread, NULL);
    ends_with(e, "cancelled");
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_cancel_takes_outstanding_tells)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 200);
    int64_t id[16];
    double x[16 * MIXED_PARAMS], f[16] = {0};
    int32_t n;
    hps_swarm_cancel(NULL);
    CK_OK(hps_swarm_ask(e, 16, &n, id, x));
    hps_swarm_cancel(e);
    ck_assert_int_eq(hps_swarm_done(e), 0);
    CK_OK(hps_swarm_tell(e, n, id, f, NULL));
    ends_with(e, "cancelled");
    CK_OK(hps_swarm_set_int(e, "max_evaluations", 201)); /* a new limit: it goes on */
    ck_assert_int_eq(hps_swarm_done(e), 0);
    CK_OK(hps_swarm_ask(e, 16, &n, id, x));
    ck_assert_int_gt(n, 0);
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_cancel_before_the_run)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 50);
    hps_swarm_cancel(e);
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    ends_with(e, "cancelled");
    ck_assert_int_eq(progress_of(e).n_evaluated, 0);
    hps_swarm_destroy(e);
}
END_TEST

/* ----------------------------------------------------------- exhausted */

static hps_swarm *small_swarm(const char *variant)
{
    static const char *const labels[] = {"a", "b", "c"};
    hps_space *s;
    hps_swarm *e;
    CK_OK(hps_space_create(&s, NULL));
    CK_OK(hps_space_add_int(s, "i", 1, 4, HPS_SCALE_LINEAR));
    CK_OK(hps_space_add_int(s, "j", 1, 5, HPS_SCALE_LOG));
    CK_OK(hps_space_add_choice(s, "k", 3, labels));
    CK_OK(hps_swarm_create(&e, NULL, s, 1));
    CK_OK(hps_swarm_set_text(e, "variant", variant));
    CK_OK(hps_swarm_set_int(e, "max_evaluations", 100000));
    hps_space_destroy(s);
    return e;
}

static int32_t sum_of(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)outcome;
    (void)user;
    for (int32_t i = 0; i < b->n; i++) {
        f[i] = 0.0;
        for (int32_t d = 0; d < b->n_params; d++) {
            f[i] += fabs(b->x[(int64_t)i * b->n_params + d] - 2.0);
        }
    }
    return 0;
}

START_TEST(test_a_finite_space_is_exhausted)
{
    hps_swarm *e = small_swarm("swarm");
    CK_OK(hps_swarm_run(e, sum_of, NULL));
    ends_with(e, "exhausted");
    double x[60 * 3], best;
    int64_t n;
    int seen[60] = {0};
    CK_OK(hps_swarm_history(e, 60, &n, NULL, x, NULL, NULL));
    ck_assert_int_eq(n, 60); /* each of the 4 x 5 x 3 points once */
    for (int i = 0; i < 60; i++) {
        int code = (int)(x[3 * i] - 1) * 15 + (int)(x[3 * i + 1] - 1) * 3 + (int)x[3 * i + 2];
        ck_assert_int_eq(seen[code]++, 0);
    }
    CK_OK(hps_swarm_best(e, NULL, &best));
    ck_assert(best == 0.0);
    hps_swarm_destroy(e);
}
END_TEST

/* paper does not repair: it ends once its swarm has met nothing new for 100 iterations */
START_TEST(test_a_collapsed_paper_swarm_is_exhausted)
{
    hps_swarm *e = small_swarm("paper");
    CK_OK(hps_swarm_run(e, sum_of, NULL));
    ends_with(e, "exhausted");
    int64_t n;
    CK_OK(hps_swarm_history(e, 0, &n, NULL, NULL, NULL, NULL));
    ck_assert_int_gt(n, 10);
    ck_assert_int_le(n, 60);
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_a_space_without_freedom_has_one_point)
{
    hps_space *s;
    hps_swarm *e;
    double x;
    CK_OK(hps_space_create(&s, NULL));
    CK_OK(hps_space_add_real(s, "x", 0.0, 3.0, HPS_SCALE_LINEAR));
    CK_OK(hps_space_fix(s, "x", 2.5));
    CK_OK(hps_swarm_create(&e, NULL, s, 1));
    CK_OK(hps_swarm_set_text(e, "variant", variants[_i]));
    CK_OK(hps_swarm_set_int(e, "max_evaluations", 10));
    CK_OK(hps_swarm_run(e, sum_of, NULL));
    ends_with(e, "exhausted");
    CK_OK(hps_swarm_best(e, &x, NULL));
    ck_assert(x == 2.5);
    ck_assert_int_eq(progress_of(e).n_evaluated, 1);
    hps_swarm_destroy(e);
    hps_space_destroy(s);
}
END_TEST

START_TEST(test_a_swarm_of_one)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 300);
    CK_OK(hps_swarm_set_int(e, "particles", 1));
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    ck_assert(isfinite(progress_of(e).best));
    if (_i >= 1) { /* a lonely particle of eqs 15, 16 rests; this one restarts */
        ends_with(e, "evaluations");
        ck_assert(progress_of(e).best < 3.0);
    }
    hps_swarm_destroy(e);
}
END_TEST

/* ------------------------------------------------------------ failures */

static int32_t nothing_works(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    static const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, 1.0, 1.0};
    int *mode = user;
    for (int32_t i = 0; i < b->n; i++) {
        int kind = *mode < 5 ? *mode : (int)(b->id[i] % 5);
        f[i] = bad[kind];
        if (kind >= 3) {
            outcome[i] = kind == 3 ? HPS_EVAL_FAILED : HPS_EVAL_INFEASIBLE;
        }
    }
    return 0;
}

START_TEST(test_all_failed)
{
    for (int mode = 0; mode < 6; mode++) {
        hps_swarm *e = mixed_swarm(NULL, variants[_i], 100000);
        CK_OK(hps_swarm_run(e, nothing_works, &mode));
        ends_with(e, "all_failed");
        hps_progress p = progress_of(e);
        ck_assert_int_eq(p.iteration, 6); /* the first design and five fresh ones */
        ck_assert_int_eq(p.n_failed, p.n_evaluated);
        ck_assert_int_eq(p.n_evaluated, 6 * (_i == 0 ? 16 : 12));
        ck_assert_int_eq(hps_swarm_best(e, NULL, NULL), HPS_E_STATE);
        hps_swarm_destroy(e);
    }
}
END_TEST

static int32_t leaves_out(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)user;
    (void)outcome;
    for (int32_t i = 0; i < b->n; i += 2) {
        f[i] = mixed_objective(b->x + (int64_t)i * b->n_params);
    }
    return 0;
}

START_TEST(test_a_value_left_out_has_failed)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 12);
    CK_OK(hps_swarm_run(e, leaves_out, NULL));
    ck_assert_int_eq(progress_of(e).n_failed, 6);
    hps_swarm_destroy(e);
}
END_TEST

/* A third has no value and a third fails: the rest is enough to find the minimum. */
static int32_t two_thirds_fail(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)user;
    for (int32_t i = 0; i < b->n; i++) {
        int kind = (int)(b->id[i] % 3);
        f[i] = kind == 0 ? (double)NAN : mixed_objective(b->x + (int64_t)i * b->n_params);
        outcome[i] = kind == 1 ? HPS_EVAL_FAILED : HPS_EVAL_OK;
    }
    return 0;
}

START_TEST(test_two_thirds_may_fail)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 1500);
    CK_OK(hps_swarm_run(e, two_thirds_fail, NULL));
    ends_with(e, "evaluations");
    ck_assert_int_eq(progress_of(e).n_failed, 1000);
    trace *t = trace_of(e);
    for (int64_t i = 0; i < t->n; i++) {
        ck_assert_int_eq(t->outcome[i], i % 3 == 2 ? HPS_EVAL_OK : HPS_EVAL_FAILED);
        ck_assert(i % 3 == 2 ? isfinite(t->f[i]) : isinf(t->f[i]) && t->f[i] > 0.0);
    }
    ck_assert_double_lt(t->best_f, 1.3); /* the minimum is near 1.15 */
    free(t);
    hps_swarm_destroy(e);
}
END_TEST

static int32_t bottomless(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)user;
    (void)outcome;
    for (int32_t i = 0; i < b->n; i++) {
        f[i] = b->id[i] == 5 ? -(double)INFINITY : 1.0;
    }
    return 0;
}

START_TEST(test_minus_infinity_fails_unless_accepted)
{
    for (int accept = 0; accept < 2; accept++) {
        double f;
        hps_swarm *e = mixed_swarm(NULL, variants[_i], 120);
        CK_OK(hps_swarm_set_int(e, "accept_infinity", accept));
        CK_OK(hps_swarm_set_int(e, "stagnation", 200));
        CK_OK(hps_swarm_run(e, bottomless, NULL));
        CK_OK(hps_swarm_best(e, NULL, &f));
        ck_assert(accept ? isinf(f) && f < 0.0 : f == 1.0);
        ck_assert_int_eq(progress_of(e).n_failed, !accept);
        ends_with(e, "evaluations");
        hps_swarm_destroy(e);
    }
}
END_TEST

static int32_t wrong_outcome(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    int32_t st = mixed_evaluate(b, f, outcome, user);
    outcome[b->n - 1] = 17;
    return st;
}

START_TEST(test_an_unknown_outcome_is_refused)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 50);
    ck_assert_int_eq(hps_swarm_run(e, wrong_outcome, NULL), HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "outcome = 17"));
    ck_assert_int_eq(progress_of(e).n_evaluated, 0);
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL)); /* nothing is lost */
    trace *t = trace_of(e), *expected = reference_trace(variants[_i], 50);
    trace_assert_equal(expected, t);
    free(t);
    free(expected);
    hps_swarm_destroy(e);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_loop_test(t, test_evaluations_cut_the_last_batch, 0, 3);
    tcase_add_loop_test(t, test_iterations, 0, 3);
    tcase_add_loop_test(t, test_target, 0, 3);
    tcase_add_loop_test(t, test_stagnation, 0, 3);
    tcase_add_loop_test(t, test_stagnation_tolerance, 0, 3);
    tcase_add_loop_test(t, test_time, 0, 3);
    tcase_add_loop_test(t, test_time_runs_between_ask_and_ask, 0, 3);
    tcase_add_loop_test(t, test_an_aborted_run_stops_its_clock, 0, 3);
    tcase_add_loop_test(t, test_a_lowered_limit_waits_for_what_was_asked, 0, 3);
    tcase_add_loop_test(t, test_cancel_from_the_callback, 0, 3);
    tcase_add_loop_test(t, test_cancel_in_the_last_batch_does_not_linger, 0, 3);
    tcase_add_loop_test(t, test_cancel_from_another_thread, 0, 3);
    tcase_add_loop_test(t, test_cancel_takes_outstanding_tells, 0, 3);
    tcase_add_loop_test(t, test_cancel_before_the_run, 0, 3);
    tcase_add_test(t, test_a_finite_space_is_exhausted);
    tcase_add_test(t, test_a_collapsed_paper_swarm_is_exhausted);
    tcase_add_loop_test(t, test_a_space_without_freedom_has_one_point, 0, 3);
    tcase_add_loop_test(t, test_a_swarm_of_one, 0, 3);
    tcase_add_loop_test(t, test_all_failed, 0, 3);
    tcase_add_loop_test(t, test_a_value_left_out_has_failed, 0, 3);
    tcase_add_loop_test(t, test_two_thirds_may_fail, 0, 3);
    tcase_add_loop_test(t, test_minus_infinity_fails_unless_accepted, 0, 3);
    tcase_add_loop_test(t, test_an_unknown_outcome_is_refused, 0, 3);
}

int main(void)
{
    return run_tests("swarm_stop", add);
}
