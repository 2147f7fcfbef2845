/* SPDX-License-Identifier: BSD-3-Clause */
/* Energies far from what a frame's composition and kind suggest. The energy per atom is
 * fitted by least squares as a sum of element fractions times one energy per element (for a
 * single element: the mean), twice more without the frames that lie far off; the rest is
 * measured from the median of its config_type in units of 1.4826 times the median absolute
 * deviation there (of all frames for a config_type with few). */
#include <math.h>
#include <string.h>

#include "dataset/private.h"

#define MIN_STRATUM 8    /* frames that give a scale of their own */
#define FAR 10.0         /* robust standard deviations left out of the fit */
#define MIN_SCALE 1e-4   /* eV per atom: smaller spreads are no reason to complain */
#define ISOLATED_GAP 6.0 /* angstrom: a single atom without an image that near is a free one */

typedef struct analysis {
    const hps_dataset *d;
    int32_t n_species;
    int32_t column[HPSI_N_ELEMENTS + 1];
    int64_t n;       /* frames that can be judged */
    int64_t *frames; /* [n] */
    int64_t *room;   /* [n] */
    double *rest;    /* [n_frames] energy per atom minus the fit */
    double *values, *room_values;
    double e0[HPSI_N_ELEMENTS];
    double matrix[HPSI_N_ELEMENTS * HPSI_N_ELEMENTS];
} analysis;

/* Fractions of the elements in a frame. */
static void composition(const analysis *a, int64_t frame, double *fraction)
{
    const hps_frame *f = &a->d->frames[frame]->frame;

    memset(fraction, 0, (size_t)a->n_species * sizeof *fraction);
    for (int32_t i = 0; i < f->n_atoms; i++) {
        fraction[a->column[f->numbers[i]]] += 1.0 / f->n_atoms;
    }
}

/* Subtract `factor` times row p, and of the right-hand side, from row i. */
static void eliminate(int32_t n, double *m, double *x, int32_t p, int32_t i)
{
    const double factor = m[i * n + p];

    x[i] -= factor * x[p];
    for (int32_t j = 0; j < n; j++) {
        m[i * n + j] -= factor * m[p * n + j];
    }
}

/* Gauss-Jordan elimination, pivots from the diagonal, of a symmetric positive semi-definite
 * matrix; x holds the right-hand side, then the solution. Elements that the data cannot
 * tell from others get 0. */
static void solve(int32_t n, double *m, double *x)
{
    int32_t done[HPSI_N_ELEMENTS] = {0};

    for (int32_t step = 0; step < n; step++) {
        int32_t p = -1;
        double pivot;

        for (int32_t i = 0; i < n; i++) {
            if (!done[i] && (p < 0 || m[i * n + i] > m[p * n + p])) {
                p = i;
            }
        }
        done[p] = 1;
        pivot = m[p * n + p];
        x[p] = pivot < 1e-10 ? 0 : x[p] / pivot;
        for (int32_t j = 0; j < n && pivot >= 1e-10; j++) {
            m[p * n + j] /= pivot;
        }
        for (int32_t i = 0; i < n && pivot >= 1e-10; i++) {
            if (i != p) {
                eliminate(n, m, x, p, i);
            }
        }
    }
}

/* Least squares over the frames whose rest is within `limit` of `centre`; new rests. */
static void fit(analysis *a, double centre, double limit)
{
    const int32_t n = a->n_species;
    double fraction[HPSI_N_ELEMENTS];

    memset(a->matrix, 0, sizeof a->matrix);
    memset(a->e0, 0, sizeof a->e0);
    for (int64_t k = 0; k < a->n; k++) {
        const hps_frame *f = &a->d->frames[a->frames[k]]->frame;

        if (fabs(a->rest[a->frames[k]] - centre) > limit) {
            continue;
        }
        composition(a, a->frames[k], fraction);
        for (int32_t i = 0; i < n; i++) {
            a->e0[i] += fraction[i] * f->energy / f->n_atoms;
            for (int32_t j = 0; j < n; j++) {
                a->matrix[i * n + j] += fraction[i] * fraction[j];
            }
        }
    }
    solve(n, a->matrix, a->e0);
    for (int64_t k = 0; k < a->n; k++) {
        const hps_frame *f = &a->d->frames[a->frames[k]]->frame;

        composition(a, a->frames[k], fraction);
        a->rest[a->frames[k]] = f->energy / f->n_atoms;
        for (int32_t i = 0; i < n; i++) {
            a->rest[a->frames[k]] -= fraction[i] * a->e0[i];
        }
    }
}

/* Median and robust standard deviation of the rests of n >= 1 frames. */
static void robust(analysis *a, int64_t n, const int64_t *frames, double *centre, double *scale)
{
    for (int64_t i = 0; i < n; i++) {
        a->values[i] = a->rest[frames[i]];
    }
    *centre = hpsi_median(n, a->values, a->room_values);
    for (int64_t i = 0; i < n; i++) {
        a->values[i] = fabs(a->rest[frames[i]] - *centre);
    }
    *scale = fmax(1.4826 * hpsi_median(n, a->values, a->room_values), MIN_SCALE);
}

static int32_t config_before(int64_t x, int64_t y, const void *arg)
{
    const hps_dataset *d = arg;

    return strcmp(d->frames[x]->frame.config_type, d->frames[y]->frame.config_type) < 0;
}

/* Deviations by config_type; the centre and scale of all are those of small ones. */
static void measure(analysis *a, double all_centre, double all_scale, double *deviation)
{
    hpsi_sort(a->n, a->frames, a->room, config_before, a->d);
    for (int64_t first = 0, last; first < a->n; first = last) {
        double centre = all_centre;
        double scale = all_scale;

        for (last = first + 1;
             last < a->n && !config_before(a->frames[first], a->frames[last], a->d); last++) {
        }
        if (last - first >= MIN_STRATUM) {
            robust(a, last - first, a->frames + first, &centre, &scale);
        }
        for (int64_t k = first; k < last; k++) {
            deviation[a->frames[k]] = (a->rest[a->frames[k]] - centre) / scale;
        }
    }
}

/* Frames with an energy that are not free atoms, and the elements in them. */
static hps_status collect(analysis *a)
{
    hpsi_neighbours nb = {0};
    int32_t present[HPSI_N_ELEMENTS + 1] = {0};
    hps_status s = HPS_OK;

    for (int64_t i = 0; s == HPS_OK && i < a->d->n_frames; i++) {
        const hps_frame *f = &a->d->frames[i]->frame;

        if (f->n_atoms == 1) {
            s = hpsi_neighbours_build(&nb, a->d->context, f, ISOLATED_GAP, 0, 1);
        }
        if (!f->has_energy || (f->n_atoms == 1 && nb.n_pairs == 0)) {
            continue;
        }
        a->frames[a->n++] = i;
        for (int32_t k = 0; k < f->n_atoms; k++) {
            present[f->numbers[k]] = 1;
        }
    }
    for (int32_t z = 1; z <= HPSI_N_ELEMENTS; z++) {
        a->column[z] = a->n_species;
        a->n_species += present[z];
    }
    hpsi_neighbours_free(&nb);
    return s;
}

static void analyse(analysis *a, double *deviation)
{
    double centre = 0;
    double scale = 0;

    fit(a, 0, (double)INFINITY);
    for (int32_t round = 0; round < 3; round++) {
        robust(a, a->n, a->frames, &centre, &scale);
        if (round < 2) {
            fit(a, centre, FAR * scale);
        }
    }
    measure(a, centre, scale, deviation);
}

hps_status hpsi_energy_deviations(const hps_dataset *d, double *deviation)
{
    const int64_t n = d->n_frames;
    analysis *a = hpsi_new(d->context, 1, sizeof *a);
    hps_status s = HPS_E_MEMORY;

    if (a == NULL) {
        return s;
    }
    a->d = d;
    a->frames = hpsi_new(d->context, 2 * n, sizeof *a->frames);
    a->rest = hpsi_new(d->context, 3 * n, sizeof *a->rest);
    if (a->frames != NULL && a->rest != NULL) {
        a->room = a->frames + n;
        a->values = a->rest + n;
        a->room_values = a->values + n;
        s = collect(a);
    }
    memset(deviation, 0, (size_t)n * sizeof *deviation);
    if (s == HPS_OK && a->n >= MIN_STRATUM) {
        analyse(a, deviation);
    }
    hpsi_free(a->frames);
    hpsi_free(a->rest);
    hpsi_free(a);
    return s;
}
