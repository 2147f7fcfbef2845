# SPDX-License-Identifier: BSD-3-Clause
"""Offline optimisation: hpswarm design, hpswarm surface, and a list of trials as a run."""
import json
import math
import os

from common import DIMERS, ProgramTest, main, without_times

RUN = """\
strategy: search
objective: {command: "false"}
parameters:
  cutoff: [3.0, 6.0]
  width: {range: [0.05, 2.0], scale: log}
  mode: {choice: [fast, "a;b"]}
  fixed: 3
"""
LIST = RUN.replace('command: "false"', "trials: trials.csv")
NAMES = ["cutoff", "width", "mode"]

# Three ranges of the dimers' fit; the others at values that a run has found.
DIMER_RUN = """\
data: {file: %s, test_every: 5, e0: average}
strategy: joint
soap: {basis: poly3gauss, n_max: 4, l_max: 4, rcut_hard: 5.0, rcut_soft: 4.6, radial_enhancement: 0,
       atom_sigma_r: {range: [0.1, 2.0], scale: log}, atom_sigma_t: {range: [0.1, 2.0], scale: log}}
kernel: {zeta: [2, 10]}
gap: {sparse: all, fit_forces: true, delta: 2.0, sigma_energy: 0.001, sigma_force: 0.01}
""" % DIMERS


def bowl(p):
    """Squares and a product of what a surface sees: the cutoff, the logarithm, the choice."""
    a, b = p["cutoff"] - 4.2, math.log10(p["width"] / 0.3)
    return 1 + a * a + 0.8 * b * b + 0.4 * a * b + (0.3 if p["mode"] == "fast" else 0)


class Offline(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("run.yaml", RUN)

    def lines(self, name):
        return [json.loads(l) for l in self.read(name).splitlines()]

    def design(self, n, *flags, name="points.jsonl", run="run.yaml"):
        self.run_program("design", run, "--points", str(n), "-o", name, *flags)
        return [l["parameters"] for l in self.lines(name)]

    def trials(self, n=30, f=bowl, name="trials.jsonl"):
        """Points of a design with their values."""
        points = self.design(n, "--kind", "sobol")
        self.write(name, "".join(json.dumps({**p, "value": f(p)}) + "\n" for p in points))
        return points

    def surface(self, *arguments):
        return self.json("surface", "run.yaml", *arguments)["stages"]


class Design(Offline):
    def test_points_lie_in_the_ranges_under_the_names_of_a_history(self):
        for kind in ("latin", "sobol", "orthogonal"):
            points = self.design(25, "--kind", kind)
            self.assertEqual(len(points), 25)
            self.assertEqual([l["id"] for l in self.lines("points.jsonl")], list(range(25)))
            for p in points:
                self.assertEqual(list(p), NAMES)
                self.assertTrue(3 <= p["cutoff"] <= 6 and 0.05 <= p["width"] <= 2 and p["mode"] in ("fast", "a;b"))

    def test_each_kind_is_what_it_says(self):
        n = 40
        latin = self.design(n)
        u = [[(p["cutoff"] - 3) / 3, math.log(p["width"] / 0.05) / math.log(40)] for p in latin]
        for d in (0, 1):
            self.assertEqual(sorted(int(n * p[d]) for p in u), list(range(n)))
        sobol = self.design(4, "--kind", "sobol", "--seed", "0")
        self.assertEqual([p["cutoff"] for p in sobol], [3, 4.5, 5.25, 3.75])  # radical inverses of 0 to 3
        array = self.design(49, "--kind", "orthogonal")
        pairs = {(round(p["cutoff"], 9), round(math.log(p["width"]), 9)) for p in array}
        self.assertEqual((len(pairs), len({a for a, _ in pairs}), len({b for _, b in pairs})), (49, 7, 7))

    def test_an_array_says_that_it_has_more_points(self):
        flags = ("design", "run.yaml", "--points", "30", "--kind", "orthogonal")
        out, err = self.run_program(*flags)
        self.assertEqual(len(out.splitlines()), 49)
        self.assertIn("has 49 points, not 30", err)
        self.assertEqual(self.run_program(*flags, "-q")[1], "")

    def test_few_levels_repeat_points(self):
        few = ("design", "run.yaml", "--points", "12", "--set", "parameters={n: {range: [1, 3], type: int}, mode: {choice: [a, b]}}")
        out, err = self.run_program(*few)
        differ = len({json.dumps(json.loads(l)["parameters"]) for l in out.splitlines()})
        self.assertLessEqual(differ, 6)
        self.assertIn("%d of the 12 points stand there before" % (12 - differ), err)
        self.assertEqual(self.run_program("design", "run.yaml", "--points", "12")[1], "")

    def test_seeds_and_formats(self):
        one = self.design(10, name="a.jsonl")
        self.assertEqual(self.design(10, "--seed", "1", name="b.jsonl"), one)
        self.assertNotEqual(self.design(10, "--seed", "2", name="c.jsonl"), one)
        whole = self.json("design", "run.yaml", "--points", "10")
        self.assertEqual((whole["points"], whole["kind"], whole["seed"], whole["n_points"]), (one, "latin", 1, 10))
        self.run_program("design", "run.yaml", "--points", "10", "-o", "d.csv")
        rows = self.read("d.csv").splitlines()
        self.assertEqual(rows[0], "cutoff,width,mode,value")
        for row, p in zip(rows[1:], one, strict=True):
            cutoff, width, mode, value = row.split(",")
            self.assertEqual((float(cutoff), float(width), mode.strip('"'), value), (*p.values(), ""))

    def test_all_ranges_of_a_study_and_its_start_file(self):
        self.run_file(strategy="two-stage")
        points = self.design(6, "--kind", "sobol")
        self.assertEqual(set(points[0]), {"soap.rcut_soft", "soap.atom_sigma_r", "soap.basis", "soap.radial_enhancement",
                                          "kernel.zeta", "gap.delta", "gap.sigma_energy"})
        self.run_program("tune", "run.yaml", "-o", "out", "-q", "--set", "swarm.start=points.jsonl", "--set",
                         "swarm.iterations=0", "--set", "swarm.evaluations=6")
        for line in self.lines("out/history.jsonl"):
            self.assertEqual(line["parameters"], {k: points[line["id"]][k] for k in line["parameters"]})

    def test_what_is_refused(self):
        self.refused(2, "needs --points N", "design", "run.yaml")
        self.refused(2, "--points: '0' is not", "design", "run.yaml", "--points", "0")
        self.refused(2, "--kind: 'sobl' is none of latin, sobol, orthogonal", "design", "run.yaml", "--points", "5", "--kind", "sobl")
        self.refused(2, "usage: hpswarm design RUN.yaml", "design", "--points", "5")
        self.refused(2, "nothing to search", "design", "run.yaml", "--points", "5", "--set", "parameters={a: 1}")
        self.refused(6, "", "design", "run.yaml", "--points", "9999999", "--max-memory", "30M")
        self.write("many.yaml", "strategy: search\nobjective: {command: x}\nparameters: {%s}\n"
                   % ", ".join("p%d: [0, 1]" % i for i in range(41)))
        self.refused(2, "sobol has 40 dimensions, the space 41", "design", "many.yaml", "--points", "5", "--kind", "sobol")


class Surface(Offline):
    def test_a_quadratic_is_found_exactly(self):
        points = self.trials()
        (stage,) = self.surface("trials.jsonl")
        kinds = {k["kind"]: k for k in stage["surfaces"]}
        self.assertEqual(list(kinds), ["linear", "quadratic", "rbf", "gp"])
        self.assertEqual((stage["best"], stage["trials"], stage["without_value"]), ("quadratic", 30, 0))
        q = kinds["quadratic"]
        self.assertGreater(min(q["r2"], q["r2_loo"]), 1 - 1e-10)
        self.assertLess(max(q["rmse"], q["rmse_loo"]), 1e-6)
        self.assert_close(q["minimum"]["value"], 1, 1e-9)
        self.assert_close(q["minimum"]["parameters"]["cutoff"], 4.2, 1e-5)
        self.assert_close(q["minimum"]["parameters"]["width"], 0.3, 1e-5)
        self.assertEqual(q["minimum"]["parameters"]["mode"], "a;b")
        best = min(points, key=bowl)
        self.assertEqual(stage["best_trial"], {"line": points.index(best) + 1, "value": bowl(best), "parameters": best})
        self.assertLess(kinds["linear"]["r2"], 0.9)
        self.assertEqual({n for n in kinds["gp"]["lengths"]}, set(NAMES))
        self.assertNotIn("lengths", q)
        text, _ = self.run_program("surface", "run.yaml", "trials.jsonl")
        self.assertIn("quadratic predicts values left out best; its minimum 1 is a prediction", text)

    def test_effects_are_those_of_the_function(self):
        points = self.trials()
        (stage,) = self.surface("trials.jsonl", "--kind", "quadratic")
        effects = stage["surfaces"][0]["effects"]
        for name, values in (("cutoff", [3 + 3 * k / 8 for k in range(9)]), ("mode", ["fast", "a;b"]),
                             ("width", [0.05 * 40 ** (k / 8) for k in range(9)])):
            means = [sum(bowl({**p, name: v}) for p in points) / len(points) for v in values]
            self.assert_close(effects[name], max(means) - min(means), 1e-6)

    def test_quality_is_that_of_the_textbook(self):
        self.write("run.yaml", "strategy: search\nobjective: {command: x}\nparameters: {a: [0, 10]}\n")
        x, y = [0, 1, 3, 4, 7, 9, 10], [1.0, 2.5, 2.0, 4.5, 5.0, 9.0, 8.0]
        self.write("t.csv", "a,y\n" + "".join(f"{a},{b}\n" for a, b in zip(x, y)))
        (stage,) = self.surface("t.csv", "--kind", "linear")
        n, mx, my = len(x), sum(x) / len(x), sum(y) / len(y)
        sxx = sum((a - mx) ** 2 for a in x)
        slope = sum((a - mx) * (b - my) for a, b in zip(x, y)) / sxx
        residual = [b - my - slope * (a - mx) for a, b in zip(x, y)]
        left = []  # fitted anew without each point
        for i in range(n):
            xs, ys = x[:i] + x[i + 1:], y[:i] + y[i + 1:]
            cx, cy = sum(xs) / (n - 1), sum(ys) / (n - 1)
            s = sum((a - cx) * (b - cy) for a, b in zip(xs, ys)) / sum((a - cx) ** 2 for a in xs)
            left.append(y[i] - cy - s * (x[i] - cx))
        total = sum((b - my) ** 2 for b in y)
        got = stage["surfaces"][0]
        for key, value in (("r2", 1 - sum(r * r for r in residual) / total), ("r2_loo", 1 - sum(r * r for r in left) / total),
                           ("rmse", math.sqrt(sum(r * r for r in residual) / n)), ("rmse_loo", math.sqrt(sum(r * r for r in left) / n)),
                           ("terms", 2)):
            self.assert_close(got[key], value, 1e-12)
        self.assertEqual(got["minimum"]["parameters"], {"a": 0})
        self.assert_close(got["minimum"]["value"], my - slope * mx, 1e-12)
        self.assert_close(got["effects"]["a"], 10 * slope, 1e-12)

    def test_logarithm(self):
        self.trials(f=lambda p: math.exp(bowl(p) - 3))
        (stage,) = self.surface("trials.jsonl", "--log", "--kind", "quadratic")
        self.assertTrue(stage["log"])
        k = stage["surfaces"][0]
        self.assertGreater(k["r2_loo"], 1 - 1e-10)
        self.assert_close(k["minimum"]["value"], math.exp(-2), 1e-9)
        self.assertLess(self.surface("trials.jsonl", "--kind", "quadratic")[0]["surfaces"][0]["r2_loo"], 0.9)
        self.trials(f=lambda p: bowl(p) - 1.5)
        self.refused(3, "has no logarithm; --log is for values above 0", "surface", "run.yaml", "trials.jsonl", "--log")

    def test_every_form_of_a_file_gives_the_same(self):
        points = self.trials(20)
        value = {k: bowl(p) for k, p in enumerate(points)}
        whole = [json.dumps({"id": k, "stage": "search", "objective": "c", "parameters": p, "objectives": [value[k]],
                             "outcome": "ok"}) for k, p in enumerate(points)]
        self.write("history.jsonl", "\n".join(whole))  # no end of the last line
        self.write("value.jsonl", "\n".join(json.dumps({"parameters": p, "value": value[k]}) for k, p in enumerate(points)))
        cells = [[repr(p["cutoff"]), repr(p["width"]), p["mode"], repr(value[k])] for k, p in enumerate(points)]
        quoted = lambda c: '"%s"' % c if ";" in c else c
        self.write("comma.csv", "cutoff,width,mode,rmse\n" + "\n".join(",".join(map(quoted, r)) for r in cells) + "\n\n")
        self.write("german.csv", ("\ufeffcutoff;width;mode;Fehler\r\n" + "".join(
            ";".join(quoted(c.replace(".", ",")) for c in r) + "\r\n" for r in cells) + ";;;\r\n").encode())
        self.write("tab.txt", "mode\tcutoff\twidth\ty\n" + "".join(
            "\t".join([r[2], ' "%s" ' % r[0], r[1], r[3]]) + "\n" for r in cells))
        expected = self.surface("trials.jsonl")
        expected[0]["best_trial"].pop("line")
        for name in ("history.jsonl", "value.jsonl", "comma.csv", "german.csv", "tab.txt"):
            got = self.surface(name)
            got[0]["best_trial"].pop("line")
            self.assertEqual(got, expected, name)

    def test_trials_without_a_value_are_left_out(self):
        points = self.trials(24)
        good = self.surface("trials.jsonl")[0]["surfaces"]
        more = [json.dumps({"parameters": points[0], **x}) for x in (
            {"value": None}, {"value": "nan"}, {"value": math.nan}, {"objectives": [None], "outcome": "failed"},
            {"outcome": "timeout"}, {"outcome": "infeasible", "objectives": [1.0]})]
        self.write("more.jsonl", "\n".join(more) + "\n" + self.read("trials.jsonl"))
        (stage,) = self.surface("more.jsonl")
        self.assertEqual((stage["trials"], stage["without_value"]), (30, 6))
        for a, b in zip(stage["surfaces"], good, strict=True):  # the effects are means over all points
            self.assertEqual({k: v for k, v in a.items() if k != "effects"}, {k: v for k, v in b.items() if k != "effects"})

    def test_minimum_as_a_run_file_and_as_a_point(self):
        self.trials()
        (stage,) = self.surface("trials.jsonl", "-o", "best.yaml")
        least = stage["surfaces"][1]["minimum"]["parameters"]
        text = self.read("best.yaml")
        self.assertTrue(text.startswith("# stage search: minimum of the surface quadratic, predicted value 1"))
        for line in ("strategy: search", "  fixed: 3", "  mode: 'a;b'", "  cutoff: %r" % least["cutoff"]):
            self.assertIn("\n" + line + "\n", text)
        self.refused(2, "nothing to search", "tune", "best.yaml")  # no range is left
        self.surface("trials.jsonl", "-o", "best.jsonl")
        self.assertEqual(self.lines("best.jsonl"), [{"parameters": least}])

    def test_two_stages(self):
        self.run_file(strategy="two-stage")
        self.run_program("tune", "run.yaml", "-o", "out", "-q", "--set", "swarm.iterations=0", "--set", "swarm.evaluations=24")
        stages = self.surface("out/history.jsonl", "-o", "best.yaml")
        self.assertEqual([(s["name"], s["trials"]) for s in stages], [("soap", 24), ("gap", 24)])
        for stage, names in zip(stages, ({"soap.rcut_soft", "soap.atom_sigma_r", "soap.basis", "soap.radial_enhancement",
                                          "kernel.zeta"}, {"gap.delta", "gap.sigma_energy"})):
            self.assertEqual(set(stage["best_trial"]["parameters"]), names)
        self.run_program("fit", DIMERS, "-p", "best.yaml", "-m", "model.hpsm")
        only = [l for l in self.read("out/history.jsonl").splitlines() if '"stage":"gap"' in l]
        self.write("gap.jsonl", "\n".join(only))
        self.assertEqual(self.surface("gap.jsonl", "-o", "half.yaml")[0], {**stages[1], "best_trial": {
            **stages[1]["best_trial"], "line": stages[1]["best_trial"]["line"] - 24}})
        self.assertIn("rcut_soft: [3, 4]", self.read("half.yaml"))
        points = self.design(12)
        self.write("all.jsonl", "\n".join(json.dumps({**p, "value": p["kernel.zeta"]}) for p in points))
        self.assertEqual([s["name"] for s in self.surface("all.jsonl", "--kind", "linear")], ["joint"])

    def test_several_values(self):
        points = self.trials(24)
        self.write("two.jsonl", "\n".join(json.dumps({**p, "objectives": [bowl(p), -p["cutoff"]]}) for p in points))
        flags = ("surface", "run.yaml", "two.jsonl", "--set", "objective.values=2")
        self.refused(2, "has 2 values; choose one with --value 1..2", *flags)
        self.refused(2, "--value: 3 is not from 1 to 2", *flags, "--value", "3")
        self.assertEqual(self.json(*flags, "--value", "1")["stages"][0]["surfaces"], self.surface("trials.jsonl")[0]["surfaces"])
        least = self.json(*flags, "--value", "2", "--kind", "linear")["stages"][0]["surfaces"][0]["minimum"]
        self.assertEqual(least["parameters"]["cutoff"], 6)
        self.assert_close(least["value"], -6, 1e-9)
        self.refused(3, "two.jsonl:1: objectives: 2 values, 1 is expected", "surface", "run.yaml", "two.jsonl")

    def test_what_is_refused(self):
        points = self.trials(6)
        good = {**points[0], "value": 1.0}
        for change, message in (({"cutoff": 6.5}, "cutoff: 6.5 is not from 3 to 6"),
                                ({"cutoff": "wide"}, "cutoff: 'wide' is no number"),
                                ({"mode": "slow"}, "mode: 'slow' is none of its choices fast, a;b"),
                                ({"cutof": 4}, "cutof: is no range of run.yaml; the nearest one is cutoff"),
                                ({"fixed": 3}, "fixed: is no range of run.yaml"),
                                ({"value": "good"}, "value: 'good' is no number"),
                                ({"outcome": "lost"}, "outcome: 'lost' is none of ok, infeasible, failed, timeout")):
            self.write("bad.jsonl", json.dumps(good) + "\n\n" + json.dumps({**good, **change}) + "\n")
            self.refused(3, "bad.jsonl:3: " + message, "surface", "run.yaml", "bad.jsonl")
        for text, message in ((json.dumps(points[0]), 'bad.jsonl:1: has no value; "value": NUMBER'),
                              (json.dumps({"value": 1, "cutoff": 4}), "bad.jsonl:1: width: has no value"),
                              ("[1, 2]", "bad.jsonl:1: is no object"), ("{", "bad.jsonl:1: is no object"), ("", "holds no trials"),
                              (json.dumps({**good, "objective": "a"}) + "\n" + json.dumps({**good, "objective": "b"}),
                               "bad.jsonl:2: a value of the objective b, line 1 has one of a"),
                              (json.dumps(good), "stage search has 1 trial with a value; a surface needs two that differ"),
                              ("cutoff,width,y\n4,1,1\n", "bad.jsonl:1: mode: has no column"),
                              ("cutoff,width,cutoff,mode,y\n", "bad.jsonl:1: cutoff: has two columns"),
                              ("cutoff,width,mode,note,y\n", "bad.jsonl:1: note: is no range of run.yaml"),
                              ("cutoff,width,mode,y\n4,1,fast,2\n4,1,fast\n", "bad.jsonl:3: expected 4 columns, found 3"),
                              ("cutoff,width,mode,y\n4,9,fast,2\n", "bad.jsonl:2: width: 9 is not from 0.05 to 2"),
                              ("cutoff,width,mode,y\n4,1,fast,x2\n", "bad.jsonl:2: value: 'x2' is no number")):
            self.write("bad.jsonl", text)
            self.refused(3, message, "surface", "run.yaml", "bad.jsonl")
        self.write("bad.jsonl", json.dumps({**good, "value": None}) + "\n" + json.dumps(
            {"parameters": points[1], "outcome": "failed", "reason": "no licence"}))
        self.refused(5, "none of 2 trials has a value, the first one with: no licence", "surface", "run.yaml", "bad.jsonl")
        self.refused(2, "--kind: 'cubic' is none of linear, quadratic, rbf, gp", "surface", "run.yaml", "trials.jsonl", "--kind", "cubic")
        self.refused(3, "none.jsonl", "surface", "run.yaml", "none.jsonl")
        self.refused(2, "usage: hpswarm surface RUN.yaml TRIALS", "surface", "run.yaml")
        self.write("same.jsonl", (json.dumps(good) + "\n") * 3)
        self.refused(3, "same.jsonl: stage search has 3 trials with a value, all the same", "surface", "run.yaml", "same.jsonl")
        self.write("same.jsonl", json.dumps(good) + "\n" + json.dumps({**good, "value": 2}))
        self.refused(4, "same.jsonl: rbf: surface: 2 points do not determine a radial basis", "surface", "run.yaml", "same.jsonl", "--kind", "rbf")

    def test_a_surface_that_cannot_be_judged(self):
        point = json.dumps({**self.trials(3)[0], "value": 1.5})
        (stage,) = self.surface("trials.jsonl")  # as many coefficients as points: nothing can be left out
        self.assertEqual([(k["r2_loo"] is None) for k in stage["surfaces"]], [True, True, False, False])
        self.assertIn(stage["best"], ("rbf", "gp"))
        for k in ("linear", "quadratic"):  # asked for alone it is taken
            self.assertEqual(self.surface("trials.jsonl", "--kind", k)[0]["best"], k)
        self.write("two.jsonl", (point + "\n") * 3 + json.dumps({**json.loads(point), "value": 3}) + "\n")
        for k in self.surface("two.jsonl")[0]["surfaces"]:
            self.assertNotIn(None, [*k.get("effects", {}).values(), k.get("minimum", {"value": 0})["value"]])


class List(Offline):
    def setUp(self):
        super().setUp()
        self.points = self.trials(24)
        self.write("list.yaml", LIST)
        self.values = [None if k == 5 else bowl(p) for k, p in enumerate(self.points)]
        self.write("trials.csv", "cutoff,width,mode,y\n" + "".join(
            '%r,%r,"%s",%s\n' % (*p.values(), "" if f is None else repr(f)) for p, f in zip(self.points, self.values)))

    def test_a_list_leaves_what_a_run_leaves(self):
        result = self.json("tune", "list.yaml", "-o", "out")
        (stage,) = result["stages"]
        self.assertEqual(json.loads(self.read("out/result.json")), result)
        self.assertEqual(sorted(os.listdir(self.path("out"))),
                         ["best.yaml", "history.jsonl", "report.html", "result.json", "run.yaml"])
        lines = self.lines("out/history.jsonl")
        self.assertEqual([(l["id"], l["parameters"], l["objectives"], l["outcome"]) for l in lines],
                         [(k, p, [f], "failed" if f is None else "ok") for k, (p, f) in enumerate(zip(self.points, self.values))])
        best = min((p for p, f in zip(self.points, self.values) if f is not None), key=bowl)
        self.assertEqual((stage["best"], stage["best_objective"], stage["evaluations"], stage["failed"], stage["stopped_by"]),
                         (best, bowl(best), 24, 1, "trials"))
        self.assertEqual(stage["outcomes"], {"ok": 23, "infeasible": 0, "failed": 1, "timeout": 0})
        self.assertIn("  cutoff: %r\n" % best["cutoff"], self.read("out/best.yaml"))
        (alone,) = self.surface("trials.csv")
        self.assertEqual(stage["surface"], {k: alone[k] for k in ("log", "surfaces", "best")})
        self.assertEqual(stage["surface"]["best"], "quadratic")
        self.assert_close(stage["surface"]["surfaces"][1]["minimum"]["value"], 1, 1e-9)
        page = self.read("out/report.html")
        for word in ("quadratic (predicts best)", "predicted minimum, to be evaluated: cutoff = 4.2", "<svg"):
            self.assertIn(word, page)
        text, _ = self.run_program("tune", "list.yaml", "-o", "text")
        self.assertIn("stage search: 24 trials over 3 parameters, 1 without a value", text)

    def test_written_run_file_resume_and_plan(self):
        self.run_program("tune", "list.yaml", "-o", "out", "-q")
        self.assertNotIn("swarm:", self.read("out/run.yaml"))
        self.run_program("tune", "out/run.yaml", "-o", "again", "-q")
        for name in ("run.yaml", "best.yaml", "history.jsonl"):
            self.assertEqual(self.read("out/" + name), self.read("again/" + name))
        self.assertEqual(*(without_times(json.loads(self.read(d + "/result.json"))) for d in ("out", "again")))
        for lost in (("report.html",), ("result.json", "report.html"), ("result.json", "report.html", "best.yaml")):
            for name in lost:
                os.unlink(self.path("again/" + name))
            self.run_program("tune", "list.yaml", "-o", "again", "-q", "--resume")
            self.assertEqual(self.read("out/history.jsonl"), self.read("again/history.jsonl"))
            self.assertEqual(*(without_times(json.loads(self.read(d + "/result.json"))) for d in ("out", "again")))
        self.refused(2, "holds files of an earlier run", "tune", "list.yaml", "-o", "out")
        out, _ = self.run_program("tune", "list.yaml", "--dry-run")
        self.assertIn("a list of 24 trials over 3 parameters; nothing is evaluated", out)
        plan = self.json("tune", "list.yaml", "--dry-run")
        self.assertEqual((plan["trials"], plan["evaluations"], plan["parameters"]), (24, 0, 3))

    def test_history_of_a_run_and_its_values_for_a_swarm(self):
        """What a list has found out is what a command may go on with, if the lines say so."""
        command = "echo {cutoff}"
        self.write("trials.jsonl", "".join(json.dumps({"parameters": p, "objective": command, "value": p["cutoff"]}) + "\n"
                                           for p in self.points))
        self.run_program("tune", "list.yaml", "-o", "out", "-q", "--set", "objective.trials=trials.jsonl")
        self.assertEqual({l["objective"] for l in self.lines("out/history.jsonl")}, {command})
        _, err = self.run_program("tune", "run.yaml", "-o", "more", "--set", "objective.command=" + command, "--set",
                                  "swarm.warm_start=out/history.jsonl", "--set", "swarm.evaluations=4")
        self.assertIn("takes 24 points", err)

    def test_several_values_make_a_front(self):
        f = [[bowl(p), -p["cutoff"]] for p in self.points]
        self.write("two.jsonl", "\n".join(json.dumps({**p, "objectives": v}) for p, v in zip(self.points, f)))
        (stage,) = self.json("tune", "list.yaml", "-o", "out", "--set", "objective.trials=two.jsonl", "--set",
                             "objective.values=2")["stages"]
        beaten = lambda a: any(b[0] <= a[0] and b[1] <= a[1] and b != a for b in f)
        self.assertEqual({p["id"] for p in stage["front"]}, {k for k, v in enumerate(f) if not beaten(v)})
        for p in stage["front"]:
            self.assertEqual((p["objectives"], p["parameters"]), (f[p["id"]], self.points[p["id"]]))
        self.assertNotIn("surface", stage)
        self.assertIn("front", self.read("out/report.html"))

    def test_what_is_refused(self):
        bad = lambda code, message, *sets: self.refused(code, message, "tune", "list.yaml", "-o", "no",
                                                        *(w for s in sets for w in ("--set", s)))
        bad(2, "objective.trials: none.csv: no such file", "objective.trials=none.csv")
        bad(2, "objective.command: means nothing beside objective.trials", "objective.command=true")
        bad(2, "swarm.particles: means nothing beside objective.trials", "swarm.particles=4")
        bad(3, "trials.csv:2: cutoff:", "parameters.cutoff=[5.9, 6]")
        self.refused(2, "--seed means nothing", "tune", "list.yaml", "-o", "no", "--seed", "3")
        self.write("lost.jsonl", json.dumps({**self.points[0], "value": None}) + "\n")
        bad(5, "none of 1 trials has a value", "objective.trials=lost.jsonl")
        self.write("one.jsonl", json.dumps({**self.points[0], "value": 2.0}) + "\n")
        _, err = self.run_program("tune", "list.yaml", "-o", "one", "--set", "objective.trials=one.jsonl")
        self.assertIn("warning: no response surface", err)
        self.assertEqual(json.loads(self.read("one/result.json"))["stages"][0]["best_objective"], 2)


class Dimers(Offline):
    def test_design_evaluation_surface_minimum(self):
        """On real input: what the surface predicts is better than all of the design, and near the truth."""
        self.write("run.yaml", DIMER_RUN)
        points = self.design(32, "--kind", "sobol", "--seed", "0")
        many = ("--set", "swarm.iterations=0", "--set")
        self.run_program("tune", "run.yaml", "-o", "design", "-q", *many, "swarm.evaluations=32", "--set",
                         "swarm.start=points.jsonl")
        lines = self.lines("design/history.jsonl")
        self.assertEqual([l["parameters"] for l in lines], points)
        best = min(l["objectives"][0] for l in lines)
        (stage,) = self.surface("design/history.jsonl", "--log", "-o", "least.jsonl")
        self.assertEqual((stage["best"], stage["best_trial"]["value"]), ("gp", best))
        gp = stage["surfaces"][3]
        self.assertGreater(gp["r2_loo"], 0.5)
        self.assertGreater(gp["r2_loo"], stage["surfaces"][0]["r2_loo"])
        self.run_program("tune", "run.yaml", "-o", "least", "-q", *many, "swarm.evaluations=1", "--set",
                         "swarm.start=least.jsonl")
        (line,) = self.lines("least/history.jsonl")
        self.assertEqual(line["parameters"], gp["minimum"]["parameters"])
        self.assertLess(line["objectives"][0], best)
        self.assertLess(abs(math.log(line["objectives"][0] / gp["minimum"]["value"])), 3 * gp["minimum"]["deviation"] + 1)
        self.run_program("surface", "run.yaml", "design/history.jsonl", "--log", "-o", "least.yaml")
        self.run_program("fit", DIMERS, "-p", "least.yaml", "-m", "model.hpsm")


main()
