/* SPDX-License-Identifier: BSD-3-Clause */
/* Options by name: look-up with the nearest match, checks against a table, description. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/internal.h"
#include "hpswarm/dataset.h"

#define LONGEST_WORD 63

static int32_t smallest(int32_t a, int32_t b, int32_t c)
{
    int32_t m = a < b ? a : b;

    return m < c ? m : c;
}

/* Edit distance of two words, the longer ones cut at LONGEST_WORD. */
static int32_t distance(const char *a, const char *b)
{
    int32_t row[LONGEST_WORD + 1];
    int32_t m = (int32_t)strnlen(a, LONGEST_WORD);
    int32_t n = (int32_t)strnlen(b, LONGEST_WORD);

    for (int32_t j = 0; j <= n; j++) {
        row[j] = j;
    }
    for (int32_t i = 1; i <= m; i++) {
        int32_t diagonal = row[0];

        row[0] = i;
        for (int32_t j = 1; j <= n; j++) {
            int32_t above = row[j];
            int32_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);

            row[j] = smallest(above + 1, row[j - 1] + 1, change);
            diagonal = above;
        }
    }
    return row[n];
}

int32_t hpsi_nearest(const char *word, int32_t n, const char *(*get)(int32_t, const void *),
                     const void *arg)
{
    int32_t best = -1;
    int32_t least = 1 + (int32_t)strnlen(word, LONGEST_WORD) / 2; /* further off is no hint */

    for (int32_t i = 0; i < n; i++) {
        int32_t d = distance(word, get(i, arg));

        if (d < least) {
            least = d;
            best = i;
        }
    }
    return best;
}

static const char *row_name(int32_t i, const void *arg)
{
    return ((const hpsi_option_table *)arg)->rows[i].name;
}

static hps_status unknown(const hpsi_option_table *t, const char *name)
{
    int32_t i = hpsi_nearest(name, t->n, row_name, t);

    if (i < 0) {
        return hpsi_fail(HPS_E_OPTION, "%s: there is no option '%s'", t->owner, name);
    }
    return hpsi_fail(HPS_E_OPTION, "%s: there is no option '%s'; did you mean '%s'?", t->owner,
                     name, t->rows[i].name);
}

static hps_status element_of(const hpsi_option_table *t, const char *name, const char *colon,
                             const hpsi_option *row, int32_t *number)
{
    *number = hps_element_number(colon + 1);
    if (*number == 0) {
        return hpsi_fail(HPS_E_OPTION, "%s: '%s': '%s' is no element", t->owner, name, colon + 1);
    }
    if (!row->per_species) {
        return hpsi_fail(HPS_E_OPTION, "%s: '%s': %s has one value for all elements", t->owner,
                         name, row->name);
    }
    return HPS_OK;
}

hps_status hpsi_option_find(const hpsi_option_table *t, const char *name, int32_t *index,
                            int32_t *number)
{
    const char *colon;
    char word[LONGEST_WORD + 1];
    size_t length;

    if (name == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "%s: option name is NULL", t->owner);
    }
    colon = strchr(name, ':');
    length = colon != NULL ? (size_t)(colon - name) : strlen(name);
    snprintf(word, sizeof word, "%.*s", (int)(length < sizeof word ? length : sizeof word - 1),
             name);
    *number = 0;
    for (*index = 0; *index < t->n; ++*index) {
        const hpsi_option *row = &t->rows[*index];

        if (strcmp(row->name, word) == 0 && strlen(row->name) == length) {
            return colon == NULL ? HPS_OK : element_of(t, name, colon, row, number);
        }
    }
    return unknown(t, word);
}

static const char *kind_name(int32_t kind)
{
    static const char *const names[] = {"a real number", "a whole number", "a text"};

    return names[kind];
}

static hps_status wrong_kind(const hpsi_option_table *t, const hpsi_option *row)
{
    return hpsi_fail(HPS_E_OPTION, "%s.%s: needs %s%s%s", t->owner, row->name, kind_name(row->kind),
                     row->choices[0] != '\0' ? ": " : "", row->choices);
}

static hps_status check_range(const hpsi_option_table *t, const hpsi_option *row, double v)
{
    if (v >= row->minimum && v <= row->maximum) { /* false for NaN */
        return HPS_OK;
    }
    return hpsi_fail(HPS_E_OPTION, "%s.%s: %.10g must be from %.10g to %.10g%s%s", t->owner,
                     row->name, v, row->minimum, row->maximum, row->unit[0] != '\0' ? " " : "",
                     row->unit);
}

hps_status hpsi_option_real(const hpsi_option_table *t, int32_t index, double v, double *stored)
{
    const hpsi_option *row = &t->rows[index];
    hps_status s = HPS_OK;

    if (row->kind == HPS_OPTION_TEXT || (row->kind == HPS_OPTION_INT && v != floor(v))) {
        s = wrong_kind(t, row);
    }
    if (s == HPS_OK) {
        s = check_range(t, row, v);
    }
    if (s == HPS_OK) {
        *stored = v;
    }
    return s;
}

hps_status hpsi_option_int(const hpsi_option_table *t, int32_t index, int64_t v, double *stored)
{
    double real = (double)v;

    if ((int64_t)real != v || fabs(real) > 0x1p53) {
        return hpsi_fail(HPS_E_OPTION, "%s.%s: %lld is beyond 2^53", t->owner, t->rows[index].name,
                         (long long)v);
    }
    return hpsi_option_real(t, index, real, stored);
}

/* Index of the word v in "a|b|c", -1 if it is not there. */
static int32_t choice_index(const char *choices, const char *v)
{
    size_t length = strlen(v);
    int32_t i = 0;

    for (const char *p = choices; p != NULL; i++) {
        const char *end = strchr(p, '|');
        size_t n = end != NULL ? (size_t)(end - p) : strlen(p);

        if (n == length && strncmp(p, v, n) == 0) {
            return i;
        }
        p = end != NULL ? end + 1 : NULL;
    }
    return -1;
}

hps_status hpsi_option_text(const hpsi_option_table *t, int32_t index, const char *v,
                            double *stored)
{
    const hpsi_option *row = &t->rows[index];
    int32_t i;

    if (v == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "%s.%s: value is NULL", t->owner, row->name);
    }
    if (row->kind != HPS_OPTION_TEXT) {
        return wrong_kind(t, row);
    }
    i = choice_index(row->choices, v);
    if (i < 0) {
        return hpsi_fail(HPS_E_OPTION, "%s.%s: '%s' must be one of %s", t->owner, row->name, v,
                         row->choices);
    }
    *stored = i;
    return HPS_OK;
}

void hpsi_option_defaults(const hpsi_option_table *t, double *values)
{
    for (int32_t i = 0; i < t->n; i++) {
        values[i] = t->rows[i].value;
    }
}

static const hpsi_option_table *table_of(const char *owner)
{
    const hpsi_option_table *const tables[] = {&hpsi_swarm_options, &hpsi_soap_options,
                                               &hpsi_gpr_options, &hpsi_study_options};

    for (size_t i = 0; owner != NULL && i < sizeof tables / sizeof tables[0]; i++) {
        if (strcmp(owner, tables[i]->owner) == 0) {
            return tables[i];
        }
    }
    return NULL;
}

hps_status hps_option_describe(const char *owner, int32_t i, hps_option_info *info)
{
    const hpsi_option_table *t = table_of(owner);
    const hpsi_option *row;

    if (t == NULL || info == NULL || info->struct_size < (int32_t)sizeof *info) {
        return hpsi_fail(HPS_E_ARGUMENT,
                         "options: owner must be swarm, soap, gpr or study, and struct_size set");
    }
    if (i < 0 || i >= t->n) {
        return hpsi_fail(HPS_E_ARGUMENT, "options: %s has no option number %d", owner, i);
    }
    row = &t->rows[i];
    info->kind = row->kind;
    info->name = row->name;
    info->unit = row->unit;
    info->choices = row->choices;
    info->help = row->help;
    info->minimum = row->minimum;
    info->maximum = row->maximum;
    info->value = row->value;
    info->per_species = row->per_species;
    return HPS_OK;
}

const char *hps_option_advice(const char *owner, int32_t i)
{
    const hpsi_option_table *t = table_of(owner);

    return t != NULL && i >= 0 && i < t->n ? t->rows[i].advice : "";
}
