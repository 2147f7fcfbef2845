/* SPDX-License-Identifier: BSD-3-Clause */
/* Forward mode of one frame: derivatives of descriptors by the positions, pair by pair. */
#include <string.h>

#include "soap/crew.h"

typedef struct gradient_job {
    hpsi_crew crew;
    hps_frame frame;
    double *q;     /* of the block */
    double *image; /* [pairs of one centre][3][size] */
    int64_t image_capacity;
    int32_t *row; /* [n_atoms] row of an atom among those of a centre, or -1 */
    int64_t n;    /* rows written so far */
    int64_t capacity;
    int32_t *centre, *moved;
    double *grad;
} gradient_job;

/* The atoms that centre i of the block depends on, ascending, itself included. */
static int32_t list_moved(gradient_job *j, const hpsi_soap_work *w, int32_t i)
{
    const int32_t *atom;
    const double *x, *y, *z;
    int64_t n_pairs;
    int32_t n = 0;

    hpsi_soap_block_pairs(w, i, &n_pairs, &atom, &x, &y, &z);
    memset(j->row, -1, sizeof *j->row * (size_t)j->frame.n_atoms);
    if (w->species[i] < 0) {
        return 0;
    }
    j->row[w->first + i] = 0;
    for (int64_t k = 0; k < n_pairs; k++) {
        j->row[atom[k]] = 0;
    }
    for (int32_t a = 0; a < j->frame.n_atoms; a++) {
        if (j->row[a] == 0) {
            j->row[a] = n++;
        }
    }
    return n;
}

static hps_status add_centre(gradient_job *j, hpsi_soap_work *w, int32_t i, int32_t n_moved)
{
    int64_t size = hpsi_soap_plan_size(j->crew.plan), n_pairs;
    const int32_t *atom;
    const double *x, *y, *z;
    double *out = j->grad + j->n * 3 * size;
    double *own = out + j->row[w->first + i] * 3 * size;
    hps_status st;

    hpsi_soap_block_pairs(w, i, &n_pairs, &atom, &x, &y, &z);
    st = hpsi_grow(w->context, (void **)&j->image, &j->image_capacity, n_pairs * 3 * size,
                   sizeof *j->image);
    if (st == HPS_OK) {
        st = hpsi_soap_block_jacobian(j->crew.plan, w, i, j->image, size);
    }
    if (st != HPS_OK) {
        return st;
    }
    memset(out, 0, sizeof *out * (size_t)(n_moved * 3 * size));
    for (int64_t k = 0; k < n_pairs; k++) {
        double *to = out + j->row[atom[k]] * 3 * size;

        for (int64_t m = 0; m < 3 * size; m++) {
            to[m] += j->image[k * 3 * size + m];
            own[m] -= j->image[k * 3 * size + m];
        }
    }
    return HPS_OK;
}

/* Count the rows of a block or, with arrays, write them. */
static hps_status gradient_block(gradient_job *j, int32_t first, int32_t write)
{
    hpsi_soap_work *w = j->crew.works[0];
    int32_t count = hpsi_crew_count(j->frame.n_atoms, first, HPSI_SOAP_BLOCK);
    hps_status st = write ? hpsi_soap_block(j->crew.plan, w, &j->frame, first, count, j->q,
                                            hpsi_soap_plan_size(j->crew.plan))
                          : hpsi_soap_gather(j->crew.plan, w, &j->frame, first, count);

    for (int32_t i = 0; i < count && st == HPS_OK; i++) {
        int32_t n_moved = list_moved(j, w, i);

        if (write && n_moved > 0) {
            st = add_centre(j, w, i, n_moved);
            for (int32_t a = 0; a < j->frame.n_atoms; a++) {
                if (j->row[a] >= 0) {
                    j->centre[j->n + j->row[a]] = first + i;
                    j->moved[j->n + j->row[a]] = a;
                }
            }
        }
        j->n += n_moved;
    }
    return st;
}

static hps_status gradient_pass(gradient_job *j, int32_t write)
{
    hps_status st = HPS_OK;

    j->n = 0;
    for (int32_t first = 0; first < j->frame.n_atoms && st == HPS_OK; first += HPSI_SOAP_BLOCK) {
        st = gradient_block(j, first, write);
    }
    return st;
}

static hps_status run_gradient(gradient_job *j, hps_context *c, int64_t *n_pairs)
{
    hpsi_soap_work *w;
    hps_status st = hpsi_crew_work(&j->crew, 0, &w);

    if (st != HPS_OK) {
        return st;
    }
    j->row = hpsi_new(c, j->frame.n_atoms, sizeof *j->row);
    j->q = hpsi_new(c, (int64_t)HPSI_SOAP_BLOCK * hpsi_soap_plan_size(j->crew.plan), sizeof *j->q);
    if (j->row == NULL || j->q == NULL) {
        return HPS_E_MEMORY;
    }
    st = gradient_pass(j, 0);
    if (st != HPS_OK) {
        return st;
    }
    *n_pairs = j->n;
    if (j->capacity == 0) {
        return HPS_OK;
    }
    if (j->capacity < j->n) {
        return hpsi_fail(HPS_E_CAPACITY, "soap: capacity %lld, there are %lld pairs",
                         (long long)j->capacity, (long long)j->n);
    }
    return gradient_pass(j, 1);
}

hps_status hps_soap_gradient(const hps_soap *s, const hps_dataset *d, int64_t frame,
                             int64_t capacity, int64_t *n_pairs, int32_t *centre, int32_t *moved,
                             double *grad)
{
    gradient_job job = {.capacity = capacity, .centre = centre, .moved = moved, .grad = grad};
    int32_t absent = centre == NULL || moved == NULL || grad == NULL;
    hps_status st = hpsi_soap_check_frame(s, d, frame);

    if (st != HPS_OK) {
        return st;
    }
    if (n_pairs == NULL || capacity < 0 || (capacity > 0 && absent)) {
        return hpsi_fail(HPS_E_ARGUMENT, "soap: n_pairs or an array is NULL, or capacity %lld < 0",
                         (long long)capacity);
    }
    hpsi_dataset_frame(d, frame, &job.frame);
    st = hpsi_crew_create(&job.crew, s, 1);
    if (st != HPS_OK) {
        return st;
    }
    st = run_gradient(&job, s->context, n_pairs);
    hpsi_free(job.row);
    hpsi_free(job.q);
    hpsi_free(job.image);
    hpsi_crew_free(&job.crew);
    return st;
}
