/* SPDX-License-Identifier: BSD-3-Clause */
/* Works of several blocks, made when they are needed. */
#include "soap/crew.h"

void hpsi_crew_free(hpsi_crew *c)
{
    for (int32_t i = 0; i < c->n && c->works != NULL; i++) {
        hpsi_soap_work_destroy(c->works[i]);
    }
    hpsi_free(c->works);
    hpsi_soap_plan_destroy(c->plan);
}

hps_status hpsi_crew_create(hpsi_crew *c, const hps_soap *s, int32_t n)
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
        hpsi_crew_free(c);
        return HPS_E_MEMORY;
    }
    return HPS_OK;
}

hps_status hpsi_crew_work(const hpsi_crew *c, int64_t i, hpsi_soap_work **w)
{
    hps_status st =
        c->works[i] != NULL ? HPS_OK : hpsi_soap_work_create(&c->works[i], c->context, c->plan);

    *w = c->works[i];
    return st;
}
