/* SPDX-License-Identifier: BSD-3-Clause */
/* The plain spectrum of soap_oracle.h: soap.md sections 4 and 5, by the addition theorem over
 * pairs of neighbours. */
#include "support/soap_oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* One source of density: b_n in its species' block and F_l. */
typedef struct source {
    int species;
    double b[ORACLE_N], f[ORACLE_L + 1], u[3];
} source;

static double largest_cutoff(const soap_oracle *o)
{
    double largest = 0;

    for (int s = 0; s < o->n_species; s++) {
        largest = fmax(largest, o->hard[s]);
    }
    return largest;
}

static void make_neighbour(const soap_oracle *o, int s, const double *r, source *out)
{
    double d = sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]);
    double t = o->sigma_t[s] + o->scaling_t[s] * d, big = largest_cutoff(o);

    out->species = s;
    soap_oracle_radial(o, s, d, out->b);
    soap_oracle_bessel(o->l_max, d / t, out->f);
    for (int l = 0; l <= o->l_max; l++) {
        out->f[l] *= big * big / (t * t);
    }
    for (int k = 0; k < 3; k++) {
        out->u[k] = r[k] / d;
    }
}

static void make_centre(const soap_oracle *o, int s, source *out)
{
    double s0 = o->sigma_r[s] / o->hard[s], big = largest_cutoff(o);
    double ratio = 1 / (o->sigma_t[s] * o->sigma_t[s]);

    memset(out, 0, sizeof *out);
    out->species = s;
    out->u[2] = 1;
    if (o->gauss) {
        double norm = sqrt(2 / s0) / sqrt(sqrt(pi));
        double e0 = o->enhancement == 0 ? 1 : o->enhancement == 1 ? sqrt(2 / pi) * s0 : s0 * s0;

        out->f[0] = o->hard[s] * o->hard[s] * ratio;
        for (int n = 0; n < o->n_max[s]; n++) {
            out->b[n] = o->central[s] * e0 * sqrt(o->hard[s]) / (s0 * norm) * o->column[s][n];
        }
        return;
    }
    out->f[0] = big * big * ratio;
    soap_oracle_radial(o, s, 0, out->b);
    for (int n = 0; n < o->n_max[s]; n++) {
        out->b[n] *= o->central[s];
    }
}

/* Column of C1 or C2 of a (species, radial) pair, soap.md section 5. */
static int merged(const soap_oracle *o, int keep_radial, int keep_species, int z, int k)
{
    return (keep_species ? z : 0) * (keep_radial ? o->n_max[0] : 1) + (keep_radial ? k : 0);
}

/* cc[a][b][l] = sum_m c_alm c_blm over all radial functions a, b of all species. */
typedef struct spectrum {
    int n, l_max;
    int species[ORACLE_SPECIES * ORACLE_N], radial[ORACLE_SPECIES * ORACLE_N];
    double *cc;
} spectrum;

static void list_functions(const soap_oracle *o, spectrum *p)
{
    p->n = 0;
    p->l_max = o->l_max;
    for (int s = 0; s < o->n_species; s++) {
        for (int k = 0; k < o->n_max[s]; k++) {
            p->species[p->n] = s;
            p->radial[p->n++] = k;
        }
    }
}

static void add_pair(const soap_oracle *o, spectrum *p, const source *x, const source *y)
{
    double t = x->u[0] * y->u[0] + x->u[1] * y->u[1] + x->u[2] * y->u[2], before = 0, now = 1;

    for (int l = 0; l <= o->l_max; l++) {
        double factor = 4 * pi * (2 * l + 1) * x->f[l] * y->f[l] * now;
        double next = ((2 * l + 1) * t * now - l * before) / (l + 1);

        for (int a = 0; a < p->n; a++) {
            for (int b = 0; b < p->n; b++) {
                if (p->species[a] == x->species && p->species[b] == y->species) {
                    p->cc[(a * p->n + b) * (o->l_max + 1) + l] +=
                        factor * x->b[p->radial[a]] * y->b[p->radial[b]];
                }
            }
        }
        before = now;
        now = next;
    }
}

static double cc_at(const spectrum *p, int a, int b, int l)
{
    return p->cc[(a * p->n + b) * (p->l_max + 1) + l];
}

/* Components in order for none and trivial; the number of them. Without q only counts. */
static int plain_components(const soap_oracle *o, const spectrum *p, double *q)
{
    int k = 0;

    for (int a = 0; a < p->n; a++) {
        for (int b = a; b < p->n; b++) {
            if (o->compress == 1 && p->radial[a] != 0 && p->radial[b] != 0) {
                continue;
            }
            for (int l = 0; l <= o->l_max; l++, k++) {
                if (q != NULL) {
                    q[k] = (a == b ? 1 : sqrt(2.0)) * cc_at(p, a, b, l);
                }
            }
        }
    }
    return k;
}

static int merged_components(const soap_oracle *o, const spectrum *p, double *q)
{
    int nu_r = (o->compress - 2) / 3, nu_s = (o->compress - 2) % 3, k = 0;
    int m1 = (nu_r >= 1 ? o->n_max[0] : 1) * (nu_s >= 1 ? o->n_species : 1);
    int m2 = (nu_r == 2 ? o->n_max[0] : 1) * (nu_s == 2 ? o->n_species : 1);
    int symmetric = nu_r % 2 == 0 && nu_s % 2 == 0;

    for (int u = 0; u < m1; u++) {
        for (int v = symmetric ? u : 0; v < m2; v++) {
            for (int l = 0; l <= o->l_max; l++, k++) {
                double sum = 0;

                for (int a = 0; a < p->n && q != NULL; a++) {
                    for (int b = 0; b < p->n; b++) {
                        if (merged(o, nu_r >= 1, nu_s >= 1, p->species[a], p->radial[a]) == u &&
                            merged(o, nu_r == 2, nu_s == 2, p->species[b], p->radial[b]) == v) {
                            sum += cc_at(p, a, b, l);
                        }
                    }
                }
                if (q != NULL) {
                    q[k] = symmetric && v > u ? sqrt(2.0) * sum : sum;
                }
            }
        }
    }
    return k;
}

static int components(const soap_oracle *o, const spectrum *p, double *q)
{
    return o->compress >= 2 ? merged_components(o, p, q) : plain_components(o, p, q);
}

int soap_oracle_size(const soap_oracle *o)
{
    spectrum p;

    list_functions(o, &p);
    return components(o, &p, NULL);
}

double soap_oracle_descriptor(const soap_oracle *o, int centre, int n, const int *species,
                              const double *r, double *q)
{
    source *sources = calloc((size_t)n + 1, sizeof *sources);
    spectrum p;
    double norm = 0;
    int used = 1, size;

    list_functions(o, &p);
    p.cc = calloc((size_t)(p.n * p.n * (o->l_max + 1)), sizeof *p.cc);
    if (sources == NULL || p.cc == NULL) {
        abort();
    }
    make_centre(o, centre, &sources[0]);
    for (int j = 0; j < n; j++) {
        double d =
            sqrt(r[3 * j] * r[3 * j] + r[3 * j + 1] * r[3 * j + 1] + r[3 * j + 2] * r[3 * j + 2]);

        if (species[j] >= 0 && d < o->hard[species[j]]) {
            make_neighbour(o, species[j], r + 3 * j, &sources[used++]);
        }
    }
    for (int a = 0; a < used; a++) {
        for (int b = 0; b < used; b++) {
            add_pair(o, &p, &sources[a], &sources[b]);
        }
    }
    size = components(o, &p, q);
    for (int k = 0; k < size; k++) {
        norm += q[k] * q[k];
    }
    norm = sqrt(norm);
    for (int k = 0; k < size && norm >= 1e-5; k++) {
        q[k] /= norm;
    }
    free(sources);
    free(p.cc);
    return norm;
}
