/* SPDX-License-Identifier: BSD-3-Clause */
/* The few best points of a stage whose values come from a path: each gets the value of the model
 * that a fit makes there, and the best model is taken (docs/gpr.md, section 8). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tune.h"

typedef struct points {
    int64_t n;
    size_t width; /* parameters of a point */
    int64_t *id;
    double *x, *f;
    int32_t *outcome;
    char *seen;
} points;

static hps_status read_points(const stage *s, points *p)
{
    hps_status st = hps_swarm_history(s->swarm, 0, &p->n, NULL, NULL, NULL, NULL);

    if (st != HPS_OK && st != HPS_E_CAPACITY) {
        return st;
    }
    p->width = (size_t)hps_space_size(s->space);
    p->id = new_memory((size_t)p->n, sizeof *p->id);
    p->x = new_memory((size_t)p->n * p->width, sizeof *p->x);
    p->f = new_memory((size_t)p->n, sizeof *p->f);
    p->outcome = new_memory((size_t)p->n, sizeof *p->outcome);
    p->seen = new_memory((size_t)p->n, 1);
    return hps_swarm_history(s->swarm, p->n, &p->n, p->id, p->x, p->f, p->outcome);
}

static void free_points(points *p)
{
    free(p->id);
    free(p->x);
    free(p->f);
    free(p->outcome);
    free(p->seen);
}

/* The best point that is not seen yet, -1 if there is none; its repetitions are seen too. */
static int64_t next_best(points *p)
{
    int64_t best = -1;

    for (int64_t i = 0; i < p->n; i++) {
        if (!p->seen[i] && p->outcome[i] == HPS_EVAL_OK && isfinite(p->f[i]) &&
            (best < 0 || p->f[i] < p->f[best])) {
            best = i;
        }
    }
    for (int64_t i = 0; best >= 0 && i < p->n; i++) {
        p->seen[i] |= memcmp(p->x + (size_t)i * p->width, p->x + (size_t)best * p->width,
                             p->width * sizeof *p->x) == 0;
    }
    return best;
}

/* A point that cannot be fitted is none of the best. HPS_E_STATE: the values are those of fits. */
static hps_status refit(stage *s, const refitted *point, const double *x, double *best)
{
    refitted *r = &s->refits[s->n_refits];
    hps_status st;

    *r = *point;
    st = hps_study_refit(s->study, x, &r->fitted);
    if (st != HPS_OK || !isfinite(r->fitted)) {
        return st;
    }
    s->n_refits++;
    if (r->fitted < *best) {
        *best = r->fitted;
        memcpy(s->x, x, (size_t)hps_space_size(s->space) * sizeof *x);
    }
    return HPS_OK;
}

/* The best point may be one of a warm start, which the history does not have. */
static int64_t first_point(const stage *s, points *p)
{
    int64_t best = next_best(p);

    if (best >= 0 && memcmp(p->x + (size_t)best * p->width, s->x, p->width * sizeof *s->x) != 0) {
        memset(p->seen, 0, (size_t)p->n);
        best = -1;
    }
    return best;
}

static int refit_points(stage *s, points *p)
{
    double best = (double)INFINITY, slowest = 0;
    double *first = new_memory(p->width, sizeof *first);
    int rc = EXIT_DONE;

    memcpy(first, s->x, p->width * sizeof *first);
    for (int k = 0; k < MOST_REFITS; k++) {
        int64_t i = k == 0 ? first_point(s, p) : next_best(p);
        refitted point = {.id = i >= 0 ? p->id[i] : -1, .evaluated = i >= 0 ? p->f[i] : s->best};
        double start = seconds_now();

        if (k > 0 && i < 0) {
            break;
        }
        if (stop_requested() || stop_would_overrun(1.1 * slowest)) {
            rc = EXIT_STOPPED;
            break;
        }
        if (refit(s, &point, i >= 0 ? p->x + (size_t)i * p->width : first, &best) == HPS_E_STATE) {
            break;
        }
        slowest = fmax(slowest, seconds_now() - start);
    }
    free(first);
    return rc;
}

int stage_refit(stage *s)
{
    points p;
    hps_status st;
    int rc;

    s->n_refits = 0;
    if (s->search != NULL || s->n_objectives != 1) {
        return EXIT_DONE;
    }
    memset(&p, 0, sizeof p);
    st = read_points(s, &p);
    rc = st == HPS_OK ? refit_points(s, &p) : fail_library(st, EXIT_INTERNAL);
    free_points(&p);
    return rc;
}
