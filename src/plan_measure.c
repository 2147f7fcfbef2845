/* SPDX-License-Identifier: BSD-3-Clause */
/* What an evaluation of a stage costs: alone, beside others, shared by ranks. */
#include <math.h>
#include <stdlib.h>

#include "plan.h"

/* A point in the middle of the space. */
static double *middle(const hps_space *space)
{
    int32_t n = hps_space_size(space);
    double *x = new_memory((size_t)n, sizeof *x);

    for (int32_t i = 0; i < n; i++) {
        hps_param_info p = {.struct_size = sizeof p};

        if (hps_space_describe(space, i, &p) != HPS_OK || p.kind == HPS_PARAM_CHOICE) {
            continue;
        }
        x[i] = p.scale == HPS_SCALE_LOG ? sqrt(p.lo * p.hi) : 0.5 * (p.lo + p.hi);
        if (p.kind == HPS_PARAM_INT) {
            x[i] = floor(x[i]);
        }
    }
    return x;
}

enum { FEW = 4, MOST_VALUES = 16 };

static int evaluate_points(const stage *s, int n, const double *x, double *seconds)
{
    double f[FEW * MOST_VALUES] = {0}, start = seconds_now();
    const int64_t id[FEW] = {0, 1, 2, 3};
    const int32_t particle[FEW] = {0, 1, 2, 3};
    int32_t outcome[FEW] = {HPS_EVAL_OK, HPS_EVAL_OK, HPS_EVAL_OK, HPS_EVAL_OK};
    const hps_batch b = {.struct_size = sizeof b,
                         .n = n,
                         .n_params = hps_space_size(s->space),
                         .n_objectives = s->n_objectives,
                         .id = id,
                         .particle = particle,
                         .x = x};

    if (hps_study_evaluate(&b, f, outcome, s->study) != 0) {
        return fail_library(HPS_E_INTERNAL, EXIT_INTERNAL);
    }
    *seconds = outcome[0] == HPS_EVAL_OK ? seconds_now() - start : (double)NAN;
    return EXIT_DONE;
}

/* Points near the middle, from which a study sees what they cost side by side. */
static int evaluate_few(const tuning *t, const stage *s, const double *x)
{
    int32_t n = hps_space_size(s->space), threads = hps_context_threads(t->context);
    int particles = (int)runfile_number(t->r, "swarm", "particles");
    double *few, seconds;
    int rc;

    if (threads == 1 || particles % threads == 0) {
        return EXIT_DONE; /* no thread would be without a point */
    }
    few = new_memory(FEW * (size_t)n, sizeof *few);
    for (int32_t i = 0; i < FEW * n; i++) {
        hps_param_info p = {.struct_size = sizeof p};

        few[i] = x[i % n];
        if (hps_space_describe(s->space, i % n, &p) == HPS_OK && p.kind == HPS_PARAM_REAL) {
            const int32_t k = i / n;

            few[i] -= 0.1 * k * (few[i] - p.lo);
        }
    }
    rc = evaluate_points(s, threads == FEW - 1 ? FEW : FEW - 1, few, &seconds);
    free(few);
    return rc;
}

static int32_t note_group(const hps_batch *b, int32_t i, const char *note, void *user)
{
    (void)b;
    if (i >= 0) {
        (void)note_split(note, user);
    }
    return EXIT_DONE;
}

/* The third evaluation by the group of rank 0, as the first two make what is shared. */
static int evaluate_together(const stage *s, const double *x)
{
    const int64_t id = 0;
    const int32_t particle = 0;
    const hps_batch b = {.struct_size = sizeof b,
                         .n = 1,
                         .n_params = hps_space_size(s->space),
                         .n_objectives = s->n_objectives,
                         .id = &id,
                         .particle = &particle,
                         .x = x};
    int rc = EXIT_DONE;

    for (int k = 0; k < 3 && rc == EXIT_DONE; k++) {
        double f[MOST_VALUES];
        int32_t outcome = HPS_EVAL_OK;

        rc = ranks_evaluate(&b, NULL, f, &outcome);
    }
    return rc;
}

/* What ranks that share an evaluation gain, where that is to be decided. */
static int measure_group(tuning *t, stage *s, const double *x, estimate *out)
{
    int open, size = groups_first(t, s, &open), rc = EXIT_DONE;

    if (ranks_count() == 1) {
        return EXIT_DONE;
    }
    rc = ranks_open((int)(s - t->stages), size, s, note_group, &out->group);
    if (rc == EXIT_DONE && open && out->next < 60) {
        rc = evaluate_together(s, x);
        out->ranks = rc == EXIT_DONE && out->group.seconds > 0 ? size : 0;
    }
    ranks_close(rc == EXIT_DONE ? hps_space_size(s->space) : 0, x);
    if (out->ranks > 1) {
        out->ranks_best =
            groups_best(size, out->group.seconds, out->group.alone, out->group.exchange);
    }
    return rc;
}

/* The first evaluation may make what the later ones share. */
int plan_measure(tuning *t, stage *s, estimate *out)
{
    double *x = middle(s->space);
    int rc = evaluate_points(s, 1, x, &out->first);

    out->bytes = s->bytes;
    out->next = out->first;
    if (rc == EXIT_DONE && out->first < 60) {
        rc = evaluate_points(s, 1, x, &out->next);
    }
    if (rc == EXIT_DONE && out->next < 20) { /* the second makes lists for those that follow */
        rc = evaluate_points(s, 1, x, &out->next);
    }
    if (rc == EXIT_DONE && out->next < 20) {
        rc = evaluate_few(t, s, x);
    }
    out->at_a_time = hps_study_at_a_time(
        s->study, (int32_t)runfile_number(t->r, "swarm", "particles"), out->each);
    rc = rc == EXIT_DONE ? measure_group(t, s, x, out) : rc;
    if (rc == EXIT_DONE) {
        runfile_fix(t->r, s->space, x);
    }
    free(x);
    return rc;
}
