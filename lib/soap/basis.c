/* SPDX-License-Identifier: BSD-3-Clause */
/* Orthonormal polynomials of the radial basis and the orthogonal matrix that turns them
 * into the symmetrically orthonormalised functions of soap_turbo. */
#include "soap/private.h"

#include <math.h>
#include <string.h>

#include "base/linalg.h"

/* Legendre polynomial P_n and its derivative at x. */
static double legendre(int32_t n, double x, double *slope)
{
    double before = 1, now = x;

    for (int32_t k = 2; k <= n; k++) {
        double next = ((2 * k - 1) * x * now - (k - 1) * before) / k;

        before = now;
        now = next;
    }
    *slope = n * (x * now - before) / (x * x - 1);
    return now;
}

void hpsi_soap_legendre(int32_t n, double *node, double *weight)
{
    const double pi = 3.14159265358979323846;

    for (int32_t i = 0; i < (n + 1) / 2; i++) {
        double x = cos(pi * (i + 0.75) / (n + 0.5)); /* Tricomi's estimate, then Newton */
        double slope = 1;

        for (int32_t step = 0; step < 4; step++) {
            double value = legendre(n, x, &slope);

            x -= value / slope;
        }
        (void)legendre(n, x, &slope);
        node[n - 1 - i] = x;
        node[i] = -x;
        weight[i] = weight[n - 1 - i] = 2 / ((1 - x * x) * slope * slope);
    }
}

/* alpha_k of the recursion for weight v^6 on [0,1]. */
static double jacobi_alpha(int32_t k)
{
    return k == 0 ? 7.0 / 8 : 0.5 * (1 + 36.0 / ((2.0 * k + 6) * (2.0 * k + 8)));
}

static double jacobi_beta(int32_t k)
{
    return k * (k + 6.0) / ((2.0 * k + 6) * sqrt((2.0 * k + 5) * (2.0 * k + 7)));
}

void hpsi_soap_jacobi(int32_t n, double y, double *j)
{
    double v = 1 - y;

    if (n > 0) {
        j[0] = v * v * v * sqrt(7.0);
    }
    for (int32_t k = 0; k + 1 < n; k++) {
        double before = k > 0 ? jacobi_beta(k) * j[k - 1] : 0;

        j[k + 1] = ((v - jacobi_alpha(k)) * j[k] - before) / jacobi_beta(k + 1);
    }
}

void hpsi_soap_cholesky_factor(int32_t n, double *l, int32_t ld)
{
    for (int32_t a = 1; a <= n; a++) {
        double ratio = 1.0 / (a + 6);

        for (int32_t k = 0; k < n; k++) {
            l[(a - 1) * ld + k] = k < a ? sqrt((2.0 * a + 5) * (2.0 * k + 7)) * ratio : 0;
            ratio *= (double)(a - 1 - k) / (a + 7 + k);
        }
    }
}

hps_status hpsi_soap_polar(hps_context *c, int32_t n, double *a, double *polar)
{
    double singular[HPSI_SOAP_MAX_N];
    double u[HPSI_SOAP_MAX_N * HPSI_SOAP_MAX_N], vt[HPSI_SOAP_MAX_N * HPSI_SOAP_MAX_N];
    hps_status st = hpsi_svd(c, n, n, a, singular, u, vt);

    if (st != HPS_OK) {
        return st;
    }
    hpsi_gemm(0, 0, n, n, n, 1, u, n, vt, n, 0, polar, n);
    return HPS_OK;
}
