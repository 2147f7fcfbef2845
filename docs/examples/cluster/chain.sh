#!/bin/bash
# A job that is put in again by itself until the run is done: exit code 75 says that there is
# a checkpoint to go on from, anything else ends the chain. sbatch chain.sh, or bash chain.sh
# where SUBMIT is any command that runs a script later.
#SBATCH --nodes=1 --ntasks=1 --cpus-per-task=32 --time=04:00:00
script=${CHAIN_SCRIPT:-$0}
${LAUNCH:-} "${HPSWARM:-hpswarm}" tune "${RUN:-run.yaml}" -o "${OUT:-out}" --resume --time-limit "${LIMIT:-3.8h}"
code=$?
if [ $code -eq 75 ]; then
    exec ${SUBMIT:-sbatch} "$script"
fi
exit $code
