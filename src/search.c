/* SPDX-License-Identifier: BSD-3-Clause */
/* A batch of points as commands: so many at a time, the next as soon as one has ended. */
#include "search.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "args.h"
#include "job.h"
#include "output.h"
#include "ranks.h"
#include "tune.h"

typedef struct answer {
    char reason[320];
    double seconds;
} answer;

struct search {
    const runfile *r;
    const hps_space *space;
    const char *command, *response, *folder;
    char *logs; /* folder of what commands print */
    int n_values, parallel, threads_each;
    double timeout, slowest;
    int64_t keep;
    job *jobs;       /* [parallel] */
    answer *answers; /* [capacity] */
};

int search_parallel(const runfile *r)
{
    return (int)runfile_number(r, "swarm", "parallel");
}

int search_threads_each(const runfile *r, int threads)
{
    int each = threads / search_parallel(r);

    return each > 1 ? each : 1;
}

search *search_create(const runfile *r, const hps_space *space, const char *directory,
                      int threads_each)
{
    search *q = new_memory(1, sizeof *q);

    q->r = r;
    q->space = space;
    q->command = runfile_text(r, "objective", "command");
    q->response = runfile_text(r, "objective", "response");
    q->folder = runfile_text(r, "objective", "folder");
    q->n_values = (int)runfile_number(r, "objective", "values");
    q->parallel = search_parallel(r);
    q->threads_each = threads_each;
    (void)parse_time(runfile_text(r, "objective", "timeout"), &q->timeout);
    if (runfile_is(r, "objective", "timeout", "none")) {
        q->timeout = 0;
    }
    (void)parse_size(runfile_text(r, "objective", "keep_output"), &q->keep);
    q->logs = path_join(directory, "output");
    q->jobs = new_memory((size_t)q->parallel, sizeof *q->jobs);
    jobs_prepare();
    return q;
}

void search_destroy(search *q)
{
    if (q != NULL) {
        jobs_end(q->jobs, q->parallel);
        free(q->jobs);
        free(q->answers);
        free(q->logs);
        free(q);
    }
}

const char *search_reason(const search *q, int i)
{
    return q->answers[i].reason;
}

double search_seconds(const search *q, int i)
{
    return q->answers[i].seconds;
}

/* ------------------------------------------------------------------- start */

/* The folder of a point is new: one that is there already gets a number behind its name. */
static int make_folder(const char *folder, char *reason, size_t size)
{
    for (int k = 1; file_exists(folder) && k < 10000; k++) {
        char *aside = new_textf("%s.%d", folder, k);

        if (!file_exists(aside)) {
            (void)rename(folder, aside);
        }
        free(aside);
    }
    if (file_exists(folder) || directory_make(folder) != EXIT_DONE) {
        snprintf(reason, size, "%.300s",
                 file_exists(folder) ? "cannot move an older folder aside" : error_text());
        return 0;
    }
    return 1;
}

static char *response_path(const search *q, int64_t id, const double *x, const char *folder)
{
    char *path = template_expand(q->r, q->space, q->response, id, x, 0);

    if (folder != NULL && path[0] != '/') {
        char *inside = path_join(folder, path);

        free(path);
        return inside;
    }
    return path;
}

/* An answer that an interrupted attempt has left must not be taken for a new one. */
static void drop_old_response(const search *q, int64_t id, const double *x)
{
    if (q->response != NULL && q->folder == NULL) {
        char *path = response_path(q, id, x, NULL);

        unlink(path);
        free(path);
    }
}

/* What tells a process that it is a rank of this MPI job: a command that is an MPI job of its
 * own must not see it. Settings of the user's stay. */
static int is_of_rank(const char *variable)
{
    static const char *const marks[] = {
        "OMPI_COMM_WORLD_",
        "OMPI_MCA_ess",
        "OMPI_MCA_orte_",
        "OMPI_MCA_pmix",
        "OMPI_MCA_initial",
        "OMPI_FILE_LOCATION",
        "OMPI_FIRST_RANK",
        "OMPI_APP_CTX",
        "OMPI_NUM_APP",
        "OMPI_UNIVERSE",
        "OMPI_ARGV",
        "OMPI_COMMAND",
        "PMIX_",
        "PMI_",
        "HYDI_",
        "MPI_LOCAL",
    };

    for (size_t i = 0; ranks_count() > 1 && i < sizeof marks / sizeof marks[0]; i++) {
        if (strncmp(variable, marks[i], strlen(marks[i])) == 0) {
            return 1;
        }
    }
    return 0;
}

/* The caller's environment, the number of the point, and threads for a share of the cores. */
static char **make_environment(const search *q, int64_t id)
{
    int n = 0, kept = 0, chosen = getenv("OMP_NUM_THREADS") != NULL;
    char **all;

    while (environ[n] != NULL) {
        n++;
    }
    all = new_memory((size_t)n + 5, sizeof *all);
    for (int i = 0; i < n; i++) {
        if (strncmp(environ[i], "HPSWARM_ID=", 11) != 0 &&
            strncmp(environ[i], GUARD_MARK, sizeof GUARD_MARK - 1) != 0 &&
            !is_of_rank(environ[i])) {
            all[kept++] = new_text(environ[i]);
        }
    }
    all[kept++] = new_textf("HPSWARM_ID=%lld", (long long)id);
    if (guard_mark()[0] != '\0') {
        all[kept++] = new_text(guard_mark());
    }
    if (!chosen) {
        all[kept] = new_textf("OMP_NUM_THREADS=%d", q->threads_each);
    }
    return all;
}

static void free_environment(char **all)
{
    for (int i = 0; all[i] != NULL; i++) {
        free(all[i]);
    }
    free(all);
}

static int launch(search *q, job *j, const hps_batch *b, int i, const char *folder)
{
    const double *x = b->x + (int64_t)i * b->n_params;
    long long id = b->id[i];
    char *line = template_expand(q->r, q->space, q->command, id, x, 1);
    char *printed = new_textf("%s/%lld.out", q->logs, id);
    char *errors = new_textf("%s/%lld.err", q->logs, id);
    char **environment = make_environment(q, id);
    const job_order order = {.command = line,
                             .folder = folder,
                             .environment = environment,
                             .output_path = printed,
                             .errors_path = errors,
                             .keep = q->keep,
                             .timeout = q->timeout,
                             .item = i};
    int wrong = job_start(j, &order);

    free_environment(environment);
    free(errors);
    free(printed);
    free(line);
    return wrong;
}

/* 0, or errno; *begun is 0 if the point has failed before its command could run. */
static int start_point(search *q, job *j, const hps_batch *b, int i, int *begun)
{
    const double *x = b->x + (int64_t)i * b->n_params;
    answer *a = &q->answers[i];
    char *folder = NULL;
    int wrong = 0;

    *begun = 1;
    a->reason[0] = '\0';
    a->seconds = 0;
    drop_old_response(q, b->id[i], x);
    if (q->folder != NULL) {
        folder = template_expand(q->r, q->space, q->folder, b->id[i], x, 0);
        *begun = make_folder(folder, a->reason, sizeof a->reason);
    }
    if (*begun) {
        wrong = launch(q, j, b, i, folder);
    }
    free(folder);
    return wrong;
}

/* -------------------------------------------------------------------- judge */

static void why_it_ended(const search *q, const job *j, char *text, size_t size)
{
    char time[48];

    if (j->timed_out) {
        snprintf(text, size, "killed after its time limit of %s", duration_text(q->timeout, time));
    } else if (WIFSIGNALED(j->status)) {
        snprintf(text, size, "killed by signal %d (%s)", WTERMSIG(j->status),
                 strsignal(WTERMSIG(j->status)));
    } else {
        int code = WEXITSTATUS(j->status);

        snprintf(text, size, "exit status %d%s", code,
                 code == 127   ? " (command not found)"
                 : code == 126 ? " (command cannot be run)"
                               : "");
    }
}

static int read_values(const search *q, const job *j, const hps_batch *b, double *f, char *reason)
{
    const size_t size = sizeof q->answers[0].reason;
    const double *x = b->x + (int64_t)j->item * b->n_params;
    char *folder, *path;
    int good;

    if (q->response == NULL) {
        char why[160];

        good = response_parse(j->output.line != NULL ? j->output.line : "", q->n_values, f, why,
                              sizeof why);
        snprintf(reason, size, "%s%s", good ? "" : "standard output: ", good ? "" : why);
        return good;
    }
    folder =
        q->folder != NULL ? template_expand(q->r, q->space, q->folder, b->id[j->item], x, 0) : NULL;
    path = response_path(q, b->id[j->item], x, folder);
    good = response_read(path, q->n_values, f, reason, size);
    free(path);
    free(folder);
    return good;
}

static void judge(search *q, const job *j, const hps_batch *b, double *f, int32_t *outcome)
{
    answer *a = &q->answers[j->item];
    double *own = f + (int64_t)j->item * b->n_objectives;

    a->seconds = seconds_now() - j->start;
    q->slowest = a->seconds > q->slowest ? a->seconds : q->slowest;
    if (j->timed_out || !WIFEXITED(j->status) || WEXITSTATUS(j->status) != 0) {
        char ended[80];

        why_it_ended(q, j, ended, sizeof ended);
        snprintf(a->reason, sizeof a->reason, "%s%s%s", ended,
                 j->errors.words[0] != '\0' ? "; its last words: " : "", j->errors.words);
        outcome[j->item] = j->timed_out ? HPS_EVAL_TIMEOUT : HPS_EVAL_FAILED;
    } else {
        outcome[j->item] = read_values(q, j, b, own, a->reason) ? HPS_EVAL_OK : HPS_EVAL_FAILED;
    }
    for (int k = 0; k < b->n_objectives && outcome[j->item] != HPS_EVAL_OK; k++) {
        own[k] = (double)NAN;
    }
}

/* ---------------------------------------------------------------- the batch */

typedef struct batch_state {
    const hps_batch *b;
    double *f;
    int32_t *outcome;
    const search_calls *calls;
    int next, running, failures; /* next: -1 none; failures: to start anything, in a row */
} batch_state;

static int out_of_resources(int wrong)
{
    return wrong == EAGAIN || wrong == ENOMEM || wrong == EMFILE || wrong == ENFILE;
}

/* Start the next point in a free slot. */
static int start_one(search *q, batch_state *s, job *j)
{
    int begun, i = s->next, wrong = start_point(q, j, s->b, i, &begun);

    if (wrong != 0 && out_of_resources(wrong)) {
        if (++s->failures < 100 || s->running > 0) {
            usleep(100000); /* the machine may have room again in a moment */
            return EXIT_DONE;
        }
        return fail(EXIT_INTERNAL, "cannot start a command: %s", strerror(wrong));
    }
    s->failures = 0;
    s->next = -1;
    if (wrong == 0 && begun) {
        s->running++;
        return EXIT_DONE;
    }
    if (wrong != 0) {
        snprintf(q->answers[i].reason, sizeof q->answers[i].reason, "cannot be started: %s",
                 strerror(wrong));
    }
    s->outcome[i] = HPS_EVAL_FAILED;
    return s->calls->done(s->calls->user, i);
}

/* Fill the free slots. A command that would not be ready in time is not begun. */
static int start_more(search *q, batch_state *s)
{
    int rc = EXIT_DONE;

    for (int k = 0; k < q->parallel && rc == EXIT_DONE; k++) {
        if (q->jobs[k].pid == 0 && s->next < 0) {
            s->next = s->calls->next(s->calls->user);
        }
        if (q->jobs[k].pid == 0 && s->next >= 0) {
            if (stop_would_overrun(1.1 * q->slowest)) {
                return s->running == 0 ? EXIT_STOPPED : EXIT_DONE;
            }
            rc = start_one(q, s, &q->jobs[k]);
        }
    }
    return rc;
}

static int take_one(search *q, batch_state *s)
{
    int k = jobs_wait(q->jobs, q->parallel, 0.1); /* a stop is seen as soon */
    job *j = k >= 0 ? &q->jobs[k] : NULL;
    int rc = EXIT_DONE;

    if (j != NULL && stop_requested() && WIFSIGNALED(j->status)) {
        return EXIT_STOPPED; /* the signal may have been meant for all of us: no result */
    }
    if (j != NULL) {
        judge(q, j, s->b, s->f, s->outcome);
        rc = s->calls->done(s->calls->user, j->item);
        job_clear(j);
        s->running--;
    }
    return rc;
}

int search_evaluate(search *q, const hps_batch *b, double *f, int32_t *outcome,
                    const search_calls *calls)
{
    batch_state s = {.b = b, .f = f, .outcome = outcome, .calls = calls, .next = -1};
    int rc = directory_make(q->logs);

    q->answers = grow_memory(q->answers, (size_t)b->n, sizeof *q->answers);
    memset(q->answers, 0, (size_t)b->n * sizeof *q->answers);
    rc = rc == EXIT_DONE ? EXIT_DONE : EXIT_INTERNAL;
    while (rc == EXIT_DONE) {
        rc = stop_requested() ? EXIT_STOPPED : start_more(q, &s);
        if (rc != EXIT_DONE || (s.running == 0 && s.next < 0)) {
            break;
        }
        if (s.running > 0) {
            rc = take_one(q, &s);
        }
    }
    if (rc != EXIT_DONE) {
        jobs_end(q->jobs, q->parallel);
    }
    return rc;
}
