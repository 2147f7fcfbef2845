# SPDX-License-Identifier: BSD-3-Clause
"""Peers that fit Gaussian processes or forests (optimisers.py has the table of all). Each takes
problem(u) and raises Full when the evaluations are used up."""
import logging
import math
import tempfile
import warnings


def smac(facade):
    """SMAC3: "BlackBoxFacade" (Gaussian process) or "HyperparameterOptimizationFacade" (random
    forest), as they come."""
    def run(problem, _generator, seed):
        import smac
        from ConfigSpace import ConfigurationSpace, Float, Integer
        from smac.runhistory import TrialValue

        logging.disable(logging.CRITICAL)
        warnings.simplefilter("ignore")
        space = ConfigurationSpace(seed=seed % 2**31)
        for d, levels in enumerate(problem.levels):
            space.add(Integer(f"u{d}", (0, levels - 1)) if levels > 0
                      else Float(f"u{d}", (0.0, 1.0)))

        def objective(config, seed=0):  # pylint: disable=unused-argument
            return problem([(config[f"u{d}"] + 0.5) / n if n > 0 else config[f"u{d}"]
                            for d, n in enumerate(problem.levels)])

        with tempfile.TemporaryDirectory() as folder:
            scenario = smac.Scenario(space, deterministic=True, n_trials=problem.budget,
                                     seed=seed % 2**31, output_directory=folder)
            optimiser = getattr(smac, facade)(scenario, objective, overwrite=True,
                                              logging_level=False)
            while True:
                info = optimiser.ask()
                optimiser.tell(info, TrialValue(cost=objective(info.config)))

    return run


def settle_torch(seed):
    import torch

    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    torch.manual_seed(seed % 2**31)
    return torch


def as_tensors(torch, points, values):
    """Points and standardised negative values: BoTorch maximises."""
    x = torch.tensor(points, dtype=torch.double)
    y = -torch.tensor(values, dtype=torch.double).unsqueeze(-1)
    return x, (y - y.mean()) / y.std().clamp_min(1e-12)


def botorch_logei(problem, _generator, seed):
    """BoTorch's default Gaussian process with LogEI, one point at a time, after 2 D + 2 points of
    Sobol's sequence."""
    torch = settle_torch(seed)
    from botorch.acquisition import LogExpectedImprovement
    from botorch.fit import fit_gpytorch_mll
    from botorch.models import SingleTaskGP
    from botorch.optim import optimize_acqf
    from gpytorch.mlls import ExactMarginalLogLikelihood

    sobol = torch.quasirandom.SobolEngine(problem.n, scramble=True, seed=seed % 2**31)
    points = sobol.draw(2 * problem.n + 2).double().tolist()
    values = [problem(u) for u in points]
    bounds = torch.tensor([[0.0] * problem.n, [1.0] * problem.n], dtype=torch.double)
    while True:
        x, y = as_tensors(torch, points, values)
        model = SingleTaskGP(x, y)
        fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
        found, _ = optimize_acqf(LogExpectedImprovement(model, best_f=y.max()), bounds, q=1,
                                 num_restarts=5, raw_samples=256)
        points.append(found[0].tolist())
        values.append(problem(points[-1]))


class Region:
    """The trust region of TuRBO-1 (Eriksson et al., NeurIPS 2019, section 2)."""

    def __init__(self, n, batch):
        self.length, self.successes, self.failures = 0.8, 0, 0
        self.patience = math.ceil(max(4.0 / batch, n / batch))

    def judge(self, better):
        self.successes = self.successes + 1 if better else 0
        self.failures = 0 if better else self.failures + 1
        if self.successes == 3:
            self.length, self.successes = min(2.0 * self.length, 1.6), 0
        elif self.failures == self.patience:
            self.length, self.failures = 0.5 * self.length, 0

    def collapsed(self):
        return self.length < 0.5**7


def thompson(torch, region, points, values, batch):
    """The best candidates inside the region by samples of a Matern 5/2 process."""
    from botorch.fit import fit_gpytorch_mll
    from botorch.generation import MaxPosteriorSampling
    from botorch.models import SingleTaskGP
    from gpytorch.constraints import Interval
    from gpytorch.kernels import MaternKernel, ScaleKernel
    from gpytorch.likelihoods import GaussianLikelihood
    from gpytorch.mlls import ExactMarginalLogLikelihood

    x, y = as_tensors(torch, points, values)
    n = x.shape[1]
    kernel = ScaleKernel(MaternKernel(nu=2.5, ard_num_dims=n,
                                      lengthscale_constraint=Interval(0.005, 4.0)))
    model = SingleTaskGP(x, y, covar_module=kernel, outcome_transform=None,
                         likelihood=GaussianLikelihood(noise_constraint=Interval(1e-8, 1e-3)))
    fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
    weights = kernel.base_kernel.lengthscale.detach().flatten()
    weights = weights / weights.log().mean().exp()
    centre = x[y.argmax()]
    lo = (centre - 0.5 * region.length * weights).clamp(0.0, 1.0)
    hi = (centre + 0.5 * region.length * weights).clamp(0.0, 1.0)
    count = min(5000, max(2000, 200 * n))
    moved = lo + (hi - lo) * torch.quasirandom.SobolEngine(n, scramble=True).draw(count).double()
    mask = torch.rand(count, n) <= min(1.0, 20.0 / n)
    mask[torch.arange(count), torch.randint(n, (count,))] = True
    candidates = torch.where(mask, moved, centre)
    with torch.no_grad():
        return MaxPosteriorSampling(model, replacement=False)(candidates, batch).tolist()


def turbo(batch):
    """TuRBO-1 over BoTorch's model and sampling, with settings of its paper; 2 D points to begin."""
    def run(problem, _generator, seed):
        torch = settle_torch(seed)
        region = Region(problem.n, batch)
        sobol = torch.quasirandom.SobolEngine(problem.n, scramble=True, seed=seed % 2**31)
        points = sobol.draw(2 * problem.n).double().tolist()
        values = [problem(u) for u in points]
        while not region.collapsed():
            more = thompson(torch, region, points, values, batch)
            least = min(values)
            points += more
            values += [problem(u) for u in more]
            region.judge(min(values[-len(more):]) < least - 1e-3 * abs(least))

    return run


def hebo(problem, _generator, seed):
    """HEBO as it comes, one point at a time."""
    settle_torch(seed)
    import numpy
    import pandas
    from hebo.design_space.design_space import DesignSpace
    from hebo.optimizers.hebo import HEBO

    pandas.options.mode.chained_assignment = None
    numpy.random.seed(seed % 2**31)
    space = DesignSpace().parse([
        {"name": f"u{d}", "type": "int", "lb": 0, "ub": levels - 1} if levels > 0 else
        {"name": f"u{d}", "type": "num", "lb": 0, "ub": 1}
        for d, levels in enumerate(problem.levels)])
    optimiser = HEBO(space, scramble_seed=seed % 2**31)
    while True:
        asked = optimiser.suggest(n_suggestions=1)
        row = asked.iloc[0]
        u = [(row[f"u{d}"] + 0.5) / n if n > 0 else row[f"u{d}"]
             for d, n in enumerate(problem.levels)]
        optimiser.observe(asked, numpy.array([[problem(u)]]))
