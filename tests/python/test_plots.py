# SPDX-License-Identifier: BSD-3-Clause
"""The plots; skipped where matplotlib is not installed."""
import sys
import unittest

import numpy as np

try:
    import matplotlib
except ImportError:
    print("matplotlib is not installed")
    sys.exit(77)
matplotlib.use("Agg")
from matplotlib import pyplot

import hpswarm
from common import DATA


class Plots(unittest.TestCase):
    def tearDown(self):
        pyplot.close("all")

    def test_runs(self):
        r = hpswarm.minimize(lambda x: (x ** 2).sum(), {"a": (-1, 1), "b": (-1, 1)}, max_evaluations=60)
        line = hpswarm.plot_convergence(r).lines[0]
        np.testing.assert_array_equal(line.get_ydata(), r.convergence())
        ax = pyplot.subplots()[1]
        self.assertIs(hpswarm.plot_parameter(r, "b", ax=ax), ax)
        np.testing.assert_array_equal(ax.collections[0].get_offsets()[:, 0], r.history.x[:, 1])
        self.assertEqual(ax.get_xlabel(), "b")

    def test_fronts(self):
        r = hpswarm.minimize(lambda x: [x[0] ** 2, (x[0] - 1) ** 2], [(-2, 2)], n_objectives=2, max_evaluations=100)
        everything, front = hpswarm.plot_front(r).collections
        self.assertEqual((len(everything.get_offsets()), len(front.get_offsets())), (100, len(r.front.id)))

    def test_models(self):
        data = hpswarm.Dataset.read(DATA)
        soap = hpswarm.Soap("C", r_cut=4.5, n_max=3, l_max=3)
        ax = hpswarm.plot_kernel(hpswarm.kernel_statistics(soap, data, 2, bins=10))
        self.assertEqual(len(ax.patches), 1)
        self.assertRaises(ValueError, hpswarm.plot_kernel, hpswarm.kernel_statistics(soap, data))
        gap = hpswarm.GAP(soap, n_sparse=8).fit(data)
        points = hpswarm.plot_parity(gap, data).collections[0].get_offsets()
        np.testing.assert_allclose(points[:, 0], data.energies / 2)
        self.assertEqual(len(hpswarm.plot_parity(gap, data, "forces").collections[0].get_offsets()), 180)
        self.assertRaises(ValueError, hpswarm.plot_parity, gap, data, "stress")


if __name__ == "__main__":
    unittest.main()
