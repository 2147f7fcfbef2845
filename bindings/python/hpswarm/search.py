# SPDX-License-Identifier: BSD-3-Clause
"""`minimize`: a swarm for a function of one point."""
from __future__ import annotations

import os
from typing import Any, Callable, Dict, Iterable, List, Optional, Union

import numpy as np

from . import _lib
from .context import Context
from .exceptions import Infeasible
from .results import Result
from .space import Space, as_dict_of
from .swarm import Progress, SpaceLike, Swarm


class _OnePoint:
    """An objective of one point, made into one of an iteration's points."""

    def __init__(self, f: Callable[[Any], Any], space: Space, n_objectives: int, as_dict: bool,
                 spread: Optional[Callable[..., Iterable[Any]]]):
        self.one = _Picklable(f, space.parameters if as_dict else None)
        self.n_objectives = n_objectives
        self.spread = spread if spread is not None else map

    def __call__(self, points: np.ndarray) -> Any:
        found = list(self.spread(self.one, points))
        refused = [v is Infeasible for v in found]
        if any(refused):
            nothing = np.nan if self.n_objectives == 1 else [np.nan] * self.n_objectives
            found = [nothing if v is Infeasible else v for v in found]
        values = self._numbers(found)
        outcome = np.array(refused, dtype=np.int32) * _lib.HPS_EVAL_INFEASIBLE
        return (values, outcome) if any(refused) else values

    def _numbers(self, found: List[Any]) -> np.ndarray:
        wanted = () if self.n_objectives == 1 else (self.n_objectives,)
        try:
            values = np.array(found, dtype=float)
        except ValueError:  # of several shapes
            values = np.empty(0)
        if values.shape == (len(found),) + wanted:
            return values
        for v in found:
            if np.shape(v) != wanted:
                raise ValueError("the objective returned a value of the shape %r; it must be %s"
                                 % (np.shape(v), "one number" if wanted == () else repr(wanted)))
        raise ValueError("the objective must return numbers")


class _Picklable:
    """The objective as a pool of processes gets it: without the handle of the space."""

    def __init__(self, f: Callable[[Any], Any], parameters: Optional[Dict[str, Any]]):
        self.f, self.parameters = f, parameters

    def __call__(self, x: np.ndarray) -> Any:
        try:
            return self.f(x if self.parameters is None else as_dict_of(self.parameters, x))
        except Infeasible:
            return Infeasible


def minimize(f: Callable[[Any], Any], space: SpaceLike, *, vectorized: bool = False,
             as_dict: bool = False, n_objectives: int = 1, start: Any = None,
             callback: Optional[Callable[[Progress], Any]] = None,
             preference: Optional[Callable[[np.ndarray, np.ndarray], Any]] = None,
             map: Optional[Callable[..., Iterable[Any]]] = None,
             checkpoint: Optional[Union[str, "os.PathLike[str]"]] = None,
             context: Optional[Context] = None, **options: Any) -> Result:
    """Minimise a function over a space with a particle swarm.

    Parameters
    ----------
    f : gets a point as an array and returns a number. NaN means that the evaluation failed;
        ``raise Infeasible`` refuses the point. Any other exception ends the run and comes
        out unchanged.
    space : a mapping of names to (low, high), (low, high, "log"), a range, or a list of labels; a
        sequence of the same; or a Space.
    vectorized : f gets the points of an iteration as the rows of an array, and returns as many
        values.
    as_dict : f gets a mapping of names to values (not with ``vectorized``).
    n_objectives : how many values f returns; with several the result's front has the points that
        no other beats, and x is a compromise of them.
    start : points to begin with.
    callback : called with a Progress after each iteration; a true result ends the run.
    preference : another order of several objectives than dominance (`Swarm.set_preference`).
    map : spreads the points of an iteration, like ``multiprocessing.Pool(4).map``.
    checkpoint : file that the state is written to after each iteration; if it is there
        already, the run goes on from it with the options that it holds.
    options : of the swarm (``help(hpswarm.Swarm)``); at least one limit, for example
        ``max_evaluations=1000``. ``seekers`` is 0 here, for functions of microseconds; say
        ``seekers=-1`` (the default of `Swarm`) where an evaluation takes 10 ms or more: half of
        the members (a quarter for more than 500 evaluations, one with 16 parameters or more) then
        go where a Gaussian process expects most, which takes 0.2 to 0.7 ms an evaluation and finds
        better points in fewer of them.

    >>> r = minimize(lambda x: (x[0] - 1) ** 2, {"x": (-5, 5)}, max_evaluations=200)
    >>> round(r.params["x"], 2)
    1.0
    """
    where = space if isinstance(space, Space) else Space(space)
    if vectorized and (as_dict or map is not None):
        raise TypeError("vectorized goes with neither as_dict nor map")
    if checkpoint is not None and os.path.exists(checkpoint):
        swarm = Swarm.load(checkpoint, where, n_objectives=n_objectives, context=context)
    else:
        if n_objectives == 1 and options.get("variant", "guided") == "guided":
            options.setdefault("seekers", 0)
        swarm = Swarm(where, n_objectives, context=context, **options)
        if start is not None:
            swarm.set_start(start)
    try:
        if preference is not None:
            swarm.set_preference(preference)
        if checkpoint is not None:
            swarm.set_autosave(checkpoint)
        return swarm.run(f if vectorized else _OnePoint(f, where, n_objectives, as_dict, map), callback)
    finally:
        swarm.close()
