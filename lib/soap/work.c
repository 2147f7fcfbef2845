/* SPDX-License-Identifier: BSD-3-Clause */
/* Buffers of a worker, and descriptors of a block of atoms. */
#include <string.h>

#include "soap/private.h"

/* Rows that a lookup of n functions may write. */
enum { TABLE_ROWS = 24 };

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static hps_status allocate(hpsi_soap_work *w, const hpsi_soap_plan *p)
{
    const hpsi_soap_layout *y = &p->layout;
    int64_t rows = hpsi_soap_rows(p), chunk = HPSI_SOAP_CHUNK;
    int64_t lanes = larger(rows * chunk, 4 * (int64_t)p->n_lm * HPSI_SOAP_PAD);
    int64_t wide = larger(larger(y->stride1, y->stride2), y->stride);
    struct {
        double **array;
        int64_t n;
    } list[] = {
        {&w->chunk.unit, 3 * chunk},
        {&w->chunk.b, y->stride * chunk},
        {&w->chunk.db, y->stride * chunk},
        {&w->chunk.f, TABLE_ROWS * chunk},
        {&w->chunk.df, TABLE_ROWS * chunk},
        {&w->chunk.t, rows * 2 * HPSI_SOAP_PAD},
        {&w->chunk_force, 3 * chunk},
        {&w->amplitude, chunk},
        {&w->slope, chunk},
        {&w->values, TABLE_ROWS * chunk},
        {&w->slopes, TABLE_ROWS * chunk},
        {&w->g, lanes},
        {&w->x1, rows * y->stride1},
        {&w->x2, rows * y->stride2},
        {&w->d1, rows * y->stride1},
        {&w->d2, rows * y->stride2},
        {&w->d, rows * y->stride},
        {&w->p, y->stride1 * (int64_t)y->stride2},
        {&w->h, y->stride1 * (int64_t)y->stride2},
        {&w->ht, y->stride1 * (int64_t)y->stride2},
        {&w->pbar, y->size + HPSI_SOAP_PAD},
        {&w->e, 2 * (6 * wide * hpsi_soap_pad(p->l_max + 1, HPSI_SOAP_PAD) + 2 * wide)},
        {&w->lane, hpsi_soap_pad(4 * p->n_lm, HPSI_SOAP_PAD) + 4 * wide},
    };

    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        *list[i].array = hpsi_new(w->context, list[i].n, sizeof(double));
        if (*list[i].array == NULL) {
            return HPS_E_MEMORY;
        }
    }
    return HPS_OK;
}

hps_status hpsi_soap_work_create(hpsi_soap_work **out, hps_context *c, const hpsi_soap_plan *p)
{
    hpsi_soap_work *w = hpsi_new(c, 1, sizeof *w);

    *out = NULL;
    if (w == NULL) {
        return HPS_E_MEMORY;
    }
    w->context = hpsi_context_retain(c);
    if (allocate(w, p) != HPS_OK) {
        hpsi_soap_work_destroy(w);
        return HPS_E_MEMORY;
    }
    *out = w;
    return HPS_OK;
}

void hpsi_soap_work_destroy(hpsi_soap_work *w)
{
    hps_context *c;

    if (w == NULL) {
        return;
    }
    void *arrays[] = {w->start,      w->used,        w->species,   w->number_of, w->atom,
                      w->x,          w->y,           w->z,         w->r,         w->force[0],
                      w->force[1],   w->force[2],    w->c,         w->q,         w->norm,
                      w->chunk.unit, w->chunk.b,     w->chunk.db,  w->chunk.f,   w->chunk.df,
                      w->chunk.t,    w->chunk_force, w->amplitude, w->slope,     w->values,
                      w->slopes,     w->g,           w->x1,        w->x2,        w->d1,
                      w->d2,         w->d,           w->p,         w->h,         w->ht,
                      w->pbar,       w->e,           w->lane};

    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        hpsi_free(arrays[i]);
    }
    hpsi_neighbours_free(&w->neighbours);
    c = w->context;
    hpsi_free(w);
    hpsi_context_release(c);
}

/* Coefficients of centre i: soap.md 3.1. */
static void expand(const hpsi_soap_plan *p, hpsi_soap_work *w, int32_t i, double *c)
{
    int64_t rows = hpsi_soap_rows(p), stride = p->layout.stride;
    const hpsi_soap_element *own = &p->elements[w->species[i]];

    memset(c, 0, sizeof(double) * (size_t)(rows * stride));
    for (int32_t n = 0; n < own->n; n++) {
        c[own->column + n] = own->centre[n];
    }
    for (int64_t j0 = 0; j0 < w->used[i]; j0 += HPSI_SOAP_CHUNK) {
        hpsi_soap_load_chunk(p, w, i, j0, 0);
        p->kernels->harmonics(&p->harmonics, &w->chunk, w->g);
        for (int32_t s = 0; s < p->n_species; s++) {
            const hpsi_soap_element *e = &p->elements[s];
            int32_t from, to;

            hpsi_soap_chunk_range(p, w, i, j0, s, &from, &to);
            if (to > from) {
                from = from / HPSI_SOAP_PAD * HPSI_SOAP_PAD;
                p->kernels->accumulate(w->chunk.b + e->column * w->chunk.ld,
                                       (int32_t)hpsi_soap_pad(e->n, 4), w->g, w->chunk.ld, from, to,
                                       (int32_t)rows, c + e->column, stride);
            }
        }
    }
}

static hps_status grow_block(const hpsi_soap_plan *p, hpsi_soap_work *w, int32_t count)
{
    hps_status st = hpsi_grow(w->context, (void **)&w->c, &w->c_capacity,
                              count * hpsi_soap_rows(p) * p->layout.stride, sizeof(double));

    if (st == HPS_OK) {
        st = hpsi_grow(w->context, (void **)&w->q, &w->q_capacity, (int64_t)count * p->layout.size,
                       sizeof(double));
    }
    if (st == HPS_OK) {
        st = hpsi_grow(w->context, (void **)&w->norm, &w->norm_capacity, count, sizeof(double));
    }
    return st;
}

hps_status hpsi_soap_block(const hpsi_soap_plan *p, hpsi_soap_work *w, const hps_frame *f,
                           int32_t first, int32_t count, double *q, int64_t ld)
{
    hps_status st = hpsi_soap_gather(p, w, f, first, count);
    size_t row = sizeof(double) * (size_t)p->layout.size;

    if (st == HPS_OK) {
        st = grow_block(p, w, count);
    }
    for (int32_t i = 0; i < count && st == HPS_OK; i++) {
        double *c = w->c + i * hpsi_soap_rows(p) * p->layout.stride;
        double *own = w->q + (int64_t)i * p->layout.size;

        if (w->species[i] < 0) {
            memset(q + i * ld, 0, row);
            continue;
        }
        expand(p, w, i, c);
        w->norm[i] = hpsi_soap_spectrum(p, w, c, own);
        memcpy(q + i * ld, own, row);
    }
    return st;
}
