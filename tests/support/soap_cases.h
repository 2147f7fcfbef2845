/* SPDX-License-Identifier: BSD-3-Clause */
/* Small helpers of the descriptor's tests: handles from settings, clusters, random numbers. */
#ifndef HPS_TESTS_SOAP_CASES_H
#define HPS_TESTS_SOAP_CASES_H

#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hpswarm/soap.h"

#define OK(call) ck_assert_msg((call) == HPS_OK, "%s: %s", #call, hps_last_error())

/* Uniform in [lo, hi), the same sequence for the same state everywhere. */
static inline double draw(uint64_t *state, double lo, double hi)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return lo + (hi - lo) * ((double)(*state >> 11) / 9007199254740992.0);
}

static inline hps_dataset *structure(int32_t n, const int32_t *numbers, const double *positions,
                                     const double *cell)
{
    hps_dataset *d = NULL;

    OK(hps_dataset_create(&d, NULL));
    OK(hps_dataset_add(d, n, numbers, positions, cell, NULL, NULL, NULL, NULL, NULL));
    return d;
}

static inline double norm_of(int64_t n, const double *x)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++) {
        sum += x[i] * x[i];
    }
    return sqrt(sum);
}

/* |x - y| / |y|, or |x| if y is 0. */
static inline double deviation(int64_t n, const double *x, const double *y)
{
    double sum = 0, size = norm_of(n, y);

    for (int64_t i = 0; i < n; i++) {
        sum += (x[i] - y[i]) * (x[i] - y[i]);
    }
    return size > 0 ? sqrt(sum) / size : sqrt(sum);
}

/* Random positions at least `gap` apart in a box of the given edge. */
static inline void scatter_atoms(uint64_t *state, int32_t n, double edge, double gap, double *r)
{
    for (int32_t i = 0; i < n;) {
        int32_t clear = 1;

        for (int32_t k = 0; k < 3; k++) {
            r[3 * i + k] = draw(state, 0, edge);
        }
        for (int32_t j = 0; j < i; j++) {
            double d[3] = {r[3 * i] - r[3 * j], r[3 * i + 1] - r[3 * j + 1],
                           r[3 * i + 2] - r[3 * j + 2]};

            clear = clear && norm_of(3, d) > gap;
        }
        i += clear;
    }
}

#endif
