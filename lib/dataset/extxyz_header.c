/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of an extended-XYZ text and the key=value entries of a frame's header line. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "dataset/extxyz.h"
#include "dataset/number.h"

int32_t hpsi_reader_line(hpsi_reader *x, hpsi_span *line)
{
    const char *stop;

    if (x->at >= x->end) {
        return 0;
    }
    stop = memchr(x->at, '\n', (size_t)(x->end - x->at));
    line->text = x->at;
    line->size = (stop != NULL ? stop : x->end) - x->at;
    if (line->size > 0 && line->text[line->size - 1] == '\r') {
        line->size--;
    }
    x->at = stop != NULL ? stop + 1 : x->end;
    x->line++;
    return 1;
}

hps_status hpsi_reader_fail(const hpsi_reader *x, int64_t line, const char *format, ...)
{
    char text[768];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return hpsi_fail(HPS_E_FORMAT, "%s:%lld: %s", x->name, (long long)line, text);
}

hpsi_quote hpsi_span_quote(hpsi_span s)
{
    const int64_t most = (int64_t)sizeof(hpsi_quote) - 4;
    hpsi_quote q = {{0}};
    int64_t n = s.size < most ? s.size : most;

    for (int64_t i = 0; i < n; i++) {
        q.text[i] = s.text[i] >= ' ' && s.text[i] <= '~' ? s.text[i] : '?';
    }
    if (s.size > most) {
        memcpy(q.text + n, "...", 3);
    }
    return q;
}

int32_t hpsi_span_is(hpsi_span s, const char *word)
{
    return (int64_t)strlen(word) == s.size && memcmp(s.text, word, (size_t)s.size) == 0;
}

int32_t hpsi_span_is_like(hpsi_span s, const char *word)
{
    return (int64_t)strlen(word) == s.size && strncasecmp(s.text, word, (size_t)s.size) == 0;
}

int32_t hpsi_span_equal(hpsi_span a, hpsi_span b)
{
    return a.size == b.size && memcmp(a.text, b.text, (size_t)a.size) == 0;
}

static int32_t is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

hpsi_span hpsi_span_trim(hpsi_span s)
{
    while (s.size > 0 && is_blank(s.text[0])) {
        s.text++;
        s.size--;
    }
    while (s.size > 0 && is_blank(s.text[s.size - 1])) {
        s.size--;
    }
    return s;
}

static int32_t is_parting(char c, const char *also)
{
    return is_blank(c) || c == '\n' || (c != '\0' && strchr(also, c) != NULL);
}

hpsi_span hpsi_span_word(hpsi_span *rest, const char *also)
{
    const char *p = rest->text;
    const char *end = p + rest->size;
    hpsi_span word;

    while (p < end && is_parting(*p, also)) {
        p++;
    }
    word.text = p;
    while (p < end && !is_parting(*p, also)) {
        p++;
    }
    word.size = p - word.text;
    rest->text = p;
    rest->size = end - p;
    return word;
}

/* Text between quotes, backslashes resolved into the buffer. *at is behind the opening
 * quote and moves behind the closing one; 0 if there is none. */
static int32_t take_quoted(hpsi_reader *x, const char **at, const char *end, char quote,
                           hpsi_span *value)
{
    const char *p = *at;
    int32_t escaped = 0;
    char *to = x->unescaped + x->unescaped_size;

    while (p < end && *p != quote) {
        escaped |= *p == '\\';
        p += *p == '\\' && p + 1 < end ? 2 : 1;
    }
    if (p >= end) {
        return 0;
    }
    value->text = *at;
    value->size = p - *at;
    *at = p + 1;
    if (!escaped) {
        return 1;
    }
    for (const char *from = value->text; from < p; from++) {
        const int32_t is_escape = *from == '\\' && from + 1 < p;

        from += is_escape;
        *to++ = is_escape && *from == 'n' ? '\n' : *from;
    }
    value->text = x->unescaped + x->unescaped_size;
    value->size = to - value->text;
    x->unescaped_size += value->size;
    return 1;
}

/* Text from an opening bracket to the one that closes it; 0 if it does not close. */
static int32_t take_bracketed(const char **at, const char *end, hpsi_span *value)
{
    const char open = **at;
    const char close = open == '{' ? '}' : ']';
    int64_t depth = 0;

    value->text = *at;
    for (const char *p = *at; p < end; p++) {
        depth += (*p == open) - (*p == close);
        if (depth == 0) {
            value->size = p + 1 - value->text;
            *at = p + 1;
            if (open == '{') { /* QUIP's way of quoting */
                value->text++;
                value->size -= 2;
            }
            return 1;
        }
    }
    return 0;
}

/* One key or value: quoted, in brackets (values only) or up to a blank (or '=', for keys). */
static int32_t take_item(hpsi_reader *x, const char **at, const char *end, int32_t is_key,
                         hpsi_span *item)
{
    const char c = **at;

    if (c == '"' || c == '\'') {
        (*at)++;
        return take_quoted(x, at, end, c, item);
    }
    if (!is_key && (c == '{' || c == '[')) {
        return take_bracketed(at, end, item);
    }
    item->text = *at;
    while (*at < end && !is_blank(**at) && !(is_key && **at == '=')) {
        (*at)++;
    }
    item->size = *at - item->text;
    return 1;
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && is_blank(*p)) {
        p++;
    }
    return p;
}

/* One entry at *at. */
static int32_t take_entry(hpsi_reader *x, const char **at, const char *end, hpsi_entry *e)
{
    const char *next;

    if (!take_item(x, at, end, 1, &e->key)) {
        return 0;
    }
    e->value.text = "T";
    e->value.size = 1;
    e->is_bare = 1;
    next = skip_blanks(*at, end);
    if (next >= end || *next != '=') {
        return 1;
    }
    e->is_bare = 0;
    *at = skip_blanks(next + 1, end);
    if (*at >= end) {
        e->value.text = *at;
        e->value.size = 0;
        return 1;
    }
    return take_item(x, at, end, 0, &e->value);
}

hps_status hpsi_header_split(hpsi_reader *x, hpsi_span line)
{
    const char *end = line.text + line.size;
    const char *at = skip_blanks(line.text, end);
    hps_status s =
        hpsi_grow(x->context, (void **)&x->unescaped, &x->unescaped_capacity, line.size + 1, 1);

    x->n_entries = 0;
    x->unescaped_size = 0;
    while (s == HPS_OK && at < end) {
        const char *start = at;

        s = hpsi_grow(x->context, (void **)&x->entries, &x->entries_capacity, x->n_entries + 1,
                      sizeof *x->entries);
        if (s != HPS_OK) {
            return s;
        }
        if (!take_entry(x, &at, end, &x->entries[x->n_entries])) {
            const hpsi_span rest = {start, end - start};

            return hpsi_reader_fail(x, x->first + 1, "no closing quote or bracket after '%s'",
                                    hpsi_span_quote(rest).text);
        }
        x->n_entries += x->entries[x->n_entries].key.size > 0;
        at = skip_blanks(at, end);
    }
    return s;
}

hps_status hpsi_header_find(hpsi_reader *x, const char *key, const hpsi_span **value)
{
    *value = NULL;
    for (int64_t i = 0; i < x->n_entries; i++) {
        const hpsi_entry *e = &x->entries[i];

        if (!hpsi_span_is_like(e->key, key)) {
            continue;
        }
        if (*value != NULL && !hpsi_span_equal(**value, e->value)) {
            return hpsi_reader_fail(x, x->first + 1, "%s is given twice: '%s' and '%s'", key,
                                    hpsi_span_quote(**value).text, hpsi_span_quote(e->value).text);
        }
        *value = &e->value;
    }
    return HPS_OK;
}

int32_t hpsi_span_truth(hpsi_span word)
{
    if (hpsi_span_is_like(word, "T") || hpsi_span_is_like(word, "true") ||
        hpsi_span_is(word, "1")) {
        return 1;
    }
    if (hpsi_span_is_like(word, "F") || hpsi_span_is_like(word, "false") ||
        hpsi_span_is(word, "0")) {
        return 0;
    }
    return -1;
}

hps_status hpsi_header_reals(const hpsi_reader *x, const hpsi_entry *e, int32_t most, int32_t *n,
                             double *values)
{
    hpsi_span rest = e->value;
    hpsi_span word = hpsi_span_word(&rest, ",[]{}");

    if (hpsi_span_is(word, "_JSON")) { /* ASE marks lists of lists so */
        word = hpsi_span_word(&rest, ",[]{}");
    }
    for (*n = 0; word.size > 0; word = hpsi_span_word(&rest, ",[]{}"), (*n)++) {
        const char *at = word.text;
        double v = 0;
        const int32_t kind = hpsi_number_real(&at, word.text + word.size, &v);

        if (kind == HPSI_NUMBER_BAD || at != word.text + word.size) {
            return hpsi_reader_fail(x, x->first + 1, "'%s' in %s is not a number",
                                    hpsi_span_quote(word).text, hpsi_span_quote(e->key).text);
        }
        if (kind == HPSI_NUMBER_NOT_FINITE) {
            return hpsi_reader_fail(x, x->first + 1, "'%s' in %s must be finite",
                                    hpsi_span_quote(word).text, hpsi_span_quote(e->key).text);
        }
        if (*n < most) {
            values[*n] = v;
        }
    }
    return HPS_OK;
}

hps_status hpsi_header_number(const hpsi_reader *x, const hpsi_entry *e, double *value)
{
    int32_t n;
    hps_status s = hpsi_header_reals(x, e, 1, &n, value);

    if (s == HPS_OK && n != 1) {
        s = hpsi_reader_fail(x, x->first + 1, "%s = '%s' must be one number",
                             hpsi_span_quote(e->key).text, hpsi_span_quote(e->value).text);
    }
    return s;
}

hps_status hpsi_header_matrix(const hpsi_reader *x, const hpsi_entry *e, double m[9])
{
    static const int32_t from[9] = {0, 5, 4, 5, 1, 3, 4, 3, 2};
    double v[9] = {0};
    int32_t n;
    hps_status s = hpsi_header_reals(x, e, 9, &n, v);

    if (s == HPS_OK && n != 9 && n != 6) {
        s = hpsi_reader_fail(x, x->first + 1, "%s has %d numbers, it must have 9 or 6",
                             hpsi_span_quote(e->key).text, n);
    }
    for (int32_t i = 0; s == HPS_OK && i < 9; i++) {
        m[i] = v[n == 9 ? i : from[i]];
    }
    return s;
}
