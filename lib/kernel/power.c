/* SPDX-License-Identifier: BSD-3-Clause */
/* Powers of dot products, max(x,0)^zeta: products for whole and half-integer exponents, a
 * polynomial that is fitted to the exponent for others, exp(zeta log x) for values outside of
 * its range and large exponents; good to a few units in the last place. No calls and no
 * branches in the loops: they are vectors. */
#include <math.h>
#include <string.h>

#include "kernel/loops.h"

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

/* ------------------------------------------------------- a fixed exponent */

/* term := monomials in m - 3/2 of the polynomial that interpolates m^f at the zeros of T_18 on
 * [1,2]; for 0 < f < 1 it is off by 3e-16 at most. Long double keeps the noise of the terms of
 * high order, which are small differences, below that. */
static void fit_fraction(double f, double term[HPSI_POWER_TERMS])
{
    enum { N = HPSI_POWER_TERMS };
    const long double pi = 3.14159265358979323846L;
    long double cosine[4 * N];   /* of multiples of pi/(2N) */
    long double before[N] = {1}; /* T_k in monomials of 2 (m - 3/2) */
    long double now[N] = {0, 1}; /* T_{k+1} */
    long double sum[N] = {0};

    for (int i = 0; i < 4 * N; i++) {
        cosine[i] = cosl(pi * (long double)i / (2 * N));
    }
    for (int k = 0; k < N; k++) {
        long double series = 0;

        for (int i = 0; i < N; i++) {
            long double m = 1.5L + 0.5L * cosine[2 * i + 1];

            series += powl(m, (long double)f) * cosine[k * (2 * i + 1) % (4 * N)];
        }
        for (int j = 0; j <= k; j++) {
            sum[j] += series * before[j] * (k == 0 ? 1 : 2) / N;
        }
        for (int j = N - 1; j >= 0; j--) {
            long double next = (j > 0 ? 2 * now[j - 1] : 0) - before[j];

            before[j] = now[j];
            now[j] = next;
        }
    }
    for (int j = 0; j < N; j++) {
        term[j] = (double)ldexpl(sum[j], j);
    }
}

void hpsi_power_make(hpsi_power *p, double zeta)
{
    double fraction;

    memset(p, 0, sizeof *p);
    p->zeta = zeta;
    p->half = is_products(zeta) ? (int32_t)(2 * zeta) : 0;
    p->whole = zeta < HPSI_POWER_WHOLE ? (int32_t)floor(zeta) : -1;
    if (p->half > 0 || p->whole < 0) {
        return;
    }
    fraction = zeta - p->whole;
    fit_fraction(fraction, p->term);
    for (int e = 0; e < HPSI_POWER_OCTAVES; e++) { /* exponent fields 0x3f7 to 0x3fe */
        p->scale[(e + 7) % HPSI_POWER_OCTAVES] = exp2((e - 8) * fraction);
    }
    for (int j = 0; j < HPSI_POWER_STEPS; j++) {
        p->step[j] = exp2(-fraction * (1 << j));
    }
}

static void power_slow(double zeta, int64_t n, double *x)
{
    if (zeta <= MOST_PRODUCTS) {
        power_small(zeta, n, x);
    } else {
        power_general(zeta, n, x);
    }
}

/* Values of a tile that the quick loop does not know; their number. */
static int32_t list_outside(int32_t n, const double *x, int16_t index[TILE], double value[TILE])
{
    const uint64_t range = 1ULL << 55; /* up to 1 */
    int32_t found = 0;

    for (int32_t i = 0; i < n; i++) {
        index[found] = (int16_t)i;
        value[found] = x[i];
        found += to_bits(x[i]) - HPSI_POWER_LEAST >= range;
    }
    return found;
}

/* n is a multiple of 8 and at most TILE. */
static void power_quick(const hpsi_kernel_loops *l, const hpsi_power *p, int32_t n, double *x)
{
    int16_t index[TILE];
    double value[TILE];
    int32_t found = l->outside(n, x) ? list_outside(n, x, index, value) : 0;

    power_slow(p->zeta, found, value);
    l->quick(p, n, x);
    for (int32_t i = 0; i < found; i++) {
        x[index[i]] = value[i];
    }
}

void hpsi_power_apply_with(const hpsi_kernel_loops *l, const hpsi_power *p, int64_t n, double *x)
{
    int64_t whole = n / 8 * 8;
    double rest[8];

    for (int64_t i = 0; i < whole; i += TILE) {
        power_quick(l, p, (int32_t)(whole - i < TILE ? whole - i : TILE), x + i);
    }
    if (whole < n) {
        for (int64_t i = 0; i < 8; i++) {
            rest[i] = whole + i < n ? x[whole + i] : 0.5;
        }
        power_quick(l, p, 8, rest);
        memcpy(x + whole, rest, (size_t)(n - whole) * sizeof *x);
    }
}

void hpsi_power_apply(const hpsi_power *p, int64_t n, double *x)
{
    if (p->half > 0) {
        power_products(p->half, n, x);
    } else if (p->whole < 0) {
        power_slow(p->zeta, n, x);
    } else {
        hpsi_power_apply_with(hpsi_kernel_loops_get(-1), p, n, x);
    }
}

void hpsi_power_slope_make(hpsi_power_slope *s, double zeta)
{
    s->zeta = zeta;
    hpsi_power_make(&s->less, zeta > 1 ? zeta - 1 : 1);
}

/* zeta - 1 may be 0 or negative: an exponent below 1 is rare and not worth a loop of its own. */
static void power_less(const hpsi_power_slope *s, int64_t n, double *p)
{
    for (int64_t i = 0; s->zeta == 1 && i < n; i++) {
        p[i] = p[i] > 0 ? 1.0 : 0.0 * p[i] + 0.0;
    }
    if (s->zeta < 1) {
        power_small(s->zeta - 1, n, p);
    } else if (s->zeta > 1) {
        hpsi_power_apply(&s->less, n, p);
    }
}

/* p = x^(zeta-1) serves both: k = p x and dk = zeta p. */
void hpsi_power_slope_apply(const hpsi_power_slope *s, int64_t n, const double *x, double *k,
                            double *dk)
{
    double p[TILE];

    for (int64_t first = 0; first < n; first += TILE) {
        int64_t count = n - first < TILE ? n - first : TILE;

        memcpy(p, x + first, (size_t)count * sizeof *p);
        power_less(s, count, p);
        for (int64_t i = 0; i < count; i++) {
            double v = x[first + i] > 0 ? x[first + i] : 0.0;

            if (k != NULL) {
                k[first + i] = p[i] * v;
            }
            dk[first + i] = s->zeta * p[i];
        }
    }
}
