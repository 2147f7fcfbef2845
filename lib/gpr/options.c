/* SPDX-License-Identifier: BSD-3-Clause */
/* Option table of the sparse Gaussian-process fit. */
#include "base/internal.h"

#define MANY 9007199254740992.0 /* 2^53 */

static const hpsi_option rows[] = {
    {"delta", HPS_OPTION_REAL, 0, "eV", "", 1e-10, 1e10, 1, "energy scale of the prior"},
    {"zeta", HPS_OPTION_REAL, 0, "", "", 1e-3, 1000, 4, "exponent of the kernel"},
    {"n_sparse", HPS_OPTION_INT, 1, "", "", 1, 1e6, 1000,
     "sparse points, shared out by element; with an element: that element's own"},
    {"sparse_method", HPS_OPTION_TEXT, 0, "", "cur|random|all|file", 0, 3, 0,
     "how sparse points are chosen"},
    {"sigma_energy", HPS_OPTION_REAL, 0, "eV", "", 1e-12, 1e6, 0.001,
     "noise of an energy; times sqrt(atoms) while sigma_per_atom is 1"},
    {"sigma_force", HPS_OPTION_REAL, 0, "eV/angstrom", "", 1e-12, 1e6, 0.1,
     "noise of a force component"},
    {"sigma_virial", HPS_OPTION_REAL, 0, "eV", "", 1e-12, 1e6, 0.1,
     "noise of a virial component; scaled like sigma_energy"},
    {"sigma_per_atom", HPS_OPTION_INT, 0, "", "", 0, 1, 1,
     "1: energy and virial noise grow with the square root of the atoms"},
    {"fit_forces", HPS_OPTION_INT, 0, "", "", 0, 1, 0, "1: fit forces too"},
    {"fit_virials", HPS_OPTION_INT, 0, "", "", 0, 1, 0, "1: fit virials too"},
    {"jitter", HPS_OPTION_REAL, 0, "eV^2", "", 0, 1, 1e-10,
     "added to the diagonal of the sparse covariance"},
    {"e0_method", HPS_OPTION_TEXT, 0, "", "isolated|average|fit|given", 0, 3, 1,
     "energies of free atoms: from one-atom frames, the mean per atom, least squares, or given"},
    {"e0", HPS_OPTION_REAL, 1, "eV", "", -1e9, 1e9, 0, "energy of a free atom, for given"},
    {"seed", HPS_OPTION_INT, 0, "", "", 1, MANY, 1, "seed of the sparse selection"},
    {"delta_method", HPS_OPTION_TEXT, 0, "", "given|evidence", 0, 1, 0,
     "given: delta; evidence: that of the largest marginal likelihood for the noises, found from "
     "it"},
};

const hpsi_option_table hpsi_gpr_options = {"gpr", sizeof rows / sizeof rows[0], rows};
