/* SPDX-License-Identifier: BSD-3-Clause */
/* Subsets and splits, which share their frames. */
#include <check.h>
#include <pthread.h>
#include <string.h>

#include "support/dataset_file.h"
#include "support/suite.h"

START_TEST(test_subsets_share_frames)
{
    const int64_t frames[] = {3, 0, 3};
    hps_dataset *part;
    hps_dataset *empty;
    hps_frame a;

    write_text("1\nenergy=1\nH 0 0 0\n");
    ck_assert_int_eq(hps_dataset_read_extxyz(set, path, NULL, NULL, NULL), HPS_OK);
    for (int32_t i = 1; i < 5; i++) {
        ck_assert_int_eq(add_dimer(set, i, "x"), HPS_OK);
    }
    a = frame_of(set, 3);
    ck_assert_int_eq(hps_dataset_subset(&part, set, 3, frames), HPS_OK);
    ck_assert_int_eq(hps_dataset_subset(&empty, set, 0, NULL), HPS_OK);
    hps_dataset_destroy(set); /* the parts go on living */
    ck_assert_int_eq(hps_dataset_create(&set, NULL), HPS_OK);
    ck_assert_int_eq(hps_dataset_n_frames(empty), 0);
    ck_assert_int_eq(hps_dataset_n_atoms(empty), 0);
    ck_assert_int_eq(hps_dataset_n_frames(part), 3);
    ck_assert_int_eq(hps_dataset_n_atoms(part), 5);
    ck_assert_ptr_eq(frame_of(part, 0).positions, a.positions);
    ck_assert_ptr_eq(frame_of(part, 2).positions, a.positions);
    ck_assert_int_eq(frame_of(part, 0).index, 3);
    ck_assert_int_eq(frame_of(part, 1).index, 0);
    ck_assert_str_eq(hps_dataset_key(part, "energy"), "energy");
    ck_assert_int_eq(add_dimer(empty, 1, "later"), HPS_OK);
    ck_assert_int_eq(hps_dataset_n_frames(empty), 1);
    hps_dataset_destroy(part);
    hps_dataset_destroy(empty);
}
END_TEST

static void *share_and_drop(void *part)
{
    for (int32_t i = 0; i < 2000; i++) {
        const int64_t frames[] = {0, 1, 2, 1};
        hps_dataset *copy;
        if (hps_dataset_subset(&copy, part, 4, frames) != HPS_OK) {
            return part;
        }
        hps_dataset_destroy(copy);
    }
    return NULL;
}

/* Distinct sets that share frames may live and die on different threads. */
START_TEST(test_shared_frames_on_two_threads)
{
    const int64_t frames[] = {0, 1, 2};
    hps_dataset *part[2];
    pthread_t thread[2];
    void *failed;

    for (int32_t i = 0; i < 3; i++) {
        ck_assert_int_eq(add_dimer(set, 1 + i, "x"), HPS_OK);
    }
    for (int32_t k = 0; k < 2; k++) {
        ck_assert_int_eq(hps_dataset_subset(&part[k], set, 3, frames), HPS_OK);
    }
    hps_dataset_destroy(set);
    set = NULL;
    for (int32_t k = 0; k < 2; k++) {
        ck_assert_int_eq(pthread_create(&thread[k], NULL, share_and_drop, part[k]), 0);
    }
    for (int32_t k = 0; k < 2; k++) {
        ck_assert_int_eq(pthread_join(thread[k], &failed), 0);
        ck_assert_ptr_null(failed);
        ck_assert(frame_of(part[k], 2).positions[3] == 3.1);
        hps_dataset_destroy(part[k]);
    }
}
END_TEST

/* 10 a, 7 b, 1 c, mixed. */
static void add_strata(hps_dataset *d)
{
    for (int32_t i = 0; i < 18; i++) {
        ck_assert_int_eq(add_dimer(d, 1 + 0.1 * i, i == 11 ? "c" : i % 5 < 3 ? "a" : "b"), HPS_OK);
    }
}

static int64_t count_of(const hps_dataset *d, const char *config)
{
    int64_t n = 0;

    for (int64_t i = 0; i < hps_dataset_n_frames(d); i++) {
        n += strcmp(frame_of(d, i).config_type, config) == 0;
    }
    return n;
}

START_TEST(test_split_is_stratified_seeded_and_ordered)
{
    hps_dataset *train[3];
    hps_dataset *test[3];
    int32_t seen[18] = {0};
    int32_t differs = 0;
    int64_t n_a;

    add_strata(set);
    n_a = count_of(set, "a");
    for (int32_t k = 0; k < 3; k++) {
        ck_assert_int_eq(hps_dataset_split(set, 0.3, k == 2 ? 8 : 7, &train[k], &test[k]), HPS_OK);
        ck_assert_int_eq(count_of(test[k], "a"), lround(0.3 * (double)n_a));
        ck_assert_int_eq(count_of(test[k], "b"), lround(0.3 * (double)(17 - n_a)));
        ck_assert_int_eq(count_of(test[k], "c"), 0);
    }
    for (int64_t i = 0; i < hps_dataset_n_frames(test[0]); i++) {
        ck_assert_int_eq(frame_of(test[0], i).index, frame_of(test[1], i).index);
        differs += frame_of(test[0], i).index != frame_of(test[2], i).index;
        ck_assert(i == 0 || frame_of(test[0], i).index > frame_of(test[0], i - 1).index);
        seen[frame_of(test[0], i).index]++;
    }
    ck_assert_int_gt(differs, 0);
    for (int64_t i = 0; i < hps_dataset_n_frames(train[0]); i++) {
        ck_assert(i == 0 || frame_of(train[0], i).index > frame_of(train[0], i - 1).index);
        seen[frame_of(train[0], i).index]++;
    }
    for (int32_t i = 0; i < 18; i++) {
        ck_assert_int_eq(seen[i], 1);
    }
    for (int32_t k = 0; k < 3; k++) {
        hps_dataset_destroy(train[k]);
        hps_dataset_destroy(test[k]);
    }
}
END_TEST

/* Which frames of "a" are test data does not depend on the other strata. */
START_TEST(test_strata_are_independent)
{
    hps_dataset *train;
    hps_dataset *test;
    hps_dataset *alone;
    double chosen[2][18];
    int64_t n[2] = {0};

    add_strata(set);
    ck_assert_int_eq(hps_dataset_create(&alone, NULL), HPS_OK);
    for (int64_t i = 0; i < 18; i++) {
        const hps_frame f = frame_of(set, i);
        if (strcmp(f.config_type, "a") == 0) {
            ck_assert_int_eq(add_dimer(alone, 1 + 0.1 * (double)i, "a"), HPS_OK);
        }
    }
    for (int32_t k = 0; k < 2; k++) {
        ck_assert_int_eq(hps_dataset_split(k == 0 ? set : alone, 0.4, 3, &train, &test), HPS_OK);
        for (int64_t i = 0; i < hps_dataset_n_frames(test); i++) {
            if (strcmp(frame_of(test, i).config_type, "a") == 0) {
                chosen[k][n[k]++] = frame_of(test, i).energy;
            }
        }
        hps_dataset_destroy(train);
        hps_dataset_destroy(test);
    }
    ck_assert_int_eq(n[0], n[1]);
    ck_assert(memcmp(chosen[0], chosen[1], (size_t)n[0] * sizeof chosen[0][0]) == 0);
    hps_dataset_destroy(alone);
}
END_TEST

START_TEST(test_split_every)
{
    hps_dataset *train;
    hps_dataset *test;

    add_strata(set);
    ck_assert_int_eq(hps_dataset_split_every(set, 5, &train, &test), HPS_OK);
    ck_assert_int_eq(hps_dataset_n_frames(test), 4);
    ck_assert_int_eq(hps_dataset_n_frames(train), 14);
    for (int64_t i = 0; i < 4; i++) {
        ck_assert_int_eq(frame_of(test, i).index, 5 * i);
    }
    ck_assert_int_eq(frame_of(train, 4).index, 6);
    hps_dataset_destroy(train);
    hps_dataset_destroy(test);
    ck_assert_int_eq(hps_dataset_split_every(set, INT64_MAX, &train, &test), HPS_OK);
    ck_assert_int_eq(hps_dataset_n_frames(test), 1);
    hps_dataset_destroy(train);
    hps_dataset_destroy(test);
    ck_assert_int_eq(hps_dataset_split(set, 0, 1, &train, &test), HPS_OK);
    ck_assert_int_eq(hps_dataset_n_frames(test), 0);
    hps_dataset_destroy(train);
    hps_dataset_destroy(test);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dataset_split");
    TCase *tc = tcase_create("all");

    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, fresh, drop);
    tcase_add_test(tc, test_subsets_share_frames);
    tcase_add_test(tc, test_shared_frames_on_two_threads);
    tcase_add_test(tc, test_split_is_stratified_seeded_and_ordered);
    tcase_add_test(tc, test_strata_are_independent);
    tcase_add_test(tc, test_split_every);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
