/* SPDX-License-Identifier: BSD-3-Clause */
/* A descriptor written into a model file and read again; damaged ones are refused. */
#include "soap/private.h"
#include "support/failing_allocator.h"
#include "support/soap_cases.h"
#include "support/suite.h"

#include <unistd.h>

static const char magic[8] = "SOAPTEST";

static void temporary(char path[64])
{
    int file;

    strcpy(path, "soap_pack_XXXXXX");
    file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(close(file), 0);
}

static hps_soap *example(void)
{
    const int32_t numbers[2] = {14, 8};
    hps_soap *s = NULL;

    OK(hps_soap_create(&s, NULL, 2, numbers));
    OK(hps_soap_set_int(s, "n_max:O", 5));
    OK(hps_soap_set_real(s, "atom_sigma_t:Si", 0.1234567890123456));
    OK(hps_soap_set_text(s, "compress", "trivial"));
    OK(hps_soap_set_text(s, "flavour", "soap_turbo"));
    return s;
}

START_TEST(test_round_trip)
{
    char path[64];
    hps_soap *s = example(), *back = NULL;
    hpsi_pack p;

    temporary(path);
    hpsi_pack_begin(&p, NULL, magic, 1);
    OK(hpsi_soap_pack(s, &p));
    OK(hpsi_pack_write(&p, path, 1));
    OK(hpsi_pack_open(&p, NULL, path, magic, 1));
    OK(hpsi_soap_unpack(&back, NULL, &p));
    OK(hpsi_pack_close(&p));
    ck_assert_int_eq(back->n_species, 2);
    ck_assert_mem_eq(back->numbers, s->numbers, 2 * sizeof *s->numbers);
    ck_assert_mem_eq(back->values, s->values, 2 * SOAP_N_OPTIONS * sizeof *s->values);
    hps_soap_destroy(s);
    hps_soap_destroy(back);
    ck_assert_int_eq(remove(path), 0);
}
END_TEST

/* _i: 0 too large a value, 1 not a whole number, 2 NaN, 3 the same species twice, 4 an
 * atomic number of 0, 5 no species, 6 too many options */
START_TEST(test_damaged_contents_are_refused)
{
    char path[64];
    hps_soap *s = example(), *back = NULL;
    hpsi_pack p;

    temporary(path);
    s->values[SOAP_N_MAX] = _i == 0 ? 99.0 : _i == 1 ? 4.5 : _i == 2 ? (double)NAN : 4;
    s->numbers[1] = _i == 3 ? 14 : _i == 4 ? 0 : 8;
    hpsi_pack_begin(&p, NULL, magic, 1);
    if (_i < 5) {
        OK(hpsi_soap_pack(s, &p));
    } else {
        hpsi_pack_int(&p, _i == 5 ? 0 : 1);
        hpsi_pack_int(&p, _i == 5 ? 1 : SOAP_N_OPTIONS + 1);
    }
    OK(hpsi_pack_write(&p, path, 1));
    OK(hpsi_pack_open(&p, NULL, path, magic, 1));
    ck_assert_int_eq(hpsi_soap_unpack(&back, NULL, &p), HPS_E_FORMAT);
    ck_assert_ptr_null(back);
    ck_assert_int_eq(hpsi_pack_close(&p), HPS_E_FORMAT);
    hps_soap_destroy(s);
    ck_assert_int_eq(remove(path), 0);
}
END_TEST

/* Options that came after a file was written have their defaults. */
START_TEST(test_older_file_with_fewer_options)
{
    char path[64];
    hps_soap *s = example(), *back = NULL;
    hpsi_pack p;
    double v = 0;

    temporary(path);
    hpsi_pack_begin(&p, NULL, magic, 1);
    hpsi_pack_int(&p, 1);
    hpsi_pack_int(&p, 2);
    hpsi_pack_int(&p, 6);
    hpsi_pack_reals(&p, 2, s->values + SOAP_N_OPTIONS);
    OK(hpsi_pack_write(&p, path, 1));
    OK(hpsi_pack_open(&p, NULL, path, magic, 1));
    OK(hpsi_soap_unpack(&back, NULL, &p));
    OK(hpsi_pack_close(&p));
    OK(hps_soap_get(back, "n_max", &v));
    ck_assert_double_eq(v, 5);
    OK(hps_soap_get(back, "nf", &v));
    ck_assert_double_eq(v, 4);
    OK(hps_soap_get(back, "flavour", &v));
    ck_assert_double_eq(v, 0);
    hps_soap_destroy(s);
    hps_soap_destroy(back);
    ck_assert_int_eq(remove(path), 0);
}
END_TEST

static hps_status unpack_scenario(hps_context *c, void *user)
{
    hps_soap *back = NULL;
    hpsi_pack p;
    hps_status st = hpsi_pack_open(&p, c, user, magic, 1);

    if (st == HPS_OK) {
        st = hpsi_soap_unpack(&back, c, &p);
        if (st == HPS_OK) {
            st = hpsi_pack_close(&p);
        } else {
            (void)hpsi_pack_close(&p);
        }
    }
    hps_soap_destroy(back);
    return st;
}

START_TEST(test_unpack_without_memory)
{
    char path[64];
    hps_soap *s = example();
    hpsi_pack p;

    temporary(path);
    hpsi_pack_begin(&p, NULL, magic, 1);
    OK(hpsi_soap_pack(s, &p));
    OK(hpsi_pack_write(&p, path, 1));
    ck_assert_int_gt(fail_everywhere(unpack_scenario, path), 4);
    hps_soap_destroy(s);
    ck_assert_int_eq(remove(path), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("soap_pack");
    TCase *t = tcase_create("pack");

    tcase_add_test(t, test_round_trip);
    tcase_add_loop_test(t, test_damaged_contents_are_refused, 0, 7);
    tcase_add_test(t, test_older_file_with_fewer_options);
    tcase_add_test(t, test_unpack_without_memory);
    suite_add_tcase(s, t);
    return suite_end(s);
}
