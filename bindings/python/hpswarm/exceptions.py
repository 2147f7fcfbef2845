# SPDX-License-Identifier: BSD-3-Clause
"""Exceptions: one class for each status of the library, all below HpswarmError."""
from __future__ import annotations

from . import _lib


class HpswarmError(Exception):
    """A call into libhpswarm failed; the text is the library's own message.

    ``status`` is the number and ``name`` the name of the status, ``"HPS_E_OPTION"``.
    """

    status: int = 0

    @property
    def name(self) -> str:
        return _lib.STATUSES.get(self.status, ("HPS_E_?", ""))[0]


class ArgumentError(HpswarmError, ValueError):
    """A value of wrong shape, not finite or out of range."""

    status = _lib.HPS_E_ARGUMENT


class OptionError(HpswarmError, ValueError):
    """An unknown option, or a value that it does not take."""

    status = _lib.HPS_E_OPTION


class StateError(HpswarmError, RuntimeError):
    """The call is not allowed now: predict before fit, tell without ask."""

    status = _lib.HPS_E_STATE


class OutOfMemoryError(HpswarmError, MemoryError):
    """Out of memory, or above the memory limit of the context."""

    status = _lib.HPS_E_MEMORY


class FileError(HpswarmError, OSError):
    """A file cannot be opened, read, written or renamed."""

    status = _lib.HPS_E_IO


class FormatError(HpswarmError, ValueError):
    """The content of a file is not understood."""

    status = _lib.HPS_E_FORMAT


class NumericError(HpswarmError, ArithmeticError):
    """A factorisation failed, or a result is not finite."""

    status = _lib.HPS_E_NUMERIC


class CallbackError(HpswarmError):
    """A callback asked to stop."""

    status = _lib.HPS_E_CALLBACK


class CancelledError(HpswarmError):
    """The run was cancelled."""

    status = _lib.HPS_E_CANCELLED


class CapacityError(HpswarmError):
    """A buffer is too small."""

    status = _lib.HPS_E_CAPACITY


class UnsupportedError(HpswarmError, NotImplementedError):
    """The library was built without this feature, or is too old for it."""

    status = _lib.HPS_E_UNSUPPORTED


class InternalError(HpswarmError):
    """A bug in the library."""

    status = _lib.HPS_E_INTERNAL


class Infeasible(Exception):
    """Raise it in an objective for a point that it does not accept: the point counts as
    infeasible and the run goes on."""


_CLASSES = {c.status: c for c in HpswarmError.__subclasses__()}


def error(status: int, message: str) -> HpswarmError:
    """The exception of a status."""
    made = _CLASSES.get(status, HpswarmError)(message)
    made.status = status
    return made
