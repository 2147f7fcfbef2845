/* SPDX-License-Identifier: BSD-3-Clause */
/* Hypervolumes of the variants for several objectives, in percent of what can be attained,
 * after 300, 1000, 2000 and 5000 evaluations, as one JSON object a line.
 *     bench_pareto [variant [evaluations [seeds [first seed]]]]
 * "ms" is the time per evaluation, the functions' own included. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench/objectives.h"
#include "hpswarm.h"

#define REFERENCE 1.1
enum { BUDGETS = 4, MOST = 5000 };
static const int budgets[BUDGETS] = {300, 1000, 2000, MOST};

typedef struct range {
    int first, n;
} range;

typedef struct recorder {
    int problem, n;
    double f[2 * MOST];
} recorder;

static int32_t evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    recorder *r = user;
    (void)outcome;
    for (int32_t i = 0; i < b->n; i++, r->n++) {
        bench_pair_value(r->problem, b->n_params, b->x + (int64_t)i * b->n_params, f + 2 * i);
        if (r->n < MOST) {
            r->f[2 * r->n] = f[2 * i];
            r->f[2 * r->n + 1] = f[2 * i + 1];
        }
    }
    return 0;
}

static void must(hps_status s)
{
    if (s != HPS_OK) {
        (void)fprintf(stderr, "%s\n", hps_last_error());
        exit(1);
    }
}

/* One run; its points in the order of evaluation. */
static void solve(const char *variant, int evaluations, int seed, recorder *r)
{
    hps_space *s;
    hps_swarm *e;
    char name[16];
    must(hps_space_create(&s, NULL));
    for (int d = 0; d < bench_pair_dim(r->problem); d++) {
        (void)snprintf(name, sizeof name, "u%d", d);
        must(hps_space_add_real(s, name, 0.0, 1.0, HPS_SCALE_LINEAR));
    }
    must(hps_swarm_create(&e, NULL, s, 2));
    must(hps_swarm_set_text(e, "variant", variant));
    must(hps_swarm_set_int(e, "seed", seed));
    must(hps_swarm_set_int(e, "max_evaluations", evaluations));
    must(hps_swarm_run(e, evaluate, r));
    hps_swarm_destroy(e);
    hps_space_destroy(s);
}

static double now(void)
{
    struct timespec t;
    (void)timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Percent of one problem at each budget into percent[]; the milliseconds per evaluation. */
static double score(const char *variant, int evaluations, const range *seeds, int problem,
                    double *percent)
{
    recorder *r = malloc(sizeof *r);
    double *points = malloc(sizeof r->f);
    if (r == NULL || points == NULL) {
        exit(1);
    }
    double attainable = bench_attainable(problem, REFERENCE);
    double start = now();
    for (int seed = seeds->first; seed < seeds->first + seeds->n; seed++) {
        r->problem = problem;
        r->n = 0;
        solve(variant, evaluations, 1000 * seed + problem, r);
        for (int k = 0; k < BUDGETS && budgets[k] <= evaluations; k++) {
            int n = r->n < budgets[k] ? r->n : budgets[k];
            for (int i = 0; i < 2 * n; i++) {
                points[i] = r->f[i];
            }
            percent[k] += 100.0 * bench_hypervolume(n, points, REFERENCE) / attainable / seeds->n;
        }
    }
    free(r);
    free(points);
    return 1e3 * (now() - start) / seeds->n / evaluations;
}

static void print(const char *variant, const char *problem, int evaluations, const double *percent,
                  double ms)
{
    const char *comma = "";
    printf("{\"variant\":\"%s\",\"problem\":\"%s\",\"hypervolume\":[", variant, problem);
    for (int k = 0; k < BUDGETS && budgets[k] <= evaluations; k++) {
        printf("%s%.2f", comma, percent[k]);
        comma = ",";
    }
    printf("],\"ms\":%.4f}\n", ms);
    (void)fflush(stdout);
}

static void bench(const char *variant, int evaluations, const range *seeds)
{
    double mean[BUDGETS] = {0};
    double ms = 0.0;
    for (int problem = 0; problem < BENCH_PAIRS; problem++) {
        double percent[BUDGETS] = {0};
        double each = score(variant, evaluations, seeds, problem, percent);
        print(variant, bench_pair_name(problem), evaluations, percent, each);
        ms += each / BENCH_PAIRS;
        for (int k = 0; k < BUDGETS; k++) {
            mean[k] += percent[k] / BENCH_PAIRS;
        }
    }
    print(variant, "mean", evaluations, mean, ms);
}

int main(int argc, char **argv)
{
    int evaluations = argc > 2 ? atoi(argv[2]) : 2000;
    range seeds = {.first = argc > 4 ? atoi(argv[4]) : 1, .n = argc > 3 ? atoi(argv[3]) : 10};
    if (evaluations < 1 || evaluations > MOST || seeds.n < 1) {
        (void)fprintf(stderr, "usage: %s [variant [1..%d evaluations [seeds [first seed]]]]\n",
                      argv[0], MOST);
        return 2;
    }
    if (argc > 1) {
        bench(argv[1], evaluations, &seeds);
        return 0;
    }
    bench("pareto", evaluations, &seeds);
    bench("paper_mo", evaluations, &seeds);
    return 0;
}
