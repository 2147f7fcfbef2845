/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file gpr.h
 * Sparse Gaussian-process potentials on SOAP descriptors, as gap_fit trains them:
 * E = sum_i e0[z_i] + delta^2 sum_t alpha_t (q_i.q_t)^zeta; the path of all
 * regularisations from one factorisation; closed-form leave-one-out; model files.
 * docs/gpr.md has the formulas as implemented.
 */
#ifndef HPSWARM_GPR_H
#define HPSWARM_GPR_H

#include "base.h"
#include "dataset.h"
#include "soap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------ errors */

/** Deviations of predictions from reference values. NaN where there is no reference.
 *  Eqs (10), (11) of the paper; rmse_energy_per_atom is G_E, rmse_force is G_F over all
 *  components. */
typedef struct hps_errors {
    int32_t struct_size, reserved;
    int64_t n_structures, n_atoms; /**< with an energy; of all frames */
    int64_t n_force_components, n_virials;
    double rmse_energy_per_atom, mae_energy_per_atom; /**< eV/atom */
    double mae_energy_per_structure;                  /**< eV */
    double rmse_force, mae_force;                     /**< eV/angstrom, components */
    double rmse_virial_per_atom;                      /**< eV/atom, 9 components */
} hps_errors;
/** @param energy [n_frames], forces [n_atoms][3], virial [n_frames][3][3]: predictions,
 *  each may be NULL   @param config_type restrict to one stratum, NULL: all frames */
HPS_API hps_status hps_errors_compute(const hps_dataset *d, const double *energy,
                                      const double *forces, const double *virial,
                                      const char *config_type, hps_errors *out);

/* -------------------------------------------------------------- the model */

/** Options: "delta" eV, "zeta", "n_sparse" (int, a total shared out by element in
 *  proportion to its environments; "n_sparse:C" fixes an element's own), "sparse_method"
 *  (text all|random|cur|file), "sigma_energy" eV ("sigma_per_atom" 1: times
 *  sqrt(n_atoms)), "sigma_force" eV/A, "sigma_virial" eV (scaled like sigma_energy),
 *  "sigma_per_atom" (int 0/1), "fit_forces", "fit_virials" (int 0/1), "jitter" eV^2
 *  (absolute, added to the diagonal of delta^2 k_MM), "delta_method" (text given|evidence: delta is
 * that of the largest marginal likelihood for the noises given, searched over the option's bounds;
 * the option delta is where jitter/delta^2 is taken, which stays), "e0_method" (text
 *  isolated|average|fit|given), "e0:C" eV (for given; elements left out are 0), "seed"
 *  (int, of the sparse selection; CUR draws exactly as gap_fit does with rnd_seed), "refine" (int
 *  0/1: take the rounding out of the coefficients by another pass over the rows, docs/gpr.md,
 *  section 5). */
typedef struct hps_gpr hps_gpr;

/** @param s copied */
HPS_API hps_status hps_gpr_create(hps_gpr **out, hps_context *c, const hps_soap *s);
/** An independent copy of the settings, without the fit. */
HPS_API hps_status hps_gpr_clone(hps_gpr **out, const hps_gpr *g);
HPS_API hps_status hps_gpr_set_real(hps_gpr *g, const char *name, double v);
HPS_API hps_status hps_gpr_set_int(hps_gpr *g, const char *name, int64_t v);
HPS_API hps_status hps_gpr_set_text(hps_gpr *g, const char *name, const char *v);
HPS_API hps_status hps_gpr_get(const hps_gpr *g, const char *name, double *v);
/** Replace the descriptor; drops a fit. */
HPS_API hps_status hps_gpr_set_soap(hps_gpr *g, const hps_soap *s);
/** The descriptor, borrowed until the next non-const call on g. */
HPS_API const hps_soap *hps_gpr_soap(const hps_gpr *g);
/** Sparse points for sparse_method "file". @param indices [n] 1-based positions among
 *  all environments of that element, frame by frame */
HPS_API hps_status hps_gpr_set_sparse(hps_gpr *g, int32_t number, int32_t n,
                                      const int64_t *indices);
/** Noise of the structures of one config_type, in place of "sigma_energy", "sigma_force" and
 *  "sigma_virial" and scaled like them; NaN: as those. A frame's own noise
 *  (hps_dataset_set_noise) goes before both. HPS_E_OPTION outside the options' bounds.
 *  @param energy eV  @param force eV/angstrom  @param virial eV */
HPS_API hps_status hps_gpr_set_sigma(hps_gpr *g, const char *config_type, double energy,
                                     double force, double virial);
/** What holds for a config_type: its own noise, or the options'; each output may be NULL. */
HPS_API hps_status hps_gpr_get_sigma(const hps_gpr *g, const char *config_type, double *energy,
                                     double *force, double *virial);

/** Bytes that hps_gpr_fit would hold at its peak with the present options, beside the data set.
 *  Blocks are smaller, and descriptors computed anew for every pass, where the memory limit of
 *  the context leaves little room. */
HPS_API hps_status hps_gpr_memory(const hps_gpr *g, const hps_dataset *train, int64_t *bytes);
/** Train. More sparse points than unique environments are reduced to those and logged
 *  (HPS_LOG_WARN). HPS_E_OPTION for contradicting options or an element that the
 *  descriptor does not list; HPS_E_NUMERIC if delta^2 k_MM + jitter is not positive
 *  definite even with a jitter raised as logged. */
HPS_API hps_status hps_gpr_fit(hps_gpr *g, const hps_dataset *train);

/** hps_gpr_fit, and what fits without one of the structures would predict of it: exactly, for each
 *  of them, at the price of about one more fit. Sparse points, e0 and a delta of delta_method
 * evidence stay. Each output may be NULL; NaN where the data have nothing or, of forces and
 * virials, nothing was fitted. HPS_E_NUMERIC if a structure alone decides what is fitted to it, to
 * rounding. Memory: hps_gpr_leave_out_memory.  @param[out] energy [n_frames]
 *  @param[out] forces [n_atoms][3]  @param[out] virial [n_frames][3][3], symmetric */
HPS_API hps_status hps_gpr_fit_leave_out(hps_gpr *g, const hps_dataset *train, double *energy,
                                         double *forces, double *virial);
/** hps_gpr_memory of hps_gpr_fit_leave_out. */
HPS_API hps_status hps_gpr_leave_out_memory(const hps_gpr *g, const hps_dataset *train,
                                            int64_t *bytes);

/** Each output may be NULL. HPS_E_STATE before a fit, HPS_E_OPTION for an element that
 *  the model has no sparse points of. Options set after the fit do not change it.
 *  @param[out] energy [n_frames]  @param[out] forces [n_atoms][3]
 *  @param[out] virial [n_frames][3][3] */
HPS_API hps_status hps_gpr_predict(const hps_gpr *g, const hps_dataset *d, double *energy,
                                   double *forces, double *virial);
/** Bytes that hps_gpr_predict would hold at its peak beside model, data set and outputs.
 *  @param with_forces,with_virial 1: are asked for */
HPS_API hps_status hps_gpr_predict_memory(const hps_gpr *g, const hps_dataset *d,
                                          int32_t with_forces, int32_t with_virial, int64_t *bytes);
/** Predict and compare: forces only if the data set has some. */
HPS_API hps_status hps_gpr_score(const hps_gpr *g, const hps_dataset *test, hps_errors *out);

/** What a fit found. */
typedef struct hps_gpr_report {
    int32_t struct_size;
    int32_t n_sparse; /**< over all elements */
    int64_t n_structures, n_atoms, n_rows;
    double jitter; /**< eV^2, as used */
    double seconds_descriptors, seconds_covariance, seconds_solve;
    double delta;              /**< eV, as used: the option, or found for delta_method evidence */
    double minus_log_evidence; /**< of all rows, at these delta and noises; NaN: loaded */
    double best_delta; /**< of the largest evidence if every noise is scaled with delta, which
                            leaves all predictions as they are; NaN: loaded */
} hps_gpr_report;
HPS_API hps_status hps_gpr_get_report(const hps_gpr *g, hps_gpr_report *out);
/** Sparse points and e0 of an element of the fitted model; each may be NULL. */
HPS_API hps_status hps_gpr_element(const hps_gpr *g, int32_t number, int32_t *n_sparse, double *e0);
/** The sparse points of an element as 1-based positions among its environments in the
 *  training set; empty for a loaded model. *n is the full size, also on HPS_E_CAPACITY. */
HPS_API hps_status hps_gpr_sparse(const hps_gpr *g, int32_t number, int32_t capacity, int32_t *n,
                                  int64_t *indices);

/** Versioned, checksummed, the same on every machine; noise by config_type with it. HPS_E_STATE,
 *  HPS_E_IO */
HPS_API hps_status hps_gpr_save(const hps_gpr *g, const char *path);
/** HPS_E_IO; HPS_E_FORMAT if damaged or of a newer format. */
HPS_API hps_status hps_gpr_load(hps_gpr **out, hps_context *c, const char *path);

/** Write the fitted model for another code (docs/program.md has the files). Nothing has its final
 *  name before all files are complete. HPS_E_OPTION names what the format cannot hold:
 *  smooth_tail, rcut_soft equal to rcut_hard, more radial functions than soap_turbo has (10 of
 *  poly3, 11 of poly3gauss), cut-offs that differ by element or a global_scaling (turbogap holds
 *  both), nu_R_nu_S compression (quip and gap_fit hold it). HPS_E_IO, then with no file changed
 *  unless a rename failed.
 *  Where the other code's energies are going to differ a warning is logged.
 *  @param format "quip": XML at path, sparse points in files beside it that it names;
 *  "turbogap": the .gap file at path, tables beside it, which it names by path as given
 *  (TurboGAP takes that from its working directory), and PATH.input, a template of its input;
 *  "gap_fit": a shell script with the command that trains with the same settings */
HPS_API hps_status hps_gpr_export(const hps_gpr *g, const char *format, const char *path);
/** The files that hps_gpr_export would write, the one at path first; nothing is written.
 *  @param[out] n characters of names, the NUL with them, also on HPS_E_CAPACITY
 *  @param[out] names [capacity] one a line, each line ended; capacity 0: only n */
HPS_API hps_status hps_gpr_export_files(const hps_gpr *g, const char *format, const char *path,
                                        int64_t capacity, int64_t *n, char *names);
HPS_API void hps_gpr_destroy(hps_gpr *g);

/* ----------------------------------------- all regularisations at the price of one */

/** With descriptor, zeta and sparse points fixed and energies fitted, every prediction
 *  depends on (delta, sigma_energy) through lambda = sigma_energy^2/delta^2 alone: one
 *  factorisation serves all of them (docs/gpr.md, section 8). That takes a jitter that is
 *  a fixed share of delta^2: jitter/delta^2 of the settings that the path is made from. A
 *  fit with that share (jitter times (delta'/delta)^2) agrees to rounding, one with the
 *  same absolute jitter as far as predictions notice the jitter at all: three matrices (prior,
 *  jitter, data) have no common factorisation. With a singular k_MM and a small noise that can
 *  be a tenth of the error (docs/gpr.md, section 8). A structure with a
 *  noise of its own (hps_gpr_set_sigma, hps_dataset_set_noise) keeps its ratio to the
 *  sigma_energy of those settings: a query with another one scales both. Memory: about
 *  (2 training structures + test structures + 2 sparse points) x sparse points. */
typedef struct hps_path hps_path;
/** @param g its options (all but delta and sigma_energy) are used; not changed
 *  @param test frames for the errors; NULL: leave-one-out and evidence only */
HPS_API hps_status hps_path_create(hps_path **out, const hps_gpr *g, const hps_dataset *train,
                                   const hps_dataset *test);
/** Errors on the test set as a fit with these two values would have them.
 *  @param with_forces 1: forces too, from Gram forms built at the first such call;
 *  mae_force stays NaN */
HPS_API hps_status hps_path_errors(hps_path *p, double delta, double sigma_energy,
                                   int32_t with_forces, hps_errors *out);
/** A path for fits on energies, forces and virials, as fit_forces and fit_virials of g say: for
 *  any delta, sigma_energy, sigma_force and sigma_virial the errors that a fit with them would
 *  have, at the price of one Cholesky factorisation of the order of the sparse points. Noise
 *  of a structure's own (hps_gpr_set_sigma, hps_dataset_set_noise) stays as it is. Normal
 *  equations: where delta is large beside a noise they lose digits, and a query there is
 *  refused (docs/gpr.md, section 12). The jitter is that of g, absolute as in a fit; leave-one-out
 * and evidence are HPS_E_STATE. Memory: up to eight times sparse points squared, and test
 *  structures x sparse points.  @param g not changed  @param test not NULL */
HPS_API hps_status hps_path_create_noises(hps_path **out, const hps_gpr *g,
                                          const hps_dataset *train, const hps_dataset *test);
/** hps_path_errors with all noises (that one takes the last two from the path's settings); of
 *  a path of hps_path_create only the first counts. HPS_E_NUMERIC: too few digits are left,
 *  make a fit. */
HPS_API hps_status hps_path_errors_at(hps_path *p, double delta, double sigma_energy,
                                      double sigma_force, double sigma_virial, int32_t with_forces,
                                      hps_errors *out);
/** Leave-one-structure-out errors of the training set, exactly, without a refit (e0 and
 *  sparse points stay). */
HPS_API hps_status hps_path_loo(const hps_path *p, double delta, double sigma_energy,
                                hps_errors *out);
/** -ln of the marginal likelihood, and the delta that is best for the same
 *  sigma_energy/delta; each output may be NULL. */
HPS_API hps_status hps_path_evidence(const hps_path *p, double delta, double sigma_energy,
                                     double *minus_log_evidence, double *best_delta);
HPS_API void hps_path_destroy(hps_path *p);

#ifdef __cplusplus
}
#endif
#endif
