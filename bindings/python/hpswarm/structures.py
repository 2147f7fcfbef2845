# SPDX-License-Identifier: BSD-3-Clause
"""What stands for a structure: ASE's Atoms, or anything that has the same attributes, a mapping,
or a tuple. Reads the labels that the reader of extended XYZ knows, under the same names."""
from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from ._load import lib

# Best first, without regard to case (lib/dataset/extxyz_labels.c).
ENERGY_KEYS = ("energy", "ref_energy", "dft_energy", "ref-energy", "dft-energy", "qm_energy",
               "energy_ref", "energy_dft", "total_energy", "totenergy", "tot_energy",
               "potential_energy")
FREE_ENERGY_KEYS = ("free_energy", "free-energy")  # another quantity: only if there is no other
FORCE_KEYS = ("forces", "force", "ref_forces", "ref_force", "dft_forces", "dft_force", "ref-forces",
              "dft-forces", "qm_forces", "qm_force", "forces_ref", "forces_dft")
VIRIAL_KEYS = ("virial", "virials", "ref_virial", "ref_virials", "dft_virial", "dft_virials",
               "ref-virial", "dft-virial", "qm_virial", "stress", "ref_stress", "dft_stress",
               "ref-stress", "dft-stress", "qm_stress")
_VOIGT = (0, 5, 4, 5, 1, 3, 4, 3, 2)  # of xx yy zz yz xz xy


class Structure(NamedTuple):
    """One structure as arrays."""

    numbers: np.ndarray  # [n]
    positions: np.ndarray  # [n][3]
    cell: Optional[np.ndarray] = None  # [3][3], rows are lattice vectors
    pbc: Optional[np.ndarray] = None  # [3]
    energy: Optional[float] = None
    forces: Optional[np.ndarray] = None  # [n][3]
    virial: Optional[np.ndarray] = None  # [3][3]
    config_type: str = ""
    # noise of its own in a fit, absolute; None: that of the fit
    energy_sigma: Optional[float] = None
    force_sigma: Optional[float] = None
    virial_sigma: Optional[float] = None
    force_sigmas: Optional[np.ndarray] = None  # [n] or [n][3], before force_sigma
    force_mask: Optional[np.ndarray] = None  # [n], true: left out of a fit
    virial_sigmas: Optional[np.ndarray] = None  # [3][3], before virial_sigma


SIGMAS = ("energy_sigma", "force_sigma", "virial_sigma")
# Columns of force_sigmas, the first goes before the second.
FORCE_SIGMA_KEYS = ("force_component_sigma", "force_atom_sigma")
VIRIAL_SIGMA_KEY = "virial_component_sigma"


def element_number(what: Any) -> int:
    """Atomic number of a symbol or a number."""
    if not isinstance(what, str):
        return int(what)
    number = lib.element_number(what.encode())
    if number == 0:
        raise ValueError("%r is no element" % what)
    return number


def element_symbol(number: int) -> str:
    """Symbol of an atomic number."""
    return lib.element_symbol(int(number)).decode()


def is_one(what: Any) -> bool:
    """One structure, not several."""
    return hasattr(what, "positions") or isinstance(what, (Mapping, Structure)) or (
        isinstance(what, tuple) and len(what) >= 2 and np.ndim(what[1]) == 2)


class _Labels:
    """Labels of one Atoms under their lower-case names; results of a calculator come first."""

    def __init__(self, atoms: Any):
        self.found: List[Tuple[str, Any]] = []
        calculator = getattr(atoms, "calc", None)
        results = getattr(calculator, "results", None) or {}
        if getattr(calculator, "atoms", None) is not None and hasattr(calculator, "check_state") and \
                calculator.check_state(atoms):
            results = {}  # of an earlier configuration
        for store in (results, getattr(atoms, "info", {}), getattr(atoms, "arrays", {})):
            self.found += [(str(k).lower(), v) for k, v in store.items() if v is not None]

    def all_of(self, keys: Sequence[str]) -> List[Tuple[str, Any]]:
        """What is there under these keys, the best first."""
        return [pair for key in keys for pair in self.found if pair[0] == key]


def _agreeing(what: str, found: List[Tuple[str, Any]], tolerance: float, relative: float) -> Optional[np.ndarray]:
    """The first one; others must not contradict it (as the reader of files has it)."""
    if not found:
        return None
    name, best = found[0][0], np.asarray(found[0][1], dtype=float)
    for other, value in found[1:]:
        array = np.asarray(value, dtype=float)
        if array.shape != best.shape or np.abs(array - best).max(initial=0.0) > \
                tolerance + relative * np.abs(best).max(initial=0.0):
            raise ValueError("%s: %r and %r of a structure disagree; name the key to use" % (what, name, other))
    return best


def _keys(wanted: Optional[str], usual: Sequence[str]) -> Sequence[str]:
    if wanted is None:
        return usual
    return () if wanted.lower() == "none" else (wanted.lower(),)


def _matrix(name: str, value: Any) -> np.ndarray:
    """Nine numbers, or six of Voigt's form, as [3][3]."""
    v = np.asarray(value, dtype=float).reshape(-1)
    if v.size not in (6, 9):
        raise ValueError("%s has %d numbers, it must have 9 or 6" % (name, v.size))
    return v.reshape(3, 3) if v.size == 9 else v[list(_VOIGT)].reshape(3, 3)


def _virial(found: List[Tuple[str, Any]], volume: float) -> List[Tuple[str, Any]]:
    """Stresses, Voigt or not, as virials W = -stress * volume."""
    out = []
    for name, value in found:
        v = _matrix(name, value)
        if "stress" in name:
            if not volume > 0:
                raise ValueError("%s needs a cell with a volume" % name)
            v = -v * volume
        out.append((name, v))
    return out


def _from_atoms(atoms: Any, keys: Mapping[str, Optional[str]], labels: bool) -> Structure:
    numbers = getattr(atoms, "numbers", None)
    if numbers is None:
        numbers = [element_number(s) for s in atoms.symbols]
    cell = getattr(atoms, "cell", None)
    cell = np.asarray(cell if cell is None or isinstance(cell, np.ndarray) else cell[:], dtype=float) \
        if cell is not None else None
    pbc = np.asarray(getattr(atoms, "pbc", [cell is not None] * 3), dtype=np.int32)
    if cell is not None and not cell.any():
        cell = None
    if not labels:
        return Structure(numbers, atoms.positions, cell, pbc)
    at = _Labels(atoms)
    energies = at.all_of(_keys(keys.get("energy"), ENERGY_KEYS))
    if not energies and keys.get("energy") is None:
        energies = at.all_of(FREE_ENERGY_KEYS)[:1]
    energy = _agreeing("energy", energies, 1e-5, 1e-9)
    forces = _agreeing("forces", at.all_of(_keys(keys.get("forces"), FORCE_KEYS)), 1e-4, 0.0)
    volume = abs(np.linalg.det(cell)) if cell is not None else 0.0
    virials = at.all_of(_keys(keys.get("virial"), VIRIAL_KEYS))
    if keys.get("virial") is None and volume == 0.0:  # a molecule's stress says nothing
        virials = [v for v in virials if "stress" not in v[0]]
    virial = _agreeing("virial", _virial(virials, volume), 1e-3, 1e-3)
    return Structure(numbers, atoms.positions, cell, pbc, None if energy is None else float(energy),
                     forces, virial, str(getattr(atoms, "info", {}).get("config_type", "")), **_noise(atoms))


def _noise(atoms: Any) -> Dict[str, Any]:
    """Noise and mask of one Atoms, under the names that they have in a file."""
    info, arrays = [{str(k).lower(): v for k, v in getattr(atoms, store, {}).items() if v is not None}
                    for store in ("info", "arrays")]
    out: Dict[str, Any] = {k: float(info[k]) for k in SIGMAS if k in info}
    out["force_sigmas"] = next((arrays[k] for k in FORCE_SIGMA_KEYS if k in arrays), None)
    out["force_mask"] = arrays.get("force_mask")
    if VIRIAL_SIGMA_KEY in info:
        out["virial_sigmas"] = _matrix(VIRIAL_SIGMA_KEY, info[VIRIAL_SIGMA_KEY])
    return out


def structure(what: Any, keys: Optional[Mapping[str, Optional[str]]] = None,
              labels: bool = True) -> Structure:
    """One structure as arrays.

    Parameters
    ----------
    what : Atoms; a mapping with numbers (or symbols) and positions, and perhaps cell, pbc, energy,
        forces, virial, config_type, and for a fit energy_sigma, force_sigma, virial_sigma,
        force_sigmas ([n] or [n][3]), force_mask, virial_sigmas ([3][3]); or a tuple of those in
        that order. Atoms have the last ones as files do: the sigmas and virial_component_sigma in
        info, force_atom_sigma, force_component_sigma and force_mask in arrays.
    keys : names of "energy", "forces" and "virial" in info, arrays and the calculator's results;
        None finds them, "none" reads none.
    labels : whether to read them at all.
    """
    if hasattr(what, "positions") and not isinstance(what, Structure):
        return _from_atoms(what, keys or {}, labels)
    if isinstance(what, Mapping):
        values: Dict[str, Any] = dict(what)
        if "symbols" in values:
            values["numbers"] = [element_number(s) for s in values.pop("symbols")]
        made = Structure(**values)
    else:
        made = Structure(*what)
    if len(made.numbers) > 0 and isinstance(made.numbers[0], str):
        made = made._replace(numbers=np.array([element_number(s) for s in made.numbers]))
    return made if labels else made._replace(energy=None, forces=None, virial=None)
