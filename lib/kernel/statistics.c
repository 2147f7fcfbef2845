/* SPDX-License-Identifier: BSD-3-Clause */
/* Moments, extremes and histogram of the kernel over (reference, environment) pairs: products
 * of a group of environments with a tile of references, then powers and sums strip by strip,
 * while the strip is in the first cache. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "kernel/internal.h"

/* One copy of the sums per instruction set, chosen when the library is loaded. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__) &&       \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define PER_TARGET __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PER_TARGET
#endif

#define TILE 256   /* references at a time: with a group's rows half of a second cache */
#define STRIP 1024 /* values raised to a power and added up at a time */
#define MAX_SPECIES 128

/* Sums of one group about the provisional mean. */
typedef struct partial {
    int64_t n;
    double s1, s2, s3, minimum, maximum;
} partial;

typedef struct statistics {
    hpsi_source source;
    hpsi_power power;
    double provisional;
    int64_t n_references;
    int64_t first[MAX_SPECIES + 1]; /* references of species s: first[s]..first[s+1]-1 */
    double *reference;              /* [n_references][ld], species by species */
    hpsi_groups groups;
    partial *part;  /* [groups.n] */
    int64_t across; /* references of a tile */
    double *tile;   /* [n_workers][groups.most][across] */
    int32_t n_bins;
    int64_t *histogram; /* [n_workers][n_bins] */
} statistics;

/* ------------------------------------------------------------ references */

static int32_t n_species(const hpsi_source *s)
{
    return hpsi_soap_plan_n_species(s->plan);
}

/* The first n of a seeded permutation of all atoms, put in order of species, then place. */
static hps_status draw_references(statistics *t, int64_t seed, int64_t *order, int64_t *atom)
{
    const hpsi_source *s = &t->source;
    signed char *taken = hpsi_new(s->context, s->n_atoms, 1);
    int64_t n = 0;

    if (taken == NULL) {
        return HPS_E_MEMORY;
    }
    if (t->n_references < s->n_atoms) {
        hpsi_permutation(seed, HPSI_STREAM_REFERENCES, 0, s->n_atoms, order);
        for (int64_t i = 0; i < t->n_references; i++) {
            taken[order[i]] = 1;
        }
    } else {
        memset(taken, 1, (size_t)s->n_atoms);
    }
    for (int32_t species = 0; species < n_species(s); species++) {
        t->first[species] = n;
        for (int64_t i = 0; i < s->n_atoms; i++) {
            if (taken[i] && s->species[i] == species) {
                atom[n++] = i;
            }
        }
    }
    t->first[n_species(s)] = n;
    hpsi_free(taken);
    return HPS_OK;
}

static hps_status make_references(statistics *t, int64_t seed)
{
    hpsi_source *s = &t->source;
    int64_t *order = hpsi_new(s->context, s->n_atoms, sizeof *order);
    int64_t *atom = hpsi_new(s->context, t->n_references, sizeof *atom);
    hps_status status = HPS_E_MEMORY;

    t->reference = hpsi_new(s->context, hpsi_size_mul(t->n_references, s->ld), sizeof(double));
    if (order != NULL && atom != NULL && t->reference != NULL) {
        status = draw_references(t, seed, order, atom);
        if (status == HPS_OK) {
            status = hpsi_source_gather(s, t->n_references, atom, t->reference, s->ld);
        }
    }
    hpsi_free(atom);
    hpsi_free(order);
    return status;
}

/* ------------------------------------------------------------------ sums */

static void add_to_histogram(const double *k, int64_t n, int32_t n_bins, int64_t *histogram)
{
    for (int64_t i = 0; i < n; i++) {
        int32_t bin = (int32_t)(k[i] * n_bins); /* k >= 0 */

        histogram[bin < n_bins ? bin : n_bins - 1]++;
    }
}

PER_TARGET static void add_values(const double *k, int64_t n, double provisional, partial *p)
{
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double low = p->minimum;
    double high = p->maximum;

#pragma omp simd reduction(+ : s1, s2, s3) reduction(min : low) reduction(max : high)
    for (int64_t i = 0; i < n; i++) {
        double v = k[i] - provisional;

        s1 += v;
        s2 += v * v;
        s3 += v * v * v;
        low = k[i] < low ? k[i] : low;
        high = k[i] > high ? k[i] : high;
    }
    p->n += n;
    p->s1 += s1;
    p->s2 += s2;
    p->s3 += s3;
    p->minimum = low;
    p->maximum = high;
}

static void add_pairs(statistics *t, int32_t species, int64_t n, const double *rows, int32_t worker,
                      partial *p)
{
    const hpsi_source *s = &t->source;
    double *tile = t->tile + worker * t->groups.most * t->across;
    int64_t *histogram = t->histogram + (int64_t)worker * t->n_bins;
    int64_t end = t->first[species + 1];

    for (int64_t r = t->first[species]; r < end; r += t->across) {
        int64_t m = end - r < t->across ? end - r : t->across;

        hpsi_gemm(0, 1, n, m, s->size, 1.0, rows, s->ld, t->reference + r * s->ld, s->ld, 0.0, tile,
                  m);
        for (int64_t i = 0; i < n * m; i += STRIP) {
            int64_t count = n * m - i < STRIP ? n * m - i : STRIP;

            hpsi_power_apply(&t->power, count, tile + i);
            add_values(tile + i, count, t->provisional, p);
            if (t->n_bins > 0) {
                add_to_histogram(tile + i, count, t->n_bins, histogram);
            }
        }
    }
}

static hps_status sum_group(int64_t i, int32_t worker, void *arg)
{
    statistics *t = arg;
    partial p = {.minimum = DBL_MAX, .maximum = -DBL_MAX};
    int32_t first[HPSI_GROUP_SPECIES];
    const double *rows;
    hps_status status = hpsi_groups_load(&t->groups, i, worker, &rows, first);

    if (status != HPS_OK) {
        return status;
    }
    for (int32_t z = 0; z < n_species(&t->source); z++) {
        if (first[z + 1] > first[z]) {
            add_pairs(t, z, first[z + 1] - first[z], rows + first[z] * t->source.ld, worker, &p);
        }
    }
    t->part[i] = p;
    return HPS_OK;
}

/* ------------------------------------------------------------ combination */

/* Central moments from sums about the provisional mean, groups in order. */
static void combine(const statistics *t, hps_kernel_stats *out)
{
    partial sum = {.minimum = DBL_MAX, .maximum = -DBL_MAX};
    double d;
    double mu2;
    double mu3;

    for (int64_t i = 0; i < t->groups.n; i++) {
        const partial *p = &t->part[i];

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
    if (sum.maximum - sum.minimum <= 16 * DBL_EPSILON * sum.maximum || mu2 <= 0) {
        mu2 = 0; /* all values are equal but for round-off */
    }
    out->n_environments = t->source.n_atoms;
    out->n_references = t->n_references;
    out->n_pairs = sum.n;
    out->mean = t->provisional + d;
    out->standard_deviation = sqrt(mu2);
    out->skewness = mu2 > 0 ? mu3 / (mu2 * sqrt(mu2)) : 0;
    out->minimum = sum.minimum;
    out->maximum = sum.maximum;
}

static void combine_histogram(const statistics *t, int64_t *histogram)
{
    memset(histogram, 0, (size_t)t->n_bins * sizeof *histogram);
    for (int32_t w = 0; w < t->source.n_workers; w++) {
        for (int32_t i = 0; i < t->n_bins; i++) {
            histogram[i] += t->histogram[(int64_t)w * t->n_bins + i];
        }
    }
}

/* The mean of the first group that has pairs is near enough to the mean of all. */
static hps_status find_provisional(statistics *t)
{
    for (int64_t i = 0; i < t->groups.n; i++) {
        hps_status status = sum_group(i, 0, t);

        if (status != HPS_OK) {
            return status;
        }
        if (t->part[i].n > 0) {
            t->provisional = t->part[i].s1 / (double)t->part[i].n;
            break;
        }
    }
    if (t->n_bins > 0) {
        memset(t->histogram, 0, (size_t)t->n_bins * sizeof *t->histogram);
    }
    return HPS_OK;
}

static hps_status compute(statistics *t, int64_t seed)
{
    hpsi_source *s = &t->source;
    hps_context *c = s->context;
    hps_status status = hpsi_groups_open(&t->groups, s);

    if (status != HPS_OK) {
        return status;
    }
    t->part = hpsi_new(c, t->groups.n, sizeof *t->part);
    t->across = t->n_references < TILE ? t->n_references : TILE;
    t->tile = hpsi_new(c, s->n_workers * t->groups.most * t->across, sizeof *t->tile);
    t->histogram = hpsi_new(c, (int64_t)s->n_workers * t->n_bins, sizeof *t->histogram);
    if (t->part == NULL || t->tile == NULL || t->histogram == NULL) {
        return HPS_E_MEMORY;
    }
    status = make_references(t, seed);
    if (status == HPS_OK) {
        hpsi_blas_begin();
        status = find_provisional(t);
        hpsi_blas_end();
    }
    return status == HPS_OK ? hpsi_parallel_for(c, t->groups.n, sum_group, t) : status;
}

static void clean(statistics *t)
{
    hpsi_free(t->histogram);
    hpsi_free(t->tile);
    hpsi_free(t->part);
    hpsi_free(t->reference);
    hpsi_groups_close(&t->groups);
    hpsi_source_close(&t->source);
}

static hps_status check(const hps_soap *s, const hps_dataset *d, double zeta, int64_t n_references,
                        const hps_kernel_stats *out)
{
    if (s == NULL || d == NULL || out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: %s is NULL",
                         s == NULL   ? "the descriptor"
                         : d == NULL ? "the data set"
                                     : "out");
    }
    if (out->struct_size < (int32_t)sizeof *out) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: struct_size = %d must be %d", out->struct_size,
                         (int)sizeof *out);
    }
    if (!(zeta > 0) || zeta > 1000) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: zeta = %g must be above 0 and at most 1000",
                         zeta);
    }
    if (n_references < 0) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: n_references = %lld must be >= 0",
                         (long long)n_references);
    }
    if (hps_dataset_n_atoms(d) == 0) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: the data set has no atoms");
    }
    return HPS_OK;
}

hps_status hps_kernel_statistics(const hps_soap *s, const hps_dataset *d, double zeta,
                                 int64_t n_references, int64_t seed, hps_kernel_stats *out,
                                 int32_t n_bins, int64_t *histogram)
{
    statistics t = {.n_bins = n_bins};
    hps_status status = check(s, d, zeta, n_references, out);

    if (status != HPS_OK) {
        return status;
    }
    if (n_bins < 0 || (n_bins > 0 && histogram == NULL)) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: n_bins = %d must be >= 0, with an array if > 0",
                         n_bins);
    }
    hpsi_power_make(&t.power, zeta);
    status = hpsi_source_open(&t.source, s, d);
    if (status != HPS_OK) {
        return status;
    }
    t.n_references =
        n_references == 0 || n_references > t.source.n_atoms ? t.source.n_atoms : n_references;
    status = compute(&t, seed);
    if (status == HPS_OK) {
        combine(&t, out);
        if (n_bins > 0) {
            combine_histogram(&t, histogram);
        }
    }
    clean(&t);
    return status;
}
