/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers of 113 bits for plain versions that need them, where the compiler has them. */
#ifndef HPS_TEST_QUAD_H
#define HPS_TEST_QUAD_H

#include <float.h>
#include <math.h>

#include "support/long_double.h"

#if LDBL_MANT_DIG < 100 && defined(__SIZEOF_FLOAT128__)
__extension__ typedef __float128 quad;
#define HPS_TEST_QUAD 1
#else
typedef long double quad;
#define HPS_TEST_QUAD (LDBL_MANT_DIG >= 100)
#endif

/* Heron's, from the root of the nearest double. */
static inline quad quad_root(quad x)
{
    quad y = (quad)sqrt((double)x);

    for (int i = 0; y > 0 && i < 3; i++) {
        y = (y + x / y) / 2;
    }
    return y;
}

/* x^zeta, x >= 0 and 0 <= zeta < 2^31, one bit of zeta after the other: squares and roots. */
static inline quad quad_power(quad x, double zeta)
{
    double rest = zeta - floor(zeta);
    quad y = 1;
    quad p = x;

    for (long n = (long)zeta; n > 0; n /= 2) {
        y *= n % 2 != 0 ? p : 1;
        p *= p;
    }
    for (p = x; rest > 0; rest -= floor(rest)) {
        p = quad_root(p);
        rest *= 2;
        y *= rest >= 1 ? p : 1;
    }
    return y;
}

#endif
