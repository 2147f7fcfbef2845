/* SPDX-License-Identifier: BSD-3-Clause */
/* Parts of a loop that processes share out: together they are all of it, and about equal in work.
 */
#include <check.h>
#include <stdint.h>

#include "base/internal.h"
#include "support/suite.h"

enum { MOST = 400 };

static int64_t before[MOST + 1];

static int64_t work_before(int64_t i, const void *arg)
{
    (void)arg;
    return before[i];
}

static int32_t no_gather(void *base, const int64_t *begin, void *user)
{
    (void)base;
    (void)begin;
    (void)user;
    return 1;
}

static void check_parts(int64_t n, int32_t size, int64_t largest)
{
    int64_t last = 0;

    for (int32_t r = 0; r < size; r++) {
        hps_context *c = NULL;
        int64_t first, end;

        ck_assert_int_eq(hps_context_create(&c, NULL), HPS_OK);
        ck_assert_int_eq(hps_context_set_team(c, r, size, no_gather, NULL), HPS_OK);
        hpsi_team_range_by(c, n, work_before, NULL, &first, &end);
        ck_assert_int_eq(first, last);
        ck_assert_int_ge(end, first);
        ck_assert_int_le((before[end] - before[first]) * size, before[n] + 2 * size * largest);
        last = end;
        hpsi_team_range(c, n, &first, &end); /* by number */
        ck_assert_int_le((end - first) * size, n + size);
        hps_context_destroy(c);
    }
    ck_assert_int_eq(last, n);
}

START_TEST(test_parts_have_equal_work)
{
    uint32_t state = 1;

    for (int32_t size = 2; size <= 9; size++) {
        for (int64_t n = 0; n <= MOST; n += n < 5 ? 1 : 79) {
            int64_t largest = 0;

            for (int64_t i = 0; i < n; i++) { /* cells of one atom first, then large ones */
                int64_t w = i < n / 2 ? 1 : 1 + (state >> 16) % 64;

                state = state * 1664525U + 1013904223U;
                before[i + 1] = before[i] + w;
                largest = w > largest ? w : largest;
            }
            check_parts(n, size, largest);
        }
    }
}
END_TEST

START_TEST(test_alone_everything_is_the_own_part)
{
    int64_t first = -1, end = -1;

    before[1] = 3;
    hpsi_team_range_by(NULL, 1, work_before, NULL, &first, &end);
    ck_assert(first == 0 && end == 1);
    hpsi_team_range(NULL, 7, &first, &end);
    ck_assert(first == 0 && end == 7);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("team_parts");
    TCase *t = tcase_create("parts");

    tcase_add_test(t, test_parts_have_equal_work);
    tcase_add_test(t, test_alone_everything_is_the_own_part);
    suite_add_tcase(suite, t);
    return suite_end(suite);
}
