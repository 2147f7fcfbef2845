/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the swarm share: parameters and their unit coordinates, the archive of
 * points, the engine and the table of a variant. */
#ifndef HPSI_SWARM_INTERNAL_H
#define HPSI_SWARM_INTERNAL_H

#include <stdatomic.h>

#include "base/internal.h"
#include "hpswarm/swarm.h"

/* ------------------------------------------------------------ space.c */

typedef struct hpsi_param {
    char *name;
    char **labels; /* [n_labels] of a choice, else NULL */
    double lo, hi, value;
    int32_t kind, scale, n_labels, fixed;
} hpsi_param;

struct hps_space {
    hps_context *context;
    hpsi_param *params;
    int64_t capacity;
    int32_t n;
};

enum { HPSI_SPACE_MAX = 65535 }; /* the dimension has 16 bits in a random counter */

hps_status hpsi_space_copy(hps_space **out, hps_context *c, const hps_space *s);
/* Is v a value of the parameter: inside the bounds, whole where it has to be? */
int hpsi_param_accepts(const hpsi_param *p, double v);

/* ------------------------------------------------------ coordinates.c */

/* Number of levels; 0 for a real. */
int64_t hpsi_param_levels(const hpsi_param *p);
/* Level 0..n-1 of a discrete parameter at u in [0,1], and the u at the middle of a level. */
int64_t hpsi_param_level(const hpsi_param *p, double u);
double hpsi_param_centre(const hpsi_param *p, int64_t level);
/* Value at u, u of a value, and u moved to the centre of its level. */
double hpsi_param_value(const hpsi_param *p, double u);
double hpsi_param_unit(const hpsi_param *p, double x);
double hpsi_param_snap(const hpsi_param *p, double u);
/* Fold a coordinate that left [0,1] back once; clamp what is left. */
double hpsi_reflect(double u);

/* ---------------------------------------------------------- archive.c */

enum { HPSI_OBJECTIVES_MAX = 16 };
enum {
    HPSI_ROW_PLANNED = 0,
    HPSI_ROW_ASKED = 1,
    HPSI_ROW_TOLD = 2,
    HPSI_ROW_TELLING = 3,
    HPSI_ROW_HELD = 4 /* told, not applied yet (asynchronous) */
};

/* Hash chains: of equal bits, and of projections near each other by either tolerance. */
enum { HPSI_CHAIN_BITS, HPSI_CHAIN_NEAR, HPSI_CHAIN_BATCH, HPSI_CHAINS };

typedef struct hpsi_row {
    double f; /* +inf unless the outcome is HPS_EVAL_OK */
    int64_t iteration;
    int64_t next[HPSI_CHAINS]; /* in its hash chains, -1 at the end */
    int64_t id;                /* what the caller calls it; -1: told from outside, no evaluation */
    int32_t particle, outcome, state;
    int32_t retries;   /* how often it failed and was handed out again */
    int32_t no_number; /* it failed because its value was none */
    int64_t rank;      /* evaluations completed before it; from outside: less one */
    /* of a noisy objective: f is the mean over the rows of the point */
    int64_t first;    /* of those rows */
    int64_t n_values; /* of the first row: values of the point, and their sum */
    double observed, sum;
} hpsi_row;

/* Every point known or planned so far. No two of them agree. */
typedef struct hpsi_archive {
    hps_context *context;
    int32_t n_dims, n_params, n_objectives;
    int64_t n, row_capacity, u_capacity, x_capacity, f_capacity, n_heads;
    int64_t n_ids, id_capacity, order_capacity;
    hpsi_row *rows;
    int64_t *row_of; /* [n_ids] row of each id */
    int64_t *order;  /* [n_ids] ids by completion; behind those the ones that wait for it */
    double *u;       /* [n][n_dims] snapped */
    double *x;       /* [n][n_params] */
    double *f;       /* [n][n_objectives] if there are several; row.f is the first of them then */
    int64_t *head;   /* [HPSI_CHAINS][n_heads] last row of a hash chain, -1 if none */
} hpsi_archive;

/* Make room for `more` rows, so that the next adds cannot fail. */
hps_status hpsi_archive_reserve(hpsi_archive *a, int64_t more);
int64_t hpsi_archive_add(hpsi_archive *a, const double *u, const double *x);
/* The next id for a row: it is to be evaluated. */
void hpsi_archive_number(hpsi_archive *a, int64_t r);
/* Take rows up to n that were written in place, after a reserve, into the hash; those whose id
 * is not -1 get the next ids. */
void hpsi_archive_adopt(hpsi_archive *a, int64_t n);
/* First row that agrees with u: within 1e-12, of the rows from `batch` on within 1e-9; with
 * `exact` only bit for bit. -1 if none. */
int64_t hpsi_archive_find(const hpsi_archive *a, const double *u, int64_t batch, int exact);
/* The objective values of a row. */
const double *hpsi_archive_values(const hpsi_archive *a, int64_t r);
void hpsi_archive_free(hpsi_archive *a);

/* ------------------------------------------------------------- engine */

enum { HPSI_OUTCOMES = HPS_EVAL_TIMEOUT + 1 };

/* Rows of the option table, in its order. */
enum {
    HPSI_SWARM_VARIANT,
    HPSI_SWARM_PARTICLES,
    HPSI_SWARM_SEED,
    HPSI_SWARM_C1,
    HPSI_SWARM_C2,
    HPSI_SWARM_DT,
    HPSI_SWARM_GBEST,
    HPSI_SWARM_MAX_EVALUATIONS,
    HPSI_SWARM_MAX_ITERATIONS,
    HPSI_SWARM_TARGET,
    HPSI_SWARM_STAGNATION,
    HPSI_SWARM_STAGNATION_TOLERANCE,
    HPSI_SWARM_TIME_LIMIT,
    HPSI_SWARM_ACCEPT_INFINITY,
    HPSI_SWARM_DRAWS,
    HPSI_SWARM_STAGNATION_ITERATIONS,
    HPSI_SWARM_SIGNIFICANCE,
    HPSI_SWARM_SIGNIFICANCE_ABSOLUTE,
    HPSI_SWARM_BUDGET,
    HPSI_SWARM_SEEKERS,
    HPSI_SWARM_RETRY,
    HPSI_SWARM_ASYNCHRONOUS,
    HPSI_SWARM_WORKERS,
    HPSI_SWARM_NOISY,
    HPSI_SWARM_OPTIONS
};
enum {
    HPSI_STOP_NONE,
    HPSI_STOP_EVALUATIONS,
    HPSI_STOP_ITERATIONS,
    HPSI_STOP_TARGET,
    HPSI_STOP_STAGNATION,
    HPSI_STOP_TIME,
    HPSI_STOP_CANCELLED,
    HPSI_STOP_EXHAUSTED,
    HPSI_STOP_ALL_FAILED
};

/* What makes a variant. It reads and writes x, v, p, g of the engine; it draws only from the
 * counter (iteration, particle, dimension), never from the clock or the archive's order. */
typedef struct hpsi_swarm_variant {
    int32_t particles;            /* default */
    int32_t repair;               /* 1: move a point that is known; 0: take its known value */
    int32_t several;              /* 1: for two or more objectives, keeps p and p_f itself */
    void (*design)(hps_swarm *e); /* all positions anew, into x and v */
    void (*move)(hps_swarm *e);   /* the next positions, in place */
    void (*after)(hps_swarm *e);  /* f of the batch is in, personal bests are updated;
                                   * sets e->fresh to ask for a new design */
    /* the rest may be NULL */
    hps_status (*create)(hps_swarm *e, int32_t slots); /* its own memory */
    hps_status (*prepare)(hps_swarm *e); /* before design or move: what can fail of them */
    hps_status (*reserve)(hps_swarm *e, int64_t more); /* its memory for so many more rows */
    void (*outside)(hps_swarm *e, int64_t r);          /* a row that no particle owns has a value */
    void (*planned)(hps_swarm *e);                     /* the rows of the batch are known */
    /* of the asynchronous mode; advance NULL: it has none */
    hps_status (*advance)(hps_swarm *e, int32_t slot); /* the next position of one member */
    void (*launched)(hps_swarm *e, int32_t slot);      /* which has a new row now */
    void (*arrive)(hps_swarm *e, int32_t slot);        /* as after, for the value of one */
    void (*pack)(const hps_swarm *e, hpsi_pack *p);    /* its own state, last in a checkpoint */
    void (*unpack)(hps_swarm *e, hpsi_pack *p);
} hpsi_swarm_variant;
extern const hpsi_swarm_variant hpsi_variant_paper, hpsi_variant_swarm, hpsi_variant_guided,
    hpsi_variant_pareto, hpsi_variant_paper_mo;

typedef struct hpsi_guided hpsi_guided;
void hpsi_guided_destroy(hpsi_guided *g);
/* guided_data.c: do failures since row `epoch` lie together? If not, models leave them out. */
int hpsi_swarm_failures_meet(const hps_swarm *e, int64_t epoch);
typedef struct hpsi_pareto hpsi_pareto;
void hpsi_pareto_destroy(hpsi_pareto *p);

/* A member of an asynchronous swarm: at the place of a design, its value known, its point under
 * way, or a point of an earlier design under way. */
enum { HPSI_PHASE_PLACED, HPSI_PHASE_IDLE, HPSI_PHASE_FLYING, HPSI_PHASE_LATE };

struct hps_swarm {
    hps_context *context;
    hps_space *space; /* own copy */
    int32_t n_objectives;
    int32_t n_dims;    /* parameters that are not fixed */
    int32_t *dims;     /* [n_dims] their indices */
    double space_size; /* number of distinct points, +inf with a real dimension */
    double options[HPSI_SWARM_OPTIONS];
    int32_t n_start;
    double *start; /* [n_start][n_params] */

    const hpsi_swarm_variant *variant; /* NULL before the first ask */
    int32_t n_particles;
    int32_t n_slots;     /* members of the present batch: more than particles only at the start */
    double *x, *v, *p;   /* [slots][n_dims] position, velocity, personal best */
    double *p_f;         /* [slots] value at p, +inf if none */
    double *f;           /* [slots] of the present batch */
    int64_t *row;        /* [slots] archive row of each member */
    int64_t *p_row;      /* [slots] archive row of p (several objectives), -1 */
    double *g, g_f;      /* [n_dims] what the swarm is drawn to */
    double *nudge;       /* [slots] how far a repair first moves the reals of a known point */
    hpsi_guided *guided; /* of that variant, else NULL */
    hpsi_pareto *pareto; /* of the variants for several objectives, else NULL */
    double *snapped, *point; /* [n_dims], [n_params] work space */
    int64_t *permutation;    /* [slots] work space */

    int64_t iteration;        /* iterations completed = number of the open batch */
    int64_t designs;          /* designs drawn */
    int64_t last_improvement; /* iteration that improved g (swarm, guided) */
    int32_t fresh;            /* the next batch is a design */
    int32_t open;             /* a batch is planned and not complete */
    int32_t failed_designs;   /* designs without a value; matters while nothing has one */
    int32_t stalled;          /* iterations in a row without a new point */

    hpsi_archive archive;
    int64_t batch; /* first row of the present batch */
    int64_t n_asked, n_told, n_failed, n_retried;
    int64_t n_outcomes[HPSI_OUTCOMES];       /* told, of each kind */
    int64_t n_no_number;                     /* of the failed ones */
    int64_t best;                            /* row with the least (first) value, -1 */
    int64_t n_front, front_capacity, *front; /* of several objectives: rows that no other beats */
    hps_prefer_fn prefer;                    /* NULL: dominance */
    void *prefer_user;
    int64_t scanned, improved_row; /* stagnation: ids looked at, and at the last improvement */
    double improved_f;

    /* of the asynchronous mode */
    int32_t asynchronous, n_workers;
    int32_t resting;   /* no member had a new point to go to since the last value */
    int64_t serial;    /* positions made so far: the counter of random numbers */
    int64_t turn;      /* the member to look at first */
    int64_t n_settled; /* values that members of the present design have */
    int64_t *phase;    /* [slots] HPSI_PHASE_* */
    int64_t n_arrived; /* completed and waiting for it */
    int64_t n_replay, *replay;

    int32_t noisy;
    double noise; /* standard deviation of one value */

    int32_t stop;
    atomic_int cancel;
    int32_t clock_on;
    double seconds, clock_start; /* seconds: up to clock_start */
    int32_t busy;                /* inside a callback */
    hps_progress_fn progress;
    void *progress_user;
    char *autosave;
    int32_t autosave_every;
    int32_t autosave_on_disk;  /* the file at `autosave` was synced, or is of an earlier run */
    double autosave_cost;      /* seconds that the last forced save took */
    double autosave_synced_at; /* seconds of the monotonic clock; 0: never */
};

/* Random numbers of this engine's seed and present iteration. */
hpsi_uniform2 hpsi_swarm_draw(const hps_swarm *e, int32_t stream, int32_t particle,
                              uint32_t dimension);
/* engine.c: check the options and allocate the swarm; a no-op when done. */
hps_status hpsi_swarm_begin(hps_swarm *e);
/* The variant that the options ask for; returns its number of particles. */
int32_t hpsi_swarm_choose(const hps_swarm *e, const hpsi_swarm_variant **variant);
/* Does it take the engine's number of objectives? */
hps_status hpsi_swarm_check_objectives(const hps_swarm *e, const hpsi_swarm_variant *variant);
hps_status hpsi_swarm_allocate(hps_swarm *e, const hpsi_swarm_variant *variant, int32_t slots);
hps_status hpsi_swarm_not_busy(const hps_swarm *e, const char *what);
/* Is x [n_params] a point of the space? `what` i is the caller's name for it. */
hps_status hpsi_swarm_check_point(const hps_swarm *e, const char *what, int32_t i, const double *x);
/* batch.c */
/* Plan batches until one has something to evaluate or the run stops. */
hps_status hpsi_swarm_plan(hps_swarm *e);
/* Take the values of a complete batch into the swarm. */
void hpsi_swarm_absorb(hps_swarm *e);
/* All positions anew by the variant's design. */
void hpsi_swarm_new_design(hps_swarm *e);
/* Row of a member's position: a new one, or that of a known point. */
void hpsi_swarm_plan_member(hps_swarm *e, int32_t slot);
#define HPSI_NEAR 1e-3 /* how far a repair first moves a known point */
/* Let what was told from outside, the rows from `first` on, draw the swarm. */
void hpsi_swarm_attract(hps_swarm *e, int64_t first);
/* Put the given start positions over the first members of the first design. */
void hpsi_swarm_place_start(hps_swarm *e);
/* A Latin hypercube with velocities towards random points (swarm.md 3). */
void hpsi_swarm_latin_design(hps_swarm *e);
/* Discrete coordinates to the centres of their levels. */
void hpsi_swarm_snap(const hps_swarm *e, const double *x, double *snapped);
/* The member with the least value, the first of equals; -1 if no value is below +inf. */
int32_t hpsi_swarm_least(const hps_swarm *e, const double *values);
/* If a member's value is below that of g: it is g. */
int hpsi_swarm_improve(hps_swarm *e, int32_t slot);
/* Position of one member drawn uniformly, at rest. */
void hpsi_swarm_redraw(hps_swarm *e, int32_t slot);
/* Move of a choice: the level of p, of g, the present one or a new one (swarm.md 1.2). */
double hpsi_swarm_move_choice(const hps_swarm *e, int32_t slot, int32_t dim, double c1, double c2);
/* asynchronous.c */
hps_status hpsi_async_begin(hps_swarm *e, const hpsi_swarm_variant *variant, int32_t particles);
/* Make points and apply values as far as that goes. */
hps_status hpsi_async_advance(hps_swarm *e);
void hpsi_async_receive(hps_swarm *e, int64_t id, const double *f, int32_t outcome);
/* Are they different ids that begin with those completed so far? */
hps_status hpsi_async_check_order(const hps_swarm *e, int64_t n, const int64_t *ids);
hps_status hpsi_async_check_replay(const hps_swarm *e);
/* The order to repeat is set before the run begins, and saved whether it has or not. */
void hpsi_replay_pack(const hps_swarm *e, hpsi_pack *p);
void hpsi_replay_unpack(hps_swarm *e, hpsi_pack *p);
void hpsi_async_pack(const hps_swarm *e, hpsi_pack *p);
void hpsi_async_unpack(hps_swarm *e, hpsi_pack *p);
/* noisy.c */
hps_status hpsi_noisy_begin(hps_swarm *e);
/* Repeats in a batch; 0 if the objective is not noisy. */
int32_t hpsi_noisy_repeats(const hps_swarm *e);
/* Means and best row of all that was told so far. */
void hpsi_noisy_refresh(hps_swarm *e);
/* The point and coordinates of a known row into e->point and e->snapped; the first row of it. */
int64_t hpsi_noisy_again(hps_swarm *e, int64_t known);
/* Is row r better than the other (-1: none), doubts included? */
int hpsi_noisy_beats(const hps_swarm *e, int64_t r, int64_t other);
/* The values of a complete batch, before and after the variant sees them. */
void hpsi_noisy_absorb(hps_swarm *e);
void hpsi_noisy_choose(hps_swarm *e);
/* Repeats of what looks best, behind the members of the open batch. */
void hpsi_noisy_plan(hps_swarm *e);
/* front.c: several objectives. */
/* < 0 if the values a are preferred, > 0 if b, 0 if neither. */
int32_t hpsi_swarm_prefer(const hps_swarm *e, const double *a, const double *b);
/* Take a told row into the front; room for it was made by hpsi_front_reserve. */
hps_status hpsi_front_reserve(hps_swarm *e);
void hpsi_front_insert(hps_swarm *e, int64_t row);
/* The front of all told rows anew. */
void hpsi_front_rebuild(hps_swarm *e);
int hpsi_front_has(const hps_swarm *e, int64_t row);
/* The row to report as best: of several objectives the compromise. -1: none. */
int64_t hpsi_swarm_best_row(const hps_swarm *e);
/* paper.c: the next position of one member (eqs 15 and 16). */
void hpsi_paper_move(hps_swarm *e, int32_t i);
/* constriction.c: largest distance of a personal best from the swarm's; 1: somebody has none. */
double hpsi_swarm_spread(const hps_swarm *e);
/* Evaluations (asynchronous) or iterations completed, and how many of them an iteration is. */
int64_t hpsi_swarm_now(const hps_swarm *e);
int64_t hpsi_swarm_iterations(const hps_swarm *e, int64_t n);
/* stop.c */
/* May the point with this id still be asked for under max_evaluations? */
int hpsi_swarm_allowed(const hps_swarm *e, int64_t id);
/* 1 if nothing is left to ask for or to be told before the swarm can move or has to stop. */
int hpsi_swarm_settled(const hps_swarm *e);
/* Look at the stop criteria again; e->stop is the answer. */
void hpsi_swarm_update_stop(hps_swarm *e);
double hpsi_swarm_seconds(const hps_swarm *e);
void hpsi_swarm_clock(hps_swarm *e, int32_t on);
/* asktell.c: the public ones without the check of being inside a callback. */
hps_status hpsi_swarm_ask(hps_swarm *e, int32_t capacity, int32_t *n, int64_t *id, double *x);
hps_status hpsi_swarm_tell(hps_swarm *e, int32_t n, const int64_t *id, const double *f,
                           const int32_t *outcome);
/* Save if an autosave path is set; forced to the disk at most once in HPSI_SYNC_SECONDS, on a slow
 * disk in HPSI_SYNC_TIMES of what that takes (a minute at most), and when the run ends. */
#define HPSI_SYNC_SECONDS 1.0
#define HPSI_SYNC_TIMES 100.0
#define HPSI_SYNC_MOST 60.0
hps_status hpsi_swarm_autosave(hps_swarm *e);
/* What hps_swarm_save does; `sync`: wait until the file is on the disk. */
hps_status hpsi_swarm_write(const hps_swarm *e, const char *path, int32_t sync);
/* What was told of a row, and its place in all that is counted. */
void hpsi_swarm_fill_row(hps_swarm *e, int64_t r, const double *f, int32_t outcome);
void hpsi_swarm_count_row(hps_swarm *e, int64_t r);
/* NaN and infinities are failures (swarm.md 1.4), in any of several objectives. */
int32_t hpsi_swarm_judge(const hps_swarm *e, const double *f, int32_t outcome);
hps_status hpsi_swarm_check_outcome(int32_t outcome, const char *what, int64_t i);
/* Hand out again what was asked for and never told. */
void hpsi_swarm_recall(hps_swarm *e);
void hpsi_swarm_fill_progress(const hps_swarm *e, hps_progress *p);

#endif
