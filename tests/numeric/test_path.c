/* SPDX-License-Identifier: BSD-3-Clause */
/* A path against fits, predictions and refits through the public calls alone. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hpswarm/gpr.h"
#include "hpswarm/kernel.h"
#include "support/failing_allocator.h"
#include "support/morse.h"
#include "support/small_gpr.h"
#include "support/suite.h"

#define OK(call) ck_assert_int_eq((call), HPS_OK)
#define ETA 1e-9

static hps_gpr *settings(hps_context *c, int32_t n_sparse)
{
    const int32_t number[] = {1, 6};
    hps_gpr *g = small_gpr(c, 2, number, 4);

    OK(hps_gpr_set_int(g, "n_sparse", n_sparse));
    OK(hps_gpr_set_text(g, "e0_method", "given"));
    OK(hps_gpr_set_real(g, "e0:C", -1));
    OK(hps_gpr_set_real(g, "e0:H", -1));
    OK(hps_gpr_set_real(g, "jitter", ETA)); /* at delta 1 */
    return g;
}

/* Errors of a fit with these values and the jitter that keeps eta. */
static void direct(const hps_gpr *g, double delta, double sigma, const hps_dataset *train,
                   const hps_dataset *test, hps_errors *e)
{
    hps_gpr *own = NULL;

    OK(hps_gpr_clone(&own, g));
    OK(hps_gpr_set_real(own, "delta", delta));
    OK(hps_gpr_set_real(own, "sigma_energy", sigma));
    OK(hps_gpr_set_real(own, "jitter", ETA * delta * delta));
    OK(hps_gpr_fit(own, train));
    OK(hps_gpr_score(own, test, e));
    hps_gpr_destroy(own);
}

static const double pairs[][2] = {{1, 0.1},   {0.1, 0.1},        {5, 1e-3},
                                  {2, 1e-5},  {1, 3.1622777e-6}, /* lambda 1e-11 */
                                  {0.3, 1e-4}};
#define N_PAIRS ((int)(sizeof pairs / sizeof pairs[0]))

/* Loop: 0, 1 more sparse points than structures; 2, 3 fewer; odd: one sigma for all. */
START_TEST(test_errors_equal_those_of_fits)
{
    hps_dataset *train = morse_dataset(NULL, _i < 2 ? 12 : 60, 1, MORSE_TWO_ELEMENTS);
    hps_dataset *test = morse_dataset(NULL, 15, 2, MORSE_TWO_ELEMENTS | MORSE_FORCES);
    hps_gpr *g = settings(NULL, _i < 2 ? 25 : 14);
    hps_path *p = NULL;

    OK(hps_gpr_set_int(g, "sigma_per_atom", _i % 2 == 0));
    morse_add(test, 3, 9, MORSE_NO_ENERGY | MORSE_FORCES);
    OK(hps_path_create(&p, g, train, test));
    for (int i = 0; i < N_PAIRS; i++) {
        hps_errors a = {.struct_size = sizeof a}, b = {.struct_size = sizeof b};
        direct(g, pairs[i][0], pairs[i][1], train, test, &a);
        OK(hps_path_errors(p, pairs[i][0], pairs[i][1], 0, &b));
        ck_assert(isnan(b.rmse_force));
        OK(hps_path_errors(p, pairs[i][0], pairs[i][1], 1, &b));
        ck_assert_int_eq(b.n_structures, a.n_structures);
        ck_assert_int_eq(b.n_atoms, a.n_atoms);
        ck_assert_int_eq(b.n_force_components, a.n_force_components);
        ck_assert_double_eq_tol(b.rmse_energy_per_atom, a.rmse_energy_per_atom, 2e-8);
        ck_assert_double_eq_tol(b.mae_energy_per_atom, a.mae_energy_per_atom, 2e-8);
        ck_assert_double_eq_tol(b.mae_energy_per_structure, a.mae_energy_per_structure, 1e-7);
        ck_assert_double_eq_tol(b.rmse_force, a.rmse_force, 1e-6);
        ck_assert(isnan(b.mae_force));
    }
    hps_path_destroy(p);
    hps_gpr_destroy(g);
    hps_dataset_destroy(train);
    hps_dataset_destroy(test);
}
END_TEST

/* Frames without an energy carry the sparse points, so that every other frame can be left
 * out of a refit. */
START_TEST(test_leave_one_out_equals_refits)
{
    enum { CARRIERS = 6 };
    const int32_t n = _i == 0 ? 10 : 24;
    hps_dataset *train = morse_dataset(NULL, CARRIERS, 3, MORSE_NO_ENERGY);
    hps_gpr *g = settings(NULL, 100);
    const int64_t chosen[] = {1, 2, 3, 5, 6, 7, 9, 10, 12, 14, 15, 16};
    hps_path *p = NULL;

    morse_add(train, n, 4, 0);
    OK(hps_gpr_set_text(g, "sparse_method", "file"));
    OK(hps_gpr_set_sparse(g, 6, 12, chosen));
    OK(hps_path_create(&p, g, train, NULL));
    for (int i = 0; i < N_PAIRS - 2; i++) {
        double square = 0, mae = 0;
        hps_errors loo = {.struct_size = sizeof loo};
        for (int32_t out = 0; out < n; out++) {
            int64_t keep[64], one = CARRIERS + out, m = 0;
            hps_dataset *rest = NULL, *single = NULL;
            hps_errors e = {.struct_size = sizeof e};
            for (int64_t k = 0; k < CARRIERS + n; k++) {
                keep[m] = k;
                m += k != one;
            }
            OK(hps_dataset_subset(&rest, train, m, keep));
            OK(hps_dataset_subset(&single, train, 1, &one));
            direct(g, pairs[i][0], pairs[i][1], rest, single, &e);
            square += e.rmse_energy_per_atom * e.rmse_energy_per_atom;
            mae += e.mae_energy_per_structure;
            hps_dataset_destroy(rest);
            hps_dataset_destroy(single);
        }
        OK(hps_path_loo(p, pairs[i][0], pairs[i][1], &loo));
        ck_assert_int_eq(loo.n_structures, n);
        ck_assert_double_eq_tol(loo.rmse_energy_per_atom, sqrt(square / n),
                                1e-7 * loo.rmse_energy_per_atom);
        ck_assert_double_eq_tol(loo.mae_energy_per_structure, mae / n,
                                1e-7 * loo.mae_energy_per_structure);
        ck_assert(isnan(loo.rmse_force));
    }
    hps_path_destroy(p);
    hps_gpr_destroy(g);
    hps_dataset_destroy(train);
}
END_TEST

/* ---------------------------------------------------------------- evidence */

#define LARGEST 64

/* In place A = L L^T of the leading n x n block; returns ln|A|. */
static double slow_cholesky(int n, double a[LARGEST][LARGEST])
{
    double log_det = 0;

    for (int j = 0; j < n; j++) {
        for (int i = j; i < n; i++) {
            double sum = a[i][j];
            for (int k = 0; k < j; k++) {
                sum -= a[i][k] * a[j][k];
            }
            if (i == j) {
                ck_assert(sum > 0);
            }
            a[i][j] = i == j ? sqrt(sum) : sum / a[j][j];
        }
        log_det += 2 * log(a[j][j]);
    }
    return log_det;
}

static void slow_forward(int n, double l[LARGEST][LARGEST], double *x)
{
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < i; k++) {
            x[i] -= l[i][k] * x[k];
        }
        x[i] /= l[i][i];
    }
}

/* -ln of N(y; 0, delta^2 A k^-1 A^T + noise), from kernel values of the public call. */
static double slow_evidence(const hps_gpr *g, const hps_dataset *d, int m, const int64_t *chosen,
                            double delta, double sigma, int per_atom)
{
    static double kmm[LARGEST][LARGEST], cov[LARGEST][LARGEST], z[LARGEST][LARGEST];
    const int s = (int)hps_dataset_n_frames(d), atoms = (int)hps_dataset_n_atoms(d);
    double *k = malloc((size_t)(m * (atoms + m)) * sizeof *k), y[LARGEST], square = 0, log_det;
    int64_t all[4 * LARGEST], sparse[LARGEST];
    int atom = 0;

    ck_assert_ptr_nonnull(k);
    for (int i = 0; i < atoms; i++) {
        all[i] = i;
    }
    for (int t = 0; t < m; t++) {
        sparse[t] = chosen[t] - 1;
    }
    OK(hps_kernel_matrix(hps_gpr_soap(g), d, 2, m, sparse, m, sparse, k));
    for (int t = 0; t < m; t++) {
        memcpy(kmm[t], k + t * m, (size_t)m * sizeof *k);
        kmm[t][t] += ETA;
    }
    slow_cholesky(m, kmm);
    OK(hps_kernel_matrix(hps_gpr_soap(g), d, 2, atoms, all, m, sparse, k));
    for (int i = 0; i < s; i++) {
        hps_frame f = {.struct_size = sizeof f};
        OK(hps_dataset_frame(d, i, &f));
        memset(z[i], 0, sizeof z[i]);
        for (int a = 0; a < f.n_atoms; a++, atom++) {
            for (int t = 0; t < m; t++) {
                z[i][t] += k[atom * m + t];
            }
        }
        slow_forward(m, kmm, z[i]);
        y[i] = f.energy + f.n_atoms;
        for (int j = 0; j <= i; j++) {
            cov[i][j] = i == j ? sigma * sigma * (per_atom ? f.n_atoms : 1) : 0;
            for (int t = 0; t < m; t++) {
                cov[i][j] += delta * delta * z[i][t] * z[j][t];
            }
        }
    }
    free(k);
    log_det = slow_cholesky(s, cov);
    slow_forward(s, cov, y);
    for (int i = 0; i < s; i++) {
        square += y[i] * y[i];
    }
    return 0.5 * (square + log_det + s * log(2 * acos(-1)));
}

/* What a fit says of its evidence; the jitter keeps eta. @param factor of every noise */
static hps_gpr_report fit_at(const hps_gpr *g, const hps_dataset *train, double delta,
                             double factor, double *energies)
{
    static const char *const sigmas[] = {"sigma_energy", "sigma_force", "sigma_virial"};
    hps_gpr_report r = {.struct_size = sizeof r};
    hps_gpr *own = NULL;

    OK(hps_gpr_clone(&own, g));
    OK(hps_gpr_set_real(own, "delta", delta));
    OK(hps_gpr_set_real(own, "jitter", ETA * delta * delta));
    for (int i = 0; i < 3; i++) {
        double v;
        OK(hps_gpr_get(own, sigmas[i], &v));
        OK(hps_gpr_set_real(own, sigmas[i], v * factor));
    }
    OK(hps_gpr_fit(own, train));
    OK(hps_gpr_get_report(own, &r));
    OK(hps_gpr_predict(own, train, energies, NULL, NULL));
    hps_gpr_destroy(own);
    return r;
}

/* A fit's evidence is that of the Gaussian; delta_method evidence finds the delta that a
 * search over fits finds, and makes the fit with it. Loop: 0 energies, 1 forces too. */
START_TEST(test_delta_of_the_largest_evidence)
{
    const int64_t chosen[] = {1, 4, 6, 8, 11, 13, 17, 20, 23, 26, 29, 30};
    hps_dataset *train = morse_dataset(NULL, 20, 5, MORSE_FORCES);
    hps_gpr *g = settings(NULL, 100);
    hps_gpr_report found, near;
    double e[20], wanted[20], best = 0, least = (double)INFINITY;

    OK(hps_gpr_set_text(g, "sparse_method", "file"));
    OK(hps_gpr_set_sparse(g, 6, 12, chosen));
    OK(hps_gpr_set_int(g, "fit_forces", _i));
    OK(hps_gpr_set_real(g, "sigma_energy", 0.02));
    OK(hps_gpr_set_real(g, "sigma_force", 0.2));
    for (int k = 0; k <= 160; k++) { /* from 0.01 to 100 eV */
        const double delta = pow(10, -2 + k / 40.0);
        const double v = fit_at(g, train, delta, 1, e).minus_log_evidence;

        if (_i == 0 && k % 40 == 0) {
            const double slow = slow_evidence(g, train, 12, chosen, delta, 0.02, 1);
            ck_assert_double_eq_tol(v, slow, 1e-6 * fabs(slow));
        }
        best = v < least ? delta : best;
        least = v < least ? v : least;
    }
    OK(hps_gpr_set_text(g, "delta_method", "evidence"));
    found = fit_at(g, train, 1, 1, e);
    ck_assert_double_eq_tol(found.delta, best, 0.06 * best);
    ck_assert_double_le(found.minus_log_evidence, least + 1e-9 * fabs(least));
    OK(hps_gpr_set_text(g, "delta_method", "given"));
    near = fit_at(g, train, found.delta, 1, wanted);
    ck_assert_double_eq_tol(near.minus_log_evidence, found.minus_log_evidence, 1e-7 * fabs(least));
    ck_assert(fit_at(g, train, 1.001 * found.delta, 1, wanted).minus_log_evidence >
              found.minus_log_evidence);
    ck_assert(fit_at(g, train, found.delta / 1.001, 1, wanted).minus_log_evidence >
              found.minus_log_evidence);
    (void)fit_at(g, train, found.delta, 1, wanted);
    for (int i = 0; i < 20; i++) {
        ck_assert_double_eq_tol(e[i], wanted[i], 1e-8);
    }
    hps_gpr_destroy(g);
    hps_dataset_destroy(train);
}
END_TEST

/* best_delta: the optimum in closed form if every noise keeps its ratio to delta; the
 * predictions stay. */
START_TEST(test_best_delta_at_fixed_ratios)
{
    hps_dataset *train = morse_dataset(NULL, 20, 5, MORSE_FORCES);
    hps_gpr *g = settings(NULL, 12);
    double e[20], same[20];
    hps_gpr_report r, at;

    OK(hps_gpr_set_int(g, "fit_forces", _i));
    r = fit_at(g, train, 1, 1, e);
    at = fit_at(g, train, r.best_delta, r.best_delta, same);
    ck_assert_double_eq_tol(at.best_delta, r.best_delta, 1e-8 * r.best_delta);
    for (int i = 0; i < 20; i++) {
        ck_assert_double_eq_tol(e[i], same[i], 1e-8);
    }
    for (int k = -5; k <= 5; k++) {
        const double delta = r.best_delta * exp(0.02 * k);
        ck_assert(k == 0 ||
                  fit_at(g, train, delta, delta, e).minus_log_evidence > at.minus_log_evidence);
    }
    hps_gpr_destroy(g);
    hps_dataset_destroy(train);
}
END_TEST

START_TEST(test_evidence_equals_the_gaussian_density)
{
    const int64_t chosen[] = {1, 4, 6, 8, 11, 13, 17, 20, 23, 26, 29, 30};
    const int m = _i < 2 ? 12 : 5;
    hps_dataset *train = morse_dataset(NULL, _i < 2 ? 10 : 20, 5, 0);
    hps_gpr *g = settings(NULL, 100);
    hps_path *p = NULL;

    OK(hps_gpr_set_text(g, "sparse_method", "file"));
    OK(hps_gpr_set_sparse(g, 6, m, chosen));
    OK(hps_gpr_set_int(g, "sigma_per_atom", _i % 2));
    OK(hps_path_create(&p, g, train, NULL));
    for (int i = 0; i < 3; i++) {
        const double delta = pairs[i][0], sigma = pairs[i][1];
        double value, best, at, low, high;
        const double slow = slow_evidence(g, train, m, chosen, delta, sigma, _i % 2);
        OK(hps_path_evidence(p, delta, sigma, &value, &best));
        ck_assert_double_eq_tol(value, slow, 1e-6 * fabs(slow));
        OK(hps_path_evidence(p, best, best * sigma / delta, &at, NULL));
        OK(hps_path_evidence(p, 0.99 * best, 0.99 * best * sigma / delta, &low, NULL));
        OK(hps_path_evidence(p, 1.01 * best, 1.01 * best * sigma / delta, &high, NULL));
        ck_assert(at < low && at < high);
    }
    hps_path_destroy(p);
    hps_gpr_destroy(g);
    hps_dataset_destroy(train);
}
END_TEST

/* ------------------------------------------------------- threads and errors */

START_TEST(test_threads_do_not_change_a_bit)
{
    hps_errors first[2];

    for (int n = 1; n <= 3; n++) {
        hps_context *c = NULL;
        hps_dataset *train, *test;
        hps_errors e[2];
        hps_gpr *g;
        hps_path *p = NULL;
        memset(e, 0, sizeof e);
        e[0].struct_size = e[1].struct_size = sizeof e[0];
        OK(hps_context_create(&c, NULL));
        OK(hps_context_set_threads(c, n));
        train = morse_dataset(c, 90, 1, MORSE_TWO_ELEMENTS);
        test = morse_dataset(c, 20, 2, MORSE_TWO_ELEMENTS | MORSE_FORCES);
        g = settings(c, 70);
        OK(hps_path_create(&p, g, train, test));
        OK(hps_path_errors(p, 1, 1e-3, 1, &e[0]));
        OK(hps_path_loo(p, 1, 1e-3, &e[1]));
        if (n == 1) {
            memcpy(first, e, sizeof e);
        }
        ck_assert_double_gt(e[0].rmse_force, 0);
        ck_assert_mem_eq(&first[0].rmse_energy_per_atom, &e[0].rmse_energy_per_atom,
                         4 * sizeof(double));
        ck_assert_mem_eq(&first[1].rmse_energy_per_atom, &e[1].rmse_energy_per_atom,
                         3 * sizeof(double));
        hps_path_destroy(p);
        hps_gpr_destroy(g);
        hps_dataset_destroy(train);
        hps_dataset_destroy(test);
        hps_context_destroy(c);
    }
}
END_TEST

START_TEST(test_a_path_outlives_what_it_was_made_of)
{
    hps_dataset *train = morse_dataset(NULL, 10, 1, 0);
    hps_dataset *test = morse_dataset(NULL, 10, 2, MORSE_FORCES);
    hps_gpr *g = settings(NULL, 10);
    hps_errors e = {.struct_size = sizeof e};
    hps_path *p = NULL;

    OK(hps_path_create(&p, g, train, test));
    hps_gpr_destroy(g);
    hps_dataset_destroy(train);
    hps_dataset_destroy(test);
    OK(hps_path_errors(p, 1, 0.01, 1, &e));
    ck_assert(e.rmse_force > 0 && isfinite(e.rmse_force));
    hps_path_destroy(p);
}
END_TEST

START_TEST(test_bad_calls_are_refused)
{
    hps_dataset *train = morse_dataset(NULL, 6, 1, 0);
    hps_dataset *silent = morse_dataset(NULL, 6, 1, MORSE_NO_ENERGY);
    hps_gpr *g = settings(NULL, 10);
    hps_errors e = {.struct_size = sizeof e};
    hps_errors unset = {0};
    hps_path *p = NULL;
    double value;

    ck_assert_int_eq(hps_path_create(NULL, g, train, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_create(&p, NULL, train, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_create(&p, g, NULL, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_create(&p, g, silent, NULL), HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "energy"));
    OK(hps_gpr_set_int(g, "fit_forces", 1));
    ck_assert_int_eq(hps_path_create(&p, g, train, NULL), HPS_E_OPTION);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "fit_forces"));
    OK(hps_gpr_set_int(g, "fit_forces", 0));
    OK(hps_gpr_set_int(g, "fit_virials", 1));
    ck_assert_int_eq(hps_path_create(&p, g, train, NULL), HPS_E_OPTION);
    ck_assert_ptr_null(p);
    OK(hps_gpr_set_int(g, "fit_virials", 0));
    OK(hps_path_create(&p, g, train, NULL));
    ck_assert_int_eq(hps_path_errors(p, 1, 1, 0, &e), HPS_E_STATE);
    ck_assert_int_eq(hps_path_loo(NULL, 1, 1, &e), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_loo(p, 0, 1, &e), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_loo(p, 1, -1, &e), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_loo(p, (double)NAN, 1, &e), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_loo(p, 1e-200, 1e200, &e), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_loo(p, 1, 1, &unset), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_evidence(p, 1, 0, &value, NULL), HPS_E_ARGUMENT);
    OK(hps_path_evidence(p, 1, 1, NULL, NULL));
    hps_path_destroy(p);
    hps_path_destroy(NULL);
    hps_gpr_destroy(g);
    hps_dataset_destroy(train);
    hps_dataset_destroy(silent);
}
END_TEST

/* The data live in the default context: only the path's own allocations fail. */
static hps_status make_and_use(hps_context *c, void *user)
{
    hps_dataset **d = user;
    const int32_t number[] = {6};
    hps_errors e = {.struct_size = sizeof e};
    hps_soap *s = NULL;
    hps_gpr *g = NULL;
    hps_path *p = NULL;
    hps_status st;

    OK(hps_context_set_threads(c, 1));
    st = hps_soap_create(&s, c, 1, number);
    if (st == HPS_OK) {
        st = hps_soap_set_int(s, "n_max", 3);
    }
    if (st == HPS_OK) {
        st = hps_soap_set_int(s, "l_max", 1);
    }
    if (st == HPS_OK) {
        st = hps_gpr_create(&g, c, s);
    }
    if (st == HPS_OK) {
        st = hps_gpr_set_int(g, "n_sparse", 3);
    }
    if (st == HPS_OK) {
        st = hps_path_create(&p, g, d[0], d[1]);
    }
    if (st == HPS_OK) {
        st = hps_path_errors(p, 1, 0.1, 1, &e);
        if (st != HPS_OK) { /* and nothing of the failed call remains */
            ck_assert_int_eq(e.n_structures, 0);
            OK(hps_path_errors(p, 1, 0.1, 1, &e));
            ck_assert_double_gt(e.rmse_force, 0);
        }
    }
    hps_path_destroy(p);
    hps_gpr_destroy(g);
    hps_soap_destroy(s);
    return st;
}

/* Descriptors that find no room are computed again, so a run is allowed to pass. */
START_TEST(test_failing_allocations_leave_nothing)
{
    hps_dataset *d[2];
    int64_t failed = 0;
    int reached = 1;

    d[0] = morse_dataset(NULL, 3, 1, 0);
    d[1] = morse_dataset(NULL, 2, 2, MORSE_FORCES);
    for (int64_t n = 1; reached; n++) {
        const hps_status st = fail_once(make_and_use, d, n, &reached);
        ck_assert(st == HPS_OK || (reached && st == HPS_E_MEMORY));
        failed += st == HPS_E_MEMORY;
    }
    ck_assert_int_gt(failed, 20);
    hps_dataset_destroy(d[0]);
    hps_dataset_destroy(d[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("path");
    TCase *tc = tcase_create("path");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, test_errors_equal_those_of_fits, 0, 4);
    tcase_add_loop_test(tc, test_leave_one_out_equals_refits, 0, 2);
    tcase_add_loop_test(tc, test_delta_of_the_largest_evidence, 0, 2);
    tcase_add_loop_test(tc, test_best_delta_at_fixed_ratios, 0, 2);
    tcase_add_loop_test(tc, test_evidence_equals_the_gaussian_density, 0, 4);
    tcase_add_test(tc, test_threads_do_not_change_a_bit);
    tcase_add_test(tc, test_a_path_outlives_what_it_was_made_of);
    tcase_add_test(tc, test_bad_calls_are_refused);
    tcase_add_test(tc, test_failing_allocations_leave_nothing);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
