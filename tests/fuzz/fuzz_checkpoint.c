/* SPDX-License-Identifier: BSD-3-Clause */
/* Fuzz target: hps_swarm_load, and a few steps of whatever it accepts. */
#include "checkpoint_space.h"
#include "fuzz.h"

#include <stdlib.h>

enum { CAPACITY = 16, MANY_PARAMS = 5 };

static void few_steps(hps_swarm *swarm)
{
    int64_t id[CAPACITY];
    double x[CAPACITY * MANY_PARAMS], f[CAPACITY];
    int32_t n = 1;

    for (int round = 0; round < 4 && n > 0; round++) {
        if (hps_swarm_ask(swarm, CAPACITY, &n, id, x) != HPS_OK) {
            return;
        }
        for (int32_t i = 0; i < n; i++) {
            f[i] = x[(size_t)i * MANY_PARAMS];
        }
        if (n > 0 && hps_swarm_tell(swarm, n, id, f, NULL) != HPS_OK) {
            return;
        }
    }
}

static void load(const hps_space *space, hps_context *c, const uint8_t *data, size_t size)
{
    const char *path = fuzz_path(data, size);
    hps_swarm *swarm = NULL;
    hps_progress progress = {.struct_size = sizeof progress};

    if (path != NULL && hps_swarm_load(&swarm, c, space, path) == HPS_OK) {
        few_steps(swarm);
        hps_swarm_get_progress(swarm, &progress);
        hps_swarm_stop_reason(swarm);
    }
    hps_swarm_destroy(swarm);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hps_space *space = NULL;
    hps_context *c = NULL;
    size_t sealed_size;
    uint8_t *sealed = fuzz_sealed(data, size, &sealed_size);

    if (hps_context_create(&c, NULL) == HPS_OK &&
        hps_context_set_memory_limit(c, INT64_C(1) << 26) == HPS_OK &&
        checkpoint_space(&space) == HPS_OK) {
        load(space, c, data, size);
        load(space, c, sealed, sealed_size);
    }
    free(sealed);
    hps_space_destroy(space);
    hps_context_destroy(c);
    return 0;
}
