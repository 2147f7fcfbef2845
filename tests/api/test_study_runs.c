/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole runs of a study: threads, two stages, memory, messages, failing allocations. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "hpswarm/study.h"
#include "support/failing_allocator.h"
#include "support/morse.h"
#include "support/study_setup.h"
#include "support/suite.h"

/* ----------------------------------------------------------------- threads */

static const char *const uses[] = {"points", "inside", "auto"};

/* Six points by four threads. */
static void use_threads(int32_t k, double *f, int64_t *bytes)
{
    int32_t outcome[POINTS];
    double x[POINTS], each[2];
    setup s = begin(4);

    OK(hps_space_add_real(s.space, "soap.atom_sigma_r", 0.2, 1, HPS_SCALE_LINEAR));
    open_study(&s);
    OK(hps_study_set_text(s.study, "threads_for", uses[k]));
    OK(hps_study_memory(s.study, bytes));
    for (int32_t i = 0; i < POINTS; i++) {
        x[i] = 0.3 + 0.05 * i;
    }
    ck_assert_int_eq(hps_study_at_a_time(s.study, POINTS, each), k == 1 ? 1 : 4);
    ck_assert(each[0] == 0 && each[1] == 0);
    ck_assert_int_eq(evaluate(&s, POINTS, x, f, outcome), 0);
    if (k < 2) {
        ck_assert_int_eq(hps_study_at_a_time(s.study, 3, each), k == 1 ? 1 : 3);
        ck_assert(each[0] == 0 && each[1] == 0);
    } else {
        int32_t n = hps_study_at_a_time(s.study, POINTS, each);

        ck_assert(each[0] > 0 && each[1] > 0);
        ck_assert_int_eq(n, 2 * each[0] <= POINTS * each[1] ? 4 : 1);
    }
    end(&s);
}

/* However the threads are used the digits are the same; auto has measured what a point costs. */
START_TEST(test_threads_for_points_or_inside)
{
    double f[3][POINTS];
    int64_t bytes[3];

    for (int32_t k = 0; k < 3; k++) {
        use_threads(k, f[k], &bytes[k]);
    }
    for (int32_t i = 0; i < POINTS; i++) {
        ck_assert(isfinite(f[0][i]) && f[0][i] == f[1][i] && f[0][i] == f[2][i]);
    }
    ck_assert_int_eq(bytes[0], bytes[2]);
    ck_assert_int_lt(bytes[1], bytes[0]);
    ck_assert_int_eq(hps_study_at_a_time(NULL, 1, NULL), 0);
}
END_TEST

/* ------------------------------------------------------------- whole runs */

typedef struct history {
    int64_t n;
    double x[256], f[64];
} history;

static void run(setup *s, int64_t iterations, history *h, double *best)
{
    hps_swarm *e = NULL;

    OK(hps_swarm_create(&e, s->context, s->space, 1));
    OK(hps_swarm_set_int(e, "particles", 8));
    OK(hps_swarm_set_int(e, "max_iterations", iterations));
    OK(hps_swarm_set_int(e, "seed", 5));
    ck_assert_msg(hps_swarm_run(e, hps_study_evaluate, s->study) == HPS_OK, "%s", hps_last_error());
    OK(hps_swarm_history(e, 64, &h->n, NULL, h->x, h->f, NULL));
    OK(hps_swarm_best(e, best, NULL));
    hps_swarm_destroy(e);
}

START_TEST(test_a_run_has_the_same_bits_for_every_thread_count)
{
    static history first, h;
    double best[4], least_at_start = (double)INFINITY, least = (double)INFINITY;

    for (int32_t threads = 1; threads <= 3; threads++) {
        setup s = begin(threads);
        joint_space(&s);
        open_study(&s);
        memset(&h, 0, sizeof h);
        run(&s, 5, &h, best);
        if (threads == 1) {
            first = h;
        }
        ck_assert_int_ge(h.n, 30);
        ck_assert_mem_eq(&first, &h, sizeof h);
        end(&s);
    }
    for (int64_t i = 0; i < h.n; i++) {
        least_at_start = i < 8 ? fmin(least_at_start, h.f[i]) : least_at_start;
        least = fmin(least, h.f[i]);
    }
    ck_assert_double_lt(least, least_at_start);
}
END_TEST

/* Stage 1: the descriptor against the kernel; stage 2: the rest with it in the base. */
START_TEST(test_two_stages)
{
    setup one = begin(2), two = begin(2);
    static history h;
    double best_soap[4], best_gap[4], sigma, least = (double)INFINITY;
    hps_gpr *tuned = NULL;
    int64_t bytes = 0;

    OK(hps_space_add_real(one.space, "soap.atom_sigma_r", 0.2, 1, HPS_SCALE_LOG));
    OK(hps_space_add_real(one.space, "soap.rcut_soft", 3, 4, HPS_SCALE_LINEAR));
    open_study(&one);
    OK(hps_study_set_text(one.study, "objective", "std-skew"));
    OK(hps_study_memory(one.study, &bytes));
    ck_assert_int_gt(bytes, 1000);
    run(&one, 3, &h, best_soap);
    OK(hps_study_apply(one.study, best_soap, &tuned));

    OK(hps_space_add_real(two.space, "gap.delta", 0.1, 5, HPS_SCALE_LOG));
    OK(hps_space_add_real(two.space, "gap.sigma_energy", 1e-4, 0.1, HPS_SCALE_LOG));
    hps_gpr_destroy(two.base);
    two.base = tuned;
    open_study(&two);
    OK(hps_study_memory(two.study, &bytes));
    ck_assert_int_gt(bytes, 1000);
    run(&two, 5, &h, best_gap);
    tuned = NULL;
    OK(hps_study_apply(two.study, best_gap, &tuned));
    OK(hps_soap_get(hps_gpr_soap(tuned), "atom_sigma_r", &sigma));
    ck_assert_double_eq(sigma, best_soap[0]);
    for (int64_t i = 0; i < h.n; i++) {
        least = fmin(least, h.f[i]);
    }
    ck_assert_double_eq_tol(fit_with_eta(&two, 1, best_gap), least, 1e-6 * least);
    hps_gpr_destroy(tuned);
    end(&one);
    end(&two);
}
END_TEST

/* Memory that a study announces is enough for its batch, and not absurdly more. */
START_TEST(test_memory_estimate)
{
    static const char *const methods[] = {"random", "all"};
    const double x[] = {200, 0, 1, 0.01};
    setup s = begin(1);
    double f[POINTS];
    int32_t outcome[POINTS];
    int64_t bytes = 0, before, peak;

    morse_add(s.train, 1450, 3, 0); /* too many to run side by side */
    OK(hps_space_add_int(s.space, "gap.n_sparse", 2, 200, HPS_SCALE_LINEAR));
    OK(hps_space_fix(s.space, "gap.n_sparse", 200));
    OK(hps_space_add_choice(s.space, "gap.sparse_method", 2, methods));
    OK(hps_space_add_real(s.space, "gap.delta", 0.1, 5, HPS_SCALE_LOG));
    OK(hps_space_add_real(s.space, "gap.sigma_energy", 1e-4, 0.1, HPS_SCALE_LOG));
    if (_i % 2 == 0) {
        OK(hps_space_fix(s.space, "gap.sparse_method", 0));
    }
    open_study(&s);
    OK(hps_study_set_text(s.study, "objective", goal[_i / 2].objective));
    OK(hps_study_set_int(s.study, "references", 40));
    OK(hps_study_memory(s.study, &bytes));
    if (_i % 2 == 1) { /* a choice counts with its most expensive level */
        if (strncmp(goal[_i / 2].objective, "std", 3) != 0) {
            ck_assert_int_gt(bytes, 5000LL * 5000 * 8);
        }
        end(&s);
        return;
    }
    OK(hps_context_memory(s.context, &before, NULL));
    ck_assert_int_eq(evaluate(&s, 1, x, f, outcome), 0);
    ck_assert_msg(outcome[0] == HPS_EVAL_OK, "%s", hps_study_reason(s.study, 0));
    OK(hps_context_memory(s.context, NULL, &peak));
    ck_assert_int_ge(bytes, peak - before);
    ck_assert_int_le(bytes, 4 * (peak - before) + 4000000);
    end(&s);
}
END_TEST

/* A point above both bounds of a contradiction is no reason to have no estimate. */
START_TEST(test_memory_estimate_of_a_contradicting_corner)
{
    setup s = begin(2);
    int64_t bytes = 0;

    OK(hps_space_add_real(s.space, "soap.rcut_hard", 3, 4, HPS_SCALE_LINEAR));
    OK(hps_space_add_real(s.space, "soap.rcut_soft", 3, 5, HPS_SCALE_LINEAR));
    open_study(&s);
    OK(hps_study_memory(s.study, &bytes));
    ck_assert_int_gt(bytes, 1000);
    end(&s);
}
END_TEST

/* Above the limit of atoms candidates run in turn, with threads inside: the same calls. */
START_TEST(test_large_data_run_in_turn)
{
    setup s = begin(2);
    double f[POINTS];
    int32_t outcome[POINTS];

    morse_add(s.train, 1450, 3, 0);
    joint_space(&s);
    open_study(&s);
    OK(hps_study_set_text(s.study, "objective", "std"));
    OK(hps_study_set_int(s.study, "references", 40));
    OK(hps_study_set_int(s.study, "seed", 7));
    ck_assert_int_eq(evaluate(&s, 2, joint_x[0], f, outcome), 0);
    ck_assert_double_eq(f[0], by_hand(&s, "std", 0, joint_x[0]));
    ck_assert_double_eq(f[1], by_hand(&s, "std", 0, joint_x[1]));
    end(&s);
}
END_TEST

START_TEST(test_points_outside_of_any_space_are_infeasible)
{
    static const char *const basis[] = {"poly3", "poly3gauss"};
    const double x[4][2] = {{0, (double)NAN}, {2, 1}, {-1, 1}, {1, 1}};
    setup s = begin(1);
    double f[POINTS];
    int32_t outcome[POINTS];
    const hps_batch b = {.struct_size = sizeof b, .n = 1, .n_params = 3, .n_objectives = 1};

    OK(hps_space_add_choice(s.space, "soap.basis", 2, basis));
    OK(hps_space_add_real(s.space, "gap.delta", 0.1, 5, HPS_SCALE_LOG));
    open_study(&s);
    ck_assert_int_eq(evaluate(&s, 4, x[0], f, outcome), 0);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(outcome[i], HPS_EVAL_INFEASIBLE);
        ck_assert_ptr_nonnull(strstr(hps_study_reason(s.study, i), i == 0 ? "delta" : "basis"));
    }
    ck_assert_int_eq(outcome[3], HPS_EVAL_OK);
    ck_assert_int_ne(hps_study_evaluate(&b, f, outcome, s.study), 0);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "3 parameters"));
    end(&s);
}
END_TEST

static int64_t logged;

static void count_log(int32_t level, const char *message, void *user)
{
    (void)level;
    (void)message;
    (void)user;
    logged++;
}

/* More sparse points than environments are worth a warning, but not from the workers. */
START_TEST(test_candidates_side_by_side_do_not_log)
{
    setup s = begin(2);
    double f[POINTS];
    int32_t outcome[POINTS];
    hps_gpr *g = NULL;

    OK(hps_gpr_set_int(s.base, "n_sparse", 100000));
    joint_space(&s);
    open_study(&s);
    OK(hps_context_set_log(s.context, HPS_LOG_WARN, count_log, NULL));
    logged = 0;
    ck_assert_int_eq(evaluate(&s, 2, joint_x[0], f, outcome), 0);
    ck_assert_int_eq(logged, 0);
    OK(hps_study_apply(s.study, joint_x[0], &g));
    OK(hps_gpr_fit(g, s.train));
    ck_assert_int_gt(logged, 0);
    hps_gpr_destroy(g);
    end(&s);
}
END_TEST

/* ------------------------------------------------------- failing allocations */

/* A scenario's outcome: what of it said that memory was missing. */
static hps_status study_scenario(hps_context *c, void *user)
{
    const setup *s = user;
    const double x[] = {1, 0.01, 2, 0.02};
    double f[2];
    int32_t outcome[2] = {0, 0};
    const int64_t id[2] = {0, 1};
    hps_batch b = {
        .struct_size = sizeof b, .n = 2, .n_params = 2, .n_objectives = 1, .id = id, .x = x};
    hps_study *t = NULL;
    hps_gpr *base = settings(NULL);
    int64_t bytes;
    hps_status st = hps_study_create(&t, c, s->space, base, s->train, s->test);

    hps_gpr_destroy(base);
    if (st != HPS_OK) {
        ck_assert_ptr_null(t);
        return st;
    }
    st = hps_study_memory(t, &bytes);
    ck_assert_int_eq(hps_study_evaluate(&b, f, outcome, t), 0);
    for (int i = 0; i < 2; i++) {
        if (outcome[i] != HPS_EVAL_OK) {
            ck_assert_int_eq(outcome[i], HPS_EVAL_FAILED);
            ck_assert(isnan(f[i]));
            ck_assert_ptr_nonnull(strstr(hps_study_reason(t, i), "memory"));
            st = HPS_E_MEMORY;
        }
    }
    hps_study_destroy(t);
    return st;
}

/* A failed candidate may get its second chance, so a run is allowed to pass. */
START_TEST(test_failing_allocations_leave_nothing)
{
    setup s = begin(1);
    int64_t failed = 0;
    int reached = 1;

    OK(hps_space_add_real(s.space, "gap.delta", 0.1, 5, HPS_SCALE_LOG));
    OK(hps_space_add_real(s.space, "gap.sigma_energy", 1e-4, 0.1, HPS_SCALE_LOG));
    for (int64_t n = 1; reached; n++) {
        const hps_status st = fail_once(study_scenario, &s, n, &reached);
        ck_assert(st == HPS_OK || (reached && st == HPS_E_MEMORY));
        failed += st == HPS_E_MEMORY;
    }
    ck_assert_int_gt(failed, 5);
    end(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("study_runs");
    TCase *tc = tcase_create("study");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_threads_for_points_or_inside);
    tcase_add_test(tc, test_a_run_has_the_same_bits_for_every_thread_count);
    tcase_add_test(tc, test_two_stages);
    tcase_add_loop_test(tc, test_memory_estimate, 0, 2 * N_GOALS);
    tcase_add_test(tc, test_memory_estimate_of_a_contradicting_corner);
    tcase_add_test(tc, test_large_data_run_in_turn);
    tcase_add_test(tc, test_points_outside_of_any_space_are_infeasible);
    tcase_add_test(tc, test_candidates_side_by_side_do_not_log);
    tcase_add_test(tc, test_failing_allocations_leave_nothing);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
