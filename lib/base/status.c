/* SPDX-License-Identifier: BSD-3-Clause */
/* Status names and the thread's last error message, which never allocates. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/internal.h"
#undef hpsi_fail
#undef hpsi_prefix

#define MESSAGE_SIZE 1024

static _Thread_local char message[MESSAGE_SIZE];
static _Thread_local int32_t callback_code;

typedef struct status_row {
    hps_status value;
    const char *name, *text;
} status_row;

#define ROW(name, value, text) {(value), #name, (text)},
static const status_row status_rows[] = {HPS_STATUS_LIST(ROW)};
#undef ROW
#define N_STATUS ((int32_t)(sizeof status_rows / sizeof status_rows[0]))

static const status_row *find(hps_status s)
{
    for (int32_t i = 0; i < N_STATUS; i++) {
        if (status_rows[i].value == s) {
            return &status_rows[i];
        }
    }
    return NULL;
}

const char *hps_status_name(hps_status s)
{
    const status_row *row = find(s);

    return row != NULL ? row->name : "HPS_E_?";
}

const char *hps_status_text(hps_status s)
{
    const status_row *row = find(s);

    return row != NULL ? row->text : "unknown status";
}

const char *hps_last_error(void)
{
    return message;
}

int32_t hps_last_callback_code(void)
{
    return callback_code;
}

void hpsi_set_callback_code(int32_t code)
{
    callback_code = code;
}

void hpsi_clear_error(void)
{
    message[0] = '\0';
}

/* A message is one line: whatever a file or a caller put into it must not break that. */
static void one_line(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            *text = ' ';
        }
    }
}

hps_status hpsi_fail(hps_status s, const char *format, ...)
{
    char text[MESSAGE_SIZE]; /* an argument may be the present message */
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    one_line(text);
    memcpy(message, text, sizeof message);
    return s;
}

hps_status hpsi_prefix(hps_status s, const char *format, ...)
{
    char text[MESSAGE_SIZE];
    va_list list;
    int used;

    va_start(list, format);
    used = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (used >= 0 && used < MESSAGE_SIZE) {
        int room = MESSAGE_SIZE - used - 3; /* ": " and the end */

        snprintf(text + used, sizeof text - (size_t)used, ": %.*s", room > 0 ? room : 0, message);
    }
    one_line(text);
    memcpy(message, text, sizeof message);
    return s;
}
