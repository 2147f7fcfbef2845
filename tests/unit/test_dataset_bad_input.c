/* SPDX-License-Identifier: BSD-3-Clause */
/* Every kind of bad extended XYZ is refused with one line that names the place, and the set
 * stays as it was. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/extxyz.h"
#include "support/suite.h"

#define HEAD "Properties=species:S:1:pos:R:3 "
#define FORCES "Properties=species:S:1:pos:R:3:forces:R:3 "

typedef struct bad_case {
    const char *text, *message; /* the whole message, or its start before a final '*' */
} bad_case;

static const bad_case bad_cases[] = {
    /* count of atoms */
    {"", "t.xyz: the file is empty, at least one frame is needed"},
    {"\n  \n\n", "t.xyz: the file is empty, at least one frame is needed"},
    {"two\n\n", "t.xyz:1: 'two' is not a number of atoms"},
    {"2.0\n\nH 0 0 0\nH 0 0 1\n", "t.xyz:1: '2.0' is not a number of atoms"},
    {"0\n\n", "t.xyz:1: 0 atoms, the count must be in 1..2147483647"},
    {"-3\n\n", "t.xyz:1: -3 atoms, the count must be in 1..2147483647"},
    {"99999999999\n\nH 0 0 0\n", "t.xyz:1: 99999999999 atoms, the count must be in 1..2147483647"},
    {"999999999999999999999999\n\nH 0 0 0\n",
     "t.xyz:1: '999999999999999999999999' is not a number of atoms"},
    {"2147483647\n\nH 0 0 0\n",
     "t.xyz:3: the file ends after 1 of the 2147483647 atoms that line 1 announces"},
    {"3\n\nH 0 0 0\nH 0 0 1\n",
     "t.xyz:4: the file ends after 2 of the 3 atoms that line 1 announces"},
    {"3\n\nH 0 0 0\nH 0 0 1\n1\n\nH 0 0 0\n",
     "t.xyz:5: 1 columns, plain XYZ asks for 4; atom 3 of the 3 that line 1 announces"},
    {"1\n\nH 0 0 0\nH 0 0 1\n", "t.xyz:4: 'H 0 0 1' where the next frame's number of atoms should "
                                "be; line 1 announces 1 atoms"},
    {"1\n", "t.xyz:1: the file ends after the number of atoms"},
    {"1\n" HEAD, "t.xyz:2: the file ends after 0 of the 1 atoms that line 1 announces"},
    {"1\n" HEAD "\n\n", "t.xyz:3: 0 columns, Properties asks for 4; atom 1 of the 1 that line 1 "
                        "announces"},
    /* columns */
    {"2\n" HEAD "\nH 0 0 0\nH 0 1\n",
     "t.xyz:4: 3 columns, Properties asks for 4; atom 2 of the 2 that line 1 announces"},
    {"1\n" HEAD "\nH 0 0 0 1 2 3\n",
     "t.xyz:3: 7 columns, Properties asks for 4; atom 1 of the 1 that line 1 announces"},
    {"1\n" FORCES "\nH 0 0 0 1 2\n",
     "t.xyz:3: 6 columns, Properties asks for 7; atom 1 of the 1 that line 1 announces"},
    {"1\nProperties=species:S:1\nH\n", "t.xyz:2: Properties has no column pos:R:3"},
    {"1\nProperties=pos:R:3\n0 0 0\n", "t.xyz:2: Properties has no column species:S:1 (nor Z:I:1)"},
    {"1\nProperties=species:S:1:pos:R:2\nH 0 0\n",
     "t.xyz:2: column pos:R:2 in Properties must be pos:R:3"},
    {"1\nProperties=species:S:1:pos:S:3\nH 0 0 0\n",
     "t.xyz:2: column pos:S:3 in Properties must be pos:R:3"},
    {"1\nProperties=species:S:1:pos:R:3:forces:R:1\nH 0 0 0 1\n",
     "t.xyz:2: column forces:R:1 in Properties must be forces:R:3"},
    {"1\nProperties=species:S:2:pos:R:3\nH H 0 0 0\n",
     "t.xyz:2: column species:S:2 in Properties must be species:S:1"},
    {"1\nProperties=species:S:1:pos:R:3:pos:R:3\nH 0 0 0 0 0 0\n",
     "t.xyz:2: Properties has a second column for 'pos'"},
    {"1\nProperties=species:X:1:pos:R:3\nH 0 0 0\n",
     "t.xyz:2: type 'X' of column 'species' in Properties must be S, R, I or L"},
    {"1\nProperties=species:S:one:pos:R:3\nH 0 0 0\n",
     "t.xyz:2: count 'one' of column 'species' in Properties must be in 1..1000000"},
    {"1\nProperties=species:S:1:pos:R\nH 0 0 0\n",
     "t.xyz:2: count '' of column 'pos' in Properties must be in 1..1000000"},
    {"1\nProperties=\nH 0 0 0\n",
     "t.xyz:2: type '' of column '' in Properties must be S, R, I or L"},
    {"1\nProperties=species:S:1:pos:R:3:f:R:99999999999\nH 0 0 0\n",
     "t.xyz:2: count '99999999999' of column 'f' in Properties must be in 1..1000000"},
    {"1\n" HEAD "Properties=species:S:1:pos:R:3:f:R:1\nH 0 0 0\n",
     "t.xyz:2: Properties is given twice: 'species:S:1:pos:R:3' and 'species:S:1:pos:R:3:f:R:1'"},
    /* values of atoms */
    {"1\n" HEAD "\nH 0 0 1..5\n", "t.xyz:3: '1..5' in column 4 (pos) is not a number"},
    {"1\n" HEAD "\nH 0 0.1abc 0\n", "t.xyz:3: '0.1abc' in column 3 (pos) is not a number"},
    {"1\n" HEAD "\nH 0 0 ********\n", "t.xyz:3: '********' in column 4 (pos) is not a number"},
    {"1\n" HEAD "\nH NaN 0 0\n", "t.xyz:3: 'NaN' in column 2 (pos) must be finite"},
    {"1\n" HEAD "\nH 0 -inf 0\n", "t.xyz:3: '-inf' in column 3 (pos) must be finite"},
    {"1\n" HEAD "\nH 0 1e400 0\n", "t.xyz:3: '1e400' in column 3 (pos) must be finite"},
    {"1\n" HEAD "\nH 0 2e8 0\n", "t.xyz:3: coordinate 2e+08 must be within 1e+08 angstrom"},
    {"1\n" FORCES "\nH 0 0 0 1 nan 3\n", "t.xyz:3: 'nan' in column 6 (forces) must be finite"},
    {"1\n" HEAD "\nXx 0 0 0\n",
     "t.xyz:3: unknown element 'Xx'; a symbol H..Og or a number 1..118 is needed"},
    {"1\n" HEAD "\nc 0 0 0\n",
     "t.xyz:3: unknown element 'c'; a symbol H..Og or a number 1..118 is needed"},
    {"1\n\n119 0 0 0\n",
     "t.xyz:3: unknown element '119'; a symbol H..Og or a number 1..118 is needed"},
    {"1\nProperties=species:S:1:Z:I:1:pos:R:3\nO 7 0 0 0\n",
     "t.xyz:3: '7' in column Z contradicts element O"},
    {"1\n" HEAD "\n\x01\x80name_that_goes_on_and_on_and_on_for_ever_and_ever 0 0 0\n",
     "t.xyz:3: unknown element '??name_that_goes_on_and_on_and_on_for_ever_a...'; a symbol H..Og "
     "or "
     "a number 1..118 is needed"},
    {"3\n" HEAD "\nH 0 0 0\nO 5 0 0\nH 0.00001 0 0\n",
     "t.xyz:5: the atom is 1e-05 angstrom from the atom of line 3, at least 0.0001 is needed"},
    {"2\n" HEAD "Lattice=\"4 0 0 0 4 0 0 0 4\"\nH 0.5 0 0\nO 4.5 -4 8\n",
     "t.xyz:4: the atom is 0 angstrom from the atom of line 3, at least 0.0001 is needed"},
    /* cell */
    {"1\n" HEAD "Lattice=\"4 0 0 0 4 0 8 4 0\"\nH 0 0 0\n",
     "t.xyz:2: singular cell \"4 0 0 0 4 0 8 4 0\": the vectors of its periodic directions must be "
     "independent"},
    {"1\n" HEAD "Lattice=\"4 0 0 0 4 0 0 0 0\"\nH 0 0 0\n",
     "t.xyz:2: singular cell \"4 0 0 0 4 0 0 0 0\"*"},
    {"1\n" HEAD "Lattice=\"0 0 0 0 0 0 0 0 0\" pbc=\"F T F\"\nH 0 0 0\n",
     "t.xyz:2: singular cell*"},
    {"1\n" HEAD "Lattice=\"1e-6 0 0 0 4 0 0 0 4\"\nH 0 0 0\n", "t.xyz:2: singular cell*"},
    {"1\n" HEAD "Lattice=\"4 0 0 0 4 0 0 0\"\nH 0 0 0\n",
     "t.xyz:2: Lattice has 8 numbers, it must have 9 or 3"},
    {"1\n" HEAD "Lattice=\"4 0 0 0 4 0 0 0 4 5\"\nH 0 0 0\n",
     "t.xyz:2: Lattice has 10 numbers, it must have 9 or 3"},
    {"1\n" HEAD "Lattice=\"4 0 0 0 x4 0 0 0 4\"\nH 0 0 0\n",
     "t.xyz:2: 'x4' in Lattice is not a number"},
    {"1\n" HEAD "Lattice=\"4 0 0 0 nan 0 0 0 4\"\nH 0 0 0\n",
     "t.xyz:2: 'nan' in Lattice must be finite"},
    {"1\n" HEAD "Lattice=\"4 0 0 0 1e9 0 0 0 4\"\nH 0 0 0\n",
     "t.xyz:2: 1e+09 in Lattice must be within 1e+08 angstrom"},
    {"1\n" HEAD "pbc=\"T T T\"\nH 0 0 0\n",
     "t.xyz:2: periodic directions need a cell, none is given"},
    {"1\n" HEAD "pbc=\"T X T\"\nH 0 0 0\n", "t.xyz:2: pbc = 'T X T' must be three of T and F"},
    {"1\n" HEAD "pbc=\"F F\"\nH 0 0 0\n", "t.xyz:2: pbc = 'F F' must be three of T and F"},
    /* labels */
    {"1\n" HEAD "energy=abc\nH 0 0 0\n", "t.xyz:2: 'abc' in energy is not a number"},
    {"1\n" HEAD "energy=nan\nH 0 0 0\n", "t.xyz:2: 'nan' in energy must be finite"},
    {"1\n" HEAD "energy=-inf\nH 0 0 0\n", "t.xyz:2: '-inf' in energy must be finite"},
    {"1\n" HEAD "energy=\"1 2\"\nH 0 0 0\n", "t.xyz:2: energy = '1 2' must be one number"},
    {"1\n" HEAD "energy=\nH 0 0 0\n", "t.xyz:2: energy = '' must be one number"},
    {"1\n" HEAD "energy=-1 REF_energy=-1.5\nH 0 0 0\n",
     "t.xyz:2: 'energy' = -1 and 'REF_energy' = -1.5 disagree; name the key to use"},
    {"1\n" HEAD "dft_energy=-1 REF_energy=-1.5\nH 0 0 0\n",
     "t.xyz:2: 'REF_energy' = -1.5 and 'dft_energy' = -1 disagree; name the key to use"},
    {"1\n" HEAD "energy=-1 Energy=-1.5\nH 0 0 0\n",
     "t.xyz:2: 'energy' = -1 and 'Energy' = -1.5 disagree; name the key to use"},
    {"1\n" HEAD "energy=-1 energy=-1.5\nH 0 0 0\n",
     "t.xyz:2: 'energy' is given twice, -1 and -1.5"},
    {"1\nH 0 0 0\n", "t.xyz:2: the file ends after 0 of the 1 atoms that line 1 announces"},
    {"1\n" HEAD "virial=\"1 2 3\"\nH 0 0 0\n",
     "t.xyz:2: virial has 3 numbers, it must have 9 or 6"},
    {"1\n" HEAD "stress=\"1 2 3 4 5 6\"\nH 0 0 0\n",
     "t.xyz:2: stress needs a Lattice with a volume"},
    {"1\n" HEAD "virial=\"1 2 3 4 5 1e308\"\nH 0 0 0\n",
     "t.xyz:2: virial = 1e+308 is out of range"},
    {"1\n" HEAD "Lattice=\"2 2 2\" virial=\"1 1 1 0 0 0\" stress=\"1 1 1 0 0 0\"\nH 0 0 0\n",
     "t.xyz:2: 'virial' = 1 and 'stress' = -8 (as virials, eV) disagree; name the key to use"},
    {"1\nProperties=species:S:1:pos:R:3:forces:R:3:REF_forces:R:3\nH 0 0 0 1 2 3 1 2 4\n",
     "t.xyz:3: columns 'forces' = 3 and 'REF_forces' = 4 disagree; name the key to use"},
    {"1\n" HEAD "config_type=a config_type=b\nH 0 0 0\n",
     "t.xyz:2: config_type is given twice: 'a' and 'b'"},
    {"1\n" HEAD "x=\"open\nH 0 0 0\n", "t.xyz:2: no closing quote or bracket after 'x=\"open'"},
    {"1\n" HEAD "x={open\nH 0 0 0\n", "t.xyz:2: no closing quote or bracket after 'x={open'"},
    {"1\nLattice=\"4 0 0\nH 0 0 0\n",
     "t.xyz:2: no closing quote or bracket after 'Lattice=\"4 0 0'"},
    /* far into a file */
    {"1\n\nH 0 0 0\n\n1\r\n" HEAD "\r\nH 0 0 oh\r\n",
     "t.xyz:7: 'oh' in column 4 (pos) is not a number"},
};

static hps_dataset *set;

static void fresh(void)
{
    const char text[] = "1\nenergy=1\nHe 0 0 0\n";

    ck_assert_int_eq(hps_dataset_create(&set, NULL), HPS_OK);
    ck_assert_int_eq(hpsi_dataset_parse(set, "first.xyz", text, (int64_t)strlen(text), NULL),
                     HPS_OK);
}

static void drop(void)
{
    hps_dataset_destroy(set);
}

/* Nothing was added, nothing forgotten. */
static void check_untouched(void)
{
    ck_assert_int_eq(hps_dataset_n_frames(set), 1);
    ck_assert_int_eq(hps_dataset_n_atoms(set), 1);
    ck_assert_str_eq(hps_dataset_key(set, "energy"), "energy");
}

static void check_message(const char *wanted, const char *text)
{
    const size_t n = strlen(wanted);
    const char *message = hps_last_error();

    if (n > 0 && wanted[n - 1] == '*') {
        ck_assert_msg(strncmp(message, wanted, n - 1) == 0, "%s\nfor %s", message, text);
    } else {
        ck_assert_msg(strcmp(message, wanted) == 0, "%s\nwanted %s", message, wanted);
    }
    ck_assert_ptr_null(strchr(message, '\n'));
}

START_TEST(test_bad_text)
{
    const bad_case *b = &bad_cases[_i];
    const int64_t n = (int64_t)strlen(b->text);
    char *exact = malloc((size_t)n + 1); /* a checker sees reading past the end */

    ck_assert_ptr_nonnull(exact);
    memcpy(exact, b->text, (size_t)n);
    ck_assert_msg(hpsi_dataset_parse(set, "t.xyz", exact, n, NULL) == HPS_E_FORMAT, "%s", b->text);
    check_message(b->message, b->text);
    check_untouched();
    free(exact);
}
END_TEST

/* Cutting a good text at any place never crashes and never adds half a frame. */
START_TEST(test_truncated_anywhere)
{
    static const char text[] =
        "2\nLattice=\"4 0 0 0 4 0 0 0 4\" " FORCES "energy=-1.5 virial={1 2 3 4 5 6} "
        "config_type='a b' pbc=[T, T, F]\nH 0 0 0 1 2 3\nO 0 0 1 4 5 6\n"
        "1\n\nHe 1 2 3\n";

    for (int64_t n = 0; n < (int64_t)sizeof text; n++) {
        char *exact = malloc((size_t)(n > 0 ? n : 1));
        const int64_t before = hps_dataset_n_frames(set);
        hps_status s;

        ck_assert_ptr_nonnull(exact);
        memcpy(exact, text, (size_t)n);
        s = hpsi_dataset_parse(set, "t.xyz", exact, n, NULL);
        ck_assert(s == HPS_OK || s == HPS_E_FORMAT);
        ck_assert(s == HPS_OK || hps_dataset_n_frames(set) == before);
        free(exact);
    }
}
END_TEST

START_TEST(test_missing_keys_are_named)
{
    const char text[] = "1\n" FORCES "energy=1 config_type=x\nH 0 0 0 1 2 3\n";
    static const char *const keys[3][HPSI_N_LABELS] = {
        {"enrgy", NULL, NULL}, {NULL, "force", NULL}, {"none", "none", "virial"}};
    static const char *const messages[] = {
        "t.xyz: no frame has the energy key 'enrgy'; the last one has: Properties, energy, "
        "config_type",
        "t.xyz: no frame has the force key 'force'; the last one has: species, pos, forces",
        "t.xyz: no frame has the virial key 'virial'; the last one has: Properties, energy, "
        "config_type"};

    for (int32_t i = 0; i < 3; i++) {
        ck_assert_int_eq(hpsi_dataset_parse(set, "t.xyz", text, (int64_t)strlen(text), keys[i]),
                         HPS_E_FORMAT);
        check_message(messages[i], text);
        check_untouched();
    }
}
END_TEST

START_TEST(test_too_many_force_columns)
{
    static const char text[] =
        "1\nProperties=species:S:1:pos:R:3:forces:R:3:forces:R:3:forces:R:3:forces:R:3:forces:R:3:"
        "forces:R:3:forces:R:3:forces:R:3:forces:R:3\nH 0 0 0\n";

    ck_assert_int_eq(hpsi_dataset_parse(set, "t.xyz", text, (int64_t)strlen(text), NULL),
                     HPS_E_FORMAT);
    check_message("t.xyz:2: more than 8 columns could be the forces; name the one to use", text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dataset_bad_input");
    TCase *tc = tcase_create("all");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, fresh, drop);
    tcase_add_loop_test(tc, test_bad_text, 0, (int)(sizeof bad_cases / sizeof bad_cases[0]));
    tcase_add_test(tc, test_truncated_anywhere);
    tcase_add_test(tc, test_missing_keys_are_named);
    tcase_add_test(tc, test_too_many_force_columns);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
