/* SPDX-License-Identifier: BSD-3-Clause */
/* Arithmetic of numbers of two doubles. Compiled without contraction of products and sums: what
 * follows finds the rounding of each of them. */
#include "base/twofold.h"

#include <math.h>

#define LANES 8           /* sums side by side, in the same order on every machine */
#define SPLIT 134217729.0 /* 2^27 + 1 */
#define LEAST 1e-290      /* below it a power need not be better than a double */
#define LN2_HIGH 0x1.62e42fefa39efp-1
#define LN2_LOW 0x1.abc9e3b39803fp-56
#define EXP_TERMS 10 /* of the series of exp up to ln 2/512 */
#define EXP_SQUARES 8

typedef struct halves {
    double high, low;
} halves;

/* Two parts of at most 26 bits: their products are exact. */
static inline halves split(double v)
{
    const double c = SPLIT * v;
    halves h;

    h.high = c - (c - v);
    h.low = v - h.high;
    return h;
}

/* What p, a b rounded, lacks. */
static inline double product_rest(double a, double b, double p)
{
    const halves x = split(a);
    const halves y = split(b);

    return ((x.high * y.high - p) + x.high * y.low + x.low * y.high) + x.low * y.low;
}

/* What s, a + b rounded, lacks. */
static inline double sum_rest(double a, double b, double s)
{
    const double z = s - a;

    return (a - (s - z)) + (b - z);
}

/* |high| >= |low| */
static inline hpsi_two renew(double high, double low)
{
    hpsi_two x;

    x.high = high + low;
    x.low = low - (x.high - high);
    return x;
}

static inline hpsi_two product(double a, double b)
{
    hpsi_two p;

    p.high = a * b;
    p.low = product_rest(a, b, p.high);
    return p;
}

static inline hpsi_two add(hpsi_two x, hpsi_two y)
{
    const double high = x.high + y.high;

    return renew(high, sum_rest(x.high, y.high, high) + (x.low + y.low));
}

static inline hpsi_two scaled(hpsi_two x, double v)
{
    const hpsi_two p = product(x.high, v);

    return renew(p.high, p.low + x.low * v);
}

hpsi_two hpsi_two_add(hpsi_two x, hpsi_two y)
{
    return add(x, y);
}

hpsi_two hpsi_two_multiply(hpsi_two x, hpsi_two y)
{
    const hpsi_two p = product(x.high, y.high);

    return renew(p.high, p.low + (x.high * y.low + x.low * y.high));
}

hpsi_two hpsi_two_add_product(hpsi_two sum, hpsi_two x, double v)
{
    return add(sum, scaled(x, v));
}

hpsi_two hpsi_two_dot(int64_t n, const double *a, const double *b)
{
    double high[LANES] = {0};
    double low[LANES] = {0};
    hpsi_two sum = {0, 0};

    for (int64_t i = 0; i < n; i += LANES) {
        const int64_t m = n - i < LANES ? n - i : LANES;

        for (int64_t l = 0; l < m; l++) {
            const double p = a[i + l] * b[i + l];
            const double s = high[l] + p;

            low[l] += sum_rest(high[l], p, s) + product_rest(a[i + l], b[i + l], p);
            high[l] = s;
        }
    }
    for (int l = 0; l < LANES; l++) {
        sum = add(sum, renew(high[l], low[l]));
    }
    return sum;
}

void hpsi_two_add_multiple(int64_t n, hpsi_two x, const double *a, double *restrict high,
                           double *restrict low)
{
    for (int64_t i = 0; i < n; i++) {
        const double p = x.high * a[i];
        const double s = high[i] + p;
        const double rest =
            low[i] + (sum_rest(high[i], p, s) + (product_rest(x.high, a[i], p) + x.low * a[i]));

        high[i] = s + rest;
        low[i] = rest - (high[i] - s);
    }
}

/* ----------------------------------------------------------------- powers */

static hpsi_two whole_power(hpsi_two x, int64_t n)
{
    hpsi_two y = {1, 0};

    for (; n > 0; n /= 2) {
        if (n % 2 != 0) {
            y = hpsi_two_multiply(y, x);
        }
        x = hpsi_two_multiply(x, x);
    }
    return y;
}

/* x / v, one more step of the division for the rest. */
static hpsi_two divided(hpsi_two x, double v)
{
    const double q = x.high / v;
    const hpsi_two p = product(q, v);

    return renew(q, ((x.high - p.high) - p.low + x.low) / v);
}

/* exp(x) = 2^k exp(r/256)^256, |r| <= ln(2)/2 */
static hpsi_two exponential(hpsi_two x)
{
    const hpsi_two ln2 = {LN2_HIGH, LN2_LOW};
    const double k = nearbyint(x.high / LN2_HIGH);
    const hpsi_two one = {1, 0};
    hpsi_two r = add(x, scaled(ln2, -k));
    hpsi_two y = one;

    r.high = ldexp(r.high, -EXP_SQUARES);
    r.low = ldexp(r.low, -EXP_SQUARES);
    for (int i = EXP_TERMS; i > 0; i--) {
        y = add(one, divided(hpsi_two_multiply(r, y), i));
    }
    for (int i = 0; i < EXP_SQUARES; i++) {
        y = hpsi_two_multiply(y, y);
    }
    y.high = ldexp(y.high, (int)k);
    y.low = ldexp(y.low, (int)k);
    return y;
}

/* One step of Newton's on exp(y) = x from the double next to ln x. */
static hpsi_two logarithm(hpsi_two x)
{
    const hpsi_two first = {log(x.high), 0};
    const hpsi_two minus = {-first.high, 0};
    const hpsi_two one = {-1, 0};

    return add(first, add(hpsi_two_multiply(x, exponential(minus)), one));
}

hpsi_two hpsi_two_power(hpsi_two x, double zeta)
{
    const double whole = floor(zeta);
    const hpsi_two nothing = {0, 0};
    hpsi_two y;

    if (!(x.high > 0)) {
        return nothing;
    }
    if (pow(x.high, fmax(zeta, 1)) < LEAST || whole > 1e9) {
        y = nothing;
        y.high = pow(x.high, zeta);
        return y;
    }
    y = whole_power(x, (int64_t)whole);
    return zeta > whole ? hpsi_two_multiply(y, exponential(scaled(logarithm(x), zeta - whole))) : y;
}
