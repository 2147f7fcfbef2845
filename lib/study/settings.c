/* SPDX-License-Identifier: BSD-3-Clause */
/* From a point of the space to the settings of a fit, and whether every point can go. */
#include <math.h>
#include <string.h>

#include "dataset/number.h"
#include "study/internal.h"

/* ------------------------------------------------------- copy of a space */

static hps_status copy_choice(hps_space *to, const hps_space *from, int32_t i,
                              const hps_param_info *info, hps_context *c)
{
    const char **label = hpsi_new(c, info->n_labels, sizeof *label);
    hps_status st;

    if (label == NULL) {
        return HPS_E_MEMORY;
    }
    for (int32_t k = 0; k < info->n_labels; k++) {
        label[k] = hps_space_label(from, i, k);
    }
    st = hps_space_add_choice(to, info->name, info->n_labels, label);
    hpsi_free(label);
    return st;
}

static hps_status copy_parameter(hps_space *to, const hps_space *from, int32_t i, hps_context *c)
{
    hps_param_info info = {.struct_size = sizeof info};
    hps_status st = hps_space_describe(from, i, &info);

    if (st == HPS_OK && info.kind == HPS_PARAM_REAL) {
        st = hps_space_add_real(to, info.name, info.lo, info.hi, info.scale);
    } else if (st == HPS_OK && info.kind == HPS_PARAM_INT) {
        st = hps_space_add_int(to, info.name, (int64_t)info.lo, (int64_t)info.hi, info.scale);
    } else if (st == HPS_OK) {
        st = copy_choice(to, from, i, &info, c);
    }
    return st == HPS_OK && info.fixed ? hps_space_fix(to, info.name, info.value) : st;
}

hps_status hpsi_study_copy_space(hps_space **out, hps_context *c, const hps_space *s)
{
    hps_status st = hps_space_create(out, c);

    for (int32_t i = 0; st == HPS_OK && i < hps_space_size(s); i++) {
        st = copy_parameter(*out, s, i, c);
    }
    if (st != HPS_OK) {
        hps_space_destroy(*out);
        *out = NULL;
    }
    return st;
}

/* ------------------------------------------------------------ one value */

/* Where values of one point go. */
typedef struct sink {
    hps_gpr *gpr;
    hps_soap *soap;
} sink;

static hps_status set_real(const sink *s, const hpsi_target *t, double v)
{
    return t->owner == HPSI_TARGET_SOAP ? hps_soap_set_real(s->soap, t->option, v)
                                        : hps_gpr_set_real(s->gpr, t->option, v);
}

static hps_status set_int(const sink *s, const hpsi_target *t, double v)
{
    if (v != floor(v) || fabs(v) > 0x1p53) {
        return hpsi_fail(HPS_E_OPTION, "%g must be a whole number", v);
    }
    return t->owner == HPSI_TARGET_SOAP ? hps_soap_set_int(s->soap, t->option, (int64_t)v)
                                        : hps_gpr_set_int(s->gpr, t->option, (int64_t)v);
}

/* A label of a choice: the text itself, or the number that it spells. */
static hps_status set_label(const sink *s, const hpsi_target *t, const char *label)
{
    const int32_t kind = hpsi_study_table(t)->rows[t->index].kind;
    const char *at = label;
    double v = 0;

    if (label == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "there is no such choice");
    }
    if (kind == HPS_OPTION_TEXT) {
        return t->owner == HPSI_TARGET_SOAP ? hps_soap_set_text(s->soap, t->option, label)
                                            : hps_gpr_set_text(s->gpr, t->option, label);
    }
    if (hpsi_number_real(&at, label + strlen(label), &v) != HPSI_NUMBER_OK || *at != '\0') {
        return hpsi_fail(HPS_E_OPTION, "choice '%s' is no number", label);
    }
    return kind == HPS_OPTION_INT ? set_int(s, t, v) : set_real(s, t, v);
}

static hps_status set_value(const hps_study *t, int32_t i, double v, const sink *s)
{
    hps_param_info info = {.struct_size = sizeof info};
    hps_status st = hps_space_describe(t->space, i, &info);

    if (st != HPS_OK) {
        return st;
    }
    if (!isfinite(v)) {
        st = hpsi_fail(HPS_E_ARGUMENT, "%g is not finite", v);
    } else if (info.kind == HPS_PARAM_REAL) {
        st = set_real(s, &t->target[i], v);
    } else if (info.kind == HPS_PARAM_INT) {
        st = set_int(s, &t->target[i], v);
    } else {
        const int32_t level = v >= 0 && v < info.n_labels ? (int32_t)v : -1;
        st = set_label(s, &t->target[i], hps_space_label(t->space, i, level));
    }
    return st == HPS_OK ? HPS_OK : hpsi_prefix(st, "study: %s", info.name);
}

/* ------------------------------------------------------------- one point */

static hps_status open_sink(const hps_study *t, sink *s)
{
    hps_status st = hps_gpr_clone(&s->gpr, t->base);

    s->soap = NULL;
    if (st == HPS_OK) {
        st = hps_soap_clone(&s->soap, hps_gpr_soap(t->base));
        if (st != HPS_OK) {
            hps_gpr_destroy(s->gpr);
            s->gpr = NULL;
        }
    }
    return st;
}

/* Values for all elements first, those of one element after them. */
static hps_status set_all(const hps_study *t, const double *x, int32_t keep_lambda, const sink *s)
{
    hps_status st = HPS_OK;

    for (int32_t pass = 0; pass < 2; pass++) {
        for (int32_t i = 0; st == HPS_OK && i < t->n_params; i++) {
            if ((t->target[i].number != 0) == pass &&
                (t->target[i].lambda == 0 || t->target[i].lambda > keep_lambda)) {
                st = set_value(t, i, x[i], s);
            }
        }
    }
    return st;
}

hps_status hpsi_study_settings(const hps_study *t, const double *x, int32_t keep_lambda,
                               hps_gpr **out)
{
    sink s;
    hps_status st = open_sink(t, &s);

    *out = NULL;
    if (st != HPS_OK) {
        return st;
    }
    st = set_all(t, x, keep_lambda, &s);
    if (st == HPS_OK) {
        st = hps_soap_check(s.soap);
    }
    if (st == HPS_OK) {
        st = hps_gpr_set_soap(s.gpr, s.soap);
    }
    hps_soap_destroy(s.soap);
    if (st != HPS_OK) {
        hps_gpr_destroy(s.gpr);
        return st;
    }
    *out = s.gpr;
    return HPS_OK;
}

/* ----------------------------------------------------- the whole space */

static hps_status check_kind(const hpsi_target *t, const hps_param_info *info)
{
    const int32_t kind = hpsi_study_table(t)->rows[t->index].kind;

    if (kind == HPS_OPTION_TEXT && info->kind != HPS_PARAM_CHOICE) {
        return hpsi_fail(HPS_E_OPTION, "study: %s is a text and needs a choice of %s", info->name,
                         hpsi_study_table(t)->rows[t->index].choices);
    }
    if (kind == HPS_OPTION_INT && info->kind == HPS_PARAM_REAL) {
        return hpsi_fail(HPS_E_OPTION, "study: %s is a whole number and needs an integer parameter",
                         info->name);
    }
    return HPS_OK;
}

/* Both bounds, or all labels, have to be values of the option. */
static hps_status check_values(const hps_study *t, int32_t i, const hps_param_info *info,
                               const sink *s)
{
    const int32_t levels = info->kind == HPS_PARAM_CHOICE ? info->n_labels : 2;
    hps_status st = HPS_OK;

    for (int32_t k = 0; st == HPS_OK && k < levels; k++) {
        const double bound = k == 0 ? info->lo : info->hi;
        st = set_value(t, i, info->kind == HPS_PARAM_CHOICE ? k : bound, s);
    }
    return st;
}

hps_status hpsi_study_check_space(const hps_study *t)
{
    sink s;
    hps_status st = open_sink(t, &s);

    if (st != HPS_OK) {
        return st;
    }
    for (int32_t i = 0; st == HPS_OK && i < t->n_params; i++) {
        hps_param_info info = {.struct_size = sizeof info};
        st = hps_space_describe(t->space, i, &info);
        if (st == HPS_OK) {
            st = check_kind(&t->target[i], &info);
        }
        if (st == HPS_OK) {
            st = check_values(t, i, &info, &s);
        }
    }
    hps_soap_destroy(s.soap);
    hps_gpr_destroy(s.gpr);
    return st;
}
