/* SPDX-License-Identifier: BSD-3-Clause */
/* The atom lines of a frame. */
#include <math.h>
#include <string.h>

#include "dataset/extxyz.h"
#include "dataset/number.h"

/* Two candidates for the forces may differ by this much, from rounding in the file. */
#define FORCE_TOLERANCE 1e-4

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t')) {
        p++;
    }
    return p;
}

static const char *word_end(const char *p, const char *end)
{
    while (p < end && *p != ' ' && *p != '\t') {
        p++;
    }
    return p;
}

static int64_t count_words(hpsi_span line)
{
    int64_t n = 0;

    while (hpsi_span_word(&line, "").size > 0) {
        n++;
    }
    return n;
}

/* The line has too few or too many columns. */
static hps_status fail_count(const hpsi_reader *x, hpsi_span line, int32_t atom)
{
    int64_t wanted = 0;

    for (int64_t i = 0; i < x->n_columns; i++) {
        wanted += x->columns[i].count;
    }
    return hpsi_reader_fail(x, x->line - 1,
                            "%lld columns, %s asks for %lld; atom %d of the %d that line %lld "
                            "announces",
                            (long long)count_words(line), x->plain ? "plain XYZ" : "Properties",
                            (long long)wanted, atom + 1, x->frame.n_atoms, (long long)x->first);
}

/* The word at `at`, in a column, cannot be read. */
static hps_status fail_number(const hpsi_reader *x, hpsi_span line, const char *at,
                              const hpsi_column *column, int32_t kind)
{
    const hpsi_span word = {at, word_end(at, line.text + line.size) - at};
    const hpsi_span before = {line.text, at - line.text};

    return hpsi_reader_fail(x, x->line - 1, "'%s' in column %lld (%s) %s",
                            hpsi_span_quote(word).text, (long long)count_words(before) + 1,
                            hpsi_span_quote(column->name).text,
                            kind == HPSI_NUMBER_NOT_FINITE ? "must be finite" : "is not a number");
}

/* The reals of a column from *at on, three but for one noise; *at stays at the word that failed. */
static hps_status read_vector(hpsi_reader *x, hpsi_span line, const char **at,
                              const hpsi_column *column, int32_t atom, double v[3])
{
    const char *end = line.text + line.size;
    const int32_t n = column->role == HPSI_ROLE_ATOM_SIGMA ? 1 : 3;

    for (int32_t c = 0; c < n; c++) {
        const char *p = *at = skip_blanks(*at, end);
        int32_t kind;

        if (p >= end) {
            return fail_count(x, line, atom);
        }
        kind = hpsi_number_real(&p, end, &v[c]);
        if (p < end && *p != ' ' && *p != '\t') {
            kind = HPSI_NUMBER_BAD;
        }
        if (kind == HPSI_NUMBER_OK && column->role == HPSI_ROLE_POSITION &&
            fabs(v[c]) > HPSI_MAX_COORDINATE) {
            return hpsi_reader_fail(x, x->line - 1, "coordinate %g must be within %g angstrom",
                                    v[c], HPSI_MAX_COORDINATE);
        }
        if (kind != HPSI_NUMBER_OK) {
            return fail_number(x, line, *at, column, kind);
        }
        *at = p;
    }
    return HPS_OK;
}

/* Symbol or atomic number; one column may not contradict the other. */
static hps_status read_element(hpsi_reader *x, hpsi_span word, const hpsi_column *column,
                               int32_t atom)
{
    int32_t *number = &x->numbers[atom];
    int64_t z = 0;

    if (column->role == HPSI_ROLE_SYMBOL) {
        z = hpsi_element_find(word.text, word.size);
    }
    if (z == 0 && !hpsi_number_whole(word.text, word.text + word.size, &z)) {
        z = 0;
    }
    if (z < 1 || z > HPSI_N_ELEMENTS) {
        return hpsi_reader_fail(x, x->line - 1,
                                "unknown element '%s'; a symbol H..Og or a number 1..%d is needed",
                                hpsi_span_quote(word).text, HPSI_N_ELEMENTS);
    }
    if (*number != 0 && *number != z) {
        return hpsi_reader_fail(x, x->line - 1, "'%s' in column %s contradicts element %s",
                                hpsi_span_quote(word).text, hpsi_span_quote(column->name).text,
                                hps_element_symbol(*number));
    }
    *number = (int32_t)z;
    return HPS_OK;
}

/* Take the forces in use and compare the other candidates with them. */
static hps_status take_force(hpsi_reader *x, double (*force)[3], int32_t atom)
{
    const double *used = force[x->force];

    memcpy(x->forces + 3 * (int64_t)atom, used, 3 * sizeof(double));
    for (int32_t i = 0; i < x->n_forces; i++) {
        for (int32_t c = 0; c < 3; c++) {
            if (fabs(force[i][c] - used[c]) > FORCE_TOLERANCE + 1e-9 * fabs(used[c])) {
                return hpsi_reader_fail(x, x->line - 1,
                                        "columns '%s' = %.10g and '%s' = %.10g disagree; name the "
                                        "key to use",
                                        hpsi_span_quote(x->force_name[x->force]).text, used[c],
                                        hpsi_span_quote(x->force_name[i]).text, force[i][c]);
            }
        }
    }
    return HPS_OK;
}

/* Is the force of the atom left out of a fit? */
static hps_status read_mask(hpsi_reader *x, hpsi_span word, int32_t atom)
{
    const int32_t masked = hpsi_span_truth(word);

    if (masked < 0) {
        return hpsi_reader_fail(x, x->line - 1, "'%s' in column force_mask must be T or F",
                                hpsi_span_quote(word).text);
    }
    x->mask[atom] = masked;
    return HPS_OK;
}

/* The noise of the force; that of the components goes before that of the atom. */
static hps_status read_sigmas(hpsi_reader *x, hpsi_span line, const char **at,
                              const hpsi_column *column, int32_t atom)
{
    double v[3] = {0};
    hps_status s = read_vector(x, line, at, column, atom, v);

    if (column->role == HPSI_ROLE_ATOM_SIGMA) {
        v[1] = v[2] = v[0];
    }
    for (int32_t c = 0; s == HPS_OK && c < 3; c++) {
        if (!(v[c] >= HPSI_MIN_SIGMA && v[c] <= HPSI_MAX_SIGMA)) {
            s = hpsi_reader_fail(x, x->line - 1, "%s = %g must be in %g..%g",
                                 hpsi_span_quote(column->name).text, v[c], HPSI_MIN_SIGMA,
                                 HPSI_MAX_SIGMA);
        }
    }
    if (s == HPS_OK && column->role == x->has_sigmas) {
        memcpy(x->sigmas + 3 * (int64_t)atom, v, sizeof v);
    }
    return s;
}

static hps_status read_column(hpsi_reader *x, hpsi_span line, const char **at,
                              const hpsi_column *column, int32_t atom, double (*force)[3])
{
    const char *end = line.text + line.size;

    if (column->role == HPSI_ROLE_POSITION) {
        return read_vector(x, line, at, column, atom, x->positions + 3 * (int64_t)atom);
    }
    if (column->role == HPSI_ROLE_ATOM_SIGMA || column->role == HPSI_ROLE_COMPONENT_SIGMA) {
        return read_sigmas(x, line, at, column, atom);
    }
    if (column->role >= HPSI_ROLE_FORCE) {
        return read_vector(x, line, at, column, atom, force[column->role - HPSI_ROLE_FORCE]);
    }
    for (int32_t i = 0; i < column->count; i++) {
        hpsi_span word;

        word.text = skip_blanks(*at, end);
        *at = word_end(word.text, end);
        word.size = *at - word.text;
        if (word.size == 0) {
            return fail_count(x, line, atom);
        }
        if (column->role == HPSI_ROLE_MASK) {
            return read_mask(x, word, atom);
        }
        if (column->role != HPSI_ROLE_SKIP) {
            return read_element(x, word, column, atom);
        }
    }
    return HPS_OK;
}

static hps_status read_atom(hpsi_reader *x, hpsi_span line, int32_t atom)
{
    const char *at = line.text;
    double force[HPSI_MAX_FORCES][3] = {{0}};
    hps_status s = HPS_OK;

    x->numbers[atom] = 0;
    for (int64_t i = 0; s == HPS_OK && i < x->n_columns; i++) {
        s = read_column(x, line, &at, &x->columns[i], atom, force);
    }
    if (s == HPS_OK && !x->plain &&
        skip_blanks(at, line.text + line.size) < line.text + line.size) {
        s = fail_count(x, line, atom);
    }
    if (s == HPS_OK && x->n_forces > 0) {
        s = take_force(x, force, atom);
    }
    return s;
}

/* Are n lines left? Asked before anything is allocated for a count that may be nonsense. */
static hps_status check_lines(const hpsi_reader *x)
{
    const char *p = x->at;
    int64_t n = 0;

    for (; p < x->end && n < x->frame.n_atoms; n++) {
        const char *stop = memchr(p, '\n', (size_t)(x->end - p));

        p = stop != NULL ? stop + 1 : x->end;
    }
    if (n < x->frame.n_atoms) {
        return hpsi_reader_fail(x, x->line + n - 1,
                                "the file ends after %lld of the %d atoms that line %lld announces",
                                (long long)n, x->frame.n_atoms, (long long)x->first);
    }
    return HPS_OK;
}

hps_status hpsi_atoms_read(hpsi_reader *x)
{
    const int64_t n = x->frame.n_atoms;
    hps_status s = check_lines(x);

    if (s == HPS_OK) {
        s = hpsi_grow(x->context, (void **)&x->numbers, &x->numbers_capacity, n, sizeof(int32_t));
    }
    if (s == HPS_OK) {
        s = hpsi_grow(x->context, (void **)&x->positions, &x->positions_capacity, 3 * n,
                      sizeof(double));
    }
    if (s == HPS_OK) {
        s = hpsi_grow(x->context, (void **)&x->forces, &x->forces_capacity, 3 * n, sizeof(double));
    }
    if (s == HPS_OK) {
        s = hpsi_grow(x->context, (void **)&x->mask, &x->mask_capacity, n, sizeof(int32_t));
    }
    if (s == HPS_OK && x->has_sigmas != 0) {
        s = hpsi_grow(x->context, (void **)&x->sigmas, &x->sigmas_capacity, 3 * n, sizeof(double));
    }
    for (int32_t i = 0; s == HPS_OK && i < n; i++) {
        hpsi_span line = {NULL, 0};

        hpsi_reader_line(x, &line);
        s = read_atom(x, line, i);
    }
    if (s == HPS_OK && x->n_forces > 0) {
        hpsi_label_count(x, HPSI_FORCES, x->force_name[x->force]);
    }
    x->frame.numbers = x->numbers;
    x->frame.positions = x->positions;
    x->frame.forces = x->n_forces > 0 ? x->forces : NULL;
    x->frame.force_mask = x->masked ? x->mask : NULL;
    return s;
}
