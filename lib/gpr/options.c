/* SPDX-License-Identifier: BSD-3-Clause */
/* Option table of the sparse Gaussian-process fit. */
#include "base/internal.h"

#define MANY 9007199254740992.0 /* 2^53 */

static const hpsi_option rows[] = {
    {"delta", HPS_OPTION_REAL, 0, "eV", "", 1e-10, 1e10, 1, "energy scale of the prior",
     "Energies alone know little but sigma_energy/delta: search one of the two and fix the "
     "other, or let delta_method find it. The paper searches [0.1, 5]."},
    {"zeta", HPS_OPTION_REAL, 0, "", "", 1e-3, 1000, 4, "exponent of the kernel",
     "The larger, the more alike environments have to be to count: for the paper's dimers the "
     "standard deviation of one kernel is 0.008 with 1 and 0.075 with 10. Search [1, 10]; "
     "whole and half-integer exponents up to 8 are the fastest."},
    {"n_sparse", HPS_OPTION_INT, 1, "", "", 1, 1e6, 1000,
     "sparse points, shared out by element; with an element: that element's own",
     "The accuracy of the fit against its cost: a prediction takes time in proportion to it, a "
     "fit holds twice its square of numbers. Our studies have 300 for crystals, 1000 for "
     "disordered carbon, 2000 for molecules."},
    {"sparse_method", HPS_OPTION_TEXT, 0, "", "cur|random|all|file", 0, 3, 0,
     "how sparse points are chosen",
     "cur draws by leverage as gap_fit does, with the seed for its rnd_seed; all is for sets "
     "as small as the dimers; file repeats somebody else's choice."},
    {"sigma_energy", HPS_OPTION_REAL, 0, "eV", "", 1e-12, 1e6, 0.001,
     "noise of an energy; times sqrt(atoms) while sigma_per_atom is 1",
     "Small follows the energies closely, large smooths them. Search it over a factor of 1000 "
     "on a logarithmic scale; solids ended anywhere between 0.05 and 100 meV, depending on "
     "delta."},
    {"sigma_force", HPS_OPTION_REAL, 0, "eV/angstrom", "", 1e-12, 1e6, 0.1,
     "noise of a force component",
     "Beside sigma_energy it decides how much forces count. Our fits on energies and forces "
     "ended between 5 and 30 meV/angstrom, most at 30 to 50 times sigma_energy."},
    {"sigma_virial", HPS_OPTION_REAL, 0, "eV", "", 1e-12, 1e6, 0.1,
     "noise of a virial component; scaled like sigma_energy",
     "Only with fit_virials, beside sigma_energy as sigma_force. None of our studies fits "
     "virials, so there is no better advice than to search it on a logarithmic scale."},
    {"sigma_per_atom", HPS_OPTION_INT, 0, "", "", 0, 1, 1,
     "1: energy and virial noise grow with the square root of the atoms",
     "1 is gap_fit's rule and right for cells of different sizes; 0 for molecules whose error "
     "counts per molecule, as in the paper's."},
    {"fit_forces", HPS_OPTION_INT, 0, "", "", 0, 1, 0, "1: fit forces too",
     "Worth its price if forces matter: for the same descriptor their errors fell by 40 % or "
     "more in our studies, while a fit took about six times as long and the errors of energies "
     "went up or down."},
    {"fit_virials", HPS_OPTION_INT, 0, "", "", 0, 1, 0, "1: fit virials too",
     "For models that have to know stresses; needs frames with cells and virials or stresses. "
     "Adds six rows a frame, little beside forces."},
    {"jitter", HPS_OPTION_REAL, 0, "eV^2", "", 0, 1, 1e-10,
     "added to the diagonal of the sparse covariance",
     "gap_fit's sparse_jitter. Leave it: from 1e-14 to 1e-6 the errors of amorphous carbon "
     "moved by a hundredth of a percent, and where a factorisation needs more it is raised by "
     "itself, with a warning."},
    {"e0_method", HPS_OPTION_TEXT, 0, "", "isolated|average|fit|given", 0, 3, 1,
     "energies of free atoms: from one-atom frames, the mean per atom, least squares, or given",
     "isolated if the free atoms are in the data and bonds are to break, average for one element "
     "as in our studies of carbon, fit for several elements."},
    {"e0", HPS_OPTION_REAL, 1, "eV", "", -1e9, 1e9, 0, "energy of a free atom, for given",
     "Take it from the same method as the data; a wrong value is energy that the kernel has to "
     "explain."},
    {"seed", HPS_OPTION_INT, 0, "", "", 1, MANY, 1, "seed of the sparse selection",
     "Another seed draws other points: with three of them G_E of our fits moved by 0.2 %, G_F "
     "by 0.5 % about their mean."},
    {"delta_method", HPS_OPTION_TEXT, 0, "", "given|evidence", 0, 1, 0,
     "given: delta; evidence: that of the largest marginal likelihood for the noises, found from "
     "it",
     "evidence takes delta out of the search at the price of one singular value decomposition "
     "a fit; it goes by the likelihood of the training data, not by a test set."},
    {"refine", HPS_OPTION_INT, 0, "", "", 0, 1, 0,
     "1: take the rounding out of a fit by another pass over its rows",
     "0 for searches: another pass takes about as long as the rows took and moves forces by 1e-7 "
     "eV/angstrom at most. 1 where coefficients beyond 1e5 are to give digits that repeat on other "
     "machines."},
};

const hpsi_option_table hpsi_gpr_options = {"gpr", sizeof rows / sizeof rows[0], rows};
