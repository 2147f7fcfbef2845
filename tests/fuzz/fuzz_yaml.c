/* SPDX-License-Identifier: BSD-3-Clause */
/* The run-file reader: what it accepts is written back, and that has to read as the same. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "runfile.h"

enum { OVERRIDE_BYTES = 200 };

/* A first line "--set key=value" is laid over the rest, as the command line does. */
static size_t take_override(const uint8_t *data, size_t size, char text[OVERRIDE_BYTES])
{
    static const char mark[] = "--set ";
    const size_t n = sizeof mark - 1;
    const uint8_t *end = memchr(data, '\n', size);
    size_t length = end != NULL ? (size_t)(end - data) : size;

    text[0] = '\0';
    if (size < n || memcmp(data, mark, n) != 0 || length - n >= OVERRIDE_BYTES) {
        return 0;
    }
    memcpy(text, data + n, length - n);
    text[length - n] = '\0';
    return end != NULL ? length + 1 : length;
}

static void write_and_read(const runfile *r, int flags)
{
    char difference[600];
    char *text = NULL;
    size_t size = 0;
    runfile *again = NULL;
    FILE *f = open_memstream(&text, &size);

    if (f == NULL) {
        return;
    }
    runfile_write(r, f, WRITE_RUN);
    fclose(f);
    if (runfile_parse(&again, "again", text, size, 0, NULL, flags) != EXIT_DONE ||
        runfile_differs(r, again, difference, sizeof difference)) {
        abort();
    }
    runfile_free(again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[OVERRIDE_BYTES];
    char *overrides[] = {text};
    size_t skip = take_override(data, size, text);

    for (int flags = 0; flags <= RUNFILE_RANGES; flags += RUNFILE_RANGES) {
        runfile *r = NULL;

        if (runfile_parse(&r, "fuzz", (const char *)data + skip, size - skip, text[0] != '\0',
                          overrides, flags) == EXIT_DONE) {
            write_and_read(r, flags);
        }
        runfile_free(r);
    }
    return 0;
}
