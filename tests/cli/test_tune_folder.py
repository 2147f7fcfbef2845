# SPDX-License-Identifier: BSD-3-Clause
"""tune: the folder of a run: used, damaged or full, resuming after kills and signals, limits."""
import json
import os
import random
import resource
import shutil
import signal
import time

from common import FILES, ProgramTest, main, without_times


class Folder(ProgramTest):
    def test_used_folder_is_refused(self):
        self.run_file()
        self.run_program("tune", "run.yaml", "-o", "out", "-q")
        before = self.read("out/history.jsonl")
        self.refused(2, "--resume", "tune", "run.yaml", "-o", "out")
        self.assertEqual(self.read("out/history.jsonl"), before)

    def test_default_folder_has_the_name_of_the_run_file(self):
        self.run_file("carbon.yaml")
        self.run_program("tune", "carbon.yaml", "-q")
        self.assertTrue(os.path.exists(self.path("carbon-out/result.json")))

    def test_finished_run_is_not_run_again(self):
        self.run_file()
        first = self.json("tune", "run.yaml", "-o", "out")
        self.assertEqual(self.json("tune", "run.yaml", "-o", "out", "--resume"), first)
        self.assertEqual(self.json("tune", "-o", "out", "--resume"), first)

    def test_unwritable_folder(self):
        self.run_file()
        self.write("file", "")
        self.refused(2, "a file has this name", "tune", "run.yaml", "-o", "file")
        self.refused(2, "cannot make this output folder", "tune", "run.yaml", "-o", "/proc/nothing")
        os.mkdir(self.path("closed"), 0o500)
        if not os.access(self.path("closed"), os.W_OK):
            self.refused(2, "cannot write into", "tune", "run.yaml", "-o", "closed")

    def test_another_run_file_is_refused(self):
        self.run_file()
        self.stop_early("out")
        self.refused(2, "gap.delta is [0.1, 4] here and [0.1, 5] there", "tune", "run.yaml", "-o",
                     "out", "--resume", "--set", "gap.delta=[0.1, 4]")
        self.refused(2, "swarm.seed is 7 here", "tune", "run.yaml", "-o", "out", "--resume",
                     "--seed", "7")

    def stop_early(self, folder, *flags):
        self.run_program("tune", "run.yaml", "-o", folder, "--time-limit", "0.001s", "-q", *flags,
                         code=75)

    def test_limits_may_be_raised(self):
        self.run_file(strategy="joint")
        self.stop_early("out")
        raised = self.json("tune", "run.yaml", "-o", "out", "--resume", "--set", "swarm.iterations=8")
        whole = self.json("tune", "run.yaml", "-o", "whole", "--set", "swarm.iterations=8")
        self.assertEqual(without_times(raised), without_times(whole))

    def test_damaged_checkpoint(self):
        self.run_file(strategy="joint", **{"iterations: 5": "iterations: 100000"})
        run = self.start("tune", "run.yaml", "-o", "out", "-q")
        path = self.path("out/checkpoint.hpsw")
        deadline = time.time() + 60
        while not os.path.exists(path) and time.time() < deadline:
            time.sleep(0.01)
        run.kill()
        run.communicate()
        if os.path.exists(path + ".previous"):
            os.unlink(path + ".previous")  # with it the run would go on (test_search_stop.py)
        with open(path, "rb") as f:
            good = f.read()
        for bad in (b"", good[:-1], good[:30] + b"\xff" + good[31:]):
            with open(path, "wb") as f:
                f.write(bad)
            line = self.refused(3, "checkpoint.hpsw", "tune", "run.yaml", "-o", "out", "--resume")
            self.assertNotIn("result", line)

    def test_memory_limit(self):
        self.run_file()
        large = ("--set", "soap.n_max=12", "--set", "soap.l_max=12")
        need = self.json("tune", "run.yaml", "--dry-run", *large)["stages"][0]["memory_bytes"]
        self.refused(6, "--max-memory allows", "tune", "run.yaml", "-o", "out", "--max-memory",
                     str(need * 7 // 10), *large)
        self.refused(6, "--max-memory allows", "tune", "run.yaml", "-o", "out", "--max-memory", "40K")


class Resume(ProgramTest):
    def setUp(self):
        super().setUp()
        self.run_file(**{"iterations: 5": "iterations: 40", "particles: 4": "particles: 6"})
        self.start_time = time.time()
        self.run_program("tune", "run.yaml", "-o", "whole", "-q")
        self.seconds = time.time() - self.start_time

    def compare(self, folder):
        self.assertEqual(*(without_times(json.loads(self.read(f"{d}/result.json")))
                           for d in ("whole", folder)))
        self.assertEqual(*([without_times(json.loads(l))
                            for l in self.read(f"{d}/history.jsonl").splitlines()]
                           for d in ("whole", folder)))
        self.assertEqual(self.read("whole/best.yaml"), self.read(f"{folder}/best.yaml"))
        self.assertEqual(sorted(os.listdir(self.path(folder))), FILES)

    def test_killed_at_random_moments(self):
        random.seed(os.environ.get("HPSWARM_TEST_SEED", "1"))
        for n in range(3):
            self.kill_until_done(self.seconds, 8, lambda _: ("tune", "run.yaml", "-o", f"killed{n}", "--resume", "-q"))
            self.compare(f"killed{n}")

    def test_terminated_with_a_checkpoint(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            folder = f"stopped{int(number)}"
            run = self.start("tune", "run.yaml", "-o", folder, "-q")
            while run.poll() is None:
                time.sleep(0.005)
                if os.path.exists(self.path(f"{folder}/checkpoint.hpsw")) and \
                        len(self.read(f"{folder}/history.jsonl").splitlines()) > 18:
                    break
            run.send_signal(number)
            out, err = run.communicate(timeout=60)
            self.assertEqual(run.returncode, 75, err)
            self.assertIn("--resume goes on", err)
            self.assertEqual(out, "")
            before = self.read(f"{folder}/history.jsonl").splitlines()
            self.run_program("tune", "run.yaml", "-o", folder, "--resume", "-q")
            self.compare(folder)
            # what was done is not done again: even the seconds are those of the first time
            self.assertEqual(self.read(f"{folder}/history.jsonl").splitlines()[:12], before[:12])

    def test_terminated_inside_a_long_evaluation(self):
        """Half a minute each: the run does not wait for the end of one, and can be resumed."""
        side, frames = 8, []
        for k in range(120):
            generator = random.Random(k)
            lines = [f"C {' '.join(f'{2.1 * c + generator.uniform(-0.3, 0.3):.3f}' for c in (i, j, l))}"
                     for i in range(side) for j in range(side) for l in range(side)]
            box = f"{2.1 * side} 0 0 0 {2.1 * side} 0 0 0 {2.1 * side}"
            frames.append(f"{len(lines)}\nLattice=\"{box}\" Properties=species:S:1:pos:R:3 energy={-8.0 * len(lines) + k}\n"
                          + "\n".join(lines) + "\n")
        self.write("large.xyz", "".join(frames))
        self.write("run.yaml", """\
data: {file: large.xyz, test_fraction: 0.2}
strategy: joint
soap: {n_max: 12, l_max: 12, rcut_hard: 6.0, rcut_soft: [5.0, 6.0], atom_sigma_r: 0.4, atom_sigma_t: 0.5}
kernel: {zeta: 4}
gap: {n_sparse: 3000, delta: 1.0, sigma_energy: 0.01}
swarm: {particles: 4, iterations: 5}
""")
        def opened():  # which file the history is: each start makes it anew before its first evaluation
            return os.stat(self.path("out/history.jsonl")).st_ino if os.path.exists(
                self.path("out/history.jsonl")) and os.path.exists(self.path("out/checkpoint.hpsw")) else 0
        def terminated(wait):
            before = opened()
            run = self.start("tune", "run.yaml", "-o", "out", "-q", "--resume", "--threads", "1")
            while run.poll() is None and opened() == before:
                time.sleep(0.02)
            time.sleep(wait)
            run.send_signal(signal.SIGTERM)
            _, err = run.communicate(timeout=30)
            self.assertEqual(run.returncode, 75, err)
            self.assertIn("; the checkpoint is in out, --resume goes on", err)
            self.assertEqual(self.read("out/history.jsonl"), "")
            return "stopped inside an evaluation" in err
        for _ in range(2):  # on a busy machine a second may be over before the evaluation begins
            self.assertTrue(any(terminated(wait) for wait in (1, 2, 4, 8, 16)))

    def test_time_limit(self):
        for n in range(200):
            flags = ["--resume"] if n else []
            run = self.start("tune", "run.yaml", "-o", "limited", "-q", "--time-limit",
                             f"{0.01 + 0.2 * n:.3f}s", *flags)
            run.communicate(timeout=60)
            if run.returncode == 0:
                break
            self.assertEqual(run.returncode, 75)
        self.assertGreater(n, 0)
        self.compare("limited")

    def test_torn_and_lost_history(self):
        """A torn line is dropped; lines that a power cut lost come back from the checkpoint."""
        run = self.start("tune", "run.yaml", "-o", "torn", "-q")
        while not os.path.exists(self.path("torn/checkpoint.soap.hpsw")) and run.poll() is None:
            time.sleep(0.005)
        run.kill()
        run.communicate()
        if os.path.exists(self.path("torn/result.json")):
            self.skipTest("the run was faster than the kill")
        with open(self.path("torn/history.jsonl"), "a") as f:
            f.write('{"id":99999,"stage":"gap","itera')
        shutil.copytree(self.path("torn"), self.path("lost"))
        self.run_program("tune", "run.yaml", "-o", "torn", "--resume", "-q")
        self.compare("torn")
        lines = self.read("lost/history.jsonl").splitlines(keepends=True)
        self.write("lost/history.jsonl", "".join(lines[:20] + lines[25:]))
        self.run_program("tune", "run.yaml", "-o", "lost", "--resume", "-q")
        for k, (old, new) in enumerate(zip(*([json.loads(l) for l in self.read(f"{d}/history.jsonl").splitlines()]
                                             for d in ("whole", "lost")), strict=True)):
            for key in ("id", "stage", "parameters", "objectives", "outcome"):
                self.assertEqual(old[key], new[key])
            self.assertEqual(new["particle"] is None, 20 <= k < 25)


class FullDisk(ProgramTest):
    def test_small_disks(self):
        """Disks of ever more pages, where one can be mounted: each fills at another moment."""
        disk = self.path("disk")
        os.mkdir(disk)
        self.run_file(**{"iterations: 5": "iterations: 30"})
        messages = set()
        for size in range(4, 400, 8):
            if os.system(f"mount -t tmpfs -o size={size}k tmpfs {disk} 2>/dev/null") != 0:
                self.skipTest("no right to mount")
            try:
                run = self.start("tune", "run.yaml", "-o", "disk/out", "-q")
                _, err = run.communicate(timeout=100)
                if run.returncode == 0:
                    break
                messages.add(self.look_at_failure(run.returncode, err))
            finally:
                os.system(f"umount {disk}")
        self.assertEqual(run.returncode, 0, "no disk was large enough")
        self.assertGreater(len(messages), 1)

    def test_file_size_limit_in_the_middle_of_the_history(self):
        self.run_file(**{"iterations: 5": "iterations: 100"})
        limit = 21000
        run = self.start("tune", "run.yaml", "-o", "out", "-q")
        # Not before main: the thread sanitizer writes a file of its own when it starts.
        while run.poll() is None and not os.path.exists(self.path("out/run.yaml")):
            time.sleep(0.001)
        resource.prlimit(run.pid, resource.RLIMIT_FSIZE, (limit, limit))
        _, err = run.communicate(timeout=100)
        self.assertEqual((run.returncode, len(err.splitlines())), (1, 1), err)
        self.assertIn("history.jsonl: cannot write: File too large", err)
        history = self.read("out/history.jsonl")
        self.assertTrue(history.endswith("}\n"))
        self.assertGreater(len(history), limit / 2)
        self.run_program("tune", "run.yaml", "-o", "out", "--resume", "-q")

    def look_at_failure(self, code, err):
        self.assertEqual(code, 1, err)
        self.assertEqual(len(err.splitlines()), 1, err)
        self.assertIn("No space left", err)
        names = os.listdir(self.path("disk/out"))
        self.assertFalse([n for n in names if ".tmp" in n])
        if "history.jsonl" in names:
            history = self.read("disk/out/history.jsonl")
            self.assertTrue(history.endswith("\n") or history == "", history[-200:])
            for line in history.splitlines():
                json.loads(line)
        if "result.json" in names:
            json.loads(self.read("disk/out/result.json"))
        return err


main()
