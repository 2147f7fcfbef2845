/* SPDX-License-Identifier: BSD-3-Clause */
/* The library's own search problems, made small enough that an evaluation takes milliseconds,
 * and the benchmark functions. */
#include "problems.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "functions.h"
#include "ridge.h"
#include "support.h"

enum { MOST_PARAMS = 16, MOST_SPECIES = 4 };

typedef struct param {
    const char *name;
    double lo, hi;
    int whole, log; /* flags */
} param;

/* The paper's ranges (program.md, the demo's run file). */
#define SOAP_PARAMS                                                                                \
    {"soap.rcut_soft", 4.0, 5.0, 0, 0}, {"soap.atom_sigma_r", 0.1, 2.0, 0, 0},                     \
        {"soap.atom_sigma_t", 0.1, 2.0, 0, 0}, {"soap.atom_sigma_r_scaling", 0.0, 2.0, 0, 0},      \
        {"soap.atom_sigma_t_scaling", 0.0, 2.0, 0, 0}, {"soap.amplitude_scaling", 0.0, 2.0, 0, 0}, \
        {"soap.central_weight", 0.0, 2.0, 0, 0},                                                   \
    {                                                                                              \
        "soap.radial_enhancement", 0, 2, 1, 0                                                      \
    }
#define ZETA                                                                                       \
    {                                                                                              \
        "kernel.zeta", 2, 10, 0, 0                                                                 \
    }
#define DELTA                                                                                      \
    {                                                                                              \
        "gap.delta", 0.1, 5.0, 0, 0                                                                \
    }
#define SIGMA_ENERGY                                                                               \
    {                                                                                              \
        "gap.sigma_energy", 0.0005, 0.1, 0, 1                                                      \
    }
#define SIGMA_FORCE                                                                                \
    {                                                                                              \
        "gap.sigma_force", 0.001, 0.1, 0, 1                                                        \
    }

typedef struct definition {
    const char *name, *what, *file, *objective;
    int every;      /* take every so many frames of the file */
    int first;      /* of so many, 0: of all */
    int test_every; /* 0: training data are the test */
    int n_sparse;   /* 0: all environments */
    int n_max, fit_forces;
    const char *compress;
    param params[MOST_PARAMS]; /* up to the first without a name */
} definition;

static const definition table[] = {
    {.name = "dimer-11",
     .what = "carbon dimers, strategy 1, energies: 8 SOAP parameters, zeta, delta, sigma",
     .objective = "rmse",
     .n_max = 4,
     .compress = "none",
     .params = {SOAP_PARAMS, ZETA, DELTA, SIGMA_ENERGY}},
    {.name = "dimer-14",
     .what = "carbon dimers, strategy 1, energies and forces: the same, sigma of forces, n_max, "
             "l_max",
     .objective = "rmse",
     .n_max = 4,
     .fit_forces = 1,
     .compress = "none",
     .params = {SOAP_PARAMS,
                ZETA,
                DELTA,
                SIGMA_ENERGY,
                SIGMA_FORCE,
                {"soap.n_max", 3, 8, 1, 0},
                {"soap.l_max", 2, 8, 1, 0}}},
    {.name = "dimer-stage1",
     .what = "carbon dimers, strategy 2, stage 1: 8 SOAP parameters, zeta",
     .objective = "std-skew",
     .n_max = 4,
     .compress = "none",
     .params = {SOAP_PARAMS, ZETA}},
    {.name = "dimer-stage2",
     .what = "carbon dimers, strategy 2, stage 2, energies and forces: delta, two sigmas",
     .objective = "rmse",
     .n_max = 4,
     .fit_forces = 1,
     .compress = "none",
     .params = {DELTA, SIGMA_ENERGY, SIGMA_FORCE}},
    {.name = "fe",
     .what = "iron, every 8th frame of fe_gap22_ext (1,600), 60 sparse points, n = l = 4, every "
             "5th frame tests, energies: 8 SOAP parameters, delta, sigma",
     .file = "fe_gap22_ext.xyz",
     .objective = "rmse",
     .every = 8,
     .test_every = 5,
     .n_sparse = 60,
     .n_max = 4,
     .compress = "none",
     .params = {SOAP_PARAMS, DELTA, SIGMA_ENERGY}},
    {.name = "qm9",
     .what = "1,000 molecules of qm9_mp2, 120 sparse points, trivial compression, n = l = 3, every "
             "5th molecule tests: 8 SOAP parameters, zeta, delta, sigma",
     .file = "qm9_mp2.xyz",
     .objective = "mae",
     .every = 6,
     .first = 6000,
     .test_every = 5,
     .n_sparse = 120,
     .n_max = 3,
     .compress = "trivial",
     .params = {SOAP_PARAMS, ZETA, DELTA, SIGMA_ENERGY}},
};
enum { N_CASES = sizeof table / sizeof table[0] };

struct bench_case {
    hps_context *context;
    hps_space *space;
    hps_dataset *all, *train, *test;
    hps_study *study;
    bench_problem *function; /* instead of a study */
    double reference;        /* of the function */
};

void bench_case_list(void)
{
    for (int i = 0; i < N_CASES; i++) {
        printf("%s: %s\n", table[i].name, table[i].what);
    }
}

/* -------------------------------------------------------------------- data */

static hps_dataset *read_some(bench_case *c, const definition *d, const char *folder)
{
    char path[4096];
    hps_dataset *file, *some;

    (void)snprintf(path, sizeof path, "%s/%s", d->file != NULL ? folder : HPS_BENCH_DATA,
                   d->file != NULL ? d->file : "c_dimer_gpaw.xyz");
    bench_require(hps_dataset_create(&file, c->context));
    bench_require(hps_dataset_read_extxyz(file, path, NULL, NULL, NULL));
    if (d->every == 0) {
        return file;
    }
    int64_t n = d->first > 0 ? d->first : hps_dataset_n_frames(file);
    int64_t *list = bench_array(n);
    for (int64_t i = 0; i * d->every < n; i++) {
        list[i] = i * d->every;
    }
    bench_require(hps_dataset_subset(&some, file, (n + d->every - 1) / d->every, list));
    free(list);
    hps_dataset_destroy(file);
    return some;
}

static void open_data(bench_case *c, const definition *d, const char *folder)
{
    c->all = read_some(c, d, folder);
    if (d->test_every > 0) {
        bench_require(hps_dataset_split_every(c->all, d->test_every, &c->train, &c->test));
    }
}

/* ------------------------------------------------------------------- study */

/* What is not searched; the widths are near the paper's best set of the dimers. */
static hps_gpr *make_base(bench_case *c, const definition *d)
{
    int32_t numbers[MOST_SPECIES], n = 0;
    hps_soap *s;
    hps_gpr *g;

    bench_require(hps_dataset_species(c->all, MOST_SPECIES, &n, numbers));
    bench_require(hps_soap_create(&s, c->context, n, numbers));
    bench_require(hps_soap_set_int(s, "n_max", d->n_max));
    bench_require(hps_soap_set_int(s, "l_max", d->n_max));
    bench_require(hps_soap_set_real(s, "rcut_hard", 5.0));
    bench_require(hps_soap_set_text(s, "basis", "poly3gauss"));
    bench_require(hps_soap_set_text(s, "compress", d->compress));
    bench_require(hps_gpr_create(&g, c->context, s));
    bench_require(hps_gpr_set_text(g, "sparse_method", d->n_sparse > 0 ? "cur" : "all"));
    bench_require(hps_gpr_set_int(g, "n_sparse", d->n_sparse > 0 ? d->n_sparse : 1));
    bench_require(hps_gpr_set_int(g, "fit_forces", d->fit_forces));
    bench_require(hps_gpr_set_text(g, "e0_method", d->file != NULL ? "fit" : "average"));
    hps_soap_destroy(s);
    return g;
}

static void open_study(bench_case *c, const definition *d)
{
    hps_gpr *base = make_base(c, d);
    const hps_dataset *train = c->train != NULL ? c->train : c->all;

    bench_require(hps_space_create(&c->space, c->context));
    for (const param *p = d->params; p < d->params + MOST_PARAMS && p->name != NULL; p++) {
        int32_t scale = p->log ? HPS_SCALE_LOG : HPS_SCALE_LINEAR;
        bench_require(
            p->whole ? hps_space_add_int(c->space, p->name, (int64_t)p->lo, (int64_t)p->hi, scale)
                     : hps_space_add_real(c->space, p->name, p->lo, p->hi, scale));
    }
    bench_require(hps_study_create(&c->study, c->context, c->space, base, train,
                                   c->test != NULL ? c->test : train));
    bench_require(hps_study_set_text(c->study, "objective", d->objective));
    hps_gpr_destroy(base);
}

/* --------------------------------------------------------------- functions */

static void open_function(bench_case *c, const char *name, const char *data)
{
    int function = 0, dim = 0, instance = 0;
    char label[16];

    if (sscanf(name, "function:%d:%d:%d", &function, &dim, &instance) == 3) {
        if (function == 15) { /* swarm.py makes this file */
            char path[1024];
            (void)snprintf(path, sizeof path, "%s/diabetes.txt", data);
            (void)bench_load_diabetes(path);
        }
        c->function = bench_create(function, dim, instance);
        c->reference = bench_reference_regret(function, dim);
    }
    if (c->function == NULL) {
        (void)fprintf(stderr, "bench: no problem %s\n", name);
        exit(2);
    }
    bench_require(hps_space_create(&c->space, c->context));
    for (int d = 0; d < bench_dim(c->function); d++) {
        int levels = bench_levels(c->function, d);
        (void)snprintf(label, sizeof label, "u%d", d);
        bench_require(levels > 0
                          ? hps_space_add_int(c->space, label, 0, levels - 1, HPS_SCALE_LINEAR)
                          : hps_space_add_real(c->space, label, 0.0, 1.0, HPS_SCALE_LINEAR));
    }
}

/* -------------------------------------------------------------------- case */

bench_case *bench_case_open(const char *name, const char *data)
{
    bench_case *c = calloc(1, sizeof *c);

    if (c == NULL) {
        (void)fprintf(stderr, "bench: no memory\n");
        exit(1);
    }
    bench_require(hps_context_create(&c->context, NULL));
    bench_require(hps_context_set_threads(c->context, 1));
    for (int i = 0; i < N_CASES; i++) {
        if (strcmp(table[i].name, name) == 0) {
            open_data(c, &table[i], data);
            open_study(c, &table[i]);
            return c;
        }
    }
    open_function(c, name, data);
    return c;
}

void bench_case_close(bench_case *c)
{
    hps_study_destroy(c->study);
    hps_space_destroy(c->space);
    hps_dataset_destroy(c->test);
    hps_dataset_destroy(c->train);
    hps_dataset_destroy(c->all);
    hps_context_destroy(c->context);
    bench_destroy(c->function);
    free(c);
}

const hps_space *bench_case_space(const bench_case *c)
{
    return c->space;
}

double bench_case_optimum(const bench_case *c)
{
    return c->function != NULL ? bench_optimum(c->function) : 0.0;
}

double bench_case_reference(const bench_case *c)
{
    return c->reference;
}

int32_t bench_case_evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    bench_case *c = user;

    if (c->study != NULL) {
        return hps_study_evaluate(b, f, outcome, c->study);
    }
    for (int32_t i = 0; i < b->n; i++) {
        double u[BENCH_MAX_DIM];
        for (int d = 0; d < b->n_params; d++) {
            int levels = bench_levels(c->function, d);
            double x = b->x[(int64_t)i * b->n_params + d];
            u[d] = levels > 0 ? (x + 0.5) / levels : x;
        }
        f[i] = bench_value(c->function, u);
    }
    return 0;
}
