/* SPDX-License-Identifier: BSD-3-Clause */
/* Run under mpirun on any number of ranks: the swarm's points, values and order are those of
 * a run without MPI, whatever a rank does. With the word `efficiency`: how much of the ranks'
 * time is spent in evaluations whose length varies; `messages`: what one costs rank 0. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hpswarm/mpi.h"

static int failures, rank, n_ranks;

#define CHECK(what)                                                                                \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            failures++;                                                                            \
            fprintf(stderr, "rank %d of %d, line %d: %s\n", rank, n_ranks, __LINE__, #what);       \
        }                                                                                          \
    } while (0)

static void sleep_seconds(double seconds)
{
    struct timespec t = {.tv_sec = (time_t)seconds};

    t.tv_nsec = (long)(1e9 * (seconds - (double)t.tv_sec));
    nanosleep(&t, NULL);
}

static double bowl(const double *x, int n)
{
    double f = 0;

    for (int i = 0; i < n; i++) {
        f += (x[i] - 0.3) * (x[i] - 0.3) * (1 + i);
    }
    return f;
}

/* ------------------------------------------------------------------ objective */

typedef struct counts {
    int calls, done, ended_by; /* ended_by: call number that ends the run, 0 none */
    int order_differs;
    int32_t last;
    double scale; /* of sleeps, s */
    int group_size;
    int64_t told[200]; /* ids in the order of on_done */
} counts;

static void value(const hps_batch *b, double *f, int32_t *outcome)
{
    for (int k = 0; k < b->n_objectives; k++) {
        f[k] = k == 0 ? bowl(b->x, b->n_params) : b->x[k - 1];
    }
    if (b->id[0] % 7 == 3) {
        *outcome = HPS_EVAL_FAILED;
    } else if (b->id[0] % 11 == 5) {
        f[0] = (double)NAN;
    }
}

static int32_t on_rank(const hps_batch *b, MPI_Comm group, double *f, int32_t *outcome,
                       char note[HPS_MPI_NOTE], void *user)
{
    counts *c = user;
    int mine = 1, all = 0, size;

    c->calls++;
    CHECK(b->n == 1 && isnan(f[0]) && *outcome == HPS_EVAL_OK && note[0] == '\0');
    MPI_Comm_size(group, &size);
    if (size > 1) { /* the group works together */
        MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_SUM, group);
        CHECK(all == size);
    }
    CHECK(c->group_size == 0 || size == c->group_size);
    if (c->scale > 0) { /* the later a point, the sooner it is ready */
        sleep_seconds(c->scale * (double)(b->id[0] % 5));
    }
    value(b, f, outcome);
    snprintf(note, HPS_MPI_NOTE, "note %lld", (long long)b->id[0]);
    return c->ended_by > 0 && c->calls >= c->ended_by ? 77 : 0;
}

static int32_t on_done(const hps_batch *b, int32_t i, const char *note, void *user)
{
    counts *c = user;
    char expected[64];

    if (i >= 0) {
        snprintf(expected, sizeof expected, "note %lld", (long long)b->id[i]);
        CHECK(strcmp(note, expected) == 0);
        c->told[c->done % 200] = b->id[i];
        c->done++;
        c->order_differs |= i < c->last;
        c->last = i;
    }
    return 0;
}

static int32_t alone(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)user;
    for (int i = 0; i < b->n; i++) {
        hps_batch one = *b;

        one.n = 1;
        one.id = b->id + i;
        one.x = b->x + (int64_t)i * b->n_params;
        value(&one, f + (int64_t)i * b->n_objectives, outcome + i);
    }
    return 0;
}

/* --------------------------------------------------------------------- engine */

static hps_swarm *make_engine(const char *variant, int particles, int n_objectives, int iterations)
{
    hps_space *s;
    hps_swarm *e;

    CHECK(hps_space_create(&s, NULL) == HPS_OK);
    CHECK(hps_space_add_real(s, "a", 0, 1, HPS_SCALE_LINEAR) == HPS_OK);
    CHECK(hps_space_add_real(s, "b", 0.01, 1, HPS_SCALE_LOG) == HPS_OK);
    CHECK(hps_space_add_int(s, "c", 0, 9, HPS_SCALE_LINEAR) == HPS_OK);
    CHECK(hps_swarm_create(&e, NULL, s, n_objectives) == HPS_OK);
    CHECK(hps_swarm_set_text(e, "variant", variant) == HPS_OK);
    CHECK(hps_swarm_set_int(e, "particles", particles) == HPS_OK);
    CHECK(hps_swarm_set_int(e, "max_iterations", iterations) == HPS_OK);
    hps_space_destroy(s);
    return e;
}

static void same_history(const hps_swarm *a, const hps_swarm *b, int m)
{
    int64_t n[2] = {0, 0};
    double *x[2], *f[2];
    int32_t *outcome[2];
    const hps_swarm *e[2] = {a, b};

    for (int k = 0; k < 2; k++) {
        (void)hps_swarm_history(e[k], 0, &n[k], NULL, NULL, NULL, NULL);
        x[k] = calloc((size_t)n[k] * 3, sizeof *x[k]);
        f[k] = calloc((size_t)n[k] * (size_t)m, sizeof *f[k]);
        outcome[k] = calloc((size_t)n[k], sizeof *outcome[k]);
        CHECK(hps_swarm_history(e[k], n[k], &n[k], NULL, x[k], f[k], outcome[k]) == HPS_OK);
    }
    CHECK(n[0] == n[1] && n[0] > 0);
    if (n[0] == n[1]) {
        CHECK(memcmp(x[0], x[1], (size_t)n[0] * 3 * sizeof *x[0]) == 0);
        CHECK(memcmp(f[0], f[1], (size_t)n[0] * (size_t)m * sizeof *f[0]) == 0);
        CHECK(memcmp(outcome[0], outcome[1], (size_t)n[0] * sizeof *outcome[0]) == 0);
    }
    for (int k = 0; k < 2; k++) {
        free(x[k]);
        free(f[k]);
        free(outcome[k]);
    }
}

static int total(int mine)
{
    int all;

    MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    return all;
}

/* ---------------------------------------------------------------------- tests */

typedef struct setup {
    const char *variant;
    int particles, n_objectives, per;
    double scale;
} setup;

static void test_same_as_without(const setup *s)
{
    counts c = {.scale = s->scale};
    hps_swarm *e = rank == 0 ? make_engine(s->variant, s->particles, s->n_objectives, 12) : NULL;
    hps_mpi *m;

    CHECK(hps_mpi_create(&m, MPI_COMM_WORLD, s->per) == HPS_OK);
    hps_mpi_set_callbacks(m, on_rank, on_done, &c);
    c.last = -1;
    CHECK(hps_mpi_run(m, e) == HPS_OK);
    CHECK(hps_mpi_groups(m) >= 1 && hps_mpi_idle(m) < s->per);
    if (rank == 0) {
        hps_swarm *plain = make_engine(s->variant, s->particles, s->n_objectives, 12);
        hps_progress p = {.struct_size = (int32_t)sizeof p};

        CHECK(hps_swarm_run(plain, alone, NULL) == HPS_OK);
        same_history(e, plain, s->n_objectives);
        CHECK(hps_swarm_get_progress(e, &p) == HPS_OK);
        CHECK(c.done == p.n_evaluated);
        hps_swarm_destroy(plain);
    }
    CHECK(total(c.calls) > 0);
    hps_swarm_destroy(e);
    hps_mpi_destroy(m);
}

/* Every point is told, and the recorded order repeats the run without MPI. */
static void test_asynchronous(const char *variant)
{
    counts c = {.scale = 1e-3};
    hps_swarm *e = rank == 0 ? make_engine(variant, 8, 1, 12) : NULL;
    hps_mpi *m;

    CHECK(e == NULL || (hps_swarm_set_int(e, "asynchronous", 1) == HPS_OK &&
                        hps_swarm_set_int(e, "max_evaluations", 80) == HPS_OK));
    CHECK(hps_mpi_create(&m, MPI_COMM_WORLD, 1) == HPS_OK);
    hps_mpi_set_callbacks(m, on_rank, on_done, &c);
    CHECK(hps_mpi_run_asynchronous(m, e, 3, 1) == HPS_OK);
    if (rank == 0) {
        hps_swarm *again = make_engine(variant, 8, 1, 12);
        int64_t n = 0, *order;

        CHECK(hps_swarm_done(e));
        (void)hps_swarm_order(e, 0, &n, NULL);
        order = calloc((size_t)n, sizeof *order);
        CHECK(n > 50 && hps_swarm_order(e, n, &n, order) == HPS_OK);
        CHECK(n == c.done && memcmp(order, c.told, (size_t)n * sizeof *order) == 0);
        CHECK(hps_swarm_set_int(again, "asynchronous", 1) == HPS_OK);
        CHECK(hps_swarm_set_int(again, "max_evaluations", 80) == HPS_OK);
        CHECK(hps_swarm_set_replay(again, n, order) == HPS_OK);
        CHECK(hps_swarm_run(again, alone, NULL) == HPS_OK);
        same_history(e, again, 1);
        free(order);
        hps_swarm_destroy(again);
    }
    hps_swarm_destroy(e);
    hps_mpi_destroy(m);
}

/* A callback on any rank ends the run; the same engine goes on afterwards. */
static void test_ended_and_resumed(void)
{
    counts c = {.ended_by = 3};
    hps_swarm *e = rank == 0 ? make_engine("swarm", 8, 1, 12) : NULL;
    hps_mpi *m;

    CHECK(hps_mpi_create(&m, MPI_COMM_WORLD, 1) == HPS_OK);
    hps_mpi_set_callbacks(m, on_rank, NULL, &c);
    if (rank == 0) {
        CHECK(hps_mpi_run(m, e) == HPS_E_CALLBACK);
        CHECK(hps_mpi_callback_code(m) == 77);
    } else {
        CHECK(hps_mpi_run(m, NULL) == HPS_OK);
    }
    c.ended_by = 0;
    CHECK(hps_mpi_run(m, e) == HPS_OK);
    if (rank == 0) {
        hps_swarm *plain = make_engine("swarm", 8, 1, 12);

        CHECK(hps_swarm_run(plain, alone, NULL) == HPS_OK);
        same_history(e, plain, 1);
        hps_swarm_destroy(plain);
    }
    hps_swarm_destroy(e);
    hps_mpi_destroy(m);
}

static void test_known_points_are_left_alone(void)
{
    enum { N = 6 };
    counts c = {0};
    hps_mpi *m;

    CHECK(hps_mpi_create(&m, MPI_COMM_WORLD, 1) == HPS_OK);
    hps_mpi_set_callbacks(m, on_rank, NULL, &c);
    if (rank == 0) {
        const int64_t id[N] = {0, 1, 2, 4, 6, 8};
        const int32_t particle[N] = {0, 1, 2, 3, 4, 5};
        const char known[N] = {1, 0, 0, 1, 0, 1};
        double x[N], f[N] = {9, 9, 9, 9, 9, 9};
        int32_t outcome[N] = {0};
        const hps_batch b = {.struct_size = (int32_t)sizeof b,
                             .n = N,
                             .n_params = 1,
                             .n_objectives = 1,
                             .id = id,
                             .particle = particle,
                             .x = x};

        for (int i = 0; i < N; i++) {
            x[i] = 0.1 * i;
        }
        CHECK(hps_mpi_evaluate(m, &b, known, f, outcome) == HPS_OK);
        CHECK(hps_mpi_release(m) == HPS_OK);
        for (int i = 0; i < N; i++) {
            CHECK(f[i] == (known[i] ? 9 : bowl(&x[i], 1)));
        }
    } else {
        CHECK(hps_mpi_serve(m) == HPS_OK);
    }
    CHECK(total(c.calls) == 3);
    hps_mpi_destroy(m);
}

/* Ten points through two places. */
typedef struct places {
    counts c; /* first: it is what on_done knows */
    hps_mpi *m;
    int64_t id[2];
    double x[2], f[2], sum;
    int32_t outcome[2];
    int given, busy[2], most;
} places;

static int32_t next_of_ten(void *user)
{
    places *p = user;
    int i = !p->busy[0] ? 0 : !p->busy[1] ? 1 : -1;

    if (i < 0 || p->given == 10) {
        return -1;
    }
    p->busy[i] = 1;
    p->most = p->busy[0] + p->busy[1] > p->most ? p->busy[0] + p->busy[1] : p->most;
    p->id[i] = 77 * p->given; /* no failure among them */
    p->x[i] = 0.1 * p->given++;
    return i;
}

static int32_t done_of_ten(const hps_batch *b, int32_t i, const char *note, void *user)
{
    places *p = user;

    (void)note;
    if (i >= 0) {
        CHECK(p->busy[i] && p->f[i] == bowl(b->x + i, 1));
        p->sum += p->f[i];
        p->busy[i] = 0;
        p->c.done++;
    }
    return 0;
}

static void test_stream(void)
{
    const int32_t particle[2] = {-1, -1};
    places p = {.most = 0};
    const hps_batch b = {.struct_size = (int32_t)sizeof b,
                         .n = 2,
                         .n_params = 1,
                         .n_objectives = 1,
                         .id = p.id,
                         .particle = particle,
                         .x = p.x};

    CHECK(hps_mpi_create(&p.m, MPI_COMM_WORLD, 1) == HPS_OK);
    hps_mpi_set_callbacks(p.m, on_rank, done_of_ten, &p);
    if (rank == 0) {
        CHECK(hps_mpi_evaluate_stream(p.m, &b, NULL, p.f, p.outcome) == HPS_E_ARGUMENT);
        CHECK(hps_mpi_evaluate_stream(p.m, &b, next_of_ten, p.f, p.outcome) == HPS_OK);
        CHECK(hps_mpi_release(p.m) == HPS_OK);
        CHECK(p.given == 10 && p.c.done == 10 && p.busy[0] == 0 && p.busy[1] == 0);
        CHECK(p.most == (hps_mpi_groups(p.m) > 1 ? 2 : 1));
        CHECK(fabs(p.sum - 1.05) < 1e-12); /* sum of (0.1 k - 0.3)^2 */
    } else {
        CHECK(hps_mpi_serve(p.m) == HPS_OK);
    }
    hps_mpi_destroy(p.m);
}

static void test_wrong_arguments(void)
{
    hps_mpi *m = NULL;
    double f;
    int32_t outcome;
    hps_batch b = {.struct_size = (int32_t)sizeof b, .n = 0, .n_objectives = 17};

    CHECK(hps_mpi_create(NULL, MPI_COMM_WORLD, 1) == HPS_E_ARGUMENT);
    CHECK(hps_mpi_create(&m, MPI_COMM_WORLD, 0) == HPS_E_ARGUMENT && m == NULL);
    CHECK(hps_mpi_create(&m, MPI_COMM_NULL, 1) == HPS_E_ARGUMENT);
    CHECK(hps_mpi_create(&m, MPI_COMM_WORLD, 1) == HPS_OK);
    CHECK(hps_mpi_serve(m) == HPS_E_ARGUMENT); /* no callback yet */
    CHECK(hps_mpi_evaluate(m, &b, NULL, &f, &outcome) == HPS_E_ARGUMENT);
    hps_mpi_destroy(m);
    hps_mpi_destroy(NULL);
}

/* ------------------------------------------------------------------ efficiency */

static double spent;

/* Log-normal, mean 0.5 s and a standard deviation of half of it. */
static double seconds_of(int64_t id)
{
    const double u = fmod(0.6180339887 * (double)(id + 1), 1);
    const double v = fmod(0.7548776662 * (double)(id + 1), 1);

    return 0.5 * exp(0.4724 * sqrt(-2 * log(1 - u)) * cos(6.283185307 * v) - 0.1116);
}

static int32_t pretend(const hps_batch *b, MPI_Comm group, double *f, int32_t *outcome,
                       char note[HPS_MPI_NOTE], void *user)
{
    const double seconds = seconds_of(b->id[0]);

    (void)group;
    (void)outcome;
    (void)note;
    (void)user;
    sleep_seconds(seconds);
    spent += seconds;
    f[0] = bowl(b->x, b->n_params);
    return 0;
}

/* Share of the ranks' time in evaluations if nothing else took any: each rank gets the next point
 * as soon as it is free, of `chunk` points before all wait for each other. */
static double model(int points, int chunk)
{
    double sum = 0, wall = 0;

    for (int first = 0; first < points; first += chunk) {
        double free_at[64] = {0}, last = 0;

        for (int i = first; i < first + chunk; i++) {
            int k = 0;

            for (int j = 1; j < n_ranks && j < 64; j++) {
                k = free_at[j] < free_at[k] ? j : k;
            }
            free_at[k] += seconds_of(i);
            sum += seconds_of(i);
            last = fmax(last, free_at[k]);
        }
        wall += last;
    }
    return sum / (n_ranks * wall);
}

static void efficiency(int particles, int iterations, int asynchronous)
{
    hps_swarm *e = rank == 0 ? make_engine("swarm", particles, 1, iterations) : NULL;
    hps_mpi *m;
    double start, all;

    hps_mpi_create(&m, MPI_COMM_WORLD, 1);
    hps_mpi_set_callbacks(m, pretend, NULL, NULL);
    spent = 0;
    MPI_Barrier(MPI_COMM_WORLD);
    start = MPI_Wtime();
    if (asynchronous) {
        if (rank == 0) {
            (void)hps_swarm_set_int(e, "asynchronous", 1);
        }
        hps_mpi_run_asynchronous(m, e, 3, 1);
    } else {
        hps_mpi_run(m, e);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Allreduce(&spent, &all, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0) {
        const double seconds = MPI_Wtime() - start;
        hps_progress p = {.struct_size = (int32_t)sizeof p};

        hps_swarm_get_progress(e, &p);
        const int points = (int)p.n_evaluated;

        printf("%d ranks, %d particles, %d points, %s: efficiency %.4f, the model %.4f\n", n_ranks,
               particles, points, asynchronous ? "asynchronous" : "synchronous",
               all / (n_ranks * seconds), model(points, asynchronous ? points : particles));
    }
    hps_swarm_destroy(e);
    hps_mpi_destroy(m);
}

/* Seconds of rank 0 for each evaluation that takes no time. */
static void message_cost(void)
{
    enum { N = 20000 };
    counts c = {0};
    hps_mpi *m;

    hps_mpi_create(&m, MPI_COMM_WORLD, 1);
    hps_mpi_set_callbacks(m, on_rank, NULL, &c);
    if (rank == 0) {
        static int64_t id[N];
        static int32_t particle[N], outcome[N];
        static double x[16 * N], f[N];
        const hps_batch b = {.struct_size = (int32_t)sizeof b,
                             .n = N,
                             .n_params = 16,
                             .n_objectives = 1,
                             .id = id,
                             .particle = particle,
                             .x = x};
        clock_t start = clock();
        double wall = MPI_Wtime();

        hps_mpi_evaluate(m, &b, NULL, f, outcome);
        printf("%d ranks, %d empty evaluations: %.2f us of rank 0's CPU and %.2f us of time each\n",
               n_ranks, N, 1e6 * (double)(clock() - start) / CLOCKS_PER_SEC / N,
               1e6 * (MPI_Wtime() - wall) / N);
        hps_mpi_release(m);
    } else {
        hps_mpi_serve(m);
    }
    hps_mpi_destroy(m);
}

int main(int argc, char **argv)
{
    static const setup setups[] = {{"paper", 7, 1, 1, 0},   {"swarm", 16, 1, 1, 1e-3},
                                   {"guided", 12, 1, 1, 0}, {"pareto", 12, 2, 1, 0},
                                   {"swarm", 8, 1, 2, 0},   {"swarm", 8, 1, 99, 0},
                                   {"paper", 1, 1, 3, 0}};
    int level, all;

    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &n_ranks);
    if (argc > 1 && strcmp(argv[1], "efficiency") == 0) {
        efficiency(4, 12, 0);
        efficiency(16, 4, 0);
        efficiency(16, 8, 1);
        efficiency(16, 16, 1);
        message_cost();
        MPI_Finalize();
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], "messages") == 0) {
        message_cost();
        MPI_Finalize();
        return 0;
    }
    for (size_t i = 0; i < sizeof setups / sizeof setups[0]; i++) {
        test_same_as_without(&setups[i]);
    }
    test_asynchronous("swarm");
    test_asynchronous("guided");
    test_ended_and_resumed();
    test_known_points_are_left_alone();
    test_stream();
    test_wrong_arguments();
    all = total(failures);
    if (rank == 0 && all == 0) {
        printf("%d ranks, thread level %d: as without MPI\n", n_ranks, level);
    }
    MPI_Finalize();
    return all != 0;
}
