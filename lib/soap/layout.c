/* SPDX-License-Identifier: BSD-3-Clause */
/* Which products of coefficients are components of the descriptor: the whole power
 * spectrum, or a compressed one without a detour over the whole (soap.md 4 and 5). */
#include "soap/private.h"

#include <math.h>
#include <string.h>

enum { COMPRESS_NONE, COMPRESS_TRIVIAL, COMPRESS_NU };

/* Choice index of "compress": none, trivial, then nu_R _ nu_S in lexicographic order. */
static int32_t compression(const hps_soap *s, int32_t *nu_r, int32_t *nu_s)
{
    int32_t choice = hpsi_soap_int(s, 0, SOAP_COMPRESS);

    *nu_r = choice >= 2 ? (choice - 2) / 3 : 0;
    *nu_s = choice >= 2 ? (choice - 2) % 3 : 0;
    return choice >= 2 ? COMPRESS_NU : choice;
}

static int32_t total_functions(const hps_soap *s)
{
    int32_t n = 0;

    for (int32_t i = 0; i < s->n_species; i++) {
        n += hpsi_soap_int(s, i, SOAP_N_MAX);
    }
    return n;
}

/* Columns of a factor that keeps the radial index and the species or sums over them. */
static int32_t factor_columns(const hps_soap *s, int32_t radial, int32_t species)
{
    return (radial ? hpsi_soap_int(s, 0, SOAP_N_MAX) : 1) * (species ? s->n_species : 1);
}

static int32_t pair_count(const hps_soap *s)
{
    int32_t nu_r, nu_s, kind = compression(s, &nu_r, &nu_s), n = total_functions(s);

    if (kind == COMPRESS_NU) {
        int32_t m1 = factor_columns(s, nu_r >= 1, nu_s >= 1);
        int32_t m2 = factor_columns(s, nu_r == 2, nu_s == 2);

        return nu_r % 2 == 0 && nu_s % 2 == 0 ? m1 * (m1 + 1) / 2 : m1 * m2;
    }
    if (kind == COMPRESS_TRIVIAL) {
        int32_t m = n - s->n_species;

        return n * (n + 1) / 2 - m * (m + 1) / 2;
    }
    return n * (n + 1) / 2;
}

int32_t hpsi_soap_layout_size(const hps_soap *s)
{
    return pair_count(s) * (hpsi_soap_int(s, 0, SOAP_L_MAX) + 1);
}

static void add_pair(hpsi_soap_layout *y, int32_t u, int32_t v, double factor)
{
    y->u[y->n_pairs] = u;
    y->v[y->n_pairs] = v;
    y->factor[y->n_pairs++] = factor;
}

/* Species and radial index of each column of c; -1 where a block is padded. */
typedef struct column {
    int32_t species, radial;
} column;

static void list_columns(const hps_soap *s, column *columns)
{
    for (int32_t i = 0; i < s->n_species; i++) {
        int32_t n = hpsi_soap_int(s, i, SOAP_N_MAX);

        for (int32_t k = 0; k < hpsi_soap_pad(n, 4); k++) {
            columns->species = k < n ? i : -1;
            columns->radial = k;
            columns++;
        }
    }
}

/* Pairs of the columns of c; with `first_only` those of a first radial function. */
static void fill_plain(hpsi_soap_layout *y, const column *columns, int32_t first_only)
{
    const double root = sqrt(2.0);

    for (int32_t a = 0; a < y->n_columns; a++) {
        for (int32_t b = a; b < y->n_columns; b++) {
            int32_t absent = columns[a].species < 0 || columns[b].species < 0;
            double factor = a == b ? 1 : root;

            if (absent) {
                continue;
            }
            if (!first_only) {
                add_pair(y, a, b, factor);
            } else if (columns[a].radial == 0) {
                add_pair(y, y->map1[a], b, factor);
            } else if (columns[b].radial == 0) {
                add_pair(y, y->map1[b], a, factor);
            }
        }
    }
}

static void fill_nu(hpsi_soap_layout *y)
{
    const double root = sqrt(2.0);

    for (int32_t u = 0; u < y->m1; u++) {
        for (int32_t v = y->symmetric ? u : 0; v < y->m2; v++) {
            add_pair(y, u, v, y->symmetric && v > u ? root : 1);
        }
    }
}

static void map_columns(hpsi_soap_layout *y, const hps_soap *s, const column *columns)
{
    int32_t nu_r, nu_s, kind = compression(s, &nu_r, &nu_s);
    int32_t n = hpsi_soap_int(s, 0, SOAP_N_MAX);

    y->m1 = y->m2 = y->n_columns;
    y->identity = y->symmetric = kind == COMPRESS_NONE;
    for (int32_t i = 0; i < y->n_columns; i++) {
        const column *at = &columns[i];
        int32_t species = nu_s >= 1 ? at->species : 0, radial = nu_r >= 1 ? at->radial : 0;

        y->map1[i] = y->map2[i] = i;
        if (kind == COMPRESS_TRIVIAL) {
            y->map1[i] = at->species >= 0 && at->radial == 0 ? at->species : -1;
        } else if (kind == COMPRESS_NU) {
            y->map1[i] = species * (nu_r >= 1 ? n : 1) + radial;
            species = nu_s == 2 ? at->species : 0;
            radial = nu_r == 2 ? at->radial : 0;
            y->map2[i] = species * (nu_r == 2 ? n : 1) + radial;
        }
        if (at->species < 0) {
            y->map1[i] = y->map2[i] = -1;
        }
    }
    if (kind == COMPRESS_TRIVIAL) {
        y->m1 = s->n_species;
    } else if (kind == COMPRESS_NU) {
        y->m1 = factor_columns(s, nu_r >= 1, nu_s >= 1);
        y->m2 = factor_columns(s, nu_r == 2, nu_s == 2);
        y->symmetric = nu_r % 2 == 0 && nu_s % 2 == 0;
    }
}

static hps_status fill(hpsi_soap_layout *y, const hps_soap *s, column *columns)
{
    int32_t nu_r, nu_s, kind = compression(s, &nu_r, &nu_s), n = pair_count(s);

    y->map1 = hpsi_new(s->context, y->n_columns, sizeof(int32_t));
    y->map2 = hpsi_new(s->context, y->n_columns, sizeof(int32_t));
    y->u = hpsi_new(s->context, n, sizeof(int32_t));
    y->v = hpsi_new(s->context, n, sizeof(int32_t));
    y->factor = hpsi_new(s->context, n, sizeof(double));
    if (y->map1 == NULL || y->map2 == NULL || y->u == NULL || y->v == NULL || y->factor == NULL) {
        return HPS_E_MEMORY;
    }
    list_columns(s, columns);
    map_columns(y, s, columns);
    if (kind == COMPRESS_NU) {
        fill_nu(y);
    } else {
        fill_plain(y, columns, kind == COMPRESS_TRIVIAL);
    }
    y->stride1 = (int32_t)hpsi_soap_pad(y->m1, HPSI_SOAP_PAD);
    y->stride2 = (int32_t)hpsi_soap_pad(y->m2, HPSI_SOAP_PAD);
    y->size = y->n_pairs * (y->l_max + 1);
    return HPS_OK;
}

hps_status hpsi_soap_layout_create(hpsi_soap_layout *y, const hps_soap *s)
{
    column *columns;
    hps_status st = HPS_E_MEMORY;

    memset(y, 0, sizeof *y);
    y->l_max = hpsi_soap_int(s, 0, SOAP_L_MAX);
    for (int32_t i = 0; i < s->n_species; i++) {
        y->n_columns += (int32_t)hpsi_soap_pad(hpsi_soap_int(s, i, SOAP_N_MAX), 4);
    }
    y->stride = (int32_t)hpsi_soap_pad(y->n_columns, HPSI_SOAP_PAD);
    columns = hpsi_new(s->context, y->n_columns, sizeof *columns);
    if (columns != NULL) {
        st = fill(y, s, columns);
    }
    hpsi_free(columns);
    if (st != HPS_OK) {
        hpsi_soap_layout_free(y);
    }
    return st;
}

void hpsi_soap_layout_free(hpsi_soap_layout *y)
{
    hpsi_free(y->map1);
    hpsi_free(y->map2);
    hpsi_free(y->u);
    hpsi_free(y->v);
    hpsi_free(y->factor);
    memset(y, 0, sizeof *y);
}
