# SPDX-License-Identifier: BSD-3-Clause
"""tune: its files, both strategies, objectives, warm starts."""
import json
import os
import shutil
import time

from common import DIMERS, FILES, ProgramTest, main, without_times


class Tune(ProgramTest):
    def result(self, folder):
        return without_times(json.loads(self.read(f"{folder}/result.json")))

    def history(self, folder):
        return [without_times(json.loads(l)) for l in self.read(f"{folder}/history.jsonl").splitlines()]

    def test_two_stage_leaves_the_files_of_the_contract(self):
        self.run_file()
        out = self.json("tune", "run.yaml", "-o", "out")
        self.assertEqual(sorted(os.listdir(self.path("out"))), FILES)
        self.assertEqual(out, json.loads(self.read("out/result.json")))
        self.assertEqual((out["strategy"], out["seed"]), ("two-stage", 42))
        self.assertEqual([s["name"] for s in out["stages"]], ["soap", "gap"])
        self.assertEqual([s["objective"] for s in out["stages"]], ["std-skew", "rmse"])
        soap, gap = out["stages"]
        self.assertEqual(set(soap["best"]), {"soap.rcut_soft", "soap.atom_sigma_r", "soap.basis",
                                             "soap.radial_enhancement", "kernel.zeta"})
        self.assertEqual(set(gap["best"]), {"gap.delta", "gap.sigma_energy"})
        self.assertIn(soap["best"]["soap.basis"], ("poly3", "poly3gauss"))
        self.assertEqual(set(soap["kernel"]) & {"mean", "std", "skew"}, {"mean", "std", "skew"})
        self.assert_close(soap["best_objective"], abs(soap["kernel"]["skew"]) - soap["kernel"]["std"], 1e-12)
        for name in ("train", "test"):
            self.assertIn("rmse_force", out["final"][name])
        final = out["final"]["test"]["rmse_energy_per_atom"] + out["final"]["test"]["rmse_force"] / 30
        self.assert_close(out["final"]["objective"] / final, 1, 1e-14)
        # the path of regularisations has its jitter in units of delta^2: gpr.md, section 8
        self.assert_close(gap["best_objective"] / final, 1, 1e-3)
        self.assertNotIn("refits", soap)

    def test_single_precision_of_the_kernel(self):
        """Values of the first stage within what docs/soap.md states: 2e-7 max(1, zeta) for mean and
        standard deviation, 1e-4 for the skewness; equal points, so not the later iterations."""
        self.run_file()
        fixed = ("--set", "swarm.variant=paper", "--set", "swarm.iterations=1", "--set", "swarm.particles=12",
                 "--set", "soap.n_max=6", "--set", "soap.l_max=6", "--set", "kernel.zeta=[1, 9]")
        moments = {}
        for objective, bound in (("std", 2e-7), ("std-skew", 1e-4)):
            values = {}
            for precision in ("double", "single"):
                folder = f"{objective}-{precision}"
                out = self.json("tune", "run.yaml", "-o", folder, *fixed, "--set", f"objective.stage1={objective}",
                                "--set", f"objective.precision={precision}")
                values[precision] = [l for l in self.history(folder) if l["stage"] == "soap" and l["iteration"] == 0]
                moments[precision] = out["stages"][0]["kernel"]
            self.assertEqual(len(values["single"]), 12)
            for one, two in zip(values["single"], values["double"], strict=True):
                self.assertEqual(one["parameters"], two["parameters"])
                zeta = max(1, one["parameters"]["kernel.zeta"])
                self.assert_close(one["objectives"][0], two["objectives"][0],
                                  2e-7 * zeta + (bound if objective == "std-skew" else 0))
            self.assertNotEqual([l["objectives"] for l in values["single"]], [l["objectives"] for l in values["double"]])
        for key, bound in (("mean", 2e-6), ("std", 2e-6), ("skew", 1e-4)):
            self.assert_close(moments["single"][key], moments["double"][key], bound)
        self.refused(2, "objective.precision", "tune", "run.yaml", "-o", "half", "--set", "objective.precision=half")

    def test_best_points_of_a_path_are_fitted(self):
        """A large jitter makes the path's values wrong; the choice is that of the models."""
        self.run_file()
        other = 0
        for seed in range(1, 5):
            run = ("--set", "gap.jitter=3e-3", "--set", "data.test_fraction=0.4", "--set", "swarm.iterations=8", "--seed", str(seed))
            out = self.json("tune", "run.yaml", "-o", f"out{seed}", *run)
            gap, final = out["stages"][-1], out["final"]
            lines = {l["id"]: l for l in self.history(f"out{seed}") if l["stage"] == "gap"}
            values = [l["objectives"][0] for l in lines.values() if l["outcome"] == "ok"]
            self.assertEqual(gap["best_objective"], min(values))
            self.assertEqual([r["objective"] for r in gap["refits"]], sorted(values)[:5])
            for r in gap["refits"]:
                self.assertEqual(lines[r["id"]]["objectives"], [r["objective"]])
            taken = min(gap["refits"], key=lambda r: r["model_objective"])
            self.assertEqual(gap["best"], lines[taken["id"]]["parameters"])
            self.assert_close(taken["model_objective"] / final["objective"], 1, 1e-14)
            self.assert_close(final["objective"], final["test"]["rmse_energy_per_atom"] + final["test"]["rmse_force"] / 30, 1e-15)
            other += taken["objective"] != min(values)
            self.assertGreater(max(abs(r["objective"] / r["model_objective"] - 1) for r in gap["refits"]), 1e-3)
            self.assertIn("best points were fitted", self.read(f"out{seed}/report.html"))
        self.assertGreater(other, 0, "the first of the five was always the best: this test cannot fail")

    def test_objective_of_the_final_model(self):
        self.run_file(strategy="joint")
        for stage2 in ("rmse", "mae", "loo"):
            out = self.json("tune", "run.yaml", "-o", stage2, "--set", f"objective.stage2={stage2}")
            self.assert_close(out["final"]["objective"] / out["stages"][0]["best_objective"], 1, 1e-13)
            self.assertNotIn("refits", out["stages"][0])
        self.run_file()
        out = self.json("tune", "run.yaml", "-o", "path", "--set", "objective.stage2=loo")
        self.assertEqual(out["final"]["objective"], min(r["model_objective"] for r in out["stages"][1]["refits"]))
        out = self.json("tune", "run.yaml", "-o", "pair", "--set", "objective.stage2=rmse-pair")
        self.assertIsNone(out["final"]["objective"])

    def test_joint_objective_is_that_of_the_final_model(self):
        self.run_file(strategy="joint")
        out = self.json("tune", "run.yaml", "-o", "out")
        self.assertEqual([s["name"] for s in out["stages"]], ["joint"])
        final = out["final"]["test"]["rmse_energy_per_atom"] + out["final"]["test"]["rmse_force"] / 30
        self.assert_close(out["stages"][0]["best_objective"] / final, 1, 1e-13)

    def test_history_has_a_line_for_each_evaluation(self):
        self.run_file()
        out = self.json("tune", "run.yaml", "-o", "out")
        lines = [json.loads(l) for l in self.read("out/history.jsonl").splitlines()]
        for stage in out["stages"]:
            own = [l for l in lines if l["stage"] == stage["name"]]
            self.assertEqual(len(own), stage["evaluations"])
            self.assertEqual([l["id"] for l in own], list(range(len(own))))
            values = [l["objectives"][0] for l in own if l["outcome"] == "ok"]
            self.assertEqual(min(values), stage["best_objective"])
            best = own[[l["objectives"][0] for l in own].index(min(values))]
            if "refits" in stage: # the best of a few models
                best = own[min(stage["refits"], key=lambda r: r["model_objective"])["id"]]
            self.assertEqual(best["parameters"], stage["best"])
            for line in own:
                self.assertLessEqual({"iteration", "particle", "parameters", "seconds"}, set(line))

    def test_best_fits_to_the_same_model(self):
        self.run_file(**{"data: {file: %s, test_fraction: 0.2}" % DIMERS:
                         "data: {train: %s, test: %s}" % (DIMERS, DIMERS)})
        out = self.json("tune", "run.yaml", "-o", "out")
        fitted = self.json("fit", DIMERS, "-p", "out/best.yaml", "-m", "again")
        self.assertEqual(fitted["train"], out["final"]["train"])
        with open(self.path("out/model.hpsm"), "rb") as a, open(self.path("again"), "rb") as b:
            self.assertEqual(a.read(), b.read())

    def test_best_of_all_noises_is_that_of_the_final_fit(self):
        run = self.write("run.yaml", f"""\
data: {{train: {DIMERS}, test: {DIMERS}}}
soap: {{n_max: 4, l_max: 4, rcut_hard: 5, rcut_soft: 4.5, atom_sigma_r: 0.4, atom_sigma_t: 0.4}}
kernel: {{zeta: 3}}
gap: {{fit_forces: true, n_sparse: 25, delta: [0.1, 5], sigma_force: {{range: [0.005, 0.5], scale: log}},
      sigma_energy: {{range: [0.0005, 0.1], scale: log}}}}
swarm: {{particles: 6, iterations: 5}}
""")
        out = self.json("tune", run, "-o", "out")
        test = out["final"]["test"]
        self.assert_close(out["stages"][-1]["best_objective"],
                          test["rmse_energy_per_atom"] + test["rmse_force"] / 30, 1e-7)

    def test_noise_by_config_type_is_kept(self):
        run = self.run_file(**{
            "data: {file: %s, test_fraction: 0.2}" % DIMERS:
            "data: {train: %s, test: %s}" % (DIMERS, DIMERS),
            "sigma_energy: {range": "sigma_force: {dimer: 0.5}, sigma_energy: {dimer: 0.004, default: {range",
            "scale: log}}": "scale: log}}}"})
        out = self.json("tune", run, "-o", "out")
        self.assertIn("sigma_energy: {default: {range: [0.001, 0.1], scale: log}, dimer: 0.004}",
                      self.read("out/run.yaml"))
        self.assertRegex(self.read("out/best.yaml"), r"sigma_energy: \{default: [0-9.e-]+, dimer: 0.004\}")
        self.assertIn("sigma_force: {default: 0.1, dimer: 0.5}", self.read("out/best.yaml"))
        fitted = self.json("fit", DIMERS, "-p", "out/best.yaml", "-m", "again")
        self.assertEqual(fitted["train"], out["final"]["train"])
        self.json("tune", "out/run.yaml", "-o", "again_out")
        self.assertEqual(self.result("out"), self.result("again_out"))

    def test_written_run_file_gives_the_same_run(self):
        self.run_file(strategy="joint")
        self.json("tune", "run.yaml", "-o", "out")
        self.json("tune", "out/run.yaml", "-o", "again")
        self.assertEqual(self.read("out/run.yaml"), self.read("again/run.yaml"))
        self.assertEqual(self.result("out"), self.result("again"))

    def test_threads_and_repeats_give_the_same_digits(self):
        for strategy in ("joint", "two-stage"):
            self.run_file(strategy=strategy)
            runs = [without_times(self.json("tune", "run.yaml", "-o", f"{strategy}{n}", "--threads", t))
                    for n, t in enumerate("121")]
            self.assertEqual(runs[0], runs[1])
            self.assertEqual(runs[0], runs[2])
            self.assertEqual(self.history(f"{strategy}0"), self.history(f"{strategy}1"))

    def test_threads_for_points_or_inside(self):
        self.run_file(**{"particles: 4": "particles: 5"})
        self.run_program("tune", "run.yaml", "-o", "one", "-q", "--threads", "1")
        for word in ("auto", "points", "inside"):
            flags = ["--threads", "3", "--set", f"swarm.threads_for={word}"]
            out, _ = self.run_program("tune", "run.yaml", "--dry-run", *flags)
            self.assertIn("1 evaluation at a time, 3 threads each" if word == "inside" else
                          "3 evaluations at a time, 1 thread each", out)
            self.assertEqual(" of an iteration at a time" in out, word == "auto")
            _, err = self.run_program("tune", "run.yaml", "-o", word, *flags)
            self.assertEqual("hpswarm: stage soap: one takes" in err, word == "auto")
            self.assertEqual(*([without_times(json.loads(l)) for l in self.read(f"{d}/history.jsonl").splitlines()]
                               for d in ("one", word)))

    def test_points_to_try_first_of_two_stages(self):
        self.run_file()
        self.run_program("tune", "run.yaml", "-o", "one", "-q")
        lines = [json.loads(l) for l in self.read("one/history.jsonl").splitlines()]
        best = {s: min((l for l in lines if l["stage"] == s), key=lambda l: l["objectives"])["parameters"]
                for s in ("soap", "gap")}
        self.write("start.jsonl", json.dumps({**best["soap"], **best["gap"]}) + "\n")
        self.run_program("tune", "run.yaml", "-o", "two", "-q", "--set", "swarm.start=start.jsonl", "--seed", "9")
        again = [json.loads(l) for l in self.read("two/history.jsonl").splitlines()]
        for stage in ("soap", "gap"):
            self.assertEqual(next(l for l in again if l["stage"] == stage)["parameters"], best[stage])

    def test_seed_changes_the_run(self):
        self.run_file(strategy="joint")
        a, b = (self.json("tune", "run.yaml", "-o", f"s{s}", "--seed", s) for s in "12")
        self.assertEqual(b["seed"], 2)
        self.assertNotEqual(a["stages"][0]["best"], b["stages"][0]["best"])

    def test_objectives(self):
        for stage2 in ("mae", "loo"):
            self.run_file(strategy="joint")
            out = self.json("tune", "run.yaml", "-o", stage2, "--set", f"objective.stage2={stage2}")
            self.assertEqual(out["stages"][0]["objective"], stage2)
        out = self.json("tune", "run.yaml", "-o", "std", "--set", "strategy=two-stage", "--set",
                        "objective.stage1=std", "--set", "objective.references=10")
        self.assert_close(out["stages"][0]["best_objective"], -out["stages"][0]["kernel"]["std"], 1e-12)

    def test_forces_are_left_out_too(self):
        """Joint, and two-stage with other noises than delta's: the values are those of one point."""
        self.run_file(strategy="joint")
        flags = ("--set", "objective.stage2=loo", "--set", "gap.fit_forces=true", "--set", "swarm.iterations=3")
        out = self.json("tune", "run.yaml", "-o", "out", *flags, "--set", "data.test_fraction=0")
        self.assertGreater(out["stages"][0]["outcomes"]["ok"], 3)
        self.assertEqual(out["final"]["objective"], out["stages"][0]["best_objective"])
        train = out["final"]["train"]
        self.assertGreater(out["final"]["objective"], train["rmse_energy_per_atom"] + train["rmse_force"] / 30)
        one = (*flags, "--set", "swarm.iterations=1") # the same points
        both = self.json("tune", "run.yaml", "-o", "both", *one)
        without = self.json("tune", "run.yaml", "-o", "energies", *one, "--set", "objective.force_weight=0")
        self.assertLess(without["final"]["objective"], both["final"]["objective"])

    def test_a_pair_of_errors_makes_a_front(self):
        for strategy in ("joint", "two-stage"):
            self.run_file(strategy=strategy)
            out = self.json("tune", "run.yaml", "-o", strategy, "--set", "objective.stage2=rmse-pair")
            stage = out["stages"][-1]
            front = [p["objectives"] for p in stage["front"]]
            self.assertGreater(len(front), 0)
            for a in front:
                self.assertFalse(any(b[0] <= a[0] and b[1] <= a[1] and b != a for b in front))
            test = out["final"]["test"]
            best = [f for f in front if f[0] == stage["best_objective"]][0]
            near = 1e-13 if strategy == "joint" else 1e-3 # a path's jitter
            self.assert_close(best[0] / test["rmse_energy_per_atom"], 1, near)
            self.assert_close(best[1] / test["rmse_force"], 1, near)
            self.assertIn("front: points", self.read(f"{strategy}/report.html"))
            self.assertNotIn("front", out["stages"][0] if strategy == "two-stage" else {})

    def test_a_pair_is_the_same_for_every_thread_count(self):
        self.run_file(strategy="joint")
        for threads in "13":
            self.json("tune", "run.yaml", "-o", f"pair{threads}", "--threads", threads, "--set",
                      "objective.stage2=rmse-pair")
        self.assertEqual(self.history("pair1"), self.history("pair3"))

    def test_warm_start(self):
        self.run_file(strategy="joint")
        first = self.json("tune", "run.yaml", "-o", "first")
        known = [json.loads(l) for l in self.read("first/history.jsonl").splitlines()]
        warm = ("--set", "swarm.warm_start=first/history.jsonl")
        out, err = self.run_program("tune", "run.yaml", "-o", "warm", "--seed", "7", *warm)
        self.assertIn(f"takes {len(known)} points", err)
        self.assertIn(f"warm_start: {os.path.realpath(self.path('first/history.jsonl'))}", self.read("warm/run.yaml"))
        result = json.loads(self.read("warm/result.json"))["stages"][0]
        self.assertEqual(result["warm_start"], len(known))
        self.assertLessEqual(result["best_objective"], first["stages"][0]["best_objective"])
        lines = [json.loads(l) for l in self.read("warm/history.jsonl").splitlines()]
        self.assertEqual([l["id"] for l in lines], list(range(result["evaluations"])))
        places = [l["parameters"] for l in known]
        self.assertFalse([l for l in lines if l["parameters"] in places], "evaluated again")
        self.assertEqual({l["objective"] for l in lines}, {"rmse"})
        # other bounds
        inside = sum(l["parameters"]["kernel.zeta"] <= 4 for l in known)
        self.assertTrue(0 < inside < len(known))
        out, err = self.run_program("tune", "run.yaml", "-o", "bounds", *warm, "--set", "kernel.zeta=[2, 4]")
        self.assertIn(f"takes {inside} points", err)
        self.assertIn(f"{len(known) - inside} outside the bounds", err)
        # another descriptor makes other values: said, not refused
        out, err = self.run_program("tune", "run.yaml", "-o", "other", *warm, "--set", "soap.n_max=4")
        self.assertIn("warning", err)
        self.assertIn("soap.n_max was 3, here it is 4", err)

    def test_warm_start_resumed_equals_uninterrupted(self):
        self.run_file(strategy="joint")
        self.json("tune", "run.yaml", "-o", "first")
        self.run_file(strategy="joint", **{"iterations: 5": "iterations: 60, warm_start: first/history.jsonl"})
        self.json("tune", "run.yaml", "-o", "whole", "--seed", "7")
        part = self.start("tune", "run.yaml", "-o", "part", "--seed", "7")
        while part.poll() is None and not (os.path.exists(self.path("part/history.jsonl"))
                                           and self.read("part/history.jsonl").count("\n") > 8):
            time.sleep(0.01)
        part.terminate()
        part.communicate()
        self.assertEqual(part.returncode, 75)
        shutil.rmtree(self.path("first"))  # not needed any more
        self.json("tune", "run.yaml", "-o", "part", "--seed", "7", "--resume", "--set",
                  "swarm.warm_start=" + os.path.join(os.path.realpath(self.folder), "first/history.jsonl"))
        self.assertEqual(self.result("whole"), self.result("part"))

    def test_warm_start_refuses_what_does_not_fit(self):
        self.run_file(strategy="joint")
        self.json("tune", "run.yaml", "-o", "first")
        warm = ("tune", "run.yaml", "-o", "out", "--set", "swarm.warm_start=first/history.jsonl", "--set")
        self.refused(3, "a value of the objective rmse, stage joint minimises mae", *warm, "objective.stage2=mae")
        self.refused(3, "objective.force_weight was", *warm, "objective.force_weight=1")
        self.refused(3, "history.jsonl:1: has kernel.zeta, which stage joint does not search", *warm, "kernel.zeta=3")
        self.refused(3, "has no value of soap.amplitude_scaling", *warm, "soap.amplitude_scaling=[0.5, 1]")
        self.refused(3, "holds no values of stage soap", *warm, "strategy=two-stage")
        self.refused(2, "no such file", *warm, "swarm.warm_start=nothing.jsonl")
        self.write("broken.jsonl", self.read("first/history.jsonl").replace('"outcome"', "outcome}", 1))
        self.refused(3, "broken.jsonl:1: not a line of a history", *warm, "swarm.warm_start=broken.jsonl")
        self.write("old.jsonl", self.read("first/history.jsonl").replace('"objective":"rmse",', ""))
        self.refused(3, "the objective (not named)", *warm, "swarm.warm_start=old.jsonl")

    def test_warm_start_of_two_stages(self):
        """Values of the second stage belong to the descriptor that the first one found."""
        self.run_file()
        self.json("tune", "run.yaml", "-o", "first")
        warm = ("--set", "swarm.warm_start=first/history.jsonl")
        n = {s: sum(json.loads(l)["stage"] == s for l in self.read("first/history.jsonl").splitlines())
             for s in ("soap", "gap")}
        out, err = self.run_program("tune", "run.yaml", "-o", "same", *warm, "--set", "swarm.iterations=0", "--set",
                                    "swarm.evaluations=1", "--seed", "3")
        self.assertIn(f"stage soap takes {n['soap']} points", err)
        self.assertIn(f"stage gap takes {n['gap']} points", err)
        # a better first stage: its own values only
        text = self.read("first/history.jsonl").splitlines(keepends=True)
        soap = [l for l in text if '"stage":"soap"' in l]
        worst = max(soap, key=lambda l: json.loads(l)["objectives"][0])
        self.write("worst.jsonl", worst + "".join(l for l in text if '"stage":"gap"' in l))
        out, err = self.run_program("tune", "run.yaml", "-o", "another", "--set", "swarm.warm_start=worst.jsonl")
        self.assertIn("stage gap takes nothing", err)

    def test_report_can_be_made_again_and_stands_alone(self):
        self.run_file()
        self.json("tune", "run.yaml", "-o", "out")
        first = self.read("out/report.html")
        os.unlink(self.path("out/report.html"))
        self.run_program("report", "out")
        self.assertEqual(self.read("out/report.html"), first)
        self.assertIn("<svg", first)
        for word in ("http:", "https:", "src=", "<script"):
            self.assertNotIn(word, first)
        self.assertIn("gap.sigma_energy", first)
        self.refused(3, "result.json", "report", "nowhere")

    def test_progress_goes_to_standard_error(self):
        self.run_file()
        out, err = self.run_program("tune", "run.yaml", "-o", "out")
        self.assertIn("evaluations", err)
        self.assertIn("best.yaml", out)
        _, err = self.run_program("tune", "run.yaml", "-o", "out2", "-q")
        self.assertEqual(err, "")

    def test_infeasible_points_do_not_stop_a_run(self):
        self.run_file(strategy="joint", **{"rcut_hard: 4.0": "rcut_hard: [3.2, 4.2]"})
        out = self.json("tune", "run.yaml", "-o", "out")
        self.assertGreater(out["stages"][0]["failed"], 0)
        outcomes = {l["outcome"] for l in self.history("out")}
        self.assertEqual(outcomes, {"ok", "infeasible"})
        (reason,) = out["stages"][0]["reasons"]  # of as many as differ in the point's numbers only
        self.assertIn("must not exceed rcut_hard", reason["reason"])
        self.assertEqual(reason["evaluations"], out["stages"][0]["outcomes"]["infeasible"])
        self.assertGreater(len({l["reason"] for l in self.history("out") if "reason" in l}), 1)

    def test_every_evaluation_failed(self):
        self.run_file(strategy="joint", **{"rcut_soft: [3.0, 4.0]": "rcut_soft: 3.5",
                                           "atom_sigma_t: 0.5": "atom_sigma_t: 0.5, atom_sigma_r_scaling: [-9, -8]"})
        _, err = self.run_program("tune", "run.yaml", "-o", "out", "-q", code=5)
        self.assertIn("every one of", err)
        self.assertIn("atom_sigma_r", err)
        self.assertFalse(os.path.exists(self.path("out/result.json")))


main()
