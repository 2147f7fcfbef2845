/* SPDX-License-Identifier: BSD-3-Clause */
/* Leave-one-structure-out in closed form is what fits give that were made without the labels of the
 * structure, for energies, forces and virials, with noises of every kind. */
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

enum { FRAMES = 14, ATOMS = 60 };
typedef struct values {
    double energy[FRAMES], forces[3 * ATOMS], virial[9 * FRAMES];
} values;

/* What is in the data and in the fit; points above 60 are more than any structure's rows. */
typedef struct variant {
    int forces, virials, points, gaps, own_noise, evidence;
    double sigma_energy, tolerance;
} variant;
static const variant variants[] = {
    {1, 0, 20, 0, 0, 0, 0.02, 1e-9},  /* a structure has fewer rows than there are points, */
    {1, 0, 7, 0, 0, 0, 0.02, 1e-9},   /* or more */
    {1, 1, 12, 1, 1, 0, 0.02, 1e-9},  /* quantities missing here and there, other noises */
    {0, 0, 15, 0, 0, 0, 0.02, 1e-9},  /* energies alone */
    {0, 1, 9, 0, 0, 0, 0.02, 1e-9},   /* and with virials */
    {1, 0, 15, 1, 1, 1, 0.02, 1e-6},  /* delta by the evidence */
    {1, 0, 20, 0, 0, 0, 1e-4, 1e-6}}; /* nearly without noise */
enum { VARIANTS = sizeof variants / sizeof variants[0] };

/* All structures, without the labels of one (-1: none). */
static hps_dataset *data_without(const variant *v, int64_t left)
{
    static const int32_t mask[MORSE_LARGEST] = {0, 1, 0, 0, 1};
    static const double sigma[3 * MORSE_LARGEST] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8,
                                                    0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7};
    hps_dataset *all = NULL, *out = NULL;

    OK(hps_dataset_create(&all, NULL));
    OK(hps_dataset_create(&out, NULL));
    morse_add_labelled(all, FRAMES, 3, "");
    for (int64_t i = 0; i < FRAMES; i++) {
        const int has_energy = i != left && !(v->gaps && i % 5 == 2);
        const int has_forces = i != left && !(v->gaps && i % 4 == 1);
        hps_frame f = {.struct_size = sizeof f};

        OK(hps_dataset_frame(all, i, &f));
        OK(hps_dataset_add(out, f.n_atoms, f.numbers, f.positions, NULL, NULL,
                           has_energy ? &f.energy : NULL, has_forces ? f.forces : NULL,
                           i != left && !(v->gaps && i % 3 == 0) ? f.virial : NULL,
                           i % 2 ? "odd" : ""));
        if (v->own_noise && i % 5 == 0) {
            OK(hps_dataset_set_force_sigmas(out, i, sigma));
            OK(hps_dataset_set_virial_sigmas(out, i, sigma));
        }
        if (v->own_noise && i % 3 == 1) {
            OK(hps_dataset_set_noise(out, i, 0.005, NONE, 0.3, i % 2 ? mask : NULL));
        }
    }
    hps_dataset_destroy(all);
    return out;
}

static hps_gpr *settings(hps_context *c, const variant *v)
{
    int64_t chosen[60];
    hps_gpr *g = small_morse(c);

    OK(hps_gpr_set_real(g, "jitter", 1e-8));
    OK(hps_gpr_set_text(g, "sparse_method", "file"));
    for (int32_t i = 0; i < v->points; i++) {
        chosen[i] = 1 + 2 * i;
    }
    OK(hps_gpr_set_sparse(g, 6, v->points, chosen));
    OK(hps_gpr_set_real(g, "sigma_energy", v->sigma_energy));
    OK(hps_gpr_set_real(g, "sigma_force", 15 * v->sigma_energy));
    OK(hps_gpr_set_real(g, "sigma_virial", 0.2));
    OK(hps_gpr_set_int(g, "fit_forces", v->forces));
    OK(hps_gpr_set_int(g, "fit_virials", v->virials));
    if (v->own_noise) {
        OK(hps_gpr_set_sigma(g, "odd", 0.03, 0.1, NONE));
    }
    return g;
}

/* The slow way: a fit for each structure, with its labels and nothing else taken away. */
static void refit(const variant *v, double delta, values *out)
{
    int64_t atom = 0;

    for (int64_t i = 0; i < FRAMES; i++) {
        hps_dataset *d = data_without(v, i);
        hps_gpr *g = settings(NULL, v);
        values all;
        hps_frame f = {.struct_size = sizeof f};

        if (v->evidence) { /* it stays as it was for all, and so does jitter/delta^2 */
            double before, jitter;
            OK(hps_gpr_get(g, "delta", &before));
            OK(hps_gpr_get(g, "jitter", &jitter));
            OK(hps_gpr_set_real(g, "delta", delta));
            OK(hps_gpr_set_real(g, "jitter", jitter * delta * delta / (before * before)));
        }
        OK(hps_gpr_fit(g, d));
        OK(hps_gpr_predict(g, d, all.energy, all.forces, all.virial));
        OK(hps_dataset_frame(d, i, &f));
        out->energy[i] = all.energy[i];
        memcpy(out->forces + 3 * atom, all.forces + 3 * atom,
               (size_t)(3 * f.n_atoms) * sizeof(double));
        memcpy(out->virial + 9 * i, all.virial + 9 * i, 9 * sizeof(double));
        atom += f.n_atoms;
        hps_gpr_destroy(g);
        hps_dataset_destroy(d);
    }
}

static double left_out(const variant *v, int32_t threads, values *out)
{
    hps_dataset *d = data_without(v, -1);
    hps_context *c = NULL;
    hps_gpr_report r = {.struct_size = sizeof r};
    hps_gpr *g;

    OK(hps_context_create(&c, NULL));
    OK(hps_context_set_threads(c, threads));
    g = settings(c, v);
    OK(hps_gpr_set_text(g, "delta_method", v->evidence ? "evidence" : "given"));
    OK(hps_gpr_fit_leave_out(g, d, out->energy, out->forces, out->virial));
    OK(hps_gpr_get_report(g, &r));
    hps_gpr_destroy(g);
    hps_dataset_destroy(d);
    hps_context_destroy(c);
    return r.delta;
}

/* Known where the data have the quantity and it is fitted, and the refit's there; number of them.
 */
static int compare(int known, int n, const double *a, const double *b, double tolerance)
{
    for (int k = 0; k < n; k++) {
        ck_assert_msg(known == !isnan(a[k]), "%g", a[k]);
        ck_assert_msg(!known || fabs(a[k] - b[k]) < tolerance, "%.12g, by refits %.12g", a[k],
                      b[k]);
    }
    return known ? n : 0;
}

START_TEST(test_closed_form_is_what_refits_give)
{
    const variant *v = &variants[_i];
    hps_dataset *d = data_without(v, -1);
    values a, b;
    int64_t atom = 0;
    int n = 0;

    refit(v, left_out(v, 1, &a), &b);
    for (int64_t i = 0; i < FRAMES; i++) {
        hps_frame f = {.struct_size = sizeof f};
        double w[9];

        OK(hps_dataset_frame(d, i, &f));
        n += compare(f.has_energy, 1, a.energy + i, b.energy + i, v->tolerance);
        n += compare(v->forces && f.forces != NULL, 3 * f.n_atoms, a.forces + 3 * atom,
                     b.forces + 3 * atom, v->tolerance);
        for (int k = 0; k < 9; k++) { /* of a cluster, symmetric but for rounding */
            w[k] = 0.5 * (b.virial[9 * i + k] + b.virial[9 * i + 3 * (k % 3) + k / 3]);
        }
        n += compare(v->virials && f.virial != NULL, 9, a.virial + 9 * i, w, v->tolerance);
        atom += f.n_atoms;
    }
    ck_assert_int_ge(n, 10);
    hps_dataset_destroy(d);
}
END_TEST

/* It is no fit of the structure itself: that one is much closer to the labels. */
START_TEST(test_left_out_is_worse_than_fitted)
{
    hps_dataset *d = data_without(&variants[0], -1);
    hps_gpr *g = settings(NULL, &variants[0]), *plain = settings(NULL, &variants[0]);
    hps_errors left = {.struct_size = sizeof left}, fitted = left;
    values a, b, c;

    OK(hps_gpr_fit_leave_out(g, d, a.energy, a.forces, NULL));
    OK(hps_errors_compute(d, a.energy, a.forces, NULL, NULL, &left));
    OK(hps_gpr_score(g, d, &fitted));
    ck_assert_double_gt(left.rmse_energy_per_atom, 1.2 * fitted.rmse_energy_per_atom);
    ck_assert_double_gt(left.rmse_force, fitted.rmse_force);
    OK(hps_gpr_fit(plain, d)); /* the model is that of a fit */
    OK(hps_gpr_predict(g, d, b.energy, b.forces, NULL));
    OK(hps_gpr_predict(plain, d, c.energy, c.forces, NULL));
    ck_assert_mem_eq(b.energy, c.energy, sizeof b.energy);
    hps_gpr_destroy(plain);
    hps_gpr_destroy(g);
    hps_dataset_destroy(d);
}
END_TEST

/* Energies alone: the path has the same errors. */
START_TEST(test_energies_agree_with_the_path)
{
    hps_dataset *d = data_without(&variants[3], -1);
    hps_gpr *g = settings(NULL, &variants[3]);
    hps_errors a = {.struct_size = sizeof a}, b = a;
    hps_path *p = NULL;
    double energy[FRAMES];

    OK(hps_path_create(&p, g, d, NULL));
    OK(hps_path_loo(p, 1, 0.02, &a));
    OK(hps_gpr_set_real(g, "delta", 1));
    OK(hps_gpr_fit_leave_out(g, d, energy, NULL, NULL));
    OK(hps_errors_compute(d, energy, NULL, NULL, NULL, &b));
    ck_assert_double_eq_tol(a.rmse_energy_per_atom / b.rmse_energy_per_atom, 1, 1e-9);
    hps_path_destroy(p);
    hps_gpr_destroy(g);
    hps_dataset_destroy(d);
}
END_TEST

START_TEST(test_threads_do_not_change_a_bit)
{
    values one, three;

    memset(&one, 0, sizeof one);
    memset(&three, 0, sizeof three);
    left_out(&variants[_i], 1, &one);
    left_out(&variants[_i], 3, &three);
    ck_assert_mem_eq(&one, &three, sizeof one);
}
END_TEST

START_TEST(test_memory_is_announced)
{
    const variant *v = &variants[_i];
    hps_dataset *d = data_without(v, -1);
    hps_context *c = NULL;
    int64_t bytes = 0, peak = 0, held = 0;
    hps_gpr *g;

    OK(hps_context_create(&c, NULL));
    g = settings(c, v);
    OK(hps_gpr_leave_out_memory(g, d, &bytes));
    hps_gpr_destroy(g);
    hps_context_destroy(c);
    c = NULL;
    OK(hps_context_create(&c, NULL));
    g = settings(c, v);
    hps_context_memory(c, &held, NULL);
    OK(hps_gpr_fit_leave_out(g, d, NULL, NULL, NULL));
    hps_context_memory(c, NULL, &peak);
    peak -=
        held; /* panels of the fit are sized for blocks of rows that so few frames do not fill */
    ck_assert_msg(bytes >= peak && (double)bytes < 1.4 * (double)peak, "%lld announced, %lld held",
                  (long long)bytes, (long long)peak);
    hps_gpr_destroy(g);
    hps_context_destroy(c);
    hps_dataset_destroy(d);
}
END_TEST

START_TEST(test_refusals)
{
    hps_dataset *d = data_without(&variants[0], -1), *empty = NULL;
    hps_gpr *g = settings(NULL, &variants[0]);
    int64_t bytes;

    OK(hps_dataset_create(&empty, NULL));
    ck_assert_int_eq(hps_gpr_fit_leave_out(NULL, d, NULL, NULL, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_gpr_fit_leave_out(g, NULL, NULL, NULL, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_gpr_fit_leave_out(g, empty, NULL, NULL, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_gpr_leave_out_memory(g, NULL, &bytes), HPS_E_ARGUMENT);
    OK(hps_gpr_set_real(g, "jitter", 0));
    OK(hps_gpr_set_real(g, "delta", 1e6));
    OK(hps_gpr_set_real(g, "sigma_energy", 1e-9));
    OK(hps_gpr_set_real(g, "sigma_force", 1e-9));
    if (hps_gpr_fit_leave_out(g, d, NULL, NULL, NULL) != HPS_OK) {
        ck_assert_ptr_nonnull(strstr(hps_last_error(), "alone decides"));
    }
    hps_gpr_destroy(g);
    hps_dataset_destroy(empty);
    hps_dataset_destroy(d);
}
END_TEST

/* Make all of it by hand, so that a failing allocation is a status. */
static hps_status scenario(hps_context *c, void *user)
{
    const int32_t number[] = {6};
    const int64_t chosen[] = {1, 3, 5, 7, 9};
    double energy[FRAMES];
    hps_soap *s = NULL;
    hps_gpr *g = NULL;
    hps_status st = hps_soap_create(&s, c, 1, number);

    memset(energy, 0x55, sizeof energy);
    st = st == HPS_OK ? hps_gpr_create(&g, c, s) : st;
    st = st == HPS_OK ? hps_gpr_set_text(g, "sparse_method", "file") : st;
    st = st == HPS_OK ? hps_gpr_set_sparse(g, 6, 5, chosen) : st;
    st = st == HPS_OK ? hps_gpr_set_int(g, "fit_forces", 1) : st;
    st = st == HPS_OK ? hps_gpr_fit_leave_out(g, user, energy, NULL, NULL) : st;
    ck_assert(st == HPS_OK || ((char *)energy)[0] == 0x55);
    hps_gpr_destroy(g);
    hps_soap_destroy(s);
    return st;
}

START_TEST(test_failing_allocations)
{
    hps_dataset *d = data_without(&variants[0], -1);

    ck_assert_int_gt(fail_everywhere(scenario, d), 20);
    hps_dataset_destroy(d);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("gpr_leave_out");
    TCase *tc = tcase_create("leave_out");

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, test_closed_form_is_what_refits_give, 0, VARIANTS);
    tcase_add_test(tc, test_left_out_is_worse_than_fitted);
    tcase_add_test(tc, test_energies_agree_with_the_path);
    tcase_add_loop_test(tc, test_threads_do_not_change_a_bit, 0, VARIANTS);
    tcase_add_loop_test(tc, test_memory_is_announced, 0, 5);
    tcase_add_test(tc, test_refusals);
    tcase_add_test(tc, test_failing_allocations);
    suite_add_tcase(s, tc);
    return suite_end(s);
}
