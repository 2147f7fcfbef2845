# SPDX-License-Identifier: BSD-3-Clause
"""The run file: every mistake has its place, its value and what is allowed; exit code 2."""
import os

from common import DIMERS, ProgramTest, main

GOOD = f"""\
data:
  file: {DIMERS}
soap:
  n_max: 3
  l_max: 2
  rcut_hard: 5.0
  rcut_soft: [4.0, 5.0]
swarm:
  particles: 4
  iterations: 2
"""


class RunFile(ProgramTest):
    def bad(self, message, text, *flags):
        self.write("run.yaml", text)
        return self.refused(2, message, "tune", "run.yaml", "-o", "out", *flags)

    def bad_line(self, place, message, old, new):
        self.assertIn(old, GOOD)
        line = self.bad(message, GOOD.replace(old, new))
        self.assertTrue(line.startswith(f"run.yaml:{place}: "), line)

    def test_missing_file(self):
        self.refused(2, "nowhere.yaml: cannot open", "tune", "nowhere.yaml")

    def test_variants_and_objectives_have_to_fit(self):
        self.bad("guided is for one objective, rmse-pair has two",
                 GOOD.replace("iterations: 2", "iterations: 2\n  variant: guided") +
                 "objective: {stage2: rmse-pair}\n")
        self.bad("pareto is for several objectives: objective.stage2 rmse-pair has two",
                 GOOD.replace("iterations: 2", "iterations: 2\n  variant: pareto"))

    def test_empty_file(self):
        self.bad("empty", "")
        self.bad("empty", "# nothing\n")

    def test_not_yaml(self):
        self.bad("not YAML", "data: [1, 2\nsoap: }\n")
        self.bad("not YAML", "a: \t- b\n\t- c: d: e")
        self.bad("expected sections", "- 1\n- 2\n")

    def test_soft_cutoff_above_hard(self):
        self.bad_line("7:14", "soap.rcut_soft: 5.4 must not exceed rcut_hard (5)",
                      "rcut_soft: [4.0, 5.0]", "rcut_soft: 5.4")
        self.bad_line("7:14", "soap.rcut_soft: 5.1 must not exceed rcut_hard (5)",
                      "rcut_soft: [4.0, 5.0]", "rcut_soft: [5.1, 6]")
        self.bad_line("6:14", "its default 4.5 must not exceed rcut_hard (4)",
                      "rcut_hard: 5.0\n  rcut_soft: [4.0, 5.0]", "rcut_hard: 4.0")
        self.bad_line("7:18", "soap.rcut_soft:C: 6 must not exceed rcut_hard (5)",
                      "rcut_soft: [4.0, 5.0]", "rcut_soft: {C: 6}")

    def test_inverted_and_empty_range(self):
        self.bad_line("7:14", "the range [5, 4] is inverted", "[4.0, 5.0]", "[5.0, 4.0]")
        self.bad_line("7:14", "the range [4, 4] is empty", "[4.0, 5.0]", "[4.0, 4.0]")
        self.bad_line("7:14", "two numbers", "[4.0, 5.0]", "[4.0, 4.5, 5.0]")
        self.bad_line("7:20", "found 'x'", "[4.0, 5.0]", "[4.0, x]")

    def test_unknown_keys_name_the_nearest(self):
        self.bad_line("7:3", "the nearest one is rcut_soft", "rcut_soft:", "rcut_sofft:")
        self.bad_line("8:1", "the nearest one is swarm", "swarm:", "swram:")
        self.bad_line("9:3", "the nearest one is particles", "particles:", "particels:")
        self.bad_line("4:3", "unknown key 'wibble' in soap", "n_max:", "wibble:")

    def test_names_of_the_neighbours(self):
        for name, here in (("rcut", "soap.rcut_hard"), ("cutoff", "soap.rcut_hard"),
                           ("r_cut", "soap.rcut_hard"), ("alpha_max", "soap.n_max"),
                           ("atom_sigma", "soap.atom_sigma_r"), ("sigma", "gap.sigma_energy"),
                           ("n_sparse_points", "gap.n_sparse")):
            self.bad_line("6:3", here, "rcut_hard:", f"{name}:")

    def test_key_of_another_section(self):
        self.bad_line("4:3", "it belongs to section kernel", "n_max: 3", "zeta: 3")

    def test_wrong_types(self):
        self.bad_line("4:10", "expected a whole number", "n_max: 3", "n_max: three")
        self.bad_line("4:10", "3.5 must be a whole number", "n_max: 3", "n_max: 3.5")
        self.bad_line("4:10", "found text in quotes", "n_max: 3", "n_max: '3'")
        self.bad_line("6:14", "expected a number", "rcut_hard: 5.0", "rcut_hard: .nan")
        self.bad_line("6:14", "expected a number", "rcut_hard: 5.0", "rcut_hard: 0x5")
        self.bad_line("6:13", "found nothing", "rcut_hard: 5.0", "rcut_hard:")
        self.bad_line("2:9", "expected a word", f"file: {DIMERS}", "file: [1, 2]")
        self.bad_line("3:7", "expected keys and values", "soap:\n", "soap: 7\nkernel:\n")
        self.bad_line("9:14", "expected a whole number", "particles: 4", "particles: [4, 8]")
        self.bad_line("9:25", "expected a whole number or auto", "particles: 4", "ranks_per_evaluation: all")
        self.bad_line("9:25", "0 must be within 1", "particles: 4", "ranks_per_evaluation: 0")
        self.bad("'maybe'", GOOD + "gap: {fit_forces: maybe}\n")
        self.bad("is not one of joint|two-stage", GOOD + "strategy: three-stage\n")

    def test_out_of_bounds(self):
        self.bad_line("4:10", "99 must be within 1 .. 16", "n_max: 3", "n_max: 99")
        self.bad_line("7:15", "-1 must be within", "[4.0, 5.0]", "[-1, 5.0]")
        self.bad_line("9:14", "at least 1", "particles: 4", "particles: 0")

    def test_long_forms(self):
        self.bad_line("7:19", "a low end above 0", "rcut_soft: [4.0, 5.0]",
                      "central_weight: {range: [0, 1], scale: log}")
        self.bad_line("7:41", "scale: linear or log", "[4.0, 5.0]",
                      "{range: [4.0, 5.0], scale: cubic}")
        self.bad_line("7:34", "unknown key 'steps'", "[4.0, 5.0]", "{range: [4.0, 5.0], steps: 3}")
        self.bad("'poly4' is not one of", GOOD.replace("n_max: 3", "basis: {choice: [poly3, poly4]}"))
        self.bad("named twice", GOOD.replace("n_max: 3", "basis: {choice: [poly3, poly3]}"))
        self.bad("a choice needs a key of words", GOOD.replace("n_max: 3", "n_max: {choice: [3, 4]}"))

    def test_double_keys(self):
        self.bad_line("7:3", "given twice, first in line 4", "rcut_soft:", "n_max:")
        self.bad("given twice", GOOD + "soap: {l_max: 3}\n")

    def test_elements(self):
        self.bad_line("4:11", "'Xx' is not the symbol", "n_max: 3", "n_max: {Xx: 3}")
        self.bad("H is not in soap.species", GOOD.replace("n_max: 3", "n_max: {C: 3, H: 3}\n  species: [C]"))
        self.bad("H is not among the elements of the data", GOOD.replace("n_max: 3", "n_max: {C: 3, H: 3}"))
        self.bad("no value for C", GOOD.replace("n_max: 3", "n_max: {H: 3}"))
        self.bad("C is listed twice", GOOD.replace("n_max: 3", "species: [C, C]"))

    def test_data_section(self):
        self.bad("both file and train", GOOD.replace("data:", "data:\n  train: a.xyz"))
        self.bad("no data", GOOD.replace(f"  file: {DIMERS}\n", "  energy: energy\n"))
        self.bad("leaves no training data", GOOD.replace("data:", "data:\n  test_fraction: 1"))
        self.bad("one is allowed",
                 GOOD.replace("data:", "data:\n  test_fraction: 0.5\n  test_every: 5"))
        self.bad("rmse needs a test set", GOOD.replace("data:", "data:\n  test_fraction: 0"))
        self.bad("rmse needs a test set", GOOD.replace("file:", "train:"))
        self.bad("data.e0", GOOD.replace("data:", "data:\n  e0: guess"))

    def test_split_that_leaves_nothing(self):
        self.write("one.xyz", "2\nenergy=1.0 Properties=species:S:1:pos:R:3\nC 0 0 0\nC 0 0 1.2\n")
        self.bad("data.test_fraction", GOOD.replace(DIMERS, "one.xyz").replace(
            "data:", "data:\n  test_fraction: 0.9"))

    def test_objective_and_data(self):
        xyz = "".join(f"2\nenergy={d} Properties=species:S:1:pos:R:3\nC 0 0 0\nC 0 0 {d}\n"
                      for d in (1.1, 1.2, 1.3, 1.4, 1.5))
        self.write("energies.xyz", xyz)
        text = GOOD.replace(DIMERS, "energies.xyz")
        self.bad("gap.fit_forces: is true, but no training frame has forces",
                 text + "gap: {fit_forces: true}\n")
        self.bad("file needs gap.sparse_file", GOOD + "gap: {sparse: file}\n")
        for keys in ("delta: evidence, delta_method: given", "delta_method: evidence, delta: evidence"):
            self.bad("gap.delta: evidence is delta_method: evidence; give one of them", GOOD + "gap: {%s}\n" % keys)

    def test_config_types(self):
        line = 'sigma_energy: {default: [0.001, 0.1], liquid: 0.02}'
        self.bad("gap.sigma_energy:liquid: no training frame has this config_type",
                 GOOD + f"gap: {{{line}}}\n")
        self.bad("only default may be a range", GOOD + "gap: {sigma_force: {liquid: [0.1, 1]}}\n")
        self.bad("only default may be a range",
                 GOOD + "gap: {sigma_force: {liquid: {range: [0.1, 1], scale: log}}}\n")
        self.bad("gap.sigma_virial: 0 must be within", GOOD + "gap: {sigma_virial: {liquid: 0}}\n")
        self.bad("an empty mapping", GOOD + "gap: {sigma_virial: {}}\n")
        self.bad("expected a number", GOOD + "gap: {delta: {liquid: 2}}\n")
        self.bad("gap.sigma_energy, gap.sigma_force and gap.sigma_virial (mappings)",
                 GOOD + "gap: {config_type_sigma: 2}\n")

    def test_nothing_to_search(self):
        self.bad("nothing to search", GOOD.replace("[4.0, 5.0]", "4.5"))

    def test_keys_of_a_search(self):
        self.bad("belongs to the strategy search", GOOD + "objective: {command: ./run.sh}\n")
        self.bad("belongs to the strategy search", GOOD + "parameters: {a: [1, 2]}\n")

    def test_dangerous_yaml(self):
        self.bad("anchors", "a: &x [1, 2]\nb: *x\n")
        self.bad("aliases", "b: *x\n")
        self.bad("tags", "a: !!python/object:os.system ls\n")
        self.bad("nested deeper", "a: " + "[" * 1000)
        self.bad("too many values", "a: [" + "1," * 100000 + "1]\n")
        self.bad("second document", "data: {}\n---\nb: 2\n")
        self.bad("not YAML", b"data: {file: \xff\xfe}\n")

    def test_set(self):
        self.bad("--set: soap.rcut_soft: 5.4 must not exceed", GOOD, "--set", "soap.rcut_soft=5.4")
        self.bad("--set: unknown key 'nmax' in soap; it is called soap.n_max here", GOOD,
                 "--set", "soap.nmax=4")
        self.bad("not one YAML value", GOOD, "--set", "soap.n_max=[1")
        self.write("run.yaml", GOOD)
        plan = self.json("tune", "run.yaml", "--dry-run", "--set", "soap.n_max=[2, 3]", "--set",
                         "soap.amplitude_scaling.C=[0, 1]", "--set=swarm.particles=7")
        self.assertEqual(plan["stages"][0]["parameters"], 3)
        self.assertEqual(plan["stages"][0]["evaluations"], 14)

    def test_json_is_yaml(self):
        self.write("run.json", '{"data": {"file": "%s"}, "soap": {"n_max": [2, 3], "l_max": 2}}'
                   % DIMERS)
        self.json("tune", "run.json", "--dry-run")

    def test_dry_run_writes_nothing(self):
        self.write("run.yaml", GOOD)
        out, _ = self.run_program("tune", "run.yaml", "--dry-run")
        self.assertIn("soap.rcut_soft", out)
        self.assertIn("of memory", out)
        self.assertEqual(os.listdir(self.folder), ["run.yaml"])

    def test_dry_run_with_two_objectives(self):
        self.write("run.yaml", GOOD)
        plan = self.json("tune", "run.yaml", "--dry-run", "--set", "objective.stage2=rmse-pair",
                         "--set", "gap.delta=[0.5, 2.0]")
        self.assertEqual([s["objective"] for s in plan["stages"]], ["std-skew", "rmse-pair"])
        for stage in plan["stages"]:
            self.assertGreater(stage["seconds_first_evaluation"], 0)


class HpFile(ProgramTest):
    def test_a_range_needs_tune(self):
        self.write("hp.yaml", "soap: {rcut_soft: [4, 4.5]}\n")
        line = self.refused(2, "needs one fixed value", "soap", DIMERS, "-p", "hp.yaml")
        self.assertTrue(line.startswith("hp.yaml:1:19: soap.rcut_soft: "), line)


main()
