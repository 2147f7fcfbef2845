/* SPDX-License-Identifier: BSD-3-Clause */
/* The points of a batch and their lines in the history: by a study, by commands, on ranks. */
#include <math.h>
#include <string.h>

#include "ranks.h"
#include "stage.h"

/* --------------------------------------------------------------- evaluation */

/* The line of point i of a batch. */
void stage_note_line(batch_job *job, const hps_batch *b, int i, const char *reason, double seconds)
{
    evaluation *e = &job->lines[i];

    e->id = b->id[i];
    e->iteration = b->iteration;
    e->order = -1;
    e->particle = b->particle[i];
    e->stage = job->s->name;
    e->objective = job->s->objective;
    e->x = b->x + (int64_t)i * b->n_params;
    e->n_objectives = b->n_objectives;
    e->f = job->f + (int64_t)i * b->n_objectives;
    e->outcome = job->outcome[i];
    for (int k = 0; k < b->n_objectives && e->outcome == HPS_EVAL_OK; k++) {
        e->outcome = isfinite(e->f[k]) ? HPS_EVAL_OK : HPS_EVAL_FAILED;
    }
    snprintf(e->reason, sizeof e->reason, "%s", reason);
    e->seconds = seconds;
}

/* How many points at once: a stop is only looked at between chunks, so long evaluations go
 * in chunks of a few seconds. The values do not depend on it. */
static int chunk_size(const batch_job *job, int left)
{
    double each = job->last_size > 0 ? job->last_seconds / job->last_size : 0;
    int threads = hps_context_threads(job->t->context);

    if (job->last_size > 0 && each * left < 2.0) {
        return left;
    }
    return left < threads ? left : threads;
}

/* What the study has found out about sharing the threads, once. */
static void tell_shares(batch_job *job, int n)
{
    double each[2];
    int at_a_time = hps_study_at_a_time(job->s->study, n, each);
    char one[48], all[48];

    if (job->shares_told || job->t->a->quiet || each[0] <= 0 || each[1] <= 0) {
        return;
    }
    job->shares_told = 1;
    fprintf(
        stderr,
        "hpswarm: stage %s: one takes %s beside others, %s with %d threads: %d of %d at a time\n",
        job->s->name, duration_text(each[0], one), duration_text(each[1], all),
        hps_context_threads(job->t->context), at_a_time, n);
}

static int evaluate_chunk(batch_job *job, int at, int n, double *f, int32_t *outcome)
{
    hps_batch part = *job->batch;
    double start = seconds_now();
    int code;

    part.n = n;
    part.id += at;
    part.particle += at;
    part.x += (int64_t)at * part.n_params;
    code =
        hps_study_evaluate(&part, f + (int64_t)at * part.n_objectives, outcome + at, job->s->study);
    job->last_seconds = seconds_now() - start;
    job->last_size = n;
    tell_shares(job, n);
    job->slowest = job->last_seconds > job->slowest ? job->last_seconds : job->slowest;
    if (code != 0) {
        return fail(EXIT_INTERNAL, "the evaluation stopped with code %d", code);
    }
    for (int i = 0; i < n; i++) {
        stage_note_line(job, job->batch, at + i, hps_study_reason(job->s->study, i),
                        hps_study_seconds(job->s->study, i));
    }
    return history_add(&job->t->history, job->s->space, n, job->lines + at);
}

double stage_best(const batch_job *job)
{
    double f[16] = {0};

    return hps_swarm_best(job->s->swarm, NULL, f) == HPS_OK ? f[0] : (double)INFINITY;
}

int stage_recalls(const batch_job *job, const recalled *r)
{
    return r->outcome == HPS_EVAL_OK || runfile_number(job->t->r, "swarm", "retry") <= 0;
}

/* Values that an earlier run has left behind its last checkpoint. */
static void recall_known(batch_job *job, double *f, int32_t *outcome)
{
    const hps_batch *b = job->batch;
    recalled r;

    for (int i = 0; i < b->n; i++) {
        job->known[i] = history_recall(&job->t->history, job->s->name, job->s->space, b->id[i],
                                       b->x + (int64_t)i * b->n_params, b->n_objectives,
                                       f + (int64_t)i * b->n_objectives, &r) &&
                        stage_recalls(job, &r);
        if (job->known[i]) {
            outcome[i] = r.outcome;
        }
    }
}

/* Points of a study: several at once, the threads are the library's. */
static int evaluate_study(batch_job *job, double *f, int32_t *outcome)
{
    const hps_batch *b = job->batch;
    int rc = EXIT_DONE;

    for (int at = 0, n = 0; at < b->n && rc == EXIT_DONE; at += n) {
        int most = 0;

        while (at + most < b->n && !job->known[at + most]) {
            most++;
        }
        n = most > 0 ? chunk_size(job, most) : 1;
        if (stop_requested() || stop_would_overrun(1.1 * job->slowest)) {
            return EXIT_STOPPED;
        }
        rc = most > 0 ? evaluate_chunk(job, at, n, f, outcome) : EXIT_DONE;
        progress_step(&job->progress, b->id[0] + at + n, stage_best(job));
    }
    return rc;
}

static int32_t next_unknown(void *user)
{
    batch_job *job = user;

    while (job->next < job->batch->n && job->known[job->next]) {
        job->next++;
    }
    return job->next < job->batch->n ? job->next++ : -1;
}

/* A command has ended. */
static int note_answer(void *user, int i)
{
    batch_job *job = user;

    stage_note_line(job, job->batch, i, search_reason(job->s->search, i),
                    search_seconds(job->s->search, i));
    progress_step(&job->progress, job->progress.done + 1, stage_best(job));
    return history_add(&job->t->history, job->s->space, 1, job->lines + i);
}

/* rank_done_fn: a point is back, or nothing is and it is time to look at the clock. */
int32_t stage_note_remote(const hps_batch *b, int32_t i, const char *note, void *user)
{
    batch_job *job = user;
    int32_t rc = EXIT_DONE;

    if (i >= 0 && job->flights != NULL) {
        rc = stage_fly_note(job, i, note);
    } else if (i >= 0) {
        note_costs costs;
        const char *reason = note_split(note, &costs);

        stage_note_line(job, b, i, reason, costs.seconds);
        groups_note(&job->groups, job->outcome[i], &costs);
        job->slowest = costs.seconds > job->slowest ? costs.seconds : job->slowest;
        progress_step(&job->progress, job->progress.done + 1, stage_best(job));
        rc = history_add(&job->t->history, job->s->space, 1, job->lines + i);
    }
    if (rc == EXIT_DONE && (stop_requested() || stop_would_overrun(1.1 * job->slowest))) {
        rc = EXIT_STOPPED;
    }
    return rc;
}

/* hps_evaluate_fn of every stage. */
int32_t stage_evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    batch_job *job = user;

    job->batch = b;
    job->f = f;
    job->outcome = outcome;
    job->lines = grow_memory(job->lines, (size_t)b->n, sizeof *job->lines);
    job->known = grow_memory(job->known, (size_t)b->n, 1);
    recall_known(job, f, outcome);
    job->progress.done = b->id[0];
    job->next = 0;
    if (ranks_count() > 1) {
        groups_settle(job);
        job->rc = ranks_evaluate(b, job->known, f, outcome);
    } else if (job->s->search != NULL) {
        const search_calls calls = {next_unknown, note_answer, job};

        job->rc = search_evaluate(job->s->search, b, f, outcome, &calls);
    } else {
        job->rc = evaluate_study(job, f, outcome);
    }
    return job->rc;
}
