/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file dataset.h
 * Atomic structures with reference energies, forces and virials: given as arrays
 * or read from extended XYZ; splits, neighbour pairs and a check for bad data.
 */
#ifndef HPSWARM_DATASET_H
#define HPSWARM_DATASET_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hps_dataset hps_dataset;

/** Atomic number 1..118 of a symbol ("C", "c" is refused), 0 if unknown. [any thread] */
HPS_API int32_t hps_element_number(const char *symbol);
/** Symbol of an atomic number 1..118, "" otherwise. [any thread] */
HPS_API const char *hps_element_symbol(int32_t number);

HPS_API hps_status hps_dataset_create(hps_dataset **out, hps_context *c);
/** Append one structure. Refused: an atomic number outside 1..118, a value that is
 *  not finite, a singular cell where a direction is periodic, two atoms (images
 *  included) closer than 1e-4 angstrom.
 *  @param n >= 1   @param numbers [n] atomic numbers   @param positions [n][3]
 *  @param cell [3][3], rows are lattice vectors; NULL for an isolated system
 *  @param periodic [3] of 0/1; NULL is all 1 with a cell, all 0 without
 *  @param energy NULL if unknown   @param forces [n][3] or NULL
 *  @param virial [3][3] or NULL, W = -dE/d(strain), not divided by the volume
 *  @param config_type label of the stratum it belongs to; NULL is "" */
HPS_API hps_status hps_dataset_add(hps_dataset *d, int32_t n, const int32_t *numbers,
                                   const double *positions, const double *cell,
                                   const int32_t *periodic, const double *energy,
                                   const double *forces, const double *virial,
                                   const char *config_type);

/** Append every frame of an extended-XYZ file as ASE, QUIP and MACE write it; plain
 *  XYZ too. All frames or none are added; messages carry file:line.
 *  A key given here must be present in at least one frame. NULL finds it: energy
 *  (energy, Energy, free_energy, REF_energy, dft_energy, DFT_energy, dft-energy, ...),
 *  forces (forces, force, REF_forces, dft_forces, ...), virial (virial, virials,
 *  REF_virial, dft_virial) or a stress key, converted by W = -stress * volume; case
 *  does not matter. The key "none" reads none. energy_sigma, force_sigma, virial_sigma and
 *  virial_component_sigma (nine numbers, or six in the order xx yy zz yz xz xy) in the header and
 *  columns force_mask:L:1, force_atom_sigma:R:1 and force_component_sigma:R:3 are the frame's noise
 *  in a fit, as gap_fit has them; that of components goes first. If several candidates are present
 *  in a frame and disagree by more than rounding (1e-5 eV, 1e-4 eV/angstrom, 1e-3 of a virial) the
 *  file is refused and the message names them; free_energy, which differs from energy where
 *  electrons are smeared, is read only if there is no other and never compared. Lattice without pbc
 *  is periodic, no Lattice is free. HPS_E_IO, HPS_E_FORMAT */
HPS_API hps_status hps_dataset_read_extxyz(hps_dataset *d, const char *path, const char *energy_key,
                                           const char *force_key, const char *virial_key);
/** Key under which the last read file had a quantity, "" if it had none.
 *  @param quantity "energy", "forces" or "virial" (a stress key is named as it is).
 *  Borrowed until the next read. */
HPS_API const char *hps_dataset_key(const hps_dataset *d, const char *quantity);

HPS_API int64_t hps_dataset_n_frames(const hps_dataset *d);
HPS_API int64_t hps_dataset_n_atoms(const hps_dataset *d); /**< over all frames */

/** One structure, borrowed from the data set. */
typedef struct hps_frame {
    int32_t struct_size;
    int32_t n_atoms;
    int32_t periodic[3];
    int32_t has_energy;
    double energy;           /**< NaN if unknown */
    const int32_t *numbers;  /**< [n_atoms] */
    const double *positions; /**< [n_atoms][3], as given, not wrapped */
    const double *cell;      /**< [3][3] rows are lattice vectors, or NULL */
    const double *forces;    /**< [n_atoms][3] or NULL */
    const double *virial;    /**< [3][3] or NULL */
    const char *config_type; /**< "" if none */
    const char *source;      /**< file it came from, "" if added as arrays */
    int64_t line;            /**< of its atom count in the source, 0 if added */
    int64_t index;           /**< its place in the set where it was first added */
    /* of the frame alone, for a fit (hps_dataset_set_noise, or the file) */
    double energy_sigma, force_sigma, virial_sigma; /**< eV, eV/angstrom, eV; absolute, not
                                                         scaled by the atoms; NaN: that of
                                                         the fit */
    const int32_t *force_mask; /**< [n_atoms] 1: a fit leaves the force out; or NULL */
} hps_frame;
HPS_API hps_status hps_dataset_frame(const hps_dataset *d, int64_t i, hps_frame *out);

/** Noise of one structure in a fit, in place of the fit's own; a set that was made from d
 *  before keeps what it has. Pointers from hps_dataset_frame to this frame end.
 *  @param energy_sigma eV  @param force_sigma eV/angstrom  @param virial_sigma eV, each
 *  absolute (not scaled by the number of atoms) and > 0, NaN: as the fit has it
 *  @param force_mask [n_atoms], 1 leaves the force of the atom out of the fit, 0 does not;
 *  NULL: none is left out */
HPS_API hps_status hps_dataset_set_noise(hps_dataset *d, int64_t i, double energy_sigma,
                                         double force_sigma, double virial_sigma,
                                         const int32_t *force_mask);

/** Noise of each component of the forces of one structure, in place of force_sigma of the frame, of
 *  its config_type and of the fit. A set that was made from d before keeps what it has, pointers
 *  from hps_dataset_frame to this frame end.
 *  @param sigma [n_atoms][3] eV/angstrom, each > 0; NULL: none of their own */
HPS_API hps_status hps_dataset_set_force_sigmas(hps_dataset *d, int64_t i, const double *sigma);
/** That noise, [n_atoms][3], borrowed; NULL without. */
HPS_API const double *hps_dataset_force_sigmas(const hps_dataset *d, int64_t i);

/** Noise of each component of the virial of one structure, in place of virial_sigma of the frame,
 * of its config_type and of the fit; absolute. A set that was made from d before keeps what it has,
 *  pointers from hps_dataset_frame to this frame end.
 *  @param sigma [3][3] eV, each > 0; a fit takes the mean of a component and its transpose, as of
 *  the virial itself; NULL: none of their own */
HPS_API hps_status hps_dataset_set_virial_sigmas(hps_dataset *d, int64_t i, const double *sigma);
/** That noise, [3][3], borrowed; NULL without. */
HPS_API const double *hps_dataset_virial_sigmas(const hps_dataset *d, int64_t i);

/** Atomic numbers present, ascending. *n is the full size, also on HPS_E_CAPACITY.
 *  @param[out] numbers [capacity], may be NULL with capacity 0 */
HPS_API hps_status hps_dataset_species(const hps_dataset *d, int32_t capacity, int32_t *n,
                                       int32_t *numbers);

/** New set of the frames named, in that order, sharing their storage.
 *  @param frames [n] indices into d */
HPS_API hps_status hps_dataset_subset(hps_dataset **out, const hps_dataset *d, int64_t n,
                                      const int64_t *frames);
/** Seeded random split within each config_type: round(fraction * count) frames of
 *  each go to the test set, order kept. @param test_fraction 0..1
 *  HPS_E_ARGUMENT if nothing would be left to train on. */
HPS_API hps_status hps_dataset_split(const hps_dataset *d, double test_fraction, int64_t seed,
                                     hps_dataset **train, hps_dataset **test);
/** Frames 0, every, 2 every, ... are the test set. @param every >= 2 */
HPS_API hps_status hps_dataset_split_every(const hps_dataset *d, int64_t every, hps_dataset **train,
                                           hps_dataset **test);

/** Ordered pairs (centre, neighbour image) of one frame with 0 < r < cutoff, images
 *  of the centre itself included, in order of centre, neighbour, then image. With
 *  capacity 0 the arrays may be NULL and only *n is written; *n is the full number,
 *  also on HPS_E_CAPACITY.
 *  @param cutoff angstrom, > 0
 *  @param[out] centre,neighbour [capacity] atom indices
 *  @param[out] vector [capacity][3] from the centre to the image, angstrom */
HPS_API hps_status hps_dataset_neighbours(const hps_dataset *d, int64_t frame, double cutoff,
                                          int64_t capacity, int64_t *n, int32_t *centre,
                                          int32_t *neighbour, double *vector);

/** Write frames as extended XYZ, 17 digits, under the keys energy, forces, virial,
 *  config_type and those of the noise; labels given here replace those of the set, NULL keeps them.
 * The file appears whole or not at all.
 *  @param energy [n_frames] or NULL   @param forces [n_atoms][3] or NULL
 *  @param virial [n_frames][3][3] or NULL.  HPS_E_IO */
HPS_API hps_status hps_dataset_write_extxyz(const hps_dataset *d, const char *path,
                                            const double *energy, const double *forces,
                                            const double *virial);

/* ------------------------------------------------------- the data doctor */

enum {
    HPS_FINDING_CLOSE_CONTACT = 1,  /**< value: distance, angstrom, below half of the
                                         sum of the two covalent radii */
    HPS_FINDING_DUPLICATE = 2,      /**< same atoms and cell within 1e-6 as frame `other` */
    HPS_FINDING_ENERGY_OUTLIER = 3, /**< value: energy per atom after a least-squares sum
                                         over its elements, from the median of its
                                         config_type, in robust standard deviations there
                                         (1.4826 times the median absolute deviation, at
                                         least 1e-4 eV); above 10. Free atoms, and sets
                                         with fewer than 8 energies, are not judged */
    HPS_FINDING_LARGE_FORCE = 4,    /**< value: largest component, eV/angstrom, above 50 */
    HPS_FINDING_NET_FORCE = 5,      /**< value: |sum of forces|/n_atoms, above 0.01 */
    HPS_FINDING_NO_ENERGY = 6
};
typedef struct hps_finding {
    int32_t struct_size;
    int32_t kind; /**< HPS_FINDING_* */
    int64_t frame;
    int64_t other;   /**< other frame, or -1 */
    int32_t atom[2]; /**< atoms concerned, or -1 */
    double value;
} hps_finding;
/** Suspicious frames, in order of frame then kind. *n is the full number, also on
 *  HPS_E_CAPACITY (then the first `capacity` ones are there). Of close contacts the worst of
 *  a frame is given.
 *  @param[in,out] findings [capacity], NULL with capacity 0; struct_size of the first is
 *  set by the caller, that of all by the call */
HPS_API hps_status hps_dataset_check(const hps_dataset *d, int64_t capacity, int64_t *n,
                                     hps_finding *findings);
HPS_API void hps_dataset_destroy(hps_dataset *d);

#ifdef __cplusplus
}
#endif
#endif
