# SPDX-License-Identifier: BSD-3-Clause
"""Offline optimisation: a design says where to evaluate, a response surface describes the values."""
from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple, Union

import numpy as np

from . import _lib
from ._load import check, lib
from .context import Context, Handle, context_handle
from .results import table
from .space import Space

DESIGNS = {"latin": _lib.HPS_DESIGN_LATIN, "sobol": _lib.HPS_DESIGN_SOBOL, "orthogonal": _lib.HPS_DESIGN_ORTHOGONAL}
KINDS = {"linear": _lib.HPS_SURFACE_LINEAR, "quadratic": _lib.HPS_SURFACE_QUADRATIC, "rbf": _lib.HPS_SURFACE_RBF,
         "gp": _lib.HPS_SURFACE_GP}


def _named(kind: str, known: Mapping[str, int], what: str) -> int:
    if kind not in known:
        raise ValueError("%s is one of %s, not %r" % (what, ", ".join(known), kind))
    return known[kind]


def design(space: Union[Space, Mapping[str, Any], Sequence[Any]], n: int, kind: str = "latin", seed: int = 1) -> np.ndarray:
    """Points to evaluate, as rows.

    Parameters
    ----------
    n : how many at least; an orthogonal array has q^2 with a prime q.
    kind : "latin" (each parameter in n equal parts, one point each), "sobol", or "orthogonal" (any two
        parameters meet in all combinations of q levels).

    >>> design({"a": (0, 1), "b": range(1, 4)}, 7).shape
    (7, 2)
    >>> len(design([(0, 1)] * 3, 20, "orthogonal"))
    25
    """
    where = space if isinstance(space, Space) else Space(space)
    number, size = _named(kind, DESIGNS, "kind"), ctypes.c_int64()
    check(lib.design_size(where._handle, number, n, ctypes.byref(size)))
    x = np.empty((size.value, len(where)))
    check(lib.design_points(where._handle, number, seed, size.value, x.ctypes.data))
    return x


@dataclass(frozen=True)
class Quality:
    """How well a surface describes its values."""

    n_terms: int  #: free coefficients; of rbf and gp the number of points
    n_points: int  #: used in the fit
    n_left_out: int  #: values that were not finite
    r2: float
    r2_loo: float  #: each value predicted from all others
    rmse: float
    rmse_loo: float
    noise: float  #: of a gp, its standard deviation; else NaN

    def _repr_html_(self) -> str:
        return table(list(vars(self).items()))


class Surface(Handle):
    """A response surface over a space.

    Parameters
    ----------
    kind : "linear", "quadratic", "rbf" (cubic radial basis, goes through the values) or "gp" (Gaussian
        process with a length for each parameter and noise).

    >>> space = Space({"a": (0, 5), "b": (0.1, 10, "log")})
    >>> x = design(space, 25)
    >>> surface = Surface(space, "quadratic").fit(x, (x[:, 0] - 2) ** 2 + np.log(x[:, 1]) ** 2)
    >>> params, value = surface.minimum
    >>> round(params["a"], 6), round(params["b"], 6)
    (2.0, 1.0)
    """

    _destroy = "surface_destroy"

    def __init__(self, space: Union[Space, Mapping[str, Any], Sequence[Any]], kind: str = "gp", *,
                 context: Optional[Context] = None):
        self.space = space if isinstance(space, Space) else Space(space)
        self.kind = kind
        out = ctypes.c_void_p()
        check(lib.surface_create(ctypes.byref(out), context_handle(context), self.space._handle,
                                 _named(kind, KINDS, "kind")))
        self._own(out.value)
        self._context = context

    def fit(self, x: Any, f: Any) -> "Surface":
        """Fit to points, as rows or mappings, and their values; NaN and infinite ones are left out."""
        points = self.space.as_rows(x)
        values = np.ascontiguousarray(f, dtype=float)
        if values.shape != (len(points),):
            raise ValueError("f has the shape %r, it must be (%d,)" % (values.shape, len(points)))
        check(lib.surface_fit(self._handle, len(points), points.ctypes.data, values.ctypes.data))
        return self

    def predict(self, x: Any, return_std: bool = False) -> Any:
        """Values at points; with return_std (of a gp) also the standard deviations of the means."""
        points = self.space.as_rows(x)
        mean = np.empty(len(points))
        deviation = np.empty(len(points)) if return_std else None
        check(lib.surface_predict(self._handle, len(points), points.ctypes.data, mean.ctypes.data,
                                  None if deviation is None else deviation.ctypes.data))
        return mean if deviation is None else (mean, deviation)

    @property
    def quality(self) -> Quality:
        """How well it describes its values."""
        q = _lib.hps_surface_quality(struct_size=ctypes.sizeof(_lib.hps_surface_quality))
        check(lib.surface_get_quality(self._handle, ctypes.byref(q)))
        return Quality(*[getattr(q, name) for name in Quality.__dataclass_fields__])

    @property
    def lengths(self) -> Dict[str, float]:
        """Of a gp: over which part of its range each parameter bends the values; infinite: nowhere (no effect or a straight line)."""
        out = np.empty(len(self.space))
        check(lib.surface_lengths(self._handle, out.ctypes.data))
        return dict(zip(self.space.names, out.tolist()))

    @property
    def minimum(self) -> Tuple[Dict[str, Any], float]:
        """Where the surface is least, with names, and its value there."""
        x, f = np.empty(len(self.space)), ctypes.c_double()
        check(lib.surface_minimum(self._handle, x.ctypes.data, ctypes.byref(f)))
        return self.space.as_dict(x), f.value
