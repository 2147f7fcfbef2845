/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of studies share: a small study over made-up clusters, its batches, and the
 * objectives that there are. */
#ifndef HPS_TESTS_STUDY_SETUP_H
#define HPS_TESTS_STUDY_SETUP_H

#include <check.h>
#include <math.h>
#include <string.h>

#include "hpswarm/study.h"
#include "morse.h"
#include "small_gpr.h"

#define OK(call) ck_assert_msg((call) == HPS_OK, "%s", hps_last_error())
#define POINTS 6

static inline hps_gpr *settings(hps_context *c)
{
    hps_gpr *g = small_carbon(c);

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

static inline setup begin(int32_t threads)
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

/* Anew, if there was one. */
static inline void open_study(setup *s)
{
    hps_study_destroy(s->study);
    OK(hps_study_create(&s->study, s->context, s->space, s->base, s->train, s->test));
}

static inline void end(setup *s)
{
    hps_study_destroy(s->study);
    hps_dataset_destroy(s->train);
    hps_dataset_destroy(s->test);
    hps_gpr_destroy(s->base);
    hps_space_destroy(s->space);
    hps_context_destroy(s->context);
}

/* Evaluate n points of x; f and outcome as the callback leaves them. */
static inline int32_t evaluate_many(const setup *s, int32_t n_objectives, int32_t n,
                                    const double *x, double *f, int32_t *outcome)
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

static inline int32_t evaluate(const setup *s, int32_t n, const double *x, double *f,
                               int32_t *outcome)
{
    return evaluate_many(s, 1, n, x, f, outcome);
}
/* Every objective, with its weight, and a space for all of them. */
static const struct {
    const char *objective;
    double weight;
    int fit_forces;
} goal[] = {{"std", 0, 0},         {"std-skew", 1, 0}, {"std-skew", 0.25, 0},
            {"rmse", 1.0 / 30, 0}, {"rmse", 0, 0},     {"mae", 0.1, 0},
            {"mae", 0, 0},         {"loo", 0, 0},      {"rmse", 0.5, 1}};
#define N_GOALS ((int)(sizeof goal / sizeof goal[0]))

static inline void joint_space(setup *s)
{
    OK(hps_space_add_real(s->space, "soap.atom_sigma_r", 0.2, 1, HPS_SCALE_LOG));
    OK(hps_space_add_real(s->space, "kernel.zeta", 1, 4, HPS_SCALE_LINEAR));
    OK(hps_space_add_real(s->space, "gap.delta", 0.1, 5, HPS_SCALE_LOG));
    OK(hps_space_add_real(s->space, "gap.sigma_energy", 1e-4, 0.1, HPS_SCALE_LOG));
}

static const double joint_x[POINTS][4] = {{0.3, 1, 1, 0.01},   {0.5, 2, 0.5, 0.001},
                                          {0.9, 3.5, 2, 0.1},  {0.4, 2, 4, 0.003},
                                          {0.6, 1.5, 1, 0.02}, {0.25, 4, 0.2, 0.01}};

static inline void choose_goal(const setup *s, int i)
{
    OK(hps_study_set_text(s->study, "objective", goal[i].objective));
    OK(hps_study_set_int(s->study, "references", 40));
    OK(hps_study_set_int(s->study, "seed", 7));
    OK(hps_study_set_real(
        s->study, strncmp(goal[i].objective, "std", 3) == 0 ? "skew_weight" : "force_weight",
        goal[i].weight));
}

/* The objective by the public calls, in the order of the manual. */
static inline double by_hand(const setup *s, const char *objective, double weight, const double *x)
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

/* rmse of a fit whose jitter is the same share of delta^2 as at the reference delta. */
static inline double fit_with_eta(const setup *s, double reference, const double *x)
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

#endif
