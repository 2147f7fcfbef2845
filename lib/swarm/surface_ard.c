/* SPDX-License-Identifier: BSD-3-Clause */
/* A Gaussian process with a length for each coordinate, fitted again and again while a search goes
 * on: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), eqs 2.25, 4.17, 5.8
 * and 5.9. Each fit follows the slope of the likelihood for some steps from the last lengths. */
#include "swarm/surface.h"

#include <math.h>
#include <string.h>

#include "base/linalg.h"

#define LEVEL 10.0 /* variance of the constant, in units of the process's */
/* What is believed of the logarithms of lengths and noise: mean, deviation, bounds. Wide: with a
 * deviation of 1 the process orders batches worse than the cubic basis does. */
#define LENGTH_MEAN (-1.0)
#define LENGTH_DEVIATION 3.0
#define LENGTH_BOUND 3.5
#define NOISE_MEAN (-6.0)
#define NOISE_DEVIATION 2.0
#define NOISE_LEAST (-13.8)
#define NOISE_MOST 0.7
#define FIRST_MOVE 0.3
#define LARGEST_MOVE 0.8
enum { STEPS = 8, LEARNED_POINTS = 100 };

void hpsi_ard_destroy(hpsi_ard *s)
{
    if (s == NULL) {
        return;
    }
    double *const arrays[] = {s->u,       s->z,      s->norm,  s->theta,  s->found,
                              s->trial,   s->move,   s->slope, s->factor, s->inner,
                              s->inverse, s->weight, s->phi,   s->moved,  s->inverse_length};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        hpsi_free(arrays[i]);
    }
    hpsi_free(s);
}

hps_status hpsi_ard_create(hpsi_ard **out, hps_context *c, int32_t max_points, int32_t n_dims)
{
    *out = NULL;
    hpsi_ard *s = hpsi_new(c, 1, sizeof *s);
    if (s == NULL) {
        return HPS_E_MEMORY;
    }
    int64_t m = max_points;
    int64_t t = (int64_t)n_dims + 1;
    int64_t wide = m > n_dims ? m * m : m * n_dims; /* factor holds [n][n_dims], too */
    struct {
        double **array;
        int64_t size;
    } const arrays[] = {{&s->u, m * n_dims}, {&s->z, m * n_dims},  {&s->norm, m},
                        {&s->theta, t},      {&s->found, t},       {&s->trial, t},
                        {&s->move, t},       {&s->slope, t},       {&s->factor, wide},
                        {&s->inner, m * m},  {&s->inverse, m * m}, {&s->weight, m * HPSI_MAPS},
                        {&s->phi, m},        {&s->moved, t},       {&s->inverse_length, t}};
    s->max_points = max_points;
    s->n_dims = n_dims;
    int whole = 1;
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        *arrays[i].array = hpsi_new(c, arrays[i].size, sizeof **arrays[i].array);
        whole = whole && *arrays[i].array != NULL;
    }
    if (!whole) {
        hpsi_ard_destroy(s);
        return HPS_E_MEMORY;
    }
    for (int32_t d = 0; d < n_dims; d++) {
        s->theta[d] = LENGTH_MEAN + 0.5 * log((double)n_dims);
    }
    s->theta[n_dims] = NOISE_MEAN;
    *out = s;
    return HPS_OK;
}

/* ----------------------------------------------------------- likelihood */

/* Coordinates in units of the lengths. */
static void place(hpsi_ard *s, const double *theta)
{
    int32_t m = s->n_dims;
    for (int32_t d = 0; d < m; d++) {
        s->inverse_length[d] = exp(-theta[d]);
    }
    for (int32_t i = 0; i < s->n; i++) {
        double *z = s->z + (int64_t)i * m;
        s->norm[i] = 0.0;
        for (int32_t d = 0; d < m; d++) {
            z[d] = s->u[(int64_t)i * m + d] * s->inverse_length[d];
            s->norm[i] += z[d] * z[d];
        }
    }
}

/* Matern 5/2 at a squared distance; *slope: -2 times its derivative by that. */
static double matern(double square, double *slope)
{
    double r = sqrt(5.0 * fmax(square, 0.0));
    double decay = exp(-r);
    *slope = 5.0 / 3.0 * (1.0 + r) * decay;
    return (1.0 + r + r * r / 3.0) * decay;
}

/* Cholesky factor of the covariance; the slopes of matern into inner. 1 if it is positive. */
static int factorise(hpsi_ard *s, const double *theta)
{
    int32_t n = s->n;
    double noise = exp(theta[s->n_dims]);
    place(s, theta);
    hpsi_gemm(0, 1, n, n, s->n_dims, 1.0, s->z, s->n_dims, s->z, s->n_dims, 0.0, s->inner, n);
    for (int32_t i = 0; i < n; i++) {
        for (int32_t j = i; j < n; j++) {
            int64_t k = (int64_t)i * n + j;
            double square = i == j ? 0.0 : s->norm[i] + s->norm[j] - 2.0 * s->inner[k];
            s->factor[k] = matern(square, &s->inner[k]) + LEVEL + (i == j ? noise : 0.0);
        }
    }
    return hpsi_cholesky_block(n, s->factor, n) == 0;
}

static void solve(const hpsi_ard *s, double *x)
{
    hpsi_solve_vector(s->n, s->factor, s->n, 1, x);
    hpsi_solve_vector(s->n, s->factor, s->n, 0, x);
}

/* inverse = (C^-1 - a a^T / variance) * inner off the diagonal, 0 on it; returns the trace of the
 * first factor. C^-1 = R^-1 R^-T replaces the factor R. */
static double weigh_pairs(hpsi_ard *s, const double *a, double variance)
{
    int32_t n = s->n;
    double trace = 0.0;
    double *b = s->inverse;
    memset(b, 0, (size_t)n * (size_t)n * sizeof *b);
    for (int32_t i = 0; i < n; i++) {
        b[(int64_t)i * n + i] = 1.0;
    }
    hpsi_trsm_right(n, n, s->factor, n, b, n);
    hpsi_gemm(0, 1, n, n, n, 1.0, b, n, b, n, 0.0, s->factor, n);
    for (int32_t i = 0; i < n; i++) {
        int64_t row = (int64_t)i * n;
        trace += s->factor[row + i] - a[i] * a[i] / variance;
        b[row + i] = 0.0;
        for (int32_t j = i + 1; j < n; j++) {
            double w = (s->factor[row + j] - a[i] * a[j] / variance) * s->inner[row + j];
            b[row + j] = b[(int64_t)j * n + i] = w;
        }
    }
    return trace;
}

/* Eq. 5.9: tr((C^-1 - a a^T / variance) dC) / 2 for each length and the noise. With w of
 * weigh_pairs the former is sum_ij w_ij (z_i - z_j)^2 / 2 = sum_i z_i (z_i sum_j w_ij - (w z)_i).
 */
static void slopes(hpsi_ard *s, const double *theta, const double *a, double variance)
{
    int32_t n = s->n;
    int32_t m = s->n_dims;
    double trace = weigh_pairs(s, a, variance);
    const double *w = s->inverse;
    hpsi_gemm(0, 0, n, m, n, 1.0, w, n, s->z, m, 0.0, s->factor, m);
    memset(s->slope, 0, (size_t)m * sizeof *s->slope);
    for (int32_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (int32_t j = 0; j < n; j++) {
            sum += w[(int64_t)i * n + j];
        }
        for (int32_t d = 0; d < m; d++) {
            int64_t k = (int64_t)i * m + d;
            s->slope[d] += s->z[k] * (sum * s->z[k] - s->factor[k]);
        }
    }
    s->slope[m] = 0.5 * exp(theta[m]) * trace;
}

/* Half the square of how far theta is from what is believed, and its slopes. */
static double belief(hpsi_ard *s, const double *theta)
{
    double sum = 0.0;
    for (int32_t d = 0; d <= s->n_dims; d++) {
        int noise = d == s->n_dims;
        double mean = noise ? NOISE_MEAN : LENGTH_MEAN + 0.5 * log((double)s->n_dims);
        double deviation = noise ? NOISE_DEVIATION : LENGTH_DEVIATION;
        double t = (theta[d] - mean) / deviation;
        sum += 0.5 * t * t;
        s->slope[d] += t / deviation;
    }
    return sum;
}

double hpsi_ard_likelihood(hpsi_ard *s, int32_t n, const double *u, const double *y,
                           const double *theta)
{
    double *a = s->weight;
    double value = 0.0;
    s->n = n;
    memcpy(s->u, u, (size_t)n * (size_t)s->n_dims * sizeof *u);
    if (!factorise(s, theta)) {
        return (double)INFINITY;
    }
    for (int32_t i = 0; i < n; i++) {
        value += log(s->factor[(int64_t)i * n + i]);
        a[i] = y[i];
    }
    solve(s, a);
    double variance = hpsi_dot(n, a, y) / n; /* the most likely one */
    value += 0.5 * n * log(variance);
    slopes(s, theta, a, variance);
    value += belief(s, theta);
    return isfinite(value) ? value : (double)INFINITY;
}

/* ---------------------------------------------------------------- lengths */

/* One move of resilient propagation: each coordinate by its own size, against its slope. */
static void move(hpsi_ard *s)
{
    int32_t m = s->n_dims;
    for (int32_t d = 0; d <= m; d++) {
        double size = FIRST_MOVE;
        double sign = s->slope[d] > 0.0 ? -1.0 : 1.0;
        if (s->move[d] != 0.0) {
            size = fabs(s->move[d]);
            size = sign * s->move[d] > 0.0 ? fmin(1.2 * size, LARGEST_MOVE) : 0.5 * size;
        }
        s->move[d] = sign * size;
        double lo = d < m ? -LENGTH_BOUND : NOISE_LEAST;
        double hi = d < m ? LENGTH_BOUND : NOISE_MOST;
        s->trial[d] = fmin(fmax(s->trial[d] + s->move[d], lo), hi);
    }
}

/* From theta to the most likely of the next STEPS places, into found. */
static void search(hpsi_ard *s, int32_t n, const double *u, const double *y)
{
    size_t bytes = (size_t)(s->n_dims + 1) * sizeof *s->theta;
    double least = (double)INFINITY;
    memcpy(s->trial, s->theta, bytes);
    memset(s->move, 0, bytes);
    for (int32_t k = 0; k < STEPS; k++) {
        double value = hpsi_ard_likelihood(s, n, u, y, s->trial);
        if (value == (double)INFINITY) {
            return;
        }
        if (value < least) {
            least = value;
            memcpy(s->found, s->trial, bytes);
        }
        move(s);
    }
}

/* ------------------------------------------------------------------ fit */

/* out = (y - mean)/deviation; 1 if that can be done. */
static int standardise(int32_t n, const double *y, double *out, double *mean, double *deviation)
{
    double sum = 0.0, square = 0.0;
    for (int32_t i = 0; i < n; i++) {
        sum += y[i] / n;
    }
    for (int32_t i = 0; i < n; i++) {
        square += (y[i] - sum) * (y[i] - sum) / n;
    }
    int spread = square > 0.0 && isfinite(square);
    *mean = sum;
    *deviation = spread ? sqrt(square) : 0.0;
    for (int32_t i = 0; i < n; i++) {
        out[i] = spread ? (y[i] - sum) / *deviation : 0.0;
    }
    return spread;
}

/* Lengths from every stride-th point, at most LEARNED_POINTS of them. */
static void learn(hpsi_ard *s, int32_t n, const double *u, const double *y)
{
    int32_t m = s->n_dims;
    int32_t stride = (n + LEARNED_POINTS - 1) / LEARNED_POINTS;
    int32_t taken = 0;
    double *values = s->weight + (int64_t)(HPSI_MAPS - 1) * s->max_points;
    for (int32_t i = 0; i < n; i += stride) {
        memcpy(s->u + (int64_t)taken * m, u + (int64_t)i * m, (size_t)m * sizeof *u);
        s->phi[taken++] = y[i];
    }
    double mean = 0.0, deviation = 0.0;
    if (standardise(taken, s->phi, values, &mean, &deviation)) {
        search(s, taken, s->u, values);
    }
}

int hpsi_ard_fit(hpsi_ard *s, int32_t n, const double *u, int32_t n_sets, const double *y,
                 int32_t learned)
{
    size_t bytes = (size_t)(s->n_dims + 1) * sizeof *s->theta;
    if (n < 1 || n > s->max_points || n_sets < 1 || n_sets > HPSI_MAPS) {
        return 0;
    }
    memcpy(s->found, s->theta, bytes);
    if (learned >= 0) {
        learn(s, n, u, y + (int64_t)learned * n);
    }
    s->n = n;
    s->n_sets = n_sets;
    memcpy(s->u, u, (size_t)n * (size_t)s->n_dims * sizeof *u);
    if (!factorise(s, s->found)) {
        return 0;
    }
    int sound = 1;
    for (int32_t set = 0; set < n_sets; set++) {
        double *a = s->weight + (int64_t)set * n;
        int spread = standardise(n, y + (int64_t)set * n, a, &s->mean[set], &s->deviation[set]);
        solve(s, a);
        sound = sound && (spread || set > 0) && isfinite(hpsi_dot(n, a, a));
    }
    return sound;
}

void hpsi_ard_accept(hpsi_ard *s)
{
    memcpy(s->theta, s->found, (size_t)(s->n_dims + 1) * sizeof *s->theta);
}

int hpsi_ard_sound(const hpsi_ard *s)
{
    int good = 1;
    for (int32_t d = 0; d < s->n_dims; d++) {
        good = good && fabs(s->theta[d]) <= fmax(LENGTH_BOUND, 0.5 * log((double)s->n_dims));
    }
    return good && s->theta[s->n_dims] >= NOISE_LEAST && s->theta[s->n_dims] <= NOISE_MOST;
}

void hpsi_ard_predict(hpsi_ard *s, const double *u, double *out)
{
    double norm = 0.0, slope = 0.0;
    for (int32_t d = 0; d < s->n_dims; d++) {
        s->moved[d] = u[d] * s->inverse_length[d];
        norm += s->moved[d] * s->moved[d];
    }
    hpsi_gemv(0, s->n, s->n_dims, 1.0, s->z, s->n_dims, s->moved, 0.0, s->phi);
    for (int32_t i = 0; i < s->n; i++) {
        s->phi[i] = matern(s->norm[i] + norm - 2.0 * s->phi[i], &slope) + LEVEL;
    }
    for (int32_t set = 0; set < s->n_sets; set++) {
        out[set] = s->mean[set] +
                   s->deviation[set] * hpsi_dot(s->n, s->weight + (int64_t)set * s->n, s->phi);
    }
}
