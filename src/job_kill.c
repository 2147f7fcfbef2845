/* SPDX-License-Identifier: BSD-3-Clause */
/* Reaching every process that a command has started: those of its session in whatever group
 * they are, and descendants that made a session of their own. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job.h"

typedef struct process {
    pid_t pid, parent, session;
    int wanted;
} process;

/* pid (name) state parent group session ...; the name may hold anything. */
static int read_process(const char *number, process *p)
{
    char path[300], text[512];
    char *rest;
    int fd;
    ssize_t n;

    snprintf(path, sizeof path, "/proc/%.20s/stat", number);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    if (n <= 0) {
        return 0;
    }
    text[n] = '\0';
    rest = strrchr(text, ')');
    if (rest == NULL || strlen(rest) < 4) {
        return 0;
    }
    p->pid = (pid_t)strtol(number, NULL, 10);
    p->parent = (pid_t)strtol(rest + 3, &rest, 10); /* behind ") S" */
    (void)strtol(rest, &rest, 10);
    p->session = (pid_t)strtol(rest, &rest, 10);
    p->wanted = 0;
    return 1;
}

static process *read_all(int *n)
{
    DIR *d = opendir("/proc");
    const struct dirent *entry;
    process *all = NULL;
    int capacity = 0;

    *n = 0;
    while (d != NULL && (entry = readdir(d)) != NULL) {
        if (*n == capacity) {
            capacity = 2 * capacity + 256;
            all = grow_memory(all, (size_t)capacity, sizeof *all);
        }
        if (isdigit((unsigned char)entry->d_name[0]) && read_process(entry->d_name, &all[*n])) {
            ++*n;
        }
    }
    if (d != NULL) {
        closedir(d);
    }
    return all;
}

static int is_wanted(const process *all, int n, pid_t pid)
{
    for (int i = 0; i < n; i++) {
        if (all[i].pid == pid) {
            return all[i].wanted;
        }
    }
    return 0;
}

void session_signal(pid_t leader, int number)
{
    process *all;
    int n, more = 1;

    all = read_all(&n); /* first, while children still know their parents */
    kill(-leader, number);
    for (int i = 0; i < n; i++) {
        all[i].wanted = all[i].session == leader || all[i].pid == leader;
    }
    while (more) {
        more = 0;
        for (int i = 0; i < n; i++) {
            if (!all[i].wanted && all[i].pid != getpid() && is_wanted(all, n, all[i].parent)) {
                all[i].wanted = more = 1;
            }
        }
    }
    for (int i = 0; i < n; i++) {
        if (all[i].wanted && getpgid(all[i].pid) != leader) {
            kill(all[i].pid, number);
        }
    }
    free(all);
}
