/* SPDX-License-Identifier: BSD-3-Clause */
/* The gap_fit command that trains with the hyper-parameters of a model: a shell script. */
#include "gpr/export.h"

#include <math.h>
#include <string.h>

static const hpsi_export_limits limits = {"gap_fit", 1, 0, 1};

static int32_t method(const hps_gpr *g)
{
    return (int32_t)g->option[HPSI_GPR_SPARSE_METHOD];
}

/* ------------------------------------------------------------------ checks */

/* Its lists are words between colons and braces, and the script's between quotes. */
static int32_t is_word(const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c <= ' ' || strchr(":{}\"'=,", *c) != NULL) {
            return 0;
        }
    }
    return text[0] != '\0';
}

hps_status hpsi_export_gap_fit_check(const hps_gpr *g, const char *path)
{
    for (int64_t i = 0; i < g->n_noise; i++) {
        if (!is_word(g->noise[i].config_type)) {
            return hpsi_fail(HPS_E_OPTION,
                             "export to gap_fit: config_type '%.64s' cannot stand in its list of "
                             "noises (letters, digits, _ and - can)",
                             g->noise[i].config_type);
        }
    }
    if (method(g) == HPSI_SPARSE_FILE && !is_word(path)) {
        return hpsi_fail(HPS_E_OPTION,
                         "export to gap_fit: %s: the name cannot stand in its command (letters, "
                         "digits, _, -, . and / can)",
                         path);
    }
    return hpsi_export_check_soap(g, &limits);
}

/* ----------------------------------------------------------------- command */

static void descriptor(hpsi_export *x, int32_t centre, int32_t number)
{
    static const char *const words[] = {
        [HPSI_SPARSE_CUR] = "cur_points",
        [HPSI_SPARSE_RANDOM] = "random",
        [HPSI_SPARSE_ALL] = "none",
        [HPSI_SPARSE_FILE] = "index_file",
    };

    hpsi_export_words(x, centre, "{{", "}}");
    hpsi_export_print(x, " covariance_type=dot_product zeta=");
    hpsi_export_number(x, x->g->fit_zeta);
    hpsi_export_print(x, " delta=");
    hpsi_export_number(x, x->g->fit_delta);
    hpsi_export_print(x, " n_sparse=%d sparse_method=%s", x->g->sparse.count[number],
                      words[method(x->g)]);
    if (method(x->g) == HPSI_SPARSE_FILE) {
        hpsi_export_print(x, " sparse_file=%s.points.%s", x->path, hps_element_symbol(number));
    }
}

static void descriptors(hpsi_export *x, int32_t n, const int32_t *numbers)
{
    const char *before = "";

    hpsi_export_print(x, " 'gap={");
    for (int32_t i = 0; i < n; i++) {
        if (x->g->sparse.count[numbers[i]] > 0) {
            hpsi_export_print(x, "%s", before);
            descriptor(x, i, numbers[i]);
            before = " :\n  "; /* a line is a blank to its parser */
        }
    }
    hpsi_export_print(x, "}' \\\n");
}

/* Energy, force, virial; the fourth is of Hessians. What is not fitted has none. */
static void noises(hpsi_export *x, const double sigma[3], const char *between)
{
    const double used[3] = {1, x->g->option[HPSI_GPR_FIT_FORCES],
                            x->g->option[HPSI_GPR_FIT_VIRIALS]};

    for (int32_t k = 0; k < 3; k++) {
        double option = x->g->option[HPSI_GPR_SIGMA_ENERGY + k];

        hpsi_export_number(x, used[k] == 0 ? 0 : isnan(sigma[k]) ? option : sigma[k]);
        hpsi_export_print(x, "%s", between);
    }
    hpsi_export_print(x, "0");
}

static void all_noises(hpsi_export *x)
{
    hpsi_export_print(x, " 'default_sigma={");
    noises(x, &x->g->option[HPSI_GPR_SIGMA_ENERGY], " ");
    hpsi_export_print(x, "}' kernel_regularisation_is_per_atom=%s",
                      x->g->option[HPSI_GPR_SIGMA_PER_ATOM] != 0 ? "T" : "F");
    for (int64_t i = 0; i < x->g->n_noise; i++) {
        hpsi_export_print(x, "%s%s:", i == 0 ? " \\\n 'config_type_sigma={" : ":",
                          x->g->noise[i].config_type);
        noises(x, x->g->noise[i].sigma, ":");
    }
    hpsi_export_print(x, "%s \\\n", x->g->n_noise > 0 ? "}'" : "");
}

static void energies(hpsi_export *x, int32_t n, const int32_t *numbers)
{
    hpsi_export_print(x, " 'e0={");
    for (int32_t i = 0; i < n; i++) {
        hpsi_export_print(x, "%s%s:", i > 0 ? ":" : "", hps_element_symbol(numbers[i]));
        hpsi_export_number(x, x->g->e0[numbers[i]]);
    }
    hpsi_export_print(x, "}' \\\n");
}

static void command(hpsi_export *x, int32_t n, const int32_t *numbers)
{
    const double *option = x->g->option;
    int32_t virials = option[HPSI_GPR_FIT_VIRIALS] != 0;

    hpsi_export_print(x, "gap_fit atoms_filename=train.xyz gap_file=gap.xml \\\n");
    descriptors(x, n, numbers);
    all_noises(x);
    energies(x, n, numbers);
    hpsi_export_print(x,
                      " energy_parameter_name=energy force_parameter_name=%s"
                      " virial_parameter_name=%s stress_parameter_name=no_stress \\\n",
                      option[HPSI_GPR_FIT_FORCES] != 0 ? "forces" : "no_forces",
                      virials ? "virial" : "no_virial");
    hpsi_export_print(x, " sparse_jitter=");
    hpsi_export_number(x, x->g->report.jitter);
    hpsi_export_print(x, " rnd_seed=%.0f do_copy_atoms_file=F sparse_separate_file=T\n",
                      option[HPSI_GPR_SEED]);
}

static void points(hpsi_export *x, int32_t number)
{
    hpsi_export_file(x, ".points.%s", hps_element_symbol(number));
    for (int32_t i = 0; i < x->g->n_chosen[number]; i++) {
        hpsi_export_print(x, "%lld\n", (long long)x->g->chosen[number][i]);
    }
}

void hpsi_export_gap_fit(hpsi_export *x)
{
    int32_t numbers[HPSI_ELEMENTS];
    int32_t n = hpsi_export_species(x->g, numbers);

    hpsi_export_file(x, "%s", "");
    hpsi_export_print(x, "#!/bin/sh\n# Written by hpswarm: put the name of the training file for "
                         "train.xyz, and its keys for energy, forces, virial.\n"
                         "# gap_fit takes no energies from frames without a Lattice.\n");
    if (method(x->g) == HPSI_SPARSE_RANDOM) {
        hpsi_export_print(x, "# Random sparse points: gap_fit draws other ones.\n");
    }
    command(x, n, numbers);
    for (int32_t i = 0; method(x->g) == HPSI_SPARSE_FILE && i < n; i++) {
        if (x->g->sparse.count[numbers[i]] > 0) {
            points(x, numbers[i]);
        }
    }
}
