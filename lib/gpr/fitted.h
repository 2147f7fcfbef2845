/* SPDX-License-Identifier: BSD-3-Clause */
/* What a fit hands on to those who pass over its rows again. */
#ifndef HPSI_GPR_FITTED_H
#define HPSI_GPR_FITTED_H

#include "gpr/internal.h"

typedef struct hpsi_fitted {
    const hps_gpr *g;
    hpsi_source *source;
    const hpsi_sparse *sparse;
    const double *e0; /* [HPSI_ELEMENTS] */
    int32_t kinds;    /* HPSI_ROWS_* that are fitted */
    double delta;     /* of the rows */
    const double *r;  /* [M][M] R^T R = k_MM + eta I */
    const double *t;  /* [M][M] triangle of the rows delta/sigma A R^-1 and of the prior's */
} hpsi_fitted;

#endif
