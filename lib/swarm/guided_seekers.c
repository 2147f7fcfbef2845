/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant guided: seekers, members that go where a Gaussian process of the epoch's points expects
 * the greatest improvement, one after another so that they do not meet. Where that is is looked for
 * among random points: of the whole box, about the best points, about the best of these. More of
 * them, and so a better maximum, made worse searches: what is nearly as good is elsewhere. */
#include <math.h>
#include <string.h>

#include "swarm/guided.h"

enum { ANYWHERE = 100, BESIDE = 20, FINER = 12, ROUNDS = 5 }; /* points: of each kind, a round */
enum { TOP = 8, KEPT = 4 }; /* best points that others are tried beside: known, and tried */
#define WIDEST 0.5          /* deviation of the steps from known points, */
#define NARROWEST 1e-3
#define WIDE 0.3 /* and in the first round, where the narrowest are a share of it */
#define SHARE (1.0 / 30.0)
enum { POINTS = HPSI_MODEL_POINTS, LEARNED = 200, STEPS = 12 }; /* of the process; a fit */
enum { AUTOMATIC = -1, FEW_EVALUATIONS = 2000 };

struct hpsi_seekers {
    hpsi_ard *process;
    hpsi_seek *seek;
    int32_t ready;    /* the process was fitted to the present points */
    double *proposal; /* [slots][n_dims] */
    int64_t top[TOP]; /* rows */
    int32_t n_top;
    int32_t slot;        /* whose proposal is looked for, */
    uint32_t drawn;      /* and the random numbers that it has used */
    int32_t waiting;     /* points that are not weighed yet: */
    double *point;       /* [HPSI_SEEK_POINTS][n_dims], snapped */
    double *feature;     /* [HPSI_SEEK_POINTS][n_features] */
    double gain[KEPT];   /* descending; -inf: none */
    double *kept, *from; /* [KEPT][n_dims], and those of the round before */
};

void hpsi_seekers_destroy(hpsi_seekers *s)
{
    if (s == NULL) {
        return;
    }
    hpsi_ard_destroy(s->process);
    hpsi_seek_destroy(s->seek);
    hpsi_free(s->proposal);
    hpsi_free(s->point);
    hpsi_free(s->feature);
    hpsi_free(s->kept);
    hpsi_free(s->from);
    hpsi_free(s);
}

static hps_status allocate(hpsi_seekers *s, hps_swarm *e, int32_t slots, int32_t features)
{
    int64_t d = e->n_dims;
    s->proposal = hpsi_new(e->context, slots * d, sizeof *s->proposal);
    s->point = hpsi_new(e->context, HPSI_SEEK_POINTS * d, sizeof *s->point);
    s->feature = hpsi_new(e->context, HPSI_SEEK_POINTS * (int64_t)features, sizeof *s->feature);
    s->kept = hpsi_new(e->context, KEPT * d, sizeof *s->kept);
    s->from = hpsi_new(e->context, KEPT * d, sizeof *s->from);
    int whole = s->proposal != NULL && s->point != NULL && s->feature != NULL && s->kept != NULL &&
                s->from != NULL;
    hps_status st = whole ? HPS_OK : HPS_E_MEMORY;
    if (st == HPS_OK) {
        st = hpsi_ard_create(&s->process, e->context, POINTS, features);
    }
    return st != HPS_OK ? st : hpsi_seek_create(&s->seek, e->context, POINTS + slots, features);
}

hps_status hpsi_seekers_create(hpsi_seekers **out, hps_swarm *e, int32_t slots, int32_t features)
{
    *out = NULL;
    hpsi_seekers *s = hpsi_new(e->context, 1, sizeof *s);
    if (s == NULL) {
        return HPS_E_MEMORY;
    }
    hps_status st = allocate(s, e, slots, features);
    if (st != HPS_OK) {
        hpsi_seekers_destroy(s);
        return st;
    }
    s->process->steps = STEPS;
    s->process->learned_points = LEARNED;
    *out = s;
    return HPS_OK;
}

int32_t hpsi_seekers_wanted(const hps_swarm *e)
{
    const hpsi_swarm_variant *guided;
    int32_t n = (int32_t)e->options[HPSI_SWARM_SEEKERS];
    int64_t budget = e->guided->budget;
    int few = budget > 0 && budget <= FEW_EVALUATIONS;
    if (n == AUTOMATIC) {
        int32_t part = hpsi_guided_is_short(e) ? 2 : 4;
        int32_t share = (hpsi_swarm_choose(e, &guided) + part - 1) / part;
        n = !few ? 0 : e->n_dims < HPSI_MANY_PARAMETERS ? share : 1;
    }
    return e->asynchronous ? 0 : n;
}

/* ------------------------------------------------------------------ points */

static hpsi_uniform2 draw(const hps_swarm *e)
{
    hpsi_seekers *s = e->guided->sought;
    return hpsi_swarm_draw(e, HPSI_STREAM_SEEKER, s->slot, s->drawn++);
}

/* Keep a point if it is among the best and new. */
static void keep(hps_swarm *e, double gain, const double *u)
{
    hpsi_seekers *s = e->guided->sought;
    size_t bytes = (size_t)e->n_dims * sizeof *u;
    int32_t k = KEPT - 1;
    if (!(gain > s->gain[k]) || hpsi_archive_find(&e->archive, u, e->batch, 0) >= 0) {
        return;
    }
    for (; k > 0 && gain > s->gain[k - 1]; k--) {
        s->gain[k] = s->gain[k - 1];
        memcpy(s->kept + (int64_t)k * e->n_dims, s->kept + (int64_t)(k - 1) * e->n_dims, bytes);
    }
    s->gain[k] = gain;
    memcpy(s->kept + (int64_t)k * e->n_dims, u, bytes);
}

static void weigh(hps_swarm *e)
{
    hpsi_seekers *s = e->guided->sought;
    double gain[HPSI_SEEK_POINTS];
    hpsi_seek_gains(s->seek, s->waiting, s->feature, gain);
    for (int32_t k = 0; k < s->waiting; k++) {
        keep(e, gain[k], s->point + (int64_t)k * e->n_dims);
    }
    s->waiting = 0;
}

/* The trial point, once there are enough of them together with the others. */
static void try(hps_swarm *e)
{
    hpsi_guided *g = e->guided;
    hpsi_seekers *s = g->sought;
    double *u = s->point + (int64_t)s->waiting * e->n_dims;
    hpsi_swarm_snap(e, g->trial, u);
    hpsi_guided_features(e, u, s->feature + (int64_t)s->waiting * g->n_features);
    if (++s->waiting == HPSI_SEEK_POINTS) {
        weigh(e);
    }
}

static void try_anywhere(hps_swarm *e)
{
    for (int32_t d = 0; d < e->n_dims; d++) {
        e->guided->trial[d] = draw(e).u[0];
    }
    try(e);
}

static double moved(const hps_swarm *e, int32_t d, double u, double size)
{
    hpsi_uniform2 r = draw(e);
    if (e->space->params[e->dims[d]].kind != HPS_PARAM_REAL) {
        return r.u[0]; /* any level */
    }
    return hpsi_guided_at_wall(e, u + size * hpsi_gaussian(r));
}

/* Some coordinates of a point moved: one of them, or any share of all. */
static void try_beside(hps_swarm *e, const double *u, double widest, double narrowest)
{
    hpsi_uniform2 a = draw(e);
    hpsi_uniform2 b = draw(e);
    double share = a.u[0] < 0.5 ? 1.0 / e->n_dims : a.u[1];
    double size = narrowest * pow(widest / narrowest, b.u[0]);
    int32_t always = (int32_t)(b.u[1] * e->n_dims);
    for (int32_t d = 0; d < e->n_dims; d++) {
        int moves = d == always || draw(e).u[0] < share;
        e->guided->trial[d] = moves ? moved(e, d, u[d], size) : u[d];
    }
    try(e);
}

/* -------------------------------------------------------------- proposals */

static void try_first(hps_swarm *e)
{
    hpsi_seekers *s = e->guided->sought;
    for (int32_t i = 0; i < ANYWHERE; i++) {
        try_anywhere(e);
    }
    for (int32_t i = 0; i < s->n_top * BESIDE; i++) {
        try_beside(e, e->archive.u + s->top[i / BESIDE] * e->n_dims, WIDEST, NARROWEST);
    }
    weigh(e);
}

static void try_finer(hps_swarm *e, double widest)
{
    hpsi_seekers *s = e->guided->sought;
    int32_t n = 0;
    while (n < KEPT && s->gain[n] > -(double)INFINITY) {
        n++;
    }
    memcpy(s->from, s->kept, (size_t)n * (size_t)e->n_dims * sizeof *s->from);
    for (int32_t i = 0; i < n * FINER; i++) {
        try_beside(e, s->from + (int64_t)(i / FINER) * e->n_dims, widest, SHARE * widest);
    }
    weigh(e);
}

/* The proposal of a member; 0: every point that was tried is known. */
static int look(hps_swarm *e, int32_t slot)
{
    hpsi_seekers *s = e->guided->sought;
    double widest = WIDE;
    s->slot = slot;
    s->drawn = 0;
    s->waiting = 0;
    for (int32_t k = 0; k < KEPT; k++) {
        s->gain[k] = -(double)INFINITY;
    }
    try_first(e);
    for (int32_t round = 0; round < ROUNDS; round++) {
        try_finer(e, widest);
        widest *= 0.5;
    }
    memcpy(s->proposal + (int64_t)slot * e->n_dims, s->kept, (size_t)e->n_dims * sizeof *s->kept);
    return s->gain[0] > -(double)INFINITY;
}

/* --------------------------------------------------------------- process */

/* Two points a length, or as many as two iterations have. */
static int are_enough(const hps_swarm *e, int32_t n)
{
    return n >= 2 * e->guided->n_features || n >= 2 * e->n_slots;
}

static int fit(hps_swarm *e)
{
    hpsi_guided *g = e->guided;
    hpsi_seekers *s = g->sought;
    int32_t n = hpsi_guided_choose(e, POINTS);
    if (!are_enough(e, n) || !hpsi_guided_values(e, n)) {
        return 0;
    }
    hpsi_guided_gather(e, n);
    for (s->n_top = 0; s->n_top < TOP && s->n_top < n; s->n_top++) {
        s->top[s->n_top] = g->order[s->n_top].row;
    }
    hpsi_surface_map(HPSI_MAP_LOG, n, g->values, g->mapped, g->sorted);
    if (!hpsi_ard_fit(s->process, n, g->points, 1, g->mapped, 0)) {
        return 0;
    }
    hpsi_seek_begin(s->seek, s->process, g->mapped, e->n_slots);
    return 1;
}

void hpsi_guided_seek(hps_swarm *e)
{
    hpsi_guided *g = e->guided;
    hpsi_seekers *s = g->sought;
    if (s == NULL) {
        return;
    }
    int able = g->n_features > 0 && e->archive.n <= HPSI_RETURN_ROWS;
    s->ready = able && fit(e);
    for (int32_t k = 0; k < g->n_seekers && s->ready; k++) {
        int32_t slot = hpsi_guided_worst_flyer(e);
        if (slot < 0 || !look(e, slot)) {
            return;
        }
        g->role[slot] = HPSI_SEEKER;
        hpsi_guided_features(e, s->proposal + (int64_t)slot * e->n_dims, g->feature);
        hpsi_seek_believe(s->seek, g->feature);
    }
}

void hpsi_seekers_accept(hpsi_seekers *s)
{
    if (s != NULL && s->ready) {
        hpsi_ard_accept(s->process);
    }
}

const double *hpsi_seekers_proposal(const hps_swarm *e, int32_t slot)
{
    return e->guided->sought->proposal + (int64_t)slot * e->n_dims;
}

/* -------------------------------------------------------------- checkpoint */

void hpsi_seekers_pack(const hpsi_seekers *s, hpsi_pack *p)
{
    hpsi_pack_reals(p, (int64_t)s->process->n_dims + 1, s->process->theta);
    hpsi_pack_reals(p, (int64_t)s->process->n_dims + 1, s->process->move);
}

void hpsi_seekers_unpack(hpsi_seekers *s, hpsi_pack *p)
{
    hpsi_unpack_reals(p, (int64_t)s->process->n_dims + 1, s->process->theta);
    hpsi_unpack_reals(p, (int64_t)s->process->n_dims + 1, s->process->move);
    if (p->status == HPS_OK && !hpsi_ard_sound(s->process)) {
        p->status = hpsi_fail(HPS_E_FORMAT, "holds a length that is no number in range");
    }
}
