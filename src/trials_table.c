/* SPDX-License-Identifier: BSD-3-Clause */
/* Trials from a table as spreadsheets write it: names on the first line, the values in the last
 * columns; commas, semicolons (numbers with a comma then) or tabs between the cells. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trials.h"

enum { MOST_COLUMNS = 1000 };

typedef struct table {
    trials *t;
    trial_set *set; /* NULL: before the line of names */
    line_place at;
    char separator;
    int n_columns;
    int32_t *parameter; /* [n_columns] which one, -1: a value */
    char **cells;       /* [n_columns] of the line */
    int n_cells;
} table;

/* -------------------------------------------------------------------- cells */

/* The cell at c without blanks around it and its quotes; *c moves to its end. */
static char *read_cell(const table *in, const char **c, const char *end)
{
    char *cell = new_memory((size_t)(end - *c) + 1, 1);
    size_t n = 0;

    while (*c < end && (**c == ' ' || (**c == '\t' && in->separator != '\t'))) {
        ++*c;
    }
    if (*c < end && **c == '"') {
        for (++*c; *c < end && !(**c == '"' && (*c + 1 == end || (*c)[1] != '"')); ++*c) {
            *c += **c == '"'; /* two of them stand for one */
            cell[n++] = **c;
        }
        while (*c < end && **c != in->separator) {
            ++*c;
        }
        return cell;
    }
    while (*c < end && **c != in->separator) {
        cell[n++] = *(*c)++;
    }
    while (n > 0 && strchr(" \t\r", cell[n - 1]) != NULL) {
        cell[--n] = '\0';
    }
    return cell;
}

static void drop_cells(table *in)
{
    for (int i = 0; i < in->n_cells; i++) {
        free(in->cells[i]);
    }
    in->n_cells = 0;
}

static int split_line(table *in, const char *line, size_t n)
{
    const char *end = line + n;

    drop_cells(in);
    for (const char *c = line;; c++) {
        if (in->n_cells == MOST_COLUMNS) {
            return fail(EXIT_DATA, "%s:%d: has more than %d columns", in->at.path, in->at.line,
                        MOST_COLUMNS);
        }
        in->cells[in->n_cells++] = read_cell(in, &c, end);
        if (c >= end) {
            return EXIT_DONE;
        }
    }
}

/* ----------------------------------------------------------------- the names */

static char find_separator(const char *line, size_t n)
{
    return memchr(line, '\t', n) != NULL ? '\t' : memchr(line, ';', n) != NULL ? ';' : ',';
}

/* All ranges, or of two stages those of the one that the names are of. */
static trial_set *set_of(const table *in)
{
    for (int k = 0; k < in->t->n_sets; k++) {
        trial_set *s = &in->t->sets[k];
        int missing = 0;

        for (int32_t i = 0; i < hps_space_size(s->space); i++) {
            hps_param_info p = {.struct_size = sizeof p};
            int found = 0;

            (void)hps_space_describe(s->space, i, &p);
            for (int c = 0; c < in->n_cells; c++) {
                found |= strcmp(in->cells[c], p.name) == 0;
            }
            missing += !found;
        }
        if (missing == 0) {
            return s;
        }
    }
    return &in->t->sets[0];
}

static int check_columns(const table *in)
{
    const hps_space *space = in->set->space;

    for (int32_t i = 0; i < hps_space_size(space); i++) {
        hps_param_info p = {.struct_size = sizeof p};
        int found = 0;

        (void)hps_space_describe(space, i, &p);
        for (int c = 0; c < in->n_columns; c++) {
            found += in->parameter[c] == i;
        }
        if (found != 1) {
            return line_wrong(&in->at, p.name, found == 0 ? "has no column" : "has two columns");
        }
    }
    return EXIT_DONE;
}

/* Everything but the last columns has to be a name. */
static int take_names(table *in)
{
    int values;

    in->set = set_of(in);
    values = in->set->n_values;
    in->n_columns = in->n_cells;
    in->parameter = new_memory((size_t)in->n_columns, sizeof *in->parameter);
    for (int c = 0; c < in->n_columns; c++) {
        in->parameter[c] =
            c < in->n_columns - values ? hps_space_index(in->set->space, in->cells[c]) : -1;
        if (in->parameter[c] < 0 && c < in->n_columns - values) {
            return trial_unknown(in->t, &in->at, in->cells[c]);
        }
    }
    return check_columns(in);
}

/* ----------------------------------------------------------------- the lines */

/* 4,5 beside semicolons or tabs is 4.5. */
static void read_comma(const table *in, char *cell)
{
    char *comma = in->separator != ',' ? strchr(cell, ',') : NULL;

    if (comma != NULL && strspn(cell, "+-0123456789,eE") == strlen(cell) &&
        strchr(comma + 1, ',') == NULL) {
        *comma = '.';
    }
}

static int take_cell(const table *in, int c, double *x, double *f)
{
    char why[WHY_SIZE];
    int32_t i = in->parameter[c];
    hps_param_info p = {.struct_size = sizeof p};

    if (i >= 0) {
        (void)hps_space_describe(in->set->space, i, &p);
    }
    if (i < 0 || p.kind != HPS_PARAM_CHOICE) {
        read_comma(in, in->cells[c]);
    }
    if (i >= 0) {
        return point_value(in->set->space, i, in->cells[c], &x[i], why) == POINT_GOOD
                   ? EXIT_DONE
                   : line_wrong(&in->at, p.name, why);
    }
    snprintf(why, sizeof why, "'%.40s' is no number", in->cells[c]);
    return trial_value(in->cells[c], &f[c - (in->n_columns - in->set->n_values)]) != TRIAL_WRONG
               ? EXIT_DONE
               : line_wrong(&in->at, "value", why);
}

static int take_row(table *in)
{
    trial_set *s = in->set;
    trial *t = trial_new(s);
    double *x = s->x + s->n * hps_space_size(s->space), *f = s->f + s->n * s->n_values;
    int rc = EXIT_DONE;

    if (in->n_cells != in->n_columns) {
        return fail(EXIT_DATA, "%s:%d: expected %d columns, found %d", in->at.path, in->at.line,
                    in->n_columns, in->n_cells);
    }
    t->line = in->at.line;
    for (int c = 0; c < in->n_columns && rc == EXIT_DONE; c++) {
        rc = take_cell(in, c, x, f);
    }
    if (rc == EXIT_DONE) {
        (void)trial_judge(s, t, f);
        s->n++;
    }
    return rc;
}

/* Blank rows below a table come as separators only. */
static int is_blank(const table *in)
{
    for (int c = 0; c < in->n_cells; c++) {
        if (in->cells[c][0] != '\0') {
            return 0;
        }
    }
    return 1;
}

static int take_line(void *user, const char *line, size_t n)
{
    table *in = user;
    int rc;

    n -= line[n - 1] == '\r';
    in->separator = in->set == NULL ? find_separator(line, n) : in->separator;
    rc = split_line(in, line, n);
    if (rc != EXIT_DONE || is_blank(in)) {
        return rc;
    }
    return in->set == NULL ? take_names(in) : take_row(in);
}

int trials_take_table(trials *t, const char *text, size_t size)
{
    table in = {.t = t, .at = {t->path, 0}};
    int rc;

    in.cells = new_memory(MOST_COLUMNS, sizeof *in.cells);
    rc = lines_each(&in.at, text, size, 0, take_line, &in);
    drop_cells(&in);
    free(in.cells);
    free(in.parameter);
    return rc;
}

/* ------------------------------------------------------------------- writing */

static void write_cell(FILE *f, const char *text)
{
    if (text[strcspn(text, ",\"\n\t;")] == '\0') {
        fputs(text, f);
        return;
    }
    fputc('"', f);
    for (const char *c = text; *c != '\0'; c++) {
        fputs(*c == '"' ? "\"" : "", f);
        fputc(*c, f);
    }
    fputc('"', f);
}

void table_write(FILE *f, const hps_space *space, int64_t n, const double *x)
{
    int32_t width = hps_space_size(space);
    hps_param_info p = {.struct_size = sizeof p};
    char buffer[32];

    for (int32_t i = 0; i < width; i++) {
        (void)hps_space_describe(space, i, &p);
        write_cell(f, p.name);
        fputc(',', f);
    }
    fputs("value\n", f);
    for (int64_t k = 0; k < n; k++) {
        for (int32_t i = 0; i < width; i++) {
            double v = x[k * width + i];

            (void)hps_space_describe(space, i, &p);
            write_cell(f, p.kind == HPS_PARAM_CHOICE ? hps_space_label(space, i, (int32_t)v)
                                                     : number_text(v, buffer));
            fputc(',', f);
        }
        fputc('\n', f);
    }
}
