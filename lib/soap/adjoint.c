/* SPDX-License-Identifier: BSD-3-Clause */
/* Reverse mode: derivatives by the positions of neighbours from those by the descriptors
 * (soap.md section 8). */
#include <string.h>

#include "soap/private.h"

/* Columns of c that the vector of lanes at j is concerned with. */
static void columns_of(const hpsi_soap_plan *p, const hpsi_soap_work *w, int32_t i, int64_t j0,
                       int32_t j, int32_t columns[2])
{
    columns[0] = columns[1] = 0;
    for (int32_t s = 0; s < p->n_species; s++) {
        const hpsi_soap_element *e = &p->elements[s];
        int32_t from, to;

        hpsi_soap_chunk_range(p, w, i, j0, s, &from, &to);
        if (to > from && from < j + HPSI_SOAP_PAD && to > j) {
            columns[0] = columns[1] == 0 ? e->column : columns[0];
            columns[1] = e->column + e->n;
        }
    }
}

/* Species between the first and the last of a vector that have no lane in it, or none in
 * the whole chunk, have stale rows: clear what load_chunk did not write. */
static void clear_rows(const hpsi_soap_plan *p, hpsi_soap_work *w, int32_t i, int64_t j0)
{
    hpsi_soap_chunk *k = &w->chunk;

    for (int32_t s = 0; s < p->n_species && p->n_species > 1; s++) {
        const hpsi_soap_element *e = &p->elements[s];
        int32_t from, to, low, high;

        hpsi_soap_chunk_range(p, w, i, j0, s, &from, &to);
        low = to > from ? from / HPSI_SOAP_PAD * HPSI_SOAP_PAD : 0;
        high = to > from ? (int32_t)hpsi_soap_pad(to, HPSI_SOAP_PAD) : 0;
        for (int32_t n = e->column; n < e->column + e->n; n++) {
            for (int32_t j = 0; j < k->n; j++) {
                if (j < low || j >= high) {
                    k->b[n * k->ld + j] = k->db[n * k->ld + j] = 0;
                }
            }
        }
    }
}

static void pull_chunk(const hpsi_soap_plan *p, hpsi_soap_work *w, int32_t i, int64_t j0)
{
    int64_t from = w->start[i] + j0;

    hpsi_soap_load_chunk(p, w, i, j0, 1);
    clear_rows(p, w, i, j0);
    for (int32_t j = 0; j < w->chunk.n; j += HPSI_SOAP_PAD) {
        int32_t columns[2];

        columns_of(p, w, i, j0, j, columns);
        p->kernels->pull(&p->harmonics, &w->chunk, j, columns, w->d, p->layout.stride,
                         w->chunk_force);
    }
    for (int32_t k = 0; k < 3; k++) {
        memcpy(w->force[k] + from, w->chunk_force + k * w->chunk.ld,
               sizeof(double) * (size_t)w->chunk.n);
    }
}

void hpsi_soap_pair_forces(const hpsi_soap_plan *p, hpsi_soap_work *w, const double *g, int64_t ldg)
{
    for (int32_t i = 0; i < w->count; i++) {
        if (w->used[i] == 0) {
            continue;
        }
        hpsi_soap_spectrum_adjoint(p, w, i, g + i * ldg);
        for (int64_t j0 = 0; j0 < w->used[i]; j0 += HPSI_SOAP_CHUNK) {
            pull_chunk(p, w, i, j0);
        }
    }
}

void hpsi_soap_scatter(const hpsi_soap_work *w, double *gradient, double *virial)
{
    for (int32_t i = 0; i < w->count; i++) {
        double sum[3] = {0, 0, 0};

        for (int64_t k = w->start[i]; k < w->start[i] + w->used[i]; k++) {
            const double r[3] = {w->x[k], w->y[k], w->z[k]};

            for (int32_t a = 0; a < 3; a++) {
                double force = w->force[a][k];

                sum[a] += force;
                if (gradient != NULL) {
                    gradient[3 * (int64_t)w->atom[k] + a] += force;
                }
                for (int32_t b = 0; b < 3 && virial != NULL; b++) {
                    virial[3 * b + a] -= r[b] * force;
                }
            }
        }
        for (int32_t a = 0; a < 3 && gradient != NULL; a++) {
            gradient[3 * (int64_t)(w->first + i) + a] -= sum[a];
        }
    }
}

hps_status hpsi_soap_block_adjoint(const hpsi_soap_plan *p, hpsi_soap_work *w, const double *g,
                                   int64_t ldg, double *gradient, double *virial)
{
    hpsi_soap_pair_forces(p, w, g, ldg);
    hpsi_soap_scatter(w, gradient, virial);
    return HPS_OK;
}
