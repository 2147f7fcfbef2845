/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file study.h
 * The paper's two strategies as evaluate callbacks of a swarm: joint (SOAP and GAP
 * hyper-parameters against the test error of a trained model) and two-stage (SOAP
 * against the kernel's distribution, then the GAP parameters).
 */
#ifndef HPSWARM_STUDY_H
#define HPSWARM_STUDY_H

#include "base.h"
#include "dataset.h"
#include "gpr.h"
#include "kernel.h"
#include "swarm.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One stage: an objective over a search space whose parameter names are
 *  "soap.<option>", "kernel.zeta" and "gap.<option>" ("soap.atom_sigma_r:C").
 *  A study has no loop of its own: it is an evaluate callback, so every feature of the
 *  engine works for it. Options: "objective" (text std|std-skew|rmse|mae|loo|
 *  rmse-pair: G_E and G_F as two objectives, for swarms that take two),
 *  "skew_weight" (std-skew minimises skew_weight*|skew| - std), "force_weight" (rmse:
 *  G_E + force_weight*G_F, default 1/30; mae: the same with mean absolute errors, energy
 *  per structure; loo: the same as rmse of the training set, each structure left out, with G_F if
 *  forces are fitted), "references" (int, kernel references, 0: all), "seed" (int, of their
 *  sample), "precision" (text double|single, of their products, hps_kernel_statistics_several). */
typedef struct hps_study hps_study;

/** @param space copied; every name is checked here (HPS_E_OPTION)
 *  @param base settings of everything that is not searched; copied
 *  @param train,test borrowed, must outlive the study; test may be NULL for the kernel
 *         objectives (which use train) and for loo */
HPS_API hps_status hps_study_create(hps_study **out, hps_context *c, const hps_space *space,
                                    const hps_gpr *base, const hps_dataset *train,
                                    const hps_dataset *test);
HPS_API hps_status hps_study_set_real(hps_study *t, const char *name, double v);
HPS_API hps_status hps_study_set_int(hps_study *t, const char *name, int64_t v);
HPS_API hps_status hps_study_set_text(hps_study *t, const char *name, const char *v);

/** An hps_evaluate_fn whose user is the study. A point whose options contradict each
 *  other (rcut_soft above rcut_hard) is HPS_EVAL_INFEASIBLE, one that fails numerically
 *  HPS_EVAL_FAILED, one that finds no memory too. Nonzero, which ends a run, only for
 *  calls that make no sense: a batch of another space, rmse or mae without a test set.
 *  If only delta and sigma_energy are searched and no forces are fitted, all points come
 *  from one hps_path made with the base's delta. If forces or virials are fitted, or
 *  energies have a noise of their own beside a searched sigma_energy, and only delta and the
 *  sigmas are searched, they come from one hps_path_create_noises; a point that it refuses,
 *  and all points if it finds no memory, are fits. A path does not know mae with forces.
 *  In all other cases the values are those of the public calls on the
 *  settings of hps_study_apply, bit for bit; kernel objectives of points that differ in no
 *  option of the descriptor come from one pass over the products. Forces count while force_weight >
 * 0 and the test set has some. By the option "threads_for" candidates run side by side, a thread
 *  each, or in turn with all threads inside; the values do not depend on it. */
HPS_API int32_t hps_study_evaluate(const hps_batch *b, double *f, int32_t *outcome, void *study);
/** Why point i of the last batch failed, "" if it did not; borrowed until the next batch. */
HPS_API const char *hps_study_reason(const hps_study *t, int32_t i);
/** Seconds that point i of the last batch took. */
HPS_API double hps_study_seconds(const hps_study *t, int32_t i);
/** How many points of a batch of n run at a time, by the option "threads_for" and what is known by
 *  now of the cost of one. @param[out] seconds [2] of a point beside others with a thread
 *  each, and of one with all threads; 0: not measured (there was no choice); may be NULL */
HPS_API int32_t hps_study_at_a_time(const hps_study *t, int32_t n, double *seconds);
/** Settings at a point: base with the parameters of x set. @param x [n_params] */
HPS_API hps_status hps_study_apply(const hps_study *t, const double *x, hps_gpr **out);
/** The objective at a point as the model has it that a fit with its settings makes, for the few
 *  best points of a run whose values come from an hps_path_create, which has another jitter: the
 *  choice among them is then that of the models themselves. Of loo the errors that are left out
 *  with the settings' own jitter. Drops the path; memory is that of a fit. HPS_E_STATE where
 *  the values are those already (all other studies, and what hps_path_create_noises gives
 *  agrees with fits).  @param x [n_params]  @param[out] f as many as the objective has */
HPS_API hps_status hps_study_refit(hps_study *t, const double *x, double *f);
/** Bytes that the evaluation of one batch may hold at its peak. */
HPS_API hps_status hps_study_memory(const hps_study *t, int64_t *bytes);
HPS_API void hps_study_destroy(hps_study *t);

#ifdef __cplusplus
}
#endif
#endif
