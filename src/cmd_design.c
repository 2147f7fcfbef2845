/* SPDX-License-Identifier: BSD-3-Clause */
/* hpswarm design: points of a design over the ranges of a run file, to be evaluated by a run
 * (swarm.start) or by anything else. */
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "trials.h"
#include "tune.h"

static const char kinds[] = "latin|sobol|orthogonal";

typedef struct design {
    const args *a;
    const hps_space *space;
    int32_t kind;
    int64_t seed, n;
    double *x; /* [n][parameters] */
} design;

static int read_kind(const args *a, int32_t *kind)
{
    int index = HPS_DESIGN_LATIN;

    if (a->kind != NULL && !word_in(kinds, a->kind, &index)) {
        return fail(EXIT_USAGE, "--kind: '%.40s' is none of latin, sobol, orthogonal", a->kind);
    }
    *kind = index;
    return EXIT_DONE;
}

/* An array of strength 2 has a square of a prime of points. */
static void tell_size(const design *d)
{
    if (d->n != d->a->points && !d->a->quiet) {
        fprintf(stderr,
                "hpswarm: an orthogonal array for these %d parameters has %lld points, not %lld\n",
                hps_space_size(d->space), (long long)d->n, (long long)d->a->points);
    }
}

static int compare_rows(const void *a, const void *b, void *width)
{
    return memcmp(*(const double *const *)a, *(const double *const *)b,
                  *(const size_t *)width * sizeof(double));
}

/* Whole numbers and choices may have fewer levels than there are points. */
static void tell_repeats(const design *d)
{
    size_t width = (size_t)hps_space_size(d->space);
    const double **rows = new_memory((size_t)d->n, sizeof *rows);
    int64_t repeats = 0;

    for (int64_t i = 0; i < d->n; i++) {
        rows[i] = d->x + i * (int64_t)width;
    }
    qsort_r(rows, (size_t)d->n, sizeof *rows, compare_rows, &width);
    for (int64_t i = 1; i < d->n; i++) {
        repeats += compare_rows(&rows[i], &rows[i - 1], &width) == 0;
    }
    free(rows);
    if (repeats > 0 && !d->a->quiet) {
        fprintf(stderr,
                "hpswarm: %lld of the %lld points stand there before: the ranges have few levels\n",
                (long long)repeats, (long long)d->n);
    }
}

static int make_points(design *d, const hps_context *c)
{
    int64_t width = hps_space_size(d->space);
    hps_status st = hps_design_size(d->space, d->kind, d->a->points, &d->n);
    int rc = st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_USAGE);

    rc = rc == EXIT_DONE
             ? memory_check(d->a, "the design", memory_process(c, 8 * d->n * (width + 2)))
             : rc;
    if (rc != EXIT_DONE) {
        return rc;
    }
    d->x = new_memory((size_t)(d->n * width), sizeof *d->x);
    st = hps_design_points(d->space, d->kind, d->seed, d->n, d->x);
    return st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_USAGE);
}

/* ------------------------------------------------------------------ output */

static const double *point(const design *d, int64_t i)
{
    return d->x + i * hps_space_size(d->space);
}

/* With a number, as the lines of a history: what comes back can be told apart. */
static void write_lines(const design *d, FILE *f)
{
    for (int64_t i = 0; i < d->n; i++) {
        json j;

        json_start(&j, f);
        json_open(&j, NULL, '{');
        json_int(&j, "id", i);
        outcome_parameters(&j, "parameters", d->space, point(d, i));
        json_close(&j, '}');
        json_end(&j);
    }
}

static void write_object(const design *d, FILE *f)
{
    char word[64];
    json j;

    json_start(&j, f);
    json_open(&j, NULL, '{');
    json_text(&j, "kind", word_at(kinds, d->kind, word));
    json_int(&j, "seed", d->seed);
    json_int(&j, "n_asked", d->a->points);
    json_int(&j, "n_points", d->n);
    json_open(&j, "points", '[');
    for (int64_t i = 0; i < d->n; i++) {
        outcome_parameters(&j, NULL, d->space, point(d, i));
    }
    json_close(&j, ']');
    json_close(&j, '}');
    json_end(&j);
}

static int write_points(const design *d)
{
    output o;
    int rc = output_open(&o, d->a->output);

    if (rc != EXIT_DONE) {
        return rc;
    }
    if (d->a->json) {
        write_object(d, o.stream);
    } else if (d->a->output != NULL && name_ends_in(d->a->output, ".csv")) {
        table_write(o.stream, d->space, d->n, d->x);
    } else {
        write_lines(d, o.stream);
    }
    return output_close(&o, 1);
}

int command_design(const args *a)
{
    design d = {.a = a, .seed = a->has_seed ? a->seed : 1};
    runfile *r = NULL;
    hps_context *c = NULL;
    hps_space *space = NULL;
    int rc = a->points > 0
                 ? read_kind(a, &d.kind)
                 : fail(EXIT_USAGE, "design needs --points N, how many points to evaluate");

    rc = rc == EXIT_DONE
             ? runfile_read(&r, a->words[0], a->n_overrides, a->overrides, RUNFILE_RANGES)
             : rc;
    rc = rc == EXIT_DONE ? args_context(a, &c) : rc;
    rc = rc == EXIT_DONE ? runfile_space(r, c, EVERY_SECTION, &space) : rc;
    d.space = space;
    rc = rc == EXIT_DONE ? make_points(&d, c) : rc;
    rc = rc == EXIT_DONE ? write_points(&d) : rc;
    if (rc == EXIT_DONE) {
        tell_size(&d);
        tell_repeats(&d);
    }
    free(d.x);
    hps_space_destroy(space);
    hps_context_destroy(c);
    runfile_free(r);
    return rc;
}
