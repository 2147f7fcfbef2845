/* SPDX-License-Identifier: BSD-3-Clause */
/* A made-up disordered carbon set, so that every machine can run the benchmarks. */
#include "carbon.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

enum { MOST_ATOMS = 512 };
#define NEAREST 1.2 /* angstrom */
#define CUTOFF 3.7  /* of the pair potential */

static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (double)(*state >> 11) / 9007199254740992.0;
}

/* From a to the nearest image of b in a cube of edge `edge`. */
static double nearest_image(const double *a, const double *b, double edge, double *vector)
{
    double square = 0;

    for (int k = 0; k < 3; k++) {
        double v = b[k] - a[k];

        vector[k] = v - edge * floor(v / edge + 0.5);
        square += vector[k] * vector[k];
    }
    return sqrt(square);
}

static void place(double *position, int n, double edge, uint64_t *state)
{
    for (int i = 0; i < n;) {
        double vector[3];
        int free_place = 1;

        for (int k = 0; k < 3; k++) {
            position[3 * i + k] = edge * uniform(state);
        }
        for (int j = 0; free_place && j < i; j++) {
            free_place = nearest_image(position + 3 * i, position + 3 * j, edge, vector) > NEAREST;
        }
        i += free_place;
    }
}

/* (1 - r/CUTOFF)^2 (3 e^(-2(r - 1.5)) - 2 e^(-(r - 1.5))) over all pairs. */
static double label(const double *position, int n, double edge, double *force)
{
    double energy = 0;

    memset(force, 0, 3 * (size_t)n * sizeof *force);
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
            double vector[3];
            double r = nearest_image(position + 3 * i, position + 3 * j, edge, vector);
            double x = r < CUTOFF ? 1 - r / CUTOFF : 0;
            double hard = 3 * exp(-2 * (r - 1.5));
            double soft = 2 * exp(-(r - 1.5));
            double slope = -2 * x / CUTOFF * (hard - soft) + x * x * (soft - 2 * hard);

            energy += x * x * (hard - soft);
            for (int k = 0; k < 3; k++) {
                force[3 * i + k] += slope * vector[k] / r;
                force[3 * j + k] -= slope * vector[k] / r;
            }
        }
    }
    return energy;
}

void bench_carbon(hps_dataset *d, int n_frames, int n_atoms)
{
    static double position[3 * MOST_ATOMS];
    static double force[3 * MOST_ATOMS];
    static int32_t number[MOST_ATOMS];
    uint64_t state = 20201009;

    for (int i = 0; i < n_atoms; i++) {
        number[i] = 6;
    }
    for (int i = 0; i < n_frames; i++) {
        /* 0.075 to 0.15 atoms per cubic angstrom */
        double edge = cbrt(n_atoms / (0.075 + 0.075 * (i % 7) / 6));
        double cell[9] = {edge, 0, 0, 0, edge, 0, 0, 0, edge};
        double energy;

        place(position, n_atoms, edge, &state);
        energy = -150.0 * n_atoms + label(position, n_atoms, edge, force);
        bench_require(hps_dataset_add(d, n_atoms, number, position, cell, NULL, &energy, force,
                                      NULL, i % 2 != 0 ? "dense" : "loose"));
    }
}
