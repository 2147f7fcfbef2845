/* SPDX-License-Identifier: BSD-3-Clause */
/* A run from its settings to its files: stages, final fit, results. */
#include "tune.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"

static const char *const own_files[] = {"run.yaml",
                                        "history.jsonl",
                                        "checkpoint.hpsw",
                                        "checkpoint.hpsw.previous",
                                        "checkpoint.joint.hpsw",
                                        "checkpoint.soap.hpsw",
                                        "checkpoint.gap.hpsw",
                                        "checkpoint.search.hpsw",
                                        "best.yaml",
                                        "model.hpsm",
                                        "result.json",
                                        "report.html"};
enum { N_OWN = sizeof own_files / sizeof own_files[0] };

static int holds(const char *directory, const char *name)
{
    char *path = path_join(directory, name);
    int found = file_exists(path);

    free(path);
    return found;
}

static void drop(const char *directory, const char *name)
{
    char *path = path_join(directory, name);

    unlink(path);
    free(path);
}

/* Unfinished files that a kill left behind: NAME.tmp.PID. */
static void sweep(const char *directory)
{
    DIR *d = opendir(directory);
    const struct dirent *entry;

    while (d != NULL && (entry = readdir(d)) != NULL) {
        for (int i = 0; i < N_OWN; i++) {
            size_t n = strlen(own_files[i]);

            if (strncmp(entry->d_name, own_files[i], n) == 0 &&
                strncmp(entry->d_name + n, ".tmp.", 5) == 0) {
                drop(directory, entry->d_name);
                break;
            }
        }
    }
    if (d != NULL) {
        closedir(d);
    }
}

/* -------------------------------------------------------------------- data */

static int has_energies(const runfile *r, const hps_dataset *d, const char *which)
{
    const setting *s = runfile_find(r, "data", "file", 0);

    if (d == NULL || data_has(d, "energy")) {
        return EXIT_DONE;
    }
    s = s != NULL ? s : runfile_find(r, "data", which, 0);
    return fail(EXIT_DATA,
                "%s: no frame of the %s set has an energy (name its key with data.energy)", s->text,
                which);
}

static int has_fitted(const runfile *r, const hps_dataset *d, const char *key, const char *quantity)
{
    const setting *s = runfile_find(r, "gap", key, 0);
    char name[80];

    if (s->value == 0 || data_has(d, quantity)) {
        return EXIT_DONE;
    }
    return fail_at(s->at, setting_name(s, name), "is true, but no training frame has %s%s",
                   quantity, quantity[0] == 'v' ? "s" : "");
}

int tuning_check_data(const runfile *r, const run_data *d)
{
    int rc = has_energies(r, d->train, "train");

    rc = rc == EXIT_DONE ? has_energies(r, d->test, "test") : rc;
    rc = rc == EXIT_DONE ? data_check_config_types(r, d->train) : rc;
    rc = rc == EXIT_DONE ? has_fitted(r, d->train, "fit_forces", "forces") : rc;
    return rc == EXIT_DONE ? has_fitted(r, d->train, "fit_virials", "virial") : rc;
}

/* ------------------------------------------------------------------ stages */

static void add_stage(tuning *t, const char *name, const char *sections, const char *objective)
{
    if (runfile_n_searched(t->r, sections) > 0) {
        stage *s = &t->stages[t->n_stages++];

        s->name = name;
        s->sections = sections;
        s->objective = runfile_text(t->r, "objective", objective);
        s->asynchronous = runfile_number(t->r, "swarm", "asynchronous") != 0;
        s->n_objectives = strcmp(objective, "stage1") == 0 ? 1 : runfile_n_objectives(t->r);
    }
}

void tuning_stages(tuning *t)
{
    if (runfile_is_search(t->r)) {
        add_stage(t, "search", "parameters", "command");
    } else if (runfile_is(t->r, "", "strategy", "joint")) {
        add_stage(t, "joint", "soap|kernel|gap", "stage2");
    } else {
        add_stage(t, "soap", "soap|kernel", "stage1");
        add_stage(t, "gap", "gap", "stage2");
    }
}

static hps_status read_past(hps_swarm *e, past *p)
{
    hps_status st = hps_swarm_history(e, 0, &p->n, NULL, NULL, NULL, NULL);

    if (st != HPS_OK && st != HPS_E_CAPACITY) {
        return st;
    }
    p->x = new_memory((size_t)p->n * (size_t)hps_space_size(p->space), sizeof *p->x);
    p->f = new_memory((size_t)p->n * (size_t)p->n_objectives, sizeof *p->f);
    p->id = new_memory((size_t)p->n, sizeof *p->id);
    p->outcome = new_memory((size_t)p->n, sizeof *p->outcome);
    return hps_swarm_history(e, p->n, &p->n, p->id, p->x, p->f, p->outcome);
}

/* What a stage's checkpoint knows, if there is one. */
static int load_past(tuning *t, const stage *s, const char *name, past *p)
{
    char *path = path_join(t->directory, name);
    hps_swarm *e = NULL;
    int rc = EXIT_DONE;

    if (file_exists(path)) {
        rc = runfile_space(t->r, t->context, s->sections, &p->space);
        if (rc == EXIT_DONE) {
            hps_status st = checkpoint_load(t, p->space, path, &e);

            st = st == HPS_OK ? read_past(e, p) : st;
            rc = st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_DATA);
        }
    }
    hps_swarm_destroy(e);
    free(path);
    return rc;
}

/* checkpoint.hpsw belongs to the first stage that is not finished. */
static int open_history(tuning *t)
{
    past stages[2];
    int rc = EXIT_DONE, finished = t->resume;

    memset(stages, 0, sizeof stages);
    for (int k = 0; k < t->n_stages && rc == EXIT_DONE; k++) {
        char *done = new_textf("checkpoint.%s.hpsw", t->stages[k].name);
        int is_done = holds(t->directory, done);

        stages[k].stage = t->stages[k].name;
        stages[k].n_objectives = t->stages[k].n_objectives;
        stages[k].objective = t->stages[k].objective;
        if (finished) {
            rc = load_past(t, &t->stages[k], is_done ? done : "checkpoint.hpsw", &stages[k]);
        }
        finished = finished && is_done;
        free(done);
    }
    if (rc == EXIT_DONE) {
        rc = history_open(&t->history, t->directory, t->n_stages, stages);
    }
    for (int k = 0; k < t->n_stages; k++) {
        past_free(&stages[k]);
    }
    return rc;
}

static void read_reasons(tuning *t)
{
    for (int k = 0; k < t->n_stages; k++) {
        stage *s = &t->stages[k];

        if (s->counts.n_failed > 0) {
            reasons_read(&s->reasons, &t->history, s->name);
        }
    }
}

static int run_stages(tuning *t)
{
    int rc;

    if (!t->a->quiet && t->label == NULL && !runfile_is_list(t->r)) {
        fputs("hpswarm: ", stderr);
        plan_shares(t, stderr);
    }
    for (int k = 0; k < t->n_stages; k++) {
        stage *s = &t->stages[k];

        rc = stop_requested() ? EXIT_STOPPED : stage_prepare(t, s);

        if (rc == EXIT_DONE) {
            rc = stage_run(t, s);
        }
        if (rc != EXIT_DONE) {
            return rc;
        }
        runfile_fix(t->r, s->space, s->x);
    }
    /* the lines of parallel evaluations come as they end; in the end they are in order */
    rc = history_sort(&t->history, t->n_stages, t->stages);
    read_reasons(t);
    return rc;
}

/* --------------------------------------------------------------- the folder */

/* The folder's run and the given one have to be the same, limits apart. */
static int check_resumable(const tuning *t)
{
    char *path = path_join(t->directory, "run.yaml");
    char difference[600];
    runfile *old;
    int rc = runfile_read(&old, path, 0, NULL, RUNFILE_RANGES);

    if (rc == EXIT_DONE && runfile_differs(t->r, old, difference, sizeof difference)) {
        rc = fail(EXIT_USAGE, "%s: made by another run file: %s", path, difference);
    }
    runfile_free(old);
    free(path);
    return rc;
}

static int folder_used(const char *directory)
{
    int used = 0;

    for (int i = 0; i < N_OWN; i++) {
        used |= holds(directory, own_files[i]);
    }
    return used;
}

static int write_run_file(const tuning *t)
{
    memory_text m;

    memory_open(&m);
    fprintf(m.stream, "# as understood by hpswarm %s, every default filled in\n",
            hps_version_text());
    runfile_write(t->r, m.stream, WRITE_RUN);
    return memory_save(&m, t->directory, "run.yaml");
}

static int check_unused(const tuning *t)
{
    if (t->resume || t->overwrite || !folder_used(t->directory)) {
        return EXIT_DONE;
    }
    return fail(EXIT_USAGE,
                "%s: holds files of an earlier run; --resume goes on with it, -o names another "
                "folder",
                t->directory);
}

static int prepare_folder(tuning *t)
{
    int rc = directory_make(t->directory);

    rc = rc == EXIT_DONE ? check_unused(t) : rc; /* at once, */
    rc = rc == EXIT_DONE ? folder_lock_take(&t->lock, t->directory) : rc;
    rc = rc == EXIT_DONE ? check_unused(t) : rc; /* and after another run */
    if (rc != EXIT_DONE) {
        return rc;
    }
    for (int i = 0; i < N_OWN && t->overwrite; i++) {
        drop(t->directory, own_files[i]);
    }
    sweep(t->directory);
    if (t->resume && holds(t->directory, "run.yaml")) {
        rc = check_resumable(t);
    }
    return rc == EXIT_DONE ? write_run_file(t) : rc;
}

/* --------------------------------------------------------------- the result */

static int save_best(const tuning *t)
{
    memory_text m;

    memory_open(&m);
    fputs(runfile_is_search(t->r)
              ? "# the best values that were found\n"
              : "# best hyper-parameters, for hpswarm fit DATA.xyz -p best.yaml -m MODEL\n",
          m.stream);
    runfile_write(t->r, m.stream, WRITE_HP);
    return memory_save(&m, t->directory, "best.yaml");
}

static int final_fit(tuning *t)
{
    hps_status st;
    char *path;
    int rc = runfile_gpr(t->r, t->context, &t->model);

    if (rc != EXIT_DONE) {
        return rc;
    }
    st = hps_gpr_fit(t->model, t->data.train);
    if (st != HPS_OK) {
        return fail_library(st, EXIT_INTERNAL);
    }
    path = path_join(t->directory, "model.hpsm");
    st = hps_gpr_save(t->model, path);
    free(path);
    return st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_INTERNAL);
}

static int finish(tuning *t)
{
    int rc = save_best(t);

    if (rc == EXIT_DONE && !runfile_is_search(t->r)) {
        rc = final_fit(t);
    }
    rc = rc == EXIT_DONE ? result_make(t) : rc;
    rc = rc == EXIT_DONE ? result_save(t) : rc;
    rc = rc == EXIT_DONE ? report_write(t->directory) : rc;
    for (int i = 0; i < N_OWN && rc == EXIT_DONE; i++) {
        if (strncmp(own_files[i], "checkpoint", 10) == 0) {
            drop(t->directory, own_files[i]);
        }
    }
    return rc;
}

/* The result of a run that had ended already. */
static int load_result(tuning *t)
{
    char *path = path_join(t->directory, "result.json");
    size_t size;
    int rc = file_read(path, (size_t)1 << 30, &t->result, &size, EXIT_DATA);

    free(path);
    if (rc == EXIT_DONE && !t->a->quiet) {
        fprintf(stderr, "hpswarm: %s holds a finished run\n", t->directory);
    }
    return rc;
}

/* All that can be wrong with the settings is found before the folder is touched. */
static int check_stages(tuning *t)
{
    int rc = EXIT_DONE;

    for (int k = 0; k < t->n_stages && rc == EXIT_DONE; k++) {
        rc = stage_check(t, &t->stages[k]);
    }
    return rc;
}

/* run.yaml has to work from anywhere. */
static int find_earlier(const tuning *t, const char *key)
{
    setting *s = runfile_find(t->r, "swarm", key, 0);
    char name[80];

    if (s == NULL) {
        return EXIT_DONE;
    }
    data_find_file(t->r, s);
    return t->resume || file_exists(s->text)
               ? EXIT_DONE
               : fail_at(s->at, setting_name(s, name), "%s: no such file", s->text);
}

int tuning_run(tuning *t)
{
    int rc;

    tuning_stages(t);
    rc = find_earlier(t, "warm_start");
    rc = rc == EXIT_DONE ? find_earlier(t, "replay") : rc;
    rc = rc == EXIT_DONE ? find_earlier(t, "start") : rc;
    rc = rc == EXIT_DONE ? check_stages(t) : rc;
    rc = rc == EXIT_DONE ? prepare_folder(t) : rc;
    if (rc != EXIT_DONE) {
        return rc;
    }
    /* result.json is written last but for the report: with a checkpoint beside it the run was
     * killed in between, and its last steps are repeated */
    if (t->resume && holds(t->directory, "result.json") && holds(t->directory, "report.html")) {
        return load_result(t);
    }
    rc = open_history(t);
    rc = rc == EXIT_DONE ? run_stages(t) : rc;
    history_close(&t->history);
    if (rc == EXIT_DONE) {
        rc = finish(t);
    }
    if (rc == EXIT_STOPPED) {
        return fail(EXIT_STOPPED, "stopped; the checkpoint is in %s, --resume goes on",
                    t->directory);
    }
    return rc;
}

void tuning_free(tuning *t)
{
    history_close(&t->history);
    folder_lock_drop(&t->lock);
    for (int k = 0; k < t->n_stages; k++) {
        stage_free(&t->stages[k]);
    }
    hps_gpr_destroy(t->model);
    data_free(&t->data);
    runfile_free(t->r);
    free(t->result);
    memset(t, 0, sizeof *t);
}
