/* SPDX-License-Identifier: BSD-3-Clause */
/* Models for other codes, from C: what is refused, that all files of an export appear together or
 * none does. What stands in the files is read back in tests/cli/test_export.py. */
#include <check.h>
#include <dirent.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/atoms.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

#define OK(call) ck_assert_msg((call) == HPS_OK, "%s", hps_last_error())

static const char *const formats[] = {"quip", "turbogap", "gap_fit"};

/* ------------------------------------------------------------------- world */

static hps_status small_fit(hps_context *c, hps_gpr **g)
{
    static const int32_t numbers[] = {1, 6};
    hps_dataset *d = NULL;
    hps_soap *s = NULL;
    hps_status st = hps_soap_create(&s, c, 2, numbers);

    st = st == HPS_OK ? hps_soap_set_int(s, "n_max", 2) : st;
    st = st == HPS_OK ? hps_soap_set_int(s, "l_max", 1) : st;
    st = st == HPS_OK ? hps_gpr_create(g, c, s) : st;
    st = st == HPS_OK ? hps_gpr_set_int(*g, "n_sparse", 6) : st;
    st = st == HPS_OK ? hps_gpr_set_sigma(*g, "bulk", 0.25, (double)NAN, 2) : st;
    st = st == HPS_OK ? hps_dataset_create(&d, c) : st;
    for (uint64_t i = 0; st == HPS_OK && i < 3; i++) {
        atoms a = atoms_grid(2, 2, 1, 1, 0, i);

        st = hps_dataset_add(d, a.n, a.numbers, a.x, NULL, NULL, &a.energy, NULL, NULL, "bulk");
    }
    st = st == HPS_OK ? hps_gpr_fit(*g, d) : st;
    hps_dataset_destroy(d);
    hps_soap_destroy(s);
    return st;
}

static void new_folder(char folder[64])
{
    snprintf(folder, 64, "hpswarm_export_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

/* Files in a folder, dropped on the way if asked for. */
static int count_files(const char *folder, int drop)
{
    DIR *d = opendir(folder);
    int n = 0;

    ck_assert_ptr_nonnull(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char path[512];

        if (e->d_name[0] != '.') {
            n++;
            snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
            ck_assert(!drop || remove(path) == 0);
        }
    }
    closedir(d);
    ck_assert(!drop || rmdir(folder) == 0);
    return n;
}

static char *contents(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *text = calloc(1, 100000);

    ck_assert_msg(f != NULL && text != NULL, "%s", path);
    ck_assert_uint_lt(fread(text, 1, 99999, f), 99999);
    fclose(f);
    return text;
}

static void refused(hps_status got, hps_status expected, const char *part)
{
    ck_assert_msg(got == expected && strstr(hps_last_error(), part) != NULL, "%s: %s (%s)",
                  hps_status_name(got), hps_last_error(), part);
}

/* ------------------------------------------------------------------- tests */

START_TEST(test_wrong_calls_are_refused_with_a_reason)
{
    hps_soap *s = atoms_soap(NULL, 2, 1);
    hps_gpr *fresh, *g = NULL;
    int64_t n = 0;
    char names[8];

    OK(hps_gpr_create(&fresh, NULL, s));
    refused(hps_gpr_export(NULL, "quip", "x"), HPS_E_ARGUMENT, "NULL");
    refused(hps_gpr_export(fresh, "quip", "x"), HPS_E_STATE, "fitted");
    OK(small_fit(NULL, &g));
    refused(hps_gpr_export(g, "quipp", "x"), HPS_E_ARGUMENT, "'quipp' must be quip, turbogap");
    refused(hps_gpr_export(g, NULL, "x"), HPS_E_ARGUMENT, "must be quip");
    refused(hps_gpr_export(g, "quip", NULL), HPS_E_ARGUMENT, "path is empty");
    refused(hps_gpr_export(g, "quip", ""), HPS_E_ARGUMENT, "path is empty");
    refused(hps_gpr_export(g, "quip", "a\tb"), HPS_E_ARGUMENT, "code 9");
    refused(hps_gpr_export(g, "turbogap", "it's"), HPS_E_OPTION, "it's: a name with a quotation");
    refused(hps_gpr_export(g, "quip", "/no/such/folder/x"), HPS_E_IO, "/no/such/folder/x");
    refused(hps_gpr_export_files(g, "quip", "x", 0, NULL, NULL), HPS_E_ARGUMENT, "n is NULL");
    refused(hps_gpr_export_files(g, "quip", "x", 8, &n, NULL), HPS_E_ARGUMENT, "8 characters");
    refused(hps_gpr_export_files(g, "quip", "x", -1, &n, names), HPS_E_ARGUMENT, "-1");
    refused(hps_gpr_export_files(g, "quip", "x", 8, &n, names), HPS_E_CAPACITY, "not 8");
    ck_assert_int_gt(n, 8);
    hps_gpr_destroy(g);
    hps_gpr_destroy(fresh);
    hps_soap_destroy(s);
}
END_TEST

START_TEST(test_config_types_that_gap_fit_cannot_name)
{
    static const char *const wrong[] = {"a b", "a:b", "{a}", "it's", ""};
    char folder[64], path[96];

    new_folder(folder);
    snprintf(path, sizeof path, "%s/x", folder);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        hps_gpr *g = NULL;

        OK(small_fit(NULL, &g));
        OK(hps_gpr_export(g, "gap_fit", path));
        OK(hps_gpr_set_sigma(g, wrong[i], 1, 1, 1));
        refused(hps_gpr_export(g, "gap_fit", path), HPS_E_OPTION, wrong[i]);
        OK(hps_gpr_export(g, "turbogap", path));
        hps_gpr_destroy(g);
    }
    count_files(folder, 1);
}
END_TEST

START_TEST(test_the_files_are_those_that_were_named)
{
    static const int expected[] = {3, 6, 1};
    char folder[64], path[96], names[2048];
    hps_gpr *g = NULL;
    int64_t n = 0, size = 0;
    int lines = 0;

    new_folder(folder);
    snprintf(path, sizeof path, "%s/x", folder);
    OK(small_fit(NULL, &g));
    OK(hps_gpr_export_files(g, formats[_i], path, 0, &n, NULL));
    OK(hps_gpr_export_files(g, formats[_i], path, sizeof names, &size, names));
    ck_assert_int_eq(n, size);
    ck_assert_int_eq((int64_t)strlen(names) + 1, n);
    ck_assert_int_eq(count_files(folder, 0), 0);
    for (int twice = 0; twice < 2; twice++) { /* the second time in place of the first's */
        OK(hps_gpr_export(g, formats[_i], path));
        ck_assert_int_eq(count_files(folder, 0), expected[_i]);
    }
    for (char *line = strtok(names, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        ck_assert_msg(access(line, R_OK) == 0, "%s", line);
        ck_assert(lines++ > 0 || strcmp(line, path) == 0);
    }
    ck_assert_int_eq(lines, expected[_i]);
    count_files(folder, 1);
    hps_gpr_destroy(g);
}
END_TEST

/* The last rename fails where a folder has the name of the sparse points: a model that would name
 * other points than its own may not be left. */
START_TEST(test_a_mixed_model_is_never_left)
{
    char folder[64], path[96], points[160];
    hps_gpr *g = NULL;

    new_folder(folder);
    snprintf(path, sizeof path, "%s/x", folder);
    snprintf(points, sizeof points, "%s.sparseX.GAP_hpswarm1", path);
    OK(small_fit(NULL, &g));
    OK(hps_gpr_export(g, "quip", path));
    ck_assert(unlink(points) == 0 && mkdir(points, 0777) == 0);
    refused(hps_gpr_export(g, "quip", path), HPS_E_IO, points);
    ck_assert(access(path, F_OK) != 0);
    ck_assert_int_eq(count_files(folder, 1), 2); /* the folder and the other element's points */
    hps_gpr_destroy(g);
}
END_TEST

START_TEST(test_numbers_have_a_point_in_every_locale)
{
    char folder[64], path[96];
    char *text[2];
    hps_gpr *g = NULL;

    new_folder(folder);
    snprintf(path, sizeof path, "%s/x", folder);
    OK(small_fit(NULL, &g));
    for (int i = 0; i < 2; i++) {
        OK(hps_gpr_export(g, formats[_i], path));
        text[i] = contents(path);
        if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) { /* where it is installed */
            setlocale(LC_ALL, "C.UTF-8");
        }
    }
    ck_assert_str_eq(text[0], text[1]);
    ck_assert_ptr_nonnull(strstr(text[0], "0.5"));
    free(text[0]);
    free(text[1]);
    count_files(folder, 1);
    hps_gpr_destroy(g);
}
END_TEST

START_TEST(test_noises_survive_a_model_file)
{
    char folder[64], path[96];
    hps_gpr *g = NULL, *again = NULL;
    double e, f, v, option;

    new_folder(folder);
    snprintf(path, sizeof path, "%s/x", folder);
    OK(small_fit(NULL, &g));
    OK(hps_gpr_set_real(g, "sigma_force", 0.75));
    OK(hps_gpr_set_sigma(g, "a type", 3, 4, 5));
    OK(hps_gpr_save(g, path));
    OK(hps_gpr_load(&again, NULL, path));
    OK(hps_gpr_get_sigma(again, "bulk", &e, &f, &v));
    OK(hps_gpr_get(g, "sigma_force", &option));
    ck_assert(e == 0.25 && f == option && v == 2);
    OK(hps_gpr_get_sigma(again, "a type", &e, &f, &v));
    ck_assert(e == 3 && f == 4 && v == 5);
    ck_assert_int_eq(truncate(path, 200), 0);
    hps_gpr_destroy(again);
    refused(hps_gpr_load(&again, NULL, path), HPS_E_FORMAT, path);
    ck_assert_ptr_null(again);
    hps_gpr_destroy(g);
    count_files(folder, 1);
}
END_TEST

static hps_status scenario(hps_context *c, void *user)
{
    hps_gpr *g = NULL, *again = NULL;
    char names[1024], path[96];
    int64_t n;
    hps_status s = hps_context_set_threads(c, 1);

    s = s == HPS_OK ? small_fit(c, &g) : s;
    for (int i = 0; s == HPS_OK && i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", (const char *)user, formats[i]);
        s = hps_gpr_export_files(g, formats[i], path, sizeof names, &n, names);
        s = s == HPS_OK ? hps_gpr_export(g, formats[i], path) : s;
    }
    snprintf(path, sizeof path, "%s/model", (const char *)user);
    s = s == HPS_OK ? hps_gpr_save(g, path) : s;
    s = s == HPS_OK ? hps_gpr_load(&again, c, path) : s;
    hps_gpr_destroy(again);
    hps_gpr_destroy(g);
    return s;
}

START_TEST(test_every_allocation_may_fail)
{
    char folder[64];

    new_folder(folder);
    ck_assert_int_gt(fail_everywhere(scenario, folder), 50);
    ck_assert_int_eq(count_files(folder, 1), 11); /* and no temporary one */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gpr_export");
    TCase *tc = tcase_create("all");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_wrong_calls_are_refused_with_a_reason);
    tcase_add_test(tc, test_config_types_that_gap_fit_cannot_name);
    tcase_add_loop_test(tc, test_the_files_are_those_that_were_named, 0, 3);
    tcase_add_test(tc, test_a_mixed_model_is_never_left);
    tcase_add_loop_test(tc, test_numbers_have_a_point_in_every_locale, 0, 3);
    tcase_add_test(tc, test_noises_survive_a_model_file);
    tcase_add_test(tc, test_every_allocation_may_fail);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
