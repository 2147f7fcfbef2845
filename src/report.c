/* SPDX-License-Identifier: BSD-3-Clause */
/* report.html from the files of a run's folder: one self-contained page. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "svg.h"
#include "tune.h"

enum { RESULT_NODES = 1000000 };

typedef struct sources {
    const char *directory;
    node *result;
    runfile *settings;
    char *history;
} sources;

static double item_number(const node *n, const char *key)
{
    const node *item = tree_item(n, key);
    double v;

    return item != NULL && item->kind == NODE_SCALAR && parse_number(item->text, &v) ? v
                                                                                     : (double)NAN;
}

static void number_cell(FILE *f, double v, double factor)
{
    if (isfinite(v)) {
        fprintf(f, "<td>%.5g</td>", factor * v);
    } else {
        fputs("<td>&ndash;</td>", f);
    }
}

/* -------------------------------------------------------------- convergence */

typedef struct curve {
    int n, capacity;
    double *x, *y;
    double evaluations, best;
} curve;

/* One line of the history: a new best of this stage makes a point. */
static void add_line(curve *c, const char *line, size_t length, const char *name)
{
    node *n;
    double f;
    const node *values;

    if (tree_parse(&n, "history.jsonl", line, length, LINE_NODES) != EXIT_DONE) {
        return;
    }
    values = tree_item(n, "objectives");
    if (strcmp(tree_text(n, "stage", ""), name) == 0) {
        c->evaluations++;
        if (values != NULL && values->n > 0 && values->items[0]->kind == NODE_SCALAR &&
            parse_number(values->items[0]->text, &f) && (c->n == 0 || f < c->best)) {
            c->best = f;
            if (c->n + 2 > c->capacity) {
                c->capacity = 2 * c->capacity + 16;
                c->x = grow_memory(c->x, (size_t)c->capacity, sizeof *c->x);
                c->y = grow_memory(c->y, (size_t)c->capacity, sizeof *c->y);
            }
            c->x[c->n] = c->evaluations;
            c->y[c->n++] = f;
        }
    }
    tree_free(n);
}

static void write_convergence(FILE *f, const sources *s, const node *part)
{
    curve c = {0};

    for (const char *line = s->history; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        size_t length = end != NULL ? (size_t)(end - line) : strlen(line);

        add_line(&c, line, length, tree_text(part, "name", ""));
        line = end != NULL ? end + 1 : NULL;
    }
    if (c.n > 0) {
        c.x[c.n] = c.evaluations;
        c.y[c.n] = c.y[c.n - 1];
        svg_steps(f, "best so far", "evaluation", tree_text(part, "objective", ""), c.n + 1, c.x,
                  c.y);
    }
    free(c.x);
    free(c.y);
}

/* -------------------------------------------------------------------- front */

static double objective_of(const node *point, int k)
{
    const node *values = tree_item(point, "objectives");
    double v;

    return values != NULL && values->kind == NODE_SEQUENCE && k < values->n &&
                   values->items[k]->kind == NODE_SCALAR && parse_number(values->items[k]->text, &v)
               ? v
               : (double)NAN;
}

/* The first two objectives of the points that no other one beats; the compromise stands out. */
static void write_front(FILE *f, const node *part)
{
    const node *front = tree_item(part, "front");
    double *x, *y, best = item_number(part, "best_objective");
    int n = 0, mark = -1;

    if (front == NULL || front->kind != NODE_SEQUENCE || front->n == 0) {
        return;
    }
    x = new_memory((size_t)front->n, sizeof *x);
    y = new_memory((size_t)front->n, sizeof *y);
    for (int i = 0; i < front->n; i++) {
        x[n] = objective_of(front->items[i], 0);
        y[n] = objective_of(front->items[i], 1);
        mark = x[n] == best ? n : mark;
        n += isfinite(x[n]) && isfinite(y[n]);
    }
    svg_points(f, "front: points that no other one beats", "objective 1", "objective 2", n, x, y,
               mark);
    free(x);
    free(y);
}

/* --------------------------------------------------------------- parameters */

static const setting *setting_of(const runfile *r, const char *name)
{
    for (int i = 0; r != NULL && i < r->n; i++) {
        char own[80];

        if (r->items[i].form == FORM_RANGE &&
            (strcmp(setting_name(&r->items[i], own), name) == 0 ||
             (r->items[i].order > 0 && strcmp(r->items[i].rule->key, name) == 0))) {
            return &r->items[i];
        }
    }
    return NULL;
}

static void write_parameter(FILE *f, const sources *s, const node *item)
{
    const setting *range = setting_of(s->settings, item->key);
    double v;

    fputs("<tr><td class=\"n\">", f);
    html_text(f, item->key);
    fputs("</td>", f);
    if (!parse_number(item->text, &v)) {
        fputs("<td>", f);
        html_text(f, item->text);
        fputs("</td><td></td><td></td><td></td><td></td></tr>\n", f);
        return;
    }
    number_cell(f, v, 1);
    if (range == NULL) {
        fputs("<td></td><td></td><td></td><td></td></tr>\n", f);
        return;
    }
    number_cell(f, range->lo, 1);
    number_cell(f, range->hi, 1);
    fputs("<td>", f);
    svg_position(f, range->lo, range->hi, range->log_scale, v);
    fprintf(f, "</td><td>%s</td></tr>\n",
            v <= range->lo   ? "at its lower bound"
            : v >= range->hi ? "at its upper bound"
                             : "");
}

static void write_parameters(FILE *f, const sources *s, const node *part)
{
    const node *best = tree_item(part, "best");

    fputs("<table><tr><th>parameter</th><th>best</th><th>low</th><th>high</th><th></th><th></th>"
          "</tr>\n",
          f);
    for (int i = 0; best != NULL && i < best->n; i++) {
        if (best->items[i]->kind == NODE_SCALAR) {
            write_parameter(f, s, best->items[i]);
        }
    }
    fputs("</table>\n", f);
}

/* ------------------------------------------------------------------- kernel */

static void write_kernel(FILE *f, const node *part)
{
    const node *kernel = tree_item(part, "kernel");
    const node *counts = tree_item(tree_item(kernel, "histogram"), "counts");
    double *v;

    if (kernel == NULL) {
        return;
    }
    fprintf(f, "<p>kernel: mean %.4f, standard deviation %.4f, skew %.4f</p>\n",
            item_number(kernel, "mean"), item_number(kernel, "std"), item_number(kernel, "skew"));
    if (counts == NULL || counts->kind != NODE_SEQUENCE || counts->n == 0) {
        return;
    }
    v = new_memory((size_t)counts->n, sizeof *v);
    for (int i = 0; i < counts->n; i++) {
        if (counts->items[i]->kind == NODE_SCALAR) {
            (void)parse_number(counts->items[i]->text, &v[i]);
        }
    }
    svg_bars(f, "kernel distribution", "similarity", 0, 1, counts->n, v);
    free(v);
}

/* ------------------------------------------------------------------- errors */

static void write_errors_row(FILE *f, const char *set, const char *type, const node *e)
{
    fputs("<tr><td class=\"n\">", f);
    html_text(f, set);
    fputs("</td><td class=\"n\">", f);
    html_text(f, type);
    fputs("</td>", f);
    number_cell(f, item_number(e, "n_structures"), 1);
    number_cell(f, item_number(e, "rmse_energy_per_atom"), 1e3);
    number_cell(f, item_number(e, "mae_energy_per_atom"), 1e3);
    number_cell(f, item_number(e, "rmse_force"), 1e3);
    number_cell(f, item_number(e, "mae_force"), 1e3);
    fputs("</tr>\n", f);
}

static void write_errors(FILE *f, const node *result)
{
    static const char *const sets[] = {"train", "test"};
    const node *final = tree_item(result, "final"), *train = tree_item(final, "train");

    if (train == NULL || train->kind != NODE_MAPPING) {
        return;
    }
    fputs("<h2>errors of the final model</h2>\n<table><tr><th>set</th><th>config_type</th>"
          "<th>structures</th><th>energy rmse, meV/atom</th><th>energy mae, meV/atom</th>"
          "<th>force rmse, meV/&Aring;</th><th>force mae, meV/&Aring;</th></tr>\n",
          f);
    for (int i = 0; i < 2; i++) {
        const node *e = tree_item(final, sets[i]);
        const node *types = tree_item(e, "by_config_type");

        if (e == NULL || e->kind != NODE_MAPPING) {
            continue;
        }
        write_errors_row(f, sets[i], "all", e);
        for (int k = 0; types != NULL && k < types->n; k++) {
            write_errors_row(f, sets[i], types->items[k]->key, types->items[k]);
        }
    }
    fputs("</table>\n", f);
}

/* --------------------------------------------------------------------- page */

static const char style[] =
    "body{font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1c2330;background:#fff}h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}"
    "table{border-collapse:collapse;margin:.6rem 0}td,th{padding:.15rem .6rem;text-align:right;"
    "border-bottom:1px solid #d8dde5}.n{text-align:left}svg text{font:11px system-ui,sans-serif;"
    "fill:#445}svg .t{font-size:13px}.f{fill:none;stroke:#99a3b3}.g{stroke:#d8dde5}"
    ".l{fill:none;stroke:#1f5fa8;stroke-width:2}.b{fill:#1f5fa8}";

/* Points of a path that were fitted: the value of the best model. */
static void write_refits(FILE *f, const node *part)
{
    const node *refits = tree_item(part, "refits");
    double best = (double)INFINITY;

    if (refits == NULL || refits->kind != NODE_SEQUENCE || refits->n == 0) {
        return;
    }
    for (int i = 0; i < refits->n; i++) {
        best = fmin(best, item_number(refits->items[i], "model_objective"));
    }
    fprintf(f, "<p>The %d best points were fitted; the model that was taken has %.6g.</p>\n",
            refits->n, best);
}

/* Response surfaces of a list of trials. */
static void write_surfaces(FILE *f, const node *part)
{
    static const char *const columns[] = {"r2", "r2_loo", "rmse", "rmse_loo"};
    const node *surface = tree_item(part, "surface"), *all = tree_item(surface, "surfaces");

    if (all == NULL || all->kind != NODE_SEQUENCE || all->n == 0) {
        return;
    }
    fputs("<table><tr><th>surface</th><th>R&sup2;</th><th>leaving one out</th><th>rmse</th>"
          "<th>leaving one out</th><th>its minimum</th></tr>\n",
          f);
    for (int i = 0; i < all->n; i++) {
        fputs("<tr><td class=\"n\">", f);
        html_text(f, tree_text(all->items[i], "kind", ""));
        fputs(strcmp(tree_text(all->items[i], "kind", ""), tree_text(surface, "best", "")) == 0
                  ? " (predicts best)</td>"
                  : "</td>",
              f);
        for (int c = 0; c < 4; c++) {
            number_cell(f, item_number(all->items[i], columns[c]), 1);
        }
        number_cell(f, item_number(tree_item(all->items[i], "minimum"), "value"), 1);
        fputs("</tr>\n", f);
    }
    fputs("</table>\n", f);
}

static void write_assignment(FILE *f, const char *before, const node *item)
{
    double v;

    fputs(before, f);
    html_text(f, item->key);
    if (item->kind == NODE_SCALAR && parse_number(item->text, &v)) {
        fprintf(f, " = %.6g", v);
    } else {
        fputs(" = ", f);
        html_text(f, item->kind == NODE_SCALAR ? item->text : "");
    }
}

/* The minimum that the best of them predicts. */
static void write_predicted(FILE *f, const node *part)
{
    const node *surface = tree_item(part, "surface"), *all = tree_item(surface, "surfaces");

    for (int i = 0; all != NULL && i < all->n; i++) {
        const node *point = tree_item(tree_item(all->items[i], "minimum"), "parameters");

        if (point == NULL ||
            strcmp(tree_text(all->items[i], "kind", ""), tree_text(surface, "best", "")) != 0) {
            continue;
        }
        fputs("<p>predicted minimum, to be evaluated:", f);
        for (int k = 0; k < point->n; k++) {
            write_assignment(f, k > 0 ? ", " : " ", point->items[k]);
        }
        fputs("</p>\n", f);
    }
}

static void write_stage(FILE *f, const sources *s, const node *part)
{
    fputs("<h2>stage ", f);
    html_text(f, tree_text(part, "name", ""));
    fprintf(f, "</h2>\n<p>%s %s, %s failed; best ", tree_text(part, "evaluations", ""),
            strcmp(tree_text(part, "stopped_by", ""), "trials") == 0 ? "trials" : "evaluations",
            tree_text(part, "failed", ""));
    html_text(f, tree_text(part, "objective", ""));
    fprintf(f, " %.6g; %.1f s</p>\n", item_number(part, "best_objective"),
            item_number(part, "seconds"));
    write_refits(f, part);
    write_convergence(f, s, part);
    write_front(f, part);
    write_parameters(f, s, part);
    write_surfaces(f, part);
    write_predicted(f, part);
    write_kernel(f, part);
}

static void write_page(FILE *f, const sources *s)
{
    const node *stages = tree_item(s->result, "stages");

    fprintf(f,
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width\"><title>hpswarm run</title>"
            "<style>%s</style></head><body>\n<h1>Hyper-parameter run, strategy ",
            style);
    html_text(f, tree_text(s->result, "strategy", ""));
    fputs(", seed ", f);
    html_text(f, tree_text(s->result, "seed", ""));
    fputs("</h1>\n", f);
    for (int i = 0; stages != NULL && i < stages->n; i++) {
        write_stage(f, s, stages->items[i]);
    }
    write_errors(f, s->result);
    fputs("<p>hpswarm ", f);
    html_text(f, tree_text(tree_item(s->result, "versions"), "hpswarm", ""));
    fputs("</p>\n</body></html>\n", f);
}

int report_write(const char *directory)
{
    sources s = {.directory = directory};
    char *paths[] = {path_join(directory, "result.json"), path_join(directory, "run.yaml"),
                     path_join(directory, "history.jsonl")};
    size_t size;
    memory_text m;
    int rc = tree_read(&s.result, paths[0], RESULT_NODES, EXIT_DATA);

    if (rc == EXIT_DONE) {
        rc = runfile_read(&s.settings, paths[1], 0, NULL, RUNFILE_RANGES);
    }
    if (rc == EXIT_DONE) {
        rc = file_read(paths[2], (size_t)1 << 40, &s.history, &size, EXIT_DATA);
    }
    if (rc == EXIT_DONE) {
        memory_open(&m);
        write_page(m.stream, &s);
        rc = memory_save(&m, directory, "report.html");
    }
    tree_free(s.result);
    runfile_free(s.settings);
    free(s.history);
    for (int i = 0; i < 3; i++) {
        free(paths[i]);
    }
    return rc;
}
