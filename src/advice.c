/* SPDX-License-Identifier: BSD-3-Clause */
/* Advice on the keys of the run file: the library's where a key is one of its options, else
 * the program's own. */
#include <string.h>

#include "runfile.h"

static const struct {
    const char *section, *key, *text;
} own[] = {
    {"data", "test_fraction",
     "The share is drawn from every config_type. With few structures a fifth decides by few "
     "energies: objective stage2 loo uses all of them, and did better for disordered carbon."},
    {"data", "test_every",
     "For a split that does not depend on any seed; our studies have 5. Ordered files that repeat "
     "with that period make a bad test set."},
    {"data", "split_seed", "Keep it fixed between runs that are to be compared."},
    {"", "strategy",
     "joint had the lower errors in most of our studies. two-stage trains nothing in its first "
     "stage, so that an evaluation is cheaper where there is much to fit."},
    {"soap", "species",
     "Needed where a descriptor has to be the same for files with other elements."},
    {"gap", "sparse_file", "Takes the points of another fit, so that only the rest is compared."},
    {"objective", "stage1",
     "std-skew is the paper's, for kernels that are wide and symmetric. It trains nothing, and "
     "what "
     "is best by it need not interpolate well: see strategy."},
    {"objective", "trials",
     "For values that are there already, from a spreadsheet or another program. hpswarm design "
     "says "
     "where to evaluate."},
    {"swarm", "parallel", "As many as the machine runs side by side: it changes no result."},
    {"swarm", "ranks_per_evaluation",
     "By hand where one evaluation takes longer than a run can wait for, or 1 where the memory of "
     "a machine is short. It changes no result."},
    {"swarm", "start",
     "What you would try by hand, or the points of hpswarm design: with iterations 0 and "
     "evaluations at their number nothing else is evaluated."},
    {"swarm", "replay",
     "For proof, and to look again at what happened: nothing is gained in time over the run that "
     "is repeated."},
    {"swarm", "warm_start",
     "After a change of bounds or budget: what is known costs no evaluation. Not after a change of "
     "the data, whose values are others."},
};

/* Keys that are an option of the library in another section or under another name. */
static const struct {
    const char *section, *key, *owner, *option;
} borrowed[] = {
    {"data", "e0", "gpr", "e0_method"},
    {"gap", "sparse", "gpr", "sparse_method"},
    {"kernel", "zeta", "gpr", "zeta"},
    {"objective", "stage2", "study", "objective"},
    {"swarm", "iterations", "swarm", "max_iterations"},
    {"swarm", "evaluations", "swarm", "max_evaluations"},
    {"swarm", "threads_for", "study", "threads_for"},
};

static const char *advice_of_option(const char *owner, const char *name)
{
    hps_option_info o = {.struct_size = sizeof o};

    for (int32_t i = 0; hps_option_describe(owner, i, &o) == HPS_OK; i++) {
        if (strcmp(o.name, name) == 0) {
            return hps_option_advice(owner, i);
        }
    }
    return "";
}

static const char *owner_of(const char *section)
{
    return strcmp(section, "gap") == 0         ? "gpr"
           : strcmp(section, "objective") == 0 ? "study"
                                               : section;
}

const char *rule_advice(const key_rule *rule)
{
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (strcmp(own[i].section, rule->section) == 0 && strcmp(own[i].key, rule->key) == 0) {
            return own[i].text;
        }
    }
    for (size_t i = 0; i < sizeof borrowed / sizeof borrowed[0]; i++) {
        if (strcmp(borrowed[i].section, rule->section) == 0 &&
            strcmp(borrowed[i].key, rule->key) == 0) {
            return advice_of_option(borrowed[i].owner, borrowed[i].option);
        }
    }
    return advice_of_option(owner_of(rule->section), rule->key);
}
