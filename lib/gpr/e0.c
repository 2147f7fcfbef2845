/* SPDX-License-Identifier: BSD-3-Clause */
/* Energies of free atoms, docs/gpr.md section 3. */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "gpr/internal.h"

#define NEGLIGIBLE 1e-10 /* singular values below this part of the largest: composition unseen */

/* ---------------------------------------------------------------- isolated */

static hps_status is_isolated(hpsi_source *s, const hps_frame *f, int32_t *answer)
{
    int64_t n = 0;
    const int32_t *atom;
    const double *x;
    const double *y;
    const double *z;
    hps_status status = HPS_OK;

    *answer = 0;
    if (f->n_atoms == 1 && f->has_energy) {
        status = hpsi_soap_block(s->plan, s->work[0], f, 0, 1, s->block, s->ld);
        if (status == HPS_OK) {
            hpsi_soap_block_pairs(s->work[0], 0, &n, &atom, &x, &y, &z);
            *answer = n == 0;
        }
    }
    return status;
}

static hps_status isolated(hpsi_source *s, double *e0)
{
    int64_t found[HPSI_ELEMENTS];
    hps_frame f;

    memset(found, -1, sizeof found);
    for (int64_t i = 0; i < s->n_frames; i++) {
        int32_t answer;
        hps_status status;

        hpsi_dataset_frame(s->data, i, &f);
        status = is_isolated(s, &f, &answer);
        if (status != HPS_OK) {
            return status;
        }
        if (answer && found[f.numbers[0]] >= 0) {
            return hpsi_fail(HPS_E_OPTION,
                             "gpr: e0_method isolated, but frames %lld and %lld are both a single "
                             "%s atom",
                             (long long)found[f.numbers[0]], (long long)i,
                             hps_element_symbol(f.numbers[0]));
        }
        if (answer) {
            found[f.numbers[0]] = i;
            e0[f.numbers[0]] = f.energy;
        }
    }
    for (int64_t i = 0; i < s->n_frames; i++) {
        hpsi_dataset_frame(s->data, i, &f);
        for (int32_t j = 0; j < f.n_atoms; j++) {
            if (found[f.numbers[j]] < 0) {
                return hpsi_fail(HPS_E_OPTION,
                                 "gpr: e0_method isolated, but no frame is a single %s atom with "
                                 "an energy; use average, fit or given",
                                 hps_element_symbol(f.numbers[j]));
            }
        }
    }
    return HPS_OK;
}

/* ----------------------------------------------------------------- average */

/* One number for every element present: the mean over frames of E/n. */
static hps_status average(const hpsi_source *s, const int32_t *present, double *e0)
{
    double sum = 0;
    int64_t n = 0;

    for (int64_t i = 0; i < s->n_frames; i++) {
        hps_frame f;

        hpsi_dataset_frame(s->data, i, &f);
        if (f.has_energy) {
            sum += f.energy / f.n_atoms;
            n++;
        }
    }
    for (int32_t z = 1; z < HPSI_ELEMENTS; z++) {
        e0[z] = present[z] && n > 0 ? sum / (double)n : 0;
    }
    return HPS_OK;
}

/* --------------------------------------------------------------------- fit */

typedef struct regression {
    int32_t n;                     /* elements */
    int32_t column[HPSI_ELEMENTS]; /* of an atomic number */
    double *r, *qty;               /* triangle of the rows n_z/sqrt(n), E/sqrt(n) */
    double *s, *u, *vt;
} regression;

static hps_status append_frames(regression *x, const hpsi_source *s, double *row)
{
    double rest = 0;

    for (int64_t i = 0; i < s->n_frames; i++) {
        hps_frame f;
        double y;
        hps_status status;

        hpsi_dataset_frame(s->data, i, &f);
        if (!f.has_energy) {
            continue;
        }
        memset(row, 0, (size_t)x->n * sizeof *row);
        for (int32_t j = 0; j < f.n_atoms; j++) {
            row[x->column[f.numbers[j]]] += 1 / sqrt(f.n_atoms);
        }
        y = f.energy / sqrt(f.n_atoms);
        status = hpsi_qr_append(s->context, x->n, x->r, x->n, x->qty, &rest, 1, row, x->n, &y);
        if (status != HPS_OK) {
            return status;
        }
    }
    return HPS_OK;
}

/* Shortest solution of R e = Q^T y: elements that always come together share evenly. */
static hps_status shortest(const regression *x, hps_context *c, double *solution)
{
    int32_t n = x->n;
    hps_status status = hpsi_svd(c, n, n, x->r, x->s, x->u, x->vt);

    memset(solution, 0, (size_t)n * sizeof *solution);
    for (int32_t k = 0; status == HPS_OK && k < n; k++) {
        double projection = 0;

        if (x->s[k] <= NEGLIGIBLE * x->s[0]) {
            break;
        }
        for (int32_t i = 0; i < n; i++) {
            projection += x->u[i * n + k] * x->qty[i];
        }
        for (int32_t i = 0; i < n; i++) {
            solution[i] += x->vt[k * n + i] * projection / x->s[k];
        }
    }
    return status;
}

static hps_status regress(const hpsi_source *s, const int32_t *present, double *e0)
{
    regression x = {0};
    double *memory;
    double *row;
    hps_status status;

    for (int32_t z = 1; z < HPSI_ELEMENTS; z++) {
        x.column[z] = x.n;
        x.n += present[z];
    }
    memory = hpsi_new(s->context, 3 * (int64_t)x.n * x.n + 3 * (int64_t)x.n, sizeof *memory);
    if (memory == NULL) {
        return HPS_E_MEMORY;
    }
    x.r = memory;
    x.u = x.r + (int64_t)x.n * x.n;
    x.vt = x.u + (int64_t)x.n * x.n;
    x.qty = x.vt + (int64_t)x.n * x.n;
    x.s = x.qty + x.n;
    row = x.s + x.n;
    status = append_frames(&x, s, row);
    status = status == HPS_OK ? shortest(&x, s->context, row) : status;
    for (int32_t z = 1; status == HPS_OK && z < HPSI_ELEMENTS; z++) {
        e0[z] = present[z] ? row[x.column[z]] : 0;
    }
    hpsi_free(memory);
    return status;
}

hps_status hpsi_gpr_e0(const hps_gpr *g, hpsi_source *train, double e0[HPSI_ELEMENTS])
{
    int32_t present[HPSI_ELEMENTS] = {0};

    memset(e0, 0, HPSI_ELEMENTS * sizeof *e0);
    for (int64_t i = 0; i < train->n_frames; i++) {
        hps_frame f;

        hpsi_dataset_frame(train->data, i, &f);
        for (int32_t j = 0; j < f.n_atoms; j++) {
            present[f.numbers[j]] = 1;
        }
    }
    switch ((int32_t)g->option[HPSI_GPR_E0_METHOD]) {
    case HPSI_E0_ISOLATED:
        return isolated(train, e0);
    case HPSI_E0_AVERAGE:
        return average(train, present, e0);
    case HPSI_E0_FIT:
        return regress(train, present, e0);
    default:
        for (int32_t z = 1; z < HPSI_ELEMENTS; z++) {
            e0[z] = present[z] ? g->e0_given[z] : 0;
        }
        return HPS_OK;
    }
}
