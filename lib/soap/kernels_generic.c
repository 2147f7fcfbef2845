/* SPDX-License-Identifier: BSD-3-Clause */
/* The hot loops with two lanes: what every compiler and processor has. */
#define LANES 2
#define NAME hpsi_soap_kernels_generic
#define LEVEL_NAME "portable"

#include "soap/private.h"

extern const hpsi_soap_kernels NAME;

#include "soap/kernels.inc"
