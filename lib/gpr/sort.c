/* SPDX-License-Identifier: BSD-3-Clause */
/* Sorting with a complete order, so that the result does not depend on the method. */
#include <stdlib.h>

#include "gpr/internal.h"

static int by_position(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int by_key(const void *a, const void *b)
{
    const hpsi_keyed *x = a;
    const hpsi_keyed *y = b;

    if (x->key < y->key || x->key > y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return by_position(&x->position, &y->position);
}

void hpsi_sort_positions(int64_t n, int64_t *p)
{
    if (n > 1) {
        qsort(p, (size_t)n, sizeof *p, by_position);
    }
}

void hpsi_sort_keyed(int64_t n, hpsi_keyed *p)
{
    if (n > 1) {
        qsort(p, (size_t)n, sizeof *p, by_key);
    }
}
