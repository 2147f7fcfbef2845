#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: test_blocks.py run PREFIX ROOT PAGE | languages ROOT: the code blocks of the documentation, executed with
what is installed in PREFIX. HPSWARM_BUILD is the folder of the build, HPSWARM_CMAKE the cmake that made it.

`run` takes the blocks of a page (Markdown, or a man page) in their order, in one new folder in which carbon.xyz is the
data set of the tree and docs a copy of the pages. What would build all of the tree, need a network or another program
is played by tests/docs/stand-ins. sh: run, and read by shellcheck where that is installed. yaml: becomes run.yaml, for
`hpswarm tune --dry-run`. c, fortran: compiled and run. cmake: a project whose program prog is built. python: run, names
are kept from block to block. text: formulas and output, not executed. A comment `<!-- around ... @ ... -->`
right before a block is what has to stand around it (at the @) to make it whole. Exit status 77: a tool is missing.

`languages` reads all pages: a block without a known language fails, and so does one that is marked by nothing but its
indentation, a text that looks like a command, a link that leads nowhere, and too few executed blocks."""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

KNOWN = ("sh", "yaml", "c", "fortran", "cmake", "python", "text")
LEAST = {"sh": 16, "yaml": 6, "c": 4, "fortran": 1, "cmake": 2, "python": 7}  # of all pages together
GENERATED = ("run-file.md", "hyper-parameters.md", "python.md")  # pages that only the site has
# No text begins a line like this.
COMMAND = re.compile(r"\s*(\$ |#include|import |from \w+ import|def |export \w+=|cd |(?:\S*/)?(?:run|hpswarm|cc|gcc|g\+\+|gfortran|"
                     r"cmake|ctest|make|ninja|git|pip3?|python3?|gap_fit|quip|mpirun|mpiexec|srun|sbatch|apt-get|sudo|man|source)\s)")


def blocks(text, page):
    """(line, language, text) of each fenced block; the text is whole."""
    out, lines, at = [], text.split("\n"), 0
    while at < len(lines):
        match = re.match(r"( *)```+(.*)$", lines[at])
        if not match:
            at += 1
            continue
        end = next((i for i in range(at + 1, len(lines)) if lines[i].strip() == "```"), None)
        if end is None:
            sys.exit("%s:%d: the block does not end" % (page, at + 1))
        body = "".join(line[len(match.group(1)):] + "\n" for line in lines[at + 1:end])
        before = re.search(r"<!-- around\n((?:(?!-->).)*)-->\n+$", "\n".join(lines[:at]) + "\n", re.S)
        if before:
            body = before.group(1).replace("@\n", body)
        out.append((at + 1, match.group(2).strip(), body))
        at = end + 1
    return out


def roff_blocks(text, page):
    """Those of a man page, .nf to .fi. Declarations of functions are compiled behind their header, which has the same."""
    plain, out, begin, section = {r"\fB": "", r"\fI": "", r"\fR": "", r"\&": "", r"\-": "-", r"\(aq": "'", r"\(ga": "`", r"\e": "\\"}, [], None, ""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if line.startswith(".SH "):
            section = line[4:]
        elif line == ".nf":
            begin = at
        elif line == ".fi":
            body = "\n".join(lines[begin + 1:at]) + "\n"
            for roff, char in plain.items():
                body = body.replace(roff, char)
            out += [(begin + 1, *part) for part in roff_block(page, section.strip("<>"), body)]
    return out


def roff_block(page, section, body):
    main = "int main(void) { return 0; }\n"
    if page.endswith(".1"):
        return [("sh", body)]
    if page.endswith(".5"):
        return [("yaml", body)]
    if section == "SYNOPSIS":
        include, command = body.split("\n", 1)
        return [("c", include + "\n" + main), ("sh", command)]
    if section == "hpswarm/mpi.h":
        return [("mpi", "#include <%s>\n%s%s" % (section, body, main))]
    return [("c", "#include <%s>\n%s%s" % (section, body, main))]


def pages(root):
    listed = [os.path.join(root, n) for n in ("README.md", "bindings/python/README.md", "bindings/fortran/README.md")]
    for folder, _, names in os.walk(os.path.join(root, "docs")):
        listed += [os.path.join(folder, n) for n in sorted(names) if n.endswith(".md")]
    return listed


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def languages(root):
    count, bad = dict.fromkeys(KNOWN, 0), []
    for page in pages(os.path.abspath(root)):
        text = read(page)
        for line, language, text_of in blocks(text, page):
            if language == "text" and any(COMMAND.match(t) for t in text_of.split("\n")):
                bad.append("%s:%d: a command that is marked as text" % (page, line))
            if language in count:
                count[language] += 1
            else:
                bad.append("%s:%d: '%s' is no known language" % (page, line, language))
        outside = re.sub(r"^( *)```.*?^\1```$|<!--.*?-->", lambda m: re.sub(r"[^\n]+", "x", m.group(0)), text, flags=re.M | re.S)
        for match in re.finditer(r"^([^\n]*)\n\n+ {4,}\S", outside, re.M):
            if not re.match(r" |[-*] |\d+\. ", match.group(1)):
                bad.append("%s:%d: a block by indentation" % (page, outside.count("\n", 0, match.end()) + 1))
        for link in re.findall(r"\]\(([^)\s]+)\)", outside):
            target = os.path.join(os.path.dirname(page), link.split("#")[0])
            if not re.match(r"https?:|#", link) and os.path.basename(link) not in GENERATED and not os.path.exists(target):
                bad.append("%s: the link %s leads nowhere" % (page, link))
    print("; ".join("%s %d" % c for c in count.items()))
    bad += ["only %d blocks of %s, %d or more were there" % (count[n], n, LEAST[n]) for n in LEAST if count[n] < LEAST[n]]
    return "\n".join(bad) or 0


def trimers(source, target):
    """In place of crystals: the dimers with a third atom at various distances, since a search finds sets that a file of
    dimers alone, all on one line, makes singular."""
    with open(source, encoding="utf-8") as f:
        lines = f.read().splitlines()
    with open(target, "w", encoding="utf-8") as f:
        for i in range(0, len(lines), 4):
            y = 5.0 + 7 * (i // 4) % 12 / 10
            f.write("\n".join(["3", *lines[i + 1:i + 4], "C 5.6 %.1f 4.0 0.0 0.0 0.0" % y]) + "\n")


class Page:
    def __init__(self, prefix, root, folder):
        self.prefix, self.root, self.folder = prefix, root, folder
        lib = os.path.dirname(next(os.path.join(p, "libhpswarm.so") for p, _, n in os.walk(prefix) if "libhpswarm.so" in n))
        stand_ins = os.path.join(root, "tests", "docs", "stand-ins")
        path = [stand_ins, os.path.join(prefix, "bin"), os.path.dirname(sys.executable)]
        self.environment = {**os.environ, "PATH": os.pathsep.join(path + [os.environ["PATH"]]), "LD_LIBRARY_PATH": lib,
                            "PKG_CONFIG_PATH": os.path.join(lib, "pkgconfig"), "CMAKE_PREFIX_PATH": prefix,
                            "HPSWARM_LIBRARY": os.path.join(lib, "libhpswarm.so"), "PYTHONDONTWRITEBYTECODE": "1",
                            "PYTHONPATH": os.path.join(root, "bindings", "python"), "HPSWARM_TREE": root,
                            "HPSWARM_PYTHON": sys.executable, "HOME": os.path.join(folder, "home")}
        shutil.copy(os.path.join(root, "data", "c_dimer_gpaw.xyz"), os.path.join(folder, "carbon.xyz"))
        os.mkdir(os.path.join(folder, "data"))
        trimers(os.path.join(root, "data", "c_dimer_gpaw.xyz"), os.path.join(folder, "data", "c_gap17_cryst_lda.xyz"))
        for name in ("other.xyz", "data/c_dimer_gpaw.xyz"):
            shutil.copy(os.path.join(root, "data", "c_dimer_gpaw.xyz"), os.path.join(folder, name))
        shutil.copytree(os.path.join(root, "docs"), os.path.join(folder, "docs"))
        shutil.copytree(os.path.join(root, "tests", "bench", "peers"), os.path.join(folder, "tests", "bench", "peers"))
        os.mkdir(os.path.join(folder, "build"))
        os.symlink(os.environ.get("HPSWARM_BUILD", prefix), os.path.join(folder, "build", "release"))
        os.symlink(os.path.join(stand_ins, "run"), os.path.join(folder, "run"))
        os.mkdir(self.environment["HOME"])
        if shutil.which("make") is None and shutil.which("ninja"):
            self.environment["CMAKE_GENERATOR"] = "Ninja"
        self.python_blocks = []

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
            f.write(text)

    def call(self, *words, **more):
        done = subprocess.run(words, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=600, **more)
        if done.returncode:
            raise AssertionError("%s\nexit status %d:\n%s" % (" ".join(words), done.returncode, done.stdout[-3000:]))

    def flags(self, name):
        return subprocess.run(["pkg-config", "--cflags", "--libs", name], env=self.environment, check=True,
                              capture_output=True, text=True).stdout.split()

    def sh(self, text):
        self.write("block.sh", text)
        if shutil.which("shellcheck"):
            self.call("shellcheck", "-s", "bash", "-e", "SC2148,SC2046", "block.sh")
        self.call("bash", "-euo", "pipefail", "block.sh")

    def yaml(self, text):
        self.write("run.yaml", text)
        self.call("hpswarm", "tune", "run.yaml", "--dry-run", "--json")

    def c(self, text):
        self.write("block.c", text)
        self.write("prog.c", text)
        compiler = os.environ.get("CC") or "cc"
        self.call(compiler, "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "block.c", "-o", "block", *self.flags("hpswarm"), "-lm")
        self.call("./block", "carbon.xyz")

    def mpi(self, text):
        """Only read, and only where there is an MPI."""
        self.write("block.c", text)
        if shutil.which("mpicc"):
            self.call("mpicc", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I", os.path.join(self.root, "include"), "block.c")

    def fortran(self, text):
        self.write("block.f90", text)
        self.write("tune.f90", text)
        self.call(os.environ.get("FC") or "gfortran", "block.f90", "-o", "block_f", *self.flags("hpswarm-fortran"))
        self.call("./block_f", "carbon.xyz")

    def cmake(self, text):
        os.makedirs(os.path.join(self.folder, "project"), exist_ok=True)
        self.write("project/CMakeLists.txt", "cmake_minimum_required(VERSION 3.20)\nproject(p C)\nadd_executable(prog prog.c)\n"
                   "set(HPSWARM_TREE %s)\n%s" % (self.root, text))
        self.write("project/prog.c", "#include <hpswarm.h>\nint main(void) { return hps_version() < 0; }\n")
        self.call("cmake", "-S", "project", "-B", "project/build")
        self.call("cmake", "--build", "project/build", "--target", "prog", "-j2")

    def python(self, text):
        """In a process of its own, behind the blocks before it: names are kept."""
        self.python_blocks.append(text)
        self.write("block.py", "".join(self.python_blocks))
        self.call(sys.executable, "block.py")


def run(prefix, root, page):
    count, root = 0, os.path.abspath(root)
    for tool, language in (("gfortran", "fortran"), ("pkg-config", "c"), ("cc", "c")):
        if "```" + language + "\n" in read(page) and shutil.which(tool) is None:
            print("skipped: %s is missing" % tool)
            return 77
    if "```fortran\n" in read(page) and not glob.glob(os.path.join(os.path.abspath(prefix), "**", "hpswarm-fortran.pc"), recursive=True):
        print("skipped: this build has no Fortran module")
        return 77
    with tempfile.TemporaryDirectory(prefix="hpswarm-test-") as folder:
        sandbox = Page(os.path.abspath(prefix), root, folder)
        if page.endswith(".1"):  # begins where there is a run file
            sandbox.yaml(next(b[2] for b in blocks(read(os.path.join(root, "docs", "reproducible.md")), "") if b[1] == "yaml"))
        for line, language, text in (blocks if page.endswith(".md") else roff_blocks)(read(page), page):
            if language == "text":
                continue
            try:
                getattr(sandbox, language)(text)
            except AssertionError as reason:
                return "%s:%d: the block of %s fails: %s" % (page, line, language, reason)
            count += 1
    print("%d blocks executed" % count)
    return 0


if __name__ == "__main__":
    sys.exit({"run": run, "languages": languages}[sys.argv[1]](*sys.argv[2:]))
