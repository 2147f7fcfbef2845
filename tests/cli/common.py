# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of the program share: running it, small inputs, comparing results."""
import itertools
import json
import math
import os
import random
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["HPSWARM"]
DIMERS = os.path.join(os.environ["HPSWARM_DATA"], "c_dimer_gpaw.xyz")

HP = """\
soap: {n_max: 3, l_max: 2, rcut_hard: 4.0, rcut_soft: 3.5, atom_sigma_r: 0.4, atom_sigma_t: 0.5}
kernel: {zeta: 3}
gap: {n_sparse: 20, sigma_energy: 0.01}
"""

RUN = """\
data: {file: %s, test_fraction: 0.2}
strategy: %s
soap: {n_max: 3, l_max: 2, rcut_hard: 4.0, rcut_soft: [3.0, 4.0], atom_sigma_r: [0.2, 1.0],
       atom_sigma_t: 0.5, basis: {choice: [poly3, poly3gauss]}, radial_enhancement: [0, 2]}
kernel: {zeta: [2, 6]}
gap: {n_sparse: 10, delta: [0.1, 5.0], sigma_energy: {range: [0.001, 0.1], scale: log}}
swarm: {particles: 4, iterations: 5}
"""

FILES = ["best.yaml", "history.jsonl", "model.hpsm", "report.html", "result.json", "run.yaml"]  # of a finished run


def without_times(value):
    """The value without the keys that may differ between two equal runs."""
    varying = ("seconds", "peak", "versions", "threads", "directory", "date", "host")
    if isinstance(value, dict):
        return {k: without_times(v) for k, v in value.items() if not k.startswith(varying)}
    if isinstance(value, list):
        return [without_times(v) for v in value]
    return value


class ProgramTest(unittest.TestCase):
    """A test in a folder of its own."""

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = self._folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        mode = "wb" if isinstance(text, bytes) else "w"
        with open(self.path(name), mode) as out:
            out.write(text)
        return self.path(name)

    def read(self, name):
        with open(self.path(name)) as source:
            return source.read()

    def run_file(self, name="run.yaml", strategy="two-stage", **replace):
        text = RUN % (DIMERS, strategy)
        for old, new in replace.items():
            text = text.replace(old, new)
        return self.write(name, text)

    def start(self, *arguments, **options):
        return subprocess.Popen([PROGRAM, *arguments], cwd=self.folder, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def kill_until_done(self, seconds, most, arguments):
        """Start arguments(0), arguments(1), .., kill each within `seconds` at random (the first `most`
        of them), until one ends by itself: how many were killed."""
        for n in itertools.count():
            run = self.start(*arguments(n))
            try:
                run.communicate(timeout=random.uniform(0.02, seconds) if n < most else 60)
            except subprocess.TimeoutExpired:
                run.kill()
                run.communicate()
                continue
            self.assertEqual(run.returncode, 0)
            return n

    def run_program(self, *arguments, code=0, **options):
        """Standard output and standard error after checking the exit code."""
        done = subprocess.run([PROGRAM, *arguments], cwd=self.folder, text=True, timeout=600,
                              stdout=options.pop("stdout", subprocess.PIPE),
                              stderr=subprocess.PIPE, **options)
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stderr}")
        return done.stdout, done.stderr

    def refused(self, code, message, *arguments, **options):
        """The program stops with this code and one line that holds the message."""
        before = set(os.listdir(self.folder))
        out, err = self.run_program(*arguments, code=code, **options)
        lines = [l for l in err.splitlines() if not l.startswith("hpswarm: warning:")]
        self.assertEqual(len(lines), 1, err)
        self.assertIn(message, lines[0])
        self.assertIn(out, ("", None))
        self.assertEqual(set(os.listdir(self.folder)), before, "something was left behind")
        return lines[0]

    def json(self, *arguments):
        """The object on standard output; nothing else may be there."""
        out, _ = self.run_program(*arguments, "--json")
        return json.loads(out, parse_constant=self.fail)

    def assert_close(self, a, b, tolerance):
        self.assertTrue(math.isclose(a, b, rel_tol=0, abs_tol=tolerance), f"{a} and {b}")


def sanitized():
    """Was the program built with a sanitizer, which has memory of its own?"""
    with open(PROGRAM, "rb") as program:
        text = program.read()
    return any(word in text for word in (b"__asan_", b"__tsan_", b"__msan_"))


def main():
    unittest.main(verbosity=1)
