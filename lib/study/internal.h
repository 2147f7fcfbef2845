/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of study share: the study, its parameters' targets, one evaluated point. */
#ifndef HPSI_STUDY_INTERNAL_H
#define HPSI_STUDY_INTERNAL_H

#include "gpr/internal.h"
#include "hpswarm/study.h"

/* Rows of the option table, in the order of options.c. */
enum {
    HPSI_STUDY_OBJECTIVE = 0, /* HPSI_OBJECTIVE_* */
    HPSI_STUDY_SKEW_WEIGHT,
    HPSI_STUDY_FORCE_WEIGHT,
    HPSI_STUDY_REFERENCES,
    HPSI_STUDY_SEED,
    HPSI_STUDY_PRECISION,   /* HPS_KERNEL_DOUBLE or HPS_KERNEL_SINGLE */
    HPSI_STUDY_THREADS_FOR, /* HPSI_THREADS_* */
    HPSI_STUDY_OPTIONS
};
enum { HPSI_THREADS_AUTO = 0, HPSI_THREADS_FOR_POINTS = 1, HPSI_THREADS_INSIDE = 2 };
enum {
    HPSI_OBJECTIVE_STD = 0,
    HPSI_OBJECTIVE_STD_SKEW,
    HPSI_OBJECTIVE_RMSE,
    HPSI_OBJECTIVE_MAE,
    HPSI_OBJECTIVE_LOO,
    HPSI_OBJECTIVE_RMSE_PAIR /* two values: of energies, of forces */
};

/* Where a parameter of the space goes. */
enum { HPSI_TARGET_SOAP = 0, HPSI_TARGET_GPR = 1 };
typedef struct hpsi_target {
    int32_t owner;      /* HPSI_TARGET_* */
    int32_t index;      /* row in the owner's option table */
    int32_t number;     /* element of a per-species name, 0 without */
    int32_t lambda;     /* what a path has for free: 1: delta or sigma_energy, 2: sigma_force
                           or sigma_virial, with normal equations only; else 0 */
    int32_t selects;    /* 1: the choice of sparse points depends on it */
    const char *option; /* name of the owner's option, inside the parameter's name */
} hpsi_target;
/* Resolve a parameter's name; HPS_E_OPTION names the nearest one. */
hps_status hpsi_study_target(const char *name, hpsi_target *out);
const hpsi_option_table *hpsi_study_table(const hpsi_target *t);

/* Sparse points of the parameters x, kept while these do not change. */
typedef struct hpsi_frozen {
    int32_t tried;      /* 1: for this x */
    double *x;          /* [n_params]; only those that select are looked at */
    hpsi_sparse sparse; /* its index; total 0 if the choice failed */
} hpsi_frozen;

/* One candidate of a batch. */
#define HPSI_REASON 512
enum { HPSI_STUDY_VALUES = 2 }; /* of an objective, at most */
typedef struct hpsi_point {
    hps_gpr *settings; /* NULL once it is done */
    const double *x;
    double f[HPSI_STUDY_VALUES], seconds;
    int32_t outcome;
    int32_t next;    /* the next point of the batch with the same descriptor, or -1 */
    int32_t follows; /* 1: it is evaluated with such a point before it */
    hps_status status;
    char reason[HPSI_REASON];
} hpsi_point;

struct hps_study {
    hps_context *context;
    hps_space *space; /* own copy */
    int32_t n_params;
    hpsi_target *target; /* [n_params] */
    hps_gpr *base;       /* own copy */
    const hps_dataset *train, *test;
    int32_t test_forces;  /* 1: the test set has forces, */
    int32_t test_virials; /* and virials */
    int32_t own_noise;    /* 1: rows of the training set have a noise of their own, */
    int32_t own_energy;   /* and energies among them */
    double option[HPSI_STUDY_OPTIONS];
    hpsi_point *point; /* of the last batch */
    int64_t capacity;
    int32_t n_points;
    int32_t starved; /* 1: no memory for the points of the last batch */
    hps_path *path;  /* of the parameters path_x, or NULL */
    int32_t no_room; /* 1: a path found no memory */
    hpsi_frozen frozen;
    const hps_dataset *kept[2]; /* with lists of neighbours that this study keeps, or NULL */
    int64_t n_seen;             /* candidates so far */
    int32_t shared;             /* 1: that was decided */
    double *path_x;             /* [n_params]; those that the path has for free are not looked at */
    double cost_one, cost_all;  /* s of a candidate beside others, a thread each, and of
                                   one with all; 0: unknown */
};

/* Copy a space by its public calls. */
hps_status hpsi_study_copy_space(hps_space **out, hps_context *c, const hps_space *s);
/* Check that the kinds, bounds and labels of the parameters suit their options. */
hps_status hpsi_study_check_space(const hps_study *t);
/* Settings at x; parameters of a lambda up to keep_lambda stay those of the base. */
hps_status hpsi_study_settings(const hps_study *t, const double *x, int32_t keep_lambda,
                               hps_gpr **out);
/* Replace the choice of sparse points in the settings of point x by its outcome, if it is
 * the same for all points and costs something; the fit is the same to the last bit. Never
 * fails: without the outcome a fit chooses by itself. */
void hpsi_study_freeze(hps_study *t, const double *x, hps_gpr *g);
/* 1 if forces of the test set are part of the objective. */
int32_t hpsi_study_wants_forces(const hps_study *t);
/* The kind of path from which all points come. */
enum { HPSI_PATH_NONE = 0, HPSI_PATH_LAMBDA = 1, HPSI_PATH_NOISES = 2 };
int32_t hpsi_study_path_kind(const hps_study *t);
void hpsi_study_forget_path(hps_study *t);
/* 1 if a path with the settings g would stay within the memory limit, or nothing is known. */
int32_t hpsi_study_path_fits(const hps_study *t, const hps_gpr *g);
/* The path at x: the present one, or a new one. */
hps_status hpsi_study_path(hps_study *t, const double *x);
/* Keep neighbour lists for all candidates, once it is certain that there are several: n more
 * are to be evaluated. */
void hpsi_study_share_lists(hps_study *t, int32_t n);
void hpsi_study_drop_lists(hps_study *t);
/* Bytes of these lists, 0 if there will be none beside candidates of so many bytes. */
int64_t hpsi_study_lists_bytes(const hps_study *t, int64_t candidate);
hps_status hpsi_study_batch_bytes(const hps_study *t, int64_t *bytes);
/* 1 if candidates may run side by side; 1 if n of them would, by what is known of their cost. */
int32_t hpsi_study_may_share(const hps_study *t);
int32_t hpsi_study_side_by_side(const hps_study *t, int32_t n);
/* 1 if the batch should begin with finding out what one costs. */
int32_t hpsi_study_wants_costs(const hps_study *t);
/* How many values the objective has. */
int32_t hpsi_study_n_values(const hps_study *t);
/* Objective of one point from a path, and by a fit or statistics of its own: so many values. */
hps_status hpsi_study_path_objective(hps_path *p, const hps_study *t, const hps_gpr *g, double *f);
hps_status hpsi_study_objective(const hps_study *t, const hps_gpr *g, double *f);
/* 1 if the objective is one of the kernel's statistics; these of n settings with the same
 * descriptor, from one pass. */
int32_t hpsi_study_is_kernel(const hps_study *t);
hps_status hpsi_study_kernels(const hps_study *t, int32_t n, const hps_gpr *const *g, double *f);

#endif
