/* SPDX-License-Identifier: BSD-3-Clause */
/* The model's public face: options, states, reports and errors. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/gpr_world.h"
#include "support/suite.h"

/* ---------------------------------------------------------------- options */

START_TEST(test_options_are_kept_and_checked)
{
    world w = new_world();
    hps_gpr *g = w.model;
    double v;

    ck_assert_int_eq(hps_gpr_set_real(g, "zeta", 5.52), HPS_OK);
    ck_assert_int_eq(hps_gpr_get(g, "zeta", &v), HPS_OK);
    ck_assert_double_eq(v, 5.52);
    ck_assert_int_eq(hps_gpr_set_int(g, "delta", 3), HPS_OK);
    ck_assert_int_eq(hps_gpr_get(g, "delta", &v), HPS_OK);
    ck_assert_double_eq(v, 3.0);
    ck_assert_int_eq(hps_gpr_set_text(g, "sparse_method", "all"), HPS_OK);
    ck_assert_int_eq(hps_gpr_get(g, "sparse_method", &v), HPS_OK);
    ck_assert_double_eq(v, 2.0);
    ck_assert_int_eq(hps_gpr_get(g, "n_sparse:C", &v), HPS_OK);
    ck_assert_double_eq(v, 12.0);
    ck_assert_int_eq(hps_gpr_set_int(g, "n_sparse:C", 4), HPS_OK);
    ck_assert_int_eq(hps_gpr_get(g, "n_sparse:C", &v), HPS_OK);
    ck_assert_double_eq(v, 4.0);
    ck_assert_int_eq(hps_gpr_get(g, "n_sparse:H", &v), HPS_OK);
    ck_assert_double_eq(v, 12.0);
    ck_assert_int_eq(hps_gpr_set_real(g, "e0:H", -13.6), HPS_OK);
    ck_assert_int_eq(hps_gpr_get(g, "e0:H", &v), HPS_OK);
    ck_assert_double_eq(v, -13.6);
    ck_assert_int_eq(hps_gpr_get(g, "e0:C", &v), HPS_OK);
    ck_assert_double_eq(v, 0.0);
    check_message(hps_gpr_set_real(g, "zeat", 1), HPS_E_OPTION, "zeta");
    check_message(hps_gpr_set_real(g, "zeta", -1), HPS_E_OPTION, "-1");
    check_message(hps_gpr_set_real(g, "zeta:C", 1), HPS_E_OPTION, "zeta");
    check_message(hps_gpr_set_text(g, "sparse_method", "best"), HPS_E_OPTION,
                  "cur|random|all|file");
    check_message(hps_gpr_set_text(g, "sparse_method", NULL), HPS_E_ARGUMENT, "NULL");
    check_message(hps_gpr_set_real(NULL, "zeta", 1), HPS_E_ARGUMENT, "NULL");
    check_message(hps_gpr_get(g, "zeta", NULL), HPS_E_ARGUMENT, "zeta");
    end_world(&w);
}
END_TEST

START_TEST(test_clone_copies_settings_not_the_fit)
{
    world w = new_world();
    static const int64_t list[] = {3, 1};
    hps_gpr *copy;
    double v;

    ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(w.model, "n_sparse:H", 5), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_sparse(w.model, 1, 2, list), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_sparse(w.model, 6, 1, list), HPS_OK);
    ck_assert_int_eq(hps_gpr_clone(&copy, w.model), HPS_OK);
    ck_assert_int_eq(hps_gpr_get(copy, "n_sparse:H", &v), HPS_OK);
    ck_assert_double_eq(v, 5.0);
    check_message(hps_gpr_predict(copy, w.train, &v, NULL, NULL), HPS_E_STATE, "not been fitted");
    ck_assert_int_eq(hps_gpr_set_text(copy, "sparse_method", "file"), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(copy, w.train), HPS_OK);
    ck_assert_ptr_nonnull(hps_gpr_soap(copy));
    ck_assert_ptr_null(hps_gpr_soap(NULL));
    hps_gpr_destroy(copy);
    check_message(hps_gpr_clone(&copy, NULL), HPS_E_ARGUMENT, "NULL");
    check_message(hps_gpr_clone(NULL, w.model), HPS_E_ARGUMENT, "out");
    check_message(hps_gpr_create(NULL, NULL, w.soap), HPS_E_ARGUMENT, "out");
    check_message(hps_gpr_create(&copy, NULL, NULL), HPS_E_ARGUMENT, "descriptor");
    ck_assert_ptr_null(copy);
    hps_gpr_destroy(NULL);
    end_world(&w);
}
END_TEST

START_TEST(test_changed_options_do_not_touch_the_fit)
{
    world w = new_world();
    double before[6];
    double after[6];

    ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
    ck_assert_int_eq(hps_gpr_predict(w.model, w.train, before, NULL, NULL), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_real(w.model, "delta", 7), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_real(w.model, "zeta", 2), HPS_OK);
    ck_assert_int_eq(hps_gpr_predict(w.model, w.train, after, NULL, NULL), HPS_OK);
    ck_assert_mem_eq(before, after, sizeof before);
    ck_assert_int_eq(hps_gpr_set_soap(w.model, w.soap), HPS_OK);
    check_message(hps_gpr_predict(w.model, w.train, after, NULL, NULL), HPS_E_STATE, "fitted");
    check_message(hps_gpr_set_soap(w.model, NULL), HPS_E_ARGUMENT, "NULL");
    end_world(&w);
}
END_TEST

/* ----------------------------------------------------------------- states */

START_TEST(test_wrong_calls_are_refused_with_a_reason)
{
    world w = new_world();
    hps_dataset *empty = atoms_dataset(w.context);
    hps_dataset *bare = atoms_dataset(w.context);
    hps_dataset *other = atoms_dataset(w.context);
    hps_gpr_report r = {.struct_size = (int32_t)sizeof r};
    hps_errors e = {.struct_size = (int32_t)sizeof e};
    atoms a = atoms_grid(2, 1, 1, 0, 0, 0);
    double v[6];
    int32_t n;
    int64_t bytes;

    atoms_add(bare, &a, 0, NULL);
    a.numbers[1] = 8;
    atoms_add(other, &a, ATOMS_ENERGY, NULL);
    check_message(hps_gpr_predict(w.model, w.train, v, NULL, NULL), HPS_E_STATE, "fitted");
    check_message(hps_gpr_score(w.model, w.train, &e), HPS_E_STATE, "fitted");
    check_message(hps_gpr_get_report(w.model, &r), HPS_E_STATE, "fitted");
    check_message(hps_gpr_element(w.model, 6, &n, v), HPS_E_STATE, "fitted");
    check_message(hps_gpr_save(w.model, "nowhere"), HPS_E_STATE, "fitted");
    check_message(hps_gpr_fit(w.model, NULL), HPS_E_ARGUMENT, "NULL");
    check_message(hps_gpr_fit(w.model, empty), HPS_E_ARGUMENT, "no structures");
    check_message(hps_gpr_fit(w.model, bare), HPS_E_OPTION, "no training frame has an energy");
    check_message(hps_gpr_fit(w.model, other), HPS_E_OPTION, "element O of frame 0");
    check_message(hps_gpr_memory(w.model, NULL, &bytes), HPS_E_ARGUMENT, "NULL");
    ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
    check_message(hps_gpr_fit(w.model, other), HPS_E_OPTION, "element O of frame 0");
    ck_assert_int_eq(hps_gpr_predict(w.model, bare, v, NULL, NULL), HPS_OK); /* the fit is kept */
    ck_assert_int_eq(hps_gpr_predict(w.model, empty, v, NULL, NULL), HPS_OK);
    check_message(hps_gpr_predict(w.model, other, v, NULL, NULL), HPS_E_OPTION, "element O");
    check_message(hps_gpr_predict(w.model, NULL, v, NULL, NULL), HPS_E_ARGUMENT, "NULL");
    check_message(hps_gpr_score(w.model, NULL, &e), HPS_E_ARGUMENT, "NULL");
    check_message(hps_gpr_element(w.model, 119, &n, v), HPS_E_ARGUMENT, "119");
    r.struct_size = 4;
    check_message(hps_gpr_get_report(w.model, &r), HPS_E_ARGUMENT, "struct_size");
    ck_assert_int_eq(hps_gpr_fit(w.model, bare), HPS_E_OPTION);
    hps_dataset_destroy(other);
    hps_dataset_destroy(bare);
    hps_dataset_destroy(empty);
    end_world(&w);
}
END_TEST

START_TEST(test_model_without_an_element_refuses_it)
{
    world w = new_world();
    hps_dataset *carbon = atoms_dataset(w.context);
    atoms a = atoms_grid(2, 2, 1, 0, 0, 0);
    double e[6] = {1, 2, 3, 4, 5, 6};

    atoms_add(carbon, &a, ATOMS_ENERGY, NULL);
    ck_assert_int_eq(hps_gpr_fit(w.model, carbon), HPS_OK);
    check_message(hps_gpr_predict(w.model, w.train, e, NULL, NULL), HPS_E_OPTION, "frame 0 has H");
    ck_assert_double_eq(e[0], 1.0); /* untouched */
    hps_dataset_destroy(carbon);
    end_world(&w);
}
END_TEST

START_TEST(test_missing_forces_are_said)
{
    world w = new_world();
    char said[2000] = "";
    hps_dataset *d = atoms_dataset(w.context);
    atoms a = atoms_grid(2, 2, 2, 1, 0, 0);
    hps_gpr_report r = {.struct_size = (int32_t)sizeof r};

    atoms_add(d, &a, ATOMS_ENERGY, NULL);
    ck_assert_int_eq(hps_context_set_log(w.context, HPS_LOG_WARN, remember, said), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(w.model, "n_sparse", 4), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(w.model, d), HPS_OK);
    ck_assert_str_eq(said, "");
    ck_assert_int_eq(hps_gpr_set_int(w.model, "fit_forces", 1), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(w.model, "fit_virials", 1), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(w.model, d), HPS_OK);
    ck_assert_ptr_nonnull(strstr(said, "no training frame has forces"));
    ck_assert_ptr_nonnull(strstr(said, "no training frame has a virial"));
    ck_assert_int_eq(hps_gpr_get_report(w.model, &r), HPS_OK);
    ck_assert_int_eq(r.n_rows, 1);
    hps_dataset_destroy(d);
    end_world(&w);
}
END_TEST

START_TEST(test_report_counts_rows)
{
    world w = new_world();
    hps_gpr_report r = {.struct_size = (int32_t)sizeof r};
    int64_t n = hps_dataset_n_atoms(w.train);

    ck_assert_int_eq(hps_gpr_set_int(w.model, "fit_forces", 1), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(w.model, "fit_virials", 1), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
    ck_assert_int_eq(hps_gpr_get_report(w.model, &r), HPS_OK);
    ck_assert_int_eq(r.n_structures, 6);
    ck_assert_int_eq(r.n_atoms, n);
    ck_assert_int_eq(r.n_rows, 6 + 3 * n + 6 * 6);
    ck_assert_int_eq(r.n_sparse, 12);
    ck_assert_double_ge(r.seconds_descriptors, 0.0);
    ck_assert_double_gt(r.seconds_covariance, 0.0);
    ck_assert_double_gt(r.seconds_solve, 0.0);
    end_world(&w);
}
END_TEST

/* ----------------------------------------------------------------- errors */

START_TEST(test_errors_are_those_of_the_definitions)
{
    hps_context *c = atoms_context(1);
    hps_dataset *d = atoms_dataset(c);
    hps_errors e = {.struct_size = (int32_t)sizeof e};
    atoms a = atoms_grid(2, 1, 1, 0, 0, 1);
    atoms b = atoms_grid(2, 2, 1, 0, 1, 2);
    double energy[3];
    double forces[3 * 8];
    double virial[27];

    atoms_add(d, &a, ATOMS_ENERGY | ATOMS_FORCES, "a");
    atoms_add(d, &b, ATOMS_ALL, "b");
    atoms_add(d, &a, 0, "a");   /* without references */
    energy[0] = a.energy + 0.2; /* 0.1 per atom */
    energy[1] = b.energy - 0.8; /* 0.2 per atom */
    energy[2] = 5;
    for (int i = 0; i < 24; i++) {
        forces[i] = i < 6 ? a.forces[i] + 0.1 : i < 18 ? b.forces[i - 6] - 0.3 : 7;
    }
    for (int i = 0; i < 27; i++) {
        virial[i] = i >= 9 && i < 18 ? b.virial[i - 9] + 0.4 : 9;
    }
    ck_assert_int_eq(hps_errors_compute(d, energy, forces, virial, NULL, &e), HPS_OK);
    ck_assert_int_eq(e.n_structures, 2);
    ck_assert_int_eq(e.n_atoms, 8);
    ck_assert_int_eq(e.n_force_components, 18);
    ck_assert_int_eq(e.n_virials, 1);
    ck_assert_double_eq_tol(e.rmse_energy_per_atom, sqrt((0.01 + 0.04) / 2), 1e-12);
    ck_assert_double_eq_tol(e.mae_energy_per_atom, 0.15, 1e-12);
    ck_assert_double_eq_tol(e.mae_energy_per_structure, 0.5, 1e-12);
    ck_assert_double_eq_tol(e.rmse_force, sqrt((6 * 0.01 + 12 * 0.09) / 18), 1e-12);
    ck_assert_double_eq_tol(e.mae_force, (6 * 0.1 + 12 * 0.3) / 18, 1e-12);
    ck_assert_double_eq_tol(e.rmse_virial_per_atom, 0.1, 1e-12);
    ck_assert_int_eq(hps_errors_compute(d, energy, NULL, virial, "a", &e), HPS_OK);
    ck_assert_int_eq(e.n_structures, 1);
    ck_assert_int_eq(e.n_atoms, 4);
    ck_assert_double_eq_tol(e.mae_energy_per_structure, 0.2, 1e-12);
    ck_assert(isnan(e.rmse_force) && isnan(e.mae_force) && isnan(e.rmse_virial_per_atom));
    ck_assert_int_eq(hps_errors_compute(d, energy, forces, virial, "none", &e), HPS_OK);
    ck_assert_int_eq(e.n_atoms, 0);
    ck_assert(isnan(e.rmse_energy_per_atom));
    e.struct_size = 8;
    check_message(hps_errors_compute(d, energy, NULL, NULL, NULL, &e), HPS_E_ARGUMENT, "8");
    check_message(hps_errors_compute(NULL, energy, NULL, NULL, NULL, &e), HPS_E_ARGUMENT, "NULL");
    hps_dataset_destroy(d);
    hps_context_destroy(c);
}
END_TEST

START_TEST(test_score_is_predict_and_compare)
{
    world w = new_world();
    hps_errors e = {.struct_size = (int32_t)sizeof e};
    hps_errors expected = e;
    double energy[6];
    double *forces = calloc((size_t)hps_dataset_n_atoms(w.train) * 3, sizeof *forces);
    double virial[54];

    ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
    ck_assert_int_eq(hps_gpr_score(w.model, w.train, &e), HPS_OK);
    ck_assert_int_eq(hps_gpr_predict(w.model, w.train, energy, forces, virial), HPS_OK);
    ck_assert_int_eq(hps_errors_compute(w.train, energy, forces, virial, NULL, &expected), HPS_OK);
    ck_assert_mem_eq(&e, &expected, sizeof e);
    ck_assert_double_lt(e.rmse_energy_per_atom, 0.05);
    free(forces);
    end_world(&w);
}
END_TEST

START_TEST(test_forces_in_the_fit_lower_the_force_error)
{
    world w = new_world();
    hps_errors without = {.struct_size = (int32_t)sizeof without};
    hps_errors with = without;

    ck_assert_int_eq(hps_gpr_set_text(w.model, "sparse_method", "all"), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
    ck_assert_int_eq(hps_gpr_score(w.model, w.train, &without), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(w.model, "fit_forces", 1), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_real(w.model, "sigma_force", 0.01), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
    ck_assert_int_eq(hps_gpr_score(w.model, w.train, &with), HPS_OK);
    ck_assert_double_lt(with.rmse_force, 0.3 * without.rmse_force);
    end_world(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gpr");
    TCase *tc = tcase_create("all");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_options_are_kept_and_checked);
    tcase_add_test(tc, test_clone_copies_settings_not_the_fit);
    tcase_add_test(tc, test_changed_options_do_not_touch_the_fit);
    tcase_add_test(tc, test_wrong_calls_are_refused_with_a_reason);
    tcase_add_test(tc, test_model_without_an_element_refuses_it);
    tcase_add_test(tc, test_missing_forces_are_said);
    tcase_add_test(tc, test_report_counts_rows);
    tcase_add_test(tc, test_errors_are_those_of_the_definitions);
    tcase_add_test(tc, test_score_is_predict_and_compare);
    tcase_add_test(tc, test_forces_in_the_fit_lower_the_force_error);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
