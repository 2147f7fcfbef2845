/* SPDX-License-Identifier: BSD-3-Clause */
/* Private parts of the swarm: coordinates, the archive's look-up, pieces of a batch. */
#include "support/swarm_run.h"
#include "swarm/internal.h"

static const char *const variants[] = {"paper", "swarm", "guided"};

static hpsi_param param(int32_t kind, int32_t scale, double lo, double hi)
{
    hpsi_param p = {.kind = kind, .scale = scale, .lo = lo, .hi = hi};
    return p;
}

/* --------------------------------------------------------- coordinates */

START_TEST(test_reals_map_both_ways)
{
    hpsi_param linear = param(HPS_PARAM_REAL, HPS_SCALE_LINEAR, -3.0, 5.0);
    hpsi_param log_scale = param(HPS_PARAM_REAL, HPS_SCALE_LOG, 1e-6, 1e3);
    ck_assert(hpsi_param_value(&linear, 0.0) == -3.0 && hpsi_param_value(&linear, 1.0) == 5.0);
    ck_assert(hpsi_param_value(&linear, 0.25) == -1.0);
    ck_assert(hpsi_param_value(&log_scale, 0.0) == 1e-6);
    ck_assert(hpsi_param_value(&log_scale, 1.0) == 1e3);
    ck_assert_double_eq_tol(hpsi_param_value(&log_scale, 2.0 / 3.0), 1.0, 1e-14);
    for (int k = 0; k <= 1000; k++) {
        double u = k / 1000.0;
        for (int which = 0; which < 2; which++) {
            const hpsi_param *p = which ? &log_scale : &linear;
            double x = hpsi_param_value(p, u);
            ck_assert(x >= p->lo && x <= p->hi);
            ck_assert_double_eq_tol(hpsi_param_unit(p, x), u, 1e-14);
            ck_assert(hpsi_param_snap(p, u) == u);
        }
    }
    ck_assert_int_eq(hpsi_param_levels(&linear), 0);
}
END_TEST

/* Every level owns its centre, levels come in order, and a value finds its way back. */
static void check_levels(double lo, double hi, int32_t scale)
{
    hpsi_param p = param(HPS_PARAM_INT, scale, lo, hi);
    int64_t n = hpsi_param_levels(&p), previous = 0;
    ck_assert(n == (int64_t)(hi - lo) + 1);
    for (int64_t level = 0; level < n; level++) {
        double u = hpsi_param_centre(&p, level);
        ck_assert(u > 0.0 && u < 1.0);
        ck_assert_int_eq(hpsi_param_level(&p, u), level);
        ck_assert(hpsi_param_value(&p, u) == lo + (double)level);
        ck_assert(hpsi_param_unit(&p, lo + (double)level) == u);
        ck_assert(hpsi_param_snap(&p, u) == u);
    }
    for (int k = 0; k <= 5000; k++) {
        int64_t level = hpsi_param_level(&p, k / 5000.0);
        ck_assert_int_ge(level, previous);
        ck_assert_int_lt(level, n);
        previous = level;
    }
    ck_assert_int_eq(hpsi_param_level(&p, 0.0), 0);
    ck_assert_int_eq(hpsi_param_level(&p, 1.0), n - 1);
}

START_TEST(test_levels_map_both_ways)
{
    check_levels(0, 0, HPS_SCALE_LINEAR);
    check_levels(-7, 12, HPS_SCALE_LINEAR);
    check_levels(1, 1, HPS_SCALE_LOG);
    check_levels(1, 2, HPS_SCALE_LOG);
    check_levels(1, 5000, HPS_SCALE_LOG);
    check_levels(300, 999, HPS_SCALE_LOG);
    hpsi_param wide = param(HPS_PARAM_INT, HPS_SCALE_LINEAR, -2147483648.0, 2147483648.0);
    ck_assert_int_eq(hpsi_param_levels(&wide), INT64_C(4294967297));
    ck_assert(hpsi_param_value(&wide, hpsi_param_unit(&wide, 2147483648.0)) == 2147483648.0);
    ck_assert(hpsi_param_value(&wide, hpsi_param_unit(&wide, -2147483647.0)) == -2147483647.0);
}
END_TEST

/* On a linear scale the levels share the interval evenly, on a log scale in ln x. */
START_TEST(test_levels_have_their_share)
{
    hpsi_param p = param(HPS_PARAM_INT, HPS_SCALE_LOG, 1, 100);
    int low = 0, all = 100000;
    for (int k = 0; k < all; k++) {
        low += hpsi_param_value(&p, (k + 0.5) / all) <= 10.0;
    }
    double expected = log(10.5 / 0.5) / log(100.5 / 0.5);
    ck_assert_double_eq_tol((double)low / all, expected, 1e-4);
    hpsi_param even = param(HPS_PARAM_INT, HPS_SCALE_LINEAR, 0, 4);
    for (int k = 0; k < 5; k++) {
        ck_assert(hpsi_param_value(&even, (k + 1e-6) / 5.0) == k);
        ck_assert(hpsi_param_value(&even, (k + 1.0 - 1e-6) / 5.0) == k);
    }
}
END_TEST

START_TEST(test_reflection)
{
    ck_assert(hpsi_reflect(0.3) == 0.3 && hpsi_reflect(0.0) == 0.0 && hpsi_reflect(1.0) == 1.0);
    ck_assert(hpsi_reflect(-0.25) == 0.25 && hpsi_reflect(1.25) == 0.75);
    ck_assert(hpsi_reflect(-5.0) == 1.0 && hpsi_reflect(5.0) == 0.0);
}
END_TEST

/* ------------------------------------------------------------- archive */

START_TEST(test_archive_finds_within_its_tolerance)
{
    enum { POINTS = 3000 };
    hpsi_archive a = {.n_dims = 3, .n_params = 1};
    double x = 0.0;
    for (int k = 0; k < POINTS; k++) {
        double u[3];
        for (int d = 0; d < 3; d++) {
            u[d] = hpsi_uniform(1, 0, (uint32_t)k, 0, (uint32_t)d).u[0];
        }
        CK_OK(hpsi_archive_reserve(&a, 1));
        ck_assert_int_eq(hpsi_archive_add(&a, u, &x), k);
    }
    for (int64_t k = 0; k < POINTS; k++) {
        double u[3];
        memcpy(u, a.u + 3 * k, sizeof u);
        ck_assert_int_eq(hpsi_archive_find(&a, u, POINTS, 0), k);
        ck_assert_int_eq(hpsi_archive_find(&a, u, POINTS, 1), k);
        for (int d = 0; d < 3; d++) {
            u[d] += d == 1 ? -0.9e-12 : 0.9e-12;
        }
        ck_assert_int_eq(hpsi_archive_find(&a, u, POINTS, 0), k);
        ck_assert_int_eq(hpsi_archive_find(&a, u, POINTS, 1), -1);
        u[k % 3] = a.u[3 * k + k % 3] + 0.9e-9; /* same batch only */
        ck_assert_int_eq(hpsi_archive_find(&a, u, POINTS, 0), -1);
        ck_assert_int_eq(hpsi_archive_find(&a, u, 0, 0), k);
        u[k % 3] += 0.2e-9;
        ck_assert_int_eq(hpsi_archive_find(&a, u, 0, 0), -1);
    }
    hpsi_archive_free(&a);
    double u[3] = {0};
    ck_assert_int_eq(hpsi_archive_find(&a, u, 0, 0), -1);
}
END_TEST

/* The rule itself, row by row. */
static int64_t find_slowly(const hpsi_archive *a, const double *u, int64_t batch, int exact)
{
    for (int64_t r = 0; r < a->n; r++) {
        double tolerance = exact ? 0.0 : r >= batch ? 1e-9 : 1e-12;
        int same = 1;
        for (int32_t d = 0; d < a->n_dims; d++) {
            same = same && fabs(a->u[r * a->n_dims + d] - u[d]) <= tolerance;
        }
        if (same) {
            return r;
        }
    }
    return -1;
}

/* Row k of a swarm that contracts to a point from 1 to 1e-17, now and then where it was. */
static void contract(uint32_t k, int32_t n_dims, uint32_t n, double *u)
{
    uint32_t of = k % 7 == 6 ? k - 5 : k;
    double width = pow(10.0, -17.0 * of / n);
    for (int32_t d = 0; d < n_dims; d++) {
        double r = hpsi_uniform(7, 0, of, 0, (uint32_t)d).u[0];
        double centre = d % 3 == 1 ? 0.0 : 0.3 + 0.02 * d;
        u[d] = centre + width * (d % 3 == 1 ? r : r - 0.5);
    }
    if (k % 11 == 3 && n_dims > 1) {
        u[1] = -0.0;
    }
}

/* Both ways for a point and for its neighbours on either side; how many of them are found. */
static int64_t check_around(const hpsi_archive *a, const double *u)
{
    static const double away[] = {0.0, 0.9e-12, -0.9e-12, 0.9e-9, -0.9e-9};
    int64_t found = 0;
    for (int k = 0; k < 5; k++) {
        double v[40];
        for (int32_t d = 0; d < a->n_dims; d++) {
            v[d] = u[d] == 0.0 && k == 0 ? -u[d] : u[d] + away[k];
        }
        for (int64_t batch = a->n > 40 ? a->n - 40 : 0; batch <= a->n; batch += 20) {
            for (int exact = 0; exact < 2; exact++) {
                int64_t r = find_slowly(a, v, batch, exact);
                ck_assert_int_eq(hpsi_archive_find(a, v, batch, exact), r);
                found += r >= 0;
            }
        }
    }
    return found;
}

START_TEST(test_archive_finds_what_row_by_row_is_found)
{
    enum { POINTS = 500 };
    static const int32_t dims[] = {1, 2, 3, 40};
    hpsi_archive a = {.n_dims = dims[_i], .n_params = 1};
    double x = 0.0, u[40];
    int64_t before = 0, after = 0;
    for (uint32_t k = 0; k < POINTS; k++) {
        contract(k, a.n_dims, POINTS, u);
        before += check_around(&a, u);
        CK_OK(hpsi_archive_reserve(&a, 1));
        ck_assert_int_eq(hpsi_archive_add(&a, u, &x), k);
        after += check_around(&a, u);
    }
    ck_assert_int_gt(before, POINTS);
    ck_assert_int_gt(after, 10 * POINTS);
    hpsi_archive_free(&a);
}
END_TEST

static int64_t longest(const hpsi_archive *a, int32_t chain)
{
    int64_t most = 0;
    for (int64_t i = 0; i < a->n_heads; i++) {
        int64_t n = 0;
        for (int64_t r = a->head[chain * a->n_heads + i]; r >= 0; r = a->rows[r].next[chain]) {
            n++;
        }
        most = n > most ? n : most;
    }
    return most;
}

/* A swarm of width 1e-7 and one whose points differ in the last digits only: neither may end in
 * one chain, or every look-up takes as long as the run is old. */
START_TEST(test_archive_has_short_chains)
{
    enum { POINTS = 4000 };
    double width = _i == 0 ? 1e-7 : 1e-13;
    hpsi_archive a = {.n_dims = 5, .n_params = 1};
    double x = 0.0, u[5];
    CK_OK(hpsi_archive_reserve(&a, POINTS));
    for (uint32_t k = 0; k < POINTS; k++) {
        for (uint32_t d = 0; d < 5; d++) {
            u[d] = 0.5 + width * hpsi_uniform(3, 0, k, 0, d).u[0];
        }
        ck_assert_int_eq(hpsi_archive_add(&a, u, &x), k);
    }
    ck_assert_int_le(longest(&a, HPSI_CHAIN_BITS), 12);
    if (_i == 0) {
        ck_assert_int_le(longest(&a, HPSI_CHAIN_NEAR), 24);
    }
    hpsi_archive_free(&a);
}
END_TEST

/* -------------------------------------------------------------- engine */

START_TEST(test_option_enum_follows_the_table)
{
    static const char *const names[HPSI_SWARM_OPTIONS] = {"variant",
                                                          "particles",
                                                          "seed",
                                                          "c1",
                                                          "c2",
                                                          "dt",
                                                          "gbest",
                                                          "max_evaluations",
                                                          "max_iterations",
                                                          "target",
                                                          "stagnation",
                                                          "stagnation_tolerance",
                                                          "time_limit",
                                                          "accept_infinity",
                                                          "draws",
                                                          "stagnation_iterations",
                                                          "significance",
                                                          "significance_absolute",
                                                          "budget",
                                                          "seekers",
                                                          "retry",
                                                          "asynchronous",
                                                          "workers",
                                                          "noisy"};
    ck_assert_int_eq(hpsi_swarm_options.n, HPSI_SWARM_OPTIONS);
    for (int i = 0; i < HPSI_SWARM_OPTIONS; i++) {
        ck_assert_str_eq(hpsi_swarm_options.rows[i].name, names[i]);
    }
}
END_TEST

START_TEST(test_first_design_is_a_latin_hypercube)
{
    hps_swarm *e = mixed_swarm(NULL, "swarm", 100);
    int64_t id[20];
    double x[20 * MIXED_PARAMS];
    int32_t n;
    CK_OK(hps_swarm_set_int(e, "particles", 20));
    CK_OK(hps_swarm_ask(e, 20, &n, id, x));
    ck_assert_int_eq(n, 20);
    for (int d = 0; d < e->n_dims; d++) {
        int seen[20] = {0};
        for (int i = 0; i < 20; i++) {
            double u = e->x[i * e->n_dims + d], v = e->v[i * e->n_dims + d];
            ck_assert_int_eq(seen[(int)(20.0 * u)]++, 0);
            ck_assert(v >= -0.5 * u && v <= 0.5 * (1.0 - u)); /* towards a point of the cube */
        }
    }
    hps_swarm_destroy(e);
}
END_TEST

/* swarm.md 1.2: p with weight c1, g with c2, stay with 1, anew with probability 1/D */
START_TEST(test_a_choice_moves_by_weights)
{
    hps_swarm *e = mixed_swarm(NULL, "paper", 100);
    one_round(e, 16);
    double count[4] = {0};
    int32_t colour = 4, all = 60000;
    e->p[colour] = 0.11;
    e->g[colour] = 0.22;
    e->x[colour] = 0.33;
    for (e->iteration = 0; e->iteration < all; e->iteration++) {
        double u = hpsi_swarm_move_choice(e, 0, colour, 1.0, 2.0);
        count[u == 0.11 ? 0 : u == 0.22 ? 1 : u == 0.33 ? 2 : 3] += 1.0 / all;
    }
    ck_assert_double_eq_tol(count[0], 0.8 * 0.25, 0.01);
    ck_assert_double_eq_tol(count[1], 0.8 * 0.50, 0.01);
    ck_assert_double_eq_tol(count[2], 0.8 * 0.25, 0.01);
    ck_assert_double_eq_tol(count[3], 0.2, 0.01);
    hps_swarm_destroy(e);
}
END_TEST

/* A swarm put on top of known points is moved off them, close by for the real ones. */
START_TEST(test_known_points_are_repaired)
{
    hps_swarm *e = mixed_swarm(NULL, "swarm", 200);
    one_round(e, 12);
    double before[12 * 5];
    ck_assert_int_eq(e->n_dims, 5);
    e->fresh = 0;
    for (int k = 0; k < 12 * 5; k++) { /* everybody rests on p = g: no move of its own */
        e->p[k] = e->x[k] = e->archive.u[k % 5];
        e->v[k] = 0.0;
        e->g[k % 5] = e->archive.u[k % 5];
    }
    for (int i = 0; i < 12; i++) {
        e->p_f[i] = 1.0;
        e->x[i * 5 + 4] = e->p[i * 5 + 4];
    }
    memcpy(before, e->x, sizeof before);
    CK_OK(hpsi_swarm_plan(e));
    ck_assert_int_eq(e->archive.n, 24);
    int changed = 0;
    for (int i = 0; i < 12; i++) {
        double d0 = fabs(e->x[i * 5] - before[i * 5]),
               d1 = fabs(e->x[i * 5 + 1] - before[i * 5 + 1]);
        ck_assert(d0 < 6e-3 && d1 < 6e-3);
        changed += d0 > 0.0 && d1 > 0.0;
        ck_assert_int_eq(e->row[i], 12 + i);
    }
    ck_assert_int_ge(changed, 10); /* a redrawn colour may be enough for the others */
    hps_swarm_destroy(e);
}
END_TEST

/* swarm.md 1.3: a level steps with probability min(1, 1.5 / D) */
START_TEST(test_repair_steps_levels_now_and_then)
{
    enum { N = 2000, DIMS = 5 };
    hps_space *s;
    hps_swarm *e;
    CK_OK(hps_space_create(&s, NULL));
    CK_OK(hps_space_add_real(s, "x", 0.0, 1.0, HPS_SCALE_LINEAR));
    for (int d = 1; d < DIMS; d++) {
        char name[] = {(char)('a' + d), '\0'};
        CK_OK(hps_space_add_int(s, name, 0, 99, HPS_SCALE_LINEAR));
    }
    CK_OK(hps_swarm_create(&e, NULL, s, 1));
    CK_OK(hps_swarm_set_text(e, "variant", "swarm"));
    CK_OK(hps_swarm_set_int(e, "particles", N));
    CK_OK(hps_swarm_set_int(e, "max_iterations", 2));
    double *start = malloc(sizeof(double) * N * DIMS);
    for (int k = 0; k < N * DIMS; k++) {
        start[k] = k % DIMS == 0 ? 0.5 : 50.0;
    }
    CK_OK(hps_swarm_set_start(e, N, start)); /* all on one point */
    CK_OK(hpsi_swarm_begin(e));
    CK_OK(hpsi_swarm_plan(e));
    double up = 0.0, down = 0.0, shift = 0.0;
    for (int64_t i = 1; i < N; i++) {
        const double *x = e->archive.x + i * DIMS;
        shift += (x[0] - 0.5) * (x[0] - 0.5);
        for (int d = 1; d < DIMS; d++) {
            ck_assert(fabs(x[d] - 50.0) <= 1.0);
            up += x[d] == 51.0;
            down += x[d] == 49.0;
        }
    }
    double draws = (N - 1.0) * (DIMS - 1);
    ck_assert_double_eq_tol(up / draws, 0.15, 0.02);
    ck_assert_double_eq_tol(down / draws, 0.15, 0.02);
    ck_assert_double_eq_tol(sqrt(shift / (N - 1.0)), 1e-3, 1e-4);
    free(start);
    hps_swarm_destroy(e);
    hps_space_destroy(s);
}
END_TEST

/* One success in the first swarm is no collapse: the others have no best of their own yet. */
START_TEST(test_members_without_a_value_are_redrawn)
{
    hps_swarm *e = mixed_swarm(NULL, variants[_i], 200);
    int64_t id[16];
    double x[16 * MIXED_PARAMS], f[16];
    int32_t n;
    CK_OK(hps_swarm_ask(e, 16, &n, id, x));
    for (int i = 0; i < n; i++) {
        f[i] = i == 3 ? 1.0 : (double)NAN;
    }
    CK_OK(hps_swarm_tell(e, n, id, f, NULL));
    ck_assert_int_eq(e->fresh, 0);
    CK_OK(hpsi_swarm_plan(e));
    ck_assert_int_eq(e->designs, 1);
    for (int i = 0; i < n; i++) {
        for (int d = 0; i != 3 && d < e->n_dims; d++) {
            double u = hpsi_uniform(5, HPSI_STREAM_INIT, 1, (uint32_t)i, (uint32_t)d).u[0];
            ck_assert(e->x[i * e->n_dims + d] == u);
            ck_assert(e->v[i * e->n_dims + d] == 0.0);
        }
    }
    hps_swarm_destroy(e);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_test(t, test_reals_map_both_ways);
    tcase_add_test(t, test_levels_map_both_ways);
    tcase_add_test(t, test_levels_have_their_share);
    tcase_add_test(t, test_reflection);
    tcase_add_test(t, test_archive_finds_within_its_tolerance);
    tcase_add_loop_test(t, test_archive_finds_what_row_by_row_is_found, 0, 4);
    tcase_add_loop_test(t, test_archive_has_short_chains, 0, 2);
    tcase_add_test(t, test_option_enum_follows_the_table);
    tcase_add_test(t, test_first_design_is_a_latin_hypercube);
    tcase_add_test(t, test_a_choice_moves_by_weights);
    tcase_add_test(t, test_known_points_are_repaired);
    tcase_add_test(t, test_repair_steps_levels_now_and_then);
    tcase_add_loop_test(t, test_members_without_a_value_are_redrawn, 0, 3);
}

int main(void)
{
    return run_tests("swarm_parts", add);
}
