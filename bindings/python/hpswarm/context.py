# SPDX-License-Identifier: BSD-3-Clause
"""Contexts: threads, memory limit and log of the calls made through them."""
from __future__ import annotations

import ctypes
import logging
import weakref
from typing import Any, Callable, Optional, Tuple

from . import _lib
from ._load import check, lib

_LEVELS = {"error": _lib.HPS_LOG_ERROR, "warn": _lib.HPS_LOG_WARN, "info": _lib.HPS_LOG_INFO,
           "debug": _lib.HPS_LOG_DEBUG}
_PYTHON_LEVELS = {1: logging.ERROR, 2: logging.WARNING, 3: logging.INFO, 4: logging.DEBUG}
_kept: list = []  # log functions: the library may hold them for as long as it lives


def _logger(level: int, message: str) -> None:
    logging.getLogger("hpswarm").log(_PYTHON_LEVELS.get(level, logging.INFO), message)


class Handle:
    """An owned handle of the library; released with the object or by `close`.

    Calls take the object itself, not the address: that keeps one without a name of its own alive
    until they return.
    """

    _destroy: str

    @property
    def _as_parameter_(self) -> Optional[int]:
        return self._handle

    def _own(self, address: Optional[int]) -> None:
        self._handle = address
        self._finalizer = weakref.finalize(self, getattr(lib, self._destroy), address)

    def close(self) -> None:
        """Release what the library holds for this object; no other method may follow."""
        self._finalizer()
        self._handle = None

    def __getattr__(self, name: str) -> Any:
        if name == "_handle":
            raise AttributeError("%s was not made: its constructor failed" % type(self).__name__)
        raise AttributeError("%r object has no attribute %r" % (type(self).__name__, name))


class Context(Handle):
    """Threads, memory limit and log of everything that is made with it.

    Parameters
    ----------
    threads : worker threads, 0 for OpenMP's default. No result depends on it.
    memory_limit : bytes that may be held at a time, 0 for no limit.
    log : called with (level, message); the default hands on to ``logging.getLogger("hpswarm")``.
    log_level : ``"error"``, ``"warn"``, ``"info"`` or ``"debug"``.
    """

    _destroy = "context_destroy"

    def __init__(self, threads: int = 0, memory_limit: int = 0,
                 log: Optional[Callable[[int, str], None]] = None, log_level: str = "warn"):
        address = ctypes.c_void_p()
        check(lib.context_create(ctypes.byref(address), None))
        self._own(address.value)
        receive = log if log is not None else _logger

        def forward(level: int, message: bytes, _user: Any) -> None:
            receive(level, message.decode(errors="replace"))

        self._log = _lib.hps_log_fn(forward)
        _kept.append(self._log)
        check(lib.context_set_threads(self._handle, threads))
        check(lib.context_set_memory_limit(self._handle, memory_limit))
        check(lib.context_set_log(self._handle, _LEVELS[log_level], self._log, None))

    @property
    def threads(self) -> int:
        """Threads that a call uses."""
        return lib.context_threads(self._handle)

    @property
    def memory(self) -> Tuple[int, int]:
        """Bytes held now, and at most so far."""
        held, peak = ctypes.c_int64(), ctypes.c_int64()
        check(lib.context_memory(self._handle, ctypes.byref(held), ctypes.byref(peak)))
        return held.value, peak.value


_default: Optional[Context] = None


def default_context() -> Context:
    """The context of everything that is made without one."""
    global _default
    if _default is None:
        _default = Context()
    return _default


def context_handle(context: Optional[Context]) -> int:
    return (context if context is not None else default_context())._handle
