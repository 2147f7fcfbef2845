/* SPDX-License-Identifier: BSD-3-Clause */
/* What must not change a descriptor: rotation, inversion, the order of atoms (to round-off);
 * the number of threads and the cut into blocks (bitwise); the instruction set (1e-13). And
 * the edge cases of soap.md section 9. */
#include "soap/private.h"
#include "support/soap_cases.h"
#include "support/soap_oracle.h"
#include "support/suite.h"

enum { ATOMS = 150 };

static const int32_t elements[3] = {6, 8, 1};

static hps_soap *make_soap(hps_context *c, const char *compress)
{
    hps_soap *s = NULL;

    OK(hps_soap_create(&s, c, 3, elements));
    OK(hps_soap_set_int(s, "n_max", 4));
    OK(hps_soap_set_int(s, "n_max:O", strlen(compress) == 3 ? 4 : 5));
    OK(hps_soap_set_int(s, "l_max", 5));
    OK(hps_soap_set_real(s, "atom_sigma_r_scaling", 0.1));
    OK(hps_soap_set_real(s, "rcut_hard:H", 4.7));
    OK(hps_soap_set_text(s, "compress", compress));
    return s;
}

static void make_atoms(int32_t n, double *r, int32_t *numbers)
{
    uint64_t seed = 3;

    scatter_atoms(&seed, n, 11, 0.9, r);
    for (int32_t i = 0; i < n; i++) {
        numbers[i] = elements[(int32_t)draw(&seed, 0, 3)];
    }
}

static double *descriptors(const hps_soap *s, int32_t n, const int32_t *numbers, const double *r)
{
    double *q = calloc((size_t)(n * hps_soap_size(s)), sizeof *q);
    hps_dataset *d = structure(n, numbers, r, NULL);

    OK(hps_soap_compute(s, d, q, hps_soap_size(s)));
    hps_dataset_destroy(d);
    return q;
}

/* _i: 0 inversion, 1..3 rotations; the last onto the z axis, where Y_lm has no special case. */
START_TEST(test_rotation_and_inversion)
{
    double r[3 * ATOMS], turned[3 * ATOMS], a = 0.7 * _i, b = 1.1 * _i;
    double m[9] = {cos(a) * cos(b), -sin(a), cos(a) * sin(b),
                   sin(a) * cos(b), cos(a),  sin(a) * sin(b),
                   -sin(b),         0,       cos(b)};
    int32_t numbers[ATOMS], size;
    hps_soap *s = make_soap(NULL, "none");
    double *q, *p;

    if (_i == 0) {
        m[0] = m[4] = m[8] = -1;
    }
    make_atoms(ATOMS, r, numbers);
    for (int32_t i = 0; i < 3 * ATOMS; i++) {
        const double *x = r + i / 3 * 3, *row = m + i % 3 * 3;

        turned[i] = row[0] * x[0] + row[1] * x[1] + row[2] * x[2];
    }
    size = hps_soap_size(s);
    q = descriptors(s, ATOMS, numbers, r);
    p = descriptors(s, ATOMS, numbers, turned);
    for (int32_t i = 0; i < ATOMS; i++) {
        ck_assert_double_le(deviation(size, p + i * size, q + i * size), 1e-13);
        ck_assert_double_eq_tol(norm_of(size, q + i * size), 1, 1e-14);
    }
    hps_soap_destroy(s);
    free(q);
    free(p);
}
END_TEST

START_TEST(test_order_of_atoms)
{
    double r[3 * ATOMS], back[3 * ATOMS];
    int32_t numbers[ATOMS], reversed[ATOMS], size;
    hps_soap *s = make_soap(NULL, "trivial");
    double *q, *p;

    make_atoms(ATOMS, r, numbers);
    for (int32_t i = 0; i < ATOMS; i++) {
        reversed[i] = numbers[ATOMS - 1 - i];
        memcpy(back + 3 * i, r + 3 * (ATOMS - 1 - i), 3 * sizeof *r);
    }
    size = hps_soap_size(s);
    q = descriptors(s, ATOMS, numbers, r);
    p = descriptors(s, ATOMS, reversed, back);
    for (int32_t i = 0; i < ATOMS; i++) {
        ck_assert_double_le(deviation(size, p + i * size, q + (ATOMS - 1 - i) * size), 1e-13);
    }
    hps_soap_destroy(s);
    free(q);
    free(p);
}
END_TEST

START_TEST(test_threads_do_not_change_a_bit)
{
    double r[3 * ATOMS], *q[3], force[3][3 * ATOMS], virial[3][9], *weight = NULL;
    int32_t numbers[ATOMS], size = 0;

    make_atoms(ATOMS, r, numbers);
    for (int32_t k = 0; k < 3; k++) {
        hps_context *c = NULL;
        hps_soap *s;
        hps_dataset *d = structure(ATOMS, numbers, r, NULL);

        OK(hps_context_create(&c, NULL));
        OK(hps_context_set_threads(c, k + 1));
        s = make_soap(c, _i ? "2_1" : "none");
        size = hps_soap_size(s);
        q[k] = calloc((size_t)(ATOMS * size), sizeof *q[k]);
        OK(hps_soap_compute(s, d, q[k], size));
        if (k == 0) {
            weight = calloc((size_t)(ATOMS * size), sizeof *weight);
            for (int32_t i = 0; i < ATOMS * size; i++) {
                weight[i] = cos(0.37 * i);
            }
        }
        OK(hps_soap_adjoint(s, d, 0, weight, size, force[k], virial[k]));
        hps_dataset_destroy(d);
        hps_soap_destroy(s);
        hps_context_destroy(c);
    }
    for (int32_t k = 1; k < 3; k++) {
        ck_assert_mem_eq(q[k], q[0], sizeof **q * (size_t)(ATOMS * size));
        ck_assert_mem_eq(force[k], force[0], sizeof force[0]);
        ck_assert_mem_eq(virial[k], virial[0], sizeof virial[0]);
        free(q[k]);
    }
    free(q[0]);
    free(weight);
}
END_TEST

/* A block run of a plan with the given loops and block size, and its adjoint. */
static void run_blocks(hpsi_soap_plan *p, const hps_frame *f, int32_t step, double *q,
                       double *gradient, double *virial)
{
    int32_t size = hpsi_soap_plan_size(p);
    hpsi_soap_work *w = NULL;
    double *weight = calloc((size_t)(f->n_atoms * size), sizeof *weight);

    for (int32_t k = 0; k < f->n_atoms * size; k++) {
        weight[k] = cos(0.37 * k);
    }
    OK(hpsi_soap_work_create(&w, NULL, p));
    memset(gradient, 0, 3 * sizeof *gradient * (size_t)f->n_atoms);
    memset(virial, 0, 9 * sizeof *virial);
    for (int32_t first = 0; first < f->n_atoms; first += step) {
        int32_t count = f->n_atoms - first < step ? f->n_atoms - first : step;

        OK(hpsi_soap_block(p, w, f, first, count, q + first * size, size));
        OK(hpsi_soap_block_adjoint(p, w, weight + first * size, size, gradient, virial));
    }
    hpsi_soap_work_destroy(w);
    free(weight);
}

START_TEST(test_blocks_do_not_change_a_bit)
{
    const int32_t steps[] = {64, 1, 7, ATOMS};
    double r[3 * ATOMS], *q[4], gradient[4][3 * ATOMS], virial[4][9];
    int32_t numbers[ATOMS], size;
    hps_soap *s = make_soap(NULL, "none");
    hpsi_soap_plan *p = NULL;
    hps_dataset *d;
    hps_frame f;

    make_atoms(ATOMS, r, numbers);
    d = structure(ATOMS, numbers, r, NULL);
    hpsi_dataset_frame(d, 0, &f);
    OK(hpsi_soap_plan_create(&p, s));
    size = hpsi_soap_plan_size(p);
    ck_assert_int_eq(hpsi_soap_plan_n_species(p), 3);
    ck_assert_int_eq(hpsi_soap_plan_species(p, 8), 1);
    ck_assert_int_eq(hpsi_soap_plan_species(p, 7), -1);
    ck_assert_int_eq(hpsi_soap_plan_species(p, 0), -1);
    for (int32_t k = 0; k < 4; k++) {
        q[k] = calloc((size_t)(ATOMS * size), sizeof *q[k]);
        run_blocks(p, &f, steps[k], q[k], gradient[k], virial[k]);
        ck_assert_mem_eq(q[k], q[0], sizeof **q * (size_t)(ATOMS * size));
        ck_assert_mem_eq(gradient[k], gradient[0], sizeof gradient[0]);
        ck_assert_mem_eq(virial[k], virial[0], sizeof virial[0]);
    }
    for (int32_t k = 0; k < 4; k++) {
        free(q[k]);
    }
    hpsi_soap_plan_destroy(p);
    hps_dataset_destroy(d);
    hps_soap_destroy(s);
}
END_TEST

START_TEST(test_instruction_sets_agree)
{
    double r[3 * ATOMS], *q[3], gradient[3][3 * ATOMS], virial[3][9];
    int32_t numbers[ATOMS], size;
    hps_soap *s = make_soap(NULL, "none");
    hpsi_soap_plan *p = NULL;
    hps_dataset *d;
    hps_frame f;

    OK(hps_soap_set_real(s, "amplitude_scaling", 0.7)); /* the vector power */
    OK(hps_soap_set_int(s, "radial_enhancement", _i));
    make_atoms(ATOMS, r, numbers);
    d = structure(ATOMS, numbers, r, NULL);
    hpsi_dataset_frame(d, 0, &f);
    OK(hpsi_soap_plan_create(&p, s));
    size = hpsi_soap_plan_size(p);
    for (int32_t k = 0; k < 3; k++) {
        q[k] = calloc((size_t)(ATOMS * size), sizeof *q[k]);
        if (hpsi_soap_kernels_get(k) != NULL) {
            p->kernels = hpsi_soap_kernels_get(k);
            run_blocks(p, &f, 64, q[k], gradient[k], virial[k]);
            ck_assert_double_le(deviation(ATOMS * size, q[k], q[0]), 1e-13);
            ck_assert_double_le(deviation(3 * ATOMS, gradient[k], gradient[0]), 1e-12);
            ck_assert_double_le(deviation(9, virial[k], virial[0]), 1e-12);
        }
    }
    ck_assert_ptr_nonnull(hpsi_soap_kernels_get(0));
    ck_assert_ptr_null(hpsi_soap_kernels_get(3));
    for (int32_t k = 0; k < 3; k++) {
        free(q[k]);
    }
    hpsi_soap_plan_destroy(p);
    hps_dataset_destroy(d);
    hps_soap_destroy(s);
}
END_TEST

/* More neighbours than one chunk holds. */
START_TEST(test_many_neighbours)
{
    double r[3 * ATOMS], *q, *exact;
    int32_t numbers[ATOMS], size;
    int species[ATOMS];
    hps_soap *s = make_soap(NULL, "none");
    soap_oracle o;
    uint64_t seed = 9;

    scatter_atoms(&seed, ATOMS, 6, 0.3, r);
    soap_oracle_defaults(&o, 3);
    o.l_max = 5;
    o.hard[2] = 4.7;
    for (int32_t i = 0; i < 3; i++) {
        o.n_max[i] = i == 1 ? 5 : 4;
        o.scaling_r[i] = 0.1;
    }
    for (int32_t i = 0; i < ATOMS; i++) {
        species[i] = (int)draw(&seed, 0, 3);
        numbers[i] = elements[species[i]];
    }
    size = hps_soap_size(s);
    q = descriptors(s, ATOMS, numbers, r);
    for (int32_t i = ATOMS - 1; i >= 0; i--) {
        for (int32_t k = 0; k < 3; k++) {
            r[3 * i + k] -= r[k];
        }
    }
    soap_oracle_prepare(&o);
    exact = calloc((size_t)size, sizeof *exact);
    (void)soap_oracle_descriptor(&o, species[0], ATOMS - 1, species + 1, r + 3, exact);
    ck_assert_double_le(deviation(size, q, exact), 1e-11);
    free(exact);
    free(q);
    hps_soap_destroy(s);
}
END_TEST

/* ------------------------------------------------------- soap.md, 9 */

START_TEST(test_isolated_atom)
{
    const double origin[3] = {0, 0, 0};
    hps_soap *s = make_soap(NULL, "none");
    int32_t size = hps_soap_size(s), l = 6;
    double *q, *p, force[3], virial[9], *weight = calloc((size_t)size, sizeof *weight);
    hps_dataset *d = structure(1, elements, origin, NULL);

    OK(hps_soap_set_text(s, "basis", _i ? "poly3gauss" : "poly3"));
    q = descriptors(s, 1, elements, origin);
    ck_assert_double_eq_tol(norm_of(size, q), 1, 1e-14);
    for (int32_t k = 0; k < size; k++) {
        ck_assert(k % l == 0 || q[k] == 0);
        weight[k] = 1;
    }
    OK(hps_soap_adjoint(s, d, 0, weight, size, force, virial));
    ck_assert_double_eq(norm_of(3, force) + norm_of(9, virial), 0);
    OK(hps_soap_set_real(s, "central_weight", 17));
    p = descriptors(s, 1, elements, origin);
    ck_assert_double_le(deviation(size, p, q), 1e-14);
    free(p);
    OK(hps_soap_set_real(s, "central_weight", 0));
    p = descriptors(s, 1, elements, origin);
    ck_assert_double_eq(norm_of(size, p), 0);
    OK(hps_soap_adjoint(s, d, 0, weight, size, force, virial));
    ck_assert_double_eq(norm_of(3, force), 0);
    free(p);
    free(q);
    free(weight);
    hps_dataset_destroy(d);
    hps_soap_destroy(s);
}
END_TEST

/* An atom beyond the cut-off of its own species, or of no listed species, is not seen. */
START_TEST(test_atoms_that_do_not_count)
{
    const int32_t numbers[4] = {6, 6, 1, 79};
    const double r[12] = {0, 0, 0, 0, 1.4, 0, 4.8, 0, 0, 1, 1, 1};
    hps_soap *s = make_soap(NULL, "none");
    int32_t size = hps_soap_size(s);
    double *all = descriptors(s, 4, numbers, r), *two = descriptors(s, 2, numbers, r);

    ck_assert_double_eq(deviation(size, all, two), 0);
    ck_assert_double_eq(norm_of(size, all + 3 * size), 0);
    OK(hps_soap_set_real(s, "rcut_hard:H", 5));
    free(all);
    all = descriptors(s, 4, numbers, r);
    ck_assert_double_gt(deviation(size, all, two), 1e-9);
    free(all);
    free(two);
    hps_soap_destroy(s);
}
END_TEST

/* rcut_soft = rcut_hard and steep or no envelope: as the formulas, also close to R. */
START_TEST(test_near_the_cutoff)
{
    const double distances[] = {1.0, 4.0, 4.9, 4.99999, 5 - 1e-7};
    const double amplitudes[] = {0, 0.3, 1, 2.5};
    const int32_t numbers[2] = {6, 6};
    int species[1] = {0};
    soap_oracle o;
    hps_soap *s = NULL;
    double r[6] = {0}, *q, *exact, force[6], *weight;
    int32_t size;
    hps_dataset *d;

    OK(hps_soap_create(&s, NULL, 1, numbers));
    soap_oracle_defaults(&o, 1);
    o.l_max = 4;
    o.n_max[0] = 4;
    o.soft[0] = 5;
    o.central[0] = 0.1;
    o.amplitude[0] = amplitudes[_i % 4];
    OK(hps_soap_set_int(s, "l_max", 4));
    OK(hps_soap_set_int(s, "n_max", 4));
    OK(hps_soap_set_real(s, "rcut_soft", 5));
    OK(hps_soap_set_real(s, "central_weight", 0.1));
    OK(hps_soap_set_real(s, "amplitude_scaling", o.amplitude[0]));
    r[3] = distances[_i / 4];
    size = hps_soap_size(s);
    exact = calloc((size_t)size, sizeof *exact);
    weight = calloc((size_t)(2 * size), sizeof *weight);
    soap_oracle_prepare(&o);
    (void)soap_oracle_descriptor(&o, 0, 1, species, r + 3, exact);
    q = descriptors(s, 2, numbers, r);
    ck_assert_msg(deviation(size, q, exact) < 1e-11, "%.2e", deviation(size, q, exact));
    d = structure(2, numbers, r, NULL);
    for (int32_t k = 0; k < 2 * size; k++) {
        weight[k] = cos(k);
    }
    OK(hps_soap_adjoint(s, d, 0, weight, size, force, NULL));
    ck_assert(isfinite(norm_of(6, force)));
    hps_dataset_destroy(d);
    hps_soap_destroy(s);
    free(q);
    free(exact);
    free(weight);
}
END_TEST

/* A norm just below 1e-5 leaves the vector as it is, one just above is divided out; the
 * derivative follows. */
START_TEST(test_norm_threshold)
{
    const int32_t numbers[2] = {6, 6};
    const double r[6] = {0, 0, 0, 0.9, 1.1, 0.4};
    hps_soap *s = make_soap(NULL, "none");
    int32_t size = hps_soap_size(s);
    double wanted = _i ? 1.05e-5 : 0.95e-5, slope = 0, force[6], *q, *weight;
    hps_dataset *d = structure(2, numbers, r, NULL);
    hpsi_soap_plan *p = NULL;
    hpsi_soap_work *w = NULL;
    hps_frame f;

    weight = calloc((size_t)(2 * size), sizeof *weight);
    q = calloc((size_t)(2 * size), sizeof *q);
    hpsi_dataset_frame(d, 0, &f);
    OK(hpsi_soap_plan_create(&p, s));
    OK(hpsi_soap_work_create(&w, NULL, p));
    OK(hpsi_soap_block(p, w, &f, 0, 2, q, size));
    /* the spectrum is of second order in the density, the centre's included */
    OK(hps_soap_set_real(s, "global_scaling", sqrt(wanted / w->norm[0])));
    free(q);
    q = descriptors(s, 2, numbers, r);
    ck_assert_double_eq_tol(norm_of(size, q), _i ? 1 : wanted, _i ? 1e-13 : 1e-17);
    for (int32_t k = 0; k < size; k++) {
        weight[k] = cos(0.3 * k);
    }
    OK(hps_soap_adjoint(s, d, 0, weight, size, force, NULL));
    for (int32_t k = 0; k < 4; k++) {
        double moved[6], *there, shift = 1e-4 * (k < 2 ? k - 2 : k - 1);

        memcpy(moved, r, sizeof r);
        moved[4] += shift;
        there = descriptors(s, 2, numbers, moved);
        for (int32_t m = 0; m < size; m++) {
            slope += (k % 3 == 0 ? 1 : 8) * (k == 0 || k == 2 ? 1 : -1) * weight[m] * there[m];
        }
        free(there);
    }
    slope /= 12e-4;
    ck_assert_double_eq_tol(force[4], slope, 1e-7 * norm_of(6, force));
    hpsi_soap_work_destroy(w);
    hpsi_soap_plan_destroy(p);
    hps_dataset_destroy(d);
    hps_soap_destroy(s);
    free(q);
    free(weight);
}
END_TEST

/* A data set refuses it, but the formulas have a limit: l = 0 only and no gradient. */
START_TEST(test_neighbour_on_the_centre)
{
    const int32_t numbers[2] = {6, 6};
    const double r[6] = {0, 0, 0, 4e-6, 2e-6, 0};
    hps_frame f = {.n_atoms = 2, .numbers = numbers, .positions = r, .config_type = ""};
    hps_soap *s = make_soap(NULL, "none");
    hpsi_soap_plan *p = NULL;
    int32_t size = hps_soap_size(s);
    double *q = calloc((size_t)(2 * size), sizeof *q), gradient[6], virial[9];

    OK(hpsi_soap_plan_create(&p, s));
    run_blocks(p, &f, 2, q, gradient, virial);
    ck_assert_double_eq_tol(norm_of(size, q), 1, 1e-14);
    for (int32_t k = 0; k < size; k++) {
        ck_assert(k % 6 == 0 || q[k] == 0);
    }
    ck_assert_double_eq(norm_of(6, gradient), 0);
    hpsi_soap_plan_destroy(p);
    hps_soap_destroy(s);
    free(q);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("soap_same");
    TCase *t = tcase_create("same");

    tcase_set_timeout(t, 300);
    tcase_add_loop_test(t, test_rotation_and_inversion, 0, 4);
    tcase_add_test(t, test_order_of_atoms);
    tcase_add_loop_test(t, test_threads_do_not_change_a_bit, 0, 2);
    tcase_add_test(t, test_blocks_do_not_change_a_bit);
    tcase_add_loop_test(t, test_instruction_sets_agree, 0, 3);
    tcase_add_test(t, test_many_neighbours);
    tcase_add_loop_test(t, test_isolated_atom, 0, 2);
    tcase_add_test(t, test_atoms_that_do_not_count);
    tcase_add_loop_test(t, test_near_the_cutoff, 0, 20);
    tcase_add_loop_test(t, test_norm_threshold, 0, 2);
    tcase_add_test(t, test_neighbour_on_the_centre);
    suite_add_tcase(s, t);
    return suite_end(s);
}
