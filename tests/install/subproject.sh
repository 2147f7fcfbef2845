#!/usr/bin/env bash
# usage: subproject.sh SOURCE CC: build the tree as part of another project, shared and static.
# SPDX-License-Identifier: BSD-3-Clause
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake -S "$here/subproject" -B "$work" -DHPSWARM_SOURCE="$1" -DCMAKE_C_COMPILER="$2" -DCMAKE_BUILD_TYPE=Debug \
    >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmake --build "$work" -j 2 >"$work/log" 2>&1 || { tail -n 40 "$work/log"; exit 1; }
"$work/with_shared"
"$work/with_static"
