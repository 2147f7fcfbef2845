#!/usr/bin/env bash
# usage: scripts_can_fail.sh CC: each script of this folder refuses a tree that breaks its rule.
# SPDX-License-Identifier: BSD-3-Clause
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cc=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lib/base" "$work/lib/soap" "$work/lib/swarm" "$work/src" "$work/include/hpswarm"
cd "$work"

passes() { "$@" >out 2>&1 || { cat out; echo "refused, but is right: $*"; exit 1; }; }
refuses() { if "$@" >out 2>&1; then echo "accepted, but is wrong: $*"; exit 1; fi; }
arrow() { # verdict file include
    echo "#include $3" >"$2"
    "$1" "$here/include_arrows.sh" "$work"
    rm "$2"
}

arrow passes lib/soap/a.c '"dataset/internal.h"'
arrow passes lib/soap/a.c '"hpswarm/soap.h"'
arrow passes lib/soap/a.c '"internal.h"'
arrow refuses lib/base/a.c '"soap/internal.h"'
arrow refuses lib/soap/a.c '"kernel/internal.h"'
arrow refuses lib/soap/a.c '"swarm/internal.h"'
arrow refuses lib/swarm/a.c '"hpswarm/soap.h"'
arrow refuses lib/soap/a.c '"../base/internal.h"'
arrow refuses src/a.c '"base/internal.h"'
arrow passes src/a.c '"hpswarm/soap.h"'
arrow refuses include/hpswarm/base.h '"soap.h"'

long() { # body lines of a function
    { echo 'void f(void)'; echo '{'; for _ in $(seq "$1"); do echo '    ;'; done; echo '}'; } >lib/base/a.c
}
long 80
passes "$here/sizes.sh" "$work"
long 81
refuses "$here/sizes.sh" "$work"
seq 801 | sed 's/.*/int x&;/' >lib/base/a.c
refuses "$here/sizes.sh" "$work"

library() { # verdict, code of library
    echo "$2" | "$cc" -shared -fPIC -x c - -o a.so
    "$1" "$here/exported_symbols.sh" include a.so
}
printf '#define HPS_API\n/* HPS_API int no(void); */\nHPS_API int\nhps_a(int x,\n int y);\n' >include/hpswarm/base.h
library passes 'int hps_a(int x){return x;}'
library refuses 'int hps_b(int x){return x;}'
library refuses 'int hps_a(int x){return x;} int leak(void){return 0;}'

object() { # verdict, source, code
    mkdir -p "${2%/*}"
    echo "$3" | "$cc" -O0 -fno-builtin -c -x c - -o "$2.o"
    "$1" "$here/symbols_used.sh" "$2.o"
}
object passes ./base/memory.c 'void *malloc(unsigned long); void *f(void){return malloc(3);}'
object refuses ./base/status.c 'void *malloc(unsigned long); void *f(void){return malloc(3);}'
object passes ./base/linalg.c 'void dgemm_(void); void f(void){dgemm_();}'
object refuses ./kernel/linalg.c 'void dgemm_(void); void f(void){dgemm_();}'
object refuses ./base/status.c 'int puts(const char*); void f(void){puts("");}'
object refuses ./base/status.c 'char *getenv(const char*); char *f(void){return getenv("HOME");}'
object refuses ./base/status.c 'void exit(int); void f(void){exit(1);}'
for word in abort __assert_fail sigaction setlocale localtime fesetround feenableexcept longjmp chdir fork rand syslog strtod __isoc99_sscanf; do
    object refuses ./base/status.c "void $word(void); void f(void){$word();}"
done
forbidden() { # verdict, code of a library
    echo "$2" | "$cc" -shared -fPIC -fno-builtin -x c - -o b.so
    "$1" "$here/symbols_used.sh" b.so
}
forbidden passes 'void *malloc(unsigned long); void *f(void){return malloc(3);}'
forbidden refuses 'void abort(void); void f(void){abort();}'

if command -v python3 >/dev/null; then
    types() { # verdict, header
        echo "$2" >include/hpswarm/base.h
        "$1" python3 -B "$here/crossing.py" include
    }
    types passes 'typedef struct hps_a { int32_t struct_size; double x[3]; const char *t; void *(*f)(int64_t n, void *u); } hps_a;
HPS_API hps_status hps_f(hps_a *a, const double *x, int32_t n);'
    types refuses 'typedef struct hps_a { double x; int32_t struct_size; } hps_a; HPS_API hps_status hps_f(hps_a *a);'
    types refuses 'typedef struct hps_a { int32_t struct_size; } hps_a; HPS_API hps_status hps_f(hps_a a);'
    types refuses 'typedef struct hps_a { int32_t struct_size; } hps_a; HPS_API hps_a hps_f(void);'
    types refuses 'typedef struct hps_a { int32_t struct_size; long x; } hps_a; HPS_API void hps_f(void);'
    types refuses 'HPS_API hps_status hps_f(size_t n);'
    types refuses 'HPS_API bool hps_f(void);'
    types refuses 'HPS_API void hps_f(FILE *f);'
    root=$here/../.. kept=$here/constants.txt
    passes python3 -B "$here/constants.py" compare "$root" "$kept"
    sed 's/^HPS_EVAL_FAILED .*/HPS_EVAL_FAILED 17/' "$kept" >constants
    refuses python3 -B "$here/constants.py" compare "$root" constants
    { cat "$kept"; echo 'HPS_EVAL_GONE 4'; } >constants
    refuses python3 -B "$here/constants.py" compare "$root" constants
    grep -v '^HPS_EVAL_FAILED' "$kept" >constants # an added one
    passes python3 -B "$here/constants.py" compare "$root" constants
    types refuses 'typedef int (*hps_fn)(void *user); HPS_API void hps_f(hps_fn f);'
fi
echo "each script can fail"
