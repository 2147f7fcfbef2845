/* SPDX-License-Identifier: BSD-3-Clause */
/* The grammar of the run file: the program's own keys, and the library's options. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runfile.h"

#define MANY 9007199254740992.0 /* 2^53, the largest whole number a double keeps apart */

static const char *const sections[] = {"data",       "",          "soap",  "kernel", "gap",
                                       "parameters", "objective", "swarm", NULL};

const char *section_name(int i)
{
    return sections[i];
}

/* The keys that are not options of the library under the same name. */
static const key_rule own[] = {
    {"data", "file", KIND_TEXT, 0, 0, 0, 0, 0, NULL, "", "extended-XYZ file to train and test on",
     NULL, NULL},
    {"data", "train", KIND_TEXT, 0, 0, 0, 0, 0, NULL, "",
     "training file, with test instead of file", NULL, NULL},
    {"data", "test", KIND_TEXT, 0, 0, 0, 0, 0, NULL, "", "test file", NULL, NULL},
    {"data", "test_fraction", KIND_REAL, 0, 0, 0, 0, 1, NULL, "",
     "share of each config_type kept for testing", "0.2", NULL},
    {"data", "test_every", KIND_INT, 0, 0, 0, 2, MANY, NULL, "",
     "frames 0, N, 2N, ... are the test set", NULL, NULL},
    {"data", "split_seed", KIND_INT, 0, 0, 0, 0, MANY, NULL, "", "seed of the split", "1", NULL},
    {"data", "energy", KIND_TEXT, 0, 0, 0, 0, 0, NULL, "", "key of the energies; found by itself",
     NULL, NULL},
    {"data", "forces", KIND_TEXT, 0, 0, 0, 0, 0, NULL, "", "key of the forces; none: read none",
     NULL, NULL},
    {"data", "virial", KIND_TEXT, 0, 0, 0, 0, 0, NULL, "", "key of the virials; none: read none",
     NULL, NULL},
    {"data", "e0", KIND_E0, 0, MAP_ELEMENT, 0, -1e9, 1e9, "isolated|average|fit", "eV",
     "energy of free atoms: isolated, average, fit, or values by element", "fit", "e0"},
    {"", "strategy", KIND_WORD, 0, 0, 0, 0, 0, "joint|two-stage|search", "",
     "joint: all at once; two-stage: the kernel first, then the fit; search: a command or trials",
     "two-stage", NULL},
    {"soap", "species", KIND_SPECIES, 0, 0, 0, 0, 0, NULL, "",
     "order of the elements; those of the data by atomic number", NULL, NULL},
    {"kernel", "zeta", KIND_REAL, 1, 0, 0, 1e-3, 1000, NULL, "", "exponent of the kernel", "4",
     "zeta"},
    {"gap", "sparse", KIND_WORD, 0, 0, 0, 0, 0, "cur|random|all|file", "",
     "how sparse points are chosen", "cur", "sparse_method"},
    {"gap", "sparse_file", KIND_TEXT, 0, 0, 0, 0, 0, NULL, "",
     "JSON file with the sparse points of each element, for sparse: file", NULL, NULL},
    {"objective", "stage1", KIND_WORD, 0, 0, 0, 0, 0, "std|std-skew", "",
     "what the first of two stages minimises", "std-skew", NULL},
    {"objective", "stage2", KIND_WORD, 0, 0, 0, 0, 0, "rmse|mae|loo|rmse-pair", "",
     "what the joint or second stage minimises; rmse-pair: errors of energies and of forces",
     "rmse", NULL},
    {"objective", "skew_weight", KIND_REAL, 0, 0, 0, 0, 1e6, NULL, "",
     "std-skew minimises skew_weight*|skew| - std", "1", "skew_weight"},
    {"objective", "force_weight", KIND_REAL, 0, 0, 0, 0, 1e6, NULL, "",
     "weight of the force error beside the energy error", "0.033333333333333333", "force_weight"},
    {"objective", "references", KIND_INT, 0, 0, 0, 0, MANY, NULL, "",
     "sampled reference environments of the kernel statistics; 0: all", "3000", "references"},
    {"objective", "precision", KIND_WORD, 0, 0, 0, 0, 0, "double|single", "",
     "of descriptors and their products in the kernel statistics", "double", "precision"},
    {"objective", "seed", KIND_INT, 0, 0, 0, 0, MANY, NULL, "", "seed of their sample", "1",
     "seed"},
    {"objective", "command", KIND_TEXT, 0, 0, 0, 0, 0, NULL, "",
     "search: what to run for each point; {id}, {x} all values, {NAME} one of them", NULL, NULL},
    {"objective", "trials", KIND_TEXT, 0, 0, 0, 0, 0, NULL, "",
     "search: file of points with their values, instead of a command; nothing is run", NULL, NULL},
    {"objective", "response", KIND_TEXT, 0, 0, 0, 0, 0, NULL, "",
     "search: file with the values on its first line; left out: standard output", NULL, NULL},
    {"objective", "folder", KIND_TEXT, 0, 0, 0, 0, 0, NULL, "",
     "search: folder made for each point, in which its command runs", NULL, NULL},
    {"objective", "values", KIND_INT, 0, 0, 0, 1, 16, NULL, "", "search: how many values", "1",
     NULL},
    {"objective", "timeout", KIND_TEXT, 0, 0, 1, 0, 0, NULL, "",
     "search: a command may take so long (90s, 30m, 2h, 1d); none: for ever", "none", NULL},
    {"objective", "keep_output", KIND_TEXT, 0, 0, 1, 0, 0, NULL, "",
     "search: of each command's output and errors so much is kept (64K, 1M)", "1M", NULL},
    {"swarm", "parallel", KIND_INT, 0, 0, 1, 1, 4096, NULL, "",
     "search: so many commands at a time", "1", NULL},
    {"swarm", "threads_for", KIND_WORD, 0, 0, 1, 0, 0, "auto|points|inside", "",
     "threads of a study: for several points at a time, inside of one, or by the measured cost",
     "auto", NULL},
    {"swarm", "ranks_per_evaluation", KIND_INT, 0, 0, 1, 1, 1000000, "auto", "",
     "under mpirun: so many ranks share each evaluation; auto: those without a point of their own "
     "help where the measured cost says so",
     "auto", NULL},
    {"swarm", "iterations", KIND_INT, 0, 0, 1, 0, 4294967295.0, NULL, "",
     "moves of the swarm after the first evaluations", NULL, "max_iterations"},
    {"swarm", "evaluations", KIND_INT, 0, 0, 1, 0, MANY, NULL, "",
     "stop after so many evaluations; 0: no limit", "0", "max_evaluations"},
    {"swarm", "warm_start", KIND_TEXT, 0, 0, 0, 0, 0, NULL, "",
     "history.jsonl of an earlier run, whose values the swarm begins with", NULL, NULL},
    {"swarm", "start", KIND_TEXT, 0, 0, 0, 0, 0, NULL, "",
     "file of points to try first: a JSON object {NAME: value, ..} on each line", NULL, NULL},
    {"swarm", "replay", KIND_TEXT, 0, 0, 0, 0, 0, NULL, "",
     "history.jsonl of an earlier asynchronous run, whose order of evaluations is repeated", NULL,
     NULL},
};

/* Library options that the file format has under other names, or not at all. */
static const char *const hidden[] = {
    "gpr.zeta",         "gpr.sparse_method",     "gpr.e0",
    "gpr.e0_method",    "swarm.max_iterations",  "swarm.max_evaluations",
    "swarm.time_limit", "swarm.accept_infinity",
};

typedef struct rule_list {
    key_rule *rules;
    int n, n_sections;
} rule_list;

static rule_list list; /* built at the first use, kept to the end */

static void add_rule(const key_rule *r)
{
    list.rules = grow_memory(list.rules, (size_t)list.n + 1, sizeof *list.rules);
    list.rules[list.n++] = *r;
}

static int is_hidden(const char *owner, const char *name)
{
    char *full = new_textf("%s.%s", owner, name);
    int found = 0;

    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        found |= strcmp(hidden[i], full) == 0;
    }
    free(full);
    return found;
}

static char *preset_text(const hps_option_info *o, int kind)
{
    char buffer[64];

    if (kind == KIND_WORD) {
        return new_text(word_at(o->choices, (int)o->value, buffer));
    }
    if (kind == KIND_BOOL) {
        return new_text(o->value != 0 ? "true" : "false");
    }
    return new_text(number_text(o->value, buffer));
}

static key_rule rule_of_option(const char *section, const hps_option_info *o)
{
    int searched = strcmp(section, "soap") == 0 || strcmp(section, "gap") == 0;
    key_rule r = {.section = section,
                  .key = o->name,
                  .map = o->per_species ? MAP_ELEMENT : MAP_NONE,
                  .minimum = o->minimum,
                  .maximum = o->maximum,
                  .words = o->choices,
                  .unit = o->unit,
                  .help = o->help,
                  .option = o->name};

    r.kind = o->kind == HPS_OPTION_TEXT  ? KIND_WORD
             : o->kind == HPS_OPTION_INT ? KIND_INT
                                         : KIND_REAL;
    if (r.kind == KIND_INT && o->minimum == 0 && o->maximum == 1) {
        r.kind = KIND_BOOL;
    }
    r.searchable = searched && r.kind != KIND_BOOL && strcmp(o->name, "seed") != 0;
    if (strcmp(section, "gap") == 0 && strncmp(o->name, "sigma_", 6) == 0 && r.kind == KIND_REAL) {
        r.map = MAP_CONFIG_TYPE;
    }
    r.limit = strcmp(section, "swarm") == 0 && strcmp(o->name, "stagnation") == 0;
    r.preset = preset_text(o, r.kind);
    return r;
}

static void add_options(const char *section, const char *owner)
{
    hps_option_info o = {.struct_size = sizeof o};

    for (int32_t i = 0; hps_option_describe(owner, i, &o) == HPS_OK; i++) {
        if (!is_hidden(owner, o.name)) {
            key_rule r = rule_of_option(section, &o);

            add_rule(&r);
        }
    }
}

static void add_section(const char *section)
{
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (strcmp(own[i].section, section) == 0) {
            add_rule(&own[i]);
        }
    }
    if (strcmp(section, "gap") == 0) {
        add_options(section, "gpr");
    } else if (strcmp(section, "soap") == 0 || strcmp(section, "swarm") == 0) {
        add_options(section, section);
    }
}

const key_rule *rules_all(int *n)
{
    for (int s = 0; list.n_sections == s && sections[s] != NULL; s++) {
        add_section(sections[s]);
        list.n_sections++;
    }
    *n = list.n;
    return list.rules;
}

const key_rule *rule_find(const char *section, const char *key)
{
    int n;
    const key_rule *rules = rules_all(&n);

    for (int i = 0; i < n; i++) {
        if (strcmp(rules[i].section, section) == 0 && strcmp(rules[i].key, key) == 0) {
            return &rules[i];
        }
    }
    return NULL;
}

/* ------------------------------------------------------------- own parameters */

typedef struct own_rule {
    key_rule rule;
    struct own_rule *next;
} own_rule;

static own_rule *parameters; /* kept to the end, as the list */

const key_rule *rule_of_parameter(const char *name, int kind)
{
    own_rule *p = parameters;

    while (p != NULL && (p->rule.kind != kind || strcmp(p->rule.key, name) != 0)) {
        p = p->next;
    }
    if (p == NULL) {
        const char *key = new_text(name);
        const key_rule rule = {.section = "parameters",
                               .key = key,
                               .kind = kind,
                               .searchable = 1,
                               .minimum = -1e300,
                               .maximum = 1e300,
                               .unit = "",
                               .help = "",
                               .option = key};

        p = new_memory(1, sizeof *p);
        p->rule = rule;
        p->next = parameters;
        parameters = p;
    }
    return &p->rule;
}

int rule_serves(const key_rule *rule)
{
    int index, swarm = strcmp(rule->section, "swarm") == 0;

    if (strcmp(rule->section, "parameters") == 0 ||
        (strcmp(rule->section, "objective") == 0 &&
         word_in("command|trials|response|folder|values|timeout|keep_output", rule->key, &index)) ||
        (swarm && strcmp(rule->key, "parallel") == 0)) {
        return RULE_SEARCH;
    }
    if (swarm && strcmp(rule->key, "threads_for") == 0) {
        return RULE_STUDY;
    }
    return swarm || rule->section[0] == '\0' ? RULE_SEARCH | RULE_STUDY : RULE_STUDY;
}

/* What gap_fit, TurboGAP, QUIP and others call the same thing. */
static const char *const neighbours[][2] = {
    {"rcut", "soap.rcut_hard"},
    {"r_cut", "soap.rcut_hard"},
    {"cutoff", "soap.rcut_hard"},
    {"rc", "soap.rcut_hard"},
    {"rcutoff", "soap.rcut_hard"},
    {"cutoff_transition_width", "soap.rcut_soft (rcut_hard minus the width)"},
    {"alpha_max", "soap.n_max"},
    {"nmax", "soap.n_max"},
    {"lmax", "soap.l_max"},
    {"atom_sigma", "soap.atom_sigma_r and soap.atom_sigma_t"},
    {"atom_gaussian_width", "soap.atom_sigma_r and soap.atom_sigma_t"},
    {"sigma_atom", "soap.atom_sigma_r and soap.atom_sigma_t"},
    {"radial_basis", "soap.basis"},
    {"compress_mode", "soap.compress"},
    {"compression", "soap.compress"},
    {"exponent", "kernel.zeta"},
    {"n_sparse_points", "gap.n_sparse"},
    {"nsparse", "gap.n_sparse"},
    {"n_sparse_envs", "gap.n_sparse"},
    {"sparse_method", "gap.sparse"},
    {"sparse_jitter", "gap.jitter"},
    {"sigma", "gap.sigma_energy, gap.sigma_force or soap.atom_sigma_r"},
    {"sigma_e", "gap.sigma_energy"},
    {"sigma_f", "gap.sigma_force"},
    {"energy_sigma", "gap.sigma_energy"},
    {"force_sigma", "gap.sigma_force"},
    {"config_type_sigma", "gap.sigma_energy, gap.sigma_force and gap.sigma_virial (mappings)"},
    {"default_sigma", "gap.sigma_energy, gap.sigma_force and gap.sigma_virial"},
    {"regularisation", "gap.sigma_energy"},
    {"e0_method", "data.e0"},
    {"energy_key", "data.energy"},
    {"energy_parameter_name", "data.energy"},
    {"force_key", "data.forces"},
    {"forces_key", "data.forces"},
    {"force", "data.forces"},
    {"force_parameter_name", "data.forces"},
    {"virial_key", "data.virial"},
    {"at_file", "data.file"},
    {"train_file", "data.train"},
    {"test_file", "data.test"},
    {"n_particles", "swarm.particles"},
    {"popsize", "swarm.particles"},
    {"max_iterations", "swarm.iterations"},
    {"max_evaluations", "swarm.evaluations"},
    {"n_iterations", "swarm.iterations"},
    {"maxiter", "swarm.iterations"},
};

/* A known key in another section, NULL if there is none. */
static const key_rule *elsewhere(const char *key)
{
    int n;
    const key_rule *rules = rules_all(&n);

    for (int i = 0; i < n; i++) {
        if (strcmp(rules[i].key, key) == 0) {
            return &rules[i];
        }
    }
    return NULL;
}

static void suggest_nearest(const char *section, const char *key, char *buffer, size_t size)
{
    int n, m = 0;
    const key_rule *rules = rules_all(&n);
    const char **words = new_memory((size_t)n + 8, sizeof *words);
    const char *near;

    for (int i = 0; i < n; i++) {
        if (strcmp(rules[i].section, section) == 0) {
            words[m++] = rules[i].key;
        }
    }
    for (int i = 0; section[0] == '\0' && sections[i] != NULL; i++) {
        if (sections[i][0] != '\0') {
            words[m++] = sections[i];
        }
    }
    near = nearest_word(key, m, words);
    if (near != NULL) {
        snprintf(buffer, size, "; the nearest one is %s", near);
    }
    free(words);
}

void rule_suggest(const char *section, const char *key, char *buffer, size_t size)
{
    const key_rule *other = elsewhere(key);

    buffer[0] = '\0';
    if (other != NULL && strcmp(other->section, section) != 0) {
        snprintf(buffer, size, "; it belongs to section %s",
                 other->section[0] != '\0' ? other->section : "(top level)");
        return;
    }
    for (size_t i = 0; i < sizeof neighbours / sizeof neighbours[0]; i++) {
        if (strcmp(neighbours[i][0], key) == 0) {
            snprintf(buffer, size, "; it is called %s here", neighbours[i][1]);
            return;
        }
    }
    suggest_nearest(section, key, buffer, size);
}
