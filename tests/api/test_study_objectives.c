/* SPDX-License-Identifier: BSD-3-Clause */
/* Objectives of a study are the sequence of public calls that they name, for every candidate
 * of a batch and any number of threads. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "hpswarm/study.h"
#include "support/morse.h"
#include "support/study_setup.h"
#include "support/suite.h"

/* ------------------------------------------------------------- objectives */

START_TEST(test_objectives_are_the_public_calls)
{
    double first[POINTS];

    for (int32_t threads = 1; threads <= 3; threads++) {
        setup s = begin(threads);
        double f[POINTS];
        double expected[POINTS] = {0}; /* before the study keeps neighbour lists */
        int32_t outcome[POINTS];
        joint_space(&s);
        OK(hps_gpr_set_int(s.base, "fit_forces", goal[_i].fit_forces));
        open_study(&s);
        choose_goal(&s, _i);
        for (int32_t i = 0; threads == 1 && i < POINTS; i++) {
            expected[i] = by_hand(&s, goal[_i].objective, goal[_i].weight, joint_x[i]);
        }
        ck_assert_int_eq(evaluate(&s, POINTS, joint_x[0], f, outcome), 0);
        for (int32_t i = 0; i < POINTS; i++) {
            ck_assert_msg(outcome[i] == HPS_EVAL_OK, "%s", hps_study_reason(s.study, i));
            ck_assert_str_eq(hps_study_reason(s.study, i), "");
            ck_assert(isfinite(f[i]));
            ck_assert_double_gt(hps_study_seconds(s.study, i), 0);
            if (threads == 1) {
                ck_assert_double_eq(f[i], expected[i]);
                first[i] = f[i];
            }
        }
        ck_assert_mem_eq(first, f, sizeof f);
        end(&s);
    }
}
END_TEST

/* Points that differ in zeta alone come from one pass, with the digits of their own. */
START_TEST(test_points_with_one_descriptor_share_a_pass)
{
    static const double x[POINTS][4] = {{0.3, 1.7, 1, 0.01},  {0.5, 2, 0.5, 0.001},
                                        {0.3, 3.5, 2, 0.1},   {0.5, 2, 4, 0.003},
                                        {0.3, 1.5, 1, 0.002}, {(double)NAN, 4, 0.2, 0.01}};

    for (int32_t threads = 1; threads <= 2; threads++) {
        setup s = begin(threads);
        double f[POINTS];
        int32_t outcome[POINTS];

        if (_i) {
            morse_add(s.train, 1450, 3, 0); /* in turn */
        }
        joint_space(&s);
        open_study(&s);
        choose_goal(&s, 2);
        ck_assert_int_eq(evaluate(&s, POINTS, x[0], f, outcome), 0);
        for (int32_t i = 0; i + 1 < POINTS; i++) {
            ck_assert_int_eq(outcome[i], HPS_EVAL_OK);
            ck_assert_double_eq(f[i], by_hand(&s, "std-skew", 0.25, x[i]));
            ck_assert_double_gt(hps_study_seconds(s.study, i), 0);
        }
        ck_assert_int_eq(outcome[POINTS - 1], HPS_EVAL_INFEASIBLE);
        end(&s);
    }
}
END_TEST

/* Descriptors in single precision: nearly the same value, and no other option is touched. */
START_TEST(test_precision_of_the_kernel)
{
    setup s = begin(2);
    double f[2], g[2];
    int32_t outcome[2];

    joint_space(&s);
    open_study(&s);
    choose_goal(&s, 0);
    ck_assert_int_eq(evaluate(&s, 2, joint_x[0], f, outcome), 0);
    OK(hps_study_set_text(s.study, "precision", "single"));
    ck_assert_int_eq(evaluate(&s, 2, joint_x[0], g, outcome), 0);
    for (int32_t i = 0; i < 2; i++) {
        ck_assert_double_ne(f[i], g[i]);
        ck_assert_double_eq_tol(f[i], g[i], 1e-6);
    }
    ck_assert_int_eq(hps_study_set_text(s.study, "precision", "half"), HPS_E_OPTION);
    end(&s);
}
END_TEST

/* The test set has no forces: the force term is 0, not NaN. */
START_TEST(test_missing_forces_do_not_count)
{
    setup s = begin(2);
    double f[POINTS];
    int32_t outcome[POINTS];

    hps_dataset_destroy(s.test);
    s.test = morse_dataset(s.context, 10, 2, 0);
    joint_space(&s);
    open_study(&s);
    OK(hps_study_set_text(s.study, "objective", _i == 0 ? "rmse" : "mae"));
    ck_assert_int_eq(evaluate(&s, 2, joint_x[0], f, outcome), 0);
    ck_assert_double_eq(f[1], by_hand(&s, _i == 0 ? "rmse" : "mae", 0, joint_x[1]));
    end(&s);
}
END_TEST

/* Energies and forces apart are the two parts of the sum; by fits and from a path alike. */
START_TEST(test_a_pair_is_energies_and_forces_apart)
{
    setup s = begin(_i == 0 ? 2 : 1);
    double pair[2 * POINTS], energy[POINTS], sum[POINTS];
    int32_t outcome[POINTS];
    const double path_x[POINTS][2] = {{0.5, 0.01}, {1.5, 0.002}, {3, 0.05}};
    const double *x = _i == 0 ? joint_x[0] : path_x[0];

    if (_i == 0) {
        joint_space(&s);
    } else {
        OK(hps_space_add_real(s.space, "gap.delta", 0.1, 5, HPS_SCALE_LINEAR));
        OK(hps_space_add_real(s.space, "gap.sigma_energy", 1e-3, 0.1, HPS_SCALE_LOG));
    }
    open_study(&s);
    OK(hps_study_set_text(s.study, "objective", "rmse"));
    OK(hps_study_set_real(s.study, "force_weight", 0));
    ck_assert_int_eq(evaluate(&s, 3, x, energy, outcome), 0);
    OK(hps_study_set_real(s.study, "force_weight", 1));
    ck_assert_int_eq(evaluate(&s, 3, x, sum, outcome), 0);
    OK(hps_study_set_text(s.study, "objective", "rmse-pair"));
    OK(hps_study_set_real(s.study, "force_weight", 0)); /* does not matter */
    ck_assert_int_eq(evaluate_many(&s, 2, 3, x, pair, outcome), 0);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(outcome[i], HPS_EVAL_OK);
        ck_assert_double_eq_tol(pair[2 * i], energy[i], 1e-12 * energy[i]);
        ck_assert_double_eq_tol(pair[2 * i] + pair[2 * i + 1], sum[i], 1e-12 * sum[i]);
        ck_assert_double_gt(pair[2 * i + 1], 0);
    }
    ck_assert_int_ne(evaluate(&s, 3, x, sum, outcome), 0);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "1 objectives must have"));
    end(&s);
}
END_TEST

START_TEST(test_a_pair_needs_forces)
{
    setup s = begin(2);
    double f[2 * POINTS];
    int32_t outcome[POINTS];

    hps_dataset_destroy(s.test);
    s.test = morse_dataset(s.context, 10, 2, 0);
    joint_space(&s);
    open_study(&s);
    OK(hps_study_set_text(s.study, "objective", "rmse-pair"));
    ck_assert_int_ne(evaluate_many(&s, 2, 2, joint_x[0], f, outcome), 0);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "a test set with forces"));
    end(&s);
}
END_TEST

/* What the handles of a context hold: a kept path is seen in it. */
static int64_t held(hps_context *c)
{
    int64_t bytes = 0;

    OK(hps_context_memory(c, &bytes, NULL));
    return bytes;
}

/* Only delta and sigma_energy vary: the points are those of one path, which agrees with
 * fits, and the settings of the base decide its relative jitter. */
START_TEST(test_two_numbers_come_from_one_path)
{
    const char *const objective = _i == 0 ? "rmse" : "loo";
    const double x[3][3] = {{0.5, 1, 0.01}, {0.5, 3, 0.001}, {0.5, 0.2, 0.1}};
    setup s = begin(2);
    double f[POINTS], again[POINTS];
    int32_t outcome[POINTS];
    int64_t bytes;
    hps_gpr *g = NULL;
    hps_path *p = NULL;

    OK(hps_space_add_real(s.space, "soap.atom_sigma_r", 0.2, 1, HPS_SCALE_LOG));
    OK(hps_space_fix(s.space, "soap.atom_sigma_r", 0.5));
    OK(hps_space_add_real(s.space, "gap.delta", 0.1, 5, HPS_SCALE_LOG));
    OK(hps_space_add_real(s.space, "gap.sigma_energy", 1e-4, 0.1, HPS_SCALE_LOG));
    OK(hps_gpr_set_real(s.base, "delta", 2));
    open_study(&s);
    OK(hps_study_set_text(s.study, "objective", objective));
    bytes = held(s.context);
    ck_assert_int_eq(evaluate(&s, 3, x[0], f, outcome), 0);
    ck_assert_int_gt(held(s.context), bytes + 1000); /* the path stays */
    OK(hps_study_apply(s.study, x[0], &g));
    OK(hps_gpr_set_real(g, "delta", 2));
    OK(hps_path_create(&p, g, s.train, _i == 0 ? s.test : NULL));
    for (int i = 0; i < 3; i++) {
        hps_errors e = {.struct_size = sizeof e};
        if (_i == 0) {
            OK(hps_path_errors(p, x[i][1], x[i][2], 1, &e));
            ck_assert_double_eq(f[i], e.rmse_energy_per_atom + 1.0 / 30 * e.rmse_force);
            ck_assert_double_eq_tol(f[i], fit_with_eta(&s, 2, x[i]), 1e-7 * f[i]);
        } else {
            OK(hps_path_loo(p, x[i][1], x[i][2], &e));
            ck_assert_double_eq(f[i], e.rmse_energy_per_atom);
        }
    }
    /* the order of evaluation leaves no trace, and the path is kept */
    bytes = held(s.context);
    ck_assert_int_eq(evaluate(&s, 1, x[2], again, outcome), 0);
    ck_assert_double_eq(again[0], f[2]);
    ck_assert_int_eq(held(s.context), bytes);
    hps_path_destroy(p);
    hps_gpr_destroy(g);
    end(&s);
}
END_TEST

/* The descriptor is fixed: sparse points are chosen once, with no trace in the results,
 * also if a caller moves a parameter that the space has pinned. */
START_TEST(test_sparse_points_are_chosen_once)
{
    static const char *const method[] = {"cur", "random", "all"};
    const double x[4][4] = {
        {20, 2, 1, 0.01}, {20, 3, 0.5, 0.1}, {10, 3, 0.5, 0.1}, {20, 2, 1, 0.01}};
    setup s = begin(2);
    double f[POINTS];
    int32_t outcome[POINTS];

    OK(hps_space_add_int(s.space, "gap.n_sparse", 5, 30, HPS_SCALE_LINEAR));
    OK(hps_space_fix(s.space, "gap.n_sparse", 20));
    OK(hps_space_add_real(s.space, "kernel.zeta", 1, 4, HPS_SCALE_LINEAR));
    OK(hps_space_add_real(s.space, "gap.delta", 0.1, 5, HPS_SCALE_LOG));
    OK(hps_space_add_real(s.space, "gap.sigma_force", 1e-4, 1, HPS_SCALE_LOG));
    OK(hps_gpr_set_int(s.base, "fit_forces", 1));
    OK(hps_gpr_set_text(s.base, "sparse_method", method[_i]));
    open_study(&s);
    ck_assert_int_eq(evaluate(&s, 4, x[0], f, outcome), 0);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(outcome[i], HPS_EVAL_OK);
        ck_assert_double_eq(f[i], by_hand(&s, "rmse", 1.0 / 30, x[i]));
    }
    ck_assert(_i == 2 || f[1] != f[2]);
    ck_assert_double_eq(f[0], f[3]);
    end(&s);
}
END_TEST

/* Mean absolute errors of forces are beyond a path: fits, to the last bit. */
START_TEST(test_mae_with_forces_is_fitted)
{
    const double x[] = {1, 0.01};
    setup s = begin(1);
    double f[POINTS];
    int32_t outcome[POINTS];

    OK(hps_space_add_real(s.space, "gap.delta", 0.1, 5, HPS_SCALE_LOG));
    OK(hps_space_add_real(s.space, "gap.sigma_energy", 1e-4, 0.1, HPS_SCALE_LOG));
    open_study(&s);
    OK(hps_study_set_text(s.study, "objective", "mae"));
    OK(hps_study_set_real(s.study, "force_weight", 0.2));
    ck_assert_int_eq(evaluate(&s, 1, x, f, outcome), 0);
    ck_assert_double_eq(f[0], by_hand(&s, "mae", 0.2, x));
    end(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("study_objectives");
    TCase *tc = tcase_create("study");

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, test_objectives_are_the_public_calls, 0, N_GOALS);
    tcase_add_loop_test(tc, test_missing_forces_do_not_count, 0, 2);
    tcase_add_loop_test(tc, test_a_pair_is_energies_and_forces_apart, 0, 2);
    tcase_add_test(tc, test_a_pair_needs_forces);
    tcase_add_loop_test(tc, test_points_with_one_descriptor_share_a_pass, 0, 2);
    tcase_add_test(tc, test_precision_of_the_kernel);
    tcase_add_loop_test(tc, test_two_numbers_come_from_one_path, 0, 2);
    tcase_add_loop_test(tc, test_sparse_points_are_chosen_once, 0, 3);
    tcase_add_test(tc, test_mae_with_forces_is_fitted);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
