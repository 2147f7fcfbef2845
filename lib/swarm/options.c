/* SPDX-License-Identifier: BSD-3-Clause */
/* Option table of the swarm. */
#include "base/internal.h"

#define MANY 9007199254740992.0 /* 2^53 */

static const hpsi_option rows[] = {
    {"variant", HPS_OPTION_TEXT, 0, "", "paper|swarm|guided|pareto|paper_mo", 0, 4, 2,
     "paper: eqs 14-16 of the paper; swarm: constriction swarm with restarts; guided: that swarm "
     "led by models of the values so far; pareto: several objectives; paper_mo: a paper swarm for "
     "each of them",
     "guided where an evaluation takes some milliseconds or more, swarm for cheaper ones, "
     "pareto for several objectives; paper and paper_mo to repeat published results."},
    {"particles", HPS_OPTION_INT, 0, "", "", 0, 100000, 0,
     "members of the swarm; 0: 16 for paper (paper_mo: for each objective), else 12",
     "guided was chosen with 12: 16 was not better, and 24 was worse at 100 and 300 "
     "evaluations. With more workers than that take as many as there are workers, or more: all "
     "of an iteration can be evaluated at the same time."},
    {"seed", HPS_OPTION_INT, 0, "", "", 0, MANY, 42, "key of all random numbers",
     "One search is one sample: compare settings over several seeds, since differences of a "
     "few percent between two runs mean little."},
    {"c1", HPS_OPTION_REAL, 0, "", "", 0, 100, 1, "pull towards a particle's own best (paper)",
     "Published with c2 = 2; both are read by paper and paper_mo only, and there is no reason "
     "to touch them but comparison."},
    {"c2", HPS_OPTION_REAL, 0, "", "", 0, 100, 2, "pull towards the swarm's best (paper)",
     "With c1 = 1 the swarm contracts only for dt above 0.889."},
    {"dt", HPS_OPTION_REAL, 0, "", "", 1e-3, 1000, 1,
     "divisor of the step (paper); 1 as published, 0.9 goes on improving for longer",
     "With 1 the swarm narrows tenfold in about 11 iterations and gains almost nothing after "
     "1000 evaluations; 0.9 then reaches 42 instead of 35 % of the benchmark's targets. Below "
     "0.889 it does not contract."},
    {"gbest", HPS_OPTION_TEXT, 0, "", "alltime|iteration", 0, 1, 0,
     "the swarm's best (paper): since the start, or of the present iteration",
     "The paper's text says alltime, its program does iteration; the difference is below the "
     "noise."},
    {"max_evaluations", HPS_OPTION_INT, 0, "", "", 0, MANY, 0, "stop after; 0: no limit",
     "The budget. Our studies have 300; on four of our five own problems guided needed 40 to "
     "140 to reach what the paper's swarm reaches in 1000."},
    {"max_iterations", HPS_OPTION_INT, 0, "", "", 0, 4294967295.0, 0, "stop after; 0: no limit",
     "An iteration evaluates up to as many points as there are particles; a limit on "
     "evaluations is easier to compare between variants."},
    {"target", HPS_OPTION_REAL, 0, "", "", -1e300, 1e300, -1e300,
     "stop when the best value is at or below it",
     "The paper's threshold e_t, for when it is known which error is good enough. For one "
     "objective."},
    {"stagnation", HPS_OPTION_INT, 0, "", "", 0, MANY, 0,
     "stop after so many evaluations without improvement; 0: off",
     "guided starts anew after stagnation_iterations: leave room for several such starts (6 "
     "iterations of 12 particles each)."},
    {"stagnation_tolerance", HPS_OPTION_REAL, 0, "", "", 0, 1, 0,
     "relative improvement that counts for stagnation",
     "0 takes every improvement; 1e-3 ends runs that only polish the fourth digit."},
    {"time_limit", HPS_OPTION_REAL, 0, "s", "", 0, 1e9, 0, "stop after; 0: no limit",
     "A run that ends by it can go on from its checkpoint with a later one."},
    {"accept_infinity", HPS_OPTION_INT, 0, "", "", 0, 1, 0,
     "1: -inf is a value; 0: it counts as failed",
     "Leave it at 0: -inf is mostly an overflow or a logarithm of 0 in the objective, and "
     "nothing beats it."},
    {"draws", HPS_OPTION_INT, 0, "", "", 1, 1000, 10,
     "moves of a particle of which the model picks one (guided)",
     "Neither 1 nor 30 was better on our problems. Each costs the optimiser microseconds, not "
     "an evaluation."},
    {"stagnation_iterations", HPS_OPTION_INT, 0, "", "", 0, MANY, 6,
     "iterations without a significant improvement after which the swarm starts anew (guided)",
     "Longer patience was tried and not better: a new start is what leads out of traps."},
    {"significance", HPS_OPTION_REAL, 0, "", "", 0, 1, 3e-3,
     "improvement that is significant, over the distance of the best from the median (guided)",
     "Of 1e-3, 3e-3 and 1e-2 the first left the search in traps most often; the others were "
     "alike."},
    {"significance_absolute", HPS_OPTION_REAL, 0, "", "", 0, 1e300, 0,
     "improvement that is significant, for an objective of known noise; 0: relative (guided)",
     "The standard deviation of an objective that is noisy and of known noise."},
    {"budget", HPS_OPTION_INT, 0, "", "", -1, MANY, 0,
     "evaluations that are planned for; 0: max_evaluations as it is at first, -1: none "
     "(guided)",
     "guided looks for other basins in the first 60 % of them (less with more parameters) and "
     "polishes the best point in the rest. If max_evaluations is to be raised later, set it to all "
     "that there will be."},
    {"seekers", HPS_OPTION_INT, 0, "", "", -1, 100000, -1,
     "members an iteration that go where a Gaussian process expects the greatest improvement; -1: "
     "half of them if at most 500 evaluations are planned for, a quarter up to 2000, one with 16 "
     "parameters or more, else none (guided, not asynchronous)",
     "Those shares were best on our problems; in longer runs more of them meet in the first basin. "
     "They take 0.2 to 0.7 milliseconds an evaluation: 0 for objectives that are cheaper than "
     "that."},
    {"retry", HPS_OPTION_INT, 0, "", "", 0, 1000, 0,
     "hand a point that failed or timed out out again, so many times",
     "1 or 2 where the machine fails and not the point. A point that always fails costs as "
     "many evaluations more."},
    {"asynchronous", HPS_OPTION_INT, 0, "", "", 0, 1, 0,
     "1: a value moves its particle at once, without waiting for the rest of the iteration",
     "For evaluations of very different length: four ranks were busy for 96 instead of 82 % of "
     "the time. The run then depends on the order of the answers, which is kept and can be "
     "replayed."},
    {"workers", HPS_OPTION_INT, 0, "", "", 0, 100000, 0,
     "points under way at a time (asynchronous); 0: as many as particles",
     "As many as really run side by side."},
    {"noisy", HPS_OPTION_INT, 0, "", "", 0, 1, 0,
     "1: values are noisy; what looks best is measured again, and means count",
     "For objectives that answer differently each time, such as averages over a simulation: at "
     "300 evaluations of a noisy sphere the true value at the reported best fell from 1.55 to "
     "1.15 with guided. Useless otherwise: repeats cost evaluations."},
};

const hpsi_option_table hpsi_swarm_options = {"swarm", sizeof rows / sizeof rows[0], rows};
