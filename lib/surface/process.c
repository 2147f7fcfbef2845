/* SPDX-License-Identifier: BSD-3-Clause */
/* Gaussian process with an unknown constant mean: Rasmussen and Williams, Gaussian Processes for
 * Machine Learning (2006), eqs 2.30, 2.41, 2.42, 4.17, 5.8 and 5.12. Lengths and noise are those
 * of the greatest likelihood, found by the swarm. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/linalg.h"
#include "surface/internal.h"

#define SHORTEST 0.03
#define LONGEST HPSI_SURFACE_LONGEST
#define LEAST_NOISE 1e-8 /* as a part of the process's variance */
#define MOST_NOISE 10.0
enum { SEARCH_POINTS = 400, SEARCH_BASE = 60, SEARCH_PER_DIM = 40 };

/* ---------------------------------------------------------- likelihood */

static double matern(double square)
{
    double s = sqrt(5.0 * square);
    return (1.0 + s + s * s / 3.0) * exp(-s);
}

static double kernel(const hps_surface *r, const double *a, const double *b, const double *length)
{
    double square = 0.0;
    for (int32_t d = 0; d < r->n_dims; d++) {
        int choice = hpsi_surface_param(r, d)->kind == HPS_PARAM_CHOICE;
        double t = (choice ? (double)(a[d] != b[d]) : a[d] - b[d]) / length[d];
        square += t * t;
    }
    return matern(square);
}

/* What the likelihood is worked out with: the rows step, 2 step, .. of the data. */
typedef struct likelihood {
    const hps_surface *r;
    int64_t n, step;
    double *factor, *weight, *column; /* [n][n], [n], [n] */
    double mean, variance, column_sum, value;
} likelihood;

static hps_status make(likelihood *l, const hps_surface *r, int64_t most)
{
    l->r = r;
    l->step = (r->n + most - 1) / most;
    l->n = (r->n + l->step - 1) / l->step;
    l->factor = hpsi_new(r->context, hpsi_size_mul(l->n, l->n), sizeof *l->factor);
    l->weight = hpsi_new(r->context, l->n, sizeof *l->weight);
    l->column = hpsi_new(r->context, l->n, sizeof *l->column);
    int whole = l->factor != NULL && l->weight != NULL && l->column != NULL;
    return whole ? HPS_OK : HPS_E_MEMORY;
}

static void unmake(likelihood *l)
{
    hpsi_free(l->factor);
    hpsi_free(l->weight);
    hpsi_free(l->column);
}

/* Cholesky factor of the kernel with noise; 1 if it is positive. */
static int factorise(likelihood *l, const double *length, double noise)
{
    const hps_surface *r = l->r;
    for (int64_t i = 0; i < l->n; i++) {
        const double *a = r->u + i * l->step * r->n_dims;
        for (int64_t j = i; j < l->n; j++) {
            const double *b = r->u + j * l->step * r->n_dims;
            l->factor[i * l->n + j] = kernel(r, a, b, length) + (i == j ? noise : 0.0);
        }
    }
    return hpsi_cholesky_block(l->n, l->factor, l->n) == 0;
}

static void solve(const likelihood *l, double *x)
{
    hpsi_solve_vector(l->n, l->factor, l->n, 1, x);
    hpsi_solve_vector(l->n, l->factor, l->n, 0, x);
}

/* Mean and variance of the greatest likelihood, and its -2 ln / n. 1 if it can be done. */
static int judge(likelihood *l, const double *length, double noise)
{
    int64_t n = l->n;
    double by_column = 0.0, square = 0.0, logarithm = 0.0;
    if (!factorise(l, length, noise)) {
        return 0;
    }
    for (int64_t i = 0; i < n; i++) {
        l->column[i] = 1.0;
    }
    solve(l, l->column);
    l->column_sum = 0.0;
    for (int64_t i = 0; i < n; i++) {
        l->column_sum += l->column[i];
        by_column += l->column[i] * l->r->y[i * l->step];
        logarithm += 2.0 * log(l->factor[i * n + i]);
    }
    l->mean = by_column / l->column_sum;
    for (int64_t i = 0; i < n; i++) {
        l->weight[i] = l->r->y[i * l->step] - l->mean;
    }
    solve(l, l->weight);
    for (int64_t i = 0; i < n; i++) {
        square += l->weight[i] * (l->r->y[i * l->step] - l->mean);
    }
    l->variance = square / (double)n;
    l->value = log(l->variance) + logarithm / (double)n;
    return l->column_sum > 0.0 && l->variance > 0.0 && isfinite(l->value);
}

/* -------------------------------------------------------------- search */

static int32_t evaluate(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    likelihood *l = user;
    for (int32_t i = 0; i < b->n; i++) {
        const double *x = b->x + (int64_t)i * b->n_params;
        if (judge(l, x, x[b->n_params - 1])) {
            f[i] = l->value;
        } else {
            outcome[i] = HPS_EVAL_FAILED;
        }
    }
    return 0;
}

static hps_status search_space(const hps_surface *r, hps_space **out)
{
    char name[16];
    hps_status st = hps_space_create(out, r->context);
    for (int32_t d = 0; d < r->n_dims && st == HPS_OK; d++) {
        (void)snprintf(name, sizeof name, "l%d", d);
        st = hps_space_add_real(*out, name, SHORTEST, LONGEST, HPS_SCALE_LOG);
    }
    return st != HPS_OK ? st
                        : hps_space_add_real(*out, "noise", LEAST_NOISE, MOST_NOISE, HPS_SCALE_LOG);
}

/* Lengths into best[n_dims], the noise behind them. */
static hps_status search(const hps_surface *r, const hps_space *s, likelihood *l, double *best)
{
    hps_swarm *e = NULL;
    int64_t budget = SEARCH_BASE + SEARCH_PER_DIM * (int64_t)(r->n_dims + 1);
    hps_status st = hps_swarm_create(&e, r->context, s, 1);
    for (int32_t d = 0; d < r->n_dims; d++) {
        best[d] = 0.5;
    }
    best[r->n_dims] = 1e-4;
    st = st == HPS_OK ? hps_swarm_set_text(e, "variant", "guided") : st;
    st = st == HPS_OK ? hps_swarm_set_int(e, "seed", 1) : st;
    st = st == HPS_OK ? hps_swarm_set_int(e, "max_evaluations", budget) : st;
    st = st == HPS_OK ? hps_swarm_set_start(e, 1, best) : st;
    st = st == HPS_OK ? hps_swarm_run(e, evaluate, l) : st;
    if (st == HPS_OK && hps_swarm_best(e, best, NULL) != HPS_OK) {
        st = hpsi_fail(HPS_E_NUMERIC,
                       "surface: %lld points do not determine a Gaussian process: "
                       "are all values the same?",
                       (long long)r->n);
    }
    hps_swarm_destroy(e);
    return st;
}

/* Lengths and noise of the greatest likelihood of at most SEARCH_POINTS of the points. */
static hps_status find_lengths(hps_surface *r)
{
    likelihood l = {0};
    hps_space *s = NULL;
    double *best = hpsi_new(r->context, r->n_dims + 1, sizeof *best);
    hps_status st = best == NULL ? HPS_E_MEMORY : make(&l, r, SEARCH_POINTS);
    st = st == HPS_OK ? search_space(r, &s) : st;
    st = st == HPS_OK ? search(r, s, &l, best) : st;
    if (st == HPS_OK) {
        memcpy(r->length, best, (size_t)r->n_dims * sizeof *best);
        r->noise_ratio = best[r->n_dims];
    }
    hps_space_destroy(s);
    unmake(&l);
    hpsi_free(best);
    return st;
}

/* ----------------------------------------------------------------- fit */

/* Eq. 5.12 with a mean that is estimated anew from the others: the constant is projected out of
 * the inverse. */
static void leave_out(hps_surface *r, double *diagonal, double *work)
{
    hpsi_inverse_diagonal(r->n, r->factor, r->n, diagonal, work);
    for (int64_t i = 0; i < r->n; i++) {
        double own = diagonal[i] - r->column[i] * r->column[i] / r->column_sum;
        r->fitted[i] = r->y[i] - r->noise_ratio * r->weight[i];
        r->left[i] = r->y[i] - r->weight[i] / own;
    }
}

hps_status hpsi_process_fit(hps_surface *r)
{
    hps_status st = find_lengths(r);
    likelihood l = {0};
    double *work = NULL;
    if (st == HPS_OK) {
        work = hpsi_new(r->context, 2 * r->n, sizeof *work);
        st = work == NULL ? HPS_E_MEMORY : make(&l, r, r->n);
    }
    if (st == HPS_OK && !judge(&l, r->length, r->noise_ratio)) {
        st = hpsi_fail(HPS_E_NUMERIC, "surface: the kernel of %lld points is not positive",
                       (long long)r->n);
    }
    if (st != HPS_OK) {
        unmake(&l);
        hpsi_free(work);
        return st;
    }
    r->factor = l.factor;
    r->weight = l.weight;
    r->column = l.column;
    r->mean = l.mean;
    r->variance = l.variance;
    r->column_sum = l.column_sum;
    leave_out(r, work, work + r->n);
    hpsi_free(work);
    return HPS_OK;
}

double hpsi_process_value(const hps_surface *r, const double *u, double *sd, double *work)
{
    for (int64_t i = 0; i < r->n; i++) {
        work[i] = kernel(r, u, r->u + i * r->n_dims, r->length);
    }
    double mean = r->mean + hpsi_dot(r->n, r->weight, work);
    if (sd != NULL) { /* eq. 2.42 with h = 1 */
        double rest = 1.0 - hpsi_dot(r->n, r->column, work);
        hpsi_solve_vector(r->n, r->factor, r->n, 1, work);
        double part = 1.0 - hpsi_dot(r->n, work, work) + rest * rest / r->column_sum;
        *sd = sqrt(r->variance * fmax(part, 0.0));
    }
    return mean;
}
