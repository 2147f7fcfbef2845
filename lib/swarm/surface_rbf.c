/* SPDX-License-Identifier: BSD-3-Clause */
/* Cubic radial basis with a linear tail in kernel form (swarm.md 4.2): one factorisation for
 * several sets of values, prediction, gradient, minimum in a box (4.4). */
#include "swarm/surface.h"

#include <math.h>
#include <string.h>

#include "base/linalg.h"

#define TAIL 30.0
#define NUGGET 1e-6
enum { ATTEMPTS = 6, STEPS = 60, BACKTRACKS = 6 };

void hpsi_rbf_destroy(hpsi_rbf *s)
{
    if (s == NULL) {
        return;
    }
    double *const arrays[] = {s->z,      s->norm, s->kernel, s->factor,
                              s->weight, s->phi,  s->centre, s->moved};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        hpsi_free(arrays[i]);
    }
    hpsi_free(s);
}

hps_status hpsi_rbf_create(hpsi_rbf **out, hps_context *c, int32_t max_points, int32_t n_dims)
{
    *out = NULL;
    hpsi_rbf *s = hpsi_new(c, 1, sizeof *s);
    if (s == NULL) {
        return HPS_E_MEMORY;
    }
    int64_t m = hpsi_padded(max_points);
    s->max_points = max_points;
    s->n_dims = n_dims;
    s->z = hpsi_new(c, m * n_dims, sizeof *s->z);
    s->norm = hpsi_new(c, m, sizeof *s->norm);
    s->kernel = hpsi_new(c, m * m, sizeof *s->kernel);
    s->factor = hpsi_new(c, m * m, sizeof *s->factor);
    s->weight = hpsi_new(c, m * HPSI_MAPS, sizeof *s->weight);
    s->phi = hpsi_new(c, m, sizeof *s->phi);
    s->centre = hpsi_new(c, n_dims, sizeof *s->centre);
    s->moved = hpsi_new(c, n_dims, sizeof *s->moved);
    if (s->z == NULL || s->norm == NULL || s->kernel == NULL || s->factor == NULL ||
        s->weight == NULL || s->phi == NULL || s->centre == NULL || s->moved == NULL) {
        hpsi_rbf_destroy(s);
        return HPS_E_MEMORY;
    }
    *out = s;
    return HPS_OK;
}

/* ----------------------------------------------------------------- fit */

static void place(hpsi_rbf *s, const double *u, const double *centre, double scale)
{
    int32_t n_dims = s->n_dims;
    double square = 0.0;
    for (int32_t d = 0; d < n_dims; d++) {
        double mean = 0.0;
        for (int32_t i = 0; i < s->n; i++) {
            mean += u[(int64_t)i * n_dims + d];
        }
        s->centre[d] = centre != NULL ? centre[d] : mean / s->n;
    }
    for (int32_t i = 0; i < s->n; i++) {
        for (int32_t d = 0; d < n_dims; d++) {
            double t = u[(int64_t)i * n_dims + d] - s->centre[d];
            square += t * t;
        }
    }
    s->scale = scale > 0.0 ? scale : sqrt(square / s->n) + 1e-300;
    for (int32_t i = 0; i < s->n; i++) {
        s->norm[i] = 0.0;
        for (int32_t d = 0; d < n_dims; d++) {
            double z = (u[(int64_t)i * n_dims + d] - s->centre[d]) / s->scale;
            s->z[d * s->ld + i] = z;
            s->norm[i] += z * z;
        }
    }
}

/* Kernel into factor, from the products z.z' in kernel; rows from the vector that the diagonal is
 * in. */
static void fill_factor(hpsi_rbf *s, double nugget)
{
    int64_t ld = s->ld;
    for (int64_t i = 0; i < s->n; i++) {
        int64_t first = hpsi_row_start(i);
        int64_t k = i * ld + first;
        hpsi_cubic_row(ld - first, s->norm[i], s->norm + first, s->tail, s->kernel + k,
                       s->factor + k);
        s->factor[i * ld + i] = nugget + s->tail * (1.0 + s->kernel[i * ld + i]);
    }
}

static int factorise(hpsi_rbf *s)
{
    double nugget = NUGGET;
    s->tail = TAIL;
    for (int32_t attempt = 0; attempt < ATTEMPTS; attempt++) {
        fill_factor(s, nugget);
        if (hpsi_surface_cholesky(s->n, s->factor) == 0) {
            return 1;
        }
        nugget = fmax(30.0 * nugget, 1e-8);
        s->tail *= attempt > 2 ? 10.0 : 1.0;
    }
    return 0;
}

/* Standardise a set of values; 1 if they differ. */
static int standardise(hpsi_rbf *s, int32_t set, const double *y)
{
    int32_t n = s->n;
    double *a = s->weight + (int64_t)set * n;
    double mean = 0.0, square = 0.0;
    for (int32_t i = 0; i < n; i++) {
        mean += y[i] / n;
    }
    for (int32_t i = 0; i < n; i++) {
        square += (y[i] - mean) * (y[i] - mean) / n;
    }
    double deviation = sqrt(square);
    int spread = deviation > 0.0 && isfinite(deviation);
    s->mean[set] = mean;
    s->deviation[set] = spread ? deviation : 0.0;
    for (int32_t i = 0; i < n; i++) {
        a[i] = spread ? (y[i] - mean) / deviation : 0.0;
    }
    return spread;
}

static void solve(hpsi_rbf *s)
{
    if (s->n_sets > 1) {
        hpsi_solve_sets(s->n, s->factor, s->n_sets, s->weight, s->kernel);
        return;
    }
    hpsi_solve_vector(s->n, s->factor, s->ld, 1, s->weight);
    hpsi_solve_vector(s->n, s->factor, s->ld, 0, s->weight);
}

int hpsi_rbf_fit(hpsi_rbf *s, int32_t n, const double *u, const double *centre, double scale,
                 int32_t n_sets, const double *y)
{
    s->n = n;
    s->ld = hpsi_padded(n);
    s->n_sets = n_sets;
    if (n < 1 || n > s->max_points || n_sets < 1 || n_sets > HPSI_MAPS) {
        return 0;
    }
    place(s, u, centre, scale);
    hpsi_squares(n, s->n_dims, s->z, s->ld, s->kernel, s->ld);
    if (!factorise(s)) {
        return 0;
    }
    int sound = 1;
    for (int32_t set = 0; set < n_sets; set++) {
        int spread = standardise(s, set, y + (int64_t)set * n);
        sound = set == 0 ? spread : sound;
    }
    solve(s);
    return sound && isfinite(hpsi_dot(n, s->weight, s->weight));
}

/* ------------------------------------------------------------- predict */

/* phi = products z.z_i; returns |z|^2. */
static double products(hpsi_rbf *s, const double *z)
{
    hpsi_products_at(s->ld, s->n_dims, s->z, z, s->phi);
    return hpsi_dot(s->n_dims, z, z);
}

/* Kernel of all points with u into phi. */
static void kernels(hpsi_rbf *s, const double *u)
{
    for (int32_t d = 0; d < s->n_dims; d++) {
        s->moved[d] = (u[d] - s->centre[d]) / s->scale;
    }
    double norm = products(s, s->moved);
    hpsi_cubic_row(s->ld, norm, s->norm, s->tail, s->phi, s->phi);
}

double hpsi_rbf_value(hpsi_rbf *s, const double *u, int32_t set)
{
    kernels(s, u);
    return s->mean[set] +
           s->deviation[set] * hpsi_dot(s->n, s->weight + (int64_t)set * s->n, s->phi);
}

void hpsi_rbf_predict(hpsi_rbf *s, const double *u, double *out)
{
    kernels(s, u);
    for (int32_t set = 0; set < s->n_sets; set++) {
        out[set] = s->mean[set] +
                   s->deviation[set] * hpsi_dot(s->n, s->weight + (int64_t)set * s->n, s->phi);
    }
}

double hpsi_rbf_gradient(hpsi_rbf *s, const double *z, double *gradient)
{
    double norm = products(s, z);
    double radial = 0.0;
    double value = hpsi_cubic_slope(s->n, norm, s->norm, s->tail, s->weight, s->phi, &radial);
    hpsi_gemv(0, s->n_dims, s->n, 1.0, s->z, s->ld, s->phi, 0.0, gradient);
    for (int32_t d = 0; d < s->n_dims; d++) {
        gradient[d] += 3.0 * radial * z[d];
    }
    return value;
}

/* ------------------------------------------------------------- minimum */

static void project(int32_t n, const double *from, double step, const double *gradient,
                    const double *lo, const double *hi, double *to)
{
    for (int32_t d = 0; d < n; d++) {
        to[d] = fmin(fmax(from[d] - step * gradient[d], lo[d]), hi[d]);
    }
}

/* Step length of Barzilai and Borwein from the last change; *length: how far it went. */
static double next_step(int32_t n, const double *change, const double *turn, double step,
                        double *length)
{
    double sy = hpsi_dot(n, change, turn);
    double ss = hpsi_dot(n, change, change);
    *length = sqrt(ss);
    return sy > 1e-300 ? ss / sy : 2.0 * step;
}

double hpsi_rbf_minimise(hpsi_rbf *s, const double *lo, const double *hi, double *z, double *work)
{
    int32_t n = s->n_dims;
    double *here = work, *gradient = work + n, *next = work + 2 * n, *turned = work + 3 * n;
    double diagonal = 0.0, length = 0.0;
    for (int32_t d = 0; d < n; d++) {
        here[d] = z[d];
        diagonal += (hi[d] - lo[d]) * (hi[d] - lo[d]);
    }
    diagonal = sqrt(diagonal);
    double f = hpsi_rbf_gradient(s, here, gradient);
    double best = f;
    double step = 0.1 * diagonal / (sqrt(hpsi_dot(n, gradient, gradient)) + 1e-300);
    for (int32_t k = 0; k < STEPS; k++) {
        double next_f = 0.0;
        for (int32_t tries = 0;; tries++) {
            project(n, here, step, gradient, lo, hi, next);
            next_f = hpsi_rbf_gradient(s, next, turned);
            if (!(next_f > f + fabs(f) * 1e-3 + 1e-12) || tries == BACKTRACKS) {
                break;
            }
            step *= 0.3;
        }
        for (int32_t d = 0; d < n; d++) { /* differences for the next step length */
            double new_gradient = turned[d];
            turned[d] -= gradient[d];
            gradient[d] = new_gradient;
            here[d] = next[d] - here[d];
        }
        step = next_step(n, here, turned, step, &length);
        memcpy(here, next, (size_t)n * sizeof *here);
        f = next_f;
        if (f < best) {
            best = f;
            memcpy(z, here, (size_t)n * sizeof *z);
        }
        if (length < 1e-7 * diagonal) {
            break;
        }
    }
    return best;
}
