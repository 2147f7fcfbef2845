/* SPDX-License-Identifier: BSD-3-Clause */
/* Training: least squares by a QR of the stacked system, whitened and streamed.
 *
 * With k + eta I = R^T R (eta = jitter/delta^2), alpha' = delta^2 alpha and beta = R alpha',
 *   min |Sigma^-1/2 (A alpha' - y)|^2 + alpha'^T (k + eta I) alpha' / delta^2
 * is, times delta^2,  min |C beta - b|^2 + |beta|^2  with the rows of C = D A R^-1, b = D y,
 * D = delta/sigma of the row. The triangle takes the rows of C block by block, the heavy ones
 * first, then those of the unit matrix (docs/gpr.md, section 5). */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "gpr/leave_out.h"
#include "gpr/refine.h"

#define UNIT_ROWS 128 /* rows of the unit matrix appended at a time */

typedef struct fit {
    hps_gpr *g;
    hpsi_source source;
    hpsi_sparse sparse;
    double e0[HPSI_ELEMENTS];
    double eta;
    double *r;     /* [M][M] */
    double *t;     /* [M][M] triangle of the whitened rows */
    double *qty;   /* [M] */
    double *alpha; /* [M] */
    int64_t n_rows;
    double rest, seconds_covariance, seconds_solve;
    double log_noise; /* sum of ln sigma over the rows */
    double scale;     /* of delta: 1, or what the evidence asks for */
    int32_t kinds;    /* of rows */
    hpsi_left *left;  /* leave-one-out is asked for, or NULL */
} fit;

static hps_status append_rows(const hpsi_rows *rows, void *arg)
{
    fit *x = arg;
    hps_context *c = x->g->context;
    int64_t n = x->sparse.total;
    double start = hpsi_seconds();
    hps_status status;

    for (int64_t i = 0; i < rows->m; i++) {
        double d = x->g->option[HPSI_GPR_DELTA] / rows->sigma[i];

        for (int64_t t = 0; t < n; t++) {
            rows->a[i * rows->ld + t] *= d;
        }
        rows->y[i] *= d;
        if (d > 0) { /* a force that is left out has infinite noise */
            x->n_rows++;
            x->log_noise += log(rows->sigma[i]);
        }
    }
    status = hpsi_solve_right(c, rows->m, n, x->r, n, rows->a, rows->ld);
    if (status == HPS_OK) {
        status =
            hpsi_qr_append(c, n, x->t, n, x->qty, &x->rest, rows->m, rows->a, rows->ld, rows->y);
    }
    x->seconds_solve += hpsi_seconds() - start;
    return status;
}

/* Rows i.. of the unit matrix (over the scale of delta) are zero left of column i and stay so. */
static hps_status append_unit(fit *x)
{
    hps_context *c = x->g->context;
    int64_t n = x->sparse.total;
    double *rows = hpsi_new(c, hpsi_size_mul(UNIT_ROWS, n + 1), sizeof *rows);
    hps_status status = rows != NULL ? HPS_OK : HPS_E_MEMORY;

    for (int64_t i = 0; status == HPS_OK && i < n; i += UNIT_ROWS) {
        int64_t m = n - i < UNIT_ROWS ? n - i : UNIT_ROWS;
        int64_t width = n - i;

        memset(rows, 0, (size_t)(UNIT_ROWS * (n + 1)) * sizeof *rows);
        for (int64_t j = 0; j < m; j++) {
            rows[j * width + j] = 1 / x->scale;
        }
        status = hpsi_qr_append(c, width, x->t + i * n + i, n, x->qty + i, &x->rest, m, rows, width,
                                rows + UNIT_ROWS * n);
    }
    hpsi_free(rows);
    return status;
}

/* What is needed to pass over the rows again. */
static hpsi_fitted parts(fit *x)
{
    hpsi_fitted f = {.g = x->g,
                     .source = &x->source,
                     .sparse = &x->sparse,
                     .e0 = x->e0,
                     .kinds = x->kinds,
                     .delta = x->g->option[HPSI_GPR_DELTA],
                     .r = x->r,
                     .t = x->t};

    return f;
}

/* alpha: for the unit kernel, qty: beta. */
static hps_status refine(fit *x)
{
    double start = hpsi_seconds();
    hpsi_refined r = {
        .fit = parts(x), .scale = x->scale, .eta = x->eta, .beta = x->qty, .alpha = x->alpha};
    hps_status status = hpsi_gpr_refine(&r);

    x->seconds_solve += hpsi_seconds() - start;
    return status;
}

/* From coefficients of the unit kernel to those of the model. */
static hps_status scale_back(fit *x)
{
    double delta = x->g->option[HPSI_GPR_DELTA] * x->scale;

    for (int64_t i = 0; i < x->sparse.total; i++) {
        x->alpha[i] /= delta * delta;
        if (!isfinite(x->alpha[i])) {
            return hpsi_fail(HPS_E_NUMERIC, "gpr: coefficient %lld of the fit is not finite",
                             (long long)i);
        }
    }
    return HPS_OK;
}

static hps_status solve(fit *x)
{
    int64_t n = x->sparse.total;
    double delta = x->g->option[HPSI_GPR_DELTA];
    double start = hpsi_seconds();
    hps_status status = HPS_OK;

    x->scale = 1;
    if (x->g->option[HPSI_GPR_DELTA_METHOD] != 0) {
        status = hpsi_gpr_best_scale(x->g->context, n, x->t, x->qty, x->rest, delta, &x->scale);
    }
    status = status == HPS_OK ? append_unit(x) : status;
    if (status != HPS_OK) {
        return status;
    }
    if (x->left != NULL) {
        memcpy(x->left->qty, x->qty, (size_t)n * sizeof *x->qty);
    }
    hpsi_blas_begin();
    hpsi_solve_vector(n, x->t, n, 0, x->qty);
    memcpy(x->alpha, x->qty, (size_t)n * sizeof *x->alpha);
    hpsi_solve_vector(n, x->r, n, 0, x->alpha);
    hpsi_blas_end();
    x->seconds_solve += hpsi_seconds() - start;
    if (x->g->option[HPSI_GPR_REFINE] != 0) {
        status = refine(x);
    }
    return status == HPS_OK ? scale_back(x) : status;
}

/* What the options ask for; said if the data have nothing of it. */
static int32_t kinds_of(const fit *x)
{
    const hps_gpr *g = x->g;
    int32_t kinds = HPSI_ROWS_ENERGY;
    int32_t found = 0;

    for (int64_t i = 0; i < x->source.n_frames; i++) {
        hps_frame f;

        hpsi_dataset_frame(x->source.data, i, &f);
        found |=
            (f.forces != NULL ? HPSI_ROWS_FORCE : 0) | (f.virial != NULL ? HPSI_ROWS_VIRIAL : 0);
    }
    if (g->option[HPSI_GPR_FIT_FORCES] != 0) {
        kinds |= HPSI_ROWS_FORCE;
    }
    if (g->option[HPSI_GPR_FIT_VIRIALS] != 0) {
        kinds |= HPSI_ROWS_VIRIAL;
    }
    if ((kinds & ~found & HPSI_ROWS_FORCE) != 0) {
        hpsi_log(g->context, HPS_LOG_WARN,
                 "gpr: fit_forces is 1, but no training frame has forces");
    }
    if ((kinds & ~found & HPSI_ROWS_VIRIAL) != 0) {
        hpsi_log(g->context, HPS_LOG_WARN,
                 "gpr: fit_virials is 1, but no training frame has a virial");
    }
    return kinds & (found | HPSI_ROWS_ENERGY);
}

static hps_status covariances(fit *x)
{
    hps_context *c = x->g->context;
    const double *option = x->g->option;
    int64_t n = x->sparse.total;
    double start = hpsi_seconds();
    hps_status status;

    x->r = hpsi_new(c, hpsi_size_mul(n, n), sizeof *x->r);
    x->t = hpsi_new(c, hpsi_size_mul(n, n), sizeof *x->t);
    x->qty = hpsi_new(c, n, sizeof *x->qty);
    x->alpha = hpsi_new(c, n, sizeof *x->alpha);
    if (x->left != NULL) {
        x->left->qty = hpsi_new(c, n, sizeof *x->left->qty);
    }
    if (x->r == NULL || x->t == NULL || x->qty == NULL || x->alpha == NULL ||
        (x->left != NULL && x->left->qty == NULL)) {
        return HPS_E_MEMORY;
    }
    x->kinds = kinds_of(x);
    x->eta = option[HPSI_GPR_JITTER] / (option[HPSI_GPR_DELTA] * option[HPSI_GPR_DELTA]);
    status = hpsi_gpr_whitener(c, &x->sparse, option[HPSI_GPR_ZETA], &x->eta, x->r, n);
    if (status == HPS_OK) {
        status = hpsi_gpr_stream(x->g, &x->source, &x->sparse, x->e0, x->kinds, append_rows, x);
    }
    x->seconds_covariance = hpsi_seconds() - start - x->seconds_solve;
    if (status == HPS_OK && x->n_rows == 0) {
        status = hpsi_fail(HPS_E_OPTION, "gpr: no training frame has an energy%s",
                           option[HPSI_GPR_FIT_FORCES] != 0 ? " or forces" : "");
    }
    return status;
}

/* -ln p = 1/2 [J/delta^2 + ln det(C^T C + I/s^2) + 2 M ln s + sum ln sigma^2 + N ln 2 pi] with J
 * the least squares; at fixed sigma/delta the best delta is that of J/N (docs/gpr.md, 13). */
static void report_evidence(fit *x)
{
    hps_gpr_report *r = &x->g->report;
    double delta = x->g->option[HPSI_GPR_DELTA];
    double n = (double)x->n_rows;
    double value = 0.5 * (x->rest / (delta * delta) + n * log(2 * 3.14159265358979323846));

    for (int64_t i = 0; i < x->sparse.total; i++) {
        value += log(fabs(x->t[i * (x->sparse.total + 1)])) + log(x->scale);
    }
    r->delta = x->g->fit_delta;
    r->minus_log_evidence = value + x->log_noise;
    r->best_delta = x->scale * sqrt(x->rest / n);
}

/* Move what was found into the model. */
static void keep(fit *x)
{
    hps_gpr *g = x->g;

    hpsi_gpr_drop_fit(g);
    g->fit_delta = g->option[HPSI_GPR_DELTA] * x->scale;
    report_evidence(x);
    g->sparse = x->sparse;
    memset(&x->sparse, 0, sizeof x->sparse);
    memcpy(g->e0, x->e0, sizeof g->e0);
    g->alpha = x->alpha;
    x->alpha = NULL;
    g->fit_zeta = g->option[HPSI_GPR_ZETA];
    g->report.struct_size = (int32_t)sizeof g->report;
    g->report.n_sparse = g->sparse.total;
    g->report.n_structures = x->source.n_frames;
    g->report.n_atoms = x->source.n_atoms;
    g->report.n_rows = x->n_rows;
    g->report.jitter = x->eta * g->fit_delta * g->fit_delta;
    g->report.seconds_covariance = x->seconds_covariance;
    g->report.seconds_solve = x->seconds_solve;
    g->fitted = 1;
}

static hps_status leave_out(fit *x)
{
    x->left->fit = parts(x);
    return hpsi_gpr_leave_out(x->left);
}

static hps_status run(fit *x)
{
    double start = hpsi_seconds();
    double descriptors;
    hps_status status = hpsi_gpr_e0(x->g, &x->source, x->e0);

    status = status == HPS_OK ? hpsi_gpr_select(x->g, &x->source, &x->sparse) : status;
    descriptors = x->source.seconds + hpsi_seconds() - start;
    status = status == HPS_OK ? covariances(x) : status;
    status = status == HPS_OK ? solve(x) : status;
    status = status == HPS_OK && x->left != NULL ? leave_out(x) : status;
    if (status == HPS_OK) {
        keep(x);
        x->g->report.seconds_descriptors = descriptors;
    }
    return status;
}

static hps_status train_model(hps_gpr *g, const hps_dataset *train, hpsi_left *left)
{
    fit x = {.g = g, .left = left};
    hps_status status;

    if (hps_dataset_n_frames(train) == 0) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: the training set has no structures");
    }
    status = hpsi_source_open(&x.source, g->soap, train);
    if (status != HPS_OK) {
        return status;
    }
    status = run(&x);
    hpsi_free(x.alpha);
    hpsi_free(x.qty);
    hpsi_free(x.t);
    hpsi_free(x.r);
    hpsi_sparse_free(&x.sparse);
    hpsi_source_close(&x.source);
    return status;
}

hps_status hps_gpr_fit(hps_gpr *g, const hps_dataset *train)
{
    if (g == NULL || train == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: the model or the training set is NULL");
    }
    return train_model(g, train, NULL);
}

static void copy_out(double *to, const double *from, int64_t n)
{
    if (to != NULL) {
        memcpy(to, from, (size_t)n * sizeof *to);
    }
}

hps_status hps_gpr_fit_leave_out(hps_gpr *g, const hps_dataset *train, double *energy,
                                 double *forces, double *virial)
{
    hpsi_left left = {0};
    int64_t frames;
    int64_t atoms;
    hps_status status = HPS_E_MEMORY;

    if (g == NULL || train == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: the model or the training set is NULL");
    }
    frames = hps_dataset_n_frames(train);
    atoms = hps_dataset_n_atoms(train);
    left.energy = hpsi_new(g->context, frames, sizeof(double));
    left.forces = hpsi_new(g->context, 3 * atoms, sizeof(double));
    left.virial = hpsi_new(g->context, 9 * frames, sizeof(double));
    if (left.energy != NULL && left.forces != NULL && left.virial != NULL) {
        status = train_model(g, train, &left);
    }
    if (status == HPS_OK) {
        copy_out(energy, left.energy, frames);
        copy_out(forces, left.forces, 3 * atoms);
        copy_out(virial, left.virial, 9 * frames);
    }
    hpsi_free(left.qty);
    hpsi_free(left.virial);
    hpsi_free(left.forces);
    hpsi_free(left.energy);
    return status;
}
