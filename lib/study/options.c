/* SPDX-License-Identifier: BSD-3-Clause */
/* Option table of a study. */
#include "base/internal.h"

#define MANY 9007199254740992.0 /* 2^53 */

static const hpsi_option rows[] = {
    {"objective", HPS_OPTION_TEXT, 0, "", "std|std-skew|rmse|mae|loo|rmse-pair", 0, 5, 2,
     "what is minimised: the kernel's spread (negative), the same with its skew, an error, or the "
     "errors of energies and of forces as two objectives",
     "rmse trains and tests each candidate and gave the lower errors in most of our studies; "
     "std-skew trains nothing; loo needs no test set, for twice the price where forces are "
     "fitted; mae is for molecules. rmse-pair shows what energies and forces cost each other."},
    {"skew_weight", HPS_OPTION_REAL, 0, "", "", 0, 1e6, 1,
     "std-skew minimises skew_weight*|skew| - std",
     "1 asks for kernels that are as symmetric as they are wide; 0 is the objective std."},
    {"force_weight", HPS_OPTION_REAL, 0, "", "", 0, 1e6, 1.0 / 30.0,
     "rmse and mae minimise the energy error plus this times the force error",
     "The paper's 1/30 angstrom makes errors of 1 meV/atom and 30 meV/angstrom equal. 0 leaves "
     "forces out and spares their evaluation."},
    {"references", HPS_OPTION_INT, 0, "", "", 0, MANY, 0,
     "reference environments of the kernel statistics; 0: all",
     "The paper has 3000. Cost grows in proportion; for small sets take all."},
    {"seed", HPS_OPTION_INT, 0, "", "", 0, MANY, 1, "seed of their sample",
     "Matters only while references are fewer than the environments."},
    {"precision", HPS_OPTION_TEXT, 0, "", "double|single", 0, 1, 0,
     "of descriptors and their products in the kernel statistics",
     "single takes 0.6 of the time for n_max = l_max = 6 and more, with moments to about 1e-7 "
     "times zeta; little is gained below."},
    {"threads_for", HPS_OPTION_TEXT, 0, "", "auto|points|inside", 0, 2, 0,
     "several candidates at a time, all threads inside of one, or what is faster",
     "auto measures a candidate where some threads would have no candidate of their own; from 5000 "
     "atoms on it is inside, which needs the memory of one candidate only."},
};

const hpsi_option_table hpsi_study_options = {"study", sizeof rows / sizeof rows[0], rows};
