#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: stage.py ROOT PROGRAM FOLDER: the pages of the site, those of docs/ and those that are written from
tables (options, keys, C reference), laid out for Sphinx."""
import os
import re
import shutil
import sys

ROOT, PROGRAM, FOLDER = [os.path.abspath(a) for a in sys.argv[1:4]]
sys.path[:0] = [os.path.join(ROOT, "docs", "manual"), os.path.join(ROOT, "bindings")]
os.environ.setdefault("HPSWARM_LIBRARY", "")
import manual  # noqa: E402

CONTENTS = [("Begin", ["overview", "getting-started", "method", "coming-from"]),
            ("Program", ["program", "run-file", "hyper-parameters", "offline", "cluster"]),
            ("Library", ["embedding", "reproducible", "abi", "optimiser", "examples", "c", "fortran", "python"]),
            ("Background", ["soap", "gpr", "results", "decisions"])]
FORTRAN = [("hpswarm_context", "Threads and memory"), ("hpswarm_space", "Spaces"), ("hpswarm_search", "Swarms"),
           ("hpswarm_callbacks", "Procedures that you pass"), ("hpswarm_surface", "Designs and surfaces"), ("hpswarm_data", "Data"),
           ("hpswarm_soap", "Descriptors and kernels"), ("hpswarm_model", "Potentials"), ("hpswarm_path", "Regularisation paths"),
           ("hpswarm_study", "Studies"), ("hpswarm_options", "Options of swarms, descriptors, potentials and studies"), ("hpswarm_base", "Messages and version")]
LANGUAGES = {".c": "c", ".cpp": "cpp", ".f90": "fortran", ".py": "python", ".yaml": "yaml"}


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as f:
        return f.read()


def write(name, text):
    path = os.path.join(FOLDER, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def target(link, page):
    """Where a link of a page leads on the site; None if its file is not there."""
    if re.match(r"https?:|#", link):
        return link
    path = os.path.normpath(os.path.join(os.path.dirname(page), link.split("#")[0]))
    known = {"README.md": "overview.md", "include/hpswarm": "c.rst", "docs/examples": "examples.md",
             "bindings/python/README.md": "python.md", "docs/python.md": "python.md",
             "bindings/fortran/README.md": "fortran.md", "docs/run-file.md": "run-file.md", "docs/hyper-parameters.md": "hyper-parameters.md"}
    to = known.get(path)
    if to is None and path.startswith("docs/examples/"):
        to = "examples.md"
    if to is None and path.startswith("docs/") and path.endswith(".md"):
        to = path[len("docs/"):]
    if to is None:
        return None
    depth = os.path.dirname(page[len("docs/"):]) if page.startswith("docs/") else ""
    return os.path.relpath(to, depth or ".")


def links(text, page):
    def one(match):
        to = target(match.group(2), page)
        return match.group(1) if to is None else "[%s](%s)" % (match.group(1), to)

    return re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", one, text)


def pages_of_the_tree():
    for folder in ("docs", "docs/decisions"):
        for name in sorted(os.listdir(os.path.join(ROOT, folder))):
            if name.endswith(".md") and (folder, name) != ("docs", "index.md"):
                page = folder + "/" + name
                write(page[len("docs/"):], links(read(page), page))
    write("overview.md", links(read("README.md").replace("# libhpswarm", "# Overview", 1), "README.md"))
    names = sorted(n for n in os.listdir(os.path.join(ROOT, "docs", "decisions")) if n.endswith(".md"))
    write("decisions.md", "# Decisions\n\n```{toctree}\n%s\n```\n" % "\n".join("decisions/" + n[:-3] for n in names))


def examples():
    lines = ["# Examples", "", "Each page is built and run by the tests.", ""]
    folder = os.path.join(ROOT, "docs", "examples")
    for name in sorted(os.listdir(folder)):
        language = LANGUAGES.get(os.path.splitext(name)[1])
        if language:
            lines += ["## " + name, "", "```" + language, read("docs", "examples", name).rstrip(), "```", ""]
    write("examples.md", "\n".join(lines))


def cell(text):
    return str(text).replace("|", "\\|") or " "


def choices(values):
    return ", ".join("`%s`" % v for v in values.split("|")) if "|" in values else cell(values)


def run_file():
    marks = {"r": "searched", "e": "by element", "c": "by config_type"}
    lines = ["# Keys of the run file", "", "A number is fixed, a range is searched. *Searched*: a range may stand "
             "there; *by element*, *by config_type*: a mapping may.", ""]
    section, advice = None, []
    for k in manual.read_keys(PROGRAM):
        if k.section != section:
            section = k.section
            lines += advice
            advice = []
            lines += ["", "## " + (section or "top level"), "", "| key | values | default | | meaning |", "|---|---|---|---|---|"]
        lines.append("| `%s` | %s | %s | %s | %s |" % (k.name, choices(k.values), cell(k.default),
                                                   ", ".join(marks[m] for m in k.marks) or " ", cell(k.text)))
        if k.advice:
            advice = advice or ["", "Advice (studies: [results](results.md)):", ""]
            advice.append("- `%s`: %s" % (k.name, k.advice))
    write("run-file.md", "\n".join(lines + advice) + "\n")


def options():
    sys.path.insert(0, os.path.join(ROOT, "bindings", "python"))
    import hpswarm
    titles = {"soap": "The descriptor (soap)", "gpr": "The potential (gap)", "study": "Objectives", "swarm": "The swarm"}
    lines = ["# Hyper-parameters and options", "", "What the library itself says about each of its options: meaning, unit, "
             "values, default, and advice by the paper and by our [studies](results.md). The program's help, its man page "
             "and the docstrings of Python show the same text.", ""]
    for owner, title in titles.items():
        lines += ["## " + title, ""]
        for o in hpswarm.options(owner):
            notes = [choices(o.allowed()), "default `%s`" % o.default] + ["by element"] * o.per_species
            lines += ["### `%s`" % o.name, "", "%s. *%s.*" % (o.help[0].upper() + o.help[1:], "; ".join(notes)), "", o.advice, ""]
    write("hyper-parameters.md", "\n".join(lines))


def python_members():
    """Directives for all that the package offers: functions, classes, exceptions."""
    import hpswarm
    functions, classes, exceptions = [], [], []
    for name in sorted(set(hpswarm.__all__) - {"Calculator"}):
        what = getattr(hpswarm, name)
        if isinstance(what, type) and issubclass(what, Exception):
            exceptions.append(".. autoexception:: " + name)
        elif isinstance(what, type):
            classes += [".. autoclass:: " + name, "   :members:", "   :undoc-members:"]
        elif callable(what):
            functions.append(".. autofunction:: " + name)
    classes += [".. autoclass:: hpswarm.calculator.Calculator"]  # without ASE, which conf.py plays
    return functions + [""] + classes + [""] + exceptions


def references():
    headers = manual.headers.public_headers(os.path.join(ROOT, "include")) + ["hpswarm/mpi.h"]
    lines = ["C reference", "===========", ""]
    for h in headers:
        lines += [h, "-" * len(h), "", ".. doxygenfile:: " + os.path.basename(h), "   :sections: briefdescription detaileddescription define enum typedef innerclass func", ""]
    write("c.rst", "\n".join(lines))
    write("python.md", links(read("bindings", "python", "README.md").replace("# hpswarm", "# Python", 1), "bindings/python/README.md")
          + "\n## Reference\n\n```{eval-rst}\n.. currentmodule:: hpswarm\n\n%s\n```\n" % "\n".join(python_members()))
    text = read("bindings", "fortran", "README.md").replace("# The module hpswarm", "# Fortran", 1)
    for name, title in FORTRAN:
        text += "\n## %s\n\n```fortran\n%s\n```\n" % (title, fortran_module(read("bindings", "fortran", name + ".f90")))
    write("fortran.md", links(text, "bindings/fortran/README.md"))


def fortran_module(source):
    """Its public types, then what is bound to them and its public procedures: remarks and arguments."""
    head, _, body = source.partition("\ncontains\n")
    whole = read("bindings", "fortran", "hpswarm.f90")
    parts = [p for p in re.findall(r"(?:^  !>[^\n]*\n)*^  (?:type[^\n:]* :: hps_.*?^  end type|abstract interface.*?^  end interface).*?$", head, re.M | re.S)
             if any(re.search(r"\b%s\b" % n, whole) for n in re.findall(r"(?:type[^\n:]* ::|subroutine|function) (\w+)", p))]
    bound = re.findall(r"procedure :: (\w+) => (\w+)", head)
    hidden = [n for names in re.findall(r"procedure, private :: (.*)", head) for n in names.split(", ") if not n.endswith("_assign")]
    generic = {own: name for name, owns in re.findall(r"generic :: (\w+) => (.*)", head) for own in owns.split(", ")}
    public = [n for names in re.findall(r"^  public :: (.*)", head, re.M) for n in names.split(", ") if re.search(r"\b%s\b" % n, whole)]
    for name, own in bound + [(generic[n], n) for n in hidden] + [(n, n) for n in public]:
        found = re.search(r"(?:^  ! ?>[^\n]*\n)*^  (?:pure |elemental )*(?:[\w()]+ )*(?:subroutine|function) %s\((?:[^\n]*&\n)*[^\n]*\n"
                          r"(?:^    [^\n]*\n)*" % own, body, re.M)
        if found:
            parts.append(re.sub(r"\b%s\(" % own, name + "(", arguments_of(found.group(0)), count=1))
    return "\n\n".join(parts)


def arguments_of(text):
    """Remarks, the first line and the declarations of arguments; not of variables."""
    lines, keep = [], True
    for line in text.split("\n"):
        continued = bool(lines) and lines[-1].endswith("&") and keep
        keep = continued or not line.startswith("    ") or "intent(" in line or re.match(r" +procedure\(|.*, (?:optional|external)\b", line) is not None
        if keep and line:
            lines.append(line)
    return "\n".join(lines)


def contents():
    """CONTENTS, and behind it every page of docs/ that is not named there."""
    known = {name for _, names in CONTENTS for name in names} | {"index"}
    pages = sorted(n[:-3] for n in os.listdir(FOLDER) if n.endswith(".md") and n[:-3] not in known)
    return CONTENTS + ([("More", pages)] if pages else [])


def index():
    lines = ["# libhpswarm", "", "Hyper-parameter search for SOAP/GAP interatomic potentials with a particle swarm: a C "
             "library, a program, and bindings for Fortran and Python.", ""]
    for title, names in contents():
        lines += ["```{toctree}", ":caption: " + title, ":maxdepth: 1", *names, "```", ""]
    write("index.md", "\n".join(lines))


if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    pages_of_the_tree()
    examples()
    run_file()
    options()
    references()
    index()
    shutil.copy(os.path.join(ROOT, "docs", "site", "conf.py"), FOLDER)
