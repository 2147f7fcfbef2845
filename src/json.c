/* SPDX-License-Identifier: BSD-3-Clause */
/* A JSON writer over a stream; the stream's error state is looked at when it is closed. */
#include "json.h"

#include <math.h>
#include <string.h>

void json_start(json *j, FILE *stream)
{
    memset(j, 0, sizeof *j);
    j->stream = stream;
}

void json_end(json *j)
{
    fputc('\n', j->stream);
}

static void write_text(json *j, const char *s)
{
    fputc('"', j->stream);
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;

        if (c == '"' || c == '\\') {
            fprintf(j->stream, "\\%c", c);
        } else if (c < 0x20 || c == 0x7f) {
            fprintf(j->stream, "\\u%04x", c);
        } else {
            fputc(c, j->stream);
        }
    }
    fputc('"', j->stream);
}

/* What stands in front of a value: a comma, a key. */
static void lead(json *j, const char *key)
{
    if (j->used[j->depth]) {
        fputc(',', j->stream);
    }
    j->used[j->depth] = 1;
    if (key != NULL) {
        write_text(j, key);
        fputc(':', j->stream);
    }
}

void json_open(json *j, const char *key, char bracket)
{
    lead(j, key);
    fputc(bracket, j->stream);
    if (j->depth + 1 < (int)sizeof j->used) {
        j->depth++;
    }
    j->used[j->depth] = 0;
}

void json_close(json *j, char bracket)
{
    fputc(bracket, j->stream);
    j->depth--;
}

void json_number(json *j, const char *key, double v)
{
    lead(j, key);
    if (isfinite(v)) {
        fprintf(j->stream, "%.17g", v);
    } else {
        fputs("null", j->stream);
    }
}

void json_int(json *j, const char *key, int64_t v)
{
    lead(j, key);
    fprintf(j->stream, "%lld", (long long)v);
}

void json_text(json *j, const char *key, const char *v)
{
    lead(j, key);
    write_text(j, v);
}

void json_bool(json *j, const char *key, int v)
{
    lead(j, key);
    fputs(v ? "true" : "false", j->stream);
}

void json_null(json *j, const char *key)
{
    lead(j, key);
    fputs("null", j->stream);
}

void json_numbers(json *j, const char *key, int64_t n, const double *v)
{
    json_open(j, key, '[');
    for (int64_t i = 0; i < n; i++) {
        json_number(j, NULL, v[i]);
    }
    json_close(j, ']');
}
