#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: crossing.py INCLUDE: what crosses the ABI. Every struct that is not opaque begins with `int32_t struct_size`, holds
fixed-width types and pointers, and never goes by value; functions take and return nothing but int32_t, int64_t, double,
texts and pointers. The structs are listed, and so are those that docs/abi.md (if it is there) has to name."""
import os
import re
import sys

SCALARS = {"int32_t", "int64_t", "double", "hps_status"}
POINTED = SCALARS | {"char", "void"}


def code_of(path):
    with open(path, encoding="utf-8") as f:
        text = re.sub(r"/\*.*?\*/", " ", f.read(), flags=re.S)
    return re.sub(r"^[ \t]*#.*(?:\\\n.*)*", "", text, flags=re.M)


def names(texts):
    """Opaque handles, structs with their fields, callbacks of all headers."""
    text = " ".join(texts)
    structs = {m.group(1): m.group(2) for m in re.finditer(r"typedef struct (\w+) \{(.*?)\}\s*\1\s*;", text, re.S)}
    opaque = set(re.findall(r"typedef struct (\w+) \1\s*;", text))
    callbacks = set(re.findall(r"typedef [^;{}]*?\(\*(\w+)\)\s*\(", text))
    return opaque, structs, callbacks


def wrong(declarator, opaque, structs, callbacks, where):
    """Why one parameter, field or result may not cross, or None."""
    words = re.findall(r"\w+|\*|\[", re.sub(r"\bconst\b|\bstruct\b", "", declarator))
    if not words or words == ["void"]:
        return None
    base, indirect = words[0], "*" in words or "[" in words
    if base in callbacks or base in (POINTED | opaque | set(structs) if indirect else SCALARS):
        return None
    if "MPI_Comm" in words and "mpi.h" in where:
        return None  # MPI's own handle, of the library of its own
    return "%s: '%s' does not cross the ABI" % (where, " ".join(declarator.split()))


def parameters(text):
    return [p for p in text.split(",") if p.strip()]


def check(include):
    headers = {n: code_of(os.path.join(include, "hpswarm", n)) for n in sorted(os.listdir(os.path.join(include, "hpswarm"))) if n.endswith(".h")}
    opaque, structs, callbacks = names(headers.values())
    bad, functions = [], 0
    for name, body in structs.items():
        if not re.match(r"\s*int32_t struct_size\b", body):
            bad.append("%s does not begin with int32_t struct_size" % name)
        for field in body.split(";"):
            pointer = re.match(r"\s*(.*?)\(\*\w+\)\s*\((.*)\)\s*$", field, re.S)
            pieces = [pointer.group(1)] + parameters(pointer.group(2)) if pointer else [field]
            bad += [wrong(p, opaque, structs, callbacks, name) for p in pieces]
            if re.search(r":\s*\d", field):
                bad.append("%s: a bit field" % name)
    for header, text in headers.items():
        for m in re.finditer(r"HPS_API\s+([^;]*?)(\w+)\s*\(([^;]*)\)\s*;|typedef ([^;{}]*?)\(\*(\w+)\)\s*\(([^;]*?)\)\s*;", text, re.S):
            result, function, rest = (m.group(1), m.group(2), m.group(3)) if m.group(2) else (m.group(4), m.group(5), m.group(6))
            functions += 1
            bad += [wrong(p, opaque, structs, callbacks, header + ": " + function) for p in [result] + parameters(rest)]
    policy = os.path.join(include, "..", "docs", "abi.md")
    if os.path.exists(policy):
        with open(policy, encoding="utf-8") as f:
            listed = set(re.findall(r"`(hps_\w+)`", f.read().split("| struct |")[1].split("\n\n")[0]))
        bad += ["docs/abi.md: the table of structs and the headers differ by " + n for n in sorted(listed ^ set(structs))]
    bad = [b for b in bad if b]
    print("%d functions and callbacks, %d structs: %s" % (functions, len(structs), ", ".join(sorted(structs))))
    if not functions:
        bad.append("no function found")
    return "\n".join(bad) or 0


if __name__ == "__main__":
    sys.exit(check(sys.argv[1]))
