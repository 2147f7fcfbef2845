#!/bin/sh
# usage: example.sh PROGRAM MPIEXEC NUMPROC_FLAG: the example prints the same on one rank and on three.
# SPDX-License-Identifier: BSD-3-Clause
set -eu
one=$("$2" "$3" 1 "$1")
three=$("$2" "$3" 3 "$1")
echo "$one"
[ -n "$one" ] && [ "$one" = "$three" ] || { echo "FAILED: on three ranks: $three"; exit 1; }
