/* SPDX-License-Identifier: BSD-3-Clause */
/* The plain radial and tangential functions of soap_oracle.h: soap.md section 3, formula by
 * formula. */
#include "support/soap_oracle.h"

#include <math.h>
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

static void orthonormalise(const soap_oracle *o, int s, const quad *in, double *out)
{
    int n = o->n_max[s];

    for (int a = 0; a < n; a++) {
        quad sum = 0;

        for (int b = 0; b < n; b++) {
            sum += ((quad)o->w[s][a][b][0] + (quad)o->w[s][a][b][1]) * in[b];
        }
        out[a] = (double)sum;
    }
}

/* epsilon_0 .. epsilon_{ORACLE_N+4} of soap.md section 10, B: errors of the moments of 1 - y. */
static void lost_moments(const soap_oracle *o, int s, quad x, quad *e)
{
    quad hard = (quad)o->hard[s], soft = (quad)o->soft[s] / hard;
    quad width = (quad)o->sigma_r[s] / hard + (quad)o->scaling_r[s] * x;
    quad d = (1 - soft) / (quad)o->nf[s], sum = width * width + d * d;
    quad square = width * width * d * d / sum;
    quad c = 1 - (width * width * soft + d * d * x) / sum;

    e[0] = 0;
    e[1] =
        -square * quad_exp(-(soft - x) * (soft - x) / (2 * sum)) * quad_exp(-c * c / (2 * square));
    for (int p = 2; p <= ORACLE_N + 4; p++) {
        e[p] = c * e[p - 1] + square * (p - 1) * e[p - 2];
    }
}

static void add_lost_terms(const soap_oracle *o, int s, quad x, quad *in)
{
    quad e[ORACLE_N + 5];

    lost_moments(o, s, x, e);
    for (int k = 1; k <= polynomials(o, s); k++) {
        in[k - 1] += quad_sqrt(2 * k + 5) * e[k + 2];
    }
}

void soap_oracle_lost_slopes(const soap_oracle *o, int s, double r, double *out)
{
    quad in[ORACLE_N] = {0}, e[ORACLE_N + 5], up[ORACLE_N + 5], down[ORACLE_N + 5];
    quad hard = (quad)o->hard[s], x = (quad)r / hard, v = 1 - x;
    quad a = (quad)o->scaling_r[s], w = (quad)o->sigma_r[s] / hard + a * x;
    const quad h = (quad)1e-9; /* error h^2 times the third derivative */

    lost_moments(o, s, x, e);
    lost_moments(o, s, x + h, up);
    lost_moments(o, s, x - h, down);
    for (int k = 1; k <= polynomials(o, s); k++) {
        int p = k + 2;
        /* (y-x)/s^2 + a (y-x)^2/s^3 with y - x = v - (1-y): soap.md 8.3 */
        quad own = (v * e[p] - e[p + 1]) / (w * w) +
                   a * (v * v * e[p] - 2 * v * e[p + 1] + e[p + 2]) / (w * w * w);

        in[k - 1] = quad_sqrt(2 * k + 5) * ((up[p] - down[p]) / (2 * h) - own) / hard;
    }
    orthonormalise(o, s, in, out);
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
        if (o->lost_term) {
            add_lost_terms(o, s, x, in);
        }
    }
    if (o->gauss && x < 4 * (s0 + width)) {
        integrate(o, s, plain, 0, x + 14 * width, last, in);
    }
    orthonormalise(o, s, in, out);
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
