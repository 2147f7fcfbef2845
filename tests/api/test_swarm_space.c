/* SPDX-License-Identifier: BSD-3-Clause */
/* The search space: what may be added, fixed and asked. */
#include <limits.h>

#include "support/swarm_run.h"

static hps_space *s;

static void make(void)
{
    CK_OK(mixed_space(&s, NULL));
}

static void drop(void)
{
    hps_space_destroy(s);
}

/* The call fails with ARGUMENT and the message holds the text. */
#define REFUSED(call, text)                                                                        \
    do {                                                                                           \
        ck_assert_int_eq(call, HPS_E_ARGUMENT);                                                    \
        ck_assert_msg(strstr(hps_last_error(), text) != NULL, "message: %s", hps_last_error());    \
    } while (0)

START_TEST(test_what_was_added_is_described)
{
    hps_param_info info = {.struct_size = (int32_t)sizeof info};
    ck_assert_int_eq(hps_space_size(s), MIXED_PARAMS);
    ck_assert_int_eq(hps_space_index(s, "points"), 3);
    ck_assert_int_eq(hps_space_index(s, "point"), -1);
    CK_OK(hps_space_describe(s, 1, &info));
    ck_assert_str_eq(info.name, "noise");
    ck_assert_int_eq(info.kind, HPS_PARAM_REAL);
    ck_assert_int_eq(info.scale, HPS_SCALE_LOG);
    ck_assert(info.lo == 1e-4 && info.hi == 10.0 && isnan(info.value));
    CK_OK(hps_space_describe(s, 4, &info));
    ck_assert_int_eq(info.kind, HPS_PARAM_CHOICE);
    ck_assert_int_eq(info.n_labels, 3);
    ck_assert(info.lo == 0.0 && info.hi == 2.0);
    ck_assert_str_eq(hps_space_label(s, 4, 2), "blue");
    ck_assert_ptr_null(hps_space_label(s, 4, 3));
    ck_assert_ptr_null(hps_space_label(s, 4, -1));
    ck_assert_ptr_null(hps_space_label(s, 0, 0));
    ck_assert_ptr_null(hps_space_label(s, 99, 0));
    CK_OK(hps_space_describe(s, 5, &info));
    ck_assert_int_eq(info.fixed, 1);
    ck_assert(info.value == 1.25);
}
END_TEST

START_TEST(test_describe_checks_its_arguments)
{
    hps_param_info info = {.struct_size = (int32_t)sizeof info};
    REFUSED(hps_space_describe(s, MIXED_PARAMS, &info), "6 of 6");
    REFUSED(hps_space_describe(s, -1, &info), "-1 of 6");
    REFUSED(hps_space_describe(NULL, 0, &info), "cannot be described");
    REFUSED(hps_space_describe(s, 0, NULL), "cannot be described");
    info.struct_size = 8;
    REFUSED(hps_space_describe(s, 0, &info), "struct_size = 8");
    ck_assert_int_eq(hps_space_size(NULL), 0);
    ck_assert_int_eq(hps_space_index(NULL, "a"), -1);
    ck_assert_int_eq(hps_space_index(s, NULL), -1);
}
END_TEST

START_TEST(test_names_are_checked)
{
    char name[80];
    REFUSED(hps_space_add_real(s, "", 0.0, 1.0, 0), "0 characters");
    REFUSED(hps_space_add_real(s, "a b", 0.0, 1.0, 0), "blank");
    REFUSED(hps_space_add_real(s, "a\tb", 0.0, 1.0, 0), "blank");
    REFUSED(hps_space_add_int(s, "length", 0, 1, 0), "there already");
    REFUSED(hps_space_add_real(s, NULL, 0.0, 1.0, 0), "NULL");
    REFUSED(hps_space_add_real(NULL, "a", 0.0, 1.0, 0), "NULL");
    memset(name, 'x', sizeof name);
    name[64] = '\0';
    REFUSED(hps_space_add_real(s, name, 0.0, 1.0, 0), "64 characters");
    name[63] = '\0';
    CK_OK(hps_space_add_real(s, name, 0.0, 1.0, 0));
    ck_assert_int_eq(hps_space_index(s, name), MIXED_PARAMS);
}
END_TEST

START_TEST(test_bounds_are_checked)
{
    double inf = (double)INFINITY;
    REFUSED(hps_space_add_real(s, "a", 1.0, 1.0, 0), "lo < hi");
    REFUSED(hps_space_add_real(s, "a", 2.0, 1.0, 0), "lo < hi");
    REFUSED(hps_space_add_real(s, "a", (double)NAN, 1.0, 0), "finite");
    REFUSED(hps_space_add_real(s, "a", 0.0, inf, 0), "finite");
    REFUSED(hps_space_add_real(s, "a", -1e308, 1e308, 0), "finite");
    REFUSED(hps_space_add_real(s, "a", 0.0, 1.0, HPS_SCALE_LOG), "> 0");
    REFUSED(hps_space_add_real(s, "a", 1e-300, 1e300, HPS_SCALE_LOG), "hi / lo");
    REFUSED(hps_space_add_real(s, "a", 1.0, 2.0, 2), "scale = 2");
    REFUSED(hps_space_add_int(s, "a", 2, 1, 0), "ordered");
    REFUSED(hps_space_add_int(s, "a", 0, INT64_C(2147483649), 0), "2^31");
    REFUSED(hps_space_add_int(s, "a", INT64_MIN, 0, 0), "2^31");
    REFUSED(hps_space_add_int(s, "a", 0, 5, HPS_SCALE_LOG), "> 0");
    REFUSED(hps_space_add_int(s, "a", 1, 5, -1), "scale = -1");
    CK_OK(hps_space_add_int(s, "a", INT64_C(-2147483648), INT64_C(2147483648), 0));
    CK_OK(hps_space_add_int(s, "single", 4, 4, 0));
    ck_assert_int_eq(hps_space_size(s), MIXED_PARAMS + 2);
}
END_TEST

START_TEST(test_labels_are_checked)
{
    const char *const twice[] = {"a", "b", "a"};
    const char *const hole[] = {"a", NULL};
    REFUSED(hps_space_add_choice(s, "c", 3, twice), "\"a\" is there twice");
    REFUSED(hps_space_add_choice(s, "c", 2, hole), "label 1 is NULL");
    REFUSED(hps_space_add_choice(s, "c", 0, twice), "at least 1");
    REFUSED(hps_space_add_choice(s, "c", 2, NULL), "at least 1");
    REFUSED(hps_space_add_choice(s, "colour", 2, twice), "there already");
    ck_assert_int_eq(hps_space_size(s), MIXED_PARAMS);
}
END_TEST

START_TEST(test_fixing_checks_the_value)
{
    hps_param_info info = {.struct_size = (int32_t)sizeof info};
    REFUSED(hps_space_fix(s, "lenght", 0.0), "did you mean \"length\"");
    REFUSED(hps_space_fix(s, "zzzzzz", 0.0), "no parameter \"zzzzzz\"");
    REFUSED(hps_space_fix(s, "length", 2.5), "2.5");
    REFUSED(hps_space_fix(s, "length", (double)NAN), "nan");
    REFUSED(hps_space_fix(s, "order", 1.5), "whole number");
    REFUSED(hps_space_fix(s, "colour", 3.0), "0 .. 2");
    REFUSED(hps_space_fix(NULL, "length", 0.0), "NULL");
    REFUSED(hps_space_unfix(s, "nothing"), "nothing");
    CK_OK(hps_space_fix(s, "colour", 2.0));
    CK_OK(hps_space_fix(s, "length", -1.0));
    CK_OK(hps_space_unfix(s, "length"));
    CK_OK(hps_space_describe(s, 0, &info));
    ck_assert_int_eq(info.fixed, 0);
    ck_assert(isnan(info.value));
}
END_TEST

START_TEST(test_create_without_out_is_refused)
{
    REFUSED(hps_space_create(NULL, NULL), "out");
    hps_space_destroy(NULL);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_checked_fixture(t, make, drop);
    tcase_add_test(t, test_what_was_added_is_described);
    tcase_add_test(t, test_describe_checks_its_arguments);
    tcase_add_test(t, test_names_are_checked);
    tcase_add_test(t, test_bounds_are_checked);
    tcase_add_test(t, test_labels_are_checked);
    tcase_add_test(t, test_fixing_checks_the_value);
    tcase_add_test(t, test_create_without_out_is_refused);
}

int main(void)
{
    return run_tests("swarm_space", add);
}
