/* SPDX-License-Identifier: BSD-3-Clause */
/* Microseconds per environment of plans, descriptors and adjoints on one thread; JSON.
 * usage: bench_soap file.xyz [level]: the first high_t_md frame, or the first of all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/linalg.h"
#include "soap/private.h"

static void require(hps_status st)
{
    if (st != HPS_OK) {
        (void)fprintf(stderr, "%s\n", hps_last_error());
        exit(1);
    }
}

static void pick_frame(const hps_dataset *d, hps_frame *f)
{
    for (int64_t i = 0; i < hps_dataset_n_frames(d); i++) {
        hpsi_dataset_frame(d, i, f);
        if (strcmp(f->config_type, "high_t_md") == 0) {
            return;
        }
    }
    hpsi_dataset_frame(d, 0, f);
}

static double dgemm_rate(void)
{
    enum { N = 768 };
    double *a = calloc(3 * N * N, sizeof *a), best = 1e30;

    for (int k = 0; k < 5 && a != NULL; k++) {
        double t = hpsi_seconds();

        hpsi_gemm(0, 0, N, N, N, 1, a, N, a + N * N, N, 0, a + 2 * N * N, N);
        t = hpsi_seconds() - t;
        best = t < best ? t : best;
    }
    free(a);
    return 2e-9 * N * N * N / best;
}

typedef struct timing {
    double plan, neighbours, descriptor, adjoint, jacobian;
} timing;

static double since(double *t, double best)
{
    double now = hpsi_seconds(), d = now - *t;

    *t = now;
    return d < best ? d : best;
}

static timing measure(const hps_soap *s, const hps_frame *f, int32_t level)
{
    timing best = {1e30, 1e30, 1e30, 1e30, 1e30};
    hpsi_soap_plan *p;
    hpsi_soap_work *w;
    double *q, *g, *jac, t;

    for (int k = 0; k < 20; k++) {
        t = hpsi_seconds();
        require(hpsi_soap_plan_create(&p, s));
        best.plan = since(&t, best.plan);
        hpsi_soap_plan_destroy(p);
    }
    require(hpsi_soap_plan_create(&p, s));
    if (level >= 0) {
        p->kernels = hpsi_soap_kernels_get(level);
    }
    require(hpsi_soap_work_create(&w, NULL, p));
    q = calloc((size_t)(f->n_atoms * hpsi_soap_plan_size(p)), sizeof *q);
    g = calloc((size_t)(3 * f->n_atoms), sizeof *g);
    for (int k = 0; k < 30 && q != NULL && g != NULL; k++) {
        double forward = 0, back = 0, list = 0;
        int32_t ld = hpsi_soap_plan_size(p);

        for (int32_t first = 0; first < f->n_atoms; first += HPSI_SOAP_BLOCK) {
            int32_t left = f->n_atoms - first;
            int32_t count = left < HPSI_SOAP_BLOCK ? left : HPSI_SOAP_BLOCK;

            t = hpsi_seconds();
            require(hpsi_neighbours_build(&w->neighbours, NULL, f, p->cutoff, first, count));
            list += since(&t, 1e30);
            require(hpsi_soap_block(p, w, f, first, count, q + first * ld, ld));
            forward += since(&t, 1e30);
            require(hpsi_soap_block_adjoint(p, w, q + first * ld, ld, g, NULL));
            back += since(&t, 1e30);
        }
        best.neighbours = list < best.neighbours ? list : best.neighbours;
        best.descriptor = forward < best.descriptor ? forward : best.descriptor;
        best.adjoint = back < best.adjoint ? back : best.adjoint;
    }
    jac = calloc((size_t)(600 * hpsi_soap_plan_size(p)), sizeof *jac);
    for (int32_t i = 0; i < 8 && jac != NULL; i++) { /* of the last block */
        int64_t n;
        const int32_t *atom;
        const double *x, *y, *z;

        hpsi_soap_block_pairs(w, i, &n, &atom, &x, &y, &z);
        t = hpsi_seconds();
        if (n <= 200) {
            require(hpsi_soap_block_jacobian(p, w, i, jac, hpsi_soap_plan_size(p)));
            best.jacobian = since(&t, best.jacobian);
        }
    }
    free(jac);
    free(q);
    free(g);
    hpsi_soap_work_destroy(w);
    hpsi_soap_plan_destroy(p);
    return best;
}

int main(int argc, char **argv)
{
    const int32_t carbon = 6, sizes[] = {4, 6, 8, 10};
    int32_t level = argc > 2 ? atoi(argv[2]) : -1;
    hps_dataset *d;
    hps_soap *s;
    hps_frame f;

    if (argc < 2 || hpsi_soap_kernels_get(level) == NULL) {
        (void)fprintf(stderr, "usage: bench_soap file.xyz [level 0..2]\n");
        return 2;
    }
    require(hps_dataset_create(&d, NULL));
    require(hps_dataset_read_extxyz(d, argv[1], NULL, NULL, NULL));
    pick_frame(d, &f);
    require(hps_soap_create(&s, NULL, 1, &carbon));
    require(hps_soap_set_real(s, "atom_sigma_r_scaling", 0.1));
    require(hps_soap_set_real(s, "atom_sigma_t_scaling", 0.1));
    hpsi_blas_begin();
    (void)printf(
        "{\"kernels\":\"%s\",\"dgemm_gflops\":%.1f,\"atoms\":%d,\"unit\":\"us\",\"rows\":[",
        hpsi_soap_kernels_get(level)->name, dgemm_rate(), (int)f.n_atoms);
    for (int i = 0; i < 4; i++) {
        timing t;

        require(hps_soap_set_int(s, "n_max", sizes[i]));
        require(hps_soap_set_int(s, "l_max", sizes[i]));
        t = measure(s, &f, level);
        (void)printf("%s\n {\"n\":%d,\"plan\":%.0f,\"neighbours\":%.2f,\"descriptor\":%.2f,"
                     "\"adjoint\":%.2f,\"both\":%.2f,\"jacobian\":%.1f}",
                     i > 0 ? "," : "", (int)sizes[i], 1e6 * t.plan, 1e6 * t.neighbours / f.n_atoms,
                     1e6 * t.descriptor / f.n_atoms, 1e6 * t.adjoint / f.n_atoms,
                     1e6 * (t.descriptor + t.adjoint) / f.n_atoms, 1e6 * t.jacobian);
    }
    (void)printf("]}\n");
    hpsi_blas_end();
    hps_soap_destroy(s);
    hps_dataset_destroy(d);
    return 0;
}
