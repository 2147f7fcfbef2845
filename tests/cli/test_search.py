# SPDX-License-Identifier: BSD-3-Clause
"""strategy: search: a command as the objective, and its run file."""
import json
import os
import time

from common import main
from searching import BOWL, RUN, Search

# As PPSO's users have it: a number, then the values; a folder for each; the answer in a file.
ACTIVATION = """\
#!/bin/bash
mkdir -p runs
cd runs
mkdir run_$1
cd run_$1
echo $2 $3 > input
awk '{ printf "%.17g\\n", ($1 - 4.1)^2 + ($2 - 5)^2 }' input > response
"""


class Objective(Search):
    def test_activation_script_of_ppso(self):
        self.write("Activation.sh", ACTIVATION)
        os.chmod(self.path("Activation.sh"), 0o755)
        self.run_file("./Activation.sh {id} {x}", 'response: "runs/run_{id}/response"')
        out = self.json("tune", "run.yaml", "-o", "out")
        (stage,) = out["stages"]
        lines = self.history()
        self.assertEqual([l["id"] for l in lines], list(range(stage["evaluations"])))
        for line in lines:
            p, (f,) = line["parameters"], line["objectives"]
            self.assert_close(f, (p["cutoff"] - 4.1) ** 2 + (p["n_max"] - 5) ** 2, 1e-12)
            self.assertEqual(float(self.read(f"runs/run_{line['id']}/response")), f)
        best = min(lines, key=lambda l: l["objectives"])
        self.assertEqual((best["parameters"], best["objectives"][0]),
                         (stage["best"], stage["best_objective"]))
        self.assertEqual(sorted(os.listdir(self.path("out"))),
                         ["best.yaml", "history.jsonl", "output", "report.html", "result.json", "run.yaml"])
        self.assertIn("  n_max: %d\n" % stage["best"]["n_max"], self.read("out/best.yaml"))

    def test_values_reach_the_command_to_the_last_bit(self):
        self.run_file("echo {id} {x} >> seen; echo {cutoff}")
        self.run_program("tune", "run.yaml", "-o", "out", "-q")
        seen = [l.split() for l in self.read("seen").splitlines()]
        for words, line in zip(seen, self.history(), strict=True):
            self.assertEqual((int(words[0]), float(words[1]), int(words[2])),
                             (line["id"], *line["parameters"].values()))
            self.assertEqual(line["objectives"], [line["parameters"]["cutoff"]])

    def test_fixed_values_choices_and_shell_characters(self):
        self.write("run.yaml", """\
strategy: search
objective: {command: 'printf "%s\\n" {x} >> seen; printf "${HOME:+}{{b}}" > brace; echo {a}'}
parameters: {a: [0, 1], b: 2.5, mode: {choice: ["two words", "it's $HOME; false", plain]}, c: -3, d: "a b"}
swarm: {particles: 8, iterations: 0, evaluations: 8}
""")
        self.run_program("tune", "run.yaml", "-o", "out", "-q")
        words = self.read("seen").splitlines()
        self.assertEqual(self.read("brace"), "{b}")
        lines = self.history()
        self.assertEqual(len({l["parameters"]["mode"] for l in lines}), 3)
        for k, line in enumerate(lines):
            self.assertEqual(words[5 * k + 1:5 * k + 5], ["2.5", line["parameters"]["mode"], "-3", "a b"])

    def test_folder_for_each(self):
        os.makedirs(self.path("work/3"))
        self.write("work/3/mine", "")
        self.run_file("pwd -P > where; echo {cutoff} > answer", "folder: 'work/{id}'", "response: answer")
        self.run_program("tune", "run.yaml", "-o", "out", "-q", "--set", "swarm.parallel=3")
        for line in self.history():
            self.assertEqual(line["objectives"], [line["parameters"]["cutoff"]])
            self.assertEqual(self.read(f"work/{line['id']}/where").strip(),
                             os.path.realpath(self.path(f"work/{line['id']}")))
        self.assertTrue(os.path.exists(self.path("work/3.1/mine")), "nothing that was there is lost")

    def test_parallel_gives_the_same_run(self):
        self.run_file("sleep 0.0$((7 - {id} % 6)); " + BOWL)
        self.run_program("tune", "run.yaml", "-o", "one", "-q")
        for n in (2, 3, 8):
            self.run_program("tune", "run.yaml", "-o", f"n{n}", "-q", "--set", f"swarm.parallel={n}")
            self.same_run("one", f"n{n}")
        self.assertEqual([l["id"] for l in self.history("n8")], list(range(len(self.history("n8")))))

    def test_commands_run_side_by_side_and_none_waits_for_a_slow_one(self):
        self.run_file("echo + >> log; sleep $([ {id} = 0 ] && echo 1.5 || echo 0.05); echo {id} >> log; echo {cutoff}")
        self.run_program("tune", "run.yaml", "-o", "out", "-q", "--set", "swarm.parallel=2", "--set",
                         "swarm.iterations=1", "--set", "swarm.evaluations=6")
        log = self.read("log").split()
        self.assertEqual(log[:2], ["+", "+"])
        self.assertEqual(log[-1], "0", log)
        running = most = 0
        for word in log:
            running += 1 if word == "+" else -1
            most = max(most, running)
        self.assertEqual(most, 2)

    def test_environment(self):
        self.run_file("echo $HPSWARM_ID $OMP_NUM_THREADS >> seen; echo {cutoff}")
        env = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
        self.run_program("tune", "run.yaml", "-o", "out", "-q", "--threads", "6", "--set",
                         "swarm.parallel=2", env=env)
        self.assertEqual({l.split()[1] for l in self.read("seen").splitlines()}, {"3"})
        self.assertEqual(sorted(int(l.split()[0]) for l in self.read("seen").splitlines()),
                         [l["id"] for l in self.history()])
        os.unlink(self.path("seen"))
        self.run_program("tune", "run.yaml", "-o", "out2", "-q", env=dict(env, OMP_NUM_THREADS="5"))
        self.assertEqual({l.split()[1] for l in self.read("seen").splitlines()}, {"5"})

    def test_points_to_try_first(self):
        self.run_file(BOWL)
        points = [{"cutoff": 3.0 + 0.25 * k, "n_max": 3 + k % 6} for k in range(9)]
        self.write("points.jsonl", "".join(json.dumps(p) + "\n" for p in points))
        self.run_program("tune", "run.yaml", "-o", "list", "-q", "--set", "swarm.start=points.jsonl", "--set",
                         "swarm.iterations=0", "--set", "swarm.evaluations=9")
        self.assertEqual([l["parameters"] for l in self.history("list")], points)
        self.write("few.jsonl", "\n" + json.dumps({"n_max": 4, "cutoff": 5.5}) + "\n" + json.dumps(points[0]))
        self.run_program("tune", "run.yaml", "-o", "few", "-q", "--set", "swarm.start=few.jsonl")
        self.assertEqual([l["parameters"] for l in self.history("few")[:2]], [{"cutoff": 5.5, "n_max": 4}, points[0]])
        self.assertEqual(len(self.history("few")), 24)
        self.run_program("tune", "run.yaml", "-o", "again", "-q", "--set", "swarm.start=list/history.jsonl")
        self.assertEqual([l["parameters"] for l in self.history("again")[:9]], points)
        for text, message in (('{"cutoff": 9, "n_max": 4}', "bad.jsonl:2: cutoff: 9 is not from 3 to 6"),
                              ('{"cutoff": 4}', "bad.jsonl:2: n_max: has no value"),
                              ('{"cutoff": 4, "n_max": 4.5}', "bad.jsonl:2: n_max: 4.5 is no whole number from 3 to 8"),
                              ('{"cutoff": 4, "n_max": 4, "z": 1}', "bad.jsonl:2: z: is not searched"),
                              ('{"cutoff": "x", "n_max": 4}', "bad.jsonl:2: cutoff: 'x' is no number"),
                              ("[1, 2]", "bad.jsonl:2: is no object"), ("{", "bad.jsonl:2: is no object")):
            self.write("bad.jsonl", json.dumps(points[0]) + "\n" + text + "\n")
            self.refused(3, message, "tune", "run.yaml", "-o", "no", "--set", "swarm.start=bad.jsonl")
        self.refused(2, "swarm.start: none.jsonl: no such file", "tune", "run.yaml", "-o", "no", "--set",
                     "swarm.start=none.jsonl")

    def test_several_values_make_a_front(self):
        self.run_file("[ $(({id} % 5)) = 2 ] && exit 1; echo {x} | awk \"{{ a = \\$1 - 3; b = \\$2 - 3; "
                      "print a + b, (3 - a)^2 + (5 - b)^2 }}\"", "values: 2")
        for variant in ("pareto", "paper_mo"):
            flags = [] if variant == "pareto" else ["--set", f"swarm.variant={variant}"]
            out = self.json("tune", "run.yaml", "-o", variant, *flags)
            self.assertIn(f"variant: {variant}\n", self.read(f"{variant}/run.yaml"))
            (stage,) = out["stages"]
            lines = self.history(variant)
            self.assertTrue(all(len(l["objectives"]) == 2 for l in lines))
            good = [l for l in lines if l["outcome"] == "ok"]
            beaten = lambda a: any(all(x <= y for x, y in zip(b["objectives"], a["objectives"]))
                                   and b["objectives"] != a["objectives"] for b in good)
            self.assertEqual({p["id"] for p in stage["front"]}, {l["id"] for l in good if not beaten(l)})
            for point in stage["front"]:
                self.assertEqual({k: lines[point["id"]][k] for k in point}, point)
            self.assertIn(stage["best"], [p["parameters"] for p in stage["front"]])
            run = self.start("tune", "run.yaml", "-o", variant + "2", "-q", *flags)
            while len(self.history(variant + "2") if os.path.exists(self.path(f"{variant}2/history.jsonl")) else "") < 9:
                time.sleep(0.005)
            run.kill()
            run.communicate()
            self.run_program("tune", "run.yaml", "-o", variant + "2", "-q", "--resume", *flags)
            self.same_run(variant, variant + "2")

    def test_fortran_numbers(self):
        self.run_file("echo \" -1.5D+00\"")
        self.assertEqual(self.json("tune", "run.yaml", "-o", "out")["stages"][0]["best_objective"], -1.5)

    def test_plan_runs_nothing(self):
        self.run_file("touch ran; echo 1")
        out, _ = self.run_program("tune", "run.yaml", "--dry-run", "--threads", "4", "--set", "swarm.parallel=2")
        self.assertIn("2 evaluations at a time, 2 threads each", out)
        plan = self.json("tune", "run.yaml", "--dry-run", "--threads", "4")
        self.assertEqual((plan["threads_parallel"], plan["threads_each"], plan["evaluations"]), (1, 4, 24))
        self.assertEqual(os.listdir(self.folder), ["run.yaml"])

    def test_threads_by_affinity(self):
        self.run_file("echo {cutoff}")
        one = {min(os.sched_getaffinity(0))}
        env = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
        out, _ = self.run_program("tune", "run.yaml", "--dry-run", env=env,
                                  preexec_fn=lambda: os.sched_setaffinity(0, one))
        self.assertIn("with 1 processor: 1 evaluation at a time, 1 thread each", out)
        _, err = self.run_program("tune", "run.yaml", "-o", "out", "--threads", "6", "--set", "swarm.parallel=2")
        self.assertIn("2 evaluations at a time, 3 threads each", err)

    def test_written_run_file_gives_the_same_run(self):
        self.run_file(BOWL, "timeout: 1h")
        self.run_program("tune", "run.yaml", "-o", "out", "-q")
        self.run_program("tune", "out/run.yaml", "-o", "again", "-q")
        self.assertEqual(self.read("out/run.yaml"), self.read("again/run.yaml"))
        self.same_run("out", "again")


class RunFile(Search):
    def bad(self, message, *flags):
        sets = [w for f in flags for w in ("--set", f)]
        return self.refused(2, message, "tune", "run.yaml", "-o", "out", *sets)

    def test_what_is_refused(self):
        self.run_file("./x {id} {x}")
        self.bad("{cutof} is not id, x or one of parameters", "objective.command=./x {cutof}")
        self.bad("objective.timeout: 'soon' is not none or a time", "objective.timeout=soon")
        self.bad("objective.keep_output: '9X' is not a size", "objective.keep_output=9X")
        self.bad("write {id} into it", "objective.folder=here")
        self.bad("one file for all commands", "objective.response=answer", "swarm.parallel=2")
        self.bad("gap.delta: means nothing to the strategy search", "gap.delta=2")
        self.bad("soap.species: means nothing", "soap.species=[C]")
        self.bad("'id' cannot be a name", "parameters.id=[1, 2]")
        self.bad("'a b' cannot be a name", "parameters.a b=[1, 2]")
        self.bad("parameters.cutoff: the range [6, 3] is inverted", "parameters.cutoff=[6, 3]")
        self.bad("nothing to search", "parameters.cutoff=4", "parameters.n_max=4")
        self.bad("means nothing", "strategy=search", "objective.stage2=mae")
        self.write("run.yaml", RUN.replace("strategy: search", "strategy: joint"))
        self.bad("belongs to the strategy search")
        self.write("run.yaml", "strategy: search\nparameters: {a: [0, 1]}\n")
        self.bad("objective.command: missing")
        self.run_file("echo 1 2", "values: 2")
        self.bad("swarm.variant: paper is for one objective", "swarm.variant=paper")


main()
