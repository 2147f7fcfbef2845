/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of settings: adding, finding, defaults. */
#include "runfile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

setting *runfile_add(runfile *r, const key_rule *rule)
{
    setting *s;

    if (r->n == r->capacity) {
        r->capacity = r->capacity == 0 ? 64 : 2 * r->capacity;
        r->items = grow_memory(r->items, (size_t)r->capacity, sizeof *r->items);
    }
    s = &r->items[r->n++];
    memset(s, 0, sizeof *s);
    s->rule = rule;
    return s;
}

static int by_rule(const void *a, const void *b)
{
    const setting *x = a, *y = b;

    if (x->order != y->order) {
        return x->order < y->order ? -1 : 1;
    }
    if (x->rule != y->rule) {
        return x->rule < y->rule ? -1 : 1;
    }
    if (x->element != y->element) {
        return x->element < y->element ? -1 : 1;
    }
    if (x->config_type == NULL || y->config_type == NULL) {
        return (x->config_type != NULL) - (y->config_type != NULL);
    }
    return strcmp(x->config_type, y->config_type);
}

void runfile_sort(runfile *r)
{
    qsort(r->items, (size_t)r->n, sizeof *r->items, by_rule);
}

setting *runfile_find(const runfile *r, const char *section, const char *key, int32_t element)
{
    for (int i = 0; i < r->n; i++) {
        setting *s = &r->items[i];

        if (s->element == element && s->config_type == NULL &&
            strcmp(s->rule->section, section) == 0 && strcmp(s->rule->key, key) == 0) {
            return s;
        }
    }
    return NULL;
}

static int same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

setting *runfile_twin(const runfile *r, const setting *s)
{
    for (int i = 0; i < r->n; i++) {
        if (r->items[i].rule == s->rule && r->items[i].element == s->element &&
            same_text(r->items[i].config_type, s->config_type)) {
            return &r->items[i];
        }
    }
    return NULL;
}

int runfile_given(const runfile *r, const char *section, const char *key)
{
    for (int i = 0; i < r->n; i++) {
        const setting *s = &r->items[i];

        if (s->given && strcmp(s->rule->section, section) == 0 && strcmp(s->rule->key, key) == 0) {
            return 1;
        }
    }
    return 0;
}

double runfile_number(const runfile *r, const char *section, const char *key)
{
    const setting *s = runfile_find(r, section, key, 0);

    return s != NULL && s->form == FORM_NUMBER ? s->value : (double)NAN;
}

const char *runfile_text(const runfile *r, const char *section, const char *key)
{
    const setting *s = runfile_find(r, section, key, 0);

    return s != NULL && s->form == FORM_TEXT ? s->text : NULL;
}

int runfile_is(const runfile *r, const char *section, const char *key, const char *word)
{
    const char *text = runfile_text(r, section, key);

    return text != NULL && strcmp(text, word) == 0;
}

int runfile_is_search(const runfile *r)
{
    return runfile_is(r, "", "strategy", "search");
}

int runfile_is_list(const runfile *r)
{
    return runfile_is_search(r) && runfile_text(r, "objective", "trials") != NULL;
}

int runfile_n_objectives(const runfile *r)
{
    if (runfile_is_search(r)) {
        return (int)runfile_number(r, "objective", "values");
    }
    return runfile_is(r, "objective", "stage2", "rmse-pair") ? 2 : 1;
}

static void clear(setting *s)
{
    free(s->text);
    for (int i = 0; i < s->n_labels; i++) {
        free(s->labels[i]);
    }
    free(s->labels);
    s->text = NULL;
    s->labels = NULL;
    s->n_labels = 0;
}

void setting_set_number(setting *s, double v)
{
    clear(s);
    s->form = FORM_NUMBER;
    s->value = v;
}

void setting_set_text(setting *s, const char *text)
{
    char *copy = new_text(text);

    clear(s);
    s->form = FORM_TEXT;
    s->text = copy;
}

void runfile_seed(runfile *r, const char *section, int64_t seed)
{
    static const place flag = {"--seed", 0, 0};
    setting *s = runfile_find(r, section, "seed", 0);

    s->at = flag;
    setting_set_number(s, (double)seed);
}

const char *setting_name(const setting *s, char buffer[80])
{
    const char *dot = s->rule->section[0] != '\0' ? "." : "";

    if (s->element > 0) {
        snprintf(buffer, 80, "%s%s%s:%s", s->rule->section, dot, s->rule->key,
                 hps_element_symbol(s->element));
    } else if (s->config_type != NULL) {
        snprintf(buffer, 80, "%s%s%s:%.32s", s->rule->section, dot, s->rule->key, s->config_type);
    } else {
        snprintf(buffer, 80, "%s%s%s", s->rule->section, dot, s->rule->key);
    }
    return buffer;
}

int setting_searched(const setting *s)
{
    return s->form == FORM_RANGE || s->form == FORM_CHOICE;
}

runfile *runfile_copy(const runfile *r)
{
    runfile *c = new_memory(1, sizeof *c);

    *c = *r;
    c->source = new_text(r->source);
    c->items = new_memory((size_t)r->n + 1, sizeof *c->items);
    c->capacity = r->n + 1;
    for (int i = 0; i < r->n; i++) {
        setting *s = &c->items[i];

        *s = r->items[i];
        s->text = s->text != NULL ? new_text(s->text) : NULL;
        s->config_type = s->config_type != NULL ? new_text(s->config_type) : NULL;
        s->at.source = s->at.source == r->source ? c->source : s->at.source;
        s->labels = new_memory((size_t)s->n_labels, sizeof *s->labels);
        for (int k = 0; k < s->n_labels; k++) {
            s->labels[k] = new_text(r->items[i].labels[k]);
        }
    }
    return c;
}

void runfile_free(runfile *r)
{
    if (r == NULL) {
        return;
    }
    for (int i = 0; i < r->n; i++) {
        clear(&r->items[i]);
        free(r->items[i].config_type);
    }
    free(r->items);
    free(r->source);
    free(r);
}
