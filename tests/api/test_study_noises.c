/* SPDX-License-Identifier: BSD-3-Clause */
/* Studies of delta and the noises alone, with forces in the fit or noises by config_type:
 * their points are those of one path, and fits where a path is no good. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/study_setup.h"
#include "support/suite.h"

#define NONE ((double)NAN)

/* Two kinds of structures with all labels, and a space of delta and a noise. */
static setup begin_labelled(int32_t fit_forces)
{
    setup t = begin(2);

    OK(hps_gpr_set_real(t.base, "jitter", 1e-9));
    OK(hps_gpr_set_int(t.base, "fit_forces", fit_forces));
    hps_dataset_destroy(t.train);
    OK(hps_dataset_create(&t.train, t.context));
    morse_add_labelled(t.train, 16, 1, "plain");
    morse_add_labelled(t.train, 12, 2, "liquid");
    OK(hps_space_add_real(t.space, "gap.delta", 0.1, 10, HPS_SCALE_LOG));
    OK(hps_space_add_real(t.space, "gap.sigma_energy", 1e-7, 1, HPS_SCALE_LOG));
    return t;
}

/* All points have to be fine. */
static void evaluate_fine(const setup *t, int32_t n, const double *x, double *f)
{
    int32_t outcome[POINTS];

    ck_assert_int_eq(evaluate(t, n, x, f, outcome), 0);
    for (int32_t i = 0; i < n; i++) {
        ck_assert_msg(outcome[i] == HPS_EVAL_OK, "%s", hps_study_reason(t->study, i));
    }
}

/* The objective of a fit at x, its jitter times `jitter`. */
static double fitted(const setup *t, const double *x, double jitter)
{
    hps_errors e = {.struct_size = sizeof e};
    hps_gpr *g = NULL;

    OK(hps_study_apply(t->study, x, &g));
    OK(hps_gpr_set_real(g, "jitter", 1e-9 * jitter));
    OK(hps_gpr_fit(g, t->train));
    OK(hps_gpr_score(g, t->test, &e));
    hps_gpr_destroy(g);
    return e.rmse_energy_per_atom + 1.0 / 30 * e.rmse_force;
}

/* The jitter of a path over lambda: its share is that of the base's delta, 1. */
static double with_share(const setup *t, const double *x)
{
    return fitted(t, x, x[0] * x[0]);
}

/* What the handles of a context hold: a kept path is seen in it. */
static int64_t held(hps_context *c)
{
    int64_t bytes = 0;

    OK(hps_context_memory(c, &bytes, NULL));
    return bytes;
}

START_TEST(test_all_noises_come_from_one_path)
{
    const double x[3][4] = {{1, 0.01, 0.1, 0.1}, {5, 0.001, 0.05, 1}, {0.3, 0.1, 0.003, 0.02}};
    setup t = begin_labelled(1);
    double f[POINTS], again[POINTS];
    int64_t bytes;
    hps_gpr *g = NULL;
    hps_path *p = NULL;

    OK(hps_space_add_real(t.space, "gap.sigma_force", 1e-4, 1, HPS_SCALE_LOG));
    OK(hps_space_add_real(t.space, "gap.sigma_virial", 1e-4, 1, HPS_SCALE_LOG));
    OK(hps_gpr_set_int(t.base, "fit_virials", _i));
    OK(hps_gpr_set_real(t.base, "delta", 2));
    open_study(&t);
    bytes = held(t.context);
    evaluate_fine(&t, 3, x[0], f);
    ck_assert_int_gt(held(t.context), bytes + 1000); /* the path stays */
    OK(hps_study_apply(t.study, x[0], &g));
    OK(hps_gpr_set_real(g, "delta", 2));
    OK(hps_path_create_noises(&p, g, t.train, t.test));
    for (int i = 0; i < 3; i++) {
        hps_errors e = {.struct_size = sizeof e};
        OK(hps_path_errors_at(p, x[i][0], x[i][1], x[i][2], x[i][3], 1, &e));
        ck_assert_double_eq(f[i], e.rmse_energy_per_atom + 1.0 / 30 * e.rmse_force);
        ck_assert_double_eq_tol(f[i], fitted(&t, x[i], 1), 1e-6 * f[i]);
    }
    bytes = held(t.context);
    evaluate_fine(&t, 1, x[2], again);
    ck_assert_double_eq(again[0], f[2]);
    ck_assert_int_eq(held(t.context), bytes);
    hps_path_destroy(p);
    hps_gpr_destroy(g);
    end(&t);
}
END_TEST

/* A point beyond the digits of normal equations is fitted, its neighbours are not. */
START_TEST(test_small_noise_is_fitted)
{
    const double x[3][2] = {{1, 0.1}, {10, 1e-7}, {1, 0.2}};
    setup t = begin_labelled(1);
    double f[POINTS];

    open_study(&t);
    evaluate_fine(&t, 3, x[0], f);
    ck_assert_double_eq(f[1], fitted(&t, x[1], 1));
    ck_assert_double_ne(f[0], fitted(&t, x[0], 1)); /* in the last bits */
    ck_assert_double_eq_tol(f[0], fitted(&t, x[0], 1), 1e-7 * f[0]);
    ck_assert_double_eq_tol(f[2], fitted(&t, x[2], 1), 1e-7 * f[2]);
    end(&t);
}
END_TEST

/* A config_type's noise stays where it is while sigma_energy varies: 0 on a path over the
 * noises; 1 with delta alone on one over lambda, its sigma_energy pinned off the base's. */
START_TEST(test_noise_of_a_config_type_stays)
{
    const double x[3][2] = {{1, 0.1}, {5, 0.1}, {1, 0.01}};
    setup t = begin_labelled(0);
    double f[POINTS], e, v;

    OK(hps_gpr_set_sigma(t.base, "liquid", 0.02, NONE, NONE));
    OK(hps_gpr_set_real(t.base, "sigma_energy", 0.5));
    if (_i == 1) {
        OK(hps_space_fix(t.space, "gap.sigma_energy", 0.1));
    }
    open_study(&t);
    evaluate_fine(&t, 3, x[0], f);
    for (int i = 0; i < 3; i++) {
        ck_assert_double_eq_tol(f[i], _i == 0 ? fitted(&t, x[i], 1) : with_share(&t, x[i]),
                                1e-6 * f[i]);
    }
    ck_assert_double_ne(f[0], f[2]);
    OK(hps_gpr_get_sigma(t.base, "liquid", &e, &v, NULL));
    ck_assert(e == 0.02 && v == 0.1);
    end(&t);
}
END_TEST

/* Where a path finds no room its points are fits, to the last bit, and stay so. */
START_TEST(test_a_path_without_room_gives_way)
{
    const double x[2][2] = {{1, 0.1}, {2, 0.05}};
    setup t = begin_labelled(1);
    int64_t fit, path, before, bytes = 0;
    double f[POINTS], wanted[2];

    OK(hps_gpr_set_int(t.base, "n_sparse", 400));
    morse_add_labelled(t.train, 160, 5, "plain");
    open_study(&t);
    OK(hps_context_memory(t.context, &before, NULL));
    wanted[0] = fitted(&t, x[0], 1);
    wanted[1] = fitted(&t, x[1], 1);
    OK(hps_context_memory(t.context, NULL, &fit));
    OK(hps_study_memory(t.study, &bytes));
    evaluate_fine(&t, 2, x[0], f);
    OK(hps_context_memory(t.context, NULL, &path));
    ck_assert_double_ne(f[0], wanted[0]);
    ck_assert_int_gt(path, fit + fit / 8);
    ck_assert_int_ge(bytes, path - before);
    ck_assert_int_le(bytes, 2 * (path - before) + 6000000);
    open_study(&t);
    OK(hps_context_set_memory_limit(t.context, fit + fit / 16));
    evaluate_fine(&t, 2, x[0], f);
    ck_assert_double_eq(f[0], wanted[0]);
    ck_assert_double_eq(f[1], wanted[1]);
    evaluate_fine(&t, 1, x[1], f);
    ck_assert_double_eq(f[0], wanted[1]);
    OK(hps_study_memory(t.study, &bytes));
    OK(hps_context_set_memory_limit(t.context, 0));
    end(&t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("study_noises");
    TCase *tc = tcase_create("all");

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, test_all_noises_come_from_one_path, 0, 2);
    tcase_add_test(tc, test_small_noise_is_fitted);
    tcase_add_loop_test(tc, test_noise_of_a_config_type_stays, 0, 2);
    tcase_add_test(tc, test_a_path_without_room_gives_way);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
