/* SPDX-License-Identifier: BSD-3-Clause */
/* The regularisation path: one factorisation of the energies-only fit for every
 * lambda = sigma_energy^2/delta^2 (gpr.md sections 8 and 9), or Gram matrices of all rows for
 * every delta and noise (docs/gpr.md section 12). */
#ifndef HPSI_GPR_PATH_H
#define HPSI_GPR_PATH_H

#include "gpr/internal.h"

/* What does not depend on lambda. W = diag(w), C = W^1/2 A R^-1 = U diag(d) Vt with
 * k~ = R^T R, and b = W^1/2 y. */
typedef struct hpsi_family {
    hps_context *context;
    int64_t s, m, r;  /* structures, sparse points, min(s, m) */
    double *chol;     /* [m][m] R */
    double *d, *u;    /* [r] singular values; U^T b */
    double *vt;       /* [r][m] */
    double *left;     /* [s][r] U */
    double *w;        /* [s] */
    double *rest;     /* [s] b - U U^T b, 0 if s <= m */
    double *outside;  /* [s] 1 - sum_k U_sk^2, 0 if s <= m */
    double rest2;     /* |rest|^2 */
    double log_w_sum; /* sum of ln w */
} hpsi_family;

/* Factorise. Takes over chol [m][m] = R and rows [s][m] = W^1/2 A (freed on every path);
 * w and b are copied. HPS_E_NUMERIC */
hps_status hpsi_family_create(hpsi_family **out, hps_context *c, int64_t s, int64_t m, double *chol,
                              double *rows, const double *w, const double *b);
void hpsi_family_destroy(hpsi_family *f);
/* out[n][r] = rows[n][ld >= m] R^-1 V; rows are destroyed. */
hps_status hpsi_family_transform(const hpsi_family *f, int64_t n, double *rows, int64_t ld,
                                 double *out);
/* g[r]: whitened coefficients at lambda; predictions are transformed rows times g. */
void hpsi_family_coefficients(const hpsi_family *f, double lambda, double *g);
/* out[n] = y[n] - rows[n][r] g. */
void hpsi_family_residuals(const hpsi_family *f, int64_t n, const double *rows, const double *y,
                           const double *g, double *out);
void hpsi_residuals(int64_t n, int64_t width, const double *rows, const double *y, const double *g,
                    double *out);
/* Residual y_s - y_{-s} of every structure when it is left out: out[s]. */
void hpsi_family_leave_out(const hpsi_family *f, double lambda, double *out);
/* -ln p of b's data at (delta, lambda), and the best delta for this lambda. */
void hpsi_family_evidence(const hpsi_family *f, double delta, double lambda, double *minus_log,
                          double *best_delta);

/* Sums of squares of residuals as a quadratic form in g (gpr.md section 8). */
typedef struct hpsi_gram {
    int64_t n;     /* rows seen */
    double *gg;    /* [r][r] T^T T */
    double *h;     /* [r] T^T y */
    double c;      /* y^T y */
    double *block; /* transformed rows of the largest block so far */
    int64_t capacity;
} hpsi_gram;

hps_status hpsi_gram_create(hpsi_gram **out, const hpsi_family *f);
void hpsi_gram_destroy(hpsi_gram *q);
/* Append n rows [n][ld >= m] (destroyed) with targets y[n]. */
hps_status hpsi_gram_append(hpsi_gram *q, const hpsi_family *f, int64_t n, double *rows, int64_t ld,
                            const double *y);
/* The same of r columns, and rows [n][ld >= r] as they are. */
hps_status hpsi_gram_new(hpsi_gram **out, hps_context *c, int64_t r);
hps_status hpsi_gram_add(hpsi_gram *q, hps_context *c, int64_t r, int64_t n, const double *rows,
                         int64_t ld, const double *y);
/* Sum of squared residuals at coefficients g, never negative; scratch [r]. */
double hpsi_gram_residual(const hpsi_gram *q, int64_t r, const double *g, double *scratch);

/* Largest eps times the trace of a system: where it was met, errors were those of fits to
 * 1e-4 of themselves (docs/gpr.md, section 12). */
#define HPSI_NORMAL_LIMIT 1e-3

/* (I + (jitter/delta^2 - eta) R^-T R^-1 + sum_k f_k G_k) beta = sum_k f_k h_k with G_k = C_k^T C_k,
 * C_k = W^1/2 A_k R^-1 the rows whose noise follows option k, W their weights beside it. */
typedef struct hpsi_normal {
    hps_context *context;
    int64_t m;
    double *chol;                /* [m][m] R */
    double eta, jitter;          /* of R; eta delta^2 of its settings */
    hpsi_gram *part[HPSI_PARTS]; /* NULL without rows */
    hpsi_gram *prior;            /* R^-T R^-1, by which another eta changes the prior */
    double *sum;                 /* [m][m] the matrix of one query, then its factor */
} hpsi_normal;

/* Takes over chol [m][m] (freed on every path). */
hps_status hpsi_normal_create(hpsi_normal **out, hps_context *c, int64_t m, double *chol);
void hpsi_normal_destroy(hpsi_normal *n);
/* Append rows scaled by their W^1/2 (destroyed). */
hps_status hpsi_normal_append(hpsi_normal *n, const hpsi_rows *rows);
/* g[m]: whitened coefficients. HPS_E_NUMERIC where normal equations lose too many digits. */
hps_status hpsi_normal_solve(hpsi_normal *n, double delta, const double factor[HPSI_PARTS],
                             double *g);

/* Frames of one data set that have an energy: sizes, weights and targets. */
typedef struct hpsi_energies {
    int64_t n;       /* rows so far */
    int64_t n_atoms; /* of all frames, those without an energy included */
    double *atoms;   /* [n] */
    double *y;       /* [n] E - sum e0 */
    double *left;    /* [n] residuals of one query */
} hpsi_energies;

struct hps_path {
    hps_context *context;
    hps_gpr *gpr; /* the settings */
    hpsi_sparse sparse;
    double e0[HPSI_ELEMENTS];
    hpsi_family *family; /* this, */
    hpsi_normal *normal; /* or this; the other one is NULL */
    int64_t width;       /* of transformed rows */
    hpsi_energies train, test;
    hps_dataset *frames; /* test frames, NULL without */
    double *rows;        /* [test.n][width] transformed energy rows */
    double *g, *scratch; /* [width] */
    hpsi_gram *forces;   /* NULL until first asked for */
};

/* Stream rows of one kind of the test frames. */
hps_status hpsi_path_stream_test(hps_path *p, int32_t kind, hpsi_rows_sink sink, void *arg);

#endif
