/* SPDX-License-Identifier: BSD-3-Clause */
/* The benchmark functions 1-15 of the swarm's design note on the unit cube, with their
 * reference regrets: seeded instances of rotated, shifted and distorted test functions. */
#ifndef HPS_TESTS_BENCH_FUNCTIONS_H
#define HPS_TESTS_BENCH_FUNCTIONS_H

enum { BENCH_FUNCTIONS = 15, BENCH_MAX_DIM = 40 };

typedef struct bench_problem bench_problem;

/* NULL for an unknown function, a dimension outside 2..40 or without memory. The dimension of
 * 13, 14 and 15 is fixed (10, 16 and 8); 15 needs data, see ridge.h. */
bench_problem *bench_create(int function, int dim, int instance);
void bench_destroy(bench_problem *p);
int bench_dim(const bench_problem *p);
/* Number of levels of a discrete dimension, 0 for a real one. */
int bench_levels(const bench_problem *p, int d);
/* 1 if the levels have no order. */
int bench_is_choice(const bench_problem *p, int d);
/* The least value; of 15, where it is not known, the least of many searches. */
double bench_optimum(const bench_problem *p);
double bench_value(const bench_problem *p, const double *u);
/* Median regret of uniform random search after 100 evaluations; 0 if it is not tabulated. */
double bench_reference_regret(int function, int dim);

#endif
