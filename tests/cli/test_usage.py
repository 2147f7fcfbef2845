# SPDX-License-Identifier: BSD-3-Clause
"""Help, version, unknown words, values of flags, a closed or full standard output."""
import os
import subprocess

from common import DIMERS, HP, PROGRAM, ProgramTest, main

COMMANDS = ["demo", "tune", "soap", "kernel", "fit", "predict", "check", "report", "design",
            "surface", "export"]


class Help(ProgramTest):
    def test_every_command_is_listed_and_has_help(self):
        general, _ = self.run_program("--help")
        for command in COMMANDS:
            self.assertIn(f"\n  {command} ", general)
            text, _ = self.run_program(command, "--help")
            self.assertIn(f"usage: hpswarm {command}", text)
            self.assertIn("--threads", text)

    def test_tune_help_has_the_table_of_keys(self):
        text, _ = self.run_program("tune", "-h")
        for key in ("rcut_soft", "sigma_energy", "particles", "test_fraction", "skew_weight"):
            self.assertRegex(text, rf"(?m)^  {key} ")
        self.assertNotRegex(text, r"(?m)^  time_limit ")

    def test_version_names_library_blas_and_openmp(self):
        text, _ = self.run_program("--version")
        self.assertTrue(text.startswith("hpswarm " + os.environ["HPSWARM_VERSION"]))
        for word in ("blas", "openmp"):
            self.assertRegex(text, rf"(?m)^{word} +\S")

    def test_citation(self):
        self.assertIn("Phys. Rev. B 100, 024112", self.run_program("--citation")[0])


class Usage(ProgramTest):
    def test_no_command(self):
        self.refused(2, "no command given")

    def test_unknown_command_names_the_nearest(self):
        self.refused(2, "the nearest one is tune", "tunne", "x.yaml")

    def test_unknown_flag_names_the_nearest(self):
        self.refused(2, "the nearest one is --threads", "check", DIMERS, "--thread", "2")

    def test_flag_of_another_command(self):
        self.refused(2, "check does not take --frames", "check", DIMERS, "--frames", "0:1")

    def test_missing_and_surplus_words(self):
        self.refused(2, "usage: hpswarm check DATA.xyz", "check")
        self.refused(2, "usage: hpswarm check DATA.xyz", "check", "a", "b")

    def test_values_of_flags(self):
        for flag, value in (("--threads", "0"), ("--threads", "two"), ("--threads", "1e3"),
                            ("--max-memory", "4X"), ("--max-memory", "-1G"),
                            ("--max-memory", "nan"), ("--set", "nonsense")):
            self.refused(2, value, "check", DIMERS, flag, value)
        self.refused(2, "2x", "tune", "x.yaml", "--time-limit", "2x")
        self.refused(2, "3:1", "soap", DIMERS, "--frames", "3:1")
        self.refused(2, "needs a value", "check", DIMERS, "--threads")

    def test_switch_takes_no_value(self):
        self.refused(2, "--json takes no value", "check", DIMERS, "--json=yes")

    def test_parameters_are_needed(self):
        self.refused(2, "-p HP.yaml", "soap", DIMERS)
        self.refused(2, "-m MODEL", "fit", DIMERS, "-p", self.write("hp.yaml", HP))


class Streams(ProgramTest):
    def test_full_standard_output(self):
        with open("/dev/full", "w") as full:
            self.run_program("check", DIMERS, code=1, stdout=full)
            self.run_program("--help", code=1, stdout=full)

    def test_closed_pipe_is_no_crash(self):
        done = subprocess.run(["bash", "-c", '"$0" tune --help | true; exit ${PIPESTATUS[0]}',
                               PROGRAM], capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 1))

    def test_quiet_says_nothing(self):
        _, err = self.run_program("check", DIMERS, "-q")
        self.assertEqual(err, "")


main()
