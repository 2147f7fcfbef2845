/* SPDX-License-Identifier: BSD-3-Clause */
/* Values on their way into a response surface, and how well one describes them. */
#include "swarm/surface.h"

#include <math.h>
#include <string.h>

#define FAR_VALUE 10.0 /* of which on a quadratic looks less at a value */

/* Shell's sort with Ciura's gaps: a comparison by a call, as in qsort, costs more than the rest. */
void hpsi_sort_reals(int64_t n, double *y)
{
    static const int64_t gaps[] = {301, 132, 57, 23, 10, 4, 1};
    int64_t gap = 701;
    while (gap < n / 3) {
        gap = gap * 9 / 4;
    }
    for (int32_t next = 0; gap > 0;) {
        for (int64_t i = gap; i < n; i++) {
            double v = y[i];
            int64_t k = i;
            for (; k >= gap && y[k - gap] > v; k -= gap) {
                y[k] = y[k - gap];
            }
            y[k] = v;
        }
        if (gap > 701) {
            gap = gap * 4 / 9 > 701 ? gap * 4 / 9 : 701;
        } else {
            gap = next < 7 ? gaps[next++] : 0;
        }
    }
}

/* Number of sorted values below v, and with `ties` also of those equal to it. */
static int32_t count_below(int32_t n, const double *sorted, double v, int ties)
{
    int32_t lo = 0;
    int32_t hi = n;
    while (lo < hi) {
        int32_t mid = lo + (hi - lo) / 2;
        if (sorted[mid] < v || (ties && sorted[mid] == v)) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

/* What the logarithm is measured in: the lower quartile above the least, else the median. */
static double log_unit(int32_t n, const double *sorted)
{
    int32_t quarter = n / 4 > 1 ? n / 4 : 1;
    double unit = sorted[quarter < n ? quarter : n - 1] - sorted[0];
    if (!(unit > 0.0)) {
        unit = sorted[n / 2] - sorted[0];
    }
    return unit > 0.0 ? unit : 1.0;
}

static void map_sorted(int32_t map, int32_t n, const double *y, const double *sorted, double *out)
{
    double median = sorted[n / 2];
    double unit = log_unit(n, sorted);
    for (int32_t i = 0; i < n; i++) {
        double v = y[i];
        if (map == HPSI_MAP_CLIPPED) {
            v = fmin(v, median);
        } else if (map == HPSI_MAP_LOG) {
            v = log1p((v - sorted[0]) / unit);
        } else if (map == HPSI_MAP_RANK) {
            int32_t below = count_below(n, sorted, v, 0);
            int32_t upto = count_below(n, sorted, v, 1);
            v = log(0.5 * (below + upto) / n + 1e-3);
        }
        out[i] = v;
    }
}

static void sort_copy(int32_t n, const double *y, double *sorted)
{
    memcpy(sorted, y, (size_t)n * sizeof *y);
    hpsi_sort_reals(n, sorted);
}

void hpsi_surface_map(int32_t map, int32_t n, const double *y, double *out, double *sorted)
{
    if (n > 0) {
        sort_copy(n, y, sorted);
        map_sorted(map, n, y, sorted, out);
    }
}

void hpsi_surface_maps(int32_t n, const double *y, double *out, double *sorted)
{
    sort_copy(n, y, sorted);
    for (int32_t map = 0; map < HPSI_MAPS && n > 0; map++) {
        map_sorted(map, n, y, sorted, out + (int64_t)map * n);
    }
}

int hpsi_surface_weigh(int32_t n, double *y, double *weights, double *sorted)
{
    sort_copy(n, y, sorted);
    double least = sorted[0];
    double unit = sorted[n / 2] - least;
    if (!(unit > 0.0)) {
        unit = sorted[n - 1] - least;
    }
    if (!(unit > 0.0)) {
        return 0;
    }
    for (int32_t i = 0; i < n; i++) {
        int32_t rank = count_below(n, sorted, y[i], 0);
        y[i] = (y[i] - least) / unit;
        weights[i] = 1.0 + 19.0 * (n - 1 - rank) / (n - 1.0);
        weights[i] *= y[i] > FAR_VALUE ? FAR_VALUE * FAR_VALUE / (y[i] * y[i]) : 1.0;
    }
    return 1;
}

double hpsi_surface_r2(int32_t n, const double *y, const double *predicted)
{
    double mean = 0.0, total = 0.0, rest = 0.0;
    for (int32_t i = 0; i < n; i++) {
        mean += y[i] / n;
    }
    for (int32_t i = 0; i < n; i++) {
        total += (y[i] - mean) * (y[i] - mean);
        rest += (y[i] - predicted[i]) * (y[i] - predicted[i]);
    }
    if (total > 0.0) {
        return 1.0 - rest / total;
    }
    return rest > 0.0 ? -(double)INFINITY : 1.0;
}
