#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fits on energies and forces against the exact solution of the whole stacked system, whose rows are made here from descriptors
and their derivatives: a QR (LAPACK's dgeqrf, by numpy), refined with residuals and the covariance of the sparse points in long
double until nothing moves. Beside it the QR as it stands. Then one fit of all frames, its wall time and memory.

usage: check_qr.py PROGRAM DATA.xyz [--frames 40] [--points 1000] [--all 2000] [--threads 2]

DATA is a set of one element with forces, as c_disordered_lda.xyz; HPSWARM_LIBRARY names the shared library, PYTHONPATH has
bindings/python. --frames and --points are the size of the comparison, tested on --frames/4 other frames; --all the sparse points
of the fit of everything, 0 for none. Fails where energies differ by more than 1e-8 eV/atom or forces by 1e-8 eV/angstrom,
where the large fit takes 2 GB or 3 minutes (of CPU a thread, if the machine has other work).
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

import hpswarm

SOAP = {"n_max": 4, "l_max": 4, "rcut_hard": 5.0, "rcut_soft": 4.42, "atom_sigma_r": 0.48, "atom_sigma_t": 0.17,
        "atom_sigma_r_scaling": 0.03, "atom_sigma_t_scaling": 0.12, "amplitude_scaling": 1.98, "central_weight": 0.9,
        "radial_enhancement": 2, "basis": "poly3gauss"}
ZETA, DELTA, SIGMA_ENERGY, SIGMA_FORCE, JITTER = 5.39, 2.54, 0.015, 0.1, 1e-10


def frame_rows(soap, data, frame, points):
    """Energy row and force rows of a frame with unit amplitude."""
    q = soap.create(data[frame:frame + 1])[0]
    cosine = np.maximum(q @ points.T, 0.0)
    slope = ZETA * cosine ** (ZETA - 1)
    pairs = soap.gradients(data, frame)
    order = np.argsort(pairs.centre, kind="stable")
    first = np.searchsorted(pairs.centre[order], np.arange(len(q) + 1))
    forces = np.zeros((len(q), 3, len(points)))
    for i in range(len(q)):
        mine = order[first[i]:first[i + 1]]
        forces[pairs.moved[mine]] += slope[i] * (pairs.d[mine] @ points.T)
    return (cosine ** ZETA).sum(axis=0), forces.reshape(-1, len(points))


def rows_of(soap, data, points):
    parts = [frame_rows(soap, data, k, points) for k in range(len(data))]
    return np.array([e for e, _ in parts]), np.concatenate([f for _, f in parts])


def product(a, x):
    """Matrix (doubles) times vector (long doubles), without rounding to double."""
    return np.concatenate([(a[i:i + 256] * x).sum(axis=1) for i in range(0, len(a), 256)])


def solve(energies, forces, data, points, e0):
    """Coefficients by R and Q^T y of [rows/sigma; chol(delta^2 K + jitter)], and the exact ones."""
    n = len(points)
    sigma = np.concatenate([SIGMA_ENERGY * np.sqrt(data.sizes), np.full(len(forces), SIGMA_FORCE)])
    rows = np.concatenate([energies, forces])
    target = np.concatenate([data.energies - e0 * data.sizes, -data.forces.ravel()])
    prior = DELTA ** 2 * np.maximum(points @ points.T, 0.0) ** ZETA + JITTER * np.eye(n)
    system = np.zeros((len(rows) + n, n + 1))
    system[:-n, :n] = DELTA ** 2 * rows / sigma[:, None]
    system[:-n, n] = target / sigma
    system[-n:, :n] = np.linalg.cholesky(prior).T
    r = np.linalg.qr(system, mode="r")
    lapack = np.linalg.solve(r[:n, :n], r[:n, n])
    wide = points.astype(np.longdouble)
    scale = np.longdouble(DELTA) ** 2
    prior = np.maximum(np.einsum("ik,jk->ij", wide, wide), 0) ** np.longdouble(ZETA) * scale
    alpha = lapack.astype(np.longdouble)
    for _ in range(4):
        residual = (target - scale * product(rows, alpha)) / sigma.astype(np.longdouble) ** 2
        gradient = -(prior @ alpha) - np.longdouble(JITTER) * alpha
        for i in range(0, len(rows), 256):
            gradient += scale * (rows[i:i + 256] * residual[i:i + 256, None]).sum(axis=0)
        alpha += np.linalg.solve(r[:n, :n], np.linalg.solve(r[:n, :n].T, gradient.astype(float)))
    return lapack, alpha


def compare(data, frames, n_points):
    chosen = np.linspace(0, len(data) - 1, frames + frames // 4).astype(int)
    test, train = data.subset(chosen[::5]), data.subset(np.delete(chosen, np.s_[::5]))
    soap = hpswarm.Soap(data.symbols, **SOAP)
    gap = hpswarm.GAP(soap, zeta=ZETA, delta=DELTA, sigma_energy=SIGMA_ENERGY, sigma_force=SIGMA_FORCE, jitter=JITTER,
                      fit_forces=True, n_sparse=n_points, e0_method="average", refine=1)
    start = time.monotonic()
    gap.fit(train)
    mine = time.monotonic() - start
    points = np.concatenate(list(soap.create(train)))[gap.sparse(data.symbols[0]) - 1]
    e0 = float(np.mean(train.energies / train.sizes))
    start = time.monotonic()
    energies, forces = rows_of(soap, train, points)
    lapack, alpha = solve(energies, forces, train, points, e0)
    theirs = time.monotonic() - start
    got = gap.predict(test)
    energies, forces = rows_of(soap, test, points)
    exact = [DELTA ** 2 * product(rows, alpha) for rows in (energies, forces)]
    far = [np.abs(got.energy - e0 * test.sizes - exact[0]) / test.sizes, np.abs(np.asarray(got.forces).ravel() + exact[1]),
           np.abs(product(energies, lapack.astype(np.longdouble)) * DELTA ** 2 - exact[0]) / test.sizes,
           np.abs(product(forces, lapack.astype(np.longdouble)) * DELTA ** 2 - exact[1])]
    good = far[0].max() <= 1e-8 and far[1].max() <= 1e-8
    print(f"{len(train)} frames, {3 * train.n_atoms + len(train)} rows, {len(points)} points, largest coefficient "
          f"{np.abs(alpha).max():.1e}: energies are off by {far[0].max():.1e} eV/atom, forces by {far[1].max():.1e} eV/A; LAPACK's "
          f"QR by {far[2].max():.1e} and {far[3].max():.1e} ({mine:.1f} s here, {theirs:.1f} s the whole system)  "
          f"{'ok' if good else 'FAILED'}", flush=True)
    return good


def fit_all(program, path, n_points, threads):
    with tempfile.TemporaryDirectory() as folder:
        values = {"data": {"e0": "average", "virial": "none"}, "soap": SOAP, "kernel": {"zeta": ZETA},
                  "gap": {"sparse": "cur", "n_sparse": n_points, "delta": DELTA, "sigma_energy": SIGMA_ENERGY,
                          "sigma_force": SIGMA_FORCE, "jitter": JITTER, "fit_forces": True, "refine": 1}}
        with open(f"{folder}/hp.json", "w") as target:
            json.dump(values, target)
        start = time.monotonic()
        done = subprocess.Popen([program, "fit", path, "-p", f"{folder}/hp.json", "-m", f"{folder}/model.hpsm", "-q", "--json",
                                 "--threads", str(threads)], stdout=subprocess.PIPE)
        text = done.stdout.read()
        _, status, usage = os.wait4(done.pid, 0)
        done.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - start
    if done.returncode:
        sys.exit(f"the fit of all frames failed with {done.returncode}")
    result = json.loads(text)
    share = usage.ru_utime / threads  # what the wall time is where nothing else runs, or a little more
    good = min(wall, share) <= 180 and usage.ru_maxrss <= 2 * 1048576
    print(f"all {result['n_structures']} frames, {n_points} points, {threads} threads: wall {wall:.0f} s, user "
          f"{usage.ru_utime:.0f} s ({share:.0f} a thread), peak {usage.ru_maxrss / 1024:.0f} MiB; load of the machine at its end "
          f"{os.getloadavg()[0]:.1f}  {'ok' if good else 'FAILED'}")
    return good


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("program")
    options.add_argument("data")
    for name, value in (("frames", 40), ("points", 1000), ("all", 2000), ("threads", 2)):
        options.add_argument("--" + name, type=int, default=value)
    given = options.parse_args()
    results = []
    if given.frames:
        results.append(compare(hpswarm.Dataset.read(given.data), given.frames, given.points))
    if given.all:
        results.append(fit_all(given.program, given.data, given.all, given.threads))
    sys.exit(0 if results and all(results) else 1)


main()
