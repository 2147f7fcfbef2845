/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of every test program. */
#ifndef HPS_TESTS_SUITE_H
#define HPS_TESTS_SUITE_H

#include <check.h>
#include <stdlib.h>

/* Runs the cases and forgets them; what main returns. */
static inline int suite_end(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
