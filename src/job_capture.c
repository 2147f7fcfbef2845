/* SPDX-License-Identifier: BSD-3-Clause */
/* What a command prints: its beginning and its end in a file, never more than is allowed. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job.h"

void capture_open(capture *c, int in, const char *path, int64_t keep)
{
    memset(c, 0, sizeof *c);
    c->in = in;
    c->out = -1;
    c->path = new_text(path);
    c->keep = keep;
    unlink(path); /* of an attempt that was interrupted */
}

/* A disk that is full is found by the history, whose lines matter. */
static void put(const capture *c, const char *data, int64_t n)
{
    while (c->out >= 0 && n > 0) {
        ssize_t done = write(c->out, data, (size_t)n);

        if (done < 0 && errno != EINTR) {
            return;
        }
        if (done > 0) {
            data += done;
            n -= done;
        }
    }
}

static void keep_first_line(capture *c, const char *data, int64_t n)
{
    const char *end = memchr(data, '\n', (size_t)n);
    int64_t size = end != NULL ? end - data : n;

    if (c->line_end) {
        return;
    }
    size = size < LINE_BYTES - 1 - c->line_size ? size : LINE_BYTES - 1 - c->line_size;
    c->line = grow_memory(c->line, (size_t)(c->line_size + size + 1), 1);
    memcpy(c->line + c->line_size, data, (size_t)size);
    c->line_size += (int)size;
    c->line[c->line_size] = '\0';
    c->line_end = end != NULL;
}

/* The last words of a program that failed usually say why. */
static void keep_last_words(capture *c, const char *data, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        unsigned char ch = (unsigned char)data[i];

        if (ch == '\n') {
            c->words_open = 0;
        } else if (!isspace(ch) || c->words_open) {
            if (!c->words_open) {
                c->words_size = 0;
                c->words_open = 1;
            }
            if (c->words_size < WORDS_BYTES - 1) {
                c->words[c->words_size++] = (char)(ch < 0x20 || ch > 0x7e ? '?' : ch);
            }
        }
    }
    c->words[c->words_size] = '\0';
}

static void keep_bytes(capture *c, const char *data, int64_t n)
{
    int64_t head = c->keep / 2, size = c->keep - head;

    if (c->total == 0) {
        c->out = open(c->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    }
    if (c->total < head) {
        int64_t part = n < head - c->total ? n : head - c->total;

        put(c, data, part);
        c->total += part;
        data += part;
        n -= part;
    }
    if (n > 0 && c->ring == NULL) {
        c->ring = new_memory((size_t)size, 1);
    }
    while (n > 0) {
        int64_t at = (c->total - head) % size, part = n < size - at ? n : size - at;

        memcpy(c->ring + at, data, (size_t)part);
        c->total += part;
        data += part;
        n -= part;
    }
}

int capture_read(capture *c)
{
    static char buffer[65536];

    /* not for ever: a command that prints without end must not hold the others */
    for (int i = 0; i < 64 && c->in >= 0; i++) {
        ssize_t n = read(c->in, buffer, sizeof buffer);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            return 1;
        }
        if (n <= 0) {
            close(c->in);
            c->in = -1;
            return 0;
        }
        keep_first_line(c, buffer, n);
        keep_last_words(c, buffer, n);
        keep_bytes(c, buffer, n);
    }
    return c->in >= 0;
}

void capture_close(capture *c)
{
    int64_t head = c->keep / 2, size = c->keep - head, rest = c->total - head;

    if (c->in >= 0) {
        close(c->in);
        c->in = -1;
    }
    if (rest > size) {
        char *note = new_textf("\n[hpswarm: %lld bytes left out]\n", (long long)(rest - size));

        put(c, note, (int64_t)strlen(note));
        put(c, c->ring + rest % size, size - rest % size);
        put(c, c->ring, rest % size);
        free(note);
    } else if (rest > 0) {
        put(c, c->ring, rest);
    }
    if (c->out >= 0) {
        close(c->out);
        c->out = -1;
    }
    free(c->ring);
    c->ring = NULL;
}

void capture_free(capture *c)
{
    free(c->path);
    free(c->line);
    c->path = NULL;
    c->line = NULL;
}
