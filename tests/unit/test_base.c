/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages, memory, options, version and log. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/internal.h"
#include "support/suite.h"

/* ---------------------------------------------------------------- messages */

START_TEST(test_failing_keeps_one_line)
{
    ck_assert_int_eq(hpsi_fail(HPS_E_IO, "bad\nname %d", 7), HPS_E_IO);
    ck_assert_str_eq(hps_last_error(), "bad name 7");
    hpsi_prefix(HPS_E_IO, "file.xyz:%d", 3);
    ck_assert_str_eq(hps_last_error(), "file.xyz:3: bad name 7");
    hpsi_clear_error();
    ck_assert_str_eq(hps_last_error(), "");
}
END_TEST

START_TEST(test_long_messages_are_cut)
{
    char text[3000];

    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    hpsi_fail(HPS_E_IO, "%s", text);
    ck_assert_uint_eq(strlen(hps_last_error()), 1023);
    hpsi_prefix(HPS_E_IO, "front");
    ck_assert_int_eq(strncmp(hps_last_error(), "front: xxx", 10), 0);
    ck_assert_uint_le(strlen(hps_last_error()), 1023);
}
END_TEST

START_TEST(test_status_names)
{
    ck_assert_str_eq(hps_status_name(HPS_E_FORMAT), "HPS_E_FORMAT");
    ck_assert_str_eq(hps_status_name(12345), "HPS_E_?");
    ck_assert_str_eq(hps_status_text(HPS_OK), "success");
    ck_assert_str_eq(hps_status_text(12345), "unknown status");
}
END_TEST

/* ------------------------------------------------------------------ memory */

START_TEST(test_blocks_are_aligned_zeroed_and_counted)
{
    hps_context *c;
    int64_t held;
    int64_t peak;
    double *a;

    ck_assert_int_eq(hps_context_create(&c, NULL), HPS_OK);
    a = hpsi_new(c, 100, sizeof *a);
    ck_assert_ptr_nonnull(a);
    ck_assert_uint_eq((uintptr_t)a % 64, 0);
    for (int i = 0; i < 100; i++) {
        ck_assert(a[i] == 0);
    }
    hps_context_memory(c, &held, NULL);
    ck_assert_int_ge(held, 800);
    hpsi_free(a);
    hps_context_memory(c, &held, &peak);
    ck_assert_int_eq(held, 0);
    ck_assert_int_ge(peak, 800);
    hps_context_destroy(c);
}
END_TEST

START_TEST(test_limit_and_overflow_are_refused)
{
    hps_context *c;
    void *p;

    hps_context_create(&c, NULL);
    ck_assert_int_eq(hps_context_set_memory_limit(c, 1000), HPS_OK);
    ck_assert_ptr_null(hpsi_new(c, 1000, 1));
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "limit of 1000"));
    p = hpsi_new(c, 100, 1);
    ck_assert_ptr_nonnull(p);
    hpsi_free(p);
    ck_assert_ptr_null(hpsi_new(c, INT64_MAX / 2, 8));
    ck_assert_ptr_null(hpsi_new(c, -1, 8));
    ck_assert_int_eq(hpsi_size_mul(INT64_MAX, 2), -1);
    ck_assert_int_eq(hps_context_set_memory_limit(c, -1), HPS_E_ARGUMENT);
    hps_context_destroy(c);
}
END_TEST

START_TEST(test_growing_keeps_content)
{
    void *p = NULL;
    int64_t capacity = 0;
    int *a;

    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(hpsi_grow(NULL, &p, &capacity, i + 1, sizeof(int)), HPS_OK);
        ((int *)p)[i] = i;
    }
    a = p;
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(a[i], i);
    }
    hpsi_free(p);
}
END_TEST

/* The capacity is that of the largest number, by whatever way it was reached, and at most an
 * eighth more; the block before it is gone when the next one comes. */
START_TEST(test_renewing_follows_the_largest_number)
{
    static const int64_t most[] = {1, 16, 17, 100, 1000, 4097, 99999};

    for (int k = 0; k < 7; k++) {
        hps_context *c = NULL;
        void *p = NULL, *q = NULL;
        int64_t one = 0, several = 0, before, held, peak;

        ck_assert_int_eq(hps_context_create(&c, NULL), HPS_OK);
        ck_assert_int_eq(hps_context_memory(c, &before, NULL), HPS_OK);
        for (int64_t n = 1; n < most[k]; n += 1 + n / 3) {
            ck_assert_int_eq(hpsi_renew(c, &p, &several, n, sizeof(double)), HPS_OK);
        }
        ck_assert_int_eq(hpsi_renew(c, &p, &several, most[k], sizeof(double)), HPS_OK);
        ck_assert_int_eq(hps_context_memory(c, &held, &peak), HPS_OK);
        ck_assert_int_eq(peak, held);
        ck_assert_int_eq(hpsi_renew(c, &q, &one, most[k], sizeof(double)), HPS_OK);
        ck_assert_int_eq(one, several);
        ck_assert(one >= most[k] && (one <= 16 || 8 * one <= 9 * most[k]));
        ck_assert_int_eq(hps_context_set_memory_limit(c, held), HPS_OK);
        ck_assert_int_eq(hpsi_renew(c, &q, &one, 100 * most[k], sizeof(double)), HPS_E_MEMORY);
        ck_assert(q == NULL && one == 0);
        hpsi_free(p);
        ck_assert_int_eq(hps_context_memory(c, &held, NULL), HPS_OK);
        ck_assert_int_eq(held, before);
        hps_context_destroy(c);
    }
}
END_TEST

static void *no_memory(int64_t bytes, void *user)
{
    (void)bytes;
    (void)user;
    return NULL;
}

static void release(void *p, void *user)
{
    (void)user;
    free(p);
}

START_TEST(test_a_failing_allocator_gives_a_status)
{
    hps_allocator a = {sizeof a, 0, no_memory, release, NULL};
    hps_context *c = (hps_context *)&a;

    ck_assert_int_eq(hps_context_create(&c, &a), HPS_E_MEMORY);
    ck_assert_ptr_null(c);
    a.release = NULL;
    ck_assert_int_eq(hps_context_create(&c, &a), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_context_create(NULL, NULL), HPS_E_ARGUMENT);
}
END_TEST

/* ------------------------------------------------------------------ options */

START_TEST(test_options_are_found_and_checked)
{
    int32_t i;
    int32_t z;
    double v = -7;

    ck_assert_int_eq(hpsi_option_find(&hpsi_soap_options, "atom_sigma_r:H", &i, &z), HPS_OK);
    ck_assert_int_eq(z, 1);
    ck_assert_int_eq(hpsi_option_real(&hpsi_soap_options, i, -1, &v), HPS_E_OPTION);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "soap.atom_sigma_r: -1 must be from"));
    ck_assert_int_eq(hpsi_option_real(&hpsi_soap_options, i, NAN, &v), HPS_E_OPTION);
    ck_assert(v == -7);
    ck_assert_int_eq(hpsi_option_real(&hpsi_soap_options, i, 0.5, &v), HPS_OK);
    ck_assert(v == 0.5);
    ck_assert_int_eq(hpsi_option_text(&hpsi_soap_options, i, "x", &v), HPS_E_OPTION);
    hpsi_option_find(&hpsi_soap_options, "n_max", &i, &z);
    ck_assert_int_eq(hpsi_option_real(&hpsi_soap_options, i, 2.5, &v), HPS_E_OPTION);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "whole number"));
    ck_assert_int_eq(hpsi_option_int(&hpsi_soap_options, i, INT64_MAX, &v), HPS_E_OPTION);
    hpsi_option_find(&hpsi_soap_options, "basis", &i, &z);
    ck_assert_int_eq(hpsi_option_text(&hpsi_soap_options, i, "poly3gauss", &v), HPS_OK);
    ck_assert(v == 1);
    ck_assert_int_eq(hpsi_option_text(&hpsi_soap_options, i, "poly3gaus", &v), HPS_E_OPTION);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "poly3|poly3gauss"));
    ck_assert_int_eq(hpsi_option_text(&hpsi_soap_options, i, NULL, &v), HPS_E_ARGUMENT);
}
END_TEST

START_TEST(test_unknown_options_name_the_nearest)
{
    int32_t i;
    int32_t z;

    ck_assert_int_eq(hpsi_option_find(&hpsi_soap_options, "rcut_sof", &i, &z), HPS_E_OPTION);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "did you mean 'rcut_soft'"));
    ck_assert_int_eq(hpsi_option_find(&hpsi_soap_options, "qqqqqqqqqq", &i, &z), HPS_E_OPTION);
    ck_assert_ptr_null(strstr(hps_last_error(), "did you mean"));
    ck_assert_int_eq(hpsi_option_find(&hpsi_soap_options, "l_max:C", &i, &z), HPS_E_OPTION);
    ck_assert_int_eq(hpsi_option_find(&hpsi_soap_options, "nf:Xx", &i, &z), HPS_E_OPTION);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "'Xx' is no element"));
    ck_assert_int_eq(hpsi_option_find(&hpsi_soap_options, NULL, &i, &z), HPS_E_ARGUMENT);
}
END_TEST

START_TEST(test_every_option_is_described)
{
    const char *const owners[] = {"swarm", "soap", "gpr", "study"};
    hps_option_info info = {.struct_size = sizeof info};

    for (int o = 0; o < 4; o++) {
        int32_t n = 0;

        while (hps_option_describe(owners[o], n, &info) == HPS_OK) {
            ck_assert_str_ne(info.help, "");
            ck_assert_uint_gt(strlen(hps_option_advice(owners[o], n)), 30);
            ck_assert(info.value >= info.minimum && info.value <= info.maximum);
            ck_assert_int_eq(info.kind == HPS_OPTION_TEXT, info.choices[0] != '\0');
            n++;
        }
        ck_assert_int_gt(n, 3);
    }
    ck_assert_int_eq(hps_option_describe("nobody", 0, &info), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_option_describe("soap", -1, &info), HPS_E_ARGUMENT);
    ck_assert_str_eq(hps_option_advice("nobody", 0), "");
    ck_assert_str_eq(hps_option_advice(NULL, 0), "");
    ck_assert_str_eq(hps_option_advice("soap", -1), "");
    ck_assert_str_eq(hps_option_advice("soap", 1000), "");
}
END_TEST

/* ------------------------------------------------------------- build, log */

START_TEST(test_version_and_build)
{
    char text[32];
    int32_t v = hps_version();

    snprintf(text, sizeof text, "%d.%d.%d", v / 10000, v / 100 % 100, v % 100);
    ck_assert_str_eq(text, hps_version_text());
    ck_assert_str_ne(hps_build_info("blas"), "");
    ck_assert_str_ne(hps_build_info("compiler"), "");
    ck_assert_str_ne(hps_build_info("random"), "");
    ck_assert_str_eq(hps_build_info("nonsense"), "");
    ck_assert_str_eq(hps_build_info(NULL), "");
}
END_TEST

static void receive(int32_t level, const char *message, void *user)
{
    ck_assert_int_le(level, HPS_LOG_WARN);
    snprintf(user, 64, "%s", message);
}

START_TEST(test_log_levels)
{
    char got[64] = "";
    hps_context *c;

    hps_context_create(&c, NULL);
    ck_assert_int_eq(hps_context_set_log(c, HPS_LOG_WARN, receive, got), HPS_OK);
    hpsi_log(c, HPS_LOG_INFO, "quiet");
    ck_assert_str_eq(got, "");
    hpsi_log(c, HPS_LOG_WARN, "heard %d", 1);
    ck_assert_str_eq(got, "heard 1");
    ck_assert_int_eq(hps_context_set_log(c, 9, receive, got), HPS_E_ARGUMENT);
    hps_context_destroy(c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base");
    TCase *tc = tcase_create("all");

    tcase_add_test(tc, test_failing_keeps_one_line);
    tcase_add_test(tc, test_long_messages_are_cut);
    tcase_add_test(tc, test_status_names);
    tcase_add_test(tc, test_blocks_are_aligned_zeroed_and_counted);
    tcase_add_test(tc, test_limit_and_overflow_are_refused);
    tcase_add_test(tc, test_growing_keeps_content);
    tcase_add_test(tc, test_renewing_follows_the_largest_number);
    tcase_add_test(tc, test_a_failing_allocator_gives_a_status);
    tcase_add_test(tc, test_options_are_found_and_checked);
    tcase_add_test(tc, test_unknown_options_name_the_nearest);
    tcase_add_test(tc, test_every_option_is_described);
    tcase_add_test(tc, test_version_and_build);
    tcase_add_test(tc, test_log_levels);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
