/* SPDX-License-Identifier: BSD-3-Clause */
/* Powers with a fixed exponent, prepared once, and the loops that are compiled once for each
 * instruction set. */
#ifndef HPSI_KERNEL_LOOPS_H
#define HPSI_KERNEL_LOOPS_H

#include "kernel/internal.h"

/* Bits of 2^-8; from there up to 1 the quick loop is exact to a few units in the last place. */
#define HPSI_POWER_LEAST ((uint64_t)0x3f70000000000000)

typedef struct hpsi_kernel_loops {
    const char *name;
    /* x[i] := x[i]^zeta for 2^-8 <= x[i] < 1, anything for others; whole vectors of 8. */
    void (*quick)(const hpsi_power *p, int64_t n, double *x);
    /* 1 if a value lies outside of that range; whole vectors of 8. */
    int32_t (*outside)(int64_t n, const double *x);
} hpsi_kernel_loops;
/* Level 0 portable, 1 AVX2, 2 AVX-512, -1 the best; NULL if it is not available. */
const hpsi_kernel_loops *hpsi_kernel_loops_get(int32_t level);
/* power.c: hpsi_power_apply by the loops of one level; p->half is not looked at. */
void hpsi_power_apply_with(const hpsi_kernel_loops *l, const hpsi_power *p, int64_t n, double *x);

#endif
