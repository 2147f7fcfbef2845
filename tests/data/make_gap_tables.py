#!/usr/bin/env python3
"""Write the tables gap_*.txt that tests/numeric/test_gpr_reference.c reads.

usage: make_gap_tables.py FOLDER   (with the JSON files of fits by gap_fit and their
predictions by quip: QUIP caff154, GAP 6c3375f, soap_turbo 03f9d82)

Tokens separated by blanks, in a fixed order; reals as the source prints them:
  fit: n_species, numbers; n_max l_max radial_enhancement; rcut_hard rcut_soft nf atom_sigma_r
  atom_sigma_t atom_sigma_r_scaling atom_sigma_t_scaling amplitude_scaling central_weight;
  compress; zeta delta sigma_energy sigma_force sigma_virial sigma_per_atom jitter; fit_forces
  fit_virials seed cur; per species: e0, n_sparse, 1-based sparse points
  two lists of structures (training with reference values, test with predicted ones): count, then
  n has_cell has_forces has_virial, energy, numbers, positions, cell, forces, virial
"""
import json
import pathlib
import sys

NUMBERS = {"H": 1, "C": 6, "N": 7, "O": 8, "Fe": 26}


def flat(values):
    return [v for row in values for v in (row if isinstance(row, list) else [row])]


def structure(s, energy, forces, virial):
    cell = s.get("cell") or []
    cell = flat(cell) if any(flat(cell)) else []
    numbers = [NUMBERS.get(z, z) for z in s["species"]]
    words = [len(numbers), int(bool(cell)), int(bool(forces)), int(bool(virial)), energy]
    return words + numbers + flat(s["positions"]) + cell + flat(forces or []) + flat(virial or [])


def table(fit):
    h, sigma = fit["hyper"], fit["sigma"]
    lines = [[len(h["species_Z"])] + h["species_Z"]]
    lines.append([h["n_max"], h["l_max"], h["radial_enhancement"]])
    lines.append([h[k] for k in ("rcut_hard", "rcut_soft", "nf", "atom_sigma_r", "atom_sigma_t",
                                 "atom_sigma_r_scaling", "atom_sigma_t_scaling",
                                 "amplitude_scaling", "central_weight")])
    lines.append([h["compress_mode"]])
    lines.append([h["zeta"], h["delta"], sigma["energy_per_atom"], sigma["force"],
                  sigma["virial_per_atom"], int(sigma["is_per_atom"]), fit["jitter"]])
    lines.append([int(fit["fit_forces"]), int(fit["fit_virials"]), fit["rnd_seed"],
                  int(fit["sparse_method"] == "cur_points")])
    for model in fit["models"]:
        points = model["sparse_indices_1based"]
        lines.append([fit["e0"][str(model["central_species"])], len(points)] + points)
    lines.append([len(fit["training"])])
    for s in fit["training"]:
        lines.append(structure(s, s["energy"], s.get("forces") if fit["fit_forces"] else None,
                               s.get("virial") if fit["fit_virials"] else None))
    lines.append([len(fit["test"])])
    for t in fit["test"]:
        lines.append(structure(t["structure"], t["pred_energy"], t["pred_forces"],
                               t.get("pred_virial")))
    return "".join(" ".join(str(w) for w in line) + "\n" for line in lines)


for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    out = pathlib.Path(__file__).parent / f"gap_{path.stem}.txt"
    out.write_text(table(json.loads(path.read_text())))
    print(out.name, out.stat().st_size)
