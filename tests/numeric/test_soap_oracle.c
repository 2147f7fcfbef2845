/* SPDX-License-Identifier: BSD-3-Clause */
/* The descriptor and its parts against the plain quadruple-precision version of
 * tests/support/soap_oracle.c, over hyper-parameters that the reference vectors lack. */
#include "soap/private.h"
#include "support/soap_cases.h"
#include "support/soap_oracle.h"
#include "support/suite.h"

static const int32_t elements[ORACLE_SPECIES] = {6, 1, 8, 7, 9, 14, 26, 79};

/* A handle with the oracle's values. */
static hps_soap *handle_of(const soap_oracle *o)
{
    static const char *const choices[] = {"none", "trivial", "0_0", "0_1", "0_2", "1_0",
                                          "1_1",  "1_2",     "2_0", "2_1", "2_2"};
    const struct {
        const char *name;
        const double *values;
    } reals[] = {{"rcut_hard", o->hard},
                 {"rcut_soft", o->soft},
                 {"nf", o->nf},
                 {"atom_sigma_r", o->sigma_r},
                 {"atom_sigma_t", o->sigma_t},
                 {"atom_sigma_r_scaling", o->scaling_r},
                 {"atom_sigma_t_scaling", o->scaling_t},
                 {"amplitude_scaling", o->amplitude},
                 {"central_weight", o->central},
                 {"global_scaling", o->global}};
    hps_soap *s = NULL;
    char name[64];

    OK(hps_soap_create(&s, NULL, o->n_species, elements));
    OK(hps_soap_set_int(s, "l_max", o->l_max));
    OK(hps_soap_set_int(s, "radial_enhancement", o->enhancement));
    OK(hps_soap_set_int(s, "smooth_tail", o->smooth_tail));
    OK(hps_soap_set_text(s, "flavour", o->lost_term ? "soap_turbo" : "exact"));
    OK(hps_soap_set_text(s, "basis", o->gauss ? "poly3gauss" : "poly3"));
    OK(hps_soap_set_text(s, "compress", choices[o->compress]));
    for (int32_t i = 0; i < o->n_species; i++) {
        const char *element = hps_element_symbol(elements[i]);

        (void)snprintf(name, sizeof name, "n_max:%s", element);
        OK(hps_soap_set_int(s, name, o->n_max[i]));
        for (size_t k = 0; k < sizeof reals / sizeof reals[0]; k++) {
            (void)snprintf(name, sizeof name, "%s:%s", reals[k].name, element);
            OK(hps_soap_set_real(s, name, reals[k].values[i]));
        }
    }
    return s;
}

/* Descriptor of a centre of species 0 among n random neighbours, both ways. */
static void compare(soap_oracle *o, int32_t n, uint64_t seed, double tolerance)
{
    int32_t numbers[64], size = soap_oracle_size(o);
    int species[64];
    double r[3 * 64], *q, *exact = calloc((size_t)size, sizeof *exact);
    hps_soap *s = handle_of(o);
    hps_dataset *d;

    ck_assert_int_eq(hps_soap_size(s), size);
    q = calloc((size_t)(size * (n + 1)), sizeof *q);
    scatter_atoms(&seed, n + 1, 7, 0.7, r);
    for (int32_t i = 0; i <= n; i++) {
        species[i] = i == 0 ? 0 : (int)draw(&seed, 0, o->n_species);
        numbers[i] = elements[species[i]];
    }
    d = structure(n + 1, numbers, r, NULL);
    for (int32_t i = n; i >= 0; i--) {
        for (int32_t k = 0; k < 3; k++) {
            r[3 * i + k] -= r[k];
        }
    }
    soap_oracle_prepare(o);
    (void)soap_oracle_descriptor(o, 0, n, species + 1, r + 3, exact);
    OK(hps_soap_compute(s, d, q, size));
    ck_assert_msg(deviation(size, q, exact) < tolerance, "deviates by %.2e",
                  deviation(size, q, exact));
    hps_dataset_destroy(d);
    hps_soap_destroy(s);
    free(q);
    free(exact);
}

START_TEST(test_many_radial_functions_are_exact)
{
    const int sizes[] = {1, 2, 5, 8, 11, 12};
    soap_oracle o;

    soap_oracle_defaults(&o, 1);
    o.gauss = _i % 2;
    o.l_max = 3;
    o.n_max[0] = sizes[_i / 2];
    o.sigma_r[0] = 0.3;
    o.scaling_r[0] = 0.12;
    o.enhancement = _i % 3;
    compare(&o, 6, 11 + (uint64_t)_i, o.gauss ? 1e-9 : 1e-11);
}
END_TEST

/* Widths from a fiftieth of the cut-off's to beyond it, both tails, all enhancements. */
START_TEST(test_widths_and_tails)
{
    const double widths[] = {0.05, 0.1, 0.3, 0.8, 2.0};
    soap_oracle o;

    soap_oracle_defaults(&o, 1);
    o.gauss = _i / 10;
    o.smooth_tail = _i / 5 % 2;
    o.l_max = 4;
    o.n_max[0] = 5;
    o.sigma_r[0] = widths[_i % 5];
    o.sigma_t[0] = widths[(_i + 2) % 5];
    o.scaling_r[0] = _i % 5 == 4 ? 2 : 0.05;
    o.scaling_t[0] = _i % 5 == 1 ? -0.005 : 0.1;
    o.amplitude[0] = 0.34 * (_i % 4);
    o.soft[0] = 3.2 + 0.4 * (_i % 5);
    o.enhancement = (_i + 1) % 3;
    o.nf[0] = 3 + _i % 3;
    compare(&o, 7, 101 + (uint64_t)_i, o.gauss ? 1e-9 : 1e-11);
}
END_TEST

/* The widths again, with the boundary term that soap_turbo lacks. */
START_TEST(test_soap_turbo_flavour)
{
    const double widths[] = {0.05, 0.1, 0.3, 0.8, 2.0};
    soap_oracle o;

    soap_oracle_defaults(&o, 1);
    o.lost_term = 1;
    o.gauss = _i / 5;
    o.smooth_tail = _i % 2;
    o.l_max = 4;
    o.n_max[0] = 3 + _i % 8;
    o.sigma_r[0] = widths[_i % 5];
    o.scaling_r[0] = _i % 5 == 4 ? 2 : 0.05 * (_i % 3);
    o.soft[0] = 3.2 + 0.4 * (_i % 5);
    o.nf[0] = 2 + _i % 3;
    compare(&o, 9, 601 + (uint64_t)_i, o.gauss ? 1e-9 : 1e-11);
}
END_TEST

START_TEST(test_species_with_values_of_their_own)
{
    soap_oracle o;

    soap_oracle_defaults(&o, 3);
    o.compress = _i % 2;
    o.gauss = _i / 2;
    o.l_max = 5;
    for (int i = 0; i < 3; i++) {
        o.n_max[i] = 5 - 2 * i + (i == 2 ? 2 : 0);
        o.hard[i] = 4 + 0.5 * i;
        o.soft[i] = 3.6 + 0.4 * i;
        o.sigma_r[i] = 0.25 + 0.1 * i;
        o.sigma_t[i] = 0.6 - 0.1 * i;
        o.scaling_r[i] = 0.05 * i;
        o.amplitude[i] = 0.5 * i;
        o.central[i] = 0.5 + i;
        o.global[i] = 1.5 - 0.3 * i;
    }
    compare(&o, 14, 211 + (uint64_t)_i, 1e-10);
}
END_TEST

/* _i = 0..8: nu_R _ nu_S */
START_TEST(test_compressions)
{
    soap_oracle o;

    soap_oracle_defaults(&o, 3);
    o.compress = 2 + _i;
    o.l_max = 3;
    for (int i = 0; i < 3; i++) {
        o.n_max[i] = 3;
        o.sigma_r[i] = 0.4 + 0.1 * i;
    }
    compare(&o, 12, 307 + (uint64_t)_i, 1e-11);
}
END_TEST

START_TEST(test_hundred_and_more_functions_of_several_species)
{
    soap_oracle o;

    soap_oracle_defaults(&o, 8);
    o.l_max = 2;
    for (int i = 0; i < 8; i++) {
        o.n_max[i] = 3 + i % 3;
    }
    compare(&o, 30, 401, 1e-11);
}
END_TEST

START_TEST(test_bessel_ratio_recursion)
{
    for (double x = 1e-9; x < 70; x *= 1.37) {
        double f[HPSI_SOAP_MAX_L + 1], exact[HPSI_SOAP_MAX_L + 1];

        hpsi_soap_bessel(HPSI_SOAP_MAX_L, x, f);
        soap_oracle_bessel(HPSI_SOAP_MAX_L, x, exact);
        for (int32_t l = 0; l <= HPSI_SOAP_MAX_L; l++) {
            ck_assert_double_eq_tol(f[l], exact[l], 4e-16 + 3e-15 * exact[l]);
        }
    }
    double f[3];

    hpsi_soap_bessel(2, 0, f);
    ck_assert_double_eq(f[0], 1);
    ck_assert_double_eq(f[1], 0);
    ck_assert_double_eq(f[2], 0);
}
END_TEST

/* Functions from the quadrature and from the table of a plan, and the table's slope. */
static void compare_table(const hpsi_soap_table *t, hpsi_soap_function f, const void *arg,
                          double end, uint64_t *seed)
{
    const double h = 1e-5;

    for (int32_t i = 0; i < 3000; i++) {
        double r = draw(seed, h, end - h), u, scale, exact[32], v[32], slope[32];
        const double *c = hpsi_soap_table_find(t, r, &u, &scale);
        int32_t n = t->n_functions;

        ck_assert_double_ge(u, -1 - 1e-9);
        ck_assert_double_le(u, 1 + 1e-9);
        f(arg, r, exact);
        for (int32_t k = 0; k < n; k++) {
            v[k] = slope[k] = 0;
            for (int32_t p = HPSI_SOAP_DEGREE; p >= 0; p--) {
                slope[k] = slope[k] * u + v[k];
                v[k] = v[k] * u + c[p * t->stride + k];
            }
        }
        ck_assert_msg(deviation(n, v, exact) < 2e-12, "at %.6f: %.2e", r, deviation(n, v, exact));
    }
}

static void radial(const void *arg, double r, double *out)
{
    hpsi_soap_radial_integrals(arg, r, out);
}

static void angular(const void *arg, double r, double *out)
{
    hpsi_soap_tangent_factors(arg, r, out);
}

START_TEST(test_tables_agree_with_direct_evaluation)
{
    const double widths[] = {0.5, 0.1, 0.02, 1.5};
    soap_oracle o;
    hpsi_soap_plan *p = NULL;
    hps_soap *s;
    uint64_t seed = 5;

    soap_oracle_defaults(&o, 1);
    o.gauss = _i / 4;
    o.sigma_r[0] = o.sigma_t[0] = widths[_i % 4];
    o.scaling_r[0] = o.scaling_t[0] = 0.02 * (_i % 3);
    s = handle_of(&o);
    OK(hpsi_soap_plan_create(&p, s));
    compare_table(&p->elements[0].radial_table, radial, &p->elements[0].radial, 5, &seed);
    compare_table(&p->elements[0].angular_table, angular, &p->elements[0].tangent, 5, &seed);
    hpsi_soap_plan_destroy(p);
    hps_soap_destroy(s);
}
END_TEST

START_TEST(test_integrals_agree_with_quadruple_precision)
{
    soap_oracle o;
    hpsi_soap_plan *p = NULL;
    hps_soap *s;

    soap_oracle_defaults(&o, 1);
    o.gauss = _i;
    o.n_max[0] = 12;
    o.sigma_r[0] = 0.2;
    o.scaling_r[0] = 0.1;
    soap_oracle_prepare(&o);
    s = handle_of(&o);
    OK(hpsi_soap_plan_create(&p, s));
    for (double r = 0; r < 5; r += 0.37) {
        double found[12], exact[12];

        hpsi_soap_radial_integrals(&p->elements[0].radial, r, found);
        soap_oracle_integrals(&o, 0, r, exact);
        ck_assert_msg(deviation(12, found, exact) < (_i ? 1e-9 : 1e-12), "at %.2f: %.2e", r,
                      deviation(12, found, exact));
    }
    hpsi_soap_plan_destroy(p);
    hps_soap_destroy(s);
}
END_TEST

/* What the flavour soap_turbo adds to the integrals and takes from their derivatives. */
START_TEST(test_lost_terms_agree_with_the_recursion)
{
    soap_oracle o;
    hpsi_soap_plan *p = NULL;
    hps_soap *s;

    soap_oracle_defaults(&o, 1);
    o.lost_term = 1;
    o.gauss = _i % 2;
    o.n_max[0] = _i < 2 ? 4 : 10;
    o.sigma_r[0] = 0.3;
    o.scaling_r[0] = _i < 4 ? 0.2 : -0.03;
    soap_oracle_prepare(&o);
    s = handle_of(&o);
    OK(hpsi_soap_plan_create(&p, s));
    for (double r = 3.8; r < 5; r += 0.083) {
        double found[10], exact[10];

        hpsi_soap_radial_integrals(&p->elements[0].radial, r, found);
        soap_oracle_integrals(&o, 0, r, exact);
        ck_assert_msg(deviation(o.n_max[0], found, exact) < 1e-11, "at %.2f: %.2e", r,
                      deviation(o.n_max[0], found, exact));
        hpsi_soap_radial_lost_slopes(&p->elements[0].radial, r, found);
        soap_oracle_lost_slopes(&o, 0, r, exact);
        ck_assert_msg(deviation(o.n_max[0], found, exact) < 1e-11, "slopes at %.2f: %.2e", r,
                      deviation(o.n_max[0], found, exact));
    }
    hpsi_soap_plan_destroy(p);
    hps_soap_destroy(s);
}
END_TEST

/* soap.md 11.1: the functions W I of a very narrow atom are the orthonormal functions. */
START_TEST(test_quadrature_integrates_polynomials)
{
    double node[HPSI_SOAP_NODES], weight[HPSI_SOAP_NODES], j[12], product[12][12] = {{0}};

    hpsi_soap_legendre(HPSI_SOAP_NODES, node, weight);
    for (int32_t q = 0; q < HPSI_SOAP_NODES; q++) {
        hpsi_soap_jacobi(12, 0.5 * (1 + node[q]), j);
        for (int32_t a = 0; a < 12; a++) {
            for (int32_t b = 0; b < 12; b++) {
                product[a][b] += 0.5 * weight[q] * j[a] * j[b];
            }
        }
    }
    for (int32_t a = 0; a < 12; a++) {
        for (int32_t b = 0; b < 12; b++) {
            ck_assert_double_eq_tol(product[a][b], a == b, 1e-13);
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("soap_oracle");
    TCase *t = tcase_create("oracle");

    tcase_set_timeout(t, 300);
    tcase_add_loop_test(t, test_many_radial_functions_are_exact, 0, 12);
    tcase_add_loop_test(t, test_widths_and_tails, 0, 20);
    tcase_add_loop_test(t, test_soap_turbo_flavour, 0, 10);
    tcase_add_loop_test(t, test_species_with_values_of_their_own, 0, 4);
    tcase_add_loop_test(t, test_compressions, 0, 9);
    tcase_add_test(t, test_hundred_and_more_functions_of_several_species);
    tcase_add_test(t, test_bessel_ratio_recursion);
    tcase_add_loop_test(t, test_tables_agree_with_direct_evaluation, 0, 8);
    tcase_add_loop_test(t, test_integrals_agree_with_quadruple_precision, 0, 2);
    tcase_add_loop_test(t, test_lost_terms_agree_with_the_recursion, 0, 6);
    tcase_add_test(t, test_quadrature_integrates_polynomials);
    suite_add_tcase(s, t);
    return suite_end(s);
}
