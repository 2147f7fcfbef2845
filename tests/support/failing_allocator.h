/* SPDX-License-Identifier: BSD-3-Clause */
/* An allocator that fails on purpose, and the loop that tries every place where it can.
 *
 *     static hps_status scenario(hps_context *c, void *user);   // make, use, destroy all of it
 *     ...
 *     int64_t calls = fail_everywhere(scenario, user);
 *
 * runs the scenario with the 1st, 2nd, 3rd, ... allocation failing until it passes, and checks
 * that each failing run says HPS_E_MEMORY and that no run leaves a block behind. */
#ifndef HPS_TESTS_FAILING_ALLOCATOR_H
#define HPS_TESTS_FAILING_ALLOCATOR_H

#include <check.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "hpswarm/base.h"

typedef struct failing_allocator {
    hps_allocator functions; /* for hps_context_create */
    atomic_llong calls;      /* so far */
    atomic_llong held;       /* blocks not released */
    int64_t fail_at;         /* this call fails, counted from 1; 0: none */
} failing_allocator;

static inline void *failing_allocate(int64_t bytes, void *user)
{
    failing_allocator *a = user;
    long long call = atomic_fetch_add(&a->calls, 1) + 1;
    void *p = call == a->fail_at ? NULL : malloc((size_t)bytes);
    if (p != NULL) {
        atomic_fetch_add(&a->held, 1);
    }
    return p;
}

static inline void failing_release(void *p, void *user)
{
    failing_allocator *a = user;
    if (p != NULL) {
        atomic_fetch_sub(&a->held, 1);
        free(p);
    }
}

static inline void failing_allocator_init(failing_allocator *a, int64_t fail_at)
{
    a->functions.struct_size = (int32_t)sizeof a->functions;
    a->functions.reserved = 0;
    a->functions.allocate = failing_allocate;
    a->functions.release = failing_release;
    a->functions.user = a;
    a->fail_at = fail_at;
    atomic_init(&a->calls, 0);
    atomic_init(&a->held, 0);
}

/* One run with the given call failing; *reached tells whether the run got that far. */
static inline hps_status fail_once(hps_status (*scenario)(hps_context *, void *), void *user,
                                   int64_t fail_at, int *reached)
{
    failing_allocator a;
    hps_context *c = NULL;
    failing_allocator_init(&a, fail_at);
    hps_status s = hps_context_create(&c, &a.functions);
    if (s == HPS_OK) {
        s = scenario(c, user);
    } else {
        ck_assert_ptr_null(c);
    }
    hps_context_destroy(c);
    ck_assert_msg(atomic_load(&a.held) == 0, "%lld blocks left when allocation %lld failed",
                  atomic_load(&a.held), (long long)fail_at);
    *reached = atomic_load(&a.calls) >= fail_at;
    return s;
}

/* Returns the number of allocations of the run that passes. */
static inline int64_t fail_everywhere(hps_status (*scenario)(hps_context *, void *), void *user)
{
    for (int64_t fail_at = 1;; fail_at++) {
        int reached = 0;
        hps_status s = fail_once(scenario, user, fail_at, &reached);
        if (!reached) {
            ck_assert_msg(s == HPS_OK, "%s without a failing allocation: %s", hps_status_name(s),
                          hps_last_error());
            return fail_at - 1;
        }
        ck_assert_msg(s == HPS_E_MEMORY, "allocation %lld failed, status is %s: %s",
                      (long long)fail_at, hps_status_name(s), hps_last_error());
    }
}

#endif
