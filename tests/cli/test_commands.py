# SPDX-License-Identifier: BSD-3-Clause
"""soap, kernel, fit and predict on the dimers: their JSON against the contract and each other."""
import json
import math
import os
import random
import unittest

from common import DIMERS, HP, ProgramTest, main, sanitized

ERRORS = {"rmse_energy_per_atom", "mae_energy_per_atom", "mae_energy_per_structure", "rmse_force",
          "mae_force", "by_config_type"}


class Soap(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("hp.yaml", HP)

    def test_rows_have_unit_norm_and_the_size_of_the_formula(self):
        out = self.json("soap", DIMERS, "-p", "hp.yaml")
        self.assertEqual(out["species"], ["C"])
        self.assertEqual(out["n_components"], 3 * 4 // 2 * 3)
        self.assertEqual([f["frame"] for f in out["frames"]], list(range(30)))
        for frame in out["frames"]:
            self.assertNotIn("gradients", frame)
            self.assertEqual(len(frame["descriptors"]), 2)
            for row in frame["descriptors"]:
                self.assertEqual(len(row), out["n_components"])
                self.assert_close(math.fsum(x * x for x in row), 1, 1e-13)

    def test_frames_are_a_part_of_the_whole(self):
        whole = self.json("soap", DIMERS, "-p", "hp.yaml")
        part = self.json("soap", DIMERS, "-p", "hp.yaml", "--frames", "3:5")
        self.assertEqual(part["frames"], whole["frames"][3:5])
        self.assertEqual(len(self.json("soap", DIMERS, "-p", "hp.yaml", "--frames", "28:")["frames"]), 2)
        self.assertEqual(len(self.json("soap", DIMERS, "-p", "hp.yaml", "--frames", "7")["frames"]), 1)
        self.refused(2, "frames 0 to 29", "soap", DIMERS, "-p", "hp.yaml", "--frames", "0:31")

    def test_gradients_sum_to_zero_and_match_differences(self):
        shift = 1e-5
        xyz = 'Lattice="20 0 0 0 20 0 0 0 20" Properties=species:S:1:pos:R:3'
        for name, x in (("a", 1.4 - shift), ("b", 1.4), ("c", 1.4 + shift)):
            self.write(f"{name}.xyz", f"2\n{xyz}\nC 5 5 5\nC {5 + x!r} 5 5\n")
        low, high = (self.json("soap", f"{n}.xyz", "-p", "hp.yaml")["frames"][0]["descriptors"]
                     for n in "ac")
        gradients = self.json("soap", "b.xyz", "-p", "hp.yaml", "--gradients")["frames"][0]["gradients"]
        self.assertEqual([(g["centre"], g["moved"]) for g in gradients],
                         [(0, 0), (0, 1), (1, 0), (1, 1)])
        for k, value in enumerate(gradients[1]["d"][0]):
            self.assert_close(value, (high[0][k] - low[0][k]) / (2 * shift), 1e-7)
            self.assert_close(value, -gradients[0]["d"][0][k], 1e-14)

    def test_text_has_the_same_numbers(self):
        out = self.json("soap", DIMERS, "-p", "hp.yaml")
        self.run_program("soap", DIMERS, "-p", "hp.yaml", "-o", "rows.txt")
        rows = [l.split() for l in self.read("rows.txt").splitlines() if not l.startswith("#")]
        self.assertEqual(len(rows), 60)
        self.assertEqual(rows[5][:3], ["2", "1", "C"])
        self.assertEqual([float(x) for x in rows[5][3:]], out["frames"][2]["descriptors"][1])

    def test_threads_do_not_matter(self):
        runs = [self.run_program("soap", DIMERS, "-p", "hp.yaml", "--json", "--threads", n)[0]
                for n in "12"]
        self.assertEqual(*runs)

    def test_full_disk_leaves_nothing(self):
        self.refused(1, "/dev/full: cannot write", "soap", DIMERS, "-p", "hp.yaml", "-o", "/dev/full")
        self.refused(2, "cannot write", "soap", DIMERS, "-p", "hp.yaml", "-o", "no/such/folder")

    def test_dry_run(self):
        out, _ = self.run_program("soap", DIMERS, "-p", "hp.yaml", "--dry-run")
        self.assertIn("60 rows of 18 components", out)


class Kernel(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("hp.yaml", HP)

    def test_statistics_are_those_of_the_descriptors(self):
        rows = [r for f in self.json("soap", DIMERS, "-p", "hp.yaml")["frames"] for r in f["descriptors"]]
        k = [sum(x * y for x, y in zip(a, b)) ** 3 for a in rows for b in rows]
        mean = math.fsum(k) / len(k)
        std = math.sqrt(math.fsum((x - mean) ** 2 for x in k) / len(k))
        skew = math.fsum((x - mean) ** 3 for x in k) / len(k) / std ** 3
        out = self.json("kernel", DIMERS, "-p", "hp.yaml")
        self.assertEqual((out["n_environments"], out["n_references"], out["n_pairs"]), (60, 60, 3600))
        for key, value in (("zeta", 3), ("mean", mean), ("std", std), ("min", min(k)), ("max", max(k))):
            self.assert_close(out[key], value, 1e-12)
        self.assert_close(out["skew"], skew, 1e-8)
        edges, counts = out["histogram"]["edges"], out["histogram"]["counts"]
        self.assertEqual(len(edges), len(counts) + 1)
        self.assertEqual((edges[0], edges[-1], sum(counts)), (0, 1, 3600))

    def test_references_are_sampled_by_seed(self):
        runs = [self.json("kernel", DIMERS, "-p", "hp.yaml", "--references", "10", "--seed", s)
                for s in "112"]
        self.assertEqual(runs[0]["n_references"], 10)
        self.assertEqual(runs[0], runs[1])
        self.assertNotEqual(runs[0], runs[2])

    def test_several_exponents_from_one_pass(self):
        several = self.json("kernel", DIMERS, "-p", "hp.yaml", "--zeta", "1,2.5,3")["kernels"]
        single = [self.json("kernel", DIMERS, "-p", "hp.yaml", "--zeta", z) for z in ("1", "2.5")]
        self.assertEqual(several, single + [self.json("kernel", DIMERS, "-p", "hp.yaml")])
        text, _ = self.run_program("kernel", DIMERS, "-p", "hp.yaml", "--zeta", "1,2.5")
        self.assertEqual(text.count("skew"), 2)
        for bad in ("", "1,", "0", "1,x", "2000", ",".join(["1"] * 33)):
            self.refused(2, "--zeta", "kernel", DIMERS, "-p", "hp.yaml", "--zeta", bad)

    def test_set_changes_a_value(self):
        out = self.json("kernel", DIMERS, "-p", "hp.yaml", "--set", "kernel.zeta=1.5")
        self.assertEqual(out["zeta"], 1.5)


class FitAndPredict(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("hp.yaml", HP)

    def fit(self, *flags):
        return self.json("fit", DIMERS, "-p", "hp.yaml", "-m", "model", *flags)

    def test_fit_reports_what_the_contract_says(self):
        out = self.fit()
        self.assertEqual((out["n_structures"], out["n_atoms"]), (30, 60))
        self.assertEqual(out["n_sparse"], {"C": 20})
        self.assertEqual(set(out["e0"]), {"C"})
        self.assertEqual(set(out["seconds"]), {"descriptors", "covariance", "solve"})
        self.assertGreater(out["peak_memory_bytes"], 0)
        self.assertLessEqual(ERRORS, set(out["train"]))
        self.assertEqual(set(out["train"]["by_config_type"]), {"dimer"})
        self.assertEqual(out["train"]["by_config_type"]["dimer"]["rmse_force"], out["train"]["rmse_force"])

    def test_predict_agrees_with_fit_and_with_its_file(self):
        trained = self.fit()["train"]
        out = self.json("predict", "model", DIMERS, "-o", "out.xyz")
        self.assertEqual(out["n_structures"], 30)
        self.assertEqual(len(out["energies"]), 30)
        self.assertEqual(out["errors"], trained)
        again = self.json("check", "out.xyz")
        self.assertEqual(again["keys"]["forces"]["frames"], 30)
        self.assertEqual(again["keys"]["virial"]["frames"], 30)
        self.write("hp2.yaml", HP)
        energies = [float(l.split("energy=")[1].split()[0]) for l in self.read("out.xyz").splitlines()
                    if "energy=" in l]
        self.assertEqual(energies, out["energies"])

    def test_missing_references_are_null(self):
        self.fit()
        with open(DIMERS) as source:
            lines = source.read().replace("energy=", "other=").replace("forces:R:3", "other:R:3")
        self.write("bare.xyz", lines)
        errors = self.json("predict", "model", "bare.xyz")["errors"]
        self.assertIsNone(errors["rmse_energy_per_atom"])
        self.assertIsNone(errors["rmse_force"])

    def test_model_does_not_depend_on_threads(self):
        models = []
        for n in "12":
            self.fit("--threads", n)
            with open(self.path("model"), "rb") as f:
                models.append(f.read())
        self.assertEqual(*models)

    def test_too_many_sparse_points_are_clamped_and_said(self):
        out, err = self.run_program("fit", DIMERS, "-p", "hp.yaml", "-m", "model", "--json", "--set",
                                    "gap.n_sparse=500")
        self.assertEqual(json.loads(out)["n_sparse"], {"C": 30})
        self.assertIn("500", err)
        self.assertIn("30", err)

    def test_sparse_file(self):
        self.write("points.json", '{"C": [1, 11, 21, 59]}')
        out = self.fit("--set", "gap.sparse=file", "--set", "gap.sparse_file=points.json")
        self.assertEqual(out["n_sparse"], {"C": 4})
        for content in ('{"C": [0]}', '{"C": ["x"]}', '{"Q": [1]}', '[1]', '{"C": [61]}'):
            self.write("points.json", content)
            self.run_program("fit", DIMERS, "-p", "hp.yaml", "-m", "m2", "--set", "gap.sparse=file",
                             "--set", "gap.sparse_file=points.json", code=2)
            self.assertFalse(os.path.exists(self.path("m2")), content)

    def test_given_e0(self):
        out = self.fit("--set", "data.e0={C: -3.5, H: 7}")
        self.assertEqual(out["e0"], {"C": -3.5})

    def two_types(self, name, frame_key=""):
        """The dimers, every third one of the type 'good one', with a key of its own."""
        with open(DIMERS) as source:
            parts = source.read().split("config_type=dimer")
        text = parts[0]
        for i, part in enumerate(parts[1:]):
            good = i % 3 == 0
            text += ("config_type=\"good one\" " + frame_key if good else "config_type=dimer") + part
        return self.write(name, text)

    def test_noise_by_config_type_is_that_of_the_frames(self):
        plain = self.two_types("a.xyz")
        marked = self.two_types("b.xyz", f"energy_sigma={0.002 * math.sqrt(2)!r}")
        self.write("types.yaml", HP.replace("sigma_energy: 0.01",
                                            "sigma_energy: {default: 0.01, good one: 0.002}"))
        without = self.json("fit", plain, "-p", "hp.yaml", "-m", "m0")["train"]
        by_type = self.json("fit", plain, "-p", "types.yaml", "-m", "m1")["train"]
        by_frame = self.json("fit", marked, "-p", "hp.yaml", "-m", "m2")["train"]
        self.assertNotEqual(by_type["rmse_energy_per_atom"], without["rmse_energy_per_atom"])
        self.assertLess(by_type["by_config_type"]["good one"]["rmse_energy_per_atom"],
                        without["by_config_type"]["good one"]["rmse_energy_per_atom"])
        self.assert_close(by_frame["rmse_energy_per_atom"], by_type["rmse_energy_per_atom"], 1e-9)
        self.refused(2, "types.yaml:3:61: gap.sigma_energy:good one: no training frame has this "
                     "config_type", "fit", DIMERS, "-p", "types.yaml", "-m", "m3")

    def test_damaged_models(self):
        self.fit()
        with open(self.path("model"), "rb") as f:
            good = f.read()
        for n, bad in enumerate((b"", good[:20], good[:-1], good[:40] + b"\xff" + good[41:],
                                 b"not a model at all" * 10)):
            self.write("bad", bad)
            self.refused(3, "bad", "predict", "bad", DIMERS)
        self.refused(3, "nothere", "predict", "nothere", DIMERS)

    def test_element_without_model(self):
        self.fit()
        self.write("iron.xyz", "2\nProperties=species:S:1:pos:R:3\nFe 0 0 0\nC 0 0 2\n")
        self.refused(3, "Fe", "predict", "model", "iron.xyz")

    def test_delta_by_the_evidence_has_two_spellings(self):
        runs = []
        for keys in ("delta_method: evidence", "delta: evidence", "delta: 1"):
            self.write("hp.yaml", HP.replace("n_sparse: 20", f"n_sparse: 20, {keys}"))
            runs.append(self.json("fit", DIMERS, "-p", "hp.yaml", "-m", "model"))
        self.assertEqual(runs[0]["delta"], runs[1]["delta"])
        self.assertEqual(runs[0]["train"], runs[1]["train"])
        self.assertNotEqual(runs[0]["delta"], runs[2]["delta"])
        self.assertLess(runs[0]["minus_log_evidence"], runs[2]["minus_log_evidence"])

    def test_singular_fit_is_exit_4_or_a_raised_jitter(self):
        text = HP.replace("n_sparse: 20", "sparse: all, jitter: 0, delta: 1e8")
        self.write("hp.yaml", text)
        done = self.start("fit", DIMERS, "-p", "hp.yaml", "-m", "m4")
        done.communicate(timeout=100)
        self.assertIn(done.returncode, (0, 4))
        self.assertEqual(os.path.exists(self.path("m4")), done.returncode == 0)

    def test_memory_limit(self):
        self.refused(6, "--max-memory allows", "fit", DIMERS, "-p", "hp.yaml", "-m", "model",
                     "--max-memory", "20K")

    @unittest.skipIf(sanitized(), "a sanitizer has memory of its own")
    def test_announced_memory_is_what_is_used(self):
        random.seed(3)
        with open(self.path("grid.xyz"), "w") as out:
            for _ in range(150):
                print('27\nProperties=species:S:1:pos:R:3:forces:R:3 energy=%r pbc="F F F"' % random.uniform(-9, -8), file=out)
                for i in range(27):
                    x = [1.6 * k + random.uniform(-0.2, 0.2) for k in (i // 9, i // 3 % 3, i % 3)]
                    print("C", *x, *(random.uniform(-1, 1) for _ in range(3)), file=out)
        for forces, sparse in (("false", 700), ("true", 300)):
            flags = ("--set", f"gap.n_sparse={sparse}", "--set", f"gap.fit_forces={forces}", "--threads", "1")
            job = ("fit", "grid.xyz", "-p", "hp.yaml", "-m", "model", *flags)
            need = self.json(*job, "--dry-run")["memory_bytes"]
            used = self.json(*job)["peak_memory_bytes"]
            self.assertLess(abs(need / used - 1), 0.2, f"{need} announced, {used} used")
            job = (*job, "--max-memory", str(need // 2))
            self.refused(6, "--max-memory allows", *job)

    def test_full_disk_and_bad_names(self):
        self.refused(1, "/dev/full: cannot write", "fit", DIMERS, "-p", "hp.yaml", "-m", "/dev/full")
        self.refused(2, "cannot write", "fit", DIMERS, "-p", "hp.yaml", "-m", "no/such")
        self.fit()
        self.refused(1, "/dev/full: cannot write", "predict", "model", DIMERS, "-o", "/dev/full")

    def test_dry_run_writes_nothing(self):
        out, _ = self.run_program("fit", DIMERS, "-p", "hp.yaml", "-m", "model", "--dry-run")
        self.assertIn("of memory", out)
        self.assertEqual(os.listdir(self.folder), ["hp.yaml"])


class Examples(ProgramTest):
    """The files of docs/examples do what they say."""

    def test_they_run(self):
        examples = os.path.join(os.path.dirname(__file__), "../../docs/examples")
        for name in sorted(n for n in os.listdir(examples) if n.endswith(".yaml")):
            path = os.path.join(examples, name)
            if "hp" in name:
                out = self.json("fit", DIMERS, "-p", path, "-m", "model")
                self.assertLess(out["train"]["rmse_energy_per_atom"], 0.05)
                continue
            out = self.json("tune", path, "-o", name + "-out", "-q")
            self.assertLess(out["final"]["test"]["rmse_energy_per_atom"], 0.5)


main()
