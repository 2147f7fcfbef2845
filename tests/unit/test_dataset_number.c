/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers as text: every bit as the C library reads them, Fortran exponents, refusals. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/internal.h"
#include "dataset/number.h"
#include "support/suite.h"

/* Kind of the number; *used is how many characters it took. */
static int32_t parse(const char *text, double *v, int64_t *used)
{
    const char *at = text;
    const int32_t kind = hpsi_number_real(&at, text + strlen(text), v);

    *used = at - text;
    return kind;
}

static void same_as_strtod(const char *text)
{
    const double wanted = strtod(text, NULL);
    double v = 0;
    int64_t used;

    ck_assert_msg(parse(text, &v, &used) == HPSI_NUMBER_OK, "%s", text);
    ck_assert_int_eq(used, (int64_t)strlen(text));
    ck_assert_msg(memcmp(&v, &wanted, sizeof v) == 0, "%s: %.17g, strtod %.17g", text, v, wanted);
}

START_TEST(test_random_numbers_are_the_nearest_double)
{
    static const char *const formats[] = {"%.17g", "%.8f", "%.3f", "%.10e", "%g", "%.15g", "%.19e"};
    char text[400];

    for (uint32_t i = 0; i < 20000; i++) {
        const hpsi_uniform2 u = hpsi_uniform(3, 100, i, 0, 0);
        const double v = (u.u[0] - 0.5) * pow(10, floor(60 * (u.u[1] - 0.5)) / (i % 3 + 1));
        snprintf(text, sizeof text, formats[i % 7], v);
        if (strlen(text) < 100) {
            same_as_strtod(text);
        }
    }
}
END_TEST

START_TEST(test_forms)
{
    static const char *const same[] = {"0",
                                       "-0",
                                       "+1",
                                       "1.",
                                       ".5",
                                       "-.5",
                                       "000.250",
                                       "1E+5",
                                       "1e-5",
                                       "1e22",
                                       "1e23",
                                       "9007199254740993",
                                       "9007199254740992e22",
                                       "0.1e-22",
                                       "123456789012345678901234567890",
                                       "0.00000000000000000000000000000012345678901234567890123",
                                       "4.9e-324",
                                       "1.7976931348623157e308",
                                       "2.2250738585072011e-308",
                                       "1e-400",
                                       "0e999999999"};
    static const struct {
        const char *text;
        double value;
    } fortran[] = {{"1.0d0", 1},
                   {"-2.5D-3", -0.0025},
                   {"1.25D+02", 125},
                   {"1.1234567890123456789D0", 1.1234567890123457}};

    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        same_as_strtod(same[i]);
    }
    for (size_t i = 0; i < sizeof fortran / sizeof fortran[0]; i++) {
        double v = 0;
        int64_t used;
        ck_assert_int_eq(parse(fortran[i].text, &v, &used), HPSI_NUMBER_OK);
        ck_assert_int_eq(used, (int64_t)strlen(fortran[i].text));
        ck_assert(v == fortran[i].value);
    }
}
END_TEST

START_TEST(test_what_is_no_number)
{
    static const char *const bad[] = {"", "-", "+", ".", "-.", "e5", "abc", "d0", "--1", "*****"};
    static const char *const infinite[] = {"nan",  "NaN",       "-nan",  "inf",
                                           "-Inf", "+infinity", "1e999", "-1e400"};
    char digits[200];
    double v = 7;
    int64_t used;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(parse(bad[i], &v, &used) == HPSI_NUMBER_BAD, "%s", bad[i]);
    }
    for (size_t i = 0; i < sizeof infinite / sizeof infinite[0]; i++) {
        ck_assert_msg(parse(infinite[i], &v, &used) == HPSI_NUMBER_NOT_FINITE, "%s", infinite[i]);
        ck_assert_int_eq(used, (int64_t)strlen(infinite[i]));
    }
    ck_assert_int_eq(parse("0x10", &v, &used), HPSI_NUMBER_OK); /* reads the 0 only */
    ck_assert_int_eq(used, 1);
    ck_assert_int_eq(parse("1.5e", &v, &used), HPSI_NUMBER_OK);
    ck_assert_int_eq(used, 3);
    memset(digits, '7', sizeof digits);
    digits[sizeof digits - 1] = '\0';
    ck_assert_int_eq(parse(digits, &v, &used), HPSI_NUMBER_BAD);
}
END_TEST

/* The text need not be terminated. */
START_TEST(test_stops_at_the_end)
{
    const char text[] = "12345";
    const char *at = text;
    double v;

    ck_assert_int_eq(hpsi_number_real(&at, text + 3, &v), HPSI_NUMBER_OK);
    ck_assert(v == 123);
    ck_assert_ptr_eq(at, text + 3);
}
END_TEST

START_TEST(test_whole_numbers)
{
    const char *const text[] = {
        "12", "-7", "+3", "9223372036854775799", "", "-", "1.0", "99999999999999999999", "4x"};
    const int64_t value[] = {12, -7, 3, INT64_C(9223372036854775799)};

    for (int32_t i = 0; i < 9; i++) {
        int64_t v = 0;
        const int32_t ok = hpsi_number_whole(text[i], text[i] + strlen(text[i]), &v);
        ck_assert_msg(ok == (i < 4), "%s", text[i]);
        if (i < 4) {
            ck_assert_int_eq(v, value[i]);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dataset_number");
    TCase *tc = tcase_create("all");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_random_numbers_are_the_nearest_double);
    tcase_add_test(tc, test_forms);
    tcase_add_test(tc, test_what_is_no_number);
    tcase_add_test(tc, test_stops_at_the_end);
    tcase_add_test(tc, test_whole_numbers);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
