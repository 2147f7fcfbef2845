#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Generate the carbon-dimer reference curve: 30 C2 structures, 0.8 to 3.7 A.

Kohn-Sham DFT (LDA, spin-paired, Fermi-Dirac smearing 0.1 eV) in GPAW's
plane-wave mode.  Writes extended XYZ: energies in eV, forces in eV/A.
"""
import sys
from ase import Atoms
from ase.io import write
from gpaw import GPAW, PW, FermiDirac

BOX = (12.0, 8.0, 8.0)

def compute(atoms, txt):
    atoms.calc = GPAW(mode=PW(500), xc="LDA", occupations=FermiDirac(0.1),
                      nbands=12, kpts=(1, 1, 1), spinpol=False, txt=txt,
                      convergence={"energy": 1e-6, "forces": 1e-3},
                      symmetry={"point_group": True}, maxiter=600)
    return atoms.get_potential_energy(force_consistent=True), atoms.get_forces()

frames = []
for i in range(30):
    r = 0.8 + 0.1 * i
    atoms = Atoms("C2", [[0, 0, 0], [r, 0, 0]], cell=BOX, pbc=True)
    atoms.center()
    e, f = compute(atoms, f"log_{i:02d}.txt")
    atoms.calc = None
    atoms.info = {"energy": e, "config_type": "dimer"}
    atoms.arrays["forces"] = f
    frames.append(atoms)
    print(f"{r:.1f} {e:.6f} {f[1,0]:.5f}", flush=True)
write("c_dimer.xyz", frames, format="extxyz")
