/* SPDX-License-Identifier: BSD-3-Clause */
/* Ask and tell, the primitive on which everything else stands. */
#include "swarm/internal.h"

#include <math.h>
#include <string.h>

/* ----------------------------------------------------------------- ask */

/* Others may wait while a file is forced to the disk: ranks for their next point. */
static double sync_interval(const hps_swarm *e)
{
    return fmin(fmax(HPSI_SYNC_SECONDS, HPSI_SYNC_TIMES * e->autosave_cost), HPSI_SYNC_MOST);
}

/* A disk may take longer for one fsync than an evaluation takes. A file that was not yet
 * forced to the disk never becomes PATH.previous: after a power cut one of the two is whole. */
hps_status hpsi_swarm_autosave(hps_swarm *e)
{
    if (e->autosave == NULL) {
        return HPS_OK;
    }
    double now = hpsi_seconds();
    int32_t sync = e->stop != HPSI_STOP_NONE || e->autosave_synced_at == 0.0 ||
                   now - e->autosave_synced_at >= sync_interval(e);
    hps_status st = e->autosave_on_disk ? hpsi_file_keep(e->context, e->autosave) : HPS_OK;
    if (st == HPS_OK) {
        st = hpsi_swarm_write(e, e->autosave, sync);
    }
    if (st == HPS_OK) {
        e->autosave_on_disk = sync;
        e->autosave_synced_at = sync ? hpsi_seconds() : e->autosave_synced_at;
        e->autosave_cost = sync ? e->autosave_synced_at - now : e->autosave_cost;
    }
    return st;
}

static int32_t hand_out(hps_swarm *e, int32_t capacity, int64_t *id, double *x)
{
    hpsi_archive *a = &e->archive;
    int32_t n = 0;
    for (int64_t r = e->batch; n < capacity && r < a->n; r++) {
        if (a->rows[r].state == HPSI_ROW_PLANNED && hpsi_swarm_allowed(e, a->rows[r].id)) {
            a->rows[r].state = HPSI_ROW_ASKED;
            id[n] = a->rows[r].id;
            memcpy(x + (int64_t)n * a->n_params, a->x + r * a->n_params,
                   (size_t)a->n_params * sizeof *x);
            n++;
        }
    }
    e->n_asked += n;
    return n;
}

hps_status hpsi_swarm_ask(hps_swarm *e, int32_t capacity, int32_t *n, int64_t *id, double *x)
{
    hps_status st = hpsi_swarm_begin(e);
    if (st != HPS_OK) {
        return st;
    }
    int32_t count = 0;
    if (e->stop == HPSI_STOP_NONE) {
        hpsi_swarm_clock(e, 1);
        hpsi_swarm_update_stop(e); /* the time may be over by now */
        if (e->stop == HPSI_STOP_NONE) {
            st = e->asynchronous ? hpsi_async_advance(e) : hpsi_swarm_plan(e);
        }
        if (st == HPS_OK && e->stop != HPSI_STOP_NONE) {
            st = hpsi_swarm_autosave(e);
        }
        if (st == HPS_OK && e->stop == HPSI_STOP_NONE) {
            st = hpsi_async_check_replay(e);
        }
        if (st == HPS_OK && e->stop == HPSI_STOP_NONE) {
            count = hand_out(e, capacity, id, x);
        }
    }
    if (st == HPS_OK) {
        *n = count;
    }
    return st;
}

hps_status hps_swarm_ask(hps_swarm *e, int32_t capacity, int32_t *n, int64_t *id, double *x)
{
    hps_status st = hpsi_swarm_not_busy(e, "ask");
    if (st != HPS_OK) {
        return st;
    }
    if (capacity < 0 || n == NULL || (capacity > 0 && (id == NULL || x == NULL))) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: ask: capacity = %d with %s", capacity,
                         n == NULL ? "n NULL" : "id or x NULL");
    }
    return hpsi_swarm_ask(e, capacity, n, id, x);
}

void hpsi_swarm_recall(hps_swarm *e)
{
    for (int64_t r = e->batch; r < e->archive.n; r++) {
        if (e->archive.rows[r].state == HPSI_ROW_ASKED) {
            e->archive.rows[r].state = HPSI_ROW_PLANNED;
        }
    }
    e->n_asked = 0;
}

/* ---------------------------------------------------------------- tell */

int32_t hpsi_swarm_judge(const hps_swarm *e, const double *f, int32_t outcome)
{
    if (outcome != HPS_EVAL_OK) {
        return outcome;
    }
    int finite = 1;
    for (int32_t k = 0; k < e->n_objectives; k++) {
        finite = finite && isfinite(f[k]);
    }
    int accepted = finite || (e->n_objectives == 1 && f[0] == -(double)INFINITY &&
                              e->options[HPSI_SWARM_ACCEPT_INFINITY] == 1.0);
    return accepted ? HPS_EVAL_OK : HPS_EVAL_FAILED;
}

hps_status hpsi_swarm_check_outcome(int32_t outcome, const char *what, int64_t i)
{
    if (outcome < HPS_EVAL_OK || outcome >= HPSI_OUTCOMES) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: outcome = %d of %s %lld must be 0, 1, 2 or 3",
                         outcome, what, (long long)i);
    }
    return HPS_OK;
}

static hpsi_row *row_of(hps_swarm *e, int64_t id)
{
    return &e->archive.rows[e->archive.row_of[id]];
}

static hps_status claim(hps_swarm *e, int64_t id, const int32_t *outcome)
{
    hps_status st = outcome == NULL ? HPS_OK : hpsi_swarm_check_outcome(*outcome, "tell: id", id);
    if (st != HPS_OK) {
        return st;
    }
    if (id < 0 || id >= e->archive.n_ids || row_of(e, id)->state == HPSI_ROW_PLANNED) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: tell: id %lld was not asked for", (long long)id);
    }
    if (row_of(e, id)->state != HPSI_ROW_ASKED) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: tell: id %lld was told before", (long long)id);
    }
    row_of(e, id)->state = HPSI_ROW_TELLING;
    return HPS_OK;
}

/* Check every id and mark it; on a failure all marks are taken back. */
static hps_status claim_all(hps_swarm *e, int32_t n, const int64_t *id, const int32_t *outcome)
{
    for (int32_t i = 0; i < n; i++) {
        hps_status st = claim(e, id[i], outcome == NULL ? NULL : &outcome[i]);
        if (st != HPS_OK) {
            while (i-- > 0) {
                row_of(e, id[i])->state = HPSI_ROW_ASKED;
            }
            return st;
        }
    }
    return HPS_OK;
}

void hpsi_swarm_count_row(hps_swarm *e, int64_t r)
{
    const hpsi_row *row = &e->archive.rows[r];
    e->n_retried += row->retries;
    if (row->state == HPSI_ROW_TOLD && row->id >= 0) {
        e->archive.order[row->rank] = row->id;
        e->n_told++;
        e->n_failed += row->outcome != HPS_EVAL_OK;
        e->n_outcomes[row->outcome]++;
        e->n_no_number += row->no_number;
    }
    if (row->state == HPSI_ROW_TOLD && row->outcome == HPS_EVAL_OK && !e->noisy) {
        double best = e->best >= 0 ? e->archive.rows[e->best].f : (double)INFINITY;
        if (row->f < best || (row->f == best && r < e->best)) {
            e->best = r;
        }
    }
}

/* A failure may be the machine's: the point is handed out again if "retry" allows. */
static int once_more(hps_swarm *e, hpsi_row *row, int32_t outcome)
{
    int broken = outcome == HPS_EVAL_FAILED || outcome == HPS_EVAL_TIMEOUT;
    if (!broken || row->retries >= (int32_t)e->options[HPSI_SWARM_RETRY]) {
        return 0;
    }
    row->retries++;
    row->state = HPSI_ROW_PLANNED;
    e->n_retried++;
    return 1;
}

void hpsi_swarm_fill_row(hps_swarm *e, int64_t r, const double *f, int32_t outcome)
{
    hpsi_row *row = &e->archive.rows[r];
    int32_t m = e->n_objectives;
    row->state = HPSI_ROW_TOLD;
    row->rank = e->n_told - (row->id < 0);
    row->outcome = outcome;
    row->f = row->observed = outcome == HPS_EVAL_OK ? f[0] : (double)INFINITY;
    if (m > 1 && outcome == HPS_EVAL_OK) {
        memcpy(e->archive.f + r * m, f, (size_t)m * sizeof *f);
        hpsi_front_insert(e, r);
    }
    hpsi_swarm_count_row(e, r);
}

static void take(hps_swarm *e, int64_t id, const double *f, int32_t outcome)
{
    hpsi_row *row = row_of(e, id);
    int32_t told = outcome;
    outcome = hpsi_swarm_judge(e, f, told);
    e->n_asked--;
    if (once_more(e, row, outcome)) {
        return;
    }
    row->no_number = outcome != told;
    if (e->asynchronous) {
        hpsi_async_receive(e, id, f, outcome);
    } else {
        e->n_retried -= row->retries; /* counted when they happened */
        hpsi_swarm_fill_row(e, e->archive.row_of[id], f, outcome);
    }
}

/* Let the user see the iteration; nonzero ends the run. */
static hps_status show_progress(hps_swarm *e)
{
    if (e->progress == NULL) {
        return HPS_OK;
    }
    hps_progress p = {.struct_size = (int32_t)sizeof p};
    hpsi_swarm_fill_progress(e, &p);
    e->busy = 1;
    int32_t code = e->progress(&p, e->progress_user);
    e->busy = 0;
    if (code == 0) {
        return HPS_OK;
    }
    if (e->stop == HPSI_STOP_NONE) {
        e->stop = HPSI_STOP_CANCELLED;
        hpsi_swarm_clock(e, 0);
    }
    return hpsi_fail(HPS_E_CANCELLED, "swarm: the progress callback returned %d", code);
}

/* `complete`: an iteration has ended. */
static hps_status settle(hps_swarm *e, int complete)
{
    if (e->noisy) {
        hpsi_noisy_refresh(e);
    }
    hpsi_swarm_update_stop(e);
    hps_status st = show_progress(e);
    int due = complete && e->autosave_every > 0 && e->iteration % e->autosave_every == 0;
    if (due || e->stop != HPSI_STOP_NONE) {
        hps_status saved = hpsi_swarm_autosave(e);
        st = st == HPS_OK ? saved : st;
    }
    return st;
}

/* All values of an iteration, or all that the limit allows, are in. */
static hps_status settle_batch(hps_swarm *e)
{
    int complete = e->open && e->n_told == e->archive.n_ids;
    if (complete) {
        hpsi_swarm_absorb(e);
    }
    return settle(e, complete);
}

/* As many values as an iteration has are an iteration. */
static hps_status settle_values(hps_swarm *e)
{
    int64_t iteration = e->iteration;
    int32_t stop = e->stop;
    hps_status st = hpsi_async_advance(e);
    if (st != HPS_OK) {
        return st;
    }
    int complete = e->iteration > iteration;
    return complete || e->stop != stop ? settle(e, complete) : HPS_OK;
}

hps_status hpsi_swarm_tell(hps_swarm *e, int32_t n, const int64_t *id, const double *f,
                           const int32_t *outcome)
{
    hps_status st = claim_all(e, n, id, outcome);
    if (st != HPS_OK) {
        return st;
    }
    for (int32_t i = 0; i < n; i++) {
        take(e, id[i], f + (int64_t)i * e->n_objectives,
             outcome == NULL ? HPS_EVAL_OK : outcome[i]);
    }
    if (e->asynchronous) {
        return n > 0 ? settle_values(e) : HPS_OK;
    }
    return n > 0 && hpsi_swarm_settled(e) ? settle_batch(e) : HPS_OK;
}

hps_status hps_swarm_tell(hps_swarm *e, int32_t n, const int64_t *id, const double *f,
                          const int32_t *outcome)
{
    hps_status st = hpsi_swarm_not_busy(e, "tell");
    if (st != HPS_OK) {
        return st;
    }
    if (n < 0 || (n > 0 && (id == NULL || f == NULL))) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: tell: n = %d with %s", n,
                         id == NULL ? "id NULL" : "f NULL");
    }
    return hpsi_swarm_tell(e, n, id, f, outcome);
}
