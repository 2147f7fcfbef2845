# SPDX-License-Identifier: BSD-3-Clause
"""A fit of gap_fit evaluated with this program's descriptors: its printed coefficients, and the
coefficients that solve its printed equations to 50 digits."""
import decimal
import json

from common import run, write_xyz

NUMBER = {"H": 1, "C": 6, "N": 7, "O": 8, "Fe": 26}


def exact_coefficients(system):
    """(K_MM + K_MN L^-1 K_NM)^-1 K_MN L^-1 y without rounding that matters."""
    decimal.getcontext().prec = 50
    number = decimal.Decimal
    rows = [[number(x) for x in row] for row in system["K_NM"]]
    y = [number(x) for x in system["y"]]
    weight = [1 / number(x) for x in system["lambda_"]]
    a = [[number(x) for x in row] for row in system["K_MM_with_jitter"]]
    n = len(a)
    for row, w in zip(rows, weight, strict=True):
        for i in range(n):
            scaled = w * row[i]
            for k in range(i + 1):
                a[i][k] += scaled * row[k]
    right = [sum(w * row[i] * t for row, w, t in zip(rows, weight, y, strict=True)) for i in range(n)]
    for i in range(n):  # L D L^T of the lower half, right-hand side along
        for k in range(i + 1, n):
            factor = a[k][i] / a[i][i]
            for m in range(k, n):
                a[m][k] -= factor * a[m][i]
            right[k] -= factor * right[i]
    for i in reversed(range(n)):
        right[i] = (right[i] - sum(a[k][i] * right[k] for k in range(i + 1, n))) / a[i][i]
    return [float(x) for x in right]


def predictions(program, folder, case, structures, coefficients):
    """Energies and forces of sum_t alpha_t (q_t.q)^zeta; folder/hp.json says which descriptor."""
    write_xyz(f"{folder}/model.xyz", structures)
    out = json.loads(run(program, "soap", f"{folder}/model.xyz", "-p", f"{folder}/hp.json", "--json",
                         "--gradients"))
    return [_frame(case, s, f, coefficients) for s, f in zip(structures, out["frames"], strict=True)]


def _dot(x, y):
    return sum(a * b for a, b in zip(x, y, strict=True))


def _frame(case, structure, frame, coefficients):
    zeta, scale = case["hyper"]["zeta"], case["hyper"]["delta"] ** 2
    energy, slopes = 0.0, []
    for symbol, q in zip(structure["species"], frame["descriptors"], strict=True):
        z, first, slope = NUMBER[symbol], 0, [0.0] * len(q)
        energy += case["e0"][str(z)]
        for model in case["models"]:
            rows = model["sparse_descriptors"]
            if model["central_species"] == z:
                for row, alpha in zip(rows, coefficients[first:first + len(rows)], strict=True):
                    dot = _dot(row, q)
                    energy += scale * alpha * dot ** zeta
                    factor = scale * alpha * zeta * dot ** (zeta - 1)
                    slope = [s + factor * r for s, r in zip(slope, row, strict=True)]
            first += len(rows)
        slopes.append(slope)
    forces = [[0.0] * 3 for _ in slopes]
    for pair in frame["gradients"]:
        for axis in range(3):
            forces[pair["moved"]][axis] -= _dot(slopes[pair["centre"]], pair["d"][axis])
    return {"energy": energy, "forces": forces}
