/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of options in a study's space: nearest ones, kinds and bounds, elements, and how a
 * point is applied. */
#include <check.h>
#include <string.h>

#include "hpswarm/study.h"
#include "support/study_setup.h"
#include "support/suite.h"

/* ------------------------------------------------------------------ names */

static void refuse(setup *s, const char *word)
{
    ck_assert_int_eq(hps_study_create(&s->study, s->context, s->space, s->base, s->train, s->test),
                     HPS_E_OPTION);
    ck_assert_ptr_null(s->study);
    ck_assert_msg(strstr(hps_last_error(), word) != NULL, "'%s' is not in: %s", word,
                  hps_last_error());
    end(s);
}

static const struct {
    const char *name, *word;
} wrong_name[] = {{"soap.rcut_sof", "soap.rcut_soft"},
                  {"soap.nmax", "soap.n_max"},
                  {"sopa.n_max", "soap.n_max"},
                  {"kernel.zta", "kernel.zeta"},
                  {"gpr.delta", "gap.delta"},
                  {"gap.zeta", "kernel.zeta"},
                  {"zeta", "gap"},
                  {"entirely_other", "soap.<option>"},
                  {"soap.n_max:Xx", "Xx"},
                  {"soap.l_max:C", "all elements"},
                  {"soap.n_max:H", "H"},
                  {"gap.basis", "soap.basis"}};

START_TEST(test_unknown_names_get_the_nearest_one)
{
    setup s = begin(1);

    OK(hps_space_add_int(s.space, wrong_name[_i].name, 2, 4, HPS_SCALE_LINEAR));
    refuse(&s, wrong_name[_i].word);
}
END_TEST

START_TEST(test_kinds_and_bounds_must_suit_the_option)
{
    const char *const texts[] = {"poly3", "poly4"};
    const char *const numbers[] = {"4", "many"};
    const char *const halves[] = {"4", "4.5"};
    setup s = begin(1);

    switch (_i) {
    case 0:
        OK(hps_space_add_real(s.space, "soap.n_max", 2, 4, HPS_SCALE_LINEAR));
        refuse(&s, "soap.n_max");
        return;
    case 1:
        OK(hps_space_add_real(s.space, "soap.basis", 0, 1, HPS_SCALE_LINEAR));
        refuse(&s, "poly3|poly3gauss");
        return;
    case 2:
        OK(hps_space_add_choice(s.space, "soap.basis", 2, texts));
        refuse(&s, "poly4");
        return;
    case 3:
        OK(hps_space_add_choice(s.space, "soap.n_max", 2, numbers));
        refuse(&s, "many");
        return;
    case 4:
        OK(hps_space_add_choice(s.space, "soap.n_max", 2, halves));
        refuse(&s, "4.5");
        return;
    case 5:
        OK(hps_space_add_int(s.space, "soap.n_max", 2, 40, HPS_SCALE_LINEAR));
        refuse(&s, "40");
        return;
    default:
        OK(hps_space_add_real(s.space, "gap.delta", -1, 1, HPS_SCALE_LINEAR));
        refuse(&s, "gap.delta");
        return;
    }
}
END_TEST

START_TEST(test_apply_sets_every_kind)
{
    const char *const texts[] = {"poly3", "poly3gauss"};
    const char *const numbers[] = {"4", "5"};
    const char *const widths[] = {"0.25", "0.75"};
    const double x[] = {3.5, 1.25, 1, 5, 1, 0.3, 1, 12};
    setup s = begin(1);
    hps_gpr *g = NULL;
    double v;

    OK(hps_space_add_real(s.space, "soap.rcut_soft", 3, 4, HPS_SCALE_LINEAR));
    OK(hps_space_add_real(s.space, "kernel.zeta", 1, 4, HPS_SCALE_LINEAR));
    OK(hps_space_add_choice(s.space, "soap.basis", 2, texts));
    OK(hps_space_add_real(s.space, "gap.delta", 0.1, 10, HPS_SCALE_LOG));
    OK(hps_space_add_choice(s.space, "soap.n_max:C", 2, numbers));
    OK(hps_space_add_real(s.space, "soap.atom_sigma_t:C", 0.1, 1, HPS_SCALE_LINEAR));
    OK(hps_space_add_choice(s.space, "soap.atom_sigma_r", 2, widths));
    OK(hps_space_add_int(s.space, "gap.n_sparse", 1, 20, HPS_SCALE_LINEAR));
    open_study(&s);
    OK(hps_study_apply(s.study, x, &g));
    OK(hps_soap_get(hps_gpr_soap(g), "rcut_soft", &v));
    ck_assert_double_eq(v, 3.5);
    OK(hps_soap_get(hps_gpr_soap(g), "basis", &v));
    ck_assert_double_eq(v, 1);
    OK(hps_soap_get(hps_gpr_soap(g), "n_max:C", &v));
    ck_assert_double_eq(v, 5);
    OK(hps_soap_get(hps_gpr_soap(g), "atom_sigma_t", &v));
    ck_assert_double_eq(v, 0.3);
    OK(hps_soap_get(hps_gpr_soap(g), "atom_sigma_r", &v));
    ck_assert_double_eq(v, 0.75);
    OK(hps_soap_get(hps_gpr_soap(g), "l_max", &v));
    ck_assert_double_eq(v, 2);
    OK(hps_gpr_get(g, "zeta", &v));
    ck_assert_double_eq(v, 1.25);
    OK(hps_gpr_get(g, "delta", &v));
    ck_assert_double_eq(v, 5);
    OK(hps_gpr_get(g, "n_sparse", &v));
    ck_assert_double_eq(v, 12);
    hps_gpr_destroy(g);
    OK(hps_gpr_get(s.base, "delta", &v)); /* the base is untouched */
    ck_assert_double_eq(v, 1);
    ck_assert_int_eq(hps_study_apply(s.study, NULL, &g), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_study_apply(NULL, x, &g), HPS_E_ARGUMENT);
    ck_assert_int_eq(hps_study_apply(s.study, x, NULL), HPS_E_ARGUMENT);
    end(&s);
}
END_TEST

/* A value for all elements does not undo that of one, whatever their order in the space. */
START_TEST(test_elements_win_over_the_general_value)
{
    const double x[] = {5, 4};
    setup s = begin(1);
    hps_gpr *g = NULL;
    double v;

    OK(hps_space_add_int(s.space, "soap.n_max:C", 2, 6, HPS_SCALE_LINEAR));
    OK(hps_space_add_int(s.space, "soap.n_max", 2, 6, HPS_SCALE_LINEAR));
    open_study(&s);
    OK(hps_study_apply(s.study, x, &g));
    OK(hps_soap_get(hps_gpr_soap(g), "n_max:C", &v));
    ck_assert_double_eq(v, 5);
    hps_gpr_destroy(g);
    end(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("study_names");
    TCase *tc = tcase_create("study");

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, test_unknown_names_get_the_nearest_one, 0,
                        (int)(sizeof wrong_name / sizeof wrong_name[0]));
    tcase_add_loop_test(tc, test_kinds_and_bounds_must_suit_the_option, 0, 7);
    tcase_add_test(tc, test_apply_sets_every_kind);
    tcase_add_test(tc, test_elements_win_over_the_general_value);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
