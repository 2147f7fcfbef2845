/* SPDX-License-Identifier: BSD-3-Clause */
/* The files of one export: all are written under temporary names and renamed together, the one
 * that names the others last. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dataset/number.h"
#include "gpr/export.h"

enum { BUFFER = 65536, LONGEST = 8192 }; /* bytes: of a file, of one print */

static void flush(hpsi_export *x)
{
    if (x->status == HPS_OK && x->used > 0 && !x->only_names) {
        x->status = hpsi_output_write(&x->file[x->n_files - 1], x->text, x->used);
    }
    x->used = 0;
}

/* ------------------------------------------------------------------- names */

static void add_name(hpsi_export *x, const char *name)
{
    int64_t length = (int64_t)strlen(name);
    void *list = x->names;

    x->status = hpsi_grow(x->context, &list, &x->names_capacity, x->names_used + length + 2, 1);
    x->names = list;
    if (x->status == HPS_OK) {
        memcpy(x->names + x->names_used, name, (size_t)length);
        x->names_used += length + 1;
        x->names[x->names_used - 1] = '\n';
    }
}

static void open_file(hpsi_export *x, const char *name)
{
    void *list = x->file;

    x->status = hpsi_grow(x->context, &list, &x->capacity, x->n_files + 1, sizeof *x->file);
    x->file = list;
    if (x->status == HPS_OK) {
        x->status = hpsi_output_open(&x->file[x->n_files], x->context, name);
        x->n_files += x->status == HPS_OK;
    }
}

void hpsi_export_file(hpsi_export *x, const char *suffix, ...)
{
    int64_t length = (int64_t)strlen(x->path) + 64;
    char end[64];
    char *name;
    va_list arguments;

    va_start(arguments, suffix);
    vsnprintf(end, sizeof end, suffix, arguments);
    va_end(arguments);
    flush(x);
    if (x->status != HPS_OK) {
        return;
    }
    name = hpsi_new(x->context, length, 1);
    if (name == NULL) {
        x->status = HPS_E_MEMORY;
        return;
    }
    snprintf(name, (size_t)length, "%s%s", x->path, end);
    add_name(x, name);
    if (x->status == HPS_OK && !x->only_names) {
        open_file(x, name);
    }
    hpsi_free(name);
}

/* -------------------------------------------------------------------- text */

void hpsi_export_print(hpsi_export *x, const char *format, ...)
{
    va_list arguments;

    if (x->status != HPS_OK || x->only_names) {
        return;
    }
    if (x->text == NULL) {
        x->text = hpsi_new(x->context, BUFFER, 1);
        x->status = x->text != NULL ? HPS_OK : HPS_E_MEMORY;
    }
    if (x->used > BUFFER - LONGEST) {
        flush(x);
    }
    if (x->status == HPS_OK) {
        int n;

        va_start(arguments, format);
        n = vsnprintf(x->text + x->used, LONGEST, format, arguments);
        va_end(arguments);
        if (n < 0 || n >= LONGEST) {
            x->status = hpsi_fail(HPS_E_INTERNAL, "export: a text of %d characters", n);
            return;
        }
        x->used += n;
    }
}

void hpsi_export_number(hpsi_export *x, double v)
{
    char text[32];

    for (int digits = 6; digits <= 17; digits++) {
        const char *at = text;
        double back;

        snprintf(text, sizeof text, "%.*g", digits, v);
        if (hpsi_number_real(&at, text + strlen(text), &back) == HPSI_NUMBER_OK && back == v) {
            break;
        }
    }
    hpsi_export_print(x, "%s", text);
}

/* ------------------------------------------------------------------- close */

/* An older file that would name the new ones goes first: whoever is killed in the middle of the
 * renames leaves no model rather than a mixed one. */
static void drop_old(const hpsi_export *x)
{
    if (x->n_files > 1 && !x->file[0].special) {
        unlink(x->file[0].path);
    }
}

hps_status hpsi_export_close(hpsi_export *x)
{
    flush(x);
    if (x->status == HPS_OK && !x->only_names) {
        drop_old(x);
    }
    for (int64_t i = x->n_files - 1; i >= 0; i--) {
        hps_status s = hpsi_output_close(&x->file[i], x->status == HPS_OK);

        x->status = x->status == HPS_OK ? s : x->status;
    }
    hpsi_free(x->file);
    hpsi_free(x->text);
    hpsi_free(x->names);
    x->file = NULL;
    x->text = x->names = NULL;
    return x->status;
}
