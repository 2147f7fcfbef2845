/* SPDX-License-Identifier: BSD-3-Clause */
/* A normal number for each pair of seed and id, for objectives with noise. */
#ifndef HPS_TESTS_GAUSS_H
#define HPS_TESTS_GAUSS_H

#include <math.h>
#include <stdint.h>

static inline double gauss(uint64_t seed, uint64_t id)
{
    double u[2];
    uint64_t s = seed * 0x9E3779B97F4A7C15u + id * 0xD1B54A32D192ED03u;
    for (int k = 0; k < 2; k++) {
        s += 0x9E3779B97F4A7C15u;
        uint64_t z = (s ^ (s >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        u[k] = (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
    }
    return sqrt(-2.0 * log(1.0 - u[0])) * cos(6.283185307179586 * u[1]);
}

#endif
