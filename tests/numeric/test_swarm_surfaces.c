/* SPDX-License-Identifier: BSD-3-Clause */
/* Response surfaces against plain dense algebra, exact recovery and brute force. */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "support/swarm_run.h"
#include "swarm/surface.h"

static uint32_t serial;

static double number(void) /* in [-1, 1) */
{
    return 2.0 * hpsi_uniform(11, 77, serial++, 0, 0).u[0] - 1.0;
}

/* Gauss-Jordan with pivoting: x := A^-1 x. */
static void solve(int n, double *a, double *x)
{
    for (int k = 0; k < n; k++) {
        int pivot = k;
        for (int i = k + 1; i < n; i++) {
            pivot = fabs(a[i * n + k]) > fabs(a[pivot * n + k]) ? i : pivot;
        }
        for (int j = 0; j < n; j++) {
            double t = a[k * n + j];
            a[k * n + j] = a[pivot * n + j];
            a[pivot * n + j] = t;
        }
        double t = x[k];
        x[k] = x[pivot];
        x[pivot] = t;
        for (int i = 0; i < n; i++) {
            double factor = i == k ? 0.0 : a[i * n + k] / a[k * n + k];
            for (int j = k; j < n && i != k; j++) {
                a[i * n + j] -= factor * a[k * n + j];
            }
            x[i] -= i == k ? 0.0 : factor * x[k];
        }
    }
    for (int k = 0; k < n; k++) {
        x[k] /= a[k * n + k];
    }
}

/* --------------------------------------------------------- radial basis */

enum { POINTS = 40, DIMS = 3 };

static double wavy(const double *u)
{
    return sin(3.0 * u[0]) + u[1] * u[2] + 0.5 * u[2];
}

static double kernel(const double *a, const double *b)
{
    double square = 0.0, product = 0.0;
    for (int d = 0; d < DIMS; d++) {
        square += (a[d] - b[d]) * (a[d] - b[d]);
        product += a[d] * b[d];
    }
    return pow(square, 1.5) + 30.0 * (1.0 + product);
}

/* swarm.md 4.2, written down a second time. */
static double plain_rbf(const double *u, const double *y, const double *at)
{
    static double z[POINTS * DIMS], k[POINTS * POINTS], a[POINTS];
    double centre[DIMS] = {0}, scale = 0.0, mean = 0.0, deviation = 0.0, value = 0.0, q[DIMS];
    for (int i = 0; i < POINTS * DIMS; i++) {
        centre[i % DIMS] += u[i] / POINTS;
    }
    for (int i = 0; i < POINTS * DIMS; i++) {
        z[i] = u[i] - centre[i % DIMS];
        scale += z[i] * z[i] / POINTS;
    }
    for (int i = 0; i < POINTS * DIMS; i++) {
        z[i] /= sqrt(scale);
    }
    for (int i = 0; i < POINTS; i++) {
        mean += y[i] / POINTS;
    }
    for (int i = 0; i < POINTS; i++) {
        deviation += (y[i] - mean) * (y[i] - mean) / POINTS;
    }
    deviation = sqrt(deviation);
    for (int i = 0; i < POINTS; i++) {
        a[i] = (y[i] - mean) / deviation;
        for (int j = 0; j < POINTS; j++) {
            k[i * POINTS + j] = kernel(z + i * DIMS, z + j * DIMS) + (i == j ? 1e-6 : 0.0);
        }
    }
    solve(POINTS, k, a);
    for (int d = 0; d < DIMS; d++) {
        q[d] = (at[d] - centre[d]) / sqrt(scale);
    }
    for (int i = 0; i < POINTS; i++) {
        value += a[i] * kernel(z + i * DIMS, q);
    }
    return mean + deviation * value;
}

static void random_points(int n, double *u, double *y)
{
    for (int i = 0; i < n; i++) {
        for (int d = 0; d < DIMS; d++) {
            u[i * DIMS + d] = number();
        }
        y[i] = wavy(u + i * DIMS);
    }
}

START_TEST(test_rbf_equals_a_plain_one_and_interpolates)
{
    double u[POINTS * DIMS], y[2 * POINTS], out[HPSI_MAPS], fitted[POINTS];
    double predicted[50], true_value[50];
    hpsi_rbf *s;
    random_points(POINTS, u, y);
    for (int i = 0; i < POINTS; i++) {
        y[POINTS + i] = 7.0 - 3.0 * y[i]; /* a second set: the same up to a linear map */
    }
    CK_OK(hpsi_rbf_create(&s, NULL, POINTS, DIMS));
    ck_assert(hpsi_rbf_fit(s, POINTS, u, NULL, 0.0, 2, y));
    for (int i = 0; i < POINTS; i++) {
        hpsi_rbf_predict(s, u + i * DIMS, out);
        fitted[i] = out[0];
        ck_assert_double_eq_tol(out[0], y[i], 1e-4);
    }
    ck_assert_double_gt(hpsi_surface_r2(POINTS, y, fitted), 1.0 - 1e-8);
    for (int k = 0; k < 50; k++) {
        double at[DIMS] = {number(), number(), number()};
        hpsi_rbf_predict(s, at, out);
        ck_assert_double_eq_tol(out[0], plain_rbf(u, y, at), 1e-7);
        ck_assert_double_eq_tol(out[1], 7.0 - 3.0 * out[0], 1e-7);
        predicted[k] = out[0];
        true_value[k] = wavy(at);
    }
    ck_assert_double_gt(hpsi_surface_r2(50, true_value, predicted), 0.95);
    ck_assert(!hpsi_rbf_fit(s, POINTS + 1, u, NULL, 0.0, 1, y)); /* no room */
    memset(y, 0, sizeof y);
    ck_assert(!hpsi_rbf_fit(s, POINTS, u, NULL, 0.0, 1, y)); /* no spread */
    hpsi_rbf_destroy(s);
}
END_TEST

/* A point given many times over: the kernel is singular but for the nugget. */
START_TEST(test_rbf_bears_repeated_points)
{
    double u[POINTS * DIMS] = {0}, y[POINTS], out[HPSI_MAPS];
    hpsi_rbf *s;
    for (int i = 0; i < POINTS; i++) {
        u[i * DIMS] = i % 2;
        y[i] = i % 2;
    }
    CK_OK(hpsi_rbf_create(&s, NULL, POINTS, DIMS));
    ck_assert(hpsi_rbf_fit(s, POINTS, u, NULL, 0.0, 1, y));
    for (int i = 0; i < 2; i++) {
        hpsi_rbf_predict(s, u + i * DIMS, out);
        ck_assert_double_eq_tol(out[0], y[i], 1e-3);
    }
    hpsi_rbf_destroy(s);
}
END_TEST

START_TEST(test_rbf_gradient_is_the_difference_quotient)
{
    double u[POINTS * DIMS], y[POINTS], gradient[DIMS], other[DIMS];
    const double zero[DIMS] = {0};
    hpsi_rbf *s;
    random_points(POINTS, u, y);
    CK_OK(hpsi_rbf_create(&s, NULL, POINTS, DIMS));
    ck_assert(hpsi_rbf_fit(s, POINTS, u, zero, 1.0, 1, y));
    for (int k = 0; k < 20; k++) {
        double z[DIMS] = {number(), number(), number()}, out[HPSI_MAPS];
        double f = hpsi_rbf_gradient(s, z, gradient);
        hpsi_rbf_predict(s, z, out);
        ck_assert_double_eq_tol(s->mean[0] + s->deviation[0] * f, out[0], 1e-10);
        for (int d = 0; d < DIMS; d++) {
            const double h = 1e-5;
            z[d] += h;
            double up = hpsi_rbf_gradient(s, z, other);
            z[d] -= 2 * h;
            double down = hpsi_rbf_gradient(s, z, other);
            z[d] += h;
            ck_assert_double_eq_tol(gradient[d], (up - down) / (2 * h), 1e-5);
        }
    }
    hpsi_rbf_destroy(s);
}
END_TEST

/* A bowl: its minimum in the box is known; a wavy one: no grid point inside is lower by much. */
START_TEST(test_rbf_minimum_in_a_box)
{
    enum { N = 60 };
    double u[N * DIMS], y[N], z[DIMS] = {0}, work[4 * DIMS], gradient[DIMS];
    const double zero[DIMS] = {0}, lo[DIMS] = {-0.5, -0.5, -0.5}, hi[DIMS] = {0.5, 0.5, 0.2};
    hpsi_rbf *s;
    random_points(N, u, y);
    for (int i = 0; i < N; i++) {
        const double *v = u + i * DIMS;
        y[i] = pow(v[0] - 0.1, 2) + pow(v[1] + 0.2, 2) + pow(v[2] - 0.6, 2);
    }
    CK_OK(hpsi_rbf_create(&s, NULL, N, DIMS));
    ck_assert(hpsi_rbf_fit(s, N, u, zero, 1.0, 1, y));
    double start = hpsi_rbf_gradient(s, zero, gradient);
    double f = hpsi_rbf_minimise(s, lo, hi, z, work);
    ck_assert_double_lt(f, start);
    ck_assert_double_eq_tol(f, hpsi_rbf_gradient(s, z, gradient), 1e-12);
    ck_assert_double_eq_tol(z[0], 0.1, 0.08);
    ck_assert_double_eq_tol(z[1], -0.2, 0.08);
    ck_assert(z[2] == 0.2); /* on the wall */
    for (int k = 0; k < 20 * 20 * 20; k++) {
        int cell[DIMS] = {k % 20, k / 20 % 20, k / 400};
        double at[DIMS];
        for (int d = 0; d < DIMS; d++) {
            at[d] = lo[d] + (hi[d] - lo[d]) * cell[d] / 19.0;
        }
        ck_assert_double_ge(hpsi_rbf_gradient(s, at, gradient), f - 1e-5);
    }
    hpsi_rbf_destroy(s);
}
END_TEST

/* ------------------------------------------------------------ quadratic */

typedef struct form {
    double c, g[8], h[8][8];
} form;

static form random_form(int n, int separable)
{
    form q = {.c = number()};
    for (int i = 0; i < n; i++) {
        q.g[i] = number();
        for (int j = 0; j <= i; j++) {
            q.h[i][j] = q.h[j][i] = separable && i != j ? 0.0 : 3.0 * number();
        }
    }
    return q;
}

static double value_of(const form *q, int n, const double *z)
{
    double v = q->c;
    for (int i = 0; i < n; i++) {
        v += q->g[i] * z[i];
        for (int j = 0; j < n; j++) {
            v += 0.5 * z[i] * q->h[i][j] * z[j];
        }
    }
    return v;
}

/* With enough points the coefficients come back, whatever the weights. */
START_TEST(test_quadratic_is_recovered)
{
    enum { N = 60 };
    for (int n = 1; n <= 6; n++) {
        for (int separable = 0; separable < 2; separable++) {
            form q = random_form(n, separable);
            double z[N * 8], y[N], w[N];
            for (int i = 0; i < N; i++) {
                for (int d = 0; d < n; d++) {
                    z[i * n + d] = number();
                }
                y[i] = value_of(&q, n, z + i * n);
                w[i] = 1.0 + 19.0 * fabs(number());
            }
            hpsi_quadratic *s;
            CK_OK(hpsi_quadratic_create(&s, NULL, N, n, separable));
            ck_assert(hpsi_quadratic_fit(s, N, z, y, w));
            ck_assert_double_eq_tol(s->constant, q.c, 1e-8);
            for (int i = 0; i < n; i++) {
                ck_assert_double_eq_tol(s->gradient[i], q.g[i], 1e-8);
                for (int j = 0; j < n && !separable; j++) {
                    ck_assert_double_eq_tol(s->hessian[i * n + j], q.h[i][j], 1e-7);
                }
                ck_assert(!separable || fabs(s->hessian[i] - q.h[i][i]) < 1e-7);
            }
            ck_assert_double_eq_tol(hpsi_quadratic_value(s, z), y[0], 1e-8);
            hpsi_quadratic_destroy(s);
        }
    }
}
END_TEST

static double sum_of_squares(const form *q, int n, const double *z, const double *y,
                             const double *w, int points)
{
    double s = 0.0;
    for (int i = 0; i < points; i++) {
        double r = y[i] - value_of(q, n, z + i * n);
        s += w[i] * r * r;
    }
    return s;
}

/* Values that are no quadratic: no change of a coefficient makes the weighted error smaller. */
START_TEST(test_least_squares_is_least)
{
    enum { N = 50, D = 3 };
    double z[N * D], y[N], w[N];
    random_points(N, z, y);
    for (int i = 0; i < N; i++) {
        w[i] = 1.0 + 19.0 * fabs(number());
    }
    hpsi_quadratic *s;
    CK_OK(hpsi_quadratic_create(&s, NULL, N, D, 0));
    ck_assert(hpsi_quadratic_fit(s, N, z, y, w));
    form q = {.c = s->constant};
    for (int i = 0; i < D; i++) {
        q.g[i] = s->gradient[i];
        for (int j = 0; j < D; j++) {
            q.h[i][j] = s->hessian[i * D + j];
        }
    }
    double least = sum_of_squares(&q, D, z, y, w, N);
    for (int k = 0; k < 2 * (1 + D + D * D); k++) {
        form other = q;
        double *coefficient = k / 2 == 0   ? &other.c
                              : k / 2 <= D ? &other.g[k / 2 - 1]
                                           : &other.h[(k / 2 - 1 - D) / D][(k / 2 - 1 - D) % D];
        *coefficient += k % 2 ? 1e-3 : -1e-3;
        ck_assert_double_gt(sum_of_squares(&other, D, z, y, w, N), least);
    }
    hpsi_quadratic_destroy(s);
}
END_TEST

/* Too few points: they are met, and among all quadratics that meet them none has a smaller norm:
 * the model is orthogonal, in the norm of the kernel, to every quadratic that vanishes there. */
START_TEST(test_least_norm_interpolates_with_the_least_norm)
{
    enum { N = 12, D = 6 };
    double z[N * D], y[N], w[N];
    form q = random_form(D, 0);
    for (int i = 0; i < N; i++) {
        for (int d = 0; d < D; d++) {
            z[i * D + d] = number();
        }
        y[i] = value_of(&q, D, z + i * D);
        w[i] = 1.0;
    }
    hpsi_quadratic *s;
    CK_OK(hpsi_quadratic_create(&s, NULL, 30, D, 0));
    ck_assert(!hpsi_quadratic_enough(D, N));
    ck_assert(hpsi_quadratic_fit(s, N, z, y, w));
    double mean = 0.0;
    for (int i = 0; i < N; i++) {
        ck_assert_double_eq_tol(hpsi_quadratic_value(s, z + i * D), y[i], 1e-5);
        mean += y[i] / N;
    }
    /* norm^2 = (c^2 + |g|^2)/100 + |H|^2/2, smaller than that of the source, about the mean */
    double own = pow(s->constant - mean, 2) / 100.0, source = pow(q.c - mean, 2) / 100.0;
    for (int i = 0; i < D; i++) {
        own += s->gradient[i] * s->gradient[i] / 100.0;
        source += q.g[i] * q.g[i] / 100.0;
        for (int j = 0; j < D; j++) {
            own += 0.5 * s->hessian[i * D + j] * s->hessian[i * D + j];
            source += 0.5 * q.h[i][j] * q.h[i][j];
        }
    }
    ck_assert_double_lt(own, source);
    double inner = (s->constant - mean) * (q.c - s->constant) / 100.0; /* with the difference */
    for (int i = 0; i < D; i++) {
        inner += s->gradient[i] * (q.g[i] - s->gradient[i]) / 100.0;
        for (int j = 0; j < D; j++) {
            inner += 0.5 * s->hessian[i * D + j] * (q.h[i][j] - s->hessian[i * D + j]);
        }
    }
    ck_assert_double_eq_tol(inner, 0.0, 1e-4 * source);
    hpsi_quadratic_destroy(s);
}
END_TEST

/* --------------------------------------------------------- trust region */

static double along(int n, const double *e, const double *b, const double *s)
{
    double v = 0.0;
    for (int k = 0; k < n; k++) {
        v += b[k] * s[k] + 0.5 * e[k] * s[k] * s[k];
    }
    return v;
}

static double length(int n, const double *s)
{
    double q = 0.0;
    for (int k = 0; k < n; k++) {
        q += s[k] * s[k];
    }
    return sqrt(q);
}

/* A ball full of points, half of them on its surface. */
static void check_step(int n, const double *e, const double *b, double radius)
{
    double s[3] = {0}, t[3];
    hpsi_secular_step(n, e, b, radius, s);
    double best = along(n, e, b, s);
    ck_assert_double_le(length(n, s), radius * (1.0 + 1e-9));
    for (int k = 0; k < 4000; k++) {
        for (int d = 0; d < n; d++) {
            t[d] = number();
        }
        double factor = radius / length(n, t) * (k % 2 ? 1.0 : fabs(number()));
        for (int d = 0; d < n; d++) {
            t[d] *= factor;
        }
        ck_assert_double_ge(along(n, e, b, t), best - 1e-7 * (1.0 + fabs(best)));
    }
}

START_TEST(test_the_step_is_the_best_of_the_ball)
{
    for (int k = 0; k < 200; k++) {
        double e[3] = {4.0 * number(), 4.0 * number(), 4.0 * number()};
        double b[3] = {number(), number(), number()};
        check_step(1 + k % 3, e, b, k % 2 ? 0.1 : 2.0);
    }
    const double e[3] = {-2.0, 1.0, 3.0}, b[3] = {0.0, 0.3, -0.2}; /* hard case */
    double s[3];
    check_step(3, e, b, 1.0);
    hpsi_secular_step(3, e, b, 1.0, s);
    ck_assert_double_eq_tol(length(3, s), 1.0, 1e-9);
    const double bowl[2] = {1.0, 4.0}, slope[2] = {0.1, 0.2}; /* inside the ball: Newton's step */
    hpsi_secular_step(2, bowl, slope, 1.0, s);
    ck_assert_double_eq_tol(s[0], -0.1, 1e-14);
    ck_assert_double_eq_tol(s[1], -0.05, 1e-14);
}
END_TEST

/* The same through the eigenvectors of a full matrix. */
START_TEST(test_the_step_of_a_full_quadratic)
{
    enum { D = 4, N = 40 };
    for (int k = 0; k < 30; k++) {
        form q = random_form(D, 0);
        double z[N * D], y[N], w[N], s[D], t[D];
        for (int i = 0; i < N; i++) {
            for (int d = 0; d < D; d++) {
                z[i * D + d] = number();
            }
            y[i] = value_of(&q, D, z + i * D);
            w[i] = 1.0;
        }
        hpsi_quadratic *m;
        CK_OK(hpsi_quadratic_create(&m, NULL, N, D, 0));
        ck_assert(hpsi_quadratic_fit(m, N, z, y, w));
        CK_OK(hpsi_quadratic_step(m, 0.7, s));
        ck_assert_double_le(length(D, s), 0.7 * (1.0 + 1e-9));
        double best = value_of(&q, D, s);
        for (int trial = 0; trial < 2000; trial++) {
            for (int d = 0; d < D; d++) {
                t[d] = number();
            }
            double factor = 0.7 / length(D, t) * (trial % 2 ? 1.0 : fabs(number()));
            for (int d = 0; d < D; d++) {
                t[d] *= factor;
            }
            ck_assert_double_ge(value_of(&q, D, t), best - 1e-6);
        }
        hpsi_quadratic_destroy(m);
    }
}
END_TEST

/* ----------------------------------------------------------------- maps */

START_TEST(test_values_are_sorted)
{
    static double y[6000];
    const int64_t sizes[] = {0, 1, 2, 5, 80, 83, 700, 701, 702, 2103, 6000};
    for (int k = 0; k < 11; k++) {
        double sum = 0.0, sorted = 0.0;
        for (int64_t i = 0; i < sizes[k]; i++) { /* with equal ones, large and small */
            y[i] = floor(1e3 * number()) / 7.0;
            sum += y[i] * y[i];
        }
        hpsi_sort_reals(sizes[k], y);
        for (int64_t i = 0; i < sizes[k]; i++) {
            ck_assert(i == 0 || y[i - 1] <= y[i]);
            sorted += y[i] * y[i];
        }
        ck_assert_double_le(fabs(sorted - sum), 1e-12 * sum);
    }
}
END_TEST

START_TEST(test_maps_of_values)
{
    const double y[] = {5.0, 1.0, 3.0, 3.0, 9.0, 2.0, 100.0, 4.0};
    double out[8], sorted[8];
    hpsi_surface_map(HPSI_MAP_RAW, 8, y, out, sorted);
    ck_assert_mem_eq(out, y, sizeof y);
    hpsi_surface_map(HPSI_MAP_CLIPPED, 8, y, out, sorted); /* f_(4) = 4 */
    ck_assert(out[0] == 4.0 && out[1] == 1.0 && out[6] == 4.0);
    hpsi_surface_map(HPSI_MAP_LOG, 8, y, out, sorted); /* f_(2) = 3 */
    ck_assert_double_eq_tol(out[6], log(1.0 + 99.0 / 2.0), 1e-14);
    ck_assert(out[1] == 0.0);
    hpsi_surface_map(HPSI_MAP_RANK, 8, y, out, sorted);
    ck_assert_double_eq_tol(out[1], log(0.5 / 8.0 + 1e-3), 1e-14);
    ck_assert_double_eq_tol(out[2], log(3.0 / 8.0 + 1e-3), 1e-14);
    ck_assert(out[2] == out[3]);
    double all[HPSI_MAPS * 8];
    hpsi_surface_maps(8, y, all, sorted);
    for (int map = 0; map < HPSI_MAPS; map++) {
        hpsi_surface_map(map, 8, y, out, sorted);
        ck_assert_mem_eq(all + map * 8, out, sizeof out);
    }
    ck_assert(hpsi_surface_r2(8, y, y) == 1.0);
    const double flat[2] = {1.0, 1.0}, off[2] = {1.0, 2.0};
    ck_assert(hpsi_surface_r2(2, flat, flat) == 1.0);
    ck_assert(hpsi_surface_r2(2, flat, off) == -(double)INFINITY);
    ck_assert_double_eq_tol(hpsi_surface_r2(2, off, flat), -1.0, 1e-14);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_test(t, test_rbf_equals_a_plain_one_and_interpolates);
    tcase_add_test(t, test_rbf_bears_repeated_points);
    tcase_add_test(t, test_rbf_gradient_is_the_difference_quotient);
    tcase_add_test(t, test_rbf_minimum_in_a_box);
    tcase_add_test(t, test_quadratic_is_recovered);
    tcase_add_test(t, test_least_squares_is_least);
    tcase_add_test(t, test_least_norm_interpolates_with_the_least_norm);
    tcase_add_test(t, test_the_step_is_the_best_of_the_ball);
    tcase_add_test(t, test_the_step_of_a_full_quadratic);
    tcase_add_test(t, test_values_are_sorted);
    tcase_add_test(t, test_maps_of_values);
}

int main(void)
{
    return run_tests("swarm_surfaces", add);
}
