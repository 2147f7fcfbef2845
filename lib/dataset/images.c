/* SPDX-License-Identifier: BSD-3-Clause */
/* Wrapping the atoms of a frame into its cell and listing their images near it. */
#include <math.h>
#include <string.h>

#include "dataset/images.h"

/* Images are numbered by int32_t. */
#define MAX_IMAGES 2147483000.0

static hps_status grow(hps_context *c, hpsi_array *a, int64_t n, int64_t size)
{
    return hpsi_grow(c, &a->data, &a->capacity, n, size);
}

static int32_t is_same(const hpsi_images *im, const hps_frame *f, double cutoff)
{
    const int64_t bytes = 3 * (int64_t)f->n_atoms * (int64_t)sizeof(double);
    const double none[9] = {0};

    for (int32_t k = 0; k < 3; k++) {
        if (im->cell.periodic[k] != (f->cell != NULL && f->periodic[k] != 0)) {
            return 0;
        }
    }
    return im->valid && im->n_atoms == f->n_atoms && im->cutoff == cutoff &&
           memcmp(im->row, f->cell != NULL ? f->cell : none, sizeof im->row) == 0 &&
           memcmp(im->atoms.data, f->positions, (size_t)bytes) == 0;
}

/* Fill the four parts of im->atoms and the range of the fractional coordinates. */
static void wrap(hpsi_images *im, const hps_frame *f)
{
    const int64_t n = 3 * (int64_t)f->n_atoms;
    double *position = im->atoms.data;
    double *wrapped = position + n;
    double *fraction = wrapped + n;
    double *cells = fraction + n;

    memcpy(position, f->positions, (size_t)n * sizeof(double));
    for (int64_t i = 0; i < n; i += 3) {
        const double *r = position + i;

        for (int32_t k = 0; k < 3; k++) {
            const double s = r[0] * im->cell.inverse[0][k] + r[1] * im->cell.inverse[1][k] +
                             r[2] * im->cell.inverse[2][k];
            const double w = im->cell.periodic[k] ? floor(s) : 0;

            cells[i + k] = w;
            fraction[i + k] = s - w;
            im->low[k] = i == 0 || s - w < im->low[k] ? s - w : im->low[k];
            im->high[k] = i == 0 || s - w > im->high[k] ? s - w : im->high[k];
        }
        for (int32_t c = 0; c < 3; c++) {
            wrapped[i + c] = r[c] - cells[i] * im->cell.a[0][c] - cells[i + 1] * im->cell.a[1][c] -
                             cells[i + 2] * im->cell.a[2][c];
        }
    }
}

/* Shifts first..last of an atom along one direction that stay within the box low..high. */
static void shift_range(const hpsi_images *im, int32_t k, double s, double *first, double *last)
{
    *first = im->cell.periodic[k] ? ceil(im->low[k] - s) : 0;
    *last = im->cell.periodic[k] ? floor(im->high[k] - s) : 0;
}

static double count_images(const hpsi_images *im)
{
    const double *fraction = (const double *)im->atoms.data + 6 * (int64_t)im->n_atoms;
    double total = 0;

    for (int64_t i = 0; i < im->n_atoms; i++) {
        double product = 1;

        for (int32_t k = 0; k < 3; k++) {
            double first;
            double last;

            shift_range(im, k, fraction[3 * i + k], &first, &last);
            product *= last - first + 1;
        }
        total += product;
    }
    return total;
}

/* Images of one atom, numbered from m on; the next free number. */
static int64_t list_atom(hpsi_images *im, int32_t atom, int64_t m)
{
    const double *wrapped = (const double *)im->atoms.data + 3 * ((int64_t)im->n_atoms + atom);
    const double *fraction = wrapped + 3 * (int64_t)im->n_atoms;
    double *x = im->place.data;
    double *y = x + im->n_images;
    double *z = y + im->n_images;
    int32_t *atoms = im->atom.data;
    int32_t *shift = im->shift.data;
    int32_t first[3]; /* within int32_t: there are no more shifts than images */
    int32_t last[3];

    for (int32_t k = 0; k < 3; k++) {
        double low;
        double high;

        shift_range(im, k, fraction[k], &low, &high);
        first[k] = (int32_t)low;
        last[k] = (int32_t)high;
    }
    for (int32_t p = first[0]; p <= last[0]; p++) {
        for (int32_t q = first[1]; q <= last[1]; q++) {
            double base[3];

            for (int32_t c = 0; c < 3; c++) {
                base[c] = wrapped[c] + p * im->cell.a[0][c] + q * im->cell.a[1][c];
            }
            for (int32_t t = first[2]; t <= last[2]; t++, m++) {
                x[m] = base[0] + t * im->cell.a[2][0];
                y[m] = base[1] + t * im->cell.a[2][1];
                z[m] = base[2] + t * im->cell.a[2][2];
                atoms[m] = atom;
                shift[3 * m] = p;
                shift[3 * m + 1] = q;
                shift[3 * m + 2] = t;
            }
        }
    }
    return m;
}

static hps_status list_all(hpsi_images *im, hps_context *c)
{
    const double count = count_images(im);
    int64_t m = 0;
    hps_status s;

    if (!(count <= MAX_IMAGES)) {
        return hpsi_fail(HPS_E_MEMORY,
                         "neighbours: cutoff = %g angstrom takes in %g periodic images of %d "
                         "atoms, at most %g are allowed",
                         im->cutoff, count, im->n_atoms, MAX_IMAGES);
    }
    im->n_images = (int64_t)count;
    s = grow(c, &im->place, 3 * im->n_images, sizeof(double));
    if (s == HPS_OK) {
        s = grow(c, &im->atom, im->n_images, sizeof(int32_t));
    }
    if (s == HPS_OK) {
        s = grow(c, &im->shift, 3 * im->n_images, sizeof(int32_t));
    }
    if (s == HPS_OK) {
        s = grow(c, &im->hit, im->n_images, sizeof(int32_t));
    }
    for (int32_t i = 0; s == HPS_OK && i < im->n_atoms; i++) {
        m = list_atom(im, i, m);
    }
    return s;
}

/* Largest coordinate in size: rounding of wrapped positions is a multiple of it. */
static double largest_coordinate(const hps_frame *f)
{
    double largest = 0;

    for (int64_t i = 0; i < 3 * (int64_t)f->n_atoms; i++) {
        largest = fabs(f->positions[i]) > largest ? fabs(f->positions[i]) : largest;
    }
    return largest;
}

/* Keep images up to `reach` outside the box of the wrapped atoms. */
static void widen(hpsi_images *im, const hps_frame *f)
{
    const double relative = 1e-9;
    const double absolute = 1e-12;

    im->reach = im->cutoff * (1 + relative) + absolute * (1 + largest_coordinate(f));
    for (int32_t k = 0; k < 3; k++) {
        const double margin = im->reach * (1 + relative) / im->cell.height[k] + absolute;

        im->low[k] -= margin;
        im->high[k] += margin;
    }
}

hps_status hpsi_images_prepare(hpsi_images *im, hps_context *c, const hps_frame *f, double cutoff)
{
    hps_status s;

    if (is_same(im, f, cutoff)) {
        return HPS_OK;
    }
    im->valid = 0;
    im->n_atoms = f->n_atoms;
    im->cutoff = cutoff;
    memset(im->row, 0, sizeof im->row);
    if (f->cell != NULL) {
        memcpy(im->row, f->cell, sizeof im->row);
    }
    if (!hpsi_cell_make(&im->cell, f->cell, f->periodic)) {
        return hpsi_fail(HPS_E_ARGUMENT, "neighbours: the cell is singular");
    }
    s = grow(c, &im->atoms, 12 * (int64_t)f->n_atoms, sizeof(double));
    if (s != HPS_OK) {
        return s;
    }
    wrap(im, f);
    widen(im, f);
    s = list_all(im, c);
    if (s == HPS_OK) {
        s = hpsi_images_bin(im, c);
    }
    im->valid = s == HPS_OK;
    return s;
}

void hpsi_images_free(hpsi_images *im)
{
    if (im == NULL) {
        return;
    }
    hpsi_free(im->atoms.data);
    hpsi_free(im->place.data);
    hpsi_free(im->atom.data);
    hpsi_free(im->shift.data);
    hpsi_free(im->bin_start.data);
    hpsi_free(im->binned.data);
    hpsi_free(im->binned_image.data);
    hpsi_free(im->mark.data);
    hpsi_free(im->mark_summary.data);
    hpsi_free(im->hit.data);
    hpsi_free(im);
}
