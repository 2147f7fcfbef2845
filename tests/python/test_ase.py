# SPDX-License-Identifier: BSD-3-Clause
"""Structures, labels and dynamics of ASE; skipped where ASE is not installed."""
import sys
import unittest

import numpy as np

try:
    import ase
except ImportError:
    print("ASE is not installed")
    sys.exit(77)
from ase import Atoms, units
from ase.build import bulk, molecule
from ase.calculators.singlepoint import SinglePointCalculator
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution
from ase.md.verlet import VelocityVerlet

import hpswarm
from common import carbon_model


class Ase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gap = carbon_model(hpswarm)

    def cell(self, repeat=2):
        atoms = bulk("C", "diamond", a=3.6, cubic=True) * (repeat, repeat, repeat)
        atoms.rattle(0.03, seed=4)
        atoms.calc = hpswarm.Calculator(self.gap)
        return atoms

    def test_forces_and_stress_are_differences(self):
        atoms = self.cell(1)
        forces, stress = atoms.get_forces(), atoms.get_stress()
        h = 1e-4
        for a, axis in ((0, 0), (3, 1), (7, 2)):
            energies = []
            for sign in (1, -1):
                moved = atoms.copy()
                moved.calc = hpswarm.Calculator(self.gap)
                moved.positions[a, axis] += sign * h
                energies.append(moved.get_potential_energy())
            self.assertAlmostEqual(forces[a, axis], -(energies[0] - energies[1]) / (2 * h), places=4)
        voigt = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
        for k, (i, j) in enumerate(voigt):
            energies = []
            for sign in (1, -1):
                strain = np.eye(3)
                strain[i, j] += sign * h / 2
                strain[j, i] += sign * h / 2
                moved = atoms.copy()
                moved.set_cell(atoms.cell[:] @ strain, scale_atoms=True)
                moved.calc = hpswarm.Calculator(self.gap)
                energies.append(moved.get_potential_energy())
            self.assertAlmostEqual(stress[k], (energies[0] - energies[1]) / (2 * h) / atoms.get_volume(), places=5)

    def test_dynamics_keep_the_energy(self):
        atoms = self.cell()
        self.assertEqual(len(atoms), 64)
        MaxwellBoltzmannDistribution(atoms, temperature_K=300, rng=np.random.default_rng(8))
        total = [atoms.get_total_energy()]
        dynamics = VelocityVerlet(atoms, 0.2 * units.fs)
        dynamics.attach(lambda: total.append(atoms.get_total_energy()))
        dynamics.run(100)
        self.assertLess(np.ptp(total) / 64, 1e-5)

    def test_labels_are_read(self):
        a, b, c = (Atoms("C2", [[0, 0, 0], [1.3, 0, 0]]) for _ in range(3))
        a.calc = SinglePointCalculator(a, energy=-2.0, forces=np.ones((2, 3)))
        b.info["REF_energy"], b.info["config_type"] = -3.0, "dimer"
        b.arrays["REF_forces"] = np.full((2, 3), 2.0)
        c.calc = SinglePointCalculator(c, energy=-2.0)
        c.positions[1, 0] = 1.4  # the results are of another configuration
        d = hpswarm.Dataset([a, b, c])
        np.testing.assert_array_equal(d.energies, [-2.0, -3.0, np.nan])
        np.testing.assert_array_equal(d.forces[:4, 0], [1, 1, 2, 2])
        self.assertEqual((d[1].config_type, d[0].cell), ("dimer", None))

    def test_descriptors_of_atoms(self):
        soap = hpswarm.Soap(["H", "C", "O"], r_cut=4.0, n_max=4, l_max=3)
        one = soap.create(molecule("CH3CH2OH"))
        self.assertEqual(one.shape, (9, soap.n_components))
        np.testing.assert_array_equal(soap.create([molecule("CH3CH2OH"), molecule("H2O")])[0], one)

    def test_calculators_take_files_and_molecules(self):
        atoms = Atoms("C2", [[0, 0, 0], [1.5, 0, 0]])
        atoms.calc = self.gap.calculator()
        self.assertTrue(np.isfinite(atoms.get_forces()).all())
        self.assertRaises(Exception, atoms.get_stress)


if __name__ == "__main__":
    unittest.main()
