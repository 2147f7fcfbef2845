/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines with a point each, and the values of its parameters. */
#include "points.h"

#include <math.h>
#include <string.h>

int lines_each(line_place *at, const char *text, size_t size, int flags,
               int (*take)(void *user, const char *line, size_t n), void *user)
{
    int rc = EXIT_DONE;

    at->line = 0;
    for (const char *line = text, *end; size > 0 && line < text + size && rc == EXIT_DONE;
         line = end + 1) {
        size_t n;

        end = memchr(line, '\n', (size_t)(text + size - line));
        if (end == NULL && (flags & LINES_WHOLE) != 0) {
            return EXIT_DONE;
        }
        end = end != NULL ? end : text + size;
        n = (size_t)(end - line);
        at->line++;
        if (strspn(line, " \t\r") < n) {
            rc = take(user, line, n);
        }
    }
    return rc;
}

int line_tree(node **out, const line_place *at, const char *line, size_t n, const char *what)
{
    return tree_parse(out, at->path, line, n, LINE_NODES) == EXIT_DONE
               ? EXIT_DONE
               : fail(EXIT_DATA, "%s:%d: %s", at->path, at->line, what);
}

int line_wrong(const line_place *at, const char *name, const char *what)
{
    return fail(EXIT_DATA, "%s:%d: %s: %s", at->path, at->line, name, what);
}

/* ------------------------------------------------------------------ values */

static int choose(const hps_space *space, int32_t i, int32_t n, const char *text, double *x,
                  char why[WHY_SIZE])
{
    size_t used;

    for (int32_t k = 0; k < n; k++) {
        if (strcmp(hps_space_label(space, i, k), text) == 0) {
            *x = k;
            return POINT_GOOD;
        }
    }
    used = (size_t)snprintf(why, WHY_SIZE, "'%.40s' is none of its choices", text);
    for (int32_t k = 0; k < n && used < WHY_SIZE; k++) {
        used += (size_t)snprintf(why + used, WHY_SIZE - used, "%s%.40s", k == 0 ? " " : ", ",
                                 hps_space_label(space, i, k));
    }
    return POINT_OUTSIDE;
}

int point_value(const hps_space *space, int32_t i, const char *text, double *x, char why[WHY_SIZE])
{
    hps_param_info p = {.struct_size = sizeof p};
    char v[32], lo[32], hi[32];
    int whole;

    if (hps_space_describe(space, i, &p) != HPS_OK) {
        snprintf(why, WHY_SIZE, "no parameter has the number %d", (int)i);
        return POINT_WRONG;
    }
    if (p.kind == HPS_PARAM_CHOICE) {
        return choose(space, i, p.n_labels, text, x, why);
    }
    if (!parse_number(text, x)) {
        snprintf(why, WHY_SIZE, "'%.40s' is no number", text);
        return POINT_WRONG;
    }
    whole = p.kind != HPS_PARAM_INT || floor(*x) == *x;
    snprintf(why, WHY_SIZE, "%s is %s from %s to %s", number_text(*x, v),
             whole ? "not" : "no whole number", number_text(p.lo, lo), number_text(p.hi, hi));
    return whole && *x >= p.lo && *x <= p.hi ? POINT_GOOD : POINT_OUTSIDE;
}

int point_read(const hps_space *space, const line_place *at, const node *values, double *x)
{
    char why[WHY_SIZE];

    for (int32_t i = 0; i < hps_space_size(space); i++) {
        hps_param_info p = {.struct_size = sizeof p};
        const node *item;

        (void)hps_space_describe(space, i, &p);
        item = tree_item(values, p.name);
        if (item == NULL) {
            return line_wrong(at, p.name, "has no value");
        }
        if (item->kind != NODE_SCALAR) {
            return line_wrong(at, p.name, "is no value");
        }
        if (point_value(space, i, item->text, &x[i], why) != POINT_GOOD) {
            return line_wrong(at, p.name, why);
        }
    }
    return EXIT_DONE;
}
