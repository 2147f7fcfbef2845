/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file kernel.h
 * Distribution of the dot-product kernel k = (q.q')^zeta over a data set: what the
 * first stage of the two-stage strategy optimises. Nothing is trained.
 */
#ifndef HPSWARM_KERNEL_H
#define HPSWARM_KERNEL_H

#include "base.h"
#include "dataset.h"
#include "soap.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Moments over all (reference, environment) pairs of equal central species, the pair
 *  of an environment with itself included; population moments; skewness =
 *  mu3/mu2^(3/2), signed, 0 where mu2 is 0. Summed in a fixed order. */
typedef struct hps_kernel_stats {
    int32_t struct_size, reserved;
    int64_t n_environments, n_references, n_pairs;
    double mean, standard_deviation, skewness, minimum, maximum;
} hps_kernel_stats;

/** Statistics of (max(q.q',0))^zeta, streamed in blocks: memory does not grow with
 *  references x environments. HPS_E_OPTION for an element that the descriptor does not
 *  list.
 *  @param zeta > 0, at most 1000
 *  @param n_references 0: all environments, else a seeded sample of that many
 *         (all of them if there are fewer)
 *  @param[in,out] out struct_size set by the caller
 *  @param n_bins 0, or the number of equal bins over [0,1]
 *  @param[out] histogram [n_bins] counts, or NULL with n_bins 0; values above 1 by
 *         round-off fall into the last bin */
HPS_API hps_status hps_kernel_statistics(const hps_soap *s, const hps_dataset *d, double zeta,
                                         int64_t n_references, int64_t seed, hps_kernel_stats *out,
                                         int32_t n_bins, int64_t *histogram);

/** Bytes that hps_kernel_statistics would hold at its peak, beside the data set.
 *  @param n_references as there */
HPS_API hps_status hps_kernel_memory(const hps_soap *s, const hps_dataset *d, int64_t n_references,
                                     int64_t *bytes);

/** How descriptors and their products are kept: HPS_KERNEL_SINGLE halves the time of the
 *  products; powers and sums stay double. Mean and standard deviation are then off by up to
 *  2e-7 max(1, zeta), the skewness by 1e-4 (docs/soap.md). */
enum { HPS_KERNEL_DOUBLE = 0, HPS_KERNEL_SINGLE = 1 };

/** Statistics for several exponents from one pass over the descriptors and their products;
 *  with HPS_KERNEL_DOUBLE each to the last bit that of hps_kernel_statistics.
 *  @param zeta [n_zetas], each as there
 *  @param precision HPS_KERNEL_DOUBLE or HPS_KERNEL_SINGLE
 *  @param[in,out] out [n_zetas] struct_size of every element set by the caller
 *  @param[out] histogram [n_zetas][n_bins] counts, or NULL with n_bins 0 */
HPS_API hps_status hps_kernel_statistics_several(const hps_soap *s, const hps_dataset *d,
                                                 int32_t n_zetas, const double *zeta,
                                                 int32_t precision, int64_t n_references,
                                                 int64_t seed, hps_kernel_stats *out,
                                                 int32_t n_bins, int64_t *histogram);

/** k between two lists of environments, for similarity curves of small sets. Pairs of
 *  different central species are 0.
 *  @param rows [n_rows], cols [n_cols] environments as positions among all atoms of d
 *  @param[out] k [n_rows][n_cols] */
HPS_API hps_status hps_kernel_matrix(const hps_soap *s, const hps_dataset *d, double zeta,
                                     int64_t n_rows, const int64_t *rows, int64_t n_cols,
                                     const int64_t *cols, double *k);

#ifdef __cplusplus
}
#endif
#endif
