/* SPDX-License-Identifier: BSD-3-Clause */
/* What a batch may hold at its peak, from the point of the space that needs the most. */
#include "study/internal.h"

/* Tables of the descriptor, and the buffers of one worker: measured up to 2 MB each. */
#define TABLES ((int64_t)2000000)

static int64_t largest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t source_bytes(const hps_gpr *g, const hps_dataset *d)
{
    int64_t bytes = 0, cache = 0;

    if (d != NULL) {
        hpsi_source_memory(hps_gpr_soap(g), d, &bytes, &cache);
    }
    return bytes;
}

/* Sparse points, at most; -1 if the settings cannot be read. */
static int64_t most_points(const hps_study *t, const hps_gpr *g)
{
    const int64_t atoms = hps_dataset_n_atoms(t->train);
    double n_sparse = 0, method = 0;
    int64_t m;

    if (hps_gpr_get(g, "n_sparse", &n_sparse) != HPS_OK ||
        hps_gpr_get(g, "sparse_method", &method) != HPS_OK) {
        return -1;
    }
    m = method == HPSI_SPARSE_CUR || method == HPSI_SPARSE_RANDOM ? (int64_t)n_sparse : atoms;
    return m < atoms ? m : atoms;
}

static int64_t n_tested(const hps_study *t)
{
    return t->test != NULL ? hps_dataset_n_frames(t->test) : 0;
}

/* Whitener, rows and singular vectors of a path, its test rows and its Gram form. */
static int64_t path_bytes(const hps_study *t, const hps_gpr *g)
{
    const int64_t s = hps_dataset_n_frames(t->train), tested = n_tested(t);
    const int64_t m = most_points(t, g);
    int64_t r;

    if (m < 0) {
        return 0;
    }
    r = s < m ? s : m;
    return (int64_t)sizeof(double) *
               (2 * m * m + 2 * s * m + s * r + 2 * r * m + 2 * tested * r + 2 * r * r) +
           largest(source_bytes(g, t->train), source_bytes(g, t->test));
}

/* What a fit streams, whitener and sum included, beside the Gram matrices of all kinds of
 * rows and of the test forces. A path without room gives way to fits. */
static hps_status noises_bytes(const hps_study *t, const hps_gpr *g, int64_t *bytes)
{
    const int64_t m = most_points(t, g), room = hpsi_context_available(t->context);
    double forces = 0, virials = 0;
    int64_t grams, path;
    hps_status st = hps_gpr_memory(g, t->train, bytes);

    hps_gpr_get(g, "fit_forces", &forces);
    hps_gpr_get(g, "fit_virials", &virials);
    if (st != HPS_OK || m < 0) {
        return st;
    }
    grams = 2 + (forces != 0) + (virials != 0) + (t->own_noise != 0) + (t->test_forces != 0);
    *bytes = largest(*bytes, source_bytes(g, t->test));
    path = *bytes + (int64_t)sizeof(double) * m * (grams * m + n_tested(t));
    *bytes = room >= 0 && path > room ? *bytes : path;
    return HPS_OK;
}

/* Block of references and two buffers of products beside the source. */
static int64_t kernel_bytes(const hps_study *t, const hps_gpr *g)
{
    const int64_t atoms = hps_dataset_n_atoms(t->train);
    const int64_t wanted = (int64_t)t->option[HPSI_STUDY_REFERENCES];
    const int64_t references = wanted > 0 && wanted < atoms ? wanted : atoms;
    const int64_t size = hps_soap_size(hps_gpr_soap(g));

    return source_bytes(g, t->train) + (int64_t)sizeof(double) * references * (size + 8);
}

static hps_status candidate_bytes(const hps_study *t, const hps_gpr *g, int64_t *bytes)
{
    const double objective = t->option[HPSI_STUDY_OBJECTIVE];
    const int32_t kind = hpsi_study_path_kind(t);
    hps_status st = HPS_OK;

    if (objective == HPSI_OBJECTIVE_STD || objective == HPSI_OBJECTIVE_STD_SKEW) {
        *bytes = kernel_bytes(t, g);
    } else if (objective == HPSI_OBJECTIVE_LOO || kind == HPSI_PATH_LAMBDA) {
        *bytes = path_bytes(t, g);
    } else if (kind == HPSI_PATH_NOISES) {
        st = noises_bytes(t, g, bytes);
    } else {
        st = hps_gpr_memory(g, t->train, bytes);
        *bytes = largest(*bytes, source_bytes(g, t->test));
    }
    return st;
}

/* Without a point: the base's own values, which may contradict each other until an earlier
 * stage has found better ones; then the size of the matrices has to do. */
static hps_status base_bytes(const hps_study *t, int64_t *bytes)
{
    const hps_status st = candidate_bytes(t, t->base, bytes);

    if (st == HPS_E_OPTION) {
        *bytes = path_bytes(t, t->base);
        return HPS_OK;
    }
    return st;
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

hps_status hps_study_memory(const hps_study *t, int64_t *bytes)
{
    int64_t most = 0;
    double *x;
    hps_status st;

    if (t == NULL || bytes == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "study: %s is NULL", t == NULL ? "study" : "bytes");
    }
    x = hpsi_new(t->context, t->n_params, sizeof *x);
    if (x == NULL) {
        return HPS_E_MEMORY;
    }
    st = highest_point(t, x);
    if (st == HPS_OK && bytes_at(t, x, &most) != HPS_OK) {
        st = base_bytes(t, &most); /* the upper bounds contradict each other */
    }
    hpsi_free(x);
    if (st == HPS_OK) {
        const int32_t abreast = hpsi_study_is_small(t) && hpsi_study_path_kind(t) == HPSI_PATH_NONE
                                    ? hps_context_threads(t->context)
                                    : 1;
        *bytes = most * abreast + TABLES * (1 + hps_context_threads(t->context));
    }
    return st;
}
