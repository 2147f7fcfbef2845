/* SPDX-License-Identifier: BSD-3-Clause */
/* Covariance of the sparse points with unit amplitude and its Cholesky factor. */
#include <string.h>

#include "base/linalg.h"
#include "gpr/internal.h"

#define ROWS 64       /* of one item of parallel work */
#define MOST_RAISES 6 /* tenfold raises of eta before giving up */

typedef struct covariance {
    double *k;
    int64_t ldk;
    hpsi_power power;
    int64_t first, count; /* the block of one element */
} covariance;

static hps_status power_rows(int64_t item, int32_t worker, void *arg)
{
    const covariance *x = arg;
    int64_t end = (item + 1) * ROWS < x->count ? (item + 1) * ROWS : x->count;

    (void)worker;
    for (int64_t i = item * ROWS; i < end; i++) {
        hpsi_power_apply(&x->power, x->count, x->k + (x->first + i) * x->ldk + x->first);
    }
    return HPS_OK;
}

hps_status hpsi_gpr_kmm(hps_context *c, const hpsi_sparse *p, double zeta, double eta, double *k,
                        int64_t ldk)
{
    hps_status status = HPS_OK;

    for (int32_t i = 0; i < p->total; i++) {
        memset(k + i * ldk, 0, (size_t)p->total * sizeof *k);
    }
    for (int32_t e = 0; status == HPS_OK && e < p->n_elements; e++) {
        int32_t z = p->number[e];
        covariance x = {.k = k, .ldk = ldk, .first = p->first[z], .count = p->count[z]};
        const double *q = p->q + x.first * p->ld;

        hpsi_power_make(&x.power, zeta);
        status = hpsi_gemm_nt(c, x.count, x.count, p->size, q, p->ld, q, p->ld, 0.0,
                              k + x.first * ldk + x.first, ldk);
        if (status == HPS_OK) {
            status = hpsi_parallel_for(c, (x.count + ROWS - 1) / ROWS, power_rows, &x);
        }
    }
    for (int32_t i = 0; i < p->total; i++) {
        k[i * ldk + i] += eta;
    }
    return status;
}

hps_status hpsi_gpr_whitener(hps_context *c, const hpsi_sparse *p, double zeta, double *eta,
                             double *r, int64_t ldr)
{
    for (int32_t raise = 0;; raise++) {
        hps_status status = hpsi_gpr_kmm(c, p, zeta, *eta, r, ldr);

        status = status == HPS_OK ? hpsi_cholesky(c, p->total, r, ldr) : status;
        if (status != HPS_E_NUMERIC) {
            return status;
        }
        if (raise == MOST_RAISES) {
            return hpsi_fail(HPS_E_NUMERIC,
                             "gpr: the covariance of the %d sparse points is not positive definite "
                             "even with jitter/delta^2 = %g; raise the jitter",
                             p->total, *eta);
        }
        *eta = *eta > 0 ? 10 * *eta : 1e-15;
        hpsi_log(c, HPS_LOG_WARN,
                 "gpr: the covariance of the sparse points is not positive definite, "
                 "jitter/delta^2 raised to %g",
                 *eta);
    }
}
