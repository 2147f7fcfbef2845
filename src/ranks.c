/* SPDX-License-Identifier: BSD-3-Clause */
/* The program's side of libhpswarm_mpi, and what stands in for it without MPI. */
#include "ranks.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef HPSWARM_WITH_MPI

#include "hpswarm/mpi.h"

typedef struct everyone {
    int on, rank, count, here, ended;
    MPI_Comm comm;
    hps_mpi *pool;
    void *data; /* the stage */
    rank_done_fn done;
    void *user;
    char library[MPI_MAX_LIBRARY_VERSION_STRING];
} everyone;

static everyone all = {.count = 1, .here = 1};

/* Started by mpirun or its like? Otherwise MPI is left alone: a run on a login node or
 * inside of another job step must not need it. */
static int was_launched(void)
{
    static const char *const marks[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMI_RANK", "PMIX_RANK",
                                        "MPI_LOCALNRANKS"};

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (getenv(marks[i]) != NULL) {
            return 1;
        }
    }
    return 0;
}

void ranks_begin(int *argc, char ***argv)
{
    MPI_Comm node;
    int level, length;

    if (!was_launched()) {
        return;
    }
    /* groups of ranks exchange data on the thread of rank 0 that evaluates */
    MPI_Init_thread(argc, argv, MPI_THREAD_MULTIPLE, &level);
    all.on = 1;
    MPI_Comm_dup(MPI_COMM_WORLD, &all.comm);
    MPI_Comm_rank(all.comm, &all.rank);
    MPI_Comm_size(all.comm, &all.count);
    MPI_Comm_split_type(all.comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    MPI_Comm_size(node, &all.here);
    MPI_Comm_free(&node);
    MPI_Get_library_version(all.library, &length);
    all.library[strcspn(all.library, "\n,")] = '\0';
}

/* A broadcast from rank 0 that is waited for asleep. */
static void tell_all(void *data, int n, MPI_Datatype type)
{
    const struct timespec nap = {.tv_nsec = 500000};
    MPI_Request request;
    int done = 0;

    MPI_Ibcast(data, n, type, 0, all.comm, &request);
    while (MPI_Test(&request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && !done) {
        nanosleep(&nap, NULL);
    }
    MPI_Wait(&request, MPI_STATUS_IGNORE); /* at once */
}

int ranks_finish(int rc)
{
    if (!all.on) {
        return rc;
    }
    if (all.rank == 0) {
        int number = RANKS_END;

        tell_all(&number, 1, MPI_INT);
    } else {
        while (!all.ended && ranks_next() != RANKS_END) {
            (void)ranks_agree(EXIT_INTERNAL);
        }
    }
    tell_all(&rc, 1, MPI_INT);
    MPI_Comm_free(&all.comm);
    MPI_Finalize();
    return rc;
}

int ranks_rank(void)
{
    return all.rank;
}

int ranks_count(void)
{
    return all.count;
}

int ranks_here(void)
{
    return all.here;
}

const char *ranks_library(void)
{
    static char version[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;

    MPI_Get_library_version(version, &length); /* allowed before MPI_Init */
    version[strcspn(version, "\n,")] = '\0';
    return version;
}

int ranks_agree(int rc)
{
    char message[1400];
    int worst, who = rc != EXIT_DONE ? all.rank : all.count, first;

    if (all.count == 1) {
        return rc;
    }
    MPI_Allreduce(&rc, &worst, 1, MPI_INT, MPI_MAX, all.comm);
    if (worst == EXIT_DONE) {
        return EXIT_DONE;
    }
    MPI_Allreduce(&who, &first, 1, MPI_INT, MPI_MIN, all.comm);
    snprintf(message, sizeof message, "%s", error_text());
    MPI_Bcast(message, (int)sizeof message, MPI_CHAR, first, all.comm);
    return rc != EXIT_DONE ? rc : fail(worst, "rank %d: %s", first, message);
}

/* ------------------------------------------------------------------- stages */

/* Bytes of rank r of a group to all of it. */
static int send_to_group(char *data, int n, int r, MPI_Comm group)
{
    MPI_Request request = MPI_REQUEST_NULL;
    int done = 0, wrong = MPI_Ibcast(data, n, MPI_BYTE, r, group, &request);

    while (wrong == MPI_SUCCESS && !done) {
        wrong = MPI_Test(&request, &done, MPI_STATUS_IGNORE);
        sched_yield(); /* its partners may have to share this processor */
    }
    MPI_Wait(&request, MPI_STATUS_IGNORE); /* at once */
    return wrong != MPI_SUCCESS;
}

/* hps_gather_fn: everybody sends its part to the others, in messages that an int can count. */
static int32_t gather(void *base, const int64_t *begin, void *user)
{
    enum { PIECE = 1 << 28 };
    const MPI_Comm *group = user;
    int size, wrong = 0;

    MPI_Comm_size(*group, &size);
    for (int r = 0; r < size; r++) {
        for (int64_t at = begin[r]; at < begin[r + 1] && !wrong; at += PIECE) {
            int64_t n = begin[r + 1] - at < PIECE ? begin[r + 1] - at : PIECE;

            wrong = send_to_group((char *)base + at, (int)n, r, *group);
        }
    }
    return wrong;
}

static int32_t call(const hps_batch *b, MPI_Comm group, double *f, int32_t *outcome,
                    char note[HPS_MPI_NOTE], void *user)
{
    rank_group g = {.gather = gather, .user = &group};

    (void)user;
    MPI_Comm_rank(group, &g.rank);
    MPI_Comm_size(group, &g.size);
    return stage_evaluate_one(b, &g, f, outcome, note, all.data);
}

static void set_pool(int per, void *data, rank_done_fn done, void *user)
{
    all.data = data;
    all.done = done;
    all.user = user;
    if (all.pool == NULL && hps_mpi_create(&all.pool, all.comm, per) != HPS_OK) {
        fputs("hpswarm: out of memory\n", stderr);
        MPI_Abort(all.comm, EXIT_LIMIT);
    }
    hps_mpi_set_callbacks(all.pool, call, done, user);
}

static void drop_pool(void)
{
    hps_mpi_destroy(all.pool);
    all.pool = NULL;
}

int ranks_open(int number, int per, void *data, rank_done_fn done, void *user)
{
    int rc;

    if (all.count == 1) {
        return EXIT_DONE;
    }
    tell_all(&number, 1, MPI_INT);
    rc = ranks_agree(EXIT_DONE);
    if (rc == EXIT_DONE) {
        tell_all(&per, 1, MPI_INT);
        set_pool(per, data, done, user);
    }
    return rc;
}

void ranks_regroup(int per)
{
    if (all.pool != NULL) {
        (void)hps_mpi_release(all.pool);
        tell_all(&per, 1, MPI_INT);
        drop_pool();
        set_pool(per, all.data, all.done, all.user);
    }
}

int ranks_groups(int per)
{
    return per < all.count ? all.count / per : 1;
}

void ranks_close(int n, const double *x)
{
    if (all.pool != NULL) {
        double *copy = new_memory((size_t)n, sizeof *copy);
        int none = 0;

        memcpy(copy, x != NULL ? x : copy, (size_t)n * sizeof *copy);
        (void)hps_mpi_release(all.pool);
        tell_all(&none, 1, MPI_INT);
        drop_pool();
        tell_all(&n, 1, MPI_INT);
        tell_all(copy, n, MPI_DOUBLE);
        free(copy);
    }
}

static int exit_code(hps_status st)
{
    if (st == HPS_E_CALLBACK) {
        return hps_mpi_callback_code(all.pool);
    }
    return st == HPS_OK ? EXIT_DONE : fail(EXIT_INTERNAL, "MPI: %s", hps_status_text(st));
}

int ranks_evaluate(const hps_batch *b, const char *known, double *f, int32_t *outcome)
{
    return exit_code(all.pool != NULL ? hps_mpi_evaluate(all.pool, b, known, f, outcome)
                                      : HPS_E_STATE);
}

int ranks_evaluate_stream(const hps_batch *b, int32_t (*next)(void *user), double *f,
                          int32_t *outcome)
{
    return exit_code(all.pool != NULL ? hps_mpi_evaluate_stream(all.pool, b, next, f, outcome)
                                      : HPS_E_STATE);
}

int ranks_next(void)
{
    int number;

    tell_all(&number, 1, MPI_INT);
    all.ended = number == RANKS_END;
    return number;
}

int ranks_serve(void *data)
{
    hps_status st = HPS_OK;
    int per;

    tell_all(&per, 1, MPI_INT);
    while (per > 0 && st == HPS_OK) { /* each time in groups of another size */
        set_pool(per, data, NULL, NULL);
        st = hps_mpi_serve(all.pool);
        tell_all(&per, 1, MPI_INT);
        drop_pool();
    }
    return st == HPS_OK ? EXIT_DONE : EXIT_INTERNAL;
}

int ranks_values(int n, double *x)
{
    int sent;

    tell_all(&sent, 1, MPI_INT);
    if (sent > n) {
        MPI_Abort(all.comm, EXIT_INTERNAL); /* two programs or two run files */
    }
    tell_all(x, sent, MPI_DOUBLE);
    return sent;
}

#else

void ranks_begin(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
}

int ranks_finish(int rc)
{
    return rc;
}

int ranks_rank(void)
{
    return 0;
}

int ranks_count(void)
{
    return 1;
}

int ranks_here(void)
{
    return 1;
}

int ranks_groups(int per)
{
    (void)per;
    return 1;
}

const char *ranks_library(void)
{
    return "";
}

int ranks_agree(int rc)
{
    return rc;
}

int ranks_open(int number, int per, void *data, rank_done_fn done, void *user)
{
    (void)number;
    (void)per;
    (void)data;
    (void)done;
    (void)user;
    return EXIT_DONE;
}

void ranks_close(int n, const double *x)
{
    (void)n;
    (void)x;
}

int ranks_evaluate(const hps_batch *b, const char *known, double *f, int32_t *outcome)
{
    (void)b;
    (void)known;
    (void)f;
    (void)outcome;
    return EXIT_INTERNAL;
}

int ranks_evaluate_stream(const hps_batch *b, int32_t (*next)(void *user), double *f,
                          int32_t *outcome)
{
    (void)b;
    (void)next;
    (void)f;
    (void)outcome;
    return EXIT_INTERNAL;
}

int ranks_next(void)
{
    return RANKS_END;
}

void ranks_regroup(int per)
{
    (void)per;
}

int ranks_serve(void *data)
{
    (void)data;
    return EXIT_INTERNAL;
}

int ranks_values(int n, double *x)
{
    (void)n;
    (void)x;
    return 0;
}

#endif
