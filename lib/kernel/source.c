/* SPDX-License-Identifier: BSD-3-Clause */
/* A data set seen through one descriptor: chunks of atoms as units of parallel work, and
 * their descriptors, kept once or computed anew for every pass. */
#include <string.h>

#include "kernel/internal.h"

#define MOST_KEPT ((int64_t)256 << 20) /* bytes of descriptors worth keeping */
#define KEPT_SHARE 4                   /* and at most this part of what a limit leaves */
#define MOST_SPAN 8                    /* chunks of an item of parallel work */
#define ITEMS_PER_WORKER 16            /* at least, so that all end at about the same time */

static int64_t chunks_of(int64_t n_atoms)
{
    return (n_atoms + HPSI_SOAP_BLOCK - 1) / HPSI_SOAP_BLOCK;
}

static int64_t count_chunks(const hps_dataset *d)
{
    int64_t n_frames = hps_dataset_n_frames(d);
    int64_t n = 0;

    for (int64_t i = 0; i < n_frames; i++) {
        n += chunks_of(hpsi_dataset_first_atom(d, i + 1) - hpsi_dataset_first_atom(d, i));
    }
    return n;
}

/* Bytes of all descriptors if they are to be kept, else 0. */
static int64_t kept_bytes(hps_context *c, int64_t n_atoms, int64_t ld, int64_t beside)
{
    int64_t bytes = hpsi_size_mul(hpsi_size_mul(n_atoms, ld), (int64_t)sizeof(double));
    int64_t left = hpsi_context_available(c);

    if (left >= 0) {
        left = left > beside ? left - beside : 0;
    }
    if (bytes < 0 || bytes > MOST_KEPT || (left >= 0 && bytes > left / KEPT_SHARE)) {
        return 0;
    }
    return bytes;
}

static void list_chunks(hpsi_source *s)
{
    int64_t n = 0;

    for (int64_t i = 0; i < s->n_frames; i++) {
        int64_t atom = hpsi_dataset_first_atom(s->data, i);
        int64_t end = hpsi_dataset_first_atom(s->data, i + 1);

        s->frame_chunk[i] = n;
        for (int64_t a = atom; a < end; a += HPSI_SOAP_BLOCK) {
            s->chunk[n].frame = i;
            s->chunk[n].atom = a;
            s->chunk[n].first = (int32_t)(a - atom);
            s->chunk[n].count =
                (int32_t)(end - a < HPSI_SOAP_BLOCK ? end - a : (int64_t)HPSI_SOAP_BLOCK);
            n++;
        }
    }
    s->frame_chunk[s->n_frames] = n;
}

static hps_status list_species(hpsi_source *s)
{
    for (int64_t i = 0; i < s->n_frames; i++) {
        int64_t atom = hpsi_dataset_first_atom(s->data, i);
        hps_frame f;

        hpsi_dataset_frame(s->data, i, &f);
        for (int32_t j = 0; j < f.n_atoms; j++) {
            int32_t species = hpsi_soap_plan_species(s->plan, f.numbers[j]);

            if (species < 0) {
                return hpsi_fail(HPS_E_OPTION,
                                 "soap: element %s of frame %lld is not among the descriptor's "
                                 "species",
                                 hps_element_symbol(f.numbers[j]), (long long)i);
            }
            s->species[atom + j] = (signed char)species;
        }
    }
    return HPS_OK;
}

static hps_status make_workers(hpsi_source *s)
{
    s->n_workers = hpsi_workers(s->context);
    s->work = hpsi_new(s->context, s->n_workers, sizeof *s->work);
    s->block = hpsi_new(s->context, s->n_workers * HPSI_SOAP_BLOCK * s->ld, sizeof *s->block);
    if (s->work == NULL || s->block == NULL) {
        return HPS_E_MEMORY;
    }
    for (int32_t i = 0; i < s->n_workers; i++) {
        hps_status status = hpsi_soap_work_create(&s->work[i], s->context, s->plan);

        if (status != HPS_OK) {
            return status;
        }
    }
    return HPS_OK;
}

/* ----------------------------------------------------------------- blocks */

int64_t hpsi_source_frame(const hpsi_source *s, int64_t atom)
{
    int64_t low = 0;
    int64_t high = s->n_frames;

    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;

        if (hpsi_dataset_first_atom(s->data, middle) <= atom) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

hps_status hpsi_source_block(hpsi_source *s, int64_t atom, int32_t count, int32_t worker, double *q)
{
    int64_t frame = hpsi_source_frame(s, atom);
    int64_t begin = hpsi_dataset_first_atom(s->data, frame);
    hps_frame f;

    hpsi_dataset_frame(s->data, frame, &f);
    hpsi_soap_work_lists(s->work[worker], s->lists, begin);
    return hpsi_soap_block(s->plan, s->work[worker], &f, (int32_t)(atom - begin), count, q, s->ld);
}

/* Chunks that a worker takes at a time: those of a frame follow each other, and its neighbour
 * lists are prepared once. */
int64_t hpsi_source_span(const hpsi_source *s, int64_t n_chunks)
{
    int64_t span = n_chunks / ((int64_t)ITEMS_PER_WORKER * s->n_workers);

    return span < 1 ? 1 : span > MOST_SPAN ? MOST_SPAN : span;
}

/* Chunks of this process, and of an item of parallel work over them. */
typedef struct keeping {
    hpsi_source *source;
    int64_t first, end, span;
} keeping;

static hps_status keep_chunks(int64_t item, int32_t worker, void *arg)
{
    const keeping *k = arg;
    hpsi_source *s = k->source;
    int64_t first = k->first + item * k->span;
    int64_t end = first + k->span < k->end ? first + k->span : k->end;
    hps_status status = HPS_OK;

    for (int64_t i = first; status == HPS_OK && i < end; i++) {
        const hpsi_chunk *c = &s->chunk[i];

        status = hpsi_source_block(s, c->atom, c->count, worker, s->cache + c->atom * s->ld);
    }
    return status;
}

static int64_t kept_before(int64_t chunk, const void *arg)
{
    const hpsi_source *s = arg;
    int64_t atom = chunk < s->n_chunks ? s->chunk[chunk].atom : s->n_atoms;

    return atom * s->ld * (int64_t)sizeof *s->cache;
}

static hps_status keep(hpsi_source *s)
{
    keeping k = {.source = s};
    double start = hpsi_seconds();
    hps_status status;

    if (kept_bytes(s->context, s->n_atoms, s->ld, 0) == 0) {
        return HPS_OK;
    }
    s->cache = hpsi_new_blank(s->context, s->n_atoms * s->ld, sizeof *s->cache);
    if (s->cache == NULL) {
        return HPS_E_MEMORY;
    }
    hpsi_team_range_by(s->context, s->n_chunks, kept_before, s, &k.first, &k.end);
    k.span = hpsi_source_span(s, k.end - k.first);
    status =
        hpsi_parallel_for(s->context, (k.end - k.first + k.span - 1) / k.span, keep_chunks, &k);
    status = hpsi_team_share(s->context, status, s->n_chunks, s->cache, kept_before, s);
    s->seconds = hpsi_seconds() - start;
    return status;
}

static hps_status open_parts(hpsi_source *s, const hps_soap *soap)
{
    hps_status status = hpsi_soap_plan_of(&s->plan, soap);

    if (status != HPS_OK) {
        return status;
    }
    s->size = hpsi_soap_plan_size(s->plan);
    s->ld = s->size;
    s->lists = hpsi_lists_take(s->data, hpsi_soap_plan_cutoff(s->plan));
    s->n_chunks = count_chunks(s->data);
    s->chunk = hpsi_new(s->context, s->n_chunks, sizeof *s->chunk);
    s->frame_chunk = hpsi_new(s->context, s->n_frames + 1, sizeof *s->frame_chunk);
    s->species = hpsi_new(s->context, s->n_atoms, sizeof *s->species);
    if (s->chunk == NULL || s->frame_chunk == NULL || s->species == NULL) {
        return HPS_E_MEMORY;
    }
    list_chunks(s);
    status = list_species(s);
    return status == HPS_OK ? make_workers(s) : status;
}

hps_status hpsi_source_open_once(hpsi_source *s, const hps_soap *soap, const hps_dataset *d)
{
    hps_status status;

    memset(s, 0, sizeof *s);
    s->context = hpsi_soap_context(soap);
    s->data = d;
    s->n_frames = hps_dataset_n_frames(d);
    s->n_atoms = hps_dataset_n_atoms(d);
    status = open_parts(s, soap);
    if (status != HPS_OK) {
        hpsi_source_close(s);
    }
    return status;
}

hps_status hpsi_source_open(hpsi_source *s, const hps_soap *soap, const hps_dataset *d)
{
    hps_status status = hpsi_source_open_once(s, soap, d);

    if (status == HPS_OK) {
        status = keep(s);
        if (status != HPS_OK) {
            hpsi_source_close(s);
        }
    }
    return status;
}

void hpsi_source_close(hpsi_source *s)
{
    for (int32_t i = 0; i < s->n_workers && s->work != NULL; i++) {
        hpsi_soap_work_destroy(s->work[i]);
    }
    hpsi_free(s->work);
    hpsi_free(s->block);
    hpsi_free(s->cache);
    hpsi_free(s->species);
    hpsi_free(s->frame_chunk);
    hpsi_free(s->chunk);
    hpsi_soap_plan_destroy(s->plan);
    hpsi_lists_return(s->lists);
    memset(s, 0, sizeof *s);
}

void hpsi_source_memory(const hps_soap *soap, const hps_dataset *d, int64_t beside, int64_t *bytes,
                        int64_t *cache)
{
    hps_context *c = hpsi_soap_context(soap);
    int64_t n_atoms = hps_dataset_n_atoms(d);
    int64_t ld = hps_soap_size(soap);

    *cache = kept_bytes(c, n_atoms, ld, beside);
    *bytes = *cache + n_atoms + count_chunks(d) * (int64_t)sizeof(hpsi_chunk) +
             hps_dataset_n_frames(d) * (int64_t)sizeof(int64_t) +
             hpsi_workers(c) * HPSI_SOAP_BLOCK * ld * (int64_t)sizeof(double);
}

hps_status hpsi_source_chunk(hpsi_source *s, int64_t i, int32_t worker, const double **q)
{
    const hpsi_chunk *c = &s->chunk[i];
    double *block = s->block + (int64_t)worker * HPSI_SOAP_BLOCK * s->ld;

    if (s->cache != NULL) {
        *q = s->cache + c->atom * s->ld;
        return HPS_OK;
    }
    *q = block;
    return hpsi_source_block(s, c->atom, c->count, worker, block);
}

int32_t hpsi_source_rows(const hpsi_source *s, const hpsi_chunk *c, int32_t species,
                         const double *q, double *copy, const double **rows,
                         int32_t index[HPSI_SOAP_BLOCK])
{
    int32_t n = 0;

    for (int32_t i = 0; i < c->count; i++) {
        if (s->species[c->atom + i] == species) {
            index[n++] = i;
        }
    }
    *rows = q;
    if (n == c->count || n == 0) {
        return n;
    }
    *rows = copy;
    for (int32_t i = 0; i < n; i++) {
        memcpy(copy + i * s->ld, q + index[i] * s->ld, (size_t)s->size * sizeof *q);
    }
    return n;
}
