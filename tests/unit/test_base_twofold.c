/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers of two doubles against numbers of 113 bits, which take powers by squares and roots. */
#include <check.h>
#include <math.h>
#include <stdint.h>

#include "base/twofold.h"
#include "support/quad.h"
#include "support/suite.h"

#define MOST 300

static uint64_t state = 88172645463325252ULL;

/* In (-1, 1) (Marsaglia's xorshift). */
static double number(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(int64_t)state * 0x1p-63;
}

static quad wide(hpsi_two x)
{
    return (quad)x.high + (quad)x.low;
}

/* A number whose low part is all of half an ulp, or less. */
static hpsi_two two(double high)
{
    hpsi_two x = {high, 0};

    x.low = 0x1p-54 * number() * high;
    return x;
}

static double off(hpsi_two x, quad exact, double size)
{
    const double far = (double)(wide(x) - exact);

    ck_assert_msg(fabs(x.low) <= 0x1p-53 * fabs(x.high), "%a + %a overlap", x.high, x.low);
    return fabs(far) / size;
}

static double least(double bits)
{
    return HPS_TEST_QUAD ? bits : fmax(bits, 64 * (double)LDBL_EPSILON);
}

START_TEST(test_sums_and_products_have_a_hundred_bits)
{
    for (int i = 0; i < 20000; i++) {
        const double v = number();
        hpsi_two x = two(number());
        hpsi_two y = two(ldexp(number(), i % 41 - 20));
        double size;

        if (i % 5 == 0) { /* all but cancelled */
            y.high = nextafter(-x.high, 1);
            y.low = -x.low * number();
        }
        size = fabs(x.high) + fabs(y.high);
        ck_assert_double_le(off(hpsi_two_add(x, y), wide(x) + wide(y), size), least(0x1p-104));
        ck_assert_double_le(off(hpsi_two_multiply(x, y), wide(x) * wide(y), fabs(x.high * y.high)),
                            least(0x1p-102));
        ck_assert_double_le(off(hpsi_two_add_product(x, y, v), wide(x) + wide(y) * (quad)v,
                                fabs(x.high) + fabs(y.high * v)),
                            least(0x1p-102));
    }
}
END_TEST

START_TEST(test_dot_products_of_every_length)
{
    for (int n = 0; n < MOST; n++) {
        double a[MOST], b[MOST];
        double size = 0x1p-1000;
        quad exact = 0;

        for (int i = 0; i < n; i++) {
            a[i] = ldexp(number(), i % 23);
            b[i] = number();
            exact += (quad)a[i] * (quad)b[i];
            size += fabs(a[i] * b[i]);
        }
        ck_assert_double_le(off(hpsi_two_dot(n, a, b), exact, size), least(0x1p-98));
    }
}
END_TEST

START_TEST(test_multiples_add_up)
{
    static double a[MOST], high[MOST], low[MOST];
    static quad exact[MOST];
    const hpsi_two end = {3, 4};

    for (int i = 0; i < MOST; i++) {
        high[i] = low[i] = 0;
    }
    high[MOST - 1] = end.high;
    low[MOST - 1] = end.low;
    for (int round = 0; round < 1000; round++) {
        const hpsi_two x = two(number());

        for (int i = 0; i < MOST - 1; i++) {
            a[i] = number();
            exact[i] += wide(x) * (quad)a[i];
        }
        hpsi_two_add_multiple(MOST - 1, x, a, high, low);
    }
    for (int i = 0; i < MOST - 1; i++) {
        const hpsi_two sum = {high[i], low[i]};

        ck_assert_double_le(off(sum, exact[i], 1), least(0x1p-92));
    }
    ck_assert(high[MOST - 1] == end.high && low[MOST - 1] == end.low);
}
END_TEST

/* The kernel's exponents, whole ones, halves, and their limits. */
static const double exponents[] = {1, 2, 4, 5.5, 4.27, 5.39, 7.21, 0.5, 1e-3, 0.999, 1000, 333.3};

START_TEST(test_powers)
{
    const double zeta = exponents[_i];

    for (int i = 0; i < 2000; i++) {
        const double base = i % 3 == 0 ? ldexp(fabs(number()) + 0.01, -(i % 90)) : fabs(number());
        const hpsi_two x = two(i % 3 == 1 ? 1 - 1e-9 * base : base);
        const hpsi_two y = hpsi_two_power(x, zeta);
        const quad exact = quad_power(wide(x), zeta);

        if (exact > (quad)1e-280) {
            ck_assert_msg(off(y, exact, (double)exact) <= least(0x1p-88), "%a^%g: %a + %a", x.high,
                          zeta, y.high, y.low);
        } else {
            ck_assert_double_le(fabs((double)exact - y.high), 1e-290);
        }
    }
}
END_TEST

START_TEST(test_powers_at_their_ends)
{
    const hpsi_two one = {1, 0}, zero = {0, 0}, below = {-1e-17, 0}, tiny = {1e-300, 0};
    const hpsi_two not_a_number = {NAN, 0};

    for (int i = 0; i < (int)(sizeof exponents / sizeof exponents[0]); i++) {
        const hpsi_two y = hpsi_two_power(one, exponents[i]);

        ck_assert(y.high == 1 && fabs(y.low) < 0x1p-90);
        ck_assert(hpsi_two_power(zero, exponents[i]).high == 0);
        ck_assert(hpsi_two_power(below, exponents[i]).high == 0);
    }
    ck_assert_double_eq_tol(hpsi_two_power(tiny, 0.5).high, 1e-150, 1e-165);
    ck_assert(hpsi_two_power(tiny, 3).high == 0);
    ck_assert(hpsi_two_power(one, 1e12).high == 1);
    ck_assert(hpsi_two_power(not_a_number, 4).high == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base_twofold");
    TCase *tc = tcase_create("base_twofold");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_sums_and_products_have_a_hundred_bits);
    tcase_add_test(tc, test_dot_products_of_every_length);
    tcase_add_test(tc, test_multiples_add_up);
    tcase_add_loop_test(tc, test_powers, 0, (int)(sizeof exponents / sizeof exponents[0]));
    tcase_add_test(tc, test_powers_at_their_ends);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
