# SPDX-License-Identifier: BSD-3-Clause
"""The job scripts of docs/cluster.md, as they stand there."""
import json
import os
import shutil
import signal
import subprocess
import time

from common import PROGRAM, ProgramTest, main, without_times

SCRIPTS = os.path.join(os.environ["HPSWARM_DATA"], "..", "docs", "examples", "cluster")
RUN = """\
strategy: search
objective: {command: "sleep 0.1; echo {a} {b} | awk '{{ print ($1 - 0.3)^2 + ($2 - 4)^2 }}'"}
parameters: {a: [0, 1], b: {range: [1, 8], type: int}}
swarm: {particles: 4, iterations: 4, parallel: 2}
"""


class Cluster(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("run.yaml", RUN)
        self.run_program("tune", "run.yaml", "-o", "alone", "-q")

    def script(self, name, **variables):
        shutil.copy(os.path.join(SCRIPTS, name), self.path(name))
        environment = dict(os.environ, HPSWARM=PROGRAM, **variables)
        return os.spawnve(os.P_WAIT, "/bin/bash", ["bash", "-c", f"cd {self.folder} && bash {name} > log 2>&1"],
                          environment)

    def same_run(self):
        for name in ("result.json", "history.jsonl"):
            a, b = (self.read(f"{d}/{name}").splitlines() for d in ("alone", "out"))
            self.assertEqual(*([without_times(json.loads(l)) for l in lines] for lines in (a, b)))

    def test_scripts_are_sound(self):
        scripts = sorted(os.path.join(SCRIPTS, n) for n in os.listdir(SCRIPTS) if n.endswith(".sh"))
        self.assertEqual(len(scripts), 3)
        for script in scripts:
            self.assertEqual(os.spawnlp(os.P_WAIT, "bash", "bash", "-n", script), 0, script)
            with open(script) as f:  # Slurm stops reading at the first command
                lines = f.read().splitlines()
            first = next(k for k, l in enumerate(lines) if l and not l.startswith("#"))
            self.assertEqual([k for k, l in enumerate(lines) if l.startswith("#SBATCH") and k > first], [])
        if shutil.which("shellcheck"):
            self.assertEqual(os.spawnlp(os.P_WAIT, "shellcheck", "shellcheck", *scripts), 0)

    def test_one_node(self):
        self.assertEqual(self.script("one_node.sh"), 0)
        self.same_run()

    def test_mpi_job(self):
        launch = os.environ.get("HPSWARM_MPIRUN", "")
        self.assertEqual(self.script("mpi_job.sh", LAUNCH=launch + " 3" if launch else "env"), 0)
        self.same_run()

    def test_chain_goes_on_until_the_run_is_done(self):
        self.write("submit", "echo next >> submitted\nexec bash $1\n")
        self.assertEqual(self.script("chain.sh", SUBMIT="bash submit", LIMIT="0.6s"), 0, self.read("log"))
        self.assertGreater(len(self.read("submitted").split()), 0)
        self.same_run()

    def test_chain_goes_on_where_the_launcher_forgets_the_code(self):
        self.write("submit", "echo next >> submitted\nexec bash $1\n")
        self.write("forget", '"$@"\ncode=$?\n[ $code = 75 ] || exit $code\n')
        self.assertEqual(self.script("chain.sh", SUBMIT="bash submit", LIMIT="0.6s", LAUNCH="bash forget"), 0,
                         self.read("log"))
        self.assertGreater(len(self.read("submitted").split()), 0)
        self.same_run()

    def test_chain_outlives_a_signal_before_its_walltime(self):
        for number in (signal.SIGUSR1, signal.SIGTERM):
            folder = f"out{int(number)}"
            self.write("submit", "echo next >> submitted\nexec bash $1\n")
            shutil.copy(os.path.join(SCRIPTS, "chain.sh"), self.path("chain.sh"))
            environment = dict(os.environ, HPSWARM=PROGRAM, SUBMIT="bash submit", OUT=folder)
            with open(self.path("log"), "w") as log:
                job = subprocess.Popen(["bash", "chain.sh"], cwd=self.folder, env=environment, stdout=log, stderr=log)
                deadline = time.time() + 60
                while time.time() < deadline and not os.path.exists(self.path(f"{folder}/checkpoint.hpsw")):
                    time.sleep(0.01)
                job.send_signal(number)
                self.assertEqual(job.wait(timeout=100), 0, self.read("log"))
            self.assertEqual(self.read("submitted").split(), ["next"])
            os.unlink(self.path("submitted"))
            os.rename(self.path(folder), self.path("out"))
            self.same_run()
            shutil.rmtree(self.path("out"))

    def test_chain_ends_with_an_error(self):
        self.write("run.yaml", RUN.replace("echo {a}", "exit 1; echo {a}"))
        self.assertEqual(self.script("chain.sh", SUBMIT="touch submitted;"), 5)
        self.assertFalse(os.path.exists(self.path("submitted")))


main()
