# SPDX-License-Identifier: BSD-3-Clause
"""What runs leave, with tables for notebooks."""
from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np


def table(rows: Sequence[Sequence[Any]], head: Sequence[str] = ()) -> str:
    """Rows as an HTML table."""
    def line(cells: Sequence[Any], tag: str) -> str:
        return "<tr>%s</tr>" % "".join("<%s>%s</%s>" % (tag, html.escape(word(c)), tag) for c in cells)

    return "<table>%s%s</table>" % (line(head, "th") if head else "", "".join(line(r, "td") for r in rows))


def word(value: Any) -> str:
    """A value for people."""
    if isinstance(value, (float, np.floating)):
        return "%.6g" % value
    if isinstance(value, np.ndarray):
        return ", ".join(word(v) for v in value.ravel())
    return str(value)


@dataclass
class Result:
    """The end of a run."""

    x: np.ndarray  #: the best point; NaN if no evaluation succeeded
    fun: Any  #: its value; an array with several objectives
    params: Dict[str, Any]  #: the best point with names and labels
    stop_reason: str
    n_evaluated: int
    n_failed: int
    n_iterations: int
    seconds: float
    history: Any = field(repr=False)  #: everything evaluated: id, x, f, outcome
    space: Any = field(repr=False)
    front: Any = field(default=None, repr=False)  #: of several objectives: id, x, f
    message: str = ""  #: why there is no best point

    @property
    def success(self) -> bool:
        """An evaluation succeeded."""
        return bool(np.isfinite(self.x).all())

    def convergence(self) -> np.ndarray:
        """The best value after each evaluation; of one objective."""
        f = self.history.f
        if f.ndim != 1:
            raise ValueError("several objectives have no single best value")
        return np.minimum.accumulate(np.where(self.history.outcome == 0, f, np.inf))

    def _rows(self) -> List[Tuple[str, Any]]:
        head: List[Tuple[str, Any]] = [("objective", self.fun)]
        tail = [("evaluations", self.n_evaluated), ("of these failed", self.n_failed),
                ("iterations", self.n_iterations), ("stopped by", self.stop_reason),
                ("seconds", self.seconds)]
        if self.front is not None:
            tail.insert(0, ("points on the front", len(self.front.id)))
        if self.message:
            tail.append(("no best point", self.message))
        return head + list(self.params.items()) + tail

    def _repr_html_(self) -> str:
        return table(self._rows())

    def __str__(self) -> str:
        return "\n".join("%-24s %s" % (name, word(value)) for name, value in self._rows())


@dataclass
class Errors:
    """Deviations of predictions from references; NaN where there is none. eV, angstrom."""

    n_structures: int
    n_atoms: int
    n_force_components: int
    n_virials: int
    rmse_energy_per_atom: float  #: G_E of the paper
    mae_energy_per_atom: float
    mae_energy_per_structure: float
    rmse_force: float  #: G_F of the paper, over components
    mae_force: float
    rmse_virial_per_atom: float

    def _repr_html_(self) -> str:
        return table(list(vars(self).items()))


@dataclass
class KernelStatistics:
    """Distribution of the kernel over all pairs of a reference and an environment."""

    n_environments: int
    n_references: int
    n_pairs: int
    mean: float
    standard_deviation: float
    skewness: float
    minimum: float
    maximum: float
    zeta: float
    histogram: Optional[np.ndarray] = field(default=None, repr=False)

    @property
    def edges(self) -> Optional[np.ndarray]:
        """Borders of the histogram's bins."""
        return None if self.histogram is None else np.linspace(0.0, 1.0, len(self.histogram) + 1)

    def _repr_html_(self) -> str:
        return table([(n, v) for n, v in vars(self).items() if n != "histogram"])
