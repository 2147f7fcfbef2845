#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Man pages and shell completions, from what the program says about itself.

usage: manual.py PROGRAM VERSION OUTPUT-FOLDER

`hpswarm --help` and `hpswarm COMMAND --help` print the tables of commands, flags and keys; those of the
keys are the library's option tables. libhpswarm.3 lists the functions of the public headers.
"""
import os
import re
import subprocess
import sys
from collections import namedtuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "bindings"))
import generate as headers  # noqa: E402

Flag = namedtuple("Flag", "names value text")
Command = namedtuple("Command", "name words summary flags")
Key = namedtuple("Key", "section name marks values default text advice")
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


# ------------------------------------------------------------------ reading


def help_of(program, *words):
    return subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True).stdout


def part(text, begin):
    """Lines from the one that begins so to the next empty one."""
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(begin)) + 1
    end = next((i for i in range(at, len(lines)) if not lines[i].strip()), len(lines))
    return lines[at:end]


def flag(line):
    match = re.fullmatch(r"  (-.+?)  +(\S.*)|  (-\S+(?: \S+)?) (\S.*)", line)
    left, text = match.group(1) or match.group(3), match.group(2) or match.group(4)
    names = re.findall(r"(?:^|, )(-[-\w]+)", left)
    value = re.sub(r"-[-\w]+|,", "", left).strip()
    return Flag(names, value, text)


def read_commands(program):
    out = []
    for line in part(help_of(program), "commands:"):
        name, words, summary = line[2:11].strip(), line[11:27].strip(), line[27:].strip()
        flags = [flag(f) for f in part(help_of(program, name), "flags:")]
        out.append(Command(name, words, summary, flags))
    return out


def read_keys(program):
    out, section = [], ""
    for line in part(help_of(program, "tune"), "keys of the run file:"):
        if line.startswith(("(key", " e: ", " indented:", "parameters")):
            continue
        if re.fullmatch(r"\w+:", line):
            section = line[:-1]
            continue
        if line.startswith("      "):
            out[-1] = out[-1]._replace(advice=(out[-1].advice + " " + line.strip()).strip())
            continue
        section = section if line.startswith(" ") else ""
        name, marks, rest = line[:24].strip(), line[24:28].strip(), line[28:]
        values, rest = (rest.split(" ", 1) if rest[25:27].strip() else (rest[:26].strip(), rest[26:]))
        default, text = rest.split(None, 1)
        out.append(Key(section, name, marks, values, default, text, ""))
    return out


# ---------------------------------------------------------------- man pages


def escape(text):
    """A line of text for roff."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return "\\&" + text if text.startswith(".") else text


def heading(name, section, version, summary):
    return ['.\\" Written by docs/manual/manual.py from the tables of the program.',
            '.TH %s %d "" "libhpswarm %s"' % (name.upper(), section, version),
            ".SH NAME", "%s \\- %s" % (escape(name), escape(summary))]


def described(pairs):
    lines = []
    for tag, text in pairs:
        lines += [".TP", tag, escape(text)]
    return lines


def flag_tag(f):
    return ", ".join("\\fB%s\\fR" % escape(n) for n in f.names) + (
        " \\fI%s\\fR" % escape(f.value) if f.value else "")


def common_flags(commands):
    return [f for f in commands[0].flags if all(f in c.flags for c in commands)]


def page_program(commands, version, general):
    common = common_flags(commands)
    lines = heading("hpswarm", 1, version, "hyper-parameters of SOAP/GAP potentials by particle swarm")
    lines += [".SH SYNOPSIS", ".B hpswarm", ".I COMMAND", "[arguments] [flags]", ".SH DESCRIPTION",
              "Searches the hyper\\-parameters of SOAP/GAP interatomic potentials with a particle swarm, and fits, uses and",
              "looks at such potentials. Data are extended XYZ; a search is described by a run file,",
              ".BR hpswarm.yaml (5).",
              "Results go to standard output, progress and messages to standard error. Lengths in angstrom, energies in eV.",
              ".SH COMMANDS"]
    for c in commands:
        lines += [".SS hpswarm %s %s" % (c.name, escape(c.words)), escape(c.summary[0].upper() + c.summary[1:] + ".")]
        lines += described((flag_tag(f), f.text) for f in c.flags if f not in common)
    lines += [".SH FLAGS OF EVERY COMMAND"] + described((flag_tag(f), f.text) for f in common)
    codes = re.search(r"exit codes: (.*)", general, re.S).group(1)
    entries = re.findall(r"(\d+) (.+?)(?:,(?= \d+ )|$)", " ".join(codes.split()))
    lines += [".SH EXIT STATUS"] + described(("%s" % code, text) for code, text in entries)
    lines += [".SH FILES", "A run leaves run.yaml, best.yaml, result.json, history.jsonl, model.hpsm and report.html in its",
              "folder, and checkpoint.hpsw while it goes on."]
    lines += [".SH ENVIRONMENT"] + described((
        ("OMP_NUM_THREADS", "threads where --threads does not say; a command of a search finds its share there"),
        ("HPSWARM_ID", "set for a command of a search: the number of its evaluation")))
    lines += [".SH EXAMPLES", ".nf", "hpswarm check carbon.xyz", "hpswarm tune run.yaml \\-o results",
              "hpswarm fit carbon.xyz \\-p results/best.yaml \\-m carbon.hpsm",
              "hpswarm predict carbon.hpsm other.xyz \\-o predicted.xyz", ".fi",
              ".SH SEE ALSO", ".BR hpswarm.yaml (5),", ".BR libhpswarm (3)"]
    return lines


def page_keys(keys, version):
    lines = heading("hpswarm.yaml", 5, version, "run files and hyper-parameter files of hpswarm")
    lines += [".SH DESCRIPTION",
              "YAML, one grammar for everything: a number is fixed, a range [low, high] is searched, on a",
              "logarithmic scale if written {range: [low, high], scale: log}. The best.yaml that a run writes is",
              "such a file itself. Lengths in angstrom, energies in eV.", ".PP",
              "Behind a key stand the values that it takes and its default. Searched: a range may stand there. By",
              "element: a mapping {C: 0.5, H: 0.3} may. By config_type: a mapping with the key default may. Below",
              "comes advice, by the paper (arXiv:2101.00049) and by the studies of docs/results.md."]
    marks = {"r": "searched", "e": "by element", "c": "by config_type"}
    section = None
    for k in keys:
        if k.section != section:
            section = k.section
            lines.append(".SH %s" % (section.upper() if section else "TOP LEVEL"))
        notes = [k.values] + (["default " + k.default] if k.default != "-" else []) + [marks[m] for m in k.marks]
        lines += [".TP", "\\fB%s\\fR (%s)" % (escape(k.name), escape(", ".join(notes))), escape(k.text) + "."]
        lines += [".br", escape(k.advice)] if k.advice else []
    lines += [".SH PARAMETERS", "Of strategy: search, any names with a value, a range or {choice: [a, b]}.",
              ".SH EXAMPLE", ".nf"]
    example = ("data: {file: carbon.xyz, test_fraction: 0.2}", "strategy: two-stage",
               "soap: {n_max: 4, l_max: 4, rcut_hard: 5.0, rcut_soft: [4.0, 5.0]}",
               "kernel: {zeta: 4}", "gap: {n_sparse: 200, delta: [0.1, 5.0]}",
               "swarm: {particles: 16, iterations: 40, seed: 42}")
    return lines + [escape(e) for e in example] + [".fi", ".SH SEE ALSO", ".BR hpswarm (1)"]


def page_library(version):
    lines = heading("libhpswarm", 3, version, "particle swarms, SOAP descriptors and GAP potentials in C")
    lines += [".SH SYNOPSIS", ".nf", "#include <hpswarm.h>", "cc prog.c $(pkg\\-config \\-\\-cflags \\-\\-libs hpswarm)", ".fi",
              ".SH DESCRIPTION",
              "Functions return a status: 0, or a negative number whose message hps_last_error() has. Handles are made",
              "by create and released by destroy. The comments of the headers are the manual of each function; these",
              "are all of them."]
    include = os.path.join(ROOT, "include")
    for name in headers.public_headers(include):
        api = headers.Api()
        with open(os.path.join(include, name), encoding="utf-8") as f:
            text = f.read()
        headers.read_header(api, name, text)
        about = re.search(r"@file \S+\n \*(.*?)\n \*(?:/| *\n)", text, re.S).group(1)
        about = " ".join(about.replace("\n *", " ").split())
        lines += [".SH <%s>" % escape(name), escape(about), ".PP", ".nf"]
        lines += [escape(re.sub(r"(\*+) ", r" \1", headers.c_text(f))) + ";" for f in api.functions] + [".fi"]
    with open(os.path.join(include, "hpswarm", "mpi.h"), encoding="utf-8") as f:
        code = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    lines += [".SH <hpswarm/mpi.h>", "The ranks of an MPI communicator as evaluators; a library of its own, libhpswarm_mpi.", ".PP", ".nf"]
    lines += [escape(" ".join(d.split())) + ";" for d in re.findall(r"^HPS_API\s+([^;]+);", code, re.M)] + [".fi"]
    lines += [".SH STATUSES"]
    api = headers.read_api(ROOT)
    lines += described(("%s (%d)" % (n, v), t) for n, v, t in api.statuses)
    return lines + [".SH SEE ALSO", ".BR hpswarm (1)"]


# -------------------------------------------------------------- completions


def words_of(c):
    return " ".join(n for f in c.flags for n in f.names)


def takes_file(f):
    return f.names[0] in ("-o", "-p", "-m")


def bash(commands):
    lines = ["# Completion of hpswarm for bash; written by docs/manual/manual.py.", "_hpswarm()", "{",
             "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} flags",
             "    if [ \"$COMP_CWORD\" = 1 ]; then",
             "        mapfile -t COMPREPLY < <(compgen -W '%s --help --version --citation' -- \"$word\")" % " ".join(c.name for c in commands),
             "        return", "    fi", "    case $before in",
             "        --to) mapfile -t COMPREPLY < <(compgen -W 'quip turbogap gap_fit' -- \"$word\"); return ;;"]
    values = sorted({n for c in commands for f in c.flags if f.value and not takes_file(f) for n in f.names} - {"--to"})
    lines += ["        %s) COMPREPLY=(); return ;;" % " | ".join(values), "    esac", "    case ${COMP_WORDS[1]} in"]
    lines += ["        %s) flags='%s' ;;" % (c.name, words_of(c)) for c in commands]
    lines += ["    esac", "    if [[ $word == -* ]]; then", "        mapfile -t COMPREPLY < <(compgen -W \"$flags\" -- \"$word\")",
              "    else", "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")", "    fi", "}",
              "complete -o filenames -F _hpswarm hpswarm"]
    return lines


def quoted(text):
    return text.replace("'", "'\\''")


def zsh(commands):
    lines = ["#compdef hpswarm", "# Written by docs/manual/manual.py.", "local -a commands", "commands=("]
    lines += ["    '%s:%s'" % (c.name, quoted(c.summary.replace(":", "\\:"))) for c in commands]
    lines += [")", "if (( CURRENT == 2 )); then", "    _describe command commands", "    return", "fi",
              "local command=$words[2]", "shift words", "(( CURRENT-- ))", "case $command in"]
    for c in commands:
        lines.append("    %s)" % c.name)
        specs = []
        for f in c.flags:
            text = quoted(f.text.replace("[", "(").replace("]", ")").replace(":", "\\:"))
            action = ":%s:%s" % (f.value.lower().replace(":", " "), "_files" if takes_file(f) else " ") if f.value else ""
            specs += ["'%s[%s]%s'" % (n, text, quoted(action)) for n in f.names]
        lines.append("        _arguments %s '*:file:_files' ;;" % " \\\n            ".join(specs))
    return lines + ["esac"]


def fish(commands):
    lines = ["# Completion of hpswarm for fish; written by docs/manual/manual.py."]
    for c in commands:
        lines.append("complete -c hpswarm -n __fish_use_subcommand -f -a %s -d '%s'" % (c.name, c.summary.replace("'", "\\'")))
    for c in commands:
        for f in c.flags:
            names = " ".join(("-l " + n[2:]) if n.startswith("--") else "-s " + n[1:] for n in f.names)
            value = " -r" + ("" if takes_file(f) else " -f") if f.value else ""
            lines.append("complete -c hpswarm -n '__fish_seen_subcommand_from %s' %s%s -d '%s'" % (
                c.name, names, value, f.text.replace("'", "\\'")))
    return lines


def main(program, version, folder):
    commands, keys, general = read_commands(program), read_keys(program), help_of(program)
    if len(commands) < 5 or len(keys) < 40:
        sys.exit("manual.py: the help of %s is not understood" % program)
    pages = {"man1/hpswarm.1": page_program(commands, version, general),
             "man5/hpswarm.yaml.5": page_keys(keys, version), "man3/libhpswarm.3": page_library(version),
             "completion/hpswarm": bash(commands), "completion/_hpswarm": zsh(commands),
             "completion/hpswarm.fish": fish(commands)}
    for name, lines in pages.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
