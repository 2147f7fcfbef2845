/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON out: commas by themselves, 17 significant digits, NaN and infinities as null. */
#ifndef HPSWARM_JSON_H
#define HPSWARM_JSON_H

#include "program.h"

typedef struct json {
    FILE *stream;
    int depth;
    char used[32]; /* per level: something stands there already */
} json;

void json_start(json *j, FILE *stream);
void json_end(json *j);                                 /* the newline after the document */
void json_open(json *j, const char *key, char bracket); /* '{' or '['; key NULL in lists */
void json_close(json *j, char bracket);
void json_number(json *j, const char *key, double v);
void json_int(json *j, const char *key, int64_t v);
void json_text(json *j, const char *key, const char *v);
void json_bool(json *j, const char *key, int v);
void json_null(json *j, const char *key);
void json_numbers(json *j, const char *key, int64_t n, const double *v);

#endif
