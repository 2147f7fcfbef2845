/* SPDX-License-Identifier: BSD-3-Clause */
/* How much memory descriptors and kernel statistics hold at their peak, found by making what
 * does not depend on the number of atoms and by counting what does. */
#include "kernel/sweep.h"

#define REAL ((int64_t)sizeof(double))

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ------------------------------------------------------------------ probe */

static int64_t held_by(const hps_context *c)
{
    int64_t held;

    hps_context_memory(c, &held, NULL);
    return held;
}

static int64_t largest_frame(const hps_dataset *d)
{
    int64_t best = 0;
    int64_t most = 0;

    for (int64_t i = 0; i < hps_dataset_n_frames(d); i++) {
        int64_t n = hpsi_dataset_first_atom(d, i + 1) - hpsi_dataset_first_atom(d, i);

        best = n > most ? i : best;
        most = larger(n, most);
    }
    return best;
}

/* Atoms in a volume; 0 where the frame is not repeated in every direction. */
static double density(const hps_frame *f)
{
    const int32_t *p = f->periodic;

    return p[0] && p[1] && p[2] ? f->n_atoms / hpsi_cell_volume(f->cell) : 0.0;
}

/* The frame whose centres have the most neighbours, each (most_centres 1) or the first so many of
 * them together, if all are spread evenly. */
static int64_t densest_frame(const hps_dataset *d, int32_t most_centres)
{
    int64_t best = 0;
    double most = 0.0;

    for (int64_t i = 0; i < hps_dataset_n_frames(d); i++) {
        hps_frame f;
        double neighbours;

        hpsi_dataset_frame(d, i, &f);
        neighbours = density(&f) * (double)least(f.n_atoms, most_centres);
        if (neighbours > most) {
            most = neighbours;
            best = i;
        }
    }
    return best;
}

/* The centre of the last block with the most neighbours, and how many they are. */
static int32_t crowded(const hpsi_soap_work *w, int32_t count, int64_t *most)
{
    int32_t best = 0;

    *most = 0;
    for (int32_t i = 0; i < count; i++) {
        int64_t n;
        const int32_t *atom;
        const double *x;
        const double *y;
        const double *z;

        hpsi_soap_block_pairs(w, i, &n, &atom, &x, &y, &z);
        best = n > *most ? i : best;
        *most = larger(*most, n);
    }
    return best;
}

/* Derivatives of one centre, which have buffers of their own in the work. */
static hps_status probe_jacobian(const hpsi_soap_plan *plan, hpsi_soap_work *w, int32_t centre,
                                 int64_t n_pairs, hps_context *c)
{
    int64_t size = hpsi_soap_plan_size(plan);
    double *jacobian = hpsi_new(c, hpsi_size_mul(3 * n_pairs, size), sizeof *jacobian);
    hps_status status = HPS_E_MEMORY;

    if (jacobian != NULL) {
        status = hpsi_soap_block_jacobian(plan, w, centre, jacobian, size);
    }
    hpsi_free(jacobian);
    return status;
}

static hps_status probe_block(const hpsi_soap_plan *plan, hpsi_soap_work *w, const hps_frame *f,
                              int32_t derivatives, hps_context *c, hpsi_probe *p)
{
    int64_t size = hpsi_soap_plan_size(plan);
    int64_t n_pairs = 0;
    int32_t count = f->n_atoms < HPSI_SOAP_BLOCK ? f->n_atoms : HPSI_SOAP_BLOCK;
    double *q = hpsi_new(c, hpsi_size_mul(HPSI_SOAP_BLOCK, size), sizeof *q);
    hps_status status = HPS_E_MEMORY;

    if (q != NULL) {
        status = hpsi_soap_block(plan, w, f, 0, count, q, size);
    }
    hpsi_free(q);
    if (status == HPS_OK) {
        int32_t centre = crowded(w, count, &n_pairs);

        status = derivatives ? probe_jacobian(plan, w, centre, n_pairs, c) : HPS_OK;
    }
    p->n_pairs = larger(p->n_pairs, n_pairs);
    return status;
}

/* Buffers of a work grow to what the largest frame takes and what the densest ones do. */
static hps_status probe_frames(const hpsi_soap_plan *plan, hpsi_soap_work *w, const hps_dataset *d,
                               int32_t derivatives, hps_context *c, hpsi_probe *p)
{
    const int64_t frame[3] = {largest_frame(d), densest_frame(d, HPSI_SOAP_BLOCK),
                              densest_frame(d, 1)};
    hps_status status = HPS_OK;

    for (int32_t i = 0; status == HPS_OK && i < 3; i++) {
        hps_frame f;

        hpsi_dataset_frame(d, frame[i], &f);
        status = probe_block(plan, w, &f, derivatives, c, p);
    }
    return status;
}

hps_status hpsi_source_probe(const hps_soap *s, const hps_dataset *d, int32_t derivatives,
                             hpsi_probe *p)
{
    hps_context *c = hpsi_soap_context(s);
    hpsi_soap_plan *plan = NULL;
    hpsi_soap_work *work = NULL;
    int64_t before = held_by(c);
    hps_status status = hpsi_soap_plan_create(&plan, s);

    p->n_pairs = 0;
    p->plan = held_by(c) - before;
    before = held_by(c);
    status = status == HPS_OK ? hpsi_soap_work_create(&work, c, plan) : status;
    if (status == HPS_OK && hps_dataset_n_frames(d) > 0) {
        status = probe_frames(plan, work, d, derivatives, c, p);
    }
    p->work = held_by(c) - before;
    hpsi_soap_work_destroy(work);
    hpsi_soap_plan_destroy(plan);
    return status;
}

hps_status hpsi_source_bytes(const hps_soap *s, const hps_dataset *d, int32_t derivatives,
                             int64_t beside, int64_t *bytes, int64_t *kept, hpsi_probe *p)
{
    hps_status status = hpsi_source_probe(s, d, derivatives, p);

    if (status == HPS_OK) {
        hpsi_source_memory(s, d, beside, bytes, kept);
        /* there may be denser places than those looked at */
        *bytes += p->plan + hpsi_workers(hpsi_soap_context(s)) * (p->work + p->work / 8 + 64);
        p->n_pairs += p->n_pairs / 16;
    }
    return status;
}

/* ------------------------------------------------------------- statistics */

hps_status hps_kernel_memory(const hps_soap *s, const hps_dataset *d, int64_t n_references,
                             int64_t *bytes)
{
    return hpsi_kernel_memory(s, d, n_references, HPS_KERNEL_DOUBLE, bytes);
}

hps_status hpsi_kernel_memory(const hps_soap *s, const hps_dataset *d, int64_t n_references,
                              int32_t precision, int64_t *bytes)
{
    int64_t source;
    int64_t kept;
    int64_t workers;
    int64_t atoms;
    int64_t size;
    int64_t rows;
    hpsi_probe p;
    hps_status status;

    if (s == NULL || d == NULL || bytes == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "kernel: the descriptor, the data set or bytes is NULL");
    }
    status = hpsi_source_bytes(s, d, 0, 0, &source, &kept, &p);
    if (status != HPS_OK) {
        return status;
    }
    workers = hpsi_workers(hpsi_soap_context(s));
    atoms = hps_dataset_n_atoms(d);
    size = hps_soap_size(s);
    n_references = n_references <= 0 ? atoms : least(n_references, atoms);
    rows = least(atoms, HPSI_GROUP); /* of a group */
    source -= hpsi_sweep_streams(s, d, n_references) ? kept : 0;
    if (precision == HPS_KERNEL_SINGLE) {
        source += (int64_t)sizeof(float) * size * (n_references + workers * rows);
    }
    *bytes = source + REAL * n_references * (size + 1) + REAL * workers * 2 * HPSI_SWEEP_STRIP +
             (REAL + 1) * atoms +
             REAL * workers * rows * (size + least(n_references, HPSI_SWEEP_TILE)) +
             (6 + 2) * REAL * (atoms / HPSI_GROUP + 1) + REAL * hps_dataset_n_frames(d);
    return HPS_OK;
}
