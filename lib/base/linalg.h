/* SPDX-License-Identifier: BSD-3-Clause */
/* Dense linear algebra, row-major. The only place of the library that names BLAS and
 * LAPACK symbols. Functions with a context are tiled over fixed blocks and give the same
 * bits for every number of threads; the others are one single-threaded call (the caller is
 * inside hpsi_parallel_for or between hpsi_blas_begin and hpsi_blas_end). */
#ifndef HPSI_BASE_LINALG_H
#define HPSI_BASE_LINALG_H

#include "base/internal.h"

/* Name and version of the BLAS in use, static text. */
const char *hpsi_blas_description(void);

/* C[m][n] = alpha op(A) op(B) + beta C; ta, tb: 1 transposes. */
void hpsi_gemm(int32_t ta, int32_t tb, int64_t m, int64_t n, int64_t k, double alpha,
               const double *a, int64_t lda, const double *b, int64_t ldb, double beta, double *c,
               int64_t ldc);
/* The upper triangle of C[n][n] = A[k][n]^T A; what is below it anything. */
void hpsi_squares(int64_t n, int64_t k, const double *a, int64_t lda, double *c, int64_t ldc);
/* C[m][n] = op(A) op(B) in single precision. */
void hpsi_gemm_single(int32_t ta, int32_t tb, int64_t m, int64_t n, int64_t k, const float *a,
                      int64_t lda, const float *b, int64_t ldb, float *c, int64_t ldc);
/* y = alpha op(A[m][n]) x + beta y */
void hpsi_gemv(int32_t ta, int64_t m, int64_t n, double alpha, const double *a, int64_t lda,
               const double *x, double beta, double *y);
double hpsi_dot(int64_t n, const double *x, const double *y);
/* A[m][n] += alpha x y^T */
void hpsi_ger(int64_t m, int64_t n, double alpha, const double *x, const double *y, double *a,
              int64_t lda);
/* C[m][n] = B[m][n] A with symmetric A[n][n], of which the upper triangle is read. */
void hpsi_symm_right(int64_t m, int64_t n, const double *a, int64_t lda, const double *b,
                     int64_t ldb, double *c, int64_t ldc);
/* B[m][n] := B R^-1 with upper R[n][n]; B[m][n] := R^-T B with upper R[m][m]. */
void hpsi_trsm_right(int64_t m, int64_t n, const double *r, int64_t ldr, double *b, int64_t ldb);
void hpsi_trsm_left_transposed(int64_t m, int64_t n, const double *r, int64_t ldr, double *b,
                               int64_t ldb);
/* One block of hpsi_cholesky; 0, or the 1-based row that is not positive. The strict lower
 * triangle keeps its content. */
int64_t hpsi_cholesky_block(int64_t n, double *a, int64_t lda);
/* A[n][n] symmetric positive definite -> upper R in place, A = R^T R; the strict lower
 * triangle is set to 0. HPS_E_NUMERIC if not positive definite. */
hps_status hpsi_cholesky(hps_context *c, int64_t n, double *a, int64_t lda);
/* Solve in place with upper R[n][n] (ld ldr): B[m][n] := B R^-1. */
hps_status hpsi_solve_right(hps_context *c, int64_t m, int64_t n, const double *r, int64_t ldr,
                            double *b, int64_t ldb);
/* x := R^-1 x (transpose 0) or R^-T x (1), upper R[n][n]. */
void hpsi_solve_vector(int64_t n, const double *r, int64_t ldr, int32_t transpose, double *x);
/* Thin SVD of A[m][n] = U diag(s) V^T, s descending, k = min(m,n): u [m][k], vt [k][n];
 * a is destroyed; u and vt may be NULL together. HPS_E_NUMERIC if it does not converge. */
hps_status hpsi_svd(hps_context *c, int64_t m, int64_t n, double *a, double *s, double *u,
                    double *vt);
/* Symmetric A[n][n] -> eigenvalues ascending in w, row i of A the i-th eigenvector. */
hps_status hpsi_eigh(hps_context *c, int64_t n, double *a, double *w);
/* Sequential QR of a tall matrix: r[n][n] upper is the triangle so far, rows[m][n] new rows
 * (destroyed), y[m] their right-hand sides (destroyed), qty[n] Q^T y so far, *rest the
 * squared norm of what lies outside. After it r^T r grew by rows^T rows. */
hps_status hpsi_qr_append(hps_context *c, int64_t n, double *r, int64_t ldr, double *qty,
                          double *rest, int64_t m, double *rows, int64_t ldrows, double *y);
/* C = A[m][k] B[n][k]^T (+ C if beta 1), tiled over threads. */
hps_status hpsi_gemm_nt(hps_context *c, int64_t m, int64_t n, int64_t k, const double *a,
                        int64_t lda, const double *b, int64_t ldb, double beta, double *out,
                        int64_t ldc);

#endif
