# SPDX-License-Identifier: BSD-3-Clause
"""Random spaces, options, values and structures against the C interface (hypothesis): the library answers
with a status and a message, never with a crash. HPSWARM_EXAMPLES says how many in all (`./run asan-python`
runs 20,000 with the address sanitizer); skipped without hypothesis."""
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
from common import temporary

N_TESTS = 5
often = settings(max_examples=-(-int(os.environ.get("HPSWARM_EXAMPLES", "500")) // N_TESTS), deadline=None, database=None,
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


parameter_lists = some.lists(some.tuples(some.sampled_from(["real", "int", "choice"]), names, reals, reals, wholes, wholes,
                                         some.integers(-1, 3)), max_size=5)
STUDIED = ["soap.rcut_soft", "soap.atom_sigma_r", "soap.atom_sigma_t:C", "soap.n_max", "kernel.zeta", "gap.delta",
           "gap.sigma_energy", "gap.n_sparse", "soap.basis", "gap.nothing", "soap.", "n_max"]
LINES = ["2", "0", "-1", "1", "C 0 0 0", "C 1.3 0 0 0.1 0 0", "H 1e309 0 0", "Properties=species:S:1:pos:R:3 energy=-2",
         "Properties=species:S:1:pos:R:3:forces:R:3 Lattice=\"9 0 0 0 9 0 0 0 9\" energy=-2 virial=\"1 2 3 4 5 6 7 8 9\"",
         "Properties=species:S:2147483648:pos:R:3", "Lattice=\"0 0 0 0 0 0 0 0 0\"", "config_type=\"", ""]


class Properties(unittest.TestCase):
    def setUp(self):
        self.folder = temporary()
        self.addCleanup(self.folder.cleanup)

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

    def space(self, parameters, pin):
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
        return space

    @often
    @given(parameter_lists, some.tuples(names, reals), settings_of("swarm"), some.integers(-1, 4),
           some.lists(reals, min_size=1, max_size=7), some.lists(some.integers(-1, 4), min_size=1, max_size=5))
    def test_spaces_and_swarms(self, parameters, pin, options, objectives, values, outcomes):
        space = self.space(parameters, pin)
        size = lib.space_size(space)
        swarm = self.make(lib.swarm_create, None, space, objectives)
        if swarm is not None:
            self.set_all("swarm", swarm, options, skip=(b"particles", b"draws"))
            lib.swarm_set_int(swarm, b"max_evaluations", 40)
            outside = np.resize(np.array(values), (2, max(size, 1)))
            f = np.zeros((2, objectives))
            self.status(lib.swarm_set_start(swarm, 2, outside.ctypes.data))
            self.status(lib.swarm_tell_external(swarm, 2, outside.ctypes.data, f.ctypes.data, None))
            self.run_swarm(swarm, size, objectives, values, outcomes)
            self.look_back(swarm, size, objectives)
            swarm = self.reload(swarm, space)
        lib.swarm_destroy(swarm)
        lib.space_destroy(space)

    def look_back(self, swarm, size, objectives):
        n, few = ctypes.c_int64(), ctypes.c_int32()
        self.status(lib.swarm_history(swarm, 0, ctypes.byref(n), None, None, None, None))
        outcome = np.full(n.value + 1, -7, np.int32)
        self.status(lib.swarm_history(swarm, n.value, ctypes.byref(n), None, None, None, outcome.ctypes.data))
        self.assertTrue(((outcome[:-1] >= 0) & (outcome[:-1] <= 3)).all() and outcome[-1] == -7)
        self.status(lib.swarm_front(swarm, 0, ctypes.byref(few), None, None, None))
        f = np.full((few.value + 1, objectives), np.nan)
        self.status(lib.swarm_front(swarm, few.value, ctypes.byref(few), None, None, f.ctypes.data))
        self.assertFalse(np.isnan(f[:-1]).any())

    def reload(self, swarm, space):
        """The same swarm from its file; its next points are those of the other."""
        path = os.path.join(self.folder.name, "s.hpsw").encode()
        if self.status(lib.swarm_save(swarm, path)) != 0:
            return swarm
        again = self.make(lib.swarm_load, None, space, path)
        self.assertIsNotNone(again)
        self.assertEqual(lib.swarm_done(again), lib.swarm_done(swarm))
        lib.swarm_destroy(swarm)
        return again

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
           some.lists(some.integers(-1, 2), min_size=3, max_size=3), reals, settings_of("soap"), settings_of("gpr"), reals,
           some.lists(reals, max_size=5), some.lists(some.one_of(some.floats(1e-3, 1), reals), min_size=3, max_size=3))
    def test_structures_and_potentials(self, numbers, at, cell, periodic, energy, soap_options, gpr_options, zeta, labels, noises):
        context = hpswarm.Context(memory_limit=200_000_000, log=lambda level, message: None)
        data = self.make(lib.dataset_create, context)
        z, p = np.array(numbers, np.int32), np.array(at)
        c = None if cell is None else np.array(cell)
        with np.errstate(all="ignore"):
            flat = c is not None and not abs(np.linalg.det(c.reshape(3, 3))) >= 8
        if flat:
            c = np.eye(3).ravel() * 3  # flat cells have no end of images
        flags, e = np.array(periodic, np.int32), ctypes.c_double(energy)
        for k in range(2):
            q = p * (1 + 0.1 * k)
            forces, virial = [np.resize(np.array(labels, float), size).ctypes if labels else None for size in (3 * len(z), 9)]
            self.status(lib.dataset_add(data, len(z), z.ctypes.data, q.ctypes.data, None if c is None else c.ctypes.data,
                                        flags.ctypes.data, ctypes.byref(e), forces and forces.data, virial and virial.data, b"t"))
        mask, sigmas = np.resize(flags, len(z)), np.resize(np.array(noises), 3 * len(z))
        self.status(lib.dataset_set_noise(data, 1, *noises, mask.ctypes.data))
        self.status(lib.dataset_set_force_sigmas(data, 0, sigmas.ctypes.data))
        self.status(lib.dataset_set_virial_sigmas(data, 1, np.resize(np.array(noises), 9).ctypes.data))
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
            self.status(lib.gpr_fit_leave_out(gpr, data, energy.ctypes.data, None, None))
        lib.gpr_destroy(gpr)
        lib.soap_destroy(soap)

    @often
    @given(parameter_lists, some.tuples(names, reals), some.integers(-1, 3), some.integers(-1, 4), wholes,
           some.lists(reals, min_size=1, max_size=9))
    def test_designs_and_surfaces(self, parameters, pin, design, kind, seed, values):
        space = self.space(parameters, pin)
        size, count = lib.space_size(space), ctypes.c_int64()
        n = seed % 40
        surface = self.make(lib.surface_create, None, space, kind)
        if self.status(lib.design_size(space, design, n, ctypes.byref(count))) == 0 and count.value < 400:
            n = count.value
            x = np.full((n + 1, max(size, 1)), np.nan)
            if self.status(lib.design_points(space, design, seed, n, x.ctypes.data)) == 0 and surface is not None:
                self.assertTrue(np.isfinite(x.reshape(-1)[:n * size]).all())
                self.use_surface(surface, n, size, x, np.resize(np.array(values), n))
        lib.surface_destroy(surface)
        lib.space_destroy(space)

    def use_surface(self, surface, n, size, x, f):
        quality = _lib.hps_surface_quality(struct_size=ctypes.sizeof(_lib.hps_surface_quality))
        mean, least = np.full(n + 1, -7.0), ctypes.c_double()
        fitted = self.status(lib.surface_fit(surface, n, x.ctypes.data, f.ctypes.data)) == 0
        for status in (lib.surface_predict(surface, n, x.ctypes.data, mean.ctypes.data, None),
                       lib.surface_get_quality(surface, ctypes.byref(quality)),
                       lib.surface_minimum(surface, x.ctypes.data, ctypes.byref(least))):
            self.assertEqual(self.status(status) == 0, fitted)
        self.assertEqual(mean[-1], -7.0)
        if fitted:
            self.assertTrue(np.isfinite(mean[:-1]).all() and np.isfinite([least.value, quality.rmse]).all())

    @often
    @given(some.lists(some.tuples(some.sampled_from(STUDIED), some.floats(-1, 6), some.floats(0, 5)), max_size=3),
           settings_of("study"), some.lists(some.floats(0, 1), min_size=6, max_size=6), some.booleans())
    def test_studies(self, parameters, options, at, tested):
        base = hpswarm.GAP(hpswarm.Soap("C", rcut_hard=4.0, n_max=3, l_max=2), n_sparse=4)
        data = hpswarm.Dataset([{"numbers": [6, 6], "positions": [[0, 0, 0], [r, 0, 0]], "energy": (r - 1.4) ** 2}
                                for r in (1.2, 1.3, 1.5, 1.7)])
        space = self.make(lib.space_create, None)
        low = []
        for name, lo, width in parameters:
            if self.status(lib.space_add_real(space, name.encode(), lo, lo + width, 0)) == 0:
                low.append((lo, width))
        study = self.make(lib.study_create, None, space, base, data, data if tested else None)
        if study is not None:
            self.set_all("study", study, options)
            x = np.array([[lo + u * w for (lo, w), u in zip(low, row)] for row in (at[:3], at[3:])]).reshape(2, -1)
            ids = np.arange(2)
            batch = _lib.hps_batch(struct_size=ctypes.sizeof(_lib.hps_batch), n=2, n_params=len(low), n_objectives=1,
                                   iteration=0, id=ids.ctypes.data, particle=None, x=x.ctypes.data)
            f, outcome = np.full(2, np.nan), np.zeros(2, np.int32)
            if lib.study_evaluate(ctypes.byref(batch), f.ctypes.data, outcome.ctypes.data, study) == 0:
                for i in range(2):
                    self.assertIn(outcome[i], (0, 1, 2))
                    self.assertEqual(bool(lib.study_reason(study, i)), bool(outcome[i]))
            lib.gpr_destroy(self.make(lambda out: lib.study_apply(study, x.ctypes.data, out)))
        lib.study_destroy(study)
        lib.space_destroy(space)

    @often
    @given(some.lists(some.one_of(some.sampled_from(LINES), some.text(max_size=12)), max_size=9), some.binary(max_size=6))
    def test_files(self, lines, tail):
        path = os.path.join(self.folder.name, "f.xyz")
        with open(path, "wb") as f:
            f.write("\n".join(lines).encode("utf-8", "replace") + tail)
        data = self.make(lib.dataset_create, None)
        if self.status(lib.dataset_read_extxyz(data, path.encode(), None, None, None)) == 0:
            self.status(lib.dataset_write_extxyz(data, path.encode(), None, None, None))
            n = ctypes.c_int64()
            self.status(lib.dataset_check(data, 0, ctypes.byref(n), None))
        else:
            self.assertEqual(lib.dataset_n_frames(data), 0)
        lib.dataset_destroy(data)
        for load in (lambda: self.make(lib.gpr_load, None, path.encode()),
                     lambda: self.make(lib.swarm_load, None, hpswarm.Space([(0, 1)]), path.encode())):
            self.assertIsNone(load())


if __name__ == "__main__":
    unittest.main()
