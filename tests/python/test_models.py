# SPDX-License-Identifier: BSD-3-Clause
"""Data sets, descriptors, potentials and studies: the numbers of the program, derivatives, errors,
life times, threads, forks, dynamics."""
import gc
import itertools
import multiprocessing
import os
import signal
import threading
import unittest
from xml.etree import ElementTree

import numpy as np

import hpswarm
from common import DATA, PROGRAM, carbon_model, diamond, pair_potential, program, temporary, training_set, yaml_file

HP = """
soap: {species: [C], n_max: 4, l_max: 4, rcut_hard: 4.5, rcut_soft: 4.0, atom_sigma_r: 0.4, atom_sigma_t: 0.4}
kernel: {zeta: 2}
gap: {n_sparse: 20, sparse: cur, delta: 1.5, sigma_energy: 0.002, fit_forces: true, sigma_force: 0.05}
"""
SOAP = {"n_max": 4, "l_max": 4, "rcut_hard": 4.5, "rcut_soft": 4.0, "sigma": 0.4}
GAP = {"zeta": 2, "n_sparse": 20, "delta": 1.5, "sigma_energy": 0.002, "fit_forces": True, "sigma_force": 0.05}
WATER = {"symbols": ["O", "H", "H"], "positions": [[0, 0, 0], [0.76, 0.59, 0], [-0.71, 0.65, 0.1]]}
METHANE = (["C", "H", "H", "H", "H"], [[0, 0, 0], [0.63, 0.63, 0.63], [-0.63, -0.63, 0.63],
                                       [-0.63, 0.63, -0.63], [0.63, -0.63, -0.63]])


def soap():
    return hpswarm.Soap("C", **SOAP)


@unittest.skipUnless(PROGRAM, "the program is not built")
class SameAsTheProgram(unittest.TestCase):
    def setUp(self):
        self.folder = temporary()
        self.addCleanup(self.folder.cleanup)
        self.hp = yaml_file(self.folder.name, HP)
        self.data = hpswarm.Dataset.read(DATA)

    def test_descriptors_and_gradients(self):
        out = program("soap", DATA, "-p", self.hp, "--frames", "3:5", "--gradients")
        rows = soap().create(self.data[3:5])
        for k, frame in enumerate(out["frames"]):
            np.testing.assert_array_equal(rows[k], frame["descriptors"])
            g = soap().gradients(self.data, 3 + k)
            self.assertEqual([(x["centre"], x["moved"]) for x in frame["gradients"]],
                             list(zip(g.centre, g.moved)))
            np.testing.assert_array_equal(g.d, [x["d"] for x in frame["gradients"]])

    def test_kernel(self):
        out = program("kernel", DATA, "-p", self.hp)
        k = hpswarm.kernel_statistics(soap(), self.data, 2, bins=len(out["histogram"]["counts"]))
        self.assertEqual((k.mean, k.standard_deviation, k.skewness, k.n_pairs),
                         (out["mean"], out["std"], out["skew"], out["n_pairs"]))
        self.assertEqual(list(k.histogram), out["histogram"]["counts"])

    def test_several_exponents(self):
        several = hpswarm.kernel_statistics(soap(), self.data, [1, 2, 4.5], bins=5)
        for k in several:
            self.assertEqual(str(k), str(hpswarm.kernel_statistics(soap(), self.data, k.zeta, bins=5)))
            rough = hpswarm.kernel_statistics(soap(), self.data, k.zeta, single=True)
            self.assertAlmostEqual(rough.mean, k.mean, places=6)

    def test_fit_and_prediction(self):
        model = os.path.join(self.folder.name, "m.hpsm")
        out = program("fit", DATA, "-p", self.hp, "-m", model)
        gap = hpswarm.GAP(soap(), **GAP, e0_method="fit").fit(self.data)
        predicted = program("predict", model, DATA)
        for other in (gap, hpswarm.GAP.load(model)):
            errors = other.score(self.data)
            self.assertEqual(errors.rmse_energy_per_atom, predicted["errors"]["rmse_energy_per_atom"])
            np.testing.assert_array_equal(other.predict(self.data).energy, predicted["energies"])
        self.assertEqual(gap.element("C"), {"n_sparse": out["n_sparse"]["C"], "e0": out["e0"]["C"]})

    def test_both_strategies(self):
        for strategy in ("joint", "two-stage"):
            run = yaml_file(self.folder.name, """
data: {file: '%s', test_fraction: 0.2, split_seed: 1, e0: fit}
strategy: %s
soap: {n_max: 4, l_max: 4, rcut_hard: 5.0, rcut_soft: [4.0, 5.0], atom_sigma_r: [0.1, 1.0]}
kernel: {zeta: 3}
gap: {n_sparse: 10, sparse: cur, delta: [0.1, 5.0], sigma_energy: {range: [0.001, 0.1], scale: log}}
swarm: {variant: paper, particles: 6, iterations: 4, seed: 42}
""" % (DATA, strategy), "run.yaml")
            out = program("tune", run, "-o", os.path.join(self.folder.name, strategy))
            gap = hpswarm.GAP(hpswarm.Soap("C", n_max=4, l_max=4, rcut_hard=5.0), zeta=3, n_sparse=10, e0_method="fit")
            seen = []
            r = hpswarm.Study(DATA, space={"soap.rcut_soft": (4.0, 5.0), "soap.atom_sigma_r": (0.1, 1.0),
                                           "gap.delta": (0.1, 5.0), "gap.sigma_energy": (0.001, 0.1, "log")},
                              gap=gap, strategy=strategy).run(
                lambda name, p: seen.append((name, p.iteration)), variant="paper", particles=6, max_iterations=4, seed=42)
            self.assertEqual([s.result.fun for s in r.stages], [s["best_objective"] for s in out["stages"]])
            self.assertEqual(r.params, {k: v for s in out["stages"] for k, v in s["best"].items()})
            self.assertEqual([s.kernel.mean for s in r.stages], [s["kernel"]["mean"] for s in out["stages"]])
            self.assertEqual(r.test.rmse_force, out["final"]["test"]["rmse_force"])
            self.assertEqual(seen[:4], [(r.stages[0].name, i) for i in range(1, 5)])
            self.assertIn(strategy, r._repr_html_())

    def test_two_objectives_and_the_best_models(self):
        """rmse-pair; and points whose values come from a path, of which the best models are taken."""
        space = {"gap.delta": (0.1, 5.0), "gap.sigma_energy": (0.001, 0.1, "log")}
        for objective, forces, jitter in (("rmse-pair", True, 1e-8), ("rmse", False, 1e-3)):
            run = yaml_file(self.folder.name, """
data: {file: '%s', test_fraction: 0.2, split_seed: 1, e0: fit}
strategy: joint
objective: {stage2: %s, force_weight: 0}
soap: {n_max: 4, l_max: 4, rcut_hard: 5.0}
kernel: {zeta: 3}
gap: {n_sparse: 10, sparse: cur, fit_forces: %s, jitter: %g, delta: [0.1, 5.0], sigma_energy: {range: [0.001, 0.1], scale: log}}
swarm: {particles: 6, iterations: 5, seed: 42}
""" % (DATA, objective, str(forces).lower(), jitter), "run.yaml")
            out = program("tune", run, "-o", os.path.join(self.folder.name, objective))
            gap = hpswarm.GAP(hpswarm.Soap("C", n_max=4, l_max=4, rcut_hard=5.0), zeta=3, n_sparse=10, e0_method="fit",
                              fit_forces=forces, jitter=jitter)
            r = hpswarm.Study(DATA, space=space, gap=gap, objectives={"joint": objective},
                              objective_options={"force_weight": 0.0}).run(particles=6, max_iterations=5, seed=42)
            stage = out["stages"][0]
            self.assertEqual(r.params, stage["best"])
            self.assertEqual(r.test.rmse_force, out["final"]["test"]["rmse_force"])
            if forces:
                self.assertEqual(r.stages[0].result.front.f.tolist(), [p["objectives"] for p in stage["front"]])
            else:
                self.assertGreater(len(stage["refits"]), 1)
                o = hpswarm.Objective(space, gap, *hpswarm.Dataset.read(DATA).split(0.2), objective="rmse", force_weight=0.0)
                self.assertEqual(o.refit(r.params), min(p["model_objective"] for p in stage["refits"]))


class Sets(unittest.TestCase):
    def test_arrays_come_back(self):
        one = training_set(1)[0]
        d = hpswarm.Dataset([one, dict(WATER, energy=-14.0, config_type="wet")])
        self.assertEqual((len(d), d.n_atoms, d.symbols, list(d.sizes)), (2, 11, ["H", "C", "O"], [8, 3]))
        np.testing.assert_array_equal(d[0].positions, one["positions"])
        np.testing.assert_array_equal(d[0].cell, one["cell"])
        np.testing.assert_array_equal(d.forces[:8], one["forces"])
        self.assertTrue(np.isnan(d.forces[8:]).all() and np.isnan(d.virials).all())
        self.assertEqual((d[1].config_type, d[1].energy, d[1].cell, list(d[1].pbc)), ("wet", -14.0, None, [False] * 3))
        self.assertEqual(d[0].energy, one["energy"])
        self.assertRaises(IndexError, lambda: d[2])

    def test_files_keep_their_digits(self):
        d = hpswarm.Dataset(training_set(3))
        with temporary() as folder:
            path = os.path.join(folder, "a.xyz")
            d.write(path)
            again = hpswarm.Dataset.read(path)
        np.testing.assert_array_equal(again.energies, d.energies)
        np.testing.assert_array_equal(again.forces, d.forces)
        self.assertEqual(again.keys()["energy"], "energy")

    def test_splits_and_subsets(self):
        d = hpswarm.Dataset.read(DATA)
        train, test = d.split(0.2, seed=3)
        self.assertEqual(sorted(f.index for part in (train, test) for f in part), list(range(len(d))))
        self.assertEqual([f.index for f in d.split_every(10)[1]], [0, 10, 20])
        self.assertEqual([f.index for f in d[[4, 2]]], [4, 2])
        part = d[3:5]
        d.close()
        gc.collect()
        self.assertEqual(part[0].index, 3)  # shares the storage of a set that is gone

    def test_noise_of_a_structure(self):
        """The same by methods, in a mapping, in Atoms, and in a file."""
        class Atoms:
            def __init__(self, s, info, arrays):
                self.numbers, self.positions, self.cell = np.array(s["numbers"]), s["positions"], s["cell"]
                self.pbc, self.calc, self.arrays = np.array([True] * 3), None, dict(arrays, forces=s["forces"])
                self.info = dict(info, energy=s["energy"])

        one = training_set(1)[0]
        of_atoms, mask = np.linspace(0.1, 0.8, 8), np.arange(8) % 3 == 0
        of_components = np.repeat(of_atoms[:, None], 3, axis=1)
        called = hpswarm.Dataset([one])
        called.set_noise(0, energy=0.3, virial=2.0, force_mask=mask)
        called.set_force_sigmas(0, of_atoms)
        of_virial = np.array([[1.0, 2, 3], [2, 4, 5], [3, 5, 6]])
        called.set_virial_sigmas(0, of_virial)
        info, arrays = {"Energy_Sigma": 0.3, "virial_sigma": 2.0, "virial_component_sigma": [1, 4, 6, 5, 3, 2]}, {"force_mask": mask}
        with temporary() as folder:
            path = os.path.join(folder, "a.xyz")
            called.write(path)
            read = hpswarm.Dataset.read(path)
        for d in (called, read, hpswarm.Dataset(dict(one, energy_sigma=0.3, virial_sigma=2.0, force_mask=mask, force_sigmas=of_atoms,
                                       virial_sigmas=of_virial)),
                  hpswarm.Dataset(Atoms(one, info, dict(arrays, force_atom_sigma=of_atoms))),
                  hpswarm.Dataset(Atoms(one, info, dict(arrays, force_component_sigma=of_components, force_atom_sigma=2 * of_atoms)))):
            f = d[0]
            self.assertEqual((f.energy_sigma, f.force_sigma, f.virial_sigma), (0.3, None, 2.0))
            np.testing.assert_array_equal(f.force_sigmas, of_components)
            np.testing.assert_array_equal(f.force_mask, mask)
            np.testing.assert_array_equal(f.virial_sigmas, of_virial)
        called.set_force_sigmas(0, None)
        self.assertIsNone(called[0].force_sigmas)
        self.assertIsNone(hpswarm.Dataset(one)[0].force_mask)
        with self.assertRaisesRegex(ValueError, r"sigmas has the shape \(3,\), it must be \(8, 3\)"):
            called.set_force_sigmas(0, [0.1] * 3)
        with self.assertRaisesRegex(hpswarm.ArgumentError, "must be in"):
            called.set_force_sigmas(0, [0.1] * 7 + [-1])
        called.set_virial_sigmas(0, None)
        self.assertIsNone(called[0].virial_sigmas)
        with self.assertRaisesRegex(ValueError, r"sigmas has the shape \(3,\), it must be \(3, 3\)"):
            called.set_virial_sigmas(0, [0.1] * 3)
        with self.assertRaisesRegex(hpswarm.ArgumentError, r"sigma\[4\] = 0 must be in"):
            called.set_virial_sigmas(0, np.ones((3, 3)) - np.diag([0, 1, 0]))
        with self.assertRaisesRegex(ValueError, "virial_component_sigma has 5 numbers, it must have 9 or 6"):
            hpswarm.Dataset(Atoms(one, {"virial_component_sigma": [1.0] * 5}, {}))

    def test_findings_and_neighbours(self):
        d = hpswarm.Dataset.read(DATA)
        self.assertIn("large force", {f.kind for f in d.check()})
        n = d.neighbours(0, 2.0)
        self.assertEqual((list(n.centre), list(n.neighbour)), ([0, 1], [1, 0]))
        np.testing.assert_allclose(np.linalg.norm(n.vector, axis=1), 0.8)

    def test_bad_structures_are_refused(self):
        with self.assertRaisesRegex(ValueError, r"positions has the shape \(2, 3\)"):
            hpswarm.Dataset(([6], np.zeros((2, 3))))
        with self.assertRaisesRegex(hpswarm.ArgumentError, "finite|nan"):
            hpswarm.Dataset(([6], [[np.nan, 0, 0]]))
        with self.assertRaisesRegex(ValueError, "'Xx' is no element"):
            hpswarm.Dataset((["Xx"], [[0.0, 0, 0]]))
        with self.assertRaises(hpswarm.FileError):
            hpswarm.Dataset.read("/no/where.xyz")
        with temporary() as folder, self.assertRaisesRegex(hpswarm.FormatError, "bad.xyz:1"):
            hpswarm.Dataset.read(yaml_file(folder, "nonsense\n", "bad.xyz"))

    def test_labels_of_atoms(self):
        class Atoms:
            def __init__(self, info, arrays, calc=None):
                self.numbers, self.positions = np.array([6, 6]), np.array([[0, 0, 0], [1.3, 0, 0]])
                self.cell, self.pbc = 10 * np.eye(3), np.array([True] * 3)
                self.info, self.arrays, self.calc = info, arrays, calc

        class Calculator:
            results = {"energy": -3.0, "forces": np.ones((2, 3)), "stress": np.arange(6.0) / 1000}

        d = hpswarm.Dataset([Atoms({"REF_energy": -1.5, "config_type": "d"}, {"dft_forces": np.ones((2, 3))}),
                             Atoms({}, {}, Calculator()), Atoms({"free_energy": -2.0, "other": 7.0}, {})])
        np.testing.assert_array_equal(d.energies, [-1.5, -3.0, -2.0])
        np.testing.assert_array_equal(d.forces[:4], 1)
        self.assertEqual(d[0].config_type, "d")
        np.testing.assert_allclose(d[1].virial, -np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]]), atol=1e-12)
        self.assertEqual(hpswarm.Dataset(Atoms({"other": 7.0, "energy": 1.0}, {}), energy="other").energies[0], 7.0)
        self.assertTrue(np.isnan(hpswarm.Dataset(Atoms({"energy": 1.0}, {}), energy="none").energies[0]))
        with self.assertRaisesRegex(ValueError, "'energy' and 'ref_energy' of a structure disagree"):
            hpswarm.Dataset(Atoms({"energy": 1.0, "REF_energy": 2.0}, {}))


class Descriptors(unittest.TestCase):
    def test_shapes_are_those_of_dscribe(self):
        s = hpswarm.Soap(["H", "C", "O"], r_cut=4.0, n_max=3, l_max=2, sigma={"H": 0.3, "C": 0.5, "O": 0.5})
        self.assertEqual((s.get("rcut_soft"), s.get("atom_sigma_r:H"), s.get("atom_sigma_t:O")), (3.5, 0.3, 0.5))
        n = s.get_number_of_features()
        self.assertEqual(s.create(WATER).shape, (3, n))
        self.assertEqual(s.create([WATER, WATER]).shape, (2, 3, n))
        different = s.create([WATER, METHANE])
        self.assertEqual([r.shape for r in different], [(3, n), (5, n)])
        np.testing.assert_array_equal(different[0], s.create(WATER))
        np.testing.assert_array_equal(s.create(METHANE, centers=[2], n_jobs=2), s.create(METHANE)[2:3])
        np.testing.assert_allclose(np.linalg.norm(different[1], axis=1), 1.0)
        self.assertEqual(s.species, ["H", "C", "O"])

    def test_rows_are_written_in_place(self):
        s, d = soap(), hpswarm.Dataset.read(DATA)
        n = s.n_components
        wide = np.full((d.n_atoms, n + 5), -1.0)
        self.assertIs(s.compute(d, out=wide), wide)
        np.testing.assert_array_equal(wide[:, :n], s.compute(d))
        self.assertTrue((wide[:, n:] == -1).all())
        for bad in (np.empty((d.n_atoms, n - 1)), np.empty((d.n_atoms, n), np.float32), np.empty((n, d.n_atoms)).T):
            self.assertRaises(ValueError, s.compute, d, out=bad)

    def test_gradients_are_differences(self):
        s = hpswarm.Soap(["H", "O"], r_cut=3.0, n_max=4, l_max=3)
        at = np.array(WATER["positions"], dtype=float)
        dense, rows = s.derivatives(WATER)
        h = 1e-5
        for atom, axis in itertools.product(range(3), range(3)):
            step = np.zeros((3, 3))
            step[atom, axis] = h
            up, down = [s.create((WATER["symbols"], at + sign * step)) for sign in (1, -1)]
            np.testing.assert_allclose(dense[:, atom, axis], (up - down) / (2 * h), atol=1e-7)
        weight = np.random.default_rng(1).normal(size=rows.shape)
        gradient, _ = s.adjoint(WATER, weight)
        np.testing.assert_allclose(gradient, np.einsum("iajk,ik->aj", dense, weight), atol=1e-9)

    def test_options_are_checked(self):
        with self.assertRaisesRegex(hpswarm.OptionError, "n_max"):
            hpswarm.Soap("C", nmaxx=3)
        with self.assertRaisesRegex(TypeError, "given twice"):
            hpswarm.Soap("C", r_cut=3, rcut_hard=4)
        with self.assertRaisesRegex(hpswarm.OptionError, "rcut_soft"):
            _ = hpswarm.Soap("C", rcut_hard=3.0, rcut_soft=4.0).n_components
        self.assertIn("atom_sigma_r", {o.name for o in hpswarm.options("soap")})
        self.assertIn("radial functions", hpswarm.Soap.__doc__)

    def test_temporary_objects_live_long_enough(self):
        for _ in range(50):
            k = hpswarm.kernel_statistics(hpswarm.GAP(soap()).soap.copy(), [METHANE_CARBON] * 3)
            self.assertEqual(k.n_environments, 3)


METHANE_CARBON = ([6], [[0.0, 0.0, 0.0]])


class Potentials(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gap = carbon_model(hpswarm)

    def test_forces_are_differences_of_the_energy(self):
        positions, cell = diamond(1)
        positions = positions + np.random.default_rng(3).normal(0, 0.05, positions.shape)
        found = self.gap.predict(([6] * 8, positions, cell))
        for atom, axis in itertools.product((0, 5), range(3)):
            step = np.zeros_like(positions)
            step[atom, axis] = 1e-4
            up, down = [self.gap.predict(([6] * 8, positions + sign * step, cell)).energy for sign in (1, -1)]
            self.assertAlmostEqual(found.forces[atom, axis], -(up - down) / 2e-4, places=4)
        strain = np.eye(3) * 1e-5
        up, down = [self.gap.predict(([6] * 8, positions @ (np.eye(3) + sign * strain), cell @ (np.eye(3) + sign * strain))).energy
                    for sign in (1, -1)]
        self.assertAlmostEqual(np.trace(found.virial), -(up - down) / 2e-5, places=4)

    def dynamics(self, lattice, dt, temperature):
        """100 steps of velocity Verlet (dt in fs) of 64 atoms: energies H per atom; what the integrator itself conserves,
        H + dt^2 (v.V''v/12 - F.F/(24 m)) to order dt^4 (with v.V''v from the forces one step before and after); and
        how many pairs came into the cut-off or left it."""
        (positions, cell), numbers, mass = diamond(2, lattice), np.full(64, 6), 12.011 * 103.642695  # eV fs^2/angstrom^2
        v = np.random.default_rng(5).normal(0, np.sqrt(8.617e-5 * temperature / mass), positions.shape)
        v -= v.mean(axis=0)
        found = self.gap.predict((numbers, positions, cell), virial=False)
        energies, velocities, forces, pairs = [], [], [], []
        for _ in range(101):
            n = hpswarm.Dataset((numbers, positions, cell)).neighbours(0, self.gap.soap.get("rcut_hard"))
            image = np.rint((n.vector - positions[n.neighbour] + positions[n.centre]) / cell[0, 0]).astype(int)
            pairs.append({(i, j, *m) for i, j, m in zip(n.centre, n.neighbour, image)})
            energies.append(found.energy + 0.5 * mass * (v ** 2).sum())
            velocities.append(v)
            forces.append(found.forces)
            v = v + 0.5 * dt * found.forces / mass
            positions = positions + dt * v
            found = self.gap.predict((numbers, positions, cell), virial=False)
            v = v + 0.5 * dt * found.forces / mass
        h, v, f = np.array(energies), np.array(velocities), np.array(forces)
        curvature = -(v[1:-1] * (f[2:] - f[:-2])).sum(axis=(1, 2)) / (2 * dt)
        kept = h[1:-1] + dt ** 2 * (curvature / 12 - (f[1:-1] ** 2).sum(axis=(1, 2)) / (24 * mass))
        return h / 64, kept / 64, sum(len(a ^ b) for a, b in zip(pairs, pairs[1:]))

    def test_dynamics_keep_the_energy(self):
        """The energy itself to 1e-5 eV/atom with a step of 0.2 fs. With 0.5 fs it swings by more (some 1e-4), which is the
        integrator's own error of dt^2: without that term nothing drifts or jumps, with pairs crossing the cut-off or not."""
        for lattice, dt, temperature, crossings in ((3.567, 0.1, 300, True), (3.567, 0.2, 300, True), (3.567, 0.5, 300, True),
                                                    (3.7, 0.5, 300, True), (3.75, 0.5, 10, False)):
            energy, kept, crossed = self.dynamics(lattice, dt, temperature)
            self.assertEqual(crossed > 30, crossings, crossed)
            self.assertEqual(crossed == 0, not crossings, crossed)
            if dt <= 0.2:
                self.assertLess(np.ptp(energy), 1e-5)
            self.assertLess(np.ptp(kept), 3e-6)
            self.assertLess(abs(kept[-33:].mean() - kept[:33].mean()), 1e-6)
            self.assertGreater(np.ptp(energy), 3 * np.ptp(kept))  # it moves, and the term is what is seen

    def test_it_learns(self):
        test = hpswarm.Dataset(training_set(4, seed=99))
        errors = self.gap.score(test)
        self.assertLess(errors.rmse_energy_per_atom, 0.02)
        p = self.gap.predict(test)
        self.assertEqual(str(hpswarm.errors(test, p.energy, p.forces)), str(errors))
        self.assertIn("rmse_force", errors._repr_html_())
        with self.assertRaisesRegex(ValueError, "shape"):
            hpswarm.errors(test, p.energy[:2])

    def test_a_model_survives_its_file_and_its_makers(self):
        with temporary() as folder:
            path = os.path.join(folder, "m.hpsm")
            self.gap.save(path)
            again = hpswarm.GAP.load(path)
            with open(path, "r+b") as f:
                f.seek(100)
                f.write(b"xxxx")
            self.assertRaises(hpswarm.FormatError, hpswarm.GAP.load, path)
        test = hpswarm.Dataset(training_set(2, seed=1))
        for a, b in zip(again.predict(test), self.gap.predict(test)):
            np.testing.assert_array_equal(a, b)
        self.assertGreater(len(self.gap.sparse("C")), 0)
        self.assertEqual(len(again.sparse("C")), 0)

    def test_a_model_for_other_codes(self):
        with temporary() as folder:
            path = os.path.join(folder, "gap.xml")
            files = self.gap.export("quip", path)
            self.assertEqual(files[0], path)
            self.assertEqual(sorted(files), sorted(os.path.join(folder, name) for name in os.listdir(folder)))
            root = ElementTree.parse(path).getroot()
            n = sum(len(self.gap.sparse(e)) for e in self.gap.soap.species)
            self.assertEqual(len(list(root.iter("sparseX"))), n)
            self.assertRaisesRegex(ValueError, "turbogap", self.gap.export, "quipp", path)
            self.assertRaisesRegex(hpswarm.StateError, "fitted", self.gap.copy().export, "quip", path)

    def test_states_are_told(self):
        fresh = hpswarm.GAP(soap(), n_sparse=5)
        self.assertFalse(fresh.fitted)
        fresh._repr_html_()
        self.assertRaises(hpswarm.StateError, fresh.predict, METHANE_CARBON)
        self.assertRaises(hpswarm.OptionError, self.gap.predict, WATER)
        self.assertGreater(fresh.memory(training_set(2)), 0)

    def test_path_is_a_fit(self):
        train, test = hpswarm.Dataset.read(DATA).split()
        settings = {"n_sparse": 10, "zeta": 2, "jitter": 1e-8, "sparse_method": "cur"}
        p = hpswarm.GAP(soap(), **settings).path(train, test)
        fit = hpswarm.GAP(soap(), **settings, delta=1.0, sigma_energy=0.01).fit(train)
        self.assertAlmostEqual(p.errors(1.0, 0.01).rmse_energy_per_atom, fit.score(test).rmse_energy_per_atom, places=6)
        self.assertTrue(np.isfinite(p.loo(1.0, 0.01).rmse_energy_per_atom))
        self.assertTrue(np.isfinite(p.evidence(1.0, 0.01)).all())
        self.assertRaises(TypeError, p.errors, 1.0, 0.01, 0.1)

    def test_leave_one_out_is_many_fits(self):
        frames = training_set(6)
        settings = dict(n_sparse=15, fit_forces=True, sigma_energy=0.01, sigma_force=0.1, e0={"C": -1.0}, jitter=1e-10)
        gap = hpswarm.GAP(soap(), **settings)
        data = hpswarm.Dataset(frames)
        data.set_force_sigmas(2, np.linspace(0.05, 0.2, 8))
        left = gap.fit_leave_out(data)
        np.testing.assert_array_equal(left.forces.shape, (48, 3))
        self.assertTrue(np.isnan(left.virial).all())  # the data have none
        refit = hpswarm.GAP(soap(), **settings, sparse_method="file").set_sparse("C", gap.sparse("C"))
        for i in (0, 2, 5):
            without = hpswarm.Dataset([dict(f, energy=None, forces=None) if k == i else f for k, f in enumerate(frames)])
            if i != 2:
                without.set_force_sigmas(2, np.linspace(0.05, 0.2, 8))
            p = refit.fit(without).predict(frames[i])
            self.assertAlmostEqual(left.energy[i], p.energy, places=7)
            np.testing.assert_allclose(left.forces[8 * i:8 * i + 8], p.forces, atol=1e-7)
        np.testing.assert_array_equal(gap.predict(data).energy, hpswarm.GAP(soap(), **settings).fit(data).predict(data).energy)
        self.assertGreater(gap.memory(data, leave_out=True), gap.memory(data))
        self.assertIsNone(gap.fit_leave_out(data, forces=False, virial=False).forces)

    def test_what_a_fit_used(self):
        gap = hpswarm.GAP(soap(), n_sparse=8, delta=1.5, sigmas={"wet": {"force": 0.3}}, sigma_energy=0.02)
        self.assertEqual(gap.sigma("wet"), {"energy": 0.02, "force": 0.3, "virial": gap.get("sigma_virial")})
        data = hpswarm.Dataset(training_set(4))
        report = gap.fit(data).report
        self.assertEqual(report.delta, 1.5)
        evidence, best = gap.path(data).evidence(1.5, 0.02)
        self.assertAlmostEqual(report.minus_log_evidence / evidence, 1, places=6)
        self.assertAlmostEqual(report.best_delta / best, 1, places=6)
        self.assertGreater(gap.predict_memory(data), gap.predict_memory(data, forces=False, virial=False))
        gap.soap = hpswarm.Soap("C", r_cut=3.0, n_max=3, l_max=2)
        self.assertFalse(gap.fitted)
        self.assertEqual(gap.soap.get("rcut_hard"), 3.0)

    def test_own_noise(self):
        gap = hpswarm.GAP(soap(), n_sparse=5, sigmas={"dimer": {"energy": 0.5}}, e0={"C": -1.0})
        self.assertEqual(gap.get("e0_method"), 3)
        train = hpswarm.Dataset.read(DATA)
        loose = gap.fit(train).score(train).rmse_energy_per_atom
        tight = gap.set_sigma("dimer", 1e-4).fit(train).score(train).rmse_energy_per_atom
        self.assertLess(tight, loose)


class Studies(unittest.TestCase):
    SPACE = {"soap.atom_sigma_r": (0.1, 1.0), "soap.rcut_soft": (3.5, 5.0)}

    def objective(self, context=None, **options):
        base = hpswarm.GAP(hpswarm.Soap("C", n_max=3, l_max=3, rcut_hard=4.5, context=context), n_sparse=8)
        return hpswarm.Objective(self.SPACE, base, hpswarm.Dataset.read(DATA), context=context,
                                 **{"objective": "std-skew", **options})

    def test_values_do_not_depend_on_the_split_or_the_threads(self):
        x = np.random.default_rng(2).uniform([0.1, 3.5], [1.0, 5.0], (9, 2))
        whole, outcome = self.objective()(x)
        self.assertEqual(set(outcome), {0, 1})
        for threads in (1, 3):
            o = self.objective(hpswarm.Context(threads=threads))
            single = [o(x[i:i + 1])[0][0] for i in range(9)]
            np.testing.assert_array_equal(single, whole)
            np.testing.assert_array_equal(o(x)[0], whole)

    def test_reasons_are_kept(self):
        o = self.objective()
        o([[0.5, 4.9], [0.5, 4.0]])
        self.assertRegex(o.reasons[0], "rcut_soft")
        self.assertEqual(list(o.reasons), [0])

    def test_threads_run_studies_side_by_side(self):
        def run(seed):
            return hpswarm.Swarm(self.SPACE, max_iterations=4, seed=seed).run(self.objective()).history.f

        alone, together = [run(s) for s in (1, 2)], [None, None]
        threads = [threading.Thread(target=lambda i=i: together.__setitem__(i, run(i + 1))) for i in range(2)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        for a, b in zip(alone, together):
            np.testing.assert_array_equal(a, b)

    def test_fork_after_use(self):
        context = hpswarm.Context(threads=2)
        x = np.random.default_rng(2).uniform([0.1, 3.5], [1.0, 4.5], (6, 2))
        before = self.objective(context)(x)[0]

        def child(queue):
            queue.put(self.objective(context)(x)[0])

        fork = multiprocessing.get_context("fork")
        for _ in range(3):
            queue = fork.Queue()
            process = fork.Process(target=child, args=(queue,))
            process.start()
            np.testing.assert_array_equal(queue.get(timeout=60), before)
            process.join(60)
            self.assertEqual(process.exitcode, 0)
            np.testing.assert_array_equal(self.objective(context)(x)[0], before)

    def test_interrupt_in_a_study_and_its_checkpoint(self):
        gap = hpswarm.GAP(hpswarm.Soap("C", n_max=3, l_max=3, rcut_hard=4.5), n_sparse=8)
        space = dict(self.SPACE, **{"gap.delta": (0.1, 5.0)})

        def stop(name, p):
            if (name, p.iteration) == ("gap", 2):
                os.kill(os.getpid(), signal.SIGINT)

        study = hpswarm.Study(DATA, space=space, gap=gap, strategy="two-stage")
        whole = study.run(max_iterations=4)
        with temporary() as folder:
            with self.assertRaises(KeyboardInterrupt):
                study.run(stop, folder, max_iterations=4)
            resumed = study.run(checkpoint=folder, max_iterations=4)
        self.assertEqual((resumed.params, str(resumed.test)), (whole.params, str(whole.test)))

    def test_bad_studies_are_refused(self):
        gap = hpswarm.GAP(soap(), n_sparse=5)
        for kwargs, text in (({"space": {"delta": (0, 1)}}, "names begin with"),
                             ({"space": {}, "strategy": "third"}, "strategy is one of"),
                             ({"space": {}, "objectives": {"soap": "std"}}, "has no stage")):
            with self.assertRaisesRegex(ValueError, text):
                hpswarm.Study(DATA, gap=gap, **kwargs)
        with self.assertRaisesRegex(hpswarm.OptionError, "sigma_energi"):
            hpswarm.Study(DATA, gap=gap, space={"gap.sigma_energi": (0.1, 1)}).run(max_iterations=1)


class Labels(unittest.TestCase):
    def test_the_toy_potential_is_consistent(self):
        positions, cell = diamond(1)
        positions = positions + np.random.default_rng(0).normal(0, 0.05, positions.shape)
        _, forces = pair_potential(positions, cell)
        step = np.zeros_like(positions)
        step[2, 1] = 1e-5
        up, down = [pair_potential(positions + s * step, cell)[0] for s in (1, -1)]
        self.assertAlmostEqual(forces[2, 1], -(up - down) / 2e-5, places=6)


if __name__ == "__main__":
    unittest.main()
