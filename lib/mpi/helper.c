/* SPDX-License-Identifier: BSD-3-Clause */
/* The second thread of rank 0: it evaluates, so that the first is always there for the other
 * ranks. It calls MPI only through the user, in his group of ranks. */
#include "private.h"

#include <stdlib.h>
#include <string.h>

static void *work(void *argument)
{
    hps_mpi *m = argument;
    hpsi_mpi_helper *h = &m->helper;
    hpsi_mpi_point *own = NULL;

    pthread_mutex_lock(&h->lock);
    for (;;) {
        while (!h->wanted && !h->end) {
            pthread_cond_wait(&h->wake, &h->lock);
        }
        if (h->end) {
            break;
        }
        h->wanted = 0;
        own = realloc(own, (size_t)m->point_bytes);
        if (own != NULL) {
            memcpy(own, m->point, (size_t)m->point_bytes); /* the other one is used again */
        }
        pthread_cond_signal(&h->wake);
        pthread_mutex_unlock(&h->lock);
        if (own != NULL) {
            hpsi_mpi_call(m, own, &h->result);
        } else {
            h->result.code = HPS_E_MEMORY;
        }
        atomic_store(&h->ready, 1);
        pthread_mutex_lock(&h->lock);
    }
    pthread_mutex_unlock(&h->lock);
    free(own);
    return NULL;
}

hps_status hpsi_mpi_helper_start(hps_mpi *m)
{
    hpsi_mpi_helper *h = &m->helper;

    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->wake, NULL);
    atomic_init(&h->ready, 0);
    if (pthread_create(&h->thread, NULL, work, m) != 0) {
        return HPS_E_MEMORY;
    }
    h->started = 1;
    return HPS_OK;
}

hps_status hpsi_mpi_helper_give(hps_mpi *m)
{
    hpsi_mpi_helper *h = &m->helper;
    hps_status st = h->started ? HPS_OK : hpsi_mpi_helper_start(m);

    if (st != HPS_OK) {
        return st;
    }
    pthread_mutex_lock(&h->lock);
    h->wanted = 1;
    pthread_cond_signal(&h->wake);
    while (h->wanted) {
        pthread_cond_wait(&h->wake, &h->lock);
    }
    pthread_mutex_unlock(&h->lock);
    return HPS_OK;
}

void hpsi_mpi_helper_end(hps_mpi *m)
{
    hpsi_mpi_helper *h = &m->helper;

    if (!h->started) {
        return;
    }
    pthread_mutex_lock(&h->lock);
    h->end = 1;
    pthread_cond_signal(&h->wake);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->thread, NULL);
    pthread_cond_destroy(&h->wake);
    pthread_mutex_destroy(&h->lock);
    h->started = 0;
}
