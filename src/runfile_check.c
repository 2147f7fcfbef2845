/* SPDX-License-Identifier: BSD-3-Clause */
/* Relations between the values of a run file that need no data to be seen. */
#include <math.h>
#include <string.h>

#include "search.h"

/* The value of a per-element key for an element: its own, or the one for all. */
static const setting *value_for(const runfile *r, const char *key, int32_t element)
{
    const setting *s = runfile_find(r, "soap", key, element);

    return s != NULL || element == 0 ? s : runfile_find(r, "soap", key, 0);
}

static double lowest(const setting *s)
{
    return s->form == FORM_RANGE ? s->lo : s->value;
}

static double highest(const setting *s)
{
    return s->form == FORM_RANGE ? s->hi : s->value;
}

static int check_cutoffs(const runfile *r, int32_t element)
{
    const setting *soft = value_for(r, "rcut_soft", element);
    const setting *hard = value_for(r, "rcut_hard", element);
    char name[80], a[32], b[32];

    if (soft == NULL || hard == NULL || lowest(soft) <= highest(hard)) {
        return EXIT_DONE;
    }
    if (!soft->given) {
        return fail_at(hard->at, "soap.rcut_soft",
                       "its default %s must not exceed rcut_hard (%s): give it too",
                       number_text(lowest(soft), a), number_text(highest(hard), b));
    }
    return fail_at(soft->at, setting_name(soft, name), "%s must not exceed rcut_hard (%s)",
                   number_text(lowest(soft), a), number_text(highest(hard), b));
}

static int check_all_cutoffs(const runfile *r)
{
    for (int i = 0; i < r->n; i++) {
        const setting *s = &r->items[i];

        if (strcmp(s->rule->key, "rcut_soft") == 0 || strcmp(s->rule->key, "rcut_hard") == 0) {
            int rc = check_cutoffs(r, s->element);

            if (rc != EXIT_DONE) {
                return rc;
            }
        }
    }
    return EXIT_DONE;
}

/* n_max: a polynomial basis with a Gaussian as last function has n_max - 1 polynomials, so
 * 1 is allowed; what is not is a value for an element that is not listed. */
static int check_elements(const runfile *r)
{
    char name[80];

    for (int i = 0; i < r->n && r->n_species > 0; i++) {
        const setting *s = &r->items[i];
        int found = s->element == 0;

        for (int k = 0; k < r->n_species; k++) {
            found |= r->species[k] == s->element;
        }
        if (!found) {
            return fail_at(s->at, setting_name(s, name), "%s is not in soap.species",
                           hps_element_symbol(s->element));
        }
    }
    return EXIT_DONE;
}

static int check_sparse(const runfile *r)
{
    const setting *sparse = runfile_find(r, "gap", "sparse", 0);
    const setting *file = runfile_find(r, "gap", "sparse_file", 0);
    int wants = sparse->form == FORM_TEXT && strcmp(sparse->text, "file") == 0;

    if (wants && file == NULL) {
        return fail_at(sparse->at, "gap.sparse", "file needs gap.sparse_file");
    }
    if (!wants && file != NULL) {
        return fail_at(file->at, "gap.sparse_file", "is used with sparse: file only");
    }
    return EXIT_DONE;
}

/* ------------------------------------------------- what only a run file has */

static int check_sources(const runfile *r)
{
    const setting *file = runfile_find(r, "data", "file", 0);
    const setting *train = runfile_find(r, "data", "train", 0);
    const setting *test = runfile_find(r, "data", "test", 0);
    const place start = {r->source, 1, 1};

    if (file != NULL && (train != NULL || test != NULL)) {
        const setting *other = train != NULL ? train : test;

        return fail_at(other->at, train != NULL ? "data.train" : "data.test",
                       "both file and train/test are given; one of them is allowed");
    }
    if (file == NULL && train == NULL) {
        return fail_at(test != NULL ? test->at : start, "data",
                       "no data: give file, or train and test");
    }
    return EXIT_DONE;
}

static int check_split(const runfile *r)
{
    const setting *fraction = runfile_find(r, "data", "test_fraction", 0);
    const setting *every = runfile_find(r, "data", "test_every", 0);
    const setting *train = runfile_find(r, "data", "train", 0);
    char a[32];

    if (fraction != NULL && fraction->value >= 1) {
        return fail_at(fraction->at, "data.test_fraction", "%s leaves no training data",
                       number_text(fraction->value, a));
    }
    if (fraction != NULL && every != NULL) {
        return fail_at(every->at, "data.test_every", "stands beside test_fraction; one is allowed");
    }
    if (train != NULL && (fraction != NULL || every != NULL)) {
        const setting *s = fraction != NULL ? fraction : every;

        return fail_at(s->at, s == fraction ? "data.test_fraction" : "data.test_every",
                       "splits data.file; it has no meaning beside train and test");
    }
    return EXIT_DONE;
}

/* A model can only be judged on a test set; leave-one-out needs none. */
static int check_objective(const runfile *r)
{
    const setting *stage2 = runfile_find(r, "objective", "stage2", 0);
    const setting *fraction = runfile_find(r, "data", "test_fraction", 0);
    int no_test =
        runfile_find(r, "data", "train", 0) != NULL && runfile_find(r, "data", "test", 0) == NULL;

    no_test = no_test || (fraction != NULL && fraction->value == 0);
    if (no_test && strcmp(stage2->text, "loo") != 0) {
        return fail_at(stage2->at, "objective.stage2",
                       "%s needs a test set: give data.test or data.test_fraction", stage2->text);
    }
    return EXIT_DONE;
}

/* `delta: evidence` beside `delta_method`: which one? */
static int check_delta(const runfile *r)
{
    const setting *first = NULL;

    for (int i = 0; i < r->n; i++) {
        const setting *s = &r->items[i];

        if (strcmp(s->rule->section, "gap") != 0 || strcmp(s->rule->key, "delta_method") != 0) {
            continue;
        }
        if (first != NULL) {
            return fail_at(s->at, "gap.delta",
                           "evidence is delta_method: evidence; give one of them");
        }
        first = s;
    }
    return EXIT_DONE;
}

/* The variants of the swarm are for one objective or for several. */
static int check_variant(const runfile *r)
{
    const setting *variant = runfile_find(r, "swarm", "variant", 0);
    int index, several = word_in("pareto|paper_mo", variant->text, &index);

    if ((runfile_n_objectives(r) > 1) == several) {
        return EXIT_DONE;
    }
    return fail_at(variant->at, "swarm.variant",
                   several ? "%s is for several objectives: objective.stage2 rmse-pair has two"
                           : "%s is for one objective, rmse-pair has two; pareto and paper_mo are "
                             "for several",
                   variant->text);
}

static int check_asynchronous(const runfile *r)
{
    const setting *s = runfile_find(r, "swarm", "asynchronous", 0);
    const setting *replay = runfile_find(r, "swarm", "replay", 0);
    const setting *noisy = runfile_find(r, "swarm", "noisy", 0);

    if (s->value == 0) {
        return replay == NULL ? EXIT_DONE
                              : fail_at(replay->at, "swarm.replay",
                                        "is for runs with swarm.asynchronous: true");
    }
    if (strcmp(runfile_find(r, "swarm", "variant", 0)->text, "paper_mo") == 0) {
        return fail_at(s->at, "swarm.asynchronous",
                       "is not for paper_mo, which is drawn to the best of an iteration; pareto "
                       "has it");
    }
    if (noisy != NULL && noisy->value != 0) {
        return fail_at(s->at, "swarm.asynchronous", "cannot stand beside swarm.noisy: true");
    }
    return EXIT_DONE;
}

static int check_swarm(const runfile *r)
{
    const setting *particles = runfile_find(r, "swarm", "particles", 0);
    const setting *iterations = runfile_find(r, "swarm", "iterations", 0);
    double evaluations = runfile_number(r, "swarm", "evaluations");

    if (particles != NULL && particles->given && particles->value == 0) {
        return fail_at(particles->at, "swarm.particles", "0 must be at least 1");
    }
    if (iterations->value == 0 && !(evaluations > 0)) {
        return fail_at(iterations->at, "swarm.iterations",
                       "0 without swarm.evaluations would never end");
    }
    return check_asynchronous(r);
}

static int check_searched(const runfile *r)
{
    const place start = {r->source, 1, 1};

    if (runfile_n_searched(r, "soap|kernel|gap|parameters") == 0) {
        return fail_at(start, NULL,
                       "nothing to search: no value is a range; write one as [low, high]");
    }
    return EXIT_DONE;
}

/* A key that the strategy does not read would be silently ignored. */
static int check_strategy(const runfile *r)
{
    int wanted = runfile_is_search(r) ? RULE_SEARCH : RULE_STUDY;
    char name[80];

    if (wanted == RULE_SEARCH && r->n_species > 0) {
        return fail_at(r->species_at, "soap.species", "means nothing to the strategy search");
    }
    for (int i = 0; i < r->n; i++) {
        const setting *s = &r->items[i];

        if ((rule_serves(s->rule) & wanted) == 0) {
            return fail_at(s->at, setting_name(s, name), "%s",
                           wanted == RULE_SEARCH
                               ? "means nothing to the strategy search, which runs a command"
                               : "belongs to the strategy search (write strategy: search)");
        }
    }
    return EXIT_DONE;
}

static int check_search(const runfile *r)
{
    int rc = check_strategy(r);

    rc = rc == EXIT_DONE ? search_check(r) : rc;
    rc = rc == EXIT_DONE ? check_swarm(r) : rc;
    return rc == EXIT_DONE ? check_searched(r) : rc;
}

int runfile_check(const runfile *r, int flags)
{
    int (*const always[])(const runfile *) = {check_strategy, check_all_cutoffs, check_elements,
                                              check_sparse, check_delta};
    int (*const run[])(const runfile *) = {check_sources, check_split, check_objective,
                                           check_variant, check_swarm, check_searched};
    int rc = EXIT_DONE;

    if (runfile_is_search(r)) {
        return check_search(r);
    }
    for (size_t i = 0; i < sizeof always / sizeof always[0] && rc == EXIT_DONE; i++) {
        rc = always[i](r);
    }
    for (size_t i = 0;
         i < sizeof run / sizeof run[0] && rc == EXIT_DONE && (flags & RUNFILE_RANGES) != 0; i++) {
        rc = run[i](r);
    }
    return rc;
}
