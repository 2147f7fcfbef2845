#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""`hpswarm kernel` on the 30 carbon dimers of C-GAP-17 with the paper's sets against the table
of soap.md section 11, to the printed digits.

usage: check_kernel.py HPSWARM C_DIMERS.xyz REFERENCE   (REFERENCE has soap/ and gap/)"""
import json
import os
import sys
import tempfile

from common import run, soap_section, write_json

# set, zeta, mean, std, |skew|, digits of mean and std, digits of skew (None: not printed)
TABLE = [("set1", 1, 0.9939, 0.0085, 1.59, 4, 2), ("set1", 10, 0.9433, 0.0757, 1.47, 4, 2),
         ("set2", 1, 0.3594, 0.3781, 0.53, 4, 2), ("set2", 10, 0.1329, 0.2795, 2.08, 4, 2),
         ("S6-1", 5.52, 0.517, 0.350, None, 3, None), ("S4-1", 4.60, 0.576, 0.325, None, 3, None),
         ("S6-2", 7.21, 0.509, 0.368, 0.002, 3, 3), ("S4-2", 3.79, 0.491, 0.387, 0.001, 3, 3)]
FILES = {"set1": "soap/p01_dimer_set1.json", "set2": "soap/p02_dimer_set2.json",
         "S6-1": "soap/p04_dimer_S6_1.json", "S4-1": "gap/dimer_S4-1_EF_cur18.json",
         "S6-2": "gap/dimer_S6-2_EF.json", "S4-2": "soap/p03_dimer_S4_2_poly3.json"}


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    program, dimers, reference = sys.argv[1:]
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for name, zeta, mean, std, skew, digits, skew_digits in TABLE:
            with open(os.path.join(reference, FILES[name])) as source:
                case = json.load(source)
            hyper = case.get("hyper") or case["hyper_parameters"]
            soap = soap_section(dict(hyper, basis="poly3gauss"), ["C"])
            write_json(f"{folder}/hp.json", {"soap": soap, "kernel": {"zeta": zeta}})
            k = json.loads(run(program, "kernel", dimers, "-p", f"{folder}/hp.json", "--json"))
            row = (round(k["mean"], digits) == mean and round(k["std"], digits) == std
                   and (skew is None or round(abs(k["skew"]), skew_digits) == skew))
            good = good and row
            print(f"{name} zeta {zeta:5}: mean {k['mean']:.5f} ({mean}) std {k['std']:.5f} ({std}) "
                  f"|skew| {abs(k['skew']):.5f} ({skew})  {'ok' if row else 'FAILED'}")
    sys.exit(0 if good else 1)


main()
