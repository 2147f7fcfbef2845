/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory, words, numbers and durations of the program. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "program.h"

static void out_of_memory(void)
{
    fputs("hpswarm: out of memory\n", stderr);
    exit(EXIT_LIMIT);
}

void *new_memory(size_t n, size_t size)
{
    void *p = calloc(n == 0 ? 1 : n, size);

    if (p == NULL) {
        out_of_memory();
    }
    return p;
}

void *grow_memory(void *p, size_t n, size_t size)
{
    void *q = reallocarray(p, n == 0 ? 1 : n, size);

    if (q == NULL) {
        out_of_memory();
    }
    return q;
}

char *new_text(const char *s)
{
    size_t n = strlen(s) + 1;

    return memcpy(new_memory(n, 1), s, n);
}

char *new_textf(const char *format, ...)
{
    char *s = NULL;
    va_list arguments;
    int n;

    va_start(arguments, format);
    n = vasprintf(&s, format, arguments);
    va_end(arguments);
    if (n < 0) {
        out_of_memory();
    }
    return s;
}

const char *number_text(double v, char buffer[32])
{
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(buffer, 32, "%.*g", digits, v);
        if (strtod(buffer, NULL) == v) {
            break;
        }
    }
    return buffer;
}

/* Edit distance, with a swap of neighbours as one edit; long words are cut at 63. */
static int distance(const char *a, const char *b)
{
    int rows[3][64];
    int m = (int)strnlen(a, 63), n = (int)strnlen(b, 63);

    for (int j = 0; j <= n; j++) {
        rows[0][j] = j;
    }
    for (int i = 1; i <= m; i++) {
        int *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

        now[0] = i;
        for (int j = 1; j <= n; j++) {
            int best = last[j - 1] + (a[i - 1] != b[j - 1]);

            best = best < last[j] + 1 ? best : last[j] + 1;
            best = best < now[j - 1] + 1 ? best : now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best) {
                best = before[j - 2] + 1;
            }
            now[j] = best;
        }
    }
    return rows[m % 3][n];
}

const char *nearest_word(const char *word, int n, const char *const *words)
{
    const char *best = NULL;
    int least = 0;

    for (int i = 0; i < n; i++) {
        int d = distance(word, words[i]);

        if (best == NULL || d < least) {
            best = words[i];
            least = d;
        }
    }
    /* Beyond half of the letters it would be a guess, not a typing error. */
    return best != NULL && least <= (int)strlen(best) / 2 ? best : NULL;
}

int word_in(const char *words, const char *word, int *index)
{
    size_t n = strlen(word);
    int i = 0;

    for (const char *w = words; w != NULL && *w != '\0'; i++) {
        const char *end = strchr(w, '|');
        size_t length = end != NULL ? (size_t)(end - w) : strlen(w);

        if (length == n && memcmp(w, word, n) == 0) {
            *index = i;
            return 1;
        }
        w = end != NULL ? end + 1 : NULL;
    }
    return 0;
}

const char *word_at(const char *words, int i, char buffer[64])
{
    size_t length;

    while (i-- > 0 && words != NULL) {
        words = strchr(words, '|');
        words = words != NULL ? words + 1 : NULL;
    }
    if (words == NULL) {
        words = "";
    }
    length = strcspn(words, "|");
    snprintf(buffer, 64, "%.*s", (int)length, words);
    return buffer;
}

int parse_number(const char *s, double *v)
{
    char *end;

    /* strtod takes more than YAML does: hexadecimal, inf, nan, blanks in front */
    if (s[0] == '\0' || s[strspn(s, "0123456789+-.eE")] != '\0') {
        return 0;
    }
    *v = strtod(s, &end);
    return *end == '\0' && end != s && isfinite(*v);
}

int parse_whole(const char *s, int64_t *v)
{
    char *end;

    if (s[0] == '\0' || isspace((unsigned char)s[0])) {
        return 0;
    }
    errno = 0;
    *v = strtoll(s, &end, 10);
    return *end == '\0' && end != s && errno == 0;
}

double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

const char *duration_text(double seconds, char buffer[48])
{
    if (!(seconds >= 0) || seconds > 1e10) {
        snprintf(buffer, 48, "?");
    } else if (seconds < 0.095) {
        snprintf(buffer, 48, "%.2g ms", 1e3 * seconds);
    } else if (seconds < 9.95) {
        snprintf(buffer, 48, "%.1f s", seconds);
    } else if (seconds < 99.5) {
        snprintf(buffer, 48, "%.0f s", seconds);
    } else if (seconds < 5970) {
        snprintf(buffer, 48, "%.0f min", seconds / 60);
    } else if (seconds < 48 * 3600.0) {
        int minutes = (int)(seconds / 60);

        snprintf(buffer, 48, "%d h %d min", minutes / 60, minutes % 60);
    } else {
        snprintf(buffer, 48, "%.1f days", seconds / 86400);
    }
    return buffer;
}

const char *bytes_text(double bytes, char buffer[48])
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    int i = 0;

    while (bytes >= 1024 && i < 4) {
        bytes /= 1024;
        i++;
    }
    snprintf(buffer, 48, i == 0 ? "%.0f %s" : "%.1f %s", bytes, units[i]);
    return buffer;
}
