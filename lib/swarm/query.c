/* SPDX-License-Identifier: BSD-3-Clause */
/* What a run has found so far: best point, history, progress. */
#include "swarm/internal.h"

#include <math.h>
#include <string.h>

/* Nothing has a value: say what became of the first evaluation. */
static hps_status no_best(const hps_swarm *e)
{
    static const char *const ends[] = {"", "was infeasible", "failed", "timed out"};
    if (e->n_told == 0) {
        return hpsi_fail(HPS_E_STATE, "swarm: best: no evaluation has been told yet");
    }
    int64_t id = e->archive.order[0];
    const hpsi_row *first = &e->archive.rows[e->archive.row_of[id]];
    return hpsi_fail(HPS_E_STATE,
                     "swarm: best: none of %lld evaluations gave a value; the first one told, "
                     "id %lld, %s",
                     (long long)e->n_told, (long long)id,
                     first->no_number ? "gave no number" : ends[first->outcome]);
}

hps_status hps_swarm_best(const hps_swarm *e, double *x, double *f)
{
    if (e == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: best: the engine is NULL");
    }
    if (e->best < 0) {
        return no_best(e);
    }
    int64_t best = hpsi_swarm_best_row(e);
    if (x != NULL) {
        int32_t n = e->archive.n_params;
        memcpy(x, e->archive.x + best * n, (size_t)n * sizeof *x);
    }
    if (f != NULL) {
        memcpy(f, hpsi_archive_values(&e->archive, best), (size_t)e->n_objectives * sizeof *f);
    }
    return HPS_OK;
}

/* Mean distance from the centre over half the diagonal of the cube: 1 is a swarm that sits
 * half and half in two opposite corners. */
static double diversity(const hps_swarm *e)
{
    if (e->designs == 0 || e->n_dims == 0) {
        return 0.0;
    }
    double *centre = e->snapped;
    for (int32_t d = 0; d < e->n_dims; d++) {
        centre[d] = 0.0;
        for (int32_t i = 0; i < e->n_slots; i++) {
            centre[d] += e->x[(int64_t)i * e->n_dims + d] / e->n_slots;
        }
    }
    double sum = 0.0;
    for (int32_t i = 0; i < e->n_slots; i++) {
        double square = 0.0;
        for (int32_t d = 0; d < e->n_dims; d++) {
            double a = e->x[(int64_t)i * e->n_dims + d] - centre[d];
            square += a * a;
        }
        sum += sqrt(square);
    }
    return sum / e->n_slots / (0.5 * sqrt((double)e->n_dims));
}

void hpsi_swarm_fill_progress(const hps_swarm *e, hps_progress *p)
{
    p->iteration = e->iteration;
    p->n_evaluated = e->n_told;
    p->n_failed = e->n_failed;
    p->seconds = hpsi_swarm_seconds(e);
    p->best = e->best >= 0 ? e->archive.rows[e->best].f : (double)INFINITY;
    p->diversity = diversity(e);
    p->n_front = (int32_t)(e->n_objectives > 1 ? e->n_front : e->best >= 0);
}

hps_status hps_swarm_get_progress(const hps_swarm *e, hps_progress *p)
{
    if (e == NULL || p == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: progress: %s is NULL",
                         e == NULL ? "the engine" : "the output");
    }
    if (p->struct_size < (int32_t)sizeof *p) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: struct_size = %d of hps_progress, must be >= %d",
                         p->struct_size, (int32_t)sizeof *p);
    }
    hpsi_swarm_fill_progress(e, p);
    return HPS_OK;
}

static void copy_row(const hps_swarm *e, int64_t r, int64_t k, int64_t *id, double *x)
{
    if (id != NULL) {
        id[k] = e->archive.rows[r].id;
    }
    if (x != NULL) {
        int32_t n = e->archive.n_params;
        memcpy(x + k * n, e->archive.x + r * n, (size_t)n * sizeof *x);
    }
}

hps_status hps_swarm_history(const hps_swarm *e, int64_t capacity, int64_t *n, int64_t *id,
                             double *x, double *f, int32_t *outcome)
{
    if (e == NULL || n == NULL || capacity < 0) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: history: %s, capacity = %lld",
                         e == NULL   ? "the engine is NULL"
                         : n == NULL ? "n is NULL"
                                     : "n is given",
                         (long long)capacity);
    }
    *n = e->n_told;
    int wanted = id != NULL || x != NULL || f != NULL || outcome != NULL;
    if (wanted && capacity < e->n_told) {
        return hpsi_fail(HPS_E_CAPACITY, "swarm: history: capacity = %lld, needs %lld",
                         (long long)capacity, (long long)e->n_told);
    }
    int64_t k = 0;
    for (int64_t i = 0; wanted && i < e->archive.n_ids; i++) {
        int64_t r = e->archive.row_of[i];
        const hpsi_row *row = &e->archive.rows[r];
        if (row->state != HPSI_ROW_TOLD) {
            continue;
        }
        copy_row(e, r, k, id, x);
        if (f != NULL) {
            int32_t m = e->n_objectives;
            memcpy(f + k * m, e->noisy ? &row->observed : hpsi_archive_values(&e->archive, r),
                   (size_t)m * sizeof *f);
        }
        if (outcome != NULL) {
            outcome[k] = row->outcome;
        }
        k++;
    }
    return HPS_OK;
}

int64_t hps_swarm_count(const hps_swarm *e, int32_t what)
{
    if (e == NULL) {
        return 0;
    }
    if (what >= 0 && what < HPSI_OUTCOMES) {
        return e->n_outcomes[what];
    }
    return what == HPS_COUNT_RETRIED     ? e->n_retried
           : what == HPS_COUNT_EXTERNAL  ? e->archive.n - e->archive.n_ids
           : what == HPS_COUNT_NO_NUMBER ? e->n_no_number
                                         : 0;
}
