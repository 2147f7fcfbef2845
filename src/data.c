/* SPDX-License-Identifier: BSD-3-Clause */
/* Data sets of the commands: files, keys, elements, splits. */
#include "data.h"

#include <stdlib.h>
#include <string.h>

#include "output.h"

int hp_read(const args *a, int optional, runfile **out)
{
    if (a->parameters != NULL) {
        return runfile_read(out, a->parameters, a->n_overrides, a->overrides, 0);
    }
    *out = NULL;
    if (!optional) {
        return fail(EXIT_USAGE, "%s needs hyper-parameters: -p HP.yaml", a->command);
    }
    return runfile_parse(out, "command line", "{}", 2, a->n_overrides, a->overrides, 0);
}

static int read_keys(hps_context *c, const char *path, const char *const keys[3], hps_dataset **out)
{
    hps_dataset *d;
    hps_status st = hps_dataset_create(&d, c);

    *out = NULL;
    if (st == HPS_OK) {
        st = hps_dataset_read_extxyz(d, path, keys[0], keys[1], keys[2]);
    }
    if (st != HPS_OK) {
        int rc = fail_library(st, EXIT_DATA);

        hps_dataset_destroy(d);
        return rc;
    }
    *out = d;
    return EXIT_DONE;
}

int data_read(const runfile *r, hps_context *c, const char *path, hps_dataset **out)
{
    const char *const keys[] = {runfile_text(r, "data", "energy"),
                                runfile_text(r, "data", "forces"),
                                runfile_text(r, "data", "virial")};

    return read_keys(c, path, keys, out);
}

int data_read_structures(hps_context *c, const char *path, hps_dataset **out)
{
    static const char *const none[] = {"none", "none", "none"};

    return read_keys(c, path, none, out);
}

int data_species(runfile *r, const hps_dataset *d)
{
    hps_status st;

    if (r->n_species > 0) {
        return EXIT_DONE;
    }
    st = hps_dataset_species(d, 118, &r->n_species, r->species);
    return st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_DATA);
}

int data_frame(const hps_dataset *d, int64_t i, hps_frame *f)
{
    hps_status st;

    f->struct_size = sizeof *f;
    st = hps_dataset_frame(d, i, f);
    return st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_INTERNAL);
}

int data_has(const hps_dataset *d, const char *quantity)
{
    hps_frame f = {.struct_size = sizeof f};

    for (int64_t i = 0; d != NULL && i < hps_dataset_n_frames(d); i++) {
        if (hps_dataset_frame(d, i, &f) == HPS_OK &&
            ((quantity[0] == 'e' && f.has_energy) || (quantity[0] == 'f' && f.forces != NULL) ||
             (quantity[0] == 'v' && f.virial != NULL))) {
            return 1;
        }
    }
    return 0;
}

const char **data_config_types(const hps_dataset *d, int *n)
{
    const char **types = NULL;
    hps_frame f = {.struct_size = sizeof f};

    *n = 0;
    for (int64_t i = 0; i < hps_dataset_n_frames(d); i++) {
        int k = 0;

        if (hps_dataset_frame(d, i, &f) != HPS_OK) {
            continue;
        }
        while (k < *n && strcmp(types[k], f.config_type) != 0) {
            k++;
        }
        if (k == *n) {
            types = grow_memory(types, (size_t)k + 1, sizeof *types);
            types[(*n)++] = f.config_type;
        }
    }
    return types;
}

int data_check_config_types(const runfile *r, const hps_dataset *d)
{
    int n, rc = EXIT_DONE;
    const char **types = data_config_types(d, &n);

    for (int i = 0; i < r->n && rc == EXIT_DONE; i++) {
        const setting *s = &r->items[i];
        const char *near;
        char name[80];
        int k = 0;

        while (s->config_type != NULL && k < n && strcmp(types[k], s->config_type) != 0) {
            k++;
        }
        if (s->config_type == NULL || k < n) {
            continue;
        }
        near = nearest_word(s->config_type, n, types);
        rc = fail_at(s->at, setting_name(s, name), "no training frame has this config_type%s%.60s",
                     near != NULL ? "; the nearest one is " : "", near != NULL ? near : "");
    }
    free(types);
    return rc;
}

/* ------------------------------------------------------------ of a run file */

void data_find_file(const runfile *r, setting *s)
{
    const char *slash = strrchr(r->source, '/');
    char *absolute = realpath(s->text, NULL);

    if (absolute == NULL && slash != NULL && s->text[0] != '/') {
        char *beside = new_textf("%.*s/%s", (int)(slash - r->source), r->source, s->text);

        absolute = realpath(beside, NULL);
        free(beside);
    }
    if (absolute != NULL) {
        setting_set_text(s, absolute);
        free(absolute);
    }
}

static int read_setting(runfile *r, hps_context *c, const char *key, hps_dataset **out)
{
    setting *s = runfile_find(r, "data", key, 0);

    *out = NULL;
    if (s == NULL) {
        return EXIT_DONE;
    }
    data_find_file(r, s);
    return data_read(r, c, s->text, out);
}

static int split(const runfile *r, const hps_dataset *all, run_data *out)
{
    const setting *every = runfile_find(r, "data", "test_every", 0);
    const setting *fraction = runfile_find(r, "data", "test_fraction", 0);
    const setting *used = every != NULL ? every : fraction;
    char name[80];
    hps_status st;

    if (every != NULL) {
        st = hps_dataset_split_every(all, (int64_t)every->value, &out->train, &out->test);
    } else {
        st = hps_dataset_split(all, fraction->value,
                               (int64_t)runfile_number(r, "data", "split_seed"), &out->train,
                               &out->test);
    }
    if (st == HPS_E_ARGUMENT) {
        return fail_at(used->at, setting_name(used, name), "%s", hps_last_error());
    }
    if (st == HPS_OK && hps_dataset_n_frames(out->test) == 0) {
        hps_dataset_destroy(out->test);
        out->test = NULL;
    }
    return st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_DATA);
}

/* Write down under which key a quantity was found, so that a resumed run reads the same. */
static void note_key(runfile *r, const hps_dataset *d, const char *quantity, const char *key)
{
    setting *s = runfile_find(r, "data", key, 0);
    const char *found = hps_dataset_key(d, quantity);

    if (s == NULL) {
        static const place nowhere = {"data", 0, 0};

        s = runfile_add(r, rule_find("data", key));
        s->at = nowhere;
        setting_set_text(s, found[0] != '\0' ? found : "none");
    }
}

/* Elements of both sets, by atomic number. */
static int note_species(runfile *r, const run_data *d)
{
    const hps_dataset *sets[] = {d->train, d->test};
    char present[119] = {0};
    int32_t numbers[118], n;

    for (int i = 0; i < 2 && sets[i] != NULL; i++) {
        if (hps_dataset_species(sets[i], 118, &n, numbers) != HPS_OK) {
            return fail_library(HPS_E_INTERNAL, EXIT_INTERNAL);
        }
        for (int k = 0; k < n; k++) {
            present[numbers[k]] = 1;
        }
    }
    for (int z = 1; z <= 118 && r->n_species < 118; z++) {
        if (present[z]) {
            r->species[r->n_species++] = z;
        }
    }
    return EXIT_DONE;
}

int data_load(runfile *r, hps_context *c, run_data *out)
{
    hps_dataset *all = NULL;
    int rc;

    memset(out, 0, sizeof *out);
    rc = read_setting(r, c, "file", &all);
    if (rc == EXIT_DONE && all != NULL) {
        note_key(r, all, "energy", "energy");
        note_key(r, all, "forces", "forces");
        note_key(r, all, "virial", "virial");
        runfile_sort(r);
        rc = split(r, all, out);
    } else if (rc == EXIT_DONE) {
        rc = read_setting(r, c, "train", &out->train);
        rc = rc == EXIT_DONE ? read_setting(r, c, "test", &out->test) : rc;
    }
    hps_dataset_destroy(all);
    if (rc == EXIT_DONE && r->n_species == 0) {
        rc = note_species(r, out);
    }
    if (rc != EXIT_DONE) {
        data_free(out);
    }
    return rc;
}

void data_free(run_data *d)
{
    hps_dataset_destroy(d->train);
    hps_dataset_destroy(d->test);
    memset(d, 0, sizeof *d);
}
