/* SPDX-License-Identifier: BSD-3-Clause */
/* swarm.start: points that are tried first, a JSON object with the values by name on each line. A
 * line of a history will do: its parameters are taken. */
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "points.h"
#include "tune.h"

static const char no_point[] = "is no object of values by name";

typedef struct starts {
    const tuning *t;
    const stage *s;
    line_place at;
    int64_t n, capacity;
    double *x;
} starts;

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
            return fail(EXIT_DATA, "%s:%d: %s", p->at.path, p->at.line, no_point);
        }
        if (hps_space_index(p->s->space, name) >= 0) {
            ++*n;
        } else if (!is_of_another_stage(p, name)) {
            return line_wrong(&p->at, name, "is not searched");
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
    rc = point_read(p->s->space, &p->at, values, &p->x[p->n * width]);
    p->n += rc == EXIT_DONE;
    return rc;
}

static int read_line(void *user, const char *line, size_t n)
{
    starts *p = user;
    node *tree;
    const node *values;
    int rc = line_tree(&tree, &p->at, line, n, no_point);

    if (rc != EXIT_DONE) {
        return rc;
    }
    values = tree_item(tree, "parameters");
    rc = take_point(p, values != NULL ? values : tree);
    tree_free(tree);
    return rc;
}

int start_positions(const tuning *t, const stage *s)
{
    const char *path = runfile_text(t->r, "swarm", "start");
    starts p = {.t = t, .s = s, .at = {path, 0}};
    char *text = NULL;
    size_t size = 0;
    int rc = path == NULL ? EXIT_DONE : file_read(path, (size_t)1 << 40, &text, &size, EXIT_DATA);

    if (path != NULL && rc == EXIT_DONE) {
        rc = lines_each(&p.at, text, size, 0, read_line, &p);
    }
    if (rc == EXIT_DONE && p.n > 0 && s->swarm != NULL &&
        hps_swarm_set_start(s->swarm, (int32_t)p.n, p.x) != HPS_OK) {
        rc = fail_library(HPS_E_ARGUMENT, EXIT_DATA);
    }
    free(text);
    free(p.x);
    return rc;
}
