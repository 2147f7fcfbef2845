/* SPDX-License-Identifier: BSD-3-Clause */
/* Thin row-major calls into BLAS and LAPACK, and keeping OpenBLAS to one thread. */
#include <cblas.h>
#include <pthread.h>
#include <string.h>

#include "base/linalg.h"

/* LAPACK, column-major, by its Fortran interface (lapacke would be one more package). */
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t);
void dgesdd_(const char *jobz, const int *m, const int *n, double *a, const int *lda, double *s,
             double *u, const int *ldu, double *vt, const int *ldvt, double *work, const int *lwork,
             int *iwork, int *info, size_t);
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info, size_t,
             size_t);

/* ---------------------------------------------------- threads of the BLAS */

static pthread_mutex_t blas_lock = PTHREAD_MUTEX_INITIALIZER;
static int blas_users, blas_threads;

void hpsi_blas_begin(void)
{
    pthread_mutex_lock(&blas_lock);
    if (blas_users++ == 0) {
        blas_threads = openblas_get_num_threads();
        if (blas_threads != 1) {
            openblas_set_num_threads(1);
        }
    }
    pthread_mutex_unlock(&blas_lock);
}

void hpsi_blas_end(void)
{
    pthread_mutex_lock(&blas_lock);
    if (--blas_users == 0 && blas_threads != 1) {
        openblas_set_num_threads(blas_threads); /* the host may use them */
    }
    pthread_mutex_unlock(&blas_lock);
}

const char *hpsi_blas_description(void)
{
    return openblas_get_config();
}

/* ------------------------------------------------------------ level 1 to 3 */

static CBLAS_TRANSPOSE transposed(int32_t t)
{
    return t ? CblasTrans : CblasNoTrans;
}

void hpsi_gemm(int32_t ta, int32_t tb, int64_t m, int64_t n, int64_t k, double alpha,
               const double *a, int64_t lda, const double *b, int64_t ldb, double beta, double *c,
               int64_t ldc)
{
    cblas_dgemm(CblasRowMajor, transposed(ta), transposed(tb), (int)m, (int)n, (int)k, alpha, a,
                (int)lda, b, (int)ldb, beta, c, (int)ldc);
}

/* OpenBLAS has kernels for small dgemm, up to a million products, but not for dsyrk. */
void hpsi_squares(int64_t n, int64_t k, const double *a, int64_t lda, double *c, int64_t ldc)
{
    if (n * n * k <= 1000000) {
        hpsi_gemm(1, 0, n, n, k, 1.0, a, lda, a, lda, 0.0, c, ldc);
        return;
    }
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)n, (int)k, 1.0, a, (int)lda, 0.0, c,
                (int)ldc);
}

void hpsi_gemm_single(int32_t ta, int32_t tb, int64_t m, int64_t n, int64_t k, const float *a,
                      int64_t lda, const float *b, int64_t ldb, float *c, int64_t ldc)
{
    cblas_sgemm(CblasRowMajor, transposed(ta), transposed(tb), (int)m, (int)n, (int)k, 1.0F, a,
                (int)lda, b, (int)ldb, 0.0F, c, (int)ldc);
}

void hpsi_gemv(int32_t ta, int64_t m, int64_t n, double alpha, const double *a, int64_t lda,
               const double *x, double beta, double *y)
{
    if (m == 0 || n == 0) { /* BLAS would leave y alone, or print */
        for (int64_t i = 0; i < (ta ? n : m); i++) {
            y[i] = beta == 0.0 ? 0.0 : beta * y[i];
        }
        return;
    }
    cblas_dgemv(CblasRowMajor, transposed(ta), (int)m, (int)n, alpha, a, (int)lda, x, 1, beta, y,
                1);
}

double hpsi_dot(int64_t n, const double *x, const double *y)
{
    return cblas_ddot((int)n, x, 1, y, 1);
}

void hpsi_solve_vector(int64_t n, const double *r, int64_t ldr, int32_t transpose, double *x)
{
    cblas_dtrsv(CblasRowMajor, CblasUpper, transposed(transpose), CblasNonUnit, (int)n, r, (int)ldr,
                x, 1);
}

void hpsi_ger(int64_t m, int64_t n, double alpha, const double *x, const double *y, double *a,
              int64_t lda)
{
    cblas_dger(CblasRowMajor, (int)m, (int)n, alpha, x, 1, y, 1, a, (int)lda);
}

void hpsi_symm_right(int64_t m, int64_t n, const double *a, int64_t lda, const double *b,
                     int64_t ldb, double *c, int64_t ldc)
{
    cblas_dsymm(CblasRowMajor, CblasRight, CblasUpper, (int)m, (int)n, 1.0, a, (int)lda, b,
                (int)ldb, 0.0, c, (int)ldc);
}

void hpsi_trsm_right(int64_t m, int64_t n, const double *r, int64_t ldr, double *b, int64_t ldb)
{
    cblas_dtrsm(CblasRowMajor, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, (int)m, (int)n,
                1.0, r, (int)ldr, b, (int)ldb);
}

void hpsi_trsm_left_transposed(int64_t m, int64_t n, const double *r, int64_t ldr, double *b,
                               int64_t ldb)
{
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasUpper, CblasTrans, CblasNonUnit, (int)m, (int)n, 1.0,
                r, (int)ldr, b, (int)ldb);
}

/* Row-major upper R with A = R^T R is column-major lower L = R^T with A = L L^T. */
int64_t hpsi_cholesky_block(int64_t n, double *a, int64_t lda)
{
    int order = (int)n;
    int ld = (int)lda;
    int info = 0;

    dpotrf_("L", &order, a, &ld, &info, 1);
    return info;
}

/* ---------------------------------------------------------- factorisations */

/* The row-major A[m][n] is the column-major A^T = V diag(s) U^T. */
hps_status hpsi_svd(hps_context *c, int64_t m, int64_t n, double *a, double *s, double *u,
                    double *vt)
{
    const char *job = u != NULL ? "S" : "N";
    int rows = (int)n;
    int cols = (int)m;
    int rank = rows < cols ? rows : cols;
    int lwork = -1;
    int info = 0;
    double size = 0;
    double *work;
    int *iwork = hpsi_new(c, 8 * (int64_t)rank, sizeof *iwork);

    if (iwork == NULL) {
        return HPS_E_MEMORY;
    }
    dgesdd_(job, &rows, &cols, a, &rows, s, vt, &rows, u, &rank, &size, &lwork, iwork, &info, 1);
    lwork = (int)size;
    work = hpsi_new(c, lwork, sizeof *work);
    if (work != NULL) {
        hpsi_blas_begin();
        dgesdd_(job, &rows, &cols, a, &rows, s, vt, &rows, u, &rank, work, &lwork, iwork, &info, 1);
        hpsi_blas_end();
    }
    hpsi_free(iwork);
    if (work == NULL) {
        return HPS_E_MEMORY;
    }
    hpsi_free(work);
    return info == 0 ? HPS_OK : hpsi_fail(HPS_E_NUMERIC, "svd: does not converge");
}

hps_status hpsi_eigh(hps_context *c, int64_t n, double *a, double *w)
{
    int order = (int)n;
    int lwork = -1;
    int liwork = -1;
    int info = 0;
    int isize = 0;
    double size = 0;
    double *work;
    int *iwork;

    dsyevd_("V", "U", &order, a, &order, w, &size, &lwork, &isize, &liwork, &info, 1, 1);
    lwork = (int)size;
    liwork = isize;
    work = hpsi_new(c, lwork, sizeof *work);
    iwork = hpsi_new(c, liwork, sizeof *iwork);
    if (work != NULL && iwork != NULL) {
        hpsi_blas_begin();
        dsyevd_("V", "U", &order, a, &order, w, work, &lwork, iwork, &liwork, &info, 1, 1);
        hpsi_blas_end();
    }
    hpsi_free(iwork);
    hpsi_free(work);
    if (work == NULL || iwork == NULL) {
        return HPS_E_MEMORY;
    }
    return info == 0 ? HPS_OK : hpsi_fail(HPS_E_NUMERIC, "eigh: does not converge");
}
