# SPDX-License-Identifier: BSD-3-Clause
"""docs/results: its run files are understood, its tables are what its numbers give, its scripts work. The
carbon dimers of the tree stand in for the data, with another element or key where a file asks for one."""
import json
import os
import shlex
import subprocess
import sys

from common import DIMERS, ProgramTest, main

TREE = os.path.dirname(os.path.abspath(os.environ["HPSWARM_DATA"]))
RESULTS = os.path.join(TREE, "docs", "results")
ELEMENT = {"iron.yaml": "Fe", "Fe4-1.yaml": "Fe", "silicon.yaml": "Si"}
SETS = ("aC4-1.yaml", "aC6-1.yaml", "Fe4-1.yaml")


def script(name, *arguments, folder=TREE):
    return subprocess.run([sys.executable, "-B", os.path.join(RESULTS, name), *arguments], cwd=folder,
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)


class Results(ProgramTest):
    def stand_in(self, file):
        """The dimers as a data set of this run file's element."""
        with open(DIMERS) as source:
            lines = source.read().splitlines()
        element = ELEMENT.get(file, "C")
        lines = [element + l[1:] if l.startswith("C ") else l for l in lines]
        text = "\n".join(lines) + "\n"
        return self.write("data.xyz", text.replace("energy=", "atomisation_energy=")
                          if file == "molecules.yaml" else text)

    def test_searches_are_understood(self):
        files = {f for f in os.listdir(RESULTS) if f.endswith(".yaml")} - set(SETS)
        self.assertGreaterEqual(len(files), 5)
        for file in sorted(files):
            data = self.stand_in(file)
            keys = ["data.train", "data.test"] if file in ("dimers.yaml", "molecules.yaml") else ["data.file"]
            place = [word for key in keys for word in ("--set", f"{key}={data}")]
            for strategy in ("joint", "two-stage"):
                plan = self.json("tune", os.path.join(RESULTS, file), *place, "--dry-run", "--set",
                                 f"strategy={strategy}", "--set", "gap.n_sparse=20")
                self.assertEqual(plan["strategy"], strategy)
                self.assertEqual(len(plan["stages"]), 1 if strategy == "joint" else 2, file)

    def test_sets_are_understood(self):
        for file in SETS:
            data = self.stand_in(file)
            result = self.json("fit", data, "-p", os.path.join(RESULTS, file), "-m", "model",
                               "--set", "gap.n_sparse=20")
            self.assertEqual(sum(result["n_sparse"].values()), 20)

    def test_the_page_is_what_the_numbers_give(self):
        done = script("make_tables.py", "--check")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_numbers_hold_the_commands_of_the_studies(self):
        """A study that was changed since it ran is found."""
        with open(os.path.join(RESULTS, "numbers.json")) as source:
            numbers = json.load(source)
        for name, study in numbers.items():
            done = script("run.py", "--list", "-o", "out", name)
            self.assertEqual(done.returncode, 0, done.stderr)
            listed = done.stdout.splitlines()
            for step in study.values():
                self.assertIn(step["command"], listed, name)

    def test_every_file_of_a_study_is_there(self):
        listed = script("run.py", "--list").stdout.splitlines()
        self.assertGreater(len(listed), 50)
        for line in listed:
            for word in shlex.split(line):
                if word.startswith("docs/results/"):
                    self.assertTrue(os.path.exists(os.path.join(TREE, word)), word)

    def test_split_parts_and_picks(self):
        frames = "".join(f"1\nenergy={k}\nC 0 0 0\n" for k in range(23))
        self.write("a.xyz", frames)
        self.assertEqual(script("split.py", "a.xyz", folder=self.folder).returncode, 0)
        found = {part: [int(l[7:]) for l in self.read(f"a.{part}.xyz").splitlines() if l[:7] == "energy="]
                 for part in ("test", "train")}
        self.assertEqual(found["test"], [0, 5, 10, 15, 20])
        self.assertEqual(sorted(found["test"] + found["train"]), list(range(23)))
        for count, phase in ((5, "0"), (4, "0.5")):
            script("split.py", "a.xyz", "--pick", str(count), "--phase", phase, folder=self.folder)
        self.assertEqual(self.read("a.5.xyz").count("energy="), 5)
        self.assertIn("energy=2\n", self.read("a.4.xyz"))

    def test_the_parts_of_the_data_are_made(self):
        """Of the sets that are there, and of no other."""
        os.mkdir(os.path.join(self.folder, "data"))
        os.symlink(os.path.join(TREE, "docs"), os.path.join(self.folder, "docs"))
        self.write("data/si_gap18_subset.xyz", "".join(f"1\nenergy={k}\nSi 0 0 0\n" for k in range(12)))
        done = script("run.py", "--split", folder=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(sorted(os.listdir(os.path.join(self.folder, "data"))),
                         ["si_gap18_subset.test.xyz", "si_gap18_subset.train.xyz", "si_gap18_subset.xyz"])
        self.assertEqual(self.read("data/si_gap18_subset.test.xyz").count("energy="), 3)  # frames 1, 6, 11
        self.assertIn("energy=0\n", self.read("data/si_gap18_subset.train.xyz"))

    def test_studies_find_parts_that_a_command_makes(self):
        """Every file that a study reads is one of the data or one of the parts."""
        with open(os.path.join(RESULTS, "commands.txt")) as source:
            lines = [shlex.split(line, comments=True) for line in source]
        made = set()
        for words in lines:
            if words[:1] == ["python3"]:
                stem = words[2][:-4]
                made |= {f"{stem}.{words[4]}.xyz"} if "--pick" in words else {f"{stem}.train.xyz", f"{stem}.test.xyz"}
        read = {w.split("=")[-1] for words in lines if words[:1] == ["hpswarm"] for w in words if w.endswith(".xyz")}
        self.assertGreater(len(read), 20)
        self.assertEqual({path for path in read if path.count(".") > 1} - made, set())


if __name__ == "__main__":
    main()
