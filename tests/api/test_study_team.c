/* SPDX-License-Identifier: BSD-3-Clause */
/* Several processes (here threads, each with a context of its own) that share evaluations out: the
 * digits are those of one process, and an error of one is an error of all. */
#include <check.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "hpswarm/study.h"
#include "support/morse.h"
#include "support/suite.h"

#define MOST 5

/* ------------------------------------------------------------------ exchange */

typedef struct shared {
    pthread_barrier_t barrier;
    int32_t size, fails_at; /* call that fails, 0: none */
    char *base[MOST];
    int64_t bytes; /* of all exchanges, but for the statuses' */
} shared;

typedef struct member {
    shared *all;
    int32_t rank, threads, calls;
    const char *objective;
    int32_t forces;
    int32_t starves; /* this member finds no memory in its first evaluation */
    double f[3];     /* of three points */
    int32_t outcome[3], broken;
    char reason[3][200];
    double own, together, exchange; /* of all points */
} member;

static int32_t gather(void *base, const int64_t *begin, void *user)
{
    member *m = user;
    shared *a = m->all;

    a->base[m->rank] = base;
    pthread_barrier_wait(&a->barrier);
    for (int32_t r = 0; r < a->size; r++) {
        if (r != m->rank) {
            memcpy((char *)base + begin[r], a->base[r] + begin[r],
                   (size_t)(begin[r + 1] - begin[r]));
        }
    }
    if (m->rank == 0 && begin[a->size] > 4096) {
        a->bytes += begin[a->size];
    }
    pthread_barrier_wait(&a->barrier);
    return ++m->calls == a->fails_at;
}

/* ----------------------------------------------------------------- a process */

static hps_gpr *settings(hps_context *c, const member *m)
{
    const int32_t number[] = {6};
    hps_soap *s = NULL;
    hps_gpr *g = NULL;
    int32_t bad = hps_soap_create(&s, c, 1, number) | hps_soap_set_int(s, "n_max", 3) |
                  hps_soap_set_int(s, "l_max", 2) | hps_soap_set_real(s, "rcut_hard", 4) |
                  hps_soap_set_real(s, "rcut_soft", 3) | hps_gpr_create(&g, c, s) |
                  hps_gpr_set_int(g, "n_sparse", 20) | hps_gpr_set_real(g, "zeta", 2) |
                  hps_gpr_set_int(g, "fit_forces", m->forces) |
                  hps_gpr_set_text(g, "e0_method", "average");

    hps_soap_destroy(s);
    return bad ? NULL : g;
}

static void evaluate(member *m, hps_context *c, hps_study *t)
{
    for (int32_t i = 0; i < 3; i++) {
        const int64_t id = i;
        const int32_t particle = 0;
        const double x = 0.3 + 0.1 * i;
        const hps_batch b = {.struct_size = sizeof b,
                             .n = 1,
                             .n_params = 1,
                             .n_objectives = 1,
                             .id = &id,
                             .particle = &particle,
                             .x = &x};
        int64_t held = 0;

        hps_context_memory(c, &held, NULL);
        hps_context_set_memory_limit(c, i == 1 && m->starves ? held + 20000 : 0);
        m->f[i] = (double)NAN;
        m->broken |= hps_study_evaluate(&b, &m->f[i], &m->outcome[i], t);
        strncpy(m->reason[i], hps_study_reason(t, 0), sizeof m->reason[i] - 1);
        m->broken |= hps_context_settle_team(c) != HPS_OK;
    }
    hps_context_team_seconds(c, &m->own, &m->together, &m->exchange);
}

static void *process(void *argument)
{
    member *m = argument;
    hps_context *c = NULL;
    hps_space *s = NULL;
    hps_study *t = NULL;
    hps_dataset *train, *test;
    hps_gpr *g;

    m->broken =
        hps_context_create(&c, NULL) | hps_context_set_threads(c, m->threads) |
        hps_space_create(&s, c) |
        hps_space_add_real(s, strcmp(m->objective, "path") == 0 ? "gap.delta" : "soap.atom_sigma_r",
                           0.1, 1, HPS_SCALE_LINEAR);
    train = morse_dataset(c, 25, 1, MORSE_FORCES);
    test = morse_dataset(c, 10, 2, MORSE_FORCES);
    g = settings(c, m);
    m->broken |= hps_study_create(&t, c, s, g, train, test) |
                 hps_study_set_text(t, "objective",
                                    strcmp(m->objective, "path") == 0 ? "rmse" : m->objective);
    if (m->all->size > 1) {
        m->broken |= hps_context_set_team(c, m->rank, m->all->size, gather, m);
    }
    evaluate(m, c, t);
    hps_study_destroy(t);
    hps_dataset_destroy(train);
    hps_dataset_destroy(test);
    hps_gpr_destroy(g);
    hps_space_destroy(s);
    hps_context_destroy(c);
    return NULL;
}

static void run(int32_t size, const member *like, shared *all, member *m)
{
    pthread_t thread[MOST];

    all->size = size;
    all->bytes = 0;
    pthread_barrier_init(&all->barrier, NULL, (unsigned)size);
    for (int32_t r = 0; r < size; r++) {
        m[r] = *like;
        m[r].all = all;
        m[r].rank = r;
        m[r].starves = like->starves && r == size - 1;
        ck_assert_int_eq(pthread_create(&thread[r], NULL, process, &m[r]), 0);
    }
    for (int32_t r = 0; r < size; r++) {
        pthread_join(thread[r], NULL);
    }
    pthread_barrier_destroy(&all->barrier);
}

/* --------------------------------------------------------------------- tests */

static const struct {
    const char *objective;
    int32_t forces;
} kinds[] = {{"rmse", 0}, {"rmse", 1}, {"mae", 1}, {"std-skew", 0},
             {"path", 0}, {"path", 1}, {"loo", 0}, {"std", 0}};

START_TEST(test_the_digits_are_those_of_one_process)
{
    member like = {.objective = kinds[_i].objective, .forces = kinds[_i].forces, .threads = 1};
    member alone[1], m[MOST];
    shared all = {.size = 1};

    run(1, &like, &all, alone);
    ck_assert_int_eq(alone[0].broken, 0);
    for (int32_t size = 2; size <= MOST; size += size == 3 ? 2 : 1) {
        like.threads = size == 2 ? 2 : 1;
        run(size, &like, &all, m);
        ck_assert_msg(all.bytes > 0, "nothing was shared");
        for (int32_t r = 0; r < size; r++) {
            ck_assert_int_eq(m[r].broken, 0);
            for (int32_t i = 0; i < 3; i++) {
                ck_assert_msg(isfinite(alone[0].f[i]) && m[r].f[i] == alone[0].f[i],
                              "%s, rank %d of %d: %.17g, alone %.17g", like.objective, r, size,
                              m[r].f[i], alone[0].f[i]);
                ck_assert_int_eq(m[r].outcome[i], HPS_EVAL_OK);
            }
        }
    }
}
END_TEST

/* Every process knows the seconds of all shared parts; what it waits for is none of its own. */
START_TEST(test_where_the_seconds_went)
{
    member like = {.objective = "rmse", .forces = 1, .threads = 1}, m[MOST], alone[1];
    shared all = {.size = 1};

    run(1, &like, &all, alone);
    ck_assert(alone[0].own == 0 && alone[0].together == 0 && alone[0].exchange == 0);
    for (int32_t size = 2; size <= 3; size++) {
        double sum = 0;

        run(size, &like, &all, m);
        for (int32_t r = 0; r < size; r++) {
            ck_assert_double_gt(m[r].own, 0);
            ck_assert_double_gt(m[r].exchange, 0);
            ck_assert(m[r].together == m[0].together);
            sum += m[r].own;
        }
        ck_assert_double_eq_tol(sum, m[0].together, 1e-9);
    }
    hps_context_team_seconds(NULL, &m[0].own, NULL, NULL);
    ck_assert(m[0].own == 0);
}
END_TEST

/* One of three has no memory: the point fails everywhere, the next one is right again. */
START_TEST(test_an_error_of_one_is_one_of_all)
{
    member like = {.objective = "rmse", .threads = 1}, m[MOST], alone[1];
    shared all = {.size = 1};

    run(1, &like, &all, alone);
    like.starves = 1;
    run(3, &like, &all, m);
    for (int32_t r = 0; r < 3; r++) {
        ck_assert_int_eq(m[r].broken, 0);
        ck_assert(m[r].f[0] == alone[0].f[0]);
        ck_assert_int_eq(m[r].outcome[1], HPS_EVAL_FAILED);
        ck_assert_str_ne(m[r].reason[1], "");
        ck_assert(m[r].f[2] == alone[0].f[2]);
    }
}
END_TEST

START_TEST(test_a_broken_exchange_is_an_error)
{
    member like = {.objective = "rmse", .threads = 1}, m[MOST];
    shared all = {.fails_at = 1};

    run(2, &like, &all, m);
    for (int32_t r = 0; r < 2; r++) {
        ck_assert_int_eq(m[r].outcome[0], HPS_EVAL_FAILED);
        ck_assert_ptr_nonnull(strstr(m[r].reason[0], "gather function failed"));
        ck_assert_int_eq(m[r].outcome[1], HPS_EVAL_OK);
    }
}
END_TEST

START_TEST(test_arguments)
{
    hps_context *c = NULL;
    member m = {.rank = 0};

    ck_assert_int_eq(hps_context_create(&c, NULL), HPS_OK);
    ck_assert_int_eq(hps_context_set_team(NULL, 0, 1, gather, &m), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_context_set_team(c, 2, 2, gather, &m), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_context_set_team(c, -1, 2, gather, &m), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_context_set_team(c, 0, 0, gather, &m), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_context_set_team(c, 0, 2, NULL, &m), HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "gather NULL"));
    ck_assert_int_eq(hps_context_set_team(c, 0, 2, gather, &m), HPS_OK);
    ck_assert_int_eq(hps_context_set_team(c, 0, 3, gather, &m), HPS_OK);
    ck_assert_int_eq(hps_context_set_team(c, 0, 1, NULL, NULL), HPS_OK);
    ck_assert_int_eq(hps_context_settle_team(c), HPS_OK); /* alone: nobody to wait for */
    ck_assert_int_eq(hps_context_settle_team(NULL), HPS_OK);
    hps_context_destroy(c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("study_team");
    TCase *t = tcase_create("team");

    tcase_set_timeout(t, 300);
    tcase_add_loop_test(t, test_the_digits_are_those_of_one_process, 0,
                        sizeof kinds / sizeof kinds[0]);
    tcase_add_test(t, test_where_the_seconds_went);
    tcase_add_test(t, test_an_error_of_one_is_one_of_all);
    tcase_add_test(t, test_a_broken_exchange_is_an_error);
    tcase_add_test(t, test_arguments);
    suite_add_tcase(suite, t);
    return suite_end(suite);
}
