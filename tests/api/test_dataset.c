/* SPDX-License-Identifier: BSD-3-Clause */
/* Data sets through the public interface: adding, reading files, neighbours, writing,
 * and failing allocations. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hpswarm.h"
#include "support/dataset_file.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

START_TEST(test_added_frames_come_back)
{
    const int32_t number = 26;
    const double position[] = {1e8, -2, 3};
    hps_frame f;

    ck_assert_int_eq(add_dimer(set, 1.5, "dimer"), HPS_OK);
    ck_assert_int_eq(hps_dataset_add(set, 1, &number, position, NULL, NULL, NULL, NULL, NULL, NULL),
                     HPS_OK);
    ck_assert_int_eq(hps_dataset_n_frames(set), 2);
    ck_assert_int_eq(hps_dataset_n_atoms(set), 3);
    f = frame_of(set, 0);
    ck_assert_int_eq(f.n_atoms, 2);
    ck_assert_int_eq(f.numbers[1], 8);
    ck_assert(f.positions[3] == 1.6 && f.cell[3] == 0.5 && f.virial[1] == 0.1);
    ck_assert(f.forces[0] == 1 / 1.5 && f.has_energy == 1 && f.energy == -1 / 4.5);
    ck_assert(f.periodic[0] == 1 && f.periodic[1] == 1 && f.periodic[2] == 1);
    ck_assert_str_eq(f.config_type, "dimer");
    ck_assert_str_eq(f.source, "");
    ck_assert_int_eq(f.line, 0);
    f = frame_of(set, 1);
    ck_assert(f.cell == NULL && f.forces == NULL && f.virial == NULL && f.has_energy == 0);
    ck_assert(isnan(f.energy) && f.periodic[0] == 0 && f.positions[0] == 1e8);
    ck_assert_str_eq(f.config_type, "");
    ck_assert_int_eq(f.index, 1);
}
END_TEST

START_TEST(test_what_add_refuses)
{
    int32_t z[] = {6, 8};
    double r[] = {0, 0, 0, 1, 0, 0};
    double cell[] = {5, 0, 0, 0, 5, 0, 0, 0, 5};
    const double forces[] = {0, 0, 0, 0, (double)INFINITY, 0};
    const double virial[] = {0, 0, 0, 0, 0, 0, 0, 0, (double)NAN};
    const double energy = (double)NAN;
    const int32_t all[] = {1, 1, 1};
    const int32_t odd[] = {1, 2, 1};

    refused(hps_dataset_add(NULL, 2, z, r, NULL, NULL, NULL, NULL, NULL, NULL), "the set is NULL");
    refused(hps_dataset_add(set, 2, NULL, r, NULL, NULL, NULL, NULL, NULL, NULL),
            "numbers is NULL");
    refused(hps_dataset_add(set, 2, z, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
            "positions is NULL");
    refused(hps_dataset_add(set, 0, z, r, NULL, NULL, NULL, NULL, NULL, NULL), "n = 0 atoms");
    refused(hps_dataset_add(set, 2, z, r, cell, odd, NULL, NULL, NULL, NULL),
            "periodic[1] = 2 must be 0 or 1");
    refused(hps_dataset_add(set, 2, z, r, NULL, all, NULL, NULL, NULL, NULL), "need a cell");
    refused(hps_dataset_add(set, 2, z, r, cell, NULL, &energy, NULL, NULL, NULL), "energy = nan");
    refused(hps_dataset_add(set, 2, z, r, cell, NULL, NULL, forces, NULL, NULL),
            "forces[1][1] = inf");
    refused(hps_dataset_add(set, 2, z, r, cell, NULL, NULL, NULL, virial, NULL),
            "virial[2][2] = nan");
    cell[8] = 0;
    refused(hps_dataset_add(set, 2, z, r, cell, NULL, NULL, NULL, NULL, NULL), "singular cell");
    cell[8] = 3e8;
    refused(hps_dataset_add(set, 2, z, r, cell, NULL, NULL, NULL, NULL, NULL),
            "cell[2][2] = 3e+08 must be finite and at most 1e+08");
    cell[8] = 5;
    r[3] = 5.00001;
    refused(hps_dataset_add(set, 2, z, r, cell, NULL, NULL, NULL, NULL, NULL),
            "atoms 0 and 1 are 1e-05 angstrom apart, at least 0.0001 is needed");
    r[3] = 0;
    refused(hps_dataset_add(set, 2, z, r, NULL, NULL, NULL, NULL, NULL, NULL),
            "atoms 0 and 1 are 0 angstrom apart");
    r[3] = (double)NAN;
    refused(hps_dataset_add(set, 2, z, r, NULL, NULL, NULL, NULL, NULL, NULL),
            "positions[1][0] = nan");
    r[3] = 1;
    z[1] = 119;
    refused(hps_dataset_add(set, 2, z, r, NULL, NULL, NULL, NULL, NULL, NULL),
            "numbers[1] = 119 must be in 1..118");
    ck_assert_int_eq(hps_dataset_n_frames(set), 0);
    z[1] = 118;
    ck_assert_int_eq(hps_dataset_add(set, 2, z, r, cell, NULL, NULL, NULL, NULL, NULL), HPS_OK);
}
END_TEST

START_TEST(test_other_bad_arguments)
{
    hps_frame f = {0};
    hps_dataset *a = set;
    hps_dataset *b = set;
    const int64_t frames[] = {0, 7};
    int64_t n = 0;
    int32_t i = 0;

    ck_assert_int_eq(add_dimer(set, 1, NULL), HPS_OK);
    refused(hps_dataset_create(NULL, NULL), "out is NULL");
    refused(hps_dataset_frame(set, 0, &f), "struct_size = 0");
    f.struct_size = (int32_t)sizeof f;
    refused(hps_dataset_frame(set, 1, &f), "frame 1 must be in 0..0");
    refused(hps_dataset_frame(set, -1, &f), "frame -1");
    refused(hps_dataset_frame(NULL, 0, &f), "the set is NULL");
    refused(hps_dataset_species(set, 1, NULL, &i), "species");
    refused(hps_dataset_subset(NULL, set, 1, frames), "out is NULL");
    refused(hps_dataset_subset(&a, set, 2, frames), "frames[1] = 7 must be in 0..0");
    ck_assert_ptr_null(a);
    refused(hps_dataset_subset(&a, set, -1, frames), "n = -1");
    a = set;
    refused(hps_dataset_split(set, 1.5, 1, &a, &b), "test_fraction = 1.5 must be in 0..1");
    ck_assert(a == NULL && b == NULL);
    refused(hps_dataset_split(set, 1, 1, &a, &b), "none is left to train on");
    refused(hps_dataset_split(NULL, 0.5, 1, &a, &b), "the set is NULL");
    refused(hps_dataset_split(set, 0.5, 1, NULL, &b), "train is NULL");
    refused(hps_dataset_split(set, 0.5, 1, &a, NULL), "test is NULL");
    refused(hps_dataset_split_every(set, 1, &a, &b), "every = 1 must be at least 2");
    refused(hps_dataset_split_every(set, 2, &a, &b), "none is left to train on");
    refused(hps_dataset_split_every(set, 2, &a, NULL), "test is NULL");
    refused(hps_dataset_neighbours(set, 1, 3, 0, &n, NULL, NULL, NULL), "frame 1");
    refused(hps_dataset_neighbours(set, 0, -3, 0, &n, NULL, NULL, NULL), "cutoff = -3");
    refused(hps_dataset_neighbours(set, 0, 3, 5, &n, NULL, NULL, NULL), "arrays");
    refused(hps_dataset_check(set, 1, &n, NULL), "findings");
    refused(hps_dataset_read_extxyz(set, NULL, NULL, NULL, NULL), "path is NULL");
    refused(hps_dataset_write_extxyz(NULL, path, NULL, NULL, NULL), "the set is NULL");
    ck_assert_int_eq(hps_dataset_n_frames(NULL), 0);
    ck_assert_int_eq(hps_dataset_n_atoms(NULL), 0);
    ck_assert_str_eq(hps_dataset_key(NULL, "energy"), "");
    hps_dataset_destroy(NULL);
}
END_TEST

START_TEST(test_species)
{
    const int32_t z[] = {26, 1, 26, 8};
    const double r[] = {0, 0, 0, 1, 0, 0, 2, 0, 0, 3, 0, 0};
    int32_t n = -1;
    int32_t found[3] = {0};

    ck_assert_int_eq(hps_dataset_species(set, 0, &n, NULL), HPS_OK);
    ck_assert_int_eq(n, 0);
    ck_assert_int_eq(hps_dataset_add(set, 4, z, r, NULL, NULL, NULL, NULL, NULL, NULL), HPS_OK);
    ck_assert_int_eq(hps_dataset_species(set, 2, &n, found), HPS_E_CAPACITY);
    ck_assert_int_eq(n, 3);
    ck_assert_int_eq(found[0], 0);
    ck_assert_int_eq(hps_dataset_species(set, 3, &n, found), HPS_OK);
    ck_assert(found[0] == 1 && found[1] == 8 && found[2] == 26);
}
END_TEST

START_TEST(test_files_that_cannot_be_read)
{
    ck_assert_int_eq(hps_dataset_read_extxyz(set, "no_such_file.xyz", NULL, NULL, NULL), HPS_E_IO);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "no_such_file.xyz"));
    ck_assert_int_eq(hps_dataset_read_extxyz(set, ".", NULL, NULL, NULL), HPS_E_IO);
    write_text("");
    ck_assert_int_eq(hps_dataset_read_extxyz(set, path, NULL, NULL, NULL), HPS_E_FORMAT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "the file is empty"));
    write_text("1\nProperties=species:S:1:pos:R:3 energy=1\nH 0 0 zero\n");
    ck_assert_int_eq(hps_dataset_read_extxyz(set, path, NULL, NULL, NULL), HPS_E_FORMAT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), ".xyz:3: 'zero' in column 4 (pos)"));
    write_text("1\nProperties=species:S:1:pos:R:3\nH 0 0 0\n");
    ck_assert_int_eq(hps_dataset_read_extxyz(set, path, "energy", NULL, NULL), HPS_E_FORMAT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "no frame has the energy key 'energy'"));
    ck_assert_int_eq(hps_dataset_n_frames(set), 0);
    ck_assert_int_eq(hps_dataset_read_extxyz(set, path, NULL, NULL, NULL), HPS_OK);
    ck_assert_int_eq(hps_dataset_n_frames(set), 1);
    ck_assert_str_eq(frame_of(set, 0).source, path);
}
END_TEST

static void same_bits(const double *a, const double *b, int64_t n)
{
    ck_assert_int_eq(a == NULL, b == NULL);
    ck_assert(a == NULL || memcmp(a, b, (size_t)n * sizeof *a) == 0);
}

static void same_frames(const hps_frame *a, const hps_frame *b)
{
    ck_assert_int_eq(a->n_atoms, b->n_atoms);
    ck_assert(memcmp(a->numbers, b->numbers, (size_t)a->n_atoms * sizeof *a->numbers) == 0);
    ck_assert(memcmp(a->periodic, b->periodic, sizeof a->periodic) == 0);
    same_bits(a->positions, b->positions, 3 * a->n_atoms);
    same_bits(a->forces, b->forces, 3 * a->n_atoms);
    same_bits(a->cell, b->cell, 9);
    same_bits(a->virial, b->virial, 9);
    ck_assert_int_eq(a->has_energy, b->has_energy);
    ck_assert(!a->has_energy || a->energy == b->energy);
    ck_assert_str_eq(a->config_type, b->config_type);
}

/* Frames of all kinds, with digits that do not end. */
static void add_variety(hps_dataset *d)
{
    static const char *const configs[] = {"plain", "", "two words", "a\"b\\c'd", "x=y\nz"};
    const int32_t z[] = {1, 118, 92};

    for (int32_t i = 0; i < 40; i++) {
        double r[9];
        double cell[9] = {0};
        const int32_t periodic[] = {i & 1, i >> 1 & 1, i >> 2 & 1};
        const double energy = -1e3 / (i + 3.0);
        double virial[9];

        for (int32_t k = 0; k < 9; k++) {
            r[k] = sin(i + 1.7 * k) * pow(10, k % 5 - 1);
            virial[k] = exp(-i * k) / 3;
            cell[k] = (k % 4 == 0 ? 17 : 0) + cos(i + k) / 3;
        }
        ck_assert_msg(hps_dataset_add(d, 3, z, r, i % 3 > 0 ? cell : NULL,
                                      i % 3 > 0 ? periodic : NULL, i % 4 > 0 ? &energy : NULL,
                                      i % 5 > 0 ? virial : NULL, i % 7 > 0 ? virial : NULL,
                                      configs[i % 5]) == HPS_OK,
                      "%s", hps_last_error());
    }
}

START_TEST(test_written_frames_come_back_bit_for_bit)
{
    hps_dataset *again;

    add_variety(set);
    ck_assert_int_eq(hps_dataset_write_extxyz(set, path, NULL, NULL, NULL), HPS_OK);
    ck_assert_int_eq(hps_dataset_create(&again, NULL), HPS_OK);
    ck_assert_msg(hps_dataset_read_extxyz(again, path, NULL, NULL, NULL) == HPS_OK, "%s",
                  hps_last_error());
    ck_assert_int_eq(hps_dataset_n_frames(again), 40);
    for (int64_t i = 0; i < 40; i++) {
        const hps_frame a = frame_of(set, i);
        const hps_frame b = frame_of(again, i);
        same_frames(&a, &b);
    }
    hps_dataset_destroy(again);
}
END_TEST

START_TEST(test_write_with_other_labels)
{
    const double energy[] = {1.0 / 3, 2.0 / 3};
    const double forces[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    double virial[18];
    hps_dataset *again;
    hps_frame f;

    for (int32_t i = 0; i < 18; i++) {
        virial[i] = i / 7.0;
    }
    ck_assert_int_eq(add_dimer(set, 1, "a"), HPS_OK);
    ck_assert_int_eq(add_dimer(set, 2, "b"), HPS_OK);
    ck_assert_int_eq(hps_dataset_write_extxyz(set, path, energy, forces, virial), HPS_OK);
    ck_assert_int_eq(hps_dataset_create(&again, NULL), HPS_OK);
    ck_assert_int_eq(hps_dataset_read_extxyz(again, path, "energy", "forces", "virial"), HPS_OK);
    f = frame_of(again, 1);
    ck_assert(f.energy == energy[1]);
    same_bits(f.forces, forces + 6, 6);
    same_bits(f.virial, virial + 9, 9);
    ck_assert_str_eq(f.config_type, "b");
    hps_dataset_destroy(again);

    virial[10] = (double)NAN;
    refused(hps_dataset_write_extxyz(set, path, energy, forces, virial), "virial[10] = nan");
    ck_assert_int_eq(hps_dataset_write_extxyz(set, "no_such_folder/x.xyz", NULL, NULL, NULL),
                     HPS_E_IO);
}
END_TEST

START_TEST(test_neighbours)
{
    int32_t centre[8];
    int32_t neighbour[8];
    double vector[24] = {0};
    int64_t n = -1;

    ck_assert_int_eq(add_dimer(set, 1.5, ""), HPS_OK);
    ck_assert_int_eq(hps_dataset_neighbours(set, 0, 3, 0, &n, NULL, NULL, NULL), HPS_OK);
    ck_assert_int_eq(n, 2);
    n = 0;
    ck_assert_int_eq(hps_dataset_neighbours(set, 0, 3, 1, &n, centre, neighbour, vector),
                     HPS_E_CAPACITY);
    ck_assert_int_eq(n, 2);
    ck_assert(vector[0] == 0);
    ck_assert_int_eq(hps_dataset_neighbours(set, 0, 3, 8, &n, centre, neighbour, vector), HPS_OK);
    ck_assert_int_eq(n, 2);
    ck_assert(centre[0] == 0 && neighbour[0] == 1 && centre[1] == 1 && neighbour[1] == 0);
    ck_assert_double_eq_tol(vector[0], 1.5, 1e-15);
    ck_assert(vector[3] == -vector[0] && vector[1] == 0 && vector[5] == 0);
    ck_assert_int_eq(hps_dataset_neighbours(set, 0, 9.0001, 0, &n, NULL, NULL, NULL), HPS_OK);
    ck_assert_int_eq(n, 8); /* the pair at 1.5 and 7.5, and both atoms' images along a at 9 */
}
END_TEST

/* Everything that allocates, in one go. */
static hps_status scenario(hps_context *c, void *user)
{
    hps_dataset *d = NULL;
    hps_dataset *train = NULL;
    hps_dataset *test = NULL;
    int64_t n;
    hps_status s = hps_dataset_create(&d, c);

    if (s == HPS_OK) {
        s = hps_dataset_read_extxyz(d, user, NULL, NULL, NULL);
        ck_assert_int_eq(hps_dataset_n_frames(d), s == HPS_OK ? 9 : 0);
    }
    if (s == HPS_OK) {
        s = add_dimer(d, 1.1, "dimer");
        ck_assert_int_eq(hps_dataset_n_frames(d), s == HPS_OK ? 10 : 9);
    }
    if (s == HPS_OK) {
        s = hps_dataset_split(d, 0.5, 1, &train, &test);
        ck_assert_int_eq(train != NULL, s == HPS_OK);
        ck_assert_int_eq(test != NULL, s == HPS_OK);
    }
    if (s == HPS_OK) {
        s = hps_dataset_neighbours(d, 9, 20, 0, &n, NULL, NULL, NULL);
    }
    if (s == HPS_OK) {
        s = hps_dataset_check(d, 0, &n, NULL);
    }
    if (s == HPS_OK) {
        hps_dataset_destroy(train);
        hps_dataset_destroy(test);
        s = hps_dataset_split_every(d, 2, &train, &test);
        ck_assert_int_eq(train != NULL, s == HPS_OK);
    }
    if (s == HPS_OK) {
        s = hps_dataset_write_extxyz(d, user, NULL, NULL, NULL);
        if (s == HPS_OK) { /* as it was before, for the next run */
            write_text("");
        }
    }
    hps_dataset_destroy(d);
    hps_dataset_destroy(train);
    hps_dataset_destroy(test);
    return s;
}

START_TEST(test_failing_allocations)
{
    static const char frame[] = "30\nLattice=\"9 0 0 0 9 0 0 0 9\" "
                                "Properties=species:S:1:pos:R:3:forces:R:3 energy=-%d "
                                "stress='1 2 3 4 5 6' config_type=\"a \\\" b\"\n";
    FILE *f = fopen(path, "wb");

    ck_assert_ptr_nonnull(f);
    for (int32_t i = 0; i < 9; i++) {
        fprintf(f, frame, i + 100);
        for (int32_t k = 0; k < 30; k++) {
            fprintf(f, "C %d %d %d.5 0 0 %d\n", k % 3, k / 3 % 3, k / 9, i);
        }
    }
    ck_assert_int_eq(fclose(f), 0);
    ck_assert_int_gt(fail_everywhere(scenario, path), 60);
}
END_TEST

START_TEST(test_memory_limit_is_respected)
{
    hps_context *c;
    int64_t held = -1;

    add_variety(set);
    ck_assert_int_eq(hps_dataset_write_extxyz(set, path, NULL, NULL, NULL), HPS_OK);
    hps_dataset_destroy(set);
    ck_assert_int_eq(hps_context_create(&c, NULL), HPS_OK);
    ck_assert_int_eq(hps_context_set_memory_limit(c, 100000), HPS_OK);
    ck_assert_int_eq(hps_dataset_create(&set, c), HPS_OK);
    ck_assert_int_eq(hps_dataset_read_extxyz(set, path, NULL, NULL, NULL), HPS_E_MEMORY);
    ck_assert_int_eq(hps_dataset_n_frames(set), 0);
    ck_assert_int_eq(hps_context_set_memory_limit(c, 0), HPS_OK);
    ck_assert_int_eq(hps_dataset_read_extxyz(set, path, NULL, NULL, NULL), HPS_OK);
    ck_assert_int_eq(hps_dataset_n_frames(set), 40);
    hps_dataset_destroy(set);
    set = NULL;
    ck_assert_int_eq(hps_context_memory(c, &held, NULL), HPS_OK);
    ck_assert_int_eq(held, 0);
    hps_context_destroy(c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dataset");
    TCase *tc = tcase_create("all");

    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, fresh, drop);
    tcase_add_test(tc, test_added_frames_come_back);
    tcase_add_test(tc, test_what_add_refuses);
    tcase_add_test(tc, test_other_bad_arguments);
    tcase_add_test(tc, test_species);
    tcase_add_test(tc, test_files_that_cannot_be_read);
    tcase_add_test(tc, test_written_frames_come_back_bit_for_bit);
    tcase_add_test(tc, test_write_with_other_labels);
    tcase_add_test(tc, test_neighbours);
    tcase_add_test(tc, test_failing_allocations);
    tcase_add_test(tc, test_memory_limit_is_respected);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
