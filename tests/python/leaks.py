# SPDX-License-Identifier: BSD-3-Clause
"""usage: leaks.py [--leak]: objectives that raise, are interrupted, return NaN or a wrong shape, and a bit of
everything else, for the leak sanitizer to judge at the end. --leak loses a handle on purpose."""
import ctypes
import signal
import sys

import numpy as np

import hpswarm
from hpswarm._load import lib
from common import DATA


def raises(x):
    raise OSError("no")


def interrupts(x):
    signal.raise_signal(signal.SIGINT)
    return 0.0


def refuses(x):
    raise hpswarm.Infeasible


BAD = (raises, interrupts, refuses, lambda x: np.nan, lambda x: [1.0, 2.0], lambda x: "word", lambda x: None)


def runs():
    for f in BAD:
        for vectorized in (False, True):
            for variant in ("paper", "swarm", "guided"):
                try:
                    hpswarm.minimize(f, [(-1, 1)] * 3, vectorized=vectorized, variant=variant, max_evaluations=40)
                except (OSError, KeyboardInterrupt, ValueError, TypeError, hpswarm.Infeasible):
                    pass
    r = hpswarm.minimize(lambda x: (x ** 2).sum(), [(-1, 1)] * 3, max_evaluations=100)  # a usable process
    assert r.fun < 1.0


def models():
    data = hpswarm.Dataset.read(DATA)
    soap = hpswarm.Soap("C", r_cut=4.5, n_max=3, l_max=3)
    gap = hpswarm.GAP(soap, n_sparse=8).fit(data)
    gap.predict(data)
    hpswarm.kernel_statistics(soap, data, [1, 2], bins=4)
    study = hpswarm.Study(data, space={"soap.rcut_soft": (3.5, 5.0), "gap.delta": (0.1, 5)}, strategy="two-stage",
                          gap=hpswarm.GAP(soap, n_sparse=8))
    for callback in (None, raises):
        try:
            study.run(callback and (lambda name, p: callback(p)), max_iterations=3)
        except OSError:
            pass
    for bad in (lambda: hpswarm.Soap("C", nothing=1), lambda: hpswarm.Space({"x": (1, 0)}), lambda: gap.predict(([8], [[0, 0, 0]]))):
        try:
            bad()
        except hpswarm.HpswarmError:
            pass


if __name__ == "__main__":
    if "--leak" in sys.argv:
        for _ in range(100):
            lib.space_create(ctypes.byref(ctypes.c_void_p()), None)
    else:
        for _ in range(20):
            runs()
        models()
