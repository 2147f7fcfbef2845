/* SPDX-License-Identifier: BSD-3-Clause */
/* What a stranger writes against the installed library: the minimum of a bowl, compiled
 * as C and as C++. */
#include <hpswarm.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static int32_t bowl(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    int32_t i;

    (void)outcome;
    (void)user;
    for (i = 0; i < b->n; i++) {
        double x = b->x[i * b->n_params] - 1.0;
        double y = b->x[i * b->n_params + 1] + 2.0;

        f[i] = x * x + y * y;
    }
    return 0;
}

static hps_status minimise(double *x, double *f)
{
    hps_space *space = NULL;
    hps_swarm *swarm = NULL;
    hps_status s = hps_space_create(&space, NULL);

    s = s == HPS_OK ? hps_space_add_real(space, "x", -5.0, 5.0, HPS_SCALE_LINEAR) : s;
    s = s == HPS_OK ? hps_space_add_real(space, "y", -5.0, 5.0, HPS_SCALE_LINEAR) : s;
    s = s == HPS_OK ? hps_swarm_create(&swarm, NULL, space, 1) : s;
    s = s == HPS_OK ? hps_swarm_set_text(swarm, "variant", "swarm") : s;
    s = s == HPS_OK ? hps_swarm_set_int(swarm, "max_evaluations", 600) : s;
    s = s == HPS_OK ? hps_swarm_run(swarm, bowl, NULL) : s;
    s = s == HPS_OK ? hps_swarm_best(swarm, x, f) : s;
    hps_swarm_destroy(swarm);
    hps_space_destroy(space);
    return s;
}

/* The bits of a number: what the other languages print too. */
static unsigned long long bits(double v)
{
    unsigned long long u;

    memcpy(&u, &v, sizeof u);
    return u;
}

int main(void)
{
    double x[2], f;

    if (minimise(x, &f) != HPS_OK) {
        fprintf(stderr, "%s\n", hps_last_error());
        return 1;
    }
    printf("%s %016llX %016llX %016llX\n", hps_version_text(), bits(f), bits(x[0]), bits(x[1]));
    return strlen(hps_build_info("blas")) > 0 && fabs(x[0] - 1.0) < 0.1 && fabs(x[1] + 2.0) < 0.1
               ? 0
               : 2;
}
