/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors of sparse points as text: QUIP's sparse file, which TurboGAP reads too. */
#include "gpr/export.h"

/* Radial functions and angular components of a descriptor of one element. */
static void shape(const hps_gpr *g, int32_t *n, int32_t *angular)
{
    *n = (int32_t)hpsi_export_value(g, "n_max", 0);
    *angular = (int32_t)hpsi_export_value(g, "l_max", 0) + 1;
}

int32_t hpsi_export_size(const hps_gpr *g, int32_t padded)
{
    int32_t n, angular;

    shape(g, &n, &angular);
    return g->sparse.size + (padded ? (n + 1) * angular : 0);
}

/* A digit more than a double needs: coefficients of 1e5 magnify what print and reader lose. */
static const double *numbers(hpsi_export *x, int32_t n, const double *v)
{
    for (int32_t k = 0; k < n; k++) {
        hpsi_export_print(x, "%.17e\n", v[k]);
    }
    return v + n;
}

static void zeros(hpsi_export *x, int32_t n)
{
    for (int32_t k = 0; k < n; k++) {
        hpsi_export_print(x, "0\n");
    }
}

/* With one function of a second element behind the n of the first: its products with each of
 * them, and with itself, are 0 (soap.md, sections 4 and 5). */
static void padded_point(hpsi_export *x, const double *row)
{
    int32_t n, angular;

    shape(x->g, &n, &angular);
    for (int32_t a = 0; a < n; a++) {
        int32_t pairs = hpsi_export_trivial(x->g) && a > 0 ? 0 : n - a;

        row = numbers(x, pairs * angular, row);
        zeros(x, angular);
    }
    zeros(x, angular);
}

void hpsi_export_points(hpsi_export *x, int32_t number, int32_t padded)
{
    const hpsi_sparse *p = &x->g->sparse;
    const double *row = p->q + p->first[number] * p->ld;

    for (int32_t t = 0; t < p->count[number] && !x->only_names; t++, row += p->ld) {
        if (padded) {
            padded_point(x, row);
        } else {
            (void)numbers(x, p->size, row);
        }
    }
}
