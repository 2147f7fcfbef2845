/* SPDX-License-Identifier: BSD-3-Clause */
/* The columns of a frame, from the Properties entry of its header. */
#include <string.h>

#include "dataset/extxyz.h"
#include "dataset/number.h"

#define MAX_COLUMN_COUNT 1000000

static hps_status add_column(hpsi_reader *x, hpsi_column column)
{
    hps_status s = hpsi_grow(x->context, (void **)&x->columns, &x->columns_capacity,
                             x->n_columns + 1, sizeof *x->columns);

    if (s == HPS_OK) {
        x->columns[x->n_columns++] = column;
    }
    return s;
}

/* No Properties: a symbol or atomic number, then x y z. */
static hps_status make_plain(hpsi_reader *x)
{
    const hpsi_column symbol = {{"species", 7}, 'S', 1, HPSI_ROLE_SYMBOL};
    const hpsi_column position = {{"pos", 3}, 'R', 3, HPSI_ROLE_POSITION};
    hps_status s;

    x->plain = 1;
    s = add_column(x, symbol);
    return s == HPS_OK ? add_column(x, position) : s;
}

/* Text up to the next ':' or the end. */
static hpsi_span take_field(hpsi_span *rest)
{
    const char *colon = memchr(rest->text, ':', (size_t)rest->size);
    const int64_t n = colon != NULL ? colon - rest->text : rest->size;
    const int64_t used = colon != NULL ? n + 1 : n;
    hpsi_span field = {rest->text, n};

    rest->text += used;
    rest->size -= used;
    return field;
}

/* Is the name one of the words? */
static int32_t is_any(hpsi_span name, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (hpsi_span_is_like(name, *words)) {
            return 1;
        }
    }
    return 0;
}

static int32_t role_of(const hpsi_reader *x, hpsi_span name, int32_t type)
{
    static const char *const symbols[] = {"species", "symbols",  "symbol",
                                          "element", "elements", NULL};
    static const char *const numbers[] = {"Z", "numbers", "atomic_numbers", "species", NULL};
    static const char *const positions[] = {"pos", "positions", "position", NULL};

    if (type == 'S' && is_any(name, symbols)) {
        return HPSI_ROLE_SYMBOL;
    }
    if (type == 'I' && is_any(name, numbers)) {
        return HPSI_ROLE_NUMBER;
    }
    if (is_any(name, positions)) {
        return HPSI_ROLE_POSITION;
    }
    if (hpsi_span_is_like(name, "force_mask")) {
        return HPSI_ROLE_MASK;
    }
    if (hpsi_span_is_like(name, "force_atom_sigma")) {
        return HPSI_ROLE_ATOM_SIGMA;
    }
    if (hpsi_span_is_like(name, "force_component_sigma")) {
        return HPSI_ROLE_COMPONENT_SIGMA;
    }
    return hpsi_label_rank(x, HPSI_FORCES, name) >= 0 ? HPSI_ROLE_FORCE : HPSI_ROLE_SKIP;
}

/* Note one more candidate for the forces. */
static hps_status add_force(hpsi_reader *x, hpsi_column *column)
{
    const int32_t rank = hpsi_label_rank(x, HPSI_FORCES, column->name);

    if (x->n_forces == HPSI_MAX_FORCES) {
        return hpsi_reader_fail(x, x->first + 1,
                                "more than %d columns could be the forces; name the one to use",
                                HPSI_MAX_FORCES);
    }
    if (x->n_forces == 0 || rank < x->force_rank[x->force]) {
        x->force = x->n_forces;
    }
    x->force_name[x->n_forces] = column->name;
    x->force_rank[x->n_forces] = rank;
    column->role = HPSI_ROLE_FORCE + x->n_forces++;
    return HPS_OK;
}

/* A column in use must have the shape that its use needs. */
static hps_status check_shape(const hpsi_reader *x, const hpsi_column *c)
{
    const int32_t is_vector = c->role == HPSI_ROLE_POSITION ||
                              c->role == HPSI_ROLE_COMPONENT_SIGMA || c->role >= HPSI_ROLE_FORCE;
    const int32_t count = is_vector ? 3 : 1;

    if (c->role == HPSI_ROLE_SKIP ||
        (c->count == count && (!is_vector || c->type == 'R' || c->type == 'I'))) {
        return HPS_OK;
    }
    return hpsi_reader_fail(x, x->first + 1, "column %s:%c:%d in Properties must be %s:%c:%d",
                            hpsi_span_quote(c->name).text, c->type, c->count,
                            hpsi_span_quote(c->name).text, is_vector ? 'R' : c->type, count);
}

static hps_status make_column(hpsi_reader *x, hpsi_span *rest)
{
    const hpsi_span name = take_field(rest);
    const hpsi_span type = take_field(rest);
    const hpsi_span number = take_field(rest);
    hpsi_column column = {name, type.size == 1 ? type.text[0] : 0, 0, 0};
    int64_t count = 0;
    hps_status s = HPS_OK;

    if (column.type == 0 || strchr("SRILsril", column.type) == NULL) {
        return hpsi_reader_fail(x, x->first + 1,
                                "type '%s' of column '%s' in Properties must be S, R, I or L",
                                hpsi_span_quote(type).text, hpsi_span_quote(name).text);
    }
    if (!hpsi_number_whole(number.text, number.text + number.size, &count) || count < 1 ||
        count > MAX_COLUMN_COUNT) {
        return hpsi_reader_fail(
            x, x->first + 1, "count '%s' of column '%s' in Properties must be in 1..%d",
            hpsi_span_quote(number).text, hpsi_span_quote(name).text, MAX_COLUMN_COUNT);
    }
    column.type -= column.type >= 'a' ? 'a' - 'A' : 0;
    column.count = (int32_t)count;
    column.role = role_of(x, name, column.type);
    x->masked |= column.role == HPSI_ROLE_MASK;
    if (column.role == HPSI_ROLE_ATOM_SIGMA || column.role == HPSI_ROLE_COMPONENT_SIGMA) {
        x->has_sigmas = column.role > x->has_sigmas ? column.role : x->has_sigmas;
    }
    if (column.role == HPSI_ROLE_FORCE) {
        s = add_force(x, &column);
    }
    if (s == HPS_OK) {
        s = check_shape(x, &column);
    }
    return s == HPS_OK ? add_column(x, column) : s;
}

/* Species and positions must be there, and nothing twice. */
static hps_status check_roles(const hpsi_reader *x)
{
    int32_t seen[HPSI_ROLE_FORCE] = {0};

    for (int64_t i = 0; i < x->n_columns; i++) {
        const hpsi_column *c = &x->columns[i];

        if (c->role == HPSI_ROLE_SKIP || c->role >= HPSI_ROLE_FORCE) {
            continue;
        }
        if (seen[c->role]++) {
            return hpsi_reader_fail(x, x->first + 1, "Properties has a second column for '%s'",
                                    hpsi_span_quote(c->name).text);
        }
    }
    if (!seen[HPSI_ROLE_SYMBOL] && !seen[HPSI_ROLE_NUMBER]) {
        return hpsi_reader_fail(x, x->first + 1,
                                "Properties has no column species:S:1 (nor Z:I:1)");
    }
    if (!seen[HPSI_ROLE_POSITION]) {
        return hpsi_reader_fail(x, x->first + 1, "Properties has no column pos:R:3");
    }
    return HPS_OK;
}

hps_status hpsi_columns_make(hpsi_reader *x)
{
    const hpsi_span *value;
    hpsi_span rest;
    hps_status s = hpsi_header_find(x, "Properties", &value);

    if (s != HPS_OK) {
        return s;
    }
    x->n_columns = 0;
    x->n_forces = 0;
    x->masked = 0;
    x->has_sigmas = 0;
    x->plain = 0;
    if (value == NULL) {
        return make_plain(x);
    }
    rest = hpsi_span_trim(*value);
    do {
        s = make_column(x, &rest);
    } while (s == HPS_OK && rest.size > 0);
    return s == HPS_OK ? check_roles(x) : s;
}
