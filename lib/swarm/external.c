/* SPDX-License-Identifier: BSD-3-Clause */
/* Points that no particle owns: values of earlier runs or of other optimisers (swarm.md 6). */
#include <math.h>

#include "swarm/internal.h"

static hps_status check_all(const hps_swarm *e, int32_t n, const double *x, const int32_t *outcome)
{
    hps_status st = HPS_OK;
    for (int32_t i = 0; i < n && st == HPS_OK; i++) {
        if (outcome != NULL) {
            st = hpsi_swarm_check_outcome(outcome[i], "tell_external: point", i);
        }
        if (st == HPS_OK) {
            st = hpsi_swarm_check_point(e, "tell_external: point", i, x + (int64_t)i * e->space->n);
        }
    }
    return st;
}

static hps_status reserve(hps_swarm *e, int32_t n)
{
    hps_status st = hpsi_archive_reserve(&e->archive, n);
    st = st == HPS_OK ? hpsi_front_reserve(e) : st;
    if (st == HPS_OK && e->variant != NULL && e->variant->reserve != NULL) {
        st = e->variant->reserve(e, (int64_t)n + e->n_slots + hpsi_noisy_repeats(e));
    }
    return st;
}

/* The run's own value of a point is the one that counts. */
static void add_point(hps_swarm *e, const double *x, const double *f, int32_t outcome)
{
    hpsi_archive *a = &e->archive;
    for (int32_t d = 0; d < e->n_dims; d++) {
        e->snapped[d] = hpsi_param_unit(&e->space->params[e->dims[d]], x[e->dims[d]]);
    }
    int64_t known = hpsi_archive_find(a, e->snapped, a->n, 0);
    int noisy = e->options[HPSI_SWARM_NOISY] == 1.0;
    if (known >= 0 && !noisy) {
        return;
    }
    int64_t r = hpsi_archive_add(a, e->snapped, x);
    a->rows[r].first = known >= 0 ? a->rows[known].first : r;
    a->rows[r].iteration = e->iteration;
    hpsi_swarm_fill_row(e, r, f, hpsi_swarm_judge(e, f, outcome));
    if (e->noisy) {
        hpsi_noisy_refresh(e);
    }
    hpsi_swarm_attract(e, r);
    e->improved_f = fmin(e->improved_f, a->rows[r].f);
}

hps_status hps_swarm_tell_external(hps_swarm *e, int32_t n, const double *x, const double *f,
                                   const int32_t *outcome)
{
    hps_status st = hpsi_swarm_not_busy(e, "tell_external");
    if (st != HPS_OK) {
        return st;
    }
    if (n < 0 || (n > 0 && (x == NULL || f == NULL))) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: tell_external: n = %d with %s", n,
                         x == NULL ? "x NULL" : "f NULL");
    }
    st = check_all(e, n, x, outcome);
    if (st == HPS_OK) {
        st = reserve(e, n);
    }
    for (int32_t i = 0; i < n && st == HPS_OK; i++) {
        add_point(e, x + (int64_t)i * e->space->n, f + (int64_t)i * e->n_objectives,
                  outcome == NULL ? HPS_EVAL_OK : outcome[i]);
    }
    if (st == HPS_OK && !e->open) {
        e->batch = e->asynchronous ? e->batch : e->archive.n;
        hpsi_swarm_update_stop(e); /* the target may be reached */
    }
    return st;
}
