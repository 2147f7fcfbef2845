#!/usr/bin/env bash
# usage: dump.sh compare|update LIBRARY INCLUDE DUMP: the interface of a library that was built with
# debug information against the dump that is kept. Added symbols are reported; changed or removed ones
# fail. "update" writes the dump anew.
# Without the places of declarations (--short-locs) abidiff would pass over changes of structs.
# SPDX-License-Identifier: BSD-3-Clause
set -eu
what=$1 library=$2 include=$3 dump=$4
if [ "$what" = update ]; then
    abidw --exported-interfaces-only --headers-dir "$include" --drop-private-types --no-comp-dir-path \
        --short-locs --no-corpus-path --no-elf-needed --out-file "$dump" "$library"
    echo "wrote $dump"
    exit 0
fi
# Not --drop-private-types here: the types of stdint.h would count as private, and int64_t for int32_t as nothing. In the
# dump structs that the headers do not define are names without a body, which agree with any.
compare() { abidiff "$@" "$dump" "$library"; }
compare || true
if ! compare --no-added-syms >/dev/null; then
    echo "The interface was changed, or something was removed. If that is meant: ./run abi --update,"
    echo "and a line on the ABI in CHANGELOG.md."
    exit 1
fi
echo "nothing of $(basename "$dump") was changed or removed"
