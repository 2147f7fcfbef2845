/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant paper against a plain second implementation of swarm.md 2.1 on the same random
 * numbers, bit for bit. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/internal.h"
#include "hpswarm/swarm.h"
#include "support/suite.h"

enum { D = 3, N = 5, ITERATIONS = 40 };
static const double lo[D] = {-2.0, 0.5, 1e-3};
static const double hi[D] = {3.0, 0.75, 10.0};

static double value_of(int d, double u)
{
    volatile double x;
    if (d == 2) {
        x = lo[d] * pow(hi[d] / lo[d], u);
    } else {
        volatile double step = u * (hi[d] - lo[d]);
        x = lo[d] + step;
    }
    return x < lo[d] ? lo[d] : x > hi[d] ? hi[d] : x;
}

/* With a corner the least value is at the lower bounds. */
static double objective(const double *x, int corner)
{
    if (corner) {
        return (x[0] - lo[0]) + (x[1] - lo[1]) + log(x[2] / lo[2]);
    }
    double a = x[0] - 0.3, b = 8.0 * (x[1] - 0.6), c = log(x[2]) + 2.0;
    return a * a + b * b + c * c + 0.3 * cos(9.0 * a);
}

/* ------------------------------------------------- the plain version */

typedef struct plain {
    int64_t seed;
    int of_iteration;
    int corner; /* particle 0 starts in the corner where the objective is least */
    double c1, c2, dt;
    double u[N][D], own[N][D], own_f[N], best[D], best_f;
} plain;

static double number(const plain *s, int stream, int t, int i, int d, int which)
{
    return hpsi_uniform(s->seed, stream, (uint32_t)t, (uint32_t)i, (uint32_t)d).u[which];
}

static void plain_update(plain *s, const double *f)
{
    int least = 0;
    for (int i = 0; i < N; i++) {
        least = f[i] < f[least] ? i : least;
        if (f[i] < s->own_f[i]) {
            s->own_f[i] = f[i];
            memcpy(s->own[i], s->u[i], sizeof s->own[i]);
        }
    }
    if (s->of_iteration || f[least] < s->best_f) {
        s->best_f = f[least];
        memcpy(s->best, s->u[least], sizeof s->best);
    }
}

static void plain_move(plain *s, int t)
{
    for (int i = 0; i < N; i++) {
        for (int d = 0; d < D; d++) {
            volatile double own =
                s->c1 * number(s, HPSI_STREAM_VELOCITY, t, i, d, 0) * (s->own[i][d] - s->u[i][d]);
            volatile double all =
                s->c2 * number(s, HPSI_STREAM_VELOCITY, t, i, d, 1) * (s->best[d] - s->u[i][d]);
            volatile double a = own / s->dt, b = all / s->dt;
            volatile double v = a + b;          /* eq. 15 */
            volatile double y = s->u[i][d] + v; /* eq. 16 */
            int inside = y > 0.0 && y < 1.0;
            s->u[i][d] = inside ? y : number(s, HPSI_STREAM_BOUNDARY, t, i, d, 0);
        }
    }
}

/* Everything in order of evaluation; a point that was met before is not evaluated again. */
typedef struct record {
    int n;
    double u[ITERATIONS * N][D], x[ITERATIONS * N][D], f[ITERATIONS * N];
} record;

static double plain_value(const double *u, int corner, record *out)
{
    for (int k = 0; k < out->n; k++) {
        if (memcmp(out->u[k], u, D * sizeof *u) == 0) {
            return out->f[k];
        }
    }
    memcpy(out->u[out->n], u, D * sizeof *u);
    for (int d = 0; d < D; d++) {
        out->x[out->n][d] = value_of(d, u[d]);
    }
    out->f[out->n] = objective(out->x[out->n], corner);
    return out->f[out->n++];
}

static void plain_run(plain *s, record *out)
{
    out->n = 0;
    s->best_f = (double)INFINITY;
    for (int i = 0; i < N; i++) {
        s->own_f[i] = (double)INFINITY;
        for (int d = 0; d < D; d++) {
            s->u[i][d] = number(s, HPSI_STREAM_INIT, 0, i, d, 0); /* eq. 14 */
            s->u[i][d] = s->corner && i == 0 ? 0.0 : s->u[i][d];
        }
    }
    for (int t = 0; t < ITERATIONS; t++) {
        if (t > 0) {
            plain_move(s, t);
        }
        double f[N];
        for (int i = 0; i < N; i++) {
            f[i] = plain_value(s->u[i], s->corner, out);
        }
        plain_update(s, f);
    }
}

/* ------------------------------------------------------- the library */

static int32_t evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)outcome;
    for (int32_t i = 0; i < b->n; i++) {
        f[i] = objective(b->x + (int64_t)i * b->n_params, *(const int *)user);
    }
    return 0;
}

static void check_equal(const plain *model)
{
    static record expected;
    static double lib_x[ITERATIONS * N * D], lib_f[ITERATIONS * N];
    plain s = *model;
    plain_run(&s, &expected);

    hps_space *space;
    hps_swarm *e;
    ck_assert_int_eq(hps_space_create(&space, NULL), HPS_OK);
    ck_assert_int_eq(hps_space_add_real(space, "a", lo[0], hi[0], HPS_SCALE_LINEAR), HPS_OK);
    ck_assert_int_eq(hps_space_add_real(space, "b", lo[1], hi[1], HPS_SCALE_LINEAR), HPS_OK);
    ck_assert_int_eq(hps_space_add_real(space, "c", lo[2], hi[2], HPS_SCALE_LOG), HPS_OK);
    ck_assert_int_eq(hps_swarm_create(&e, NULL, space, 1), HPS_OK);
    ck_assert_int_eq(hps_swarm_set_text(e, "variant", "paper"), HPS_OK);
    ck_assert_int_eq(hps_swarm_set_int(e, "particles", N), HPS_OK);
    ck_assert_int_eq(hps_swarm_set_int(e, "seed", model->seed), HPS_OK);
    ck_assert_int_eq(hps_swarm_set_real(e, "c1", model->c1), HPS_OK);
    ck_assert_int_eq(hps_swarm_set_real(e, "c2", model->c2), HPS_OK);
    ck_assert_int_eq(hps_swarm_set_real(e, "dt", model->dt), HPS_OK);
    ck_assert_int_eq(hps_swarm_set_text(e, "gbest", model->of_iteration ? "iteration" : "alltime"),
                     HPS_OK);
    ck_assert_int_eq(hps_swarm_set_int(e, "max_iterations", ITERATIONS), HPS_OK);
    int corner = model->corner;
    if (corner) {
        ck_assert_int_eq(hps_swarm_set_start(e, 1, lo), HPS_OK);
    }
    ck_assert_int_eq(hps_swarm_run(e, evaluate, &corner), HPS_OK);
    ck_assert_str_eq(hps_swarm_stop_reason(e), "iterations");

    int64_t n = 0;
    ck_assert_int_eq(hps_swarm_history(e, ITERATIONS * N, &n, NULL, lib_x, lib_f, NULL), HPS_OK);
    ck_assert_int_eq(n, expected.n);
    ck_assert_int_gt(n, ITERATIONS * (N - 1)); /* only the best particle can rest */
    ck_assert_mem_eq(lib_x, expected.x, (size_t)n * sizeof expected.x[0]);
    ck_assert_mem_eq(lib_f, expected.f, (size_t)n * sizeof expected.f[0]);
    double best[D], best_f;
    ck_assert_int_eq(hps_swarm_best(e, best, &best_f), HPS_OK);
    int least = 0;
    for (int i = 0; i < expected.n; i++) {
        least = expected.f[i] < expected.f[least] ? i : least;
    }
    ck_assert_mem_eq(&best_f, &expected.f[least], sizeof best_f);
    ck_assert_mem_eq(best, expected.x[least], sizeof best);
    hps_swarm_destroy(e);
    hps_space_destroy(space);
}

START_TEST(test_equations_with_the_best_since_the_start)
{
    plain s = {.seed = 42, .c1 = 1.0, .c2 = 2.0, .dt = 1.0};
    check_equal(&s);
    s.seed = 7000000001;
    check_equal(&s);
}
END_TEST

START_TEST(test_equations_with_the_best_of_the_iteration)
{
    plain s = {.seed = 3, .of_iteration = 1, .c1 = 1.0, .c2 = 2.0, .dt = 1.0};
    check_equal(&s);
}
END_TEST

/* The best particle rests by eqs 15, 16, so that the two choices differ only if a wall moves it. */
START_TEST(test_a_best_on_the_wall_is_redrawn)
{
    plain s = {.seed = 4, .of_iteration = _i, .corner = 1, .c1 = 1.0, .c2 = 2.0, .dt = 1.0};
    check_equal(&s);
}
END_TEST

START_TEST(test_equations_with_other_constants)
{
    plain s = {.seed = 11, .c1 = 1.7, .c2 = 0.6, .dt = 0.9};
    check_equal(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("swarm_paper");
    TCase *t = tcase_create("paper");
    tcase_add_test(t, test_equations_with_the_best_since_the_start);
    tcase_add_test(t, test_equations_with_the_best_of_the_iteration);
    tcase_add_test(t, test_equations_with_other_constants);
    tcase_add_loop_test(t, test_a_best_on_the_wall_is_redrawn, 0, 2);
    suite_add_tcase(s, t);
    return suite_end(s);
}
