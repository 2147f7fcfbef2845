#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: constants.py compare|update ROOT FILE: the statuses and constants of the public headers against those that are
kept, NAME VALUE a line. Added ones are fine, a changed or removed one fails: hosts have its value in their objects.
(A dump of the library's interface has no constants.)"""
import os
import sys


def present(root):
    sys.path.insert(0, os.path.join(root, "bindings"))
    import generate
    api = generate.read_api(root)
    return dict([(name, value) for name, value, _ in api.statuses] + api.constants)


def main(what, root, path):
    now = present(root)
    if what == "update":
        with open(path, "w", encoding="utf-8") as f:
            f.writelines("%s %d\n" % pair for pair in now.items())
        print("wrote %s" % path)
        return 0
    with open(path, encoding="utf-8") as f:
        kept = {name: int(value) for name, value in (line.split() for line in f)}
    bad = ["%s was %d and is %s" % (n, v, now.get(n, "not there")) for n, v in kept.items() if now.get(n) != v]
    added = [n for n in now if n not in kept]
    print("%d constants kept%s" % (len(kept), "".join(", added: " + n for n in added)))
    return "\n".join(bad) or (0 if len(kept) > 30 else "too few constants are kept")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
