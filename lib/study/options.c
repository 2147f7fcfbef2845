/* SPDX-License-Identifier: BSD-3-Clause */
/* Option table of a study. */
#include "base/internal.h"

#define MANY 9007199254740992.0 /* 2^53 */

static const hpsi_option rows[] = {
    {"objective", HPS_OPTION_TEXT, 0, "", "std|std-skew|rmse|mae|loo|rmse-pair", 0, 5, 2,
     "what is minimised: the kernel's spread (negative), the same with its skew, an error, or the "
     "errors of energies and of forces as two objectives"},
    {"skew_weight", HPS_OPTION_REAL, 0, "", "", 0, 1e6, 1,
     "std-skew minimises skew_weight*|skew| - std"},
    {"force_weight", HPS_OPTION_REAL, 0, "", "", 0, 1e6, 1.0 / 30.0,
     "rmse and mae minimise the energy error plus this times the force error"},
    {"references", HPS_OPTION_INT, 0, "", "", 0, MANY, 0,
     "reference environments of the kernel statistics; 0: all"},
    {"seed", HPS_OPTION_INT, 0, "", "", 0, MANY, 1, "seed of their sample"},
    {"precision", HPS_OPTION_TEXT, 0, "", "double|single", 0, 1, 0,
     "of descriptors and their products in the kernel statistics"},
};

const hpsi_option_table hpsi_study_options = {"study", sizeof rows / sizeof rows[0], rows};
