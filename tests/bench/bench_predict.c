/* SPDX-License-Identifier: BSD-3-Clause */
/* Energies, and energies with forces, of a fitted model beside the bare product of its
 * covariances; growth with sparse points, n and l; JSON. */
#include <stdio.h>
#include <stdlib.h>

#include "support.h"

static void measure(bench_run *b, int n, int n_sparse)
{
    hps_soap *s = bench_soap(b, n);
    hps_gpr *g = bench_gpr(b, s, n_sparse);
    hps_dataset *train = bench_every(b, 4);
    int64_t atoms = hps_dataset_n_atoms(b->data);
    bench_prediction j = {g, b->data, bench_array(hps_dataset_n_frames(b->data)),
                          bench_array(3 * atoms)};
    bench_product p;
    bench_copy c;
    char what[160];

    bench_require(hps_gpr_set_text(g, "sparse_method", "random"));
    bench_require(hps_gpr_fit(g, train));
    bench_product_make(&p, atoms, n_sparse, hps_soap_size(s));
    bench_copy_make(&c, atoms * hps_soap_size(s));
    {
        int two = b->threads;
        bench_side side[] = {
            {.name = "dgemm", .run = bench_product_run, .arg = &p, .threads = 1},
            {.name = "energies", .run = bench_predict_energies, .arg = &j, .threads = 1},
            {.name = "energies", .run = bench_predict_energies, .arg = &j, .threads = two},
            {.name = "energies and forces", .run = bench_predict_forces, .arg = &j, .threads = 1},
            {.name = "energies and forces", .run = bench_predict_forces, .arg = &j, .threads = two},
            {.name = "copy", .run = bench_copy_run, .arg = &c, .threads = 1}};

        (void)snprintf(what, sizeof what, "%lld atoms, n=l=%d, %d sparse points", (long long)atoms,
                       n, n_sparse);
        bench_alternate(b, b->quick ? 1 : 3, 6, side);
        bench_side_row(what, &side[0], NULL, (double)atoms, "atom");
        bench_side_row(what, &side[1], &side[0], (double)atoms, "atom");
        bench_side_row(what, &side[2], &side[1], (double)atoms, "atom");
        bench_side_row(what, &side[3], &side[0], (double)atoms, "atom");
        bench_side_row(what, &side[4], &side[3], (double)atoms, "atom");
        bench_side_row(what, &side[5], NULL, (double)(atoms * hps_soap_size(s)), "double");
    }
    bench_copy_free(&c);
    bench_product_free(&p);
    free(j.energy);
    free(j.forces);
    hps_dataset_destroy(train);
    hps_gpr_destroy(g);
    hps_soap_destroy(s);
}

int main(int argc, char **argv)
{
    bench_run b;

    bench_open(&b, "predict", argc, argv);
    measure(&b, 4, b.quick ? 50 : 250);
    measure(&b, 4, b.quick ? 100 : 1000);
    measure(&b, 8, b.quick ? 50 : 1000);
    bench_close(&b);
    return 0;
}
