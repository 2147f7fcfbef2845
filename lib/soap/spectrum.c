/* SPDX-License-Identifier: BSD-3-Clause */
/* Power spectrum of the coefficients of one centre and its adjoint: soap.md 4, 5, 8.1, 8.2. */
#include <math.h>
#include <string.h>

#include "soap/private.h"

/* Below this norm a descriptor is left as it is. */
static const double threshold = 1e-5;

/* x[lm][map[n]] += c[lm][n] */
static void add_columns(const hpsi_soap_plan *p, const double *c, const int32_t *map, double *x,
                        int32_t stride)
{
    memset(x, 0, sizeof(double) * (size_t)(hpsi_soap_rows(p) * stride));
    for (int32_t lm = 0; lm < p->n_lm; lm++) {
        for (int32_t n = 0; n < p->layout.n_columns; n++) {
            if (map[n] >= 0) {
                x[lm * stride + map[n]] += c[(int64_t)lm * p->layout.stride + n];
            }
        }
    }
}

void hpsi_soap_reduce(const hpsi_soap_plan *p, hpsi_soap_work *w, const double *c,
                      const double **x1, const double **x2)
{
    const hpsi_soap_layout *y = &p->layout;

    *x1 = *x2 = c;
    if (y->identity) {
        return;
    }
    add_columns(p, c, y->map1, w->x1, y->stride1);
    *x1 = *x2 = w->x1;
    if (!y->symmetric) {
        add_columns(p, c, y->map2, w->x2, y->stride2);
        *x2 = w->x2;
    }
}

/* Scalar product, in eight fixed partial sums. */
double hpsi_soap_dot(int64_t n, const double *x, const double *y)
{
    double s[8] = {0};
    int64_t i = 0;

    for (; i + 8 <= n; i += 8) {
        for (int32_t k = 0; k < 8; k++) {
            s[k] += x[i + k] * y[i + k];
        }
    }
    for (; i < n; i++) {
        s[0] += x[i] * y[i];
    }
    return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

double hpsi_soap_spectrum(const hpsi_soap_plan *p, hpsi_soap_work *w, const double *c, double *q)
{
    const hpsi_soap_layout *y = &p->layout;
    const double *x1, *x2;
    double norm, inverse;

    hpsi_soap_reduce(p, w, c, &x1, &x2);
    for (int32_t l = 0; l <= p->l_max; l++) {
        int64_t lm = (int64_t)l * l;

        p->kernels->power(x1 + lm * y->stride1, y->stride1, y->m1, x2 + lm * y->stride2, y->stride2,
                          2 * l + 1, y->symmetric, w->p);
        for (int32_t k = 0; k < y->n_pairs; k++) {
            q[(int64_t)k * (p->l_max + 1) + l] =
                y->factor[k] * w->p[(int64_t)y->u[k] * y->stride2 + y->v[k]];
        }
    }
    norm = sqrt(hpsi_soap_dot(y->size, q, q));
    if (norm < threshold) {
        return 0;
    }
    inverse = 1 / norm;
    for (int32_t k = 0; k < y->size; k++) {
        q[k] *= inverse;
    }
    return norm;
}

/* 8.1: the derivative by the spectrum before normalisation. */
static void undo_norm(int32_t n, const double *g, const double *q, double norm, double *pbar)
{
    double along, inverse;

    if (norm == 0) {
        memcpy(pbar, g, sizeof(double) * (size_t)n);
        return;
    }
    along = hpsi_soap_dot(n, q, g);
    inverse = 1 / norm;
    for (int32_t k = 0; k < n; k++) {
        pbar[k] = (g[k] - q[k] * along) * inverse;
    }
}

/* H of one l: h[u][v], and ht[v][u]; in the symmetric case their sum in h. */
static void fill_h(const hpsi_soap_plan *p, hpsi_soap_work *w, int32_t l)
{
    const hpsi_soap_layout *y = &p->layout;

    for (int32_t k = 0; k < y->n_pairs; k++) {
        double v = y->factor[k] * w->pbar[(int64_t)k * (p->l_max + 1) + l];
        double *h = &w->h[(int64_t)y->u[k] * y->stride2 + y->v[k]];

        if (!y->symmetric) {
            *h = v;
            w->ht[(int64_t)y->v[k] * y->stride1 + y->u[k]] = v;
        } else if (y->u[k] == y->v[k]) {
            *h = 2 * v;
        } else {
            *h = v;
            w->h[(int64_t)y->v[k] * y->stride2 + y->u[k]] = v;
        }
    }
}

/* d[lm][n] += x[lm][map[n]] */
static void pull_columns(const hpsi_soap_plan *p, const double *x, const int32_t *map,
                         int32_t stride, double *d)
{
    for (int32_t lm = 0; lm < p->n_lm; lm++) {
        for (int32_t n = 0; n < p->layout.n_columns; n++) {
            if (map[n] >= 0) {
                d[(int64_t)lm * p->layout.stride + n] += x[lm * stride + map[n]];
            }
        }
    }
}

void hpsi_soap_spectrum_adjoint(const hpsi_soap_plan *p, hpsi_soap_work *w, int32_t i,
                                const double *g)
{
    const hpsi_soap_layout *y = &p->layout;
    const double *x1, *x2;
    double *d = y->identity ? w->d : w->d2;

    undo_norm(y->size, g, w->q + (int64_t)i * y->size, w->norm[i], w->pbar);
    hpsi_soap_reduce(p, w, w->c + i * hpsi_soap_rows(p) * y->stride, &x1, &x2);
    for (int32_t l = 0; l <= p->l_max; l++) {
        int64_t lm = (int64_t)l * l;

        fill_h(p, w, l);
        p->kernels->product(x1 + lm * y->stride1, y->stride1, y->m1, w->h, y->stride2, 2 * l + 1,
                            d + lm * y->stride2);
        if (!y->symmetric) {
            p->kernels->product(x2 + lm * y->stride2, y->stride2, y->m2, w->ht, y->stride1,
                                2 * l + 1, w->d1 + lm * y->stride1);
        }
    }
    if (y->identity) {
        return;
    }
    memset(w->d, 0, sizeof(double) * (size_t)(hpsi_soap_rows(p) * y->stride));
    pull_columns(p, w->d2, y->map2, y->stride2, w->d);
    if (!y->symmetric) {
        pull_columns(p, w->d1, y->map1, y->stride1, w->d);
    }
}
