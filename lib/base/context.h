/* SPDX-License-Identifier: BSD-3-Clause */
/* Inside of a context, for the files of base only. */
#ifndef HPSI_BASE_CONTEXT_H
#define HPSI_BASE_CONTEXT_H

#include <stdatomic.h>

#include "hpswarm/base.h"

struct hps_context {
    hps_allocator allocator; /* allocate == NULL: malloc */
    atomic_int_least64_t references, held, peak;
    int64_t memory_limit; /* 0: none */
    int32_t threads;      /* 0: OpenMP's default */
    int32_t log_level;
    hps_log_fn log;
    void *log_user;
    int32_t is_default;     /* static storage, never released */
    struct hpsi_team *team; /* NULL: this process is alone */
};

hps_context *hpsi_context_or_default(hps_context *c);
/* In memory.c, beside the allocator's other calls. */
hps_context *hpsi_context_allocate(const hps_allocator *a);
void hpsi_context_deallocate(hps_context *c);
/* In team.c. */
void hpsi_team_free(hps_context *c);

#endif
