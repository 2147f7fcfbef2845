/* SPDX-License-Identifier: BSD-3-Clause */
/* What gpr uses of kernel besides its public header: powers of blocks of dot products. */
#ifndef HPSI_KERNEL_INTERNAL_H
#define HPSI_KERNEL_INTERNAL_H

#include "base/internal.h"
#include "hpswarm/kernel.h"

/* x[i] := max(x[i], 0)^zeta; products for whole and half-integer zeta. */
void hpsi_kernel_power(double zeta, int64_t n, double *x);
/* k[i] = max(x[i],0)^zeta and dk[i] = zeta max(x[i],0)^(zeta-1); k may be x or NULL. */
void hpsi_kernel_power_gradient(double zeta, int64_t n, const double *x, double *k, double *dk);

#endif
