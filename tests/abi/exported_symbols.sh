#!/usr/bin/env bash
# usage: exported_symbols.sh INCLUDE LIBRARY: the names that a shared library exports are
# those that the public headers declare with HPS_API, no more and no fewer (mpi.h is of a
# library of its own).
# SPDX-License-Identifier: BSD-3-Clause
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
find "$1" -name '*.h' ! -name mpi.h -print0 | xargs -0 cat | awk '
    /^[[:space:]]*#/ { while (/\\$/ && getline > 0) { } next }
    { text = text " " $0 }
    END {
        while ((from = index(text, "/*")) > 0) { # comments
            rest = substr(text, from + 2);
            text = substr(text, 1, from - 1) " " substr(rest, index(rest, "*/") + 2);
        }
        n = split(text, declaration, "HPS_API");
        for (i = 2; i <= n; i++) {
            if (match(declaration[i], /[A-Za-z0-9_]+[ ]*\(/)) {
                name = substr(declaration[i], RSTART, RLENGTH - 1);
                gsub(/ /, "", name);
                print name;
            }
        }
    }' | LC_ALL=C sort -u >"$work/declared"
nm -D --defined-only "$2" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort -u >"$work/exported"
echo "$(wc -l <"$work/declared") declared, $(wc -l <"$work/exported") exported"
[ -s "$work/declared" ]
if ! cmp -s "$work/declared" "$work/exported"; then
    LC_ALL=C comm -23 "$work/declared" "$work/exported" | sed 's/^/declared, not exported: /'
    LC_ALL=C comm -13 "$work/declared" "$work/exported" | sed 's/^/exported, not declared: /'
    exit 1
fi
