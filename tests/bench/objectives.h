/* SPDX-License-Identifier: BSD-3-Clause */
/* Test problems with two objectives on the unit cube (Zitzler, Deb and Thiele 2000; Deb et al.
 * 2002), and the hypervolume that measures a front. */
#ifndef HPS_TESTS_BENCH_OBJECTIVES_H
#define HPS_TESTS_BENCH_OBJECTIVES_H

enum { BENCH_ZDT1, BENCH_ZDT2, BENCH_ZDT3, BENCH_ZDT4, BENCH_ZDT6, BENCH_DTLZ2, BENCH_PAIRS };

const char *bench_pair_name(int problem);
/* 30, 30, 30, 10, 10 and 12 as in swarm.md 11.3. */
int bench_pair_dim(int problem);
/* f[2] at u[dim] in the unit cube; ZDT4's later variables are -5 + 10 u. */
void bench_pair_value(int problem, int dim, const double *u, double *f);
/* Area that n points f[n][2] (reordered) dominate up to (reference, reference). */
double bench_hypervolume(int n, double *f, double reference);
/* The same for the whole Pareto front. */
double bench_attainable(int problem, double reference);

#endif
