/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file base.h
 * What every other header builds on: status codes, the error message, contexts
 * (allocator, threads, memory limit, log) and the tables of options.
 *
 * Contract for every declaration of libhpswarm
 *  - C99 and C++11 clean; only int32_t, int64_t, double, char and pointers cross
 *    the ABI. No struct is passed or returned by value.
 *  - A struct that the caller allocates has struct_size set by the caller before
 *    the call; one that is passed to a callback has it set by the library.
 *    Structs only ever grow at the end.
 *  - Arrays are contiguous and C-ordered; `[n][3]` in a comment is the shape. A
 *    Fortran caller sees the same memory with the shape (3,n).
 *  - Lengths in angstrom, energies in eV, forces in eV/angstrom, virials in eV
 *    (W = -dE/d(strain), positive trace = compressed), unless a comment says
 *    otherwise.
 *  - `create` gives the caller an owned handle, released by `destroy`;
 *    `destroy(NULL)` is a no-op. Returned `const` pointers are borrowed.
 *  - Inputs are copied during the call unless a comment says "borrowed".
 *  - On failure no output is written, except handles, which are set to NULL.
 *  - Every function that returns hps_status may return HPS_E_ARGUMENT and
 *    HPS_E_MEMORY; other codes are named where they can occur.
 *  - A handle may be used by one thread at a time; distinct handles are
 *    independent. Functions marked [any thread] have no such limit.
 *  - The library never prints, exits, aborts, installs a signal handler or reads
 *    an environment variable.
 */
#ifndef HPSWARM_BASE_H
#define HPSWARM_BASE_H

#include <stdint.h>

#if defined(_WIN32)
#define HPS_API
#elif defined(__GNUC__)
#define HPS_API __attribute__((visibility("default")))
#else
#define HPS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------ errors */

/** 0 is success, negative is failure; no positive value is ever returned. */
typedef int32_t hps_status;

/** Status codes: enum name, value, default text. A released number is never
 *  reused. */
#define HPS_STATUS_LIST(X)                                                                         \
    X(HPS_OK, 0, "success")                                                                        \
    X(HPS_E_ARGUMENT, -1, "argument is NULL, of wrong shape, not finite or out of range")          \
    X(HPS_E_OPTION, -2, "unknown option or value of the wrong kind")                               \
    X(HPS_E_STATE, -3, "call is not allowed now")                                                  \
    X(HPS_E_MEMORY, -4, "out of memory or above the memory limit of the context")                  \
    X(HPS_E_IO, -5, "cannot open, read, write or rename a file")                                   \
    X(HPS_E_FORMAT, -6, "file content is not understood")                                          \
    X(HPS_E_NUMERIC, -7, "factorisation failed or result is not finite")                           \
    X(HPS_E_CALLBACK, -8, "the user's callback asked to stop")                                     \
    X(HPS_E_CANCELLED, -9, "cancelled")                                                            \
    X(HPS_E_CAPACITY, -10, "the caller's buffer is too small")                                     \
    X(HPS_E_UNSUPPORTED, -11, "built without this feature")                                        \
    X(HPS_E_INTERNAL, -99, "a bug in the library, please report")

#define HPS_STATUS_ENUM(name, value, text) name = (value),
enum { HPS_STATUS_LIST(HPS_STATUS_ENUM) HPS_STATUS_LIST_END = 1 };
#undef HPS_STATUS_ENUM

/** Name of a status, "HPS_E_ARGUMENT"; "HPS_E_?" if unknown. [any thread] */
HPS_API const char *hps_status_name(hps_status s);
/** Default text of a status. [any thread] */
HPS_API const char *hps_status_text(hps_status s);
/** Message of the last failed call on this thread, one line without newline, ""
 *  if none. Borrowed until the next call into the library from this thread.
 *  Never allocates. [any thread] */
HPS_API const char *hps_last_error(void);
/** What the user's callback returned, when the status is HPS_E_CALLBACK. */
HPS_API int32_t hps_last_callback_code(void);

/** Version of the loaded library: 10000*major + 100*minor + patch. [any thread] */
HPS_API int32_t hps_version(void);
/** Version as text, "0.1.0". [any thread] */
HPS_API const char *hps_version_text(void);
/** How this library was built. @param what "blas", "openmp", "compiler",
 *  "random"; "" is returned for any other word. [any thread] */
HPS_API const char *hps_build_info(const char *what);

/* ---------------------------------------- context: memory, threads and log */

typedef struct hps_context hps_context;

/** Memory functions of the host. May be called on worker threads. */
typedef struct hps_allocator {
    int32_t struct_size;
    int32_t reserved; /**< 0 */
    void *(*allocate)(int64_t bytes, void *user);
    void (*release)(void *p, void *user);
    void *user;
} hps_allocator;

enum { HPS_LOG_ERROR = 1, HPS_LOG_WARN = 2, HPS_LOG_INFO = 3, HPS_LOG_DEBUG = 4 };
/** Called on the thread that entered the library, never from workers. */
typedef void (*hps_log_fn)(int32_t level, const char *message, void *user);

/** Make a context. Wherever a later function takes one, NULL stands for a shared
 *  default: malloc, silent, OpenMP's number of threads, no memory limit.
 *  @param alloc copied; NULL selects malloc */
HPS_API hps_status hps_context_create(hps_context **out, const hps_allocator *alloc);
/** Worker threads of calls made through this context, results never depend on it.
 *  @param n 1..1024, or 0 for OpenMP's default. Applies from the next call on. */
HPS_API hps_status hps_context_set_threads(hps_context *c, int32_t n);
/** Refuse allocations (HPS_E_MEMORY) that would bring the bytes held through this
 *  context above a limit. @param bytes > 0, or 0 for no limit */
HPS_API hps_status hps_context_set_memory_limit(hps_context *c, int64_t bytes);
/** Receive messages up to a level. @param fn NULL: silent */
HPS_API hps_status hps_context_set_log(hps_context *c, int32_t level, hps_log_fn fn, void *user);
/** Threads that a call through this context uses; c NULL: the default context. */
HPS_API int32_t hps_context_threads(const hps_context *c);
/** Bytes held now and at most so far through this context. Each may be NULL. */
HPS_API hps_status hps_context_memory(const hps_context *c, int64_t *held, int64_t *peak);
/** Exchange data among processes: the bytes begin[r] up to begin[r+1] of base come from process
 *  r; afterwards all have all of them. @param begin [size + 1] @return 0; else it has failed */
typedef int32_t (*hps_gather_fn)(void *base, const int64_t *begin, void *user);
/** Several processes, one of them here, that make the same calls through such a context with
 *  the same data: a fit, a prediction, an evaluation of a study is shared out by structures, with
 *  the same digits as in one process. Every process needs the same memory limit. When one of
 *  them has an error all have. Not for calls from several threads.
 *  @param rank 0..size-1  @param size 1: alone again  @param gather not NULL if size > 1 */
HPS_API hps_status hps_context_set_team(hps_context *c, int32_t rank, int32_t size,
                                        hps_gather_fn gather, void *user);
/** After calls that may have failed on some processes only: wait for all. Every process has to
 *  call it once behind the shared work. */
HPS_API hps_status hps_context_settle_team(hps_context *c);
/** Where the time went since hps_context_set_team: in loops that were shared out, here and in all
 *  processes together, and waiting for the others and for their data. What took t here would take
 *  t - own - exchange + all in one process. Each may be NULL. */
HPS_API void hps_context_team_seconds(const hps_context *c, double *own, double *all,
                                      double *exchange);
/** Drop the caller's reference; handles made from the context keep it alive, without its team. */
HPS_API void hps_context_destroy(hps_context *c);

/* ------------------------------------------- one way to set every option */
/* Each handle type T with options has hps_T_set_real, _set_int and _set_text.
 * A real option takes whole numbers through _set_int too; an unknown name is
 * HPS_E_OPTION and the message names the nearest match. */

enum { HPS_OPTION_REAL = 0, HPS_OPTION_INT = 1, HPS_OPTION_TEXT = 2 };

typedef struct hps_option_info {
    int32_t struct_size;
    int32_t kind;        /**< HPS_OPTION_* */
    const char *name;    /**< static storage, like all texts here; never NULL */
    const char *unit;    /**< "" if none */
    const char *choices; /**< of a text option: "a|b|c" */
    const char *help;    /**< one line */
    double minimum;      /**< inclusive; of a text option 0 */
    double maximum;
    double value;        /**< default; of a text option the index into choices */
    int32_t per_species; /**< 1: ":" and an element may follow, "atom_sigma_r:H" */
    int32_t reserved;
} hps_option_info;

/** Option number i of "swarm", "soap", "gpr" or "study". The same table feeds the
 *  command line, the bindings and the manual. [any thread]
 *  @return HPS_E_ARGUMENT for an unknown owner or i past the end */
HPS_API hps_status hps_option_describe(const char *owner, int32_t i, hps_option_info *info);
/** Advice on option number i of an owner, in static storage: a sentence or two on how the value
 *  trades accuracy for cost and what was found for it; "" for an unknown owner or i. [any thread]
 */
HPS_API const char *hps_option_advice(const char *owner, int32_t i);

#ifdef __cplusplus
}
#endif
#endif
