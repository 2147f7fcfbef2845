/* SPDX-License-Identifier: BSD-3-Clause */
/* What the variants for several objectives keep (swarm.md 11). */
#ifndef HPSI_SWARM_PARETO_H
#define HPSI_SWARM_PARETO_H

#include "swarm/internal.h"

enum { HPSI_LEADERS = 100 }; /* capacity of the archive that members follow */

struct hpsi_pareto {
    /* pareto: the leaders' rows, oldest first, and how alone each of them is */
    int32_t n_leaders;
    int64_t leader[HPSI_LEADERS + 1], order[HPSI_LEADERS + 1];
    double crowding[HPSI_LEADERS + 1];
    /* paper_mo: what each objective's swarm is drawn to */
    double *guide; /* [n_objectives][n_dims] */
};

/* pareto_state.c */
hps_status hpsi_pareto_create(hps_swarm *e, int32_t slots);
void hpsi_pareto_pack(const hps_swarm *e, hpsi_pack *p);
void hpsi_pareto_unpack(hps_swarm *e, hpsi_pack *p);
/* Take a row among the leaders: 1 if it is one then. The most crowded goes if they are too
 * many. */
int hpsi_leaders_add(hps_swarm *e, int64_t row);
/* Crowding distances of all leaders: at the end of an objective infinite, else the sum over
 * objectives of the distance between both neighbours, in units of the range (Deb et al. 2002). */
void hpsi_leaders_crowding(hps_swarm *e);

#endif
