/* SPDX-License-Identifier: BSD-3-Clause */
/* A set of structures for tests of the kernel: small ones, and two of more than one chunk. */
#ifndef HPS_TESTS_KERNEL_SET_H
#define HPS_TESTS_KERNEL_SET_H

#include <check.h>
#include <string.h>

#include "atoms.h"

static inline hps_dataset *mixed_set(hps_context *c)
{
    hps_dataset *d = atoms_dataset(c);

    for (uint64_t i = 0; i < 4; i++) {
        atoms a = atoms_grid(2, 2, 2 + (int32_t)i, i != 2, i == 1, i);

        atoms_add(d, &a, ATOMS_ENERGY, NULL);
    }
    for (uint64_t i = 9; i < 11; i++) { /* more than one chunk, together more than one group */
        atoms large = atoms_grid(5, 5, 5, 1, 0, i);

        atoms_add(d, &large, ATOMS_ENERGY, NULL);
    }
    return d;
}

static inline void species_of(const hps_dataset *d, int32_t *numbers)
{
    for (int64_t i = 0; i < hps_dataset_n_frames(d); i++) {
        hps_frame f = {.struct_size = (int32_t)sizeof f};

        ck_assert_int_eq(hps_dataset_frame(d, i, &f), HPS_OK);
        memcpy(numbers, f.numbers, (size_t)f.n_atoms * sizeof *numbers);
        numbers += f.n_atoms;
    }
}

#endif
