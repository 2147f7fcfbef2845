/* SPDX-License-Identifier: BSD-3-Clause */
/* Groups of ranks, and the life of the handle. */
#include <stdlib.h>
#include <string.h>

#include "private.h"

/* May rank 0 evaluate while it hands out? */
static int helps(int size, int per)
{
    int level = MPI_THREAD_SINGLE;

    MPI_Query_thread(&level);
    return size == 1 || level == MPI_THREAD_MULTIPLE || (per == 1 && level >= MPI_THREAD_FUNNELED);
}

static void share_out(hps_mpi *m)
{
    int group;

    MPI_Bcast(&m->first, 1, MPI_INT, 0, m->comm);
    m->per = m->per < m->size - m->first ? m->per : m->size - m->first;
    m->n_groups = (m->size - m->first) / m->per;
    m->idle = (m->size - m->first) % m->per;
    m->direct = m->first == 0 && m->n_groups == 1;
    group = m->rank >= m->first ? (m->rank - m->first) / m->per : -1;
    group = group < m->n_groups ? group : -1;
    MPI_Comm_split(m->comm, group >= 0 ? group : MPI_UNDEFINED, m->rank, &m->relay);
    m->group_rank = -1;
    if (m->relay != MPI_COMM_NULL) {
        MPI_Comm_dup(m->relay, &m->group);
        MPI_Comm_rank(m->relay, &m->group_rank);
    }
}

hps_status hps_mpi_create(hps_mpi **out, MPI_Comm comm, int32_t ranks_per_evaluation)
{
    hps_mpi *m;
    int there = 0, good, all;

    if (out == NULL) {
        return HPS_E_ARGUMENT;
    }
    *out = NULL;
    MPI_Initialized(&there);
    if (!there || comm == MPI_COMM_NULL || ranks_per_evaluation < 1) {
        return !there ? HPS_E_STATE : HPS_E_ARGUMENT;
    }
    m = calloc(1, sizeof *m);
    good = m != NULL;
    if (good) {
        MPI_Comm_size(comm, &m->size);
        m->item = calloc((size_t)m->size, sizeof *m->item);
        good = m->item != NULL && hpsi_mpi_reserve(m, 64) == HPS_OK;
    }
    MPI_Allreduce(&good, &all, 1, MPI_INT, MPI_MIN, comm); /* all or none */
    if (!all || m == NULL) {
        if (m != NULL) {
            free(m->item);
            free(m->point);
        }
        free(m);
        return HPS_E_MEMORY;
    }
    m->relay = m->group = MPI_COMM_NULL;
    m->per = ranks_per_evaluation;
    MPI_Comm_dup(comm, &m->comm);
    MPI_Comm_rank(m->comm, &m->rank);
    m->first = helps(m->size, m->per) ? 0 : 1;
    share_out(m);
    *out = m;
    return HPS_OK;
}

void hps_mpi_set_callbacks(hps_mpi *m, hps_mpi_evaluate_fn fn, hps_mpi_done_fn done, void *user)
{
    m->fn = fn;
    m->done = done;
    m->user = user;
}

int32_t hps_mpi_groups(const hps_mpi *m)
{
    return m->n_groups;
}

int32_t hps_mpi_idle(const hps_mpi *m)
{
    return m->idle;
}

int32_t hps_mpi_callback_code(const hps_mpi *m)
{
    return m->code;
}

void hps_mpi_destroy(hps_mpi *m)
{
    if (m == NULL) {
        return;
    }
    hpsi_mpi_helper_end(m);
    if (m->relay != MPI_COMM_NULL) {
        MPI_Comm_free(&m->group);
        MPI_Comm_free(&m->relay);
    }
    MPI_Comm_free(&m->comm);
    free(m->item);
    free(m->point);
    free(m);
}

/* ------------------------------------------------------------------- serving */

hps_status hps_mpi_serve(hps_mpi *m)
{
    if (m == NULL || m->fn == NULL) {
        return HPS_E_ARGUMENT;
    }
    for (;;) {
        hpsi_mpi_result r;
        /* the leader of a group hears from rank 0, the others from their leader */
        int leads = m->group_rank <= 0;
        hps_status st = hpsi_mpi_receive(m, leads ? m->comm : m->relay);

        if (st != HPS_OK) {
            return st;
        }
        if (m->group_rank == 0) {
            hpsi_mpi_pass_on(m);
        }
        if (m->point->kind == HPSI_MPI_STOP) {
            return HPS_OK;
        }
        hpsi_mpi_call(m, m->point, &r);
        if (m->group_rank == 0) {
            MPI_Send(&r, (int)sizeof r, MPI_BYTE, 0, HPSI_MPI_RESULT, m->comm);
        }
    }
}

hps_status hps_mpi_release(hps_mpi *m)
{
    if (m == NULL || m->rank != 0) {
        return HPS_E_ARGUMENT;
    }
    memset(m->point, 0, sizeof *m->point);
    m->point->kind = HPSI_MPI_STOP;
    if (m->group_rank == 0) {
        hpsi_mpi_pass_on(m);
    }
    for (int g = m->first == 0 ? 1 : 0; g < m->n_groups; g++) {
        MPI_Send(m->point, (int)sizeof *m->point, MPI_BYTE, m->first + g * m->per, HPSI_MPI_WORK,
                 m->comm);
    }
    for (int k = m->size - m->idle; k < m->size; k++) {
        MPI_Send(m->point, (int)sizeof *m->point, MPI_BYTE, k, HPSI_MPI_WORK, m->comm);
    }
    return HPS_OK;
}
