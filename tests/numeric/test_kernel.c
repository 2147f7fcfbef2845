/* SPDX-License-Identifier: BSD-3-Clause */
/* Statistics against the full matrix and the paper's dimers, alike for threads and memory. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/loops.h"
#include "support/atoms.h"
#include "support/kernel_set.h"
#include "support/suite.h"

/* All entries of the same species between references and environments, naively. */
static int64_t naive(const hps_soap *s, const hps_dataset *d, double zeta, const int32_t *is_ref,
                     double *k)
{
    int64_t n = hps_dataset_n_atoms(d);
    int64_t size = hps_soap_size(s);
    double *q = calloc((size_t)(n * size), sizeof *q);
    int32_t *numbers = calloc((size_t)n, sizeof *numbers);
    int64_t count = 0;

    ck_assert_int_eq(hps_soap_compute(s, d, q, size), HPS_OK);
    species_of(d, numbers);
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < n; j++) {
            double dot = 0;

            if (!is_ref[i] || numbers[i] != numbers[j]) {
                continue;
            }
            for (int64_t l = 0; l < size; l++) {
                dot += q[i * size + l] * q[j * size + l];
            }
            k[count++] = pow(fmax(dot, 0), zeta);
        }
    }
    free(q);
    free(numbers);
    return count;
}

static void check_stats(const hps_kernel_stats *s, int64_t n, const double *k)
{
    double mean = 0;
    double mu2 = 0;
    double mu3 = 0;
    double low = 2;
    double high = -1;

    for (int64_t i = 0; i < n; i++) {
        mean += k[i] / (double)n;
        low = fmin(low, k[i]);
        high = fmax(high, k[i]);
    }
    for (int64_t i = 0; i < n; i++) {
        mu2 += pow(k[i] - mean, 2) / (double)n;
        mu3 += pow(k[i] - mean, 3) / (double)n;
    }
    ck_assert_int_eq(s->n_pairs, n);
    ck_assert_double_eq_tol(s->mean, mean, 1e-13);
    ck_assert_double_eq_tol(s->standard_deviation, sqrt(mu2), 1e-13);
    ck_assert_double_eq_tol(s->skewness, mu3 / pow(mu2, 1.5), 1e-10);
    ck_assert_double_eq_tol(s->minimum, low, 1e-14);
    ck_assert_double_eq_tol(s->maximum, high, 1e-14);
}

START_TEST(test_statistics_are_those_of_the_full_matrix)
{
    hps_context *c = atoms_context(2);
    hps_dataset *d = mixed_set(c);
    hps_soap *soap = atoms_soap(c, 4, 3);
    int64_t n = hps_dataset_n_atoms(d);
    int32_t *all = calloc((size_t)n, sizeof *all);
    double *k = calloc((size_t)(n * n), sizeof *k);
    hps_kernel_stats s = {.struct_size = (int32_t)sizeof s};
    int64_t histogram[7];
    int64_t expected[7] = {0};
    int64_t count;

    for (int64_t i = 0; i < n; i++) {
        all[i] = 1;
    }
    ck_assert_int_eq(hps_kernel_statistics(soap, d, 3.3, 0, 0, &s, 7, histogram), HPS_OK);
    count = naive(soap, d, 3.3, all, k);
    check_stats(&s, count, k);
    ck_assert_int_eq(s.n_environments, n);
    ck_assert_int_eq(s.n_references, n);
    for (int64_t i = 0; i < count; i++) {
        int bin = (int)(k[i] * 7);

        expected[bin < 7 ? bin : 6]++;
    }
    ck_assert_mem_eq(histogram, expected, sizeof histogram);
    free(all);
    free(k);
    hps_soap_destroy(soap);
    hps_dataset_destroy(d);
    hps_context_destroy(c);
}
END_TEST

START_TEST(test_references_are_a_seeded_sample)
{
    hps_context *c = atoms_context(1);
    hps_dataset *d = mixed_set(c);
    hps_soap *soap = atoms_soap(c, 3, 2);
    int64_t n = hps_dataset_n_atoms(d);
    int64_t *order = calloc((size_t)n, sizeof *order);
    int32_t *is_ref = calloc((size_t)n, sizeof *is_ref);
    double *k = calloc((size_t)(n * n), sizeof *k);
    hps_kernel_stats s = {.struct_size = (int32_t)sizeof s};
    hps_kernel_stats other = s;

    hpsi_permutation(7, HPSI_STREAM_REFERENCES, 0, n, order);
    for (int i = 0; i < 20; i++) {
        is_ref[order[i]] = 1;
    }
    ck_assert_int_eq(hps_kernel_statistics(soap, d, 2, 20, 7, &s, 0, NULL), HPS_OK);
    check_stats(&s, naive(soap, d, 2, is_ref, k), k);
    ck_assert_int_eq(s.n_references, 20);
    ck_assert_int_eq(hps_kernel_statistics(soap, d, 2, 20, 8, &other, 0, NULL), HPS_OK);
    ck_assert_double_ne(s.mean, other.mean);
    ck_assert_int_eq(hps_kernel_statistics(soap, d, 2, n + 5, 8, &other, 0, NULL), HPS_OK);
    ck_assert_int_eq(other.n_references, n);
    free(order);
    free(is_ref);
    free(k);
    hps_soap_destroy(soap);
    hps_dataset_destroy(d);
    hps_context_destroy(c);
}
END_TEST

/* Descriptors are not kept: less than four times their bytes are left. */
static void leave_no_room(hps_context *c, const hps_dataset *d, const hps_soap *soap)
{
    int64_t held;

    ck_assert_int_eq(hps_context_memory(c, &held, NULL), HPS_OK);
    ck_assert_int_eq(
        hps_context_set_memory_limit(c, held + 31 * hps_dataset_n_atoms(d) * hps_soap_size(soap)),
        HPS_OK);
}

START_TEST(test_statistics_have_the_same_bits_for_every_number_of_threads_and_memory)
{
    hps_kernel_stats first = {.struct_size = (int32_t)sizeof first};
    int64_t first_histogram[10];

    for (int32_t threads = 1; threads <= 4; threads++) {
        hps_context *c = atoms_context(threads > 3 ? 1 : threads);
        hps_dataset *d = mixed_set(c);
        hps_soap *soap = atoms_soap(c, 6, 6);
        hps_kernel_stats s = {.struct_size = (int32_t)sizeof s};
        int64_t histogram[10];

        if (threads > 3) {
            leave_no_room(c, d, soap);
        }
        ck_assert_msg(hps_kernel_statistics(soap, d, 4.6, 30, 3, &s, 10, histogram) == HPS_OK, "%s",
                      hps_last_error());
        if (threads == 1) {
            first = s;
            memcpy(first_histogram, histogram, sizeof histogram);
        }
        ck_assert_mem_eq(&s, &first, sizeof s);
        ck_assert_mem_eq(histogram, first_histogram, sizeof histogram);
        hps_soap_destroy(soap);
        hps_dataset_destroy(d);
        hps_context_destroy(c);
    }
}
END_TEST

enum { ZETAS = 4, BINS = 9 };
static const double zeta_list[ZETAS] = {1, 4.6, 4.6, 2.5};

static void several(const hps_soap *soap, const hps_dataset *d, int32_t precision,
                    int64_t n_references, hps_kernel_stats *s, int64_t *histogram)
{
    for (int i = 0; i < ZETAS; i++) {
        s[i] = (hps_kernel_stats){.struct_size = (int32_t)sizeof *s};
    }
    ck_assert_msg(hps_kernel_statistics_several(soap, d, ZETAS, zeta_list, precision, n_references,
                                                3, s, BINS, histogram) == HPS_OK,
                  "%s", hps_last_error());
}

/* With references that are computed by themselves and that are kept. */
START_TEST(test_several_exponents_have_the_bits_of_each)
{
    for (int32_t threads = 1; threads <= 3; threads++) {
        hps_context *c = atoms_context(threads);
        hps_dataset *d = mixed_set(c);
        hps_soap *soap = atoms_soap(c, 4, 4);
        hps_kernel_stats s[ZETAS];
        int64_t histogram[ZETAS][BINS];
        int64_t references = _i ? 200 : 30;

        if (_i == 0 && threads == 1) {
            leave_no_room(c, d, soap);
        }
        several(soap, d, HPS_KERNEL_DOUBLE, references, s, histogram[0]);
        for (int i = 0; i < ZETAS; i++) {
            hps_kernel_stats one = {.struct_size = (int32_t)sizeof one};
            int64_t counts[BINS];

            ck_assert_int_eq(
                hps_kernel_statistics(soap, d, zeta_list[i], references, 3, &one, BINS, counts),
                HPS_OK);
            ck_assert_mem_eq(&s[i], &one, sizeof one);
            ck_assert_mem_eq(histogram[i], counts, sizeof counts);
        }
        hps_soap_destroy(soap);
        hps_dataset_destroy(d);
        hps_context_destroy(c);
    }
}
END_TEST

/* Without a histogram powers are not stored: products, nodes, and an exponent too large for them.
 */
START_TEST(test_a_histogram_changes_nothing)
{
    static const double zetas[] = {1, 2.5, 5.39, 12.7, 40.3};
    hps_context *c = atoms_context(1);
    hps_dataset *d = mixed_set(c);
    hps_soap *soap = atoms_soap(c, 4, 4);

    for (size_t i = 0; i < sizeof zetas / sizeof zetas[0]; i++) {
        hps_kernel_stats with = {.struct_size = (int32_t)sizeof with};
        hps_kernel_stats s = with;
        int64_t histogram[BINS];

        ck_assert_int_eq(hps_kernel_statistics(soap, d, zetas[i], 37, 3, &with, BINS, histogram),
                         HPS_OK);
        ck_assert_int_eq(hps_kernel_statistics(soap, d, zetas[i], 37, 3, &s, 0, NULL), HPS_OK);
        ck_assert_int_eq(s.n_pairs, with.n_pairs);
        ck_assert_double_eq_tol(s.mean, with.mean, 1e-14);
        ck_assert_double_eq_tol(s.standard_deviation, with.standard_deviation, 1e-14);
        ck_assert_double_eq_tol(s.skewness, with.skewness, 1e-12);
        ck_assert_double_eq_tol(s.minimum, with.minimum, 1e-15);
        ck_assert_double_eq_tol(s.maximum, with.maximum, 1e-15);
    }
    hps_soap_destroy(soap);
    hps_dataset_destroy(d);
    hps_context_destroy(c);
}
END_TEST

/* The bounds of docs/soap.md, and the same bits for every number of threads. */
START_TEST(test_single_precision_is_as_good_as_stated)
{
    hps_kernel_stats first[ZETAS];

    for (int32_t threads = 1; threads <= 2; threads++) {
        hps_context *c = atoms_context(threads);
        hps_dataset *d = mixed_set(c);
        hps_soap *soap = atoms_soap(c, 6, 6);
        hps_kernel_stats s[ZETAS];
        hps_kernel_stats exact[ZETAS];
        int64_t histogram[ZETAS][BINS];

        several(soap, d, HPS_KERNEL_SINGLE, _i ? 200 : 30, s, histogram[0]);
        several(soap, d, HPS_KERNEL_DOUBLE, _i ? 200 : 30, exact, histogram[0]);
        for (int i = 0; i < ZETAS; i++) {
            ck_assert_int_eq(s[i].n_pairs, exact[i].n_pairs);
            ck_assert_double_ne(s[i].mean, exact[i].mean);
            ck_assert_double_eq_tol(s[i].mean, exact[i].mean, 2e-7 * zeta_list[i]);
            ck_assert_double_eq_tol(s[i].standard_deviation, exact[i].standard_deviation,
                                    2e-7 * zeta_list[i]);
            ck_assert_double_eq_tol(s[i].skewness, exact[i].skewness, 1e-4);
            ck_assert_double_eq_tol(s[i].minimum, exact[i].minimum, 1e-5);
            ck_assert_double_eq_tol(s[i].maximum, exact[i].maximum, 1e-5);
        }
        if (threads == 1) {
            memcpy(first, s, sizeof s);
        }
        ck_assert_mem_eq(first, s, sizeof s);
        hps_soap_destroy(soap);
        hps_dataset_destroy(d);
        hps_context_destroy(c);
    }
}
END_TEST

START_TEST(test_bad_arguments_of_several)
{
    hps_context *c = atoms_context(1);
    hps_dataset *d = mixed_set(c);
    hps_soap *s = atoms_soap(c, 3, 3);
    hps_kernel_stats out[2] = {{.struct_size = (int32_t)sizeof *out}};
    double zeta[2] = {1, 2};

    ck_assert_int_eq(hps_kernel_statistics_several(s, d, 2, zeta, 0, 0, 0, out, 0, NULL),
                     HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "struct_size = 0"));
    ck_assert_int_eq(hps_kernel_statistics_several(s, d, 0, zeta, 0, 0, 0, out, 0, NULL),
                     HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "n_zetas = 0"));
    ck_assert_int_eq(hps_kernel_statistics_several(s, d, 1, NULL, 0, 0, 0, out, 0, NULL),
                     HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_kernel_statistics_several(s, d, 1, zeta, 2, 0, 0, out, 0, NULL),
                     HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "precision = 2"));
    out[1].struct_size = (int32_t)sizeof *out;
    zeta[1] = 0;
    ck_assert_int_eq(hps_kernel_statistics_several(s, d, 2, zeta, 0, 0, 0, out, 0, NULL),
                     HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "zeta = 0"));
    ck_assert_int_eq(out[0].n_pairs, 0); /* untouched */
    hps_soap_destroy(s);
    hps_dataset_destroy(d);
    hps_context_destroy(c);
}
END_TEST

START_TEST(test_equal_environments_have_no_spread)
{
    static const int32_t carbon = 6;
    hps_context *c = atoms_context(1);
    hps_dataset *d = atoms_dataset(c);
    hps_soap *soap;
    hps_kernel_stats s = {.struct_size = (int32_t)sizeof s};

    for (int i = 0; i < 5; i++) {
        double x[6] = {0, 0, 0, 0, 0, 1.4};
        int32_t z[2] = {6, 6};

        ck_assert_int_eq(hps_dataset_add(d, 2, z, x, NULL, NULL, NULL, NULL, NULL, NULL), HPS_OK);
    }
    ck_assert_int_eq(hps_soap_create(&soap, c, 1, &carbon), HPS_OK);
    ck_assert_int_eq(hps_kernel_statistics(soap, d, 3, 0, 0, &s, 0, NULL), HPS_OK);
    ck_assert_double_eq_tol(s.mean, 1, 1e-14);
    ck_assert_double_eq(s.standard_deviation, 0.0);
    ck_assert_double_eq(s.skewness, 0.0);
    hps_soap_destroy(soap);
    hps_dataset_destroy(d);
    hps_context_destroy(c);
}
END_TEST

/* Table of soap.md, section 11: sets of Kondati Natarajan and Caro (2020), 30 dimers from 0.8 to
 * 3.7 angstrom, all 900 entries; values as computed there. */
typedef struct paper_set {
    const char *name;
    int32_t n_max, l_max, enhancement;
    double rcut_soft, sigma_r, sigma_t, scaling_r, scaling_t, amplitude, central;
    double zeta, mean, deviation, skewness, tolerance;
} paper_set;

static const paper_set paper_sets[] = {
    {"set 1", 6, 6, 0, 4.21, 0.69, 0.74, 0.88, 0.69, 0.64, 0.53, 1, 0.9939, 0.0085, 1.59, 5e-05},
    {"set 1", 6, 6, 0, 4.21, 0.69, 0.74, 0.88, 0.69, 0.64, 0.53, 10, 0.9433, 0.0757, 1.47, 5e-05},
    {"set 2", 6, 6, 2, 3.4, 0.13, 1.39, 0.13, 0.51, 1.45, 1.26, 1, 0.3594, 0.3781, 0.53, 5e-05},
    {"set 2", 6, 6, 2, 3.4, 0.13, 1.39, 0.13, 0.51, 1.45, 1.26, 10, 0.1329, 0.2795, 2.08, 5e-05},
    {"S6-1", 6, 6, 1, 4.6, 0.38, 1.28, 1.06, 0.05, 1.41, 0.81, 5.52, 0.517, 0.35, (double)NAN,
     0.0005},
    {"S4-1", 4, 4, 1, 4.61, 0.24, 1.43, 0.59, 1.2, 0.98, 0.92, 4.6, 0.576, 0.325, (double)NAN,
     0.0005},
    {"S6-2", 6, 6, 1, 4.49, 0.23, 1.22, 1.2, 0.32, 1.52, 1.26, 7.21, 0.509, 0.368, 0.002, 0.0005},
    {"S4-2", 4, 4, 2, 4.87, 0.15, 1.08, 0.56, 0.18, 0.34, 0.73, 3.79, 0.491, 0.387, 0.001, 0.0005},
};

START_TEST(test_dimers_have_the_statistics_of_the_paper)
{
    const paper_set *p = &paper_sets[_i];
    static const int32_t carbon = 6;
    hps_context *c = atoms_context(2);
    hps_dataset *d = atoms_dataset(c);
    hps_soap *s;
    hps_kernel_stats k = {.struct_size = (int32_t)sizeof k};

    for (int i = 0; i < 30; i++) {
        double x[6] = {0, 0, 0, 0, 0, 0.8 + 0.1 * i};
        int32_t z[2] = {6, 6};

        ck_assert_int_eq(hps_dataset_add(d, 2, z, x, NULL, NULL, NULL, NULL, NULL, NULL), HPS_OK);
    }
    ck_assert_int_eq(hps_soap_create(&s, c, 1, &carbon), HPS_OK);
    ck_assert_int_eq(hps_soap_set_int(s, "n_max", p->n_max), HPS_OK);
    ck_assert_int_eq(hps_soap_set_int(s, "l_max", p->l_max), HPS_OK);
    ck_assert_int_eq(hps_soap_set_int(s, "radial_enhancement", p->enhancement), HPS_OK);
    ck_assert_int_eq(hps_soap_set_real(s, "rcut_hard", 5), HPS_OK);
    ck_assert_int_eq(hps_soap_set_real(s, "rcut_soft", p->rcut_soft), HPS_OK);
    ck_assert_int_eq(hps_soap_set_real(s, "atom_sigma_r", p->sigma_r), HPS_OK);
    ck_assert_int_eq(hps_soap_set_real(s, "atom_sigma_t", p->sigma_t), HPS_OK);
    ck_assert_int_eq(hps_soap_set_real(s, "atom_sigma_r_scaling", p->scaling_r), HPS_OK);
    ck_assert_int_eq(hps_soap_set_real(s, "atom_sigma_t_scaling", p->scaling_t), HPS_OK);
    ck_assert_int_eq(hps_soap_set_real(s, "amplitude_scaling", p->amplitude), HPS_OK);
    ck_assert_int_eq(hps_soap_set_real(s, "central_weight", p->central), HPS_OK);
    ck_assert_int_eq(hps_soap_set_text(s, "basis", "poly3gauss"), HPS_OK);
    ck_assert_int_eq(hps_kernel_statistics(s, d, p->zeta, 0, 0, &k, 0, NULL), HPS_OK);
    ck_assert_msg(fabs(k.mean - p->mean) <= p->tolerance, "%s: mean %g", p->name, k.mean);
    ck_assert_msg(fabs(k.standard_deviation - p->deviation) <= p->tolerance, "%s: std %g", p->name,
                  k.standard_deviation);
    if (!isnan(p->skewness)) {
        ck_assert_msg(fabs(fabs(k.skewness) - p->skewness) <= (p->skewness < 0.1 ? 5e-4 : 5e-3),
                      "%s: skew %g", p->name, k.skewness);
    }
    hps_soap_destroy(s);
    hps_dataset_destroy(d);
    hps_context_destroy(c);
}
END_TEST

START_TEST(test_bad_arguments_are_named)
{
    hps_context *c = atoms_context(1);
    hps_dataset *d = mixed_set(c);
    hps_dataset *empty = atoms_dataset(c);
    hps_soap *s = atoms_soap(c, 3, 3);
    hps_kernel_stats out = {.struct_size = (int32_t)sizeof out};
    hps_kernel_stats small = {.struct_size = 8};
    static const int32_t oxygen = 8;
    hps_soap *other;

    ck_assert_int_eq(hps_kernel_statistics(NULL, d, 1, 0, 0, &out, 0, NULL), HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "descriptor"));
    ck_assert_int_eq(hps_kernel_statistics(s, NULL, 1, 0, 0, &out, 0, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_kernel_statistics(s, d, 1, 0, 0, NULL, 0, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_kernel_statistics(s, d, 1, 0, 0, &small, 0, NULL), HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "struct_size = 8"));
    ck_assert_int_eq(hps_kernel_statistics(s, d, -1, 0, 0, &out, 0, NULL), HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "zeta = -1"));
    ck_assert_int_eq(hps_kernel_statistics(s, d, (double)NAN, 0, 0, &out, 0, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_kernel_statistics(s, d, 1, -1, 0, &out, 0, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_kernel_statistics(s, d, 1, 0, 0, &out, 3, NULL), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_kernel_statistics(s, empty, 1, 0, 0, &out, 0, NULL), HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "no atoms"));
    ck_assert_int_eq(hps_soap_create(&other, c, 1, &oxygen), HPS_OK);
    ck_assert_int_eq(hps_kernel_statistics(other, d, 1, 0, 0, &out, 0, NULL), HPS_E_OPTION);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "element C of frame 0"));
    ck_assert_int_eq(out.n_pairs, 0); /* untouched */
    hps_soap_destroy(other);
    hps_soap_destroy(s);
    hps_dataset_destroy(empty);
    hps_dataset_destroy(d);
    hps_context_destroy(c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel");
    TCase *tc = tcase_create("kernel");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_statistics_are_those_of_the_full_matrix);
    tcase_add_test(tc, test_references_are_a_seeded_sample);
    tcase_add_test(tc, test_statistics_have_the_same_bits_for_every_number_of_threads_and_memory);
    tcase_add_loop_test(tc, test_several_exponents_have_the_bits_of_each, 0, 2);
    tcase_add_test(tc, test_a_histogram_changes_nothing);
    tcase_add_loop_test(tc, test_single_precision_is_as_good_as_stated, 0, 2);
    tcase_add_test(tc, test_bad_arguments_of_several);
    tcase_add_test(tc, test_equal_environments_have_no_spread);
    tcase_add_loop_test(tc, test_dimers_have_the_statistics_of_the_paper, 0,
                        (int)(sizeof paper_sets / sizeof paper_sets[0]));
    tcase_add_test(tc, test_bad_arguments_are_named);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
