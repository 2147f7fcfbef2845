/* SPDX-License-Identifier: BSD-3-Clause */
/* hps_swarm_run: a loop over ask and tell around the caller's batch callback. */
#include "swarm/internal.h"

#include <math.h>

/* Arrays of one batch. */
typedef struct buffers {
    int32_t capacity;
    int64_t *id;
    int32_t *particle, *outcome;
    double *x, *f;
} buffers;

static void buffers_free(buffers *b)
{
    hpsi_free(b->id);
    hpsi_free(b->particle);
    hpsi_free(b->outcome);
    hpsi_free(b->x);
    hpsi_free(b->f);
}

static hps_status buffers_make(buffers *b, const hps_swarm *e)
{
    hps_context *c = e->context;
    b->capacity = e->n_slots + hpsi_noisy_repeats(e);
    b->id = hpsi_new(c, b->capacity, sizeof *b->id);
    b->particle = hpsi_new(c, b->capacity, sizeof *b->particle);
    b->outcome = hpsi_new(c, b->capacity, sizeof *b->outcome);
    b->x = hpsi_new(c, hpsi_size_mul(b->capacity, e->space->n), sizeof *b->x);
    b->f = hpsi_new(c, hpsi_size_mul(b->capacity, e->n_objectives), sizeof *b->f);
    int whole =
        b->id != NULL && b->particle != NULL && b->outcome != NULL && b->x != NULL && b->f != NULL;
    return whole ? HPS_OK : HPS_E_MEMORY;
}

static hps_status evaluate(hps_swarm *e, buffers *b, int32_t n, hps_evaluate_fn fn, void *user)
{
    hps_batch batch = {.struct_size = (int32_t)sizeof batch,
                       .n = n,
                       .n_params = e->space->n,
                       .n_objectives = e->n_objectives,
                       .iteration = e->iteration,
                       .id = b->id,
                       .particle = b->particle,
                       .x = b->x};
    for (int32_t i = 0; i < n; i++) {
        b->particle[i] = e->archive.rows[e->archive.row_of[b->id[i]]].particle;
        b->outcome[i] = HPS_EVAL_OK;
    }
    for (int64_t i = 0; i < (int64_t)n * e->n_objectives; i++) {
        b->f[i] = (double)NAN; /* what the callback leaves out has failed */
    }
    e->busy = 1;
    int32_t code = fn(&batch, b->f, b->outcome, user);
    e->busy = 0;
    if (code != 0) {
        hpsi_set_callback_code(code);
        return hpsi_fail(HPS_E_CALLBACK, "swarm: the evaluate callback returned %d", code);
    }
    return hpsi_swarm_tell(e, n, b->id, b->f, b->outcome);
}

static hps_status loop(hps_swarm *e, buffers *b, hps_evaluate_fn fn, void *user)
{
    for (;;) {
        int32_t n = 0;
        hps_status st = hpsi_swarm_ask(e, b->capacity, &n, b->id, b->x);
        if (st != HPS_OK || n == 0) {
            return st;
        }
        st = evaluate(e, b, n, fn, user);
        if (st != HPS_OK) {
            return st;
        }
    }
}

hps_status hps_swarm_run(hps_swarm *e, hps_evaluate_fn fn, void *user)
{
    hps_status st = hpsi_swarm_not_busy(e, "run");
    if (st != HPS_OK) {
        return st;
    }
    if (fn == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: run: the callback is NULL");
    }
    st = hpsi_swarm_begin(e);
    if (st != HPS_OK) {
        return st;
    }
    if (e->stop == HPSI_STOP_CANCELLED) {
        e->stop = HPSI_STOP_NONE;
    }
    hpsi_swarm_recall(e); /* an earlier run may have ended inside a batch */
    hpsi_swarm_update_stop(e);
    buffers b = {0};
    st = buffers_make(&b, e);
    if (st == HPS_OK) {
        st = loop(e, &b, fn, user);
    }
    buffers_free(&b);
    hpsi_swarm_clock(e, 0);
    if (st == HPS_E_CALLBACK) {
        (void)hpsi_swarm_autosave(e); /* the callback's own reason is the one to report */
    }
    return st;
}
