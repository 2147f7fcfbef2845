/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant guided with a known number of evaluations: when its epochs end, where the last part
 * begins and with what, and the plan's place in a checkpoint. */
#include <stdio.h>

#include "support/swarm_epochs.h"
#include "swarm/guided.h"

static const char path[] = "swarm_plan.hpsw";

/* Two basins in each direction, in fine steps. */
static double basins(const double *x)
{
    double s = 0.0;
    for (int d = 0; d < D; d++) {
        double t = x[d] - 0.3, w = x[d] - 0.8;
        s += fmin(t * t, 0.02 + w * w) * (1.0 + d);
    }
    return floor(1e7 * s) * 1e-7;
}

static double (*const objectives[])(const double *) = {bowl, basins, noise};

/* -------------------------------------------------------------- the rule */

/* Is the epoch's best within a tenth of the box of the best of the rows before it? */
static int near_the_best(const hps_swarm *e, const epoch *now)
{
    int64_t old = 0, own = now->first;
    for (int64_t r = 0; r < e->archive.n; r++) {
        int64_t *best = r < now->first ? &old : &own;
        *best = e->archive.rows[r].f < e->archive.rows[*best].f ? r : *best;
    }
    int near = now->first > 0;
    for (int d = 0; d < D; d++) {
        near = near && fabs(e->archive.u[old * D + d] - e->archive.u[own * D + d]) < 0.1;
    }
    return near;
}

enum { LONG = 1800, LAST_PART = 1080, LATE_PART = 1440, PATIENCE = 6 };

/* It comes later if no more than three epochs began before it. */
static int last_part_is_due(const hps_swarm *e, int64_t designs, const epoch *now)
{
    int64_t epochs = designs - (!now->returned && now->first >= LAST_PART);
    return e->n_told >= (epochs <= 3 ? LATE_PART : LAST_PART);
}

/* Epochs end by the rule, and only then; a new design comes in the first part only, but after a
 * return that gained nothing. */
START_TEST(test_epochs_end_by_the_plan)
{
    hps_swarm *e = real_swarm("guided", LONG, 8);
    epoch now = {.reference = (double)INFINITY};
    int64_t designs = 0, polished = 0;
    int ending = 0, returns = 0;
    while (!hps_swarm_done(e)) {
        int64_t at = follow_epoch(e, objectives[_i], !ending, &designs, &now);
        hpsi_guided *g = e->guided;
        int ends = at - now.last > PATIENCE;
        int found = e->best >= polished;
        int back = ends && found && (ending || (!now.returned && near_the_best(e, &now)));
        polished = ends && now.returned ? e->archive.n : polished;
        int due = last_part_is_due(e, designs, &now);
        int begins = !ending && due;
        int elsewhere = e->best < now.first; /* or as good as the best here, and older */
        int away = elsewhere || e->archive.rows[e->best].f < now.best || (ends && !back);
        ending = due && e->n_told < LONG;
        back = back || (begins && away);
        ck_assert_int_eq(g->ending, ending);
        ck_assert_int_eq(e->fresh, ends && !back);
        ck_assert_int_eq(g->polished, polished);
        if (back) {
            now = (epoch){.returned = 1, .last = e->iteration - 1, .reference = e->g_f};
            ck_assert(e->g_f == e->archive.rows[e->best].f);
            returns++;
        } else if (ends) {
            now.returned = 0;
        }
        ck_assert_int_eq(g->returned, now.returned);
    }
    ck_assert_int_gt(designs, 2);
    ck_assert_int_ge(returns, 1);
    hps_swarm_destroy(e);
}
END_TEST

/* ------------------------------------------------------------ what is planned for */

static int64_t planned(int64_t budget, int64_t limit)
{
    hps_swarm *e = real_swarm("guided", limit, 1);
    CK_OK(hps_swarm_set_int(e, "budget", budget));
    CK_OK(hps_swarm_set_int(e, "max_iterations", 50));
    one_batch(e, bowl);
    ck_assert_int_eq(hps_swarm_set_int(e, "budget", 7), HPS_E_STATE);
    CK_OK(hps_swarm_set_int(e, "max_evaluations", 99));
    int64_t n = e->guided->budget;
    ck_assert_int_eq(hpsi_guided_planned(e), n > 0);
    hps_swarm_destroy(e);
    return n;
}

START_TEST(test_what_is_planned_for)
{
    ck_assert_int_eq(planned(0, 400), 400); /* and the later limit changes nothing */
    ck_assert_int_eq(planned(500, 400), 500);
    ck_assert_int_eq(planned(-1, 400), 0);
    ck_assert_int_eq(planned(0, 0), 0);
    ck_assert_int_eq(planned(0, HPSI_RETURN_ROWS), HPSI_RETURN_ROWS);
    ck_assert_int_eq(planned(0, HPSI_RETURN_ROWS + 1), 0);
    hps_swarm *e = real_swarm("guided", 400, 1);
    ck_assert_int_eq(hps_swarm_set_int(e, "budget", -2), HPS_E_OPTION);
    hps_swarm_destroy(e);
}
END_TEST

/* The last part begins once so many values are told, and not before. */
static void check_beginning(hps_swarm *e, int64_t first)
{
    int64_t told = e->n_told;
    e->best = -1; /* nothing to return to */
    for (int64_t n = first - 1; n <= first; n++) {
        e->n_told = n;
        hpsi_guided_follow_plan(e);
        ck_assert_int_eq(e->guided->ending, n == first);
    }
    e->n_told = told;
}

/* The last part has as many evaluations as a quadratic has coefficients, 40 % of all at least and
 * 70 % at most. */
START_TEST(test_where_the_last_part_begins)
{
    static const int64_t plan[][3] = {/* parameters, budget, first of the last part */
                                      {4, 400, 240},   {4, 30, 15},     {4, 20, 6},
                                      {40, 1000, 300}, {40, 1600, 739}, {40, 3000, 1800}};
    for (size_t k = 0; k < sizeof plan / sizeof plan[0]; k++) {
        hps_swarm *e = real_swarm("guided", plan[k][1], 2);
        one_batch(e, bowl);
        int32_t dims = e->n_dims;
        e->n_dims = (int32_t)plan[k][0];
        check_beginning(e, plan[k][2]);
        e->n_dims = dims;
        hps_swarm_destroy(e);
    }
}
END_TEST

/* Once it is used up a run with a raised limit goes on without. */
START_TEST(test_after_the_plan)
{
    hps_swarm *e = real_swarm("guided", 600, 3);
    CK_OK(hps_swarm_set_int(e, "budget", 300));
    while (!hps_swarm_done(e)) {
        one_batch(e, noise);
        ck_assert_int_eq(e->guided->ending, e->n_told >= 180 && e->n_told < 300);
        ck_assert_int_eq(hpsi_guided_explores(e), e->n_told < 180);
    }
    hps_swarm_destroy(e);
}
END_TEST

/* ---------------------------------------------------------------- the same basin */

START_TEST(test_the_same_basin)
{
    static const char *const labels[] = {"a", "b", "c"};
    hps_space *s;
    hps_swarm *e;
    CK_OK(hps_space_create(&s, NULL));
    CK_OK(hps_space_add_real(s, "x", 0.0, 1.0, HPS_SCALE_LINEAR));
    CK_OK(hps_space_add_choice(s, "c", 3, labels));
    CK_OK(hps_swarm_create(&e, NULL, s, 1));
    CK_OK(hps_swarm_set_int(e, "max_evaluations", 500));
    one_batch(e, bowl);
    const double *best = e->archive.u + e->best * 2;
    ck_assert_int_eq(hpsi_guided_met_again(e), 0); /* there is no earlier epoch */
    e->guided->epoch = e->archive.n;
    ck_assert_int_eq(hpsi_guided_met_again(e), 1);
    e->g[0] = best[0] + 0.099;
    ck_assert_int_eq(hpsi_guided_met_again(e), 1);
    e->g[0] = best[0] - 0.101;
    ck_assert_int_eq(hpsi_guided_met_again(e), 0);
    e->g[0] = best[0];
    e->g[1] = best[1] < 0.4 ? 0.5 : 1.0 / 6.0; /* another label */
    ck_assert_int_eq(hpsi_guided_met_again(e), 0);
    hps_swarm_destroy(e);
    hps_space_destroy(s);
}
END_TEST

/* ---------------------------------------------------------------- the last part */

/* An epoch that ends just then is followed by a return, also if its best is the run's. */
START_TEST(test_no_design_as_the_last_part_begins)
{
    hps_swarm *e = real_swarm("guided", 600, 4);
    while (e->n_told < 480) {
        one_batch(e, bowl);
    }
    for (int k = 0; k < 2; k++) {
        e->guided->ending = 0;
        e->guided->returned = 0;
        e->guided->epoch = 0;
        e->g_f = e->archive.rows[e->best].f;
        e->fresh = k;
        hpsi_guided_follow_plan(e);
        ck_assert_int_eq(e->guided->ending, 1);
        ck_assert_int_eq(e->guided->returned, k);
        ck_assert_int_eq(e->fresh, 0);
    }
    hps_swarm_destroy(e);
}
END_TEST

/* A model steers all members, however badly it orders the batches. */
START_TEST(test_all_members_are_steered_in_the_end)
{
    int64_t first[2];
    for (int k = 0; k < 2; k++) {
        hps_swarm *e = real_swarm("guided", 600, 9);
        CK_OK(hps_swarm_set_int(e, "budget", -1));
        CK_OK(hps_swarm_set_int(e, "seekers", 0));
        for (int i = 0; i < 3; i++) {
            one_batch(e, bowl);
        }
        e->guided->judgements = 5.0;
        e->guided->ranked = 0.0;
        e->guided->ending = k;
        e->iteration += 65536; /* far from any draw that chance may repeat */
        CK_OK(hpsi_swarm_plan(e));
        first[k] = 0;
        for (int i = 0; i < 6; i++) {
            memcpy(&first[k], e->x, sizeof *first);
        }
        hps_swarm_destroy(e);
    }
    ck_assert_int_ne(first[0], first[1]);
}
END_TEST

/* With fewer than 16 parameters, where there are seekers and the run is not short, the last part
 * has 20 % only after few epochs. */
START_TEST(test_the_last_part_waits_for_epochs)
{
    static const int64_t plan[][6] = {
        /* evaluations, seekers, parameters, designs, the epoch's
           first, begins */
        {1000, -1, D, 3, 100, 800}, {1000, -1, D, 4, 100, 600}, {1000, -1, D, 4, 599, 600},
        {1000, -1, D, 4, 600, 800}, {1000, -1, D, 5, 700, 600}, {1000, 0, D, 1, 0, 600},
        {2000, -1, D, 1, 0, 1600},  {2001, -1, D, 1, 0, 1201},  {500, -1, D, 1, 0, 300},
        {501, -1, D, 1, 0, 401},    {1000, -1, 15, 1, 0, 800},  {1000, -1, 16, 1, 0, 600}};
    for (size_t k = 0; k < sizeof plan / sizeof plan[0]; k++) {
        hps_swarm *e = real_swarm("guided", plan[k][0], 2);
        CK_OK(hps_swarm_set_int(e, "seekers", plan[k][1]));
        one_batch(e, bowl);
        int64_t designs = e->designs, first = e->guided->epoch;
        int32_t dims = e->n_dims;
        e->n_dims = (int32_t)plan[k][2];
        e->designs = plan[k][3];
        e->guided->epoch = plan[k][4];
        check_beginning(e, plan[k][5]);
        e->n_dims = dims;
        e->designs = designs;
        e->guided->epoch = first;
        hps_swarm_destroy(e);
    }
}
END_TEST

/* Saved in either part, loaded, and on with both: the same values to the last bit. */
START_TEST(test_saved_with_its_plan)
{
    hps_swarm *e = real_swarm("guided", 600, 5), *again = NULL;
    while (e->n_told < (_i ? 540 : 120)) {
        one_batch(e, basins);
    }
    CK_OK(hps_swarm_save(e, path));
    CK_OK(hps_swarm_load(&again, NULL, e->space, path));
    ck_assert_int_eq(remove(path), 0);
    ck_assert_int_eq(again->guided->budget, 600);
    ck_assert_int_eq(again->guided->ending, _i);
    both_go_on(e, again, basins);
    ck_assert_int_eq(again->n_told, 600);
    hps_swarm_destroy(again);
    hps_swarm_destroy(e);
}
END_TEST

/* The last part begins at the best point in the asynchronous mode too, with the first value that
 * belongs to it. */
START_TEST(test_asynchronous)
{
    hps_swarm *e = real_swarm("guided", 700, 6);
    CK_OK(hps_swarm_set_int(e, "asynchronous", 1));
    CK_OK(hps_swarm_set_int(e, "workers", 1));
    while (!hps_swarm_done(e)) {
        one_batch(e, basins);
        ck_assert_int_eq(e->guided->ending, e->n_told >= 420 && e->n_told < 700);
        if (e->n_told == 420) {
            ck_assert(e->g_f == e->archive.rows[e->best].f);
            ck_assert_int_eq(e->fresh, 0);
        }
    }
    ck_assert_int_gt(e->designs, 2);
    hps_swarm_destroy(e);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_loop_test(t, test_epochs_end_by_the_plan, 0, 3);
    tcase_add_test(t, test_what_is_planned_for);
    tcase_add_test(t, test_where_the_last_part_begins);
    tcase_add_test(t, test_the_last_part_waits_for_epochs);
    tcase_add_test(t, test_after_the_plan);
    tcase_add_test(t, test_the_same_basin);
    tcase_add_test(t, test_no_design_as_the_last_part_begins);
    tcase_add_test(t, test_all_members_are_steered_in_the_end);
    tcase_add_loop_test(t, test_saved_with_its_plan, 0, 2);
    tcase_add_test(t, test_asynchronous);
}

int main(void)
{
    return run_tests("swarm_plan", add);
}
