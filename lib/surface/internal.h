/* SPDX-License-Identifier: BSD-3-Clause */
/* Offline optimisation: what the files of designs and response surfaces share. */
#ifndef HPSI_SURFACE_INTERNAL_H
#define HPSI_SURFACE_INTERNAL_H

#include "hpswarm/surface.h"
#include "swarm/internal.h"
#include "swarm/surface.h"

/* --------------------------------------------------------------- sobol.c */

enum { HPSI_SOBOL_DIMS = 40, HPSI_SOBOL_DEGREE = 8 };
typedef struct hpsi_sobol_row {
    uint32_t polynomial;
    uint32_t first[HPSI_SOBOL_DEGREE];
} hpsi_sobol_row;
extern const hpsi_sobol_row hpsi_sobol_rows[HPSI_SOBOL_DIMS];

/* ------------------------------------------------------------- surface.c */

struct hps_surface {
    hps_context *context;
    hps_space *space; /* own copy */
    int32_t kind;
    int32_t n_dims, *dims; /* parameters that are not fixed */
    int32_t n_ordered;     /* of these without the choices */
    int32_t n_features;

    /* data of the last fit; n = 0: there is none */
    int64_t n, n_left_out;
    double *u; /* [n][n_dims] unit coordinates, discrete ones at the middle of their level */
    double *y; /* [n] values */
    double *fitted, *left; /* [n] prediction at the point, and with the point left out */

    /* linear, quadratic */
    int64_t n_terms;
    double *coefficient; /* [n_terms] */
    int32_t *group;      /* [n_features] */
    /* rbf */
    hpsi_rbf *rbf;
    /* gp: K = k + noise^2 = R^T R in units of the process's variance */
    double *length;          /* [n_dims] */
    double *factor;          /* [n][n] R */
    double *weight, *column; /* [n] K^-1 (y - mean), K^-1 1 */
    double mean, variance, noise_ratio, column_sum;
};

/* Unit coordinates of a point, into u[n_dims]. HPS_E_ARGUMENT names what is out of bounds. */
hps_status hpsi_surface_locate(const hps_surface *r, int64_t row, const double *x, double *u);
/* The parameter of dimension d. */
const hpsi_param *hpsi_surface_param(const hps_surface *r, int32_t d);
/* Prediction at u; *sd (if not NULL) of a GP. work: hpsi_surface_work(r) doubles. */
double hpsi_surface_value(const hps_surface *r, const double *u, double *sd, double *work);
int64_t hpsi_surface_work(const hps_surface *r);

/* ---------------------------------------------------------- polynomial.c */

int64_t hpsi_polynomial_terms(const hps_surface *r);
hps_status hpsi_polynomial_fit(hps_surface *r);
double hpsi_polynomial_value(const hps_surface *r, const double *u, double *work);

/* --------------------------------------------------------------- basis.c */

hps_status hpsi_basis_fit(hps_surface *r);
double hpsi_basis_value(const hps_surface *r, const double *u, double *work);
/* Diagonal of (R^T R)^-1 for upper R[n][n]; column: n doubles of work space. */
void hpsi_inverse_diagonal(int64_t n, const double *r, int64_t ld, double *diagonal,
                           double *column);

/* ------------------------------------------------------------- process.c */

#define HPSI_SURFACE_LONGEST 30.0 /* as good as infinite in the unit interval */

hps_status hpsi_process_fit(hps_surface *r);
double hpsi_process_value(const hps_surface *r, const double *u, double *sd, double *work);

#endif
