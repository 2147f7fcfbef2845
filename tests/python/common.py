# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of the Python package share: paths, the program, a potential to learn from."""
import json
import os
import subprocess
import tempfile

import numpy as np

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "c_dimer_gpaw.xyz")
PROGRAM = os.environ.get("HPSWARM_PROGRAM", "")


def program(*arguments):
    """The JSON that the program prints."""
    done = subprocess.run([PROGRAM, *arguments, "--json"], capture_output=True, text=True, check=False,
                          timeout=300)
    if done.returncode != 0:
        raise AssertionError("%s\n%s" % (arguments, done.stderr))
    return json.loads(done.stdout)


def yaml_file(folder, text, name="hp.yaml"):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def temporary():
    return tempfile.TemporaryDirectory(prefix="hpswarm-test-")


def diamond(repeat, lattice=3.567):
    """Positions and cell of repeat^3 conventional cells."""
    basis = np.array([[0, 0, 0], [0, 2, 2], [2, 0, 2], [2, 2, 0], [1, 1, 1], [1, 3, 3], [3, 1, 3], [3, 3, 1]]) / 4
    corners = np.array([[i, j, k] for i in range(repeat) for j in range(repeat) for k in range(repeat)])
    return lattice * (basis[None] + corners[:, None]).reshape(-1, 3), lattice * repeat * np.eye(3)


def pair_potential(positions, cell, cutoff=3.4):
    """Energy and forces of Morse pairs that end smoothly at the cutoff, by minimum images of a
    cell that is large enough, or of its repetitions."""
    steps = int(np.ceil(cutoff / cell[0, 0]))
    shifts = np.arange(-steps, steps + 1)
    images = np.array([[i, j, k] for i in shifts for j in shifts for k in shifts]) @ cell
    d = positions[None, :, None] + images[None, None] - positions[:, None, None]
    r = np.sqrt((d ** 2).sum(-1))
    near = (r > 1e-8) & (r < cutoff)
    r, d = np.where(near, r, 1.0), np.where(near[..., None], d, 0.0)
    x = np.exp(-2.0 * (r - 1.55))
    end = (1 - (r / cutoff) ** 2) ** 3
    slope = -6 * r / cutoff ** 2 * (1 - (r / cutoff) ** 2) ** 2
    energy = np.where(near, 3.0 * (x * x - 2 * x) * end, 0.0)
    derivative = np.where(near, 3.0 * (-4 * x * x + 4 * x) * end + 3.0 * (x * x - 2 * x) * slope, 0.0)
    forces = (derivative[..., None] * d / r[..., None]).sum(axis=(1, 2))
    return 0.5 * energy.sum(), forces


def training_set(n=10, seed=7):
    """Shaken cells of 8 atoms with labels."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(n):
        positions, cell = diamond(1, 3.567 * rng.uniform(0.97, 1.03))
        positions = positions + rng.normal(0, 0.08, positions.shape)
        energy, forces = pair_potential(positions, cell)
        out.append({"numbers": [6] * 8, "positions": positions, "cell": cell, "energy": energy, "forces": forces})
    return out


def carbon_model(hpswarm):
    """A small potential of these cells."""
    soap = hpswarm.Soap("C", rcut_hard=3.6, rcut_soft=3.0, n_max=5, l_max=4)
    gap = hpswarm.GAP(soap, n_sparse=40, fit_forces=True, sigma_energy=0.002, sigma_force=0.05, delta=2.0)
    return gap.fit(training_set())
