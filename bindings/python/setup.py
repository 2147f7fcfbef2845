# SPDX-License-Identifier: BSD-3-Clause
"""Builds the C library with CMake and puts it into the wheel, which then fits every Python 3. A source distribution
has what that takes in the folder library."""
import os
import re
import shutil
import subprocess

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist
from wheel.bdist_wheel import bdist_wheel

HERE = os.path.dirname(os.path.abspath(__file__))
BESIDE = os.path.join(HERE, "library")
ROOT = BESIDE if os.path.isdir(BESIDE) else os.path.dirname(os.path.dirname(HERE))
SOURCES = ("CMakeLists.txt", "LICENSE", "bindings/CMakeLists.txt", "include", "lib")


def version():
    with open(os.path.join(ROOT, "CMakeLists.txt"), encoding="utf-8") as f:
        return re.search(r"project\(hpswarm VERSION ([0-9.]+)", f.read()).group(1)


class BuildWithLibrary(build_py):
    """The Python files, and the library in hpswarm/lib."""

    def run(self):
        super().run()
        build = os.path.abspath(os.path.join("build", "library"))
        subprocess.run(["cmake", "-S", ROOT, "-B", build, "-DCMAKE_BUILD_TYPE=Release",
                        "-DHPSWARM_BUILD_CLI=OFF", "-DHPSWARM_BUILD_TESTS=OFF", "-DHPSWARM_INSTALL=OFF",
                        "-DHPSWARM_BUILD_FORTRAN=OFF",
                        *os.environ.get("CMAKE_ARGS", "").split()], check=True)
        subprocess.run(["cmake", "--build", build, "--target", "hpswarm", "--parallel",
                        os.environ.get("JOBS", str(os.cpu_count() or 1))], check=True)
        soname = "libhpswarm.so." + ".".join(version().split(".")[:2])
        folder = os.path.join(self.build_lib, "hpswarm", "lib")
        os.makedirs(folder, exist_ok=True)
        shutil.copyfile(os.path.join(build, "lib", soname), os.path.join(folder, soname))
        shutil.copyfile(os.path.join(ROOT, "LICENSE"), os.path.join(self.build_lib, "hpswarm", "LICENSE"))


class WithSources(sdist):
    """A source distribution from which the library can be built."""

    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, files)
        for name in SOURCES:
            at, to = os.path.join(ROOT, name), os.path.join(base_dir, "library", name)
            os.makedirs(os.path.dirname(to), exist_ok=True)
            (shutil.copytree if os.path.isdir(at) else shutil.copyfile)(at, to)


class WithLibrary(Distribution):
    """Not pure: it holds a library of the platform."""

    def has_ext_modules(self):
        return True


class AnyPython(bdist_wheel):
    """No extension module: one wheel for all versions of Python."""

    def get_tag(self):
        return ("py3", "none", super().get_tag()[2])


setup(version=version(), cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": AnyPython, "sdist": WithSources},
      distclass=WithLibrary)
