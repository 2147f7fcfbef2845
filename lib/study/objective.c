/* SPDX-License-Identifier: BSD-3-Clause */
/* The objective of one candidate: the kernel's moments, or errors of a trained model. */
#include <math.h>
#include <string.h>

#include "study/internal.h"

static int32_t objective(const hps_study *t)
{
    return (int32_t)t->option[HPSI_STUDY_OBJECTIVE];
}

int32_t hpsi_study_wants_forces(const hps_study *t)
{
    return t->test_forces &&
           (t->option[HPSI_STUDY_FORCE_WEIGHT] > 0 || objective(t) == HPSI_OBJECTIVE_RMSE_PAIR);
}

int32_t hpsi_study_n_values(const hps_study *t)
{
    return objective(t) == HPSI_OBJECTIVE_RMSE_PAIR ? 2 : 1;
}

/* G_E + w G_F (rmse), G_E and G_F (rmse-pair), or mean absolute errors with the energy of a
 * structure (mae). */
static void combine(const hps_study *t, const hps_errors *e, double *f)
{
    const double w = t->option[HPSI_STUDY_FORCE_WEIGHT];
    const int32_t mae = objective(t) == HPSI_OBJECTIVE_MAE;
    const double energy = mae ? e->mae_energy_per_structure : e->rmse_energy_per_atom;

    f[0] = energy;
    if (objective(t) == HPSI_OBJECTIVE_RMSE_PAIR) {
        f[1] = e->rmse_force;
    } else if (hpsi_study_wants_forces(t)) {
        f[0] = energy + w * (mae ? e->mae_force : e->rmse_force);
    }
}

/* ------------------------------------------------------------------ kernel */

int32_t hpsi_study_is_kernel(const hps_study *t)
{
    return objective(t) == HPSI_OBJECTIVE_STD || objective(t) == HPSI_OBJECTIVE_STD_SKEW;
}

static hps_status statistics(const hps_study *t, const hps_soap *s, int32_t n, const double *zeta,
                             hps_kernel_stats *k)
{
    return hps_kernel_statistics_several(
        s, t->train, n, zeta, (int32_t)t->option[HPSI_STUDY_PRECISION],
        (int64_t)t->option[HPSI_STUDY_REFERENCES], (int64_t)t->option[HPSI_STUDY_SEED], k, 0, NULL);
}

hps_status hpsi_study_kernels(const hps_study *t, int32_t n, const hps_gpr *const *g, double *f)
{
    hps_kernel_stats *k = hpsi_new(t->context, n, sizeof *k);
    double *zeta = hpsi_new(t->context, n, sizeof *zeta);
    hps_status st = k != NULL && zeta != NULL ? HPS_OK : HPS_E_MEMORY;

    for (int32_t i = 0; st == HPS_OK && i < n; i++) {
        k[i].struct_size = sizeof k[i];
        st = hps_gpr_get(g[i], "zeta", &zeta[i]);
    }
    st = st == HPS_OK ? statistics(t, hps_gpr_soap(g[0]), n, zeta, k) : st;
    for (int32_t i = 0; st == HPS_OK && i < n; i++) {
        f[i] = -k[i].standard_deviation;
        if (objective(t) == HPSI_OBJECTIVE_STD_SKEW) {
            f[i] += t->option[HPSI_STUDY_SKEW_WEIGHT] * fabs(k[i].skewness);
        }
    }
    hpsi_free(zeta);
    hpsi_free(k);
    return st;
}

/* ------------------------------------------------------------------- a fit */

static hps_status score_energies(const hps_study *t, const hps_gpr *g, hps_errors *e)
{
    double *energy = hpsi_new(t->context, hps_dataset_n_frames(t->test), sizeof *energy);
    hps_status st;

    if (energy == NULL) {
        return HPS_E_MEMORY;
    }
    st = hps_gpr_predict(g, t->test, energy, NULL, NULL);
    if (st == HPS_OK) {
        st = hps_errors_compute(t->test, energy, NULL, NULL, NULL, e);
    }
    hpsi_free(energy);
    return st;
}

static hps_status fit_objective(const hps_study *t, const hps_gpr *g, double *f)
{
    hps_errors e = {.struct_size = sizeof e};
    hps_gpr *model = NULL;
    hps_status st = hps_gpr_clone(&model, g);

    if (st == HPS_OK) {
        st = hps_gpr_fit(model, t->train);
    }
    if (st == HPS_OK) {
        st = hpsi_study_wants_forces(t) ? hps_gpr_score(model, t->test, &e)
                                        : score_energies(t, model, &e);
    }
    hps_gpr_destroy(model);
    if (st == HPS_OK) {
        combine(t, &e, f);
    }
    return st;
}

/* ------------------------------------------------------------------ a path */

/* 1 if parameter i varies. */
static int32_t varies(const hps_study *t, int32_t i)
{
    hps_param_info info = {.struct_size = sizeof info};

    return hps_space_describe(t->space, i, &info) != HPS_OK || !info.fixed;
}

/* 1 if a path of this kind has parameter i for free. With energies that have a noise of their
 * own sigma_energy is not a common factor of all noises. */
static int32_t is_free(const hps_study *t, int32_t kind, int32_t i)
{
    const hpsi_target *p = &t->target[i];

    return p->lambda > 0 && p->lambda <= kind &&
           !(kind == HPSI_PATH_LAMBDA && t->own_energy && strcmp(p->option, "delta") != 0);
}

static int32_t only_free_vary(const hps_study *t, int32_t kind)
{
    for (int32_t i = 0; i < t->n_params; i++) {
        if (!is_free(t, kind, i) && varies(t, i)) {
            return 0;
        }
    }
    return 1;
}

/* 1 if a parameter, be it pinned, says what is fitted, or whose delta. */
static int32_t kinds_are_parameters(const hps_study *t)
{
    for (int32_t i = 0; i < t->n_params; i++) {
        if (t->target[i].owner == HPSI_TARGET_GPR &&
            (strncmp(t->target[i].option, "fit_", 4) == 0 ||
             strcmp(t->target[i].option, "delta_method") == 0)) {
            return 1;
        }
    }
    return 0;
}

/* 1 if the settings ask for forces or virials in the fit. */
static int32_t fits_derivatives(const hps_study *t)
{
    double forces = 1, virials = 1;

    return hps_gpr_get(t->base, "fit_forces", &forces) != HPS_OK || forces != 0 ||
           hps_gpr_get(t->base, "fit_virials", &virials) != HPS_OK || virials != 0;
}

/* The Gram forms of a path know no mean absolute error of the forces. */
int32_t hpsi_study_path_kind(const hps_study *t)
{
    if (objective(t) < HPSI_OBJECTIVE_RMSE || t->base->option[HPSI_GPR_DELTA_METHOD] != 0 ||
        kinds_are_parameters(t) ||
        (objective(t) == HPSI_OBJECTIVE_MAE && hpsi_study_wants_forces(t))) {
        return HPSI_PATH_NONE;
    }
    if (t->no_room && objective(t) != HPSI_OBJECTIVE_LOO) {
        return HPSI_PATH_NONE;
    }
    if (!fits_derivatives(t) && only_free_vary(t, HPSI_PATH_LAMBDA)) {
        return HPSI_PATH_LAMBDA;
    }
    return objective(t) != HPSI_OBJECTIVE_LOO && (fits_derivatives(t) || t->own_energy) &&
                   only_free_vary(t, HPSI_PATH_NOISES)
               ? HPSI_PATH_NOISES
               : HPSI_PATH_NONE;
}

static int32_t is_same_path(const hps_study *t, int32_t kind, const double *x)
{
    for (int32_t i = 0; i < t->n_params; i++) {
        if (!is_free(t, kind, i) && x[i] != t->path_x[i]) {
            return 0;
        }
    }
    return t->path != NULL;
}

/* Settings at x, but for what the path has for free. */
static hps_status path_settings(const hps_study *t, int32_t kind, const double *x, hps_gpr **g)
{
    double delta = 0;
    hps_status st;

    if (kind != HPSI_PATH_LAMBDA || !t->own_energy) {
        return hpsi_study_settings(t, x, kind, g);
    }
    st = hpsi_study_settings(t, x, 0, g);
    if (st == HPS_OK) {
        hps_gpr_get(t->base, "delta", &delta);
        st = hps_gpr_set_real(*g, "delta", delta);
    }
    return st;
}

hps_status hpsi_study_path(hps_study *t, const double *x)
{
    const hps_dataset *test = objective(t) == HPSI_OBJECTIVE_LOO ? NULL : t->test;
    const int32_t kind = hpsi_study_path_kind(t);
    hps_gpr *g = NULL;
    hps_status st;

    if (is_same_path(t, kind, x)) {
        return HPS_OK;
    }
    hpsi_study_forget_path(t);
    st = path_settings(t, kind, x, &g);
    if (st == HPS_OK) {
        hpsi_study_freeze(t, x, g);
        st = kind == HPSI_PATH_NOISES ? hps_path_create_noises(&t->path, g, t->train, test)
                                      : hps_path_create(&t->path, g, t->train, test);
        hps_gpr_destroy(g);
        memcpy(t->path_x, x, (size_t)t->n_params * sizeof *x);
    }
    return st;
}

hps_status hpsi_study_path_objective(hps_path *p, const hps_study *t, const hps_gpr *g, double *f)
{
    static const char *const names[] = {"delta", "sigma_energy", "sigma_force", "sigma_virial"};
    const int32_t loo = objective(t) == HPSI_OBJECTIVE_LOO;
    hps_errors e = {.struct_size = sizeof e};
    double v[4] = {0};
    hps_status st = HPS_OK;

    for (int32_t i = 0; st == HPS_OK && i < 4; i++) {
        st = hps_gpr_get(g, names[i], &v[i]);
    }
    if (st == HPS_OK) {
        st = loo ? hps_path_loo(p, v[0], v[1], &e)
                 : hps_path_errors_at(p, v[0], v[1], v[2], v[3], hpsi_study_wants_forces(t), &e);
    }
    if (st == HPS_OK && loo) {
        *f = e.rmse_energy_per_atom;
    } else if (st == HPS_OK) {
        combine(t, &e, f);
    }
    return st;
}

/* Leave-one-structure-out with forces or virials in the fit, or another delta than the option's. */
static hps_status left_out_objective(const hps_study *t, const hps_gpr *g, double *f)
{
    const double w = t->option[HPSI_STUDY_FORCE_WEIGHT];
    const int32_t forces = g->option[HPSI_GPR_FIT_FORCES] != 0 && w > 0;
    double *energy = hpsi_new(t->context, hps_dataset_n_frames(t->train), sizeof *energy);
    double *force =
        forces ? hpsi_new(t->context, 3 * hps_dataset_n_atoms(t->train), sizeof *force) : NULL;
    hps_errors e = {.struct_size = sizeof e};
    hps_gpr *model = NULL;
    hps_status st = energy != NULL && (!forces || force != NULL) ? HPS_OK : HPS_E_MEMORY;

    st = st == HPS_OK ? hps_gpr_clone(&model, g) : st;
    st = st == HPS_OK ? hps_gpr_fit_leave_out(model, t->train, energy, force, NULL) : st;
    hps_gpr_destroy(model);
    st = st == HPS_OK ? hps_errors_compute(t->train, energy, force, NULL, NULL, &e) : st;
    if (st == HPS_OK) {
        *f = e.rmse_energy_per_atom;
        *f += e.n_force_components > 0 ? w * e.rmse_force : 0;
    }
    hpsi_free(force);
    hpsi_free(energy);
    return st;
}

static hps_status own_path_objective(const hps_study *t, const hps_gpr *g, double *f)
{
    hps_path *p = NULL;
    hps_status st;

    if (g->option[HPSI_GPR_DELTA_METHOD] != 0 || g->option[HPSI_GPR_FIT_FORCES] != 0 ||
        g->option[HPSI_GPR_FIT_VIRIALS] != 0) {
        return left_out_objective(t, g, f);
    }
    st = hps_path_create(&p, g, t->train, NULL);
    if (st == HPS_OK) {
        st = hpsi_study_path_objective(p, t, g, f);
        hps_path_destroy(p);
    }
    return st;
}

hps_status hpsi_study_objective(const hps_study *t, const hps_gpr *g, double *f)
{
    switch (objective(t)) {
    case HPSI_OBJECTIVE_STD:
    case HPSI_OBJECTIVE_STD_SKEW:
        return hpsi_study_kernels(t, 1, &g, f);
    case HPSI_OBJECTIVE_LOO:
        return own_path_objective(t, g, f);
    default:
        return fit_objective(t, g, f);
    }
}

hps_status hps_study_refit(hps_study *t, const double *x, double *f)
{
    hps_gpr *g = NULL;
    double value[HPSI_STUDY_VALUES] = {0};
    hps_status st;

    if (t == NULL || x == NULL || f == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "study: %s is NULL",
                         t == NULL   ? "the study"
                         : x == NULL ? "x"
                                     : "f");
    }
    if (hpsi_study_path_kind(t) != HPSI_PATH_LAMBDA) {
        return hpsi_fail(HPS_E_STATE, "study: the values are those of fits");
    }
    hpsi_study_forget_path(t);
    st = hpsi_study_settings(t, x, 0, &g);
    if (st == HPS_OK) {
        hpsi_study_freeze(t, x, g);
        st = hpsi_study_objective(t, g, value);
        hps_gpr_destroy(g);
    }
    if (st == HPS_OK) {
        memcpy(f, value, (size_t)hpsi_study_n_values(t) * sizeof *f);
    }
    return st;
}
