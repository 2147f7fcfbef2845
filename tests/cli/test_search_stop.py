# SPDX-License-Identifier: BSD-3-Clause
"""strategy: search: stopping and resuming it, by signals, kills, limits and full disks."""
import os
import random
import shutil
import signal
import time

from common import main
from searching import BOWL, Search, alive


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
        kills = self.kill_until_done(0.3, 12, lambda n: ("tune", "run.yaml", "-o", "killed", "--resume", "-q", "--set",
                                                         f"swarm.parallel={1 + n % 3}"))
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
