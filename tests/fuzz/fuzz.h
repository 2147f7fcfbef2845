/* SPDX-License-Identifier: BSD-3-Clause */
/* What the fuzz targets share: input as a file that has a path, and documents whose checksum
 * is put right so that the reader behind it is reached. */
#ifndef HPS_TESTS_FUZZ_H
#define HPS_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Path of a file in memory with this content, valid until the next call; NULL if the
 * system has none. */
const char *fuzz_path(const uint8_t *data, size_t size);

/* Copy of a document of lib/base/pack.c (magic, version, payload length, payload, CRC-32) with
 * length and checksum made right; *out_size is 0 if it is too short to be one. Released by free. */
uint8_t *fuzz_sealed(const uint8_t *data, size_t size, size_t *out_size);

#endif
