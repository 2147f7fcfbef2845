/* SPDX-License-Identifier: BSD-3-Clause */
/* The values that a command answers with: numbers on the first line, and nothing else there. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "search.h"

enum { FIRST_LINE = 65536 };

/* Fortran's 1.5D-3 is a number too. */
static int parse_word(const char *word, size_t n, double *v)
{
    char copy[64], *end;

    if (n >= sizeof copy) {
        return 0;
    }
    memcpy(copy, word, n);
    copy[n] = '\0';
    for (char *c = copy; *c != '\0'; c++) {
        if ((*c == 'd' || *c == 'D') && c > copy && strchr("0123456789.", c[-1]) != NULL) {
            *c = 'e';
        }
    }
    *v = strtod(copy, &end);
    return end != copy && *end == '\0';
}

/* What can be shown of a line that is not what it should be. */
static void show(const char *line, char shown[48])
{
    int n = 0;

    for (const char *c = line; *c != '\0' && n < 40; c++) {
        shown[n++] = (char)((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e ? '?' : *c);
    }
    shown[n] = '\0';
}

int response_parse(const char *line, int n, double *f, char *reason, size_t size)
{
    static const char blanks[] = " \t\r,;";
    char shown[48];
    int found = 0;

    show(line, shown);
    for (const char *c = line + strspn(line, blanks); *c != '\0'; c += strspn(c, blanks)) {
        size_t length = strcspn(c, blanks);
        double v;

        if (!parse_word(c, length, &v)) {
            snprintf(reason, size, "expected %d number%s on the first line, found '%s'", n,
                     n > 1 ? "s" : "", shown);
            return 0;
        }
        if (found < n) {
            f[found] = v;
        }
        found++;
        c += length;
    }
    if (found != n) {
        snprintf(reason, size, "expected %d number%s on the first line, found %d", n,
                 n > 1 ? "s" : "", found);
        return 0;
    }
    for (int i = 0; i < n; i++) {
        if (!isfinite(f[i])) {
            snprintf(reason, size, "value %d is %s", i + 1, isnan(f[i]) ? "NaN" : "infinite");
            return 0;
        }
    }
    return 1;
}

/* Nothing but a plain file is waited for or read on and on. */
static int open_plain(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
        close(fd);
        errno = EINVAL;
        return -1;
    }
    return fd;
}

int response_read(const char *path, int n, double *f, char *reason, size_t size)
{
    char *line = new_memory(FIRST_LINE + 1, 1);
    ssize_t got, used = 0;
    int fd = open_plain(path), good;

    if (fd < 0) {
        snprintf(reason, size, "%.100s: %s", path,
                 errno == EINVAL ? "not a plain file" : strerror(errno));
        free(line);
        return 0;
    }
    while ((got = read(fd, line + used, (size_t)(FIRST_LINE - used))) > 0) {
        used += got;
    }
    close(fd);
    line[strlen(line) < (size_t)used ? strlen(line) : (size_t)used] = '\0';
    line[strcspn(line, "\n")] = '\0';
    good = response_parse(line, n, f, reason, size);
    free(line);
    return good;
}
