/* SPDX-License-Identifier: BSD-3-Clause */
/* Noise by config_type and by frame: a structure whose noise is sqrt(2) smaller is the same
 * structure given twice, a force of infinite noise is none. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hpswarm/gpr.h"
#include "support/failing_allocator.h"
#include "support/morse.h"
#include "support/small_gpr.h"
#include "support/suite.h"

#define OK(call) ck_assert_msg((call) == HPS_OK, "%s", hps_last_error())
#define NONE ((double)NAN)

#define ALL (MORSE_FORCES | MORSE_VIRIAL)

/* Append clusters first, first + step, ... of a fixed series of n. */
static void add(hps_dataset *d, int32_t n, int32_t first, int32_t step, int flags,
                const char *config_type)
{
    morse_add_part(d, (morse_part){n, first, step}, 7, flags, config_type);
}

static hps_gpr *settings(hps_context *c)
{
    const int64_t chosen[] = {1, 3, 4, 7, 9, 12, 15, 18, 20, 22};
    hps_gpr *g = small_morse(c);

    OK(hps_gpr_set_real(g, "jitter", 1e-8));
    OK(hps_gpr_set_text(g, "sparse_method", "file"));
    OK(hps_gpr_set_sparse(g, 6, 10, chosen));
    OK(hps_gpr_set_real(g, "sigma_energy", 0.02));
    OK(hps_gpr_set_real(g, "sigma_force", 0.3));
    OK(hps_gpr_set_real(g, "sigma_virial", 0.2));
    OK(hps_gpr_set_int(g, "fit_forces", 1));
    OK(hps_gpr_set_int(g, "fit_virials", 1));
    return g;
}

#define TEST_ATOMS 60
typedef struct values {
    double energy[20], forces[3 * TEST_ATOMS];
} values;

/* Fit and predict; the number of rows. */
static int64_t fitted(hps_gpr *g, const hps_dataset *train, values *v)
{
    hps_dataset *test = morse_dataset(NULL, 12, 99, 0);
    hps_gpr_report r = {.struct_size = sizeof r};

    memset(v, 0, sizeof *v);
    ck_assert_int_le(hps_dataset_n_atoms(test), TEST_ATOMS);
    OK(hps_gpr_fit(g, train));
    OK(hps_gpr_predict(g, test, v->energy, v->forces, NULL));
    OK(hps_gpr_get_report(g, &r));
    hps_dataset_destroy(test);
    return r.n_rows;
}

/* The largest difference of two models' energies and forces. */
static double apart(const values *a, const values *b)
{
    double most = 0;

    for (int i = 0; i < 20; i++) {
        most = fmax(most, fabs(a->energy[i] - b->energy[i]));
    }
    for (int i = 0; i < 3 * TEST_ATOMS; i++) {
        most = fmax(most, fabs(a->forces[i] - b->forces[i]));
    }
    return most;
}

#define N 24

/* Every third structure twice, against a smaller noise: of its config_type (0), or of the
 * frames, which is absolute (1), also beside another noise of the config_type (2). */
START_TEST(test_half_the_variance_is_the_structure_twice)
{
    const double root = sqrt(0.5);
    hps_dataset *twice = NULL, *once = NULL;
    hps_gpr *g = settings(NULL);
    values a, b, plain;
    int64_t rows;

    OK(hps_dataset_create(&once, NULL));
    OK(hps_dataset_create(&twice, NULL));
    for (int32_t k = 0; k < 3; k++) {
        add(once, N, k, 3, ALL, k == 0 ? "good" : "");
        add(twice, N, k, 3, ALL, NULL);
    }
    add(twice, N, 0, 3, ALL, NULL);
    rows = fitted(g, twice, &a);
    ck_assert_int_gt(rows, fitted(g, once, &plain));
    if (_i != 1) {
        const double factor = _i == 0 ? root : 17;
        OK(hps_gpr_set_sigma(g, "good", 0.02 * factor, 0.3 * factor, 0.2 * factor));
    }
    for (int64_t i = 0; _i > 0 && i < N / 3; i++) {
        hps_frame f = {.struct_size = (int32_t)sizeof f};
        OK(hps_dataset_frame(once, i, &f));
        OK(hps_dataset_set_noise(once, i, 0.02 * sqrt(f.n_atoms) * root, 0.3 * root,
                                 0.2 * sqrt(f.n_atoms) * root, NULL));
    }
    fitted(g, once, &b);
    ck_assert_double_lt(apart(&a, &b), 1e-8);
    ck_assert_double_gt(apart(&a, &plain), 1e-4);
    hps_gpr_destroy(g);
    hps_dataset_destroy(once);
    hps_dataset_destroy(twice);
}
END_TEST

/* What is not given follows the option; with sigma_per_atom 0 nothing is scaled. */
START_TEST(test_what_is_not_given_follows_the_options)
{
    hps_dataset *d = NULL;
    hps_gpr *g = settings(NULL), *h = NULL;
    values a, b;

    OK(hps_dataset_create(&d, NULL));
    add(d, N, 0, 2, ALL, "even");
    add(d, N, 1, 2, ALL, "odd");
    OK(hps_gpr_set_int(g, "sigma_per_atom", _i));
    OK(hps_gpr_set_sigma(g, "even", NONE, 0.1, NONE));
    OK(hps_gpr_set_sigma(g, "odd", NONE, 0.1, NONE));
    OK(hps_gpr_set_sigma(g, "absent", 5, 5, 5));
    OK(hps_gpr_clone(&h, g));
    fitted(h, d, &a);
    OK(hps_gpr_set_sigma(g, "even", NONE, NONE, NONE));
    OK(hps_gpr_set_sigma(g, "odd", NONE, NONE, NONE));
    fitted(g, d, &b);
    ck_assert_double_gt(apart(&a, &b), 1e-4);
    OK(hps_gpr_set_real(g, "sigma_force", 0.1));
    fitted(g, d, &b);
    ck_assert(memcmp(&a, &b, sizeof a) == 0);
    hps_gpr_destroy(g);
    hps_gpr_destroy(h);
    hps_dataset_destroy(d);
}
END_TEST

/* Loop: 1 with refinement. */
START_TEST(test_masked_forces_are_left_out)
{
    const int32_t all[MORSE_LARGEST] = {1, 1, 1, 1, 1}, one[MORSE_LARGEST] = {0, 1, 0, 0, 0};
    hps_dataset *masked = NULL, *without = NULL;
    hps_gpr *g = settings(NULL);
    values a, b;
    int64_t rows;

    OK(hps_gpr_set_int(g, "refine", _i));
    OK(hps_dataset_create(&masked, NULL));
    OK(hps_dataset_create(&without, NULL));
    add(masked, N, 0, 2, ALL, NULL);
    add(masked, N, 1, 2, ALL, NULL);
    add(without, N, 0, 2, MORSE_VIRIAL, NULL);
    add(without, N, 1, 2, ALL, NULL);
    rows = fitted(g, masked, &b);
    for (int64_t i = 0; i < N / 2; i++) {
        OK(hps_dataset_set_noise(masked, i, NONE, NONE, NONE, one));
    }
    ck_assert_int_eq(fitted(g, masked, &a), rows - 3 * N / 2);
    ck_assert_double_gt(apart(&a, &b), 1e-4);
    for (int64_t i = 0; i < N / 2; i++) {
        OK(hps_dataset_set_noise(masked, i, NONE, NONE, NONE, all));
    }
    ck_assert_int_eq(fitted(g, masked, &a), fitted(g, without, &b));
    ck_assert_double_lt(apart(&a, &b), 1e-9);
    hps_gpr_destroy(g);
    hps_dataset_destroy(masked);
    hps_dataset_destroy(without);
}
END_TEST

/* Noise of its own says what the same structures given twice say, and not nothing. */
static void equal_fits(hps_gpr *g, const hps_dataset *own, const hps_dataset *twice,
                       const values *plain)
{
    values a, b;

    fitted(g, own, &a);
    fitted(g, twice, &b);
    ck_assert_double_lt(apart(&a, &b), 1e-8);
    ck_assert_double_gt(apart(&a, plain), 1e-4);
}

/* Forces of every second structure with noises of their own, component by component, against the
 * slow way: the structure as often as the noise asks for, other components masked by a large one.
 */
START_TEST(test_noise_of_single_components)
{
    const double root = sqrt(0.5);
    hps_dataset *own = NULL, *twice = NULL;
    hps_gpr *g = settings(NULL);
    values plain;
    double sigma[3 * MORSE_LARGEST], large[3 * MORSE_LARGEST];

    OK(hps_dataset_create(&own, NULL));
    OK(hps_dataset_create(&twice, NULL));
    add(own, N, 0, 1, ALL, "odd");
    add(twice, N, 0, 1, ALL, "");
    add(twice, N, 0, 1, MORSE_FORCES, ""); /* the energies and the virials once is enough: */
    fitted(g, own, &plain);
    for (int32_t k = 0; k < 3 * MORSE_LARGEST; k++) {
        sigma[k] = k % 4 == 0 ? 0.3 * root : 0.3;
        large[k] = k % 4 == 0 ? 0.3 : 1e6; /* the component a second time, or not */
    }
    for (int64_t i = 0; i < N; i++) {
        OK(hps_dataset_set_noise(own, i, NONE, 55, NONE, NULL)); /* gives way */
        OK(hps_dataset_set_force_sigmas(own, i, sigma));
        OK(hps_dataset_set_noise(twice, N + i, 1e6, NONE, NONE, NULL));
        OK(hps_dataset_set_force_sigmas(twice, N + i, large));
    }
    OK(hps_gpr_set_sigma(g, "odd", NONE, 17, NONE)); /* and so does this */
    equal_fits(g, own, twice, &plain);
    hps_gpr_destroy(g);
    hps_dataset_destroy(own);
    hps_dataset_destroy(twice);
}
END_TEST

/* The same of the virial's six components, 0 with and 1 without forces: of a pair beside the
 * diagonal the mean counts, the slow way has it in both places. */
START_TEST(test_noise_of_components_of_the_virial)
{
    const double half = 0.3 * sqrt(0.5);
    const double sigma[] = {half, 0.5 * half, 0.25, 1.5 * half, 0.3, 0.4, 0.35, 0.2, half};
    const double first[] = {0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3};
    const double second[] = {0.3, 0.3, 1e6, 0.3, 1e6, 1e6, 1e6, 1e6, 0.3};
    hps_dataset *own = NULL, *twice = NULL;
    hps_gpr *g = settings(NULL);
    values plain;

    OK(hps_gpr_set_int(g, "fit_forces", !_i));
    OK(hps_dataset_create(&own, NULL));
    OK(hps_dataset_create(&twice, NULL));
    add(own, N, 0, 1, ALL, "odd");
    add(twice, N, 0, 1, ALL, "");
    add(twice, N, 0, 1, MORSE_VIRIAL, "");
    fitted(g, own, &plain);
    for (int64_t i = 0; i < N; i++) {
        OK(hps_dataset_set_noise(own, i, NONE, NONE, 55, NULL)); /* gives way */
        OK(hps_dataset_set_virial_sigmas(own, i, sigma));
        OK(hps_dataset_set_virial_sigmas(twice, i, first));
        OK(hps_dataset_set_noise(twice, N + i, 1e6, NONE, NONE, NULL));
        OK(hps_dataset_set_virial_sigmas(twice, N + i, second));
    }
    OK(hps_gpr_set_sigma(g, "odd", NONE, NONE, 17)); /* and so does this */
    equal_fits(g, own, twice, &plain);
    hps_gpr_destroy(g);
    hps_dataset_destroy(own);
    hps_dataset_destroy(twice);
}
END_TEST

/* Any delta and sigma_energy from normal equations, the noise of components stays. */
START_TEST(test_a_path_keeps_the_noise_of_components)
{
    const double query[][2] = {{1, 0.02}, {0.3, 0.02}, {2, 0.1}};
    hps_dataset *d = NULL, *test = morse_dataset(NULL, 12, 5, MORSE_FORCES);
    hps_gpr *g = settings(NULL);
    const double virial[] = {0.1, 0.2, 0.3, 0.2, 0.5, 0.4, 0.5, 0.2, 0.6};
    double sigma[3 * MORSE_LARGEST];
    hps_path *p = NULL;

    for (int32_t k = 0; k < 3 * MORSE_LARGEST; k++) {
        sigma[k] = 0.1 + 0.05 * (k % 5);
    }
    OK(hps_dataset_create(&d, NULL));
    add(d, N, 0, 1, ALL, "");
    for (int64_t i = 0; i < N; i += 2) {
        OK(hps_dataset_set_force_sigmas(d, i, sigma));
        OK(hps_dataset_set_virial_sigmas(d, i, virial));
    }
    OK(hps_path_create_noises(&p, g, d, test));
    for (int i = 0; i < 3; i++) {
        hps_errors a = {.struct_size = sizeof a}, b = {.struct_size = sizeof b};
        OK(hps_gpr_set_real(g, "delta", query[i][0]));
        OK(hps_gpr_set_real(g, "sigma_energy", query[i][1]));
        OK(hps_gpr_set_real(g, "sigma_force", 0.3 + i));
        OK(hps_gpr_set_real(g, "sigma_virial", 1));
        OK(hps_gpr_fit(g, d));
        OK(hps_gpr_score(g, test, &a));
        OK(hps_path_errors_at(p, query[i][0], query[i][1], 0.3 + i, 1, 1, &b));
        ck_assert_double_eq_tol(a.rmse_energy_per_atom, b.rmse_energy_per_atom, 2e-8);
        ck_assert_double_eq_tol(a.rmse_force, b.rmse_force, 1e-6);
    }
    hps_path_destroy(p);
    hps_gpr_destroy(g);
    hps_dataset_destroy(d);
    hps_dataset_destroy(test);
}
END_TEST

/* A path made with these weights: any delta, and a common factor of all noises. */
START_TEST(test_a_path_has_the_same_weights)
{
    const double query[][2] = {{1, 1}, {0.2, 1}, {4, 1}, {1, 0.1}, {2, 3}};
    hps_dataset *d = NULL, *test = morse_dataset(NULL, 12, 5, MORSE_FORCES);
    hps_gpr *g = settings(NULL);
    hps_path *p = NULL;

    OK(hps_dataset_create(&d, NULL));
    add(d, N, 0, 2, MORSE_FORCES, "even");
    add(d, N, 1, 2, MORSE_FORCES, "odd");
    OK(hps_dataset_set_noise(d, 3, 0.5, NONE, NONE, NULL));
    OK(hps_gpr_set_sigma(g, "odd", 0.002, NONE, NONE));
    OK(hps_gpr_set_int(g, "fit_forces", 0));
    OK(hps_gpr_set_int(g, "fit_virials", 0));
    OK(hps_path_create(&p, g, d, test));
    for (int i = 0; i < 5; i++) {
        const double delta = query[i][0], k = query[i][1];
        hps_errors a = {.struct_size = sizeof a}, b = {.struct_size = sizeof b};
        OK(hps_gpr_set_real(g, "delta", delta));
        OK(hps_gpr_set_real(g, "jitter", 1e-8 * delta * delta));
        OK(hps_gpr_set_real(g, "sigma_energy", 0.02 * k));
        OK(hps_gpr_set_sigma(g, "odd", 0.002 * k, NONE, NONE));
        OK(hps_dataset_set_noise(d, 3, 0.5 * k, NONE, NONE, NULL));
        OK(hps_gpr_fit(g, d));
        OK(hps_gpr_score(g, test, &a));
        OK(hps_path_errors(p, delta, 0.02 * k, 1, &b));
        ck_assert_double_eq_tol(a.rmse_energy_per_atom, b.rmse_energy_per_atom, 2e-8);
        ck_assert_double_eq_tol(a.rmse_force, b.rmse_force, 1e-6);
    }
    hps_path_destroy(p);
    hps_gpr_destroy(g);
    hps_dataset_destroy(d);
    hps_dataset_destroy(test);
}
END_TEST

START_TEST(test_values_and_bad_values)
{
    hps_gpr *g = settings(NULL);
    double e, f, v;

    OK(hps_gpr_set_sigma(g, "a", 1, NONE, 3));
    OK(hps_gpr_set_sigma(g, "", NONE, 2, NONE));
    OK(hps_gpr_get_sigma(g, "a", &e, &f, &v));
    ck_assert(e == 1 && f == 0.3 && v == 3);
    OK(hps_gpr_get_sigma(g, "", &e, &f, &v));
    ck_assert(e == 0.02 && f == 2 && v == 0.2);
    OK(hps_gpr_get_sigma(g, "other", &e, &f, NULL));
    ck_assert(e == 0.02 && f == 0.3);
    OK(hps_gpr_set_sigma(g, "a", NONE, 4, NONE));
    OK(hps_gpr_get_sigma(g, "a", &e, &f, &v));
    ck_assert(e == 0.02 && f == 4 && v == 0.2);
    ck_assert_int_eq(hps_gpr_set_sigma(g, "a", 1, 0, 1), HPS_E_OPTION);
    ck_assert_msg(strstr(hps_last_error(), "config_type 'a'") != NULL &&
                      strstr(hps_last_error(), "sigma_force") != NULL,
                  "%s", hps_last_error());
    ck_assert_int_eq(hps_gpr_set_sigma(g, "a", -1, 1, 1), HPS_E_OPTION);
    ck_assert_int_eq(hps_gpr_set_sigma(g, "a", 1, 1, (double)INFINITY), HPS_E_OPTION);
    OK(hps_gpr_get_sigma(g, "a", &e, &f, &v));
    ck_assert(e == 0.02 && f == 4 && v == 0.2);
    ck_assert_int_eq(hps_gpr_set_sigma(NULL, "a", 1, 1, 1), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_gpr_set_sigma(g, NULL, 1, 1, 1), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_gpr_get_sigma(NULL, "a", &e, &f, &v), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_gpr_get_sigma(g, NULL, &e, &f, &v), HPS_E_ARGUMENT);
    hps_gpr_destroy(g);
}
END_TEST

static hps_status scenario(hps_context *c, void *arg)
{
    hps_soap *s = NULL;
    hps_gpr *g = NULL, *copy = NULL;
    const int32_t number[] = {6};
    hps_status st = hps_soap_create(&s, c, 1, number);

    (void)arg;
    st = st == HPS_OK ? hps_gpr_create(&g, c, s) : st;
    st = st == HPS_OK ? hps_gpr_set_sigma(g, "a", 1, 1, 1) : st;
    st = st == HPS_OK ? hps_gpr_set_sigma(g, "b", 1, 1, 1) : st;
    st = st == HPS_OK ? hps_gpr_clone(&copy, g) : st;
    hps_gpr_destroy(copy);
    hps_gpr_destroy(g);
    hps_soap_destroy(s);
    return st;
}

START_TEST(test_failing_allocations)
{
    ck_assert_int_gt(fail_everywhere(scenario, NULL), 8);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gpr_noise");
    TCase *tc = tcase_create("all");

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, test_half_the_variance_is_the_structure_twice, 0, 3);
    tcase_add_loop_test(tc, test_what_is_not_given_follows_the_options, 0, 2);
    tcase_add_loop_test(tc, test_masked_forces_are_left_out, 0, 2);
    tcase_add_test(tc, test_noise_of_single_components);
    tcase_add_loop_test(tc, test_noise_of_components_of_the_virial, 0, 2);
    tcase_add_test(tc, test_a_path_keeps_the_noise_of_components);
    tcase_add_test(tc, test_a_path_has_the_same_weights);
    tcase_add_test(tc, test_values_and_bad_values);
    tcase_add_test(tc, test_failing_allocations);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
