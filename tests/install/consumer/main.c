/* SPDX-License-Identifier: BSD-3-Clause */
/* What a stranger writes against the installed library: the minimum of a bowl, descriptors of
 * dimers, and a potential fitted to them, compiled as C and as C++. */
#include <hpswarm.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static int32_t bowl(const hps_batch *b, double *f, int32_t *outcome, void *user)
{
    int32_t i;

    (void)outcome;
    (void)user;
    for (i = 0; i < b->n; i++) {
        double x = b->x[i * b->n_params] - 1.0;
        double y = b->x[i * b->n_params + 1] + 2.0;

        f[i] = x * x + y * y;
    }
    return 0;
}

static hps_status minimise(double *x, double *f)
{
    hps_space *space = NULL;
    hps_swarm *swarm = NULL;
    hps_status s = hps_space_create(&space, NULL);

    s = s == HPS_OK ? hps_space_add_real(space, "x", -5.0, 5.0, HPS_SCALE_LINEAR) : s;
    s = s == HPS_OK ? hps_space_add_real(space, "y", -5.0, 5.0, HPS_SCALE_LINEAR) : s;
    s = s == HPS_OK ? hps_swarm_create(&swarm, NULL, space, 1) : s;
    s = s == HPS_OK ? hps_swarm_set_text(swarm, "variant", "swarm") : s;
    s = s == HPS_OK ? hps_swarm_set_int(swarm, "max_evaluations", 600) : s;
    s = s == HPS_OK ? hps_swarm_run(swarm, bowl, NULL) : s;
    s = s == HPS_OK ? hps_swarm_best(swarm, x, f) : s;
    hps_swarm_destroy(swarm);
    hps_space_destroy(space);
    return s;
}

/* The bits of a number: what the other languages print too. */
static unsigned long long bits(double v)
{
    unsigned long long u;

    memcpy(&u, &v, sizeof u);
    return u;
}

/* Dimers 1, 1.125, ... angstrom apart with the energy (r - 1.375)^2. */
static hps_status dimers(hps_dataset **d)
{
    static const int32_t carbon[2] = {6, 6};
    int k;
    hps_status s = hps_dataset_create(d, NULL);

    for (k = 0; k < 8 && s == HPS_OK; k++) {
        double at[6] = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0}, r = 1.0 + 0.125 * k;
        double e = (r - 1.375) * (r - 1.375);

        at[3] = r;
        s = hps_dataset_add(*d, 2, carbon, at, NULL, NULL, &e, NULL, NULL, NULL);
    }
    return s;
}

/* The bits of the descriptors in one number that no order of sums can change: of the first atom of
 * each dimer, as the second has the same. */
static hps_status describe(const hps_dataset *d, hps_soap **soap, unsigned long long *all)
{
    static const int32_t carbon = 6;
    static double q[16 * 1024];
    int64_t i, n = 0;
    hps_status s = hps_soap_create(soap, NULL, 1, &carbon);

    s = s == HPS_OK ? hps_soap_set_int(*soap, "n_max", 4) : s;
    s = s == HPS_OK ? hps_soap_set_real(*soap, "rcut_hard", 4.0) : s;
    s = s == HPS_OK ? hps_soap_set_real(*soap, "rcut_soft", 3.5) : s;
    if (s == HPS_OK) {
        n = hps_soap_size(*soap);
        s = n > 1024 ? HPS_E_CAPACITY : hps_soap_compute(*soap, d, q, n);
    }
    *all = 0;
    for (i = 0; i < 8 * n && s == HPS_OK; i++) {
        *all ^= bits(q[i / n * 2 * n + i % n]);
    }
    return s;
}

/* Energies and forces of the training set itself. */
static hps_status learn(const hps_dataset *d, const hps_soap *soap, double *energy, double *forces)
{
    hps_gpr *gap = NULL;
    hps_status s = hps_gpr_create(&gap, NULL, soap);

    s = s == HPS_OK ? hps_gpr_set_int(gap, "n_sparse", 6) : s;
    s = s == HPS_OK ? hps_gpr_set_real(gap, "sigma_energy", 0.001) : s;
    s = s == HPS_OK ? hps_gpr_fit(gap, d) : s;
    s = s == HPS_OK ? hps_gpr_predict(gap, d, energy, forces, NULL) : s;
    hps_gpr_destroy(gap);
    return s;
}

static hps_status potential(unsigned long long *all, double *energy, double *forces)
{
    hps_dataset *d = NULL;
    hps_soap *soap = NULL;
    hps_status s = dimers(&d);

    s = s == HPS_OK ? describe(d, &soap, all) : s;
    s = s == HPS_OK ? learn(d, soap, energy, forces) : s;
    hps_soap_destroy(soap);
    hps_dataset_destroy(d);
    return s;
}

int main(void)
{
    double x[2], f, energy[8], forces[48];
    unsigned long long all;

    if (minimise(x, &f) != HPS_OK || potential(&all, energy, forces) != HPS_OK) {
        fprintf(stderr, "%s\n", hps_last_error());
        return 1;
    }
    printf("%s %016llX %016llX %016llX %016llX %016llX %016llX\n", hps_version_text(), bits(f),
           bits(x[0]), bits(x[1]), all, bits(energy[2]), bits(forces[6 * 2 + 3]));
    return strlen(hps_build_info("blas")) > 0 && fabs(x[0] - 1.0) < 0.1 && fabs(x[1] + 2.0) < 0.1 &&
                   fabs(energy[2] - 0.015625) < 0.01
               ? 0
               : 2;
}
