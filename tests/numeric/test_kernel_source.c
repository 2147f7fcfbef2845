/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the kernel gets its descriptors: kept neighbour lists, chosen atoms, a matrix of them,
 * and what is left when memory is missing. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/loops.h"
#include "support/atoms.h"
#include "support/failing_allocator.h"
#include "support/kernel_set.h"
#include "support/suite.h"

/* Lists kept with the data set, with a cut-off as large as the descriptor's or larger, and one
 * that is too small to serve. */
START_TEST(test_kept_neighbour_lists_change_no_bit)
{
    static const double cutoffs[] = {1, 0.99, 1.3};

    for (int k = 0; k < 3; k++) {
        hps_context *c = atoms_context(2);
        hps_dataset *d = mixed_set(c);
        hps_soap *soap = atoms_soap(c, 4, 4);
        hps_kernel_stats s = {.struct_size = (int32_t)sizeof s};
        hps_kernel_stats kept = s;
        int64_t n = hps_dataset_n_atoms(d) * hps_soap_size(soap);
        double *q = calloc((size_t)n, sizeof *q);
        double reach = 0;
        int64_t before = 0;
        int64_t held = 0;
        int64_t bytes = 0;
        hpsi_source source;

        ck_assert_int_eq(hps_soap_get(soap, "rcut_hard", &reach), HPS_OK);
        ck_assert_int_eq(hps_kernel_statistics(soap, d, 2.5, 40, 3, &s, 0, NULL), HPS_OK);
        ck_assert_int_eq(hps_soap_compute(soap, d, q, hps_soap_size(soap)), HPS_OK);
        hps_context_memory(c, &before, NULL);
        ck_assert_int_eq(hpsi_lists_bytes(d, cutoffs[k] * reach, &bytes), HPS_OK);
        ck_assert_int_eq(hpsi_lists_keep(d, cutoffs[k] * reach), HPS_OK);
        ck_assert_int_eq(hpsi_lists_keep(d, reach), HPS_OK); /* shares them */
        hps_context_memory(c, &held, NULL);
        ck_assert_int_ge(held - before, bytes);
        ck_assert_int_le(held - before, bytes + 2048);
        ck_assert_int_eq(hpsi_source_open(&source, soap, d), HPS_OK);
        ck_assert_int_eq(source.lists != NULL, k != 1);
        ck_assert_mem_eq(source.cache, q, (size_t)n * sizeof *q);
        hpsi_lists_drop(d);
        ck_assert_int_eq(hps_kernel_statistics(soap, d, 2.5, 40, 3, &kept, 0, NULL), HPS_OK);
        ck_assert_mem_eq(&s, &kept, sizeof s);
        hpsi_lists_drop(d); /* the source still has them */
        ck_assert_ptr_null(hpsi_lists_take(d, 0.1));
        hpsi_source_close(&source);
        hps_context_memory(c, &held, NULL);
        ck_assert_int_eq(held, before);
        free(q);
        hps_soap_destroy(soap);
        hps_dataset_destroy(d);
        hps_context_destroy(c);
    }
}
END_TEST

/* Frames that come later are in no list. */
START_TEST(test_lists_of_fewer_frames_do_not_serve)
{
    hps_context *c = atoms_context(1);
    hps_dataset *d = mixed_set(c);
    atoms a = atoms_grid(2, 2, 2, 1, 0, 5);
    hpsi_lists *l;

    ck_assert_int_eq(hpsi_lists_keep(d, 3), HPS_OK);
    l = hpsi_lists_take(d, 3);
    ck_assert_ptr_nonnull(l);
    hpsi_lists_return(l);
    hpsi_lists_return(NULL);
    ck_assert_ptr_null(hpsi_lists_take(d, 3.1));
    atoms_add(d, &a, ATOMS_ENERGY, NULL);
    ck_assert_ptr_null(hpsi_lists_take(d, 3));
    hps_dataset_destroy(d);
    hps_context_destroy(c);
}
END_TEST

typedef struct collected {
    hpsi_source *source;
    const int64_t *atom;
    int64_t n;
    double *q;
} collected;

static hps_status collect_item(int64_t item, int32_t worker, void *arg)
{
    const collected *x = arg;
    int64_t first = item * x->n / 5;
    int64_t end = (item + 1) * x->n / 5;

    return hpsi_source_collect(x->source, end - first, x->atom + first, worker,
                               x->q + first * (x->source->size + 3), x->source->size + 3);
}

START_TEST(test_collected_descriptors_are_those_of_the_atoms)
{
    hps_context *c = atoms_context(2);
    hps_dataset *d = mixed_set(c);
    hps_soap *soap = atoms_soap(c, 4, 3);
    int64_t n = hps_dataset_n_atoms(d);
    int64_t size = hps_soap_size(soap);
    double *all = calloc((size_t)(n * size), sizeof *all);
    double *q = calloc((size_t)(n * (size + 3)), sizeof *q);
    int64_t *atom = calloc((size_t)n, sizeof *atom);

    ck_assert_int_eq(hps_soap_compute(soap, d, all, size), HPS_OK);
    for (int kept = 0; kept < 2; kept++) {
        hpsi_source s;
        collected x = {&s, atom, 0, q};

        for (int64_t i = 0; i < n; i++) { /* runs, single atoms, gaps longer than a chunk */
            if (i % 7 < 3 && (i < 40 || i > 200)) {
                atom[x.n++] = i;
            }
        }
        ck_assert_int_eq(kept ? hpsi_source_open(&s, soap, d) : hpsi_source_open_once(&s, soap, d),
                         HPS_OK);
        ck_assert_int_eq(s.cache != NULL, kept);
        ck_assert_int_eq(hpsi_parallel_for(c, 5, collect_item, &x), HPS_OK);
        for (int64_t i = 0; i < x.n; i++) {
            ck_assert_mem_eq(q + i * (size + 3), all + atom[i] * size, (size_t)size * sizeof *q);
        }
        hpsi_source_close(&s);
        memset(q, 0, (size_t)(n * (size + 3)) * sizeof *q);
    }
    free(atom);
    free(q);
    free(all);
    hps_soap_destroy(soap);
    hps_dataset_destroy(d);
    hps_context_destroy(c);
}
END_TEST

START_TEST(test_matrix_has_the_entries_asked_for)
{
    enum { ROWS = 40, COLS = 5 };
    hps_context *c = atoms_context(2);
    hps_dataset *d = mixed_set(c);
    hps_soap *s = atoms_soap(c, 3, 3);
    int64_t n = hps_dataset_n_atoms(d);
    int64_t size = hps_soap_size(s);
    int64_t rows[ROWS];
    int64_t cols[COLS] = {3, 0, 17, 17, 60};
    double k[ROWS * COLS];
    double *q = calloc((size_t)(n * size), sizeof *q);
    int32_t *numbers = calloc((size_t)n, sizeof *numbers);

    for (int i = 0; i < ROWS; i++) {
        rows[i] = (7 * i + 60) % n;
    }
    ck_assert_int_eq(hps_kernel_matrix(s, d, 2.5, ROWS, rows, COLS, cols, k), HPS_OK);
    ck_assert_int_eq(hps_soap_compute(s, d, q, size), HPS_OK);
    species_of(d, numbers);
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < COLS; j++) {
            double dot = 0;

            for (int64_t l = 0; l < size; l++) {
                dot += q[rows[i] * size + l] * q[cols[j] * size + l];
            }
            dot = numbers[rows[i]] == numbers[cols[j]] ? pow(dot, 2.5) : 0;
            ck_assert_double_eq_tol(k[i * COLS + j], dot, 1e-13);
        }
    }
    ck_assert_int_eq(hps_kernel_matrix(s, d, 2.5, 0, NULL, COLS, cols, k), HPS_OK);
    rows[2] = n;
    ck_assert_int_eq(hps_kernel_matrix(s, d, 2.5, ROWS, rows, COLS, cols, k), HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "rows[2]"));
    ck_assert_int_eq(hps_kernel_matrix(s, d, 2.5, 3, cols, -1, cols, k), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_kernel_matrix(s, d, 0, 3, cols, 3, cols, k), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_kernel_matrix(s, NULL, 1, 3, cols, 3, cols, k), HPS_E_ARGUMENT);
    free(q);
    free(numbers);
    hps_soap_destroy(s);
    hps_dataset_destroy(d);
    hps_context_destroy(c);
}
END_TEST

static hps_status statistics_and_matrix(hps_context *c, void *user)
{
    static const int32_t z[] = {6, 1};
    static const double x[] = {0, 0, 0, 1.1, 0, 0.2};
    static const int64_t list[] = {0, 1};
    double k[4];
    hps_dataset *d = NULL;
    hps_soap *s = NULL;
    hps_kernel_stats out = {.struct_size = (int32_t)sizeof out};
    hps_kernel_stats both[2] = {out, out};
    static const double zetas[] = {1, 2.3};
    int64_t histogram[3];
    hps_status status = hps_dataset_create(&d, c);

    (void)user;
    status = status == HPS_OK ? hps_context_set_threads(c, 1) : status;
    status =
        status == HPS_OK ? hps_dataset_add(d, 2, z, x, NULL, NULL, NULL, NULL, NULL, NULL) : status;
    status = status == HPS_OK ? hps_soap_create(&s, c, 2, z) : status;
    status = status == HPS_OK ? hps_soap_set_int(s, "n_max", 2) : status;
    status = status == HPS_OK ? hps_soap_set_int(s, "l_max", 1) : status;
    status = status == HPS_OK ? hpsi_lists_keep(d, 5) : status;
    status = status == HPS_OK ? hps_kernel_statistics(s, d, 2, 1, 0, &out, 3, histogram) : status;
    status = status == HPS_OK ? hps_kernel_statistics_several(s, d, 2, zetas, HPS_KERNEL_SINGLE, 0,
                                                              0, both, 0, NULL)
                              : status;
    status = status == HPS_OK ? hps_kernel_matrix(s, d, 2, 2, list, 2, list, k) : status;
    hps_soap_destroy(s);
    hps_dataset_destroy(d);
    return status;
}

START_TEST(test_every_allocation_may_fail)
{
    ck_assert_int_gt(fail_everywhere(statistics_and_matrix, NULL), 10);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_source");
    TCase *tc = tcase_create("kernel");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_kept_neighbour_lists_change_no_bit);
    tcase_add_test(tc, test_lists_of_fewer_frames_do_not_serve);
    tcase_add_test(tc, test_collected_descriptors_are_those_of_the_atoms);
    tcase_add_test(tc, test_matrix_has_the_entries_asked_for);
    tcase_add_test(tc, test_every_allocation_may_fail);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
