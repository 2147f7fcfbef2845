/* SPDX-License-Identifier: BSD-3-Clause */
/* Relations between the options of a descriptor, checked before its first use. */
#include <stdio.h>
#include <string.h>

#include "soap/private.h"

enum { TEXT = 40 };

/* "soap.rcut_soft" or, with several species, "soap.rcut_soft:H". */
static const char *place(const hps_soap *s, int32_t option, int32_t species, char text[2 * TEXT])
{
    const char *name = hpsi_soap_options.rows[option].name;

    if (s->n_species > 1) {
        (void)snprintf(text, 2 * TEXT, "soap.%s:%s", name, hps_element_symbol(s->numbers[species]));
    } else {
        (void)snprintf(text, 2 * TEXT, "soap.%s", name);
    }
    return text;
}

/* A real that looks like one: "5.0", not "5". */
static const char *real(double v, char text[TEXT])
{
    (void)snprintf(text, TEXT, "%.10g", v);
    if (strpbrk(text, ".en") == NULL) {
        (void)strncat(text, ".0", TEXT - strlen(text) - 1);
    }
    return text;
}

/* The narrowest width that the option table allows, kept up to the cut-off. */
static const double narrowest = 1e-3;

static hps_status check_width(const hps_soap *s, int32_t species, int32_t sigma, int32_t scaling)
{
    double cutoff = hpsi_soap_value(s, species, SOAP_RCUT_HARD);
    double slope = hpsi_soap_value(s, species, scaling);
    double end = hpsi_soap_value(s, species, sigma) + slope * cutoff;
    char where[2 * TEXT], a[TEXT], b[TEXT], c[TEXT];

    if (end >= narrowest) {
        return HPS_OK;
    }
    return hpsi_fail(HPS_E_OPTION,
                     "%s: %s makes the width %s angstrom at rcut_hard (%s), at least 0.001 is "
                     "needed",
                     place(s, scaling, species, where), real(slope, a), real(end, b),
                     real(cutoff, c));
}

static hps_status check_species(const hps_soap *s, int32_t species)
{
    double hard = hpsi_soap_value(s, species, SOAP_RCUT_HARD);
    double soft = hpsi_soap_value(s, species, SOAP_RCUT_SOFT);
    int32_t n = hpsi_soap_int(s, species, SOAP_N_MAX), first = hpsi_soap_int(s, 0, SOAP_N_MAX);
    char where[2 * TEXT], a[TEXT], b[TEXT];
    hps_status st;

    if (soft > hard) {
        return hpsi_fail(HPS_E_OPTION, "%s: %s must not exceed rcut_hard (%s)",
                         place(s, SOAP_RCUT_SOFT, species, where), real(soft, a), real(hard, b));
    }
    if (hpsi_soap_int(s, species, SOAP_COMPRESS) >= 2 && n != first) {
        return hpsi_fail(HPS_E_OPTION, "%s: %d differs from %d, this compression needs equal n_max",
                         place(s, SOAP_N_MAX, species, where), (int)n, (int)first);
    }
    st = check_width(s, species, SOAP_SIGMA_R, SOAP_SCALING_R);
    return st != HPS_OK ? st : check_width(s, species, SOAP_SIGMA_T, SOAP_SCALING_T);
}

hps_status hps_soap_check(const hps_soap *s)
{
    hps_status st = HPS_OK;

    if (s == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "soap: handle is NULL");
    }
    for (int32_t i = 0; i < s->n_species && st == HPS_OK; i++) {
        st = check_species(s, i);
    }
    return st;
}

int32_t hps_soap_size(const hps_soap *s)
{
    if (s == NULL || hps_soap_check(s) != HPS_OK) {
        return 0;
    }
    return hpsi_soap_layout_size(s);
}

hps_status hpsi_soap_check_frame(const hps_soap *s, const hps_dataset *d, int64_t frame)
{
    hps_status st = hps_soap_check(s);

    if (st != HPS_OK) {
        return st;
    }
    if (d == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "soap: data set is NULL");
    }
    if (frame < 0 || frame >= hps_dataset_n_frames(d)) {
        return hpsi_fail(HPS_E_ARGUMENT, "soap: frame %lld, the data set has %lld",
                         (long long)frame, (long long)hps_dataset_n_frames(d));
    }
    return HPS_OK;
}
