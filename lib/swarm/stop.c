/* SPDX-License-Identifier: BSD-3-Clause */
/* When a run ends (swarm.md 7), and its clock. Looked at between iterations only, so that the
 * answer does not depend on how the tells were split. */
#include "swarm/internal.h"

#include <math.h>

enum { FRESH_DESIGNS = 5, STALLED = 100 };

int hpsi_swarm_allowed(const hps_swarm *e, int64_t id)
{
    double limit = e->options[HPSI_SWARM_MAX_EVALUATIONS];
    return limit <= 0.0 || (double)id < limit;
}

int hpsi_swarm_settled(const hps_swarm *e)
{
    return e->asynchronous || (e->n_asked == 0 && (e->n_told == e->archive.n_ids ||
                                                   !hpsi_swarm_allowed(e, e->n_told)));
}

double hpsi_swarm_seconds(const hps_swarm *e)
{
    return e->clock_on ? e->seconds + (hpsi_seconds() - e->clock_start) : e->seconds;
}

void hpsi_swarm_clock(hps_swarm *e, int32_t on)
{
    if (on != e->clock_on) {
        e->seconds = hpsi_swarm_seconds(e);
        e->clock_start = hpsi_seconds();
        e->clock_on = on;
    }
}

/* Go on through the told rows in order of id (asynchronous: of completion) and note significant
 * improvements. */
static void scan(hps_swarm *e)
{
    double tolerance = e->options[HPSI_SWARM_STAGNATION_TOLERANCE];
    const hpsi_archive *a = &e->archive;
    while (e->scanned < e->n_told) {
        int64_t id = e->asynchronous ? a->order[e->scanned] : e->scanned;
        int64_t r = a->row_of[id];
        if (a->rows[r].state != HPSI_ROW_TOLD) { /* cut by max_evaluations */
            return;
        }
        e->scanned++;
        double f = a->rows[r].f;
        if (e->n_objectives > 1) {
            if (hpsi_front_has(e, r)) {
                e->improved_row = e->scanned;
            }
            continue;
        }
        double least = e->improved_f;
        if (isfinite(least)) {
            least -= tolerance * fabs(least);
        }
        if (f < least) {
            e->improved_f = f;
            e->improved_row = e->scanned;
        }
    }
}

static int exhausted(const hps_swarm *e)
{
    return e->stalled >= STALLED ||
           (!e->noisy && (double)e->archive.n >= e->space_size && e->n_told == e->archive.n_ids);
}

static int32_t criterion(hps_swarm *e)
{
    const double *o = e->options;
    double best = e->best >= 0 ? e->archive.rows[e->best].f : (double)INFINITY;
    if (!hpsi_swarm_allowed(e, e->n_told)) {
        return HPSI_STOP_EVALUATIONS;
    }
    if (o[HPSI_SWARM_MAX_ITERATIONS] > 0.0 &&
        (double)e->iteration >= o[HPSI_SWARM_MAX_ITERATIONS]) {
        return HPSI_STOP_ITERATIONS;
    }
    if (best <= o[HPSI_SWARM_TARGET] &&
        o[HPSI_SWARM_TARGET] > hpsi_swarm_options.rows[HPSI_SWARM_TARGET].minimum) {
        return HPSI_STOP_TARGET;
    }
    if (o[HPSI_SWARM_STAGNATION] > 0.0 &&
        (double)(e->scanned - e->improved_row) >= o[HPSI_SWARM_STAGNATION]) {
        return HPSI_STOP_STAGNATION;
    }
    if (o[HPSI_SWARM_TIME_LIMIT] > 0.0 && hpsi_swarm_seconds(e) >= o[HPSI_SWARM_TIME_LIMIT]) {
        return HPSI_STOP_TIME;
    }
    if (atomic_load_explicit(&e->cancel, memory_order_relaxed) != 0) {
        return HPSI_STOP_CANCELLED;
    }
    if (exhausted(e)) {
        return HPSI_STOP_EXHAUSTED;
    }
    int none = e->n_outcomes[HPS_EVAL_OK] == 0;
    return none && e->failed_designs > FRESH_DESIGNS ? HPSI_STOP_ALL_FAILED : HPSI_STOP_NONE;
}

void hpsi_swarm_update_stop(hps_swarm *e)
{
    if (e->variant == NULL || e->stop != HPSI_STOP_NONE || !hpsi_swarm_settled(e)) {
        return;
    }
    scan(e);
    e->stop = criterion(e);
    if (e->stop != HPSI_STOP_NONE) {
        hpsi_swarm_clock(e, 0);
        /* answered, whichever criterion came first: it must not end the next run as well */
        atomic_store_explicit(&e->cancel, 0, memory_order_relaxed);
    }
}

const char *hps_swarm_stop_reason(const hps_swarm *e)
{
    static const char *const reasons[] = {"",          "evaluations", "iterations",
                                          "target",    "stagnation",  "time",
                                          "cancelled", "exhausted",   "all_failed"};
    return e == NULL ? "" : reasons[e->stop];
}

int32_t hps_swarm_done(const hps_swarm *e)
{
    return e != NULL && e->stop != HPSI_STOP_NONE && e->n_asked == 0;
}

void hps_swarm_cancel(hps_swarm *e)
{
    if (e != NULL) {
        atomic_store_explicit(&e->cancel, 1, memory_order_relaxed);
    }
}
