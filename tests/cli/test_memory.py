# SPDX-License-Identifier: BSD-3-Clause
"""--max-memory: the announced memory is a limit that is kept, a smaller one is kept or refused before any work."""
import itertools
import os
import random
import shutil
import unittest

from common import ProgramTest, main, sanitized

SETTINGS = """\
data: {%s}
soap: {n_max: 4, l_max: 4, rcut_hard: 4.0, rcut_soft: %s, atom_sigma_r: 0.4, atom_sigma_t: 0.5}
kernel: {zeta: 3}
gap: {n_sparse: 300, delta: %s, sigma_energy: %s, sigma_force: 0.1}
"""
SEARCH = """\
strategy: %s
swarm: {particles: 2, evaluations: 2}
"""


@unittest.skipIf(sanitized(), "a sanitizer has memory of its own")
class Memory(ProgramTest):
    def setUp(self):
        super().setUp()
        random.seed(5)
        with open(self.path("grid.xyz"), "w") as out:
            for n in range(70):  # cells and clusters, some of them denser
                a = (1.6, 1.9)[n % 2]
                cell = f'Lattice="{3 * a} 0 0 0 {3 * a} 0 0 0 {3 * a}" pbc="T T T"' if n % 3 else 'pbc="F F F"'
                print(f"27\nProperties=species:S:1:pos:R:3:forces:R:3 energy={random.uniform(-9, -8)!r} {cell}", file=out)
                for i in range(27):
                    x = [a * k + random.uniform(-0.2, 0.2) for k in (i // 9, i // 3 % 3, i % 3)]
                    print("C", *x, *(random.uniform(-1, 1) for _ in range(3)), file=out)
        self.write("fit.yaml", SETTINGS % ("e0: average", 3.5, 1.0, 0.01))
        for strategy in ("joint", "two-stage"):
            self.write(strategy, SETTINGS % ("e0: average, file: grid.xyz, test_fraction: 0.2", "[3.0, 3.5]", "[0.1, 5.0]",
                                             "{range: [0.001, 0.1], scale: log}") + SEARCH % strategy)

    def jobs(self):
        for threads, (forces, refine) in itertools.product((1, 2), ((0, 0), (1, 0), (1, 1))):
            flags = ("--threads", str(threads), "--set", f"gap.fit_forces={('false', 'true')[forces]}",
                     "--set", f"gap.refine={refine}")
            yield "fit", ("fit", "grid.xyz", "-p", "fit.yaml", "-m", "fit.out", *flags)
            if not refine:
                for strategy in ("joint", "two-stage"):
                    yield strategy, ("tune", strategy, "-o", f"{strategy}.out", *flags)

    def forget(self, name):
        shutil.rmtree(self.path(f"{name}.out"), ignore_errors=True)
        if os.path.exists(self.path(f"{name}.out")):
            os.unlink(self.path(f"{name}.out"))

    def test_the_announced_memory_is_enough(self):
        for name, job in self.jobs():
            need = self.json(*job, "--dry-run")["memory_bytes"]
            with self.subTest(job=" ".join(job), need=need):
                self.forget(name)
                result = self.json(*job, "--max-memory", str(need))
                if name == "fit":
                    self.assertLessEqual(result["peak_memory_bytes"], need)
                    free = self.json(*job)["peak_memory_bytes"]
                    self.assertTrue(0.85 <= need / free <= 1.2, f"{need} announced, {free} used")

    def test_less_is_kept_or_refused_before_any_work(self):
        refused = 0
        for name, job in self.jobs():
            need = self.json(*job, "--dry-run")["memory_bytes"]
            for share in (0.6, 0.8):
                limit = ("--max-memory", str(int(share * need)))
                with self.subTest(job=" ".join(job), need=need, share=share):
                    run = self.start(*job, *limit, "--json", "-q")
                    _, errors = run.communicate(timeout=200)
                    if run.returncode == 6:
                        refused += 1
                        self.assertRegex(errors, "needs about .*, --max-memory allows ")
                        self.assertFalse(os.path.exists(self.path(f"{name}.out")))
                    else:
                        self.assertEqual((run.returncode, errors), (0, ""))
                self.forget(name)
        self.assertGreater(refused, 0)


main()
