/* SPDX-License-Identifier: BSD-3-Clause */
/* Test problems with two objectives, and the hypervolume of a front. */
#include "bench/objectives.h"

#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846

static const struct {
    const char *name;
    int dim;
    double rest; /* u of the later variables on the Pareto front */
} problems[BENCH_PAIRS] = {{"ZDT1", 30, 0.0}, {"ZDT2", 30, 0.0}, {"ZDT3", 30, 0.0},
                           {"ZDT4", 10, 0.5}, {"ZDT6", 10, 0.0}, {"DTLZ2", 12, 0.5}};

const char *bench_pair_name(int problem)
{
    return problems[problem].name;
}

int bench_pair_dim(int problem)
{
    return problems[problem].dim;
}

/* How far from the front the later variables are. */
static double distance_term(int problem, int dim, const double *u)
{
    double s = 0.0;
    for (int i = 1; i < dim; i++) {
        double t = 10.0 * u[i] - 5.0;
        double a = u[i] - 0.5;
        s += problem == BENCH_ZDT4    ? t * t - 10.0 * cos(4.0 * PI * t)
             : problem == BENCH_DTLZ2 ? a * a
                                      : u[i];
    }
    switch (problem) {
    case BENCH_ZDT4:
        return 1.0 + 10.0 * (dim - 1) + s;
    case BENCH_ZDT6:
        return 1.0 + 9.0 * pow(s / (dim - 1), 0.25);
    case BENCH_DTLZ2:
        return 1.0 + s;
    default:
        return 1.0 + 9.0 * s / (dim - 1);
    }
}

void bench_pair_value(int problem, int dim, const double *u, double *f)
{
    double g = distance_term(problem, dim, u);
    if (problem == BENCH_DTLZ2) {
        f[0] = g * cos(0.5 * PI * u[0]);
        f[1] = g * sin(0.5 * PI * u[0]);
        return;
    }
    f[0] = problem == BENCH_ZDT6 ? 1.0 - exp(-4.0 * u[0]) * pow(sin(6.0 * PI * u[0]), 6.0) : u[0];
    double r = f[0] / g;
    double h = 1.0 - sqrt(r);
    if (problem == BENCH_ZDT2 || problem == BENCH_ZDT6) {
        h = 1.0 - r * r;
    } else if (problem == BENCH_ZDT3) {
        h -= r * sin(10.0 * PI * f[0]);
    }
    f[1] = g * h;
}

static int compare_points(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    if (x[0] != y[0]) {
        return x[0] < y[0] ? -1 : 1;
    }
    return (x[1] > y[1]) - (x[1] < y[1]);
}

double bench_hypervolume(int n, double *f, double reference)
{
    double area = 0.0;
    double above = reference;
    qsort(f, (size_t)n, 2 * sizeof *f, compare_points);
    for (int i = 0; i < n; i++) {
        const double *p = f + 2 * (long)i;
        if (p[0] < reference && p[1] < above) {
            area += (reference - p[0]) * (above - p[1]);
            above = p[1];
        }
    }
    return area;
}

double bench_attainable(int problem, double reference)
{
    enum { POINTS = 200001 };
    double *f = malloc(2 * (size_t)POINTS * sizeof *f);
    if (f == NULL) {
        return (double)NAN;
    }
    for (int i = 0; i < POINTS; i++) {
        double u[2] = {(double)i / (POINTS - 1), problems[problem].rest};
        bench_pair_value(problem, 2, u, f + 2 * (long)i);
    }
    double area = bench_hypervolume(POINTS, f, reference);
    free(f);
    return area;
}
