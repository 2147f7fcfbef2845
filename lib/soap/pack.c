/* SPDX-License-Identifier: BSD-3-Clause */
/* A descriptor in a model file: species, then every option of every species in the order
 * of the option table. A file of an older version may have fewer options. */
#include "soap/private.h"

hps_status hpsi_soap_pack(const hps_soap *s, hpsi_pack *p)
{
    hpsi_pack_int(p, s->n_species);
    hpsi_pack_int(p, SOAP_N_OPTIONS);
    for (int32_t i = 0; i < s->n_species; i++) {
        hpsi_pack_int(p, s->numbers[i]);
        hpsi_pack_reals(p, SOAP_N_OPTIONS, s->values + i * SOAP_N_OPTIONS);
    }
    return p->status;
}

/* A value from a file is held to the bounds that a setter checks. */
static hps_status accept(int32_t option, double v, double *stored)
{
    const hpsi_option *row = &hpsi_soap_options.rows[option];
    int32_t whole = row->kind != HPS_OPTION_REAL;

    if (!(v >= row->minimum && v <= row->maximum) || (whole && v != (double)(int64_t)v)) {
        return hpsi_fail(HPS_E_FORMAT, "soap.%s: %g in the file, allowed is %g to %g", row->name, v,
                         row->minimum, row->maximum);
    }
    *stored = v;
    return HPS_OK;
}

static hps_status read_numbers(hpsi_pack *p, int32_t n, int32_t n_options, int32_t *numbers,
                               double *values)
{
    hps_status st = HPS_OK;

    for (int32_t i = 0; i < n && st == HPS_OK; i++) {
        numbers[i] = (int32_t)hpsi_unpack_int_in(p, 1, 118);
        hpsi_unpack_reals(p, n_options, values + i * SOAP_N_OPTIONS);
        st = p->status;
    }
    return st;
}

static hps_status fill(hps_soap *s, int32_t n_options, const double *values)
{
    hps_status st = HPS_OK;

    for (int32_t i = 0; i < s->n_species; i++) {
        for (int32_t k = 0; k < n_options && st == HPS_OK; k++) {
            st = accept(k, values[i * SOAP_N_OPTIONS + k], &s->values[i * SOAP_N_OPTIONS + k]);
        }
    }
    return st;
}

hps_status hpsi_soap_unpack(hps_soap **out, hps_context *c, hpsi_pack *p)
{
    int32_t numbers[118], n = (int32_t)hpsi_unpack_int_in(p, 1, 118);
    int32_t n_options = (int32_t)hpsi_unpack_int_in(p, 1, SOAP_N_OPTIONS);
    double *values;
    hps_status st;

    *out = NULL;
    if (p->status != HPS_OK) {
        return p->status;
    }
    values = hpsi_new(c, (int64_t)n * SOAP_N_OPTIONS, sizeof(double));
    if (values == NULL) {
        return HPS_E_MEMORY;
    }
    st = read_numbers(p, n, n_options, numbers, values);
    if (st == HPS_OK) {
        st = hps_soap_create(out, c, n, numbers);
        st = st == HPS_E_ARGUMENT ? HPS_E_FORMAT : st;
    }
    if (st == HPS_OK) {
        st = fill(*out, n_options, values);
    }
    hpsi_free(values);
    if (st != HPS_OK) {
        hps_soap_destroy(*out);
        *out = NULL;
        p->status = st;
    }
    return st;
}
