#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""`hpswarm fit` and `predict` against the fits of gap_fit and quip, with the files' sparse
points: energies per atom within 1e-6 eV and forces within 1e-4 eV/A."""
import glob
import json
import os
import sys
import tempfile

from common import program_and_folder, run, soap_section, write_json, write_xyz

SYMBOL = {1: "H", 6: "C", 7: "N", 8: "O", 26: "Fe"}


def settings(case, folder):
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
            "soap": soap_section(hyper, species), "kernel": {"zeta": hyper["zeta"]}, "gap": gap}


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


def deviations(program, folder, structures, wanted):
    """Largest deviation of energies per atom and of force components."""
    write_xyz(f"{folder}/data.xyz", structures)
    out = json.loads(run(program, "predict", f"{folder}/model.hpsm", f"{folder}/data.xyz", "-o",
                         f"{folder}/out.xyz", "--json"))
    forces = read_forces(f"{folder}/out.xyz")
    energy = max(abs(e - w["energy"]) / len(s["species"])
                 for e, s, w in zip(out["energies"], structures, wanted, strict=True))
    force = max(abs(a - b) for f, w in zip(forces, wanted, strict=True)
                for x, y in zip(f, w["forces"], strict=True) for a, b in zip(x, y, strict=True))
    return energy, force


def check(program, folder, path):
    with open(path) as source:
        case = json.load(source)
    write_xyz(f"{folder}/train.xyz", case["training"])
    write_json(f"{folder}/hp.json", settings(case, folder))
    run(program, "fit", f"{folder}/train.xyz", "-p", f"{folder}/hp.json", "-m", f"{folder}/model.hpsm")
    train = deviations(program, folder, case["training"], case["train_predictions"])
    test = deviations(program, folder, [t["structure"] for t in case["test"]],
                      [{"energy": t["pred_energy"], "forces": t["pred_forces"]} for t in case["test"]])
    good = max(train[0], test[0]) <= 1e-6 and max(train[1], test[1]) <= 1e-4
    print(f"{os.path.basename(path):26} train E {train[0]:.1e} F {train[1]:.1e}   "
          f"test E {test[0]:.1e} F {test[1]:.1e}  {'ok' if good else 'FAILED'}")
    return good


def main():
    program, reference = program_and_folder("FOLDER_WITH_FITS")
    with tempfile.TemporaryDirectory() as folder:
        results = [check(program, folder, p) for p in sorted(glob.glob(f"{reference}/*.json"))]
    sys.exit(0 if results and all(results) else 1)


main()
