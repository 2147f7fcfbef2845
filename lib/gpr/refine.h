/* SPDX-License-Identifier: BSD-3-Clause */
/* A fit that is to have its rounding taken out (docs/gpr.md, section 5). */
#ifndef HPSI_GPR_REFINE_H
#define HPSI_GPR_REFINE_H

#include "gpr/fitted.h"

typedef struct hpsi_refined {
    hpsi_fitted fit;
    double scale;  /* the prior is that of scale * delta */
    double eta;    /* on the diagonal of k_MM */
    double *beta;  /* [M] the solution for it */
    double *alpha; /* [M] R^-1 beta, replaced by a better one */
} hpsi_refined;

/* One more pass over the rows for each step; mostly there is one. */
hps_status hpsi_gpr_refine(hpsi_refined *x);

#endif
