/* SPDX-License-Identifier: BSD-3-Clause */
/* What modules above dataset use of it besides its public header. */
#ifndef HPSI_DATASET_INTERNAL_H
#define HPSI_DATASET_INTERNAL_H

#include "base/internal.h"
#include "hpswarm/dataset.h"

hps_context *hpsi_dataset_context(const hps_dataset *d);
/* Frame i without a range check; pointers borrowed. */
void hpsi_dataset_frame(const hps_dataset *d, int64_t i, hps_frame *f);
/* Noise of the force components of frame i [n_atoms][3], NULL: they have none of their own. */
const double *hpsi_dataset_force_sigmas(const hps_dataset *d, int64_t i);
/* The same of its virial [3][3]. */
const double *hpsi_dataset_virial_sigmas(const hps_dataset *d, int64_t i);
/* Position of the first atom of frame i among all atoms of d (i = n_frames: the total). */
int64_t hpsi_dataset_first_atom(const hps_dataset *d, int64_t i);
double hpsi_cell_volume(const double *cell); /* |det| */

/* Neighbour images with 0 < r < cutoff of the atoms [first, first+count) of one frame, in
 * compressed rows and structure-of-arrays form, ordered by neighbour, then image. A
 * reusable buffer: zero-initialise, build often, free once. Two different atoms at r = 0
 * cannot occur (hps_dataset_add refuses them). */
typedef struct hpsi_neighbours {
    hps_context *context;
    int32_t first, count;
    int64_t n_pairs;
    int64_t *start;        /* [count + 1] pairs of centre first + i are start[i]..start[i+1]-1 */
    int32_t *atom;         /* [n_pairs] index of the neighbour in the frame */
    double *x, *y, *z, *r; /* [n_pairs] vector from centre to image and its length */
    int64_t start_capacity, pair_capacity;
    void *scratch; /* cells and buckets of the builder */
} hpsi_neighbours;
hps_status hpsi_neighbours_build(hpsi_neighbours *nb, hps_context *c, const hps_frame *f,
                                 double cutoff, int32_t first, int32_t count);
void hpsi_neighbours_free(hpsi_neighbours *nb);

/* Neighbours of all atoms of a data set, in the order of hpsi_neighbours_build: those of atom i
 * among all atoms are all.start[i]..all.start[i+1]-1, and include every pair nearer than a
 * smaller cut-off with the bits that its own list has. */
typedef struct hpsi_lists {
    hpsi_neighbours all;
    double cutoff;
    int64_t n_atoms;
    int32_t holders;
} hpsi_lists;
/* Bytes that lists with this cut-off take, found by searching. */
hps_status hpsi_lists_bytes(const hps_dataset *d, double cutoff, int64_t *bytes);
/* Make lists and keep them with the data set until drop was called as often. */
hps_status hpsi_lists_keep(const hps_dataset *d, double cutoff);
void hpsi_lists_drop(const hps_dataset *d);
/* The kept lists if they reach that far, else NULL; return them when done. */
hpsi_lists *hpsi_lists_take(const hps_dataset *d, double cutoff);
void hpsi_lists_return(hpsi_lists *l); /* NULL is fine */

#endif
