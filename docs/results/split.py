#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Part an extended-XYZ file: split.py NAME.xyz [EVERY] writes frames 0, EVERY, 2 EVERY, ... (EVERY: 5; from frame K
with --first K) to NAME.test.xyz and the others to NAME.train.xyz, beside it or in the folder given with -o. With --pick N it writes N frames,
evenly spaced, to NAME.N.xyz; --phase moves them by a part of the spacing, so that two choices have no frame in common."""
import argparse
import os


def frames(path):
    """The frames of the file, each the lines that it consists of."""
    with open(path) as source:
        while True:
            head = source.readline()
            if not head.strip():
                return
            yield [head] + [source.readline() for _ in range(int(head) + 1)]


def part(path, stem, every, first):
    """Test and training frames."""
    with open(stem + ".train.xyz", "w") as train, open(stem + ".test.xyz", "w") as test:
        for number, lines in enumerate(frames(path)):
            (train if (number - first) % every else test).writelines(lines)


def pick(path, stem, count, phase):
    """Some frames, evenly spaced."""
    total = sum(1 for _ in frames(path))
    chosen = {int((i + phase) * total / count) for i in range(count)}
    with open(f"{stem}.{count}.xyz", "w") as target:
        for number, lines in enumerate(frames(path)):
            if number in chosen:
                target.writelines(lines)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("file")
    options.add_argument("every", nargs="?", type=int, default=5)
    options.add_argument("-o", "--output", help="folder of the new files")
    options.add_argument("--first", type=int, default=0, metavar="K")
    options.add_argument("--pick", type=int, metavar="N")
    options.add_argument("--phase", type=float, default=0.0)
    given = options.parse_args()
    folder = given.output or os.path.dirname(given.file)
    stem = os.path.join(folder, os.path.splitext(os.path.basename(given.file))[0])
    if given.pick:
        pick(given.file, stem, given.pick, given.phase)
    else:
        part(given.file, stem, given.every, given.first)


if __name__ == "__main__":
    main()
