/* SPDX-License-Identifier: BSD-3-Clause */
/* From the YAML tree to the list of settings: known keys, elements, defaults. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "runfile.h"

enum { MAX_NODES = 20000 };

typedef struct reader {
    runfile *r;
    int flags;
} reader;

static int unknown_key(const char *section, const node *n)
{
    char hint[160];

    rule_suggest(section, n->key, hint, sizeof hint);
    if (section[0] == '\0') {
        return fail_at(n->key_at, NULL, "unknown section '%.60s'%s", n->key, hint);
    }
    return fail_at(n->key_at, NULL, "unknown key '%.60s' in %s%s", n->key, section, hint);
}

static int read_element(const node *n, int32_t *number)
{
    *number = hps_element_number(n->key);
    if (*number == 0) {
        return fail_at(n->key_at, NULL, "'%.60s' is not the symbol of an element", n->key);
    }
    return EXIT_DONE;
}

/* {C: [0.0, 2.0], H: 1.0} */
static int read_elements(const reader *in, const key_rule *rule, const node *n)
{
    int rc = EXIT_DONE;

    if (n->n == 0) {
        return fail_at(n->at, rule->key, "an empty mapping");
    }
    for (int i = 0; i < n->n && rc == EXIT_DONE; i++) {
        const node *item = n->items[i];
        int32_t number;

        rc = read_element(item, &number);
        if (rc == EXIT_DONE) {
            setting *s = runfile_add(in->r, rule);

            s->element = number;
            rc = value_read(rule, item, in->flags, s);
        }
    }
    return rc;
}

/* {default: [0.001, 0.1], liquid: 0.01}: what default has is for all that are not named. */
static int read_config_types(const reader *in, const key_rule *rule, const node *n)
{
    int rc = EXIT_DONE;

    if (n->n == 0) {
        return fail_at(n->at, rule->key, "an empty mapping");
    }
    for (int i = 0; i < n->n && rc == EXIT_DONE; i++) {
        const node *item = n->items[i];
        setting *s;

        if (strcmp(item->key, "default") != 0 && item->kind != NODE_SCALAR) {
            return fail_at(item->at, rule->key,
                           "a config_type needs one number; only default may be a range");
        }
        s = runfile_add(in->r, rule);
        s->config_type = strcmp(item->key, "default") != 0 ? new_text(item->key) : NULL;
        rc = value_read(rule, item, in->flags, s);
    }
    return rc;
}

static int read_e0_value(const reader *in, const key_rule *rule, const node *n)
{
    setting *s;
    int32_t number;
    double v;
    int rc = read_element(n, &number);

    if (rc != EXIT_DONE) {
        return rc;
    }
    if (n->kind != NODE_SCALAR || n->quoted || !parse_number(n->text, &v)) {
        return fail_at(n->at, "data.e0", "expected an energy in eV, found %s", tree_kind_text(n));
    }
    s = runfile_add(in->r, rule);
    s->at = n->at;
    s->given = 1;
    s->element = number;
    setting_set_number(s, v);
    return EXIT_DONE;
}

/* e0: a method, or energies by element. */
static int read_e0(const reader *in, const key_rule *rule, const node *n)
{
    int rc = EXIT_DONE, index;
    setting *s;

    if (n->kind == NODE_MAPPING && n->n > 0) {
        for (int i = 0; i < n->n && rc == EXIT_DONE; i++) {
            rc = read_e0_value(in, rule, n->items[i]);
        }
        return rc;
    }
    if (n->kind != NODE_SCALAR || !word_in(rule->words, n->text, &index)) {
        return fail_at(n->at, "data.e0",
                       "expected isolated, average, fit or energies by element {C: -148.3}");
    }
    s = runfile_add(in->r, rule);
    s->at = n->at;
    s->given = 1;
    setting_set_text(s, n->text);
    return EXIT_DONE;
}

static int read_species(const reader *in, const node *n)
{
    runfile *r = in->r;

    if (n->kind != NODE_SEQUENCE || n->n == 0 || n->n > 118) {
        return fail_at(n->at, "soap.species", "expected a list of elements, [C, H]");
    }
    r->species_at = n->at;
    r->n_species = 0;
    for (int i = 0; i < n->n; i++) {
        const node *item = n->items[i];
        int32_t z = item->kind == NODE_SCALAR ? hps_element_number(item->text) : 0;

        if (z == 0) {
            return fail_at(item->at, "soap.species", "'%.60s' is not the symbol of an element",
                           item->kind == NODE_SCALAR ? item->text : tree_kind_text(item));
        }
        for (int k = 0; k < r->n_species; k++) {
            if (r->species[k] == z) {
                return fail_at(item->at, "soap.species", "%s is listed twice", item->text);
            }
        }
        r->species[r->n_species++] = z;
    }
    return EXIT_DONE;
}

static int is_long_form(const node *n)
{
    return tree_item(n, "range") != NULL || tree_item(n, "choice") != NULL;
}

/* `delta: evidence` is `delta_method: evidence`. */
static const key_rule *rule_of(const char *section, const node *n)
{
    return strcmp(section, "gap") == 0 && strcmp(n->key, "delta") == 0 && n->kind == NODE_SCALAR &&
                   strcmp(n->text, "evidence") == 0
               ? rule_find(section, "delta_method")
               : rule_find(section, n->key);
}

static int read_key(const reader *in, const char *section, const node *n)
{
    const key_rule *rule = rule_of(section, n);

    if (rule == NULL) {
        return unknown_key(section, n);
    }
    if (rule->kind == KIND_SPECIES) {
        return read_species(in, n);
    }
    if (rule->kind == KIND_E0) {
        return read_e0(in, rule, n);
    }
    if (rule->map != MAP_NONE && n->kind == NODE_MAPPING && !is_long_form(n)) {
        return rule->map == MAP_ELEMENT ? read_elements(in, rule, n)
                                        : read_config_types(in, rule, n);
    }
    return value_read(rule, n, in->flags, runfile_add(in->r, rule));
}

/* A parameter of the user's own: any name that a template can hold. */
static int read_parameter(const reader *in, const node *n)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t length = strlen(n->key);
    int word = tree_item(n, "choice") != NULL, index;
    double v;
    setting *s;

    if (length == 0 || length > 63 || n->key[strspn(n->key, plain)] != '\0' ||
        word_in("id|x", n->key, &index)) {
        return fail_at(n->key_at, "parameters",
                       "'%.70s' cannot be a name: 1 to 63 of a-z A-Z 0-9 _ . - are allowed, but "
                       "not id and x",
                       n->key);
    }
    word |= n->kind == NODE_SCALAR && (n->quoted || !parse_number(n->text, &v));
    s = runfile_add(in->r, rule_of_parameter(n->key, word ? KIND_WORD : KIND_REAL));
    s->order = in->r->n;
    return value_read(s->rule, n, in->flags, s);
}

static int is_section(const char *name)
{
    for (int i = 0; section_name(i) != NULL; i++) {
        if (section_name(i)[0] != '\0' && strcmp(section_name(i), name) == 0) {
            return 1;
        }
    }
    return 0;
}

static int read_section(const reader *in, const node *n)
{
    int rc = EXIT_DONE;

    if (n->kind == NODE_SCALAR && n->text[0] == '\0') {
        return EXIT_DONE; /* "soap:" with nothing below it */
    }
    if (n->kind != NODE_MAPPING) {
        return fail_at(n->at, n->key, "expected keys and values, found %s", tree_kind_text(n));
    }
    for (int i = 0; i < n->n && rc == EXIT_DONE; i++) {
        rc = strcmp(n->key, "parameters") == 0 ? read_parameter(in, n->items[i])
                                               : read_key(in, n->key, n->items[i]);
    }
    return rc;
}

static int read_top(const reader *in, const node *root)
{
    int rc = EXIT_DONE;

    if (root->kind != NODE_MAPPING) {
        return fail_at(root->at, NULL, "expected sections (data:, soap:, ...), found %s",
                       tree_kind_text(root));
    }
    for (int i = 0; i < root->n && rc == EXIT_DONE; i++) {
        const node *n = root->items[i];

        rc = is_section(n->key) ? read_section(in, n) : read_key(in, "", n);
    }
    return rc;
}

/* ---------------------------------------------------------------- defaults */

static int has_any(const runfile *r, const key_rule *rule)
{
    for (int i = 0; i < r->n; i++) {
        if (r->items[i].rule == rule && r->items[i].config_type == NULL) {
            return 1;
        }
    }
    return 0;
}

static void add_preset(runfile *r, const key_rule *rule)
{
    static const place nowhere = {"default", 0, 0};
    setting *s = runfile_add(r, rule);
    double v;

    s->at = nowhere;
    if (rule->kind == KIND_BOOL) {
        setting_set_number(s, strcmp(rule->preset, "true") == 0);
    } else if (rule->kind != KIND_WORD && parse_number(rule->preset, &v)) {
        setting_set_number(s, v);
    } else {
        setting_set_text(s, rule->preset);
    }
}

/* Presets that hang on what else was given. */
static int preset_applies(const runfile *r, const key_rule *rule)
{
    if (rule->preset == NULL ||
        (rule_serves(rule) & (runfile_is_search(r) ? RULE_SEARCH : RULE_STUDY)) == 0) {
        return 0;
    }
    if (strcmp(rule->key, "target") == 0) { /* is for one objective */
        return !(runfile_n_objectives(r) > 1);
    }
    if (strcmp(rule->key, "test_fraction") == 0) {
        return !runfile_given(r, "data", "test_every") && !runfile_given(r, "data", "train");
    }
    return 1;
}

static void fill_swarm(runfile *r)
{
    setting *particles = runfile_find(r, "swarm", "particles", 0);
    double evaluations = runfile_number(r, "swarm", "evaluations");

    if (!runfile_given(r, "swarm", "variant") && runfile_n_objectives(r) > 1) {
        setting_set_text(runfile_find(r, "swarm", "variant", 0), "pareto");
    }
    if (!particles->given) { /* the library's 0 stands for these */
        setting_set_number(particles, runfile_is(r, "swarm", "variant", "paper") ? 16
                                      : runfile_is(r, "swarm", "variant", "paper_mo")
                                          ? 16 * runfile_n_objectives(r)
                                          : 12);
    }
    if (runfile_find(r, "swarm", "iterations", 0) == NULL) {
        setting *s = runfile_add(r, rule_find("swarm", "iterations"));

        s->at.source = "default";
        setting_set_number(s, evaluations > 0 ? 0 : 40);
    }
}

/* Every key has a value afterwards, in the order of the grammar. */
static void fill_defaults(runfile *r)
{
    int n;
    const key_rule *rules = rules_all(&n);

    for (int i = 0; i < n; i++) {
        if (preset_applies(r, &rules[i]) && !has_any(r, &rules[i])) {
            add_preset(r, &rules[i]);
        }
    }
    fill_swarm(r);
    runfile_sort(r);
}

/* ----------------------------------------------------------------- entries */

static int read_tree(runfile *r, node *root, int n_overrides, char *const *overrides, int flags)
{
    const reader in = {r, flags};
    int rc = EXIT_DONE;

    for (int i = 0; i < n_overrides && rc == EXIT_DONE; i++) {
        rc = tree_set(root, overrides[i]);
    }
    if (rc == EXIT_DONE) {
        rc = read_top(&in, root);
    }
    if (rc == EXIT_DONE) {
        fill_defaults(r);
        rc = runfile_check(r, flags);
    }
    return rc;
}

int runfile_parse(runfile **out, const char *source, const char *data, size_t size, int n_overrides,
                  char *const *overrides, int flags)
{
    runfile *r = new_memory(1, sizeof *r);
    node *root;
    int rc;

    *out = NULL;
    r->source = new_text(source);
    rc = tree_parse(&root, r->source, data, size, MAX_NODES);
    if (rc == EXIT_DONE) {
        rc = read_tree(r, root, n_overrides, overrides, flags);
        tree_free(root);
    }
    if (rc != EXIT_DONE) {
        runfile_free(r);
        return rc;
    }
    *out = r;
    return EXIT_DONE;
}

int runfile_read(runfile **out, const char *path, int n_overrides, char *const *overrides,
                 int flags)
{
    char *data;
    size_t size;
    int rc = file_read(path, 4 << 20, &data, &size, EXIT_USAGE);

    *out = NULL;
    if (rc == EXIT_DONE) {
        rc = runfile_parse(out, path, data, size, n_overrides, overrides, flags);
        free(data);
    }
    return rc;
}
