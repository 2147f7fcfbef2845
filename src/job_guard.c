/* SPDX-License-Identifier: BSD-3-Clause */
/* A small process that outlives this one: when we are killed at a blow (SIGKILL, out of memory), it
 * ends the commands that we have left running. It is this program again, and knows of the commands
 * by what comes through a socket, whose end is our end. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "job.h"

enum { GUARD_SOCKET = 3, LAST_FILE = 1024, GRACE_TENTHS = 20 };

static const char *program;
static char mark[80]; /* in the environment of every command */
static int line = -1; /* to the guard */

/* ------------------------------------------------------------ the guarded side */

void guard_program(const char *path)
{
    program = path;
}

/* The caller's environment, without a second set of threads for a BLAS that does nothing. */
static char **make_environment(void)
{
    static char one_thread[] = "OPENBLAS_NUM_THREADS=1";
    int n = 0, kept = 0;
    char **all;

    while (environ[n] != NULL) {
        n++;
    }
    all = new_memory((size_t)n + 2, sizeof *all);
    for (int i = 0; i < n; i++) {
        if (strncmp(environ[i], "OPENBLAS_NUM_THREADS=", 21) != 0) {
            all[kept++] = environ[i];
        }
    }
    all[kept] = one_thread;
    return all;
}

static int set_files(posix_spawn_file_actions_t *f, int socket)
{
    int wrong = posix_spawn_file_actions_addopen(f, 0, "/dev/null", O_RDWR, 0);

    wrong = wrong == 0 ? posix_spawn_file_actions_adddup2(f, 0, 1) : wrong;
    wrong = wrong == 0 ? posix_spawn_file_actions_adddup2(f, 0, 2) : wrong;
    wrong = wrong == 0 ? posix_spawn_file_actions_adddup2(f, socket, GUARD_SOCKET) : wrong;
    return wrong == 0 ? posix_spawn_file_actions_addchdir_np(f, "/") : wrong;
}

/* A session of its own: what ends our group or terminal must not end it. */
static int spawn(int socket)
{
    char *const words[] = {(char[]){"hpswarm"}, (char[]){GUARD_WORD}, mark, NULL};
    char **environment = make_environment();
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    pid_t pid;
    int wrong;

    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&files);
    wrong = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    wrong = wrong == 0 ? set_files(&files, socket) : wrong;
    wrong =
        wrong == 0 ? posix_spawn(&pid, program, &files, &attributes, words, environment) : wrong;
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    free(environment);
    return wrong;
}

/* A run without a guard is as good, but for what is left when it is killed. */
void guard_start(void)
{
    struct timespec now;
    int ends[2];

    if (line >= 0 || program == NULL) {
        return;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(mark, sizeof mark, GUARD_MARK "%d.%lld.%09ld", (int)getpid(), (long long)now.tv_sec,
             now.tv_nsec);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return;
    }
    /* above the places that the child's files take */
    line = fcntl(ends[0], F_DUPFD_CLOEXEC, GUARD_SOCKET + 1);
    close(ends[0]);
    ends[0] = fcntl(ends[1], F_DUPFD_CLOEXEC, GUARD_SOCKET + 1);
    close(ends[1]);
    if (line >= 0 && (ends[0] < 0 || spawn(ends[0]) != 0)) {
        close(line);
        line = -1;
    }
    if (ends[0] >= 0) {
        close(ends[0]);
    }
}

const char *guard_mark(void)
{
    return mark;
}

/* Positive: the leader of a command that runs; negative: it has ended. */
static void say(int64_t message)
{
    while (line >= 0 && send(line, &message, sizeof message, MSG_NOSIGNAL) < 0 && errno == EINTR) {
    }
}

void guard_add(pid_t leader)
{
    say(leader);
}

void guard_remove(pid_t leader)
{
    say(-(int64_t)leader);
}

/* ----------------------------------------------------------------- the guard */

typedef struct leaders {
    int n, capacity;
    pid_t *pid;
} leaders;

static void note(leaders *l, int64_t message)
{
    if (message > 0) {
        if (l->n == l->capacity) {
            l->capacity = 2 * l->capacity + 16;
            l->pid = grow_memory(l->pid, (size_t)l->capacity, sizeof *l->pid);
        }
        l->pid[l->n++] = (pid_t)message;
    }
    for (int i = 0; message < 0 && i < l->n; i++) {
        if (l->pid[i] == (pid_t)-message) {
            l->pid[i] = l->pid[--l->n];
            return;
        }
    }
}

/* Is the mark in the environment of this process? */
static int is_marked(const char *number, const char *wanted)
{
    char path[300], *text;
    size_t size = strlen(wanted) + 1, n = 0; /* with the end of the text */
    FILE *f;
    int c, found = 0;

    snprintf(path, sizeof path, "/proc/%.20s/environ", number);
    f = fopen(path, "re");
    if (f == NULL) {
        return 0;
    }
    text = new_memory(size + 1, 1);
    while (!found && (c = fgetc(f)) != EOF) { /* one variable after the other */
        if (n < size + 1) {
            text[n++] = (char)c;
        }
        if (c == 0) {
            found = n == size && strcmp(text, wanted) == 0;
            n = 0;
        }
    }
    free(text);
    fclose(f);
    return found;
}

/* Signal 0 only counts. Our own sessions, and whoever has our mark: what a command has put into a
 * session of its own, and a command that we were killed beside before we had told its number. */
static int signal_all(const leaders *l, int number, const char *wanted)
{
    DIR *d = opendir("/proc");
    const struct dirent *entry;
    int n = 0;

    for (int i = 0; i < l->n && number != 0; i++) {
        session_signal(l->pid[i], number);
    }
    while (d != NULL && (entry = readdir(d)) != NULL) {
        if (isdigit((unsigned char)entry->d_name[0]) && is_marked(entry->d_name, wanted)) {
            n += kill((pid_t)strtol(entry->d_name, NULL, 10), number) == 0;
        }
    }
    if (d != NULL) {
        closedir(d);
    }
    for (int i = 0; i < l->n; i++) {
        n += kill(-l->pid[i], 0) == 0;
    }
    return n;
}

int guard_main(const char *wanted)
{
    static const int numbers[] = {SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE};
    const struct timespec tenth = {.tv_nsec = 100000000};
    leaders l = {0};
    int64_t message;
    ssize_t n;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        signal(numbers[i], SIG_IGN);
    }
    for (int fd = GUARD_SOCKET + 1; fd < LAST_FILE; fd++) {
        close(fd); /* what a library has left open, a connection to the MPI's daemon for one */
    }
    while ((n = recv(GUARD_SOCKET, &message, sizeof message, MSG_WAITALL)) != 0) {
        if (n == (ssize_t)sizeof message) {
            note(&l, message);
        } else if (n > 0 || errno != EINTR) {
            break;
        }
    }
    if (signal_all(&l, SIGTERM, wanted) > 0) {
        for (int i = 0; i < GRACE_TENTHS && signal_all(&l, 0, wanted) > 0; i++) {
            nanosleep(&tenth, NULL);
        }
        (void)signal_all(&l, SIGKILL, wanted);
    }
    free(l.pid);
    return EXIT_DONE;
}
