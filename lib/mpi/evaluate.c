/* SPDX-License-Identifier: BSD-3-Clause */
/* Handing out a batch: whoever is ready gets the next point. */
#include <stdlib.h>
#include <string.h>

#include "private.h"

typedef struct round {
    const hps_batch *b;
    const char *known;
    double *f;
    int32_t *outcome;
    int32_t next, running;
    int stopped; /* nothing more is handed out */
} round_t;

static void skip_known(round_t *r)
{
    while (r->next < r->b->n && r->known != NULL && r->known[r->next]) {
        r->next++;
    }
}

static void ask_user(hps_mpi *m, round_t *r, int32_t i, const char *note)
{
    int32_t code = m->done != NULL ? m->done(r->b, i, note, m->user) : 0;

    if (code != 0 && !r->stopped) {
        r->stopped = 1;
        m->code = code;
    }
}

static void take(hps_mpi *m, round_t *r, int32_t i, const hpsi_mpi_result *result)
{
    r->running--;
    if (result->code != 0) { /* this point has no answer: it is asked for again another time */
        if (!r->stopped) {
            r->stopped = 1;
            m->code = result->code;
        }
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

/* Give the next point to a group that waits. */
static hps_status give(hps_mpi *m, round_t *r, int g)
{
    int own = m->first == 0 && g == 0;

    make_point(m, r->b, r->next);
    m->item[g] = r->next++;
    r->running++;
    if (own && m->direct) {
        hpsi_mpi_result result;
        int32_t i = m->item[g];

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

static hps_status give_all(hps_mpi *m, round_t *r)
{
    hps_status st = HPS_OK;

    /* other ranks first: they are on their way while our own begins */
    for (int k = 1; k <= m->n_groups && st == HPS_OK && !r->stopped; k++) {
        int g = k % m->n_groups;

        skip_known(r);
        if (m->item[g] < 0 && r->next < r->b->n) {
            st = give(m, r, g);
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

hps_status hps_mpi_evaluate(hps_mpi *m, const hps_batch *b, const char *known, double *f,
                            int32_t *outcome)
{
    round_t r = {.b = b, .known = known, .f = f, .outcome = outcome};
    hps_status st;
    int naps = 0;

    if (m == NULL || m->rank != 0 || m->fn == NULL || b == NULL || f == NULL || outcome == NULL ||
        b->n_objectives > HPS_MPI_OBJECTIVES) {
        return HPS_E_ARGUMENT;
    }
    st = hpsi_mpi_reserve(m, b->n_params);
    for (int g = 0; g < m->n_groups; g++) {
        m->item[g] = -1;
    }
    m->code = 0;
    while (st == HPS_OK) {
        st = give_all(m, &r);
        skip_known(&r);
        if (r.running == 0 && (r.next >= b->n || r.stopped)) {
            break;
        }
        if (collect(m, &r) > 0) {
            naps = 0;
        } else {
            hpsi_mpi_nap(&naps);
            if (naps % 50 == 0) {
                ask_user(m, &r, -1, "");
            }
        }
    }
    return st == HPS_OK && r.stopped ? HPS_E_CALLBACK : st;
}

/* ------------------------------------------------------------- asynchronous */

/* Point g of this batch is the one that group g works on. */
typedef struct flights {
    hps_batch b;
    int64_t *id;
    int32_t *particle, *outcome;
    double *x, *f;
    char *asked; /* asked for and not told */
} flights;

static hps_status flights_make(flights *w, int n, int32_t n_params, int32_t n_objectives)
{
    w->id = calloc((size_t)n, sizeof *w->id);
    w->particle = calloc((size_t)n, sizeof *w->particle);
    w->outcome = calloc((size_t)n, sizeof *w->outcome);
    w->x = calloc((size_t)n * (size_t)n_params, sizeof *w->x);
    w->f = calloc((size_t)n * (size_t)n_objectives, sizeof *w->f);
    w->asked = calloc((size_t)n, 1);
    if (w->id == NULL || w->particle == NULL || w->outcome == NULL || w->x == NULL ||
        w->f == NULL || w->asked == NULL) {
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
    free(w->asked);
}

/* Tell what has come back: asked for, and its group is free again. */
static hps_status tell_back(const hps_mpi *m, hps_swarm *e, const round_t *r, flights *w)
{
    hps_status st = HPS_OK;

    for (int g = 0; g < m->n_groups && st == HPS_OK; g++) {
        if (w->asked[g] && m->item[g] < 0 && w->outcome[g] >= 0) {
            st = hps_swarm_tell(e, 1, &w->id[g], w->f + (int64_t)g * r->b->n_objectives,
                                &w->outcome[g]);
            w->asked[g] = 0;
        }
    }
    return st;
}

/* Give every free group a point, if the swarm has one. */
static hps_status ask_more(hps_mpi *m, hps_swarm *e, round_t *r, flights *w)
{
    hps_status st = HPS_OK;

    for (int k = 1; k <= m->n_groups && st == HPS_OK && !r->stopped; k++) {
        int g = k % m->n_groups;
        int32_t n = 0;

        if (!w->asked[g]) {
            st = hps_swarm_ask(e, 1, &n, &w->id[g], w->x + (int64_t)g * r->b->n_params);
        }
        if (st == HPS_OK && n == 1) {
            w->asked[g] = 1;
            w->outcome[g] = -1; /* no answer yet */
            r->next = g;
            st = give(m, r, g);
        }
    }
    return st;
}

static hps_status fly(hps_mpi *m, hps_swarm *e, flights *w)
{
    round_t r = {.b = &w->b, .f = w->f, .outcome = w->outcome};
    hps_status st = hpsi_mpi_reserve(m, w->b.n_params);
    int naps = 0;

    for (int g = 0; g < m->n_groups; g++) {
        m->item[g] = -1;
    }
    m->code = 0;
    while (st == HPS_OK) {
        int come = collect(m, &r);

        st = tell_back(m, e, &r, w);
        st = st == HPS_OK ? ask_more(m, e, &r, w) : st;
        if (st == HPS_OK && m->direct) {
            st = tell_back(m, e, &r, w);
        }
        if (r.running == 0 && (r.stopped || hps_swarm_done(e))) {
            break;
        }
        if (come == 0 && !m->direct) {
            hpsi_mpi_nap(&naps);
            if (naps % 50 == 0) {
                ask_user(m, &r, -1, "");
            }
        } else {
            naps = 0;
        }
    }
    return st == HPS_OK && r.stopped ? HPS_E_CALLBACK : st;
}

hps_status hps_mpi_run_asynchronous(hps_mpi *m, hps_swarm *e, int32_t n_params,
                                    int32_t n_objectives)
{
    flights w = {.id = NULL};
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
        st = fly(m, e, &w);
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
