/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole studies side by side, in teams of OpenMP that the host opened, on threads of its own, and
 * in a child after a fork, are the same as one after the other. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hpswarm.h"
#include "support/morse.h"
#include "support/suite.h"

enum { STUDIES = 4, PARAMS = 3 };

typedef struct result {
    hps_status status;
    double f, x[PARAMS];
    hps_errors errors;
} result;

typedef struct host {
    hps_context *context;
    hps_dataset *train, *test;
    hps_space *space;
    hps_gpr *base, *best;
    hps_study *study;
    hps_swarm *swarm;
} host;

static hps_status settings(host *h)
{
    const int32_t number[] = {6};
    hps_soap *soap = NULL;
    hps_status s = hps_soap_create(&soap, h->context, 1, number);

    s = s != HPS_OK ? s : hps_soap_set_int(soap, "n_max", 3);
    s = s != HPS_OK ? s : hps_soap_set_int(soap, "l_max", 2);
    s = s != HPS_OK ? s : hps_soap_set_real(soap, "rcut_hard", 4);
    s = s != HPS_OK ? s : hps_gpr_create(&h->base, h->context, soap);
    s = s != HPS_OK ? s : hps_gpr_set_int(h->base, "n_sparse", 12);
    s = s != HPS_OK ? s : hps_space_create(&h->space, h->context);
    s = s != HPS_OK ? s : hps_space_add_real(h->space, "soap.rcut_soft", 2.5, 4.0, 0);
    s = s != HPS_OK ? s : hps_space_add_real(h->space, "soap.atom_sigma_r", 0.2, 1.0, 0);
    s = s != HPS_OK ? s : hps_space_add_real(h->space, "gap.delta", 0.1, 5.0, HPS_SCALE_LOG);
    hps_soap_destroy(soap);
    return s;
}

static hps_status search(host *h, int32_t seed, result *r)
{
    hps_status s;

    h->train = morse_dataset(h->context, 25, 1, MORSE_FORCES);
    h->test = morse_dataset(h->context, 10, 2, MORSE_FORCES);
    s = settings(h);
    s = s != HPS_OK ? s
                    : hps_study_create(&h->study, h->context, h->space, h->base, h->train, h->test);
    s = s != HPS_OK ? s : hps_swarm_create(&h->swarm, h->context, h->space, 1);
    s = s != HPS_OK ? s : hps_swarm_set_int(h->swarm, "seed", seed);
    s = s != HPS_OK ? s : hps_swarm_set_int(h->swarm, "max_evaluations", 60);
    s = s != HPS_OK ? s : hps_swarm_run(h->swarm, hps_study_evaluate, h->study);
    s = s != HPS_OK ? s : hps_swarm_best(h->swarm, r->x, &r->f);
    s = s != HPS_OK ? s : hps_study_apply(h->study, r->x, &h->best);
    s = s != HPS_OK ? s : hps_gpr_fit(h->best, h->train);
    return s != HPS_OK ? s : hps_gpr_score(h->best, h->test, &r->errors);
}

/* Everything that a host does, from its context to its errors. */
static void whole_study(int32_t seed, result *r)
{
    host h = {0};

    memset(r, 0, sizeof *r);
    r->errors.struct_size = (int32_t)sizeof r->errors;
    r->status = hps_context_create(&h.context, NULL);
    if (r->status == HPS_OK) {
        r->status = hps_context_set_threads(h.context, 2);
    }
    if (r->status == HPS_OK) {
        r->status = search(&h, seed, r);
    }
    hps_swarm_destroy(h.swarm);
    hps_study_destroy(h.study);
    hps_gpr_destroy(h.best);
    hps_gpr_destroy(h.base);
    hps_space_destroy(h.space);
    hps_dataset_destroy(h.train);
    hps_dataset_destroy(h.test);
    hps_context_destroy(h.context);
}

static result alone[STUDIES];

static void one_after_the_other(void)
{
    for (int32_t i = 0; i < STUDIES; i++) {
        whole_study(i + 1, &alone[i]);
        ck_assert_msg(alone[i].status == HPS_OK, "%s", hps_last_error());
    }
    ck_assert(alone[0].f != alone[1].f);
}

static void same(const result *r)
{
    for (int32_t i = 0; i < STUDIES; i++) {
        ck_assert_int_eq(r[i].status, HPS_OK);
        ck_assert_mem_eq(&r[i], &alone[i], sizeof r[i]);
    }
}

START_TEST(test_two_teams_of_the_host)
{
    result r[STUDIES];

#ifdef _OPENMP
#pragma omp parallel for num_threads(2) schedule(static, 1)
#endif
    for (int32_t i = 0; i < STUDIES; i++) {
        whole_study(i + 1, &r[i]);
    }
    same(r);
}
END_TEST

typedef struct task {
    int32_t first;
    result r[STUDIES];
} task;

/* The thread of a host, which opens teams of its own: every other study. */
static void *run_task(void *p)
{
    task *t = p;

    for (int32_t i = t->first; i < STUDIES; i += 2) {
        whole_study(i + 1, &t->r[i]);
    }
    return NULL;
}

START_TEST(test_two_threads_of_the_host)
{
    static task t[2] = {{.first = 0}, {.first = 1}};
    pthread_t thread[2];

    for (int32_t k = 0; k < 2; k++) {
        ck_assert_int_eq(pthread_create(&thread[k], NULL, run_task, &t[k]), 0);
    }
    for (int32_t k = 0; k < 2; k++) {
        ck_assert_int_eq(pthread_join(thread[k], NULL), 0);
    }
    t[0].r[1] = t[1].r[1];
    t[0].r[3] = t[1].r[3];
    same(t[0].r);
}
END_TEST

/* Threads do not survive a fork; a child that uses none needs none. */
START_TEST(test_a_child_works_alone)
{
    int status = -1;
    pid_t child = fork();

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        host h = {0};
        hps_status s = hps_context_create(&h.context, NULL);
        s = s != HPS_OK ? s : hps_context_set_threads(h.context, 1);
        result r = {.errors.struct_size = (int32_t)sizeof r.errors};
        s = s != HPS_OK ? s : search(&h, 1, &r);
        _exit(s == HPS_OK && r.f == alone[0].f && memcmp(r.x, alone[0].x, sizeof r.x) == 0 ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("study_teams");
    TCase *tc = tcase_create("side by side");

    tcase_add_checked_fixture(tc, one_after_the_other, NULL);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_two_teams_of_the_host);
    tcase_add_test(tc, test_two_threads_of_the_host);
    tcase_add_test(tc, test_a_child_works_alone);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
