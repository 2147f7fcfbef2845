/* SPDX-License-Identifier: BSD-3-Clause */
/* Groups of chunks: enough rows for products of matrices also where a frame is a molecule. */
#include <string.h>

#include "kernel/internal.h"

static void list_groups(hpsi_groups *g)
{
    const hpsi_source *s = g->source;
    int64_t atoms = HPSI_GROUP; /* of the group being filled */

    g->n = 0;
    for (int64_t i = 0; i < s->n_chunks; i++) {
        if (atoms + s->chunk[i].count > HPSI_GROUP) {
            g->first[g->n++] = i;
            atoms = 0;
        }
        atoms += s->chunk[i].count;
        g->most = atoms > g->most ? atoms : g->most;
    }
    g->first[g->n] = s->n_chunks;
}

hps_status hpsi_groups_open(hpsi_groups *g, hpsi_source *s)
{
    memset(g, 0, sizeof *g);
    g->source = s;
    g->first = hpsi_new(s->context, s->n_chunks + 1, sizeof *g->first);
    if (g->first == NULL) {
        return HPS_E_MEMORY;
    }
    list_groups(g);
    if (s->cache == NULL || hpsi_soap_plan_n_species(s->plan) > 1) {
        g->rows =
            hpsi_new(s->context, hpsi_size_mul(s->n_workers * g->most, s->ld), sizeof *g->rows);
        if (g->rows == NULL) {
            hpsi_groups_close(g);
            return HPS_E_MEMORY;
        }
    }
    return HPS_OK;
}

void hpsi_groups_close(hpsi_groups *g)
{
    hpsi_free(g->rows);
    hpsi_free(g->first);
    memset(g, 0, sizeof *g);
}

/* first[species] becomes the position of its first row. */
static void count_species(const hpsi_groups *g, int64_t i, int32_t *first)
{
    const hpsi_source *s = g->source;
    int32_t n_species = hpsi_soap_plan_n_species(s->plan);
    int64_t end = s->chunk[g->first[i + 1] - 1].atom + s->chunk[g->first[i + 1] - 1].count;

    memset(first, 0, (size_t)(n_species + 1) * sizeof *first);
    for (int64_t a = s->chunk[g->first[i]].atom; a < end; a++) {
        first[s->species[a] + 1]++;
    }
    for (int32_t z = 0; z < n_species; z++) {
        first[z + 1] += first[z];
    }
}

/* Put the rows of one chunk behind those of their species; next[] moves on. */
static hps_status load_sorted(hpsi_source *s, int64_t chunk, int32_t worker, int32_t *next,
                              double *rows)
{
    const hpsi_chunk *c = &s->chunk[chunk];
    const double *q;
    hps_status status = hpsi_source_chunk(s, chunk, worker, &q);

    for (int32_t a = 0; status == HPS_OK && a < c->count; a++) {
        int64_t to = next[s->species[c->atom + a]]++;

        memcpy(rows + to * s->ld, q + a * s->ld, (size_t)s->ld * sizeof *q);
    }
    return status;
}

hps_status hpsi_groups_load(const hpsi_groups *g, int64_t i, int32_t worker, const double **rows,
                            int32_t first[HPSI_GROUP_SPECIES])
{
    hpsi_source *s = g->source;
    double *sorted = g->rows != NULL ? g->rows + worker * g->most * s->ld : NULL;
    int32_t one = hpsi_soap_plan_n_species(s->plan) == 1; /* in order as they are */
    int32_t next[HPSI_GROUP_SPECIES];
    hps_status status = HPS_OK;

    count_species(g, i, first);
    if (g->rows == NULL) {
        *rows = s->cache + s->chunk[g->first[i]].atom * s->ld;
        return HPS_OK;
    }
    *rows = sorted;
    memcpy(next, first, (size_t)hpsi_soap_plan_n_species(s->plan) * sizeof *next);
    for (int64_t c = g->first[i]; status == HPS_OK && c < g->first[i + 1]; c++) {
        status = one ? hpsi_source_block(s, s->chunk[c].atom, s->chunk[c].count, worker, sorted)
                     : load_sorted(s, c, worker, next, sorted);
        sorted += one ? s->chunk[c].count * s->ld : 0;
    }
    return status;
}
