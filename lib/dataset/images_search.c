/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding the images near a centre: a sweep over all of a small frame, over bins of a
 * large one. Hits come out ascending, by atom and shift, in either case. */
#include <math.h>
#include <string.h>

#include "dataset/images.h"

/* Below this number of atoms or images a sweep is faster than sorting into bins. */
#define MIN_BINNED_ATOMS 24
#define MIN_BINNED_IMAGES 192
/* Squared distances are computed for this many images at a time. */
#define CHUNK 64

/* Bins of at least half the reach, in number no more than there are images. */
static void choose_bins(hpsi_images *im)
{
    double count[3];
    int32_t widest;

    for (int32_t k = 0; k < 3; k++) {
        const double extent = (im->high[k] - im->low[k]) * im->cell.height[k];

        count[k] = fmax(1, floor(extent / (0.5 * im->reach * (1 + 1e-6))));
    }
    while (count[0] * count[1] * count[2] > (double)im->n_images) {
        widest = count[0] > count[1] ? 0 : 1;
        widest = count[widest] > count[2] ? widest : 2;
        count[widest] = floor(0.5 * (count[widest] + 1));
    }
    for (int32_t k = 0; k < 3; k++) {
        const double width = im->high[k] - im->low[k];

        im->bins[k] = (int32_t)count[k];
        im->scale[k] = count[k] / width;
        im->span[k] = (int32_t)fmin(
            count[k], ceil(im->reach * (1 + 1e-9) / (width * im->cell.height[k] / count[k])));
    }
}

static int32_t bin_of(const hpsi_images *im, int32_t k, double fraction)
{
    const int32_t b = (int32_t)((fraction - im->low[k]) * im->scale[k]);

    return b < 0 ? 0 : b < im->bins[k] ? b : im->bins[k] - 1;
}

static int64_t bin_of_image(const hpsi_images *im, int64_t m)
{
    const double *fraction = (const double *)im->atoms.data + 6 * (int64_t)im->n_atoms;
    const int32_t *atom = im->atom.data;
    const int32_t *shift = im->shift.data;
    int64_t bin = 0;

    for (int32_t k = 0; k < 3; k++) {
        bin = bin * im->bins[k] +
              bin_of(im, k, fraction[3 * (int64_t)atom[m] + k] + shift[3 * m + k]);
    }
    return bin;
}

/* Counting sort; images of a bin stay in ascending order. */
static void fill_bins(hpsi_images *im, int64_t n_bins)
{
    const int64_t n = im->n_images;
    const double *place = im->place.data;
    double *binned = im->binned.data;
    int32_t *image = im->binned_image.data;
    int64_t *start = im->bin_start.data;

    memset(start, 0, (size_t)(n_bins + 1) * sizeof *start);
    for (int64_t m = 0; m < n; m++) {
        start[bin_of_image(im, m) + 1]++;
    }
    for (int64_t b = 0; b < n_bins; b++) {
        start[b + 1] += start[b];
    }
    for (int64_t m = 0; m < n; m++) {
        const int64_t to = start[bin_of_image(im, m)]++;

        image[to] = (int32_t)m;
        for (int32_t c = 0; c < 3; c++) {
            binned[c * n + to] = place[c * n + m];
        }
    }
    memmove(start + 1, start, (size_t)n_bins * sizeof *start);
    start[0] = 0;
}

hps_status hpsi_images_bin(hpsi_images *im, hps_context *c)
{
    const int64_t words = im->n_images / 64 + 1;
    int64_t n_bins;
    hps_status s;

    im->bins[0] = im->bins[1] = im->bins[2] = 1;
    if (im->n_atoms < MIN_BINNED_ATOMS || im->n_images < MIN_BINNED_IMAGES) {
        return HPS_OK;
    }
    choose_bins(im);
    n_bins = (int64_t)im->bins[0] * im->bins[1] * im->bins[2];
    s = hpsi_grow(c, &im->bin_start.data, &im->bin_start.capacity, n_bins + 1, sizeof(int64_t));
    if (s == HPS_OK) {
        s = hpsi_grow(c, &im->binned.data, &im->binned.capacity, 3 * im->n_images, sizeof(double));
    }
    if (s == HPS_OK) {
        s = hpsi_grow(c, &im->binned_image.data, &im->binned_image.capacity, im->n_images,
                      sizeof(int32_t));
    }
    if (s == HPS_OK) {
        s = hpsi_grow(c, &im->mark.data, &im->mark.capacity, words, sizeof(uint64_t));
    }
    if (s == HPS_OK) {
        s = hpsi_grow(c, &im->mark_summary.data, &im->mark_summary.capacity, words / 64 + 1,
                      sizeof(uint64_t));
    }
    if (s == HPS_OK) {
        fill_bins(im, n_bins);
    }
    return s;
}

/* Positions first..last-1 of the planes x, y, z that lie within the reach of r go to hit[];
 * their number. */
static int64_t sweep(const hpsi_images *im, const double *x, int64_t first, int64_t last,
                     const double r[3], int32_t *hit)
{
    const double *y = x + im->n_images;
    const double *z = y + im->n_images;
    const double limit = im->reach * im->reach;
    double square[CHUNK];
    int64_t found = 0;

    for (int64_t begin = first; begin < last; begin += CHUNK) {
        const int64_t n = last - begin < CHUNK ? last - begin : CHUNK;

        for (int64_t i = 0; i < n; i++) {
            const double dx = x[begin + i] - r[0];
            const double dy = y[begin + i] - r[1];
            const double dz = z[begin + i] - r[2];

            square[i] = dx * dx + dy * dy + dz * dz;
        }
        for (int64_t i = 0; i < n; i++) { /* without a branch: most are far or all near */
            hit[found] = (int32_t)(begin + i);
            found += square[i] <= limit;
        }
    }
    return found;
}

/* Set the marks of the images at `n` positions of the bins. */
static void mark(hpsi_images *im, int64_t n, const int32_t *hit)
{
    const int32_t *image = im->binned_image.data;
    uint64_t *word = im->mark.data;
    uint64_t *summary = im->mark_summary.data;

    for (int64_t i = 0; i < n; i++) {
        const int32_t m = image[hit[i]];

        word[m >> 6] |= UINT64_C(1) << (m & 63);
        summary[m >> 12] |= UINT64_C(1) << ((m >> 6) & 63);
    }
}

/* List the marked images in ascending order and clear the marks; their number. */
static int64_t collect(hpsi_images *im)
{
    const int64_t n_summary = im->n_images / 4096 + 1;
    uint64_t *word = im->mark.data;
    uint64_t *summary = im->mark_summary.data;
    int32_t *hit = im->hit.data;
    int64_t found = 0;

    for (int64_t s = 0; s < n_summary; s++) {
        for (; summary[s] != 0; summary[s] &= summary[s] - 1) {
            const int64_t w = s * 64 + __builtin_ctzll(summary[s]);

            for (; word[w] != 0; word[w] &= word[w] - 1) {
                hit[found++] = (int32_t)(w * 64 + __builtin_ctzll(word[w]));
            }
        }
    }
    return found;
}

static int64_t search_bins(hpsi_images *im, const double r[3], const double fraction[3])
{
    const int64_t *start = im->bin_start.data;
    int32_t low[3];
    int32_t high[3];

    for (int32_t k = 0; k < 3; k++) {
        const int32_t b = bin_of(im, k, fraction[k]);

        low[k] = b > im->span[k] ? b - im->span[k] : 0;
        high[k] = b + im->span[k] < im->bins[k] ? b + im->span[k] : im->bins[k] - 1;
    }
    for (int32_t p = low[0]; p <= high[0]; p++) {
        for (int32_t q = low[1]; q <= high[1]; q++) {
            const int64_t line = ((int64_t)p * im->bins[1] + q) * im->bins[2];
            const int64_t n = sweep(im, im->binned.data, start[line + low[2]],
                                    start[line + high[2] + 1], r, im->hit.data);

            mark(im, n, im->hit.data);
        }
    }
    return collect(im);
}

int64_t hpsi_images_search(hpsi_images *im, int32_t atom)
{
    const double *r = (const double *)im->atoms.data + 3 * ((int64_t)im->n_atoms + atom);

    if (im->bins[0] == 1 && im->bins[1] == 1 && im->bins[2] == 1) {
        return sweep(im, im->place.data, 0, im->n_images, r, im->hit.data);
    }
    return search_bins(im, r, r + 3 * (int64_t)im->n_atoms);
}
