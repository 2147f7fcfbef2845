#!/usr/bin/env bash
# usage: headers_compile.sh INCLUDE COMPILER ARGS...: every public header compiles alone.
# SPDX-License-Identifier: BSD-3-Clause
set -eu
include=$1
shift
count=0
for header in "$include"/*.h "$include"/hpswarm/*.h; do
    if [ "${header##*/}" = mpi.h ]; then continue; fi # needs an MPI
    "$@" -pedantic -Wall -Wextra -Werror -fsyntax-only -I "$include" "$header"
    count=$((count + 1))
done
echo "$count headers"
[ "$count" -ge 8 ]
