/* SPDX-License-Identifier: BSD-3-Clause */
/* A set and a file of its own for each test of data sets. */
#ifndef HPS_TESTS_DATASET_FILE_H
#define HPS_TESTS_DATASET_FILE_H

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hpswarm/dataset.h"

static hps_dataset *set;
static char path[64];

static inline void fresh(void)
{
    ck_assert_int_eq(hps_dataset_create(&set, NULL), HPS_OK);
    snprintf(path, sizeof path, "test_dataset_%ld.xyz", (long)getpid());
}

static inline void drop(void)
{
    hps_dataset_destroy(set);
    unlink(path);
}

static inline void write_text(const char *text)
{
    FILE *f = fopen(path, "wb");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    ck_assert_int_eq(fclose(f), 0);
}

/* A dimer of bond length r in a box, with labels made from r. */
static inline hps_status add_dimer(hps_dataset *d, double r, const char *config)
{
    const int32_t numbers[] = {6, 8};
    const double positions[] = {0.1, 0.2, 0.3, 0.1 + r, 0.2, 0.3};
    const double cell[] = {9, 0, 0, 0.5, 9, 0, 0, 0.25, 9};
    const double forces[] = {1 / r, 0, 0, -1 / r, 0, 0};
    const double virial[] = {1 / r, 0.1, 0, 0.1, 0.2, 0, 0, 0, 0.3};
    const double energy = -1 / (r * 3);

    return hps_dataset_add(d, 2, numbers, positions, cell, NULL, &energy, forces, virial, config);
}

static inline hps_frame frame_of(const hps_dataset *d, int64_t i)
{
    hps_frame f = {0};

    f.struct_size = (int32_t)sizeof f;
    ck_assert_int_eq(hps_dataset_frame(d, i, &f), HPS_OK);
    return f;
}

static inline void refused(hps_status s, const char *message)
{
    ck_assert_int_eq(s, HPS_E_ARGUMENT);
    ck_assert_msg(strstr(hps_last_error(), message) != NULL, "%s", hps_last_error());
}

#endif
