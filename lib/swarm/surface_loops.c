/* SPDX-License-Identifier: BSD-3-Clause */
/* Inner loops of the surfaces, with vectors of whatever the machine has. Each of them does the same
 * operations in the same order for every width of a vector. */
#include <math.h>
#include <string.h>

#include "base/linalg.h"
#include "base/targets.h"
#include "swarm/surface.h"

#define ROUNDER 6755399441055744.0 /* 1.5 2^52: adding it rounds to an integer */
#define LOG2E 1.44269504088896340736
#define LN2_HIGH 6.93147180369123816490e-01 /* 33 bits: its multiples up to 2^20 are exact */
#define LN2_LOW 1.90821492927058770002e-10
#define THIRD 0.33333333333333333333 /* a division costs as much as the rest */
#define FARTHEST 700.0               /* e^-FARTHEST is a normal number */
enum { BLOCK = 16, LANES = 8 };

/* e^-r of 0 <= r <= FARTHEST to 1e-14: the series to the power 11. */
static inline double decay(double r)
{
    double shifted = ROUNDER - r * LOG2E;
    double k = shifted - ROUNDER;
    double t = (-r - k * LN2_HIGH) - k * LN2_LOW;
    double p = 1.0 / 39916800.0;
    uint64_t bits;
    double power;
    p = p * t + 1.0 / 3628800.0;
    p = p * t + 1.0 / 362880.0;
    p = p * t + 1.0 / 40320.0;
    p = p * t + 1.0 / 5040.0;
    p = p * t + 1.0 / 720.0;
    p = p * t + 1.0 / 120.0;
    p = p * t + 1.0 / 24.0;
    p = p * t + 1.0 / 6.0;
    p = p * t + 0.5;
    p = (p * t) * t + t;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 52) + (1023ULL << 52);
    memcpy(&power, &bits, sizeof power);
    return power + p * power;
}

static inline double distance(double square)
{
    double r = sqrt(5.0 * (square > 0.0 ? square : 0.0));
    return r < FARTHEST ? r : FARTHEST;
}

HPSI_PER_TARGET void hpsi_matern_row(int64_t n, double norm, const double *restrict norms,
                                     double level, double *restrict inner, double *restrict out)
{
#pragma omp simd
    for (int64_t j = 0; j < n; j++) {
        double r = distance(norm + norms[j] - 2.0 * inner[j]);
        double e = decay(r);
        inner[j] = 5.0 / 3.0 * (1.0 + r) * e;
        out[j] = (1.0 + r + r * r * THIRD) * e + level;
    }
}

HPSI_PER_TARGET void hpsi_matern_at(int64_t n, int32_t n_dims, const double *restrict z,
                                    const double *u, double level, double *restrict out)
{
    memset(out, 0, (size_t)n * sizeof *out);
    for (int32_t d = 0; d < n_dims; d++) {
        const double *restrict row = z + d * n;
        const double at = u[d];
#pragma omp simd
        for (int64_t i = 0; i < n; i++) {
            out[i] += (row[i] - at) * (row[i] - at);
        }
    }
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        double r = distance(out[i]);
        out[i] = (1.0 + r + r * r * THIRD) * decay(r) + level;
    }
}

HPSI_PER_TARGET void hpsi_cubic_row(int64_t n, double norm, const double *norms, double tail,
                                    const double *inner, double *out)
{
#pragma omp simd
    for (int64_t j = 0; j < n; j++) {
        double square = norms[j] + norm - 2.0 * inner[j];
        square = square > 0.0 ? square : 0.0;
        out[j] = square * sqrt(square) + tail * (1.0 + inner[j]);
    }
}

/* Sums in as many parts as the widest vector has. */
HPSI_PER_TARGET double hpsi_cubic_slope(int64_t n, double norm, const double *norms, double tail,
                                        const double *weight, double *inner, double *radial)
{
    double value[LANES] = {0.0}, slope[LANES] = {0.0};
    for (int64_t i = 0; i < n; i += LANES) {
        int64_t m = n - i < LANES ? n - i : LANES;
#pragma omp simd
        for (int64_t k = 0; k < m; k++) {
            double g = inner[i + k];
            double square = norms[i + k] + norm - 2.0 * g;
            double r = sqrt(square > 0.0 ? square : 0.0);
            double w = weight[i + k];
            value[k] += w * (r * r * r + tail * (1.0 + g));
            slope[k] += w * r;
            inner[i + k] = w * (tail - 3.0 * r); /* 3 r (z - z_i) + tau z_i */
        }
    }
    double sum = 0.0;
    *radial = 0.0;
    for (int64_t k = 0; k < LANES; k++) {
        sum += value[k];
        *radial += slope[k];
    }
    return sum;
}

HPSI_PER_TARGET void hpsi_products_at(int64_t n, int32_t n_dims, const double *restrict z,
                                      const double *u, double *restrict out)
{
    memset(out, 0, (size_t)n * sizeof *out);
    for (int32_t d = 0; d < n_dims; d++) {
        const double *restrict row = z + d * n;
        const double at = u[d];
#pragma omp simd
        for (int64_t i = 0; i < n; i++) {
            out[i] += row[i] * at;
        }
    }
}

HPSI_PER_TARGET void hpsi_weigh_row(int64_t n, double factor, const double *restrict a,
                                    const double *restrict slope, double *restrict inverse)
{
#pragma omp simd
    for (int64_t j = 0; j < n; j++) {
        inverse[j] = (inverse[j] - factor * a[j]) * slope[j];
    }
}

/* ---------------------------------------------------------- factorisations */

/* In place, from the last row up: row i of the inverse is (unit vector - sum_k r_ik row k)/r_ii. */
HPSI_PER_TARGET static void invert_small(int64_t n, const double *restrict r, int64_t ldr,
                                         double *restrict b, int64_t ldb)
{
    for (int64_t i = n; i-- > 0;) {
        double row[BLOCK] = {0.0};
        row[i] = 1.0;
        for (int64_t k = i + 1; k < n; k++) {
            const double t = r[i * ldr + k];
#pragma omp simd
            for (int64_t j = 0; j < BLOCK; j++) {
                row[j] -= t * (j < n ? b[k * ldb + j] : 0.0);
            }
        }
        for (int64_t j = 0; j < n; j++) {
            b[i * ldb + j] = row[j] / r[i * ldr + i];
        }
    }
}

/* B = R^-1 by columns of blocks: above the diagonal -B R b, b the block on the diagonal. */
static void invert_triangle(int64_t n, const double *r, double *b, double *work)
{
    int64_t ld = hpsi_padded(n);
    memset(b, 0, (size_t)n * (size_t)n * sizeof *b);
    for (int64_t i = 0; i < n; i += BLOCK) {
        int64_t m = n - i < BLOCK ? n - i : BLOCK;
        double *diagonal = b + i * n + i;
        invert_small(m, r + i * ld + i, ld, diagonal, n);
        if (i > 0) {
            hpsi_gemm(0, 0, i, m, m, 1.0, r + i, ld, diagonal, n, 0.0, work, m);
            hpsi_gemm(0, 0, i, m, i, -1.0, b, n, work, m, 0.0, b + i, n);
        }
    }
}

void hpsi_invert_factored(int64_t n, double *r, double *work)
{
    int64_t ld = hpsi_padded(n);
    double *b = work;
    invert_triangle(n, r, b, work + n * n);
    for (int64_t i = 0; i < n; i += BLOCK) { /* B B^T: columns before the diagonal are 0 */
        int64_t m = n - i < BLOCK ? n - i : BLOCK;
        hpsi_gemm(0, 1, i + m, m, n - i, 1.0, b + i, n, b + i * n + i, n, 0.0, r + i, ld);
    }
}

/* x[n][4] := R^-T x, then R^-1 x, four sums beside each other. */
HPSI_PER_TARGET static void solve_four(int64_t n, int64_t ld, const double *restrict r,
                                       double *restrict x)
{
    for (int64_t i = 0; i < n; i++) {
        const double scale = 1.0 / r[i * ld + i];
        double at[4];
        for (int s = 0; s < 4; s++) {
            at[s] = x[4 * i + s] *= scale;
        }
        for (int64_t j = i + 1; j < n; j++) {
            const double t = r[i * ld + j];
            for (int s = 0; s < 4; s++) {
                x[4 * j + s] -= t * at[s];
            }
        }
    }
    for (int64_t i = n; i-- > 0;) {
        double even[4] = {0.0}, odd[4] = {0.0};
        int64_t j = i + 1;
        for (; j + 1 < n; j += 2) {
            const double t = r[i * ld + j], u = r[i * ld + j + 1];
            for (int s = 0; s < 4; s++) {
                even[s] += t * x[4 * j + s];
                odd[s] += u * x[4 * j + 4 + s];
            }
        }
        for (; j < n; j++) {
            for (int s = 0; s < 4; s++) {
                even[s] += r[i * ld + j] * x[4 * j + s];
            }
        }
        for (int s = 0; s < 4; s++) {
            x[4 * i + s] = (x[4 * i + s] - (even[s] + odd[s])) / r[i * ld + i];
        }
    }
}

void hpsi_solve_sets(int64_t n, const double *r, int32_t n_sets, double *x, double *work)
{
    for (int64_t i = 0; i < n; i++) {
        for (int32_t s = 0; s < 4; s++) {
            work[4 * i + s] = s < n_sets ? x[s * n + i] : 0.0;
        }
    }
    solve_four(n, hpsi_padded(n), r, work);
    for (int64_t i = 0; i < n; i++) {
        for (int32_t s = 0; s < n_sets; s++) {
            x[s * n + i] = work[4 * i + s];
        }
    }
}
