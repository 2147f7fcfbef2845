/* SPDX-License-Identifier: BSD-3-Clause */
/* base: messages, memory, random numbers, options, loops, files and binary documents. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* -------------------------------------------------------------------- files */

static char folder[] = "hps_base_XXXXXX";
static char path[64];

static void enter_folder(void)
{
    snprintf(folder, sizeof folder, "hps_base_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/document", folder);
}

static void leave_folder(void)
{
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0); /* fails if a temporary file was left */
}

START_TEST(test_files_are_replaced_whole)
{
    char *data;
    int64_t size;

    ck_assert_int_eq(hpsi_file_replace(NULL, path, "one", 3, 1), HPS_OK);
    ck_assert_int_eq(hpsi_file_replace(NULL, path, "second", 6, 1), HPS_OK);
    ck_assert_int_eq(hpsi_file_read(NULL, path, &data, &size), HPS_OK);
    ck_assert_int_eq(size, 6);
    ck_assert_str_eq(data, "second");
    hpsi_free(data);
    ck_assert_int_eq(hpsi_file_read(NULL, folder, &data, &size), HPS_E_IO);
    ck_assert_int_eq(hpsi_file_read(NULL, "/nowhere/x", &data, &size), HPS_E_IO);
    ck_assert_str_eq(hps_last_error(), "/nowhere/x: cannot open: No such file or directory");
    ck_assert_int_eq(hpsi_file_replace(NULL, "/nowhere/x", "a", 1, 1), HPS_E_IO);
    ck_assert_int_eq(hpsi_file_replace(NULL, "/dev/full", "a", 1, 1),
                     HPS_E_IO); /* still a device */
    ck_assert_int_eq(hpsi_file_replace(NULL, "/dev/full", "a", 1, 1), HPS_E_IO);
    ck_assert_int_eq(hpsi_file_replace(NULL, "/dev/null", "a", 1, 1), HPS_OK);
    ck_assert_int_eq(hpsi_file_replace(NULL, folder, "a", 1, 1), HPS_E_IO);
}
END_TEST

static void write_document(void)
{
    const double reals[3] = {1.5, -0.0, INFINITY};
    const int64_t ints[2] = {INT64_MIN, 7};
    hpsi_pack p;

    hpsi_pack_begin(&p, NULL, "HPSTEST1", 2);
    hpsi_pack_int(&p, -3);
    hpsi_pack_reals(&p, 3, reals);
    hpsi_pack_ints(&p, 2, ints);
    hpsi_pack_text(&p, "word");
    ck_assert_int_eq(hpsi_pack_write(&p, path, 1), HPS_OK);
}

START_TEST(test_documents_come_back_bit_for_bit)
{
    double reals[3];
    int64_t ints[2];
    hpsi_pack p;
    char *word;

    write_document();
    ck_assert_int_eq(hpsi_pack_open(&p, NULL, path, "HPSTEST1", 2), HPS_OK);
    ck_assert_int_eq(p.version, 2);
    ck_assert_int_eq(hpsi_unpack_int_in(&p, -3, 3), -3);
    hpsi_unpack_reals(&p, 3, reals);
    ck_assert(reals[0] == 1.5 && signbit(reals[1]) && isinf(reals[2]));
    hpsi_unpack_ints(&p, 2, ints);
    ck_assert(ints[0] == INT64_MIN && ints[1] == 7);
    word = hpsi_unpack_text(&p);
    ck_assert_str_eq(word, "word");
    hpsi_free(word);
    ck_assert_int_eq(hpsi_pack_close(&p), HPS_OK);
    ck_assert_int_eq(hpsi_pack_open(&p, NULL, path, "HPSTEST1", 1), HPS_E_FORMAT);
    ck_assert_int_eq(hpsi_pack_open(&p, NULL, path, "HPSOTHER", 2), HPS_E_FORMAT);
}
END_TEST

START_TEST(test_every_damaged_byte_is_noticed)
{
    char *data;
    int64_t size;

    write_document();
    ck_assert_int_eq(hpsi_file_read(NULL, path, &data, &size), HPS_OK);
    for (int64_t i = 0; i < size; i++) {
        hpsi_pack p;

        data[i] ^= 0x10;
        hpsi_file_replace(NULL, path, data, size, 1);
        ck_assert_int_eq(hpsi_pack_open(&p, NULL, path, "HPSTEST1", 99), HPS_E_FORMAT);
        data[i] ^= 0x10;
        hpsi_file_replace(NULL, path, data, i, 1);
        ck_assert_int_eq(hpsi_pack_open(&p, NULL, path, "HPSTEST1", 99), HPS_E_FORMAT);
    }
    hpsi_free(data);
}
END_TEST

START_TEST(test_reading_past_the_end_or_not_to_it_fails)
{
    hpsi_pack p;
    double many[1000];

    write_document();
    hpsi_pack_open(&p, NULL, path, "HPSTEST1", 2);
    hpsi_unpack_reals(&p, 1000, many);
    ck_assert_ptr_null(hpsi_unpack_text(&p));
    ck_assert_int_eq(hpsi_pack_close(&p), HPS_E_FORMAT);
    hpsi_pack_open(&p, NULL, path, "HPSTEST1", 2);
    ck_assert_int_eq(hpsi_unpack_int_in(&p, 0, 5), 0);
    ck_assert_int_eq(hpsi_pack_close(&p), HPS_E_FORMAT);
    hpsi_pack_open(&p, NULL, path, "HPSTEST1", 2);
    hpsi_unpack_int(&p);
    ck_assert_int_eq(hpsi_pack_close(&p), HPS_E_FORMAT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "too many"));
}
END_TEST

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

static Suite *suite(void)
{
    Suite *s = suite_create("base");
    TCase *plain = tcase_create("plain");
    TCase *files = tcase_create("files");

    tcase_add_test(plain, test_failing_keeps_one_line);
    tcase_add_test(plain, test_long_messages_are_cut);
    tcase_add_test(plain, test_status_names);
    tcase_add_test(plain, test_blocks_are_aligned_zeroed_and_counted);
    tcase_add_test(plain, test_limit_and_overflow_are_refused);
    tcase_add_test(plain, test_growing_keeps_content);
    tcase_add_test(plain, test_a_failing_allocator_gives_a_status);
    tcase_add_test(plain, test_philox_check_vectors);
    tcase_add_test(plain, test_uniforms_use_the_high_53_bits);
    tcase_add_test(plain, test_permutations_are_permutations);
    tcase_add_test(plain, test_options_are_found_and_checked);
    tcase_add_test(plain, test_unknown_options_name_the_nearest);
    tcase_add_test(plain, test_every_option_is_described);
    tcase_add_test(plain, test_loops_visit_each_item_once_and_report_the_lowest_failure);
    tcase_add_test(plain, test_a_loop_inside_another_has_one_worker);
    tcase_add_test(plain, test_version_and_build);
    tcase_add_test(plain, test_log_levels);
    tcase_add_checked_fixture(files, enter_folder, leave_folder);
    tcase_add_test(files, test_files_are_replaced_whole);
    tcase_add_test(files, test_documents_come_back_bit_for_bit);
    tcase_add_test(files, test_every_damaged_byte_is_noticed);
    tcase_add_test(files, test_reading_past_the_end_or_not_to_it_fails);
    suite_add_tcase(s, plain);
    suite_add_tcase(s, files);
    return s;
}

int main(void)
{
    return suite_end(suite());
}
