/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of a stage share: the job of evaluating its points. */
#ifndef HPSWARM_STAGE_H
#define HPSWARM_STAGE_H

#include "ranks.h"
#include "tune.h"

typedef struct flights flights;

/* How the ranks share evaluations. */
typedef struct groups {
    int size;           /* ranks for each */
    int open;           /* that is still to be decided */
    int most;           /* evaluations at a time */
    int begun, seen, n; /* evaluations so far, those that have come, and those that count */
    note_costs sum;
} groups;

typedef struct batch_job {
    tuning *t;
    stage *s;
    progress progress;
    evaluation *lines;
    double last_seconds; /* of the last whole chunk */
    double slowest;      /* chunk */
    int last_size;
    int rc;
    const hps_batch *batch; /* under way, with its values */
    const double *f;
    const int32_t *outcome;
    char *known; /* [n] 1: the value came from the history */
    int next;    /* point of the batch to begin next */
    int shares_told;
    flights *flights; /* of an asynchronous stage */
    groups groups;
} batch_job;

/* ----------------------------------------------------- stage_evaluate.c */

/* hps_evaluate_fn of every stage; user is the job. */
int32_t stage_evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user);
/* The line of point i of a batch. */
void stage_note_line(batch_job *job, const hps_batch *b, int i, const char *reason, double seconds);
double stage_best(const batch_job *job);
/* rank_done_fn of every stage; user is the job. */
int32_t stage_note_remote(const hps_batch *b, int32_t i, const char *note, void *user);
/* May this value of an earlier run be taken? Not if it is a failure, and tries are left. */
int stage_recalls(const batch_job *job, const recalled *r);

/* ------------------------------------------------------ stage_flights.c */

/* The stage of an asynchronous swarm: every command, rank or thread gets the next point as
 * soon as it has ended one. */
int stage_fly(batch_job *job);
/* A rank has sent the value of place i. */
int32_t stage_fly_note(batch_job *job, int32_t i, const char *note);

/* ------------------------------------------------------------- groups.c */

void groups_begin(groups *g, const tuning *t, const stage *s);
/* What the evaluation of a point by a group of ranks took. */
void groups_note(groups *g, int32_t outcome, const note_costs *costs);
/* Has every group a point, and is it to be seen first what that takes? */
int groups_full(const groups *g);
/* While nothing is under way: once there are costs, take the number of ranks that they say. */
void groups_settle(batch_job *job);

#endif
