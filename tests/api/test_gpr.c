/* SPDX-License-Identifier: BSD-3-Clause */
/* The model's public face: options, choices of e0 and sparse points, errors, files. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/atoms.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

typedef struct world {
    hps_context *context;
    hps_soap *soap;
    hps_gpr *model;
    hps_dataset *train;
} world;

static hps_gpr *small_model(hps_context *c, const hps_soap *s)
{
    hps_gpr *g;

    ck_assert_int_eq(hps_gpr_create(&g, c, s), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_real(g, "sigma_energy", 0.01), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(g, "n_sparse", 12), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_text(g, "e0_method", "fit"), HPS_OK);
    return g;
}

static world new_world(void)
{
    world w;

    w.context = atoms_context(2);
    w.soap = atoms_soap(w.context, 3, 2);
    w.model = small_model(w.context, w.soap);
    w.train = atoms_dataset(w.context);
    for (uint64_t i = 0; i < 6; i++) {
        atoms a = atoms_grid(2, 2, 1 + (int32_t)(i % 3), i % 2 == 0, i == 4, i);

        atoms_add(w.train, &a, ATOMS_ALL, i < 3 ? "small" : "rest");
    }
    return w;
}

static void end_world(world *w)
{
    hps_dataset_destroy(w->train);
    hps_gpr_destroy(w->model);
    hps_soap_destroy(w->soap);
    hps_context_destroy(w->context);
}

static void check_message(hps_status got, hps_status expected, const char *part)
{
    ck_assert_msg(got == expected, "%s instead of %s: %s", hps_status_name(got),
                  hps_status_name(expected), hps_last_error());
    ck_assert_msg(strstr(hps_last_error(), part) != NULL, "'%s' does not say '%s'",
                  hps_last_error(), part);
}

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

static void remember(int32_t level, const char *message, void *user)
{
    if (level == HPS_LOG_WARN) {
        strncat(user, message, 400);
    }
}

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

/* ------------------------------------------------------------------ files */

static void temporary(char path[64])
{
    int fd;

    strcpy(path, "test_gpr_model_XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static int64_t read_all(const char *path, unsigned char **data)
{
    FILE *f = fopen(path, "rb");
    int64_t n;

    ck_assert_ptr_nonnull(f);
    fseek(f, 0, SEEK_END);
    n = ftell(f);
    rewind(f);
    *data = malloc((size_t)n);
    ck_assert_int_eq((int64_t)fread(*data, 1, (size_t)n, f), n);
    fclose(f);
    return n;
}

static void write_all(const char *path, const unsigned char *data, int64_t n)
{
    FILE *f = fopen(path, "wb");

    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq((int64_t)fwrite(data, 1, (size_t)n, f), n);
    ck_assert_int_eq(fclose(f), 0);
}

START_TEST(test_a_loaded_model_predicts_the_same_bits)
{
    world w = new_world();
    char path[64];
    hps_gpr *loaded;
    int64_t n3 = 3 * hps_dataset_n_atoms(w.train);
    double energy[12];
    double virial[108];
    double *forces = calloc((size_t)(2 * n3), sizeof *forces);
    double v;
    int32_t n;
    hps_gpr_report a = {.struct_size = (int32_t)sizeof a};
    hps_gpr_report b = a;

    temporary(path);
    ck_assert_int_eq(hps_gpr_set_real(w.model, "e0:C", -5), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(w.model, "n_sparse:H", 3), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_real(w.model, "zeta", 2.25), HPS_OK);
    ck_assert_int_eq(hps_gpr_save(w.model, path), HPS_OK);
    ck_assert_int_eq(hps_gpr_load(&loaded, NULL, path), HPS_OK);
    ck_assert_int_eq(hps_gpr_predict(w.model, w.train, energy, forces, virial), HPS_OK);
    ck_assert_int_eq(hps_gpr_predict(loaded, w.train, energy + 6, forces + n3, virial + 54),
                     HPS_OK);
    ck_assert_mem_eq(energy, energy + 6, 6 * sizeof *energy);
    ck_assert_mem_eq(forces, forces + n3, (size_t)n3 * sizeof *forces);
    ck_assert_mem_eq(virial, virial + 54, 54 * sizeof *virial);
    ck_assert_int_eq(hps_gpr_get(loaded, "zeta", &v), HPS_OK);
    ck_assert_double_eq(v, 2.25);
    ck_assert_int_eq(hps_gpr_get(loaded, "e0:C", &v), HPS_OK);
    ck_assert_double_eq(v, -5.0);
    ck_assert_int_eq(hps_gpr_get(loaded, "n_sparse:H", &v), HPS_OK);
    ck_assert_double_eq(v, 3.0);
    ck_assert_int_eq(hps_gpr_element(loaded, 1, &n, NULL), HPS_OK);
    ck_assert_int_eq(n, 3);
    ck_assert_int_eq(hps_gpr_sparse(loaded, 1, 0, &n, NULL), HPS_OK);
    ck_assert_int_eq(n, 0);
    ck_assert_int_eq(hps_gpr_get_report(w.model, &a), HPS_OK);
    ck_assert_int_eq(hps_gpr_get_report(loaded, &b), HPS_OK);
    ck_assert_int_eq(a.n_rows, b.n_rows);
    ck_assert_double_eq(a.jitter, b.jitter);
    ck_assert_int_eq(hps_gpr_fit(loaded, w.train), HPS_OK); /* it can be trained again */
    hps_gpr_destroy(loaded);
    unlink(path);
    free(forces);
    end_world(&w);
}
END_TEST

START_TEST(test_given_points_survive_a_file)
{
    world w = new_world();
    static const int64_t carbon[] = {7, 2, 30};
    static const int64_t hydrogen[] = {1};
    int64_t list[3];
    int32_t n;
    char path[64];
    hps_gpr *loaded;

    temporary(path);
    ck_assert_int_eq(hps_gpr_set_sparse(w.model, 6, 3, carbon), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_sparse(w.model, 1, 1, hydrogen), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_text(w.model, "sparse_method", "file"), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
    ck_assert_int_eq(hps_gpr_save(w.model, path), HPS_OK);
    ck_assert_int_eq(hps_gpr_load(&loaded, w.context, path), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(loaded, w.train), HPS_OK);
    ck_assert_int_eq(hps_gpr_sparse(loaded, 6, 3, &n, list), HPS_OK);
    ck_assert_int_eq(list[2], 30);
    hps_gpr_destroy(loaded);
    unlink(path);
    end_world(&w);
}
END_TEST

START_TEST(test_damaged_files_are_refused)
{
    world w = new_world();
    char path[64];
    unsigned char *data;
    int64_t n;
    hps_gpr *loaded;

    temporary(path);
    ck_assert_int_eq(hps_gpr_set_int(w.model, "n_sparse", 3), HPS_OK);
    ck_assert_int_eq(hps_gpr_fit(w.model, w.train), HPS_OK);
    ck_assert_int_eq(hps_gpr_save(w.model, path), HPS_OK);
    n = read_all(path, &data);
    for (int64_t i = 0; i < n; i += 1 + n / 97) {
        data[i] ^= 0x24;
        write_all(path, data, n);
        loaded = w.model;
        check_message(hps_gpr_load(&loaded, NULL, path), HPS_E_FORMAT, path);
        ck_assert_ptr_null(loaded);
        data[i] ^= 0x24;
    }
    for (int64_t i = 0; i < n; i += 1 + n / 31) {
        write_all(path, data, i);
        check_message(hps_gpr_load(&loaded, NULL, path), HPS_E_FORMAT, path);
    }
    unlink(path);
    check_message(hps_gpr_load(&loaded, NULL, path), HPS_E_IO, path);
    check_message(hps_gpr_save(w.model, "/no/such/folder/model"), HPS_E_IO, "/no/such/folder");
    check_message(hps_gpr_save(w.model, NULL), HPS_E_ARGUMENT, "path");
    check_message(hps_gpr_load(&loaded, NULL, NULL), HPS_E_ARGUMENT, "path");
    check_message(hps_gpr_load(NULL, NULL, path), HPS_E_ARGUMENT, "out");
    free(data);
    end_world(&w);
}
END_TEST

/* ----------------------------------------------------- allocation failure */

static hps_status tiny_set(hps_context *c, hps_dataset **d)
{
    static const int32_t z[] = {6, 1, 6};
    hps_status s = hps_dataset_create(d, c);

    for (int i = 0; s == HPS_OK && i < 3; i++) {
        double x[9] = {0, 0, 0, 1.0 + 0.1 * i, 0, 0, 0, 1.3, 0.1 * i};
        double e = -1.0 * i;
        double f[9] = {0.1, 0.2};
        double cell[9] = {4, 0, 0, 0, 4, 0, 0, 0, 4};
        double v[9] = {0.3};

        s = hps_dataset_add(*d, 3, z, x, cell, NULL, &e, f, v, NULL);
    }
    return s;
}

static hps_status tiny_fit(hps_context *c, hps_gpr **g, hps_soap **soap, const hps_dataset *d)
{
    static const int32_t z[] = {6, 1};
    static const int64_t list[] = {1};
    hps_status s = hps_soap_create(soap, c, 2, z);

    s = s == HPS_OK ? hps_soap_set_int(*soap, "n_max", 2) : s;
    s = s == HPS_OK ? hps_soap_set_int(*soap, "l_max", 1) : s;
    s = s == HPS_OK ? hps_soap_set_real(*soap, "rcut_soft", 2) : s;
    s = s == HPS_OK ? hps_soap_set_real(*soap, "rcut_hard", 2.5) : s;
    s = s == HPS_OK ? hps_gpr_create(g, c, *soap) : s;
    s = s == HPS_OK ? hps_gpr_set_int(*g, "n_sparse", 3) : s;
    s = s == HPS_OK ? hps_gpr_set_int(*g, "fit_forces", 1) : s;
    s = s == HPS_OK ? hps_gpr_set_int(*g, "fit_virials", 1) : s;
    s = s == HPS_OK ? hps_gpr_set_sparse(*g, 1, 1, list) : s;
    s = s == HPS_OK ? hps_gpr_set_text(*g, "e0_method", "fit") : s;
    s = s == HPS_OK ? hps_gpr_set_int(*g, "refine", 1) : s;
    return s == HPS_OK ? hps_gpr_fit(*g, d) : s;
}

static hps_status life_of_a_model(hps_context *c, void *user)
{
    hps_dataset *d = NULL;
    hps_soap *soap = NULL;
    hps_gpr *g = NULL;
    hps_gpr *copy = NULL;
    hps_gpr *loaded = NULL;
    hps_errors e = {.struct_size = (int32_t)sizeof e};
    int64_t bytes;
    hps_status s = hps_context_set_threads(c, 1);

    s = s == HPS_OK ? tiny_set(c, &d) : s;
    s = s == HPS_OK ? tiny_fit(c, &g, &soap, d) : s;
    s = s == HPS_OK ? hps_gpr_score(g, d, &e) : s;
    s = s == HPS_OK ? hps_gpr_memory(g, d, &bytes) : s;
    s = s == HPS_OK ? hps_gpr_clone(&copy, g) : s;
    s = s == HPS_OK ? hps_gpr_set_soap(copy, soap) : s;
    s = s == HPS_OK ? hps_gpr_save(g, user) : s;
    s = s == HPS_OK ? hps_gpr_load(&loaded, c, user) : s;
    hps_gpr_destroy(loaded);
    hps_gpr_destroy(copy);
    hps_gpr_destroy(g);
    hps_soap_destroy(soap);
    hps_dataset_destroy(d);
    return s;
}

START_TEST(test_every_allocation_may_fail)
{
    char path[64];

    temporary(path);
    ck_assert_int_gt(fail_everywhere(life_of_a_model, path), 50);
    unlink(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gpr");
    TCase *tc = tcase_create("gpr");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_options_are_kept_and_checked);
    tcase_add_test(tc, test_clone_copies_settings_not_the_fit);
    tcase_add_test(tc, test_changed_options_do_not_touch_the_fit);
    tcase_add_test(tc, test_e0_given_and_average);
    tcase_add_test(tc, test_e0_fit_finds_the_energies_of_a_sum);
    tcase_add_test(tc, test_e0_fit_shares_evenly_what_cannot_be_told_apart);
    tcase_add_test(tc, test_e0_isolated_needs_one_lonely_atom_per_element);
    tcase_add_test(tc, test_sparse_points_are_shared_out_in_proportion);
    tcase_add_test(tc, test_too_many_sparse_points_are_clamped_and_said);
    tcase_add_test(tc, test_seed_decides_the_sparse_points);
    tcase_add_test(tc, test_given_sparse_points_are_used);
    tcase_add_test(tc, test_singular_covariance_raises_the_jitter_and_says_so);
    tcase_add_test(tc, test_wrong_calls_are_refused_with_a_reason);
    tcase_add_test(tc, test_model_without_an_element_refuses_it);
    tcase_add_test(tc, test_missing_forces_are_said);
    tcase_add_test(tc, test_report_counts_rows);
    tcase_add_test(tc, test_errors_are_those_of_the_definitions);
    tcase_add_test(tc, test_score_is_predict_and_compare);
    tcase_add_test(tc, test_forces_in_the_fit_lower_the_force_error);
    tcase_add_test(tc, test_a_loaded_model_predicts_the_same_bits);
    tcase_add_test(tc, test_given_points_survive_a_file);
    tcase_add_test(tc, test_damaged_files_are_refused);
    tcase_add_test(tc, test_every_allocation_may_fail);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
