/* SPDX-License-Identifier: BSD-3-Clause */
/* What the library's own modules use of base: failing, memory, parallel loops, random
 * numbers, option tables, files. BLAS and LAPACK are in base/linalg.h. */
#ifndef HPSI_BASE_INTERNAL_H
#define HPSI_BASE_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "hpswarm/base.h"

/* ----------------------------------------------------------- status.c */

/* Set this thread's message (printf form) and return the status, for `return hpsi_fail(..)`.
 * Message: what, where, the value, what is allowed; one line, no newline, no "error:". */
hps_status hpsi_fail(hps_status s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Put "prefix: " in front of this thread's message; returns s. */
hps_status hpsi_prefix(hps_status s, const char *format, ...) __attribute__((format(printf, 2, 3)));
#ifdef __clang_analyzer__ /* which sees one file at a time: what comes out is what went in */
#define hpsi_fail(s, ...) ((void)hpsi_fail(s, __VA_ARGS__), (s))
#define hpsi_prefix(s, ...) ((void)hpsi_prefix(s, __VA_ARGS__), (s))
#endif
void hpsi_clear_error(void);
void hpsi_set_callback_code(int32_t code);

/* ----------------------------------------------------------- memory.c */

/* Zeroed, 64-byte aligned array of n items; NULL after setting the message (also for
 * n*size overflow). n = 0 gives a valid pointer. The block remembers its context. */
void *hpsi_new(hps_context *c, int64_t n, int64_t size);
/* The same without zeros: the pages of a large array are then first touched by those who fill
 * it, each thread its own part. */
void *hpsi_new_blank(hps_context *c, int64_t n, int64_t size);
/* Grow *p (made by hpsi_new, or NULL) to hold at least n items, content kept, doubling;
 * *capacity is updated. New items are zero. */
hps_status hpsi_grow(hps_context *c, void **p, int64_t *capacity, int64_t n, int64_t size);
/* The same where the content need not be kept: the old block goes before the new one comes, and
 * the capacity follows from the largest n so far, whatever came before it. Nothing is zero. */
hps_status hpsi_renew(hps_context *c, void **p, int64_t *capacity, int64_t n, int64_t size);
void hpsi_free(void *p); /* NULL is fine */
char *hpsi_strdup(hps_context *c, const char *s);
/* a*b, or -1 if it overflows or one is negative */
int64_t hpsi_size_mul(int64_t a, int64_t b);

/* ---------------------------------------------------------- context.c */

hps_context *hpsi_context_retain(hps_context *c); /* NULL -> the default context */
void hpsi_context_release(hps_context *c);
/* Bytes that the memory limit still allows; -1 without a limit. */
int64_t hpsi_context_available(const hps_context *c);
/* Silent inside hpsi_parallel_for, whatever the number of threads: the host's function is
 * only ever called on the thread that entered the library. */
void hpsi_log(hps_context *c, int32_t level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
double hpsi_seconds(void); /* monotonic clock */

/* --------------------------------------------------------- parallel.c */

/* Body of a loop: item 0..n-1 in any order, worker 0..hps_context_threads(c)-1. It may
 * call hpsi_fail; the message of the lowest failing item reaches the caller. */
typedef hps_status (*hpsi_body)(int64_t item, int32_t worker, void *arg);
/* Run body for every item, dynamically shared out. Serial inside another parallel loop
 * or with one thread. Every item below the first failing one has been run. BLAS is
 * single-threaded during the loop. Results must not depend on `worker`. */
hps_status hpsi_parallel_for(hps_context *c, int64_t n, hpsi_body body, void *arg);
/* Workers that a loop that begins here has at most: the threads of c, or 1 where it would be
 * serial inside another loop. */
int32_t hpsi_workers(const hps_context *c);
/* 1 on a thread that is running a body. */
int32_t hpsi_in_loop(void);

/* ------------------------------------------------------------- team.c */

/* Processes of hps_context_set_team that share a loop out; 1 also inside of another loop. */
int32_t hpsi_team_size(const hps_context *c);
/* The part [first, end) of n items that is this process's. */
void hpsi_team_range(const hps_context *c, int64_t n, int64_t *first, int64_t *end);
/* Where in the memory the bytes of an item begin; of item n: where the last one's end. */
typedef int64_t (*hpsi_offset)(int64_t item, const void *arg);
/* The same in parts of about equal work: how much of it is before an item, 0 before the first. */
void hpsi_team_range_by(const hps_context *c, int64_t n, hpsi_offset before, const void *arg,
                        int64_t *first, int64_t *end);
/* hpsi_parallel_for over the part [first, end), and over the own part of n. */
hps_status hpsi_team_run(hps_context *c, int64_t first, int64_t end, hpsi_body body, void *arg);
hps_status hpsi_team_for(hps_context *c, int64_t n, hpsi_body body, void *arg);
/* After it, behind a loop over the parts that were asked for last, everybody has what the others
 * have written for their items, or everybody has the failure of the first that has one.
 * @param own what the own part has come to */
hps_status hpsi_team_share(const hps_context *c, hps_status own, int64_t n, void *base,
                           hpsi_offset begin, const void *arg);

/* --------------------------------------------------------- parallel.c */
/* Keep OpenBLAS single-threaded between begin and end (counted, any thread). */
void hpsi_blas_begin(void);
void hpsi_blas_end(void);

/* ----------------------------------------------------------- random.c */

/* Philox4x32-10 (Salmon et al. 2011): a pure function of key and counter. */
void hpsi_philox(uint64_t key, const uint32_t counter[4], uint32_t out[4]);
enum {
    HPSI_STREAM_INIT = 0,
    HPSI_STREAM_VELOCITY = 1,
    HPSI_STREAM_BOUNDARY = 2,
    HPSI_STREAM_ROUNDING = 3,
    HPSI_STREAM_REPAIR = 4,
    HPSI_STREAM_LEADER = 5,
    HPSI_STREAM_TOPOLOGY = 6,
    HPSI_STREAM_PERMUTATION = 7,
    HPSI_STREAM_MUTATION = 8,
    HPSI_STREAM_WEIGHT = 9,
    HPSI_STREAM_SEEKER = 10,
    HPSI_STREAM_SPLIT = 32,
    HPSI_STREAM_REFERENCES = 33,
    HPSI_STREAM_SPARSE = 34
};
typedef struct hpsi_uniform2 {
    double u[2];
} hpsi_uniform2;
/* Two uniforms in [0,1) from counter (iteration, id, dimension, stream). */
hpsi_uniform2 hpsi_uniform(int64_t seed, int32_t stream, uint32_t iteration, uint32_t id,
                           uint32_t dimension);
/* A number of the standard normal distribution from two uniform ones (Box and Muller). */
double hpsi_gaussian(hpsi_uniform2 r);
/* Fisher-Yates permutation of 0..n-1 into p, from one stream and id. */
void hpsi_permutation(int64_t seed, int32_t stream, uint32_t id, int64_t n, int64_t *p);

/* ---------------------------------------------------------- options.c */

/* One row of an option table. All values are kept as double: reals, whole numbers up to
 * 2^53, and the index into choices for text. */
typedef struct hpsi_option {
    const char *name;
    int32_t kind; /* HPS_OPTION_* */
    int32_t per_species;
    const char *unit;
    const char *choices; /* "a|b" */
    double minimum, maximum, value;
    const char *help;
    const char *advice; /* a sentence or two: what the value trades, what was found */
} hpsi_option;
typedef struct hpsi_option_table {
    const char *owner; /* "soap" */
    int32_t n;
    const hpsi_option *rows;
} hpsi_option_table;
/* The tables of the modules; each is defined in its module (options.c of the folder). */
extern const hpsi_option_table hpsi_swarm_options, hpsi_soap_options, hpsi_gpr_options,
    hpsi_study_options;
/* Look up name[:element]; *number is the atomic number of the element, 0 without one.
 * HPS_E_OPTION names the nearest option. */
hps_status hpsi_option_find(const hpsi_option_table *t, const char *name, int32_t *index,
                            int32_t *number);
/* Check a value against row `index` and give its stored form. */
hps_status hpsi_option_real(const hpsi_option_table *t, int32_t index, double v, double *stored);
hps_status hpsi_option_int(const hpsi_option_table *t, int32_t index, int64_t v, double *stored);
hps_status hpsi_option_text(const hpsi_option_table *t, int32_t index, const char *v,
                            double *stored);
/* Fill values[t->n] with the defaults. */
void hpsi_option_defaults(const hpsi_option_table *t, double *values);
/* Of n candidate words (get(i, arg)) the one nearest to `word`, -1 if none is near. */
int32_t hpsi_nearest(const char *word, int32_t n, const char *(*get)(int32_t, const void *),
                     const void *arg);

/* ------------------------------------------------------------- file.c */

/* Whole file, one NUL after it; *size without the NUL. HPS_E_IO. Free with hpsi_free. */
hps_status hpsi_file_read(hps_context *c, const char *path, char **data, int64_t *size);
/* Give a file that is about to be replaced a second name, PATH.previous. A file system
 * without hard links has no previous one. HPS_E_MEMORY. */
hps_status hpsi_file_keep(hps_context *c, const char *path);
/* A file written piece by piece under a temporary name beside path: on close it is flushed,
 * synced and renamed if it is to be kept, otherwise dropped. A device or pipe is written to
 * directly. close frees what open made; after a failed open nothing is left. HPS_E_IO */
typedef struct hpsi_output {
    char *path, *temporary;
    int32_t special, unsynced; /* unsynced: left to the system when it reaches the disk */
    int fd;
} hpsi_output;
hps_status hpsi_output_open(hpsi_output *o, hps_context *c, const char *path);
hps_status hpsi_output_write(hpsi_output *o, const void *data, int64_t size);
hps_status hpsi_output_close(hpsi_output *o, int32_t keep);
/* Write to a temporary name beside path, fsync if `sync`, rename. HPS_E_IO, nothing left.
 * Without `sync` a kill loses nothing, but a power cut may leave a torn file. */
hps_status hpsi_file_replace(hps_context *c, const char *path, const void *data, int64_t size,
                             int32_t sync);

/* ----------------------------------------------------------- locale.c */

/* Run body with the C locale on this thread, and put the host's back. */
hps_status hpsi_in_c_locale(hps_status (*body)(void *arg), void *arg);

/* ------------------------------------------------------------- pack.c */

/* A binary document: 8-byte magic, format version, length, payload of little-endian
 * items, CRC-32. The first failure sticks in `status` and later calls do nothing. */
typedef struct hpsi_pack {
    hps_context *context;
    unsigned char *data;
    int64_t size, capacity, position; /* position: of reading */
    int32_t version;                  /* of the document being read */
    hps_status status;
} hpsi_pack;
void hpsi_pack_begin(hpsi_pack *p, hps_context *c, const char magic[8], int32_t version);
void hpsi_pack_int(hpsi_pack *p, int64_t v);
void hpsi_pack_real(hpsi_pack *p, double v);
void hpsi_pack_reals(hpsi_pack *p, int64_t n, const double *v);
void hpsi_pack_ints(hpsi_pack *p, int64_t n, const int64_t *v);
void hpsi_pack_text(hpsi_pack *p, const char *s);
/* Seal and write by hpsi_file_replace; frees the buffer in any case. */
hps_status hpsi_pack_write(hpsi_pack *p, const char *path, int32_t sync);
/* Read and verify magic, version <= newest, length and CRC. HPS_E_FORMAT names the path. */
hps_status hpsi_pack_open(hpsi_pack *p, hps_context *c, const char *path, const char magic[8],
                          int32_t newest);
int64_t hpsi_unpack_int(hpsi_pack *p);
int64_t hpsi_unpack_int_in(hpsi_pack *p, int64_t lo, int64_t hi); /* HPS_E_FORMAT outside */
double hpsi_unpack_real(hpsi_pack *p);
void hpsi_unpack_reals(hpsi_pack *p, int64_t n, double *v);
void hpsi_unpack_ints(hpsi_pack *p, int64_t n, int64_t *v);
char *hpsi_unpack_text(hpsi_pack *p); /* new string or NULL with p->status set */
/* Fails with HPS_E_FORMAT if bytes are left; frees the buffer; the final status. */
hps_status hpsi_pack_close(hpsi_pack *p);

#endif
