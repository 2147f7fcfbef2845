/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading the command line: one table of flags, one of commands. */
#include "args.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COMMON "|--help|--version|--citation|--threads|--max-memory|--quiet|--verbose"

static const command commands[] = {
    {"demo", "", "the main job on built-in carbon dimers, beside the paper's Table 3", 0, 0,
     "--output|--seed|--json|--dry-run|--time-limit|--set", command_demo},
    {"tune", "RUN.yaml", "search hyper-parameters as a run file says", 0, 1,
     "--output|--resume|--seed|--json|--dry-run|--time-limit|--set", command_tune},
    {"soap", "DATA.xyz", "write descriptors, one row per atom", 1, 1,
     "--parameters|--output|--frames|--gradients|--json|--dry-run|--set", command_soap},
    {"kernel", "DATA.xyz", "distribution of the kernel over the environments of a file", 1, 1,
     "--parameters|--output|--references|--zeta|--seed|--json|--dry-run|--set", command_kernel},
    {"fit", "DATA.xyz", "train one model", 1, 1,
     "--parameters|--model|--seed|--json|--dry-run|--set", command_fit},
    {"predict", "MODEL DATA.xyz", "energies, forces and virials of a model", 2, 2,
     "--output|--json|--dry-run|--set", command_predict},
    {"check", "DATA.xyz", "the data doctor: what a file holds and what looks wrong", 1, 1,
     "--json|--set", command_check},
    {"design", "RUN.yaml", "points to evaluate over the ranges of a run file, for swarm.start", 1,
     1, "--output|--points|--kind|--seed|--json|--set", command_design},
    {"surface", "RUN.yaml TRIALS", "response surfaces of evaluated points, and their minimum", 2, 2,
     "--output|--kind|--log|--value|--json|--set", command_surface},
    {"export", "MODEL", "write a model for QUIP or TurboGAP, or its gap_fit command", 1, 1,
     "--to|--output|--json|--dry-run", command_export},
    {"report", "DIR", "write DIR/report.html again", 1, 1, "", command_report},
};

const command *command_at(int i)
{
    return i < (int)(sizeof commands / sizeof commands[0]) ? &commands[i] : NULL;
}

const command *command_find(const char *name)
{
    for (int i = 0; command_at(i) != NULL; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

/* ----------------------------------------------------------- values of flags */

static int wrong_value(const char *flag, const char *value, const char *allowed)
{
    return fail(EXIT_USAGE, "%s: '%.80s' is not %s", flag, value, allowed);
}

static int read_whole(const char *flag, const char *value, int64_t lo, int64_t hi, int64_t *v)
{
    if (!parse_whole(value, v) || *v < lo || *v > hi) {
        return fail(EXIT_USAGE, "%s: '%.80s' is not a whole number from %lld to %lld", flag, value,
                    (long long)lo, (long long)hi);
    }
    return EXIT_DONE;
}

/* A number with a one-letter unit; units are letters with their factors. */
static int read_scaled(const char *value, const char *letters, const double *factors, double *v)
{
    size_t n = strlen(value);
    const char *unit = n > 0 ? strchr(letters, value[n - 1]) : NULL;
    char *number = new_textf("%.*s", (int)(unit != NULL ? n - 1 : n), value);
    int good = parse_number(number, v) && *v > 0;

    free(number);
    if (good && unit != NULL) {
        *v *= factors[unit - letters];
    }
    return good;
}

int parse_time(const char *value, double *seconds)
{
    static const double factors[] = {1, 60, 3600, 86400};

    return read_scaled(value, "smhd", factors, seconds);
}

int parse_size(const char *value, int64_t *bytes)
{
    static const double factors[] = {1024.0, 1048576.0, 1073741824.0, 1099511627776.0};
    double v;

    if (!read_scaled(value, "KMGT", factors, &v) || v < 1 || v > 9e18) {
        return 0;
    }
    *bytes = (int64_t)v;
    return 1;
}

static int read_time(const char *flag, const char *value, args *a)
{
    if (!parse_time(value, &a->time_limit)) {
        return wrong_value(flag, value, "a time such as 90s, 30m, 2h or 1d");
    }
    return EXIT_DONE;
}

static int read_memory(const char *flag, const char *value, args *a)
{
    return parse_size(value, &a->memory_limit)
               ? EXIT_DONE
               : wrong_value(flag, value, "a size such as 500M or 4G");
}

static int read_bound(const char *text, size_t n, int64_t otherwise, int64_t *v)
{
    char *copy = new_textf("%.*s", (int)n, text);
    int good = n == 0 || (parse_whole(copy, v) && *v >= 0);

    if (n == 0) {
        *v = otherwise;
    }
    free(copy);
    return good;
}

/* A:B, A:, :B (frames A..B-1, from 0) or a single frame A. */
static int read_frames(const char *flag, const char *value, args *a)
{
    const char *colon = strchr(value, ':');
    int good;

    if (colon == NULL) {
        good = parse_whole(value, &a->frame_from) && a->frame_from >= 0;
        a->frame_to = a->frame_from + 1;
    } else {
        good = read_bound(value, (size_t)(colon - value), 0, &a->frame_from) &&
               read_bound(colon + 1, strlen(colon + 1), -1, &a->frame_to) &&
               (a->frame_to < 0 || a->frame_from < a->frame_to);
    }
    return good ? EXIT_DONE : wrong_value(flag, value, "A:B, frames A to B-1 counted from 0");
}

/* Exponents between commas. */
static int read_zetas(const char *flag, const char *value, args *a)
{
    const char *text = value;
    int good = 1;

    for (a->n_zetas = 0; good && text != NULL && a->n_zetas < MOST_ZETAS;) {
        char *number = new_textf("%.*s", (int)strcspn(text, ","), text);
        double v = 0;

        good = parse_number(number, &v) && v > 0 && v <= 1000;
        a->zeta[a->n_zetas++] = v;
        free(number);
        text = strchr(text, ',');
        text = text != NULL ? text + 1 : NULL;
    }
    return good && text == NULL
               ? EXIT_DONE
               : wrong_value(flag, value, "exponents above 0 and up to 1000, such as 1,2.5,4");
}

/* ------------------------------------------------------------------- flags */

enum {
    FLAG_HELP,
    FLAG_VERSION,
    FLAG_CITATION,
    FLAG_THREADS,
    FLAG_SEED,
    FLAG_MEMORY,
    FLAG_TIME,
    FLAG_SET,
    FLAG_DRY_RUN,
    FLAG_JSON,
    FLAG_QUIET,
    FLAG_VERBOSE,
    FLAG_OUTPUT,
    FLAG_PARAMETERS,
    FLAG_MODEL,
    FLAG_FRAMES,
    FLAG_GRADIENTS,
    FLAG_REFERENCES,
    FLAG_ZETA,
    FLAG_RESUME,
    FLAG_TO,
    FLAG_POINTS,
    FLAG_KIND,
    FLAG_VALUE,
    FLAG_LOG,
    N_FLAGS
};

static const struct {
    const char *name, *letter;
    int has_value;
} flags[N_FLAGS] = {
    [FLAG_HELP] = {"--help", "-h", 0},
    [FLAG_VERSION] = {"--version", NULL, 0},
    [FLAG_CITATION] = {"--citation", NULL, 0},
    [FLAG_THREADS] = {"--threads", NULL, 1},
    [FLAG_SEED] = {"--seed", NULL, 1},
    [FLAG_MEMORY] = {"--max-memory", NULL, 1},
    [FLAG_TIME] = {"--time-limit", NULL, 1},
    [FLAG_SET] = {"--set", NULL, 1},
    [FLAG_DRY_RUN] = {"--dry-run", NULL, 0},
    [FLAG_JSON] = {"--json", NULL, 0},
    [FLAG_QUIET] = {"--quiet", "-q", 0},
    [FLAG_VERBOSE] = {"--verbose", "-v", 0},
    [FLAG_OUTPUT] = {"--output", "-o", 1},
    [FLAG_PARAMETERS] = {"--parameters", "-p", 1},
    [FLAG_MODEL] = {"--model", "-m", 1},
    [FLAG_FRAMES] = {"--frames", NULL, 1},
    [FLAG_GRADIENTS] = {"--gradients", NULL, 0},
    [FLAG_REFERENCES] = {"--references", NULL, 1},
    [FLAG_ZETA] = {"--zeta", NULL, 1},
    [FLAG_RESUME] = {"--resume", NULL, 0},
    [FLAG_TO] = {"--to", NULL, 1},
    [FLAG_POINTS] = {"--points", NULL, 1},
    [FLAG_KIND] = {"--kind", NULL, 1},
    [FLAG_VALUE] = {"--value", NULL, 1},
    [FLAG_LOG] = {"--log", NULL, 0},
};

static void set_switch(args *a, int flag)
{
    int *const fields[N_FLAGS] = {
        [FLAG_HELP] = &a->help,         [FLAG_VERSION] = &a->version,
        [FLAG_CITATION] = &a->citation, [FLAG_DRY_RUN] = &a->dry_run,
        [FLAG_JSON] = &a->json,         [FLAG_QUIET] = &a->quiet,
        [FLAG_VERBOSE] = &a->verbose,   [FLAG_GRADIENTS] = &a->gradients,
        [FLAG_RESUME] = &a->resume,     [FLAG_LOG] = &a->log,
    };

    if (fields[flag] != NULL) {
        *fields[flag] = 1;
    }
}

static int set_value(args *a, int flag, const char *value)
{
    const char *name = flags[flag].name;
    int64_t v = 0;
    int rc;

    switch (flag) {
    case FLAG_THREADS:
        rc = read_whole(name, value, 1, 1024, &v);
        a->threads = (int)v;
        return rc;
    case FLAG_SEED:
        a->has_seed = 1;
        return read_whole(name, value, 0, 9007199254740992, &a->seed);
    case FLAG_MEMORY:
        return read_memory(name, value, a);
    case FLAG_TIME:
        return read_time(name, value, a);
    case FLAG_FRAMES:
        return read_frames(name, value, a);
    case FLAG_REFERENCES:
        return read_whole(name, value, 0, INT64_MAX, &a->references);
    case FLAG_ZETA:
        return read_zetas(name, value, a);
    case FLAG_OUTPUT:
        a->output = value;
        return EXIT_DONE;
    case FLAG_PARAMETERS:
        a->parameters = value;
        return EXIT_DONE;
    case FLAG_MODEL:
        a->model = value;
        return EXIT_DONE;
    case FLAG_TO:
        a->to = value;
        return EXIT_DONE;
    case FLAG_KIND:
        a->kind = value;
        return EXIT_DONE;
    case FLAG_POINTS:
        return read_whole(name, value, 1, 10000000, &a->points);
    case FLAG_VALUE:
        return read_whole(name, value, 1, 16, &a->value);
    default: /* --set */
        a->overrides = grow_memory(a->overrides, (size_t)a->n_overrides + 1, sizeof *a->overrides);
        a->overrides[a->n_overrides++] = (char *)value;
        return EXIT_DONE;
    }
}

/* "--threads" or "--threads=2" or "-o": index of the flag, -1 if unknown. */
static int find_flag(const char *word, const char **value)
{
    size_t n = strncmp(word, "--", 2) == 0 ? strcspn(word, "=") : strlen(word);

    *value = word[n] == '=' ? word + n + 1 : NULL;
    for (int i = 0; i < N_FLAGS; i++) {
        if ((strlen(flags[i].name) == n && strncmp(word, flags[i].name, n) == 0) ||
            (flags[i].letter != NULL && strcmp(word, flags[i].letter) == 0)) {
            return i;
        }
    }
    return -1;
}

static int unknown_flag(const char *word)
{
    const char *names[N_FLAGS];
    const char *near;

    for (int i = 0; i < N_FLAGS; i++) {
        names[i] = flags[i].name;
    }
    near = nearest_word(word, N_FLAGS, names);
    return fail(EXIT_USAGE, "unknown flag %.80s%s%s", word,
                near != NULL ? "; the nearest one is " : "", near != NULL ? near : "");
}

/* One flag at argv[*i] with its value. */
static int read_flag(args *a, int argc, char **argv, int *i, int *seen)
{
    const char *value, *word = argv[*i];
    int flag = find_flag(word, &value);

    if (flag < 0) {
        return unknown_flag(word);
    }
    seen[flag] = 1;
    if (!flags[flag].has_value) {
        if (value != NULL) {
            return fail(EXIT_USAGE, "%s takes no value", flags[flag].name);
        }
        set_switch(a, flag);
        return EXIT_DONE;
    }
    if (value == NULL && *i + 1 >= argc) {
        return fail(EXIT_USAGE, "%s needs a value", word);
    }
    if (value == NULL) {
        value = argv[++*i];
    }
    return set_value(a, flag, value);
}

static int read_word(args *a, const char *word)
{
    const char *names[16];
    const char *near;
    int n = 0;

    if (a->command != NULL) {
        if (a->n_words == 3) {
            return fail(EXIT_USAGE, "too many arguments: '%.80s'", word);
        }
        a->words[a->n_words++] = word;
        return EXIT_DONE;
    }
    a->command = word;
    if (command_find(word) != NULL) {
        return EXIT_DONE;
    }
    for (; command_at(n) != NULL; n++) {
        names[n] = command_at(n)->name;
    }
    near = nearest_word(word, n, names);
    return fail(EXIT_USAGE, "unknown command '%.80s'%s%s (hpswarm --help lists them)", word,
                near != NULL ? "; the nearest one is " : "", near != NULL ? near : "");
}

/* A flag that would be silently ignored is an error. */
static int check_flags(const command *c, const int *seen)
{
    char *allowed = new_textf("%s" COMMON, c->flags);
    int rc = EXIT_DONE, index;

    for (int i = 0; i < N_FLAGS && rc == EXIT_DONE; i++) {
        if (seen[i] && !word_in(allowed, flags[i].name, &index)) {
            rc = fail(EXIT_USAGE, "%s does not take %s (hpswarm %s --help)", c->name, flags[i].name,
                      c->name);
        }
    }
    free(allowed);
    return rc;
}

static int check_command(const args *a, const int *seen)
{
    const command *c;

    if (a->version || a->citation || (a->help && a->command == NULL)) {
        return EXIT_DONE;
    }
    if (a->command == NULL) {
        return fail(EXIT_USAGE, "no command given (hpswarm --help lists them)");
    }
    c = command_find(a->command);
    if (a->help) {
        return EXIT_DONE;
    }
    if (a->n_words < c->min_words || a->n_words > c->max_words) {
        return fail(EXIT_USAGE, "usage: hpswarm %s%s%s [flags] (hpswarm %s --help)", c->name,
                    c->words[0] != '\0' ? " " : "", c->words, c->name);
    }
    return check_flags(c, seen);
}

int args_parse(args *a, int argc, char **argv)
{
    int seen[N_FLAGS] = {0};
    int only_words = 0, rc = EXIT_DONE;

    memset(a, 0, sizeof *a);
    a->frame_to = -1;
    for (int i = 1; i < argc && rc == EXIT_DONE; i++) {
        if (!only_words && strcmp(argv[i], "--") == 0) {
            only_words = 1;
        } else if (!only_words && argv[i][0] == '-' && argv[i][1] != '\0') {
            rc = read_flag(a, argc, argv, &i, seen);
        } else {
            rc = read_word(a, argv[i]);
        }
    }
    return rc == EXIT_DONE ? check_command(a, seen) : rc;
}

void args_free(args *a)
{
    free(a->overrides);
    a->overrides = NULL;
}
