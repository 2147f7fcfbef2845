/* SPDX-License-Identifier: BSD-3-Clause */
/* Search on the library's own problems.
 *     bench_problems list
 *     bench_problems run PROBLEM VARIANT SEED EVALUATIONS [FOLDER [OPTION=VALUE ...]]
 *         one JSON object: every improvement of the best value as [evaluations, value]
 *     bench_problems serve PROBLEM [FOLDER]
 *         for optimisers in other processes (peers/): first a line "n_params levels ..." (0: real),
 *         then for each line of k points in the unit cube a line of k values, inf where it failed
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "problems.h"
#include "support.h"

enum { MOST_PARAMS = 64 };

/* --------------------------------------------------------------------- run */

typedef struct recorder {
    bench_case *problem;
    int64_t n, n_failed;
    double best;
} recorder;

static int32_t record(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    recorder *r = user;
    int32_t status = bench_case_evaluate(b, f, outcome, r->problem);

    for (int32_t i = 0; i < b->n && status == 0; i++) {
        r->n++;
        if (outcome[i] != HPS_EVAL_OK || !isfinite(f[i])) {
            r->n_failed++;
        } else if (f[i] < r->best) {
            r->best = f[i];
            (void)printf("[%lld,%.17g],", (long long)r->n, f[i]);
        }
    }
    return status;
}

static void set_options(hps_swarm *e, int n, char **options)
{
    for (int i = 0; i < n; i++) {
        char *value = strchr(options[i], '=');
        if (value == NULL) {
            (void)fprintf(stderr, "bench: %s is not OPTION=VALUE\n", options[i]);
            exit(2);
        }
        *value++ = '\0';
        bench_require(strpbrk(value, ".e") != NULL
                          ? hps_swarm_set_real(e, options[i], atof(value))
                          : hps_swarm_set_int(e, options[i], atoll(value)));
    }
}

static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static int run(int argc, char **argv)
{
    recorder r = {.best = (double)INFINITY};
    hps_swarm *e;
    double start;

    r.problem = bench_case_open(argv[2], argc > 6 ? argv[6] : ".");
    bench_require(hps_swarm_create(&e, NULL, bench_case_space(r.problem), 1));
    bench_require(hps_swarm_set_text(e, "variant", argv[3]));
    bench_require(hps_swarm_set_int(e, "seed", atoll(argv[4])));
    bench_require(hps_swarm_set_int(e, "max_evaluations", atoll(argv[5])));
    set_options(e, argc > 7 ? argc - 7 : 0, argv + 7);
    (void)printf("{\"problem\":\"%s\",\"optimiser\":\"%s\",\"seed\":%s,\"best\":[", argv[2],
                 argv[3], argv[4]);
    start = cpu_seconds();
    bench_require(hps_swarm_run(e, record, &r));
    (void)printf(
        "[%lld,%.17g]],\"failed\":%lld,\"seconds\":%.3f,\"optimum\":%.17g,\"reference\":%.17g}\n",
        (long long)r.n, r.best, (long long)r.n_failed, cpu_seconds() - start,
        bench_case_optimum(r.problem), bench_case_reference(r.problem));
    hps_swarm_destroy(e);
    bench_case_close(r.problem);
    return 0;
}

/* ------------------------------------------------------------------- serve */

/* A parameter from its place in the unit interval, as the swarm has it. */
static double at(const hps_param_info *p, double u)
{
    if (p->kind == HPS_PARAM_INT) {
        double levels = p->hi - p->lo + 1.0;
        return p->lo + fmin(fmax(floor(u * levels), 0.0), levels - 1.0);
    }
    double x =
        p->scale == HPS_SCALE_LOG ? p->lo * pow(p->hi / p->lo, u) : p->lo + u * (p->hi - p->lo);
    return fmin(fmax(x, p->lo), p->hi);
}

static void answer(bench_case *c, int32_t n, const hps_param_info *p, const double *u)
{
    double x[MOST_PARAMS], f = (double)INFINITY;
    int32_t outcome = HPS_EVAL_OK;
    hps_batch b = {.struct_size = sizeof b, .n = 1, .n_params = n, .n_objectives = 1, .x = x};

    for (int32_t d = 0; d < n; d++) {
        x[d] = at(&p[d], u[d]);
    }
    if (bench_case_evaluate(&b, &f, &outcome, c) != 0) {
        (void)fprintf(stderr, "bench: %s\n", hps_last_error());
        exit(1);
    }
    if (outcome == HPS_EVAL_OK && isfinite(f)) {
        (void)printf("%.17g ", f);
    } else {
        (void)printf("inf ");
    }
}

static int serve(int argc, char **argv)
{
    bench_case *c = bench_case_open(argv[2], argc > 3 ? argv[3] : ".");
    const hps_space *s = bench_case_space(c);
    hps_param_info p[MOST_PARAMS];
    int32_t n = hps_space_size(s), filled = 0;
    double u[MOST_PARAMS];
    char end;

    (void)printf("{\"levels\":[");
    for (int32_t d = 0; d < n; d++) {
        p[d].struct_size = sizeof p[d];
        bench_require(hps_space_describe(s, d, &p[d]));
        (void)printf("%s%d", d > 0 ? "," : "",
                     p[d].kind == HPS_PARAM_INT ? (int)(p[d].hi - p[d].lo) + 1 : 0);
    }
    (void)printf("],\"optimum\":%.17g,\"reference\":%.17g}\n", bench_case_optimum(c),
                 bench_case_reference(c));
    (void)fflush(stdout);
    while (scanf("%lf%c", &u[filled], &end) == 2) { /* a line may be of any length */
        if (++filled == n) {
            answer(c, n, p, u);
            filled = 0;
        }
        if (end == '\n') {
            (void)printf("\n");
            (void)fflush(stdout);
        }
    }
    bench_case_close(c);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "list") == 0) {
        bench_case_list();
        return 0;
    }
    if (argc > 5 && strcmp(argv[1], "run") == 0) {
        return run(argc, argv);
    }
    if (argc > 2 && strcmp(argv[1], "serve") == 0) {
        return serve(argc, argv);
    }
    (void)fprintf(stderr,
                  "usage: %s list | run PROBLEM VARIANT SEED EVALUATIONS [FOLDER "
                  "[OPTION=VALUE ...]] | serve PROBLEM [FOLDER]\n",
                  argv[0]);
    return 2;
}
