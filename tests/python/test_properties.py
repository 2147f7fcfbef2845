# SPDX-License-Identifier: BSD-3-Clause
"""Random spaces, options, values and structures against the C interface (hypothesis): the library answers
with a status and a message, never with a crash. HPSWARM_EXAMPLES says how many; skipped without
hypothesis."""
import ctypes
import os
import sys
import unittest

import numpy as np

try:
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as some
except ImportError:
    print("hypothesis is not installed")
    sys.exit(77)

import hpswarm
from hpswarm import _lib
from hpswarm._load import lib

often = settings(max_examples=int(os.environ.get("HPSWARM_EXAMPLES", "150")), deadline=None, database=None,
                 derandomize="HPSWARM_EXAMPLES" not in os.environ, suppress_health_check=list(HealthCheck))
reals = some.one_of(some.floats(), some.floats(-10, 10), some.sampled_from([0.0, 1.0, 1e-300, 1e300]))
wholes = some.one_of(some.integers(-3, 40), some.integers(-2**63, 2**63 - 1))
names = some.one_of(some.sampled_from(["x", "y", "n_max", "a b", "", "x" * 64]), some.text(max_size=8))
OPTIONS = {o: [x.name for x in hpswarm.options(o)] for o in ("swarm", "soap", "gpr", "study")}


def words(owner):
    return some.one_of(some.sampled_from(OPTIONS[owner]), some.sampled_from(OPTIONS[owner]).map(lambda n: n + ":C"),
                       some.text(max_size=10)).map(encoded)


def encoded(word):
    return word.replace("\0", "").encode("utf-8", "replace")


def value(owner):
    choices = sorted({c for o in hpswarm.options(owner) for c in o.choices}) + [""]
    return some.one_of(some.tuples(some.just("real"), reals), some.tuples(some.just("int"), wholes),
                       some.tuples(some.just("text"), some.one_of(some.sampled_from(choices), some.text(max_size=6)).map(encoded)))


def settings_of(owner):
    return some.lists(some.tuples(words(owner), value(owner)), max_size=5)


class Properties(unittest.TestCase):
    def status(self, status):
        """A known status, with one line of text where it is a failure."""
        self.assertIn(status, _lib.STATUSES)
        self.assertNotEqual(status, _lib.HPS_E_INTERNAL, lib.last_error())
        if status != 0:
            message = lib.last_error()
            self.assertTrue(message and b"\n" not in message, (status, message))
        return status

    def set_all(self, owner, handle, pairs, skip=()):
        for name, (kind, v) in pairs:
            if name.split(b":")[0] not in skip:
                self.status(getattr(lib, "%s_set_%s" % (owner, kind))(handle, name, v))

    def make(self, create, *arguments):
        out = ctypes.c_void_p(1)
        if self.status(create(ctypes.byref(out), *arguments)) != 0:
            self.assertIsNone(out.value)
            return None
        return out.value

    @often
    @given(some.lists(some.tuples(some.sampled_from(["real", "int", "choice"]), names, reals, reals, wholes, wholes,
                                  some.integers(-1, 3)), max_size=5),
           some.tuples(names, reals), settings_of("swarm"), some.integers(-1, 4), some.lists(reals, min_size=1, max_size=7),
           some.lists(some.integers(-1, 4), min_size=1, max_size=5))
    def test_spaces_and_swarms(self, parameters, pin, options, objectives, values, outcomes):
        space = self.make(lib.space_create, None)
        for kind, name, lo, hi, n, m, scale in parameters:
            name = encoded(name)
            if kind == "real":
                self.status(lib.space_add_real(space, name, lo, hi, scale))
            elif kind == "int":
                self.status(lib.space_add_int(space, name, n, m, scale))
            else:
                labels = (ctypes.c_char_p * 3)(b"a", b"b", name)
                self.status(lib.space_add_choice(space, name, scale, labels))
        self.status(lib.space_fix(space, encoded(pin[0]), pin[1]))
        size = lib.space_size(space)
        swarm = self.make(lib.swarm_create, None, space, objectives)
        if swarm is not None:
            self.set_all("swarm", swarm, options, skip=(b"particles", b"draws"))
            lib.swarm_set_int(swarm, b"max_evaluations", 40)
            self.run_swarm(swarm, size, objectives, values, outcomes)
        lib.swarm_destroy(swarm)
        lib.space_destroy(space)

    def run_swarm(self, swarm, size, objectives, values, outcomes):
        ids, x, n = np.empty(64, np.int64), np.full((64, max(size, 1)), np.nan), ctypes.c_int32()
        for _ in range(60):
            if self.status(lib.swarm_ask(swarm, 64, ctypes.byref(n), ids.ctypes.data, x.ctypes.data)) != 0 or n.value == 0:
                break
            self.assertTrue(np.isfinite(x.reshape(-1)[:n.value * size]).all())
            f = np.resize(np.array(values), (n.value, objectives)).astype(float)
            o = np.resize(np.array(outcomes, np.int32), n.value)
            if self.status(lib.swarm_tell(swarm, n.value, ids.ctypes.data, f.ctypes.data, o.ctypes.data)) != 0:
                self.status(lib.swarm_tell(swarm, n.value, ids.ctypes.data, f.ctypes.data, None))
        self.status(lib.swarm_best(swarm, x.ctypes.data, None))

    @often
    @given(some.lists(some.integers(-1, 120), min_size=1, max_size=4), some.lists(some.floats(-4, 4), min_size=12, max_size=12),
           some.one_of(some.none(), some.lists(some.one_of(some.floats(-6, 6), some.sampled_from([0.0, 4.0])), min_size=9, max_size=9)),
           some.lists(some.integers(-1, 2), min_size=3, max_size=3), reals, settings_of("soap"), settings_of("gpr"), reals)
    def test_structures_and_potentials(self, numbers, at, cell, periodic, energy, soap_options, gpr_options, zeta):
        context = hpswarm.Context(memory_limit=200_000_000, log=lambda level, message: None)
        data = self.make(lib.dataset_create, context)
        z, p = np.array(numbers, np.int32), np.array(at)
        c = None if cell is None else np.array(cell)
        if c is not None and abs(np.linalg.det(c.reshape(3, 3))) < 8:
            c = np.eye(3).ravel() * 3  # flat cells have no end of images
        flags, e = np.array(periodic, np.int32), ctypes.c_double(energy)
        for k in range(2):
            q = p * (1 + 0.1 * k)
            self.status(lib.dataset_add(data, len(z), z.ctypes.data, q.ctypes.data, None if c is None else c.ctypes.data,
                                        flags.ctypes.data, ctypes.byref(e), None, None, b"t"))
        self.describe_and_fit(context, data, np.unique(z[(z > 0) & (z < 119)]), soap_options, gpr_options, zeta)
        lib.dataset_destroy(data)

    def describe_and_fit(self, context, data, species, soap_options, gpr_options, zeta):
        species = np.ascontiguousarray(species, np.int32)
        soap = self.make(lib.soap_create, context, len(species), species.ctypes.data)
        if soap is None:
            return
        self.set_all("soap", soap, [(b"rcut_hard", ("real", 3.0)), (b"rcut_soft", ("real", 2.5))] + soap_options,
                     skip=(b"n_max", b"l_max"))
        lib.soap_set_int(soap, b"n_max", 3)
        lib.soap_set_real(soap, b"rcut_hard", 3.0)
        n, size = lib.dataset_n_atoms(data), lib.soap_size(soap)
        if size > 0:
            rows = np.full((max(n, 1), size), np.nan)
            if self.status(lib.soap_compute(soap, data, rows.ctypes.data, size)) == 0:
                self.assertTrue(np.isfinite(rows[:n]).all())
            k = _lib.hps_kernel_stats(struct_size=ctypes.sizeof(_lib.hps_kernel_stats))
            self.status(lib.kernel_statistics(soap, data, zeta, 0, 1, ctypes.byref(k), 0, None))
        gpr = self.make(lib.gpr_create, context, soap)
        self.set_all("gpr", gpr, gpr_options)
        if self.status(lib.gpr_fit(gpr, data)) == 0:
            energy = np.full(lib.dataset_n_frames(data), np.nan)
            self.status(lib.gpr_predict(gpr, data, energy.ctypes.data, None, None))
        lib.gpr_destroy(gpr)
        lib.soap_destroy(soap)


if __name__ == "__main__":
    unittest.main()
