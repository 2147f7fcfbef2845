/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbour lists of blocks of centres, exact for every cell and cut-off. */
#include <math.h>

#include "dataset/images.h"

static hps_status grow_pairs(hpsi_neighbours *nb, hps_context *c, int64_t n)
{
    void **const column[] = {(void **)&nb->atom, (void **)&nb->x, (void **)&nb->y, (void **)&nb->z,
                             (void **)&nb->r};
    int64_t capacity = nb->pair_capacity;

    if (n <= nb->pair_capacity) {
        return HPS_OK;
    }
    for (int32_t i = 0; i < 5; i++) {
        const int64_t size = i == 0 ? (int64_t)sizeof(int32_t) : (int64_t)sizeof(double);
        hps_status s;

        capacity = nb->pair_capacity;
        s = hpsi_grow(c, column[i], &capacity, n, size);
        if (s != HPS_OK) {
            return s;
        }
    }
    nb->pair_capacity = capacity;
    return HPS_OK;
}

/* Append the hits of a centre that are nearer than the cut-off. The vector is that of the
 * positions as given plus whole cells, so its opposite is the same to the last bit. */
static void append(hpsi_neighbours *nb, const hpsi_images *im, int32_t centre, int64_t n_hits)
{
    const double *position = im->atoms.data;
    const double *cells = position + 9 * (int64_t)im->n_atoms;
    const double *ri = position + 3 * (int64_t)centre;
    const double *ci = cells + 3 * (int64_t)centre;
    const int32_t *hit = im->hit.data;
    const int32_t *atom = im->atom.data;
    const int32_t *shift = im->shift.data;
    int64_t p = nb->n_pairs;

    for (int64_t h = 0; h < n_hits; h++) {
        const int32_t j = atom[hit[h]];
        const int32_t *t = shift + 3 * (int64_t)hit[h];
        const double *rj = position + 3 * (int64_t)j;
        const double *cj = cells + 3 * (int64_t)j;
        const double m0 = t[0] - cj[0] + ci[0];
        const double m1 = t[1] - cj[1] + ci[1];
        const double m2 = t[2] - cj[2] + ci[2];
        const double(*a)[3] = im->cell.a;
        const double x = rj[0] - ri[0] + (m0 * a[0][0] + m1 * a[1][0] + m2 * a[2][0]);
        const double y = rj[1] - ri[1] + (m0 * a[0][1] + m1 * a[1][1] + m2 * a[2][1]);
        const double z = rj[2] - ri[2] + (m0 * a[0][2] + m1 * a[1][2] + m2 * a[2][2]);
        const double r = sqrt(x * x + y * y + z * z);
        const int32_t itself = j == centre && (t[0] | t[1] | t[2]) == 0;

        nb->atom[p] = j;
        nb->x[p] = x;
        nb->y[p] = y;
        nb->z[p] = z;
        nb->r[p] = r;
        p += r < im->cutoff && !itself;
    }
    nb->n_pairs = p;
}

static hps_status build(hpsi_neighbours *nb, hps_context *c, const hps_frame *f, double cutoff)
{
    hpsi_images *im = nb->scratch;
    hps_status s = hpsi_images_prepare(im, c, f, cutoff);

    if (s == HPS_OK) {
        s = hpsi_grow(c, (void **)&nb->start, &nb->start_capacity, (int64_t)nb->count + 1,
                      sizeof *nb->start);
    }
    if (s != HPS_OK) {
        return s;
    }
    nb->start[0] = 0;
    for (int32_t i = 0; i < nb->count; i++) {
        const int64_t n_hits = hpsi_images_search(im, nb->first + i);

        s = grow_pairs(nb, c, nb->n_pairs + n_hits);
        if (s != HPS_OK) {
            return s;
        }
        append(nb, im, nb->first + i, n_hits);
        nb->start[i + 1] = nb->n_pairs;
    }
    return HPS_OK;
}

hps_status hpsi_neighbours_build(hpsi_neighbours *nb, hps_context *c, const hps_frame *f,
                                 double cutoff, int32_t first, int32_t count)
{
    hps_status s;

    nb->first = first;
    nb->count = 0;
    nb->n_pairs = 0;
    if (!(cutoff > 0) || cutoff > HPSI_MAX_COORDINATE) {
        return hpsi_fail(HPS_E_ARGUMENT, "neighbours: cutoff = %g must be > 0 and at most %g",
                         cutoff, HPSI_MAX_COORDINATE);
    }
    if (first < 0 || count < 0 || count > f->n_atoms - first) {
        return hpsi_fail(HPS_E_ARGUMENT, "neighbours: atoms %d + %d must lie within 0..%d", first,
                         count, f->n_atoms);
    }
    nb->context = c;
    if (nb->scratch == NULL) {
        nb->scratch = hpsi_new(c, 1, sizeof(hpsi_images));
        if (nb->scratch == NULL) {
            return HPS_E_MEMORY;
        }
    }
    nb->count = count;
    s = build(nb, c, f, cutoff);
    if (s != HPS_OK) {
        nb->count = 0;
        nb->n_pairs = 0;
    }
    return s;
}

void hpsi_neighbours_free(hpsi_neighbours *nb)
{
    if (nb == NULL) {
        return;
    }
    hpsi_free(nb->start);
    hpsi_free(nb->atom);
    hpsi_free(nb->x);
    hpsi_free(nb->y);
    hpsi_free(nb->z);
    hpsi_free(nb->r);
    hpsi_images_free(nb->scratch);
    *nb = (hpsi_neighbours){0};
}
