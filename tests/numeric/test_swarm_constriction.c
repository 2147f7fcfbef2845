/* SPDX-License-Identifier: BSD-3-Clause */
/* Variant swarm against a plain second implementation of swarm.md 3 on the same random numbers,
 * bit for bit, through several restarts. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/internal.h"
#include "hpswarm/swarm.h"
#include "support/suite.h"

enum { D = 3, N = 6, EVALUATIONS = 6000 };

/* A bowl with a flat floor (no improvement there: restart) or a cone (collapse: restart). */
static double objective(const double *x, int flat)
{
    double s = 0.0;
    for (int d = 0; d < D; d++) {
        s += (x[d] - 0.2 - 0.3 * d) * (x[d] - 0.2 - 0.3 * d);
    }
    return flat ? fmax(s, 0.04) : sqrt(s);
}

/* ------------------------------------------------- the plain version */

typedef struct plain {
    int64_t seed;
    int designs, since, restarts_of_age, restarts_of_size, repairs;
    double x[N][D], v[N][D], p[N][D], p_f[N], g[D], g_f; /* g: ties keep the older holder */
} plain;

static double number(const plain *s, int stream, int t, int i, int d, int which)
{
    return hpsi_uniform(s->seed, stream, (uint32_t)t, (uint32_t)i, (uint32_t)d).u[which];
}

static void hypercube(plain *s, int t)
{
    for (int d = 0; d < D; d++) {
        int64_t stratum[N];
        hpsi_permutation(s->seed, HPSI_STREAM_PERMUTATION, (uint32_t)(s->designs * D + d), N,
                         stratum);
        for (int i = 0; i < N; i++) {
            volatile double place = (double)stratum[i] + number(s, HPSI_STREAM_INIT, t, i, d, 0);
            s->x[i][d] = place / N;
            volatile double away = number(s, HPSI_STREAM_INIT, t, i, d, 1) - s->x[i][d];
            s->v[i][d] = 0.5 * away;
        }
    }
    for (int i = 0; i < N; i++) {
        s->p_f[i] = (double)INFINITY;
    }
    s->g_f = (double)INFINITY;
    s->designs++;
    s->since = 0;
}

static void fly(plain *s, int t)
{
    for (int i = 0; i < N; i++) {
        for (int d = 0; d < D; d++) {
            double *x = &s->x[i][d], *v = &s->v[i][d];
            volatile double old = 0.7298 * *v;
            volatile double own =
                1.49618 * number(s, HPSI_STREAM_VELOCITY, t, i, d, 0) * (s->p[i][d] - *x);
            volatile double all =
                1.49618 * number(s, HPSI_STREAM_VELOCITY, t, i, d, 1) * (s->g[d] - *x);
            volatile double sum = old + own;
            sum = sum + all;
            *v = sum > 0.5 ? 0.5 : sum < -0.5 ? -0.5 : sum;
            *x += *v;
            if (*x < 0.0 || *x > 1.0) {
                *x = *x < 0.0 ? -*x : 2.0 - *x;
                *v *= -0.5;
            }
        }
    }
}

static int age_or_size(plain *s)
{
    double spread = 0.0;
    for (int i = 0; i < N; i++) {
        for (int d = 0; d < D; d++) {
            spread = fmax(spread, fabs(s->p[i][d] - s->g[d]));
        }
    }
    s->restarts_of_size += spread < 1e-6;
    s->restarts_of_age += spread >= 1e-6 && s->since > 12;
    return spread < 1e-6 || s->since > 12;
}

/* swarm.md 1.3: the same point within 1e-12, within 1e-9 in its own batch */
static int known(const double *u, const double *x, int n, int batch)
{
    for (int k = 0; k < n; k++) {
        double distance = 0.0;
        for (int d = 0; d < D; d++) {
            distance = fmax(distance, fabs(x[k * D + d] - u[d]));
        }
        if (distance <= (k < batch ? 1e-12 : 1e-9)) {
            return 1;
        }
    }
    return 0;
}

static void repair(plain *s, int t, int i, const double *x, int n, int batch)
{
    double u[D];
    memcpy(u, s->x[i], sizeof u);
    for (int try = 0; try < 20 && known(s->x[i], x, n, batch); try++) {
        s->repairs += try == 0;
        for (int d = 0; d < D; d++) {
            double a = number(s, HPSI_STREAM_REPAIR, t, i, d + 65536 * try, 0);
            double b = number(s, HPSI_STREAM_REPAIR, t, i, d + 65536 * try, 1);
            volatile double normal =
                sqrt(-2.0 * log(1.0 - a)) * cos(2.0 * 3.14159265358979323846 * b);
            volatile double step = (try < 10 ? 1e-3 : 0.1) * normal;
            double y = u[d] + step;
            s->x[i][d] = y < 0.0 ? -y : y > 1.0 ? 2.0 - y : y;
        }
    }
}

static void plain_run(plain *s, int flat, double *x, double *f)
{
    int restart = 1;
    for (int t = 0; t < EVALUATIONS / N; t++) {
        if (restart) {
            hypercube(s, t);
        } else {
            fly(s, t);
        }
        s->since++;
        for (int i = 0; i < N; i++) {
            repair(s, t, i, x, t * N + i, t * N);
            double value = objective(s->x[i], flat);
            memcpy(x + (t * N + i) * D, s->x[i], sizeof s->x[i]);
            f[t * N + i] = value;
            if (value < s->p_f[i]) {
                s->p_f[i] = value;
                memcpy(s->p[i], s->x[i], sizeof s->p[i]);
            }
            if (value < s->g_f) {
                s->g_f = value;
                s->since = 0;
                memcpy(s->g, s->x[i], sizeof s->g);
            }
        }
        restart = age_or_size(s);
    }
}

/* ------------------------------------------------------- the library */

static int32_t evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    (void)outcome;
    for (int32_t i = 0; i < b->n; i++) {
        f[i] = objective(b->x + (int64_t)i * b->n_params, *(int *)user);
    }
    return 0;
}

START_TEST(test_equations_walls_and_restarts)
{
    static double x[EVALUATIONS * D], f[EVALUATIONS], lib_x[EVALUATIONS * D], lib_f[EVALUATIONS];
    int flat = _i;
    plain s = {.seed = 42 + _i};
    plain_run(&s, flat, x, f);
    ck_assert(flat || s.repairs > 0);
    ck_assert_int_ge(flat ? s.restarts_of_age : s.restarts_of_size, 2);

    hps_space *space;
    hps_swarm *e;
    ck_assert_int_eq(hps_space_create(&space, NULL), HPS_OK);
    ck_assert_int_eq(hps_space_add_real(space, "a", 0.0, 1.0, HPS_SCALE_LINEAR), HPS_OK);
    ck_assert_int_eq(hps_space_add_real(space, "b", 0.0, 1.0, HPS_SCALE_LINEAR), HPS_OK);
    ck_assert_int_eq(hps_space_add_real(space, "c", 0.0, 1.0, HPS_SCALE_LINEAR), HPS_OK);
    ck_assert_int_eq(hps_swarm_create(&e, NULL, space, 1), HPS_OK);
    ck_assert_int_eq(hps_swarm_set_text(e, "variant", "swarm"), HPS_OK);
    ck_assert_int_eq(hps_swarm_set_int(e, "particles", N), HPS_OK);
    ck_assert_int_eq(hps_swarm_set_int(e, "seed", 42 + _i), HPS_OK);
    ck_assert_int_eq(hps_swarm_set_int(e, "max_evaluations", EVALUATIONS), HPS_OK);
    ck_assert_int_eq(hps_swarm_run(e, evaluate, &flat), HPS_OK);
    int64_t n;
    ck_assert_int_eq(hps_swarm_history(e, EVALUATIONS, &n, NULL, lib_x, lib_f, NULL), HPS_OK);
    ck_assert_int_eq(n, EVALUATIONS);
    ck_assert_mem_eq(lib_x, x, sizeof x);
    ck_assert_mem_eq(lib_f, f, sizeof f);
    hps_swarm_destroy(e);
    hps_space_destroy(space);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("swarm_constriction");
    TCase *t = tcase_create("constriction");
    tcase_add_loop_test(t, test_equations_walls_and_restarts, 0, 2);
    suite_add_tcase(s, t);
    return suite_end(s);
}
