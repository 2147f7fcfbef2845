/* SPDX-License-Identifier: BSD-3-Clause */
/* Trials from JSON lines: those of a history, or {"NAME": .., "value": ..} by hand. */
#include <math.h>
#include <string.h>

#include "trials.h"

/* What may stand beside the values by name. */
static const char notes[] =
    "id|stage|objective|iteration|particle|order|value|objectives|outcome|reason|seconds";

typedef struct line_reader {
    trials *t;
    line_place at;
} line_reader;

/* Of two stages the names tell which one a line is of. */
static trial_set *set_of(trials *t, const node *values)
{
    int own[3] = {0};

    for (int i = 0; i < values->n; i++) {
        for (int k = 0; k < t->n_sets; k++) {
            own[k] += hps_space_index(t->sets[k].space, values->items[i]->key) >= 0;
        }
    }
    return t->n_sets == 1 || (own[1] > 0) == (own[2] > 0) ? &t->sets[0]
           : own[1] > 0                                   ? &t->sets[1]
                                                          : &t->sets[2];
}

/* In a line without "parameters" the notes stand among the values. */
static int check_names(const line_reader *in, const trial_set *s, const node *values, int flat)
{
    int index;

    for (int i = 0; i < values->n; i++) {
        const char *name = values->items[i]->key;

        if (hps_space_index(s->space, name) < 0 && !(flat && word_in(notes, name, &index))) {
            return trial_unknown(in->t, &in->at, name);
        }
    }
    return EXIT_DONE;
}

/* ------------------------------------------------------------------- values */

static int take_value(const line_reader *in, const char *key, const node *item, double *v)
{
    char what[80];

    if (item->kind == NODE_SCALAR && trial_value(item->text, v) != TRIAL_WRONG) {
        return EXIT_DONE;
    }
    snprintf(what, sizeof what, "'%.40s' is no number",
             item->kind == NODE_SCALAR ? item->text : tree_kind_text(item));
    return line_wrong(&in->at, key, what);
}

/* "objectives" as a history has them, or "value". */
static int read_values(const line_reader *in, const trial_set *s, const node *line, int flat,
                       double *f)
{
    const node *several = tree_item(line, "objectives"), *one = tree_item(line, "value");
    char what[80];
    int rc = EXIT_DONE, n;

    if (several == NULL && one != NULL && !(flat && hps_space_index(s->space, "value") >= 0)) {
        n = one->kind == NODE_SEQUENCE ? one->n : 1;
        several = one->kind == NODE_SEQUENCE ? one : NULL;
    } else {
        n = several == NULL ? 0 : several->kind == NODE_SEQUENCE ? several->n : 1;
        one = several;
    }
    if (n != s->n_values) {
        snprintf(what, sizeof what, "%d value%s, %d %s expected", n, n == 1 ? "" : "s", s->n_values,
                 s->n_values == 1 ? "is" : "are");
        return n > 0 ? line_wrong(&in->at, "objectives", what)
                     : fail(EXIT_DATA,
                            "%s:%d: has no value; \"value\": NUMBER is expected behind the point",
                            in->at.path, in->at.line);
    }
    for (int k = 0; k < n && rc == EXIT_DONE; k++) {
        rc = several != NULL && several->kind == NODE_SEQUENCE
                 ? take_value(in, "objectives", several->items[k], &f[k])
                 : take_value(in, "value", one, &f[k]);
    }
    return rc;
}

static int read_outcome(const line_reader *in, const node *line, int32_t *outcome)
{
    const char *word = tree_text(line, "outcome", NULL);
    char what[100];
    int index = HPS_EVAL_OK;

    if (word != NULL && !word_in("ok|infeasible|failed|timeout", word, &index)) {
        snprintf(what, sizeof what, "'%.40s' is none of ok, infeasible, failed, timeout", word);
        return line_wrong(&in->at, "outcome", what);
    }
    *outcome = index;
    return EXIT_DONE;
}

/* Values of two objectives do not belong on one surface. */
static int keep_objective(const line_reader *in, const trial_set *s, trial *t, const node *line)
{
    const char *name = tree_text(line, "objective", NULL),
               *first = s->n > 0 ? s->items[0].objective : NULL;

    if (name != NULL && first != NULL && strcmp(name, first) != 0) {
        return fail(EXIT_DATA, "%s:%d: a value of the objective %.80s, line %d has one of %.80s",
                    in->at.path, in->at.line, name, s->items[0].line, first);
    }
    t->objective = name != NULL ? new_text(name) : NULL;
    return EXIT_DONE;
}

/* ------------------------------------------------------------------ a trial */

static int take_trial(line_reader *in, const node *line)
{
    const node *inside = tree_item(line, "parameters"), *values = inside != NULL ? inside : line;
    trial_set *s;
    trial *t;
    double *f;
    int rc;

    if (values->kind != NODE_MAPPING) {
        return fail(EXIT_DATA, "%s:%d: is no object of values by name", in->at.path, in->at.line);
    }
    s = set_of(in->t, values);
    t = trial_new(s);
    f = s->f + s->n * s->n_values;
    t->line = in->at.line;
    for (int k = 0; k < s->n_values; k++) {
        f[k] = (double)NAN;
    }
    rc = check_names(in, s, values, values == line);
    rc = rc == EXIT_DONE
             ? point_read(s->space, &in->at, values, s->x + s->n * hps_space_size(s->space))
             : rc;
    rc = rc == EXIT_DONE ? read_outcome(in, line, &t->outcome) : rc;
    if (rc == EXIT_DONE && t->outcome == HPS_EVAL_OK) {
        rc = read_values(in, s, line, values == line, f);
    }
    rc = rc == EXIT_DONE ? keep_objective(in, s, t, line) : rc;
    if (rc != EXIT_DONE) {
        return rc;
    }
    if (!trial_judge(s, t, f) && tree_text(line, "reason", NULL) != NULL) {
        t->reason = new_text(tree_text(line, "reason", NULL));
    }
    s->n++;
    return EXIT_DONE;
}

static int take_line(void *user, const char *line, size_t n)
{
    line_reader *in = user;
    node *tree;
    int rc = line_tree(&tree, &in->at, line, n, "is no object of values by name");

    if (rc == EXIT_DONE) {
        rc = take_trial(in, tree);
        tree_free(tree);
    }
    return rc;
}

int trials_take_lines(trials *t, const char *text, size_t size)
{
    line_reader in = {t, {t->path, 0}};

    return lines_each(&in.at, text, size, 0, take_line, &in);
}
