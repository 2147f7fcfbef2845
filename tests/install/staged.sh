#!/usr/bin/env bash
# usage: staged.sh SOURCE CC [FC]: configure, build and stage as a distribution of several architectures does, with
# DESTDIR and the libraries in lib/<triplet>; then build against the stage.
# SPDX-License-Identifier: BSD-3-Clause
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$1 cc=$2 fc=${3:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; exit 1; }
run() { "$@" >"$work/log" 2>&1 || { tail -n 40 "$work/log"; fail "$*"; }; }

triplet=$("$cc" -dumpmachine)
lib=usr/lib/$triplet
run cmake -S "$source" -B "$work/build" -DCMAKE_C_COMPILER="$cc" ${fc:+-DCMAKE_Fortran_COMPILER="$fc"} \
    -DCMAKE_BUILD_TYPE=None -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_LIBDIR="lib/$triplet" -DHPSWARM_BUILD_TESTS=OFF \
    -DHPSWARM_BUILD_FORTRAN="$([ -n "$fc" ] && echo ON || echo OFF)"
run cmake --build "$work/build" -j 2
DESTDIR=$work/stage run cmake --install "$work/build"

cd "$work/stage"
[ "$(ls)" = usr ] || fail "files outside of /usr: $(ls)"
[ "$(ls usr/lib)" = "$triplet" ] || fail "files outside of $lib: $(ls usr/lib)"
for file in "$lib/libhpswarm.so" "$lib/libhpswarm.a" "$lib/pkgconfig/hpswarm.pc" "$lib/cmake/hpswarm/hpswarmConfig.cmake" \
    usr/include/hpswarm.h; do
    [ -f "$file" ] || fail "$file is missing"
done
[ -f "$lib/$(readlink "$lib/libhpswarm.so")" ] || fail "libhpswarm.so points at nothing"
if grep -rIl "$work" .; then
    fail "an installed file names the build folder or the stage"
fi
[ ! -x usr/bin/hpswarm ] || usr/bin/hpswarm --version >/dev/null || fail "the program does not find its library"

cd "$work"
export PKG_CONFIG_PATH=$work/stage/$lib/pkgconfig
# shellcheck disable=SC2046 # flags are words
"$cc" "$here/consumer/main.c" -o pc $(pkg-config --cflags --libs hpswarm) -lm
LD_LIBRARY_PATH=stage/$lib ./pc | tee -a results
run cmake -S "$here/consumer" -B C -DCMAKE_PREFIX_PATH="$work/stage/usr" -DCONSUMER_LANGUAGE=C -DCMAKE_C_COMPILER="$cc"
run cmake --build C
C/with_shared | tee -a results
C/with_static | tee -a results
if [ -n "$fc" ]; then
    # shellcheck disable=SC2046
    "$fc" "$here/consumer/main.f90" -J "$work" -o pc_f $(pkg-config --cflags --libs hpswarm-fortran)
    LD_LIBRARY_PATH=stage/$lib ./pc_f | tee -a results
fi
[ "$(sort -u results | wc -l)" = 1 ] || fail "the consumers' numbers differ"
