/* SPDX-License-Identifier: BSD-3-Clause */
/* Noise of the rows: the options', those of a config_type, those of a frame (docs/gpr.md,
 * section 2). */
#include <math.h>
#include <string.h>

#include "gpr/internal.h"

void hpsi_gpr_free_noise(hps_gpr *g)
{
    for (int64_t i = 0; i < g->n_noise; i++) {
        hpsi_free(g->noise[i].config_type);
    }
    hpsi_free(g->noise);
    g->noise = NULL;
    g->n_noise = g->noise_capacity = 0;
}

static hpsi_noise *find(const hps_gpr *g, const char *config_type)
{
    for (int64_t i = 0; i < g->n_noise; i++) {
        if (strcmp(g->noise[i].config_type, config_type) == 0) {
            return &g->noise[i];
        }
    }
    return NULL;
}

hps_status hpsi_gpr_copy_noise(hps_gpr *to, const hps_gpr *from)
{
    hps_status s = HPS_OK;

    for (int64_t i = 0; s == HPS_OK && i < from->n_noise; i++) {
        const hpsi_noise *n = &from->noise[i];

        s = hps_gpr_set_sigma(to, n->config_type, n->sigma[0], n->sigma[1], n->sigma[2]);
    }
    return s;
}

/* The bounds are those of the options. */
static hps_status check(const double sigma[3])
{
    hps_status s = HPS_OK;
    double stored;

    for (int32_t k = 0; s == HPS_OK && k < 3; k++) {
        if (!isnan(sigma[k])) {
            s = hpsi_option_real(&hpsi_gpr_options, HPSI_GPR_SIGMA_ENERGY + k, sigma[k], &stored);
        }
    }
    return s;
}

/* A new entry at the end, without values. */
static hps_status add(hps_gpr *g, const char *config_type, hpsi_noise **out)
{
    char *copy = hpsi_strdup(g->context, config_type);
    void *list = g->noise;
    hps_status s = HPS_E_MEMORY;

    if (copy != NULL) {
        s = hpsi_grow(g->context, &list, &g->noise_capacity, g->n_noise + 1, sizeof *g->noise);
        g->noise = list;
    }
    if (s != HPS_OK) {
        hpsi_free(copy);
        return s;
    }
    *out = &g->noise[g->n_noise++];
    (*out)->config_type = copy;
    return HPS_OK;
}

hps_status hps_gpr_set_sigma(hps_gpr *g, const char *config_type, double energy, double force,
                             double virial)
{
    const double sigma[3] = {energy, force, virial};
    hpsi_noise *n;
    hps_status s;

    if (g == NULL || config_type == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: %s is NULL",
                         g == NULL ? "the model" : "config_type");
    }
    s = check(sigma);
    if (s != HPS_OK) {
        return hpsi_prefix(s, "gpr: config_type '%.64s'", config_type);
    }
    n = find(g, config_type);
    if (n == NULL) {
        s = add(g, config_type, &n);
    }
    if (s == HPS_OK) {
        memcpy(n->sigma, sigma, sizeof n->sigma);
    }
    return s;
}

/* Of the config_type, or the option's; *own tells which. */
static double sigma_of(const hps_gpr *g, const char *config_type, int32_t option, int32_t *own)
{
    const hpsi_noise *n = g->n_noise > 0 ? find(g, config_type) : NULL;
    const double sigma = n != NULL ? n->sigma[option - HPSI_GPR_SIGMA_ENERGY] : (double)NAN;

    *own = !isnan(sigma);
    return *own ? sigma : g->option[option];
}

hps_status hps_gpr_get_sigma(const hps_gpr *g, const char *config_type, double *energy,
                             double *force, double *virial)
{
    double *const out[3] = {energy, force, virial};
    int32_t own;

    if (g == NULL || config_type == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "gpr: %s is NULL",
                         g == NULL ? "the model" : "config_type");
    }
    for (int32_t k = 0; k < 3; k++) {
        if (out[k] != NULL) {
            *out[k] = sigma_of(g, config_type, HPSI_GPR_SIGMA_ENERGY + k, &own);
        }
    }
    return HPS_OK;
}

double hpsi_gpr_noise(const hps_gpr *g, const hps_frame *f, int32_t option, int32_t *own)
{
    const double alone[3] = {f->energy_sigma, f->force_sigma, f->virial_sigma};
    const double absolute = alone[option - HPSI_GPR_SIGMA_ENERGY];
    const int32_t scaled =
        option != HPSI_GPR_SIGMA_FORCE && g->option[HPSI_GPR_SIGMA_PER_ATOM] != 0;

    if (!isnan(absolute)) {
        *own = 1;
        return absolute;
    }
    return sigma_of(g, f->config_type, option, own) * (scaled ? sqrt(f->n_atoms) : 1.0);
}

int32_t hpsi_gpr_has_own_noise(const hps_gpr *g, const hps_dataset *d, int32_t kinds)
{
    int32_t found = 0, own = 0;

    for (int64_t i = 0; !found && i < hps_dataset_n_frames(d); i++) {
        hps_frame f;

        hpsi_dataset_frame(d, i, &f);
        if ((kinds & HPSI_ROWS_ENERGY) != 0 && f.has_energy) {
            hpsi_gpr_noise(g, &f, HPSI_GPR_SIGMA_ENERGY, &own);
            found |= own;
        }
        if ((kinds & HPSI_ROWS_FORCE) != 0 && f.forces != NULL) {
            hpsi_gpr_noise(g, &f, HPSI_GPR_SIGMA_FORCE, &own);
            found |= own || hpsi_dataset_force_sigmas(d, i) != NULL;
        }
        if ((kinds & HPSI_ROWS_VIRIAL) != 0 && f.virial != NULL) {
            hpsi_gpr_noise(g, &f, HPSI_GPR_SIGMA_VIRIAL, &own);
            found |= own || hpsi_dataset_virial_sigmas(d, i) != NULL;
        }
    }
    return found;
}
