/* SPDX-License-Identifier: BSD-3-Clause */
/* Fits and predictions against dense normal equations in long double with Jacobians by finite
 * differences, and against their own derivatives and symmetries. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpr/internal.h"
#include "support/atoms.h"
#include "support/suite.h"

#define ZETA 2.7
#define DELTA 1.3
#define SIGMA_ENERGY 0.02
#define SIGMA_FORCE 0.05
#define SIGMA_VIRIAL 0.04
#define JITTER 1e-4 /* keeps the plain normal equations well conditioned */

static hps_gpr *model(hps_context *c, const hps_soap *s, int32_t kinds)
{
    hps_gpr *g;

    ck_assert_int_eq(hps_gpr_create(&g, c, s), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_real(g, "zeta", ZETA), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_real(g, "delta", DELTA), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_real(g, "sigma_energy", SIGMA_ENERGY), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_real(g, "sigma_force", SIGMA_FORCE), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_real(g, "sigma_virial", SIGMA_VIRIAL), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_real(g, "jitter", JITTER), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(g, "n_sparse", 20), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(g, "fit_forces", (kinds & ATOMS_FORCES) != 0), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(g, "fit_virials", (kinds & ATOMS_VIRIAL) != 0), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_text(g, "e0_method", "fit"), HPS_OK);
    return g;
}

/* Frames free and periodic, with and without each quantity. */
enum { FRAMES = 5 };
static void frames(atoms a[FRAMES])
{
    a[0] = atoms_grid(2, 2, 2, 1, 0, 1);
    a[1] = atoms_grid(2, 1, 1, 0, 1, 2); /* images of an atom within its own environment */
    a[2] = atoms_grid(3, 2, 1, 1, 1, 3);
    a[3] = atoms_grid(2, 2, 1, 0, 0, 4);
    a[4] = atoms_grid(2, 2, 3, 1, 0, 5);
}

static const int32_t has[FRAMES] = {ATOMS_ENERGY | ATOMS_FORCES, ATOMS_ALL, ATOMS_ALL, ATOMS_FORCES,
                                    ATOMS_ENERGY};

/* ----------------------------------------------------------------- oracle */

/* Unit-amplitude energy row of one structure, from hps_soap_compute alone. */
static void energy_row(const hps_soap *s, const atoms *a, const hpsi_sparse *p, double *row)
{
    hps_dataset *d = atoms_dataset(NULL);
    int64_t size = hps_soap_size(s);
    double *q = calloc((size_t)(a->n * size), sizeof *q);

    atoms_add(d, a, 0, NULL);
    ck_assert_int_eq(hps_soap_compute(s, d, q, size), HPS_OK);
    memset(row, 0, (size_t)p->total * sizeof *row);
    for (int32_t i = 0; i < a->n; i++) {
        int32_t z = a->numbers[i];

        for (int32_t t = p->first[z]; t < p->first[z] + p->count[z]; t++) {
            double dot = 0;

            for (int64_t k = 0; k < size; k++) {
                dot += q[i * size + k] * p->q[t * p->ld + k];
            }
            row[t] += pow(dot, ZETA);
        }
    }
    free(q);
    hps_dataset_destroy(d);
}

/* x_a += e x_b of positions and cell: direction (a, b) of the strain. */
static void strain(atoms *a, int32_t i, int32_t j, double e)
{
    for (int32_t k = 0; k < a->n; k++) {
        a->x[3 * k + i] += e * a->x[3 * k + j];
    }
    for (int32_t k = 0; k < 3; k++) {
        a->cell[3 * k + i] += e * a->cell[3 * k + j];
    }
}

/* Coordinate c >= 0, or strain -1-c = 3 i + j, moved by h. */
static atoms moved(const atoms *a, int32_t c, double h)
{
    atoms b = *a;

    if (c >= 0) {
        b.x[c] += h;
    } else {
        strain(&b, (-1 - c) / 3, (-1 - c) % 3, h);
    }
    return b;
}

/* Fourth-order difference quotient of energy rows. */
static void derivative_row(const hps_soap *s, const atoms *a, const hpsi_sparse *p, int32_t c,
                           double *row)
{
    static const double weight[4] = {1. / 12, -8. / 12, 8. / 12, -1. / 12};
    static const int at[4] = {-2, -1, 1, 2};
    const double h = 1e-3;
    double *part = calloc((size_t)p->total, sizeof *part);

    memset(row, 0, (size_t)p->total * sizeof *row);
    for (int i = 0; i < 4; i++) {
        atoms b = moved(a, c, at[i] * h);

        energy_row(s, &b, p, part);
        for (int32_t t = 0; t < p->total; t++) {
            row[t] += weight[i] * part[t] / h;
        }
    }
    free(part);
}

typedef struct normal {
    int32_t n;
    long double *a; /* [n][n + 1] normal matrix and right-hand side */
} normal;

static void add_row(normal *m, const double *row, double y, double sigma)
{
    for (int32_t i = 0; i < m->n; i++) {
        long double w = (long double)row[i] / ((long double)sigma * (long double)sigma);

        for (int32_t j = 0; j < m->n; j++) {
            m->a[i * (m->n + 1) + j] += w * (long double)row[j];
        }
        m->a[i * (m->n + 1) + m->n] += w * (long double)y;
    }
}

/* Gauss elimination; the solution replaces the last column. */
static void eliminate(normal *m)
{
    int32_t w = m->n + 1;

    for (int32_t k = 0; k < m->n; k++) {
        for (int32_t i = 0; i < m->n; i++) {
            long double factor = m->a[i * w + k] / m->a[k * w + k];

            for (int32_t j = k; i != k && j < w; j++) {
                m->a[i * w + j] -= factor * m->a[k * w + j];
            }
        }
    }
    for (int32_t k = 0; k < m->n; k++) {
        m->a[k * w + m->n] /= m->a[k * w + k];
    }
}

/* K of delta^2 k_MM + jitter, naively. */
static void add_prior(normal *m, const hpsi_sparse *p)
{
    for (int32_t e = 0; e < p->n_elements; e++) {
        int32_t first = p->first[p->number[e]];
        int32_t end = first + p->count[p->number[e]];

        for (int32_t i = first; i < end; i++) {
            for (int32_t j = first; j < end; j++) {
                double dot = 0;

                for (int32_t k = 0; k < p->size; k++) {
                    dot += p->q[i * p->ld + k] * p->q[j * p->ld + k];
                }
                m->a[i * (m->n + 1) + j] += (long double)(DELTA * DELTA * pow(dot, ZETA));
            }
            m->a[i * (m->n + 1) + i] += (long double)JITTER;
        }
    }
}

static void add_frame(normal *m, const hps_gpr *g, const hps_soap *s, const atoms *a, int32_t kinds)
{
    const hpsi_sparse *p = &g->sparse;
    double *row = calloc((size_t)p->total, sizeof *row);
    double scale = DELTA * DELTA;

    for (int32_t c = -9; c < 3 * a->n; c++) {
        int32_t i = (-1 - c) / 3;
        int32_t j = (-1 - c) % 3;
        int virial = c < 0 && j <= i && (kinds & ATOMS_VIRIAL) != 0;

        if (!virial && !(c >= 0 && (kinds & ATOMS_FORCES) != 0)) {
            continue;
        }
        derivative_row(s, a, p, c, row);
        for (int32_t t = 0; t < p->total; t++) {
            row[t] *= scale;
        }
        add_row(m, row, virial ? -a->virial[3 * i + j] : -a->forces[c],
                virial ? SIGMA_VIRIAL * sqrt(a->n) : SIGMA_FORCE);
    }
    if ((kinds & ATOMS_ENERGY) != 0) {
        double y = a->energy;

        energy_row(s, a, p, row);
        for (int32_t i = 0; i < a->n; i++) {
            y -= g->e0[a->numbers[i]];
        }
        for (int32_t t = 0; t < p->total; t++) {
            row[t] *= scale;
        }
        add_row(m, row, y, SIGMA_ENERGY * sqrt(a->n));
    }
    free(row);
}

static void check_against_oracle(int32_t kinds)
{
    hps_context *c = atoms_context(2);
    hps_soap *s = atoms_soap(c, 3, 3);
    hps_gpr *g = model(c, s, kinds);
    hps_dataset *d = atoms_dataset(c);
    atoms a[FRAMES];
    normal m;
    double worst = 0;
    double largest = 0;

    frames(a);
    for (int i = 0; i < FRAMES; i++) {
        atoms_add(d, &a[i], has[i], NULL);
    }
    ck_assert_msg(hps_gpr_fit(g, d) == HPS_OK, "%s", hps_last_error());
    m.n = g->sparse.total;
    m.a = calloc((size_t)m.n * (size_t)(m.n + 1), sizeof *m.a);
    add_prior(&m, &g->sparse);
    for (int i = 0; i < FRAMES; i++) {
        add_frame(&m, g, s, &a[i], has[i] & (kinds | ATOMS_ENERGY));
    }
    eliminate(&m);
    for (int32_t t = 0; t < m.n; t++) {
        double exact = (double)m.a[t * (m.n + 1) + m.n];

        worst = fmax(worst, fabs(g->alpha[t] - exact));
        largest = fmax(largest, fabs(exact));
    }
    ck_assert_msg(worst < 1e-6 * largest, "alpha off by %.2e of %.2e", worst, largest);
    free(m.a);
    hps_dataset_destroy(d);
    hps_gpr_destroy(g);
    hps_soap_destroy(s);
    hps_context_destroy(c);
}

START_TEST(test_energies_give_the_coefficients_of_dense_normal_equations)
{
    check_against_oracle(ATOMS_ENERGY);
}
END_TEST

START_TEST(test_forces_and_virials_give_the_coefficients_of_dense_normal_equations)
{
    check_against_oracle(ATOMS_ALL);
}
END_TEST

START_TEST(test_forces_alone_give_the_coefficients_of_dense_normal_equations)
{
    check_against_oracle(ATOMS_ENERGY | ATOMS_FORCES);
}
END_TEST

/* ------------------------------------------------------------ derivatives */

static hps_gpr *trained(hps_context *c, const hps_soap *s, int32_t kinds)
{
    hps_gpr *g = model(c, s, kinds);
    hps_dataset *d = atoms_dataset(c);
    atoms a[FRAMES];

    frames(a);
    for (int i = 0; i < FRAMES; i++) {
        atoms_add(d, &a[i], has[i], NULL);
    }
    ck_assert_msg(hps_gpr_fit(g, d) == HPS_OK, "%s", hps_last_error());
    hps_dataset_destroy(d);
    return g;
}

static double energy_of(const hps_gpr *g, const atoms *a)
{
    hps_dataset *d = atoms_dataset(NULL);
    double e;

    atoms_add(d, a, 0, NULL);
    ck_assert_int_eq(hps_gpr_predict(g, d, &e, NULL, NULL), HPS_OK);
    hps_dataset_destroy(d);
    return e;
}

static double difference(const hps_gpr *g, const atoms *a, int32_t c)
{
    const double h = 5e-4;
    atoms b[4] = {moved(a, c, -2 * h), moved(a, c, -h), moved(a, c, h), moved(a, c, 2 * h)};

    return (energy_of(g, &b[0]) - 8 * energy_of(g, &b[1]) + 8 * energy_of(g, &b[2]) -
            energy_of(g, &b[3])) /
           (12 * h);
}

static void predict_one(const hps_gpr *g, const atoms *a, double *e, double *f, double *v)
{
    hps_dataset *d = atoms_dataset(NULL);

    atoms_add(d, a, 0, NULL);
    ck_assert_int_eq(hps_gpr_predict(g, d, e, f, v), HPS_OK);
    hps_dataset_destroy(d);
}

START_TEST(test_forces_and_virial_are_derivatives_of_the_energy)
{
    hps_context *c = atoms_context(2);
    hps_soap *s = atoms_soap(c, 4, 3);
    hps_gpr *g = trained(c, s, _i ? ATOMS_ALL : ATOMS_ENERGY);
    atoms a[2] = {atoms_grid(2, 2, 2, 1, 0, 11), atoms_grid(2, 2, 1, 1, 1, 12)};

    for (int i = 0; i < 2; i++) {
        double f[3 * ATOMS_MOST];
        double v[9];
        double e;
        double sum[3] = {0};
        double size = 0;

        predict_one(g, &a[i], &e, f, v);
        for (int32_t k = 0; k < 3 * a[i].n; k++) {
            size = fmax(size, fabs(f[k]));
            sum[k % 3] += f[k];
        }
        for (int32_t k = 0; k < 3 * a[i].n; k++) {
            ck_assert_double_eq_tol(f[k], -difference(g, &a[i], k), 1e-7 * (1 + size));
        }
        for (int k = 0; k < 3; k++) {
            ck_assert_double_eq_tol(sum[k], 0.0, 1e-11 * (1 + size));
        }
        for (int k = 0; k < 9; k++) {
            ck_assert_double_eq_tol(v[k], -difference(g, &a[i], -1 - k), 3e-7 * (1 + fabs(v[k])));
            ck_assert_double_eq_tol(v[k], v[3 * (k % 3) + k / 3], 1e-9 * (1 + fabs(v[k])));
        }
    }
    hps_gpr_destroy(g);
    hps_soap_destroy(s);
    hps_context_destroy(c);
}
END_TEST

START_TEST(test_rotation_and_order_of_atoms_do_not_matter)
{
    hps_context *c = atoms_context(1);
    hps_soap *s = atoms_soap(c, 4, 4);
    hps_gpr *g = trained(c, s, ATOMS_ALL);
    atoms a = atoms_grid(3, 2, 2, 1, 0, 21);
    atoms b = a;
    const double cosine = cos(0.7);
    const double sine = sin(0.7);
    double e[2];
    double f[2][3 * ATOMS_MOST];

    for (int32_t i = 0; i < a.n; i++) {
        const double *x = &a.x[3 * (a.n - 1 - i)];

        b.numbers[i] = a.numbers[a.n - 1 - i];
        b.x[3 * i] = cosine * x[0] - sine * x[1] + 5;
        b.x[3 * i + 1] = sine * x[0] + cosine * x[1];
        b.x[3 * i + 2] = x[2];
    }
    predict_one(g, &a, &e[0], f[0], NULL);
    predict_one(g, &b, &e[1], f[1], NULL);
    ck_assert_double_eq_tol(e[0], e[1], 1e-10);
    for (int32_t i = 0; i < a.n; i++) {
        const double *u = &f[0][3 * (a.n - 1 - i)];

        ck_assert_double_eq_tol(f[1][3 * i], cosine * u[0] - sine * u[1], 1e-9);
        ck_assert_double_eq_tol(f[1][3 * i + 1], sine * u[0] + cosine * u[1], 1e-9);
        ck_assert_double_eq_tol(f[1][3 * i + 2], u[2], 1e-9);
    }
    hps_gpr_destroy(g);
    hps_soap_destroy(s);
    hps_context_destroy(c);
}
END_TEST

/* ------------------------------------------- large frames, memory, threads */

/* A frame of more than one slab and chunk, its rows against the one of small frames by the fit
 * of both: predictions of forces at rows = gradient of the energy rows. */
typedef struct collected {
    int64_t n, ld;
    double *a, *y, *sigma;
    int64_t *frame;
} collected;

static hps_status collect(const hpsi_rows *r, void *arg)
{
    collected *c = arg;

    memcpy(c->a + c->n * r->ld, r->a, (size_t)(r->m * r->ld) * sizeof *r->a);
    memcpy(c->y + c->n, r->y, (size_t)r->m * sizeof *r->y);
    memcpy(c->sigma + c->n, r->sigma, (size_t)r->m * sizeof *r->sigma);
    memcpy(c->frame + c->n, r->frame, (size_t)r->m * sizeof *r->frame);
    c->n += r->m;
    return HPS_OK;
}

START_TEST(test_rows_of_a_frame_of_several_slabs_predict_its_forces)
{
    hps_context *c = atoms_context(2);
    hps_soap *s = atoms_soap(c, 3, 2);
    hps_gpr *g = trained(c, s, ATOMS_ALL);
    hps_dataset *d = atoms_dataset(c);
    hpsi_source source;
    atoms a = atoms_grid(6, 5, 3, _i == 1, 1, 31); /* 90 atoms */
    atoms small = atoms_grid(2, 2, 2, 1, 1, 32);
    int64_t rows = 3 * 98 + 12;
    collected x = {.n = 0};
    double *f = calloc(3 * 98, sizeof *f);
    double v[18];
    double e0[HPSI_ELEMENTS] = {0};

    atoms_add(d, &a, ATOMS_ALL, NULL);
    atoms_add(d, &small, ATOMS_ALL, NULL);
    x.a = calloc((size_t)(rows * g->sparse.total), sizeof *x.a);
    x.y = calloc((size_t)rows, sizeof *x.y);
    x.sigma = calloc((size_t)rows, sizeof *x.sigma);
    x.frame = calloc((size_t)rows, sizeof *x.frame);
    ck_assert_int_eq(hpsi_source_open(&source, s, d), HPS_OK);
    ck_assert_int_eq(hpsi_gpr_stream(g, &source, &g->sparse, e0, HPSI_ROWS_FORCE | HPSI_ROWS_VIRIAL,
                                     collect, &x),
                     HPS_OK);
    ck_assert_int_eq(x.n, rows);
    ck_assert_int_eq(hps_gpr_predict(g, d, NULL, f, v), HPS_OK);
    for (int64_t i = 0; i < rows; i++) {
        static const int where[6] = {0, 3, 6, 4, 7, 8};
        int64_t virial = i < 270   ? -1
                         : i < 276 ? where[i - 270]
                         : i < 300 ? -1
                                   : 9 + where[i - 300];
        int64_t force = i < 270 ? i : i - 6;
        double sum = 0;

        for (int32_t t = 0; t < g->sparse.total; t++) {
            sum -= x.a[i * g->sparse.total + t] * g->alpha[t] * DELTA * DELTA;
        }
        ck_assert_double_eq_tol(sum, virial >= 0 ? v[virial] : f[force], 1e-8);
        ck_assert_int_eq(x.frame[i], i >= 276);
        ck_assert_double_eq_tol(
            x.sigma[i], virial >= 0 ? SIGMA_VIRIAL * sqrt(i < 276 ? 90 : 8) : SIGMA_FORCE, 1e-15);
        if (virial < 0) {
            const atoms *of = i < 276 ? &a : &small;

            ck_assert_double_eq(x.y[i], -of->forces[i < 276 ? i : i - 276]);
        }
    }
    hpsi_source_close(&source);
    free(x.a);
    free(x.y);
    free(x.sigma);
    free(x.frame);
    free(f);
    hps_dataset_destroy(d);
    hps_gpr_destroy(g);
    hps_soap_destroy(s);
    hps_context_destroy(c);
}
END_TEST

/* Threads 1, 2, 3 and, last, a memory limit under which no descriptors are kept. Loop: 1 with
 * refinement. */
START_TEST(test_bits_depend_neither_on_threads_nor_on_kept_descriptors)
{
    enum { N = 8, ATOMS = 36 };
    double first[N + 3 * N * ATOMS + 9 * N];
    double now[N + 3 * N * ATOMS + 9 * N];

    for (int32_t run = 1; run <= 4; run++) {
        hps_context *c = atoms_context(run <= 3 ? run : 1);
        hps_soap *s = atoms_soap(c, 6, 6);
        hps_dataset *d = atoms_dataset(c);
        hps_gpr *g = model(c, s, ATOMS_ALL);
        int64_t bytes;
        int64_t kept;

        ck_assert_int_eq(hps_gpr_set_text(g, "sparse_method", "random"), HPS_OK);
        ck_assert_int_eq(hps_gpr_set_int(g, "refine", _i), HPS_OK);
        for (uint64_t i = 0; i < N; i++) {
            atoms a = atoms_grid(4, 3, 3, 1, 1, i);

            atoms_add(d, &a, ATOMS_ALL, NULL);
        }
        hpsi_source_memory(s, d, 0, &bytes, &kept);
        ck_assert_int_gt(kept, 0);
        if (run == 4) {
            int64_t held;

            ck_assert_int_eq(hps_context_memory(c, &held, NULL), HPS_OK);
            ck_assert_int_eq(hps_context_set_memory_limit(c, held + 4 * kept - 1), HPS_OK);
            hpsi_source_memory(s, d, 0, &bytes, &kept);
            ck_assert_int_eq(kept, 0);
        }
        ck_assert_msg(hps_gpr_fit(g, d) == HPS_OK, "%s", hps_last_error());
        ck_assert_int_eq(hps_gpr_predict(g, d, now, now + N, now + N + 3 * N * ATOMS), HPS_OK);
        if (run == 1) {
            memcpy(first, now, sizeof now);
        }
        ck_assert_mem_eq(now, first, sizeof now);
        hps_gpr_destroy(g);
        hps_dataset_destroy(d);
        hps_soap_destroy(s);
        hps_context_destroy(c);
    }
}
END_TEST

/* ----------------------------------------------------------------- memory */

START_TEST(test_memory_estimate_is_near_the_peak)
{
    static const char *const methods[] = {"random", "cur", "all"};
    static const int64_t n_sparse[] = {300, 40, 1000};

    for (int i = 0; i < 3; i++) {
        hps_context *c = atoms_context(1);
        hps_soap *s = atoms_soap(c, 6, 6);
        hps_dataset *d = atoms_dataset(c);
        hps_gpr *g = model(c, s, i == 1 ? ATOMS_ENERGY : ATOMS_ALL);
        int64_t before;
        int64_t peak;
        int64_t bytes;

        for (uint64_t k = 0; k < 10; k++) {
            atoms a = atoms_grid(4, 3, 3, 1, 1, k);

            atoms_add(d, &a, ATOMS_ALL, NULL);
        }
        ck_assert_int_eq(hps_gpr_set_text(g, "sparse_method", methods[i]), HPS_OK);
        ck_assert_int_eq(hps_gpr_set_int(g, "n_sparse", n_sparse[i]), HPS_OK);
        ck_assert_int_eq(hps_gpr_memory(g, d, &bytes), HPS_OK);
        ck_assert_int_eq(hps_context_memory(c, &before, NULL), HPS_OK);
        ck_assert_int_eq(hps_gpr_fit(g, d), HPS_OK);
        ck_assert_int_eq(hps_context_memory(c, NULL, &peak), HPS_OK);
        ck_assert_msg(fabs((double)bytes / (double)(peak - before) - 1) < 0.2,
                      "%s: estimated %lld, peak %lld", methods[i], (long long)bytes,
                      (long long)(peak - before));
        hps_gpr_destroy(g);
        hps_dataset_destroy(d);
        hps_soap_destroy(s);
        hps_context_destroy(c);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gpr");
    TCase *tc = tcase_create("gpr");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_energies_give_the_coefficients_of_dense_normal_equations);
    tcase_add_test(tc, test_forces_alone_give_the_coefficients_of_dense_normal_equations);
    tcase_add_test(tc, test_forces_and_virials_give_the_coefficients_of_dense_normal_equations);
    tcase_add_loop_test(tc, test_forces_and_virial_are_derivatives_of_the_energy, 0, 2);
    tcase_add_test(tc, test_rotation_and_order_of_atoms_do_not_matter);
    tcase_add_loop_test(tc, test_rows_of_a_frame_of_several_slabs_predict_its_forces, 0, 2);
    tcase_add_loop_test(tc, test_bits_depend_neither_on_threads_nor_on_kept_descriptors, 0, 2);
    tcase_add_test(tc, test_memory_estimate_is_near_the_peak);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
