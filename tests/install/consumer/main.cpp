/* SPDX-License-Identifier: BSD-3-Clause */
/* main.c once more, as C++ sees it. */
#include "main.c" // NOLINT(bugprone-suspicious-include)
