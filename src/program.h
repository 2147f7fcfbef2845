/* SPDX-License-Identifier: BSD-3-Clause */
/* What every room of the program shares: exit codes, the error line, memory, small words. */
#ifndef HPSWARM_PROGRAM_H
#define HPSWARM_PROGRAM_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "hpswarm.h"

/* Exit codes; a function that can fail returns one of them, 0 when all is well. */
enum {
    EXIT_DONE = 0,
    EXIT_INTERNAL = 1, /* a bug, or results could not be written */
    EXIT_USAGE = 2,    /* command line or run file */
    EXIT_DATA = 3,     /* input data */
    EXIT_NUMERIC = 4,  /* a single fit failed */
    EXIT_ALL_FAILED = 5,
    EXIT_LIMIT = 6, /* --max-memory */
    EXIT_STOPPED = 75
};

/* ------------------------------------------------------------ errors.c */

/* Where a value was written; line 0: on the command line. */
typedef struct place {
    const char *source;
    int line, column;
} place;

/* Keep the one line that main prints, and return code for `return fail(..)`. */
int fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same with "file:line:column: key: " in front; EXIT_USAGE. */
int fail_at(place at, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The library's message for a status; `otherwise` is the code of a status that does not
 * decide it alone (arguments, options, formats, files). */
int fail_library(hps_status st, int otherwise);
/* --max-memory, which messages about memory name then. */
void errors_limit(int64_t bytes);
const char *error_text(void);
void error_print(void);

/* -------------------------------------------------------------- util.c */

/* Zeroed memory or the end of the program with one line. */
void *new_memory(size_t n, size_t size);
void *grow_memory(void *p, size_t n, size_t size);
char *new_text(const char *s);
char *new_textf(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Shortest text of a number that reads back the same. */
const char *number_text(double v, char buffer[32]);
/* Of n words the nearest to `word`; NULL if none is near. */
const char *nearest_word(const char *word, int n, const char *const *words);
/* 1 if `word` is one of the words of "a|b|c"; *index is its place. */
int word_in(const char *words, const char *word, int *index);
/* Word number i of "a|b|c" into a buffer. */
const char *word_at(const char *words, int i, char buffer[64]);
int parse_number(const char *s, double *v); /* whole text is one finite number */
int parse_whole(const char *s, int64_t *v);
double seconds_now(void);
/* Text of a duration for people, "2 h 5 min". */
const char *duration_text(double seconds, char buffer[48]);
const char *bytes_text(double bytes, char buffer[48]);

#endif
