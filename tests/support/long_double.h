/* SPDX-License-Identifier: BSD-3-Clause */
/* How far plain versions in long double can be trusted where tests run. */
#ifndef HPS_TEST_LONG_DOUBLE_H
#define HPS_TEST_LONG_DOUBLE_H

/* 1, or `factor` where long double has 53 bits only: valgrind computes it so, and a plain
 * version that needs the other 11 bits is then itself good to fewer digits. */
static inline double hps_test_slack(double factor)
{
    volatile long double one = 1, step = 0x1p-60L;

    return one + step != one ? 1 : factor;
}

#endif
