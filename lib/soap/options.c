/* SPDX-License-Identifier: BSD-3-Clause */
/* Option table of the descriptor; names as in Table 1 of the paper and soap_turbo. */
#include "base/internal.h"

static const hpsi_option rows[] = {
    {"n_max", HPS_OPTION_INT, 1, "", "", 1, 16, 8, "radial functions"},
    {"l_max", HPS_OPTION_INT, 0, "", "", 0, 16, 8, "highest angular momentum"},
    {"rcut_hard", HPS_OPTION_REAL, 1, "angstrom", "", 1e-3, 100, 5, "cut-off radius"},
    {"rcut_soft", HPS_OPTION_REAL, 1, "angstrom", "", 1e-3, 100, 4.5,
     "where the damping of the density starts; at most rcut_hard"},
    {"nf", HPS_OPTION_REAL, 1, "", "", 0.1, 100, 4, "steepness of the soft cut-off"},
    {"atom_sigma_r", HPS_OPTION_REAL, 1, "angstrom", "", 1e-3, 100, 0.5,
     "radial width of an atom's density at the centre"},
    {"atom_sigma_t", HPS_OPTION_REAL, 1, "angstrom", "", 1e-3, 100, 0.5,
     "tangential width of an atom's density at the centre"},
    {"atom_sigma_r_scaling", HPS_OPTION_REAL, 1, "", "", -10, 100, 0,
     "growth of the radial width with distance"},
    {"atom_sigma_t_scaling", HPS_OPTION_REAL, 1, "", "", -10, 100, 0,
     "growth of the tangential width with distance"},
    {"amplitude_scaling", HPS_OPTION_REAL, 1, "", "", 0, 100, 1,
     "exponent of the decay of a neighbour's weight with distance"},
    {"central_weight", HPS_OPTION_REAL, 1, "", "", 0, 1e6, 1, "weight of the central atom"},
    {"global_scaling", HPS_OPTION_REAL, 1, "", "", 0, 1e6, 1, "factor of a species' density"},
    {"radial_enhancement", HPS_OPTION_INT, 0, "", "", 0, 2, 0,
     "extra weight of distant atoms: density times r^0, r^1 or r^2"},
    {"basis", HPS_OPTION_TEXT, 0, "", "poly3|poly3gauss", 0, 1, 0,
     "radial basis: polynomials, or polynomials and a Gaussian at the centre (the paper's)"},
    {"compress", HPS_OPTION_TEXT, 0, "", "none|trivial|0_0|0_1|0_2|1_0|1_1|1_2|2_0|2_1|2_2", 0, 10,
     0, "components kept: all, those with a first radial function, or nu_R_nu_S"},
    {"smooth_tail", HPS_OPTION_INT, 0, "", "", 0, 1, 0,
     "1: keep the damped tail of near atoms that soap_turbo drops beyond 4 sigma"},
    {"flavour", HPS_OPTION_TEXT, 0, "", "exact|soap_turbo", 0, 1, 0,
     "exact formulas, or with soap_turbo's approximations: for models shared with gap_fit"},
};

const hpsi_option_table hpsi_soap_options = {"soap", sizeof rows / sizeof rows[0], rows};
