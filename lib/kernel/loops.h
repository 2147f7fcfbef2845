/* SPDX-License-Identifier: BSD-3-Clause */
/* Powers with a fixed exponent, prepared once, and the loops that are compiled once for each
 * instruction set. */
#ifndef HPSI_KERNEL_LOOPS_H
#define HPSI_KERNEL_LOOPS_H

#include "kernel/internal.h"

/* Bits of 2^-15 less half the distance of two nodes: where the first of the octaves that have
 * nodes begins. */
#define HPSI_POWER_LEAST ((uint64_t)0x3f00000000000000 - ((uint64_t)1 << 47))

/* Sums of k = x^zeta about the provisional mean of k. */
typedef struct hpsi_partial {
    int64_t n;
    double s1, s2, s3, minimum, maximum;
} hpsi_partial;

/* Exponents with p->half > 0 or p->n_terms > 0; whole vectors of 8 values. */
typedef struct hpsi_kernel_loops {
    const char *name;
    /* x[i] := max(x[i], 0)^zeta; without p->half for values within the octaves, anything for
     * others. */
    void (*raise)(const hpsi_power *p, int64_t n, double *x);
    /* 1 if a value lies outside of the octaves. */
    int32_t (*outside)(int64_t n, const double *x);
    /* Add the sums of all powers to *sum; 0 and nothing is added if p->half is 0 and a value
     * lies outside. */
    int32_t (*moments)(const hpsi_power *p, double provisional, int64_t n, const double *x,
                       hpsi_partial *sum);
} hpsi_kernel_loops;
/* Level 0 portable, 1 AVX2, 2 AVX-512, -1 the best; NULL if it is not available. */
const hpsi_kernel_loops *hpsi_kernel_loops_get(int32_t level);
/* power.c: hpsi_power_apply by the loops of one level. */
void hpsi_power_apply_with(const hpsi_kernel_loops *l, const hpsi_power *p, int64_t n, double *x);

#endif
