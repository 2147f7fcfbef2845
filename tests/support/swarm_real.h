/* SPDX-License-Identifier: BSD-3-Clause */
/* A swarm in four real dimensions, and one iteration of it. */
#ifndef HPS_TESTS_SUPPORT_SWARM_REAL_H
#define HPS_TESTS_SUPPORT_SWARM_REAL_H

#include <math.h>

#include "support/swarm_run.h"
#include "swarm/internal.h"

enum { D = 4 };

static inline hps_swarm *real_swarm(const char *variant, int64_t evaluations, int64_t seed)
{
    hps_space *s;
    hps_swarm *e;
    CK_OK(hps_space_create(&s, NULL));
    for (int d = 0; d < D; d++) {
        char name[] = {(char)('a' + d), '\0'};
        CK_OK(hps_space_add_real(s, name, 0.0, 1.0, HPS_SCALE_LINEAR));
    }
    CK_OK(hps_swarm_create(&e, NULL, s, 1));
    CK_OK(hps_swarm_set_text(e, "variant", variant));
    CK_OK(hps_swarm_set_int(e, "seed", seed));
    CK_OK(hps_swarm_set_int(e, "max_evaluations", evaluations));
    hps_space_destroy(s);
    return e;
}

static inline double bowl(const double *x)
{
    double s = 0.0;
    for (int d = 0; d < D; d++) {
        double t = x[d] - 0.3 - 0.1 * d + (d > 0 ? 0.5 * (x[d - 1] - 0.3) : 0.0);
        s += pow(10.0, d) * t * t;
    }
    return s;
}

static inline void one_batch(hps_swarm *e, double (*objective)(const double *))
{
    int64_t id[64];
    double x[64 * MIXED_PARAMS], f[64];
    int32_t n = 0;
    CK_OK(hps_swarm_ask(e, 64, &n, id, x));
    for (int32_t i = 0; i < n; i++) {
        f[i] = objective(x + (int64_t)i * e->space->n);
    }
    CK_OK(hps_swarm_tell(e, n, id, f, NULL));
}

/* To the end with both, which have to be the same run to the last bit. */
static inline void both_go_on(hps_swarm *e, hps_swarm *other, double (*objective)(const double *))
{
    while (!hps_swarm_done(e)) {
        one_batch(e, objective);
        one_batch(other, objective);
    }
    ck_assert_int_eq(e->archive.n, other->archive.n);
    ck_assert_mem_eq(e->archive.u, other->archive.u, (size_t)(e->archive.n * D) * sizeof(double));
    for (int64_t r = 0; r < e->archive.n; r++) {
        ck_assert(e->archive.rows[r].f == other->archive.rows[r].f);
    }
}

#endif
