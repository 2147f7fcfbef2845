/* SPDX-License-Identifier: BSD-3-Clause */
/* Points of a search space as texts: values by name, an object on each line of a file. */
#ifndef HPSWARM_POINTS_H
#define HPSWARM_POINTS_H

#include "program.h"
#include "yaml_tree.h"

/* Where a line was read; messages begin with it, "FILE:LINE: ". */
typedef struct line_place {
    const char *path;
    int line;
} line_place;

enum { LINES_WHOLE = 1 /* a last line without its end was torn by a kill, and is none */ };
/* Call take for every line that holds more than blanks, with its number in at. */
int lines_each(line_place *at, const char *text, size_t size, int flags,
               int (*take)(void *user, const char *line, size_t n), void *user);
/* The object on a line; `what` says what is no such thing. EXIT_DATA. */
int line_tree(node **out, const line_place *at, const char *line, size_t n, const char *what);
/* EXIT_DATA with "FILE:LINE: NAME: WHAT". */
int line_wrong(const line_place *at, const char *name, const char *what);

/* ----------------------------------------------------------------- values */

enum { POINT_GOOD, POINT_OUTSIDE, POINT_WRONG };
enum { WHY_SIZE = 240 };
/* The value of parameter i from its text. POINT_OUTSIDE: the bounds or choices do not have it,
 * POINT_WRONG: it is none; `why` says the value and what is allowed. */
int point_value(const hps_space *space, int32_t i, const char *text, double *x, char why[WHY_SIZE]);
/* All values from an object by name, inside the bounds; names that the space does not have are
 * not looked at. EXIT_DATA. */
int point_read(const hps_space *space, const line_place *at, const node *values, double *x);

#endif
