/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line. */
#ifndef HPSWARM_ARGS_H
#define HPSWARM_ARGS_H

#include "program.h"

enum { MOST_ZETAS = 32 };

typedef struct args {
    const char *command;
    const char *words[3]; /* what stands without a dash */
    int n_words;
    const char *output, *parameters, *model, *to; /* -o, -p, -m, --to */
    int help, version, citation, json, dry_run, resume, gradients, verbose, quiet, log;
    int threads; /* 0: OpenMP's default */
    int has_seed;
    int64_t seed;
    int64_t references;      /* --references, 0: all */
    int64_t points, value;   /* --points, --value; 0: not given */
    const char *kind;        /* --kind of a design or a surface */
    double zeta[MOST_ZETAS]; /* --zeta 1,2,4 */
    int n_zetas;
    int64_t frame_from, frame_to; /* --frames A:B; frame_to -1: to the end */
    double time_limit;            /* s, 0: none */
    int64_t memory_limit;         /* bytes, 0: none */
    char **overrides;             /* --set, in order; borrowed texts */
    int n_overrides;
} args;

int args_parse(args *a, int argc, char **argv);
void args_free(args *a);
/* "90s", "2h": seconds; "64K", "4G": bytes. 0 if it is not that, or not above 0. */
int parse_time(const char *value, double *seconds);
int parse_size(const char *value, int64_t *bytes);

/* What a command takes: its words and the flags that mean something to it. */
typedef struct command {
    const char *name, *words, *summary;
    int min_words, max_words;
    const char *flags; /* "-o|--resume|..." beside those of every command */
    int (*run)(const args *a);
} command;
const command *command_find(const char *name);
const command *command_at(int i); /* NULL past the end */

void help_general(FILE *f);
void help_command(FILE *f, const command *c);
void help_version(void);
void help_citation(void);

/* The commands, one file each. */
int command_demo(const args *a);
int command_tune(const args *a);
int command_soap(const args *a);
int command_kernel(const args *a);
int command_fit(const args *a);
int command_predict(const args *a);
int command_check(const args *a);
int command_design(const args *a);
int command_surface(const args *a);
int command_export(const args *a);
int command_report(const args *a);

/* A context with the threads, the memory limit and the log level of the command line. */
int args_context(const args *a, hps_context **out);

#endif
