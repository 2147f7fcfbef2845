/* SPDX-License-Identifier: BSD-3-Clause */
/* hpswarm surface: response surfaces of trials over the ranges of a run file. */
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "data.h"
#include "fits.h"
#include "output.h"
#include "tune.h"

typedef struct surfaces {
    const args *a;
    runfile *r;
    hps_context *context;
    trials *trials;
    int32_t kind; /* -1: all */
    int n;
    surface_fits fits[3]; /* of each set that has trials */
} surfaces;

static int read_kind(surfaces *s)
{
    s->kind = -1;
    return s->a->kind == NULL || surface_kind(s->a->kind, &s->kind)
               ? EXIT_DONE
               : fail(EXIT_USAGE, "--kind: '%.40s' is none of linear, quadratic, rbf, gp",
                      s->a->kind);
}

/* Which of several values, from 0; the first of two stages has one. */
static int value_of(const surfaces *s, const trial_set *set)
{
    return set->n_values > 1 ? (int)s->a->value - 1 : 0;
}

static int check_value(const surfaces *s, const trial_set *set)
{
    int most = runfile_n_objectives(s->r);

    if (set->n_values > 1 && s->a->value == 0) {
        return fail(EXIT_USAGE, "a trial of stage %s has %d values; choose one with --value 1..%d",
                    set->name, most, most);
    }
    return s->a->value <= most
               ? EXIT_DONE
               : fail(EXIT_USAGE, "--value: %d is not from 1 to %d", (int)s->a->value, most);
}

static int fit_all(surfaces *s)
{
    int rc = EXIT_DONE;

    for (int i = 0; i < s->trials->n_sets && rc == EXIT_DONE; i++) {
        const trial_set *set = &s->trials->sets[i];

        rc = set->n > 0 ? check_value(s, set) : EXIT_DONE;
        if (set->n > 0 && rc == EXIT_DONE) {
            const fits_order o = {set, s->trials->path, value_of(s, set), s->a->log, s->kind};

            rc = fits_make(&s->fits[s->n++], s->context, &o);
        }
    }
    return rc;
}

/* ------------------------------------------------------------------- output */

static void write_json(const surfaces *s, FILE *out)
{
    json j;

    json_start(&j, out);
    json_open(&j, NULL, '{');
    json_open(&j, "stages", '[');
    for (int i = 0; i < s->n; i++) {
        const trial_set *set = s->fits[i].set;
        int value = value_of(s, set);
        int64_t best = trials_best(set, value);

        json_open(&j, NULL, '{');
        json_text(&j, "name", set->name);
        json_int(&j, "trials", set->n);
        json_int(&j, "without_value", set->n - trials_count(set, HPS_EVAL_OK));
        json_open(&j, "best_trial", '{');
        json_int(&j, "line", set->items[best].line);
        json_number(&j, "value", set->f[best * set->n_values + value]);
        outcome_parameters(&j, "parameters", set->space,
                           set->x + best * hps_space_size(set->space));
        json_close(&j, '}');
        fits_json(&j, &s->fits[i]);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    json_end(&j);
}

/* The minimum that is written; a surface that nothing speaks for has none. */
static int check_best(const surfaces *s)
{
    for (int i = 0; i < s->n; i++) {
        if (s->fits[i].best < 0) {
            return fail(EXIT_NUMERIC,
                        "%s: no surface of stage %s can be judged, so -o has no minimum to write; "
                        "choose one with --kind",
                        s->trials->path, s->fits[i].set->name);
        }
    }
    return EXIT_DONE;
}

static const double *minimum(const surface_fits *f)
{
    return f->kinds[f->best].x;
}

/* Points to evaluate, for swarm.start. */
static void write_points(const surfaces *s, FILE *out)
{
    for (int i = 0; i < s->n; i++) {
        json j;

        json_start(&j, out);
        json_open(&j, NULL, '{');
        outcome_parameters(&j, "parameters", s->fits[i].set->space, minimum(&s->fits[i]));
        json_close(&j, '}');
        json_end(&j);
    }
}

/* The file may be written into another folder. */
static void find_files(runfile *r)
{
    static const char *const files[][2] = {
        {"data", "file"},        {"data", "train"},  {"data", "test"},    {"gap", "sparse_file"},
        {"swarm", "warm_start"}, {"swarm", "start"}, {"swarm", "replay"}, {"objective", "trials"}};

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        setting *s = runfile_find(r, files[i][0], files[i][1], 0);

        if (s != NULL) {
            data_find_file(r, s);
        }
    }
}

static void write_settings(const surfaces *s, FILE *out)
{
    find_files(s->r);
    for (int i = 0; i < s->n; i++) {
        runfile_fix(s->r, s->fits[i].set->space, minimum(&s->fits[i]));
        fprintf(out, "# stage %s: minimum of the surface %s, predicted value %.6g\n",
                s->fits[i].set->name, surface_word(s->fits[i].kinds[s->fits[i].best].kind),
                s->fits[i].kinds[s->fits[i].best].value);
    }
    runfile_write(s->r, out, WRITE_RUN);
}

static int write_best(const surfaces *s)
{
    output o;
    int rc = check_best(s);

    rc = rc == EXIT_DONE ? output_open(&o, s->a->output) : rc;
    if (rc != EXIT_DONE) {
        return rc;
    }
    if (name_ends_in(s->a->output, ".jsonl")) {
        write_points(s, o.stream);
    } else {
        write_settings(s, o.stream);
    }
    return output_close(&o, 1);
}

static void print(const surfaces *s)
{
    if (s->a->json) {
        write_json(s, stdout);
        return;
    }
    for (int i = 0; i < s->n; i++) {
        fits_print(stdout, &s->fits[i], value_of(s, s->fits[i].set));
    }
}

int command_surface(const args *a)
{
    surfaces s = {.a = a};
    int rc = read_kind(&s);

    rc = rc == EXIT_DONE
             ? runfile_read(&s.r, a->words[0], a->n_overrides, a->overrides, RUNFILE_RANGES)
             : rc;
    rc = rc == EXIT_DONE ? args_context(a, &s.context) : rc;
    rc = rc == EXIT_DONE ? trials_read(&s.trials, s.r, s.context, a->words[1]) : rc;
    rc = rc == EXIT_DONE ? fit_all(&s) : rc;
    rc = rc == EXIT_DONE && a->output != NULL ? write_best(&s) : rc;
    if (rc == EXIT_DONE) {
        print(&s);
    }
    for (int i = 0; i < s.n; i++) {
        fits_free(&s.fits[i]);
    }
    trials_free(s.trials);
    hps_context_destroy(s.context);
    runfile_free(s.r);
    return rc;
}
