# SPDX-License-Identifier: BSD-3-Clause
"""main.c once more, as Python writes it."""
import struct

import hpswarm

r = hpswarm.minimize(lambda p: (p[:, 0] - 1) * (p[:, 0] - 1) + (p[:, 1] + 2) * (p[:, 1] + 2),
                     {"x": (-5.0, 5.0), "y": (-5.0, 5.0)}, vectorized=True, variant="swarm", max_evaluations=600)
print(hpswarm.version(), *["%016X" % struct.unpack("<Q", struct.pack("<d", v))[0] for v in (r.fun, r.x[0], r.x[1])])
