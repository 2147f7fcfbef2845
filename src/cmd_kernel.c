/* SPDX-License-Identifier: BSD-3-Clause */
/* hpswarm kernel: the distribution of the kernel, as the first stage of a run sees it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "kernel_report.h"
#include "memory.h"
#include "output.h"

int kernel_report_compute(const hps_gpr *g, const hps_dataset *d, int64_t references, int64_t seed,
                          kernel_report *out)
{
    double zeta = 0;
    hps_status st = hps_gpr_get(g, "zeta", &zeta);

    return st == HPS_OK ? kernel_report_several(g, d, 1, &zeta, references, seed, out)
                        : fail_library(st, EXIT_DATA);
}

int kernel_report_several(const hps_gpr *g, const hps_dataset *d, int n, const double *zeta,
                          int64_t references, int64_t seed, kernel_report *out)
{
    hps_kernel_stats stats[MOST_ZETAS] = {0};
    int64_t *counts = new_memory((size_t)n * KERNEL_BINS, sizeof *counts);
    hps_status st;

    for (int i = 0; i < n; i++) {
        stats[i].struct_size = sizeof stats[i];
    }
    st = hps_kernel_statistics_several(hps_gpr_soap(g), d, n, zeta, HPS_KERNEL_DOUBLE, references,
                                       seed, stats, KERNEL_BINS, counts);
    for (int i = 0; st == HPS_OK && i < n; i++) {
        out[i].stats = stats[i];
        out[i].zeta = zeta[i];
        memcpy(out[i].counts, counts + (size_t)i * KERNEL_BINS, sizeof out[i].counts);
    }
    free(counts);
    return st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_DATA);
}

void kernel_report_json(json *j, const kernel_report *k)
{
    json_int(j, "n_environments", k->stats.n_environments);
    json_int(j, "n_references", k->stats.n_references);
    json_int(j, "n_pairs", k->stats.n_pairs);
    json_number(j, "zeta", k->zeta);
    json_number(j, "mean", k->stats.mean);
    json_number(j, "std", k->stats.standard_deviation);
    json_number(j, "skew", k->stats.skewness);
    json_number(j, "min", k->stats.minimum);
    json_number(j, "max", k->stats.maximum);
    json_open(j, "histogram", '{');
    json_open(j, "edges", '[');
    for (int i = 0; i <= KERNEL_BINS; i++) {
        json_number(j, NULL, (double)i / KERNEL_BINS);
    }
    json_close(j, ']');
    json_open(j, "counts", '[');
    for (int i = 0; i < KERNEL_BINS; i++) {
        json_int(j, NULL, k->counts[i]);
    }
    json_close(j, ']');
    json_close(j, '}');
}

static void print(FILE *f, const kernel_report *k)
{
    int64_t most = 1;

    fprintf(f,
            "environments %lld, references %lld, pairs %lld, zeta %g\n"
            "mean %.4f  std %.4f  skew %.4f  min %.4f  max %.4f\n",
            (long long)k->stats.n_environments, (long long)k->stats.n_references,
            (long long)k->stats.n_pairs, k->zeta, k->stats.mean, k->stats.standard_deviation,
            k->stats.skewness, k->stats.minimum, k->stats.maximum);
    for (int i = 0; i < KERNEL_BINS; i++) {
        most = k->counts[i] > most ? k->counts[i] : most;
    }
    for (int i = 0; i < KERNEL_BINS; i++) {
        int bar = (int)(60.0 * (double)k->counts[i] / (double)most + 0.5);

        fprintf(f, "%5.3f %10lld ", (double)i / KERNEL_BINS, (long long)k->counts[i]);
        for (int b = 0; b < bar; b++) {
            fputc('#', f);
        }
        fputc('\n', f);
    }
}

/* One exponent is an object of its own, several are a list. */
static void write_json(FILE *f, const args *a, const kernel_report *k)
{
    json j;

    json_start(&j, f);
    json_open(&j, NULL, '{');
    if (a->n_zetas > 1) {
        json_open(&j, "kernels", '[');
    }
    for (int i = 0; i < a->n_zetas || i == 0; i++) {
        if (a->n_zetas > 1) {
            json_open(&j, NULL, '{');
        }
        kernel_report_json(&j, &k[i]);
        if (a->n_zetas > 1) {
            json_close(&j, '}');
        }
    }
    if (a->n_zetas > 1) {
        json_close(&j, ']');
    }
    json_close(&j, '}');
    json_end(&j);
}

static int write(const args *a, const kernel_report *k)
{
    output o;
    int rc = output_open(&o, a->output);

    if (rc != EXIT_DONE) {
        return rc;
    }
    if (a->json) {
        write_json(o.stream, a, k);
    }
    for (int i = 0; !a->json && (i < a->n_zetas || i == 0); i++) {
        print(o.stream, &k[i]);
    }
    return output_close(&o, 1);
}

static int plan(const args *a, const hps_gpr *g, hps_context *c, const hps_dataset *d)
{
    int64_t bytes = 0;
    char size[48];
    hps_status st = hps_kernel_memory(hps_gpr_soap(g), d, a->references, &bytes);
    int rc;

    if (st != HPS_OK) {
        return fail_library(st, EXIT_USAGE);
    }
    bytes = memory_process(c, bytes);
    rc = memory_check(a, "the kernel", bytes);
    if (rc == EXIT_DONE && a->dry_run && a->json) {
        memory_json(d, hps_soap_size(hps_gpr_soap(g)), bytes);
    } else if (rc == EXIT_DONE && a->dry_run) {
        printf("plan: kernel of %lld environments of %d components; about %s of memory\n",
               (long long)hps_dataset_n_atoms(d), hps_soap_size(hps_gpr_soap(g)),
               bytes_text((double)bytes, size));
    }
    return rc;
}

static int run(const args *a, runfile *r, hps_context *c, hps_dataset *d)
{
    kernel_report *k = new_memory(MOST_ZETAS, sizeof *k);
    hps_gpr *g = NULL;
    int64_t seed = a->has_seed ? a->seed : 1;
    int rc = data_species(r, d);

    if (rc == EXIT_DONE) {
        rc = runfile_gpr(r, c, &g);
    }
    if (rc == EXIT_DONE) {
        rc = plan(a, g, c, d);
    }
    if (rc == EXIT_DONE && !a->dry_run) {
        rc = a->n_zetas > 0
                 ? kernel_report_several(g, d, a->n_zetas, a->zeta, a->references, seed, k)
                 : kernel_report_compute(g, d, a->references, seed, k);
        rc = rc == EXIT_DONE ? write(a, k) : rc;
    }
    free(k);
    hps_gpr_destroy(g);
    return rc;
}

int command_kernel(const args *a)
{
    hps_context *c = NULL;
    hps_dataset *d = NULL;
    runfile *r = NULL;
    int rc = args_context(a, &c);

    if (rc == EXIT_DONE) {
        rc = hp_read(a, 0, &r);
    }
    if (rc == EXIT_DONE) {
        rc = data_read_structures(c, a->words[0], &d);
    }
    if (rc == EXIT_DONE) {
        rc = run(a, r, c, d);
    }
    hps_dataset_destroy(d);
    runfile_free(r);
    hps_context_destroy(c);
    return rc;
}
