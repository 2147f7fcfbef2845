/* SPDX-License-Identifier: BSD-3-Clause */
/* The minimum of a quadratic in a ball, in the basis of its eigenvectors (swarm.md 4.3). */
#include "swarm/surface.h"

#include <math.h>

enum { BISECTIONS = 200, GEOMETRIC = 100 };

/* s = -(E + l)^-1 b and its length. */
static double shifted_step(int32_t n, const double *e, const double *b, double l, double *s)
{
    double square = 0.0;
    for (int32_t k = 0; k < n; k++) {
        double d = e[k] + l;
        s[k] = fabs(d) > 1e-14 ? -b[k] / d : 0.0;
        square += s[k] * s[k];
    }
    return sqrt(square);
}

static int32_t lowest(int32_t n, const double *e)
{
    int32_t low = 0;
    for (int32_t k = 1; k < n; k++) {
        low = e[k] < e[low] ? k : low;
    }
    return low;
}

/* The shift at which the step is just not longer than the radius. */
static double secular_shift(int32_t n, const double *e, const double *b, double radius, double *s)
{
    double least = e[lowest(n, e)];
    double size = 0.0, norm = 0.0;
    for (int32_t k = 0; k < n; k++) {
        size = fmax(size, fabs(e[k]));
        norm += b[k] * b[k];
    }
    double lo = fmax(0.0, -least) + 1e-12 * (1.0 + size);
    double hi = fmax(0.0, -least) + sqrt(norm) / radius + 1e-9;
    for (int32_t t = 0; t < BISECTIONS && hi - lo > 1e-10 * hi; t++) {
        double l = t < GEOMETRIC ? sqrt((lo + 1e-300) * hi) : 0.5 * (lo + hi);
        if (shifted_step(n, e, b, l, s) > radius) {
            lo = l;
        } else {
            hi = l;
        }
    }
    return hi;
}

void hpsi_secular_step(int32_t n, const double *e, const double *b, double radius, double *s)
{
    int32_t low = lowest(n, e);
    if (e[low] > 1e-12 && shifted_step(n, e, b, 0.0, s) <= radius) {
        return;
    }
    double length = shifted_step(n, e, b, secular_shift(n, e, b, radius, s), s);
    if (length < 0.9 * radius) { /* hard case: out to the ball along the lowest eigenvector */
        double others = length * length - s[low] * s[low];
        double rest = sqrt(fmax(0.0, radius * radius - others));
        s[low] = b[low] > 0.0 ? -rest : rest;
    }
}
