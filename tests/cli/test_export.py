# SPDX-License-Identifier: BSD-3-Clause
"""hpswarm export: a reader of the other codes' files, written from their formats alone, gets the
energies of hpswarm predict from them, with the descriptors of hpswarm soap."""
import json
import math
import operator
import os
import random
import shlex
import unittest
import xml.etree.ElementTree as ElementTree

from common import DIMERS, ProgramTest

SYMBOLS = {1: "H", 6: "C", 8: "O", 118: "Og"}
TEXTS = ("basis", "compress_mode", "scaling_mode", "add_species", "covariance_type", "sparse_method", "sparse_file")

CARBON = """\
soap: {n_max: 4, l_max: 3, rcut_hard: 4.0, rcut_soft: 3.4, atom_sigma_r: 0.4, atom_sigma_t: 0.5,
       atom_sigma_r_scaling: 0.1, radial_enhancement: 1, amplitude_scaling: 0.7, basis: poly3gauss}
kernel: {zeta: 3.3}
gap: {n_sparse: 20, delta: 0.7, sigma_energy: 0.01}
"""
WATER = """\
soap: {n_max: 3, l_max: 2, rcut_hard: 4.0, rcut_soft: 3.4, atom_sigma_r: {H: 0.3, O: 0.5}, atom_sigma_t: 0.5,
       amplitude_scaling: {H: 0.7, O: 1.1}, central_weight: {H: 0.8, O: 1.2}}
kernel: {zeta: 2}
gap: {n_sparse: 40, delta: 1.3, sigma_energy: 0.01}
"""


def water(n, seed):
    """Frames of shaken water molecules with an energy that depends on their distances."""
    rng, text = random.Random(seed), ""
    for _ in range(n):
        x = [[s + rng.uniform(-0.15, 0.15) for s in row] for row in ((0, 0, 0), (0.8, 0.6, 0), (-0.8, 0.6, 0),
                                                                     (0.3, -0.2, 2.7))]
        energy = -20 + sum(math.exp(-math.dist(x[i], x[j])) for i in range(4) for j in range(i))
        text += f"4\nProperties=species:S:1:pos:R:3 energy={energy}\n"
        text += "".join("%s %.12f %.12f %.12f\n" % (s, *row) for s, row in zip("OHHO", x))
    return text


def word_pairs(text):
    """key=value words with {lists}, as QUIP's dictionaries read them."""
    out, rest = {}, text.strip()
    while rest:
        word, _, rest = rest.partition(" ")
        key, equals, value = word.partition("=")
        if value.startswith("{") and "}" not in value:
            more, _, rest = rest.partition("}")
            value = value + " " + more + "}"
        if equals:
            value = value.strip("{}").split()
            out[key] = value[0] if key in TEXTS else [float(v) for v in value]
        rest = rest.strip()
    return out


def soap_section(symbols, value):
    """An HP file's section from what value(our name, 0-based element) finds in the other's file."""
    names = ("n_max", "rcut_hard", "rcut_soft", "nf", "atom_sigma_r", "atom_sigma_t", "atom_sigma_r_scaling",
             "atom_sigma_t_scaling", "amplitude_scaling", "central_weight", "global_scaling")
    soap = {name: {s: value(name, i) for i, s in enumerate(symbols)} for name in names}
    soap["n_max"] = {s: int(n) for s, n in soap["n_max"].items()}
    soap["species"] = symbols
    return soap


def from_words(words):
    symbols = [SYMBOLS[int(z)] for z in words["species_Z"]]

    def value(name, i):
        found = words.get({"n_max": "alpha_max"}.get(name, name), [1.0])
        return found[i] if len(found) > 1 else found[0]

    return symbols, dict(soap_section(symbols, value), l_max=int(words["l_max"][0]), basis=words["basis"],
                         radial_enhancement=int(words["radial_enhancement"][0]),
                         compress=words.get("compress_mode", "none"))


class ExportTest(ProgramTest):
    def model(self, hp, data=DIMERS):
        self.write("hp.yaml", hp)
        self.run_program("fit", data, "-p", "hp.yaml", "-m", "model.hpsm", "-q")
        return self.json("predict", "model.hpsm", data, "--json")["energies"]

    def export(self, to, path, *more):
        out = self.json("export", "model.hpsm", "--to", to, "-o", path, "--json", *more)
        self.assertEqual(out["format"], to)
        for name in out["files"]:
            self.assertTrue(os.path.exists(self.path(name)), name)
        return out["files"]

    def numbers(self, name):
        return [float(x) for x in self.read(name).split()]

    def energies(self, data, soap, parts, e0):
        """Energies of a file's frames; parts: centre -> (delta, zeta, alphas, points in a row)."""
        self.write("theirs.json", json.dumps({"soap": soap}))
        frames = self.json("soap", data, "-p", "theirs.json", "--json")["frames"]
        with open(data if os.path.isabs(data) else self.path(data)) as source:
            lines = source.read().splitlines()
        out, at = [], 0
        for frame in frames:
            atoms = [line.split()[0] for line in lines[at + 2:at + 2 + int(lines[at])]]
            at += 2 + int(lines[at])
            energy = 0.0
            for symbol, q in zip(atoms, frame["descriptors"]):
                delta, zeta, alphas, points = parts[symbol]
                rows = [points[t * len(q):(t + 1) * len(q)] for t in range(len(alphas))]
                self.assertEqual(len(points), len(alphas) * len(q))
                kernels = [math.fsum(map(operator.mul, q, row)) for row in rows]
                energy += e0[symbol] + delta ** 2 * math.fsum(a * k ** zeta for a, k in zip(alphas, kernels))
            out.append(energy)
        return out

    def same(self, ours, theirs):
        self.assertEqual(len(ours), len(theirs))
        self.assertGreater(max(ours) - min(ours), 0.1, "energies that tell nothing")
        self.assertLess(max(abs(a - b) for a, b in zip(ours, theirs)), 1e-9)

    # ------------------------------------------------------------------ QUIP

    def read_quip(self, name):
        """Energies need (soap section, parts, e0) of an XML file."""
        root = ElementTree.parse(self.path(name)).getroot()
        label = root.find("Potential").get("label")
        self.assertEqual(root.find("Potential").get("init_args"), "IP GAP label=" + label)
        self.assertEqual(root.find("GAP_params").get("label"), label)
        e0 = {SYMBOLS[int(e.get("Z"))]: float(e.get("value")) for e in root.iter("e0")}
        sparse = root.find("GAP_params/gpSparse")
        self.assertEqual(int(sparse.get("n_coordinate")), len(sparse.findall("gpCoordinates")))
        parts = {}
        for i, c in enumerate(sparse.findall("gpCoordinates")):
            words = word_pairs(c.find("descriptor").text)
            symbols, soap = from_words(words)
            self.assertEqual(c.get("label"), label + str(i + 1))
            self.assertEqual((c.get("covariance_type"), c.get("sparsified"), c.get("n_permutations")), ("2", "T", "1"))
            points = c.findall("sparseX")
            self.assertEqual([int(p.get("i")) for p in points], list(range(1, len(points) + 1)))
            self.assertEqual(len(points), int(c.get("n_sparseX")))
            self.assertEqual({float(p.get("sparseCutoff")) for p in points}, {1.0})
            rows = self.numbers(os.path.join(os.path.dirname(name), c.get("sparseX_filename")))
            self.assertEqual(len(rows), len(points) * int(c.get("dimensions")))
            centre = symbols[int(words["central_index"][0]) - 1]
            parts[centre] = (float(c.get("signal_variance")), float(c.get("zeta")),
                             [float(p.get("alpha")) for p in points], rows)
        return soap, parts, e0

    def quip(self, hp, data=DIMERS, path="gap.xml", **more):
        ours = self.model(hp, data)
        files = self.export("quip", path)
        self.assertEqual(files[0], path)
        soap, parts, e0 = self.read_quip(path)
        self.assertEqual(len(files), 1 + len(parts))
        self.same(ours, self.energies(data, dict(soap, **more), parts, e0))
        return soap

    def test_quip_one_element(self):
        for basis in ("poly3", "poly3gauss"):
            self.assertEqual(self.quip(CARBON.replace("poly3gauss", basis))["basis"], basis)

    def test_quip_gets_a_second_element_beside_a_central_weight(self):
        for compress in ("none", "trivial"):
            hp = CARBON.replace("n_max: 4", f"n_max: 4, central_weight: 0.6, compress: {compress}")
            self.assertEqual(self.quip(hp)["species"], ["C", "Og"])
        self.assertEqual(self.quip(CARBON)["species"], ["C"])

    def test_quip_two_elements(self):
        data = self.write("water.xyz", water(12, 1))
        for more in ("", "basis: poly3gauss", "compress: trivial", "compress: '1_2'"):
            soap = self.quip(WATER.replace("soap: {", "soap: {%s%s" % (more, ", " if more else "")), data)
            self.assertEqual(soap["species"], ["H", "O"])
        self.quip(WATER.replace("soap: {", "soap: {flavour: soap_turbo, "), data, flavour="soap_turbo")

    def test_quip_looks_beside_the_xml_file(self):
        os.mkdir(self.path("a folder"))
        self.quip(CARBON, path="a folder/one & <two>.xml")

    # -------------------------------------------------------------- TurboGAP

    def read_turbogap(self, name):
        """The same of a .gap file with its input."""
        words = [line.partition("=")[::2] for line in self.read(name + ".input").splitlines()]
        found = {k.strip(): v.strip().strip("'") for k, v in words}
        self.assertEqual(found["pot_file"], name)
        self.assertEqual(found["do_forces"], ".true.")
        symbols = found["species"].split()
        self.assertEqual(len(symbols), int(found["n_species"]))
        self.assertEqual([float(m) for m in found["masses"].split()],
                         [{"H": 1.008, "C": 12.011, "O": 15.999}[s] for s in symbols])
        e0 = dict(zip(symbols, map(float, found["e0"].split())))
        parts = {}
        for text in self.read(name).split("gap_beg soap_turbo\n")[1:]:
            lines = text.splitlines()
            self.assertEqual(lines[-1], "gap_end")
            self.assertTrue(lines[0].startswith("n_species ="))
            b = {k.strip(): v.strip().strip('"') for k, v in (line.partition("=")[::2] for line in lines[:-1])}
            self.assertEqual(b["species"].split(), symbols)

            def value(key, i):
                if key == "rcut_soft":
                    return float(b["rcut"].split()[i]) - float(b["buffer"].split()[i])
                return float(b[{"rcut_hard": "rcut"}.get(key, key)].split()[i])

            soap = dict(soap_section(symbols, value), l_max=int(b["l_max"]), basis=b["basis"],
                        radial_enhancement=int(b["radial_enhancement"]), compress=b.get("compress_mode", "none"))
            self.assertEqual(b.get("compress_soap"), ".true." if "compress_mode" in b else None)
            alphas = self.numbers(b["alphas_sparse"])
            self.assertEqual(set(alphas[1::2]), {1.0})
            parts[symbols[int(b["central_species"]) - 1]] = (float(b["delta"]), float(b["zeta"]), alphas[::2],
                                                             self.numbers(b["desc_sparse"]))
        return soap, parts, e0

    def turbogap(self, hp, data=DIMERS, path="c.gap"):
        ours = self.model(hp, data)
        files = self.export("turbogap", path)
        soap, parts, e0 = self.read_turbogap(path)
        self.assertEqual(len(files), 2 + 2 * len(parts))
        self.same(ours, self.energies(data, soap, parts, e0))

    def test_turbogap(self):
        os.mkdir(self.path("gap_files"))
        self.turbogap(CARBON.replace("n_max: 4", "n_max: 4, central_weight: 0.6"), path="gap_files/c.gap")
        data = self.write("water.xyz", water(12, 2))
        for more in ("compress: trivial", "basis: poly3gauss, global_scaling: {H: 0.5, O: 1}",
                     "nf: {H: 3, O: 5}"):
            self.turbogap(WATER.replace("soap: {", "soap: {%s, " % more), data)

    def test_turbogap_has_cut_offs_by_element(self):
        data = self.write("water.xyz", water(12, 3))
        self.turbogap(WATER.replace("rcut_hard: 4.0", "rcut_hard: {H: 3.6, O: 4}"), data)

    # --------------------------------------------------------------- gap_fit

    def command(self, name="fit.sh"):
        """The words of the script's command as key -> value."""
        words = shlex.split(self.read(name).replace("\\\n", ""), comments=True)
        self.assertEqual(words[0], "gap_fit")
        return dict(word.split("=", 1) for word in words[1:])

    def descriptors(self, command):
        gap = command["gap"]
        self.assertTrue(gap.startswith("{") and gap.endswith("}"))
        return [word_pairs(text.replace("{{", "{").replace("}}", "}")) for text in gap[1:-1].split(" :")]

    def test_gap_fit(self):
        self.model(CARBON.replace("sigma_energy: 0.01", "sigma_energy: {default: 0.01, dimer: 0.002}, sigma_force: 0.3,"
                                  "fit_forces: true, jitter: 1e-9, seed: 7"))
        self.assertEqual(self.export("gap_fit", "fit.sh"), ["fit.sh"])
        c = self.command()
        (words,) = self.descriptors(c)
        symbols, soap = from_words(words)
        self.assertEqual((symbols, soap["rcut_soft"], soap["basis"]), (["C"], {"C": 3.4}, "poly3gauss"))
        self.assertEqual((words["delta"], words["zeta"], words["n_sparse"]), ([0.7], [3.3], [20]))
        self.assertEqual((words["sparse_method"], words["add_species"]), ("cur_points", "F"))
        self.assertEqual(c["default_sigma"], "{0.01 0.3 0 0}")
        self.assertEqual(c["config_type_sigma"], "{dimer:0.002:0.3:0:0}")
        self.assertEqual((c["force_parameter_name"], c["virial_parameter_name"]), ("forces", "no_virial"))
        self.assertEqual((float(c["sparse_jitter"]), c["rnd_seed"]), (1e-9, "7"))
        self.assertEqual(c["kernel_regularisation_is_per_atom"], "T")
        self.assertAlmostEqual(float(c["e0"].strip("{}").split(":")[1]), -1.9568155309904716, places=12)

    def test_gap_fit_with_given_points(self):
        data = self.write("water.xyz", water(12, 4))
        points = {"H": [3, 1, 8, 20], "O": [2, 5, 9]}
        self.write("points.json", json.dumps(points))
        self.model(WATER.replace("n_sparse: 40", "n_sparse: {H: 4, O: 3}, sparse: file, sparse_file: points.json,"
                                 "sigma_per_atom: false"), data)
        self.assertEqual(self.export("gap_fit", "fit.sh"), ["fit.sh", "fit.sh.points.H", "fit.sh.points.O"])
        for words, symbol in zip(self.descriptors(self.command()), "HO"):
            self.assertEqual((words["sparse_method"], words["sparse_file"]), ("index_file", "fit.sh.points." + symbol))
            self.assertEqual(words["central_index"], [1 + "HO".index(symbol)])
            self.assertEqual(self.numbers("fit.sh.points." + symbol), points[symbol])
        c = self.command()
        self.assertEqual((c["kernel_regularisation_is_per_atom"], c["force_parameter_name"]), ("F", "no_forces"))
        self.assertNotIn("config_type_sigma", c)
        self.refused(3, "name cannot stand", "export", "model.hpsm", "--to", "gap_fit", "-o", "two words")

    # --------------------------------------------------------------- refused

    def test_usage(self):
        self.model(CARBON)
        self.refused(2, "--to quip, turbogap or gap_fit", "export", "model.hpsm", "-o", "x")
        self.refused(2, "nearest one is turbogap", "export", "model.hpsm", "--to", "turbogab", "-o", "x")
        self.refused(2, "-o PATH", "export", "model.hpsm", "--to", "quip")
        self.refused(2, "nowhere/x", "export", "model.hpsm", "--to", "quip", "-o", "nowhere/x")
        self.refused(2, "is a folder", "export", "model.hpsm", "--to", "quip", "-o", ".")
        self.refused(2, "control character", "export", "model.hpsm", "--to", "quip", "-o", "a\nb")
        self.refused(3, "nothing.hpsm", "export", "nothing.hpsm", "--to", "quip", "-o", "x")
        self.refused(3, "quotation mark", "export", "model.hpsm", "--to", "turbogap", "-o", "it's")
        os.mkdir(self.path("x.xml.sparseX.GAP_hpswarm1"))
        self.refused(2, "is a folder", "export", "model.hpsm", "--to", "quip", "-o", "x.xml")

    def test_dry_run_lists_and_writes_nothing(self):
        self.model(CARBON)
        before = set(os.listdir(self.folder))
        out, _ = self.run_program("export", "model.hpsm", "--to", "quip", "-o", "x.xml", "--dry-run")
        self.assertEqual(out.split(), ["x.xml", "x.xml.sparseX.GAP_hpswarm1"])
        self.assertEqual(set(os.listdir(self.folder)), before)
        self.assertEqual(self.run_program("export", "model.hpsm", "--to", "quip", "-o", "x.xml")[0], out)
        self.assertEqual(set(os.listdir(self.folder)) - before, set(out.split()))

    def test_what_a_format_cannot_hold(self):
        data = self.write("water.xyz", water(12, 5))
        both, quip = ("quip", "turbogap", "gap_fit"), ("quip", "gap_fit")
        for key, old, new, formats in (("rcut_soft", "rcut_soft: 3.4", "rcut_soft: 4.0", both),
                                       ("smooth_tail", "n_max: 3", "n_max: 3, smooth_tail: 1", both),
                                       ("n_max", "n_max: 3", "n_max: {H: 3, O: 11}", both),
                                       ("rcut_hard", "rcut_hard: 4.0", "rcut_hard: {H: 4, O: 4.1}", quip),
                                       ("rcut_soft", "rcut_soft: 3.4", "rcut_soft: {H: 3.4, O: 3.3}", quip),
                                       ("nf", "n_max: 3", "n_max: 3, nf: {H: 3, O: 4}", quip),
                                       ("global_scaling", "n_max: 3", "n_max: 3, global_scaling: {H: 1, O: 2}", quip),
                                       ("compress", "n_max: 3", "n_max: 3, compress: '2_1'", ("turbogap",))):
            self.model(WATER.replace(old, new), data)
            for to in both:
                if to in formats:
                    self.refused(3, f"export to {to}: soap.{key}: ", "export", "model.hpsm", "--to", to, "-o", "x")
                else:
                    self.run_program("export", "model.hpsm", "--to", to, "-o", "x", "--dry-run")
        self.model(CARBON.replace("n_max: 4", "n_max: 4, central_weight: 2, compress: '1_1'"))
        self.refused(3, "soap.central_weight: 2 of one element", "export", "model.hpsm", "--to", "quip", "-o", "x")

    def test_warnings(self):
        def said(hp, *words):
            self.model(hp)
            err = self.run_program("export", "model.hpsm", "--to", "quip", "-o", "x.xml")[1]
            for word in ("flavour is exact", "lose digits", "no sparse points of H"):
                self.assertEqual(word in err, word in words, err)

        said(CARBON, "flavour is exact")
        said(CARBON.replace("n_max: 4", "n_max: 4, flavour: soap_turbo"))
        said(CARBON.replace("n_max: 4", "n_max: 8, flavour: soap_turbo"), "lose digits")
        said(CARBON.replace("n_max: 4", "n_max: 4, species: [C, H]"), "flavour is exact", "no sparse points of H")


if __name__ == "__main__":
    unittest.main()
