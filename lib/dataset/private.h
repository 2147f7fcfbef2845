/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the module dataset share: stored frames, cells, checks. */
#ifndef HPSI_DATASET_PRIVATE_H
#define HPSI_DATASET_PRIVATE_H

#include <stdatomic.h>

#include "dataset/internal.h"

#define HPSI_N_ELEMENTS 118
/* Two atoms nearer than this, or lattice planes nearer than this, are refused. */
#define HPSI_MIN_DISTANCE 1e-4
/* Coordinates beyond this are refused: too few digits are left for distances. */
#define HPSI_MAX_COORDINATE 1e8
/* Noise of a frame: the bounds of a fit's own. */
#define HPSI_MIN_SIGMA 1e-12
#define HPSI_MAX_SIGMA 1e6

/* --------------------------------------------------------- elements.c */

/* Atomic number of a symbol that is not terminated; 0 if unknown. */
int32_t hpsi_element_find(const char *symbol, int64_t size);
/* Covalent radius, angstrom. */
double hpsi_element_radius(int32_t number);

/* ----------------------------------------------------------- record.c */

/* Noise of single components, in place of the frame's. */
typedef struct hpsi_sigmas {
    const double *force;  /* [n_atoms][3], or NULL */
    const double *virial; /* [3][3], or NULL */
} hpsi_sigmas;

/* One stored structure: never changed once made, counted by the sets that hold it, in one
 * allocation (the arrays follow the struct). */
typedef struct hpsi_record {
    atomic_int references;
    hps_frame frame;    /* its pointers lead into this allocation, */
    hpsi_sigmas sigmas; /* and so do these */
} hpsi_record;
/* Copy of the frame; NULL after setting the message. Held once. */
hpsi_record *hpsi_record_create(hps_context *c, const hps_frame *f, const hpsi_sigmas *sigmas);
hpsi_record *hpsi_record_retain(hpsi_record *r);
void hpsi_record_release(hpsi_record *r); /* NULL is fine */

/* ---------------------------------------------------------- dataset.c */

enum { HPSI_ENERGY = 0, HPSI_FORCES = 1, HPSI_VIRIAL = 2, HPSI_N_LABELS = 3 };

/* What a data set keeps behind a const handle. */
typedef struct hpsi_kept {
    hpsi_lists *lists; /* or NULL */
    int32_t users;     /* calls of keep without their drop */
} hpsi_kept;

struct hps_dataset {
    hps_context *context;
    hpsi_kept *kept;
    int64_t n_frames;
    int64_t frames_capacity, first_capacity;
    hpsi_record **frames;
    int64_t *first_atom;      /* [n_frames + 1] atoms before the frame */
    char *key[HPSI_N_LABELS]; /* of the last read file, or NULL */
};
/* A new set that shares the given frames. */
hps_status hpsi_dataset_share(hps_dataset **out, const hps_dataset *d, int64_t n,
                              const int64_t *frames);
/* Append n records; those that the set holds are taken over, on failure none is. */
hps_status hpsi_dataset_append(hps_dataset *d, int64_t n, hpsi_record *const *records);

/* ------------------------------------------------------------- cell.c */

/* A cell in which free directions are replaced by unit vectors normal to the periodic
 * ones, so that every direction has planes, fractional coordinates and a height. */
typedef struct hpsi_cell {
    double a[3][3];       /* rows are lattice vectors */
    double inverse[3][3]; /* fractional s_k = sum_c r_c inverse[c][k] */
    double height[3];     /* distance of the planes s_k = 0 and s_k = 1 */
    int32_t periodic[3];
} hpsi_cell;
/* 0 if the periodic rows do not span a proper cell. @param cell [9] or NULL */
int32_t hpsi_cell_make(hpsi_cell *out, const double *cell, const int32_t periodic[3]);

/* ------------------------------------------------------ frame_check.c */

/* All that hps_dataset_add refuses, values first; the message begins "dataset: ". */
hps_status hpsi_frame_check(hpsi_neighbours *nb, hps_context *c, const hps_frame *f);
/* Are the noise and the mask, where they are given, of use to a fit? */
hps_status hpsi_frame_check_noise(const hps_frame *f);
/* Is the cell good for its periodic directions? The message has no prefix. */
hps_status hpsi_frame_check_cell(const hps_frame *f);
/* The nearest pair below HPSI_MIN_DISTANCE (atoms pair[0] <= pair[1], the same for an image
 * of itself); *distance < 0 if there is none. */
hps_status hpsi_frame_contact(hpsi_neighbours *nb, hps_context *c, const hps_frame *f,
                              int32_t pair[2], double *distance);

/* ------------------------------------------------------------- sort.c */

/* Stable merge sort of item[n] with tmp[n] as room; less(a, b, arg): a belongs before b. */
void hpsi_sort(int64_t n, int64_t *item, int64_t *tmp,
               int32_t (*less)(int64_t a, int64_t b, const void *arg), const void *arg);
/* Median of v[n], n >= 1, which is left sorted; tmp[n] is room. */
double hpsi_median(int64_t n, double *v, double *tmp);

/* ------------------------------------------ doctor.c and its two parts */

/* Findings so far: all are counted, those that fit are kept. */
typedef struct hpsi_findings {
    int64_t n, capacity;
    hps_finding *item;
} hpsi_findings;
/* duplicate[i]: an earlier frame with the same atoms and cell, or -1. */
hps_status hpsi_find_duplicates(const hps_dataset *d, int64_t *duplicate);
/* deviation[i]: energy per atom after composition, in robust standard deviations of its
 * config_type; 0 for a frame that cannot be judged. */
hps_status hpsi_energy_deviations(const hps_dataset *d, double *deviation);

#endif
