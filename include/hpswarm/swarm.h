/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file swarm.h
 * Particle swarm over named parameters, with batches, ask/tell and checkpoints.
 *
 * A point is double[n_params]: reals as they are, integers as exact whole
 * numbers, a choice as its 0-based index. The index of a parameter is its order
 * of addition. Smaller objective values are better.
 *
 * The same seed, options and objective give bitwise the same trajectory for every
 * thread count, and for run and ask/tell alike.
 */
#ifndef HPSWARM_SWARM_H
#define HPSWARM_SWARM_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------- search parameters */

typedef struct hps_space hps_space;
enum { HPS_SCALE_LINEAR = 0, HPS_SCALE_LOG = 1 };
enum { HPS_PARAM_REAL = 0, HPS_PARAM_INT = 1, HPS_PARAM_CHOICE = 2 };

/** An empty search space. */
HPS_API hps_status hps_space_create(hps_space **out, hps_context *c);
/** Add a real parameter. @param name unique, 1..63 characters, no blanks
 *  @param lo,hi finite, lo < hi; 0 < lo for HPS_SCALE_LOG */
HPS_API hps_status hps_space_add_real(hps_space *s, const char *name, double lo, double hi,
                                      int32_t scale);
/** Add an integer parameter with the hi - lo + 1 levels lo..hi.
 *  @param lo,hi |.| <= 2^31, lo <= hi; 0 < lo for HPS_SCALE_LOG */
HPS_API hps_status hps_space_add_int(hps_space *s, const char *name, int64_t lo, int64_t hi,
                                     int32_t scale);
/** Add an unordered choice. @param labels [n], unique; n >= 1 */
HPS_API hps_status hps_space_add_choice(hps_space *s, const char *name, int32_t n,
                                        const char *const *labels);
/** Take a parameter out of the search and pin it at a value inside its bounds. */
HPS_API hps_status hps_space_fix(hps_space *s, const char *name, double value);
/** Undo hps_space_fix. */
HPS_API hps_status hps_space_unfix(hps_space *s, const char *name);
/** Number of parameters, the fixed ones included. */
HPS_API int32_t hps_space_size(const hps_space *s);
/** Index of a parameter, -1 if there is none of that name. */
HPS_API int32_t hps_space_index(const hps_space *s, const char *name);

typedef struct hps_param_info {
    int32_t struct_size;
    int32_t kind;     /**< HPS_PARAM_* */
    int32_t scale;    /**< HPS_SCALE_* */
    int32_t n_labels; /**< of a choice, else 0 */
    int32_t fixed;    /**< 1 if pinned */
    int32_t reserved;
    double lo, hi, value; /**< value: where it is pinned, else NaN */
    const char *name;     /**< borrowed from the space */
} hps_param_info;
/** Parameter number i. */
HPS_API hps_status hps_space_describe(const hps_space *s, int32_t i, hps_param_info *info);
/** Label of one level of a choice, borrowed; NULL if there is none. */
HPS_API const char *hps_space_label(const hps_space *s, int32_t i, int32_t level);
HPS_API void hps_space_destroy(hps_space *s);

/* --------------------------------------------------------------- the swarm */

typedef struct hps_swarm hps_swarm;
enum {
    HPS_EVAL_OK = 0,
    HPS_EVAL_INFEASIBLE = 1, /**< not evaluated: outside what the objective accepts */
    HPS_EVAL_FAILED = 2,     /**< tried and failed; NaN and +-inf count as this */
    HPS_EVAL_TIMEOUT = 3     /**< tried and given up for its time */
};

/** Read-only view of the points to evaluate, valid during the callback. */
typedef struct hps_batch {
    int32_t struct_size, n, n_params, n_objectives;
    int64_t iteration;       /**< 0 for the initial swarm */
    const int64_t *id;       /**< [n] unique in the run, stable across restarts */
    const int32_t *particle; /**< [n] -1: a repeat of a noisy value, no particle's */
    const double *x;         /**< [n][n_params], inside the bounds */
} hps_batch;

/** Evaluate n candidates at once; called once per iteration on the thread that
 *  entered hps_swarm_run, with no lock held, so it may use MPI, OpenMP, fork or an
 *  interpreter. It must return: no C++ exception, no longjmp. It must not call back
 *  into the same engine, except hps_swarm_cancel.
 *  @param[out] f       [n][n_objectives], smaller is better; NaN means failed
 *  @param[out] outcome [n] HPS_EVAL_*, arrives filled with HPS_EVAL_OK
 *  @return 0 to go on, any other value aborts the run with HPS_E_CALLBACK */
typedef int32_t (*hps_evaluate_fn)(const hps_batch *b, double *f, int32_t *outcome, void *user);

typedef struct hps_progress {
    int32_t struct_size;
    int32_t n_front;     /**< points that no other beats; with one objective 1 or 0 */
    int64_t iteration;   /**< iterations completed, the initial swarm is the first */
    int64_t n_evaluated; /**< points told, failed and infeasible ones included */
    int64_t n_failed;    /**< all that have no value; hps_swarm_count tells them apart */
    double seconds;      /**< wall time of this run, resumed parts included */
    double best;         /**< +inf while nothing succeeded; the least of the first objective */
    double diversity;    /**< mean normalised distance to the swarm's centre, 0..1 */
} hps_progress;
/** After each iteration, and after a part of one if max_evaluations cuts it; from run
 *  and from tell. Nonzero ends the run cleanly with HPS_E_CANCELLED. It may ask the
 *  engine for its best point, history or a save, nothing else. */
typedef int32_t (*hps_progress_fn)(const hps_progress *p, void *user);
/** Which of two points with m objectives is better: < 0 if a is preferred, > 0 if b, 0 if
 *  neither. Pure, a strict partial order; may run on several threads. */
typedef int32_t (*hps_prefer_fn)(int32_t m, const double *a, const double *b, void *user);

/** An engine over a copy of the space. Options (real unless said):
 *  "variant" (text: guided by default, paper, swarm, with several objectives pareto or paper_mo),
 *  "particles" (int, default 16 for paper, 16 an objective for paper_mo, else 12),
 *  "seed" (int), "c1", "c2", "dt", "gbest" (text: alltime|iteration),
 *  "max_evaluations", "max_iterations" (int, 0: none), "target" (best <= it stops),
 *  "stagnation" (int, evaluations without a relative improvement above
 *  "stagnation_tolerance", 0: off), "time_limit" s (0: none), "accept_infinity" (int 0/1:
 *  -inf counts as a value), "retry" (int: a point that failed or timed out is handed out
 *  again so many times, with the same id, before that counts), "asynchronous" (int 0/1),
 *  "workers" (int, asynchronous: points under way at a time, 0: as many as particles),
 *  "noisy" (int 0/1); of guided "draws" (int),
 *  "stagnation_iterations" (int), "significance", "significance_absolute", "budget" (int:
 *  evaluations that are planned for, 0: max_evaluations as it is at the first ask, -1: none),
 *  "seekers" (int, -1: if at most 500 evaluations are planned for half of the particles, up to
 *  2000 a quarter of them, one with 16 parameters or more; else none).
 *  hps_option_describe("swarm", i) lists all of them with bounds. At least one of the limits
 *  has to be set before the first ask; from then on only the limits may be changed. The run
 *  stops between iterations, except that max_evaluations cuts the last one; raised later,
 *  the rest follows and the trajectory is the one of the higher limit (of guided: if both
 *  have the same "budget"). Particle 0 is the first to be asked.
 *
 *  The variant "guided" is for objectives that take longer than some milliseconds:
 *  three members go where models of the values so far point (a quadratic, a radial
 *  basis, a separable quadratic), the others pick the best of "draws" moves by a model: a radial
 *  basis or a Gaussian process with a length for each parameter, whichever ordered the last
 *  batches better; half of the members take the first move while the former orders them badly.
 *  Of those others the "seekers" worst go where a second process, of the logarithms of the epoch's
 *  values, expects the greatest improvement (Jones, Schonlau and Welch, J. Global Optim. 13 (1998)
 *  455), up to the 10000th evaluation, and not in the asynchronous mode. They take 0.2 to 0.5
 *  milliseconds an evaluation, half of the particles half as much again; without them (0) it is
 *  0.01 to 0.1. With them a member's step that leaves the box ends on its wall if at most 500
 *  evaluations are planned for; else it is reflected.
 *  After more than "stagnation_iterations" without a significant improvement it begins
 *  anew, with models that know nothing older; significant is "significance" times the
 *  distance of the median from the best, or "significance_absolute" if that is set. With a
 *  budget, of up to 10000, a gain has to be 3 % of the spread of the epoch's design too at
 *  first, and the last 40 % of the evaluations ((n+1)(n+2)/2 if that is more, at most 70 %)
 *  go on at the best points of all epochs; with seekers, fewer than 16 parameters and a budget
 *  above 500 the last 20 % if no more than three epochs began before.
 *
 *  No point is evaluated twice. The variants "swarm" and "guided" move a known point a
 *  little; the variant "paper" takes its known value (bit for bit the same point; by its equations
 *  the best particle rests), so that the trajectory is the published one for a
 *  deterministic objective and an iteration may need fewer evaluations than particles.
 *  Reals move in the unit interval of their (log) scale, integers by its equal
 *  parts; a choice takes the level of the particle's best, of the swarm's best, its
 *  own or a new one by chance.
 *
 *  With "noisy" 1 an objective may give another value each time: after the members of an
 *  iteration a quarter as many points that look best are evaluated again (their particle is
 *  -1), known points that members meet too. Every point counts with the mean of its values.
 *  The least of n noisy values is more luck than merit, sqrt(2 ln n) standard deviations
 *  below its truth for Gaussian noise; so hps_swarm_best is the point whose mean plus that
 *  many standard errors is least, the noise estimated from all repeats, and its value is the
 *  mean. Which points are repeated follows LUCB (Kalyanakrishnan et al., ICML 2012): the
 *  best one, and those whose mean less a standard error is least. hps_swarm_history has the
 *  values as they were told. Synchronous, one objective.
 *
 *  Several objectives (2..16) are for the variants "pareto" (their default: a swarm that
 *  follows an archive of what no other point beats, swarm.md 11.2) and "paper_mo" (the
 *  published one: a swarm of the variant paper for each objective, in turn by particle). A
 *  point has failed if any of its values is not finite. "target" is for one objective;
 *  "stagnation" counts evaluations since a point of the front.
 *  @param n_objectives 1..16 */
HPS_API hps_status hps_swarm_create(hps_swarm **out, hps_context *c, const hps_space *s,
                                    int32_t n_objectives);
HPS_API hps_status hps_swarm_set_real(hps_swarm *e, const char *name, double v);
HPS_API hps_status hps_swarm_set_int(hps_swarm *e, const char *name, int64_t v);
HPS_API hps_status hps_swarm_set_text(hps_swarm *e, const char *name, const char *v);
/** Positions of the first n members of the initial swarm, inside the bounds, with the
 *  pinned value where a parameter is fixed. More than there are particles: all are
 *  evaluated and the best become the swarm. HPS_E_STATE after the first ask.
 *  @param x [n][n_params] */
HPS_API hps_status hps_swarm_set_start(hps_swarm *e, int32_t n, const double *x);
HPS_API hps_status hps_swarm_set_progress(hps_swarm *e, hps_progress_fn fn, void *user);
/** Another order than Pareto dominance, for several objectives; NULL: dominance again. The
 *  front is made anew. It is not saved: set it again after a load. */
HPS_API hps_status hps_swarm_set_preference(hps_swarm *e, hps_prefer_fn fn, void *user);

/* (a) the library owns the loop */
/** Ask, evaluate and tell until a stop criterion holds; HPS_OK then, whatever the
 *  stop reason. May be called again after it was cancelled or a limit was raised.
 *  HPS_E_CALLBACK or HPS_E_CANCELLED when a callback asked for it. */
HPS_API hps_status hps_swarm_run(hps_swarm *e, hps_evaluate_fn fn, void *user);

/* (b) the caller owns the loop: MPI drivers, batch queues, other languages.
 * Tells may come in any order and any split; the swarm moves when the last one of
 * the iteration is in. Until then, and once hps_swarm_done() is 1, ask returns
 * HPS_OK with *n = 0 when it has nothing left to hand out. */
/** @param[out] id [capacity]  @param[out] x [capacity][n_params] */
HPS_API hps_status hps_swarm_ask(hps_swarm *e, int32_t capacity, int32_t *n, int64_t *id,
                                 double *x);
/** @param f [n][n_objectives]  @param outcome [n], NULL: all HPS_EVAL_OK.
 *  An unknown or repeated id is refused and nothing of the call is taken. After
 *  HPS_E_CANCELLED (progress) and HPS_E_IO (autosave) everything was taken. */
HPS_API hps_status hps_swarm_tell(hps_swarm *e, int32_t n, const int64_t *id, const double *f,
                                  const int32_t *outcome);
/* Asynchronous (swarm, guided, pareto, paper with gbest = alltime; HPS_E_UNSUPPORTED from the
 * first ask for others): every told value moves its own particle at once, and
 * ask has a point as soon as fewer than "workers" are under way; no particle has two of
 * them. It is for evaluations of different lengths; where they take equally long the
 * synchronous mode is as good. Iterations are counted by the evaluations in one. The
 * trajectory is a function of the order of completion alone, not of when and how the asks
 * came. hps_swarm_run evaluates all points under way in one call of its callback and takes
 * their values in order of id: use ask and tell to gain from this mode. */
/** Ids in the order in which their evaluations were completed, all of them so far. *n is the
 *  full size, also on HPS_E_CAPACITY; id may be NULL.  @param[out] id [capacity] */
HPS_API hps_status hps_swarm_order(const hps_swarm *e, int64_t capacity, int64_t *n, int64_t *id);
/** Repeat a recorded order: what is told early waits for its turn, so that the run equals
 *  the recorded one bit for bit; after the last id of the order it goes on by itself. Of an
 *  engine that has values already they have to be the first of the order. HPS_E_STATE if the
 *  engine is not asynchronous or points are under way; from ask if the order is of another
 *  run.  @param id [n], copied */
HPS_API hps_status hps_swarm_set_replay(hps_swarm *e, int64_t n, const int64_t *id);
/** Points that no particle owns, from an earlier run or another optimiser: they are no
 *  evaluations and get no ids, but they are never evaluated again, the best of them draws
 *  the swarm and may be hps_swarm_best, and the models of guided learn from them (those of
 *  a later epoch do not). A point that is known or planned already is left out. At any
 *  time; all are taken or, when one is outside the space, none.
 *  @param x [n][n_params]  @param f [n][n_objectives]
 *  @param outcome [n], NULL: all HPS_EVAL_OK */
HPS_API hps_status hps_swarm_tell_external(hps_swarm *e, int32_t n, const double *x,
                                           const double *f, const int32_t *outcome);
/** 1 when a stop criterion holds and every asked point was told. */
HPS_API int32_t hps_swarm_done(const hps_swarm *e);
/** "" while running, else "evaluations", "iterations", "target", "stagnation",
 *  "time", "cancelled", "exhausted" (no new point in the space, or in 100 iterations
 *  in a row) or "all_failed" (6 designs without a value). Static text. */
HPS_API const char *hps_swarm_stop_reason(const hps_swarm *e);
/** End the run after the current batch; hps_swarm_run or a newly set limit goes on.
 *  [any thread, signal-safe] */
HPS_API void hps_swarm_cancel(hps_swarm *e);

/** The best evaluated point, ties to the earliest. HPS_E_STATE while there is none. Of several
 *  objectives the compromise: on the front, the point whose worst objective, measured between
 *  least and largest value on the front, is least.
 *  @param[out] x [n_params]  @param[out] f [n_objectives]; each may be NULL */
HPS_API hps_status hps_swarm_best(const hps_swarm *e, double *x, double *f);
enum { HPS_COUNT_RETRIED = -1, HPS_COUNT_EXTERNAL = -2, HPS_COUNT_NO_NUMBER = -3 };
/** How many evaluations ended with this outcome (HPS_EVAL_*); how many of the failed ones were
 *  told as HPS_EVAL_OK, but with a value that is no number (HPS_COUNT_NO_NUMBER; not known of
 *  what a checkpoint of a format before 12 holds); how many points were handed out again
 *  (HPS_COUNT_RETRIED) or taken from outside (HPS_COUNT_EXTERNAL). */
HPS_API int64_t hps_swarm_count(const hps_swarm *e, int32_t what);
/** Where the run stands; the same numbers that the progress callback gets. */
HPS_API hps_status hps_swarm_get_progress(const hps_swarm *e, hps_progress *p);
/** Everything evaluated so far, in order of id. *n is the full size, also on
 *  HPS_E_CAPACITY; each array may be NULL.
 *  @param[out] id [capacity]  @param[out] x [capacity][n_params]
 *  @param[out] f [capacity][n_objectives], +inf where it failed
 *  @param[out] outcome [capacity] */
HPS_API hps_status hps_swarm_history(const hps_swarm *e, int64_t capacity, int64_t *n, int64_t *id,
                                     double *x, double *f, int32_t *outcome);
/** The non-dominated set of all that was evaluated or told from outside (id -1), in order
 *  of arrival; with one objective the best point. *n is the full size, also on HPS_E_CAPACITY; each
 * array may be NULL.
 *  @param[out] id [capacity]  @param[out] x [capacity][n_params]
 *  @param[out] f [capacity][n_objectives] */
HPS_API hps_status hps_swarm_front(const hps_swarm *e, int32_t capacity, int32_t *n, int64_t *id,
                                   double *x, double *f);
HPS_API void hps_swarm_destroy(hps_swarm *e);

/* -------------------------------------------------------- stop and resume */

/** Write the whole state to a temporary name, flush, rename over path. A run saved
 *  at any point and resumed equals the uninterrupted run bitwise. HPS_E_IO */
HPS_API hps_status hps_swarm_save(const hps_swarm *e, const char *path);
/** Options and seed come from the file, callbacks do not and must be set again.
 *  Points that were asked but not told are handed out again with the same ids.
 *  HPS_E_IO; HPS_E_FORMAT if the file is damaged, made for another space, or of a
 *  newer format. */
HPS_API hps_status hps_swarm_load(hps_swarm **out, hps_context *c, const hps_space *s,
                                  const char *path);
/** Save after every so many iterations (0: never), and when a run ends, be it by a
 *  callback. A kill at any moment leaves a whole file. For the sake of fast objectives it is
 *  forced to the disk at most once a second, where that takes long once in a hundred times
 *  of it, up to a minute: after a power cut PATH or PATH.previous, the last file before it
 *  that was forced, is whole. @param path copied; NULL: no more saves */
HPS_API hps_status hps_swarm_set_autosave(hps_swarm *e, const char *path, int32_t every);

#ifdef __cplusplus
}
#endif
#endif
