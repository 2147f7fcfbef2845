/* SPDX-License-Identifier: BSD-3-Clause */
/* Moments, extremes and histograms of the kernel over (reference, environment) pairs from the
 * sums of a sweep. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "kernel/sweep.h"

/* Central moments from sums about the provisional mean, groups in order. */
static void combine(const hpsi_sweep *t, int32_t zeta, hps_kernel_stats *out)
{
    hpsi_partial sum = {.minimum = DBL_MAX, .maximum = -DBL_MAX};
    double d;
    double mu2;
    double mu3;

    for (int64_t i = 0; i < t->groups.n; i++) {
        const hpsi_partial *p = &t->part[i * t->n_zetas + zeta];

        sum.n += p->n;
        sum.s1 += p->s1;
        sum.s2 += p->s2;
        sum.s3 += p->s3;
        sum.minimum = p->minimum < sum.minimum ? p->minimum : sum.minimum;
        sum.maximum = p->maximum > sum.maximum ? p->maximum : sum.maximum;
    }
    d = sum.s1 / (double)sum.n;
    mu2 = sum.s2 / (double)sum.n - d * d;
    mu3 = sum.s3 / (double)sum.n - 3 * d * sum.s2 / (double)sum.n + 2 * d * d * d;
    if (sum.maximum - sum.minimum <=
            16 * (t->single ? (double)FLT_EPSILON : DBL_EPSILON) * sum.maximum ||
        mu2 <= 0) {
        mu2 = 0; /* all values are equal but for round-off */
    }
    out->n_environments = t->source.n_atoms;
    out->n_references = t->n_references;
    out->n_pairs = sum.n;
    out->mean = t->provisional[zeta] + d;
    out->standard_deviation = sqrt(mu2);
    out->skewness = mu2 > 0 ? mu3 / (mu2 * sqrt(mu2)) : 0;
    out->minimum = sum.minimum;
    out->maximum = sum.maximum;
}

static void combine_histogram(const hpsi_sweep *t, int32_t zeta, int64_t *histogram)
{
    memset(histogram, 0, (size_t)t->n_bins * sizeof *histogram);
    for (int32_t w = 0; w < t->source.n_workers; w++) {
        const int64_t *part = t->histogram + ((int64_t)w * t->n_zetas + zeta) * t->n_bins;

        for (int32_t i = 0; i < t->n_bins; i++) {
            histogram[i] += part[i];
        }
    }
}

/* ----------------------------------------------------------------- arguments */

static hps_status check_zetas(int32_t n, const double *zeta)
{
    if (n < 1 || zeta == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: n_zetas = %d must be >= 1, with an array", n);
    }
    for (int32_t i = 0; i < n; i++) {
        if (!(zeta[i] > 0) || zeta[i] > 1000) {
            return hpsi_fail(HPS_E_ARGUMENT, "kernel: zeta = %g must be above 0 and at most 1000",
                             zeta[i]);
        }
    }
    return HPS_OK;
}

/* Statistics i of an array whose elements have the size that the caller knows. */
static hps_kernel_stats *element(hps_kernel_stats *out, int32_t i)
{
    return (hps_kernel_stats *)(void *)((char *)out + (int64_t)i * out->struct_size);
}

static hps_status check_out(hps_kernel_stats *out, int32_t n)
{
    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: out is NULL");
    }
    for (int32_t i = 0; i < n; i++) {
        int32_t size = (i == 0 ? out : element(out, i))->struct_size;

        if (size < (int32_t)sizeof *out || size != out->struct_size) {
            return hpsi_fail(HPS_E_ARGUMENT, "kernel: struct_size = %d must be %d", size,
                             (int)sizeof *out);
        }
    }
    return HPS_OK;
}

static hps_status check_numbers(int32_t precision, int64_t n_references, int32_t n_bins,
                                const int64_t *histogram)
{
    if (precision != HPS_KERNEL_DOUBLE && precision != HPS_KERNEL_SINGLE) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: precision = %d must be %d or %d", precision,
                         HPS_KERNEL_DOUBLE, HPS_KERNEL_SINGLE);
    }
    if (n_references < 0) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: n_references = %lld must be >= 0",
                         (long long)n_references);
    }
    if (n_bins < 0 || (n_bins > 0 && histogram == NULL)) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: n_bins = %d must be >= 0, with an array if > 0",
                         n_bins);
    }
    return HPS_OK;
}

static hps_status check_data(const hps_soap *s, const hps_dataset *d)
{
    if (s == NULL || d == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: %s is NULL",
                         s == NULL ? "the descriptor" : "the data set");
    }
    if (hps_dataset_n_atoms(d) == 0) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: the data set has no atoms");
    }
    return HPS_OK;
}

/* ------------------------------------------------------------------------ all */

static int64_t count_references(const hps_dataset *d, int64_t wanted)
{
    int64_t atoms = hps_dataset_n_atoms(d);

    return wanted == 0 || wanted > atoms ? atoms : wanted;
}

static hps_status run(hpsi_sweep *t, const hps_soap *s, const hps_dataset *d, const double *zeta,
                      int64_t seed)
{
    hps_status status = hpsi_sweep_streams(s, d, t->n_references)
                            ? hpsi_source_open_once(&t->source, s, d)
                            : hpsi_source_open(&t->source, s, d);

    if (status != HPS_OK) {
        return status;
    }
    t->power = hpsi_new(t->source.context, t->n_zetas, sizeof *t->power);
    if (t->power == NULL) {
        return HPS_E_MEMORY;
    }
    for (int32_t i = 0; i < t->n_zetas; i++) {
        hpsi_power_make(&t->power[i], zeta[i]);
    }
    return hpsi_sweep_run(t, seed);
}

hps_status hps_kernel_statistics_several(const hps_soap *s, const hps_dataset *d, int32_t n_zetas,
                                         const double *zeta, int32_t precision,
                                         int64_t n_references, int64_t seed, hps_kernel_stats *out,
                                         int32_t n_bins, int64_t *histogram)
{
    hpsi_sweep t = {.n_zetas = n_zetas, .n_bins = n_bins};
    hps_status status = check_data(s, d);

    status = status == HPS_OK ? check_zetas(n_zetas, zeta) : status;
    status = status == HPS_OK ? check_out(out, n_zetas) : status;
    status = status == HPS_OK ? check_numbers(precision, n_references, n_bins, histogram) : status;
    if (status != HPS_OK) {
        return status;
    }
    t.single = precision == HPS_KERNEL_SINGLE;
    t.n_references = count_references(d, n_references);
    status = run(&t, s, d, zeta, seed);
    for (int32_t i = 0; status == HPS_OK && i < n_zetas; i++) {
        combine(&t, i, element(out, i));
        if (n_bins > 0) {
            combine_histogram(&t, i, histogram + (int64_t)i * n_bins);
        }
    }
    hpsi_sweep_free(&t);
    hpsi_free(t.power);
    hpsi_source_close(&t.source);
    return status;
}

hps_status hps_kernel_statistics(const hps_soap *s, const hps_dataset *d, double zeta,
                                 int64_t n_references, int64_t seed, hps_kernel_stats *out,
                                 int32_t n_bins, int64_t *histogram)
{
    return hps_kernel_statistics_several(s, d, 1, &zeta, HPS_KERNEL_DOUBLE, n_references, seed, out,
                                         n_bins, histogram);
}
