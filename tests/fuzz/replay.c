/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs a fuzz target without libFuzzer: on the files given, and on damages of each that are
 * the same in every run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { DAMAGES = 400 };

/* Linear congruential generator of Knuth's MMIX; only the high bits are used. */
static uint32_t next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static unsigned char *read_file(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    long end = -1;
    unsigned char *data = NULL;

    if (f != NULL && fseek(f, 0, SEEK_END) == 0 && (end = ftell(f)) >= 0) {
        data = malloc((size_t)end + 1);
        rewind(f);
    }
    if (data != NULL && fread(data, 1, (size_t)end, f) != (size_t)end) {
        free(data);
        data = NULL;
    }
    if (f != NULL) {
        fclose(f);
    }
    *size = data == NULL ? 0 : (size_t)end;
    return data;
}

/* Flip, cut, repeat or overwrite a few bytes of a copy. The copy is as large as its content,
 * so that a sanitizer sees a read past its end. */
static void damaged_once(const unsigned char *data, size_t size, uint64_t *state)
{
    static const char sharp[] = "\0\xff\x80-+.eE9 \"={}:[]\n\t&*";
    size_t cut = next(state) % 4 == 0 ? next(state) % (size + 1) : size;
    unsigned char *copy = malloc(cut > 0 ? cut : 1);

    if (copy == NULL) {
        return;
    }
    memcpy(copy, data, cut);
    for (uint32_t i = next(state) % 4 + 1; i > 0 && cut > 0; i--) {
        size_t at = next(state) % cut;

        copy[at] = next(state) % 2 == 0 ? (unsigned char)(copy[at] ^ (1u << next(state) % 8))
                                        : (unsigned char)sharp[next(state) % (sizeof sharp - 1)];
    }
    LLVMFuzzerTestOneInput(copy, cut);
    free(copy);
}

int main(int argc, char **argv)
{
    uint64_t state = 1;

    for (int i = 1; i < argc; i++) {
        size_t size;
        unsigned char *data = read_file(argv[i], &size);

        if (data == NULL) {
            fprintf(stderr, "cannot read %s\n", argv[i]);
            return 1;
        }
        LLVMFuzzerTestOneInput(data, size);
        for (int k = 0; k < DAMAGES; k++) {
            damaged_once(data, size, &state);
        }
        free(data);
    }
    printf("%d seeds, %d damages of each\n", argc - 1, DAMAGES);
    return argc > 1 ? 0 : 1;
}
