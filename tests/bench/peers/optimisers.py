# SPDX-License-Identifier: BSD-3-Clause
"""The peers behind one call: optimiser(problem, generator, seed) calls problem(u) with points of
the unit cube until it raises Full. Their packages are imported when they are used."""
import importlib.metadata
import logging
import math
import warnings

import bayesian


class Full(Exception):
    """The evaluations are used up."""


def versions(*packages):
    found = []
    for name in packages:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            return None
    return ", ".join(found)


def random_search(problem, generator, _seed):
    while True:
        problem(generator.random(problem.n))


def cma_es(problem, generator, seed):
    """pycma's defaults with bounds, restarted with a doubled population."""
    import cma

    population = 4 + int(3 * math.log(problem.n))
    while True:
        es = cma.CMAEvolutionStrategy(
            generator.random(problem.n), 0.3,
            {"bounds": [0, 1], "seed": 1 + seed % 2**31, "verbose": -9, "popsize": population})
        while not es.stop():
            points = es.ask()
            es.tell(points, [problem(u) for u in points])
        population *= 2
        seed += 1


def lq_cma_es(problem, generator, seed):
    """CMA-ES helped by a linear-quadratic model of the values."""
    import cma

    while True:
        cma.fmin_lq_surr2(problem, generator.random(problem.n), 0.3,
                          {"bounds": [0, 1], "seed": 1 + seed % 2**31, "verbose": -9})
        seed += 1


def scipy_de(problem, _generator, seed):
    """About 20 individuals, no polish (the settings of swarm.md 10.1)."""
    from scipy.optimize import differential_evolution

    n = problem.n
    size = max(1, round(20 / n)) if n < 10 else 1
    size = -(-10 // n) if n * size < 10 else size
    differential_evolution(problem, [(0, 1)] * n, popsize=size, maxiter=10**6, seed=seed,
                           polish=False, tol=0, atol=0)


def random_local(problem, generator, _seed):
    """The best of 2 D + 2 random points, then BOBYQA from there; again until the end."""
    import nlopt

    while True:
        points = generator.random((2 * problem.n + 2, problem.n))
        values = [problem(u) for u in points]
        o = nlopt.opt(nlopt.LN_BOBYQA, problem.n)
        o.set_lower_bounds(0.0)
        o.set_upper_bounds(1.0)
        o.set_initial_step(0.25)
        o.set_xtol_abs(1e-8)
        o.set_ftol_abs(1e-9)
        o.set_min_objective(lambda u, _gradient: float(problem(u)))
        try:
            o.optimize(points[values.index(min(values))])
        except (nlopt.RoundoffLimited, ValueError, RuntimeError):
            pass
        if problem.left() <= 0:
            raise Full


def bobyqa(problem, generator, _seed):
    """NLopt's BOBYQA from random points (the settings of swarm.md 10.1)."""
    import nlopt

    while True:
        o = nlopt.opt(nlopt.LN_BOBYQA, problem.n)
        o.set_lower_bounds(0.0)
        o.set_upper_bounds(1.0)
        o.set_initial_step(0.25)
        o.set_xtol_abs(1e-8)
        o.set_ftol_abs(1e-9)
        o.set_min_objective(lambda u, _gradient: float(problem(u)))
        try:
            o.optimize(generator.random(problem.n))
        except (nlopt.RoundoffLimited, ValueError, RuntimeError):
            pass
        if problem.left() <= 0:
            raise Full


def optuna_tpe(problem, _generator, seed):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=seed % 2**31, multivariate=True))

    def objective(trial):
        u = []
        for d, levels in enumerate(problem.levels):
            if levels > 0:
                u.append((trial.suggest_int(f"u{d}", 0, levels - 1) + 0.5) / levels)
            else:
                u.append(trial.suggest_float(f"u{d}", 0, 1))
        return problem(u)

    study.optimize(objective, n_trials=problem.budget)


def pyswarms_gbest(problem, _generator, seed):
    import numpy
    import pyswarms

    logging.disable(logging.CRITICAL)
    numpy.random.seed(seed % 2**31)
    bounds = (numpy.zeros(problem.n), numpy.ones(problem.n))
    swarm = pyswarms.single.GlobalBestPSO(
        20, problem.n, {"c1": 1.49618, "c2": 1.49618, "w": 0.7298}, bounds=bounds)
    swarm.optimize(lambda x: numpy.array([problem(u) for u in x]), iters=problem.budget // 20 + 2,
                   verbose=False)


def pagmo(algorithm):
    def run(problem, _generator, seed):
        import pygmo

        class Wrapped:
            """A problem as pagmo wants it."""

            def fitness(self, u):
                return [problem(u)]

            def get_bounds(self):
                return [0.0] * problem.n, [1.0] * problem.n

        size = max(5, 4 + int(3 * math.log(problem.n))) if algorithm == "cmaes" else 20
        while True:
            seed = 1 + seed % 2**31
            if algorithm == "cmaes":
                made = pygmo.cmaes(gen=10**6, sigma0=0.3, ftol=1e-10, xtol=1e-10,
                                   force_bounds=True, seed=seed)
            elif algorithm == "pso":
                made = pygmo.pso(gen=10**6, seed=seed)
            else:
                made = pygmo.sade(gen=10**6, ftol=1e-12, xtol=1e-12, seed=seed)
            population = pygmo.population(pygmo.problem(Wrapped()), size, seed=seed)
            try:
                pygmo.algorithm(made).evolve(population)
            except Exception:  # pagmo may pass Full on as an error of its own
                if problem.left() <= 0:
                    raise Full from None
                raise
            if algorithm == "cmaes":
                size *= 2

    return run


# name: (call, the packages that it needs)
PEERS = {
    "random": (random_search, ("numpy",)),
    "cma-es": (cma_es, ("cma",)),
    "lq-cma-es": (lq_cma_es, ("cma",)),
    "de": (scipy_de, ("scipy",)),
    "random+local": (random_local, ("nlopt",)),
    "bobyqa": (bobyqa, ("nlopt",)),
    "tpe": (optuna_tpe, ("optuna",)),
    "pyswarms": (pyswarms_gbest, ("pyswarms",)),
    "pagmo-cmaes": (pagmo("cmaes"), ("pygmo",)),
    "pagmo-pso": (pagmo("pso"), ("pygmo",)),
    "pagmo-sade": (pagmo("sade"), ("pygmo",)),
    "smac-gp": (bayesian.smac("BlackBoxFacade"), ("smac",)),
    "smac-forest": (bayesian.smac("HyperparameterOptimizationFacade"), ("smac",)),
    "botorch": (bayesian.botorch_logei, ("botorch", "gpytorch", "torch")),
    "turbo": (bayesian.turbo(1), ("botorch", "gpytorch", "torch")),
    "turbo-12": (bayesian.turbo(12), ("botorch", "gpytorch", "torch")),
    "hebo": (bayesian.hebo, ("HEBO", "gpytorch", "torch")),
}
