/* SPDX-License-Identifier: BSD-3-Clause */
/* Radial integrals of one neighbour by quadrature on windows around its Gaussian
 * (soap.md 3.4-3.6, 3.9 and 7.1-7.2): what the tables are made from. */
#include "soap/private.h"

#include <math.h>
#include <string.h>

/* Half width of a window in units of the Gaussian: exp(-40.5) is below round-off. */
static const double window = 9;

/* N_g of soap.md 3.9: the Gaussian of width s at the origin is normalised on y >= 0. */
static double gauss_norm(double s)
{
    return sqrt(2 / s) / sqrt(sqrt(3.14159265358979323846));
}

/* u_k and rho of soap.md 7.1 by quadrature of the Gaussian on [0, min(1, 9 s)] and, for
 * rho, on the rest of [0,1], where only the polynomials are left. */
static void project_gauss(hpsi_soap_radial *p)
{
    double j[HPSI_SOAP_MAX_N], norm = gauss_norm(p->width);
    double middle = fmin(1, 9 * p->width), rest = 0;

    memset(p->gauss_overlap, 0, sizeof p->gauss_overlap);
    for (int32_t q = 0; q < HPSI_SOAP_NODES; q++) {
        double y = 0.5 * middle * (1 + p->node[q]), w = 0.5 * middle * p->weight[q];

        hpsi_soap_jacobi(p->n_poly, y, j);
        for (int32_t k = 0; k < p->n_poly; k++) {
            p->gauss_overlap[k] += w * norm * exp(-0.5 * y * y / (p->width * p->width)) * j[k];
        }
    }
    for (int32_t part = 0; part < 2; part++) {
        double from = part == 0 ? 0 : middle, length = part == 0 ? middle : 1 - middle;

        for (int32_t q = 0; q < HPSI_SOAP_NODES; q++) {
            double y = from + 0.5 * length * (1 + p->node[q]);
            double left = norm * exp(-0.5 * y * y / (p->width * p->width));

            hpsi_soap_jacobi(p->n_poly, y, j);
            for (int32_t k = 0; k < p->n_poly; k++) {
                left -= p->gauss_overlap[k] * j[k];
            }
            rest += 0.5 * length * p->weight[q] * left * left;
        }
    }
    p->gauss_rest = sqrt(rest + erfc(1 / p->width));
}

static hps_status make_mixing(hpsi_soap_radial *p, hps_context *c)
{
    double l[HPSI_SOAP_MAX_N * HPSI_SOAP_MAX_N];

    memset(l, 0, sizeof l);
    hpsi_soap_cholesky_factor(p->n_poly, l, p->n);
    if (p->gauss) {
        project_gauss(p);
        for (int32_t k = 0; k < p->n_poly; k++) {
            l[p->n_poly * p->n + k] = p->gauss_overlap[k];
        }
        l[p->n_poly * p->n + p->n_poly] = p->gauss_rest;
    }
    return hpsi_soap_polar(c, p->n, l, p->mix);
}

hps_status hpsi_soap_radial_create(hpsi_soap_radial *p, const hps_soap *s, int32_t species)
{
    double hard = hpsi_soap_value(s, species, SOAP_RCUT_HARD);

    p->n = hpsi_soap_int(s, species, SOAP_N_MAX);
    p->gauss = hpsi_soap_int(s, species, SOAP_BASIS) == 1;
    p->n_poly = p->n - p->gauss;
    p->smooth_tail = hpsi_soap_int(s, species, SOAP_SMOOTH_TAIL);
    p->lost_term = hpsi_soap_int(s, species, SOAP_FLAVOUR) == 1;
    p->enhancement = hpsi_soap_int(s, species, SOAP_ENHANCEMENT);
    p->cutoff = hard;
    p->soft = hpsi_soap_value(s, species, SOAP_RCUT_SOFT) / hard;
    p->damping = (1 - p->soft) / hpsi_soap_value(s, species, SOAP_NF);
    p->width = hpsi_soap_value(s, species, SOAP_SIGMA_R) / hard;
    p->slope = hpsi_soap_value(s, species, SOAP_SCALING_R);
    p->amplitude = hpsi_soap_value(s, species, SOAP_AMPLITUDE);
    p->factor = 4 * 3.14159265358979323846 * hpsi_soap_value(s, species, SOAP_GLOBAL) * sqrt(hard);
    hpsi_soap_legendre(HPSI_SOAP_NODES, p->node, p->weight);
    return make_mixing(p, s->context);
}

/* Adds sum_q w_q J_k(y_q) G(y_q) over [from, to] with the Gaussian exponent(y). */
typedef struct gaussian {
    double centre, width, offset; /* exp(-offset - (y - centre)^2 / 2 width^2) */
} gaussian;

static void add_window(const hpsi_soap_radial *p, gaussian g, double from, double to, double *out)
{
    double before[HPSI_SOAP_NODES], now[HPSI_SOAP_NODES], v[HPSI_SOAP_NODES];
    double half;

    from = fmax(from, g.centre - window * g.width);
    to = fmin(to, g.centre + window * g.width);
    half = 0.5 * (to - from);
    if (!(half > 0)) {
        return;
    }
    for (int32_t q = 0; q < HPSI_SOAP_NODES; q++) {
        double y = from + half * (1 + p->node[q]), t = (y - g.centre) / g.width;

        v[q] = 1 - y;
        now[q] =
            half * p->weight[q] * exp(-g.offset - 0.5 * t * t) * sqrt(7.0) * v[q] * v[q] * v[q];
        before[q] = 0;
    }
    for (int32_t k = 0; k < p->n_poly; k++) {
        /* beta_{k+1} pi_{k+1} = (v - alpha_k) pi_k - beta_k pi_{k-1}, weights carried along */
        double a = k == 0 ? 7.0 / 8 : 0.5 * (1 + 36.0 / ((2.0 * k + 6) * (2.0 * k + 8)));
        double b = k * (k + 6.0) / ((2.0 * k + 6) * sqrt((2.0 * k + 5) * (2.0 * k + 7)));
        double next = (k + 1) * (k + 7.0) / ((2.0 * k + 8) * sqrt((2.0 * k + 7) * (2.0 * k + 9)));
        double sum = 0;

        for (int32_t q = 0; q < HPSI_SOAP_NODES; q++) {
            double up = ((v[q] - a) * now[q] - b * before[q]) / next;

            sum += now[q];
            before[q] = now[q];
            now[q] = up;
        }
        out[k] += sum;
    }
}

/* What soap_turbo's recursion of the damped piece lacks: it drops the boundary term at y = 1
 * of its first step. With v = 1 - y, c = 1 - x_f and P Gaussian(v - c) the error of the moment
 * of v^p obeys e_0 = 0, e_1 = -P s_f^2 exp(-c^2/2s_f^2), e_p = c e_{p-1} + s_f^2 (p-1) e_{p-2}
 * (soap.md section 10, B). The moments of the Gaussian over v > 0, h_p, and over all v, m_p,
 * obey the same recursion but for h_1 = c h_0 + s_f^2 exp(-c^2/2s_f^2), so that
 * e_p = -P (h_p - h_0/m_0 m_p): quadratures on both sides of y = 1 that hold for any
 * polynomial, J_k as well, without the inverse of an ill-conditioned matrix. */
static void add_lost_term(const hpsi_soap_radial *p, gaussian damped, double *out)
{
    double place = (1 - damped.centre) / (sqrt(2.0) * damped.width);
    double inside[HPSI_SOAP_MAX_N] = {0}, outside[HPSI_SOAP_MAX_N] = {0};

    add_window(p, damped, -HUGE_VAL, 1, inside);
    add_window(p, damped, 1, HUGE_VAL, outside);
    for (int32_t k = 0; k < p->n_poly; k++) {
        out[k] += 0.5 * (erfc(-place) * outside[k] - erfc(place) * inside[k]);
    }
}

/* I_n of soap.md 3.9. */
static double gauss_integral(const hpsi_soap_radial *p, double x, double s)
{
    double s0 = p->width, both = sqrt(s * s + s0 * s0);

    if (!(x < 4 * (s0 + s))) {
        return 0;
    }
    return gauss_norm(s0) * sqrt(0.5 * 3.14159265358979323846) * s * s0 / both *
           exp(-0.5 * x * x / (both * both)) * (1 + erf(s0 * x / (sqrt(2.0) * s * both)));
}

static int32_t is_damped(const hpsi_soap_radial *p, double x, double s)
{
    return p->damping > 0 && (p->smooth_tail || p->soft - x < 4 * s);
}

/* The atom's Gaussian times that of the damping, soap.md 3.4. */
static gaussian damped_gaussian(const hpsi_soap_radial *p, double x, double s)
{
    double d = p->damping, sum = s * s + d * d, gap = p->soft - x;
    gaussian g = {(s * s * p->soft + d * d * x) / sum, s * d / sqrt(sum), 0.5 * gap * gap / sum};

    return g;
}

/* out = W I from the integrals with J_k and, last, with the Gaussian of the basis. */
static void mix(const hpsi_soap_radial *p, double *in, double last, double *out)
{
    if (p->gauss) {
        for (int32_t k = 0; k < p->n_poly; k++) {
            last -= p->gauss_overlap[k] * in[k];
        }
        in[p->n_poly] = last / p->gauss_rest;
    }
    for (int32_t n = 0; n < p->n; n++) {
        out[n] = 0;
        for (int32_t k = 0; k < p->n; k++) {
            out[n] += p->mix[n * p->n + k] * in[k];
        }
    }
}

void hpsi_soap_radial_integrals(const hpsi_soap_radial *p, double r, double *out)
{
    double x = r / p->cutoff, s = p->width + p->slope * x;
    double in[HPSI_SOAP_MAX_N] = {0};
    gaussian own = {x, s, 0};

    add_window(p, own, 0, p->soft, in);
    if (is_damped(p, x, s)) {
        gaussian damped = damped_gaussian(p, x, s);

        add_window(p, damped, p->soft, 1, in);
        if (p->lost_term) {
            add_lost_term(p, damped, in);
        }
    }
    mix(p, in, p->gauss ? gauss_integral(p, x, s) : 0, out);
}

void hpsi_soap_radial_lost_slopes(const hpsi_soap_radial *p, double r, double *out)
{
    double x = r / p->cutoff, s = p->width + p->slope * x, d = p->damping;
    double in[HPSI_SOAP_MAX_N] = {0};

    if (is_damped(p, x, s)) {
        gaussian g = damped_gaussian(p, x, s);
        double sum = s * s + d * d, c = 1 - g.centre;
        double centre = (2 * s * p->slope * (p->soft - g.centre) + d * d) / sum; /* dx_f/dx */
        double width = p->slope * d * d * d / (sum * sqrt(sum));                 /* ds_f/dx */
        double slope = -(centre + c / g.width * width) / g.width;                /* d(c/s_f)/dx */
        double factor = exp(-0.5 * c * c / (g.width * g.width)) * slope /
                        sqrt(2 * 3.14159265358979323846) / p->cutoff;

        add_window(p, g, -HUGE_VAL, HUGE_VAL, in);
        for (int32_t k = 0; k < p->n_poly; k++) {
            in[k] *= factor;
        }
    }
    mix(p, in, 0, out);
}

void hpsi_soap_radial_gauss_column(const hpsi_soap_radial *p, double *out)
{
    for (int32_t n = 0; n < p->n; n++) {
        out[n] = p->mix[n * p->n + p->n_poly] * p->gauss_rest;
        for (int32_t k = 0; k < p->n_poly; k++) {
            out[n] += p->mix[n * p->n + k] * p->gauss_overlap[k];
        }
    }
}

double hpsi_soap_enhancement_at_zero(const hpsi_soap_radial *p)
{
    const double root = sqrt(2 / 3.14159265358979323846);

    return p->enhancement == 0 ? 1 : p->enhancement == 1 ? root * p->width : p->width * p->width;
}

int32_t hpsi_soap_radial_switches(const hpsi_soap_radial *p, double *at)
{
    double sigma = p->width * p->cutoff, candidate[2] = {-1, -1};
    int32_t n = 0;

    /* x_s - x = 4 s(x), and x = 4 (s_0 + s(x)) */
    if (!p->smooth_tail && p->damping > 0 && p->slope != -0.25) {
        candidate[0] = (p->soft * p->cutoff - 4 * sigma) / (1 + 4 * p->slope);
    }
    if (p->gauss && p->slope != 0.25) {
        candidate[1] = 8 * sigma / (1 - 4 * p->slope);
    }
    if (candidate[0] > candidate[1]) {
        double swap = candidate[0];

        candidate[0] = candidate[1];
        candidate[1] = swap;
    }
    for (int32_t i = 0; i < 2; i++) {
        if (candidate[i] > 0 && candidate[i] < p->cutoff) {
            at[n++] = candidate[i];
        }
    }
    return n;
}
