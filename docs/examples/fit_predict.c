/* SPDX-License-Identifier: BSD-3-Clause */
/* A potential from a file: read, split, fit, test, save, load, use. */
#include <hpswarm.h>

#include <math.h>
#include <stdio.h>

static const char *const model_file = "fit_predict.hpsm";

static hps_status define(hps_gpr **gap)
{
    static const int32_t carbon = 6;
    hps_soap *soap = NULL;
    hps_status s = hps_soap_create(&soap, NULL, 1, &carbon);

    s = s != HPS_OK ? s : hps_soap_set_real(soap, "rcut_hard", 4.5);
    s = s != HPS_OK ? s : hps_soap_set_real(soap, "rcut_soft", 4.0);
    s = s != HPS_OK ? s : hps_gpr_create(gap, NULL, soap); /* takes a copy */
    s = s != HPS_OK ? s : hps_gpr_set_int(*gap, "n_sparse", 20);
    s = s != HPS_OK ? s : hps_gpr_set_int(*gap, "fit_forces", 1);
    s = s != HPS_OK ? s : hps_gpr_set_real(*gap, "sigma_energy", 0.001);
    s = s != HPS_OK ? s : hps_gpr_set_real(*gap, "sigma_force", 0.02);
    hps_soap_destroy(soap);
    return s;
}

static hps_status fit(const hps_dataset *train, const hps_dataset *test)
{
    hps_errors errors = {.struct_size = sizeof errors};
    hps_gpr *gap = NULL;
    hps_status s = define(&gap);

    s = s != HPS_OK ? s : hps_gpr_fit(gap, train);
    s = s != HPS_OK ? s : hps_gpr_score(gap, test, &errors);
    s = s != HPS_OK ? s : hps_gpr_save(gap, model_file);
    if (s == HPS_OK) {
        printf("test: %.2f meV/atom, %.1f meV/angstrom\n", 1e3 * errors.rmse_energy_per_atom,
               1e3 * errors.rmse_force);
    }
    hps_gpr_destroy(gap);
    return s;
}

/* Energy and forces of a dimer that the host holds as arrays. */
static hps_status use(double *force_sum)
{
    static const int32_t numbers[2] = {6, 6};
    static const double positions[6] = {0.0, 0.0, 0.0, 1.3, 0.0, 0.0};
    double energy, forces[6];
    hps_dataset *dimer = NULL;
    hps_gpr *gap = NULL;
    hps_status s = hps_gpr_load(&gap, NULL, model_file);

    s = s != HPS_OK ? s : hps_dataset_create(&dimer, NULL);
    s = s != HPS_OK
            ? s
            : hps_dataset_add(dimer, 2, numbers, positions, NULL, NULL, NULL, NULL, NULL, NULL);
    s = s != HPS_OK ? s : hps_gpr_predict(gap, dimer, &energy, forces, NULL);
    if (s == HPS_OK) {
        printf("at 1.3 angstrom: %.4f eV, %.4f eV/angstrom\n", energy, forces[3]);
        *force_sum = forces[0] + forces[3];
    }
    hps_dataset_destroy(dimer);
    hps_gpr_destroy(gap);
    return s;
}

int main(int argc, char **argv)
{
    hps_dataset *all = NULL, *train = NULL, *test = NULL;
    double force_sum = 1.0;
    hps_status s = hps_dataset_create(&all, NULL);

    if (argc != 2) {
        fprintf(stderr, "usage: fit_predict DATA.xyz (carbon)\n");
        return 2;
    }
    s = s != HPS_OK ? s : hps_dataset_read_extxyz(all, argv[1], NULL, NULL, NULL);
    s = s != HPS_OK ? s : hps_dataset_split(all, 0.2, 1, &train, &test);
    s = s != HPS_OK ? s : fit(train, test);
    s = s != HPS_OK ? s : use(&force_sum);
    if (s != HPS_OK) {
        fprintf(stderr, "%s\n", hps_last_error());
    }
    hps_dataset_destroy(train);
    hps_dataset_destroy(test);
    hps_dataset_destroy(all);
    return s == HPS_OK && fabs(force_sum) < 1e-6 ? 0 : 1;
}
