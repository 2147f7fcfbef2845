/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbour lists that all candidates of a study share: with the cut-off of a descriptor at
 * most the largest of the search space, they are nearly half of a descriptor's time. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study/internal.h"

#define MOST_BYTES ((int64_t)256 << 20) /* of lists, however much memory there is */
#define KEPT_SHARE 4                    /* and at most this part of what a limit leaves */

/* The largest rcut_hard of the space: of the base, or the upper bound where it is searched. */
static double largest_cutoff(const hps_study *t)
{
    int32_t numbers[HPSI_ELEMENTS];
    int32_t n = 0;
    double cutoff = 0;

    hps_soap_species(hps_gpr_soap(t->base), HPSI_ELEMENTS, &n, numbers);
    for (int32_t i = 0; i < n; i++) {
        char name[32];
        double v = 0;

        snprintf(name, sizeof name, "rcut_hard:%s", hps_element_symbol(numbers[i]));
        if (hps_soap_get(hps_gpr_soap(t->base), name, &v) == HPS_OK) {
            cutoff = fmax(cutoff, v);
        }
    }
    for (int32_t i = 0; i < t->n_params; i++) {
        hps_param_info info = {.struct_size = sizeof info};

        if (t->target[i].owner == HPSI_TARGET_SOAP &&
            strncmp(t->target[i].option, "rcut_hard", 9) == 0 &&
            hps_space_describe(t->space, i, &info) == HPS_OK && info.kind != HPS_PARAM_CHOICE) {
            cutoff = fmax(cutoff, info.fixed ? info.value : info.hi);
        }
    }
    return cutoff;
}

static int32_t uses_test(const hps_study *t)
{
    return t->test != NULL && !hpsi_study_is_kernel(t);
}

/* 1 if every candidate computes descriptors anew. */
static int32_t can_share(const hps_study *t)
{
    return hpsi_study_path_kind(t) == HPSI_PATH_NONE;
}

int64_t hpsi_study_lists_bytes(const hps_study *t, int64_t candidate)
{
    const int64_t room = hpsi_context_available(t->context);
    int64_t train = 0;
    int64_t test = 0;

    if (!can_share(t) || hpsi_lists_bytes(t->train, largest_cutoff(t), &train) != HPS_OK ||
        (uses_test(t) && hpsi_lists_bytes(t->test, largest_cutoff(t), &test) != HPS_OK)) {
        return 0;
    }
    if (train + test > MOST_BYTES ||
        (room >= 0 && (train + test > room / KEPT_SHARE || train + test > room - candidate))) {
        return 0;
    }
    return train + test;
}

static void keep(hps_study *t)
{
    if (hpsi_lists_keep(t->train, largest_cutoff(t)) == HPS_OK) {
        t->kept[0] = t->train;
    }
    if (uses_test(t) && hpsi_lists_keep(t->test, largest_cutoff(t)) == HPS_OK) {
        t->kept[1] = t->test;
    }
}

/* Never fails: without lists every candidate searches by itself. */
void hpsi_study_share_lists(hps_study *t, int32_t n)
{
    int64_t candidate = 0;

    t->n_seen += n;
    if (t->n_seen < 2 || t->shared || !can_share(t)) {
        return;
    }
    t->shared = 1;
    if (hpsi_context_available(t->context) >= 0 &&
        hpsi_study_batch_bytes(t, &candidate) != HPS_OK) {
        return;
    }
    if (hpsi_study_lists_bytes(t, candidate) > 0) {
        keep(t);
    }
}

void hpsi_study_drop_lists(hps_study *t)
{
    for (int32_t i = 0; i < 2; i++) {
        if (t->kept[i] != NULL) {
            hpsi_lists_drop(t->kept[i]);
            t->kept[i] = NULL;
        }
    }
    t->shared = 0;
}
