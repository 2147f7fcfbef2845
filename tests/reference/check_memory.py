#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Memory that --dry-run announces against the peak of the resident memory of the process, and
--max-memory (all of what was announced, and less) against both. usage: check_memory.py PROGRAM DATA [WORD...]

DATA is a folder with the files of SETS and the ending .xyz (what is missing is left out); with WORDs only the cases that hold
all of them are run. Needs GNU time. A line a case: estimate and use in MiB and their ratio. Fails outside of 0.83 to 1.2, and above --max-memory.
"""
import json
import os
import subprocess
import sys
import tempfile

MIB = 1048576.0
SETS = {  # rcut_hard, rcut_soft, compress, n_sparse, forces, basis (n_max = l_max)
    "c_dimers": (5.0, 4.5, "none", 24, True, 6),
    "c_dimer_gpaw": (5.0, 4.5, "none", 24, True, 4),
    "si_gap18_subset": (5.0, 4.5, "none", 200, True, 6),
    "qm9_b3lyp_u0": (4.0, 3.5, "trivial", 300, False, 4),
    "qm7b_small": (4.0, 3.5, "trivial", 500, False, 4),
    "c_gap17_cryst_lda": (5.0, 4.5, "none", 200, True, 6),
    "fe_gap22_ext": (5.0, 4.5, "none", 500, True, 4),
    "c_gap17_pbe": (5.0, 4.5, "none", 500, True, 6),
    "c_disordered_lda": (5.0, 4.5, "none", 300, True, 4),
    "qm7_pbe0": (4.0, 3.5, "trivial", 500, False, 4),
    "qm9_mp2": (4.0, 3.5, "trivial", 1000, False, 4),
}


def settings(name, path, forces):
    hard, soft, compress, n_sparse, _, basis = SETS[name]
    return {"soap": {"n_max": basis, "l_max": basis, "rcut_hard": hard, "rcut_soft": soft, "atom_sigma_r": 0.5,
                     "atom_sigma_t": 0.5, "basis": "poly3gauss", "compress": compress},
            "kernel": {"zeta": 4},
            "gap": {"n_sparse": n_sparse, "delta": 1.0, "sigma_energy": 0.01, "sigma_force": 0.1, "fit_forces": forces}}


def run_settings(name, path, forces, strategy):
    run = settings(name, path, forces)
    run["data"] = {"file": path, "test_fraction": 0.3}
    run["strategy"] = strategy
    run["soap"]["rcut_soft"] = [run["soap"]["rcut_soft"] - 0.5, run["soap"]["rcut_soft"]]
    run["gap"]["delta"] = [0.1, 5.0]
    run["gap"]["sigma_energy"] = {"range": [0.001, 0.1], "scale": "log"}
    run["swarm"] = {"particles": 4, "evaluations": 8 if name == "c_dimers" else 4}
    return run


def peak_of(command):
    """Exit code, peak resident bytes and text. GNU time starts the program from a process that is smaller than it; what this
    one holds would otherwise count."""
    with tempfile.NamedTemporaryFile("r") as out:
        done = subprocess.run(["time", "-f", "%M", "-o", out.name, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, 1024 * int(out.read().split()[-1]), done.stdout


def cases(folder, data):
    for name, (_, _, _, _, has_forces, _) in SETS.items():
        path = f"{data}/{name}.xyz"
        if not os.path.exists(path):
            continue
        for forces in ([False, True] if has_forces else [False]):
            kind = "EF" if forces else "E"
            hp = f"{folder}/{name}.{kind}.json"
            with open(hp, "w") as out:
                json.dump(settings(name, path, forces), out)
            yield f"{name} {kind} fit", ["fit", path, "-p", hp, "-m", f"{folder}/{name}.hpsm"]
            for strategy in ("joint", "two-stage"):
                run = f"{folder}/{name}.{kind}.{strategy}.json"
                with open(run, "w") as out:
                    json.dump(run_settings(name, path, forces, strategy), out)
                yield f"{name} {kind} tune {strategy}", ["tune", run, "-o", f"{folder}/out"]
        yield f"{name} predict", ["predict", f"{folder}/{name}.hpsm", path, "-o", f"{folder}/out.xyz"]
        yield f"{name} kernel", ["kernel", path, "-p", hp, "--references", "3000"]
        yield f"{name} soap", ["soap", path, "-p", hp, "-o", f"{folder}/out.soap", "--frames", "0:100" if not name.startswith("c_dimer") and name != "si_gap18_subset" else "0:20"]


def remove(folder):
    subprocess.run(["rm", "-rf", f"{folder}/out", f"{folder}/out.soap"], check=True)


def estimate_of(program, command):
    """Exit code and bytes; the whole run for tune."""
    done = subprocess.run([program, *command, "--dry-run", "--json"], capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)["memory_bytes"] if done.returncode == 0 else 0


def one(program, folder, name, command, limit, enough=False):
    """A line of the table; the words that are wrong with it. enough: the limit has to do."""
    command = command + (["--max-memory", str(limit)] if limit else [])
    code, estimate = estimate_of(program, command)
    remove(folder)
    used_code, used, text = peak_of([program, *command])
    wrong = ""
    if code != used_code or (code and enough):
        wrong = f"exit {code} and {used_code}: {text.splitlines()[-1:]}"
    elif code == 0 and not 0.83 <= estimate / used <= 1.2:
        wrong = "outside a fifth"
    if code == 0 and limit and used > limit:
        wrong += " above --max-memory"
    print(f"{name:44} {limit / MIB:8.1f} {estimate / MIB:9.1f} {used / MIB:9.1f} {estimate / used if code == 0 else 0:6.2f}"
          f" {'exit ' + str(code) if code else ''} {wrong}", flush=True)
    return estimate, wrong


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    program, data, words = sys.argv[1], sys.argv[2], sys.argv[3:]
    failed = 0
    print(f"{'case':44} {'limit':>8} {'estimate':>9} {'used':>9}  ratio")
    with tempfile.TemporaryDirectory() as folder:
        for name, command in cases(folder, data):
            for threads in ("1", "2"):
                title = f"{name} {threads} thread{'s' if threads == '2' else ''}"
                chosen = all(w in title.split() for w in words)
                if not chosen and (command[0] != "fit" or any(w in SETS and w != name.split()[0] for w in words)):
                    continue
                estimate, wrong = one(program, folder, title, [*command, "--threads", threads], 0)
                failed += bool(wrong)
                if command[0] in ("fit", "tune") and all(w in title.split() for w in words):
                    for share in (1, 0.6, 0.35):
                        failed += bool(one(program, folder, title, [*command, "--threads", threads], int(share * estimate), share == 1)[1])
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
