/* SPDX-License-Identifier: BSD-3-Clause */
/* Benchmark function 15: the error of a kernel ridge regression on the diabetes set of Efron et
 * al. (2004), three-fold cross-validated. The data are not part of this tree. */
#ifndef HPS_TESTS_BENCH_RIDGE_H
#define HPS_TESTS_BENCH_RIDGE_H

enum { BENCH_PATIENTS = 442, BENCH_RIDGE_ROWS = 150, BENCH_RIDGE_DIM = 8, BENCH_RIDGE_KERNELS = 4 };

/* Read 442 lines of 10 standardised inputs and the standardised target. 1 if that is what the
 * file holds: the check values of swarm.md are met. */
int bench_load_diabetes(const char *path);
int bench_has_diabetes(void);
/* Value for the rows [BENCH_RIDGE_ROWS] of the set at u[8] in the unit cube. */
double bench_ridge_value(const int *rows, const double *u);

#endif
