/* SPDX-License-Identifier: BSD-3-Clause */
/* hpswarm export: a model in the files of another code. */
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "json.h"
#include "output.h"

#define FORMATS "quip|turbogap|gap_fit"

static int check_usage(const args *a)
{
    static const char *const names[] = {"quip", "turbogap", "gap_fit"};
    const char *near;
    int index;

    if (a->to == NULL) {
        return fail(EXIT_USAGE, "export needs a format: --to quip, turbogap or gap_fit");
    }
    if (!word_in(FORMATS, a->to, &index)) {
        near = nearest_word(a->to, 3, names);
        return fail(EXIT_USAGE, "--to: '%.80s' is not quip, turbogap or gap_fit%s%s", a->to,
                    near != NULL ? "; the nearest one is " : "", near != NULL ? near : "");
    }
    if (a->output == NULL) {
        return fail(EXIT_USAGE, "export needs a name for the file: -o PATH");
    }
    return EXIT_DONE;
}

/* The names of the files, one a line. */
static int list_files(const args *a, const hps_gpr *g, char **names)
{
    int64_t n = 0;
    hps_status st = hps_gpr_export_files(g, a->to, a->output, 0, &n, NULL);

    if (st == HPS_OK) {
        *names = new_memory((size_t)n, 1);
        st = hps_gpr_export_files(g, a->to, a->output, n, &n, *names);
    }
    return st == HPS_OK ? EXIT_DONE
                        : fail_library(st, st == HPS_E_ARGUMENT ? EXIT_USAGE : EXIT_DATA);
}

/* A name that cannot be written is found before anything is. */
static int check_output(const char *name)
{
    output o;
    int rc = output_open(&o, name);

    if (rc == EXIT_DONE) {
        output_close(&o, 0);
    }
    return rc;
}

/* Each line of names through use and into j; either may be NULL. */
static int each_file(char *names, int (*use)(const char *name), json *j)
{
    int rc = EXIT_DONE;

    for (char *end; rc == EXIT_DONE && (end = strchr(names, '\n')) != NULL; names = end + 1) {
        *end = '\0';
        rc = use != NULL ? use(names) : EXIT_DONE;
        if (j != NULL) {
            json_text(j, NULL, names);
        }
        *end = '\n';
    }
    return rc;
}

static void print_result(const args *a, char *names)
{
    json j;

    if (!a->json) {
        fputs(names, stdout);
        return;
    }
    json_start(&j, stdout);
    json_open(&j, NULL, '{');
    json_text(&j, "format", a->to);
    json_open(&j, "files", '[');
    each_file(names, NULL, &j);
    json_close(&j, ']');
    json_close(&j, '}');
    json_end(&j);
}

static int run(const args *a, const hps_gpr *g)
{
    char *names = NULL;
    int rc = list_files(a, g, &names);

    if (names == NULL) {
        return rc;
    }
    if (rc == EXIT_DONE && !a->dry_run) {
        rc = each_file(names, check_output, NULL);
    }
    if (rc == EXIT_DONE && !a->dry_run) {
        hps_status st = hps_gpr_export(g, a->to, a->output);

        rc = st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_INTERNAL);
    }
    if (rc == EXIT_DONE) {
        print_result(a, names);
    }
    free(names);
    return rc;
}

int command_export(const args *a)
{
    hps_context *c = NULL;
    hps_gpr *g = NULL;
    int rc = check_usage(a);

    if (rc == EXIT_DONE) {
        rc = args_context(a, &c);
    }
    if (rc == EXIT_DONE && hps_gpr_load(&g, c, a->words[0]) != HPS_OK) {
        rc = fail_library(HPS_E_FORMAT, EXIT_DATA);
    }
    if (rc == EXIT_DONE) {
        rc = run(a, g);
    }
    hps_gpr_destroy(g);
    hps_context_destroy(c);
    return rc;
}
