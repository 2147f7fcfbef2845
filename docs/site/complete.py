#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: complete.py ROOT HTML: every function of the public headers, every name of the Python package with its members and
every procedure of the Fortran module is on the site."""
import glob
import html
import os
import re
import sys


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as f:
        return f.read()


def lacking(root, folder):
    page = read(folder, "c.html")
    for path in glob.glob(os.path.join(root, "include", "hpswarm", "*.h")):
        for name in re.findall(r"^HPS_API[^;(]*?(hps_\w+)\(", re.sub(r"/\*.*?\*/", "", read(path), flags=re.S), re.M):
            if not re.search(r"\b%s\b" % name, page):
                yield "C: " + name
    import hpswarm
    page = read(folder, "python.html")
    for name in set(hpswarm.__all__) - {"Calculator"}:
        what = getattr(hpswarm, name)
        members = vars(what) if isinstance(what, type) and not issubclass(what, Exception) else ()
        for full in ["hpswarm." + name] + ["hpswarm.%s.%s" % (name, m) for m in members if not m.startswith("_")]:
            if 'id="%s"' % full not in page:
                yield "Python: " + full
    if 'id="hpswarm.calculator.Calculator"' not in page:
        yield "Python: Calculator"
    page = html.unescape(re.sub(r"<[^>]+>", "", read(folder, "fortran.html")))
    for path in glob.glob(os.path.join(root, "bindings", "fortran", "hpswarm_*.f90")):
        for name in re.findall(r"procedure :: (\w+) =>", read(path).split("\ncontains\n")[0]):
            if not re.search(r"(subroutine|function) %s\(" % name, page):
                yield "Fortran: %s of %s" % (name, os.path.basename(path))


if __name__ == "__main__":
    found = sorted(lacking(*sys.argv[1:3]))
    sys.exit("the site lacks\n  " + "\n  ".join(found) if found else 0)
