/* SPDX-License-Identifier: BSD-3-Clause */
/* hpswarm demo: both strategies of the paper on its first system, carbon dimers, with a
 * table beside the paper's Table 3. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "tune.h"

extern const unsigned char c_dimer_gpaw[];
extern const size_t c_dimer_gpaw_size;

/* A line of Table 3: name, strategy, n_max = l_max, and what the paper prints. */
typedef struct demo_row {
    const char *name, *strategy;
    int n;
    double paper_mean, paper_std;     /* of the kernel */
    double paper_energy, paper_force; /* meV/atom, meV/angstrom: best of the strategy */
    /* found here */
    hps_errors errors;
    double mean, std;
    char *result;
} demo_row;

static const demo_row table[] = {
    {.name = "S6-1",
     .strategy = "joint",
     .n = 6,
     .paper_mean = 0.51,
     .paper_std = 0.35,
     .paper_energy = 0.6,
     .paper_force = 14.8},
    {.name = "S4-1",
     .strategy = "joint",
     .n = 4,
     .paper_mean = 0.58,
     .paper_std = 0.32,
     .paper_energy = 0.6,
     .paper_force = 14.8},
    {.name = "S6-2",
     .strategy = "two-stage",
     .n = 6,
     .paper_mean = 0.51,
     .paper_std = 0.37,
     .paper_energy = 0.6,
     .paper_force = 15.3},
    {.name = "S4-2",
     .strategy = "two-stage",
     .n = 4,
     .paper_mean = 0.49,
     .paper_std = 0.39,
     .paper_energy = 0.6,
     .paper_force = 15.3},
};
enum { N_ROWS = sizeof table / sizeof table[0] };

/* As in the paper, the 30 dimers train and test; all 30 environments are sparse points. */
static const char settings[] =
    "data: {train: '%s', test: '%s', e0: average}\n"
    "strategy: %s\n"
    "soap:\n"
    "  {basis: poly3gauss, n_max: %d, l_max: %d, rcut_hard: 5.0, rcut_soft: [4.0, 5.0],\n"
    "   atom_sigma_r: [0.1, 2.0], atom_sigma_t: [0.1, 2.0], atom_sigma_r_scaling: [0.0, 2.0],\n"
    "   atom_sigma_t_scaling: [0.0, 2.0], amplitude_scaling: [0.0, 2.0],\n"
    "   central_weight: [0.0, 2.0], radial_enhancement: [0, 2]}\n"
    "kernel: {zeta: [2, 10]}\n"
    "gap:\n"
    "  {sparse: all, fit_forces: true, delta: [0.1, 5.0], jitter: 1.0e-10,\n"
    "   sigma_energy: {range: [0.0005, 0.1], scale: log},\n"
    "   sigma_force: {range: [0.001, 0.1], scale: log}}\n"
    "objective: {stage1: std-skew, stage2: rmse}\n"
    "swarm: {variant: paper, particles: 16, iterations: 60, c1: 1.0, c2: 2.0, seed: 42}\n";

/* A single quote inside a quoted YAML text is written twice. */
static char *yaml_quoted_content(const char *s)
{
    char *out = new_memory(2 * strlen(s) + 1, 1), *o = out;

    for (; *s != '\0'; s++) {
        if (*s == '\'') {
            *o++ = '\'';
        }
        *o++ = *s;
    }
    return out;
}

static int read_settings(const args *a, const demo_row *row, const char *data, runfile **out)
{
    char *path = yaml_quoted_content(data);
    char *text = new_textf(settings, path, path, row->strategy, row->n, row->n);
    int rc = runfile_parse(out, "demo", text, strlen(text), a->n_overrides, a->overrides,
                           RUNFILE_RANGES);

    if (rc == EXIT_DONE && a->has_seed) {
        runfile_seed(*out, "swarm", a->seed);
    }
    free(text);
    free(path);
    return rc;
}

static int take_errors(tuning *t, demo_row *row)
{
    const stage *first = &t->stages[0];

    row->errors.struct_size = sizeof row->errors;
    if (hps_gpr_score(t->model, t->data.test, &row->errors) != HPS_OK) {
        return fail_library(HPS_E_INTERNAL, EXIT_INTERNAL);
    }
    row->mean = first->kernel.stats.mean;
    row->std = first->kernel.stats.standard_deviation;
    row->result = new_text(t->result);
    return EXIT_DONE;
}

static int run_row(const args *a, const char *folder, const char *data, demo_row *row)
{
    char *directory = path_join(folder, row->name);
    tuning t = {.a = a, .directory = directory, .label = row->name, .overwrite = 1};
    hps_context *c;
    int rc = read_settings(a, row, data, &t.r);

    rc = rc == EXIT_DONE ? args_context(a, &t.context) : rc;
    rc = rc == EXIT_DONE ? data_load(t.r, t.context, &t.data) : rc;
    rc = rc == EXIT_DONE ? tuning_run(&t) : rc;
    rc = rc == EXIT_DONE ? take_errors(&t, row) : rc;
    c = t.context;
    tuning_free(&t);
    hps_context_destroy(c);
    free(directory);
    return rc;
}

static void print_table(FILE *f, const demo_row *rows)
{
    fputs("C dimers (30 structures, GPAW): training and test set as in the paper's Table 3\n"
          "G_E in meV/atom; G_F in meV/A, the paper's is sqrt(3) times the rms over components\n\n"
          "                   ------- paper --------    --------------- here ----------------\n"
          "set   strategy      kernel     G_E   G_F     kernel       G_E     rms_F  sqrt(3)rms_F\n",
          f);
    for (int i = 0; i < N_ROWS; i++) {
        const demo_row *r = &rows[i];

        fprintf(f, "%-5s %-11s %.2f %.2f   %.1f  %.1f   %.3f %.3f  %7.3f  %8.3f  %8.3f\n", r->name,
                r->strategy, r->paper_mean, r->paper_std, r->paper_energy, r->paper_force, r->mean,
                r->std, 1e3 * r->errors.rmse_energy_per_atom, 1e3 * r->errors.rmse_force,
                1e3 * sqrt(3.0) * r->errors.rmse_force);
    }
}

static char *make_result(const demo_row *rows)
{
    memory_text m;

    memory_open(&m);
    fputs("{\"runs\":[", m.stream);
    for (int i = 0; i < N_ROWS; i++) {
        json j;

        fputs(i > 0 ? "," : "", m.stream);
        json_start(&j, m.stream);
        json_open(&j, NULL, '{');
        json_text(&j, "name", rows[i].name);
        json_number(&j, "G_E_meV_per_atom", 1e3 * rows[i].errors.rmse_energy_per_atom);
        json_number(&j, "rmse_force_meV_per_A", 1e3 * rows[i].errors.rmse_force);
        json_number(&j, "G_F_meV_per_A", 1e3 * sqrt(3.0) * rows[i].errors.rmse_force);
        json_number(&j, "paper_G_E_meV_per_atom", rows[i].paper_energy);
        json_number(&j, "paper_G_F_meV_per_A", rows[i].paper_force);
        /* the rest is the run's own result.json, spliced in behind its opening brace */
        fprintf(m.stream, ",%.*s", (int)strlen(rows[i].result) - 2, rows[i].result + 1);
    }
    fputs("]}\n", m.stream);
    fclose(m.stream);
    return m.text;
}

static int write_data(const char *folder, char **path)
{
    int rc = directory_make(folder);

    *path = path_join(folder, "c_dimer_gpaw.xyz");
    return rc == EXIT_DONE ? file_replace(*path, (const char *)c_dimer_gpaw, c_dimer_gpaw_size)
                           : rc;
}

static int run_all(const args *a, const char *folder, demo_row *rows)
{
    char *data = NULL, *result, *path;
    double start = seconds_now();
    int rc = write_data(folder, &data);

    for (int i = 0; i < N_ROWS && rc == EXIT_DONE; i++) {
        rc = run_row(a, folder, data, &rows[i]);
    }
    free(data);
    if (rc != EXIT_DONE) {
        return rc;
    }
    result = make_result(rows);
    path = path_join(folder, "result.json");
    rc = file_replace(path, result, strlen(result));
    if (rc == EXIT_DONE && a->json) {
        fputs(result, stdout);
    } else if (rc == EXIT_DONE) {
        print_table(stdout, rows);
        printf("\n%.1f s; files in %s, a folder for each line with report.html and best.yaml\n",
               seconds_now() - start, folder);
    }
    free(path);
    free(result);
    return rc;
}

static void print_plan(void)
{
    printf("plan: 4 runs on 30 carbon dimers, 16 particles each, about a minute in all\n");
    for (int i = 0; i < N_ROWS; i++) {
        printf("  %s: %s, n_max = l_max = %d\n", table[i].name, table[i].strategy, table[i].n);
    }
}

int command_demo(const args *a)
{
    demo_row rows[N_ROWS];
    int rc;

    if (a->dry_run) {
        print_plan();
        return EXIT_DONE;
    }
    memcpy(rows, table, sizeof rows);
    stop_install(a->output != NULL ? a->output : "demo-out");
    stop_deadline(a->time_limit);
    rc = run_all(a, a->output != NULL ? a->output : "demo-out", rows);
    for (int i = 0; i < N_ROWS; i++) {
        free(rows[i].result);
    }
    return rc;
}
