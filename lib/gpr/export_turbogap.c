/* SPDX-License-Identifier: BSD-3-Clause */
/* A model as TurboGAP reads it: the .gap file with its tables, and the input of a prediction. */
#include "gpr/export.h"

#include <string.h>

static const hpsi_export_limits limits = {"turbogap", 0, 1, 0};

hps_status hpsi_export_turbogap_check(const hps_gpr *g, const char *path)
{
    if (strpbrk(path, "\"'") != NULL) {
        return hpsi_fail(HPS_E_OPTION,
                         "export to turbogap: %s: a name with a quotation mark cannot stand in "
                         "its files",
                         path);
    }
    return hpsi_export_check_soap(g, &limits);
}

static void list(hpsi_export *x, const char *key, const char *option)
{
    hpsi_export_print(x, "%s = ", key);
    hpsi_export_values(x, option);
    hpsi_export_print(x, "\n");
}

static void number(hpsi_export *x, const char *key, double v)
{
    hpsi_export_print(x, "%s = ", key);
    hpsi_export_number(x, v);
    hpsi_export_print(x, "\n");
}

static void symbols(hpsi_export *x, int32_t n, const int32_t *numbers)
{
    hpsi_export_print(x, "n_species = %d\nspecies =", n); /* first: it sizes the lists */
    for (int32_t i = 0; i < n; i++) {
        hpsi_export_print(x, " %s", hps_element_symbol(numbers[i]));
    }
    hpsi_export_print(x, "\n");
}

static void buffers(hpsi_export *x, int32_t n, const int32_t *numbers)
{
    hpsi_export_print(x, "buffer =");
    for (int32_t i = 0; i < n; i++) {
        hpsi_export_print(x, " ");
        hpsi_export_number(x, hpsi_export_value(x->g, "rcut_hard", numbers[i]) -
                                  hpsi_export_value(x->g, "rcut_soft", numbers[i]));
    }
    hpsi_export_print(x, "\n");
}

static void block(hpsi_export *x, int32_t centre, int32_t n, const int32_t *numbers)
{
    static const char *const lists[] = {
        "nf",
        "atom_sigma_r",
        "atom_sigma_t",
        "n_max",
        "atom_sigma_r_scaling",
        "atom_sigma_t_scaling",
        "amplitude_scaling",
        "central_weight",
        "global_scaling",
    };
    const char *symbol = hps_element_symbol(numbers[centre]);

    hpsi_export_print(x, "gap_beg soap_turbo\n");
    symbols(x, n, numbers);
    hpsi_export_print(x, "central_species = %d\n", centre + 1);
    list(x, "rcut", "rcut_hard");
    buffers(x, n, numbers);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        list(x, lists[i], lists[i]);
    }
    number(x, "l_max", hpsi_export_value(x->g, "l_max", 0));
    number(x, "radial_enhancement", hpsi_export_value(x->g, "radial_enhancement", 0));
    hpsi_export_print(x, "scaling_mode = polynomial\nbasis = \"%s\"\n", hpsi_export_basis(x->g));
    if (hpsi_export_trivial(x->g)) {
        hpsi_export_print(x, "compress_soap = .true.\ncompress_mode = \"trivial\"\n");
    }
    number(x, "zeta", x->g->fit_zeta);
    number(x, "delta", x->g->fit_delta);
    hpsi_export_print(x, "desc_sparse = \"%s.sparse.%s\"\n", x->path, symbol);
    hpsi_export_print(x, "alphas_sparse = \"%s.alphas.%s\"\ngap_end\n", x->path, symbol);
}

/* What `turbogap predict` reads under the name input. */
static void input(hpsi_export *x, int32_t n, const int32_t *numbers)
{
    hpsi_export_file(x, ".input");
    hpsi_export_print(x, "atoms_file = 'atoms.xyz'\npot_file = '%s'\n", x->path);
    symbols(x, n, numbers);
    hpsi_export_print(x, "masses =");
    for (int32_t i = 0; i < n; i++) {
        hpsi_export_print(x, " ");
        hpsi_export_number(x, hpsi_export_mass(numbers[i]));
    }
    hpsi_export_print(x, "\ne0 =");
    for (int32_t i = 0; i < n; i++) {
        hpsi_export_print(x, " %.17g", x->g->e0[numbers[i]]);
    }
    hpsi_export_print(x, "\ndo_forces = .true.\n");
}

static void alphas(hpsi_export *x, int32_t number)
{
    const hpsi_sparse *p = &x->g->sparse;
    const double *alpha = x->g->alpha + p->first[number];

    for (int32_t t = 0; t < p->count[number]; t++) {
        hpsi_export_print(x, "%.17e 1.0\n", alpha[t]);
    }
}

void hpsi_export_turbogap(hpsi_export *x)
{
    int32_t numbers[HPSI_ELEMENTS];
    int32_t n = hpsi_export_species(x->g, numbers);

    hpsi_export_file(x, "%s", "");
    for (int32_t i = 0; i < n; i++) {
        if (x->g->sparse.count[numbers[i]] > 0) {
            block(x, i, n, numbers);
        }
    }
    for (int32_t i = 0; i < n; i++) {
        if (x->g->sparse.count[numbers[i]] > 0) {
            hpsi_export_file(x, ".sparse.%s", hps_element_symbol(numbers[i]));
            hpsi_export_points(x, numbers[i], 0);
            hpsi_export_file(x, ".alphas.%s", hps_element_symbol(numbers[i]));
            alphas(x, numbers[i]);
        }
    }
    input(x, n, numbers);
}
