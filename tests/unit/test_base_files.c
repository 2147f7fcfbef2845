/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that appear whole or not at all, and documents in them. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/internal.h"
#include "support/suite.h"

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

int main(void)
{
    Suite *suite = suite_create("base_files");
    TCase *tc = tcase_create("all");

    tcase_add_checked_fixture(tc, enter_folder, leave_folder);
    tcase_add_test(tc, test_files_are_replaced_whole);
    tcase_add_test(tc, test_documents_come_back_bit_for_bit);
    tcase_add_test(tc, test_every_damaged_byte_is_noticed);
    tcase_add_test(tc, test_reading_past_the_end_or_not_to_it_fails);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
