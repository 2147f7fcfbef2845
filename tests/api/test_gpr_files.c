/* SPDX-License-Identifier: BSD-3-Clause */
/* Models in files; every allocation of a model's life. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/failing_allocator.h"
#include "support/gpr_world.h"
#include "support/suite.h"

/* ------------------------------------------------------------------ files */

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
    Suite *suite = suite_create("gpr_files");
    TCase *tc = tcase_create("all");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_a_loaded_model_predicts_the_same_bits);
    tcase_add_test(tc, test_given_points_survive_a_file);
    tcase_add_test(tc, test_damaged_files_are_refused);
    tcase_add_test(tc, test_every_allocation_may_fail);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
