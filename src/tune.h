/* SPDX-License-Identifier: BSD-3-Clause */
/* A hyper-parameter run: stages of a swarm over a study, and the files they leave. */
#ifndef HPSWARM_TUNE_H
#define HPSWARM_TUNE_H

#include "data.h"
#include "kernel_report.h"

/* ---------------------------------------------------------------- stop.c */

/* SIGINT and SIGTERM ask the swarm to stop; a second SIGINT kills. */
void stop_install(void);
void stop_target(hps_swarm *e); /* NULL: none */
int stop_requested(void);
void stop_deadline(double seconds_from_now); /* 0: none */

/* ------------------------------------------------------------- history.c */

typedef struct history {
    FILE *stream;
    char *path;
    long size; /* bytes of whole lines */
} history;

typedef struct evaluation {
    int64_t id, iteration;
    int32_t particle, outcome;
    const char *stage, *reason;
    const double *x;
    double f, seconds;
} evaluation;

/* What the checkpoint of a stage knows of its past, in order of id. */
typedef struct past {
    const char *stage;
    hps_space *space;
    int64_t n;
    double *x, *f;
    int32_t *outcome;
} past;
void past_free(past *p);

/* A new one, or the old one made to agree with the checkpoints: the lines of evaluations that
 * they know are kept, others dropped, and lost ones written again from the checkpoint. */
int history_open(history *h, const char *directory, int n_stages, const past *stages);
int history_add(history *h, const hps_space *space, int n, const evaluation *e);
void history_close(history *h);
void outcome_parameters(json *j, const char *key, const hps_space *space, const double *x);

/* ------------------------------------------------------------ progress.c */

typedef struct progress {
    int quiet, terminal, shown;
    const char *label;
    int64_t done, done_before, total; /* total 0: unknown */
    double best, start, last;
} progress;
void progress_start(progress *p, int quiet, const char *label, int64_t done, int64_t total);
void progress_step(progress *p, int64_t done, double best);
void progress_end(progress *p);

/* --------------------------------------------------------------- stage.c */

typedef struct stage {
    const char *name;      /* "joint", "soap", "gap" */
    const char *sections;  /* what it searches */
    const char *objective; /* borrowed from the settings */
    hps_space *space;
    hps_swarm *swarm;
    hps_study *study;
    int64_t bytes; /* that a batch may hold */
    double *x;     /* best point */
    double best;
    hps_progress counts;
    kernel_report kernel;
} stage;

typedef struct tuning {
    const args *a;
    runfile *r; /* searched values are fixed as stages end */
    hps_context *context;
    run_data data;
    const char *directory, *label;
    int resume, overwrite; /* go on with the files there, or drop them */
    stage stages[2];
    int n_stages;
    history history;
    hps_gpr *model;
    char *result; /* content of result.json */
} tuning;

/* Would it work? Makes its study and drops it; nothing is written. */
int stage_check(tuning *t, const stage *s);
/* Make study and swarm of a stage (from its checkpoint if one is there). */
int stage_prepare(tuning *t, stage *s);
int stage_run(tuning *t, stage *s);
void stage_free(stage *s);
/* Number of evaluations of a whole stage, 0 if unknown. */
int64_t stage_evaluations(const runfile *r);

/* ---------------------------------------------------------------- tune.c */

/* Everything after the settings are known: data, stages, final fit, files. */
int tuning_run(tuning *t);
void tuning_free(tuning *t);
int tuning_check_data(const runfile *r, const run_data *d);
void tuning_stages(tuning *t);

/* -------------------------------------------------------------- result.c */

int result_make(tuning *t); /* fills t->result */
int result_save(const tuning *t);
void result_print(const tuning *t);

/* ---------------------------------------------------------------- plan.c */

int plan_print(tuning *t);

/* -------------------------------------------------------------- report.c */

int report_write(const char *directory);

#endif
