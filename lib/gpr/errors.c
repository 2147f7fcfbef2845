/* SPDX-License-Identifier: BSD-3-Clause */
/* Deviations of predictions from reference values, docs/gpr.md section 7. */
#include <math.h>
#include <string.h>

#include "gpr/internal.h"

typedef struct sums {
    double energy2, energy1, structure1, force2, force1, virial2;
} sums;

static void add_energy(hps_errors *e, sums *s, const hps_frame *f, double predicted)
{
    double d = predicted - f->energy;

    e->n_structures++;
    s->energy2 += d / f->n_atoms * (d / f->n_atoms);
    s->energy1 += fabs(d / f->n_atoms);
    s->structure1 += fabs(d);
}

static void add_forces(hps_errors *e, sums *s, const hps_frame *f, const double *predicted)
{
    for (int64_t i = 0; i < 3 * (int64_t)f->n_atoms; i++) {
        double d = predicted[i] - f->forces[i];

        s->force2 += d * d;
        s->force1 += fabs(d);
    }
    e->n_force_components += 3 * (int64_t)f->n_atoms;
}

static void add_virial(hps_errors *e, sums *s, const hps_frame *f, const double *predicted)
{
    for (int32_t i = 0; i < 9; i++) {
        double d = (predicted[i] - f->virial[i]) / f->n_atoms;

        s->virial2 += d * d;
    }
    e->n_virials++;
}

static void finish(hps_errors *e, const sums *s)
{
    double n = e->n_structures > 0 ? (double)e->n_structures : (double)NAN;
    double nf = e->n_force_components > 0 ? (double)e->n_force_components : (double)NAN;
    double nv = e->n_virials > 0 ? 9 * (double)e->n_virials : (double)NAN;

    e->rmse_energy_per_atom = sqrt(s->energy2 / n);
    e->mae_energy_per_atom = s->energy1 / n;
    e->mae_energy_per_structure = s->structure1 / n;
    e->rmse_force = sqrt(s->force2 / nf);
    e->mae_force = s->force1 / nf;
    e->rmse_virial_per_atom = sqrt(s->virial2 / nv);
}

hps_status hps_errors_compute(const hps_dataset *d, const double *energy, const double *forces,
                              const double *virial, const char *config_type, hps_errors *out)
{
    hps_errors e = {.struct_size = (int32_t)sizeof e};
    sums s = {0};

    if (d == NULL || out == NULL) {
        return hpsi_fail(HPS_E_ARGUMENT, "errors: the data set or out is NULL");
    }
    if (out->struct_size < (int32_t)sizeof e) {
        return hpsi_fail(HPS_E_ARGUMENT, "errors: struct_size = %d must be %d", out->struct_size,
                         (int)sizeof e);
    }
    for (int64_t i = 0; i < hps_dataset_n_frames(d); i++) {
        hps_frame f;

        hpsi_dataset_frame(d, i, &f);
        if (config_type != NULL && strcmp(config_type, f.config_type) != 0) {
            continue;
        }
        e.n_atoms += f.n_atoms;
        if (energy != NULL && f.has_energy) {
            add_energy(&e, &s, &f, energy[i]);
        }
        if (forces != NULL && f.forces != NULL) {
            add_forces(&e, &s, &f, forces + 3 * hpsi_dataset_first_atom(d, i));
        }
        if (virial != NULL && f.virial != NULL) {
            add_virial(&e, &s, &f, virial + 9 * i);
        }
    }
    finish(&e, &s);
    *out = e;
    return HPS_OK;
}

/* ------------------------------------------------------------------ score */

static void references(const hps_dataset *d, int32_t *forces, int32_t *virial)
{
    *forces = *virial = 0;
    for (int64_t i = 0; i < hps_dataset_n_frames(d); i++) {
        hps_frame f;

        hpsi_dataset_frame(d, i, &f);
        *forces |= f.forces != NULL;
        *virial |= f.virial != NULL;
    }
}

hps_status hps_gpr_score(const hps_gpr *g, const hps_dataset *test, hps_errors *out)
{
    int32_t has_forces;
    int32_t has_virial;
    double *energy;
    double *forces = NULL;
    double *virial = NULL;
    hps_status status = hpsi_gpr_need_fit(g);

    if (status == HPS_OK && (test == NULL || out == NULL)) {
        status = hpsi_fail(HPS_E_ARGUMENT, "gpr: the test set or out is NULL");
    }
    if (status != HPS_OK) {
        return status;
    }
    references(test, &has_forces, &has_virial);
    energy = hpsi_new(g->context, hps_dataset_n_frames(test), sizeof *energy);
    if (has_forces) {
        forces = hpsi_new(g->context, 3 * hps_dataset_n_atoms(test), sizeof *forces);
    }
    if (has_virial) {
        virial = hpsi_new(g->context, 9 * hps_dataset_n_frames(test), sizeof *virial);
    }
    status = HPS_E_MEMORY;
    if (energy != NULL && (!has_forces || forces != NULL) && (!has_virial || virial != NULL)) {
        status = hps_gpr_predict(g, test, energy, forces, virial);
    }
    if (status == HPS_OK) {
        status = hps_errors_compute(test, energy, forces, virial, NULL, out);
    }
    hpsi_free(virial);
    hpsi_free(forces);
    hpsi_free(energy);
    return status;
}
