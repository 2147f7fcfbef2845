/* SPDX-License-Identifier: BSD-3-Clause */
/* Scores of the swarm's variants on the benchmark functions: the share of 30 regret targets
 * that is reached within 100, 300, 1000 and 3000 evaluations, as one JSON object a line.
 *     bench_swarm [variant [dt [seed [instances [instances at D = 40]]]]]
 * Without a variant all are run. "ms" is the time per evaluation, the functions' own included. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/functions.h"
#include "hpswarm.h"

enum { BUDGETS = 4, INSTANCES = 15, TARGETS = 30 };
static const int budgets[BUDGETS] = {100, 300, 1000, 3000};

static int64_t seed; /* of the whole table */
static int instances = INSTANCES, instances_40 = INSTANCES;

static double target(int k)
{
    double exponent = k < 10 ? 0.1 * (k + 1) : 1.0 + 0.25 * (k - 9);
    return pow(10.0, -exponent);
}

typedef struct recorder {
    const bench_problem *problem;
    int n;
    double best;
    double regret[BUDGETS];
} recorder;

static int32_t evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    recorder *r = user;
    int dim = bench_dim(r->problem);
    (void)outcome;
    for (int32_t i = 0; i < b->n; i++) {
        double u[BENCH_MAX_DIM];
        for (int d = 0; d < dim; d++) {
            int levels = bench_levels(r->problem, d);
            double x = b->x[(int64_t)i * b->n_params + d];
            u[d] = levels > 0 ? (x + 0.5) / levels : x;
        }
        f[i] = bench_value(r->problem, u);
        r->best = fmin(r->best, f[i]);
        r->n++;
        for (int k = 0; k < BUDGETS; k++) {
            if (r->n <= budgets[k]) {
                r->regret[k] = r->best - bench_optimum(r->problem);
            }
        }
    }
    return 0;
}

static void must(hps_status s)
{
    if (s != HPS_OK) {
        fprintf(stderr, "%s\n", hps_last_error());
        exit(1);
    }
}

static hps_space *space_of(const bench_problem *p)
{
    hps_space *s;
    char name[16];
    must(hps_space_create(&s, NULL));
    for (int d = 0; d < bench_dim(p); d++) {
        snprintf(name, sizeof name, "u%d", d);
        if (bench_levels(p, d) > 0) {
            must(hps_space_add_int(s, name, 0, bench_levels(p, d) - 1, HPS_SCALE_LINEAR));
        } else {
            must(hps_space_add_real(s, name, 0.0, 1.0, HPS_SCALE_LINEAR));
        }
    }
    return s;
}

/* Adds the solved shares of one problem to score[BUDGETS]. */
static void solve(const char *variant, double dt, int function, int dim, int instance,
                  double *score)
{
    bench_problem *p = bench_create(function, dim, instance);
    recorder r = {.problem = p, .best = (double)INFINITY};
    hps_space *s = space_of(p);
    hps_swarm *e;
    must(hps_swarm_create(&e, NULL, s, 1));
    must(hps_swarm_set_text(e, "variant", variant));
    must(hps_swarm_set_real(e, "dt", dt));
    must(hps_swarm_set_int(e, "seed", 1000000 * seed + 1000 * instance + function));
    must(hps_swarm_set_int(e, "max_evaluations", budgets[BUDGETS - 1]));
    must(hps_swarm_run(e, evaluate, &r));
    double reference = bench_reference_regret(function, bench_dim(p));
    for (int k = 0; k < BUDGETS; k++) {
        for (int t = 0; t < TARGETS; t++) {
            score[k] += r.regret[k] <= reference * target(t) + 1e-12 ? 1.0 / TARGETS : 0.0;
        }
    }
    hps_swarm_destroy(e);
    hps_space_destroy(s);
    bench_destroy(p);
}

static double now(void)
{
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Scores of a group of functions; the milliseconds per evaluation come back. */
static double group(const char *variant, double dt, int first, int last, int dim, double *score)
{
    int last_instance = dim == BENCH_MAX_DIM ? instances_40 : instances;
    for (int k = 0; k < BUDGETS; k++) {
        score[k] = 0.0;
    }
    double start = now();
    for (int function = first; function <= last; function++) {
        for (int instance = 1; instance <= last_instance; instance++) {
            solve(variant, dt, function, dim, instance, score);
        }
    }
    for (int k = 0; k < BUDGETS; k++) {
        score[k] *= 100.0 / ((last - first + 1) * last_instance);
    }
    return 1e3 * (now() - start) / ((last - first + 1) * last_instance * budgets[BUDGETS - 1]);
}

static void print(const char *variant, const char *name, const double *score, double ms)
{
    printf("{\"variant\":\"%s\",\"group\":\"%s\",\"score\":[%.2f,%.2f,%.2f,%.2f],\"ms\":%.4f}\n",
           variant, name, score[0], score[1], score[2], score[3], ms);
    fflush(stdout);
}

static void bench(const char *variant, double dt)
{
    static const int dims[] = {2, 5, 10, 16, 40};
    double mean[BUDGETS] = {0}, score[BUDGETS];
    double ms = 0.0, sum = 0.0;
    for (int d = 0; d < 5; d++) {
        char name[16];
        snprintf(name, sizeof name, "D%d", dims[d]);
        ms = group(variant, dt, 1, 12, dims[d], score);
        sum += ms / 5.0;
        print(variant, name, score, ms);
        for (int k = 0; k < BUDGETS; k++) {
            mean[k] += score[k] / 5.0;
        }
    }
    print(variant, "all-D", mean, sum);
    ms = group(variant, dt, 13, 13, 10, score);
    print(variant, "mixed", score, ms);
    ms = group(variant, dt, 14, 14, 16, score);
    print(variant, "effdim", score, ms);
}

int main(int argc, char **argv)
{
    double dt = argc > 2 ? atof(argv[2]) : 1.0;
    seed = argc > 3 ? atoll(argv[3]) : 0;
    instances = argc > 4 ? atoi(argv[4]) : INSTANCES;
    instances_40 = argc > 5 ? atoi(argv[5]) : instances;
    if (argc > 1) {
        bench(argv[1], dt);
        return 0;
    }
    bench("paper", dt);
    bench("swarm", dt);
    bench("guided", dt);
    return 0;
}
