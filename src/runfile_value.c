/* SPDX-License-Identifier: BSD-3-Clause */
/* One value of the run file: a number, a word, a range, a choice. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runfile.h"

static int wrong(const key_rule *rule, const node *n, const char *format)
{
    char *key = new_textf("%s%s%s", rule->section, rule->section[0] != '\0' ? "." : "", rule->key);
    char *shown = n->kind == NODE_SCALAR && n->text[0] != '\0' && !n->quoted
                      ? new_textf("'%.60s'", n->text)
                      : new_text(tree_kind_text(n));
    int rc = fail_at(n->at, key, "expected %s, found %s", format, shown);

    free(key);
    free(shown);
    return rc;
}

static const char *full_key(const key_rule *rule, char buffer[80])
{
    snprintf(buffer, 80, "%s%s%s", rule->section, rule->section[0] != '\0' ? "." : "", rule->key);
    return buffer;
}

static const char *expected_text(const key_rule *rule)
{
    switch (rule->kind) {
    case KIND_REAL:
        return rule->searchable ? "a number or a range [low, high]" : "a number";
    case KIND_INT:
        return rule->searchable      ? "a whole number or a range [low, high]"
               : rule->words != NULL ? "a whole number or auto"
                                     : "a whole number";
    case KIND_BOOL:
        return "true or false";
    default:
        return "a word";
    }
}

static int in_bounds(const key_rule *rule, place at, double v)
{
    char key[80], a[32], b[32], c[32];

    if (v >= rule->minimum && v <= rule->maximum) {
        return EXIT_DONE;
    }
    return fail_at(at, full_key(rule, key), "%s must be within %s .. %s%s%s", number_text(v, a),
                   number_text(rule->minimum, b), number_text(rule->maximum, c),
                   rule->unit[0] != '\0' ? " " : "", rule->unit);
}

static int read_number(const key_rule *rule, const node *n, int whole, double *v)
{
    char key[80];

    if (n->kind != NODE_SCALAR || n->quoted || !parse_number(n->text, v)) {
        return wrong(rule, n, expected_text(rule));
    }
    if (whole && *v != floor(*v)) {
        return fail_at(n->at, full_key(rule, key), "%s must be a whole number", n->text);
    }
    return in_bounds(rule, n->at, *v);
}

static int read_bool(const key_rule *rule, const node *n, setting *s)
{
    int index;

    if (n->kind == NODE_SCALAR && !n->quoted &&
        word_in("false|true|no|yes|off|on|0|1|False|True|FALSE|TRUE", n->text, &index)) {
        setting_set_number(s, index % 2);
        return EXIT_DONE;
    }
    return wrong(rule, n, expected_text(rule));
}

static int read_word(const key_rule *rule, const node *n, const char **word)
{
    char key[80];
    int index;

    if (n->kind != NODE_SCALAR || n->text[0] == '\0') {
        return wrong(rule, n, expected_text(rule));
    }
    if (rule->words != NULL && !word_in(rule->words, n->text, &index)) {
        return fail_at(n->at, full_key(rule, key), "'%.60s' is not one of %s", n->text,
                       rule->words);
    }
    *word = n->text;
    return EXIT_DONE;
}

static int read_scalar(const key_rule *rule, const node *n, setting *s)
{
    const char *word = "";
    double v = 0;
    int rc, index;

    if (rule->kind == KIND_BOOL) {
        return read_bool(rule, n, s);
    }
    if (rule->kind == KIND_INT && rule->words != NULL && word_in(rule->words, n->text, &index)) {
        setting_set_text(s, n->text);
        return EXIT_DONE;
    }
    if (rule->kind == KIND_REAL || rule->kind == KIND_INT) {
        rc = read_number(rule, n, rule->kind == KIND_INT, &v);
        if (rc == EXIT_DONE) {
            setting_set_number(s, v);
        }
        return rc;
    }
    rc = read_word(rule, n, &word);
    if (rc == EXIT_DONE) {
        setting_set_text(s, word);
    }
    return rc;
}

static int may_search(const key_rule *rule, const node *n, int flags)
{
    char key[80];

    if (!rule->searchable) {
        return wrong(rule, n, expected_text(rule));
    }
    if ((flags & RUNFILE_RANGES) == 0) {
        return fail_at(n->at, full_key(rule, key),
                       "a range or choice; this command needs one fixed value");
    }
    return EXIT_DONE;
}

/* [low, high] */
static int read_range(const key_rule *rule, const node *n, setting *s)
{
    char key[80], a[32], b[32];
    int rc;

    if (rule->kind == KIND_WORD) {
        return fail_at(n->at, full_key(rule, key),
                       "a range needs numbers; for words write {choice: [a, b]}");
    }
    if (n->kind != NODE_SEQUENCE || n->n != 2) {
        return fail_at(n->at, full_key(rule, key), "a range is [low, high], two numbers");
    }
    rc = read_number(rule, n->items[0], s->whole, &s->lo);
    if (rc == EXIT_DONE) {
        rc = read_number(rule, n->items[1], s->whole, &s->hi);
    }
    if (rc != EXIT_DONE) {
        return rc;
    }
    if (!(s->lo < s->hi)) {
        return fail_at(n->at, full_key(rule, key), "the range [%s, %s] %s; low must be below high",
                       number_text(s->lo, a), number_text(s->hi, b),
                       s->lo == s->hi ? "is empty" : "is inverted");
    }
    s->form = FORM_RANGE;
    return EXIT_DONE;
}

static int read_scale(const key_rule *rule, const node *n, setting *s)
{
    int index;

    if (n->kind != NODE_SCALAR || !word_in("linear|log", n->text, &index)) {
        return wrong(rule, n, "scale: linear or log");
    }
    s->log_scale = index;
    return EXIT_DONE;
}

static int read_type(const key_rule *rule, const node *n, setting *s)
{
    int index;

    if (n->kind != NODE_SCALAR || !word_in("real|int", n->text, &index)) {
        return wrong(rule, n, "type: real or int");
    }
    if (rule->kind == KIND_INT && index == 0) {
        return wrong(rule, n, "type: int, as this key takes whole numbers");
    }
    s->whole = index;
    return EXIT_DONE;
}

/* {range: [low, high], scale: log, type: int} */
static int read_long_range(const key_rule *rule, const node *n, setting *s)
{
    char key[80], a[32];
    int rc = EXIT_DONE;

    for (int i = 0; i < n->n && rc == EXIT_DONE; i++) {
        const node *item = n->items[i];

        if (strcmp(item->key, "scale") == 0) {
            rc = read_scale(rule, item, s);
        } else if (strcmp(item->key, "type") == 0) {
            rc = read_type(rule, item, s);
        } else if (strcmp(item->key, "range") != 0) {
            rc = fail_at(item->key_at, full_key(rule, key),
                         "unknown key '%.60s'; a range has range, scale and type", item->key);
        }
    }
    if (rc == EXIT_DONE) {
        rc = read_range(rule, tree_item(n, "range"), s);
    }
    if (rc == EXIT_DONE && s->log_scale && !(s->lo > 0)) {
        rc = fail_at(n->at, full_key(rule, key), "scale: log needs a low end above 0, found %s",
                     number_text(s->lo, a));
    }
    return rc;
}

static int add_label(const key_rule *rule, const node *n, setting *s)
{
    char key[80];
    const char *word = "";
    int rc = read_word(rule, n, &word);

    for (int i = 0; i < s->n_labels && rc == EXIT_DONE; i++) {
        if (strcmp(s->labels[i], word) == 0) {
            rc = fail_at(n->at, full_key(rule, key), "'%s' is named twice in the choice", word);
        }
    }
    if (rc == EXIT_DONE) {
        s->labels = grow_memory(s->labels, (size_t)s->n_labels + 1, sizeof *s->labels);
        s->labels[s->n_labels++] = new_text(word);
    }
    return rc;
}

/* {choice: [a, b]} */
static int read_choice(const key_rule *rule, const node *n, setting *s)
{
    const node *words = tree_item(n, "choice");
    char key[80];
    int rc = EXIT_DONE;

    if (n->n != 1) {
        return fail_at(n->at, full_key(rule, key), "nothing may stand beside choice");
    }
    if (rule->kind != KIND_WORD) {
        return fail_at(n->at, full_key(rule, key), "a choice needs a key of words; write a range");
    }
    if (words->kind != NODE_SEQUENCE || words->n == 0) {
        return wrong(rule, words, "a list of words");
    }
    s->form = FORM_CHOICE;
    for (int i = 0; i < words->n && rc == EXIT_DONE; i++) {
        rc = add_label(rule, words->items[i], s);
    }
    return rc;
}

int value_read(const key_rule *rule, const node *n, int flags, setting *s)
{
    int rc;

    s->at = n->at;
    s->given = 1;
    s->whole = rule->kind == KIND_INT;
    if (n->kind == NODE_SCALAR) {
        return read_scalar(rule, n, s);
    }
    rc = may_search(rule, n, flags);
    if (rc != EXIT_DONE) {
        return rc;
    }
    if (n->kind == NODE_SEQUENCE) {
        return read_range(rule, n, s);
    }
    if (tree_item(n, "range") != NULL) {
        return read_long_range(rule, n, s);
    }
    if (tree_item(n, "choice") != NULL) {
        return read_choice(rule, n, s);
    }
    return wrong(rule, n, expected_text(rule));
}
