#!/usr/bin/env bash
# usage: sizes.sh ROOT: fail on a file over 800 lines or a function over 80.
# SPDX-License-Identifier: BSD-3-Clause
# The house format puts the braces of a function, and only those, into column 0.
set -eu
cd "$1"
find lib src include -name '*.[ch]' -print0 | xargs -0 -r awk '
    FNR == 1 { start = 0 }
    FNR == 801 { print FILENAME ": more than 800 lines"; bad = 1 }
    /^\{/ { start = FNR }
    /^\}/ {
        if (start > 0 && FNR - start - 1 > 80) {
            print FILENAME ":" start ": function of " FNR - start - 1 " lines, at most 80";
            bad = 1;
        }
        start = 0;
    }
    END { exit bad }'
