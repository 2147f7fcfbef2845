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
    static const double zetas[] = {0.02, 0.98, 1.37, 2.999, 3.79, 4.6, 5.39, 6.21, 7.03, 7.97};
    enum { N = 1031 };
    double x[N];
    double y[N];
    double one;
    uint64_t state = 7;
    const hpsi_kernel_loops *l;

    for (int i = 0; i < N; i++) {
        x[i] = ldexp(0.5 + 0.5 * atoms_random(&state), -(i % 11));
    }
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
                ck_assert_msg(fabs(y[i] - exact) <= hps_test_slack(16) * 2e-15 * exact,
                              "%s: %.17g ^ %g = %.17g instead of %.17g", l->name, x[i], zetas[k],
                              y[i], exact);
            }
        }
    }
    ck_assert_ptr_nonnull(hpsi_kernel_loops_get(0));
    ck_assert_ptr_null(hpsi_kernel_loops_get(3));
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
    tcase_add_test(tc, test_gradient_is_the_derivative_of_the_power);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
