# SPDX-License-Identifier: BSD-3-Clause
"""./run kills [N]: at least N kills (SIGKILL) at random moments of runs with a study and with
commands; every run is resumed to its end and has to equal one that was left alone."""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from common import DIMERS, PROGRAM, RUN, without_times

SEARCH = """\
strategy: search
objective: {command: "sleep 0.01; echo {a} {b} | awk '{{ print ($1 - 0.3)^2 + ($2 - 4)^2 }}'"}
parameters: {a: [0, 1], b: {range: [1, 8], type: int}}
swarm: {particles: 8, iterations: 12, parallel: 3, variant: %s}
"""


def run(folder, out, seconds, *flags):
    """True when the run has ended, False when it was killed."""
    program = subprocess.Popen([PROGRAM, "tune", "run.yaml", "-o", out, "--resume", "-q", *flags], cwd=folder,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _, err = program.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        program.send_signal(signal.SIGKILL)
        program.communicate()
        return False
    if program.returncode != 0:
        sys.exit(f"resume failed with {program.returncode}: {err.decode()}")
    return True


def content(folder):
    with open(os.path.join(folder, "result.json")) as f:
        result = without_times(json.load(f))
    with open(os.path.join(folder, "history.jsonl")) as f:
        return result, [without_times(json.loads(line)) for line in f]


def ordered(folder):
    with open(os.path.join(folder, "run.yaml")) as f:
        return "asynchronous: true" in f.read()


def one_run(folder, seconds, most):
    """Kill a run up to `most` times; the number of kills."""
    kills = 0
    while not run(folder, "killed", random.uniform(0, 0.6 * seconds) if kills < most else 600):
        kills += 1
    if ordered(folder):  # nothing but its own order can say what it has to be
        shutil.rmtree(os.path.join(folder, "whole"))
        run(folder, "whole", 600, "--set", "swarm.replay=killed/history.jsonl")
    if content(os.path.join(folder, "killed")) != content(os.path.join(folder, "whole")):
        sys.exit(f"after {kills} kills the run differs: {folder}")
    shutil.rmtree(os.path.join(folder, "killed"))
    return kills


def main(wanted, seed):
    random.seed(seed)
    texts = {"joint": (RUN % (DIMERS, "joint")).replace("iterations: 5", "iterations: 60"),
             "two-stage": (RUN % (DIMERS, "two-stage")).replace("iterations: 5", "iterations: 60"),
             "guided": (RUN % (DIMERS, "joint")).replace("iterations: 5", "iterations: 40, variant: guided"),
             "asynchronous": (SEARCH % "guided").replace("parallel: 3", "parallel: 3, asynchronous: true")
                             .replace("sleep 0.01", "sleep 0.0$(({id} * 7 % 10))"),
             "search": SEARCH % "paper", "search guided": SEARCH % "guided"}
    total = runs = 0
    share = -(-wanted // len(texts))
    for name, text in texts.items():
        folder = tempfile.mkdtemp(prefix="hpswarm-kills-")
        with open(os.path.join(folder, "run.yaml"), "w") as f:
            f.write(text)
        start = time.time()
        run(folder, "whole", 600)
        seconds, kills, here = time.time() - start, 0, 0
        while kills < share:
            kills += one_run(folder, seconds, min(7, share - kills))
            here += 1
        print(f"{name}: {kills} kills of {here} runs, all equal to the one left alone", flush=True)
        total += kills
        runs += here
        shutil.rmtree(folder)
    print(f"{total} kills, {runs} resumed runs")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 100, os.environ.get("HPSWARM_TEST_SEED", "1"))
