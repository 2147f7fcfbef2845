/* SPDX-License-Identifier: BSD-3-Clause */
/* hpswarm tune: a hyper-parameter run as a run file describes it. */
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "ranks.h"
#include "tune.h"

/* RUN.yaml -> RUN-out, beside the current folder's other files. */
static char *default_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');

    return new_textf("%.*s-out", (int)(dot != NULL ? (size_t)(dot - name) : strlen(name)), name);
}

static int read_settings(tuning *t)
{
    const args *a = t->a;
    char *stored = path_join(t->directory, "run.yaml");
    const char *path = a->n_words > 0 ? a->words[0] : stored;
    int rc;

    if (a->n_words == 0 && (!a->resume || a->output == NULL)) {
        rc = fail(EXIT_USAGE, "tune needs a run file (or --resume with -o DIR)");
    } else {
        rc = runfile_read(&t->r, path, a->n_overrides, a->overrides, RUNFILE_RANGES);
    }
    if (rc == EXIT_DONE && a->has_seed && runfile_is_list(t->r)) {
        rc = fail(EXIT_USAGE, "--seed means nothing to a list of trials, nothing is random there");
    } else if (rc == EXIT_DONE && a->has_seed) {
        runfile_seed(t->r, "swarm", a->seed);
    }
    free(stored);
    return rc;
}

int tuning_read(tuning *t)
{
    int rc = read_settings(t);

    rc = rc == EXIT_DONE ? args_context(t->a, &t->context) : rc;
    if (rc == EXIT_DONE && !runfile_is_search(t->r)) {
        rc = data_load(t->r, t->context, &t->data);
        rc = rc == EXIT_DONE ? tuning_check_data(t->r, &t->data) : rc;
    }
    return rc;
}

static int run(tuning *t)
{
    int rc = tuning_read(t);

    if (rc == EXIT_DONE && t->a->dry_run) {
        return plan_print(t);
    }
    if (rc == EXIT_DONE) {
        stop_install(t->directory);
        stop_deadline(t->a->time_limit);
        rc = tuning_run(t);
    }
    if (rc == EXIT_DONE) {
        result_print(t);
    }
    return rc;
}

int command_tune(const args *a)
{
    tuning t = {.a = a, .resume = a->resume};
    char *folder = a->output != NULL ? new_text(a->output)
                   : a->n_words > 0  ? default_folder(a->words[0])
                                     : new_text(".");
    hps_context *c;
    int rc;

    t.directory = folder;
    rc = ranks_rank() == 0 ? run(&t) : worker_run(&t);
    c = t.context;
    tuning_free(&t);
    hps_context_destroy(c);
    free(folder);
    return rc;
}
