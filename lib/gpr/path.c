/* SPDX-License-Identifier: BSD-3-Clause */
/* Every (delta, sigma_energy) of an energies-only fit from one factorisation, docs/gpr.md
 * sections 8 and 9; or every delta and noise of any fit by normal equations. The jitter relative to
 * delta^2 is that of the settings the path was made with and stays, so that predictions depend on
 * lambda alone. */
#include "gpr/path.h"

#include <math.h>
#include <string.h>

#include "base/linalg.h"

static int64_t count_energies(const hps_dataset *d)
{
    hps_frame f;
    int64_t n = 0;

    for (int64_t i = 0; i < hps_dataset_n_frames(d); i++) {
        hpsi_dataset_frame(d, i, &f);
        n += f.has_energy != 0;
    }
    return n;
}

static hps_status energies_init(hpsi_energies *e, hps_context *c, const hps_dataset *d)
{
    const int64_t n = count_energies(d);

    e->n_atoms = hps_dataset_n_atoms(d);
    e->atoms = hpsi_new(c, n, sizeof(double));
    e->y = hpsi_new(c, n, sizeof(double));
    e->left = hpsi_new(c, n, sizeof(double));
    return e->atoms != NULL && e->y != NULL && e->left != NULL ? HPS_OK : HPS_E_MEMORY;
}

static void energies_free(hpsi_energies *e)
{
    hpsi_free(e->atoms);
    hpsi_free(e->y);
    hpsi_free(e->left);
}

/* Take the targets and sizes of a block of energy rows. */
static void energies_take(hpsi_energies *e, const hps_dataset *d, const hpsi_rows *rows)
{
    hps_frame f;

    for (int64_t i = 0; i < rows->m; i++) {
        hpsi_dataset_frame(d, rows->frame[i], &f);
        e->atoms[e->n + i] = f.n_atoms;
        e->y[e->n + i] = rows->y[i];
    }
    e->n += rows->m;
}

/* What the sinks of training and test rows need. */
typedef struct gather {
    hps_path *p;
    const hps_dataset *data;
    double *out; /* rows W^1/2 A of all training structures */
    double *w, *b;
    int64_t n; /* training rows of a path by normal equations */
} gather;

/* W: noise variance sigma_energy^2 n of a structure if per atom, else sigma_energy^2. One
 * with a noise of its own keeps the ratio that it has to the settings'. */
static double weight(const hps_gpr *g, const hpsi_rows *rows, int64_t i, double n_atoms)
{
    if (rows->part[i] == HPSI_PART_OWN) {
        const double root = g->option[HPSI_GPR_SIGMA_ENERGY] / rows->sigma[i];
        return root * root;
    }
    return g->option[HPSI_GPR_SIGMA_PER_ATOM] != 0 ? 1 / n_atoms : 1;
}

static hps_status take_train(const hpsi_rows *rows, void *arg)
{
    gather *a = arg;
    hpsi_energies *e = &a->p->train;
    const int64_t first = e->n, m = a->p->sparse.total;

    energies_take(e, a->data, rows);
    for (int64_t i = 0; i < rows->m; i++) {
        const double w = weight(a->p->gpr, rows, i, e->atoms[first + i]);
        const double root = sqrt(w);
        double *row = a->out + (first + i) * m;
        for (int64_t t = 0; t < m; t++) {
            row[t] = root * rows->a[i * rows->ld + t];
        }
        a->w[first + i] = w;
        a->b[first + i] = root * rows->y[i];
    }
    return HPS_OK;
}

/* chol := R with R^T R = k_MM + eta I; owned by the caller. */
static hps_status whiten(const hps_path *p, double **chol, double *used)
{
    const int64_t m = p->sparse.total;
    const double *option = p->gpr->option;
    double eta = option[HPSI_GPR_JITTER] / (option[HPSI_GPR_DELTA] * option[HPSI_GPR_DELTA]);
    hps_status st;

    *chol = hpsi_new(p->context, hpsi_size_mul(m, m), sizeof(double));
    if (*chol == NULL) {
        return HPS_E_MEMORY;
    }
    st = hpsi_gpr_whitener(p->context, &p->sparse, option[HPSI_GPR_ZETA], &eta, *chol, m);
    *used = eta;
    if (st != HPS_OK) {
        hpsi_free(*chol);
        *chol = NULL;
    }
    return st;
}

static hps_status factorise(hps_path *p, hpsi_source *source, gather *a)
{
    const int64_t s = count_energies(source->data), m = p->sparse.total;
    double *chol = NULL, eta;
    hps_status st;

    a->out = hpsi_new(p->context, hpsi_size_mul(s, m), sizeof(double));
    a->w = hpsi_new(p->context, s, sizeof(double));
    a->b = hpsi_new(p->context, s, sizeof(double));
    st = a->out != NULL && a->w != NULL && a->b != NULL ? HPS_OK : HPS_E_MEMORY;
    if (st == HPS_OK) {
        st = hpsi_gpr_stream(p->gpr, source, &p->sparse, p->e0, HPSI_ROWS_ENERGY, take_train, a);
    }
    if (st == HPS_OK) {
        st = whiten(p, &chol, &eta);
    }
    if (st == HPS_OK) {
        st = hpsi_family_create(&p->family, p->context, s, m, chol, a->out, a->w, a->b);
        a->out = NULL;
    }
    hpsi_free(a->out);
    hpsi_free(a->w);
    hpsi_free(a->b);
    return st;
}

/* W^1/2 of a row: one over its noise if that is its own, else over its noise in units of the
 * option, so that the option's value leaves no trace. */
static double root_weight(const gather *a, const hpsi_rows *rows, int64_t i)
{
    hps_frame f;

    if (rows->part[i] == HPSI_PART_OWN || isinf(rows->sigma[i])) {
        return 1 / rows->sigma[i];
    }
    hpsi_dataset_frame(a->data, rows->frame[i], &f);
    return rows->part[i] == HPSI_PART_FORCE || a->p->gpr->option[HPSI_GPR_SIGMA_PER_ATOM] == 0
               ? 1
               : 1 / sqrt(f.n_atoms);
}

static hps_status take_any(const hpsi_rows *rows, void *arg)
{
    gather *a = arg;

    for (int64_t i = 0; i < rows->m; i++) {
        const double root = root_weight(a, rows, i);

        for (int64_t t = 0; t < a->p->sparse.total; t++) {
            rows->a[i * rows->ld + t] *= root;
        }
        rows->y[i] *= root;
    }
    a->n += rows->m;
    return hpsi_normal_append(a->p->normal, rows);
}

static hps_status accumulate(hps_path *p, hpsi_source *source, gather *a)
{
    const double *option = p->gpr->option;
    const int32_t kinds = HPSI_ROWS_ENERGY |
                          (option[HPSI_GPR_FIT_FORCES] != 0 ? HPSI_ROWS_FORCE : 0) |
                          (option[HPSI_GPR_FIT_VIRIALS] != 0 ? HPSI_ROWS_VIRIAL : 0);
    double *chol = NULL, eta = 0;
    hps_status st = whiten(p, &chol, &eta);

    if (st == HPS_OK) {
        st = hpsi_normal_create(&p->normal, p->context, p->sparse.total, chol);
    }
    if (st == HPS_OK) {
        p->normal->jitter = eta * option[HPSI_GPR_DELTA] * option[HPSI_GPR_DELTA];
        p->normal->eta = eta;
    }
    if (st == HPS_OK) {
        st = hpsi_gpr_stream(p->gpr, source, &p->sparse, p->e0, kinds, take_any, a);
    }
    if (st == HPS_OK && a->n == 0) {
        st = hpsi_fail(HPS_E_ARGUMENT, "path: no training frame has anything to fit");
    }
    return st;
}

static hps_status choose_points(hps_path *p, hpsi_source *source)
{
    hps_status st = hpsi_gpr_e0(p->gpr, source, p->e0);

    return st == HPS_OK ? hpsi_gpr_select(p->gpr, source, &p->sparse) : st;
}

static hps_status learn(hps_path *p, const hps_dataset *train, int32_t normal)
{
    gather a = {.p = p, .data = train};
    hpsi_source source;
    hps_status st = energies_init(&p->train, p->context, train);

    if (st == HPS_OK) {
        st = hpsi_source_open(&source, p->gpr->soap, train);
    }
    if (st != HPS_OK) {
        return st;
    }
    st = choose_points(p, &source);
    if (st == HPS_OK) {
        st = normal ? accumulate(p, &source, &a) : factorise(p, &source, &a);
    }
    hpsi_source_close(&source);
    if (st == HPS_OK) {
        p->width = normal ? p->normal->m : p->family->r;
        p->g = hpsi_new(p->context, p->width, sizeof(double));
        p->scratch = hpsi_new(p->context, p->width, sizeof(double));
        st = p->g != NULL && p->scratch != NULL ? HPS_OK : HPS_E_MEMORY;
    }
    return st;
}

static hps_status take_test(const hpsi_rows *rows, void *arg)
{
    gather *a = arg;
    const hps_path *p = a->p;
    hpsi_energies *e = &a->p->test;
    double *out = p->rows + e->n * p->width;
    hps_status st;

    energies_take(e, a->data, rows);
    if (p->family != NULL) {
        return hpsi_family_transform(p->family, rows->m, rows->a, rows->ld, out);
    }
    st = hpsi_solve_right(p->context, rows->m, p->width, p->normal->chol, p->width, rows->a,
                          rows->ld);
    for (int64_t i = 0; i < rows->m; i++) {
        memcpy(out + i * p->width, rows->a + i * rows->ld, (size_t)p->width * sizeof *out);
    }
    return st;
}

hps_status hpsi_path_stream_test(hps_path *p, int32_t kind, hpsi_rows_sink sink, void *arg)
{
    hpsi_source source;
    hps_status st = hpsi_source_open(&source, p->gpr->soap, p->frames);

    if (st == HPS_OK) {
        st = hpsi_gpr_stream(p->gpr, &source, &p->sparse, p->e0, kind, sink, arg);
        hpsi_source_close(&source);
    }
    return st;
}

/* An own handle on the test frames, sharing their storage. */
static hps_status keep_frames(hps_path *p, const hps_dataset *test)
{
    const int64_t n = hps_dataset_n_frames(test);
    int64_t *all = hpsi_new(p->context, n, sizeof *all);
    hps_status st;

    if (all == NULL) {
        return HPS_E_MEMORY;
    }
    for (int64_t i = 0; i < n; i++) {
        all[i] = i;
    }
    st = hps_dataset_subset(&p->frames, test, n, all);
    hpsi_free(all);
    return st;
}

static hps_status learn_test(hps_path *p, const hps_dataset *test)
{
    gather a = {.p = p, .data = test};
    hps_status st = keep_frames(p, test);

    if (st == HPS_OK) {
        st = energies_init(&p->test, p->context, test);
    }
    if (st == HPS_OK) {
        p->rows =
            hpsi_new(p->context, hpsi_size_mul(count_energies(test), p->width), sizeof(double));
        st = p->rows != NULL ? HPS_OK : HPS_E_MEMORY;
    }
    return st == HPS_OK ? hpsi_path_stream_test(p, HPSI_ROWS_ENERGY, take_test, &a) : st;
}

static hps_status check_create(hps_path **out, const hps_gpr *g, const hps_dataset *train)
{
    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "path: out is NULL");
    }
    *out = NULL;
    if (g == NULL || train == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "path: %s is NULL", g == NULL ? "g" : "train");
    }
    return HPS_OK;
}

static hps_status check_energies(const hps_gpr *g, const hps_dataset *train)
{
    if (g->option[HPSI_GPR_FIT_FORCES] != 0 || g->option[HPSI_GPR_FIT_VIRIALS] != 0) {
        return hpsi_fail(HPS_E_OPTION, "path: %s is 1; a path fits energies alone",
                         g->option[HPSI_GPR_FIT_FORCES] != 0 ? "fit_forces" : "fit_virials");
    }
    if (count_energies(train) == 0) {
        return hpsi_fail(HPS_E_ARGUMENT, "path: no training frame has an energy");
    }
    return HPS_OK;
}

static hps_status create(hps_path **out, const hps_gpr *g, const hps_dataset *train,
                         const hps_dataset *test, int32_t normal)
{
    hps_path *p = hpsi_new(g->context, 1, sizeof *p);
    hps_status st;

    if (p == NULL) {
        return HPS_E_MEMORY;
    }
    p->context = hpsi_context_retain(g->context);
    st = hps_gpr_clone(&p->gpr, g);
    if (st == HPS_OK) {
        st = learn(p, train, normal);
    }
    if (st == HPS_OK && test != NULL) {
        st = learn_test(p, test);
    }
    if (st != HPS_OK) {
        hps_path_destroy(p);
        return st;
    }
    *out = p;
    return HPS_OK;
}

hps_status hps_path_create(hps_path **out, const hps_gpr *g, const hps_dataset *train,
                           const hps_dataset *test)
{
    hps_status st = check_create(out, g, train);

    st = st == HPS_OK ? check_energies(g, train) : st;
    return st == HPS_OK ? create(out, g, train, test, 0) : st;
}

hps_status hps_path_create_noises(hps_path **out, const hps_gpr *g, const hps_dataset *train,
                                  const hps_dataset *test)
{
    hps_status st = check_create(out, g, train);

    if (st == HPS_OK && test == NULL) {
        st = hpsi_fail(HPS_E_ARGUMENT, "path: test is NULL");
    }
    return st == HPS_OK ? create(out, g, train, test, 1) : st;
}

void hps_path_destroy(hps_path *p)
{
    if (p == NULL) {
        return;
    }
    hps_gpr_destroy(p->gpr);
    hpsi_sparse_free(&p->sparse);
    hpsi_family_destroy(p->family);
    hpsi_normal_destroy(p->normal);
    energies_free(&p->train);
    energies_free(&p->test);
    hps_dataset_destroy(p->frames);
    hpsi_free(p->rows);
    hpsi_free(p->g);
    hpsi_free(p->scratch);
    hpsi_gram_destroy(p->forces);
    hpsi_context_release(p->context);
    hpsi_free(p);
}
