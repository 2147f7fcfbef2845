/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant guided: leaders, radii, epochs, maps and metric against plain recomputation; mixed
 * spaces, failures, and that it needs far fewer evaluations than the swarm without models. */
#include <math.h>

#include "base/linalg.h"
#include "support/swarm_real.h"
#include "swarm/guided.h"

static int32_t evaluate_bowl(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)user;
    (void)outcome;
    for (int32_t i = 0; i < b->n; i++) {
        f[i] = bowl(b->x + (int64_t)i * D);
    }
    return 0;
}

START_TEST(test_models_save_evaluations)
{
    double best[2] = {0.0};
    for (int variant = 0; variant < 2; variant++) {
        for (int64_t seed = 1; seed <= 5; seed++) {
            double f;
            hps_swarm *e = real_swarm(variant ? "guided" : "swarm", 150, seed);
            CK_OK(hps_swarm_run(e, evaluate_bowl, NULL));
            CK_OK(hps_swarm_best(e, NULL, &f));
            best[variant] += f / 5.0;
            hps_swarm_destroy(e);
        }
    }
    ck_assert_msg(best[1] < 1e-6 * best[0], "swarm %g, guided %g", best[0], best[1]);
}
END_TEST

/* On a quadratic with enough points the quadratic leader goes to the minimum of the ball: Newton's
 * point once that is near enough. */
START_TEST(test_the_quadratic_leader_finds_the_minimum)
{
    hps_swarm *e = real_swarm("guided", 1000, 3);
    for (int k = 0; k < 2; k++) {
        one_batch(e, bowl); /* 24 points: 15 coefficients */
    }
    hpsi_guided *g = e->guided;
    g->map = HPSI_MAP_RAW;
    g->radius[HPSI_LEADER_QUADRATIC] = 100.0;
    CK_OK(hpsi_swarm_plan(e));
    int found = 0;
    for (int i = 0; i < e->n_slots; i++) {
        if (g->role[i] == HPSI_LEADER_QUADRATIC) {
            found++;
            ck_assert_double_lt(bowl(e->archive.x + e->row[i] * D), 1e-8);
        }
    }
    ck_assert_int_eq(found, 1);
    hps_swarm_destroy(e);
}
END_TEST

/* The three worst are the leaders, the three next to them seekers; no leader goes farther than its
 * radius. */
START_TEST(test_leaders_are_the_worst_and_stay_in_their_radius)
{
    hps_swarm *e = real_swarm("guided", 1000, 4);
    one_batch(e, bowl);
    for (int k = 0; k < 12; k++) {
        CK_OK(hpsi_swarm_plan(e));
        hpsi_guided *g = e->guided;
        int leaders = 0, seekers = 0;
        for (int i = 0; i < e->n_slots; i++) {
            int32_t role = (int32_t)g->role[i];
            int worse = 0;
            for (int j = 0; j < e->n_slots; j++) {
                worse += e->p_f[j] > e->p_f[i];
            }
            if (role == HPSI_SEEKER) {
                seekers++;
                ck_assert(worse >= 3 && worse < 6);
                continue;
            }
            leaders += role != HPSI_FLYER;
            ck_assert(role == HPSI_FLYER || worse == role - 1);
            double square = 0.0, most = 0.0;
            for (int d = 0; d < D; d++) {
                double t = g->proposal[role * D + d] - e->g[d];
                square += t * t;
                most = fmax(most, fabs(t));
            }
            /* the metric's longest axis has unit scale: no step grows by it */
            ck_assert(role == HPSI_FLYER || role == HPSI_LEADER_RBF ||
                      sqrt(square) <= g->radius[role] * (1.0 + 1e-9));
            ck_assert(role != HPSI_LEADER_RBF || most <= g->radius[role] * 2.0);
        }
        ck_assert(leaders == (e->batch == g->epoch ? 0 : 3));
        ck_assert(seekers == (e->batch == g->epoch ? 0 : 3));
        double before[HPSI_ROLES], best = e->g_f;
        memcpy(before, g->radius, sizeof before);
        int32_t returned = g->returned;
        one_batch(e, bowl);
        int ended = e->fresh || returned != g->returned;
        for (int i = 0; i < e->n_slots && !ended; i++) {
            int32_t role = (int32_t)g->role[i];
            if (role == HPSI_FLYER || role == HPSI_SEEKER) {
                continue;
            }
            double cap = role == HPSI_LEADER_RBF ? 0.5 : 0.5 * sqrt(D);
            double r = before[role] * (e->f[i] < best ? 1.5 : 0.6);
            ck_assert(g->radius[role] == fmax(fmin(r, cap), 1e-9));
        }
    }
    hps_swarm_destroy(e);
}
END_TEST

/* While the model is not trusted members of the first half move by the constriction formula with
 * its first draw, computed here from the stream; else some pick another. */
static double moved(const hps_swarm *e, const double *p_f, const double *x, const double *v,
                    const double *p, int slot, int d)
{
    int guide = slot;
    guide = p_f[(slot + 11) % 12] < p_f[guide] ? (slot + 11) % 12 : guide;
    guide = p_f[slot + 1] < p_f[guide] ? slot + 1 : guide;
    hpsi_uniform2 r = hpsi_swarm_draw(e, HPSI_STREAM_VELOCITY, slot, (uint32_t)d);
    double at = x[slot * D + d];
    double step = 0.7298 * v[slot * D + d] + 1.49618 * r.u[0] * (p[slot * D + d] - at) +
                  1.49618 * r.u[1] * (p[guide * D + d] - at);
    double y = at + fmin(fmax(step, -0.5), 0.5);
    return y < 0.0 ? -y : y > 1.0 ? 2.0 - y : y;
}

START_TEST(test_half_of_the_members_doubt_a_bad_model)
{
    hps_swarm *e = real_swarm("guided", 1000, 9);
    int plain[2] = {0}, other[2] = {0};
    CK_OK(hps_swarm_set_int(e, "budget", -1)); /* one epoch for all batches */
    CK_OK(hps_swarm_set_int(e, "seekers", 0));
    for (int k = 0; k < 3; k++) {
        one_batch(e, bowl);
    }
    for (int k = 0; k < 6; k++) {
        double p_f[12], x[12 * D], v[12 * D], p[12 * D];
        memcpy(p_f, e->p_f, sizeof p_f);
        memcpy(x, e->x, sizeof x);
        memcpy(v, e->v, sizeof v);
        memcpy(p, e->p, sizeof p);
        e->guided->judgements = 5.0;
        e->guided->ranked = 5.0 * (k % 2 ? 0.46 : 0.44);
        CK_OK(hpsi_swarm_plan(e));
        ck_assert_int_eq(e->guided->has_global, 1);
        for (int i = 0; i < 6; i++) {
            double away = 0.0;
            for (int d = 0; d < D; d++) {
                away = fmax(away, fabs(e->x[i * D + d] - moved(e, p_f, x, v, p, i, d)));
            }
            int flies = e->guided->role[i] == HPSI_FLYER;
            plain[k % 2] += flies && away < 1e-15;
            other[k % 2] += flies && away > 1e-12;
        }
        one_batch(e, bowl);
    }
    ck_assert_int_gt(plain[0], 8);
    ck_assert_int_eq(other[0], 0);
    ck_assert_int_gt(other[1], 4);
    hps_swarm_destroy(e);
}
END_TEST

/* W C W = lambda 1 with the covariance C of swarm.md 4.1 computed plainly; W W^-1 = 1. */
START_TEST(test_the_metric_whitens_the_best_points)
{
    hps_swarm *e = real_swarm("guided", 1000, 6);
    for (int k = 0; k < 4; k++) {
        one_batch(e, bowl);
    }
    CK_OK(hpsi_guided_reserve(e, e->n_slots));
    CK_OK(hpsi_guided_metric(e));
    hpsi_guided *g = e->guided;
    ck_assert_int_eq(g->has_metric, 1);
    enum { M = 24 };
    double w[M], sum = 0.0, mean[D] = {0}, c[D][D] = {{0}}, total = 0.0;
    for (int i = 0; i < M; i++) {
        w[i] = log(M + 0.5) - log(i + 1.0);
        sum += w[i];
    }
    hpsi_guided_by_value(e);
    for (int i = 0; i < M; i++) {
        const double *u = e->archive.u + g->order[i].row * D;
        ck_assert(i == 0 || g->order[i].key >= g->order[i - 1].key);
        for (int d = 0; d < D; d++) {
            mean[d] += w[i] / sum * u[d];
        }
    }
    for (int i = 0; i < M; i++) {
        const double *u = e->archive.u + g->order[i].row * D;
        for (int k = 0; k < D * D; k++) {
            c[k / D][k % D] += w[i] / sum * (u[k / D] - mean[k / D]) * (u[k % D] - mean[k % D]);
        }
    }
    for (int d = 0; d < D; d++) {
        total += c[d][d];
    }
    double wcw[D][D] = {{0}};
    for (int k = 0; k < D * D; k++) {
        double one = 0.0;
        for (int a = 0; a < D; a++) {
            one += g->metric[k / D * D + a] * g->inverse[a * D + k % D];
            for (int b = 0; b < D; b++) {
                double shrunk = c[a][b] * D / total + (a == b ? 1e-3 : 0.0);
                wcw[k / D][k % D] += g->metric[k / D * D + a] * shrunk * g->metric[b * D + k % D];
            }
        }
        ck_assert_double_eq_tol(one, k / D == k % D ? 1.0 : 0.0, 1e-9);
    }
    for (int k = 0; k < D * D; k++) {
        double expected = k / D == k % D ? wcw[0][0] : 0.0;
        ck_assert_double_eq_tol(wcw[k / D][k % D], expected, 1e-9 * wcw[0][0]);
    }
    hps_swarm_destroy(e);
}
END_TEST

/* Every second batch the leader of the quadratic goes where it goes through the metric. */
START_TEST(test_leaders_use_the_metric_in_turn)
{
    hps_swarm *e = real_swarm("guided", 1000, 4);
    one_batch(e, bowl);
    one_batch(e, bowl);
    for (int k = 0; k < 6; k++) {
        double sent[D], plain[D], shaped[D];
        int found[2] = {0};
        hpsi_guided *g = e->guided;
        const double *to = g->proposal + HPSI_LEADER_QUADRATIC * D;
        int turn = e->iteration % 2 == 1;
        CK_OK(hpsi_swarm_plan(e));
        memcpy(sent, to, sizeof sent);
        CK_OK(hpsi_guided_metric(e));
        ck_assert(g->has_metric);
        CK_OK(hpsi_guided_propose(e, HPSI_LEADER_QUADRATIC, 0, &found[0]));
        memcpy(plain, to, sizeof plain);
        CK_OK(hpsi_guided_propose(e, HPSI_LEADER_QUADRATIC, 1, &found[1]));
        memcpy(shaped, to, sizeof shaped);
        ck_assert(found[0] && found[1]);
        ck_assert_mem_ne(plain, shaped, sizeof plain);
        ck_assert_mem_eq(sent, turn ? shaped : plain, sizeof sent);
        one_batch(e, bowl);
    }
    hps_swarm_destroy(e);
}
END_TEST

/* Of points that are the same to 1e-10 the first stays; one coordinate in common is not enough. */
START_TEST(test_models_take_a_point_once)
{
    hps_swarm *e = real_swarm("guided", 1000, 4);
    one_batch(e, bowl);
    one_batch(e, bowl);
    hpsi_guided *g = e->guided;
    CK_OK(hpsi_guided_reserve(e, e->n_slots));
    ck_assert_int_eq(hpsi_guided_by_value(e), 24);
    ck_assert_int_eq(hpsi_guided_distinct(e, 24), 24);
    hpsi_guided_by_value(e);
    double *u[24];
    for (int i = 0; i < 24; i++) {
        u[i] = e->archive.u + g->order[i].row * D;
    }
    memcpy(u[7], u[2], D * sizeof(double));
    u[7][1] += 0.9e-10;
    memcpy(u[20], u[7], D * sizeof(double));
    u[20][D - 1] += 1.1e-10; /* apart from the seventh, which is gone, and the second */
    u[11][0] = u[3][0];
    int64_t first = g->order[2].row, far = g->order[20].row;
    ck_assert_int_eq(hpsi_guided_distinct(e, 24), 23);
    ck_assert(g->order[2].row == first && g->order[19].row == far);
    hps_swarm_destroy(e);
}
END_TEST

/* ------------------------------------------------- choices and failures */

START_TEST(test_choices_are_found_and_led_along)
{
    int right = 0;
    for (int seed = 1; seed <= 10; seed++) {
        hps_swarm *e = mixed_swarm(NULL, "guided", 300);
        double x[MIXED_PARAMS];
        CK_OK(hps_swarm_set_int(e, "seed", seed));
        CK_OK(hps_swarm_run(e, mixed_evaluate, NULL));
        CK_OK(hps_swarm_best(e, x, NULL));
        ck_assert(x[5] == 1.25);
        right += x[4] == 1.0 && x[2] == 4.0;
        hps_swarm_destroy(e);
    }
    ck_assert_int_ge(right, 9);
}
END_TEST

/* One coordinate for each level, two levels at distance 1. */
START_TEST(test_features_of_a_choice)
{
    hps_swarm *e = mixed_swarm(NULL, "guided", 300);
    double z[7], u[5] = {0.25, 0.5, 0.125, 0.75, 0.5};
    one_round(e, 64);
    ck_assert_int_eq(e->guided->n_features, 7);
    ck_assert_int_eq(e->guided->n_ordered, 4);
    hpsi_guided_features(e, u, z);
    const double expected[7] = {0.25, 0.5, 0.125, 0.75, 0.0, sqrt(0.5), 0.0};
    for (int k = 0; k < 7; k++) {
        ck_assert_double_eq_tol(z[k], expected[k], 1e-15);
    }
    hps_swarm_destroy(e);
}
END_TEST

/* Only choices: no leader has a direction, the run still ends with all that there is. */
START_TEST(test_a_space_of_choices)
{
    static const char *const labels[] = {"a", "b", "c", "d"};
    hps_space *s;
    hps_swarm *e;
    CK_OK(hps_space_create(&s, NULL));
    CK_OK(hps_space_add_choice(s, "first", 4, labels));
    CK_OK(hps_space_add_choice(s, "second", 4, labels));
    CK_OK(hps_space_add_choice(s, "third", 4, labels));
    CK_OK(hps_swarm_create(&e, NULL, s, 1));
    CK_OK(hps_swarm_set_text(e, "variant", "guided"));
    CK_OK(hps_swarm_set_int(e, "max_evaluations", 100000));
    int64_t id[64];
    double x[64 * 3], f[64];
    while (!hps_swarm_done(e)) {
        int32_t n = 0;
        CK_OK(hps_swarm_ask(e, 64, &n, id, x));
        for (int i = 0; i < n; i++) {
            f[i] = fabs(x[3 * i] - 2.0) + x[3 * i + 1] + fabs(x[3 * i + 2] - 1.0);
        }
        CK_OK(hps_swarm_tell(e, n, id, f, NULL));
    }
    ck_assert_str_eq(hps_swarm_stop_reason(e), "exhausted");
    CK_OK(hps_swarm_best(e, x, f));
    ck_assert(x[0] == 2.0 && x[1] == 0.0 && x[2] == 1.0 && f[0] == 0.0);
    hps_swarm_destroy(e);
    hps_space_destroy(s);
}
END_TEST

/* A region without values is as bad as the worst, huge values do no harm. */
START_TEST(test_failed_points_are_the_worst_of_a_model)
{
    hps_swarm *e = real_swarm("guided", 1000, 5);
    int64_t id[16];
    double x[16 * D], f[16];
    int32_t n, outcome[16] = {0};
    CK_OK(hps_swarm_ask(e, 16, &n, id, x));
    for (int i = 0; i < n; i++) {
        f[i] = i == 0 ? 4e307 : -1.0 * i;
        outcome[i] = i % 4 == 3 ? HPS_EVAL_FAILED : HPS_EVAL_OK;
    }
    CK_OK(hps_swarm_tell(e, n, id, f, outcome));
    CK_OK(hpsi_guided_reserve(e, e->n_slots));
    ck_assert_int_eq(hpsi_guided_by_value(e), 9);
    ck_assert_int_eq(hpsi_guided_distinct(e, 12), 12);
    ck_assert(hpsi_guided_values(e, 12));
    for (int i = 0; i < 12; i++) {
        int64_t r = e->guided->order[i].row;
        double expected = r == 0 || r % 4 == 3 ? 1.0 : -1.0 * (double)r / 4e307;
        ck_assert_double_eq_tol(e->guided->values[i], expected, 1e-15);
    }
    for (int k = 0; k < 20; k++) {
        one_batch(e, bowl);
    }
    for (int64_t k = 0; k < e->archive.n * D; k++) {
        ck_assert(e->archive.u[k] >= 0.0 && e->archive.u[k] <= 1.0);
    }
    hps_swarm_destroy(e);
}
END_TEST

/* Kendall's tau by counting, and the rule that picks the map. */
START_TEST(test_the_map_that_orders_best_is_taken)
{
    hps_swarm *e = real_swarm("guided", 1000, 5);
    one_batch(e, bowl);
    hpsi_guided *g = e->guided;
    g->predicted = 1;
    for (int i = 0; i < e->n_slots; i++) {
        e->f[i] = i == 11 ? (double)INFINITY : i;
        double *of = g->prediction + (int64_t)HPSI_FORECASTS * i;
        of[0] = -i;                /* all wrong */
        of[1] = i == 0 ? 11.5 : i; /* 11 of 66 pairs wrong */
        of[2] = i;
        of[3] = i; /* equal to map 2: does not win by 0.01 */
    }
    hpsi_guided_judge(e);
    ck_assert_double_eq_tol(g->credit[0], -0.3, 1e-15);
    ck_assert_double_eq_tol(g->credit[1], 0.3 * 44.0 / 66.0, 1e-15);
    ck_assert_double_eq_tol(g->credit[2], 0.3, 1e-15);
    ck_assert_int_eq(g->map, HPSI_MAP_LOG);
    ck_assert_int_eq(g->predicted, 0);
    hps_swarm_destroy(e);
}
END_TEST

/* Judged is the map that steered, batch by batch, also where another one is chosen thereafter. */
START_TEST(test_how_well_the_map_in_use_does_is_remembered)
{
    hps_swarm *e = real_swarm("guided", 1000, 5);
    one_batch(e, bowl);
    hpsi_guided *g = e->guided;
    ck_assert_double_eq(g->judgements, 0.0);
    double sum = 0.0, weight = 0.0;
    for (int k = 0; k < 5; k++) {
        double expected = g->map == HPSI_MAP_RAW ? -1.0 : 1.0;
        g->predicted = k != 3; /* the fourth batch had no model */
        for (int i = 0; i < e->n_slots; i++) {
            e->f[i] = k == 4 ? 1.0 : i; /* the last one says nothing */
            for (int map = 0; map < HPSI_MAPS; map++) {
                g->prediction[HPSI_FORECASTS * i + map] = map == HPSI_MAP_RAW ? -i : i;
            }
        }
        hpsi_guided_judge(e);
        sum = k < 3 ? 0.95 * sum + expected : sum;
        weight = k < 3 ? 0.95 * weight + 1.0 : weight;
        ck_assert_double_eq_tol(g->ranked, sum, 1e-14);
        ck_assert_double_eq_tol(g->judgements, weight, 1e-14);
    }
    ck_assert_double_gt(fabs(sum), 0.0);
    hps_swarm_destroy(e);
}
END_TEST

/* A checkpoint of version 1: the credit stands for what is remembered since version 6. */
START_TEST(test_old_checkpoints_remember_the_credit)
{
    hps_space *s;
    hps_swarm *e;
    CK_OK(mixed_space(&s, NULL));
    CK_OK(hps_swarm_load(&e, NULL, s, HPS_TEST_DATA "/checkpoint_1_guided.hpsw"));
    const hpsi_guided *g = e->guided;
    ck_assert_double_gt(g->credit[g->map], 0.0);
    ck_assert_double_eq(g->ranked, g->credit[g->map]);
    ck_assert_double_eq(g->judgements, 1.0);
    hps_swarm_destroy(e);
    hps_space_destroy(s);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_test(t, test_models_save_evaluations);
    tcase_add_test(t, test_the_quadratic_leader_finds_the_minimum);
    tcase_add_test(t, test_leaders_are_the_worst_and_stay_in_their_radius);
    tcase_add_test(t, test_half_of_the_members_doubt_a_bad_model);
    tcase_add_test(t, test_the_metric_whitens_the_best_points);
    tcase_add_test(t, test_leaders_use_the_metric_in_turn);
    tcase_add_test(t, test_models_take_a_point_once);
    tcase_add_test(t, test_choices_are_found_and_led_along);
    tcase_add_test(t, test_features_of_a_choice);
    tcase_add_test(t, test_a_space_of_choices);
    tcase_add_test(t, test_failed_points_are_the_worst_of_a_model);
    tcase_add_test(t, test_the_map_that_orders_best_is_taken);
    tcase_add_test(t, test_how_well_the_map_in_use_does_is_remembered);
    tcase_add_test(t, test_old_checkpoints_remember_the_credit);
}

int main(void)
{
    return run_tests("swarm_guided", add);
}
