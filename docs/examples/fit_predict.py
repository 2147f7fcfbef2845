# SPDX-License-Identifier: BSD-3-Clause
"""A potential from a file: read, split, fit, test, save, load, use. usage: fit_predict.py DATA.xyz"""
import os
import sys
import tempfile

import hpswarm

train, test = hpswarm.Dataset.read(sys.argv[1]).split(0.2, seed=1)
soap = hpswarm.Soap("C", r_cut=4.5)
gap = hpswarm.GAP(soap, n_sparse=20, fit_forces=True, sigma_energy=0.001, sigma_force=0.02).fit(train)
errors = gap.score(test)
print("test: %.2f meV/atom, %.1f meV/angstrom" % (1e3 * errors.rmse_energy_per_atom, 1e3 * errors.rmse_force))
with tempfile.TemporaryDirectory() as folder:
    gap.save(os.path.join(folder, "carbon.hpsm"))
    model = hpswarm.GAP.load(os.path.join(folder, "carbon.hpsm"))
found = model.predict((["C", "C"], [[0.0, 0.0, 0.0], [1.3, 0.0, 0.0]]))
print("at 1.3 angstrom: %.4f eV, %.4f eV/angstrom" % (found.energy, found.forces[1, 0]))
assert abs(found.forces.sum()) < 1e-6
