/* SPDX-License-Identifier: BSD-3-Clause */
/* Leave-one-structure-out of a fit on energies, forces and virials (docs/gpr.md, section 9).
 *
 * With the triangle T of the rows Z = S A R^-1 of all data and of the prior, S = diag(delta/sigma),
 * and t = T beta, put V = A_G R^-1 T^-1 for the rows G of one structure. Without them the residuals
 * of its targets are, x = V^T S (I - S V V^T S)^-1 S (y - V t),
 *   y - V (t - x) = y - V t + V x,  and also  x = (I - V^T S^2 V)^-1 V^T S^2 (y - V t),
 * whichever matrix is the smaller one. */
#include "gpr/leave_out.h"

#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "gpr/path.h"

/* The structure whose rows are being collected. */
typedef struct group {
    hpsi_left *x;
    double *energies;   /* [structures][M] V of the energy rows, zeros without an energy */
    double *left;       /* [structures] their y - V t */
    double *root;       /* [structures] and S */
    int64_t frame;      /* the one whose rows are collected */
    int64_t n, largest; /* rows of it so far; of any structure */
    double *v;          /* [largest][M] */
    double *e, *s;      /* [largest] y - V t, S */
    double *z;          /* [largest][M] S V */
    double *square;     /* [min(largest, M)]^2 */
    double *b, *step;   /* [largest], [M] */
} group;

/* Row 0 is the energy's, of zeros without one. */
int64_t hpsi_left_rows(const hps_dataset *d, int32_t kinds)
{
    int64_t most = 1;

    for (int64_t i = 0; i < hps_dataset_n_frames(d); i++) {
        int64_t n = 1;
        hps_frame f;

        hpsi_dataset_frame(d, i, &f);
        n += (kinds & HPSI_ROWS_FORCE) != 0 && f.forces != NULL ? 3 * (int64_t)f.n_atoms : 0;
        n += (kinds & HPSI_ROWS_VIRIAL) != 0 && f.virial != NULL ? 6 : 0;
        most = n > most ? n : most;
    }
    return most;
}

/* ------------------------------------------------------ one structure's rows */

/* a := I - a, on and right of the diagonal. */
static void from_unit(int64_t n, double *a)
{
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = i; j < n; j++) {
            a[i * n + j] = (i == j ? 1 : 0) - a[i * n + j];
        }
    }
}

static hps_status factorise(const group *g, int64_t n)
{
    hps_status status;

    from_unit(n, g->square);
    status = hpsi_cholesky(g->x->fit.source->context, n, g->square, n);
    return status == HPS_E_NUMERIC
               ? hpsi_fail(HPS_E_NUMERIC,
                           "gpr: structure %lld alone decides what is fitted to it: its noise is "
                           "too small for leave-one-out",
                           (long long)g->frame)
               : status;
}

/* step := Z^T (I - Z Z^T)^-1 S e, for fewer rows than sparse points. */
static hps_status step_by_rows(const group *g, int64_t m)
{
    const int64_t n = g->n;
    hps_status status =
        hpsi_gemm_nt(g->x->fit.source->context, n, n, m, g->z, m, g->z, m, 0, g->square, n);

    status = status == HPS_OK ? factorise(g, n) : status;
    if (status == HPS_OK) {
        hpsi_solve_vector(n, g->square, n, 1, g->b);
        hpsi_solve_vector(n, g->square, n, 0, g->b);
        hpsi_gemv(1, n, m, 1, g->z, m, g->b, 0, g->step);
    }
    return status;
}

/* step := (I - Z^T Z)^-1 Z^T S e */
static hps_status step_by_points(const group *g, int64_t m)
{
    hps_context *c = g->x->fit.source->context;
    hpsi_gram *q = NULL;
    hps_status status = hpsi_gram_new(&q, c, m);

    status = status == HPS_OK ? hpsi_gram_add(q, c, m, g->n, g->z, m, g->b) : status;
    if (status == HPS_OK) {
        memcpy(g->square, q->gg, (size_t)(m * m) * sizeof *g->square);
        memcpy(g->step, q->h, (size_t)m * sizeof *g->step);
        status = factorise(g, m);
    }
    hpsi_gram_destroy(q);
    if (status == HPS_OK) {
        hpsi_solve_vector(m, g->square, m, 1, g->step);
        hpsi_solve_vector(m, g->square, m, 0, g->step);
    }
    return status;
}

/* g->e: from the residuals of the fit to those without the structure. */
static hps_status leave_out(const group *g)
{
    const int64_t m = g->x->fit.sparse->total;
    hps_status status;

    for (int64_t i = 0; i < g->n; i++) {
        for (int64_t t = 0; t < m; t++) {
            g->z[i * m + t] = g->s[i] * g->v[i * m + t];
        }
        g->b[i] = g->s[i] * g->e[i];
    }
    hpsi_blas_begin();
    status = g->n <= m ? step_by_rows(g, m) : step_by_points(g, m);
    if (status == HPS_OK) {
        hpsi_gemv(0, g->n, m, 1, g->v, m, g->step, 1, g->e);
    }
    hpsi_blas_end();
    return status;
}

/* ------------------------------------------------------------------ outputs */

/* Energy, forces and virial from the residuals of the rows, in their order. */
static void write_frame(const group *g, const hps_frame *f)
{
    static const int l_of[6] = {0, 1, 2, 1, 2, 2};
    static const int k_of[6] = {0, 0, 0, 1, 1, 2};
    const hpsi_left *x = g->x;
    const double *e = g->e;

    if (f->has_energy) {
        x->energy[g->frame] = f->energy - *e;
    }
    e++;
    if (f->forces != NULL && (x->fit.kinds & HPSI_ROWS_FORCE) != 0) {
        double *out = x->forces + 3 * hpsi_dataset_first_atom(x->fit.source->data, g->frame);

        for (int64_t i = 0; i < 3 * (int64_t)f->n_atoms; i++) { /* y = -F */
            out[i] = f->forces[i] + *e++;
        }
    }
    for (int v = 0; v < 6 && f->virial != NULL && (x->fit.kinds & HPSI_ROWS_VIRIAL) != 0; v++) {
        const int l = l_of[v], k = k_of[v];
        double *out = x->virial + 9 * g->frame;

        out[3 * l + k] = out[3 * k + l] =
            0.5 * (f->virial[3 * l + k] + f->virial[3 * k + l]) + *e++;
    }
}

static void put_energy(group *g)
{
    const int64_t m = g->x->fit.sparse->total;

    memcpy(g->v, g->energies + g->frame * m, (size_t)m * sizeof *g->v);
    g->e[0] = g->left[g->frame];
    g->s[0] = g->root[g->frame];
}

/* Finish the structures before `end`; only the first of them has rows of derivatives. */
static hps_status finish_until(group *g, int64_t end)
{
    hps_status status = HPS_OK;

    for (; status == HPS_OK && g->frame < end; g->frame++) {
        hps_frame f;

        hpsi_dataset_frame(g->x->fit.source->data, g->frame, &f);
        put_energy(g);
        if (f.has_energy || g->n > 1) {
            status = leave_out(g);
        }
        if (status == HPS_OK) {
            write_frame(g, &f);
        }
        g->n = 1;
    }
    return status;
}

/* -------------------------------------------------------------------- rows */

/* rows := V, y := y - V t, sigma := S, which is 0 for a force that is not fitted. */
static hps_status transform(const hpsi_left *x, const hpsi_rows *rows)
{
    const int64_t m = x->fit.sparse->total;
    hps_context *c = x->fit.source->context;
    hps_status status = hpsi_solve_right(c, rows->m, m, x->fit.r, m, rows->a, rows->ld);

    status =
        status == HPS_OK ? hpsi_solve_right(c, rows->m, m, x->fit.t, m, rows->a, rows->ld) : status;
    if (status != HPS_OK) {
        return status;
    }
    hpsi_blas_begin();
    hpsi_gemv(0, rows->m, m, -1, rows->a, rows->ld, x->qty, 1, rows->y);
    hpsi_blas_end();
    for (int64_t i = 0; i < rows->m; i++) {
        rows->sigma[i] = x->fit.delta / rows->sigma[i];
    }
    return HPS_OK;
}

static hps_status take_energies(const hpsi_rows *rows, void *arg)
{
    group *g = arg;
    const int64_t m = g->x->fit.sparse->total;
    hps_status status = transform(g->x, rows);

    for (int64_t i = 0; status == HPS_OK && i < rows->m; i++) {
        const int64_t s = rows->frame[i];

        memcpy(g->energies + s * m, rows->a + i * rows->ld, (size_t)m * sizeof *rows->a);
        g->left[s] = rows->y[i];
        g->root[s] = rows->sigma[i];
    }
    return status;
}

static hps_status take_derivatives(const hpsi_rows *rows, void *arg)
{
    group *g = arg;
    const int64_t m = g->x->fit.sparse->total;
    hps_status status = transform(g->x, rows);

    for (int64_t i = 0; status == HPS_OK && i < rows->m; i++) {
        status = finish_until(g, rows->frame[i]);
        if (status != HPS_OK) {
            break;
        }
        memcpy(g->v + g->n * m, rows->a + i * rows->ld, (size_t)m * sizeof *rows->a);
        g->e[g->n] = rows->y[i];
        g->s[g->n++] = rows->sigma[i];
    }
    return status;
}

/* ---------------------------------------------------------------- the whole */

static void fill_unknown(int64_t n, double *out)
{
    for (int64_t i = 0; out != NULL && i < n; i++) {
        out[i] = (double)NAN;
    }
}

static hps_status make_room(group *g)
{
    hps_context *c = g->x->fit.source->context;
    const int64_t m = g->x->fit.sparse->total, n = g->largest, frames = g->x->fit.source->n_frames;
    const int64_t side = n < m ? n : m;

    g->energies = hpsi_new(c, hpsi_size_mul(frames, m), sizeof(double));
    g->left = hpsi_new(c, frames, sizeof(double));
    g->root = hpsi_new(c, frames, sizeof(double));
    g->v = hpsi_new(c, hpsi_size_mul(n, m), sizeof(double));
    g->z = hpsi_new(c, hpsi_size_mul(n, m), sizeof(double));
    g->square = hpsi_new(c, hpsi_size_mul(side, side), sizeof(double));
    g->e = hpsi_new(c, n, sizeof(double));
    g->s = hpsi_new(c, n, sizeof(double));
    g->b = hpsi_new(c, n, sizeof(double));
    g->step = hpsi_new(c, m, sizeof(double));
    return g->energies != NULL && g->left != NULL && g->root != NULL && g->v != NULL &&
                   g->z != NULL && g->square != NULL && g->e != NULL && g->s != NULL &&
                   g->b != NULL && g->step != NULL
               ? HPS_OK
               : HPS_E_MEMORY;
}

static void free_room(group *g)
{
    double *const all[] = {g->energies, g->left, g->root, g->v, g->z,
                           g->square,   g->e,    g->s,    g->b, g->step};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        hpsi_free(all[i]);
    }
}

hps_status hpsi_gpr_leave_out(hpsi_left *x)
{
    group g = {.x = x, .n = 1, .largest = hpsi_left_rows(x->fit.source->data, x->fit.kinds)};
    const int32_t derivatives = x->fit.kinds & (HPSI_ROWS_FORCE | HPSI_ROWS_VIRIAL);
    hps_status status = make_room(&g);

    fill_unknown(x->fit.source->n_frames, x->energy);
    fill_unknown(3 * x->fit.source->n_atoms, x->forces);
    fill_unknown(9 * x->fit.source->n_frames, x->virial);
    if (status == HPS_OK) {
        status = hpsi_gpr_stream(x->fit.g, x->fit.source, x->fit.sparse, x->fit.e0,
                                 HPSI_ROWS_ENERGY, take_energies, &g);
    }
    if (status == HPS_OK && derivatives != 0) {
        status = hpsi_gpr_stream(x->fit.g, x->fit.source, x->fit.sparse, x->fit.e0, derivatives,
                                 take_derivatives, &g);
    }
    status = status == HPS_OK ? finish_until(&g, x->fit.source->n_frames) : status;
    free_room(&g);
    return status;
}
