/* SPDX-License-Identifier: BSD-3-Clause */
/* Checkpoints: the whole state in one document, and back with every number checked
 * (swarm.md 8). No generator state is needed: random numbers are counters. */
#include "swarm/internal.h"

#include <math.h>
#include <string.h>

static const char magic[8] = {'H', 'P', 'S', '_', 'S', 'W', 'R', 'M'};
/* 2: number of objectives; 3: rows from outside, retries; 4: order of completion; 5: repeats */
enum { FORMAT = 5 };
#define MOST 4294967296.0 /* iterations and designs: the counter has 32 bits */

/* ---------------------------------------------------------------- save */

static void pack_space(hpsi_pack *p, const hps_space *s)
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

static void pack_options(hpsi_pack *p, const hps_swarm *e)
{
    hpsi_pack_int(p, HPSI_SWARM_OPTIONS);
    for (int32_t i = 0; i < HPSI_SWARM_OPTIONS; i++) {
        hpsi_pack_text(p, hpsi_swarm_options.rows[i].name);
        hpsi_pack_real(p, e->options[i]);
    }
    hpsi_pack_int(p, e->n_start);
    hpsi_pack_reals(p, (int64_t)e->n_start * e->space->n, e->start);
}

static void pack_swarm(hpsi_pack *p, const hps_swarm *e)
{
    int64_t n = (int64_t)e->n_slots * e->n_dims;
    hpsi_pack_int(p, e->n_slots);
    hpsi_pack_int(p, e->iteration);
    hpsi_pack_int(p, e->designs);
    hpsi_pack_int(p, e->last_improvement);
    hpsi_pack_int(p, e->fresh);
    hpsi_pack_int(p, e->open);
    hpsi_pack_int(p, e->failed_designs);
    hpsi_pack_int(p, e->stalled);
    hpsi_pack_int(p, e->scanned);
    hpsi_pack_int(p, e->improved_row);
    hpsi_pack_real(p, e->improved_f);
    hpsi_pack_real(p, hpsi_swarm_seconds(e));
    hpsi_pack_real(p, e->g_f);
    hpsi_pack_reals(p, e->n_dims, e->g);
    hpsi_pack_reals(p, n, e->x);
    hpsi_pack_reals(p, n, e->v);
    hpsi_pack_reals(p, n, e->p);
    hpsi_pack_reals(p, e->n_slots, e->p_f);
    hpsi_pack_ints(p, e->n_slots, e->row);
    if (e->noisy) {
        hpsi_pack_ints(p, e->n_slots, e->p_row);
    }
}

static void pack_archive(hpsi_pack *p, const hps_swarm *e)
{
    const hpsi_archive *a = &e->archive;
    hpsi_pack_int(p, a->n);
    hpsi_pack_int(p, e->batch);
    for (int64_t r = 0; r < a->n; r++) {
        const hpsi_row *row = &a->rows[r];
        hpsi_pack_real(p, row->state == HPSI_ROW_TOLD ? row->observed : row->f);
        hpsi_pack_int(p, row->iteration);
        hpsi_pack_int(p, row->particle);
        hpsi_pack_int(p, row->outcome);
        hpsi_pack_int(p, row->state == HPSI_ROW_TOLD ? 1 : row->state == HPSI_ROW_HELD ? 2 : 0);
        hpsi_pack_int(p, row->rank);
        hpsi_pack_int(p, row->first);
        hpsi_pack_int(p, row->id < 0);
        hpsi_pack_int(p, row->retries);
    }
    if (a->n_objectives > 1) {
        hpsi_pack_reals(p, a->n * a->n_objectives, a->f);
    }
    hpsi_pack_reals(p, a->n * a->n_dims, a->u);
    hpsi_pack_reals(p, a->n * a->n_params, a->x);
}

hps_status hpsi_swarm_write(const hps_swarm *e, const char *path, int32_t sync)
{
    hpsi_pack p;
    hpsi_pack_begin(&p, e->context, magic, FORMAT);
    hpsi_pack_text(&p, hps_version_text());
    hpsi_pack_int(&p, e->n_objectives);
    pack_space(&p, e->space);
    pack_options(&p, e);
    hpsi_pack_int(&p, e->variant != NULL);
    if (e->variant != NULL) {
        pack_swarm(&p, e);
    }
    pack_archive(&p, e);
    hpsi_replay_pack(e, &p);
    if (e->asynchronous) {
        hpsi_async_pack(e, &p);
    }
    if (e->variant != NULL && e->variant->pack != NULL) {
        e->variant->pack(e, &p);
    }
    return hpsi_pack_write(&p, path, sync);
}

hps_status hps_swarm_save(const hps_swarm *e, const char *path)
{
    if (e == NULL || path == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: save: %s is NULL",
                         e == NULL ? "the engine" : "the path");
    }
    return hpsi_swarm_write(e, path, 1);
}

/* ---------------------------------------------------------------- load */

static void refuse(hpsi_pack *p, const char *what)
{
    if (p->status == HPS_OK) {
        p->status = hpsi_fail(HPS_E_FORMAT, "%s", what);
    }
}

static int has_room(hpsi_pack *p, int64_t items)
{
    if (p->status == HPS_OK && (items < 0 || items > (p->size - p->position) / 8)) {
        refuse(p, "document ends before its content does");
    }
    return p->status == HPS_OK;
}

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

static void check_space(hpsi_pack *p, const hps_space *s)
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
        refuse(p, "holds an option that this library does not know");
    }
    hpsi_free(name);
    if (p->status != HPS_OK) {
        return;
    }
    const hpsi_option *row = &hpsi_swarm_options.rows[i];
    int whole = row->kind == HPS_OPTION_REAL || floor(v) == v;
    double lo = row->kind == HPS_OPTION_TEXT ? 0.0 : row->minimum;
    if (!(v >= lo && v <= row->maximum && whole)) {
        refuse(p, "holds an option out of its range");
        return;
    }
    e->options[i] = v;
}

static void unpack_options(hpsi_pack *p, hps_swarm *e)
{
    int64_t n = hpsi_unpack_int_in(p, 0, HPSI_SWARM_OPTIONS);
    for (int64_t i = 0; i < n && p->status == HPS_OK; i++) {
        unpack_option(p, e);
    }
    int64_t n_start = hpsi_unpack_int_in(p, 0, INT32_MAX);
    if (n_start == 0 || !has_room(p, hpsi_size_mul(n_start, e->space->n))) {
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

static int all_within(int64_t n, const double *v, double lo, double hi)
{
    for (int64_t i = 0; i < n; i++) {
        if (!(v[i] >= lo && v[i] <= hi)) {
            return 0;
        }
    }
    return 1;
}

static void unpack_counters(hpsi_pack *p, hps_swarm *e)
{
    e->iteration = hpsi_unpack_int_in(p, 0, (int64_t)MOST);
    int64_t most = e->asynchronous ? (int64_t)MOST : e->iteration; /* looked at again later */
    e->designs = hpsi_unpack_int_in(p, 0, most + 1);
    e->last_improvement = hpsi_unpack_int_in(p, 0, most);
    e->fresh = (int32_t)hpsi_unpack_int_in(p, 0, 1);
    e->open = (int32_t)hpsi_unpack_int_in(p, 0, e->fresh ? 0 : 1);
    e->failed_designs = (int32_t)hpsi_unpack_int_in(p, 0, INT32_MAX - 1);
    e->stalled = (int32_t)hpsi_unpack_int_in(p, 0, INT32_MAX - 1);
    e->scanned = hpsi_unpack_int_in(p, 0, INT64_MAX);
    e->improved_row = hpsi_unpack_int_in(p, 0, e->scanned);
    e->improved_f = hpsi_unpack_real(p);
    e->seconds = hpsi_unpack_real(p);
    e->g_f = hpsi_unpack_real(p);
    if (isnan(e->improved_f) || isnan(e->g_f) || !(e->seconds >= 0.0 && isfinite(e->seconds))) {
        refuse(p, "holds a counter that is not a number");
    }
    if (e->designs == 0 && !(e->fresh && e->iteration == 0)) {
        refuse(p, "holds a swarm without a design");
    }
}

static void unpack_members(hpsi_pack *p, hps_swarm *e)
{
    int64_t n = (int64_t)e->n_slots * e->n_dims;
    double inf = (double)INFINITY;
    hpsi_unpack_reals(p, e->n_dims, e->g);
    hpsi_unpack_reals(p, n, e->x);
    hpsi_unpack_reals(p, n, e->v);
    hpsi_unpack_reals(p, n, e->p);
    hpsi_unpack_reals(p, e->n_slots, e->p_f);
    hpsi_unpack_ints(p, e->n_slots, e->row);
    if (e->noisy) {
        hpsi_unpack_ints(p, e->n_slots, e->p_row);
    }
    int sound = all_within(e->n_dims, e->g, 0.0, 1.0) && all_within(n, e->x, 0.0, 1.0) &&
                all_within(n, e->p, 0.0, 1.0) && all_within(e->n_slots, e->p_f, -inf, inf);
    for (int64_t i = 0; i < n; i++) {
        sound = sound && isfinite(e->v[i]);
    }
    if (!sound) {
        refuse(p, "holds a particle outside the space");
    }
}

static void unpack_swarm(hpsi_pack *p, hps_swarm *e)
{
    int32_t n = hpsi_swarm_choose(e, &e->variant);
    int32_t most = n > e->n_start ? n : e->n_start;
    if (p->status == HPS_OK && hpsi_swarm_check_objectives(e, e->variant) != HPS_OK) {
        refuse(p, "holds a variant for another number of objectives");
        return;
    }
    if (p->status == HPS_OK &&
        (hpsi_async_begin(e, e->variant, n) != HPS_OK || hpsi_noisy_begin(e) != HPS_OK)) {
        refuse(p, "holds a mode that this variant does not have");
        return;
    }
    e->n_particles = n;
    e->n_slots = (int32_t)hpsi_unpack_int_in(p, n, most);
    unpack_counters(p, e);
    if (p->status == HPS_OK && e->n_slots != (e->iteration > 0 ? n : most)) {
        refuse(p, "holds a swarm of another size");
    }
    if (!has_room(p, hpsi_size_mul(e->n_slots, 3 * (int64_t)e->n_dims + 2 + e->noisy))) {
        return;
    }
    hps_status st = hpsi_swarm_allocate(e, e->variant, most);
    if (st != HPS_OK) {
        p->status = st;
        return;
    }
    unpack_members(p, e);
}

static void unpack_row(hpsi_pack *p, hps_swarm *e, hpsi_row *row)
{
    row->f = row->observed = hpsi_unpack_real(p);
    row->iteration = hpsi_unpack_int_in(p, 0, e->iteration);
    row->particle = (int32_t)hpsi_unpack_int_in(p, e->noisy ? -1 : 0, INT32_MAX - 1);
    row->outcome = (int32_t)hpsi_unpack_int_in(p, HPS_EVAL_OK, HPSI_OUTCOMES - 1);
    static const int32_t states[] = {HPSI_ROW_PLANNED, HPSI_ROW_TOLD, HPSI_ROW_HELD};
    int told = (int)hpsi_unpack_int_in(p, 0, e->asynchronous ? 2 : 1);
    row->state = states[told];
    row->rank = p->version > 3 ? hpsi_unpack_int_in(p, -1, INT64_MAX) : -1;
    row->first = row - e->archive.rows;
    if (p->version > 4) {
        row->first = hpsi_unpack_int_in(p, 0, row->first);
    }
    if (p->version > 2) {
        row->id = hpsi_unpack_int_in(p, 0, told == 1) == 1 ? -1 : 0;
        row->retries = (int32_t)hpsi_unpack_int_in(p, 0, (int64_t)e->options[HPSI_SWARM_RETRY]);
    }
    int valued = told && row->outcome == HPS_EVAL_OK;
    if (valued ? isnan(row->f) || row->f == (double)INFINITY : row->f != (double)INFINITY) {
        refuse(p, "holds a value that does not fit its outcome");
    }
}

static void unpack_points(hpsi_pack *p, hps_swarm *e, int64_t n)
{
    hpsi_archive *a = &e->archive;
    hpsi_unpack_reals(p, n * a->n_dims, a->u);
    hpsi_unpack_reals(p, n * a->n_params, a->x);
    int sound = all_within(n * a->n_dims, a->u, 0.0, 1.0);
    for (int64_t k = 0; sound && k < n * a->n_params; k++) {
        const hpsi_param *q = &e->space->params[k % a->n_params];
        sound = hpsi_param_accepts(q, a->x[k]) && !(q->fixed && a->x[k] != q->value);
    }
    if (!sound) {
        refuse(p, "holds a point outside the space");
    }
}

/* Several values of each point: all of them finite where the first one is. */
static void unpack_values(hpsi_pack *p, hps_swarm *e, int64_t n)
{
    hpsi_archive *a = &e->archive;
    int32_t m = a->n_objectives;
    int sound = 1;
    hpsi_unpack_reals(p, n * m, a->f);
    for (int64_t r = 0; r < n && p->status == HPS_OK; r++) {
        const double *f = a->f + r * m;
        sound = sound && f[0] == a->rows[r].f;
        for (int32_t k = 0; k < m; k++) {
            int failed = a->rows[r].f == (double)INFINITY;
            sound = sound && (failed ? f[k] == (double)INFINITY : isfinite(f[k]));
        }
    }
    if (!sound) {
        refuse(p, "holds values that do not fit their outcome");
    }
}

/* Is every completed evaluation at its own place of the order? */
static int ranks_fit(const hps_swarm *e)
{
    const hpsi_archive *a = &e->archive;
    for (int64_t k = 0; k < e->n_told; k++) {
        if (a->order[k] < 0 || a->rows[a->row_of[a->order[k]]].rank != k) {
            return 0;
        }
    }
    return 1;
}

/* What can be counted again is counted, not read. */
static void recount(hpsi_pack *p, hps_swarm *e)
{
    hpsi_archive *a = &e->archive;
    for (int64_t k = 0; k < a->n_ids; k++) {
        a->order[k] = -1;
    }
    for (int64_t r = 0; r < a->n; r++) {
        hpsi_row *row = &a->rows[r];
        row->rank = p->version > 3 ? row->rank : e->n_told;
        if (row->state == HPSI_ROW_TOLD && row->id >= 0 &&
            (row->rank < 0 || row->rank >= a->n_ids)) {
            refuse(p, "holds an order of completion that is none");
            return;
        }
        if (a->rows[row->first].first != row->first) {
            refuse(p, "holds a repeat of a repeat");
            return;
        }
        hpsi_swarm_count_row(e, r);
        if (a->rows[r].state != HPSI_ROW_TOLD && r < e->batch) {
            refuse(p, "misses the value of an earlier iteration");
        }
    }
    int in_batch = e->n_told < a->n_ids && !e->asynchronous;
    int whole = in_batch || e->asynchronous || e->batch == a->n;
    if (e->scanned > a->n_ids || e->open != in_batch || !whole || !ranks_fit(e)) {
        refuse(p, "holds a batch that contradicts its points");
    }
    if (e->noisy) {
        hpsi_noisy_refresh(e);
    }
    for (int32_t i = 0; i < e->n_slots && e->noisy; i++) {
        int64_t r = e->p_row[i];
        int none = r == -1 && e->p_f[i] == (double)INFINITY;
        if (!none && (e->designs == 0 ? r != 0 : r < 0 || r >= a->n || !isfinite(a->rows[r].f))) {
            refuse(p, "holds a particle whose best has no value");
        }
    }
    for (int32_t i = 0; e->designs > 0 && !e->asynchronous && i < e->n_slots; i++) {
        if (e->row[i] < 0 || e->row[i] >= a->n) {
            refuse(p, "holds a particle without a point");
        }
    }
}

static void unpack_archive(hpsi_pack *p, hps_swarm *e)
{
    hpsi_archive *a = &e->archive;
    int64_t n = hpsi_unpack_int_in(p, 0, INT64_MAX);
    e->batch = hpsi_unpack_int_in(p, 0, n);
    int64_t several = a->n_objectives > 1 ? a->n_objectives : 0;
    int64_t items = p->version > 4 ? 9 : p->version > 3 ? 8 : p->version > 2 ? 7 : 5;
    if (!has_room(p, hpsi_size_mul(n, items + several + a->n_dims + a->n_params))) {
        return;
    }
    hps_status st = hpsi_archive_reserve(a, n);
    if (st != HPS_OK) {
        p->status = st;
        return;
    }
    for (int64_t r = 0; r < n && p->status == HPS_OK; r++) {
        unpack_row(p, e, &a->rows[r]);
    }
    if (several > 0) {
        unpack_values(p, e, n);
    }
    unpack_points(p, e, n);
    if (p->status == HPS_OK) {
        hpsi_archive_adopt(a, n);
        p->status = hpsi_front_reserve(e);
    }
    if (p->status == HPS_OK) {
        hpsi_front_rebuild(e);
        recount(p, e);
    }
}

static void unpack_all(hpsi_pack *p, hps_swarm *e)
{
    hpsi_free(hpsi_unpack_text(p)); /* version of the writer, for people */
    if (p->version >= 2) {
        e->n_objectives = (int32_t)hpsi_unpack_int_in(p, 1, HPSI_OBJECTIVES_MAX);
        e->archive.n_objectives = e->n_objectives;
    }
    check_space(p, e->space);
    unpack_options(p, e);
    int begun = hpsi_unpack_int_in(p, 0, 1) == 1;
    if (begun && p->status == HPS_OK) {
        unpack_swarm(p, e);
    }
    if (p->status == HPS_OK && (begun || p->version > 2)) {
        unpack_archive(p, e);
    }
    if (p->status == HPS_OK && p->version > 3) {
        hpsi_replay_unpack(e, p);
    }
    if (p->status == HPS_OK && e->asynchronous) {
        hpsi_async_unpack(e, p);
    }
    if (p->status == HPS_OK && begun && e->variant->unpack != NULL) {
        e->variant->unpack(e, p);
    }
}

hps_status hps_swarm_load(hps_swarm **out, hps_context *c, const hps_space *s, const char *path)
{
    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: load: out is NULL");
    }
    *out = NULL;
    if (path == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "swarm: load: the path is NULL");
    }
    hps_swarm *e;
    hps_status st = hps_swarm_create(&e, c, s, 1);
    if (st != HPS_OK) {
        return st;
    }
    hpsi_pack p;
    st = hpsi_pack_open(&p, c, path, magic, FORMAT);
    if (st == HPS_OK) {
        unpack_all(&p, e);
        st = hpsi_pack_close(&p);
        st = st == HPS_E_FORMAT ? hpsi_prefix(st, "%s", path) : st;
    }
    if (st != HPS_OK) {
        hps_swarm_destroy(e);
        return st;
    }
    hpsi_swarm_update_stop(e);
    *out = e;
    return HPS_OK;
}
