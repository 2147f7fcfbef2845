/* SPDX-License-Identifier: BSD-3-Clause */
/* A plan: tables and constants of one vector of hyper-parameters. */
#include <math.h>
#include <string.h>

#include "soap/private.h"

static void evaluate_radial(const void *arg, double r, double *out)
{
    hpsi_soap_radial_integrals(arg, r, out);
}

static void evaluate_lost_slopes(const void *arg, double r, double *out)
{
    hpsi_soap_radial_lost_slopes(arg, r, out);
}

static void evaluate_angular(const void *arg, double r, double *out)
{
    hpsi_soap_tangent_factors(arg, r, out);
}

/* What the centre's own density adds to c_{n00}: soap.md 3.8 and, with a Gaussian, 3.9. */
static void fill_centre(hpsi_soap_element *e, const hps_soap *s, int32_t i)
{
    const hpsi_soap_radial *p = &e->radial;
    const double y00 = sqrt(0.25 / 3.14159265358979323846);
    double weight = hpsi_soap_value(s, i, SOAP_CENTRAL) * hpsi_soap_enhancement_at_zero(p);
    double sigma_t = e->tangent.width, factor;

    if (p->gauss) {
        double norm = sqrt(2 / p->width) / sqrt(sqrt(3.14159265358979323846)); /* N_g */

        factor = weight / y00 * p->cutoff * p->cutoff / (sigma_t * sigma_t) * sqrt(p->cutoff) /
                 (p->width * norm);
        hpsi_soap_radial_gauss_column(p, e->centre);
    } else {
        factor = weight / p->width * p->factor * e->tangent.scale / (sigma_t * sigma_t) * y00;
        hpsi_soap_radial_integrals(p, 0, e->centre);
    }
    for (int32_t n = 0; n < p->n; n++) {
        e->centre[n] *= factor;
    }
}

static hps_status fill_tables(hpsi_soap_element *e, hps_context *c)
{
    hpsi_soap_table_request radial = {.evaluate = evaluate_radial,
                                      .arg = &e->radial,
                                      .n_functions = e->n,
                                      .r_max = e->cutoff,
                                      .width = e->radial.width * e->cutoff,
                                      .slope = e->radial.slope};
    hpsi_soap_table_request angular = {.evaluate = evaluate_angular,
                                       .arg = &e->tangent,
                                       .n_functions = e->tangent.l_max + 1,
                                       .r_max = e->cutoff,
                                       .width = e->tangent.width,
                                       .slope = e->tangent.slope};
    hps_status st;

    radial.n_switches = hpsi_soap_radial_switches(&e->radial, radial.switches);
    st = hpsi_soap_table_create(&e->radial_table, c, &radial);
    if (st == HPS_OK && e->radial.lost_term) {
        radial.evaluate = evaluate_lost_slopes;
        st = hpsi_soap_table_create(&e->lost_slopes, c, &radial);
    }
    return st != HPS_OK ? st : hpsi_soap_table_create(&e->angular_table, c, &angular);
}

static hps_status fill_element(hpsi_soap_plan *p, const hps_soap *s, int32_t i)
{
    hpsi_soap_element *e = &p->elements[i];
    hps_status st;

    e->number = s->numbers[i];
    e->n = hpsi_soap_int(s, i, SOAP_N_MAX);
    e->cutoff = hpsi_soap_value(s, i, SOAP_RCUT_HARD);
    e->tangent.l_max = p->l_max;
    e->tangent.width = hpsi_soap_value(s, i, SOAP_SIGMA_T);
    e->tangent.slope = hpsi_soap_value(s, i, SOAP_SCALING_T);
    e->tangent.scale = p->cutoff * p->cutoff;
    p->index[e->number] = i;
    st = hpsi_soap_radial_create(&e->radial, s, i);
    if (st == HPS_OK) {
        fill_centre(e, s, i);
        st = fill_tables(e, p->context);
    }
    return st;
}

static hps_status fill(hpsi_soap_plan *p, const hps_soap *s)
{
    hps_status st = hpsi_soap_layout_create(&p->layout, s);
    int32_t column = 0;

    if (st != HPS_OK) {
        return st;
    }
    memset(p->index, -1, sizeof p->index);
    p->l_max = hpsi_soap_int(s, 0, SOAP_L_MAX);
    p->n_lm = (p->l_max + 1) * (p->l_max + 1);
    p->kernels = hpsi_soap_kernels_get(-1);
    hpsi_soap_harmonics_create(&p->harmonics, p->l_max);
    for (int32_t i = 0; i < s->n_species; i++) {
        p->cutoff = fmax(p->cutoff, hpsi_soap_value(s, i, SOAP_RCUT_HARD));
    }
    p->elements = hpsi_new(s->context, s->n_species, sizeof *p->elements);
    if (p->elements == NULL) {
        return HPS_E_MEMORY;
    }
    p->n_species = s->n_species;
    for (int32_t i = 0; i < s->n_species && st == HPS_OK; i++) {
        st = fill_element(p, s, i);
        p->elements[i].column = column;
        column += (int32_t)hpsi_soap_pad(p->elements[i].n, 4);
    }
    return st;
}

hps_status hpsi_soap_plan_create(hpsi_soap_plan **out, const hps_soap *s)
{
    hpsi_soap_plan *p;
    hps_status st;

    *out = NULL;
    st = hps_soap_check(s);
    if (st != HPS_OK) {
        return st;
    }
    p = hpsi_new(s->context, 1, sizeof *p);
    if (p == NULL) {
        return HPS_E_MEMORY;
    }
    p->context = hpsi_context_retain(s->context);
    atomic_init(&p->users, 1);
    st = fill(p, s);
    if (st != HPS_OK) {
        hpsi_soap_plan_destroy(p);
        return st;
    }
    *out = p;
    return HPS_OK;
}

void hpsi_soap_plan_destroy(hpsi_soap_plan *p)
{
    hps_context *c;

    if (p == NULL || atomic_fetch_sub(&p->users, 1) > 1) {
        return;
    }
    c = p->context;
    for (int32_t i = 0; i < p->n_species; i++) {
        hpsi_soap_table_free(&p->elements[i].radial_table);
        hpsi_soap_table_free(&p->elements[i].lost_slopes);
        hpsi_soap_table_free(&p->elements[i].angular_table);
    }
    hpsi_soap_layout_free(&p->layout);
    hpsi_free(p->elements);
    hpsi_free(p);
    hpsi_context_release(c);
}

/* Threads that use one handle at the same time may make a plan each; one of them is kept. */
hps_status hpsi_soap_plan_of(hpsi_soap_plan **out, const hps_soap *s)
{
    hpsi_soap_plan *kept = atomic_load(&s->kept->plan);
    hpsi_soap_plan *made = NULL;

    *out = NULL;
    if (kept == NULL) {
        hps_status st = hpsi_soap_plan_create(&made, s);

        if (st != HPS_OK) {
            return st;
        }
        if (atomic_compare_exchange_strong(&s->kept->plan, &kept, made)) {
            kept = made;
        } else {
            hpsi_soap_plan_destroy(made);
        }
    }
    atomic_fetch_add(&kept->users, 1);
    *out = kept;
    return HPS_OK;
}

void hpsi_soap_forget(hps_soap *s)
{
    hpsi_soap_plan_destroy(atomic_exchange(&s->kept->plan, NULL));
}

void hpsi_soap_share(hps_soap *to, const hps_soap *from)
{
    hpsi_soap_plan *kept = atomic_load(&from->kept->plan);

    if (kept != NULL) {
        atomic_fetch_add(&kept->users, 1);
        atomic_store(&to->kept->plan, kept);
    }
}

int32_t hpsi_soap_plan_size(const hpsi_soap_plan *p)
{
    return p->layout.size;
}

double hpsi_soap_plan_cutoff(const hpsi_soap_plan *p)
{
    return p->cutoff;
}

int32_t hpsi_soap_plan_species(const hpsi_soap_plan *p, int32_t number)
{
    return number >= 1 && number <= 118 ? p->index[number] : -1;
}

int32_t hpsi_soap_plan_n_species(const hpsi_soap_plan *p)
{
    return p->n_species;
}
