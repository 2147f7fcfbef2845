#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Descriptors and their derivatives beside quippy-ase and DScribe, on the same structures in the
same run: one JSON document, then a table. Peers that are not installed are left out.

usage: soap_peers.py [--quick] FILE.xyz     (one element, periodic; ./run bench peers FILE.xyz)

Sides take turns, one thread each; the least CPU time of the rounds counts. The descriptors are
not the same quantities: soap_turbo is the one whose basis and size the library shares.
"""
import importlib.metadata
import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "bindings", "python"))

import numpy

import hpswarm

CUTOFF, SOFT, WIDTH = 5.0, 4.5, 0.5
SIZES = (4, 6, 8)


class Library:
    """The library: all frames in one call; derivatives of a sum weighted at random (adjoint) and
    as pairs of atoms (explicit)."""

    def __init__(self, frames, number, n):
        self.data = hpswarm.Dataset(frames)
        self.soap = hpswarm.Soap([number], n_max=n, l_max=n, rcut_hard=CUTOFF, rcut_soft=SOFT,
                                 atom_sigma_r=WIDTH, atom_sigma_t=WIDTH, atom_sigma_r_scaling=0.1,
                                 atom_sigma_t_scaling=0.1, basis="poly3")
        self.first = hpswarm.Dataset(frames[:1])
        self.weight = numpy.random.default_rng(1).random((len(frames[0]), self.soap.n_components))

    def sides(self):
        return {"descriptors": lambda: self.soap.compute(self.data),
                "explicit derivatives": lambda: self.soap.gradients(self.first),
                "adjoint": lambda: self.soap.adjoint(self.first, self.weight)}


class Quippy:
    def __init__(self, line, frames):
        from quippy.descriptors import Descriptor
        self.descriptor = Descriptor(line)
        self.frames = frames

    def sides(self):
        return {"descriptors": lambda: [self.descriptor.calc(f) for f in self.frames],
                "explicit derivatives": lambda: self.descriptor.calc(self.frames[0], grad=True)}


def turbo(frames, number, n):
    return Quippy(f"soap_turbo l_max={n} alpha_max={{{n}}} atom_sigma_r={{{WIDTH}}} "
                  f"atom_sigma_t={{{WIDTH}}} atom_sigma_r_scaling={{0.1}} atom_sigma_t_scaling={{0.1}} "
                  f"zeta=1 rcut_hard={CUTOFF} rcut_soft={SOFT} basis=poly3 scaling_mode=polynomial "
                  f"amplitude_scaling={{1.0}} n_species=1 species_Z={{{number}}} radial_enhancement=0 "
                  f"central_weight={{1.0}} central_index=1", frames)


def classic(frames, number, n):
    return Quippy(f"soap l_max={n} n_max={n} cutoff={CUTOFF} cutoff_transition_width={CUTOFF - SOFT} "
                  f"atom_sigma={WIDTH} n_species=1 species_Z={{{number}}} n_Z=1 Z={{{number}}}", frames)


class DScribe:
    def __init__(self, frames, number, n, rbf):
        from dscribe.descriptors import SOAP
        self.soap = SOAP(species=[number], r_cut=CUTOFF, n_max=n, l_max=n, sigma=WIDTH, rbf=rbf,
                         periodic=True)
        self.frames = frames
        self.rbf = rbf

    def sides(self):
        found = {"descriptors": lambda: [self.soap.create(f) for f in self.frames]}
        if self.rbf == "gto":
            found["explicit derivatives"] = lambda: self.soap.derivatives(self.frames[0])
        return found


PEERS = {"hpswarm": Library, "quippy soap_turbo": turbo, "quippy soap": classic,
         "dscribe gto": lambda f, z, n: DScribe(f, z, n, "gto"),
         "dscribe polynomial": lambda f, z, n: DScribe(f, z, n, "polynomial")}


def make(frames, number, n):
    found = {}
    for name, peer in PEERS.items():
        try:
            found[name] = peer(frames, number, n).sides()
        except ImportError as missing:
            print(f"bench: {name} is left out: {missing}", file=sys.stderr)
    return found


def measure(frames, number, n, rounds):
    """Microseconds of CPU an environment; derivatives on the first frame only."""
    sides = make(frames, number, n)
    least = {}
    for _ in range(rounds):
        for name, parts in sides.items():
            for what, run in parts.items():
                start = time.process_time()
                run()
                atoms = len(frames[0]) if what != "descriptors" else sum(map(len, frames))
                each = 1e6 * (time.process_time() - start) / atoms
                least[name, what] = min(each, least.get((name, what), each))
    return [{"n": n, "l": n, "side": name, "what": what, "us_per_environment": round(v, 3),
             "times_hpswarm": round(v / least["hpswarm", what], 1)}
            for (name, what), v in least.items()]


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def main():
    words = [a for a in sys.argv[1:] if a != "--quick"]
    if len(words) != 1:
        sys.exit(__doc__)
    import ase.io
    quick = "--quick" in sys.argv
    frames = ase.io.read(words[0], index=":1" if quick else ":4")
    number = int(frames[0].numbers[0])
    document = {"file": words[0], "atoms": sum(map(len, frames)), "load": os.getloadavg()[0],
                "versions": {p: version(p) for p in ("quippy-ase", "dscribe", "numpy")},
                "rows": [row for n in SIZES[:1 if quick else 3]
                         for row in measure(frames, number, n, 2 if quick else 3)]}
    print(json.dumps(document, indent=1))
    for row in document["rows"]:
        print(f"n=l={row['n']}  {row['what']:22s} {row['side']:20s} "
              f"{row['us_per_environment']:12.2f} us/environment {row['times_hpswarm']:8.1f} x hpswarm")


if __name__ == "__main__":
    main()
