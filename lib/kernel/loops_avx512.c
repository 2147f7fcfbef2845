/* SPDX-License-Identifier: BSD-3-Clause */
/* The loops over values with eight lanes; compiled for AVX-512 on x86-64 only. */
#define LANES 8
#define NAME hpsi_kernel_loops_avx512
#define LEVEL_NAME "avx512"

#include "kernel/loops.h"

extern const hpsi_kernel_loops NAME;

#include "kernel/loops.inc"
