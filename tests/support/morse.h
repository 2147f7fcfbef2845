/* SPDX-License-Identifier: BSD-3-Clause */
/* Small made-up data: random clusters of two to five atoms bound by a Morse potential, with
 * exact energies and forces. */
#ifndef HPS_TESTS_MORSE_H
#define HPS_TESTS_MORSE_H

#include <check.h>
#include <math.h>
#include <stdint.h>

#include "hpswarm/dataset.h"

enum { MORSE_NO_ENERGY = 1, MORSE_FORCES = 2, MORSE_TWO_ELEMENTS = 4, MORSE_VIRIAL = 8 };
#define MORSE_LARGEST 5

static inline double morse_uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (double)(*state >> 11) * 0x1p-53;
}

/* Energy of a cluster, with -1 eV for each atom; forces [n][3]. */
static inline double morse_energy(int32_t n, const int32_t *number, const double *x, double *force)
{
    double energy = -n;

    for (int32_t i = 0; i < 3 * n; i++) {
        force[i] = 0;
    }
    for (int32_t i = 0; i < n; i++) {
        for (int32_t j = 0; j < i; j++) {
            const double depth = number[i] == number[j] ? 2 : 3;
            double d[3], r = 0, e, slope;
            for (int32_t c = 0; c < 3; c++) {
                d[c] = x[3 * i + c] - x[3 * j + c];
                r += d[c] * d[c];
            }
            r = sqrt(r);
            e = exp(-1.5 * (r - 1.4));
            energy += depth * ((1 - e) * (1 - e) - 1);
            slope = depth * 2 * (1 - e) * 1.5 * e;
            for (int32_t c = 0; c < 3; c++) {
                force[3 * i + c] -= slope * d[c] / r;
                force[3 * j + c] += slope * d[c] / r;
            }
        }
    }
    return energy;
}

/* A place for atom i, between 1.1 and 2.2 angstrom from some earlier atom and no nearer
 * than 1.1 to any. */
static inline void morse_place(int32_t i, double *x, uint64_t *state)
{
    int near = 1;

    while (near) {
        const int32_t anchor = (int32_t)(morse_uniform(state) * i);
        double d[3], r = 0, scale;
        for (int32_t c = 0; c < 3; c++) {
            d[c] = morse_uniform(state) - 0.5;
            r += d[c] * d[c];
        }
        scale = i == 0 ? 0 : (1.1 + 1.1 * morse_uniform(state)) / sqrt(r);
        near = 0;
        for (int32_t c = 0; c < 3; c++) {
            x[3 * i + c] = (i == 0 ? 0 : x[3 * anchor + c]) + scale * d[c];
        }
        for (int32_t j = 0; j < i; j++) {
            r = 0;
            for (int32_t c = 0; c < 3; c++) {
                r += pow(x[3 * i + c] - x[3 * j + c], 2);
            }
            near |= r < 1.1 * 1.1;
        }
    }
}

/* Clusters first, first + step, ... of a series of n. */
typedef struct morse_part {
    int32_t n, first, step;
} morse_part;

static inline void morse_add_part(hps_dataset *d, morse_part part, uint64_t seed, int flags,
                                  const char *config_type)
{
    uint64_t state = seed * 7919 + 1;

    for (int32_t k = 0; k < part.n; k++) {
        const int32_t atoms = 2 + k % (MORSE_LARGEST - 1);
        int32_t number[MORSE_LARGEST];
        double x[3 * MORSE_LARGEST], force[3 * MORSE_LARGEST], w[9] = {0}, energy;
        for (int32_t i = 0; i < atoms; i++) {
            number[i] = (flags & MORSE_TWO_ELEMENTS) && morse_uniform(&state) < 0.4 ? 1 : 6;
            morse_place(i, x, &state);
        }
        energy = morse_energy(atoms, number, x, force);
        for (int32_t i = 0; i < 9 * atoms; i++) {
            w[i % 9] += x[3 * (i / 9) + i % 9 / 3] * force[3 * (i / 9) + i % 3];
        }
        if (k >= part.first && (k - part.first) % part.step == 0) {
            ck_assert_int_eq(hps_dataset_add(d, atoms, number, x, NULL, NULL,
                                             flags & MORSE_NO_ENERGY ? NULL : &energy,
                                             flags & MORSE_FORCES ? force : NULL,
                                             flags & MORSE_VIRIAL ? w : NULL, config_type),
                             HPS_OK);
        }
    }
}

/* Append n clusters. */
static inline void morse_add(hps_dataset *d, int32_t n, uint64_t seed, int flags)
{
    morse_add_part(d, (morse_part){n, 0, 1}, seed, flags, NULL);
}

/* Append n clusters of carbon with energies, forces and virials and a config_type. */
static inline void morse_add_labelled(hps_dataset *d, int32_t n, uint64_t seed,
                                      const char *config_type)
{
    morse_add_part(d, (morse_part){n, 0, 1}, seed, MORSE_FORCES | MORSE_VIRIAL, config_type);
}

static inline hps_dataset *morse_dataset(hps_context *c, int32_t n, uint64_t seed, int flags)
{
    hps_dataset *d = NULL;

    ck_assert_int_eq(hps_dataset_create(&d, c), HPS_OK);
    morse_add(d, n, seed, flags);
    return d;
}

#endif
