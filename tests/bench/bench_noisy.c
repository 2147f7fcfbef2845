/* SPDX-License-Identifier: BSD-3-Clause */
/* What the option "noisy" is worth at equal numbers of evaluations: functions 1-12 with Gaussian
 * noise, once with the option and once without, as one JSON object a line.
 *     bench_noisy [variant [dim [evaluations [share [first instance [last]]]]]]
 * The noise has `share` of the function's reference regret as standard deviation. "gain" is the
 * mean of log10(regret without / regret with), of the noiseless value at the reported best, with
 * its standard error; "better" and "worse" count the pairs; "error" is the reported less the
 * noiseless value, in standard deviations of the noise, without and with the option. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/functions.h"
#include "hpswarm.h"
#include "support/gauss.h"

enum { FUNCTIONS = 12 };
#define LEAST 1e-6 /* of the reference: regrets below are equal */

typedef struct setting {
    const char *variant;
    int dim, evaluations, first, last;
    double share;
} setting;

typedef struct noisy_problem {
    const bench_problem *problem;
    uint64_t seed;
    double sigma;
} noisy_problem;

static int32_t evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    const noisy_problem *p = user;
    (void)outcome;
    for (int32_t i = 0; i < b->n; i++) {
        f[i] = bench_value(p->problem, b->x + (int64_t)i * b->n_params) +
               p->sigma * gauss(p->seed, (uint64_t)b->id[i]);
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

/* One run: the regret of the reported best in units of the reference, and the error of its value
 * in units of the noise. */
static double solve(const setting *g, int function, int instance, int noisy, double *error)
{
    double reference = bench_reference_regret(function, g->dim);
    noisy_problem p = {.seed = (uint64_t)(1000 * instance + function),
                       .sigma = g->share * reference,
                       .problem = bench_create(function, g->dim, instance)};
    hps_space *s;
    hps_swarm *e;
    char name[16];
    double x[BENCH_MAX_DIM], f;
    must(hps_space_create(&s, NULL));
    for (int d = 0; d < g->dim; d++) {
        (void)snprintf(name, sizeof name, "u%d", d);
        must(hps_space_add_real(s, name, 0.0, 1.0, HPS_SCALE_LINEAR));
    }
    must(hps_swarm_create(&e, NULL, s, 1));
    must(hps_swarm_set_text(e, "variant", g->variant));
    must(hps_swarm_set_int(e, "seed", instance));
    must(hps_swarm_set_int(e, "noisy", noisy));
    must(hps_swarm_set_int(e, "max_evaluations", g->evaluations));
    must(hps_swarm_run(e, evaluate, &p));
    must(hps_swarm_best(e, x, &f));
    double truth = bench_value(p.problem, x);
    double regret = (truth - bench_optimum(p.problem)) / reference;
    *error += (f - truth) / p.sigma;
    bench_destroy((bench_problem *)p.problem);
    hps_swarm_destroy(e);
    hps_space_destroy(s);
    return fmax(regret, LEAST);
}

static void bench(const setting *g)
{
    double error[2] = {0.0, 0.0}, sum = 0.0, squares = 0.0;
    int n = 0, better = 0, worse = 0;
    for (int function = 1; function <= FUNCTIONS; function++) {
        for (int instance = g->first; instance <= g->last; instance++) {
            double naive = solve(g, function, instance, 0, &error[0]);
            double gain = log10(naive / solve(g, function, instance, 1, &error[1]));
            n++;
            better += gain > 0.0;
            worse += gain < 0.0;
            sum += gain;
            squares += gain * gain;
        }
    }
    double mean = sum / n;
    (void)printf("{\"variant\":\"%s\",\"dim\":%d,\"evaluations\":%d,\"share\":%g,\"pairs\":%d,"
                 "\"gain\":%.3f,\"gain_error\":%.3f,\"better\":%d,\"worse\":%d,"
                 "\"error\":[%.2f,%.2f]}\n",
                 g->variant, g->dim, g->evaluations, g->share, n, mean,
                 sqrt(fmax(squares / n - mean * mean, 0.0) / (n - 1)), better, worse, error[0] / n,
                 error[1] / n);
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    static const char *const variants[] = {"paper", "swarm", "guided"};
    setting g = {.dim = argc > 2 ? atoi(argv[2]) : 5,
                 .evaluations = argc > 3 ? atoi(argv[3]) : 300,
                 .share = argc > 4 ? atof(argv[4]) : 0.1,
                 .first = argc > 5 ? atoi(argv[5]) : 7,
                 .last = argc > 6 ? atoi(argv[6]) : 15};
    if (!(bench_reference_regret(1, g.dim) > 0.0) || g.evaluations < 1 || !(g.share > 0.0) ||
        g.first < 1 || g.last < g.first) {
        (void)fprintf(stderr,
                      "usage: %s [variant [2|5|10|16|40 [evaluations [share [first instance "
                      "[last]]]]]]\n",
                      argv[0]);
        return 2;
    }
    for (int k = 0; k < (argc > 1 ? 1 : 3); k++) {
        g.variant = argc > 1 ? argv[1] : variants[k];
        bench(&g);
    }
    return 0;
}
