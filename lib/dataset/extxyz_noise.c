/* SPDX-License-Identifier: BSD-3-Clause */
/* Noise of a frame's own in its header, as gap_fit reads it: absolute, not scaled by the atoms. */
#include <math.h>
#include <string.h>

#include "dataset/extxyz.h"

/* The entry of a key; e->value.text is NULL where the key is absent. */
static hps_status find(hpsi_reader *x, const char *key, hpsi_entry *e)
{
    const hpsi_span *value;
    hps_status s = hpsi_header_find(x, key, &value);

    *e = (hpsi_entry){{key, (int64_t)strlen(key)}, {NULL, 0}, 0};
    if (s == HPS_OK && value != NULL) {
        e->value = *value;
    }
    return s;
}

static hps_status check(const hpsi_reader *x, const char *key, double sigma)
{
    return sigma >= HPSI_MIN_SIGMA && sigma <= HPSI_MAX_SIGMA
               ? HPS_OK
               : hpsi_reader_fail(x, x->first + 1, "%s = %g must be in %g..%g", key, sigma,
                                  HPSI_MIN_SIGMA, HPSI_MAX_SIGMA);
}

/* One number, NaN where the key is absent. */
static hps_status find_sigma(hpsi_reader *x, const char *key, double *sigma)
{
    hpsi_entry e;
    hps_status s = find(x, key, &e);

    *sigma = (double)NAN;
    if (s != HPS_OK || e.value.text == NULL) {
        return s;
    }
    s = hpsi_header_number(x, &e, sigma);
    return s == HPS_OK ? check(x, key, *sigma) : s;
}

/* One for each component of the virial. */
static hps_status find_components(hpsi_reader *x)
{
    static const char key[] = "virial_component_sigma";
    hpsi_entry e;
    hps_status s = find(x, key, &e);

    x->has_virial_sigmas = 0;
    if (s != HPS_OK || e.value.text == NULL) {
        return s;
    }
    s = hpsi_header_matrix(x, &e, x->virial_sigmas);
    for (int32_t i = 0; s == HPS_OK && i < 9; i++) {
        s = check(x, key, x->virial_sigmas[i]);
    }
    x->has_virial_sigmas = 1;
    return s;
}

hps_status hpsi_noise_read(hpsi_reader *x)
{
    hps_status s = find_sigma(x, "energy_sigma", &x->frame.energy_sigma);

    if (s == HPS_OK) {
        s = find_sigma(x, "force_sigma", &x->frame.force_sigma);
    }
    if (s == HPS_OK) {
        s = find_sigma(x, "virial_sigma", &x->frame.virial_sigma);
    }
    return s == HPS_OK ? find_components(x) : s;
}
