#!/usr/bin/env bash
# usage: dump_can_fail.sh CC: dump.sh, which ./run abi uses, on a small library: a symbol that is added is
# reported and accepted, one that is changed or removed is not, nor a struct that is changed. 77: no abidw.
# SPDX-License-Identifier: BSD-3-Clause
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cc=$1
if ! command -v abidw >/dev/null; then
    echo "skipped: abigail-tools is not installed"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir include

library() { # declarations, definitions
    echo "$1" >include/a.h
    printf '#include "a.h"\n%s\n' "$2" >a.c
    "$cc" -g -shared -fPIC -Iinclude a.c -o liba.so
}
compare() { "$here/dump.sh" compare liba.so include a.abi >out 2>&1; }
accepted() { compare || { cat out; echo "refused, but is right: $*"; exit 1; }; }
refused() { if compare; then cat out; echo "accepted, but is wrong: $*"; exit 1; fi; }

struct='typedef struct hps_s { int size; double x; } hps_s;'
declared="$struct int hps_a(int n); int hps_b(hps_s *s);"
defined='int hps_a(int n) { return n; } int hps_b(hps_s *s) { return s->size; }'
library "$declared" "$defined"
"$here/dump.sh" update liba.so include a.abi >/dev/null
accepted the same
library "$declared int hps_c(void);" "$defined int hps_c(void) { return 1; }"
accepted an added function
grep -q 'hps_c' out || { cat out; echo "the added function is not reported"; exit 1; }
library "$struct int hps_b(hps_s *s);" 'int hps_b(hps_s *s) { return s->size; }'
refused a removed function
grep -q 'hps_a' out || { cat out; echo "the removed function is not reported"; exit 1; }
library "$struct int hps_a(long n); int hps_b(hps_s *s);" 'int hps_a(long n) { return (int)n; } int hps_b(hps_s *s) { return s->size; }'
refused another parameter
library "typedef struct hps_s { int size; double y, x; } hps_s; int hps_a(int n); int hps_b(hps_s *s);" "$defined"
refused a field in the middle of a struct
library "typedef struct hps_s { int size; float x; } hps_s; int hps_a(int n); int hps_b(hps_s *s);" "$defined"
refused another type of a field
echo "the comparison with a dump can fail"
