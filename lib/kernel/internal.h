/* SPDX-License-Identifier: BSD-3-Clause */
/* What gpr uses of kernel besides its public header: data sets as sources of descriptors,
 * powers of blocks of dot products. */
#ifndef HPSI_KERNEL_INTERNAL_H
#define HPSI_KERNEL_INTERNAL_H

#include "base/internal.h"
#include "hpswarm/kernel.h"
#include "soap/internal.h"

/* ----------------------------------------------------------- power.c */

enum { HPSI_POWER_TERMS = 16, HPSI_POWER_NODES = 16, HPSI_POWER_OCTAVES = 16 };

/* An exponent, prepared once for any number of values (a few microseconds). Octaves 2^e, e = -15
 * to 0, have nodes c next to 1, 17/16, ..., 31/16, whose inverses have 10 bits; with
 * x = 2^e c (1 + r): x^zeta = 2^(e zeta) c^zeta (1 + r)^zeta. */
typedef struct hpsi_power {
    double zeta;                       /* > 0 */
    int32_t half;                      /* 2 zeta if products do alone, else 0 */
    int32_t n_terms;                   /* of the polynomial, 0: exponent too large */
    double term[HPSI_POWER_TERMS];     /* ((1 + r)^zeta - 1)/r in powers of r, |r| < 2^-4.9 */
    double inverse[HPSI_POWER_NODES];  /* 2^15/c */
    double centre[HPSI_POWER_NODES];   /* c^zeta */
    double octave[HPSI_POWER_OCTAVES]; /* 2^(e zeta) */
    struct {
        double inverse, power; /* of 2^e c */
    } node[HPSI_POWER_OCTAVES * HPSI_POWER_NODES];
} hpsi_power;
void hpsi_power_make(hpsi_power *p, double zeta);
/* x[i] := max(x[i], 0)^zeta; NaN stays. A value has the same bits wherever it stands. */
void hpsi_power_apply(const hpsi_power *p, int64_t n, double *x);

typedef struct hpsi_power_slope {
    double zeta;
    hpsi_power less; /* zeta - 1, if that is above 0 */
} hpsi_power_slope;
void hpsi_power_slope_make(hpsi_power_slope *s, double zeta);
/* k[i] = max(x[i],0)^zeta and dk[i] = zeta max(x[i],0)^(zeta-1); k may be x or NULL. */
void hpsi_power_slope_apply(const hpsi_power_slope *s, int64_t n, const double *x, double *k,
                            double *dk);

/* ---------------------------------------------------------- memory.c */

/* hps_kernel_memory with the precision of hps_kernel_statistics_several. */
hps_status hpsi_kernel_memory(const hps_soap *s, const hps_dataset *d, int64_t n_references,
                              int32_t precision, int64_t *bytes);

/* ---------------------------------------------------------- source.c */

/* At most HPSI_SOAP_BLOCK consecutive atoms of one frame: the unit of parallel work. */
typedef struct hpsi_chunk {
    int64_t frame;
    int64_t atom; /* position of the first one among all atoms of the set */
    int32_t first, count;
} hpsi_chunk;

/* A data set seen through one descriptor. Descriptors are kept if they fit into a bounded
 * share of memory, otherwise computed anew for every pass. */
typedef struct hpsi_source {
    hps_context *context;
    const hps_dataset *data; /* borrowed */
    hpsi_soap_plan *plan;
    hpsi_lists *lists; /* kept with the data set, or NULL */
    int32_t size;      /* d */
    int64_t ld, n_frames, n_atoms, n_chunks;
    hpsi_chunk *chunk;    /* [n_chunks] */
    int64_t *frame_chunk; /* [n_frames + 1] first chunk of a frame */
    signed char *species; /* [n_atoms] position in the descriptor's list */
    double *cache;        /* [n_atoms][ld], or NULL */
    int32_t n_workers;
    hpsi_soap_work **work; /* [n_workers] */
    double *block;         /* [n_workers][HPSI_SOAP_BLOCK][ld] */
    double seconds;        /* spent on descriptors that were kept */
} hpsi_source;
/* Zeroes *s first; on failure nothing is left to close. An element that the descriptor
 * does not list is refused (HPS_E_OPTION). */
hps_status hpsi_source_open(hpsi_source *s, const hps_soap *soap, const hps_dataset *d);
/* The same for a single pass: nothing is kept. */
hps_status hpsi_source_open_once(hpsi_source *s, const hps_soap *soap, const hps_dataset *d);
void hpsi_source_close(hpsi_source *s);
/* Of an atom among all those of the data set. */
int64_t hpsi_source_frame(const hpsi_source *s, int64_t atom);
/* Chunks that one item of parallel work over n_chunks of them should have. */
int64_t hpsi_source_span(const hpsi_source *s, int64_t n_chunks);
/* Bytes that open allocates (without the plan and the works of soap), and those of them
 * that are the kept descriptors, while so many other bytes are held beside what is held now. */
void hpsi_source_memory(const hps_soap *soap, const hps_dataset *d, int64_t beside, int64_t *bytes,
                        int64_t *cache);
/* What the descriptor's tables and the buffers of one worker take, found by making them and
 * treating the first block of the largest frame (with derivatives: of one centre, too). */
typedef struct hpsi_probe {
    int64_t plan, work, n_pairs; /* bytes, bytes, most neighbours of a centre */
} hpsi_probe;
hps_status hpsi_source_probe(const hps_soap *s, const hps_dataset *d, int32_t derivatives,
                             hpsi_probe *p);
/* hpsi_source_memory with plan and works; *kept of them go if nothing is kept. */
hps_status hpsi_source_bytes(const hps_soap *s, const hps_dataset *d, int32_t derivatives,
                             int64_t beside, int64_t *bytes, int64_t *kept, hpsi_probe *p);
/* Descriptors of chunk i, rows of s->ld; valid until the next call of the same worker. */
hps_status hpsi_source_chunk(hpsi_source *s, int64_t i, int32_t worker, const double **q);
/* Descriptors of count atoms of one frame, the first one's position among all atoms: q
 * [count][ld]. The worker's work then has what the backward calls need. */
hps_status hpsi_source_block(hpsi_source *s, int64_t atom, int32_t count, int32_t worker,
                             double *q);
/* Which atoms of a chunk are of one species (index [n]), and their descriptors: rows in q
 * itself if that is the whole chunk, otherwise copied to copy [HPSI_SOAP_BLOCK][ld]. */
int32_t hpsi_source_rows(const hpsi_source *s, const hpsi_chunk *c, int32_t species,
                         const double *q, double *copy, const double **rows,
                         int32_t index[HPSI_SOAP_BLOCK]);
/* Descriptors of n atoms, positions among all atoms of the set: q [n][ldq]. */
hps_status hpsi_source_gather(hpsi_source *s, int64_t n, const int64_t *atom, double *q,
                              int64_t ldq);

/* The same of n ascending atoms inside hpsi_parallel_for, with what worker has of s. */
hps_status hpsi_source_collect(hpsi_source *s, int64_t n, const int64_t *atom, int32_t worker,
                               double *q, int64_t ldq);

/* ----------------------------------------------------------- group.c */

/* Runs of whole chunks with at most HPSI_GROUP atoms together, the same for every number of
 * threads. */
#define HPSI_GROUP 256
#define HPSI_GROUP_SPECIES 128 /* more than a descriptor can have */
typedef struct hpsi_groups {
    hpsi_source *source; /* borrowed */
    int64_t n, most;     /* groups; atoms of the largest */
    int64_t *first;      /* [n + 1] first chunk of a group */
    double *rows;        /* [n_workers][most][ld], or NULL: those of the source are in order */
} hpsi_groups;
hps_status hpsi_groups_open(hpsi_groups *g, hpsi_source *s); /* on failure nothing is left */
void hpsi_groups_close(hpsi_groups *g);
/* Descriptors of group i, species by species: those of species z are the rows first[z] to
 * first[z+1]-1, of the source's ld. Valid until the worker's next call. */
hps_status hpsi_groups_load(const hpsi_groups *g, int64_t i, int32_t worker, const double **rows,
                            int32_t first[HPSI_GROUP_SPECIES]);

#endif
