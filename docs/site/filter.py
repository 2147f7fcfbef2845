#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A public header as Doxygen and Breathe understand it best: structs once and not as a typedef too,
one name to each @param."""
import re
import sys

with open(sys.argv[1], encoding="utf-8") as f:
    text = f.read()
text = re.sub(r"typedef (struct \w+ \{[^}]*\}) \w+;", r"\1;", text)
text = re.sub(r"(@param(?:\[[a-z,]+\])?) (\w+),([\w,]+)", lambda m: "%s %s (and %s)" % (
    m.group(1), m.group(2), m.group(3).replace(",", ", ")), text)
sys.stdout.write(text)
