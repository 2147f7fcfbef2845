/* SPDX-License-Identifier: BSD-3-Clause */
/* Tangential factors F_l(r) and the recursion constants of the real spherical harmonics
 * (soap.md 3.7, 7.4 and 7.5). */
#include "soap/private.h"

#include <math.h>

/* f_l = f_{l-2} - (2l-1)/z f_{l-1}: stable for z well above l^2. */
static void bessel_upwards(int32_t l_max, double z, double *f)
{
    if (l_max > 0) {
        f[1] = (z - 1 + (z + 1) * exp(-2 * z)) / (2 * z * z);
    }
    for (int32_t l = 2; l <= l_max; l++) {
        f[l] = f[l - 2] - (2 * l - 1) / z * f[l - 1];
    }
}

void hpsi_soap_bessel(int32_t l_max, double x, double *f)
{
    double z = x * x, ratio[HPSI_SOAP_MAX_L + 2] = {0}, rho = 0;

    f[0] = z < 1e-300 ? 1 : -expm1(-2 * z) / (2 * z);
    if (z > 0.3 * (l_max + 1) * (l_max + 1) + 400) {
        bessel_upwards(l_max, z, f);
        return;
    }
    /* rho_l = f_l / f_{l-1} = 1 / ((2l+1)/z + rho_{l+1}), downwards from 0 */
    for (int32_t l = l_max + 20 + (int32_t)(12 * x); l > 0; l--) {
        rho = z / (2 * l + 1 + z * rho);
        if (l <= l_max) {
            ratio[l] = rho;
        }
    }
    for (int32_t l = 1; l <= l_max; l++) {
        f[l] = f[l - 1] * ratio[l];
    }
}

void hpsi_soap_tangent_factors(const hpsi_soap_tangent *p, double r, double *out)
{
    double t = p->width + p->slope * r, scale = p->scale / (t * t);

    hpsi_soap_bessel(p->l_max, r / t, out);
    for (int32_t l = 0; l <= p->l_max; l++) {
        out[l] *= scale;
    }
}

/* (N_lm / N_km)^2 = (2l+1)/(2k+1) (l-m)!/(l+m)! (k+m)!/(k-m)! for k < l. */
static double norm_ratio(int32_t l, int32_t k, int32_t m)
{
    double square = (2.0 * l + 1) / (2.0 * k + 1);

    for (int32_t i = k + 1; i <= l; i++) {
        square *= (double)(i - m) / (i + m);
    }
    return sqrt(square);
}

void hpsi_soap_harmonics_create(hpsi_soap_harmonics *h, int32_t l_max)
{
    double diagonal = sqrt(0.25 / 3.14159265358979323846); /* N_mm (2m-1)!! */

    h->l_max = l_max;
    for (int32_t m = 0; m <= l_max; m++) {
        if (m > 0) {
            diagonal *= sqrt((2.0 * m + 1) / (2.0 * m));
        }
        h->start[m] = m == 0 ? diagonal : sqrt(2.0) * diagonal;
        for (int32_t l = 0; l <= l_max + 1; l++) {
            h->up[m][l] = l <= m ? 0 : (2.0 * l - 1) / (l - m) * norm_ratio(l, l - 1, m);
            h->down[m][l] = l < m + 2 ? 0 : (double)(l + m - 1) / (l - m) * norm_ratio(l, l - 2, m);
        }
    }
}
