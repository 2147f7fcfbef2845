/* SPDX-License-Identifier: BSD-3-Clause */
/* Models for other codes: which formats there are, and what an export is made of. */
#include "gpr/export.h"

#include <string.h>

static const struct {
    const char *name;
    int32_t predicts; /* it holds the fit, not only its settings */
    hps_status (*check)(const hps_gpr *g, const char *path);
    void (*write)(hpsi_export *x);
} formats[] = {
    {"quip", 1, hpsi_export_quip_check, hpsi_export_quip},
    {"turbogap", 1, hpsi_export_turbogap_check, hpsi_export_turbogap},
    {"gap_fit", 0, hpsi_export_gap_fit_check, hpsi_export_gap_fit},
};

enum { N_FORMATS = sizeof formats / sizeof formats[0] };

/* -1 with the message set. */
static int32_t find(const char *format)
{
    for (int32_t i = 0; format != NULL && i < N_FORMATS; i++) {
        if (strcmp(formats[i].name, format) == 0) {
            return i;
        }
    }
    (void)hpsi_fail(HPS_E_ARGUMENT, "export: the format '%.40s' must be quip, turbogap or gap_fit",
                    format != NULL ? format : "(null)");
    return -1;
}

/* A line feed would end the line of a list that the name stands in. */
static hps_status check_path(const char *path)
{
    if (path == NULL || path[0] == '\0') {
        return hpsi_fail(HPS_E_ARGUMENT, "export: the path is empty");
    }
    for (const char *c = path; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f) {
            return hpsi_fail(HPS_E_ARGUMENT,
                             "export: the path has a control character (code %d), which cannot "
                             "stand in a model",
                             *c);
        }
    }
    return strlen(path) < 4000 ? HPS_OK
                               : hpsi_fail(HPS_E_ARGUMENT, "export: a path of %lld characters",
                                           (long long)strlen(path));
}

static hps_status begin(hpsi_export *x, const hps_gpr *g, const char *format, const char *path)
{
    hps_status s = hpsi_gpr_need_fit(g);

    memset(x, 0, sizeof *x);
    if (s != HPS_OK) {
        return s;
    }
    x->format = find(format);
    s = x->format >= 0 ? check_path(path) : HPS_E_ARGUMENT;
    s = s == HPS_OK ? formats[x->format].check(g, path) : s;
    x->g = g;
    x->context = g->context;
    x->path = path;
    return s;
}

static hps_status write_files(void *arg)
{
    hpsi_export *x = arg;

    formats[x->format].write(x);
    return x->status;
}

hps_status hps_gpr_export(const hps_gpr *g, const char *format, const char *path)
{
    hpsi_export x;
    hps_status s = begin(&x, g, format, path);

    if (s != HPS_OK) {
        return s;
    }
    x.status = hpsi_in_c_locale(write_files, &x);
    s = hpsi_export_close(&x);
    if (s == HPS_OK && formats[x.format].predicts) {
        hpsi_export_warn(g, format);
    }
    return s;
}

hps_status hps_gpr_export_files(const hps_gpr *g, const char *format, const char *path,
                                int64_t capacity, int64_t *n, char *names)
{
    hpsi_export x;
    hps_status s = begin(&x, g, format, path);

    if (s == HPS_OK && (n == NULL || capacity < 0 || (capacity > 0 && names == NULL))) {
        s = hpsi_fail(HPS_E_ARGUMENT, "export: n is NULL, or no array for %lld characters",
                      (long long)capacity);
    }
    if (s != HPS_OK) {
        return s;
    }
    x.only_names = 1;
    s = write_files(&x);
    if (s == HPS_OK) {
        *n = x.names_used + 1;
    }
    if (s == HPS_OK && capacity > 0 && capacity < *n) {
        s = hpsi_fail(HPS_E_CAPACITY, "export: the names take %lld characters, not %lld",
                      (long long)*n, (long long)capacity);
    } else if (s == HPS_OK && capacity > 0) {
        memcpy(names, x.names, (size_t)*n);
    }
    (void)hpsi_export_close(&x);
    return s;
}
