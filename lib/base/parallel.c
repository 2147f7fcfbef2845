/* SPDX-License-Identifier: BSD-3-Clause */
/* The one place that starts threads: a loop over items, shared out dynamically. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "base/internal.h"

static _Thread_local int32_t loop_depth;

int32_t hpsi_in_loop(void)
{
    return loop_depth > 0;
}

static hps_status run_body(hpsi_body body, int64_t item, int32_t worker, void *arg)
{
    hps_status s;

    loop_depth++;
    s = body(item, worker, arg);
    loop_depth--;
    return s;
}

static hps_status serial(int64_t n, hpsi_body body, void *arg)
{
    for (int64_t i = 0; i < n; i++) {
        hps_status s = run_body(body, i, 0, arg);

        if (s != HPS_OK) {
            return s;
        }
    }
    return HPS_OK;
}

#ifdef _OPENMP
/* The failure with the lowest item so far. Reading `lowest` without the lock only decides
 * whether an item is skipped, and items below it never are. */
typedef struct failure {
    atomic_int_least64_t lowest; /* n while nothing failed */
    hps_status status;
    char message[1024];
} failure;

static void record(failure *f, int64_t item, hps_status s)
{
    if (item < atomic_load(&f->lowest)) {
        f->status = s;
        snprintf(f->message, sizeof f->message, "%s", hps_last_error());
        atomic_store(&f->lowest, item);
    }
}

static hps_status parallel(int32_t threads, int64_t n, hpsi_body body, void *arg)
{
    failure f = {.status = HPS_OK};

    atomic_init(&f.lowest, n);
    hpsi_blas_begin();
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
    for (int64_t i = 0; i < n; i++) {
        hps_status s = HPS_OK;

        if (i < atomic_load(&f.lowest)) {
            s = run_body(body, i, omp_get_thread_num(), arg);
        }
        if (s != HPS_OK) {
#pragma omp critical(hpsi_parallel_failure)
            record(&f, i, s);
        }
    }
    hpsi_blas_end();
    return f.status == HPS_OK ? HPS_OK : hpsi_fail(f.status, "%s", f.message);
}
#endif

int32_t hpsi_workers(const hps_context *c)
{
#ifdef _OPENMP
    return omp_in_parallel() ? 1 : hps_context_threads(c);
#else
    (void)c;
    return 1;
#endif
}

hps_status hpsi_parallel_for(hps_context *c, int64_t n, hpsi_body body, void *arg)
{
    hps_status s;

#ifdef _OPENMP
    int32_t threads = hpsi_workers(c);

    if (threads > 1 && n > 1) {
        return parallel(threads < n ? threads : (int32_t)n, n, body, arg);
    }
#else
    (void)c;
#endif
    hpsi_blas_begin();
    s = serial(n, body, arg);
    hpsi_blas_end();
    return s;
}
