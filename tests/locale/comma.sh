#!/usr/bin/env bash
# usage: comma.sh DATA.xyz PROGRAM PYTHON PACKAGE LIBRARY TEST...: the tests, the program and a Python whose numbers
# have a comma, in a locale that is made for them. PROGRAM and PYTHON may be "". 77: it cannot be made.
# SPDX-License-Identifier: BSD-3-Clause
set -eu
data=$1 program=$2 python=$3 package=$4 library=$5
shift 5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! localedef -i de_DE -f UTF-8 "$work/de_DE.UTF-8" >"$work/log" 2>&1; then
    echo "skipped: no localedef, or no source of de_DE (Debian's package locales)"
    exit 77
fi
export LOCPATH=$work HPSWARM_TEST_COMMA=1
for one in "$@"; do "$one"; done
cd "$work"
if [ -n "$program" ]; then
    cat >run.yaml <<TEXT
data: {file: '$data', test_every: 5}
strategy: joint
soap: {n_max: 3, l_max: 3, rcut_hard: 4.5, rcut_soft: [3.5, 4.5], atom_sigma_r: [0.25, 0.75]}
gap: {n_sparse: 10, delta: {range: [0.1, 5.5], scale: log}}
swarm: {evaluations: 40, seed: 7}
TEXT
    for locale in C de_DE.UTF-8; do
        LC_ALL=$locale "$program" tune run.yaml -q -o "$locale" >"$locale.log"
        LC_ALL=$locale "$program" predict "$locale/model.hpsm" "$data" -o "$locale/predicted.xyz" >"$locale.log"
    done
    for file in best.yaml model.hpsm predicted.xyz; do cmp "C/$file" "de_DE.UTF-8/$file"; done
    grep -q '[0-9][.][0-9]' de_DE.UTF-8/best.yaml
fi
if [ -n "$python" ]; then
    LC_ALL=de_DE.UTF-8 PYTHONPATH=$package HPSWARM_LIBRARY=$library PYTHONDONTWRITEBYTECODE=1 "$python" - "$data" <<'TEXT'
import locale
import sys

import hpswarm


def results():
    data = hpswarm.Dataset.read(sys.argv[1])
    data.write("all.xyz")
    with open("all.xyz", encoding="utf-8") as f:
        text = f.read()
    gap = hpswarm.GAP(hpswarm.Soap("C", r_cut=4.5, n_max=3, l_max=3), n_sparse=8)
    study = hpswarm.Study(data, space={"gap.delta": ["0.5", "1.25"], "soap.atom_sigma_r": (0.25, 0.75)}, gap=gap)
    found = study.run(max_iterations=3, seed=2)
    return text, found.params, str(found.test)


point = results()
locale.setlocale(locale.LC_ALL, "")
assert locale.localeconv()["decimal_point"] == ",", locale.localeconv()
assert results() == point
TEXT
fi
echo "a comma changes nothing"
