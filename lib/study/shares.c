/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether the threads go to several candidates at a time or inside of one. The digits are the same
 * either way; which is faster depends on what one candidate costs, and that is measured. */
#include "study/internal.h"

/* Below so many atoms a fit has too little work to keep several threads busy, and above several
 * candidates at a time would hold much memory. */
#define SIDE_BY_SIDE_ATOMS 5000

static int32_t threads_for(const hps_study *t)
{
    return (int32_t)t->option[HPSI_STUDY_THREADS_FOR];
}

static int32_t is_small(const hps_study *t)
{
    const int64_t test = t->test != NULL ? hps_dataset_n_atoms(t->test) : 0;

    return hps_dataset_n_atoms(t->train) + test < SIDE_BY_SIDE_ATOMS;
}

int32_t hpsi_study_may_share(const hps_study *t)
{
    return hpsi_study_path_kind(t) == HPSI_PATH_NONE && hpsi_team_size(t->context) == 1 &&
           (threads_for(t) == HPSI_THREADS_FOR_POINTS ||
            (threads_for(t) == HPSI_THREADS_AUTO && is_small(t)));
}

/* Seconds of n candidates by so many threads, each one candidate at a time. */
static double side_by_side(const hps_study *t, int32_t n)
{
    const int32_t threads = hps_context_threads(t->context);

    const int32_t rounds = (n + threads - 1) / threads;

    return t->cost_one * rounds;
}

int32_t hpsi_study_side_by_side(const hps_study *t, int32_t n)
{
    if (!hpsi_study_may_share(t) || threads_for(t) == HPSI_THREADS_FOR_POINTS) {
        return hpsi_study_may_share(t);
    }
    return t->cost_all <= 0 || t->cost_one <= 0 || side_by_side(t, n) <= n * t->cost_all;
}

/* Only where some threads would have nothing to do can there be something to gain. */
int32_t hpsi_study_wants_costs(const hps_study *t)
{
    const int32_t threads = hps_context_threads(t->context);

    return threads_for(t) == HPSI_THREADS_AUTO && hpsi_study_may_share(t) && threads > 1 &&
           t->n_points > 2 && t->n_points % threads != 0 && (t->cost_all <= 0 || t->cost_one <= 0);
}

int32_t hps_study_at_a_time(const hps_study *t, int32_t n, double *seconds)
{
    int32_t threads;

    if (t == NULL) {
        return 0;
    }
    threads = hps_context_threads(t->context);
    if (seconds != NULL) {
        seconds[0] = t->cost_one;
        seconds[1] = t->cost_all;
    }
    return !hpsi_study_side_by_side(t, n) ? 1 : n < threads ? n : threads;
}
