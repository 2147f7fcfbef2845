/* SPDX-License-Identifier: BSD-3-Clause */
/* Counter-based random numbers: Philox4x32-10 of Random123 (Salmon et al., SC11). */
#include <Random123/philox.h>

#include <math.h>

#include "base/internal.h"

void hpsi_philox(uint64_t key, const uint32_t counter[4], uint32_t out[4])
{
    philox4x32_ctr_t c = {{counter[0], counter[1], counter[2], counter[3]}};
    philox4x32_key_t k = {{(uint32_t)key, (uint32_t)(key >> 32)}};
    philox4x32_ctr_t r = philox4x32(c, k);

    for (int i = 0; i < 4; i++) {
        out[i] = r.v[i];
    }
}

/* The 53 high bits of 64: multiples of 2^-53 in [0,1). */
static double unit(uint32_t low, uint32_t high)
{
    uint64_t w = (uint64_t)low | ((uint64_t)high << 32);

    return (double)(w >> 11) * 0x1p-53;
}

hpsi_uniform2 hpsi_uniform(int64_t seed, int32_t stream, uint32_t iteration, uint32_t id,
                           uint32_t dimension)
{
    uint32_t counter[4] = {iteration, id, dimension, (uint32_t)stream};
    uint32_t w[4];
    hpsi_uniform2 r;

    hpsi_philox((uint64_t)seed, counter, w);
    r.u[0] = unit(w[0], w[1]);
    r.u[1] = unit(w[2], w[3]);
    return r;
}

double hpsi_gaussian(hpsi_uniform2 r)
{
    return sqrt(-2.0 * log(1.0 - r.u[0])) * cos(6.283185307179586 * r.u[1]);
}

void hpsi_permutation(int64_t seed, int32_t stream, uint32_t id, int64_t n, int64_t *p)
{
    for (int64_t i = 0; i < n; i++) {
        p[i] = i;
    }
    for (int64_t i = n - 1; i > 0; i--) {
        double u = hpsi_uniform(seed, stream, (uint32_t)i, id, (uint32_t)((uint64_t)i >> 32)).u[0];
        int64_t j = (int64_t)(u * (double)(i + 1));
        int64_t t = p[i];

        p[i] = p[j];
        p[j] = t;
    }
}
