/* SPDX-License-Identifier: BSD-3-Clause */
/* The loops over values with two lanes: what every compiler and processor has. */
#define LANES 2
#define NAME hpsi_kernel_loops_generic
#define LEVEL_NAME "portable"

#include "kernel/loops.h"

extern const hpsi_kernel_loops NAME;

#include "kernel/loops.inc"
