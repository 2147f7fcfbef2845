/* SPDX-License-Identifier: BSD-3-Clause */
/* The handle of a model: options, descriptor, what a fit found. */
#include <string.h>

#include "gpr/internal.h"

/* ----------------------------------------------------- create and destroy */

hps_status hps_gpr_create(hps_gpr **out, hps_context *c, const hps_soap *s)
{
    hps_gpr *g;
    hps_status status;

    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: out is NULL");
    }
    *out = NULL;
    if (s == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: the descriptor is NULL");
    }
    g = hpsi_new(c, 1, sizeof *g);
    if (g == NULL) {
        return HPS_E_MEMORY;
    }
    status = hps_soap_clone(&g->soap, s);
    if (status != HPS_OK) {
        hpsi_free(g);
        return status;
    }
    g->context = hpsi_context_retain(c);
    hpsi_option_defaults(&hpsi_gpr_options, g->option);
    *out = g;
    return HPS_OK;
}

void hpsi_sparse_free(hpsi_sparse *p)
{
    hpsi_free(p->index);
    hpsi_free(p->q);
    memset(p, 0, sizeof *p);
}

void hpsi_gpr_drop_fit(hps_gpr *g)
{
    hpsi_sparse_free(&g->sparse);
    hpsi_free(g->alpha);
    g->alpha = NULL;
    memset(g->e0, 0, sizeof g->e0);
    memset(&g->report, 0, sizeof g->report);
    g->fitted = 0;
}

void hps_gpr_destroy(hps_gpr *g)
{
    hps_context *c;

    if (g == NULL) {
        return;
    }
    c = g->context;
    hpsi_gpr_drop_fit(g);
    hpsi_gpr_free_noise(g);
    for (int32_t z = 0; z < HPSI_ELEMENTS; z++) {
        hpsi_free(g->chosen[z]);
    }
    hps_soap_destroy(g->soap);
    hpsi_free(g);
    hpsi_context_release(c);
}

hps_status hps_gpr_clone(hps_gpr **out, const hps_gpr *g)
{
    hps_gpr *copy;
    hps_status s;

    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: out is NULL");
    }
    *out = NULL;
    if (g == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: the model is NULL");
    }
    s = hps_gpr_create(&copy, g->context, g->soap);
    if (s != HPS_OK) {
        return s;
    }
    memcpy(copy->option, g->option, sizeof copy->option);
    memcpy(copy->n_sparse_own, g->n_sparse_own, sizeof copy->n_sparse_own);
    memcpy(copy->e0_given, g->e0_given, sizeof copy->e0_given);
    s = hpsi_gpr_copy_noise(copy, g);
    for (int32_t z = 1; s == HPS_OK && z < HPSI_ELEMENTS; z++) {
        s = hps_gpr_set_sparse(copy, z, g->n_chosen[z], g->chosen[z]);
    }
    if (s != HPS_OK) {
        hps_gpr_destroy(copy);
        return s;
    }
    *out = copy;
    return HPS_OK;
}

/* ---------------------------------------------------------------- options */

static hps_status find(const hps_gpr *g, const char *name, int32_t *index, int32_t *number)
{
    if (g == NULL || name == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: the model or the option's name is NULL");
    }
    return hpsi_option_find(&hpsi_gpr_options, name, index, number);
}

static void store(hps_gpr *g, int32_t index, int32_t number, double v)
{
    if (index == HPSI_GPR_N_SPARSE && number > 0) {
        g->n_sparse_own[number] = (int32_t)v;
    } else if (index == HPSI_GPR_E0 && number > 0) {
        g->e0_given[number] = v;
    } else {
        g->option[index] = v;
    }
    for (int32_t z = 1; index == HPSI_GPR_E0 && number == 0 && z < HPSI_ELEMENTS; z++) {
        g->e0_given[z] = v;
    }
}

hps_status hps_gpr_set_real(hps_gpr *g, const char *name, double v)
{
    int32_t index;
    int32_t number;
    double stored;
    hps_status s = find(g, name, &index, &number);

    s = s == HPS_OK ? hpsi_option_real(&hpsi_gpr_options, index, v, &stored) : s;
    if (s == HPS_OK) {
        store(g, index, number, stored);
    }
    return s;
}

hps_status hps_gpr_set_int(hps_gpr *g, const char *name, int64_t v)
{
    int32_t index;
    int32_t number;
    double stored;
    hps_status s = find(g, name, &index, &number);

    s = s == HPS_OK ? hpsi_option_int(&hpsi_gpr_options, index, v, &stored) : s;
    if (s == HPS_OK) {
        store(g, index, number, stored);
    }
    return s;
}

hps_status hps_gpr_set_text(hps_gpr *g, const char *name, const char *v)
{
    int32_t index;
    int32_t number;
    double stored;
    hps_status s = find(g, name, &index, &number);

    if (s == HPS_OK && v == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: the value of %s is NULL", name);
    }
    s = s == HPS_OK ? hpsi_option_text(&hpsi_gpr_options, index, v, &stored) : s;
    if (s == HPS_OK) {
        store(g, index, number, stored);
    }
    return s;
}

hps_status hps_gpr_get(const hps_gpr *g, const char *name, double *v)
{
    int32_t index;
    int32_t number;
    hps_status s = find(g, name, &index, &number);

    if (s == HPS_OK && v == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: no place for the value of %s", name);
    }
    if (s != HPS_OK) {
        return s;
    }
    *v = g->option[index];
    if (index == HPSI_GPR_N_SPARSE && number > 0 && g->n_sparse_own[number] > 0) {
        *v = g->n_sparse_own[number];
    } else if (index == HPSI_GPR_E0 && number > 0) {
        *v = g->e0_given[number];
    }
    return HPS_OK;
}

hps_status hps_gpr_set_soap(hps_gpr *g, const hps_soap *s)
{
    hps_soap *copy;
    hps_status status;

    if (g == NULL || s == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: the model or the descriptor is NULL");
    }
    status = hps_soap_clone(&copy, s);
    if (status != HPS_OK) {
        return status;
    }
    hpsi_gpr_drop_fit(g);
    hps_soap_destroy(g->soap);
    g->soap = copy;
    return HPS_OK;
}

const hps_soap *hps_gpr_soap(const hps_gpr *g)
{
    return g != NULL ? g->soap : NULL;
}

static hps_status check_indices(hps_context *c, int32_t n, const int64_t *indices)
{
    int64_t *sorted = hpsi_new(c, n, sizeof *sorted);
    hps_status s = HPS_OK;

    if (sorted == NULL) {
        return HPS_E_MEMORY;
    }
    memcpy(sorted, indices, (size_t)n * sizeof *sorted);
    hpsi_sort_positions(n, sorted);
    if (sorted[0] < 1) {
        s = hpsi_fail(HPS_E_ARGUMENT, "gpr: sparse point %lld must be >= 1", (long long)sorted[0]);
    }
    for (int32_t i = 1; s == HPS_OK && i < n; i++) {
        if (sorted[i] == sorted[i - 1]) {
            s = hpsi_fail(HPS_E_ARGUMENT, "gpr: sparse point %lld is given twice",
                          (long long)sorted[i]);
        }
    }
    hpsi_free(sorted);
    return s;
}

hps_status hps_gpr_set_sparse(hps_gpr *g, int32_t number, int32_t n, const int64_t *indices)
{
    int64_t *copy = NULL;

    if (g == NULL || n < 0 || (n > 0 && indices == NULL)) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: the model or the list of %d sparse points is NULL",
                         n);
    }
    if (number < 1 || number >= HPSI_ELEMENTS) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: atomic number %d must be 1 to 118", number);
    }
    if (n > 0) {
        hps_status s = check_indices(g->context, n, indices);

        if (s != HPS_OK) {
            return s;
        }
        copy = hpsi_new(g->context, n, sizeof *copy);
        if (copy == NULL) {
            return HPS_E_MEMORY;
        }
        memcpy(copy, indices, (size_t)n * sizeof *copy);
    }
    hpsi_free(g->chosen[number]);
    g->chosen[number] = copy;
    g->n_chosen[number] = n;
    return HPS_OK;
}

/* ------------------------------------------------------ what a fit found */

hps_status hpsi_gpr_need_fit(const hps_gpr *g)
{
    if (g == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: the model is NULL");
    }
    return g->fitted ? HPS_OK : hpsi_fail(HPS_E_STATE, "gpr: the model has not been fitted");
}

hps_status hps_gpr_get_report(const hps_gpr *g, hps_gpr_report *out)
{
    hps_status s = hpsi_gpr_need_fit(g);

    if (s != HPS_OK) {
        return s;
    }
    if (out == NULL || out->struct_size < (int32_t)sizeof *out) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: struct_size of the report must be %d",
                         (int)sizeof *out);
    }
    *out = g->report;
    out->struct_size = (int32_t)sizeof *out;
    return HPS_OK;
}

static hps_status fitted_element(const hps_gpr *g, int32_t number)
{
    hps_status s = hpsi_gpr_need_fit(g);

    if (s == HPS_OK && (number < 1 || number >= HPSI_ELEMENTS)) {
        s = hpsi_fail(HPS_E_ARGUMENT, "gpr: atomic number %d must be 1 to 118", number);
    }
    return s;
}

hps_status hps_gpr_element(const hps_gpr *g, int32_t number, int32_t *n_sparse, double *e0)
{
    hps_status s = fitted_element(g, number);

    if (s != HPS_OK) {
        return s;
    }
    if (n_sparse != NULL) {
        *n_sparse = g->sparse.count[number];
    }
    if (e0 != NULL) {
        *e0 = g->e0[number];
    }
    return HPS_OK;
}

hps_status hps_gpr_sparse(const hps_gpr *g, int32_t number, int32_t capacity, int32_t *n,
                          int64_t *indices)
{
    hps_status s = fitted_element(g, number);
    int32_t count;

    if (s != HPS_OK) {
        return s;
    }
    if (n == NULL || capacity < 0 || (capacity > 0 && indices == NULL)) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: n is NULL, or no array for %d sparse points",
                         capacity);
    }
    count = g->sparse.index != NULL ? g->sparse.count[number] : 0;
    *n = count;
    if (capacity == 0) {
        return HPS_OK;
    }
    if (capacity < count) {
        return hpsi_fail(HPS_E_CAPACITY, "gpr: %d sparse points do not fit into %d", count,
                         capacity);
    }
    if (count > 0) {
        memcpy(indices, g->sparse.index + g->sparse.first[number], (size_t)count * sizeof *indices);
    }
    return HPS_OK;
}
