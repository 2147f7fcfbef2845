/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant pareto: the archive of leaders and its crowding against slow versions, models that
 * lead, hypervolumes. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/objectives.c" /* NOLINT(bugprone-suspicious-include) */
#include "support/suite.h"
#include "swarm/pareto.h"

#define CK_OK(call) ck_assert_msg((call) == HPS_OK, "%s: %s", #call, hps_last_error())

static hps_swarm *engine(int32_t dims, int32_t objectives, int64_t evaluations)
{
    hps_space *s;
    hps_swarm *e;
    char name[] = "a";
    CK_OK(hps_space_create(&s, NULL));
    for (int32_t d = 0; d < dims; d++, name[0]++) {
        CK_OK(hps_space_add_real(s, name, 0.0, 1.0, HPS_SCALE_LINEAR));
    }
    CK_OK(hps_swarm_create(&e, NULL, s, objectives));
    CK_OK(hps_swarm_set_int(e, "seed", 3));
    CK_OK(hps_swarm_set_int(e, "max_evaluations", evaluations));
    hps_space_destroy(s);
    return e;
}

/* DTLZ2 with as many objectives as asked for, the first coordinates are angles. */
static int32_t sphere(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    int32_t m = b->n_objectives;
    (void)outcome;
    (void)user;
    for (int32_t i = 0; i < b->n; i++) {
        const double *u = b->x + (int64_t)i * b->n_params;
        double g = 1.0;
        for (int32_t d = m - 1; d < b->n_params; d++) {
            g += (u[d] - 0.5) * (u[d] - 0.5);
        }
        for (int32_t k = 0; k < m; k++) {
            double v = g;
            for (int32_t d = 0; d < m - 1 - k; d++) {
                v *= cos(0.5 * PI * u[d]);
            }
            f[i * m + k] = k > 0 ? v * sin(0.5 * PI * u[m - 1 - k]) : v;
        }
    }
    return 0;
}

/* A fifth of the cube, a whole corner of it, has no values. */
static int32_t holed_sphere(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    sphere(b, f, outcome, user);
    for (int32_t i = 0; i < b->n; i++) {
        const double *u = b->x + (int64_t)i * b->n_params;
        if (u[1] > 0.55 && u[2] > 0.55) {
            outcome[i] = HPS_EVAL_FAILED;
        }
    }
    return 0;
}

static double share_of(hps_swarm *e, int32_t n_objectives)
{
    int32_t n = 0;
    ck_assert_int_eq(n_objectives, 2);
    CK_OK(hps_swarm_front(e, 0, &n, NULL, NULL, NULL));
    double *f = calloc(2 * (size_t)n, sizeof *f);
    CK_OK(hps_swarm_front(e, n, &n, NULL, NULL, f));
    double share = bench_hypervolume(n, f, 1.1) / bench_attainable(BENCH_DTLZ2, 1.1);
    free(f);
    return share;
}

/* Without models the same swarm attains 57 % after 300 evaluations. */
START_TEST(test_models_lead_to_the_front)
{
    hps_swarm *e = engine(12, 2, 300);
    CK_OK(hps_swarm_run(e, _i == 0 ? sphere : holed_sphere, NULL));
    ck_assert_double_gt(share_of(e, 2), 0.75);
    hps_swarm_destroy(e);
}
END_TEST

static int beats(int32_t m, const double *a, const double *b)
{
    int worse = 0, better = 0;
    for (int32_t k = 0; k < m; k++) {
        worse += a[k] > b[k];
        better += a[k] < b[k];
    }
    return worse == 0 && better > 0;
}

START_TEST(test_leaders_are_a_hundred_that_do_not_beat_each_other)
{
    int32_t m = 2 + _i;
    hps_swarm *e = engine(5, m, 1200);
    CK_OK(hps_swarm_run(e, sphere, NULL));
    const hpsi_pareto *p = e->pareto;
    ck_assert_int_gt(e->n_front, HPSI_LEADERS);
    ck_assert_int_eq(p->n_leaders, HPSI_LEADERS);
    for (int32_t i = 0; i < p->n_leaders; i++) {
        const double *f = hpsi_archive_values(&e->archive, p->leader[i]);
        for (int32_t j = 0; j < p->n_leaders; j++) {
            const double *g = hpsi_archive_values(&e->archive, p->leader[j]);
            ck_assert(!beats(m, f, g));
            ck_assert(i == j || memcmp(f, g, (size_t)m * sizeof *f) != 0);
        }
    }
    hps_swarm_destroy(e);
}
END_TEST

/* The neighbours of a leader along one objective, by looking at all others; NaN if one of them
 * has the same value, where either may count as the end. */
static double gap(const hps_swarm *e, int32_t i, int32_t k)
{
    const hpsi_pareto *p = e->pareto;
    double lo = -INFINITY, hi = INFINITY, least = INFINITY, most = -INFINITY;
    double v = hpsi_archive_values(&e->archive, p->leader[i])[k];
    for (int32_t j = 0; j < p->n_leaders; j++) {
        double w = hpsi_archive_values(&e->archive, p->leader[j])[k];
        lo = j != i && w <= v ? fmax(lo, w) : lo;
        hi = j != i && w >= v ? fmin(hi, w) : hi;
        if (j != i && w == v) {
            return (double)NAN;
        }
        least = fmin(least, w);
        most = fmax(most, w);
    }
    return (hi - lo) / (most - least);
}

START_TEST(test_crowding_is_the_sum_of_gaps)
{
    int32_t m = 2 + _i;
    hps_swarm *e = engine(4, m, 240);
    CK_OK(hps_swarm_run(e, sphere, NULL));
    hpsi_leaders_crowding(e);
    int32_t ends = 0, inner = 0;
    for (int32_t i = 0; i < e->pareto->n_leaders; i++) {
        double sum = 0.0;
        for (int32_t k = 0; k < m; k++) {
            sum += gap(e, i, k);
        }
        ends += isinf(sum) != 0;
        inner += isfinite(sum) != 0;
        if (isnan(sum)) {
            continue;
        }
        ck_assert(isinf(sum) ? isinf(e->pareto->crowding[i])
                             : fabs(sum - e->pareto->crowding[i]) < 1e-12);
    }
    ck_assert_int_ge(ends, 1);
    ck_assert_int_ge(inner, 10);
    hps_swarm_destroy(e);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("swarm_pareto");
    TCase *t = tcase_create("pareto");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, test_models_lead_to_the_front, 0, 2);
    tcase_add_loop_test(t, test_leaders_are_a_hundred_that_do_not_beat_each_other, 0, 2);
    tcase_add_loop_test(t, test_crowding_is_the_sum_of_gaps, 0, 2);
    suite_add_tcase(s, t);
    return suite_end(s);
}
