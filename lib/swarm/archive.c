/* SPDX-License-Identifier: BSD-3-Clause */
/* The archive: every point of the run, with hashes that find a point again bit for bit or within
 * a tolerance (swarm.md 1.3). */
#include "swarm/internal.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define SAME 1e-12      /* to an earlier point */
#define SAME_BATCH 1e-9 /* to a point of the same batch */
#define CELL 4.0        /* width of a hash cell on the projection, in reaches of a tolerance */
#define GOLDEN 0.6180339887498949

/* ---------------------------------------------------------------- hashes */

/* A line on which different points rarely meet: irrational weights in [1/2, 1]. */
static double project(const hpsi_archive *a, const double *u)
{
    double s = 0.0;
    for (int32_t d = 0; d < a->n_dims; d++) {
        double w = GOLDEN * (d + 1);
        s += (0.5 + 0.5 * (w - floor(w))) * u[d];
    }
    return s;
}

/* How far the projections of two points can be apart that agree within a tolerance: each may be
 * off by a rounding of at most n_dims in each of its sums. */
static double reach_of(const hpsi_archive *a, double tolerance)
{
    double n = a->n_dims > 0 ? a->n_dims : 1;
    return n * (tolerance + n * DBL_EPSILON);
}

/* Cells as narrow as the tolerance allows: a swarm that contracts leaves them at once, and below
 * the tolerance there is but one point. */
static int64_t cell_of(const hpsi_archive *a, double s, double tolerance)
{
    return (int64_t)floor(s / (CELL * reach_of(a, tolerance)));
}

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u; /* the finaliser of splitmix64 */
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static uint64_t hash_bits(const hpsi_archive *a, const double *u)
{
    uint64_t z = 0x9E3779B97F4A7C15u;
    for (int32_t d = 0; d < a->n_dims; d++) {
        double v = u[d] + 0.0; /* -0 is 0 */
        uint64_t bits;
        memcpy(&bits, &v, sizeof bits);
        z = mix(z ^ bits) + 0x9E3779B97F4A7C15u;
    }
    return mix(z);
}

/* Where the chain of a hash begins. */
static int64_t *head_of(const hpsi_archive *a, int32_t chain, uint64_t hash)
{
    return &a->head[chain * a->n_heads + (int64_t)(hash & (uint64_t)(a->n_heads - 1))];
}

static void push(hpsi_archive *a, int64_t r, int32_t chain, uint64_t hash)
{
    int64_t *head = head_of(a, chain, hash);
    a->rows[r].next[chain] = *head;
    *head = r;
}

/* Rows are linked in their order: every chain goes from later rows to earlier ones. */
static void link_row(hpsi_archive *a, int64_t r)
{
    const double *u = a->u + r * a->n_dims;
    double s = project(a, u);
    push(a, r, HPSI_CHAIN_BITS, hash_bits(a, u));
    push(a, r, HPSI_CHAIN_NEAR, mix((uint64_t)cell_of(a, s, SAME)));
    push(a, r, HPSI_CHAIN_BATCH, mix((uint64_t)cell_of(a, s, SAME_BATCH)));
}

static hps_status rehash(hpsi_archive *a, int64_t n)
{
    int64_t wanted = a->n_heads > 0 ? a->n_heads : 64;
    while (wanted < n) {
        wanted *= 2;
    }
    if (wanted == a->n_heads) {
        return HPS_OK;
    }
    int64_t *head = hpsi_new(a->context, HPSI_CHAINS * wanted, sizeof *head);
    if (head == NULL) {
        return HPS_E_MEMORY;
    }
    hpsi_free(a->head);
    a->head = head;
    a->n_heads = wanted;
    for (int64_t i = 0; i < HPSI_CHAINS * wanted; i++) {
        head[i] = -1;
    }
    for (int64_t r = 0; r < a->n; r++) {
        link_row(a, r);
    }
    return HPS_OK;
}

hps_status hpsi_archive_reserve(hpsi_archive *a, int64_t more)
{
    int64_t n = a->n + more;
    void *items = a->rows;
    hps_status st = hpsi_grow(a->context, &items, &a->row_capacity, n, sizeof *a->rows);
    a->rows = items;
    if (st != HPS_OK) {
        return st;
    }
    items = a->u;
    st = hpsi_grow(a->context, &items, &a->u_capacity, n, a->n_dims * (int64_t)sizeof *a->u);
    a->u = items;
    if (st != HPS_OK) {
        return st;
    }
    items = a->x;
    st = hpsi_grow(a->context, &items, &a->x_capacity, n, a->n_params * (int64_t)sizeof *a->x);
    a->x = items;
    if (st == HPS_OK && a->n_objectives > 1) {
        items = a->f;
        st = hpsi_grow(a->context, &items, &a->f_capacity, n,
                       a->n_objectives * (int64_t)sizeof *a->f);
        a->f = items;
    }
    if (st == HPS_OK) {
        items = a->row_of;
        st = hpsi_grow(a->context, &items, &a->id_capacity, n, sizeof *a->row_of);
        a->row_of = items;
    }
    if (st == HPS_OK) {
        items = a->order;
        st = hpsi_grow(a->context, &items, &a->order_capacity, n, sizeof *a->order);
        a->order = items;
    }
    return st != HPS_OK ? st : rehash(a, n);
}

int64_t hpsi_archive_add(hpsi_archive *a, const double *u, const double *x)
{
    int64_t r = a->n++;
    memset(&a->rows[r], 0, sizeof a->rows[r]);
    a->rows[r].f = (double)INFINITY;
    for (int32_t k = 0; a->n_objectives > 1 && k < a->n_objectives; k++) {
        a->f[r * a->n_objectives + k] = (double)INFINITY;
    }
    a->rows[r].id = -1;
    a->rows[r].first = r;
    if (a->n_dims > 0) {
        memcpy(a->u + r * a->n_dims, u, (size_t)a->n_dims * sizeof *u);
    }
    memcpy(a->x + r * a->n_params, x, (size_t)a->n_params * sizeof *x);
    link_row(a, r);
    return r;
}

void hpsi_archive_number(hpsi_archive *a, int64_t r)
{
    a->rows[r].id = a->n_ids;
    a->row_of[a->n_ids++] = r;
}

void hpsi_archive_adopt(hpsi_archive *a, int64_t n)
{
    while (a->n < n) {
        if (a->rows[a->n].id >= 0) {
            hpsi_archive_number(a, a->n);
        }
        link_row(a, a->n++);
    }
}

static int agrees(const double *a, const double *b, int32_t n, double tolerance)
{
    for (int32_t d = 0; d < n; d++) {
        if (!(fabs(a[d] - b[d]) <= tolerance)) {
            return 0;
        }
    }
    return 1;
}

/* The first row of a chain that agrees; rows before `earliest` do not count. */
static int64_t first_of(const hpsi_archive *a, const double *u, int64_t earliest, int32_t chain,
                        uint64_t hash)
{
    static const double tolerance[HPSI_CHAINS] = {0.0, SAME, SAME_BATCH};
    int64_t found = -1;
    for (int64_t r = *head_of(a, chain, hash); r >= earliest; r = a->rows[r].next[chain]) {
        if (agrees(a->u + r * a->n_dims, u, a->n_dims, tolerance[chain])) {
            found = r;
        }
    }
    return found;
}

/* The first row from `earliest` on that agrees within a tolerance. */
static int64_t first_near(const hpsi_archive *a, const double *u, int64_t earliest, int32_t chain)
{
    double tolerance = chain == HPSI_CHAIN_NEAR ? SAME : SAME_BATCH;
    double s = project(a, u), reach = reach_of(a, tolerance);
    int64_t found = -1;
    int64_t last = cell_of(a, s + reach, tolerance);
    for (int64_t cell = cell_of(a, s - reach, tolerance); cell <= last; cell++) {
        int64_t r = first_of(a, u, earliest, chain, mix((uint64_t)cell));
        found = found < 0 || (r >= 0 && r < found) ? r : found;
    }
    return found;
}

int64_t hpsi_archive_find(const hpsi_archive *a, const double *u, int64_t batch, int exact)
{
    if (a->n_heads == 0) {
        return -1;
    }
    if (exact) {
        return first_of(a, u, 0, HPSI_CHAIN_BITS, hash_bits(a, u));
    }
    int64_t found = first_near(a, u, 0, HPSI_CHAIN_NEAR);
    int64_t beside = batch < a->n ? first_near(a, u, batch, HPSI_CHAIN_BATCH) : -1;
    return found < 0 || (beside >= 0 && beside < found) ? beside : found;
}

const double *hpsi_archive_values(const hpsi_archive *a, int64_t r)
{
    return a->n_objectives > 1 ? a->f + r * a->n_objectives : &a->rows[r].f;
}

void hpsi_archive_free(hpsi_archive *a)
{
    hpsi_free(a->rows);
    hpsi_free(a->u);
    hpsi_free(a->x);
    hpsi_free(a->f);
    hpsi_free(a->head);
    hpsi_free(a->row_of);
    hpsi_free(a->order);
    memset(a, 0, sizeof *a);
}
