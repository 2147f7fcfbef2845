/* SPDX-License-Identifier: BSD-3-Clause */
/* What a fit chooses: energies of free atoms, sparse points, the jitter. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "support/gpr_world.h"
#include "support/suite.h"

/* --------------------------------------------------------------------- e0 */

static void check_e0(const world *w, double carbon, double hydrogen)
{
    double c;
    double h;

    ck_assert_msg(hps_gpr_fit(w->model, w->train) == HPS_OK, "%s", hps_last_error());
    ck_assert_int_eq(hps_gpr_element(w->model, 6, NULL, &c), HPS_OK);
    ck_assert_int_eq(hps_gpr_element(w->model, 1, NULL, &h), HPS_OK);
    ck_assert_double_eq_tol(c, carbon, 1e-9);
    ck_assert_double_eq_tol(h, hydrogen, 1e-9);
}

START_TEST(test_e0_given_and_average)
{
    world w = new_world();
    double sum = 0;

    ck_assert_int_eq(hps_gpr_set_text(w.model, "e0_method", "given"), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_real(w.model, "e0", -2), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_real(w.model, "e0:H", -1), HPS_OK);
    check_e0(&w, -2, -1);
    for (int64_t i = 0; i < hps_dataset_n_frames(w.train); i++) {
        hps_frame f = {.struct_size = (int32_t)sizeof f};

        ck_assert_int_eq(hps_dataset_frame(w.train, i, &f), HPS_OK);
        sum += f.energy / f.n_atoms;
    }
    ck_assert_int_eq(hps_gpr_set_text(w.model, "e0_method", "average"), HPS_OK);
    check_e0(&w, sum / 6, sum / 6);
    end_world(&w);
}
END_TEST

START_TEST(test_e0_fit_finds_the_energies_of_a_sum)
{
    world w = new_world();
    hps_dataset *d = atoms_dataset(w.context);

    for (uint64_t i = 0; i < 5; i++) {
        atoms a = atoms_grid(2, 2, 1 + (int32_t)i % 3, i != 2, 0, i);

        a.energy = 0;
        for (int32_t j = 0; j < a.n; j++) {
            a.energy += a.numbers[j] == 6 ? -37.5 : -13.25;
        }
        atoms_add(d, &a, i == 3 ? 0 : ATOMS_ENERGY, NULL); /* one without an energy */
    }
    hps_dataset_destroy(w.train);
    w.train = d;
    check_e0(&w, -37.5, -13.25);
    end_world(&w);
}
END_TEST

START_TEST(test_e0_fit_shares_evenly_what_cannot_be_told_apart)
{
    world w = new_world();
    hps_dataset *d = atoms_dataset(w.context);

    for (int i = 0; i < 3; i++) {
        static const int32_t z[] = {6, 1};
        double x[6] = {0, 0, 0, 1.0 + 0.1 * i, 0, 0};
        double e = -30;

        ck_assert_int_eq(hps_dataset_add(d, 2, z, x, NULL, NULL, &e, NULL, NULL, NULL), HPS_OK);
    }
    hps_dataset_destroy(w.train);
    w.train = d;
    check_e0(&w, -15, -15);
    end_world(&w);
}
END_TEST

static void add_atom(hps_dataset *d, int32_t z, double e)
{
    static const double x[3] = {0.3, 0, 0};

    ck_assert_int_eq(hps_dataset_add(d, 1, &z, x, NULL, NULL, &e, NULL, NULL, NULL), HPS_OK);
}

START_TEST(test_e0_isolated_needs_one_lonely_atom_per_element)
{
    world w = new_world();
    static const double cell[9] = {2, 0, 0, 0, 2, 0, 0, 0, 2};
    static const double x[3] = {0, 0, 0};
    static const int32_t carbon = 6;
    double e = -99;

    ck_assert_int_eq(hps_gpr_set_text(w.model, "e0_method", "isolated"), HPS_OK);
    /* not alone: its images are near */
    ck_assert_int_eq(hps_dataset_add(w.train, 1, &carbon, x, cell, NULL, &e, NULL, NULL, NULL),
                     HPS_OK);
    add_atom(w.train, 1, -13);
    check_message(hps_gpr_fit(w.model, w.train), HPS_E_OPTION, "no frame is a single C atom");
    add_atom(w.train, 6, -37);
    check_e0(&w, -37, -13);
    add_atom(w.train, 6, -38);
    check_message(hps_gpr_fit(w.model, w.train), HPS_E_OPTION, "frames 8 and 9 are both");
    end_world(&w);
}
END_TEST

/* ---------------------------------------------------------- sparse points */

static int32_t points(const world *w, int32_t z)
{
    int32_t n;

    ck_assert_int_eq(hps_gpr_element(w->model, z, &n, NULL), HPS_OK);
    return n;
}

START_TEST(test_sparse_points_are_shared_out_in_proportion)
{
    world w = new_world();
    hps_dataset *d = atoms_dataset(w.context);
    static const int32_t totals[] = {12, 10, 1, 36};
    static const int32_t carbons[] = {8, 7, 1, 24};

    for (uint64_t i = 0; i < 3; i++) { /* 24 carbon and 12 hydrogen atoms */
        atoms a = atoms_grid(3, 2, 2, 1, 0, i);

        atoms_add(d, &a, ATOMS_ENERGY, NULL);
    }
    hps_dataset_destroy(w.train);
    w.train = d;
    for (int k = 0; k < 4; k++) {
        ck_assert_int_eq(hps_gpr_set_int(w.model, "n_sparse", totals[k]), HPS_OK);
        ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
        ck_assert_int_eq(points(&w, 6), carbons[k]);
        ck_assert_int_eq(points(&w, 1), totals[k] == 1 ? 1 : totals[k] - carbons[k]);
    }
    ck_assert_int_eq(hps_gpr_set_int(w.model, "n_sparse:H", 5), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(w.model, "n_sparse", 11), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
    ck_assert_int_eq(points(&w, 6), 6);
    ck_assert_int_eq(points(&w, 1), 5);
    end_world(&w);
}
END_TEST

START_TEST(test_too_many_sparse_points_are_clamped_and_said)
{
    world w = new_world();
    char said[2000] = "";
    hps_gpr_report r = {.struct_size = (int32_t)sizeof r};
    atoms again = atoms_grid(2, 2, 1, 1, 0, 0); /* frame 0 a second time: duplicates */

    atoms_add(w.train, &again, ATOMS_ENERGY, NULL);
    ck_assert_int_eq(hps_context_set_log(w.context, HPS_LOG_INFO, remember, said), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(w.model, "n_sparse:C", 45), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(w.model, "n_sparse:H", 2), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
    ck_assert_msg(strstr(said, "n_sparse = 45 of C is above its") != NULL, "said: %s", said);
    ck_assert_ptr_null(strstr(said, "of H"));
    ck_assert_ptr_null(strstr(said, "of Fe"));
    ck_assert_int_eq(hps_gpr_set_int(w.model, "n_sparse:Fe", 3), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
    ck_assert_msg(strstr(said, "n_sparse = 3 of Fe, of which there are no environments") != NULL,
                  "said: %s", said);
    ck_assert_int_eq(hps_gpr_get_report(w.model, &r), HPS_OK);
    ck_assert_int_eq(r.n_sparse, points(&w, 6) + 2);
    ck_assert_int_lt(points(&w, 6), 45);
    ck_assert_int_eq(hps_gpr_set_text(w.model, "sparse_method", "all"), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
    /* 48 environments in the first six frames, the copy of the first adds none */
    ck_assert_int_eq(points(&w, 6) + points(&w, 1), 48);
    end_world(&w);
}
END_TEST

START_TEST(test_seed_decides_the_sparse_points)
{
    static const char *const methods[] = {"cur", "random"};

    for (int k = 0; k < 2; k++) {
        world w = new_world();
        int64_t list[3][12];
        int32_t n;

        ck_assert_int_eq(hps_gpr_set_text(w.model, "sparse_method", methods[k]), HPS_OK);
        ck_assert_int_eq(hps_gpr_set_int(w.model, "n_sparse:C", 10), HPS_OK);
        for (int i = 0; i < 3; i++) {
            ck_assert_int_eq(hps_gpr_set_int(w.model, "seed", i < 2 ? 5 : 6), HPS_OK);
            ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
            ck_assert_int_eq(hps_gpr_sparse(w.model, 6, 12, &n, list[i]), HPS_OK);
            ck_assert_int_eq(n, 10);
            for (int j = 1; j < n; j++) {
                ck_assert_int_lt(list[i][j - 1], list[i][j]);
            }
        }
        ck_assert_mem_eq(list[0], list[1], 10 * sizeof(int64_t));
        ck_assert(memcmp(list[0], list[2], 10 * sizeof(int64_t)) != 0);
        end_world(&w);
    }
}
END_TEST

START_TEST(test_given_sparse_points_are_used)
{
    world w = new_world();
    static const int64_t carbon[] = {7, 2, 30};
    static const int64_t hydrogen[] = {1};
    static const int64_t twice[] = {4, 2, 4};
    static const int64_t zero[] = {0, 1};
    static const int64_t beyond[] = {1000};
    int64_t list[3];
    int32_t n;

    ck_assert_int_eq(hps_gpr_set_text(w.model, "sparse_method", "file"), HPS_OK);
    check_message(hps_gpr_fit(w.model, w.train), HPS_E_OPTION, "no sparse points of H");
    ck_assert_int_eq(hps_gpr_set_sparse(w.model, 6, 3, carbon), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_sparse(w.model, 1, 1, hydrogen), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
    ck_assert_int_eq(hps_gpr_sparse(w.model, 6, 0, &n, NULL), HPS_OK);
    ck_assert_int_eq(n, 3);
    check_message(hps_gpr_sparse(w.model, 6, 2, &n, list), HPS_E_CAPACITY, "3 sparse points");
    ck_assert_int_eq(n, 3);
    ck_assert_int_eq(hps_gpr_sparse(w.model, 6, 3, &n, list), HPS_OK);
    ck_assert_int_eq(list[0], 2);
    ck_assert_int_eq(list[1], 7);
    ck_assert_int_eq(list[2], 30);
    ck_assert_int_eq(hps_gpr_sparse(w.model, 8, 3, &n, list), HPS_OK);
    ck_assert_int_eq(n, 0);
    check_message(hps_gpr_sparse(w.model, 6, 3, NULL, list), HPS_E_ARGUMENT, "NULL");
    check_message(hps_gpr_set_sparse(w.model, 6, 3, twice), HPS_E_ARGUMENT, "4 is given twice");
    check_message(hps_gpr_set_sparse(w.model, 6, 2, zero), HPS_E_ARGUMENT, "0 must be >= 1");
    check_message(hps_gpr_set_sparse(w.model, 0, 1, hydrogen), HPS_E_ARGUMENT, "atomic number 0");
    check_message(hps_gpr_set_sparse(w.model, 6, 2, NULL), HPS_E_ARGUMENT, "NULL");
    ck_assert_int_eq(hps_gpr_set_sparse(w.model, 1, 1, beyond), HPS_OK);
    check_message(hps_gpr_fit(w.model, w.train), HPS_E_OPTION, "1000 of H must be 1 to");
    ck_assert_int_eq(hps_gpr_set_sparse(w.model, 1, 0, NULL), HPS_OK);
    check_message(hps_gpr_fit(w.model, w.train), HPS_E_OPTION, "no sparse points of H");
    end_world(&w);
}
END_TEST

START_TEST(test_singular_covariance_raises_the_jitter_and_says_so)
{
    world w = new_world();
    static const int64_t list[] = {1, 9}; /* frames 0 and 6 are equal */
    static const int64_t hydrogen[] = {1};
    char said[2000] = "";
    hps_gpr_report r = {.struct_size = (int32_t)sizeof r};
    hps_dataset *d = atoms_dataset(w.context);
    atoms a = atoms_grid(2, 3, 2, 1, 0, 0);

    atoms_add(d, &a, ATOMS_ENERGY, NULL);
    atoms_add(d, &a, ATOMS_ENERGY, NULL);
    ck_assert_int_eq(hps_context_set_log(w.context, HPS_LOG_WARN, remember, said), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_text(w.model, "sparse_method", "file"), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_sparse(w.model, 6, 2, list), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_sparse(w.model, 1, 1, hydrogen), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_real(w.model, "jitter", 0), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(w.model, d), HPS_OK);
    ck_assert_int_eq(hps_gpr_get_report(w.model, &r), HPS_OK);
    ck_assert_double_gt(r.jitter, 0.0);
    ck_assert_ptr_nonnull(strstr(said, "raised to"));
    hps_dataset_destroy(d);
    end_world(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gpr_choices");
    TCase *tc = tcase_create("all");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_e0_given_and_average);
    tcase_add_test(tc, test_e0_fit_finds_the_energies_of_a_sum);
    tcase_add_test(tc, test_e0_fit_shares_evenly_what_cannot_be_told_apart);
    tcase_add_test(tc, test_e0_isolated_needs_one_lonely_atom_per_element);
    tcase_add_test(tc, test_sparse_points_are_shared_out_in_proportion);
    tcase_add_test(tc, test_too_many_sparse_points_are_clamped_and_said);
    tcase_add_test(tc, test_seed_decides_the_sparse_points);
    tcase_add_test(tc, test_given_sparse_points_are_used);
    tcase_add_test(tc, test_singular_covariance_raises_the_jitter_and_says_so);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
