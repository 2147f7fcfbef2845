/* SPDX-License-Identifier: BSD-3-Clause */
/* Several objectives: which point beats which, the front of what no other beats, and the
 * compromise that is reported as the best. */
#include "swarm/internal.h"

#include <math.h>
#include <string.h>

static int32_t dominance(int32_t m, const double *a, const double *b)
{
    int a_better = 0;
    int b_better = 0;
    for (int32_t k = 0; k < m; k++) {
        a_better |= a[k] < b[k];
        b_better |= b[k] < a[k];
    }
    return b_better - a_better;
}

int32_t hpsi_swarm_prefer(const hps_swarm *e, const double *a, const double *b)
{
    return e->prefer == NULL ? dominance(e->n_objectives, a, b)
                             : e->prefer(e->n_objectives, a, b, e->prefer_user);
}

/* ---------------------------------------------------------------- front */

hps_status hpsi_front_reserve(hps_swarm *e)
{
    if (e->n_objectives == 1) {
        return HPS_OK;
    }
    void *items = e->front;
    hps_status st = hpsi_grow(e->context, &items, &e->front_capacity, e->archive.row_capacity,
                              sizeof *e->front);
    e->front = items;
    return st;
}

/* The values of member i of the front. */
static const double *member(const hps_swarm *e, int64_t i)
{
    return hpsi_archive_values(&e->archive, e->front[i]);
}

void hpsi_front_insert(hps_swarm *e, int64_t row)
{
    const double *f = hpsi_archive_values(&e->archive, row);
    for (int64_t i = 0; i < e->n_front; i++) {
        if (hpsi_swarm_prefer(e, f, member(e, i)) > 0) {
            return;
        }
    }
    int64_t kept = 0;
    for (int64_t i = 0; i < e->n_front; i++) {
        if (hpsi_swarm_prefer(e, f, member(e, i)) == 0) {
            e->front[kept++] = e->front[i];
        }
    }
    int64_t at = kept;
    for (; at > 0 && e->front[at - 1] > row; at--) { /* told out of order */
        e->front[at] = e->front[at - 1];
    }
    e->front[at] = row;
    e->n_front = kept + 1;
}

void hpsi_front_rebuild(hps_swarm *e)
{
    e->n_front = 0;
    for (int64_t r = 0; e->n_objectives > 1 && r < e->archive.n; r++) {
        const hpsi_row *row = &e->archive.rows[r];
        if (row->state == HPSI_ROW_TOLD && row->outcome == HPS_EVAL_OK) {
            hpsi_front_insert(e, r);
        }
    }
}

int hpsi_front_has(const hps_swarm *e, int64_t row)
{
    int64_t lo = 0;
    int64_t hi = e->n_front;
    while (lo < hi) {
        int64_t mid = lo + (hi - lo) / 2;
        if (e->front[mid] < row) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo < e->n_front && e->front[lo] == row;
}

/* Where member i lies between the least and the largest value of its worst objective. */
static double worst_share(const hps_swarm *e, int64_t i, const double *least, const double *most)
{
    double worst = 0.0;
    for (int32_t k = 0; k < e->n_objectives; k++) {
        double range = most[k] - least[k];
        worst = fmax(worst, range > 0.0 ? (member(e, i)[k] - least[k]) / range : 0.0);
    }
    return worst;
}

int64_t hpsi_swarm_best_row(const hps_swarm *e)
{
    if (e->n_objectives == 1 || e->n_front == 0) {
        return e->best;
    }
    double least[HPSI_OBJECTIVES_MAX], most[HPSI_OBJECTIVES_MAX];
    for (int32_t k = 0; k < e->n_objectives; k++) {
        least[k] = most[k] = member(e, 0)[k];
        for (int64_t i = 1; i < e->n_front; i++) {
            least[k] = fmin(least[k], member(e, i)[k]);
            most[k] = fmax(most[k], member(e, i)[k]);
        }
    }
    int64_t best = -1;
    double share = (double)INFINITY;
    for (int64_t i = 0; i < e->n_front; i++) {
        double s = worst_share(e, i, least, most);
        if (best < 0 || s < share) {
            best = e->front[i];
            share = s;
        }
    }
    return best;
}

/* --------------------------------------------------------------- public */

hps_status hps_swarm_set_preference(hps_swarm *e, hps_prefer_fn fn, void *user)
{
    hps_status st = hpsi_swarm_not_busy(e, "set_preference");
    if (st != HPS_OK) {
        return st;
    }
    if (e->n_objectives == 1) {
        return hpsi_fail(HPS_E_STATE, "swarm: a preference is for several objectives, the engine "
                                      "has one");
    }
    e->prefer = fn;
    e->prefer_user = user;
    hpsi_front_rebuild(e);
    return HPS_OK;
}

hps_status hps_swarm_front(const hps_swarm *e, int32_t capacity, int32_t *n, int64_t *id, double *x,
                           double *f)
{
    if (e == NULL || n == NULL || capacity < 0) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: front: %s, capacity = %d",
                         e == NULL   ? "the engine is NULL"
                         : n == NULL ? "n is NULL"
                                     : "n is given",
                         capacity);
    }
    const int64_t *rows = e->n_objectives > 1 ? e->front : &e->best;
    int64_t size = e->n_objectives > 1 ? e->n_front : e->best >= 0;
    int64_t n_params = e->archive.n_params;
    int64_t m = e->n_objectives;
    *n = (int32_t)size;
    if (id == NULL && x == NULL && f == NULL) {
        return HPS_OK;
    }
    if (capacity < size) {
        return hpsi_fail(HPS_E_CAPACITY, "swarm: front: capacity = %d, needs %d", capacity, *n);
    }
    for (int64_t i = 0; i < size; i++) {
        int64_t r = rows[i];
        if (id != NULL) {
            id[i] = e->archive.rows[r].id;
        }
        if (x != NULL) {
            memcpy(x + i * n_params, e->archive.x + r * n_params, (size_t)n_params * sizeof *x);
        }
        if (f != NULL) {
            memcpy(f + i * m, hpsi_archive_values(&e->archive, r), (size_t)m * sizeof *f);
        }
    }
    return HPS_OK;
}
