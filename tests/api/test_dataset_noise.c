/* SPDX-License-Identifier: BSD-3-Clause */
/* The noise that a frame brings along for a fit: given, read, written, refused. */
#include <check.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hpswarm/dataset.h"
#include "support/suite.h"

#define OK(call) ck_assert_int_eq((call), HPS_OK)

static char path[64];

static hps_dataset *dimers(int32_t n)
{
    const int32_t number[] = {6, 6};
    hps_dataset *d = NULL;

    OK(hps_dataset_create(&d, NULL));
    for (int32_t i = 0; i < n; i++) {
        const double x[] = {0, 0, 0, 1.2 + 0.1 * i, 0, 0};
        OK(hps_dataset_add(d, 2, number, x, NULL, NULL, NULL, x, NULL, "dimer"));
    }
    return d;
}

static hps_frame frame_of(const hps_dataset *d, int64_t i)
{
    hps_frame f = {.struct_size = (int32_t)sizeof f};

    OK(hps_dataset_frame(d, i, &f));
    return f;
}

static void has_none(const hps_frame *f)
{
    ck_assert(isnan(f->energy_sigma) && isnan(f->force_sigma) && isnan(f->virial_sigma));
    ck_assert_ptr_null(f->force_mask);
}

static hps_status read_text(hps_dataset *d, const char *text)
{
    FILE *f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    ck_assert_int_eq(fclose(f), 0);
    return hps_dataset_read_extxyz(d, path, NULL, NULL, NULL);
}

START_TEST(test_given_and_taken_back)
{
    const int32_t mask[] = {0, 1};
    hps_dataset *d = dimers(2), *before = NULL;
    const int64_t both[] = {0, 1};
    hps_frame f;

    OK(hps_dataset_subset(&before, d, 2, both));
    OK(hps_dataset_set_noise(d, 1, 0.125, (double)NAN, 3, mask));
    f = frame_of(d, 1);
    ck_assert(f.energy_sigma == 0.125 && isnan(f.force_sigma) && f.virial_sigma == 3);
    ck_assert_int_eq(f.force_mask[0], 0);
    ck_assert_int_eq(f.force_mask[1], 1);
    ck_assert(f.positions[3] == 1.2 + 0.1 && f.forces[3] == f.positions[3]);
    ck_assert_str_eq(f.config_type, "dimer");
    ck_assert_int_eq(f.index, 1);
    f = frame_of(d, 0);
    has_none(&f);
    f = frame_of(before, 1);
    has_none(&f);
    OK(hps_dataset_set_noise(d, 1, (double)NAN, (double)NAN, (double)NAN, NULL));
    f = frame_of(d, 1);
    has_none(&f);
    hps_dataset_destroy(before);
    hps_dataset_destroy(d);
}
END_TEST

/* A program that was built with the struct without these fields. */
START_TEST(test_the_shorter_frame)
{
    const int32_t size = (int32_t)offsetof(hps_frame, energy_sigma);
    hps_dataset *d = dimers(1);
    hps_frame f;

    memset(&f, 0x55, sizeof f);
    f.struct_size = size;
    OK(hps_dataset_frame(d, 0, &f));
    ck_assert_int_eq(f.struct_size, size);
    ck_assert_int_eq(f.n_atoms, 2);
    for (size_t i = (size_t)size; i < sizeof f; i++) {
        ck_assert_int_eq(((unsigned char *)&f)[i], 0x55);
    }
    f.struct_size = size - 8;
    ck_assert_int_eq(hps_dataset_frame(d, 0, &f), HPS_E_ARGUMENT);
    hps_dataset_destroy(d);
}
END_TEST

START_TEST(test_read_and_written)
{
    static const char text[] =
        "2\nProperties=species:S:1:force_mask:L:1:pos:R:3:forces:R:3 energy=-1 energy_sigma=0.1 "
        "Force_Sigma=2e-3 virial_sigma=\"7\"\nC T 0 0 0 1 2 3\nC F 0 0 1.3 4 5 6\n"
        "2\nProperties=species:S:1:pos:R:3 energy=-1\nC 0 0 0\nC 0 0 1.3\n"
        "1\nProperties=species:S:1:pos:R:3:force_mask:I:1 energy_sigma=1e-12\nC 0 0 0 1\n";
    hps_dataset *d = NULL, *again = NULL;

    OK(hps_dataset_create(&d, NULL));
    OK(hps_dataset_create(&again, NULL));
    OK(read_text(d, text));
    for (int i = 0; i < 2; i++) {
        const hps_dataset *s = i == 0 ? d : again;
        hps_frame f = frame_of(s, 0);
        ck_assert(f.energy_sigma == 0.1 && f.force_sigma == 2e-3 && f.virial_sigma == 7);
        ck_assert_int_eq(f.force_mask[0], 1);
        ck_assert_int_eq(f.force_mask[1], 0);
        ck_assert(f.forces[2] == 3 && f.forces[5] == 6 && f.positions[5] == 1.3);
        f = frame_of(s, 1);
        has_none(&f);
        f = frame_of(s, 2);
        ck_assert(f.energy_sigma == 1e-12 && isnan(f.force_sigma));
        ck_assert_int_eq(f.force_mask[0], 1);
        if (i == 0) {
            OK(hps_dataset_write_extxyz(d, path, NULL, NULL, NULL));
            OK(hps_dataset_read_extxyz(again, path, NULL, NULL, NULL));
        }
    }
    hps_dataset_destroy(d);
    hps_dataset_destroy(again);
}
END_TEST

/* gap_fit's columns; the components' goes before the atom's, whatever the order. */
START_TEST(test_noise_of_single_forces)
{
    static const char text[] =
        "2\nProperties=species:S:1:pos:R:3:force_atom_sigma:R:1:forces:R:3 energy=-1\n"
        "C 0 0 0 0.5 1 2 3\nC 0 0 1.3 0.25 4 5 6\n"
        "1\nProperties=species:S:1:force_component_sigma:R:3:pos:R:3:Force_Atom_Sigma:R:1\n"
        "C 1 2 3 0 0 0 9\n"
        "1\nProperties=species:S:1:pos:R:3 energy=-1\nC 0 0 0\n";
    const double wanted[] = {0.5, 0.5, 0.5, 0.25, 0.25, 0.25}, other[] = {1, 2, 3};
    double set[6] = {1, 2, 3, 4, 5, 1e-12};
    const int64_t one = 0;
    hps_dataset *d = NULL, *again = NULL, *part = NULL;

    OK(hps_dataset_create(&d, NULL));
    OK(hps_dataset_create(&again, NULL));
    OK(read_text(d, text));
    OK(hps_dataset_write_extxyz(d, path, NULL, NULL, NULL));
    OK(hps_dataset_read_extxyz(again, path, NULL, NULL, NULL));
    for (int i = 0; i < 2; i++) {
        const hps_dataset *s = i == 0 ? d : again;
        ck_assert_mem_eq(hps_dataset_force_sigmas(s, 0), wanted, sizeof wanted);
        ck_assert_mem_eq(hps_dataset_force_sigmas(s, 1), other, sizeof other);
        ck_assert_ptr_null(hps_dataset_force_sigmas(s, 2));
        ck_assert(frame_of(s, 0).forces[5] == 6);
    }
    OK(hps_dataset_subset(&part, d, 1, &one));
    OK(hps_dataset_set_force_sigmas(d, 0, set));
    ck_assert_mem_eq(hps_dataset_force_sigmas(d, 0), set, sizeof set);
    ck_assert_mem_eq(hps_dataset_force_sigmas(part, 0), wanted, sizeof wanted);
    OK(hps_dataset_set_noise(d, 0, 1, (double)NAN, (double)NAN, NULL)); /* stays */
    ck_assert_mem_eq(hps_dataset_force_sigmas(d, 0), set, sizeof set);
    set[4] = 0;
    ck_assert_int_eq(hps_dataset_set_force_sigmas(d, 0, set), HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "sigma[4] = 0 must be"));
    ck_assert_double_eq(hps_dataset_force_sigmas(d, 0)[4], 5);
    OK(hps_dataset_set_force_sigmas(d, 0, NULL));
    ck_assert_ptr_null(hps_dataset_force_sigmas(d, 0));
    ck_assert_int_eq(hps_dataset_set_force_sigmas(d, 3, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_dataset_set_force_sigmas(NULL, 0, NULL), HPS_E_ARGUMENT);
    ck_assert_ptr_null(hps_dataset_force_sigmas(d, -1));
    ck_assert_ptr_null(hps_dataset_force_sigmas(NULL, 0));
    hps_dataset_destroy(part);
    hps_dataset_destroy(d);
    hps_dataset_destroy(again);
}
END_TEST

/* gap_fit's nine numbers; six as ASE writes a virial; none where the next frame has none. */
START_TEST(test_noise_of_components_of_the_virial)
{
    static const char text[] =
        "1\nProperties=species:S:1:pos:R:3 virial_component_sigma=\"1 2 3 4 5 6 7 8 9\"\nC 0 0 0\n"
        "1\nVirial_Component_Sigma=\"1 2 3 4.5 5 6\" Properties=species:S:1:pos:R:3\nC 0 0 0\n"
        "1\nProperties=species:S:1:pos:R:3 virial_sigma=3\nC 0 0 0\n";
    const double nine[] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, six[] = {1, 6, 5, 6, 2, 4.5, 5, 4.5, 3};
    const double none = (double)NAN;
    double set[9] = {1, 2, 3, 4, 5, 6, 7, 8, 1e-12}, forces[3] = {1, 2, 3};
    const int64_t one = 0;
    hps_dataset *d = NULL, *again = NULL, *part = NULL;

    OK(hps_dataset_create(&d, NULL));
    OK(hps_dataset_create(&again, NULL));
    OK(read_text(d, text));
    OK(hps_dataset_write_extxyz(d, path, NULL, NULL, NULL));
    OK(hps_dataset_read_extxyz(again, path, NULL, NULL, NULL));
    for (int i = 0; i < 2; i++) {
        const hps_dataset *s = i == 0 ? d : again;
        ck_assert_mem_eq(hps_dataset_virial_sigmas(s, 0), nine, sizeof nine);
        ck_assert_mem_eq(hps_dataset_virial_sigmas(s, 1), six, sizeof six);
        ck_assert_ptr_null(hps_dataset_virial_sigmas(s, 2));
        ck_assert_double_eq(frame_of(s, 2).virial_sigma, 3);
    }
    OK(hps_dataset_subset(&part, d, 1, &one));
    OK(hps_dataset_set_force_sigmas(d, 0, forces)); /* each leaves the other */
    OK(hps_dataset_set_virial_sigmas(d, 0, set));
    OK(hps_dataset_set_noise(d, 0, 1, none, none, NULL));
    ck_assert_mem_eq(hps_dataset_virial_sigmas(d, 0), set, sizeof set);
    ck_assert_mem_eq(hps_dataset_force_sigmas(d, 0), forces, sizeof forces);
    ck_assert_mem_eq(hps_dataset_virial_sigmas(part, 0), nine, sizeof nine);
    set[3] = -1;
    ck_assert_int_eq(hps_dataset_set_virial_sigmas(d, 0, set), HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "sigma[3] = -1 must be"));
    ck_assert_double_eq(hps_dataset_virial_sigmas(d, 0)[3], 4);
    OK(hps_dataset_set_virial_sigmas(d, 0, NULL));
    ck_assert_ptr_null(hps_dataset_virial_sigmas(d, 0));
    ck_assert_mem_eq(hps_dataset_force_sigmas(d, 0), forces, sizeof forces);
    ck_assert_int_eq(hps_dataset_set_virial_sigmas(d, 3, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_dataset_set_virial_sigmas(NULL, 0, NULL), HPS_E_ARGUMENT);
    ck_assert_ptr_null(hps_dataset_virial_sigmas(d, -1));
    ck_assert_ptr_null(hps_dataset_virial_sigmas(NULL, 0));
    hps_dataset_destroy(part);
    hps_dataset_destroy(d);
    hps_dataset_destroy(again);
}
END_TEST

/* gap_fit passes over a number of the header that has neither point nor exponent. */
START_TEST(test_whole_numbers_are_written_for_gap_fit)
{
    static const char text[] =
        "1\nProperties=species:S:1:pos:R:3 energy=-3 energy_sigma=2 force_sigma=1e-12 "
        "virial_sigma=0.5 virial_component_sigma=\"1 2 3 4 5 6\"\nC 0 0 0\n";
    char written[512] = "";
    hps_dataset *d = NULL;
    FILE *f;

    OK(hps_dataset_create(&d, NULL));
    OK(read_text(d, text));
    OK(hps_dataset_write_extxyz(d, path, NULL, NULL, NULL));
    f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_gt((int)fread(written, 1, sizeof written - 1, f), 0);
    fclose(f);
    ck_assert_msg(strstr(written,
                         " energy=-3.0 energy_sigma=2.0 force_sigma=9.9999999999999998e-13 "
                         "virial_sigma=0.5 virial_component_sigma=\"1.0 6.0 5.0 6.0 2.0 "
                         "4.0 5.0 4.0 3.0\" pbc") != NULL,
                  "%s", written);
    hps_dataset_destroy(d);
}
END_TEST

static const struct {
    const char *text, *message;
} bad[] = {
    {"1\nenergy_sigma=0 Properties=species:S:1:pos:R:3\nC 0 0 0\n", ":2: energy_sigma = 0 must be"},
    {"1\nforce_sigma=-1 Properties=species:S:1:pos:R:3\nC 0 0 0\n", ":2: force_sigma = -1 must be"},
    {"1\nvirial_sigma=\"1 2\" Properties=species:S:1:pos:R:3\nC 0 0 0\n",
     "virial_sigma = '1 2' must be one number"},
    {"1\nenergy_sigma=nan Properties=species:S:1:pos:R:3\nC 0 0 0\n", "'nan' in energy_sigma"},
    {"1\nenergy_sigma=low Properties=species:S:1:pos:R:3\nC 0 0 0\n", "'low' in energy_sigma"},
    {"1\nvirial_component_sigma=\"1 2 3 4 5\" Properties=species:S:1:pos:R:3\nC 0 0 0\n",
     ":2: virial_component_sigma has 5 numbers, it must have 9 or 6"},
    {"1\nvirial_component_sigma=3.0 Properties=species:S:1:pos:R:3\nC 0 0 0\n",
     ":2: virial_component_sigma has 1 numbers, it must have 9 or 6"},
    {"1\nvirial_component_sigma=\"\" Properties=species:S:1:pos:R:3\nC 0 0 0\n",
     ":2: virial_component_sigma has 0 numbers"},
    {"1\nvirial_component_sigma=\"1 2 3 0 5 6 7 8 9\" Properties=species:S:1:pos:R:3\nC 0 0 0\n",
     ":2: virial_component_sigma = 0 must be in 1e-12..1e+06"},
    {"1\nvirial_component_sigma=\"1 2 3 4 5 -6\" Properties=species:S:1:pos:R:3\nC 0 0 0\n",
     ":2: virial_component_sigma = -6 must be"},
    {"1\nvirial_component_sigma=\"1 2 3 4 5 six\" Properties=species:S:1:pos:R:3\nC 0 0 0\n",
     "'six' in virial_component_sigma is not a number"},
    {"1\nProperties=species:S:1:pos:R:3:force_mask:L:1\nC 0 0 0 x\n",
     ":3: 'x' in column force_mask must be T or F"},
    {"1\nProperties=species:S:1:pos:R:3:force_atom_sigma:R:1\nC 0 0 0 0\n",
     ":3: force_atom_sigma = 0 must be"},
    {"1\nProperties=species:S:1:pos:R:3:force_atom_sigma:R:1\nC 0 0 0 x\n",
     "'x' in column 5 (force_atom_sigma) is not a number"},
    {"1\nProperties=species:S:1:pos:R:3:force_atom_sigma:R:3\nC 0 0 0 1 1 1\n",
     "force_atom_sigma:R:1"},
    {"1\nProperties=species:S:1:pos:R:3:force_component_sigma:R:1\nC 0 0 0 1\n",
     "force_component_sigma:R:3"},
    {"1\nProperties=species:S:1:pos:R:3:force_component_sigma:R:3\nC 0 0 0 1 -1 1\n",
     "force_component_sigma = -1 must be"},
    {"1\nProperties=species:S:1:pos:R:3:force_mask:L:3\nC 0 0 0 T T T\n", "force_mask:L:1"},
    {"1\nProperties=species:S:1:force_mask:L:1:pos:R:3:force_mask:L:1\nC T 0 0 0 T\n",
     "second column for 'force_mask'"},
};

START_TEST(test_bad_text_is_refused)
{
    hps_dataset *d = NULL;

    OK(hps_dataset_create(&d, NULL));
    ck_assert_int_eq(read_text(d, bad[_i].text), HPS_E_FORMAT);
    ck_assert_msg(strstr(hps_last_error(), bad[_i].message) != NULL, "'%s' is not in: %s",
                  bad[_i].message, hps_last_error());
    ck_assert_int_eq(hps_dataset_n_frames(d), 0);
    hps_dataset_destroy(d);
}
END_TEST

START_TEST(test_bad_calls_are_refused)
{
    const int32_t mask[] = {0, 2};
    const double none = (double)NAN;
    hps_dataset *d = dimers(1);
    hps_frame f;

    ck_assert_int_eq(hps_dataset_set_noise(NULL, 0, 1, 1, 1, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_dataset_set_noise(d, 1, 1, 1, 1, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_dataset_set_noise(d, -1, 1, 1, 1, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_dataset_set_noise(d, 0, 0, none, none, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_dataset_set_noise(d, 0, none, -1, none, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_dataset_set_noise(d, 0, none, none, (double)INFINITY, NULL),
                     HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "virial_sigma"));
    ck_assert_int_eq(hps_dataset_set_noise(d, 0, none, none, none, mask), HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "force_mask[1] = 2"));
    f = frame_of(d, 0);
    has_none(&f);
    hps_dataset_destroy(d);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dataset_noise");
    TCase *tc = tcase_create("all");
    int failed;

    snprintf(path, sizeof path, "dataset_noise_%ld.xyz", (long)getpid());
    tcase_add_test(tc, test_given_and_taken_back);
    tcase_add_test(tc, test_the_shorter_frame);
    tcase_add_test(tc, test_read_and_written);
    tcase_add_test(tc, test_noise_of_single_forces);
    tcase_add_test(tc, test_noise_of_components_of_the_virial);
    tcase_add_test(tc, test_whole_numbers_are_written_for_gap_fit);
    tcase_add_loop_test(tc, test_bad_text_is_refused, 0, (int)(sizeof bad / sizeof bad[0]));
    tcase_add_test(tc, test_bad_calls_are_refused);
    suite_add_tcase(suite, tc);
    failed = suite_end(suite);
    remove(path);
    return failed;
}
