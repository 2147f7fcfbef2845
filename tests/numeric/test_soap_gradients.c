/* SPDX-License-Identifier: BSD-3-Clause */
/* Derivatives of the descriptor against finite differences of an arbitrary function of it,
 * against each other, and the sums that must vanish. */
#include "soap/private.h"
#include "support/soap_cases.h"
#include "support/suite.h"

enum { ATOMS = 12 };

static const int32_t elements[5] = {6, 1, 8, 7, 9};
static const char *const compressions[] = {"none", "trivial", "1_1", "2_1", "2_2", "0_0", "0_2"};

typedef struct system {
    hps_soap *soap;
    int32_t n, numbers[ATOMS], size;
    double r[3 * ATOMS], cell[9];
    const double *lattice; /* cell or NULL */
} system_of_atoms;

/* A triclinic cell smaller than the cut-off, or a free cluster. */
static void make_system(system_of_atoms *s, int32_t n_species, const char *basis,
                        const char *compress, int32_t periodic, uint64_t seed)
{
    const double cell[9] = {4.1, 0, 0, 1.3, 3.9, 0, -0.7, 0.8, 4.4};

    memset(s, 0, sizeof *s);
    s->n = periodic ? 5 : ATOMS;
    OK(hps_soap_create(&s->soap, NULL, n_species, elements));
    OK(hps_soap_set_int(s->soap, "n_max", n_species > 2 ? 3 : 5));
    OK(hps_soap_set_int(s->soap, "l_max", n_species > 2 ? 3 : 6));
    OK(hps_soap_set_real(s->soap, "rcut_hard", 4.5));
    OK(hps_soap_set_real(s->soap, "rcut_soft", 3.9));
    OK(hps_soap_set_real(s->soap, "atom_sigma_r", 0.45));
    OK(hps_soap_set_real(s->soap, "atom_sigma_t", 0.55));
    OK(hps_soap_set_real(s->soap, "atom_sigma_r:C", 0.35));
    OK(hps_soap_set_real(s->soap, "atom_sigma_r_scaling", 0.1));
    OK(hps_soap_set_real(s->soap, "atom_sigma_t_scaling", 0.07));
    OK(hps_soap_set_real(s->soap, "amplitude_scaling", 2));
    OK(hps_soap_set_int(s->soap, "radial_enhancement", 1));
    OK(hps_soap_set_int(s->soap, "smooth_tail", 1));
    OK(hps_soap_set_text(s->soap, "basis", basis));
    OK(hps_soap_set_text(s->soap, "compress", compress));
    s->size = hps_soap_size(s->soap);
    memcpy(s->cell, cell, sizeof cell);
    s->lattice = periodic ? s->cell : NULL;
    scatter_atoms(&seed, s->n, periodic ? 3.8 : 5.5, 1.1, s->r);
    for (int32_t i = 0; i < s->n; i++) {
        s->numbers[i] = elements[i % n_species];
    }
}

/* E = sum_i sin(a_i.q_i) + (b_i.q_i)^2 with a, b of smooth coefficients; weight = dE/dq. */
static double energy(const system_of_atoms *s, double *weight)
{
    double *q = calloc((size_t)(s->n * s->size), sizeof *q), sum = 0;
    hps_dataset *d = structure(s->n, s->numbers, s->r, s->lattice);

    OK(hps_soap_compute(s->soap, d, q, s->size));
    for (int32_t i = 0; i < s->n; i++) {
        const double *row = q + i * s->size;
        double a = 0, b = 0;

        for (int32_t k = 0; k < s->size; k++) {
            a += cos(0.37 * k + 0.11 + i) * row[k];
            b += sin(0.53 * k + i) * row[k];
        }
        for (int32_t k = 0; k < s->size && weight != NULL; k++) {
            weight[i * s->size + k] = cos(a) * cos(0.37 * k + 0.11 + i) + 2 * b * sin(0.53 * k + i);
        }
        sum += sin(a) + b * b;
    }
    hps_dataset_destroy(d);
    free(q);
    return sum;
}

/* Fourth-order central difference of the energy by *x. */
static double difference(const system_of_atoms *s, double *x)
{
    const double h = 1e-3;
    double start = *x, e[4];

    for (int k = 0; k < 4; k++) {
        *x = start + h * (k < 2 ? k - 2 : k - 1);
        e[k] = energy(s, NULL);
    }
    *x = start;
    return (e[0] - 8 * e[1] + 8 * e[2] - e[3]) / (12 * h);
}

static void check_forces(int32_t n_species, const char *basis, const char *compress,
                         int32_t periodic, uint64_t seed)
{
    system_of_atoms s;
    double exact[3 * ATOMS], found[3 * ATOMS], *weight;
    hps_dataset *d;

    make_system(&s, n_species, basis, compress, periodic, seed);
    weight = calloc((size_t)(s.n * s.size), sizeof *weight);
    (void)energy(&s, weight);
    d = structure(s.n, s.numbers, s.r, s.lattice);
    OK(hps_soap_adjoint(s.soap, d, 0, weight, s.size, found, NULL));
    for (int32_t k = 0; k < 3 * s.n; k++) {
        exact[k] = difference(&s, &s.r[k]);
    }
    ck_assert_msg(deviation(3 * s.n, found, exact) < 1e-7, "%d %s %s: %.2e", n_species, basis,
                  compress, deviation(3 * s.n, found, exact));
    for (int32_t a = 0; a < 3; a++) {
        double sum = 0;

        for (int32_t i = 0; i < s.n; i++) {
            sum += found[3 * i + a];
        }
        ck_assert_double_le(fabs(sum), 1e-13 * norm_of(3 * s.n, found));
    }
    hps_dataset_destroy(d);
    hps_soap_destroy(s.soap);
    free(weight);
}

START_TEST(test_adjoint_is_the_derivative_in_clusters)
{
    const int32_t counts[] = {1, 2, 5};
    const char *basis = _i % 2 ? "poly3gauss" : "poly3";
    const char *compress = _i / 2 % 2 ? "trivial" : "none";

    check_forces(counts[_i / 4], basis, compress, 0, 17 + (uint64_t)_i);
}
END_TEST

START_TEST(test_adjoint_is_the_derivative_in_cells)
{
    check_forces(1 + _i % 3, _i % 2 ? "poly3gauss" : "poly3", compressions[_i], 1,
                 41 + (uint64_t)_i);
}
END_TEST

/* Forces of the flavour soap_turbo with its own slopes, or (own = 0) with those of the values
 * that it tabulates. */
static void flavoured_forces(const system_of_atoms *s, const double *weight, int32_t own,
                             double *found)
{
    double *q = calloc((size_t)(s->n * s->size), sizeof *q);
    hps_dataset *d = structure(s->n, s->numbers, s->r, s->lattice);
    hpsi_soap_plan *p = NULL;
    hpsi_soap_work *w = NULL;
    hps_frame f = {.struct_size = sizeof f};

    OK(hps_dataset_frame(d, 0, &f));
    OK(hpsi_soap_plan_create(&p, s->soap));
    for (int32_t i = 0; i < p->n_species && !own; i++) {
        p->elements[i].radial.lost_term = 0; /* the tables are there, with the term */
    }
    OK(hpsi_soap_work_create(&w, NULL, p));
    OK(hpsi_soap_block(p, w, &f, 0, s->n, q, s->size));
    memset(found, 0, sizeof *found * 3 * (size_t)s->n);
    OK(hpsi_soap_block_adjoint(p, w, weight, s->size, found, NULL));
    hpsi_soap_work_destroy(w);
    hpsi_soap_plan_destroy(p);
    hps_dataset_destroy(d);
    free(q);
}

/* soap_turbo's derivatives miss part of what its own boundary error changes with distance, a
 * few millionths; without that omission the derivative is that of the flavour's values. */
START_TEST(test_soap_turbo_flavour)
{
    system_of_atoms s;
    double exact[3 * ATOMS], found[3 * ATOMS], own[3 * ATOMS], *weight;

    make_system(&s, 1 + _i / 2, _i % 2 ? "poly3gauss" : "poly3", "none", _i % 2, 91 + (uint64_t)_i);
    OK(hps_soap_set_text(s.soap, "flavour", "soap_turbo"));
    weight = calloc((size_t)(s.n * s.size), sizeof *weight);
    (void)energy(&s, weight);
    for (int32_t k = 0; k < 3 * s.n; k++) {
        exact[k] = difference(&s, &s.r[k]);
    }
    flavoured_forces(&s, weight, 0, found);
    flavoured_forces(&s, weight, 1, own);
    ck_assert_msg(deviation(3 * s.n, found, exact) < 1e-7, "%.2e",
                  deviation(3 * s.n, found, exact));
    ck_assert_msg(deviation(3 * s.n, own, exact) < 1e-5, "%.2e", deviation(3 * s.n, own, exact));
    ck_assert_double_gt(deviation(3 * s.n, own, found), 1e-12);
    hps_soap_destroy(s.soap);
    free(weight);
}
END_TEST

START_TEST(test_virial_is_the_derivative_by_strain)
{
    system_of_atoms s, strained;
    double found[9], exact[9], *weight;
    hps_dataset *d;

    make_system(&s, 2, _i ? "poly3gauss" : "poly3", _i ? "trivial" : "none", 1, 61);
    weight = calloc((size_t)(s.n * s.size), sizeof *weight);
    (void)energy(&s, weight);
    d = structure(s.n, s.numbers, s.r, s.lattice);
    OK(hps_soap_adjoint(s.soap, d, 0, weight, s.size, NULL, found));
    for (int32_t k = 0; k < 9; k++) {
        const double h = 1e-3;
        double e[4];

        for (int step = 0; step < 4; step++) {
            double strain = h * (step < 2 ? step - 2 : step - 1);

            strained = s;
            strained.lattice = strained.cell;
            for (int32_t i = 0; i < s.n; i++) {
                strained.r[3 * i + k / 3] += strain * s.r[3 * i + k % 3];
            }
            for (int32_t i = 0; i < 3; i++) {
                strained.cell[3 * i + k / 3] += strain * s.cell[3 * i + k % 3];
            }
            e[step] = energy(&strained, NULL);
        }
        exact[k] = -(e[0] - 8 * e[1] + 8 * e[2] - e[3]) / (12 * h);
    }
    ck_assert_msg(deviation(9, found, exact) < 1e-7, "%.2e", deviation(9, found, exact));
    hps_dataset_destroy(d);
    hps_soap_destroy(s.soap);
    free(weight);
}
END_TEST

/* Forward mode contracted with the weights is reverse mode. */
START_TEST(test_gradient_rows_agree_with_the_adjoint)
{
    system_of_atoms s;
    double expected[3 * ATOMS], found[3 * ATOMS] = {0}, *weight, *grad;
    int32_t *centre, *moved;
    int64_t n = 0, again = 0;
    hps_dataset *d;

    make_system(&s, 1 + _i % 3, _i % 2 ? "poly3gauss" : "poly3", compressions[_i], _i % 2, 71);
    OK(hps_soap_set_text(s.soap, "flavour", _i < 2 ? "soap_turbo" : "exact"));
    weight = calloc((size_t)(s.n * s.size), sizeof *weight);
    (void)energy(&s, weight);
    d = structure(s.n, s.numbers, s.r, s.lattice);
    OK(hps_soap_adjoint(s.soap, d, 0, weight, s.size, expected, NULL));
    OK(hps_soap_gradient(s.soap, d, 0, 0, &n, NULL, NULL, NULL));
    ck_assert_int_gt(n, s.n);
    centre = calloc((size_t)n, sizeof *centre);
    moved = calloc((size_t)n, sizeof *moved);
    grad = calloc((size_t)(3 * n * s.size), sizeof *grad);
    ck_assert_int_eq(hps_soap_gradient(s.soap, d, 0, n - 1, &again, centre, moved, grad),
                     HPS_E_CAPACITY);
    ck_assert_int_eq(again, n);
    OK(hps_soap_gradient(s.soap, d, 0, n, &again, centre, moved, grad));
    for (int64_t k = 0; k < n; k++) {
        ck_assert(k == 0 || centre[k] > centre[k - 1] ||
                  (centre[k] == centre[k - 1] && moved[k] > moved[k - 1]));
        for (int32_t m = 0; m < 3 * s.size; m++) {
            found[3 * moved[k] + m / s.size] +=
                weight[centre[k] * s.size + m % s.size] * grad[k * 3 * s.size + m];
        }
    }
    ck_assert_msg(deviation(3 * s.n, found, expected) < 1e-12, "%.2e",
                  deviation(3 * s.n, found, expected));
    hps_dataset_destroy(d);
    hps_soap_destroy(s.soap);
    free(weight);
    free(grad);
    free(centre);
    free(moved);
}
END_TEST

/* dq of atom 0 by one coordinate of its nearest neighbour, component by component. */
START_TEST(test_gradient_row_is_the_derivative)
{
    const double h = 1e-3;
    system_of_atoms s;
    double *q[4], *grad, *exact;
    int32_t centre[ATOMS * ATOMS], moved[ATOMS * ATOMS];
    int64_t n = 0, row = -1;
    int32_t near = 1;
    double start;
    hps_dataset *d;

    make_system(&s, 2, _i ? "poly3gauss" : "poly3", "none", 0, 81);
    for (int32_t i = 2; i < s.n; i++) {
        const double *c = s.r, *x = s.r + 3 * i, *y = s.r + 3 * near;
        double u[3] = {x[0] - c[0], x[1] - c[1], x[2] - c[2]};
        double v[3] = {y[0] - c[0], y[1] - c[1], y[2] - c[2]};

        near = norm_of(3, u) < norm_of(3, v) ? i : near;
    }
    start = s.r[3 * near];
    for (int k = 0; k < 4; k++) {
        s.r[3 * near] = start + h * (k < 2 ? k - 2 : k - 1);
        d = structure(s.n, s.numbers, s.r, NULL);
        q[k] = calloc((size_t)(s.n * s.size), sizeof *q[k]);
        OK(hps_soap_compute(s.soap, d, q[k], s.size));
        hps_dataset_destroy(d);
    }
    s.r[3 * near] = start;
    d = structure(s.n, s.numbers, s.r, NULL);
    grad = calloc((size_t)(ATOMS * ATOMS * 3 * s.size), sizeof *grad);
    exact = calloc((size_t)s.size, sizeof *exact);
    OK(hps_soap_gradient(s.soap, d, 0, ATOMS * ATOMS, &n, centre, moved, grad));
    for (int64_t k = 0; k < n; k++) {
        row = centre[k] == 0 && moved[k] == near ? k : row;
    }
    ck_assert_int_ge(row, 0);
    for (int32_t k = 0; k < s.size; k++) {
        exact[k] = (q[0][k] - 8 * q[1][k] + 8 * q[2][k] - q[3][k]) / (12 * h);
    }
    ck_assert_msg(deviation(s.size, grad + row * 3 * s.size, exact) < 1e-7, "%.2e",
                  deviation(s.size, grad + row * 3 * s.size, exact));
    hps_dataset_destroy(d);
    hps_soap_destroy(s.soap);
    for (int k = 0; k < 4; k++) {
        free(q[k]);
    }
    free(grad);
    free(exact);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("soap_gradients");
    TCase *t = tcase_create("derivatives");

    tcase_set_timeout(t, 300);
    tcase_add_loop_test(t, test_adjoint_is_the_derivative_in_clusters, 0, 12);
    tcase_add_loop_test(t, test_adjoint_is_the_derivative_in_cells, 0, 7);
    tcase_add_loop_test(t, test_soap_turbo_flavour, 0, 6);
    tcase_add_loop_test(t, test_virial_is_the_derivative_by_strain, 0, 2);
    tcase_add_loop_test(t, test_gradient_rows_agree_with_the_adjoint, 0, 7);
    tcase_add_loop_test(t, test_gradient_row_is_the_derivative, 0, 2);
    suite_add_tcase(s, t);
    return suite_end(s);
}
