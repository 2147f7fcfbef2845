/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors of chosen atoms of a source, one after the other. */
#include <string.h>

#include "kernel/internal.h"

#define ROWS 256 /* of kept descriptors copied by one item */

/* Runs of ascending atoms near each other in one frame are one block of descriptors. */
typedef struct gather {
    hpsi_source *source;
    const int64_t *atom;
    int64_t n, n_runs;
    int64_t *run; /* [n_runs + 1] */
    double *q;
    int64_t ldq;
} gather;

/* Where few of a run's atoms are wanted, the others are not computed. */
static hps_status gather_piece(const gather *g, int32_t worker, int64_t from, int64_t to)
{
    hpsi_source *s = g->source;
    double *block = s->block + (int64_t)worker * HPSI_SOAP_BLOCK * s->ld;
    int64_t begin = g->atom[from];
    int64_t last = g->atom[to - 1];
    hps_status status = hpsi_source_block(s, begin, (int32_t)(last - begin + 1), worker, block);

    for (int64_t i = from; status == HPS_OK && i < to; i++) {
        memcpy(g->q + i * g->ldq, block + (g->atom[i] - begin) * s->ld,
               (size_t)s->size * sizeof *block);
    }
    return status;
}

static hps_status gather_run(int64_t item, int32_t worker, void *arg)
{
    const gather *g = arg;
    int64_t from = g->run[item];
    int64_t end = g->run[item + 1];
    int64_t apart = 2 * (end - from) < g->atom[end - 1] - g->atom[from] + 1;
    hps_status status = HPS_OK;

    for (int64_t i = from; status == HPS_OK && i < end; i++) {
        if (i + 1 == end || (apart && g->atom[i + 1] > g->atom[i] + 1)) {
            status = gather_piece(g, worker, from, i + 1);
            from = i + 1;
        }
    }
    return status;
}

static hps_status copy_rows(int64_t item, int32_t worker, void *arg)
{
    const gather *g = arg;
    const hpsi_source *s = g->source;
    int64_t end = (item + 1) * ROWS < g->n ? (item + 1) * ROWS : g->n;

    (void)worker;
    for (int64_t i = item * ROWS; i < end; i++) {
        memcpy(g->q + i * g->ldq, s->cache + g->atom[i] * s->ld, (size_t)s->size * sizeof *g->q);
    }
    return HPS_OK;
}

static void find_runs(gather *g, int64_t n)
{
    const int64_t *atom = g->atom;
    int64_t end = 0; /* of the present run's reach */

    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || atom[i] < atom[i - 1] || atom[i] >= end) {
            int64_t frame = hpsi_source_frame(g->source, atom[i]);
            int64_t frame_end = hpsi_dataset_first_atom(g->source->data, frame + 1);

            end = atom[i] + HPSI_SOAP_BLOCK < frame_end ? atom[i] + HPSI_SOAP_BLOCK : frame_end;
            g->run[g->n_runs++] = i;
        }
    }
    g->run[g->n_runs] = n;
}

hps_status hpsi_source_gather(hpsi_source *s, int64_t n, const int64_t *atom, double *q,
                              int64_t ldq)
{
    gather g = {.source = s, .atom = atom, .n = n, .q = q, .ldq = ldq};
    hps_status status;

    if (s->cache != NULL) {
        return hpsi_parallel_for(s->context, (n + ROWS - 1) / ROWS, copy_rows, &g);
    }
    g.run = hpsi_new(s->context, n + 1, sizeof *g.run);
    if (g.run == NULL) {
        return HPS_E_MEMORY;
    }
    find_runs(&g, n);
    status = hpsi_parallel_for(s->context, g.n_runs, gather_run, &g);
    hpsi_free(g.run);
    return status;
}

/* --------------------------------------------------------------- collect */

/* The last chunk that begins at or before an atom. */
static int64_t chunk_of(const hpsi_source *s, int64_t atom)
{
    int64_t low = 0;
    int64_t high = s->n_chunks;

    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;

        if (s->chunk[middle].atom <= atom) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

hps_status hpsi_source_collect(hpsi_source *s, int64_t n, const int64_t *atom, int32_t worker,
                               double *q, int64_t ldq)
{
    int64_t chunk = n > 0 ? chunk_of(s, atom[0]) : 0;
    const double *from = NULL;

    for (int64_t i = 0; i < n; i++) {
        while (atom[i] >= s->chunk[chunk].atom + s->chunk[chunk].count) {
            chunk++;
            from = NULL;
        }
        if (from == NULL) {
            hps_status status = hpsi_source_chunk(s, chunk, worker, &from);

            if (status != HPS_OK) {
                return status;
            }
        }
        memcpy(q + i * ldq, from + (atom[i] - s->chunk[chunk].atom) * s->ld,
               (size_t)s->size * sizeof *q);
    }
    return HPS_OK;
}
