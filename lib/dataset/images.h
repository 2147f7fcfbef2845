/* SPDX-License-Identifier: BSD-3-Clause */
/* The periodic images of a frame's atoms that can lie within a cut-off of any of its
 * atoms, sorted into bins for the search. Made once per frame and cut-off, then used for
 * block after block of centres. */
#ifndef HPSI_DATASET_IMAGES_H
#define HPSI_DATASET_IMAGES_H

#include "dataset/private.h"

/* An array that grows by hpsi_grow. */
typedef struct hpsi_array {
    void *data;
    int64_t capacity;
} hpsi_array;

typedef struct hpsi_images {
    /* What it was made for; the positions are the first 3 n of `atoms`. */
    int32_t valid, n_atoms;
    double cutoff;
    double row[9];
    hpsi_cell cell;
    double reach;  /* cut-off with a margin for rounding of the wrapped positions */
    double low[3]; /* of the fractional coordinates of the images kept */
    double high[3];
    /* Per atom: position as given [3n], wrapped position [3n], fractional wrapped [3n], and
     * the whole cells [3n] taken away by wrapping. */
    hpsi_array atoms;
    /* Image number m, in order of atom, then shift: x, y, z planes of wrapped atom plus
     * shift, and atom and shift (in cells, from the wrapped atom). */
    int64_t n_images;
    hpsi_array place; /* double [3][n_images] */
    hpsi_array atom;  /* int32_t [n_images] */
    hpsi_array shift; /* int32_t [n_images][3] */
    /* Bins over the fractional box low..high; with one bin the images are used as they are. */
    int32_t bins[3], span[3];
    double scale[3];
    hpsi_array bin_start;    /* int64_t [bins + 1] */
    hpsi_array binned;       /* double [3][n_images] in order of bin */
    hpsi_array binned_image; /* int32_t [n_images] */
    /* Images found for one centre: bitmaps of the number and of its word, and the list. */
    hpsi_array mark, mark_summary; /* uint64_t */
    hpsi_array hit;                /* int32_t [n_images] */
} hpsi_images;

/* Make the images of a frame unless they are there already: the frame is compared by
 * content, so that a reused address cannot be mistaken for the same frame. */
hps_status hpsi_images_prepare(hpsi_images *im, hps_context *c, const hps_frame *f, double cutoff);
/* Images within `reach` of an atom, itself included, ascending; the list is im->hit. */
int64_t hpsi_images_search(hpsi_images *im, int32_t atom);
/* Sort the images into bins if that pays. */
hps_status hpsi_images_bin(hpsi_images *im, hps_context *c);
void hpsi_images_free(hpsi_images *im);

#endif
