# SPDX-License-Identifier: BSD-3-Clause
"""usage: run_blocks.py DATA.xyz PAGE.md...: run the Python blocks of pages, one after the other in one
folder where carbon.xyz is the data; and the examples in the docstrings of the package."""
import doctest
import importlib
import os
import pkgutil
import re
import shutil
import sys
import tempfile

import hpswarm


def blocks(page):
    with open(page, encoding="utf-8") as f:
        return re.findall(r"^```python\n(.*?)^```$", f.read(), re.M | re.S)


def documented():
    """Modules of the package that can be imported here."""
    for module in pkgutil.iter_modules(hpswarm.__path__):
        if module.name != "calculator":
            yield importlib.import_module("hpswarm." + module.name)


def main(data, *pages):
    data, pages = os.path.abspath(data), [os.path.abspath(p) for p in pages]
    count = 0
    with tempfile.TemporaryDirectory(prefix="hpswarm-test-") as folder:
        os.chdir(folder)
        shutil.copy(data, "carbon.xyz")
        for page in pages:
            names = {}
            for text in blocks(page):
                exec(compile(text, page, "exec"), names)
                count += 1
        for module in documented():
            failed, tried = doctest.testmod(module)
            count += tried
            if failed:
                return 1
        os.chdir("/")
    print("%d blocks and lines run" % count)
    return 0 if count > 10 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
