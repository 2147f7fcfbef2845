/* SPDX-License-Identifier: BSD-3-Clause */
/* The paper's second strategy on a file: first the descriptor, judged by the spread of its
 * kernel alone, then the regression on top of it, judged by the test error. */
#include <hpswarm.h>

#include <stdio.h>

typedef struct range {
    const char *name;
    double lo, hi;
} range;

/* Search the ranges for the smallest objective; *gap is replaced by the best settings. */
static hps_status stage(const char *objective, int32_t n, const range *r, hps_gpr **gap,
                        const hps_dataset *train, const hps_dataset *test)
{
    hps_space *space = NULL;
    hps_study *study = NULL;
    hps_swarm *swarm = NULL;
    hps_gpr *best = NULL;
    double x[8], f;
    hps_status s = hps_space_create(&space, NULL);

    for (int32_t i = 0; i < n && s == HPS_OK; i++) {
        s = hps_space_add_real(space, r[i].name, r[i].lo, r[i].hi, HPS_SCALE_LINEAR);
    }
    s = s != HPS_OK ? s : hps_study_create(&study, NULL, space, *gap, train, test);
    s = s != HPS_OK ? s : hps_study_set_text(study, "objective", objective);
    s = s != HPS_OK ? s : hps_swarm_create(&swarm, NULL, space, 1);
    s = s != HPS_OK ? s : hps_swarm_set_int(swarm, "max_iterations", 10);
    s = s != HPS_OK ? s : hps_swarm_run(swarm, hps_study_evaluate, study);
    s = s != HPS_OK ? s : hps_swarm_best(swarm, x, &f);
    s = s != HPS_OK ? s : hps_study_apply(study, x, &best);
    if (s == HPS_OK) {
        printf("%s: %.5f at", objective, f);
        for (int32_t i = 0; i < n; i++) {
            printf(" %s = %.3f", r[i].name, x[i]);
        }
        printf("\n");
        hps_gpr_destroy(*gap);
        *gap = best;
    }
    hps_swarm_destroy(swarm);
    hps_study_destroy(study);
    hps_space_destroy(space);
    return s;
}

static hps_status start(hps_gpr **gap)
{
    static const int32_t carbon = 6;
    hps_soap *soap = NULL;
    hps_status s = hps_soap_create(&soap, NULL, 1, &carbon);

    s = s != HPS_OK ? s : hps_gpr_create(gap, NULL, soap);
    s = s != HPS_OK ? s : hps_gpr_set_int(*gap, "n_sparse", 20);
    hps_soap_destroy(soap);
    return s;
}

static hps_status tune(const hps_dataset *train, const hps_dataset *test)
{
    static const range descriptor[] = {{"soap.rcut_soft", 4.0, 5.0},
                                       {"soap.atom_sigma_r", 0.1, 1.0},
                                       {"soap.atom_sigma_t", 0.1, 1.0}};
    static const range regression[] = {{"gap.delta", 0.1, 5.0}, {"gap.sigma_energy", 0.001, 0.1}};
    hps_errors errors = {.struct_size = sizeof errors};
    hps_gpr *gap = NULL;
    hps_status s = start(&gap);

    s = s != HPS_OK ? s : hps_gpr_set_real(gap, "zeta", 1.0); /* stage 1 spreads q.q' itself */
    s = s != HPS_OK ? s : stage("std-skew", 3, descriptor, &gap, train, NULL);
    s = s != HPS_OK ? s : hps_gpr_set_real(gap, "zeta", 4.0);
    s = s != HPS_OK ? s : stage("rmse", 2, regression, &gap, train, test);
    s = s != HPS_OK ? s : hps_gpr_fit(gap, train);
    s = s != HPS_OK ? s : hps_gpr_score(gap, test, &errors);
    if (s == HPS_OK) {
        printf("test: %.2f meV/atom\n", 1e3 * errors.rmse_energy_per_atom);
    }
    hps_gpr_destroy(gap);
    return s;
}

int main(int argc, char **argv)
{
    hps_dataset *all = NULL, *train = NULL, *test = NULL;
    hps_status s = hps_dataset_create(&all, NULL);

    if (argc != 2) {
        fprintf(stderr, "usage: two_stage DATA.xyz (carbon)\n");
        return 2;
    }
    s = s != HPS_OK ? s : hps_dataset_read_extxyz(all, argv[1], NULL, NULL, NULL);
    s = s != HPS_OK ? s : hps_dataset_split(all, 0.2, 1, &train, &test);
    s = s != HPS_OK ? s : tune(train, test);
    if (s != HPS_OK) {
        fprintf(stderr, "%s\n", hps_last_error());
    }
    hps_dataset_destroy(train);
    hps_dataset_destroy(test);
    hps_dataset_destroy(all);
    return s == HPS_OK ? 0 : 1;
}
