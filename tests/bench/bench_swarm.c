/* SPDX-License-Identifier: BSD-3-Clause */
/* Scores of the swarm's variants on the benchmark functions: the share of 30 regret targets
 * that is reached within 100, 300, 1000 and 3000 evaluations, as one JSON object a line.
 *     bench_swarm [--diabetes FILE] [variant [dt [seed [instances [instances at D = 40]]]]]
 * Without a variant all are run; guided, which plans for its number of evaluations, anew for each
 * of the four. Instances are a number (1 to that) or a range: 7-15. "ms" is
 * the processor time per evaluation without that of the functions. Function 15 needs the diabetes
 * set (ridge.h); it is run to 1000 evaluations and its mean regrets are told besides. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/functions.h"
#include "bench/ridge.h"
#include "hpswarm.h"

enum { BUDGETS = 4, INSTANCES = 15, TARGETS = 30 };
static const int budgets[BUDGETS] = {100, 300, 1000, 3000};

static int64_t seed; /* of the whole table */
/* The first and the last of the instances; of those at D = 40. */
typedef struct span {
    int first, last;
} span;
static span instances = {1, INSTANCES}, instances_40 = {1, INSTANCES};

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
    double seconds; /* of the function */
} recorder;

/* Processor time: another program on the machine disturbs it least. */
static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int32_t evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    recorder *r = user;
    int dim = bench_dim(r->problem);
    double start = now();
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
    r->seconds += now() - start;
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
    static const char *const labels[] = {"a", "b", "c", "d", "e"};
    hps_space *s;
    char name[16];
    must(hps_space_create(&s, NULL));
    for (int d = 0; d < bench_dim(p); d++) {
        snprintf(name, sizeof name, "u%d", d);
        if (bench_is_choice(p, d)) {
            must(hps_space_add_choice(s, name, bench_levels(p, d), labels));
        } else if (bench_levels(p, d) > 0) {
            must(hps_space_add_int(s, name, 0, bench_levels(p, d) - 1, HPS_SCALE_LINEAR));
        } else {
            must(hps_space_add_real(s, name, 0.0, 1.0, HPS_SCALE_LINEAR));
        }
    }
    return s;
}

/* What comes of a group of functions: sums at first, then means. */
typedef struct scores {
    int problems, last_budget;
    double solved[BUDGETS], regret[BUDGETS]; /* percent of the targets; mean */
    double ms;
} scores;

static int last_budget(int function)
{
    return function == 15 ? 2 : BUDGETS - 1;
}

/* One run; what it takes beside the function is added to *ms. */
static void run(const char *variant, double dt, const hps_space *s, int64_t its_seed,
                int evaluations, recorder *r, double *ms)
{
    hps_swarm *e;
    double start = now();
    must(hps_swarm_create(&e, NULL, s, 1));
    must(hps_swarm_set_text(e, "variant", variant));
    must(hps_swarm_set_real(e, "dt", dt));
    must(hps_swarm_set_int(e, "seed", its_seed));
    must(hps_swarm_set_int(e, "max_evaluations", evaluations));
    must(hps_swarm_run(e, evaluate, r));
    *ms += 1e3 * (now() - start - r->seconds);
    hps_swarm_destroy(e);
}

static void solve(const char *variant, double dt, int function, int dim, int instance, scores *sum)
{
    bench_problem *p = bench_create(function, dim, instance);
    hps_space *s = space_of(p);
    double regret[BUDGETS], ms = 0.0;
    int last = last_budget(function), evaluations = 0;
    int plans = strcmp(variant, "guided") == 0;
    for (int k = plans ? 0 : last; k <= last; k++) {
        recorder r = {.problem = p, .best = (double)INFINITY};
        run(variant, dt, s, 1000000 * seed + 1000 * instance + function, budgets[k], &r, &ms);
        evaluations += budgets[k];
        for (int b = plans ? k : 0; b <= k; b++) {
            regret[b] = r.regret[b];
        }
    }
    sum->ms += ms / evaluations;
    double reference = bench_reference_regret(function, bench_dim(p));
    for (int k = 0; k <= last; k++) {
        sum->regret[k] += regret[k];
        for (int t = 0; t < TARGETS; t++) {
            int met = regret[k] <= reference * target(t) + 1e-12;
            sum->solved[k] += met ? 100.0 / TARGETS : 0.0;
        }
    }
    sum->problems++;
    hps_space_destroy(s);
    bench_destroy(p);
}

static scores group(const char *variant, double dt, int first, int last, int dim)
{
    scores g = {.last_budget = last_budget(last)};
    span of = dim == BENCH_MAX_DIM ? instances_40 : instances;
    for (int function = first; function <= last; function++) {
        for (int instance = of.first; instance <= of.last; instance++) {
            solve(variant, dt, function, dim, instance, &g);
        }
    }
    for (int k = 0; k < BUDGETS; k++) {
        g.solved[k] /= g.problems;
        g.regret[k] /= g.problems;
    }
    g.ms /= g.problems;
    return g;
}

static void print_list(const char *name, int n, const double *v, int digits)
{
    printf(",\"%s\":[", name);
    for (int k = 0; k < n; k++) {
        printf("%s%.*f", k > 0 ? "," : "", digits, v[k]);
    }
    printf("]");
}

static void print(const char *variant, const char *name, const scores *g)
{
    printf("{\"variant\":\"%s\",\"group\":\"%s\",\"problems\":%d", variant, name, g->problems);
    print_list("score", g->last_budget + 1, g->solved, 2);
    if (g->last_budget < BUDGETS - 1) {
        print_list("regret", g->last_budget + 1, g->regret, 5);
    }
    printf(",\"ms\":%.4f}\n", g->ms);
    (void)fflush(stdout);
}

static void bench(const char *variant, double dt)
{
    static const int dims[] = {2, 5, 10, 16, 40};
    scores mean = {.last_budget = BUDGETS - 1};
    for (int d = 0; d < 5; d++) {
        char name[16];
        (void)snprintf(name, sizeof name, "D%d", dims[d]);
        scores g = group(variant, dt, 1, 12, dims[d]);
        print(variant, name, &g);
        mean.problems += g.problems;
        mean.ms += g.ms / 5.0;
        for (int k = 0; k < BUDGETS; k++) {
            mean.solved[k] += g.solved[k] / 5.0;
        }
    }
    print(variant, "all-D", &mean);
    static const char *const names[] = {"mixed", "effdim", "krr"};
    for (int function = 13; function <= (bench_has_diabetes() ? 15 : 14); function++) {
        scores g = group(variant, dt, function, function, 10);
        print(variant, names[function - 13], &g);
    }
}

/* "5" is 1 to 5, "7-15" a range. */
static span parse_span(const char *text)
{
    char *end = NULL;
    span s = {1, (int)strtol(text, &end, 10)};
    if (*end == '-') {
        s.first = s.last;
        s.last = (int)strtol(end + 1, &end, 10);
    }
    if (*end != '\0' || s.first < 1 || s.last < s.first || s.last > INSTANCES) {
        (void)fprintf(stderr, "bench_swarm: instances %s must be within 1-%d\n", text, INSTANCES);
        exit(2);
    }
    return s;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--diabetes") == 0) {
        if (!bench_load_diabetes(argv[2])) {
            (void)fprintf(stderr, "bench_swarm: %s is not the diabetes set\n", argv[2]);
            return 2;
        }
        argc -= 2;
        argv += 2;
    }
    double dt = argc > 2 ? strtod(argv[2], NULL) : 1.0;
    seed = argc > 3 ? strtoll(argv[3], NULL, 10) : 0;
    instances = argc > 4 ? parse_span(argv[4]) : instances;
    instances_40 = argc > 5 ? parse_span(argv[5]) : instances;
    if (argc > 1) {
        bench(argv[1], dt);
        return 0;
    }
    bench("paper", dt);
    bench("swarm", dt);
    bench("guided", dt);
    return 0;
}
