/* SPDX-License-Identifier: BSD-3-Clause */
/* Parts of the descriptor shared by the files of this folder: the handle, one species'
 * radial functions, tables, the layout of the power spectrum, plan and work. */
#ifndef HPSI_SOAP_PRIVATE_H
#define HPSI_SOAP_PRIVATE_H

#include <stdatomic.h>

#include "soap/internal.h"

enum {
    HPSI_SOAP_MAX_N = 16, /* upper bounds of the option table */
    HPSI_SOAP_MAX_L = 16,
    HPSI_SOAP_NODES = 56, /* Gauss-Legendre nodes of a window, soap.md 7.2 */
    HPSI_SOAP_DEGREE = 7, /* of a table's pieces */
    HPSI_SOAP_PAD = 8,    /* doubles in the widest vector: rows are padded to it */
    HPSI_SOAP_CHUNK = 64  /* neighbours expanded at a time: their Y_lm stay in cache */
};

/* Rows of the option table, in its order. */
enum {
    SOAP_N_MAX,
    SOAP_L_MAX,
    SOAP_RCUT_HARD,
    SOAP_RCUT_SOFT,
    SOAP_NF,
    SOAP_SIGMA_R,
    SOAP_SIGMA_T,
    SOAP_SCALING_R,
    SOAP_SCALING_T,
    SOAP_AMPLITUDE,
    SOAP_CENTRAL,
    SOAP_GLOBAL,
    SOAP_ENHANCEMENT,
    SOAP_BASIS,
    SOAP_COMPRESS,
    SOAP_SMOOTH_TAIL,
    SOAP_FLAVOUR,
    SOAP_N_OPTIONS
};

/* Tables of a handle's present options, made when they are first wanted. */
typedef struct hpsi_soap_kept {
    _Atomic(hpsi_soap_plan *) plan; /* or NULL */
} hpsi_soap_kept;

struct hps_soap {
    hps_context *context;
    int32_t n_species;
    int32_t *numbers;     /* [n_species] */
    double *values;       /* [n_species][SOAP_N_OPTIONS] */
    hpsi_soap_kept *kept; /* changes behind a const handle, by one exchange */
};
/* plan.c: give up the kept plan, and share that of another handle with the same options. */
void hpsi_soap_forget(hps_soap *s);
void hpsi_soap_share(hps_soap *to, const hps_soap *from);

static inline double hpsi_soap_value(const hps_soap *s, int32_t species, int32_t option)
{
    return s->values[species * SOAP_N_OPTIONS + option];
}

static inline int32_t hpsi_soap_int(const hps_soap *s, int32_t species, int32_t option)
{
    return (int32_t)hpsi_soap_value(s, species, option);
}

static inline int64_t hpsi_soap_pad(int64_t n, int64_t to)
{
    return (n + to - 1) / to * to;
}

/* ------------------------------------------------------------ basis.c */

/* Nodes and weights of n-point Gauss-Legendre quadrature on [-1,1]. */
void hpsi_soap_legendre(int32_t n, double *node, double *weight);
/* J_0..J_{n-1} of soap.md 7.1 at y. */
void hpsi_soap_jacobi(int32_t n, double y, double *j);
/* L of soap.md 7.1: phi_a = sum_k L[a][k] J_k, row-major [n][ld]. */
void hpsi_soap_cholesky_factor(int32_t n, double *l, int32_t ld);
/* Polar factor U V^T of the square a[n][n] (destroyed). */
hps_status hpsi_soap_polar(hps_context *c, int32_t n, double *a, double *polar);

/* ----------------------------------------------------------- radial.c */

/* Radial functions of one neighbour species. */
typedef struct hpsi_soap_radial {
    int32_t n;      /* functions */
    int32_t n_poly; /* of them polynomials: n, or n - 1 with a Gaussian */
    int32_t gauss, smooth_tail, enhancement;
    int32_t lost_term;   /* imitate the boundary term that soap_turbo lacks */
    double cutoff;       /* R, angstrom */
    double soft;         /* x_s */
    double damping;      /* d = (1 - x_s)/nf; 0: no damped piece */
    double width, slope; /* s(x) = width + slope x, reduced units */
    double amplitude;    /* exponent a */
    double factor;       /* 4 pi gamma sqrt(R) */
    double mix[HPSI_SOAP_MAX_N * HPSI_SOAP_MAX_N]; /* O or O_g, row-major [n][n] */
    double gauss_overlap[HPSI_SOAP_MAX_N];         /* u, soap.md 7.1 */
    double gauss_rest;                             /* rho */
    double node[HPSI_SOAP_NODES], weight[HPSI_SOAP_NODES];
} hpsi_soap_radial;

hps_status hpsi_soap_radial_create(hpsi_soap_radial *p, const hps_soap *s, int32_t species);
/* Radial integrals W I at distance r (angstrom), without amplitude and prefactors. */
void hpsi_soap_radial_integrals(const hpsi_soap_radial *p, double r, double *out);
/* By how much the derivative of these by r exceeds soap_turbo's, with lost_term. */
void hpsi_soap_radial_lost_slopes(const hpsi_soap_radial *p, double r, double *out);
/* (W S)_{n,last}: overlap of the orthonormal functions with the Gaussian (poly3gauss). */
void hpsi_soap_radial_gauss_column(const hpsi_soap_radial *p, double *out);
/* E(0) of soap.md 3.3 times the width's power that 3.9 wants. */
double hpsi_soap_enhancement_at_zero(const hpsi_soap_radial *p);
/* Distances in (0, R) where the integrals jump, ascending; at most 2. */
int32_t hpsi_soap_radial_switches(const hpsi_soap_radial *p, double *at);

/* ---------------------------------------------------------- angular.c */

/* f_0..f_L of soap.md 3.7 at x = r/t >= 0, by the recipe of 7.4. */
void hpsi_soap_bessel(int32_t l_max, double x, double *f);

/* Tangential width of a species and what F_l needs. */
typedef struct hpsi_soap_tangent {
    int32_t l_max;
    double width, slope; /* t(r) = width + slope r, angstrom */
    double scale;        /* R_max^2 */
} hpsi_soap_tangent;
/* F_0..F_L at r. */
void hpsi_soap_tangent_factors(const hpsi_soap_tangent *p, double r, double *out);

/* Recursion of the normalised polynomials N_lm Q_lm (sqrt 2 included for m > 0), 7.5:
 * P_mm = start[m], P_lm = up[m][l] z P_{l-1,m} - down[m][l] P_{l-2,m}. */
typedef struct hpsi_soap_harmonics {
    int32_t l_max;
    double start[HPSI_SOAP_MAX_L + 1];
    double up[HPSI_SOAP_MAX_L + 1][HPSI_SOAP_MAX_L + 2];
    double down[HPSI_SOAP_MAX_L + 1][HPSI_SOAP_MAX_L + 2];
} hpsi_soap_harmonics;
void hpsi_soap_harmonics_create(hpsi_soap_harmonics *h, int32_t l_max);

/* ------------------------------------------------------------ table.c */

/* A stretch of r that is cut into equal pieces. */
typedef struct hpsi_soap_cell {
    double origin, inverse; /* piece = (r - origin) * inverse */
    int64_t base;           /* index of its first piece */
    int32_t last;           /* pieces - 1 */
    int32_t depth;
} hpsi_soap_cell;

/* Smooth functions of r on [0, R] as piecewise polynomials in u = -1..1. */
typedef struct hpsi_soap_table {
    hps_context *context;
    int32_t n_functions;
    int32_t stride; /* n_functions padded, the rest is 0 */
    int32_t n_segments;
    double edge[4];            /* of the segments: switch points inside */
    double inverse[3];         /* cells per angstrom of a segment */
    int64_t first[3], last[3]; /* its cells */
    hpsi_soap_cell *cells;
    double *coefficients; /* [piece][degree + 1][stride] */
    int64_t n_cells, cell_capacity, n_pieces, piece_capacity;
} hpsi_soap_table;

typedef void (*hpsi_soap_function)(const void *arg, double r, double *out);
/* What to tabulate: n functions on [0, r_max] with features no narrower than
 * width + slope r, smooth but for jumps at the switches. */
typedef struct hpsi_soap_table_request {
    hpsi_soap_function evaluate;
    const void *arg;
    int32_t n_functions, n_switches;
    double r_max, width, slope;
    double switches[2];
} hpsi_soap_table_request;
hps_status hpsi_soap_table_create(hpsi_soap_table *t, hps_context *c,
                                  const hpsi_soap_table_request *request);
void hpsi_soap_table_free(hpsi_soap_table *t);

/* Piece of distance r: its coefficients, the place u in it and du/dr. */
static inline const double *hpsi_soap_table_find(const hpsi_soap_table *t, double r, double *u,
                                                 double *scale)
{
    int32_t segment = 0;
    const hpsi_soap_cell *cell;
    double place;
    int64_t k;

    for (int32_t i = 1; i < t->n_segments; i++) {
        segment += r >= t->edge[i];
    }
    k = (int64_t)((r - t->edge[segment]) * t->inverse[segment]) + t->first[segment];
    k = k < t->first[segment] ? t->first[segment] : k;
    cell = &t->cells[k > t->last[segment] ? t->last[segment] : k];
    place = (r - cell->origin) * cell->inverse;
    k = (int64_t)place;
    k = k < 0 ? 0 : k > cell->last ? cell->last : k;
    *u = 2 * (place - (double)k) - 1;
    *scale = 2 * cell->inverse;
    return t->coefficients + (cell->base + k) * (HPSI_SOAP_DEGREE + 1) * t->stride;
}

/* ----------------------------------------------------------- layout.c */

/* Component k, l of the spectrum is factor[k] * sum_m X1[lm][u[k]] X2[lm][v[k]], where X1
 * and X2 are sums of columns of the coefficients c: soap.md sections 4 and 5. */
typedef struct hpsi_soap_layout {
    int32_t l_max;
    int32_t n_columns; /* of c: species blocks padded to 4 */
    int32_t stride;    /* of c: n_columns padded to 8 */
    int32_t identity;  /* X1 = X2 = c */
    int32_t symmetric; /* X1 = X2 and u <= v */
    int32_t m1, m2;    /* columns of X1 and X2 */
    int32_t stride1, stride2;
    int32_t *map1, *map2;  /* [n_columns] column of c -> column of X1, X2, or -1 */
    int32_t n_pairs, size; /* size = n_pairs (L+1) */
    int32_t *u, *v;
    double *factor;
} hpsi_soap_layout;
/* Number of components of a checked handle. */
int32_t hpsi_soap_layout_size(const hps_soap *s);
hps_status hpsi_soap_layout_create(hpsi_soap_layout *y, const hps_soap *s);
void hpsi_soap_layout_free(hpsi_soap_layout *y);

/* ---------------------------------------------------------- kernels.c */

/* Neighbours of a chunk in lanes: arrays [rows][ld], ld a multiple of HPSI_SOAP_PAD. */
typedef struct hpsi_soap_chunk {
    int32_t n; /* lanes in use, padded */
    int64_t ld;
    double *unit;    /* [3][ld] */
    const double *r; /* [n] */
    double *b, *db;  /* [n_columns][ld] 4 pi b_n and its derivative by r */
    double *f, *df;  /* [L+1][ld] */
    double *t;       /* [n_lm padded][2][PAD] scratch of pull */
} hpsi_soap_chunk;

/* Change of the reduced coefficients with one coordinate, for the factors X1 and X2: the
 * radial functions b' and b, [columns], and what multiplies each, [columns][ld] over l. */
typedef struct hpsi_soap_change {
    double *radial[2][2], *inner[2][2];
    int32_t ld; /* L+1 padded, the rest is 0 or finite */
} hpsi_soap_change;

/* The loops that are compiled once for each instruction set. */
typedef struct hpsi_soap_kernels {
    const char *name;
    /* Amplitude times 4 pi gamma sqrt(R) and its derivative (da may be NULL). */
    void (*amplitude)(const hpsi_soap_radial *p, int32_t n, const double *r, double *a, double *da);
    /* Table values, and derivatives unless dv is NULL, at n distances; rows [ld] of the
     * functions, padded to 4, and of 0 up to a whole vector. */
    void (*lookup)(const hpsi_soap_table *t, int32_t n, const double *r, double *v, double *dv,
                   int64_t ld);
    /* g[lm][ld] = F_l Y_lm of lanes 0..n-1 */
    void (*harmonics)(const hpsi_soap_harmonics *h, const hpsi_soap_chunk *k, double *g);
    /* c[lm][ldc] += sum over lanes j0..j1-1 of g[lm][j] b[n][j]; rows n padded to 4 */
    void (*accumulate)(const double *b, int32_t rows, const double *g, int64_t ld, int32_t j0,
                       int32_t j1, int32_t n_lm, double *c, int64_t ldc);
    /* out[u][ld2] = sum_t x1[t][u] x2[t][v]; with `symmetric` only v >= u is needed */
    void (*power)(const double *x1, int64_t ld1, int32_t m1, const double *x2, int64_t ld2,
                  int32_t terms, int32_t symmetric, double *out);
    /* out[t][ldh] = sum_{u<m} x[t][u] h[u][v] */
    void (*product)(const double *x, int64_t ldx, int32_t m, const double *h, int64_t ldh,
                    int32_t terms, double *out);
    /* Derivative by the positions of the lanes j0..j0+PAD-1: force [3][ld], from D[lm][ldd]
     * and columns lo..hi-1: soap.md 8.3 */
    void (*pull)(const hpsi_soap_harmonics *h, const hpsi_soap_chunk *k, int32_t j0,
                 const int32_t columns[2], const double *d, int64_t ldd, double *force);
    /* g[4][lm][PAD]: Y_lm and the three components of grad_perp Y_lm / r of 8 lanes */
    void (*gradients)(const hpsi_soap_harmonics *h, const hpsi_soap_chunk *k, int32_t j0,
                      double *g);
    /* Derivative of the spectrum before normalisation; may write PAD doubles past it. */
    void (*change)(const hpsi_soap_layout *y, const hpsi_soap_change *d, double *row);
} hpsi_soap_kernels;
/* The widest set that the processor has; level 0 portable, 1 AVX2, 2 AVX-512, -1 best.
 * NULL if that level is not available. */
const hpsi_soap_kernels *hpsi_soap_kernels_get(int32_t level);

/* ------------------------------------------------------- plan and work */

typedef struct hpsi_soap_element {
    int32_t number, column; /* column: first of its block in c */
    int32_t n;              /* radial functions */
    double cutoff;
    hpsi_soap_radial radial;
    hpsi_soap_tangent tangent;
    hpsi_soap_table radial_table, angular_table;
    hpsi_soap_table lost_slopes;    /* with radial.lost_term only */
    double centre[HPSI_SOAP_MAX_N]; /* added to c_{n00} of centres of this species */
} hpsi_soap_element;

struct hpsi_soap_plan {
    hps_context *context;
    atomic_int_least32_t users;
    int32_t n_species, l_max;
    int32_t n_lm;  /* (L+1)^2 */
    double cutoff; /* R_max */
    hpsi_soap_element *elements;
    hpsi_soap_harmonics harmonics;
    hpsi_soap_layout layout;
    const hpsi_soap_kernels *kernels;
    int32_t index[120]; /* species of an atomic number, -1 */
};

struct hpsi_soap_work {
    hps_context *context;
    hpsi_neighbours neighbours;
    const hpsi_neighbours *lists; /* of a whole data set, for the next block, or NULL */
    int64_t lists_atom;           /* position of the block's frame in it */
    /* The block: neighbours of centre i are start[i] .. start[i] + used[i] - 1, sorted by
     * species; starts are multiples of HPSI_SOAP_PAD. */
    int32_t count, first;
    int64_t *start, *used;
    int32_t *species, *number_of; /* of centres; pairs of each species [count][n_species] */
    int64_t block_capacity[4];
    int32_t *atom;
    double *x, *y, *z, *r;
    double *force[3]; /* derivatives of the last adjoint call, per pair */
    int64_t pair_capacity[8];
    double *c;    /* [count][n_lm padded][stride] */
    double *q;    /* [count][size] */
    double *norm; /* [count] 0: not normalised */
    int64_t c_capacity, q_capacity, norm_capacity;
    /* Scratch of one centre. */
    hpsi_soap_chunk chunk;
    double *amplitude, *slope, *chunk_force; /* of a chunk */
    double *values, *slopes;                 /* of a table: [24][CHUNK] at most */
    double *g;                               /* [n_lm padded][CHUNK], or [4][n_lm][PAD] */
    double *x1, *x2, *d1, *d2, *d;           /* [n_lm padded][stride1, stride2, ..] */
    double *p, *h, *ht;                      /* one l: [m1][stride2], its transpose */
    double *pbar;                            /* [size] */
    double *e, *lane;                        /* of the Jacobian, see there */
};

/* Rows of c and g: n_lm padded so that kernels may run over. */
static inline int64_t hpsi_soap_rows(const hpsi_soap_plan *p)
{
    return hpsi_soap_pad(p->n_lm, 4);
}
/* neighbours.c: fill the block's neighbours from a frame. */
hps_status hpsi_soap_gather(const hpsi_soap_plan *p, hpsi_soap_work *w, const hps_frame *f,
                            int32_t first, int32_t count);
/* neighbours.c: chunk [j0, j0+n) of centre i into lanes, with derivatives or not. */
void hpsi_soap_load_chunk(const hpsi_soap_plan *p, hpsi_soap_work *w, int32_t i, int64_t j0,
                          int32_t derivatives);
/* neighbours.c: part [from, to) of the present chunk that is of species s. */
void hpsi_soap_chunk_range(const hpsi_soap_plan *p, const hpsi_soap_work *w, int32_t i, int64_t j0,
                           int32_t s, int32_t *from, int32_t *to);
/* spectrum.c: X1 and X2 of coefficients c (may return c itself). */
void hpsi_soap_reduce(const hpsi_soap_plan *p, hpsi_soap_work *w, const double *c,
                      const double **x1, const double **x2);
/* spectrum.c: scalar product, the same bits everywhere. */
double hpsi_soap_dot(int64_t n, const double *x, const double *y);
/* spectrum.c: unit-norm spectrum of c into q; returns the norm, 0 if below the threshold. */
double hpsi_soap_spectrum(const hpsi_soap_plan *p, hpsi_soap_work *w, const double *c, double *q);
/* spectrum.c: w->d = dE/dc from g = dE/dq of centre i. */
void hpsi_soap_spectrum_adjoint(const hpsi_soap_plan *p, hpsi_soap_work *w, int32_t i,
                                const double *g);
/* adjoint.c: dE/dr of all pairs of the block into w->force. */
void hpsi_soap_pair_forces(const hpsi_soap_plan *p, hpsi_soap_work *w, const double *g,
                           int64_t ldg);
/* adjoint.c: add the pair forces to gradient and virial (either NULL). */
void hpsi_soap_scatter(const hpsi_soap_work *w, double *gradient, double *virial);

/* check.c: arguments of what works on one frame. */
hps_status hpsi_soap_check_frame(const hps_soap *s, const hps_dataset *d, int64_t frame);

#endif
