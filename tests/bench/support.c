/* SPDX-License-Identifier: BSD-3-Clause */
/* Arguments, sides run in turn and JSON of the programs that measure. */
#include "support.h"

#include <cblas.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "carbon.h"

static int n_rows; /* printed so far */

void bench_require(hps_status s)
{
    if (s != HPS_OK) {
        (void)fprintf(stderr, "bench: %s\n", hps_last_error());
        exit(1);
    }
}

void *bench_array(int64_t n)
{
    double *p = malloc((size_t)(n > 0 ? n : 1) * sizeof *p);

    if (p == NULL) {
        (void)fprintf(stderr, "bench: no memory for %lld doubles\n", (long long)n);
        exit(1);
    }
    for (int64_t i = 0; i < n; i++) {
        p[i] = 1e-3 * (double)(i % 1021);
    }
    return p;
}

/* ---------------------------------------------------------------- arguments */

static void parse(bench_run *b, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            b->quick = 1;
        } else if (strcmp(argv[i], "--full") == 0) {
            b->full = 1;
        } else if (argv[i][0] != '-' && b->path == NULL) {
            b->path = argv[i];
        } else {
            (void)fprintf(stderr, "usage: %s [--quick | --full] [file.xyz]\n", argv[0]);
            exit(2);
        }
    }
}

void bench_open(bench_run *b, const char *program, int argc, char **argv)
{
    memset(b, 0, sizeof *b);
    parse(b, argc, argv);
    b->threads = hps_context_threads(NULL) > 1 ? 2 : 1;
    openblas_set_num_threads(1);
    bench_require(hps_context_create(&b->context, NULL));
    bench_require(hps_dataset_create(&b->data, b->context));
    if (b->path != NULL) {
        bench_require(hps_dataset_read_extxyz(b->data, b->path, NULL, NULL, NULL));
    } else {
        bench_carbon(b->data, b->quick ? 12 : 60, b->quick ? 32 : 200);
    }
    (void)printf("{\"program\":\"%s\",\"version\":\"%s\",\"blas\":\"%s\",\"core\":\"%s\","
                 "\"data\":\"%s\",\"frames\":%lld,\"atoms\":%lld,\"threads\":%d,\"rows\":[",
                 program, hps_version_text(), hps_build_info("blas"), openblas_get_corename(),
                 b->path != NULL ? b->path : "synthetic carbon",
                 (long long)hps_dataset_n_frames(b->data), (long long)hps_dataset_n_atoms(b->data),
                 b->threads);
}

void bench_close(bench_run *b)
{
    (void)printf("\n]}\n");
    hps_dataset_destroy(b->data);
    hps_context_destroy(b->context);
}

int bench_has_forces(const bench_run *b)
{
    hps_frame f = {.struct_size = sizeof f};

    bench_require(hps_dataset_frame(b->data, 0, &f));
    return f.forces != NULL;
}

hps_dataset *bench_every(const bench_run *b, int64_t k)
{
    int64_t n = (hps_dataset_n_frames(b->data) + k - 1) / k;
    int64_t *list = bench_array(n);
    hps_dataset *d;

    for (int64_t i = 0; i < n; i++) {
        list[i] = i * k;
    }
    bench_require(hps_dataset_subset(&d, b->data, n, list));
    free(list);
    return d;
}

/* ------------------------------------------------------------------- timing */

static double wall_clock(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double cpu_clock(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void bench_alternate(bench_run *b, int repeats, int n_sides, bench_side *sides)
{
    for (int k = 0; k <= repeats && k < BENCH_MOST; k++) {
        for (int i = 0; i < n_sides; i++) {
            bench_side *s = &sides[i];
            double wall;
            double cpu;

            bench_require(hps_context_set_threads(b->context, s->threads));
            cpu = cpu_clock();
            wall = wall_clock();
            s->run(s->arg);
            if (k > 0 || repeats == 0) {
                s->wall[s->n] = wall_clock() - wall;
                s->cpu[s->n++] = cpu_clock() - cpu;
            }
        }
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

double bench_median(int n, const double *v)
{
    double sorted[BENCH_MOST];

    memcpy(sorted, v, (size_t)n * sizeof *v);
    qsort(sorted, (size_t)n, sizeof *sorted, ascending);
    return 0.5 * (sorted[n / 2] + sorted[(n - 1) / 2]);
}

double bench_smallest(int n, const double *v)
{
    double least = v[0];

    for (int i = 1; i < n; i++) {
        least = v[i] < least ? v[i] : least;
    }
    return least;
}

double bench_ratio(const bench_side *a, const bench_side *b)
{
    double ratio[BENCH_MOST];

    for (int i = 0; i < a->n; i++) {
        ratio[i] =
            a->threads == 1 && b->threads == 1 ? a->cpu[i] / b->cpu[i] : a->wall[i] / b->wall[i];
    }
    return bench_median(a->n, ratio);
}

int64_t bench_peak_kb(void)
{
    struct rusage r;

    return getrusage(RUSAGE_SELF, &r) == 0 ? r.ru_maxrss : 0;
}

/* --------------------------------------------------------------------- JSON */

void bench_row(const char *format, ...)
{
    va_list args;

    (void)printf("%s\n {", n_rows++ > 0 ? "," : "");
    va_start(args, format);
    (void)vprintf(format, args);
    va_end(args);
    (void)printf("}");
    (void)fflush(stdout);
}

void bench_side_row(const char *what, const bench_side *s, const bench_side *base, double units,
                    const char *unit)
{
    bench_row("\"what\":\"%s\",\"side\":\"%s\",\"threads\":%d,\"runs\":%d,\"wall\":%.6g,"
              "\"wall_least\":%.6g,\"cpu\":%.6g,\"us_per_unit\":%.6g,\"unit\":\"%s\","
              "\"base\":\"%s\",\"ratio\":%.4g,\"peak_mb\":%.1f",
              what, s->name, s->threads, s->n, bench_median(s->n, s->wall),
              bench_smallest(s->n, s->wall), bench_median(s->n, s->cpu),
              1e6 * bench_median(s->n, s->cpu) / units, unit, base != NULL ? base->name : "",
              base != NULL ? bench_ratio(s, base) : 1.0, (double)bench_peak_kb() / 1024);
}

/* ----------------------------------------------------------------- settings */

hps_soap *bench_soap(const bench_run *b, int n)
{
    static const struct {
        const char *name;
        double value;
    } set[] = {{"rcut_hard", 5.0},
               {"rcut_soft", 4.42},
               {"nf", 4.0},
               {"atom_sigma_r", 0.48},
               {"atom_sigma_t", 0.17},
               {"atom_sigma_r_scaling", 0.03},
               {"atom_sigma_t_scaling", 0.12},
               {"amplitude_scaling", 1.98},
               {"central_weight", 0.9}};
    int32_t numbers[128];
    int32_t n_species;
    hps_soap *s;

    bench_require(hps_dataset_species(b->data, 128, &n_species, numbers));
    bench_require(hps_soap_create(&s, b->context, n_species, numbers));
    for (size_t i = 0; i < sizeof set / sizeof set[0]; i++) {
        bench_require(hps_soap_set_real(s, set[i].name, set[i].value));
    }
    bench_require(hps_soap_set_int(s, "n_max", n));
    bench_require(hps_soap_set_int(s, "l_max", n));
    bench_require(hps_soap_set_int(s, "radial_enhancement", 2));
    bench_require(hps_soap_set_text(s, "basis", "poly3gauss"));
    if (n_species > 1) {
        bench_require(hps_soap_set_text(s, "compress", "trivial"));
    }
    return s;
}

hps_gpr *bench_gpr(const bench_run *b, const hps_soap *s, int n_sparse)
{
    hps_gpr *g;

    bench_require(hps_gpr_create(&g, b->context, s));
    bench_require(hps_gpr_set_real(g, "delta", 2.54));
    bench_require(hps_gpr_set_real(g, "zeta", 5.39));
    bench_require(hps_gpr_set_real(g, "sigma_energy", 0.015));
    bench_require(hps_gpr_set_real(g, "sigma_force", 0.1));
    bench_require(hps_gpr_set_int(g, "n_sparse", n_sparse));
    bench_require(hps_gpr_set_text(g, "sparse_method", "cur"));
    bench_require(hps_gpr_set_text(g, "e0_method", "average"));
    bench_require(hps_gpr_set_int(g, "seed", 1));
    return g;
}

/* ----------------------------------------------------------- bare references */

enum { ROWS = 512, COLS = 1024 }; /* the fastest of those tried */

void bench_product_make(bench_product *p, int64_t m, int64_t n, int64_t k)
{
    p->m = m;
    p->n = n;
    p->k = k;
    p->a = bench_array(m * k);
    p->b = bench_array(n * k);
    p->c = bench_array((int64_t)ROWS * COLS);
}

void bench_product_free(bench_product *p)
{
    free(p->a);
    free(p->b);
    free(p->c);
}

void bench_product_run(void *product)
{
    const bench_product *p = product;

    for (int64_t i = 0; i < p->m; i += ROWS) {
        int64_t m = p->m - i < ROWS ? p->m - i : ROWS;

        for (int64_t j = 0; j < p->n; j += COLS) {
            int64_t n = p->n - j < COLS ? p->n - j : COLS;

            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)p->k, 1.0,
                        p->a + i * p->k, (int)p->k, p->b + j * p->k, (int)p->k, 0.0, p->c, (int)n);
        }
    }
}

void bench_copy_make(bench_copy *c, int64_t n)
{
    c->n = n;
    c->from = bench_array(n);
    c->to = bench_array(n);
}

void bench_copy_free(bench_copy *c)
{
    free(c->from);
    free(c->to);
}

void bench_copy_run(void *copy)
{
    const bench_copy *c = copy;

    memcpy(c->to, c->from, (size_t)c->n * sizeof *c->to);
}

/* -------------------------------------------------------------- predictions */

void bench_predict_energies(void *prediction)
{
    const bench_prediction *p = prediction;

    bench_require(hps_gpr_predict(p->g, p->data, p->energy, NULL, NULL));
}

void bench_predict_forces(void *prediction)
{
    const bench_prediction *p = prediction;

    bench_require(hps_gpr_predict(p->g, p->data, p->energy, p->forces, NULL));
}
