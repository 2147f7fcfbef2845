#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: test_manual.py pages|text|bash|zsh|fish FOLDER PROGRAM ROOT: man pages without warnings, the same text
everywhere (help, man pages, docstrings, the site's table), completions that complete in their shell. Exit
status 77: the tool is not installed."""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time

PAGES = {"man1/hpswarm.1": 1, "man5/hpswarm.yaml.5": 5, "man3/libhpswarm.3": 3}


class Skip(Exception):
    pass


def output(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=60, **more).stdout


def check(good, *what):
    if not good:
        raise AssertionError(" ".join(str(w) for w in what))


def needed(tool):
    if shutil.which(tool) is None:
        raise Skip("%s is not installed" % tool)
    return tool


def words(text):
    return " ".join(text.split())


def plain(folder, page):
    """The text of a page without roff, all blanks single."""
    with open(os.path.join(folder, page), encoding="utf-8") as f:
        text = f.read()
    text = re.sub(r'^\.\\".*$', "", text, flags=re.M)
    for roff, char in (("\\fB", ""), ("\\fI", ""), ("\\fR", ""), ("\\&", ""), ("\\-", "-"), ("\\(aq", "'"), ("\\(ga", "`"), ("\\e", "\\")):
        text = text.replace(roff, char)
    check("\\" not in text, page, "has roff that this test does not know")
    return words(text)


def helps(program):
    """The help of each command, as the program prints it."""
    names = re.findall(r"^  ([a-z]+) ", re.search(r"^commands:\n(.*?)\n\n", output(program, "--help"), re.M | re.S).group(1), re.M)
    check(len(names) > 5, "commands found:", names)
    return {name: output(program, name, "--help") for name in names}


def flags(text):
    """(names, text) of each flag of a help."""
    out = []
    for line in re.search(r"^flags:\n(.*?)(?:\n\n|\Z)", text, re.M | re.S).group(1).splitlines():
        left, meaning = line[:27], line[27:].strip()
        names = re.findall(r"(?:^|[ ,])(-[-a-z]+)", left)
        check(names and meaning, "no flag:", line)
        out.append((names, meaning))
    return out


def pages(folder, program, root):
    for page in PAGES:
        if shutil.which("groff"):
            warnings = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", os.path.join(folder, page)],
                                      capture_output=True, text=True, check=True).stderr
            check(not warnings, page, warnings)
        if shutil.which("man"):
            done = subprocess.run(["man", "-l", "--warnings", os.path.join(folder, page)], capture_output=True, text=True,
                                  env={**os.environ, "MANPAGER": "cat", "LC_ALL": "C.UTF-8", "MANWIDTH": "100"}, check=True)
            check(not done.stderr, page, done.stderr)
            check(len(done.stdout.splitlines()) > 50, page, "is short")
    if not (shutil.which("groff") or shutil.which("man")):
        raise Skip("neither groff nor man")


def text(folder, program, root):
    main_page, shells = plain(folder, "man1/hpswarm.1"), {}
    for name in ("hpswarm", "_hpswarm", "hpswarm.fish"):
        with open(os.path.join(folder, "completion", name), encoding="utf-8") as f:
            shells[name] = f.read()
    taken = set()
    for command, help_text in helps(program).items():
        check(".SS hpswarm %s" % command in main_page, "hpswarm(1) lacks", command)
        check(re.search(r"^        %s\) flags=" % command, shells["hpswarm"], re.M), "bash lacks", command)
        check("'%s:" % command in shells["_hpswarm"], "zsh lacks", command)
        for names, meaning in flags(help_text):
            check(words(meaning) in main_page, "hpswarm(1) lacks", command, names, meaning)
            of_bash = re.search(r"^        %s\) flags='(.*)'" % command, shells["hpswarm"], re.M).group(1).split()
            of_zsh = re.search(r"^    %s\)\n(.*?);;" % command, shells["_hpswarm"], re.M | re.S).group(1)
            of_fish = [line for line in shells["hpswarm.fish"].splitlines() if "_from %s'" % command in line]
            for name in names:
                taken.add(name)
                check(name in of_bash, "bash lacks", command, name)
                check("'%s[" % name in of_zsh, "zsh lacks", command, name)
                check(any(re.search(r" -l %s( |$)" % name[2:] if name[:2] == "--" else r" -s %s( |$)" % name[1:], line)
                          for line in of_fish), "fish lacks", command, name)
    with open(os.path.join(root, "src", "args.c"), encoding="utf-8") as f:
        known = set(re.findall(r'"(-[-a-z]+)"', re.search(r"flags\[N_FLAGS\] = \{(.*?)\n\};", f.read(), re.S).group(1)))
    check(taken == known, "flags of the help and of the parser differ:", taken ^ known)
    for code in re.findall(r"\b(\d+) [a-z]", output(program, "--help").split("exit codes:")[1]):
        check(".TP %s " % code in main_page, "hpswarm(1) lacks exit status", code)
    keys_and_advice(folder, program, root)
    functions(folder, root)


def keys_and_advice(folder, program, root):
    import hpswarm
    tune = output(program, "tune", "--help")
    page, tune_words = plain(folder, "man5/hpswarm.yaml.5"), words(tune)
    keys = re.findall(r"^(?:  )?([a-z_0-9]+) +(?:r|e|c|re|rc)? +\S.*$", tune.split("keys of the run file:\n")[1], re.M)
    check(len(keys) > 60, "keys found:", len(keys))
    for key in keys:
        check(".TP %s (" % key in page, "hpswarm.yaml(5) lacks", key)
    docs = {"soap": hpswarm.Soap.__doc__, "gpr": hpswarm.GAP.__doc__, "swarm": hpswarm.Swarm.__doc__, "study": hpswarm.Objective.__doc__}
    count = 0
    for owner, doc in docs.items():
        for option in hpswarm.options(owner):
            check(words(option.help) in words(doc) and words(option.advice) in words(doc), "the docstring lacks", owner, option.name)
            check(len(option.advice) > 30, owner, option.name, "has no advice")
            if (owner, option.name) == ("gpr", "e0"):
                continue  # data.e0 takes a method too, and has the advice on e0_method
            if option.name in keys or words(option.advice) in tune_words:
                check(words(option.advice) in tune_words, "tune --help lacks the advice on", owner, option.name)
                check(words(option.advice) in page, "hpswarm.yaml(5) lacks the advice on", owner, option.name)
                count += 1
    check(count > 45, "options of the run file:", count)


def functions(folder, root):
    page, count = plain(folder, "man3/libhpswarm.3"), 0
    for name in sorted(os.listdir(os.path.join(root, "include", "hpswarm"))):
        with open(os.path.join(root, "include", "hpswarm", name), encoding="utf-8") as f:
            declared = re.findall(r"HPS_API[^;(]*?(hps_\w+)\(", re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S))
        for function in declared:
            check(function + "(" in page, "libhpswarm(3) lacks", function)
            count += 1
    check(count > 100, "functions found:", count)


# -------------------------------------------------------------- completions
# What stands before the cursor, and what has to be offered for it (a file ends with .1).

CASES = (("hpswarm ker", "kernel"), ("hpswarm tune --res", "--resume"), ("hpswarm fit --max-m", "--max-memory"),
         ("hpswarm predict --out", "--output"), ("hpswarm check hpsw", "hpswarm.1"))


def bash(folder, program, root):
    script = r"""
. "$1/completion/hpswarm"
complete -p hpswarm | grep -q -- '-F _hpswarm' || exit 1
cd "$1/man1"
offered() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=(); _hpswarm; echo "${COMPREPLY[*]:-}"; }
"""
    for line, expected in CASES + (("hpswarm fit --res", ""), ("hpswarm tune --threads 1", ""), ("hpswarm export m --to qu", "quip")):
        script += "[ \"$(offered %s)\" = '%s' ] || { echo 'FAILED: %s'; exit 1; }\n" % (line, expected, line)
    print(output(needed("bash"), "--norc", "-c", script, "bash", folder))


def fish(folder, program, root):
    def offered(line):
        done = output(needed("fish"), "--no-config", "-c", "source $argv[1]/completion/hpswarm.fish; complete -C $argv[2]", folder, line,
                      cwd=os.path.join(folder, "man1"))
        return [entry.split("\t")[0] for entry in done.splitlines()]

    for line, expected in CASES:
        check(expected in offered(line), line, "offers", offered(line))
    check("--resume" not in offered("hpswarm fit --res"), "fit has no --resume")
    check("export" in offered("hpswarm "), "commands:", offered("hpswarm "))


def typed(shell, keys, until=None):
    """What an interactive shell shows after these keys, up to a word, or until nothing more comes."""
    os.write(shell, keys.encode())
    shown, end = b"", time.time() + 20
    while time.time() < end and not (until and until.encode() in shown) and select.select([shell], [], [], 3 if until else 1)[0]:
        try:
            shown += os.read(shell, 65536)
        except OSError:
            break
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\x07", "", shown.decode(errors="replace"))


def zsh(folder, program, root):
    needed("zsh")
    try:
        child, shell = pty.fork()
    except OSError as reason:  # a container may have none
        raise Skip("no terminal: %s" % reason)
    if child == 0:
        os.chdir(os.path.join(folder, "man1"))
        os.execvpe("zsh", ["zsh", "-f", "-i"], {"PATH": os.environ["PATH"], "TERM": "vt100", "HOME": folder})
    try:
        typed(shell, "PS1='> '; unsetopt zle_bracketed_paste; fpath=('%s/completion' $fpath); autoload -Uz compinit; compinit -u -D\n" % folder)
        for line, expected in CASES:
            shown = typed(shell, line + "\t", expected)
            check(expected in shown, line, "shows", repr(shown))
            typed(shell, "\x15\n")  # ctrl-u
        shown = typed(shell, "hpswarm fit --res\t")
        check("--resume" not in shown, "fit has no --resume:", repr(shown))
    finally:
        os.write(shell, b"\x15exit\n")
        os.close(shell)
        os.waitpid(child, 0)


if __name__ == "__main__":
    try:
        globals()[sys.argv[1]](*[os.path.abspath(a) for a in sys.argv[2:]])
    except Skip as reason:
        print("skipped:", reason)
        sys.exit(77)
    except AssertionError as reason:
        sys.exit("FAILED: %s" % reason)
    print(sys.argv[1], "holds")
