/* SPDX-License-Identifier: BSD-3-Clause */
/* The one line that says what is wrong, and the exit code that goes with it. */
#include <stdarg.h>
#include <string.h>

#include "program.h"

static char message[1400];
static int has_place; /* the line begins with file:line, no program name in front */

static void keep(const char *format, va_list arguments)
{
    size_t used = strlen(message);

    vsnprintf(message + used, sizeof message - used, format, arguments);
    for (char *c = message; *c != '\0'; c++) {
        if (*c == '\n' || *c == '\r') {
            *c = ' ';
        }
    }
}

int fail(int code, const char *format, ...)
{
    va_list arguments;

    message[0] = '\0';
    has_place = 0;
    va_start(arguments, format);
    keep(format, arguments);
    va_end(arguments);
    return code;
}

int fail_at(place at, const char *key, const char *format, ...)
{
    va_list arguments;
    size_t used;

    if (at.line > 0) {
        snprintf(message, sizeof message, "%s:%d:%d: ", at.source, at.line, at.column);
    } else {
        snprintf(message, sizeof message, "%s: ", at.source);
    }
    used = strlen(message);
    if (key != NULL && key[0] != '\0') {
        snprintf(message + used, sizeof message - used, "%s: ", key);
    }
    has_place = 1;
    va_start(arguments, format);
    keep(format, arguments);
    va_end(arguments);
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

int fail_library(hps_status st, int otherwise)
{
    const char *text = hps_last_error();

    fail(0, "%s", text[0] != '\0' ? text : hps_status_text(st));
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
