/* SPDX-License-Identifier: BSD-3-Clause */
/* The space of the fuzzed checkpoints: one parameter of each kind. */
#ifndef HPS_TESTS_CHECKPOINT_SPACE_H
#define HPS_TESTS_CHECKPOINT_SPACE_H

#include <hpswarm.h>
#include <stddef.h>

static inline hps_status checkpoint_space(hps_space **space)
{
    static const char *const labels[] = {"one", "two", "three"};
    hps_status s = hps_space_create(space, NULL);

    s = s != HPS_OK ? s : hps_space_add_real(*space, "real", -1.0, 1.0, HPS_SCALE_LINEAR);
    s = s != HPS_OK ? s : hps_space_add_real(*space, "log", 0.01, 10.0, HPS_SCALE_LOG);
    s = s != HPS_OK ? s : hps_space_add_int(*space, "int", 1, 9, HPS_SCALE_LINEAR);
    s = s != HPS_OK ? s : hps_space_add_choice(*space, "choice", 3, labels);
    s = s != HPS_OK ? s : hps_space_add_real(*space, "fixed", 0.0, 1.0, HPS_SCALE_LINEAR);
    s = s != HPS_OK ? s : hps_space_fix(*space, "fixed", 0.5);
    return s;
}

#endif
