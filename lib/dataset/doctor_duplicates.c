/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames that are the same within a tolerance. */
#include <math.h>
#include <string.h>

#include "dataset/private.h"

#define TOLERANCE 1e-6 /* angstrom, per coordinate */

/* Frames sorted so that equal ones are near each other: by what must be equal to the last
 * bit, then by a sum of all coordinates with fixed random weights in -1..1, which differs by
 * no more than the tolerance times their number. */
typedef struct fingerprint {
    uint64_t exact;
    double sum, width;
} fingerprint;

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ (h >> 29);
}

static double weight(int64_t i)
{
    return (double)(int64_t)mix(UINT64_C(0x1234567), (uint64_t)i) * 0x1p-63;
}

static fingerprint make_fingerprint(const hps_frame *f)
{
    const int64_t n = 3 * (int64_t)f->n_atoms;
    fingerprint p = {mix(0, (uint64_t)f->n_atoms), 0, (double)(n + 9) * TOLERANCE};

    for (int32_t k = 0; k < 3; k++) {
        p.exact = mix(p.exact, (uint64_t)f->periodic[k]);
    }
    p.exact = mix(p.exact, f->cell != NULL);
    for (int32_t i = 0; i < f->n_atoms; i++) {
        p.exact = mix(p.exact, (uint64_t)f->numbers[i]);
    }
    for (int64_t i = 0; i < n; i++) {
        p.sum += weight(i) * f->positions[i];
    }
    for (int64_t i = 0; f->cell != NULL && i < 9; i++) {
        p.sum += weight(-1 - i) * f->cell[i];
    }
    p.width += 1e-12 * fabs(p.sum);
    return p;
}

static int32_t before(int64_t a, int64_t b, const void *arg)
{
    const fingerprint *p = arg;

    if (p[a].exact != p[b].exact) {
        return p[a].exact < p[b].exact;
    }
    return p[a].sum < p[b].sum;
}

static int32_t near_all(int64_t n, const double *a, const double *b)
{
    for (int64_t i = 0; i < n; i++) {
        if (fabs(a[i] - b[i]) > TOLERANCE) {
            return 0;
        }
    }
    return 1;
}

static int32_t is_same(const hps_frame *a, const hps_frame *b)
{
    if (a->n_atoms != b->n_atoms || (a->cell == NULL) != (b->cell == NULL) ||
        memcmp(a->periodic, b->periodic, sizeof a->periodic) != 0 ||
        memcmp(a->numbers, b->numbers, (size_t)a->n_atoms * sizeof *a->numbers) != 0) {
        return 0;
    }
    return near_all(3 * (int64_t)a->n_atoms, a->positions, b->positions) &&
           (a->cell == NULL || near_all(9, a->cell, b->cell));
}

/* The first of the sorted frames first..last-1 that equals frame i and is earlier in the
 * set, or -1. */
static int64_t find_earlier(const hps_dataset *d, const fingerprint *p, const int64_t *sorted,
                            int64_t first, int64_t last, int64_t i)
{
    for (int64_t k = first; k < last && p[sorted[k]].sum <= p[i].sum + p[i].width; k++) {
        if (sorted[k] < i && is_same(&d->frames[sorted[k]]->frame, &d->frames[i]->frame)) {
            return sorted[k];
        }
    }
    return -1;
}

/* One run of frames with the same exact part: a window of sums slides along. */
static void find_in_run(const hps_dataset *d, const fingerprint *p, const int64_t *sorted,
                        int64_t n, int64_t *duplicate)
{
    int64_t low = 0;

    for (int64_t k = 0; k < n; k++) {
        const int64_t i = sorted[k];

        while (p[sorted[low]].sum < p[i].sum - p[i].width) {
            low++;
        }
        duplicate[i] = find_earlier(d, p, sorted, low, n, i);
    }
}

hps_status hpsi_find_duplicates(const hps_dataset *d, int64_t *duplicate)
{
    const int64_t n = d->n_frames;
    fingerprint *p = hpsi_new(d->context, n, sizeof *p);
    int64_t *sorted = hpsi_new(d->context, 2 * n, sizeof *sorted);

    if (p == NULL || sorted == NULL) {
        hpsi_free(p);
        hpsi_free(sorted);
        return HPS_E_MEMORY;
    }
    for (int64_t i = 0; i < n; i++) {
        p[i] = make_fingerprint(&d->frames[i]->frame);
        sorted[i] = i;
    }
    hpsi_sort(n, sorted, sorted + n, before, p);
    for (int64_t first = 0, last; first < n; first = last) {
        for (last = first + 1; last < n && p[sorted[last]].exact == p[sorted[first]].exact;
             last++) {
        }
        find_in_run(d, p, sorted + first, last - first, duplicate);
    }
    hpsi_free(p);
    hpsi_free(sorted);
    return HPS_OK;
}
