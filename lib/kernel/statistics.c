/* SPDX-License-Identifier: BSD-3-Clause */
/* Moments, extremes and histogram of the kernel over (reference, environment) pairs, one
 * chunk of environments against a tile of references at a time. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "kernel/internal.h"

#define TILE 256 /* references at a time */
#define MAX_SPECIES 128

/* Sums of one chunk about the provisional mean. */
typedef struct partial {
    int64_t n;
    double s1, s2, s3, minimum, maximum;
} partial;

typedef struct statistics {
    hpsi_source source;
    double zeta, provisional;
    int64_t n_references;
    int64_t first[MAX_SPECIES + 1]; /* references of species s: first[s]..first[s+1]-1 */
    double *reference;              /* [n_references][ld], species by species */
    partial *part;                  /* [n_chunks] */
    double *rows;                   /* [n_workers][HPSI_SOAP_BLOCK][ld] one species of a chunk */
    double *tile;                   /* [n_workers][HPSI_SOAP_BLOCK][TILE] */
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

static void add_values(const double *k, int64_t n, double provisional, partial *p)
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
    double *tile = t->tile + (int64_t)worker * HPSI_SOAP_BLOCK * TILE;
    int64_t end = t->first[species + 1];

    for (int64_t r = t->first[species]; r < end; r += TILE) {
        int64_t m = end - r < TILE ? end - r : TILE;

        hpsi_gemm(0, 1, n, m, s->size, 1.0, rows, s->ld, t->reference + r * s->ld, s->ld, 0.0, tile,
                  m);
        hpsi_kernel_power(t->zeta, n * m, tile);
        add_values(tile, n * m, t->provisional, p);
        if (t->n_bins > 0) {
            add_to_histogram(tile, n * m, t->n_bins, t->histogram + (int64_t)worker * t->n_bins);
        }
    }
}

static hps_status sum_chunk(int64_t i, int32_t worker, void *arg)
{
    statistics *t = arg;
    hpsi_source *s = &t->source;
    double *copy = t->rows + (int64_t)worker * HPSI_SOAP_BLOCK * s->ld;
    partial p = {.minimum = DBL_MAX, .maximum = -DBL_MAX};
    const double *q;
    hps_status status = hpsi_source_chunk(s, i, worker, &q);

    if (status != HPS_OK) {
        return status;
    }
    for (int32_t species = 0; species < n_species(s); species++) {
        const double *rows;
        int32_t index[HPSI_SOAP_BLOCK];
        int32_t n = hpsi_source_rows(s, &s->chunk[i], species, q, copy, &rows, index);

        if (n > 0) {
            add_pairs(t, species, n, rows, worker, &p);
        }
    }
    t->part[i] = p;
    return HPS_OK;
}

/* ------------------------------------------------------------ combination */

/* Central moments from sums about the provisional mean, chunks in order. */
static void combine(const statistics *t, hps_kernel_stats *out)
{
    partial sum = {.minimum = DBL_MAX, .maximum = -DBL_MAX};
    double d;
    double mu2;
    double mu3;

    for (int64_t i = 0; i < t->source.n_chunks; i++) {
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

/* The mean of the first chunk that has pairs is near enough to the mean of all. */
static hps_status find_provisional(statistics *t)
{
    for (int64_t i = 0; i < t->source.n_chunks; i++) {
        hps_status status = sum_chunk(i, 0, t);

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
    int64_t block = (int64_t)s->n_workers * HPSI_SOAP_BLOCK;
    hps_status status;

    t->part = hpsi_new(c, s->n_chunks, sizeof *t->part);
    t->rows = hpsi_new(c, block * s->ld, sizeof *t->rows);
    t->tile = hpsi_new(c, block * TILE, sizeof *t->tile);
    t->histogram = hpsi_new(c, (int64_t)s->n_workers * t->n_bins, sizeof *t->histogram);
    if (t->part == NULL || t->rows == NULL || t->tile == NULL || t->histogram == NULL) {
        return HPS_E_MEMORY;
    }
    status = make_references(t, seed);
    if (status == HPS_OK) {
        hpsi_blas_begin();
        status = find_provisional(t);
        hpsi_blas_end();
    }
    return status == HPS_OK ? hpsi_parallel_for(c, s->n_chunks, sum_chunk, t) : status;
}

static void clean(statistics *t)
{
    hpsi_free(t->histogram);
    hpsi_free(t->tile);
    hpsi_free(t->rows);
    hpsi_free(t->part);
    hpsi_free(t->reference);
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
    statistics t = {.zeta = zeta, .n_bins = n_bins};
    hps_status status = check(s, d, zeta, n_references, out);

    if (status != HPS_OK) {
        return status;
    }
    if (n_bins < 0 || (n_bins > 0 && histogram == NULL)) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: n_bins = %d must be >= 0, with an array if > 0",
                         n_bins);
    }
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
