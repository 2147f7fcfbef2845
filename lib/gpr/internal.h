/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of gpr share: the model, its settings and sparse points, and
 * streams of the rows of the linear system. Symbols as in
 * docs/gpr.md: M sparse points, d components, k(q,q') = max(q.q',0)^zeta of environments
 * of the same species. */
#ifndef HPSI_GPR_INTERNAL_H
#define HPSI_GPR_INTERNAL_H

#include "hpswarm/gpr.h"
#include "kernel/internal.h"
#include "soap/internal.h"

/* Rows of the option table, in the order of options.c. */
enum {
    HPSI_GPR_DELTA = 0,
    HPSI_GPR_ZETA,
    HPSI_GPR_N_SPARSE,
    HPSI_GPR_SPARSE_METHOD, /* HPSI_SPARSE_* */
    HPSI_GPR_SIGMA_ENERGY,
    HPSI_GPR_SIGMA_FORCE,
    HPSI_GPR_SIGMA_VIRIAL,
    HPSI_GPR_SIGMA_PER_ATOM,
    HPSI_GPR_FIT_FORCES,
    HPSI_GPR_FIT_VIRIALS,
    HPSI_GPR_JITTER,
    HPSI_GPR_E0_METHOD, /* HPSI_E0_* */
    HPSI_GPR_E0,
    HPSI_GPR_SEED,
    HPSI_GPR_DELTA_METHOD, /* 1: evidence */
    HPSI_GPR_REFINE,
    HPSI_GPR_OPTIONS
};
enum { HPSI_SPARSE_CUR = 0, HPSI_SPARSE_RANDOM = 1, HPSI_SPARSE_ALL = 2, HPSI_SPARSE_FILE = 3 };
enum { HPSI_E0_ISOLATED = 0, HPSI_E0_AVERAGE = 1, HPSI_E0_FIT = 2, HPSI_E0_GIVEN = 3 };
#define HPSI_ELEMENTS 119 /* arrays indexed by atomic number */

/* --------------------------------------------------------- sparse points */

/* The sparse points of all elements: rows of q, element after element, in the order of
 * the descriptor's species. Zero-initialise; hpsi_sparse_free is fine on zeros. */
typedef struct hpsi_sparse {
    int32_t total;                 /* M */
    int32_t size;                  /* d */
    int64_t ld;                    /* of q */
    int32_t n_elements;            /* with at least one point */
    int32_t number[HPSI_ELEMENTS]; /* [n_elements] atomic numbers */
    int32_t first[HPSI_ELEMENTS];  /* by atomic number: first row, */
    int32_t count[HPSI_ELEMENTS];  /* and how many; 0: element without points */
    double *q;                     /* [total][ld] */
    int64_t *index;                /* [total] 1-based position among the environments of the
                                      element in the training set; NULL in a loaded model */
} hpsi_sparse;
void hpsi_sparse_free(hpsi_sparse *p);

/* -------------------------------------------------------------- the model */

/* Noise of one config_type: energy, force, virial; NaN: the option's. */
typedef struct hpsi_noise {
    char *config_type;
    double sigma[3];
} hpsi_noise;

struct hps_gpr {
    hps_context *context;
    hps_soap *soap; /* own copy */
    double option[HPSI_GPR_OPTIONS];
    int32_t n_sparse_own[HPSI_ELEMENTS]; /* "n_sparse:C", 0 if not set */
    double e0_given[HPSI_ELEMENTS];      /* "e0:C" */
    int32_t n_chosen[HPSI_ELEMENTS];     /* hps_gpr_set_sparse, 0 if not set */
    int64_t *chosen[HPSI_ELEMENTS];
    hpsi_noise *noise; /* [n_noise] hps_gpr_set_sigma */
    int64_t n_noise, noise_capacity;
    int32_t fitted;             /* what follows is set */
    double fit_zeta, fit_delta; /* of the fit; the options may have changed since */
    hpsi_sparse sparse;
    double e0[HPSI_ELEMENTS];
    double *alpha; /* [M], without delta^2 */
    hps_gpr_report report;
};

void hpsi_gpr_drop_fit(hps_gpr *g);
/* A model from the payload of a model file; p->status is set if it fails. */
hps_status hpsi_gpr_unpack(hps_gpr **out, hps_context *c, hpsi_pack *p);
hps_status hpsi_gpr_copy_noise(hps_gpr *to, const hps_gpr *from);
void hpsi_gpr_free_noise(hps_gpr *g);
/* Standard deviation of the rows of a frame; *own 1: it does not follow the option.
 * @param option HPSI_GPR_SIGMA_ENERGY, _FORCE or _VIRIAL */
double hpsi_gpr_noise(const hps_gpr *g, const hps_frame *f, int32_t option, int32_t *own);
/* 1 if a row of these kinds (HPSI_ROWS_*) of a data set has a noise of its own. */
int32_t hpsi_gpr_has_own_noise(const hps_gpr *g, const hps_dataset *d, int32_t kinds);
/* HPS_E_STATE without a fit, HPS_E_ARGUMENT for NULL. */
hps_status hpsi_gpr_need_fit(const hps_gpr *g);

/* s for which s delta has the largest marginal likelihood: t [n][n] and qty are the triangle of
 * the rows delta/sigma A R^-1 and its right-hand side, rest the squares that they leave. */
hps_status hpsi_gpr_best_scale(hps_context *c, int64_t n, const double *t, const double *qty,
                               double rest, double delta, double *scale);
/* predict.c: bytes of the chunks in flight. */
int64_t hpsi_predict_shares(const hps_dataset *d, int32_t derivatives);
/* Bytes that hps_path_create (normal 1: hps_path_create_noises) and the errors of the test set
 * hold at their peak. */
hps_status hpsi_path_memory(const hps_gpr *g, const hps_dataset *train, const hps_dataset *test,
                            int32_t normal, int32_t test_forces, int64_t *bytes);

/* ------------------------------------------------------- choices of the fit */

/* e0 of the elements of a data set by the method of g; 0 for the others. */
hps_status hpsi_gpr_e0(const hps_gpr *g, hpsi_source *train, double e0[HPSI_ELEMENTS]);
/* Choose sparse points by the method of g; *p is zeroed first. */
hps_status hpsi_gpr_select(const hps_gpr *g, hpsi_source *train, hpsi_sparse *p);
/* Sparse points of each element by the options, from the numbers of its environments. */
void hpsi_gpr_share_points(const hps_gpr *g, int32_t n_species, const int32_t *number,
                           const int64_t *count, int64_t *share);
/* CUR on points: choose n_sparse of the n environments `atom` (ascending); chosen [n_sparse]
 * are positions in that list, ascending. The generator goes on from one element to the next. */
hps_status hpsi_gpr_cur(hpsi_source *s, int64_t n, const int64_t *atom, int32_t n_sparse,
                        int64_t *state, int64_t *chosen);
int64_t hpsi_gpr_cur_seed(int64_t seed); /* its first state */
/* Parts that n candidates of d components are treated in: of sizes alone, so that the choice
 * is the same for every number of threads. */
int64_t hpsi_gpr_cur_segments(int64_t n, int64_t d);
void hpsi_sort_positions(int64_t n, int64_t *p);
/* Pairs of a key and a position, by key, then position. */
typedef struct hpsi_keyed {
    double key;
    int64_t position;
} hpsi_keyed;
void hpsi_sort_keyed(int64_t n, hpsi_keyed *p);

/* ---------------------------------------------------- blocks of the system */

/* k_MM + eta I as one M x M matrix, 0 between elements. */
hps_status hpsi_gpr_kmm(hps_context *c, const hpsi_sparse *p, double zeta, double eta, double *k,
                        int64_t ldk);
/* Upper R with R^T R = k_MM + eta I into r[M][M]; *eta is raised tenfold (logged) while the
 * factorisation fails. The caller passes eta = jitter/delta^2. */
hps_status hpsi_gpr_whitener(hps_context *c, const hpsi_sparse *p, double zeta, double *eta,
                             double *r, int64_t ldr);

/* A block of rows of the linear system with unit amplitude. */
enum { HPSI_ROWS_ENERGY = 1, HPSI_ROWS_FORCE = 2, HPSI_ROWS_VIRIAL = 4 };
/* What the noise of a row follows: the option of its quantity, or nothing. */
enum { HPSI_PART_ENERGY = 0, HPSI_PART_FORCE, HPSI_PART_VIRIAL, HPSI_PART_OWN, HPSI_PARTS };
typedef struct hpsi_rows {
    int32_t kind;   /* HPSI_ROWS_ENERGY, or those of the derivatives that were asked for */
    int64_t m, ld;  /* rows; ld >= M */
    double *a;      /* [m][ld] sum_i k(q_i,q_t), or its derivative by a coordinate or a
                       strain; the sink may overwrite it */
    double *y;      /* [m] E - sum e0, or -F, or -V */
    double *sigma;  /* [m] standard deviation of the noise; infinite: a force left out */
    int64_t *frame; /* [m] */
    int32_t *part;  /* [m] HPSI_PART_* */
} hpsi_rows;
typedef hps_status (*hpsi_rows_sink)(const hpsi_rows *rows, void *arg);
/* Pass the rows of all frames that have the quantity to sink, block by block: all
 * energies in frame order, then force rows (atom-major) and the virial rows (xx, yx, zx,
 * yy, zy, zz) frame by frame. Memory: one block of rows. The sink runs on the calling
 * thread, outside parallel loops. @param kinds HPSI_ROWS_* added up */
hps_status hpsi_gpr_stream(const hps_gpr *g, hpsi_source *s, const hpsi_sparse *p,
                           const double e0[HPSI_ELEMENTS], int32_t kinds, hpsi_rows_sink sink,
                           void *arg);

#endif
