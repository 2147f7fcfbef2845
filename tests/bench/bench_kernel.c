/* SPDX-License-Identifier: BSD-3-Clause */
/* Kernel statistics of a sample of references against all environments, beside the bare
 * product of the same size, the descriptors alone, and a copy; JSON. The goal "at most 1.5
 * times the bare dgemm of the same product" compares what is done with given descriptors:
 * products, powers and sums. hps_kernel_statistics makes the descriptors too. */
#include <stdio.h>
#include <stdlib.h>

#include "support.h"

typedef struct job {
    const hps_dataset *data;
    const hps_soap *soap;
    double zeta;
    int64_t references;
    double *values; /* descriptors, if these are what is timed */
} job;

static void statistics(void *arg)
{
    const job *j = arg;
    hps_kernel_stats k = {.struct_size = sizeof k};

    bench_require(hps_kernel_statistics(j->soap, j->data, j->zeta, j->references, 1, &k, 0, NULL));
}

static void descriptors(void *arg)
{
    const job *j = arg;

    bench_require(hps_soap_compute(j->soap, j->data, j->values, hps_soap_size(j->soap)));
}

/* Times of the statistics less those of the descriptors of all environments, round by round (the
 * references' own, made a second time, remain). */
static bench_side without(const bench_side *all, const bench_side *part)
{
    bench_side s = *all;

    s.name = "statistics, descriptors given";
    for (int i = 0; i < s.n; i++) {
        s.wall[i] -= part->wall[i];
        s.cpu[i] -= part->cpu[i];
    }
    return s;
}

static void measure(bench_run *b, const hps_dataset *d, int n, double zeta, int64_t references)
{
    hps_soap *s = bench_soap(b, n);
    int64_t atoms = hps_dataset_n_atoms(d);
    int64_t size = hps_soap_size(s);
    job j = {d, s, zeta, references < atoms ? references : atoms, bench_array(atoms * size)};
    bench_product p;
    bench_copy c;
    char what[160];

    bench_product_make(&p, atoms, j.references, size);
    bench_copy_make(&c, atoms * size);
    {
        bench_side side[] = {
            {.name = "dgemm", .run = bench_product_run, .arg = &p, .threads = 1},
            {.name = "statistics, with descriptors", .run = statistics, .arg = &j, .threads = 1},
            {.name = "descriptors", .run = descriptors, .arg = &j, .threads = 1},
            {.name = "statistics, with descriptors", .run = statistics, .arg = &j, .threads = 2},
            {.name = "copy", .run = bench_copy_run, .arg = &c, .threads = 1}};
        bench_side rest;
        double pairs = (double)atoms * (double)j.references;

        side[3].threads = b->threads;
        bench_alternate(b, b->quick ? 1 : 3, 5, side);
        rest = without(&side[1], &side[2]);
        (void)snprintf(what, sizeof what, "%lld x %lld, n=l=%d, zeta %g", (long long)j.references,
                       (long long)atoms, n, zeta);
        bench_side_row(what, &side[0], NULL, pairs / 1e3, "1000 pairs");
        bench_side_row(what, &rest, &side[0], pairs / 1e3, "1000 pairs");
        bench_side_row(what, &side[1], &side[0], pairs / 1e3, "1000 pairs");
        bench_side_row(what, &side[3], &side[1], pairs / 1e3, "1000 pairs");
        bench_side_row(what, &side[2], &side[0], (double)atoms, "environment");
        bench_side_row(what, &side[4], NULL, (double)(atoms * size), "double");
    }
    bench_copy_free(&c);
    bench_product_free(&p);
    free(j.values);
    hps_soap_destroy(s);
}

int main(int argc, char **argv)
{
    static const double zetas[] = {1, 4, 5.39};
    bench_run b;

    bench_open(&b, "kernel", argc, argv);
    for (int n = 4; n <= 8; n += 4) {
        for (int i = 0; i < 3; i++) {
            measure(&b, b.data, n, zetas[i], 3000);
        }
    }
    for (int64_t k = 4; k > 0; k /= 2) { /* growth with environments: 1x, 2x, 4x */
        hps_dataset *d = bench_every(&b, k);

        measure(&b, d, 4, 2, 1000);
        hps_dataset_destroy(d);
    }
    bench_close(&b);
    return 0;
}
