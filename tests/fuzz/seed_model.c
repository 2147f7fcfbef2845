/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes two small model files into a folder: one element, and two with given sparse points. */
#include <stdio.h>

#include "hpswarm.h"

static hps_status training(hps_dataset **d, int32_t second)
{
    hps_status s = hps_dataset_create(d, NULL);

    for (int i = 0; i < 3 && s == HPS_OK; i++) {
        const int32_t numbers[2] = {6, second};
        const double x[6] = {0, 0, 0, 0.9 + 0.2 * i, 0.1, 0};
        const double energy = -1.0 - i;

        s = hps_dataset_add(*d, 2, numbers, x, NULL, NULL, &energy, NULL, NULL, NULL);
    }
    return s;
}

static hps_status write_model(const char *folder, int32_t second)
{
    static const int64_t points[2] = {1, 3};
    const int32_t numbers[2] = {6, second};
    hps_dataset *d = NULL;
    hps_soap *soap = NULL;
    hps_gpr *g = NULL;
    char path[4096];
    hps_status s = training(&d, second);

    s = s != HPS_OK ? s : hps_soap_create(&soap, NULL, second == 6 ? 1 : 2, numbers);
    s = s != HPS_OK ? s : hps_soap_set_int(soap, "n_max", 2);
    s = s != HPS_OK ? s : hps_soap_set_int(soap, "l_max", 1);
    s = s != HPS_OK ? s : hps_gpr_create(&g, NULL, soap);
    s = s != HPS_OK ? s : hps_gpr_set_int(g, "n_sparse", 2);
    if (second != 6) {
        s = s != HPS_OK ? s : hps_gpr_set_sparse(g, 6, 2, points);
        s = s != HPS_OK ? s : hps_gpr_set_sparse(g, second, 1, points);
        s = s != HPS_OK ? s : hps_gpr_set_text(g, "sparse_method", "file");
        s = s != HPS_OK ? s : hps_gpr_set_real(g, "e0:C", -2);
        s = s != HPS_OK ? s : hps_gpr_set_sigma(g, "a", 1, 2, 3); /* format 2 */
    }
    s = s != HPS_OK ? s : hps_gpr_fit(g, d);
    snprintf(path, sizeof path, "%s/model-%d", folder, second);
    s = s != HPS_OK ? s : hps_gpr_save(g, path);
    hps_gpr_destroy(g);
    hps_soap_destroy(soap);
    hps_dataset_destroy(d);
    return s;
}

int main(int argc, char **argv)
{
    hps_status s = argc == 2 ? write_model(argv[1], 6) : HPS_E_ARGUMENT;

    s = s != HPS_OK ? s : write_model(argv[1], 1);
    if (s != HPS_OK) {
        fprintf(stderr, "seed_model: %s\n", hps_last_error());
    }
    return s == HPS_OK ? 0 : 1;
}
