/* SPDX-License-Identifier: BSD-3-Clause */
/* Trials: points whose values are known, from a file of lines or a table. */
#ifndef HPSWARM_TRIALS_H
#define HPSWARM_TRIALS_H

#include "points.h"
#include "runfile.h"

#define EVERY_SECTION "soap|kernel|gap|parameters"

enum { MOST_TRIAL_VALUES = 16 };

typedef struct trial {
    int line; /* of the file */
    int32_t outcome;
    char *reason;    /* why it has no value, NULL: nothing is said */
    char *objective; /* what its line says that the value is, or NULL */
} trial;

/* The trials of one space: all ranges, or those of one of two stages. */
typedef struct trial_set {
    const char *name, *sections; /* as those of a stage */
    hps_space *space;
    int n_values;
    int64_t n, capacity;
    double *x, *f; /* [n][parameters], [n][n_values] NaN: none */
    trial *items;
} trial_set;

typedef struct trials {
    const runfile *r;
    const char *path;
    trial_set sets[3]; /* all ranges; of two stages soap, gap */
    int n_sets;
} trials;

/* ------------------------------------------------------------- trials.c */

/* The settings are borrowed. EXIT_DATA: a trial that cannot be one; EXIT_ALL_FAILED: none has a
 * value. */
int trials_read(trials **out, const runfile *r, hps_context *c, const char *path);
void trials_free(trials *t);
/* Room for one more at the end, not yet counted in n. */
trial *trial_new(trial_set *s);
/* All values finite: 1; a failure is made of it else: 0. */
int trial_judge(const trial_set *s, trial *t, const double *f);
enum { TRIAL_NUMBER, TRIAL_MISSING, TRIAL_WRONG };
/* The text of a value: a finite number, or NaN where it is missing or no number. */
int trial_value(const char *text, double *v);
/* EXIT_DATA: a name that the run file does not search, and the nearest one that it does. */
int trial_unknown(const trials *t, const line_place *at, const char *name);
int64_t trials_count(const trial_set *s, int32_t outcome);
/* Of value k the least; -1: there is none. */
int64_t trials_best(const trial_set *s, int k);
int name_ends_in(const char *name, const char *ending);

/* ------------------------------------------------------- trials_lines.c */

int trials_take_lines(trials *t, const char *text, size_t size);

/* ------------------------------------------------------- trials_table.c */

/* CSV: a line of names, the values in the last columns. */
int trials_take_table(trials *t, const char *text, size_t size);
/* The points of a design, with an empty last column for their values. */
void table_write(FILE *f, const hps_space *space, int64_t n, const double *x);

#endif
