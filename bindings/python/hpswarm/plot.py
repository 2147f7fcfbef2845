# SPDX-License-Identifier: BSD-3-Clause
"""Plots on matplotlib (an optional dependency); each draws into `ax`, or makes one, and returns it."""
from __future__ import annotations

from typing import Any, Optional

import numpy as np

from .dataset import dataset
from .gap import GAP
from .results import KernelStatistics, Result


def _axes(ax: Any) -> Any:
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError as e:
        raise ImportError("the plots need matplotlib: pip install 'hpswarm[plot]'") from e
    return pyplot.subplots()[1]


def plot_convergence(result: Result, ax: Any = None) -> Any:
    """The best value after each evaluation."""
    ax = _axes(ax)
    best = result.convergence()
    ax.step(np.arange(1, len(best) + 1), best, where="post")
    if np.isfinite(best).any() and np.nanmin(best) > 0:
        ax.set_yscale("log")
    ax.set(xlabel="evaluations", ylabel="best objective")
    return ax


def plot_parameter(result: Result, name: str, ax: Any = None) -> Any:
    """The objective over one parameter, for all evaluations."""
    ax = _axes(ax)
    i = result.space.names.index(name)
    good = result.history.outcome == 0
    f = result.history.f if result.history.f.ndim == 1 else result.history.f[:, 0]
    ax.scatter(result.history.x[good, i], f[good], c=np.flatnonzero(good), s=8)
    ax.axvline(result.x[i])
    ax.set(xlabel=name, ylabel="objective")
    return ax


def plot_front(result: Result, first: int = 0, second: int = 1, ax: Any = None) -> Any:
    """Two of several objectives against each other: all evaluations, and the front."""
    ax = _axes(ax)
    good = result.history.outcome == 0
    ax.scatter(result.history.f[good, first], result.history.f[good, second], s=8)
    ax.scatter(result.front.f[:, first], result.front.f[:, second], s=16)
    ax.set(xlabel="objective %d" % first, ylabel="objective %d" % second)
    return ax


def plot_kernel(statistics: KernelStatistics, ax: Any = None) -> Any:
    """Histogram of the kernel; of statistics made with bins."""
    if statistics.histogram is None:
        raise ValueError("the statistics have no histogram: ask for bins")
    ax = _axes(ax)
    ax.stairs(statistics.histogram, statistics.edges, fill=True)
    ax.axvline(statistics.mean, color="black")
    ax.set(xlabel="k", ylabel="pairs", title="mean %.3f, std %.3f" % (
        statistics.mean, statistics.standard_deviation))
    return ax


def plot_parity(gap: GAP, data: Any, what: str = "energy", ax: Any = None) -> Any:
    """Predictions over references: "energy" (per atom) or "forces"."""
    ax = _axes(ax)
    d = dataset(data)
    found = gap.predict(d, forces=what == "forces", virial=False)
    if what == "energy":
        reference, predicted, unit = d.energies / d.sizes, found.energy / d.sizes, "eV/atom"
    elif what == "forces":
        reference, predicted, unit = d.forces.ravel(), found.forces.ravel(), "eV/angstrom"
    else:
        raise ValueError("what is energy or forces, not %r" % what)
    ax.scatter(reference, predicted, s=8)
    ax.axline((float(np.nanmin(reference)),) * 2, slope=1.0, color="black")
    ax.set(xlabel="reference, " + unit, ylabel="prediction, " + unit)
    return ax
