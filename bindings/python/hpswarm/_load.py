# SPDX-License-Identifier: BSD-3-Clause
"""Finds and loads the shared library; every call into it goes through `lib` and `check`."""
from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys
from typing import Any, List

from . import _lib
from .exceptions import UnsupportedError, error

_SONAME = "libhpswarm.so.0.1"
_WANTED = (0, 1)  # major, minor: while the major version is 0 a new minor may differ


def _candidates() -> List[str]:
    """Where the library may be: the named path, inside this package, the system."""
    named = os.environ.get("HPSWARM_LIBRARY")
    if named:
        return [os.path.join(named, "libhpswarm.so") if os.path.isdir(named) else named]
    here = os.path.dirname(os.path.abspath(__file__))
    inside = [os.path.join(here, folder, name) for folder in ("lib", "lib64", "")
              for name in (_SONAME, "libhpswarm.so")]
    beside = [os.path.join(sys.prefix, folder, _SONAME) for folder in ("lib", "lib64")]
    found = ctypes.util.find_library("hpswarm")
    return [p for p in inside + beside if os.path.exists(p)] + [_SONAME] + ([found] if found else [])


def _open() -> ctypes.CDLL:
    tried = []
    for path in _candidates():
        try:
            return ctypes.CDLL(path)
        except OSError as e:
            tried.append("  %s: %s" % (path, e))
    raise ImportError("libhpswarm was not found. Install the wheel or the system library, or set "
                      "HPSWARM_LIBRARY to its path. Tried:\n%s" % "\n".join(tried))


class _Missing:
    """Stands for a function that the loaded library is too old for."""

    def __init__(self, name: str):
        self.name = name

    def __call__(self, *_: Any) -> Any:
        raise UnsupportedError("the loaded libhpswarm %s has no %s" % (version(), self.name))


class _Functions:
    """The functions of the library as attributes, `hps_` in front left out."""

    def __init__(self, library: ctypes.CDLL):
        self.library = library
        for name, (result, arguments) in _lib.FUNCTIONS.items():
            try:
                function = getattr(library, name)
            except AttributeError:
                setattr(self, name[4:], _Missing(name))
                continue
            function.restype = result
            function.argtypes = arguments
            setattr(self, name[4:], function)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError("the headers of libhpswarm declare no hps_%s" % name)

    def has(self, name: str) -> bool:
        return not isinstance(getattr(self, name, _Missing(name)), _Missing)


lib: Any = _Functions(_open())


def version() -> str:
    """Version of the loaded library, ``"0.1.0"``."""
    return lib.version_text().decode()


def build_info(what: str) -> str:
    """How the library was built: ``"blas"``, ``"openmp"``, ``"compiler"``, ``"random"``."""
    return lib.build_info(what.encode()).decode()


if (lib.version() // 10000, lib.version() // 100 % 100) != _WANTED:
    raise ImportError("libhpswarm %s was loaded from %s; this package needs version %d.%d"
                      % (version(), lib.library._name, *_WANTED))


def check(status: int) -> None:
    """Raise the exception of a status other than success, with the library's message."""
    if status != 0:
        raise error(status, lib.last_error().decode(errors="replace"))


def text(s: str) -> bytes:
    """A text as C takes it."""
    data = os.fsencode(s) if isinstance(s, os.PathLike) else s.encode()
    if b"\0" in data:
        raise ValueError("a text must not contain the character NUL: %r" % s)
    return data


def forget_threads() -> None:
    """Before a fork: let gcc's OpenMP end its waiting threads, which the child would wait for."""
    try:
        lib.library.omp_pause_resource_all(2)
    except AttributeError:
        pass  # built without OpenMP


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=forget_threads)
