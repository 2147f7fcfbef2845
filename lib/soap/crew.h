/* SPDX-License-Identifier: BSD-3-Clause */
/* Works of several blocks of atoms in one public call. */
#ifndef HPSI_SOAP_CREW_H
#define HPSI_SOAP_CREW_H

#include "soap/private.h"

/* Works of several blocks that are in hand at the same time; each is made when it is first
 * needed, by the worker that needs it. */
typedef struct hpsi_crew {
    hps_context *context;
    hpsi_soap_plan *plan;
    hpsi_soap_work **works;
    int32_t n;
} hpsi_crew;
hps_status hpsi_crew_create(hpsi_crew *c, const hps_soap *s, int32_t n);
void hpsi_crew_free(hpsi_crew *c);
hps_status hpsi_crew_work(const hpsi_crew *c, int64_t i, hpsi_soap_work **w);

/* Atoms of the block that begins with `first`. */
static inline int32_t hpsi_crew_count(int32_t n_atoms, int32_t first, int32_t block)
{
    return n_atoms - first < block ? n_atoms - first : block;
}

#endif
