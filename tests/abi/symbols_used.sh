#!/usr/bin/env bash
# usage: symbols_used.sh OBJECT... | LIBRARY.so: which object files call what from outside.
# SPDX-License-Identifier: BSD-3-Clause
# Memory comes from one file, BLAS/LAPACK from base/linalg.c, threads are started by one
# file; nothing prints, ends the host, or touches its environment.
set -eu
nm -A -u "$@" | awk '
    function only_in(what, place) {
        if (member ~ /[.]so[.0-9]*$/) { return } # all files in one
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
        if (symbol ~ /^(__isoc[0-9]+_)?(strto[dfl]|strtold|ato[fil]|wcstod|v?f?s?scanf)$/) {
            print member ": " symbol " (numbers are read without the locale, by dataset/number.c)"; bad = 1;
        }
        if (symbol ~ /^uselocale$/) {
            only_in("the locale of the calling thread, put back,", "/base/locale.c");
        }
        if (symbol ~ /^(__)?v?(printf|dprintf|puts|putchar|putchar_unlocked|perror|psignal|syslog|w?err|errx|warn|warnx)(_chk)?$/ ||
            symbol ~ /^(stdout|stderr|stdin|getenv|secure_getenv|setenv|unsetenv|putenv|clearenv|environ|__environ)$/ ||
            symbol ~ /^(exit|_exit|_Exit|quick_exit|abort|__assert_fail|raise|kill|tgkill|pthread_kill|pthread_exit|pthread_cancel|atexit|on_exit|_?_?(sig)?longjmp(_chk)?)$/ ||
            symbol ~ /^(system|popen|v?fork|exec[lv]p?e?|execvpe|posix_spawnp?|dlopen|dlsym)$/ ||
            symbol ~ /^(signal|sigaction|sigprocmask|pthread_sigmask|sigaltstack|sigwait|alarm|setitimer|timer_create)$/ ||
            symbol ~ /^(setlocale|localtime|localtime_r|strftime|tzset|umask|chdir|fchdir|setrlimit|prctl|sched_setaffinity|pthread_setaffinity_np)$/ ||
            symbol ~ /^fe(setround|setenv|updateenv|holdexcept|clearexcept|raiseexcept|setexceptflag|enableexcept|disableexcept)$/ ||
            symbol ~ /^(rand|srand|rand_r|random|srandom|drand48|strtok|gets|tmpnam|tempnam|mktemp|set_fast_math)$/) {
            print member ": " symbol " (the library never does this)"; bad = 1;
        }
    }
    END {
        if (count == 0) { print "no symbol found"; bad = 1 }
        exit bad;
    }'
