# SPDX-License-Identifier: BSD-3-Clause
"""usage: test_docstrings.py DATA.xyz: the examples in the docstrings of the package, in a folder where carbon.xyz is
the data. (The blocks of its page are run by tests/docs.)"""
import doctest
import importlib
import os
import pkgutil
import shutil
import sys
import tempfile

import hpswarm


def documented():
    """Modules of the package that can be imported here."""
    for module in pkgutil.iter_modules(hpswarm.__path__):
        if module.name != "calculator":
            yield importlib.import_module("hpswarm." + module.name)


def main(data):
    data, count = os.path.abspath(data), 0
    with tempfile.TemporaryDirectory(prefix="hpswarm-test-") as folder:
        os.chdir(folder)
        shutil.copy(data, "carbon.xyz")
        for module in documented():
            failed, tried = doctest.testmod(module)
            count += tried
            if failed:
                return 1
        os.chdir("/")
    print("%d lines run" % count)
    return 0 if count > 10 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
