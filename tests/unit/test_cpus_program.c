/* SPDX-License-Identifier: BSD-3-Clause */
/* Quotas of control groups, on trees of files that look like the kernel's. */
#include "ranks.h" /* before check.h, which has a macro named fail */

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/suite.h"

static char root[64];

static void put(const char *path, const char *text)
{
    char whole[300];
    FILE *f;

    snprintf(whole, sizeof whole, "%s/%s", root, path);
    for (char *c = whole + strlen(root) + 1; (c = strchr(c, '/')) != NULL; c++) {
        *c = '\0';
        mkdir(whole, 0700);
        *c = '/';
    }
    f = fopen(whole, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

static double limit(const char *membership)
{
    char groups[100];

    put("groups", membership);
    snprintf(groups, sizeof groups, "%s/groups", root);
    return cpus_group_limit(root, groups);
}

static void make_root(void)
{
    snprintf(root, sizeof root, "hpswarm-groups-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
}

static void drop_root(void)
{
    char command[100];

    snprintf(command, sizeof command, "rm -rf %s", root);
    ck_assert_int_eq(system(command), 0); /* NOLINT(cert-env33-c): a path of our own */
}

START_TEST(test_version_2_from_the_group_to_the_root)
{
    put("job/step/cpu.max", "max 100000\n");
    ck_assert_double_eq(limit("0::/job/step\n"), 0);
    put("job/cpu.max", "250000 100000\n");
    ck_assert_double_eq(limit("0::/job/step\n"), 2.5);
    put("job/step/cpu.max", "150000 100000\n");
    ck_assert_double_eq(limit("0::/job/step\n"), 1.5);
    put("job/step/cpu.max", "400000 100000\n");
    ck_assert_double_eq(limit("0::/job/step\n"), 2.5);
    ck_assert_double_eq(limit("0::/\n"), 0);
    put("cpu.max", "50000 100000\n");
    ck_assert_double_eq(limit("0::/elsewhere/unseen\n"), 0.5);
}
END_TEST

START_TEST(test_version_1_beside_other_controllers)
{
    put("cpu/slurm/job/cpu.cfs_quota_us", "300000\n");
    put("cpu/slurm/job/cpu.cfs_period_us", "100000\n");
    put("cpu/cpu.cfs_quota_us", "-1\n");
    put("cpu/cpu.cfs_period_us", "100000\n");
    ck_assert_double_eq(limit("4:cpu,cpuacct:/slurm/job\n3:memory:/x\n0::/\n"), 3);
    ck_assert_double_eq(limit("4:cpuacct,cpu:/slurm/job/step\n"), 3);
    ck_assert_double_eq(limit("4:cpu:/slurm\n"), 0);
    ck_assert_double_eq(limit("4:cpuset:/slurm/job\n"), 0);
}
END_TEST

START_TEST(test_what_is_not_there)
{
    ck_assert_double_eq(limit(""), 0);
    ck_assert_double_eq(limit("nonsense\n1:\n"), 0);
    ck_assert_double_eq(cpus_group_limit(root, "/nowhere/at/all"), 0);
    put("cpu.max", "");
    ck_assert_double_eq(limit("0::/a\n"), 0);
    put("cpu.max", "50000");
    ck_assert_double_eq(limit("0::/a\n"), 0);
    ck_assert_int_ge(cpus_available(), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cpus");
    TCase *t = tcase_create("groups");

    tcase_add_checked_fixture(t, make_root, drop_root);
    tcase_add_test(t, test_version_2_from_the_group_to_the_root);
    tcase_add_test(t, test_version_1_beside_other_controllers);
    tcase_add_test(t, test_what_is_not_there);
    suite_add_tcase(suite, t);
    return suite_end(suite);
}
