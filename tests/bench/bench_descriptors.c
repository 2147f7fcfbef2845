/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors of all environments and gradients of an energy in reverse mode, on one thread
 * and on two; growth with n, l and environments; JSON. bench_soap takes them apart. */
#include <stdio.h>
#include <stdlib.h>

#include "support.h"

typedef struct job {
    const hps_dataset *data;
    const hps_soap *soap;
    double *values, *gradient;
} job;

static void descriptors(void *arg)
{
    const job *j = arg;

    bench_require(hps_soap_compute(j->soap, j->data, j->values, hps_soap_size(j->soap)));
}

/* With the descriptors, which the reverse mode needs, and a table for each frame, which is
 * what the public call does; bench_predict has the gradients without. */
static void adjoint(void *arg)
{
    const job *j = arg;
    int64_t atom = 0;

    for (int64_t i = 0; i < hps_dataset_n_frames(j->data); i++) {
        hps_frame f = {.struct_size = sizeof f};

        bench_require(hps_dataset_frame(j->data, i, &f));
        bench_require(hps_soap_adjoint(j->soap, j->data, i,
                                       j->values + atom * hps_soap_size(j->soap),
                                       hps_soap_size(j->soap), j->gradient + 3 * atom, NULL));
        atom += f.n_atoms;
    }
}

static void measure(bench_run *b, const hps_dataset *d, int n, int l)
{
    hps_soap *s = bench_soap(b, n);
    int64_t atoms = hps_dataset_n_atoms(d);
    int64_t size;
    bench_copy c;
    char what[160];
    job j = {.data = d, .soap = s};

    bench_require(hps_soap_set_int(s, "l_max", l));
    size = hps_soap_size(s);
    j.values = bench_array(atoms * size);
    j.gradient = bench_array(3 * atoms);
    bench_copy_make(&c, atoms * size);
    {
        int two = b->threads;
        bench_side side[] = {
            {.name = "copy", .run = bench_copy_run, .arg = &c, .threads = 1},
            {.name = "descriptors", .run = descriptors, .arg = &j, .threads = 1},
            {.name = "descriptors", .run = descriptors, .arg = &j, .threads = two},
            {.name = "descriptors and adjoint", .run = adjoint, .arg = &j, .threads = 1},
            {.name = "descriptors and adjoint", .run = adjoint, .arg = &j, .threads = two}};

        (void)snprintf(what, sizeof what, "%lld atoms, n=%d, l=%d", (long long)atoms, n, l);
        bench_alternate(b, b->quick ? 1 : 3, 5, side);
        bench_side_row(what, &side[0], NULL, (double)atoms, "environment");
        bench_side_row(what, &side[1], &side[0], (double)atoms, "environment");
        bench_side_row(what, &side[2], &side[1], (double)atoms, "environment");
        bench_side_row(what, &side[3], &side[1], (double)atoms, "environment");
        bench_side_row(what, &side[4], &side[3], (double)atoms, "environment");
    }
    bench_copy_free(&c);
    free(j.values);
    free(j.gradient);
    hps_soap_destroy(s);
}

int main(int argc, char **argv)
{
    static const int sizes[][2] = {{4, 4}, {8, 4}, {4, 8}, {6, 6}, {8, 8}};
    bench_run b;

    bench_open(&b, "descriptors", argc, argv);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        measure(&b, b.data, sizes[i][0], sizes[i][1]);
    }
    for (int64_t k = 4; k > 1; k /= 2) { /* with the first: 1x, 2x, 4x environments */
        hps_dataset *d = bench_every(&b, k);

        measure(&b, d, 4, 4);
        hps_dataset_destroy(d);
    }
    bench_close(&b);
    return 0;
}
