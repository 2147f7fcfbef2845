/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbour lists against a plain loop over images, coordination numbers of known lattices,
 * and properties: opposite pairs, rotation, permutation, whole-cell shifts, blocks. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/internal.h"
#include "support/suite.h"

#define MAX_ATOMS 700
#define MAX_PAIRS 400000

typedef struct pair {
    int32_t i, j;
    double v[3];
} pair;

static pair expected[MAX_PAIRS];
static int32_t numbers[MAX_ATOMS];
static double positions[3 * MAX_ATOMS], cell[9];
static uint64_t state;

static double uniform(double low, double high)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return low + (high - low) * (double)(state >> 11) * 0x1p-53;
}

static hps_frame make_frame(int32_t n, const int32_t periodic[3])
{
    hps_frame f = {0};

    for (int32_t i = 0; i < n; i++) {
        numbers[i] = 6;
    }
    f.n_atoms = n;
    f.numbers = numbers;
    f.positions = positions;
    f.cell = cell;
    memcpy(f.periodic, periodic, sizeof f.periodic);
    return f;
}

/* Distance of the planes of direction k, free rows taken as normal to the others. */
static double height(int32_t k, const int32_t periodic[3])
{
    const double *a = cell + 3 * k;
    double rest[3] = {a[0], a[1], a[2]};
    double u[2][3];
    int32_t n = 0;

    for (int32_t o = 1; o < 3; o++) { /* Gram-Schmidt against the other periodic rows */
        const double *b = cell + 3 * ((k + o) % 3);
        double w[3] = {b[0], b[1], b[2]};

        if (!periodic[(k + o) % 3]) {
            continue;
        }
        for (int32_t m = 0; m < n; m++) {
            const double d = w[0] * u[m][0] + w[1] * u[m][1] + w[2] * u[m][2];
            for (int32_t c = 0; c < 3; c++) {
                w[c] -= d * u[m][c];
            }
        }
        for (int32_t c = 0; c < 3; c++) {
            u[n][c] = w[c] / sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2]);
        }
        n++;
    }
    for (int32_t m = 0; m < n; m++) {
        const double d = rest[0] * u[m][0] + rest[1] * u[m][1] + rest[2] * u[m][2];
        for (int32_t c = 0; c < 3; c++) {
            rest[c] -= d * u[m][c];
        }
    }
    return sqrt(rest[0] * rest[0] + rest[1] * rest[1] + rest[2] * rest[2]);
}

/* Pairs of i with images of j, by a loop over more images than can matter; n counts on. */
static int64_t brute_pair(const hps_frame *f, double cutoff, const double h[3], int32_t i,
                          int32_t j, int64_t n)
{
    double d[3];
    int32_t most[3] = {0};

    for (int32_t c = 0; c < 3; c++) {
        d[c] = f->positions[3 * j + c] - f->positions[3 * i + c];
    }
    for (int32_t k = 0; k < 3; k++) {
        const double reach = cutoff + sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
        most[k] = f->periodic[k] ? (int32_t)ceil(reach / h[k]) + 1 : 0;
    }
    for (int32_t p = -most[0]; p <= most[0]; p++) {
        for (int32_t q = -most[1]; q <= most[1]; q++) {
            for (int32_t t = -most[2]; t <= most[2]; t++) {
                double v[3];
                for (int32_t c = 0; c < 3; c++) {
                    v[c] = d[c] + (p * cell[c] + q * cell[3 + c] + t * cell[6 + c]);
                }
                if ((i == j && p == 0 && q == 0 && t == 0) ||
                    !(sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) < cutoff)) {
                    continue;
                }
                ck_assert(n < MAX_PAIRS);
                expected[n].i = i;
                expected[n].j = j;
                memcpy(expected[n++].v, v, sizeof v);
            }
        }
    }
    return n;
}

static int64_t brute_force(const hps_frame *f, double cutoff)
{
    double h[3];
    int64_t n = 0;

    for (int32_t k = 0; k < 3; k++) {
        h[k] = f->periodic[k] ? height(k, f->periodic) : 1;
    }
    for (int32_t i = 0; i < f->n_atoms; i++) {
        for (int32_t j = 0; j < f->n_atoms; j++) {
            n = brute_pair(f, cutoff, h, i, j, n);
        }
    }
    return n;
}

static void compare(const hps_frame *f, double cutoff)
{
    const int64_t n = brute_force(f, cutoff);
    hpsi_neighbours nb = {0};

    ck_assert_msg(hpsi_neighbours_build(&nb, NULL, f, cutoff, 0, f->n_atoms) == HPS_OK, "%s",
                  hps_last_error());
    ck_assert_msg(nb.n_pairs == n, "%lld pairs, brute force %lld, cutoff %g, pbc %d%d%d, %d atoms",
                  (long long)nb.n_pairs, (long long)n, cutoff, f->periodic[0], f->periodic[1],
                  f->periodic[2], f->n_atoms);
    ck_assert_int_eq(nb.start[0], 0);
    ck_assert_int_eq(nb.start[f->n_atoms], n);
    for (int32_t i = 0; i < f->n_atoms; i++) {
        for (int64_t p = nb.start[i]; p < nb.start[i + 1]; p++) {
            const double *v = expected[p].v;
            ck_assert_int_eq(i, expected[p].i);
            ck_assert_int_eq(nb.atom[p], expected[p].j);
            ck_assert_double_eq_tol(nb.x[p], v[0], 1e-12 * (1 + cutoff));
            ck_assert_double_eq_tol(nb.y[p], v[1], 1e-12 * (1 + cutoff));
            ck_assert_double_eq_tol(nb.z[p], v[2], 1e-12 * (1 + cutoff));
            ck_assert_double_eq_tol(nb.r[p], sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]),
                                    1e-12 * (1 + cutoff));
        }
    }
    hpsi_neighbours_free(&nb);
}

/* kind 0: box; 1: triclinic; 2: left-handed; 3: strongly skewed */
static void random_cell(int32_t kind, double edge)
{
    memset(cell, 0, sizeof cell);
    for (int32_t k = 0; k < 3; k++) {
        cell[4 * k] = edge * uniform(0.7, 1.3);
    }
    for (int32_t i = 0; kind > 0 && i < 9; i++) {
        cell[i] += edge * uniform(-0.25, 0.25);
    }
    for (int32_t c = 0; kind == 2 && c < 3; c++) {
        const double t = cell[c];
        cell[c] = cell[3 + c];
        cell[3 + c] = t;
    }
    for (int32_t c = 0; kind == 3 && c < 3; c++) {
        cell[3 + c] += 2 * cell[c];
        cell[6 + c] -= cell[c] + cell[3 + c];
    }
}

/* spread 1: inside the cell; more: in cells further out */
static void random_atoms(int32_t n, double spread)
{
    for (int32_t i = 0; i < n; i++) {
        const double s[3] = {uniform(0, spread), uniform(-spread, spread), uniform(0, spread)};
        for (int32_t c = 0; c < 3; c++) {
            positions[3 * i + c] = s[0] * cell[c] + s[1] * cell[3 + c] + s[2] * cell[6 + c];
        }
    }
}

START_TEST(test_small_cells_agree_with_brute_force)
{
    static const double cutoffs[] = {0.3, 0.9, 1.7, 4.0};

    state = (uint64_t)_i + 1;
    for (int32_t bits = 0; bits < 8; bits++) {
        const int32_t periodic[3] = {bits & 1, bits >> 1 & 1, bits >> 2};
        for (int32_t c = 0; c < 4; c++) {
            const int32_t n = (c == 3 ? 1 : 1 + (int32_t)uniform(0, c == 2 ? 4 : 9));
            const double edge = uniform(1, 6);
            hps_frame f = make_frame(n, periodic);

            random_cell(_i, edge);
            random_atoms(n, c == 0 ? 2.5 : 1);
            compare(&f, cutoffs[c] * edge);
        }
    }
}
END_TEST

START_TEST(test_binned_frames_agree_with_brute_force)
{
    static const int32_t sizes[] = {24, 60, 110, 300};

    state = (uint64_t)_i + 77;
    for (int32_t bits = 0; bits < 8; bits++) {
        const int32_t periodic[3] = {bits & 1, bits >> 1 & 1, bits >> 2};
        for (int32_t s = 0; s < (bits == 7 && _i == 3 ? 4 : 3); s++) {
            const double edge = cbrt(8.0 * sizes[s]);
            hps_frame f = make_frame(sizes[s], periodic);

            random_cell(_i, edge);
            random_atoms(sizes[s], s == 1 ? 1.5 : 1);
            compare(&f, s == 0 ? 1.1 * edge : uniform(1.5, 4));
        }
    }
}
END_TEST

START_TEST(test_cluster_without_cell)
{
    const int32_t periodic[3] = {0, 0, 0};
    hps_frame f = make_frame(200, periodic);

    state = 5;
    random_cell(0, 12);
    random_atoms(200, 1);
    memset(cell, 0, sizeof cell);
    f.cell = NULL;
    compare(&f, 3.0);
    compare(&f, 100.0);
    f.n_atoms = 1;
    compare(&f, 3.0);
    f.n_atoms = 2;
    compare(&f, 20.0);
}
END_TEST

/* A wide frame: two distant clusters of a thousand angstrom apart, bins mostly empty. */
START_TEST(test_far_clusters_far_from_the_origin)
{
    const int32_t periodic[3] = {0, 1, 0};
    hps_frame f = make_frame(100, periodic);

    state = 6;
    memset(cell, 0, sizeof cell);
    cell[4] = 9;
    for (int32_t i = 0; i < 100; i++) {
        positions[3 * i] = uniform(0, 6) + (i % 2 ? 1000 : 5000);
        positions[3 * i + 1] = uniform(0, 9) - 9 * (i % 3);
        positions[3 * i + 2] = uniform(-4, 4) + 1e5;
    }
    compare(&f, 3.5);
}
END_TEST

/* Simple cubic, fcc and bcc shells; a neighbour at the cut-off is not one. */
START_TEST(test_known_coordination)
{
    static const struct {
        double row[9], cutoff;
        int64_t count;
    } cases[] = {
        {{2, 0, 0, 0, 2, 0, 0, 0, 2}, 2.0, 0},     {{2, 0, 0, 0, 2, 0, 0, 0, 2}, 2.0000001, 6},
        {{2, 0, 0, 0, 2, 0, 0, 0, 2}, 2.9, 18},    {{2, 0, 0, 0, 2, 0, 0, 0, 2}, 3.5, 26},
        {{0, 2, 2, 2, 0, 2, 2, 2, 0}, 2.9, 12},    {{0, 2, 2, 2, 0, 2, 2, 2, 0}, 4.1, 18},
        {{0, 2, 2, 2, 0, 2, 2, 2, 0}, 4.95, 42},   {{-1, 1, 1, 1, -1, 1, 1, 1, -1}, 1.8, 8},
        {{-1, 1, 1, 1, -1, 1, 1, 1, -1}, 2.1, 14}, {{-1, 1, 1, 1, -1, 1, 1, 1, -1}, 2.9, 26},
    };
    const int32_t periodic[3] = {1, 1, 1};

    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        hpsi_neighbours nb = {0};
        hps_frame f = make_frame(1, periodic);

        memcpy(cell, cases[k].row, sizeof cell);
        positions[0] = 0.3;
        positions[1] = -7.1;
        positions[2] = 1e3;
        ck_assert_int_eq(hpsi_neighbours_build(&nb, NULL, &f, cases[k].cutoff, 0, 1), HPS_OK);
        ck_assert_int_eq(nb.n_pairs, cases[k].count);
        hpsi_neighbours_free(&nb);
    }
}
END_TEST

static void large_frame(hps_frame *f)
{
    const int32_t periodic[3] = {1, 1, 1};

    state = 11;
    *f = make_frame(400, periodic);
    random_cell(1, 15);
    random_atoms(400, 1.2);
}

START_TEST(test_opposite_pairs_have_the_same_bits)
{
    hpsi_neighbours nb = {0};
    hps_frame f;

    large_frame(&f);
    ck_assert_int_eq(hpsi_neighbours_build(&nb, NULL, &f, 4.0, 0, f.n_atoms), HPS_OK);
    ck_assert(nb.n_pairs > 10000);
    for (int32_t i = 0; i < f.n_atoms; i++) {
        for (int64_t p = nb.start[i]; p < nb.start[i + 1]; p++) {
            const int32_t j = nb.atom[p];
            int32_t found = 0;
            for (int64_t q = nb.start[j]; q < nb.start[j + 1]; q++) {
                found += nb.atom[q] == i && nb.x[q] == -nb.x[p] && nb.y[q] == -nb.y[p] &&
                         nb.z[q] == -nb.z[p] && nb.r[q] == nb.r[p];
            }
            ck_assert_int_eq(found, 1);
        }
    }
    hpsi_neighbours_free(&nb);
}
END_TEST

START_TEST(test_blocks_and_reuse_change_nothing)
{
    hpsi_neighbours whole = {0};
    hpsi_neighbours part = {0};
    hps_frame f;
    hps_frame small;

    large_frame(&f);
    small = f;
    small.n_atoms = 5;
    ck_assert_int_eq(hpsi_neighbours_build(&whole, NULL, &f, 4.5, 0, f.n_atoms), HPS_OK);
    for (int32_t first = 0; first < f.n_atoms; first += 7) {
        const int32_t count = f.n_atoms - first < 7 ? f.n_atoms - first : 7;
        const int64_t begin = whole.start[first];

        if (first % 3 == 0) { /* another frame in between */
            ck_assert_int_eq(hpsi_neighbours_build(&part, NULL, &small, 9, 0, 5), HPS_OK);
        }
        ck_assert_int_eq(hpsi_neighbours_build(&part, NULL, &f, 4.5, first, count), HPS_OK);
        ck_assert_int_eq(part.n_pairs, whole.start[first + count] - begin);
        for (int64_t p = 0; p < part.n_pairs; p++) {
            ck_assert_int_eq(part.atom[p], whole.atom[begin + p]);
            ck_assert(part.x[p] == whole.x[begin + p] && part.y[p] == whole.y[begin + p] &&
                      part.z[p] == whole.z[begin + p] && part.r[p] == whole.r[begin + p]);
        }
    }
    hpsi_neighbours_free(&whole);
    hpsi_neighbours_free(&part);
}
END_TEST

/* The arrays may be used again for another structure: nothing remembered may be stale. */
START_TEST(test_same_address_other_content)
{
    hpsi_neighbours nb = {0};
    const int32_t periodic[3] = {1, 1, 1};
    hps_frame f = make_frame(2, periodic);

    memset(cell, 0, sizeof cell);
    cell[0] = cell[4] = cell[8] = 10;
    memset(positions, 0, sizeof positions);
    positions[3] = 2;
    ck_assert_int_eq(hpsi_neighbours_build(&nb, NULL, &f, 3, 0, 2), HPS_OK);
    ck_assert_int_eq(nb.n_pairs, 2);
    positions[3] = 4;
    ck_assert_int_eq(hpsi_neighbours_build(&nb, NULL, &f, 3, 0, 2), HPS_OK);
    ck_assert_int_eq(nb.n_pairs, 0);
    cell[0] = 6;
    ck_assert_int_eq(hpsi_neighbours_build(&nb, NULL, &f, 3, 0, 2), HPS_OK);
    ck_assert_int_eq(nb.n_pairs, 2);
    f.periodic[0] = 0;
    ck_assert_int_eq(hpsi_neighbours_build(&nb, NULL, &f, 3, 0, 2), HPS_OK);
    ck_assert_int_eq(nb.n_pairs, 0);
    ck_assert_int_eq(hpsi_neighbours_build(&nb, NULL, &f, 4.5, 0, 2), HPS_OK);
    ck_assert_int_eq(nb.n_pairs, 2);
    f.cell = NULL;
    f.periodic[1] = f.periodic[2] = 0;
    ck_assert_int_eq(hpsi_neighbours_build(&nb, NULL, &f, 4.5, 1, 1), HPS_OK);
    ck_assert_int_eq(nb.n_pairs, 1);
    ck_assert_double_eq(nb.x[0], -4);
    hpsi_neighbours_free(&nb);
}
END_TEST

/* Sorted distances of all pairs. */
static int ascending(const void *a, const void *b)
{
    const double d = *(const double *)a - *(const double *)b;
    return d < 0 ? -1 : d > 0;
}

static int64_t distances(const hps_frame *f, double cutoff, double *r)
{
    hpsi_neighbours nb = {0};
    int64_t n;

    ck_assert_int_eq(hpsi_neighbours_build(&nb, NULL, f, cutoff, 0, f->n_atoms), HPS_OK);
    n = nb.n_pairs;
    ck_assert(n < MAX_PAIRS);
    memcpy(r, nb.r, (size_t)n * sizeof *r);
    qsort(r, (size_t)n, sizeof *r, ascending);
    hpsi_neighbours_free(&nb);
    return n;
}

/* Rotating the frame, moving atoms by whole cells or renumbering them keeps all distances. */
START_TEST(test_distances_are_invariant)
{
    static double before[MAX_PAIRS], after[MAX_PAIRS];
    const double c = cos(0.7);
    const double s = sin(0.7);
    hps_frame f;
    int64_t n;

    large_frame(&f);
    n = distances(&f, 4.0, before);
    for (int32_t i = 0; i < f.n_atoms; i++) {
        const int32_t shift = i % 5 - 2;
        for (int32_t k = 0; k < 3; k++) {
            positions[3 * i + k] += shift * cell[k] + (i % 3) * cell[6 + k];
        }
    }
    for (int32_t i = 0; i < 3; i++) { /* renumber */
        const double t = positions[i];
        positions[i] = positions[3 * 333 + i];
        positions[3 * 333 + i] = t;
    }
    for (int32_t i = 0; i < f.n_atoms + 3; i++) { /* rotate about z, then x */
        double *v = i < f.n_atoms ? positions + 3 * i : cell + 3 * (i - f.n_atoms);
        const double x = c * v[0] - s * v[1];
        const double y = s * v[0] + c * v[1];
        v[0] = x;
        v[1] = c * y - s * v[2];
        v[2] = s * y + c * v[2];
    }
    ck_assert_int_eq(distances(&f, 4.0, after), n);
    for (int64_t p = 0; p < n; p++) {
        ck_assert_double_eq_tol(before[p], after[p], 1e-11);
    }
}
END_TEST

START_TEST(test_bad_arguments)
{
    const int32_t periodic[3] = {1, 1, 1};
    hpsi_neighbours nb = {0};
    hps_frame f = make_frame(1, periodic);

    memset(cell, 0, sizeof cell);
    memset(positions, 0, sizeof positions);
    ck_assert_int_eq(hpsi_neighbours_build(&nb, NULL, &f, 0, 0, 1), HPS_E_ARGUMENT);
    ck_assert_int_eq(hpsi_neighbours_build(&nb, NULL, &f, (double)NAN, 0, 1), HPS_E_ARGUMENT);
    ck_assert_int_eq(hpsi_neighbours_build(&nb, NULL, &f, 1, 0, 2), HPS_E_ARGUMENT);
    ck_assert_int_eq(hpsi_neighbours_build(&nb, NULL, &f, 1, -1, 1), HPS_E_ARGUMENT);
    ck_assert_int_eq(hpsi_neighbours_build(&nb, NULL, &f, 1, 0, 1), HPS_E_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "singular"));
    cell[0] = cell[4] = cell[8] = 1;
    ck_assert_int_eq(hpsi_neighbours_build(&nb, NULL, &f, 1e4, 0, 1), HPS_E_MEMORY);
    ck_assert_ptr_nonnull(strstr(hps_last_error(), "periodic images"));
    ck_assert_int_eq(nb.n_pairs, 0);
    hpsi_neighbours_free(&nb);
    hpsi_neighbours_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dataset_neighbours");
    TCase *tc = tcase_create("all");

    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, test_small_cells_agree_with_brute_force, 0, 4);
    tcase_add_loop_test(tc, test_binned_frames_agree_with_brute_force, 0, 4);
    tcase_add_test(tc, test_cluster_without_cell);
    tcase_add_test(tc, test_far_clusters_far_from_the_origin);
    tcase_add_test(tc, test_known_coordination);
    tcase_add_test(tc, test_opposite_pairs_have_the_same_bits);
    tcase_add_test(tc, test_blocks_and_reuse_change_nothing);
    tcase_add_test(tc, test_same_address_other_content);
    tcase_add_test(tc, test_distances_are_invariant);
    tcase_add_test(tc, test_bad_arguments);
    suite_add_tcase(suite, tc);
    return suite_end(suite);
}
