/* SPDX-License-Identifier: BSD-3-Clause */
/* Vectors of LANES doubles in GNU C, for the files that are compiled once for each
 * instruction set; the includer sets LANES to 2, 4 or 8. */
#ifndef HPSI_SOAP_VECTOR_H
#define HPSI_SOAP_VECTOR_H

#include <stdint.h>
#include <string.h>

typedef double vec __attribute__((vector_size(8 * LANES), may_alias));
typedef int64_t ivec __attribute__((vector_size(8 * LANES), may_alias));

static inline vec load(const double *p)
{
    return *(const vec *)p;
}

static inline void store(double *p, vec v)
{
    *(vec *)p = v;
}

static inline vec splat(double x)
{
    return x - (vec){0};
}

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define MIX(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#endif
#endif
#ifndef MIX
#define MIX(a, b, ...) __builtin_shuffle(a, b, (ivec){__VA_ARGS__})
#endif

/* Lane i of the result is the sum of the lanes of a[i]. */
static inline vec sums(const vec *a)
{
#if LANES == 8
    vec t[4], u[2];

    for (int i = 0; i < 4; i++) {
        t[i] = MIX(a[2 * i], a[2 * i + 1], 0, 8, 2, 10, 4, 12, 6, 14) +
               MIX(a[2 * i], a[2 * i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < 2; i++) {
        u[i] = MIX(t[2 * i], t[2 * i + 1], 0, 1, 8, 9, 4, 5, 12, 13) +
               MIX(t[2 * i], t[2 * i + 1], 2, 3, 10, 11, 6, 7, 14, 15);
    }
    return MIX(u[0], u[1], 0, 1, 2, 3, 8, 9, 10, 11) + MIX(u[0], u[1], 4, 5, 6, 7, 12, 13, 14, 15);
#elif LANES == 4
    vec t = MIX(a[0], a[1], 0, 4, 2, 6) + MIX(a[0], a[1], 1, 5, 3, 7);
    vec u = MIX(a[2], a[3], 0, 4, 2, 6) + MIX(a[2], a[3], 1, 5, 3, 7);

    return MIX(t, u, 0, 1, 4, 5) + MIX(t, u, 2, 3, 6, 7);
#else
    return MIX(a[0], a[1], 0, 2) + MIX(a[0], a[1], 1, 3);
#endif
}

/* Rows become columns. */
static inline void transpose(vec *a)
{
#if LANES == 8
    vec t[8], u[8];

    for (int i = 0; i < 4; i++) {
        t[2 * i] = MIX(a[2 * i], a[2 * i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        t[2 * i + 1] = MIX(a[2 * i], a[2 * i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < 8; i += 4) {
        for (int k = 0; k < 2; k++) {
            u[i + k] = MIX(t[i + k], t[i + k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            u[i + k + 2] = MIX(t[i + k], t[i + k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    for (int i = 0; i < 4; i++) {
        a[i] = MIX(u[i], u[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        a[i + 4] = MIX(u[i], u[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
#elif LANES == 4
    vec t[4];

    for (int i = 0; i < 2; i++) {
        t[2 * i] = MIX(a[2 * i], a[2 * i + 1], 0, 4, 2, 6);
        t[2 * i + 1] = MIX(a[2 * i], a[2 * i + 1], 1, 5, 3, 7);
    }
    for (int i = 0; i < 2; i++) {
        a[i] = MIX(t[i], t[i + 2], 0, 1, 4, 5);
        a[i + 2] = MIX(t[i], t[i + 2], 2, 3, 6, 7);
    }
#else
    vec t = MIX(a[0], a[1], 0, 2);

    a[1] = MIX(a[0], a[1], 1, 3);
    a[0] = t;
#endif
}

/* exp(y) for -700 <= y <= 700: 2^k times a Taylor series on [-ln2/2, ln2/2]. */
static inline vec exponential(vec y)
{
    static const double term[] = {1.0 / 6227020800,
                                  1.0 / 479001600,
                                  1.0 / 39916800,
                                  1.0 / 3628800,
                                  1.0 / 362880,
                                  1.0 / 40320,
                                  1.0 / 5040,
                                  1.0 / 720,
                                  1.0 / 120,
                                  1.0 / 24,
                                  1.0 / 6,
                                  0.5,
                                  1,
                                  1};
    const double magic = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds */
    vec k = y * 1.4426950408889634 + magic;
    vec whole = k - magic;
    vec x = (y - whole * 0.693147180369123816490) - whole * 1.90821492927058770002e-10;
    vec sum = splat(term[0]);

    for (int i = 1; i < 14; i++) {
        sum = sum * x + term[i];
    }
    return (vec)((ivec)sum + ((ivec)k << 52));
}

/* log(x) of normal x > 0: exponent and 2 atanh((m-1)/(m+1)), m in [sqrt(1/2), sqrt 2). */
static inline vec logarithm(vec x)
{
    const double magic = 6755399441055744.0;
    ivec bits = (ivec)x, e = (bits - 0x3FE6A09E667F3BCD) >> 52;
    vec m = (vec)(bits - (e << 52));
    vec whole = (vec)(e + 0x4338000000000000) - magic;
    vec f = (m - 1) / (m + 1), square = f * f, sum = splat(1.0 / 23);

    for (int k = 21; k > 0; k -= 2) {
        sum = sum * square + 1.0 / k;
    }
    return whole * 0.693147180369123816490 + (whole * 1.90821492927058770002e-10 + 2 * f * sum);
}

/* x^a of 0 < x; results below exp(-700) become that. */
static inline vec power_of(vec x, double a)
{
    vec y = logarithm(x) * a;
    ivec low = (ivec)(y < -700.0);

    return exponential((vec)(((ivec)y & ~low) | ((ivec)splat(-700.0) & low)));
}

#endif
