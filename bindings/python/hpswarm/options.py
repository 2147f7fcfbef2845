# SPDX-License-Identifier: BSD-3-Clause
"""Options by name: setting them, and what the library says about each."""
from __future__ import annotations

import ctypes
import operator
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple, Union

from . import _lib
from ._load import check, lib, text

OWNERS = ("swarm", "soap", "gpr", "study")


@dataclass(frozen=True)
class Option:
    """One option as the library describes it."""

    name: str
    kind: str  #: "real", "int" or "text"
    unit: str
    minimum: float
    maximum: float
    default: Union[float, int, str]
    choices: Tuple[str, ...]
    help: str
    per_species: bool  #: takes a value for each element
    advice: str = ""  #: how the value trades accuracy for cost, what was found for it

    def allowed(self) -> str:
        """The values that it takes, with their unit."""
        if self.kind == "text":
            return "|".join(self.choices)
        text = "%.6g to %.6g" % (self.minimum, self.maximum)
        if self.maximum > 1e10:
            text = "%.6g or more" % self.minimum if self.minimum > -1e10 else "any number"
        return text + (" " + self.unit if self.unit else "")

    def line(self) -> str:
        """One line of a manual."""
        return "%s: %s; %s, default %s%s" % (self.name, self.help, self.allowed(), self.default,
                                             ", by element" if self.per_species else "")


def _describe(owner: str, i: int) -> Optional[Option]:
    info = _lib.hps_option_info(struct_size=ctypes.sizeof(_lib.hps_option_info))
    if lib.option_describe(owner.encode(), i, ctypes.byref(info)) != _lib.HPS_OK:
        return None
    kind = ("real", "int", "text")[info.kind]
    choices = tuple(info.choices.decode().split("|")) if kind == "text" else ()
    default: Union[float, int, str] = info.value
    if kind == "int":
        default = int(info.value)
    elif choices:
        default = choices[int(info.value)]
    return Option(info.name.decode(), kind, info.unit.decode(), info.minimum, info.maximum, default,
                  choices, info.help.decode(), bool(info.per_species),
                  lib.option_advice(owner.encode(), i).decode() if lib.has("option_advice") else "")


def options(owner: str) -> List[Option]:
    """The options of "swarm", "soap", "gpr" or "study": the table that the program, the
    manual and these docstrings share."""
    if owner not in OWNERS:
        raise ValueError("owner must be one of %s, not %r" % (", ".join(OWNERS), owner))
    rows: List[Option] = []
    row = _describe(owner, 0)
    while row is not None:
        rows.append(row)
        row = _describe(owner, len(rows))
    return rows


def documented(owner: str) -> Callable[[type], type]:
    """Class decorator: the options of an owner at the end of the docstring."""

    def decorate(cls: type) -> type:
        lines = "\n".join("    * %s.\n      %s" % (o.line(), o.advice) for o in options(owner))
        cls.__doc__ = "%s\n\n    Options\n    -------\n%s\n    " % ((cls.__doc__ or "").rstrip(), lines)
        return cls

    return decorate


def _set_one(prefix: str, handle: int, name: str, value: Any) -> None:
    key = text(name)
    if isinstance(value, str):
        check(getattr(lib, prefix + "_set_text")(handle, key, text(value)))
        return
    try:
        whole = operator.index(value)
    except TypeError:
        check(getattr(lib, prefix + "_set_real")(handle, key, float(value)))
        return
    if not -2**63 <= whole < 2**63:
        raise ValueError("%s = %d does not fit into 64 bits" % (name, whole))
    check(getattr(lib, prefix + "_set_int")(handle, key, whole))


def set_options(prefix: str, handle: int, values: Mapping[str, Any]) -> None:
    """Set options; a mapping as a value gives one value to each element named in it."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            for element, single in value.items():
                _set_one(prefix, handle, "%s:%s" % (name, element), single)
        else:
            _set_one(prefix, handle, name, value)


def renamed(values: Mapping[str, Any], aliases: Mapping[str, Tuple[str, ...]]) -> Dict[str, Any]:
    """Names of other programs replaced by the library's."""
    out: Dict[str, Any] = {}
    for name, value in values.items():
        for target in aliases.get(name, (name,)):
            if target in out:
                raise TypeError("%s is given twice, once as %s" % (target, name))
            out[target] = value
    return out
