# SPDX-License-Identifier: BSD-3-Clause
"""Minimise a function of one's own: Rosenbrock's valley, and a choice between two floors."""
import hpswarm


def valley(p):
    if p["a"] < -1.9:  # a point that cannot be evaluated is an outcome, not an error
        raise hpswarm.Infeasible
    return (1 - p["a"]) ** 2 + 100 * (p["b"] - p["a"] ** 2) ** 2 + (p["floor"] == "first")


result = hpswarm.minimize(
    valley, {"a": (-2.0, 2.0), "b": (-1.0, 3.0), "floor": ["ground", "first"]}, as_dict=True,
    variant="swarm", max_evaluations=6000, seed=1,
    callback=lambda p: print(p.iteration, p.best) if p.iteration % 100 == 0 else None)
print(result)
assert result.fun < 1e-3
