# SPDX-License-Identifier: BSD-3-Clause
"""./run bench cluster: what docs/cluster.md quotes. Parallel efficiency of 4 ranks on commands that
sleep 0.5 s +- 50 % (log-normal), beside the best schedule with the same times; what a command costs
beside starting it; messages of rank 0.

usage: cluster.py HPSWARM TEST_MPI MPIRUN... (mpirun -n)"""
import json
import math
import os
import subprocess
import sys
import tempfile
import time

PROGRAM, TEST_MPI, *MPIRUN = sys.argv[1:]
RANKS = 4
SIGMA = math.sqrt(math.log(1.25))  # a standard deviation of half of the mean
RUN = """\
strategy: search
objective: {command: "%s"}
parameters: {a: [0, 1], b: [0, 1]}
swarm: {variant: swarm, particles: %d, iterations: %d, asynchronous: %s}
"""


def seconds_of(number):
    """Log-normal with mean 0.5 from two additive sequences (Box-Muller)."""
    u = (0.6180339887 * (number + 1)) % 1
    v = (0.7548776662 * (number + 1)) % 1
    normal = math.sqrt(-2 * math.log(1 - u)) * math.cos(2 * math.pi * v)
    return 0.5 * math.exp(SIGMA * normal - SIGMA ** 2 / 2)


def schedule(times, workers):
    """Time until all are done, each worker taking the next one in order."""
    free = [0.0] * workers
    for t in times:
        k = free.index(min(free))
        free[k] += t
    return max(free)


def best(times, lines, asynchronous):
    """Seconds of the best schedule: of all times, or of those of each iteration."""
    if asynchronous:
        return schedule(times, RANKS)
    return sum(schedule([t for t, l in zip(times, lines) if l["iteration"] == k], RANKS)
               for k in {l["iteration"] for l in lines})


def tune(text, launch=(), flags=()):
    """Seconds of the stage and the lines of the history."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "run.yaml"), "w") as f:
            f.write(text)
        subprocess.run([*launch, PROGRAM, "tune", "run.yaml", "-o", "out", "-q", *flags], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, timeout=3000)
        with open(os.path.join(folder, "out", "result.json")) as f:
            seconds = json.load(f)["stages"][0]["seconds"]
        with open(os.path.join(folder, "out", "history.jsonl")) as f:
            return seconds, [json.loads(line) for line in f]


def efficiency(particles, iterations, asynchronous):
    table = " ".join(f"{seconds_of(k):.4f}" for k in range(particles * (iterations + 1)))
    command = f"shift {{id}} 2>/dev/null; sleep $1; echo {{a}}"
    command = f"set -- {table}; " + command
    seconds, lines = tune(RUN % (command, particles, iterations, "true" if asynchronous else "false"),
                          [*MPIRUN, str(RANKS)])
    times = [seconds_of(line["id"]) for line in lines]
    taken = [line["seconds"] for line in lines]  # with starting the command
    all_ranks = RANKS * seconds
    print(f"{RANKS} ranks, {particles} particles, {len(lines)} evaluations, "
          f"{'asynchronous' if asynchronous else 'synchronous'}: efficiency {sum(times) / all_ranks:.3f}, "
          f"best schedule {sum(times) / RANKS / best(times, lines, asynchronous):.3f}; lost to starting commands "
          f"{(sum(taken) - sum(times)) / all_ranks:.3f}, to handing out and saving "
          f"{1 - best(taken, lines, asynchronous) / seconds:.3f}; load {os.getloadavg()[0]:.1f}", flush=True)


def bare(n):
    """Seconds and CPU seconds of starting sh so often, nothing else."""
    line = f"for (( k = 0; k < {n}; k++ )); do /bin/sh -c 'echo 0.5' > /dev/null; done"
    before, start = os.times(), time.time()
    subprocess.run(["bash", "-c", line], check=True)
    after = os.times()
    return time.time() - start, after[2] + after[3] - before[2] - before[3]


def command_cost(n=1000):
    """Alternately, so that both see the same machine."""
    text = RUN % ("echo {a}", 10, n // 10, "false")
    rounds = []
    for _ in range(3):
        plain, plain_cpu = bare(n)
        before = os.times()
        seconds, lines = tune(text)
        after = os.times()
        cpu = after[2] + after[3] - before[2] - before[3]
        count = len(lines)
        rounds.append((1e3 * (seconds / count - plain / n), 1e3 * (cpu / count - plain_cpu / n), 1e3 * plain / n))
    beside, cpu, start = (sorted(r[k] for r in rounds)[1] for k in range(3))
    print(f"{n} commands: {beside:.2f} ms each beside starting it ({start:.2f} ms), {cpu:.2f} ms of CPU "
          f"(medians of 3)", flush=True)


print(f"load: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
command_cost()
efficiency(4, 12, False)
efficiency(16, 4, False)
efficiency(16, 8, True)
efficiency(16, 16, True)
for n in (2, 4):
    subprocess.run([*MPIRUN, str(n), TEST_MPI, "messages"], check=True)
