/* SPDX-License-Identifier: BSD-3-Clause */
/* Designs: Latin hypercube, Sobol's sequence, orthogonal arrays. */
#include "surface/internal.h"

#include <math.h>

enum { BITS = 32, DESIGN_MOST = 10000000 };

static const char *const names[] = {"latin", "sobol", "orthogonal"};

static int32_t free_params(const hps_space *s)
{
    int32_t n = 0;
    for (int32_t i = 0; i < s->n; i++) {
        n += !s->params[i].fixed;
    }
    return n;
}

static int is_prime(int64_t q)
{
    for (int64_t d = 2; d * d <= q; d++) {
        if (q % d == 0) {
            return 0;
        }
    }
    return q >= 2;
}

/* Levels of the least array with n points and `columns` columns. */
static int64_t array_levels(int64_t n, int32_t columns)
{
    int64_t q = 2;
    while (!is_prime(q) || q * q < n || q + 1 < columns) {
        q++;
    }
    return q;
}

static hps_status check(const hps_space *s, int32_t kind, int64_t n)
{
    if (s == NULL || s->n < 1) {
        return hpsi_fail(HPS_E_ARGUMENT, "design: the space is %s", s == NULL ? "NULL" : "empty");
    }
    if (kind < HPS_DESIGN_LATIN || kind > HPS_DESIGN_ORTHOGONAL) {
        return hpsi_fail(HPS_E_ARGUMENT, "design: kind = %d must be 0..2", kind);
    }
    if (n < 1 || n > DESIGN_MOST) {
        return hpsi_fail(HPS_E_ARGUMENT, "design: n = %lld must be 1..%d", (long long)n,
                         DESIGN_MOST);
    }
    if (kind == HPS_DESIGN_SOBOL && free_params(s) > HPSI_SOBOL_DIMS) {
        return hpsi_fail(HPS_E_ARGUMENT, "design: sobol has %d dimensions, the space %d",
                         HPSI_SOBOL_DIMS, free_params(s));
    }
    return HPS_OK;
}

hps_status hps_design_size(const hps_space *s, int32_t kind, int64_t n, int64_t *size)
{
    hps_status st = check(s, kind, n);
    if (st != HPS_OK) {
        return st;
    }
    if (size == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "design: size is NULL");
    }
    int64_t q = kind == HPS_DESIGN_ORTHOGONAL ? array_levels(n, free_params(s)) : 0;
    *size = q > 0 ? q * q : n;
    return HPS_OK;
}

/* One column of a design: coordinates u of all points. */
typedef struct column {
    int64_t seed, n;
    int32_t dim;
    int64_t *permutation; /* [n] work space */
    double *u;            /* [n] */
} column;

static void latin_column(column *c)
{
    hpsi_permutation(c->seed, HPSI_STREAM_PERMUTATION, (uint32_t)c->dim, c->n, c->permutation);
    for (int64_t i = 0; i < c->n; i++) {
        double r = hpsi_uniform(c->seed, HPSI_STREAM_INIT, 0, (uint32_t)i, (uint32_t)c->dim).u[0];
        c->u[i] = ((double)c->permutation[i] + r) / (double)c->n;
    }
}

static void sobol_directions(int32_t dim, uint32_t *v)
{
    const hpsi_sobol_row *row = &hpsi_sobol_rows[dim];
    int degree = 0;
    while (row->polynomial >> (degree + 1) != 0) {
        degree++;
    }
    for (int k = 0; k < BITS; k++) {
        if (dim == 0) {
            v[k] = 1u << (BITS - 1 - k);
        } else if (k < degree) {
            v[k] = row->first[k] << (BITS - 1 - k);
        } else { /* eq. 2 of Joe and Kuo, shifted to the left */
            v[k] = v[k - degree] ^ (v[k - degree] >> degree);
            for (int i = 1; i < degree; i++) {
                v[k] ^= (row->polynomial >> (degree - i) & 1u) * v[k - i];
            }
        }
    }
}

static void sobol_column(column *c)
{
    uint32_t v[BITS];
    uint32_t bits = 0;
    sobol_directions(c->dim, v);
    if (c->seed != 0) {
        double r = hpsi_uniform(c->seed, HPSI_STREAM_INIT, 0, 0, (uint32_t)c->dim).u[0];
        bits = (uint32_t)(r * 4294967296.0);
    }
    for (int64_t i = 0; i < c->n; i++) {
        c->u[i] = (double)bits / 4294967296.0;
        int zero = 0; /* order of Gray: point i + 1 differs in the direction of i's lowest 0 */
        while ((i >> zero & 1) != 0) {
            zero++;
        }
        bits ^= v[zero];
    }
}

/* Bose's array: column 0 is the first digit a, column k the digit b + (k - 1) a mod q. */
static void array_column(column *c)
{
    int64_t q = (int64_t)llround(sqrt((double)c->n));
    hpsi_permutation(c->seed, HPSI_STREAM_PERMUTATION, (uint32_t)c->dim, q, c->permutation);
    for (int64_t i = 0; i < c->n; i++) {
        int64_t a = i / q;
        int64_t level = c->dim == 0 ? a : (i % q + (c->dim - 1) * a) % q;
        c->u[i] = ((double)c->permutation[level] + 0.5) / (double)q;
    }
}

static void fill_column(int32_t kind, column *c)
{
    if (kind == HPS_DESIGN_LATIN) {
        latin_column(c);
    } else if (kind == HPS_DESIGN_SOBOL) {
        sobol_column(c);
    } else {
        array_column(c);
    }
}

hps_status hps_design_points(const hps_space *s, int32_t kind, int64_t seed, int64_t n, double *x)
{
    hps_status st = check(s, kind, n);
    if (st != HPS_OK) {
        return st;
    }
    int64_t size = n;
    (void)hps_design_size(s, kind, n, &size);
    if (size != n || x == NULL || seed < 0) {
        return hpsi_fail(HPS_E_ARGUMENT,
                         "design: %s with n = %lld points (it has %lld), x %s, seed %lld",
                         names[kind], (long long)n, (long long)size, x == NULL ? "NULL" : "given",
                         (long long)seed);
    }
    column c = {.seed = seed, .n = n};
    c.permutation = hpsi_new(s->context, n, sizeof *c.permutation);
    c.u = hpsi_new(s->context, n, sizeof *c.u);
    if (c.permutation == NULL || c.u == NULL) {
        st = HPS_E_MEMORY;
    }
    for (int32_t k = 0; k < s->n && st == HPS_OK; k++) {
        const hpsi_param *p = &s->params[k];
        if (!p->fixed) {
            fill_column(kind, &c);
            c.dim++;
        }
        for (int64_t i = 0; i < n; i++) {
            x[i * s->n + k] = p->fixed ? p->value : hpsi_param_value(p, c.u[i]);
        }
    }
    hpsi_free(c.permutation);
    hpsi_free(c.u);
    return st;
}
