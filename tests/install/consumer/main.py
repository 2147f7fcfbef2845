# SPDX-License-Identifier: BSD-3-Clause
"""main.c once more, as Python writes it."""
import numpy as np

import hpswarm

r = hpswarm.minimize(lambda p: (p[:, 0] - 1) * (p[:, 0] - 1) + (p[:, 1] + 2) * (p[:, 1] + 2),
                     {"x": (-5.0, 5.0), "y": (-5.0, 5.0)}, vectorized=True, variant="swarm", max_evaluations=600)
lengths = [1 + 0.125 * k for k in range(8)]
dimers = hpswarm.Dataset([((6, 6), [[0, 0, 0], [d, 0, 0]], None, None, (d - 1.375) * (d - 1.375)) for d in lengths])
soap = hpswarm.Soap("C", n_max=4, rcut_hard=4.0, rcut_soft=3.5)
everything = np.bitwise_xor.reduce(soap.create(dimers)[:, 0].ravel().view(np.uint64))
found = hpswarm.GAP(soap, n_sparse=6, sigma_energy=0.001).fit(dimers).predict(dimers)
numbers = np.array([r.fun, *r.x]).view(np.uint64), [everything], np.array([found.energy[2], found.forces[5, 0]]).view(np.uint64)
print(hpswarm.version(), *["%016X" % v for part in numbers for v in part])
