/* SPDX-License-Identifier: BSD-3-Clause */
/* Several objectives: the front against a slow search, failures, ask/tell, checkpoints. */
#include <stdio.h>
#include <unistd.h>

#include "support/swarm_run.h"

enum { MOST = 600, M = 2 };

static const char *const variants[] = {"pareto", "paper_mo"};

/* Two objectives that disagree, with failures of three kinds in either of them. */
static void pair(const double *x, double *f, int32_t *outcome)
{
    double a = x[0] + 0.4, b = log10(x[1]) - 0.5, c = (x[2] - 1.0) / 5.0;
    f[0] = broken_objective(x, outcome);
    f[1] = a * a + 0.2 * b * b + c * c + 0.1 * x[4] + log10(x[3]);
    double t = 91.0 * x[0] + 7.0 * x[2];
    if (t - floor(t) < 0.1) {
        f[1] = (double)INFINITY;
    }
}

static int32_t evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)user;
    ck_assert_int_eq(b->n_objectives, M);
    for (int32_t i = 0; i < b->n; i++) {
        pair(b->x + (int64_t)i * b->n_params, f + (int64_t)i * M, &outcome[i]);
    }
    return 0;
}

static hps_swarm *engine(hps_context *c, const char *variant, int64_t evaluations)
{
    hps_space *s;
    hps_swarm *e;
    CK_OK(mixed_space(&s, c));
    CK_OK(hps_swarm_create(&e, c, s, M));
    if (variant != NULL) {
        CK_OK(hps_swarm_set_text(e, "variant", variant));
    }
    CK_OK(hps_swarm_set_int(e, "seed", 5));
    CK_OK(hps_swarm_set_int(e, "max_evaluations", evaluations));
    hps_space_destroy(s);
    return e;
}

/* What a run did, in order of id. */
typedef struct record {
    int64_t n;
    int32_t n_front, outcome[MOST];
    int64_t id[MOST], front[MOST];
    double x[MOST * MIXED_PARAMS], f[MOST * M], front_x[MOST * MIXED_PARAMS], front_f[MOST * M];
    double best_x[MIXED_PARAMS], best_f[M];
} record;

static record *record_of(const hps_swarm *e)
{
    record *r = calloc(1, sizeof *r);
    CK_OK(hps_swarm_history(e, MOST, &r->n, r->id, r->x, r->f, r->outcome));
    CK_OK(hps_swarm_front(e, MOST, &r->n_front, r->front, r->front_x, r->front_f));
    CK_OK(hps_swarm_best(e, r->best_x, r->best_f));
    return r;
}

static void run(hps_swarm *e)
{
    CK_OK(hps_swarm_run(e, evaluate, NULL));
}

static int beats(const double *a, const double *b)
{
    return a[0] <= b[0] && a[1] <= b[1] && (a[0] < b[0] || a[1] < b[1]);
}

START_TEST(test_the_front_is_what_a_search_of_the_history_finds)
{
    hps_swarm *e = engine(NULL, variants[_i], 500);
    run(e);
    record *r = record_of(e);
    int32_t k = 0;
    int64_t failed = 0;
    for (int64_t i = 0; i < r->n; i++) {
        int beaten = r->outcome[i] != HPS_EVAL_OK;
        failed += beaten;
        ck_assert_int_eq(isfinite(r->f[2 * i]) && isfinite(r->f[2 * i + 1]), !beaten);
        for (int64_t j = 0; j < r->n && !beaten; j++) {
            beaten = beats(r->f + 2 * j, r->f + 2 * i);
        }
        if (!beaten) {
            ck_assert_int_lt(k, r->n_front);
            ck_assert_int_eq(r->front[k], r->id[i]);
            ck_assert_mem_eq(r->front_f + 2 * k, r->f + 2 * i, 2 * sizeof(double));
            ck_assert_mem_eq(r->front_x + MIXED_PARAMS * k, r->x + MIXED_PARAMS * i,
                             MIXED_PARAMS * sizeof(double));
            k++;
        }
    }
    ck_assert_int_eq(k, r->n_front);
    ck_assert_int_gt(k, 3);
    ck_assert_int_gt(failed, 50);
    hps_progress p = {.struct_size = (int32_t)sizeof p};
    CK_OK(hps_swarm_get_progress(e, &p));
    ck_assert_int_eq(p.n_front, k);
    ck_assert_int_eq(p.n_failed, failed);
    free(r);
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_the_best_is_the_compromise)
{
    hps_swarm *e = engine(NULL, NULL, 300);
    run(e);
    record *r = record_of(e);
    double lo[M] = {INFINITY, INFINITY}, hi[M] = {-INFINITY, -INFINITY}, least = INFINITY;
    int32_t best = -1;
    for (int32_t i = 0; i < M * r->n_front; i++) {
        lo[i % M] = fmin(lo[i % M], r->front_f[i]);
        hi[i % M] = fmax(hi[i % M], r->front_f[i]);
    }
    for (int32_t i = 0; i < r->n_front; i++) {
        double s = fmax((r->front_f[2 * i] - lo[0]) / (hi[0] - lo[0]),
                        (r->front_f[2 * i + 1] - lo[1]) / (hi[1] - lo[1]));
        if (s < least) {
            least = s;
            best = i;
        }
    }
    ck_assert_mem_eq(r->best_f, r->front_f + 2 * best, sizeof r->best_f);
    ck_assert_mem_eq(r->best_x, r->front_x + MIXED_PARAMS * best, sizeof r->best_x);
    free(r);
    hps_swarm_destroy(e);
}
END_TEST

static record *whole_run(const char *variant, int64_t evaluations)
{
    hps_swarm *e = engine(NULL, variant, evaluations);
    run(e);
    record *r = record_of(e);
    hps_swarm_destroy(e);
    return r;
}

START_TEST(test_threads_do_not_matter)
{
    static const int32_t threads[] = {2, 3, 8};
    record *a = whole_run(variants[_i % 2], 300);
    hps_context *c;
    CK_OK(hps_context_create(&c, NULL));
    CK_OK(hps_context_set_threads(c, threads[_i / 2]));
    hps_swarm *e = engine(c, variants[_i % 2], 300);
    hps_context_destroy(c);
    run(e);
    record *b = record_of(e);
    ck_assert_mem_eq(a, b, sizeof *a);
    hps_swarm_destroy(e);
    free(a);
    free(b);
}
END_TEST

/* Tell single values in an order that jumps about. */
static int32_t shuffled_round(hps_swarm *e, int64_t round)
{
    int64_t id[64];
    double x[64 * MIXED_PARAMS];
    int32_t n = 0;
    CK_OK(hps_swarm_ask(e, 1 + (int32_t)(round % 40), &n, id, x));
    for (int32_t k = 0; k < n; k++) {
        int32_t i = (int32_t)((k * 7 + round) % n);
        i = n % 7 == 0 ? n - 1 - k : i;
        double f[M];
        int32_t outcome = HPS_EVAL_OK;
        pair(x + i * MIXED_PARAMS, f, &outcome);
        CK_OK(hps_swarm_tell(e, 1, &id[i], f, &outcome));
    }
    return n;
}

START_TEST(test_the_order_of_tells_does_not_matter)
{
    record *a = whole_run(variants[_i], 300);
    hps_swarm *e = engine(NULL, variants[_i], 300);
    for (int64_t round = 0; !hps_swarm_done(e); round++) {
        ck_assert_int_gt(shuffled_round(e, round), 0);
    }
    record *b = record_of(e);
    ck_assert_mem_eq(a, b, sizeof *a);
    hps_swarm_destroy(e);
    free(a);
    free(b);
}
END_TEST

START_TEST(test_saved_and_loaded_after_every_call)
{
    char path[64];
    snprintf(path, sizeof path, "pareto-%d-%d.hps", (int)getpid(), _i);
    record *a = whole_run(variants[_i], 240);
    hps_swarm *e = engine(NULL, variants[_i], 240);
    hps_space *s;
    CK_OK(mixed_space(&s, NULL));
    for (int64_t round = 0; !hps_swarm_done(e); round++) {
        shuffled_round(e, round);
        CK_OK(hps_swarm_save(e, path));
        hps_swarm_destroy(e);
        CK_OK(hps_swarm_load(&e, NULL, s, path));
    }
    record *b = record_of(e);
    ck_assert_mem_eq(a, b, sizeof *a);
    hps_swarm_destroy(e);
    hps_space_destroy(s);
    remove(path);
    free(a);
    free(b);
}
END_TEST

/* ------------------------------------------------------------ preference */

/* The first objective decides, in steps of a tenth; then the second. */
static int32_t by_steps(int32_t m, const double *a, const double *b, void *user)
{
    double x = floor(10.0 * a[0]), y = floor(10.0 * b[0]);
    ck_assert_int_eq(m, M);
    ++*(int32_t *)user;
    if (x != y) {
        return x < y ? -1 : 1;
    }
    return (a[1] > b[1]) - (a[1] < b[1]);
}

START_TEST(test_a_preference_replaces_dominance)
{
    int32_t calls = 0, n = 0;
    int64_t id[4];
    double f[8];
    hps_swarm *e = engine(NULL, NULL, 200);
    CK_OK(hps_swarm_set_preference(e, by_steps, &calls));
    run(e);
    ck_assert_int_gt(calls, 200);
    CK_OK(hps_swarm_front(e, 4, &n, id, NULL, f));
    ck_assert_int_eq(n, 1);
    record *r = record_of(e);
    for (int64_t i = 0; i < r->n; i++) {
        ck_assert(r->outcome[i] != HPS_EVAL_OK || by_steps(M, f, r->f + 2 * i, &calls) <= 0);
    }
    CK_OK(hps_swarm_set_preference(e, NULL, NULL));
    CK_OK(hps_swarm_front(e, 0, &n, NULL, NULL, NULL));
    ck_assert_int_gt(n, 1);
    free(r);
    hps_swarm_destroy(e);
}
END_TEST

/* ---------------------------------------------------------------- errors */

START_TEST(test_variants_and_objectives_have_to_fit)
{
    int32_t n;
    int64_t id[1];
    double x[MIXED_PARAMS];
    hps_swarm *e = engine(NULL, "guided", 10);
    FAILS(hps_swarm_ask(e, 1, &n, id, x), HPS_E_STATE,
          "guided takes one objective, the engine has 2");
    hps_swarm_destroy(e);
    for (int32_t i = 0; i < 2; i++) {
        e = mixed_swarm(NULL, variants[i], 10);
        FAILS(hps_swarm_ask(e, 1, &n, id, x), HPS_E_STATE, "takes two objectives or more");
        FAILS(hps_swarm_set_preference(e, by_steps, NULL), HPS_E_STATE, "several objectives");
        hps_swarm_destroy(e);
    }
    e = engine(NULL, NULL, 10);
    FAILS(hps_swarm_set_real(e, "target", 1.0), HPS_E_STATE, "target is for one objective");
    FAILS(hps_swarm_front(e, 0, NULL, NULL, NULL, NULL), HPS_E_ARGUMENT, "n is NULL");
    FAILS(hps_swarm_front(NULL, 0, &n, NULL, NULL, NULL), HPS_E_ARGUMENT, "engine is NULL");
    CK_OK(hps_swarm_front(e, 0, &n, id, x, NULL));
    ck_assert_int_eq(n, 0);
    run(e);
    FAILS(hps_swarm_front(e, 0, &n, id, x, NULL), HPS_E_CAPACITY, "capacity = 0");
    ck_assert_int_gt(n, 0);
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_the_front_of_one_objective_is_the_best_point)
{
    int32_t n = 0;
    int64_t id[1];
    double f[1], best[1];
    hps_swarm *e = mixed_swarm(NULL, "swarm", 100);
    CK_OK(hps_swarm_front(e, 0, &n, NULL, NULL, NULL));
    ck_assert_int_eq(n, 0);
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    CK_OK(hps_swarm_front(e, 1, &n, id, NULL, f));
    CK_OK(hps_swarm_best(e, NULL, best));
    ck_assert_int_eq(n, 1);
    ck_assert(f[0] == best[0]);
    hps_swarm_destroy(e);
}
END_TEST

/* ---------------------------------------------------------- start, limits */

START_TEST(test_more_starts_than_members)
{
    enum { N = 30 };
    double x[N * MIXED_PARAMS];
    for (int32_t i = 0; i < N; i++) {
        double row[] = {-0.9 + 0.09 * i, 0.01 * (i + 1), i % 5, 5 + i, i % 3, 1.25};
        memcpy(x + i * MIXED_PARAMS, row, sizeof row);
    }
    hps_swarm *e = engine(NULL, variants[_i], 120);
    CK_OK(hps_swarm_set_start(e, N, x));
    if (_i == 1) {
        CK_OK(hps_swarm_set_int(e, "particles", 8));
        FAILS(hps_swarm_run(e, evaluate, NULL), HPS_E_STATE, "30 start positions");
    } else {
        run(e);
        record *r = record_of(e);
        ck_assert_mem_eq(r->x, x, sizeof x);
        free(r);
    }
    hps_swarm_destroy(e);
}
END_TEST

static int32_t always_fails(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)user;
    for (int32_t i = 0; i < b->n; i++) {
        f[2 * i] = 1.0;
        f[2 * i + 1] = i % 2 ? (double)NAN : -(double)INFINITY;
        outcome[i] = HPS_EVAL_OK;
    }
    return 0;
}

START_TEST(test_a_run_of_failures_ends)
{
    hps_swarm *e = engine(NULL, variants[_i], 1000);
    CK_OK(hps_swarm_run(e, always_fails, NULL));
    ck_assert_str_eq(hps_swarm_stop_reason(e), "all_failed");
    hps_swarm_destroy(e);
}
END_TEST

static int32_t flat(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)outcome;
    (void)user;
    for (int32_t i = 0; i < M * b->n; i++) {
        f[i] = b->id[i / M] < 12 ? 1.0 : 2.0;
    }
    return 0;
}

START_TEST(test_stagnation_counts_since_the_last_point_of_the_front)
{
    hps_swarm *e = engine(NULL, NULL, 1000);
    CK_OK(hps_swarm_set_int(e, "stagnation", 30));
    CK_OK(hps_swarm_run(e, flat, NULL));
    ck_assert_str_eq(hps_swarm_stop_reason(e), "stagnation");
    hps_progress p = {.struct_size = (int32_t)sizeof p};
    CK_OK(hps_swarm_get_progress(e, &p));
    ck_assert_int_eq(p.n_evaluated, 48);
    ck_assert_int_eq(p.n_front, 12); /* equal values do not beat each other */
    hps_swarm_destroy(e);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_loop_test(t, test_the_front_is_what_a_search_of_the_history_finds, 0, 2);
    tcase_add_test(t, test_the_best_is_the_compromise);
    tcase_add_loop_test(t, test_threads_do_not_matter, 0, 6);
    tcase_add_loop_test(t, test_the_order_of_tells_does_not_matter, 0, 2);
    tcase_add_loop_test(t, test_saved_and_loaded_after_every_call, 0, 2);
    tcase_add_test(t, test_a_preference_replaces_dominance);
    tcase_add_test(t, test_variants_and_objectives_have_to_fit);
    tcase_add_test(t, test_the_front_of_one_objective_is_the_best_point);
    tcase_add_loop_test(t, test_more_starts_than_members, 0, 2);
    tcase_add_loop_test(t, test_a_run_of_failures_ends, 0, 2);
    tcase_add_test(t, test_stagnation_counts_since_the_last_point_of_the_front);
}

int main(void)
{
    return run_tests("swarm_pareto", add);
}
