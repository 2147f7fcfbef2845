/* SPDX-License-Identifier: BSD-3-Clause */
/* Relations between the settings of a search. */
#include <string.h>

#include "args.h"
#include "search.h"

static int check_command(const runfile *r)
{
    const setting *s = runfile_find(r, "objective", "command", 0);
    const place start = {r->source, 1, 1};

    if (s == NULL) {
        return fail_at(start, "objective.command",
                       "missing; the strategy search runs it for each point, for example "
                       "\"./run.sh {id} {x}\" (or objective.trials, a file of points and values)");
    }
    return template_check(r, s);
}

static int check_paths(const runfile *r)
{
    const setting *response = runfile_find(r, "objective", "response", 0);
    const setting *folder = runfile_find(r, "objective", "folder", 0);
    int rc = response != NULL ? template_check(r, response) : EXIT_DONE;

    if (rc == EXIT_DONE && folder != NULL) {
        rc = template_check(r, folder);
    }
    if (rc == EXIT_DONE && folder != NULL && strstr(folder->text, "{id}") == NULL) {
        rc = fail_at(folder->at, "objective.folder",
                     "'%.80s' names one folder for all points; write {id} into it", folder->text);
    }
    if (rc == EXIT_DONE && response != NULL && folder == NULL &&
        strstr(response->text, "{id}") == NULL && search_parallel(r) > 1) {
        rc = fail_at(response->at, "objective.response",
                     "'%.80s' is one file for all commands, and swarm.parallel is %d; write {id} "
                     "into it",
                     response->text, search_parallel(r));
    }
    return rc;
}

static int check_amounts(const runfile *r)
{
    const setting *timeout = runfile_find(r, "objective", "timeout", 0);
    const setting *keep = runfile_find(r, "objective", "keep_output", 0);
    double seconds;
    int64_t bytes;

    if (strcmp(timeout->text, "none") != 0 && !parse_time(timeout->text, &seconds)) {
        return fail_at(timeout->at, "objective.timeout",
                       "'%.40s' is not none or a time such as 90s, 30m, 2h or 1d", timeout->text);
    }
    if (!parse_size(keep->text, &bytes) || bytes < 1024 || bytes > (int64_t)1 << 30) {
        return fail_at(keep->at, "objective.keep_output",
                       "'%.40s' is not a size from 1K to 1G such as 64K or 1M", keep->text);
    }
    return EXIT_DONE;
}

/* The variants of the swarm are for one objective or for several. */
static int check_values(const runfile *r)
{
    const setting *values = runfile_find(r, "objective", "values", 0);
    const setting *variant = runfile_find(r, "swarm", "variant", 0);
    int index, several = word_in("pareto|paper_mo", variant->text, &index);

    if (values->value > 1 && !several) {
        return fail_at(variant->at, "swarm.variant",
                       "%s is for one objective, objective.values is %g; pareto and paper_mo are "
                       "for several",
                       variant->text, values->value);
    }
    return EXIT_DONE;
}

int search_reads(const setting *s)
{
    int index;

    return strcmp(s->rule->section, "swarm") != 0 &&
           (strcmp(s->rule->section, "objective") != 0 ||
            word_in("trials|values", s->rule->key, &index));
}

/* Nothing is evaluated: what says how would be silently ignored. */
static int check_list(const runfile *r)
{
    char name[80];

    for (int i = 0; i < r->n; i++) {
        const setting *s = &r->items[i];

        if (s->given && !search_reads(s)) {
            return fail_at(s->at, setting_name(s, name),
                           "means nothing beside objective.trials, of which nothing is evaluated");
        }
    }
    return EXIT_DONE;
}

int search_check(const runfile *r)
{
    int rc;

    if (runfile_is_list(r)) {
        return check_list(r);
    }
    rc = check_command(r);
    rc = rc == EXIT_DONE ? check_paths(r) : rc;
    rc = rc == EXIT_DONE ? check_amounts(r) : rc;
    return rc == EXIT_DONE ? check_values(r) : rc;
}
