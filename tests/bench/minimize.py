#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: minimize.py: microseconds of CPU that `hpswarm.minimize` takes beside the objective, 16 particles and one thread:
one point a call, and the rows of an iteration a call. The bare objective is timed in between; runs of a few hundred
evaluations with everything that belongs to them, medians of five."""
import statistics
import time

import numpy

import hpswarm

RUNS = (("paper", 20, 640), ("swarm", 20, 640), ("guided", 6, 480))  # variant, runs, evaluations
PARTICLES = 16


def one(x):
    return x[0] * x[0] + x[1]


def rows(x):
    return (x * x).sum(axis=1)


def bare(n, n_params, vectorized):
    """Seconds of n evaluations without us."""
    block = numpy.random.default_rng(1).random((PARTICLES, n_params))
    points = [block[i].copy() for i in range(PARTICLES)]
    start = time.process_time()
    for _ in range(n // PARTICLES):
        if vectorized:
            rows(block)
        else:
            for point in points:
                one(point)
    return time.process_time() - start


def extra(variant, runs, n, n_params, vectorized, seed, context):
    """(seconds more, evaluations) of some runs."""
    more, done = 0.0, 0
    for run in range(runs):
        start = time.process_time()
        r = hpswarm.minimize(rows if vectorized else one, [(-1, 1)] * n_params, vectorized=vectorized, variant=variant,
                             particles=PARTICLES, max_evaluations=n, context=context, seed=100 * seed + run)
        more += time.process_time() - start - bare(r.n_evaluated, n_params, vectorized)
        done += r.n_evaluated
    return more, done


def main():
    context = hpswarm.Context(threads=1)
    print("| variant | parameters | a call with one point | a call with 16 rows | a row of it |\n|---|---|---|---|---|")
    for variant, runs, n in RUNS:
        for n_params in (2, 5, 10):
            found = []
            for vectorized in (False, True):
                samples = [extra(variant, runs, n, n_params, vectorized, seed, context) for seed in range(5)]
                found.append(1e6 * statistics.median(more / done for more, done in samples))
            print("| %s | %d | %.1f | %.1f | %.2f |" % (variant, n_params, found[0], PARTICLES * found[1], found[1]), flush=True)


if __name__ == "__main__":
    main()
