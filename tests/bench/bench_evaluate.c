/* SPDX-License-Identifier: BSD-3-Clause */
/* One evaluation of a swarm as a study makes it: strategy 1 (descriptors, sparse points, fit,
 * test errors), stage 1 (the kernel's distribution) and stage 2 (the path); JSON. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "support.h"

enum { MOST_PARAMS = 4 };

typedef struct job {
    hps_study *study;
    int32_t n_params;
    double x[MOST_PARAMS];
    double step; /* of the first parameter, so that no evaluation repeats the one before */
    double f;
    int calls; /* evaluations of one run */
} job;

static void evaluate(void *arg)
{
    job *j = arg;

    for (int i = 0; i < j->calls; i++) {
        int32_t outcome = HPS_EVAL_OK;
        hps_batch batch = {.struct_size = sizeof batch,
                           .n = 1,
                           .n_params = j->n_params,
                           .n_objectives = 1,
                           .x = j->x};

        j->x[0] *= 1 + j->step;
        j->step = -j->step;
        if (hps_study_evaluate(&batch, &j->f, &outcome, j->study) != 0 || outcome != HPS_EVAL_OK) {
            (void)fprintf(stderr, "bench: %s\n", hps_study_reason(j->study, 0));
            exit(1);
        }
    }
}

typedef struct stage {
    const char *name, *objective;
    int32_t n_params, calls;
    const char *param[MOST_PARAMS];
    double low[MOST_PARAMS], high[MOST_PARAMS], at[MOST_PARAMS];
} stage;

static job open_job(const bench_run *b, const stage *g, const hps_gpr *base,
                    const hps_dataset *train, const hps_dataset *test)
{
    job j = {.n_params = g->n_params, .step = 1e-3, .calls = g->calls};
    hps_space *space;

    bench_require(hps_space_create(&space, b->context));
    for (int i = 0; i < g->n_params; i++) {
        j.x[i] = g->at[i];
        bench_require(
            hps_space_add_real(space, g->param[i], g->low[i], g->high[i], HPS_SCALE_LINEAR));
    }
    bench_require(hps_study_create(&j.study, b->context, space, base, train, test));
    bench_require(hps_study_set_text(j.study, "objective", g->objective));
    bench_require(hps_study_set_int(j.study, "references", 3000));
    hps_space_destroy(space);
    return j;
}

static void measure(bench_run *b, const stage *g, int n, int n_sparse)
{
    hps_dataset *train;
    hps_dataset *test;
    hps_soap *s = bench_soap(b, n);
    hps_gpr *base = bench_gpr(b, s, n_sparse);
    int64_t atoms = hps_dataset_n_atoms(b->data);
    bench_product p;
    job j;
    char what[160];

    bench_require(hps_dataset_split_every(b->data, 5, &train, &test));
    j = open_job(b, g, base, train, test);
    bench_product_make(&p, atoms, n_sparse, hps_soap_size(s));
    {
        bench_side side[] = {
            {.name = "dgemm", .run = bench_product_run, .arg = &p, .threads = 1},
            {.name = "evaluation", .run = evaluate, .arg = &j, .threads = 1},
            {.name = "evaluation", .run = evaluate, .arg = &j, .threads = b->threads}};

        (void)snprintf(what, sizeof what, "%s, %lld atoms, n=l=%d, %d sparse points", g->name,
                       (long long)atoms, n, n_sparse);
        bench_alternate(b, b->quick ? 1 : 3, 3, side);
        bench_side_row(what, &side[0], NULL, 1, "product");
        bench_side_row(what, &side[1], &side[0], g->calls, "evaluation");
        bench_side_row(what, &side[2], &side[1], g->calls, "evaluation");
    }
    bench_product_free(&p);
    hps_study_destroy(j.study);
    hps_dataset_destroy(test);
    hps_dataset_destroy(train);
    hps_gpr_destroy(base);
    hps_soap_destroy(s);
}

int main(int argc, char **argv)
{
    static const stage stages[] = {{"strategy 1",
                                    "rmse",
                                    2,
                                    1,
                                    {"soap.atom_sigma_r", "kernel.zeta"},
                                    {0.2, 1},
                                    {0.8, 9},
                                    {0.48, 5.39}},
                                   {"strategy 2, stage 1",
                                    "std-skew",
                                    2,
                                    1,
                                    {"soap.atom_sigma_r", "kernel.zeta"},
                                    {0.2, 1},
                                    {0.8, 9},
                                    {0.48, 5.39}},
                                   {"strategy 2, stage 2",
                                    "rmse",
                                    2,
                                    100,
                                    {"gap.delta", "gap.sigma_energy"},
                                    {0.1, 0.001},
                                    {10, 1},
                                    {2.54, 0.015}}};
    bench_run b;

    bench_open(&b, "evaluate", argc, argv);
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        measure(&b, &stages[i], 4, b.quick ? 100 : 1000);
    }
    measure(&b, &stages[0], 8, b.quick ? 50 : 500);
    bench_close(&b);
    return 0;
}
