/* SPDX-License-Identifier: BSD-3-Clause */
/* A fit of which leave-one-structure-out is asked for (docs/gpr.md, section 9). */
#ifndef HPSI_GPR_LEAVE_OUT_H
#define HPSI_GPR_LEAVE_OUT_H

#include "gpr/fitted.h"

typedef struct hpsi_left {
    hpsi_fitted fit;
    double *qty; /* [M] its right-hand side */
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
