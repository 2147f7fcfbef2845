#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Tables and figures of docs/results.md out of what run.py left: no number is copied by hand.

make_tables.py OUT   collects OUT/STUDY/STEP.json into numbers.json, then writes tables and figures
make_tables.py       writes them again from numbers.json
make_tables.py --check   fails if one of them is not what numbers.json gives"""
import json
import math
import os
import shlex
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from run import SPLITS, STUDIES  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
NUMBERS = os.path.join(HERE, "numbers.json")
DOCUMENT = os.path.join(os.path.dirname(HERE), "results.md")
ERRORS = ("rmse_energy_per_atom", "mae_energy_per_atom", "mae_energy_per_structure", "rmse_force")
KERNEL = ("mean", "std", "skew")

FILES = {"crystal": "c_gap17_cryst_lda", "disordered": "c_disordered_lda", "amorphous": "c_gap17_pbe",
         "iron": "fe_gap22_ext", "dragoni": "fe_dragoni", "silicon": "si_gap18_subset",
         "dimers": "c_dimers"}
ROWS = (("crystal", "aC4-1", 300), ("iron", "Fe4-1", 500), ("iron-s6", "Fe6-1", 500),
        ("crystal-ef", "aC4-1 E+F", 300), ("disordered", "aC4-1", 1000),
        ("disordered-s6", "aC6-1", 1000), ("amorphous", "aC4-1", 1000), ("iron-ef", "Fe4-1 E+F", 500))


# --- what run.py left -----------------------------------------------------------------------

def some(values, keys):
    return {k: values[k] for k in keys if values.get(k) is not None}


def short_stage(stage):
    kept = some(stage, ("name", "objective", "evaluations", "failed", "best_objective", "best"))
    if "front" in stage:
        kept["front"] = sorted(p["objectives"] for p in stage["front"])
    kept["kernel"] = some(stage.get("kernel") or {}, KERNEL)
    return kept


def short(step):
    """What the tables need of a step, and where it came from."""
    j = step["json"]
    plain = step["command"].split(" --threads ")[0].replace(" --resume", "")
    kept = {"command": plain, "commit": step.get("commit", ""), "wall_seconds": round(step["wall_seconds"], 2),
            "user_seconds": round(step["user_seconds"], 2),
            "megabytes": round(step["peak_kilobytes"] / 1024, 1)}
    if "stages" in j:
        kept |= {"seed": j["seed"], "stages": [short_stage(s) for s in j["stages"]],
                 "validation": some(j["final"]["test"], ERRORS)}
    if "errors" in j:
        kept["test"] = some(j["errors"], ERRORS)
        if "train.test" in plain:  # few kinds of frames, and the page speaks of them
            kept["kinds"] = {k: some(v, ("n_structures", *ERRORS)) for k, v in j["errors"]["by_config_type"].items()}
    if "train" in j:
        kept |= {"train": some(j["train"], ERRORS), "n_sparse": j["n_sparse"],
                 "n_atoms": j["n_atoms"], "n_structures": j["n_structures"]}
    if "histogram" in j:
        kept |= some(j, KERNEL) | {"zeta": j["zeta"], "histogram": j["histogram"]}
    return kept


def collect(out):
    numbers = {}
    for study in sorted(os.listdir(out)):
        folder = os.path.join(out, study)
        for file in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
            if file.endswith(".json"):
                with open(os.path.join(folder, file)) as source:
                    numbers.setdefault(study, {})[file[:-5]] = short(json.load(source))
    return numbers


# What every table says of its runs: what they cost, what made them.
COST = ["wall, s", "CPU, s", "MB", "seed", "study", "run file", "commit"]
SEARCH = ["evaluations", *COST]


def run_file(step):
    """The file that a command reads its settings from, as a link; the study for what another one found."""
    words = step["command"].split()
    path = words[words.index("-p") + 1] if "-p" in words else words[2]
    if path.startswith("docs/results/"):
        name = os.path.basename(path)
        return f"[{name[:-5]}](results/{name})"
    return f"best of `{path.split('/')[1]}`"


def cost(key, steps):
    """Of one step, or of several together: a search and the one after it, fits and predictions."""
    commits = list(dict.fromkeys(s["commit"] for s in steps))
    seconds = [sum(s[k] for s in steps) for k in ("wall_seconds", "user_seconds")]
    return [*(f"{t:.0f}" if t >= 10 else f"{t:.1f}" for t in seconds), max(s["megabytes"] for s in steps),
            steps[0].get("seed", 1), f"`{key}`", run_file(steps[0]), ", ".join(commits)]


def search(key, *tunes):
    """Of searches, one after the other."""
    return ["+".join(str(s["evaluations"]) for t in tunes for s in t["stages"]), *cost(key, tunes)]


# --- tables ---------------------------------------------------------------------------------

def milli(value, digits=2):
    return "" if value is None else f"{1000 * value:.{digits}f}"


def errors(e):
    return milli(e.get("rmse_energy_per_atom")), milli(e.get("rmse_force"), 1)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(str(c) for c in row) + " |" for row in rows]


def spread(steps, key, digits):
    """Mean of the seeds and half of their range."""
    values = [1000 * s["test"][key] for s in steps]
    return f"{sum(values) / len(values):.{digits}f} ± {(max(values) - min(values)) / 2:.{digits}f}"


def seeds(study):
    return [study[f"seed{k}-predict"] for k in (1, 2, 3) if f"seed{k}-predict" in study]


def fit_cost(key, study):
    """Time and memory of the first of three fits, each with sparse points of its own."""
    fit = study["seed1-fit"]
    return [f"{fit['wall_seconds']:.2f}", f"{fit['user_seconds']:.2f}", fit["megabytes"], "1, 2, 3", *cost(key, [fit])[4:]]


def table_same_sets(numbers, reference):
    rows = []
    for name, hp, points in ROWS:
        ours, theirs = numbers.get("row-" + name, {}), reference[name]
        done = seeds(ours)
        cells = (spread(done, "rmse_energy_per_atom", 3), spread(done, "rmse_force", 1),
                 *fit_cost("row-" + name, ours)) \
            if len(done) == 3 else ("no set" if name == "iron-s6" else "not run", *[""] * (1 + len(COST)))
        rows.append([FILES[name.split("-")[0]], hp, points, f"{theirs['energy']:.2f}",
                     theirs["force"], theirs["fit_seconds"], theirs["megabytes"], *cells])
    return table(["data", "set", "sparse points", "gap_fit G_E", "G_F", "fit, s", "MB",
                  "here G_E, three seeds", "G_F", "fit: wall, s", *COST[1:]], rows)


def change(ours, theirs):
    return f"{100 * (1000 * ours / theirs - 1):+.0f} %"


SEARCHES = (("", "rmse"), ("-wide", "rmse, wide ranges"), ("-loo", "loo, wide ranges"),
            ("-force", "rmse, G_E + G_F, wide ranges"), ("-balanced", "rmse, G_E + G_F/10"),
            ("-basis", "rmse, basis searched"), ("-basis-loo", "loo, basis searched"))
SHARED = {"tuned-disordered-s6-basis-loo": "tuned-disordered-basis-loo"}  # one search stands for both rows
AFTER = {"virials-amorphous": "tuned-amorphous-basis"}  # noises were searched after another search


def searched(row, end, seed=""):
    """The study of a row and an objective."""
    key = f"tuned-{row}{end}"
    return SHARED.get(key, key) + seed


def tuned_row(key, study, objective, row, theirs, before=()):
    name, hp, points = row
    tune, test = study["tune"], study["predict"]["test"]
    validation = ("", "") if objective.startswith("loo") else errors(tune["validation"])
    return [FILES[name.split("-")[0]], hp, points, f"{theirs['energy']:.2f}", theirs["force"], objective,
            *validation, *errors(test), change(test["rmse_energy_per_atom"], theirs["energy"]),
            change(test["rmse_force"], theirs["force"]), *search(key, *before, tune)]


def table_tuned(numbers, reference):
    rows = []
    for row in ROWS:
        for end, objective in SEARCHES:
            key = searched(row[0], end)
            if "predict" in numbers.get(key, {}):
                rows.append(tuned_row(key, numbers[key], objective, row, reference[row[0]]))
        for key, source in AFTER.items():
            if key.endswith(row[0]) and "predict" in numbers.get(key, {}):
                rows.append(tuned_row(key, numbers[key], "rmse, basis searched, virials fitted", row, reference[row[0]],
                                      [numbers[source]["tune"]]))
    return table(["data", "instead of", "sparse points", "gap_fit G_E", "G_F", "objective",
                  "validation G_E", "G_F", "test G_E", "G_F", "G_E by", "G_F by", *SEARCH], rows)


def table_seeds(numbers, reference):
    """Searches that were repeated with other seeds."""
    rows = []
    for name, hp, _ in ROWS:
        for end, objective in SEARCHES:
            keys = [searched(name, end, seed) for seed in ("", "-seed2", "-seed3")]
            done = [k for k in keys if "predict" in numbers.get(k, {})]
            if len(done) > 1:
                rows.append([FILES[name.split("-")[0]], hp, objective, *means(numbers, done, reference[name]),
                             *searches(numbers, done)])
    return table(["data", "instead of", "objective", "test G_E, seeds 1, 2, ..", "G_F", "mean G_E by", "mean G_F by", *SEARCH], rows)


def means(numbers, keys, theirs):
    """Errors of several searches, and their mean against gap_fit's."""
    energy, force = ([numbers[k]["predict"]["test"][e] for k in keys] for e in ERRORS[::3])
    return [", ".join(milli(e) for e in energy), ", ".join(milli(f, 1) for f in force),
            change(sum(energy) / len(energy), theirs["energy"]), change(sum(force) / len(force), theirs["force"])]


def searches(numbers, keys):
    """What each of several searches took; the first one's name and run file."""
    every = [search(k, numbers[k]["tune"]) for k in keys]
    listed = [", ".join(dict.fromkeys(str(e[i]) for e in every)) if i in (0, 7) else ", ".join(str(e[i]) for e in every)
              for i in range(len(SEARCH))]
    return [*listed[:5], every[0][5] + ", `-seed2`, `-seed3`"[:10 * (len(keys) - 1)], every[0][6], listed[7]]


def table_curves(numbers):
    """Errors against the number of training frames."""
    rows = []
    for name in ("amorphous", "disordered"):
        steps = numbers.get(f"curve-{name}", {})
        for count in sorted({int(s.split("-")[1]) for s in steps}):
            found = [errors(steps[f"{label}-{count}-predict"]["test"]) for label in ("hand", "found")]
            row = [cost(f"curve-{name}", [steps[f"{label}-{count}-{end}"] for end in ("fit", "predict")])
                   for label in ("hand", "found")]
            rows.append([FILES[name], count, *found[0], *found[1],
                         *(f"{a}; {b}" for a, b in zip(row[0][:3], row[1][:3])), *row[0][3:5],
                         f"{row[0][5]}; {row[1][5]}", row[0][6]])
    return table(["data", "training frames", "by hand: G_E", "G_F", "found: G_E", "G_F",
                  *(f"{c}: hand; found" for c in COST[:3]), *COST[3:]], rows)


def kinds(numbers):
    """A sentence: what kind of frame is missed by how much."""
    steps = numbers.get("curve-amorphous", {})
    every = [steps[f"{label}-360-predict"]["kinds"] for label in ("hand", "found")] if steps else ({}, {})
    return ["; ".join(f"{name} ({k['n_structures']} frames) " + " and ".join(milli(e[name]["rmse_energy_per_atom"], 1) for e in every)
                      for name, k in every[0].items()) + "."]


def table_changes(numbers):
    """Errors when one of the values found is changed."""
    steps = numbers.get("changes-amorphous", {})
    rows = []
    for label in sorted((s[:-4] for s in steps if s.endswith("-fit")), key=lambda s: int(s.split("-")[0])):
        fit, predict = steps[label + "-fit"], steps[label + "-predict"]
        changed = " ".join(w for w in shlex.split(fit["command"]) if "=" in w)
        rows.append([f"`{changed}`" if changed else "none", *errors(predict["test"]), *cost("changes-amorphous", [fit, predict])])
    return table(["change", "G_E", "G_F", *COST], rows)


def table_front(numbers):
    """Pairs of errors of which neither could be lowered without the other rising."""
    front = numbers.get("front-amorphous", {}).get("tune", {"stages": [{"front": []}]})["stages"][0]["front"]
    lines = table(["G_E", *(milli(e, 1) for e, _ in front)], [["G_F", *(milli(f, 0) for _, f in front)]])
    if front:
        lines += ["", *table(SEARCH, [search("front-amorphous", numbers["front-amorphous"]["tune"])])]
    return lines


def systems(numbers, name):
    """Studies of one data set: basis, strategy, study."""
    for basis in ("s4", "s6"):
        joint = {"s4": "tuned-" + name, "s6": f"tuned-{name}-s6"}[basis]
        for key in (f"{name}-{basis}-joint", joint):
            if key in numbers:
                yield basis, 1, key
                break
        if f"{name}-{basis}-two" in numbers:
            yield basis, 2, f"{name}-{basis}-two"


def table_systems(numbers):
    rows = []
    for name in ("disordered", "amorphous", "crystal", "iron", "dragoni", "silicon"):
        for basis, strategy, key in systems(numbers, name):
            study = numbers[key]
            if "predict" not in study:
                continue
            tune, k = study["tune"], study["tune"]["stages"][0]["kernel"]
            rows.append([FILES[name], basis.upper(), strategy,
                         *(f"{round(k[m], 2) + 0.0:.2f}" for m in KERNEL), *errors(study["predict"]["test"]),
                         *search(key, tune)])
    return table(["data", "basis", "strategy", "kernel mean", "std", "skew", "G_E", "G_F", *SEARCH], rows)


PAPER_DIMERS = {("s4", 1): (0.58, 0.32, 0.6, 14.8), ("s6", 1): (0.51, 0.35, 0.6, 14.8),
                ("s4", 2): (0.49, 0.39, 0.6, 15.3), ("s6", 2): (0.51, 0.37, 0.6, 15.3)}


def dimer_studies(numbers):
    for basis, strategy, key in systems(numbers, "dimers"):
        yield basis, strategy, key
        if key + "-guided" in numbers:
            yield basis, strategy, key + "-guided"


def table_dimers(numbers):
    rows = []
    for basis, strategy, key in dimer_studies(numbers):
        tune, paper = numbers[key]["tune"], PAPER_DIMERS[basis, strategy]
        k, e = tune["stages"][0]["kernel"], tune["validation"]
        rows.append([basis.upper(), strategy, "guided" if key.endswith("guided") else "paper", *paper, f"{k['mean']:.2f}", f"{k['std']:.2f}",
                     milli(e["rmse_energy_per_atom"]), milli(3 ** 0.5 * e["rmse_force"]),
                     *search(key, tune)])
    return table(["basis", "strategy", "variant", "paper: mean", "std", "G_E", "G_F", "here: mean", "std",
                  "G_E", "G_F", *SEARCH], rows)


def table_forces(numbers):
    rows = []
    for key in sorted(k for k in numbers if k.startswith("forces-")):
        study = numbers[key]
        if "predict" not in study:
            continue
        source = study["tune"]["command"].split("/")[1]
        best = study["tune"]["stages"][0]["best"]
        before = numbers[source]["predict"]["test"]
        rows.append([FILES[key[7:]], *errors(before),
                     *errors(study["predict"]["test"]), milli(best["gap.sigma_energy"]),
                     milli(best["gap.sigma_force"], 0), f"{best.get('gap.delta', 1):.2f}",
                     f"{study['fit']['user_seconds']:.1f}", *search(key, study["tune"])])
    return table(["data", "E: G_E", "G_F", "E+F: G_E", "G_F", "sigma_E, meV",
                  "sigma_F, meV/A", "delta, eV", "last fit, s", *SEARCH], rows)


def table_molecules(numbers):
    rows = []
    for key in ("molecules-100", "molecules-1000", "qm7-100-short", "qm7-100", "qm7-1000"):
        study = numbers.get(key, {})
        if "predict" not in study:
            continue
        mae = "mae_energy_per_structure"
        rows.append(["qm7_pbe0" if key.startswith("qm7") else "qm9_mp2", key.split("-")[1],
                     milli(study["tune"]["validation"][mae], 1),
                     milli(study["few-predict"]["test"][mae], 1),
                     study["fit"]["n_structures"], sum(study["fit"]["n_sparse"].values()),
                     milli(study["predict"]["test"][mae], 1), *search(key, study["tune"])])
    return table(["data", "molecules of the search", "its validation", "test, trained on these",
                  "trained on", "sparse points", "test", *SEARCH], rows)


def table_best(numbers):
    """The values that the searches found."""
    names = ("n_max", "l_max", "rcut_hard", "rcut_soft", "atom_sigma_r", "atom_sigma_t", "atom_sigma_r_scaling",
             "atom_sigma_t_scaling", "amplitude_scaling", "central_weight", "radial_enhancement",
             "zeta", "delta", "sigma_energy", "sigma_force")
    rows = []
    for key, study in sorted(numbers.items()):
        if "tune" not in study or key.startswith(("forces", "virials", "front")):
            continue
        best = {k.split(".")[1]: v for s in study["tune"]["stages"] for k, v in s["best"].items()}
        rows.append([f"`{key}`", *(f"{best[n]:.3g}" if n in best else "" for n in names),
                     study["tune"]["commit"]])
    return table(["study", *(n.replace("atom_", "").replace("_", " ") for n in names), "commit"], rows)


def table_kernels(numbers):
    """What the figures were drawn from."""
    rows = []
    for _, system in FIGURES.values():
        for label, step in numbers.get("kernels-" + system, {}).items():
            rows.append([step["command"].split()[2], label.replace("_", " "), *(f"{round(step[m], 2) + 0.0:.2f}" for m in KERNEL),
                         *cost("kernels-" + system, [step])])
    return table(["file", "values of", "mean", "std", "skew", *COST], rows)


def not_run(numbers):
    """Studies of run.py without results."""
    open_ = [f"`{name}`" for name in STUDIES if not {
        step for step, _ in STUDIES[name]("out/" + name)} <= set(numbers.get(name, ()))]
    return [", ".join(open_) + "." if open_ else "None."]


def list_commands(numbers):
    lines = ["# the parts of the data", *(f"python3 {shlex.join(words)}" for words in SPLITS)]
    for key, study in sorted(numbers.items()):
        lines += [f"# {key}"] + [study[step]["command"] for step in order(study)]
    return lines


def order(study):
    return sorted(study, key=lambda s: ({"tune": 0, "kernel": 0}.get(s, 1),
                                        s.replace("fit", "a").replace("predict", "b")))


# --- figures --------------------------------------------------------------------------------

COLOURS = ("#1b6ca8", "#d1495b", "#2e8b57", "#8d6a9f", "#b8860b", "#555555")


LEAST = 0.001  # density where the logarithmic axis begins


def densities(histogram):
    """Middle of each bin and the density of the kernel's values there."""
    total, edges = sum(histogram["counts"]), histogram["edges"]
    return [((a + b) / 2, c / total / (b - a))
            for c, a, b in zip(histogram["counts"], edges, edges[1:])]


def height(density, most):
    """Place of a density on the vertical axis."""
    return 230 - 200 * math.log(max(density, LEAST) / LEAST) / math.log(most / LEAST)


def curve(histogram, most):
    return " ".join(f"{50 + 420 * x:.1f},{height(d, most):.1f}" for x, d in densities(histogram))


def figure(title, curves):
    """An SVG of kernel distributions: [(label, histogram)]."""
    most = max(d for _, h in curves for _, d in densities(h))
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 280" '
             'font-family="sans-serif" font-size="12">',
             '<rect width="640" height="280" fill="#fff"/>',
             f'<text x="50" y="18">{title}</text>',
             '<path d="M50 30V230H470" fill="none" stroke="#333"/>']
    for k in range(6):
        parts.append(f'<text x="{50 + 84 * k}" y="246" text-anchor="middle">{k / 5:.1f}</text>')
    for d in (0.001, 0.01, 0.1, 1, 10):
        parts.append(f'<text x="44" y="{height(d, most) + 4:.0f}" text-anchor="end">{d}</text>')
    parts.append('<text x="260" y="266" text-anchor="middle">kernel</text>')
    for k, (label, histogram) in enumerate(curves):
        colour = COLOURS[k % len(COLOURS)]
        parts.append(f'<polyline points="{curve(histogram, most)}" fill="none" stroke="{colour}" '
                     'stroke-width="1.6"/>')
        parts.append(f'<text x="480" y="{44 + 18 * k}" fill="{colour}">{label}</text>')
    return "\n".join(parts + ["</svg>", ""])


FIGURES = {
    "kernel-dimers": ("C dimers", "dimers"),
    "kernel-carbon": ("disordered carbon, c_disordered_lda", "disordered"),
    "kernel-amorphous": ("carbon, c_gap17_pbe", "amorphous"),
    "kernel-iron": ("iron, fe_gap22_ext", "iron"),
    "kernel-dragoni": ("iron, fe_dragoni", "dragoni"),
    "kernel-molecules": ("molecules, qm9_mp2", "molecules"),
}


def figures(numbers):
    out = {}
    for file, (title, system) in FIGURES.items():
        curves = []
        for step, k in numbers.get("kernels-" + system, {}).items():
            curves.append((f"{step.replace('_', ' ')}: {k['mean']:.2f}, {k['std']:.2f}, "
                           f"{round(k['skew'], 1) + 0.0:.1f}", k["histogram"]))
        if curves:
            out[file + ".svg"] = figure(title + " (mean, std, skew)", curves)
    return out


# --- the document ---------------------------------------------------------------------------

def fill(text, numbers, reference):
    """The document with every block between <!-- NAME --> and <!-- end --> made anew."""
    made = {"same-sets": table_same_sets(numbers, reference),
            "tuned": table_tuned(numbers, reference),
            "seeds": table_seeds(numbers, reference), "curves": table_curves(numbers),
            "front": table_front(numbers),
            "systems": table_systems(numbers),
            "dimers": table_dimers(numbers), "forces": table_forces(numbers),
            "molecules": table_molecules(numbers), "best": table_best(numbers),
            "not-run": not_run(numbers), "kinds": kinds(numbers), "changes": table_changes(numbers),
            "kernels": table_kernels(numbers),
            "figures": [f"![{FIGURES[f[:-4]][0]}](results/{f})" for f in figures(numbers)]}
    lines, inside = [], False
    for line in text.splitlines():
        if inside and line == "<!-- end -->":
            inside = False
        if not inside:
            lines.append(line)
        name = line[5:-4] if line.startswith("<!-- ") and line.endswith(" -->") else ""
        if name in made:
            lines += made[name]
            inside = True
    return "\n".join(lines) + "\n"


def read(path):
    with open(path) as source:
        return source.read()


def main():
    check = "--check" in sys.argv[1:]
    folders = [a for a in sys.argv[1:] if not a.startswith("-")]
    if folders:
        with open(NUMBERS, "w") as target:
            json.dump(collect(folders[0]), target, indent=1, sort_keys=True)
            target.write("\n")
    numbers = json.loads(read(NUMBERS))
    reference = json.loads(read(os.path.join(HERE, "gap_fit.json")))["rows"]
    made = {os.path.join(HERE, name): text for name, text in figures(numbers).items()}
    made[os.path.join(HERE, "commands.txt")] = "\n".join(list_commands(numbers)) + "\n"
    made[DOCUMENT] = fill(read(DOCUMENT), numbers, reference)
    for path, text in made.items():
        if check and (not os.path.exists(path) or read(path) != text):
            raise SystemExit(f"{path} is not what numbers.json gives: run make_tables.py")
        if not check:
            with open(path, "w") as target:
                target.write(text)


if __name__ == "__main__":
    main()
