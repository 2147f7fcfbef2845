#!/usr/bin/env bash
# usage: flang.sh FLANG SOURCE LIBRARY DATA.xyz: the module, its test and the examples with another compiler.
# SPDX-License-Identifier: BSD-3-Clause
set -eu
flang=$1 source=$2 library=$3 data=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in c base options context space callbacks search surface data soap model path study; do
    "$flang" -std=f2018 -fPIC -O1 -c "$source/bindings/fortran/hpswarm_$name.f90"
done
"$flang" -std=f2018 -fPIC -O1 -c "$source/bindings/fortran/hpswarm.f90"
for program in tests/fortran/test_hpswarm tests/fortran/test_fits docs/examples/minimise docs/examples/soap_arrays docs/examples/fit_predict; do
    name=$(basename $program)
    "$flang" -O1 -c "$source/$program.f90" -o "$name.obj"
    "$flang" "$name.obj" ./*.o "$library" -Wl,-rpath,"$(dirname "$library")" -o "$name"
    "./$name" "$data"
done
