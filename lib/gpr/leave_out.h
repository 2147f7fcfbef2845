/* SPDX-License-Identifier: BSD-3-Clause */
/* What a fit hands on for leave-one-structure-out (docs/gpr.md, section 9). */
#ifndef HPSI_GPR_LEAVE_OUT_H
#define HPSI_GPR_LEAVE_OUT_H

#include "gpr/internal.h"

typedef struct hpsi_left {
    const hps_gpr *g;
    hpsi_source *source;
    const hpsi_sparse *sparse;
    const double *e0; /* [HPSI_ELEMENTS] */
    int32_t kinds;    /* HPSI_ROWS_* that are fitted */
    double delta;     /* of the rows */
    const double *r;  /* [M][M] R^T R = k_MM + eta I */
    const double *t;  /* [M][M] triangle of the rows delta/sigma A R^-1 and of the prior's */
    double *qty;      /* [M] its right-hand side */
    /* predictions of each structure by the fit without it; NaN where nothing was fitted */
    double *energy; /* [frames] */
    double *forces; /* [atoms][3] */
    double *virial; /* [frames][3][3] */
} hpsi_left;

/* One more pass over the rows. HPS_E_NUMERIC: a structure's rows have no noise left. */
hps_status hpsi_gpr_leave_out(hpsi_left *x);
/* Most rows of one structure. */
int64_t hpsi_left_rows(const hps_dataset *d, int32_t kinds);

#endif
