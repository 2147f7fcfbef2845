/* SPDX-License-Identifier: BSD-3-Clause */
/* hpswarm report: write DIR/report.html again from the other files of a finished run. */
#include "tune.h"

int command_report(const args *a)
{
    int rc = report_write(a->words[0]);

    if (rc == EXIT_DONE && !a->quiet) {
        fprintf(stderr, "hpswarm: %s/report.html written\n", a->words[0]);
    }
    return rc;
}
