# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of strategy search share: a run file with a command as the objective, its history."""
import json

from common import ProgramTest, without_times

RUN = """\
strategy: search
objective:
  command: '%s'
parameters:
  cutoff: [3.0, 6.0]
  n_max: {range: [3, 8], type: int}
swarm: {particles: 6, iterations: 4, seed: 3}
"""
BOWL = "echo {cutoff} {n_max} | awk \"{{ print (\\$1 - 4.1)^2 + (\\$2 - 5)^2 }}\""


class Search(ProgramTest):
    def run_file(self, command, *more, name="run.yaml"):
        """The run file; `more` are lines of objective."""
        head, tail = (RUN % command.replace("'", "''")).split("parameters:")
        return self.write(name, head + "".join(f"  {l}\n" for l in more) + "parameters:" + tail)

    def history(self, folder="out"):
        return [json.loads(l) for l in self.read(f"{folder}/history.jsonl").splitlines()]

    def same_run(self, a, b):
        self.assertEqual(*(without_times(json.loads(self.read(f"{d}/result.json"))) for d in (a, b)))
        self.assertEqual(*([without_times(l) for l in self.history(d)] for d in (a, b)))
        self.assertEqual(self.read(f"{a}/best.yaml"), self.read(f"{b}/best.yaml"))

    def reasons(self, command, *more, flags=(), code=5):
        """Reasons of a run in which nothing succeeds."""
        self.run_file(command, *more)
        self.run_program("tune", "run.yaml", "-o", "out", "-q", "--set", "swarm.iterations=0",
                         "--set", "swarm.evaluations=2", *flags, code=code)
        lines = self.history()
        self.assertEqual({l["outcome"] for l in lines},
                         {"timeout" if any("timeout" in m for m in more) else "failed"})
        return [l.get("reason", "") for l in lines]


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def zombie_of(path, parent):
    try:
        with open(path) as f:
            state, owner = f.read().rsplit(")", 1)[1].split()[:2]
    except OSError:
        return False
    return state == "Z" and int(owner) == parent
