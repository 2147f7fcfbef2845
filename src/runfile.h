/* SPDX-License-Identifier: BSD-3-Clause */
/* A run file (or HP file) as a list of settings: one grammar, "a number is fixed, a range is
 * searched". Read from YAML, checked, written back with every default filled in. */
#ifndef HPSWARM_RUNFILE_H
#define HPSWARM_RUNFILE_H

#include "program.h"
#include "yaml_tree.h"

/* Kinds of values. */
enum { KIND_REAL, KIND_INT, KIND_BOOL, KIND_WORD, KIND_TEXT, KIND_E0, KIND_SPECIES };

/* What the keys of a mapping are. */
enum { MAP_NONE, MAP_ELEMENT, MAP_CONFIG_TYPE };

/* One key of the grammar. */
typedef struct key_rule {
    const char *section, *key;
    int kind;
    int searchable; /* a range may stand here */
    int map;        /* MAP_*: a mapping may stand here */
    int limit;      /* may be raised when a run is resumed */
    double minimum, maximum;
    const char *words; /* of KIND_WORD: "a|b"; of KIND_INT: what may stand for a number */
    const char *unit, *help;
    const char *preset; /* default as text; NULL: none */
    const char *option; /* name for the library's setters; NULL: the program's own */
} key_rule;

/* Rules in the order of the file format; built once. */
const key_rule *rules_all(int *n);
const key_rule *rule_find(const char *section, const char *key);
/* Words for messages about a key that does not exist: what the neighbour programs call it,
 * the section where it is known, or the nearest key; "" if nothing is near. */
void rule_suggest(const char *section, const char *key, char *buffer, size_t size);
/* The rule of one of the user's own parameters, KIND_REAL or KIND_WORD. */
const key_rule *rule_of_parameter(const char *name, int kind);
enum { RULE_STUDY = 1, RULE_SEARCH = 2 };
/* The strategies that a key means something to: search, the others, or both. */
int rule_serves(const key_rule *rule);
/* A sentence or two on how to choose the value, "" if there is nothing to say. */
const char *rule_advice(const key_rule *rule);
/* "soap", ...; NULL past the end. */
const char *section_name(int i);

enum { FORM_NUMBER, FORM_TEXT, FORM_RANGE, FORM_CHOICE };

/* The value of one key: for one element or (element 0) for all, for one config_type or
 * (NULL) for those without a value of their own. */
typedef struct setting {
    const key_rule *rule;
    place at;
    int32_t element;
    char *config_type;
    int form;
    int given;     /* 0: a default filled in */
    int order;     /* among the user's own parameters, else 0 */
    double value;  /* FORM_NUMBER */
    char *text;    /* FORM_TEXT */
    double lo, hi; /* FORM_RANGE */
    int log_scale, whole;
    char **labels; /* FORM_CHOICE */
    int n_labels;
} setting;

typedef struct runfile {
    char *source; /* name for messages */
    setting *items;
    int n, capacity;
    int32_t species[118];
    int n_species; /* 0: those of the data */
    place species_at;
} runfile;

/* ------------------------------------------------------- runfile_read.c */

enum { RUNFILE_RANGES = 1 /* ranges are allowed: a run file, not an HP file */ };

/* Parse from memory; overrides are "key.path=value" texts laid over it. */
int runfile_parse(runfile **out, const char *source, const char *data, size_t size, int n_overrides,
                  char *const *overrides, int flags);
int runfile_read(runfile **out, const char *path, int n_overrides, char *const *overrides,
                 int flags);
void runfile_free(runfile *r);

/* ------------------------------------------------------- runfile_value.c */

/* Read the value of one node into a setting (grammar of numbers, ranges, choices). */
int value_read(const key_rule *rule, const node *n, int flags, setting *s);

/* ------------------------------------------------------- runfile.c */

/* Added at the end: sort when done. */
setting *runfile_add(runfile *r, const key_rule *rule);
/* Into the order of the grammar. */
void runfile_sort(runfile *r);
/* The setting of a key for all elements (element 0) or one; NULL if not there. */
setting *runfile_find(const runfile *r, const char *section, const char *key, int32_t element);
/* The setting of the same key, element and config_type in another run file, or NULL. */
setting *runfile_twin(const runfile *r, const setting *s);
int runfile_given(const runfile *r, const char *section, const char *key);
/* Values, the default if none was given; NaN or NULL without either. */
double runfile_number(const runfile *r, const char *section, const char *key);
const char *runfile_text(const runfile *r, const char *section, const char *key);
int runfile_is(const runfile *r, const char *section, const char *key, const char *word);
void setting_set_number(setting *s, double v);
void setting_set_text(setting *s, const char *text);
/* What --seed stands for in a command: the seed of one section. */
void runfile_seed(runfile *r, const char *section, int64_t seed);
/* "soap.atom_sigma_r:C", as the space, the history and messages call it. */
const char *setting_name(const setting *s, char buffer[80]);
int setting_searched(const setting *s);
/* 1 if the run is of the strategy search: a command instead of a study. */
int runfile_is_search(const runfile *r);
/* 1 if that is a list of trials, of which nothing is evaluated. */
int runfile_is_list(const runfile *r);
/* Objectives of the last stage: objective.values of a search, 2 of rmse-pair, else 1. */
int runfile_n_objectives(const runfile *r);
runfile *runfile_copy(const runfile *r);

/* ------------------------------------------------------- runfile_check.c */

/* Relations between values that need no data. */
int runfile_check(const runfile *r, int flags);

/* ------------------------------------------------------- runfile_write.c */

enum { WRITE_RUN, WRITE_HP };
/* YAML with every default filled in; WRITE_HP leaves out what `fit` does not use. */
void runfile_write(const runfile *r, FILE *f, int what);
/* Value of a setting as YAML flow text; the caller frees it. */
char *setting_yaml(const setting *s);
/* The first setting whose value differs, as a message; 0 if they agree (limits apart). */
int runfile_differs(const runfile *a, const runfile *b, char *buffer, size_t size);

/* ------------------------------------------------------- runfile_apply.c */

/* A descriptor, or a fit, with every fixed value set. Species have to be known. */
int runfile_soap(const runfile *r, hps_context *c, hps_soap **out);
int runfile_gpr(const runfile *r, hps_context *c, hps_gpr **out);
/* The searched values of the sections named in `sections`, "soap|kernel". */
int runfile_space(const runfile *r, hps_context *c, const char *sections, hps_space **out);
int runfile_n_searched(const runfile *r, const char *sections);
/* Turn the searched values named by a space into fixed ones. */
void runfile_fix(runfile *r, const hps_space *s, const double *x);

#endif
