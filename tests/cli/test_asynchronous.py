# SPDX-License-Identifier: BSD-3-Clause
"""swarm.asynchronous: no command waits for a slow one; the order of completion is kept, repeated,
and followed again after a kill."""
import json
import os
import random
import signal
import subprocess

from common import DIMERS, RUN, ProgramTest, main, without_times

SEARCH = """\
strategy: search
objective: {command: '%s'}
parameters: {a: [0, 1], b: {range: [1, 8], type: int}}
swarm: {particles: 6, iterations: 5, variant: %s, asynchronous: true, parallel: 3}
"""
BOWL = "echo {a} {b} | awk \"{{ print (\\$1 - 0.3)^2 + (\\$2 - 4)^2 }}\""
PAIR = "echo {a} {b} | awk \"{{ d = (\\$2 - 4)^2; print (\\$1 - 0.3)^2 + d, (\\$1 - 0.8)^2 + d }}\""
UNEVEN = "sleep 0.0$(({id} * 7 % 10)); "


class Asynchronous(ProgramTest):
    def search(self, command, variant="guided"):
        self.write("run.yaml", SEARCH % (command, variant))

    def tune(self, folder, *flags, code=0):
        sets = [w for f in flags for w in (("--set", f) if "=" in f else (f,))]
        return self.run_program("tune", "run.yaml", "-o", folder, "-q", *sets, code=code)

    def history(self, folder):
        return [without_times(json.loads(l)) for l in self.read(f"{folder}/history.jsonl").splitlines()]

    def same_run(self, a, b):
        self.assertEqual(self.history(a), self.history(b))
        self.assertEqual(*(without_times(json.loads(self.read(f"{d}/result.json"))) for d in (a, b)))
        self.assertEqual(self.read(f"{a}/best.yaml"), self.read(f"{b}/best.yaml"))

    def check_order(self, folder):
        lines = self.history(folder)
        self.assertEqual([l["id"] for l in lines], sorted({l["id"] for l in lines}))
        self.assertEqual(sorted(l["order"] for l in lines), list(range(len(lines))))
        return lines

    def test_order_is_recorded_and_repeated_with_any_number_of_commands(self):
        for variant in ("guided", "swarm", "paper"):
            self.search("[ {id} = 7 ] && exit 3; " + UNEVEN + BOWL, variant)
            self.tune(variant)
            lines = self.check_order(variant)
            self.assertNotEqual([l["order"] for l in lines], sorted(l["order"] for l in lines))
            self.assertEqual(lines[7]["reason"], "exit status 3")
            for n in (1, 2, 6):
                self.tune(f"{variant}{n}", f"swarm.replay={variant}/history.jsonl", f"swarm.parallel={n}")
                self.same_run(variant, f"{variant}{n}")

    def test_two_objectives(self):
        self.search("[ {id} = 7 ] && exit 3; " + UNEVEN + PAIR, "pareto")
        self.tune("out", "objective.values=2")
        lines = self.check_order("out")
        self.assertNotEqual([l["order"] for l in lines], sorted(l["order"] for l in lines))
        self.assertEqual(lines[7]["reason"], "exit status 3")
        done = [l["objectives"] for l in lines if l["outcome"] == "ok"]
        front = [f for f in done if not any(g[0] <= f[0] and g[1] <= f[1] and g != f for g in done)]
        found = json.loads(self.read("out/result.json"))["stages"][0]["front"]
        self.assertEqual(sorted(p["objectives"] for p in found), sorted(front))
        for n in (1, 6):
            self.tune(f"out{n}", "objective.values=2", "swarm.replay=out/history.jsonl",
                      f"swarm.parallel={n}")
            self.same_run("out", f"out{n}")

    def test_a_slow_command_holds_nobody(self):
        self.search("if [ {id} = 0 ]; then while [ ! -e end ]; do sleep 0.02; done; fi; "
                    "[ {id} -ge 18 ] && touch end; " + BOWL)
        self.tune("out", "swarm.parallel=2")
        lines = self.check_order("out")
        self.assertGreaterEqual(lines[0]["order"], 15)

    def test_retries(self):
        self.search("if [ {id} = 3 ] && [ ! -e second ]; then touch second; exit 1; fi; " + UNEVEN + BOWL)
        self.tune("out", "swarm.retry=1")
        lines = self.check_order("out")
        self.assertEqual((lines[3]["id"], lines[3]["outcome"]), (3, "ok"))

    def test_a_study_in_one_process_does_not_depend_on_threads(self):
        text = (RUN % (DIMERS, "two-stage")).replace("iterations: 5", "iterations: 4, asynchronous: true")
        self.write("run.yaml", text)
        self.run_program("tune", "run.yaml", "-o", "t1", "-q", "--threads", "1")
        for threads in "23":
            self.run_program("tune", "run.yaml", "-o", "t" + threads, "-q", "--threads", threads)
            self.same_run("t1", "t" + threads)
        sets = ["--set", "swarm.target=0.05", "--set", "objective.stage1=std"]
        for threads in "13":
            self.run_program("tune", "run.yaml", "-o", "target" + threads, "-q", "--threads", threads, *sets)
        self.same_run("target1", "target3")
        self.run_program("tune", "run.yaml", "-o", "again", "-q", "--set", "swarm.replay=t1/history.jsonl")
        self.same_run("t1", "again")

    def test_killed_and_resumed_equals_its_own_order(self):
        random.seed(os.environ.get("HPSWARM_TEST_SEED", "1"))
        self.search("echo run >> count; " + UNEVEN + BOWL)
        kills = 0
        while True:
            run = self.start("tune", "run.yaml", "-o", "killed", "--resume", "-q", "--set",
                             f"swarm.parallel={1 + kills % 4}")
            try:
                run.communicate(timeout=random.uniform(0.05, 0.4) if kills < 8 else 60)
                self.assertEqual(run.returncode, 0)
                break
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGTERM if kills % 3 == 0 else signal.SIGKILL)
                run.communicate()
                kills += 1
        self.assertGreater(kills, 2)
        lines = self.check_order("killed")
        # four at most were under way at each kill
        self.assertLessEqual(len(self.read("count").split()), len(lines) + 4 * kills)
        self.tune("again", "swarm.replay=killed/history.jsonl")
        self.same_run("killed", "again")

    def test_what_is_refused(self):
        self.search(BOWL)
        self.tune("out")
        for message, flags in (
                ("swarm.replay: is for runs with swarm.asynchronous",
                 ("swarm.replay=out/history.jsonl", "swarm.asynchronous=false")),
                ("swarm.replay: none.jsonl: no such file", ("swarm.replay=none.jsonl",)),
                ("swarm.asynchronous: cannot stand beside swarm.noisy", ("swarm.noisy=true",)),
                ("swarm.asynchronous: is not for paper_mo", ("objective.values=2", "swarm.variant=paper_mo"))):
            sets = [w for f in flags for w in ("--set", f)]
            self.refused(2, message, "tune", "run.yaml", "-o", "no", *sets)
        self.write("run.yaml", (SEARCH % (BOWL, "guided")).replace("asynchronous: true, ", ""))
        self.tune("sync")
        self.search(BOWL)
        _, err = self.tune("no", "swarm.replay=sync/history.jsonl", code=3)
        self.assertIn("has no order of evaluations of stage search", err)
        _, err = self.tune("no2", "swarm.replay=out/history.jsonl", "swarm.workers=1", code=3)
        self.assertIn("the order is of another run", err)


main()
