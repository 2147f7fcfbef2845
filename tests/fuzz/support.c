/* SPDX-License-Identifier: BSD-3-Clause */
/* Files in memory and sealed documents for the fuzz targets. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HEAD = 20, LENGTH_AT = 12, CHECKSUM = 4 };

const char *fuzz_path(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[64];

    if (fd < 0) {
        fd = memfd_create("fuzz", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size) {
        return NULL;
    }
    return path;
}

static uint32_t crc32_of(const uint8_t *data, size_t n)
{
    uint32_t crc = 0xffffffffu;

    for (size_t i = 0; i < n; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
        }
    }
    return ~crc;
}

static void store(uint8_t *at, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(v >> (8 * i));
    }
}

uint8_t *fuzz_sealed(const uint8_t *data, size_t size, size_t *out_size)
{
    uint8_t *copy = malloc(size + 1);

    *out_size = 0;
    if (copy == NULL || size < HEAD + CHECKSUM) {
        return copy;
    }
    memcpy(copy, data, size);
    store(copy + LENGTH_AT, size - HEAD - CHECKSUM, 8);
    store(copy + size - CHECKSUM, crc32_of(copy, size - CHECKSUM), 4);
    *out_size = size;
    return copy;
}
