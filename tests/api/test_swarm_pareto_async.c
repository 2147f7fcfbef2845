/* SPDX-License-Identifier: BSD-3-Clause */
/* Several objectives in the asynchronous mode: the order of completion decides the trajectory,
 * checkpoints anywhere, replay, failures, and a front as good as the synchronous one. */
#include "support/failing_allocator.h"
#include "support/swarm_file.h"

#define WORST 6.0
enum { MOST = 400, UNDER_WAY = 64, EVALUATIONS = 240 };

/* Two or three objectives that disagree, with failures of three kinds. */
static void values(int32_t m, const double *x, double *f, int32_t *outcome)
{
    double a = x[0] + 0.4, b = log10(x[1]) - 0.5, c = (x[2] - 1.0) / 5.0;
    *outcome = HPS_EVAL_OK;
    f[0] = broken_objective(x, outcome);
    f[m - 1] = 0.1 * x[4] + log10(x[3]) - a;
    f[1] = a * a + 0.2 * b * b + c * c + 0.1 * x[4] + log10(x[3]);
    double t = 91.0 * x[0] + 7.0 * x[2];
    if (t - floor(t) < 0.1) {
        f[1] = (double)INFINITY;
    }
}

static int32_t evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)user;
    for (int32_t i = 0; i < b->n; i++) {
        values(b->n_objectives, b->x + (int64_t)i * b->n_params, f + (int64_t)i * b->n_objectives,
               &outcome[i]);
    }
    return 0;
}

static hps_swarm *engine(hps_context *c, int32_t m, int32_t asynchronous)
{
    hps_space *s;
    hps_swarm *e;
    CK_OK(mixed_space(&s, c));
    CK_OK(hps_swarm_create(&e, c, s, m));
    CK_OK(hps_swarm_set_int(e, "seed", 5));
    CK_OK(hps_swarm_set_int(e, "max_evaluations", EVALUATIONS));
    CK_OK(hps_swarm_set_int(e, "asynchronous", asynchronous));
    hps_space_destroy(s);
    return e;
}

typedef struct record {
    int64_t n, n_order, id[MOST], order[MOST], front[MOST];
    int32_t n_front, outcome[MOST];
    double x[MOST * MIXED_PARAMS], f[MOST * 3], best_x[MIXED_PARAMS], best_f[3];
    hps_progress progress;
} record;

/* What a run did; it ends here. */
static record *record_of(hps_swarm *e)
{
    record *r = calloc(1, sizeof *r);
    CK_OK(hps_swarm_history(e, MOST, &r->n, r->id, r->x, r->f, r->outcome));
    CK_OK(hps_swarm_order(e, MOST, &r->n_order, r->order));
    CK_OK(hps_swarm_front(e, MOST, &r->n_front, r->front, NULL, NULL));
    CK_OK(hps_swarm_best(e, r->best_x, r->best_f));
    r->progress.struct_size = (int32_t)sizeof r->progress;
    CK_OK(hps_swarm_get_progress(e, &r->progress));
    r->progress.seconds = 0.0;
    hps_swarm_destroy(e);
    return r;
}

static void assert_equal(record *a, record *b)
{
    ck_assert_int_eq(a->n, b->n);
    ck_assert_mem_eq(a->x, b->x, sizeof a->x);
    ck_assert_mem_eq(a, b, sizeof *a);
    free(b);
}

static uint32_t random_state;

static int32_t pick(int32_t n)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (int32_t)((random_state >> 8) % (uint32_t)n);
}

typedef struct pool {
    int32_t n, m;
    int64_t id[UNDER_WAY];
    double x[UNDER_WAY][MIXED_PARAMS];
} pool;

static void ask_some(hps_swarm *e, pool *p, int32_t capacity)
{
    int32_t n;
    CK_OK(hps_swarm_ask(e, capacity, &n, p->id + p->n, p->x[p->n]));
    p->n += n;
    ck_assert_int_le(p->n, 12); /* as many as particles */
}

static void tell(hps_swarm *e, pool *p, int32_t k)
{
    double f[3];
    int32_t outcome;
    values(p->m, p->x[k], f, &outcome);
    CK_OK(hps_swarm_tell(e, 1, &p->id[k], f, &outcome));
    p->n--;
    p->id[k] = p->id[p->n];
    memcpy(p->x[k], p->x[p->n], sizeof p->x[k]);
}

/* Workers that end in any order; saved now and then, which loses what is under way. */
static record *by_workers(hps_swarm *e, int32_t m, uint32_t seed, int saved)
{
    pool p = {.m = m};
    random_state = seed;
    while (!hps_swarm_done(e)) {
        int lost = pick(6) == 0; /* the same draws with and without */
        if (lost && saved) {
            e = reborn(e);
            p.n = 0;
        }
        ask_some(e, &p, 40);
        if (p.n > 0) {
            tell(e, &p, pick(p.n));
        }
    }
    return record_of(e);
}

/* Tell in a recorded order, each point when it is there. */
static record *by_order(hps_swarm *e, int32_t m, const record *a)
{
    pool p = {.m = m};
    CK_OK(hps_swarm_set_replay(e, a->n_order, a->order));
    random_state = 99;
    while (!hps_swarm_done(e)) {
        ask_some(e, &p, 1 + pick(12));
        for (int32_t k = p.n > 0 ? 1 + pick(p.n) : 0; k > 0; k--) {
            tell(e, &p, pick(p.n));
        }
    }
    return record_of(e);
}

START_TEST(test_a_recorded_order_gives_the_run_again)
{
    record *a = by_workers(engine(NULL, 2 + _i, 1), 2 + _i, 3, 0);
    ck_assert_int_eq(a->n, EVALUATIONS);
    assert_equal(a, by_order(engine(NULL, 2 + _i, 1), 2 + _i, a));
    record *other = by_workers(engine(NULL, 2 + _i, 1), 2 + _i, 4, 0);
    ck_assert_mem_ne(a->x, other->x, sizeof a->x);
    free(other);
    free(a);
}
END_TEST

/* Saved now and then, with values that wait for their turn of a replay as well. */
START_TEST(test_saved_anywhere)
{
    record *a = by_workers(engine(NULL, 2 + _i, 1), 2 + _i, 7, 1);
    hps_swarm *e = engine(NULL, 2 + _i, 1);
    pool p = {.m = 2 + _i};
    CK_OK(hps_swarm_set_replay(e, a->n_order, a->order));
    random_state = 5;
    while (!hps_swarm_done(e)) {
        ask_some(e, &p, 40);
        for (int32_t k = p.n > 0 ? 1 + pick(p.n) : 0; k > 0; k--) {
            tell(e, &p, pick(p.n));
        }
        e = reborn(e);
        p.n = 0;
    }
    assert_equal(a, record_of(e));
    free(a);
}
END_TEST

/* For any number of threads, and as ask and tell in order of id. */
START_TEST(test_run_equals_ask_and_tell)
{
    record *a = NULL;
    for (int32_t threads = 1; threads <= 3; threads++) {
        hps_context *c;
        CK_OK(hps_context_create(&c, NULL));
        CK_OK(hps_context_set_threads(c, threads));
        hps_swarm *e = engine(c, 2 + _i, 1);
        hps_context_destroy(c);
        CK_OK(hps_swarm_run(e, evaluate, NULL));
        record *b = record_of(e);
        if (a == NULL) {
            a = b;
        } else {
            assert_equal(a, b);
        }
    }
    hps_swarm *e = engine(NULL, 2 + _i, 1);
    while (!hps_swarm_done(e)) {
        pool p = {.m = 2 + _i};
        ask_some(e, &p, 40);
        for (int32_t n = p.n; n > 0; n--) { /* the oldest first */
            int32_t first = 0;
            for (int32_t k = 1; k < p.n; k++) {
                first = p.id[k] < p.id[first] ? k : first;
            }
            tell(e, &p, first);
        }
    }
    assert_equal(a, record_of(e));
    free(a);
}
END_TEST

/* The area that a front of two objectives covers, up to WORST in both. */
static double area(hps_swarm *e)
{
    double f[MOST * 2], sum = 0.0, top = WORST, last;
    int32_t n;
    CK_OK(hps_swarm_front(e, MOST, &n, NULL, NULL, f));
    do { /* strips from the least first objective on */
        last = top;
        double left = (double)INFINITY, below = top;
        for (int32_t i = 0; i < n; i++) {
            if (f[2 * i + 1] < top && f[2 * i] < left) {
                left = f[2 * i];
                below = f[2 * i + 1];
            }
        }
        if (left < WORST) {
            sum += (WORST - left) * (top - below);
            top = below;
        }
    } while (top < last);
    return sum;
}

START_TEST(test_the_front_is_as_good)
{
    double mean[2] = {0.0, 0.0};
    for (int32_t asynchronous = 0; asynchronous < 2; asynchronous++) {
        for (int32_t seed = 1; seed <= 10; seed++) {
            hps_swarm *e = engine(NULL, 2, asynchronous);
            CK_OK(hps_swarm_set_int(e, "seed", seed));
            CK_OK(hps_swarm_set_int(e, "max_evaluations", 120));
            pool p = {.m = 2};
            random_state = (uint32_t)seed;
            while (!hps_swarm_done(e)) {
                ask_some(e, &p, 40);
                tell(e, &p, pick(p.n));
            }
            mean[asynchronous] += area(e) / 10.0;
            hps_swarm_destroy(e);
        }
    }
    ck_assert_double_gt(mean[0], 20.0);
    ck_assert_msg(mean[1] > 0.98 * mean[0], "asynchronous %g, synchronous %g", mean[1], mean[0]);
}
END_TEST

/* A point that never comes back holds up nothing. */
START_TEST(test_a_lost_point_holds_up_nothing)
{
    hps_swarm *e = engine(NULL, 2, 1);
    pool p = {.m = 2};
    ask_some(e, &p, 40);
    ck_assert_int_eq(p.n, 12);
    int64_t lost = p.id[11];
    p.n = 11;
    while (p.n > 0) {
        tell(e, &p, 0);
        ask_some(e, &p, 40);
    }
    ck_assert_str_eq(hps_swarm_stop_reason(e), "");
    double f[2] = {0.0, 0.0};
    CK_OK(hps_swarm_tell(e, 1, &lost, f, NULL));
    ck_assert_str_eq(hps_swarm_stop_reason(e), "evaluations");
    hps_swarm_destroy(e);
}
END_TEST

static int32_t always_fails(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)user;
    for (int32_t i = 0; i < b->n; i++) {
        f[2 * i] = f[2 * i + 1] = (double)NAN;
        outcome[i] = HPS_EVAL_OK;
    }
    return 0;
}

START_TEST(test_a_run_of_failures_ends)
{
    hps_swarm *e = engine(NULL, 2, 1);
    CK_OK(hps_swarm_run(e, always_fails, NULL));
    ck_assert_str_eq(hps_swarm_stop_reason(e), "all_failed");
    ck_assert_int_eq(hps_swarm_best(e, NULL, NULL), HPS_E_STATE);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), ", gave no number"));
    hps_swarm_destroy(e);
}
END_TEST

static hps_status scenario(hps_context *c, void *user)
{
    hps_space *s;
    hps_swarm *e = NULL;
    (void)user;
    hps_status st = mixed_space(&s, c);
    st = st == HPS_OK ? hps_swarm_create(&e, c, s, 2) : st;
    st = st == HPS_OK ? hps_swarm_set_int(e, "max_evaluations", 60) : st;
    st = st == HPS_OK ? hps_swarm_set_int(e, "asynchronous", 1) : st;
    st = st == HPS_OK ? hps_swarm_run(e, evaluate, NULL) : st;
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
    ck_assert_int_gt(fail_everywhere(scenario, NULL), 20);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_checked_fixture(t, make_path, drop_path);
    tcase_add_loop_test(t, test_a_recorded_order_gives_the_run_again, 0, 2);
    tcase_add_loop_test(t, test_saved_anywhere, 0, 2);
    tcase_add_loop_test(t, test_run_equals_ask_and_tell, 0, 2);
    tcase_add_test(t, test_the_front_is_as_good);
    tcase_add_test(t, test_a_lost_point_holds_up_nothing);
    tcase_add_test(t, test_a_run_of_failures_ends);
    tcase_add_test(t, test_failing_allocations);
}

int main(void)
{
    return run_tests("swarm_pareto_async", add);
}
