/* SPDX-License-Identifier: BSD-3-Clause */
/* Checkpoints: the space and the options, which have to fit those of the reader. */
#include <math.h>
#include <string.h>

#include "swarm/checkpoint.h"

void hpsi_checkpoint_pack_space(hpsi_pack *p, const hps_space *s)
{
    hpsi_pack_int(p, s->n);
    for (int32_t i = 0; i < s->n; i++) {
        const hpsi_param *q = &s->params[i];
        hpsi_pack_text(p, q->name);
        hpsi_pack_int(p, q->kind);
        hpsi_pack_int(p, q->scale);
        hpsi_pack_int(p, q->fixed);
        hpsi_pack_real(p, q->lo);
        hpsi_pack_real(p, q->hi);
        hpsi_pack_real(p, q->fixed ? q->value : 0.0);
        hpsi_pack_int(p, q->n_labels);
        for (int32_t k = 0; k < q->n_labels; k++) {
            hpsi_pack_text(p, q->labels[k]);
        }
    }
}

void hpsi_checkpoint_pack_options(hpsi_pack *p, const hps_swarm *e)
{
    hpsi_pack_int(p, HPSI_SWARM_OPTIONS);
    for (int32_t i = 0; i < HPSI_SWARM_OPTIONS; i++) {
        hpsi_pack_text(p, hpsi_swarm_options.rows[i].name);
        hpsi_pack_real(p, e->options[i]);
    }
    hpsi_pack_int(p, e->n_start);
    hpsi_pack_reals(p, (int64_t)e->n_start * e->space->n, e->start);
}

/* ---------------------------------------------------------------- load */

static int same_text(hpsi_pack *p, const char *expected)
{
    char *s = hpsi_unpack_text(p);
    int same = s != NULL && strcmp(s, expected) == 0;
    hpsi_free(s);
    return same;
}

static int same_param(hpsi_pack *p, const hpsi_param *q)
{
    int same = same_text(p, q->name);
    same &= hpsi_unpack_int(p) == q->kind;
    same &= hpsi_unpack_int(p) == q->scale;
    same &= hpsi_unpack_int(p) == q->fixed;
    same &= hpsi_unpack_real(p) == q->lo;
    same &= hpsi_unpack_real(p) == q->hi;
    same &= hpsi_unpack_real(p) == (q->fixed ? q->value : 0.0);
    same &= hpsi_unpack_int(p) == q->n_labels;
    for (int32_t k = 0; same && k < q->n_labels; k++) {
        same = same_text(p, q->labels[k]);
    }
    return same;
}

void hpsi_checkpoint_check_space(hpsi_pack *p, const hps_space *s)
{
    int64_t n = hpsi_unpack_int(p);
    if (p->status == HPS_OK && n != s->n) {
        p->status = hpsi_fail(HPS_E_FORMAT, "made for another space: %lld parameters, here %d",
                              (long long)n, s->n);
    }
    for (int32_t i = 0; p->status == HPS_OK && i < s->n; i++) {
        if (!same_param(p, &s->params[i]) && p->status == HPS_OK) {
            p->status = hpsi_fail(HPS_E_FORMAT,
                                  "made for another space: parameter %d is not \"%s\" "
                                  "with the same bounds",
                                  i, s->params[i].name);
        }
    }
}

static void unpack_option(hpsi_pack *p, hps_swarm *e)
{
    int32_t i = 0;
    int32_t number;
    char *name = hpsi_unpack_text(p);
    double v = hpsi_unpack_real(p);
    if (p->status == HPS_OK && hpsi_option_find(&hpsi_swarm_options, name, &i, &number) != HPS_OK) {
        hpsi_unpack_refuse(p, "holds an option that this library does not know");
    }
    hpsi_free(name);
    if (p->status != HPS_OK) {
        return;
    }
    const hpsi_option *row = &hpsi_swarm_options.rows[i];
    int whole = row->kind == HPS_OPTION_REAL || floor(v) == v;
    double lo = row->kind == HPS_OPTION_TEXT ? 0.0 : row->minimum;
    if (!(v >= lo && v <= row->maximum && whole)) {
        hpsi_unpack_refuse(p, "holds an option out of its range");
        return;
    }
    e->options[i] = v;
}

void hpsi_checkpoint_unpack_options(hpsi_pack *p, hps_swarm *e)
{
    int64_t n = hpsi_unpack_int_in(p, 0, HPSI_SWARM_OPTIONS);
    for (int64_t i = 0; i < n && p->status == HPS_OK; i++) {
        unpack_option(p, e);
    }
    int64_t n_start = hpsi_unpack_int_in(p, 0, INT32_MAX);
    if (n_start == 0 || !hpsi_unpack_has_room(p, hpsi_size_mul(n_start, e->space->n))) {
        return;
    }
    double *x = hpsi_new(e->context, n_start * e->space->n, sizeof *x);
    if (x == NULL) {
        p->status = HPS_E_MEMORY;
        return;
    }
    hpsi_unpack_reals(p, n_start * e->space->n, x);
    if (p->status == HPS_OK) {
        hps_status st = hps_swarm_set_start(e, (int32_t)n_start, x);
        p->status = st == HPS_E_ARGUMENT ? HPS_E_FORMAT : st;
    }
    hpsi_free(x);
}
