/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers of two doubles, about 104 bits (Dekker, Numer. Math. 18, 224, 1971; Ogita, Rump and
 * Oishi, SIAM J. Sci. Comput. 26, 1955, 2005): where long double is too short or is a double. The
 * same bits on every machine. */
#ifndef HPSI_BASE_TWOFOLD_H
#define HPSI_BASE_TWOFOLD_H

#include <stdint.h>

/* high + low, high being the nearest double. */
typedef struct hpsi_two {
    double high, low;
} hpsi_two;

hpsi_two hpsi_two_add(hpsi_two x, hpsi_two y);
hpsi_two hpsi_two_multiply(hpsi_two x, hpsi_two y);
/* sum + x v */
hpsi_two hpsi_two_add_product(hpsi_two sum, hpsi_two x, double v);
/* a.b, the products summed without rounding to double. */
hpsi_two hpsi_two_dot(int64_t n, const double *a, const double *b);
/* y[i] += x a[i], y[i] = high[i] + low[i] */
void hpsi_two_add_multiple(int64_t n, hpsi_two x, const double *a, double *high, double *low);
/* max(x, 0)^zeta, zeta > 0: within 2^-85 of its value or 1e-290. */
hpsi_two hpsi_two_power(hpsi_two x, double zeta);

#endif
