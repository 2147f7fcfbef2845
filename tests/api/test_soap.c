/* SPDX-License-Identifier: BSD-3-Clause */
/* Public functions of the descriptor: options, relations between them, errors, copies, and
 * running out of memory anywhere. */
#include "support/failing_allocator.h"
#include "support/soap_cases.h"
#include "support/suite.h"

static const int32_t water[2] = {8, 1};

static hps_soap *fresh(void)
{
    hps_soap *s = NULL;

    OK(hps_soap_create(&s, NULL, 2, water));
    return s;
}

static void expect(hps_status found, hps_status status, const char *words)
{
    ck_assert_int_eq(found, status);
    ck_assert_msg(strstr(hps_last_error(), words) != NULL, "\"%s\" lacks \"%s\"", hps_last_error(),
                  words);
}

START_TEST(test_create_refuses_bad_species)
{
    const int32_t twice[3] = {6, 1, 6}, unknown[1] = {119};
    hps_soap *s = (hps_soap *)&twice;

    expect(hps_soap_create(NULL, NULL, 2, water), HPS_E_ARGUMENT, "out is NULL");
    expect(hps_soap_create(&s, NULL, 3, twice), HPS_E_ARGUMENT, "species C is listed twice");
    ck_assert_ptr_null(s);
    expect(hps_soap_create(&s, NULL, 1, unknown), HPS_E_ARGUMENT, "119, allowed is 1 to 118");
    expect(hps_soap_create(&s, NULL, 0, water), HPS_E_ARGUMENT, "n_species = 0");
    expect(hps_soap_create(&s, NULL, 2, NULL), HPS_E_ARGUMENT, "no list");
    ck_assert_ptr_null(s);
    hps_soap_destroy(NULL);
}
END_TEST

START_TEST(test_options_are_kept_for_each_species)
{
    hps_soap *s = fresh();
    double v = 0;

    OK(hps_soap_set_real(s, "atom_sigma_r", 0.3));
    OK(hps_soap_set_real(s, "atom_sigma_r:H", 0.2));
    OK(hps_soap_get(s, "atom_sigma_r", &v));
    ck_assert_double_eq(v, 0.3);
    OK(hps_soap_get(s, "atom_sigma_r:H", &v));
    ck_assert_double_eq(v, 0.2);
    OK(hps_soap_set_int(s, "n_max:O", 3));
    OK(hps_soap_get(s, "n_max:H", &v));
    ck_assert_double_eq(v, 8);
    OK(hps_soap_set_text(s, "basis", "poly3gauss"));
    OK(hps_soap_get(s, "basis", &v));
    ck_assert_double_eq(v, 1);
    OK(hps_soap_set_int(s, "rcut_hard", 6)); /* a whole number for a real option */
    OK(hps_soap_get(s, "rcut_hard:H", &v));
    ck_assert_double_eq(v, 6);
    hps_soap_destroy(s);
}
END_TEST

START_TEST(test_wrong_options_are_refused)
{
    hps_soap *s = fresh();
    double v = 0;

    expect(hps_soap_set_real(s, "atom_sigma_q", 1), HPS_E_OPTION, "atom_sigma_");
    expect(hps_soap_set_real(s, "atom_sigma_r:C", 1), HPS_E_OPTION, "C is not a species");
    expect(hps_soap_set_int(s, "l_max:H", 1), HPS_E_OPTION, "l_max");
    expect(hps_soap_set_int(s, "n_max", 17), HPS_E_OPTION, "n_max");
    expect(hps_soap_set_real(s, "atom_sigma_t", -0.5), HPS_E_OPTION, "atom_sigma_t");
    expect(hps_soap_set_real(s, "atom_sigma_t", NAN), HPS_E_OPTION, "atom_sigma_t");
    expect(hps_soap_set_text(s, "basis", "poly4"), HPS_E_OPTION, "poly3gauss");
    expect(hps_soap_get(s, "basiss", &v), HPS_E_OPTION, "basis");
    expect(hps_soap_get(s, "basis", NULL), HPS_E_ARGUMENT, "NULL");
    expect(hps_soap_set_real(NULL, "nf", 1), HPS_E_ARGUMENT, "handle is NULL");
    expect(hps_soap_set_real(s, NULL, 1), HPS_E_ARGUMENT, "name is NULL");
    hps_soap_destroy(s);
}
END_TEST

START_TEST(test_relations_between_options)
{
    const int32_t carbon = 6;
    hps_soap *s = fresh(), *one = NULL;

    OK(hps_soap_create(&one, NULL, 1, &carbon));
    OK(hps_soap_set_real(one, "rcut_soft", 5.4));
    expect(hps_soap_check(one), HPS_E_OPTION,
           "soap.rcut_soft: 5.4 must not exceed rcut_hard (5.0)");
    ck_assert_int_eq(hps_soap_size(one), 0);
    OK(hps_soap_set_real(one, "rcut_soft", 5));
    OK(hps_soap_check(one));
    OK(hps_soap_set_real(one, "atom_sigma_r_scaling", -0.1));
    expect(hps_soap_check(one), HPS_E_OPTION, "soap.atom_sigma_r_scaling: -0.1 makes the width");
    OK(hps_soap_set_real(one, "atom_sigma_r_scaling", -0.09));
    OK(hps_soap_check(one));
    OK(hps_soap_set_real(one, "atom_sigma_t_scaling", -0.2));
    expect(hps_soap_check(one), HPS_E_OPTION, "soap.atom_sigma_t_scaling");
    OK(hps_soap_set_real(s, "rcut_hard:H", 4));
    expect(hps_soap_check(s), HPS_E_OPTION,
           "soap.rcut_soft:H: 4.5 must not exceed rcut_hard (4.0)");
    OK(hps_soap_set_real(s, "rcut_soft:H", 4));
    OK(hps_soap_set_int(s, "n_max:H", 5));
    OK(hps_soap_check(s));
    OK(hps_soap_set_text(s, "compress", "1_1"));
    expect(hps_soap_check(s), HPS_E_OPTION, "soap.n_max:H: 5 differs from 8");
    expect(hps_soap_check(NULL), HPS_E_ARGUMENT, "NULL");
    ck_assert_int_eq(hps_soap_size(NULL), 0);
    hps_soap_destroy(s);
    hps_soap_destroy(one);
}
END_TEST

/* The examples of soap.md, sections 1 and 5. */
START_TEST(test_sizes)
{
    const int32_t five[5] = {6, 1, 8, 7, 9};
    const struct {
        int32_t species, n;
        const char *compress;
        int32_t size;
    } examples[] = {{1, 6, "none", 147},   {1, 4, "none", 50},   {1, 10, "none", 605},
                    {2, 10, "none", 2310}, {5, 4, "none", 1050}, {5, 4, "trivial", 450},
                    {1, 4, "trivial", 20}, {5, 8, "none", 7380}, {5, 4, "0_0", 5},
                    {5, 4, "1_1", 100},    {5, 4, "2_1", 400},   {5, 4, "2_2", 1050},
                    {5, 4, "0_2", 75},     {5, 4, "2_0", 50},    {5, 4, "1_0", 20},
                    {5, 4, "0_1", 25},     {5, 4, "1_2", 500}};

    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        hps_soap *s = NULL;

        OK(hps_soap_create(&s, NULL, examples[i].species, five));
        OK(hps_soap_set_int(s, "n_max", examples[i].n));
        OK(hps_soap_set_int(s, "l_max", examples[i].n));
        OK(hps_soap_set_text(s, "compress", examples[i].compress));
        ck_assert_int_eq(hps_soap_size(s), examples[i].size);
        hps_soap_destroy(s);
    }
}
END_TEST

START_TEST(test_clone_is_independent)
{
    hps_soap *s = fresh(), *copy = NULL;
    int32_t numbers[2] = {0, 0}, n = 0;
    double v = 0;

    OK(hps_soap_set_real(s, "nf:H", 7));
    OK(hps_soap_clone(&copy, s));
    OK(hps_soap_set_real(s, "nf:H", 3));
    OK(hps_soap_get(copy, "nf:H", &v));
    ck_assert_double_eq(v, 7);
    hps_soap_destroy(s);
    ck_assert_int_eq(hps_soap_species(copy, 1, &n, numbers), HPS_E_CAPACITY);
    ck_assert_int_eq(n, 2);
    OK(hps_soap_species(copy, 0, &n, NULL));
    OK(hps_soap_species(copy, 2, &n, numbers));
    ck_assert_mem_eq(numbers, water, sizeof water);
    expect(hps_soap_species(copy, 2, NULL, numbers), HPS_E_ARGUMENT, "species");
    expect(hps_soap_clone(NULL, copy), HPS_E_ARGUMENT, "out");
    expect(hps_soap_clone(&s, NULL), HPS_E_ARGUMENT, "NULL");
    ck_assert_ptr_null(s);
    hps_soap_destroy(copy);
}
END_TEST

static hps_dataset *molecule(hps_context *c, hps_status *st)
{
    const int32_t numbers[3] = {8, 1, 1};
    const double r[9] = {0, 0, 0.12, 0, 0.76, -0.47, 0, -0.76, -0.47};
    hps_dataset *d = NULL;

    *st = hps_dataset_create(&d, c);
    if (*st == HPS_OK) {
        *st = hps_dataset_add(d, 3, numbers, r, NULL, NULL, NULL, NULL, NULL, NULL);
    }
    return d;
}

START_TEST(test_arguments_of_compute)
{
    hps_status st;
    hps_soap *s = fresh();
    hps_dataset *d = molecule(NULL, &st);
    int32_t size = hps_soap_size(s), pair[2];
    int64_t n = 0;
    double *q = calloc((size_t)(3 * size + 6), sizeof *q), g[9];

    OK(st);
    q[size] = q[size + 1] = 42;
    OK(hps_soap_compute(s, d, q, size + 2));
    ck_assert_double_eq(q[size], 42); /* padding is left alone */
    expect(hps_soap_compute(s, d, q, size - 1), HPS_E_ARGUMENT, "row too short");
    expect(hps_soap_compute(s, NULL, q, size), HPS_E_ARGUMENT, "data set is NULL");
    expect(hps_soap_compute(s, d, NULL, size), HPS_E_ARGUMENT, "values is NULL");
    expect(hps_soap_compute(NULL, d, q, size), HPS_E_ARGUMENT, "handle is NULL");
    expect(hps_soap_adjoint(s, d, 1, q, size, g, NULL), HPS_E_ARGUMENT, "frame 1");
    expect(hps_soap_adjoint(s, NULL, 0, q, size, g, NULL), HPS_E_ARGUMENT, "data set is NULL");
    expect(hps_soap_adjoint(s, d, 0, NULL, size, g, NULL), HPS_E_ARGUMENT, "weight is NULL");
    expect(hps_soap_adjoint(s, d, 0, q, 1, g, NULL), HPS_E_ARGUMENT, "row too short");
    expect(hps_soap_gradient(s, d, -1, 0, &n, NULL, NULL, NULL), HPS_E_ARGUMENT, "frame -1");
    expect(hps_soap_gradient(s, d, 0, 0, NULL, NULL, NULL, NULL), HPS_E_ARGUMENT, "NULL");
    expect(hps_soap_gradient(s, d, 0, 2, &n, pair, pair, NULL), HPS_E_ARGUMENT, "NULL");
    expect(hps_soap_gradient(s, d, 0, -1, &n, pair, pair, q), HPS_E_ARGUMENT, "-1");
    OK(hps_soap_gradient(s, d, 0, 0, &n, NULL, NULL, NULL));
    ck_assert_int_eq(n, 9);
    OK(hps_soap_set_real(s, "rcut_soft", 6));
    expect(hps_soap_compute(s, d, q, size), HPS_E_OPTION, "rcut_soft");
    expect(hps_soap_adjoint(s, d, 0, q, size, g, NULL), HPS_E_OPTION, "rcut_soft");
    expect(hps_soap_gradient(s, d, 0, 0, &n, NULL, NULL, NULL), HPS_E_OPTION, "rcut_soft");
    hps_dataset_destroy(d);
    hps_soap_destroy(s);
    free(q);
}
END_TEST

/* Descriptors of the molecule by this handle, and by a new one with the same widths. */
static void same_as_new(const hps_soap *s, const hps_dataset *d, double width)
{
    hps_soap *other = fresh();
    int32_t size = hps_soap_size(other);
    double *q = calloc((size_t)(6 * size), sizeof *q);

    OK(hps_soap_set_real(other, "atom_sigma_t", width));
    OK(hps_soap_compute(s, d, q, size));
    OK(hps_soap_compute(other, d, q + 3 * size, size));
    ck_assert_mem_eq(q, q + 3 * size, sizeof *q * 3 * (size_t)size);
    free(q);
    hps_soap_destroy(other);
}

/* A handle keeps its tables between calls: never those of earlier options, nor of a copy. */
START_TEST(test_kept_tables_follow_the_options)
{
    hps_status st;
    hps_soap *s = fresh(), *copy = NULL;
    hps_dataset *d = molecule(NULL, &st);

    OK(st);
    OK(hps_soap_set_real(s, "atom_sigma_t", 0.5));
    same_as_new(s, d, 0.5);
    OK(hps_soap_clone(&copy, s));
    OK(hps_soap_set_real(s, "atom_sigma_t", 0.25));
    same_as_new(s, d, 0.25);
    same_as_new(copy, d, 0.5);
    hps_soap_destroy(s);
    same_as_new(copy, d, 0.5);
    OK(hps_soap_set_real(copy, "atom_sigma_t", 0.3));
    same_as_new(copy, d, 0.3);
    hps_soap_destroy(copy);
    hps_dataset_destroy(d);
}
END_TEST

/* Everything that allocates, through one context. */
static hps_status scenario(hps_context *c, void *user)
{
    hps_status st;
    hps_soap *s = NULL, *copy = NULL;
    hps_dataset *d = molecule(c, &st);
    int32_t centre[9], moved[9];
    int64_t n = 0;
    double *q = user, forces[9] = {42};

    if (st == HPS_OK) {
        st = hps_soap_create(&s, c, 2, water);
    }
    if (st == HPS_OK) {
        OK(hps_soap_set_int(s, "n_max", 3));
        OK(hps_soap_set_int(s, "l_max", 2));
        OK(hps_soap_set_text(s, "basis", "poly3gauss"));
        OK(hps_soap_set_text(s, "compress", "trivial"));
        st = hps_soap_clone(&copy, s);
    }
    if (st == HPS_OK) {
        st = hps_soap_compute(copy, d, q, hps_soap_size(copy));
    }
    if (st == HPS_OK) {
        st = hps_soap_adjoint(copy, d, 0, q, hps_soap_size(copy), forces, NULL);
        ck_assert(st == HPS_OK || forces[0] == 42);
    }
    if (st == HPS_OK) {
        st = hps_soap_gradient(copy, d, 0, 9, &n, centre, moved, q + 300);
    }
    hps_soap_destroy(copy);
    hps_soap_destroy(s);
    hps_dataset_destroy(d);
    return st;
}

START_TEST(test_every_failing_allocation_is_reported)
{
    double *buffer = calloc(3000, sizeof *buffer);

    ck_assert_int_gt(fail_everywhere(scenario, buffer), 50);
    free(buffer);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("soap");
    TCase *t = tcase_create("api");

    tcase_set_timeout(t, 120);
    tcase_add_test(t, test_create_refuses_bad_species);
    tcase_add_test(t, test_options_are_kept_for_each_species);
    tcase_add_test(t, test_wrong_options_are_refused);
    tcase_add_test(t, test_relations_between_options);
    tcase_add_test(t, test_sizes);
    tcase_add_test(t, test_clone_is_independent);
    tcase_add_test(t, test_arguments_of_compute);
    tcase_add_test(t, test_kept_tables_follow_the_options);
    tcase_add_test(t, test_every_failing_allocation_is_reported);
    suite_add_tcase(s, t);
    return suite_end(s);
}
