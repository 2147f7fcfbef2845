/* SPDX-License-Identifier: BSD-3-Clause */
/* What `hpswarm check` says about the noise that frames bring along. */
#ifndef HPSWARM_CHECK_NOISE_H
#define HPSWARM_CHECK_NOISE_H

#include "json.h"
#include "program.h"

#define CHECK_NOISES 6

typedef struct noise_counts {
    int64_t frames[CHECK_NOISES];
} noise_counts;

void check_noise_count(noise_counts *counts, const hps_dataset *d, int64_t i, const hps_frame *f);
/* A line, none if no frame has any. */
void check_noise_print(const noise_counts *counts);
void check_noise_json(json *j, const noise_counts *counts);

#endif
