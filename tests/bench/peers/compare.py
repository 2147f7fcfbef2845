#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Run the library's variants and other optimisers on the problems of bench_problems.

usage: compare.py BENCH_PROBLEMS -p PROBLEM,... -o OPTIMISER,... [-s SEEDS] [-n EVALUATIONS]
                  [-d FOLDER] -r RESULTS.jsonl

PROBLEM is a name that "bench_problems list" prints, or function:F:D (the seed is its instance).
OPTIMISER is paper, swarm, guided (with options: guided/significance=0.01) or a key of PEERS in
optimisers.py. One JSON object a run is appended to RESULTS.jsonl; what is there is not run again.
tables.py makes tables of them.
"""
import argparse
import json
import math
import os
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy  # after the threads are set

import optimisers

VARIANTS = ("paper", "swarm", "guided")


class Problem:
    """A problem that another process evaluates."""

    def __init__(self, program, name, folder, budget):
        self.child = subprocess.Popen([program, "serve", name, folder], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True, bufsize=1)
        self.about = json.loads(self.child.stdout.readline())
        self.levels = self.about["levels"]
        self.n = len(self.levels)
        self.budget = budget
        self.used = self.failed = 0
        self.best, self.worst = math.inf, -math.inf
        self.improvements = []

    def left(self):
        return self.budget - self.used

    def __call__(self, u):
        """A failure counts as somewhat worse than all that is known: peers know no failures."""
        if self.left() <= 0:
            raise optimisers.Full
        self.child.stdin.write(" ".join(f"{float(v):.17g}" for v in u) + "\n")
        self.child.stdin.flush()
        value = float(self.child.stdout.readline())
        self.used += 1
        if not math.isfinite(value):
            self.failed += 1
            return self.worst + (self.worst - self.best) + 1e-3 if self.best < math.inf else 1e6
        self.worst = max(self.worst, value)
        if value < self.best:
            self.best = value
            self.improvements.append([self.used, value])
        return value

    def close(self):
        self.child.stdin.close()
        self.child.wait()
        self.child.stdout.close()


def run_peer(program, problem, optimiser, seed, options):
    p = Problem(program, problem, options.folder, options.evaluations)
    call, packages = optimisers.PEERS[optimiser]
    start = time.process_time()  # the objective is another process
    restarts = 0
    try:
        while p.left() > 0 and restarts < 1000:
            call(p, numpy.random.default_rng([seed, restarts]), 1000 * seed + restarts)
            restarts += 1
    except optimisers.Full:
        pass
    p.improvements.append([p.used, p.best])
    p.close()
    return {"problem": problem, "optimiser": optimiser, "seed": seed, "best": p.improvements,
            "failed": p.failed, "overhead": time.process_time() - start,
            "optimum": p.about["optimum"], "reference": p.about["reference"],
            "versions": optimisers.versions(*packages)}


def run_variant(program, problem, optimiser, seed, options):
    variant, *settings = optimiser.split("/")
    done = subprocess.run(
        [program, "run", problem, variant, str(seed), str(options.evaluations), options.folder,
         *settings], stdout=subprocess.PIPE, check=True, text=True)
    result = json.loads(done.stdout)
    result["optimiser"] = optimiser
    return result


def numbers(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def arguments():
    a = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    a.add_argument("program")
    a.add_argument("-p", "--problems", required=True)
    a.add_argument("-o", "--optimisers", required=True)
    a.add_argument("-s", "--seeds", default="1-10", type=numbers)
    a.add_argument("-n", "--evaluations", default=1000, type=int)
    a.add_argument("-d", "--folder", default=".")
    a.add_argument("-r", "--results", required=True)
    return a.parse_args()


def known(path):
    if not os.path.exists(path):
        return set()
    with open(path, encoding="utf-8") as lines:
        runs = [json.loads(line) for line in lines]
    return {(r["problem"], r["optimiser"], r["seed"], r["evaluations"]) for r in runs}


def main():
    options = arguments()
    done = known(options.results)
    wanted = options.optimisers.split(",")
    for name in wanted:
        if name in optimisers.PEERS and optimisers.versions(*optimisers.PEERS[name][1]) is None:
            print(f"{name}: {', '.join(optimisers.PEERS[name][1])} not installed", file=sys.stderr)
            wanted = [w for w in wanted if w != name]
    for seed in options.seeds:
        for problem in options.problems.split(","):
            full = f"{problem}:{seed}" if problem.startswith("function:") else problem
            for optimiser in wanted:
                if (full, optimiser, seed, options.evaluations) in done:
                    continue
                own = optimiser.split("/")[0] in VARIANTS
                result = (run_variant if own else run_peer)(options.program, full, optimiser, seed,
                                                            options)
                result["evaluations"] = options.evaluations
                with open(options.results, "a", encoding="utf-8") as out:
                    out.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
