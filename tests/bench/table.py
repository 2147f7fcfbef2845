#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Run the programs that measure and print one JSON document, then a table.

usage: table.py DIR [--quick | --full] [file.xyz]
DIR has the programs bench_*; the document is kept in DIR/../../bench.json.
"""
import json
import os
import platform
import subprocess
import sys

PROGRAMS = ("descriptors", "kernel", "fit", "predict", "evaluate", "threads")


def run(path, arguments):
    done = subprocess.run([path, *arguments], stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(f"bench: {path} ended with {done.returncode}")
    return json.loads(done.stdout)


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor()


def seconds(value):
    if value >= 1:
        return f"{value:.2f} s"
    return f"{1e3 * value:.2f} ms" if value >= 1e-3 else f"{1e6 * value:.1f} us"


def parts(row):
    return ", ".join(f"{k.split('_', 1)[1]} {seconds(row[k])}" for k in sorted(row)
                     if k.startswith("seconds_"))


def table(document):
    """Lines of text: a block for each set of sides that was run in turn."""
    yield (f"{document['processor']}, {document['processors']} processors, load "
           f"{document['load'][0]:.1f} before and {document['load'][1]:.1f} after")
    yield ("wall: median (least) of the runs; cpu: median of user + system over all threads; "
           "ratio: median over the rounds")
    for program in document["programs"]:
        yield ""
        yield (f"{program['program']}: {program['data']}, {program['atoms']} atoms in "
               f"{program['frames']} frames; BLAS kernels {program['core']}")
        what = None
        for row in program["rows"]:
            if row["what"] != what:
                what = row["what"]
                yield f"  {what}"
            if "wall" not in row:
                yield f"    {row['side']}: {parts(row)}"
                continue
            ratio = f"{row['ratio']:8.3f} x {row['base']}" if row["base"] else ""
            wall = f"{seconds(row['wall'])} ({seconds(row['wall_least'])})"
            yield (f"    {row['side']:30s} {row['threads']} thr {wall:>24s}  cpu "
                   f"{seconds(row['cpu']):>10s} {row['us_per_unit']:11.4g} us/{row['unit']:12s}"
                   f"{ratio}")
        yield f"  peak memory of the program: {program['rows'][-1].get('peak_mb', 0):.0f} MB"
    soap = document.get("soap")
    if soap:
        yield ""
        yield (f"soap, first suitable frame, {soap['atoms']} atoms, kernels {soap['kernels']}, "
               f"dgemm {soap['dgemm_gflops']} GF/s; least microseconds per environment")
        for row in soap["rows"]:
            yield "  " + "  ".join(f"{k} {v}" for k, v in row.items())


def compact(document):
    """JSON with one row a line."""
    text = []
    for program in document["programs"]:
        head = json.dumps({k: v for k, v in program.items() if k != "rows"})
        rows = ",\n   ".join(json.dumps(row) for row in program["rows"])
        text.append(f'  {head[:-1]}, "rows": [\n   {rows}]}}')
    head = json.dumps({k: v for k, v in document.items() if k != "programs"})
    return f'{head[:-1]}, "programs": [\n' + ",\n".join(text) + "]}"


def keep(directory, document):
    """What is there so far: a run that is stopped loses no finished program."""
    with open(os.path.join(directory, "..", "..", "bench.json"), "w", encoding="utf-8") as out:
        out.write(compact(document) + "\n")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    directory, arguments = sys.argv[1], sys.argv[2:]
    if os.environ.get("OPENBLAS_CORETYPE"):
        print(f"bench: OPENBLAS_CORETYPE={os.environ['OPENBLAS_CORETYPE']} chooses the BLAS kernels",
              file=sys.stderr)
    before = os.getloadavg()[0]
    document = {"processor": processor(), "processors": os.cpu_count(), "arguments": arguments,
                "programs": []}
    for program in PROGRAMS:
        print(f"bench: {program}", file=sys.stderr)
        document["programs"].append(run(os.path.join(directory, f"bench_{program}"), arguments))
        document["load"] = [before, os.getloadavg()[0]]
        keep(directory, document)
    files = [a for a in arguments if not a.startswith("-")]
    if files:
        document["soap"] = run(os.path.join(directory, "bench_soap"), files)
        keep(directory, document)
    print(compact(document))
    print()
    print("\n".join(table(document)))


if __name__ == "__main__":
    main()
