#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Write soap_basis.txt, soap_single.txt, soap_several.txt and soap_turbo.txt from the reference vectors.

usage: make_soap_tables.py folder-with-the-JSON-files

The vectors are the exact ones (formulas of the specification in full double precision, the
basis in 80-digit arithmetic), in soap_turbo.txt those of the Fortran program, which has rounding
of 1e-9 and more from 6 functions on. Of each case the first few environments are kept; species
without an element ("A", "B") become C and O. Every line starts with a word:
    case NAME / species N Z.. / real|int|text OPTION VALUE / environment N_ATOMS
    atom Z X Y Z (the centre first) / q N, then values / adjoint, a line per atom
The adjoint is d(g.q)/dr with g[k] = cos(0.37 k + 0.11).
"""
import json
import os
import sys

KEEP = {"p01": [0, 9, 21, 29], "p02": [0, 12, 29], "p03": [0, 9, 20, 29], "p04": [3, 17, 27],
        "p15": [0, 2, 4], "p16": [1], "p20": [0]}
WHOLE = {"n_max", "l_max", "radial_enhancement"}
SYMBOLS = ["", "H", "He", "Li", "Be", "B", "C", "N", "O", "F"]
NUMBERS = {"H": 1, "C": 6, "N": 7, "O": 8, "F": 9, "Fe": 26}


def numbers(case):
    if case["species_order"] == ["A", "B"]:
        return [6, 8]
    return [NUMBERS[s] for s in case["species_order"]]


def option_lines(case, species):
    for name, value in case["hyper_parameters"].items():
        if name in ("n_species", "scaling_mode"):
            continue
        if isinstance(value, str):
            yield f"text {name} {value}"
            continue
        kind = "int" if name in WHOLE else "real"
        if not isinstance(value, list):
            yield f"{kind} {name} {value!r}"
            continue
        for number, v in zip(species, value):
            yield f"{kind} {name}:{SYMBOLS[number]} {v!r}"


def row(values):
    return " ".join(repr(float(v)) for v in values)


def adjoint_rows(environment, source):
    a = environment["adjoint_" + source]
    return [a["centre"]] + a["neighbours"] if isinstance(a, dict) else a


def environment_lines(e, species, source):
    positions = [[0.0, 0.0, 0.0]] + e["neighbour_positions"]
    kinds = [e["centre_species"]] + e["neighbour_species"]
    yield f"environment {len(kinds)}"
    for k, p in zip(kinds, positions):
        yield f"atom {species[k]} {row(p)}"
    q = e["q_" + source]
    yield f"q {len(q)}"
    for i in range(0, len(q), 8):
        yield row(q[i:i + 8])
    if "adjoint_" + source in e:
        rows = adjoint_rows(e, source)
        assert len(rows) == len(kinds)
        yield f"adjoint {len(rows)}"
        for r in rows:
            yield row(r)


def write_cases(folder, names, path, source="exact"):
    with open(path, "w", encoding="ascii") as out:
        for name in names:
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                case = json.load(f)
            species = numbers(case)
            lines = [f"case {name[:-5]}", f"species {len(species)} " + " ".join(map(str, species))]
            lines += option_lines(case, species)
            if source == "fortran":
                lines.append("text flavour soap_turbo")
            kept = KEEP.get(name[:3], range(min(2, len(case["environments"]))))
            for i in kept:
                lines += environment_lines(case["environments"][i], species, source)
            out.write("\n".join(lines) + "\n")


def write_basis(folder, path):
    with open(os.path.join(folder, "basis_tables.json"), encoding="utf-8") as f:
        tables = json.load(f)["tables"]
    with open(path, "w", encoding="ascii") as out:
        for n in range(1, 17):
            out.write(f"n {n}\n")
            for r in tables[str(n)]["O"]:
                out.write(row(r) + "\n")


def main():
    folder, here = sys.argv[1], os.path.dirname(os.path.abspath(__file__))
    names = sorted(n for n in os.listdir(folder) if n.startswith("p") and n.endswith(".json"))
    several = [n for n in names if n[:3] in ("p14", "p15", "p16", "p17")]
    write_cases(folder, [n for n in names if n not in several], os.path.join(here, "soap_single.txt"))
    write_cases(folder, several, os.path.join(here, "soap_several.txt"))
    flavoured = [n for n in names if n[:3] in ("p02", "p09", "p13", "p14", "p17")]
    write_cases(folder, flavoured, os.path.join(here, "soap_turbo.txt"), "fortran")
    write_basis(folder, os.path.join(here, "soap_basis.txt"))


if __name__ == "__main__":
    main()
