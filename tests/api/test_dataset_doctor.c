/* SPDX-License-Identifier: BSD-3-Clause */
/* The data doctor finds what was put in, and nothing in clean data. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hpswarm.h"
#include "support/suite.h"

static hps_dataset *set;
static hps_finding findings[200];

static void fresh(void)
{
    ck_assert_int_eq(hps_dataset_create(&set, NULL), HPS_OK);
}

static void drop(void)
{
    hps_dataset_destroy(set);
}

static int64_t check(void)
{
    int64_t n = 0;

    findings[0].struct_size = (int32_t)sizeof findings[0];
    ck_assert_msg(hps_dataset_check(set, 200, &n, findings) == HPS_OK, "%s", hps_last_error());
    return n;
}

/* n carbon and m hydrogen atoms on a line 1.4 angstrom apart, a little random. */
static void add_chain(int32_t n, int32_t m, double energy, int32_t seed, const char *config)
{
    int32_t z[20];
    double r[60];

    for (int32_t i = 0; i < n + m; i++) {
        z[i] = i < n ? 6 : 1;
        for (int32_t c = 0; c < 3; c++) {
            r[3 * i + c] = (c == 0 ? 1.4 * i : 0) + 0.05 * sin(seed * 12.9 + 7.1 * i + c);
        }
    }
    ck_assert_int_eq(hps_dataset_add(set, n + m, z, r, NULL, NULL, &energy, NULL, NULL, config),
                     HPS_OK);
}

/* 60 chains of two elements with energies that are nearly a sum over atoms. */
static void add_clean(void)
{
    for (int32_t i = 0; i < 60; i++) {
        const int32_t n = 1 + i % 4;
        const int32_t m = 2 + i / 4 % 5;
        add_chain(n, m, -1000.0 * n - 13.5 * m + 0.01 * sin(3.3 * i), i,
                  i < 50   ? "many"
                  : i < 53 ? "few"
                           : "some");
    }
}

START_TEST(test_clean_data)
{
    int64_t n = -1;

    ck_assert_int_eq(hps_dataset_check(set, 0, &n, NULL), HPS_OK);
    ck_assert_int_eq(n, 0);
    add_clean();
    ck_assert_int_eq(check(), 0);
}
END_TEST

START_TEST(test_energy_outliers)
{
    add_clean();
    add_chain(3, 3, -3040.0, 100, "many"); /* 0.08 eV an atom off */
    add_chain(2, 3, -74.0, 101, "few");    /* hartree in place of eV */
    ck_assert_int_eq(check(), 2);
    ck_assert_int_eq(findings[0].kind, HPS_FINDING_ENERGY_OUTLIER);
    ck_assert_int_eq(findings[0].frame, 60);
    ck_assert_double_gt(findings[0].value, 10);
    ck_assert_int_eq(findings[1].frame, 61);
    ck_assert_double_gt(findings[1].value, 1e4);
    ck_assert(findings[1].other == -1 && findings[1].atom[0] == -1);
    ck_assert_int_eq(findings[1].struct_size, (int32_t)sizeof findings[1]);
}
END_TEST

/* A free atom is no outlier, nor is anything judged in a small set. */
START_TEST(test_energies_that_are_not_judged)
{
    add_clean();
    add_chain(1, 0, -900, 1, "many");
    ck_assert_int_eq(check(), 0);
    drop();
    fresh();
    for (int32_t i = 0; i < 7; i++) {
        add_chain(2, 0, i == 3 ? 1e6 : -1, i, "");
    }
    ck_assert_int_eq(check(), 0);
    add_chain(2, 0, -1, 8, "");
    ck_assert_int_eq(check(), 1);
    ck_assert_int_eq(findings[0].frame, 3);
}
END_TEST

START_TEST(test_close_contacts)
{
    const int32_t z[] = {6, 1, 6};
    double r[] = {0, 0, 0, 0.54, 0, 0, 0, 3, 0};
    double cell[] = {9, 0, 0, 0, 9, 0, 0, 0, 9};
    const int32_t periodic[] = {1, 1, 1};

    ck_assert_int_eq(hps_dataset_add(set, 3, z, r, NULL, NULL, NULL, NULL, NULL, ""), HPS_OK);
    r[3] = 0.52; /* half of 0.76 + 0.31 is 0.535 */
    ck_assert_int_eq(hps_dataset_add(set, 3, z, r, NULL, NULL, NULL, NULL, NULL, ""), HPS_OK);
    r[3] = 8.6; /* through the boundary */
    ck_assert_int_eq(hps_dataset_add(set, 3, z, r, cell, periodic, NULL, NULL, NULL, ""), HPS_OK);
    cell[8] = 0.6; /* an atom and its image */
    ck_assert_int_eq(hps_dataset_add(set, 1, z, r, cell, periodic, NULL, NULL, NULL, ""), HPS_OK);
    ck_assert_int_eq(check(), 3 + 4); /* and no energies */
    ck_assert_int_eq(findings[0].kind, HPS_FINDING_NO_ENERGY);
    ck_assert_int_eq(findings[0].frame, 0);
    ck_assert_int_eq(findings[1].kind, HPS_FINDING_CLOSE_CONTACT);
    ck_assert_int_eq(findings[1].frame, 1);
    ck_assert(findings[1].atom[0] == 0 && findings[1].atom[1] == 1);
    ck_assert_double_eq_tol(findings[1].value, 0.52, 1e-12);
    ck_assert_int_eq(findings[2].kind, HPS_FINDING_NO_ENERGY);
    ck_assert_int_eq(findings[3].frame, 2);
    ck_assert_double_eq_tol(findings[3].value, 0.4, 1e-12);
    ck_assert_int_eq(findings[5].frame, 3);
    ck_assert(findings[5].atom[0] == 0 && findings[5].atom[1] == 0);
}
END_TEST

/* Frame j is the same as an earlier one up to `shift` in one coordinate. */
static void add_copy(double shift, int32_t number, double edge, const int32_t *periodic)
{
    const int32_t z[] = {6, number, 6};
    double r[] = {0, 0, 0, 1.5, 0, 0, 0, 2.5, 0};
    const double cell[] = {edge, 0, 0, 0, 8, 0, 0, 0, 8};
    const double energy = -1;

    r[7] += shift;
    ck_assert_int_eq(
        hps_dataset_add(set, 3, z, r, edge > 0 ? cell : NULL, periodic, &energy, NULL, NULL, ""),
        HPS_OK);
}

START_TEST(test_duplicates)
{
    static const int32_t slab[] = {1, 1, 0};

    add_copy(0, 8, 8, NULL);
    add_copy(2e-6, 8, 8, NULL);    /* 1: another structure */
    add_copy(0, 7, 8, NULL);       /* 2: another element */
    add_copy(0, 8, 0, NULL);       /* 3: no cell */
    add_copy(0, 8, 8.00001, NULL); /* 4: another cell */
    add_copy(0, 8, 8, slab);       /* 5: other boundaries */
    add_copy(5e-7, 8, 8, NULL);    /* 6: as 0 */
    add_copy(0, 8, 8, slab);       /* 7: as 5 */
    add_copy(0, 8, 8, NULL);       /* 8: as 0 */
    ck_assert_int_eq(check(), 3);
    for (int32_t i = 0; i < 3; i++) {
        ck_assert_int_eq(findings[i].kind, HPS_FINDING_DUPLICATE);
        ck_assert_int_eq(findings[i].frame, 6 + i);
        ck_assert_int_eq(findings[i].other, i == 1 ? 5 : findings[i].other);
    }
    ck_assert_int_eq(findings[0].other, 0);
    ck_assert(findings[2].other == 0 || findings[2].other == 6);
}
END_TEST

START_TEST(test_forces)
{
    const int32_t z[] = {6, 6};
    const double r[] = {0, 0, 0, 1.5, 0, 0};
    const double good[] = {49, 0, 0, -49, 0.015, 0};
    const double large[] = {0, 60, 0, 0, -60, 0};
    const double net[] = {0, 0, 1, 0, 0, -0.97};
    const double energy = -1;

    ck_assert_int_eq(hps_dataset_add(set, 2, z, r, NULL, NULL, &energy, good, NULL, ""), HPS_OK);
    ck_assert_int_eq(hps_dataset_add(set, 2, z, r, NULL, NULL, &energy, large, NULL, ""), HPS_OK);
    ck_assert_int_eq(hps_dataset_add(set, 2, z, r, NULL, NULL, &energy, net, NULL, ""), HPS_OK);
    ck_assert_int_eq(check(), 4);
    ck_assert_int_eq(findings[0].kind, HPS_FINDING_DUPLICATE);
    ck_assert_int_eq(findings[1].kind, HPS_FINDING_LARGE_FORCE);
    ck_assert(findings[1].frame == 1 && findings[1].atom[0] == 0 && findings[1].value == 60);
    ck_assert_int_eq(findings[2].kind, HPS_FINDING_DUPLICATE);
    ck_assert_int_eq(findings[3].kind, HPS_FINDING_NET_FORCE);
    ck_assert_double_eq_tol(findings[3].value, 0.015, 1e-12);
}
END_TEST

START_TEST(test_capacity)
{
    int64_t n = 0;

    for (int32_t i = 0; i < 5; i++) {
        const int32_t z = 6;
        const double r[] = {0, 0, i};
        ck_assert_int_eq(hps_dataset_add(set, 1, &z, r, NULL, NULL, NULL, NULL, NULL, ""), HPS_OK);
    }
    findings[0].struct_size = 0;
    ck_assert_int_eq(hps_dataset_check(set, 3, &n, findings), HPS_E_ARGUMENT);
    findings[0].struct_size = (int32_t)sizeof findings[0];
    ck_assert_int_eq(hps_dataset_check(set, 3, &n, findings), HPS_E_CAPACITY);
    ck_assert_int_eq(n, 5);
    ck_assert_int_eq(findings[2].frame, 2);
    ck_assert_int_eq(hps_dataset_check(set, 5, &n, findings), HPS_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dataset_doctor");
    TCase *tc = tcase_create("all");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, fresh, drop);
    tcase_add_test(tc, test_clean_data);
    tcase_add_test(tc, test_energy_outliers);
    tcase_add_test(tc, test_energies_that_are_not_judged);
    tcase_add_test(tc, test_close_contacts);
    tcase_add_test(tc, test_duplicates);
    tcase_add_test(tc, test_forces);
    tcase_add_test(tc, test_capacity);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
