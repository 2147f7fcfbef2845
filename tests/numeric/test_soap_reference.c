/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors and derivative contractions of the public functions against the
 * reference vectors of tests/data (see make_soap_tables.py there). */
#include "soap/private.h"
#include "support/soap_cases.h"
#include "support/suite.h"

enum { ATOMS = 200 };

typedef struct environment {
    int32_t n, numbers[ATOMS];
    double positions[3 * ATOMS];
} environment;

static double read_real(FILE *f)
{
    double v;

    ck_assert_int_eq(fscanf(f, "%lf", &v), 1);
    return v;
}

static int32_t read_int(FILE *f)
{
    int v;

    ck_assert_int_eq(fscanf(f, "%d", &v), 1);
    return v;
}

static void read_option(FILE *f, hps_soap *s, const char *kind)
{
    char name[64], value[64];

    ck_assert_int_eq(fscanf(f, "%63s %63s", name, value), 2);
    if (strcmp(kind, "int") == 0) {
        OK(hps_soap_set_int(s, name, atoi(value)));
    } else if (strcmp(kind, "real") == 0) {
        OK(hps_soap_set_real(s, name, strtod(value, NULL)));
    } else {
        OK(hps_soap_set_text(s, name, value));
    }
}

static hps_soap *read_species(FILE *f)
{
    int32_t n = read_int(f), numbers[8];
    hps_soap *s = NULL;

    for (int32_t i = 0; i < n; i++) {
        numbers[i] = read_int(f);
    }
    OK(hps_soap_create(&s, NULL, n, numbers));
    return s;
}

static void read_environment(FILE *f, environment *e)
{
    char word[16];

    e->n = read_int(f);
    ck_assert_int_le(e->n, ATOMS);
    for (int32_t i = 0; i < e->n; i++) {
        ck_assert_int_eq(fscanf(f, "%15s", word), 1);
        ck_assert_str_eq(word, "atom");
        e->numbers[i] = read_int(f);
        for (int32_t k = 0; k < 3; k++) {
            e->positions[3 * i + k] = read_real(f);
        }
    }
}

static void check_descriptor(FILE *f, const hps_soap *s, const environment *e, const char *name,
                             double tolerance)
{
    int32_t n = read_int(f);
    double *q = calloc((size_t)(n * e->n), sizeof *q), *exact = calloc((size_t)n, sizeof *q);
    hps_dataset *d = structure(e->n, e->numbers, e->positions, NULL);

    ck_assert_int_eq(hps_soap_size(s), n);
    for (int32_t k = 0; k < n; k++) {
        exact[k] = read_real(f);
    }
    OK(hps_soap_compute(s, d, q, n));
    ck_assert_msg(deviation(n, q, exact) <= tolerance, "%s: q deviates by %.2e", name,
                  deviation(n, q, exact));
    hps_dataset_destroy(d);
    free(q);
    free(exact);
}

static void check_adjoint(FILE *f, const hps_soap *s, const environment *e, const char *name)
{
    int32_t n = hps_soap_size(s), rows = read_int(f);
    double *g = calloc((size_t)(n * e->n + 1), sizeof *g), exact[3 * ATOMS], found[3 * ATOMS];
    hps_dataset *d = structure(e->n, e->numbers, e->positions, NULL);

    ck_assert_int_eq(rows, e->n);
    for (int32_t k = 0; k < 3 * rows; k++) {
        exact[k] = read_real(f);
    }
    for (int32_t k = 0; k < n; k++) {
        g[k] = cos(0.37 * k + 0.11); /* of the centre only */
    }
    OK(hps_soap_adjoint(s, d, 0, g, n, found, NULL));
    ck_assert_msg(deviation(3 * rows, found, exact) <= 1e-8, "%s: adjoint deviates by %.2e", name,
                  deviation(3 * rows, found, exact));
    hps_dataset_destroy(d);
    free(g);
}

/* Cases read; every environment is checked on the way. */
static int32_t check_file(const char *path)
{
    FILE *f = fopen(path, "r");
    char word[32], name[64] = "";
    hps_soap *s = NULL;
    environment e = {0};
    int32_t cases = 0;
    double tolerance = 0;

    ck_assert_ptr_nonnull(f);
    while (fscanf(f, "%31s", word) == 1) {
        if (strcmp(word, "case") == 0) {
            ck_assert_int_eq(fscanf(f, "%63s", name), 1);
            hps_soap_destroy(s);
            cases++;
        } else if (strcmp(word, "species") == 0) {
            s = read_species(f);
        } else if (strcmp(word, "environment") == 0) {
            read_environment(f, &e);
        } else if (strcmp(word, "q") == 0) {
            double basis = 0, flavour = 0;

            OK(hps_soap_get(s, "basis", &basis));
            OK(hps_soap_get(s, "flavour", &flavour));
            tolerance = basis + flavour > 0 ? 1e-9 : 1e-10;
            check_descriptor(f, s, &e, name, tolerance);
        } else if (strcmp(word, "adjoint") == 0) {
            check_adjoint(f, s, &e, name);
        } else {
            read_option(f, s, word);
        }
    }
    hps_soap_destroy(s);
    ck_assert_int_eq(fclose(f), 0);
    return cases;
}

START_TEST(test_one_species_agrees_with_exact_vectors)
{
    ck_assert_int_eq(check_file(HPS_TEST_DATA "/soap_single.txt"), 17);
}
END_TEST

START_TEST(test_several_species_agree_with_exact_vectors)
{
    ck_assert_int_eq(check_file(HPS_TEST_DATA "/soap_several.txt"), 4);
}
END_TEST

/* Without the lost term q deviates by 1e-8 to 2e-6, without its slopes the adjoint by as much
 * or more. */
START_TEST(test_flavour_agrees_with_fortran_vectors)
{
    ck_assert_int_eq(check_file(HPS_TEST_DATA "/soap_turbo.txt"), 5);
}
END_TEST

START_TEST(test_orthogonal_matrix_agrees_with_80_digits)
{
    FILE *f = fopen(HPS_TEST_DATA "/soap_basis.txt", "r");
    char word[8];

    ck_assert_ptr_nonnull(f);
    for (int32_t n = 1; n <= HPSI_SOAP_MAX_N; n++) {
        double l[HPSI_SOAP_MAX_N * HPSI_SOAP_MAX_N], o[HPSI_SOAP_MAX_N * HPSI_SOAP_MAX_N];

        ck_assert_int_eq(fscanf(f, "%7s", word), 1);
        ck_assert_int_eq(read_int(f), n);
        hpsi_soap_cholesky_factor(n, l, n);
        OK(hpsi_soap_polar(NULL, n, l, o));
        for (int32_t k = 0; k < n * n; k++) {
            ck_assert_double_eq_tol(o[k], read_real(f), n <= 12 ? 5e-14 : 1e-12);
        }
    }
    ck_assert_int_eq(fclose(f), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("soap_reference");
    TCase *t = tcase_create("exact");

    tcase_set_timeout(t, 120);
    tcase_add_test(t, test_one_species_agrees_with_exact_vectors);
    tcase_add_test(t, test_several_species_agree_with_exact_vectors);
    tcase_add_test(t, test_flavour_agrees_with_fortran_vectors);
    tcase_add_test(t, test_orthogonal_matrix_agrees_with_80_digits);
    suite_add_tcase(s, t);
    return suite_end(s);
}
