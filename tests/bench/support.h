/* SPDX-License-Identifier: BSD-3-Clause */
/* What the programs that measure share: data, sides run in turn, JSON rows. */
#ifndef BENCH_SUPPORT_H
#define BENCH_SUPPORT_H

#include "hpswarm.h"

/* Arguments of every program: [--quick | --full] [file.xyz] */
typedef struct bench_run {
    int quick;        /* seconds, not minutes: for liveness */
    int full;         /* also what takes minutes */
    int threads;      /* of the two-thread rows */
    const char *path; /* NULL: synthetic carbon */
    hps_context *context;
    hps_dataset *data;
} bench_run;

/* Read the arguments and the data, open the JSON object; exits on failure. */
void bench_open(bench_run *b, const char *program, int argc, char **argv);
void bench_close(bench_run *b);
/* End the program with the library's message if a call failed. */
void bench_require(hps_status s);
void *bench_array(int64_t n);             /* n doubles that are not 0; exits without memory */
int bench_has_forces(const bench_run *b); /* 1 if the first frame has */
/* Every k-th frame of the data. */
hps_dataset *bench_every(const bench_run *b, int64_t k);

/* One thing to time; n_threads is set on the context before each run. */
enum { BENCH_MOST = 64 };
typedef struct bench_side {
    const char *name;
    void (*run)(void *arg);
    void *arg;
    int threads;
    int n;                                    /* runs so far */
    double wall[BENCH_MOST], cpu[BENCH_MOST]; /* seconds; cpu is user + system */
} bench_side;
/* Run the sides in turn, A B C A B C ..., after one round that is not counted; with 0
 * repeats that one is. */
void bench_alternate(bench_run *b, int repeats, int n_sides, bench_side *sides);
double bench_median(int n, const double *v);
double bench_smallest(int n, const double *v);

/* Median over the rounds of a's time over b's: of processor time if both have one thread,
 * which other programs on the machine disturb least, otherwise of wall time. */
double bench_ratio(const bench_side *a, const bench_side *b);
int64_t bench_peak_kb(void); /* resident memory of this process, at most so far */

/* One JSON object of the list "rows": fields in printf form, without braces. */
void bench_row(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A side as a row; ratio is to base (NULL: none), units are what a second is divided by. */
void bench_side_row(const char *what, const bench_side *s, const bench_side *base, double units,
                    const char *unit);

/* The paper's set aC4-1, n = l as given. */
hps_soap *bench_soap(const bench_run *b, int n);
/* An energies-only fit with its delta, zeta and sigma_energy. */
hps_gpr *bench_gpr(const bench_run *b, const hps_soap *s, int n_sparse);

/* Sides that predict, energies or with forces: arg is a bench_prediction. */
typedef struct bench_prediction {
    const hps_gpr *g;
    const hps_dataset *data;
    double *energy, *forces; /* [frames], [atoms][3] */
} bench_prediction;
void bench_predict_energies(void *prediction);
void bench_predict_forces(void *prediction);

/* Bare products and copies to compare with: C[m][n] = A[m][k] B[n][k]^T on one thread, in
 * blocks that are written to one place again and again. */
typedef struct bench_product {
    int64_t m, n, k;
    double *a, *b, *c;
} bench_product;
void bench_product_make(bench_product *p, int64_t m, int64_t n, int64_t k);
void bench_product_free(bench_product *p);
void bench_product_run(void *product);
typedef struct bench_copy {
    int64_t n; /* doubles */
    double *from, *to;
} bench_copy;
void bench_copy_make(bench_copy *c, int64_t n);
void bench_copy_free(bench_copy *c);
void bench_copy_run(void *copy);

#endif
