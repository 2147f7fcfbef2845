/* SPDX-License-Identifier: BSD-3-Clause */
/* Extended XYZ in the forms that other programs write it. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dataset/extxyz.h"
#include "support/suite.h"

static hps_dataset *set;

static void fresh(void)
{
    ck_assert_int_eq(hps_dataset_create(&set, NULL), HPS_OK);
}

static void drop(void)
{
    hps_dataset_destroy(set);
}

static void read_keys(const char *text, const char *energy, const char *forces, const char *virial)
{
    const char *const keys[] = {energy, forces, virial};
    const hps_status s = hpsi_dataset_parse(set, "t.xyz", text, (int64_t)strlen(text), keys);

    ck_assert_msg(s == HPS_OK, "%s\n%s", hps_last_error(), text);
}

/* The first frame of a text in a set of its own. */
static hps_frame read_one(const char *text)
{
    hps_frame f = {0};

    hps_dataset_destroy(set);
    fresh();
    read_keys(text, NULL, NULL, NULL);
    f.struct_size = (int32_t)sizeof f;
    ck_assert_int_eq(hps_dataset_frame(set, 0, &f), HPS_OK);
    return f;
}

static void check_reals(const double *v, const double *wanted, int32_t n)
{
    ck_assert_ptr_nonnull(v);
    for (int32_t i = 0; i < n; i++) {
        ck_assert_msg(v[i] == wanted[i], "item %d: %.17g, wanted %.17g", i, v[i], wanted[i]);
    }
}

START_TEST(test_everything_of_a_frame)
{
    const double cell[] = {10, 0, 0, 1, 11, 0, 0, 2, 12};
    const double positions[] = {0.5, 0.25, 0, 1.5, -0.125, 3};
    const double forces[] = {1, 2, 3, -1, -2, -3.5};
    const double virial[] = {1, 2, 3, 2, 4, 5, 3, 5, 6};
    const hps_frame f =
        read_one("2\n"
                 "Lattice=\"10 0 0 1 11 0 0 2 12\" Properties=species:S:1:pos:R:3:forces:R:3 "
                 "energy=-12.5 virial=\"1 2 3 2 4 5 3 5 6\" config_type=dimer pbc=\"T F T\"\n"
                 "C 0.5 0.25 0.0 1 2 3\n"
                 "O 1.5 -0.125 3.0 -1 -2 -3.5\n");

    ck_assert_int_eq(f.n_atoms, 2);
    ck_assert_int_eq(f.numbers[0], 6);
    ck_assert_int_eq(f.numbers[1], 8);
    check_reals(f.cell, cell, 9);
    check_reals(f.positions, positions, 6);
    check_reals(f.forces, forces, 6);
    check_reals(f.virial, virial, 9);
    ck_assert_int_eq(f.has_energy, 1);
    ck_assert(f.energy == -12.5);
    ck_assert_int_eq(f.periodic[0], 1);
    ck_assert_int_eq(f.periodic[1], 0);
    ck_assert_int_eq(f.periodic[2], 1);
    ck_assert_str_eq(f.config_type, "dimer");
    ck_assert_str_eq(f.source, "t.xyz");
    ck_assert_int_eq(f.line, 1);
    ck_assert_int_eq(f.index, 0);
    ck_assert_str_eq(hps_dataset_key(set, "energy"), "energy");
    ck_assert_str_eq(hps_dataset_key(set, "forces"), "forces");
    ck_assert_str_eq(hps_dataset_key(set, "virial"), "virial");
    ck_assert_str_eq(hps_dataset_key(set, "charge"), "");
}
END_TEST

/* Other columns in between, another order, atomic numbers in place of symbols. */
START_TEST(test_any_column_order)
{
    const double positions[] = {1, 2, 3};
    const double forces[] = {7, 8, 9};
    hps_frame f = read_one("1\nProperties=forces:R:3:tags:I:2:pos:R:3:fixed:L:1:Z:I:1:q:R:1\n"
                           "7 8 9 0 1 1 2 3 T 26 0.25\n");

    check_reals(f.positions, positions, 3);
    check_reals(f.forces, forces, 3);
    ck_assert_int_eq(f.numbers[0], 26);
    f = read_one("1\nProperties=\"Z:I:1:species:S:1:pos:R:3\"\n8 O 1 2 3\n");
    check_reals(f.positions, positions, 3);
    ck_assert_int_eq(f.numbers[0], 8);
    ck_assert_ptr_null(f.forces);
    f = read_one("1\nProperties=species:I:1:pos:I:3\n8 1 2 3\n");
    check_reals(f.positions, positions, 3);
}
END_TEST

START_TEST(test_quoting)
{
    static const char *const headers[] = {
        "config_type=\"two words\" energy=-1.5",
        "config_type='two words' energy='-1.5'",
        "config_type={two words} energy={-1.5}",
        "\"config_type\"=\"two words\" 'energy' = \"-1.5\"",
        "a=\"an \\\"inner\\\" quote\" b='it\\'s' config_type = \"two words\" energy =-1.5",
        "flag other=[[1,2],[3,4]] config_type=\"two words\"\tenergy=[-1.5]  ",
        "empty=\"\" config_type=\"two words\" energy=-15d-1 flag",
        "x={a {nested} b} config_type=\"two\\ words\" energy=\"_JSON [-1.5]\"",
        "Config_type=\"two words\" ENERGY=-1.5",
    };
    char text[400];

    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        hps_frame f;
        snprintf(text, sizeof text, "1\nProperties=species:S:1:pos:R:3 %s\nH 0 0 0\n", headers[i]);
        f = read_one(text);
        ck_assert_msg(strcmp(f.config_type, "two words") == 0, "%s: '%s'", headers[i],
                      f.config_type);
        ck_assert_msg(f.energy == -1.5, "%s: %g", headers[i], f.energy);
    }
}
END_TEST

START_TEST(test_boundaries)
{
    static const struct {
        const char *header;
        int32_t cell, periodic[3];
    } cases[] = {
        {"Lattice=\"4 0 0 0 4 0 0 0 4\"", 1, {1, 1, 1}},
        {"", 0, {0, 0, 0}},
        {"pbc=\"F F F\"", 0, {0, 0, 0}},
        {"Lattice=\"4 0 0 0 4 0 0 0 4\" pbc=\"T F F\"", 1, {1, 0, 0}},
        {"Lattice=\"4 0 0 0 4 0 0 0 4\" pbc=[T, T, F]", 1, {1, 1, 0}},
        {"Lattice=\"4 0 0 0 4 0 0 0 4\" pbc=[true, false, True]", 1, {1, 0, 1}},
        {"Lattice=\"4 0 0 0 4 0 0 0 4\" pbc=\"_JSON [false, true, false]\"", 1, {0, 1, 0}},
        {"Lattice=\"4 0 0 0 4 0 0 0 4\" pbc={1 0 1}", 1, {1, 0, 1}},
        {"Lattice=\"4 0 0 0 4 0 0 0 4\" pbc=F", 1, {0, 0, 0}},
        {"Lattice=[[4,0,0],[0,4,0],[0,0,4]]", 1, {1, 1, 1}},
        {"lattice='4 4 4' pbc='T T T'", 1, {1, 1, 1}},
        {"Lattice=\"4 0 0 0 4 0 0 0 0\" pbc=\"T T F\"", 1, {1, 1, 0}},
        {"Lattice={4. 0. 0. 0. 4.0d0 0. 0. 0. 4E+0}", 1, {1, 1, 1}},
    };
    char text[400];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hps_frame f;
        snprintf(text, sizeof text, "1\nProperties=species:S:1:pos:R:3 %s\nH 0 0 0\n",
                 cases[i].header);
        f = read_one(text);
        ck_assert_msg((f.cell != NULL) == cases[i].cell, "%s", cases[i].header);
        ck_assert_msg(memcmp(f.periodic, cases[i].periodic, sizeof f.periodic) == 0, "%s: %d%d%d",
                      cases[i].header, f.periodic[0], f.periodic[1], f.periodic[2]);
        ck_assert(f.cell == NULL || (f.cell[0] == 4 && f.cell[4] == 4));
    }
}
END_TEST

/* Virial and stress: W = -stress * volume; six numbers are xx yy zz yz xz xy. */
START_TEST(test_virials)
{
    static const struct {
        const char *header, *key;
        double factor;
    } cases[] = {
        {"virial=\"1 6 5 6 2 4 5 4 3\"", "virial", 1},
        {"virials={1 2 3 4 5 6}", "virials", 1},
        {"REF_virial=[[1,6,5],[6,2,4],[5,4,3]]", "REF_virial", 1},
        {"dft_virial=\"_JSON [[1, 6, 5], [6, 2, 4], [5, 4, 3]]\"", "dft_virial", 1},
        {"stress=\"1 2 3 4 5 6\"", "stress", -24},
        {"REF_stress=\"1 6 5 6 2 4 5 4 3\"", "REF_stress", -24},
        {"virial=\"-24 -48 -72 -96 -120 -144\" stress=\"1 2 3 4 5 6.0001\"", "virial", -24},
    };
    const double w[] = {1, 6, 5, 6, 2, 4, 5, 4, 3};
    char text[400];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hps_frame f;
        snprintf(text, sizeof text,
                 "1\nLattice=\"2 0 0 0 -3 0 0 0 4\" Properties=species:S:1:pos:R:3 %s\nH 0 0 0\n",
                 cases[i].header);
        f = read_one(text);
        ck_assert_str_eq(hps_dataset_key(set, "virial"), cases[i].key);
        ck_assert_ptr_nonnull(f.virial);
        for (int32_t k = 0; k < 9; k++) {
            ck_assert_double_eq_tol(f.virial[k], cases[i].factor * w[k], 1e-9);
        }
    }
}
END_TEST

START_TEST(test_energy_keys)
{
    static const struct {
        const char *header, *key;
        double value;
    } cases[] = {
        {"free_energy=-3", "free_energy", -3},
        {"free_energy=-3 energy=-2", "energy", -2},
        {"REF_energy=-1 free_energy=-3", "REF_energy", -1},
        {"DFT_energy=-1", "DFT_energy", -1},
        {"dft-energy=-1", "dft-energy", -1},
        {"TotEnergy=-1", "TotEnergy", -1},
        {"dft_energy=-1.000001 energy=-1", "energy", -1},
        {"Energy=-1 REF_energy=-1.0", "Energy", -1},
        {"energy=-1 energy=-1.0", "energy", -1},
        {"energy REF_energy=-1", "REF_energy", -1}, /* a word is no value */
        {"atomisation_energy=5 energy=-1", "energy", -1},
    };
    char text[400];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hps_frame f;
        snprintf(text, sizeof text, "1\nProperties=species:S:1:pos:R:3 %s\nH 0 0 0\n",
                 cases[i].header);
        f = read_one(text);
        ck_assert_str_eq(hps_dataset_key(set, "energy"), cases[i].key);
        ck_assert(f.energy == cases[i].value);
    }
    ck_assert_int_eq(read_one("1\nProperties=species:S:1:pos:R:3\nH 0 0 0\n").has_energy, 0);
    ck_assert_str_eq(hps_dataset_key(set, "energy"), "");
}
END_TEST

START_TEST(test_keys_asked_for)
{
    const char *text = "1\nProperties=species:S:1:pos:R:3:f:R:3:forces:R:3 energy=-1 REF_energy=-2 "
                       "foo=-3 Foo=-4 v=\"1 2 3 4 5 6\"\nH 0 0 0 1 2 3 4 5 6\n"
                       "1\nProperties=species:S:1:pos:R:3 energy=-1\nH 0 0 0\n";
    hps_frame f = {0};

    f.struct_size = (int32_t)sizeof f;
    read_keys(text, "foo", "f", "v");
    ck_assert_int_eq(hps_dataset_frame(set, 0, &f), HPS_OK);
    ck_assert(f.energy == -3 && f.forces[0] == 1 && f.virial[1] == 6);
    ck_assert_int_eq(hps_dataset_frame(set, 1, &f), HPS_OK);
    ck_assert(f.has_energy == 0 && isnan(f.energy) && f.forces == NULL && f.virial == NULL);
    ck_assert_int_eq(f.index, 1);
    ck_assert_int_eq(f.line, 4);
    ck_assert_str_eq(hps_dataset_key(set, "energy"), "foo");
    ck_assert_str_eq(hps_dataset_key(set, "virial"), "v");

    read_keys(text, "none", "None", "none");
    ck_assert_int_eq(hps_dataset_n_frames(set), 4);
    ck_assert_int_eq(hps_dataset_frame(set, 2, &f), HPS_OK);
    ck_assert(f.has_energy == 0 && f.forces == NULL && f.virial == NULL);
    ck_assert_int_eq(f.index, 2);
    ck_assert_str_eq(hps_dataset_key(set, "forces"), "");
}
END_TEST

/* Frames of one file may use different names; the one used most is reported, and a warning
 * is given. */
static char warning[400];
static void keep_warning(int32_t level, const char *message, void *user)
{
    (void)user;
    ck_assert_int_eq(level, HPS_LOG_WARN);
    snprintf(warning, sizeof warning, "%s", message);
}

START_TEST(test_mixed_keys)
{
    hps_context *c;

    ck_assert_int_eq(hps_context_create(&c, NULL), HPS_OK);
    ck_assert_int_eq(hps_context_set_log(c, HPS_LOG_WARN, keep_warning, NULL), HPS_OK);
    hps_dataset_destroy(set);
    ck_assert_int_eq(hps_dataset_create(&set, c), HPS_OK);
    hps_context_destroy(c);
    read_keys("1\nenergy=1\nH 0 0 0\n1\nREF_energy=2\nH 0 0 0\n1\nREF_energy=2\nH 0 0 0\n", NULL,
              NULL, NULL);
    ck_assert_str_eq(hps_dataset_key(set, "energy"), "REF_energy");
    ck_assert_ptr_nonnull(strstr(warning, "'energy' is used in 1 frames and 'REF_energy' in 2"));
}
END_TEST

START_TEST(test_force_columns)
{
    const double forces[] = {4, 5, 6};
    hps_frame f = read_one("1\nProperties=species:S:1:pos:R:3:force:R:3\nH 0 0 0 4 5 6\n");

    check_reals(f.forces, forces, 3);
    ck_assert_str_eq(hps_dataset_key(set, "forces"), "force");
    f = read_one("1\nProperties=species:S:1:pos:R:3:dft_force:R:3:FORCES:R:3\n"
                 "H 0 0 0 4.00001 5 6 4 5 6\n");
    check_reals(f.forces, forces, 3);
    ck_assert_str_eq(hps_dataset_key(set, "forces"), "FORCES");
    f = read_one("1\nProperties=species:S:1:pos:R:3:MACE_forces:R:3\nH 0 0 0 4 5 6\n");
    ck_assert_ptr_null(f.forces);
}
END_TEST

START_TEST(test_plain_xyz)
{
    const double positions[] = {0, 0, 0.125, 0, -1.5, 0};
    static const char *const texts[] = {
        "2\nwater, or \"what is left of it\nH 0 0 0.125\nO 0 -1.5 0\n",
        "2\n\n1 0 0 0.125\n8 0 -1.5 0\n",
        " 2 \n energy -76.4 at {0 K\n  H\t0\t0 .125 extra words\n O  0 -1.5E0 0d0\n\n \n",
        "2\r\ncomment\r\nH 0 0 0.125\r\nO 0 -1.5 0\r\n\r\n",
        "\357\273\2772\ncomment\nH 0 0 0.125\nO 0 -1.5 0",
        "\n\n2\ncomment\nH 0 0 0.125\nO 0 -1.5 0\n",
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const hps_frame f = read_one(texts[i]);
        ck_assert_int_eq(hps_dataset_n_frames(set), 1);
        check_reals(f.positions, positions, 6);
        ck_assert(f.numbers[0] == 1 && f.numbers[1] == 8);
        ck_assert_int_eq(f.has_energy, 0);
        ck_assert_ptr_null(f.cell);
        ck_assert_int_eq(f.line, i == 5 ? 3 : 1);
    }
    ck_assert(read_one("1\nLattice=\"3 0 0 0 3 0 0 0 3\" energy=-1\nH 0 0 0\n").energy == -1);
}
END_TEST

START_TEST(test_frames_and_blank_lines)
{
    hps_frame f = {0};

    f.struct_size = (int32_t)sizeof f;
    read_keys("1\n\nH 0 0 0\n\n\n2\nProperties=species:S:1:pos:R:3 energy=2\nH 0 0 0\nHe 0 0 1\n"
              "   \n1\n\nLi 0 0 0\n\n\n",
              NULL, NULL, NULL);
    ck_assert_int_eq(hps_dataset_n_frames(set), 3);
    ck_assert_int_eq(hps_dataset_n_atoms(set), 4);
    ck_assert_int_eq(hpsi_dataset_first_atom(set, 2), 3);
    ck_assert_int_eq(hpsi_dataset_first_atom(set, 3), 4);
    ck_assert_int_eq(hps_dataset_frame(set, 1, &f), HPS_OK);
    ck_assert_int_eq(f.line, 6);
    ck_assert_int_eq(hps_dataset_frame(set, 2, &f), HPS_OK);
    ck_assert_int_eq(f.line, 11);
    ck_assert_int_eq(f.numbers[0], 3);
}
END_TEST

START_TEST(test_names_of_all_elements)
{
    for (int32_t z = 1; z <= 118; z++) {
        ck_assert_int_eq(hps_element_number(hps_element_symbol(z)), z);
        ck_assert_int_ge((int)strlen(hps_element_symbol(z)), 1);
    }
    ck_assert_int_eq(hps_element_number("Fe"), 26);
    ck_assert_int_eq(hps_element_number("Og"), 118);
    ck_assert_int_eq(hps_element_number("U"), 92);
    ck_assert_int_eq(hps_element_number("c"), 0);
    ck_assert_int_eq(hps_element_number("CL"), 0);
    ck_assert_int_eq(hps_element_number(""), 0);
    ck_assert_int_eq(hps_element_number("Uue"), 0);
    ck_assert_int_eq(hps_element_number(NULL), 0);
    ck_assert_str_eq(hps_element_symbol(0), "");
    ck_assert_str_eq(hps_element_symbol(119), "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dataset_extxyz");
    TCase *tc = tcase_create("all");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, fresh, drop);
    tcase_add_test(tc, test_everything_of_a_frame);
    tcase_add_test(tc, test_any_column_order);
    tcase_add_test(tc, test_quoting);
    tcase_add_test(tc, test_boundaries);
    tcase_add_test(tc, test_virials);
    tcase_add_test(tc, test_energy_keys);
    tcase_add_test(tc, test_keys_asked_for);
    tcase_add_test(tc, test_mixed_keys);
    tcase_add_test(tc, test_force_columns);
    tcase_add_test(tc, test_plain_xyz);
    tcase_add_test(tc, test_frames_and_blank_lines);
    tcase_add_test(tc, test_names_of_all_elements);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
