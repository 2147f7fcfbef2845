/* SPDX-License-Identifier: BSD-3-Clause */
/* A model with so small a descriptor that a test can afford many fits of it. */
#ifndef HPS_TESTS_SMALL_GPR_H
#define HPS_TESTS_SMALL_GPR_H

#include <check.h>

#include "hpswarm/gpr.h"

/* @param n_max of the descriptor, whose l_max is one less */
static inline hps_gpr *small_gpr(hps_context *c, int32_t n_species, const int32_t *number,
                                 int32_t n_max)
{
    hps_soap *s = NULL;
    hps_gpr *g = NULL;

    ck_assert_int_eq(hps_soap_create(&s, c, n_species, number), HPS_OK);
    ck_assert_int_eq(hps_soap_set_int(s, "n_max", n_max), HPS_OK);
    ck_assert_int_eq(hps_soap_set_int(s, "l_max", n_max - 1), HPS_OK);
    ck_assert_int_eq(hps_soap_set_real(s, "rcut_hard", 4), HPS_OK);
    ck_assert_int_eq(hps_soap_set_real(s, "rcut_soft", 3), HPS_OK);
    ck_assert_int_eq(hps_gpr_create(&g, c, s), HPS_OK);
    hps_soap_destroy(s);
    ck_assert_int_eq(hps_gpr_set_real(g, "zeta", 2), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_int(g, "n_sparse", 20), HPS_OK);
    return g;
}

/* Of carbon alone. */
static inline hps_gpr *small_carbon(hps_context *c)
{
    const int32_t number[] = {6};

    return small_gpr(c, 1, number, 3);
}

/* The same with the energy of the free atoms that morse.h has. */
static inline hps_gpr *small_morse(hps_context *c)
{
    hps_gpr *g = small_carbon(c);

    ck_assert_int_eq(hps_gpr_set_text(g, "e0_method", "given"), HPS_OK);
    ck_assert_int_eq(hps_gpr_set_real(g, "e0", -1), HPS_OK);
    return g;
}

#endif
