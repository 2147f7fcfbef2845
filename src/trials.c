/* SPDX-License-Identifier: BSD-3-Clause */
/* Trials in memory: sets by space, whatever the file looks like. */
#include "trials.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

int name_ends_in(const char *name, const char *ending)
{
    size_t n = strlen(name), m = strlen(ending);

    return n > m && strcmp(name + n - m, ending) == 0;
}

trial *trial_new(trial_set *s)
{
    if (s->n == s->capacity) {
        size_t more = (size_t)(s->capacity = 2 * s->capacity + 64);

        s->x = grow_memory(s->x, more * (size_t)hps_space_size(s->space), sizeof *s->x);
        s->f = grow_memory(s->f, more * (size_t)s->n_values, sizeof *s->f);
        s->items = grow_memory(s->items, more, sizeof *s->items);
    }
    memset(&s->items[s->n], 0, sizeof *s->items);
    return &s->items[s->n];
}

int trial_judge(const trial_set *s, trial *t, const double *f)
{
    for (int k = 0; k < s->n_values && t->outcome == HPS_EVAL_OK; k++) {
        t->outcome = isfinite(f[k]) ? HPS_EVAL_OK : HPS_EVAL_FAILED;
    }
    return t->outcome == HPS_EVAL_OK;
}

/* What programs and people write where a number is missing. */
int trial_value(const char *text, double *v)
{
    static const char missing[] = "|nan|.nan|null|none|na|n/a|#n/a|inf|-inf|.inf|-.inf|infinity|"
                                  "-infinity|failed|timeout|~";
    char word[16];
    size_t n = strlen(text);
    int index;

    if (parse_number(text, v)) {
        return TRIAL_NUMBER;
    }
    for (size_t i = 0; n < sizeof word && i <= n; i++) {
        word[i] = (char)tolower((unsigned char)text[i]);
    }
    *v = (double)NAN;
    return n == 0 || (n < sizeof word && word_in(missing, word, &index)) ? TRIAL_MISSING
                                                                         : TRIAL_WRONG;
}

int trial_unknown(const trials *t, const line_place *at, const char *name)
{
    const hps_space *space = t->sets[0].space;
    int n = hps_space_size(space);
    const char **names = new_memory((size_t)n, sizeof *names), *near;
    char *what;
    int rc;

    for (int i = 0; i < n; i++) {
        hps_param_info p = {.struct_size = sizeof p};

        (void)hps_space_describe(space, i, &p);
        names[i] = p.name;
    }
    near = nearest_word(name, n, names);
    what = new_textf("is no range of %s%s%s", t->r->source,
                     near != NULL ? "; the nearest one is " : "", near != NULL ? near : "");
    rc = line_wrong(at, name, what);
    free(what);
    free(names);
    return rc;
}

int64_t trials_count(const trial_set *s, int32_t outcome)
{
    int64_t n = 0;

    for (int64_t i = 0; i < s->n; i++) {
        n += s->items[i].outcome == outcome;
    }
    return n;
}

int64_t trials_best(const trial_set *s, int k)
{
    int64_t best = -1;

    for (int64_t i = 0; i < s->n; i++) {
        if (s->items[i].outcome == HPS_EVAL_OK &&
            (best < 0 || s->f[i * s->n_values + k] < s->f[best * s->n_values + k])) {
            best = i;
        }
    }
    return best;
}

/* ------------------------------------------------------------------- making */

static int add_set(trials *t, hps_context *c, const char *name, const char *sections, int n_values)
{
    trial_set *s = &t->sets[t->n_sets++];

    s->name = name;
    s->sections = sections;
    s->n_values = n_values;
    return runfile_space(t->r, c, sections, &s->space);
}

/* The ranges of a run file in two stages may come together or stage by stage. */
static int make_sets(trials *t, hps_context *c)
{
    int n_values = runfile_n_objectives(t->r),
        staged = runfile_is(t->r, "", "strategy", "two-stage");
    int soap = runfile_n_searched(t->r, "soap|kernel"), gap = runfile_n_searched(t->r, "gap");
    int rc;

    if (!staged || soap == 0 || gap == 0) {
        const char *name = runfile_is_search(t->r) ? "search"
                           : !staged               ? "joint"
                           : soap                  ? "soap"
                                                   : "gap";

        return add_set(t, c, name, EVERY_SECTION, staged && soap ? 1 : n_values);
    }
    rc = add_set(t, c, "joint", EVERY_SECTION, n_values);
    rc = rc == EXIT_DONE ? add_set(t, c, "soap", "soap|kernel", 1) : rc;
    return rc == EXIT_DONE ? add_set(t, c, "gap", "gap", n_values) : rc;
}

/* Something has to have a value. */
static int check_values(const trials *t)
{
    int64_t n = 0, good = 0;
    const char *why = NULL;

    for (int i = 0; i < t->n_sets; i++) {
        const trial_set *s = &t->sets[i];

        n += s->n;
        good += trials_count(s, HPS_EVAL_OK);
        for (int64_t k = 0; k < s->n && why == NULL; k++) {
            why = s->items[k].reason;
        }
    }
    if (n == 0) {
        return fail(
            EXIT_DATA,
            "%s: holds no trials; lines {\"NAME\": .., \"value\": ..} or a table are expected",
            t->path);
    }
    return good > 0 ? EXIT_DONE
                    : fail(EXIT_ALL_FAILED, "%s: none of %lld trials has a value%s%s", t->path,
                           (long long)n, why != NULL ? ", the first one with: " : "",
                           why != NULL ? why : "");
}

int trials_read(trials **out, const runfile *r, hps_context *c, const char *path)
{
    trials *t = new_memory(1, sizeof *t);
    char *text = NULL;
    size_t size = 0;
    int rc = file_read(path, (size_t)1 << 40, &text, &size, EXIT_DATA);

    t->r = r;
    t->path = path;
    rc = rc == EXIT_DONE ? make_sets(t, c) : rc;
    if (rc == EXIT_DONE) {
        const char *from =
            text + (strncmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0); /* byte order mark */
        const char *first = from + strspn(from, " \t\r\n");

        size -= (size_t)(from - text);
        rc = *first == '{' || *first == '[' || *first == '\0' ? trials_take_lines(t, from, size)
                                                              : trials_take_table(t, from, size);
    }
    rc = rc == EXIT_DONE ? check_values(t) : rc;
    free(text);
    if (rc != EXIT_DONE) {
        trials_free(t);
        t = NULL;
    }
    *out = t;
    return rc;
}

void trials_free(trials *t)
{
    for (int i = 0; t != NULL && i < t->n_sets; i++) {
        trial_set *s = &t->sets[i];

        for (int64_t k = 0; k < s->n; k++) {
            free(s->items[k].reason);
            free(s->items[k].objective);
        }
        free(s->items);
        free(s->f);
        free(s->x);
        hps_space_destroy(s->space);
    }
    free(t);
}
