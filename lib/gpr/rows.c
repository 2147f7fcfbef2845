/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of the linear system, streamed: the common part and the energies. */
#include <string.h>

#include "base/linalg.h"
#include "gpr/rows.h"

int64_t hpsi_stream_capacity(int32_t total)
{
    return total < 256 ? 1024 : 2048;
}

void hpsi_stream_numbers(const hpsi_stream *t, int32_t number[HPSI_ELEMENTS], int32_t *n)
{
    hps_soap_species(t->g->soap, HPSI_ELEMENTS, n, number);
}

/* --------------------------------------------------------------- energies */

typedef struct energies {
    hpsi_stream *stream;
    int32_t number[HPSI_ELEMENTS], n_species;
    double *copy; /* [n_workers][HPSI_SOAP_BLOCK][ld] */
    double *tile; /* [n_workers][HPSI_SOAP_BLOCK][HPSI_ROW_TILE] */
} energies;

/* row[t] += sum of k(q_i, q_t) over n rows of one species. */
static void add_rows(const energies *x, int32_t z, int32_t n, const double *rows, double *tile,
                     double *row)
{
    const hpsi_sparse *p = x->stream->sparse;
    int64_t end = p->first[z] + p->count[z];

    for (int64_t t = p->first[z]; t < end; t += HPSI_ROW_TILE) {
        int64_t m = end - t < HPSI_ROW_TILE ? end - t : HPSI_ROW_TILE;

        hpsi_gemm(0, 1, n, m, p->size, 1.0, rows, x->stream->source->ld, p->q + t * p->ld, p->ld,
                  0.0, tile, m);
        hpsi_power_apply(&x->stream->power, n * m, tile);
        for (int32_t i = 0; i < n; i++) {
            for (int64_t k = 0; k < m; k++) {
                row[t + k] += tile[i * m + k];
            }
        }
    }
}

static hps_status energy_row(int64_t item, int32_t worker, void *arg)
{
    const energies *x = arg;
    hpsi_stream *t = x->stream;
    hpsi_source *s = t->source;
    int64_t frame = t->rows.frame[item];
    double *row = t->rows.a + item * t->rows.ld;
    double *copy = x->copy + (int64_t)worker * HPSI_SOAP_BLOCK * s->ld;
    double *tile = x->tile + (int64_t)worker * HPSI_SOAP_BLOCK * HPSI_ROW_TILE;

    memset(row, 0, (size_t)t->sparse->total * sizeof *row);
    for (int64_t i = s->frame_chunk[frame]; i < s->frame_chunk[frame + 1]; i++) {
        const double *q;
        hps_status status = hpsi_source_chunk(s, i, worker, &q);

        if (status != HPS_OK) {
            return status;
        }
        for (int32_t species = 0; species < x->n_species; species++) {
            int32_t index[HPSI_SOAP_BLOCK];
            const double *rows;
            int32_t n = hpsi_source_rows(s, &s->chunk[i], species, q, copy, &rows, index);

            if (n > 0) {
                add_rows(x, x->number[species], n, rows, tile, row);
            }
        }
    }
    return HPS_OK;
}

static int64_t rows_before(int64_t row, const void *arg)
{
    const hpsi_rows *r = arg;

    return row * r->ld * (int64_t)sizeof *r->a;
}

/* A frame has one atom or many. */
static int64_t atoms_before(int64_t row, const void *arg)
{
    const energies *x = arg;
    const hpsi_stream *t = x->stream;
    const hpsi_source *s = t->source;
    const int64_t begin = hpsi_dataset_first_atom(s->data, t->rows.frame[0]);

    return row < t->rows.m ? hpsi_dataset_first_atom(s->data, t->rows.frame[row]) - begin
                           : hpsi_dataset_first_atom(s->data, t->rows.frame[row - 1] + 1) - begin;
}

static hps_status flush_energies(energies *x)
{
    hpsi_stream *t = x->stream;
    hps_context *c = t->source->context;
    hps_status status;
    int64_t first, end;

    hpsi_team_range_by(c, t->rows.m, atoms_before, x, &first, &end);
    status = hpsi_team_run(c, first, end, energy_row, x);
    status = hpsi_team_share(c, status, t->rows.m, t->rows.a, rows_before, &t->rows);

    if (status == HPS_OK && t->rows.m > 0) {
        status = t->sink(&t->rows, t->arg);
    }
    t->rows.m = 0;
    return status;
}

static hps_status each_energy(energies *x)
{
    hpsi_stream *t = x->stream;
    hps_status status = HPS_OK;

    t->rows.kind = HPSI_ROWS_ENERGY;
    t->rows.m = 0;
    for (int64_t i = 0; status == HPS_OK && i < t->source->n_frames; i++) {
        hps_frame f;
        int32_t own;
        double y;

        hpsi_dataset_frame(t->source->data, i, &f);
        if (!f.has_energy) {
            continue;
        }
        y = f.energy;
        for (int32_t j = 0; j < f.n_atoms; j++) {
            y -= t->e0[f.numbers[j]];
        }
        t->rows.y[t->rows.m] = y;
        t->rows.sigma[t->rows.m] = hpsi_gpr_noise(t->g, &f, HPSI_GPR_SIGMA_ENERGY, &own);
        t->rows.part[t->rows.m] = own ? HPSI_PART_OWN : HPSI_PART_ENERGY;
        t->rows.frame[t->rows.m++] = i;
        if (t->rows.m == t->capacity) {
            status = flush_energies(x);
        }
    }
    return status == HPS_OK ? flush_energies(x) : status;
}

hps_status hpsi_stream_energies(hpsi_stream *t)
{
    energies x = {.stream = t};
    hps_context *c = t->source->context;
    int64_t block = (int64_t)t->source->n_workers * HPSI_SOAP_BLOCK;
    hps_status status = HPS_E_MEMORY;

    hpsi_stream_numbers(t, x.number, &x.n_species);
    x.copy = hpsi_new(c, block * t->source->ld, sizeof *x.copy);
    x.tile = hpsi_new(c, block * HPSI_ROW_TILE, sizeof *x.tile);
    if (x.copy != NULL && x.tile != NULL) {
        status = each_energy(&x);
    }
    hpsi_free(x.tile);
    hpsi_free(x.copy);
    return status;
}

/* -------------------------------------------------------------------- all */

hps_status hpsi_gpr_stream(const hps_gpr *g, hpsi_source *s, const hpsi_sparse *p,
                           const double e0[HPSI_ELEMENTS], int32_t kinds, hpsi_rows_sink sink,
                           void *arg)
{
    hpsi_stream t = {.g = g, .source = s, .sparse = p, .e0 = e0, .kinds = kinds, .sink = sink};
    hps_status status = HPS_E_MEMORY;

    t.arg = arg;
    hpsi_power_make(&t.power, g->option[HPSI_GPR_ZETA]);
    hpsi_power_slope_make(&t.slope, g->option[HPSI_GPR_ZETA]);
    t.capacity = hpsi_stream_capacity(p->total);
    t.rows.ld = p->total;
    t.rows.a = hpsi_new(s->context, hpsi_size_mul(t.capacity, p->total), sizeof *t.rows.a);
    t.rows.y = hpsi_new(s->context, t.capacity, sizeof *t.rows.y);
    t.rows.sigma = hpsi_new(s->context, t.capacity, sizeof *t.rows.sigma);
    t.rows.frame = hpsi_new(s->context, t.capacity, sizeof *t.rows.frame);
    t.rows.part = hpsi_new(s->context, t.capacity, sizeof *t.rows.part);
    if (t.rows.a != NULL && t.rows.y != NULL && t.rows.sigma != NULL && t.rows.frame != NULL &&
        t.rows.part != NULL) {
        status = HPS_OK;
        if ((kinds & HPSI_ROWS_ENERGY) != 0) {
            status = hpsi_stream_energies(&t);
        }
        if (status == HPS_OK && (kinds & (HPSI_ROWS_FORCE | HPSI_ROWS_VIRIAL)) != 0) {
            status = hpsi_stream_gradients(&t);
        }
    }
    hpsi_free(t.rows.part);
    hpsi_free(t.rows.frame);
    hpsi_free(t.rows.sigma);
    hpsi_free(t.rows.y);
    hpsi_free(t.rows.a);
    return status;
}
