/* SPDX-License-Identifier: BSD-3-Clause */
/* What two threads can gain at best, also on a machine that is busy with something else: the items
 * of all parallel loops are run one after the other, their processor times dealt to two workers as
 * they come, and what is outside of the loops added; JSON. Then the processor time of one thread
 * and of two, which is what sharing caches, memory and locks (and waiting) costs. The linker puts
 * __wrap_hpsi_parallel_for in place of hpsi_parallel_for. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/internal.h"
#include "support.h"

hps_status __real_hpsi_parallel_for(hps_context *c, int64_t n, hpsi_body body, void *arg);
hps_status __wrap_hpsi_parallel_for(hps_context *c, int64_t n, hpsi_body body, void *arg);

static struct {
    int on;        /* loops are taken apart */
    double inside; /* seconds of all items */
    double two;    /* seconds of the later one of two workers, loop by loop */
} deal;

typedef struct item {
    hpsi_body body;
    void *arg;
    int64_t index;
} item;

static double seconds(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static hps_status run_item(int64_t i, int32_t worker, void *arg)
{
    const item *one = arg;

    (void)i;
    return one->body(one->index, worker, one->arg);
}

hps_status __wrap_hpsi_parallel_for(hps_context *c, int64_t n, hpsi_body body, void *arg)
{
    double worker[2] = {0, 0};
    hps_status status = HPS_OK;

    if (!deal.on) {
        return __real_hpsi_parallel_for(c, n, body, arg);
    }
    deal.on = 0; /* loops within an item are serial */
    for (int64_t i = 0; status == HPS_OK && i < n; i++) {
        item one = {body, arg, i};
        double start = seconds();
        double t;

        status = __real_hpsi_parallel_for(c, 1, run_item, &one);
        t = seconds() - start;
        worker[worker[1] < worker[0]] += t;
        deal.inside += t;
    }
    deal.two += worker[0] > worker[1] ? worker[0] : worker[1];
    deal.on = 1;
    return status;
}

typedef struct job {
    const hps_dataset *data;
    const hps_soap *soap;
    double *values;
} job;

static void descriptors(void *arg)
{
    const job *j = arg;

    bench_require(hps_soap_compute(j->soap, j->data, j->values, hps_soap_size(j->soap)));
}

static void statistics(void *arg)
{
    const job *j = arg;
    hps_kernel_stats k = {.struct_size = sizeof k};

    bench_require(hps_kernel_statistics(j->soap, j->data, 5.39, 3000, 1, &k, 0, NULL));
}

/* Threads are set to two, so that items are what two threads would have. */
static void look(bench_run *b, const char *what, const char *name, void (*run)(void *), void *arg)
{
    enum { MOST = 9 };
    int rounds = b->quick ? 1 : MOST;
    double total[MOST];
    double outside[MOST];
    double two[MOST];
    bench_side side[] = {{.name = name, .run = run, .arg = arg, .threads = 1},
                         {.name = name, .run = run, .arg = arg, .threads = 2}};

    bench_alternate(b, rounds, 2, side);
    for (int i = 0; i < rounds; i++) {
        double start = seconds();

        deal.on = 1;
        deal.inside = deal.two = 0;
        run(arg);
        deal.on = 0;
        total[i] = seconds() - start;
        outside[i] = total[i] - deal.inside;
        two[i] = total[i] / (outside[i] + deal.two);
    }
    bench_side_row(what, &side[0], NULL, 1, "run");
    bench_side_row(what, &side[1], &side[0], 1, "run");
    bench_row("\"what\":\"%s\",\"side\":\"%s, two workers: %.3f at best, processor time of two "
              "threads over one %.3f\",\"seconds_all\":%.6g,\"seconds_outside of loops\":%.6g",
              what, name, bench_median(rounds, two),
              bench_smallest(side[1].n, side[1].cpu) / bench_smallest(side[0].n, side[0].cpu),
              bench_median(rounds, total), bench_median(rounds, outside));
}

static void measure(bench_run *b, int n)
{
    hps_soap *s = bench_soap(b, n);
    hps_gpr *g = bench_gpr(b, s, 1000);
    hps_dataset *train = bench_every(b, 4);
    int64_t atoms = hps_dataset_n_atoms(b->data);
    job j = {b->data, s, bench_array(atoms * hps_soap_size(s))};
    bench_prediction p = {g, b->data, bench_array(hps_dataset_n_frames(b->data)),
                          bench_array(3 * atoms)};
    char what[80];

    bench_require(hps_gpr_set_text(g, "sparse_method", "random"));
    bench_require(hps_gpr_fit(g, train));
    (void)snprintf(what, sizeof what, "%lld atoms, n=l=%d", (long long)atoms, n);
    look(b, what, "descriptors", descriptors, &j);
    look(b, what, "statistics, 3000 references", statistics, &j);
    look(b, what, "energies", bench_predict_energies, &p);
    look(b, what, "energies and forces", bench_predict_forces, &p);
    free(j.values);
    free(p.energy);
    free(p.forces);
    hps_dataset_destroy(train);
    hps_gpr_destroy(g);
    hps_soap_destroy(s);
}

int main(int argc, char **argv)
{
    bench_run b;

    bench_open(&b, "threads", argc, argv);
    measure(&b, 4);
    measure(&b, 8);
    bench_close(&b);
    return 0;
}
