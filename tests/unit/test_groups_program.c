/* SPDX-License-Identifier: BSD-3-Clause */
/* How many ranks share an evaluation, by what one has taken. */
#include "tune.h" /* before check.h, which has a macro named fail */

#include <check.h>
#include <string.h>

#include "support/suite.h"

/* Seconds by j ranks where that is known: serial + shared / j + wait (j - 1). */
static double by(double serial, double shared, double wait, int j)
{
    return serial + shared / j + wait * (j - 1);
}

static int best_of(double serial, double shared, double wait, int size)
{
    return groups_best(size, by(serial, shared, wait, size), serial + shared, wait * (size - 1));
}

START_TEST(test_ranks_help_where_work_is_shared)
{
    ck_assert_int_eq(best_of(0, 10, 0, 2), 2);
    ck_assert_int_eq(best_of(1, 10, 0.01, 8), 8);
    ck_assert_int_eq(best_of(0.5, 0.5, 0.001, 2), 2);
}
END_TEST

START_TEST(test_ranks_sleep_where_they_would_not_help)
{
    ck_assert_int_eq(best_of(10, 0, 0, 4), 1);       /* nothing is shared */
    ck_assert_int_eq(best_of(0.001, 1e-3, 1, 2), 1); /* messages cost more */
    ck_assert_int_eq(best_of(10, 0.1, 0, 2), 1);     /* half a percent */
    ck_assert_int_eq(groups_best(2, 15e-6, 15e-6, 0), 1);
}
END_TEST

/* The number of least time by the model is found from one measurement. */
START_TEST(test_fewer_than_all_may_be_best)
{
    for (int size = 4; size <= 64; size *= 2) {
        double least = 1e300;
        int best = best_of(1, 100, 0.5, size);

        for (int j = 1; j <= size; j++) {
            double t = by(1, 100, 0.5, j);

            least = t < least ? t : least;
        }
        ck_assert_double_lt(by(1, 100, 0.5, best), 1.021 * least);
        ck_assert_int_le(best, 15); /* sqrt(100 / 0.5) = 14.1 */
    }
}
END_TEST

/* Sums of several evaluations say what their means say, and noise makes no number out of range. */
START_TEST(test_any_measurement_has_an_answer)
{
    ck_assert_int_eq(groups_best(4, 30, 60, 6), groups_best(4, 5, 10, 1));
    for (int k = 0; k < 1000; k++) {
        double a = k % 10, b = k / 10 % 10, c = k / 100.0;
        int best = groups_best(5, a, b, c);

        ck_assert(best >= 1 && best <= 5);
    }
}
END_TEST

START_TEST(test_notes_keep_costs_and_reason)
{
    note_costs c;
    char note[NOTE_BYTES];

    snprintf(note, sizeof note, "%.9g %.4g %.4g %.280s", 1.25, 2.5, 0.125, "12 angry men: failed");
    ck_assert_str_eq(note_split(note, &c), "12 angry men: failed");
    ck_assert(c.seconds == 1.25 && c.alone == 2.5 && c.exchange == 0.125);
    ck_assert_str_eq(note_split("0.5 0.5 0 ", &c), "");
    ck_assert_str_eq(note_split("", &c), "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("groups");
    TCase *t = tcase_create("ranks_per_evaluation");

    tcase_add_test(t, test_ranks_help_where_work_is_shared);
    tcase_add_test(t, test_ranks_sleep_where_they_would_not_help);
    tcase_add_test(t, test_fewer_than_all_may_be_best);
    tcase_add_test(t, test_any_measurement_has_an_answer);
    tcase_add_test(t, test_notes_keep_costs_and_reason);
    suite_add_tcase(suite, t);
    return suite_end(suite);
}
