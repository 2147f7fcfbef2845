/* SPDX-License-Identifier: BSD-3-Clause */
/* Files in and out; nothing half-written is ever left under its final name. */
#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_stream(FILE *f, const char *path, size_t max_bytes, char **data, size_t *size,
                       int code)
{
    size_t capacity = 65536, n = 0;
    char *buffer = new_memory(capacity + 1, 1);

    for (;;) {
        size_t got = fread(buffer + n, 1, capacity - n, f);

        n += got;
        if (got == 0) {
            break;
        }
        if (n > max_bytes) {
            free(buffer);
            return fail(code, "%s: larger than %zu MiB", path, max_bytes >> 20);
        }
        if (n == capacity) {
            capacity *= 2;
            buffer = grow_memory(buffer, capacity + 1, 1);
        }
    }
    if (ferror(f)) {
        free(buffer);
        return fail(code, "%s: cannot read: %s", path, strerror(errno));
    }
    buffer[n] = '\0';
    *data = buffer;
    *size = n;
    return EXIT_DONE;
}

int file_read(const char *path, size_t max_bytes, char **data, size_t *size, int code)
{
    FILE *f = fopen(path, "rb");
    int rc;

    *data = NULL;
    if (f == NULL) {
        return fail(code, "%s: cannot open: %s", path, strerror(errno));
    }
    rc = read_stream(f, path, max_bytes, data, size, code);
    fclose(f);
    return rc;
}

int output_open(output *o, const char *path)
{
    struct stat st;

    memset(o, 0, sizeof *o);
    if (path == NULL || strcmp(path, "-") == 0) {
        o->stream = stdout;
        return EXIT_DONE;
    }
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        return fail(EXIT_USAGE, "%s: is a folder, a file name is wanted", path);
    }
    o->path = new_text(path);
    if (stat(path, &st) != 0 || S_ISREG(st.st_mode)) {
        o->temporary = new_textf("%s.tmp.%ld", path, (long)getpid());
    }
    o->stream = fopen(o->temporary != NULL ? o->temporary : path, "wb");
    if (o->stream == NULL) {
        fail(EXIT_USAGE, "%s: cannot write: %s", path, strerror(errno));
        free(o->path);
        free(o->temporary);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

/* Why a stream failed earlier, which stdio does not keep: ask again with a few more pages
 * (what was written so far is dropped anyway). */
static int reason(const output *o)
{
    static const char pages[65536];

    if (o->path != NULL && write(fileno(o->stream), pages, sizeof pages) < (ssize_t)sizeof pages &&
        write(fileno(o->stream), pages, sizeof pages) < 0) {
        return errno;
    }
    return EIO;
}

/* 0 when everything reached the file; errno of the first failure else. */
static int finish(output *o)
{
    int wrong = 0;

    errno = 0;
    if (fflush(o->stream) != 0 || ferror(o->stream)) {
        wrong = errno != 0 ? errno : reason(o);
    }
    if (o->temporary != NULL && wrong == 0 && fsync(fileno(o->stream)) != 0) {
        wrong = errno;
    }
    if (o->stream != stdout && fclose(o->stream) != 0 && wrong == 0) {
        wrong = errno;
    }
    return wrong;
}

int output_close(output *o, int keep)
{
    int wrong = finish(o), rc = EXIT_DONE;

    if (keep && wrong == 0 && o->temporary != NULL && rename(o->temporary, o->path) != 0) {
        wrong = errno;
    }
    if (keep && wrong != 0) {
        rc = fail(EXIT_INTERNAL, "%s: cannot write: %s",
                  o->path != NULL ? o->path : "standard output", strerror(wrong));
    }
    if (o->temporary != NULL && (!keep || wrong != 0)) {
        unlink(o->temporary);
    }
    free(o->path);
    free(o->temporary);
    memset(o, 0, sizeof *o);
    return rc;
}

int file_replace(const char *path, const char *text, size_t size)
{
    output o;
    int rc = output_open(&o, path);

    if (rc != EXIT_DONE) {
        return EXIT_INTERNAL; /* the folder was writable before: not a usage error */
    }
    fwrite(text, 1, size, o.stream);
    return output_close(&o, 1);
}

char *path_join(const char *directory, const char *name)
{
    size_t n = strlen(directory);

    return new_textf("%s%s%s", directory, n > 0 && directory[n - 1] == '/' ? "" : "/", name);
}

int file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static int make_one(const char *path)
{
    struct stat st;

    if (mkdir(path, 0777) == 0) {
        return EXIT_DONE;
    }
    if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        return EXIT_DONE;
    }
    return fail(EXIT_USAGE, "%s: cannot make this output folder: %s", path,
                errno == EEXIST ? "a file has this name" : strerror(errno));
}

int directory_make(const char *path)
{
    char *copy = new_text(path);
    int rc = EXIT_DONE;

    for (char *c = copy + 1; *copy != '\0' && rc == EXIT_DONE; c++) {
        if (*c == '/' || *c == '\0') {
            char kept = *c;

            *c = '\0';
            rc = make_one(copy);
            *c = kept;
            if (kept == '\0') {
                break;
            }
        }
    }
    free(copy);
    if (rc == EXIT_DONE && access(path, W_OK | X_OK) != 0) {
        rc =
            fail(EXIT_USAGE, "%s: cannot write into this output folder: %s", path, strerror(errno));
    }
    return rc;
}

void memory_open(memory_text *m)
{
    m->text = NULL;
    m->size = 0;
    m->stream = open_memstream(&m->text, &m->size);
    if (m->stream == NULL) {
        fputs("hpswarm: out of memory\n", stderr);
        exit(EXIT_LIMIT);
    }
}

int memory_save(memory_text *m, const char *directory, const char *name)
{
    char *path = path_join(directory, name);
    int rc;

    if (fclose(m->stream) != 0) {
        rc = fail(EXIT_LIMIT, "out of memory");
    } else {
        rc = file_replace(path, m->text, m->size);
    }
    free(m->text);
    free(path);
    return rc;
}
