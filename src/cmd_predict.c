/* SPDX-License-Identifier: BSD-3-Clause */
/* hpswarm predict: a model on a file; errors where the file has references. */
#include "data.h"
#include "memory.h"
#include "output.h"

static int write_json(const hps_dataset *d, const predictions *p)
{
    json j;
    int rc;

    json_start(&j, stdout);
    json_open(&j, NULL, '{');
    json_int(&j, "n_structures", hps_dataset_n_frames(d));
    json_numbers(&j, "energies", hps_dataset_n_frames(d), p->energy);
    rc = scores_json(&j, "errors", d, p);
    json_close(&j, '}');
    json_end(&j);
    return rc;
}

static int write_text(const args *a, const hps_dataset *d, const predictions *p)
{
    if (a->output != NULL) {
        printf("%lld structures written to %s\n", (long long)hps_dataset_n_frames(d), a->output);
    } else {
        printf("# frame energy/eV\n");
        for (int64_t i = 0; i < hps_dataset_n_frames(d); i++) {
            printf("%lld %.17g\n", (long long)i, p->energy[i]);
        }
    }
    return data_has(d, "energy") ? scores_print(stdout, "test", d, p) : EXIT_DONE;
}

static int run(const args *a, const hps_gpr *g, const hps_dataset *d)
{
    int with_file = a->output != NULL;
    predictions p;
    int rc = predict_all(g, d, with_file || data_has(d, "forces"),
                         with_file || data_has(d, "virial"), &p);

    if (rc == EXIT_DONE && with_file) {
        hps_status st = hps_dataset_write_extxyz(d, a->output, p.energy, p.forces, p.virial);

        rc = st == HPS_OK ? EXIT_DONE : fail_library(st, EXIT_INTERNAL);
    }
    if (rc == EXIT_DONE) {
        rc = a->json ? write_json(d, &p) : write_text(a, d, &p);
    }
    predictions_free(&p);
    return rc;
}

static int plan(const args *a, const hps_gpr *g, hps_context *c, const hps_dataset *d)
{
    int with_file = a->output != NULL;
    int64_t bytes = 0;
    char size[48];
    hps_status st = predictions_memory(g, d, with_file || data_has(d, "forces"),
                                       with_file || data_has(d, "virial"), &bytes);
    int rc;

    if (st != HPS_OK) {
        return fail_library(st, EXIT_DATA);
    }
    bytes = memory_process(c, bytes);
    rc = memory_check(a, "the prediction", bytes);
    if (rc == EXIT_DONE && a->dry_run && a->json) {
        memory_json(d, hps_soap_size(hps_gpr_soap(g)), bytes);
    } else if (rc == EXIT_DONE && a->dry_run) {
        printf("plan: %lld structures, %lld atoms; about %s of memory\n",
               (long long)hps_dataset_n_frames(d), (long long)hps_dataset_n_atoms(d),
               bytes_text((double)bytes, size));
    }
    return rc;
}

/* A name that cannot be written is found before the work, not after. */
static int check_output(const args *a)
{
    output o;
    int rc = a->output != NULL ? output_open(&o, a->output) : EXIT_DONE;

    if (a->output != NULL && rc == EXIT_DONE) {
        output_close(&o, 0);
    }
    return rc;
}

int command_predict(const args *a)
{
    hps_context *c = NULL;
    hps_dataset *d = NULL;
    hps_gpr *g = NULL;
    runfile *r = NULL;
    int rc = args_context(a, &c);

    if (rc == EXIT_DONE) {
        rc = hp_read(a, 1, &r);
    }
    if (rc == EXIT_DONE && hps_gpr_load(&g, c, a->words[0]) != HPS_OK) {
        rc = fail_library(HPS_E_FORMAT, EXIT_DATA);
    }
    if (rc == EXIT_DONE) {
        rc = data_read(r, c, a->words[1], &d);
    }
    if (rc == EXIT_DONE) {
        rc = plan(a, g, c, d);
    }
    if (rc == EXIT_DONE && !a->dry_run) {
        rc = check_output(a);
        rc = rc == EXIT_DONE ? run(a, g, d) : rc;
    }
    hps_gpr_destroy(g);
    hps_dataset_destroy(d);
    runfile_free(r);
    hps_context_destroy(c);
    return rc;
}
