/* SPDX-License-Identifier: BSD-3-Clause */
/* Files in and out: whole reads, atomic writes, checked streams. */
#ifndef HPSWARM_OUTPUT_H
#define HPSWARM_OUTPUT_H

#include "program.h"

/* Whole file and a NUL; more than max_bytes or an unreadable file is `code`. */
int file_read(const char *path, size_t max_bytes, char **data, size_t *size, int code);

/* A result stream: standard output, or a temporary file that takes the name `path` when it
 * was written to the end. */
typedef struct output {
    FILE *stream;
    char *path, *temporary; /* NULL: standard output, or a device */
} output;
/* path NULL: standard output. EXIT_USAGE if it cannot be made there. */
int output_open(output *o, const char *path);
/* Finish it: EXIT_INTERNAL if anything could not be written. With keep 0 it is dropped. */
int output_close(output *o, int keep);

/* Write a text over `path` in one step. */
int file_replace(const char *path, const char *text, size_t size);
/* DIR/name; the caller frees it. */
char *path_join(const char *directory, const char *name);
/* Make DIR and its parents; EXIT_USAGE if that cannot be, or nothing can be written there. */
int directory_make(const char *path);
int file_exists(const char *path);

/* A stream into memory, for file_replace. */
typedef struct memory_text {
    FILE *stream;
    char *text;
    size_t size;
} memory_text;
void memory_open(memory_text *m);
/* Close and write it to directory/name; frees it. */
int memory_save(memory_text *m, const char *directory, const char *name);

#endif
