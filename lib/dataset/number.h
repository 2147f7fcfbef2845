/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers as text, the same in every locale. */
#ifndef HPSI_DATASET_NUMBER_H
#define HPSI_DATASET_NUMBER_H

#include <stdint.h>

enum { HPSI_NUMBER_OK = 0, HPSI_NUMBER_BAD = 1, HPSI_NUMBER_NOT_FINITE = 2 };

/* Read a real number at *at, which moves past it: digits with an optional point and an
 * exponent after e, E, d or D; the nearest double. nan, inf and numbers beyond the range of
 * double are HPSI_NUMBER_NOT_FINITE. What follows the number is the caller's business. */
int32_t hpsi_number_real(const char **at, const char *end, double *value);
/* Read a whole number that takes all of at..end; 1 if it is one and fits. */
int32_t hpsi_number_whole(const char *at, const char *end, int64_t *value);

#endif
