/* SPDX-License-Identifier: BSD-3-Clause */
/* A path over delta and all noises against fits through the public calls alone. */
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

static hps_gpr *settings(hps_context *c, int32_t forces, int32_t virials)
{
    hps_gpr *g = small_morse(c);

    OK(hps_gpr_set_real(g, "jitter", 1e-9));
    OK(hps_gpr_set_int(g, "fit_forces", forces));
    OK(hps_gpr_set_int(g, "fit_virials", virials));
    return g;
}

/* Three kinds of structures, some of which lack a label. */
static hps_dataset *training(hps_context *c)
{
    const int32_t mask[MORSE_LARGEST] = {0, 1, 0, 0, 0};
    hps_dataset *d = NULL;

    OK(hps_dataset_create(&d, c));
    morse_add_labelled(d, 16, 1, "plain");
    morse_add_labelled(d, 12, 2, "liquid");
    morse_add(d, 4, 3, MORSE_NO_ENERGY | MORSE_FORCES);
    morse_add(d, 4, 4, 0);
    OK(hps_dataset_set_noise(d, 2, NONE, NONE, NONE, mask));
    return d;
}

static void give_noise(hps_gpr *g, hps_dataset *d)
{
    OK(hps_gpr_set_sigma(g, "liquid", 0.03, 0.4, NONE));
    OK(hps_dataset_set_noise(d, 5, 0.2, NONE, 0.3, NULL));
    OK(hps_dataset_set_noise(d, 20, NONE, 0.05, NONE, NULL));
}

static void direct(const hps_gpr *g, const double q[4], const hps_dataset *train,
                   const hps_dataset *test, hps_errors *e)
{
    static const char *const name[] = {"delta", "sigma_energy", "sigma_force", "sigma_virial"};
    hps_gpr *own = NULL;

    OK(hps_gpr_clone(&own, g));
    for (int i = 0; i < 4; i++) {
        OK(hps_gpr_set_real(own, name[i], q[i]));
    }
    OK(hps_gpr_fit(own, train));
    OK(hps_gpr_score(own, test, e));
    hps_gpr_destroy(own);
}

static const double queries[][4] = {
    {1, 0.1, 0.1, 0.1},     {1, 0.001, 0.1, 0.1},    {1, 0.1, 0.001, 0.1}, {1, 0.1, 0.1, 0.001},
    {5, 0.001, 0.05, 0.02}, {0.1, 0.001, 0.01, 0.1}, {3, 0.01, 0.003, 3},  {0.02, 1, 1, 1}};
#define N_QUERIES ((int)(sizeof queries / sizeof queries[0]))

/* Loop: bit 0 forces, bit 1 virials, bit 2 noise of their own, bit 3 sigma_per_atom 0. */
START_TEST(test_errors_equal_those_of_fits)
{
    hps_dataset *train = training(NULL), *test = morse_dataset(NULL, 15, 9, MORSE_FORCES);
    hps_gpr *g = settings(NULL, _i & 1, _i >> 1 & 1);
    hps_path *p = NULL;

    OK(hps_gpr_set_int(g, "sigma_per_atom", (_i & 8) == 0));
    morse_add(test, 3, 11, MORSE_NO_ENERGY | MORSE_FORCES);
    if (_i & 4) {
        give_noise(g, train);
    }
    OK(hps_path_create_noises(&p, g, train, test));
    for (int i = 0; i < N_QUERIES; i++) {
        const double *q = queries[i];
        hps_errors a = {.struct_size = sizeof a}, b = {.struct_size = sizeof b};
        direct(g, q, train, test, &a);
        OK(hps_path_errors_at(p, q[0], q[1], q[2], q[3], 0, &b));
        ck_assert(isnan(b.rmse_force));
        OK(hps_path_errors_at(p, q[0], q[1], q[2], q[3], 1, &b));
        ck_assert_int_eq(b.n_structures, a.n_structures);
        ck_assert_int_eq(b.n_atoms, a.n_atoms);
        ck_assert_int_eq(b.n_force_components, a.n_force_components);
        ck_assert_double_eq_tol(b.rmse_energy_per_atom, a.rmse_energy_per_atom,
                                1e-7 * a.rmse_energy_per_atom);
        ck_assert_double_eq_tol(b.mae_energy_per_structure, a.mae_energy_per_structure,
                                1e-7 * a.mae_energy_per_structure);
        ck_assert_double_eq_tol(b.rmse_force, a.rmse_force, 1e-7 * a.rmse_force);
        ck_assert(isnan(b.mae_force));
    }
    hps_path_destroy(p);
    hps_gpr_destroy(g);
    hps_dataset_destroy(train);
    hps_dataset_destroy(test);
}
END_TEST

/* Up to the point where a query is refused the answers stay those of fits. */
START_TEST(test_small_noise_is_right_or_refused)
{
    hps_dataset *train = training(NULL), *test = morse_dataset(NULL, 15, 9, MORSE_FORCES);
    hps_gpr *g = settings(NULL, 1, 1);
    hps_path *p = NULL;
    int answered = 0, refused = 0;

    OK(hps_path_create_noises(&p, g, train, test));
    for (int k = 0; k < 9; k++) {
        const double q[] = {5, 0.1 * pow(10, -k), 0.1 * pow(10, -k / 2.0), 0.1};
        hps_errors a = {.struct_size = sizeof a}, b = {.struct_size = sizeof b};
        const hps_status st = hps_path_errors_at(p, q[0], q[1], q[2], q[3], 1, &b);
        if (st == HPS_OK) {
            ck_assert_int_eq(refused, 0);
            direct(g, q, train, test, &a);
            ck_assert_double_eq_tol(b.rmse_energy_per_atom, a.rmse_energy_per_atom,
                                    1e-5 * a.rmse_energy_per_atom);
            ck_assert_double_eq_tol(b.rmse_force, a.rmse_force, 1e-5 * a.rmse_force);
        } else {
            ck_assert_int_eq(st, HPS_E_NUMERIC);
            ck_assert_ptr_nonnull(strstr(hps_last_error(), "make a fit"));
            refused++;
        }
        answered += st == HPS_OK;
    }
    ck_assert_int_ge(answered, 4);
    ck_assert_int_ge(refused, 5);
    hps_path_destroy(p);
    hps_gpr_destroy(g);
    hps_dataset_destroy(train);
    hps_dataset_destroy(test);
}
END_TEST

/* The same bits for any number of threads, and any order of queries. */
START_TEST(test_threads_and_order_do_not_matter)
{
    hps_errors e[2][N_QUERIES];

    for (int k = 0; k < 2; k++) {
        hps_context *c = NULL;
        hps_dataset *train, *test;
        hps_gpr *g;
        hps_path *p = NULL;
        OK(hps_context_create(&c, NULL));
        OK(hps_context_set_threads(c, 1 + k));
        train = training(c);
        test = morse_dataset(c, 15, 9, MORSE_FORCES);
        g = settings(c, 1, 1);
        give_noise(g, train);
        OK(hps_path_create_noises(&p, g, train, test));
        memset(e[k], 0, sizeof e[k]);
        for (int i = 0; i < N_QUERIES; i++) {
            const int at = k == 0 ? i : N_QUERIES - 1 - i;
            const double *q = queries[at];
            e[k][at].struct_size = sizeof e[k][at];
            OK(hps_path_errors_at(p, q[0], q[1], q[2], q[3], 1, &e[k][at]));
        }
        hps_path_destroy(p);
        hps_gpr_destroy(g);
        hps_dataset_destroy(train);
        hps_dataset_destroy(test);
        hps_context_destroy(c);
    }
    for (int i = 0; i < N_QUERIES; i++) {
        ck_assert(e[0][i].rmse_energy_per_atom == e[1][i].rmse_energy_per_atom);
        ck_assert(e[0][i].rmse_force == e[1][i].rmse_force);
    }
}
END_TEST

START_TEST(test_both_kinds_of_path_have_both_questions)
{
    hps_dataset *train = training(NULL), *test = morse_dataset(NULL, 15, 9, MORSE_FORCES);
    hps_gpr *g = settings(NULL, 0, 0);
    hps_errors a = {.struct_size = sizeof a}, b = {.struct_size = sizeof b};
    hps_path *lambda = NULL, *noises = NULL;

    OK(hps_gpr_set_real(g, "sigma_force", 0.02));
    OK(hps_gpr_set_real(g, "sigma_virial", 0.03));
    OK(hps_path_create(&lambda, g, train, test));
    OK(hps_path_errors(lambda, 2, 0.01, 1, &a));
    OK(hps_path_errors_at(lambda, 2, 0.01, -1, NONE, 1, &b)); /* no part of this path */
    ck_assert(a.rmse_force == b.rmse_force && a.rmse_energy_per_atom == b.rmse_energy_per_atom);
    OK(hps_gpr_set_int(g, "fit_forces", 1));
    OK(hps_path_create_noises(&noises, g, train, test));
    OK(hps_path_errors(noises, 2, 0.01, 1, &a));
    OK(hps_path_errors_at(noises, 2, 0.01, 0.02, 0.03, 1, &b));
    ck_assert(a.rmse_force == b.rmse_force && a.rmse_energy_per_atom == b.rmse_energy_per_atom);
    OK(hps_path_errors_at(noises, 2, 0.01, 0.04, 0.03, 1, &b));
    ck_assert(a.rmse_force != b.rmse_force);
    OK(hps_path_errors_at(noises, 2, 0.01, 0.02, 0.3, 1, &b)); /* virials are not fitted */
    ck_assert(a.rmse_force == b.rmse_force);
    hps_path_destroy(lambda);
    hps_path_destroy(noises);
    hps_gpr_destroy(g);
    hps_dataset_destroy(train);
    hps_dataset_destroy(test);
}
END_TEST

START_TEST(test_bad_calls_are_refused)
{
    hps_dataset *train = training(NULL), *test = morse_dataset(NULL, 5, 9, MORSE_FORCES);
    hps_dataset *bare = morse_dataset(NULL, 5, 9, MORSE_NO_ENERGY);
    hps_gpr *g = settings(NULL, 1, 0);
    hps_errors e = {.struct_size = sizeof e}, small = {.struct_size = 8};
    hps_path *p = NULL;

    ck_assert_int_eq(hps_path_create_noises(NULL, g, train, test), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_create_noises(&p, NULL, train, test), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_create_noises(&p, g, NULL, test), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_create_noises(&p, g, train, NULL), HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "test is NULL"));
    ck_assert_int_eq(hps_path_create_noises(&p, g, bare, test), HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "anything to fit"));
    ck_assert_ptr_null(p);
    OK(hps_path_create_noises(&p, g, train, test));
    ck_assert_int_eq(hps_path_errors_at(NULL, 1, 1, 1, 1, 0, &e), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_errors_at(p, 0, 1, 1, 1, 0, &e), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_errors_at(p, 1, -1, 1, 1, 0, &e), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_errors_at(p, 1, 1, 0, 1, 0, &e), HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "sigma_force = 0"));
    ck_assert_int_eq(hps_path_errors_at(p, 1, 1, 1, NONE, 0, &e), HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "sigma_virial"));
    ck_assert_int_eq(hps_path_errors_at(p, 1, 1, 1, 1, 0, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_errors_at(p, 1, 1, 1, 1, 0, &small), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_path_loo(p, 1, 1, &e), HPS_E_STATE);
    ck_assert_int_eq(hps_path_evidence(p, 1, 1, NULL, NULL), HPS_E_STATE);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "hps_path_create_noises"));
    hps_path_destroy(p);
    hps_gpr_destroy(g);
    hps_dataset_destroy(train);
    hps_dataset_destroy(test);
    hps_dataset_destroy(bare);
}
END_TEST

typedef struct pair {
    const hps_dataset *train, *test;
} pair;

static hps_status scenario(hps_context *c, void *arg)
{
    const pair *d = arg;
    const int32_t number[] = {6};
    hps_errors e = {.struct_size = sizeof e};
    hps_soap *s = NULL;
    hps_gpr *g = NULL;
    hps_path *p = NULL;
    hps_status st = hps_soap_create(&s, c, 1, number);

    st = st == HPS_OK ? hps_soap_set_int(s, "n_max", 2) : st;
    st = st == HPS_OK ? hps_soap_set_int(s, "l_max", 1) : st;
    st = st == HPS_OK ? hps_gpr_create(&g, c, s) : st;
    st = st == HPS_OK ? hps_gpr_set_int(g, "fit_forces", 1) : st;
    st = st == HPS_OK ? hps_gpr_set_int(g, "n_sparse", 5) : st;
    st = st == HPS_OK ? hps_gpr_set_sigma(g, "liquid", 0.1, 0.1, 0.1) : st;
    st = st == HPS_OK ? hps_path_create_noises(&p, g, d->train, d->test) : st;
    st = st == HPS_OK ? hps_path_errors_at(p, 1, 0.1, 0.1, 0.1, 1, &e) : st;
    hps_path_destroy(p);
    hps_gpr_destroy(g);
    hps_soap_destroy(s);
    return st;
}

START_TEST(test_failing_allocations)
{
    hps_dataset *train = training(NULL), *test = morse_dataset(NULL, 5, 9, MORSE_FORCES);
    pair d = {train, test};

    ck_assert_int_gt(fail_everywhere(scenario, &d), 40);
    hps_dataset_destroy(train);
    hps_dataset_destroy(test);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("path_noises");
    TCase *tc = tcase_create("all");

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, test_errors_equal_those_of_fits, 0, 16);
    tcase_add_test(tc, test_small_noise_is_right_or_refused);
    tcase_add_test(tc, test_threads_and_order_do_not_matter);
    tcase_add_test(tc, test_both_kinds_of_path_have_both_questions);
    tcase_add_test(tc, test_bad_calls_are_refused);
    tcase_add_test(tc, test_failing_allocations);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
