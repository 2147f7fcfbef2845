/* SPDX-License-Identifier: BSD-3-Clause */
/* Kernel statistics with a histogram: of `kernel`, and of each stage of `tune`. */
#ifndef HPSWARM_KERNEL_REPORT_H
#define HPSWARM_KERNEL_REPORT_H

#include "json.h"

enum { KERNEL_BINS = 50 };

typedef struct kernel_report {
    hps_kernel_stats stats;
    double zeta;
    int64_t counts[KERNEL_BINS];
} kernel_report;

/* With the descriptor and zeta of g; references 0: all. */
int kernel_report_compute(const hps_gpr *g, const hps_dataset *d, int64_t references, int64_t seed,
                          kernel_report *out);
/* With the descriptor of g and n other exponents, in double or single precision. */
int kernel_report_several(const hps_gpr *g, const hps_dataset *d, int n, const double *zeta,
                          int64_t references, int64_t seed, kernel_report *out);
/* The keys of program.md section 3, into an open object. */
void kernel_report_json(json *j, const kernel_report *k);

#endif
