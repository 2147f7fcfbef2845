/* SPDX-License-Identifier: BSD-3-Clause */
/* hpswarm fit: train one model on a file and say how well it describes that file. */
#include <string.h>

#include "data.h"
#include "memory.h"
#include "output.h"

static void print_sparse(json *j, const hps_gpr *g, const runfile *r)
{
    json_open(j, "n_sparse", '{');
    for (int i = 0; i < r->n_species; i++) {
        int32_t n = 0;

        if (hps_gpr_element(g, r->species[i], &n, NULL) == HPS_OK) {
            json_int(j, hps_element_symbol(r->species[i]), n);
        }
    }
    json_close(j, '}');
    json_open(j, "e0", '{');
    for (int i = 0; i < r->n_species; i++) {
        double e0 = 0;

        if (hps_gpr_element(g, r->species[i], NULL, &e0) == HPS_OK) {
            json_number(j, hps_element_symbol(r->species[i]), e0);
        }
    }
    json_close(j, '}');
}

static int write_json(const hps_gpr *g, const runfile *r, hps_context *c, const hps_dataset *d,
                      const predictions *p)
{
    hps_gpr_report report = {.struct_size = sizeof report};
    json j;
    int rc;

    if (hps_gpr_get_report(g, &report) != HPS_OK) {
        return fail_library(HPS_E_INTERNAL, EXIT_INTERNAL);
    }
    json_start(&j, stdout);
    json_open(&j, NULL, '{');
    json_int(&j, "n_structures", report.n_structures);
    json_int(&j, "n_atoms", report.n_atoms);
    print_sparse(&j, g, r);
    json_number(&j, "jitter", report.jitter);
    json_number(&j, "delta", report.delta);
    json_number(&j, "minus_log_evidence", report.minus_log_evidence);
    rc = scores_json(&j, "train", d, p);
    json_open(&j, "seconds", '{');
    json_number(&j, "descriptors", report.seconds_descriptors);
    json_number(&j, "covariance", report.seconds_covariance);
    json_number(&j, "solve", report.seconds_solve);
    json_close(&j, '}');
    json_int(&j, "peak_memory_bytes", memory_peak(c));
    json_close(&j, '}');
    json_end(&j);
    return rc;
}

static int write_text(const args *a, const hps_gpr *g, const runfile *r, hps_context *c,
                      const hps_dataset *d, const predictions *p)
{
    hps_gpr_report report = {.struct_size = sizeof report};
    char size[48];

    if (hps_gpr_get_report(g, &report) != HPS_OK) {
        return fail_library(HPS_E_INTERNAL, EXIT_INTERNAL);
    }
    printf("model %s: %lld structures, %lld atoms, %lld rows, %d sparse points\n", a->model,
           (long long)report.n_structures, (long long)report.n_atoms, (long long)report.n_rows,
           report.n_sparse);
    printf("  delta %.6g eV, -ln of the evidence %.6g\n", report.delta, report.minus_log_evidence);
    for (int i = 0; i < r->n_species; i++) {
        int32_t n = 0;
        double e0 = 0;

        if (hps_gpr_element(g, r->species[i], &n, &e0) == HPS_OK) {
            printf("  %-2s sparse points %d, e0 %.6f eV\n", hps_element_symbol(r->species[i]), n,
                   e0);
        }
    }
    printf("seconds: descriptors %.2f, covariance %.2f, solve %.2f; peak memory %s\n",
           report.seconds_descriptors, report.seconds_covariance, report.seconds_solve,
           bytes_text((double)memory_peak(c), size));
    return scores_print(stdout, "training", d, p);
}

/* What a fit needs from the data, in words before any work is done. */
static int check_data(const args *a, const runfile *r, const hps_dataset *d)
{
    const setting *forces = runfile_find(r, "gap", "fit_forces", 0);
    const setting *virials = runfile_find(r, "gap", "fit_virials", 0);

    if (!data_has(d, "energy")) {
        return fail(EXIT_DATA, "%s: no frame has an energy (name its key with data.energy)",
                    a->words[0]);
    }
    if (forces->value != 0 && !data_has(d, "forces")) {
        return fail_at(forces->at, "gap.fit_forces", "%s has no forces", a->words[0]);
    }
    if (virials->value != 0 && !data_has(d, "virial")) {
        return fail_at(virials->at, "gap.fit_virials", "%s has no virials", a->words[0]);
    }
    return EXIT_DONE;
}

/* The fit, or the predictions of its training set beside the model. */
static int estimate(const hps_gpr *g, hps_context *c, const hps_dataset *d, int64_t *bytes)
{
    int64_t predict = 0;
    hps_status st = hps_gpr_memory(g, d, bytes);

    st = st == HPS_OK
             ? predictions_memory(g, d, data_has(d, "forces"), data_has(d, "virial"), &predict)
             : st;
    if (st != HPS_OK) {
        return fail_library(st, EXIT_USAGE);
    }
    *bytes = memory_process(c, predict > *bytes ? predict : *bytes);
    return EXIT_DONE;
}

static int plan(const args *a, const hps_gpr *g, const hps_dataset *d, int64_t bytes)
{
    char size[48];

    if (a->json) {
        memory_json(d, hps_soap_size(hps_gpr_soap(g)), bytes);
        return EXIT_DONE;
    }
    printf("plan: one fit on %lld structures, %lld atoms, %d components; about %s of memory\n",
           (long long)hps_dataset_n_frames(d), (long long)hps_dataset_n_atoms(d),
           hps_soap_size(hps_gpr_soap(g)), bytes_text((double)bytes, size));
    return EXIT_DONE;
}

static int train(const args *a, const runfile *r, hps_context *c, hps_gpr *g, const hps_dataset *d)
{
    predictions p;
    hps_status st = hps_gpr_fit(g, d);
    int rc;

    if (st != HPS_OK) {
        return fail_library(st, EXIT_USAGE);
    }
    rc = predict_all(g, d, data_has(d, "forces"), data_has(d, "virial"), &p);
    if (rc != EXIT_DONE) {
        return rc;
    }
    st = hps_gpr_save(g, a->model);
    if (st != HPS_OK) {
        rc = fail_library(st, EXIT_INTERNAL);
    } else {
        rc = a->json ? write_json(g, r, c, d, &p) : write_text(a, g, r, c, d, &p);
    }
    predictions_free(&p);
    return rc;
}

static int run(const args *a, runfile *r, hps_context *c, hps_dataset *d)
{
    hps_gpr *g = NULL;
    int64_t bytes = 0;
    int rc = check_data(a, r, d);

    if (rc == EXIT_DONE) {
        rc = data_check_config_types(r, d);
    }
    if (rc == EXIT_DONE) {
        rc = data_species(r, d);
    }
    if (rc == EXIT_DONE && a->has_seed) {
        runfile_seed(r, "gap", a->seed);
    }
    if (rc == EXIT_DONE) {
        rc = runfile_gpr(r, c, &g);
    }
    if (rc == EXIT_DONE) {
        rc = estimate(g, c, d, &bytes);
    }
    if (rc == EXIT_DONE) {
        rc = memory_check(a, "the fit", bytes);
    }
    if (rc == EXIT_DONE) {
        rc = a->dry_run ? plan(a, g, d, bytes) : train(a, r, c, g, d);
    }
    hps_gpr_destroy(g);
    return rc;
}

/* A model name that cannot be written is found before the work, not after. */
static int check_output(const args *a)
{
    output o;
    int rc;

    if (a->model == NULL) {
        return fail(EXIT_USAGE, "fit needs a name for the model: -m MODEL");
    }
    rc = output_open(&o, a->model);
    if (rc == EXIT_DONE) {
        output_close(&o, 0);
    }
    return rc;
}

int command_fit(const args *a)
{
    hps_context *c = NULL;
    hps_dataset *d = NULL;
    runfile *r = NULL;
    int rc = args_context(a, &c);

    if (rc == EXIT_DONE) {
        rc = hp_read(a, 0, &r);
    }
    if (rc == EXIT_DONE && !a->dry_run) {
        rc = check_output(a);
    }
    if (rc == EXIT_DONE) {
        rc = data_read(r, c, a->words[0], &d);
    }
    if (rc == EXIT_DONE) {
        rc = run(a, r, c, d);
    }
    hps_dataset_destroy(d);
    runfile_free(r);
    hps_context_destroy(c);
    return rc;
}
