/* SPDX-License-Identifier: BSD-3-Clause */
/* Seekers of guided: mean, deviation and expected improvement against plain dense algebra and
 * quadrature, what believing a point does, where a search for the maximum ends, who seeks, and
 * what it gains. */
#include <math.h>
#include <string.h>

#include "support/plain_process.h"
#include "support/swarm_file.h"
#include "support/swarm_real.h"
#include "swarm/guided.h"

enum { POINTS = 37, DIMS = 3, MORE = 6 };

static uint32_t serial;

static double number(void) /* in [0, 1) */
{
    return hpsi_uniform(5, 93, serial++, 0, 0).u[0];
}

typedef struct fitted {
    double u[(POINTS + MORE) * DIMS], y[POINTS];
    hpsi_ard *ard;
    hpsi_seek *seek;
} fitted;

static void set_up(fitted *s)
{
    for (int i = 0; i < POINTS; i++) {
        for (int d = 0; d < DIMS; d++) {
            s->u[i * DIMS + d] = number();
        }
        s->y[i] = wavy(s->u + i * DIMS);
    }
    CK_OK(hpsi_ard_create(&s->ard, NULL, POINTS, DIMS));
    CK_OK(hpsi_seek_create(&s->seek, NULL, POINTS + MORE, DIMS));
    s->ard->steps = 9;
    ck_assert(hpsi_ard_fit(s->ard, POINTS, s->u, 1, s->y, 0));
    hpsi_seek_begin(s->seek, s->ard, s->y, MORE);
}

static void tear_down(fitted *s)
{
    hpsi_seek_destroy(s->seek);
    hpsi_ard_destroy(s->ard);
}

/* ------------------------------------------------------------- plain algebra */

/* Standardised values z[POINTS], their weights a, the process's variance. */
static double plain_weights(const fitted *s, double *z, double *a)
{
    double variance = 0.0;
    standardised(POINTS, s->y, z);
    memcpy(a, z, POINTS * sizeof *a);
    plain_solve(POINTS, DIMS, s->u, s->ard->found, a);
    for (int i = 0; i < POINTS; i++) {
        variance += a[i] * z[i] / POINTS;
    }
    return variance;
}

/* Mean and deviation at `at` with `more` points believed. */
static void plain_predict(const fitted *s, int more, const double *at, double *mean,
                          double *deviation)
{
    double z[POINTS], a[POINTS], k[POINTS + MORE], solved[POINTS + MORE], square = 0.0;
    int n = POINTS + more;
    double variance = plain_weights(s, z, a);
    *mean = 0.0;
    for (int i = 0; i < n; i++) {
        k[i] = solved[i] = plain_covariance(DIMS, s->ard->found, s->u + i * DIMS, at);
        *mean += i < POINTS ? a[i] * k[i] : 0.0;
    }
    plain_solve(n, DIMS, s->u, s->ard->found, solved);
    for (int i = 0; i < n; i++) {
        square += k[i] * solved[i];
    }
    *deviation = sqrt(variance * fmax(11.0 - square, 1e-12));
}

START_TEST(test_mean_and_deviation)
{
    fitted s;
    set_up(&s);
    for (int more = 0; more <= MORE; more++) {
        double at[HPSI_SEEK_POINTS * DIMS], mean[HPSI_SEEK_POINTS], deviation[HPSI_SEEK_POINTS];
        for (int k = 0; k < HPSI_SEEK_POINTS * DIMS; k++) {
            at[k] = number();
        }
        int count = 1 + more % HPSI_SEEK_POINTS;
        hpsi_seek_predict(s.seek, count, at, mean, deviation);
        for (int k = 0; k < count; k++) {
            double m, v;
            plain_predict(&s, more, at + k * DIMS, &m, &v);
            ck_assert_double_eq_tol(mean[k], m, 1e-8);
            ck_assert_double_eq_tol(deviation[k], v, 1e-6);
        }
        memcpy(s.u + (POINTS + more) % (POINTS + MORE) * DIMS, at, DIMS * sizeof *at);
        hpsi_seek_believe(s.seek, at);
        double again, less;
        hpsi_seek_predict(s.seek, 1, at, &again, &less);
        ck_assert_double_eq(again, mean[0]);
        ck_assert(more == MORE ? less <= deviation[0] : less < 0.9 * deviation[0]);
    }
    tear_down(&s);
}
END_TEST

/* --------------------------------------------------------- expected improvement */

/* The integral of (t - z) over the normal distribution below t, divided by exp(-t^2/2), by
 * Simpson's rule. */
static double plain_improvement(double t)
{
    const int n = 200000;
    double sum = 0.0, h = 20.0 / n;
    for (int i = 0; i <= n; i++) {
        double w = i * h;                                             /* z = t - w */
        double f = w * exp(w * t - 0.5 * w * w) * 0.3989422804014327; /* without exp(-t^2/2) */
        sum += f * (i == 0 || i == n ? 1.0 : i % 2 ? 4.0 : 2.0) * h / 3.0;
    }
    return sum;
}

START_TEST(test_the_logarithm_of_the_improvement)
{
    for (double t = -36.0; t < 5.0; t += 0.37) {
        double expected = log(plain_improvement(t)) - 0.5 * t * t;
        ck_assert_double_eq_tol(hpsi_log_improvement(t), expected, 1e-8);
    }
    ck_assert_double_eq_tol(hpsi_log_improvement(-30.0 - 1e-11),
                            hpsi_log_improvement(-30.0 + 1e-11), 1e-8);
    ck_assert(isfinite(hpsi_log_improvement(-1e9)));
}
END_TEST

START_TEST(test_gains)
{
    fitted s;
    double z[POINTS], a[POINTS], least = (double)INFINITY;
    double at[HPSI_SEEK_POINTS * DIMS], gain[HPSI_SEEK_POINTS];
    set_up(&s);
    plain_weights(&s, z, a);
    for (int i = 0; i < POINTS; i++) {
        least = fmin(least, z[i]);
    }
    for (int k = 0; k < HPSI_SEEK_POINTS * DIMS; k++) {
        at[k] = number();
    }
    hpsi_seek_gains(s.seek, HPSI_SEEK_POINTS, at, gain);
    for (int k = 0; k < HPSI_SEEK_POINTS; k++) {
        double m, v;
        plain_predict(&s, 0, at + k * DIMS, &m, &v);
        double t = (least - m) / v;
        double expected = log(plain_improvement(t)) - 0.5 * t * t + log(v);
        ck_assert_double_eq_tol(gain[k], expected, 1e-3 * (1.0 + t * t));
    }
    tear_down(&s);
}
END_TEST

/* -------------------------------------------------------------- in the swarm */

static int seekers(const hps_swarm *e)
{
    int n = 0;
    for (int32_t i = 0; i < e->n_slots; i++) {
        n += e->guided->role[i] == HPSI_SEEKER;
    }
    return n;
}

/* As many as the option says, whose places are new, within the box and known to be promising. */
START_TEST(test_who_seeks)
{
    static const int asked[][2] = {{-1, 6}, {0, 0}, {2, 2}, {100, 9}};
    hps_swarm *e = real_swarm("guided", 400, 3);
    CK_OK(hps_swarm_set_int(e, "seekers", asked[_i][0]));
    one_batch(e, bowl);
    for (int k = 0; k < 4; k++) {
        CK_OK(hpsi_swarm_plan(e));
        ck_assert_int_eq(seekers(e), asked[_i][1]);
        for (int32_t i = 0; i < e->n_slots; i++) {
            const double *u = e->archive.u + e->row[i] * D;
            for (int32_t j = 0; j < i && e->guided->role[i] == HPSI_SEEKER; j++) {
                ck_assert(memcmp(u, e->archive.u + e->row[j] * D, D * sizeof *u) != 0);
            }
        }
        one_batch(e, bowl);
    }
    hps_swarm_destroy(e);
}
END_TEST

/* By default only where few evaluations are planned for, more of them where those are very few. */
START_TEST(test_how_many_by_the_plan)
{
    static const int64_t plan[][3] = {{2000, 0, 3}, {2001, 0, 0}, {300, 2500, 0}, {2500, 300, 6},
                                      {300, -1, 0}, {500, 0, 6},  {501, 0, 3},    {300, 1000, 3}};
    hps_swarm *e = real_swarm("guided", plan[_i][0], 3);
    CK_OK(hps_swarm_set_int(e, "budget", plan[_i][1]));
    one_batch(e, bowl);
    ck_assert_int_eq(e->guided->n_seekers, plan[_i][2]);
    hps_swarm_destroy(e);
}
END_TEST

/* More start positions than particles are evaluated, but make no swarm of that size. */
START_TEST(test_a_share_of_the_particles)
{
    static double x[40 * D];
    hps_swarm *e = real_swarm("guided", _i ? 1000 : 300, 3);
    for (int i = 0; i < 40 * D; i++) {
        x[i] = number();
    }
    CK_OK(hps_swarm_set_int(e, "particles", 9));
    CK_OK(hps_swarm_set_start(e, 40, x));
    one_batch(e, bowl);
    ck_assert_int_eq(e->n_slots, 9);
    ck_assert_int_eq(e->guided->n_seekers, _i ? 3 : 5);
    hps_swarm_destroy(e);
}
END_TEST

/* Fixed parameters do not count. */
START_TEST(test_one_in_many_parameters)
{
    static double x[64 * 17];
    hps_space *s;
    hps_swarm *e;
    int64_t id[64];
    int32_t n = 0;
    CK_OK(hps_space_create(&s, NULL));
    for (int d = 0; d <= _i; d++) {
        char name[] = {(char)('a' + d), '\0'};
        CK_OK(hps_space_add_real(s, name, 0.0, 1.0, HPS_SCALE_LINEAR));
    }
    CK_OK(hps_space_fix(s, "a", 0.5));
    CK_OK(hps_swarm_create(&e, NULL, s, 1));
    CK_OK(hps_swarm_set_int(e, "max_evaluations", 300));
    CK_OK(hps_swarm_ask(e, 64, &n, id, x));
    ck_assert_int_eq(e->guided->n_seekers, _i < 16 ? 6 : 1);
    hps_swarm_destroy(e);
    hps_space_destroy(s);
}
END_TEST

/* In a short run with seekers on the wall, else inside; after the plan as in a long one. */
START_TEST(test_where_steps_end)
{
    static const int64_t run[][3] = {/* evaluations, seekers, is on the wall */
                                     {500, -1, 1},
                                     {501, -1, 0},
                                     {500, 0, 0},
                                     {100, 1, 1}};
    for (int k = 0; k < 4; k++) {
        hps_swarm *e = real_swarm("guided", run[k][0], 3);
        CK_OK(hps_swarm_set_int(e, "seekers", run[k][1]));
        one_batch(e, bowl);
        int stops = (int)run[k][2];
        ck_assert_double_eq_tol(hpsi_guided_at_wall(e, -0.25), stops ? 0.0 : 0.25, 1e-15);
        ck_assert_double_eq_tol(hpsi_guided_at_wall(e, 1.125), stops ? 1.0 : 0.875, 1e-15);
        ck_assert_double_eq_tol(hpsi_guided_at_wall(e, 0.75), 0.75, 1e-15);
        while (!hps_swarm_done(e)) {
            one_batch(e, bowl);
        }
        ck_assert_double_eq_tol(hpsi_guided_at_wall(e, -0.25), 0.25, 1e-15);
        hps_swarm_destroy(e);
    }
}
END_TEST

/* Coordinates of new points on walls, of members that fly and of seekers. */
static void count_walls(int evaluations, int seed, int out[2])
{
    hps_swarm *e = real_swarm("guided", evaluations, seed);
    one_batch(e, bowl);
    for (int k = 0; k < 2; k++) {
        CK_OK(hpsi_swarm_plan(e));
        for (int32_t i = 0; i < e->n_slots; i++) {
            int32_t role = (int32_t)e->guided->role[i];
            for (int d = 0; d < D && (role == HPSI_FLYER || role == HPSI_SEEKER); d++) {
                double u = e->archive.u[e->row[i] * D + d];
                out[role == HPSI_SEEKER] += !(u > 0.0) || !(u < 1.0);
            }
        }
        one_batch(e, bowl);
    }
    hps_swarm_destroy(e);
}

START_TEST(test_members_on_the_walls)
{
    int on_walls[2] = {0, 0};
    for (int seed = 1; seed <= 20; seed++) {
        count_walls(_i ? 300 : 1000, seed, on_walls);
    }
    for (int k = 0; k < 2; k++) {
        ck_assert(_i ? on_walls[k] >= 10 : on_walls[k] == 0);
    }
}
END_TEST

START_TEST(test_none_when_asynchronous)
{
    hps_swarm *e = real_swarm("guided", 400, 3);
    CK_OK(hps_swarm_set_int(e, "asynchronous", 1));
    one_batch(e, bowl);
    ck_assert_int_eq(e->guided->n_seekers, 0);
    ck_assert_ptr_null(e->guided->sought);
    hps_swarm_destroy(e);
}
END_TEST

/* A narrow bent valley in two coordinates, next to nothing in the others. */
static double valley(const double *x)
{
    double a = x[1] - 1.5 * pow(x[0] - 0.2, 2.0);
    return 5.0 * a * a + pow(x[0] - 0.8, 2.0) + 0.01 * pow(x[2] - x[3], 2.0);
}

/* Mean logarithm of the best value over seeds. */
static double found_after(int seeks, int evaluations)
{
    const int seeds = 24;
    double sum = 0.0;
    for (int seed = 1; seed <= seeds; seed++) {
        hps_swarm *e = real_swarm("guided", evaluations, seed);
        double x[D], f;
        CK_OK(hps_swarm_set_int(e, "seekers", seeks));
        while (!hps_swarm_done(e)) {
            one_batch(e, valley);
        }
        CK_OK(hps_swarm_best(e, x, &f));
        sum += log(f) / seeds;
        hps_swarm_destroy(e);
    }
    return sum;
}

/* Half of what is left without them, or less (a quarter, when this was written). */
START_TEST(test_seekers_find_more)
{
    int n = 96 + 24 * _i;
    ck_assert_double_lt(found_after(3, n), found_after(0, n) - log(2.0));
}
END_TEST

/* A file of a version that had another number by itself goes on with that. */
START_TEST(test_saved_with_their_number)
{
    hps_swarm *e = real_swarm("guided", 300, 5), *again = NULL;
    one_batch(e, valley);
    e->guided->n_seekers = 5;
    CK_OK(hps_swarm_save(e, path));
    CK_OK(hps_swarm_load(&again, NULL, e->space, path));
    ck_assert_int_eq(again->guided->n_seekers, 5);
    both_go_on(e, again, valley);
    hps_swarm_destroy(e);
    hps_swarm_destroy(again);
}
END_TEST

/* What the process has learned is part of a checkpoint. */
START_TEST(test_saved_with_its_lengths)
{
    hps_swarm *e = real_swarm("guided", 300, 5), *again = NULL;
    for (int k = 0; k < 5; k++) {
        one_batch(e, valley);
    }
    CK_OK(hps_swarm_save(e, path));
    CK_OK(hps_swarm_load(&again, NULL, e->space, path));
    ck_assert_int_eq(again->guided->n_seekers, 6);
    both_go_on(e, again, valley);
    hps_swarm_destroy(e);
    hps_swarm_destroy(again);
}
END_TEST

/* Who was led and found nothing better for itself goes on from its best point, but only where there
 * are seekers; who flew is where it flew to. */
START_TEST(test_who_is_led_in_vain_stands_back)
{
    hps_swarm *e = real_swarm("guided", 300, 6);
    int back[2] = {0, 0}, stayed[2] = {0, 0};
    CK_OK(hps_swarm_set_int(e, "seekers", _i));
    for (int k = 0; k < 12; k++) {
        one_batch(e, valley);
        for (int32_t i = 0; i < e->n_slots && !e->fresh && !e->guided->returned; i++) {
            int led = (int32_t)e->guided->role[i] != HPSI_FLYER;
            int at_best = memcmp(e->x + i * D, e->p + i * D, D * sizeof *e->x) == 0;
            back[led] += e->p_row[i] != e->row[i] && at_best;
            stayed[led] += e->p_row[i] != e->row[i] && !at_best;
        }
    }
    ck_assert_int_eq(back[0], 0);
    ck_assert_int_gt(stayed[0], 10);
    ck_assert_int_gt((_i > 0 ? back : stayed)[1], 5);
    ck_assert_int_eq((_i > 0 ? stayed : back)[1], 0);
    hps_swarm_destroy(e);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_checked_fixture(t, make_path, drop_path);
    tcase_add_test(t, test_mean_and_deviation);
    tcase_add_test(t, test_the_logarithm_of_the_improvement);
    tcase_add_test(t, test_gains);
    tcase_add_loop_test(t, test_who_seeks, 0, 4);
    tcase_add_loop_test(t, test_how_many_by_the_plan, 0, 8);
    tcase_add_loop_test(t, test_a_share_of_the_particles, 0, 2);
    tcase_add_test(t, test_where_steps_end);
    tcase_add_loop_test(t, test_members_on_the_walls, 0, 2);
    tcase_add_loop_test(t, test_one_in_many_parameters, 14, 17);
    tcase_add_test(t, test_none_when_asynchronous);
    tcase_add_loop_test(t, test_seekers_find_more, 0, 2);
    tcase_add_test(t, test_saved_with_its_lengths);
    tcase_add_test(t, test_saved_with_their_number);
    tcase_add_loop_test(t, test_who_is_led_in_vain_stands_back, 0, 4);
}

int main(void)
{
    return run_tests("swarm_seek", add);
}
