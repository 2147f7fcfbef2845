/* SPDX-License-Identifier: BSD-3-Clause */
/* Handing out points: whoever is ready gets the next one. */
#include <stdlib.h>
#include <string.h>

#include "private.h"

/* A round of handing out: where points come from and where their values go. */
typedef struct round round_t;
struct round {
    const hps_batch *b;
    double *f;
    int32_t *outcome;
    int32_t (*next)(void *user); /* index of the next point, -1: none now */
    int32_t (*done)(const hps_batch *b, int32_t i, const char *note, void *user);
    void *user;
    int32_t running;
    int stopped; /* nothing more is handed out */
};

static void stop(hps_mpi *m, round_t *r, int32_t code)
{
    if (code != 0 && !r->stopped) {
        r->stopped = 1;
        m->code = code;
    }
}

static void ask_user(hps_mpi *m, round_t *r, int32_t i, const char *note)
{
    stop(m, r, r->done != NULL ? r->done(r->b, i, note, r->user) : 0);
}

static void take(hps_mpi *m, round_t *r, int32_t i, const hpsi_mpi_result *result)
{
    r->running--;
    if (result->code != 0) { /* this point has no answer: it is asked for again another time */
        stop(m, r, result->code);
        return;
    }
    memcpy(r->f + (int64_t)i * r->b->n_objectives, result->f,
           (size_t)r->b->n_objectives * sizeof *r->f);
    r->outcome[i] = result->outcome;
    ask_user(m, r, i, result->note);
}

static void make_point(hps_mpi *m, const hps_batch *b, int32_t i)
{
    hpsi_mpi_point *p = m->point;

    memset(p, 0, sizeof *p);
    p->kind = HPSI_MPI_POINT;
    p->id = b->id[i];
    p->iteration = b->iteration;
    p->particle = b->particle[i];
    p->n_params = b->n_params;
    p->n_objectives = b->n_objectives;
    memcpy(p->x, b->x + (int64_t)i * b->n_params, (size_t)b->n_params * sizeof *p->x);
}

/* Give point i to a group that waits. */
static hps_status give(hps_mpi *m, round_t *r, int g, int32_t i)
{
    int own = m->first == 0 && g == 0;

    make_point(m, r->b, i);
    m->item[g] = i;
    r->running++;
    if (own && m->direct) {
        hpsi_mpi_result result;

        hpsi_mpi_pass_on(m);
        hpsi_mpi_call(m, m->point, &result);
        m->item[g] = -1;
        take(m, r, i, &result);
        return HPS_OK;
    }
    if (own) {
        hpsi_mpi_pass_on(m);
        return hpsi_mpi_helper_give(m);
    }
    MPI_Send(m->point, (int)sizeof *m->point + 8 * r->b->n_params, MPI_BYTE, m->first + g * m->per,
             HPSI_MPI_WORK, m->comm);
    return HPS_OK;
}

/* *given: how many points went out. */
static hps_status give_all(hps_mpi *m, round_t *r, int *given)
{
    hps_status st = HPS_OK;

    *given = 0;
    /* other ranks first: they are on their way while our own begins */
    for (int k = 1; k <= m->n_groups && r->running < m->n_groups && !r->stopped; k++) {
        int g = k < m->n_groups ? k : 0;
        int32_t i = 0;

        if (m->item[g] >= 0) {
            continue;
        }
        i = r->next(r->user);
        if (i < 0) {
            break;
        }
        ++*given;
        st = give(m, r, g, i);
        if (st != HPS_OK) {
            break;
        }
    }
    return st;
}

/* Take what has come; the number of results. */
static int collect(hps_mpi *m, round_t *r)
{
    hpsi_mpi_result result;
    MPI_Status status;
    int there = 0, n = 0;

    if (m->first == 0 && m->item[0] >= 0 && atomic_load(&m->helper.ready)) {
        int32_t i = m->item[0];

        atomic_store(&m->helper.ready, 0);
        m->item[0] = -1;
        take(m, r, i, &m->helper.result);
        n++;
    }
    while (MPI_Iprobe(MPI_ANY_SOURCE, HPSI_MPI_RESULT, m->comm, &there, &status) == MPI_SUCCESS &&
           there) {
        int g = (status.MPI_SOURCE - m->first) / m->per;
        int32_t i = m->item[g];

        MPI_Recv(&result, (int)sizeof result, MPI_BYTE, status.MPI_SOURCE, HPSI_MPI_RESULT, m->comm,
                 MPI_STATUS_IGNORE);
        m->item[g] = -1;
        take(m, r, i, &result);
        n++;
    }
    return n;
}

/* Until no point is left and none is under way. */
static hps_status go_round(hps_mpi *m, round_t *r)
{
    hps_status st = hpsi_mpi_reserve(m, r->b->n_params);
    int naps = 0, given;

    for (int g = 0; g < m->n_groups; g++) {
        m->item[g] = -1;
    }
    m->code = 0;
    while (st == HPS_OK) {
        st = give_all(m, r, &given);
        if (r->running == 0 && (given == 0 || r->stopped)) {
            break;
        }
        if (collect(m, r) > 0 || (m->direct && given > 0)) {
            naps = 0;
        } else {
            hpsi_mpi_nap(&naps);
            if (naps % 50 == 0) {
                ask_user(m, r, -1, "");
            }
        }
    }
    return st == HPS_OK && r->stopped ? HPS_E_CALLBACK : st;
}

static int good(const hps_mpi *m, const hps_batch *b, const double *f, const int32_t *outcome)
{
    return m != NULL && m->rank == 0 && m->fn != NULL && b != NULL && f != NULL &&
           outcome != NULL && b->n_objectives <= HPS_MPI_OBJECTIVES;
}

/* The points of a batch in their order, without those that are known. */
typedef struct in_order {
    hps_mpi *m;
    const char *known;
    int32_t n, next;
} in_order;

static int32_t next_in_order(void *user)
{
    in_order *o = user;

    while (o->next < o->n && o->known != NULL && o->known[o->next]) {
        o->next++;
    }
    return o->next < o->n ? o->next++ : -1;
}

static int32_t done_in_order(const hps_batch *b, int32_t i, const char *note, void *user)
{
    const in_order *o = user;

    return o->m->done != NULL ? o->m->done(b, i, note, o->m->user) : 0;
}

hps_status hps_mpi_evaluate(hps_mpi *m, const hps_batch *b, const char *known, double *f,
                            int32_t *outcome)
{
    in_order o = {.m = m, .known = known};
    round_t r = {.b = b,
                 .f = f,
                 .outcome = outcome,
                 .next = next_in_order,
                 .done = done_in_order,
                 .user = &o};

    if (!good(m, b, f, outcome)) {
        return HPS_E_ARGUMENT;
    }
    o.n = b->n;
    return go_round(m, &r);
}

/* ------------------------------------------------------------------- streams */

hps_status hps_mpi_evaluate_stream(hps_mpi *m, const hps_batch *b, hps_mpi_next_fn next, double *f,
                                   int32_t *outcome)
{
    round_t r = {.b = b, .f = f, .outcome = outcome, .next = next};

    if (!good(m, b, f, outcome) || next == NULL) {
        return HPS_E_ARGUMENT;
    }
    r.done = m->done;
    r.user = m->user;
    return go_round(m, &r);
}

/* Place g of this batch holds one point under way. */
typedef struct flights {
    hps_mpi *m;
    hps_swarm *e;
    hps_status st; /* of ask and tell */
    hps_batch b;
    int64_t *id;
    int32_t *particle, *outcome;
    double *x, *f;
    char *taken;
} flights;

static hps_status flights_make(flights *w, int n, int32_t n_params, int32_t n_objectives)
{
    w->id = calloc((size_t)n, sizeof *w->id);
    w->particle = calloc((size_t)n, sizeof *w->particle);
    w->outcome = calloc((size_t)n, sizeof *w->outcome);
    w->x = calloc((size_t)n * (size_t)n_params, sizeof *w->x);
    w->f = calloc((size_t)n * (size_t)n_objectives, sizeof *w->f);
    w->taken = calloc((size_t)n, 1);
    if (w->id == NULL || w->particle == NULL || w->outcome == NULL || w->x == NULL ||
        w->f == NULL || w->taken == NULL) {
        return HPS_E_MEMORY;
    }
    for (int g = 0; g < n; g++) {
        w->particle[g] = -1;
    }
    w->b = (hps_batch){.struct_size = (int32_t)sizeof w->b,
                       .n = n,
                       .n_params = n_params,
                       .n_objectives = n_objectives,
                       .iteration = -1,
                       .id = w->id,
                       .particle = w->particle,
                       .x = w->x};
    return HPS_OK;
}

static void flights_free(flights *w)
{
    free(w->id);
    free(w->particle);
    free(w->outcome);
    free(w->x);
    free(w->f);
    free(w->taken);
}

/* A place that is free for a point that the swarm has. */
static int32_t ask_one(void *user)
{
    flights *w = user;
    int32_t i = 0, n = 0;

    while (i < w->b.n && w->taken[i]) {
        i++;
    }
    if (i == w->b.n || w->st != HPS_OK) {
        return -1;
    }
    w->st = hps_swarm_ask(w->e, 1, &n, &w->id[i], w->x + (int64_t)i * w->b.n_params);
    if (w->st != HPS_OK || n == 0) {
        return -1;
    }
    w->taken[i] = 1;
    return i;
}

/* The user hears of it first; then the swarm, in the order of arrival. */
static int32_t tell_one(const hps_batch *b, int32_t i, const char *note, void *user)
{
    flights *w = user;
    int32_t code = w->m->done != NULL ? w->m->done(b, i, note, w->m->user) : 0;

    if (i >= 0 && w->st == HPS_OK) {
        w->st =
            hps_swarm_tell(w->e, 1, &w->id[i], w->f + (int64_t)i * b->n_objectives, &w->outcome[i]);
        w->taken[i] = 0;
    }
    return code != 0 ? code : w->st;
}

static hps_status fly(flights *w)
{
    round_t r = {
        .b = &w->b, .f = w->f, .outcome = w->outcome, .next = ask_one, .done = tell_one, .user = w};
    hps_status st = go_round(w->m, &r);

    return w->st != HPS_OK ? w->st : st;
}

hps_status hps_mpi_run_asynchronous(hps_mpi *m, hps_swarm *e, int32_t n_params,
                                    int32_t n_objectives)
{
    flights w = {.m = m, .e = e};
    hps_status st;

    if (m == NULL || m->fn == NULL || (m->rank == 0) != (e != NULL)) {
        return HPS_E_ARGUMENT;
    }
    if (m->rank != 0) {
        return hps_mpi_serve(m);
    }
    st = n_params > 0 && n_objectives > 0 && n_objectives <= HPS_MPI_OBJECTIVES
             ? flights_make(&w, m->n_groups, n_params, n_objectives)
             : HPS_E_ARGUMENT;
    if (st == HPS_OK) {
        st = fly(&w);
    }
    flights_free(&w);
    (void)hps_mpi_release(m);
    return st;
}

/* ---------------------------------------------------------------------- run */

static int32_t spread(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    hps_status st = hps_mpi_evaluate(user, b, NULL, f, outcome);

    return st == HPS_OK ? 0 : st == HPS_E_CALLBACK ? hps_mpi_callback_code(user) : st;
}

hps_status hps_mpi_run(hps_mpi *m, hps_swarm *e)
{
    hps_status st;

    if (m == NULL || m->fn == NULL || (m->rank == 0) != (e != NULL)) {
        return HPS_E_ARGUMENT;
    }
    if (m->rank != 0) {
        return hps_mpi_serve(m);
    }
    st = hps_swarm_run(e, spread, m);
    (void)hps_mpi_release(m);
    return st;
}
