/* SPDX-License-Identifier: BSD-3-Clause */
/* MPI ranks of the program: one unless it was built with MPI and started by mpirun. Rank 0
 * reads, writes and decides, the others evaluate what they are given. */
#ifndef HPSWARM_RANKS_H
#define HPSWARM_RANKS_H

#include "program.h"

enum { NOTE_BYTES = 320, RANKS_END = -1 };

/* On rank 0: point i is done, or (-1) it is time to look around. Nonzero: no more points. */
typedef int32_t (*rank_done_fn)(const hps_batch *b, int32_t i, const char *note, void *user);

/* First and last thing of the program; ranks above 0 get the exit code of rank 0. */
void ranks_begin(int *argc, char ***argv);
int ranks_finish(int rc);
int ranks_rank(void);
int ranks_count(void);
int ranks_here(void);            /* ranks on this machine */
int ranks_groups(int per);       /* evaluations at a time, with so many ranks for each */
const char *ranks_library(void); /* "" without MPI */

/* Collective: the largest exit code, with the message of the rank that has it. */
int ranks_agree(int rc);
/* Rank 0: open a stage of the run on all ranks, which then agree; close it with the values
 * that were found (n 0: none). `data` is what stage_evaluate_one gets. */
int ranks_open(int number, int per, void *data, rank_done_fn done, void *user);
/* Rank 0, while nothing is under way: from now on so many ranks share an evaluation. */
void ranks_regroup(int per);
void ranks_close(int n, const double *x);
/* Spread a batch; an exit code, or what a callback returned. */
int ranks_evaluate(const hps_batch *b, const char *known, double *f, int32_t *outcome);
/* Points that come one by one, in the places of a batch; next gets the user of ranks_open. */
int ranks_evaluate_stream(const hps_batch *b, int32_t (*next)(void *user), double *f,
                          int32_t *outcome);
/* The others: number of the next stage or RANKS_END; serve it to its end; its n values, 0
 * if there are none. */
int ranks_next(void);
int ranks_serve(void *data);
int ranks_values(int n, double *x);

/* --------------------------------------------------------------- cpus.c */

/* Processors that this process may use: affinity, and the quota of its control group. */
int cpus_available(void);
/* The least quota, in processors, from the groups that a file as /proc/self/cgroup names up to the
 * roots of their trees below `mount`; both versions of control groups. 0: none. */
double cpus_group_limit(const char *mount, const char *membership);

/* -------------------------------------------------------------- worker.c */

/* The ranks that share an evaluation, and how they exchange what they have computed. */
typedef struct rank_group {
    int rank, size;
    hps_gather_fn gather;
    void *user;
} rank_group;
/* What every rank of a group calls for one point of a stage; what the first of them leaves in its
 * note goes to rank 0 with its values. Nonzero ends the run. */
int32_t stage_evaluate_one(const hps_batch *b, const rank_group *g, double *f, int32_t *outcome,
                           char note[NOTE_BYTES], void *data);
/* What an evaluation took; of a group of ranks also what one would take alone, as the parts have
 * it that are shared out, and what of it is waiting for each other. */
typedef struct note_costs {
    double seconds, alone, exchange;
} note_costs;
/* The reason that it left in its note, with the costs. */
const char *note_split(const char *note, note_costs *costs);

#endif
