/* SPDX-License-Identifier: BSD-3-Clause */
/* The points of an asynchronous stage. Each has a place from the ask to the tell; its line is
 * in the history before the swarm, and with it a checkpoint, knows the value. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "ranks.h"
#include "stage.h"

/* WAITING: asked for, to be begun; HELD: its value waits for others that came before it in
 * the run that is repeated. */
enum { FREE, WAITING, RUNNING, HELD };

struct flights {
    batch_job *job;
    hps_swarm *swarm;
    hps_batch b; /* the places */
    int64_t *id;
    int32_t *particle, *outcome;
    double *x, *f;
    char *state;
    int64_t told, most; /* most: evaluations of the whole stage */
    order_list order;   /* to be followed */
    int64_t *turn;      /* [n_turns] place in it by id, -1: none */
    int64_t n_turns;
};

/* ------------------------------------------------------------------ memory */

static void find_turns(flights *w)
{
    for (int64_t k = 0; k < w->order.n; k++) {
        w->n_turns = w->order.id[k] >= w->n_turns ? w->order.id[k] + 1 : w->n_turns;
    }
    w->turn = new_memory((size_t)w->n_turns, sizeof *w->turn);
    memset(w->turn, 0xff, (size_t)w->n_turns * sizeof *w->turn); /* -1 */
    for (int64_t k = 0; k < w->order.n; k++) {
        w->turn[w->order.id[k]] = k;
    }
}

static int64_t turn_of(const flights *w, int64_t id)
{
    return id < w->n_turns ? w->turn[id] : -1;
}

/* No more than a particle each are under way. */
static void make_places(flights *w, batch_job *job)
{
    const stage *s = job->s;
    int n = (int)runfile_number(job->t->r, "swarm", "particles");

    w->job = job;
    w->swarm = s->swarm;
    w->most = stage_evaluations(job->t->r);
    w->id = new_memory((size_t)n, sizeof *w->id);
    w->particle = new_memory((size_t)n, sizeof *w->particle);
    w->outcome = new_memory((size_t)n, sizeof *w->outcome);
    w->x = new_memory((size_t)n * (size_t)hps_space_size(s->space), sizeof *w->x);
    w->f = new_memory((size_t)n * (size_t)s->n_objectives, sizeof *w->f);
    w->state = new_memory((size_t)n, 1);
    for (int i = 0; i < n; i++) {
        w->particle[i] = -1;
    }
    w->b = (hps_batch){.struct_size = sizeof w->b,
                       .n = n,
                       .n_params = hps_space_size(s->space),
                       .n_objectives = s->n_objectives,
                       .iteration = -1,
                       .id = w->id,
                       .particle = w->particle,
                       .x = w->x};
    job->lines = grow_memory(job->lines, (size_t)n, sizeof *job->lines);
    job->f = w->f;
    job->outcome = w->outcome;
    (void)hps_swarm_order(w->swarm, 0, &w->told, NULL);
}

static void drop_places(flights *w)
{
    order_free(&w->order);
    free(w->turn);
    free(w->id);
    free(w->particle);
    free(w->outcome);
    free(w->x);
    free(w->f);
    free(w->state);
}

/* -------------------------------------------------------------------- tell */

static int write_line(flights *w, int i, int64_t order)
{
    evaluation *e = &w->job->lines[i];

    e->order = order;
    return history_add(&w->job->t->history, w->job->s->space, 1, e);
}

/* The place in the order that a value gets when it is told now; -1 if that is not sure: it
 * may have to wait, or be tried again. */
static int64_t next_order(const flights *w, int i)
{
    if (w->told < w->order.n) {
        return turn_of(w, w->id[i]) == w->told ? w->told : -1;
    }
    return w->job->lines[i].outcome != HPS_EVAL_OK &&
                   runfile_number(w->job->t->r, "swarm", "retry") > 0
               ? -1
               : w->told;
}

/* The swarm has taken values: the told one, and those that have waited for it. */
static int settle(flights *w, int64_t now)
{
    int64_t *order = new_memory((size_t)now, sizeof *order);
    int rc = EXIT_DONE;

    (void)hps_swarm_order(w->swarm, now, &now, order);
    for (int64_t k = w->told; k < now && rc == EXIT_DONE; k++) {
        for (int i = 0; i < w->b.n; i++) {
            if (w->state[i] != FREE && w->state[i] != WAITING && w->id[i] == order[k]) {
                w->state[i] = FREE;
                rc = w->job->lines[i].order != k ? write_line(w, i, k) : rc;
            }
        }
    }
    w->told = now;
    free(order);
    return rc;
}

/* Tell the value at a place, whose line is in the history. */
static int tell(flights *w, int i)
{
    int64_t tries = hps_swarm_count(w->swarm, HPS_COUNT_RETRIED), now = 0;
    hps_status st = hps_swarm_tell(w->swarm, 1, &w->id[i], w->f + (int64_t)i * w->b.n_objectives,
                                   &w->outcome[i]);

    (void)hps_swarm_order(w->swarm, 0, &now, NULL);
    w->state[i] = hps_swarm_count(w->swarm, HPS_COUNT_RETRIED) > tries ? FREE : HELD;
    if (st != HPS_OK) {
        return fail_library(st, EXIT_INTERNAL);
    }
    if (now == w->told + 1 && w->job->lines[i].order == w->told) { /* nearly always */
        w->state[i] = FREE;
        w->told = now;
        return EXIT_DONE;
    }
    return now > w->told ? settle(w, now) : EXIT_DONE;
}

/* A value has come: keep it, then tell it. */
static int arrive(flights *w, int i, const char *reason, double seconds)
{
    batch_job *job = w->job;
    int rc;

    stage_note_line(job, &w->b, i, reason, seconds);
    rc = write_line(w, i, next_order(w, i));
    rc = rc == EXIT_DONE ? tell(w, i) : rc;
    job->slowest = seconds > job->slowest ? seconds : job->slowest;
    progress_step(&job->progress, job->progress.done + 1, stage_best(job));
    return rc;
}

/* ---------------------------------------------------------------------- ask */

/* Was it evaluated before the run was killed? */
static int recall(flights *w, int i)
{
    const batch_job *job = w->job;
    recalled r;

    if (!history_recall(&job->t->history, job->s->name, job->s->space, w->id[i],
                        w->x + (int64_t)i * w->b.n_params, w->b.n_objectives,
                        w->f + (int64_t)i * w->b.n_objectives, &r) ||
        !stage_recalls(job, &r)) {
        return 0;
    }
    w->outcome[i] = r.outcome;
    stage_note_line(w->job, &w->b, i, r.reason, r.seconds);
    w->job->lines[i].order = r.order;
    return 1;
}

static int first_in(const flights *w, char state)
{
    int i = 0;

    while (i < w->b.n && w->state[i] != state) {
        i++;
    }
    return i < w->b.n ? i : -1;
}

/* One more point from the swarm; 0 if it has none. What is known is told at once. */
static int ask(flights *w)
{
    int32_t i = first_in(w, FREE), n = 0;
    hps_status st;

    if (i < 0) {
        return 0;
    }
    st = hps_swarm_ask(w->swarm, 1, &n, &w->id[i], w->x + (int64_t)i * w->b.n_params);
    if (st != HPS_OK) {
        w->job->rc = st == HPS_E_STATE ? fail(EXIT_DATA, "swarm.replay: %s", hps_last_error())
                                       : fail_library(st, EXIT_INTERNAL);
    }
    if (st != HPS_OK || n == 0) {
        return 0;
    }
    w->state[i] = WAITING;
    w->outcome[i] = HPS_EVAL_OK;
    for (int k = 0; k < w->b.n_objectives; k++) {
        w->f[i * w->b.n_objectives + k] = (double)NAN;
    }
    if (recall(w, i)) {
        w->state[i] = RUNNING;
        w->job->rc = tell(w, i);
    }
    return w->job->rc == EXIT_DONE;
}

static int ended(const flights *w)
{
    return hps_swarm_stop_reason(w->swarm)[0] != '\0';
}

/* Points that are begun and not told. */
static int under_way(const flights *w)
{
    int n = 0;

    for (int i = 0; i < w->b.n; i++) {
        n += w->state[i] == RUNNING || w->state[i] == HELD;
    }
    return n;
}

/* Of the points that wait the one whose turn comes first. Those that have none begin when the
 * order is through; those that would be more than the run wants stay. */
static int choose(const flights *w)
{
    int others = w->told >= w->order.n && !ended(w) && w->told + under_way(w) < w->most, best = -1;
    int64_t first = 0;

    for (int i = 0; i < w->b.n; i++) {
        int64_t turn = turn_of(w, w->id[i]);
        int mine = w->state[i] == WAITING && (turn >= 0 || others);

        turn = turn >= 0 ? turn : w->order.n + w->id[i];
        if (mine && (best < 0 || turn < first)) {
            first = turn;
            best = i;
        }
    }
    return best;
}

static int32_t next_point(void *user)
{
    batch_job *job = user;
    flights *w = job->flights;
    int i;

    if (job->rc == EXIT_DONE && (stop_requested() || stop_would_overrun(1.1 * job->slowest))) {
        job->rc = EXIT_STOPPED;
    }
    /* to repeat an order all points that there are have to be at hand */
    while (job->rc == EXIT_DONE && (w->told < w->order.n || first_in(w, WAITING) < 0) && ask(w)) {
    }
    i = job->rc == EXIT_DONE && !groups_full(&job->groups) ? choose(w) : -1;
    if (i >= 0) {
        w->state[i] = RUNNING;
        job->groups.begun++;
    }
    return i;
}

/* ---------------------------------------------------------------- evaluation */

int32_t stage_fly_note(batch_job *job, int32_t i, const char *note)
{
    note_costs costs;
    const char *reason = note_split(note, &costs);

    groups_note(&job->groups, job->outcome[i], &costs);
    return arrive(job->flights, i, reason, costs.seconds);
}

static int note_answer(void *user, int i)
{
    batch_job *job = user;

    return arrive(job->flights, i, search_reason(job->s->search, i),
                  search_seconds(job->s->search, i));
}

/* n points together; the values come back in the order of their ids. */
static int evaluate_some(flights *w, int n, const int32_t *which)
{
    const int32_t m = w->b.n_objectives, width = w->b.n_params;
    hps_batch part = w->b;
    int64_t *id = new_memory((size_t)n, sizeof *id);
    double *x = new_memory((size_t)n * (size_t)width, sizeof *x);
    double *f = new_memory((size_t)n * (size_t)m, sizeof *f);
    int32_t *outcome = new_memory((size_t)n, sizeof *outcome);
    int rc;

    for (int k = 0; k < n; k++) {
        id[k] = w->id[which[k]];
        memcpy(x + k * width, w->x + which[k] * width, (size_t)width * sizeof *x);
        memcpy(f + k * m, w->f + which[k] * m, (size_t)m * sizeof *f);
    }
    part.n = n;
    part.id = id;
    part.x = x;
    rc = hps_study_evaluate(&part, f, outcome, w->job->s->study);
    rc = rc == 0 ? EXIT_DONE : fail(EXIT_INTERNAL, "the evaluation stopped with code %d", rc);
    for (int k = 0; k < n && rc == EXIT_DONE; k++) {
        if (ended(w) && turn_of(w, id[k]) < 0) {
            continue; /* one thread would not have begun it */
        }
        memcpy(w->f + which[k] * m, f + k * m, (size_t)m * sizeof *f);
        w->outcome[which[k]] = outcome[k];
        rc = arrive(w, which[k], hps_study_reason(w->job->s->study, k),
                    hps_study_seconds(w->job->s->study, k));
    }
    free(outcome);
    free(f);
    free(x);
    free(id);
    return rc;
}

/* A process alone has nobody to wait for: as many points as threads at a time. */
static int fly_study(batch_job *job)
{
    int threads = hps_context_threads(job->t->context), n = 0;
    int32_t *which = new_memory((size_t)threads, sizeof *which);
    int rc = EXIT_DONE;

    do {
        n = 0;
        while (n < threads && (which[n] = next_point(job)) >= 0) {
            n++;
        }
        rc = n > 0 ? evaluate_some(job->flights, n, which) : EXIT_DONE;
    } while (n > 0 && rc == EXIT_DONE);
    free(which);
    return rc;
}

/* On ranks: where their groups are to be measured first, until one of each has come. */
static int fly_ranks(batch_job *job)
{
    flights *w = job->flights;
    int again, rc;

    do {
        job->groups.begun = 0;
        rc = ranks_evaluate_stream(&w->b, next_point, w->f, w->outcome);
        again = groups_full(&job->groups);
        if (rc == EXIT_DONE) {
            groups_settle(job);
        }
    } while (again && rc == EXIT_DONE && job->rc == EXIT_DONE);
    return rc;
}

static int evaluate_all(flights *w)
{
    batch_job *job = w->job;

    if (ranks_count() > 1) {
        return fly_ranks(job);
    }
    if (job->s->search != NULL) {
        const search_calls calls = {next_point, note_answer, job};

        return search_evaluate(job->s->search, &w->b, w->f, w->outcome, &calls);
    }
    return fly_study(job);
}

int stage_fly(batch_job *job)
{
    flights w = {.told = 0};
    char *path = checkpoint_path(job->t, job->s, 0);
    int rc;

    make_places(&w, job);
    job->flights = &w;
    rc = order_set(&w.order, job->t, job->s);
    find_turns(&w);
    rc = rc == EXIT_DONE ? evaluate_all(&w) : rc;
    rc = rc == EXIT_DONE ? job->rc : rc;
    if (rc == EXIT_DONE && first_in(&w, HELD) >= 0) {
        rc =
            fail(EXIT_DATA, "swarm.replay: evaluation %lld never came: the order is of another run",
                 (long long)w.order.id[w.told]);
    }
    if ((rc == EXIT_DONE || rc == EXIT_STOPPED) && hps_swarm_save(job->s->swarm, path) != HPS_OK) {
        rc = fail_library(HPS_E_IO, EXIT_INTERNAL);
    }
    job->flights = NULL;
    drop_places(&w);
    free(path);
    return rc;
}
