/* SPDX-License-Identifier: BSD-3-Clause */
/* What kernel and gpr use of soap besides its public header: descriptors and adjoints of
 * blocks of environments from a plan (tables of one hyper-parameter vector). */
#ifndef HPSI_SOAP_INTERNAL_H
#define HPSI_SOAP_INTERNAL_H

#include "base/internal.h"
#include "dataset/internal.h"
#include "hpswarm/soap.h"

hps_context *hpsi_soap_context(const hps_soap *s);
/* 1 if two handles have the same species and options. */
int32_t hpsi_soap_same(const hps_soap *a, const hps_soap *b);
/* Options as numbers for model files: all values of all species, in a fixed order. */
hps_status hpsi_soap_pack(const hps_soap *s, hpsi_pack *p);
hps_status hpsi_soap_unpack(hps_soap **out, hps_context *c, hpsi_pack *p);

/* The widest instruction set that the loops know and the processor has: 0 portable, 1 AVX2,
 * 2 AVX-512. */
int32_t hpsi_soap_level(void);

/* Tables of one hyper-parameter vector; immutable, shared by all workers. */
typedef struct hpsi_soap_plan hpsi_soap_plan;
hps_status hpsi_soap_plan_create(hpsi_soap_plan **out, const hps_soap *s);
/* The plan that the handle keeps for its options, made by whoever wants it first. */
hps_status hpsi_soap_plan_of(hpsi_soap_plan **out, const hps_soap *s);
void hpsi_soap_plan_destroy(hpsi_soap_plan *p);       /* of either, once for each call */
int32_t hpsi_soap_plan_size(const hpsi_soap_plan *p); /* components */
double hpsi_soap_plan_cutoff(const hpsi_soap_plan *p);
/* 0-based species of an atomic number in the plan, -1 if not listed. */
int32_t hpsi_soap_plan_species(const hpsi_soap_plan *p, int32_t number);
int32_t hpsi_soap_plan_n_species(const hpsi_soap_plan *p);

/* Buffers of one worker; reused for any number of blocks. */
typedef struct hpsi_soap_work hpsi_soap_work;
hps_status hpsi_soap_work_create(hpsi_soap_work **out, hps_context *c, const hpsi_soap_plan *p);
void hpsi_soap_work_destroy(hpsi_soap_work *w);

/* Descriptors of atoms [first, first+count) of a frame: q [count][ld]; rows of unlisted
 * species are 0. The work keeps what the backward calls below need of this block (its
 * neighbours, coefficients and norms) until the next call. count is up to the caller;
 * HPSI_SOAP_BLOCK is a good one. */
#define HPSI_SOAP_BLOCK 64
/* With lists (or NULL) the next block takes its neighbours from them, the same to the last bit;
 * atom is the position of the frame's first atom in them. */
void hpsi_soap_work_lists(hpsi_soap_work *w, const hpsi_lists *lists, int64_t atom);
hps_status hpsi_soap_block(const hpsi_soap_plan *p, hpsi_soap_work *w, const hps_frame *f,
                           int32_t first, int32_t count, double *q, int64_t ld);
/* With g [count][ldg] = dE/dq of the last block: adds dE/dr to gradient [n_atoms of the
 * frame][3] and -sum r (x) dE/dr (r from centre to neighbour) to virial [9]; each may be
 * NULL. */
hps_status hpsi_soap_block_adjoint(const hpsi_soap_plan *p, hpsi_soap_work *w, const double *g,
                                   int64_t ldg, double *gradient, double *virial);
/* Neighbours that the last block used of centre i (0..count-1): frame index of each image
 * and its vector from the centre (arrays x, y, z). */
void hpsi_soap_block_pairs(const hpsi_soap_work *w, int32_t i, int64_t *n, const int32_t **atom,
                           const double **x, const double **y, const double **z);
/* Explicit derivatives of centre i of the last block: jac [n pairs][3][ld] = dq_i/dr_j of
 * each neighbour image (the centre's own entry is minus their sum). */
hps_status hpsi_soap_block_jacobian(const hpsi_soap_plan *p, hpsi_soap_work *w, int32_t i,
                                    double *jac, int64_t ld);

#endif
