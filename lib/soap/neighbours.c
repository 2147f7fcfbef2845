/* SPDX-License-Identifier: BSD-3-Clause */
/* The neighbours of a block, sorted by species, and their values in lanes. */
#include <math.h>
#include <string.h>

#include "soap/private.h"

/* Nearer than this to the centre a neighbour has no direction: soap.md section 9. */
static const double at_centre = 1e-5;

/* Species of pair k of the built list if it counts, else -1. */
static int32_t species_of(const hpsi_soap_plan *p, const hpsi_neighbours *nb, const hps_frame *f,
                          int64_t k)
{
    int32_t s = hpsi_soap_plan_species(p, f->numbers[nb->atom[k]]);

    return s >= 0 && nb->r[k] < p->elements[s].cutoff ? s : -1;
}

/* Pairs of each species and the place of each centre in the padded arrays. */
static int64_t count_pairs(const hpsi_soap_plan *p, hpsi_soap_work *w, const hps_frame *f,
                           const hpsi_neighbours *nb)
{
    int64_t total = 0;

    memset(w->number_of, 0, sizeof(int32_t) * (size_t)(w->count * p->n_species));
    for (int32_t i = 0; i < w->count; i++) {
        int32_t *number = w->number_of + i * p->n_species;

        w->species[i] = hpsi_soap_plan_species(p, f->numbers[w->first + i]);
        w->start[i] = total;
        w->used[i] = 0;
        for (int64_t k = nb->start[i]; k < nb->start[i + 1] && w->species[i] >= 0; k++) {
            int32_t s = species_of(p, nb, f, k);

            if (s >= 0) {
                number[s]++;
                w->used[i]++;
            }
        }
        total += hpsi_soap_pad(w->used[i], HPSI_SOAP_PAD);
    }
    w->start[w->count] = total;
    return total;
}

static hps_status grow_pairs(hpsi_soap_work *w, int64_t n)
{
    void **arrays[] = {(void **)&w->x,        (void **)&w->y,        (void **)&w->z,
                       (void **)&w->r,        (void **)&w->force[0], (void **)&w->force[1],
                       (void **)&w->force[2], (void **)&w->atom};
    hps_status st = HPS_OK;

    for (int32_t i = 0; i < 8 && st == HPS_OK; i++) {
        st = hpsi_renew(w->context, arrays[i], &w->pair_capacity[i], n,
                        i < 7 ? (int64_t)sizeof(double) : (int64_t)sizeof(int32_t));
    }
    return st;
}

/* Stable sort by species into the padded arrays; padding repeats a harmless vector. */
static void place_pairs(const hpsi_soap_plan *p, hpsi_soap_work *w, const hps_frame *f,
                        const hpsi_neighbours *nb, int32_t i)
{
    int64_t at[120], end = w->start[i];

    for (int32_t s = 0; s < p->n_species; s++) {
        at[s] = end;
        end += w->number_of[i * p->n_species + s];
    }
    for (int64_t k = nb->start[i]; k < nb->start[i + 1] && w->species[i] >= 0; k++) {
        int32_t s = species_of(p, nb, f, k);

        if (s >= 0) {
            int64_t o = at[s]++;

            w->atom[o] = nb->atom[k];
            w->x[o] = nb->x[k];
            w->y[o] = nb->y[k];
            w->z[o] = nb->z[k];
            w->r[o] = nb->r[k];
        }
    }
    for (; end < w->start[i + 1]; end++) {
        w->atom[end] = -1;
        w->x[end] = w->y[end] = 0;
        w->z[end] = w->r[end] = 0.5 * p->cutoff;
    }
}

void hpsi_soap_work_lists(hpsi_soap_work *w, const hpsi_lists *lists, int64_t atom)
{
    w->lists = lists != NULL ? &lists->all : NULL;
    w->lists_atom = atom;
}

/* A view of the block's neighbours, borrowed. */
static hps_status find_neighbours(const hpsi_soap_plan *p, hpsi_soap_work *w, const hps_frame *f,
                                  int32_t first, int32_t count, hpsi_neighbours *view)
{
    hps_status st = HPS_OK;

    if (w->lists != NULL) {
        *view = *w->lists;
        view->start += w->lists_atom + first;
        w->lists = NULL;
        return HPS_OK;
    }
    st = hpsi_neighbours_build(&w->neighbours, w->context, f, p->cutoff, first, count);
    *view = w->neighbours;
    return st;
}

hps_status hpsi_soap_gather(const hpsi_soap_plan *p, hpsi_soap_work *w, const hps_frame *f,
                            int32_t first, int32_t count)
{
    void **arrays[] = {(void **)&w->start, (void **)&w->used, (void **)&w->species,
                       (void **)&w->number_of};
    hpsi_neighbours nb;
    hps_status st = find_neighbours(p, w, f, first, count, &nb);

    w->count = 0;
    for (int32_t i = 0; i < 4 && st == HPS_OK; i++) {
        int64_t n = i < 3 ? count + 1 : (int64_t)count * p->n_species;

        st = hpsi_grow(w->context, arrays[i], &w->block_capacity[i], n,
                       i < 2 ? (int64_t)sizeof(int64_t) : (int64_t)sizeof(int32_t));
    }
    if (st != HPS_OK) {
        return st;
    }
    w->first = first;
    w->count = count;
    st = grow_pairs(w, count_pairs(p, w, f, &nb));
    if (st != HPS_OK) {
        w->count = 0;
        return st;
    }
    for (int32_t i = 0; i < count; i++) {
        place_pairs(p, w, f, &nb, i);
    }
    return HPS_OK;
}

void hpsi_soap_block_pairs(const hpsi_soap_work *w, int32_t i, int64_t *n, const int32_t **atom,
                           const double **x, const double **y, const double **z)
{
    *n = w->used[i];
    *atom = w->atom + w->start[i];
    *x = w->x + w->start[i];
    *y = w->y + w->start[i];
    *z = w->z + w->start[i];
}

void hpsi_soap_chunk_range(const hpsi_soap_plan *p, const hpsi_soap_work *w, int32_t i, int64_t j0,
                           int32_t s, int32_t *from, int32_t *to)
{
    const int32_t *number = w->number_of + i * p->n_species;
    int64_t begin = -j0, n = w->chunk.n;

    for (int32_t k = 0; k < s; k++) {
        begin += number[k];
    }
    *from = (int32_t)(begin < 0 ? 0 : begin > n ? n : begin);
    begin += number[s];
    *to = (int32_t)(begin < 0 ? 0 : begin > n ? n : begin);
}

static void unit_vectors(hpsi_soap_work *w, int64_t from)
{
    hpsi_soap_chunk *k = &w->chunk;

    for (int32_t j = 0; j < k->n; j++) {
        double inverse = 1 / w->r[from + j];

        k->unit[j] = w->x[from + j] * inverse;
        k->unit[k->ld + j] = w->y[from + j] * inverse;
        k->unit[2 * k->ld + j] = w->z[from + j] * inverse;
    }
}

/* Take off what soap_turbo's derivatives lack: rows of db for lanes low .. low + n - 1. */
static void take_lost_slopes(const hpsi_soap_plan *p, hpsi_soap_work *w, const hpsi_soap_element *e,
                             int32_t low, int32_t n)
{
    hpsi_soap_chunk *k = &w->chunk;
    double *db = k->db + e->column * k->ld + low;

    p->kernels->lookup(&e->lost_slopes, n, k->r + low, w->values, NULL, n);
    for (int32_t row = 0; row < hpsi_soap_pad(e->n, 4); row++) {
        for (int32_t j = 0; j < n; j++) {
            db[row * k->ld + j] -= w->amplitude[j] * w->values[row * n + j];
        }
    }
}

/* Rows of b (and db) of one species in the vectors that lanes [from, to) touch; their other
 * lanes become 0. */
static void load_radial(const hpsi_soap_plan *p, hpsi_soap_work *w, const hpsi_soap_element *e,
                        int32_t from, int32_t to, int32_t derivatives)
{
    hpsi_soap_chunk *k = &w->chunk;
    int32_t low = from / HPSI_SOAP_PAD * HPSI_SOAP_PAD;
    int32_t n = (int32_t)hpsi_soap_pad(to, HPSI_SOAP_PAD) - low;
    double *a = w->amplitude, *da = w->slope;
    double *b = k->b + e->column * k->ld + low, *db = k->db + e->column * k->ld + low;

    p->kernels->amplitude(&e->radial, n, k->r + low, a, derivatives ? da : NULL);
    p->kernels->lookup(&e->radial_table, n, k->r + low, w->values, derivatives ? w->slopes : NULL,
                       n);
    for (int32_t j = 0; j < n; j++) {
        if (low + j < from || low + j >= to) {
            a[j] = da[j] = 0;
        }
    }
    for (int32_t row = 0; row < hpsi_soap_pad(e->n, 4); row++) {
        const double *v = w->values + row * n, *dv = w->slopes + row * n;

        for (int32_t j = 0; j < n; j++) {
            b[row * k->ld + j] = a[j] * v[j];
        }
        for (int32_t j = 0; derivatives && j < n; j++) {
            db[row * k->ld + j] = a[j] * dv[j] + da[j] * v[j];
        }
    }
    if (derivatives && e->radial.lost_term) {
        take_lost_slopes(p, w, e, low, n);
    }
}

/* Rows of f (and df) for the lanes [from, to) of one species; other lanes are left. */
static void load_angular(const hpsi_soap_plan *p, hpsi_soap_work *w, const hpsi_soap_element *e,
                         int32_t from, int32_t to, int32_t derivatives)
{
    hpsi_soap_chunk *k = &w->chunk;
    int32_t low = from / HPSI_SOAP_PAD * HPSI_SOAP_PAD;
    int32_t n = (int32_t)hpsi_soap_pad(to, HPSI_SOAP_PAD) - low;

    if (from == 0 && to == k->n) {
        p->kernels->lookup(&e->angular_table, n, k->r, k->f, derivatives ? k->df : NULL, k->ld);
        return;
    }
    p->kernels->lookup(&e->angular_table, n, k->r + low, w->values, derivatives ? w->slopes : NULL,
                       n);
    for (int32_t l = 0; l <= p->l_max; l++) {
        for (int32_t j = from; j < to; j++) {
            k->f[l * k->ld + j] = w->values[l * n + j - low];
            k->df[l * k->ld + j] = derivatives ? w->slopes[l * n + j - low] : 0;
        }
    }
}

/* A neighbour on the centre itself: l = 0 only and no gradient. */
static void flatten(const hpsi_soap_plan *p, hpsi_soap_work *w, int32_t j)
{
    hpsi_soap_chunk *k = &w->chunk;

    for (int32_t l = 0; l <= p->l_max; l++) {
        k->df[l * k->ld + j] = 0;
        k->f[l * k->ld + j] *= l == 0;
    }
    for (int32_t n = 0; n < p->layout.n_columns; n++) {
        k->db[n * k->ld + j] = 0;
    }
}

void hpsi_soap_load_chunk(const hpsi_soap_plan *p, hpsi_soap_work *w, int32_t i, int64_t j0,
                          int32_t derivatives)
{
    hpsi_soap_chunk *k = &w->chunk;
    int64_t left = w->used[i] - j0, from = w->start[i] + j0;
    int32_t used = (int32_t)(left < HPSI_SOAP_CHUNK ? left : HPSI_SOAP_CHUNK);
    int32_t last = -1;

    k->n = used;
    k->ld = hpsi_soap_pad(used, HPSI_SOAP_PAD);
    k->r = w->r + from;
    for (int32_t s = 0; s < p->n_species; s++) {
        int32_t a, b;

        hpsi_soap_chunk_range(p, w, i, j0, s, &a, &b);
        last = b > a ? s : last;
    }
    for (int32_t s = 0; s <= last; s++) {
        int32_t a, b;

        hpsi_soap_chunk_range(p, w, i, j0, s, &a, &b);
        if (b > a) {
            k->n = s == last ? (int32_t)k->ld : used;
            load_radial(p, w, &p->elements[s], a, b, derivatives);
            load_angular(p, w, &p->elements[s], a, s == last ? (int32_t)k->ld : b, derivatives);
        }
    }
    k->n = (int32_t)k->ld;
    unit_vectors(w, from);
    for (int32_t j = 0; j < used; j++) {
        if (k->r[j] < at_centre) {
            flatten(p, w, j);
        }
    }
}
