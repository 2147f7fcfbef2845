/* SPDX-License-Identifier: BSD-3-Clause */
/* Powers of dot products, max(x,0)^zeta: products for whole and half-integer exponents, nodes and
 * a polynomial that is fitted to the exponent for others, exp(zeta log x) for values outside of
 * their range and large exponents; good to a few units in the last place. No calls and no
 * branches in the loops: they are vectors. */
#include <math.h>
#include <string.h>

#include "base/targets.h"
#include "kernel/loops.h"

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
HPSI_PER_TARGET static void power_small(double zeta, int64_t n, double *restrict x)
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

HPSI_PER_TARGET static void power_general(double zeta, int64_t n, double *restrict x)
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

/* ------------------------------------------------------- a fixed exponent */

#define MOST_NODES 32.0     /* exponents up to this one have a polynomial */
#define REACH (33.0 / 1024) /* of the polynomial: half the distance of two nodes, and rounding */

static int is_products(double zeta)
{
    return zeta <= MOST_PRODUCTS && 2 * zeta == floor(2 * zeta);
}

/* Terms that keep the error of the polynomial below 2^-55: with n of them it is about the term
 * of order n + 1 of the binomial series, over 2^n. */
static int32_t count_terms(double zeta)
{
    double size = zeta * REACH;
    int32_t n = 0;

    do {
        n++;
        size *= 0.5 * REACH * (zeta - n) / (n + 1);
    } while (n < HPSI_POWER_TERMS && fabs(size) > 0x1p-55);
    return n;
}

/* Series in T_k, k < n, of ((1 + r)^zeta - 1)/r, r = REACH x, that interpolates at the zeros of
 * T_n. */
static void fit_series(double zeta, int32_t n, long double *series)
{
    const long double pi = 3.14159265358979323846L;

    for (int i = 0; i < n; i++) {
        long double x = cosl(pi * (long double)(2 * i + 1) / (2 * n)); /* not 0: pi is rounded */
        long double r = (long double)REACH * x;
        long double value = expm1l((long double)zeta * log1pl(r)) / r;
        long double before = 1;
        long double now = x;

        for (int k = 0; k < n; k++) {
            long double next = 2 * x * now - before;

            series[k] += value * before * (k == 0 ? 1 : 2) / n;
            before = now;
            now = next;
        }
    }
}

/* Its monomials in r. Long double keeps the noise of the terms of high order, which are small
 * differences, below the rounding of the others. */
static void fit_terms(double zeta, int32_t n, double *term)
{
    enum { N = HPSI_POWER_TERMS };
    long double series[N] = {0};
    long double before[N] = {1}; /* T_k in monomials of x */
    long double now[N] = {0, 1}; /* T_{k+1} */
    long double sum[N] = {0};
    long double unit = 1;

    fit_series(zeta, n, series);
    for (int k = 0; k < n; k++) {
        for (int j = N - 1; j >= 0; j--) {
            long double next = (j > 0 ? 2 * now[j - 1] : 0) - before[j];

            sum[j] += series[k] * before[j];
            before[j] = now[j];
            now[j] = next;
        }
    }
    for (int j = 0; j < n; j++) {
        term[j] = (double)(sum[j] / unit);
        unit *= (long double)REACH;
    }
}

static void make_nodes(hpsi_power *p)
{
    enum { NODES = HPSI_POWER_NODES, OCTAVES = HPSI_POWER_OCTAVES };
    const long double zeta = (long double)p->zeta;

    for (int e = 0; e < OCTAVES; e++) {
        p->octave[e] = (double)exp2l((long double)(e + 1 - OCTAVES) * zeta);
    }
    for (int i = 0; i < NODES; i++) {
        double inverse = rint(512.0 * NODES / (NODES + i)) / 512;

        p->centre[i] = (double)powl((long double)inverse, -zeta);
        for (int e = 0; e < OCTAVES; e++) {
            p->node[e * NODES + i].inverse = ldexp(inverse, OCTAVES - 1 - e);
            p->node[e * NODES + i].power = p->octave[e] * p->centre[i];
        }
        p->inverse[i] = p->node[i].inverse;
    }
}

void hpsi_power_make(hpsi_power *p, double zeta)
{
    memset(p, 0, sizeof *p);
    p->zeta = zeta;
    if (is_products(zeta)) {
        p->half = (int32_t)(2 * zeta);
    } else if (zeta <= MOST_NODES) {
        p->n_terms = count_terms(zeta);
        fit_terms(zeta, p->n_terms, p->term);
        make_nodes(p);
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

/* Values of a tile that are not within the octaves; their number. */
static int32_t list_outside(int32_t n, const double *x, int16_t index[TILE], double value[TILE])
{
    const uint64_t range = (uint64_t)HPSI_POWER_OCTAVES << 52;
    int32_t found = 0;

    for (int32_t i = 0; i < n; i++) {
        index[found] = (int16_t)i;
        value[found] = x[i];
        found += to_bits(x[i]) - HPSI_POWER_LEAST >= range;
    }
    return found;
}

/* n is a multiple of 8 and at most TILE. */
static void power_nodes(const hpsi_kernel_loops *l, const hpsi_power *p, int32_t n, double *x)
{
    int16_t index[TILE];
    double value[TILE];
    int32_t found = l->outside(n, x) ? list_outside(n, x, index, value) : 0;

    power_slow(p->zeta, found, value);
    l->raise(p, n, x);
    for (int32_t i = 0; i < found; i++) {
        x[index[i]] = value[i];
    }
}

static void power_vectors(const hpsi_kernel_loops *l, const hpsi_power *p, int64_t n, double *x)
{
    if (p->half > 0) {
        l->raise(p, n, x);
        return;
    }
    for (int64_t i = 0; i < n; i += TILE) {
        power_nodes(l, p, (int32_t)(n - i < TILE ? n - i : TILE), x + i);
    }
}

void hpsi_power_apply_with(const hpsi_kernel_loops *l, const hpsi_power *p, int64_t n, double *x)
{
    int64_t whole = n / 8 * 8;
    double rest[8];

    power_vectors(l, p, whole, x);
    if (whole < n) {
        for (int64_t i = 0; i < 8; i++) {
            rest[i] = whole + i < n ? x[whole + i] : 0.5;
        }
        power_vectors(l, p, 8, rest);
        memcpy(x + whole, rest, (size_t)(n - whole) * sizeof *x);
    }
}

void hpsi_power_apply(const hpsi_power *p, int64_t n, double *x)
{
    if (p->half == 0 && p->n_terms == 0) {
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
