# SPDX-License-Identifier: BSD-3-Clause
"""Hyper-parameters of SOAP/GAP potentials by particle swarm, on libhpswarm.

`minimize` and `Swarm` search any space, `design` and `Surface` offline; `Dataset`, `Soap`, `kernel_statistics` and `GAP` make
potentials; `Study` searches their hyper-parameters as the paper does; `Calculator` runs them in ASE.
Lengths in angstrom, energies in eV.
"""
from types import ModuleType as _Module
from typing import Any

from ._load import build_info, version
from .context import Context
from .dataset import Dataset, Finding, Frame, Neighbours
from .exceptions import (ArgumentError, CallbackError, CancelledError, CapacityError, FileError, FormatError,
                     HpswarmError, Infeasible, InternalError, NumericError, OptionError,
                     OutOfMemoryError, StateError, UnsupportedError)
from .gap import GAP, Path, Prediction, Report, errors
from .options import Option, options
from .plot import plot_convergence, plot_front, plot_kernel, plot_parameter, plot_parity
from .results import Errors, KernelStatistics, Result
from .search import minimize
from .soap import Gradients, Soap, kernel_matrix, kernel_statistics
from .space import Choice, Int, Real, Space
from .structures import Structure, structure
from .study import Objective, Stage, Study, StudyResult
from .surface import Quality, Surface, design
from .swarm import Front, History, Points, Progress, Swarm

__version__ = version()
__all__ = [name for name, what in list(globals().items())
           if not (name.startswith("_") or name == "Any" or isinstance(what, _Module))] + ["Calculator"]


def __getattr__(name: str) -> Any:
    if name == "Calculator":  # needs ASE
        from .calculator import Calculator
        return Calculator
    raise AttributeError("module 'hpswarm' has no attribute %r" % name)
