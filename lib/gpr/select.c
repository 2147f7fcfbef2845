/* SPDX-License-Identifier: BSD-3-Clause */
/* Choice of the sparse points: shares of the elements, duplicates, the methods
 * (docs/gpr.md, section 4). */
#include <math.h>
#include <string.h>

#include "gpr/internal.h"

#define SAME 1e-10 /* two descriptors are, if no component and no hash differ by more */
#define BATCH 256  /* of sorted candidates compared at a time */
#define GROUPS 8   /* of equal environments remembered among those with one hash */

typedef struct selection {
    const hps_gpr *g;
    hpsi_source *source;
    hpsi_sparse *sparse;
    double *hash;           /* [n_atoms] sum of |q_k| */
    int64_t *atom;          /* [n_atoms] work: environments of the element, then candidates */
    int64_t *chosen;        /* [n_atoms] work: positions among the candidates */
    int64_t *ordinal;       /* [n_atoms] 0-based position among the element's environments */
    hpsi_keyed *keys;       /* [n_atoms] */
    double *rows;           /* [BATCH + GROUPS][ld] */
    double *group;          /* [GROUPS][ld] behind them: one of each group of the present cluster */
    int64_t keeper[GROUPS]; /* key that has the group's candidate */
    int32_t n_groups;
    int32_t number[HPSI_ELEMENTS];  /* of the descriptor's species */
    int64_t count[HPSI_ELEMENTS];   /* environments by species */
    int64_t state;                  /* of CUR's generator */
    int64_t *picked;                /* atoms of the sparse points so far */
    int64_t n_picked, n_picked_max; /* capacity of picked */
} selection;

/* ------------------------------------------------------------------ shares */

/* n_sparse is shared out among the elements without a number of their own, in proportion to
 * their environments: largest remainders, at least one each. */
void hpsi_gpr_share_points(const hps_gpr *g, int32_t n_species, const int32_t *number,
                           const int64_t *count, int64_t *share)
{
    int64_t total = (int64_t)g->option[HPSI_GPR_N_SPARSE];
    int64_t environments = 0;
    int64_t left;

    for (int32_t s = 0; s < n_species; s++) {
        int64_t own = g->n_sparse_own[number[s]];

        share[s] = count[s] > 0 ? own : 0;
        total -= share[s];
        environments += own == 0 ? count[s] : 0;
    }
    total = total > 0 ? total : 0;
    left = total;
    for (int32_t s = 0; s < n_species; s++) {
        if (environments > 0 && g->n_sparse_own[number[s]] == 0) {
            share[s] = total * count[s] / environments;
            left -= share[s];
        }
    }
    while (left > 0 && environments > 0) {
        int32_t best = -1;
        int64_t most = -1;

        for (int32_t s = 0; s < n_species; s++) {
            /* what the exact share is above the present one, times environments */
            int64_t remainder = total * count[s] - share[s] * environments;

            if (count[s] > 0 && g->n_sparse_own[number[s]] == 0 && remainder > most) {
                best = s;
                most = remainder;
            }
        }
        if (best < 0) {
            break;
        }
        share[best]++;
        left--;
    }
    for (int32_t s = 0; s < n_species; s++) {
        share[s] = count[s] > 0 && share[s] == 0 ? 1 : share[s];
    }
}

/* -------------------------------------------------------------- duplicates */

static hps_status hash_chunk(int64_t i, int32_t worker, void *arg)
{
    selection *x = arg;
    hpsi_source *s = x->source;
    const hpsi_chunk *c = &s->chunk[i];
    const double *q;
    hps_status status = hpsi_source_chunk(s, i, worker, &q);

    for (int32_t j = 0; status == HPS_OK && j < c->count; j++) {
        double sum = 0;

        for (int32_t k = 0; k < s->size; k++) {
            sum += fabs(q[j * s->ld + k]);
        }
        x->hash[c->atom + j] = sum;
    }
    return status;
}

static int near_next(const selection *x, int64_t i, int64_t n)
{
    return i >= 0 && i + 1 < n && x->keys[i + 1].key - x->keys[i].key < SAME;
}

static int equal_rows(const double *a, const double *b, int32_t n)
{
    for (int32_t k = 0; k < n; k++) {
        if (!(fabs(a[k] - b[k]) < SAME)) {
            return 0;
        }
    }
    return 1;
}

/* Compare candidate i with the groups of its cluster: join one or begin one. */
static void join_group(selection *x, int64_t i, const double *q)
{
    int64_t ld = x->source->ld;
    int32_t size = x->source->size;
    int32_t slot;

    for (int32_t g = 0; g < x->n_groups && g < GROUPS; g++) {
        if (equal_rows(x->group + g * ld, q, size)) {
            int64_t *kept = &x->keys[x->keeper[g]].position;

            if (x->keys[i].position < *kept) {
                *kept = x->keys[i].position;
            }
            x->keys[i].position = -1;
            return;
        }
    }
    slot = x->n_groups++ % GROUPS;
    memcpy(x->group + slot * ld, q, (size_t)size * sizeof *q);
    x->keeper[slot] = i;
}

/* Candidates first..first+m of the n in the order of hashes. A cluster is a chain of hashes
 * that are near each other. */
static hps_status join_batch(selection *x, int64_t first, int64_t m, int64_t n)
{
    hpsi_source *s = x->source;
    int64_t atom[BATCH];
    int64_t count = 0;
    hps_status status;

    for (int64_t i = first; i < first + m; i++) {
        if (near_next(x, i - 1, n) || near_next(x, i, n)) {
            atom[count++] = x->keys[i].position;
        }
    }
    status = count > 0 ? hpsi_source_gather(s, count, atom, x->rows, s->ld) : HPS_OK;
    count = 0;
    for (int64_t i = first; status == HPS_OK && i < first + m; i++) {
        int chained = near_next(x, i - 1, n);

        x->n_groups = chained ? x->n_groups : 0;
        if (chained || near_next(x, i, n)) {
            join_group(x, i, x->rows + s->ld * count++);
        }
    }
    return status;
}

/* Of equal environments the first one is a candidate, the others are not. gap_fit keeps the
 * one that rounding put last in the order of hashes; a choice that rounding cannot change
 * gives the same fit on every machine. On entry atom has the n environments; on return *n
 * candidates, ascending. */
static hps_status drop_duplicates(selection *x, int64_t *n)
{
    int64_t kept = 0;

    for (int64_t i = 0; i < *n; i++) {
        x->keys[i].key = x->hash[x->atom[i]];
        x->keys[i].position = x->atom[i];
    }
    hpsi_sort_keyed(*n, x->keys);
    x->n_groups = 0;
    for (int64_t i = 0; i < *n; i += BATCH) {
        hps_status status = join_batch(x, i, *n - i < BATCH ? *n - i : BATCH, *n);

        if (status != HPS_OK) {
            return status;
        }
    }
    for (int64_t i = 0; i < *n; i++) {
        if (x->keys[i].position >= 0) {
            x->atom[kept++] = x->keys[i].position;
        }
    }
    hpsi_sort_positions(kept, x->atom);
    *n = kept;
    return HPS_OK;
}

/* ----------------------------------------------------------------- methods */

static void list_environments(selection *x, int32_t species)
{
    int64_t n = 0;

    for (int64_t i = 0; i < x->source->n_atoms; i++) {
        if (x->source->species[i] == species) {
            x->ordinal[i] = n;
            x->atom[n++] = i;
        }
    }
}

static hps_status pick(selection *x, int64_t n, const int64_t *list, const int64_t *position)
{
    void *picked = x->picked;
    hps_status status = hpsi_grow(x->source->context, &picked, &x->n_picked_max, x->n_picked + n,
                                  sizeof *x->picked);

    x->picked = picked;
    for (int64_t i = 0; status == HPS_OK && i < n; i++) {
        x->picked[x->n_picked++] = list[position[i]];
    }
    return status;
}

static hps_status pick_file(selection *x, int32_t species)
{
    int32_t z = x->number[species];
    int64_t n = x->g->n_chosen[z];

    if (n == 0) {
        return hpsi_fail(HPS_E_OPTION, "gpr: sparse_method file, but no sparse points of %s given",
                         hps_element_symbol(z));
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t p = x->g->chosen[z][i];

        if (p > x->count[species]) {
            return hpsi_fail(HPS_E_OPTION, "gpr: sparse point %lld of %s must be 1 to %lld",
                             (long long)p, hps_element_symbol(z), (long long)x->count[species]);
        }
        x->chosen[i] = p - 1;
    }
    hpsi_sort_positions(n, x->chosen);
    return pick(x, n, x->atom, x->chosen);
}

static hps_status pick_chosen(selection *x, int32_t species, int64_t n, int64_t wanted)
{
    const hps_gpr *g = x->g;
    int64_t seed = (int64_t)g->option[HPSI_GPR_SEED];
    int32_t method = (int32_t)g->option[HPSI_GPR_SPARSE_METHOD];
    hps_status status = HPS_OK;

    if (method == HPSI_SPARSE_ALL) {
        wanted = n;
    } else if (wanted > n) {
        hpsi_log(g->context, HPS_LOG_WARN,
                 "gpr: n_sparse = %lld of %s is above its %lld unique environments: all are used",
                 (long long)wanted, hps_element_symbol(x->number[species]), (long long)n);
        wanted = n;
    }
    if (method == HPSI_SPARSE_CUR) {
        status = hpsi_gpr_cur(x->source, n, x->atom, (int32_t)wanted, &x->state, x->chosen);
    } else if (wanted == n) {
        for (int64_t i = 0; i < n; i++) {
            x->chosen[i] = i;
        }
    } else {
        hpsi_permutation(seed, HPSI_STREAM_SPARSE, (uint32_t)x->number[species], n, x->chosen);
        hpsi_sort_positions(wanted, x->chosen);
    }
    return status == HPS_OK ? pick(x, wanted, x->atom, x->chosen) : status;
}

static hps_status pick_species(selection *x, int32_t species, int64_t share)
{
    int32_t z = x->number[species];
    int64_t n = x->count[species];
    int64_t before = x->n_picked;
    hps_status status;

    if (n == 0) {
        return HPS_OK;
    }
    list_environments(x, species);
    if ((int32_t)x->g->option[HPSI_GPR_SPARSE_METHOD] == HPSI_SPARSE_FILE) {
        status = pick_file(x, species);
    } else {
        status = drop_duplicates(x, &n);
        status = status == HPS_OK ? pick_chosen(x, species, n, share) : status;
    }
    if (status == HPS_OK) {
        x->sparse->first[z] = (int32_t)before;
        x->sparse->count[z] = (int32_t)(x->n_picked - before);
        x->sparse->number[x->sparse->n_elements++] = z;
    }
    return status;
}

/* --------------------------------------------------------------------- all */

static hps_status take_descriptors(selection *x)
{
    hpsi_sparse *p = x->sparse;
    hpsi_source *s = x->source;

    p->total = (int32_t)x->n_picked;
    p->size = s->size;
    p->ld = s->size;
    p->q = hpsi_new(s->context, hpsi_size_mul(x->n_picked, p->ld), sizeof *p->q);
    p->index = hpsi_new(s->context, x->n_picked, sizeof *p->index);
    if (p->q == NULL || p->index == NULL) {
        return HPS_E_MEMORY;
    }
    for (int64_t i = 0; i < x->n_picked; i++) {
        p->index[i] = x->ordinal[x->picked[i]] + 1;
    }
    return hpsi_source_gather(s, x->n_picked, x->picked, p->q, p->ld);
}

/* A number of an element that is not there may be a slip. */
static void warn_unknown(const selection *x)
{
    int64_t there[HPSI_ELEMENTS] = {0};

    for (int32_t i = 0; i < HPSI_ELEMENTS && x->number[i] > 0; i++) {
        there[x->number[i]] = x->count[i];
    }
    for (int32_t z = 1; z < HPSI_ELEMENTS; z++) {
        if (x->g->n_sparse_own[z] > 0 && there[z] == 0) {
            hpsi_log(x->source->context, HPS_LOG_WARN,
                     "gpr: n_sparse = %d of %s, of which there are no environments",
                     x->g->n_sparse_own[z], hps_element_symbol(z));
        }
    }
}

static hps_status select_all(selection *x)
{
    hpsi_source *s = x->source;
    int32_t n_species = 0;
    int64_t share[HPSI_ELEMENTS];
    hps_status status = hps_soap_species(x->g->soap, HPSI_ELEMENTS, &n_species, x->number);

    if (status != HPS_OK) {
        return status;
    }
    for (int64_t i = 0; i < s->n_atoms; i++) {
        x->count[s->species[i]]++;
    }
    warn_unknown(x);
    hpsi_gpr_share_points(x->g, n_species, x->number, x->count, share);
    if ((int32_t)x->g->option[HPSI_GPR_SPARSE_METHOD] != HPSI_SPARSE_FILE) {
        status = hpsi_parallel_for(s->context, s->n_chunks, hash_chunk, x);
    }
    for (int32_t i = 0; status == HPS_OK && i < n_species; i++) {
        status = pick_species(x, i, share[i]);
    }
    return status == HPS_OK ? take_descriptors(x) : status;
}

hps_status hpsi_gpr_select(const hps_gpr *g, hpsi_source *train, hpsi_sparse *p)
{
    selection x = {.g = g, .source = train, .sparse = p};
    hps_context *c = train->context;
    hps_status status = HPS_E_MEMORY;

    x.state = hpsi_gpr_cur_seed((int64_t)g->option[HPSI_GPR_SEED]);
    memset(p, 0, sizeof *p);
    x.hash = hpsi_new(c, train->n_atoms, sizeof *x.hash);
    x.atom = hpsi_new(c, train->n_atoms, sizeof *x.atom);
    x.chosen = hpsi_new(c, train->n_atoms, sizeof *x.chosen);
    x.ordinal = hpsi_new(c, train->n_atoms, sizeof *x.ordinal);
    x.keys = hpsi_new(c, train->n_atoms, sizeof *x.keys);
    x.rows = hpsi_new(c, (BATCH + GROUPS) * train->ld, sizeof *x.rows);
    if (x.hash != NULL && x.atom != NULL && x.chosen != NULL && x.ordinal != NULL &&
        x.keys != NULL && x.rows != NULL) {
        x.group = x.rows + BATCH * train->ld;
        status = select_all(&x);
    }
    if (status != HPS_OK) {
        hpsi_sparse_free(p);
    }
    hpsi_free(x.picked);
    hpsi_free(x.rows);
    hpsi_free(x.keys);
    hpsi_free(x.ordinal);
    hpsi_free(x.chosen);
    hpsi_free(x.atom);
    hpsi_free(x.hash);
    return status;
}
