# SPDX-License-Identifier: BSD-3-Clause
"""The paper's two strategies: all hyper-parameters at once, or the descriptor first."""
from __future__ import annotations

import ctypes
import os
import time
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple, Union

import numpy as np

from . import _lib
from ._load import check, lib
from .context import Context, Handle, context_handle, default_context
from .dataset import Dataset, dataset
from .exceptions import HpswarmError, StateError, error
from .gap import GAP
from .options import documented, set_options
from .results import Errors, KernelStatistics, Result, table
from .soap import kernel_statistics
from .space import Space
from .swarm import Progress, Swarm

PAUSE = 0.1  # seconds of evaluation after which an interrupt is looked for
MOST_REFITS = 5  # of the best points of a stage, as the program does
SMALL = 5000  # atoms up to which the library evaluates points side by side
STAGES = {"joint": (("joint", ("soap.", "kernel.", "gap."), "rmse"),),
          "two-stage": (("soap", ("soap.", "kernel."), "std-skew"), ("gap", ("gap.",), "rmse"))}


@documented("study")
class Objective(Handle):
    """One stage: an objective over a space whose names are "soap.<option>", "kernel.zeta" and
    "gap.<option>" ("soap.atom_sigma_r:C"); to be called with points as rows.

    Parameters
    ----------
    gap : settings of everything that is not searched.
    train, test : the sets; test may be None for kernel objectives and loo.
    options : see below.
    """

    _destroy = "study_destroy"

    def __init__(self, space: Union[Space, Mapping[str, Any]], gap: GAP, train: Any, test: Any = None, *,
                 context: Optional[Context] = None, **options: Any):
        self._context = context if context is not None else gap._context
        self.space = space if isinstance(space, Space) else Space(space)
        self.train = dataset(train, self._context)
        self.test = None if test is None else dataset(test, self._context)
        out = ctypes.c_void_p()
        check(lib.study_create(ctypes.byref(out), context_handle(self._context), self.space._handle, gap._handle,
                               self.train._handle, None if self.test is None else self.test._handle))
        self._own(out.value)
        set_options("study", self._handle, options)
        #: values of a point: 2 with objective="rmse-pair", for a swarm of two objectives
        self.n_objectives = 2 if options.get("objective") == "rmse-pair" else 1
        atoms = self.train.n_atoms + (0 if self.test is None else self.test.n_atoms)
        self._at_once = (self._context or default_context()).threads if atoms <= SMALL else 1
        self._quick = 0.0  # points a second in the last call
        #: why points of the last call failed, by their place
        self.reasons: Dict[int, str] = {}

    def _point(self, x: Any) -> np.ndarray:
        point = self.space.as_point(x) if isinstance(x, Mapping) else np.ascontiguousarray(x, dtype=float)
        if point.shape != (len(self.space),):
            raise ValueError("a point has the shape %r, it must be (%d,)" % (point.shape, len(self.space)))
        return point

    def apply(self, x: Any) -> GAP:
        """The settings at a point."""
        point = self._point(x)
        out = ctypes.c_void_p()
        check(lib.study_apply(self._handle, point.ctypes.data, ctypes.byref(out)))
        return GAP._from_handle(out.value, self._context)

    def refit(self, x: Any) -> Any:
        """The objective at a point as the model of a fit has it, for the few best points of a run
        whose values come from a `Path`, which has another jitter. A StateError where they are
        those already."""
        point = self._point(x)
        f = np.empty(self.n_objectives)
        check(lib.study_refit(self._handle, point.ctypes.data, f.ctypes.data))
        return f if self.n_objectives > 1 else float(f[0])

    def best_of(self, result: Result) -> np.ndarray:
        """The best point of a run as models have it: where its values come from a `Path`, the best
        few are refitted, and the best model counts."""
        if self.n_objectives > 1:
            return result.x
        h = result.history
        order = np.argsort(np.where((h.outcome == 0) & np.isfinite(h.f), h.f, np.inf), kind="stable")
        good = [h.x[i] for i in order[:np.count_nonzero((h.outcome == 0) & np.isfinite(h.f))]]
        points: List[np.ndarray] = [result.x]
        for x in good:  # each once
            if len(points) < MOST_REFITS and not any((x == p).all() for p in points):
                points.append(x)
        best, chosen = np.inf, result.x
        for x in points:
            try:
                f = self.refit(x)
            except StateError:
                return result.x
            except HpswarmError:  # what cannot be fitted is none of the best
                continue
            if f < best:
                best, chosen = f, x
        return chosen

    @property
    def memory(self) -> int:
        """Bytes that an evaluation of an iteration may hold."""
        out = ctypes.c_int64()
        check(lib.study_memory(self._handle, ctypes.byref(out)))
        return out.value

    def __call__(self, points: Any) -> Tuple[np.ndarray, np.ndarray]:
        """Values and outcomes (0: evaluated, 1: infeasible, 2: failed) of points. Points that take
        long go a few at a time, so that an interrupt does not wait for all of them; the
        values do not depend on it."""
        x = np.ascontiguousarray(points, dtype=float)
        if x.ndim != 2 or x.shape[1] != len(self.space):
            raise ValueError("points have the shape %r, it must be (n, %d)" % (x.shape, len(self.space)))
        f = np.full((len(x), self.n_objectives) if self.n_objectives > 1 else len(x), np.nan)
        outcome = np.zeros(len(x), dtype=np.int32)
        self.reasons = {}
        at = 0
        while at < len(x):
            n = max(min(len(x) - at, max(self._at_once, int(self._quick * PAUSE))), 1)
            start = time.perf_counter()
            self._some(x[at:at + n], f[at:at + n], outcome[at:at + n], at)
            self._quick = n / max(time.perf_counter() - start, 1e-9)
            at += n
        return f, outcome

    def _some(self, x: np.ndarray, f: np.ndarray, outcome: np.ndarray, at: int) -> None:
        n = len(x)
        ids, particles = np.arange(n, dtype=np.int64), np.arange(n, dtype=np.int32)
        batch = _lib.hps_batch(struct_size=ctypes.sizeof(_lib.hps_batch), n=n, n_params=x.shape[1],
                               n_objectives=self.n_objectives, iteration=0,
                               id=ids.ctypes.data, particle=particles.ctypes.data, x=x.ctypes.data)
        if lib.study_evaluate(ctypes.byref(batch), f.ctypes.data, outcome.ctypes.data, self._handle) != 0:
            raise error(_lib.HPS_E_CALLBACK, lib.last_error().decode(errors="replace"))
        for i in np.flatnonzero(outcome):
            self.reasons[at + int(i)] = lib.study_reason(self._handle, int(i)).decode(errors="replace")


@dataclass
class Stage:
    """A stage of a study that is over. The result's x is `Objective.best_of`, fun the best value of the run."""

    name: str
    objective: str
    result: Result
    kernel: KernelStatistics


@dataclass
class StudyResult:
    """The end of a study."""

    strategy: str
    stages: List[Stage]
    gap: GAP = field(repr=False)  #: the final model, fitted
    train: Errors
    test: Optional[Errors]

    @property
    def params(self) -> Dict[str, Any]:
        """The best parameters of all stages."""
        return {n: v for s in self.stages for n, v in s.result.params.items()}

    def _repr_html_(self) -> str:
        rows: List[Tuple[Any, ...]] = []
        for s in self.stages:
            rows += [("<%s>" % s.name, s.objective), ("objective", s.result.fun),
                     ("evaluations", s.result.n_evaluated), ("kernel, mean", s.kernel.mean),
                     ("kernel, standard deviation", s.kernel.standard_deviation)]
            rows += list(s.result.params.items())
        for name, e in (("training", self.train), ("test", self.test)):
            if e is not None:
                rows += [("%s, meV/atom" % name, 1e3 * e.rmse_energy_per_atom),
                         ("%s, meV/angstrom" % name, 1e3 * e.rmse_force)]
        return table(rows, ("", self.strategy))


class Study:
    """A search of hyper-parameters.

    Parameters
    ----------
    train : a Dataset, structures, or the path of a file.
    test : the set for the errors; None: a fifth of train, split off.
    space : names to ranges (`Space`): "soap.rcut_soft", "kernel.zeta", "gap.delta", ...
    gap : settings of everything that is not searched.
    strategy : "joint": everything against the test error. "two-stage": the descriptor (and zeta)
        against the spread of its kernel, then the rest against the test error.
    objectives : other objectives than the strategy's, {"soap": "std"}, by stage. "rmse-pair" keeps the
        errors of energies and forces apart; the stage's result has a front then.
    objective_options : skew_weight, force_weight, references, seed.

    >>> from hpswarm import GAP, Soap
    >>> study = Study("carbon.xyz", space={"soap.atom_sigma_r": (0.1, 1), "gap.delta": (0.1, 5)},
    ...               gap=GAP(Soap("C", r_cut=5, n_max=4, l_max=4), n_sparse=10), strategy="two-stage")
    >>> result = study.run(max_iterations=5, seed=42)
    >>> sorted(result.params), bool(result.test.rmse_energy_per_atom < 5)
    (['gap.delta', 'soap.atom_sigma_r'], True)
    """

    def __init__(self, train: Any, test: Any = None, *, space: Mapping[str, Any], gap: GAP,
                 strategy: str = "joint", objectives: Optional[Mapping[str, str]] = None,
                 objective_options: Optional[Mapping[str, Any]] = None, context: Optional[Context] = None):
        if strategy not in STAGES:
            raise ValueError("strategy is one of %s, not %r" % (", ".join(STAGES), strategy))
        self.strategy = strategy
        self.train = dataset(train, context)
        if test is None:
            self.train, self.test = self.train.split(0.2)
        else:
            self.test = dataset(test, context)
        self.gap, self.context = gap, context
        self.space = dict(space.parameters) if isinstance(space, Space) else dict(space)
        self.objective_options = dict(objective_options or {})
        self.objectives = {name: objective for name, _, objective in STAGES[strategy]}
        unknown = [n for n in (objectives or {}) if n not in self.objectives]
        if unknown:
            raise ValueError("%s has no stage %s" % (strategy, ", ".join(unknown)))
        self.objectives.update(objectives or {})
        known = tuple(p for _, prefixes, _ in STAGES["joint"] for p in prefixes)
        odd = [n for n in self.space if not n.startswith(known)]
        if odd:
            raise ValueError("%s: names begin with %s" % (", ".join(odd), " or ".join(known)))

    def run(self, callback: Optional[Callable[[str, Progress], Any]] = None,
            checkpoint: Optional[Union[str, "os.PathLike[str]"]] = None, **options: Any) -> StudyResult:
        """Run the stages, then fit.

        Parameters
        ----------
        callback : called with the stage's name and a Progress after each iteration; a true
            result ends the stage.
        checkpoint : folder for the state of each stage; what is there already is gone on from.
        options : of the swarm (``help(hpswarm.Swarm)``); at least one limit.
        """
        gap, stages = self.gap.copy(), []
        for name, prefixes, _ in STAGES[self.strategy]:
            space = {n: p for n, p in self.space.items() if n.startswith(prefixes)}
            if space:
                stage, gap = self._stage(name, space, gap, callback, checkpoint, options)
                stages.append(stage)
        gap.fit(self.train)
        return StudyResult(self.strategy, stages, gap, gap.score(self.train),
                           gap.score(self.test) if len(self.test) else None)

    def _stage(self, name: str, space: Mapping[str, Any], gap: GAP, callback: Any, checkpoint: Any,
               options: Mapping[str, Any]) -> Tuple[Stage, GAP]:
        objective = Objective(space, gap, self.train, self.test, context=self.context,
                              objective=self.objectives[name], **self.objective_options)
        path = None if checkpoint is None else os.path.join(checkpoint, "checkpoint.%s.hpsw" % name)
        if path is not None and os.path.exists(path):
            swarm = Swarm.load(path, objective.space, n_objectives=objective.n_objectives, context=self.context)
        else:
            swarm = Swarm(objective.space, objective.n_objectives, context=self.context, **options)
        if path is not None:
            os.makedirs(checkpoint, exist_ok=True)
            swarm.set_autosave(path)
        result = swarm.run(objective, None if callback is None else lambda p: callback(name, p))
        if not result.success:
            raise StateError("stage %s: every one of %d evaluations failed, the last ones with: %s" % (
                name, result.n_evaluated, "; ".join(sorted(set(objective.reasons.values())))))
        x = objective.best_of(result)
        result = replace(result, x=x, params=objective.space.as_dict(x))
        best = objective.apply(x)
        o = self.objective_options
        kernel = kernel_statistics(best.soap, self.train, best.get("zeta"),
                                   references=o.get("references", 0), seed=o.get("seed", 1))
        return Stage(name, self.objectives[name], result, kernel), best
