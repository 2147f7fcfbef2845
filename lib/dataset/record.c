/* SPDX-License-Identifier: BSD-3-Clause */
/* Stored frames: one allocation each, shared by reference counts. */
#include <string.h>

#include "dataset/private.h"

/* Bytes of the arrays behind the struct; n <= INT32_MAX keeps this far from overflow. */
static int64_t payload_size(const hps_frame *f, const hpsi_sigmas *sigmas, int64_t config_size,
                            int64_t source_size)
{
    const int64_t n = f->n_atoms;
    int64_t reals = 3 * n;

    reals += f->cell != NULL ? 9 : 0;
    reals += f->forces != NULL ? 3 * n : 0;
    reals += f->virial != NULL ? 9 : 0;
    reals += sigmas->force != NULL ? 3 * n : 0;
    reals += sigmas->virial != NULL ? 9 : 0;
    return reals * (int64_t)sizeof(double) +
           (f->force_mask != NULL ? 2 : 1) * n * (int64_t)sizeof(int32_t) + config_size +
           source_size;
}

/* Copy size bytes to *at and move on; NULL stays NULL. */
static void *place(char **at, const void *from, int64_t size)
{
    char *to = *at;

    if (from == NULL) {
        return NULL;
    }
    memcpy(to, from, (size_t)size);
    *at += size;
    return to;
}

hpsi_record *hpsi_record_create(hps_context *c, const hps_frame *f, const hpsi_sigmas *sigmas)
{
    const char *config = f->config_type != NULL ? f->config_type : "";
    const char *source = f->source != NULL ? f->source : "";
    const int64_t config_size = (int64_t)strlen(config) + 1;
    const int64_t source_size = (int64_t)strlen(source) + 1;
    const int64_t vectors = 3 * (int64_t)f->n_atoms * (int64_t)sizeof(double);
    const int64_t integers = (int64_t)f->n_atoms * (int64_t)sizeof(int32_t);
    const int64_t matrix = 9 * (int64_t)sizeof(double);
    const int64_t payload = payload_size(f, sigmas, config_size, source_size);
    hpsi_record *r = hpsi_new(c, (int64_t)sizeof *r + payload, 1);
    char *at;

    if (r == NULL) {
        return NULL;
    }
    atomic_init(&r->references, 1);
    at = (char *)(r + 1); /* doubles first: the struct ends on their alignment */
    r->frame = *f;
    r->frame.struct_size = (int32_t)sizeof r->frame;
    r->frame.positions = place(&at, f->positions, vectors);
    r->frame.cell = place(&at, f->cell, matrix);
    r->frame.forces = place(&at, f->forces, vectors);
    r->frame.virial = place(&at, f->virial, matrix);
    r->sigmas.force = place(&at, sigmas->force, vectors);
    r->sigmas.virial = place(&at, sigmas->virial, matrix);
    r->frame.numbers = place(&at, f->numbers, integers);
    r->frame.force_mask = place(&at, f->force_mask, integers);
    r->frame.config_type = place(&at, config, config_size);
    r->frame.source = place(&at, source, source_size);
    return r;
}

hpsi_record *hpsi_record_retain(hpsi_record *r)
{
    atomic_fetch_add_explicit(&r->references, 1, memory_order_relaxed);
    return r;
}

void hpsi_record_release(hpsi_record *r)
{
    if (r != NULL && atomic_fetch_sub_explicit(&r->references, 1, memory_order_acq_rel) == 1) {
        hpsi_free(r);
    }
}
