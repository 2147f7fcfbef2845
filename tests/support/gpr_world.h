/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of the model's public face share: a small set and a model for it. */
#ifndef HPS_TESTS_GPR_WORLD_H
#define HPS_TESTS_GPR_WORLD_H

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "atoms.h"

typedef struct world {
    hps_context *context;
    hps_soap *soap;
    hps_gpr *model;
    hps_dataset *train;
} world;

static inline hps_gpr *small_model(hps_context *c, const hps_soap *s)
{
    hps_gpr *g;

    ck_assert_int_eq(hps_gpr_create(&g, c, s), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_real(g, "sigma_energy", 0.01), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(g, "n_sparse", 12), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_text(g, "e0_method", "fit"), HPS_OK);
    return g;
}

static inline world new_world(void)
{
    world w;

    w.context = atoms_context(2);
    w.soap = atoms_soap(w.context, 3, 2);
    w.model = small_model(w.context, w.soap);
    w.train = atoms_dataset(w.context);
    for (uint64_t i = 0; i < 6; i++) {
        atoms a = atoms_grid(2, 2, 1 + (int32_t)(i % 3), i % 2 == 0, i == 4, i);

        atoms_add(w.train, &a, ATOMS_ALL, i < 3 ? "small" : "rest");
    }
    return w;
}

static inline void end_world(world *w)
{
    hps_dataset_destroy(w->train);
    hps_gpr_destroy(w->model);
    hps_soap_destroy(w->soap);
    hps_context_destroy(w->context);
}

static inline void check_message(hps_status got, hps_status expected, const char *part)
{
    ck_assert_msg(got == expected, "%s instead of %s: %s", hps_status_name(got),
                  hps_status_name(expected), hps_last_error());
    ck_assert_msg(strstr(hps_last_error(), part) != NULL, "'%s' does not say '%s'",
                  hps_last_error(), part);
}

/* A log that keeps the warnings; user: room for them. */
static inline void remember(int32_t level, const char *message, void *user)
{
    if (level == HPS_LOG_WARN) {
        strncat(user, message, 400);
    }
}

/* The name of a new file. */
static inline void temporary(char path[64])
{
    int fd;

    strcpy(path, "test_gpr_model_XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

#endif
