/* SPDX-License-Identifier: BSD-3-Clause */
/* A swarm whose points are evaluated on the ranks of an MPI job: mpirun -n 4 ./mpi. Any number of
 * ranks gives the same bits. */
#include <hpswarm.h>
#include <hpswarm/mpi.h>

#include <math.h>
#include <stdio.h>

/* One point, on all ranks of a group (here one): whatever takes long in the host's code. */
static int32_t valley(const hps_batch *b, MPI_Comm group, double *f, int32_t *outcome,
                      char note[HPS_MPI_NOTE], void *user)
{
    double x = b->x[0], y = b->x[1];

    (void)group;
    (void)note;
    (void)user;
    if (x < -1.9) {
        *outcome = HPS_EVAL_INFEASIBLE; /* an outcome, not an error */
        return 0;
    }
    *f = pow(1.0 - x, 2.0) + 100.0 * pow(y - x * x, 2.0);
    return 0;
}

/* The engine lives on rank 0; the others need none. */
static hps_status prepare(hps_swarm **swarm)
{
    hps_space *space = NULL;
    hps_status s = hps_space_create(&space, NULL);

    s = s != HPS_OK ? s : hps_space_add_real(space, "x", -2.0, 2.0, HPS_SCALE_LINEAR);
    s = s != HPS_OK ? s : hps_space_add_real(space, "y", -1.0, 3.0, HPS_SCALE_LINEAR);
    s = s != HPS_OK ? s : hps_swarm_create(swarm, NULL, space, 1);
    s = s != HPS_OK ? s : hps_swarm_set_int(*swarm, "max_evaluations", 600);
    hps_space_destroy(space);
    return s;
}

int main(int argc, char **argv)
{
    hps_mpi *mpi = NULL;
    hps_swarm *swarm = NULL;
    double x[2], f = 1.0;
    int rank, thread;
    hps_status s = HPS_OK;

    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &thread); /* rank 0 evaluates too */
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 0) {
        s = prepare(&swarm);
        if (s != HPS_OK) {
            fprintf(stderr, "%s\n", hps_last_error());
            MPI_Abort(MPI_COMM_WORLD, 1);
        }
    }
    s = hps_mpi_create(&mpi, MPI_COMM_WORLD, 1);
    hps_mpi_set_callbacks(mpi, valley, NULL, NULL);
    s = s != HPS_OK ? s : hps_mpi_run(mpi, swarm); /* on every rank */
    if (rank == 0 && s == HPS_OK) {
        s = hps_swarm_best(swarm, x, &f);
        printf("%a at %a %a\n", f, x[0], x[1]); /* every bit */
    }
    if (s != HPS_OK) {
        fprintf(stderr, "rank %d: %s\n", rank, hps_last_error());
    }
    hps_mpi_destroy(mpi);
    hps_swarm_destroy(swarm);
    MPI_Finalize();
    return s == HPS_OK && (rank > 0 || f < 1e-3) ? 0 : 1;
}
