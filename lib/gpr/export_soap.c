/* SPDX-License-Identifier: BSD-3-Clause */
/* The descriptor in the words of soap_turbo: what cannot be said in them, and what can. */
#include "gpr/export.h"

#include <stdio.h>

enum { BASIS_POLY3GAUSS = 1, COMPRESS_TRIVIAL = 1, FLAVOUR_EXACT = 0 };
enum { MOST_POLY3 = 10, ACCURATE = 7 }; /* radial functions: soap_turbo's limit, section 10 */
enum { ABSENT = 118 };                  /* atomic number of no atom */

/* ------------------------------------------------------------------ values */

int32_t hpsi_export_species(const hps_gpr *g, int32_t numbers[HPSI_ELEMENTS])
{
    int32_t n = 0;

    return hps_soap_species(g->soap, HPSI_ELEMENTS, &n, numbers) == HPS_OK ? n : 0;
}

double hpsi_export_value(const hps_gpr *g, const char *name, int32_t number)
{
    char full[64];
    double v = 0;

    snprintf(full, sizeof full, number > 0 ? "%s:%s" : "%s", name, hps_element_symbol(number));
    return hps_soap_get(g->soap, full, &v) == HPS_OK ? v : 0;
}

const char *hpsi_export_basis(const hps_gpr *g)
{
    return hpsi_export_value(g, "basis", 0) == BASIS_POLY3GAUSS ? "poly3gauss" : "poly3";
}

int32_t hpsi_export_trivial(const hps_gpr *g)
{
    return hpsi_export_value(g, "compress", 0) == COMPRESS_TRIVIAL;
}

/* ------------------------------------------------------------------ checks */

/* An element whose value is not the first one's, or 0. */
static int32_t other(const hps_gpr *g, const char *name)
{
    int32_t numbers[HPSI_ELEMENTS];
    int32_t n = hpsi_export_species(g, numbers);

    for (int32_t i = 1; i < n; i++) {
        if (hpsi_export_value(g, name, numbers[i]) != hpsi_export_value(g, name, numbers[0])) {
            return numbers[i];
        }
    }
    return 0;
}

static hps_status check_cutoffs(const hps_gpr *g, const char *format)
{
    static const char *const names[] = {"rcut_hard", "rcut_soft", "nf"};

    for (int32_t i = 0; i < 3; i++) {
        int32_t z = other(g, names[i]);

        if (z > 0) {
            return hpsi_fail(HPS_E_OPTION,
                             "export to %s: soap.%s: %g of %s is not that of the first element "
                             "(%g); %s has one value for all elements",
                             format, names[i], hpsi_export_value(g, names[i], z),
                             hps_element_symbol(z), hpsi_export_value(g, names[i], 0), format);
        }
    }
    return HPS_OK;
}

/* The recursions of the Fortran code end where these limits are (soap.md, section 9). */
static hps_status check_element(const hps_gpr *g, const hpsi_export_limits *limits, int32_t z)
{
    double n = hpsi_export_value(g, "n_max", z);
    double most = MOST_POLY3 + (hpsi_export_value(g, "basis", 0) == BASIS_POLY3GAUSS);
    double hard = hpsi_export_value(g, "rcut_hard", z);
    double scaling = hpsi_export_value(g, "global_scaling", z);

    if (n > most) {
        return hpsi_fail(HPS_E_OPTION,
                         "export to %s: soap.n_max: %g of %s; soap_turbo goes up to %g with %s",
                         limits->format, n, hps_element_symbol(z), most, hpsi_export_basis(g));
    }
    if (hpsi_export_value(g, "rcut_soft", z) >= hard) {
        return hpsi_fail(HPS_E_OPTION,
                         "export to %s: soap.rcut_soft: equals rcut_hard (%g) of %s, where "
                         "soap_turbo divides by zero",
                         limits->format, hard, hps_element_symbol(z));
    }
    if (scaling != 1 && !limits->global_scaling) {
        return hpsi_fail(HPS_E_OPTION,
                         "export to %s: soap.global_scaling: %g of %s; %s has no such option "
                         "(turbogap has)",
                         limits->format, scaling, hps_element_symbol(z), limits->format);
    }
    return HPS_OK;
}

/* The padding of hpsi_export_padded would need as many functions as the element has. */
static hps_status check_reduction(const hps_gpr *g, const hpsi_export_limits *limits)
{
    if (hpsi_export_value(g, "compress", 0) <= COMPRESS_TRIVIAL) {
        return HPS_OK;
    }
    if (!limits->reductions) {
        return hpsi_fail(HPS_E_OPTION,
                         "export to %s: soap.compress: nu_R_nu_S compression cannot be written; "
                         "none and trivial can",
                         limits->format);
    }
    if (hpsi_export_padded(g)) {
        return hpsi_fail(HPS_E_OPTION,
                         "export to %s: soap.central_weight: %g of one element alone cannot be "
                         "written with nu_R_nu_S compression (1 can, and so can compress none or "
                         "trivial)",
                         limits->format, hpsi_export_value(g, "central_weight", 0));
    }
    return HPS_OK;
}

hps_status hpsi_export_check_soap(const hps_gpr *g, const hpsi_export_limits *limits)
{
    int32_t numbers[HPSI_ELEMENTS];
    int32_t n = hpsi_export_species(g, numbers);
    hps_status s = limits->one_cutoff ? check_cutoffs(g, limits->format) : HPS_OK;

    for (int32_t i = 0; s == HPS_OK && i < n; i++) {
        s = check_element(g, limits, numbers[i]);
    }
    s = s == HPS_OK ? check_reduction(g, limits) : s;
    if (s == HPS_OK && hpsi_export_value(g, "smooth_tail", 0) != 0) {
        s = hpsi_fail(HPS_E_OPTION,
                      "export to %s: soap.smooth_tail: 1; soap_turbo always drops the tail (0)",
                      limits->format);
    }
    return s;
}

/* ---------------------------------------------------------------- warnings */

void hpsi_export_warn(const hps_gpr *g, const char *format)
{
    int32_t numbers[HPSI_ELEMENTS];
    int32_t n = hpsi_export_species(g, numbers);
    double most = 0;

    if (hpsi_export_value(g, "flavour", 0) == FLAVOUR_EXACT) {
        hpsi_log(g->context, HPS_LOG_WARN,
                 "export to %s: soap.flavour is exact, soap_turbo's descriptors differ by about "
                 "1e-7: fit with flavour soap_turbo for its digits",
                 format);
    }
    for (int32_t i = 0; i < n; i++) {
        double n_max = hpsi_export_value(g, "n_max", numbers[i]);

        most = n_max > most ? n_max : most;
        if (g->sparse.count[numbers[i]] == 0) {
            hpsi_log(g->context, HPS_LOG_WARN,
                     "export to %s: no sparse points of %s, whose atoms get no energy there",
                     format, hps_element_symbol(numbers[i]));
        }
    }
    if (most > ACCURATE) {
        hpsi_log(
            g->context, HPS_LOG_WARN,
            "export to %s: soap.n_max %g: soap_turbo's radial functions lose digits above %d, its "
            "energies are other ones (for iron by 2e-5 eV/atom with 8, 8e-3 with 10, poly3)",
            format, most, ACCURATE);
    }
}

/* ------------------------------------------------------------------- words */

int32_t hpsi_export_padded(const hps_gpr *g)
{
    int32_t numbers[HPSI_ELEMENTS];

    return hpsi_export_species(g, numbers) == 1 && hpsi_export_value(g, "central_weight", 0) != 1;
}

void hpsi_export_values(hpsi_export *x, const char *name)
{
    int32_t numbers[HPSI_ELEMENTS];
    int32_t n = hpsi_export_species(x->g, numbers);

    for (int32_t i = 0; i < n; i++) {
        hpsi_export_print(x, "%s", i > 0 ? " " : "");
        hpsi_export_number(x, hpsi_export_value(x->g, name, numbers[i]));
    }
}

static void one_value(hpsi_export *x, const char *key, const char *name)
{
    hpsi_export_print(x, " %s=", key);
    hpsi_export_number(x, hpsi_export_value(x->g, name, 0));
}

/* The second element has one radial function and else the values of the first. */
static void lists(hpsi_export *x, const char *open, const char *close)
{
    static const char *const keys[][2] = {
        {"alpha_max", "n_max"},
        {"atom_sigma_r", "atom_sigma_r"},
        {"atom_sigma_t", "atom_sigma_t"},
        {"atom_sigma_r_scaling", "atom_sigma_r_scaling"},
        {"atom_sigma_t_scaling", "atom_sigma_t_scaling"},
        {"amplitude_scaling", "amplitude_scaling"},
        {"central_weight", "central_weight"},
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        hpsi_export_print(x, " %s=%s", keys[i][0], open);
        hpsi_export_values(x, keys[i][1]);
        if (hpsi_export_padded(x->g)) {
            hpsi_export_print(x, " ");
            hpsi_export_number(x, i == 0 ? 1 : hpsi_export_value(x->g, keys[i][1], 0));
        }
        hpsi_export_print(x, "%s", close);
    }
}

/* none, trivial, then nu_R_nu_S in lexicographic order */
static void compression(hpsi_export *x)
{
    int32_t choice = (int32_t)hpsi_export_value(x->g, "compress", 0);
    int32_t k = choice - COMPRESS_TRIVIAL - 1;

    if (choice == COMPRESS_TRIVIAL) {
        hpsi_export_print(x, " compress_mode=trivial");
    } else if (choice > COMPRESS_TRIVIAL) {
        hpsi_export_print(x, " compress_mode=%d_%d", k / 3, k % 3);
    }
}

void hpsi_export_words(hpsi_export *x, int32_t centre, const char *open, const char *close)
{
    int32_t numbers[HPSI_ELEMENTS + 1];
    int32_t n = hpsi_export_species(x->g, numbers);

    if (hpsi_export_padded(x->g)) {
        numbers[n] = numbers[0] == ABSENT ? ABSENT - 1 : ABSENT;
        n++;
    }
    open = n > 1 ? open : "";
    close = n > 1 ? close : "";
    hpsi_export_print(x, "soap_turbo");
    one_value(x, "l_max", "l_max");
    one_value(x, "rcut_hard", "rcut_hard");
    one_value(x, "rcut_soft", "rcut_soft");
    one_value(x, "nf", "nf");
    lists(x, open, close);
    one_value(x, "radial_enhancement", "radial_enhancement");
    hpsi_export_print(x, " basis=%s scaling_mode=polynomial", hpsi_export_basis(x->g));
    compression(x);
    hpsi_export_print(x, " n_species=%d species_Z=%s", n, open);
    for (int32_t i = 0; i < n; i++) {
        hpsi_export_print(x, "%s%d", i > 0 ? " " : "", numbers[i]);
    }
    hpsi_export_print(x, "%s central_index=%d add_species=F", close, centre + 1);
}
