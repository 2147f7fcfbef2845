/* SPDX-License-Identifier: BSD-3-Clause */
/* Points under way on the mixed problem, asked for and told in any order. */
#ifndef HPS_TESTS_SWARM_WORKERS_H
#define HPS_TESTS_SWARM_WORKERS_H

#include "support/swarm_run.h"

enum { POOL_MAX = 64 };

static uint32_t random_state;

static inline int32_t pick(int32_t n)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (int32_t)((random_state >> 8) % (uint32_t)n);
}

/* `most`: how many were under way at the same time. */
typedef struct pool {
    int32_t n, most;
    int64_t id[POOL_MAX];
    double f[POOL_MAX];
    int32_t outcome[POOL_MAX];
} pool;

static inline int32_t ask_some(hps_swarm *e, pool *p, int32_t capacity)
{
    double x[POOL_MAX * MIXED_PARAMS];
    int32_t n = 0;
    CK_OK(hps_swarm_ask(e, capacity, &n, p->id + p->n, x));
    for (int32_t i = 0; i < n; i++) {
        p->outcome[p->n + i] = HPS_EVAL_OK;
        p->f[p->n + i] = broken_objective(x + i * MIXED_PARAMS, &p->outcome[p->n + i]);
    }
    p->n += n;
    p->most = p->n > p->most ? p->n : p->most;
    return n;
}

static inline void tell_one(hps_swarm *e, pool *p)
{
    int32_t k = pick(p->n);
    CK_OK(hps_swarm_tell(e, 1, &p->id[k], &p->f[k], &p->outcome[k]));
    p->n--;
    p->id[k] = p->id[p->n];
    p->f[k] = p->f[p->n];
    p->outcome[k] = p->outcome[p->n];
}

#endif
