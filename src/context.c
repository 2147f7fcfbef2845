/* SPDX-License-Identifier: BSD-3-Clause */
/* The library's context as the command line wants it. */
#include <stdlib.h>
#include <unistd.h>

#include "args.h"
#include "memory.h"
#include "ranks.h"

/* A warning that every evaluation of a run repeats is printed once. */
static int seen_before(const char *message)
{
    static uint32_t seen[64];
    static int n;
    uint32_t hash = 2166136261u; /* FNV-1a */

    for (const char *c = message; *c != '\0'; c++) {
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    }
    for (int i = 0; i < n && i < 64; i++) {
        if (seen[i] == hash) {
            return 1;
        }
    }
    seen[n++ % 64] = hash;
    n = n >= 128 ? 64 : n;
    return 0;
}

static void print_log(int32_t level, const char *message, void *user)
{
    (void)user;
    if (level == HPS_LOG_WARN && seen_before(message)) {
        return;
    }
    /* a progress line may stand there */
    fprintf(stderr, "%shpswarm: %s%s\n", isatty(2) ? "\r\033[K" : "",
            level == HPS_LOG_WARN ? "warning: " : "", message);
}

/* What was asked for; else a fair share of the processors, which OpenMP alone would not see:
 * other ranks are on this machine too, and a control group may allow fewer. */
static int threads(const args *a)
{
    int share = cpus_available() / ranks_here();

    if (a->threads > 0 || getenv("OMP_NUM_THREADS") != NULL) {
        return a->threads;
    }
    return share > 1 ? share : 1;
}

int args_context(const args *a, hps_context **out)
{
    int32_t level = a->quiet ? HPS_LOG_ERROR : a->verbose ? HPS_LOG_INFO : HPS_LOG_WARN;
    hps_status st;
    int64_t left;

    memory_begin();
    st = hps_context_create(out, NULL);
    if (st == HPS_OK && threads(a) > 0) {
        st = hps_context_set_threads(*out, threads(a));
    }
    if (st == HPS_OK && a->memory_limit > 0) {
        errors_limit(a->memory_limit);
        left = memory_left(a->memory_limit, hps_context_threads(*out));
        if (left <= 0) {
            return memory_check(a, "the program itself", memory_process(*out, 0));
        }
        st = hps_context_set_memory_limit(*out, left);
    }
    if (st == HPS_OK) {
        st = hps_context_set_log(*out, level, print_log, NULL);
    }
    return st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_INTERNAL);
}
