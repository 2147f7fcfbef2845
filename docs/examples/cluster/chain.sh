#!/bin/bash
# A job that is put in again by itself until the run is done: exit code 75 says that there is
# a checkpoint to go on from, and so does 0 without a result (after a signal MPICH's mpiexec
# may forget the code); anything else ends the chain. sbatch chain.sh, or bash chain.sh where
# SUBMIT is any command that runs a script later.
#SBATCH --nodes=1 --ntasks=1 --cpus-per-task=32
#SBATCH --time=04:00:00 --signal=B:USR1@120
script=${CHAIN_SCRIPT:-$0}
out=${OUT:-out}
${LAUNCH:-} "${HPSWARM:-hpswarm}" tune "${RUN:-run.yaml}" -o "$out" --resume --time-limit "${LIMIT:-3.8h}" &
run=$! told=0 seen=0
trap 'told=$((told + 1)); kill -USR1 $run' USR1 TERM # Slurm tells this script: it outlives the run
wait $run
code=$?
while [ $told -gt $seen ]; do # a signal has ended the waiting, not the run
    seen=$told
    wait $run
    code=$?
done
if [ $code -eq 75 ] || { [ $code -eq 0 ] && [ ! -e "$out/result.json" ]; }; then
    exec ${SUBMIT:-sbatch} "$script"
fi
exit $code
