/* SPDX-License-Identifier: BSD-3-Clause */
/* The loops over values with four lanes; compiled for AVX2 on x86-64 only. */
#define LANES 4
#define NAME hpsi_kernel_loops_avx2
#define LEVEL_NAME "avx2"

#include "kernel/loops.h"

extern const hpsi_kernel_loops NAME;

#include "kernel/loops.inc"
