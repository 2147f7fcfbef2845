/* SPDX-License-Identifier: BSD-3-Clause */
/* What a fit hands on to have its rounding taken out (docs/gpr.md, section 5). */
#ifndef HPSI_GPR_REFINE_H
#define HPSI_GPR_REFINE_H

#include "gpr/internal.h"

typedef struct hpsi_refined {
    const hps_gpr *g;
    hpsi_source *source;
    const hpsi_sparse *sparse;
    const double *e0; /* [HPSI_ELEMENTS] */
    int32_t kinds;    /* HPSI_ROWS_* that are fitted */
    double delta;     /* of the rows */
    double scale;     /* the prior is that of scale * delta */
    double eta;       /* on the diagonal of k_MM */
    const double *r;  /* [M][M] R^T R = k_MM + eta I */
    const double *t;  /* [M][M] triangle of the rows delta/sigma A R^-1 and of the prior's */
    double *beta;     /* [M] the solution for it */
    double *alpha;    /* [M] R^-1 beta, replaced by a better one */
} hpsi_refined;

/* One more pass over the rows for each step; mostly there is one. */
hps_status hpsi_gpr_refine(hpsi_refined *x);

#endif
