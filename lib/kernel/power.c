/* SPDX-License-Identifier: BSD-3-Clause */
/* Powers of dot products, max(x,0)^zeta: products for whole and half-integer exponents,
 * otherwise exp(zeta log x), good to a few units in the last place. No calls and no branches
 * in the loops: they are vectors. */
#include <math.h>
#include <string.h>

#include "kernel/internal.h"

/* One copy of each loop per instruction set, chosen when the library is loaded. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__) &&       \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define PER_TARGET __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PER_TARGET
#endif

#define TILE 256                            /* values treated at a time: stays in the first cache */
#define MOST_PRODUCTS 8                     /* above it rounding adds up to more than a few units */
#define SMALLEST (-708.0)                   /* exp of less is treated as 0 */
#define ROUNDER 6755399441055744.0          /* 1.5 2^52: adding it rounds to an integer */
#define ROOT_HALF 0x3fe6a09e667f3bcdULL     /* bits of sqrt(1/2) */
#define TWO_52 0x4330000000000000ULL        /* bits of 2^52 */
#define LN2_HIGH 6.93147180369123816490e-01 /* 33 bits: its multiples up to 2^20 are exact */
#define LN2_LOW 1.90821492927058770002e-10

/* ---------------------------------------------------------- general power */

/* An exponent whose product with a double can be formed exactly: parts of 26 bits. */
typedef struct split {
    double high, low;
} split;

static inline double from_bits(uint64_t b)
{
    double v;

    memcpy(&v, &b, sizeof v);
    return v;
}

static inline uint64_t to_bits(double v)
{
    uint64_t b;

    memcpy(&b, &v, sizeof b);
    return b;
}

/* By bits: arithmetic could be contracted into exact products and split nothing. */
static split halves(double v)
{
    split s;

    s.high = from_bits(to_bits(v) & ~0x7ffffffULL);
    s.low = v - s.high;
    return s;
}

/* ln x = e ln 2 + ln m, m in [sqrt(1/2), sqrt(2)); with f = m - 1 and s = f/(2 + f):
 * ln m = f - (f^2/2 - s (f^2/2 + R(s^2))), R the remainder of the series of atanh. high is
 * cut to 26 bits so that its products with the halves of the exponent are exact. */
static inline void logarithm(double x, double *high, double *low)
{
    uint64_t b = to_bits(x) - ROOT_HALF + (1024ULL << 52);
    double k = from_bits((b >> 52) | TWO_52) - (4503599627370496.0 + 1024.0);
    double f = from_bits((b & 0x000fffffffffffffULL) + ROOT_HALF) - 1.0;
    double s = f / (2.0 + f);
    double z = s * s;
    double r = 1.0 / 21.0;
    double h = 0.5 * f * f;
    double sum;
    double error;
    double total;

    r = r * z + 1.0 / 19.0;
    r = r * z + 1.0 / 17.0;
    r = r * z + 1.0 / 15.0;
    r = r * z + 1.0 / 13.0;
    r = r * z + 1.0 / 11.0;
    r = r * z + 1.0 / 9.0;
    r = r * z + 1.0 / 7.0;
    r = r * z + 1.0 / 5.0;
    r = r * z + 1.0 / 3.0;
    r = 2.0 * z * r;
    sum = k * LN2_HIGH + f; /* exact sum in two parts; |k ln 2| > |f| or k = 0 */
    error = f - (sum - k * LN2_HIGH);
    error = error - (h - (s * (h + r) + k * LN2_LOW));
    total = sum + error;
    *high = from_bits(to_bits(total) & ~0x7ffffffULL);
    *low = (total - *high) + (error - (total - sum));
}

/* e^(y + small), y above SMALLEST. */
static inline double exponential(double y, double small)
{
    double shifted = y * 1.44269504088896340736 + ROUNDER;
    double k = shifted - ROUNDER;
    double r = (y - k * LN2_HIGH) - k * LN2_LOW + small;
    double p = 1.0 / 6227020800.0;

    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = (p * r) * r + r;
    return (1.0 + p) * from_bits((to_bits(shifted) << 52) + (1023ULL << 52));
}

/* Exponents up to MOST_PRODUCTS. With x = 2^k m the whole part of zeta log2 x is split off
 * before anything is rounded: high k is exact (26 and 11 bits), and what remains is small. The
 * coefficients are those of atanh and exp on these intervals, interpolated at the zeros of
 * Chebyshev polynomials (largest errors 5e-18 and 3e-17). */
PER_TARGET static void power_small(double zeta, int64_t n, double *restrict x)
{
    const split z = halves(zeta);
    const double ln2 = 0.69314718055994530942;
    const double low = z.low * ln2;

#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        double v = x[i];
        double safe = v > 2.3e-308 ? v : 1.0;
        uint64_t b = to_bits(safe) - ROOT_HALF + (1024ULL << 52);
        double k = from_bits((b >> 52) | TWO_52) - (4503599627370496.0 + 1024.0);
        double f = from_bits((b & 0x000fffffffffffffULL) + ROOT_HALF) - 1.0;
        double s = f / (2.0 + f);
        double t = s * s;
        double h = 0.5 * f * f;
        double a = 0.14616449685043406;
        double p = 2.5095554677111112e-08;
        double l;
        double shifted;
        double whole;
        double r;

        a = a * t + 0.15331721600556042;
        a = a * t + 0.18182889125261723;
        a = a * t + 0.2222221113479508;
        a = a * t + 0.28571428625975487;
        a = a * t + 0.39999999999899505;
        a = a * t + 0.666666666666667;
        l = zeta * (f - (h - s * (h + t * a))) + low * k;
        shifted = z.high * k + l * 1.44269504088896340736 + ROUNDER;
        whole = shifted - ROUNDER;
        r = (z.high * k - whole) * ln2 + l;
        p = p * r + 2.761380686153829e-07;
        p = p * r + 2.755728006701698e-06;
        p = p * r + 2.4801536388690766e-05;
        p = p * r + 0.0001984126985433861;
        p = p * r + 0.0013888888905881542;
        p = p * r + 0.008333333333332155;
        p = p * r + 0.04166666666665136;
        p = p * r + 0.16666666666666666;
        p = p * r + 0.5;
        p = (p * r) * r + r;
        p = (1.0 + p) * from_bits((to_bits(shifted) << 52) + (1023ULL << 52));
        p = whole > -1021.0 ? p : 0.0;
        x[i] = v > 2.3e-308 ? p : 0.0 * v + 0.0; /* keeps NaN, turns -0 into 0 */
    }
}

PER_TARGET static void power_general(double zeta, int64_t n, double *restrict x)
{
    split z = halves(zeta);

#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        double v = x[i];
        double safe = v > 2.3e-308 ? v : 1.0;
        double high;
        double low;
        double y;
        double p;

        logarithm(safe, &high, &low);
        y = z.high * high;
        low = z.low * high + zeta * low;
        p = y > SMALLEST ? exponential(y > SMALLEST ? y : SMALLEST, low) : 0.0;
        x[i] = v > 2.3e-308 ? p : 0.0 * v + 0.0; /* keeps NaN, turns -0 into 0 */
    }
}

/* ------------------------------------------------------ powers by products */

/* x^(half/2) by repeated squaring; unrolled, since half is a constant where it is called. */
static inline __attribute__((always_inline)) void power_constant(int half, int64_t n,
                                                                 double *restrict x)
{
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        double v = x[i] > 0 ? x[i] : 0.0 * x[i] + 0.0;
        double v2 = v * v;
        double v4 = v2 * v2;
        double p = half & 1 ? sqrt(v) : 1.0;

        p = half & 2 ? p * v : p;
        p = half & 4 ? p * v2 : p;
        p = half & 8 ? p * v4 : p;
        x[i] = half & 16 ? p * (v4 * v4) : p;
    }
}

#define CASE(half)                                                                                 \
    case half:                                                                                     \
        power_constant(half, n, x);                                                                \
        break

PER_TARGET static void power_products(int32_t half, int64_t n, double *restrict x)
{
    switch (half) {
        CASE(1);
        CASE(2);
        CASE(3);
        CASE(4);
        CASE(5);
        CASE(6);
        CASE(7);
        CASE(8);
        CASE(9);
        CASE(10);
        CASE(11);
        CASE(12);
        CASE(13);
        CASE(14);
        CASE(15);
    default: /* 2 MOST_PRODUCTS */
        power_constant(16, n, x);
        break;
    }
}

static int is_products(double zeta)
{
    return zeta > 0 && zeta <= MOST_PRODUCTS && 2 * zeta == floor(2 * zeta);
}

void hpsi_kernel_power(double zeta, int64_t n, double *x)
{
    if (is_products(zeta)) {
        power_products((int32_t)(2 * zeta), n, x);
    } else if (zeta <= MOST_PRODUCTS) {
        power_small(zeta, n, x);
    } else {
        power_general(zeta, n, x);
    }
}

/* p = x^(zeta-1) serves both: k = p x and dk = zeta p. */
void hpsi_kernel_power_gradient(double zeta, int64_t n, const double *x, double *k, double *dk)
{
    double p[TILE];

    for (int64_t first = 0; first < n; first += TILE) {
        int64_t count = n - first < TILE ? n - first : TILE;

        if (zeta == 1) {
            for (int64_t i = 0; i < count; i++) {
                p[i] = x[first + i] > 0 ? 1.0 : 0.0 * x[first + i] + 0.0;
            }
        } else {
            memcpy(p, x + first, (size_t)count * sizeof *p);
            hpsi_kernel_power(zeta - 1, count, p);
        }
        for (int64_t i = 0; i < count; i++) {
            double v = x[first + i] > 0 ? x[first + i] : 0.0;

            if (k != NULL) {
                k[first + i] = p[i] * v;
            }
            dk[first + i] = zeta * p[i];
        }
    }
}
