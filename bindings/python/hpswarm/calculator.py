# SPDX-License-Identifier: BSD-3-Clause
"""A model as a calculator of ASE (an optional dependency)."""
from __future__ import annotations

from typing import Any, List, Optional, Union

import numpy as np

from ase.calculators.calculator import Calculator as _Base
from ase.calculators.calculator import all_changes

from .gap import GAP


class Calculator(_Base):
    """Energy, forces and stress of a fitted GAP, for dynamics and relaxations.

    model : a GAP, or the path of a model file.
    """

    implemented_properties = ["energy", "free_energy", "forces", "stress"]
    discard_results_on_any_change = True

    def __init__(self, model: Union[GAP, str, Any], **kwargs: Any):
        super().__init__(**kwargs)
        self.model = model if isinstance(model, GAP) else GAP.load(model)

    def calculate(self, atoms: Any = None, properties: Optional[List[str]] = None,
                  system_changes: List[str] = all_changes) -> None:
        super().calculate(atoms, properties, system_changes)
        periodic = self.atoms.cell.rank == 3
        found = self.model.predict(self.atoms, virial=periodic)
        self.results = {"energy": found.energy, "free_energy": found.energy, "forces": found.forces}
        if periodic:
            w = -0.5 * (found.virial + found.virial.T) / self.atoms.get_volume()
            self.results["stress"] = np.array([w[0, 0], w[1, 1], w[2, 2], w[1, 2], w[0, 2], w[0, 1]])
