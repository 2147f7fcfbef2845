/* SPDX-License-Identifier: BSD-3-Clause */
/* The Gaussian process with a length for each coordinate that guided screens with: likelihood and
 * prediction against plain dense algebra, slopes against difference quotients, what it learns, its
 * inner loops, and which of two models guided trusts. */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "support/plain_process.h"
#include "support/swarm_run.h"
#include "swarm/guided.h"

enum { POINTS = 36, DIMS = 3 };

static uint32_t serial;

static double number(void) /* in [0, 1) */
{
    return hpsi_uniform(5, 91, serial++, 0, 0).u[0];
}

static void random_points(double *u, double *y)
{
    for (int i = 0; i < POINTS; i++) {
        for (int d = 0; d < DIMS; d++) {
            u[i * DIMS + d] = number();
        }
        y[i] = wavy(u + i * DIMS);
    }
}

/* Rasmussen and Williams, eq. 5.8 at the most likely variance, and normal beliefs. */
static double plain_likelihood(const double *u, const double *y, const double *theta)
{
    double a[POINTS], square = 0.0;
    memcpy(a, y, sizeof a);
    double value = 0.5 * plain_solve(POINTS, DIMS, u, theta, a);
    for (int i = 0; i < POINTS; i++) {
        square += a[i] * y[i];
    }
    for (int d = 0; d < DIMS; d++) {
        value += 0.5 * pow((theta[d] + 1.0 - 0.5 * log(DIMS)) / 3.0, 2.0);
    }
    return value + 0.5 * POINTS * log(square / POINTS) + 0.5 * pow((theta[DIMS] + 6.0) / 2.0, 2.0);
}

START_TEST(test_likelihood_and_slopes)
{
    double u[POINTS * DIMS], y[POINTS];
    hpsi_ard *s;
    random_points(u, y);
    CK_OK(hpsi_ard_create(&s, NULL, POINTS, DIMS));
    for (int k = 0; k < 5; k++) {
        double theta[DIMS + 1] = {-number(), 2.0 * number() - 1.0, number(), -7.0 + 4.0 * number()};
        double slope[DIMS + 1];
        double value = hpsi_ard_likelihood(s, POINTS, u, y, theta);
        memcpy(slope, s->slope, sizeof slope);
        ck_assert_double_eq_tol(value, plain_likelihood(u, y, theta), 1e-7);
        for (int d = 0; d <= DIMS; d++) {
            const double h = 1e-4;
            double at = theta[d];
            theta[d] = at + h;
            double up = plain_likelihood(u, y, theta);
            theta[d] = at - h;
            double down = plain_likelihood(u, y, theta);
            theta[d] = at;
            ck_assert_double_eq_tol(slope[d], (up - down) / (2.0 * h),
                                    1e-5 * (1.0 + fabs(slope[d])));
        }
    }
    hpsi_ard_destroy(s);
}
END_TEST

START_TEST(test_prediction_equals_a_plain_one)
{
    double u[POINTS * DIMS], y[2 * POINTS], a[POINTS], out[HPSI_MAPS];
    double mean = 0.0, deviation = 0.0;
    hpsi_ard *s;
    random_points(u, y);
    for (int i = 0; i < POINTS; i++) {
        mean += y[i] / POINTS;
        y[POINTS + i] = 2.0 - 5.0 * y[i];
    }
    for (int i = 0; i < POINTS; i++) {
        deviation += pow(y[i] - mean, 2.0) / POINTS;
    }
    deviation = sqrt(deviation);
    CK_OK(hpsi_ard_create(&s, NULL, POINTS, DIMS));
    ck_assert(hpsi_ard_fit(s, POINTS, u, 2, y, 1));
    for (int i = 0; i < POINTS; i++) {
        a[i] = (y[i] - mean) / deviation;
    }
    plain_solve(POINTS, DIMS, u, s->found, a);
    for (int k = 0; k < 30; k++) {
        double at[DIMS] = {number(), number(), number()}, value = 0.0;
        for (int i = 0; i < POINTS; i++) {
            value += a[i] * plain_covariance(DIMS, s->found, u + i * DIMS, at);
        }
        hpsi_ard_predict(s, at, out);
        ck_assert_double_eq_tol(out[0], mean + deviation * value, 1e-7);
        ck_assert_double_eq_tol(out[1], 2.0 - 5.0 * out[0], 1e-7);
    }
    hpsi_ard_destroy(s);
}
END_TEST

/* Fit after fit leads to lengths that are more likely, and what does not matter gets a long one. */
START_TEST(test_lengths_are_learned_from_where_they_were)
{
    double u[POINTS * DIMS], y[POINTS], z[POINTS], before[DIMS + 1], first[HPSI_MAPS];
    double again[HPSI_MAPS], at[20];
    hpsi_ard *s;
    random_points(u, y);
    standardised(POINTS, y, z);
    CK_OK(hpsi_ard_create(&s, NULL, POINTS, DIMS));
    ck_assert(hpsi_ard_sound(s));
    double start = plain_likelihood(u, z, s->theta);
    for (int k = 0; k < 20; k++) {
        memcpy(before, s->theta, sizeof before);
        ck_assert(hpsi_ard_fit(s, POINTS, u, 1, y, 0));
        ck_assert_mem_eq(before, s->theta, sizeof before); /* not accepted yet */
        ck_assert(k > 1 || memcmp(s->move, s->moved, sizeof before) != 0);
        at[k] = plain_likelihood(u, z, s->found);
        hpsi_ard_accept(s);
        ck_assert_mem_eq(s->found, s->theta, sizeof before);
        ck_assert_mem_eq(s->move, s->moved, sizeof before);
    }
    ck_assert(hpsi_ard_sound(s));
    ck_assert_double_lt(at[3], start - 20.0);
    for (int k = 10; k < 20; k++) { /* moves stay 0.15 at least, so it is near the top only */
        ck_assert_double_lt(at[k], at[3]);
    }
    ck_assert_double_gt(exp(s->theta[2]), 10.0 * exp(s->theta[0]));
    hpsi_ard_predict(s, u, first);
    ck_assert_double_eq_tol(first[0], y[0], 1e-2);
    ck_assert_double_eq(hpsi_ard_value(s, u, 0), first[0]);
    ck_assert(hpsi_ard_fit(s, POINTS, u, 1, y, -1)); /* made again, bit for bit */
    hpsi_ard_predict(s, u, again);
    ck_assert_double_eq(first[0], again[0]);
    s->theta[DIMS] = 1.0;
    ck_assert(!hpsi_ard_sound(s));
    s->theta[DIMS] = (double)NAN;
    ck_assert(!hpsi_ard_sound(s));
    s->theta[DIMS] = -3.0;
    ck_assert(hpsi_ard_sound(s));
    s->move[1] = -0.81;
    ck_assert(!hpsi_ard_sound(s));
    hpsi_ard_destroy(s);
}
END_TEST

/* Two steps of resilient propagation, by plain slopes: sizes grow by 1.5 where the sign of the
 * slope stays and are halved where it changes, within 0.15 and 0.8. */
START_TEST(test_steps_follow_the_slope)
{
    double u[POINTS * DIMS], y[POINTS], z[POINTS], theta[DIMS + 1], move[DIMS + 1];
    hpsi_ard *s;
    random_points(u, y);
    standardised(POINTS, y, z);
    CK_OK(hpsi_ard_create(&s, NULL, POINTS, DIMS));
    memcpy(theta, s->theta, sizeof theta);
    memset(move, 0, sizeof move);
    for (int k = 0; k < 12; k++) {
        double slope[DIMS + 1];
        for (int d = 0; d <= DIMS; d++) {
            double at = theta[d];
            theta[d] = at + 1e-5;
            slope[d] = plain_likelihood(u, z, theta);
            theta[d] = at - 1e-5;
            slope[d] -= plain_likelihood(u, z, theta);
            theta[d] = at;
        }
        for (int d = 0; d <= DIMS; d++) {
            int same = slope[d] * move[d] < 0.0;
            double size = move[d] == 0.0 ? 0.3 : fabs(move[d]) * (same ? 1.5 : 0.5);
            size = fmin(fmax(size, 0.15), 0.8);
            move[d] = slope[d] > 0.0 ? -size : size;
            theta[d] += move[d];
            theta[d] =
                d < DIMS ? fmin(fmax(theta[d], -3.5), 3.5) : fmin(fmax(theta[d], -13.8), 0.7);
        }
        if (k % 2 == 1) {
            ck_assert(hpsi_ard_fit(s, POINTS, u, 1, y, 0));
            hpsi_ard_accept(s);
            for (int d = 0; d <= DIMS; d++) {
                ck_assert_double_eq_tol(s->theta[d], theta[d], 1e-9);
                ck_assert_double_eq_tol(s->move[d], move[d], 1e-9);
            }
        }
    }
    hpsi_ard_destroy(s);
}
END_TEST

/* Up to 50 points a fit takes two steps, the first of 0.3 and the second of 0.45 or back by 0.15;
 * above it one. */
START_TEST(test_many_points_take_one_step)
{
    static double u[51 * DIMS], y[51];
    for (int n = 50; n <= 51; n++) {
        hpsi_ard *s;
        CK_OK(hpsi_ard_create(&s, NULL, 51, DIMS));
        for (int i = 0; i < n; i++) {
            for (int d = 0; d < DIMS; d++) {
                u[i * DIMS + d] = number();
            }
            y[i] = wavy(u + i * DIMS);
        }
        ck_assert(hpsi_ard_fit(s, n, u, 1, y, 0));
        for (int d = 0; d <= DIMS; d++) {
            double moved = fabs(s->found[d] - s->theta[d]);
            int twice = fabs(moved - 0.75) < 1e-12 || fabs(moved - 0.15) < 1e-12;
            ck_assert(n == 50 ? twice : fabs(moved - 0.3) < 1e-12);
        }
        hpsi_ard_destroy(s);
    }
}
END_TEST

/* ------------------------------------------------------------------- loops */

enum { LARGE = 83 };

/* Each loop against a plain one, at sizes that are no multiple of a vector or of a block. */
START_TEST(test_inverse_and_solutions)
{
    enum { LD = (LARGE + 7) / 8 * 8 };
    static double c[LARGE * LARGE], r[LD * LD], work[HPSI_INVERT_WORK(LARGE)];
    static double x[4 * LARGE], product[LARGE];
    int n = _i;
    int64_t ld = hpsi_padded(n);
    hpsi_blas_begin();
    for (int k = 0; k < LD * LD; k++) { /* neither the padding nor what is below is read */
        r[k] = (double)NAN;
    }
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            c[i * n + j] = exp(-0.1 * abs(i - j)) + 0.3 * (i == j);
            r[i * ld + j] = j < i ? (double)NAN : c[i * n + j];
        }
    }
    ck_assert_int_eq(hpsi_surface_cholesky(n, r), 0);
    for (int i = 0; i < n; i++) { /* R^T R = C */
        for (int j = i; j < n; j++) {
            double sum = 0.0;
            for (int k = 0; k <= i; k++) {
                sum += r[k * ld + i] * r[k * ld + j];
            }
            ck_assert_double_eq_tol(sum, c[i * n + j], 1e-14);
        }
    }
    for (int k = 0; k < 3 * n; k++) {
        x[k] = number() - 0.5;
    }
    static double right[4 * LARGE];
    memcpy(right, x, sizeof x);
    hpsi_solve_sets(n, r, 3, x, work);
    for (int k = 0; k < 3 * n; k++) {
        double sum = 0.0;
        for (int j = 0; j < n; j++) {
            sum += c[k % n * n + j] * x[k / n * n + j];
        }
        ck_assert_double_eq_tol(sum, right[k], 1e-12);
    }
    hpsi_invert_factored(n, r, work);
    for (int i = 0; i < n; i++) {
        memset(product, 0, sizeof product);
        for (int j = 0; j < n; j++) {
            double inverse = r[i < j ? i * ld + j : j * ld + i];
            for (int k = 0; k < n; k++) {
                product[k] += inverse * c[j * n + k];
            }
        }
        for (int k = 0; k < n; k++) {
            ck_assert_double_eq_tol(product[k], i == k, 1e-11);
        }
    }
    hpsi_blas_end();
}
END_TEST

/* The first row that is not positive is told, by our own factor and by LAPACK's above 400 rows,
 * which lets NaN and infinity through. */
START_TEST(test_what_has_no_factor)
{
    static const double bad[] = {0.0, -1.0, (double)NAN, (double)INFINITY};
    enum { MANY = 408 };
    static double a[MANY * MANY];
    int sizes[] = {1, 3, 21, 64, 405};
    hpsi_blas_begin();
    for (int k = 0; k < 5; k++) {
        int n = sizes[k];
        int64_t ld = hpsi_padded(n);
        for (int which = 0; which < 5; which++) {
            for (int i = 0; i < n; i++) {
                for (int j = i; j < n; j++) {
                    a[i * ld + j] = i == j;
                }
            }
            int row = 2 * n / 3;
            a[row * ld + row] = which < 4 ? bad[which] : 4.0;
            int64_t found = hpsi_surface_cholesky(n, a);
            if (which < 2 || (which < 4 && n <= 400)) {
                ck_assert_int_eq(found, row + 1);
            } else if (which == 4) {
                ck_assert_int_eq(found, 0);
                ck_assert_double_eq(a[row * ld + row], 2.0);
            }
        }
    }
    hpsi_blas_end();
}
END_TEST

START_TEST(test_kernels_of_rows)
{
    double norms[LARGE], inner[LARGE], slope[LARGE], out[LARGE], a[LARGE];
    for (int j = 0; j < LARGE; j++) { /* distances 0 to far beyond where e^-r is 0 */
        norms[j] = 1.0;
        inner[j] = j == 0 ? 1.0 : 1.0 - 0.5 * pow(10.0, -8.0 + 0.2 * j);
        a[j] = number();
    }
    inner[1] = 1.0 + 1e-15; /* rounding makes a square negative */
    memcpy(slope, inner, sizeof slope);
    hpsi_matern_row(LARGE, 1.0, norms, 10.0, slope, out);
    for (int j = 0; j < LARGE; j++) {
        double r = sqrt(5.0 * fmax(2.0 - 2.0 * inner[j], 0.0));
        ck_assert_double_eq_tol(out[j], 10.0 + (1.0 + r + r * r / 3.0) * exp(-r), 1e-13);
        ck_assert_double_eq_tol(slope[j], 5.0 / 3.0 * (1.0 + r) * exp(-r), 1e-13);
    }
    memcpy(out, inner, sizeof out);
    hpsi_weigh_row(LARGE, 0.7, a, slope, out);
    for (int j = 0; j < LARGE; j++) {
        ck_assert_double_eq_tol(out[j], (inner[j] - 0.7 * a[j]) * slope[j], 1e-12);
    }
    hpsi_cubic_row(LARGE, 1.0, norms, 30.0, inner, out);
    for (int j = 0; j < LARGE; j++) {
        double r = sqrt(fmax(2.0 - 2.0 * inner[j], 0.0));
        double expected = r * r * r + 30.0 * (1.0 + inner[j]);
        ck_assert_double_eq_tol(out[j], expected, 1e-13 * (1.0 + fabs(expected)));
    }
    double expected = 0.0, slopes = 0.0, radial = 0.0;
    memcpy(out, inner, sizeof out);
    double value = hpsi_cubic_slope(LARGE, 1.0, norms, 30.0, a, out, &radial);
    for (int j = 0; j < LARGE; j++) {
        double r = sqrt(fmax(2.0 - 2.0 * inner[j], 0.0));
        expected += a[j] * (r * r * r + 30.0 * (1.0 + inner[j]));
        slopes += a[j] * r;
        ck_assert_double_eq_tol(out[j], a[j] * (30.0 - 3.0 * r), 1e-13 * (1.0 + 3.0 * r));
    }
    ck_assert_double_eq_tol(value, expected, 1e-13 * fabs(expected));
    ck_assert_double_eq_tol(radial, slopes, 1e-13 * slopes);
    for (int i = 0; i < 3; i++) {
        double z[3 * LARGE], u[3];
        for (int k = 0; k < 3 * LARGE; k++) {
            z[k] = 4.0 * number();
        }
        for (int d = 0; d < 3; d++) {
            u[d] = 4.0 * number();
        }
        hpsi_matern_at(LARGE, 3, z, u, 10.0, out);
        for (int j = 0; j < LARGE; j++) {
            double square = 0.0;
            for (int d = 0; d < 3; d++) {
                square += pow(z[d * LARGE + j] - u[d], 2.0);
            }
            double r = sqrt(5.0 * square);
            ck_assert_double_eq_tol(out[j], 10.0 + (1.0 + r + r * r / 3.0) * exp(-r), 1e-13);
        }
        hpsi_products_at(LARGE, 3, z, u, out);
        for (int j = 0; j < LARGE; j++) {
            double sum = z[j] * u[0] + z[LARGE + j] * u[1] + z[2 * LARGE + j] * u[2];
            ck_assert_double_eq_tol(out[j], sum, 1e-14);
        }
    }
}
END_TEST

START_TEST(test_what_cannot_be_fitted)
{
    double u[POINTS * DIMS], y[POINTS];
    hpsi_ard *s;
    random_points(u, y);
    CK_OK(hpsi_ard_create(&s, NULL, POINTS, DIMS));
    ck_assert(!hpsi_ard_fit(s, POINTS + 1, u, 1, y, 0)); /* no room */
    ck_assert(!hpsi_ard_fit(s, 0, u, 1, y, 0));
    memset(y, 0, sizeof y);
    ck_assert(!hpsi_ard_fit(s, POINTS, u, 1, y, 0)); /* no spread */
    memset(u, 0, sizeof u);
    y[3] = 1.0;
    ck_assert(hpsi_ard_fit(s, POINTS, u, 1, y, 0)); /* the same point over and over: noise */
    hpsi_ard_destroy(s);
}
END_TEST

/* The model that ordered the batches better screens the next draws. */
START_TEST(test_the_better_model_is_trusted)
{
    hps_swarm *e = mixed_swarm(NULL, "guided", 100);
    int64_t id[12];
    double x[12 * MIXED_PARAMS];
    int32_t n = 0;
    CK_OK(hps_swarm_ask(e, 12, &n, id, x));
    hpsi_guided *g = e->guided;
    double forecast[12 * HPSI_FORECASTS], f[12];
    double trust[HPSI_MODELS] = {0};
    for (int k = 0; k < 40; k++) {
        int good = k < 20 ? HPSI_MODEL_ARD : HPSI_MODEL_RBF; /* the other one is wrong */
        for (int i = 0; i < 12; i++) {
            f[i] = i;
            for (int j = 0; j < HPSI_FORECASTS; j++) {
                forecast[i * HPSI_FORECASTS + j] = j / HPSI_MAPS == good ? i : -i;
            }
        }
        hpsi_guided_judge_values(g, 12, forecast, f);
        for (int model = 0; model < HPSI_MODELS; model++) {
            trust[model] = 0.9 * trust[model] + 0.1 * (model == good ? 1.0 : -1.0);
            ck_assert_double_eq_tol(g->trust[model], trust[model], 1e-14);
        }
        ck_assert_int_eq(g->model, trust[1] > trust[0] + 0.01 ? HPSI_MODEL_ARD : HPSI_MODEL_RBF);
    }
    ck_assert_int_eq(g->model, HPSI_MODEL_RBF);
    hps_swarm_destroy(e);
}
END_TEST

/* What is foretold is what the models say, and a model that there is not says what the other does.
 */
START_TEST(test_forecasts_are_of_both_models)
{
    hps_swarm *e = mixed_swarm(NULL, "guided", 60);
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    hpsi_guided *g = e->guided;
    double out[HPSI_FORECASTS], expected[HPSI_MAPS];
    const double *u = e->archive.u + 3 * e->n_dims;
    ck_assert(g->has_global && g->has_ard);
    hpsi_blas_begin();
    hpsi_guided_foretell(e, u, out);
    hpsi_guided_features(e, u, g->feature);
    hpsi_rbf_predict(g->global, g->feature, expected);
    ck_assert_mem_eq(out, expected, sizeof expected);
    hpsi_ard_predict(g->ard, g->feature, expected);
    ck_assert_mem_eq(out + HPSI_MAPS, expected, sizeof expected);
    ck_assert_double_ne(out[0], out[HPSI_MAPS]);
    g->has_ard = 0;
    hpsi_guided_foretell(e, u, out);
    ck_assert_mem_eq(out + HPSI_MAPS, out, sizeof expected);
    hpsi_blas_end();
    hps_swarm_destroy(e);
}
END_TEST

/* There is a process from two points a length on. */
START_TEST(test_few_points_make_no_process)
{
    hps_swarm *e = mixed_swarm(NULL, "guided", 100);
    int64_t id[12];
    double x[12 * MIXED_PARAMS], f[12];
    int32_t outcome[12] = {0}, seen[2] = {0};
    for (int k = 0; k < 6; k++) {
        int32_t n = 0;
        CK_OK(hps_swarm_ask(e, 12, &n, id, x));
        const hpsi_guided *g = e->guided;
        if (g->has_global) {
            ck_assert_int_eq(g->has_ard, g->global->n >= 2 * g->n_features);
            seen[g->has_ard]++;
        }
        for (int32_t i = 0; i < n; i++) {
            f[i] = broken_objective(x + i * MIXED_PARAMS, &outcome[i]);
        }
        CK_OK(hps_swarm_tell(e, n, id, f, outcome));
    }
    ck_assert(seen[0] > 0 && seen[1] > 0);
    hps_swarm_destroy(e);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_test(t, test_likelihood_and_slopes);
    tcase_add_test(t, test_prediction_equals_a_plain_one);
    tcase_add_test(t, test_lengths_are_learned_from_where_they_were);
    tcase_add_test(t, test_steps_follow_the_slope);
    tcase_add_test(t, test_many_points_take_one_step);
    tcase_add_loop_test(t, test_inverse_and_solutions, 1, LARGE + 1);
    tcase_add_test(t, test_what_has_no_factor);
    tcase_add_test(t, test_kernels_of_rows);
    tcase_add_test(t, test_what_cannot_be_fitted);
    tcase_add_test(t, test_the_better_model_is_trusted);
    tcase_add_test(t, test_forecasts_are_of_both_models);
    tcase_add_test(t, test_few_points_make_no_process);
}

int main(void)
{
    return run_tests("swarm_ard", add);
}
