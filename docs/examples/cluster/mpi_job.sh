#!/bin/bash
#SBATCH --nodes=4 --ntasks-per-node=8 --cpus-per-task=4
#SBATCH --time=12:00:00 --signal=USR1@120
# One MPI job, no job array: 32 ranks of 4 threads each. With srun: LAUNCH="srun --mpi=pmix" (OpenMPI) or
# "srun --mpi=pmi2" (MPICH); srun --mpi=list says what there is.
export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
${LAUNCH:-mpirun} "${HPSWARM:-hpswarm}" tune "${RUN:-run.yaml}" -o "${OUT:-out}" --resume --time-limit "${LIMIT:-11h}"
