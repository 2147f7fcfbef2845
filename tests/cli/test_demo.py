# SPDX-License-Identifier: BSD-3-Clause
"""demo: a short form for its files and digits; the whole of it for the paper's numbers."""
import json
import os

from common import DIMERS, ProgramTest, main, without_times

SHORT = ("--set", "swarm.iterations=3")


class Demo(ProgramTest):
    def test_files_and_digits(self):
        out = self.json("demo", "-o", "a", *SHORT)
        self.assertEqual([r["name"] for r in out["runs"]], ["S6-1", "S4-1", "S6-2", "S4-2"])
        self.assertEqual([r["strategy"] for r in out["runs"]], ["joint"] * 2 + ["two-stage"] * 2)
        self.assertEqual(out, json.loads(self.read("a/result.json")))
        for row in out["runs"]:
            self.assertIn("report.html", os.listdir(self.path("a/" + row["name"])))
            self.assert_close(row["G_F_meV_per_A"], 3 ** 0.5 * row["rmse_force_meV_per_A"], 1e-9)
            self.assert_close(row["rmse_force_meV_per_A"], 1e3 * row["final"]["test"]["rmse_force"], 1e-9)
        again = self.json("demo", "-o", "b", "--threads", "1", *SHORT)
        self.assertEqual(without_times(out), without_times(again))

    def test_data_are_those_of_the_tree(self):
        self.run_program("demo", "-o", "a", "-q", *SHORT)
        with open(DIMERS) as tree:
            self.assertEqual(self.read("a/c_dimer_gpaw.xyz"), tree.read())

    def test_it_can_be_run_again(self):
        self.run_program("demo", "-o", "a", "-q", *SHORT)
        self.run_program("demo", "-o", "a", "-q", *SHORT)

    def test_plan(self):
        self.assertIn("S6-2: two-stage", self.run_program("demo", "--dry-run")[0])
        self.assertEqual(os.listdir(self.folder), [])

    def test_it_reaches_the_figures_of_the_paper(self):
        rows = {r["name"]: r for r in self.json("demo", "-o", "a")["runs"]}
        joint = [rows["S6-1"], rows["S4-1"]]
        staged = [rows["S6-2"], rows["S4-2"]]
        for pair, force in ((joint, 14.8), (staged, 15.3)):
            self.assertTrue(any(r["G_E_meV_per_atom"] <= 0.6 and r["G_F_meV_per_A"] <= force
                                for r in pair), [(r["G_E_meV_per_atom"], r["G_F_meV_per_A"]) for r in pair])


main()
