/* SPDX-License-Identifier: BSD-3-Clause */
/* The asynchronous mode: what is under way, a trajectory that the order of completion alone
 * decides, its replay, checkpoints at any moment, and what it refuses. */
#include "support/failing_allocator.h"
#include "support/swarm_file.h"
#include "support/swarm_workers.h"

static const char *const variants[] = {"paper", "swarm", "guided"};
enum { EVALUATIONS = 331 };

static hps_swarm *async_swarm(const char *variant, int64_t evaluations)
{
    hps_swarm *e = mixed_swarm(NULL, variant, evaluations);
    CK_OK(hps_swarm_set_int(e, "asynchronous", 1));
    return e;
}

/* Workers that end in any order; `lazy`: they also wait before they ask again; `saved`: the
 * engine is saved and loaded now and then, which loses what is under way. */
static void work(hps_swarm **e, uint32_t seed, int lazy, int saved)
{
    pool p = {0};
    random_state = seed;
    while (!hps_swarm_done(*e)) {
        if (saved && pick(4) == 0) {
            *e = reborn(*e);
            p.n = 0;
        }
        int32_t n = lazy && p.n > 0 && pick(2) == 0 ? 0 : ask_some(*e, &p, lazy ? 3 : 40);
        ck_assert_msg(n > 0 || p.n > 0 || hps_swarm_done(*e), "nothing under way");
        if (p.n > 0) {
            tell_one(*e, &p);
        }
    }
    ck_assert_int_le(p.most, 16);
}

static int64_t *order_of(const hps_swarm *e, int64_t *n)
{
    CK_OK(hps_swarm_order(e, 0, n, NULL));
    int64_t *id = calloc((size_t)*n + 1, sizeof *id);
    CK_OK(hps_swarm_order(e, *n, n, id));
    return id;
}

/* ----------------------------------------------------------------- order */

START_TEST(test_a_recorded_order_gives_the_run_again)
{
    for (uint32_t seed = 1; seed <= 4; seed++) {
        int64_t n, n_again;
        hps_swarm *e = async_swarm(variants[_i], EVALUATIONS);
        work(&e, seed, 0, 0);
        trace *expected = trace_of(e);
        int64_t *order = order_of(e, &n);
        hps_swarm_destroy(e);
        ck_assert_int_eq(n, EVALUATIONS);
        for (int way = 0; way < 4; way++) { /* lazy or not, saved or not, other workers */
            e = async_swarm(variants[_i], EVALUATIONS);
            CK_OK(hps_swarm_set_replay(e, n, order));
            work(&e, 100 * seed + (uint32_t)way, way & 1, way & 2);
            trace *t = trace_of(e);
            trace_assert_equal(expected, t);
            int64_t *again = order_of(e, &n_again);
            ck_assert_int_eq(n_again, n);
            ck_assert_mem_eq(order, again, (size_t)n * sizeof *order);
            free(again);
            free(t);
            hps_swarm_destroy(e);
        }
        free(order);
        free(expected);
    }
}
END_TEST

START_TEST(test_another_order_is_another_run)
{
    trace *t[2];
    for (int k = 0; k < 2; k++) {
        hps_swarm *e = async_swarm(variants[_i], 100);
        work(&e, 1 + (uint32_t)k, 0, 0);
        t[k] = trace_of(e);
        hps_swarm_destroy(e);
    }
    ck_assert_mem_ne(t[0]->x, t[1]->x, sizeof t[0]->x);
    free(t[0]);
    free(t[1]);
}
END_TEST

/* A part of an order is followed to its end, and then the run goes on. */
START_TEST(test_a_part_of_an_order)
{
    int64_t n;
    hps_swarm *e = async_swarm(variants[_i], EVALUATIONS);
    work(&e, 7, 0, 0);
    int64_t *order = order_of(e, &n), n_other;
    trace *whole = trace_of(e);
    hps_swarm_destroy(e);
    e = async_swarm(variants[_i], EVALUATIONS);
    CK_OK(hps_swarm_set_replay(e, 100, order));
    work(&e, 8, 1, 1);
    trace *t = trace_of(e);
    int64_t *other = order_of(e, &n_other);
    ck_assert_int_eq(n_other, n);
    ck_assert_mem_eq(order, other, 100 * sizeof *order);
    ck_assert_mem_ne(order, other, (size_t)n * sizeof *order);
    /* the point made after value number 100 is the last that both have */
    ck_assert_mem_eq(t->x, whole->x, 100 * MIXED_PARAMS * sizeof *t->x);
    free(t);
    free(whole);
    free(order);
    free(other);
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_a_wrong_order_is_refused)
{
    int64_t repeated[] = {3, 5, 3}, negative[] = {3, -1}, foreign[] = {2, 900}, good[] = {2, 1};
    int64_t id[16], n;
    double x[16 * MIXED_PARAMS], f[16] = {0};
    int32_t k;
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 100);
    FAILS(hps_swarm_set_replay(e, 2, good), HPS_E_STATE, "not asynchronous");
    CK_OK(hps_swarm_set_int(e, "asynchronous", 1));
    FAILS(hps_swarm_set_replay(NULL, 2, good), HPS_E_ARGUMENT, "NULL");
    FAILS(hps_swarm_set_replay(e, -1, good), HPS_E_ARGUMENT, "n = -1");
    FAILS(hps_swarm_set_replay(e, 2, NULL), HPS_E_ARGUMENT, "NULL");
    FAILS(hps_swarm_set_replay(e, 3, repeated), HPS_E_ARGUMENT, "id 3 comes twice");
    FAILS(hps_swarm_set_replay(e, 2, negative), HPS_E_ARGUMENT, "id -1 is negative");
    CK_OK(hps_swarm_set_replay(e, 2, foreign));
    CK_OK(hps_swarm_ask(e, 4, &k, id, x));
    FAILS(hps_swarm_set_replay(e, 2, good), HPS_E_STATE, "under way");
    CK_OK(hps_swarm_tell(e, 4, id, f, NULL)); /* id 2 is applied, the others wait */
    FAILS(hps_swarm_ask(e, 4, &k, id, x), HPS_E_STATE, "id 900");
    CK_OK(hps_swarm_order(e, 16, &n, id));
    ck_assert(n == 1 && id[0] == 2);
    FAILS(hps_swarm_set_replay(e, 1, repeated), HPS_E_ARGUMENT, "id 2 was told then");
    FAILS(hps_swarm_order(e, 0, &n, id), HPS_E_CAPACITY, "needs 1");
    FAILS(hps_swarm_order(e, 0, NULL, id), HPS_E_ARGUMENT, "n is NULL");
    FAILS(hps_swarm_order(NULL, 0, &n, id), HPS_E_ARGUMENT, "engine is NULL");
    CK_OK(hps_swarm_set_replay(e, 2, good)); /* the right order goes on with what waits */
    CK_OK(hps_swarm_ask(e, 16, &k, id, x));
    CK_OK(hps_swarm_order(e, 16, &n, id));
    ck_assert(n == 4 && id[0] == 2 && id[1] == 1 && id[2] == 0 && id[3] == 3);
    hps_swarm_destroy(e);
}
END_TEST

/* Of a synchronous run the order is on record as well; the order of tells changes nothing. */
START_TEST(test_order_of_a_synchronous_run)
{
    int64_t id[12], n;
    double x[12 * MIXED_PARAMS], f[12] = {0};
    int32_t k;
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 100);
    CK_OK(hps_swarm_ask(e, 12, &k, id, x));
    CK_OK(hps_swarm_tell(e, 1, &id[4], f, NULL));
    CK_OK(hps_swarm_tell(e, 1, &id[2], f, NULL));
    e = reborn(e);
    CK_OK(hps_swarm_order(e, 12, &n, id));
    ck_assert(n == 2 && id[0] == 4 && id[1] == 2);
    hps_swarm_destroy(e);
}
END_TEST

/* ------------------------------------------------------- the same bits */

/* One call of the callback has all points under way, told in order of id. */
START_TEST(test_run_equals_ask_and_tell)
{
    static const int32_t threads[] = {1, 2, 3, 8};
    pool p = {0};
    hps_swarm *e = async_swarm(variants[_i], EVALUATIONS);
    while (!hps_swarm_done(e)) {
        ask_some(e, &p, 40);
        CK_OK(hps_swarm_tell(e, p.n, p.id, p.f, p.outcome));
        p.n = 0;
    }
    trace *expected = trace_of(e);
    hps_swarm_destroy(e);
    for (int k = 0; k < 4; k++) {
        hps_context *c;
        CK_OK(hps_context_create(&c, NULL));
        CK_OK(hps_context_set_threads(c, threads[k]));
        e = mixed_swarm(c, variants[_i], EVALUATIONS);
        hps_context_destroy(c);
        CK_OK(hps_swarm_set_int(e, "asynchronous", 1));
        CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
        trace *t = trace_of(e);
        trace_assert_equal(expected, t);
        free(t);
        hps_swarm_destroy(e);
    }
    free(expected);
}
END_TEST

/* One tell at a time, saved after each of them, with few workers. */
START_TEST(test_checkpoint_after_every_tell)
{
    trace *t[2];
    for (int saved = 0; saved < 2; saved++) {
        hps_swarm *e = async_swarm(variants[_i], 150);
        CK_OK(hps_swarm_set_int(e, "workers", 3));
        e = saved ? reborn(e) : e;
        while (!hps_swarm_done(e)) {
            pool p = {0};
            ask_some(e, &p, 1);
            e = saved ? reborn(e) : e; /* the point under way is handed out again */
            if (saved) {
                int64_t id = p.id[0];
                p.n = 0;
                ask_some(e, &p, 1);
                ck_assert_int_eq(p.id[0], id);
            }
            CK_OK(hps_swarm_tell(e, p.n, p.id, p.f, p.outcome));
            e = saved ? reborn(e) : e;
        }
        t[saved] = trace_of(e);
        hps_swarm_destroy(e);
    }
    trace_assert_equal(t[0], t[1]);
    free(t[0]);
    free(t[1]);
}
END_TEST

START_TEST(test_a_raised_limit_equals_the_run_with_that_limit)
{
    hps_swarm *e = async_swarm(variants[_i], EVALUATIONS);
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    trace *expected = trace_of(e);
    int64_t n;
    int64_t *order = order_of(e, &n);
    hps_swarm_destroy(e);
    e = async_swarm(variants[_i], 7);
    CK_OK(hps_swarm_set_int(e, "budget", EVALUATIONS)); /* guided plans for the last limit */
    CK_OK(hps_swarm_set_replay(e, n, order)); /* where a batch ends depends on the limit */
    for (int64_t limit = 7; limit < EVALUATIONS; limit += 81) {
        CK_OK(hps_swarm_set_int(e, "max_evaluations", limit));
        CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
        ck_assert_str_eq(hps_swarm_stop_reason(e), "evaluations");
        e = reborn(e);
    }
    CK_OK(hps_swarm_set_int(e, "max_evaluations", EVALUATIONS));
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    trace *t = trace_of(e);
    trace_assert_equal(expected, t);
    free(order);
    free(t);
    free(expected);
    hps_swarm_destroy(e);
}
END_TEST

/* -------------------------------------------------------------- under way */

START_TEST(test_as_many_points_as_workers)
{
    hps_swarm *e = async_swarm(variants[_i], 200);
    CK_OK(hps_swarm_set_int(e, "workers", 5));
    pool p = {0};
    random_state = 3;
    ck_assert_int_eq(ask_some(e, &p, 40), 5);
    ck_assert_int_eq(ask_some(e, &p, 40), 0);
    for (int k = 0; k < 100; k++) {
        tell_one(e, &p);
        ck_assert_int_eq(ask_some(e, &p, 40), 1); /* the swarm does not wait for the other four */
    }
    hps_swarm_destroy(e);
}
END_TEST

/* One worker never comes back: the others go on. */
START_TEST(test_a_lost_point_holds_up_nothing)
{
    hps_swarm *e = async_swarm(variants[_i], 400);
    pool p = {0};
    hps_progress progress = {.struct_size = (int32_t)sizeof progress};
    int64_t lost;
    double f;
    random_state = 5;
    ask_some(e, &p, 40);
    lost = p.id[0];
    p.id[0] = p.id[--p.n];
    p.f[0] = p.f[p.n];
    p.outcome[0] = p.outcome[p.n];
    while (ask_some(e, &p, 40) > 0 || p.n > 0) {
        tell_one(e, &p);
    }
    CK_OK(hps_swarm_get_progress(e, &progress));
    ck_assert_int_eq(progress.n_evaluated, 399);
    ck_assert_int_eq(progress.iteration, 399 / (_i == 0 ? 16 : 12));
    ck_assert_int_eq(hps_swarm_done(e), 0);
    CK_OK(hps_swarm_best(e, NULL, &f));
    ck_assert_double_lt(f, 1.4);
    f = -3.0; /* it comes in the end, and is the best */
    CK_OK(hps_swarm_tell(e, 1, &lost, &f, NULL));
    ck_assert_str_eq(hps_swarm_stop_reason(e), "evaluations");
    CK_OK(hps_swarm_best(e, NULL, &f));
    ck_assert(f == -3.0);
    hps_swarm_destroy(e);
}
END_TEST

/* Equal numbers of evaluations: the price of the mode is small. */
START_TEST(test_it_searches_as_well)
{
    double sum[2] = {0.0, 0.0};
    for (int mode = 0; mode < 2; mode++) {
        for (uint32_t seed = 1; seed <= 10; seed++) {
            double f;
            hps_swarm *e = mixed_swarm(NULL, variants[_i], 200);
            CK_OK(hps_swarm_set_int(e, "seed", seed));
            CK_OK(hps_swarm_set_int(e, "asynchronous", mode));
            work(&e, seed, 0, 0);
            CK_OK(hps_swarm_best(e, NULL, &f));
            sum[mode] += f / 10.0;
            hps_swarm_destroy(e);
        }
    }
    ck_assert_msg(sum[1] < sum[0] + 0.06, "%g, synchronous %g", sum[1], sum[0]);
}
END_TEST

/* Points under way must not spoil the fits near a minimum. */
START_TEST(test_guided_converges_on_a_bowl)
{
    hps_space *s;
    hps_swarm *e;
    int64_t id[16];
    double x[16 * 4], f[16], best;
    int32_t n = 0, away = 0;
    CK_OK(hps_space_create(&s, NULL));
    for (int d = 0; d < 4; d++) {
        char name[8];
        snprintf(name, sizeof name, "x%d", d);
        CK_OK(hps_space_add_real(s, name, -3.0, 3.0, HPS_SCALE_LINEAR));
    }
    CK_OK(hps_swarm_create(&e, NULL, s, 1));
    hps_space_destroy(s);
    CK_OK(hps_swarm_set_text(e, "variant", "guided"));
    CK_OK(hps_swarm_set_int(e, "asynchronous", 1));
    CK_OK(hps_swarm_set_int(e, "max_evaluations", 250));
    random_state = 11;
    while (!hps_swarm_done(e)) {
        CK_OK(hps_swarm_ask(e, 12 - away, &n, id + away, x));
        for (int32_t i = 0; i < n; i++) {
            f[away + i] = 0.0;
            for (int d = 0; d < 4; d++) {
                double a = x[i * 4 + d] - 0.4 * d;
                f[away + i] += pow(10.0, d) * a * a;
            }
        }
        away += n;
        int32_t k = pick(away);
        CK_OK(hps_swarm_tell(e, 1, &id[k], &f[k], NULL));
        away--;
        id[k] = id[away];
        f[k] = f[away];
    }
    CK_OK(hps_swarm_best(e, NULL, &best));
    ck_assert_double_lt(best, 1e-9);
    hps_swarm_destroy(e);
}
END_TEST

/* --------------------------------------------------------------- failures */

static int32_t nothing_works(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)user;
    for (int32_t i = 0; i < b->n; i++) {
        f[i] = b->id[i] % 2 ? (double)NAN : 1.0;
        outcome[i] = b->id[i] % 2 ? HPS_EVAL_OK : HPS_EVAL_TIMEOUT;
    }
    return 0;
}

START_TEST(test_all_failed)
{
    hps_swarm *e = async_swarm(variants[_i], 100000);
    CK_OK(hps_swarm_run(e, nothing_works, NULL));
    ck_assert_str_eq(hps_swarm_stop_reason(e), "all_failed");
    ck_assert_int_eq(hps_swarm_count(e, HPS_EVAL_OK), 0);
    ck_assert_int_gt(hps_swarm_count(e, HPS_EVAL_TIMEOUT), 0);
    ck_assert_int_le(hps_swarm_count(e, HPS_EVAL_TIMEOUT), 6 * 16);
    for (int again = 0; again < 2; again++) {
        ck_assert_int_gt(hps_swarm_count(e, HPS_COUNT_NO_NUMBER), 0);
        ck_assert_int_eq(hps_swarm_count(e, HPS_COUNT_NO_NUMBER),
                         hps_swarm_count(e, HPS_EVAL_FAILED));
        e = reborn(e);
    }
    hps_swarm_destroy(e);
}
END_TEST

static int32_t flaky_evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    int32_t *tries = user;
    for (int32_t i = 0; i < b->n; i++) {
        f[i] = broken_objective(b->x + (int64_t)i * b->n_params, &outcome[i]);
        if (++tries[b->id[i]] == 1) {
            outcome[i] = HPS_EVAL_FAILED;
        }
    }
    return 0;
}

/* A retried point ends later, which is another order; replayed it is the same run. */
START_TEST(test_retries)
{
    static int32_t tries[2][TRACE_MAX];
    int64_t n;
    memset(tries, 0, sizeof tries);
    hps_swarm *e = async_swarm(variants[_i], 200);
    CK_OK(hps_swarm_set_int(e, "retry", 2));
    CK_OK(hps_swarm_run(e, flaky_evaluate, tries[0]));
    ck_assert_int_ge(hps_swarm_count(e, HPS_COUNT_RETRIED), 200);
    trace *expected = trace_of(e);
    int64_t *order = order_of(e, &n);
    hps_swarm_destroy(e);
    e = async_swarm(variants[_i], 200);
    CK_OK(hps_swarm_set_replay(e, n, order));
    CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
    trace *t = trace_of(e);
    trace_assert_equal(expected, t);
    free(order);
    free(t);
    free(expected);
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_points_from_outside)
{
    double x[] = {0.5, 1e-2, 3.0, 20.0, 1.0, 1.25}, f = -7.0;
    trace *t[2];
    for (int saved = 0; saved < 2; saved++) {
        hps_swarm *e = async_swarm(variants[_i], 120);
        for (int round = 0; !hps_swarm_done(e); round++) {
            pool p = {0};
            ask_some(e, &p, 2);
            if (round == 20) {
                CK_OK(hps_swarm_tell_external(e, 1, x, &f, NULL));
            }
            CK_OK(hps_swarm_tell(e, p.n, p.id, p.f, p.outcome));
            e = saved ? reborn(e) : e;
        }
        ck_assert_int_eq(hps_swarm_count(e, HPS_COUNT_EXTERNAL), 1);
        t[saved] = trace_of(e);
        ck_assert(t[saved]->best_f == -7.0);
        hps_swarm_destroy(e);
    }
    trace_assert_equal(t[0], t[1]);
    free(t[0]);
    free(t[1]);
}
END_TEST

/* ------------------------------------------------------------ small spaces */

/* 12 points: each once, then nothing is left. */
START_TEST(test_a_finite_space_is_exhausted)
{
    static const char *const labels[] = {"a", "b", "c"};
    hps_space *s;
    hps_swarm *e;
    int64_t id[64], n = 0;
    double x[128], f[64] = {0};
    int32_t k = 1;
    CK_OK(hps_space_create(&s, NULL));
    CK_OK(hps_space_add_int(s, "int", 1, 4, HPS_SCALE_LINEAR));
    CK_OK(hps_space_add_choice(s, "choice", 3, labels));
    CK_OK(hps_swarm_create(&e, NULL, s, 1));
    hps_space_destroy(s);
    CK_OK(hps_swarm_set_text(e, "variant", variants[_i]));
    CK_OK(hps_swarm_set_int(e, "asynchronous", 1));
    CK_OK(hps_swarm_set_int(e, "max_evaluations", 1000));
    while (k > 0) {
        CK_OK(hps_swarm_ask(e, 1, &k, id, x));
        f[0] = x[0] + x[1];
        CK_OK(hps_swarm_tell(e, k, id, f, NULL));
    }
    ck_assert_str_eq(hps_swarm_stop_reason(e), "exhausted");
    CK_OK(hps_swarm_history(e, 0, &n, NULL, NULL, NULL, NULL));
    ck_assert_int_le(n, 12);
    ck_assert(_i == 0 || n == 12); /* a paper swarm rests earlier */
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_start_positions)
{
    double start[3 * MIXED_PARAMS], x[POOL_MAX * MIXED_PARAMS];
    int64_t id[POOL_MAX];
    int32_t n;
    for (int k = 0; k < 3; k++) {
        const double at[MIXED_PARAMS] = {0.1 + 0.1 * k, 1e-2, 3.0, 20.0, 1.0, 1.25};
        memcpy(start + k * MIXED_PARAMS, at, sizeof at);
    }
    hps_swarm *e = async_swarm(variants[_i], 100);
    CK_OK(hps_swarm_set_start(e, 3, start));
    CK_OK(hps_swarm_ask(e, 40, &n, id, x));
    ck_assert_mem_eq(x, start, sizeof start); /* the caller's own digits */
    hps_swarm_destroy(e);
    e = async_swarm(variants[_i], 100);
    CK_OK(hps_swarm_set_start(e, 3, start));
    CK_OK(hps_swarm_set_int(e, "particles", 2));
    FAILS(hps_swarm_ask(e, 40, &n, id, x), HPS_E_UNSUPPORTED, "3 start positions");
    hps_swarm_destroy(e);
}
END_TEST

START_TEST(test_what_has_no_such_mode)
{
    hps_space *s;
    hps_swarm *e;
    int64_t id;
    double x[MIXED_PARAMS];
    int32_t n;
    CK_OK(mixed_space(&s, NULL));
    CK_OK(hps_swarm_create(&e, NULL, s, 2));
    CK_OK(hps_swarm_set_text(e, "variant", "paper_mo"));
    CK_OK(hps_swarm_set_int(e, "max_evaluations", 10));
    CK_OK(hps_swarm_set_int(e, "asynchronous", 1));
    FAILS(hps_swarm_ask(e, 1, &n, &id, x), HPS_E_UNSUPPORTED, "asynchronous: not for paper_mo");
    hps_swarm_destroy(e);
    e = async_swarm("paper", 10);
    CK_OK(hps_swarm_set_text(e, "gbest", "iteration"));
    FAILS(hps_swarm_ask(e, 1, &n, &id, x), HPS_E_UNSUPPORTED, "gbest");
    hps_swarm_destroy(e);
    hps_space_destroy(s);
}
END_TEST

static hps_status async_scenario(hps_context *c, void *user)
{
    hps_space *s;
    hps_swarm *e = NULL;
    hps_status st = mixed_space(&s, c);
    st = st == HPS_OK ? hps_swarm_create(&e, c, s, 1) : st;
    st = st == HPS_OK ? hps_swarm_set_text(e, "variant", user) : st;
    st = st == HPS_OK ? hps_swarm_set_int(e, "max_evaluations", 60) : st;
    st = st == HPS_OK ? hps_swarm_set_int(e, "asynchronous", 1) : st;
    st = st == HPS_OK ? hps_swarm_set_replay(e, 2, (const int64_t[]){1, 0}) : st;
    st = st == HPS_OK ? hps_swarm_run(e, mixed_evaluate, NULL) : st;
    st = st == HPS_OK ? hps_swarm_save(e, path) : st;
    hps_swarm_destroy(e);
    e = NULL;
    st = st == HPS_OK ? hps_swarm_load(&e, c, s, path) : st;
    hps_swarm_destroy(e);
    hps_space_destroy(s);
    return st;
}

START_TEST(test_failing_allocations)
{
    char name[16];
    snprintf(name, sizeof name, "%s", variants[_i]);
    ck_assert_int_gt(fail_everywhere(async_scenario, name), 20);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_checked_fixture(t, make_path, drop_path);
    tcase_add_loop_test(t, test_a_recorded_order_gives_the_run_again, 0, 3);
    tcase_add_loop_test(t, test_another_order_is_another_run, 0, 3);
    tcase_add_loop_test(t, test_a_part_of_an_order, 0, 3);
    tcase_add_loop_test(t, test_a_wrong_order_is_refused, 0, 3);
    tcase_add_loop_test(t, test_order_of_a_synchronous_run, 0, 3);
    tcase_add_loop_test(t, test_run_equals_ask_and_tell, 0, 3);
    tcase_add_loop_test(t, test_checkpoint_after_every_tell, 0, 3);
    tcase_add_loop_test(t, test_a_raised_limit_equals_the_run_with_that_limit, 0, 3);
    tcase_add_loop_test(t, test_as_many_points_as_workers, 0, 3);
    tcase_add_loop_test(t, test_a_lost_point_holds_up_nothing, 0, 3);
    tcase_add_loop_test(t, test_it_searches_as_well, 0, 3);
    tcase_add_test(t, test_guided_converges_on_a_bowl);
    tcase_add_loop_test(t, test_all_failed, 0, 3);
    tcase_add_loop_test(t, test_retries, 0, 3);
    tcase_add_loop_test(t, test_points_from_outside, 0, 3);
    tcase_add_loop_test(t, test_a_finite_space_is_exhausted, 0, 3);
    tcase_add_loop_test(t, test_start_positions, 0, 3);
    tcase_add_test(t, test_what_has_no_such_mode);
    tcase_add_loop_test(t, test_failing_allocations, 0, 3);
}

int main(void)
{
    return run_tests("swarm_async", add);
}
