# SPDX-License-Identifier: BSD-3-Clause
"""Descriptors of structures given as arrays: a water molecule and its mirror image, which have the
same ones. Atoms of ASE can stand in their place."""
import numpy as np

import hpswarm

water = np.array([[0.0, 0.0, 0.0], [0.76, 0.59, 0.0], [-0.71, 0.65, 0.1]])
molecules = [{"symbols": ["O", "H", "H"], "positions": water * [hand, 1, 1]} for hand in (1, -1)]
soap = hpswarm.Soap(["H", "O"], n_max=6, l_max=6, r_cut=4.0, atom_sigma_r={"H": 0.3, "O": 0.5})
rows = soap.create(molecules)  # [2][3][components]
k = rows[0, 0] @ rows[1, 0]
print(soap.n_components, "components, q.q' =", k)
assert abs(k - 1) < 1e-10
