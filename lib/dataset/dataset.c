/* SPDX-License-Identifier: BSD-3-Clause */
/* The data set handle: a list of shared frames. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "dataset/private.h"

hps_context *hpsi_dataset_context(const hps_dataset *d)
{
    return d->context;
}

void hpsi_dataset_frame(const hps_dataset *d, int64_t i, hps_frame *f)
{
    *f = d->frames[i]->frame;
}

int64_t hpsi_dataset_first_atom(const hps_dataset *d, int64_t i)
{
    return d->first_atom == NULL ? 0 : d->first_atom[i];
}

hps_status hps_dataset_create(hps_dataset **out, hps_context *c)
{
    hps_dataset *d;

    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "dataset: out is NULL");
    }
    *out = NULL;
    d = hpsi_new(c, 1, sizeof *d);
    if (d == NULL) {
        return HPS_E_MEMORY;
    }
    d->kept = hpsi_new(c, 1, sizeof *d->kept);
    if (d->kept == NULL) {
        hpsi_free(d);
        return HPS_E_MEMORY;
    }
    d->context = hpsi_context_retain(c);
    *out = d;
    return HPS_OK;
}

void hps_dataset_destroy(hps_dataset *d)
{
    hps_context *c;

    if (d == NULL) {
        return;
    }
    for (int64_t i = 0; i < d->n_frames; i++) {
        hpsi_record_release(d->frames[i]);
    }
    for (int32_t q = 0; q < HPSI_N_LABELS; q++) {
        hpsi_free(d->key[q]);
    }
    c = d->context;
    hpsi_free(d->frames);
    hpsi_free(d->first_atom);
    hpsi_lists_return(d->kept->lists);
    hpsi_free(d->kept);
    hpsi_free(d);
    hpsi_context_release(c);
}

hps_status hpsi_dataset_append(hps_dataset *d, int64_t n, hpsi_record *const *records)
{
    hps_status s = hpsi_grow(d->context, (void **)&d->frames, &d->frames_capacity, d->n_frames + n,
                             sizeof *d->frames);

    if (s == HPS_OK) { /* zeroed when new: first_atom[0] is 0 */
        s = hpsi_grow(d->context, (void **)&d->first_atom, &d->first_capacity, d->n_frames + n + 1,
                      sizeof *d->first_atom);
    }
    if (s != HPS_OK) {
        return s;
    }
    for (int64_t i = 0; i < n; i++) {
        d->first_atom[d->n_frames + 1] = d->first_atom[d->n_frames] + records[i]->frame.n_atoms;
        d->frames[d->n_frames++] = records[i];
    }
    return HPS_OK;
}

/* Check a frame, copy it and append it. */
static hps_status add_frame(hps_dataset *d, const hps_frame *f)
{
    const hpsi_sigmas none = {NULL, NULL};
    hpsi_neighbours nb = {0};
    hpsi_record *r;
    hps_status s = hpsi_frame_check(&nb, d->context, f);

    hpsi_neighbours_free(&nb);
    if (s != HPS_OK) {
        return s;
    }
    r = hpsi_record_create(d->context, f, &none);
    if (r == NULL) {
        return HPS_E_MEMORY;
    }
    s = hpsi_dataset_append(d, 1, &r);
    if (s != HPS_OK) {
        hpsi_record_release(r);
    }
    return s;
}

hps_status hps_dataset_add(hps_dataset *d, int32_t n, const int32_t *numbers,
                           const double *positions, const double *cell, const int32_t *periodic,
                           const double *energy, const double *forces, const double *virial,
                           const char *config_type)
{
    hps_frame f = {0};

    if (d == NULL || numbers == NULL || positions == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "dataset: %s is NULL",
                         d == NULL         ? "the set"
                         : numbers == NULL ? "numbers"
                                           : "positions");
    }
    if (n < 1) {
        return hpsi_fail(HPS_E_ARGUMENT, "dataset: n = %d atoms must be at least 1", n);
    }
    f.n_atoms = n;
    f.numbers = numbers;
    f.positions = positions;
    f.cell = cell;
    for (int32_t k = 0; k < 3; k++) {
        f.periodic[k] = periodic != NULL ? periodic[k] : cell != NULL;
    }
    f.has_energy = energy != NULL;
    f.energy = energy != NULL ? *energy : (double)NAN;
    f.forces = forces;
    f.virial = virial;
    f.config_type = config_type;
    f.index = d->n_frames;
    f.energy_sigma = f.force_sigma = f.virial_sigma = (double)NAN;
    return add_frame(d, &f);
}

int64_t hps_dataset_n_frames(const hps_dataset *d)
{
    return d == NULL ? 0 : d->n_frames;
}

int64_t hps_dataset_n_atoms(const hps_dataset *d)
{
    return d == NULL ? 0 : hpsi_dataset_first_atom(d, d->n_frames);
}

/* The struct as it was before the noise came to its end. */
#define FIRST_FRAME ((int32_t)offsetof(hps_frame, energy_sigma))

hps_status hps_dataset_frame(const hps_dataset *d, int64_t i, hps_frame *out)
{
    hps_frame f;

    if (d == NULL || out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "dataset: %s is NULL", d == NULL ? "the set" : "out");
    }
    if (out->struct_size != (int32_t)sizeof *out && out->struct_size != FIRST_FRAME) {
        return hpsi_fail(HPS_E_ARGUMENT, "dataset: struct_size = %d of hps_frame must be %d",
                         out->struct_size, (int32_t)sizeof *out);
    }
    if (i < 0 || i >= d->n_frames) {
        return hpsi_fail(HPS_E_ARGUMENT, "dataset: frame %lld must be in 0..%lld", (long long)i,
                         (long long)d->n_frames - 1);
    }
    hpsi_dataset_frame(d, i, &f);
    f.struct_size = out->struct_size;
    memcpy(out, &f, (size_t)out->struct_size);
    return HPS_OK;
}

hps_status hps_dataset_species(const hps_dataset *d, int32_t capacity, int32_t *n, int32_t *numbers)
{
    int32_t present[HPSI_N_ELEMENTS + 1] = {0};
    int32_t found = 0;

    if (d == NULL || n == NULL || capacity < 0 || (capacity > 0 && numbers == NULL)) {
        return hpsi_fail(HPS_E_ARGUMENT, "dataset: species needs a set, n and numbers[capacity]");
    }
    for (int64_t i = 0; i < d->n_frames; i++) {
        const hps_frame *f = &d->frames[i]->frame;

        for (int32_t a = 0; a < f->n_atoms; a++) {
            present[f->numbers[a]] = 1;
        }
    }
    for (int32_t z = 1; z <= HPSI_N_ELEMENTS; z++) {
        found += present[z];
    }
    *n = found;
    if (found > capacity) {
        return capacity == 0
                   ? HPS_OK
                   : hpsi_fail(HPS_E_CAPACITY, "dataset: %d species, room for %d", found, capacity);
    }
    found = 0;
    for (int32_t z = 1; z <= HPSI_N_ELEMENTS; z++) {
        if (present[z]) {
            numbers[found++] = z;
        }
    }
    return HPS_OK;
}

hps_status hps_dataset_neighbours(const hps_dataset *d, int64_t frame, double cutoff,
                                  int64_t capacity, int64_t *n, int32_t *centre, int32_t *neighbour,
                                  double *vector)
{
    hpsi_neighbours nb = {0};
    hps_status s;

    if (d == NULL || n == NULL || capacity < 0 ||
        (capacity > 0 && (centre == NULL || neighbour == NULL || vector == NULL))) {
        return hpsi_fail(HPS_E_ARGUMENT, "neighbours: a set, n and arrays [capacity] are needed");
    }
    if (frame < 0 || frame >= d->n_frames) {
        return hpsi_fail(HPS_E_ARGUMENT, "neighbours: frame %lld must be in 0..%lld",
                         (long long)frame, (long long)d->n_frames - 1);
    }
    s = hpsi_neighbours_build(&nb, d->context, &d->frames[frame]->frame, cutoff, 0,
                              d->frames[frame]->frame.n_atoms);
    if (s == HPS_OK) {
        *n = nb.n_pairs;
        if (capacity > 0 && nb.n_pairs > capacity) {
            s = hpsi_fail(HPS_E_CAPACITY, "neighbours: %lld pairs, room for %lld",
                          (long long)nb.n_pairs, (long long)capacity);
        }
    }
    for (int32_t i = 0; s == HPS_OK && capacity > 0 && i < nb.count; i++) {
        for (int64_t p = nb.start[i]; p < nb.start[i + 1]; p++) {
            centre[p] = i;
            neighbour[p] = nb.atom[p];
            vector[3 * p] = nb.x[p];
            vector[3 * p + 1] = nb.y[p];
            vector[3 * p + 2] = nb.z[p];
        }
    }
    hpsi_neighbours_free(&nb);
    return s;
}

const char *hps_dataset_key(const hps_dataset *d, const char *quantity)
{
    static const char *const names[HPSI_N_LABELS] = {"energy", "forces", "virial"};

    for (int32_t q = 0; d != NULL && quantity != NULL && q < HPSI_N_LABELS; q++) {
        if (strcmp(quantity, names[q]) == 0 && d->key[q] != NULL) {
            return d->key[q];
        }
    }
    return "";
}
