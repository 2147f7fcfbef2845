/* SPDX-License-Identifier: BSD-3-Clause */
/* Forward mode: explicit derivatives of one descriptor by each neighbour image. The change
 * of the coefficients with one coordinate is a sum of two outer products, b'_n e_lm and
 * b_n e'_lm, so it is contracted over m before the spectrum is formed. */
#include <string.h>

#include "soap/private.h"

/* One coordinate of one neighbour: sums over m of e_lm X_lm,v for both factors and both
 * outer products, [v][L+1], and the radial functions reduced like the columns. */
typedef struct change {
    double *inner[2][2]; /* [factor][0: with b', 1: with b] */
    double *radial[2][2];
} change;

static void clear(const hpsi_soap_plan *p, hpsi_soap_work *w, change *d)
{
    const hpsi_soap_layout *y = &p->layout;
    int64_t at = 0;

    for (int32_t factor = 0; factor < 2; factor++) {
        int64_t m = factor == 0 ? y->m1 : y->m2;

        for (int32_t k = 0; k < 2; k++) {
            d->inner[factor][k] = w->e + at;
            d->radial[factor][k] = w->e + at + m * (p->l_max + 1);
            at += m * (p->l_max + 2);
        }
    }
    memset(w->e, 0, sizeof(double) * (size_t)at);
}

/* Sums over m with e_lm = u_a F Y and e'_lm = u_a F' Y + F (grad_perp Y)_a / r. */
static void contract(const hpsi_soap_plan *p, const hpsi_soap_work *w, int32_t j, int32_t axis,
                     const double *x, int32_t m, int32_t stride, double *inner[2])
{
    const hpsi_soap_chunk *k = &w->chunk;
    int32_t lane = j % HPSI_SOAP_PAD, n_l = p->l_max + 1;
    double unit = k->unit[axis * k->ld + j];

    for (int32_t l = 0; l < n_l; l++) {
        double f = k->f[l * k->ld + j], df = k->df[l * k->ld + j];

        for (int32_t lm = l * l; lm < (l + 1) * (l + 1); lm++) {
            double y = w->g[lm * HPSI_SOAP_PAD + lane];
            double turn = w->g[((axis + 1) * (int64_t)p->n_lm + lm) * HPSI_SOAP_PAD + lane];
            double e = unit * f * y, de = unit * df * y + f * turn;

            for (int32_t v = 0; v < m; v++) {
                inner[0][v * n_l + l] += e * x[(int64_t)lm * stride + v];
                inner[1][v * n_l + l] += de * x[(int64_t)lm * stride + v];
            }
        }
    }
}

static void reduce_radial(const hpsi_soap_plan *p, const hpsi_soap_work *w, int32_t j,
                          const hpsi_soap_element *e, change *d)
{
    const hpsi_soap_layout *y = &p->layout;
    const hpsi_soap_chunk *k = &w->chunk;

    for (int32_t n = e->column; n < e->column + e->n; n++) {
        const int32_t to[2] = {y->map1[n], y->map2[n]};

        for (int32_t factor = 0; factor < 2; factor++) {
            if (to[factor] >= 0) {
                d->radial[factor][0][to[factor]] += k->db[n * k->ld + j];
                d->radial[factor][1][to[factor]] += k->b[n * k->ld + j];
            }
        }
    }
}

/* Derivative of the spectrum before normalisation. */
static void fill_row(const hpsi_soap_plan *p, const change *d, double *row)
{
    const hpsi_soap_layout *y = &p->layout;
    int32_t n_l = p->l_max + 1;

    for (int32_t k = 0; k < y->n_pairs; k++) {
        int32_t u = y->u[k], v = y->v[k];
        double db1 = y->factor[k] * d->radial[0][0][u], b1 = y->factor[k] * d->radial[0][1][u];
        double db2 = y->factor[k] * d->radial[1][0][v], b2 = y->factor[k] * d->radial[1][1][v];
        const double *e1 = d->inner[0][0] + u * n_l, *de1 = d->inner[0][1] + u * n_l;
        const double *e2 = d->inner[1][0] + v * n_l, *de2 = d->inner[1][1] + v * n_l;

        for (int32_t l = 0; l < n_l; l++) {
            row[k * n_l + l] = db1 * e2[l] + b1 * de2[l] + db2 * e1[l] + b2 * de1[l];
        }
    }
}

static void normalise(int32_t n, const double *q, double norm, double *row)
{
    double along = 0;

    for (int32_t k = 0; k < n && norm > 0; k++) {
        along += q[k] * row[k];
    }
    for (int32_t k = 0; k < n && norm > 0; k++) {
        row[k] = (row[k] - q[k] * along) / norm;
    }
}

/* Lane j of the chunk, a neighbour of species e. */
static void differentiate(const hpsi_soap_plan *p, hpsi_soap_work *w, int32_t i, int32_t j,
                          const hpsi_soap_element *e, double *jac, int64_t ld)
{
    const hpsi_soap_layout *y = &p->layout;
    const double *x1, *x2;
    change d;

    hpsi_soap_reduce(p, w, w->c + i * hpsi_soap_rows(p) * y->stride, &x1, &x2);
    for (int32_t axis = 0; axis < 3; axis++) {
        clear(p, w, &d);
        contract(p, w, j, axis, x1, y->m1, y->stride1, d.inner[0]);
        contract(p, w, j, axis, x2, y->m2, y->stride2, d.inner[1]);
        reduce_radial(p, w, j, e, &d);
        fill_row(p, &d, jac + axis * ld);
        normalise(y->size, w->q + (int64_t)i * y->size, w->norm[i], jac + axis * ld);
    }
}

hps_status hpsi_soap_block_jacobian(const hpsi_soap_plan *p, hpsi_soap_work *w, int32_t i,
                                    double *jac, int64_t ld)
{
    for (int64_t j0 = 0; j0 < w->used[i]; j0 += HPSI_SOAP_CHUNK) {
        hpsi_soap_load_chunk(p, w, i, j0, 1);
        for (int32_t s = 0; s < p->n_species; s++) {
            int32_t from, to;

            hpsi_soap_chunk_range(p, w, i, j0, s, &from, &to);
            for (int32_t j = from; j < to; j++) {
                if (j == from || j % HPSI_SOAP_PAD == 0) {
                    p->kernels->gradients(&p->harmonics, &w->chunk,
                                          j / HPSI_SOAP_PAD * HPSI_SOAP_PAD, w->g);
                }
                differentiate(p, w, i, j, &p->elements[s], jac + 3 * (j0 + j) * ld, ld);
            }
        }
    }
    return HPS_OK;
}
