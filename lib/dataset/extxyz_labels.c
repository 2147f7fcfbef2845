/* SPDX-License-Identifier: BSD-3-Clause */
/* Cell, boundaries and labels of a frame: which of the names that other programs use is
 * there, and do they agree? */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "dataset/extxyz.h"

/* Differences of two candidates that come from rounding in the file. */
#define ENERGY_TOLERANCE 1e-5
#define VIRIAL_TOLERANCE 1e-3

/* Best first. free_energy is another quantity where electrons are smeared out: it is used
 * if there is no other and never compared. */
#define FREE_ENERGY_RANK 12
static const char *const names[HPSI_N_LABELS][20] = {
    {"energy", "ref_energy", "dft_energy", "ref-energy", "dft-energy", "qm_energy", "energy_ref",
     "energy_dft", "total_energy", "totenergy", "tot_energy", "potential_energy", "free_energy",
     "free-energy", NULL},
    {"forces", "force", "ref_forces", "ref_force", "dft_forces", "dft_force", "ref-forces",
     "dft-forces", "qm_forces", "qm_force", "forces_ref", "forces_dft", NULL},
    {"virial", "virials", "ref_virial", "ref_virials", "dft_virial", "dft_virials", "ref-virial",
     "dft-virial", "qm_virial", "stress", "ref_stress", "dft_stress", "ref-stress", "dft-stress",
     "qm_stress", NULL}};

int32_t hpsi_label_rank(const hpsi_reader *x, int32_t label, hpsi_span key)
{
    const char *wanted = x->wanted[label];

    if (wanted != NULL) {
        if (strcasecmp(wanted, "none") != 0 && hpsi_span_is_like(key, wanted)) {
            return hpsi_span_is(key, wanted) ? 0 : 1;
        }
        return -1;
    }
    for (int32_t i = 0; names[label][i] != NULL; i++) {
        if (hpsi_span_is_like(key, names[label][i])) {
            return i;
        }
    }
    return -1;
}

void hpsi_label_count(hpsi_reader *x, int32_t label, hpsi_span key)
{
    const int64_t most = (int64_t)sizeof x->used[label][0].key - 1;
    const size_t n = (size_t)(key.size < most ? key.size : most);

    for (int32_t i = 0; i < HPSI_MAX_USED; i++) {
        hpsi_used *u = &x->used[label][i];

        if (u->count == 0) {
            memcpy(u->key, key.text, n);
        }
        if (strlen(u->key) == n && memcmp(u->key, key.text, n) == 0) {
            u->count++;
            return;
        }
    }
}

static int32_t rank_of(const hpsi_reader *x, int32_t label, const hpsi_entry *e)
{
    return e->is_bare ? -1 : hpsi_label_rank(x, label, e->key);
}

/* The entry of the best rank, NULL if there is none. */
static const hpsi_entry *best_entry(const hpsi_reader *x, int32_t label, int32_t *rank)
{
    const hpsi_entry *best = NULL;

    for (int64_t i = 0; i < x->n_entries; i++) {
        const int32_t r = rank_of(x, label, &x->entries[i]);

        if (r >= 0 && (best == NULL || r < *rank)) {
            best = &x->entries[i];
            *rank = r;
        }
    }
    return best;
}

/* Two energies of one frame contradict each other. */
static hps_status fail_disagree(const hpsi_reader *x, const hpsi_entry *a, double u,
                                const hpsi_entry *b, double v)
{
    if (hpsi_span_equal(a->key, b->key)) {
        return hpsi_reader_fail(x, x->first + 1, "'%s' is given twice, %.12g and %.12g",
                                hpsi_span_quote(a->key).text, u, v);
    }
    return hpsi_reader_fail(x, x->first + 1,
                            "'%s' = %.12g and '%s' = %.12g disagree; name the key to use",
                            hpsi_span_quote(a->key).text, u, hpsi_span_quote(b->key).text, v);
}

/* Is entry e to be compared with the chosen one? */
static int32_t is_rival(const hpsi_reader *x, int32_t label, const hpsi_entry *e,
                        const hpsi_entry *best, int32_t best_rank)
{
    const int32_t rank = rank_of(x, label, e);

    if (e == best || rank < 0) {
        return 0;
    }
    if (x->wanted[label] != NULL) { /* asked for by name: the same name in another case is not it */
        return rank == best_rank;
    }
    return label != HPSI_ENERGY || rank < FREE_ENERGY_RANK || rank == best_rank;
}

static hps_status find_energy(hpsi_reader *x)
{
    int32_t rank = -1;
    const hpsi_entry *best = best_entry(x, HPSI_ENERGY, &rank);
    hps_status s;

    x->frame.has_energy = best != NULL;
    x->frame.energy = (double)NAN;
    if (best == NULL) {
        return HPS_OK;
    }
    s = hpsi_header_number(x, best, &x->frame.energy);
    for (int64_t i = 0; s == HPS_OK && i < x->n_entries; i++) {
        const hpsi_entry *e = &x->entries[i];
        double v = 0;

        if (!is_rival(x, HPSI_ENERGY, e, best, rank)) {
            continue;
        }
        s = hpsi_header_number(x, e, &v);
        if (s == HPS_OK &&
            fabs(v - x->frame.energy) > ENERGY_TOLERANCE + 1e-9 * fabs(x->frame.energy)) {
            s = fail_disagree(x, best, x->frame.energy, e, v);
        }
    }
    hpsi_label_count(x, HPSI_ENERGY, best->key);
    return s;
}

static int32_t is_stress(hpsi_span key)
{
    for (int64_t i = 0; i + 6 <= key.size; i++) {
        const hpsi_span part = {key.text + i, 6};

        if (hpsi_span_is_like(part, "stress")) {
            return 1;
        }
    }
    return 0;
}

/* A stress becomes W = -stress * volume. */
static hps_status read_virial(const hpsi_reader *x, const hpsi_entry *e, double w[9])
{
    double v[9] = {0};
    double factor = 1;
    hps_status s = hpsi_header_matrix(x, e, v);

    if (s != HPS_OK) {
        return s;
    }
    if (is_stress(e->key)) {
        factor = x->frame.cell != NULL ? -hpsi_cell_volume(x->cell) : 0;
        if (!(factor < 0)) {
            return hpsi_reader_fail(x, x->first + 1, "%s needs a Lattice with a volume",
                                    hpsi_span_quote(e->key).text);
        }
    }
    for (int32_t i = 0; i < 9; i++) {
        w[i] = factor * v[i];
        if (!(fabs(w[i]) <= 1e300)) {
            return hpsi_reader_fail(x, x->first + 1, "%s = %g is out of range",
                                    hpsi_span_quote(e->key).text, v[i]);
        }
    }
    return HPS_OK;
}

static hps_status compare_virials(const hpsi_reader *x, const hpsi_entry *best, const hpsi_entry *e,
                                  const double w[9])
{
    double largest = 0;

    for (int32_t i = 0; i < 9; i++) {
        largest = fmax(largest, fabs(x->virial[i]));
    }
    for (int32_t i = 0; i < 9; i++) {
        if (fabs(w[i] - x->virial[i]) > VIRIAL_TOLERANCE * (1 + largest)) {
            return hpsi_reader_fail(x, x->first + 1,
                                    "'%s' = %.12g and '%s' = %.12g (as virials, eV) disagree; name "
                                    "the key to use",
                                    hpsi_span_quote(best->key).text, x->virial[i],
                                    hpsi_span_quote(e->key).text, w[i]);
        }
    }
    return HPS_OK;
}

static hps_status find_virial(hpsi_reader *x)
{
    int32_t rank = -1;
    const hpsi_entry *best = best_entry(x, HPSI_VIRIAL, &rank);
    hps_status s;

    x->frame.virial = best != NULL ? x->virial : NULL;
    if (best == NULL) {
        return HPS_OK;
    }
    s = read_virial(x, best, x->virial);
    for (int64_t i = 0; s == HPS_OK && i < x->n_entries; i++) {
        const hpsi_entry *e = &x->entries[i];
        double w[9];

        if (!is_rival(x, HPSI_VIRIAL, e, best, rank)) {
            continue;
        }
        s = read_virial(x, e, w);
        if (s == HPS_OK) {
            s = compare_virials(x, best, e, w);
        }
    }
    hpsi_label_count(x, HPSI_VIRIAL, best->key);
    return s;
}

/* Nine numbers, or three of an orthorhombic cell. */
static hps_status find_cell(hpsi_reader *x)
{
    const hpsi_span *value;
    hpsi_entry e = {{"Lattice", 7}, {NULL, 0}, 0};
    int32_t n;
    hps_status s = hpsi_header_find(x, "Lattice", &value);

    x->frame.cell = NULL;
    if (s != HPS_OK || value == NULL) {
        return s;
    }
    e.value = *value;
    memset(x->cell, 0, sizeof x->cell);
    s = hpsi_header_reals(x, &e, 9, &n, x->cell);
    if (s != HPS_OK) {
        return s;
    }
    if (n == 3) {
        x->cell[4] = x->cell[1];
        x->cell[8] = x->cell[2];
        x->cell[1] = x->cell[2] = 0;
    } else if (n != 9) {
        return hpsi_reader_fail(x, x->first + 1, "Lattice has %d numbers, it must have 9 or 3", n);
    }
    for (int32_t i = 0; i < 9; i++) {
        if (fabs(x->cell[i]) > HPSI_MAX_COORDINATE) {
            return hpsi_reader_fail(x, x->first + 1, "%g in Lattice must be within %g angstrom",
                                    x->cell[i], HPSI_MAX_COORDINATE);
        }
    }
    x->frame.cell = x->cell;
    return HPS_OK;
}

static hps_status find_boundaries(hpsi_reader *x)
{
    const hpsi_span *value;
    hpsi_span rest;
    hpsi_span word;
    int32_t n = 0;
    hps_status s = hpsi_header_find(x, "pbc", &value);

    for (int32_t k = 0; k < 3; k++) {
        x->frame.periodic[k] = x->frame.cell != NULL;
    }
    if (s != HPS_OK || value == NULL) {
        return s;
    }
    rest = *value;
    word = hpsi_span_word(&rest, ",[]{}");
    if (hpsi_span_is(word, "_JSON")) {
        word = hpsi_span_word(&rest, ",[]{}");
    }
    for (; word.size > 0 && hpsi_span_truth(word) >= 0;
         word = hpsi_span_word(&rest, ",[]{}"), n++) {
        for (int32_t k = n; k < 3; k++) { /* a single one holds for all directions */
            x->frame.periodic[k] = hpsi_span_truth(word);
        }
    }
    if (word.size > 0 || (n != 3 && n != 1)) {
        return hpsi_reader_fail(x, x->first + 1, "pbc = '%s' must be three of T and F",
                                hpsi_span_quote(*value).text);
    }
    return HPS_OK;
}

static hps_status find_config_type(hpsi_reader *x)
{
    const hpsi_span *value;
    hps_status s = hpsi_header_find(x, "config_type", &value);
    const int64_t n = s == HPS_OK && value != NULL ? value->size : 0;

    if (s == HPS_OK) {
        s = hpsi_grow(x->context, (void **)&x->config_type, &x->config_capacity, n + 1, 1);
    }
    if (s != HPS_OK) {
        return s;
    }
    if (n > 0) {
        memcpy(x->config_type, value->text, (size_t)n);
    }
    x->config_type[n] = '\0';
    x->frame.config_type = x->config_type;
    return HPS_OK;
}

hps_status hpsi_labels_read(hpsi_reader *x)
{
    hps_status s = find_cell(x);

    if (s == HPS_OK) {
        s = find_boundaries(x);
    }
    if (s == HPS_OK) {
        s = hpsi_frame_check_cell(&x->frame);
        if (s != HPS_OK) {
            char text[512];

            snprintf(text, sizeof text, "%s", hps_last_error());
            s = hpsi_reader_fail(x, x->first + 1, "%s", text);
        }
    }
    if (s == HPS_OK) {
        s = find_energy(x);
    }
    if (s == HPS_OK) {
        s = find_virial(x);
    }
    if (s == HPS_OK) {
        s = hpsi_noise_read(x);
    }
    if (s == HPS_OK) {
        s = find_config_type(x);
    }
    return s;
}
