/* SPDX-License-Identifier: BSD-3-Clause */
/* Powers of the kernel against long double, on every instruction set. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "kernel/loops.h"
#include "support/atoms.h"
#include "support/long_double.h"
#include "support/suite.h"

static void raise_to(double zeta, int64_t n, double *x)
{
    hpsi_power p;

    hpsi_power_make(&p, zeta);
    hpsi_power_apply(&p, n, x);
}

static void slope_of(double zeta, int64_t n, const double *x, double *k, double *dk)
{
    hpsi_power_slope p;

    hpsi_power_slope_make(&p, zeta);
    hpsi_power_slope_apply(&p, n, x, k, dk);
}

START_TEST(test_powers_are_good_to_a_few_units_in_the_last_place)
{
    static const double zetas[] = {0.3, 0.5, 1, 1.5, 2, 3.79, 4, 5.52, 7.21, 9.5, 10, 16, 16.5, 33};
    enum { N = 5003 };
    double x[N];
    double y[N];
    uint64_t state = 1;

    for (int i = 0; i < N; i++) {
        double u = atoms_random(&state);

        x[i] = i % 3 == 0 ? u : i % 3 == 1 ? 1 - 1e-3 * u : exp(-20 * u);
    }
    x[0] = 1;
    x[1] = 1 + 4e-16;
    x[2] = 0.70710678118654752;
    x[3] = 0.70710678118654746;
    for (size_t k = 0; k < sizeof zetas / sizeof zetas[0]; k++) {
        memcpy(y, x, sizeof y);
        raise_to(zetas[k], N, y);
        for (int i = 0; i < N; i++) {
            double exact = (double)powl((long double)x[i], (long double)zetas[k]);

            ck_assert_msg(fabs(y[i] - exact) <= hps_test_slack(16) * 8 * 1.2e-16 * exact,
                          "%.17g ^ %g = %.17g instead of %.17g", x[i], zetas[k], y[i], exact);
        }
    }
}
END_TEST

/* Every instruction set, exponent of two and remainder of n by the vector; a value has the same
 * bits wherever it stands. */
START_TEST(test_instruction_sets_raise_alike)
{
    static const double zetas[] = {0.02, 0.98, 1.37, 2.999, 3.79, 4.6, 5.39, 6.21, 7.03,
                                   7.97, 8.5,  9,    10.3,  12.7, 16,  17.3, 24,   31.7};
    enum { N = 1031 };
    double x[N];
    double y[N];
    double one;
    uint64_t state = 7;
    const hpsi_kernel_loops *l;

    for (int i = 0; i < N; i++) {
        x[i] = ldexp(0.5 + 0.5 * atoms_random(&state), -(i % 19));
    }
    x[0] = 1;
    x[1] = 1 + 2.3e-16;
    x[2] = 1 - 1.2e-16;
    for (size_t k = 0; k < sizeof zetas / sizeof zetas[0]; k++) {
        hpsi_power p;

        hpsi_power_make(&p, zetas[k]);
        for (int level = 0; (l = hpsi_kernel_loops_get(level)) != NULL; level++) {
            memcpy(y, x, sizeof y);
            hpsi_power_apply_with(l, &p, N, y);
            for (int i = 0; i < N; i++) {
                double exact = (double)powl((long double)x[i], (long double)zetas[k]);

                one = x[i];
                hpsi_power_apply_with(l, &p, 1, &one);
                ck_assert_mem_eq(&one, &y[i], sizeof one);
                ck_assert_msg(fabs(y[i] - exact) <= hps_test_slack(16) * 1e-15 * exact,
                              "%s: %.17g ^ %g = %.17g instead of %.17g", l->name, x[i], zetas[k],
                              y[i], exact);
            }
            ck_assert_double_eq(y[0], 1);
        }
    }
    ck_assert_ptr_nonnull(hpsi_kernel_loops_get(0));
    ck_assert_ptr_null(hpsi_kernel_loops_get(3));
}
END_TEST

/* Sums of powers, value by value in long double. */
static void check_moments(const hpsi_kernel_loops *l, double zeta, int n, const double *x)
{
    const double provisional = 0.3;
    hpsi_partial s = {.n = 5, .s1 = 2, .minimum = 2, .maximum = -1};
    long double sum[4] = {2};
    double low = 2;
    double high = -1;
    hpsi_power p;

    hpsi_power_make(&p, zeta);
    ck_assert_int_eq(l->moments(&p, provisional, n, x, &s), 1);
    for (int i = 0; i < n; i++) {
        double k = (double)powl(x[i] > 0 ? (long double)x[i] : 0, (long double)zeta);
        long double d = (long double)k - (long double)provisional;

        sum[0] += d;
        sum[1] += d * d;
        sum[2] += d * d * d;
        low = fmin(low, k);
        high = fmax(high, k);
    }
    ck_assert_int_eq(s.n, 5 + n);
    ck_assert_double_eq_tol(s.s1, (double)sum[0], 2e-15 * n);
    ck_assert_double_eq_tol(s.s2, (double)sum[1], 2e-15 * n);
    ck_assert_double_eq_tol(s.s3, (double)sum[2], 2e-15 * n);
    ck_assert_double_eq_tol(s.minimum, low, 2e-15 * low + 1e-300);
    ck_assert_double_eq_tol(s.maximum, high, 2e-15 * high);
}

/* By products (odd and even half exponents) and by nodes, for every remainder of n by what is
 * treated at a time. */
START_TEST(test_sums_are_those_of_the_powers)
{
    static const double other[] = {0.3, 3.79, 5.39, 9, 15.7, 31.7};
    enum { N = 304 };
    double x[N];
    uint64_t state = 11;
    const hpsi_kernel_loops *l = hpsi_kernel_loops_get(_i);

    if (l == NULL) {
        return;
    }
    for (int i = 0; i < N; i++) {
        x[i] = 1 - 0.99 * atoms_random(&state);
    }
    x[5] = 1 + 2.3e-16;
    x[9] = ldexp(1, -15);
    for (int n = 8; n <= N; n += n < 72 ? 8 : 232) {
        for (size_t k = 0; k < sizeof other / sizeof other[0]; k++) {
            check_moments(l, other[k], n, x);
        }
        for (int half = 1; half <= 16; half++) {
            check_moments(l, 0.5 * half, n, x);
        }
    }
    x[17] = -1e-17; /* a product, rounded */
    x[18] = -0.0;
    x[40] = 1e-9;
    for (int half = 1; half <= 16; half++) {
        check_moments(l, 0.5 * half, N, x);
    }
}
END_TEST

START_TEST(test_a_value_out_of_range_leaves_the_sums_alone)
{
    static const double bad[] = {0, -1e-17, 2.9e-5, 1.99, INFINITY, (double)NAN};
    enum { N = 40 };
    const hpsi_kernel_loops *l = hpsi_kernel_loops_get(_i);
    hpsi_power p;

    hpsi_power_make(&p, 5.39);
    for (size_t k = 0; l != NULL && k < sizeof bad / sizeof bad[0]; k++) {
        for (int at = 0; at < N; at++) {
            hpsi_partial s = {.n = 1, .s1 = 2, .s2 = 3, .s3 = 4, .minimum = 0.25, .maximum = 0.5};
            const hpsi_partial before = s;
            double x[N];

            for (int i = 0; i < N; i++) {
                x[i] = i == at ? bad[k] : 0.7;
            }
            ck_assert_int_eq(l->outside(N, x), 1);
            ck_assert_int_eq(l->moments(&p, 0.1, N, x, &s), 0);
            ck_assert_mem_eq(&s, &before, sizeof s);
        }
    }
}
END_TEST

START_TEST(test_negative_products_count_as_zero_and_nan_stays)
{
    static const double zetas[] = {0.7, 1, 2, 2.5, 3.3, 40};

    for (size_t k = 0; k < sizeof zetas / sizeof zetas[0]; k++) {
        double x[6] = {0, -1e-17, -0.5, 1, (double)NAN, 1e-310};
        double v[6];
        double dv[6];

        memcpy(v, x, sizeof v);
        slope_of(zetas[k], 6, v, v, dv);
        raise_to(zetas[k], 6, x);
        ck_assert_double_eq(x[0], 0.0);
        ck_assert_double_eq(x[1], 0.0);
        ck_assert_int_eq(signbit(x[1]), 0);
        ck_assert_double_eq(x[2], 0.0);
        ck_assert_double_eq(x[3], 1.0);
        ck_assert(isnan(x[4]));
        ck_assert(x[5] >= 0 && x[5] < 1e-200);
        ck_assert_double_eq(v[2], 0.0);
        ck_assert_double_eq(dv[2], 0.0);
        ck_assert_double_eq(dv[0], 0.0);
        ck_assert_double_eq(v[3], 1.0);
        ck_assert_double_eq(dv[3], zetas[k]);
        ck_assert(isnan(v[4]) && isnan(dv[4]));
    }
}
END_TEST

START_TEST(test_gradient_is_the_derivative_of_the_power)
{
    static const double zetas[] = {0.4, 1, 1.5, 2, 3, 4.6};
    enum { N = 700 };
    double x[N];
    double k[N];
    double dk[N];
    double only[N];
    uint64_t state = 2;

    for (int i = 0; i < N; i++) {
        x[i] = 1 - 0.99 * atoms_random(&state);
    }
    for (size_t z = 0; z < sizeof zetas / sizeof zetas[0]; z++) {
        slope_of(zetas[z], N, x, k, dk);
        slope_of(zetas[z], N, x, NULL, only);
        ck_assert_mem_eq(dk, only, sizeof dk);
        for (int i = 0; i < N; i++) {
            double h = 1e-5 * x[i];

            ck_assert_double_eq_tol(k[i], pow(x[i], zetas[z]), 1e-14);
            ck_assert_double_eq_tol(dk[i],
                                    (pow(x[i] + h, zetas[z]) - pow(x[i] - h, zetas[z])) / (2 * h),
                                    1e-8 * (1 + dk[i]));
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_powers");
    TCase *tc = tcase_create("kernel");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_powers_are_good_to_a_few_units_in_the_last_place);
    tcase_add_test(tc, test_negative_products_count_as_zero_and_nan_stays);
    tcase_add_test(tc, test_instruction_sets_raise_alike);
    tcase_add_loop_test(tc, test_sums_are_those_of_the_powers, 0, 3);
    tcase_add_loop_test(tc, test_a_value_out_of_range_leaves_the_sums_alone, 0, 3);
    tcase_add_test(tc, test_gradient_is_the_derivative_of_the_power);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
