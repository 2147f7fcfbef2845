/* SPDX-License-Identifier: BSD-3-Clause */
/* Sorting with the caller's memory (qsort of the C library may allocate its own). */
#include <string.h>

#include "dataset/private.h"

/* Merge item[low..middle) and item[middle..high) through tmp. */
static void merge(int64_t *item, int64_t *tmp, int64_t low, int64_t middle, int64_t high,
                  int32_t (*less)(int64_t, int64_t, const void *), const void *arg)
{
    int64_t a = low;
    int64_t b = middle;

    for (int64_t k = low; k < high; k++) {
        const int32_t take_b = a >= middle || (b < high && less(item[b], item[a], arg));

        tmp[k] = take_b ? item[b++] : item[a++];
    }
    memcpy(item + low, tmp + low, (size_t)(high - low) * sizeof *item);
}

void hpsi_sort(int64_t n, int64_t *item, int64_t *tmp,
               int32_t (*less)(int64_t a, int64_t b, const void *arg), const void *arg)
{
    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t low = 0; low + width < n; low += 2 * width) {
            const int64_t high = low + 2 * width < n ? low + 2 * width : n;

            merge(item, tmp, low, low + width, high, less, arg);
        }
    }
}

static void sort_reals(int64_t n, double *v, double *tmp)
{
    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t low = 0; low < n; low += 2 * width) {
            const int64_t middle = low + width < n ? low + width : n;
            const int64_t high = low + 2 * width < n ? low + 2 * width : n;
            int64_t a = low;
            int64_t b = middle;

            for (int64_t k = low; k < high; k++) {
                tmp[k] = a >= middle || (b < high && v[b] < v[a]) ? v[b++] : v[a++];
            }
        }
        memcpy(v, tmp, (size_t)n * sizeof *v);
    }
}

double hpsi_median(int64_t n, double *v, double *tmp)
{
    sort_reals(n, v, tmp);
    return 0.5 * (v[(n - 1) / 2] + v[n / 2]);
}
