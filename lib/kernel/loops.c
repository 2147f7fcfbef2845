/* SPDX-License-Identifier: BSD-3-Clause */
/* Chooses the widest set of loops that the processor can run. */
#include "kernel/loops.h"

extern const hpsi_kernel_loops hpsi_kernel_loops_generic;
#ifdef HPSI_SOAP_X86
extern const hpsi_kernel_loops hpsi_kernel_loops_avx2, hpsi_kernel_loops_avx512;
#endif

const hpsi_kernel_loops *hpsi_kernel_loops_get(int32_t level)
{
    int32_t best = hpsi_soap_level();
#ifdef HPSI_SOAP_X86
    const hpsi_kernel_loops *sets[] = {&hpsi_kernel_loops_generic, &hpsi_kernel_loops_avx2,
                                       &hpsi_kernel_loops_avx512};
#else
    const hpsi_kernel_loops *sets[] = {&hpsi_kernel_loops_generic};
#endif

    return level > best ? NULL : sets[level < 0 ? best : level];
}
