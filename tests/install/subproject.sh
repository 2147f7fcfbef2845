#!/usr/bin/env bash
# usage: subproject.sh SOURCE HOW CC CXX [FC]: build the tree as part of another project, shared and static. HOW is
# fetch (a project in C and, with FC, Fortran) or add (one in C++ only).
# SPDX-License-Identifier: BSD-3-Clause
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$1 how=$2 cc=$3 cxx=$4 fc=${5:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
languages=C
[ "$how" = fetch ] || languages=CXX fc=""
cmake -S "$here/subproject" -B "$work" -DHPSWARM_SOURCE="$source" -DHOW="$how" -DHOST_LANGUAGES=$languages \
    -DHOST_FORTRAN="$([ -n "$fc" ] && echo ON || echo OFF)" ${fc:+-DCMAKE_Fortran_COMPILER="$fc"} \
    -DCMAKE_C_COMPILER="$cc" ${cxx:+-DCMAKE_CXX_COMPILER="$cxx"} -DCMAKE_BUILD_TYPE=Debug \
    >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmake --build "$work" -j 2 >"$work/log" 2>&1 || { tail -n 40 "$work/log"; exit 1; }
for program in "$work"/*_hpswarm "$work"/*_hpswarm_static; do
    "$program" | tee -a "$work/results"
done
[ "$(sort -u "$work/results" | wc -l)" = 1 ] || { echo "FAILED: the consumers' numbers differ"; exit 1; }
[ "$(wc -l <"$work/results")" -ge 2 ] || { echo "FAILED: a consumer printed nothing"; exit 1; }
