/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables of smooth functions of the distance. A stretch of r is sampled at Chebyshev nodes
 * and halved until its series has decayed to round-off: few evaluations of the costly
 * functions. The series is then cut into short polynomials of low degree for fast lookup.
 * All tolerances are relative to the largest value of the stretch, so that small values
 * near the cut-off are as exact as large ones. */
#include "soap/private.h"

#include <math.h>
#include <string.h>

enum { NODES = 24, TERMS = HPSI_SOAP_DEGREE + 1, MAX_DEPTH = 14, MAX_PIECES = 256 };

static const double decayed = 1e-14;  /* of the series' tail */
static const double noise = 1e-16;    /* coefficients below it are dropped */
static const double accurate = 1e-13; /* of the short pieces */

typedef struct builder {
    hpsi_soap_table *table;
    const hpsi_soap_table_request *request;
    double *series;              /* [NODES][stride] Chebyshev coefficients of the present stretch */
    double *values;              /* [NODES][stride] */
    double *piece;               /* [TERMS][stride] */
    double cosine[NODES][NODES]; /* T_k at node i */
    double cosine_piece[TERMS][TERMS];
    double monomial[TERMS][TERMS]; /* T_k = sum_p monomial[k][p] u^p */
    double node[NODES], node_piece[TERMS];
    double largest; /* value of the stretch */
    double tail;    /* of its series */
} builder;

static void prepare_nodes(builder *b)
{
    const double pi = 3.14159265358979323846;

    for (int32_t i = 0; i < NODES; i++) {
        b->node[i] = cos(pi * (i + 0.5) / NODES);
        for (int32_t k = 0; k < NODES; k++) {
            b->cosine[i][k] = cos(pi * k * (i + 0.5) / NODES);
        }
    }
    for (int32_t i = 0; i < TERMS; i++) {
        b->node_piece[i] = cos(pi * (i + 0.5) / TERMS);
        for (int32_t k = 0; k < TERMS; k++) {
            b->cosine_piece[i][k] = cos(pi * k * (i + 0.5) / TERMS);
        }
    }
    memset(b->monomial, 0, sizeof b->monomial);
    b->monomial[0][0] = 1;
    b->monomial[1][1] = 1;
    for (int32_t k = 2; k < TERMS; k++) {
        for (int32_t p = 0; p < TERMS; p++) {
            b->monomial[k][p] = (p > 0 ? 2 * b->monomial[k - 1][p - 1] : 0) - b->monomial[k - 2][p];
        }
    }
}

/* Series on [from, from+length], its largest value and tail. */
static void sample(builder *b, double from, double length)
{
    int32_t n = b->table->n_functions, stride = b->table->stride;

    b->largest = b->tail = 0;
    for (int32_t i = 0; i < NODES; i++) {
        double *row = b->values + i * stride;

        b->request->evaluate(b->request->arg, from + 0.5 * length * (1 + b->node[i]), row);
        for (int32_t f = 0; f < n; f++) {
            b->largest = fmax(b->largest, fabs(row[f]));
        }
    }
    memset(b->series, 0, sizeof(double) * NODES * (size_t)stride);
    for (int32_t k = 0; k < NODES; k++) {
        double *row = b->series + k * stride;

        for (int32_t i = 0; i < NODES; i++) {
            double w = b->cosine[i][k] * (k == 0 ? 1.0 : 2.0) / NODES;

            for (int32_t f = 0; f < stride; f++) {
                row[f] += w * b->values[i * stride + f];
            }
        }
        for (int32_t f = 0; k >= NODES - 3 && f < n; f++) {
            b->tail = fmax(b->tail, fabs(row[f]));
        }
        for (int32_t f = 0; f < n; f++) {
            row[f] = fabs(row[f]) < noise * b->largest ? 0 : row[f];
        }
    }
}

/* Value of the series at place t = -1..1 (Clenshaw). */
static void series_at(const builder *b, double t, double *out)
{
    int32_t stride = b->table->stride;
    double next[HPSI_SOAP_PAD], now[HPSI_SOAP_PAD];

    for (int32_t f = 0; f < stride; f += HPSI_SOAP_PAD) {
        const double *row = b->series + f;

        memset(next, 0, sizeof next);
        memset(now, 0, sizeof now);
        for (int32_t k = NODES - 1; k > 0; k--) {
            for (int32_t i = 0; i < HPSI_SOAP_PAD; i++) {
                double up = row[k * stride + i] + 2 * t * now[i] - next[i];

                next[i] = now[i];
                now[i] = up;
            }
        }
        for (int32_t i = 0; i < HPSI_SOAP_PAD; i++) {
            out[f + i] = row[i] + t * now[i] - next[i];
        }
    }
}

/* Monomials in u of the polynomial through the Chebyshev nodes of [middle-half, ..]. */
static void fit_piece(builder *b, double middle, double half, double *out)
{
    int32_t stride = b->table->stride;

    for (int32_t i = 0; i < TERMS; i++) {
        series_at(b, middle + half * b->node_piece[i], b->values + i * stride);
    }
    memset(b->piece, 0, sizeof(double) * TERMS * (size_t)stride);
    memset(out, 0, sizeof(double) * TERMS * (size_t)stride);
    for (int32_t k = 0; k < TERMS; k++) {
        for (int32_t i = 0; i < TERMS; i++) {
            double w = b->cosine_piece[i][k] * (k == 0 ? 1.0 : 2.0) / TERMS;

            for (int32_t f = 0; f < stride; f++) {
                b->piece[k * stride + f] += w * b->values[i * stride + f];
            }
        }
        for (int32_t p = 0; p <= k; p++) {
            for (int32_t f = 0; f < stride; f++) {
                out[p * stride + f] += b->monomial[k][p] * b->piece[k * stride + f];
            }
        }
    }
}

/* Largest |d^8 f/dt^8| of the series, t = -1..1, at its nodes and ends. Differentiation of a
 * Chebyshev series: a'_{k-1} = a'_{k+1} + 2 k a_k, a'_0 halved. */
static double last_derivative(builder *b)
{
    int32_t stride = b->table->stride, n = NODES;
    double *d = b->values, largest = 0;

    memcpy(d, b->series, sizeof(double) * NODES * (size_t)stride);
    for (int32_t order = 0; order < TERMS; order++, n--) {
        for (int32_t f = 0; f < stride; f++) {
            double up = 0, upper = 0; /* a'_{k+1} and a'_{k+2} */

            for (int32_t k = n - 1; k > 0; k--) {
                double now = upper + 2 * k * d[k * stride + f];

                d[k * stride + f] = up;
                upper = up;
                up = now;
            }
            d[f] = 0.5 * up;
        }
    }
    for (int32_t f = 0; f < stride; f++) {
        double sum = 0;

        for (int32_t k = 0; k < n; k++) {
            sum += fabs(d[k * stride + f]);
        }
        largest = fmax(largest, sum);
    }
    return largest;
}

/* Pieces that the present series has to be cut into: the error of interpolation at n
 * Chebyshev nodes of a piece of half length h is at most h^n max|f^(n)| / (2^(n-1) n!). */
static int32_t count_pieces(builder *b)
{
    const double factor = 128.0 * 40320.0;
    double goal = fmax(accurate * b->largest, 4 * b->tail) * factor;
    double ratio = goal > 0 ? last_derivative(b) / goal : 0;
    double count = ceil(sqrt(sqrt(sqrt(ratio))));

    return count < 1 ? 1 : count > MAX_PIECES ? MAX_PIECES : (int32_t)count;
}

/* Accept the present stretch: as few pieces as are accurate. */
static hps_status add_leaf(builder *b, double from, double length, int32_t depth)
{
    hpsi_soap_table *t = b->table;
    int64_t size = TERMS * t->stride;
    int32_t count = count_pieces(b);
    hpsi_soap_cell *leaf;

    if (hpsi_grow(t->context, (void **)&t->coefficients, &t->piece_capacity,
                  (t->n_pieces + count) * size, sizeof(double)) != HPS_OK) {
        return HPS_E_MEMORY;
    }
    for (int32_t i = 0; i < count; i++) {
        fit_piece(b, -1 + (2 * i + 1) * (1.0 / count), 1.0 / count,
                  t->coefficients + (t->n_pieces + i) * size);
    }
    if (hpsi_grow(t->context, (void **)&t->cells, &t->cell_capacity, t->n_cells + 1,
                  sizeof *t->cells) != HPS_OK) {
        return HPS_E_MEMORY;
    }
    leaf = &t->cells[t->n_cells++];
    leaf->origin = from;
    leaf->inverse = count / length;
    leaf->base = t->n_pieces;
    leaf->last = count - 1;
    leaf->depth = depth;
    t->n_pieces += count;
    return HPS_OK;
}

/* Halve [from, from+length] until the series converges; below half of the narrowest
 * feature what is left of the tail is round-off of the function itself. */
static hps_status refine(builder *b, double from, double length, int32_t depth)
{
    const hpsi_soap_table_request *q = b->request;
    double width = q->width + fmin(q->slope * from, q->slope * (from + length));
    hps_status st;

    if (length < 8 * width || depth == MAX_DEPTH) {
        sample(b, from, length);
        if (b->tail <= decayed * b->largest || length < 0.5 * width || depth == MAX_DEPTH) {
            return add_leaf(b, from, length, depth);
        }
    }
    st = refine(b, from, 0.5 * length, depth + 1);
    return st != HPS_OK ? st : refine(b, from + 0.5 * length, 0.5 * length, depth + 1);
}

/* Replace the leaves from `leaf` on by cells of equal length, each a copy of its leaf. */
static hps_status spread(builder *b, int32_t segment, int64_t leaf)
{
    hpsi_soap_table *t = b->table;
    int64_t n = t->n_cells - leaf, out, deepest = 0;
    hps_status st;

    for (int64_t i = leaf; i < t->n_cells; i++) {
        deepest = t->cells[i].depth > deepest ? t->cells[i].depth : deepest;
    }
    out = leaf + ((int64_t)1 << deepest);
    st = hpsi_grow(t->context, (void **)&t->cells, &t->cell_capacity, out, sizeof *t->cells);
    if (st != HPS_OK) {
        return st;
    }
    t->first[segment] = leaf;
    t->last[segment] = out - 1;
    t->n_cells = out;
    t->inverse[segment] = (double)(out - leaf) / (t->edge[segment + 1] - t->edge[segment]);
    /* from the end: a leaf never moves before it was copied */
    for (int64_t i = leaf + n - 1; i >= leaf; i--) {
        hpsi_soap_cell copy = t->cells[i];

        for (int64_t k = (int64_t)1 << (deepest - copy.depth); k > 0; k--) {
            t->cells[--out] = copy;
        }
    }
    return HPS_OK;
}

static hps_status build(builder *b)
{
    hpsi_soap_table *t = b->table;
    hps_status st = HPS_OK;

    for (int32_t i = 0; i < t->n_segments && st == HPS_OK; i++) {
        int64_t leaf = t->n_cells;

        st = refine(b, t->edge[i], t->edge[i + 1] - t->edge[i], 0);
        if (st == HPS_OK) {
            st = spread(b, i, leaf);
        }
    }
    return st;
}

hps_status hpsi_soap_table_create(hpsi_soap_table *t, hps_context *c,
                                  const hpsi_soap_table_request *request)
{
    builder *b = hpsi_new(c, 1, sizeof *b);
    hps_status st = HPS_E_MEMORY;

    memset(t, 0, sizeof *t);
    if (b == NULL) {
        return HPS_E_MEMORY;
    }
    t->context = c;
    t->n_functions = request->n_functions;
    t->stride = (int32_t)hpsi_soap_pad(request->n_functions, HPSI_SOAP_PAD);
    t->n_segments = request->n_switches + 1;
    for (int32_t i = 0; i < request->n_switches; i++) {
        t->edge[i + 1] = request->switches[i];
    }
    t->edge[t->n_segments] = request->r_max;
    b->table = t;
    b->request = request;
    b->series = hpsi_new(c, NODES * (int64_t)t->stride, sizeof(double));
    b->values = hpsi_new(c, NODES * (int64_t)t->stride, sizeof(double));
    b->piece = hpsi_new(c, TERMS * (int64_t)t->stride, sizeof(double));
    if (b->series != NULL && b->values != NULL && b->piece != NULL) {
        prepare_nodes(b);
        st = build(b);
    }
    hpsi_free(b->series);
    hpsi_free(b->values);
    hpsi_free(b->piece);
    hpsi_free(b);
    if (st != HPS_OK) {
        hpsi_soap_table_free(t);
    }
    return st;
}

void hpsi_soap_table_free(hpsi_soap_table *t)
{
    hpsi_free(t->cells);
    hpsi_free(t->coefficients);
    memset(t, 0, sizeof *t);
}
