/* SPDX-License-Identifier: BSD-3-Clause */
/* swarm.start: points that are tried first, a JSON object with the values by name on each line. A
 * line of a history will do: its parameters are taken. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "tune.h"

enum { LINE_NODES = 5000 };

typedef struct starts {
    const tuning *t;
    const stage *s;
    const char *path;
    int line;
    int64_t n, capacity;
    double *x;
} starts;

static int wrong(const starts *p, const char *name, const char *what)
{
    return fail(EXIT_DATA, "%s:%d: %s: %s", p->path, p->line, name, what);
}

static int read_value(const starts *p, int32_t i, const node *item, double *x)
{
    hps_param_info info = {.struct_size = sizeof info};
    char range[100];

    if (hps_space_describe(p->s->space, i, &info) != HPS_OK) {
        return fail_library(HPS_E_INTERNAL, EXIT_INTERNAL);
    }
    if (item->kind != NODE_SCALAR) {
        return wrong(p, info.name, "is no value");
    }
    for (int32_t k = 0; k < info.n_labels; k++) {
        if (strcmp(hps_space_label(p->s->space, i, k), item->text) == 0) {
            *x = k;
            return EXIT_DONE;
        }
    }
    if (info.kind == HPS_PARAM_CHOICE) {
        return wrong(p, info.name, "is none of its choices");
    }
    if (!parse_number(item->text, x)) {
        return wrong(p, info.name, "is no number");
    }
    if (info.kind == HPS_PARAM_INT && floor(*x) != *x) {
        return wrong(p, info.name, "is no whole number");
    }
    snprintf(range, sizeof range, "%.17g is not from %g to %g", *x, info.lo, info.hi);
    return *x >= info.lo && *x <= info.hi ? EXIT_DONE : wrong(p, info.name, range);
}

/* May a line have this name, which this stage does not search? */
static int is_of_another_stage(const starts *p, const char *name)
{
    return p->t->n_stages > 1 && strchr(name, '.') != NULL;
}

static int count_own(const starts *p, const node *values, int *n)
{
    *n = 0;
    for (int i = 0; values != NULL && i < values->n; i++) {
        const char *name = values->items[i]->key;

        if (name == NULL) {
            return fail(EXIT_DATA, "%s:%d: is no object of values by name", p->path, p->line);
        }
        if (hps_space_index(p->s->space, name) >= 0) {
            ++*n;
        } else if (!is_of_another_stage(p, name)) {
            return wrong(p, name, "is not searched");
        }
    }
    return EXIT_DONE;
}

static int take_point(starts *p, const node *values)
{
    int32_t width = hps_space_size(p->s->space);
    int own, rc = count_own(p, values, &own);

    if (rc != EXIT_DONE || (own == 0 && p->t->n_stages > 1)) {
        return rc; /* a line of the other stage */
    }
    if (p->n == p->capacity) {
        p->capacity = 2 * p->capacity + 16;
        p->x = grow_memory(p->x, (size_t)p->capacity * (size_t)width, sizeof *p->x);
    }
    for (int32_t i = 0; i < width && rc == EXIT_DONE; i++) {
        hps_param_info info = {.struct_size = sizeof info};
        const node *item;

        (void)hps_space_describe(p->s->space, i, &info);
        item = tree_item(values, info.name);
        rc = item != NULL ? read_value(p, i, item, &p->x[p->n * width + i])
                          : wrong(p, info.name, "has no value");
    }
    p->n += rc == EXIT_DONE;
    return rc;
}

static int read_line(starts *p, const char *line, size_t n)
{
    node *tree;
    const node *values;
    int rc;

    if (strspn(line, " \t\r") >= n) {
        return EXIT_DONE;
    }
    if (tree_parse(&tree, p->path, line, n, LINE_NODES) != EXIT_DONE) {
        return fail(EXIT_DATA, "%s:%d: is no object of values by name", p->path, p->line);
    }
    values = tree_item(tree, "parameters");
    rc = take_point(p, values != NULL ? values : tree);
    tree_free(tree);
    return rc;
}

static int read_lines(starts *p, const char *text, size_t size)
{
    int rc = EXIT_DONE;

    for (const char *line = text, *end; line < text + size && rc == EXIT_DONE; line = end + 1) {
        end = memchr(line, '\n', (size_t)(text + size - line));
        end = end != NULL ? end : text + size;
        p->line++;
        rc = read_line(p, line, (size_t)(end - line));
    }
    return rc;
}

int start_positions(const tuning *t, const stage *s)
{
    starts p = {.t = t, .s = s, .path = runfile_text(t->r, "swarm", "start")};
    char *text = NULL;
    size_t size = 0;
    int rc =
        p.path == NULL ? EXIT_DONE : file_read(p.path, (size_t)1 << 40, &text, &size, EXIT_DATA);

    if (p.path != NULL && rc == EXIT_DONE) {
        rc = read_lines(&p, text, size);
    }
    if (rc == EXIT_DONE && p.n > 0 && s->swarm != NULL &&
        hps_swarm_set_start(s->swarm, (int32_t)p.n, p.x) != HPS_OK) {
        rc = fail_library(HPS_E_ARGUMENT, EXIT_DATA);
    }
    free(text);
    free(p.x);
    return rc;
}
