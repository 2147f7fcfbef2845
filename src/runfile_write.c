/* SPDX-License-Identifier: BSD-3-Clause */
/* Settings back to YAML, and the comparison of two run files. */
#include <stdlib.h>
#include <string.h>

#include "search.h"

/* The code point at c and the bytes it takes; text from YAML is valid UTF-8. */
static uint32_t decode(const unsigned char *c, int *bytes)
{
    uint32_t value = c[0];
    int n = c[0] >= 0xf0 ? 4 : c[0] >= 0xe0 ? 3 : c[0] >= 0xc0 ? 2 : 1;

    if (n > 1) {
        value &= 0x7fu >> n;
    }
    *bytes = 1;
    while (*bytes < n && (c[*bytes] & 0xc0) == 0x80) {
        value = value << 6 | (c[(*bytes)++] & 0x3f);
    }
    return value;
}

/* Control characters, line breaks of YAML and what it does not print need an escape. */
static int needs_escape(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
           code == 0xfeff || code == 0xfffe || code == 0xffff;
}

static char *double_quoted(const char *text)
{
    char *out = new_memory(10 * strlen(text) + 3, 1), *o = out;
    int n;

    *o++ = '"';
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c += n) {
        uint32_t code = decode(c, &n);

        if (needs_escape(code)) {
            o += sprintf(o, "\\U%08X", (unsigned)code);
        } else {
            if (code == '"' || code == '\\') {
                *o++ = '\\';
            }
            memcpy(o, c, (size_t)n);
            o += n;
        }
    }
    *o = '"';
    return out;
}

static int has_escapes(const char *text)
{
    int n;

    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c += n) {
        if (needs_escape(decode(c, &n))) {
            return 1;
        }
    }
    return 0;
}

static char *single_quoted(const char *text)
{
    char *out = new_memory(2 * strlen(text) + 3, 1), *o = out;

    *o++ = '\'';
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\'') {
            *o++ = '\'';
        }
        *o++ = *c;
    }
    *o = '\'';
    return out;
}

/* Words that YAML would read as something else, and odd characters, go in quotes. */
static char *quoted(const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
    int index;
    double v;

    if (text[0] != '\0' && text[strspn(text, plain)] == '\0' && text[0] != '-' && text[0] != '.' &&
        !parse_number(text, &v) && !word_in("true|false|yes|no|on|off|null|y|n", text, &index)) {
        return new_text(text);
    }
    return has_escapes(text) ? double_quoted(text) : single_quoted(text);
}

static char *choice_yaml(const setting *s)
{
    char *text = new_text("{choice: [");

    for (int i = 0; i < s->n_labels; i++) {
        char *word = quoted(s->labels[i]);
        char *longer = new_textf("%s%s%s", text, i > 0 ? ", " : "", word);

        free(word);
        free(text);
        text = longer;
    }
    {
        char *done = new_textf("%s]}", text);

        free(text);
        return done;
    }
}

char *setting_yaml(const setting *s)
{
    char a[32], b[32];

    switch (s->form) {
    case FORM_TEXT:
        return quoted(s->text);
    case FORM_CHOICE:
        return choice_yaml(s);
    case FORM_RANGE:
        number_text(s->lo, a);
        number_text(s->hi, b);
        if (s->log_scale || (s->whole && s->rule->kind == KIND_REAL)) {
            return new_textf("{range: [%s, %s]%s%s}", a, b, s->log_scale ? ", scale: log" : "",
                             s->whole ? ", type: int" : "");
        }
        return new_textf("[%s, %s]", a, b);
    default:
        if (s->rule->kind == KIND_BOOL) {
            return new_text(s->value != 0 ? "true" : "false");
        }
        return new_text(number_text(s->value, a));
    }
}

static void write_species(const runfile *r, FILE *f)
{
    for (int i = 0; i < r->n_species; i++) {
        fprintf(f, "%s%s", i == 0 ? "  species: [" : ", ", hps_element_symbol(r->species[i]));
    }
    if (r->n_species > 0) {
        fputs("]\n", f);
    }
}

static void write_value(const setting *s, FILE *f)
{
    char *text = setting_yaml(s);

    fputs(text, f);
    free(text);
}

/* The key of a setting in the mapping of its rule. YAML reads a key of more than 1024
 * characters, as escapes can make of a shorter one, only behind a question mark. */
static void write_map_key(const setting *s, FILE *f)
{
    char *text = s->config_type != NULL            ? quoted(s->config_type)
                 : s->rule->map == MAP_CONFIG_TYPE ? new_text("default")
                                                   : new_text(hps_element_symbol(s->element));

    fputs(strlen(text) > 1000 ? "? " : "", f);
    fputs(text, f);
    fputs(strlen(text) > 1000 ? " : " : ": ", f);
    free(text);
}

/* The settings i.. of one rule; the index of the first one of another rule. */
static int write_rule(const runfile *r, int i, FILE *f)
{
    const key_rule *rule = r->items[i].rule;
    const char *indent = rule->section[0] != '\0' ? "  " : "";
    int first = i;

    if (r->items[i].element == 0 && r->items[i].config_type == NULL &&
        (i + 1 == r->n || r->items[i + 1].rule != rule)) {
        fprintf(f, "%s%s: ", indent, rule->key);
        write_value(&r->items[i], f);
        fputc('\n', f);
        return i + 1;
    }
    fprintf(f, "%s%s: {", indent, rule->key);
    for (; i < r->n && r->items[i].rule == rule; i++) {
        fputs(i > first ? ", " : "", f);
        write_map_key(&r->items[i], f);
        write_value(&r->items[i], f);
    }
    fputs("}\n", f);
    return i;
}

static int wanted(const runfile *r, const setting *s, int what)
{
    int index;

    if (what == WRITE_RUN) {
        return !runfile_is_list(r) || search_reads(s);
    }
    if (strcmp(s->rule->section, "data") == 0) {
        return word_in("energy|forces|virial|e0", s->rule->key, &index);
    }
    return word_in("soap|kernel|gap|parameters", s->rule->section, &index);
}

void runfile_write(const runfile *r, FILE *f, int what)
{
    const char *section = NULL;

    for (int i = 0; i < r->n;) {
        const setting *s = &r->items[i];

        if (!wanted(r, s, what)) {
            i++;
            continue;
        }
        if (section == NULL || strcmp(section, s->rule->section) != 0) {
            section = s->rule->section;
            if (section[0] != '\0') {
                fprintf(f, "%s:\n", section);
            }
            if (strcmp(section, "soap") == 0) {
                write_species(r, f);
            }
        }
        i = write_rule(r, i, f);
    }
}

/* -------------------------------------------------------------- comparison */

static int species_differ(const runfile *a, const runfile *b)
{
    return a->n_species > 0 && b->n_species > 0 &&
           (a->n_species != b->n_species ||
            memcmp(a->species, b->species, (size_t)a->n_species * sizeof a->species[0]) != 0);
}

static int setting_differs(const setting *a, const runfile *b, char *buffer, size_t size)
{
    const setting *other = runfile_twin(b, a);
    char *x = setting_yaml(a), *y = other != NULL ? setting_yaml(other) : new_text("nothing");
    char name[80];
    int differs = !a->rule->limit && strcmp(x, y) != 0;

    if (differs) {
        snprintf(buffer, size, "%s is %.200s here and %.200s there", setting_name(a, name), x, y);
    }
    free(x);
    free(y);
    return differs;
}

int runfile_differs(const runfile *a, const runfile *b, char *buffer, size_t size)
{
    char name[80];

    if (species_differ(a, b)) {
        snprintf(buffer, size, "soap.species differs");
        return 1;
    }
    for (int i = 0; i < a->n; i++) {
        if (setting_differs(&a->items[i], b, buffer, size)) {
            return 1;
        }
    }
    for (int i = 0; i < b->n; i++) {
        const setting *s = &b->items[i];

        if (runfile_twin(a, s) == NULL) {
            snprintf(buffer, size, "%s is given there only", setting_name(s, name));
            return 1;
        }
    }
    return 0;
}
