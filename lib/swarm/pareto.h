/* SPDX-License-Identifier: BSD-3-Clause */
/* What the variants for several objectives keep (swarm.md 11). */
#ifndef HPSI_SWARM_PARETO_H
#define HPSI_SWARM_PARETO_H

#include "swarm/internal.h"
#include "swarm/surface.h"

enum { HPSI_LEADERS = 100 }; /* capacity of the archive that members follow */
enum { HPSI_LED_BY_NONE, HPSI_LED_BY_RBF, HPSI_LED_BY_QUADRATIC, HPSI_LED };
enum { HPSI_LED_MOST = 6 }; /* members that models lead */

/* Models of one weighted sum of the objectives after the other (swarm.md 11.2). */
typedef struct hpsi_weighted {
    double radius[HPSI_LED];
    int64_t *role; /* [slots] HPSI_LED_BY_* in the open batch, or of the point under way */
    /* of the asynchronous mode */
    int64_t leads, flights; /* proposals so far; members sent since the last one that was taken */
    int64_t n_led, n_taken; /* values of led members since the radii were adapted */
    /* made anew for each batch */
    int32_t n_ordered, *ordered; /* dimensions that have an order: models step along these */
    int32_t failures_meet;
    hpsi_rbf *rbf;
    hpsi_quadratic *quadratic;
    double *arena;    /* holds the arrays of fixed size */
    double *proposal; /* [HPSI_LED_MOST][n_dims] */
    double *points, *values, *weights, *sorted;
    double *lo, *hi, *start, *step, *work;
    double *scalar; /* [rows] the weighted value, +inf where it failed */
    struct hpsi_near {
        double square; /* distance */
        int64_t row;
    } * near;
    int64_t scalar_capacity, near_capacity;
} hpsi_weighted;

struct hpsi_pareto {
    /* pareto: the leaders' rows, oldest first, and how alone each of them is */
    int32_t n_leaders;
    int64_t leader[HPSI_LEADERS + 1], order[HPSI_LEADERS + 1];
    double crowding[HPSI_LEADERS + 1];
    hpsi_weighted *weighted; /* NULL in paper_mo */
    /* paper_mo: what each objective's swarm is drawn to */
    double *guide; /* [n_objectives][n_dims] */
};

/* pareto_state.c */
hps_status hpsi_pareto_create(hps_swarm *e, int32_t slots);
hps_status hpsi_paper_mo_create(hps_swarm *e, int32_t slots);
void hpsi_pareto_pack(const hps_swarm *e, hpsi_pack *p);
void hpsi_pareto_unpack(hps_swarm *e, hpsi_pack *p);
/* Take a row among the leaders: 1 if it is one then. The most crowded goes if they are too
 * many. */
int hpsi_leaders_add(hps_swarm *e, int64_t row);
/* Crowding distances of all leaders: at the end of an objective infinite, else the sum over
 * objectives of the distance between both neighbours, in units of the range (Deb et al. 2002). */
void hpsi_leaders_crowding(hps_swarm *e);

/* weighted.c: the leaders of the next batch. */
hps_status hpsi_weighted_create(hps_swarm *e, int32_t slots);
void hpsi_weighted_destroy(hpsi_weighted *w);
/* Proposals for the first members; what can fail of a move. */
hps_status hpsi_weighted_lead(hps_swarm *e);
/* How many of the first members models lead: a third by radial basis, a sixth by quadratics. */
int32_t hpsi_weighted_count(const hps_swarm *e);
/* Asynchronous: a proposal for one member if it is time for one; it is number *at. */
hps_status hpsi_weighted_lead_one(hps_swarm *e, int32_t slot, int32_t *at);
/* Asynchronous: a led member has a value, which became a leader or not. */
void hpsi_weighted_arrived(hps_swarm *e, int taken);
/* n_led of the last batch were led, n_taken of them became leaders: adapt the radii. */
void hpsi_weighted_adapt(hps_swarm *e, int32_t n_led, int32_t n_taken);

#endif
