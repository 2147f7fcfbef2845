/* SPDX-License-Identifier: BSD-3-Clause */
/* The ridge family against refits in extended precision: predictions, leave-one-out,
 * evidence and the quadratic form of the force errors, with random matrices. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/linalg.h"
#include "gpr/path.h"
#include "support/long_double.h"
#include "support/suite.h"

#define LARGEST 40

/* One random problem. Row 1 repeats row 0 if twins is set; row 2 is the only one that sees
 * sparse point 0, so that its leverage is almost 1. */
typedef struct problem {
    int64_t s, m;
    double a[LARGEST][LARGEST], k[LARGEST][LARGEST], y[LARGEST], w[LARGEST];
} problem;

static uint64_t state;

static double uniform(void)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (double)(state >> 11) * 0x1p-53 - 0.5;
}

static void make(problem *p, int64_t s, int64_t m, int twins)
{
    double x[LARGEST][3], z[LARGEST][3];

    memset(p, 0, sizeof *p);
    state = (uint64_t)(1000 * s + m);
    p->s = s;
    p->m = m;
    for (int64_t i = 0; i < LARGEST; i++) {
        for (int c = 0; c < 3; c++) {
            x[i][c] = 2 * uniform();
            z[i][c] = 2 * uniform();
        }
    }
    for (int64_t t = 0; t < m; t++) {
        for (int64_t v = 0; v < m; v++) {
            const double r2 =
                pow(x[t][0] - x[v][0], 2) + pow(x[t][1] - x[v][1], 2) + pow(x[t][2] - x[v][2], 2);
            p->k[t][v] = (t == 0) != (v == 0) ? 0 : exp(-2 * r2) + (t == v ? 1e-10 : 0);
        }
        for (int64_t i = 0; i < s; i++) {
            const double r2 =
                pow(x[t][0] - z[i][0], 2) + pow(x[t][1] - z[i][1], 2) + pow(x[t][2] - z[i][2], 2);
            p->a[i][t] = t == 0 ? (i == 2 ? 1.5 : 0) : 2 * exp(-2 * r2);
        }
    }
    for (int64_t i = 0; i < s; i++) {
        p->y[i] = sin(3 * z[i][0]) + z[i][1] + 0.1 * uniform();
        p->w[i] = 1.0 / (double)(1 + i % 5);
    }
    if (twins) {
        memcpy(p->a[1], p->a[0], sizeof p->a[0]);
        p->w[1] = p->w[0];
    }
}

/* The family of a problem, through the calls that the path uses. */
static hpsi_family *family(const problem *p, hps_context *c)
{
    double *chol = hpsi_new(c, p->m * p->m, sizeof *chol);
    double *rows = hpsi_new(c, p->s * p->m, sizeof *rows);
    double b[LARGEST];
    hpsi_family *f = NULL;

    for (int64_t t = 0; t < p->m; t++) {
        memcpy(chol + t * p->m, p->k[t], (size_t)p->m * sizeof *chol);
    }
    ck_assert_int_eq(hpsi_cholesky(c, p->m, chol, p->m), HPS_OK);
    for (int64_t i = 0; i < p->s; i++) {
        b[i] = sqrt(p->w[i]) * p->y[i];
        for (int64_t t = 0; t < p->m; t++) {
            rows[i * p->m + t] = sqrt(p->w[i]) * p->a[i][t];
        }
    }
    ck_assert_int_eq(hpsi_family_create(&f, c, p->s, p->m, chol, rows, p->w, b), HPS_OK);
    return f;
}

/* x := A^-1 x and ln|A| of a positive definite A[n][n], in extended precision. */
static long double solve(int64_t n, long double a[LARGEST][LARGEST], long double *x)
{
    long double log_det = 0;

    for (int64_t j = 0; j < n; j++) {
        ck_assert(a[j][j] > 0);
        log_det += logl(a[j][j]);
        for (int64_t i = j + 1; i < n; i++) {
            const long double q = a[i][j] / a[j][j];
            for (int64_t t = j; t < n; t++) {
                a[i][t] -= q * a[j][t];
            }
            x[i] -= q * x[j];
        }
    }
    for (int64_t i = n - 1; i >= 0; i--) {
        for (int64_t t = i + 1; t < n; t++) {
            x[i] -= a[i][t] * x[t];
        }
        x[i] /= a[i][i];
    }
    return log_det;
}

/* Coefficients of (lambda k + A^T W A) alpha = A^T W y without structure `out` (-1: all),
 * by the normal equations, which extended precision can afford. */
static void refit(const problem *p, double lambda, int64_t out, long double *alpha)
{
    static long double n[LARGEST][LARGEST];

    for (int64_t t = 0; t < p->m; t++) {
        alpha[t] = 0;
        for (int64_t v = 0; v < p->m; v++) {
            n[t][v] = (long double)lambda * p->k[t][v];
        }
        for (int64_t i = 0; i < p->s; i++) {
            const long double wa = i == out ? 0 : (long double)p->w[i] * p->a[i][t];
            alpha[t] += wa * p->y[i];
            for (int64_t v = 0; v < p->m; v++) {
                n[t][v] += wa * p->a[i][v];
            }
        }
    }
    solve(p->m, n, alpha);
}

static double product(const double *row, const long double *alpha, int64_t m)
{
    long double sum = 0;

    for (int64_t t = 0; t < m; t++) {
        sum += row[t] * alpha[t];
    }
    return (double)sum;
}

static const struct {
    int64_t s, m;
    int twins;
} shape[] = {{12, 7, 0}, {9, 9, 0}, {7, 12, 0}, {12, 7, 1}, {40, 6, 1}, {3, 1, 0}, {1, 3, 0}};
static const struct {
    double lambda, tolerance;
} level[] = {{1e2, 1e-13}, {1, 1e-12}, {1e-4, 1e-11}, {1e-7, 1e-9}};
#define N_SHAPES ((int)(sizeof shape / sizeof shape[0]))
#define N_LEVELS ((int)(sizeof level / sizeof level[0]))

START_TEST(test_predictions_equal_a_refit)
{
    static problem p;
    long double alpha[LARGEST];
    double g[LARGEST], rows[LARGEST * LARGEST], out[LARGEST * LARGEST], left[LARGEST];
    const double zero[LARGEST] = {0};
    hpsi_family *f;

    make(&p, shape[_i].s, shape[_i].m, shape[_i].twins);
    f = family(&p, NULL);
    for (int l = 0; l < N_LEVELS; l++) {
        refit(&p, level[l].lambda, -1, alpha);
        for (int64_t i = 0; i < p.s; i++) {
            memcpy(rows + i * LARGEST, p.a[i], (size_t)p.m * sizeof *rows);
        }
        ck_assert_int_eq(hpsi_family_transform(f, p.s, rows, LARGEST, out), HPS_OK);
        hpsi_family_coefficients(f, level[l].lambda, g);
        hpsi_family_residuals(f, p.s, out, zero, g, left);
        for (int64_t i = 0; i < p.s; i++) {
            ck_assert_double_eq_tol(-left[i], product(p.a[i], alpha, p.m),
                                    hps_test_slack(2048) * level[l].tolerance);
        }
    }
    hpsi_family_destroy(f);
}
END_TEST

START_TEST(test_leave_one_out_equals_refits)
{
    static problem p;
    long double alpha[LARGEST];
    double left[LARGEST];
    hpsi_family *f;

    make(&p, shape[_i].s, shape[_i].m, shape[_i].twins);
    f = family(&p, NULL);
    for (int l = 0; l < N_LEVELS; l++) {
        hpsi_family_leave_out(f, level[l].lambda, left);
        for (int64_t i = 0; i < p.s; i++) {
            refit(&p, level[l].lambda, i, alpha);
            ck_assert_double_eq_tol(left[i], p.y[i] - product(p.a[i], alpha, p.m),
                                    hps_test_slack(2048) * 20 * level[l].tolerance);
        }
    }
    hpsi_family_destroy(f);
}
END_TEST

/* Structure 2 alone determines the coefficient of sparse point 0: its leverage goes to 1
 * with lambda, where a residual over 1 - H_ss is 0/0. With as many sparse points as
 * structures the error stays that of C, with fewer it grows as 1e-16/lambda. */
START_TEST(test_leverage_of_one_keeps_its_digits)
{
    static problem p;
    long double alpha[LARGEST];
    double left[LARGEST];
    hpsi_family *f;

    make(&p, _i == 0 ? 30 : 4, 4, 0);
    f = family(&p, NULL);
    for (int power = 0; power <= 12; power += 2) {
        const double lambda = pow(10, -power);
        const double tolerance = _i == 0 ? 1e-14 + 1e-16 / lambda : 1e-9;
        hpsi_family_leave_out(f, lambda, left);
        refit(&p, lambda, 2, alpha);
        ck_assert_double_eq_tol(left[2], p.y[2] - product(p.a[2], alpha, p.m), tolerance);
    }
    hpsi_family_destroy(f);
}
END_TEST

/* ln N(y; 0, delta^2 A k^-1 A^T + sigma^2 W^-1) with its own S x S elimination. */
static double slow_evidence(const problem *p, double delta, double sigma)
{
    static long double kk[LARGEST][LARGEST], cov[LARGEST][LARGEST];
    long double x[LARGEST], square = 0, log_det;

    for (int64_t i = 0; i < p->s; i++) {
        for (int64_t t = 0; t < p->m; t++) {
            x[t] = p->a[i][t];
            for (int64_t v = 0; v < p->m; v++) {
                kk[t][v] = p->k[t][v];
            }
        }
        solve(p->m, kk, x);
        for (int64_t j = 0; j < p->s; j++) {
            long double sum = 0;
            for (int64_t t = 0; t < p->m; t++) {
                sum += p->a[j][t] * x[t];
            }
            cov[i][j] = (long double)delta * delta * sum +
                        (i == j ? (long double)sigma * sigma / p->w[i] : 0);
        }
    }
    for (int64_t i = 0; i < p->s; i++) {
        x[i] = p->y[i];
    }
    log_det = solve(p->s, cov, x);
    for (int64_t i = 0; i < p->s; i++) {
        square += x[i] * p->y[i];
    }
    return (double)(0.5L * (square + log_det + (long double)p->s * logl(2 * acosl(-1))));
}

START_TEST(test_evidence_equals_the_gaussian_density)
{
    static problem p;
    const double pairs[][2] = {{1, 0.1}, {0.3, 0.3}, {5, 0.01}, {2, 1e-3}};
    hpsi_family *f;

    make(&p, shape[_i].s, shape[_i].m, shape[_i].twins);
    f = family(&p, NULL);
    for (int l = 0; l < 4; l++) {
        const double delta = pairs[l][0], sigma = pairs[l][1];
        const double expected = slow_evidence(&p, delta, sigma);
        double value, best, low, high, at;
        hpsi_family_evidence(f, delta, sigma * sigma / (delta * delta), &value, &best);
        ck_assert_double_eq_tol(value, expected, 1e-8 * (1 + fabs(expected)));
        /* best: no other delta with the same ratio is better */
        hpsi_family_evidence(f, best, sigma * sigma / (delta * delta), &at, &best);
        low = slow_evidence(&p, 0.999 * best, 0.999 * best * sigma / delta);
        high = slow_evidence(&p, 1.001 * best, 1.001 * best * sigma / delta);
        ck_assert_double_lt(at, low);
        ck_assert_double_lt(at, high);
        ck_assert_double_eq_tol((high - low) / (0.002 * (double)p.s), 0, 1e-3);
    }
    hpsi_family_destroy(f);
}
END_TEST

/* Sum of squared residuals of random "force" rows, against coefficients of the refit. */
START_TEST(test_gram_form_equals_the_residuals)
{
    static problem p;
    enum { ROWS = 90 };
    static double b[ROWS][LARGEST], block[ROWS][LARGEST], y[ROWS];
    long double alpha[LARGEST];
    double g[LARGEST], scratch[LARGEST];
    hpsi_family *f;
    hpsi_gram *q = NULL;

    make(&p, shape[_i].s, shape[_i].m, shape[_i].twins);
    f = family(&p, NULL);
    for (int i = 0; i < ROWS; i++) {
        y[i] = uniform();
        for (int64_t t = 0; t < p.m; t++) {
            b[i][t] = p.a[i % p.s][t] * (1 + uniform());
        }
    }
    ck_assert_int_eq(hpsi_gram_create(&q, f), HPS_OK);
    memcpy(block, b, sizeof b);
    ck_assert_int_eq(hpsi_gram_append(q, f, 1, block[0], LARGEST, y), HPS_OK);
    ck_assert_int_eq(hpsi_gram_append(q, f, 80, block[1], LARGEST, y + 1), HPS_OK);
    ck_assert_int_eq(hpsi_gram_append(q, f, 9, block[81], LARGEST, y + 81), HPS_OK);
    ck_assert_int_eq(q->n, ROWS);
    for (int l = 0; l < N_LEVELS - 1; l++) {
        double sum = 0;
        refit(&p, level[l].lambda, -1, alpha);
        for (int i = 0; i < ROWS; i++) {
            sum += pow(y[i] - product(b[i], alpha, p.m), 2);
        }
        hpsi_family_coefficients(f, level[l].lambda, g);
        ck_assert_double_eq_tol(hpsi_gram_residual(q, f->r, g, scratch), sum, 1e-9 * sum);
    }
    hpsi_gram_destroy(q);
    hpsi_family_destroy(f);
}
END_TEST

START_TEST(test_threads_do_not_change_a_bit)
{
    static problem p;
    double first[LARGEST], left[LARGEST];

    make(&p, 40, 6, 1);
    for (int n = 1; n <= 3; n++) {
        hps_context *c = NULL;
        hpsi_family *f;
        ck_assert_int_eq(hps_context_create(&c, NULL), HPS_OK);
        ck_assert_int_eq(hps_context_set_threads(c, n), HPS_OK);
        f = family(&p, c);
        hpsi_family_leave_out(f, 1e-6, left);
        if (n == 1) {
            memcpy(first, left, sizeof left);
        }
        ck_assert_mem_eq(first, left, 40 * sizeof *left);
        hpsi_family_destroy(f);
        hps_context_destroy(c);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("path_family");
    TCase *tc = tcase_create("family");

    tcase_add_loop_test(tc, test_predictions_equal_a_refit, 0, N_SHAPES);
    tcase_add_loop_test(tc, test_leave_one_out_equals_refits, 0, N_SHAPES);
    tcase_add_loop_test(tc, test_leverage_of_one_keeps_its_digits, 0, 2);
    tcase_add_loop_test(tc, test_evidence_equals_the_gaussian_density, 0, N_SHAPES);
    tcase_add_loop_test(tc, test_gram_form_equals_the_residuals, 0, N_SHAPES);
    tcase_add_test(tc, test_threads_do_not_change_a_bit);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
