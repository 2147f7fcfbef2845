/* SPDX-License-Identifier: BSD-3-Clause */
/* The hot loops with four lanes; compiled for AVX2 and FMA on x86-64 only. */
#define LANES 4
#define NAME hpsi_soap_kernels_avx2
#define LEVEL_NAME "avx2"

#include "soap/private.h"

extern const hpsi_soap_kernels NAME;

#include "soap/kernels.inc"
