/* SPDX-License-Identifier: BSD-3-Clause */
/* One pass over (reference, environment) pairs: sums for every exponent asked for. */
#ifndef HPSI_KERNEL_SWEEP_H
#define HPSI_KERNEL_SWEEP_H

#include "kernel/loops.h"

enum {
    HPSI_SWEEP_SPECIES = 128,
    HPSI_SWEEP_TILE = 512,     /* references at a time: with a group's rows a second cache */
    HPSI_SWEEP_KEPT = 4 << 20, /* numbers in descriptors that are kept for few references */
    HPSI_SWEEP_STRIP = 2048    /* values raised to a power and added up at a time */
};

typedef struct hpsi_sweep {
    hpsi_source source;
    int32_t n_zetas, single, n_bins;
    const hpsi_kernel_loops *loops;
    hpsi_power one;      /* zeta 1: sums of powers that are there */
    hpsi_power *power;   /* [n_zetas] */
    double *provisional; /* [n_zetas] */
    int64_t n_references;
    int64_t first[HPSI_SWEEP_SPECIES + 1]; /* references of species s: first[s]..first[s+1]-1 */
    double *reference;                     /* [n_references][ld], species by species, or */
    float *reference_single;               /* the same, one of them */
    hpsi_groups groups;
    hpsi_partial *part; /* [groups.n][n_zetas]: of one group of environments */
    int64_t across;     /* references of a tile */
    int64_t limit;      /* references of a species that count */
    double *tile;       /* [n_workers][groups.most][across] */
    double *strip;      /* [n_workers][2][strip] */
    float *row_single;  /* [n_workers][groups.most][ld] */
    int64_t *histogram; /* [n_workers][n_zetas][n_bins] */
} hpsi_sweep;
/* Fill part and histogram; what is set before: n_zetas, power, single, n_bins, n_references and
 * the source. */
hps_status hpsi_sweep_run(hpsi_sweep *t, int64_t seed);
/* Free all but the source and power. */
void hpsi_sweep_free(hpsi_sweep *t);
/* 1 if descriptors are not kept: few references are computed by themselves, and once more as
 * all environments pass by. That is cheaper than to write all descriptors to memory and to read
 * them again where they fill more than a cache, or come from several processes. */
static inline int32_t hpsi_sweep_streams(const hps_soap *s, const hps_dataset *d,
                                         int64_t n_references)
{
    int64_t atoms = hps_dataset_n_atoms(d);

    return n_references * 4 <= atoms &&
           (atoms * hps_soap_size(s) > HPSI_SWEEP_KEPT || hpsi_team_size(hpsi_soap_context(s)) > 1);
}

#endif
