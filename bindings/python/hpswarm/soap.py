# SPDX-License-Identifier: BSD-3-Clause
"""The descriptor, and the distribution of its kernel."""
from __future__ import annotations

import ctypes
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from . import _lib
from ._load import check, lib, text
from .context import Context, Handle, context_handle
from .dataset import Dataset, address, dataset
from .options import documented, renamed, set_options
from .results import KernelStatistics
from .structures import element_number, element_symbol, is_one

# Names that DScribe and others use.
ALIASES = {name: ("rcut_hard",) for name in ("r_cut", "rcut", "cutoff", "r_max")}
ALIASES.update({"sigma": ("atom_sigma_r", "atom_sigma_t"), "atom_sigma": ("atom_sigma_r", "atom_sigma_t"),
                "nmax": ("n_max",), "alpha_max": ("n_max",), "lmax": ("l_max",)})
TRANSITION = 0.5  # angstrom from rcut_soft to rcut_hard where only the latter is given


class Gradients(NamedTuple):
    """Row k: derivative of the descriptor of atom centre[k] by the position of atom moved[k]."""

    centre: np.ndarray
    moved: np.ndarray
    d: np.ndarray  #: [n_pairs][3][n_components], 1/angstrom


@documented("soap")
class Soap(Handle):
    """Power spectrum of the smoothed neighbour density (soap_turbo's form).

    Parameters
    ----------
    species : symbols or atomic numbers in the order of the components.
    options : see below. A mapping gives values by element, ``atom_sigma_r={"C": 0.5, "H": 0.3}``.
        ``r_cut`` (or rcut, cutoff) stands for rcut_hard, with rcut_soft 0.5 angstrom below unless
        it is given; ``sigma`` for both atom_sigma_r and atom_sigma_t.

    >>> soap = Soap(["H", "O"], r_cut=4.0, n_max=6, l_max=6)
    >>> water = {"symbols": ["O", "H", "H"],
    ...          "positions": [[0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]]}
    >>> soap.create(water).shape == (3, soap.n_components)
    True
    """

    _destroy = "soap_destroy"

    def __init__(self, species: Sequence[Union[str, int]], *, context: Optional[Context] = None, **options: Any):
        numbers = np.array([element_number(s) for s in ([species] if isinstance(species, str) else species)],
                           dtype=np.int32)
        out = ctypes.c_void_p()
        check(lib.soap_create(ctypes.byref(out), context_handle(context), len(numbers), address(numbers)))
        self._own(out.value)
        self._context = context
        self.set(**options)

    @classmethod
    def _from_handle(cls, handle: Optional[int], context: Optional[Context]) -> "Soap":
        made = cls.__new__(cls)
        made._own(handle)
        made._context = context
        return made

    def set(self, **options: Any) -> "Soap":
        """Set options."""
        values = renamed(options, ALIASES)
        hard = values.get("rcut_hard")
        if hard is not None and "rcut_soft" not in values and "rcut_hard" not in options:
            soft = {e: max(v - TRANSITION, 0.001) for e, v in hard.items()} if isinstance(hard, dict) \
                else max(hard - TRANSITION, 0.001)
            values["rcut_soft"] = soft
        set_options("soap", self._handle, values)
        return self

    def get(self, name: str) -> float:
        """Value of an option; of a text option the index of its choice. "name:C" for an element."""
        value = ctypes.c_double()
        check(lib.soap_get(self._handle, text(name), ctypes.byref(value)))
        return value.value

    def copy(self) -> "Soap":
        """An independent copy."""
        out = ctypes.c_void_p()
        check(lib.soap_clone(ctypes.byref(out), self._handle))
        return self._from_handle(out.value, self._context)

    @property
    def n_components(self) -> int:
        """Components per atom."""
        check(lib.soap_check(self._handle))
        return lib.soap_size(self._handle)

    def get_number_of_features(self) -> int:
        """`n_components` under DScribe's name."""
        return self.n_components

    @property
    def species(self) -> List[str]:
        """Symbols in the order of the components."""
        n, numbers = ctypes.c_int32(), (ctypes.c_int32 * 118)()
        check(lib.soap_species(self._handle, 118, ctypes.byref(n), numbers))
        return [element_symbol(z) for z in numbers[:n.value]]

    def compute(self, data: Dataset, out: Optional[np.ndarray] = None) -> np.ndarray:
        """Rows of all atoms of a data set, in its order, [n_atoms][n_components].

        out : array to write to, [n_atoms][at least n_components], rows contiguous.
        """
        n = self.n_components
        rows = np.empty((data.n_atoms, n)) if out is None else out
        if rows.dtype != np.float64 or rows.ndim != 2 or rows.shape[0] != data.n_atoms or \
                rows.shape[1] < n or rows.strides[1] != 8 or not rows.flags.writeable:
            raise ValueError("out must be a writable array of float64, (%d, %d), with contiguous rows"
                             % (data.n_atoms, n))
        check(lib.soap_compute(self._handle, data._handle, rows.ctypes.data, rows.strides[0] // 8))
        return rows

    def create(self, system: Any, centers: Optional[Sequence[int]] = None,
               n_jobs: Optional[int] = None) -> Union[np.ndarray, List[np.ndarray]]:
        """Descriptors as DScribe gives them.

        Parameters
        ----------
        system : one structure, several, or a Dataset.
        centers : atoms to return rows of; of several systems a list of such lists. None: all.
        n_jobs : understood and not needed: the threads are those of the context.

        Returns
        -------
        [n_atoms][n_components] of one structure. Of several: [n][n_atoms][n_components] if all have
        as many rows, else a list. All are views of one array.
        """
        one = not isinstance(system, Dataset) and is_one(system)
        data = dataset(system, self._context, labels=False)
        rows = self.compute(data)
        if one:
            return rows if centers is None else rows[np.asarray(centers, dtype=int)]
        sizes = data.sizes
        parts = np.split(rows, np.cumsum(sizes)[:-1]) if len(sizes) else []
        if centers is not None:
            if len(centers) != len(parts):
                raise ValueError("centers of %d systems for %d systems" % (len(centers), len(parts)))
            parts = [p[np.asarray(c, dtype=int)] for p, c in zip(parts, centers)]
        if not parts or len({len(p) for p in parts}) > 1:
            return parts
        return rows.reshape(len(parts), -1, rows.shape[1]) if centers is None else np.stack(parts)

    def gradients(self, system: Any, frame: int = 0) -> Gradients:
        """Derivatives of one structure's descriptors by its positions, as pairs of atoms."""
        data = dataset(system, self._context, labels=False)
        n = ctypes.c_int64()
        status = lib.soap_gradient(self._handle, data._handle, frame, 0, ctypes.byref(n), None, None, None)
        if status != _lib.HPS_E_CAPACITY:
            check(status)
        centre, moved = np.empty(n.value, np.int32), np.empty(n.value, np.int32)
        d = np.empty((n.value, 3, self.n_components))
        check(lib.soap_gradient(self._handle, data._handle, frame, n.value, ctypes.byref(n),
                                address(centre), address(moved), address(d)))
        return Gradients(centre, moved, d)

    def derivatives(self, system: Any, return_descriptor: bool = True) -> Any:
        """`gradients` as DScribe's dense array [n_centers][n_atoms][3][n_components], with the
        descriptors if asked for."""
        rows = self.create(system)
        g = self.gradients(system)
        dense = np.zeros((len(rows), len(rows), 3, self.n_components))
        dense[g.centre, g.moved] = g.d
        return (dense, rows) if return_descriptor else dense

    def adjoint(self, system: Any, weight: np.ndarray, frame: int = 0) -> Tuple[np.ndarray, np.ndarray]:
        """Reverse mode: of E with dE/dq = weight [n_atoms][n_components], the gradient by the
        positions [n_atoms][3] and the virial [3][3]."""
        data = dataset(system, self._context, labels=False)
        n = data._frame(frame).n_atoms
        w = np.ascontiguousarray(weight, dtype=float)
        if w.shape != (n, self.n_components):
            raise ValueError("weight has the shape %r, it must be (%d, %d)" % (w.shape, n, self.n_components))
        gradient, virial = np.empty((n, 3)), np.empty((3, 3))
        check(lib.soap_adjoint(self._handle, data._handle, frame, address(w), w.shape[1],
                               address(gradient), address(virial)))
        return gradient, virial

    def __repr__(self) -> str:
        return "Soap(%s, %d components)" % ("".join(self.species), lib.soap_size(self._handle))


def kernel_statistics(soap: Soap, data: Any, zeta: Any = 1.0, *, references: int = 0, seed: int = 1,
                      bins: int = 0, single: bool = False) -> Any:
    """Mean, standard deviation and skewness of (q.q')^zeta over a data set.

    Parameters
    ----------
    zeta : one exponent, or several: a list of statistics then, from one pass.
    references : a seeded sample of so many reference environments; 0: all.
    bins : of the histogram over [0, 1]; 0: none.
    single : descriptors and products in single precision: half the time, errors below 1e-6.
    """
    d = dataset(data, soap._context, labels=False)
    zetas = np.ascontiguousarray(zeta, dtype=float).reshape(-1)
    out = (_lib.hps_kernel_stats * max(len(zetas), 1))()
    for one in out:
        one.struct_size = ctypes.sizeof(_lib.hps_kernel_stats)
    counts = np.zeros((len(zetas), bins), dtype=np.int64) if bins > 0 else None
    if len(zetas) == 1 and not single:
        check(lib.kernel_statistics(soap, d, zetas[0], references, seed, out, bins, address(counts)))
    else:
        precision = _lib.HPS_KERNEL_SINGLE if single else _lib.HPS_KERNEL_DOUBLE
        check(lib.kernel_statistics_several(soap, d, len(zetas), address(zetas), precision, references,
                                            seed, out, bins, address(counts)))
    found = [KernelStatistics(k.n_environments, k.n_references, k.n_pairs, k.mean, k.standard_deviation,
                              k.skewness, k.minimum, k.maximum, float(z), None if counts is None else counts[i])
             for i, (z, k) in enumerate(zip(zetas, out))]
    return found if np.ndim(zeta) else found[0]


def kernel_matrix(soap: Soap, data: Any, zeta: float = 1.0, rows: Optional[Sequence[int]] = None,
                  columns: Optional[Sequence[int]] = None) -> np.ndarray:
    """k between environments, given as positions among all atoms of the data; None: all."""
    d = dataset(data, soap._context, labels=False)
    r, c = [np.arange(d.n_atoms) if which is None else np.ascontiguousarray(which, dtype=np.int64)
            for which in (rows, columns)]
    k = np.empty((len(r), len(c)))
    check(lib.kernel_matrix(soap._handle, d._handle, zeta, len(r), address(r), len(c), address(c), address(k)))
    return k
