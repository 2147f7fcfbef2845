/* SPDX-License-Identifier: BSD-3-Clause */
/* A model as QUIP reads it: an XML file and, beside it, the sparse points of each element. */
#include "gpr/export.h"

#include <string.h>

#define LABEL "GAP_hpswarm" /* of the potential; a descriptor's is this and its running number */

static const hpsi_export_limits limits = {"quip", 1, 0, 1};

hps_status hpsi_export_quip_check(const hps_gpr *g, const char *path)
{
    (void)path;
    return hpsi_export_check_soap(g, &limits);
}

/* The name without folders, as text of an XML attribute: QUIP looks beside the XML file. */
static void file_name(hpsi_export *x)
{
    const char *slash = strrchr(x->path, '/');

    for (const char *c = slash != NULL ? slash + 1 : x->path; *c != '\0'; c++) {
        switch (*c) {
        case '&':
            hpsi_export_print(x, "&amp;");
            break;
        case '<':
            hpsi_export_print(x, "&lt;");
            break;
        case '>':
            hpsi_export_print(x, "&gt;");
            break;
        case '"':
            hpsi_export_print(x, "&quot;");
            break;
        default:
            hpsi_export_print(x, "%c", *c);
            break;
        }
    }
}

static void coordinates(hpsi_export *x, int32_t index, int32_t centre, int32_t number)
{
    const hpsi_sparse *p = &x->g->sparse;
    const double *alpha = x->g->alpha + p->first[number];

    hpsi_export_print(x,
                      "   <gpCoordinates label=\"" LABEL "%d\" dimensions=\"%d\""
                      " signal_variance=\"%.17g\" signal_mean=\"0.0\" sparsified=\"T\""
                      " n_permutations=\"1\" covariance_type=\"2\" zeta=\"%.17g\" n_sparseX=\"%d\""
                      " sparseX_filename=\"",
                      index, hpsi_export_size(x->g, hpsi_export_padded(x->g)), x->g->fit_delta,
                      x->g->fit_zeta, p->count[number]);
    file_name(x);
    hpsi_export_print(x, ".sparseX." LABEL "%d\">\n    <descriptor>", index);
    hpsi_export_words(x, centre, "{", "}");
    hpsi_export_print(x, "</descriptor>\n    <permutation i=\"1\">1</permutation>\n");
    for (int32_t t = 0; t < p->count[number]; t++) {
        hpsi_export_print(x, "    <sparseX i=\"%d\" alpha=\"%.17g\" sparseCutoff=\"1.0\"/>\n",
                          t + 1, alpha[t]);
    }
    hpsi_export_print(x, "   </gpCoordinates>\n");
}

static void document(hpsi_export *x, int32_t n, const int32_t *numbers)
{
    const hpsi_sparse *p = &x->g->sparse;
    int32_t index = 0;

    hpsi_export_print(x,
                      "<" LABEL ">\n <Potential label=\"" LABEL "\" init_args=\"IP GAP label=" LABEL
                      "\"/>\n <GAP_params label=\"" LABEL "\" gap_version=\"0\">\n"
                      "  <GAP_data do_core=\"F\">\n");
    for (int32_t i = 0; i < n; i++) {
        hpsi_export_print(x, "   <e0 Z=\"%d\" value=\"%.17g\"/>\n", numbers[i],
                          x->g->e0[numbers[i]]);
    }
    hpsi_export_print(x,
                      "  </GAP_data>\n  <gpSparse label=\"" LABEL "\" n_coordinate=\"%d\""
                      " fitted=\"T\">\n",
                      p->n_elements);
    for (int32_t i = 0; i < n; i++) {
        if (p->count[numbers[i]] > 0) {
            coordinates(x, ++index, i, numbers[i]);
        }
    }
    hpsi_export_print(x, "  </gpSparse>\n </GAP_params>\n</" LABEL ">\n");
}

void hpsi_export_quip(hpsi_export *x)
{
    int32_t numbers[HPSI_ELEMENTS];
    int32_t n = hpsi_export_species(x->g, numbers);
    int32_t index = 0;

    hpsi_export_file(x, "%s", "");
    document(x, n, numbers);
    for (int32_t i = 0; i < n; i++) {
        if (x->g->sparse.count[numbers[i]] > 0) {
            hpsi_export_file(x, ".sparseX." LABEL "%d", ++index);
            hpsi_export_points(x, numbers[i], hpsi_export_padded(x->g));
        }
    }
}
