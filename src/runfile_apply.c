/* SPDX-License-Identifier: BSD-3-Clause */
/* From settings to the library's handles: descriptor, fit and search space. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runfile.h"

enum { MAX_SPARSE_NODES = 4000000 };

/* "soap.atom_sigma_r:C": the library's name of a setting in its section, as a study has it. */
static const char *study_name(const setting *s, char buffer[80])
{
    if (strcmp(s->rule->section, "parameters") == 0) {
        snprintf(buffer, 80, "%s", s->rule->key);
        return buffer;
    }
    snprintf(buffer, 80, "%s.%s%s%s", s->rule->section, s->rule->option, s->element > 0 ? ":" : "",
             s->element > 0 ? hps_element_symbol(s->element) : "");
    return buffer;
}

/* "atom_sigma_r:C" for the setters. */
static const char *option_name(const setting *s, char buffer[80])
{
    return study_name(s, buffer) + strlen(s->rule->section) + 1;
}

static int refused(const setting *s, hps_status st)
{
    char name[80];

    if (st == HPS_OK || st == HPS_E_MEMORY) {
        return st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_USAGE);
    }
    return fail_at(s->at, setting_name(s, name), "%s", hps_last_error());
}

static int set_soap(hps_soap *soap, const setting *s)
{
    char buffer[80];
    const char *name = option_name(s, buffer);

    if (s->form == FORM_TEXT) {
        return refused(s, hps_soap_set_text(soap, name, s->text));
    }
    if (s->rule->kind == KIND_REAL) {
        return refused(s, hps_soap_set_real(soap, name, s->value));
    }
    return refused(s, hps_soap_set_int(soap, name, (int64_t)s->value));
}

static int set_gpr(hps_gpr *gpr, const setting *s)
{
    char buffer[80];
    const char *name = option_name(s, buffer);

    if (s->form == FORM_TEXT) {
        return refused(s, hps_gpr_set_text(gpr, name, s->text));
    }
    if (s->rule->kind == KIND_REAL || s->rule->kind == KIND_E0) {
        return refused(s, hps_gpr_set_real(gpr, name, s->value));
    }
    return refused(s, hps_gpr_set_int(gpr, name, (int64_t)s->value));
}

/* An element with a value of its own has to be one of the descriptor's; one that a mapping
 * leaves out would silently get the default. */
static int check_mapping(const runfile *r, const setting *s)
{
    char name[80];

    for (int i = 0; i < r->n_species; i++) {
        int32_t z = r->species[i];

        if (runfile_find(r, s->rule->section, s->rule->key, z) == NULL &&
            runfile_find(r, s->rule->section, s->rule->key, 0) == NULL) {
            return fail_at(s->at, setting_name(s, name), "no value for %s, which the data have",
                           hps_element_symbol(z));
        }
    }
    for (int i = 0; i < r->n_species; i++) {
        if (r->species[i] == s->element) {
            return EXIT_DONE;
        }
    }
    return fail_at(s->at, setting_name(s, name), "%s is not among the elements of the data",
                   hps_element_symbol(s->element));
}

int runfile_soap(const runfile *r, hps_context *c, hps_soap **out)
{
    hps_soap *soap;
    hps_status st = hps_soap_create(&soap, c, r->n_species, r->species);
    int rc = st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_USAGE);

    *out = NULL;
    for (int i = 0; i < r->n && rc == EXIT_DONE; i++) {
        const setting *s = &r->items[i];

        if (strcmp(s->rule->section, "soap") != 0) {
            continue;
        }
        rc = s->element > 0 ? check_mapping(r, s) : EXIT_DONE;
        if (rc == EXIT_DONE && !setting_searched(s)) {
            rc = set_soap(soap, s);
        }
    }
    if (rc == EXIT_DONE && runfile_n_searched(r, "soap") == 0 && hps_soap_check(soap) != HPS_OK) {
        rc = fail(EXIT_USAGE, "%s: %s", r->source, hps_last_error());
    }
    if (rc != EXIT_DONE) {
        hps_soap_destroy(soap);
        return rc;
    }
    *out = soap;
    return EXIT_DONE;
}

static int set_sparse_element(hps_gpr *gpr, const node *n)
{
    int32_t z = hps_element_number(n->key);
    int64_t *indices;
    int rc = EXIT_DONE;

    if (z == 0 || n->kind != NODE_SEQUENCE) {
        return fail_at(n->at, n->key, "expected {\"C\": [1, 17, ...]}");
    }
    indices = new_memory((size_t)n->n, sizeof *indices);
    for (int i = 0; i < n->n && rc == EXIT_DONE; i++) {
        const node *item = n->items[i];

        if (item->kind != NODE_SCALAR || !parse_whole(item->text, &indices[i])) {
            rc = fail_at(item->at, n->key, "expected whole numbers, positions from 1");
        }
    }
    if (rc == EXIT_DONE) {
        hps_status st = hps_gpr_set_sparse(gpr, z, n->n, indices);

        rc = st == HPS_OK ? EXIT_DONE : fail_at(n->at, n->key, "%s", hps_last_error());
    }
    free(indices);
    return rc;
}

/* {"C": [1, 17, ...]} */
static int set_sparse_file(hps_gpr *gpr, const char *path)
{
    node *root;
    int rc = tree_read(&root, path, MAX_SPARSE_NODES, EXIT_USAGE);

    if (rc == EXIT_DONE && (root->kind != NODE_MAPPING || root->n == 0)) {
        rc = fail_at(root->at, NULL, "expected {\"C\": [1, 17, ...]}");
    }
    for (int i = 0; rc == EXIT_DONE && i < root->n; i++) {
        rc = set_sparse_element(gpr, root->items[i]);
    }
    tree_free(root);
    return rc;
}

static int set_e0(const runfile *r, hps_gpr *gpr)
{
    const setting *method = runfile_find(r, "data", "e0", 0);
    int rc = EXIT_DONE;

    if (method != NULL) {
        return refused(method, hps_gpr_set_text(gpr, "e0_method", method->text));
    }
    for (int i = 0; i < r->n && rc == EXIT_DONE; i++) {
        const setting *s = &r->items[i];
        int known = 0;

        for (int k = 0; k < r->n_species; k++) {
            known |= r->species[k] == s->element;
        }
        if (s->rule->kind == KIND_E0 && known) {
            rc = refused(s, hps_gpr_set_text(gpr, "e0_method", "given"));
            rc = rc == EXIT_DONE ? set_gpr(gpr, s) : rc;
        }
    }
    return rc;
}

/* The value of a key for the config_type of s; NaN if it has none. */
static double value_beside(const runfile *r, const setting *s, const char *key)
{
    setting like = *s;
    const setting *found;

    like.rule = rule_find("gap", key);
    found = runfile_twin(r, &like);
    return found != NULL ? found->value : (double)NAN;
}

static int set_sigma(const runfile *r, hps_gpr *gpr, const setting *s)
{
    return refused(s, hps_gpr_set_sigma(gpr, s->config_type, value_beside(r, s, "sigma_energy"),
                                        value_beside(r, s, "sigma_force"),
                                        value_beside(r, s, "sigma_virial")));
}

static int set_all_gpr(const runfile *r, hps_gpr *gpr)
{
    const char *points = runfile_text(r, "gap", "sparse_file");
    int rc = set_e0(r, gpr), index;

    for (int i = 0; i < r->n && rc == EXIT_DONE; i++) {
        const setting *s = &r->items[i];

        if (word_in("kernel|gap", s->rule->section, &index) && s->rule->option != NULL &&
            !setting_searched(s)) {
            rc = s->config_type != NULL ? set_sigma(r, gpr, s) : set_gpr(gpr, s);
        }
    }
    if (rc == EXIT_DONE && points != NULL) {
        rc = set_sparse_file(gpr, points);
    }
    return rc;
}

int runfile_gpr(const runfile *r, hps_context *c, hps_gpr **out)
{
    hps_soap *soap;
    hps_gpr *gpr = NULL;
    int rc = runfile_soap(r, c, &soap);

    *out = NULL;
    if (rc != EXIT_DONE) {
        return rc;
    }
    if (hps_gpr_create(&gpr, c, soap) != HPS_OK) {
        rc = fail_library(HPS_E_INTERNAL, EXIT_INTERNAL);
    }
    hps_soap_destroy(soap);
    if (rc == EXIT_DONE) {
        rc = set_all_gpr(r, gpr);
    }
    if (rc != EXIT_DONE) {
        hps_gpr_destroy(gpr);
        return rc;
    }
    *out = gpr;
    return EXIT_DONE;
}

/* ------------------------------------------------------------ search space */

int runfile_n_searched(const runfile *r, const char *sections)
{
    int n = 0, index;

    for (int i = 0; i < r->n; i++) {
        n += setting_searched(&r->items[i]) && word_in(sections, r->items[i].rule->section, &index);
    }
    return n;
}

static hps_status add_to_space(hps_space *space, const setting *s)
{
    char name[80];
    int32_t scale = s->log_scale ? HPS_SCALE_LOG : HPS_SCALE_LINEAR;

    study_name(s, name);
    if (s->form == FORM_CHOICE) {
        return hps_space_add_choice(space, name, s->n_labels, (const char *const *)s->labels);
    }
    if (s->whole) {
        return hps_space_add_int(space, name, (int64_t)s->lo, (int64_t)s->hi, scale);
    }
    return hps_space_add_real(space, name, s->lo, s->hi, scale);
}

int runfile_space(const runfile *r, hps_context *c, const char *sections, hps_space **out)
{
    hps_space *space;
    hps_status st = hps_space_create(&space, c);
    int rc = st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_USAGE), index;

    *out = NULL;
    for (int i = 0; i < r->n && rc == EXIT_DONE; i++) {
        const setting *s = &r->items[i];

        if (setting_searched(s) && word_in(sections, s->rule->section, &index)) {
            rc = refused(s, add_to_space(space, s));
        }
    }
    if (rc != EXIT_DONE) {
        hps_space_destroy(space);
        return rc;
    }
    *out = space;
    return EXIT_DONE;
}

void runfile_fix(runfile *r, const hps_space *space, const double *x)
{
    for (int i = 0; i < r->n; i++) {
        setting *s = &r->items[i];
        char name[80];
        int32_t k = s->rule->option != NULL ? hps_space_index(space, study_name(s, name)) : -1;

        if (k < 0 || !setting_searched(s)) {
            continue;
        }
        if (s->form == FORM_CHOICE) {
            setting_set_text(s, hps_space_label(space, k, (int32_t)x[k]));
        } else {
            setting_set_number(s, x[k]);
        }
    }
}
