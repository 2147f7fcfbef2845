#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""`hpswarm fit` and `predict` against the fits of gap_fit and quip, with the files' sparse
points: energies per atom within 1e-6 eV and forces within 1e-4 eV/A, in the flavour soap_turbo.

Three lines a file:
  exact        the same with the flavour exact, for comparison
  soap_turbo   a fit from the training data: has to be within the limits
  gap_fit's    gap_fit's own coefficients and sparse descriptors on this program's descriptors of
               the test structures: has to be within the limits; and how far the test energies of
               its coefficients are from those of the 50-digit solution of its own equations.
               No independent fit can be expected to come nearer than that.
"""
import glob
import json
import os
import sys
import tempfile

import gap_model
from common import program_and_folder, run, soap_section, write_json, write_xyz

SYMBOL = {1: "H", 6: "C", 7: "N", 8: "O", 26: "Fe"}


def settings(case, folder, flavour):
    hyper, sigma = case["hyper"], case["sigma"]
    species = [SYMBOL[z] for z in hyper["species_Z"]]
    points = {SYMBOL[m["central_species"]]: m["sparse_indices_1based"] for m in case["models"]}
    write_json(f"{folder}/points.json", points)
    gap = {"n_sparse": {s: len(v) for s, v in points.items()}, "sparse": "file",
           "sparse_file": f"{folder}/points.json", "jitter": case["jitter"], "delta": hyper["delta"],
           "sigma_energy": sigma["energy_per_atom"], "sigma_per_atom": sigma["is_per_atom"],
           "fit_forces": case["fit_forces"], "fit_virials": case["fit_virials"]}
    if case["fit_forces"]:
        gap["sigma_force"] = sigma["force"]
    if case["fit_virials"]:
        gap["sigma_virial"] = sigma["virial_per_atom"]
    return {"data": {"e0": {SYMBOL[int(z)]: e for z, e in case["e0"].items()}},
            "soap": dict(soap_section(hyper, species), flavour=flavour), "kernel": {"zeta": hyper["zeta"]}, "gap": gap}


def read_forces(path):
    frames = []
    with open(path) as source:
        lines = source.read().split("\n")
    at = 0
    while at < len(lines) and lines[at].strip():
        n = int(lines[at])
        columns = next(w for w in lines[at + 1].split() if w.startswith("Properties="))[11:].split(":")
        start = 0
        for name, count in zip(columns[0::3], columns[2::3]):
            if name == "forces":
                break
            start += int(count)
        frames.append([[float(x) for x in row.split()[start:start + 3]] for row in lines[at + 2:at + 2 + n]])
        at += 2 + n
    return frames


def largest(structures, got, wanted):
    """Largest deviation of energies per atom and of force components."""
    energy = max(abs(g["energy"] - w["energy"]) / len(s["species"])
                 for s, g, w in zip(structures, got, wanted, strict=True))
    force = max(abs(a - b) for g, w in zip(got, wanted, strict=True)
                for x, y in zip(g["forces"], w["forces"], strict=True)
                for a, b in zip(x, y, strict=True))
    return energy, force


def deviations(program, folder, structures, wanted):
    write_xyz(f"{folder}/data.xyz", structures)
    out = json.loads(run(program, "predict", f"{folder}/model.hpsm", f"{folder}/data.xyz", "-o",
                         f"{folder}/out.xyz", "--json"))
    got = [{"energy": e, "forces": f}
           for e, f in zip(out["energies"], read_forces(f"{folder}/out.xyz"), strict=True)]
    return largest(structures, got, wanted)


def within(*pairs):
    return all(energy <= 1e-6 and force <= 1e-4 for energy, force in pairs)


def test_set(case):
    return ([t["structure"] for t in case["test"]],
            [{"energy": t["pred_energy"], "forces": t["pred_forces"]} for t in case["test"]])


def check_fit(program, folder, case, flavour):
    write_xyz(f"{folder}/train.xyz", case["training"])
    write_json(f"{folder}/hp.json", settings(case, folder, flavour))
    run(program, "fit", f"{folder}/train.xyz", "-p", f"{folder}/hp.json", "-m", f"{folder}/model.hpsm")
    train = deviations(program, folder, case["training"], case["train_predictions"])
    test = deviations(program, folder, *test_set(case))
    good = within(train, test)
    verdict = "" if flavour == "exact" else "ok" if good else "FAILED"
    print(f"  {flavour:10} train E {train[0]:.1e} F {train[1]:.1e}   test E {test[0]:.1e} "
          f"F {test[1]:.1e}  {verdict}")
    return good


def check_coefficients(program, folder, case):
    structures, wanted = test_set(case)
    write_json(f"{folder}/hp.json", {"soap": settings(case, folder, "soap_turbo")["soap"]})
    own = [a for m in case["models"] for a in m["alpha"]]
    got = gap_model.predictions(program, folder, case, structures, own)
    exact = gap_model.predictions(program, folder, case, structures,
                                  gap_model.exact_coefficients(case["linear_system"]))
    test, rounding = largest(structures, got, wanted), largest(structures, exact, got)
    good = within(test)
    print(f"  gap_fit's  test E {test[0]:.1e} F {test[1]:.1e}  {'ok' if good else 'FAILED'}   its "
          f"rounding: test E {rounding[0]:.1e} F {rounding[1]:.1e}")
    return good


def check(program, folder, path):
    with open(path) as source:
        case = json.load(source)
    print(os.path.basename(path))
    check_fit(program, folder, case, "exact")
    fit = check_fit(program, folder, case, "soap_turbo")
    return check_coefficients(program, folder, case) and fit


def main():
    program, reference = program_and_folder("FOLDER_WITH_FITS")
    with tempfile.TemporaryDirectory() as folder:
        results = [check(program, folder, p) for p in sorted(glob.glob(f"{reference}/*.json"))]
    sys.exit(0 if results and all(results) else 1)


main()
