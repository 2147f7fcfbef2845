#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""`hpswarm soap --json --gradients` against every p*.json of the reference: relative 2-norm of
each descriptor and of each derivative contraction, and the descriptors of the structures. Then
the flavour soap_turbo against what the Fortran program gave, up to its rounding."""
import glob
import json
import math
import os
import sys
import tempfile

from common import program_and_folder, relative, run, soap_section, write_json, write_xyz

# soap.md section 10: the rounding of the reference's own basis, by n_max.
ROUNDING = {7: 1e-6, 8: 2e-5, 9: 1e-3, 10: 1e-2}


def contraction(gradients, n_atoms):
    """d(g.q_0)/dr of all atoms from the gradient pairs of centre 0."""
    out = [[0.0] * 3 for _ in range(n_atoms)]
    for pair in gradients:
        if pair["centre"] == 0:
            for axis in range(3):
                out[pair["moved"]][axis] += sum(
                    math.cos(0.37 * k + 0.11) * x for k, x in enumerate(pair["d"][axis]))
    return out


def periodic_worst(program, folder, case, species):
    worst, done = 0.0, 0
    for structure in case.get("structures", []):
        frame = dict(structure, species=structure["symbols"])
        write_xyz(f"{folder}/s.xyz", [frame])
        rows = json.loads(run(program, "soap", f"{folder}/s.xyz", "-p", f"{folder}/hp.json", "--json"))
        for centre in structure["centres"]:
            worst = max(worst, relative(rows["frames"][0]["descriptors"][centre],
                                        case["environments"][done]["q_exact"]))
            done += 1
    return worst


def worst(program, folder, case, source):
    """Largest deviations of q and of the contracted derivatives from the vectors of a source."""
    out = json.loads(run(program, "soap", f"{folder}/e.xyz", "-p", f"{folder}/hp.json", "--json",
                         "--gradients"))
    assert out["n_components"] == case["n_soap"], "number of components"
    q = adjoint = 0.0
    for got, want in zip(out["frames"], case["environments"], strict=True):
        q = max(q, relative(got["descriptors"][0], want[f"q_{source}"]))
        expected = want.get(f"adjoint_{source}")
        if expected:
            have = contraction(got["gradients"], 1 + len(want["neighbour_positions"]))
            flat = [x for v in [expected["centre"]] + expected["neighbours"] for x in v]
            adjoint = max(adjoint, relative([x for v in have for x in v], flat))
    return q, adjoint


def check(program, folder, path):
    with open(path) as source:
        case = json.load(source)
    names = {"A": "C", "B": "H"}  # p17 has anonymous species
    species = [names.get(s, s) for s in case["species_order"]]
    hyper = case["hyper_parameters"]
    soap = soap_section(hyper, species)
    frames = [{"species": [species[e["centre_species"]]] + [species[i] for i in e["neighbour_species"]],
               "positions": [[0.0, 0.0, 0.0]] + e["neighbour_positions"], "pbc": [False] * 3}
              for e in case["environments"]]
    write_xyz(f"{folder}/e.xyz", frames)
    write_json(f"{folder}/hp.json", {"soap": soap})
    q, adjoint = worst(program, folder, case, "exact")
    images = periodic_worst(program, folder, case, species)
    write_json(f"{folder}/hp.json", {"soap": dict(soap, flavour="soap_turbo")})
    fortran, slopes = worst(program, folder, case, "fortran")
    n_max = max(hyper["n_max"]) if isinstance(hyper["n_max"], list) else hyper["n_max"]
    limit = 1e-10 if hyper["basis"] == "poly3" else 1e-9
    rounding = ROUNDING.get(n_max, 1e-8)
    good = (q <= limit and images <= limit and adjoint <= 1e-8
            and fortran <= rounding and slopes <= 10 * rounding)
    print(f"{os.path.basename(path):30} {hyper['basis']:10} n_max {n_max:2}  exact q {q:.1e}  structures "
          f"{images:.1e}  gradients {adjoint:.1e}   soap_turbo q {fortran:.1e}  gradients {slopes:.1e}  "
          f"{'ok' if good else 'FAILED'}")
    return good


def main():
    program, reference = program_and_folder("FOLDER_WITH_p*.json")
    with tempfile.TemporaryDirectory() as folder:
        results = [check(program, folder, p) for p in sorted(glob.glob(f"{reference}/p*.json"))]
    sys.exit(0 if results and all(results) else 1)


main()
