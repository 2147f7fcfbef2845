/* SPDX-License-Identifier: BSD-3-Clause */
/* The benchmark functions against the check values of the swarm's design note. */
#include "bench/functions.c" /* NOLINT(bugprone-suspicious-include) */
#include "bench/ridge.c"     /* NOLINT(bugprone-suspicious-include) */

#include <check.h>

#include "support/suite.h"

/* function, dimension, value at u = 1/2, value at u_j = frac(0.618034 (j + 1)), optimum;
 * instance 1 */
static const double expected[][5] = {
    {1, 2, 0.5050816699, -6.759832566, -8.10},    {1, 10, 103.1613947, 179.7950837, 59.63},
    {1, 40, 171.867216, 442.9144637, -53.40},     {2, 2, 5299224.714, 181460.811, -20.66},
    {2, 10, 2734968.171, 1060044.102, -65.12},    {2, 40, 24971096.28, 66506545.78, 18.74},
    {3, 2, 85.78068547, 109.3136674, 67.22},      {3, 10, 428.5678202, 593.7778444, 56.42},
    {3, 40, 1308.673597, 6478.099925, 67.71},     {4, 2, 2984.83887, 21026.62762, -24.85},
    {4, 10, 39536.18426, 315495.0381, -65.02},    {4, 40, 144634.8991, 2046269.276, 46.60},
    {5, 2, 5608.1454, 49639.66665, 86.63},        {5, 10, 10358.28613, 17213.20651, 20.81},
    {5, 40, 34498.4821, 567743.8924, 1.78},       {6, 2, -5.267575761, -9.095820361, -14.34},
    {6, 10, 86.37402236, 147.104369, 72.08},      {6, 40, 91.93373538, 195.5672301, 70.38},
    {7, 2, -25.00073391, -27.32889334, -37.47},   {7, 10, 41.26076199, 49.49730599, -28.50},
    {7, 40, 68.08849653, 70.88385489, -15.18},    {8, 2, 126.6320086, 127.0954465, 23.96},
    {8, 10, 229.8098805, 143.9880225, 95.07},     {8, 40, 46.3259752, 44.80491506, -42.76},
    {9, 2, 85.41308655, 10.55932694, 8.22},       {9, 10, 563.896605, 2185.999305, -59.47},
    {9, 40, 1955.89191, 3571.37087, 75.45},       {10, 2, -76.66536696, -79.08848089, -80.70},
    {10, 10, -10.91233447, 68.41424294, -75.44},  {10, 40, 1.497792021, 266.9328689, -90.34},
    {11, 2, 64463.96005, 428.8121779, -41.14},    {11, 10, 59549.38219, 217288.8992, -81.68},
    {11, 40, 799746.5623, 1413347.09, -80.72},    {12, 2, -38.12318338, -39.32668735, -75.07},
    {12, 10, 112.3668298, 229.1267094, -58.52},   {12, 40, 617.510551, 1749.497027, -6.41},
    {13, 10, -74.51581862, -74.57204077, -75.64}, {14, 16, 64.89384036, 65.04348399, 63.52},
};
enum { ROWS = sizeof expected / sizeof expected[0] };

/* Ten digits are given; 1 part in 1e8 leaves room for sums in another order. */
static void check_value(double value, double reference)
{
    ck_assert_msg(fabs(value - reference) <= 1e-8 * fmax(1.0, fabs(reference)),
                  "%.12g instead of %.10g", value, reference);
}

START_TEST(test_check_values)
{
    const double *row = expected[_i];
    bench_problem *p = bench_create((int)row[0], (int)row[1], 1);
    ck_assert_ptr_nonnull(p);
    double u[BENCH_MAX_DIM];
    for (int j = 0; j < BENCH_MAX_DIM; j++) {
        u[j] = 0.5;
    }
    check_value(bench_value(p, u), row[2]);
    for (int j = 0; j < BENCH_MAX_DIM; j++) {
        double t = 0.618034 * (j + 1);
        u[j] = t - floor(t);
    }
    check_value(bench_value(p, u), row[3]);
    ck_assert_double_eq_tol(bench_optimum(p), row[4], 1e-9);
    bench_destroy(p);
}
END_TEST

/* Where the definition puts the optimum, the value is the optimum. */
START_TEST(test_the_optimum_is_attained)
{
    static const int functions[] = {1, 2, 3, 4, 6, 7, 8, 9, 10, 11};
    bench_problem *p = bench_create(functions[_i], 10, 3);
    double u[BENCH_MAX_DIM];
    for (int j = 0; j < 10; j++) {
        u[j] = (p->x_opt[j] + 5.0) / 10.0;
    }
    ck_assert_double_eq_tol(bench_value(p, u), bench_optimum(p), 1e-9);
    bench_destroy(p);
}
END_TEST

START_TEST(test_what_does_not_exist_is_refused)
{
    ck_assert_ptr_null(bench_create(0, 10, 1));
    ck_assert_ptr_null(bench_create(15, 8, 1));
    ck_assert_ptr_null(bench_create(1, 1, 1));
    ck_assert_ptr_null(bench_create(1, 41, 1));
    ck_assert(bench_reference_regret(1, 3) == 0.0);
    ck_assert_int_eq(bench_load_diabetes("no/such/file"), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("swarm_functions");
    TCase *t = tcase_create("functions");
    tcase_add_loop_test(t, test_check_values, 0, ROWS);
    tcase_add_loop_test(t, test_the_optimum_is_attained, 0, 10);
    tcase_add_test(t, test_what_does_not_exist_is_refused);
    suite_add_tcase(s, t);
    return suite_end(s);
}
