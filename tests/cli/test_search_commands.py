# SPDX-License-Identifier: BSD-3-Clause
"""strategy: search with commands that fail, hang, talk too much or leave something behind."""
import glob
import json
import os
import resource
import shutil
import time

from common import main
from searching import BOWL, Search, alive, zombie_of


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

    def test_how_often_each_reason_was_given(self):
        self.run_file("case $(({id} % 4)) in 1) echo nan;; 0) " + BOWL + ";; *) echo no cell at {cutoff} >&2; exit 3;; esac")
        printed, _ = self.run_program("tune", "run.yaml", "-o", "out", "-q")
        lines = self.history()
        texts = [{l["reason"] for l in lines if l["id"] % 4 in k} for k in ((1,), (2, 3))]
        n = [sum(l["id"] % 4 in k for l in lines) for k in ((1,), (2, 3))]
        self.assertEqual(texts[0], {"standard output: value 1 is NaN"})
        self.assertGreater(len(texts[1]), 2)
        reasons = json.loads(self.read("out/result.json"))["stages"][0]["reasons"]
        self.assertEqual([(r["reason"], r["evaluations"]) for r in reasons], [(min(t), k) for t, k in zip(texts[::-1], n[::-1])])
        self.assertIn(f"\n  {n[0]} x standard output: value 1 is NaN\n", printed)
        self.assertIn(f"\n  {n[1]} x such as: {min(texts[1])}\n", printed)

    def test_many_reasons(self):
        self.run_file("echo word{id} >&2; [ {id} = 0 ] && echo 1 || exit 1")
        printed, _ = self.run_program("tune", "run.yaml", "-o", "out", "-q")
        n = len(self.history()) - 1
        self.assertEqual(len(json.loads(self.read("out/result.json"))["stages"][0]["reasons"]), 20)
        self.assertGreater(n, 20)
        self.assertIn("\n  1 x exit status 1; its last words: word1\n", printed)
        self.assertIn(f"\n  {n - 3} x other reasons, in history.jsonl\n", printed)

    def test_without_room_for_processes(self):
        self.run_file("echo {cutoff}")
        run = self.start("tune", "run.yaml", "-o", "out", "-q", preexec_fn=lambda:
                         resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8)))
        _, err = run.communicate(timeout=100)
        if run.returncode != 0:  # never a failed evaluation: the machine is short, not the point
            self.assertEqual(run.returncode, 1, err)
            self.assertIn("Too many open files", err)
            self.assertEqual(self.history() if os.path.exists(self.path("out/history.jsonl")) else [], [])


main()
