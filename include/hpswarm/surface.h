/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file surface.h
 * Offline optimisation: a design says where to evaluate, a response surface describes the
 * values, its quality says whether to believe it, and its minimum is the answer. Nothing here
 * calls an objective; the points may come from anywhere.
 *
 * Points are double[n_params] as in swarm.h. Surfaces work in the unit interval of each
 * parameter's (log) scale; a choice has no order. Parameters that are fixed take no part.
 */
#ifndef HPSWARM_SURFACE_H
#define HPSWARM_SURFACE_H

#include "base.h"
#include "swarm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ----------------------------------------------------------------- designs */

enum {
    HPS_DESIGN_LATIN = 0, /**< Latin hypercube: each parameter in n equal parts, one point each */
    HPS_DESIGN_SOBOL =
        1, /**< Sobol's sequence, direction numbers of Joe and Kuo; <= 40 parameters */
    HPS_DESIGN_ORTHOGONAL = 2 /**< orthogonal array of strength 2 with q^2 points, q prime: any two
                               *   parameters meet in all q x q combinations of q levels */
};

/** How many points a design has that has at least n of them: n itself, except that an orthogonal
 *  array has q^2 with the least prime q >= sqrt(n) that offers enough columns (q + 1 of them).
 *  @param n 1..10000000 */
HPS_API hps_status hps_design_size(const hps_space *s, int32_t kind, int64_t n, int64_t *size);
/** The points of a design. Integers and choices take the level that the coordinate falls in;
 *  fixed parameters their value.
 *  @param seed of the Latin hypercube, of the order of an array's levels, and of the digital
 *  shift of Sobol's sequence; with 0 the latter is plain (its first point is the lower corner)
 *  @param n as hps_design_size gave it  @param[out] x [n][n_params] */
HPS_API hps_status hps_design_points(const hps_space *s, int32_t kind, int64_t seed, int64_t n,
                                     double *x);

/* ---------------------------------------------------------------- surfaces */

typedef struct hps_surface hps_surface;
enum {
    HPS_SURFACE_LINEAR = 0, /**< least squares on the parameters */
    HPS_SURFACE_QUADRATIC =
        1,               /**< with squares and products; of least norm if points are too few */
    HPS_SURFACE_RBF = 2, /**< cubic radial basis with a linear tail, goes through the values */
    HPS_SURFACE_GP = 3   /**< Gaussian process: Matern 5/2 with a length for each parameter and
                          *   noise, both of the greatest likelihood */
};

/** A surface over a copy of the space. */
HPS_API hps_status hps_surface_create(hps_surface **out, hps_context *c, const hps_space *s,
                                      int32_t kind);
/** Fit to points and their values; may be repeated, a failed fit leaves no surface. Values that
 *  are not finite (failed evaluations) are left out; two others are needed at least. One beyond
 *  1e100 in size, whose square would leave little room, is HPS_E_ARGUMENT.
 *  HPS_E_NUMERIC if the points do not determine a surface.
 *  @param x [n][n_params], inside the bounds  @param f [n] */
HPS_API hps_status hps_surface_fit(hps_surface *r, int64_t n, const double *x, const double *f);
/** HPS_E_STATE before a fit.
 *  @param x [n][n_params], inside the bounds  @param[out] mean [n]
 *  @param[out] sd [n] standard deviation of the mean (HPS_SURFACE_GP only, without the noise), or
 *  NULL */
HPS_API hps_status hps_surface_predict(const hps_surface *r, int64_t n, const double *x,
                                       double *mean, double *sd);

typedef struct hps_surface_quality {
    int32_t struct_size;
    int32_t n_terms;  /**< free coefficients; of RBF and GP the number of points */
    int64_t n_points; /**< used in the fit */
    int64_t n_left_out;
    double r2;       /**< 1 - residual / total sum of squares, of the values fitted to */
    double r2_loo;   /**< the same, each value predicted from all others; NaN if a point cannot
                      *   be left out (as many coefficients as points) */
    double rmse;     /**< root mean square of the residuals */
    double rmse_loo; /**< the same, each value predicted from all others */
    double noise;    /**< of a GP, its standard deviation; else NaN */
} hps_surface_quality;
/** How well it describes its values. Leaving one out is exact for given lengths and noise. */
HPS_API hps_status hps_surface_get_quality(const hps_surface *r, hps_surface_quality *q);
/** Over which part of its range a parameter bends the values: of a GP its length in the unit
 *  interval (infinite: it has no effect, or one that is a straight line; of a choice the length
 *  that separates two labels), of the others NaN.  @param[out] length [n_params], NaN for fixed
 *  ones */
HPS_API hps_status hps_surface_lengths(const hps_surface *r, double *length);
/** Where the surface is least inside the bounds. A search with a swarm and descents; the same
 *  bits on every call.
 *  @param[out] x [n_params]  @param[out] f the surface's value there; each may be NULL */
HPS_API hps_status hps_surface_minimum(const hps_surface *r, double *x, double *f);
HPS_API void hps_surface_destroy(hps_surface *r);

#ifdef __cplusplus
}
#endif
#endif
