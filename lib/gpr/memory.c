/* SPDX-License-Identifier: BSD-3-Clause */
/* How much memory a fit, a prediction and a path hold at their peaks, from sizes alone. */
#include "gpr/leave_out.h"
#include "gpr/path.h"
#include "gpr/rows.h"

#define REAL ((int64_t)sizeof(double))
#define SVD_WORK 4 /* times rank squared: LAPACK's work for a thin SVD */

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Environments of one element at most, and how many sparse points there will be: more than there
 * are where environments repeat. */
static int64_t count_points(const hps_gpr *g, const hps_dataset *d, int64_t *most_of_one)
{
    const int32_t method = (int32_t)g->option[HPSI_GPR_SPARSE_METHOD];
    int64_t all[HPSI_ELEMENTS] = {0};
    int64_t count[HPSI_ELEMENTS];
    int64_t share[HPSI_ELEMENTS];
    int32_t number[HPSI_ELEMENTS];
    int32_t n = 0;
    int64_t total = 0;

    for (int64_t i = 0; i < hps_dataset_n_frames(d); i++) {
        hps_frame f;

        hpsi_dataset_frame(d, i, &f);
        for (int32_t j = 0; j < f.n_atoms; j++) {
            all[f.numbers[j]]++;
        }
    }
    *most_of_one = 0;
    for (int32_t z = 1; z < HPSI_ELEMENTS; z++) {
        if (all[z] > 0) {
            *most_of_one = larger(*most_of_one, all[z]);
            number[n] = z;
            count[n++] = all[z];
        }
    }
    hpsi_gpr_share_points(g, n, number, count, share);
    for (int32_t i = 0; i < n; i++) {
        int64_t wanted = method == HPSI_SPARSE_FILE  ? g->n_chosen[number[i]]
                         : method == HPSI_SPARSE_ALL ? count[i]
                                                     : share[i];

        total += wanted < count[i] ? wanted : count[i];
    }
    return total;
}

/* cur.c: rows and their vectors, or triangle, vectors and batches, with LAPACK's work. */
static int64_t cur_bytes(int64_t n, int64_t d, int64_t workers)
{
    int64_t k = n < d ? n : d;

    if (n <= d) {
        return REAL * (3 * n + 2 * n * d + n * k + SVD_WORK * k * k + 7 * k);
    }
    return REAL * 3 * n +
           REAL * ((hpsi_gpr_cur_segments(n, d) + 5) * d * d + workers * 576 * d + 7 * d);
}

/* ------------------------------------------------------------------ parts */

/* One data set under the settings of one model. */
typedef struct need {
    const hps_gpr *g;
    int32_t derivatives; /* rows of forces or virials are made */
    int64_t source;      /* bytes: descriptors that are kept, tables, buffers of the workers */
    int64_t kept;        /* of these: the descriptors */
    int64_t n_pairs, workers, atoms, frames, size;
    int64_t m, most_of_one; /* sparse points; environments of one element */
} need;

static hps_status look(need *n, const hps_gpr *g, const hps_dataset *d, int32_t derivatives,
                       int64_t beside)
{
    hpsi_probe p;
    hps_status status =
        hpsi_source_bytes(g->soap, d, derivatives, beside, &n->source, &n->kept, &p);

    n->g = g;
    n->derivatives = derivatives;
    n->n_pairs = p.n_pairs;
    n->workers = hpsi_workers(hpsi_soap_context(g->soap));
    n->atoms = hps_dataset_n_atoms(d);
    n->frames = hps_dataset_n_frames(d);
    n->size = hps_soap_size(g->soap);
    n->m = count_points(g, d, &n->most_of_one);
    return status;
}

static int32_t fits_derivatives(const hps_gpr *g)
{
    return g->option[HPSI_GPR_FIT_FORCES] != 0 || g->option[HPSI_GPR_FIT_VIRIALS] != 0;
}

/* Sparse points as they are kept. */
static int64_t points_bytes(const need *n)
{
    return REAL * n->m * (n->size + 1);
}

/* select.c: six numbers an atom, a batch of descriptors, then CUR or what it chose. */
static int64_t select_bytes(const need *n)
{
    int64_t bytes = 6 * REAL * n->atoms + 264 * n->size * REAL;
    int64_t chosen = points_bytes(n);
    int64_t cur = 0;

    if ((int32_t)n->g->option[HPSI_GPR_SPARSE_METHOD] == HPSI_SPARSE_CUR) {
        cur = cur_bytes(n->most_of_one, n->size, n->workers);
    }
    return bytes + larger(cur, chosen);
}

/* rows.c and gradients.c: a block of rows, and what makes them. Buffers of derivatives grow to an
 * eighth more than they have to. */
static int64_t stream_bytes(const need *n)
{
    int64_t capacity = hpsi_stream_capacity((int32_t)n->m);
    int64_t energies = n->workers * REAL * HPSI_SOAP_BLOCK * (n->size + HPSI_ROW_TILE);
    int64_t gradients =
        32 * capacity +
        n->workers * REAL * ((3 * n->n_pairs + 9) * (n->size + HPSI_ROW_TILE + 1) * 9 / 8 + n->m);

    return REAL * capacity * (n->m + 4) + (n->derivatives ? larger(energies, gradients) : energies);
}

static int64_t svd_bytes(int64_t rank)
{
    return REAL * SVD_WORK * rank * rank;
}

/* ---------------------------------------------------------------- the fit */

hps_status hps_gpr_memory(const hps_gpr *g, const hps_dataset *train, int64_t *bytes)
{
    need n;
    int64_t system;
    hps_status status;

    if (g == NULL || train == NULL || bytes == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: the model, the training set or bytes is NULL");
    }
    status = look(&n, g, train, fits_derivatives(g), 0);
    if (status == HPS_OK) {
        /* qr.c: a panel of 32 columns, tiles of 128 */
        int64_t qr = REAL * 32 * (hpsi_stream_capacity((int32_t)n.m) + 256 * n.workers);

        /* evidence.c: a copy of the triangle and its singular vectors */
        int64_t vectors =
            g->option[HPSI_GPR_DELTA_METHOD] != 0 ? REAL * 3 * n.m * n.m + svd_bytes(n.m) : 0;

        system =
            points_bytes(&n) + REAL * 2 * n.m * (n.m + 1) + larger(stream_bytes(&n) + qr, vectors);
        *bytes = n.source + larger(select_bytes(&n), system);
    }
    return status;
}

/* leave_out.c: outputs, rows of energies, rows of the largest structure twice with a square
 * (and its Gram form) beside R, T and the stream. */
hps_status hps_gpr_leave_out_memory(const hps_gpr *g, const hps_dataset *train, int64_t *bytes)
{
    need n;
    int64_t fit = 0;
    int64_t rows;
    int64_t side;
    hps_status status = hps_gpr_memory(g, train, &fit);

    status = status == HPS_OK ? look(&n, g, train, fits_derivatives(g), 0) : status;
    if (status != HPS_OK) {
        return status;
    }
    rows = hpsi_left_rows(train, (g->option[HPSI_GPR_FIT_FORCES] != 0 ? HPSI_ROWS_FORCE : 0) |
                                     (g->option[HPSI_GPR_FIT_VIRIALS] != 0 ? HPSI_ROWS_VIRIAL : 0));
    side = rows < n.m ? rows : n.m;
    *bytes =
        larger(fit, n.source + points_bytes(&n) + REAL * 2 * n.m * (n.m + 1) + stream_bytes(&n) +
                        REAL * n.frames * (n.m + 2) + REAL * rows * (2 * n.m + 3) +
                        REAL * side * side * (rows < n.m ? 1 : 2)) +
        REAL * (10 * n.frames + 3 * n.atoms + n.m);
    return HPS_OK;
}

/* ------------------------------------------------------------- prediction */

hps_status hps_gpr_predict_memory(const hps_gpr *g, const hps_dataset *d, int32_t with_forces,
                                  int32_t with_virial, int64_t *bytes)
{
    need n;
    hps_status status;

    if (g == NULL || d == NULL || bytes == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: the model, the data set or bytes is NULL");
    }
    status = look(&n, g, d, with_forces != 0 || with_virial != 0, 0);
    if (status == HPS_OK) {
        int64_t tiles = HPSI_SOAP_BLOCK * (3 * n.size + 2 * HPSI_ROW_TILE);

        *bytes = n.source - n.kept + REAL * n.workers * tiles +
                 REAL * (n.m + n.frames + (with_forces ? 3 * n.atoms : 0) +
                         (with_virial ? 9 * n.frames : 0)) +
                 hpsi_predict_shares(d, n.derivatives);
    }
    return status;
}

/* ------------------------------------------------------------------- path */

/* While the training set is seen; what is left after it. */
static void family_bytes(const need *n, int64_t *peak, int64_t *left)
{
    int64_t rank = n->frames < n->m ? n->frames : n->m;
    int64_t factors = REAL * (n->m * n->m + rank * n->m + n->frames * (rank + 4));
    int64_t rows = REAL * n->frames * n->m;

    *left = points_bytes(n) + factors;
    *peak = larger(rows + stream_bytes(n), rows + factors + svd_bytes(rank));
}

static void normal_bytes(const need *n, int32_t kinds, int64_t *peak, int64_t *left)
{
    int64_t matrices = REAL * (3 + kinds) * n->m * n->m;

    *left = points_bytes(n) + matrices;
    *peak = matrices + stream_bytes(n);
}

hps_status hpsi_path_memory(const hps_gpr *g, const hps_dataset *train, const hps_dataset *test,
                            int32_t normal, int32_t test_forces, int64_t *bytes)
{
    need n;
    int64_t peak;
    int64_t left;
    int64_t width;
    hps_status status = look(&n, g, train, normal && fits_derivatives(g), 0);

    if (status != HPS_OK) {
        return status;
    }
    if (normal) {
        normal_bytes(&n,
                     1 + (g->option[HPSI_GPR_FIT_FORCES] != 0) +
                         (g->option[HPSI_GPR_FIT_VIRIALS] != 0) +
                         hpsi_gpr_has_own_noise(
                             g, train, HPSI_ROWS_ENERGY | HPSI_ROWS_FORCE | HPSI_ROWS_VIRIAL),
                     &peak, &left);
    } else {
        family_bytes(&n, &peak, &left);
    }
    *bytes = n.source + larger(select_bytes(&n), points_bytes(&n) + peak);
    width = normal || n.m < n.frames ? n.m : n.frames;
    if (test != NULL) {
        int64_t m = n.m;

        left += REAL * hps_dataset_n_frames(test) * (width + 5);
        left += test_forces ? REAL * width * (width + (normal ? 0 : 2048)) : 0;
        status = look(&n, g, test, test_forces, left);
        n.m = m;
        *bytes = larger(*bytes, n.source + left + stream_bytes(&n));
    }
    return status;
}
