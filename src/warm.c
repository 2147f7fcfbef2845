/* SPDX-License-Identifier: BSD-3-Clause */
/* swarm.warm_start: values of an earlier run's history.jsonl for a new swarm. The names have to
 * be the same, the bounds need not; values of another objective are refused. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "points.h"
#include "tune.h"

typedef struct earlier {
    const stage *s;
    line_place at;
    int64_t n, capacity, outside;
    double *x, *f;
    int32_t *outcome;
} earlier;

static int is_first(const tuning *t, const stage *s)
{
    return strcmp(t->stages[0].name, s->name) == 0;
}

/* ------------------------------------------------------------------- a line */

/* Value of parameter i; *inside: the new bounds have it. */
static int read_value(const earlier *e, const node *parameters, int32_t i, double *x, int *inside)
{
    hps_param_info p = {.struct_size = sizeof p};
    char why[WHY_SIZE];
    const node *item;
    int found;

    if (hps_space_describe(e->s->space, i, &p) != HPS_OK) {
        return fail_library(HPS_E_INTERNAL, EXIT_INTERNAL);
    }
    item = tree_item(parameters, p.name);
    if (item == NULL || item->kind != NODE_SCALAR) {
        return fail(EXIT_DATA, "%s:%d: has no value of %s, which stage %s searches", e->at.path,
                    e->at.line, p.name, e->s->name);
    }
    found = point_value(e->s->space, i, item->text, x, why);
    *inside &= found == POINT_GOOD;
    return found != POINT_WRONG ? EXIT_DONE : line_wrong(&e->at, p.name, why);
}

static int read_point(const earlier *e, const node *parameters, double *x, int *inside)
{
    *inside = 1;
    for (int32_t i = 0; i < hps_space_size(e->s->space); i++) {
        int rc = read_value(e, parameters, i, &x[i], inside);

        if (rc != EXIT_DONE) {
            return rc;
        }
    }
    for (int i = 0; parameters != NULL && i < parameters->n; i++) {
        const char *name = parameters->items[i]->key;

        if (name != NULL && hps_space_index(e->s->space, name) < 0) {
            return fail(EXIT_DATA, "%s:%d: has %s, which stage %s does not search", e->at.path,
                        e->at.line, name, e->s->name);
        }
    }
    return EXIT_DONE;
}

static int read_values(const earlier *e, const node *line, double *f)
{
    const node *values = tree_item(line, "objectives");
    int n = e->s->n_objectives;
    int whole = values != NULL && values->kind == NODE_SEQUENCE && values->n == n;

    for (int k = 0; k < n && whole; k++) {
        whole =
            values->items[k]->kind == NODE_SCALAR && parse_number(values->items[k]->text, f + k);
    }
    return whole ? EXIT_DONE
                 : fail(EXIT_DATA, "%s:%d: does not have the %d value%s of an evaluation",
                        e->at.path, e->at.line, n, n > 1 ? "s" : "");
}

static void make_room(earlier *e)
{
    if (e->n == e->capacity) {
        size_t more = (size_t)(e->capacity = 2 * e->capacity + 64);

        e->x = grow_memory(e->x, more * (size_t)hps_space_size(e->s->space), sizeof *e->x);
        e->f = grow_memory(e->f, more * (size_t)e->s->n_objectives, sizeof *e->f);
        e->outcome = grow_memory(e->outcome, more, sizeof *e->outcome);
    }
}

/* Values and points that cannot be evaluated; what failed or took too long may be tried again. */
static int take_line(earlier *e, const node *line)
{
    const char *objective = tree_text(line, "objective", ""),
               *outcome = tree_text(line, "outcome", "");
    int ok = strcmp(outcome, "ok") == 0, inside = 0, rc;
    double *f;

    if (strcmp(objective, e->s->objective) != 0) {
        return fail(EXIT_DATA, "%s:%d: a value of the objective %s, stage %s minimises %s",
                    e->at.path, e->at.line, objective[0] != '\0' ? objective : "(not named)",
                    e->s->name, e->s->objective);
    }
    if (!ok && strcmp(outcome, "infeasible") != 0) {
        return EXIT_DONE;
    }
    make_room(e);
    f = e->f + e->n * e->s->n_objectives;
    rc = read_point(e, tree_item(line, "parameters"), e->x + e->n * hps_space_size(e->s->space),
                    &inside);
    for (int k = 0; k < e->s->n_objectives; k++) {
        f[k] = (double)NAN;
    }
    rc = rc == EXIT_DONE && ok ? read_values(e, line, f) : rc;
    e->outcome[e->n] = ok ? HPS_EVAL_OK : HPS_EVAL_INFEASIBLE;
    e->n += rc == EXIT_DONE && inside;
    e->outside += !inside;
    return rc;
}

/* ----------------------------------------------------------------- the file */

/* Those of a stage are taken. */
typedef struct stage_lines {
    line_place at;
    const char *name;
    int (*take)(void *user, const line_place *at, const node *line);
    void *user;
} stage_lines;

static int take_of_stage(void *user, const char *line, size_t n)
{
    static const char none[] = "not a line of a history";
    stage_lines *l = user;
    node *tree;
    int rc = line_tree(&tree, &l->at, line, n, none);

    if (rc != EXIT_DONE) {
        return rc;
    }
    if (tree_text(tree, "stage", "")[0] == '\0') {
        rc = fail(EXIT_DATA, "%s:%d: %s", l->at.path, l->at.line, none);
    } else if (strcmp(tree_text(tree, "stage", ""), l->name) == 0) {
        rc = l->take(l->user, &l->at, tree);
    }
    tree_free(tree);
    return rc;
}

/* Call take for every line of a stage; a torn last line is no line. */
static int each_line(const char *path, const char *text, size_t size, const char *name,
                     int (*take)(void *user, const line_place *at, const node *line), void *user)
{
    stage_lines l = {{path, 0}, name, take, user};

    return lines_each(&l.at, text, size, LINES_WHOLE, take_of_stage, &l);
}

static int take_placed(void *user, const line_place *at, const node *line)
{
    earlier *e = user;

    e->at = *at;
    return take_line(e, line);
}

/* The best point of the first stage of the earlier run: is it this run's? */
typedef struct first_stage {
    const stage *s;
    double best;
    int same;
} first_stage;

static int compare_first(void *user, const line_place *at, const node *line)
{
    first_stage *c = user;
    const node *values = tree_item(line, "objectives");
    double f;

    (void)at;
    if (strcmp(tree_text(line, "outcome", ""), "ok") == 0 && values != NULL && values->n > 0 &&
        values->items[0]->kind == NODE_SCALAR && parse_number(values->items[0]->text, &f) &&
        f < c->best) {
        c->best = f;
        c->same = history_same_point(c->s->space, tree_item(line, "parameters"), c->s->x);
    }
    return EXIT_DONE;
}

/* Values of the second stage belong to the descriptor that the first has found. */
static int same_descriptor(const tuning *t, const stage *s, const char *path, const char *text,
                           size_t size, int *same)
{
    first_stage c = {.s = &t->stages[0], .best = (double)INFINITY, .same = 0};
    int rc = EXIT_DONE;

    *same = is_first(t, s);
    if (!*same) {
        rc = each_line(path, text, size, t->stages[0].name, compare_first, &c);
        *same = c.same;
    }
    return rc;
}

/* ------------------------------------------------------- the earlier settings */

static int is_part(const setting *s, const char *section)
{
    return strcmp(s->rule->section, section) == 0;
}

/* What makes two values of one objective differ, other than the point. */
static int matters(const setting *a, const setting *b)
{
    if (is_part(a, "objective")) {
        return strncmp(a->rule->key, "stage", 5) != 0; /* each line names its own */
    }
    return is_part(a, "data") ||
           ((is_part(a, "soap") || is_part(a, "kernel") || is_part(a, "gap")) &&
            !setting_searched(a) && !setting_searched(b));
}

static int compare_settings(const tuning *t, const runfile *old, const char *path)
{
    int warned = t->a->quiet, rc = EXIT_DONE;

    for (int i = 0; i < old->n && rc == EXIT_DONE; i++) {
        const setting *a = &old->items[i], *b = runfile_twin(t->r, a);
        char name[80], *was, *is;

        if (b == NULL || !matters(a, b)) {
            continue;
        }
        was = setting_yaml(a);
        is = setting_yaml(b);
        if (strcmp(was, is) != 0 && is_part(a, "objective")) {
            rc = fail(EXIT_DATA, "%s: values of another objective: %s was %s, here it is %s", path,
                      setting_name(a, name), was, is);
        } else if (strcmp(was, is) != 0 && !warned) {
            warned = 1;
            fprintf(stderr,
                    "hpswarm: warning: %s: %s was %s, here it is %s; its values may not hold\n",
                    path, setting_name(a, name), was, is);
        }
        free(was);
        free(is);
    }
    return rc;
}

/* run.yaml beside the history, if it is there. */
static int check_settings(const tuning *t, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *beside = new_textf("%.*srun.yaml", slash != NULL ? (int)(slash - path) + 1 : 0, path);
    runfile *old = NULL;
    int rc = EXIT_DONE;

    if (file_exists(beside)) {
        rc = runfile_read(&old, beside, 0, NULL, RUNFILE_RANGES);
        rc = rc == EXIT_DONE ? compare_settings(t, old, path) : rc;
        runfile_free(old);
    }
    free(beside);
    return rc;
}

/* -------------------------------------------------------------------- public */

static int give(const tuning *t, const stage *s, const earlier *e)
{
    if (e->n == 0 && e->outside == 0 && is_first(t, s)) {
        return fail(EXIT_DATA, "%s: holds no values of stage %s", e->at.path, s->name);
    }
    if (s->swarm == NULL) { /* only looked at */
        return EXIT_DONE;
    }
    if (hps_swarm_tell_external(s->swarm, (int32_t)e->n, e->x, e->f, e->outcome) != HPS_OK) {
        return fail_library(HPS_E_INTERNAL, EXIT_INTERNAL);
    }
    if (!t->a->quiet) {
        fprintf(stderr,
                "hpswarm: warm start: stage %s takes %lld points of %s, %lld outside the "
                "bounds are left out\n",
                s->name, (long long)e->n, e->at.path, (long long)e->outside);
    }
    return EXIT_DONE;
}

int warm_start(tuning *t, stage *s)
{
    const char *path = runfile_text(t->r, "swarm", "warm_start");
    earlier e = {.s = s, .at = {path, 0}};
    char *text = NULL;
    size_t size = 0;
    int same = 0;
    int rc = path == NULL ? EXIT_DONE : file_read(path, (size_t)1 << 40, &text, &size, EXIT_DATA);

    if (path == NULL || rc != EXIT_DONE) {
        return rc;
    }
    rc = is_first(t, s) ? check_settings(t, path) : EXIT_DONE;
    rc = rc == EXIT_DONE ? same_descriptor(t, s, path, text, size, &same) : rc;
    if (rc == EXIT_DONE && same) {
        rc = each_line(path, text, size, s->name, take_placed, &e);
        rc = rc == EXIT_DONE ? give(t, s, &e) : rc;
    } else if (rc == EXIT_DONE && !t->a->quiet) {
        fprintf(stderr,
                "hpswarm: warm start: stage %s takes nothing of %s, which had another "
                "descriptor\n",
                s->name, path);
    }
    free(text);
    free(e.x);
    free(e.f);
    free(e.outcome);
    return rc;
}
