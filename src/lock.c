/* SPDX-License-Identifier: BSD-3-Clause */
/* One run at a time in a folder: a job that was put in twice, or tasks that were started without
 * MPI, must not write each other's files. The system drops the lock of a process that has ended,
 * however it has. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"
#include "tune.h"

/* Ranks of a job that was killed may live on for a moment. */
enum { TRIES = 50, NAP_MICROSECONDS = 100000 };

/* 1 locked, 0 another has it, -1 no lock can be had: the folder cannot be written, which the first
 * file will say, or its file system has none. */
static int try_lock(folder_lock *l)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat own, there;
    int wrong;

    l->file = open(l->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (l->file < 0) {
        return -1;
    }
    wrong = fcntl(l->file, F_SETLK, &whole) != 0 ? errno : 0;
    if (wrong == 0 && fstat(l->file, &own) == 0 && stat(l->path, &there) == 0 &&
        own.st_ino == there.st_ino) {
        return 1;
    }
    close(l->file); /* or the one who had it has taken it away */
    l->file = -1;
    return wrong == 0 || wrong == EAGAIN || wrong == EACCES ? 0 : -1;
}

static int refuse(const char *directory)
{
    const char *tasks = getenv("SLURM_STEP_NUM_TASKS");

    return fail(EXIT_USAGE, "%s: another run is at work in this folder%s", directory,
                tasks != NULL && strtol(tasks, NULL, 10) > 1
                    ? "; srun has started several without MPI (see srun --mpi=list)"
                    : "");
}

int folder_lock_take(folder_lock *l, const char *directory)
{
    int got = 0;

    folder_lock_drop(l);
    l->path = path_join(directory, ".lock");
    for (int k = 0; k < TRIES && got == 0 && (k == 0 || !stop_requested()); k++) {
        if (k > 0) {
            usleep(NAP_MICROSECONDS);
        }
        got = try_lock(l);
    }
    if (got != 1) {
        free(l->path);
        l->path = NULL;
    }
    return got != 0 ? EXIT_DONE : refuse(directory);
}

void folder_lock_drop(folder_lock *l)
{
    if (l->path != NULL) {
        unlink(l->path);
        close(l->file);
        free(l->path);
        l->path = NULL;
    }
}
