#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Tables of what compare.py wrote: medians over the seeds, scores of the functions.

usage: tables.py RESULTS.jsonl ...
"""
import collections
import json
import math
import statistics
import sys

BUDGETS = (100, 300, 1000)
TARGETS = [10 ** -(0.1 * (k + 1) if k < 10 else 1 + 0.25 * (k - 9)) for k in range(30)]


def best(run, budget):
    return min((f for n, f in run["best"] if n <= budget), default=math.inf)


def reached(run, value):
    return next((n for n, f in run["best"] if f <= value), math.inf)


def score(run, budget):
    """Percent of the regret targets of a function (swarm.md 9.3)."""
    regret = best(run, budget) - run["optimum"]
    return 100 * sum(regret <= run["reference"] * t + 1e-12 for t in TARGETS) / len(TARGETS)


def problems(runs):
    """Median best values, and evaluations to the median of what paper ends with."""
    for problem, by_optimiser in runs.items():
        print(problem)
        paper = by_optimiser.get("paper", [])
        goal = statistics.median(best(r, math.inf) for r in paper) if paper else None
        for optimiser, group in sorted(by_optimiser.items()):
            cells = [f"{statistics.median(best(r, b) for r in group):.6g}" for b in BUDGETS]
            if goal is not None:
                cells.append(f"to paper's {statistics.median(reached(r, goal) for r in group):g}")
            print(f"  {optimiser:30} {len(group):3} runs ", "  ".join(cells))


def functions(runs):
    """Mean scores by optimiser and dimension after 50, 100, 300 and 1000 evaluations, of the runs
    that went so far; the median of an optimiser's own milliseconds per evaluation."""
    for optimiser, by_dimension in runs.items():
        print(optimiser)
        for dimension, group in by_dimension.items():
            cells = []
            for budget in (50, *BUDGETS):
                far = [score(r, budget) for r in group if r["evaluations"] >= budget]
                cells.append(f"{statistics.mean(far):5.1f} ({len(far):3})" if far else "    -      ")
            ms = statistics.median(1e3 * r.get("overhead", r.get("seconds")) / r["evaluations"]
                                   for r in group)
            print(f"  D = {dimension:3}", " ".join(cells), f" {ms:.2f} ms")


def main(paths):
    own = collections.defaultdict(lambda: collections.defaultdict(list))
    tests = collections.defaultdict(lambda: collections.defaultdict(list))
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                run = json.loads(line)
                name = run["problem"].split(":")
                if name[0] == "function":
                    tests[run["optimiser"]][name[2]].append(run)
                else:
                    own[run["problem"]][run["optimiser"]].append(run)
    problems(own)
    functions(tests)


if __name__ == "__main__":
    main(sys.argv[1:])
