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
    # abidw does not see what is private to a.c in the DWARF 5 of clang 14
    "$cc" -gdwarf-4 -shared -fPIC -Iinclude a.c -o liba.so
}
compare() { "$here/dump.sh" compare liba.so include a.abi >out 2>&1; }
accepted() { compare || { cat out; echo "refused, but is right: $*"; exit 1; }; }
refused() { if compare; then cat out; echo "accepted, but is wrong: $*"; exit 1; fi; }

struct='#include <stdint.h>
typedef struct hps_own hps_own; typedef struct hps_s { int size; double x; } hps_s;'
others='int hps_c(hps_own *o, int64_t n, const int32_t *p);'
declared="$struct int hps_a(int n); int hps_b(hps_s *s); $others"
own() { echo "struct hps_own { $1; }; int hps_c(hps_own *o, $2 n, const $3 *p) { return (int)sizeof *o + (int)n + (int)*p; }"; }
defined="int hps_a(int n) { return n; } int hps_b(hps_s *s) { return s->size; } $(own 'int x' int64_t int32_t)"
library "$declared" "$defined"
"$here/dump.sh" update liba.so include a.abi >/dev/null
accepted the same
library "$declared int hps_d(void);" "$defined int hps_d(void) { return 1; }"
accepted an added function
grep -q 'hps_d' out || { cat out; echo "the added function is not reported"; exit 1; }
library "$declared" "${defined/int x/double x[7]}"
accepted another body of an opaque struct
library "${declared/int64_t n/int32_t n}" "${defined/int64_t n/int32_t n}"
refused another integer type
library "${declared/const int32_t/const int64_t}" "${defined/const int32_t/const int64_t}"
refused another type behind a pointer
library "$struct int hps_b(hps_s *s); $others" "${defined#int hps_a(int n) \{ return n; \}}"
refused a removed function
grep -q 'hps_a' out || { cat out; echo "the removed function is not reported"; exit 1; }
library "${declared/hps_a(int n)/hps_a(long n)}" "${defined/hps_a(int n)/hps_a(long n)}"
refused another parameter
library "${declared/double x/double y, x}" "$defined"
refused a field in the middle of a struct
library "${declared/double x/float x}" "$defined"
refused another type of a field
echo "the comparison with a dump can fail"
