/* SPDX-License-Identifier: BSD-3-Clause */
/* One stage: a swarm over a study, with its checkpoint and its lines in the history. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "ranks.h"
#include "stage.h"

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
    st = st == HPS_OK
             ? hps_study_set_text(study, "precision", runfile_text(r, "objective", "precision"))
             : st;
    return st == HPS_OK
               ? hps_study_set_text(study, "threads_for", runfile_text(r, "swarm", "threads_for"))
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
    return rc;
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
        rc = rc == EXIT_DONE ? start_positions(t, s) : rc;
        rc = rc == EXIT_DONE ? warm_start(t, s) : rc;
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

/* Make a swarm in a context of its own, ask it once, and see what that has taken. */
static int ask_once(tuning *t, stage *s, int64_t *held)
{
    int64_t id;
    int32_t n;
    double *x;
    hps_status st;
    int rc = runfile_space(t->r, t->context, s->sections, &s->space);

    rc = rc == EXIT_DONE ? new_swarm(t, s) : rc;
    if (rc != EXIT_DONE) {
        return rc;
    }
    x = new_memory((size_t)hps_space_size(s->space), sizeof *x);
    st = hps_swarm_ask(s->swarm, 1, &n, &id, x);
    free(x);
    hps_context_memory(t->context, held, NULL);
    *held += archive_bytes(t, s);
    return st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_USAGE);
}

/* What a swarm takes with its first question, the models of the variant guided above all. */
static int find_swarm_bytes(tuning *t, stage *s)
{
    tuning alone = *t;
    stage trial = {.sections = s->sections, .n_objectives = s->n_objectives};
    int rc;

    alone.context = NULL;
    if (hps_context_create(&alone.context, NULL) != HPS_OK) {
        return fail_library(HPS_E_MEMORY, EXIT_INTERNAL);
    }
    rc = ask_once(&alone, &trial, &s->swarm_bytes);
    hps_swarm_destroy(trial.swarm);
    hps_space_destroy(trial.space);
    hps_context_destroy(alone.context);
    return rc;
}

int64_t stage_swarms(const tuning *t, const char *last)
{
    int64_t bytes = 0;

    for (int k = 0; k < t->n_stages; k++) {
        const stage *s = &t->stages[k];

        bytes += s->x == NULL ? s->swarm_bytes : 0; /* the context counts the others */
        if (last != NULL && strcmp(s->name, last) == 0) {
            break;
        }
    }
    return bytes;
}

/* A run that cannot stay within --max-memory is refused before its first evaluation. */
static int check_memory(tuning *t, stage *s)
{
    char name[32];
    hps_status st;
    int rc = s->swarm_bytes == 0 ? find_swarm_bytes(t, s) : EXIT_DONE;

    if (rc != EXIT_DONE) {
        return rc;
    }
    st = hps_study_memory(s->study, &s->bytes);
    if (st != HPS_OK) {
        return fail_library(st, EXIT_USAGE);
    }
    s->bytes = memory_process(t->context, s->bytes + stage_swarms(t, s->name));
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

    s->context = t->context;
    if (runfile_is_search(t->r)) {
        if (rc == EXIT_DONE && !runfile_is_list(t->r)) {
            s->search = search_create(t->r, s->space, t->directory, threads_each(t));
        }
        return rc;
    }
    rc = rc == EXIT_DONE ? make_study(t, s) : rc;
    return rc == EXIT_DONE ? check_memory(t, s) : rc;
}

int stage_check(tuning *t, stage *s)
{
    stage trial;
    int rc = runfile_is_search(t->r) ? EXIT_DONE : find_swarm_bytes(t, s);

    if (runfile_is_list(t->r)) {
        return list_read(t, s);
    }
    trial = *s;
    rc = rc == EXIT_DONE ? stage_objective(t, &trial) : rc;
    if (rc == EXIT_DONE && !t->resume && s == &t->stages[0]) {
        rc = warm_start(t, &trial); /* what is wrong with it */
    }
    if (rc == EXIT_DONE && !t->resume) {
        rc = start_positions(t, &trial);
    }
    stage_free(&trial);
    return rc;
}

int stage_prepare(tuning *t, stage *s)
{
    int rc = stage_objective(t, s);

    if (rc == EXIT_DONE && s->trials == NULL) {
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

/* ----------------------------------------------------------------- running */

static int all_failed(const batch_job *job)
{
    const stage *s = job->s;
    const char *why;

    reasons_read(&job->s->reasons, &job->t->history, s->name);
    why = s->reasons.first;
    return fail(EXIT_ALL_FAILED, "stage %s: every one of %lld evaluations failed%s%s", s->name,
                (long long)s->counts.n_evaluated, why != NULL ? ", the first one with: " : "",
                why != NULL ? why : "");
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
    if (st == HPS_OK && job->s->asynchronous) {
        return stage_fly(job);
    }
    stop_target(e);
    st = st == HPS_OK ? hps_swarm_run(e, stage_evaluate, job) : st;
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
    char *label;
    int rc;

    if (s->trials != NULL) {
        return list_run(t, s);
    }
    label =
        new_textf("%s%s%s", t->label != NULL ? t->label : "", t->label != NULL ? " " : "", s->name);
    hps_swarm_get_progress(s->swarm, &s->counts);
    progress_start(&job.progress, t->a->quiet, label, s->counts.n_evaluated,
                   stage_evaluations(t->r));
    groups_begin(&job.groups, t, s);
    rc = ranks_open((int)(s - t->stages), job.groups.size, s, stage_note_remote, &job);
    rc = rc == EXIT_DONE ? run_swarm(&job) : rc;
    progress_step(&job.progress, job.progress.done, stage_best(&job));
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
    list_free(s);
    search_destroy(s->search);
    hps_swarm_destroy(s->swarm);
    hps_space_destroy(s->space);
    free(s->x);
    reasons_free(&s->reasons);
    memset(s, 0, sizeof *s);
}
