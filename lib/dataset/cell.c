/* SPDX-License-Identifier: BSD-3-Clause */
/* Geometry of a cell with periodic and free directions. */
#include <math.h>
#include <string.h>

#include "dataset/private.h"

/* Volume over the product of the edge lengths below which rows count as dependent. */
#define MIN_RELATIVE_VOLUME 1e-6

static void cross(const double u[3], const double v[3], double out[3])
{
    out[0] = u[1] * v[2] - u[2] * v[1];
    out[1] = u[2] * v[0] - u[0] * v[2];
    out[2] = u[0] * v[1] - u[1] * v[0];
}

static double dot(const double u[3], const double v[3])
{
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
}

static double length(const double u[3])
{
    return sqrt(dot(u, u));
}

static void normalise(double u[3])
{
    const double l = length(u);

    for (int32_t c = 0; c < 3; c++) {
        u[c] /= l;
    }
}

/* One periodic row k: the other two become an orthonormal pair normal to it. */
static void complete_two(double a[3][3], int32_t k)
{
    double *u = a[(k + 1) % 3];
    double *v = a[(k + 2) % 3];
    double axis[3] = {0, 0, 0};
    int32_t smallest = 0;

    for (int32_t c = 1; c < 3; c++) {
        if (fabs(a[k][c]) < fabs(a[k][smallest])) {
            smallest = c;
        }
    }
    axis[smallest] = 1;
    cross(a[k], axis, u);
    normalise(u);
    cross(a[k], u, v);
    normalise(v);
}

static void complete(double a[3][3], const int32_t periodic[3])
{
    const int32_t n = (periodic[0] != 0) + (periodic[1] != 0) + (periodic[2] != 0);

    if (n == 0) {
        memset(a, 0, 9 * sizeof(double));
        a[0][0] = a[1][1] = a[2][2] = 1;
    }
    for (int32_t k = 0; k < 3; k++) {
        if (n == 1 && periodic[k]) {
            complete_two(a, k);
        } else if (n == 2 && !periodic[k]) {
            cross(a[(k + 1) % 3], a[(k + 2) % 3], a[k]);
            normalise(a[k]);
        }
    }
}

int32_t hpsi_cell_make(hpsi_cell *out, const double *cell, const int32_t periodic[3])
{
    double product = 1;
    double det;

    memset(out, 0, sizeof *out);
    for (int32_t k = 0; k < 3; k++) {
        out->periodic[k] = cell != NULL && periodic[k] != 0;
    }
    if (cell != NULL) {
        memcpy(out->a, cell, sizeof out->a);
    }
    complete(out->a, out->periodic);
    for (int32_t k = 0; k < 3; k++) {
        product *= length(out->a[k]);
    }
    for (int32_t k = 0; k < 3; k++) {
        double normal[3];

        cross(out->a[(k + 1) % 3], out->a[(k + 2) % 3], normal);
        det = dot(out->a[k], normal);
        out->height[k] = fabs(det) / length(normal);
        for (int32_t c = 0; c < 3; c++) {
            out->inverse[c][k] = normal[c] / det;
        }
        /* written so that NaN, from a row of zeros, is refused too */
        if (!(fabs(det) >= MIN_RELATIVE_VOLUME * product) ||
            !(out->height[k] >= HPSI_MIN_DISTANCE)) {
            return 0;
        }
    }
    return 1;
}

double hpsi_cell_volume(const double *cell)
{
    double normal[3];

    cross(cell + 3, cell + 6, normal);
    return fabs(dot(cell, normal));
}
