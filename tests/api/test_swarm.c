/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine's rules: options, start positions, ask and tell, callbacks, queries. */
#include "support/swarm_run.h"

static const char *const variants[] = {"paper", "swarm", "guided"};

/* The call fails with the status and the message holds the text. */
/* ------------------------------------------------------------- options */

START_TEST(test_unknown_options_name_the_nearest)
{
    hps_swarm *e = mixed_swarm(NULL, "paper", 0);
    FAILS(hps_swarm_set_int(e, "particels", 4), HPS_E_OPTION, "particles");
    FAILS(hps_swarm_set_int(e, "max_evaluation", 4), HPS_E_OPTION, "max_evaluations");
    FAILS(hps_swarm_set_text(e, "varient", "paper"), HPS_E_OPTION, "variant");
    FAILS(hps_swarm_set_real(e, NULL, 1.0), HPS_E_ARGUMENT, "NULL");
    FAILS(hps_swarm_set_real(NULL, "c1", 1.0), HPS_E_ARGUMENT, "NULL");
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_option_values_are_checked)
{
    hps_swarm *e = mixed_swarm(NULL, "paper", 0);
    FAILS(hps_swarm_set_text(e, "variant", "papers"), HPS_E_OPTION, "paper");
    FAILS(hps_swarm_set_text(e, "variant", NULL), HPS_E_ARGUMENT, "variant");
    FAILS(hps_swarm_set_real(e, "c1", -1.0), HPS_E_OPTION, "c1");
    FAILS(hps_swarm_set_real(e, "dt", (double)NAN), HPS_E_OPTION, "dt");
    FAILS(hps_swarm_set_real(e, "particles", 2.5), HPS_E_OPTION, "particles");
    FAILS(hps_swarm_set_int(e, "seed", -1), HPS_E_OPTION, "seed");
    FAILS(hps_swarm_set_int(e, "gbest", 1), HPS_E_OPTION, "gbest");
    FAILS(hps_swarm_set_text(e, "c1", "1"), HPS_E_OPTION, "c1");
    CK_OK(hps_swarm_set_int(e, "c1", 2)); /* a real takes whole numbers */
    CK_OK(hps_swarm_set_real(e, "particles", 4.0));
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_a_limit_is_needed)
{
    hps_swarm *e = mixed_swarm(NULL, "paper", 0);
    int64_t id[4];
    double x[4 * MIXED_PARAMS];
    int32_t n = 77;
    FAILS(hps_swarm_ask(e, 4, &n, id, x), HPS_E_STATE, "max_evaluations");
    ck_assert_int_eq(n, 77);
    FAILS(hps_swarm_run(e, mixed_evaluate, NULL), HPS_E_STATE, "limit");
    CK_OK(hps_swarm_set_real(e, "time_limit", 100.0));
    CK_OK(hps_swarm_ask(e, 4, &n, id, x));
    ck_assert_int_eq(n, 4);
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_after_the_first_ask_only_limits_may_change)
{
    hps_swarm *e = mixed_swarm(NULL, "paper", 100);
    one_round(e, 1);
    FAILS(hps_swarm_set_int(e, "seed", 3), HPS_E_STATE, "seed");
    FAILS(hps_swarm_set_real(e, "c2", 3.0), HPS_E_STATE, "c2");
    FAILS(hps_swarm_set_text(e, "gbest", "iteration"), HPS_E_STATE, "gbest");
    FAILS(hps_swarm_set_int(e, "accept_infinity", 1), HPS_E_STATE, "accept_infinity");
    FAILS(hps_swarm_set_start(e, 0, NULL), HPS_E_STATE, "start");
    CK_OK(hps_swarm_set_int(e, "max_evaluations", 30));
    CK_OK(hps_swarm_set_int(e, "max_iterations", 30));
    CK_OK(hps_swarm_set_real(e, "target", -3.0));
    CK_OK(hps_swarm_set_int(e, "stagnation", 30));
    CK_OK(hps_swarm_set_real(e, "stagnation_tolerance", 0.5));
    CK_OK(hps_swarm_set_real(e, "time_limit", 30.0));
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_create_checks_its_arguments)
{
    hps_space *empty, *s;
    hps_swarm *e = (hps_swarm *)(uintptr_t)8;
    CK_OK(hps_space_create(&empty, NULL));
    CK_OK(mixed_space(&s, NULL));
    FAILS(hps_swarm_create(&e, NULL, empty, 1), HPS_E_ARGUMENT, "empty");
    ck_assert_ptr_null(e);
    FAILS(hps_swarm_create(&e, NULL, NULL, 1), HPS_E_ARGUMENT, "NULL");
    FAILS(hps_swarm_create(NULL, NULL, s, 1), HPS_E_ARGUMENT, "out");
    FAILS(hps_swarm_create(&e, NULL, s, 0), HPS_E_ARGUMENT, "n_objectives = 0");
    FAILS(hps_swarm_create(&e, NULL, s, 17), HPS_E_ARGUMENT, "n_objectives = 17");
    ck_assert_ptr_null(e);
    hps_swarm_destroy(NULL);
    hps_space_destroy(empty);
    hps_space_destroy(s);
}
END_TEST

/* --------------------------------------------------------------- start */

static const double start[3][MIXED_PARAMS] = {{0.1, 0.3, 2.0, 77.0, 2.0, 1.25},
                                              {-1.0, 1e-4, -3.0, 1.0, 0.0, 1.25},
                                              {2.0, 10.0, 8.0, 500.0, 1.0, 1.25}};

START_TEST(test_start_positions_come_first_and_exactly)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 100);
    int64_t id[16];
    double x[16 * MIXED_PARAMS];
    int32_t n;
    CK_OK(hps_swarm_set_start(e, 2, start[1]));
    CK_OK(hps_swarm_set_start(e, 3, start[0])); /* the last call counts */
    CK_OK(hps_swarm_ask(e, 16, &n, id, x));
    ck_assert_int_eq(n, _i == 0 ? 16 : 12);
    ck_assert_mem_eq(x, start, sizeof start);
    for (int i = 0; i < n; i++) {
        ck_assert_int_eq(id[i], i);
    }
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_start_positions_are_checked)
{
    hps_swarm *e = mixed_swarm(NULL, "paper", 100);
    double x[MIXED_PARAMS];
    memcpy(x, start[0], sizeof x);
    x[0] = 2.01;
    FAILS(hps_swarm_set_start(e, 1, x), HPS_E_ARGUMENT, "length");
    x[0] = (double)NAN;
    FAILS(hps_swarm_set_start(e, 1, x), HPS_E_ARGUMENT, "length");
    x[0] = 0.5;
    x[2] = 0.5;
    FAILS(hps_swarm_set_start(e, 1, x), HPS_E_ARGUMENT, "whole");
    x[2] = 0.0;
    x[5] = 1.0;
    FAILS(hps_swarm_set_start(e, 1, x), HPS_E_ARGUMENT, "fixed at 1.25");
    FAILS(hps_swarm_set_start(e, -1, x), HPS_E_ARGUMENT, "n = -1");
    FAILS(hps_swarm_set_start(e, 1, NULL), HPS_E_ARGUMENT, "NULL");
    FAILS(hps_swarm_set_start(NULL, 1, x), HPS_E_ARGUMENT, "NULL");
    CK_OK(hps_swarm_set_start(e, 0, NULL));
    hps_swarm_destroy(e);
}
END_TEST

static int32_t first_coordinate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    int32_t *sizes = user;
    (void)outcome;
    if (b->iteration < 2) {
        sizes[b->iteration] = b->n;
    }
    for (int32_t i = 0; i < b->n; i++) {
        f[i] = b->x[(int64_t)i * b->n_params];
        ck_assert_int_ge(b->particle[i], 0);
        ck_assert_int_lt(b->particle[i], b->iteration == 0 ? 9 : 4);
    }
    return 0;
}

/* More start positions than particles: all are evaluated, the best make the swarm. */
START_TEST(test_the_best_of_many_starts_make_the_swarm)
{
    hps_space *s;
    hps_swarm *e;
    double many[9] = {0.9, 0.1, 0.85, 0.2, 0.7, 0.3, 0.55, 0.4, 0.5};
    int32_t sizes[2] = {0};
    CK_OK(hps_space_create(&s, NULL));
    CK_OK(hps_space_add_real(s, "x", 0.0, 1.0, HPS_SCALE_LINEAR));
    CK_OK(hps_swarm_create(&e, NULL, s, 1));
    CK_OK(hps_swarm_set_text(e, "variant", variants[_i]));
    CK_OK(hps_swarm_set_int(e, "particles", 4));
    CK_OK(hps_swarm_set_int(e, "max_iterations", 1));
    CK_OK(hps_swarm_set_start(e, 9, many));
    CK_OK(hps_swarm_run(e, first_coordinate, sizes));
    ck_assert_int_eq(sizes[0], 9);
    hps_progress p = {.struct_size = (int32_t)sizeof p};
    CK_OK(hps_swarm_get_progress(e, &p));
    /* 0.1 0.2 0.3 0.4 are left: mean distance 0.1 from 0.25, half the diagonal is 0.5 */
    ck_assert_double_eq_tol(p.diversity, 0.2, 1e-12);
    CK_OK(hps_swarm_set_int(e, "max_iterations", 2));
    CK_OK(hps_swarm_run(e, first_coordinate, sizes));
    ck_assert_int_ge(sizes[1], 3);
    ck_assert_int_le(sizes[1], 4);
    hps_swarm_destroy(e);
    hps_space_destroy(s);
}
END_TEST

START_TEST(test_a_start_given_twice_is_moved)
{
    hps_swarm *e = mixed_swarm(NULL, "swarm", 100);
    double twice[2][MIXED_PARAMS], x[16 * MIXED_PARAMS];
    int64_t id[16];
    int32_t n;
    memcpy(twice[0], start[0], sizeof twice[0]);
    memcpy(twice[1], start[0], sizeof twice[1]);
    CK_OK(hps_swarm_set_start(e, 2, twice[0]));
    CK_OK(hps_swarm_ask(e, 16, &n, id, x));
    ck_assert_int_eq(n, 12);
    ck_assert_mem_eq(x, start[0], sizeof start[0]);
    ck_assert_mem_ne(x + MIXED_PARAMS, start[0], sizeof start[0]);
    ck_assert_double_eq_tol(x[MIXED_PARAMS], start[0][0], 0.03);
    hps_swarm_destroy(e);
}
END_TEST

/* -------------------------------------------------------- ask and tell */

START_TEST(test_points_are_inside_and_distinct)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 600);
    static const double lo[] = {-1.0, 1e-4, -3.0, 1.0, 0.0, 1.25};
    static const double hi[] = {2.0, 10.0, 8.0, 500.0, 2.0, 1.25};
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    trace *t = trace_of(e);
    for (int64_t i = 0; i < t->n; i++) {
        const double *x = t->x + i * MIXED_PARAMS;
        for (int d = 0; d < MIXED_PARAMS; d++) {
            ck_assert(x[d] >= lo[d] && x[d] <= hi[d]);
            ck_assert(d < 2 || d == 5 || x[d] == floor(x[d]));
        }
        for (int64_t j = 0; j < i; j++) {
            ck_assert_mem_ne(x, t->x + j * MIXED_PARAMS, sizeof(double) * MIXED_PARAMS);
        }
    }
    free(t);
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_wrong_tells_take_nothing)
{
    hps_swarm *e = mixed_swarm(NULL, "paper", 100);
    int64_t id[16], n_known;
    double x[16 * MIXED_PARAMS], f[16] = {0};
    int32_t n, outcome[16] = {0};
    CK_OK(hps_swarm_ask(e, 5, &n, id, x));
    int64_t unknown[] = {0, 1, 5}, repeated[] = {0, 1, 0}, negative[] = {0, -1};
    FAILS(hps_swarm_tell(e, 3, unknown, f, NULL), HPS_E_ARGUMENT, "id 5");
    FAILS(hps_swarm_tell(e, 3, repeated, f, NULL), HPS_E_ARGUMENT, "id 0");
    FAILS(hps_swarm_tell(e, 2, negative, f, NULL), HPS_E_ARGUMENT, "id -1");
    outcome[1] = 4;
    FAILS(hps_swarm_tell(e, 5, id, f, outcome), HPS_E_ARGUMENT, "outcome = 4");
    FAILS(hps_swarm_tell(e, -1, id, f, NULL), HPS_E_ARGUMENT, "n = -1");
    FAILS(hps_swarm_tell(e, 1, NULL, f, NULL), HPS_E_ARGUMENT, "NULL");
    FAILS(hps_swarm_tell(e, 1, id, NULL, NULL), HPS_E_ARGUMENT, "NULL");
    CK_OK(hps_swarm_history(e, 0, &n_known, NULL, NULL, NULL, NULL));
    ck_assert_int_eq(n_known, 0);
    CK_OK(hps_swarm_tell(e, 0, NULL, NULL, NULL));
    CK_OK(hps_swarm_tell(e, 3, id, f, NULL));
    FAILS(hps_swarm_tell(e, 1, id, f, NULL), HPS_E_ARGUMENT, "told before");
    CK_OK(hps_swarm_tell(e, 2, id + 3, f, NULL));
    FAILS(hps_swarm_ask(e, -1, &n, id, x), HPS_E_ARGUMENT, "capacity = -1");
    FAILS(hps_swarm_ask(e, 1, NULL, id, x), HPS_E_ARGUMENT, "n NULL");
    FAILS(hps_swarm_ask(e, 1, &n, NULL, x), HPS_E_ARGUMENT, "NULL");
    CK_OK(hps_swarm_ask(e, 0, &n, NULL, NULL));
    ck_assert_int_eq(n, 0);
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_ask_waits_for_the_tells)
{
    hps_swarm *e = mixed_swarm(NULL, "swarm", 100);
    int64_t id[32];
    double x[32 * MIXED_PARAMS], f[32] = {3.0, 2.0, 1.0};
    int32_t n;
    CK_OK(hps_swarm_ask(e, 32, &n, id, x));
    ck_assert_int_eq(n, 12);
    CK_OK(hps_swarm_tell(e, 11, id, f, NULL));
    CK_OK(hps_swarm_ask(e, 32, &n, id + 12, x));
    ck_assert_int_eq(n, 0);
    ck_assert_int_eq(hps_swarm_done(e), 0);
    CK_OK(hps_swarm_tell(e, 1, id + 11, f + 2, NULL));
    CK_OK(hps_swarm_ask(e, 32, &n, id, x));
    ck_assert_int_eq(n, 12);
    ck_assert_int_eq(id[0], 12);
    hps_swarm_destroy(e);
}
END_TEST

/* -------------------------------------------------------------- queries */

START_TEST(test_best_is_the_earliest_of_equals)
{
    hps_swarm *e = mixed_swarm(NULL, "paper", 100);
    int64_t id[16];
    double x[16 * MIXED_PARAMS], f[16], best[MIXED_PARAMS], best_f;
    int32_t n;
    FAILS(hps_swarm_best(e, best, &best_f), HPS_E_STATE, "no evaluation");
    FAILS(hps_swarm_best(NULL, best, &best_f), HPS_E_ARGUMENT, "NULL");
    CK_OK(hps_swarm_ask(e, 16, &n, id, x));
    for (int i = 0; i < 16; i++) {
        f[i] = i == 4 || i == 9 ? 1.0 : 2.0;
    }
    for (int i = 15; i >= 0; i--) { /* the later one is told first */
        CK_OK(hps_swarm_tell(e, 1, &id[i], &f[i], NULL));
    }
    CK_OK(hps_swarm_best(e, best, &best_f));
    ck_assert_mem_eq(best, x + 4 * MIXED_PARAMS, sizeof best);
    ck_assert(best_f == 1.0);
    CK_OK(hps_swarm_best(e, NULL, NULL));
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_history_tells_its_size)
{
    hps_swarm *e = mixed_swarm(NULL, "paper", 20);
    int64_t n = 0, id[20];
    double f[20];
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    CK_OK(hps_swarm_history(e, 0, &n, NULL, NULL, NULL, NULL));
    ck_assert_int_eq(n, 20);
    n = 0;
    FAILS(hps_swarm_history(e, 19, &n, id, NULL, NULL, NULL), HPS_E_CAPACITY, "needs 20");
    ck_assert_int_eq(n, 20);
    CK_OK(hps_swarm_history(e, 20, &n, id, NULL, f, NULL));
    FAILS(hps_swarm_history(e, -1, &n, id, NULL, NULL, NULL), HPS_E_ARGUMENT, "-1");
    FAILS(hps_swarm_history(e, 20, NULL, id, NULL, NULL, NULL), HPS_E_ARGUMENT, "NULL");
    FAILS(hps_swarm_history(NULL, 20, &n, id, NULL, NULL, NULL), HPS_E_ARGUMENT, "NULL");
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_progress_is_checked_and_counted)
{
    hps_swarm *e = mixed_swarm(NULL, "swarm", 30);
    hps_progress p = {.struct_size = (int32_t)sizeof p};
    CK_OK(hps_swarm_get_progress(e, &p));
    ck_assert(p.n_evaluated == 0 && p.iteration == 0 && p.diversity == 0.0);
    ck_assert(isinf(p.best) && p.best > 0.0);
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    CK_OK(hps_swarm_get_progress(e, &p));
    ck_assert_int_eq(p.n_evaluated, 30);
    ck_assert_int_eq(p.iteration, 2); /* the third one is not complete */
    ck_assert(p.diversity > 0.0 && p.diversity <= 1.0);
    ck_assert(p.seconds >= 0.0);
    p.struct_size = 4;
    FAILS(hps_swarm_get_progress(e, &p), HPS_E_ARGUMENT, "struct_size = 4");
    FAILS(hps_swarm_get_progress(e, NULL), HPS_E_ARGUMENT, "NULL");
    FAILS(hps_swarm_get_progress(NULL, &p), HPS_E_ARGUMENT, "NULL");
    hps_swarm_destroy(e);
}
END_TEST

/* ------------------------------------------------------------ callbacks */

static int32_t reenter(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    hps_swarm *e = user;
    int64_t id = 0;
    double x[MIXED_PARAMS];
    int32_t n;
    FAILS(hps_swarm_run(e, reenter, e), HPS_E_STATE, "inside a callback");
    FAILS(hps_swarm_ask(e, 1, &n, &id, x), HPS_E_STATE, "inside a callback");
    FAILS(hps_swarm_tell(e, 1, &id, x, NULL), HPS_E_STATE, "inside a callback");
    FAILS(hps_swarm_set_int(e, "max_evaluations", 3), HPS_E_STATE, "inside a callback");
    FAILS(hps_swarm_set_progress(e, NULL, NULL), HPS_E_STATE, "inside a callback");
    FAILS(hps_swarm_set_autosave(e, NULL, 0), HPS_E_STATE, "inside a callback");
    return mixed_evaluate(b, f, outcome, NULL);
}

START_TEST(test_callbacks_cannot_reenter)
{
    hps_swarm *e = mixed_swarm(NULL, "paper", 20);
    CK_OK(hps_swarm_run(e, reenter, e));
    FAILS(hps_swarm_run(e, NULL, NULL), HPS_E_ARGUMENT, "NULL");
    FAILS(hps_swarm_run(NULL, reenter, NULL), HPS_E_ARGUMENT, "NULL");
    hps_swarm_destroy(e);
}
END_TEST

typedef struct seen {
    int calls, end_at;
    int64_t iteration, evaluated;
    double best;
} seen;

static int32_t watch(const hps_progress *p, void *user)
{
    seen *s = user;
    ck_assert_int_eq(p->struct_size, (int32_t)sizeof *p);
    ck_assert_int_ge(p->iteration, s->iteration);
    ck_assert_int_gt(p->n_evaluated, s->evaluated);
    ck_assert(p->best <= s->best);
    s->iteration = p->iteration;
    s->evaluated = p->n_evaluated;
    s->best = p->best;
    return ++s->calls == s->end_at ? 9 : 0;
}

START_TEST(test_progress_is_called_after_each_iteration)
{
    hps_swarm *e = mixed_swarm(NULL, "swarm", 60);
    seen s = {.best = (double)INFINITY};
    CK_OK(hps_swarm_set_progress(e, watch, &s));
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    ck_assert_int_eq(s.calls, 5);
    ck_assert_int_eq(s.iteration, 5);
    ck_assert_int_eq(s.evaluated, 60);
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_progress_can_end_the_run)
{
    hps_swarm *e = mixed_swarm(NULL, "swarm", 60);
    seen s = {.best = (double)INFINITY, .end_at = 2};
    CK_OK(hps_swarm_set_progress(e, watch, &s));
    FAILS(hps_swarm_run(e, mixed_evaluate, NULL), HPS_E_CANCELLED, "9");
    ck_assert_str_eq(hps_swarm_stop_reason(e), "cancelled");
    ck_assert_int_eq(hps_swarm_done(e), 1);
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL)); /* goes on */
    ck_assert_str_eq(hps_swarm_stop_reason(e), "evaluations");
    trace *t = trace_of(e), *expected = reference_trace("swarm", 60);
    trace_assert_equal(expected, t);
    free(t);
    free(expected);
    hps_swarm_destroy(e);
}
END_TEST

static int32_t count_warnings(const char *message)
{
    return strstr(message, "no effect") != NULL;
}

static void log_to(int32_t level, const char *message, void *user)
{
    int32_t *count = user;
    *count += level == HPS_LOG_WARN && count_warnings(message);
}

START_TEST(test_unused_options_are_mentioned)
{
    hps_context *c;
    int32_t count = 0;
    CK_OK(hps_context_create(&c, NULL));
    CK_OK(hps_context_set_log(c, HPS_LOG_WARN, log_to, &count));
    for (int k = 0; k < 2; k++) {
        hps_swarm *e = mixed_swarm(c, k == 0 ? "paper" : "swarm", 20);
        CK_OK(hps_swarm_set_real(e, "c1", 1.5));
        CK_OK(hps_swarm_set_text(e, "gbest", "iteration"));
        one_round(e, 1);
        ck_assert_int_eq(count, k == 0 ? 0 : 2);
        hps_swarm_destroy(e);
    }
    hps_context_destroy(c);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_test(t, test_unknown_options_name_the_nearest);
    tcase_add_test(t, test_option_values_are_checked);
    tcase_add_test(t, test_a_limit_is_needed);
    tcase_add_test(t, test_after_the_first_ask_only_limits_may_change);
    tcase_add_test(t, test_create_checks_its_arguments);
    tcase_add_loop_test(t, test_start_positions_come_first_and_exactly, 0, 3);
    tcase_add_test(t, test_start_positions_are_checked);
    tcase_add_test(t, test_a_start_given_twice_is_moved);
    tcase_add_loop_test(t, test_the_best_of_many_starts_make_the_swarm, 0, 3);
    tcase_add_loop_test(t, test_points_are_inside_and_distinct, 0, 3);
    tcase_add_test(t, test_wrong_tells_take_nothing);
    tcase_add_test(t, test_ask_waits_for_the_tells);
    tcase_add_test(t, test_best_is_the_earliest_of_equals);
    tcase_add_test(t, test_history_tells_its_size);
    tcase_add_test(t, test_progress_is_checked_and_counted);
    tcase_add_test(t, test_callbacks_cannot_reenter);
    tcase_add_test(t, test_progress_is_called_after_each_iteration);
    tcase_add_test(t, test_progress_can_end_the_run);
    tcase_add_test(t, test_unused_options_are_mentioned);
}

int main(void)
{
    return run_tests("swarm", add);
}
