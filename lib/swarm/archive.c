/* SPDX-License-Identifier: BSD-3-Clause */
/* The archive: every point of the run, with a hash on a projection that finds a point again
 * within a tolerance (swarm.md 1.3). */
#include "swarm/internal.h"

#include <math.h>
#include <string.h>

#define SAME 1e-12      /* to an earlier point */
#define SAME_BATCH 1e-9 /* to a point of the same batch */
#define CELL 1e-6       /* width of a hash cell along the projection */
#define GOLDEN 0.6180339887498949

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

static int64_t chain_of(const hpsi_archive *a, int64_t cell)
{
    uint64_t z = (uint64_t)cell * 0x9E3779B97F4A7C15u;
    return (int64_t)((z >> 20) & (uint64_t)(a->n_heads - 1));
}

static void link_row(hpsi_archive *a, int64_t r)
{
    double s = project(a, a->u + r * a->n_dims);
    int64_t *head = &a->head[chain_of(a, (int64_t)floor(s / CELL))];
    a->rows[r].next = *head;
    *head = r;
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
    int64_t *head = hpsi_new(a->context, wanted, sizeof *head);
    if (head == NULL) {
        return HPS_E_MEMORY;
    }
    hpsi_free(a->head);
    a->head = head;
    a->n_heads = wanted;
    for (int64_t i = 0; i < wanted; i++) {
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

int64_t hpsi_archive_find(const hpsi_archive *a, const double *u, int64_t batch, int exact)
{
    if (a->n_heads == 0) {
        return -1;
    }
    double s = project(a, u);
    double reach = exact ? 0.0 : a->n_dims * SAME_BATCH;
    int64_t first = (int64_t)floor((s - reach) / CELL);
    int64_t last = (int64_t)floor((s + reach) / CELL);
    int64_t found = -1;
    for (int64_t cell = first; cell <= last; cell++) {
        for (int64_t r = a->head[chain_of(a, cell)]; r >= 0; r = a->rows[r].next) {
            double tolerance = exact ? 0.0 : r >= batch ? SAME_BATCH : SAME;
            if ((found < 0 || r < found) && agrees(a->u + r * a->n_dims, u, a->n_dims, tolerance)) {
                found = r;
            }
        }
    }
    return found;
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
