#!/usr/bin/env bash
# usage: symbols_used.sh OBJECT...: which object files call what from outside.
# SPDX-License-Identifier: BSD-3-Clause
# Memory comes from one file, BLAS/LAPACK from base/linalg.c, threads are started by one
# file; nothing prints, ends the host, or touches its environment.
set -eu
nm -A -u "$@" | awk '
    function only_in(what, place) {
        if (substr(member, length(member) - length(place) + 1) != place) { print member ": " symbol " (" what " belongs in " place ")"; bad = 1 }
    }
    {
        split($1, where, ":");
        member = where[1]; sub(/\.o$/, "", member);
        symbol = $NF; sub(/@.*/, "", symbol);
        count++;
        if (symbol ~ /^(malloc|calloc|realloc|reallocarray|free|aligned_alloc|posix_memalign|memalign|strdup|strndup|asprintf|vasprintf|getline|getdelim|open_memstream|mmap)$/) {
            only_in("memory", "/base/memory.c");
        }
        if (symbol ~ /^(cblas_|LAPACKE_|openblas_)/ || symbol ~ /^[sdcz][a-z0-9]+_$/ || symbol ~ /^i[sdcz]amax_$/) {
            only_in("BLAS and LAPACK", "/base/linalg.c");
        }
        if (symbol ~ /^(GOMP_parallel|GOMP_task|__kmpc_fork_call|pthread_create|thrd_create)/) {
            only_in("starting threads", "/base/parallel.c");
        }
        if (symbol ~ /^uselocale$/) {
            only_in("the locale of the calling thread, put back,", "/dataset/write.c");
        }
        if (symbol ~ /^(__)?v?(printf|dprintf|puts|putchar|perror)(_chk)?$/ ||
            symbol ~ /^(stdout|stderr|stdin|exit|_exit|_Exit|quick_exit|abort|raise|kill|system|popen|fork|getenv|secure_getenv|setenv|putenv|environ|setlocale|signal|sigaction|fesetround|fesetenv|feenableexcept|atexit|rand|srand|random|strtok|gets)$/) {
            print member ": " symbol " (the library never does this)"; bad = 1;
        }
    }
    END {
        if (count == 0) { print "no symbol found"; bad = 1 }
        exit bad;
    }'
