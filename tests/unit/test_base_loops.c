/* SPDX-License-Identifier: BSD-3-Clause */
/* Parallel loops, and the random numbers that do not depend on them. */
#include <check.h>

#include "base/internal.h"
#include "support/suite.h"

/* --------------------------------------------------------------- randomness */

START_TEST(test_philox_check_vectors) /* swarm.md section 1.1 */
{
    const uint32_t zero[4] = {0, 0, 0, 0};
    const uint32_t ones[4] = {0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu};
    const uint32_t pi[4] = {0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u};
    const uint32_t want[3][4] = {{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u},
                                 {0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu},
                                 {0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u}};
    uint32_t out[4];

    hpsi_philox(0, zero, out);
    ck_assert_mem_eq(out, want[0], sizeof out);
    hpsi_philox(UINT64_MAX, ones, out);
    ck_assert_mem_eq(out, want[1], sizeof out);
    hpsi_philox(0x299f31d0a4093822u, pi, out);
    ck_assert_mem_eq(out, want[2], sizeof out);
}
END_TEST

START_TEST(test_uniforms_use_the_high_53_bits)
{
    const uint32_t counter[4] = {5, 6, 7, HPSI_STREAM_VELOCITY};
    uint32_t w[4];
    hpsi_uniform2 u = hpsi_uniform(99, HPSI_STREAM_VELOCITY, 5, 6, 7);

    hpsi_philox(99, counter, w);
    ck_assert(u.u[0] == (double)((w[0] | (uint64_t)w[1] << 32) >> 11) / 9007199254740992.0);
    ck_assert(u.u[1] == (double)((w[2] | (uint64_t)w[3] << 32) >> 11) / 9007199254740992.0);
}
END_TEST

START_TEST(test_permutations_are_permutations)
{
    int64_t p[257];
    int64_t q[257];
    int seen[257] = {0};

    hpsi_permutation(1, HPSI_STREAM_SPLIT, 0, 257, p);
    hpsi_permutation(2, HPSI_STREAM_SPLIT, 0, 257, q);
    ck_assert_mem_ne(p, q, sizeof p);
    for (int i = 0; i < 257; i++) {
        seen[p[i]]++;
    }
    for (int i = 0; i < 257; i++) {
        ck_assert_int_eq(seen[i], 1);
    }
}
END_TEST

/* -------------------------------------------------------------------- loops */

typedef struct loop {
    int64_t hits[500];
    int64_t fails_from;
} loop;

static hps_status visit(int64_t item, int32_t worker, void *arg)
{
    loop *l = arg;

    (void)worker;
    l->hits[item]++;
    if (item >= l->fails_from) {
        return hpsi_fail(HPS_E_NUMERIC, "item %d", (int)item);
    }
    return HPS_OK;
}

START_TEST(test_loops_visit_each_item_once_and_report_the_lowest_failure)
{
    hps_context *c;

    hps_context_create(&c, NULL);
    for (int32_t threads = 1; threads <= 4; threads++) {
        loop l = {{0}, 1000};

        hps_context_set_threads(c, threads);
        ck_assert_int_eq(hps_context_threads(c), threads);
        ck_assert_int_eq(hpsi_parallel_for(c, 500, visit, &l), HPS_OK);
        for (int i = 0; i < 500; i++) {
            ck_assert_int_eq(l.hits[i], 1);
        }
        l.fails_from = 123;
        ck_assert_int_eq(hpsi_parallel_for(c, 500, visit, &l), HPS_E_NUMERIC);
        ck_assert_str_eq(hps_last_error(), "item 123");
    }
    ck_assert_int_eq(hps_context_set_threads(c, -1), HPS_E_ARGUMENT);
    hps_context_destroy(c);
}
END_TEST

typedef struct nested {
    hps_context *context;
    int64_t workers[8], inner[8][64];
} nested;

static hps_status note_worker(int64_t item, int32_t worker, void *arg)
{
    ((int64_t *)arg)[item] = worker;
    return HPS_OK;
}

static hps_status note_inside(int64_t item, int32_t worker, void *arg)
{
    nested *x = arg;

    (void)worker;
    x->workers[item] = hpsi_workers(x->context);
    return hpsi_parallel_for(x->context, 64, note_worker, x->inner[item]);
}

/* Buffers for hpsi_workers are enough for every loop that begins at the same place. */
START_TEST(test_a_loop_inside_another_has_one_worker)
{
    nested x = {0};
    int64_t by[64];

    hps_context_create(&x.context, NULL);
    for (int32_t threads = 1; threads <= 4; threads++) {
        hps_context_set_threads(x.context, threads);
        ck_assert_int_eq(hpsi_parallel_for(x.context, 64, note_worker, by), HPS_OK);
        ck_assert_int_eq(hpsi_parallel_for(x.context, 8, note_inside, &x), HPS_OK);
        for (int i = 0; i < 64; i++) {
            ck_assert_int_lt(by[i], hpsi_workers(x.context));
        }
        for (int i = 0; i < 8; i++) {
            ck_assert_int_eq(x.workers[i], 1);
            for (int j = 0; j < 64; j++) {
                ck_assert_int_eq(x.inner[i][j], 0);
            }
        }
    }
    hps_context_destroy(x.context);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base_loops");
    TCase *tc = tcase_create("all");

    tcase_add_test(tc, test_philox_check_vectors);
    tcase_add_test(tc, test_uniforms_use_the_high_53_bits);
    tcase_add_test(tc, test_permutations_are_permutations);
    tcase_add_test(tc, test_loops_visit_each_item_once_and_report_the_lowest_failure);
    tcase_add_test(tc, test_a_loop_inside_another_has_one_worker);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
