/* SPDX-License-Identifier: BSD-3-Clause */
/* A list of trials as the stage of a run: the files of a run, of which nothing is evaluated. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fits.h"
#include "output.h"
#include "tune.h"

enum { AT_ONCE = 256 };

static const trial_set *set_of(const stage *s)
{
    return &s->trials->sets[0];
}

int list_read(tuning *t, stage *s)
{
    setting *file = runfile_find(t->r, "objective", "trials", 0);
    const trial_set *set;
    int rc;

    data_find_file(t->r, file);
    if (!file_exists(file->text)) {
        return fail_at(file->at, "objective.trials", "%s: no such file", file->text);
    }
    rc = trials_read(&s->trials, t->r, t->context, file->text);
    if (rc != EXIT_DONE) {
        return rc;
    }
    set = set_of(s);
    s->objective = set->items[0].objective != NULL ? set->items[0].objective : "trials";
    s->counts.n_evaluated = set->n;
    s->counts.n_failed = set->n - trials_count(set, HPS_EVAL_OK);
    return EXIT_DONE;
}

int64_t list_id(const stage *s, const double *x, const double *f)
{
    const trial_set *set = set_of(s);
    size_t width = (size_t)hps_space_size(set->space), m = (size_t)set->n_values;

    for (int64_t i = 0; i < set->n; i++) {
        if (memcmp(set->x + i * (int64_t)width, x, width * sizeof *x) == 0 &&
            memcmp(set->f + i * (int64_t)m, f, m * sizeof *f) == 0) {
            return i;
        }
    }
    return -1;
}

/* Trial number i is evaluation number i. */
static evaluation line_of(const stage *s, int64_t i)
{
    const trial_set *set = set_of(s);
    const trial *one = &set->items[i];
    evaluation e = {.id = i,
                    .iteration = -1,
                    .order = -1,
                    .particle = -1,
                    .outcome = one->outcome,
                    .n_objectives = set->n_values,
                    .stage = s->name,
                    .objective = s->objective,
                    .x = set->x + i * hps_space_size(set->space),
                    .f = set->f + i * set->n_values,
                    .seconds = (double)NAN};

    snprintf(e.reason, sizeof e.reason, "%s", one->reason != NULL ? one->reason : "");
    return e;
}

static int write_history(tuning *t, const stage *s)
{
    evaluation *lines = new_memory(AT_ONCE, sizeof *lines);
    int rc = EXIT_DONE;

    for (int64_t at = 0; at < set_of(s)->n && rc == EXIT_DONE; at += AT_ONCE) {
        int n = 0;

        for (; n < AT_ONCE && at + n < set_of(s)->n; n++) {
            lines[n] = line_of(s, at + n);
        }
        rc = history_add(&t->history, s->space, n, lines);
    }
    free(lines);
    return rc;
}

/* Of several values the front and the compromise are a swarm's that has been told all of them. */
static int find_front(tuning *t, stage *s)
{
    const trial_set *set = set_of(s);
    int32_t *outcome = new_memory((size_t)set->n, sizeof *outcome);
    double f[MOST_TRIAL_VALUES] = {0};
    hps_status st = hps_swarm_create(&s->swarm, t->context, s->space, set->n_values);

    for (int64_t i = 0; i < set->n; i++) {
        outcome[i] = set->items[i].outcome;
    }
    st = st == HPS_OK ? hps_swarm_set_text(s->swarm, "variant", "pareto") : st;
    st = st == HPS_OK ? hps_swarm_tell_external(s->swarm, (int32_t)set->n, set->x, set->f, outcome)
                      : st;
    st = st == HPS_OK ? hps_swarm_best(s->swarm, s->x, f) : st;
    free(outcome);
    s->best = f[0];
    return st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_INTERNAL);
}

static void find_best(stage *s)
{
    const trial_set *set = set_of(s);
    int64_t best = trials_best(set, 0);
    size_t width = (size_t)hps_space_size(s->space);

    memcpy(s->x, set->x + best * (int64_t)width, width * sizeof *s->x);
    s->best = set->f[best];
}

/* Without a surface there is still a best trial. */
static int describe(tuning *t, stage *s)
{
    const fits_order o = {.set = set_of(s), .path = s->trials->path, .kind = -1};
    int rc;

    s->fits = new_memory(1, sizeof *s->fits);
    rc = fits_make(s->fits, t->context, &o);
    if (rc == EXIT_DATA || rc == EXIT_NUMERIC) {
        fprintf(stderr, "hpswarm: warning: no response surface: %s\n", error_text());
        return EXIT_DONE;
    }
    return rc;
}

int list_run(tuning *t, stage *s)
{
    int rc = write_history(t, s);

    s->x = new_memory((size_t)hps_space_size(s->space), sizeof *s->x);
    if (rc == EXIT_DONE && set_of(s)->n_values > 1) {
        return find_front(t, s);
    }
    if (rc == EXIT_DONE) {
        find_best(s);
        rc = describe(t, s);
    }
    return rc;
}

int64_t list_count(const stage *s, int32_t outcome)
{
    return trials_count(set_of(s), outcome);
}

void list_free(stage *s)
{
    if (s->fits != NULL) {
        fits_free(s->fits);
        free(s->fits);
    }
    trials_free(s->trials);
}
