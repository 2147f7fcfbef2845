# SPDX-License-Identifier: BSD-3-Clause
"""Potentials: sparse Gaussian-process regression on the descriptors."""
from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from . import _lib
from ._load import check, lib, text
from .context import Context, Handle, context_handle
from .dataset import Dataset, address, dataset
from .exceptions import StateError
from .options import documented, renamed, set_options
from .results import Errors
from .soap import Soap
from .structures import element_number, is_one

PathLike = Union[str, "os.PathLike[str]"]
ALIASES = {"sparse": ("sparse_method",), "default_sigma_energy": ("sigma_energy",),
           "energy_scale": ("delta",), "covariance_sigma": ("delta",)}


class Prediction(NamedTuple):
    """Of one structure a number, [n_atoms][3] and [3][3]; of several [n_frames],
    [n_atoms][3] over all frames, and [n_frames][3][3]. None where not asked for."""

    energy: Any
    forces: Optional[np.ndarray]
    virial: Optional[np.ndarray]


@dataclass(frozen=True)
class Report:
    """What a fit found."""

    n_sparse: int
    n_structures: int
    n_atoms: int
    n_rows: int
    jitter: float  #: eV^2, as used
    seconds_descriptors: float
    seconds_covariance: float
    seconds_solve: float
    delta: float  #: eV, as used: the option, or what delta_method="evidence" found
    minus_log_evidence: float  #: of all rows, at these delta and noises; NaN: loaded
    best_delta: float  #: eV, of the largest evidence with every noise scaled alike; NaN: loaded


def _errors() -> _lib.hps_errors:
    return _lib.hps_errors(struct_size=ctypes.sizeof(_lib.hps_errors))


def _as_errors(e: _lib.hps_errors) -> Errors:
    return Errors(*[getattr(e, name) for name in Errors.__dataclass_fields__])


def errors(data: Any, energy: Any = None, forces: Any = None, virial: Any = None,
           config_type: Optional[str] = None) -> Errors:
    """Deviations of predictions from the references of a data set."""
    d, out = dataset(data), _errors()
    arrays = [None if a is None else np.ascontiguousarray(a, dtype=float) for a in (energy, forces, virial)]
    shapes = [(len(d),), (d.n_atoms, 3), (len(d), 3, 3)]
    for array, shape in zip(arrays, shapes):
        if array is not None and array.shape != shape:
            raise ValueError("predictions have the shape %r, they must be %r" % (array.shape, shape))
    check(lib.errors_compute(d._handle, *[address(a) for a in arrays],
                             None if config_type is None else text(config_type), ctypes.byref(out)))
    return _as_errors(out)


@documented("gpr")
class GAP(Handle):
    """A Gaussian-process potential: E = sum e0 + delta^2 sum alpha (q.q')^zeta.

    Parameters
    ----------
    soap : the descriptor; copied.
    sigmas : noise by config_type, {"liquid": {"energy": 0.01, "force": 0.2}}.
    options : see below. A mapping gives values by element, ``n_sparse={"C": 20, "H": 10}``.
        ``e0={"C": -148.3}`` sets e0_method to given.

    >>> gap = GAP(Soap("C", r_cut=4.5), n_sparse=20, fit_forces=True)
    """

    _destroy = "gpr_destroy"

    def __init__(self, soap: Soap, *, sigmas: Optional[Mapping[str, Mapping[str, float]]] = None,
                 context: Optional[Context] = None, **options: Any):
        self._context = context if context is not None else soap._context
        out = ctypes.c_void_p()
        check(lib.gpr_create(ctypes.byref(out), context_handle(self._context), soap._handle))
        self._own(out.value)
        self.set(**options)
        for config_type, values in (sigmas or {}).items():
            self.set_sigma(config_type, **values)

    @classmethod
    def _from_handle(cls, handle: Optional[int], context: Optional[Context]) -> "GAP":
        made = cls.__new__(cls)
        made._own(handle)
        made._context = context
        return made

    def set(self, **options: Any) -> "GAP":
        """Set options; they hold from the next fit on."""
        values = renamed(options, ALIASES)
        if "e0" in values and "e0_method" not in values:
            values["e0_method"] = "given"
        set_options("gpr", self._handle, values)
        return self

    def get(self, name: str) -> float:
        """Value of an option; of a text option the index of its choice."""
        value = ctypes.c_double()
        check(lib.gpr_get(self._handle, text(name), ctypes.byref(value)))
        return value.value

    def set_sigma(self, config_type: str, energy: float = np.nan, force: float = np.nan,
                  virial: float = np.nan) -> "GAP":
        """Noise of the structures of a config_type; NaN: as the options say."""
        check(lib.gpr_set_sigma(self._handle, text(config_type), energy, force, virial))
        return self

    def sigma(self, config_type: str) -> Dict[str, float]:
        """What holds for a config_type: its own noise, or the options'.

        >>> GAP(Soap("C"), sigma_energy=0.01, sigmas={"wet": {"energy": 0.5}}).sigma("wet")["energy"]
        0.5
        """
        values = [ctypes.c_double() for _ in range(3)]
        check(lib.gpr_get_sigma(self._handle, text(config_type), *[ctypes.byref(v) for v in values]))
        return {name: v.value for name, v in zip(("energy", "force", "virial"), values)}

    def set_sparse(self, element: Union[str, int], indices: Sequence[int]) -> "GAP":
        """Sparse points for ``sparse_method="file"``: 1-based places among all environments of the
        element, frame by frame."""
        wanted = np.ascontiguousarray(indices, dtype=np.int64)
        check(lib.gpr_set_sparse(self._handle, element_number(element), len(wanted), address(wanted)))
        return self

    @property
    def soap(self) -> Soap:
        """A copy of the descriptor."""
        out = ctypes.c_void_p()
        check(lib.soap_clone(ctypes.byref(out), lib.gpr_soap(self._handle)))
        return Soap._from_handle(out.value, self._context)

    @soap.setter
    def soap(self, soap: Soap) -> None:
        """Another descriptor, copied; drops the fit."""
        check(lib.gpr_set_soap(self._handle, soap._handle))

    def copy(self) -> "GAP":
        """The settings without the fit."""
        out = ctypes.c_void_p()
        check(lib.gpr_clone(ctypes.byref(out), self._handle))
        return self._from_handle(out.value, self._context)

    # ----------------------------------------------------------------- fit and use

    def fit(self, train: Any) -> "GAP":
        """Train on a Dataset, structures with labels, or the path of a file."""
        check(lib.gpr_fit(self._handle, dataset(train, self._context)))
        return self

    def fit_leave_out(self, train: Any, forces: bool = True, virial: bool = True) -> Prediction:
        """`fit`, and what fits without one of the structures would predict of it: exactly, for each
        of them, at the price of about one more fit. Sparse points and e0 stay. NaN where the data
        have nothing or, of forces and virials, nothing was fitted. `errors` compares.

        >>> gap, data = GAP(Soap("C", r_cut=4.5, n_max=4, l_max=4), n_sparse=10), Dataset.read("carbon.xyz")
        >>> left = gap.fit_leave_out(data)
        >>> bool(errors(data, left.energy).rmse_energy_per_atom > gap.score(data).rmse_energy_per_atom)
        True
        """
        d = dataset(train, self._context)
        e = np.empty(len(d))
        f = np.empty((d.n_atoms, 3)) if forces else None
        w = np.empty((len(d), 3, 3)) if virial else None
        check(lib.gpr_fit_leave_out(self._handle, d._handle, address(e), address(f), address(w)))
        return Prediction(e, f, w)

    def memory(self, train: Any, leave_out: bool = False) -> int:
        """Bytes that `fit`, or `fit_leave_out`, would hold at its peak."""
        out = ctypes.c_int64()
        function = lib.gpr_leave_out_memory if leave_out else lib.gpr_memory
        check(function(self._handle, dataset(train, self._context), ctypes.byref(out)))
        return out.value

    def predict_memory(self, system: Any, forces: bool = True, virial: bool = True) -> int:
        """Bytes that `predict` would hold at its peak, beside the model, the data and the results."""
        out = ctypes.c_int64()
        check(lib.gpr_predict_memory(self._handle, dataset(system, self._context, labels=False), int(forces),
                                     int(virial), ctypes.byref(out)))
        return out.value

    def predict(self, system: Any, forces: bool = True, virial: bool = True) -> Prediction:
        """Energy, forces and virial of one structure, several, or a Dataset."""
        one = not isinstance(system, Dataset) and is_one(system)
        d = dataset(system, self._context, labels=False)
        e = np.empty(len(d))
        f = np.empty((d.n_atoms, 3)) if forces else None
        w = np.empty((len(d), 3, 3)) if virial else None
        check(lib.gpr_predict(self._handle, d._handle, address(e), address(f), address(w)))
        if one:
            return Prediction(float(e[0]), f, None if w is None else w[0])
        return Prediction(e, f, w)

    def score(self, test: Any) -> Errors:
        """Predict and compare; forces only if the data have some."""
        out = _errors()
        check(lib.gpr_score(self._handle, dataset(test, self._context), ctypes.byref(out)))
        return _as_errors(out)

    @property
    def report(self) -> Report:
        """What the fit found."""
        r = _lib.hps_gpr_report(struct_size=ctypes.sizeof(_lib.hps_gpr_report))
        check(lib.gpr_get_report(self._handle, ctypes.byref(r)))
        return Report(*[getattr(r, name) for name in Report.__dataclass_fields__])

    @property
    def fitted(self) -> bool:
        try:
            return self.report is not None
        except StateError:
            return False

    def element(self, element: Union[str, int]) -> Dict[str, Any]:
        """Number of sparse points and e0 of an element of the fitted model."""
        n, e0 = ctypes.c_int32(), ctypes.c_double()
        check(lib.gpr_element(self._handle, element_number(element), ctypes.byref(n), ctypes.byref(e0)))
        return {"n_sparse": n.value, "e0": e0.value}

    def sparse(self, element: Union[str, int]) -> np.ndarray:
        """The sparse points as 1-based places among the element's environments in the training
        set; empty for a loaded model."""
        n, number = ctypes.c_int32(), element_number(element)
        status = lib.gpr_sparse(self._handle, number, 0, ctypes.byref(n), None)
        if status != _lib.HPS_E_CAPACITY:
            check(status)
        indices = np.empty(n.value, dtype=np.int64)
        check(lib.gpr_sparse(self._handle, number, n.value, ctypes.byref(n), address(indices)))
        return indices

    def save(self, path: PathLike) -> None:
        """Write the fitted model: versioned, checksummed, the same on every machine."""
        check(lib.gpr_save(self._handle, text(path)))

    def export(self, format: str, path: PathLike) -> List[str]:
        """Write the fitted model for another code; the names of the files, the one at path first.

        "quip" writes XML and the files with sparse points that it names; "turbogap" the .gap file,
        its tables and a template of its input; "gap_fit" the command that trains with the same
        settings. OptionError names what the format cannot hold.
        """
        n = ctypes.c_int64()
        check(lib.gpr_export_files(self._handle, text(format), text(path), 0, ctypes.byref(n), None))
        names = ctypes.create_string_buffer(n.value)
        check(lib.gpr_export_files(self._handle, text(format), text(path), n.value, ctypes.byref(n), names))
        check(lib.gpr_export(self._handle, text(format), text(path)))
        return os.fsdecode(names.value).split("\n")[:-1]

    @classmethod
    def load(cls, path: PathLike, context: Optional[Context] = None) -> "GAP":
        """A model that was saved."""
        out = ctypes.c_void_p()
        check(lib.gpr_load(ctypes.byref(out), context_handle(context), text(path)))
        return cls._from_handle(out.value, context)

    def path(self, train: Any, test: Any = None, noises: bool = False) -> "Path":
        """All regularisations at the price of one (`Path`)."""
        return Path(self, train, test, noises)

    def calculator(self) -> Any:
        """A calculator for ASE."""
        from .calculator import Calculator
        return Calculator(self)

    def _repr_html_(self) -> str:
        from .results import table
        return table(list(vars(self.report).items()) if self.fitted else [("fit", "none yet")])


class Path(Handle):
    """Errors of fits for any delta and noise, from one factorisation.

    Parameters
    ----------
    gap : its settings are used, but delta and sigma_energy.
    test : set for the errors; None: leave-one-out and evidence only.
    noises : for fits with forces and virials too; needs a test set.
    """

    _destroy = "path_destroy"

    def __init__(self, gap: GAP, train: Any, test: Any = None, noises: bool = False):
        trained = dataset(train, gap._context)
        tested = None if test is None else dataset(test, gap._context)
        create = lib.path_create_noises if noises else lib.path_create
        out = ctypes.c_void_p()
        check(create(ctypes.byref(out), gap._handle, trained._handle,
                     None if tested is None else tested._handle))
        self._own(out.value)
        self._sets = (trained, tested)

    def errors(self, delta: float, sigma_energy: float, sigma_force: Optional[float] = None,
               sigma_virial: Optional[float] = None, forces: bool = False) -> Errors:
        """Errors on the test set as a fit with these values would have them."""
        out = _errors()
        if sigma_force is None and sigma_virial is None:
            check(lib.path_errors(self._handle, delta, sigma_energy, int(forces), ctypes.byref(out)))
        elif sigma_force is None or sigma_virial is None:
            raise TypeError("sigma_force and sigma_virial go together")
        else:
            check(lib.path_errors_at(self._handle, delta, sigma_energy, sigma_force, sigma_virial,
                                     int(forces), ctypes.byref(out)))
        return _as_errors(out)

    def loo(self, delta: float, sigma_energy: float) -> Errors:
        """Leave-one-structure-out errors of the training set, without a refit."""
        out = _errors()
        check(lib.path_loo(self._handle, delta, sigma_energy, ctypes.byref(out)))
        return _as_errors(out)

    def evidence(self, delta: float, sigma_energy: float) -> Tuple[float, float]:
        """-ln of the marginal likelihood, and the delta that is best for the same ratio."""
        value, best = ctypes.c_double(), ctypes.c_double()
        check(lib.path_evidence(self._handle, delta, sigma_energy, ctypes.byref(value), ctypes.byref(best)))
        return value.value, best.value
