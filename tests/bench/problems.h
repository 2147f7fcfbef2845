/* SPDX-License-Identifier: BSD-3-Clause */
/* The library's own search problems and the benchmark functions behind one interface: a space
 * to search and an evaluate callback. */
#ifndef HPS_TESTS_BENCH_PROBLEMS_H
#define HPS_TESTS_BENCH_PROBLEMS_H

#include "hpswarm.h"

typedef struct bench_case bench_case;

/* Names, one a line, with what they are, to stdout. */
void bench_case_list(void);
/* A problem by its name, "dimer-11", or "function:FUNCTION:DIMENSION:INSTANCE"; data: folder of
 * fe_gap22_ext.xyz and qm9_mp2.xyz. Ends the program with a message if there is none. */
bench_case *bench_case_open(const char *name, const char *data);
void bench_case_close(bench_case *c);
const hps_space *bench_case_space(const bench_case *c);
/* Best known value of a function, 0 of others. */
double bench_case_optimum(const bench_case *c);
/* Regret of a function that counts as solved by 0 (swarm.md 9.3), 0 of others. */
double bench_case_reference(const bench_case *c);
/* hps_evaluate_fn whose user is a bench_case. */
int32_t bench_case_evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user);

#endif
