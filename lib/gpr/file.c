/* SPDX-License-Identifier: BSD-3-Clause */
/* Model files: options, descriptor, sparse descriptors, coefficients, e0, noise by config_type. */
#include <math.h>
#include <string.h>

#include "gpr/internal.h"

static const char magic[8] = "HPSMODEL";
#define VERSION 2 /* 2: noise by config_type at the end; without any the file stays a 1 */

/* ---------------------------------------------------------------- writing */

/* Settings that have a value per element: only those that are set. */
static void pack_elements(hpsi_pack *p, const hps_gpr *g)
{
    int64_t n = 0;

    for (int32_t z = 1; z < HPSI_ELEMENTS; z++) {
        n += g->n_sparse_own[z] != 0 || g->e0_given[z] != 0 || g->n_chosen[z] != 0;
    }
    hpsi_pack_int(p, n);
    for (int32_t z = 1; z < HPSI_ELEMENTS; z++) {
        if (g->n_sparse_own[z] != 0 || g->e0_given[z] != 0 || g->n_chosen[z] != 0) {
            hpsi_pack_int(p, z);
            hpsi_pack_int(p, g->n_sparse_own[z]);
            hpsi_pack_real(p, g->e0_given[z]);
            hpsi_pack_int(p, g->n_chosen[z]);
            hpsi_pack_ints(p, g->n_chosen[z], g->chosen[z]);
        }
    }
}

static void pack_fit(hpsi_pack *p, const hps_gpr *g)
{
    const hpsi_sparse *s = &g->sparse;
    const hps_gpr_report *r = &g->report;

    hpsi_pack_real(p, g->fit_delta);
    hpsi_pack_real(p, g->fit_zeta);
    hpsi_pack_int(p, s->size);
    hpsi_pack_int(p, s->n_elements);
    for (int32_t e = 0; e < s->n_elements; e++) {
        hpsi_pack_int(p, s->number[e]);
        hpsi_pack_int(p, s->count[s->number[e]]);
        hpsi_pack_real(p, g->e0[s->number[e]]);
    }
    hpsi_pack_reals(p, (int64_t)s->total * s->ld, s->q); /* ld is size */
    hpsi_pack_reals(p, s->total, g->alpha);
    hpsi_pack_int(p, r->n_structures);
    hpsi_pack_int(p, r->n_atoms);
    hpsi_pack_int(p, r->n_rows);
    hpsi_pack_real(p, r->jitter);
}

static void pack_noise(hpsi_pack *p, const hps_gpr *g)
{
    hpsi_pack_int(p, g->n_noise);
    for (int64_t i = 0; i < g->n_noise; i++) {
        hpsi_pack_text(p, g->noise[i].config_type);
        hpsi_pack_reals(p, 3, g->noise[i].sigma);
    }
}

hps_status hps_gpr_save(const hps_gpr *g, const char *path)
{
    hpsi_pack p;
    hps_status status = hpsi_gpr_need_fit(g);

    if (status == HPS_OK && path == NULL) {
        status = hpsi_fail(HPS_E_ARGUMENT, "gpr: the path is NULL");
    }
    if (status != HPS_OK) {
        return status;
    }
    hpsi_pack_begin(&p, g->context, magic, g->n_noise > 0 ? VERSION : 1);
    hpsi_pack_int(&p, HPSI_GPR_OPTIONS);
    hpsi_pack_reals(&p, HPSI_GPR_OPTIONS, g->option);
    pack_elements(&p, g);
    hpsi_soap_pack(g->soap, &p);
    pack_fit(&p, g);
    if (g->n_noise > 0) {
        pack_noise(&p, g);
    }
    return hpsi_pack_write(&p, path, 1);
}

/* ---------------------------------------------------------------- reading */

static hps_status bad(hpsi_pack *p, const char *what, double value)
{
    if (p->status == HPS_OK) {
        p->status = hpsi_fail(HPS_E_FORMAT, "document: %s %g is not allowed", what, value);
    }
    return p->status;
}

/* Items of 8 bytes that the document still has: an allocation is never larger. */
static int64_t left(const hpsi_pack *p)
{
    return (p->size - p->position) / 8;
}

static void unpack_options(hpsi_pack *p, hps_gpr *g)
{
    int64_t n = hpsi_unpack_int_in(p, 1, HPSI_GPR_OPTIONS);

    hpsi_unpack_reals(p, n, g->option);
    for (int32_t i = 0; p->status == HPS_OK && i < n; i++) {
        const hpsi_option *row = &hpsi_gpr_options.rows[i];
        double v = g->option[i];

        if (!(v >= row->minimum && v <= row->maximum) ||
            (row->kind != HPS_OPTION_REAL && v != floor(v))) {
            bad(p, row->name, v);
        }
    }
}

static hps_status unpack_chosen(hpsi_pack *p, hps_gpr *g, int32_t z)
{
    int64_t n = hpsi_unpack_int_in(p, 0, left(p));
    int64_t *list;

    if (p->status != HPS_OK || n == 0) {
        return p->status;
    }
    list = hpsi_new(p->context, n, sizeof *list);
    if (list == NULL) {
        return p->status = HPS_E_MEMORY;
    }
    hpsi_unpack_ints(p, n, list);
    if (p->status == HPS_OK) {
        p->status = n <= INT32_MAX ? hps_gpr_set_sparse(g, z, (int32_t)n, list) : HPS_E_FORMAT;
        p->status = p->status == HPS_E_ARGUMENT ? HPS_E_FORMAT : p->status;
    }
    hpsi_free(list);
    return p->status;
}

static void unpack_elements(hpsi_pack *p, hps_gpr *g)
{
    int64_t n = hpsi_unpack_int_in(p, 0, HPSI_ELEMENTS - 1);

    for (int64_t i = 0; p->status == HPS_OK && i < n; i++) {
        int32_t z = (int32_t)hpsi_unpack_int_in(p, 1, HPSI_ELEMENTS - 1);

        g->n_sparse_own[z] = (int32_t)hpsi_unpack_int_in(p, 0, 1000000);
        g->e0_given[z] = hpsi_unpack_real(p);
        if (p->status == HPS_OK && !isfinite(g->e0_given[z])) {
            bad(p, "e0", g->e0_given[z]);
        }
        unpack_chosen(p, g, z);
    }
}

static void unpack_counts(hpsi_pack *p, hps_gpr *g)
{
    hpsi_sparse *s = &g->sparse;
    int64_t n = hpsi_unpack_int_in(p, 1, HPSI_ELEMENTS - 1);
    int64_t total = 0;

    for (int64_t i = 0; p->status == HPS_OK && i < n; i++) {
        int32_t z = (int32_t)hpsi_unpack_int_in(p, 1, HPSI_ELEMENTS - 1);
        int64_t count = hpsi_unpack_int_in(p, 1, left(p) < INT32_MAX ? left(p) : INT32_MAX);

        if (p->status == HPS_OK && (s->count[z] != 0 || total + count > left(p))) {
            bad(p, "sparse points of an element:", (double)count);
            return;
        }
        s->number[s->n_elements++] = z;
        s->first[z] = (int32_t)total;
        s->count[z] = (int32_t)count;
        total += count;
        g->e0[z] = hpsi_unpack_real(p);
        if (p->status == HPS_OK && !isfinite(g->e0[z])) {
            bad(p, "e0", g->e0[z]);
        }
    }
    s->total = (int32_t)total;
}

static void check_finite(hpsi_pack *p, int64_t n, const double *v, const char *what)
{
    for (int64_t i = 0; p->status == HPS_OK && i < n; i++) {
        if (!isfinite(v[i])) {
            bad(p, what, v[i]);
        }
    }
}

/* The elements of the points have to be among the descriptor's. */
static void check_elements(hpsi_pack *p, const hps_gpr *g)
{
    int32_t numbers[HPSI_ELEMENTS];
    int32_t n = 0;
    int32_t known[HPSI_ELEMENTS] = {0};

    if (hps_soap_species(g->soap, HPSI_ELEMENTS, &n, numbers) == HPS_OK) {
        for (int32_t i = 0; i < n; i++) {
            known[numbers[i]] = 1;
        }
    }
    for (int32_t e = 0; p->status == HPS_OK && e < g->sparse.n_elements; e++) {
        if (!known[g->sparse.number[e]]) {
            bad(p, "atomic number of sparse points", g->sparse.number[e]);
        }
    }
}

static hps_status unpack_points(hpsi_pack *p, hps_gpr *g)
{
    hpsi_sparse *s = &g->sparse;
    int64_t n = hpsi_size_mul(s->total, s->size + 1); /* descriptors and coefficients */

    if (n < 0 || n > left(p)) {
        return bad(p, "number of sparse points", s->total);
    }
    s->ld = s->size;
    s->q = hpsi_new(g->context, hpsi_size_mul(s->total, s->ld), sizeof *s->q);
    g->alpha = hpsi_new(g->context, s->total, sizeof *g->alpha);
    if (s->q == NULL || g->alpha == NULL) {
        return p->status = HPS_E_MEMORY;
    }
    hpsi_unpack_reals(p, (int64_t)s->total * s->ld, s->q);
    hpsi_unpack_reals(p, s->total, g->alpha);
    check_finite(p, (int64_t)s->total * s->ld, s->q, "sparse descriptor");
    check_finite(p, s->total, g->alpha, "coefficient");
    return p->status;
}

static hps_status unpack_fit(hpsi_pack *p, hps_gpr *g)
{
    hps_gpr_report *r = &g->report;

    g->fit_delta = hpsi_unpack_real(p);
    r->delta = g->fit_delta;
    r->minus_log_evidence = r->best_delta = (double)NAN;
    g->fit_zeta = hpsi_unpack_real(p);
    if (p->status == HPS_OK && !(g->fit_delta > 0 && g->fit_delta < 1e12)) {
        bad(p, "delta", g->fit_delta);
    }
    if (p->status == HPS_OK && !(g->fit_zeta > 0 && g->fit_zeta <= 1000)) {
        bad(p, "zeta", g->fit_zeta);
    }
    g->sparse.size = (int32_t)hpsi_unpack_int_in(p, 1, INT32_MAX - 1);
    if (p->status == HPS_OK && g->sparse.size != hps_soap_size(g->soap)) {
        bad(p, "descriptor length", g->sparse.size);
    }
    unpack_counts(p, g);
    check_elements(p, g);
    if (p->status != HPS_OK || unpack_points(p, g) != HPS_OK) {
        return p->status;
    }
    r->struct_size = (int32_t)sizeof *r;
    r->n_sparse = g->sparse.total;
    r->n_structures = hpsi_unpack_int(p);
    r->n_atoms = hpsi_unpack_int(p);
    r->n_rows = hpsi_unpack_int(p);
    r->jitter = hpsi_unpack_real(p);
    g->fitted = p->status == HPS_OK;
    return p->status;
}

static void unpack_noise(hpsi_pack *p, hps_gpr *g)
{
    int64_t n = hpsi_unpack_int_in(p, 1, left(p) / 4);

    for (int64_t i = 0; p->status == HPS_OK && i < n; i++) {
        char *config_type = hpsi_unpack_text(p);
        double sigma[3];

        hpsi_unpack_reals(p, 3, sigma);
        if (p->status == HPS_OK) {
            p->status = hps_gpr_set_sigma(g, config_type, sigma[0], sigma[1], sigma[2]);
            p->status = p->status == HPS_E_OPTION ? HPS_E_FORMAT : p->status;
        }
        hpsi_free(config_type);
    }
}

hps_status hpsi_gpr_unpack(hps_gpr **out, hps_context *c, hpsi_pack *p)
{
    hps_gpr *g = hpsi_new(c, 1, sizeof *g);
    hps_status status;

    *out = NULL;
    if (g == NULL) {
        return p->status = HPS_E_MEMORY;
    }
    g->context = hpsi_context_retain(c);
    hpsi_option_defaults(&hpsi_gpr_options, g->option);
    unpack_options(p, g);
    unpack_elements(p, g);
    status = p->status == HPS_OK ? hpsi_soap_unpack(&g->soap, c, p) : p->status;
    if (status == HPS_OK && hps_soap_check(g->soap) != HPS_OK) {
        status =
            hpsi_fail(HPS_E_FORMAT, "document: the descriptor's options contradict each other");
    }
    status = status == HPS_OK ? unpack_fit(p, g) : status;
    if (status == HPS_OK && p->version > 1) {
        unpack_noise(p, g);
        status = p->status;
    }
    if (status != HPS_OK) {
        p->status = status;
        hps_gpr_destroy(g);
        return status;
    }
    *out = g;
    return HPS_OK;
}

hps_status hps_gpr_load(hps_gpr **out, hps_context *c, const char *path)
{
    hpsi_pack p;
    hps_status status;

    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: out is NULL");
    }
    *out = NULL;
    if (path == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: the path is NULL");
    }
    status = hpsi_pack_open(&p, c, path, magic, VERSION);
    if (status != HPS_OK) {
        return status;
    }
    hpsi_gpr_unpack(out, c, &p);
    status = hpsi_pack_close(&p);
    if (status != HPS_OK) {
        hps_gpr_destroy(*out);
        *out = NULL;
        hpsi_prefix(status, "%s", path);
    }
    return status;
}
