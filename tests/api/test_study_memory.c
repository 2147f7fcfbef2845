/* SPDX-License-Identifier: BSD-3-Clause */
/* What the memory estimates of kernel, gpr and study announce, against the peak that the
 * context counts: within a fifth, for every kind of work, set and number of threads. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "hpswarm/kernel.h"
#include "hpswarm/study.h"
#include "support/atoms.h"
#include "support/suite.h"

#define OK(call) ck_assert_msg((call) == HPS_OK, "%s", hps_last_error())
#define SPARSE 300

/* Few large structures, or many small ones of two elements. */
static const struct {
    int32_t side, two_elements, n, n_max;
} set[] = {{4, 0, 40, 4}, {2, 1, 400, 4}, {3, 1, 50, 6}};
enum { N_SETS = sizeof set / sizeof set[0] };

typedef struct bench {
    hps_context *context;
    hps_dataset *train, *test;
    hps_soap *soap;
    hps_gpr *gpr;
    int64_t before;
} bench;

static void fill(hps_dataset *d, int32_t which, int32_t n, uint64_t seed)
{
    for (int32_t i = 0; i < n; i++) {
        const int32_t side = set[which].side;
        atoms a = atoms_grid(side, side, side, set[which].two_elements, 0, seed + (uint64_t)i);

        atoms_add(d, &a, ATOMS_ALL, NULL);
    }
}

static bench begin(int32_t which, int32_t threads)
{
    bench b = {.context = atoms_context(threads)};

    b.train = atoms_dataset(b.context);
    b.test = atoms_dataset(b.context);
    fill(b.train, which, set[which].n, 1);
    fill(b.test, which, set[which].n / 2, 1000);
    b.soap = atoms_soap(b.context, set[which].n_max, 4);
    OK(hps_gpr_create(&b.gpr, b.context, b.soap));
    OK(hps_gpr_set_int(b.gpr, "n_sparse", SPARSE));
    OK(hps_gpr_set_text(b.gpr, "e0_method", "fit"));
    OK(hps_context_memory(b.context, &b.before, NULL));
    return b;
}

static void end(bench *b)
{
    hps_gpr_destroy(b->gpr);
    hps_soap_destroy(b->soap);
    hps_dataset_destroy(b->train);
    hps_dataset_destroy(b->test);
    hps_context_destroy(b->context);
}

/* @param abreast works that may or may not be at their peaks at the same time */
static void compare(const bench *b, int64_t bytes, int32_t abreast, const char *what)
{
    int64_t peak;

    OK(hps_context_memory(b->context, NULL, &peak));
    peak -= b->before;
    if (getenv("HPS_TEST_SHOW") != NULL) {
        printf("%-24s estimate %9lld used %9lld ratio %.3f\n", what, (long long)bytes,
               (long long)peak, (double)bytes / (double)peak);
    }
    ck_assert_msg((double)bytes >= 0.8 * (double)peak &&
                      (double)bytes <= 1.2 * abreast * (double)peak,
                  "%s: estimate %lld, used %lld", what, (long long)bytes, (long long)peak);
}

/* -------------------------------------------------------------- fit, predict */

static const struct {
    const char *sparse;
    int32_t forces, virials;
} fit_kind[] = {{"cur", 0, 0}, {"random", 0, 0}, {"cur", 1, 0}, {"random", 1, 1}};
enum { N_FITS = sizeof fit_kind / sizeof fit_kind[0] };

START_TEST(test_fit)
{
    const int32_t k = _i / N_SETS;
    bench b = begin(_i % N_SETS, 1 + _i % 2);
    int64_t bytes = 0;

    OK(hps_gpr_set_text(b.gpr, "sparse_method", fit_kind[k].sparse));
    OK(hps_gpr_set_int(b.gpr, "fit_forces", fit_kind[k].forces));
    OK(hps_gpr_set_int(b.gpr, "fit_virials", fit_kind[k].virials));
    OK(hps_gpr_memory(b.gpr, b.train, &bytes));
    OK(hps_gpr_fit(b.gpr, b.train));
    compare(&b, bytes, 1, "fit");
    end(&b);
}
END_TEST

/* Frames of equal size of which one has several times as many neighbours: buffers are as large as
 * it needs, wherever it stands. */
START_TEST(test_one_dense_frame)
{
    bench b = begin(0, 1);
    hps_dataset *d = atoms_dataset(b.context);
    int64_t bytes = 0, peak;

    for (int32_t i = 0; i < 12; i++) {
        const double stretch = i == 7 ? 1.0 : 2.0;
        atoms a = atoms_grid(4, 4, 4, 0, 1, 1 + (uint64_t)i);

        for (int32_t k = 0; k < 3 * a.n; k++) {
            a.x[k] *= stretch;
        }
        for (int32_t k = 0; k < 9; k++) {
            a.cell[k] *= stretch;
        }
        atoms_add(d, &a, ATOMS_ALL, NULL);
    }
    OK(hps_gpr_set_text(b.gpr, "sparse_method", "random"));
    OK(hps_gpr_set_int(b.gpr, "n_sparse", 30));
    OK(hps_gpr_set_int(b.gpr, "fit_forces", _i != 2));
    OK(hps_gpr_set_int(b.gpr, "fit_virials", _i > 0));
    OK(hps_context_memory(b.context, &b.before, NULL));
    OK(hps_gpr_memory(b.gpr, d, &bytes));
    OK(hps_gpr_fit(b.gpr, d));
    compare(&b, bytes, 1, "one dense frame");
    OK(hps_context_memory(b.context, NULL, &peak));
    ck_assert_int_ge(100 * bytes, 97 * (peak - b.before)); /* one thread: the same on any machine */
    hps_dataset_destroy(d);
    end(&b);
}
END_TEST

/* Two passes over the rows, all of one structure at a time. */
START_TEST(test_leave_out)
{
    bench b = begin(_i % N_SETS, 1 + _i / N_SETS);
    int64_t bytes = 0;

    OK(hps_gpr_set_text(b.gpr, "sparse_method", "random"));
    OK(hps_gpr_set_int(b.gpr, "fit_forces", 1));
    OK(hps_gpr_leave_out_memory(b.gpr, b.train, &bytes));
    OK(hps_gpr_fit_leave_out(b.gpr, b.train, NULL, NULL, NULL));
    compare(&b, bytes, 1, "leave out");
    end(&b);
}
END_TEST

/* Elements' own numbers above the total leave one point for each other element. */
START_TEST(test_own_numbers_of_points)
{
    bench b = begin(_i, 1);
    int64_t bytes = 0;
    int32_t numbers[8], n = 0;
    char name[32];

    OK(hps_gpr_set_text(b.gpr, "sparse_method", "random"));
    OK(hps_dataset_species(b.train, 8, &n, numbers));
    snprintf(name, sizeof name, "n_sparse:%s", hps_element_symbol(numbers[0]));
    OK(hps_gpr_set_int(b.gpr, name, 40));
    OK(hps_gpr_set_int(b.gpr, "n_sparse", n == 1 ? 900 : 30));
    OK(hps_gpr_memory(b.gpr, b.train, &bytes));
    OK(hps_gpr_fit(b.gpr, b.train));
    compare(&b, bytes, 1, "own numbers");
    end(&b);
}
END_TEST

START_TEST(test_predict)
{
    const int32_t which = _i % N_SETS;
    const char *path = "test_study_memory.hpsm";
    bench b = begin(which, 1 + _i / (2 * N_SETS));
    const int32_t derivatives = _i / N_SETS % 2;
    int64_t bytes = 0, held, peak;
    hps_gpr *g;
    double *v;
    hps_context *c = atoms_context(1 + _i / (2 * N_SETS));
    hps_dataset *d = atoms_dataset(c);

    OK(hps_gpr_set_int(b.gpr, "n_sparse", 50));
    OK(hps_gpr_fit(b.gpr, b.test));
    OK(hps_gpr_save(b.gpr, path));
    OK(hps_gpr_load(&g, c, path));
    remove(path);
    fill(d, which, 2 * set[which].n, 1);
    v = calloc((size_t)(3 * hps_dataset_n_atoms(d) + 10 * hps_dataset_n_frames(d)), sizeof *v);
    ck_assert_ptr_nonnull(v);
    OK(hps_context_memory(c, &held, NULL));
    OK(hps_gpr_predict_memory(g, d, derivatives, derivatives, &bytes));
    OK(hps_gpr_predict(g, d, v, derivatives ? v + hps_dataset_n_frames(d) : NULL,
                       derivatives ? v + hps_dataset_n_frames(d) + 3 * hps_dataset_n_atoms(d)
                                   : NULL));
    OK(hps_context_memory(c, NULL, &peak));
    ck_assert_msg(fabs((double)(held + bytes) / (double)peak - 1) <= 0.2, "%lld + %lld, used %lld",
                  (long long)held, (long long)bytes, (long long)peak);
    free(v);
    hps_gpr_destroy(g);
    hps_dataset_destroy(d);
    hps_context_destroy(c);
    end(&b);
}
END_TEST

START_TEST(test_kernel)
{
    bench b = begin(_i % N_SETS, 1 + _i / (2 * N_SETS));
    const int64_t references = _i / N_SETS % 2 == 0 ? 500 : 0;
    hps_kernel_stats stats = {.struct_size = sizeof stats};
    int64_t bytes = 0;

    OK(hps_kernel_memory(b.soap, b.train, references, &bytes));
    OK(hps_kernel_statistics(b.soap, b.train, 2, references, 1, &stats, 0, NULL));
    compare(&b, bytes, 1, "kernel");
    ck_assert_int_eq(hps_kernel_memory(b.soap, b.train, references, NULL), HPS_E_ARGUMENT);
    end(&b);
}
END_TEST

/* -------------------------------------------------------------------- study */

static const struct {
    const char *objective, *parameter; /* searched beside delta */
    double lo, hi;
    int32_t forces;
} goal[] = {{"std-skew", "soap.rcut_soft", 3, 3.7, 0},  {"rmse", "soap.rcut_soft", 3, 3.7, 0},
            {"rmse", "soap.rcut_soft", 3, 3.7, 1},      {"rmse", "gap.sigma_energy", 1e-3, 0.1, 0},
            {"rmse", "gap.sigma_energy", 1e-3, 0.1, 1}, {"loo", "gap.sigma_energy", 1e-3, 0.1, 0},
            {"mae", "soap.rcut_soft", 3, 3.7, 0}};
enum { N_GOALS = sizeof goal / sizeof goal[0] };

static int32_t evaluate(hps_study *t, int32_t n, const double *x, int32_t *outcome)
{
    const int64_t id[] = {0, 1};
    const int32_t particle[] = {0, 1};
    double f[2];
    const hps_batch batch = {.struct_size = sizeof batch,
                             .n = n,
                             .n_params = 2,
                             .n_objectives = 1,
                             .id = id,
                             .particle = particle,
                             .x = x};

    outcome[0] = outcome[1] = HPS_EVAL_OK;
    return hps_study_evaluate(&batch, f, outcome, t);
}

START_TEST(test_study)
{
    const int32_t k = _i / N_SETS;
    bench b = begin(_i % N_SETS, 1 + _i % 2);
    const double x[] = {1, goal[k].hi, 0.8, goal[k].hi};
    int32_t outcome[2];
    hps_space *space;
    hps_study *study;
    int64_t bytes = 0;

    OK(hps_gpr_set_int(b.gpr, "fit_forces", goal[k].forces));
    OK(hps_space_create(&space, b.context));
    OK(hps_space_add_real(space, "gap.delta", 0.1, 5, HPS_SCALE_LOG));
    OK(hps_space_add_real(space, goal[k].parameter, goal[k].lo, goal[k].hi, HPS_SCALE_LINEAR));
    OK(hps_study_create(&study, b.context, space, b.gpr, b.train, b.test));
    OK(hps_study_set_text(study, "objective", goal[k].objective));
    OK(hps_study_set_int(study, "references", 500));
    OK(hps_study_memory(study, &bytes));
    OK(hps_context_memory(b.context, &b.before, NULL));
    ck_assert_int_eq(evaluate(study, 2, x, outcome), 0);
    ck_assert_msg(outcome[0] == HPS_EVAL_OK, "%s", hps_study_reason(study, 0));
    compare(&b, bytes, 1 + _i % 2, goal[k].objective);
    hps_study_destroy(study);
    hps_space_destroy(space);
    end(&b);
}
END_TEST

/* Under a limit the estimate is that of what is then done: nothing kept, fits for a path. */
START_TEST(test_study_under_a_limit)
{
    bench b = begin(1, 1 + _i);
    const double x[] = {1, 0.05, 0.8, 0.03};
    int64_t bytes = 0, without = 0, peak;
    int32_t outcome[2];
    hps_space *space;
    hps_study *study;

    OK(hps_space_create(&space, b.context));
    OK(hps_space_add_real(space, "gap.delta", 0.1, 5, HPS_SCALE_LOG));
    OK(hps_space_add_real(space, "gap.sigma_energy", 1e-3, 0.1, HPS_SCALE_LOG));
    OK(hps_gpr_set_text(b.gpr, "sparse_method", "random"));
    OK(hps_study_create(&study, b.context, space, b.gpr, b.train, b.test));
    OK(hps_study_memory(study, &without));
    OK(hps_gpr_memory(b.gpr, b.train, &bytes));
    OK(hps_context_set_memory_limit(b.context, b.before + bytes));
    OK(hps_study_memory(study, &bytes));
    ck_assert_int_lt(bytes, without);
    ck_assert_int_eq(evaluate(study, 2, x, outcome), 0);
    ck_assert_msg(outcome[0] == HPS_EVAL_OK, "%s", hps_study_reason(study, 0));
    OK(hps_context_memory(b.context, NULL, &peak));
    OK(hps_context_set_memory_limit(b.context, 0));
    compare(&b, bytes, 1, "limit");
    hps_study_destroy(study);
    hps_space_destroy(space);
    end(&b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("study_memory");
    TCase *tc = tcase_create("all");

    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, test_fit, 0, N_SETS * N_FITS);
    tcase_add_loop_test(tc, test_one_dense_frame, 0, 3);
    tcase_add_loop_test(tc, test_leave_out, 0, 2 * N_SETS);
    tcase_add_loop_test(tc, test_own_numbers_of_points, 0, N_SETS);
    tcase_add_loop_test(tc, test_predict, 0, 4 * N_SETS);
    tcase_add_loop_test(tc, test_kernel, 0, 4 * N_SETS);
    tcase_add_loop_test(tc, test_study, 0, N_SETS * N_GOALS);
    tcase_add_loop_test(tc, test_study_under_a_limit, 0, 2);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
