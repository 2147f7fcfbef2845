/* SPDX-License-Identifier: BSD-3-Clause */
/* The choice of sparse points, made once if no parameter that it depends on varies: CUR on
 * 100,000 environments takes several times as long as the rest of a fit. */
#include <string.h>

#include "study/internal.h"

/* 1 if every point has the same sparse points and its objective is a fit. */
static int32_t is_constant(const hps_study *t)
{
    for (int32_t i = 0; i < t->n_params; i++) {
        hps_param_info info = {.struct_size = sizeof info};
        if (hps_space_describe(t->space, i, &info) != HPS_OK ||
            (!info.fixed && t->target[i].selects)) {
            return 0;
        }
    }
    return t->option[HPSI_STUDY_OBJECTIVE] >= HPSI_OBJECTIVE_RMSE &&
           hpsi_study_path_kind(t) != HPSI_PATH_LAMBDA;
}

/* A pinned parameter may still arrive with another value. */
static int32_t is_same(const hps_study *t, const double *x)
{
    for (int32_t i = 0; i < t->n_params; i++) {
        if (t->target[i].selects && x[i] != t->frozen.x[i]) {
            return 0;
        }
    }
    return t->frozen.tried;
}

static void choose(hps_study *t, const double *x, const hps_gpr *g)
{
    hpsi_sparse *p = &t->frozen.sparse;
    hpsi_source source;

    hpsi_sparse_free(p);
    memcpy(t->frozen.x, x, (size_t)t->n_params * sizeof *x);
    t->frozen.tried = 1;
    if (hpsi_source_open(&source, hps_gpr_soap(g), t->train) != HPS_OK) {
        return;
    }
    if (hpsi_gpr_select(g, &source, p) != HPS_OK) {
        memset(p, 0, sizeof *p); /* the fits will say why */
    }
    hpsi_source_close(&source);
    hpsi_free(p->q);
    p->q = NULL;
}

void hpsi_study_freeze(hps_study *t, const double *x, hps_gpr *g)
{
    const hpsi_sparse *p = &t->frozen.sparse;
    hps_status st = HPS_OK;

    if (g->option[HPSI_GPR_SPARSE_METHOD] == HPSI_SPARSE_FILE || !is_constant(t)) {
        return;
    }
    if (!is_same(t, x)) {
        choose(t, x, g);
    }
    for (int32_t e = 0; st == HPS_OK && e < p->n_elements; e++) {
        const int32_t z = p->number[e];
        st = hps_gpr_set_sparse(g, z, p->count[z], p->index + p->first[z]);
    }
    if (st == HPS_OK && p->total > 0) {
        hps_gpr_set_text(g, "sparse_method", "file");
    }
}
