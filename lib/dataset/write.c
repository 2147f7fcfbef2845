/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing extended XYZ with enough digits to get every bit back. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dataset/private.h"

#define PIECE 65536 /* bytes of text that go to the file at a time */
#define MOST 512    /* of one append */

typedef struct writer {
    hpsi_output file;
    char *text; /* [PIECE + MOST] */
    int64_t size;
    hps_status status; /* the first failure stays */
} writer;

static void put(writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Append short text. */
static void put(writer *w, const char *format, ...)
{
    va_list list;

    if (w->status != HPS_OK) {
        return;
    }
    va_start(list, format);
    w->size += vsnprintf(w->text + w->size, MOST, format, list);
    va_end(list);
    if (w->size >= PIECE) {
        w->status = hpsi_output_write(&w->file, w->text, w->size);
        w->size = 0;
    }
}

/* A number of the header, which gap_fit passes over if it looks like a whole one. */
static void put_real(writer *w, double v)
{
    char text[40];

    snprintf(text, sizeof text, "%.17g", v);
    put(w, strpbrk(text, ".e") == NULL ? "%s.0" : "%s", text);
}

/* name="9 numbers" */
static void put_matrix(writer *w, const char *name, const double *m)
{
    put(w, "%s=\"", name);
    for (int32_t i = 0; i < 9; i++) {
        put(w, i > 0 ? " " : "");
        put_real(w, m[i]);
    }
    put(w, "\" ");
}

/* Quoted, with quotes, backslashes and line ends escaped. */
static void put_quoted(writer *w, const char *name, const char *value)
{
    put(w, "%s=\"", name);
    for (; *value != '\0'; value++) {
        if (*value == '\n') {
            put(w, "\\n");
        } else {
            put(w, *value == '"' || *value == '\\' ? "\\%c" : "%c", *value);
        }
    }
    put(w, "\" ");
}

/* name=value, unless it is not known. */
static void put_known(writer *w, const char *name, double value)
{
    if (!isnan(value)) {
        put(w, "%s=", name);
        put_real(w, value);
        put(w, " ");
    }
}

static void put_header(writer *w, const hps_frame *f, const hpsi_sigmas *sigmas)
{
    static const char *const truth[] = {"F", "T"};

    put(w, "%d\n", f->n_atoms);
    if (f->cell != NULL) {
        put_matrix(w, "Lattice", f->cell);
    }
    put(w, "Properties=species:S:1:pos:R:3%s%s%s ", f->forces != NULL ? ":forces:R:3" : "",
        f->force_mask != NULL ? ":force_mask:L:1" : "",
        sigmas->force != NULL ? ":force_component_sigma:R:3" : "");
    put_known(w, "energy", f->has_energy ? f->energy : (double)NAN);
    if (f->virial != NULL) {
        put_matrix(w, "virial", f->virial);
    }
    put_known(w, "energy_sigma", f->energy_sigma);
    put_known(w, "force_sigma", f->force_sigma);
    put_known(w, "virial_sigma", f->virial_sigma);
    if (sigmas->virial != NULL) {
        put_matrix(w, "virial_component_sigma", sigmas->virial);
    }
    if (f->config_type[0] != '\0') {
        put_quoted(w, "config_type", f->config_type);
    }
    put(w, "pbc=\"%s %s %s\"\n", truth[f->periodic[0]], truth[f->periodic[1]],
        truth[f->periodic[2]]);
}

static void put_atoms(writer *w, const hps_frame *f, const double *sigmas)
{
    for (int32_t i = 0; i < f->n_atoms; i++) {
        const double *r = f->positions + 3 * (int64_t)i;

        put(w, "%-2s %.17g %.17g %.17g", hps_element_symbol(f->numbers[i]), r[0], r[1], r[2]);
        if (f->forces != NULL) {
            r = f->forces + 3 * (int64_t)i;
            put(w, " %.17g %.17g %.17g", r[0], r[1], r[2]);
        }
        if (f->force_mask != NULL) {
            put(w, f->force_mask[i] != 0 ? " T" : " F");
        }
        if (sigmas != NULL) {
            r = sigmas + 3 * (int64_t)i;
            put(w, " %.17g %.17g %.17g", r[0], r[1], r[2]);
        }
        put(w, "\n");
    }
}

/* Frame i with the labels given in place of its own. */
static void put_frame(writer *w, const hps_dataset *d, int64_t i, const double *const label[3])
{
    const hpsi_sigmas *sigmas = &d->frames[i]->sigmas;
    hps_frame f;

    hpsi_dataset_frame(d, i, &f);
    if (label[HPSI_ENERGY] != NULL) {
        f.energy = label[HPSI_ENERGY][i];
        f.has_energy = 1;
    }
    if (label[HPSI_FORCES] != NULL) {
        f.forces = label[HPSI_FORCES] + 3 * hpsi_dataset_first_atom(d, i);
    }
    if (label[HPSI_VIRIAL] != NULL) {
        f.virial = label[HPSI_VIRIAL] + 9 * i;
    }
    put_header(w, &f, sigmas);
    put_atoms(w, &f, sigmas->force);
}

/* A number that is not finite could not be read again. */
static hps_status check_labels(const hps_dataset *d, const double *const label[3])
{
    static const char *const names[] = {"energy", "forces", "virial"};
    const int64_t n[] = {d->n_frames, 3 * hpsi_dataset_first_atom(d, d->n_frames), 9 * d->n_frames};

    for (int32_t q = 0; q < HPSI_N_LABELS; q++) {
        for (int64_t i = 0; label[q] != NULL && i < n[q]; i++) {
            if (!isfinite(label[q][i])) {
                return hpsi_fail(HPS_E_ARGUMENT, "write_extxyz: %s[%lld] = %g must be finite",
                                 names[q], (long long)i, label[q][i]);
            }
        }
    }
    return HPS_OK;
}

typedef struct write_job {
    writer *w;
    const hps_dataset *d;
    const double *const *label;
} write_job;

static hps_status put_frames(void *arg)
{
    const write_job *job = arg;

    for (int64_t i = 0; job->w->status == HPS_OK && i < job->d->n_frames; i++) {
        put_frame(job->w, job->d, i, job->label);
    }
    return job->w->status;
}

hps_status hps_dataset_write_extxyz(const hps_dataset *d, const char *path, const double *energy,
                                    const double *forces, const double *virial)
{
    const double *const label[HPSI_N_LABELS] = {energy, forces, virial};
    writer w = {0};
    write_job job = {&w, d, label};
    hps_status last;

    if (d == NULL || path == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "write_extxyz: %s is NULL",
                         d == NULL ? "the set" : "path");
    }
    w.status = check_labels(d, label);
    if (w.status != HPS_OK) {
        return w.status;
    }
    w.text = hpsi_new(d->context, PIECE + MOST, 1);
    w.status = w.text != NULL ? hpsi_output_open(&w.file, d->context, path) : HPS_E_MEMORY;
    if (w.status != HPS_OK) {
        hpsi_free(w.text);
        return w.status;
    }
    w.status = hpsi_in_c_locale(put_frames, &job);
    if (w.status == HPS_OK) {
        w.status = hpsi_output_write(&w.file, w.text, w.size);
    }
    last = hpsi_output_close(&w.file, w.status == HPS_OK);
    hpsi_free(w.text);
    return w.status == HPS_OK ? last : w.status;
}
