/* SPDX-License-Identifier: BSD-3-Clause */
/* One point: its message, waiting for it, and the user's call. */
#include "private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* An idle rank must not take time from its neighbours: 20 microseconds first, at most one
 * millisecond, which is what an evaluation may have to wait for its rank. */
void hpsi_mpi_nap(int *naps)
{
    long nanoseconds = *naps < 6 ? 20000L << *naps : 1000000L;
    struct timespec time = {.tv_sec = 0, .tv_nsec = nanoseconds};

    ++*naps;
    nanosleep(&time, NULL);
}

hps_status hpsi_mpi_reserve(hps_mpi *m, int32_t n_params)
{
    int64_t bytes = (int64_t)sizeof(hpsi_mpi_point) + 8 * (int64_t)n_params;

    if (bytes > m->point_bytes) {
        void *larger = realloc(m->point, (size_t)bytes);

        if (larger == NULL) {
            return HPS_E_MEMORY;
        }
        m->point = larger;
        m->point_bytes = bytes;
    }
    return HPS_OK;
}

hps_status hpsi_mpi_receive(hps_mpi *m, MPI_Comm comm)
{
    MPI_Status status;
    int there = 0, bytes, naps = 0;

    for (;;) {
        if (MPI_Iprobe(0, HPSI_MPI_WORK, comm, &there, &status) != MPI_SUCCESS) {
            return HPS_E_IO;
        }
        if (there) {
            break;
        }
        hpsi_mpi_nap(&naps);
    }
    MPI_Get_count(&status, MPI_BYTE, &bytes);
    if (hpsi_mpi_reserve(m, (int32_t)((bytes - (int)sizeof *m->point) / 8)) != HPS_OK) {
        return HPS_E_MEMORY;
    }
    return MPI_Recv(m->point, bytes, MPI_BYTE, 0, HPSI_MPI_WORK, comm, MPI_STATUS_IGNORE) ==
                   MPI_SUCCESS
               ? HPS_OK
               : HPS_E_IO;
}

static int size_of(const hpsi_mpi_point *p)
{
    return (int)sizeof *p + 8 * p->n_params;
}

void hpsi_mpi_pass_on(hps_mpi *m)
{
    for (int k = 1; k < m->per; k++) {
        MPI_Send(m->point, size_of(m->point), MPI_BYTE, k, HPSI_MPI_WORK, m->relay);
    }
}

void hpsi_mpi_call(const hps_mpi *m, const hpsi_mpi_point *p, hpsi_mpi_result *r)
{
    const hps_batch one = {.struct_size = (int32_t)sizeof one,
                           .n = 1,
                           .n_params = p->n_params,
                           .n_objectives = p->n_objectives,
                           .iteration = p->iteration,
                           .id = &p->id,
                           .particle = &p->particle,
                           .x = p->x};

    memset(r, 0, sizeof *r);
    for (int k = 0; k < HPS_MPI_OBJECTIVES; k++) {
        r->f[k] = (double)NAN;
    }
    r->outcome = HPS_EVAL_OK;
    r->code = m->fn(&one, m->group, r->f, &r->outcome, r->note, m->user);
    r->note[HPS_MPI_NOTE - 1] = '\0';
}
