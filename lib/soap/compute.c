/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors of a data set. Work is shared out in blocks of atoms that do not depend on the
 * thread count. */
#include "soap/crew.h"

/* Consecutive blocks of one frame, which a worker prepares once. */
enum { MOST_BLOCKS = 8, ITEMS_PER_WORKER = 16 };

typedef struct slab {
    int64_t frame;
    int32_t first, end;
} slab;

typedef struct compute_job {
    hpsi_crew crew;
    const hps_dataset *data;
    slab *slabs;
    int64_t n_slabs;
    double *values;
    int64_t ld;
} compute_job;

/* Atoms of a slab, at most: as many as leave enough slabs to keep all workers busy. */
static int32_t slab_atoms(const hps_dataset *d, int32_t workers)
{
    int64_t blocks =
        hps_dataset_n_atoms(d) / ((int64_t)HPSI_SOAP_BLOCK * ITEMS_PER_WORKER * workers);

    blocks = blocks > MOST_BLOCKS ? MOST_BLOCKS : blocks < 1 ? 1 : blocks;
    return (int32_t)blocks * HPSI_SOAP_BLOCK;
}

static hps_status list_slabs(compute_job *j, hps_context *c)
{
    int32_t most = slab_atoms(j->data, hps_context_threads(c));
    int64_t n_frames = hps_dataset_n_frames(j->data), n = 0;
    hps_frame f;

    for (int64_t i = 0; i < n_frames; i++) {
        hpsi_dataset_frame(j->data, i, &f);
        n += (f.n_atoms + most - 1) / most;
    }
    j->slabs = hpsi_new(c, n, sizeof *j->slabs);
    if (j->slabs == NULL) {
        return HPS_E_MEMORY;
    }
    for (int64_t i = 0; i < n_frames; i++) {
        hpsi_dataset_frame(j->data, i, &f);
        for (int32_t first = 0; first < f.n_atoms; first += most) {
            j->slabs[j->n_slabs++] =
                (slab){i, first, first + hpsi_crew_count(f.n_atoms, first, most)};
        }
    }
    return HPS_OK;
}

static hps_status compute_slab(int64_t item, int32_t worker, void *arg)
{
    compute_job *j = arg;
    const slab *s = &j->slabs[item];
    double *row = j->values + hpsi_dataset_first_atom(j->data, s->frame) * j->ld;
    hpsi_soap_work *w;
    hps_frame f;
    hps_status st = hpsi_crew_work(&j->crew, worker, &w);

    hpsi_dataset_frame(j->data, s->frame, &f);
    for (int32_t i = s->first; i < s->end && st == HPS_OK; i += HPSI_SOAP_BLOCK) {
        st = hpsi_soap_block(j->crew.plan, w, &f, i, hpsi_crew_count(s->end, i, HPSI_SOAP_BLOCK),
                             row + i * j->ld, j->ld);
    }
    return st;
}

hps_status hps_soap_compute(const hps_soap *s, const hps_dataset *d, double *values, int64_t ld)
{
    compute_job job = {.data = d, .values = values, .ld = ld};
    hps_status st = hps_soap_check(s);

    if (st != HPS_OK) {
        return st;
    }
    if (d == NULL || values == NULL || ld < hpsi_soap_layout_size(s)) {
        return hpsi_fail(HPS_E_ARGUMENT, "soap: %s, ld = %lld, at least %d is needed",
                         d == NULL        ? "data set is NULL"
                         : values == NULL ? "values is NULL"
                                          : "row too short",
                         (long long)ld, (int)hpsi_soap_layout_size(s));
    }
    st = list_slabs(&job, s->context);
    if (st == HPS_OK) {
        st = hpsi_crew_create(&job.crew, s, hps_context_threads(s->context));
    }
    if (st == HPS_OK) {
        st = hpsi_parallel_for(s->context, job.n_slabs, compute_slab, &job);
        hpsi_crew_free(&job.crew);
    }
    hpsi_free(job.slabs);
    return st;
}
