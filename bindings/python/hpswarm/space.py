# SPDX-License-Identifier: BSD-3-Clause
"""Search spaces: named real, integer and choice parameters."""
from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

import numpy as np

from . import _lib
from ._load import check, lib, text
from .context import Context, Handle, context_handle


@dataclass(frozen=True)
class Real:
    """A real parameter between two bounds."""

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True)
class Int:
    """A whole number between two bounds, both included."""

    low: int
    high: int
    log: bool = False


@dataclass(frozen=True)
class Choice:
    """One of several labels, unordered."""

    labels: Tuple[str, ...]


Parameter = Union[Real, Int, Choice]


def parameter(what: Any) -> Parameter:
    """What stands for a parameter: a Real, Int or Choice; (low, high) or (low, high, "log") for
    a real one; a range for whole numbers; a list of texts for a choice."""
    if isinstance(what, (Real, Int, Choice)):
        return what
    if isinstance(what, range):
        if what.step != 1 or len(what) == 0:
            raise ValueError("%r must count up by 1 and not be empty" % (what,))
        return Int(what.start, what.stop - 1)
    words = list(what) if isinstance(what, (list, tuple, np.ndarray)) else []
    if words and all(isinstance(w, str) for w in words):
        return Choice(tuple(words))
    if len(words) == 3 and words[2] in ("log", "linear"):
        return Real(float(words[0]), float(words[1]), words[2] == "log")
    if len(words) == 2:
        return Real(float(words[0]), float(words[1]))
    raise TypeError("a parameter is (low, high), (low, high, 'log'), a range, a list of texts, "
                    "or a Real, Int or Choice; not %r" % (what,))


def as_dict_of(parameters: Mapping[str, Parameter], x: Sequence[float]) -> Dict[str, Any]:
    """A point with names: floats, ints and labels."""
    out: Dict[str, Any] = {}
    for (name, p), value in zip(parameters.items(), x):
        if isinstance(p, Choice):
            out[name] = p.labels[int(value)]
        else:
            out[name] = int(value) if isinstance(p, Int) else float(value)
    return out


class Space(Handle):
    """A search space.

    Parameters
    ----------
    parameters : a mapping of names to what `parameter` understands, or a sequence of those,
        which are then named x0, x1, ...
    fixed : names to pin, and where.

    A point is an array of one number for each parameter: reals as they are, whole numbers
    as floats, a choice as the index of its label. `as_dict` says it in words.
    """

    _destroy = "space_destroy"

    def __init__(self, parameters: Union[Mapping[str, Any], Sequence[Any]],
                 fixed: Optional[Mapping[str, Any]] = None, context: Optional[Context] = None):
        address = ctypes.c_void_p()
        check(lib.space_create(ctypes.byref(address), context_handle(context)))
        self._own(address.value)
        self._context = context
        self.named = isinstance(parameters, Mapping)
        items = parameters.items() if isinstance(parameters, Mapping) else [
            ("x%d" % i, p) for i, p in enumerate(parameters)]
        self._parameters: Dict[str, Parameter] = {}
        for name, what in items:
            self._add(name, parameter(what))
        for name, value in (fixed or {}).items():
            self.fix(name, value)

    def _add(self, name: str, p: Parameter) -> None:
        if isinstance(p, Choice):
            labels = (ctypes.c_char_p * len(p.labels))(*[text(label) for label in p.labels])
            check(lib.space_add_choice(self._handle, text(name), len(p.labels), labels))
        else:
            add = lib.space_add_int if isinstance(p, Int) else lib.space_add_real
            check(add(self._handle, text(name), p.low, p.high,
                      _lib.HPS_SCALE_LOG if p.log else _lib.HPS_SCALE_LINEAR))
        self._parameters[name] = p

    def _number(self, name: str, value: Any) -> float:
        p = self._parameters.get(name)
        if isinstance(p, Choice) and isinstance(value, str):
            if value not in p.labels:
                raise ValueError("%s = %r must be one of %s" % (name, value, ", ".join(p.labels)))
            return p.labels.index(value)
        return float(value)

    def fix(self, name: str, value: Any) -> None:
        """Take a parameter out of the search and pin it."""
        check(lib.space_fix(self._handle, text(name), self._number(name, value)))

    def unfix(self, name: str) -> None:
        """Undo `fix`."""
        check(lib.space_unfix(self._handle, text(name)))

    @property
    def names(self) -> List[str]:
        return list(self._parameters)

    @property
    def parameters(self) -> Dict[str, Parameter]:
        return dict(self._parameters)

    @property
    def bounds(self) -> np.ndarray:
        """Lowest and highest value of each parameter, [n][2]."""
        return np.array([(0.0, len(p.labels) - 1.0) if isinstance(p, Choice) else (p.low, p.high)
                         for p in self._parameters.values()], dtype=float).reshape(-1, 2)

    def __len__(self) -> int:
        return len(self._parameters)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def as_dict(self, x: Sequence[float]) -> Dict[str, Any]:
        """A point with names: floats, ints and labels."""
        return as_dict_of(self._parameters, x)

    def as_point(self, values: Mapping[str, Any]) -> np.ndarray:
        """The reverse of `as_dict`."""
        missing = [n for n in self._parameters if n not in values]
        if missing:
            raise ValueError("no value for %s" % ", ".join(missing))
        return np.array([self._number(n, values[n]) for n in self._parameters])

    def as_rows(self, points: Any) -> np.ndarray:
        """Points as rows of an array; mappings by name are understood too."""
        rows = [self.as_point(row) if isinstance(row, Mapping) else row for row in points]
        out = np.ascontiguousarray(rows, dtype=float)
        if out.ndim != 2 or out.shape[1] != len(self):
            raise ValueError("the points have the shape %r, it must be (n, %d)" % (out.shape, len(self)))
        return out

    def __repr__(self) -> str:
        return "Space({%s})" % ", ".join("%r: %r" % item for item in self._parameters.items())
