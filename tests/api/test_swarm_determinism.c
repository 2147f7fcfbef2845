/* SPDX-License-Identifier: BSD-3-Clause */
/* The same trajectory bit for bit: for any number of threads, run or ask/tell, any split and
 * order of the tells, and with a checkpoint anywhere. */
#include "support/swarm_file.h"
#include "support/swarm_workers.h"

static const char *const variants[] = {"paper", "swarm", "guided"};
enum { EVALUATIONS = 331 };

START_TEST(test_threads_do_not_matter)
{
    static const int32_t threads[] = {1, 2, 3, 8};
    trace *expected = reference_trace(variants[_i], EVALUATIONS);
    for (size_t k = 0; k < sizeof threads / sizeof threads[0]; k++) {
        hps_context *c;
        CK_OK(hps_context_create(&c, NULL));
        CK_OK(hps_context_set_threads(c, threads[k]));
        hps_swarm *e = mixed_swarm(c, variants[_i], EVALUATIONS);
        hps_context_destroy(c); /* the engine keeps it alive */
        CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
        trace *t = trace_of(e);
        trace_assert_equal(expected, t);
        free(t);
        hps_swarm_destroy(e);
    }
    free(expected);
}
END_TEST

START_TEST(test_ask_and_tell_equal_run_for_every_chunk)
{
    trace *expected = reference_trace(variants[_i], EVALUATIONS);
    ck_assert_int_eq(expected->n, EVALUATIONS);
    for (int32_t chunk = 1; chunk <= 40; chunk += chunk < 17 ? 1 : 23) {
        hps_swarm *e = mixed_swarm(NULL, variants[_i], EVALUATIONS);
        while (!hps_swarm_done(e)) {
            ck_assert_int_le(one_round(e, chunk), chunk);
        }
        trace *t = trace_of(e);
        trace_assert_equal(expected, t);
        free(t);
        hps_swarm_destroy(e);
    }
    free(expected);
}
END_TEST

START_TEST(test_order_of_tells_does_not_matter)
{
    trace *expected = reference_trace(variants[_i], EVALUATIONS);
    for (uint32_t seed = 1; seed <= 8; seed++) {
        random_state = seed;
        hps_swarm *e = mixed_swarm(NULL, variants[_i], EVALUATIONS);
        pool p = {0};
        while (!hps_swarm_done(e)) {
            if (p.n == 0 || (p.n < 40 && pick(2) == 0)) {
                ask_some(e, &p, pick(6));
            } else {
                tell_one(e, &p);
            }
        }
        trace *t = trace_of(e);
        trace_assert_equal(expected, t);
        free(t);
        hps_swarm_destroy(e);
    }
    free(expected);
}
END_TEST

START_TEST(test_checkpoint_after_every_iteration)
{
    trace *expected = reference_trace(variants[_i], EVALUATIONS);
    hps_swarm *e = mixed_swarm(NULL, variants[_i], EVALUATIONS);
    e = reborn(e); /* also before the first ask */
    while (!hps_swarm_done(e)) {
        one_round(e, 64);
        e = reborn(e);
    }
    trace *t = trace_of(e);
    trace_assert_equal(expected, t);
    free(t);
    free(expected);
    hps_swarm_destroy(e);
}
END_TEST

/* Saved inside a batch: told values are kept, points in flight come again with their ids. */
START_TEST(test_checkpoint_inside_a_batch)
{
    trace *expected = reference_trace(variants[_i], EVALUATIONS);
    random_state = 77;
    hps_swarm *e = mixed_swarm(NULL, variants[_i], EVALUATIONS);
    pool p = {0};
    while (!hps_swarm_done(e)) {
        int32_t what = pick(8);
        if (what == 0) {
            e = reborn(e);
            p.n = 0;
        } else if (p.n == 0 || (p.n < 40 && what < 4)) {
            ask_some(e, &p, pick(6));
        } else {
            tell_one(e, &p);
        }
    }
    trace *t = trace_of(e);
    trace_assert_equal(expected, t);
    free(t);
    free(expected);
    hps_swarm_destroy(e);
}
END_TEST

static void run_to(hps_swarm *e, int64_t evaluations)
{
    CK_OK(hps_swarm_set_int(e, "max_evaluations", evaluations));
    ck_assert_int_eq(hps_swarm_done(e), 0);
    ck_assert_str_eq(hps_swarm_stop_reason(e), "");
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    ck_assert_str_eq(hps_swarm_stop_reason(e), "evaluations");
    int64_t n = 0;
    CK_OK(hps_swarm_history(e, 0, &n, NULL, NULL, NULL, NULL));
    ck_assert_int_eq(n, evaluations);
}

START_TEST(test_a_raised_limit_equals_the_run_with_that_limit)
{
    trace *expected = reference_trace(variants[_i], EVALUATIONS);
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 0);
    CK_OK(hps_swarm_set_int(e, "budget", EVALUATIONS)); /* guided plans for the last limit */
    run_to(e, 7);                                       /* inside the first batch */
    run_to(e, 8);
    e = reborn(e);
    ck_assert_int_eq(hps_swarm_done(e), 1);
    run_to(e, 150);
    e = reborn(e);
    run_to(e, EVALUATIONS);
    trace *t = trace_of(e);
    trace_assert_equal(expected, t);
    free(t);
    free(expected);
    hps_swarm_destroy(e);
}
END_TEST

static int32_t abort_sometimes(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    int32_t *left = user;
    return --*left == 0 ? 42 : mixed_evaluate(b, f, outcome, NULL);
}

START_TEST(test_an_aborted_run_goes_on_where_it_was)
{
    trace *expected = reference_trace(variants[_i], EVALUATIONS);
    hps_swarm *e = mixed_swarm(NULL, variants[_i], EVALUATIONS);
    CK_OK(hps_swarm_set_autosave(e, path, 0));
    int32_t left = 5;
    ck_assert_int_eq(hps_swarm_run(e, abort_sometimes, &left), HPS_E_CALLBACK);
    ck_assert_int_eq(hps_last_callback_code(), 42);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "42"));
    ck_assert_str_eq(hps_swarm_stop_reason(e), "");
    hps_space *s;
    hps_swarm *other;
    CK_OK(mixed_space(&s, NULL));
    CK_OK(hps_swarm_load(&other, NULL, s, path)); /* the abort has saved it */
    hps_space_destroy(s);
    hps_swarm *both[] = {e, other};
    for (int k = 0; k < 2; k++) {
        CK_OK(hps_swarm_run(both[k], mixed_evaluate, NULL));
        trace *t = trace_of(both[k]);
        trace_assert_equal(expected, t);
        free(t);
        hps_swarm_destroy(both[k]);
    }
    free(expected);
}
END_TEST

START_TEST(test_another_seed_is_another_run)
{
    trace *a = reference_trace(variants[_i], 40);
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 40);
    CK_OK(hps_swarm_set_int(e, "seed", 6));
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    trace *b = trace_of(e);
    ck_assert_mem_ne(a->x, b->x, sizeof a->x);
    free(a);
    free(b);
    hps_swarm_destroy(e);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_checked_fixture(t, make_path, drop_path);
    tcase_add_loop_test(t, test_threads_do_not_matter, 0, 3);
    tcase_add_loop_test(t, test_ask_and_tell_equal_run_for_every_chunk, 0, 3);
    tcase_add_loop_test(t, test_order_of_tells_does_not_matter, 0, 3);
    tcase_add_loop_test(t, test_checkpoint_after_every_iteration, 0, 3);
    tcase_add_loop_test(t, test_checkpoint_inside_a_batch, 0, 3);
    tcase_add_loop_test(t, test_a_raised_limit_equals_the_run_with_that_limit, 0, 3);
    tcase_add_loop_test(t, test_an_aborted_run_goes_on_where_it_was, 0, 3);
    tcase_add_loop_test(t, test_another_seed_is_another_run, 0, 3);
}

int main(void)
{
    return run_tests("swarm_determinism", add);
}
