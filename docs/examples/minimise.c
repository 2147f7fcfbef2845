/* SPDX-License-Identifier: BSD-3-Clause */
/* The library owns the loop: a callback evaluates one iteration of the swarm a call. */
#include <hpswarm.h>

#include <math.h>
#include <stdio.h>

/* Rosenbrock's valley in "a" and "b", and a choice between two floors. */
static int32_t valley(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)user;
    for (int32_t i = 0; i < b->n; i++) {
        const double *x = b->x + (int64_t)i * b->n_params;

        if (x[0] < -1.9) { /* a point that cannot be evaluated is an outcome, not an error */
            outcome[i] = HPS_EVAL_INFEASIBLE;
            continue;
        }
        f[i] = pow(1.0 - x[0], 2.0) + 100.0 * pow(x[1] - x[0] * x[0], 2.0) + x[2];
    }
    return 0;
}

static int32_t show(const hps_progress *p, void *user)
{
    (void)user;
    if (p->iteration % 100 == 0) {
        printf("iteration %3lld: best %.3e\n", (long long)p->iteration, p->best);
    }
    return 0; /* anything else ends the run */
}

static hps_status describe(hps_space **space)
{
    static const char *const floors[] = {"ground", "first"};
    hps_status s = hps_space_create(space, NULL);

    s = s != HPS_OK ? s : hps_space_add_real(*space, "a", -2.0, 2.0, HPS_SCALE_LINEAR);
    s = s != HPS_OK ? s : hps_space_add_real(*space, "b", -1.0, 3.0, HPS_SCALE_LINEAR);
    s = s != HPS_OK ? s : hps_space_add_choice(*space, "floor", 2, floors);
    return s;
}

int main(void)
{
    hps_space *space = NULL;
    hps_swarm *swarm = NULL;
    double x[3], f = 1.0;
    hps_status s = describe(&space);

    s = s != HPS_OK ? s : hps_swarm_create(&swarm, NULL, space, 1);
    s = s != HPS_OK ? s : hps_swarm_set_text(swarm, "variant", "swarm");
    s = s != HPS_OK ? s : hps_swarm_set_int(swarm, "max_evaluations", 6000);
    s = s != HPS_OK ? s : hps_swarm_set_int(swarm, "seed", 1);
    s = s != HPS_OK ? s : hps_swarm_set_progress(swarm, show, NULL);
    s = s != HPS_OK ? s : hps_swarm_run(swarm, valley, NULL);
    s = s != HPS_OK ? s : hps_swarm_best(swarm, x, &f);
    if (s == HPS_OK) {
        printf("%.3e at a = %.4f, b = %.4f, floor %s; stopped by %s\n", f, x[0], x[1],
               hps_space_label(space, 2, (int32_t)x[2]), hps_swarm_stop_reason(swarm));
    } else {
        fprintf(stderr, "%s\n", hps_last_error());
    }
    hps_swarm_destroy(swarm);
    hps_space_destroy(space);
    return s == HPS_OK && f < 1e-3 ? 0 : 1;
}
