# SPDX-License-Identifier: BSD-3-Clause
"""hpswarm tune under mpirun: the same run for every number of ranks and threads; stopping,
killing and resuming it on another number of ranks."""
import json
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from common import PROGRAM, ProgramTest, main, without_times  # noqa: E402

MPIRUN = shlex.split(os.environ["HPSWARM_MPIRUN"])  # mpirun -n
SEARCH = """\
strategy: search
objective:
  command: '%s'
parameters: {a: [0, 1], b: {range: [1, 8], type: int}}
swarm: {particles: 16, iterations: 3, variant: %s}
"""
RECORDER = """\
import signal, subprocess, sys
run = subprocess.Popen(sys.argv[1:], close_fds=False)
signal.signal(signal.SIGTERM, lambda number, _: run.send_signal(number))
code = run.wait()
with open("codes", "a") as out:
    out.write(f"{code}\\n")
sys.exit(code)
"""
BOWL = "echo {a} {b} | awk \"{{ print (\\$1 - 0.3)^2 + (\\$2 - 4)^2 }}\""


class Ranks(ProgramTest):
    def history(self, folder):
        if not os.path.exists(self.path(f"{folder}/history.jsonl")):
            return []
        return [json.loads(l) for l in self.read(f"{folder}/history.jsonl").splitlines(keepends=True) if l[-1] == "\n"]

    def tune(self, n, folder, *flags, code=0):
        done = subprocess.run([*MPIRUN, str(n), PROGRAM, "tune", "run.yaml", "-o", folder, "-q", *flags],
                              cwd=self.folder, text=True, capture_output=True, timeout=300)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def start_ranks(self, n, folder, *flags, program=(PROGRAM,)):
        return subprocess.Popen([*MPIRUN, str(n), *program, "tune", "run.yaml", "-o", folder, "-q", *flags],
                                cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def same_run(self, a, b):
        self.assertEqual(*([without_times(l) for l in self.history(d)] for d in (a, b)))
        self.assertEqual(*(without_times(json.loads(self.read(f"{d}/result.json"))) for d in (a, b)))
        self.assertEqual(self.read(f"{a}/best.yaml"), self.read(f"{b}/best.yaml"))

    def search(self, command, variant="paper"):
        self.write("run.yaml", SEARCH % (command.replace("'", "''"), variant))

    def test_studies_on_any_number_of_ranks_and_threads(self):
        for strategy in ("two-stage", "joint"):
            self.run_file(strategy=strategy, **{"particles: 4": "particles: 7"})
            self.run_program("tune", "run.yaml", "-o", strategy, "-q")
            for n in (1, 2, 3, 5):
                for threads in ("1", "2"):
                    folder = f"{strategy}{n}{threads}"
                    self.tune(n, folder, "--threads", threads)
                    self.same_run(strategy, folder)

    def test_commands_on_any_number_of_ranks(self):
        self.search("[ {id} = 4 ] && exit 3; sleep 0.0$(({id} % 4)); " + BOWL, "guided")
        self.run_program("tune", "run.yaml", "-o", "alone", "-q")
        for n in (1, 2, 3, 5):
            for threads in "12":
                self.tune(n, f"n{n}{threads}", "--threads", threads)
                self.same_run("alone", f"n{n}{threads}")
        self.assertEqual(self.history("n52")[4]["reason"], "exit status 3")

    def test_asynchronous_runs_are_repeated_on_any_number_of_ranks(self):
        self.search("[ {id} = 4 ] && exit 3; sleep 0.0$(({id} * 7 % 10)); " + BOWL, "guided, asynchronous: true")
        self.tune(3, "first")
        order = [l["order"] for l in self.history("first")]
        self.assertEqual(sorted(order), list(range(len(order))))
        self.assertNotEqual(sorted(order), order)
        self.run_program("tune", "run.yaml", "-o", "alone", "-q", "--set", "swarm.replay=first/history.jsonl")
        self.same_run("first", "alone")
        for n in (1, 2, 5):
            self.tune(n, f"n{n}", "--set", "swarm.replay=first/history.jsonl")
            self.same_run("first", f"n{n}")

    def test_asynchronous_studies(self):
        self.run_file(strategy="two-stage", **{"iterations: 5": "iterations: 5, asynchronous: true"})
        self.tune(3, "first", "--threads", "1")
        for n in (1, 2, 5):
            self.tune(n, f"n{n}", "--threads", "2", "--set", "swarm.replay=first/history.jsonl")
            self.same_run("first", f"n{n}")

    def test_asynchronous_killed_and_resumed(self):
        self.search("echo {id} >> count; sleep 0.0$(({id} * 7 % 10)); " + BOWL, "swarm, asynchronous: true")
        for n in (3, 2, 4):
            run = self.start_ranks(n, "out", "--resume")
            before, deadline = len(self.history("out")), time.time() + 100
            while time.time() < deadline and run.poll() is None and len(self.history("out")) < before + 9:
                time.sleep(0.01)
            run.send_signal(signal.SIGTERM)
            run.communicate(timeout=60)
        self.tune(5, "out", "--resume")
        lines = self.history("out")
        self.assertEqual(sorted(l["order"] for l in lines), list(range(len(lines))))
        self.assertLessEqual(len(self.read("count").split()), len(lines) + 3 + 2 + 4)
        self.tune(2, "again", "--set", "swarm.replay=out/history.jsonl")
        self.same_run("out", "again")

    def test_groups_of_ranks_share_an_evaluation(self):
        for strategy in ("two-stage", "joint"):
            self.run_file(strategy=strategy, **{"particles: 4": "particles: 5", "gap: {": "gap: {fit_forces: true, "})
            self.run_program("tune", "run.yaml", "-o", strategy, "-q")
            for n, each in ((2, 2), (3, 2), (5, 2), (3, 3), (4, 9)):
                folder = f"{strategy}{n}{each}"
                self.tune(n, folder, "--threads", "1" if n > 2 else "2", "--set", f"swarm.ranks_per_evaluation={each}")
                self.same_run(strategy, folder)

    def test_ranks_without_a_point_of_their_own_help_by_themselves(self):
        """More ranks than particles: groups, until what they cost says another number."""
        said = (r"stage \w+: one takes [\d.e-]+ m?s on (\d) ranks, [\d.e-]+ m?s of it waiting for each other, "
                r"about [\d.e-]+ m?s on one rank: (\d) ranks? for each")
        for strategy in ("two-stage", "joint"):
            self.run_file(strategy=strategy, **{"particles: 4": "particles: 2", "gap: {": "gap: {fit_forces: true, "})
            self.run_program("tune", "run.yaml", "-o", strategy, "-q")
            for n, size in ((2, 1), (3, 1), (4, 2), (7, 3)):
                folder = f"{strategy}{n}"
                done = subprocess.run([*MPIRUN, str(n), PROGRAM, "tune", "run.yaml", "-o", folder, "--threads", "1"],
                                      cwd=self.folder, text=True, capture_output=True, timeout=300)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.same_run(strategy, folder)
                found = re.findall(said, done.stderr)
                self.assertEqual(len(found), (2 if strategy == "two-stage" else 1) if size > 1 else 0, done.stderr)
                for groups, best in found:
                    self.assertEqual(int(groups), size)
                    self.assertLessEqual(int(best), size)
                self.assertEqual("more ranks than particles" in done.stderr, size > 1)

    def test_asynchronous_ranks_help_by_themselves(self):
        self.run_file(strategy="two-stage", **{"iterations: 5": "iterations: 5, asynchronous: true",
                                               "particles: 4": "particles: 2"})
        self.tune(5, "first", "--threads", "1")
        for n, each in ((4, "auto"), (5, "2"), (2, "auto")):
            folder = f"n{n}{each}"
            self.tune(n, folder, "--set", "swarm.replay=first/history.jsonl", "--set",
                      f"swarm.ranks_per_evaluation={each}")
            self.same_run("first", folder)

    def test_plan_measures_a_group(self):
        self.run_file(strategy="two-stage", **{"particles: 4": "particles: 2"})
        plan = self.tune(4, "out", "--dry-run").stdout
        self.assertRegex(plan, "2 evaluations at a time, 2 ranks of .*, as there are more ranks than particles")
        self.assertEqual(len(re.findall(r"  one takes \S+ m?s on 2 ranks, .*: [12] ranks? for each", plan)), 2, plan)
        plan = json.loads(self.tune(4, "out", "--dry-run", "--json").stdout)
        for stage in plan["stages"]:
            self.assertEqual(stage["ranks_measured"], 2)
            self.assertIn(stage["ranks_each"], (1, 2))
            self.assertGreater(stage["seconds_alone"], 0)
        self.assertEqual(os.listdir(self.folder), ["run.yaml"])

    def test_groups_of_ranks_and_commands(self):
        self.search("echo {id} >> count; sleep 0.0$(({id} * 7 % 10)); " + BOWL, "guided")
        self.run_program("tune", "run.yaml", "-o", "alone", "-q")
        os.unlink(self.path("count"))
        self.tune(5, "groups", "--set", "swarm.ranks_per_evaluation=2")
        self.same_run("alone", "groups")
        self.assertEqual(len(self.read("count").split()), len(self.history("groups")))
        self.search(BOWL, "guided, asynchronous: true")
        self.tune(4, "first", "--set", "swarm.ranks_per_evaluation=2")
        self.tune(3, "again", "--set", "swarm.replay=first/history.jsonl", "--set", "swarm.ranks_per_evaluation=3")
        self.same_run("first", "again")

    def test_plan_names_ranks_and_threads(self):
        self.run_file()
        plan = self.tune(4, "out", "--dry-run", "--threads", "3", "--set", "swarm.ranks_per_evaluation=2").stdout
        self.assertRegex(plan, r"4 ranks, 4 here with \d+ processors?: 2 evaluations at a time, 2 ranks of 3 threads each")

    def test_more_ranks_than_points(self):
        self.search(BOWL)
        self.tune(5, "out", "--set", "swarm.particles=2")
        self.assertLessEqual(len(self.history("out")), 8)

    def test_ranks_without_work_take_no_time(self):
        """CPU of five ranks, four of them idle, whose command takes a moment or 6 s."""
        def spent(seconds):
            self.search(f"sleep {seconds}; " + BOWL)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.tune(5, f"s{seconds}", "--set", "swarm.particles=1", "--set", "swarm.iterations=0",
                      "--set", "swarm.evaluations=1")
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.assertLess(spent(6) - spent(0.1), 1.5)

    def test_every_rank_works_and_none_sees_the_mpi_of_the_others(self):
        self.search("env | grep -c -E \"OMPI_COMM_WORLD|PMI_|PMIX_\" >> seen; echo $PPID >> ranks; sleep 0.1; " + BOWL)
        self.tune(3, "out")
        self.assertEqual(set(self.read("seen").split()), {"0"})
        self.assertEqual(len(set(self.read("ranks").split())), 3)

    def test_errors_are_said_once_with_their_exit_code(self):
        self.search("echo {c}")
        done = self.tune(3, "out", code=2)
        self.assertEqual(done.stderr.count("{c} is not id"), 1)
        self.search("exit 1")
        done = self.tune(3, "out", code=5)
        self.assertEqual(done.stderr.count("every one of"), 1)

    def test_a_rank_that_cannot_read_its_input(self):
        self.run_file()
        script = self.write("rank.sh", f'[ "${{OMPI_COMM_WORLD_RANK:-$PMI_RANK}}" = 1 ] && set -- "$@" '
                                       f'--set data.test_fraction=7\nexec {PROGRAM} "$@"\n')
        done = subprocess.run([*MPIRUN, "3", "sh", script, "tune", "run.yaml", "-o", "out", "-q"], cwd=self.folder,
                              text=True, capture_output=True, timeout=100)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr.count("rank 1: "), 1, done.stderr)

    def test_terminated_ends_the_commands_and_resumes(self):
        self.search("echo $$ >> pids; sleep 0.1; " + BOWL)
        self.run_program("tune", "run.yaml", "-o", "whole", "-q", "--set", "swarm.parallel=4")
        os.unlink(self.path("pids"))
        self.write("slow", "")
        self.search("echo $$ >> pids; if [ -e slow ] && [ {id} -ge 7 ]; then sleep 300; fi; sleep 0.1; " + BOWL)
        recorder = self.write("recorder.py", RECORDER)
        run = self.start_ranks(3, "out", program=(sys.executable, "-S", recorder, PROGRAM))
        deadline = time.time() + 100
        while time.time() < deadline and not (len(self.history("out")) >= 7 and len(self.read("pids").split()) >= 10):
            time.sleep(0.02)
        begin = time.time()
        run.send_signal(signal.SIGTERM)
        run.communicate(timeout=60)
        self.assertLess(time.time() - begin, 8)
        codes = self.read("codes").split() if os.path.exists(self.path("codes")) else []
        # of its own accord mpirun of OpenMPI kills ranks that take longer than it waits, and mpiexec
        # of MPICH forgets the codes of its ranks now and then; one of both says what happened
        self.assertEqual(set(codes) - {"75"}, set())
        self.assertTrue(run.returncode != 0 or codes == ["75"] * 3, f"{run.returncode}: {codes}")
        time.sleep(0.2)
        for pid in self.read("pids").split():
            self.assertFalse(os.path.exists(f"/proc/{pid}") and self.state(pid) not in "ZX", pid)
        self.assertEqual(sorted(l["id"] for l in self.history("out")), list(range(7)))
        os.unlink(self.path("slow"))
        self.tune(2, "out", "--resume")
        self.assertEqual([(l["id"], l["objectives"]) for l in self.history("out")],
                         [(l["id"], l["objectives"]) for l in self.history("whole")])

    def state(self, pid):
        try:
            with open(f"/proc/{pid}/stat") as f:
                return f.read().rsplit(")", 1)[1].split()[0]
        except OSError:
            return "X"

    def test_time_limit(self):
        self.search("sleep 0.3; " + BOWL)
        self.tune(3, "out", "--time-limit", "1.5s", code=75)
        self.assertTrue(self.history("out"))
        self.tune(3, "out", "--resume")
        self.run_program("tune", "run.yaml", "-o", "alone", "-q", "--set", "swarm.parallel=6")
        self.same_run("alone", "out")

    def test_the_commands_of_a_rank_that_is_killed_end_too(self):
        self.search("echo $$ >> pids; echo $PPID >> ranks; sleep 300")
        run = self.start_ranks(3, "out")
        deadline = time.time() + 100
        while time.time() < deadline and not (os.path.exists(self.path("ranks")) and len(self.read("ranks").split()) == 3):
            time.sleep(0.02)
        for rank in self.read("ranks").split():
            os.kill(int(rank), signal.SIGKILL)
        run.communicate(timeout=100)
        self.assertNotEqual(run.returncode, 0)
        pids = self.read("pids").split()
        self.assertEqual(len(pids), 3)
        deadline = time.time() + 30
        while time.time() < deadline and any(self.state(p) not in "ZX" for p in pids):
            time.sleep(0.05)
        self.assertEqual([p for p in pids if self.state(p) not in "ZX"], [])

    def test_a_rank_that_is_killed_ends_the_job_and_nothing_is_lost(self):
        self.search("sleep 0.05; " + BOWL)
        self.run_program("tune", "run.yaml", "-o", "whole", "-q", "--set", "swarm.parallel=4")
        self.search("echo $PPID >> ranks; sleep 0.05; " + BOWL)
        run = self.start_ranks(3, "out")
        deadline = time.time() + 100
        while time.time() < deadline and len(self.history("out")) < 12:
            time.sleep(0.01)
        os.kill(int(self.read("ranks").split()[-1]), signal.SIGKILL)
        run.communicate(timeout=100)
        self.assertNotEqual(run.returncode, 0)
        before = len(self.history("out"))
        self.assertGreaterEqual(before, 12)
        os.unlink(self.path("ranks"))
        self.tune(5, "out", "--resume")
        self.assertEqual([(l["id"], l["objectives"]) for l in self.history("out")],
                         [(l["id"], l["objectives"]) for l in self.history("whole")])
        self.assertEqual(len(self.read("ranks").split()), len(self.history("out")) - before)


main()
