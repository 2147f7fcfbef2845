/* SPDX-License-Identifier: BSD-3-Clause */
/* Fits on energies, and on energies and forces, beside bare products of their sizes; growth
 * with sparse points and environments; JSON. */
#include <stdio.h>
#include <stdlib.h>

#include "support.h"

typedef struct job {
    hps_gpr *g;
    const hps_dataset *train;
} job;

static void fit(void *arg)
{
    const job *j = arg;

    bench_require(hps_gpr_fit(j->g, j->train));
}

static void parts(const char *what, const hps_gpr *g)
{
    hps_gpr_report r = {.struct_size = sizeof r};

    bench_require(hps_gpr_get_report(g, &r));
    bench_row("\"what\":\"%s\",\"side\":\"parts of the last fit\",\"n_sparse\":%d,\"n_rows\":%lld,"
              "\"seconds_descriptors\":%.4g,\"seconds_covariance\":%.4g,\"seconds_solve\":%.4g",
              what, r.n_sparse, (long long)r.n_rows, r.seconds_descriptors, r.seconds_covariance,
              r.seconds_solve);
}

/* Products of a fit on energies: environments x sparse points; of one on forces too: rows x
 * sparse points twice, for the triangular solve and for the triangle. */
static void measure(bench_run *b, const hps_dataset *d, int n, int n_sparse, int forces,
                    int repeats)
{
    hps_soap *s = bench_soap(b, n);
    job j = {bench_gpr(b, s, n_sparse), d};
    int64_t atoms = hps_dataset_n_atoms(d);
    int64_t rows = hps_dataset_n_frames(d) + 3 * atoms;
    bench_product p;
    char what[160];

    bench_require(hps_gpr_set_int(j.g, "fit_forces", forces));
    if (forces) {
        bench_product_make(&p, rows, n_sparse, n_sparse);
    } else {
        bench_product_make(&p, atoms, n_sparse, hps_soap_size(s));
    }
    {
        bench_side side[] = {{.name = "dgemm", .run = bench_product_run, .arg = &p, .threads = 1},
                             {.name = "fit", .run = fit, .arg = &j, .threads = 1},
                             {.name = "fit", .run = fit, .arg = &j, .threads = b->threads}};

        (void)snprintf(what, sizeof what, "%s, %lld atoms, n=l=%d, %d sparse points",
                       forces ? "E+F" : "E", (long long)atoms, n, n_sparse);
        bench_alternate(b, repeats, 3, side);
        bench_side_row(what, &side[0], NULL, (double)atoms, "environment");
        bench_side_row(what, &side[1], &side[0], (double)atoms, "environment");
        bench_side_row(what, &side[2], &side[1], (double)atoms, "environment");
        parts(what, j.g);
    }
    bench_product_free(&p);
    hps_gpr_destroy(j.g);
    hps_soap_destroy(s);
}

int main(int argc, char **argv)
{
    bench_run b;
    int repeats;

    bench_open(&b, "fit", argc, argv);
    repeats = b.quick ? 1 : 3;
    for (int m = b.quick ? 50 : 250; m <= (b.quick ? 100 : 1000); m *= 2) {
        measure(&b, b.data, 4, m, 0, repeats);
    }
    measure(&b, b.data, 8, b.quick ? 50 : 500, 0, repeats);
    for (int64_t k = 4; k > 1; k /= 2) { /* with the first: 1x, 2x, 4x environments */
        hps_dataset *d = bench_every(&b, k);

        measure(&b, d, 4, b.quick ? 50 : 500, 0, repeats);
        hps_dataset_destroy(d);
    }
    if (bench_has_forces(&b)) {
        hps_dataset *d = bench_every(&b, b.quick ? 4 : 10);

        measure(&b, d, 4, b.quick ? 50 : 500, 1, 1);
        hps_dataset_destroy(d);
    }
    if (b.full) { /* the goal: 2000 sparse points on all data within 3 minutes and 2 GB */
        measure(&b, b.data, 4, 2000, 1, 0);
    }
    bench_close(&b);
    return 0;
}
