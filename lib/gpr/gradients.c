/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of the linear system for forces and virials (docs/gpr.md, sections 2 and 5): row of
 * coordinate c of atom j, sum_i zeta (q_i.q_t)^(zeta-1) q_t.dq_i/dr_jc, all centres i whose
 * environment has an image of j, and j itself with minus the sum of its neighbours. */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "gpr/rows.h"

#define SLAB HPSI_SOAP_BLOCK /* atoms of a frame whose force rows are made together */

/* Unit of parallel work: force rows of some atoms of a frame, or its virial rows, or both. */
typedef struct item {
    int64_t frame;
    int32_t first, count; /* atoms with force rows */
    int32_t virial;       /* 1: six rows follow */
    int64_t row;          /* first row in the block */
} item;

/* Buffers of one worker. */
typedef struct bench {
    double *jacobian; /* [pairs][3][ld], then compacted */
    double *product;  /* [rows][HPSI_ROW_TILE] */
    double *weight;   /* [M of the species] zeta (q_i.q_t)^(zeta-1) */
    int64_t *target;  /* [rows] row in the block that a row of the product goes to */
    int64_t capacity; /* rows */
} bench;

typedef struct gradients {
    hpsi_stream *stream;
    int32_t number[HPSI_ELEMENTS], n_species;
    bench *bench; /* [n_workers] */
    item *items;  /* of the present block */
    int64_t n_items;
} gradients;

/* Neighbours of the centre being treated. */
typedef struct centre {
    int32_t i; /* in the frame */
    int64_t n;
    const int32_t *atom;
    const double *x, *y, *z;
} centre;

static int in_slab(const item *it, int32_t atom)
{
    return atom >= it->first && atom < it->first + it->count;
}

static int touches(const item *it, const centre *c)
{
    int any = it->virial || in_slab(it, c->i);

    for (int64_t k = 0; !any && k < c->n; k++) {
        any = in_slab(it, c->atom[k]);
    }
    return any && c->n > 0;
}

static void add_block(double *to, const double *from, double factor, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        to[i] += factor * from[i];
    }
}

/* Pairs (l,k) of the virial's rows xx, yx, zx, yy, zy, zz. */
static const int l_of[6] = {0, 1, 2, 1, 2, 2};
static const int k_of[6] = {0, 0, 0, 1, 1, 2};

/* S_lk = sum_j (r_j)_l dq/dr_jk */
static void strain_rows(const centre *c, const double *jacobian, int64_t d, double *out)
{
    for (int64_t p = 0; p < c->n; p++) {
        double r[3] = {c->x[p], c->y[p], c->z[p]};

        for (int v = 0; v < 6; v++) {
            add_block(out + v * d, jacobian + (3 * p + k_of[v]) * d, r[l_of[v]], d);
        }
    }
}

/* Turn the Jacobian of all pairs into the rows that are wanted, in place: images of one
 * neighbour summed, only atoms of the slab. The extra rows (the centre's own, then the
 * strain's) come before the pairs and were made already. Returns the number of rows. */
static int64_t compact(const item *it, const centre *c, double *jacobian, int64_t d,
                       int64_t *target)
{
    int64_t n = 0;
    int32_t last = -1;

    for (int64_t p = 0; p < c->n; p++) {
        if (!in_slab(it, c->atom[p])) {
            continue;
        }
        if (n > 0 && c->atom[p] == last) {
            add_block(jacobian + (n - 3) * d, jacobian + 3 * p * d, 1.0, 3 * d);
            continue;
        }
        last = c->atom[p];
        memmove(jacobian + n * d, jacobian + 3 * p * d, (size_t)(3 * d) * sizeof *jacobian);
        for (int k = 0; k < 3; k++) {
            target[n++] = it->row + 3 * (last - it->first) + k;
        }
    }
    return n;
}

/* Rows of one centre: [extra rows | rows of neighbours];. */
static int64_t centre_rows(const item *it, const centre *c, bench *b, int64_t d)
{
    double *extra = b->jacobian; /* at most 9 rows */
    double *pairs = b->jacobian + 9 * d;
    int64_t n_extra = 0;
    int64_t n;

    memset(extra, 0, (size_t)(9 * d) * sizeof *extra);
    if (in_slab(it, c->i)) {
        for (int64_t p = 0; p < c->n; p++) {
            add_block(extra, pairs + 3 * p * d, -1.0, 3 * d);
        }
        for (int k = 0; k < 3; k++) {
            b->target[n_extra++] = it->row + 3 * (c->i - it->first) + k;
        }
    }
    if (it->virial) {
        strain_rows(c, pairs, d, extra + n_extra * d);
        for (int v = 0; v < 6; v++) {
            b->target[n_extra++] = it->row + 3 * it->count + v;
        }
    }
    n = compact(it, c, pairs, d, b->target + n_extra);
    if (n_extra < 9) {
        memmove(extra + n_extra * d, pairs, (size_t)(n * d) * sizeof *extra);
    }
    return n_extra + n;
}

/* rows[target][t] += weight_t (J . q_t) for the sparse points of the centre's element. */
static void scatter(const hpsi_stream *t, int32_t z, int64_t n, bench *b)
{
    const hpsi_sparse *p = t->sparse;

    for (int64_t first = 0; first < p->count[z]; first += HPSI_ROW_TILE) {
        int64_t m = p->count[z] - first < HPSI_ROW_TILE ? p->count[z] - first : HPSI_ROW_TILE;
        int64_t column = p->first[z] + first;

        hpsi_gemm(0, 1, n, m, p->size, 1.0, b->jacobian, p->size, p->q + column * p->ld, p->ld, 0.0,
                  b->product, m);
        for (int64_t i = 0; i < n; i++) {
            double *row = t->rows.a + b->target[i] * t->rows.ld + column;

            for (int64_t k = 0; k < m; k++) {
                row[k] += b->weight[first + k] * b->product[i * m + k];
            }
        }
    }
}

static void free_bench(bench *b)
{
    hpsi_free(b->target);
    hpsi_free(b->product);
    hpsi_free(b->jacobian);
    b->target = NULL;
    b->product = b->jacobian = NULL;
    b->capacity = 0;
}

/* Nothing is kept from one centre to the next: the old buffers go before the new ones come. */
static hps_status grow_bench(hps_context *c, bench *b, int64_t n_pairs, int64_t d)
{
    int64_t rows = 3 * n_pairs + 9;

    if (rows <= b->capacity) {
        return HPS_OK;
    }
    free_bench(b);
    rows += rows / 8;
    b->jacobian = hpsi_new(c, hpsi_size_mul(rows, d), sizeof *b->jacobian);
    b->product = hpsi_new(c, hpsi_size_mul(rows, HPSI_ROW_TILE), sizeof *b->product);
    b->target = hpsi_new(c, rows, sizeof *b->target);
    if (b->jacobian == NULL || b->product == NULL || b->target == NULL) {
        return HPS_E_MEMORY;
    }
    b->capacity = rows;
    return HPS_OK;
}

static hps_status add_centre(const gradients *x, const item *it, int32_t worker,
                             const hpsi_chunk *chunk, int32_t i, const double *q)
{
    hpsi_stream *t = x->stream;
    hpsi_source *s = t->source;
    bench *b = &x->bench[worker];
    int32_t z = x->number[s->species[chunk->atom + i]];
    centre c = {.i = chunk->first + i};
    const double *points = t->sparse->q + t->sparse->first[z] * t->sparse->ld;
    hps_status status;

    hpsi_soap_block_pairs(s->work[worker], i, &c.n, &c.atom, &c.x, &c.y, &c.z);
    if (t->sparse->count[z] == 0 || !touches(it, &c)) {
        return HPS_OK;
    }
    status = grow_bench(s->context, b, c.n, s->size);
    if (status == HPS_OK) {
        status = hpsi_soap_block_jacobian(s->plan, s->work[worker], i, b->jacobian + 9 * s->size,
                                          s->size);
    }
    if (status == HPS_OK) {
        int64_t n = centre_rows(it, &c, b, s->size);

        hpsi_gemv(0, t->sparse->count[z], s->size, 1.0, points, t->sparse->ld, q, 0.0, b->weight);
        hpsi_power_slope_apply(&t->slope, t->sparse->count[z], b->weight, NULL, b->weight);
        scatter(t, z, n, b);
    }
    return status;
}

static hps_status run_item(int64_t index, int32_t worker, void *arg)
{
    const gradients *x = arg;
    hpsi_stream *t = x->stream;
    hpsi_source *s = t->source;
    const item *it = &x->items[index];
    double *q = s->block + (int64_t)worker * HPSI_SOAP_BLOCK * s->ld;
    int64_t n_rows = 3 * it->count + (it->virial ? 6 : 0);

    memset(t->rows.a + it->row * t->rows.ld, 0, (size_t)(n_rows * t->rows.ld) * sizeof *t->rows.a);
    for (int64_t i = s->frame_chunk[it->frame]; i < s->frame_chunk[it->frame + 1]; i++) {
        const hpsi_chunk *c = &s->chunk[i];
        hps_status status = hpsi_source_block(s, c->atom, c->count, worker, q);

        for (int32_t j = 0; status == HPS_OK && j < c->count; j++) {
            status = add_centre(x, it, worker, c, j, q + j * s->ld);
        }
        if (status != HPS_OK) {
            return status;
        }
    }
    return HPS_OK;
}

/* ----------------------------------------------------------------- blocks */

static int64_t rows_before(int64_t i, const void *arg)
{
    const gradients *x = arg;
    const hpsi_rows *r = &x->stream->rows;

    return (i < x->n_items ? x->items[i].row : r->m) * r->ld * (int64_t)sizeof *r->a;
}

static hps_status flush(gradients *x)
{
    hpsi_stream *t = x->stream;
    hps_context *c = t->source->context;
    hps_status status = hpsi_team_for(c, x->n_items, run_item, x);

    status = hpsi_team_share(c, status, x->n_items, t->rows.a, rows_before, x);

    if (status == HPS_OK && t->rows.m > 0) {
        status = t->sink(&t->rows, t->arg);
    }
    t->rows.m = 0;
    x->n_items = 0;
    return status;
}

static void add_row(hpsi_rows *r, int64_t frame, double y, double sigma, int32_t part)
{
    r->part[r->m] = part;
    r->y[r->m] = y;
    r->sigma[r->m] = sigma;
    r->frame[r->m++] = frame;
}

static void add_forces(hpsi_stream *t, const item *it, const hps_frame *f)
{
    int32_t own;
    const double sigma = hpsi_gpr_noise(t->g, f, HPSI_GPR_SIGMA_FORCE, &own);
    const double *sigmas = hpsi_dataset_force_sigmas(t->source->data, it->frame);

    for (int64_t i = 3 * (int64_t)it->first; i < 3 * (int64_t)(it->first + it->count); i++) {
        const int32_t out = f->force_mask != NULL && f->force_mask[i / 3] != 0;

        add_row(&t->rows, it->frame, -f->forces[i],
                out              ? (double)INFINITY
                : sigmas != NULL ? sigmas[i]
                                 : sigma,
                own || sigmas != NULL ? HPSI_PART_OWN : HPSI_PART_FORCE);
    }
}

/* Component v of a matrix made symmetric. */
static double symmetric(const double *w, int v)
{
    return 0.5 * (w[3 * l_of[v] + k_of[v]] + w[3 * k_of[v] + l_of[v]]);
}

static void add_virial(hpsi_stream *t, const item *it, const hps_frame *f)
{
    int32_t own;
    const double sigma = hpsi_gpr_noise(t->g, f, HPSI_GPR_SIGMA_VIRIAL, &own);
    const double *sigmas = hpsi_dataset_virial_sigmas(t->source->data, it->frame);

    for (int v = 0; v < 6; v++) {
        add_row(&t->rows, it->frame, -symmetric(f->virial, v),
                sigmas != NULL ? symmetric(sigmas, v) : sigma,
                own || sigmas != NULL ? HPSI_PART_OWN : HPSI_PART_VIRIAL);
    }
}

static hps_status add_item(gradients *x, const hps_frame *f, item it)
{
    hpsi_stream *t = x->stream;
    int64_t rows = 3 * it.count + (it.virial ? 6 : 0);
    hps_status status = HPS_OK;

    if (t->rows.m + rows > t->capacity) {
        status = flush(x);
    }
    if (status == HPS_OK) {
        it.row = t->rows.m;
        x->items[x->n_items++] = it;
        add_forces(t, &it, f);
        if (it.virial) {
            add_virial(t, &it, f);
        }
    }
    return status;
}

/* A frame of one slab makes all its rows together; the virial of a larger one is an item of
 * its own behind the forces. */
static hps_status add_frame(gradients *x, int64_t frame)
{
    hpsi_stream *t = x->stream;
    hps_status status = HPS_OK;
    int32_t forces;
    int32_t virial;
    hps_frame f;

    hpsi_dataset_frame(t->source->data, frame, &f);
    forces = (t->kinds & HPSI_ROWS_FORCE) != 0 && f.forces != NULL;
    virial = (t->kinds & HPSI_ROWS_VIRIAL) != 0 && f.virial != NULL;
    for (int32_t a = 0; forces && status == HPS_OK && a < f.n_atoms; a += SLAB) {
        item it = {
            .frame = frame, .first = a, .count = f.n_atoms - a < SLAB ? f.n_atoms - a : SLAB};

        it.virial = virial && f.n_atoms <= SLAB;
        status = add_item(x, &f, it);
    }
    if (status == HPS_OK && virial && !(forces && f.n_atoms <= SLAB)) {
        item it = {.frame = frame, .virial = 1};

        status = add_item(x, &f, it);
    }
    return status;
}

static hps_status make_benches(gradients *x)
{
    hpsi_source *s = x->stream->source;

    for (int32_t w = 0; w < s->n_workers; w++) {
        x->bench[w].weight = hpsi_new(s->context, x->stream->sparse->total, sizeof(double));
        if (x->bench[w].weight == NULL) {
            return HPS_E_MEMORY;
        }
    }
    return HPS_OK;
}

hps_status hpsi_stream_gradients(hpsi_stream *t)
{
    gradients x = {.stream = t};
    hpsi_source *s = t->source;
    hps_status status = HPS_E_MEMORY;

    hpsi_stream_numbers(t, x.number, &x.n_species);
    t->rows.kind = t->kinds & (HPSI_ROWS_FORCE | HPSI_ROWS_VIRIAL);
    t->rows.m = 0;
    x.bench = hpsi_new(s->context, s->n_workers, sizeof *x.bench);
    x.items = hpsi_new(s->context, t->capacity, sizeof *x.items);
    if (x.bench != NULL && x.items != NULL) {
        status = make_benches(&x);
        for (int64_t i = 0; status == HPS_OK && i < s->n_frames; i++) {
            status = add_frame(&x, i);
        }
        status = status == HPS_OK ? flush(&x) : status;
        for (int32_t w = 0; w < s->n_workers; w++) {
            hpsi_free(x.bench[w].weight);
            free_bench(&x.bench[w]);
        }
    }
    hpsi_free(x.items);
    hpsi_free(x.bench);
    return status;
}
