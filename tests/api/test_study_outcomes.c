/* SPDX-License-Identifier: BSD-3-Clause */
/* What a study says of points that cannot be evaluated, and of calls that are wrong. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "hpswarm/study.h"
#include "support/morse.h"
#include "support/study_setup.h"
#include "support/suite.h"

/* ---------------------------------------------------------------- outcomes */

START_TEST(test_contradicting_options_are_infeasible)
{
    const double x[3][2] = {{3.5, 3}, {3.5, 3.9}, {4, 3.9}};
    setup s = begin(2);
    double f[POINTS];
    int32_t outcome[POINTS];

    OK(hps_space_add_real(s.space, "soap.rcut_hard", 3, 5, HPS_SCALE_LINEAR));
    OK(hps_space_add_real(s.space, "soap.rcut_soft", 3, 5, HPS_SCALE_LINEAR));
    open_study(&s);
    ck_assert_int_eq(evaluate(&s, 3, x[0], f, outcome), 0);
    ck_assert_int_eq(outcome[0], HPS_EVAL_OK);
    ck_assert_int_eq(outcome[1], HPS_EVAL_INFEASIBLE);
    ck_assert_int_eq(outcome[2], HPS_EVAL_OK);
    ck_assert(isnan(f[1]));
    ck_assert_ptr_nonnull(strstr(hps_study_reason(s.study, 1), "rcut_soft"));
    ck_assert_str_eq(hps_study_reason(s.study, 2), "");
    ck_assert_str_eq(hps_study_reason(s.study, 3), "");
    ck_assert_str_eq(hps_study_reason(NULL, 0), "");
    ck_assert_double_eq(hps_study_seconds(s.study, -1), 0);
    end(&s);
}
END_TEST

/* What is left out counts with its forces, as the test set does. */
START_TEST(test_leave_one_out_with_forces_in_the_fit)
{
    setup s = begin(2);
    double f[POINTS], energy[25], force[3 * 25 * MORSE_LARGEST];
    hps_errors e = {.struct_size = sizeof e};
    int32_t outcome[POINTS];
    int64_t bytes = 0, peak = 0;
    hps_gpr *g = NULL;

    joint_space(&s);
    OK(hps_gpr_set_int(s.base, "fit_forces", 1));
    open_study(&s);
    OK(hps_study_set_text(s.study, "objective", "loo"));
    OK(hps_study_memory(s.study, &bytes));
    ck_assert_int_eq(evaluate(&s, 2, joint_x[0], f, outcome), 0);
    hps_context_memory(s.context, NULL, &peak);
    ck_assert_int_lt(peak, 2 * bytes);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(outcome[i], HPS_EVAL_OK);
        OK(hps_study_apply(s.study, joint_x[i], &g));
        OK(hps_gpr_fit_leave_out(g, s.train, energy, force, NULL));
        OK(hps_errors_compute(s.train, energy, force, NULL, NULL, &e));
        ck_assert_double_eq(f[i], e.rmse_energy_per_atom + 1.0 / 30 * e.rmse_force);
        hps_gpr_destroy(g);
    }
    ck_assert(f[0] != f[1]);
    OK(hps_study_set_real(s.study, "force_weight", 0));
    ck_assert_int_eq(evaluate(&s, 2, joint_x[0], f, outcome), 0);
    ck_assert_double_eq(f[1], e.rmse_energy_per_atom);
    end(&s);
}
END_TEST

/* Leave-one-out of a path that is made at the point itself. */
static double loo_by_hand(const setup *s, const double *x)
{
    hps_errors e = {.struct_size = sizeof e};
    hps_gpr *g = NULL;
    hps_path *p = NULL;

    OK(hps_study_apply(s->study, x, &g));
    OK(hps_path_create(&p, g, s->train, NULL));
    OK(hps_path_loo(p, x[0], x[1], &e));
    hps_path_destroy(p);
    hps_gpr_destroy(g);
    return e.rmse_energy_per_atom;
}

/* Evaluations come from a path with the jitter of its delta, which a large one would show. */
START_TEST(test_refit_is_the_value_of_the_model)
{
    const double x[] = {4, 0.0005};
    setup s = begin(1);
    double f[POINTS], own = 0, wrong = 0;
    int32_t outcome[POINTS];

    OK(hps_space_add_real(s.space, "gap.delta", 0.1, 5, HPS_SCALE_LOG));
    OK(hps_space_add_real(s.space, "gap.sigma_energy", 1e-4, 0.1, HPS_SCALE_LOG));
    OK(hps_gpr_set_real(s.base, "jitter", 1e-3));
    open_study(&s);
    ck_assert_int_eq(evaluate(&s, 1, x, f, outcome), 0);
    OK(hps_study_refit(s.study, x, &own));
    ck_assert_double_eq(own, by_hand(&s, "rmse", 1.0 / 30, x));
    ck_assert(fabs(f[0] / own - 1) > 1e-3);
    ck_assert_int_eq(evaluate(&s, 1, x, &wrong, outcome), 0);
    ck_assert_double_eq(wrong, f[0]); /* the path is made again */
    OK(hps_study_set_text(s.study, "objective", "loo"));
    OK(hps_study_refit(s.study, x, &own));
    ck_assert_double_eq(own, loo_by_hand(&s, x));
    OK(hps_study_set_text(s.study, "objective", "rmse-pair"));
    OK(hps_study_refit(s.study, x, f));
    ck_assert_double_eq_tol(f[0] + f[1] / 30, by_hand(&s, "rmse", 1.0 / 30, x), 1e-15);
    ck_assert_int_eq(hps_study_refit(s.study, x, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_study_refit(s.study, NULL, f), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_study_refit(NULL, x, f), HPS_E_ARGUMENT);
    end(&s);
}
END_TEST

START_TEST(test_refit_is_refused_where_values_are_those_of_fits)
{
    setup s = begin(1);
    double f = 7;

    joint_space(&s);
    open_study(&s);
    ck_assert_int_eq(hps_study_refit(s.study, joint_x[0], &f), HPS_E_STATE);
    ck_assert_double_eq(f, 7);
    end(&s);
}
END_TEST

START_TEST(test_no_memory_for_a_candidate_is_a_failure)
{
    setup s = begin(2);
    double f[POINTS];
    int32_t outcome[POINTS];
    int64_t held;

    joint_space(&s);
    open_study(&s);
    ck_assert_int_eq(evaluate(&s, 2, joint_x[0], f, outcome), 0);
    OK(hps_context_memory(s.context, &held, NULL));
    OK(hps_context_set_memory_limit(s.context, held + 40000));
    ck_assert_int_eq(evaluate(&s, 2, joint_x[0], f, outcome), 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(outcome[i], HPS_EVAL_FAILED);
        ck_assert(isnan(f[i]));
        ck_assert_ptr_nonnull(strstr(hps_study_reason(s.study, i), "memory"));
    }
    OK(hps_context_set_memory_limit(s.context, 1)); /* not even for the bookkeeping */
    ck_assert_int_eq(evaluate(&s, 6, joint_x[0], f, outcome), 0);
    ck_assert_int_eq(outcome[5], HPS_EVAL_FAILED);
    ck_assert_ptr_nonnull(strstr(hps_study_reason(s.study, 5), "memory"));
    OK(hps_context_set_memory_limit(s.context, 0));
    ck_assert_int_eq(evaluate(&s, 2, joint_x[0], f, outcome), 0);
    ck_assert_int_eq(outcome[1], HPS_EVAL_OK);
    end(&s);
}
END_TEST

/* A path keeps all rows, a fit streams them: where only the fit finds room it is used. */
START_TEST(test_a_path_without_room_gives_way_to_fits)
{
    const double x[] = {1, 0.01, 2, 0.03};
    setup s = begin(1);
    double f[POINTS], fitted;
    int32_t outcome[POINTS];
    int64_t fit, path;

    morse_add(s.train, 1400, 3, 0);
    OK(hps_space_add_real(s.space, "gap.delta", 0.1, 5, HPS_SCALE_LOG));
    OK(hps_space_add_real(s.space, "gap.sigma_energy", 1e-4, 0.1, HPS_SCALE_LOG));
    OK(hps_gpr_set_int(s.base, "n_sparse", 150));
    open_study(&s);
    fitted = by_hand(&s, "rmse", 1.0 / 30, x);
    OK(hps_context_memory(s.context, NULL, &fit));
    ck_assert_int_eq(evaluate(&s, 2, x, f, outcome), 0);
    ck_assert_double_ne(f[0], fitted); /* in the last bits */
    OK(hps_context_memory(s.context, NULL, &path));
    ck_assert_int_gt(path, fit + fit / 8);
    open_study(&s);
    OK(hps_context_set_memory_limit(s.context, fit + fit / 16));
    ck_assert_int_eq(evaluate(&s, 2, x, f, outcome), 0);
    OK(hps_context_set_memory_limit(s.context, 0));
    ck_assert_msg(outcome[0] == HPS_EVAL_OK, "%s", hps_study_reason(s.study, 0));
    ck_assert_double_eq(f[0], fitted);
    end(&s);
}
END_TEST

START_TEST(test_an_objective_that_is_no_number_is_a_failure)
{
    setup s = begin(1);
    double f[POINTS];
    int32_t outcome[POINTS];

    hps_dataset_destroy(s.test);
    s.test = morse_dataset(s.context, 5, 2, MORSE_NO_ENERGY);
    joint_space(&s);
    open_study(&s);
    ck_assert_int_eq(evaluate(&s, 1, joint_x[0], f, outcome), 0);
    ck_assert_int_eq(outcome[0], HPS_EVAL_FAILED);
    ck_assert_ptr_nonnull(strstr(hps_study_reason(s.study, 0), "energies"));
    end(&s);
}
END_TEST

START_TEST(test_bad_calls_are_refused)
{
    setup s = begin(1);
    double f[POINTS];
    int32_t outcome[POINTS];
    int64_t bytes;
    hps_study *t = NULL;
    hps_dataset *test = s.test;

    joint_space(&s);
    ck_assert_int_eq(hps_study_create(NULL, NULL, s.space, s.base, s.train, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_study_create(&t, NULL, NULL, s.base, s.train, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_study_create(&t, NULL, s.space, NULL, s.train, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_study_create(&t, NULL, s.space, s.base, NULL, NULL), HPS_E_ARGUMENT);
    s.test = NULL;
    open_study(&s);
    ck_assert_int_ne(evaluate(&s, 1, joint_x[0], f, outcome), 0); /* rmse without a test set */
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "test set"));
    OK(hps_study_set_text(s.study, "objective", "loo"));
    ck_assert_int_eq(evaluate(&s, 1, joint_x[0], f, outcome), 0);
    OK(hps_study_set_text(s.study, "objective", "std"));
    ck_assert_int_eq(evaluate(&s, 1, joint_x[0], f, outcome), 0);
    ck_assert_int_eq(hps_study_evaluate(NULL, f, outcome, s.study), 1);
    ck_assert_int_eq(hps_study_set_text(s.study, "objective", "rms"), HPS_E_OPTION);
    ck_assert_int_eq(hps_study_set_text(s.study, "objectve", "rmse"), HPS_E_OPTION);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "objective"));
    ck_assert_int_eq(hps_study_set_real(s.study, "force_weight", -1), HPS_E_OPTION);
    ck_assert_int_eq(hps_study_set_real(NULL, "force_weight", 1), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_study_set_int(s.study, "references", -1), HPS_E_OPTION);
    ck_assert_int_eq(hps_study_memory(NULL, &bytes), HPS_E_ARGUMENT);
    hps_study_destroy(NULL);
    s.test = test;
    end(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("study_outcomes");
    TCase *tc = tcase_create("study");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_contradicting_options_are_infeasible);
    tcase_add_test(tc, test_leave_one_out_with_forces_in_the_fit);
    tcase_add_test(tc, test_refit_is_the_value_of_the_model);
    tcase_add_test(tc, test_refit_is_refused_where_values_are_those_of_fits);
    tcase_add_test(tc, test_no_memory_for_a_candidate_is_a_failure);
    tcase_add_test(tc, test_a_path_without_room_gives_way_to_fits);
    tcase_add_test(tc, test_an_objective_that_is_no_number_is_a_failure);
    tcase_add_test(tc, test_bad_calls_are_refused);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
