#!/bin/bash
#SBATCH --nodes=1 --ntasks=1 --cpus-per-task=32
#SBATCH --time=12:00:00 --signal=B:USR1@120
# One process with threads on one machine. Works without Slurm too: bash one_node.sh
exec "${HPSWARM:-hpswarm}" tune "${RUN:-run.yaml}" -o "${OUT:-out}" --resume --time-limit "${LIMIT:-11h}"
