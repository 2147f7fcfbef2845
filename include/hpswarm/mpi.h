/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file mpi.h
 * Evaluations of a swarm on the ranks of an MPI communicator: library libhpswarm_mpi, a
 * library of its own beside libhpswarm (hpswarm.h does not include this header).
 *
 * Rank 0 holds the engine and hands out one point after the other; whoever is ready gets the
 * next one, so a slow evaluation holds nobody. Any number of ranks serves any swarm, and the
 * trajectory is bitwise the one without MPI. Ranks without work sleep.
 *
 * Rank 0 evaluates too, on a thread of its own, if MPI was initialised with
 * MPI_THREAD_FUNNELED or more (MPI_THREAD_MULTIPLE with several ranks per evaluation); else
 * it only hands out, unless it is alone.
 *
 * A rank that dies ends the MPI job, as MPI has it; with hps_swarm_set_autosave a new job
 * goes on from the last batch.
 */
#ifndef HPSWARM_MPI_H
#define HPSWARM_MPI_H

#include <mpi.h>

#include "swarm.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HPS_MPI_NOTE = 320, HPS_MPI_OBJECTIVES = 16 };

typedef struct hps_mpi hps_mpi;

/** Evaluate one point (b->n is 1), together on every rank of a group.
 *  @param group   the ranks that share this evaluation; what its rank 0 leaves in f,
 *                 outcome and note counts
 *  @param[out] f  [n_objectives], arrives filled with NaN; outcome arrives as HPS_EVAL_OK
 *  @param[out] note text for hps_mpi_done_fn, arrives as ""
 *  @return 0 to go on, any other value ends the run with HPS_E_CALLBACK */
typedef int32_t (*hps_mpi_evaluate_fn)(const hps_batch *b, MPI_Comm group, double *f,
                                       int32_t *outcome, char note[HPS_MPI_NOTE], void *user);
/** On rank 0: point i of the batch is done, in the order of arrival; and now and then with
 *  i = -1 while nothing is. @return 0 to go on; else nothing more is handed out, what is
 *  under way is waited for, and the run ends with HPS_E_CALLBACK */
typedef int32_t (*hps_mpi_done_fn)(const hps_batch *b, int32_t i, const char *note, void *user);

/** Share the ranks of a communicator out in groups. Collective; comm is duplicated.
 *  @param ranks_per_evaluation >= 1; more than there are means all. Ranks that are left
 *         over have no work. */
HPS_API hps_status hps_mpi_create(hps_mpi **out, MPI_Comm comm, int32_t ranks_per_evaluation);
/** What to call; on every rank. @param done on rank 0, may be NULL */
HPS_API void hps_mpi_set_callbacks(hps_mpi *m, hps_mpi_evaluate_fn fn, hps_mpi_done_fn done,
                                   void *user);
/** How many evaluations run at a time; ranks without work. */
HPS_API int32_t hps_mpi_groups(const hps_mpi *m);
HPS_API int32_t hps_mpi_idle(const hps_mpi *m);

/** Run a swarm. Collective: with the engine on rank 0, with NULL on the others, which come
 *  back when the run has ended. */
HPS_API hps_status hps_mpi_run(hps_mpi *m, hps_swarm *e);

/** The same by ask and tell: with an engine that has the option "asynchronous" every rank gets
 *  a new point as soon as it has told one, so none waits for another. Points of its batches
 *  have iteration and particle -1. Collective; the sizes are those of the engine. */
HPS_API hps_status hps_mpi_run_asynchronous(hps_mpi *m, hps_swarm *e, int32_t n_params,
                                            int32_t n_objectives);

/* The parts of it, for who has an evaluate callback or a loop already. */
/** Ranks above 0: evaluate what is handed out until rank 0 releases. */
HPS_API hps_status hps_mpi_serve(hps_mpi *m);
/** Rank 0: spread the points of a batch over the groups that serve.
 *  @param known [n] nonzero: leave this point alone; NULL: all are new */
HPS_API hps_status hps_mpi_evaluate(hps_mpi *m, const hps_batch *b, const char *known, double *f,
                                    int32_t *outcome);
/** Rank 0: spread points that come one by one. b has room for as many points as may be under
 *  way; its arrays are the caller's, who fills place i before next returns i, and may fill it
 *  again once hps_mpi_done_fn has been called for it. It ends when next has no point and none
 *  is under way. @param next gets the user pointer of hps_mpi_set_callbacks */
typedef int32_t (*hps_mpi_next_fn)(void *user); /**< a place of b, -1: no point now */
HPS_API hps_status hps_mpi_evaluate_stream(hps_mpi *m, const hps_batch *b, hps_mpi_next_fn next,
                                           double *f, int32_t *outcome);
/** Rank 0: let the others go on behind hps_mpi_serve. */
HPS_API hps_status hps_mpi_release(hps_mpi *m);
/** What a callback returned when the status was HPS_E_CALLBACK. */
HPS_API int32_t hps_mpi_callback_code(const hps_mpi *m);
/** Free it; collective. NULL is allowed. */
HPS_API void hps_mpi_destroy(hps_mpi *m);

#ifdef __cplusplus
}
#endif
#endif
