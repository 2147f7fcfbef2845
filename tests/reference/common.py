# SPDX-License-Identifier: BSD-3-Clause
"""Shared by the scripts that hold the program against the reference files of the peers.

They need the folder of the reference files and are run by hand; the tests of the tree carry
small tables instead.
"""
import json
import math
import os
import subprocess
import sys

SOAP_KEYS = ["n_max", "l_max", "rcut_hard", "rcut_soft", "nf", "atom_sigma_r", "atom_sigma_t",
             "atom_sigma_r_scaling", "atom_sigma_t_scaling", "amplitude_scaling",
             "central_weight", "radial_enhancement", "basis"]


def run(program, *arguments):
    """Standard output of the program; its message and the end if it fails."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def soap_section(hyper, species):
    """The soap: mapping of an HP file; a list becomes a mapping by element."""
    def value(key):
        v = hyper[key]
        return dict(zip(species, v)) if isinstance(v, list) else v
    section = {key: value(key) for key in SOAP_KEYS}
    section["compress"] = hyper.get("compress", hyper.get("compress_mode", "none"))
    section["species"] = species
    return section


def write_json(path, data):
    with open(path, "w") as out:
        json.dump(data, out)


def flat(matrix):
    """The nine numbers of a 3x3 matrix, given as rows or as nine numbers."""
    return [x for row in matrix for x in (row if isinstance(row, list) else [row])]


def write_xyz(path, frames):
    """frames: dicts with species, positions and, if there, cell, pbc, energy, forces, virial."""
    with open(path, "w") as out:
        for frame in frames:
            forces = frame.get("forces")
            head = ["Properties=species:S:1:pos:R:3" + (":forces:R:3" if forces else "")]
            if frame.get("cell") is not None and any(frame["pbc"]):
                head.append('Lattice="%s"' % " ".join(repr(x) for row in frame["cell"] for x in row))
            head.append('pbc="%s"' % " ".join("FT"[bool(p)] for p in frame["pbc"]))
            for key in ("energy",):
                if key in frame:
                    head.append(f"{key}={frame[key]!r}")
            if "virial" in frame:
                head.append('virial="%s"' % " ".join(map(repr, flat(frame["virial"]))))
            out.write(f"{len(frame['species'])}\n{' '.join(head)}\n")
            for i, symbol in enumerate(frame["species"]):
                numbers = list(frame["positions"][i]) + (list(forces[i]) if forces else [])
                out.write(symbol + " " + " ".join(repr(float(x)) for x in numbers) + "\n")


def relative(a, b):
    """|a - b| / |b| in the 2-norm; |a| where b is zero."""
    size = math.sqrt(sum(x * x for x in b))
    return math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b))) / (size if size > 0 else 1.0)


def program_and_folder(what):
    if len(sys.argv) != 3 or not os.path.isdir(sys.argv[2]):
        sys.exit(f"usage: {sys.argv[0]} HPSWARM {what}")
    return sys.argv[1], sys.argv[2]
