/* SPDX-License-Identifier: BSD-3-Clause */
/* Response surfaces against plain eliminations, refits with a point left out, known minima. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/suite.h"
#include "surface/internal.h"

#define CK_OK(call) ck_assert_msg((call) == HPS_OK, "%s: %s", #call, hps_last_error())
#define FAILS(call, status, text)                                                                  \
    do {                                                                                           \
        ck_assert_int_eq(call, status);                                                            \
        ck_assert_msg(strstr(hps_last_error(), text) != NULL, "%s", hps_last_error());             \
    } while (0)

enum { P = 5, MOST = 200 }; /* parameters of the mixed space, points */

/* length, noise (log), pinned, order (integer), colour (choice) */
static hps_space *mixed(hps_context *c)
{
    static const char *const labels[] = {"red", "green", "blue"};
    hps_space *s;
    CK_OK(hps_space_create(&s, c));
    CK_OK(hps_space_add_real(s, "length", -1.0, 3.0, HPS_SCALE_LINEAR));
    CK_OK(hps_space_add_real(s, "noise", 1e-4, 1.0, HPS_SCALE_LOG));
    CK_OK(hps_space_add_real(s, "pinned", 0.0, 5.0, HPS_SCALE_LINEAR));
    CK_OK(hps_space_fix(s, "pinned", 1.5));
    CK_OK(hps_space_add_int(s, "order", 1, 9, HPS_SCALE_LINEAR));
    CK_OK(hps_space_add_choice(s, "colour", 3, labels));
    return s;
}

static double linear(const double *x)
{
    static const double of[] = {0.3, -0.8, 1.1};
    return 2.0 + 0.7 * x[0] - 0.4 * log10(x[1]) + 0.25 * x[3] + of[(int)x[4]];
}

static double quadratic(const double *x)
{
    double a = x[0] - 1.3, b = log10(x[1]) + 2.2, c = (x[3] - 4.0) / 4.0;
    return a * a + 0.5 * b * b + c * c + 0.3 * a * b - 0.2 * b * c + (x[4] == 1.0 ? -0.5 : 0.1 * a);
}

static double wavy(const double *x)
{
    return quadratic(x) + 0.3 * sin(2.5 * x[0]) * cos(log10(x[1])) + 0.1 * cos(x[3]);
}

typedef double (*function)(const double *);
static const function functions[] = {linear, quadratic, wavy, wavy};

/* n points of a Sobol design and their values. */
static void sample(const hps_space *s, int64_t n, function f, double *x, double *y)
{
    CK_OK(hps_design_points(s, HPS_DESIGN_SOBOL, 3, n, x));
    for (int64_t i = 0; i < n; i++) {
        y[i] = f(x + i * P);
    }
}

static hps_surface *fitted(const hps_space *s, int32_t kind, int64_t n, const double *x,
                           const double *y)
{
    hps_surface *r;
    CK_OK(hps_surface_create(&r, NULL, s, kind));
    CK_OK(hps_surface_fit(r, n, x, y));
    return r;
}

static hps_surface_quality quality(const hps_surface *r)
{
    hps_surface_quality q = {.struct_size = (int32_t)sizeof q};
    CK_OK(hps_surface_get_quality(r, &q));
    return q;
}

START_TEST(test_polynomials_find_their_own_functions)
{
    static const int terms[] = {6, 6 + 3 + 3 * 3}; /* 3 squares and products, 3 x 2 and 3 x 1 */
    hps_space *s = mixed(NULL);
    double x[MOST * P], y[MOST], mean[MOST];
    sample(s, MOST, functions[_i], x, y);
    hps_surface *r = fitted(s, _i, 60, x, y);
    CK_OK(hps_surface_predict(r, MOST, x, mean, NULL));
    for (int i = 0; i < MOST; i++) {
        ck_assert_double_eq_tol(mean[i], y[i], 1e-10);
    }
    hps_surface_quality q = quality(r);
    ck_assert_int_eq(q.n_terms, _i == 0 ? terms[0] : terms[1]);
    ck_assert_int_eq(q.n_points, 60);
    ck_assert(q.r2 > 1.0 - 1e-12 && q.r2_loo > 1.0 - 1e-12 && isnan(q.noise));
    hps_surface_destroy(r);
    hps_space_destroy(s);
}
END_TEST

/* Values of a surface fitted without point i, at that point. */
static double refit_without(const hps_space *s, int32_t kind, int64_t n, const double *x,
                            const double *y, int64_t i)
{
    double *ux = malloc((size_t)n * P * sizeof *ux), *uy = malloc((size_t)n * sizeof *uy);
    int64_t k = 0;
    double at;
    for (int64_t j = 0; j < n; j++) {
        if (j != i) {
            memcpy(ux + k * P, x + j * P, P * sizeof *ux);
            uy[k++] = y[j];
        }
    }
    hps_surface *r = fitted(s, kind, n - 1, ux, uy);
    CK_OK(hps_surface_predict(r, 1, x + i * P, &at, NULL));
    hps_surface_destroy(r);
    free(ux);
    free(uy);
    return at;
}

START_TEST(test_polynomials_without_a_point_are_refits)
{
    enum { N = 40 };
    hps_space *s = mixed(NULL);
    double x[MOST * P], y[MOST], square = 0.0, total = 0.0, mean = 0.0;
    sample(s, N, wavy, x, y);
    hps_surface *r = fitted(s, _i, N, x, y);
    for (int i = 0; i < N; i++) {
        double at = refit_without(s, _i, N, x, y, i);
        ck_assert_double_eq_tol(r->left[i], at, 1e-9);
        square += (at - y[i]) * (at - y[i]);
        mean += y[i] / N;
    }
    for (int i = 0; i < N; i++) {
        total += (y[i] - mean) * (y[i] - mean);
    }
    hps_surface_quality q = quality(r);
    ck_assert_double_eq_tol(q.r2_loo, 1.0 - square / total, 1e-9);
    ck_assert_double_eq_tol(q.rmse_loo, sqrt(square / N), 1e-9);
    ck_assert(q.r2 > q.r2_loo && q.r2 < 1.0);
    hps_surface_destroy(r);
    hps_space_destroy(s);
}
END_TEST

START_TEST(test_too_few_points_are_met_and_cannot_be_left_out)
{
    hps_space *s = mixed(NULL);
    double x[MOST * P], y[MOST], mean[MOST];
    sample(s, 8, quadratic, x, y);
    hps_surface *r = fitted(s, HPS_SURFACE_QUADRATIC, 8, x, y);
    CK_OK(hps_surface_predict(r, 8, x, mean, NULL));
    for (int i = 0; i < 8; i++) {
        ck_assert_double_eq_tol(mean[i], y[i], 1e-10);
    }
    ck_assert(isnan(quality(r).r2_loo) && quality(r).r2 > 1.0 - 1e-12);
    hps_surface_destroy(r);
    hps_space_destroy(s);
}
END_TEST

/* ------------------------------------------------------- plain algebra */

/* Solve a x = b by elimination with pivoting; a and b are destroyed, b becomes x. */
static void eliminate(int n, double *a, double *b)
{
    for (int k = 0; k < n; k++) {
        int pivot = k;
        for (int i = k; i < n; i++) {
            pivot = fabs(a[i * n + k]) > fabs(a[pivot * n + k]) ? i : pivot;
        }
        for (int j = 0; j < n; j++) {
            double t = a[k * n + j];
            a[k * n + j] = a[pivot * n + j];
            a[pivot * n + j] = t;
        }
        double t = b[k];
        b[k] = b[pivot];
        b[pivot] = t;
        for (int i = k + 1; i < n; i++) {
            double factor = a[i * n + k] / a[k * n + k];
            for (int j = k; j < n; j++) {
                a[i * n + j] -= factor * a[k * n + j];
            }
            b[i] -= factor * b[k];
        }
    }
    for (int k = n - 1; k >= 0; k--) {
        for (int j = k + 1; j < n; j++) {
            b[k] -= a[k * n + j] * b[j];
        }
        b[k] /= a[k * n + k];
    }
}

/* Correlation of two points of a fitted process, from its lengths. */
static double correlation(const hps_surface *r, const double *a, const double *b)
{
    double square = 0.0;
    for (int d = 0; d < r->n_dims; d++) {
        double t = a[d] - b[d];
        if (d == 3) { /* the choice */
            t = t != 0.0;
        }
        square += t * t / (r->length[d] * r->length[d]);
    }
    double s = sqrt(5.0 * square);
    return (1.0 + s + 5.0 / 3.0 * square) * exp(-s);
}

/* Kriging with an unknown mean as one linear system, without the row `without`. */
static double kriging(const hps_surface *r, const double *u, int without, double *variance)
{
    int n = (int)r->n, m = n + 1;
    double *a = calloc((size_t)m * (size_t)m, sizeof *a), *b = calloc((size_t)m, sizeof *b);
    double *c = calloc((size_t)m, sizeof *c);
    double mean = 0.0, explained = 0.0;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            a[i * m + j] = correlation(r, r->u + i * r->n_dims, r->u + j * r->n_dims) +
                           (i == j ? r->noise_ratio : 0.0);
            a[i * m + j] = i == without || j == without ? (double)(i == j) : a[i * m + j];
        }
        a[i * m + n] = a[n * m + i] = i == without ? 0.0 : 1.0;
        b[i] = i == without ? 0.0 : correlation(r, u, r->u + i * r->n_dims);
    }
    b[n] = 1.0;
    memcpy(c, b, (size_t)m * sizeof *b);
    eliminate(m, a, b);
    for (int i = 0; i < m; i++) {
        mean += i < n ? b[i] * r->y[i] : 0.0;
        explained += b[i] * c[i];
    }
    *variance = r->variance * (1.0 - explained);
    free(a);
    free(b);
    free(c);
    return mean;
}

START_TEST(test_a_process_is_kriging)
{
    enum { N = 35 };
    hps_space *s = mixed(NULL);
    double x[MOST * P], y[MOST], mean[MOST], sd[MOST], u[P], variance;
    sample(s, MOST, wavy, x, y);
    for (int i = 0; i < MOST; i++) {
        y[i] += 0.05 * sin(1e4 * (i + 1.0)); /* noise */
    }
    hps_surface *r = fitted(s, HPS_SURFACE_GP, N, x, y);
    CK_OK(hps_surface_predict(r, MOST, x, mean, sd));
    for (int i = 0; i < MOST; i++) {
        CK_OK(hpsi_surface_locate(r, i, x + i * P, u));
        ck_assert_double_eq_tol(mean[i], kriging(r, u, -1, &variance), 1e-7);
        ck_assert_double_eq_tol(sd[i] * sd[i], variance, 1e-7);
    }
    for (int i = 0; i < N; i++) {
        ck_assert_double_eq_tol(r->left[i], kriging(r, r->u + i * r->n_dims, i, &variance), 1e-6);
        ck_assert_double_eq_tol(r->fitted[i], mean[i], 1e-9);
    }
    hps_surface_destroy(r);
    hps_space_destroy(s);
}
END_TEST

/* A row of the radial basis's system taken out, its scale kept. */
START_TEST(test_a_radial_basis_without_a_point)
{
    enum { N = 30 };
    hps_space *s = mixed(NULL);
    double x[MOST * P], y[MOST], mean[MOST];
    sample(s, N, wavy, x, y);
    hps_surface *r = fitted(s, HPS_SURFACE_RBF, N, x, y);
    CK_OK(hps_surface_predict(r, N, x, mean, NULL));
    const hpsi_rbf *b = r->rbf;
    for (int i = 0; i < N; i++) {
        double a[N * N], w[N], at = 0.0, k[N];
        for (int j = 0; j < N; j++) {
            for (int l = 0; l < N; l++) {
                double dot = 0.0, square = 0.0;
                for (int d = 0; d < b->n_dims; d++) {
                    double p = b->z[d * b->ld + j], q = b->z[d * b->ld + l];
                    dot += p * q;
                    square += (p - q) * (p - q);
                }
                a[j * N + l] = pow(square, 1.5) + b->tail * (1.0 + dot);
                k[l] = j == i ? a[j * N + l] : k[l];
                a[j * N + l] += j == l ? 1e-6 : 0.0;
                a[j * N + l] = j == i || l == i ? (double)(j == l) : a[j * N + l];
            }
            w[j] = j == i ? 0.0 : (y[j] - b->mean[0]) / b->deviation[0];
        }
        eliminate(N, a, w);
        for (int j = 0; j < N; j++) {
            at += w[j] * k[j];
        }
        ck_assert_double_eq_tol(r->left[i], b->mean[0] + b->deviation[0] * at, 1e-6);
        ck_assert_double_eq_tol(mean[i], y[i], 1e-4);
    }
    ck_assert_double_gt(quality(r).r2_loo, 0.5);
    hps_surface_destroy(r);
    hps_space_destroy(s);
}
END_TEST

/* ----------------------------------------------------- what they find */

static double only_first(const double *x)
{
    return sin(3.0 * x[0]);
}

START_TEST(test_a_process_finds_noise_and_what_does_not_matter)
{
    hps_space *s = mixed(NULL);
    double x[MOST * P], y[MOST], length[P], square = 0.0;
    sample(s, 120, only_first, x, y);
    for (int i = 0; i < 120; i++) {
        double noise = 0.1 * (hpsi_uniform(9, 0, 0, (uint32_t)i, 0).u[0] - 0.5);
        y[i] += noise;
        square += noise * noise / 120.0;
    }
    hps_surface *r = fitted(s, HPS_SURFACE_GP, 120, x, y);
    hps_surface_quality q = quality(r);
    ck_assert_double_eq_tol(q.noise, sqrt(square), 0.3 * sqrt(square));
    ck_assert_double_gt(q.r2_loo, 0.98);
    CK_OK(hps_surface_lengths(r, length));
    ck_assert_double_lt(length[0], 1.0);
    for (int i = 1; i < P; i++) {
        ck_assert(i == 2 ? isnan(length[i]) : length[i] > 4.0 * length[0]);
    }
    hps_surface_destroy(r);
    hps_space_destroy(s);
}
END_TEST

START_TEST(test_minima_of_polynomials)
{
    hps_space *s = mixed(NULL);
    double x[MOST * P], y[MOST], at[P], least;
    sample(s, 60, functions[_i], x, y);
    hps_surface *r = fitted(s, _i, 60, x, y);
    CK_OK(hps_surface_minimum(r, at, &least));
    ck_assert_double_eq_tol(least, functions[_i](at), 1e-9);
    ck_assert(at[2] == 1.5 && at[4] == 1.0);
    if (_i == 0) {
        ck_assert(at[0] == -1.0 && at[1] == 1.0 && at[3] == 1.0);
    } else { /* with c = 0: a + 0.15 b = 0, b + 0.3 a = 0 and b's pull on c is below a level */
        ck_assert_double_eq_tol(at[0], 1.3, 1e-6);
        ck_assert_double_eq_tol(log10(at[1]), -2.2, 1e-6);
        ck_assert(at[3] == 4.0);
    }
    hps_surface_destroy(r);
    hps_space_destroy(s);
}
END_TEST

/* No point of a dense sample is lower, and the surface has the value that is told. */
START_TEST(test_minima_are_the_lowest_points)
{
    enum { DENSE = 4096 };
    int32_t kind = HPS_SURFACE_RBF + _i;
    hps_space *s = mixed(NULL);
    double x[MOST * P], y[MOST], at[P], least, told;
    double *dense = malloc((size_t)DENSE * P * sizeof *dense);
    double *mean = malloc(DENSE * sizeof *mean);
    sample(s, 80, wavy, x, y);
    hps_surface *r = fitted(s, kind, 80, x, y);
    CK_OK(hps_surface_minimum(r, at, &least));
    CK_OK(hps_surface_predict(r, 1, at, &told, NULL));
    ck_assert_double_eq_tol(told, least, 1e-9);
    CK_OK(hps_design_points(s, HPS_DESIGN_SOBOL, 11, DENSE, dense));
    CK_OK(hps_surface_predict(r, DENSE, dense, mean, NULL));
    for (int i = 0; i < DENSE; i++) {
        ck_assert(mean[i] >= least - 1e-9);
    }
    ck_assert_double_gt(quality(r).r2_loo, 0.9);
    free(dense);
    free(mean);
    hps_surface_destroy(r);
    hps_space_destroy(s);
}
END_TEST

START_TEST(test_threads_do_not_matter)
{
    static const int32_t threads[] = {1, 3};
    double x[MOST * P], y[MOST], mean[2][MOST], at[2][P];
    for (int k = 0; k < 2; k++) {
        hps_context *c;
        hps_surface *r;
        CK_OK(hps_context_create(&c, NULL));
        CK_OK(hps_context_set_threads(c, threads[k]));
        hps_space *s = mixed(c);
        sample(s, 100, wavy, x, y);
        CK_OK(hps_surface_create(&r, c, s, _i));
        CK_OK(hps_surface_fit(r, 60, x, y));
        CK_OK(hps_surface_predict(r, 100, x, mean[k], NULL));
        CK_OK(hps_surface_minimum(r, at[k], NULL));
        hps_surface_destroy(r);
        hps_space_destroy(s);
        hps_context_destroy(c);
    }
    ck_assert_mem_eq(mean[0], mean[1], 100 * sizeof(double));
    ck_assert_mem_eq(at[0], at[1], sizeof at[0]);
}
END_TEST

/* --------------------------------------------------------------- errors */

START_TEST(test_failed_evaluations_are_left_out)
{
    hps_space *s = mixed(NULL);
    double x[MOST * P], y[MOST], a[MOST], b[MOST];
    sample(s, 40, wavy, x, y);
    hps_surface *r = fitted(s, _i, 40, x, y);
    CK_OK(hps_surface_predict(r, 40, x, a, NULL));
    double longer[MOST * P], with[MOST];
    for (int i = 0; i < 80; i++) { /* a failure after each point, where it would matter */
        memcpy(longer + i * P, x + (i / 2) * P, P * sizeof *x);
        with[i] = i % 2 == 0 ? y[i / 2] : i % 4 == 1 ? (double)NAN : (double)INFINITY;
    }
    CK_OK(hps_surface_fit(r, 80, longer, with));
    CK_OK(hps_surface_predict(r, 40, x, b, NULL));
    ck_assert_mem_eq(a, b, 40 * sizeof *a);
    ck_assert_int_eq(quality(r).n_left_out, 40);
    hps_surface_destroy(r);
    hps_space_destroy(s);
}
END_TEST

START_TEST(test_what_is_no_surface)
{
    hps_space *s = mixed(NULL), *none;
    double x[MOST * P], y[MOST], m[4];
    hps_surface *r;
    hps_surface_quality q = {0};
    CK_OK(hps_space_create(&none, NULL));
    sample(s, 20, wavy, x, y);
    FAILS(hps_surface_create(NULL, NULL, s, 0), HPS_E_ARGUMENT, "out is NULL");
    FAILS(hps_surface_create(&r, NULL, none, 0), HPS_E_ARGUMENT, "empty");
    FAILS(hps_surface_create(&r, NULL, s, 4), HPS_E_ARGUMENT, "kind = 4");
    CK_OK(hps_surface_create(&r, NULL, s, HPS_SURFACE_GP));
    FAILS(hps_surface_predict(r, 1, x, m, NULL), HPS_E_STATE, "before a fit");
    FAILS(hps_surface_minimum(r, m, m), HPS_E_STATE, "before a fit");
    FAILS(hps_surface_get_quality(r, &q), HPS_E_STATE, "before a fit");
    FAILS(hps_surface_fit(r, 0, x, y), HPS_E_ARGUMENT, "n = 0");
    FAILS(hps_surface_fit(r, 5001, x, y), HPS_E_ARGUMENT, "at most 5000");
    y[0] = y[1] = NAN;
    FAILS(hps_surface_fit(r, 3, x, y), HPS_E_ARGUMENT, "1 of 3 values are finite");
    y[2] = y[3] = y[4] = 1.0;
    FAILS(hps_surface_fit(r, 5, x, y), HPS_E_NUMERIC, "values the same");
    y[4] = -1e101;
    FAILS(hps_surface_fit(r, 20, x, y), HPS_E_ARGUMENT, "point 4: value -1e+101 must be in");
    y[4] = 1.0;
    x[10 * P + 3] = 2.5;
    FAILS(hps_surface_fit(r, 20, x, y), HPS_E_ARGUMENT, "point 10: order = 2.5");
    FAILS(hps_surface_predict(r, 1, x, m, NULL), HPS_E_STATE, "before a fit");
    hps_surface_destroy(r);
    CK_OK(hps_surface_create(&r, NULL, s, HPS_SURFACE_RBF));
    FAILS(hps_surface_fit(r, 5, x, y), HPS_E_NUMERIC, "all values");
    CK_OK(hps_surface_fit(r, 9, x, y));
    FAILS(hps_surface_predict(r, 1, x, m, m), HPS_E_UNSUPPORTED, "only a GP");
    FAILS(hps_surface_predict(r, 1, NULL, m, NULL), HPS_E_ARGUMENT, "x NULL");
    FAILS(hps_surface_get_quality(r, &q), HPS_E_ARGUMENT, "struct_size = 0");
    FAILS(hps_surface_lengths(r, NULL), HPS_E_ARGUMENT, "length is NULL");
    for (int i = 6; i < 9; i++) {
        memcpy(x + i * P, x + 5 * P, P * sizeof *x);
    }
    FAILS(hps_surface_fit(r, 4, x + 5 * P, y + 5), HPS_E_NUMERIC, "all points the same");
    hps_surface_destroy(r);
    hps_space_destroy(s);
    hps_space_destroy(none);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("surface_fit");
    TCase *t = tcase_create("fit");
    tcase_set_timeout(t, 300);
    tcase_add_loop_test(t, test_polynomials_find_their_own_functions, 0, 2);
    tcase_add_loop_test(t, test_polynomials_without_a_point_are_refits, 0, 2);
    tcase_add_test(t, test_too_few_points_are_met_and_cannot_be_left_out);
    tcase_add_test(t, test_a_process_is_kriging);
    tcase_add_test(t, test_a_radial_basis_without_a_point);
    tcase_add_test(t, test_a_process_finds_noise_and_what_does_not_matter);
    tcase_add_loop_test(t, test_minima_of_polynomials, 0, 2);
    tcase_add_loop_test(t, test_minima_are_the_lowest_points, 0, 2);
    tcase_add_loop_test(t, test_threads_do_not_matter, 0, 4);
    tcase_add_loop_test(t, test_failed_evaluations_are_left_out, 0, 4);
    tcase_add_test(t, test_what_is_no_surface);
    suite_add_tcase(s, t);
    return suite_end(s);
}
