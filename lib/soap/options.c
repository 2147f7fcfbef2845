/* SPDX-License-Identifier: BSD-3-Clause */
/* Option table of the descriptor; names as in Table 1 of the paper and soap_turbo. */
#include "base/internal.h"

static const hpsi_option rows[] = {
    {"n_max", HPS_OPTION_INT, 1, "", "", 1, 16, 8, "radial functions",
     "Components grow with the square of n_max times the number of elements: with l_max = "
     "n_max, 4 gives 50 for one element and 6 gives 147, the two sizes of the paper. From 4 to "
     "6 the energy errors of iron fell by a quarter to a third, those of disordered carbon did "
     "not, for 1.4 times the time. Nor is 6 always enough: where the search chose n_max and l_max "
     "too, it took 6 and 4 for disordered carbon, but 8 and 6 for the data of GAP-17, with forces "
     "a twelfth better on the test set and the same energies."},
    {"l_max", HPS_OPTION_INT, 0, "", "", 0, 16, 8, "highest angular momentum",
     "Components grow in proportion to l_max + 1. The paper sets it equal to n_max (4 and 6), "
     "and so do our studies, but for the two that search both: they ended two below n_max."},
    {"rcut_hard", HPS_OPTION_REAL, 1, "angstrom", "", 1e-3, 100, 5, "cut-off radius",
     "The time grows with the number of neighbours: in a solid with its third power. Our studies "
     "fix it (5 angstrom for solids, 4 for molecules) and search rcut_soft; the two that search "
     "n_max too ended at 5.4 and 4.7."},
    {"rcut_soft", HPS_OPTION_REAL, 1, "angstrom", "", 1e-3, 100, 4.5,
     "where the damping of the density starts; at most rcut_hard",
     "Costs nothing, so search it: the last angstrom below rcut_hard for the paper's dimers "
     "([4.0, 5.0]), one and a half in our studies of solids ([3.5, 5.0]). The damping gets "
     "steeper as it comes near rcut_hard."},
    {"nf", HPS_OPTION_REAL, 1, "", "", 0.1, 100, 4, "steepness of the soft cut-off",
     "Leave it at 4: the default of gap_fit and TurboGAP, never changed in the paper."},
    {"atom_sigma_r", HPS_OPTION_REAL, 1, "angstrom", "", 1e-3, 100, 0.5,
     "radial width of an atom's density at the centre",
     "Search it on a logarithmic scale: the paper's range is [0.1, 2], our studies of solids "
     "had [0.1, 1.5] and most of them ended between 0.1 and 0.7."},
    {"atom_sigma_t", HPS_OPTION_REAL, 1, "angstrom", "", 1e-3, 100, 0.5,
     "tangential width of an atom's density at the centre",
     "Search it as atom_sigma_r, on a logarithmic scale. Solids ended between 0.1 and 1.1, "
     "most dimers between 1.5 and the bound of 2."},
    {"atom_sigma_r_scaling", HPS_OPTION_REAL, 1, "", "", -10, 100, 0,
     "growth of the radial width with distance",
     "The width at a distance r is atom_sigma_r + this times r, so that far atoms are seen "
     "less sharply. The paper searches [0, 2]; in our studies, with [0, 1], it ended anywhere "
     "in between."},
    {"atom_sigma_t_scaling", HPS_OPTION_REAL, 1, "", "", -10, 100, 0,
     "growth of the tangential width with distance",
     "As atom_sigma_r_scaling for the tangential width. In our studies, with [0, 1], solids "
     "mostly ended below 0.2."},
    {"amplitude_scaling", HPS_OPTION_REAL, 1, "", "", 0, 100, 1,
     "exponent of the decay of a neighbour's weight with distance",
     "The larger, the more the near neighbours count. With 0 the descriptor jumps when an atom "
     "crosses the cut-off, below 0.5 its slope there is infinite. The paper searches [0, 2]; "
     "of our studies with [0, 4] several ended near 4, so leave room above."},
    {"central_weight", HPS_OPTION_REAL, 1, "", "", 0, 1e6, 1, "weight of the central atom",
     "The centre looks the same in every environment, so a large weight makes them more alike; "
     "with 0 an atom without neighbours has an empty descriptor. The paper searches [0, 2], "
     "which costs nothing."},
    {"global_scaling", HPS_OPTION_REAL, 1, "", "", 0, 1e6, 1, "factor of a species' density",
     "Weighs one element's density against the others'. Leave it at 1 for models that are "
     "meant for QUIP or gap_fit, which do not have it."},
    {"radial_enhancement", HPS_OPTION_INT, 0, "", "", 0, 2, 0,
     "extra weight of distant atoms: density times r^0, r^1 or r^2",
     "Search it over whole numbers ([0, 2]), it costs nothing: nearly all of our searches "
     "ended at 1 or 2."},
    {"basis", HPS_OPTION_TEXT, 0, "", "poly3|poly3gauss", 0, 1, 0,
     "radial basis: polynomials, or polynomials and a Gaussian at the centre (the paper's)",
     "The paper's tables come out with poly3gauss only, and all our studies use it."},
    {"compress", HPS_OPTION_TEXT, 0, "", "none|trivial|0_0|0_1|0_2|1_0|1_1|1_2|2_0|2_1|2_2", 0, 10,
     0, "components kept: all, those with a first radial function, or nu_R_nu_S",
     "Pays with several elements: for five of them and n_max = l_max = 4 trivial, which the "
     "paper takes for its molecules, leaves 450 of 1050 components."},
    {"smooth_tail", HPS_OPTION_INT, 0, "", "", 0, 1, 0,
     "1: keep the damped tail of near atoms that soap_turbo drops beyond 4 sigma",
     "1 removes a jump of the descriptor of 1e-5 or less, which only derivatives by hyper- "
     "parameters notice; 0 is what soap_turbo does."},
    {"flavour", HPS_OPTION_TEXT, 0, "", "exact|soap_turbo", 0, 1, 0,
     "exact formulas, or with soap_turbo's approximations: for models shared with gap_fit",
     "Leave it at exact unless gap_fit, QUIP or TurboGAP are to run the same model: with "
     "soap_turbo's approximations forces differ from the derivative of the energies by about "
     "1e-6 of their size."},
};

const hpsi_option_table hpsi_soap_options = {"soap", sizeof rows / sizeof rows[0], rows};
