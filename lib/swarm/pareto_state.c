/* SPDX-License-Identifier: BSD-3-Clause */
/* Variants for several objectives: memory, the archive of leaders, what a checkpoint keeps. */
#include "swarm/pareto.h"

#include <math.h>
#include <string.h>

hps_status hpsi_paper_mo_create(hps_swarm *e, int32_t slots)
{
    (void)slots;
    hpsi_pareto *p = hpsi_new(e->context, 1, sizeof *p);
    if (p == NULL) {
        return HPS_E_MEMORY;
    }
    e->pareto = p;
    int64_t n = (int64_t)e->n_objectives * e->n_dims;
    p->guide = hpsi_new(e->context, n, sizeof *p->guide);
    return p->guide == NULL ? HPS_E_MEMORY : HPS_OK;
}

hps_status hpsi_pareto_create(hps_swarm *e, int32_t slots)
{
    hps_status st = hpsi_paper_mo_create(e, slots);
    return st != HPS_OK ? st : hpsi_weighted_create(e, slots);
}

void hpsi_pareto_destroy(hpsi_pareto *p)
{
    if (p != NULL) {
        hpsi_weighted_destroy(p->weighted);
        hpsi_free(p->guide);
        hpsi_free(p);
    }
}

/* -------------------------------------------------------------- leaders */

static double value(const hps_swarm *e, int64_t row, int32_t k)
{
    return hpsi_archive_values(&e->archive, row)[k];
}

/* p->order: the leaders by one objective, equals by age. */
static void sort_leaders(hps_swarm *e, int32_t k)
{
    hpsi_pareto *p = e->pareto;
    for (int32_t i = 0; i < p->n_leaders; i++) {
        int32_t at = i;
        double v = value(e, p->leader[i], k);
        for (; at > 0 && value(e, p->leader[p->order[at - 1]], k) > v; at--) {
            p->order[at] = p->order[at - 1];
        }
        p->order[at] = i;
    }
}

void hpsi_leaders_crowding(hps_swarm *e)
{
    hpsi_pareto *p = e->pareto;
    int32_t n = p->n_leaders;
    for (int32_t i = 0; i < n; i++) {
        p->crowding[i] = 0.0;
    }
    for (int32_t k = 0; n > 0 && k < e->n_objectives; k++) {
        sort_leaders(e, k);
        double range =
            value(e, p->leader[p->order[n - 1]], k) - value(e, p->leader[p->order[0]], k);
        p->crowding[p->order[0]] = p->crowding[p->order[n - 1]] = (double)INFINITY;
        for (int32_t i = 1; range > 0.0 && i < n - 1; i++) {
            double above = value(e, p->leader[p->order[i + 1]], k);
            p->crowding[p->order[i]] += (above - value(e, p->leader[p->order[i - 1]], k)) / range;
        }
    }
}

/* Of equally crowded ones the oldest goes. */
static int32_t most_crowded(hps_swarm *e)
{
    hpsi_pareto *p = e->pareto;
    int32_t worst = 0;
    hpsi_leaders_crowding(e);
    for (int32_t i = 1; i < p->n_leaders; i++) {
        worst = p->crowding[i] < p->crowding[worst] ? i : worst;
    }
    return worst;
}

int hpsi_leaders_add(hps_swarm *e, int64_t row)
{
    hpsi_pareto *p = e->pareto;
    const double *f = hpsi_archive_values(&e->archive, row);
    size_t bytes = (size_t)e->n_objectives * sizeof *f;
    for (int32_t i = 0; i < p->n_leaders; i++) {
        const double *other = hpsi_archive_values(&e->archive, p->leader[i]);
        if (hpsi_swarm_prefer(e, f, other) > 0 || memcmp(f, other, bytes) == 0) {
            return 0;
        }
    }
    int32_t kept = 0;
    for (int32_t i = 0; i < p->n_leaders; i++) {
        const double *other = hpsi_archive_values(&e->archive, p->leader[i]);
        if (hpsi_swarm_prefer(e, f, other) == 0) {
            p->leader[kept++] = p->leader[i];
        }
    }
    p->leader[kept] = row;
    p->n_leaders = kept + 1;
    if (p->n_leaders <= HPSI_LEADERS) {
        return 1;
    }
    int32_t gone = most_crowded(e);
    int64_t removed = p->leader[gone];
    p->n_leaders--;
    for (int32_t i = gone; i < p->n_leaders; i++) {
        p->leader[i] = p->leader[i + 1];
    }
    return removed != row;
}

/* ----------------------------------------------------------- checkpoint */

void hpsi_pareto_pack(const hps_swarm *e, hpsi_pack *p)
{
    const hpsi_pareto *s = e->pareto;
    hpsi_pack_ints(p, e->n_slots, e->p_row);
    hpsi_pack_int(p, s->n_leaders);
    hpsi_pack_ints(p, s->n_leaders, s->leader);
    hpsi_pack_reals(p, (int64_t)e->n_objectives * e->n_dims, s->guide);
    if (s->weighted != NULL) {
        hpsi_pack_reals(p, HPSI_LED, s->weighted->radius);
        hpsi_pack_ints(p, e->n_slots, s->weighted->role);
    }
    if (s->weighted != NULL && e->asynchronous) {
        hpsi_pack_int(p, s->weighted->leads);
        hpsi_pack_int(p, s->weighted->flights);
        hpsi_pack_int(p, s->weighted->n_led);
        hpsi_pack_int(p, s->weighted->n_taken);
    }
}

/* Is r a row with values? */
static int has_values(const hps_swarm *e, int64_t r)
{
    return r >= 0 && r < e->archive.n && e->archive.rows[r].state == HPSI_ROW_TOLD &&
           e->archive.rows[r].outcome == HPS_EVAL_OK;
}

static int sound(const hps_swarm *e)
{
    const hpsi_pareto *s = e->pareto;
    int good = 1;
    for (int32_t i = 0; e->designs > 0 && i < e->n_slots; i++) {
        int none = !(e->p_f[i] < (double)INFINITY);
        good = good && (none || has_values(e, e->p_row[i]));
    }
    for (int32_t i = 0; i < s->n_leaders; i++) {
        good = good && has_values(e, s->leader[i]);
    }
    for (int64_t i = 0; i < (int64_t)e->n_objectives * e->n_dims; i++) {
        good = good && s->guide[i] >= 0.0 && s->guide[i] <= 1.0;
    }
    for (int32_t i = 1; s->weighted != NULL && i < HPSI_LED; i++) {
        double r = s->weighted->radius[i];
        good = good && (r > 0.0 || (r == 0.0 && e->n_dims == 0)) && isfinite(r);
    }
    return good;
}

void hpsi_pareto_unpack(hps_swarm *e, hpsi_pack *p)
{
    hpsi_pareto *s = e->pareto;
    hpsi_unpack_ints(p, e->n_slots, e->p_row);
    s->n_leaders = (int32_t)hpsi_unpack_int_in(p, 0, HPSI_LEADERS);
    hpsi_unpack_ints(p, s->n_leaders, s->leader);
    hpsi_unpack_reals(p, (int64_t)e->n_objectives * e->n_dims, s->guide);
    if (s->weighted != NULL) {
        hpsi_unpack_reals(p, HPSI_LED, s->weighted->radius);
        hpsi_unpack_ints(p, e->n_slots, s->weighted->role);
    }
    if (s->weighted != NULL && e->asynchronous) {
        s->weighted->leads = hpsi_unpack_int_in(p, 0, INT32_MAX);
        s->weighted->flights = hpsi_unpack_int_in(p, 0, INT32_MAX);
        s->weighted->n_led = hpsi_unpack_int_in(p, 0, HPSI_LED_MOST - 1);
        s->weighted->n_taken = hpsi_unpack_int_in(p, 0, s->weighted->n_led);
    }
    int lost = e->designs > 0 && e->iteration > 0 && e->best >= 0 && s->n_leaders == 0 &&
               e->variant == &hpsi_variant_pareto;
    if (p->status == HPS_OK && (lost || !sound(e))) {
        p->status = hpsi_fail(HPS_E_FORMAT, "holds a leader without values");
    }
}
