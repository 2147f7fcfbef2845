/* SPDX-License-Identifier: BSD-3-Clause */
/* Blocks of memory: aligned, zeroed if wanted, counted against the limit of their context. The only
 * file of the library that names an allocator. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "base/internal.h"

/* In front of each block; its size keeps the block itself aligned. */
typedef struct header {
    void *raw; /* what the allocator returned */
    hps_context *context;
    int64_t bytes; /* taken from the allocator */
} header;

#define ALIGNMENT ((int64_t)64) /* a cache line and an AVX-512 register */

int64_t hpsi_size_mul(int64_t a, int64_t b)
{
    if (a < 0 || b < 0 || (b != 0 && a > INT64_MAX / b)) {
        return -1;
    }
    return a * b;
}

static int reserve(hps_context *c, int64_t bytes)
{
    int64_t held = atomic_fetch_add(&c->held, bytes) + bytes;
    int64_t peak = atomic_load(&c->peak);

    if (c->memory_limit > 0 && held > c->memory_limit) {
        atomic_fetch_sub(&c->held, bytes);
        hpsi_fail(HPS_E_MEMORY,
                  "memory: %lld bytes more than the %lld held would exceed the limit of %lld",
                  (long long)bytes, (long long)(held - bytes), (long long)c->memory_limit);
        return 0;
    }
    while (held > peak && !atomic_compare_exchange_weak(&c->peak, &peak, held)) {
    }
    return 1;
}

static void *raw_allocate(hps_context *c, int64_t bytes)
{
    if (c->allocator.allocate != NULL) {
        return c->allocator.allocate(bytes, c->allocator.user);
    }
    return malloc((size_t)bytes);
}

static void raw_release(hps_context *c, void *raw)
{
    if (c->allocator.allocate != NULL) {
        c->allocator.release(raw, c->allocator.user);
    } else {
        free(raw);
    }
}

void *hpsi_new_blank(hps_context *c, int64_t n, int64_t size)
{
    int64_t bytes = hpsi_size_mul(n, size);
    int64_t total = bytes + (int64_t)sizeof(header) + ALIGNMENT;
    header *h;
    char *raw;
    char *block;

    c = hpsi_context_or_default(c);
    if (bytes < 0 || bytes > INT64_MAX / 2) {
        hpsi_fail(HPS_E_MEMORY, "memory: %lld items of %lld bytes are too many", (long long)n,
                  (long long)size);
        return NULL;
    }
    if (!reserve(c, total)) {
        return NULL;
    }
    raw = raw_allocate(c, total);
    if (raw == NULL) {
        atomic_fetch_sub(&c->held, total);
        hpsi_fail(HPS_E_MEMORY, "memory: the allocator has no %lld bytes", (long long)total);
        return NULL;
    }
    block = raw + sizeof(header);
    block += ALIGNMENT - (int64_t)((uintptr_t)block % (uintptr_t)ALIGNMENT);
    h = (header *)(void *)(block - sizeof(header));
    h->raw = raw;
    h->context = hpsi_context_retain(c);
    h->bytes = total;
    return block;
}

void *hpsi_new(hps_context *c, int64_t n, int64_t size)
{
    void *block = hpsi_new_blank(c, n, size);

    if (block != NULL) {
        memset(block, 0, (size_t)(n * size));
    }
    return block;
}

void hpsi_free(void *p)
{
    header *h;
    hps_context *c;

    if (p == NULL) {
        return;
    }
    h = (header *)(void *)((char *)p - sizeof(header));
    c = h->context;
    atomic_fetch_sub(&c->held, h->bytes);
    raw_release(c, h->raw);
    hpsi_context_release(c);
}

hps_status hpsi_grow(hps_context *c, void **p, int64_t *capacity, int64_t n, int64_t size)
{
    int64_t wanted = *capacity * 2 > n ? *capacity * 2 : n;
    void *q;

    if (n <= *capacity && *p != NULL) {
        return HPS_OK;
    }
    wanted = wanted < 16 ? 16 : wanted;
    q = hpsi_new(c, wanted, size);
    if (q == NULL) {
        return HPS_E_MEMORY;
    }
    if (*p != NULL) {
        memcpy(q, *p, (size_t)(*capacity * size));
        hpsi_free(*p);
    }
    *p = q;
    *capacity = wanted;
    return HPS_OK;
}

/* n with all but its four highest bits rounded up, at least 16. */
static int64_t rounded(int64_t n)
{
    int64_t unit = 1;

    while (n / unit >= 16) {
        unit *= 2;
    }
    return n < 16 ? 16 : (n + unit - 1) / unit * unit;
}

hps_status hpsi_renew(hps_context *c, void **p, int64_t *capacity, int64_t n, int64_t size)
{
    if (n <= *capacity && *p != NULL) {
        return HPS_OK;
    }
    hpsi_free(*p);
    *capacity = 0;
    *p = hpsi_new_blank(c, rounded(n), size);
    *capacity = *p != NULL ? rounded(n) : 0;
    return *p != NULL ? HPS_OK : HPS_E_MEMORY;
}

char *hpsi_strdup(hps_context *c, const char *s)
{
    int64_t n = (int64_t)strlen(s) + 1;
    char *copy = hpsi_new(c, n, 1);

    if (copy != NULL) {
        memcpy(copy, s, (size_t)n);
    }
    return copy;
}

/* The context itself: plain blocks, so that it is no part of its own accounting. */
hps_context *hpsi_context_allocate(const hps_allocator *a)
{
    int64_t bytes = (int64_t)sizeof(hps_context);
    hps_context *c = a != NULL ? a->allocate(bytes, a->user) : malloc(sizeof(hps_context));

    if (c != NULL) {
        memset(c, 0, sizeof(hps_context));
    }
    return c;
}

void hpsi_context_deallocate(hps_context *c)
{
    raw_release(c, c);
}
