/* SPDX-License-Identifier: BSD-3-Clause */
/* One stage: a swarm over a study, with its checkpoint and its lines in the history. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "ranks.h"
#include "tune.h"

typedef struct batch_job {
    tuning *t;
    stage *s;
    progress progress;
    evaluation *lines;
    double last_seconds; /* of the last whole chunk */
    double slowest;      /* chunk */
    int last_size;
    int rc;
    const hps_batch *batch; /* under way, with its values */
    const double *f;
    const int32_t *outcome;
    char *known; /* [n] 1: the value came from the history */
} batch_job;

/* ------------------------------------------------------------------- study */

static hps_status set_objective(const runfile *r, const stage *s, hps_study *study)
{
    static const char *const reals[] = {"skew_weight", "force_weight"};
    static const char *const wholes[] = {"references", "seed"};
    hps_status st = hps_study_set_text(study, "objective", s->objective);

    for (int i = 0; i < 2 && st == HPS_OK; i++) {
        st = hps_study_set_real(study, reals[i], runfile_number(r, "objective", reals[i]));
    }
    for (int i = 0; i < 2 && st == HPS_OK; i++) {
        st =
            hps_study_set_int(study, wholes[i], (int64_t)runfile_number(r, "objective", wholes[i]));
    }
    return st == HPS_OK
               ? hps_study_set_text(study, "precision", runfile_text(r, "objective", "precision"))
               : st;
}

static int make_study(tuning *t, stage *s)
{
    hps_gpr *base;
    hps_status st;
    int rc = runfile_gpr(t->r, t->context, &base);

    if (rc != EXIT_DONE) {
        return rc;
    }
    st = hps_study_create(&s->study, t->context, s->space, base, t->data.train, t->data.test);
    if (st == HPS_OK) {
        st = set_objective(t->r, s, s->study);
    }
    hps_gpr_destroy(base);
    return st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_USAGE);
}

/* ------------------------------------------------------------------- swarm */

static hps_status set_option(hps_swarm *e, const setting *s)
{
    const char *name = s->rule->option;

    if (s->form == FORM_TEXT) {
        return hps_swarm_set_text(e, name, s->text);
    }
    return s->rule->kind == KIND_REAL ? hps_swarm_set_real(e, name, s->value)
                                      : hps_swarm_set_int(e, name, (int64_t)s->value);
}

/* Set the swarm's options; of a loaded swarm only the limits, which may be raised. */
static int set_options(const runfile *r, hps_swarm *e, int limits_only)
{
    for (int i = 0; i < r->n; i++) {
        const setting *s = &r->items[i];
        char name[80];

        if (strcmp(s->rule->section, "swarm") == 0 && s->rule->option != NULL &&
            (s->rule->limit || !limits_only) && set_option(e, s) != HPS_OK) {
            return fail_at(s->at, setting_name(s, name), "%s", hps_last_error());
        }
    }
    return EXIT_DONE;
}

static int load_swarm(tuning *t, stage *s, const char *path, int finished)
{
    hps_status st = checkpoint_load(t, s->space, path, &s->swarm);

    if (st != HPS_OK) {
        return fail_library(st, EXIT_DATA);
    }
    return finished ? EXIT_DONE : set_options(t->r, s->swarm, 1);
}

static int new_swarm(tuning *t, stage *s)
{
    hps_status st = hps_swarm_create(&s->swarm, t->context, s->space, s->n_objectives);
    int rc;

    if (st != HPS_OK) {
        return fail_library(st, EXIT_USAGE);
    }
    rc = set_options(t->r, s->swarm, 0);
    if (rc == EXIT_DONE && s->n_objectives == 1 && runfile_n_objectives(t->r) > 1) {
        const char *own = runfile_is(t->r, "swarm", "variant", "paper_mo") ? "paper" : "guided";

        st = hps_swarm_set_text(s->swarm, "variant", own); /* the first of two stages */
        rc = st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_USAGE);
    }
    return rc == EXIT_DONE ? warm_start(t, s) : rc;
}

static int make_swarm(tuning *t, stage *s)
{
    char *done = checkpoint_path(t, s, 1), *open = checkpoint_path(t, s, 0);
    int rc;

    if (t->resume && file_exists(done)) {
        rc = load_swarm(t, s, done, 1);
    } else if (t->resume && file_exists(open)) {
        rc = load_swarm(t, s, open, 0);
    } else {
        rc = new_swarm(t, s);
    }
    if (rc == EXIT_DONE && hps_swarm_set_autosave(s->swarm, open, 1) != HPS_OK) {
        rc = fail_library(HPS_E_INTERNAL, EXIT_INTERNAL);
    }
    free(done);
    free(open);
    return rc;
}

/* What a swarm keeps of its past, as it grows and as it is saved. */
static int64_t archive_bytes(const tuning *t, const stage *s)
{
    return 3 * 8 * stage_evaluations(t->r) * (hps_space_size(s->space) + 4);
}

/* A run that cannot stay within --max-memory is refused before its first evaluation. */
static int check_memory(const tuning *t, stage *s)
{
    char name[32];

    if (hps_study_memory(s->study, &s->bytes) != HPS_OK) {
        return fail_library(HPS_E_OPTION, EXIT_USAGE);
    }
    s->bytes = memory_process(t->context, s->bytes + archive_bytes(t, s));
    snprintf(name, sizeof name, "stage %s", s->name);
    return memory_check(t->a, name, s->bytes);
}

/* On a rank commands run one by one, in a process alone swarm.parallel at a time. */
static int threads_each(const tuning *t)
{
    int threads = hps_context_threads(t->context);

    return ranks_count() > 1 ? threads : search_threads_each(t->r, threads);
}

int stage_objective(tuning *t, stage *s)
{
    int rc = runfile_space(t->r, t->context, s->sections, &s->space);

    if (runfile_is_search(t->r)) {
        if (rc == EXIT_DONE) {
            s->search = search_create(t->r, s->space, t->directory, threads_each(t));
        }
        return rc;
    }
    rc = rc == EXIT_DONE ? make_study(t, s) : rc;
    return rc == EXIT_DONE ? check_memory(t, s) : rc;
}

int stage_check(tuning *t, const stage *s)
{
    stage trial = *s;
    int rc = stage_objective(t, &trial);

    if (rc == EXIT_DONE && !t->resume && s == &t->stages[0]) {
        rc = warm_start(t, &trial); /* what is wrong with it */
    }
    stage_free(&trial);
    return rc;
}

int stage_prepare(tuning *t, stage *s)
{
    int rc = stage_objective(t, s);

    if (rc == EXIT_DONE) {
        rc = make_swarm(t, s);
    }
    s->counts.struct_size = sizeof s->counts;
    return rc;
}

int64_t stage_evaluations(const runfile *r)
{
    double particles = runfile_number(r, "swarm", "particles");
    double iterations = runfile_number(r, "swarm", "iterations");
    double evaluations = runfile_number(r, "swarm", "evaluations");
    double total = iterations > 0 ? iterations * particles : evaluations;

    if (evaluations > 0 && total > evaluations) {
        total = evaluations;
    }
    return (int64_t)total;
}

/* --------------------------------------------------------------- evaluation */

/* The line of point i of a batch. */
static void note_line(batch_job *job, const hps_batch *b, int i, const char *reason, double seconds)
{
    evaluation *e = &job->lines[i];

    e->id = b->id[i];
    e->iteration = b->iteration;
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
    job->slowest = job->last_seconds > job->slowest ? job->last_seconds : job->slowest;
    if (code != 0) {
        return fail(EXIT_INTERNAL, "the evaluation stopped with code %d", code);
    }
    for (int i = 0; i < n; i++) {
        note_line(job, job->batch, at + i, hps_study_reason(job->s->study, i),
                  hps_study_seconds(job->s->study, i));
    }
    return history_add(&job->t->history, job->s->space, n, job->lines + at);
}

static double best_so_far(const batch_job *job)
{
    double f[16] = {0};

    return hps_swarm_best(job->s->swarm, NULL, f) == HPS_OK ? f[0] : (double)INFINITY;
}

/* Values that an earlier run has left behind its last checkpoint. */
static void recall_known(batch_job *job, double *f, int32_t *outcome)
{
    const hps_batch *b = job->batch;
    int retries = runfile_number(job->t->r, "swarm", "retry") > 0;
    recalled r;

    for (int i = 0; i < b->n; i++) {
        job->known[i] = (char)history_recall(&job->t->history, job->s->name, job->s->space,
                                             b->id[i], b->x + (int64_t)i * b->n_params,
                                             b->n_objectives, f + (int64_t)i * b->n_objectives, &r);
        if (job->known[i] && retries && r.outcome != HPS_EVAL_OK) {
            job->known[i] = 0; /* it may be this try or one before */
        }
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
        progress_step(&job->progress, b->id[0] + at + n, best_so_far(job));
    }
    return rc;
}

/* search_done_fn: a command has ended. */
static int note_answer(void *user, int i)
{
    batch_job *job = user;

    note_line(job, job->batch, i, search_reason(job->s->search, i),
              search_seconds(job->s->search, i));
    progress_step(&job->progress, job->progress.done + 1, best_so_far(job));
    return history_add(&job->t->history, job->s->space, 1, job->lines + i);
}

/* rank_done_fn: a point is back, or nothing is and it is time to look at the clock. */
static int32_t note_remote(const hps_batch *b, int32_t i, const char *note, void *user)
{
    batch_job *job = user;
    int rc = EXIT_DONE;

    if (i >= 0) {
        double seconds;
        const char *reason = note_split(note, &seconds);

        note_line(job, b, i, reason, seconds);
        job->slowest = seconds > job->slowest ? seconds : job->slowest;
        progress_step(&job->progress, job->progress.done + 1, best_so_far(job));
        rc = history_add(&job->t->history, job->s->space, 1, job->lines + i);
    }
    if (rc == EXIT_DONE && (stop_requested() || stop_would_overrun(1.1 * job->slowest))) {
        rc = EXIT_STOPPED;
    }
    return rc;
}

/* hps_evaluate_fn of every stage. */
static int32_t evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    batch_job *job = user;

    job->batch = b;
    job->f = f;
    job->outcome = outcome;
    job->lines = grow_memory(job->lines, (size_t)b->n, sizeof *job->lines);
    job->known = grow_memory(job->known, (size_t)b->n, 1);
    recall_known(job, f, outcome);
    job->progress.done = b->id[0];
    if (ranks_count() > 1) {
        job->rc = ranks_evaluate(b, job->known, f, outcome);
    } else if (job->s->search != NULL) {
        job->rc = search_evaluate(job->s->search, b, job->known, f, outcome, note_answer, job);
    } else {
        job->rc = evaluate_study(job, f, outcome);
    }
    return job->rc;
}

/* ----------------------------------------------------------------- running */

static int all_failed(const batch_job *job)
{
    char *why = history_first_reason(&job->t->history, job->s->name);
    int rc = fail(EXIT_ALL_FAILED, "stage %s: every one of %lld evaluations failed%s%s",
                  job->s->name, (long long)job->s->counts.n_evaluated,
                  why != NULL ? ", the first one with: " : "", why != NULL ? why : "");

    free(why);
    return rc;
}

static int collect(batch_job *job)
{
    stage *s = job->s;
    double f[16] = {0};

    hps_swarm_get_progress(s->swarm, &s->counts);
    s->x = new_memory((size_t)hps_space_size(s->space), sizeof *s->x);
    if (hps_swarm_count(s->swarm, HPS_EVAL_OK) == 0 ||
        hps_swarm_best(s->swarm, s->x, f) != HPS_OK) {
        return all_failed(job);
    }
    s->best = f[0];
    return stage_refit(s);
}

/* The kernel at the best point, for the result and the report. */
static int kernel_at_best(tuning *t, stage *s)
{
    hps_gpr *g;
    hps_status st;
    int rc;

    if (s->search != NULL) {
        return EXIT_DONE;
    }
    st = hps_study_apply(s->study, s->x, &g);
    if (st != HPS_OK) {
        return fail_library(st, EXIT_INTERNAL);
    }
    stage_forget(s); /* what a path holds is room for what comes */
    rc = kernel_report_compute(g, t->data.train,
                               (int64_t)runfile_number(t->r, "objective", "references"),
                               (int64_t)runfile_number(t->r, "objective", "seed"), &s->kernel);
    hps_gpr_destroy(g);
    return rc;
}

static int run_swarm(batch_job *job)
{
    hps_swarm *e = job->s->swarm;
    char *path = checkpoint_path(job->t, job->s, 0);
    hps_status st = HPS_OK;

    if (!hps_swarm_done(e) &&
        !file_exists(path)) { /* also a kill inside the first batch finds one */
        st = hps_swarm_save(e, path);
    }
    free(path);
    stop_target(e);
    st = st == HPS_OK ? hps_swarm_run(e, evaluate, job) : st;
    stop_target(NULL);
    if (st == HPS_E_CALLBACK && job->rc != EXIT_DONE) {
        return job->rc;
    }
    if (st != HPS_OK && st != HPS_E_CANCELLED) {
        return fail_library(st, EXIT_INTERNAL);
    }
    return strcmp(hps_swarm_stop_reason(e), "cancelled") == 0 ? EXIT_STOPPED : EXIT_DONE;
}

int stage_run(tuning *t, stage *s)
{
    batch_job job = {.t = t, .s = s};
    char *label =
        new_textf("%s%s%s", t->label != NULL ? t->label : "", t->label != NULL ? " " : "", s->name);
    int rc;

    hps_swarm_get_progress(s->swarm, &s->counts);
    progress_start(&job.progress, t->a->quiet, label, s->counts.n_evaluated,
                   stage_evaluations(t->r));
    rc = ranks_open((int)(s - t->stages), s, note_remote, &job);
    rc = rc == EXIT_DONE ? run_swarm(&job) : rc;
    progress_step(&job.progress, job.progress.done, best_so_far(&job));
    progress_end(&job.progress);
    if (rc == EXIT_DONE) {
        rc = collect(&job);
    }
    ranks_close(rc == EXIT_DONE ? hps_space_size(s->space) : 0, s->x);
    if (rc == EXIT_DONE) {
        rc = kernel_at_best(t, s);
    }
    if (rc == EXIT_DONE) {
        rc = checkpoint_keep(t, s);
    }
    free(job.lines);
    free(job.known);
    free(label);
    return rc;
}

void stage_forget(stage *s)
{
    hps_study_destroy(s->study);
    s->study = NULL;
}

void stage_free(stage *s)
{
    stage_forget(s);
    search_destroy(s->search);
    hps_swarm_destroy(s->swarm);
    hps_space_destroy(s->space);
    free(s->x);
    memset(s, 0, sizeof *s);
}
