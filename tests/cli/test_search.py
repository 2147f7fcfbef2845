# SPDX-License-Identifier: BSD-3-Clause
"""strategy: search: a command as the objective, whatever it does; stopping and resuming it."""
import glob
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import time

from common import ProgramTest, main, without_times

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


class Misbehaviour(Search):
    def test_exit_status_and_last_words(self):
        (first, _) = self.reasons("echo 1; echo first >&2; echo \"it is broken\" >&2; echo >&2; exit 3")
        self.assertEqual(first, "exit status 3; its last words: it is broken")

    def test_command_not_found(self):
        self.assertIn("exit status 127 (command not found)", self.reasons("no_such_program {x}")[0])

    def test_crash(self):
        self.assertIn("killed by signal 11", self.reasons("kill -SEGV $$")[0])

    def test_garbage(self):
        for text, reason in (("what {id}", "expected 1 number on the first line, found 'what 0'"),
                             ("1 2", "expected 1 number on the first line, found 2"),
                             ("nan", "value 1 is NaN"), ("-inf", "value 1 is infinite"),
                             ("1e999", "value 1 is infinite"), ("", "expected 1 number on the first line, found 0")):
            self.assertEqual(self.reasons(f"echo {text}")[0], f"standard output: {reason}")
            shutil.rmtree(self.path("out"))
        self.assertEqual(self.reasons("true")[0], "standard output: expected 1 number on the first line, found 0")
        shutil.rmtree(self.path("out"))
        self.assertIn("expected 1 number", self.reasons("head -c 300000 /dev/urandom")[0])
        for line in self.history():  # JSON in spite of all bytes
            self.assertIn("reason", line)

    def test_responses_that_cannot_be_read(self):
        for make, reason in (("true", "No such file"), ("mkdir {id}.r", "not a plain file"),
                             ("mkfifo {id}.r", "not a plain file"), ("ln -s {id}.r {id}.r", "levels of symbolic links"),
                             ("head -c 100000 /dev/zero > {id}.r", "found 0"),
                             ("head -c 100000 /dev/zero | tr \"\\0\" 7 > {id}.r", "expected 1 number")):
            self.assertIn(reason, self.reasons(make, "response: '{id}.r'")[0], make)
            shutil.rmtree(self.path("out"))
            for name in glob.glob(self.path("*.r")):
                (os.rmdir if os.path.isdir(name) and not os.path.islink(name) else os.unlink)(name)

    def test_old_response_is_not_taken_for_a_new_one(self):
        self.write("0.r", "0.5\n")
        self.write("1.r", "0.5\n")
        self.assertIn("No such file", self.reasons("true", "response: '{id}.r'")[0])

    def test_hanging_command_and_its_grandchildren_are_killed(self):
        self.write("hang.sh", """\
trap '' TERM
(trap '' TERM; echo $BASHPID >> pids; sleep 300) &
timeout 300 bash -c 'echo $$ >> pids; sleep 300' &
setsid bash -c 'echo $$ >> pids; sleep 300' &
echo $$ >> pids
sleep 300
""")
        start = time.time()
        reasons = self.reasons("exec bash hang.sh", "timeout: 0.7s", flags=("--set", "swarm.parallel=2"))
        self.assertIn("killed after its time limit of", reasons[0])
        self.assertLess(time.time() - start, 60)
        self.gone(8)

    def gone(self, expected):
        pids = [int(p) for p in self.read("pids").split()]
        self.assertEqual(len(pids), expected)
        for pid in pids:
            for _ in range(100):
                if not alive(pid):
                    break
                time.sleep(0.02)
            self.assertFalse(alive(pid), f"{pid} of {pids} runs on")

    def test_what_a_finished_command_leaves_behind_is_ended(self):
        self.run_file("sleep 300 & echo $! >> pids; echo {cutoff}")
        self.run_program("tune", "run.yaml", "-o", "out", "-q", "--set", "swarm.evaluations=4")
        self.assertEqual({l["outcome"] for l in self.history()}, {"ok"})
        self.gone(4)

    def test_zombies_and_orphans_are_reaped(self):
        self.run_file("(setsid sleep 0.05 > /dev/null 2>&1 &) ; echo {cutoff}")
        run = self.start("tune", "run.yaml", "-o", "out", "-q", "--set", "swarm.iterations=20")
        known = {}  # zombie: how many evaluations had ended when it was first seen
        while run.poll() is None:
            ended = len(self.read("out/history.jsonl").splitlines()) if os.path.exists(self.path("out/history.jsonl")) else 0
            known = {p: known.get(p, ended) for p in glob.glob("/proc/[0-9]*/stat") if zombie_of(p, run.pid)}
            self.assertFalse([p for p, since in known.items() if ended - since > 12], "not reaped for 12 evaluations")
            time.sleep(0.01)
        run.communicate()
        self.assertEqual(run.returncode, 0)
        self.assertGreater(len(self.history()), 100)

    def test_much_output_fills_neither_memory_nor_disk(self):
        self.run_file("echo {cutoff}; head -c 100000000 /dev/zero | tr \"\\0\" x; echo; echo the end; "
                      "head -c 100000000 /dev/zero >&2; echo the very end >&2", "keep_output: 64K")
        # The address sanitizer keeps up to 256 MB of freed memory if it is not told otherwise.
        asan = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=16"
        run = self.start("tune", "run.yaml", "-o", "out", "-q", "--set", "swarm.evaluations=2",
                         "--set", "swarm.parallel=2", env={**os.environ, "ASAN_OPTIONS": asan})
        _, status, usage = os.wait4(run.pid, 0)
        self.assertEqual(status, 0)
        run.returncode = 0
        run.stdout.close()
        run.stderr.close()
        self.assertLess(usage.ru_maxrss, 200e3)  # KiB
        for line in self.history():
            self.assertEqual(line["objectives"], [line["parameters"]["cutoff"]])
            for end, last in (("out", "the end\n"), ("err", "the very end\n")):
                text = self.read(f"out/output/{line['id']}.{end}")
                self.assertLess(len(text), 66000)
                self.assertGreater(len(text), 65536)
                self.assertRegex(text, r"\n\[hpswarm: 999\d{5} bytes left out\]\n")
                self.assertTrue(text.endswith(last))

    def test_moderate_output_is_kept_whole(self):
        self.run_file("seq 1 {n_max}000; echo {cutoff} > {id}.r", "response: '{id}.r'", "keep_output: 64K")
        self.run_program("tune", "run.yaml", "-o", "out", "-q")
        for line in self.history():
            whole = "".join(f"{k}\n" for k in range(1, 1000 * line["parameters"]["n_max"] + 1))
            self.assertEqual(self.read(f"out/output/{line['id']}.out"), whole)

    def test_deleted_folders(self):
        self.run_file("rm -rf $PWD; echo {cutoff}", "folder: 'work/{id}'")
        self.run_program("tune", "run.yaml", "-o", "out", "-q")
        self.assertEqual({l["outcome"] for l in self.history()}, {"ok"})
        os.mkdir(self.path("keep"))
        self.run_file("rm -rf ../keep/out2/output work/*; echo {cutoff}")
        self.run_program("tune", "run.yaml", "-o", "keep/out2", "-q")
        self.assertEqual({l["outcome"] for l in self.history("keep/out2")}, {"ok"})
        shutil.rmtree(self.path("out"))
        self.assertIn("No such file", self.reasons("rm -rf $PWD", "folder: 'gone/{id}'", "response: r")[0])

    def test_a_failure_now_and_then_does_not_end_the_run(self):
        self.run_file("[ $(({id} % 3)) = 1 ] && exit 1; " + BOWL)
        out = self.json("tune", "run.yaml", "-o", "out")
        lines = self.history()
        self.assertEqual([l["outcome"] for l in lines],
                         ["failed" if l["id"] % 3 == 1 else "ok" for l in lines])
        self.assertEqual(out["stages"][0]["failed"], sum(l["outcome"] == "failed" for l in lines))

    def test_without_room_for_processes(self):
        self.run_file("echo {cutoff}")
        run = self.start("tune", "run.yaml", "-o", "out", "-q", preexec_fn=lambda:
                         resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8)))
        _, err = run.communicate(timeout=100)
        if run.returncode != 0:  # never a failed evaluation: the machine is short, not the point
            self.assertEqual(run.returncode, 1, err)
            self.assertIn("Too many open files", err)
            self.assertEqual(self.history() if os.path.exists(self.path("out/history.jsonl")) else [], [])


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


class Stop(Search):
    def setUp(self):
        super().setUp()
        self.run_file("echo run >> count; sleep 0.02; " + BOWL)
        self.run_program("tune", "run.yaml", "-o", "whole", "-q")
        self.count = len(self.read("count").splitlines())
        os.unlink(self.path("count"))

    def test_signals_inside_an_evaluation(self):
        for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT):
            folder = f"s{int(number)}"
            self.write("slow", "")
            self.run_file("if [ -e slow ] && [ {id} -ge 9 ]; then trap \"\" TERM; bash -c \"echo \\$\\$ >> pids; "
                          "sleep 300\" & echo $$ >> pids; wait; sleep 300; fi; " + BOWL)
            run = self.start("tune", "run.yaml", "-o", folder, "-q", "--set", "swarm.parallel=2")
            deadline = time.time() + 60
            while time.time() < deadline and (not os.path.exists(self.path("pids")) or
                                              len(self.read("pids").split()) < 4):
                time.sleep(0.01)
            start = time.time()
            run.send_signal(number)
            time.sleep(0.05)
            run.send_signal(number)  # as a launcher does that passes on what all have got
            _, err = run.communicate(timeout=60)
            self.assertLess(time.time() - start, 5)
            self.assertEqual(run.returncode, 75, err)
            self.assertIn("--resume goes on", err)
            for pid in self.read("pids").split():
                self.assertFalse(alive(int(pid)))
            self.assertTrue(os.path.exists(self.path(f"{folder}/checkpoint.hpsw")))
            self.assertEqual(sorted(l["id"] for l in self.history(folder)), list(range(9)))
            os.unlink(self.path("slow"))
            os.unlink(self.path("pids"))
            self.run_program("tune", "run.yaml", "-o", folder, "--resume", "-q", "--set", "swarm.parallel=3")
            self.assertEqual([l["objectives"] for l in self.history(folder)],
                             [l["objectives"] for l in self.history("whole")])

    def test_a_second_signal_kills_a_run_that_is_slow_to_stop(self):
        for number, code in ((signal.SIGTERM, -15), (signal.SIGUSR1, 75)):
            self.run_file("trap \"\" TERM; echo $$ >> pids; sleep 300; sleep 300")
            run = self.start("tune", "run.yaml", "-o", f"s{int(number)}", "-q")
            deadline = time.time() + 60
            while time.time() < deadline and not os.path.exists(self.path("pids")):
                time.sleep(0.01)
            run.send_signal(number)
            time.sleep(1.2)
            run.send_signal(number)
            run.communicate(timeout=60)
            self.assertIn(run.returncode, (75, code))  # 75: a busy machine has slept for more than 2 s
            for pid in self.read("pids").split():
                deadline = time.time() + 30
                while time.time() < deadline and alive(int(pid)):
                    time.sleep(0.05)
                self.assertFalse(alive(int(pid)))
            os.unlink(self.path("pids"))

    def test_one_run_at_a_time_in_a_folder(self):
        self.run_file("[ -e go ] || sleep 300; " + BOWL)
        first = self.start("tune", "run.yaml", "-o", "out", "-q")
        deadline = time.time() + 60
        while time.time() < deadline and not os.path.exists(self.path("out/checkpoint.hpsw")):
            time.sleep(0.01)
        self.refused(2, "out: another run is at work in this folder", "tune", "run.yaml", "-o", "out", "--resume")
        first.kill()
        first.communicate()
        self.write("go", "")
        self.run_program("tune", "run.yaml", "-o", "out", "--resume", "-q")  # a kill leaves no lock behind
        self.assertFalse(os.path.exists(self.path("out/.lock")))
        self.refused(2, "holds files of an earlier run", "tune", "run.yaml", "-o", "out")

    def test_killed_at_random_moments_nothing_is_evaluated_twice(self):
        random.seed(os.environ.get("HPSWARM_TEST_SEED", "1"))
        kills = 0
        for n in range(100):
            run = self.start("tune", "run.yaml", "-o", "killed", "--resume", "-q", "--set",
                             f"swarm.parallel={1 + n % 3}")
            try:
                run.communicate(timeout=random.uniform(0.02, 0.3) if kills < 12 else 60)
            except subprocess.TimeoutExpired:
                kills += 1
                run.send_signal(signal.SIGKILL)
                run.communicate()
                continue
            self.assertEqual(run.returncode, 0)
            break
        self.assertGreater(kills, 2)
        self.same_run("whole", "killed")
        # three at most were under way at each kill
        self.assertLessEqual(len(self.read("count").splitlines()), self.count + 3 * kills)

    def test_killed_at_a_blow_the_commands_end_too(self):
        self.write("daemon.sh", "echo $$ >> pids\nsleep 300\n")
        self.write("hang.sh", """\
bash -c 'echo $$ >> pids; sleep 300' &
(trap '' TERM; echo $BASHPID >> pids; sleep 300) &
(setsid bash daemon.sh &)
echo $$ >> pids
wait
sleep 300
""")
        self.run_file("exec bash hang.sh")
        run = self.start("tune", "run.yaml", "-o", "out", "-q", "--set", "swarm.parallel=2")
        deadline = time.time() + 60
        while time.time() < deadline and (not os.path.exists(self.path("pids")) or
                                          len(self.read("pids").split()) < 8):
            time.sleep(0.01)
        run.kill()
        run.communicate()
        pids = self.read("pids").split()
        self.assertEqual(len(pids), 8)
        deadline = time.time() + 30
        while time.time() < deadline and any(alive(int(p)) for p in pids):
            time.sleep(0.05)
        self.assertEqual([p for p in pids if alive(int(p))], [])

    def test_a_run_that_ends_leaves_no_guard(self):
        self.run_file("sleep 0.3; " + BOWL)
        run = self.start("tune", "run.yaml", "-o", "out", "-q", "--set", "swarm.evaluations=2")
        children = set()
        while run.poll() is None:
            with open(f"/proc/{run.pid}/task/{run.pid}/children") as f:
                children |= set(f.read().split())
            time.sleep(0.01)
        run.communicate()
        deadline = time.time() + 30
        while time.time() < deadline and any(alive(int(p)) for p in children):
            time.sleep(0.01)
        self.assertGreater(len(children), 1)
        self.assertEqual([p for p in children if alive(int(p))], [])

    def test_damaged_checkpoints(self):
        path = self.path("out/checkpoint.hpsw")

        def stopped():
            shutil.rmtree(self.path("out"), ignore_errors=True)
            run = self.start("tune", "run.yaml", "-o", "out", "-q")
            while len(self.read("out/history.jsonl").splitlines()
                      if os.path.exists(self.path("out/history.jsonl")) else []) < 15:
                time.sleep(0.005)
            run.kill()
            run.communicate()

        stopped()
        self.assertTrue(os.path.exists(path + ".previous"))
        before = len(self.read("count").splitlines())
        with open(path, "rb") as f:
            good = f.read()
        with open(path, "wb") as f:
            f.write(good[:len(good) // 2])
        _, err = self.run_program("tune", "run.yaml", "-o", "out", "--resume")
        self.assertIn("going on from", err)
        self.assertIn("checkpoint.hpsw", err)
        self.same_run("whole", "out")
        self.assertLessEqual(len(self.read("count").splitlines()) - before, self.count - 15 + 1)
        stopped()
        for name in (path, path + ".previous"):
            with open(name, "wb") as f:
                f.write(good[:40])
        self.refused(3, "checkpoint.hpsw", "tune", "run.yaml", "-o", "out", "--resume")

    def test_time_limit_leaves_room_for_the_slowest(self):
        self.run_file("sleep 0.5; echo e >> ended; " + BOWL)
        _, err = self.run_program("tune", "run.yaml", "-o", "out", "-q", "--time-limit", "1.8s", code=75)
        self.assertIn("--resume goes on", err)
        ended = len(self.read("ended").splitlines())
        self.assertEqual(ended, len(self.history()), "none was begun that could not end")
        self.assertIn(ended, (1, 2, 3))

    def test_full_disk(self):
        disk = self.path("disk")
        os.mkdir(disk)
        if os.system(f"mount -t tmpfs -o size=48k tmpfs {disk} 2>/dev/null") != 0:
            self.skipTest("no right to mount")
        try:
            self.run_file("echo {cutoff}; head -c 5000 /dev/zero >&2")
            _, err = self.run_program("tune", "run.yaml", "-o", "disk/out", "-q", code=1)
            self.assertIn("No space left", err)
            for line in self.history("disk/out"):
                self.assertEqual(line["outcome"], "ok")
            shutil.copytree(f"{disk}/out", self.path("rescued"))
        finally:
            os.system(f"umount {disk}")
        self.run_program("tune", "run.yaml", "-o", "rescued", "--resume", "-q")
        self.run_program("tune", "run.yaml", "-o", "room", "-q")
        self.same_run("room", "rescued")


main()
