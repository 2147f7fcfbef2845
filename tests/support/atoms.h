/* SPDX-License-Identifier: BSD-3-Clause */
/* Small structures for tests: shaken grids of one or two elements, free or periodic, with the
 * energy, forces and virial of a pair potential of exponentials. */
#ifndef HPS_TESTS_ATOMS_H
#define HPS_TESTS_ATOMS_H

#include <check.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "hpswarm.h"

#define ATOMS_MOST 128

typedef struct atoms {
    int32_t n, periodic, numbers[ATOMS_MOST];
    double x[3 * ATOMS_MOST], cell[9];
    double energy, forces[3 * ATOMS_MOST], virial[9];
} atoms;

/* Uniform in [0,1): the high bits of a linear congruential generator. */
static inline double atoms_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) * 0x1p-53;
}

static inline double atoms_charge(int32_t number)
{
    return number == 6 ? 1.0 : 0.6;
}

/* E = 1/2 sum over directed pairs of z z' (8 exp(-2r) - exp(-r/2)), r < 6; images up to 4 cells
 * away; forces and virial -dE/d(strain) as its derivatives. */
static inline void atoms_label(atoms *a)
{
    int32_t reach = a->periodic ? 4 : 0;

    a->energy = 0;
    memset(a->forces, 0, sizeof a->forces);
    memset(a->virial, 0, sizeof a->virial);
    for (int32_t i = 0; i < a->n; i++) {
        a->energy += -1.5 - a->numbers[i];
        for (int32_t j = 0; j < a->n; j++) {
            for (int32_t m = 0; m < (2 * reach + 1) * (2 * reach + 1) * (2 * reach + 1); m++) {
                int32_t w = 2 * reach + 1;
                int32_t s[3] = {m / (w * w) - reach, m / w % w - reach, m % w - reach};
                double z = atoms_charge(a->numbers[i]) * atoms_charge(a->numbers[j]);
                double d[3];
                double r;
                double slope;

                for (int k = 0; k < 3; k++) {
                    d[k] = a->x[3 * j + k] - a->x[3 * i + k] + s[0] * a->cell[k] +
                           s[1] * a->cell[3 + k] + s[2] * a->cell[6 + k];
                }
                r = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
                if (r < 1e-9 || r >= 6) {
                    continue;
                }
                a->energy += 0.5 * z * (8 * exp(-2 * r) - exp(-r / 2));
                slope = z * (-16 * exp(-2 * r) + 0.5 * exp(-r / 2));
                for (int k = 0; k < 3; k++) {
                    a->forces[3 * i + k] += slope * d[k] / r;
                    for (int l = 0; l < 3; l++) {
                        a->virial[3 * k + l] -= 0.5 * slope * d[k] * d[l] / r;
                    }
                }
            }
        }
    }
}

/* nx ny nz atoms on a shaken grid of 1.7 angstrom; every third one is hydrogen if two_elements. */
static inline atoms atoms_grid(int32_t nx, int32_t ny, int32_t nz, int32_t two_elements,
                               int32_t periodic, uint64_t seed)
{
    atoms a = {.periodic = periodic};
    int32_t n[3] = {nx, ny, nz};
    uint64_t state = 12345 + 977 * seed;
    double step = 1.6 + 0.3 * atoms_random(&state);

    ck_assert_int_le(nx * ny * nz, ATOMS_MOST);
    for (int32_t i = 0; i < nx * ny * nz; i++) {
        int32_t at[3] = {i / (ny * nz), i / nz % ny, i % nz};

        a.numbers[i] = two_elements && i % 3 == 2 ? 1 : 6;
        for (int k = 0; k < 3; k++) {
            a.x[3 * i + k] = step * at[k] + 0.5 * (atoms_random(&state) - 0.5);
        }
        a.n++;
    }
    for (int k = 0; k < 3 && periodic; k++) {
        a.cell[3 * k + k] = step * n[k];
        a.cell[3 * k + (k + 1) % 3] = 0.3 * atoms_random(&state);
    }
    atoms_label(&a);
    return a;
}

enum { ATOMS_ENERGY = 1, ATOMS_FORCES = 2, ATOMS_VIRIAL = 4, ATOMS_ALL = 7 };
static inline void atoms_add(hps_dataset *d, const atoms *a, int32_t what, const char *config)
{
    ck_assert_int_eq(hps_dataset_add(d, a->n, a->numbers, a->x, a->periodic ? a->cell : NULL, NULL,
                                     (what & ATOMS_ENERGY) != 0 ? &a->energy : NULL,
                                     (what & ATOMS_FORCES) != 0 ? a->forces : NULL,
                                     (what & ATOMS_VIRIAL) != 0 ? a->virial : NULL, config),
                     HPS_OK);
}

/* A descriptor of moderate size for hydrogen and carbon. */
static inline hps_soap *atoms_soap(hps_context *c, int32_t n_max, int32_t l_max)
{
    static const int32_t numbers[] = {1, 6};
    hps_soap *s;

    ck_assert_int_eq(hps_soap_create(&s, c, 2, numbers), HPS_OK);
    ck_assert_int_eq(hps_soap_set_int(s, "n_max", n_max), HPS_OK);
    ck_assert_int_eq(hps_soap_set_int(s, "l_max", l_max), HPS_OK);
    ck_assert_int_eq(hps_soap_set_real(s, "rcut_hard", 3.7), HPS_OK);
    ck_assert_int_eq(hps_soap_set_real(s, "rcut_soft", 3.2), HPS_OK);
    ck_assert_int_eq(hps_soap_set_real(s, "atom_sigma_r", 0.4), HPS_OK);
    ck_assert_int_eq(hps_soap_set_real(s, "atom_sigma_t", 0.5), HPS_OK);
    ck_assert_int_eq(hps_soap_set_real(s, "atom_sigma_r:H", 0.35), HPS_OK);
    ck_assert_int_eq(hps_soap_set_int(s, "smooth_tail", 1), HPS_OK);
    return s;
}

static inline hps_context *atoms_context(int32_t threads)
{
    hps_context *c;

    ck_assert_int_eq(hps_context_create(&c, NULL), HPS_OK);
    ck_assert_int_eq(hps_context_set_threads(c, threads), HPS_OK);
    return c;
}

static inline hps_dataset *atoms_dataset(hps_context *c)
{
    hps_dataset *d;

    ck_assert_int_eq(hps_dataset_create(&d, c), HPS_OK);
    return d;
}

#endif
