/* SPDX-License-Identifier: BSD-3-Clause */
/* A study: a search space, the settings it varies, data, and an objective. */
#include <stddef.h>
#include <string.h>

#include "study/internal.h"

static hps_status resolve_names(hps_study *t)
{
    hps_status st = HPS_OK;

    t->n_params = hps_space_size(t->space);
    t->target = hpsi_new(t->context, t->n_params, sizeof *t->target);
    t->path_x = hpsi_new(t->context, t->n_params, sizeof *t->path_x);
    t->frozen.x = hpsi_new(t->context, t->n_params, sizeof *t->frozen.x);
    if (t->target == NULL || t->path_x == NULL || t->frozen.x == NULL) {
        return HPS_E_MEMORY;
    }
    for (int32_t i = 0; st == HPS_OK && i < t->n_params; i++) {
        hps_param_info info = {.struct_size = sizeof info};
        st = hps_space_describe(t->space, i, &info);
        if (st == HPS_OK) {
            st = hpsi_study_target(info.name, &t->target[i]);
        }
    }
    return st;
}

static int32_t has(const hps_dataset *d, int32_t virial)
{
    hps_frame f = {.struct_size = sizeof f};

    for (int64_t i = 0; d != NULL && i < hps_dataset_n_frames(d); i++) {
        if (hps_dataset_frame(d, i, &f) == HPS_OK && (virial ? f.virial : f.forces) != NULL) {
            return 1;
        }
    }
    return 0;
}

static hps_status build(hps_study *t, const hps_space *space, const hps_gpr *base)
{
    hps_status st = hpsi_study_copy_space(&t->space, t->context, space);

    if (st == HPS_OK) {
        st = hps_gpr_clone(&t->base, base);
    }
    if (st == HPS_OK) {
        st = resolve_names(t);
    }
    if (st == HPS_OK) {
        st = hpsi_study_check_space(t);
    }
    t->test_forces = has(t->test, 0);
    t->test_virials = has(t->test, 1);
    t->own_noise = st == HPS_OK &&
                   hpsi_gpr_has_own_noise(t->base, t->train,
                                          HPSI_ROWS_ENERGY | HPSI_ROWS_FORCE | HPSI_ROWS_VIRIAL);
    t->own_energy = st == HPS_OK && hpsi_gpr_has_own_noise(t->base, t->train, HPSI_ROWS_ENERGY);
    hpsi_option_defaults(&hpsi_study_options, t->option);
    return st;
}

hps_status hps_study_create(hps_study **out, hps_context *c, const hps_space *space,
                            const hps_gpr *base, const hps_dataset *train, const hps_dataset *test)
{
    hps_study *t;
    hps_status st;

    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "study: out is NULL");
    }
    *out = NULL;
    if (space == NULL || base == NULL || train == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "study: %s is NULL",
                         space == NULL ? "space" : (base == NULL ? "base" : "train"));
    }
    t = hpsi_new(c, 1, sizeof *t);
    if (t == NULL) {
        return HPS_E_MEMORY;
    }
    t->context = hpsi_context_retain(c);
    t->train = train;
    t->test = test;
    st = build(t, space, base);
    if (st != HPS_OK) {
        hps_study_destroy(t);
        return st;
    }
    *out = t;
    return HPS_OK;
}

void hps_study_destroy(hps_study *t)
{
    if (t == NULL) {
        return;
    }
    for (int32_t i = 0; i < t->n_points; i++) {
        hps_gpr_destroy(t->point[i].settings);
    }
    hpsi_study_drop_lists(t);
    hps_path_destroy(t->path);
    hps_gpr_destroy(t->base);
    hps_space_destroy(t->space);
    hpsi_free(t->target);
    hpsi_free(t->path_x);
    hpsi_free(t->frozen.x);
    hpsi_sparse_free(&t->frozen.sparse);
    hpsi_free(t->point);
    hpsi_context_release(t->context);
    hpsi_free(t);
}

/* ----------------------------------------------------------------- options */

static hps_status find_option(const hps_study *t, const char *name, int32_t *index)
{
    int32_t number;

    if (t == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "study: NULL");
    }
    return hpsi_option_find(&hpsi_study_options, name, index, &number);
}

void hpsi_study_forget_path(hps_study *t)
{
    hps_path_destroy(t->path);
    t->path = NULL;
}

hps_status hps_study_set_real(hps_study *t, const char *name, double v)
{
    int32_t i = 0;
    hps_status st = find_option(t, name, &i);

    return st == HPS_OK ? hpsi_option_real(&hpsi_study_options, i, v, &t->option[i]) : st;
}

hps_status hps_study_set_int(hps_study *t, const char *name, int64_t v)
{
    int32_t i = 0;
    hps_status st = find_option(t, name, &i);

    return st == HPS_OK ? hpsi_option_int(&hpsi_study_options, i, v, &t->option[i]) : st;
}

hps_status hps_study_set_text(hps_study *t, const char *name, const char *v)
{
    int32_t i = 0;
    hps_status st = find_option(t, name, &i);

    if (st == HPS_OK) {
        st = hpsi_option_text(&hpsi_study_options, i, v, &t->option[i]);
    }
    if (st == HPS_OK) { /* another objective may need another path, and other lists */
        hpsi_study_drop_lists(t);
        hpsi_study_forget_path(t);
        t->no_room = 0;
    }
    return st;
}

/* ----------------------------------------------------------------- queries */

hps_status hps_study_apply(const hps_study *t, const double *x, hps_gpr **out)
{
    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "study: out is NULL");
    }
    *out = NULL;
    if (t == NULL || x == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "study: %s is NULL", t == NULL ? "study" : "x");
    }
    return hpsi_study_settings(t, x, 0, out);
}

const char *hps_study_reason(const hps_study *t, int32_t i)
{
    if (t != NULL && t->starved) {
        return "study: no memory for the batch";
    }
    return t != NULL && i >= 0 && i < t->n_points ? t->point[i].reason : "";
}

double hps_study_seconds(const hps_study *t, int32_t i)
{
    return t != NULL && i >= 0 && i < t->n_points ? t->point[i].seconds : 0;
}
