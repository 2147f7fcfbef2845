#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Make the studies of docs/results.md: run.py [-o OUT] [NAME ...] from a folder that holds data/ and docs/,
after run.py --split has parted the data.

Every study is a list of commands of hpswarm, as printed by --list. For each one its JSON, wall and processor time and
peak resident memory go to OUT/NAME/STEP.json; what is there already is not done again."""
import argparse
import json
import os
import shlex
import subprocess
import sys
import time

HERE = "docs/results"
LOG_DELTA = "gap.delta={range: [0.1, 10], scale: log}"
LOG_FORCE = "gap.sigma_force={range: [0.005, 0.5], scale: log}"
LOG_ENERGY = "gap.sigma_energy={range: [0.0001, 0.1], scale: log}"
NOISES = (LOG_DELTA, LOG_ENERGY, LOG_FORCE)
# Only ratios to delta matter; these stay where a path over the noises is accurate, so that no evaluation is a fit.
RATIOS = ("gap.delta=1", "gap.sigma_energy={range: [0.001, 0.1], scale: log}",
          "gap.sigma_force={range: [0.03, 1], scale: log}")
SIX = ("soap.n_max=6", "soap.l_max=6")


def sets(values):
    return [word for value in values for word in ("--set", value)]


def fit(out, data, parameters, step="", more=()):
    """Train on NAME.train.xyz, test on NAME.test.xyz."""
    model = f"{out}/{step}model.hpsm"
    return [(step + "fit", ["fit", f"data/{data}.train.xyz", "-p", parameters, "-m", model, *more]),
            (step + "predict", ["predict", model, f"data/{data}.test.xyz"])]


def fixed(data, parameters, values=()):
    """One hyper-parameter set, three choices of sparse points."""
    def commands(out):
        steps = []
        for seed in (1, 2, 3):
            steps += fit(out, data, f"{HERE}/{parameters}.yaml", f"seed{seed}-",
                         [*sets(values), "--seed", str(seed)])
        return steps
    return commands


def tuned(run, data, *values):
    """A search on the training frames, then its best values on training and test frames."""
    def commands(out):
        place = [f"data.file=data/{data}.train.xyz", *values]
        return [("tune", ["tune", f"{HERE}/{run}.yaml", *sets(place), "-o", f"{out}/tune"]),
                *fit(out, data, f"{out}/tune/best.yaml")]
    return commands


def search_only(run, data, *values):
    """A search that is looked at as a whole."""
    return lambda out: tuned(run, data, *values)(out)[:1]


def noises(source, data, fitted, ranges, evaluations=100, values=()):
    """The noises of a fit on more than energies, the descriptor of another study."""
    def commands(out):
        best = f"{os.path.dirname(out)}/{source}/tune/best.yaml"
        place = [f"data.file=data/{data}.train.xyz", "data.test_every=5", "strategy=joint",
                 *fitted, *ranges, "swarm.variant=guided",
                 f"swarm.evaluations={evaluations}", "swarm.seed=1", *values]
        return [("tune", ["tune", best, *sets(place), "-o", f"{out}/tune"]),
                *fit(out, data, f"{out}/tune/best.yaml")]
    return commands


def forces(source, data, *more):
    return noises(source, data, ("gap.fit_forces=true",), *more)


def virials(source, data, *more):
    return noises(source, data, ("data.virial=virial", "gap.fit_virials=true"), *more)


def curve(data, by_hand, source, counts):
    """Errors on NAME.train.test.xyz of models of ever more of the other training frames, by hand-made and by found values."""
    def commands(out):
        steps = []
        for count in counts:
            for label, values in (("hand", f"{HERE}/{by_hand}.yaml"),
                                  ("found", f"{os.path.dirname(out)}/{source}/tune/best.yaml")):
                both = fit(out, f"{data}.train", values, f"{label}-{count}-")
                both[0][1][1] = f"data/{data}.train.train.{count}.xyz"
                steps += both
        return steps
    return commands


def changes(data, source, *changed):
    """Errors on NAME.train.test.xyz when one of the values that a search found is changed."""
    def commands(out):
        steps = []
        for number, values in enumerate(changed):
            both = fit(out, f"{data}.train", f"{os.path.dirname(out)}/{source}/tune/best.yaml", f"{number}-", sets(values))
            both[0][1][1] = f"data/{data}.train.train.xyz"
            steps += both
        return steps
    return commands


def dimers(*values):
    """Training and test set are the same, as in the paper: the errors are those of the search."""
    def commands(out):
        return [("tune", ["tune", f"{HERE}/dimers.yaml", *sets(values), "-o", f"{out}/tune"])]
    return commands


def molecules(data, count, *values):
    """A search on few molecules, then its best values on all training molecules."""
    def commands(out):
        place = [f"data.train=data/{data}.train.{count}.xyz", f"data.test=data/{data}.train.500.xyz",
                 *values]
        best = f"{out}/tune/best.yaml"
        key = [v for v in values if v.startswith("data.energy=")] or ["data.energy=atomisation_energy"]
        few, all_of_them = fit(out, data, best, "few-"), fit(out, data, best)
        few[0][1][1] = f"data/{data}.train.{count}.xyz"
        for step in (few[1], all_of_them[1]):
            step[1].extend(sets(key))  # a model does not know the key that it was trained on
        return [("tune", ["tune", f"{HERE}/molecules.yaml", *sets(place), "-o", f"{out}/tune"]),
                *few, *all_of_them]
    return commands


def kernels(file, **studies):
    """Kernel distributions of the values that searches found, over the frames of a file."""
    def commands(out):
        place = os.path.dirname(out)
        return [(label, ["kernel", f"data/{file}.xyz", "-p", f"{place}/{study}/tune/best.yaml",
                         "--references", "3000"]) for label, study in studies.items()]
    return commands


SPLIT = f"{HERE}/split.py"
SPLITS = [  # test and training frames; of these again for the curves; few molecules
    *([SPLIT, f"data/{name}.xyz"] for name in ("c_gap17_cryst_lda", "c_gap17_pbe", "c_disordered_lda", "fe_gap22_ext",
                                               "fe_dragoni", "qm9_mp2", "qm7_pbe0")),
    [SPLIT, "data/si_gap18_subset.xyz", "--first", "1"],
    *([SPLIT, f"data/{name}.train.xyz"] for name in ("c_gap17_pbe", "c_disordered_lda")),
    *([SPLIT, f"data/{name}.train.train.xyz", "--pick", str(count)]
      for name, counts in (("c_gap17_pbe", (90, 180, 270, 360)), ("c_disordered_lda", (33, 65, 98, 131)))
      for count in counts),
    *([SPLIT, f"data/{name}.train.xyz", "--pick", *words] for name in ("qm9_mp2", "qm7_pbe0")
      for words in (("100",), ("1000",), ("500", "--phase", "0.25")))]
WIDE = ("soap.rcut_soft=[2.5, 5.0]", "soap.amplitude_scaling=[0, 8]", "soap.central_weight=[0, 4]")
LOO = ("objective.stage2=loo", "data.test_every=1000")  # leave-one-out errors of all training frames but one
FORCE = "objective.force_weight=1"
BALANCED = "objective.force_weight=0.1"
BASIS = ("soap.n_max=[4, 8]", "soap.l_max=[4, 6]", "soap.rcut_hard=[4.0, 6.0]", "soap.rcut_soft=[2.5, 5.5]",
         "soap.amplitude_scaling=[0, 8]", "soap.central_weight=[0, 4]")
# Crystals have a noise of their own; delta and the noise of the others are searched, so that both ratios are.
CRYSTALS = "gap.sigma_energy={default: {range: [0.001, 1], scale: log}, cryst_dia: 0.02, cryst_graphite: 0.02}"
SPHERES = "gap.sigma_energy={default: {range: [0.0001, 0.1], scale: log}, random_spheres: 0.001}"
VIRIALS = ("gap.sigma_virial={range: [0.03, 3], scale: log}", "gap.delta={range: [0.1, 10], scale: log}", CRYSTALS)
GUIDED = "swarm.variant=guided"
EF = "gap.fit_forces=true"
TWO = "strategy=two-stage"
# The rows of gap_fit after a search of 300 evaluations; then other objectives and wider ranges for those that gain least.
TUNED = {
    "crystal": ("carbon", "c_gap17_cryst_lda", "gap.n_sparse=300"),
    "crystal-ef": ("carbon", "c_gap17_cryst_lda", "gap.n_sparse=300", EF, LOG_FORCE),
    "iron": ("iron", "fe_gap22_ext"),
    "iron-s6": ("iron", "fe_gap22_ext", *SIX),
    "iron-ef": ("iron", "fe_gap22_ext", EF, LOG_FORCE),
    "disordered": ("carbon", "c_disordered_lda"),
    "disordered-s6": ("carbon", "c_disordered_lda", *SIX),
    "amorphous": ("carbon", "c_gap17_pbe"),
    "disordered-loo": ("carbon", "c_disordered_lda", *WIDE, *LOO),
    "disordered-s6-loo": ("carbon", "c_disordered_lda", *WIDE, *LOO, *SIX),
    "amorphous-loo": ("carbon", "c_gap17_pbe", *WIDE, *LOO),
    "disordered-wide": ("carbon", "c_disordered_lda", *WIDE),
    "disordered-force": ("carbon", "c_disordered_lda", *WIDE, FORCE),
    "disordered-s6-force": ("carbon", "c_disordered_lda", *WIDE, FORCE, *SIX),
    "amorphous-force": ("carbon", "c_gap17_pbe", *WIDE, FORCE),
    "amorphous-basis": ("carbon", "c_gap17_pbe", *BASIS, CRYSTALS, "gap.jitter=1e-8", "swarm.evaluations=250"),
    "disordered-basis-loo": ("carbon", "c_disordered_lda", *BASIS, "soap.n_max=[4, 6]", "soap.l_max=[3, 6]",
                             "soap.atom_sigma_r={range: [0.1, 4], scale: log}", "soap.amplitude_scaling=[0, 12]",
                             "kernel.zeta=[1, 20]", SPHERES, *LOO),
    "iron-s6-balanced": ("iron", "fe_gap22_ext", *SIX, BALANCED),
}
SEEDS = ("crystal", "crystal-ef", "iron", "iron-s6", "disordered", "disordered-loo", "disordered-s6-loo", "iron-s6-balanced",
         "disordered-basis-loo")  # searched with two more seeds
STUDIES = {
    **{f"tuned-{name}": tuned(*search) for name, search in TUNED.items()},
    **{f"tuned-{name}-seed{k}": tuned(*TUNED[name], f"swarm.seed={k}") for name in SEEDS for k in (2, 3)},
    # The rows of gap_fit: the same sets, three seeds.
    "row-crystal": fixed("c_gap17_cryst_lda", "aC4-1", ["gap.n_sparse=300"]),
    "row-crystal-ef": fixed("c_gap17_cryst_lda", "aC4-1",
                            ["gap.n_sparse=300", EF, "gap.sigma_force=0.1"]),
    "row-disordered": fixed("c_disordered_lda", "aC4-1"),
    "row-disordered-s6": fixed("c_disordered_lda", "aC6-1"),
    "row-amorphous": fixed("c_gap17_pbe", "aC4-1"),
    "row-iron": fixed("fe_gap22_ext", "Fe4-1"),
    "row-iron-ef": fixed("fe_gap22_ext", "Fe4-1", [EF, "gap.sigma_force=0.02"]),
    # The four systems: both strategies, both bases (the joint ones for S4 are above).
    "dimers-s4-joint": dimers(),
    "dimers-s6-joint": dimers(*SIX),
    "dimers-s4-two": dimers(TWO),
    "dimers-s6-two": dimers(TWO, *SIX),
    "dimers-s4-joint-guided": dimers(GUIDED),
    "dimers-s6-joint-guided": dimers(GUIDED, *SIX),
    "dimers-s4-two-guided": dimers(GUIDED, TWO),
    "dimers-s6-two-guided": dimers(GUIDED, TWO, *SIX),
    "crystal-s4-two": tuned("carbon", "c_gap17_cryst_lda", "gap.n_sparse=300", TWO),
    "crystal-s6-joint": tuned("carbon", "c_gap17_cryst_lda", "gap.n_sparse=300", *SIX),
    "crystal-s6-two": tuned("carbon", "c_gap17_cryst_lda", "gap.n_sparse=300", TWO, *SIX),
    "iron-s4-two": tuned("iron", "fe_gap22_ext", TWO),
    "iron-s6-two": tuned("iron", "fe_gap22_ext", TWO, *SIX),
    "silicon-s4-joint": tuned("silicon", "si_gap18_subset"),
    "silicon-s4-two": tuned("silicon", "si_gap18_subset", TWO),
    "silicon-s6-joint": tuned("silicon", "si_gap18_subset", *SIX),
    "silicon-s6-two": tuned("silicon", "si_gap18_subset", TWO, *SIX),
    "disordered-s4-two": tuned("carbon", "c_disordered_lda", TWO),
    "disordered-s6-two": tuned("carbon", "c_disordered_lda", TWO, *SIX),
    "amorphous-s6-joint": tuned("carbon", "c_gap17_pbe", *SIX),
    "amorphous-s4-two": tuned("carbon", "c_gap17_pbe", TWO),
    "amorphous-s6-two": tuned("carbon", "c_gap17_pbe", TWO, *SIX),
    "dragoni-s4-joint": tuned("iron", "fe_dragoni"),
    "dragoni-s4-two": tuned("iron", "fe_dragoni", TWO),
    "dragoni-s6-joint": tuned("iron", "fe_dragoni", *SIX),
    "dragoni-s6-two": tuned("iron", "fe_dragoni", TWO, *SIX),
    "molecules-100": molecules("qm9_mp2", 100, "swarm.evaluations=150"),
    "molecules-1000": molecules("qm9_mp2", 1000, "swarm.evaluations=60"),
    "qm7-100": molecules("qm7_pbe0", 100, "data.energy=energy", "swarm.evaluations=300"),
    "qm7-100-short": molecules("qm7_pbe0", 100, "data.energy=energy", "swarm.evaluations=60"),
    "qm7-1000": molecules("qm7_pbe0", 1000, "data.energy=energy", "swarm.evaluations=300"),
    # Energies and forces with the descriptor of the search on energies.
    "forces-crystal": forces("tuned-crystal", "c_gap17_cryst_lda", NOISES),
    "forces-iron": forces("tuned-iron-s6", "fe_gap22_ext", NOISES),
    "forces-silicon": forces("silicon-s4-joint", "si_gap18_subset", NOISES),
    "forces-disordered": forces("tuned-disordered", "c_disordered_lda", RATIOS, 40, ["gap.n_sparse=500"]),
    "forces-amorphous": forces("tuned-amorphous", "c_gap17_pbe", RATIOS, 40),
    "forces-dragoni": forces("dragoni-s4-joint", "fe_dragoni", RATIOS, 40),
    # No forces in the fit, but the virials of the cells.
    "virials-amorphous": virials("tuned-amorphous-basis", "c_gap17_pbe", VIRIALS, 50),
    # Which pairs of errors there are at all on the validation frames, and how errors fall with the number of training frames.
    "front-amorphous": search_only("carbon", "c_gap17_pbe", *WIDE, "objective.stage2=rmse-pair", "swarm.variant=pareto",
                                   "swarm.evaluations=112"),
    "curve-amorphous": curve("c_gap17_pbe", "aC4-1", "tuned-amorphous", (90, 180, 270, 360)),
    "curve-disordered": curve("c_disordered_lda", "aC6-1", "tuned-disordered-s6", (33, 65, 98, 131)),
    "changes-amorphous": changes(
        "c_gap17_pbe", "tuned-amorphous", (), SIX, ("soap.n_max=8", "soap.l_max=6"), ("gap.n_sparse=2000",),
        ("kernel.zeta=4",), ("kernel.zeta=1",), ("gap.sigma_energy=0.005",), ("gap.sigma_energy=0.1",), ("data.e0=fit",),
        ("soap.rcut_soft=3.4",), ("soap.atom_sigma_r=0.7", "soap.atom_sigma_t=0.7"),
        ("soap.atom_sigma_r=0.3", "soap.atom_sigma_t=0.3")),
    # Kernel distributions of what was found.
    "kernels-dimers": kernels("c_dimers", S4_joint="dimers-s4-joint", S4_two="dimers-s4-two",
                              S6_joint="dimers-s6-joint", S6_two="dimers-s6-two"),
    "kernels-disordered": kernels("c_disordered_lda.train", S4_joint="tuned-disordered",
                                  S4_two="disordered-s4-two", S6_joint="tuned-disordered-s6",
                                  S6_two="disordered-s6-two"),
    "kernels-amorphous": kernels("c_gap17_pbe.train", S4_joint="tuned-amorphous",
                                 S4_two="amorphous-s4-two", S6_joint="amorphous-s6-joint", S6_two="amorphous-s6-two"),
    "kernels-iron": kernels("fe_gap22_ext.train", S4_joint="tuned-iron", S4_two="iron-s4-two",
                            S6_joint="tuned-iron-s6", S6_two="iron-s6-two"),
    "kernels-dragoni": kernels("fe_dragoni.train", S4_joint="dragoni-s4-joint", S4_two="dragoni-s4-two",
                               S6_joint="dragoni-s6-joint", S6_two="dragoni-s6-two"),
    "kernels-molecules": kernels("qm9_mp2.train.500", search_100="molecules-100",
                                 search_1000="molecules-1000"),
}


def measure(command, program, commit):
    """Run it; its JSON, its times and its memory."""
    start = time.monotonic()
    done = subprocess.Popen([program, *command, "-q", "--json"], stdout=subprocess.PIPE)
    text = done.stdout.read()
    _, status, usage = os.wait4(done.pid, 0)
    done.returncode = os.waitstatus_to_exitcode(status)
    if done.returncode:
        raise SystemExit(f"exit code {done.returncode}: hpswarm {shlex.join(command)}")
    return {"commit": commit, "command": "hpswarm " + shlex.join(command), "wall_seconds": time.monotonic() - start,
            "user_seconds": usage.ru_utime, "peak_kilobytes": usage.ru_maxrss,
            "json": json.loads(text)}


def study(name, out, program, threads, commit):
    folder = os.path.join(out, name)
    os.makedirs(folder, exist_ok=True)
    for step, command in STUDIES[name](folder):
        kept = os.path.join(folder, step + ".json")
        if os.path.exists(kept):
            continue
        resume = ["--resume"] if command[0] == "tune" else []
        result = measure([*command, *resume, "--threads", str(threads)], program, commit)
        with open(kept + ".part", "w") as target:
            json.dump(result, target)
        os.replace(kept + ".part", kept)
        print(name, step, f"{result['wall_seconds']:.1f} s", flush=True)


def split():
    """Test, training and smaller files of the sets that are there."""
    for words in SPLITS:
        if os.path.exists(words[1]):
            subprocess.run([sys.executable, *words], check=True)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", help="studies; all by default")
    options.add_argument("-o", "--output", default="results-out")
    options.add_argument("--program", default="hpswarm")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--commit", default="", help="of the program, kept beside its results")
    options.add_argument("--list", action="store_true", help="print the commands, run nothing")
    options.add_argument("--split", action="store_true", help="part the sets that data/ has; run nothing")
    given = options.parse_args()
    if given.split:
        return split()
    for name in given.names or STUDIES:
        if given.list:
            for _, command in STUDIES[name](os.path.join(given.output, name)):
                print("hpswarm", shlex.join(command))
        else:
            study(name, given.output, given.program, given.threads, given.commit)


if __name__ == "__main__":
    main()
