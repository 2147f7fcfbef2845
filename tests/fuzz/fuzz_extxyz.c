/* SPDX-License-Identifier: BSD-3-Clause */
/* libFuzzer target: any text goes through the extended-XYZ reader; what it accepts must
 * survive the doctor and hold only what hps_dataset_add would take. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "dataset/extxyz.h"

/* Tiny cells have any number of images within a covalent radius. */
#define MEMORY_LIMIT (INT64_C(64) << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_frame(const hps_frame *f)
{
    for (int32_t i = 0; i < f->n_atoms; i++) {
        if (f->numbers[i] < 1 || f->numbers[i] > 118) {
            abort();
        }
    }
    for (int64_t i = 0; i < 3 * (int64_t)f->n_atoms; i++) {
        if (!isfinite(f->positions[i]) || (f->forces != NULL && !isfinite(f->forces[i]))) {
            abort();
        }
    }
    if (f->has_energy && !isfinite(f->energy)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hps_context *c = NULL;
    hps_dataset *d = NULL;
    hps_finding findings[4] = {{0}};
    int64_t n = 0;

    if (hps_context_create(&c, NULL) != HPS_OK ||
        hps_context_set_memory_limit(c, MEMORY_LIMIT) != HPS_OK ||
        hps_dataset_create(&d, c) != HPS_OK) {
        abort();
    }
    if (hpsi_dataset_parse(d, "fuzz", (const char *)data, (int64_t)size, NULL) == HPS_OK) {
        for (int64_t i = 0; i < hps_dataset_n_frames(d); i++) {
            hps_frame f;
            hpsi_dataset_frame(d, i, &f);
            check_frame(&f);
        }
        findings[0].struct_size = (int32_t)sizeof findings[0];
        (void)hps_dataset_check(d, 4, &n, findings);
    } else if (hps_dataset_n_frames(d) != 0) {
        abort();
    }
    hps_dataset_destroy(d);
    hps_context_destroy(c);
    return 0;
}
