/* SPDX-License-Identifier: BSD-3-Clause */
/* A Gaussian process with a length for each coordinate, fitted again and again while a search goes
 * on: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), eqs 2.25, 4.17, 5.8
 * and 5.9. Each fit takes some steps along the slope of the likelihood from the last lengths; how
 * long they are is remembered from fit to fit, which makes few of them enough. */
#include "swarm/surface.h"

#include <math.h>
#include <string.h>

#include "base/linalg.h"

#define LEVEL HPSI_ARD_LEVEL
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
#define LEAST_MOVE 0.15 /* never none: the points change from fit to fit */
#define LARGEST_MOVE 0.8
#define FASTER 1.5
#define SLOWER 0.5
/* Points that lengths are learned from, and up to how many of them in two steps at once: there they
 * are known least and cost least. */
enum { LEARNED_POINTS = 100, FEW_POINTS = 50 };

void hpsi_ard_destroy(hpsi_ard *s)
{
    if (s == NULL) {
        return;
    }
    double *const arrays[] = {s->u,      s->z,      s->norm,   s->theta,         s->move, s->found,
                              s->moved,  s->slope,  s->factor, s->inner,         s->work, s->image,
                              s->weight, s->values, s->phi,    s->inverse_length};
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
    int64_t m = hpsi_padded(max_points);
    int64_t t = (int64_t)n_dims + 1;
    struct {
        double **array;
        int64_t size;
    } const arrays[] = {{&s->u, m * n_dims},
                        {&s->z, m * t},
                        {&s->norm, m},
                        {&s->theta, t},
                        {&s->move, t},
                        {&s->found, t},
                        {&s->moved, t},
                        {&s->slope, t},
                        {&s->factor, m * m},
                        {&s->inner, m * m},
                        {&s->work, HPSI_INVERT_WORK(m)},
                        {&s->image, m * t},
                        {&s->weight, m * HPSI_MAPS},
                        {&s->values, m},
                        {&s->phi, m},
                        {&s->inverse_length, t}};
    s->max_points = max_points;
    s->n_dims = n_dims;
    s->learned_points = LEARNED_POINTS;
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

/* Coordinates in units of the lengths, and a row of ones. */
static void place(hpsi_ard *s, const double *theta)
{
    int32_t n = s->n;
    memset(s->norm, 0, (size_t)n * sizeof *s->norm);
    for (int32_t d = 0; d < s->n_dims; d++) {
        const double *u = s->u + d * s->ld;
        double *z = s->z + d * s->ld;
        s->inverse_length[d] = exp(-theta[d]);
        for (int32_t i = 0; i < n; i++) {
            z[i] = u[i] * s->inverse_length[d];
            s->norm[i] += z[i] * z[i];
        }
    }
    for (int32_t i = 0; i < n; i++) {
        s->z[s->n_dims * s->ld + i] = 1.0;
    }
}

/* Cholesky factor of the covariance, above the diagonal; there the slopes of the kernel by half
 * the squared distance into inner. 1 if it is positive. */
static int factorise(hpsi_ard *s, const double *theta)
{
    int32_t n = s->n;
    int64_t ld = s->ld;
    double noise = exp(theta[s->n_dims]);
    place(s, theta);
    hpsi_squares(n, s->n_dims, s->z, ld, s->inner, ld);
    for (int64_t i = 0; i < n; i++) {
        int64_t first = hpsi_row_start(i);
        int64_t k = i * ld + first;
        hpsi_matern_row(ld - first, s->norm[i], s->norm + first, LEVEL, s->inner + k,
                        s->factor + k);
        s->factor[i * ld + i] = 1.0 + LEVEL + noise;
    }
    return hpsi_surface_cholesky(n, s->factor) == 0;
}

/* Eq. 5.9: tr((C^-1 - a a^T / variance) dC) / 2 for each length and the noise. With w the product
 * of that and the kernel's slope, pair by pair and without the diagonal, the former is
 * sum_ij w_ij (z_i - z_j)^2 / 2 = sum_i z_i (z_i sum_j w_ij - (w z)_i). The factor holds C^-1. */
static void slopes(hpsi_ard *s, const double *theta, const double *a, double variance)
{
    int32_t n = s->n;
    int32_t m = s->n_dims;
    int64_t ld = s->ld;
    double trace = 0.0;
    for (int64_t i = 0; i < n; i++) {
        int64_t first = hpsi_row_start(i);
        int64_t k = i * ld + first;
        trace += s->factor[i * ld + i] - a[i] * a[i] / variance;
        hpsi_weigh_row(ld - first, a[i] / variance, a + first, s->inner + k, s->factor + k);
        s->factor[i * ld + i] = 0.0;
    }
    hpsi_symm_right(m + 1, n, s->factor, ld, s->z, ld, s->image, ld);
    const double *sum = s->image + m * ld;
    for (int32_t d = 0; d < m; d++) {
        const double *z = s->z + d * ld;
        double *wz = s->image + d * ld;
        for (int32_t i = 0; i < n; i++) {
            wz[i] = sum[i] * z[i] - wz[i];
        }
        s->slope[d] = hpsi_dot(n, z, wz);
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

/* The likelihood of the present points and its slopes at theta. */
static double evaluate(hpsi_ard *s, const double *y, const double *theta)
{
    int32_t n = s->n;
    int64_t ld = s->ld;
    double *a = s->weight;
    double value = 0.0;
    if (!factorise(s, theta)) {
        return (double)INFINITY;
    }
    for (int32_t i = 0; i < n; i++) {
        value += log(s->factor[i * (ld + 1)]);
    }
    hpsi_invert_factored(n, s->factor, s->work);
    hpsi_symm_right(1, n, s->factor, ld, y, n, a, n);
    double variance = hpsi_dot(n, a, y) / n; /* the most likely one */
    value += 0.5 * n * log(variance);
    slopes(s, theta, a, variance);
    value += belief(s, theta);
    return isfinite(value) ? value : (double)INFINITY;
}

/* Every stride-th point. */
static void take(hpsi_ard *s, int32_t n, int32_t stride, const double *u)
{
    int32_t m = s->n_dims;
    s->n = (n + stride - 1) / stride;
    s->ld = hpsi_padded(s->n);
    for (int32_t i = 0; i < s->n; i++) {
        for (int32_t d = 0; d < m; d++) {
            s->u[d * s->ld + i] = u[(int64_t)i * stride * m + d];
        }
    }
}

double hpsi_ard_likelihood(hpsi_ard *s, int32_t n, const double *u, const double *y,
                           const double *theta)
{
    take(s, n, 1, u);
    return evaluate(s, y, theta);
}

/* ---------------------------------------------------------------- lengths */

/* One step of resilient propagation: each coordinate by its own size, against its slope. */
static void step(hpsi_ard *s)
{
    int32_t m = s->n_dims;
    for (int32_t d = 0; d <= m; d++) {
        double size = FIRST_MOVE;
        double sign = s->slope[d] > 0.0 ? -1.0 : 1.0;
        if (s->moved[d] != 0.0) {
            size = fabs(s->moved[d]);
            size = sign * s->moved[d] > 0.0 ? fmin(FASTER * size, LARGEST_MOVE)
                                            : fmax(SLOWER * size, LEAST_MOVE);
        }
        s->moved[d] = sign * size;
        double lo = d < m ? -LENGTH_BOUND : NOISE_LEAST;
        double hi = d < m ? LENGTH_BOUND : NOISE_MOST;
        s->found[d] = fmin(fmax(s->found[d] + s->moved[d], lo), hi);
    }
}

static void forget_steps(hpsi_ard *s)
{
    memcpy(s->found, s->theta, (size_t)(s->n_dims + 1) * sizeof *s->theta);
    memset(s->moved, 0, (size_t)(s->n_dims + 1) * sizeof *s->moved);
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

/* Lengths from every stride-th point, at most learned_points of them. */
static void learn(hpsi_ard *s, int32_t n, const double *u, const double *y)
{
    int32_t stride = (n + s->learned_points - 1) / s->learned_points;
    double mean = 0.0, deviation = 0.0;
    take(s, n, stride, u);
    for (int32_t i = 0; i < s->n; i++) {
        s->values[i] = y[(int64_t)i * stride];
    }
    int able = standardise(s->n, s->values, s->values, &mean, &deviation);
    int32_t steps = s->steps > 0 ? s->steps : n <= FEW_POINTS ? 2 : 1;
    for (int32_t k = 0; k < steps && able; k++) {
        able = evaluate(s, s->values, s->found) < (double)INFINITY;
        if (able) {
            step(s);
        } else {
            forget_steps(s);
        }
    }
}

/* Where the last step leads to what is not positive the accepted lengths have to do. */
static int settle(hpsi_ard *s)
{
    if (factorise(s, s->found)) {
        return 1;
    }
    forget_steps(s);
    return factorise(s, s->found);
}

int hpsi_ard_fit(hpsi_ard *s, int32_t n, const double *u, int32_t n_sets, const double *y,
                 int32_t learned)
{
    size_t bytes = (size_t)(s->n_dims + 1) * sizeof *s->theta;
    if (n < 1 || n > s->max_points || n_sets < 1 || n_sets > HPSI_MAPS) {
        return 0;
    }
    memcpy(s->found, s->theta, bytes);
    memcpy(s->moved, s->move, bytes);
    if (learned >= 0) {
        learn(s, n, u, y + (int64_t)learned * n);
    }
    take(s, n, 1, u);
    s->n_sets = n_sets;
    if (!settle(s)) {
        return 0;
    }
    int sound = 1;
    for (int32_t set = 0; set < n_sets; set++) {
        double *a = s->weight + (int64_t)set * n;
        int spread = standardise(n, y + (int64_t)set * n, a, &s->mean[set], &s->deviation[set]);
        sound = sound && (spread || set > 0);
    }
    hpsi_solve_sets(n, s->factor, n_sets, s->weight, s->work);
    for (int32_t set = 0; set < n_sets; set++) {
        const double *a = s->weight + (int64_t)set * n;
        sound = sound && isfinite(hpsi_dot(n, a, a));
    }
    return sound;
}

void hpsi_ard_accept(hpsi_ard *s)
{
    memcpy(s->theta, s->found, (size_t)(s->n_dims + 1) * sizeof *s->theta);
    memcpy(s->move, s->moved, (size_t)(s->n_dims + 1) * sizeof *s->move);
}

int hpsi_ard_sound(const hpsi_ard *s)
{
    int good = 1;
    for (int32_t d = 0; d < s->n_dims; d++) {
        good = good && fabs(s->theta[d]) <= fmax(LENGTH_BOUND, 0.5 * log((double)s->n_dims));
    }
    for (int32_t d = 0; d <= s->n_dims; d++) {
        good = good && fabs(s->move[d]) <= LARGEST_MOVE;
    }
    return good && s->theta[s->n_dims] >= NOISE_LEAST && s->theta[s->n_dims] <= NOISE_MOST;
}

/* Kernel of all points with u into phi. */
static void kernels(hpsi_ard *s, const double *u)
{
    for (int32_t d = 0; d < s->n_dims; d++) {
        s->slope[d] = u[d] * s->inverse_length[d];
    }
    hpsi_matern_at(s->ld, s->n_dims, s->z, s->slope, LEVEL, s->phi);
}

static double value_of(const hpsi_ard *s, int32_t set)
{
    const double *a = s->weight + (int64_t)set * s->n;
    return s->mean[set] + s->deviation[set] * hpsi_dot(s->n, a, s->phi);
}

void hpsi_ard_predict(hpsi_ard *s, const double *u, double *out)
{
    kernels(s, u);
    for (int32_t set = 0; set < s->n_sets; set++) {
        out[set] = value_of(s, set);
    }
}

double hpsi_ard_value(hpsi_ard *s, const double *u, int32_t set)
{
    kernels(s, u);
    return value_of(s, set);
}
