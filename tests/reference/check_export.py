#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""`hpswarm export` against QUIP: quippy computes energies and forces from the exported XML file,
and with gap_fit in the PATH from the model that the exported command trains.

usage: check_export.py PROGRAM MODEL DATA.xyz [LIMIT]

Needs ase and quippy-ase. One model a process: quippy-ase 0.10.3 keeps the radial basis of its first
descriptor. LIMIT (1e-6): of energies per atom and of forces, for the exported model. gap_fit takes
no energies from frames without a Lattice, and may draw another one of points that nearly equal."""
import os
import shutil
import subprocess
import sys
import tempfile

import ase.io
import numpy as np
from quippy.potential import Potential

from common import run


def deviations(model, data, predicted):
    pot, worst = Potential(param_filename=model), [0.0, 0.0]
    for ours, atoms in zip(predicted, data):
        atoms = atoms.copy()
        atoms.calc = pot
        worst[0] = max(worst[0], abs(atoms.get_potential_energy() - ours.get_potential_energy()) / len(atoms))
        worst[1] = max(worst[1], np.abs(atoms.get_forces() - ours.get_forces()).max())
    return worst


def main():
    program, model, xyz = sys.argv[1:4]
    limit = float(sys.argv[4]) if len(sys.argv) > 4 else 1e-6
    program, model, xyz = map(os.path.abspath, (program, model, xyz))
    data = ase.io.read(xyz, ":")
    with tempfile.TemporaryDirectory() as folder:
        run(program, "predict", model, xyz, "-o", f"{folder}/ours.xyz", "-q")
        predicted = ase.io.read(f"{folder}/ours.xyz", ":")
        run(program, "export", model, "--to", "quip", "-o", f"{folder}/gap.xml", "-q")
        worst = deviations(f"{folder}/gap.xml", data, predicted)
        print("exported: energies %.1e eV/atom, forces %.1e eV/A" % tuple(worst), flush=True)
        if shutil.which("gap_fit"):
            os.mkdir(f"{folder}/fit")
            shutil.copy(xyz, f"{folder}/fit/train.xyz")
            run(program, "export", model, "--to", "gap_fit", "-o", f"{folder}/fit/fit.sh", "-q")
            subprocess.run(["sh", "fit.sh"], cwd=f"{folder}/fit", check=True, stdout=subprocess.DEVNULL)
            print("trained by gap_fit on this file: energies %.1e eV/atom, forces %.1e eV/A" %
                  tuple(deviations(f"{folder}/fit/gap.xml", data, predicted)))
    return 0 if max(worst) <= limit else 1


if __name__ == "__main__":
    sys.exit(main())
