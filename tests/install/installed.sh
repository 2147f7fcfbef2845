#!/usr/bin/env bash
# usage: installed.sh BUILD CC CXX [FC] [PYTHON]: install into a temporary prefix, move it, then use it as
# a stranger would.
# SPDX-License-Identifier: BSD-3-Clause
set -eu
unset HPSWARM_LIBRARY PYTHONPATH
here=$(cd "$(dirname "$0")" && pwd)
build=$1 cc=$2 cxx=$3 fc=${4:-} python=${5:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; exit 1; }

# Staging: all of it lands under DESTDIR.
DESTDIR=$work/stage cmake --install "$build" --prefix /opt/hps >/dev/null
[ -f "$work/stage/opt/hps/include/hpswarm/base.h" ] || fail "DESTDIR is not honoured"
[ "$(ls "$work/stage")" = opt ] || fail "files outside of DESTDIR's prefix: $(ls "$work/stage")"

# The prefix is moved after the installation: nothing may remember where it was.
cmake --install "$build" --prefix "$work/first" >/dev/null
mkdir "$work/elsewhere"
mv "$work/first" "$work/elsewhere/prefix"
prefix=$work/elsewhere/prefix
if grep -rIl -e "$work/first" -e "$build" "$prefix"; then
    fail "an installed file names the build folder or the first prefix"
fi
libdir=$(dirname "$(find "$prefix" -name libhpswarm.so)")
for file in "$prefix/include/hpswarm.h" "$libdir/libhpswarm.a" "$libdir/pkgconfig/hpswarm.pc" \
    "$libdir/cmake/hpswarm/hpswarmConfig.cmake" "$libdir/cmake/hpswarm/hpswarmConfigVersion.cmake"; do
    [ -f "$file" ] || fail "$file is missing"
done
[ ! -e "$prefix/include/base" ] || fail "private headers are installed"
if [ -x "$prefix/bin/hpswarm" ]; then
    "$prefix/bin/hpswarm" --version >/dev/null || fail "the installed program does not start"
fi

# find_package, C and C++, shared and static.
for language in C CXX; do
    compiler=$cc
    [ "$language" = C ] || compiler=$cxx
    cmake -S "$here/consumer" -B "$work/$language" -DCMAKE_PREFIX_PATH="$prefix" -DCONSUMER_LANGUAGE=$language \
        -DCMAKE_${language}_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=Release >"$work/log" 2>&1 || { cat "$work/log"; fail configure; }
    cmake --build "$work/$language" >"$work/log" 2>&1 || { cat "$work/log"; fail "build with find_package, $language"; }
    "$work/$language/with_shared" | tee -a "$work/results"
    "$work/$language/with_static" | tee -a "$work/results"
done
expected=4
if [ -n "$fc" ]; then
    cmake -S "$here/consumer" -B "$work/Fortran" -DCMAKE_PREFIX_PATH="$prefix" -DCONSUMER_LANGUAGE=Fortran \
        -DCMAKE_Fortran_COMPILER="$fc" -DCMAKE_BUILD_TYPE=Release >"$work/log" 2>&1 || { cat "$work/log"; fail "configure, Fortran"; }
    cmake --build "$work/Fortran" >"$work/log" 2>&1 || { cat "$work/log"; fail "build with find_package, Fortran"; }
    "$work/Fortran/with_shared" | tee -a "$work/results"
    expected=$((expected + 1))
fi
if ldd "$work/C/with_static" | grep -q libhpswarm; then
    fail "the static target links the shared library"
fi
# The library of MPI, if it was built: HPSWARM_MPICC is its compiler. Without mpiexec it is one rank.
if [ -f "$libdir/pkgconfig/hpswarm_mpi.pc" ]; then
    cmake -S "$here/consumer" -B "$work/mpi" -DCMAKE_PREFIX_PATH="$prefix" -DCONSUMER_LANGUAGE=C -DCONSUMER_MPI=ON \
        -DMPI_C_COMPILER="$HPSWARM_MPICC" -DCMAKE_C_COMPILER="$cc" >"$work/log" 2>&1 || { cat "$work/log"; fail "configure, MPI"; }
    cmake --build "$work/mpi" >"$work/log" 2>&1 || { cat "$work/log"; fail "build with find_package, MPI"; }
    # shellcheck disable=SC2046 # flags are words
    "$HPSWARM_MPICC" "$here/../../docs/examples/mpi.c" -o "$work/pc_mpi" \
        $(PKG_CONFIG_PATH=$libdir/pkgconfig pkg-config --cflags --libs hpswarm_mpi) -lm
    one=$("$work/mpi/with_mpi")
    [ -n "$one" ] && [ "$one" = "$(LD_LIBRARY_PATH=$libdir "$work/pc_mpi")" ] || fail "the consumers of MPI"
fi
# Another minor version is refused while the major version is 0.
if cmake -S "$here/consumer" -B "$work/none" -DCMAKE_PREFIX_PATH="$prefix" -DCONSUMER_LANGUAGE=C \
    -DWANT_VERSION=0.2 >"$work/log" 2>&1; then
    fail "version 0.2 was found"
fi

# pkg-config in each language; then --static where there is no shared library to take.
export PKG_CONFIG_PATH=$libdir/pkgconfig
# pc NAME [--static]: build with what pkg-config says, and run.
pc() {
    local name=$1
    shift
    # shellcheck disable=SC2046 # flags are words
    "$cc" "$here/consumer/main.c" -o "$work/${name}_c" $(pkg-config --cflags --libs "$@" hpswarm) -lm
    # shellcheck disable=SC2046
    "$cxx" "$here/consumer/main.cpp" -o "$work/${name}_cxx" $(pkg-config --cflags --libs "$@" hpswarm)
    LD_LIBRARY_PATH=$libdir "$work/${name}_c" | tee -a "$work/results"
    LD_LIBRARY_PATH=$libdir "$work/${name}_cxx" | tee -a "$work/results"
    expected=$((expected + 2))
    [ -n "$fc" ] || return 0
    # shellcheck disable=SC2046
    "$fc" "$here/consumer/main.f90" -J "$work" -o "$work/${name}_f" $(pkg-config --cflags --libs "$@" hpswarm-fortran)
    LD_LIBRARY_PATH=$libdir "$work/${name}_f" | tee -a "$work/results"
    expected=$((expected + 1))
}
pc shared
if [ -n "$python" ]; then
    cp -r "$here/../../bindings/python/hpswarm" "$work/hpswarm"
    cp "$here/consumer/main.py" "$work"
    export PYTHONDONTWRITEBYTECODE=1
    HPSWARM_LIBRARY=$libdir "$python" "$work/main.py" | tee -a "$work/results"
    # The system's library is found where the linker finds it.
    LD_LIBRARY_PATH=$libdir "$python" "$work/main.py" | tee -a "$work/results"
    expected=$((expected + 2))
fi
rm "$libdir"/libhpswarm.so*
pc static --static

[ "$(wc -l <"$work/results")" = "$expected" ] || fail "a consumer printed nothing"
[ "$(sort -u "$work/results" | wc -l)" = 1 ] || fail "the consumers' numbers differ"

# What is taken away again leaves nothing; in a prefix of the system only the folders that others use too.
DESTDIR=$work/gone cmake --install "$build" --prefix /opt/hps >/dev/null
DESTDIR=$work/gone cmake -P "$build/pkgconfig/uninstall.cmake"
[ -z "$(ls "$work/gone/opt")" ] || fail "an uninstall leaves: $(find "$work/gone")"
DESTDIR=$work/gone cmake --install "$build" --prefix /usr >/dev/null
touch "$work/gone/usr/include/other.h"
DESTDIR=$work/gone cmake -P "$build/pkgconfig/uninstall.cmake"
left=$(find "$work/gone" ! -type d ! -name other.h -o -name '*hpswarm*')
[ -z "$left" ] || fail "an uninstall leaves: $left"
[ -e "$work/gone/usr/include/other.h" ] && [ -d "$work/gone/usr/${libdir#"$prefix"/}" ] || fail "an uninstall takes what is not ours"
if DESTDIR=$work/gone cmake -P "$build/pkgconfig/uninstall.cmake" 2>/dev/null; then
    fail "an uninstall of nothing succeeds"
fi
