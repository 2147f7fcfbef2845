/* SPDX-License-Identifier: BSD-3-Clause */
/* The descriptor handle: species and their options. */
#include <string.h>

#include "soap/private.h"

static hps_status allocate(hps_soap **out, hps_context *c, int32_t n_species)
{
    hps_soap *s = hpsi_new(c, 1, sizeof *s);

    if (s == NULL) {
        return HPS_E_MEMORY;
    }
    s->numbers = hpsi_new(c, n_species, sizeof(int32_t));
    s->values = hpsi_new(c, (int64_t)n_species * SOAP_N_OPTIONS, sizeof(double));
    s->kept = hpsi_new(c, 1, sizeof *s->kept);
    if (s->numbers == NULL || s->values == NULL || s->kept == NULL) {
        hpsi_free(s->kept);
        hpsi_free(s->numbers);
        hpsi_free(s->values);
        hpsi_free(s);
        return HPS_E_MEMORY;
    }
    atomic_init(&s->kept->plan, NULL);
    s->context = hpsi_context_retain(c);
    s->n_species = n_species;
    *out = s;
    return HPS_OK;
}

static hps_status check_numbers(int32_t n, const int32_t *numbers)
{
    for (int32_t i = 0; i < n; i++) {
        if (numbers[i] < 1 || numbers[i] > 118) {
            return hpsi_fail(HPS_E_ARGUMENT, "soap: species %d is %d, allowed is 1 to 118",
                             (int)i + 1, (int)numbers[i]);
        }
        for (int32_t k = 0; k < i; k++) {
            if (numbers[k] == numbers[i]) {
                return hpsi_fail(HPS_E_ARGUMENT, "soap: species %s is listed twice",
                                 hps_element_symbol(numbers[i]));
            }
        }
    }
    return HPS_OK;
}

hps_status hps_soap_create(hps_soap **out, hps_context *c, int32_t n_species,
                           const int32_t *numbers)
{
    hps_soap *s;
    hps_status st;

    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "soap: out is NULL");
    }
    *out = NULL;
    if (n_species < 1 || n_species > 118 || numbers == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "soap: n_species = %d with %s, allowed is 1 to 118",
                         (int)n_species, numbers == NULL ? "no list" : "a list");
    }
    st = check_numbers(n_species, numbers);
    if (st == HPS_OK) {
        st = allocate(&s, c, n_species);
    }
    if (st != HPS_OK) {
        return st;
    }
    memcpy(s->numbers, numbers, sizeof(int32_t) * (size_t)n_species);
    for (int32_t i = 0; i < n_species; i++) {
        hpsi_option_defaults(&hpsi_soap_options, s->values + i * SOAP_N_OPTIONS);
    }
    *out = s;
    return HPS_OK;
}

hps_status hps_soap_clone(hps_soap **out, const hps_soap *s)
{
    hps_status st;

    if (out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "soap: out is NULL");
    }
    *out = NULL;
    if (s == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "soap: NULL cannot be cloned");
    }
    st = allocate(out, s->context, s->n_species);
    if (st == HPS_OK) {
        memcpy((*out)->numbers, s->numbers, sizeof(int32_t) * (size_t)s->n_species);
        memcpy((*out)->values, s->values, sizeof(double) * SOAP_N_OPTIONS * (size_t)s->n_species);
        hpsi_soap_share(*out, s);
    }
    return st;
}

void hps_soap_destroy(hps_soap *s)
{
    hps_context *c;

    if (s == NULL) {
        return;
    }
    c = s->context;
    hpsi_soap_forget(s);
    hpsi_free(s->kept);
    hpsi_free(s->numbers);
    hpsi_free(s->values);
    hpsi_free(s);
    hpsi_context_release(c);
}

hps_context *hpsi_soap_context(const hps_soap *s)
{
    return s->context;
}

int32_t hpsi_soap_same(const hps_soap *a, const hps_soap *b)
{
    return a->n_species == b->n_species &&
           memcmp(a->numbers, b->numbers, sizeof *a->numbers * (size_t)a->n_species) == 0 &&
           memcmp(a->values, b->values,
                  sizeof *a->values * SOAP_N_OPTIONS * (size_t)a->n_species) == 0;
}

/* Option index and the species of "name" or "name:element"; -1: all species. */
static hps_status find(const hps_soap *s, const char *name, int32_t *index, int32_t *species)
{
    int32_t number;
    hps_status st;

    if (s == NULL || name == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "soap: %s is NULL", s == NULL ? "handle" : "option name");
    }
    st = hpsi_option_find(&hpsi_soap_options, name, index, &number);
    if (st != HPS_OK) {
        return st;
    }
    *species = -1;
    for (int32_t i = 0; i < s->n_species && number > 0; i++) {
        if (s->numbers[i] == number) {
            *species = i;
        }
    }
    if (number > 0 && *species < 0) {
        return hpsi_fail(HPS_E_OPTION, "soap.%s: %s is not a species of this descriptor", name,
                         hps_element_symbol(number));
    }
    return HPS_OK;
}

static void keep(hps_soap *s, int32_t index, int32_t species, double stored)
{
    hpsi_soap_forget(s);
    for (int32_t i = 0; i < s->n_species; i++) {
        if (species < 0 || species == i) {
            s->values[i * SOAP_N_OPTIONS + index] = stored;
        }
    }
}

hps_status hps_soap_set_real(hps_soap *s, const char *name, double v)
{
    int32_t index = 0, species = -1;
    double stored = 0;
    hps_status st = find(s, name, &index, &species);

    if (st == HPS_OK) {
        st = hpsi_option_real(&hpsi_soap_options, index, v, &stored);
    }
    if (st == HPS_OK) {
        keep(s, index, species, stored);
    }
    return st;
}

hps_status hps_soap_set_int(hps_soap *s, const char *name, int64_t v)
{
    int32_t index = 0, species = -1;
    double stored = 0;
    hps_status st = find(s, name, &index, &species);

    if (st == HPS_OK) {
        st = hpsi_option_int(&hpsi_soap_options, index, v, &stored);
    }
    if (st == HPS_OK) {
        keep(s, index, species, stored);
    }
    return st;
}

hps_status hps_soap_set_text(hps_soap *s, const char *name, const char *v)
{
    int32_t index = 0, species = -1;
    double stored = 0;
    hps_status st = find(s, name, &index, &species);

    if (st == HPS_OK) {
        st = hpsi_option_text(&hpsi_soap_options, index, v, &stored);
    }
    if (st == HPS_OK) {
        keep(s, index, species, stored);
    }
    return st;
}

hps_status hps_soap_get(const hps_soap *s, const char *name, double *v)
{
    int32_t index = 0, species = -1;
    hps_status st = find(s, name, &index, &species);

    if (st != HPS_OK) {
        return st;
    }
    if (v == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "soap.%s: v is NULL", name);
    }
    *v = hpsi_soap_value(s, species < 0 ? 0 : species, index);
    return HPS_OK;
}

hps_status hps_soap_species(const hps_soap *s, int32_t capacity, int32_t *n, int32_t *numbers)
{
    if (s == NULL || n == NULL || capacity < 0 || (capacity > 0 && numbers == NULL)) {
        return hpsi_fail(HPS_E_ARGUMENT, "soap: species of %s into capacity %d",
                         s == NULL ? "NULL" : "a handle", (int)capacity);
    }
    *n = s->n_species;
    if (capacity == 0) {
        return HPS_OK;
    }
    if (capacity < s->n_species) {
        return hpsi_fail(HPS_E_CAPACITY, "soap: capacity %d, there are %d species", (int)capacity,
                         (int)s->n_species);
    }
    memcpy(numbers, s->numbers, sizeof(int32_t) * (size_t)s->n_species);
    return HPS_OK;
}
