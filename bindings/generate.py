#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes the low-level declarations of the bindings from the public headers.

usage: generate.py [--check] [ROOT]

Reads the headers that include/hpswarm.h includes and writes the files in OUTPUTS. With
--check nothing is written: the exit code is 1 if a committed file differs. A header
keeps to rules (docs/decisions/bindings.md) that make the small parser here enough: whatever
it does not understand ends it with the text in question.
"""
import os
import re
import sys
from collections import namedtuple

Field = namedtuple("Field", "type name length")  # length: of an array, else None
Struct = namedtuple("Struct", "name fields")
Function = namedtuple("Function", "name result arguments")
NUMBERS = {"int32_t", "int64_t", "double", "hps_status", "char", "void"}


class Api:
    """What the headers declare, in their order."""

    def __init__(self):
        self.statuses = []  # (name, value, text)
        self.constants = []  # (name, value)
        self.opaque = []  # names
        self.structs = []
        self.callbacks = []  # Function
        self.functions = []
        self.begins = {}  # name of the first function of a header -> the header


# ------------------------------------------------------------------ reading


def fail(header, text):
    sys.exit("generate.py: %s: cannot read this declaration: %s" % (header, " ".join(text.split())[:200]))


def public_headers(include):
    with open(os.path.join(include, "hpswarm.h"), encoding="utf-8") as f:
        names = re.findall(r'^#include "(hpswarm/\w+\.h)"', f.read(), re.M)
    order = ["hpswarm/base.h"]  # the others build on it
    return order + [n for n in names if n not in order]


def parameter(header, text):
    text = " ".join(text.split())
    match = re.fullmatch(r"((?:const )?\w+ ?(?:\*(?: ?const)? ?)*)(\w+)(?:\[(\d+)\])?", text)
    if match is None:
        fail(header, text)
    kind = re.sub(r"\s*\*\s*", "*", match.group(1)).strip()
    return Field(kind, match.group(2), int(match.group(3)) if match.group(3) else None)


def parameters(header, text):
    return [] if text.strip() == "void" else [parameter(header, p) for p in text.split(",")]


def read_fields(header, body):
    fields = []
    for line in body.split(";"):
        line = " ".join(line.split())
        pointer = re.fullmatch(r"([\w ]+\*?) ?\(\*(\w+)\)\((.*)\)", line)
        if pointer:
            fields.append(Field("void*", pointer.group(2), None))
        elif line:
            kind, first, rest = re.fullmatch(r"((?:const )?\w+) ([^,]*)(.*)", line).groups()
            for declarator in [first] + [d for d in rest.split(",") if d.strip()]:
                fields.append(parameter(header, kind + " " + declarator.strip()))
    return fields


def read_enum(header, api, body):
    value = -1
    for item in body.split(","):
        match = re.fullmatch(r"\s*(\w+)\s*(?:=\s*\(?(-?\w+)\)?\s*)?", item)
        if item.strip() and match is None:
            fail(header, item)
        if match and match.group(1):
            value = int(match.group(2), 0) if match.group(2) else value + 1
            api.constants.append((match.group(1), value))


def read_function(header, text):
    match = re.fullmatch(r"\s*((?:const )?\w+ ?\*?)\s*(\w+)\((.*)\)\s*", text, re.S)
    if match is None:
        fail(header, text)
    return Function(match.group(2), match.group(1).replace(" *", "*").strip(),
                    parameters(header, match.group(3)))


def read_header(api, name, text):
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    for item in re.findall(r'X\((HPS_\w+), (-?\d+), "([^"]*)"\)', text):
        api.statuses.append((item[0], int(item[1]), item[2]))
    text = re.sub(r"^[ \t]*#(?:.*\\\n)*.*$", "", text, flags=re.M)
    text = re.sub(r'extern "C" \{', "", text)
    text = re.sub(r"enum \{ HPS_STATUS_LIST.*?\};", "", text)
    pattern = re.compile(
        r"enum \{(?P<enum>.*?)\};|typedef struct (?P<opaque>\w+) \w+;"
        r"|typedef struct (?P<struct>\w+) \{(?P<fields>.*?)\} \w+;"
        r"|typedef (?P<result>\w+) \(\*(?P<callback>\w+)\)\((?P<arguments>.*?)\);"
        r"|HPS_API (?P<function>[^;]*);|typedef int32_t hps_status;|(?P<other>\S[^;]*;)", re.S)
    for m in pattern.finditer(text):
        if m.group("enum") is not None:
            read_enum(name, api, m.group("enum"))
        elif m.group("opaque"):
            api.opaque.append(m.group("opaque"))
        elif m.group("struct"):
            api.structs.append(Struct(m.group("struct"), read_fields(name, m.group("fields"))))
        elif m.group("callback"):
            api.callbacks.append(Function(m.group("callback"), m.group("result"),
                                          parameters(name, m.group("arguments"))))
        elif m.group("function"):
            api.functions.append(read_function(name, m.group("function")))
            if name not in api.begins.values():
                api.begins[api.functions[-1].name] = name
        elif m.group("other"):
            fail(name, m.group("other"))


def read_api(root):
    api = Api()
    include = os.path.join(root, "include")
    for name in public_headers(include):
        with open(os.path.join(include, name), encoding="utf-8") as f:
            read_header(api, name, f.read())
    return api


# ------------------------------------------------------------------- Python

PYTHON_TYPES = {"int32_t": "c_int32", "hps_status": "c_int32", "int64_t": "c_int64",
                "double": "c_double", "void": "None", "const char*": "c_char_p"}


def python_type(kind):
    """Every pointer but a text is an address: of a handle, an array, a struct by reference."""
    return PYTHON_TYPES.get(kind) or ("c_void_p" if "*" in kind or kind not in NUMBERS else "?")


def c_text(function):
    words = ["%s %s%s" % (a.type, a.name, "[%d]" % a.length if a.length else "")
             for a in function.arguments]
    return "%s %s(%s)" % (function.result, function.name, ", ".join(words) or "void")


def wrapped(text, prefix, width=100):
    lines, line = [], prefix
    for word in text.split():
        if len(line) + len(word) + 1 > width:
            lines.append(line)
            line = prefix + "   "
        line += " " + word
    return lines + [line]


def python_struct(struct):
    lines = ["", "", "class %s(Structure):" % struct.name, "    _fields_ = ["]
    for f in struct.fields:
        kind = python_type(f.type)
        lines.append('        ("%s", %s),' % (f.name, "%s * %d" % (kind, f.length) if f.length else kind))
    return lines + ["    ]"]


def write_python(api):
    lines = ["# SPDX-License-Identifier: BSD-3-Clause",
             "# Written by bindings/generate.py from include/hpswarm/*.h (./run bindings): do not edit.",
             '"""Constants, structs and functions of libhpswarm as ctypes sees them."""',
             "from ctypes import CFUNCTYPE, Structure, c_char_p, c_double, c_int32, c_int64, c_void_p",
             "", "STATUSES = {"]
    lines += ['    %d: ("%s", "%s"),' % (value, name, text) for name, value, text in api.statuses]
    lines += ["}", ""]
    lines += ["%s = %d" % (name, value) for name, value, _ in api.statuses]
    lines += [""] + ["%s = %d" % c for c in api.constants]
    for struct in api.structs:
        lines += python_struct(struct)
    lines += ["", ""]
    for c in api.callbacks:
        kinds = [python_type(c.result)] + [python_type(a.type) for a in c.arguments]
        lines.append("%s = CFUNCTYPE(%s)" % (c.name, ", ".join(kinds)))
    lines += ["", "# name: (result, arguments)", "FUNCTIONS = {"]
    for f in api.functions:
        if f.name in api.begins:
            lines += ["", "    # " + "-" * 70 + " " + api.begins[f.name], ""]
        kinds = [python_type(a.type) for a in f.arguments]
        lines += wrapped(c_text(f), "    #")
        lines += ["    \"%s\": (" % f.name,
                  "        %s," % python_type(f.result)]
        lines += wrapped("(%s)," % (", ".join(kinds) + ("," if len(kinds) == 1 else "")), "       ")
        lines.append("    ),")
    return "\n".join(lines + ["}", ""])


# ------------------------------------------------------------------ Fortran

FORTRAN_TYPES = {"int32_t": "integer(c_int32_t)", "hps_status": "integer(c_int32_t)",
                 "int64_t": "integer(c_int64_t)", "double": "real(c_double)"}


def fortran_type(kind, callbacks):
    """Every pointer is an address, as in Python; texts too."""
    return FORTRAN_TYPES.get(kind) or ("type(c_funptr)" if kind in callbacks else "type(c_ptr)")


def fortran_lines(text, indent, width=100):
    """A statement, continued where it is long."""
    lines, line = [], " " * indent
    for word in text.split(" "):
        if len(line) + len(word) > width:
            lines.append(line + " &")
            line = " " * (indent + 4)
        line += ("" if line.isspace() else " ") + word
    return lines + [line]


def fortran_interface(f, callbacks, abstract):
    """An interface body; in an abstract one addresses arrive by value too."""
    kind = "subroutine" if f.result == "void" else "function"
    names = ", ".join(a.name for a in f.arguments)
    result = "" if f.result == "void" else " result(result_)"
    binding = "bind(c)" if abstract else 'bind(c, name="%s")' % f.name
    lines = fortran_lines("%s %s(%s) %s%s" % (kind, f.name, names, binding, result), 6)
    used = [fortran_type(a.type, callbacks) for a in f.arguments]
    used += [fortran_type(f.result, callbacks)] if f.result != "void" else []
    kinds = sorted(set(re.search(r"\((\w+)\)", u).group(1) for u in used))
    if kinds:
        lines.append("        import :: " + ", ".join(kinds))
    lines += ["        %s, value :: %s" % (fortran_type(a.type, callbacks), a.name) for a in f.arguments]
    if f.result != "void":
        lines.append("        %s :: result_" % fortran_type(f.result, callbacks))
    return lines + ["      end %s %s" % (kind, f.name)]


def fortran_struct(struct, callbacks):
    lines = ["", "  type, bind(c) :: %s" % struct.name]
    for f in struct.fields:
        kind = "type(c_funptr)" if f.type == "void*" and f.name in ("allocate", "release") else \
            fortran_type(f.type, callbacks)
        lines.append("    %s :: %s%s" % (kind, f.name, "(%d)" % f.length if f.length else ""))
    return lines + ["  end type %s" % struct.name]


def write_fortran(api):
    callbacks = {c.name for c in api.callbacks}
    lines = ["! SPDX-License-Identifier: BSD-3-Clause",
             "! Written by bindings/generate.py from the public headers (./run bindings): do not edit.",
             "!> Constants, structs and functions of libhpswarm as the headers have them; every pointer",
             "!> is an address. The module hpswarm is what programs want.",
             "module hpswarm_c",
             "  use, intrinsic :: iso_c_binding, only: c_double, c_funptr, c_int32_t, c_int64_t, c_ptr",
             "  implicit none", "  public", ""]
    for name, value in [(n, v) for n, v, _ in api.statuses] + api.constants:
        lines.append("  integer(c_int32_t), parameter :: %s = %d_c_int32_t" % (name, value))
    for struct in api.structs:
        lines += fortran_struct(struct, callbacks)
    lines += ["", "  abstract interface"]
    for c in api.callbacks:
        lines += fortran_interface(c, callbacks, True)
    lines += ["  end interface", "", "  interface"]
    for f in api.functions:
        if f.name in api.begins:
            lines += ["", "    ! " + "-" * 70 + " " + api.begins[f.name], ""]
        lines += fortran_interface(f, callbacks, False)
    return "\n".join(lines + ["  end interface", "end module hpswarm_c", ""])


# --------------------------------------------------------------------- main

OUTPUTS = {"bindings/python/hpswarm/_lib.py": write_python,
           "bindings/fortran/hpswarm_c.f90": write_fortran}


def main(arguments):
    check = "--check" in arguments
    words = [a for a in arguments if a != "--check"]
    root = words[0] if words else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    api = read_api(root)
    stale = []
    for path, write in OUTPUTS.items():
        text, full = write(api), os.path.join(root, path)
        kept = ""
        if os.path.exists(full):
            with open(full, encoding="utf-8") as f:
                kept = f.read()
        if kept == text:
            continue
        stale.append(path)
        if not check:
            with open(full, "w", encoding="utf-8") as f:
                f.write(text)
    if stale and check:
        print("The public headers changed, and these files were not written again from them:\n  %s\n"
              "Run:  ./run bindings && git add %s\nand commit them with the header."
              % ("\n  ".join(stale), " ".join(stale)))
        return 1
    for path in stale:
        print("bindings: wrote %s from the headers; commit it with them" % path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
