/* SPDX-License-Identifier: BSD-3-Clause */
/* The Gaussian process of guided by plain dense algebra: theta[n_dims + 1] are the logarithms of
 * the lengths and of the noise. */
#ifndef HPS_TESTS_SUPPORT_PLAIN_PROCESS_H
#define HPS_TESTS_SUPPORT_PLAIN_PROCESS_H

#include <math.h>

enum { PLAIN_POINTS = 64 };

/* Sine of the first coordinate, a slope along the second; others do not matter. */
static inline double wavy(const double *u)
{
    return sin(7.0 * u[0]) + 0.3 * u[1];
}

static inline double plain_covariance(int n_dims, const double *theta, const double *a,
                                      const double *b)
{
    double square = 0.0;
    for (int d = 0; d < n_dims; d++) {
        square += pow((a[d] - b[d]) / exp(theta[d]), 2.0);
    }
    double r = sqrt(5.0 * square);
    return 10.0 + (1.0 + r + r * r / 3.0) * exp(-r);
}

/* x[n] := C^-1 x for points u[n][n_dims], by elimination without pivots (C is positive); ln |C|. */
static inline double plain_solve(int n, int n_dims, const double *u, const double *theta, double *x)
{
    static double c[PLAIN_POINTS][PLAIN_POINTS];
    double logarithm = 0.0;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            c[i][j] = plain_covariance(n_dims, theta, u + i * n_dims, u + j * n_dims) +
                      (i == j) * exp(theta[n_dims]);
        }
    }
    for (int k = 0; k < n; k++) {
        logarithm += log(c[k][k]);
        for (int i = k + 1; i < n; i++) {
            double t = c[i][k] / c[k][k];
            for (int j = k; j < n; j++) {
                c[i][j] -= t * c[k][j];
            }
            x[i] -= t * x[k];
        }
    }
    for (int k = n - 1; k >= 0; k--) {
        for (int j = k + 1; j < n; j++) {
            x[k] -= c[k][j] * x[j];
        }
        x[k] /= c[k][k];
    }
    return logarithm;
}

/* z[n]: y without its mean, in units of its deviation. */
static inline void standardised(int n, const double *y, double *z)
{
    double mean = 0.0, square = 0.0;
    for (int i = 0; i < n; i++) {
        mean += y[i] / n;
    }
    for (int i = 0; i < n; i++) {
        square += pow(y[i] - mean, 2.0) / n;
    }
    for (int i = 0; i < n; i++) {
        z[i] = (y[i] - mean) / sqrt(square);
    }
}

#endif
