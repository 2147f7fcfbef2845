/* SPDX-License-Identifier: BSD-3-Clause */
/* What a batch may hold at its peak, from the point of the space that needs the most. */
#include <string.h>

#include "study/internal.h"

/* Settings of the points of a batch, headers of blocks. */
#define MARGIN ((int64_t)65536)

static int64_t largest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* A fit, then its predictions of the test set beside the model and what they are kept in. */
static hps_status fit_bytes(const hps_study *t, const hps_gpr *g, int64_t *bytes)
{
    const int32_t forces = hpsi_study_wants_forces(t);
    int64_t test = 0, kept = 0;
    hps_status st = hps_gpr_memory(g, t->train, bytes);

    if (st == HPS_OK && t->test != NULL) {
        st = hps_gpr_predict_memory(g, t->test, forces, forces && t->test_virials, &test);
        kept = hps_dataset_n_frames(t->test) * (forces && t->test_virials ? 10 : 1) +
               (forces ? 3 * hps_dataset_n_atoms(t->test) : 0);
        *bytes = largest(*bytes, test + kept * (int64_t)sizeof(double));
    }
    return st;
}

/* What a path of all points holds; of leave-one-out none of the test set. */
static hps_status bytes_of_path(const hps_study *t, const hps_gpr *g, int32_t kind, int64_t *bytes)
{
    const int32_t loo = t->option[HPSI_STUDY_OBJECTIVE] == HPSI_OBJECTIVE_LOO;

    return hpsi_path_memory(g, t->train, loo ? NULL : t->test, kind == HPSI_PATH_NOISES,
                            hpsi_study_wants_forces(t), bytes);
}

int32_t hpsi_study_path_fits(const hps_study *t, const hps_gpr *g)
{
    const int64_t room = hpsi_context_available(t->context);
    int64_t bytes = 0;

    return room < 0 || t->option[HPSI_STUDY_OBJECTIVE] == HPSI_OBJECTIVE_LOO ||
           bytes_of_path(t, g, hpsi_study_path_kind(t), &bytes) != HPS_OK || bytes <= room;
}

/* A path without room gives way to fits, where they do. */
static hps_status path_bytes(const hps_study *t, const hps_gpr *g, int32_t kind, int64_t *bytes)
{
    const int64_t room = hpsi_context_available(t->context);
    hps_status st = bytes_of_path(t, g, kind, bytes);

    if (st == HPS_OK && t->option[HPSI_STUDY_OBJECTIVE] != HPSI_OBJECTIVE_LOO && room >= 0 &&
        *bytes > room) {
        st = fit_bytes(t, g, bytes);
    }
    return st;
}

static hps_status candidate_bytes(const hps_study *t, const hps_gpr *g, int64_t *bytes)
{
    const double objective = t->option[HPSI_STUDY_OBJECTIVE];
    const int32_t kind = hpsi_study_path_kind(t);

    if (objective == HPSI_OBJECTIVE_STD || objective == HPSI_OBJECTIVE_STD_SKEW) {
        return hpsi_kernel_memory(hps_gpr_soap(g), t->train,
                                  (int64_t)t->option[HPSI_STUDY_REFERENCES],
                                  (int32_t)t->option[HPSI_STUDY_PRECISION], bytes);
    }
    if (objective == HPSI_OBJECTIVE_LOO &&
        (g->option[HPSI_GPR_FIT_FORCES] != 0 || g->option[HPSI_GPR_FIT_VIRIALS] != 0 ||
         g->option[HPSI_GPR_DELTA_METHOD] != 0)) {
        hps_status st = hps_gpr_leave_out_memory(g, t->train, bytes);

        *bytes += (int64_t)sizeof(double) *
                  (hps_dataset_n_frames(t->train) + 3 * hps_dataset_n_atoms(t->train));
        return st;
    }
    if (objective == HPSI_OBJECTIVE_LOO || kind != HPSI_PATH_NONE) {
        return path_bytes(t, g, kind, bytes);
    }
    return fit_bytes(t, g, bytes);
}

static hps_status bytes_at(const hps_study *t, const double *x, int64_t *bytes)
{
    hps_gpr *g = NULL;
    hps_status st = hpsi_study_settings(t, x, 0, &g);

    if (st == HPS_OK) {
        st = candidate_bytes(t, g, bytes);
        hps_gpr_destroy(g);
    }
    return st;
}

/* The level of a choice that needs the most, with the others as they are in x. */
static void worst_level(const hps_study *t, int32_t i, int32_t n_labels, double *x)
{
    int64_t most = -1;
    double worst = 0;

    for (int32_t k = 0; k < n_labels; k++) {
        int64_t bytes = 0;
        x[i] = k;
        if (bytes_at(t, x, &bytes) == HPS_OK && bytes > most) {
            most = bytes;
            worst = k;
        }
    }
    x[i] = worst;
}

/* Numbers at their upper bounds, pinned ones where they are. */
static hps_status highest_point(const hps_study *t, double *x)
{
    hps_status st = HPS_OK;

    for (int32_t pass = 0; pass < 2; pass++) {
        for (int32_t i = 0; st == HPS_OK && i < t->n_params; i++) {
            hps_param_info info = {.struct_size = sizeof info};
            st = hps_space_describe(t->space, i, &info);
            if (pass == 0) {
                x[i] = info.fixed ? info.value : (info.kind == HPS_PARAM_CHOICE ? 0 : info.hi);
            } else if (!info.fixed && info.kind == HPS_PARAM_CHOICE) {
                worst_level(t, i, info.n_labels, x);
            }
        }
    }
    return st;
}

/* The base's own values, which may contradict each other until an earlier stage has found
 * better ones: where the cut-off begins makes no difference here. */
static hps_status base_bytes(const hps_study *t, int64_t *bytes)
{
    hps_gpr *g = NULL;
    hps_soap *soap = NULL;
    double hard = 0;
    hps_status st = hps_gpr_clone(&g, t->base);

    st = st == HPS_OK ? hps_soap_clone(&soap, hps_gpr_soap(t->base)) : st;
    if (st == HPS_OK && hps_soap_check(soap) != HPS_OK) {
        st = hps_soap_get(soap, "rcut_hard", &hard);
        st = st == HPS_OK ? hps_soap_set_real(soap, "rcut_soft", hard) : st;
    }
    st = st == HPS_OK ? hps_gpr_set_soap(g, soap) : st;
    st = st == HPS_OK ? candidate_bytes(t, g, bytes) : st;
    hps_soap_destroy(soap);
    hps_gpr_destroy(g);
    if (st == HPS_E_OPTION) {
        const double m = t->base->option[HPSI_GPR_N_SPARSE];

        *bytes = (int64_t)(sizeof(double) * m * (4 * m + 2048));
        st = HPS_OK;
    }
    return st;
}

/* Where the upper bounds contradict each other the soft cut-offs are at their lower ones. */
static hps_status most_bytes(const hps_study *t, double *x, int64_t *bytes)
{
    hps_status st = highest_point(t, x);

    if (st != HPS_OK || bytes_at(t, x, bytes) == HPS_OK) {
        return st;
    }
    for (int32_t i = 0; i < t->n_params; i++) {
        hps_param_info info = {.struct_size = sizeof info};

        if (strncmp(t->target[i].option, "rcut_soft", 9) == 0 &&
            hps_space_describe(t->space, i, &info) == HPS_OK && !info.fixed &&
            info.kind != HPS_PARAM_CHOICE) {
            x[i] = info.lo;
        }
    }
    return bytes_at(t, x, bytes) == HPS_OK ? HPS_OK : base_bytes(t, bytes);
}

typedef struct batch {
    const hps_study *t;
    double *x;
    int64_t most;
} batch;

static hps_status look_once(int64_t item, int32_t worker, void *arg)
{
    batch *b = arg;

    (void)worker;
    return item == 0 ? most_bytes(b->t, b->x, &b->most) : HPS_OK;
}

/* Candidates side by side have the buffers of one worker each, and are looked at in a loop. */
hps_status hpsi_study_batch_bytes(const hps_study *t, int64_t *bytes)
{
    const int32_t share = hpsi_study_may_share(t);
    batch b = {.t = t};
    hps_status st;

    b.x = hpsi_new(t->context, t->n_params, sizeof *b.x);
    if (b.x == NULL) {
        return HPS_E_MEMORY;
    }
    st = share ? hpsi_parallel_for(t->context, 2, look_once, &b) : look_once(0, 0, &b);
    hpsi_free(b.x);
    if (st == HPS_OK) {
        b.most += b.most / 32 + MARGIN;
        *bytes = share ? b.most * hps_context_threads(t->context) : b.most;
    }
    return st;
}

hps_status hps_study_memory(const hps_study *t, int64_t *bytes)
{
    hps_status st;

    if (t == NULL || bytes == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "study: %s is NULL", t == NULL ? "study" : "bytes");
    }
    st = hpsi_study_batch_bytes(t, bytes);
    if (st == HPS_OK && t->kept[0] == NULL && t->kept[1] == NULL) {
        *bytes += hpsi_study_lists_bytes(t, *bytes);
    }
    return st;
}
