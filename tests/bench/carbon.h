/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_CARBON_H
#define BENCH_CARBON_H

#include "hpswarm.h"

/* Append cells of random carbon: periodic, no two atoms nearer than 1.2 angstrom, energies
 * and forces of a smooth pair potential. The same on every machine. */
void bench_carbon(hps_dataset *d, int n_frames, int n_atoms);

#endif
