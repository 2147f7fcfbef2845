/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of search parameters: "soap.<option>", "kernel.zeta", "gap.<option>". */
#include <stdio.h>
#include <string.h>

#include "study/internal.h"

#define ZETA "kernel.zeta"
#define LONGEST 96

const hpsi_option_table *hpsi_study_table(const hpsi_target *t)
{
    return t->owner == HPSI_TARGET_SOAP ? &hpsi_soap_options : &hpsi_gpr_options;
}

/* All names that a parameter can have, one at a time: the words for hpsi_nearest. */
typedef struct vocabulary {
    char *word; /* [LONGEST], the last one asked for */
} vocabulary;

static const char *full_name(int32_t i, const void *arg)
{
    const vocabulary *v = arg;

    if (i < hpsi_soap_options.n) {
        snprintf(v->word, LONGEST, "soap.%s", hpsi_soap_options.rows[i].name);
        return v->word;
    }
    i -= hpsi_soap_options.n;
    if (strcmp(hpsi_gpr_options.rows[i].name, "zeta") == 0) {
        return ZETA;
    }
    snprintf(v->word, LONGEST, "gap.%s", hpsi_gpr_options.rows[i].name);
    return v->word;
}

static int32_t zeta_index(void)
{
    int32_t index = 0, number;

    hpsi_option_find(&hpsi_gpr_options, "zeta", &index, &number);
    return hpsi_soap_options.n + index;
}

/* 1 if the part of the name before ":" is in the vocabulary; else *nearest is set. */
static int32_t is_known(const char *name, vocabulary *v, int32_t *nearest)
{
    const int32_t n = hpsi_soap_options.n + hpsi_gpr_options.n;
    char word[LONGEST];

    snprintf(word, sizeof word, "%.*s", (int)strcspn(name, ":"), name);
    for (int32_t i = 0; i < n; i++) {
        if (strcmp(full_name(i, v), word) == 0) {
            return 1;
        }
    }
    *nearest = strcmp(word, "gap.zeta") == 0 ? zeta_index() : hpsi_nearest(word, n, full_name, v);
    return 0;
}

hps_status hpsi_study_target(const char *name, hpsi_target *out)
{
    char buffer[LONGEST];
    vocabulary v = {buffer};
    int32_t nearest = -1;

    if (!is_known(name, &v, &nearest)) {
        return nearest < 0
                   ? hpsi_fail(HPS_E_OPTION,
                               "study: there is no parameter '%s'; names are soap.<option>, " ZETA
                               " and gap.<option>",
                               name)
                   : hpsi_fail(HPS_E_OPTION,
                               "study: there is no parameter '%s'; did you mean '%s'?", name,
                               full_name(nearest, &v));
    }
    memset(out, 0, sizeof *out);
    out->owner = strncmp(name, "soap.", 5) == 0 ? HPSI_TARGET_SOAP : HPSI_TARGET_GPR;
    out->option = strchr(name, '.') + 1;
    out->lambda = strcmp(name, "gap.delta") == 0 || strcmp(name, "gap.sigma_energy") == 0;
    if (strcmp(name, "gap.sigma_force") == 0 || strcmp(name, "gap.sigma_virial") == 0) {
        out->lambda = 2;
    }
    out->selects = out->owner == HPSI_TARGET_SOAP || strncmp(name, "gap.n_sparse", 12) == 0 ||
                   strcmp(name, "gap.sparse_method") == 0 || strcmp(name, "gap.seed") == 0;
    return hpsi_option_find(hpsi_study_table(out), out->option, &out->index, &out->number);
}
