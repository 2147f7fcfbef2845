/* SPDX-License-Identifier: BSD-3-Clause */
/* Kernel ridge regression with three folds (function 15 of the benchmark). */
#include "bench/ridge.h"

#include <math.h>
#include <stdio.h>

#include "bench/functions.h"

enum { INPUTS = 10, FOLDS = 3, N = BENCH_RIDGE_ROWS, TEST = N / FOLDS, TRAIN = N - TEST };

static double patients[BENCH_PATIENTS][INPUTS + 1];
static int loaded;

typedef struct ridge {
    double x[N][INPUTS], z[N][INPUTS], y[N]; /* z: divided by the length scales */
    double kernel[N][N];
    double factor[TRAIN][TRAIN], weight[TRAIN];
} ridge;

static void select_rows(ridge *p, const int *rows, const double *u)
{
    static const int group[INPUTS] = {0, 0, 1, 2, 3, 3, 3, 4, 4, 4};
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < INPUTS; k++) {
            p->x[i][k] = patients[rows[i]][k];
            p->z[i][k] = p->x[i][k] / pow(10.0, -1.0 + 3.0 * u[1 + group[k]]);
        }
        p->y[i] = patients[rows[i]][INPUTS];
    }
}

static double radial(int kind, double r)
{
    double s = sqrt(5.0 * r);
    switch (kind) {
    case 0:
        return exp(-0.5 * r);
    case 1:
        return exp(-sqrt(r));
    case 2:
        return (1.0 + s + s * s / 3.0) * exp(-s);
    default:
        return 1.0 / (1.0 + 0.5 * r);
    }
}

static void fill_kernel(ridge *p, const double *u)
{
    int kind = (int)fmin(fmax(floor(u[6] * BENCH_RIDGE_KERNELS), 0.0), BENCH_RIDGE_KERNELS - 1.0);
    double share = pow(10.0, -4.0 + 6.0 * u[7]) / 10.0;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j <= i; j++) {
            double square = 0.0, product = 0.0;
            for (int k = 0; k < INPUTS; k++) {
                double d = p->z[i][k] - p->z[j][k];
                square += d * d;
                product += p->x[i][k] * p->x[j][k];
            }
            p->kernel[i][j] = p->kernel[j][i] = radial(kind, square) + share * product;
        }
    }
}

/* Weights of the training rows for their values less the mean. */
static void solve(ridge *p, const int *train, double mean, double noise)
{
    for (int i = 0; i < TRAIN; i++) {
        for (int j = 0; j < TRAIN; j++) {
            p->factor[i][j] = p->kernel[train[i]][train[j]] + (i == j ? noise : 0.0);
        }
        p->weight[i] = p->y[train[i]] - mean;
    }
    for (int k = 0; k < TRAIN; k++) { /* Cholesky, and the forward solution beside it */
        double d = sqrt(fmax(p->factor[k][k], 1e-12));
        p->factor[k][k] = d;
        p->weight[k] /= d;
        for (int j = k + 1; j < TRAIN; j++) {
            p->factor[k][j] /= d;
        }
        for (int i = k + 1; i < TRAIN; i++) {
            for (int j = i; j < TRAIN; j++) {
                p->factor[i][j] -= p->factor[k][i] * p->factor[k][j];
            }
            p->weight[i] -= p->factor[k][i] * p->weight[k];
        }
    }
    for (int i = TRAIN - 1; i >= 0; i--) {
        for (int k = i + 1; k < TRAIN; k++) {
            p->weight[i] -= p->factor[i][k] * p->weight[k];
        }
        p->weight[i] /= p->factor[i][i];
    }
}

/* Squared errors of one fold, and about the training mean. */
static void add_fold(ridge *p, int fold, double noise, double *errors, double *total)
{
    int train[TRAIN], n = 0;
    double mean = 0.0;
    for (int i = 0; i < N; i++) {
        if (i % FOLDS != fold) {
            train[n++] = i;
            mean += p->y[i] / TRAIN;
        }
    }
    solve(p, train, mean, noise);
    for (int i = fold; i < N; i += FOLDS) {
        double e = p->y[i] - mean;
        *total += e * e;
        for (int k = 0; k < TRAIN; k++) {
            e -= p->kernel[i][train[k]] * p->weight[k];
        }
        *errors += e * e;
    }
}

double bench_ridge_value(const int *rows, const double *u)
{
    ridge p;
    double errors = 0.0, total = 0.0;
    double noise = pow(10.0, -6.0 + 7.0 * u[0]) + 1e-9;
    select_rows(&p, rows, u);
    fill_kernel(&p, u);
    for (int fold = 0; fold < FOLDS; fold++) {
        add_fold(&p, fold, noise, &errors, &total);
    }
    double v = sqrt(errors / total);
    return v < 1e6 ? v : 1e6;
}

int bench_has_diabetes(void)
{
    return loaded;
}

/* swarm.md 9.1: instance 1 at u = 1/2 and at u_j = frac(0.618034 (j + 1)). */
static int meets_check_values(void)
{
    double middle[BENCH_RIDGE_DIM], other[BENCH_RIDGE_DIM];
    bench_problem *p = bench_create(15, BENCH_RIDGE_DIM, 1);
    if (p == NULL) {
        return 0;
    }
    for (int d = 0; d < BENCH_RIDGE_DIM; d++) {
        double t = 0.618034 * (d + 1);
        middle[d] = 0.5;
        other[d] = t - floor(t);
    }
    int met = fabs(bench_value(p, middle) - 1.019349801) < 1e-6 &&
              fabs(bench_value(p, other) - 0.7567761404) < 1e-6;
    bench_destroy(p);
    return met;
}

int bench_load_diabetes(const char *path)
{
    FILE *in = fopen(path, "r");
    int n = 0;
    loaded = 0;
    if (in == NULL) {
        return 0;
    }
    while (n < BENCH_PATIENTS * (INPUTS + 1) &&
           fscanf(in, "%lf", &patients[n / (INPUTS + 1)][n % (INPUTS + 1)]) == 1) {
        n++;
    }
    (void)fclose(in);
    loaded = n == BENCH_PATIENTS * (INPUTS + 1);
    loaded = loaded && meets_check_values();
    return loaded;
}
