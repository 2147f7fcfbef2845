/* SPDX-License-Identifier: BSD-3-Clause */
/* How many frames of a file bring noise of their own for a fit, and of which kind. */
#include <math.h>

#include "check_noise.h"
#include "data.h"

/* As a file has them; force_atom_sigma becomes force_component_sigma when it is read. */
static const char *const names[CHECK_NOISES] = {"energy_sigma",           "force_sigma",
                                                "virial_sigma",           "force_component_sigma",
                                                "virial_component_sigma", "force_mask"};

void check_noise_count(noise_counts *counts, const hps_dataset *d, int64_t i, const hps_frame *f)
{
    const int found[CHECK_NOISES] = {!isnan(f->energy_sigma),
                                     !isnan(f->force_sigma),
                                     !isnan(f->virial_sigma),
                                     hps_dataset_force_sigmas(d, i) != NULL,
                                     hps_dataset_virial_sigmas(d, i) != NULL,
                                     f->force_mask != NULL};

    for (int k = 0; k < CHECK_NOISES; k++) {
        counts->frames[k] += found[k];
    }
}

void check_noise_print(const noise_counts *counts)
{
    const char *before = "noise of their own:";

    for (int k = 0; k < CHECK_NOISES; k++) {
        if (counts->frames[k] > 0) {
            printf("%s %s in %lld frames", before, names[k], (long long)counts->frames[k]);
            before = ",";
        }
    }
    fputs(before[0] == ',' ? "\n" : "", stdout);
}

void check_noise_json(json *j, const noise_counts *counts)
{
    json_open(j, "noise", '{');
    for (int k = 0; k < CHECK_NOISES; k++) {
        json_int(j, names[k], counts->frames[k]);
    }
    json_close(j, '}');
}
