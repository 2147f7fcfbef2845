/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file soap.h
 * Power spectrum of the smoothed neighbour density with separable Gaussians
 * ("soap_turbo" form): M. A. Caro, Phys. Rev. B 100, 024112 (2019); eqs 1-4 and 9 of
 * Kondati Natarajan and Caro (2020). docs/soap.md has the formulas as implemented.
 */
#ifndef HPSWARM_SOAP_H
#define HPSWARM_SOAP_H

#include "base.h"
#include "dataset.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A descriptor definition. Options (hps_option_describe("soap", i) has bounds and
 *  defaults); those marked v take a value per species by appending ":" and the
 *  element, "atom_sigma_r:H"; without it they set all species:
 *  "n_max" (int, v), "l_max" (int), "rcut_hard" (A, v), "rcut_soft" (A, v),
 *  "nf" (v), "atom_sigma_r" (A, v), "atom_sigma_t" (A, v),
 *  "atom_sigma_r_scaling" (v), "atom_sigma_t_scaling" (v), "amplitude_scaling" (v),
 *  "central_weight" (v), "global_scaling" (v), "radial_enhancement" (int 0..2),
 *  "basis" (text poly3|poly3gauss), "compress" (text none|trivial|0_0|1_0|1_1|2_0|
 *  2_1|1_2|0_1|0_2|2_2: nu_R _ nu_S), "smooth_tail" (int 0/1: always keep the damped
 *  tail, soap.md 3.4), "flavour" (text exact|soap_turbo: the formulas, or with the Fortran
 *  code's missing boundary term and its effect on derivatives, so that models exchanged
 *  with gap_fit, QUIP and TurboGAP give the same digits), "species_order" is the order given to
 * create. */
typedef struct hps_soap hps_soap;

/** @param numbers [n_species] atomic numbers in the order of the components, unique */
HPS_API hps_status hps_soap_create(hps_soap **out, hps_context *c, int32_t n_species,
                                   const int32_t *numbers);
/** An independent copy. */
HPS_API hps_status hps_soap_clone(hps_soap **out, const hps_soap *s);
HPS_API hps_status hps_soap_set_real(hps_soap *s, const char *name, double v);
HPS_API hps_status hps_soap_set_int(hps_soap *s, const char *name, int64_t v);
HPS_API hps_status hps_soap_set_text(hps_soap *s, const char *name, const char *v);
/** Value of a real or integer option, or the choice index of a text option. Without an
 *  element a per-species option gives the value of the first species. */
HPS_API hps_status hps_soap_get(const hps_soap *s, const char *name, double *v);
/** Relations between options: rcut_soft <= rcut_hard, widths positive on [0, rcut_hard],
 *  n_max large enough for the basis, equal n_max for nu_R_nu_S compression.
 *  HPS_E_OPTION with the offending value and what is allowed. */
HPS_API hps_status hps_soap_check(const hps_soap *s);
/** Components per atom; 0 while the options contradict each other. */
HPS_API int32_t hps_soap_size(const hps_soap *s);
/** Atomic numbers in component order. *n is the full number, also on HPS_E_CAPACITY. */
HPS_API hps_status hps_soap_species(const hps_soap *s, int32_t capacity, int32_t *n,
                                    int32_t *numbers);

/** Unit-norm rows for all atoms of all frames, in data-set order; the row of an atom
 *  whose species is not listed is zero. HPS_E_OPTION as hps_soap_check. If memory runs
 *  out on the way, rows of other atoms may have been written. The handle keeps its tables
 *  (some 100 kB) until an option is set: calls on many small frames pay for them once.
 *  @param[out] values [n_atoms][ld], ld >= hps_soap_size; padding left untouched */
HPS_API hps_status hps_soap_compute(const hps_soap *s, const hps_dataset *d, double *values,
                                    int64_t ld);
/** Gradients of one frame as neighbour pairs: row k is the derivative of the
 *  descriptor of atom centre[k] by the position of atom moved[k], summed over the
 *  periodic images of moved[k]; centre[k] == moved[k] included. Ordered by centre,
 *  then moved. With capacity 0 the arrays may be NULL and only *n_pairs is written.
 *  @param[out] grad [n_pairs][3][hps_soap_size] in 1/angstrom */
HPS_API hps_status hps_soap_gradient(const hps_soap *s, const hps_dataset *d, int64_t frame,
                                     int64_t capacity, int64_t *n_pairs, int32_t *centre,
                                     int32_t *moved, double *grad);
/** Reverse mode: with E a function of one frame's descriptors and weight = dE/dq, the
 *  derivatives of E by the positions and by a strain, at a small multiple of the cost
 *  of the descriptors (soap.md section 8).
 *  @param weight [n_atoms][ld] of the frame
 *  @param[out] gradient [n_atoms][3] dE/dr, or NULL
 *  @param[out] virial [3][3] -dE/d(strain), or NULL */
HPS_API hps_status hps_soap_adjoint(const hps_soap *s, const hps_dataset *d, int64_t frame,
                                    const double *weight, int64_t ld, double *gradient,
                                    double *virial);
HPS_API void hps_soap_destroy(hps_soap *s);

#ifdef __cplusplus
}
#endif
#endif
