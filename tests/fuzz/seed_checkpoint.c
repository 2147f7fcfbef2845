/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes checkpoints of each variant, fresh and in the middle of an iteration, into a folder. */
#include "checkpoint_space.h"

#include <stdio.h>

static hps_status write_one(const hps_space *space, const char *variant, int32_t told, int mode,
                            const char *folder)
{
    const int64_t order[3] = {1, 0, 2};
    hps_swarm *swarm = NULL;
    char path[4096];
    const double known[5] = {0.5, 0.1, 3.0, 1.0, 0.5}, value = 2.0;
    hps_status s = hps_swarm_create(&swarm, NULL, space, 1);

    s = s != HPS_OK ? s : hps_swarm_set_text(swarm, "variant", variant);
    s = s != HPS_OK ? s : hps_swarm_set_int(swarm, "particles", 5);
    s = s != HPS_OK ? s : hps_swarm_set_int(swarm, "max_evaluations", 100);
    s = s != HPS_OK ? s : hps_swarm_set_int(swarm, "asynchronous", mode == 1);
    s = s != HPS_OK ? s : hps_swarm_set_int(swarm, "noisy", mode == 2);
    s = s != HPS_OK || mode != 1 ? s : hps_swarm_set_replay(swarm, 3, order);
    s = s != HPS_OK ? s : hps_swarm_tell_external(swarm, 1, known, &value, NULL);
    for (int32_t i = 0; i < told && s == HPS_OK; i++) {
        int64_t id;
        int32_t n;
        double x[5];

        s = hps_swarm_ask(swarm, 1, &n, &id, x);
        s = s != HPS_OK ? s : hps_swarm_tell(swarm, n, &id, x, NULL);
    }
    snprintf(path, sizeof path, "%s/%s-%d-%d", folder, variant, told, mode);
    s = s != HPS_OK ? s : hps_swarm_save(swarm, path);
    hps_swarm_destroy(swarm);
    return s;
}

int main(int argc, char **argv)
{
    static const char *const variants[] = {"paper", "swarm", "guided"};
    hps_space *space = NULL;
    hps_status s = argc == 2 ? checkpoint_space(&space) : HPS_E_ARGUMENT;

    for (int i = 0; i < 3 && s == HPS_OK; i++) {
        s = write_one(space, variants[i], 0, 0, argv[1]);
        s = s != HPS_OK ? s : write_one(space, variants[i], 13, 0, argv[1]);
        s = s != HPS_OK ? s : write_one(space, variants[i], 1, 1, argv[1]);
        s = s != HPS_OK ? s : write_one(space, variants[i], 19, 1, argv[1]);
        s = s != HPS_OK ? s : write_one(space, variants[i], 19, 2, argv[1]);
    }
    if (s != HPS_OK) {
        fprintf(stderr, "seed_checkpoint: %s\n", hps_last_error());
    }
    hps_space_destroy(space);
    return s == HPS_OK ? 0 : 1;
}
