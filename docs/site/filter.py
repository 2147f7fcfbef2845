#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A public header as Doxygen and Breathe understand it best: structs once and not as a typedef too,
one name to each @param, the list of statuses as an enum, words in backticks as code."""
import re
import sys

with open(sys.argv[1], encoding="utf-8") as f:
    text = f.read()
text = re.sub(r"typedef (struct \w+ \{[^}]*\}) \w+;", r"\1;", text)
text = re.sub(r"(@param(?:\[[a-z,]+\])?) (\w+),([\w,]+)", lambda m: "%s %s (and %s)" % (
    m.group(1), m.group(2), m.group(3).replace(",", ", ")), text)
statuses = re.findall(r'X\((HPS_\w+), (-?\d+), +"([^"]*)"\)', text)
if statuses:
    text = re.sub(r"#define HPS_STATUS_ENUM.*?#undef HPS_STATUS_ENUM\n", "/** What a function returns. */\nenum {\n%s\n};\n" % ",\n".join(
        "    %s = %s /**< %s: %s */" % (name, value, value, meaning) for name, value, meaning in statuses), text, flags=re.S)
text = re.sub(r"`([^`\n]+)`", r"<tt>\1</tt>", text)
sys.stdout.write(text)
