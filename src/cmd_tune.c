/* SPDX-License-Identifier: BSD-3-Clause */
/* hpswarm tune: a hyper-parameter run as a run file describes it. */
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "tune.h"

/* RUN.yaml -> RUN-out, beside the current folder's other files. */
static char *default_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');

    return new_textf("%.*s-out", (int)(dot != NULL ? (size_t)(dot - name) : strlen(name)), name);
}

static int read_settings(tuning *t, const char *folder)
{
    const args *a = t->a;
    char *stored = path_join(folder, "run.yaml");
    const char *path = a->n_words > 0 ? a->words[0] : stored;
    int rc;

    if (a->n_words == 0 && (!a->resume || a->output == NULL)) {
        rc = fail(EXIT_USAGE, "tune needs a run file (or --resume with -o DIR)");
    } else {
        rc = runfile_read(&t->r, path, a->n_overrides, a->overrides, RUNFILE_RANGES);
    }
    if (rc == EXIT_DONE && a->has_seed) {
        runfile_seed(t->r, "swarm", a->seed);
    }
    free(stored);
    return rc;
}

static int run(tuning *t)
{
    int rc = args_context(t->a, &t->context);

    if (!runfile_is_search(t->r)) {
        rc = rc == EXIT_DONE ? data_load(t->r, t->context, &t->data) : rc;
        rc = rc == EXIT_DONE ? tuning_check_data(t->r, &t->data) : rc;
    }
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
    int rc = read_settings(&t, folder);

    t.directory = folder;
    if (rc == EXIT_DONE) {
        rc = run(&t);
    }
    c = t.context;
    tuning_free(&t);
    hps_context_destroy(c);
    free(folder);
    return rc;
}
