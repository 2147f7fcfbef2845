/* SPDX-License-Identifier: BSD-3-Clause */
/* The epochs of a guided swarm as tests count them, all over again from the archive. */
#ifndef HPS_TESTS_SUPPORT_SWARM_EPOCHS_H
#define HPS_TESTS_SUPPORT_SWARM_EPOCHS_H

#include "support/swarm_real.h"

enum { MEMBERS = 12 };

/* The epoch that a batch belongs to. */
typedef struct epoch {
    int64_t first; /* row */
    int64_t last;  /* iteration of the last significant improvement */
    int returned;
    double reference, best;
} epoch;

/* A Kendall of noise. */
static inline double noise(const double *x)
{
    double s = sin(1e6 * (x[0] + 2.0 * x[1] + 3.0 * x[2] + 4.0 * x[3]));
    return s - floor(s);
}

static inline int compare_values(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What the epoch's best has to fall by; coarse: in the first part of a plan. */
static inline double epoch_gain(const hps_swarm *e, const epoch *now, int coarse)
{
    static double f[4096];
    double design[MEMBERS], best = (double)INFINITY;
    int64_t n = 0;
    for (int64_t r = now->first; r < e->archive.n; r++) {
        if (n < MEMBERS) {
            design[n] = e->archive.rows[r].f;
        }
        f[n++] = e->archive.rows[r].f;
        best = fmin(best, f[n - 1]);
    }
    qsort(f, (size_t)n, sizeof *f, compare_values);
    qsort(design, MEMBERS, sizeof *design, compare_values);
    double fine = (now->returned ? 1.0 / 3.0 : 1.0) * 3e-3 * (f[n / 2] - best);
    return coarse && !now->returned ? fmax(fine, 0.03 * (design[MEMBERS / 2] - best)) : fine;
}

/* One batch, and what it means for the epoch; *designs: how many there were. The batch's iteration.
 * What comes after a later design is free. */
static inline int64_t follow_epoch(hps_swarm *e, double (*objective)(const double *), int coarse,
                                   int64_t *designs, epoch *now)
{
    int64_t before = e->archive.n, at = e->iteration;
    double best = *designs > 0 ? e->g_f : (double)INFINITY;
    one_batch(e, objective);
    int fresh = e->designs > *designs;
    if (fresh) {
        *designs = e->designs;
        *now = (epoch){.first = before, .reference = (double)INFINITY};
        best = (double)INFINITY;
    }
    for (int64_t r = before; r < e->archive.n; r++) {
        best = fmin(best, e->archive.rows[r].f);
    }
    now->best = best;
    if (fresh && *designs > 1) {
        now->last = at;
    } else if (!(best >= now->reference - epoch_gain(e, now, coarse))) {
        now->reference = best;
        now->last = at;
    }
    return at;
}

#endif
