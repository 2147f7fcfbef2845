# SPDX-License-Identifier: BSD-3-Clause
"""Bad data: exit code 3, one line with file and line, nothing left behind; `check` on good data."""
import os

from common import DIMERS, HP, ProgramTest, main

HEAD = 'Lattice="9 0 0 0 9 0 0 0 9" Properties=species:S:1:pos:R:3:forces:R:3 energy=-1.5'
GOOD = f"2\n{HEAD}\nC 1 1 1 0 0 0.5\nC 1 1 2.3 0 0 -0.5\n"


class BadData(ProgramTest):
    def bad(self, message, text, place="bad.xyz:"):
        self.write("bad.xyz", text)
        self.write("hp.yaml", HP)
        self.write("run.yaml", "data: {file: bad.xyz}\nsoap: {rcut_soft: [4, 4.5]}\n")
        for arguments in (("check", "bad.xyz"), ("fit", "bad.xyz", "-p", "hp.yaml", "-m", "model"),
                          ("tune", "run.yaml", "-o", "out")):
            line = self.refused(3, message, *arguments)
            self.assertIn(place, line)
            if place:
                self.assertFalse(line.startswith("hpswarm:"), line)

    def test_missing_file(self):
        self.write("hp.yaml", HP)
        for arguments in (("check", "no.xyz"), ("soap", "no.xyz", "-p", "hp.yaml"),
                          ("kernel", "no.xyz", "-p", "hp.yaml"),
                          ("fit", "no.xyz", "-p", "hp.yaml", "-m", "model")):
            self.refused(3, "no.xyz: cannot open", *arguments)
        self.write("run.yaml", "data: {file: no.xyz}\nsoap: {rcut_soft: [4, 4.5]}\n")
        self.refused(3, "no.xyz: cannot open", "tune", "run.yaml", "-o", "out")

    def test_folder_instead_of_file(self):
        self.refused(3, "folder", "check", self.folder)

    def test_unreadable_number(self):
        self.bad("1.0x0", GOOD.replace("C 1 1 1 ", "C 1 1.0x0 1 "), "bad.xyz:3")

    def test_wrong_atom_count(self):
        self.bad("", GOOD.replace("2\n", "3\n", 1))
        self.bad("", GOOD.replace("2\n", "1\n", 1) + GOOD)
        self.bad("", GOOD.replace("2\n", "two\n", 1), "bad.xyz:1")

    def test_missing_column(self):
        self.bad("", GOOD.replace("C 1 1 1 0 0 0.5", "C 1 1 1 0 0"), "bad.xyz:3")

    def test_unknown_element(self):
        self.bad("Qq", GOOD.replace("C 1 1 2.3", "Qq 1 1 2.3"), "bad.xyz:4")

    def test_nan_coordinates(self):
        self.bad("", GOOD.replace("C 1 1 1", "C 1 nan 1"), "bad.xyz:3")

    def test_two_atoms_on_one_spot(self):
        self.bad("", GOOD.replace("C 1 1 2.3", "C 1 1 1"))

    def test_singular_cell(self):
        self.bad("", GOOD.replace("9 0 0 0 9 0 0 0 9", "9 0 0 9 0 0 0 0 9"))

    def test_contradictory_keys(self):
        self.bad("dft_energy", GOOD.replace("energy=-1.5", "energy=-1.5 dft_energy=-2.5"), "")

    def test_empty_and_truncated(self):
        self.bad("", "")
        self.bad("", GOOD + GOOD[:-30])
        self.bad("", GOOD + "2\n")

    def test_no_energies(self):
        text = GOOD.replace(" energy=-1.5", "")
        self.write("bad.xyz", text)
        self.write("hp.yaml", HP)
        self.write("run.yaml", "data: {train: bad.xyz, test: bad.xyz}\nsoap: {rcut_soft: [4, 4.5]}\n")
        self.refused(3, "energy", "fit", "bad.xyz", "-p", "hp.yaml", "-m", "model")
        self.refused(3, "energy", "tune", "run.yaml", "-o", "out")
        self.run_program("check", "bad.xyz")

    def test_named_key_that_is_not_there(self):
        self.write("good.xyz", GOOD)
        self.refused(3, "dft_e", "check", "good.xyz", "--set", "data.energy=dft_e")


class GoodData(ProgramTest):
    def test_crlf_reads_the_same(self):
        self.write("unix.xyz", GOOD)
        self.write("dos.xyz", GOOD.replace("\n", "\r\n").encode())
        a, b = self.json("check", "unix.xyz"), self.json("check", "dos.xyz")
        a.pop("file"), b.pop("file")
        self.assertEqual(a, b)

    def test_check_on_the_dimers(self):
        found = self.json("check", DIMERS)
        self.assertEqual(found["n_structures"], 30)
        self.assertEqual(found["elements"], {"C": 60})
        self.assertEqual(found["keys"]["energy"], {"key": "energy", "frames": 30})
        self.assertEqual(found["keys"]["virial"], {"key": "", "frames": 0})
        self.assertEqual(found["config_types"], {"dimer": 30})
        self.assert_close(found["closest"][0]["distance"], 0.8, 1e-12)
        self.assertEqual([f["frame"] for f in found["findings"]], [0, 1])
        self.assertEqual({f["kind"] for f in found["findings"]}, {"large_force"})
        text, _ = self.run_program("check", DIMERS)
        for word in ("30 frames", "'energy'", "closest C-C: 0.8000 A", "suspicious: 2"):
            self.assertIn(word, text)

    def test_check_counts_the_noise_of_frames(self):
        own = GOOD.replace(" energy=", ' energy_sigma=0.1 virial_component_sigma="1 2 3 4 5 6 7 8 9" energy=')
        self.write("own.xyz", GOOD.replace("2.3", "2.4") + own)
        noise = self.json("check", "own.xyz")["noise"]
        self.assertEqual({k: v for k, v in noise.items() if v}, {"energy_sigma": 1, "virial_component_sigma": 1})
        self.assertEqual(len(noise), 6)
        text, _ = self.run_program("check", "own.xyz")
        self.assertIn("\nnoise of their own: energy_sigma in 1 frames, virial_component_sigma in 1 frames\n", text)
        self.assertNotIn("noise", self.run_program("check", DIMERS)[0])
        self.write("five.xyz", GOOD + own.replace(" 6 7 8 9", ""))
        self.refused(3, "five.xyz:%d: virial_component_sigma has 5 numbers, it must have 9 or 6" % (GOOD.count("\n") + 2),
                     "check", "five.xyz")

    def test_check_finds_duplicates_and_net_forces(self):
        self.write("twice.xyz", GOOD + GOOD.replace("-0.5", "-0.1") + GOOD.replace("2.3", "1.4"))
        kinds = [(f["kind"], f["frame"]) for f in self.json("check", "twice.xyz")["findings"]]
        for expected in (("duplicate", 1), ("net_force", 1), ("close_contact", 2)):
            self.assertIn(expected, kinds)

    def test_aliases_of_keys_are_found_and_reported(self):
        self.write("other.xyz", GOOD.replace(" energy=", " REF_energy=").replace(":forces:", ":dft_forces:"))
        keys = self.json("check", "other.xyz")["keys"]
        self.assertEqual((keys["energy"]["key"], keys["forces"]["key"]), ("REF_energy", "dft_forces"))

    def test_source_is_not_changed(self):
        self.write("good.xyz", GOOD)
        self.run_program("check", "good.xyz")
        self.assertEqual(self.read("good.xyz"), GOOD)
        self.assertEqual(os.listdir(self.folder), ["good.xyz"])


main()
