/* SPDX-License-Identifier: BSD-3-Clause */
/* A study is the sequence of public calls that its objective names, for every candidate of
 * a batch and any number of threads. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hpswarm/study.h"
#include "support/failing_allocator.h"
#include "support/morse.h"

#define OK(call) ck_assert_int_eq((call), HPS_OK)
#define POINTS 6

/* ------------------------------------------------------------- the set-up */

static hps_gpr *settings(hps_context *c)
{
    const int32_t number[] = {6};
    hps_soap *s = NULL;
    hps_gpr *g = NULL;

    OK(hps_soap_create(&s, c, 1, number));
    OK(hps_soap_set_int(s, "n_max", 3));
    OK(hps_soap_set_int(s, "l_max", 2));
    OK(hps_soap_set_real(s, "rcut_hard", 4));
    OK(hps_soap_set_real(s, "rcut_soft", 3));
    OK(hps_gpr_create(&g, c, s));
    hps_soap_destroy(s);
    OK(hps_gpr_set_int(g, "n_sparse", 20));
    OK(hps_gpr_set_real(g, "zeta", 2));
    OK(hps_gpr_set_text(g, "e0_method", "average"));
    return g;
}

typedef struct setup {
    hps_context *context;
    hps_space *space;
    hps_gpr *base;
    hps_dataset *train, *test;
    hps_study *study;
} setup;

static setup begin(int32_t threads)
{
    setup s = {0};

    OK(hps_context_create(&s.context, NULL));
    OK(hps_context_set_threads(s.context, threads));
    OK(hps_space_create(&s.space, s.context));
    s.base = settings(s.context);
    s.train = morse_dataset(s.context, 25, 1, MORSE_FORCES);
    s.test = morse_dataset(s.context, 10, 2, MORSE_FORCES);
    return s;
}

static void open_study(setup *s)
{
    ck_assert_msg(hps_study_create(&s->study, s->context, s->space, s->base, s->train, s->test) ==
                      HPS_OK,
                  "%s", hps_last_error());
}

static void end(setup *s)
{
    hps_study_destroy(s->study);
    hps_dataset_destroy(s->train);
    hps_dataset_destroy(s->test);
    hps_gpr_destroy(s->base);
    hps_space_destroy(s->space);
    hps_context_destroy(s->context);
}

/* Evaluate n points of x; f and outcome as the callback leaves them. */
static int32_t evaluate_many(const setup *s, int32_t n_objectives, int32_t n, const double *x,
                             double *f, int32_t *outcome)
{
    const int64_t id[POINTS] = {0, 1, 2, 3, 4, 5};
    const int32_t particle[POINTS] = {0, 1, 2, 3, 4, 5};
    hps_batch b = {.struct_size = sizeof b,
                   .n = n,
                   .n_params = hps_space_size(s->space),
                   .n_objectives = n_objectives,
                   .id = id,
                   .particle = particle,
                   .x = x};

    for (int32_t i = 0; i < n; i++) {
        outcome[i] = HPS_EVAL_OK;
    }
    return hps_study_evaluate(&b, f, outcome, s->study);
}

static int32_t evaluate(const setup *s, int32_t n, const double *x, double *f, int32_t *outcome)
{
    return evaluate_many(s, 1, n, x, f, outcome);
}

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

/* ------------------------------------------------------------------ names */

static void refuse(setup *s, const char *word)
{
    ck_assert_int_eq(hps_study_create(&s->study, s->context, s->space, s->base, s->train, s->test),
                     HPS_E_OPTION);
    ck_assert_ptr_null(s->study);
    ck_assert_msg(strstr(hps_last_error(), word) != NULL, "'%s' is not in: %s", word,
                  hps_last_error());
    end(s);
}

static const struct {
    const char *name, *word;
} wrong_name[] = {{"soap.rcut_sof", "soap.rcut_soft"},
                  {"soap.nmax", "soap.n_max"},
                  {"sopa.n_max", "soap.n_max"},
                  {"kernel.zta", "kernel.zeta"},
                  {"gpr.delta", "gap.delta"},
                  {"gap.zeta", "kernel.zeta"},
                  {"zeta", "gap"},
                  {"entirely_other", "soap.<option>"},
                  {"soap.n_max:Xx", "Xx"},
                  {"soap.l_max:C", "all elements"},
                  {"soap.n_max:H", "H"},
                  {"gap.basis", "soap.basis"}};

START_TEST(test_unknown_names_get_the_nearest_one)
{
    setup s = begin(1);

    OK(hps_space_add_int(s.space, wrong_name[_i].name, 2, 4, HPS_SCALE_LINEAR));
    refuse(&s, wrong_name[_i].word);
}
END_TEST

START_TEST(test_kinds_and_bounds_must_suit_the_option)
{
    const char *const texts[] = {"poly3", "poly4"};
    const char *const numbers[] = {"4", "many"};
    const char *const halves[] = {"4", "4.5"};
    setup s = begin(1);

    switch (_i) {
    case 0:
        OK(hps_space_add_real(s.space, "soap.n_max", 2, 4, HPS_SCALE_LINEAR));
        refuse(&s, "soap.n_max");
        return;
    case 1:
        OK(hps_space_add_real(s.space, "soap.basis", 0, 1, HPS_SCALE_LINEAR));
        refuse(&s, "poly3|poly3gauss");
        return;
    case 2:
        OK(hps_space_add_choice(s.space, "soap.basis", 2, texts));
        refuse(&s, "poly4");
        return;
    case 3:
        OK(hps_space_add_choice(s.space, "soap.n_max", 2, numbers));
        refuse(&s, "many");
        return;
    case 4:
        OK(hps_space_add_choice(s.space, "soap.n_max", 2, halves));
        refuse(&s, "4.5");
        return;
    case 5:
        OK(hps_space_add_int(s.space, "soap.n_max", 2, 40, HPS_SCALE_LINEAR));
        refuse(&s, "40");
        return;
    default:
        OK(hps_space_add_real(s.space, "gap.delta", -1, 1, HPS_SCALE_LINEAR));
        refuse(&s, "gap.delta");
        return;
    }
}
END_TEST

START_TEST(test_apply_sets_every_kind)
{
    const char *const texts[] = {"poly3", "poly3gauss"};
    const char *const numbers[] = {"4", "5"};
    const char *const widths[] = {"0.25", "0.75"};
    const double x[] = {3.5, 1.25, 1, 5, 1, 0.3, 1, 12};
    setup s = begin(1);
    hps_gpr *g = NULL;
    double v;

    OK(hps_space_add_real(s.space, "soap.rcut_soft", 3, 4, HPS_SCALE_LINEAR));
    OK(hps_space_add_real(s.space, "kernel.zeta", 1, 4, HPS_SCALE_LINEAR));
    OK(hps_space_add_choice(s.space, "soap.basis", 2, texts));
    OK(hps_space_add_real(s.space, "gap.delta", 0.1, 10, HPS_SCALE_LOG));
    OK(hps_space_add_choice(s.space, "soap.n_max:C", 2, numbers));
    OK(hps_space_add_real(s.space, "soap.atom_sigma_t:C", 0.1, 1, HPS_SCALE_LINEAR));
    OK(hps_space_add_choice(s.space, "soap.atom_sigma_r", 2, widths));
    OK(hps_space_add_int(s.space, "gap.n_sparse", 1, 20, HPS_SCALE_LINEAR));
    open_study(&s);
    OK(hps_study_apply(s.study, x, &g));
    OK(hps_soap_get(hps_gpr_soap(g), "rcut_soft", &v));
    ck_assert_double_eq(v, 3.5);
    OK(hps_soap_get(hps_gpr_soap(g), "basis", &v));
    ck_assert_double_eq(v, 1);
    OK(hps_soap_get(hps_gpr_soap(g), "n_max:C", &v));
    ck_assert_double_eq(v, 5);
    OK(hps_soap_get(hps_gpr_soap(g), "atom_sigma_t", &v));
    ck_assert_double_eq(v, 0.3);
    OK(hps_soap_get(hps_gpr_soap(g), "atom_sigma_r", &v));
    ck_assert_double_eq(v, 0.75);
    OK(hps_soap_get(hps_gpr_soap(g), "l_max", &v));
    ck_assert_double_eq(v, 2);
    OK(hps_gpr_get(g, "zeta", &v));
    ck_assert_double_eq(v, 1.25);
    OK(hps_gpr_get(g, "delta", &v));
    ck_assert_double_eq(v, 5);
    OK(hps_gpr_get(g, "n_sparse", &v));
    ck_assert_double_eq(v, 12);
    hps_gpr_destroy(g);
    OK(hps_gpr_get(s.base, "delta", &v)); /* the base is untouched */
    ck_assert_double_eq(v, 1);
    ck_assert_int_eq(hps_study_apply(s.study, NULL, &g), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_study_apply(NULL, x, &g), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_study_apply(s.study, x, NULL), HPS_E_ARGUMENT);
    end(&s);
}
END_TEST

/* A value for all elements does not undo that of one, whatever their order in the space. */
START_TEST(test_elements_win_over_the_general_value)
{
    const double x[] = {5, 4};
    setup s = begin(1);
    hps_gpr *g = NULL;
    double v;

    OK(hps_space_add_int(s.space, "soap.n_max:C", 2, 6, HPS_SCALE_LINEAR));
    OK(hps_space_add_int(s.space, "soap.n_max", 2, 6, HPS_SCALE_LINEAR));
    open_study(&s);
    OK(hps_study_apply(s.study, x, &g));
    OK(hps_soap_get(hps_gpr_soap(g), "n_max:C", &v));
    ck_assert_double_eq(v, 5);
    hps_gpr_destroy(g);
    end(&s);
}
END_TEST

/* ------------------------------------------------------------- objectives */

/* The objective by the public calls, in the order of the manual. */
static double by_hand(const setup *s, const char *objective, double weight, const double *x)
{
    hps_errors e = {.struct_size = sizeof e};
    hps_kernel_stats k = {.struct_size = sizeof k};
    double zeta, energy[16], f = 0;
    hps_gpr *g = NULL;

    OK(hps_study_apply(s->study, x, &g));
    if (strncmp(objective, "std", 3) == 0) {
        OK(hps_gpr_get(g, "zeta", &zeta));
        OK(hps_kernel_statistics(hps_gpr_soap(g), s->train, zeta, 40, 7, &k, 0, NULL));
        f = -k.standard_deviation;
        f += strcmp(objective, "std-skew") == 0 ? weight * fabs(k.skewness) : 0;
    } else if (strcmp(objective, "loo") == 0) {
        double delta, sigma;
        hps_path *p = NULL;
        OK(hps_gpr_get(g, "delta", &delta));
        OK(hps_gpr_get(g, "sigma_energy", &sigma));
        OK(hps_path_create(&p, g, s->train, NULL));
        OK(hps_path_loo(p, delta, sigma, &e));
        hps_path_destroy(p);
        f = e.rmse_energy_per_atom;
    } else {
        const int mae = strcmp(objective, "mae") == 0;
        OK(hps_gpr_fit(g, s->train));
        OK(hps_gpr_predict(g, s->test, energy, NULL, NULL));
        OK(hps_errors_compute(s->test, energy, NULL, NULL, NULL, &e));
        f = mae ? e.mae_energy_per_structure : e.rmse_energy_per_atom;
        if (weight > 0) {
            OK(hps_gpr_score(g, s->test, &e));
            f = mae ? e.mae_energy_per_structure + weight * e.mae_force
                    : e.rmse_energy_per_atom + weight * e.rmse_force;
        }
    }
    hps_gpr_destroy(g);
    return f;
}

static const struct {
    const char *objective;
    double weight;
    int fit_forces;
} goal[] = {{"std", 0, 0},         {"std-skew", 1, 0}, {"std-skew", 0.25, 0},
            {"rmse", 1.0 / 30, 0}, {"rmse", 0, 0},     {"mae", 0.1, 0},
            {"mae", 0, 0},         {"loo", 0, 0},      {"rmse", 0.5, 1}};
#define N_GOALS ((int)(sizeof goal / sizeof goal[0]))

static void joint_space(setup *s)
{
    OK(hps_space_add_real(s->space, "soap.atom_sigma_r", 0.2, 1, HPS_SCALE_LOG));
    OK(hps_space_add_real(s->space, "kernel.zeta", 1, 4, HPS_SCALE_LINEAR));
    OK(hps_space_add_real(s->space, "gap.delta", 0.1, 5, HPS_SCALE_LOG));
    OK(hps_space_add_real(s->space, "gap.sigma_energy", 1e-4, 0.1, HPS_SCALE_LOG));
}

static const double joint_x[POINTS][4] = {{0.3, 1, 1, 0.01},   {0.5, 2, 0.5, 0.001},
                                          {0.9, 3.5, 2, 0.1},  {0.4, 2, 4, 0.003},
                                          {0.6, 1.5, 1, 0.02}, {0.25, 4, 0.2, 0.01}};

static void choose_goal(const setup *s, int i)
{
    OK(hps_study_set_text(s->study, "objective", goal[i].objective));
    OK(hps_study_set_int(s->study, "references", 40));
    OK(hps_study_set_int(s->study, "seed", 7));
    OK(hps_study_set_real(
        s->study, strncmp(goal[i].objective, "std", 3) == 0 ? "skew_weight" : "force_weight",
        goal[i].weight));
}

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

/* rmse of a fit whose jitter is the same share of delta^2 as at the reference delta. */
static double fit_with_eta(const setup *s, double reference, const double *x)
{
    hps_errors e = {.struct_size = sizeof e};
    hps_gpr *g = NULL;
    double delta, jitter;

    OK(hps_study_apply(s->study, x, &g));
    OK(hps_gpr_get(g, "delta", &delta));
    OK(hps_gpr_get(g, "jitter", &jitter));
    OK(hps_gpr_set_real(g, "jitter", jitter * delta * delta / (reference * reference)));
    OK(hps_gpr_fit(g, s->train));
    OK(hps_gpr_score(g, s->test, &e));
    hps_gpr_destroy(g);
    return e.rmse_energy_per_atom + 1.0 / 30 * e.rmse_force;
}

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
    hps_study_destroy(s.study);
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
    Suite *suite = suite_create("study");
    TCase *tc = tcase_create("study");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, test_unknown_names_get_the_nearest_one, 0,
                        (int)(sizeof wrong_name / sizeof wrong_name[0]));
    tcase_add_loop_test(tc, test_kinds_and_bounds_must_suit_the_option, 0, 7);
    tcase_add_test(tc, test_apply_sets_every_kind);
    tcase_add_test(tc, test_threads_for_points_or_inside);
    tcase_add_test(tc, test_elements_win_over_the_general_value);
    tcase_add_loop_test(tc, test_objectives_are_the_public_calls, 0, N_GOALS);
    tcase_add_loop_test(tc, test_missing_forces_do_not_count, 0, 2);
    tcase_add_loop_test(tc, test_a_pair_is_energies_and_forces_apart, 0, 2);
    tcase_add_test(tc, test_a_pair_needs_forces);
    tcase_add_loop_test(tc, test_points_with_one_descriptor_share_a_pass, 0, 2);
    tcase_add_test(tc, test_precision_of_the_kernel);
    tcase_add_loop_test(tc, test_two_numbers_come_from_one_path, 0, 2);
    tcase_add_loop_test(tc, test_sparse_points_are_chosen_once, 0, 3);
    tcase_add_test(tc, test_mae_with_forces_is_fitted);
    tcase_add_test(tc, test_contradicting_options_are_infeasible);
    tcase_add_test(tc, test_leave_one_out_with_forces_in_the_fit);
    tcase_add_test(tc, test_refit_is_the_value_of_the_model);
    tcase_add_test(tc, test_refit_is_refused_where_values_are_those_of_fits);
    tcase_add_test(tc, test_no_memory_for_a_candidate_is_a_failure);
    tcase_add_test(tc, test_a_path_without_room_gives_way_to_fits);
    tcase_add_test(tc, test_an_objective_that_is_no_number_is_a_failure);
    tcase_add_test(tc, test_bad_calls_are_refused);
    tcase_add_test(tc, test_a_run_has_the_same_bits_for_every_thread_count);
    tcase_add_test(tc, test_two_stages);
    tcase_add_loop_test(tc, test_memory_estimate, 0, 2 * N_GOALS);
    tcase_add_test(tc, test_memory_estimate_of_a_contradicting_corner);
    tcase_add_test(tc, test_large_data_run_in_turn);
    tcase_add_test(tc, test_points_outside_of_any_space_are_infeasible);
    tcase_add_test(tc, test_candidates_side_by_side_do_not_log);
    tcase_add_test(tc, test_failing_allocations_leave_nothing);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
