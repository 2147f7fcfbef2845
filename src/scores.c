/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors of predictions, whole and by config_type, as JSON and for people. */
#include <math.h>
#include <stdlib.h>

#include "data.h"

int predict_all(const hps_gpr *g, const hps_dataset *d, int with_forces, int with_virials,
                predictions *p)
{
    size_t frames = (size_t)hps_dataset_n_frames(d), atoms = (size_t)hps_dataset_n_atoms(d);
    hps_status st;

    p->energy = new_memory(frames, sizeof(double));
    p->forces = with_forces ? new_memory(3 * atoms, sizeof(double)) : NULL;
    p->virial = with_virials ? new_memory(9 * frames, sizeof(double)) : NULL;
    st = hps_gpr_predict(g, d, p->energy, p->forces, p->virial);
    if (st != HPS_OK) {
        predictions_free(p);
        return fail_library(st, EXIT_DATA);
    }
    return EXIT_DONE;
}

hps_status predictions_memory(const hps_gpr *g, const hps_dataset *d, int with_forces,
                              int with_virials, int64_t *bytes)
{
    int64_t frames = hps_dataset_n_frames(d), atoms = hps_dataset_n_atoms(d);
    hps_status st = hps_gpr_predict_memory(g, d, with_forces, with_virials, bytes);

    *bytes += (int64_t)sizeof(double) *
              (frames * (with_virials ? 10 : 1) + (with_forces ? 3 * atoms : 0));
    return st;
}

void predictions_free(predictions *p)
{
    free(p->energy);
    free(p->forces);
    free(p->virial);
    p->energy = p->forces = p->virial = NULL;
}

static int errors_of(const hps_dataset *d, const predictions *p, const char *type, hps_errors *e)
{
    hps_status st;

    e->struct_size = sizeof *e;
    st = hps_errors_compute(d, p->energy, p->forces, p->virial, type, e);
    return st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_DATA);
}

static void errors_json(json *j, const hps_errors *e)
{
    json_int(j, "n_structures", e->n_structures);
    json_number(j, "rmse_energy_per_atom", e->rmse_energy_per_atom);
    json_number(j, "mae_energy_per_atom", e->mae_energy_per_atom);
    json_number(j, "mae_energy_per_structure", e->mae_energy_per_structure);
    json_number(j, "rmse_force", e->rmse_force);
    json_number(j, "mae_force", e->mae_force);
    json_number(j, "rmse_virial_per_atom", e->rmse_virial_per_atom);
}

int scores_json(json *j, const char *key, const hps_dataset *d, const predictions *p)
{
    hps_errors e;
    int n, rc = errors_of(d, p, NULL, &e);
    const char **types = data_config_types(d, &n);

    json_open(j, key, '{');
    if (rc == EXIT_DONE) {
        errors_json(j, &e);
    }
    json_open(j, "by_config_type", '{');
    for (int i = 0; i < n && rc == EXIT_DONE; i++) {
        rc = errors_of(d, p, types[i], &e);
        if (rc == EXIT_DONE) {
            json_open(j, types[i], '{');
            errors_json(j, &e);
            json_close(j, '}');
        }
    }
    json_close(j, '}');
    json_close(j, '}');
    free(types);
    return rc;
}

static void print_value(FILE *f, double v, double factor)
{
    if (isfinite(v)) {
        fprintf(f, " %12.4f", factor * v);
    } else {
        fprintf(f, " %12s", "-");
    }
}

static void print_line(FILE *f, const char *label, const hps_errors *e)
{
    fprintf(f, "  %-20.20s %8lld", label, (long long)e->n_structures);
    print_value(f, e->rmse_energy_per_atom, 1e3);
    print_value(f, e->mae_energy_per_atom, 1e3);
    print_value(f, e->rmse_force, 1e3);
    print_value(f, e->mae_force, 1e3);
    fputc('\n', f);
}

int scores_print(FILE *f, const char *title, const hps_dataset *d, const predictions *p)
{
    hps_errors e;
    int n, rc = errors_of(d, p, NULL, &e);
    const char **types = data_config_types(d, &n);

    fprintf(f, "%s errors %15s %12s %12s %12s %12s\n", title, "frames", "E rmse", "E mae", "F rmse",
            "F mae");
    fprintf(f, "  %29s %12s %12s %12s %12s\n", "", "meV/atom", "meV/atom", "meV/A", "meV/A");
    if (rc == EXIT_DONE) {
        print_line(f, "all", &e);
    }
    for (int i = 0; i < n && n > 1 && rc == EXIT_DONE; i++) {
        rc = errors_of(d, p, types[i], &e);
        if (rc == EXIT_DONE) {
            print_line(f, types[i][0] != '\0' ? types[i] : "(none)", &e);
        }
    }
    free(types);
    return rc;
}

double scores_objective(const hps_dataset *d, const predictions *p, int mae, double weight)
{
    hps_errors e;
    double energy, forces;

    if (errors_of(d, p, NULL, &e) != EXIT_DONE) {
        return (double)NAN;
    }
    energy = mae ? e.mae_energy_per_structure : e.rmse_energy_per_atom;
    forces = mae ? e.mae_force : e.rmse_force;
    return p->forces != NULL && weight > 0 ? energy + weight * forces : energy;
}
