/* SPDX-License-Identifier: BSD-3-Clause */
/* The host owns the loop: points are asked for, evaluated anywhere and in any order, and told. */
#include <hpswarm.h>

#include <stdio.h>

enum { CAPACITY = 64, N_PARAMS = 2 };

static double bowl(const double *x)
{
    return (x[0] - 0.5) * (x[0] - 0.5) + (x[1] - 7.0) * (x[1] - 7.0);
}

/* One iteration: everything there is to ask for is told back last point first. */
static hps_status step(hps_swarm *swarm)
{
    int64_t id[CAPACITY];
    double x[CAPACITY * N_PARAMS];
    int32_t n = 0;
    hps_status s = hps_swarm_ask(swarm, CAPACITY, &n, id, x);

    for (int32_t i = n - 1; i >= 0 && s == HPS_OK; i--) {
        double f = bowl(x + (size_t)i * N_PARAMS);

        s = hps_swarm_tell(swarm, 1, &id[i], &f, NULL);
    }
    return s;
}

int main(void)
{
    hps_space *space = NULL;
    hps_swarm *swarm = NULL;
    double x[N_PARAMS], f = 1.0;
    hps_status s = hps_space_create(&space, NULL);

    s = s != HPS_OK ? s : hps_space_add_real(space, "x", -1.0, 1.0, HPS_SCALE_LINEAR);
    s = s != HPS_OK ? s : hps_space_add_int(space, "n", 1, 12, HPS_SCALE_LINEAR);
    s = s != HPS_OK ? s : hps_swarm_create(&swarm, NULL, space, 1);
    s = s != HPS_OK ? s : hps_swarm_set_int(swarm, "max_evaluations", 800);
    s = s != HPS_OK ? s : hps_swarm_set_real(swarm, "target", 1e-8);
    while (s == HPS_OK && !hps_swarm_done(swarm)) {
        s = step(swarm);
    }
    s = s != HPS_OK ? s : hps_swarm_best(swarm, x, &f);
    if (s == HPS_OK) {
        printf("%.3e at x = %.5f, n = %d; stopped by %s\n", f, x[0], (int)x[1],
               hps_swarm_stop_reason(swarm));
    } else {
        fprintf(stderr, "%s\n", hps_last_error());
    }
    hps_swarm_destroy(swarm);
    hps_space_destroy(space);
    return s == HPS_OK && f < 0.1 ? 0 : 1;
}
