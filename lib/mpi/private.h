/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of libhpswarm_mpi share. It is a client of the public headers: its memory is
 * its own, a few kilobytes for each handle. */
#ifndef HPSI_MPI_PRIVATE_H
#define HPSI_MPI_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "hpswarm/mpi.h"

enum { HPSI_MPI_WORK = 1, HPSI_MPI_RESULT = 2 };
enum { HPSI_MPI_STOP = 0, HPSI_MPI_POINT = 1 };

/* A point on its way: 48 bytes and the values behind it. */
typedef struct hpsi_mpi_point {
    int64_t kind, id, iteration;
    int32_t particle, n_params, n_objectives, reserved;
    int64_t reserved2;
    double x[]; /* [n_params] */
} hpsi_mpi_point;

typedef struct hpsi_mpi_result {
    double f[HPS_MPI_OBJECTIVES];
    char note[HPS_MPI_NOTE];
    int32_t outcome, code;
} hpsi_mpi_result;

/* The thread of rank 0 that evaluates while the main thread hands out. */
typedef struct hpsi_mpi_helper {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    int started, wanted, end; /* under the lock */
    atomic_int ready;         /* a result waits */
    hpsi_mpi_result result;
} hpsi_mpi_helper;

struct hps_mpi {
    MPI_Comm comm, relay, group; /* all; own group for us, and for the user */
    int rank, size, per, n_groups, first, idle;
    int direct;     /* rank 0 evaluates on the main thread: nobody else could be held */
    int group_rank; /* -1: no group */
    int *item;      /* [n_groups] of rank 0: point of the batch under way, -1 none */
    hpsi_mpi_point *point;
    int64_t point_bytes;
    hps_mpi_evaluate_fn fn;
    hps_mpi_done_fn done;
    void *user;
    int32_t code;
    hpsi_mpi_helper helper;
};

/* point.c */
/* Room for a point of so many parameters; HPS_E_MEMORY. */
hps_status hpsi_mpi_reserve(hps_mpi *m, int32_t n_params);
/* Wait asleep for a point or the end, and take it. */
hps_status hpsi_mpi_receive(hps_mpi *m, MPI_Comm comm);
/* Pass m->point on to the other ranks of the group. */
void hpsi_mpi_pass_on(hps_mpi *m);
/* Call the user for m->point. */
void hpsi_mpi_call(const hps_mpi *m, const hpsi_mpi_point *p, hpsi_mpi_result *r);
/* Sleep a little longer each time; *naps is 0 after something has happened. */
void hpsi_mpi_nap(int *naps);
/* helper.c */
hps_status hpsi_mpi_helper_start(hps_mpi *m);
/* Let it evaluate m->point. */
hps_status hpsi_mpi_helper_give(hps_mpi *m);
void hpsi_mpi_helper_end(hps_mpi *m);

#endif
