/* SPDX-License-Identifier: BSD-3-Clause */
/* Designs: Sobol's sequence against SciPy's, and the balance that each kind promises. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hpswarm/surface.h"
#include "support/suite.h"

#define CK_OK(call) ck_assert_msg((call) == HPS_OK, "%s: %s", #call, hps_last_error())
#define FAILS(call, status, text)                                                                  \
    do {                                                                                           \
        ck_assert_int_eq(call, status);                                                            \
        ck_assert_msg(strstr(hps_last_error(), text) != NULL, "%s", hps_last_error());             \
    } while (0)

static hps_space *cube(int32_t dims)
{
    hps_space *s;
    char name[16];
    CK_OK(hps_space_create(&s, NULL));
    for (int32_t d = 0; d < dims; d++) {
        snprintf(name, sizeof name, "u%d", d);
        CK_OK(hps_space_add_real(s, name, 0.0, 1.0, HPS_SCALE_LINEAR));
    }
    return s;
}

/* scipy.stats.qmc.Sobol(40, scramble=False, bits=32), SciPy 1.17.1 */
static const double first[7][6] = {{0.5, 0.5, 0.5, 0.5, 0.5, 0.5},
                                   {0.75, 0.25, 0.25, 0.25, 0.75, 0.75},
                                   {0.25, 0.75, 0.75, 0.75, 0.25, 0.25},
                                   {0.375, 0.375, 0.625, 0.875, 0.375, 0.125},
                                   {0.875, 0.875, 0.125, 0.375, 0.875, 0.625},
                                   {0.625, 0.125, 0.875, 0.625, 0.625, 0.875},
                                   {0.125, 0.625, 0.375, 0.125, 0.125, 0.375}};
static const int columns[7] = {0, 1, 2, 10, 20, 30, 39};
static const double late[2][7] = {{0.2197265625, 0.0966796875, 0.5185546875, 0.0849609375,
                                   0.5224609375, 0.1474609375, 0.4794921875},
                                  {0.00048828125, 0.62744140625, 0.93115234375, 0.49853515625,
                                   0.35791015625, 0.07568359375, 0.67626953125}};

START_TEST(test_sobol_is_that_of_joe_and_kuo)
{
    enum { N = 2048, D = 40 };
    hps_space *s = cube(D);
    double *x = calloc((size_t)N * D, sizeof *x);
    CK_OK(hps_design_points(s, HPS_DESIGN_SOBOL, 0, N, x));
    for (int d = 0; d < D; d++) {
        ck_assert(x[d] == 0.0);
    }
    for (int i = 0; i < 7; i++) {
        for (int d = 0; d < 6; d++) {
            ck_assert(x[(i + 1) * D + d] == first[i][d]);
        }
        ck_assert(x[1000 * D + columns[i]] == late[0][i]);
        ck_assert(x[2047 * D + columns[i]] == late[1][i]);
    }
    free(x);
    hps_space_destroy(s);
}
END_TEST

/* One point in each of n equal parts, of every column. */
static void assert_stratified(const double *x, int n, int dims)
{
    int *count = calloc((size_t)n, sizeof *count);
    for (int d = 0; d < dims; d++) {
        memset(count, 0, (size_t)n * sizeof *count);
        for (int i = 0; i < n; i++) {
            int k = (int)floor(x[i * dims + d] * n);
            ck_assert(k >= 0 && k < n);
            count[k]++;
        }
        for (int k = 0; k < n; k++) {
            ck_assert_int_eq(count[k], 1);
        }
    }
    free(count);
}

START_TEST(test_every_part_has_one_point)
{
    enum { N = 64, D = 17 };
    hps_space *s = cube(D);
    double x[N * D], y[N * D];
    int32_t kind = _i % 2 == 0 ? HPS_DESIGN_LATIN : HPS_DESIGN_SOBOL;
    CK_OK(hps_design_points(s, kind, _i, N, x));
    assert_stratified(x, N, D);
    CK_OK(hps_design_points(s, kind, _i, N, y));
    ck_assert_mem_eq(x, y, sizeof x);
    CK_OK(hps_design_points(s, kind, _i + 2, N, y));
    ck_assert_mem_ne(x, y, sizeof x);
    hps_space_destroy(s);
}
END_TEST

START_TEST(test_any_two_columns_of_an_array_meet_in_all_pairs)
{
    static const int sizes[][3] = {{4, 3, 4}, {10, 4, 25}, {25, 6, 25}, {50, 11, 121}, {1, 1, 4}};
    int wanted = sizes[_i][0], dims = sizes[_i][1], expected = sizes[_i][2];
    hps_space *s = cube(dims);
    int64_t n = 0;
    /* 3 columns need q >= 2, 4 columns with 10 points q = 5 (q^2 >= 10 and prime: 16 is none) */
    CK_OK(hps_design_size(s, HPS_DESIGN_ORTHOGONAL, wanted, &n));
    ck_assert_int_eq(n, expected);
    int q = (int)lround(sqrt((double)n));
    double *x = calloc((size_t)n * (size_t)dims, sizeof *x);
    CK_OK(hps_design_points(s, HPS_DESIGN_ORTHOGONAL, 7, n, x));
    for (int a = 0; a < dims; a++) {
        for (int b = 0; b < a; b++) {
            int count[121] = {0};
            for (int i = 0; i < n; i++) {
                double ya = x[i * dims + a] * q - 0.5, yb = x[i * dims + b] * q - 0.5;
                ck_assert(fabs(ya - round(ya)) < 1e-12);
                count[(int)lround(ya) * q + (int)lround(yb)]++;
            }
            for (int k = 0; k < n; k++) {
                ck_assert_int_eq(count[k], 1);
            }
        }
    }
    free(x);
    hps_space_destroy(s);
}
END_TEST

START_TEST(test_mixed_parameters_get_their_levels)
{
    static const char *const labels[] = {"a", "b", "c", "d"};
    enum { N = 64 };
    double x[N * 4];
    int count[4] = {0}, levels[8] = {0};
    hps_space *s;
    CK_OK(hps_space_create(&s, NULL));
    CK_OK(hps_space_add_real(s, "cutoff", 1e-3, 10.0, HPS_SCALE_LOG));
    CK_OK(hps_space_add_real(s, "pinned", 0.0, 5.0, HPS_SCALE_LINEAR));
    CK_OK(hps_space_fix(s, "pinned", 2.5));
    CK_OK(hps_space_add_choice(s, "basis", 4, labels));
    CK_OK(hps_space_add_int(s, "order", 3, 10, HPS_SCALE_LINEAR));
    CK_OK(hps_design_points(s, _i, 1, _i == HPS_DESIGN_ORTHOGONAL ? 49 : N, x));
    int n = _i == HPS_DESIGN_ORTHOGONAL ? 49 : N;
    for (int i = 0; i < n; i++) {
        ck_assert(x[4 * i] >= 1e-3 && x[4 * i] <= 10.0);
        ck_assert(x[4 * i + 1] == 2.5);
        ck_assert(x[4 * i + 2] == floor(x[4 * i + 2]) && x[4 * i + 3] == floor(x[4 * i + 3]));
        count[(int)x[4 * i + 2]]++;
        levels[(int)x[4 * i + 3] - 3]++;
    }
    for (int k = 0; k < 8 && n == N; k++) {
        ck_assert_int_eq(count[k / 2], N / 4);
        ck_assert_int_eq(levels[k], N / 8);
    }
    hps_space_destroy(s);
}
END_TEST

START_TEST(test_what_cannot_be_designed)
{
    hps_space *s = cube(41), *none;
    double x[8];
    int64_t n;
    CK_OK(hps_space_create(&none, NULL));
    FAILS(hps_design_size(NULL, 0, 1, &n), HPS_E_ARGUMENT, "space is NULL");
    FAILS(hps_design_size(none, 0, 1, &n), HPS_E_ARGUMENT, "empty");
    FAILS(hps_design_size(s, 3, 1, &n), HPS_E_ARGUMENT, "kind = 3");
    FAILS(hps_design_size(s, 0, 0, &n), HPS_E_ARGUMENT, "n = 0");
    FAILS(hps_design_size(s, 0, 1, NULL), HPS_E_ARGUMENT, "size is NULL");
    FAILS(hps_design_size(s, HPS_DESIGN_SOBOL, 1, &n), HPS_E_ARGUMENT,
          "40 dimensions, the space 41");
    FAILS(hps_design_points(s, HPS_DESIGN_ORTHOGONAL, 0, 12, x), HPS_E_ARGUMENT, "it has 1681");
    FAILS(hps_design_points(s, HPS_DESIGN_LATIN, 0, 2, NULL), HPS_E_ARGUMENT, "x NULL");
    hps_space_destroy(s);
    hps_space_destroy(none);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("surface_design");
    TCase *t = tcase_create("design");
    tcase_add_test(t, test_sobol_is_that_of_joe_and_kuo);
    tcase_add_loop_test(t, test_every_part_has_one_point, 0, 6);
    tcase_add_loop_test(t, test_any_two_columns_of_an_array_meet_in_all_pairs, 0, 5);
    tcase_add_loop_test(t, test_mixed_parameters_get_their_levels, 0, 3);
    tcase_add_test(t, test_what_cannot_be_designed);
    suite_add_tcase(s, t);
    return suite_end(s);
}
