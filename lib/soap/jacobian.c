/* SPDX-License-Identifier: BSD-3-Clause */
/* Forward mode: explicit derivatives of one descriptor by each neighbour image. The change
 * of the coefficients with one coordinate a is a sum of two outer products,
 *     dc_nlm = b'_n u_a F_l Y_lm + b_n (u_a F'_l Y_lm + F_l (grad_perp Y_lm)_a / r),
 * so what multiplies b'_n and b_n is contracted with X1 and X2 over m first. */
#include <string.h>

#include "soap/private.h"

/* One neighbour: F_l, F'_l and sums over m of Y_lm and of the components of its gradient
 * with column v of a factor, [4][v][ld]. */
typedef struct inner {
    double f[HPSI_SOAP_MAX_L + HPSI_SOAP_PAD], df[HPSI_SOAP_MAX_L + HPSI_SOAP_PAD];
    double *sums[2];
    const double *x[2]; /* X1, X2 of the centre */
} inner;

/* Places of w->e: two sums and, of two factors, what multiplies b' and b. */
static void divide(const hpsi_soap_plan *p, hpsi_soap_work *w, inner *n, hpsi_soap_change *d)
{
    const hpsi_soap_layout *y = &p->layout;
    const int32_t m[2] = {y->m1, y->m2};
    double *at = w->e;

    d->ld = (int32_t)hpsi_soap_pad(p->l_max + 1, HPSI_SOAP_PAD);
    for (int32_t k = 0; k < 2; k++) {
        int64_t rows = (int64_t)m[k] * d->ld;

        if (k == 1 && y->symmetric) {
            n->sums[1] = n->sums[0];
            memcpy(d->inner[1], d->inner[0], sizeof d->inner[0]);
            memcpy(d->radial[1], d->radial[0], sizeof d->radial[0]);
            return;
        }
        n->sums[k] = at;
        d->inner[k][0] = at + 4 * rows;
        d->inner[k][1] = at + 5 * rows;
        d->radial[k][0] = at + 6 * rows;
        d->radial[k][1] = d->radial[k][0] + m[k];
        at += 6 * rows + hpsi_soap_pad(2 * m[k], HPSI_SOAP_PAD);
    }
}

/* Sums over m for lane j of the chunk, with columns x of one factor. */
static void contract(const hpsi_soap_plan *p, hpsi_soap_work *w, int32_t j, const double *x,
                     int32_t m, int32_t stride, int32_t ld, double *sums)
{
    double *turn = w->lane, *out = w->lane + hpsi_soap_pad(4 * p->n_lm, HPSI_SOAP_PAD);
    int32_t lane = j % HPSI_SOAP_PAD;

    for (int32_t k = 0; k < 4 * p->n_lm; k++) {
        turn[k] = w->g[k * HPSI_SOAP_PAD + lane];
    }
    for (int32_t l = 0; l <= p->l_max; l++) {
        p->kernels->product(turn + l * l, p->n_lm, 2 * l + 1, x + (int64_t)l * l * stride, stride,
                            4, out);
        for (int32_t k = 0; k < 4; k++) {
            for (int32_t v = 0; v < m; v++) {
                sums[(int64_t)(k * m + v) * ld + l] = out[k * stride + v];
            }
        }
    }
}

static void load_inner(const hpsi_soap_plan *p, hpsi_soap_work *w, int32_t j,
                       const hpsi_soap_change *d, inner *n)
{
    const hpsi_soap_layout *y = &p->layout;

    contract(p, w, j, n->x[0], y->m1, y->stride1, d->ld, n->sums[0]);
    if (!y->symmetric) {
        contract(p, w, j, n->x[1], y->m2, y->stride2, d->ld, n->sums[1]);
    }
    memset(n->f, 0, sizeof n->f);
    memset(n->df, 0, sizeof n->df);
    for (int32_t l = 0; l <= p->l_max; l++) {
        n->f[l] = w->chunk.f[l * w->chunk.ld + j];
        n->df[l] = w->chunk.df[l * w->chunk.ld + j];
    }
}

static void reduce_radial(const hpsi_soap_plan *p, const hpsi_soap_work *w, int32_t j,
                          const hpsi_soap_element *e, hpsi_soap_change *d)
{
    const hpsi_soap_layout *y = &p->layout;
    const hpsi_soap_chunk *k = &w->chunk;

    for (int32_t factor = 0; factor < (y->symmetric ? 1 : 2); factor++) {
        const int32_t *map = factor == 0 ? y->map1 : y->map2;

        memset(d->radial[factor][0], 0, 2 * sizeof(double) * (size_t)(factor == 0 ? y->m1 : y->m2));
        for (int32_t n = e->column; n < e->column + e->n; n++) {
            if (map[n] >= 0) {
                d->radial[factor][0][map[n]] += k->db[n * k->ld + j];
                d->radial[factor][1][map[n]] += k->b[n * k->ld + j];
            }
        }
    }
}

/* What multiplies b' and b for one axis. */
static void turn_axis(const inner *n, double unit, int32_t axis, int32_t factor, int32_t m,
                      hpsi_soap_change *d)
{
    const double *y = n->sums[factor], *g = y + (int64_t)(axis + 1) * m * d->ld;

    for (int32_t v = 0; v < m; v++) {
        double *e = d->inner[factor][0] + v * d->ld, *de = d->inner[factor][1] + v * d->ld;

        for (int32_t l = 0; l < d->ld; l++) {
            e[l] = unit * n->f[l] * y[v * d->ld + l];
            de[l] = unit * n->df[l] * y[v * d->ld + l] + n->f[l] * g[v * d->ld + l];
        }
    }
}

/* 8.1 forwards: dq = (dp - q (q.dp)) / |p|. */
static void normalise(int32_t n, const double *q, double norm, const double *dp, double *dq)
{
    double along, inverse;

    if (norm == 0) {
        memcpy(dq, dp, sizeof(double) * (size_t)n);
        return;
    }
    along = hpsi_soap_dot(n, q, dp);
    inverse = 1 / norm;
    for (int32_t k = 0; k < n; k++) {
        dq[k] = (dp[k] - q[k] * along) * inverse;
    }
}

/* Lane j of the chunk, a neighbour of species e. */
static void differentiate(const hpsi_soap_plan *p, hpsi_soap_work *w, inner *n, int32_t i,
                          int32_t j, const hpsi_soap_element *e, double *jac, int64_t ld)
{
    const hpsi_soap_layout *y = &p->layout;
    hpsi_soap_change d;

    divide(p, w, n, &d);
    load_inner(p, w, j, &d, n);
    reduce_radial(p, w, j, e, &d);
    for (int32_t axis = 0; axis < 3; axis++) {
        double unit = w->chunk.unit[axis * w->chunk.ld + j];

        turn_axis(n, unit, axis, 0, y->m1, &d);
        if (!y->symmetric) {
            turn_axis(n, unit, axis, 1, y->m2, &d);
        }
        p->kernels->change(y, &d, w->pbar);
        normalise(y->size, w->q + (int64_t)i * y->size, w->norm[i], w->pbar, jac + axis * ld);
    }
}

hps_status hpsi_soap_block_jacobian(const hpsi_soap_plan *p, hpsi_soap_work *w, int32_t i,
                                    double *jac, int64_t ld)
{
    inner n;

    hpsi_soap_reduce(p, w, w->c + i * hpsi_soap_rows(p) * p->layout.stride, &n.x[0], &n.x[1]);
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
                differentiate(p, w, &n, i, j, &p->elements[s], jac + 3 * (j0 + j) * ld, ld);
            }
        }
    }
    return HPS_OK;
}
