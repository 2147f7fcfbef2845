/* SPDX-License-Identifier: BSD-3-Clause */
/* hpswarm export: named in the contract, not in this release. */
#include "args.h"

int command_export(const args *a)
{
    (void)a;
    return fail(EXIT_USAGE, "export to quip, turbogap and gap_fit is not in this release");
}
