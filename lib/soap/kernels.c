/* SPDX-License-Identifier: BSD-3-Clause */
/* Chooses the widest set of loops that the processor can run. */
#include "soap/private.h"

extern const hpsi_soap_kernels hpsi_soap_kernels_generic;
#ifdef HPSI_SOAP_X86
extern const hpsi_soap_kernels hpsi_soap_kernels_avx2, hpsi_soap_kernels_avx512;

static int32_t available(void)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")) {
        return 2;
    }
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1 : 0;
}
#endif

int32_t hpsi_soap_level(void)
{
#ifdef HPSI_SOAP_X86
    return available();
#else
    return 0;
#endif
}

const hpsi_soap_kernels *hpsi_soap_kernels_get(int32_t level)
{
#ifdef HPSI_SOAP_X86
    const hpsi_soap_kernels *sets[] = {&hpsi_soap_kernels_generic, &hpsi_soap_kernels_avx2,
                                       &hpsi_soap_kernels_avx512};
    int32_t best = available();

    return level > best ? NULL : sets[level < 0 ? best : level];
#else
    return level > 0 ? NULL : &hpsi_soap_kernels_generic;
#endif
}
