/* SPDX-License-Identifier: BSD-3-Clause */
/* Contexts: reference-counted settings shared by the handles made from them; version. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "base/context.h"
#include "base/internal.h"
#include "base/linalg.h"

#define MAX_THREADS 1024

/* Immutable but for its counters. */
static hps_context default_context = {.is_default = 1};

hps_context *hpsi_context_or_default(hps_context *c)
{
    return c != NULL ? c : &default_context;
}

static int allocator_is_usable(const hps_allocator *a)
{
    return a->struct_size >= (int32_t)sizeof *a && a->allocate != NULL && a->release != NULL;
}

hps_status hps_context_create(hps_context **out, const hps_allocator *alloc)
{
    hps_context *c;

    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "context: out is NULL");
    }
    *out = NULL;
    if (alloc != NULL && !allocator_is_usable(alloc)) {
        return hpsi_fail(HPS_E_ARGUMENT,
                         "context: allocator needs struct_size, allocate and release");
    }
    c = hpsi_context_allocate(alloc);
    if (c == NULL) {
        return hpsi_fail(HPS_E_MEMORY, "context: the allocator has no %d bytes",
                         (int)sizeof(hps_context));
    }
    if (alloc != NULL) {
        c->allocator = *alloc;
    }
    atomic_init(&c->references, 1);
    *out = c;
    return HPS_OK;
}

hps_context *hpsi_context_retain(hps_context *c)
{
    c = hpsi_context_or_default(c);
    if (!c->is_default) {
        atomic_fetch_add(&c->references, 1);
    }
    return c;
}

void hpsi_context_release(hps_context *c)
{
    if (c != NULL && !c->is_default && atomic_fetch_sub(&c->references, 1) == 1) {
        hpsi_context_deallocate(c);
    }
}

void hps_context_destroy(hps_context *c)
{
    if (c != NULL) {
        hpsi_team_free(c); /* its memory holds the context, too */
    }
    hpsi_context_release(c);
}

hps_status hps_context_set_threads(hps_context *c, int32_t n)
{
    if (c == NULL || n < 0 || n > MAX_THREADS) {
        return hpsi_fail(HPS_E_ARGUMENT, "context: threads = %d must be 0 (default) to %d", n,
                         MAX_THREADS);
    }
    c->threads = n;
    return HPS_OK;
}

hps_status hps_context_set_memory_limit(hps_context *c, int64_t bytes)
{
    if (c == NULL || bytes < 0) {
        return hpsi_fail(HPS_E_ARGUMENT, "context: memory limit = %lld must be >= 0 bytes",
                         (long long)bytes);
    }
    c->memory_limit = bytes;
    return HPS_OK;
}

hps_status hps_context_set_log(hps_context *c, int32_t level, hps_log_fn fn, void *user)
{
    if (c == NULL || level < HPS_LOG_ERROR || level > HPS_LOG_DEBUG) {
        return hpsi_fail(HPS_E_ARGUMENT, "context: log level = %d must be %d to %d", level,
                         HPS_LOG_ERROR, HPS_LOG_DEBUG);
    }
    c->log_level = level;
    c->log = fn;
    c->log_user = user;
    return HPS_OK;
}

int32_t hps_context_threads(const hps_context *c)
{
    if (c != NULL && c->threads > 0) {
        return c->threads;
    }
#ifdef _OPENMP
    return omp_get_max_threads();
#else
    return 1;
#endif
}

hps_status hps_context_memory(const hps_context *c, int64_t *held, int64_t *peak)
{
    const hps_context *used = c != NULL ? c : &default_context;

    if (held != NULL) {
        *held = atomic_load(&used->held);
    }
    if (peak != NULL) {
        *peak = atomic_load(&used->peak);
    }
    return HPS_OK;
}

int64_t hpsi_context_available(const hps_context *c)
{
    int64_t left;

    if (c == NULL || c->memory_limit == 0) {
        return -1;
    }
    left = c->memory_limit - atomic_load(&c->held);
    return left > 0 ? left : 0;
}

void hpsi_log(hps_context *c, int32_t level, const char *format, ...)
{
    char text[1024];
    va_list list;

    c = hpsi_context_or_default(c);
    if (c->log == NULL || level > c->log_level || hpsi_in_loop()) {
        return;
    }
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    c->log(level, text, c->log_user);
}

double hpsi_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int32_t hps_version(void)
{
    return 10000 * HPSI_VERSION_MAJOR + 100 * HPSI_VERSION_MINOR + HPSI_VERSION_PATCH;
}

const char *hps_version_text(void)
{
    return HPSI_VERSION_TEXT;
}

const char *hps_build_info(const char *what)
{
    if (what == NULL) {
        return "";
    }
    if (strcmp(what, "blas") == 0) {
        return hpsi_blas_description();
    }
    if (strcmp(what, "random") == 0) {
        return "Random123 Philox4x32-10";
    }
    if (strcmp(what, "compiler") == 0) {
        return __VERSION__;
    }
#ifdef _OPENMP
    if (strcmp(what, "openmp") == 0) {
        return "yes";
    }
#endif
    return "";
}
