/* SPDX-License-Identifier: BSD-3-Clause */
/* A run that is interrupted, saved, loaded and finished ends exactly as one that was not. */
#include <hpswarm.h>

#include <stdio.h>
#include <string.h>

static const char *const file = "checkpoint.hpsw";

typedef struct state {
    hps_swarm *swarm;
    int64_t cancel_at; /* iteration, -1: never */
} state;

static int32_t bowl(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    state *t = user;

    (void)outcome;
    for (int32_t i = 0; i < b->n; i++) {
        const double *x = b->x + (int64_t)i * b->n_params;

        f[i] = (x[0] - 1.0) * (x[0] - 1.0) + (x[1] - 2.0) * (x[1] - 2.0);
    }
    if (b->iteration == t->cancel_at) {
        hps_swarm_cancel(t->swarm); /* as a signal handler would */
    }
    return 0;
}

/* First part of a run: up to the cancel, then saved. Without one: all of it. */
static hps_status begin(const hps_space *space, int64_t cancel_at, double *x)
{
    state t = {NULL, cancel_at};
    hps_status s = hps_swarm_create(&t.swarm, NULL, space, 1);

    s = s != HPS_OK ? s : hps_swarm_set_int(t.swarm, "max_iterations", 30);
    s = s != HPS_OK ? s : hps_swarm_run(t.swarm, bowl, &t);
    s = s != HPS_OK ? s : hps_swarm_best(t.swarm, x, NULL);
    if (s == HPS_OK) {
        printf("stopped by %s\n", hps_swarm_stop_reason(t.swarm));
        s = hps_swarm_save(t.swarm, file);
    }
    hps_swarm_destroy(t.swarm);
    return s;
}

static hps_status resume(const hps_space *space, double *x)
{
    state t = {NULL, -1};
    hps_status s = hps_swarm_load(&t.swarm, NULL, space, file);

    s = s != HPS_OK ? s : hps_swarm_run(t.swarm, bowl, &t);
    s = s != HPS_OK ? s : hps_swarm_best(t.swarm, x, NULL);
    if (s == HPS_OK) {
        printf("resumed, stopped by %s\n", hps_swarm_stop_reason(t.swarm));
    }
    hps_swarm_destroy(t.swarm);
    return s;
}

int main(void)
{
    hps_space *space = NULL;
    double whole[2] = {0.0, 0.0}, parts[2] = {1.0, 1.0};
    hps_status s = hps_space_create(&space, NULL);

    s = s != HPS_OK ? s : hps_space_add_real(space, "x", -5.0, 5.0, HPS_SCALE_LINEAR);
    s = s != HPS_OK ? s : hps_space_add_real(space, "y", -5.0, 5.0, HPS_SCALE_LINEAR);
    s = s != HPS_OK ? s : begin(space, -1, whole);
    s = s != HPS_OK ? s : begin(space, 12, parts);
    s = s != HPS_OK ? s : resume(space, parts);
    if (s != HPS_OK) {
        fprintf(stderr, "%s\n", hps_last_error());
    }
    hps_space_destroy(space);
    return s == HPS_OK && memcmp(whole, parts, sizeof whole) == 0 ? 0 : 1;
}
