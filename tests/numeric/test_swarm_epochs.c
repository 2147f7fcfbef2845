/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant guided: when its epochs end, its returns to the best points of all epochs, and
 * their place in a checkpoint. */
#include <stdio.h>

#include "support/swarm_epochs.h"
#include "swarm/guided.h"

static const char path[] = "swarm_epochs.hpsw";

static double plateau(const double *x)
{
    return fmax(bowl(x), 5.0);
}

/* Some hundred basins, in steps. */
static double ripples(const double *x)
{
    double s = 0.0;
    for (int d = 0; d < D; d++) {
        double t = x[d] - 0.61;
        s += t * t + 0.05 * (1.0 - cos(37.0 * t)) + 0.01 * sin(1e5 * x[d]);
    }
    return floor(1e3 * s);
}

static double (*const objectives[])(const double *) = {plateau, ripples, noise};

/* ------------------------------------------------------------------ the rule */

/* Epochs end by the rule, and only then; a return follows an epoch with a new best point. What
 * comes after a later design is free. */
START_TEST(test_epochs_end_by_the_rule)
{
    hps_swarm *e = real_swarm("guided", 2400, 8);
    epoch now = {.reference = (double)INFINITY};
    int64_t designs = 0, polished = 0, returns = 0;
    CK_OK(hps_swarm_set_int(e, "stagnation_iterations", 4));
    CK_OK(hps_swarm_set_int(e, "budget", -1));
    while (!hps_swarm_done(e)) {
        int64_t at = follow_epoch(e, objectives[_i], 0, &designs, &now);
        hpsi_guided *g = e->guided;
        int left = g->returned && !now.returned;
        ck_assert_int_eq(e->fresh || left, at - now.last > (now.returned ? 1 : 4));
        if (e->fresh || left) {
            ck_assert_int_eq(left, !now.returned && e->best >= polished);
            polished = now.returned ? e->archive.n : polished;
            ck_assert_int_eq(g->polished, polished);
            returns += left;
        }
        if (left) {
            now = (epoch){.returned = 1, .last = at, .reference = e->g_f};
        }
        ck_assert_int_eq(e->last_improvement, now.last);
        ck_assert_int_eq(g->epoch, now.first);
    }
    ck_assert_int_gt(designs, 2);
    ck_assert_int_ge(returns, 1);
    hps_swarm_destroy(e);
}
END_TEST

/* A return counts gains of a third. */
START_TEST(test_what_a_gain_has_to_be)
{
    hps_swarm *e = real_swarm("guided", 1000, 8);
    CK_OK(hps_swarm_set_int(e, "budget", -1));
    for (int k = 0; k < 4; k++) {
        one_batch(e, bowl);
    }
    for (int returned = 0; returned < 2; returned++) {
        epoch now = {.returned = returned};
        e->guided->returned = returned;
        double gain = epoch_gain(e, &now, 0);
        ck_assert_double_gt(gain, 0.0);
        ck_assert_double_eq_tol(hpsi_guided_significant(e), gain, 1e-14 * gain);
    }
    hps_swarm_destroy(e);
}
END_TEST

/* With a huge threshold nothing but an epoch's beginning counts: the first has 8 batches, later
 * ones 9, the return after the first 3. */
START_TEST(test_an_absolute_significance)
{
    hps_swarm *e = real_swarm("guided", 600, 8);
    CK_OK(hps_swarm_set_real(e, "significance_absolute", 1e9));
    CK_OK(hps_swarm_set_int(e, "budget", -1));
    while (!hps_swarm_done(e)) {
        one_batch(e, bowl);
        if (e->guided->returned) {
            ck_assert_int_ge(e->iteration, 8);
        }
    }
    ck_assert_int_eq(e->designs, 6);
    hps_swarm_destroy(e);
}
END_TEST

/* ------------------------------------------------------------------ returns */

/* Every member has one of the best points, each point one member, and the best is the centre. */
static void check_members(const hps_swarm *e)
{
    static double f[4096];
    double own[64];
    int64_t n = 0;
    for (int64_t r = 0; r < e->archive.n; r++) {
        if (e->archive.rows[r].state == HPSI_ROW_TOLD) {
            f[n++] = e->archive.rows[r].f;
        }
    }
    qsort(f, (size_t)n, sizeof *f, compare_values);
    memcpy(own, e->p_f, (size_t)e->n_slots * sizeof *own);
    qsort(own, (size_t)e->n_slots, sizeof *own, compare_values);
    for (int32_t i = 0; i < e->n_slots; i++) {
        const double *p = e->p + (int64_t)i * D;
        int64_t r = hpsi_archive_find(&e->archive, p, e->archive.n, 1);
        ck_assert(own[i] == f[i]);
        ck_assert_int_eq(e->p_row[i], r);
        ck_assert(r >= 0 && e->archive.rows[r].f == e->p_f[i]);
        for (int32_t j = 0; j < i; j++) {
            ck_assert_int_ne(e->p_row[j], r);
        }
        ck_assert(memcmp(e->x + (int64_t)i * D, p, D * sizeof *p) == 0);
        for (int d = 0; d < D; d++) {
            ck_assert(fabs(e->v[(int64_t)i * D + d]) <= 0.5);
        }
    }
    int64_t r = hpsi_archive_find(&e->archive, e->g, e->archive.n, 1);
    ck_assert(e->g_f == f[0] && r >= 0 && e->archive.rows[r].f == f[0]);
}

enum { WORKERS = 7, LONG = 1400 };

/* What an asynchronous engine has given to its workers. */
typedef struct away {
    int64_t id[WORKERS];
    double x[WORKERS * D];
    int32_t n;
} away;

/* An iteration; of an asynchronous engine one value, that of point `id` or (-1) of any. */
static void go_on(hps_swarm *e, away *a, int64_t id)
{
    if (e->options[HPSI_SWARM_ASYNCHRONOUS] != 1.0) {
        one_batch(e, ripples);
        return;
    }
    int32_t n = 0;
    CK_OK(hps_swarm_ask(e, WORKERS - a->n, &n, a->id + a->n, a->x + (int64_t)a->n * D));
    a->n += n;
    int32_t k = id < 0 ? (int32_t)(e->n_told * 5 % a->n) : 0;
    while (id >= 0 && a->id[k] != id) {
        ck_assert_int_lt(++k, a->n);
    }
    double f = ripples(a->x + (int64_t)k * D);
    CK_OK(hps_swarm_tell(e, 1, &a->id[k], &f, NULL));
    a->n--;
    a->id[k] = a->id[a->n];
    memcpy(a->x + (int64_t)k * D, a->x + (int64_t)a->n * D, D * sizeof(double));
}

/* Save, load, and go on with both: the same values to the last bit. */
static void check_saved(hps_swarm *e, away *a)
{
    hps_swarm *again = NULL;
    away b = {.n = 0};
    CK_OK(hps_swarm_save(e, path));
    CK_OK(hps_swarm_load(&again, NULL, e->space, path));
    ck_assert_int_eq(remove(path), 0);
    ck_assert_int_eq(again->guided->returned, 1);
    while (e->n_told < LONG) {
        go_on(e, a, -1);
    }
    ck_assert_int_gt(e->guided->polished, 0); /* the return has ended */
    while (again->n_told < LONG) {
        go_on(again, &b, e->archive.order[again->n_told]);
    }
    ck_assert_int_eq(again->n_told, e->n_told);
    ck_assert_int_eq(again->guided->polished, e->guided->polished);
    for (int64_t r = 0; r < LONG; r++) {
        ck_assert(e->archive.rows[r].f == again->archive.rows[r].f);
    }
    hps_swarm_destroy(again);
}

/* A return costs no evaluation, has the best points, small radii and leaders from its first
 * iteration on. */
START_TEST(test_a_return_begins_with_the_best)
{
    hps_swarm *e = real_swarm("guided", 1500, 5);
    away a = {.n = 0};
    CK_OK(hps_swarm_set_int(e, "stagnation_iterations", 4));
    CK_OK(hps_swarm_set_int(e, "budget", -1));
    CK_OK(hps_swarm_set_int(e, "asynchronous", _i));
    CK_OK(hps_swarm_set_int(e, "workers", WORKERS));
    do {
        go_on(e, &a, -1);
        ck_assert(!hps_swarm_done(e));
    } while (e->guided == NULL || !e->guided->returned);
    const hpsi_guided *g = e->guided;
    ck_assert_int_eq(g->epoch, 0);
    ck_assert(g->radius[HPSI_LEADER_RBF] == 0.3 * 0.3);
    ck_assert(g->radius[HPSI_LEADER_QUADRATIC] == 0.3 * (0.3 * sqrt(D)));
    if (_i == 0) {
        check_members(e);
        CK_OK(hpsi_swarm_plan(e));
        int64_t leaders = 0, seekers = 0;
        for (int32_t i = 0; i < e->n_slots; i++) {
            leaders += g->role[i] != HPSI_FLYER && g->role[i] != HPSI_SEEKER;
            seekers += g->role[i] == HPSI_SEEKER;
        }
        ck_assert_int_eq(leaders, 3);
        ck_assert_int_eq(seekers, 0); /* nothing is planned */
    }
    check_saved(e, &a);
    hps_swarm_destroy(e);
}
END_TEST

/* Ten values, twelve members: a design and no return. */
START_TEST(test_too_few_points_for_a_return)
{
    hps_swarm *e = real_swarm("guided", 600, 3);
    CK_OK(hps_swarm_set_int(e, "budget", -1));
    one_batch(e, bowl);
    e->designs = 2;
    for (int64_t r = 0; r < 2; r++) {
        e->archive.rows[r].f = (double)INFINITY;
    }
    e->guided->epoch = 3;
    hpsi_guided_end_epoch(e);
    ck_assert_int_eq(e->fresh, 1);
    ck_assert_int_eq(e->guided->returned, 0);
    ck_assert_int_eq(e->guided->epoch, 3);
    hps_swarm_destroy(e);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_loop_test(t, test_epochs_end_by_the_rule, 0, 3);
    tcase_add_test(t, test_what_a_gain_has_to_be);
    tcase_add_test(t, test_an_absolute_significance);
    tcase_add_loop_test(t, test_a_return_begins_with_the_best, 0, 2);
    tcase_add_test(t, test_too_few_points_for_a_return);
}

int main(void)
{
    return run_tests("swarm_epochs", add);
}
