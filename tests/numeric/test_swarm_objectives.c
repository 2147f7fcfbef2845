/* SPDX-License-Identifier: BSD-3-Clause */
/* The benchmark's pairs of objectives and their hypervolume against values found by hand. */
#include "bench/objectives.c" /* NOLINT(bugprone-suspicious-include) */

#include <check.h>

#include "support/suite.h"

#define R 1.1 /* reference point */

START_TEST(test_hypervolumes_of_small_sets)
{
    double none[2] = {0.0, 0.0};
    double one[] = {0.1, 0.6};
    double stairs[] = {0.6, 0.1, 0.1, 0.6, 0.7, 0.7, 0.3, 0.3, 1.2, 0.0, 0.3, 0.3};
    double same[] = {0.5, 0.5, 0.5, 0.8};
    ck_assert(bench_hypervolume(0, none, R) == 0.0);
    ck_assert_double_eq_tol(bench_hypervolume(1, one, R), 1.0 * 0.5, 1e-15);
    /* by columns: 0.2 x 0.5 + 0.3 x 0.8 + 0.5 x 1.0 */
    ck_assert_double_eq_tol(bench_hypervolume(6, stairs, R), 0.1 + 0.24 + 0.5, 1e-15);
    ck_assert_double_eq_tol(bench_hypervolume(2, same, R), 0.36, 1e-15);
}
END_TEST

/* Integrals over the fronts 1 - sqrt f, 1 - f^2 and the quarter circle, and the strip of width
 * R - 1 on the right. */
START_TEST(test_attainable_hypervolumes)
{
    double strip = (R - 1.0) * R;
    double zdt1 = R - 1.0 + 2.0 / 3.0 + strip;
    double zdt2 = R - 1.0 + 1.0 / 3.0 + strip;
    double first = 0.2807753191; /* least f0 of ZDT6 */
    double zdt6 = (R - 1.0) * (1.0 - first) + (1.0 - first * first * first) / 3.0 + strip;
    double circle = R * R - 3.14159265358979323846 / 4.0;
    ck_assert_double_eq_tol(bench_attainable(BENCH_ZDT1, R), zdt1, 1e-4);
    ck_assert_double_eq_tol(bench_attainable(BENCH_ZDT4, R), zdt1, 1e-4);
    ck_assert_double_eq_tol(bench_attainable(BENCH_ZDT2, R), zdt2, 1e-4);
    ck_assert_double_eq_tol(bench_attainable(BENCH_ZDT6, R), zdt6, 1e-4);
    ck_assert_double_eq_tol(bench_attainable(BENCH_DTLZ2, R), circle, 1e-4);
}
END_TEST

START_TEST(test_values_by_hand)
{
    double u[30], f[2];
    for (int i = 0; i < 30; i++) {
        u[i] = 0.25;
    }
    bench_pair_value(BENCH_ZDT1, 30, u, f); /* g = 3.25 */
    ck_assert(f[0] == 0.25);
    ck_assert_double_eq_tol(f[1], 3.25 * (1.0 - sqrt(0.25 / 3.25)), 1e-14);
    bench_pair_value(BENCH_ZDT2, 30, u, f);
    ck_assert_double_eq_tol(f[1], 3.25 - 0.0625 / 3.25, 1e-14);
    bench_pair_value(BENCH_ZDT3, 30, u, f); /* sin 2.5 pi = 1 */
    ck_assert_double_eq_tol(f[1], 3.25 * (1.0 - sqrt(0.25 / 3.25)) - 0.25, 1e-14);
    bench_pair_value(BENCH_ZDT4, 10, u, f); /* t = -2.5: 6.25 - 10 cos(10 pi) */
    ck_assert_double_eq_tol(f[1], (91.0 - 33.75) * (1.0 - sqrt(0.25 / (91.0 - 33.75))), 1e-12);
    bench_pair_value(BENCH_ZDT6, 10, u, f); /* sin 1.5 pi = -1 */
    double first = 1.0 - exp(-1.0), g = 1.0 + 9.0 * pow(0.25, 0.25);
    ck_assert_double_eq_tol(f[0], first, 1e-14);
    ck_assert_double_eq_tol(f[1], g - first * first / g, 1e-13);
    bench_pair_value(BENCH_DTLZ2, 12, u, f);
    double length = 1.0 + 11.0 / 16.0;
    ck_assert_double_eq_tol(f[0] * f[0] + f[1] * f[1], length * length, 1e-13);
    ck_assert_double_eq_tol(f[1] / f[0], tan(0.125 * PI), 1e-14);
    ck_assert_str_eq(bench_pair_name(BENCH_DTLZ2), "DTLZ2");
    ck_assert_int_eq(bench_pair_dim(BENCH_ZDT3), 30);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("swarm_objectives");
    TCase *t = tcase_create("objectives");
    tcase_add_test(t, test_hypervolumes_of_small_sets);
    tcase_add_test(t, test_attainable_hypervolumes);
    tcase_add_test(t, test_values_by_hand);
    suite_add_tcase(s, t);
    return suite_end(s);
}
