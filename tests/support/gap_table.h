/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables of make_gap_tables.py: settings, sparse points, training and test structures of a
 * fit by gap_fit, with the predictions of quip for the test structures. */
#ifndef HPS_TESTS_GAP_TABLE_H
#define HPS_TESTS_GAP_TABLE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "hpswarm.h"

#define MOST_ATOMS 32
#define MOST_FRAMES 64

typedef struct structures {
    int32_t n;
    int32_t atoms[MOST_FRAMES], has_virial[MOST_FRAMES];
    double energy[MOST_FRAMES], forces[MOST_FRAMES * 3 * MOST_ATOMS], virial[MOST_FRAMES * 9];
    hps_dataset *set;
} structures;

typedef struct table {
    hps_context *context;
    hps_soap *soap;
    hps_gpr *model;
    int32_t n_species, numbers[8], n_sparse[8], cur;
    int64_t sparse[8][128];
    structures train, test;
} table;

/* ---------------------------------------------------------------- reading */

static inline double real(FILE *f)
{
    double v;

    ck_assert_int_eq(fscanf(f, "%lf", &v), 1);
    return v;
}

static inline int32_t whole(FILE *f)
{
    int v;

    ck_assert_int_eq(fscanf(f, "%d", &v), 1);
    return v;
}

static inline void reals(FILE *f, int64_t n, double *v)
{
    for (int64_t i = 0; i < n; i++) {
        v[i] = real(f);
    }
}

static inline void read_soap(FILE *f, table *t)
{
    static const char *const whole_names[] = {"n_max", "l_max", "radial_enhancement"};
    static const char *const real_names[] = {"rcut_hard",
                                             "rcut_soft",
                                             "nf",
                                             "atom_sigma_r",
                                             "atom_sigma_t",
                                             "atom_sigma_r_scaling",
                                             "atom_sigma_t_scaling",
                                             "amplitude_scaling",
                                             "central_weight"};
    char word[32];

    t->n_species = whole(f);
    for (int32_t i = 0; i < t->n_species; i++) {
        t->numbers[i] = whole(f);
    }
    ck_assert_int_eq(hps_soap_create(&t->soap, t->context, t->n_species, t->numbers), HPS_OK);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(hps_soap_set_int(t->soap, whole_names[i], whole(f)), HPS_OK);
    }
    for (int i = 0; i < 9; i++) {
        ck_assert_int_eq(hps_soap_set_real(t->soap, real_names[i], real(f)), HPS_OK);
    }
    ck_assert_int_eq(fscanf(f, "%31s", word), 1);
    ck_assert_int_eq(hps_soap_set_text(t->soap, "compress", word), HPS_OK);
    ck_assert_int_eq(hps_soap_set_text(t->soap, "basis", "poly3gauss"), HPS_OK);
}

static inline void set_positive(hps_gpr *g, const char *name, double v)
{
    if (v > 0) { /* 0 stands for a quantity that is not fitted */
        ck_assert_int_eq(hps_gpr_set_real(g, name, v), HPS_OK);
    }
}

static inline void read_model(FILE *f, table *t)
{
    hps_gpr *g;

    ck_assert_int_eq(hps_gpr_create(&t->model, t->context, t->soap), HPS_OK);
    g = t->model;
    set_positive(g, "zeta", real(f));
    set_positive(g, "delta", real(f));
    set_positive(g, "sigma_energy", real(f));
    set_positive(g, "sigma_force", real(f));
    set_positive(g, "sigma_virial", real(f));
    ck_assert_int_eq(hps_gpr_set_int(g, "sigma_per_atom", whole(f)), HPS_OK);
    set_positive(g, "jitter", real(f));
    ck_assert_int_eq(hps_gpr_set_int(g, "fit_forces", whole(f)), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(g, "fit_virials", whole(f)), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(g, "seed", whole(f)), HPS_OK);
    t->cur = whole(f);
    ck_assert_int_eq(hps_gpr_set_text(g, "e0_method", "given"), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_text(g, "sparse_method", "file"), HPS_OK);
    for (int32_t i = 0; i < t->n_species; i++) {
        char name[32];

        snprintf(name, sizeof name, "e0:%s", hps_element_symbol(t->numbers[i]));
        ck_assert_int_eq(hps_gpr_set_real(g, name, real(f)), HPS_OK);
        t->n_sparse[i] = whole(f);
        ck_assert_int_le(t->n_sparse[i], 128);
        for (int32_t j = 0; j < t->n_sparse[i]; j++) {
            t->sparse[i][j] = whole(f);
        }
        ck_assert_int_eq(hps_gpr_set_sparse(g, t->numbers[i], t->n_sparse[i], t->sparse[i]),
                         HPS_OK);
        snprintf(name, sizeof name, "n_sparse:%s", hps_element_symbol(t->numbers[i]));
        ck_assert_int_eq(hps_gpr_set_int(g, name, t->n_sparse[i]), HPS_OK);
    }
}

static inline void read_structures(FILE *f, table *t, structures *s)
{
    int64_t first = 0;

    ck_assert_int_eq(hps_dataset_create(&s->set, t->context), HPS_OK);
    s->n = whole(f);
    ck_assert_int_le(s->n, MOST_FRAMES);
    for (int32_t i = 0; i < s->n; i++) {
        int32_t n = whole(f);
        int32_t has_cell = whole(f);
        int32_t has_forces = whole(f);
        int32_t numbers[MOST_ATOMS];
        double x[3 * MOST_ATOMS];
        double cell[9];
        double *forces = s->forces + 3 * first;

        s->has_virial[i] = whole(f);
        s->energy[i] = real(f);
        ck_assert_int_le(n, MOST_ATOMS);
        for (int32_t j = 0; j < n; j++) {
            numbers[j] = whole(f);
        }
        reals(f, 3 * n, x);
        reals(f, has_cell ? 9 : 0, cell);
        reals(f, has_forces ? 3 * n : 0, forces);
        reals(f, s->has_virial[i] ? 9 : 0, s->virial + 9 * (int64_t)i);
        ck_assert_int_eq(hps_dataset_add(s->set, n, numbers, x, has_cell ? cell : NULL, NULL,
                                         &s->energy[i], has_forces ? forces : NULL,
                                         s->has_virial[i] ? s->virial + 9 * (int64_t)i : NULL,
                                         NULL),
                         HPS_OK);
        s->atoms[i] = n;
        first += n;
    }
}

static inline table *read_table(const char *name, int32_t threads)
{
    char path[512];
    table *t = calloc(1, sizeof *t);
    FILE *f;

    snprintf(path, sizeof path, "%s/gap_%s.txt", HPS_TEST_DATA, name);
    f = fopen(path, "r");
    ck_assert_msg(f != NULL, "cannot open %s", path);
    ck_assert_int_eq(hps_context_create(&t->context, NULL), HPS_OK);
    ck_assert_int_eq(hps_context_set_threads(t->context, threads), HPS_OK);
    read_soap(f, t);
    read_model(f, t);
    read_structures(f, t, &t->train);
    read_structures(f, t, &t->test);
    fclose(f);
    return t;
}

static inline void free_table(table *t)
{
    hps_dataset_destroy(t->train.set);
    hps_dataset_destroy(t->test.set);
    hps_gpr_destroy(t->model);
    hps_soap_destroy(t->soap);
    hps_context_destroy(t->context);
    free(t);
}

#endif
