#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Score the swarm on test functions: one JSON document, then tables.

usage: swarm.py DIR [--variants paper,swarm,guided,pareto,paper_mo] [--instances 1-15]
                [--instances-40 1-15] [--seed 0] [--dt 1] [--front-seeds 1-20] [--quick]

DIR has bench_swarm and bench_pareto; the document is kept in DIR/../../bench-swarm.json. --quick
takes one instance and one seed. Scores are percent of 30 targets that are reached within 100, 300,
1000 and 3000 evaluations; a front's are percent of the hypervolume that can be attained, after 300,
1000 and 2000. ms is the engine's processor time per evaluation.

Function 15 (krr) needs the diabetes set of Efron et al. (2004), which is not part of this tree:
the one in scikit-learn is taken if that is installed (pip install scikit-learn).
"""
import argparse
import json
import os
import platform
import subprocess
import sys

GROUPS = ("all-D", "D2", "D5", "D10", "D16", "D40", "mixed", "effdim", "krr")
PROBLEMS = ("mean", "ZDT1", "ZDT2", "ZDT3", "ZDT4", "ZDT6", "DTLZ2")
FRONTS = ("pareto", "paper_mo")


def diabetes(folder):
    """Path of the set as ridge.c reads it, None if there is none."""
    path = os.path.join(folder, "diabetes.txt")
    if os.path.exists(path):
        return path
    try:
        from sklearn.datasets import load_diabetes
        inputs, target = load_diabetes(return_X_y=True, scaled=False)
    except (ImportError, TypeError):
        return None
    columns = [*inputs.T, target]
    columns = [(c - c.mean()) / c.std() for c in columns]
    with open(path, "w", encoding="ascii") as out:
        for row in zip(*columns):
            out.write(" ".join(f"{v:.9g}" for v in row) + "\n")
    return path


def rows(command):
    """The JSON lines of a program, shown as they come."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    for line in child.stdout:
        print(line, end="", file=sys.stderr, flush=True)
        yield json.loads(line)
    if child.wait() != 0:
        sys.exit(f"swarm.py: {command[0]} ended with {child.returncode}")


def cells(values):
    return " ".join(f"{v:4.0f}" for v in values)


def table(document, key, columns, names, title):
    """Lines of text, a row for each variant."""
    found = [r for r in document["rows"] if key in r]
    if not found:
        return
    width = 5 * max(len(r[key]) for r in found)
    yield ""
    yield title
    yield "variant  |" + "|".join(f" {name:{width - 1}s}" for name in names) + "| ms"
    for variant in dict.fromkeys(r["variant"] for r in found):
        mine = {r[columns]: r for r in found if r["variant"] == variant}
        row = [cells(mine[n][key]) if n in mine else "" for n in names]
        yield (f"{variant:9s}|" + "|".join(f"{c:{width}s}" for c in row) +
               f"| {mine[names[0]]['ms']:.4f}")
    for row in found:
        if "regret" in row:
            yield (f"krr_cv, {row['variant']}: mean regret after 100, 300 and 1000 evaluations " +
                   ", ".join(f"{v:.4f}" for v in row["regret"]))


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--variants", default="paper,swarm,guided,pareto,paper_mo")
    parser.add_argument("--instances", default="1-15")
    parser.add_argument("--instances-40")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--dt", default="1")
    parser.add_argument("--front-seeds", default="1-20")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    if given.quick:
        given.instances = given.front_seeds = "1-1"
    return given


def main():
    given = arguments()
    keep = os.path.join(given.folder, "..", "..")
    data = diabetes(keep)
    if data is None:
        print("swarm.py: function 15 (krr) is left out: scikit-learn, which has the diabetes set, "
              "is not installed", file=sys.stderr)
    document = {"processor": platform.processor() or platform.machine(),
                "arguments": vars(given), "krr": data is not None, "rows": []}
    for variant in given.variants.split(","):
        if variant in FRONTS:
            first, last = (int(n) for n in given.front_seeds.split("-"))
            command = [os.path.join(given.folder, "bench_pareto"), variant, "2000",
                       str(last - first + 1), str(first)]
        else:
            command = [os.path.join(given.folder, "bench_swarm")]
            command += ["--diabetes", data] if data else []
            command += [variant, given.dt, given.seed, given.instances,
                        given.instances_40 or given.instances]
        for row in rows(command):
            document["rows"].append(row)
            with open(os.path.join(keep, "bench-swarm.json"), "w", encoding="utf-8") as out:
                json.dump(document, out, indent=1)
    print(json.dumps(document, indent=1))
    print("\n".join(table(document, "score", "group", GROUPS,
                          "Percent of targets solved after 100, 300, 1000, 3000 evaluations "
                          "(krr: to 1000)")))
    print("\n".join(table(document, "hypervolume", "problem", PROBLEMS,
                          "Percent of the hypervolume after 300, 1000, 2000 evaluations")))


if __name__ == "__main__":
    main()
