/* SPDX-License-Identifier: BSD-3-Clause */
/* Reverse mode of one frame: the derivative of a function of its descriptors by the positions
 * and the strain. */
#include <string.h>

#include "soap/crew.h"

/* Blocks of one frame are in hand together and added up in their order. The order of the
 * sums is that of the centres, whatever the size of a block. */
enum { BLOCKS_PER_WORKER = 4, LEAST_BLOCK = 8 };

typedef struct adjoint_job {
    hpsi_crew crew;
    hps_frame frame;
    int32_t block;          /* centres of a block */
    int32_t first;          /* atom of the round's first block */
    double *q;              /* [crew.n][block][size] descriptors, not used further */
    hpsi_neighbours *lists; /* [workers] lent to the works, so that each frame is prepared once */
    const double *weight;
    int64_t ld;
} adjoint_job;

static void lend_lists(adjoint_job *j, hpsi_soap_work *w, int32_t worker)
{
    hpsi_neighbours own = w->neighbours;

    w->neighbours = j->lists[worker];
    j->lists[worker] = own;
}

static hps_status adjoint_slab(int64_t item, int32_t worker, void *arg)
{
    adjoint_job *j = arg;
    int32_t size = hpsi_soap_plan_size(j->crew.plan);
    int32_t first = j->first + (int32_t)item * j->block;
    hpsi_soap_work *w; /* of the item: combined in order afterwards */
    hps_status st = hpsi_crew_work(&j->crew, item, &w);

    if (st != HPS_OK) {
        return st;
    }
    lend_lists(j, w, worker);
    st = hpsi_soap_block(j->crew.plan, w, &j->frame, first,
                         hpsi_crew_count(j->frame.n_atoms, first, j->block),
                         j->q + item * j->block * size, size);
    lend_lists(j, w, worker);
    if (st == HPS_OK) {
        hpsi_soap_pair_forces(j->crew.plan, w, j->weight + first * j->ld, j->ld);
    }
    return st;
}

static hps_status adjoint_rounds(adjoint_job *j, hps_context *c, double *gradient, double *virial)
{
    int32_t step = j->crew.n * j->block;
    hps_status st = HPS_OK;

    for (j->first = 0; j->first < j->frame.n_atoms && st == HPS_OK; j->first += step) {
        int32_t left = j->frame.n_atoms - j->first;
        int32_t blocks = ((left < step ? left : step) + j->block - 1) / j->block;

        st = hpsi_parallel_for(c, blocks, adjoint_slab, j);
        for (int32_t i = 0; i < blocks && st == HPS_OK; i++) {
            hpsi_soap_scatter(j->crew.works[i], gradient, virial);
        }
    }
    return st;
}

static int32_t adjoint_block(int32_t n_atoms, int32_t n_works)
{
    int32_t n = (n_atoms + n_works - 1) / n_works;

    return n < LEAST_BLOCK ? LEAST_BLOCK : n > HPSI_SOAP_BLOCK ? HPSI_SOAP_BLOCK : n;
}

static hps_status adjoint_with_crew(adjoint_job *j, hps_context *c, double *gradient,
                                    double *virial)
{
    int32_t workers = hps_context_threads(c);
    hps_status st = HPS_E_MEMORY;

    j->block = adjoint_block(j->frame.n_atoms, j->crew.n);
    j->q = hpsi_new(c, (int64_t)j->crew.n * j->block * hpsi_soap_plan_size(j->crew.plan),
                    sizeof *j->q);
    j->lists = hpsi_new(c, workers, sizeof *j->lists);
    if (j->q != NULL && j->lists != NULL) {
        st = adjoint_rounds(j, c, gradient, virial);
    }
    for (int32_t i = 0; i < workers && j->lists != NULL; i++) {
        hpsi_neighbours_free(&j->lists[i]);
    }
    hpsi_free(j->lists);
    hpsi_free(j->q);
    return st;
}

static hps_status run_adjoint(const hps_soap *s, adjoint_job *j, double *gradient, double *virial)
{
    int64_t n = 3 * (int64_t)j->frame.n_atoms;
    double *sum = hpsi_new(s->context, n, sizeof *sum), stress[9] = {0};
    int32_t works = BLOCKS_PER_WORKER * hps_context_threads(s->context);
    hps_status st = sum == NULL ? HPS_E_MEMORY : hpsi_crew_create(&j->crew, s, works);

    if (st == HPS_OK) {
        st = adjoint_with_crew(j, s->context, gradient != NULL ? sum : NULL,
                               virial != NULL ? stress : NULL);
        hpsi_crew_free(&j->crew);
    }
    if (st == HPS_OK && gradient != NULL) {
        memcpy(gradient, sum, sizeof *sum * (size_t)n);
    }
    if (st == HPS_OK && virial != NULL) {
        memcpy(virial, stress, sizeof stress);
    }
    hpsi_free(sum);
    return st;
}

hps_status hps_soap_adjoint(const hps_soap *s, const hps_dataset *d, int64_t frame,
                            const double *weight, int64_t ld, double *gradient, double *virial)
{
    adjoint_job job = {.weight = weight, .ld = ld};
    hps_status st = hpsi_soap_check_frame(s, d, frame);

    if (st != HPS_OK) {
        return st;
    }
    if (weight == NULL || ld < hpsi_soap_layout_size(s)) {
        return hpsi_fail(HPS_E_ARGUMENT, "soap: %s, ld = %lld, at least %d is needed",
                         weight == NULL ? "weight is NULL" : "row too short", (long long)ld,
                         (int)hpsi_soap_layout_size(s));
    }
    hpsi_dataset_frame(d, frame, &job.frame);
    return run_adjoint(s, &job, gradient, virial);
}
