# SPDX-License-Identifier: BSD-3-Clause
"""Sets of structures: from files, from ASE, from arrays."""
from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from typing import Any, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from . import _lib
from ._load import check, lib, text
from .context import Context, Handle, context_handle
from .structures import Structure, element_symbol, is_one, structure

PathLike = Union[str, "os.PathLike[str]"]
KINDS = {1: "close contact", 2: "duplicate", 3: "energy outlier", 4: "large force", 5: "net force",
         6: "no energy"}


class Finding(NamedTuple):
    """Something odd in a data set (`Dataset.check`)."""

    kind: str
    frame: int
    other: int  #: other frame, or -1
    atoms: Tuple[int, int]  #: or -1
    value: float


class Neighbours(NamedTuple):
    """Ordered pairs of a centre and an image of a neighbour."""

    centre: np.ndarray
    neighbour: np.ndarray
    vector: np.ndarray  #: [n][3]


@dataclass(frozen=True)
class Frame:
    """One structure of a data set; the arrays are copies."""

    numbers: np.ndarray
    positions: np.ndarray
    cell: Optional[np.ndarray]
    pbc: np.ndarray
    energy: Optional[float]
    forces: Optional[np.ndarray]
    virial: Optional[np.ndarray]
    config_type: str
    source: str
    line: int
    index: int
    energy_sigma: Optional[float]  #: noise of its own in a fit, or None
    force_sigma: Optional[float]
    virial_sigma: Optional[float]
    force_sigmas: Optional[np.ndarray]  #: [n][3], of each component
    force_mask: Optional[np.ndarray]  #: [n], true: left out of a fit
    virial_sigmas: Optional[np.ndarray]  #: [3][3], of each component


def array_at(address: Optional[int], shape: Tuple[int, ...], kind: Any) -> Optional[np.ndarray]:
    """A copy of an array of the library's."""
    if address is None:
        return None
    count = int(np.prod(shape))
    return np.frombuffer((kind * count).from_address(address), dtype=kind, count=count).reshape(shape).copy()


def _argument(value: Any, shape: Tuple[int, ...], name: str, dtype: Any = float) -> Optional[np.ndarray]:
    """An array as C takes it: the caller's own where its layout fits."""
    if value is None:
        return None
    array = np.ascontiguousarray(value, dtype=dtype)
    if array.shape != shape:
        raise ValueError("%s has the shape %r, it must be %r" % (name, array.shape, shape))
    return array


def address(array: Optional[np.ndarray]) -> Optional[int]:
    return None if array is None else array.ctypes.data


class Dataset(Handle):
    """Structures with their energies, forces and virials (eV, angstrom, W = -dE/d(strain)).

    Parameters
    ----------
    structures : one or several of ASE's Atoms, mappings or tuples (`hpswarm.structure`).
    energy, forces, virial : names of the labels in info, arrays and calculator results; None finds
        the usual ones, "none" reads none.
    """

    _destroy = "dataset_destroy"

    def __init__(self, structures: Any = (), *, energy: Optional[str] = None,
                 forces: Optional[str] = None, virial: Optional[str] = None, labels: bool = True,
                 context: Optional[Context] = None):
        out = ctypes.c_void_p()
        check(lib.dataset_create(ctypes.byref(out), context_handle(context)))
        self._own(out.value)
        self._context = context
        keys = {"energy": energy, "forces": forces, "virial": virial}
        for one in [structures] if is_one(structures) else structures:
            self._add(structure(one, keys, labels))

    @classmethod
    def _from_handle(cls, handle: Optional[int], context: Optional[Context]) -> "Dataset":
        made = cls.__new__(cls)
        made._own(handle)
        made._context = context
        return made

    @classmethod
    def read(cls, path: PathLike, *, energy: Optional[str] = None, forces: Optional[str] = None,
             virial: Optional[str] = None, context: Optional[Context] = None) -> "Dataset":
        """All frames of an extended-XYZ file; keys as above."""
        made = cls(context=context)
        keys = [None if k is None else text(k) for k in (energy, forces, virial)]
        check(lib.dataset_read_extxyz(made._handle, text(path), *keys))
        return made

    def add(self, what: Any) -> "Dataset":
        """Append one structure."""
        self._add(structure(what))
        return self

    def _add(self, s: Structure) -> None:
        numbers = np.ascontiguousarray(s.numbers, dtype=np.int32)
        n = len(numbers)
        positions = _argument(s.positions, (n, 3), "positions")
        cell = _argument(s.cell, (3, 3), "cell")
        pbc = _argument(np.broadcast_to(s.pbc, 3) if s.pbc is not None else None, (3,), "pbc", np.int32)
        forces = _argument(s.forces, (n, 3), "forces")
        virial = _argument(s.virial, (3, 3), "virial")
        energy = None if s.energy is None else ctypes.byref(ctypes.c_double(s.energy))
        check(lib.dataset_add(self._handle, n, address(numbers), address(positions), address(cell),
                              address(pbc), energy, address(forces), address(virial),
                              text(s.config_type)))
        sigmas = [np.nan if v is None else float(v) for v in (s.energy_sigma, s.force_sigma, s.virial_sigma)]
        if not np.isnan(sigmas).all() or s.force_mask is not None:
            self.set_noise(len(self) - 1, energy=sigmas[0], force=sigmas[1], virial=sigmas[2], force_mask=s.force_mask)
        if s.force_sigmas is not None:
            self.set_force_sigmas(len(self) - 1, s.force_sigmas)
        if s.virial_sigmas is not None:
            self.set_virial_sigmas(len(self) - 1, s.virial_sigmas)

    # ----------------------------------------------------------------------- contents

    def __len__(self) -> int:
        return lib.dataset_n_frames(self._handle)

    @property
    def n_atoms(self) -> int:
        """Over all frames."""
        return lib.dataset_n_atoms(self._handle)

    @property
    def species(self) -> List[int]:
        """Atomic numbers present, ascending."""
        n, numbers = ctypes.c_int32(), (ctypes.c_int32 * 118)()
        check(lib.dataset_species(self._handle, 118, ctypes.byref(n), numbers))
        return list(numbers[:n.value])

    @property
    def symbols(self) -> List[str]:
        """Symbols of the elements present, by atomic number."""
        return [element_symbol(z) for z in self.species]

    @property
    def sizes(self) -> np.ndarray:
        """Atoms of each frame."""
        return np.array([self._frame(i).n_atoms for i in range(len(self))], dtype=np.int64)

    def keys(self) -> dict:
        """Under which names the last file had its labels; "" if it had none."""
        return {q: lib.dataset_key(self._handle, q.encode()).decode() for q in ("energy", "forces", "virial")}

    def _frame(self, i: int) -> _lib.hps_frame:
        f = _lib.hps_frame(struct_size=ctypes.sizeof(_lib.hps_frame))
        check(lib.dataset_frame(self._handle, i, ctypes.byref(f)))
        return f

    def frame(self, i: int) -> Frame:
        """Structure number i, as copies."""
        if not -len(self) <= i < len(self):
            raise IndexError("frame %d of %d" % (i, len(self)))
        f = self._frame(i % len(self))
        n, real, whole = f.n_atoms, ctypes.c_double, ctypes.c_int32
        return Frame(array_at(f.numbers, (n,), whole), array_at(f.positions, (n, 3), real),
                     array_at(f.cell, (3, 3), real), np.array(list(f.periodic), dtype=bool),
                     f.energy if f.has_energy else None, array_at(f.forces, (n, 3), real),
                     array_at(f.virial, (3, 3), real), f.config_type.decode(), f.source.decode(), f.line, f.index,
                     *[None if np.isnan(v) else v for v in (f.energy_sigma, f.force_sigma, f.virial_sigma)],
                     array_at(lib.dataset_force_sigmas(self._handle, i % len(self)), (n, 3), real),
                     None if f.force_mask is None else array_at(f.force_mask, (n,), whole).astype(bool),
                     array_at(lib.dataset_virial_sigmas(self._handle, i % len(self)), (3, 3), real))

    def __getitem__(self, i: Any) -> Union[Frame, "Dataset"]:
        """A structure; or of a slice or a list of indices, a set that shares the storage."""
        if isinstance(i, slice):
            return self.subset(range(len(self))[i])
        if isinstance(i, (int, np.integer)):
            return self.frame(int(i))
        return self.subset(i)

    def __iter__(self) -> Iterator[Frame]:
        return (self.frame(i) for i in range(len(self)))

    def __repr__(self) -> str:
        return "Dataset(%d structures, %d atoms of %s)" % (len(self), self.n_atoms, ", ".join(self.symbols) or "nothing")

    def _labels(self, name: str, shape: Tuple[int, ...]) -> np.ndarray:
        out = [np.full((f.n_atoms,) * (name == "forces") + shape, np.nan)
               if getattr(f, name) is None else array_at(getattr(f, name), (f.n_atoms,) * (name == "forces") + shape, ctypes.c_double)
               for f in (self._frame(i) for i in range(len(self)))]
        return np.concatenate(out) if name == "forces" and out else np.array(out)

    @property
    def energies(self) -> np.ndarray:
        """[n_frames], NaN where unknown."""
        return np.array([self._frame(i).energy for i in range(len(self))])

    @property
    def forces(self) -> np.ndarray:
        """[n_atoms][3], NaN where unknown."""
        return self._labels("forces", (3,))

    @property
    def virials(self) -> np.ndarray:
        """[n_frames][3][3], NaN where unknown."""
        return self._labels("virial", (3, 3))

    # --------------------------------------------------------------------- other sets

    def subset(self, frames: Iterable[int]) -> "Dataset":
        """The frames named, in that order."""
        indices = np.ascontiguousarray(list(frames), dtype=np.int64)
        out = ctypes.c_void_p()
        check(lib.dataset_subset(ctypes.byref(out), self._handle, len(indices), indices.ctypes.data))
        return self._from_handle(out.value, self._context)

    def split(self, test_fraction: float = 0.2, seed: int = 1) -> Tuple["Dataset", "Dataset"]:
        """Training and test set: a seeded split within each config_type."""
        train, test = ctypes.c_void_p(), ctypes.c_void_p()
        check(lib.dataset_split(self._handle, test_fraction, seed, ctypes.byref(train), ctypes.byref(test)))
        return self._from_handle(train.value, self._context), self._from_handle(test.value, self._context)

    def split_every(self, every: int) -> Tuple["Dataset", "Dataset"]:
        """Frames 0, every, 2 every, ... are the test set."""
        train, test = ctypes.c_void_p(), ctypes.c_void_p()
        check(lib.dataset_split_every(self._handle, every, ctypes.byref(train), ctypes.byref(test)))
        return self._from_handle(train.value, self._context), self._from_handle(test.value, self._context)

    def set_noise(self, i: int, *, energy: float = np.nan, force: float = np.nan, virial: float = np.nan,
                  force_mask: Optional[Sequence[bool]] = None) -> None:
        """Noise of one structure in a fit, absolute; NaN: that of the fit. An atom whose mask is
        true has its force left out."""
        mask = _argument(force_mask, (self._frame(i).n_atoms,), "force_mask", np.int32)
        check(lib.dataset_set_noise(self._handle, i, energy, force, virial, address(mask)))

    def set_force_sigmas(self, i: int, sigmas: Any) -> None:
        """Noise of the forces of one structure in a fit, eV/angstrom, in place of any other: of each
        atom [n], or of each component [n][3]. None: none of their own.

        >>> data = Dataset.read("carbon.xyz")
        >>> data.set_force_sigmas(0, [0.1, 0.2])
        >>> data[0].force_sigmas[1]
        array([0.2, 0.2, 0.2])
        """
        n = self._frame(i).n_atoms
        if sigmas is not None and np.ndim(sigmas) == 1 and len(sigmas) == n:
            sigmas = np.repeat(np.asarray(sigmas, dtype=float)[:, None], 3, axis=1)
        values = _argument(sigmas, (n, 3), "sigmas")
        check(lib.dataset_set_force_sigmas(self._handle, i, address(values)))

    def set_virial_sigmas(self, i: int, sigmas: Any) -> None:
        """Noise of the virial of one structure in a fit, eV, absolute, in place of any other: of each
        component [3][3]; the mean of a component and its transpose is taken. None: none of its own.

        >>> data = Dataset.read("carbon.xyz")
        >>> data.set_virial_sigmas(0, [[0.1, 0.2, 0.2], [0.2, 0.1, 0.2], [0.2, 0.2, 0.1]])
        >>> data[0].virial_sigmas[0]
        array([0.1, 0.2, 0.2])
        """
        check(lib.dataset_set_virial_sigmas(self._handle, i, address(_argument(sigmas, (3, 3), "sigmas"))))

    # ------------------------------------------------------------------------- others

    def neighbours(self, i: int, cutoff: float) -> Neighbours:
        """Pairs of one frame with 0 < r < cutoff, images included."""
        n = ctypes.c_int64()
        status = lib.dataset_neighbours(self._handle, i, cutoff, 0, ctypes.byref(n), None, None, None)
        if status != _lib.HPS_E_CAPACITY:
            check(status)
        centre, neighbour = np.empty(n.value, np.int32), np.empty(n.value, np.int32)
        vector = np.empty((n.value, 3))
        check(lib.dataset_neighbours(self._handle, i, cutoff, n.value, ctypes.byref(n), address(centre),
                                     address(neighbour), address(vector)))
        return Neighbours(centre, neighbour, vector)

    def check(self) -> List[Finding]:
        """Suspicious frames: contacts, duplicates, outliers, odd forces."""
        n = ctypes.c_int64()
        status = lib.dataset_check(self._handle, 0, ctypes.byref(n), None)
        if status != _lib.HPS_E_CAPACITY:
            check(status)
        found = (_lib.hps_finding * max(n.value, 1))()
        found[0].struct_size = ctypes.sizeof(_lib.hps_finding)
        check(lib.dataset_check(self._handle, n.value, ctypes.byref(n), found))
        return [Finding(KINDS.get(f.kind, str(f.kind)), f.frame, f.other, (f.atom[0], f.atom[1]), f.value)
                for f in found[:n.value]]

    def write(self, path: PathLike, *, energy: Any = None, forces: Any = None, virial: Any = None) -> None:
        """Extended XYZ, 17 digits; labels given here replace those of the set."""
        arrays = [_argument(energy, (len(self),), "energy"), _argument(forces, (self.n_atoms, 3), "forces"),
                  _argument(virial, (len(self), 3, 3), "virial")]
        check(lib.dataset_write_extxyz(self._handle, text(path), *[address(a) for a in arrays]))


def dataset(what: Any, context: Optional[Context] = None, labels: bool = True) -> Dataset:
    """A Dataset as it is; of structures, or the path of a file, a new one."""
    if isinstance(what, Dataset):
        return what
    if isinstance(what, (str, os.PathLike)):
        return Dataset.read(what, context=context)
    return Dataset(what, context=context, labels=labels)
