/* SPDX-License-Identifier: BSD-3-Clause */
/* The one line that says what is wrong, and the exit code that goes with it. */
#include <stdarg.h>

#include "program.h"

static char message[1400];
static int has_place; /* the line begins with file:line, no program name in front */

static void keep(const char *text, int placed)
{
    snprintf(message, sizeof message, "%s", text);
    has_place = placed;
    for (char *c = message; *c != '\0'; c++) {
        if (*c == '\n' || *c == '\r') {
            *c = ' ';
        }
    }
}

int fail(int code, const char *format, ...)
{
    char text[sizeof message];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    keep(text, 0);
    return code;
}

int fail_at(place at, const char *key, const char *format, ...)
{
    char text[sizeof message];
    va_list arguments;
    int used;

    if (at.line > 0) {
        used = snprintf(text, sizeof text / 2, "%s:%d:%d: ", at.source, at.line, at.column);
    } else {
        used = snprintf(text, sizeof text / 2, "%s: ", at.source);
    }
    used = used < (int)sizeof text / 2 ? used : (int)sizeof text / 2 - 1;
    if (key != NULL && key[0] != '\0') {
        used += snprintf(text + used, 200, "%.180s: ", key);
    }
    va_start(arguments, format);
    vsnprintf(text + used, sizeof text - (size_t)used, format, arguments);
    va_end(arguments);
    keep(text, 1);
    return EXIT_USAGE;
}

static int code_of(hps_status st, int otherwise)
{
    switch (st) {
    case HPS_OK:
        return EXIT_DONE;
    case HPS_E_MEMORY:
        return EXIT_LIMIT;
    case HPS_E_NUMERIC:
        return EXIT_NUMERIC;
    case HPS_E_CANCELLED:
        return EXIT_STOPPED;
    case HPS_E_ARGUMENT:
    case HPS_E_OPTION:
    case HPS_E_IO:
    case HPS_E_FORMAT:
        return otherwise;
    default:
        return EXIT_INTERNAL;
    }
}

static int64_t limit;

void errors_limit(int64_t bytes)
{
    limit = bytes;
}

int fail_library(hps_status st, int otherwise)
{
    const char *text = hps_last_error()[0] != '\0' ? hps_last_error() : hps_status_text(st);
    char size[48];

    if (st == HPS_E_MEMORY && limit > 0) { /* the library has its share of it */
        fail(0, "--max-memory allows %s: %s", bytes_text((double)limit, size), text);
    } else {
        fail(0, "%s", text);
    }
    has_place = st == HPS_E_FORMAT; /* these messages begin with the file */
    return code_of(st, otherwise);
}

const char *error_text(void)
{
    return message;
}

void error_print(void)
{
    fprintf(stderr, "%s%s\n", has_place ? "" : "hpswarm: ", message);
}
