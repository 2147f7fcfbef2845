/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors of structures that the host holds as arrays: a water molecule and its mirror
 * image, which have the same ones. */
#include <hpswarm.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static hps_status add_molecule(hps_dataset *d, double hand)
{
    static const int32_t numbers[3] = {8, 1, 1};
    const double positions[3][3] = {
        {0.0, 0.0, 0.0}, {0.76 * hand, 0.59, 0.0}, {-0.71 * hand, 0.65, 0.1 * hand}};

    return hps_dataset_add(d, 3, numbers, &positions[0][0], NULL, NULL, NULL, NULL, NULL, NULL);
}

static hps_status define(hps_soap **soap)
{
    static const int32_t species[2] = {1, 8};
    hps_status s = hps_soap_create(soap, NULL, 2, species);

    s = s != HPS_OK ? s : hps_soap_set_int(*soap, "n_max", 6);
    s = s != HPS_OK ? s : hps_soap_set_int(*soap, "l_max", 6);
    s = s != HPS_OK ? s : hps_soap_set_real(*soap, "rcut_hard", 4.0);
    s = s != HPS_OK ? s : hps_soap_set_real(*soap, "rcut_soft", 3.5);
    s = s != HPS_OK ? s : hps_soap_set_real(*soap, "atom_sigma_r:H", 0.3); /* of one element */
    return s;
}

/* k = q.q' of the two oxygen atoms, 1 if the environments are the same. */
static hps_status compare(const hps_soap *soap, const hps_dataset *d, double *k)
{
    int32_t n = hps_soap_size(soap);
    double *q = calloc((size_t)n * 6, sizeof *q);
    hps_status s = q == NULL ? HPS_E_MEMORY : hps_soap_compute(soap, d, q, n);

    *k = 0.0;
    for (int32_t i = 0; i < n && s == HPS_OK; i++) {
        *k += q[i] * q[(size_t)3 * n + i];
    }
    free(q);
    return s;
}

int main(void)
{
    hps_dataset *data = NULL;
    hps_soap *soap = NULL;
    double k = 0.0;
    hps_status s = hps_dataset_create(&data, NULL);

    s = s != HPS_OK ? s : add_molecule(data, 1.0);
    s = s != HPS_OK ? s : add_molecule(data, -1.0);
    s = s != HPS_OK ? s : define(&soap);
    s = s != HPS_OK ? s : compare(soap, data, &k);
    if (s == HPS_OK) {
        printf("%d components, q.q' = %.12f\n", hps_soap_size(soap), k);
    } else {
        fprintf(stderr, "%s\n", hps_last_error());
    }
    hps_soap_destroy(soap);
    hps_dataset_destroy(data);
    return s == HPS_OK && fabs(k - 1.0) < 1e-10 ? 0 : 1;
}
