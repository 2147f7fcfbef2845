/* SPDX-License-Identifier: BSD-3-Clause */
/* A hyper-parameter run: stages of a swarm over a study, and the files they leave. */
#ifndef HPSWARM_TUNE_H
#define HPSWARM_TUNE_H

#include "data.h"
#include "kernel_report.h"
#include "ranks.h"
#include "search.h"

/* ---------------------------------------------------------------- stop.c */

/* SIGINT, SIGTERM and SIGUSR1 ask the swarm to stop; a second one of a kind kills. What does
 * not stop within seconds is ended where it stands, with the exit code EXIT_STOPPED: what was
 * evaluated before is in the history, and the checkpoint is whole. */
void stop_install(const char *directory);
void stop_target(hps_swarm *e); /* NULL: none */
int stop_requested(void);
void stop_deadline(double seconds_from_now); /* 0: none */
/* Would something that takes so long end behind the time limit? */
int stop_would_overrun(double seconds);

/* ------------------------------------------------------------- history.c */

/* A whole line of an evaluation that no checkpoint knows: it was finished before a kill. */
typedef struct spare_line {
    char *stage, *text;
    int64_t id;
} spare_line;

struct stage;
struct tuning;

typedef struct history {
    FILE *stream;
    char *path;
    long size; /* bytes of whole lines */
    spare_line *spare;
    int n_spare;
    int64_t last_id; /* written last */
    int disordered;  /* the lines are not in order of id */
} history;

typedef struct evaluation {
    int64_t id, iteration, order; /* order: of completion, -1: not told */
    int32_t particle, outcome, n_objectives;
    const char *stage, *objective;
    char reason[320];
    const double *x, *f;
    double seconds;
} evaluation;

/* What the checkpoint of a stage knows of its past, in order of id. */
typedef struct past {
    const char *stage, *objective;
    hps_space *space;
    int64_t n;
    int n_objectives;
    int64_t *id;
    double *x, *f;
    int32_t *outcome;
} past;
void past_free(past *p);

/* A new one, or the old one made to agree with the checkpoints: the lines of evaluations that
 * they know come first, lost ones written again from the checkpoint, and then lines of what
 * was evaluated after the last checkpoint, which history_recall finds. */
int history_open(history *h, const char *directory, int n_stages, const past *stages);
/* Where a past has an id, -1: nowhere. */
int64_t history_place(const past *p, int64_t id);
/* Id of a whole line of one stage; -1 if it is something else. */
int64_t history_line_id(const char *line, size_t n, const char *wanted);
int history_add(history *h, const hps_space *space, int n, const evaluation *e);
void history_close(history *h);
/* Put the lines of stages into order, one for each id, the last one written; in those of an
 * asynchronous swarm stands when it was told. */
int history_sort(history *h, int n_stages, const struct stage *stages);
void outcome_parameters(json *j, const char *key, const hps_space *space, const double *x);

/* --------------------------------------------------------------- order.c */

/* Ids in order of completion. */
typedef struct order_list {
    int64_t n, capacity, *id;
} order_list;

/* What a line says about its place in the order; -1: nothing. */
int64_t order_of_line(const char *line, size_t n);
/* Of the lines of one stage; -1 where none has a place. */
int order_read(order_list *o, const char *path, const char *owner);
/* The order that a stage has to follow, told to its swarm: its own so far, after a kill too,
 * and then that of swarm.replay. */
int order_set(order_list *o, const struct tuning *t, const struct stage *s);
void order_free(order_list *o);

/* -------------------------------------------------------------- recall.c */

/* Keep the lines of a stage that its checkpoint does not know, and write them to f. */
void recall_collect(history *h, FILE *f, const char *text, size_t size, const past *known);
typedef struct recalled {
    int32_t outcome;
    double seconds;
    int64_t order; /* -1: not told */
    char reason[320];
} recalled;
/* 1 if the point with this id was evaluated already, at the same parameters to the last bit. */
int history_recall(const history *h, const char *owner, const hps_space *space, int64_t id,
                   const double *x, int n_objectives, double *f, recalled *r);
void recall_free(history *h);
/* Are the parameters of a line those of x, to the last bit? */
int history_same_point(const hps_space *space, const node *parameters, const double *x);

/* ------------------------------------------------------------- reasons.c */

enum { REASONS_SHOWN = 3, REASONS_KEPT = 20 };

/* Reasons that differ in nothing but real numbers, which come from the points, are one. */
typedef struct reason_count {
    char *kind, *text; /* without those numbers; an example of it */
    int64_t n;
    int differ;
} reason_count;

/* Why evaluations have no value, the most frequent reason first. */
typedef struct reason_list {
    reason_count *items;
    int n;
    char *first; /* what the first line says that has a reason, NULL: none has */
} reason_list;

/* Those of the lines of one stage; the list is zero or an earlier one. */
void reasons_read(reason_list *l, const history *h, const char *owner);
void reasons_print(FILE *f, const reason_list *l);
void reasons_json(json *j, const reason_list *l); /* the REASONS_KEPT most frequent ones */
void reasons_free(reason_list *l);

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

enum { MOST_REFITS = 5 };

/* A point's value as it was evaluated, and that of the model of a fit. */
typedef struct refitted {
    int64_t id; /* -1: of a warm start */
    double evaluated, fitted;
} refitted;

typedef struct stage {
    const char *name;      /* "joint", "soap", "gap" */
    const char *sections;  /* what it searches */
    const char *objective; /* borrowed from the settings */
    int n_objectives;
    int asynchronous;
    hps_context *context; /* the run's */
    hps_space *space;
    hps_swarm *swarm;
    hps_study *study; /* NULL: a search */
    search *search;
    struct trials *trials;        /* of a list of trials, which has no search either */
    struct surface_fits *fits;    /* that describe them, NULL: of several values */
    int64_t bytes;                /* of the process while the stage runs */
    int64_t swarm_bytes;          /* that its swarm holds to the end of the run */
    double *x;                    /* best point */
    double best;                  /* the best first objective as evaluated */
    refitted refits[MOST_REFITS]; /* of the best points, if their values are not those of fits; */
    int n_refits;                 /* x is the point of the best one then */
    hps_progress counts;
    reason_list reasons;
    kernel_report kernel;
} stage;

/* The lock of a run's folder; path NULL: none. */
typedef struct folder_lock {
    int file;
    char *path;
} folder_lock;

typedef struct tuning {
    const args *a;
    runfile *r; /* searched values are fixed as stages end */
    hps_context *context;
    run_data data;
    const char *directory, *label;
    folder_lock lock;
    int resume, overwrite; /* go on with the files there, or drop them */
    stage stages[2];
    int n_stages;
    history history;
    hps_gpr *model;
    char *result; /* content of result.json */
} tuning;

/* Make only what evaluates a stage. */
int stage_objective(tuning *t, stage *s);
/* Would it work? Makes its study and drops it; nothing is written. */
int stage_check(tuning *t, stage *s);
/* Bytes of the swarms of all stages up to this one (NULL: all) that have not begun. */
int64_t stage_swarms(const tuning *t, const char *last);
/* Make study and swarm of a stage (from its checkpoint if one is there). */
int stage_prepare(tuning *t, stage *s);
int stage_run(tuning *t, stage *s);
/* Drop what only evaluations need. */
void stage_forget(stage *s);
void stage_free(stage *s);
/* Number of evaluations of a whole stage, 0 if unknown. */
int64_t stage_evaluations(const runfile *r);

/* ------------------------------------------------------------ groups.c */

/* Ranks that share an evaluation at first: as many as were set, or those that would have no point
 * of their own help; *open is 1 if what it costs decides later. s NULL: its memory is unknown. */
int groups_first(const tuning *t, const stage *s, int *open);
/* How many of them, 1 to size, are the fastest, by what evaluations by all have taken, by what
 * they would take alone, and by what of it they have waited for each other. */
int groups_best(int size, double seconds, double alone, double exchange);
/* A line that says so. */
void groups_tell(FILE *f, int size, const note_costs *costs, int best);

/* --------------------------------------------------------------- refit.c */

/* Fit the few best points of a stage whose values come from a path, and take the best. */
int stage_refit(stage *s);

/* ---------------------------------------------------------------- warm.c */

/* Give a new swarm the values that swarm.warm_start names, if it is there; without a swarm only
 * check them. */
int warm_start(tuning *t, stage *s);

/* --------------------------------------------------------------- start.c */

/* Give a new swarm the positions that swarm.start names, if it is there; without a swarm only check
 * them. */
int start_positions(const tuning *t, const stage *s);

/* --------------------------------------------------------- trials_list.c */

/* The file of a list of trials; it takes the place of everything that evaluates. */
int list_read(tuning *t, stage *s);
/* Its history, its best trial, its surfaces. */
int list_run(tuning *t, stage *s);
int64_t list_count(const stage *s, int32_t outcome);
/* Number of the first trial with this point and these values. */
int64_t list_id(const stage *s, const double *x, const double *f);
void list_free(stage *s);

/* ---------------------------------------------------------- checkpoint.c */

char *checkpoint_path(const tuning *t, const stage *s, int finished);
hps_status checkpoint_load(tuning *t, const hps_space *space, const char *path, hps_swarm **e);
int checkpoint_keep(const tuning *t, const stage *s);

/* ---------------------------------------------------------------- tune.c */

/* Everything after the settings are known: data, stages, final fit, files. */
int tuning_run(tuning *t);
void tuning_free(tuning *t);
/* Settings, context and data. */
int tuning_read(tuning *t);
/* Instead of all else on ranks above 0: evaluate for rank 0 until it has ended. */
int worker_run(tuning *t);
int tuning_check_data(const runfile *r, const run_data *d);
void tuning_stages(tuning *t);

/* -------------------------------------------------------------- result.c */

int result_make(tuning *t); /* fills t->result */
int result_save(const tuning *t);
void result_print(const tuning *t);

/* ---------------------------------------------------------------- lock.c */

/* Refuses a folder in which another run is at work for longer than seconds. */
int folder_lock_take(folder_lock *l, const char *directory);
void folder_lock_drop(folder_lock *l);

/* ---------------------------------------------------------------- plan.c */

int plan_print(tuning *t);
/* How ranks and threads are shared out among evaluations, one line. */
void plan_shares(const tuning *t, FILE *f);

/* -------------------------------------------------------------- report.c */

int report_write(const char *directory);

#endif
