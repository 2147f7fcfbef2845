/* SPDX-License-Identifier: BSD-3-Clause */
/* Response surfaces through scattered values, usable without a swarm: the cubic radial basis
 * with a linear tail, the quadratic (least squares or of least norm), the separable quadratic, the
 * Gaussian process with a length for each coordinate.
 * Their memory is allocated once by create; fits are single-threaded and give the same bits
 * everywhere (call them between hpsi_blas_begin and hpsi_blas_end). */
#ifndef HPSI_SWARM_SURFACE_H
#define HPSI_SWARM_SURFACE_H

#include "base/internal.h"

/* ---------------------------------------------------- surface_values.c */

/* Monotone maps of the values in front of a fit (swarm.md 4.2). */
enum {
    HPSI_MAP_RAW = 0,
    HPSI_MAP_CLIPPED = 1, /* min(f, median) */
    HPSI_MAP_LOG = 2,     /* ln(1 + (f - least) / (lower quartile - least)) */
    HPSI_MAP_RANK = 3,    /* ln of the mid-rank */
    HPSI_MAPS = 4
};
/* y[n] finite -> out[n] (out may be y); sorted[n] is work space and returns y ascending. */
void hpsi_surface_map(int32_t map, int32_t n, const double *y, double *out, double *sorted);
/* All of them: out[HPSI_MAPS][n]. */
void hpsi_surface_maps(int32_t n, const double *y, double *out, double *sorted);
/* Values in units of the median's distance from the least, in place, and weights 1 (worst) .. 20
 * (best) by rank that fall with 1/y^2 where a value is far away (swarm.md 4.3). sorted[n]: work
 * space. 1 if the values differ. */
int hpsi_surface_weigh(int32_t n, double *y, double *weights, double *sorted);
/* Sort ascending. */
void hpsi_sort_reals(int64_t n, double *y);
/* 1 - residual / total sum of squares; -inf for constant y that is not met. */
double hpsi_surface_r2(int32_t n, const double *y, const double *predicted);

/* ------------------------------------------------------- surface_rbf.c */

/* sum_i a_i (|z-z_i|^3 + tau (1 + z.z_i)) in z = (u - centre)/scale, for up to HPSI_MAPS sets of
 * values on the same points, each standardised by its mean and deviation. */
typedef struct hpsi_rbf {
    int32_t max_points, n_dims, n, n_sets;
    double *z, *norm;        /* [n_dims][ld], [ld] |z|^2 */
    int64_t ld;              /* hpsi_padded(n) */
    double *kernel, *factor; /* [ld][ld], workspace */
    double *weight;          /* [n_sets][n] */
    double *phi;             /* [ld] workspace */
    double *centre;          /* [n_dims] */
    double *moved;           /* [n_dims] workspace */
    double scale, tail;      /* tail: tau */
    double mean[HPSI_MAPS], deviation[HPSI_MAPS];
} hpsi_rbf;
hps_status hpsi_rbf_create(hpsi_rbf **out, hps_context *c, int32_t max_points, int32_t n_dims);
void hpsi_rbf_destroy(hpsi_rbf *s);
/* Fit to points u[n][n_dims] and values y[n_sets][n]. centre NULL: the mean of the points; scale
 * 0: their rms distance from the centre. 1 if it succeeded; 0 for n = 0, for a first set without
 * spread, or if no nugget makes the kernel positive. */
int hpsi_rbf_fit(hpsi_rbf *s, int32_t n, const double *u, const double *centre, double scale,
                 int32_t n_sets, const double *y);
/* Values of all sets at u[n_dims] into out[n_sets]. */
void hpsi_rbf_predict(hpsi_rbf *s, const double *u, double *out);
/* Of one set. */
double hpsi_rbf_value(hpsi_rbf *s, const double *u, int32_t set);
/* Standardised value of the first set at z and its gradient [n_dims]. */
double hpsi_rbf_gradient(hpsi_rbf *s, const double *z, double *gradient);
/* Least value over lo <= z <= hi, by projected gradients from z (in: start, out: best). work
 * [4][n_dims]. Returns the standardised value there. */
double hpsi_rbf_minimise(hpsi_rbf *s, const double *lo, const double *hi, double *z, double *work);

/* ------------------------------------------------------- surface_ard.c */

/* Gaussian process: constant + Matern 5/2 with a length for each coordinate + noise, for up to
 * HPSI_MAPS sets of values on the same points. */
#define HPSI_ARD_LEVEL 10.0 /* variance of the constant, in units of the process's */
typedef struct hpsi_ard {
    int32_t max_points, n_dims, n, n_sets;
    int64_t ld;             /* of rows of points: hpsi_padded(n), what is behind n anything */
    double *u, *z, *norm;   /* [n_dims][ld], [n_dims + 1][ld], [ld] |z|^2; z = u / length, ones */
    double *theta, *move;   /* [n_dims + 1] ln of the lengths and of the noise's share, and the last
                             * step of each, 0: none. Accepted, */
    double *found, *moved;  /* and of the last fit */
    double *inverse_length; /* [n_dims] */
    double *slope;          /* [n_dims + 1], workspace as all below but weight */
    double *factor, *inner, *work; /* [ld][ld] and more */
    double *image;                 /* [n_dims + 1][ld] */
    double *weight;                /* [n_sets][n] */
    double *values, *phi;          /* [ld] */
    double mean[HPSI_MAPS], deviation[HPSI_MAPS];
    int32_t learned_points, steps; /* lengths are learned from at most so many points, in so many
                                    * steps a fit; 0 steps: as few as screening needs */
} hpsi_ard;
hps_status hpsi_ard_create(hpsi_ard **out, hps_context *c, int32_t max_points, int32_t n_dims);
void hpsi_ard_destroy(hpsi_ard *s);
/* Fit to points u[n][n_dims] and values y[n_sets][n]. learned >= 0: lengths and noise go some steps
 * from the accepted ones towards the most likely for that set; -1: they are the accepted ones. 1 if
 * it succeeded; 0 as hpsi_rbf_fit. */
int hpsi_ard_fit(hpsi_ard *s, int32_t n, const double *u, int32_t n_sets, const double *y,
                 int32_t learned);
/* The next fit starts from the lengths of the last. */
void hpsi_ard_accept(hpsi_ard *s);
/* Are the accepted lengths, noise and steps within their bounds? */
int hpsi_ard_sound(const hpsi_ard *s);
/* Values of all sets at u[n_dims] into out[n_sets]. */
void hpsi_ard_predict(hpsi_ard *s, const double *u, double *out);
/* Of one set. */
double hpsi_ard_value(hpsi_ard *s, const double *u, int32_t set);
/* -ln of likelihood times belief, without constants; its slopes [n_dims + 1] are in s->slope.
 * +inf if it cannot be had. */
double hpsi_ard_likelihood(hpsi_ard *s, int32_t n, const double *u, const double *y,
                           const double *theta);

/* ------------------------------------------------------ surface_seek.c */

/* Where a process expects to improve on the least value it knows (Jones, Schonlau and Welch, J.
 * Global Optim. 13 (1998) 455), for several points one after another: those chosen already count
 * with the values that are expected of them, which leaves the mean and lessens the deviation. */
enum { HPSI_SEEK_POINTS = 8 }; /* that are looked at at once */
typedef struct hpsi_seek {
    const hpsi_ard *ard; /* gives the mean; not owned */
    int32_t max_points, n_dims, n;
    int64_t ld;             /* padded number of points with those to be chosen */
    double *z;              /* [n_dims][ld] points in units of the lengths */
    double *factor;         /* [ld][ld] upper factor of their covariance */
    double variance, least; /* of the standardised values */
    double *kernel;         /* [ld], workspace as all below */
    double *block;          /* [ld][HPSI_SEEK_POINTS] */
    double *at;             /* [n_dims] */
} hpsi_seek;
/* max_points: of the process and chosen after it. */
hps_status hpsi_seek_create(hpsi_seek **out, hps_context *c, int32_t max_points, int32_t n_dims);
void hpsi_seek_destroy(hpsi_seek *s);
/* Begin with what ard was fitted to, y[n] being the values of its first set; so many more points
 * are to be chosen, all within max_points. */
void hpsi_seek_begin(hpsi_seek *s, const hpsi_ard *ard, const double *y, int32_t more);
/* Standardised mean and deviation at u[count][n_dims], count <= HPSI_SEEK_POINTS. */
void hpsi_seek_predict(hpsi_seek *s, int32_t count, const double *u, double *mean,
                       double *deviation);
/* ln of the expected improvement there. */
void hpsi_seek_gains(hpsi_seek *s, int32_t count, const double *u, double *gain);
/* Believe what is expected at u[n_dims]; without effect once they are as many as was said. */
void hpsi_seek_believe(hpsi_seek *s, const double *u);
/* ln(phi(t) + t Phi(t)) of the standard normal distribution, to 1e-8. */
double hpsi_log_improvement(double t);

/* ----------------------------------------------------- surface_loops.c */

/* inner[n] = products z.z_j become squared distances norm + norms[j] - 2 inner[j]; out = Matern 5/2
 * + level of these, inner = -2 times its derivative by that. */
void hpsi_matern_row(int64_t n, double norm, const double *norms, double level, double *inner,
                     double *out);
/* out[n] = Matern 5/2 of u[n_dims] and each column of z[n_dims][n], + level. */
void hpsi_matern_at(int64_t n, int32_t n_dims, const double *z, const double *u, double level,
                    double *out);
/* out[n] = |.|^3 + tail (1 + inner) of products inner[n] = z.z_j and squared norms; out may be
 * inner. */
void hpsi_cubic_row(int64_t n, double norm, const double *norms, double tail, const double *inner,
                    double *out);
/* Sum over n of weight (r^3 + tail (1 + inner)), r the distance as above; *radial = sum of weight
 * r; inner = weight (tail - 3 r). */
double hpsi_cubic_slope(int64_t n, double norm, const double *norms, double tail,
                        const double *weight, double *inner, double *radial);
/* out[n] = products of u[n_dims] with each column of z[n_dims][n]. */
void hpsi_products_at(int64_t n, int32_t n_dims, const double *z, const double *u, double *out);
/* inverse[j] = (inverse[j] - factor a[j]) slope[j] */
void hpsi_weigh_row(int64_t n, double factor, const double *a, const double *slope,
                    double *inverse);
/* Upper R, rows of hpsi_padded(n), becomes the upper triangle of (R^T R)^-1, what is below it
 * anything. */
#define HPSI_INVERT_WORK(n) ((n) * (n) + 16 * (n))
void hpsi_invert_factored(int64_t n, double *r, double *work);
/* x[n_sets][n] := (R^T R)^-1 x for up to 4 sets, R as above; work[4 n]. */
void hpsi_solve_sets(int64_t n, const double *r, int32_t n_sets, double *x, double *work);

/* ---------------------------------------------------- surface_factor.c */

/* Rows of what is factored are padded to whole vectors: n rows take hpsi_padded(n) squared. */
static inline int64_t hpsi_padded(int64_t n)
{
    return (n + 7) / 8 * 8;
}
/* Where the vector that holds the diagonal of row i begins: loops over a row begin there, since
 * nothing reads what is below the diagonal. */
static inline int64_t hpsi_row_start(int64_t i)
{
    return i / 8 * 8;
}
/* Upper R with A = R^T R from the upper triangle of A[hpsi_padded(n)][hpsi_padded(n)], in place;
 * below it and in the padding anything. 0, or 1 + the first row that is not positive. */
int64_t hpsi_surface_cholesky(int64_t n, double *a);

/* ------------------------------------------------- surface_quadratic.c */

/* constant + gradient.z + z.hessian z / 2; a separable one keeps only the diagonal. */
typedef struct hpsi_quadratic {
    hps_context *context;
    int32_t n_dims, separable, max_points, max_terms;
    double constant, *gradient;
    double *hessian; /* [n_dims][n_dims], or [n_dims] of a separable one */
    double *design;  /* [max_points][max_terms], workspace as all below */
    double *normal;  /* max(points, terms), padded, squared */
    double *solution, *rhs, *norm, *residual;
    double *vectors, *curvature, *slope, *step; /* of the trust region */
} hpsi_quadratic;
/* max_points: for fits of any kind. Least squares are prepared for at most max_points terms. */
hps_status hpsi_quadratic_create(hpsi_quadratic **out, hps_context *c, int32_t max_points,
                                 int32_t n_dims, int32_t separable);
void hpsi_quadratic_destroy(hpsi_quadratic *q);
/* Number of coefficients. */
int64_t hpsi_quadratic_terms(int32_t n_dims, int32_t separable);
/* Are n points enough for least squares (1.05 terms + 2)? */
int hpsi_quadratic_enough(int32_t n_dims, int64_t n);
/* How many of the nearest points a full quadratic is best fitted to (swarm.md 4.3). */
int64_t hpsi_quadratic_points(int32_t n_dims);
/* Fit to z[n][n_dims], values y[n], weights w[n] > 0: weighted least squares for a separable one
 * and with enough points, else the quadratic of least norm through the points. 1 if it
 * succeeded. */
int hpsi_quadratic_fit(hpsi_quadratic *q, int32_t n, const double *z, const double *y,
                       const double *w);
double hpsi_quadratic_value(const hpsi_quadratic *q, const double *z);
/* Minimum over |s| <= radius, exactly. */
hps_status hpsi_quadratic_step(hpsi_quadratic *q, double radius, double *s);

/* ------------------------------------------------------ surface_step.c */

/* Minimise b.s + sum e_k s_k^2/2 over |s| <= radius (secular equation; in the hard case along
 * the lowest e). */
void hpsi_secular_step(int32_t n, const double *e, const double *b, double radius, double *s);

#endif
