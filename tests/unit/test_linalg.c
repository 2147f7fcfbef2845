/* SPDX-License-Identifier: BSD-3-Clause */
/* Tiled linear algebra against plain loops, and the same bits for every number of threads. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/linalg.h"
#include "support/suite.h"

static double *numbers(int64_t n, int64_t seed)
{
    double *x = malloc((size_t)(n > 0 ? n : 1) * sizeof *x);

    ck_assert_ptr_nonnull(x);
    for (int64_t i = 0; i < n; i++) {
        x[i] = hpsi_uniform(seed, 100, (uint32_t)i, 0, 0).u[0] - 0.5;
    }
    return x;
}

static double *copy_of(const double *x, int64_t n)
{
    double *y = malloc((size_t)n * sizeof *y);

    ck_assert_ptr_nonnull(y);
    memcpy(y, x, (size_t)n * sizeof *y);
    return y;
}

static hps_context *with_threads(int32_t n)
{
    hps_context *c;

    ck_assert_int_eq(hps_context_create(&c, NULL), HPS_OK);
    ck_assert_int_eq(hps_context_set_threads(c, n), HPS_OK);
    return c;
}

static double difference(const double *x, const double *y, int64_t n)
{
    double worst = 0;

    for (int64_t i = 0; i < n; i++) {
        worst = fmax(worst, fabs(x[i] - y[i]));
    }
    return worst;
}

/* A = G^T G + shift I */
static double *positive(int64_t n, double shift)
{
    double *g = numbers(n * n, n);
    double *a = calloc((size_t)(n * n), sizeof *a);

    for (int64_t k = 0; k < n; k++) {
        for (int64_t i = 0; i < n; i++) {
            for (int64_t j = 0; j < n; j++) {
                a[i * n + j] += g[k * n + i] * g[k * n + j];
            }
        }
    }
    for (int64_t i = 0; i < n; i++) {
        a[i * n + i] += shift;
    }
    free(g);
    return a;
}

/* ---------------------------------------------------------------- product */

START_TEST(test_product_is_the_sum_over_components)
{
    enum { M = 131, N = 517, K = 23, LD = 29 };
    double *a = numbers(M * LD, 1);
    double *b = numbers(N * LD, 2);
    double *c = numbers(M * N, 3);
    double *expected = copy_of(c, M * N);
    hps_context *two = with_threads(2);

    ck_assert_int_eq(hpsi_gemm_nt(two, M, N, K, a, LD, b, LD, 1.0, c, N), HPS_OK);
    for (int i = 0; i < M; i++) {
        for (int j = 0; j < N; j++) {
            for (int k = 0; k < K; k++) {
                expected[i * N + j] += a[i * LD + k] * b[j * LD + k];
            }
        }
    }
    ck_assert_double_lt(difference(c, expected, M * N), 1e-13);
    hps_context_destroy(two);
    free(a);
    free(b);
    free(c);
    free(expected);
}
END_TEST

/* Both ways: a small dgemm, and a dsyrk. */
START_TEST(test_squares_are_products_with_itself)
{
    enum { N = 131, K = 83, LD = 137 };
    int sizes[] = {7, N};
    double *a = numbers(K * LD, 4);
    double *c = numbers(N * LD, 5);
    for (int s = 0; s < 2; s++) {
        hpsi_squares(sizes[s], K, a, LD, c, LD);
        for (int i = 0; i < sizes[s]; i++) {
            for (int j = i; j < sizes[s]; j++) {
                double sum = 0.0;
                for (int k = 0; k < K; k++) {
                    sum += a[k * LD + i] * a[k * LD + j];
                }
                ck_assert_double_eq_tol(c[i * LD + j], sum, 1e-12);
            }
        }
    }
    free(a);
    free(c);
}
END_TEST

/* --------------------------------------------------------------- Cholesky */

START_TEST(test_cholesky_gives_back_the_matrix)
{
    enum { N = 301 };
    double *a = positive(N, 1e-3);
    double *r = copy_of(a, N * N);
    hps_context *two = with_threads(2);
    double worst = 0;

    ck_assert_int_eq(hpsi_cholesky(two, N, r, N), HPS_OK);
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            double sum = 0;

            for (int k = 0; k < N; k++) {
                sum += r[k * N + i] * r[k * N + j];
            }
            worst = fmax(worst, fabs(sum - a[i * N + j]));
            if (j < i) {
                ck_assert_double_eq(r[i * N + j], 0.0);
            }
        }
    }
    ck_assert_double_lt(worst, 1e-12);
    hps_context_destroy(two);
    free(a);
    free(r);
}
END_TEST

START_TEST(test_cholesky_names_the_row_that_is_not_positive)
{
    enum { N = 200 };
    double *a = positive(N, 1);

    a[150 * N + 150] = -1;
    ck_assert_int_eq(hpsi_cholesky(NULL, N, a, N), HPS_E_NUMERIC);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "order 200"));
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "row 151"));
    free(a);
}
END_TEST

START_TEST(test_solve_right_inverts_the_product)
{
    enum { M = 150, N = 90, LD = 97 };
    double *r = positive(N, 5);
    double *x = numbers(M * LD, 4);
    double *b = calloc(M * LD, sizeof *b);
    double *v = numbers(N, 5);
    double *w = calloc(N, sizeof *w);
    hps_context *two = with_threads(2);

    ck_assert_int_eq(hpsi_cholesky(two, N, r, N), HPS_OK);
    for (int i = 0; i < M; i++) {
        for (int j = 0; j < N; j++) {
            for (int k = 0; k <= j; k++) {
                b[i * LD + j] += x[i * LD + k] * r[k * N + j];
            }
        }
    }
    ck_assert_int_eq(hpsi_solve_right(two, M, N, r, N, b, LD), HPS_OK);
    for (int i = 0; i < M; i++) {
        ck_assert_double_lt(difference(b + i * LD, x + i * LD, N), 1e-12);
    }
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < N; k++) {
            w[i] += (k >= i ? r[i * N + k] : 0.0) * v[k];
        }
    }
    hpsi_solve_vector(N, r, N, 0, w);
    ck_assert_double_lt(difference(v, w, N), 1e-12);
    memset(w, 0, N * sizeof *w);
    for (int i = 0; i < N; i++) {
        for (int k = 0; k <= i; k++) {
            w[i] += r[k * N + i] * v[k];
        }
    }
    hpsi_solve_vector(N, r, N, 1, w);
    ck_assert_double_lt(difference(v, w, N), 1e-12);
    hps_context_destroy(two);
    free(r);
    free(x);
    free(b);
    free(v);
    free(w);
}
END_TEST

/* --------------------------------------------------------------------- QR */

typedef struct qr {
    double *r, *qty, rest;
} qr;

/* Append `total` rows in blocks of `block`. */
static qr append_all(hps_context *c, int64_t n, int64_t total, int64_t block, const double *rows,
                     const double *y)
{
    qr q = {calloc((size_t)(n * n), sizeof(double)), calloc((size_t)n, sizeof(double)), 0};

    for (int64_t i = 0; i < total; i += block) {
        int64_t m = total - i < block ? total - i : block;
        double *a = copy_of(rows + i * n, m * n);
        double *b = copy_of(y + i, m);

        ck_assert_int_eq(hpsi_qr_append(c, n, q.r, n, q.qty, &q.rest, m, a, n, b), HPS_OK);
        free(a);
        free(b);
    }
    return q;
}

static void free_qr(qr *q)
{
    free(q->r);
    free(q->qty);
}

/* R^T R = A^T A, R^T (Q^T y) = A^T y, |Q^T y|^2 + rest = |y|^2 define the triangle. */
static void check_qr(const qr *q, int64_t n, int64_t m, const double *a, const double *y)
{
    double norm = 0;

    for (int64_t i = 0; i < n; i++) {
        double left = 0;
        double right = 0;

        for (int64_t k = 0; k < m; k++) {
            right += a[k * n + i] * y[k];
        }
        for (int64_t k = 0; k <= i; k++) {
            left += q->r[k * n + i] * q->qty[k];
        }
        ck_assert_double_eq_tol(left, right, 1e-11);
        norm += q->qty[i] * q->qty[i];
        for (int64_t j = 0; j < n; j++) {
            left = right = 0;
            for (int64_t k = 0; k < m; k++) {
                right += a[k * n + i] * a[k * n + j];
            }
            for (int64_t k = 0; k <= (i < j ? i : j); k++) {
                left += q->r[k * n + i] * q->r[k * n + j];
            }
            ck_assert_double_eq_tol(left, right, 1e-11);
        }
    }
    for (int64_t k = 0; k < m; k++) {
        norm -= y[k] * y[k];
    }
    ck_assert_double_eq_tol(norm + q->rest, 0.0, 1e-11);
}

START_TEST(test_appended_blocks_make_the_triangle_of_all_rows)
{
    static const int64_t shapes[][3] = {{1, 5, 2},    {31, 100, 7},    {32, 100, 100},
                                        {33, 90, 45}, {200, 333, 111}, {200, 60, 60}};

    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        int64_t n = shapes[i][0];
        int64_t m = shapes[i][1];
        double *a = numbers(m * n, 6);
        double *y = numbers(m, 7);
        hps_context *two = with_threads(2);
        qr q = append_all(two, n, m, shapes[i][2], a, y);

        check_qr(&q, n, m, a, y);
        free_qr(&q);
        hps_context_destroy(two);
        free(a);
        free(y);
    }
}
END_TEST

START_TEST(test_zero_rows_and_columns_are_no_trouble)
{
    enum { N = 40, M = 50 };
    double *a = numbers(M * N, 8);
    double *y = numbers(M, 9);
    qr q;

    for (int i = 0; i < M; i++) {
        a[i * N + 3] = 0;
        a[i * N + 39] = 0;
    }
    memset(a + 7 * N, 0, N * sizeof *a);
    q = append_all(NULL, N, M, 10, a, y);
    check_qr(&q, N, M, a, y);
    ck_assert_double_eq(q.r[3 * N + 3], 0.0);
    ck_assert_int_eq(hpsi_qr_append(NULL, N, q.r, N, q.qty, &q.rest, 0, NULL, N, NULL), HPS_OK);
    free_qr(&q);
    free(a);
    free(y);
}
END_TEST

START_TEST(test_products_without_rows_or_columns_are_zero)
{
    double a[1] = {7.0}, x[1] = {3.0}, y[2] = {5.0, (double)NAN};

    hpsi_gemv(0, 2, 0, 1.0, a, 0, x, 0.0, y); /* a leading dimension of 0 too */
    ck_assert(y[0] == 0.0 && y[1] == 0.0);
    y[0] = 5.0;
    hpsi_gemv(1, 0, 1, 1.0, a, 1, x, 2.0, y);
    ck_assert_double_eq(y[0], 10.0);
    hpsi_gemv(1, 2, 0, 1.0, a, 0, x, 0.0, y);
    ck_assert_double_eq(y[0], 10.0);
}
END_TEST

/* ------------------------------------------------------------ determinism */

START_TEST(test_bits_do_not_depend_on_threads)
{
    enum { N = 400, M = 300 };
    double *spd = positive(N, 1);
    double *rows = numbers(M * N, 10);
    double *y = numbers(M, 11);
    double *first[4] = {0};

    for (int32_t threads = 1; threads <= 3; threads++) {
        hps_context *c = with_threads(threads);
        double *r = copy_of(spd, N * N);
        double *b = copy_of(rows, M * N);
        double *k = calloc(M * M, sizeof *k);
        qr q = append_all(c, N, M, 100, rows, y);

        ck_assert_int_eq(hpsi_cholesky(c, N, r, N), HPS_OK);
        ck_assert_int_eq(hpsi_solve_right(c, M, N, r, N, b, N), HPS_OK);
        ck_assert_int_eq(hpsi_gemm_nt(c, M, M, N, rows, N, rows, N, 0.0, k, M), HPS_OK);
        if (threads == 1) {
            first[0] = r;
            first[1] = b;
            first[2] = k;
            first[3] = q.r;
            free(q.qty);
        } else {
            ck_assert_mem_eq(r, first[0], N * N * sizeof *r);
            ck_assert_mem_eq(b, first[1], M * N * sizeof *b);
            ck_assert_mem_eq(k, first[2], M * M * sizeof *k);
            ck_assert_mem_eq(q.r, first[3], N * N * sizeof *r);
            free_qr(&q);
            free(r);
            free(b);
            free(k);
        }
        hps_context_destroy(c);
    }
    for (int i = 0; i < 4; i++) {
        free(first[i]);
    }
    free(spd);
    free(rows);
    free(y);
}
END_TEST

/* ----------------------------------------------------- spectral methods */

static void check_svd(int64_t m, int64_t n)
{
    int64_t rank = m < n ? m : n;
    double *a = numbers(m * n, 12);
    double *work = copy_of(a, m * n);
    double *s = calloc((size_t)rank, sizeof *s);
    double *alone = calloc((size_t)rank, sizeof *s);
    double *u = calloc((size_t)(m * rank), sizeof *u);
    double *vt = calloc((size_t)(rank * n), sizeof *vt);

    ck_assert_int_eq(hpsi_svd(NULL, m, n, work, s, u, vt), HPS_OK);
    for (int64_t i = 0; i < m; i++) {
        for (int64_t j = 0; j < n; j++) {
            double sum = 0;

            for (int64_t k = 0; k < rank; k++) {
                sum += u[i * rank + k] * s[k] * vt[k * n + j];
            }
            ck_assert_double_eq_tol(sum, a[i * n + j], 1e-13);
        }
    }
    for (int64_t i = 0; i < rank; i++) {
        for (int64_t j = 0; j < rank; j++) {
            double sum = 0;

            for (int64_t k = 0; k < m; k++) {
                sum += u[k * rank + i] * u[k * rank + j];
            }
            ck_assert_double_eq_tol(sum, i == j ? 1.0 : 0.0, 1e-13);
        }
        ck_assert(i == 0 || s[i] <= s[i - 1]);
    }
    memcpy(work, a, (size_t)(m * n) * sizeof *a);
    ck_assert_int_eq(hpsi_svd(NULL, m, n, work, alone, NULL, NULL), HPS_OK);
    ck_assert_double_lt(difference(s, alone, rank), 1e-13);
    free(a);
    free(work);
    free(s);
    free(alone);
    free(u);
    free(vt);
}

START_TEST(test_svd_is_thin_and_orthonormal)
{
    check_svd(30, 12);
    check_svd(12, 30);
    check_svd(17, 17);
}
END_TEST

START_TEST(test_eigenvectors_are_rows)
{
    enum { N = 25 };
    double *a = positive(N, 0);
    double *v = copy_of(a, N * N);
    double w[N];

    ck_assert_int_eq(hpsi_eigh(NULL, N, v, w), HPS_OK);
    for (int i = 0; i < N; i++) {
        ck_assert(i == 0 || w[i] >= w[i - 1]);
        for (int j = 0; j < N; j++) {
            double sum = 0;

            for (int k = 0; k < N; k++) {
                sum += a[j * N + k] * v[i * N + k];
            }
            ck_assert_double_eq_tol(sum, w[i] * v[i * N + j], 1e-13);
        }
    }
    free(a);
    free(v);
}
END_TEST

START_TEST(test_a_memory_limit_is_an_error_not_a_crash)
{
    enum { N = 50, M = 40 };
    double *rows = numbers(M * N, 13);
    double *y = numbers(M, 14);
    double r[N * N] = {0};
    double qty[N] = {0};
    double rest = 0;
    double w[N];
    hps_context *c = with_threads(1);

    ck_assert_int_eq(hps_context_set_memory_limit(c, 256), HPS_OK);
    ck_assert_int_eq(hpsi_qr_append(c, N, r, N, qty, &rest, M, rows, N, y), HPS_E_MEMORY);
    ck_assert_int_eq(hpsi_svd(c, M, N, rows, w, NULL, NULL), HPS_E_MEMORY);
    ck_assert_int_eq(hpsi_eigh(c, N, r, w), HPS_E_MEMORY);
    hps_context_destroy(c);
    free(rows);
    free(y);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linalg");
    TCase *tc = tcase_create("linalg");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_product_is_the_sum_over_components);
    tcase_add_test(tc, test_squares_are_products_with_itself);
    tcase_add_test(tc, test_cholesky_gives_back_the_matrix);
    tcase_add_test(tc, test_cholesky_names_the_row_that_is_not_positive);
    tcase_add_test(tc, test_solve_right_inverts_the_product);
    tcase_add_test(tc, test_appended_blocks_make_the_triangle_of_all_rows);
    tcase_add_test(tc, test_zero_rows_and_columns_are_no_trouble);
    tcase_add_test(tc, test_products_without_rows_or_columns_are_zero);
    tcase_add_test(tc, test_bits_do_not_depend_on_threads);
    tcase_add_test(tc, test_svd_is_thin_and_orthonormal);
    tcase_add_test(tc, test_eigenvectors_are_rows);
    tcase_add_test(tc, test_a_memory_limit_is_an_error_not_a_crash);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
