/* SPDX-License-Identifier: BSD-3-Clause */
/* Option table of the swarm. */
#include "base/internal.h"

#define MANY 9007199254740992.0 /* 2^53 */

static const hpsi_option rows[] = {
    {"variant", HPS_OPTION_TEXT, 0, "", "paper|swarm|guided|pareto|paper_mo", 0, 4, 2,
     "paper: eqs 14-16 of the paper; swarm: constriction swarm with restarts; guided: that swarm "
     "led by models of the values so far; pareto: several objectives; paper_mo: a paper swarm for "
     "each of them"},
    {"particles", HPS_OPTION_INT, 0, "", "", 0, 100000, 0,
     "members of the swarm; 0: 16 for paper (paper_mo: for each objective), else 12"},
    {"seed", HPS_OPTION_INT, 0, "", "", 0, MANY, 42, "key of all random numbers"},
    {"c1", HPS_OPTION_REAL, 0, "", "", 0, 100, 1, "pull towards a particle's own best (paper)"},
    {"c2", HPS_OPTION_REAL, 0, "", "", 0, 100, 2, "pull towards the swarm's best (paper)"},
    {"dt", HPS_OPTION_REAL, 0, "", "", 1e-3, 1000, 1,
     "divisor of the step (paper); 1 as published, 0.9 goes on improving for longer"},
    {"gbest", HPS_OPTION_TEXT, 0, "", "alltime|iteration", 0, 1, 0,
     "the swarm's best (paper): since the start, or of the present iteration"},
    {"max_evaluations", HPS_OPTION_INT, 0, "", "", 0, MANY, 0, "stop after; 0: no limit"},
    {"max_iterations", HPS_OPTION_INT, 0, "", "", 0, 4294967295.0, 0, "stop after; 0: no limit"},
    {"target", HPS_OPTION_REAL, 0, "", "", -1e300, 1e300, -1e300,
     "stop when the best value is at or below it"},
    {"stagnation", HPS_OPTION_INT, 0, "", "", 0, MANY, 0,
     "stop after so many evaluations without improvement; 0: off"},
    {"stagnation_tolerance", HPS_OPTION_REAL, 0, "", "", 0, 1, 0,
     "relative improvement that counts for stagnation"},
    {"time_limit", HPS_OPTION_REAL, 0, "s", "", 0, 1e9, 0, "stop after; 0: no limit"},
    {"accept_infinity", HPS_OPTION_INT, 0, "", "", 0, 1, 0,
     "1: -inf is a value; 0: it counts as failed"},
    {"draws", HPS_OPTION_INT, 0, "", "", 1, 1000, 10,
     "moves of a particle of which the model picks one (guided)"},
    {"stagnation_iterations", HPS_OPTION_INT, 0, "", "", 0, MANY, 6,
     "iterations without a significant improvement after which the swarm starts anew (guided)"},
    {"significance", HPS_OPTION_REAL, 0, "", "", 0, 1, 3e-3,
     "improvement that is significant, over the distance of the best from the median (guided)"},
    {"significance_absolute", HPS_OPTION_REAL, 0, "", "", 0, 1e300, 0,
     "improvement that is significant, for an objective of known noise; 0: relative (guided)"},
    {"retry", HPS_OPTION_INT, 0, "", "", 0, 1000, 0,
     "hand a point that failed or timed out out again, so many times"},
    {"asynchronous", HPS_OPTION_INT, 0, "", "", 0, 1, 0,
     "1: a value moves its particle at once, without waiting for the rest of the iteration"},
    {"workers", HPS_OPTION_INT, 0, "", "", 0, 100000, 0,
     "points under way at a time (asynchronous); 0: as many as particles"},
    {"noisy", HPS_OPTION_INT, 0, "", "", 0, 1, 0,
     "1: values are noisy; what looks best is measured again, and means count"},
};

const hpsi_option_table hpsi_swarm_options = {"swarm", sizeof rows / sizeof rows[0], rows};
