/* SPDX-License-Identifier: BSD-3-Clause */
/* Products of a group of environments with a tile of references, then powers and sums strip by
 * strip, while the strip is in the first cache. With single precision the descriptors and their
 * products are single, powers and sums double. */
#include <float.h>
#include <string.h>

#include "base/linalg.h"
#include "base/targets.h"
#include "kernel/sweep.h"

static int32_t n_species(const hpsi_source *s)
{
    return hpsi_soap_plan_n_species(s->plan);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ------------------------------------------------------------ references */

/* The first n of a seeded permutation of all atoms, put in order of species, then place. */
static hps_status draw_references(hpsi_sweep *t, int64_t seed, int64_t *order, int64_t *atom)
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

static void make_single(int64_t n, const double *from, float *to)
{
    for (int64_t i = 0; i < n; i++) {
        to[i] = (float)from[i];
    }
}

static hps_status references_single(hpsi_sweep *t)
{
    int64_t n = t->n_references * t->source.ld;

    t->reference_single = hpsi_new(t->source.context, n, sizeof(float));
    if (t->reference_single == NULL) {
        return HPS_E_MEMORY;
    }
    make_single(n, t->reference, t->reference_single);
    hpsi_free(t->reference);
    t->reference = NULL;
    return HPS_OK;
}

static hps_status make_references(hpsi_sweep *t, int64_t seed)
{
    hpsi_source *s = &t->source;
    int64_t *order = hpsi_new(s->context, s->n_atoms, sizeof *order);
    int64_t *atom = hpsi_new(s->context, t->n_references, sizeof *atom);
    hps_status status = HPS_E_MEMORY;

    t->reference =
        hpsi_new_blank(s->context, hpsi_size_mul(t->n_references, s->ld), sizeof(double));
    if (order != NULL && atom != NULL && t->reference != NULL) {
        status = draw_references(t, seed, order, atom);
    }
    if (status == HPS_OK) {
        status = hpsi_source_gather(s, t->n_references, atom, t->reference, s->ld);
    }
    if (status == HPS_OK && t->single) {
        status = references_single(t);
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

static void add_value(double k, double provisional, hpsi_partial *p)
{
    double d = k - provisional;

    p->n++;
    p->s1 += d;
    p->s2 += d * d;
    p->s3 += d * d * d;
    p->minimum = k < p->minimum ? k : p->minimum;
    p->maximum = k > p->maximum ? k : p->maximum;
}

HPSI_PER_TARGET static void widen(const float *from, int64_t n, double *to)
{
    for (int64_t i = 0; i < n; i++) {
        to[i] = from[i];
    }
}

/* Sums and histogram of powers that are there. */
static void add_powers(const hpsi_sweep *t, int32_t z, int64_t n, const double *k, int32_t worker,
                       hpsi_partial *p)
{
    int64_t *histogram = t->histogram + ((int64_t)worker * t->n_zetas + z) * t->n_bins;
    int64_t whole = n / 8 * 8;

    (void)t->loops->moments(&t->one, t->provisional[z], whole, k, p);
    for (int64_t i = whole; i < n; i++) {
        add_value(k[i], t->provisional[z], p);
    }
    if (t->n_bins > 0) {
        add_to_histogram(k, n, t->n_bins, histogram);
    }
}

/* Products of one strip, for every exponent: powers and sums in one loop over whole vectors if
 * that loop knows the exponent and all values and no histogram needs the powers. */
static void add_strip(const hpsi_sweep *t, int64_t n, const double *products, int32_t worker,
                      hpsi_partial *p)
{
    double *copy = t->strip + (2 * (int64_t)worker + 1) * HPSI_SWEEP_STRIP;

    for (int32_t z = 0; z < t->n_zetas; z++) {
        const hpsi_power *power = &t->power[z];
        int64_t done = n / 8 * 8;

        if (t->n_bins > 0 || (power->half == 0 && power->n_terms == 0) ||
            !t->loops->moments(power, t->provisional[z], done, products, &p[z])) {
            done = 0;
        }
        if (done < n) {
            memcpy(copy, products + done, (size_t)(n - done) * sizeof *copy);
            hpsi_power_apply(power, n - done, copy);
            add_powers(t, z, n - done, copy, worker, &p[z]);
        }
    }
}

static void add_tile(const hpsi_sweep *t, int64_t n, double *tile, int32_t worker, hpsi_partial *p)
{
    const float *narrow = (const float *)(const void *)tile;
    double *wide = t->strip + 2 * (int64_t)worker * HPSI_SWEEP_STRIP;

    for (int64_t i = 0; i < n; i += HPSI_SWEEP_STRIP) {
        int64_t count = least(HPSI_SWEEP_STRIP, n - i);

        if (t->single) {
            widen(narrow + i, count, wide);
        }
        add_strip(t, count, t->single ? wide : tile + i, worker, p);
    }
}

static void add_pairs(const hpsi_sweep *t, int32_t species, int64_t n, const double *rows,
                      int32_t worker, hpsi_partial *p)
{
    const hpsi_source *s = &t->source;
    double *tile = t->tile + worker * t->groups.most * t->across;
    float *narrow = t->single ? t->row_single + worker * t->groups.most * s->ld : NULL;
    int64_t end = least(t->first[species + 1], t->first[species] + t->limit);

    if (t->single) {
        make_single(n * s->ld, rows, narrow);
    }
    for (int64_t r = t->first[species]; r < end; r += t->across) {
        int64_t m = least(t->across, end - r);

        if (t->single) {
            hpsi_gemm_single(0, 1, n, m, s->size, narrow, s->ld, t->reference_single + r * s->ld,
                             s->ld, (float *)(void *)tile, m);
        } else {
            hpsi_gemm(0, 1, n, m, s->size, 1.0, rows, s->ld, t->reference + r * s->ld, s->ld, 0.0,
                      tile, m);
        }
        add_tile(t, n * m, tile, worker, p);
    }
}

static hps_status sum_group(int64_t i, int32_t worker, void *arg)
{
    const hpsi_sweep *t = arg;
    hpsi_partial *p = t->part + i * t->n_zetas;
    int32_t first[HPSI_GROUP_SPECIES];
    const double *rows;
    hps_status status = hpsi_groups_load(&t->groups, i, worker, &rows, first);

    if (status != HPS_OK) {
        return status;
    }
    for (int32_t z = 0; z < t->n_zetas; z++) {
        p[z] = (hpsi_partial){.minimum = DBL_MAX, .maximum = -DBL_MAX};
    }
    for (int32_t z = 0; z < n_species(&t->source); z++) {
        if (first[z + 1] > first[z]) {
            add_pairs(t, z, first[z + 1] - first[z], rows + first[z] * t->source.ld, worker, p);
        }
    }
    return HPS_OK;
}

/* The mean of the first group that has pairs, with one tile of references of each species, is
 * near enough to the mean of all. */
static hps_status find_provisional(hpsi_sweep *t)
{
    t->limit = t->across;
    for (int64_t i = 0; i < t->groups.n; i++) {
        const hpsi_partial *p = t->part + i * t->n_zetas;
        hps_status status = sum_group(i, 0, t);

        if (status != HPS_OK) {
            return status;
        }
        for (int32_t z = 0; p->n > 0 && z < t->n_zetas; z++) {
            t->provisional[z] = p[z].s1 / (double)p[z].n;
        }
        if (p->n > 0) {
            break;
        }
    }
    t->limit = t->n_references;
    memset(t->histogram, 0, (size_t)t->n_zetas * (size_t)t->n_bins * sizeof *t->histogram);
    return HPS_OK;
}

/* ------------------------------------------------------------------- all */

static hps_status allocate(hpsi_sweep *t)
{
    hps_context *c = t->source.context;
    int64_t workers = t->source.n_workers;
    int64_t rows = t->single ? workers * t->groups.most * t->source.ld : 0;

    t->loops = hpsi_kernel_loops_get(-1);
    hpsi_power_make(&t->one, 1);
    t->across = least(HPSI_SWEEP_TILE, t->n_references);
    t->provisional = hpsi_new(c, t->n_zetas, sizeof *t->provisional);
    t->part = hpsi_new(c, hpsi_size_mul(t->groups.n, t->n_zetas), sizeof *t->part);
    t->tile = hpsi_new(c, workers * t->groups.most * t->across, sizeof *t->tile);
    t->strip = hpsi_new(c, workers * 2 * HPSI_SWEEP_STRIP, sizeof *t->strip);
    t->row_single = hpsi_new(c, rows, sizeof *t->row_single);
    t->histogram =
        hpsi_new(c, hpsi_size_mul(workers * t->n_zetas, t->n_bins), sizeof *t->histogram);
    return t->provisional == NULL || t->part == NULL || t->tile == NULL || t->strip == NULL ||
                   t->row_single == NULL || t->histogram == NULL
               ? HPS_E_MEMORY
               : HPS_OK;
}

static int64_t sums_before(int64_t i, const void *arg)
{
    const hpsi_sweep *t = arg;

    return i * t->n_zetas * (int64_t)sizeof *t->part;
}

/* Histograms are by worker: with them every process does all. */
static hps_status sum_groups(hpsi_sweep *t)
{
    hps_context *c = t->source.context;

    return t->n_bins > 0 ? hpsi_parallel_for(c, t->groups.n, sum_group, t)
                         : hpsi_team_share(c, hpsi_team_for(c, t->groups.n, sum_group, t),
                                           t->groups.n, t->part, sums_before, t);
}

hps_status hpsi_sweep_run(hpsi_sweep *t, int64_t seed)
{
    hps_status status = hpsi_groups_open(&t->groups, &t->source);

    status = status == HPS_OK ? allocate(t) : status;
    status = status == HPS_OK ? make_references(t, seed) : status;
    if (status == HPS_OK) {
        hpsi_blas_begin();
        status = find_provisional(t);
        hpsi_blas_end();
    }
    return status == HPS_OK ? sum_groups(t) : status;
}

void hpsi_sweep_free(hpsi_sweep *t)
{
    hpsi_free(t->histogram);
    hpsi_free(t->row_single);
    hpsi_free(t->strip);
    hpsi_free(t->tile);
    hpsi_free(t->part);
    hpsi_free(t->provisional);
    hpsi_free(t->reference_single);
    hpsi_free(t->reference);
    hpsi_groups_close(&t->groups);
}
