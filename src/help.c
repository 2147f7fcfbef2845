/* SPDX-License-Identifier: BSD-3-Clause */
/* --help, --version and --citation; the tables of keys come from the grammar, which takes
 * them from the library's option tables. */
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "ranks.h"
#include "runfile.h"

static const struct {
    const char *flag, *value, *text;
} flag_texts[] = {
    {"--output", "-o, --output PATH", "where results go"},
    {"--parameters", "-p, --parameters HP.yaml",
     "hyper-parameters: the grammar of run files, fixed values only"},
    {"--model", "-m, --model MODEL", "model file to write"},
    {"--resume", "--resume", "go on from the checkpoint in the output folder"},
    {"--frames", "--frames A:B", "frames A to B-1 of the file, counted from 0"},
    {"--gradients", "--gradients", "derivatives of the descriptors too"},
    {"--references", "--references N", "sample N reference environments (default: all)"},
    {"--zeta", "--zeta A,B,..", "these exponents instead of the file's, from one pass"},
    {"--seed", "--seed N", "seed of everything random in this command"},
    {"--set", "--set KEY.PATH=VALUE", "lay a value over the file's; repeatable"},
    {"--time-limit", "--time-limit 2h", "stop with a checkpoint after s, m, h or d"},
    {"--dry-run", "--dry-run", "check everything, print the plan, do nothing"},
    {"--json", "--json", "one JSON object on standard output, nothing else there"},
    {"--points", "--points N", "points of the design; an orthogonal array may have more"},
    {"--kind", "--kind WORD",
     "design: latin (default), sobol, orthogonal; surface: linear, quadratic, rbf, gp (all)"},
    {"--log", "--log", "surfaces of the values' logarithms, for errors over decades"},
    {"--value", "--value K", "of several values of a point the K-th, from 1"},
    {"--to", "--to FORMAT", "quip, turbogap, or gap_fit: the command that trains such a model"},
};

static void print_flag(FILE *f, const char *flag, const char *text)
{
    fprintf(f, "  %-25s %s\n", flag, text);
}

static void print_common(FILE *f)
{
    print_flag(f, "--threads N", "worker threads; results do not depend on it");
    print_flag(f, "--max-memory 4G", "refuse what would need more");
    print_flag(f, "-q, --quiet", "errors only");
    print_flag(f, "-v, --verbose", "say more on standard error");
    print_flag(f, "-h, --help", "this text; with a command: that command's");
    print_flag(f, "--version", "versions of the library, BLAS and OpenMP");
    print_flag(f, "--citation", "what to cite");
}

void help_general(FILE *f)
{
    fputs("usage: hpswarm COMMAND [arguments] [flags]\n\n"
          "Hyper-parameter search for SOAP/GAP interatomic potentials with a particle swarm.\n\n"
          "commands:\n",
          f);
    for (int i = 0; command_at(i) != NULL; i++) {
        const command *c = command_at(i);

        fprintf(f, "  %-8s %-15s %s\n", c->name, c->words, c->summary);
    }
    fputs("\nflags of every command:\n", f);
    print_common(f);
    fputs("\nexit codes: 0 done, 1 internal or write error, 2 usage or run file, 3 input data,\n"
          "4 numerical failure, 5 every evaluation failed, 6 above --max-memory,\n"
          "75 stopped with a checkpoint (tune --resume goes on)\n",
          f);
}

#define ADVICE_WIDTH 90
#define WIDEST 1e10 /* an upper bound beyond it is none */

static const char *value_text(const key_rule *r, char buffer[96])
{
    static const char *const names[] = {"number", "integer",           "true|false", "",
                                        "text",   "method or {C: eV}", "[C, H]"};
    char a[32], b[32];

    if (r->kind == KIND_WORD) {
        snprintf(buffer, 96, "%s", r->words);
    } else if ((r->kind == KIND_REAL || r->kind == KIND_INT) && r->maximum <= WIDEST) {
        snprintf(buffer, 96, "%s..%s%s", number_text(r->minimum, a), number_text(r->maximum, b),
                 r->kind == KIND_INT ? " (int)" : "");
    } else if ((r->kind == KIND_REAL || r->kind == KIND_INT) && r->minimum > -WIDEST) {
        snprintf(buffer, 96, "%s.. %s", number_text(r->minimum, a),
                 r->kind == KIND_INT ? "(int)" : "");
    } else {
        snprintf(buffer, 96, "%s", names[r->kind]);
    }
    return buffer;
}

/* Indented lines of at most 96 columns. */
static void print_advice(FILE *f, const char *text)
{
    while (*text != '\0') {
        size_t n = strlen(text);

        if (n > ADVICE_WIDTH) {
            for (n = ADVICE_WIDTH; n > 0 && text[n] != ' '; n--) {
            }
        }
        fprintf(f, "      %.*s\n", (int)n, text);
        text += n;
        while (*text == ' ') {
            text++;
        }
    }
}

/* One line a key: name, marks, allowed values, default, meaning; below it the advice. */
static void print_keys(FILE *f, const char *sections)
{
    const char *section = NULL;
    int n, index;
    const key_rule *rules = rules_all(&n);

    for (int i = 0; i < n; i++) {
        const key_rule *r = &rules[i];
        char buffer[96], mark[8];

        if (!word_in(sections, r->section[0] != '\0' ? r->section : "top", &index)) {
            continue;
        }
        if (section == NULL || strcmp(section, r->section) != 0) {
            section = r->section;
            fprintf(f, "%s%s", section, section[0] != '\0' ? ":\n" : "");
        }
        snprintf(mark, sizeof mark, "%s%s", r->searchable ? "r" : "",
                 r->map == MAP_ELEMENT       ? "e"
                 : r->map == MAP_CONFIG_TYPE ? "c"
                                             : "");
        fprintf(f, "%s%-*s %-3s %-26s %-10s %s%s%s%s\n", section[0] != '\0' ? "  " : "",
                section[0] != '\0' ? 21 : 23, r->key, mark, value_text(r, buffer),
                r->preset != NULL ? r->preset : "-", r->help, r->unit[0] != '\0' ? " [" : "",
                r->unit, r->unit[0] != '\0' ? "]" : "");
        print_advice(f, rule_advice(r));
    }
    fputs("(key, marks, values, default, meaning; r: a range [low, high] is searched;\n"
          " e: a mapping by element may stand here; c: one by config_type, with default;\n"
          " indented: advice, by the paper and by our studies in docs/results.md)\n",
          f);
}

void help_command(FILE *f, const command *c)
{
    int index;

    fprintf(f, "usage: hpswarm %s%s%s [flags]\n\n%s\n\nflags:\n", c->name,
            c->words[0] != '\0' ? " " : "", c->words, c->summary);
    for (size_t i = 0; i < sizeof flag_texts / sizeof flag_texts[0]; i++) {
        if (word_in(c->flags, flag_texts[i].flag, &index)) {
            print_flag(f, flag_texts[i].value, flag_texts[i].text);
        }
    }
    print_common(f);
    if (strcmp(c->name, "tune") == 0) {
        fputs("\nkeys of the run file:\n", f);
        print_keys(f, "data|top|soap|kernel|gap|objective|swarm");
        fputs("parameters (of strategy: search): any names, with a value, a range or a choice\n",
              f);
    } else if (strcmp(c->name, "fit") == 0) {
        fputs("\nkeys of the HP file:\n", f);
        print_keys(f, "soap|kernel|gap");
    } else if (strcmp(c->name, "soap") == 0 || strcmp(c->name, "kernel") == 0) {
        fputs("\nkeys of the HP file:\n", f);
        print_keys(f, c->name[0] == 's' ? "soap" : "soap|kernel");
    }
}

void help_version(void)
{
    static const char *const what[] = {"blas", "openmp", "mpi", "random", "compiler"};

    printf("hpswarm %s\n", hps_version_text());
    for (size_t i = 0; i < sizeof what / sizeof what[0]; i++) {
        const char *text = strcmp(what[i], "mpi") == 0 ? ranks_library() : hps_build_info(what[i]);

        printf("%-9s %s\n", what[i], text[0] != '\0' ? text : "no");
    }
}

void help_citation(void)
{
    fputs("Please cite the method, the descriptor and this program:\n\n"
          "S. Kondati Natarajan and M. A. Caro, Particle swarm based hyper-parameter\n"
          "optimization for machine learned interatomic potentials, arXiv:2101.00049 (2020).\n\n"
          "M. A. Caro, Optimizing many-body atomic descriptors for enhanced computational\n"
          "performance of machine learning based interatomic potentials,\n"
          "Phys. Rev. B 100, 024112 (2019).\n\n",
          stdout);
    printf("libhpswarm %s (CITATION.cff)\n", hps_version_text());
}
