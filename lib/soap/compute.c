/* SPDX-License-Identifier: BSD-3-Clause */
/* The public routes: descriptors of a data set, reverse and forward derivatives of one
 * frame. Work is shared out in blocks of atoms that do not depend on the thread count. */
#include <string.h>

#include "soap/private.h"

/* Works of several blocks that are in hand at the same time; each is made when it is first
 * needed, by the worker that needs it. */
typedef struct crew {
    hps_context *context;
    hpsi_soap_plan *plan;
    hpsi_soap_work **works;
    int32_t n;
} crew;

static void crew_free(crew *c)
{
    for (int32_t i = 0; i < c->n && c->works != NULL; i++) {
        hpsi_soap_work_destroy(c->works[i]);
    }
    hpsi_free(c->works);
    hpsi_soap_plan_destroy(c->plan);
}

static hps_status crew_create(crew *c, const hps_soap *s, int32_t n)
{
    hps_status st = hpsi_soap_plan_of(&c->plan, s);

    c->context = s->context;
    c->works = NULL;
    c->n = n;
    if (st != HPS_OK) {
        return st;
    }
    c->works = hpsi_new(s->context, n, sizeof *c->works);
    if (c->works == NULL) {
        crew_free(c);
        return HPS_E_MEMORY;
    }
    return HPS_OK;
}

static hps_status crew_work(const crew *c, int64_t i, hpsi_soap_work **w)
{
    hps_status st =
        c->works[i] != NULL ? HPS_OK : hpsi_soap_work_create(&c->works[i], c->context, c->plan);

    *w = c->works[i];
    return st;
}

static int32_t block_count(int32_t n_atoms, int32_t first, int32_t block)
{
    return n_atoms - first < block ? n_atoms - first : block;
}

/* --------------------------------------------------------- descriptors */

/* Consecutive blocks of one frame, which a worker prepares once. */
enum { MOST_BLOCKS = 8, ITEMS_PER_WORKER = 16 };

typedef struct slab {
    int64_t frame;
    int32_t first, end;
} slab;

typedef struct compute_job {
    crew crew;
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
            j->slabs[j->n_slabs++] = (slab){i, first, first + block_count(f.n_atoms, first, most)};
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
    hps_status st = crew_work(&j->crew, worker, &w);

    hpsi_dataset_frame(j->data, s->frame, &f);
    for (int32_t i = s->first; i < s->end && st == HPS_OK; i += HPSI_SOAP_BLOCK) {
        st = hpsi_soap_block(j->crew.plan, w, &f, i, block_count(s->end, i, HPSI_SOAP_BLOCK),
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
        st = crew_create(&job.crew, s, hps_context_threads(s->context));
    }
    if (st == HPS_OK) {
        st = hpsi_parallel_for(s->context, job.n_slabs, compute_slab, &job);
        crew_free(&job.crew);
    }
    hpsi_free(job.slabs);
    return st;
}

/* -------------------------------------------------------- reverse mode */

/* Blocks of one frame are in hand together and added up in their order. The order of the
 * sums is that of the centres, whatever the size of a block. */
enum { BLOCKS_PER_WORKER = 4, LEAST_BLOCK = 8 };

typedef struct adjoint_job {
    crew crew;
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
    hps_status st = crew_work(&j->crew, item, &w);

    if (st != HPS_OK) {
        return st;
    }
    lend_lists(j, w, worker);
    st = hpsi_soap_block(j->crew.plan, w, &j->frame, first,
                         block_count(j->frame.n_atoms, first, j->block),
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
    hps_status st = sum == NULL ? HPS_E_MEMORY : crew_create(&j->crew, s, works);

    if (st == HPS_OK) {
        st = adjoint_with_crew(j, s->context, gradient != NULL ? sum : NULL,
                               virial != NULL ? stress : NULL);
        crew_free(&j->crew);
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

/* Arguments that reverse and forward mode share. */
static hps_status check_frame(const hps_soap *s, const hps_dataset *d, int64_t frame)
{
    hps_status st = hps_soap_check(s);

    if (st != HPS_OK) {
        return st;
    }
    if (d == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "soap: data set is NULL");
    }
    if (frame < 0 || frame >= hps_dataset_n_frames(d)) {
        return hpsi_fail(HPS_E_ARGUMENT, "soap: frame %lld, the data set has %lld",
                         (long long)frame, (long long)hps_dataset_n_frames(d));
    }
    return HPS_OK;
}

hps_status hps_soap_adjoint(const hps_soap *s, const hps_dataset *d, int64_t frame,
                            const double *weight, int64_t ld, double *gradient, double *virial)
{
    adjoint_job job = {.weight = weight, .ld = ld};
    hps_status st = check_frame(s, d, frame);

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

/* -------------------------------------------------------- forward mode */

typedef struct gradient_job {
    crew crew;
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
    int32_t count = block_count(j->frame.n_atoms, first, HPSI_SOAP_BLOCK);
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
    hps_status st = crew_work(&j->crew, 0, &w);

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
    hps_status st = check_frame(s, d, frame);

    if (st != HPS_OK) {
        return st;
    }
    if (n_pairs == NULL || capacity < 0 || (capacity > 0 && absent)) {
        return hpsi_fail(HPS_E_ARGUMENT, "soap: n_pairs or an array is NULL, or capacity %lld < 0",
                         (long long)capacity);
    }
    hpsi_dataset_frame(d, frame, &job.frame);
    st = crew_create(&job.crew, s, 1);
    if (st != HPS_OK) {
        return st;
    }
    st = run_gradient(&job, s->context, n_pairs);
    hpsi_free(job.row);
    hpsi_free(job.q);
    hpsi_free(job.image);
    crew_free(&job.crew);
    return st;
}
