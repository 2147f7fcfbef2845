/* SPDX-License-Identifier: BSD-3-Clause */
/* The plain descriptor of soap_oracle.h: soap.md sections 3 to 5 formula by formula. */
#include "support/soap_oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* cond(S) is 3e19 for twelve functions: the overlap needs 113 bits. */
#if defined(__SIZEOF_FLOAT128__)
typedef __float128 quad;
#else
typedef long double quad;
#endif

static const double pi = 3.14159265358979323846;

enum { NODES = 32 };
static quad node[NODES], weight[NODES];

static quad quad_sqrt(quad x)
{
    quad y = (quad)sqrt((double)x);

    for (int i = 0; i < 3 && x > 0; i++) {
        y = (y + x / y) / 2;
    }
    return y;
}

/* exp by 2^10 squarings of a short Taylor series. */
static quad quad_exp(quad x)
{
    quad y = x / 1024, sum = 1;

    if (x < -700) {
        return 0;
    }
    for (int k = 22; k > 0; k--) {
        sum = 1 + sum * y / k;
    }
    for (int i = 0; i < 10; i++) {
        sum *= sum;
    }
    return sum;
}

static void legendre_nodes(void)
{
    for (int i = 0; i < NODES; i++) {
        quad x = (quad)cos(pi * (i + 0.75) / (NODES + 0.5)), slope = 1;

        for (int step = 0; step < 8; step++) {
            quad before = 1, now = x;

            for (int k = 2; k <= NODES; k++) {
                quad next = ((2 * k - 1) * x * now - (k - 1) * before) / k;

                before = now;
                now = next;
            }
            slope = NODES * (x * now - before) / (x * x - 1);
            x -= now / slope;
        }
        node[i] = x;
        weight[i] = 2 / ((1 - x * x) * slope * slope);
    }
}

void soap_oracle_defaults(soap_oracle *o, int n_species)
{
    memset(o, 0, sizeof *o);
    o->n_species = n_species;
    o->l_max = 8;
    for (int i = 0; i < n_species; i++) {
        o->n_max[i] = 8;
        o->hard[i] = 5;
        o->soft[i] = 4.5;
        o->nf[i] = 4;
        o->sigma_r[i] = o->sigma_t[i] = 0.5;
        o->amplitude[i] = o->central[i] = o->global[i] = 1;
    }
}

static int polynomials(const soap_oracle *o, int s)
{
    return o->n_max[s] - o->gauss;
}

/* Primitive functions phi_k(y) of soap.md 3.5 and 3.9, k from 0; the Gaussian last. */
static void primitives(const soap_oracle *o, int s, quad y, quad *phi)
{
    int n = polynomials(o, s);
    quad v = (1 - y) * (1 - y), s0 = (quad)o->sigma_r[s] / (quad)o->hard[s];

    for (int k = 1; k <= n; k++) {
        v *= 1 - y;
        phi[k - 1] = quad_sqrt(2 * k + 5) * v;
    }
    if (o->gauss) {
        quad norm =
            quad_sqrt(2 / s0) / quad_sqrt(quad_sqrt((quad)pi + (quad)1.2246467991473532e-16));

        phi[n] = norm * quad_exp(-y * y / (2 * s0 * s0));
    }
}

/* Adds for k in range the integral of phi_k(y) exp(-((y-x)/s)^2/2 - ((y-damp)/d)^2/2) over [from,
 * to], d = 0: not damped; on panels of two widths. */
typedef struct profile {
    quad x, s, damp, d;
} profile;

static void integrate(const soap_oracle *o, int species, profile g, quad from, quad to,
                      const int range[2], quad *sum)
{
    quad width = g.d > 0 && g.d < g.s ? g.d : g.s, phi[ORACLE_N];
    quad s0 = (quad)o->sigma_r[species] / (quad)o->hard[species];
    int panels;

    width = width < s0 ? width : s0;
    from = from < g.x - 14 * g.s ? g.x - 14 * g.s : from;
    to = to > g.x + 14 * g.s ? g.x + 14 * g.s : to;
    if (!(to > from)) {
        return;
    }
    panels = 1 + (int)((to - from) / (2 * width));
    for (int p = 0; p < panels; p++) {
        quad half = (to - from) / (2 * panels), middle = from + half * (2 * p + 1);

        for (int i = 0; i < NODES; i++) {
            quad y = middle + half * node[i], t = (y - g.x) / g.s;
            quad u = g.d > 0 ? (y - g.damp) / g.d : 0;
            quad e = half * weight[i] * quad_exp(-(t * t + u * u) / 2);

            primitives(o, species, y, phi);
            for (int k = range[0]; k < range[1]; k++) {
                sum[k] += e * phi[k];
            }
        }
    }
}

static void overlap(const soap_oracle *o, int s, quad matrix[ORACLE_N][ORACLE_N])
{
    int n = o->n_max[s], m = polynomials(o, s);
    quad s0 = (quad)o->sigma_r[s] / (quad)o->hard[s], phi[ORACLE_N], sum[ORACLE_N] = {0};
    profile own = {0, s0, 0, 0};
    const int range[2] = {0, m};

    for (int a = 1; a <= m; a++) {
        for (int b = 1; b <= m; b++) {
            matrix[a - 1][b - 1] = quad_sqrt((2 * a + 5) * (2 * b + 5)) / (a + b + 5);
        }
    }
    if (o->gauss) {
        integrate(o, s, own, 0, 1, range, sum);
        primitives(o, s, 0, phi); /* at 0 the Gaussian is its norm */
        for (int k = 0; k < m; k++) {
            matrix[k][n - 1] = matrix[n - 1][k] = phi[n - 1] * sum[k];
        }
        matrix[n - 1][n - 1] = 1;
    }
}

/* Cyclic Jacobi: a becomes diagonal, the columns of v its eigenvectors. */
static void eigen(int n, quad a[ORACLE_N][ORACLE_N], quad v[ORACLE_N][ORACLE_N])
{
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < n; k++) {
            v[i][k] = i == k;
        }
    }
    for (int sweep = 0; sweep < 40; sweep++) {
        for (int p = 0; p < n; p++) {
            for (int q = p + 1; q < n; q++) {
                quad theta, t, c, s;

                if (a[p][q] == 0) {
                    continue;
                }
                theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
                t = (theta >= 0 ? 1 : -1) /
                    ((theta >= 0 ? theta : -theta) + quad_sqrt(theta * theta + 1));
                c = 1 / quad_sqrt(t * t + 1);
                s = t * c;
                for (int k = 0; k < n; k++) {
                    quad x = a[k][p], y = a[k][q];

                    a[k][p] = c * x - s * y;
                    a[k][q] = s * x + c * y;
                }
                for (int k = 0; k < n; k++) {
                    quad x = a[p][k], y = a[q][k], f = v[k][p], g = v[k][q];

                    a[p][k] = c * x - s * y;
                    a[q][k] = s * x + c * y;
                    v[k][p] = c * f - s * g;
                    v[k][q] = s * f + c * g;
                }
                a[p][q] = a[q][p] = 0;
            }
        }
    }
}

void soap_oracle_prepare(soap_oracle *o)
{
    legendre_nodes();
    for (int s = 0; s < o->n_species; s++) {
        quad matrix[ORACLE_N][ORACLE_N], v[ORACLE_N][ORACLE_N];
        int n = o->n_max[s];

        overlap(o, s, matrix);
        eigen(n, matrix, v);
        for (int a = 0; a < n; a++) {
            quad column = 0;

            for (int b = 0; b < n; b++) {
                quad w = 0;

                for (int k = 0; k < n; k++) {
                    w += v[a][k] * v[b][k] / quad_sqrt(matrix[k][k]);
                }
                o->w[s][a][b][0] = (double)w;
                o->w[s][a][b][1] = (double)(w - (quad)o->w[s][a][b][0]);
            }
            for (int k = 0; k < n; k++) {
                column += v[a][k] * v[n - 1][k] * quad_sqrt(matrix[k][k]);
            }
            o->column[s][a] = (double)column;
        }
    }
}

void soap_oracle_integrals(const soap_oracle *o, int s, double r, double *out)
{
    quad in[ORACLE_N] = {0}, hard = (quad)o->hard[s], x = (quad)r / hard;
    quad soft = (quad)o->soft[s] / hard, s0 = (quad)o->sigma_r[s] / hard;
    quad width = s0 + (quad)o->scaling_r[s] * x, d = (1 - soft) / (quad)o->nf[s];
    profile plain = {x, width, 0, 0}, damped = {x, width, soft, d};
    int n = o->n_max[s];
    const int polynomial[2] = {0, polynomials(o, s)}, last[2] = {n - 1, n};

    integrate(o, s, plain, 0, soft, polynomial, in);
    if (soft < 1 && (o->smooth_tail || soft - x < 4 * width)) {
        integrate(o, s, damped, soft, 1, polynomial, in);
    }
    if (o->gauss && x < 4 * (s0 + width)) {
        integrate(o, s, plain, 0, x + 14 * width, last, in);
    }
    for (int a = 0; a < n; a++) {
        quad sum = 0;

        for (int b = 0; b < n; b++) {
            sum += ((quad)o->w[s][a][b][0] + (quad)o->w[s][a][b][1]) * in[b];
        }
        out[a] = (double)sum;
    }
}

static double enhancement(const soap_oracle *o, double x, double s)
{
    return o->enhancement == 0   ? 1
           : o->enhancement == 1 ? x + sqrt(2 / pi) * s
                                 : x * x + s * s + sqrt(8 / pi) * s * x;
}

void soap_oracle_radial(const soap_oracle *o, int s, double r, double *b)
{
    double x = r / o->hard[s], width = o->sigma_r[s] / o->hard[s] + o->scaling_r[s] * x;
    double h = 1 - 3 * x * x + 2 * x * x * x, a = o->amplitude[s];
    double envelope = a == 0 ? 1 : h <= 1e-10 ? 0 : pow((1 - x) * (1 - x) * (1 + 2 * x), a);
    double factor = o->global[s] * sqrt(o->hard[s]) * envelope / width * enhancement(o, x, width);

    soap_oracle_integrals(o, s, r, b);
    for (int n = 0; n < o->n_max[s]; n++) {
        b[n] *= factor;
    }
}

/* f_l(x) = 1/2 int_{-1}^{1} exp(-z (1-t)) P_l(t) dt, z = x^2. */
void soap_oracle_bessel(int l_max, double x, double *f)
{
    quad z = (quad)x * (quad)x, from = z > 40 ? 1 - 80 / z : -1, sum[ORACLE_L + 1] = {0};
    int panels = 20;

    legendre_nodes();
    for (int p = 0; p < panels; p++) {
        quad half = (1 - from) / (2 * panels), middle = from + half * (2 * p + 1);

        for (int i = 0; i < NODES; i++) {
            quad t = middle + half * node[i], before = 0, now = 1;
            quad e = half * weight[i] * quad_exp(-z * (1 - t)) / 2;

            for (int l = 0; l <= l_max; l++) {
                quad next = ((2 * l + 1) * t * now - l * before) / (l + 1);

                sum[l] += e * now;
                before = now;
                now = next;
            }
        }
    }
    for (int l = 0; l <= l_max; l++) {
        f[l] = (double)sum[l];
    }
}

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
