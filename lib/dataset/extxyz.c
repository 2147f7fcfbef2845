/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading extended XYZ: the loop over frames and what holds for the whole file. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "dataset/extxyz.h"
#include "dataset/number.h"

/* A key the caller asked for with which nothing shall be read. */
static const char none[] = "none";

/* The atom count, past blank lines; *done at the end of the text. */
static hps_status read_count(hpsi_reader *x, int32_t *done)
{
    hpsi_span line = {NULL, 0};
    const int64_t before = x->first;
    int64_t n = 0;

    *done = 0;
    do {
        if (!hpsi_reader_line(x, &line)) {
            *done = 1;
            return HPS_OK;
        }
        line = hpsi_span_trim(line);
    } while (line.size == 0);
    x->first = x->line - 1;
    if (hpsi_number_whole(line.text, line.text + line.size, &n)) {
        if (n < 1 || n > INT32_MAX) {
            return hpsi_reader_fail(x, x->first, "%lld atoms, the count must be in 1..%d",
                                    (long long)n, INT32_MAX);
        }
        x->frame.n_atoms = (int32_t)n;
        return HPS_OK;
    }
    if (before > 0) {
        return hpsi_reader_fail(x, x->first,
                                "'%s' where the next frame's number of atoms should be; line %lld "
                                "announces %d atoms",
                                hpsi_span_quote(line).text, (long long)before, x->frame.n_atoms);
    }
    return hpsi_reader_fail(x, x->first, "'%s' is not a number of atoms",
                            hpsi_span_quote(line).text);
}

/* Does the text hold the word, upper and lower case alike? */
static int32_t has_word(hpsi_span s, const char *word)
{
    const int64_t n = (int64_t)strlen(word);

    for (int64_t i = 0; i + n <= s.size; i++) {
        if (strncasecmp(s.text + i, word, (size_t)n) == 0) {
            return 1;
        }
    }
    return 0;
}

/* The header line: entries, columns, labels. The comment of a plain XYZ file may be any
 * text, so what cannot be split there is passed over. */
static hps_status read_header(hpsi_reader *x)
{
    hpsi_span line;
    hps_status s;

    if (!hpsi_reader_line(x, &line)) {
        return hpsi_reader_fail(x, x->first, "the file ends after the number of atoms");
    }
    s = hpsi_header_split(x, line);
    if (s == HPS_E_FORMAT && !has_word(line, "Properties") && !has_word(line, "Lattice")) {
        x->n_entries = 0;
        s = HPS_OK;
    }
    if (s == HPS_OK) {
        s = hpsi_columns_make(x);
    }
    return s == HPS_OK ? hpsi_labels_read(x) : s;
}

/* Refuse two atoms on one spot, by the lines they are on. */
static hps_status check_contact(hpsi_reader *x)
{
    int32_t pair[2];
    double distance;
    hps_status s = hpsi_frame_contact(&x->nb, x->context, &x->frame, pair, &distance);

    if (s == HPS_OK && distance >= 0) {
        s = hpsi_reader_fail(x, x->first + 2 + pair[1],
                             "the atom is %g angstrom from %s of line %lld, at least %g is needed",
                             distance, pair[0] == pair[1] ? "a periodic image" : "the atom",
                             (long long)x->first + 2 + pair[0], HPSI_MIN_DISTANCE);
    }
    return s;
}

static hps_status read_frame(hpsi_reader *x, int64_t index, hpsi_record **record)
{
    hpsi_sigmas own;
    hps_status s = read_header(x);

    if (s == HPS_OK) {
        s = hpsi_atoms_read(x);
    }
    if (s == HPS_OK) {
        s = check_contact(x);
    }
    if (s != HPS_OK) {
        return s;
    }
    x->frame.source = x->name;
    x->frame.line = x->first;
    x->frame.index = index;
    own.force = x->has_sigmas != 0 ? x->sigmas : NULL;
    own.virial = x->has_virial_sigmas != 0 ? x->virial_sigmas : NULL;
    *record = hpsi_record_create(x->context, &x->frame, &own);
    return *record != NULL ? HPS_OK : HPS_E_MEMORY;
}

/* Names of the columns and of the entries of the last header, for a message. */
static void list_keys(const hpsi_reader *x, int32_t label, char *text, size_t size)
{
    const int64_t n = label == HPSI_FORCES ? x->n_columns : x->n_entries;
    size_t used = 0;

    text[0] = '\0';
    for (int64_t i = 0; i < n && used + 60 < size; i++) {
        const hpsi_span key = label == HPSI_FORCES ? x->columns[i].name : x->entries[i].key;

        used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "",
                                 hpsi_span_quote(key).text);
    }
}

/* Keys that were asked for must have been met. */
static hps_status check_wanted(const hpsi_reader *x)
{
    static const char *const what[HPSI_N_LABELS] = {"energy", "force", "virial"};
    char keys[480];

    for (int32_t q = 0; q < HPSI_N_LABELS; q++) {
        if (x->wanted[q] == NULL || strcasecmp(x->wanted[q], none) == 0 ||
            x->used[q][0].count > 0) {
            continue;
        }
        list_keys(x, q, keys, sizeof keys);
        return hpsi_fail(HPS_E_FORMAT, "%s: no frame has the %s key '%.64s'; the last one has: %s",
                         x->name, what[q], x->wanted[q], keys);
    }
    return HPS_OK;
}

/* The key most frames used, the first met if several did so equally often; "" for none. */
static const char *most_used(const hpsi_used *used)
{
    const char *key = "";
    int64_t most = 0;

    for (int32_t i = 0; i < HPSI_MAX_USED; i++) {
        if (used[i].count > most) {
            key = used[i].key;
            most = used[i].count;
        }
    }
    return key;
}

static void warn_mixed(const hpsi_reader *x, int32_t label)
{
    const hpsi_used *used = x->used[label];

    if (used[1].count > 0) {
        hpsi_log(x->context, HPS_LOG_WARN,
                 "%s: '%s' is used in %lld frames and '%s' in %lld for the same quantity", x->name,
                 used[0].key, (long long)used[0].count, used[1].key, (long long)used[1].count);
    }
}

/* Hand the frames and the names of the keys over to the set, or nothing. */
static hps_status commit(hpsi_reader *x, hps_dataset *d, int64_t n, hpsi_record **records)
{
    char *key[HPSI_N_LABELS] = {NULL};
    hps_status s = HPS_OK;

    for (int32_t q = 0; s == HPS_OK && q < HPSI_N_LABELS; q++) {
        key[q] = hpsi_strdup(x->context, most_used(x->used[q]));
        if (key[q] == NULL) {
            s = HPS_E_MEMORY;
            break;
        }
        warn_mixed(x, q);
    }
    if (s == HPS_OK) {
        s = hpsi_dataset_append(d, n, records);
    }
    for (int32_t q = 0; q < HPSI_N_LABELS; q++) {
        hpsi_free(s == HPS_OK ? d->key[q] : key[q]);
        if (s == HPS_OK) {
            d->key[q] = key[q];
        }
    }
    return s;
}

static void free_reader(hpsi_reader *x)
{
    hpsi_free(x->entries);
    hpsi_free(x->unescaped);
    hpsi_free(x->columns);
    hpsi_free(x->numbers);
    hpsi_free(x->mask);
    hpsi_free(x->sigmas);
    hpsi_free(x->positions);
    hpsi_free(x->forces);
    hpsi_free(x->config_type);
    hpsi_neighbours_free(&x->nb);
}

/* All frames into records; their number is *n whatever happens. */
static hps_status read_frames(hpsi_reader *x, int64_t index, int64_t *n, hpsi_record ***records)
{
    int64_t capacity = 0;
    hps_status s = HPS_OK;
    int32_t done = 0;

    while (s == HPS_OK && !done) {
        s = read_count(x, &done);
        if (s != HPS_OK || done) {
            break;
        }
        s = hpsi_grow(x->context, (void **)records, &capacity, *n + 1, sizeof **records);
        if (s == HPS_OK) {
            s = read_frame(x, index + *n, &(*records)[*n]);
            *n += s == HPS_OK;
        }
    }
    if (s == HPS_OK && *n == 0) {
        s = hpsi_fail(HPS_E_FORMAT, "%s: the file is empty, at least one frame is needed", x->name);
    }
    return s == HPS_OK ? check_wanted(x) : s;
}

hps_status hpsi_dataset_parse(hps_dataset *d, const char *name, const char *text, int64_t size,
                              const char *const keys[HPSI_N_LABELS])
{
    static const char *const any[HPSI_N_LABELS] = {NULL};
    hpsi_reader x = {0};
    hpsi_record **records = NULL;
    int64_t n = 0;
    hps_status s;

    x.context = d->context;
    x.name = name;
    x.wanted = keys != NULL ? keys : any;
    x.at = text;
    x.end = text + size;
    x.line = 1;
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* byte-order mark */
        x.at += 3;
    }
    s = read_frames(&x, d->n_frames, &n, &records);
    if (s == HPS_OK) {
        s = commit(&x, d, n, records);
    }
    for (int64_t i = 0; s != HPS_OK && i < n; i++) {
        hpsi_record_release(records[i]);
    }
    hpsi_free(records);
    free_reader(&x);
    return s;
}

hps_status hps_dataset_read_extxyz(hps_dataset *d, const char *path, const char *energy_key,
                                   const char *force_key, const char *virial_key)
{
    const char *const keys[HPSI_N_LABELS] = {energy_key, force_key, virial_key};
    char *text = NULL;
    int64_t size = 0;
    hps_status s;

    if (d == NULL || path == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "read_extxyz: %s is NULL", d == NULL ? "the set" : "path");
    }
    s = hpsi_file_read(d->context, path, &text, &size);
    if (s != HPS_OK) {
        return s;
    }
    s = hpsi_dataset_parse(d, path, text, size, keys);
    hpsi_free(text);
    return s;
}
