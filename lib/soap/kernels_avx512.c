/* SPDX-License-Identifier: BSD-3-Clause */
/* The hot loops with eight lanes; compiled for AVX-512 on x86-64 only. */
#define LANES 8
#define NAME hpsi_soap_kernels_avx512
#define LEVEL_NAME "avx512"

#include "soap/private.h"

extern const hpsi_soap_kernels NAME;

#include "soap/kernels.inc"
