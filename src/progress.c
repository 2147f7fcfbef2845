/* SPDX-License-Identifier: BSD-3-Clause */
/* The line that says how far a run is: rewritten on a terminal, now and then elsewhere. */
#include <math.h>
#include <unistd.h>

#include "tune.h"

#define EVERY_TERMINAL 0.1 /* s between two lines */
#define EVERY_PLAIN 10.0

void progress_start(progress *p, int quiet, const char *label, int64_t done, int64_t total)
{
    p->quiet = quiet;
    p->terminal = isatty(2);
    p->shown = 0;
    p->label = label;
    p->done = p->done_before = done;
    p->total = total;
    p->best = (double)INFINITY;
    p->start = seconds_now();
    p->last = p->start;
}

static void print(const progress *p, const char *end)
{
    double seconds = seconds_now() - p->start;
    int64_t here = p->done - p->done_before;
    double rate = seconds > 0 ? (double)here / seconds : 0;
    char left[48];

    fprintf(stderr, "%s%s: %lld", p->terminal ? "\r" : "", p->label, (long long)p->done);
    if (p->total > 0) {
        fprintf(stderr, "/%lld", (long long)p->total);
    }
    fprintf(stderr, " evaluations");
    if (isfinite(p->best)) {
        fprintf(stderr, ", best %.6g", p->best);
    }
    if (rate > 0) {
        fprintf(stderr, ", %.3g/s", rate);
        if (p->total > p->done) {
            fprintf(stderr, ", %s left", duration_text((double)(p->total - p->done) / rate, left));
        }
    }
    fprintf(stderr, "%s%s", p->terminal ? "\033[K" : "", end);
    fflush(stderr);
}

void progress_step(progress *p, int64_t done, double best)
{
    double now = seconds_now();

    p->done = done;
    p->best = best;
    if (p->quiet || now - p->last < (p->terminal ? EVERY_TERMINAL : EVERY_PLAIN)) {
        return;
    }
    p->last = now;
    p->shown = 1;
    print(p, p->terminal ? "" : "\n");
}

void progress_end(progress *p)
{
    p->total = 0; /* the paper's swarm does not repeat points, so it may stay below */
    if (!p->quiet) {
        print(p, "\n");
    }
}
