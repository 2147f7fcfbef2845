/* SPDX-License-Identifier: BSD-3-Clause */
/* Cholesky factor of the small matrices of the surfaces, for which LAPACK takes twice as long:
 * nearly all of the work are sums over the rows above of r[p][row] r[p][column] for four rows and
 * sixteen columns, which stay in registers meanwhile. The same operations in the same order for
 * every width of a vector. */
#include "swarm/surface.h"

#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "base/targets.h"

#define INLINE static inline __attribute__((always_inline))
enum { ROWS = 4, LANES = 8, WIDE = 2 * LANES };
enum { LARGEST = 400 }; /* above it LAPACK's blocks pay */
typedef double lanes __attribute__((vector_size(8 * LANES), aligned(8), may_alias));

static inline const lanes *at(const double *x)
{
    return (const lanes *)x;
}

static inline lanes *to(double *x)
{
    return (lanes *)x;
}

/* What the rows above take from columns j .. j + 7 of rows i .. i + 3. */
INLINE void take_eight(int64_t i, int64_t j, int64_t ld, double *a)
{
    lanes sum[ROWS] = {{0.0}};
    for (const double *r = a; r < a + i * ld; r += ld) {
        const lanes u = *at(r + j);
        for (int q = 0; q < ROWS; q++) {
            sum[q] += r[i + q] * u;
        }
    }
    for (int q = 0; q < ROWS; q++) {
        *to(a + (i + q) * ld + j) -= sum[q];
    }
}

/* The same for sixteen columns: each r[i + q] is loaded half as often. */
INLINE void take_sixteen(int64_t i, int64_t j, int64_t ld, double *a)
{
    lanes sum[ROWS] = {{0.0}}, more[ROWS] = {{0.0}};
    for (const double *r = a; r < a + i * ld; r += ld) {
        const lanes u = *at(r + j);
        const lanes v = *at(r + j + LANES);
        for (int q = 0; q < ROWS; q++) {
            sum[q] += r[i + q] * u;
            more[q] += r[i + q] * v;
        }
    }
    for (int q = 0; q < ROWS; q++) {
        *to(a + (i + q) * ld + j) -= sum[q];
        *to(a + (i + q) * ld + j + LANES) -= more[q];
    }
}

/* Rows i .. i + 3 from column `first` on, once the rows above have taken theirs. */
INLINE int64_t factor_rows(int64_t n, int64_t i, int64_t first, int64_t ld, double *a)
{
    int64_t end = i + ROWS < n ? i + ROWS : n;
    for (int64_t p = i; p < end; p++) {
        double *row = a + p * ld;
        if (!(row[p] > 0.0) || isinf(row[p])) {
            return p + 1;
        }
        const double scale = 1.0 / sqrt(row[p]);
        for (int64_t j = first; j < ld; j += LANES) {
            *to(row + j) *= scale;
        }
        for (int64_t q = p + 1; q < end; q++) {
            const double f = row[q];
            for (int64_t j = first; j < ld; j += LANES) {
                *to(a + q * ld + j) -= f * *at(row + j);
            }
        }
    }
    return 0;
}

HPSI_PER_TARGET static int64_t factor(int64_t n, int64_t ld, double *a)
{
    int64_t bad = 0;
    for (int64_t i = 0; i < n && bad == 0; i += ROWS) {
        int64_t first = hpsi_row_start(i);
        int64_t j = first;
        for (; j + WIDE <= ld; j += WIDE) {
            take_sixteen(i, j, ld, a);
        }
        if (j < ld) {
            take_eight(i, j, ld, a);
        }
        bad = factor_rows(n, i, first, ld, a);
    }
    return bad;
}

int64_t hpsi_surface_cholesky(int64_t n, double *a)
{
    int64_t ld = hpsi_padded(n);
    if (n > LARGEST) {
        return hpsi_cholesky_block(n, a, ld);
    }
    for (int64_t i = 0; i < n; i++) { /* the padding reaches no result, but must not be slow */
        memset(a + i * ld + n, 0, (size_t)(ld - n) * sizeof *a);
    }
    memset(a + n * ld, 0, (size_t)(ld - n) * (size_t)ld * sizeof *a);
    return factor(n, ld, a);
}
