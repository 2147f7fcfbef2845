/* SPDX-License-Identifier: BSD-3-Clause */
/* What --dry-run measures of a stage. */
#ifndef HPSWARM_PLAN_H
#define HPSWARM_PLAN_H

#include "ranks.h"
#include "tune.h"

typedef struct estimate {
    double first, next; /* seconds of an evaluation; NaN: could not be measured */
    double each[2];     /* beside others, alone with all threads; 0: not measured */
    int at_a_time;
    int ranks, ranks_best; /* of a group that was measured (0: none), and the best number */
    note_costs group;
    int64_t bytes;
} estimate;

/* Evaluate a point of a stage, a few times. */
int plan_measure(tuning *t, stage *s, estimate *out);

#endif
