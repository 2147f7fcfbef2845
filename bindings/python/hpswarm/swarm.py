# SPDX-License-Identifier: BSD-3-Clause
"""The swarm: ask and tell, and run on top of them.

The loop is here and not in the library: points are asked for, evaluated and told, which gives
bit for bit what the library's own loop gives, and lets an exception of the objective and an
interrupt from the keyboard pass as they are.
"""
from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from typing import Any, Callable, Dict, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from . import _lib
from ._load import check, lib, text
from .context import Context, Handle, context_handle
from .exceptions import StateError
from .options import documented, set_options
from .results import Result
from .space import Space

CAPACITY = 1024  # points asked for at a time; more follow in another call

SpaceLike = Union[Space, Dict[str, Any], Sequence[Any]]


class Points(NamedTuple):
    """Points to evaluate: identities, and the points as rows."""

    id: np.ndarray
    x: np.ndarray


class _Buffer:
    """Where the library writes the points that are asked for, and reads their values."""

    def __init__(self, n_params: int, n_objectives: int):
        self.id = np.empty(CAPACITY, dtype=np.int64)
        self.x = np.empty((CAPACITY, n_params))
        self.f = np.empty((CAPACITY, n_objectives))
        self.n = ctypes.c_int32(0)
        self.addresses = (ctypes.byref(self.n), self.id.ctypes.data, self.x.ctypes.data)
        self.id_address, self.f_address = self.id.ctypes.data, self.f.ctypes.data

    def fill(self, handle: int, capacity: int) -> Points:
        status = lib.swarm_ask(handle, capacity, *self.addresses)
        if status != 0:
            check(status)
        return self.points()

    def points(self) -> Points:
        """As arrays of their own, which the caller may keep and change."""
        n = self.n.value
        return Points(self.id[:n].copy(), self.x[:n].copy())

    def tell(self, handle: int, n: int, values: np.ndarray) -> None:
        """The values of all points of the last `fill`."""
        self.f[:n] = values.reshape(n, -1)
        status = lib.swarm_tell(handle, n, self.id_address, self.f_address, None)
        if status != 0:
            check(status)


@dataclass(frozen=True)
class Progress:
    """Where a run stands."""

    iteration: int  #: iterations completed, the initial swarm is the first
    n_evaluated: int
    n_failed: int  #: failed and infeasible
    seconds: float
    best: float  #: inf while nothing succeeded
    diversity: float  #: mean normalised distance to the swarm's centre, 0..1
    n_front: int = 0  #: points that no other beats


class History(NamedTuple):
    """Everything evaluated, in order."""

    id: np.ndarray
    x: np.ndarray
    f: np.ndarray  #: [n], or [n][n_objectives] with several; inf where it failed
    outcome: np.ndarray  #: 0: evaluated, 1: infeasible, 2: failed, 3: timeout


class Front(NamedTuple):
    """Points that no other beats in every objective."""

    id: np.ndarray
    x: np.ndarray
    f: np.ndarray  #: [n][n_objectives]


@documented("swarm")
class Swarm(Handle):
    """A particle swarm over a space.

    Parameters
    ----------
    space : a Space, or what makes one.
    n_objectives : how many values an evaluation has, 1 to 16. With several `front` has the points
        that no other beats, and `best` a compromise of them.
    options : see below; at least one limit has to be set before the first `ask`.

    Use either `run`, or `ask` and `tell` in a loop of your own:

    >>> swarm = Swarm([(-5, 5), (-5, 5)], max_evaluations=200, seed=1)
    >>> while not swarm.done:
    ...     points = swarm.ask()
    ...     swarm.tell(points.id, (points.x ** 2).sum(axis=1))
    >>> x, f = swarm.best
    >>> bool(f < 0.1)
    True
    """

    _destroy = "swarm_destroy"

    def __init__(self, space: SpaceLike, n_objectives: int = 1, *, context: Optional[Context] = None,
                 **options: Any):
        self.space = space if isinstance(space, Space) else Space(space)
        address = ctypes.c_void_p()
        check(lib.swarm_create(ctypes.byref(address), context_handle(context), self.space._handle,
                               n_objectives))
        self._prepare(address.value, n_objectives, context)
        self.set(**options)

    def _prepare(self, address: Optional[int], n_objectives: int, context: Optional[Context]) -> None:
        self._own(address)
        self._context = context
        self.n_objectives = n_objectives
        self._asked, self._running = [_Buffer(len(self.space), n_objectives) for _ in range(2)]
        self._broken = False  # an exception ended the last run
        self._preference: Optional[_Preference] = None
        self._autosave: Optional[bytes] = None

    def set(self, **options: Any) -> "Swarm":
        """Set options; after the first `ask` only the limits."""
        set_options("swarm", self._handle, options)
        return self

    def set_start(self, x: Any) -> "Swarm":
        """Positions of the first members of the initial swarm, [n][n_params]; mappings by name
        are understood too."""
        start = self.space.as_rows(x)
        check(lib.swarm_set_start(self._handle, len(start), start.ctypes.data))
        return self

    def set_preference(self, prefers: Optional[Callable[[np.ndarray, np.ndarray], Any]]) -> "Swarm":
        """Another order than Pareto dominance, for several objectives: called with the values of two
        points, which it must not keep; below 0 if the first is better, above if the second is, 0 if
        neither. A strict partial order. None: dominance again. To be set again after a load."""
        kept = None if prefers is None else _Preference(prefers)
        self._preference, before = kept, self._preference
        try:
            check(lib.swarm_set_preference(self._handle, _lib.hps_prefer_fn() if kept is None else kept.function, None))
        except Exception:
            self._preference = before
            raise
        self._raised()
        return self

    def _raised(self) -> None:
        """The exception of a preference, which the library could not hand on."""
        if self._preference is not None and self._preference.raised is not None:
            raised, self._preference.raised = self._preference.raised, None
            raise raised

    # ------------------------------------------------------------------ ask and tell

    def ask(self, n: Optional[int] = None) -> Points:
        """Points that are not handed out yet, at most n; none until the others are told."""
        return self._asked.fill(self._handle, CAPACITY if n is None else min(n, CAPACITY))

    def tell(self, id: Any, f: Any, outcome: Any = None) -> None:
        """Values of points, in any order and any split.

        Parameters
        ----------
        id : [n], from `ask`.
        f : [n], or [n][n_objectives]; smaller is better, NaN means failed.
        outcome : [n] of 0: evaluated, 1: infeasible, 2: failed, 3: given up for its time; None: all 0.
        """
        ids = np.ascontiguousarray(id, dtype=np.int64).reshape(-1)
        values = _values(f, len(ids), self.n_objectives)
        outcomes = None
        if outcome is not None:
            outcomes = np.ascontiguousarray(outcome, dtype=np.int32)
            if outcomes.shape != (len(ids),):
                raise ValueError("outcome has the shape %r, it must be (%d,)" % (outcomes.shape, len(ids)))
        self._tell(ids, values, outcomes)

    def _tell(self, ids: np.ndarray, values: np.ndarray, outcomes: Optional[np.ndarray]) -> None:
        check(lib.swarm_tell(self._handle, len(ids), ids.ctypes.data, values.ctypes.data,
                             None if outcomes is None else outcomes.ctypes.data))
        self._raised()

    def tell_external(self, x: Any, f: Any, outcome: Any = None) -> None:
        """Values of points from elsewhere, [n][n_params] or mappings by name: they are no evaluations, but they are not
        evaluated again, and the swarm learns from them."""
        points = self.space.as_rows(x)
        values = _values(f, len(points), self.n_objectives)
        outcomes = None if outcome is None else np.ascontiguousarray(outcome, dtype=np.int32)
        if outcomes is not None and outcomes.shape != (len(points),):
            raise ValueError("outcome has the shape %r, it must be (%d,)" % (outcomes.shape, len(points)))
        check(lib.swarm_tell_external(self._handle, len(points), points.ctypes.data, values.ctypes.data,
                                      None if outcomes is None else outcomes.ctypes.data))
        self._raised()

    @property
    def order(self) -> np.ndarray:
        """Ids in the order in which their evaluations were completed."""
        n = ctypes.c_int64()
        status = lib.swarm_order(self._handle, 0, ctypes.byref(n), None)
        if status != _lib.HPS_E_CAPACITY:
            check(status)
        ids = np.empty(n.value, dtype=np.int64)
        check(lib.swarm_order(self._handle, n.value, ctypes.byref(n), ids.ctypes.data))
        return ids

    def set_replay(self, order: Any) -> "Swarm":
        """Repeat the `order` of an asynchronous run: what is told early waits for its turn, so that this
        run equals the recorded one bit for bit."""
        ids = np.ascontiguousarray(order, dtype=np.int64).reshape(-1)
        check(lib.swarm_set_replay(self._handle, len(ids), ids.ctypes.data))
        return self

    @property
    def counts(self) -> Dict[str, int]:
        """How many evaluations ended how (`no_number`: of the failed ones, those whose value was
        NaN or infinite); points handed out again, and taken from outside."""
        return {name: lib.swarm_count(self._handle, what) for name, what in (
            ("ok", _lib.HPS_EVAL_OK), ("infeasible", _lib.HPS_EVAL_INFEASIBLE),
            ("failed", _lib.HPS_EVAL_FAILED), ("no_number", _lib.HPS_COUNT_NO_NUMBER), ("timeout", _lib.HPS_EVAL_TIMEOUT),
            ("retried", _lib.HPS_COUNT_RETRIED), ("external", _lib.HPS_COUNT_EXTERNAL))}

    @property
    def done(self) -> bool:
        """A stop criterion holds and every asked point was told."""
        return lib.swarm_done(self._handle) != 0

    @property
    def stop_reason(self) -> str:
        """"" while running, else "evaluations", "iterations", "target", "stagnation", "time",
        "cancelled", "exhausted" or "all_failed"."""
        return lib.swarm_stop_reason(self._handle).decode()

    def cancel(self) -> None:
        """End the run after the current batch; from any thread."""
        lib.swarm_cancel(self._handle)

    # --------------------------------------------------------------------------- run

    def run(self, evaluate: Callable[[np.ndarray], Any],
            callback: Optional[Callable[[Progress], Any]] = None) -> Result:
        """Ask, evaluate and tell until a stop criterion holds.

        Parameters
        ----------
        evaluate : gets the points of an iteration as rows of an array of its own and returns
            their values, [n] or [n][n_objectives]; or a tuple of those and the outcomes.
        callback : called after each iteration with a Progress; a true result ends the run.

        An exception in either ends the run and comes out unchanged; `run` goes on from there,
        beginning with the points that have no value yet.
        """
        waiting = self._unfinished() if self._broken else None
        self._broken = True
        try:
            self._loop(waiting, evaluate, callback)
            self._broken = False
        finally:
            if self._autosave is not None:
                lib.swarm_save(self._handle, self._autosave)
        return self.result()

    def _unfinished(self) -> Optional[Points]:
        """Points that the last run asked for and did not tell. Read off what the library knows:
        an interrupt may come between any two steps here."""
        asked = self._running.points()
        new = ~np.isin(asked.id, self.history.id)
        return Points(asked.id[new], asked.x[new]) if new.any() else None

    def _loop(self, waiting: Optional[Points], evaluate: Callable[[np.ndarray], Any],
              callback: Optional[Callable[[Progress], Any]]) -> None:
        iterations = self.progress.iteration if callback is not None else 0
        handle, buffer, n_objectives = self._handle, self._running, self.n_objectives
        while True:
            points = waiting if waiting is not None else buffer.fill(handle, CAPACITY)
            n = len(points.id)
            if n == 0 and waiting is None:
                break
            found = evaluate(points.x)
            if isinstance(found, tuple) or waiting is not None:
                values, outcomes = found if isinstance(found, tuple) else (found, None)
                self.tell(points.id, values, outcomes)
            else:
                buffer.tell(handle, n, _values(found, n, n_objectives))
                if self._preference is not None:
                    self._raised()
            waiting = None
            if callback is None:
                continue
            progress = self.progress
            if progress.iteration != iterations:
                iterations = progress.iteration
                if callback(progress):
                    self.cancel()
        if not self.done:
            raise StateError("run: points of an earlier ask wait for their values; tell them first")

    # ----------------------------------------------------------------------- results

    @property
    def progress(self) -> Progress:
        """Where the run stands."""
        p = _lib.hps_progress(struct_size=ctypes.sizeof(_lib.hps_progress))
        check(lib.swarm_get_progress(self._handle, ctypes.byref(p)))
        return Progress(p.iteration, p.n_evaluated, p.n_failed, p.seconds, p.best, p.diversity, p.n_front)

    @property
    def best(self) -> Tuple[np.ndarray, Any]:
        """The best evaluated point and its value; ties to the earliest."""
        x, f = np.empty(len(self.space)), np.empty(self.n_objectives)
        check(lib.swarm_best(self._handle, x.ctypes.data, f.ctypes.data))
        return x, float(f[0]) if self.n_objectives == 1 else f

    @property
    def history(self) -> History:
        """Everything evaluated so far."""
        n = ctypes.c_int64()
        status = lib.swarm_history(self._handle, 0, ctypes.byref(n), None, None, None, None)
        if status != _lib.HPS_E_CAPACITY:
            check(status)
        ids, outcome = np.empty(n.value, dtype=np.int64), np.empty(n.value, dtype=np.int32)
        x, f = np.empty((n.value, len(self.space))), np.empty((n.value, self.n_objectives))
        check(lib.swarm_history(self._handle, n.value, ctypes.byref(n), ids.ctypes.data,
                                x.ctypes.data, f.ctypes.data, outcome.ctypes.data))
        return History(ids, x, f[:, 0] if self.n_objectives == 1 else f, outcome)

    @property
    def front(self) -> Front:
        """The evaluated points that no other beats in every objective, in order of evaluation."""
        n = ctypes.c_int32()
        status = lib.swarm_front(self._handle, 0, ctypes.byref(n), None, None, None)
        if status != _lib.HPS_E_CAPACITY:
            check(status)
        ids, x = np.empty(n.value, dtype=np.int64), np.empty((n.value, len(self.space)))
        f = np.empty((n.value, self.n_objectives))
        check(lib.swarm_front(self._handle, n.value, ctypes.byref(n), ids.ctypes.data, x.ctypes.data, f.ctypes.data))
        return Front(ids, x, f)

    def result(self) -> Result:
        """The run so far as an object of its own."""
        p = self.progress
        message = ""
        try:
            x, f = self.best
        except StateError as nothing:
            x, f, message = np.full(len(self.space), np.nan), float("inf"), str(nothing)
        return Result(x=x, fun=f, params=self.space.as_dict(x) if np.isfinite(x).all() else {},
                      stop_reason=self.stop_reason, n_evaluated=p.n_evaluated, n_failed=p.n_failed,
                      n_iterations=p.iteration, seconds=p.seconds, history=self.history,
                      space=self.space, front=self.front if self.n_objectives > 1 else None, message=message)

    # --------------------------------------------------------------- stop and resume

    def save(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Write the whole state; a run saved and loaded goes on as if it had not been."""
        check(lib.swarm_save(self._handle, text(path)))

    @classmethod
    def load(cls, path: Union[str, "os.PathLike[str]"], space: SpaceLike, *, n_objectives: int = 1,
             context: Optional[Context] = None) -> "Swarm":
        """A saved swarm over the same space. Points asked but not told are handed out again."""
        made = cls.__new__(cls)
        made.space = space if isinstance(space, Space) else Space(space)
        address = ctypes.c_void_p()
        check(lib.swarm_load(ctypes.byref(address), context_handle(context), made.space._handle,
                             text(path)))
        made._prepare(address.value, n_objectives, context)
        return made

    def set_autosave(self, path: Optional[Union[str, "os.PathLike[str]"]], every: int = 1) -> "Swarm":
        """Save after every so many iterations, and when a run ends, be it by an exception."""
        self._autosave = text(path) if path is not None else None
        check(lib.swarm_set_autosave(self._handle, self._autosave, every if path is not None else 0))
        return self


class _Preference:
    """A preference as the library calls it, and what it raised."""

    def __init__(self, prefers: Callable[[np.ndarray, np.ndarray], Any]):
        self.raised: Optional[BaseException] = None

        def call(m: int, a: int, b: int, _user: Any) -> int:
            try:
                first, second = [np.ctypeslib.as_array((ctypes.c_double * m).from_address(p)) for p in (a, b)]
                said = prefers(first, second)
                return int(said > 0) - int(said < 0)
            except BaseException as e:  # comes out of the call into the library
                self.raised = self.raised or e
                return 0

        self.function = _lib.hps_prefer_fn(call)


def _values(f: Any, n: int, n_objectives: int) -> np.ndarray:
    """Values as the library takes them; refused in a wrong shape."""
    values = np.asarray(f, dtype=float)
    if values.shape == (n, n_objectives) or (n_objectives == 1 and values.shape == (n,)):
        return np.ascontiguousarray(values)
    raise ValueError("the objective returned values of the shape %r for %d points; it must be %s"
                     % (np.shape(f), n, "(%d,)" % n if n_objectives == 1 else "(%d, %d)" % (n, n_objectives)))
