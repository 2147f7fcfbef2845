/* SPDX-License-Identifier: BSD-3-Clause */
/* Energies, forces and virials of a model (docs/gpr.md, section 6): for a chunk of atoms
 * g_i = de/dq_i = sum_t alpha'_t zeta (q_i.q_t)^(zeta-1) q_t by two products of matrices, then
 * the adjoint of the descriptor. Chunks are added up in their order. */
#include <string.h>

#include "base/linalg.h"
#include "gpr/internal.h"

#define TILE 256            /* sparse points treated at a time */
#define MOST_CHUNKS 1024    /* in flight between two additions */
#define MOST_BUFFER 1048576 /* doubles of their gradients */

/* Buffers of one worker. */
typedef struct bench {
    double *copy; /* [HPSI_SOAP_BLOCK][ld] rows of one species */
    double *g;    /* [HPSI_SOAP_BLOCK][ld] de/dq of them */
    double *all;  /* [HPSI_SOAP_BLOCK][ld] de/dq of the chunk */
    double *k;    /* [HPSI_SOAP_BLOCK][TILE] */
    double *dk;   /* [HPSI_SOAP_BLOCK][TILE] */
} bench;

/* Contribution of one chunk. */
typedef struct share {
    double energy, virial[9];
    double *gradient; /* [atoms of the frame][3] */
} share;

typedef struct prediction {
    const hps_gpr *g;
    hpsi_source source;
    hpsi_power power;
    hpsi_power_slope slope;
    int32_t derivatives; /* 1: forces or virials are wanted */
    int32_t n_species, number[HPSI_ELEMENTS];
    double *alpha; /* [M] alpha' = delta^2 alpha */
    bench *bench;  /* [n_workers] */
    double *memory;
    int64_t largest;         /* atoms of a frame */
    int64_t n_shares;        /* chunks in flight */
    int64_t first;           /* chunk of share 0 */
    int64_t n;               /* chunks of this round */
    int64_t mine, end, span; /* those of this process, and of an item of it */
    share *share;
    double *gradient;                 /* [n_shares][largest][3] */
    double *energy, *forces, *virial; /* all frames; the last two may be NULL */
} prediction;

/* Energy of n rows of one element; adds to g [n][ld] if derivatives are wanted. */
static double add_element(const prediction *p, int32_t z, int32_t n, const double *rows,
                          const bench *b)
{
    const hpsi_sparse *s = &p->g->sparse;
    int64_t ld = p->source.ld;
    int64_t end = s->first[z] + s->count[z];
    double energy = 0;

    for (int64_t t = s->first[z]; t < end; t += TILE) {
        int64_t m = end - t < TILE ? end - t : TILE;

        hpsi_gemm(0, 1, n, m, s->size, 1.0, rows, ld, s->q + t * s->ld, s->ld, 0.0, b->k, m);
        if (p->derivatives) {
            hpsi_power_slope_apply(&p->slope, n * m, b->k, b->k, b->dk);
        } else {
            hpsi_power_apply(&p->power, n * m, b->k);
        }
        for (int32_t i = 0; i < n; i++) {
            energy += hpsi_dot(m, b->k + i * m, p->alpha + t);
        }
        if (p->derivatives) {
            for (int32_t i = 0; i < n; i++) {
                for (int64_t k = 0; k < m; k++) {
                    b->dk[i * m + k] *= p->alpha[t + k];
                }
            }
            hpsi_gemm(0, 0, n, s->size, m, 1.0, b->dk, m, s->q + t * s->ld, s->ld, 1.0, b->g, ld);
        }
    }
    return energy;
}

static double add_species(const prediction *p, const hpsi_chunk *c, int32_t species,
                          const double *q, const bench *b)
{
    const hpsi_source *s = &p->source;
    int32_t index[HPSI_SOAP_BLOCK];
    const double *rows;
    int32_t n = hpsi_source_rows(s, c, species, q, b->copy, &rows, index);
    double energy;

    if (n == 0) {
        return 0;
    }
    memset(b->g, 0, (size_t)(n * s->ld) * sizeof *b->g);
    energy = add_element(p, p->number[species], n, rows, b);
    for (int32_t i = 0; p->derivatives && i < n; i++) {
        memcpy(b->all + index[i] * s->ld, b->g + i * s->ld, (size_t)s->size * sizeof *b->g);
    }
    return energy;
}

static hps_status predict_chunk(prediction *p, int64_t item, int32_t worker)
{
    hpsi_source *s = &p->source;
    const hpsi_chunk *c = &s->chunk[p->first + item];
    const bench *b = &p->bench[worker];
    share *to = &p->share[item];
    const double *q;
    hps_frame f;
    hps_status status = hpsi_source_chunk(s, p->first + item, worker, &q);

    if (status != HPS_OK) {
        return status;
    }
    to->energy = 0;
    for (int32_t species = 0; species < p->n_species; species++) {
        to->energy += add_species(p, c, species, q, b);
    }
    if (!p->derivatives) {
        return HPS_OK;
    }
    hpsi_dataset_frame(s->data, c->frame, &f);
    memset(to->gradient, 0, (size_t)(3 * (int64_t)f.n_atoms) * sizeof(double));
    memset(to->virial, 0, sizeof to->virial);
    return hpsi_soap_block_adjoint(s->plan, s->work[worker], b->all, s->ld, to->gradient,
                                   p->virial != NULL ? to->virial : NULL);
}

static hps_status predict_span(int64_t item, int32_t worker, void *arg)
{
    prediction *p = arg;
    int64_t first = p->mine + item * p->span;
    int64_t end = first + p->span < p->end ? first + p->span : p->end;
    hps_status status = HPS_OK;

    for (int64_t i = first; status == HPS_OK && i < end; i++) {
        status = predict_chunk(p, i, worker);
    }
    return status;
}

/* The pointers that came with the shares of other processes are theirs. */
static void own_gradients(prediction *p)
{
    for (int64_t i = 0; p->derivatives && i < p->n_shares; i++) {
        p->share[i].gradient = p->gradient + i * 3 * p->largest;
    }
}

static void add_share(prediction *p, const hpsi_chunk *c, const share *from)
{
    hps_frame f;
    int64_t atom = hpsi_dataset_first_atom(p->source.data, c->frame);

    p->energy[c->frame] += from->energy;
    hpsi_dataset_frame(p->source.data, c->frame, &f);
    for (int64_t i = 0; p->forces != NULL && i < 3 * (int64_t)f.n_atoms; i++) {
        p->forces[3 * atom + i] -= from->gradient[i];
    }
    for (int32_t i = 0; p->virial != NULL && i < 9; i++) {
        p->virial[9 * c->frame + i] += from->virial[i];
    }
}

static int64_t shares_before(int64_t i, const void *arg)
{
    (void)arg;
    return i * (int64_t)sizeof(share);
}

static int64_t gradients_before(int64_t i, const void *arg)
{
    const prediction *p = arg;

    return i * 3 * p->largest * (int64_t)sizeof *p->gradient;
}

/* Chunks have one atom or many. */
static int64_t atoms_before(int64_t i, const void *arg)
{
    const prediction *p = arg;
    const hpsi_source *s = &p->source;
    const int64_t last = p->first + i;

    return (last < s->n_chunks ? s->chunk[last].atom : s->n_atoms) - s->chunk[p->first].atom;
}

static hps_status predict_round(prediction *p)
{
    hpsi_source *s = &p->source;
    hps_status status;

    p->n = s->n_chunks - p->first < p->n_shares ? s->n_chunks - p->first : p->n_shares;
    hpsi_team_range_by(s->context, p->n, atoms_before, p, &p->mine, &p->end);
    p->span = hpsi_source_span(s, p->end - p->mine);
    status =
        hpsi_parallel_for(s->context, (p->end - p->mine + p->span - 1) / p->span, predict_span, p);
    status = hpsi_team_share(s->context, status, p->n, p->share, shares_before, p);
    own_gradients(p);
    return p->derivatives
               ? hpsi_team_share(s->context, status, p->n, p->gradient, gradients_before, p)
               : status;
}

static hps_status predict_all(prediction *p)
{
    hpsi_source *s = &p->source;
    hps_frame f;

    for (int64_t i = 0; i < s->n_frames; i++) {
        hpsi_dataset_frame(s->data, i, &f);
        for (int32_t j = 0; j < f.n_atoms; j++) {
            if (p->g->sparse.count[f.numbers[j]] == 0) {
                return hpsi_fail(HPS_E_OPTION, "gpr: frame %lld has %s, the model has not",
                                 (long long)i, hps_element_symbol(f.numbers[j]));
            }
            p->energy[i] += p->g->e0[f.numbers[j]];
        }
    }
    for (p->first = 0; p->first < s->n_chunks; p->first += p->n_shares) {
        hps_status status = predict_round(p);

        if (status != HPS_OK) {
            return status;
        }
        for (int64_t i = 0; i < p->n; i++) {
            add_share(p, &s->chunk[p->first + i], &p->share[i]);
        }
    }
    return HPS_OK;
}

/* ----------------------------------------------------------------- set-up */

static hps_status make_benches(prediction *p)
{
    const hpsi_source *s = &p->source;
    int64_t rows = HPSI_SOAP_BLOCK * s->ld;
    int64_t tile = (int64_t)HPSI_SOAP_BLOCK * TILE;
    int64_t each = 3 * rows + 2 * tile;

    p->bench = hpsi_new(s->context, s->n_workers, sizeof *p->bench);
    p->memory = hpsi_new(s->context, s->n_workers * each, sizeof *p->memory);
    if (p->bench == NULL || p->memory == NULL) {
        return HPS_E_MEMORY;
    }
    for (int32_t w = 0; w < s->n_workers; w++) {
        bench *b = &p->bench[w];

        b->copy = p->memory + w * each;
        b->g = b->copy + rows;
        b->all = b->g + rows;
        b->k = b->all + rows;
        b->dk = b->k + tile;
    }
    return HPS_OK;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Atoms of the largest frame, and how many chunks are in flight: no more than there are. */
static int64_t count_shares(const hps_dataset *d, int32_t derivatives, int64_t *largest)
{
    int64_t chunks = 0;
    int64_t fit;

    *largest = 0;
    for (int64_t i = 0; i < hps_dataset_n_frames(d); i++) {
        int64_t n = hpsi_dataset_first_atom(d, i + 1) - hpsi_dataset_first_atom(d, i);

        *largest = n > *largest ? n : *largest;
        chunks += (n + HPSI_SOAP_BLOCK - 1) / HPSI_SOAP_BLOCK;
    }
    fit = derivatives && *largest > 0 ? MOST_BUFFER / (3 * *largest) : MOST_CHUNKS;
    return least(chunks, fit < 4 ? 4 : least(fit, MOST_CHUNKS));
}

int64_t hpsi_predict_shares(const hps_dataset *d, int32_t derivatives)
{
    int64_t largest;
    int64_t n = count_shares(d, derivatives, &largest);

    return n * ((int64_t)sizeof(share) + (derivatives ? 3 * largest * (int64_t)sizeof(double) : 0));
}

static hps_status make_shares(prediction *p)
{
    const hpsi_source *s = &p->source;

    p->n_shares = count_shares(s->data, p->derivatives, &p->largest);
    p->share = hpsi_new(s->context, p->n_shares, sizeof *p->share);
    p->gradient = hpsi_new_blank(s->context, p->derivatives ? p->n_shares * 3 * p->largest : 0,
                                 sizeof *p->gradient);
    if (p->share == NULL || p->gradient == NULL) {
        return HPS_E_MEMORY;
    }
    own_gradients(p);
    return HPS_OK;
}

static hps_status prepare(prediction *p, int32_t forces, int32_t virial)
{
    const hpsi_source *s = &p->source;
    const hps_gpr *g = p->g;
    hps_status status = hps_soap_species(g->soap, HPSI_ELEMENTS, &p->n_species, p->number);

    p->derivatives = forces || virial;
    hpsi_power_make(&p->power, g->fit_zeta);
    hpsi_power_slope_make(&p->slope, g->fit_zeta);
    p->alpha = hpsi_new(s->context, g->sparse.total, sizeof *p->alpha);
    p->energy = hpsi_new(s->context, s->n_frames, sizeof *p->energy);
    p->forces = forces ? hpsi_new(s->context, 3 * s->n_atoms, sizeof *p->forces) : NULL;
    p->virial = virial ? hpsi_new(s->context, 9 * s->n_frames, sizeof *p->virial) : NULL;
    if (p->alpha == NULL || p->energy == NULL || (forces && p->forces == NULL) ||
        (virial && p->virial == NULL)) {
        return HPS_E_MEMORY;
    }
    for (int32_t t = 0; t < g->sparse.total; t++) {
        p->alpha[t] = g->alpha[t] * g->fit_delta * g->fit_delta;
    }
    status = status == HPS_OK ? make_benches(p) : status;
    return status == HPS_OK ? make_shares(p) : status;
}

static void clean(prediction *p)
{
    hpsi_free(p->gradient);
    hpsi_free(p->share);
    hpsi_free(p->memory);
    hpsi_free(p->bench);
    hpsi_free(p->virial);
    hpsi_free(p->forces);
    hpsi_free(p->energy);
    hpsi_free(p->alpha);
    hpsi_source_close(&p->source);
}

hps_status hps_gpr_predict(const hps_gpr *g, const hps_dataset *d, double *energy, double *forces,
                           double *virial)
{
    prediction p = {.g = g};
    hps_status status = hpsi_gpr_need_fit(g);

    if (status == HPS_OK && d == NULL) {
        status = hpsi_fail(HPS_E_ARGUMENT, "gpr: the data set is NULL");
    }
    if (status != HPS_OK || hps_dataset_n_frames(d) == 0) {
        return status;
    }
    status = hpsi_source_open_once(&p.source, g->soap, d);
    if (status != HPS_OK) {
        return status;
    }
    status = prepare(&p, forces != NULL, virial != NULL);
    status = status == HPS_OK ? predict_all(&p) : status;
    if (status == HPS_OK) {
        size_t frames = (size_t)p.source.n_frames;

        if (energy != NULL) {
            memcpy(energy, p.energy, frames * sizeof *energy);
        }
        if (forces != NULL) {
            memcpy(forces, p.forces, 3 * (size_t)p.source.n_atoms * sizeof *forces);
        }
        if (virial != NULL) {
            memcpy(virial, p.virial, 9 * frames * sizeof *virial);
        }
    }
    clean(&p);
    return status;
}
