/* SPDX-License-Identifier: BSD-3-Clause */
/* Evaluations that were finished but that no checkpoint knows: a killed run does not lose
 * them. The swarm asks for the same points again, and gets the values from the history. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "tune.h"

static spare_line *find(const history *h, const char *owner, int64_t id)
{
    for (int i = 0; i < h->n_spare; i++) {
        if (h->spare[i].id == id && strcmp(h->spare[i].stage, owner) == 0) {
            return &h->spare[i];
        }
    }
    return NULL;
}

/* Of two lines with one id the later is the one that the run went on with. */
static void keep(history *h, const char *owner, int64_t id, const char *line, size_t n)
{
    spare_line *s = find(h, owner, id);

    if (s == NULL) {
        h->spare = grow_memory(h->spare, (size_t)h->n_spare + 1, sizeof *h->spare);
        s = &h->spare[h->n_spare++];
        s->stage = new_text(owner);
        s->id = id;
    } else {
        free(s->text);
    }
    s->text = new_textf("%.*s", (int)n, line);
}

void recall_collect(history *h, FILE *f, const char *text, size_t size, const past *known)
{
    int first = h->n_spare;

    for (const char *line = text, *end; size > 0 && line < text + size; line = end + 1) {
        char *copy;
        int64_t id;

        end = memchr(line, '\n', (size_t)(text + size - line));
        if (end == NULL) {
            break; /* torn by a kill */
        }
        copy = new_textf("%.*s", (int)(end - line), line);
        id = history_line_id(copy, strlen(copy), known->stage);
        if (id >= 0 && history_place(known, id) < 0) {
            keep(h, known->stage, id, copy, strlen(copy));
        }
        free(copy);
    }
    for (int i = first; i < h->n_spare; i++) {
        fprintf(f, "%s\n", h->spare[i].text);
    }
}

static int same_value(const hps_space *space, int32_t i, const node *item, double x)
{
    hps_param_info info = {.struct_size = sizeof info};
    double v;

    if (item == NULL || item->kind != NODE_SCALAR ||
        hps_space_describe(space, i, &info) != HPS_OK) {
        return 0;
    }
    if (info.kind == HPS_PARAM_CHOICE) {
        return strcmp(item->text, hps_space_label(space, i, (int32_t)x)) == 0;
    }
    return parse_number(item->text, &v) && v == x;
}

int history_same_point(const hps_space *space, const node *parameters, const double *x)
{
    for (int32_t i = 0; i < hps_space_size(space); i++) {
        hps_param_info info = {.struct_size = sizeof info};

        if (hps_space_describe(space, i, &info) != HPS_OK ||
            !same_value(space, i, tree_item(parameters, info.name), x[i])) {
            return 0;
        }
    }
    return 1;
}

static int read_objectives(const node *values, int n, double *f)
{
    if (values == NULL || values->kind != NODE_SEQUENCE || values->n != n) {
        return 0;
    }
    for (int k = 0; k < n; k++) {
        if (values->items[k]->kind != NODE_SCALAR || !parse_number(values->items[k]->text, &f[k])) {
            f[k] = (double)NAN;
        }
    }
    return 1;
}

static int read_line(const node *line, const hps_space *space, const double *x, int n_objectives,
                     double *f, recalled *r)
{
    const char *outcome = tree_text(line, "outcome", "");

    if (!history_same_point(space, tree_item(line, "parameters"), x) ||
        !read_objectives(tree_item(line, "objectives"), n_objectives, f)) {
        return 0;
    }
    r->outcome = strcmp(outcome, "ok") == 0           ? HPS_EVAL_OK
                 : strcmp(outcome, "infeasible") == 0 ? HPS_EVAL_INFEASIBLE
                 : strcmp(outcome, "timeout") == 0    ? HPS_EVAL_TIMEOUT
                                                      : HPS_EVAL_FAILED;
    if (!parse_number(tree_text(line, "seconds", ""), &r->seconds)) {
        r->seconds = (double)NAN;
    }
    if (!parse_whole(tree_text(line, "order", ""), &r->order)) {
        r->order = -1;
    }
    snprintf(r->reason, sizeof r->reason, "%s", tree_text(line, "reason", ""));
    for (int k = 0; k < n_objectives; k++) {
        if (r->outcome == HPS_EVAL_OK && !isfinite(f[k])) {
            return 0;
        }
    }
    return 1;
}

int history_recall(const history *h, const char *owner, const hps_space *space, int64_t id,
                   const double *x, int n_objectives, double *f, recalled *r)
{
    const spare_line *s = find(h, owner, id);
    node *line;
    int found;

    if (s == NULL ||
        tree_parse(&line, "history.jsonl", s->text, strlen(s->text), LINE_NODES) != EXIT_DONE) {
        return 0;
    }
    found = read_line(line, space, x, n_objectives, f, r);
    tree_free(line);
    return found;
}

void recall_free(history *h)
{
    for (int i = 0; i < h->n_spare; i++) {
        free(h->spare[i].stage);
        free(h->spare[i].text);
    }
    free(h->spare);
    h->spare = NULL;
    h->n_spare = 0;
}
